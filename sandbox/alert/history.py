"""The alert history: a table in the account's own database, and INFORMATION_SCHEMA.ALERT_HISTORY.

https://docs.snowflake.com/en/sql-reference/functions/alert_history
"""

# ruff: noqa: S608 - the one name in the text is a constant
from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sandbox.alert.definition import Alert
from sandbox.warehouse.account import Account
from sandbox.warehouse.catalog import ACCOUNT_DATABASE, SCHEMA
from sandbox.warehouse.errors import syntax_error
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.result import Column, Result, table

State = Literal["CONDITION_FALSE", "CONDITION_FAILED", "ACTION_FAILED", "TRIGGERED"]
Origin = Literal["SCHEDULE", "EXECUTE ALERT"]

_TABLE = f'"{ACCOUNT_DATABASE}"."{SCHEMA}".alert_history'
_TEXT, _NUMBER, _TIME, _TRUTH = "text", "fixed", "timestamp_ltz", "boolean"
_COLUMNS = {
    "NAME": _TEXT,
    "DATABASE_NAME": _TEXT,
    "SCHEMA_NAME": _TEXT,
    "CONDITION": _TEXT,
    "CONDITION_QUERY_ID": _TEXT,
    "ACTION": _TEXT,
    "ACTION_QUERY_ID": _TEXT,
    "STATE": _TEXT,
    "SQL_ERROR_CODE": _NUMBER,
    "SQL_ERROR_MESSAGE": _TEXT,
    "SCHEDULED_TIME": _TIME,
    "COMPLETED_TIME": _TIME,
    "SCHEDULED_FROM": _TEXT,
    "RUNBOOK": _TEXT,
    "WAS_AUTO_SUSPENDED": _TRUTH,
    "CONFIG": _TEXT,
}
_DUCKDB = {_TEXT: "varchar", _NUMBER: "bigint", _TIME: "timestamp", _TRUTH: "boolean"}
_ARGUMENTS = {
    "SCHEDULED_TIME_RANGE_START",
    "SCHEDULED_TIME_RANGE_END",
    "RESULT_LIMIT",
    "ALERT_NAME",
}
_KEPT = timedelta(days=7)
_MOST_ROWS = 10_000


@dataclass(frozen=True)
class AlertRun:
    """One evaluation of an alert; times are UTC."""

    alert: Alert
    scheduled_time: datetime
    scheduled_from: Origin
    last_successful: datetime | None
    """The scheduled time of the latest evaluation without an error before this one."""


@dataclass(frozen=True)
class AlertResult:
    state: State
    condition_query_id: str | None = None
    action_query_id: str | None = None
    error_code: int | None = None
    error_message: str | None = None


class AlertHistory:
    def __init__(self, account: Account) -> None:
        self._account = account
        columns = ", ".join(f"{name} {_DUCKDB[kind]}" for name, kind in _COLUMNS.items())
        with closing(account.connect()) as session:
            session.run(f"create table if not exists {_TABLE} ({columns})")

    def add(self, run: AlertRun, result: AlertResult, now: datetime) -> None:
        """Write a finished run; committed when this returns."""
        alert = run.alert
        values = [
            alert.name.name, alert.name.database, alert.name.schema,
            alert.condition, result.condition_query_id, alert.action, result.action_query_id,
            result.state, result.error_code, result.error_message,
            _stored(run.scheduled_time), _stored(now), run.scheduled_from,
            alert.runbook, False, alert.config,
        ]  # fmt: skip
        marks = ", ".join("?" * len(values))
        with closing(self._account.connect()) as session:
            session.run(f"insert into {_TABLE} values ({marks})", values)

    def last_successful(self, name: ObjectName) -> datetime | None:
        with closing(self._account.connect()) as session:
            rows = session.run(
                f"select max(scheduled_time) from {_TABLE} where name = ? and database_name = ? "
                "and schema_name = ? and state in ('CONDITION_FALSE', 'TRIGGERED')",
                [name.name, name.database, name.schema],
            )
        found: datetime | None = rows[0][0]
        return found.replace(tzinfo=UTC) if found else None

    def table(self, arguments: dict[str, Any], now: datetime) -> Result:
        """What ALERT_HISTORY returns for these arguments, the newest first."""
        if unknown := arguments.keys() - _ARGUMENTS:
            raise syntax_error(f"ALERT_HISTORY has no argument {min(unknown)}.")
        limit = int(arguments.get("RESULT_LIMIT", 100))
        if not 1 <= limit <= _MOST_ROWS:
            raise syntax_error(f"RESULT_LIMIT must be between 1 and {_MOST_ROWS}.")
        start = _utc(arguments.get("SCHEDULED_TIME_RANGE_START") or now - _KEPT)
        end = _utc(arguments.get("SCHEDULED_TIME_RANGE_END") or now)
        with closing(self._account.connect()) as session:
            rows = session.run(
                f"select * from {_TABLE} where scheduled_time between ? and ? "
                "and upper(name) = coalesce(upper(?), upper(name)) "
                "order by scheduled_time desc limit ?",
                [_stored(start), _stored(end), arguments.get("ALERT_NAME"), limit],
            )
        columns = [Column(name, kind) for name, kind in _COLUMNS.items()]
        return table(columns, [[_aware(value) for value in row] for row in rows])


def _utc(value: datetime | str) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _stored(moment: datetime) -> datetime:
    return _utc(moment).replace(tzinfo=None)


def _aware(value: object) -> object:
    return _utc(value) if isinstance(value, datetime) else value
