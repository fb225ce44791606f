"""The claim of an encounter: what is charged, who pays how much of it and when.

All that will ever happen to a claim is drawn at once, from the encounter's id alone; a snapshot
holds what has happened by then. So a claim tells the same story in every night. Amounts are in
cents; at every moment charges = payments + adjustments + what is outstanding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from producer.clock import DAY
from producer.history import PastEncounter
from producer.insurance import MEDICARE, PAYERS, PRIVATE, Payer
from producer.population import uuid_from
from producer.procedure import Procedure

PRIMARY, SECONDARY, PATIENT = "1", "2", "p"
"""Who owes, as the column TRANSFERTYPE names them."""
CHARGE, PAYMENT, TRANSFER_OUT, TRANSFER_IN = "CHARGE", "PAYMENT", "TRANSFEROUT", "TRANSFERIN"

_COPAY = 2_500
_SECOND_INSURER_PAYS = 0.8
_ADJUSTED_SHARE = 0.5
_INSURER_DAYS, _PATIENT_DAYS, _INSTALMENT_DAYS = 9.0, 25.0, 30
_IN_INSTALMENTS, _NEVER_PAID = 0.15, 0.10
_SELF_PAY_IN_INSTALMENTS, _SELF_PAY_NEVER_PAID = 0.25, 0.30
_INSURERS_METHODS, _PATIENTS_METHODS = ("CHECK", "ECHECK"), ("CASH", "CC", "CHECK", "ECHECK")


class Transaction(NamedTuple):
    transaction_id: str
    number: int
    """Counts the claim's transactions from 1; a later one has a greater number."""
    kind: str
    at: int
    owner: str
    """Who owed before a payment or a transfer out, who owes after a charge or a transfer in."""
    amount: int
    """Charged, paid or transferred."""
    code: str
    notes: str
    outstanding: int
    """Of the whole claim, after this."""
    adjustment: int = 0
    """Written off by the insurer together with its payment."""
    method: str = ""
    transfer_out: int = 0
    """Of a transfer in: the number of its transfer out."""


@dataclass(frozen=True, slots=True)
class Claim:
    claim_id: str
    encounter: PastEncounter
    primary: Payer | None
    """The insurer; none when the patient pays alone."""
    secondary: Payer | None
    transactions: tuple[Transaction, ...]
    """The charges first, then what follows, by time."""

    def by(self, moment: int) -> Sequence[Transaction]:
        """The transactions up to a moment, in their order."""
        return [t for t in self.transactions if t.at <= moment]


class Account(NamedTuple):
    """Who owes how much of a claim, and since when."""

    owed: dict[str, int]
    billed_at: dict[str, int]


def account_of(transactions: Sequence[Transaction]) -> Account:
    """The state of a claim after these transactions."""
    owed = {PRIMARY: 0, SECONDARY: 0, PATIENT: 0}
    billed_at: dict[str, int] = {}
    for transaction in transactions:
        owner = transaction.owner
        if transaction.kind in (CHARGE, TRANSFER_IN):
            owed[owner] += transaction.amount
            billed_at[owner] = transaction.at
        else:
            owed[owner] -= transaction.amount + transaction.adjustment
    return Account(owed, billed_at)


def claim_of(rng: Random, encounter: PastEncounter, procedures: Sequence[Procedure]) -> Claim:
    """The whole story of an encounter's claim; its charges add up to the total claim cost."""
    claim_id = uuid_from(rng)
    primary = encounter.payer if encounter.payer.coverage else None
    secondary = _second_insurer(encounter)
    ledger = _Ledger(rng, encounter)
    visit = encounter.total_claim_cost - sum(procedure.cost for procedure in procedures)
    ledger.charge(visit, encounter.kind.code, encounter.kind.description)
    for procedure in procedures:
        ledger.charge(procedure.cost, procedure.code, procedure.description)
    at = encounter.stopped_at
    if primary is not None:
        at = _insurers_pay(rng, ledger, encounter, at, has_second=secondary is not None)
    if ledger.outstanding:
        ledger.transfer(at, PRIMARY if secondary is None else SECONDARY, PATIENT)
        _patient_pays(rng, ledger, at, is_insured=primary is not None)
    return Claim(claim_id, encounter, primary, secondary, tuple(ledger.written))


