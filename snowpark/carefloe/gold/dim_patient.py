"""gold.dim_patient: SCD2 of patients over patient flow and encounters."""

from snowflake.snowpark import Session

from carefloe.gold.patient import patient_versions, touched_patients
from carefloe.gold.rebuild import replace_touched
from carefloe.lean import lean


def load(session: Session) -> str:
    """gold.load_dim_patient(): the timelines of the patients that new events touch."""
    lean(session)
    flow, encounter = session.table("SILVER.PATIENT_FLOW"), session.table("SILVER.ENCOUNTER")
    new_flow = session.table("SILVER.PATIENT_FLOW_TO_DIM_PATIENT_STREAM")
    new_encounter = session.table("SILVER.ENCOUNTER_TO_DIM_PATIENT_STREAM")
    patients = touched_patients(flow, new_flow).union_all(
        touched_patients(encounter, new_encounter)
    )
    rebuilt = patient_versions(flow, encounter, patients)
    return replace_touched(
        session, "GOLD.DIM_PATIENT", "PATIENT_KEY", rebuilt, patients, by="PATIENT_ID"
    )
