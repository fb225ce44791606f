"""The same raw rows give the same tables, whatever way they arrive; and the tables are right.

Expected are the oracle's tables: a second implementation that reads all rows at once.
"""

import random
import re
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from snowflake.snowpark.exceptions import SnowparkSQLException
from support.account import Project
from support.collision import encounter_messages, file_lines, flow_messages
from support.joined import assert_tables_are
from support.message import admission, discharge, encounter
from support.oracle.truth import expected_tables
from support.procedure import GOLD, SILVER, Procedure
from support.raw import ENCOUNTER, FLOW, RawEvent, RawRecord, event, events, records, redelivered

Raw = RawEvent | RawRecord


def land(project: Project, batch: Sequence[Raw]) -> None:
    project.land_events([row for row in batch if isinstance(row, RawEvent)])
    project.land_records([row for row in batch if isinstance(row, RawRecord)])


def arrive(project: Project, batches: Sequence[Sequence[Raw]], rng: random.Random) -> None:
    """Land the batches; after each some procedures run, in any order, and in the end all do.

    So every table is fed by many small runs, some of which come late: tasks fail and run again, and
    those of one graph do not wait for those of another.
    """
    procedures = [*SILVER, *GOLD]
    for batch in batches:
        land(project, batch)
        for procedure in rng.sample(procedures, rng.randint(0, len(procedures))):
            project.run(procedure)
    project.run_all()


def assert_right(project: Project, rows: Sequence[Raw]) -> None:
    """Every table is what the oracle computes from these rows, and nothing is unexplained."""
    told = [row for row in rows if isinstance(row, RawEvent)]
    files = [row for row in rows if isinstance(row, RawRecord)]
    assert_tables_are(project, expected_tables(told, files))
    for row in project.rows("ops.reconciliation"):
        assert (row["pending_rows"], row["unexplained_rows"]) == (0, 0), row


def in_batches(rows: Sequence[Raw], count: int, rng: random.Random) -> list[list[Raw]]:
    """The rows shuffled and dealt out at random: across and inside batches."""
    batches: list[list[Raw]] = [[] for _ in range(count)]
    for row in rng.sample(list(rows), len(rows)):
        rng.choice(batches).append(row)
    return [batch for batch in batches if batch]


def hospital_files(city: str, *times: str) -> list[RawRecord]:
    """One file for each time, with one hospital in that city."""
    line = {"HOSPITAL_ID": "H2", "NAME": "North", "CITY": city}
    return [row for as_of in times for row in records("hospital", as_of, line)]


def patient_files(patient_id: str, *times: str, **changed: str) -> list[RawRecord]:
    """One file for each time, with that patient."""
    line = {
        "Id": patient_id,
        "FIRST": "Ada",
        "BIRTHDATE": "1985-12-10",
        "GENDER": "Female",
        "CITY": "Salem",
        "INSURANCE_TYPE": "Private",
    }
    return [row for as_of in times for row in records("patient", as_of, line | changed)]