class _Ledger:
    """Writes transactions, and keeps what is outstanding."""

    def __init__(self, rng: Random, encounter: PastEncounter) -> None:
        self._rng = rng
        self._kind = encounter.kind
        self._charged_at = encounter.stopped_at
        self.written: list[Transaction] = []
        self.outstanding = 0

    def charge(self, amount: int, code: str, notes: str) -> None:
        self.outstanding += amount
        self._write(CHARGE, self._charged_at, PRIMARY, amount, code=code, notes=notes)

    def pay(self, at: int, owner: str, amount: int, method: str, adjustment: int = 0) -> None:
        self.outstanding -= amount + adjustment
        self._write(PAYMENT, at, owner, amount, adjustment=adjustment, method=method)

    def transfer(self, at: int, owner: str, to: str) -> None:
        """All that is outstanding is owed by another from now on."""
        self._write(TRANSFER_OUT, at, owner, self.outstanding)
        self._write(TRANSFER_IN, at, to, self.outstanding, transfer_out=len(self.written))

    def _write(
        self,
        kind: str,
        at: int,
        owner: str,
        amount: int,
        *,
        code: str = "",
        notes: str = "",
        adjustment: int = 0,
        method: str = "",
        transfer_out: int = 0,
    ) -> None:
        self.written.append(
            Transaction(
                uuid_from(self._rng), len(self.written) + 1, kind, at, owner, amount,
                code or self._kind.code, notes or self._kind.description,
                self.outstanding, adjustment, method, transfer_out,
            )
        )  # fmt: skip


def _insurers_pay(
    rng: Random, ledger: _Ledger, encounter: PastEncounter, at: int, *, has_second: bool
) -> int:
    """The copay, the first insurer's payment, the second's; when the last of them came."""
    share = encounter.total_claim_cost - encounter.payer_coverage
    if encounter.payer.insurance_type == PRIVATE and not encounter.kind.in_hospital:
        copay = min(_COPAY, share)
        ledger.pay(at, PRIMARY, copay, "COPAY")
        share -= copay
    at += _days(rng, _INSURER_DAYS)
    written_off = int(share * rng.uniform(0.2, 0.8)) if rng.random() < _ADJUSTED_SHARE else 0
    method = rng.choice(_INSURERS_METHODS)
    ledger.pay(at, PRIMARY, encounter.payer_coverage, method, written_off)
    if has_second:
        ledger.transfer(at, PRIMARY, SECONDARY)
        at += _days(rng, _INSURER_DAYS)
        paid = int(ledger.outstanding * _SECOND_INSURER_PAYS)
        ledger.pay(at, SECONDARY, paid, rng.choice(_INSURERS_METHODS))
    return at


def _patient_pays(rng: Random, ledger: _Ledger, at: int, *, is_insured: bool) -> None:
    """At once, in three instalments, or never."""
    never = _NEVER_PAID if is_insured else _SELF_PAY_NEVER_PAID
    instalments = _IN_INSTALMENTS if is_insured else _SELF_PAY_IN_INSTALMENTS
    way = rng.random()
    if way < never:
        return
    method = rng.choice(_PATIENTS_METHODS)
    at += _days(rng, _PATIENT_DAYS)
    third = ledger.outstanding // 3
    if third and way < never + instalments:
        for number in range(2):
            ledger.pay(at + number * _INSTALMENT_DAYS * DAY, PATIENT, third, method)
        at += 2 * _INSTALMENT_DAYS * DAY
    ledger.pay(at, PATIENT, ledger.outstanding, method)


def _days(rng: Random, mean: float) -> int:
    """Seconds of a day and a wait on top of it."""
    return DAY + int(rng.expovariate(1 / mean) * DAY)


def _second_insurer(encounter: PastEncounter) -> Payer | None:
    """A fifth of those with Medicare have bought private insurance for what it leaves."""
    if encounter.payer.insurance_type != MEDICARE:
        return None
    number = int(encounter.patient.patient_id[:8], 16)
    return _SECOND_INSURERS[number // 5 % len(_SECOND_INSURERS)] if number % 5 == 0 else None


_SECOND_INSURERS = [payer for payer in PAYERS if payer.insurance_type == PRIVATE]
