"""One self-contained HTML page of charts, from whatever connection the Snowflake tools use.

Example: .venv/bin/python dashboard/report.py --to output/report.html
"""

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import altair as alt
import pandas as pd
import snowflake.connector
import typer
import vl_convert
from board import charts, timeline
from board.look import BLUE, SEVERITY, chart_theme, moment, words
from board.source import plain
from rich.console import Console
from rich.progress import track

WIDTH = 560
READINGS = "gold.fact_vitals"
VITALS = {
    "heart_rate": ("Heart rate", "Beats per minute", 2),
    "systolic_bp": ("Systolic blood pressure", "mmHg", 4),
    "diastolic_bp": ("Diastolic blood pressure", "mmHg", 4),
    "oxygen_saturation": ("Oxygen saturation", "Percent", 1),
    "respiratory_rate": ("Respiratory rate", "Breaths per minute", 1),
    "temperature_c": ("Temperature", "Degrees Celsius", 0.1),
}
"""Column -> its name, its unit, and the width of a bar in the histogram."""
TOLD = {words(name): colour for name, colour in SEVERITY.items()}

Read = Callable[[str], pd.DataFrame]


@dataclass(frozen=True)
class Section:
    """One chart of the page."""

    title: str
    says: str
    draw: Callable[[Read], tuple[alt.Chart | alt.LayerChart | None, pd.DataFrame]]
    """The chart and the rows it shows; no chart where there are none."""


def main(
    to: Annotated[Path, typer.Option(help="The page to write.")] = Path("output/report.html"),
    connection: Annotated[
        str | None,
        typer.Option(help="A connection of connections.toml; without it the default one."),
    ] = None,
) -> None:
    """Write the report: the numbers of gold as charts, in one file that needs no network."""
    console = Console()
    try:
        account = snowflake.connector.connect(
            **({"connection_name": connection} if connection else {})
        )
    except Exception as error:
        console.print(
            f"[red]The account cannot be reached ({type(error).__name__}).[/] Check the connection"
            " in connections.toml, or `source .sandbox/env` for the sandbox."
        )
        raise typer.Exit(3) from error

    def read(query: str) -> pd.DataFrame:
        return plain(account.cursor().execute(query).fetch_pandas_all())

    try:
        [as_of] = read("select as_of from gold.as_of")["as_of"]
        parts = [_part(section, read) for section in track(SECTIONS, "Drawing", console=console)]
    except snowflake.connector.errors.ProgrammingError as error:
        console.print(
            f"[red]Gold cannot be read (error {error.errno}).[/] Run `make deploy`, or ask for the"
            " reporter's role."
        )
        raise typer.Exit(1) from error
    finally:
        account.close()
    to.parent.mkdir(parents=True, exist_ok=True)
    unfinished = to.with_suffix(".part")
    unfinished.write_text(_PAGE.format(as_of=moment(as_of), parts="\n".join(parts)))
    unfinished.replace(to)
    console.print(f"{to}: {len(parts)} charts, data up to {moment(as_of)}")


def _histogram(column: str) -> Section:
    name, unit, step = VITALS[column]

    def draw(read: Read) -> tuple[alt.Chart | None, pd.DataFrame]:
        rows = read(
            f"select floor({column} / {step}) * {step} as at, count(*) as readings"
            f" from {READINGS} where {column} is not null group by at order by at"
        )
        if rows.empty:
            return None, rows
        chart = (
            alt.Chart(rows.assign(until=rows["at"] + step), height=180)
            .mark_bar(color=BLUE, cornerRadiusEnd=0)
            .encode(
                x=alt.X("at:Q", title=unit, axis=alt.Axis(grid=False), scale=alt.Scale(zero=False)),
                x2="until:Q",
                y=alt.Y("readings:Q", title="Readings", axis=alt.Axis(tickCount=4, format="~s")),
                y2=alt.datum(0),
            )
        )
        return chart, rows

    return Section(name, "All readings, corrections applied, impossible values left out.", draw)


def _rate_by_severity(read: Read) -> tuple[alt.LayerChart | None, pd.DataFrame]:
    rows = read(
        f"""
        select severity, count(*) as readings,
            percentile_cont(0.05) within group (order by heart_rate) as p5,
            percentile_cont(0.25) within group (order by heart_rate) as p25,
            median(heart_rate) as p50,
            percentile_cont(0.75) within group (order by heart_rate) as p75,
            percentile_cont(0.95) within group (order by heart_rate) as p95
        from {READINGS}
        where heart_rate is not null and severity is not null
        group by severity
        """
    )
    if rows.empty:
        return None, rows
    rows["told"] = rows["severity"].map(words)
    base = alt.Chart(rows, height=180).encode(y=alt.Y("told:N", sort=list(TOLD), title=None))
    scale = alt.Scale(zero=False)
    colour = alt.Color(
        "told:N", legend=None, scale=alt.Scale(domain=list(TOLD), range=list(TOLD.values()))
    )
    whisker = base.mark_rule(strokeWidth=2).encode(
        x=alt.X("p5:Q", title="Beats per minute", scale=scale), x2="p95:Q", color=colour
    )
    box = base.mark_bar(height=18, cornerRadius=3).encode(
        x=alt.X("p25:Q", scale=scale), x2="p75:Q", color=colour
    )
    middle = base.mark_tick(color="white", thickness=3, height=18).encode(
        x=alt.X("p50:Q", scale=scale)
    )
    return whisker + box + middle, rows.drop(columns="told")


