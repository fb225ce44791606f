"""INFORMATION_SCHEMA's table functions about tags and policies.

https://docs.snowflake.com/en/sql-reference/functions/tag_references
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.governance import governed
from sandbox.governance.authority import missing
from sandbox.governance.domain import of_domain
from sandbox.governance.policy import MASKING, ROW_ACCESS, find_policy
from sandbox.governance.protection import mask_of
from sandbox.governance.securable import Securable
from sandbox.warehouse.errors import does_not_exist, sql_error
from sandbox.warehouse.names import ObjectName, split_name
from sandbox.warehouse.registry import table_function
from sandbox.warehouse.result import Result, table
from sandbox.warehouse.session import Session

_TAG_COLUMNS = (
    "TAG_DATABASE", "TAG_SCHEMA", "TAG_NAME", "TAG_VALUE", "APPLY_METHOD", "LEVEL",
    "OBJECT_DATABASE", "OBJECT_SCHEMA", "OBJECT_NAME", "DOMAIN", "COLUMN_NAME",
)  # fmt: skip
_POLICY_COLUMNS = (
    "POLICY_DB", "POLICY_SCHEMA", "POLICY_NAME", "POLICY_KIND", "REF_DATABASE_NAME",
    "REF_SCHEMA_NAME", "REF_ENTITY_NAME", "REF_ENTITY_DOMAIN", "REF_COLUMN_NAME",
    "REF_ARG_COLUMN_NAMES", "TAG_DATABASE", "TAG_SCHEMA", "TAG_NAME", "POLICY_STATUS",
)  # fmt: skip
Row = tuple[Any, ...]


@table_function("information_schema.tag_references")
def tag_references(session: Session, arguments: dict[str, Any]) -> Result:
    securable, column = of_domain(session, str(arguments["0"]), str(arguments["1"]))
    rows = _column_rows(session, securable, column) if column else _rows(session, securable)
    return table(_TAG_COLUMNS, rows)


@table_function("information_schema.tag_references_all_columns")
def tag_references_all_columns(session: Session, arguments: dict[str, Any]) -> Result:
    """https://docs.snowflake.com/en/sql-reference/functions/tag_references_all_columns"""
    securable, _ = of_domain(session, str(arguments["0"]), str(arguments["1"]))
    rows = [
        row
        for column, _ in session.table_columns(securable.name.sql)
        for row in _column_rows(session, securable, column)
    ]
    return table(_TAG_COLUMNS, rows)


@table_function("information_schema.policy_references")
def policy_references(session: Session, arguments: dict[str, Any]) -> Result:
    """https://docs.snowflake.com/en/sql-reference/functions/policy_references"""
    if "POLICY_NAME" in arguments:
        name = session.resolve(split_name(str(arguments["POLICY_NAME"])))
        if not any(find_policy(session, kind, name) for kind in (MASKING, ROW_ACCESS)):
            raise does_not_exist("Policy", name)
        rows = [row for row in _all_policies(session) if row[:3] == _parts(name)]
        return table(_POLICY_COLUMNS, rows)
    if not {"REF_ENTITY_NAME", "REF_ENTITY_DOMAIN"} <= arguments.keys():
        raise sql_error(
            "SQL compilation error:\nPOLICY_REFERENCES takes POLICY_NAME, or REF_ENTITY_NAME and "
            "REF_ENTITY_DOMAIN.",
            1003,
            "42000",
        )
    domain = str(arguments["REF_ENTITY_DOMAIN"])
    if domain.upper() == "TAG":
        name = session.resolve(split_name(str(arguments["REF_ENTITY_NAME"])))
        return table(
            _POLICY_COLUMNS, [row for row in _of_tags(session) if row[10:13] == _parts(name)]
        )
    securable, _ = of_domain(session, str(arguments["REF_ENTITY_NAME"]), domain)
    if securable.kind not in ("TABLE", "VIEW"):
        raise missing(securable)
    return table(_POLICY_COLUMNS, _of_object(session, securable))


def _rows(session: Session, securable: Securable) -> list[Row]:
    return [
        _tag_row(tag, value, place, securable, None, is_own=place == securable)
        for tag, (value, place) in governed.tags_of(session, securable).items()
    ]


def _column_rows(session: Session, securable: Securable, column: str) -> list[Row]:
    return [
        _tag_row(tag, value, place, securable, column, is_own=place is None)
        for tag, (value, place) in governed.tags_of_column(session, securable, column).items()
    ]


def _tag_row(
    tag: ObjectName, value: str, place: Securable | None, securable: Securable,
    column: str | None, is_own: bool,
) -> Row:  # fmt: skip
    name = securable.name
    is_schema = securable.kind == "SCHEMA"
    shown = name.schema if is_schema else (name.name or name.database)
    return (
        *_parts(tag), value, "MANUAL" if is_own else "INHERITED",
        _level(place) if place is not None else "COLUMN",
        name.database, "" if is_schema else name.schema, shown,
        "COLUMN" if column else _level(securable), column,
    )  # fmt: skip


def _level(securable: Securable) -> str:
    return "TABLE" if securable.kind == "VIEW" else securable.kind


def _all_policies(session: Session) -> Iterator[Row]:
    yield from _of_tags(session)
    for database in session.account.databases():
        for kind in ("table", "view"):
            for name in session.catalog.list(session, kind, database):
                yield from _of_object(session, Securable(kind.upper(), name))


def _of_tags(session: Session) -> Iterator[Row]:
    for database in session.account.databases():
        for tag, known in session.catalog.list(session, "tag", database).items():
            for place in known["policies"]:
                yield (
                    *place, "MASKING_POLICY", *_parts(tag), "TAG", None, None, *_parts(tag),
                    "ACTIVE",
                )  # fmt: skip


def _of_object(session: Session, securable: Securable) -> list[Row]:
    found: list[Row] = []
    name = _parts(securable.name)
    for column, kind in session.table_columns(securable.name.sql):
        mask = mask_of(session, securable, column, kind)
        if mask is not None:
            others = _listed(mask.columns[1:]) if len(mask.columns) > 1 else None
            tag = _parts(mask.tag) if mask.tag else (None, None, None)
            found.append(
                (*_parts(mask.policy.name), "MASKING_POLICY", *name, securable.kind, column,
                 others, *tag, "ACTIVE")
            )  # fmt: skip
    rows = governed.of(session, securable).rows
    if rows is not None:
        found.append(
            (*_parts(rows.policy), "ROW_ACCESS_POLICY", *name, securable.kind, None,
             _listed(rows.columns), None, None, None, "ACTIVE")
        )  # fmt: skip
    return found


def _listed(columns: tuple[str, ...]) -> str:
    return "[ " + ", ".join(f'"{column}"' for column in columns) + " ]"


def _parts(name: ObjectName) -> tuple[str, str, str]:
    return name.database, name.schema, name.name
