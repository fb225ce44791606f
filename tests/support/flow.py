"""Rows of gold.fact_patient_flow written by hand, and the instant that is now."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from snowflake.connector.pandas_tools import write_pandas
from support.account import Project

NOW = dt.datetime(2026, 6, 1, 12)


def stay(
    key: str, admitted_at: dt.datetime | None, discharged_at: dt.datetime | None = None, **told: Any
) -> dict[str, Any]:
    """A stay of patient P1 in the ICU of H1, but for what is told; open without a discharge."""
    row: dict[str, Any] = {
        "stay_key": key,
        "patient_id": "P1",
        "patient_key": "-1",
        "hospital_key": "-1",
        "department_key": "-1",
        "hospital_id": "H1",
        "department": "ICU",
        "has_admission": True,
        "is_currently_admitted": discharged_at is None,
        "admitted_at": admitted_at,
        "discharged_at": discharged_at,
        "admission_date_key": -1,
        "discharge_date_key": -1,
        "discharge_status": None if discharged_at is None else "Discharged-Home",
    } | told
    if admitted_at is not None and discharged_at is not None:
        row.setdefault(
            "length_of_stay_hours", (discharged_at - admitted_at) / dt.timedelta(hours=1)
        )
    return row | {"unit_id": row["patient_id"] or key}


def tell_the_time(project: Project, now: dt.datetime = NOW) -> None:
    """One event now, of nobody."""
    row = {"event_id": "e", "payload_hash": "h", "dq_flags": "CLEAN", "loaded_at": now}
    row |= {"event_date": now.date(), "event_timestamp": now}
    project.insert("silver.patient_flow", [row])


def land_stays(project: Project, stays: Sequence[Mapping[str, Any]]) -> None:
    """Append many stays at once."""
    frame = pd.DataFrame(stays).rename(columns=str.upper)
    for name in ("ADMITTED_AT", "DISCHARGED_AT", "EXPECTED_DISCHARGE_AT"):
        frame[name] = frame[name].astype("datetime64[us]")
    frame = frame.astype({"LENGTH_OF_STAY_HOURS": "object"})
    write_pandas(
        project.connection, frame, "FACT_PATIENT_FLOW", schema="GOLD", use_logical_type=True
    )
