"""Nights of claims and encounter events, dealt out at random, end in what the lines say together.

Expected is what plain Python reads out of all lines at once; versions of patients are the oracle's.
"""

import hashlib
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import pytest
from support.account import Project
from support.claim import NIGHTS, charge, claim, encounter_line, night, patient, payment
from support.comparison import assert_same_rows
from support.message import encounter
from support.oracle.dimension import PATIENT
from support.oracle.event import encounter_time, winners
from support.oracle.silver import silver_events, silver_records
from support.oracle.value import parsed
from support.oracle.version import Version, patient_timelines, version_at
from support.procedure import GOLD, SILVER
from support.raw import ENCOUNTER, RawEvent, RawRecord, at, events

Row = dict[str, Any]

GOLDEN = ("dim_patient", "dim_payer", "fact_claim", "fact_claim_transaction", "fact_encounter")
SOURCES = ("patient", "encounter", "encounter_record", "claim", "claim_transaction")
PROCEDURES = [
    procedure
    for procedure in (*SILVER, *GOLD)
    if procedure.name
    in {*(f"silver.load_{name}" for name in SOURCES), *(f"gold.load_{name}" for name in GOLDEN)}
]


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_claims_and_payments_do_not_depend_on_the_way(project: Project, seed: int) -> None:
    rng = random.Random(seed)
    lines, told = random_lines(rng), random_events(rng)
    batches: list[list[RawRecord | RawEvent]] = [[], [], []]
    for row in rng.sample([*lines, *told], len(lines) + len(told)):
        rng.choice(batches).append(row)
    for batch in batches:
        project.land_records([row for row in batch if isinstance(row, RawRecord)])
        project.land_events([row for row in batch if isinstance(row, RawEvent)])
        for procedure in rng.sample(PROCEDURES, rng.randint(4, len(PROCEDURES))):
            project.run(procedure)
    for procedure in PROCEDURES:
        project.run(procedure)

    patients = timelines(lines, told)
    assert_same_rows("transactions", transactions_of(project), expected_transactions(lines))
    assert_same_rows("claims", claims_of(project), expected_claims(lines, patients))
    assert_same_rows(
        "encounters", encounters_of(project), expected_encounters(lines, told, patients)
    )


def random_lines(rng: random.Random) -> list[RawRecord]:
    """Each night tells of some ids, mostly as the night before; now and then twice."""
    found: list[RawRecord] = []
    for number in range(len(NIGHTS)):
        for _ in range(14):
            who, where = rng.choice(["P1", "P2"]), rng.choice(["E1", "E2", "E3", ""])
            amount = rng.choice(["5", "7.25"])
            paid = rng.choice([payment, charge])
            found += night(
                number,
                patient=[patient(who, CITY=rng.choice(["Salem", "Lynn"]))],
                encounter=[encounter_line(where or "E1", who, TOTAL_CLAIM_COST=amount)],
                claim=[
                    claim(
                        rng.choice(["C1", "C2", "C3"]),
                        who,
                        OUTSTANDINGP=amount,
                        SERVICEDATE=rng.choice(["2026-02-01T23:00:00Z", "2026-02-02T12:00:00Z"]),
                        PRIMARYPATIENTINSURANCEID=rng.choice(["Y1", "Y2", "0"]),
                    )
                ],
                claim_transaction=[paid(rng.choice(["T1", "T2", "T3", "T4"]), amount, where)],
            )
    return found


def random_events(rng: random.Random) -> list[RawEvent]:
    """Of encounters that the files tell of, and of one that they do not; corrections among them."""
    hours = [f"2026-02-0{day}T{hour:02}:00:00Z" for day in (1, 2, 3) for hour in (0, 12)]
    fields = [
        encounter(
            rng.choice(["e1", "e2", "e3"]),
            rng.choice(hours),
            rng.choice(["P1", "P2"]),
            encounter_id=rng.choice(["E1", "E2", "E9", None]),
            total_claim_cost=rng.choice([11, None]),
            gender=rng.choice(["F", "M"]),
        )
        for _ in range(6)
    ]
    return events(ENCOUNTER, *fields)


def newest(lines: Iterable[RawRecord], source: str, identifier: str) -> dict[str, Row]:
    """The greatest (as_of, payload hash) of each id, with AS_OF."""
    found: dict[str, tuple[Any, Row]] = {}
    for line in lines:
        if line.source == source:
            fields = parsed(line.payload)
            rank = line.as_of, hashlib.sha256(line.payload.encode()).hexdigest()
            row = fields | {"AS_OF": line.as_of}
            found[fields[identifier]] = max(
                (rank, row), found.get(fields[identifier], (rank, row)), key=lambda one: one[0]
            )
    return {identity: row for identity, (_, row) in found.items()}


