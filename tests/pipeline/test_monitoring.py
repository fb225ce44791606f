"""ops.reconciliation and ops.dq_flag_count, with figures worked out by hand."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from support.account import Project
from support.comparison import assert_same_rows
from support.message import admission, reading
from support.procedure import SILVER
from support.raw import (
    FEEDS,
    FLOW,
    VITALS,
    RawEvent,
    RawRecord,
    at,
    event,
    events,
    records,
    redelivered,
)

FIGURES = (
    "raw_rows",
    "silver_rows",
    "duplicate_rows",
    "rejected_rows",
    "pending_rows",
    "unexplained_rows",
)
LOAD_SILVER, LOAD_REJECTED = SILVER[0], SILVER[1]
ONE = admission("e1", "2026-01-01T08:00:00Z")
OTHER = admission("e2", "2026-01-01T09:00:00Z")


def figures(project: Project, source: str = "patient_flow_event") -> tuple[int, ...]:
    (row,) = project.rows("ops.reconciliation", f"source = '{source}'")
    return tuple(int(row[name]) for name in FIGURES)


def load(project: Project) -> None:
    project.run(LOAD_SILVER)
    project.run(LOAD_REJECTED)


def test_every_source_has_a_row_even_without_rows(project: Project) -> None:
    sources = [f"{name}_event" for name in ("patient_flow", "encounter", "vitals")]
    sources += [f"{name}_record" for name in FEEDS]

    assert_same_rows(
        "ops.reconciliation",
        project.rows("ops.reconciliation"),
        [{"source": source} | dict.fromkeys(FIGURES, 0) for source in sources],
    )


def test_two_payloads_at_one_origin_are_two_rejected_rows(project: Project) -> None:
    for payload in ("{", "["):
        project.land_events(events(FLOW, payload))
        load(project)

    assert figures(project) == (2, 0, 0, 2, 0, 0)


def test_what_has_just_landed_is_pending(project: Project) -> None:
    project.land_events(events(FLOW, ONE, None, "{", ONE))

    assert figures(project) == (4, 0, 0, 0, 4, 0)


def test_each_row_of_an_origin_that_landed_twice_is_pending(project: Project) -> None:
    for _ in range(2):
        project.land_events(events(FLOW, ONE, "{"))

    assert figures(project) == (4, 0, 0, 0, 4, 0)


def test_each_row_is_in_silver_or_repeats_one_or_is_rejected(project: Project) -> None:
    project.land_events(events(FLOW, ONE, None, "{", ONE, OTHER, ONE))
    load(project)

    assert figures(project) == (6, 2, 2, 2, 0, 0)


def test_rows_that_arrive_between_two_runs_are_pending_on_top(project: Project) -> None:
    project.land_events(events(FLOW, ONE, "{"))
    load(project)
    project.land_events(redelivered(events(FLOW, OTHER, "["), first_offset=2))

    assert figures(project) == (4, 1, 0, 1, 2, 0)


def test_a_delivery_that_repeats_silver_is_a_duplicate_before_its_stream_is_read(
    project: Project,
) -> None:
    project.land_events(events(FLOW, ONE))
    load(project)
    project.land_events(redelivered(events(FLOW, ONE), first_offset=1))

    assert figures(project) == (2, 1, 1, 0, 0, 0)


@pytest.mark.parametrize(
    ("done", "expected"),
    [(LOAD_SILVER, (2, 1, 0, 0, 1, 0)), (LOAD_REJECTED, (2, 0, 0, 1, 1, 0))],
    ids=["silver", "rejected"],
)
def test_when_one_of_the_two_has_run_the_rest_is_pending(
    project: Project, done: Any, expected: tuple[int, ...]
) -> None:
    project.land_events(events(FLOW, ONE, "{"))
    project.run(done)

    assert figures(project) == expected


def test_an_origin_that_landed_twice_is_counted_as_a_duplicate(project: Project) -> None:
    project.land_events(events(FLOW, ONE, "{"))
    project.land_events(events(FLOW, ONE, "{"))
    load(project)

    assert figures(project) == (4, 1, 2, 1, 0, 0)


@pytest.mark.parametrize("late_first", [False, True])
def test_a_message_from_the_future_is_rejected_but_its_readable_delivery_is_in_silver(
    project: Project, late_first: bool
) -> None:
    early = event(FLOW, ONE, 0, broker_time="2025-12-01 00:00")
    batches: Sequence[RawEvent] = [early, replace(early, offset=1, broker_time=at("2026-01-01"))]
    for delivery in reversed(batches) if late_first else batches:
        project.land_events([delivery])
        load(project)

    assert figures(project) == (2, 1, 0, 1, 0, 0)


def test_the_same_line_at_two_times_is_two_rows_and_in_two_files_of_one_time_a_duplicate(
    project: Project,
) -> None:
    line = {"HOSPITAL_ID": "H1", "NAME": "North"}
    project.land_records(records("hospital", "2026-01-01 00:00:00", line, {"NAME": "Nameless"}))
    project.land_records(records("hospital", "2026-01-01 00:00:00.500", line))
    (again,) = records("hospital", "2026-01-01 00:00:00", line)
    project.land_records([replace(again, content_hash="another file")])
    for procedure in SILVER:
        project.run(procedure)

    assert figures(project, "hospital_record") == (4, 2, 1, 1, 0, 0)


def test_readings_balance_too(project: Project) -> None:
    good, late = reading("r1", "2026-01-01T08:00:00Z"), reading("r2", "2026-06-02T00:00:01Z")
    project.land_events(events(VITALS, good, None, "{", good, late, reading("r3", "")))
    for procedure in SILVER:
        project.run(procedure)

    assert figures(project, "vitals_event") == (6, 2, 1, 3, 0, 0)
    rejected = project.rows("ops.rejected_event", "source = 'vitals_event'")
    assert sorted((row["origin"], row["reason"]) for row in rejected) == [
        ("carefloe.vitals/0/1", "NULL_MESSAGE"),
        ("carefloe.vitals/0/2", "NOT_JSON"),
        ("carefloe.vitals/0/4", "FUTURE_EVENT"),
    ]


def test_flags_are_counted_one_by_one(project: Project) -> None:
    project.land_events(
        events(
            FLOW,
            ONE,
            admission("e2", "2026-01-01T08:00:00Z", age=130, department="Sugery"),
            admission("e3", "2026-01-01T08:00:00Z", department="Sugery"),
        )
    )
    project.land_records(records("payer", "2026-01-01", {"Id": "Y1", "NAME": ""}))
    for procedure in SILVER:
        project.run(procedure)

    assert_same_rows(
        "ops.dq_flag_count",
        project.rows("ops.dq_flag_count"),
        [
            {"source": source, "flag": flag, "row_count": count, "share_percent": share}
            for source, flag, count, share in [
                ("patient_flow", "CLEAN", 1, 33.33),
                ("patient_flow", "INVALID_AGE", 1, 33.33),
                ("patient_flow", "DEPT_TYPO", 2, 66.67),
                ("payer", "MISSING_PAYER_NAME", 1, 100),
            ]
        ],
    )


def test_a_snapshot_is_held_against_the_one_before(project: Project) -> None:
    def payers(as_of: str, count: int) -> list[RawRecord]:
        return records("payer", as_of, *({"Id": f"p{n}", "NAME": "A"} for n in range(count)))

    first, second, cut = payers("2026-01-01", 8), payers("2026-01-02", 10), payers("2026-01-04", 8)
    broken = replace(second[0], payload="p0", payload_encoding="utf-8")
    project.land_records([*cut, *first, *second[1:], broken])  # nights come in any order
    for procedure in SILVER:
        project.run(procedure)

    assert project.rows("ops.snapshot", "true order by as_of") == [
        {
            "source": "payer_record",
            "as_of": at(day),
            "line_count": lines,
            "rejected_count": rejected,
            "rejected_percent": percent,
            "hours_since_previous": hours,
            "growth_percent": growth,
            "is_shrunk": is_shrunk,
        }
        for day, lines, rejected, percent, hours, growth, is_shrunk in [
            ("2026-01-01", 8, 0, Decimal(0), None, None, False),
            ("2026-01-02", 10, 1, Decimal(10), Decimal(24), Decimal(25), False),
            ("2026-01-04", 8, 0, Decimal(0), Decimal(48), Decimal(-20), True),
        ]
    ]
