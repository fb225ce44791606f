"""gold.dim_hospital: SCD2 of hospitals over patient flow and the hospitals files."""

from snowflake.snowpark import Session

from carefloe.gold.history import in_any
from carefloe.gold.hospital import hospital_versions, named_hospitals
from carefloe.gold.rebuild import replace_touched
from carefloe.lean import lean


def load(session: Session) -> str:
    """gold.load_dim_hospital(): the timelines of the hospitals that new events or files name."""
    lean(session)
    flow, hospital = session.table("SILVER.PATIENT_FLOW"), session.table("SILVER.HOSPITAL")
    new_flow = session.table("SILVER.PATIENT_FLOW_TO_DIM_HOSPITAL_STREAM")
    new_hospital = session.table("SILVER.HOSPITAL_TO_DIM_HOSPITAL_STREAM")
    hospitals = named_hospitals(flow, new_flow, new_hospital)
    rebuilt = in_any(hospital_versions(flow, hospital), "HOSPITAL_ID", hospitals)
    return replace_touched(
        session, "GOLD.DIM_HOSPITAL", "HOSPITAL_KEY", rebuilt, hospitals, by="HOSPITAL_ID"
    )
