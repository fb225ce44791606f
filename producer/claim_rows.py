"""Rows of claims.csv and claims_transactions.csv, as they stand at a moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from producer.claim import (
    CHARGE,
    PATIENT,
    PAYMENT,
    PRIMARY,
    SECONDARY,
    TRANSFER_IN,
    Claim,
    Transaction,
    account_of,
)
from producer.clock import iso
from producer.feed_file import Row, amount
from producer.history import ENCOUNTER_CLASSES
from producer.insurance import Payer

NO_INSURER = "0"
_PROFESSIONAL, _INSTITUTIONAL = 1, 2
_DEPARTMENT_IDS = {kind.name: number for number, kind in enumerate(ENCOUNTER_CLASSES, 1)}
_NOTHING = ("",) * 8


def claim_row(claim: Claim, happened: Sequence[Transaction], payer_ids: Mapping[str, str]) -> Row:
    """The claim after what has happened: BILLED while somebody owes, CLOSED from then on."""
    encounter = claim.encounter
    department = _DEPARTMENT_IDS[encounter.kind.name]
    provider = encounter.provider.provider_id
    owed, billed_at = account_of(happened)
    has_second = claim.secondary is not None
    first_and_second = owed[PRIMARY] + owed[SECONDARY]
    return (
        claim.claim_id,
        encounter.patient.patient_id,
        provider,
        _insurer(claim.primary, payer_ids) or NO_INSURER,
        _insurer(claim.secondary, payer_ids) or NO_INSURER,
        department,
        department,
        encounter.kind.code if encounter.reason is None else encounter.reason.code,
        *_NOTHING,
        encounter.encounter_id,
        iso(encounter.started_at),
        iso(encounter.started_at),
        provider,
        _status(owed[PRIMARY]),
        _status(first_and_second) if has_second else "",
        _status(first_and_second + owed[PATIENT]),
        amount(owed[PRIMARY]),
        amount(owed[SECONDARY]) if has_second else "",
        amount(owed[PATIENT]),
        *(iso(billed_at[o]) if o in billed_at else "" for o in (PRIMARY, SECONDARY, PATIENT)),
        _INSTITUTIONAL if encounter.kind.in_hospital else _PROFESSIONAL,
        _INSTITUTIONAL if has_second else 0,
    )


def transaction_row(claim: Claim, happened: Transaction, payer_ids: Mapping[str, str]) -> Row:
    """A transaction; it never changes."""
    encounter = claim.encounter
    kind = happened.kind
    value = amount(happened.amount)
    is_charge, is_payment, is_transfer_in = kind == CHARGE, kind == PAYMENT, kind == TRANSFER_IN
    provider = encounter.provider.provider_id
    return (
        happened.transaction_id,
        claim.claim_id,
        happened.number,
        encounter.patient.patient_id,
        kind,
        value if is_charge or is_transfer_in else "",
        happened.method,
        iso(encounter.started_at if is_charge else happened.at),
        iso(happened.at),
        encounter.organization.organization_id,
        happened.code,
        "",
        "",
        1,
        "",
        "",
        "",
        1,
        _DEPARTMENT_IDS[encounter.kind.name],
        happened.notes,
        value if is_charge else "",
        happened.transfer_out or "",
        happened.owner if is_charge or is_transfer_in else "",
        value if is_payment else "",
        amount(happened.adjustment) if happened.adjustment else "",
        "" if is_charge or is_payment else value,
        "" if is_charge else amount(happened.outstanding),
        encounter.encounter_id,
        "",
        _insurer(claim.primary, payer_ids),
        1,
        provider,
        provider,
    )


def _status(owed: int) -> str:
    return "BILLED" if owed else "CLOSED"


def _insurer(payer: Payer | None, payer_ids: Mapping[str, str]) -> str:
    return "" if payer is None else payer_ids[payer.name]
