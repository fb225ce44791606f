"""The table functions about whole graphs: TASK_DEPENDENTS and the runs of graphs.

https://docs.snowflake.com/en/sql-reference/functions/task_dependents,
.../current_task_graphs and .../complete_task_graphs
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.runtime import Runtime, runtime_of
from sandbox.task.functions import task_history
from sandbox.task.graph import dependents
from sandbox.task.statements import listed
from sandbox.warehouse.errors import syntax_error
from sandbox.warehouse.names import split_name
from sandbox.warehouse.registry import table_function
from sandbox.warehouse.result import Column, Result, table
from sandbox.warehouse.session import Session

_TEXT, _NUMBER, _TIME = "text", "fixed", "timestamp_ltz"
_COLUMNS = {
    "ROOT_TASK_NAME": _TEXT,
    "DATABASE_NAME": _TEXT,
    "SCHEMA_NAME": _TEXT,
    "STATE": _TEXT,
    "SCHEDULED_FROM": _TEXT,
    "FIRST_ERROR_TASK_NAME": _TEXT,
    "FIRST_ERROR_CODE": _NUMBER,
    "FIRST_ERROR_MESSAGE": _TEXT,
    "SCHEDULED_TIME": _TIME,
    "QUERY_START_TIME": _TIME,
    "NEXT_SCHEDULED_TIME": _TIME,
    "COMPLETED_TIME": _TIME,
    "ROOT_TASK_ID": _TEXT,
    "GRAPH_VERSION": _NUMBER,
    "RUN_ID": _NUMBER,
    "ATTEMPT_NUMBER": _NUMBER,
    "CONFIG": _TEXT,
    "GRAPH_RUN_GROUP_ID": _TEXT,
    "BACKFILL_INFO": "variant",
}
_DEPENDENT = (
    "created_on", "name", "database_name", "schema_name", "owner", "comment", "warehouse",
    "schedule", "predecessors", "state", "definition", "condition",
)  # fmt: skip
_COMPLETE_FOR = timedelta(minutes=60)
_ALL = 10_000

Row = dict[str, Any]


@table_function("information_schema.task_dependents")
def task_dependents(session: Session, arguments: dict[str, Any]) -> Result:
    """The task itself first, then those behind it, level by level."""
    text = arguments.get("TASK_NAME", arguments.get("0"))
    if text is None or arguments.keys() - {"TASK_NAME", "RECURSIVE", "0"}:
        raise syntax_error("TASK_DEPENDENTS takes TASK_NAME and RECURSIVE.")
    store = runtime_of(session).worker.store
    tasks = store.all(session)
    found = [store.get(session, session.resolve(split_name(str(text))))]
    for task in found:
        found += [one for one in dependents(task.name, tasks) if one not in found]
        if str(arguments.get("RECURSIVE", True)).upper() == "FALSE":
            break
    shown = listed(found, tasks)
    places = [[column.name for column in shown.columns].index(name) for name in _DEPENDENT]
    columns = [Column(name.upper(), shown.columns[p].type) for name, p in zip(_DEPENDENT, places)]  # noqa: B905
    return table(columns, [[row[place] for place in places] for row in shown.rows()])


@table_function("information_schema.current_task_graphs")
def current_task_graphs(session: Session, arguments: dict[str, Any]) -> Result:
    """Graphs that run, and the next scheduled run of each started root."""
    _check(arguments, {"RESULT_LIMIT", "ROOT_TASK_NAME"})
    runtime = runtime_of(session)
    active = runtime.scheduler.active_graphs()
    graphs = [
        _graph(rows, runtime, session)
        for key, rows in _by_graph(session).items()
        if key in active or rows[0]["STATE"] == "SCHEDULED"
    ]
    for graph in graphs:
        graph["STATE"] = "EXECUTING" if graph["GRAPH_RUN_GROUP_ID"] else "SCHEDULED"
    columns = {name: kind for name, kind in _COLUMNS.items() if name != "COMPLETED_TIME"}
    return _answer(columns, graphs, arguments, "SCHEDULED_TIME")


@table_function("information_schema.complete_task_graphs")
def complete_task_graphs(session: Session, arguments: dict[str, Any]) -> Result:
    """Runs that ended in the last hour; one whose root was skipped is none."""
    _check(arguments, {"RESULT_LIMIT", "ROOT_TASK_NAME", "ERROR_ONLY"})
    runtime = runtime_of(session)
    active = runtime.scheduler.active_graphs()
    since = runtime.clock() - _COMPLETE_FOR
    graphs = [
        _graph(rows, runtime, session)
        for key, rows in _by_graph(session).items()
        if key not in active and rows[0]["STATE"] != "SCHEDULED"
    ]
    graphs = [one for one in graphs if one["COMPLETED_TIME"] >= since and one["STATE"] != "SKIPPED"]
    if str(arguments.get("ERROR_ONLY")).upper() == "TRUE":
        graphs = [one for one in graphs if one["STATE"] != "SUCCEEDED"]
    return _answer(_COLUMNS, graphs, arguments, "COMPLETED_TIME")


def _by_graph(session: Session) -> dict[tuple[str | None, int, str], list[Row]]:
    """The rows of the task history by graph run, attempt and root."""
    history = task_history(session, {"RESULT_LIMIT": _ALL})
    names = [column.name for column in history.columns]
    found: dict[tuple[str | None, int, str], list[Row]] = {}
    for values in history.rows():
        row = dict(zip(names, values, strict=True))
        key = (row["GRAPH_RUN_GROUP_ID"], row["ATTEMPT_NUMBER"], row["ROOT_TASK_ID"])
        found.setdefault(key, []).append(row)
    return found


def _graph(rows: list[Row], runtime: Runtime, session: Session) -> Row:
    """One graph run from the rows of its tasks."""
    first = min(rows, key=lambda row: row["SCHEDULED_TIME"])
    root_id = first["ROOT_TASK_ID"]
    tasks = runtime.worker.store.all(session).values()
    root = next((task.name.name for task in tasks if task.task_id == root_id), first["NAME"])
    failed = [row for row in rows if row["STATE"].startswith("FAILED")]
    error = min(failed, key=lambda row: row["COMPLETED_TIME"], default={})
    return {
        **first,
        "ROOT_TASK_NAME": root,
        "STATE": _state(rows, first),
        "FIRST_ERROR_TASK_NAME": error.get("NAME"),
        "FIRST_ERROR_CODE": error.get("ERROR_CODE"),
        "FIRST_ERROR_MESSAGE": error.get("ERROR_MESSAGE"),
        "COMPLETED_TIME": max(
            (row["COMPLETED_TIME"] for row in rows if row["COMPLETED_TIME"]),
            default=datetime.max.replace(tzinfo=UTC),
        ),
    }


def _state(rows: Sequence[Row], first: Row) -> str:
    states = {row["STATE"] for row in rows}
    if states & {"FAILED", "FAILED_AND_AUTO_SUSPENDED"}:
        return "FAILED"
    if "CANCELLED" in states:
        return "CANCELLED"
    return "SKIPPED" if first["STATE"] == "SKIPPED" else "SUCCEEDED"


def _check(arguments: dict[str, Any], known: set[str]) -> None:
    if unknown := arguments.keys() - known:
        raise syntax_error(f"unexpected argument {min(unknown)}.")


def _answer(
    columns: dict[str, str], graphs: Iterable[Row], arguments: dict[str, Any], order: str
) -> Result:
    name = arguments.get("ROOT_TASK_NAME")
    limit = int(arguments.get("RESULT_LIMIT", 1000))
    if not 1 <= limit <= _ALL:
        raise syntax_error(f"RESULT_LIMIT must be between 1 and {_ALL}.")
    chosen = [
        graph
        for graph in graphs
        if name is None or graph["ROOT_TASK_NAME"].upper() == str(name).upper()
    ]
    chosen.sort(key=lambda graph: graph[order], reverse=True)
    return table(
        [Column(column, kind) for column, kind in columns.items()],
        [[graph.get(column) for column in columns] for graph in chosen[:limit]],
    )