def timelines(lines: Sequence[RawRecord], told: Sequence[RawEvent]) -> dict[str, list[Version]]:
    files = silver_records(line for line in lines if line.source == "patient")
    return patient_timelines([], winners(silver_events(told)), files, PATIENT)


def expected_transactions(lines: Sequence[RawRecord]) -> list[Row]:
    return [
        {
            "transaction_id": identity,
            "transaction_type": row["TYPE"],
            "encounter_id": row["APPOINTMENTID"] or None,
            "amount": money(row["AMOUNT"]),
            "payments": money(row["PAYMENTS"]),
        }
        for identity, row in newest(lines, "claim_transaction", "ID").items()
    ]


def expected_claims(lines: Sequence[RawRecord], patients: dict[str, list[Version]]) -> list[Row]:
    return [
        {
            "claim_id": identity,
            "patient_id": row["PATIENTID"],
            "outstanding_patient": money(row["OUTSTANDINGP"]),
            "payer_id": payer(row["PRIMARYPATIENTINSURANCEID"]),
            "payer_of_key": payer(row["PRIMARYPATIENTINSURANCEID"]),
            "valid_from": since(patients, row["PATIENTID"], at(row["SERVICEDATE"][:-1])),
        }
        for identity, row in newest(lines, "claim", "Id").items()
    ]


def expected_encounters(
    lines: Sequence[RawRecord], told: Sequence[RawEvent], patients: dict[str, list[Version]]
) -> list[Row]:
    by_event: dict[str, list[Row]] = defaultdict(list)
    for row in winners(silver_events(told)):
        by_event[row["encounter_id"] or f"event:{row['event_id']}"].append(row)
    paid: dict[str | None, list[Row]] = defaultdict(list)
    for row in expected_transactions(lines):
        paid[row["encounter_id"]].append(row)
    files = newest(lines, "encounter", "Id")
    return [
        _expected_encounter(identity, by_event[identity], files.get(identity), paid, patients)
        for identity in {*by_event, *files}
    ]


def _expected_encounter(
    identity: str,
    told: Sequence[Row],
    line: Row | None,
    paid: dict[str | None, list[Row]],
    patients: dict[str, list[Version]],
) -> Row:
    words: list[tuple[Any, int, Row]] = []
    happened_at = None
    if told:
        event = max(told, key=lambda row: (encounter_time(row), row["event_id"]))
        happened_at = encounter_time(event)
        words.append((happened_at, 0, event))
    if line is not None:
        cost = money(line["TOTAL_CLAIM_COST"])
        word = {"patient_id": line["PATIENT"], "total_claim_cost": cost}
        words.append((line["AS_OF"], 1, word))
        happened_at = happened_at or at(line["STOP"][:-1])
    in_order = [row for _, _, row in sorted(words, key=lambda word: word[:2], reverse=True)]
    named = {
        name: next((row[name] for row in in_order if row[name] is not None), None)
        for name in ("patient_id", "total_claim_cost")
    }
    payments = [row["payments"] or 0 for row in paid[identity]]
    return named | {
        "encounter_id": None if identity.startswith("event:") else identity,
        "payments": sum(payments) if payments else None,
        "valid_from": since(patients, named["patient_id"], happened_at),
    }


def money(told: str) -> Decimal | None:
    return Decimal(told) if told else None


def payer(told: str) -> str | None:
    return None if told == "0" else told


def since(patients: dict[str, list[Version]], patient_id: str | None, moment: Any) -> Any:
    version = version_at(patients, patient_id, moment)
    return version.valid_from if version else None


def transactions_of(project: Project) -> list[Row]:
    names = ("transaction_id", "transaction_type", "encounter_id", "amount", "payments")
    rows = project.rows("gold.fact_claim_transaction")
    return [{name: row[name] for name in names} for row in rows]


def claims_of(project: Project) -> list[Row]:
    names = ("claim_id", "patient_id", "outstanding_patient", "payer_id")
    found = project.execute(
        "select claim_id, fact.patient_id, outstanding_patient, fact.payer_id,"
        " payer.payer_id, valid_from from gold.fact_claim as fact"
        " inner join gold.dim_patient as patient on fact.patient_key = patient.patient_key"
        " inner join gold.dim_payer as payer on fact.payer_key = payer.payer_key"
    )
    return [dict(zip((*names, "payer_of_key", "valid_from"), row, strict=True)) for row in found]


def encounters_of(project: Project) -> list[Row]:
    names = ("encounter_id", "patient_id", "total_claim_cost", "payments")
    found = project.execute(
        "select encounter_id, fact.patient_id, total_claim_cost, payments, valid_from"
        " from gold.fact_encounter as fact"
        " inner join gold.dim_patient as patient on fact.patient_key = patient.patient_key"
    )
    return [dict(zip((*names, "valid_from"), row, strict=True)) for row in found]
