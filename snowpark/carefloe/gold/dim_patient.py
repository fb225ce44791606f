"""gold.dim_patient: SCD2 of patients over patient flow, encounters and the patients files."""

from snowflake.snowpark import Session

from carefloe.gold.history import all_ids
from carefloe.gold.patient import PatientSources, patient_versions, touched_patients
from carefloe.gold.rebuild import UNTOUCHED, replace_touched
from carefloe.lean import lean
from carefloe.stream import filled

STREAMS = {
    "flow": "SILVER.PATIENT_FLOW_TO_DIM_PATIENT_STREAM",
    "encounter": "SILVER.ENCOUNTER_TO_DIM_PATIENT_STREAM",
    "patient": "SILVER.PATIENT_TO_DIM_PATIENT_STREAM",
}


def load(session: Session) -> str:
    """gold.load_dim_patient(): the timelines of the patients that new events or files touch."""
    lean(session)
    sources = PatientSources.of(session)
    touched = touched_patients(sources, filled(session, STREAMS))
    if not touched:
        return UNTOUCHED
    patients = all_ids(touched)
    rebuilt = patient_versions(sources, patients)
    return replace_touched(
        session, "GOLD.DIM_PATIENT", "PATIENT_KEY", rebuilt, patients, by="PATIENT_ID"
    )
