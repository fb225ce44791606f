"""A column for each layer, deployed over a filled account, from the plan to the teardown.

The stages follow each other: filled by the old release, stopped in the middle of the new one while
old code goes on, then deployed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from support.message import reading
from support.site import DATABASE, Site

KINDS = (
    "databases", "warehouses", "roles", "users", "integrations", "resource monitors",
    "network policies",
)  # fmt: skip
SILVER = "select event_id, heart_rate, extra['room']::varchar from silver.vitals order by event_id"
GOLD = "select event_id, heart_rate from gold.fact_vitals order by event_id"
PENDING = (
    "select (select count(*) from raw.vitals_event_to_silver_stream),"
    " (select count(*) from silver.vitals_to_fact_vitals_stream)"
)
BROKEN = """
use database <% ctx.env.database %>;
create or replace view gold.broken (a comment 'A.') copy grants comment = 'One row.'
as
select no_such_column from gold.as_of;
"""
COLUMNS = {
    "sql/20_raw.sql": ("raw.vitals_event", "source_system varchar comment 'Who sent it.'"),
    "sql/30_silver.sql": ("silver.vitals", "room varchar comment 'Room.'"),
    "sql/46_vitals.sql": ("gold.fact_vitals", "room varchar comment 'Room.'"),
}
LAST = "    news2_is_partial comment 'True when a parameter of NEWS2 is missing.'"
OF_VIEW = "\n)\ncopy grants\ncomment = 'One row per reading of gold.fact_vitals,"
EDITS = (
    (
        "sql/53_vitals_view.sql",
        f"{LAST}{OF_VIEW}",
        f"{LAST},\n    room comment 'Room.'{OF_VIEW}",
    ),
    (
        "sql/53_vitals_view.sql",
        "    reading.news2_is_partial\nfrom gold.fact_vitals as reading\n",
        "    reading.news2_is_partial,\n    reading.room\nfrom gold.fact_vitals as reading\n",
    ),
    (
        "snowpark/carefloe/silver/vitals.py",
        '    "DEVICE_ID": text("device_id"),\n',
        '    "DEVICE_ID": text("device_id"),\n    "ROOM": text("room"),\n',
    ),
    (
        "snowpark/carefloe/gold/fact_vitals.py",
        'newest_versions(new, ["DEVICE_ID", ',
        'newest_versions(new, ["DEVICE_ID", "ROOM", ',
    ),
    (
        "snowpark/carefloe/gold/fact_vitals.py",
        '        "DEVICE_ID",\n',
        '        "DEVICE_ID",\n        "ROOM",\n',
    ),
)
Rows = list[tuple[Any, ...]]

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Stage:
    """What was seen when a stage was over."""

    site: Site
    told: str
    """What the commands printed."""
    silver: Rows
    gold: Rows
    pending: Rows
    started_roots: set[str]
    """The tasks on top of a graph that are not suspended."""
    started: int
    """How many tasks are not suspended."""


def seen(site: Site, told: str) -> Stage:
    tasks = [
        task
        for task in site.shown(f"show tasks in database {DATABASE}")
        if task["state"] == "started"
    ]
    relations = {task["name"]: json.loads(task["task_relations"]) for task in tasks}
    roots = {
        name
        for name, one in relations.items()
        if not one["Predecessors"] and "FinalizedRootTask" not in one
    }
    read = (site.rows(query) for query in (SILVER, GOLD, PENDING))
    return Stage(site, told, *read, roots, len(tasks))


def at(minute: int) -> str:
    return f"2026-01-05T12:{minute:02}:00Z"


def account(site: Site) -> dict[str, set[str]]:
    """The names of all that stands beside the databases, and theirs."""
    return {kind: {row["name"] for row in site.shown(f"show {kind}")} for kind in KINDS}


@pytest.fixture(scope="module")
def before(site: Site) -> dict[str, set[str]]:
    return account(site)


@pytest.fixture(scope="module")
def filled(site: Site, before: dict[str, set[str]]) -> Stage:  # noqa: ARG001 - what was before it
    """Deployed; E1 is in gold, E2 waits before gold, E3 before silver."""
    site.make("deploy")
    site.land(reading("E1", at(1), room="11"), offset=1)
    site.settle()
    site.rows("alter task ops.load_silver_vitals suspend")
    site.land(reading("E2", at(2), heart_rate=82), offset=2)
    site.rows("call silver.load_vitals()")
    site.land(reading("E3", at(3), heart_rate=83, room="13"), offset=3)
    return seen(site, "")


@pytest.fixture(scope="module")
def planned(filled: Stage) -> str:
    """The plan of the new release."""
    for file, (table, column) in COLUMNS.items():
        text = (filled.site.folder / file).read_text()
        start = text.index(f"create or alter table {table} (")
        end = text.index("\n)\n", start)
        (filled.site.folder / file).write_text(f"{text[:end]},\n    {column}{text[end:]}")
    for file, old, new in EDITS:
        filled.site.edit(file, old, new)
    return filled.site.make("plan")


@pytest.fixture(scope="module")
def stopped(filled: Stage, planned: str) -> Stage:  # noqa: ARG001 - it comes before
    """Stopped before the procedures: the old ones have gone on since."""
    site = filled.site
    (site.folder / "sql/79_broken.sql").write_text(BROKEN)
    told = site.make("deploy", code=2)
    stage = seen(site, told)
    site.rows("call silver.load_vitals()")
    site.rows("call gold.load_fact_vitals()")
    site.land(reading("E4", at(4), heart_rate=84, room="14"), offset=4)
    return stage


@pytest.fixture(scope="module")
def migrated(stopped: Stage) -> Stage:
    """Deployed; E5 came afterwards."""
    site = stopped.site
    halfway = site.rows(SILVER), site.rows(GOLD), site.rows(PENDING)
    assert halfway == (
        [("E1", 80, "11"), ("E2", 82, None), ("E3", 83, "13")],
        [("E1", 80), ("E2", 82), ("E3", 83)],
        [(1, 0)],
    )
    (site.folder / "sql/79_broken.sql").unlink()
    told = site.make("deploy")
    site.land(reading("E5", at(5), heart_rate=85, room="15"), offset=5)
    site.settle()
    return seen(site, told)


def test_the_filled_account_has_rows_waiting_before_silver_and_before_gold(filled: Stage) -> None:
    assert filled.silver == [("E1", 80, "11"), ("E2", 82, None)]
    assert filled.gold == [("E1", 80)]
    assert filled.pending == [(1, 1)]


def test_an_environment_has_a_database_and_all_beside_it_of_its_own(
    filled: Stage, before: dict[str, set[str]]
) -> None:
    added = {kind: names - before[kind] for kind, names in account(filled.site).items()}

    assert added["databases"] == {DATABASE}
    assert all(name.startswith(DATABASE) for names in added.values() for name in names)
    warehouses = {row["warehouse"] for row in filled.site.shown("show tasks in schema ops")}
    assert warehouses == {f"{DATABASE}_WH"}


def test_the_plan_names_each_column_view_and_module_that_changes_and_nothing_else(
    planned: str,
) -> None:
    assert [line for line in lines(planned) if line[0] != "what"] == [
        ["changed", "table", "raw.vitals_event", "+ source_system varchar"],
        ["changed", "table", "silver.vitals", "+ room varchar"],
        ["changed", "table", "gold.fact_vitals", "+ room varchar"],
        ["changed", "view", "gold.vitals_enriched", "+ room"],
        ["", "", "", "query or header"],
        ["changed", "code", "carefloe/gold/fact_vitals.py", ""],
        ["changed", "code", "carefloe/silver/vitals.py", ""],
    ]
    assert "0 new, 6 changed, 0 kept, 0 gone, " in planned


def test_a_deployment_that_stops_says_what_to_run_and_leaves_the_graphs_suspended(
    stopped: Stage,
) -> None:
    assert "no_such_column" in stopped.told.lower()
    assert "make deploy CONNECTION=sandbox DATABASE=carefloe_dev EDITION=enterprise" in stopped.told
    assert stopped.started_roots == set()


def test_rows_and_waiting_rows_survive_a_deployment_that_stops(
    filled: Stage, stopped: Stage
) -> None:
    assert (stopped.silver, stopped.gold) == (filled.silver, filled.gold)
    assert stopped.pending == filled.pending


def test_old_rows_stay_and_new_ones_fill_the_column(migrated: Stage) -> None:
    rooms = "select event_id, heart_rate, room from {} order by event_id"

    assert migrated.site.rows(rooms.format("silver.vitals")) == [
        ("E1", 80, None),
        ("E2", 82, None),
        ("E3", 83, None),
        ("E4", 84, "14"),
        ("E5", 85, "15"),
    ]
    for gold in ("gold.fact_vitals", "gold.vitals_enriched"):
        assert migrated.site.rows(rooms.format(gold)) == [
            ("E1", 80, None),
            ("E2", 82, None),
            ("E3", 83, None),
            ("E4", 84, "14"),
            ("E5", 85, "15"),
        ]
    assert migrated.site.rows("select distinct source_system from raw.vitals_event") == [(None,)]
    assert migrated.pending == [(0, 0)]
    tasks = migrated.site.rows(f"show tasks in database {DATABASE}")
    assert migrated.started == len(tasks) > len(migrated.started_roots) > 8


def test_what_was_unknown_before_is_still_in_extra(migrated: Stage) -> None:
    assert [row[2] for row in migrated.silver] == ["11", None, "13", None, None]


def test_teardown_leaves_the_account_as_it_was(
    migrated: Stage, before: dict[str, set[str]]
) -> None:
    assert DATABASE in account(migrated.site)["databases"]
    assert "Dropped." in migrated.site.make("teardown", typed="carefloe_dev\n")
    assert account(migrated.site) == before


def lines(table: str) -> list[list[str]]:
    """The cells of a printed table."""
    rows = [line for line in table.splitlines() if line.startswith(("│", "┃"))]
    return [
        [cell.strip() for cell in line.strip("│┃").replace("┃", "│").split("│")] for line in rows
    ]
