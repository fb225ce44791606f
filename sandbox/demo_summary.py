"""What the demo shows at its end: rows per layer, reconciliation, flags, KPIs, time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import snowflake.connector
from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Shown:
    """One table of the summary."""

    title: str
    query: str


LAYERS = """
select table_schema as schema, table_name as name, row_count as row_count
from information_schema.tables
where table_schema in ('RAW', 'SILVER', 'GOLD', 'OPS') and table_type = 'BASE TABLE'
order by case table_schema when 'RAW' then 1 when 'SILVER' then 2 when 'GOLD' then 3 else 4 end, table_name
"""

SHOWN = (
    Shown("Rows per layer", LAYERS),
    Shown(
        "Reconciliation (ops.reconciliation)", "select * from ops.reconciliation order by source"
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
        "Encounters (gold.kpi_encounters_by_department)",
        "select * from gold.kpi_encounters_by_department order by encounter_count desc",
    ),
    Shown(
        "Tasks (ops.pipeline_run)",
        "select task_name, count(*) as runs, count_if(state = 'FAILED') as failed,"
        " round(sum(datediff(millisecond, started_at, completed_at)) / 1000, 1) as seconds"
        " from ops.pipeline_run group by task_name order by seconds desc",
    ),
)


def print_summary(console: Console, sandbox: Path) -> None:
    """Print the summary's tables from the sandbox whose folder this is."""
    connection = snowflake.connector.connect(
        connection_name="sandbox", connections_file_path=sandbox / "connections.toml"
    )
    try:
        for shown in SHOWN:
            cursor = connection.cursor().execute(shown.query)
            table = Table(title=shown.title, title_justify="left", title_style="bold")
            for column in cursor.description:
                table.add_column(
                    column.name.lower().replace("_", " "),
                    justify="right" if column.type_code == 0 else "left",
                )
            for row in cursor.fetchall():
                table.add_row(*(_text(value) for value in row))
            console.print(table)
    finally:
        connection.close()


def print_times(console: Console, seconds: Mapping[str, float], sent: Mapping[str, int]) -> None:
    """Print where the time went."""
    table = Table(title="Where the time went", title_justify="left", title_style="bold")
    table.add_column("step")
    table.add_column("seconds", justify="right")
    for step, duration in seconds.items():
        table.add_row(step, f"{duration:,.1f}")
    table.add_section()
    table.add_row("Total", f"{sum(seconds.values()):,.1f}")
    console.print(table)
    for what, count in sent.items():
        console.print(f"Produced {count:,} {what}.", highlight=False)


def _text(value: Any) -> str:  # noqa: ANN401 - a cell may hold anything
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else str(value)
