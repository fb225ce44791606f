"""The project deployed in a sandbox account in memory, for tests of the whole pipeline.

The procedures are called as functions, with a real Snowpark session over loopback; that `snow`
deploys them and that tasks call them is tested elsewhere.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pandas as pd
import snowflake.connector
from snowflake.connector import SnowflakeConnection
from snowflake.connector.pandas_tools import write_pandas
from snowflake.snowpark import Session
from support.procedure import GOLD, SILVER, Procedure
from support.raw import RawEvent, RawRecord
from support.sql_file import SQL, run_files

from sandbox.notification.mail import Mail, recorded_mail
from sandbox.service import Warehouse

DATABASE = "CAREFLOE"
POLICY_FILE = "97_enterprise.sql"

Rows = list[dict[str, Any]]


TABLES = (
    "raw.patient_flow_event",
    "raw.encounter_event",
    "raw.vitals_event",
    "raw.hospital_record",
    "raw.department_record",
    "raw.organization_record",
    "raw.payer_record",
    "raw.patient_record",
    "raw.provider_record",
    "raw.encounter_record",
    "raw.condition_record",
    "raw.observation_record",
    "raw.procedure_record",
    "raw.allergy_record",
    "raw.claim_record",
    "raw.claim_transaction_record",
    "silver.patient_flow",
    "silver.encounter",
    "silver.vitals",
    "silver.hospital",
    "silver.department",
    "silver.organization",
    "silver.payer",
    "silver.patient",
    "silver.provider",
    "silver.encounter_record",
    "silver.condition",
    "silver.observation",
    "silver.procedure",
    "silver.allergy",
    "silver.claim",
    "silver.claim_transaction",
    "ops.rejected_event",
    "gold.fact_patient_flow",
    "gold.fact_encounter",
    "gold.fact_claim",
    "gold.fact_claim_transaction",
    "gold.fact_condition",
    "gold.fact_vitals",
    "gold.vitals_hourly",
    "gold.fact_alert",
    "gold.patient_latest_vitals",
    "ops.notification",
    "ops.notification_delivery",
)
DIMENSIONS = {
    "gold.dim_patient": "patient_key",
    "gold.dim_hospital": "hospital_key",
    "gold.dim_organization": "organization_key",
    "gold.dim_department": "department_key",
    "gold.dim_payer": "payer_key",
}


class Project:
    """The deployed project: land rows, run the procedures, read the tables."""

    def __init__(self, connection: SnowflakeConnection, warehouse: Warehouse) -> None:
        self.connection = connection
        self._warehouse = warehouse
        self.session = Session.builder.configs({"connection": connection}).create()

    def deploy(self, *files: str) -> None:
        """Run these files of sql/, with the variables `snow` fills in."""
        run_files(self.connection, files)

    def land_events(self, events: Sequence[RawEvent]) -> None:
        """Append to the raw tables of the topics, as the loader does."""
        for source in sorted({event.source for event in events}):
            of_source = [event for event in events if event.source == source]
            self._write(f"{source}_event", [_event_columns(event) for event in of_source])

    def land_records(self, records: Sequence[RawRecord]) -> None:
        """Append to the raw tables of the feeds."""
        for source in sorted({record.source for record in records}):
            of_source = [record for record in records if record.source == source]
            self._write(f"{source}_record", [_record_columns(record) for record in of_source])

    def run_all(self) -> None:
        """Run every procedure that has something to read: silver and rejected, then gold."""
        for procedure in (*SILVER, *GOLD):
            self.run(procedure)

    def run(self, procedure: Procedure) -> str | None:
        """Run it if any of its streams has data, as its task would; its report, else null."""
        if not any(self.has_data(procedure.streams)):
            return None
        return procedure.handler(self.session)

    def has_data(self, streams: Sequence[str]) -> list[bool]:
        """Whether each stream has rows to read."""
        asked = ", ".join(f"system$stream_has_data('{name}')" for name in streams)
        (row,) = self.execute(f"select {asked}")
        return [bool(value) for value in row]

    def execute(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows that a statement of the real connector returns."""
        found = self.connection.cursor().execute(statement, values or None)
        assert found is not None
        return found.fetchall()  # type: ignore[no-any-return]

    def rows(self, table: str, where: str = "true") -> Rows:
        """The rows of a table or view, with column names in lower case and without loaded_at."""
        cursor = self.connection.cursor()
        cursor.execute(f"select * from {table} where {where}")
        names = [column.name.lower() for column in cursor.description]
        return [
            {
                name: json.loads(value) if name == "extra" and value is not None else value
                for name, value in zip(names, row, strict=True)
                if name != "loaded_at"
            }
            for row in cursor.fetchall()
        ]

    def mails(self) -> list[Mail]:
        """What the account would have sent, the oldest first."""
        return recorded_mail(self._warehouse.account.connect())

    def insert(self, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert these rows as they are, past the procedures that write the table."""
        for row in rows:
            columns, places = ", ".join(row), ", ".join("?" * len(row))
            statement = f"insert into {table} ({columns}) values ({places})"
            self.execute(statement, tuple(row.values()))

    @contextmanager
    def lost_table(self, table: str, file: str) -> Iterator[None]:
        """Without this empty table, which a file of sql/ makes anew: who writes it fails."""
        self.execute(f"drop table {table}")
        try:
            yield
        finally:
            self.deploy(file)

    def empty(self) -> None:
        """Delete what tests wrote and drain every stream, so that the next case starts anew."""
        for table in TABLES:
            self.execute(f"delete from {table}")
        for table, key in DIMENSIONS.items():
            self.execute(f"delete from {table} where {key} <> '-1'")
        self.drain(name for procedure in (*SILVER, *GOLD) for name in procedure.streams)

    def drain(self, streams: Iterable[str]) -> None:
        """Move the streams' offsets to now, as any DML that reads them does."""
        names = list(streams)
        for name, has_data in zip(names, self.has_data(names), strict=True):
            if has_data:
                self.execute(f"insert into public.drained select count(*) from {name}")

    def _write(self, table: str, rows: list[dict[str, Any]]) -> None:
        frame = pd.DataFrame(rows)
        for name in ("BROKER_TIME", "AS_OF", "LOADED_AT"):
            if name in frame:
                frame[name] = frame[name].astype("datetime64[us]")
        done = write_pandas(
            self.connection,
            frame,
            table.upper(),
            schema="RAW",
            compression="snappy",
            use_logical_type=True,
        )
        assert done[2] == len(rows)


@contextmanager
def deployed_project() -> Iterator[Project]:
    """An account in memory, served on loopback, with all of sql/ but tasks and policies."""
    with Warehouse() as warehouse, _connected(warehouse) as connection:
        project = Project(connection, warehouse)
        names = sorted(file.name for file in SQL.glob("*.sql"))
        left_out = re.compile(rf"8\d_task.*|92_.*|{POLICY_FILE}")  # 92 draws the tasks
        project.deploy(*(name for name in names if not left_out.fullmatch(name)))
        project.execute("create table public.drained (row_count number)")
        yield project


@contextmanager
def _connected(warehouse: Warehouse) -> Iterator[SnowflakeConnection]:
    connection = snowflake.connector.connect(
        **warehouse.connection_parameters,
        database=DATABASE,
        schema="PUBLIC",
        paramstyle="qmark",
        session_parameters={"TIMEZONE": "UTC", "CLIENT_TELEMETRY_ENABLED": False},
    )
    try:
        yield connection
    finally:
        connection.close()


def _event_columns(event: RawEvent) -> dict[str, Any]:
    return {
        "TOPIC": event.topic,
        "KAFKA_PARTITION": event.partition,
        "KAFKA_OFFSET": event.offset,
        "KAFKA_KEY": None,
        "KEY_ENCODING": None,
        "BROKER_TIME": event.broker_time,
        "HEADERS": None,
        "PAYLOAD": event.payload,
        "PAYLOAD_ENCODING": event.payload_encoding,
        "LOAD_ID": "test",
        "LOADED_AT": event.broker_time,
    }


def _record_columns(record: RawRecord) -> dict[str, Any]:
    return {
        "FEED": record.feed,
        "FILE_NAME": f"{record.feed}.csv",
        "CONTENT_HASH": record.content_hash,
        "AS_OF": record.as_of,
        "LINE_NUMBER": record.line_number,
        "PAYLOAD": record.payload,
        "PAYLOAD_ENCODING": record.payload_encoding,
        "LOAD_ID": "test",
        "LOADED_AT": record.as_of,
    }
