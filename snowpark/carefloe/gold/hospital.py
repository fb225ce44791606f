"""Hospitals as files and patient flow tell of them: what dim_hospital and fact_patient_flow share.

Every event of patient flow names its hospital, and nearly all of them say nothing new. So of a day
on which a hospital bears one name the first event is enough, and what is sorted are days, not
events: of the history a load reads five columns.
"""

from collections.abc import Mapping
from functools import reduce

from snowflake.snowpark import Column, DataFrame
from snowflake.snowpark import functions as F
from snowflake.snowpark.functions import col, lit

from carefloe.field import NO_TEXT
from carefloe.gold.history import ids_of, in_any, versions_of, winners
from carefloe.gold.version import versions
from carefloe.key import UNKNOWN_KEY

TRACKED = ("HOSPITAL_NAME", "CITY", "STATE")
FILE = lit("")
"""In place of an event's id, which is never empty."""


def hospital_versions(flow: DataFrame, hospital: DataFrame) -> DataFrame:
    """The versions of all hospitals, from the names in patient flow and the rows of the files.

    `flow` and `hospital` are silver tables. An event tells a name at its event_timestamp; without
    one of them it tells nothing. At one instant the file has the last word.
    """
    told = _sightings(flow, hospital).select(
        "HOSPITAL_ID",
        col("EVENT_TIMESTAMP").alias("OBSERVED_AT"),
        F.concat(lit("flow:"), col("EVENT_ID")).alias("OBSERVED_ID"),
        "HOSPITAL_NAME",
        NO_TEXT.alias("CITY"),
        NO_TEXT.alias("STATE"),
    )
    filed = hospital.select(
        "HOSPITAL_ID",
        col("AS_OF").alias("OBSERVED_AT"),
        F.concat(lit("hospital:"), col("PAYLOAD_HASH")).alias("OBSERVED_ID"),
        *TRACKED,
    )
    return versions(told.union_all(filed), "HOSPITAL_ID", "HOSPITAL_KEY", TRACKED)


def named_hospitals(flow: DataFrame, new_flow: DataFrame, new_hospital: DataFrame) -> DataFrame:
    """The hospitals that any version of a new row's event or a new row of the files names."""
    return ids_of(versions_of(flow, new_flow), col("HOSPITAL_ID")).union_all(
        ids_of(new_hospital, col("HOSPITAL_ID"))
    )


def changed_hospitals(
    timelines: DataFrame, new: Mapping[str, DataFrame], fact: DataFrame
) -> DataFrame:
    """The hospitals of which a row of the fact may hold another key than it should.

    `timelines` are the versions with the new rows, `new` those of `flow` and `hospital`, or of one
    of them. Where a key is wrong, the new rows have either started a version, or ended one for good
    whose key the fact holds.
    """
    times = {"flow": "EVENT_TIMESTAMP", "hospital": "AS_OF"}
    told = [
        new[name].select("HOSPITAL_ID", col(at).alias("AT"))
        for name, at in times.items()
        if name in new
    ]
    starts = reduce(lambda one, other: one.union_all(other), told)
    spans = timelines.select(
        col("HOSPITAL_ID").alias("VERSION_ID"),
        col("HOSPITAL_KEY").alias("VERSION_KEY"),
        "VALID_FROM",
    )
    is_start = (col("HOSPITAL_ID") == col("VERSION_ID")) & (col("VALID_FROM") == col("AT"))
    started = starts.join(spans, is_start, "semi")
    held = fact.filter(col("HOSPITAL_KEY") != lit(UNKNOWN_KEY)).select(
        "HOSPITAL_ID", "HOSPITAL_KEY"
    )
    ended = held.join(spans, col("HOSPITAL_KEY") == col("VERSION_KEY"), "anti")
    return ids_of(started, col("HOSPITAL_ID")).union_all(ids_of(ended, col("HOSPITAL_ID")))


def _sightings(flow: DataFrame, hospital: DataFrame) -> DataFrame:
    """Winning events that name a hospital: all that may start a version are among them.

    Of a hospital's day with one name, in all versions of its events and in the files, that is the
    first event, if it wins. Of other days all events are looked at.
    """
    events = flow.select(
        "EVENT_ID",
        "PAYLOAD_HASH",
        "EVENT_DATE",
        "EVENT_TIMESTAMP",
        "HOSPITAL_ID",
        "HOSPITAL_NAME",
    )
    told = events.filter(_tells())
    days = _days(told, hospital)
    one_name = (
        (col("LEAST_NAME") == col("GREATEST_NAME"))
        & (col("FIRST_ID") == col("EVENT_ID"))
        & (col("FIRST_AT") == col("EVENT_TIMESTAMP"))
        & (col("DAY_HOSPITAL_ID") == col("HOSPITAL_ID"))
        & (col("LEAST_NAME") == col("HOSPITAL_NAME"))
    )
    first = winners(in_any(events, "EVENT_ID", ids_of(days, col("FIRST_ID"))))
    settled = first.join(days, one_name, "semi")
    of_day = (col("DAY_HOSPITAL_ID") == col("HOSPITAL_ID")) & (col("DAY") == col("EVENT_DATE"))
    is_filed = (col("LEAST_NAME") == col("GREATEST_NAME")) & (col("FIRST_ID") == FILE)
    open_days = days.filter(~is_filed).join(
        settled.select("HOSPITAL_ID", "EVENT_DATE"), of_day, "anti"
    )
    open_ids = ids_of(told.join(open_days, of_day, "semi"), col("EVENT_ID"))
    return settled.union_all(winners(in_any(events, "EVENT_ID", open_ids)).filter(_tells()))


def _days(told: DataFrame, hospital: DataFrame) -> DataFrame:
    """Each day of each hospital: its names, the least and the greatest, and its first event."""
    filed = hospital.filter(col("HOSPITAL_NAME").is_not_null()).select(
        "HOSPITAL_ID",
        F.to_date(col("AS_OF")).alias("EVENT_DATE"),
        "HOSPITAL_NAME",
        col("AS_OF").alias("EVENT_TIMESTAMP"),
        FILE.alias("EVENT_ID"),
    )
    named = told.select(*filed.columns).union_all(filed)
    return named.group_by(
        col("HOSPITAL_ID").alias("DAY_HOSPITAL_ID"), col("EVENT_DATE").alias("DAY")
    ).agg(
        F.min("HOSPITAL_NAME").alias("LEAST_NAME"),
        F.max("HOSPITAL_NAME").alias("GREATEST_NAME"),
        F.min("EVENT_TIMESTAMP").alias("FIRST_AT"),
        F.min_by("EVENT_ID", "EVENT_TIMESTAMP").alias("FIRST_ID"),
    )


def _tells() -> Column:
    names = col("HOSPITAL_ID").is_not_null() & col("HOSPITAL_NAME").is_not_null()
    return names & col("EVENT_TIMESTAMP").is_not_null()
