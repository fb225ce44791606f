"""Pipeline: task graphs and their last states, how long runs take, how far behind, at what cost."""

import json

import altair as alt
import pandas as pd
import streamlit as st

from board import charts
from board.choice import Choice
from board.frame import Figure, Page, figures, is_empty, panel, table
from board.look import GRID, MUTED, QUIET, STATE, VERMILLION, count, words
from board.source import one, read

_ARROW = '<div class="then">→</div>'
_STYLE = f"""
<style>
  .graph {{display: flex; align-items: center; gap: .4rem; padding: .35rem 0;
    border-top: 1px solid {GRID};}}
  .graph:first-of-type {{border-top: none;}}
  .graph > div {{display: flex; flex-wrap: wrap; gap: .35rem;}}
  .graph > .then {{color: {MUTED}; flex: none;}}
  .task {{border: 1px solid; border-left-width: 4px; border-radius: 6px; padding: .1rem .5rem;
    font-size: .8rem; white-space: nowrap; background: white;}}
  .task i {{color: {MUTED}; font-style: normal;}}
</style>
"""
XSMALL_CREDITS_PER_HOUR = 1
"""https://docs.snowflake.com/en/user-guide/cost-understanding-compute"""


def draw(choice: Choice) -> None:
    del choice
    last = read(
        """
        select task_name, state, error_code, started_at, completed_at,
            datediff(millisecond, started_at, completed_at) / 1000 as seconds
        from ops.task_run
        where started_at is not null
        qualify row_number() over (partition by task_name order by started_at desc) = 1
        """
    )
    runs = read(
        """
        select pipeline, outcome, failed_stage, started_at, completed_at,
            datediff(millisecond, started_at, completed_at) / 1000 as seconds
        from ops.run_outcome
        order by completed_at desc
        """
    )
    _glance(runs)
    with panel("Task graphs", "Each task with its last run: ✓ succeeded, ✕ failed, · not run yet."):
        _graphs(last)
    left, right = st.columns(2)
    with left, panel("Seconds by task", "Mean of the runs of the last seven days."):
        _durations()
    with (
        right,
        panel("How far behind", "From the newest event of each source to the newest of all."),
    ):
        _freshness()
    with panel("Last runs", "One row per run of a graph, the newest first."):
        _runs(runs.head(50))


def _glance(runs: pd.DataFrame) -> None:
    failed = (runs["outcome"] == "FAILED").sum()
    silent = one("select count_if(is_stale) as silent from ops.freshness")["silent"]
    busy = one(
        """
        select count(distinct date_trunc('minute', started_at)) as minutes
        from ops.task_run
        where started_at > dateadd(hour, -24, sysdate())
        """
    )["minutes"]
    figures(
        [
            Figure("Runs", count(len(runs)), "Runs of task graphs that have ended."),
            Figure("Failed runs", count(failed)),
            Figure("Median run", f"{runs['seconds'].median():,.1f} s" if len(runs) else "–"),
            Figure("Longest run", f"{runs['seconds'].max():,.1f} s" if len(runs) else "–"),
            Figure("Silent sources", count(silent), "That should have sent more by now."),
            Figure(
                "Credits, 24 h",
                f"≈ {busy / 60 * XSMALL_CREDITS_PER_HOUR:,.2f}",
                "Estimated: minutes in which a task began, at one credit an hour (X-Small).",
            ),
        ]
    )


def _graphs(last: pd.DataFrame) -> None:
    graph = read("select root_task_name, task_name, predecessors from ops.task_graph")
    if is_empty(graph, "No task graph is deployed."):
        return
    runs = last.set_index("task_name")
    rows = []
    for root, tasks in graph.groupby("root_task_name", sort=False):
        before = {
            name: [task.split(".")[-1] for task in json.loads(told or "[]")]
            for name, told in zip(tasks["task_name"], tasks["predecessors"], strict=True)
        }
        steps = [
            "".join(_chip(name, runs) for name in names) for names in _steps(str(root), before)
        ]
        rows.append(
            f'<div class="graph">{_ARROW.join(f"<div>{step}</div>" for step in steps)}</div>'
        )
    st.markdown(_STYLE + "".join(rows), unsafe_allow_html=True)