HARD_CASES: list[Sequence[Raw]] = [
    # A, then B that lies between, then A again: three versions, whichever comes last.
    events(
        FLOW,
        admission("ab1", "2026-01-01T00:00:00Z", "ABA", insurance_type="Private"),
        admission("ab3", "2026-03-01T00:00:00Z", "ABA", insurance_type="Private"),
        admission("ab2", "2026-02-01T00:00:00Z", "ABA", insurance_type="Medicaid"),
    ),
    # A value nulled by a rule between two equal ones: one version.
    events(
        FLOW,
        admission("n1", "2026-01-01T00:00:00Z", "NULLED", age=50),
        admission("n2", "2026-01-02T00:00:00Z", "NULLED", age=500),
        admission("n3", "2026-01-03T00:00:00Z", "NULLED", age=50),
    ),
    # A correction moves the admission to the patient whose discharge is there.
    events(
        FLOW,
        admission("m1", "2026-01-01T08:00:00Z", "WRONG"),
        discharge("m2", "2026-01-02T08:00:00Z", "2026-01-01T08:00:00Z", "RIGHT"),
        admission("m1", "2026-01-01T08:00:01Z", "RIGHT", admission_time="2026-01-01T08:00:00Z"),
    ),
    # ... and away again, so that a patient is left without any event.
    events(
        FLOW,
        admission("w1", "2026-01-01T08:00:00Z", "FIRST"),
        admission("w1", "2026-01-01T08:00:02Z", "FIRST"),
        admission("w1", "2026-01-01T08:00:01Z", "SECOND"),
    ),
    # A correction takes the patient away altogether.
    events(
        FLOW,
        admission("g1", "2026-01-01T08:00:00Z", "GONE", visit_id="G"),
        admission("g1", "2026-01-01T08:00:01Z", visit_id="G") | {"patient_id": None},
        discharge("g2", "2026-01-02T08:00:00Z", None, visit_id="G") | {"patient_id": None},
    ),
    # The discharge first, its admission later; without visit, by admission time.
    events(
        FLOW,
        discharge("d2", "2026-01-02T08:00:00Z", "2026-01-01T08:00:00Z", "EARLY"),
        admission("d1", "2026-01-01T08:00:00Z", "EARLY"),
    ),
    # Two patients in one visit and a message without patient; then they come again.
    events(
        FLOW,
        discharge("v2", "2026-01-02T08:00:00Z", None, visit_id="TIE") | {"patient_id": None},
        admission("v1", "2026-01-01T08:00:00Z", "TIED", visit_id="TIE"),
        discharge("v3", "2026-01-02T09:00:00Z", None, "OTHER", visit_id="TIE"),
        admission("v4", "2026-01-05T09:00:00Z", "OTHER"),
        admission("v5", "2026-01-05T09:00:00Z", "TIED"),
    ),
    # A transfer: leaving one bed and taking the next at one instant.
    events(
        FLOW,
        admission("t3", "2026-01-02T08:00:00Z", "MOVED", department="ICU"),
        discharge("t9", "2026-01-02T08:00:00Z", None, "MOVED"),
        admission("t1", "2026-01-01T08:00:00Z", "MOVED"),
    ),
    # A discharge with a wrong future admission, and a stay that was never told of.
    events(
        FLOW,
        discharge("f2", "2026-01-02T08:00:00Z", "2026-01-05T08:00:00Z", "FUTURE"),
        admission("f1", "2026-01-01T08:00:00Z", "FUTURE"),
        discharge("f3", "2026-01-04T08:00:00Z", "2026-01-03T08:00:00Z", "FUTURE"),
    ),
    # A correction moves a message without patient from one encounter to another.
    events(
        ENCOUNTER,
        encounter("y1", "2026-01-01T00:00:00Z", encounter_id="M") | {"patient_id": None},
        encounter("y1", "2026-01-02T00:00:00Z", encounter_id="N") | {"patient_id": None},
    ),
    # An encounter moves the version that a stay's fact has; and an admission an encounter's.
    [
        *events(FLOW, admission("s1", "2026-01-05T00:00:00Z", "STAYED", age=30)),
        *events(ENCOUNTER, encounter("s2", "2026-01-04T00:00:00Z", "STAYED", age=30)),
    ],
    [
        *events(ENCOUNTER, encounter("s3", "2026-01-09T00:00:00Z", "VISITED", age=31)),
        *events(FLOW, admission("s4", "2026-01-08T00:00:00Z", "VISITED", age=31)),
    ],
    # Two versions of one event at one instant: the greater hash counts, whichever comes last.
    events(
        FLOW,
        admission("h1", "2026-01-01T08:00:00Z", "TWINS", bed_id="H1-SUR-01"),
        admission("h1", "2026-01-01T08:00:00Z", "TWINS", bed_id="H1-SUR-02"),
        admission("h1", "2026-01-01T08:00:00Z", "TWINS", bed_id="H1-SUR-03"),
    ),
    # The same visit without patient in two messages, and the patient told last.
    events(
        FLOW,
        admission("u1", "2026-01-01T08:00:00Z", visit_id="LATE") | {"patient_id": None},
        discharge("u2", "2026-01-02T08:00:00Z", None, visit_id="LATE") | {"patient_id": None},
        admission("u3", "2026-01-01T07:00:00Z", "KNOWN", visit_id="LATE"),
        admission("u3", "2026-01-01T07:30:00Z", "BETTER KNOWN", visit_id="LATE"),
    ),
    # One encounter told three times; the last word comes first, and one moves to another encounter.
    events(
        ENCOUNTER,
        encounter("k1", "2026-01-03T00:00:00Z", "TOLD", encounter_id="K", total_claim_cost=3),
        encounter("k3", "2026-01-01T00:00:00Z", "TOLD", encounter_id="K", total_claim_cost=1),
        encounter("k1", "2026-01-04T00:00:00Z", "TOLD", encounter_id="L", total_claim_cost=4),
        encounter("k2", "2026-01-02T00:00:00Z", "TOLD", encounter_id="K", total_claim_cost=2),
    ),
    # Null and unreadable messages, and one that only its second delivery lets read.
    [
        *events(FLOW, None, "", "{", "[]", admission("x1", "2026-06-03T00:00:00Z", "LATER")),
        event(FLOW, admission("x1", "2026-06-03T00:00:00Z", "LATER"), 0, "2026-06-02 00:00"),
    ],
    # Snapshots in the wrong order; one repeats what the one before it says. The last ones to come
    # move the first version, and with it the key of the fact that arrived before them. Hospital
    # and organization are no other case's: their snapshots touch whatever names them.
    [
        *events(FLOW, admission("b1", "2026-01-02T08:00:00Z", "BEDDED", hospital_id="H2")),
        *hospital_files("Oslo", "2026-01-03", "2026-01-01"),
        *hospital_files("Rome", "2026-01-02"),
        *hospital_files("Oslo", "2026-01-09", "2025-12-31"),
    ],
    # An event corrected: the name it told first was never the hospital's.
    events(
        FLOW,
        admission("q1", "2026-01-01T08:00:00Z", "NAMED", hospital_id="H3", hospital_name="Typo"),
        admission("q2", "2026-01-03T08:00:00Z", "NAMED", hospital_id="H3", hospital_name="New"),
        admission("q3", "2026-01-02T08:00:00Z", "NAMED", hospital_id="H3", hospital_name="Old"),
        admission("q1", "2026-01-01T08:00:01Z", "NAMED", hospital_id="H3", hospital_name="Old"),
        admission("q4", "2025-12-31T08:00:00Z", "NAMED", hospital_id="H3", hospital_name="Old"),
    ),
    # The first event of a hospital's day moves to another hospital, the only one of another too;
    # a file between events of one day, and one after them that says no more.
    [
        *events(
            FLOW,
            admission("r2", "2026-01-01T09:00:00Z", "LISTED", hospital_id="H4"),
            admission("r1", "2026-01-01T08:00:00Z", "LISTED", hospital_id="H4"),
            admission("r1", "2026-01-05T08:00:00Z", "LISTED", hospital_id="H5"),
            admission("r3", "2026-01-03T08:00:00Z", "LISTED", hospital_id="H4"),
            admission("r4", "2026-01-02T08:00:00Z", "LISTED", hospital_id="H4"),
            admission("r4", "2026-01-02T09:00:00Z", "LISTED", hospital_id="H6"),
        ),
        *records("hospital", "2026-01-03 07:00", {"HOSPITAL_ID": "H4", "NAME": "South"}),
        *records("hospital", "2026-01-03 08:30", {"HOSPITAL_ID": "H4", "NAME": "South"}),
        *records("hospital", "2026-01-03 09:00", {"HOSPITAL_ID": "H4", "CITY": "Oslo"}),
    ],
    # Nights in the wrong order, A, B, A; an event in between denies the insurance of the file.
    [
        *patient_files("MOVED HOUSE", "2026-01-04 01:00", "2026-01-02 01:00"),
        *events(FLOW, admission("z1", "2026-01-03T12:00:00Z", "MOVED HOUSE", age=40)),
        *patient_files("MOVED HOUSE", "2026-01-03 01:00", CITY="Lowell"),
        *events(
            FLOW,
            admission("z2", "2026-01-04T12:00:00Z", "MOVED HOUSE", insurance_type="Medicaid"),
            admission("z3", "2026-01-05T12:00:00Z", "MOVED HOUSE", gender="female"),
        ),
        *patient_files("MOVED HOUSE", "2026-01-05 01:00"),
        *patient_files("MOVED HOUSE", "2026-01-06 01:00", INSURANCE_TYPE=""),
        *patient_files("MOVED HOUSE", "2026-01-01 01:00", BIRTHDATE="", CITY=""),
    ],
    # A file that denies what an event said before it, and one that says it again.
    [
        *events(FLOW, admission("n9", "2026-01-03T12:00:00Z", "DENIED", insurance_type="Medicaid")),
        *patient_files("DENIED", "2026-01-03 02:00"),
        *patient_files("DENIED", "2026-01-04 02:00"),
        *patient_files("DENIED", "2026-01-05 02:00"),
        *events(ENCOUNTER, encounter("n8", "2026-01-04T12:00:00Z", "DENIED", gender="M")),
    ],
    [
        *events(ENCOUNTER, encounter("o1", "2026-01-02T08:00:00Z", "SEEN", organization_id="O2")),
        *records("organization", "2026-01-02", {"Id": "O2", "NAME": "Two", "REVENUE": "10.005"}),
        *records("organization", "2026-01-01", {"Id": "O2", "NAME": "Duo", "REVENUE": "10.005"}),
        *records("payer", "2026-01-02", {"Id": "Y1", "NAME": "New"}),
        *records("payer", "2026-01-01", {"Id": "Y1", "NAME": "Old"}),
    ],
]


