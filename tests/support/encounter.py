"""Rows of gold.fact_encounter, fact_claim and their kin written by hand."""

from typing import Any

NOBODY = {"patient_key": "-1", "organization_key": "-1", "payer_key": "-1"}


def encounter(key: str, started_on: str | None = None, **told: Any) -> dict[str, Any]:
    """An encounter of unknown patient, organization and payer, but for what is told.

    `payer_id` is the payer's key too.
    """
    row = NOBODY | {
        "encounter_key": key,
        "admission_date_key": date_key(started_on),
        "started_at": started_on,
    }
    return row | with_payer_key(told)


def claim(claim_id: str, service_on: str | None = None, **told: Any) -> dict[str, Any]:
    """A claim of an unknown patient without a payer, but for what is told."""
    row = {
        "claim_id": claim_id,
        "patient_key": "-1",
        "payer_key": "-1",
        "service_date_key": date_key(service_on),
        "service_at": service_on,
    }
    return row | with_payer_key(told)


def transaction(
    number: int, claim_id: str | None, transaction_type: str, **told: Any
) -> dict[str, Any]:
    return {
        "transaction_id": f"t{number}",
        "claim_id": claim_id,
        "transaction_type": transaction_type,
        "from_date_key": -1,
    } | told


def date_key(day: str | None) -> int:
    return -1 if day is None else int(day[:10].replace("-", ""))


def with_payer_key(told: dict[str, Any]) -> dict[str, Any]:
    return told | {"payer_key": told["payer_id"]} if told.get("payer_id") else told
