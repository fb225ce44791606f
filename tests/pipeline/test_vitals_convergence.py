"""Vital signs: the same deliveries give the same tables, whatever way they come; and right ones.

Expected are the oracle's tables, which it computes from all deliveries at once. Notifications are
compared by what they tell: when it was told decides whether a breach was too old to page anybody.
"""

import random
from collections.abc import Sequence

import pytest
from snowflake.snowpark.exceptions import SnowparkSQLException
from support.account import Project
from support.comparison import assert_same_rows
from support.foreign.ward import foreign_ward
from support.message import Fields, reading
from support.oracle.reading import notified
from support.oracle.truth import expected_tables
from support.procedure import GOLD, SILVER, Procedure
from support.raw import VITALS, RawEvent, at, events, redelivered

PROCEDURES = [one for one in (*SILVER, *GOLD) if any("vitals" in name for name in one.streams)]
TABLES = (
    "silver.vitals",
    "gold.fact_vitals",
    "gold.vitals_hourly",
    "gold.fact_alert",
    "gold.patient_latest_vitals",
    "ops.rejected_event",
)


def told(event_id: str, time: str, patient_id: str | None, **values: object) -> Fields:
    """A reading on the first of January."""
    return reading(event_id, f"2026-01-01T{time}Z", "", **values) | {"patient_id": patient_id}


HARD_CASES: list[list[Fields]] = [
    # Moved to another patient; the first one is left without any reading.
    [
        told("a1", "08:00:00", "LEFT", heart_rate=130),
        told("a1", "08:00:01", "RIGHT", heart_rate=130),
    ],
    # ... and back again.
    [
        told("b1", "08:00:00", "BACK", heart_rate=130),
        told("b1", "08:00:02", "BACK", heart_rate=130),
        told("b1", "08:00:01", "AWAY", heart_rate=130),
    ],
    # Moved to another hour and window, in which there are others.
    [
        told("c1", "08:59:59", "MOVED", heart_rate=121),
        told("c2", "08:50:00", "MOVED", heart_rate=110),
        told("c3", "09:00:00", "MOVED", heart_rate=101),
        told("c1", "09:05:00", "MOVED", heart_rate=121),
    ],
    # The hour loses its greatest, least and first value, the alert its worst.
    [
        told("d1", "10:01:00", "LESS", heart_rate=140, oxygen_saturation=80),
        told("d2", "10:02:00", "LESS", heart_rate=105),
        told("d3", "10:03:00", "LESS", heart_rate=106),
        told("d1", "10:02:30", "LESS", heart_rate=104),
    ],
    # Two versions at one instant: the greater hash counts.
    [
        told("e1", "11:00:00", "TWINS", heart_rate=30),
        told("e1", "11:00:00", "TWINS", heart_rate=130),
        told("e1", "11:00:00", "TWINS", heart_rate=80),
    ],
    # The newest reading is taken back by one that names nobody, then the next.
    [
        told("f1", "12:00:00", "NEWEST"),
        told("f2", "12:10:00", "NEWEST", heart_rate=125),
        told("f2", "12:10:01", None, heart_rate=125),
        told("f1", "12:00:01", None),
    ],
    # The newest reading is moved back in time, behind another.
    [
        told("g1", "13:00:00", "BEHIND", temperature_f=104.5),
        told("g2", "12:30:00", "BEHIND"),
        told("g1", "13:00:01", "OTHER"),
    ],
    # Two readings at one instant: the greater id is the newest.
    [
        told("h1", "14:00:00", "TIED", heart_rate=70),
        told("h2", "14:00:00", "TIED", heart_rate=90),
    ],
    # A correction without time: it is the lowest, and changes nothing.
    [
        told("i1", "15:00:00", "TIMED", consciousness="V"),
        told("i1", "", "TIMED", consciousness="U"),
        told("i2", "15:01:00", "TIMED", consciousness="P"),
    ],
    # Only one without time, so in no hour; then told with one.
    [
        told("j1", "", "UNTIMED", respiratory_rate=30),
        told("j1", "16:00:00", "UNTIMED", respiratory_rate=30),
    ],
    # Without an id each payload is a reading of its own; the same payload again is the same one.
    [
        told("", "17:00:00", "NAMELESS", systolic_bp=85, diastolic_bp=60),
        told("", "17:00:00", "NAMELESS", systolic_bp=85, diastolic_bp=60),
        told("", "17:00:00", "NAMELESS", systolic_bp=84, diastolic_bp=60),
    ],
    # An alert that was HIGH, CRITICAL and is only MODERATE; and the windows' edges.
    [
        told("k1", "18:14:59.999999", "CALMED", heart_rate=45),
        told("k1", "18:14:59.999999", "CALMED", heart_rate=45, device_id="M2"),
        told("k2", "18:15:00", "CALMED", heart_rate=39),
        told("k2", "18:15:00.5", "CALMED", heart_rate=55),
    ],
]


