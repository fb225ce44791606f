"""All tables that a set of raw rows must lead to, computed without Snowflake and `carefloe`.

This is a second implementation of docs and design, slow and plain. It shares no code with the
product: where both agree, they were written down twice.
"""

from collections.abc import Iterable

from support.oracle.dimension import (
    HOSPITAL,
    ORGANIZATION,
    PATIENT,
    department_rows,
    payer_rows,
    version_rows,
)
from support.oracle.event import winners
from support.oracle.fact import encounter_facts, flow_facts
from support.oracle.reading import fact_alert, fact_vitals, latest_vitals, vitals_hourly
from support.oracle.rejection import rejected_rows
from support.oracle.row import Row
from support.oracle.silver import silver_events, silver_records
from support.oracle.stay import stays
from support.oracle.version import hospital_timelines, patient_timelines, snapshot_timelines
from support.raw import ENCOUNTER, FEEDS, FLOW, VITALS, RawEvent, RawRecord

Tables = dict[str, list[Row]]
"""Rows by the full name of their table; in place of a dimension's key what it leads to."""


def expected_tables(events: Iterable[RawEvent], records: Iterable[RawRecord] = ()) -> Tables:
    """Silver, rejected, dimensions and facts; every column but loaded_at and hashes."""
    events, records = list(events), list(records)
    tables = {
        f"silver.{source}": silver_events(event for event in events if event.source == source)
        for source in (FLOW, ENCOUNTER, VITALS)
    }
    for source in FEEDS:
        table = "encounter_record" if source == ENCOUNTER else source
        tables[f"silver.{table}"] = silver_records(r for r in records if r.source == source)
    tables["ops.rejected_event"] = rejected_rows(events, records)
    return tables | _gold(tables)


def _gold(silver: Tables) -> Tables:
    flow, encounters = winners(silver["silver.patient_flow"]), winners(silver["silver.encounter"])
    patients = patient_timelines(flow, encounters, silver["silver.patient"], PATIENT)
    readings = winners(silver["silver.vitals"])
    hospitals = hospital_timelines(flow, silver["silver.hospital"], HOSPITAL)
    organizations = snapshot_timelines(
        silver["silver.organization"], "organization_id", ORGANIZATION
    )
    return {
        "gold.dim_patient": version_rows(patients, "patient_id", PATIENT),
        "gold.dim_hospital": version_rows(hospitals, "hospital_id", HOSPITAL),
        "gold.dim_organization": version_rows(organizations, "organization_id", ORGANIZATION),
        "gold.dim_department": department_rows(
            silver["silver.patient_flow"], silver["silver.department"]
        ),
        "gold.dim_payer": payer_rows(silver["silver.encounter"], silver["silver.payer"]),
        "gold.fact_patient_flow": flow_facts(stays(flow), patients, hospitals),
        "gold.fact_encounter": encounter_facts(encounters, patients, organizations),
        "gold.fact_vitals": fact_vitals(readings),
        "gold.vitals_hourly": vitals_hourly(readings),
        "gold.fact_alert": fact_alert(readings),
        "gold.patient_latest_vitals": latest_vitals(readings),
    }