def _steps(root: str, before: dict[str, list[str]]) -> list[list[str]]:
    """The tasks of a graph, step after step; the finalizer, which follows none, is the last."""
    steps, left = [[root]], {name: set(tasks) for name, tasks in before.items() if tasks}
    done = {root}
    while ready := sorted(name for name, tasks in left.items() if tasks <= done):
        steps.append(ready)
        done |= set(ready)
        left = {name: tasks for name, tasks in left.items() if name not in done}
    finalizers = sorted(name for name, tasks in before.items() if not tasks and name != root)
    return [*steps, finalizers] if finalizers else steps


def _chip(name: str, runs: pd.DataFrame) -> str:
    state, seconds = runs.loc[name, ["state", "seconds"]] if name in runs.index else (None, None)
    colour = STATE.get(state, VERMILLION if state and "FAILED" in state else QUIET)
    took = "not run yet" if seconds is None or pd.isna(seconds) else f"{seconds:.1f} s"
    said = words(state) if state else "Not run yet"
    short = words(name).removeprefix("Load ").capitalize()
    mark = {"SUCCEEDED": "✓", None: "·"}.get(state, "✕" if colour == VERMILLION else "…")
    return (
        f'<span class="task" style="border-color:{colour}" title="{said}">'
        f'<b style="color:{colour}">{mark}</b> {short} <i>{took}</i></span>'
    )


def _durations() -> None:
    rows = read(
        """
        select task_name, count(*) as runs, count_if(state <> 'SUCCEEDED') as failed,
            avg(datediff(millisecond, started_at, completed_at)) / 1000 as mean_seconds
        from ops.task_run
        where completed_at is not null and started_at is not null
        group by task_name
        """
    )
    if is_empty(rows, "No run has been written yet."):
        return
    rows = rows.assign(told=rows["task_name"].map(words)).nlargest(14, "mean_seconds")
    tip = [
        alt.Tooltip("told:N", title="Task"),
        alt.Tooltip("runs:Q", title="Runs"),
        alt.Tooltip("failed:Q", title="Not succeeded"),
        alt.Tooltip("mean_seconds:Q", title="Mean, s", format=".2f"),
    ]
    charts.draw(charts.bars(rows, "told", "mean_seconds", "Seconds", tip, number=".1f"))


def _freshness() -> None:
    rows = read(
        "select source, newest_event_at, hours_behind, missing_count, is_stale from ops.freshness"
    )
    if is_empty(rows, "No source has sent an event yet."):
        return
    rows = rows.assign(
        told=rows["source"].map(words),
        state=["Silent" if stale else "As usual" for stale in rows["is_stale"]],
    )
    table(
        rows,
        {
            "told": "Source",
            "newest_event_at": st.column_config.DatetimeColumn(
                "Newest event (UTC)", format="DD MMM YYYY, HH:mm"
            ),
            "hours_behind": st.column_config.NumberColumn("Hours behind", format="%.1f h"),
            "missing_count": st.column_config.NumberColumn("Events missing", format="%.0f"),
            "state": "State",
        },
    )


def _runs(runs: pd.DataFrame) -> None:
    if is_empty(runs, "No run has ended yet."):
        return
    shown = runs.assign(
        graph=runs["pipeline"].map(words),
        state=runs["outcome"].map(words),
        failed=["–" if stage is None else words(stage) for stage in runs["failed_stage"]],
    )
    table(
        shown,
        {
            "completed_at": st.column_config.DatetimeColumn(
                "Ended (UTC)", format="DD MMM YYYY, HH:mm:ss"
            ),
            "graph": "Graph",
            "state": "Outcome",
            "failed": "Failed at",
            "seconds": st.column_config.NumberColumn("Took", format="%.1f s"),
        },
        height=280,
    )


PAGE = Page(
    "Whether the tasks run, how long they take and how far behind they are.", (), "7 days", draw
)
