"""What an alert's condition and action may ask about their own run, and ALERT_HISTORY."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlglot import exp

from sandbox.alert.history import AlertRun
from sandbox.alert.keeper import running
from sandbox.function.path import path_of
from sandbox.runtime import runtime_of
from sandbox.warehouse.errors import sql_error
from sandbox.warehouse.registry import function, table_function
from sandbox.warehouse.result import Result
from sandbox.warehouse.rewrite import Context, context_rule
from sandbox.warehouse.session import Session

_HOME = ["SNOWFLAKE", "ALERT"]


@table_function("information_schema.alert_history")
def alert_history(session: Session, arguments: dict[str, Any]) -> Result:
    runtime = runtime_of(session)
    return runtime.alerts.history.table(arguments, runtime.clock())


@function("system$get_alert_config")
def get_alert_config(session: Session, arguments: list[Any]) -> str | None:  # noqa: ARG001
    """https://docs.snowflake.com/en/sql-reference/functions/system_get_alert_config"""
    return _running(session, "SYSTEM$GET_ALERT_CONFIG").alert.config


@context_rule(exp.Dot)
def alert_time(node: exp.Dot, context: Context) -> exp.Expr | None:
    """SNOWFLAKE.ALERT.SCHEDULED_TIME() and LAST_SUCCESSFUL_SCHEDULED_TIME()."""
    *place, called = path_of(node)
    if [part.name.upper() for part in place] != _HOME:
        return None
    name = called.name.upper()
    run = _running(context.session, f"SNOWFLAKE.ALERT.{name}")
    context.is_constant = False
    if name == "SCHEDULED_TIME":
        return _moment(run.scheduled_time)
    if name == "LAST_SUCCESSFUL_SCHEDULED_TIME":
        return _moment(run.last_successful)
    return None


def _moment(moment: datetime | None) -> exp.Expr:
    value = exp.null() if moment is None else exp.Literal.string(moment.isoformat(" "))
    return exp.cast(value, exp.DataType.Type.TIMESTAMPTZ)


def _running(session: Session, name: str) -> AlertRun:
    run = running.get(session)
    if run is None:
        raise sql_error(f"Function {name} must be called from within an alert.", 91000, "55000")
    return run
