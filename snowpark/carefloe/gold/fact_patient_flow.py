"""gold.fact_patient_flow: one row per stay, rebuilt unit by unit."""

from snowflake.snowpark import DataFrame, Session
from snowflake.snowpark import functions as F
from snowflake.snowpark.functions import col, iff, lit

from carefloe.field import NO_AMOUNT
from carefloe.gold.dim_department import department_key
from carefloe.gold.history import in_any, versions_of
from carefloe.gold.hospital import changed_hospitals, hospital_versions
from carefloe.gold.patient import (
    PatientSources,
    changed_patients,
    patient_versions,
    touched_patients,
)
from carefloe.gold.rebuild import replace_touched
from carefloe.gold.stay import NEEDED, stays
from carefloe.gold.unit import events_of_units, touched_units
from carefloe.gold.version import with_version_key
from carefloe.key import UNKNOWN_DATE_KEY, date_key, hash_of
from carefloe.lean import lean


def load(session: Session) -> str:
    """gold.load_fact_patient_flow(): the stays of the units that new rows touch.

    New rows are those of patient flow itself and of the other sources of dim_patient and
    dim_hospital, whose version keys the fact carries.
    """
    lean(session)
    sources, hospital = PatientSources.of(session), session.table("SILVER.HOSPITAL")
    new_flow = session.table("SILVER.PATIENT_FLOW_TO_FACT_PATIENT_FLOW_STREAM")
    new_encounter = session.table("SILVER.ENCOUNTER_TO_FACT_PATIENT_FLOW_STREAM")
    new_patient = session.table("SILVER.PATIENT_TO_FACT_PATIENT_FLOW_STREAM")
    new_hospital = session.table("SILVER.HOSPITAL_TO_FACT_PATIENT_FLOW_STREAM")
    flow = sources.flow
    patients = touched_patients(sources.encounter, new_encounter).union_all(
        changed_patients(sources, new_patient)
    )
    timelines = hospital_versions(flow, hospital)
    fact = session.table("GOLD.FACT_PATIENT_FLOW")
    hospitals = changed_hospitals(timelines, new_flow, new_hospital, fact)
    named = flow.select("EVENT_ID", "VISIT_ID", "PATIENT_ID", "HOSPITAL_ID")
    touched_rows = (
        versions_of(named, new_flow)
        .union_all(in_any(named, "PATIENT_ID", patients))
        .union_all(in_any(named, "HOSPITAL_ID", hospitals))
    )
    units = touched_units(named, touched_rows)
    rebuilt = fact_rows(sources, timelines, units)
    return replace_touched(
        session, "GOLD.FACT_PATIENT_FLOW", "STAY_KEY", rebuilt, units, by="UNIT_ID"
    )


def fact_rows(sources: PatientSources, hospitals: DataFrame, units: DataFrame) -> DataFrame:
    """The fact's rows of these units, from all that the silver tables know of them.

    `hospitals` are the versions of the hospitals.
    """
    of_units = stays(events_of_units(sources.flow.select(*NEEDED), units), sources.flow)
    with_patient = with_version_key(
        of_units,
        "PATIENT_ID",
        col("VERSION_AT"),
        patient_versions(sources, units),
        "PATIENT_KEY",
    )
    with_hospital = with_version_key(
        with_patient,
        "HOSPITAL_ID",
        col("VERSION_AT"),
        hospitals,
        "HOSPITAL_KEY",
    )
    elapsed = F.datediff("microsecond", col("ADMITTED_AT"), col("DISCHARGE_TIME"))
    hours = (elapsed / lit(3_600_000_000)).cast("number(10, 2)")
    no_length = (elapsed < lit(0)) | (date_key(col("ADMITTED_AT")) == lit(UNKNOWN_DATE_KEY))
    return with_hospital.with_columns(
        [
            "STAY_KEY",
            "DEPARTMENT_KEY",
            "ADMISSION_DATE_KEY",
            "DISCHARGE_DATE_KEY",
            "LENGTH_OF_STAY_HOURS",
        ],
        [
            hash_of(col("UNIT_ID"), col("STAY_ID")),
            department_key(),
            date_key(col("ADMITTED_AT")),
            date_key(col("DISCHARGED_AT")),
            iff(no_length, NO_AMOUNT, hours),
        ],
    ).with_column_renamed("EXPECTED_DISCHARGE_TIME", "EXPECTED_DISCHARGE_AT")