def deliveries(cases: Sequence[Sequence[Fields]]) -> list[list[RawEvent]]:
    """Batches with one message of every case each: what a case tells never comes at once."""
    batches = [
        [case[place] for case in cases if place < len(case)]
        for place in range(max(len(case) for case in cases))
    ]
    numbered = iter(events(VITALS, *(fields for batch in batches for fields in batch)))
    return [[next(numbered) for _ in batch] for batch in batches]


def run(project: Project, procedures: Sequence[Procedure] = PROCEDURES) -> None:
    for procedure in procedures:
        project.run(procedure)


def assert_right(project: Project, told: Sequence[RawEvent]) -> None:
    expected = expected_tables(told)
    for table in TABLES:
        assert_same_rows(table, project.rows(table), expected[table])
    rows = project.rows("ops.notification")
    pages = [(r["patient_id"], r["alert_type"], r["window_start"], r["severity"]) for r in rows]
    assert sorted(pages) == sorted(notified(expected["silver.vitals"]))
    assert len({row["notification_id"] for row in rows}) == len(rows)
    (balance,) = project.rows("ops.reconciliation", "source = 'vitals_event'")
    assert (balance["raw_rows"], balance["pending_rows"]) == (len(told), 0)
    assert balance["unexplained_rows"] == 0


def test_the_hard_cases_come_right_one_reading_after_another(project: Project) -> None:
    batches = deliveries(HARD_CASES)
    for batch in batches:
        project.land_events(batch)
        run(project)

    assert_right(project, [event for batch in batches for event in batch])


def test_a_hostile_ward_in_any_order_with_late_runs_is_what_the_oracle_says(
    project: Project,
) -> None:
    rng = random.Random(7)
    told = foreign_ward(seed=7, readings=220)
    told += redelivered(rng.sample(told, 30), first_offset=len(told))
    told.append(RawEvent(VITALS, 0, 9_999, "/w==", "base64", at("2026-03-02")))
    rng.shuffle(told)
    for start in range(0, len(told), 70):
        project.land_events(told[start : start + 70])
        run(project, rng.sample(PROCEDURES, rng.randint(1, 5)))
    run(project)

    assert_right(project, told)


@pytest.mark.parametrize("broken", PROCEDURES[2:], ids=lambda procedure: procedure.name)
def test_a_procedure_that_failed_leaves_its_stream_and_makes_up_for_it(
    project: Project, broken: Procedure
) -> None:
    table = broken.name.replace("load_", "")
    early = events(VITALS, told("a1", "08:00:02", "P1", heart_rate=130))
    with project.lost_table(table, "46_vitals.sql" if "gold" in table else "61_notification.sql"):
        project.land_events(early)
        run(project, [one for one in PROCEDURES if one is not broken])
        with pytest.raises(SnowparkSQLException, match="does not exist"):
            project.run(broken)

    assert project.has_data(broken.streams) == [True]
    late = events(VITALS, None, told("a1", "08:00:09", "P2", heart_rate=40))[1:]
    project.land_events(late)
    run(project)
    assert_right(project, [*early, *late])


def test_what_says_nothing_new_writes_nothing(project: Project) -> None:
    first = events(
        VITALS,
        told("a1", "08:00:02", "P1", heart_rate=130),
        told("a2", "08:05:00", "P2"),
    )
    project.land_events(first)
    run(project)
    late = events(VITALS, *[None] * 2, told("a1", "08:00:01", "P9", heart_rate=150))[2:]
    project.land_events([*redelivered(first, 10), *late])

    done = {procedure.name: project.run(procedure) for procedure in PROCEDURES}

    nothing = "inserted 0, updated 0, deleted 0"
    assert done == {
        "silver.load_vitals": "inserted 1",
        "ops.load_rejected_vitals": "inserted 0",
        "gold.load_fact_vitals": "inserted 0, updated 0",
        "gold.load_vitals_hourly": nothing,
        "gold.load_fact_alert": nothing,
        "gold.load_patient_latest_vitals": nothing,
        "ops.load_notification": "inserted 1, updated 0",
    }
    assert_right(project, [*first, *redelivered(first, 10), *late])
