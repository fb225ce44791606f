"""No statement is accepted that nobody carries out."""

from __future__ import annotations

from typing import Any

import pytest
from snowflake.connector.errors import ProgrammingError

# https://docs.snowflake.com/en/sql-reference/sql-all, without what the sandbox answers.
KINDS = (
    "aggregation policy", "api integration", "application", "artifact repository",
    "backup set", "catalog integration", "compute pool", "connection",
    "cortex search service", "data metric function", "dataset", "dynamic table",
    "external access integration", "external function", "external table", "external volume",
    "failover group", "feature policy", "function", "git repository", "hybrid table",
    "iceberg table", "image repository", "index", "interactive table", "job service", "listing",
    "managed account", "materialized view", "model", "model monitor", "notebook",
    "organization account", "packages policy", "pipe", "privacy policy",
    "projection policy", "provisioned throughput", "replication group", "semantic view",
    "service", "share", "snapshot", "storage integration",
    "storage lifecycle policy", "type",
)  # fmt: skip
OTHERS = (
    "analyze t", "associate x", "cancel x", "execute notebook n()", "execute service x",
    "explain select 1", "foo bar", "get_ddl x", "lock table t", "optimize t", "refresh x",
    "rename table t to u", "replace table t", "restore x", "savepoint x", "show locks",
    "show transactions", "suspend x", "undrop table t", "vacuum", "vacuum t", "upsert into t",
    "pragma database_list", "attach 'x.db'", "copy t to 'x.csv'", "install json", "load json",
    "checkpoint", "export database 'x'", "from t",
)  # fmt: skip


@pytest.mark.parametrize("verb", ["create", "create or replace", "alter", "drop"])
def test_kinds_of_objects_nobody_keeps_are_refused(sql: Any, verb: str) -> None:
    accepted = [kind for kind in KINDS if _runs(sql, f"{verb} {kind} x")]
    assert accepted == []


def test_statements_nobody_carries_out_are_refused(sql: Any) -> None:
    """Those of DuckDB among them, which Snowflake does not know."""
    assert [text for text in OTHERS if _runs(sql, text)] == []


def _runs(sql: Any, text: str) -> bool:
    """Whether it runs, or breaks."""
    try:
        sql(text)
    except ProgrammingError as error:
        return "Internal error" in str(error)
    return True
