"""Claims, transactions, conditions and encounters, night after night, on hand-made lines."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from support.account import Project
from support.claim import charge, claim, encounter_line, night, patient, payment
from support.message import encounter
from support.procedure import GOLD, SILVER
from support.raw import ENCOUNTER, RawEvent, RawRecord, at, events
from support.synthea import samples, synthea_frame, synthea_records

ALL = ("fact_encounter", "fact_claim", "fact_claim_transaction", "fact_condition", "dim_payer")
PROCEDURES = {procedure.name: procedure for procedure in (*SILVER, *GOLD)}
LOADS = [name for name in PROCEDURES if name.startswith("silver.load_")]


def tell(
    project: Project, *told: RawRecord | RawEvent, load: Sequence[str] = ALL
) -> dict[str, str | None]:
    """Land, run silver and the procedures of these tables, and what these report."""
    project.land_records([row for row in told if isinstance(row, RawRecord)])
    project.land_events([row for row in told if isinstance(row, RawEvent)])
    sources = {f"{row.source}_record" for row in told if isinstance(row, RawRecord)}
    for name in LOADS:
        if PROCEDURES[name].streams[0].split(".")[1].removesuffix("_to_silver_stream") in sources:
            project.run(PROCEDURES[name])
    if any(isinstance(row, RawEvent) for row in told):
        project.run(PROCEDURES["silver.load_encounter"])
    return {name: project.run(PROCEDURES[f"gold.load_{name}"]) for name in load}


def column(project: Project, table: str, key: str, *names: str) -> dict[Any, Any]:
    """A column of a table, or several as tuples, by the table's key."""
    rows = project.rows(f"gold.{table}")
    found = {row[key]: tuple(row[name] for name in names) for row in rows}
    assert len(found) == len(rows)
    return {k: v[0] if len(names) == 1 else v for k, v in found.items()}


def tell_encounters(project: Project, *told: RawRecord | RawEvent) -> str | None:
    return tell(project, *told, load=["fact_encounter"])["fact_encounter"]


def payments(project: Project) -> dict[str, Decimal | None]:
    return column(project, "fact_encounter", "encounter_id", "payments")


def test_a_transaction_is_a_row_with_what_the_file_says(project: Project) -> None:
    told = night(0, claim_transaction=[payment("T1", "12.505"), charge("T2", "80")])
    tell(project, *told, load=["fact_claim_transaction"])
    rows = {row["transaction_id"]: row for row in project.rows("gold.fact_claim_transaction")}
    assert rows["T1"] == {
        "transaction_id": "T1",
        "claim_id": "C1",
        "charge_id": "1",
        "patient_id": "P1",
        "encounter_id": "E1",
        "provider_id": "D1",
        "transaction_type": "PAYMENT",
        "method": "CASH",
        "from_date_key": 20260110,
        "from_at": at("2026-01-10 08:00"),
        "to_at": at("2026-01-10 09:30:59"),
        "procedure_code": "185345009",
        "place_of_service": "O1",
        "units": None,
        "unit_amount": None,
        "amount": None,
        "payments": Decimal("12.51"),
        "adjustments": None,
        "transfers": None,
        "outstanding": None,
    }
    assert (rows["T2"]["amount"], rows["T2"]["units"], rows["T2"]["payments"]) == (80, 1, None)


def test_the_newest_night_counts_in_whatever_order_they_come(project: Project) -> None:
    nights = [
        night(
            number,
            encounter=[encounter_line("E1", TOTAL_CLAIM_COST=cost)],
            claim=[claim("C1", OUTSTANDINGP=cost)],
            claim_transaction=[payment("T1", cost), payment("T2", "1")],
        )
        for number, cost in enumerate(("10", "30", "20"))
    ]
    for number in (2, 0, 1):
        tell(project, *nights[number])
    assert column(project, "fact_claim_transaction", "transaction_id", "payments") == {
        "T1": 20,
        "T2": 1,
    }
    assert column(project, "fact_claim", "claim_id", "outstanding_patient") == {"C1": 20}
    assert column(
        project, "fact_encounter", "encounter_id", "total_claim_cost", "payments"
    ) == {"E1": (20, 21)}  # fmt: skip