def numbered(cases: Sequence[Sequence[Raw]]) -> list[list[Raw]]:
    """The cases with an offset of their own for each event."""
    offsets = iter(range(10_000))
    return [
        [
            RawEvent(r.source, 0, next(offsets), r.payload, r.payload_encoding, r.broker_time)
            if isinstance(r, RawEvent)
            else r
            for r in case
        ]
        for case in cases
    ]


def one_after_another(cases: Sequence[Sequence[Raw]]) -> list[list[Raw]]:
    """Batches with one row of every case each: what a case tells never comes at once."""
    places = range(max(len(case) for case in cases))
    return [[case[n] for case in cases if n < len(case)] for n in places]


def test_the_hard_cases_come_right_in_one_batch(project: Project) -> None:
    rows = [row for case in numbered(HARD_CASES) for row in case]
    land(project, rows)
    project.run_all()

    assert_right(project, rows)


def test_the_hard_cases_come_right_one_row_after_another(project: Project) -> None:
    cases = list(numbered(HARD_CASES))
    for batch in one_after_another(cases):
        land(project, batch)
        project.run_all()

    assert_right(project, [row for case in cases for row in case])


@pytest.mark.slow
def test_the_hard_cases_come_right_in_any_order_with_late_runs(project: Project) -> None:
    rng = random.Random(1)
    cases = [rng.sample(case, len(case)) for case in numbered(HARD_CASES)]
    arrive(project, one_after_another(cases), rng)

    assert_right(project, [row for case in cases for row in case])


