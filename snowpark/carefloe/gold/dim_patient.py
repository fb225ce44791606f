"""gold.dim_patient: SCD2 of patients over patient flow, encounters and the patients files."""

from snowflake.snowpark import Session

from carefloe.gold.patient import (
    PatientSources,
    changed_patients,
    patient_versions,
    touched_patients,
)
from carefloe.gold.rebuild import replace_touched
from carefloe.lean import lean


def load(session: Session) -> str:
    """gold.load_dim_patient(): the timelines of the patients that new events or files touch."""
    lean(session)
    sources = PatientSources.of(session)
    new_flow = session.table("SILVER.PATIENT_FLOW_TO_DIM_PATIENT_STREAM")
    new_encounter = session.table("SILVER.ENCOUNTER_TO_DIM_PATIENT_STREAM")
    new_patient = session.table("SILVER.PATIENT_TO_DIM_PATIENT_STREAM")
    patients = (
        touched_patients(sources.flow, new_flow)
        .union_all(touched_patients(sources.encounter, new_encounter))
        .union_all(changed_patients(sources, new_patient))
    )
    rebuilt = patient_versions(sources, patients)
    return replace_touched(
        session, "GOLD.DIM_PATIENT", "PATIENT_KEY", rebuilt, patients, by="PATIENT_ID"
    )
