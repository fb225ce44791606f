"""From raw rows to silver rows and rejected rows, for any topic or feed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from snowflake.snowpark import Column, DataFrame, Session
from snowflake.snowpark import functions as F
from snowflake.snowpark.functions import coalesce, col, iff, lit, when_not_matched

from carefloe.field import NO_TEXT, Field
from carefloe.key import instant
from carefloe.lean import lean
from carefloe.rule import Rule, repaired
from carefloe.target import written_columns

NO_DATE = F.to_date(lit("1900-01-01"), lit("YYYY-MM-DD"))
DAY = 24 * 60 * 60 * 1_000_000
"""Microseconds."""
FUTURE_EVENT = {
    "FUTURE_EVENT": F.datediff("microsecond", col("BROKER_TIME"), col("EVENT_TIMESTAMP")) > lit(DAY)
}
"""An event stamped more than a day after its own broker time has a wrong clock."""
JUDGED = ("EVENT_TYPE", "EVENT_TIMESTAMP")
"""The fields that may make an event unreadable."""


@dataclass(frozen=True)
class Source:
    """One topic or feed: what its fields mean, what is wrong with a row and how it is repaired."""

    name: str
    """Stem of the tables: raw.<name>_event or raw.<name>_record, silver.<name> unless `table`."""
    kind: Literal["event", "record"]
    """An event comes from Kafka, a record from a file."""
    fields: Mapping[str, Field]
    """Silver column -> its field."""
    unreadable: Mapping[str, Column]
    """Reason -> what detects it, over the typed fields that are `judged`."""
    rules: Sequence[Rule]
    """What is repaired and flagged, in the order of the flags."""
    derived: Sequence[Mapping[str, Column]] = ()
    """Columns worked out of the repaired ones, in steps: each may use those of the steps before."""
    judged: Sequence[str] = JUDGED
    """What `unreadable` looks at: to find the rows to reject, no other fields are read."""
    table: str | None = None
    """The silver table where events and files of one name have a table each."""

    @property
    def raw_name(self) -> str:
        """Name of the raw table without its schema."""
        return f"{self.name}_{self.kind}"

    @property
    def received_at(self) -> str:
        """The column of raw that says when a row was received, or true."""
        return "BROKER_TIME" if self.kind == "event" else "AS_OF"


def record(
    name: str,
    identifiers: Sequence[str],
    fields: Mapping[str, Field],
    rules: Sequence[Rule],
    table: str | None = None,
) -> Source:
    """A feed whose lines must have these ids: MISSING_<ID> rejects those without."""
    unreadable = {f"MISSING_{one}": col(one).is_null() for one in identifiers}
    return Source(name, "record", fields, unreadable, rules, judged=identifiers, table=table)


def silver_rows(source: Source, raw: DataFrame) -> DataFrame:
    """One typed, repaired and flagged row per distinct readable payload (and as-of, for a feed).

    The same payload may arrive at several broker times: it is readable if any of them reads it,
    so that the outcome does not depend on which delivery comes first.
    """
    payload = ["PAYLOAD", "PAYLOAD_ENCODING"]
    if source.kind == "event":
        distinct = raw.group_by(*payload).agg(F.max("BROKER_TIME").alias("BROKER_TIME"))
        kept = ["PAYLOAD_HASH"]
    else:
        distinct = raw.select(*payload, "AS_OF").distinct()
        kept = ["PAYLOAD_HASH", "AS_OF"]
    given = [*payload, source.received_at]
    hashed = distinct.select(*given, _payload_hash().alias("PAYLOAD_HASH"))
    typed = _typed(source, hashed, [*given, "PAYLOAD_HASH"], [*source.fields])
    readable = typed.filter(col("REASON").is_null())
    columns = [*kept, *source.fields, "EXTRA"]
    flagged = repaired(readable, columns, source.rules)
    columns.append("DQ_FLAGS")
    for step in source.derived:
        flagged = flagged.select(*columns, *(value.alias(name) for name, value in step.items()))
        columns += step
    return _identified(flagged) if source.kind == "event" else flagged


def rejected_rows(source: Source, raw: DataFrame) -> DataFrame:
    """One row per raw row that cannot be read, with the reason; a doubled raw row counts once."""
    named = ["PAYLOAD", "PAYLOAD_ENCODING", "ORIGIN"]
    received = raw.select(*named[:2], source.received_at, _origin(source).alias("ORIGIN"))
    judged = [name for name in source.judged if name in source.fields]
    return (
        _typed(source, received, [*named, source.received_at], judged)
        .filter(col("REASON").is_not_null())
        .group_by(*named, "REASON")
        .agg(F.max(source.received_at).alias("RECEIVED_AT"))
        .with_columns(
            ["SOURCE", "PAYLOAD_HASH"],
            [lit(source.raw_name), coalesce(_payload_hash(), lit(""))],
        )
    )


def load(session: Session, source: Source) -> str:
    """Insert what the stream brings and silver does not have: one MERGE."""
    lean(session)
    rows = silver_rows(source, session.table(f"RAW.{source.raw_name}_TO_SILVER_STREAM".upper()))
    key = ["PAYLOAD_HASH", "EVENT_DATE" if source.kind == "event" else "AS_OF"]
    return _insert_new(session, f"SILVER.{source.table or source.name}".upper(), rows, key)


def load_rejected(session: Session, source: Source) -> str:
    """Insert the raw rows that silver rejects: one MERGE."""
    lean(session)
    stream = session.table(f"RAW.{source.raw_name}_TO_REJECTED_STREAM".upper())
    return _insert_new(
        session,
        "OPS.REJECTED_EVENT",
        rejected_rows(source, stream),
        ["SOURCE", "ORIGIN", "PAYLOAD_HASH"],
    )


def _typed(
    source: Source, raw: DataFrame, given: Sequence[str], fields: Sequence[str]
) -> DataFrame:
    """The given columns of raw with these fields, typed, EXTRA and REASON.

    Every column is named, so that Snowpark need not ask the server for any schema in between.
    """
    encoding = "utf-8" if source.kind == "event" else "json"
    readable = iff(col("PAYLOAD_ENCODING") == lit(encoding), col("PAYLOAD"), NO_TEXT)
    parsed = raw.select(*given, F.try_parse_json(readable).alias("PARSED"))
    carried = [*given, "PARSED", "J"]
    opened = parsed.select(*carried[:-1], F.as_object(col("PARSED")).alias("J"))
    known = sorted({field.path.split(".")[0] for field in source.fields.values()})
    typed = opened.select(
        *carried,
        *(source.fields[name].value.alias(name) for name in fields),
        F.to_json(F.object_delete(col("J"), *(lit(name) for name in known))).alias("UNKNOWN"),
    )
    return typed.select(
        *given,
        *fields,
        F.parse_json(iff(col("UNKNOWN") == lit("{}"), NO_TEXT, col("UNKNOWN"))).alias("EXTRA"),
        _reason(source, encoding).alias("REASON"),
    )


def _payload_hash() -> Column:
    return F.sha2(col("PAYLOAD"), 256)


def _reason(source: Source, encoding: str) -> Column:
    # Only what is not JSON is trimmed: that is dear on long payloads, and nearly all are sound.
    is_blank = col("PARSED").is_null() & (F.trim(col("PAYLOAD")) == lit(""))
    reason = (
        F.when(col("PAYLOAD").is_null(), lit("NULL_MESSAGE"))
        .when(col("PAYLOAD_ENCODING") == lit("base64"), lit("NOT_UTF8"))
        .when(is_blank, lit("EMPTY_MESSAGE"))
        .when(col("PAYLOAD_ENCODING") != lit(encoding), lit("BROKEN_LINE"))
        .when(col("PARSED").is_null(), lit("NOT_JSON"))
        .when(col("J").is_null(), lit("NOT_AN_OBJECT"))
    )
    for name, detected in source.unreadable.items():
        reason = reason.when(detected, lit(name))
    return reason.otherwise(NO_TEXT)


def _origin(source: Source) -> Column:
    if source.kind == "event":
        parts = [col("TOPIC"), col("KAFKA_PARTITION"), col("KAFKA_OFFSET")]
    else:
        as_of = instant(col("AS_OF"))
        parts = [col("FEED"), col("CONTENT_HASH"), as_of, col("LINE_NUMBER")]
    return F.concat_ws(lit("/"), *(part.cast("string") for part in parts))


def _identified(rows: DataFrame) -> DataFrame:
    return rows.with_columns(
        ["EVENT_ID", "EVENT_DATE"],
        [
            coalesce(col("EVENT_ID"), col("PAYLOAD_HASH")),
            coalesce(F.to_date(col("EVENT_TIMESTAMP")), NO_DATE),
        ],
    )


def _insert_new(session: Session, target: str, rows: DataFrame, key: Sequence[str]) -> str:
    table = session.table(target)
    same = lit(True)
    for name in key:
        same = same & (table[name] == rows[name])
    values = {name: rows[name] for name in written_columns(table, rows)}
    values["LOADED_AT"] = F.sysdate()
    done = table.merge(rows, same, [when_not_matched().insert(values)])
    return f"inserted {done.rows_inserted}"