def test_a_night_that_repeats_writes_nothing_and_a_changed_line_is_all_that_is_written(
    project: Project,
) -> None:
    told = {
        "patient": [patient("P1"), patient("P2")],
        "payer": [{"Id": "Y1", "NAME": "One", "STATE_HEADQUARTERED": "MA"}],
        "encounter": [encounter_line("E1"), encounter_line("E2", "P2")],
        "condition": [{"PATIENT": "P1", "ENCOUNTER": "E1", "CODE": "1", "START": "2026-01-10"}],
        "claim": [claim("C1"), claim("C2", "P2", APPOINTMENTID="E2")],
        "claim_transaction": [payment("T1", "5"), payment("T2", "6", "E2")],
    }
    tell(project, *night(0, **told))
    nothing = "inserted 0, updated 0"
    assert tell(project, *night(1, **told)) == dict.fromkeys(ALL, nothing) | {
        "fact_encounter": f"{nothing}, deleted 0"
    }
    told["claim_transaction"][1] = payment("T2", "7", "E2")
    assert tell(project, *night(2, **told)) == dict.fromkeys(ALL, nothing) | {
        "fact_claim_transaction": "inserted 0, updated 1",
        "fact_encounter": "inserted 0, updated 1, deleted 0",
    }
    assert payments(project) == {"E1": 5, "E2": 7}


def test_payments_count_once_where_they_belong_and_when_they_come(project: Project) -> None:
    tell_encounters(project, *night(0, encounter=[encounter_line("E1"), encounter_line("E2")]))
    assert payments(project) == {"E1": None, "E2": None}
    tell_encounters(
        project, *night(0, claim_transaction=[charge("T1", "80"), payment("T2", "5", "E3")])
    )
    assert payments(project) == {"E1": 0, "E2": None}
    # Another file of that night; the encounter of T2 comes after its payment.
    more = [payment("T3", "30"), payment("T4", "-1"), payment("T5", "0.50", TYPE="payment")]
    tell_encounters(project, *night(0, claim_transaction=more, encounter=[encounter_line("E3")]))
    assert payments(project) == {"E1": Decimal("30.50"), "E2": None, "E3": 5}
    # A correction moves T3, the only one of its night.
    tell_encounters(project, *night(1, claim_transaction=[payment("T3", "31", "E2")]))
    assert payments(project) == {"E1": Decimal("0.50"), "E2": 31, "E3": 5}
    # The file of a night before says otherwise, too late.
    tell_encounters(project, *night(0, claim_transaction=[payment("T3", "99", "E3")]))
    assert payments(project) == {"E1": Decimal("0.50"), "E2": 31, "E3": 5}


def test_of_event_and_file_the_newest_word_counts_and_the_other_fills_its_gaps(
    project: Project,
) -> None:
    event = encounter(
        "e1",
        "2026-02-01T12:00:00Z",
        encounter_id="E1",
        admission_time="2026-01-10T07:00:00Z",
        discharge_time="2026-01-10T08:00:00Z",
        total_claim_cost=200,
        provider_id=None,
    )
    line = encounter_line("E1", TOTAL_CLAIM_COST="150", PAYER="", REASONCODE="72892002")
    seen = ("total_claim_cost", "provider_id", "payer_id", "reason_code", "started_at")
    eight, seven = at("2026-01-10 08:00"), at("2026-01-10 07:00")
    by_file = {"E1": (150, "D1", "Y1", "72892002", eight)}
    by_event = {"E1": (200, "D1", "Y1", "72892002", seven)}

    tell_encounters(project, *night(0, encounter=[line]))
    assert column(project, "fact_encounter", "encounter_id", *seen) == {
        "E1": (150, "D1", None, "72892002", eight)
    }
    tell_encounters(project, *events(ENCOUNTER, event))
    assert column(project, "fact_encounter", "encounter_id", *seen) == by_event
    # The same line again, but true after the event: the file's word is the newer one.
    tell_encounters(project, *night(1, encounter=[line]))
    assert column(project, "fact_encounter", "encounter_id", *seen) == by_file
    assert tell_encounters(project, *night(2, encounter=[line])) == (
        "inserted 0, updated 0, deleted 0"
    )


