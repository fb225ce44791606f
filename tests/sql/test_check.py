"""sql/ and snowflake.yml hold together; and each check finds the faults it is there for."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

import pytest
from support import check
from support.check import CHECKS
from support.files import Files, project_files

Check = Callable[[Files], Iterator[str]]
Edit = Callable[[Files], Files]

VIEW = "create or replace view gold.more (\n    {}\n)\ncopy grants\ncomment = 'One row.'\nas\n{}"
TASK = "create or alter task {}\n    warehouse = more\n    comment = 'More.'\n    {}\nas\n    {}"


@pytest.fixture(scope="module", autouse=True)
def _quiet() -> Iterator[None]:
    """sqlglot warns of each statement that it leaves to sqlfluff."""
    logger = logging.getLogger("sqlglot")
    level = logger.level
    logger.setLevel(logging.ERROR)
    yield
    logger.setLevel(level)


@pytest.fixture(scope="module")
def files() -> Files:
    return project_files()


@pytest.fixture(scope="module")
def before(files: Files) -> dict[Check, list[str]]:
    """What each check finds in the files as they are: nothing, when they are in order."""
    return {find: list(find(files)) for find in CHECKS}


@pytest.mark.parametrize("find", CHECKS, ids=lambda find: find.__name__)
def test_the_files_have_none_of(find: Check, before: dict[Check, list[str]]) -> None:
    assert before[find] == []


def edit(old: str, new: str) -> Edit:
    return lambda files: files.edited(old, new)


def add(text: str) -> Edit:
    return lambda files: files.with_statement(text)


def add_task(name: str, hangs: str, does: str = "select 1") -> Edit:
    """Beside a task of the same owner."""
    text = TASK.format(name, hangs, does)
    return lambda files: files.with_statement(text, after="ops.load_silver_vitals")


def drop(name: str) -> Edit:
    return lambda files: files.without(name)


def declare(**changed: object) -> Edit:
    return lambda files: files.with_procedure("gold.load_fact_vitals", **changed)


FAULTS: list[tuple[Check, Edit, list[str]]] = [
    (
        check.handlers_that_do_not_fit,
        declare(handler="carefloe.gold.fact_vitals.lod"),
        ["gold.load_fact_vitals: module 'carefloe.gold.fact_vitals' has no attribute 'lod'"],
    ),
    (
        check.handlers_that_do_not_fit,
        declare(handler="carefloe.gold.fact_vital.load"),
        ["gold.load_fact_vitals: No module named 'carefloe.gold.fact_vital'"],
    ),
    (
        check.handlers_that_do_not_fit,
        declare(arguments=(("since", "date"),)),
        [
            "gold.load_fact_vitals: carefloe.gold.fact_vitals.load takes ['session'],"
            " declared is ['session', 'since']"
        ],
    ),
    (
        check.handlers_that_do_not_fit,
        declare(runtime=""),
        ["gold.load_fact_vitals: runtime "],
    ),
    (
        check.handlers_that_do_not_fit,
        declare(stage="carefloe.ops.cod"),
        ["gold.load_fact_vitals: no stage carefloe.ops.cod"],
    ),
    (
        check.names_of_nothing,
        edit("on table raw.vitals_event\n", "on table raw.vital_event\n"),
        ["sql/70_stream.sql: raw.vital_event"] * 2,
    ),
    (
        check.names_of_nothing,
        edit("New rows of silver.vitals, read by gold.load_fact_v", "New rows of gold.nothing, v"),
        ["sql/70_stream.sql: gold.nothing"],
    ),
    (
        check.names_of_nothing,
        add("grant select on table carefloe.silver.nothing to role carefloe_reporter"),
        ["sql/99_more.sql: silver.nothing"],
    ),
    (
        check.names_of_nothing,
        add("comment on schema gold is 'Written by gold.load_none_*, gold.load_fact_*'"),
        ["sql/99_more.sql: gold.load_none_"],
    ),
    (
        check.names_of_nothing,
        declare(handler="support.careless.load"),
        ["gold.load_fact_vitals: gold.nothing"],
    ),
    (
        check.calls_that_do_not_fit,
        edit("call gold.load_fact_vitals()", "call gold.load_fact_vital()"),
        [
            "ops.load_fact_vitals: no procedure gold.load_fact_vital",
            "gold.load_fact_vitals: no task calls it",
        ],
    ),
    (
        check.calls_that_do_not_fit,
        edit("call gold.load_fact_vitals()", "call gold.load_fact_vitals(f(1, 2), 'a, b')"),
        ["ops.load_fact_vitals: gold.load_fact_vitals takes 0 arguments, not 2"],
    ),
    (
        check.columns_of_nothing,
        add(VIEW.format("pulse comment 'Pulse.'", "select pulse\nfrom silver.vitals")),
        ["gold.more: Column 'PULSE' could not be resolved. Line: 1, Col: 12"],
    ),
    (
        check.columns_of_nothing,
        add(VIEW.format("pulse comment 'Pulse.'", "select v.pulse\nfrom silver.vitals as v")),
        ["gold.more: Unknown column: PULSE"],
    ),
    (
        check.columns_of_nothing,
        add(VIEW.format("a comment 'A.'", "select event_id as a, 1 as b\nfrom silver.vitals")),
        ["gold.more: 1 names, 2 columns"],
    ),
    (
        check.columns_of_nothing,
        add("create or replace view gold.more (\n    a comment 'A.'\n)\ncomment = 'One row.'"),
        ["gold.more: no query"],
    ),
    (
        check.statements_that_do_not_parse,
        add("selec 1 frm silver.vitals"),
        ["sql/99_more.sql: 'selec 1 frm silver.vitals': "],
    ),
    (
        check.statements_that_do_not_parse,
        add("create stream if not exists gold.more on tabel silver.vitals"),
        ["sql/99_more.sql: 'create stream if not exists gold.more on tabel silver.vitals': "],
    ),
    (
        check.statements_that_do_not_parse,
        add("create or alter table gold.more (a varchar comment 'A.'"),
        ["sql/99_more.sql: \"create or alter table gold.more (a varchar comment 'A.'\": "],
    ),
    (
        check.statements_that_do_not_parse,
        add_task("ops.more", "after ops.load_silver_vitals", "call gold.load_fact_vitals("),
        ["sql/99_more.sql: ", "ops.more: 'call gold.load_fact_vitals(': "],
    ),
    (
        check.replaced_with_their_content,
        edit(
            "create or alter table gold.fact_vitals ", "create or replace table gold.fact_vitals "
        ),
        ["gold.fact_vitals: create or replace table"],
    ),
    (
        check.replaced_with_their_content,
        edit(
            "create stream if not exists silver.vitals_to_fact_vitals_stream",
            "create or replace stream silver.vitals_to_fact_vitals_stream",
        ),
        ["silver.vitals_to_fact_vitals_stream: create or replace stream"],
    ),
    (
        check.replaced_with_their_content,
        edit("create or alter table gold.fact_vitals ", "create table gold.fact_vitals "),
        ["gold.fact_vitals: create table"],
    ),
    (
        check.replaced_with_their_content,
        add(VIEW.format("a comment 'A.'", "select 1 as a").replace("copy grants\n", "")),
        ["gold.more: loses its grants"],
    ),
    (
        check.replaced_with_their_content,
        add("execute immediate $$ begin create or replace table gold.more (a int); end; $$"),
        ["sql/99_more.sql: 'execute immediate $$ begin create or replace table gold.more"],
    ),
    (
        check.without_comment,
        add("create or alter table gold.more (a varchar, b varchar comment 'B.')"),
        ["gold.more", "gold.more: grain", "gold.more.a"],
    ),
    (
        check.without_comment,
        add("create or replace view gold.more\ncopy grants\ncomment = 'Rows.'\nas\nselect 1 as a"),
        ["gold.more: grain", "gold.more: names no columns"],
    ),
    (check.without_comment, add("create role if not exists more"), ["more"]),
    (
        check.graphs_that_are_none,
        edit(
            "after ops.load_silver_vitals\nas\n    call gold.load_fact_vitals()",
            "after ops.load_fact_vitals\nas\n    call gold.load_fact_vitals()",
        ),
        ["ops.load_fact_vitals: 0 roots"],
    ),
    (
        check.graphs_that_are_none,
        add_task("ops.more", "after ops.load_silver_vitals, ops.load_files"),
        ["ops.more: 2 roots"],
    ),
    (
        check.graphs_that_are_none,
        add_task("ops.more", "after ops.none, ops.load_silver_vitals"),
        ["ops.more: after ops.none, no task"],
    ),
    (
        check.graphs_that_are_none,
        add_task("ops.more", "after ops.finish_vitals"),
        ["ops.more: after a finalizer"],
    ),
    (
        check.graphs_that_are_none,
        add_task("gold.more", "schedule = '5 minutes'"),
        ["gold.more: finalizers []"],
    ),
    (
        check.graphs_that_are_none,
        add_task("gold.more", "after ops.load_silver_vitals"),
        ["ops.load_silver_vitals: several schemas"],
    ),
    (
        check.graphs_that_are_none,
        add_task("ops.more", "schedule = '5 minutes'\n    after ops.load_silver_vitals"),
        ["ops.more: a schedule below a root"],
    ),
    (
        check.graphs_that_are_none,
        drop("ops.finish_vitals"),
        ["ops.load_silver_vitals: finalizers []"],
    ),
    (
        check.graphs_that_are_none,
        add("grant ownership on task ops.load_fact_vitals to role more"),
        ["ops.load_silver_vitals: several owners"],
    ),
    (
        check.roots_that_miss_a_stream,
        edit("or system$stream_has_data('silver.vitals_to_fact_vitals_stream')", ""),
        ["ops.load_silver_vitals: does not wait for silver.vitals_to_fact_vitals_stream"],
    ),
    (
        check.roots_that_miss_a_stream,
        edit(
            "'silver.vitals_to_fact_vitals_stream')",
            "'silver.vitals_to_fact_vitals_stream')\n    or system$stream_has_data('gold.none')",
        ),
        ["ops.load_silver_vitals: waits for gold.none in vain"],
    ),
    (
        check.roots_that_miss_a_stream,
        declare(handler="carefloe.gold.vitals_hourly.load"),
        ["ops.load_silver_vitals: waits for silver.vitals_to_fact_vitals_stream in vain"],
    ),
    (
        check.streams_without_one_consumer,
        declare(handler="carefloe.gold.vitals_hourly.load"),
        [
            "silver.vitals_to_fact_vitals_stream: 0 consumers",
            "silver.vitals_to_vitals_hourly_stream: 2 consumers",
        ],
    ),
    (
        check.streams_without_one_consumer,
        drop("silver.vitals_to_fact_vitals_stream"),
        ["silver.vitals_to_fact_vitals_stream: no such stream"],
    ),
    (
        check.streams_without_one_consumer,
        add("create stream if not exists gold.more on table gold.none comment = 'More.'"),
        ["gold.more: 0 consumers", "gold.more: not append-only", "gold.more: no table gold.none"],
    ),
    (
        check.roots_left_out_of_a_redeploy,
        edit("alter task if exists ops.load_silver_vitals suspend", ""),
        ["ops.load_silver_vitals: not suspended before the procedures change"],
    ),
    (
        check.roots_left_out_of_a_redeploy,
        edit("select system$task_dependents_enable('carefloe.ops.load_silver_vitals')", ""),
        ["ops.load_silver_vitals: not resumed after its last change"],
    ),
    (
        check.roots_left_out_of_a_redeploy,
        add(TASK.format("ops.more", "after ops.load_silver_vitals", "select 1")),
        ["ops.load_silver_vitals: not resumed after its last change"],
    ),
    (
        check.roots_left_out_of_a_redeploy,
        edit("alter alert ops.failed_run resume", ""),
        ["ops.failed_run: not resumed after its last change"],
    ),
    (
        check.roots_left_out_of_a_redeploy,
        add("alter task if exists ops.load_fact_vitals suspend"),
        ["ops.load_fact_vitals: no root, no alert"],
    ),
]


@pytest.mark.parametrize(
    ("find", "broken", "expected"),
    FAULTS,
    ids=[f"{find.__name__}-{number}" for number, (find, _, _) in enumerate(FAULTS)],
)
def test_a_fault_is_found(
    find: Check,
    broken: Edit,
    expected: list[str],
    files: Files,
    before: dict[Check, list[str]],
) -> None:
    found = [fault for fault in find(broken(files)) if fault not in before[find]]

    assert len(found) == len(expected), found
    for fault, start in zip(found, expected, strict=True):
        assert fault.startswith(start), fault
