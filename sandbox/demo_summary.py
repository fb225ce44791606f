"""What the demo shows at its end: rows per layer, reconciliation, flags, KPIs, speed, time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import snowflake.connector
from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Shown:
    """One table of the summary: what is shown, and the query that gives it."""

    title: str
    query: str


@dataclass(frozen=True)
class Stage:
    """How long one stage of the path took for the events it handled."""

    name: str
    events: int
    seconds: float


LAYERS = """
select table_schema as schema, table_name as name, row_count
from information_schema.tables
where table_schema in ('RAW', 'SILVER', 'GOLD', 'OPS') and table_type = 'BASE TABLE'
order by
    case table_schema when 'RAW' then 1 when 'SILVER' then 2 when 'GOLD' then 3 else 4 end,
    table_name
"""

TASK_RUNS = """
select
    task_name,
    count(*) as runs,
    count_if(state like 'FAILED%') as failed_runs,
    round(sum(datediff(millisecond, started_at, completed_at)) / 1000, 1) as seconds
from ops.pipeline_run
where started_at >= ?
group by task_name
order by seconds desc
"""

ALERTS = """
select
    alert_type,
    severity,
    count(*) as windows,
    count(distinct patient_id) as patients,
    sum(breach_count) as readings
from gold.fact_alert
group by alert_type, severity, severity_rank
order by severity_rank desc, patients desc, alert_type
"""

RISK = """
select
    risk_group,
    count(*) as patients,
    sum(critical_count) as critical_readings,
    count_if(latest_news2_risk = 'High') as high_news2_now,
    max(latest_news2_score) as highest_news2_now,
    max(last_measured_at) as last_measured_at
from gold.patient_risk_snapshot
group by risk_group
order by
    case risk_group when 'CRITICAL' then 1 when 'HIGH' then 2 when 'ELEVATED' then 3 else 4 end
"""

SHOWN = (
    Shown("Rows per layer", LAYERS),
    Shown(
        "Reconciliation (ops.reconciliation)",
        "select * from ops.reconciliation order by source",
    ),
    Shown(
        "Data-quality flags (ops.dq_flag_count)",
        "select * from ops.dq_flag_count order by source, row_count desc",
    ),
    Shown(
        "Rejected (ops.rejected_event)",
        "select source, reason, count(*) as row_count from ops.rejected_event"
        " group by source, reason order by source, row_count desc",
    ),
    Shown(
        "Bed occupancy, fullest ten (gold.kpi_bed_occupancy)",
        "select hospital_name, department, bed_capacity, occupied_beds, occupancy_percent"
        " from gold.kpi_bed_occupancy order by occupancy_percent desc nulls last, hospital_name"
        " limit 10",
    ),
    Shown(
        "Length of stay in hours (gold.kpi_length_of_stay)",
        "select * from gold.kpi_length_of_stay order by department",
    ),
    Shown(
        "Most frequent diagnosis per department (gold.kpi_top_diagnosis)",
        "select department, diagnosis_code, stay_count, mean_stay_hours"
        " from gold.kpi_top_diagnosis where diagnosis_rank = 1 order by department",
    ),
    Shown(
        "Encounters (gold.encounters_by_department)",
        "select * from gold.encounters_by_department order by encounter_count desc",
    ),
    Shown(
        "Payers (gold.payer_coverage_summary)",
        "select payer_name, encounter_count, total_claim_cost, coverage_percent, payment_percent"
        " from gold.payer_coverage_summary order by total_claim_cost desc nulls last",
    ),
    Shown(
        "Readmissions within 30 days (gold.kpi_readmission_by_department)",
        "select department, sum(index_count) as index_stays, sum(readmission_count) as came_back,"
        " round(100 * sum(readmission_count) / nullif(sum(index_count), 0), 1) as percent"
        " from gold.kpi_readmission_by_department where window_days = 30"
        " group by department order by department",
    ),
    Shown("Alerts by severity (gold.fact_alert)", ALERTS),
    Shown("Patients at risk (gold.patient_risk_snapshot)", RISK),
)


class Summary:
    """Reads the tables of a sandbox folder and prints them."""

    def __init__(self, console: Console, folder: Path) -> None:
        self._console = console
        self._connection = snowflake.connector.connect(
            connection_name="sandbox",
            connections_file_path=folder / "connections.toml",
            paramstyle="qmark",
        )

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def as_of(self) -> str:
        """The simulation's present: when the newest event happened, UTC."""
        _, [[as_of]] = self._query("select as_of from gold.as_of")
        return f"{as_of:%Y-%m-%dT%H:%M:%SZ}"

    def print_tables(self) -> None:
        """Print rows per layer, reconciliation, flags and KPIs."""
        for shown in SHOWN:
            names, rows = self._query(shown.query)
            self._console.print(_table(shown.title, names, rows))

    def print_tasks(self, since: datetime) -> dict[str, float]:
        """Print the task runs since then (UTC); returns the seconds per task."""
        names, rows = self._query(TASK_RUNS, (since,))
        self._console.print(_table("Task runs (ops.pipeline_run)", names, rows))
        return {task: float(seconds or 0) for task, _, _, seconds in rows}

    def _query(
        self, text: str, values: Sequence[Any] = ()
    ) -> tuple[list[str], list[tuple[Any, ...]]]:
        cursor = self._connection.cursor().execute(text, values)
        return [column.name for column in cursor.description], cursor.fetchall()


def print_speed(console: Console, stages: Sequence[Stage]) -> None:
    """Print events per second per stage."""
    rows = [
        (stage.name, stage.events, round(stage.seconds, 1), int(stage.events / stage.seconds))
        for stage in stages
        if stage.events and stage.seconds
    ]
    console.print(_table("Speed", ["stage", "events", "seconds", "events per second"], rows))


def print_times(console: Console, seconds: Mapping[str, float]) -> None:
    """Print where the time went, from an empty clone if it was one."""
    rows = [(step, round(duration, 1)) for step, duration in seconds.items()]
    rows.append(("Total", round(sum(seconds.values()), 1)))
    console.print(_table("Where the time went", ["step", "seconds"], rows))


def _table(title: str, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for place, name in enumerate(names):
        is_number = any(isinstance(row[place], (int, float, Decimal)) for row in rows)
        table.add_column(name.lower().replace("_", " "), justify="right" if is_number else "left")
    for row in rows:
        table.add_row(*(_text(value) for value in row))
    return table


def _text(value: Any) -> str:  # noqa: ANN401 - a cell may hold anything
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, (int, float, Decimal)) else str(value)
