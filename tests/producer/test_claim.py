"""Claims and their transactions, added up again from the files alone, and at their limits."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from decimal import Decimal
from random import Random

import pytest

from producer.claim import CHARGE, claim_of
from producer.history import ENCOUNTER_CLASSES, PastEncounter
from producer.insurance import PAYERS
from producer.organization import organizations
from producer.population import World

WORLD = World(patients=1)
Row = dict[str, str]
Tables = Callable[[str], list[Row]]


def money(text: str) -> Decimal:
    return Decimal(text or 0)


@pytest.fixture(scope="module")
def transactions(table: Tables) -> dict[str, list[Row]]:
    """By claim, in file order."""
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in table("claims_transactions"):
        found[row["CLAIMID"]].append(row)
    return dict(found)


def owed(claim: Row) -> Decimal:
    return sum((money(claim[f"OUTSTANDING{who}"]) for who in "12P"), Decimal())


def test_payments_adjustments_and_outstanding_add_up_to_the_charges(
    table: Tables, transactions: dict[str, list[Row]]
) -> None:
    totals = {row["Id"]: Decimal(row["TOTAL_CLAIM_COST"]) for row in table("encounters")}
    claims = table("claims")
    assert {claim["Id"] for claim in claims} == transactions.keys()
    for claim in claims:
        rows = transactions[claim["Id"]]
        charged = sum(money(r["AMOUNT"]) for r in rows if r["TYPE"] == "CHARGE")
        paid = sum(money(r["PAYMENTS"]) + money(r["ADJUSTMENTS"]) for r in rows)
        assert charged == totals[claim["APPOINTMENTID"]]
        assert paid + owed(claim) == charged
        assert min(money(claim[f"OUTSTANDING{who}"]) for who in "12P") >= 0


def test_each_transaction_tells_what_is_left_after_it(
    table: Tables, transactions: dict[str, list[Row]]
) -> None:
    for claim in table("claims"):
        left = Decimal()
        rows = transactions[claim["Id"]]
        for number, row in enumerate(rows, 1):
            assert int(row["CHARGEID"]) == number
            if row["TYPE"] == "CHARGE":
                left += money(row["AMOUNT"])
                continue
            left -= money(row["PAYMENTS"]) + money(row["ADJUSTMENTS"])
            assert money(row["OUTSTANDING"]) == left
        assert left == owed(claim)
        assert [r["TODATE"] for r in rows] == sorted(r["TODATE"] for r in rows)


def test_what_is_transferred_out_is_transferred_in_to_another(
    transactions: dict[str, list[Row]],
) -> None:
    kinds = Counter[str]()
    for rows in transactions.values():
        by_number = {row["CHARGEID"]: row for row in rows}
        out = [row for row in rows if row["TYPE"] == "TRANSFEROUT"]
        into = [row for row in rows if row["TYPE"] == "TRANSFERIN"]
        assert [row["TRANSFEROUTID"] for row in into] == [row["CHARGEID"] for row in out]
        for row in into:
            assert by_number[row["TRANSFEROUTID"]]["TRANSFERS"] == row["TRANSFERS"]
            assert row["AMOUNT"] == row["TRANSFERS"]
            kinds[row["TRANSFERTYPE"]] += 1
    assert kinds["p"] > 10 * kinds["2"] > 0


def test_each_type_has_the_columns_syntheas_have(transactions: dict[str, list[Row]]) -> None:
    amounts = ("AMOUNT", "METHOD", "UNITAMOUNT", "TRANSFERTYPE", "PAYMENTS", "TRANSFERS")
    expected = {
        "CHARGE": {"AMOUNT", "UNITAMOUNT", "TRANSFERTYPE"},
        "PAYMENT": {"METHOD", "PAYMENTS"},
        "TRANSFEROUT": {"TRANSFERS"},
        "TRANSFERIN": {"AMOUNT", "TRANSFERTYPE", "TRANSFERS"},
    }
    filled: defaultdict[str, set[tuple[str, ...]]] = defaultdict(set)
    for rows in transactions.values():
        for row in rows:
            filled[row["TYPE"]].add(tuple(column for column in amounts if row[column]))
    assert {kind: [set(columns) for columns in found] for kind, found in filled.items()} == {
        kind: [columns] for kind, columns in expected.items()
    }


def test_procedures_are_charged_one_by_one(
    table: Tables, transactions: dict[str, list[Row]]
) -> None:
    done: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in table("procedures"):
        done[row["ENCOUNTER"]].append((row["CODE"], row["BASE_COST"]))
    for claim in table("claims"):
        charges = [r for r in transactions[claim["Id"]] if r["TYPE"] == "CHARGE"]
        beside_the_visit = [(r["PROCEDURECODE"], r["AMOUNT"]) for r in charges[1:]]
        assert beside_the_visit == done[claim["APPOINTMENTID"]]


def test_the_payer_of_an_encounter_is_its_claims_insurer_and_nobody_where_none_insures(
    table: Tables,
) -> None:
    names = {row["Id"]: row["NAME"] for row in table("payers")} | {"0": "NO_INSURANCE"}
    payers = {row["Id"]: names[row["PAYER"]] for row in table("encounters")}
    second = Counter[tuple[str, bool]]()
    for claim in table("claims"):
        first = names[claim["PRIMARYPATIENTINSURANCEID"]]
        assert first == payers[claim["APPOINTMENTID"]]
        second[first, claim["SECONDARYPATIENTINSURANCEID"] != "0"] += 1
        assert (claim["STATUS2"] == "") == (claim["SECONDARYPATIENTINSURANCEID"] == "0")
    with_second = {name for name, has_second in second if has_second}
    assert with_second == {"Medicare"}
    assert second["Medicare", True] / (second["Medicare", True] + second["Medicare", False]) > 0.1


def test_a_claim_is_billed_while_somebody_owes(
    table: Tables, transactions: dict[str, list[Row]]
) -> None:
    states = Counter[str]()
    for claim in table("claims"):
        assert claim["STATUS1"] == ("BILLED" if money(claim["OUTSTANDING1"]) else "CLOSED")
        assert claim["STATUSP"] == ("BILLED" if owed(claim) else "CLOSED")
        assert claim["LASTBILLEDDATE1"] == transactions[claim["Id"]][0]["TODATE"]
        states[claim["STATUSP"]] += 1
    assert 0.02 < states["BILLED"] / states.total() < 0.25


def test_money_comes_after_the_service_and_before_the_snapshot(
    table: Tables, transactions: dict[str, list[Row]]
) -> None:
    stops = {row["Id"]: row["STOP"] for row in table("encounters")}
    for rows in transactions.values():
        for row in rows:
            assert stops[row["APPOINTMENTID"]] <= row["TODATE"] <= "2021-01-01T00:00:00Z"
            assert row["FROMDATE"] <= row["TODATE"]


def test_the_insurer_pays_what_the_encounter_says_it_covers(
    table: Tables, transactions: dict[str, list[Row]]
) -> None:
    encounters = {row["Id"]: row for row in table("encounters")}
    for claim in table("claims"):
        if claim["PRIMARYPATIENTINSURANCEID"] == "0" or claim["STATUS1"] == "BILLED":
            continue
        first = next(
            row
            for row in transactions[claim["Id"]]
            if row["TYPE"] == "PAYMENT" and row["METHOD"] != "COPAY"
        )
        covered = encounters[claim["APPOINTMENTID"]]["PAYER_COVERAGE"]
        assert (first["PAYMENTS"], first["METHOD"] in ("CHECK", "ECHECK")) == (covered, True)


@pytest.mark.parametrize("left_after_the_copay", [0, 1, 2, 3, 4])
def test_the_last_cents_are_paid_once_or_never(left_after_the_copay: int) -> None:
    (clinic, *_), (blue_cross,) = (
        [site for site in organizations(WORLD) if not site.is_hospital],
        [payer for payer in PAYERS if payer.name == "Blue Cross Blue Shield"],
    )
    encounter = PastEncounter(
        encounter_id="e1",
        started_at=0,
        stopped_at=3600,
        patient=WORLD.population()[0],
        organization=clinic,
        provider=clinic.providers[0],
        payer=blue_cross,
        kind=ENCOUNTER_CLASSES[1],
        total_claim_cost=10_000 + 2_500 + left_after_the_copay,
        payer_coverage=10_000,
        reason=None,
    )
    for draw in range(300):
        transactions = claim_of(Random(draw), encounter, []).transactions
        assert all(transaction.amount > 0 for transaction in transactions)
        paid = sum(t.amount + t.adjustment for t in transactions if t.kind == "PAYMENT")
        charged = sum(t.amount for t in transactions if t.kind == CHARGE)
        last = transactions[-1]
        assert last.outstanding == charged - paid
        assert last.outstanding == 0 or last.kind == "TRANSFERIN"