def test_a_claim_has_its_patients_version_and_payer_or_the_unknown_one(project: Project) -> None:
    load = ("fact_claim", "dim_patient", "dim_payer")
    tell(
        project,
        *night(1, patient=[patient("P1", CITY="Lowell")]),
        *night(
            0,
            claim=[
                claim("C1", SERVICEDATE="2026-02-02T00:00:00Z"),
                claim("C2", SERVICEDATE="2026-02-01T23:59:59Z"),
                claim("C3", "P9", PRIMARYPATIENTINSURANCEID="0", SERVICEDATE=""),
                claim("C4", SECONDARYPATIENTINSURANCEID="Y2", SERVICEDATE=""),
            ],
        ),
        load=load,
    )
    assert cities(project) == {
        "C1": ("Lowell", "Y1"),
        "C2": ("Lowell", "Y1"),
        "C3": (None, None),
        "C4": ("Lowell", "Y1"),
    }
    named = column(project, "dim_payer", "payer_id", "payer_name")
    assert named == {None: "Unknown", "Y1": None, "Y2": None}
    dates = column(project, "fact_claim", "claim_id", "service_date_key")
    assert dates == {"C1": 20260202, "C2": 20260201, "C3": -1, "C4": -1}

    # The night before comes late: it moves the first version, and the claims before the second.
    done = tell(
        project,
        *night(0, patient=[patient("P1")]),
        *night(2, payer=[{"Id": "Y2", "NAME": "Two", "STATE_HEADQUARTERED": ""}]),
        load=load,
    )
    assert done["fact_claim"] == "inserted 0, updated 2"
    assert cities(project) == {
        "C1": ("Lowell", "Y1"),
        "C2": ("Salem", "Y1"),
        "C3": (None, None),
        "C4": ("Salem", "Y1"),
    }
    named = column(project, "dim_payer", "payer_id", "payer_name")
    assert named == {None: "Unknown", "Y1": None, "Y2": "Two"}


def cities(project: Project) -> dict[str, tuple[str | None, str | None]]:
    """City and payer of each claim, by way of its keys."""
    found = project.execute(
        "select claim_id, city, payer.payer_id from gold.fact_claim as fact"
        " inner join gold.dim_patient as patient on fact.patient_key = patient.patient_key"
        " inner join gold.dim_payer as payer on fact.payer_key = payer.payer_key"
    )
    return {claim_id: (city, payer_id) for claim_id, city, payer_id in found}


def test_the_facts_hold_what_pandas_reads_in_the_samples(project: Project) -> None:
    sources = ("encounter", "condition", "claim", "claim_transaction")
    (set_a, set_c) = samples("set_a_ohdsi27", "set_c_claims107")
    for folder in (set_a, set_c):
        tell(project, *synthea_records(folder, "2026-01-01", *sources), load=[])
    for name in ALL[:4]:
        project.run(PROCEDURES[f"gold.load_{name}"])

    paid = synthea_frame(set_a, "claims_transactions")
    payments_of = paid[paid.TYPE == "PAYMENT"].astype({"PAYMENTS": float})
    by_encounter = payments_of.groupby("APPOINTMENTID").PAYMENTS.sum().round(2)
    ours = payments(project)
    assert len(ours) == 604 + 1274
    assert {k: float(v) for k, v in ours.items() if v} == {
        k: v for k, v in by_encounter.to_dict().items() if v
    }
    for name, measure in (
        ("AMOUNT", "amount"),
        ("PAYMENTS", "payments"),
        ("TRANSFERS", "transfers"),
    ):
        told = column(project, "fact_claim_transaction", "transaction_id", measure)
        given = dict(zip(paid.ID, paid[name].astype(float), strict=True))
        assert {k: float(v) for k, v in told.items() if v is not None} == {
            k: round(v, 2) for k, v in given.items() if v == v
        }
    claims = [synthea_frame(folder, "claims") for folder in (set_a, set_c)]
    owed = {k: v for one in claims for k, v in zip(one.Id, one.OUTSTANDINGP, strict=True)}
    told = column(project, "fact_claim", "claim_id", "outstanding_patient")
    assert {k: float(v) for k, v in told.items()} == {k: float(v) for k, v in owed.items()}
    conditions = sum(len(synthea_frame(folder, "conditions")) for folder in (set_a, set_c))
    assert len(project.rows("gold.fact_condition")) == conditions
