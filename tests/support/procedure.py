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
    fact_encounter,
    fact_patient_flow,
    fact_vitals,
    patient_latest_vitals,
    vitals_hourly,
)
from carefloe.ops import notification
from carefloe.silver import (
    department,
    encounter,
    hospital,
    organization,
    patient_flow,
    payer,
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


def _loads(name: str, kind: str, module: Any) -> list[Procedure]:
    raw = f"raw.{name}_{kind}"
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
    *_loads("patient_flow", "event", patient_flow),
    *_loads("encounter", "event", encounter),
    *_loads("vitals", "event", vitals),
    *_loads("hospital", "record", hospital),
    *_loads("department", "record", department),
    *_loads("organization", "record", organization),
    *_loads("payer", "record", payer),
]
GOLD = [
    _gold("dim_patient", dim_patient, "patient_flow", "encounter"),
    _gold("dim_hospital", dim_hospital, "hospital"),
    _gold("dim_organization", dim_organization, "organization"),
    _gold("dim_department", dim_department, "patient_flow", "department"),
    _gold("dim_payer", dim_payer, "encounter", "payer"),
    _gold("fact_patient_flow", fact_patient_flow, "patient_flow", "encounter", "hospital"),
    _gold("fact_encounter", fact_encounter, "encounter", "patient_flow", "organization"),
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
