"""SHOW PRIMARY, UNIQUE, IMPORTED and EXPORTED KEYS: none, for declared keys are not kept.

https://docs.snowflake.com/en/sql-reference/sql/show-primary-keys and .../show-imported-keys
"""

from __future__ import annotations

from sandbox.warehouse.registry import statement
from sandbox.warehouse.result import SHOW, Result, table
from sandbox.warehouse.session import Session
from sandbox.warehouse.statement import Statement

_OWN = (
    "created_on", "database_name", "schema_name", "table_name", "column_name", "key_sequence",
    "constraint_name", "rely", "comment",
)  # fmt: skip
_BETWEEN = (
    "created_on", "pk_database_name", "pk_schema_name", "pk_table_name", "pk_column_name",
    "fk_database_name", "fk_schema_name", "fk_table_name", "fk_column_name", "key_sequence",
    "update_rule", "delete_rule", "fk_name", "pk_name", "deferrability", "rely", "comment",
)  # fmt: skip


@statement("show primary keys", "show unique keys")
def show_own_keys(_session: Session, _statement: Statement) -> Result:
    return table(_OWN, [], SHOW)


@statement("show imported keys", "show exported keys")
def show_keys_between_tables(_session: Session, _statement: Statement) -> Result:
    return table(_BETWEEN, [], SHOW)