PROPERTY = settings(
    max_examples=2,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],  # one example takes a minute: shrinking takes hours
    suppress_health_check=list(HealthCheck),
)


def assert_converges(
    project: Project, rows: list[RawEvent], files: list[RawRecord], rng: random.Random
) -> None:
    again = redelivered(rng.sample(rows, len(rows) // 4), first_offset=len(rows))
    everything: list[Raw] = [*rows, *again, *files]
    for batches in ([everything], in_batches(everything, 8, rng)):
        project.empty()
        arrive(project, batches, rng)
        assert_right(project, everything)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.filterwarnings("ignore:Generating overly large repr")  # only when an example fails
@PROPERTY
@given(data=st.data(), rng=st.randoms(use_true_random=False))
def test_the_result_does_not_depend_on_the_way(
    deployed: Project, data: st.DataObject, rng: random.Random
) -> None:
    told = data.draw(flow_messages(80)) + data.draw(encounter_messages(25))
    assert_converges(deployed, told, data.draw(file_lines(20)), rng)


@pytest.mark.parametrize(
    "broken",
    [
        procedure
        if procedure.name in ("gold.load_dim_patient", "gold.load_fact_patient_flow")
        else pytest.param(procedure, marks=pytest.mark.slow)
        for procedure in GOLD
        if not any("vitals" in stream for stream in procedure.streams)
        and procedure.name not in ("gold.load_fact_claim_transaction", "gold.load_fact_condition")
    ],
    ids=lambda procedure: procedure.name,
)
def test_a_procedure_that_failed_leaves_its_streams_and_makes_up_for_it(
    project: Project, broken: Procedure
) -> None:
    early = events(FLOW, admission("a1", "2026-01-01T08:00:00Z"))
    early += events(ENCOUNTER, encounter("c1", "2026-01-01T09:00:00Z"))
    files: list[Raw] = [
        *records("hospital", "2026-01-01", {"HOSPITAL_ID": "H1", "NAME": "North"}),
        *records("organization", "2026-01-01", {"Id": "O1", "NAME": "One"}),
    ]
    table = broken.name.replace("load_", "")
    file = "45_fact.sql" if "fact" in table else "40_dimension.sql"
    with project.lost_table(table, "47_claim.sql" if "claim" in table else file):
        land(project, [*early, *files])
        for procedure in (*SILVER, *(one for one in GOLD if one is not broken)):
            project.run(procedure)
        with pytest.raises(SnowparkSQLException, match="does not exist"):
            project.run(broken)

    assert any(project.has_data(broken.streams))
    late = [
        RawEvent(FLOW, 0, 1, None, None, early[0].broker_time),
        *redelivered(events(FLOW, discharge("d1", "2026-01-02T08:00:00Z", None)), 2),
    ]
    project.land_events(late)
    project.run_all()
    assert_right(project, [*early, *late, *files])


def test_what_says_nothing_new_writes_nothing(project: Project) -> None:
    told = events(FLOW, admission("a1", "2026-01-05T08:00:00Z"))
    told += events(ENCOUNTER, encounter("c1", "2026-01-05T09:00:00Z"))
    patient = {"FIRST": "Ada", "CITY": "Oslo", "GENDER": "Female", "INSURANCE_TYPE": "Private"}

    def night(day: str) -> list[RawRecord]:
        return [
            *records("hospital", day, {"HOSPITAL_ID": "H1", "NAME": "North", "CITY": "Oslo"}),
            *records("organization", day, {"Id": "O1", "NAME": "One", "REVENUE": "10.50"}),
            *records("patient", day, patient | {"Id": "P1"}, patient | {"Id": "P2"}),
        ]

    land(project, [*told, *night("2026-01-01")])
    project.run_all()
    land(project, [*redelivered(told, 1), *night("2026-01-09")])

    done = {procedure.name: project.run(procedure) for procedure in (*SILVER, *GOLD)}

    gold = {name: done[name] for name in done if name.startswith("gold.") and done[name]}
    assert {count for report in gold.values() for count in re.findall(r"\d+", report)} == {"0"}
    followers = ("dim_patient", "dim_hospital", "fact_patient_flow", "fact_encounter")
    assert {f"gold.load_{name}" for name in followers} <= gold.keys()
    silver = ("patient_flow", "encounter", "hospital", "organization", "patient")
    assert [done[f"silver.load_{name}"] for name in silver] == [
        f"inserted {count}" for count in (0, 0, 1, 1, 2)
    ]
