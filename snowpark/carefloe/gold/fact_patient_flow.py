"""gold.fact_patient_flow: one row per stay, rebuilt unit by unit."""

from snowflake.snowpark import DataFrame, Session
from snowflake.snowpark import functions as F
from snowflake.snowpark.functions import col, iff, lit

from carefloe.field import NO_AMOUNT
from carefloe.gold.dim_department import department_key
from carefloe.gold.history import all_ids, ids_of, in_any, versions_of
from carefloe.gold.hospital import changed_hospitals, hospital_versions
from carefloe.gold.patient import PatientSources, patient_versions, touched_patients
from carefloe.gold.rebuild import UNTOUCHED, replace_touched
from carefloe.gold.stay import NEEDED, stays
from carefloe.gold.unit import events_of_units, touched_units
from carefloe.gold.version import with_version_key
from carefloe.key import UNKNOWN_DATE_KEY, date_key, hash_of
from carefloe.lean import lean
from carefloe.stream import filled

STREAMS = {
    "flow": "SILVER.PATIENT_FLOW_TO_FACT_PATIENT_FLOW_STREAM",
    "encounter": "SILVER.ENCOUNTER_TO_FACT_PATIENT_FLOW_STREAM",
    "patient": "SILVER.PATIENT_TO_FACT_PATIENT_FLOW_STREAM",
    "hospital": "SILVER.HOSPITAL_TO_FACT_PATIENT_FLOW_STREAM",
}


def load(session: Session) -> str:
    """gold.load_fact_patient_flow(): the stays of the units that new rows touch.

    New rows are those of patient flow itself and of the other sources of dim_patient and
    dim_hospital, whose version keys the fact carries.
    """
    lean(session)
    sources, hospital = PatientSources.of(session), session.table("SILVER.HOSPITAL")
    flow, fact = sources.flow, session.table("GOLD.FACT_PATIENT_FLOW")
    new = filled(session, STREAMS)
    if not new:
        return UNTOUCHED
    timelines = hospital_versions(flow, hospital)
    touched = []
    if "flow" in new:
        named = flow.select("EVENT_ID", "VISIT_ID", "PATIENT_ID")
        touched.append(touched_units(named, versions_of(named, new["flow"])))
    if "flow" in new or "hospital" in new:
        hospitals = changed_hospitals(timelines, new, fact)
        touched.append(ids_of(in_any(fact, "HOSPITAL_ID", hospitals), col("UNIT_ID")))
    # A unit whose patient the flow touches is touched already.
    others = {name: new[name] for name in new if name != "flow"}
    if patients := touched_patients(sources, others):
        touched.append(ids_of(in_any(fact, "PATIENT_ID", all_ids(patients)), col("UNIT_ID")))
    units = all_ids(touched)
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
