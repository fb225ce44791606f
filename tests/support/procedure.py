"""The procedures of the project as functions, each with the streams that it consumes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from carefloe.gold import (
    dim_department,
    dim_hospital,
    dim_organization,
    dim_patient,
    dim_payer,
    fact_alert,
    fact_claim,
    fact_claim_transaction,
    fact_condition,
    fact_encounter,
    fact_patient_flow,
    fact_vitals,
    patient_latest_vitals,
    vitals_hourly,
)
from carefloe.ops import notification
from carefloe.silver import (
    allergy,
    claim,
    claim_transaction,
    condition,
    department,
    encounter,
    encounter_record,
    hospital,
    observation,
    organization,
    patient,
    patient_flow,
    payer,
    procedure,
    provider,
    vitals,
)
from snowflake.snowpark import Session

SUPPRESS_AFTER_SECONDS = 3600


@dataclass(frozen=True)
class Procedure:
    """A procedure and the streams that it consumes."""

    name: str
    handler: Callable[[Session], str]
    streams: tuple[str, ...]


def _loads(module: Any) -> list[Procedure]:
    raw, name = f"raw.{module.SOURCE.raw_name}", module.__name__.rsplit(".", 1)[1]
    return [
        Procedure(f"silver.load_{name}", module.load, (f"{raw}_to_silver_stream",)),
        Procedure(
            f"ops.load_rejected_{name}", module.load_rejected, (f"{raw}_to_rejected_stream",)
        ),
    ]


def _gold(name: str, module: Any, *sources: str) -> Procedure:
    streams = tuple(f"silver.{source}_to_{name}_stream" for source in sources)
    return Procedure(f"gold.load_{name}", module.load, streams)


SILVER = [
    one
    for module in (
        patient_flow,
        encounter,
        vitals,
        hospital,
        department,
        organization,
        payer,
        patient,
        provider,
        encounter_record,
        condition,
        observation,
        procedure,
        allergy,
        claim,
        claim_transaction,
    )
    for one in _loads(module)
]
GOLD = [
    _gold("dim_patient", dim_patient, "patient_flow", "encounter", "patient"),
    _gold("dim_hospital", dim_hospital, "patient_flow", "hospital"),
    _gold("dim_organization", dim_organization, "organization"),
    _gold("dim_department", dim_department, "patient_flow", "department"),
    _gold("dim_payer", dim_payer, "encounter", "encounter_record", "claim", "payer"),
    _gold(
        "fact_patient_flow", fact_patient_flow, "patient_flow", "encounter", "patient", "hospital"
    ),
    _gold(
        "fact_encounter",
        fact_encounter,
        "encounter",
        "encounter_record",
        "claim_transaction",
        "patient_flow",
        "patient",
        "organization",
    ),
    _gold("fact_claim", fact_claim, "claim", "patient_flow", "encounter", "patient"),
    _gold("fact_claim_transaction", fact_claim_transaction, "claim_transaction"),
    _gold("fact_condition", fact_condition, "condition"),
    _gold("fact_vitals", fact_vitals, "vitals"),
    _gold("vitals_hourly", vitals_hourly, "vitals"),
    _gold("fact_alert", fact_alert, "vitals"),
    _gold("patient_latest_vitals", patient_latest_vitals, "vitals"),
    Procedure(
        "ops.load_notification",
        lambda session: notification.load(session, SUPPRESS_AFTER_SECONDS),
        ("silver.vitals_to_notification_stream",),
    ),
]
