"""The benchmark's yardstick builds what the oracle says: a third opinion on the same tables."""

import json
from typing import Any

import duckdb
import pyarrow as pa
from hypothesis import HealthCheck, Phase, given, settings
from support.collision import flow_messages
from support.comparison import assert_same_rows
from support.message import admission, discharge
from support.oracle.truth import Tables, expected_tables
from support.raw import FLOW, RawEvent, event, events

from benchmarks.baseline import SCRIPTS, TABLES

KEYS = {
    "gold.dim_patient": ("patient_key", "attribute_hash"),
    "gold.dim_department": ("department_key",),
    "gold.dim_hospital": ("hospital_key", "attribute_hash"),
    "gold.fact_patient_flow": ("stay_key",),
}
JOINED = """
    select
        fact.* replace (
            case patient_key when '-1' then '["-1"]'
                else to_json([patient.patient_id, patient.valid_from::varchar]) end as patient_key,
            case hospital_key when '-1' then '["-1"]'
                else to_json([hospital.hospital_id, hospital.valid_from::varchar])
                end as hospital_key,
            case department_key when '-1' then '["-1"]'
                else to_json([fact.hospital_id, department]) end as department_key
        )
    from gold.fact_patient_flow as fact
    join gold.dim_patient as patient using (patient_key)
    join gold.dim_hospital as hospital using (hospital_key)
"""


# Without shrinking: each example costs a tenth of a second, and the whole input is shown anyway.
@settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
@given(flow_messages(most=40))
def test_the_baseline_and_the_oracle_agree_on_colliding_events(raw: list[RawEvent]) -> None:
    assert_agrees(raw)


def test_they_agree_on_what_other_systems_send() -> None:
    fields = events(
        FLOW,
        admission("A1", "2026-01-05T08:30:00Z", ward=7, insurance_type=" "),
        discharge("D1", "2026-01-05T11:30:18Z", "2026-01-05T08:30:00Z", length_of_stay_hrs="3.005"),
        admission("A2", "2026-01-05T08:30:00+02:00", "P2", visit_id="V2", department="crdiology"),
        discharge("D2", "2026-01-06T08:30", None, None, visit_id="V2", age="40.5"),
        admission("A3", "1899-12-31T23:00:00Z", "P3"),
        {"event_id": "E1", "patient_id": 12},
    )
    assert_agrees([*fields, event(FLOW, fields[0].payload, 99, "2025-12-01 00:00")])


def built(raw: list[RawEvent]) -> Tables:
    """The baseline's tables, without hashes and loaded_at."""
    with duckdb.connect() as duck:
        for schema in ("raw", "silver", "gold", "ops"):
            duck.execute(f"create schema {schema}")
        rows = pa.Table.from_pylist(
            [_raw_row(one) for one in raw],
            pa.schema(
                {
                    "topic": pa.string(),
                    "kafka_partition": pa.int64(),
                    "kafka_offset": pa.int64(),
                    "broker_time": pa.timestamp("us"),
                    "payload": pa.string(),
                    "payload_encoding": pa.string(),
                }
            ),
        )
        duck.register("rows", rows)
        duck.execute("create table raw.patient_flow_event as from rows")
        duck.execute("set timezone = 'UTC'")
        for script in sorted(SCRIPTS.glob("*.sql")):
            duck.execute(script.read_text())
        return {table: _rows(duck, table) for table in TABLES}


def _raw_row(one: RawEvent) -> dict[str, Any]:
    return {
        "topic": one.topic,
        "kafka_partition": one.partition,
        "kafka_offset": one.offset,
        "broker_time": one.broker_time,
        "payload": one.payload,
        "payload_encoding": one.payload_encoding,
    }


def _rows(duck: duckdb.DuckDBPyConnection, table: str) -> list[dict[str, Any]]:
    found = duck.execute(JOINED if table == "gold.fact_patient_flow" else f"from {table}")
    names = [column[0] for column in found.description or ()]
    left_out = ("loaded_at", *KEYS.get(table, ()))
    return [
        {name: value for name, value in zip(names, row, strict=True) if name not in left_out}
        for row in found.fetchall()
    ]


def assert_agrees(raw: list[RawEvent]) -> None:
    expected = expected_tables(raw)
    for table, rows in built(raw).items():
        assert_same_rows(table, map(_plain_extra, rows), map(_plain_keys, expected[table]))


def _plain_extra(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"extra": json.loads(row["extra"])} if row.get("extra") else row


def _plain_keys(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: json.dumps(
            [None if part is None else str(part) for part in value], separators=(",", ":")
        )
        if isinstance(value, tuple)
        else value
        for name, value in row.items()
    }