def _bars(
    query: str,
    what: str,
    much: str,
    title: str,
    number: str = ",.0f",
    naming: Callable[[str], str] = str,
) -> Callable[[Read], tuple[alt.LayerChart | None, pd.DataFrame]]:
    def draw(read: Read) -> tuple[alt.LayerChart | None, pd.DataFrame]:
        rows = read(query)
        if rows.empty:
            return None, rows
        named = rows.assign(**{what: rows[what].map(naming)})
        return charts.bars(named, what, much, title, [], number=number), rows

    return draw


def _census(read: Read) -> tuple[alt.Chart | None, pd.DataFrame]:
    rows = read(
        """
        select date_trunc(day, census_at) as day,
            sum(occupied_beds) / count(distinct census_at) as patients
        from gold.kpi_hourly_census
        group by day
        order by day
        """
    )
    if rows.empty:
        return None, rows
    return timeline.line(rows, "day", "patients", "Mean patients in beds", []), rows


def _part(section: Section, read: Read) -> str:
    chart, rows = section.draw(read)
    if chart is None:
        body = '<p class="empty">Nothing of this kind has arrived yet.</p>'
    else:
        drawn = chart.properties(width=WIDTH).to_dict()
        theme = chart_theme()["config"] | {"font": "sans-serif"}
        body = vl_convert.vegalite_to_svg(drawn, config=theme)
    table = rows.head(200).to_html(index=False, border=0, float_format="{:,.2f}".format)
    return (
        f"<section><h2>{html.escape(section.title)}</h2><p>{html.escape(section.says)}</p>{body}"
        f"<details><summary>Numbers</summary>{table}</details></section>"
    )


SECTIONS: Sequence[Section] = (
    *(_histogram(column) for column in VITALS),
    Section(
        "Heart rate by severity",
        "Middle half, median, and 5th to 95th percentile.",
        _rate_by_severity,
    ),
    Section(
        "Severity of readings",
        "The worst of a reading's vital signs.",
        _bars(
            "select severity, sum(reading_count) as readings,"
            " 100 * sum(reading_count) / sum(sum(reading_count)) over () as percent"
            " from gold.kpi_severity_share group by severity",
            "severity",
            "percent",
            "Percent of graded readings",
            ".1f",
            words,
        ),
    ),
    Section(
        "Patients with most alerts",
        "Alerts: a patient, a type and a quarter of an hour with a breach.",
        _bars(
            "select patient_id, count(*) as alerts, sum(breach_count) as breaches"
            " from gold.fact_alert group by patient_id"
            " order by alerts desc, breaches desc, patient_id limit 15",
            "patient_id",
            "alerts",
            "Alerts",
        ),
    ),
    Section(
        "Missing values",
        "Percent of readings without the value, by column.",
        _bars(
            "select column_name, null_percent, null_count from ops.vitals_quality",
            "column_name",
            "null_percent",
            "Percent",
            ".2f",
            lambda name: words(name.lower()),
        ),
    ),
    Section("Census", "Patients in beds, the mean of each day.", _census),
    Section(
        "Payer mix",
        "Percent of the claimed cost of encounters.",
        _bars(
            "select coalesce(payer_name, 'Unnamed payer') as payer, cost_share_percent"
            " from gold.payer_coverage_summary where cost_share_percent is not null"
            " order by cost_share_percent desc limit 12",
            "payer",
            "cost_share_percent",
            "Percent",
            ".1f",
        ),
    ),
)

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Carefloe report</title>
<style>
  body {{font-family: system-ui, sans-serif; color: #1B2A41; margin: 0; background: #F4F7FA;}}
  header {{padding: 2rem 3rem 1rem;}}
  h1 {{margin: 0; font-size: 1.8rem;}}
  header p, section p {{color: #5B6B82; margin: .2rem 0 .8rem;}}
  main {{display: grid; grid-template-columns: repeat(auto-fit, minmax(34rem, 1fr)); gap: 1rem;
    padding: 1rem 3rem 3rem;}}
  section {{background: white; border: 1px solid #E3E8EF; border-radius: 8px; overflow-x: auto;
    padding: 1rem 1.2rem;}}
  h2 {{margin: 0; font-size: 1.05rem;}}
  svg {{max-width: 100%; height: auto; overflow: visible;}}
  summary {{color: #5B6B82; cursor: pointer; font-size: .85rem;}}
  table {{font-size: .8rem; border-collapse: collapse; font-variant-numeric: tabular-nums;}}
  td, th {{padding: .15rem .6rem; text-align: right; border-top: 1px solid #E3E8EF;}}
  .empty {{padding: 2rem 0; text-align: center;}}
</style>
</head>
<body>
<header><h1>Carefloe report</h1><p>Data up to {as_of}.</p></header>
<main>
{parts}
</main>
</body>
</html>
"""


if __name__ == "__main__":
    typer.run(main)
