"""Which of a procedure's streams have rows."""

from collections.abc import Mapping

from snowflake.snowpark import DataFrame, Session


def filled(session: Session, streams: Mapping[str, str]) -> dict[str, DataFrame]:
    """The streams that have rows, by their keys in `streams`; the values there are their names.

    Most runs find rows in one of several: a plan that leaves the others out is half as long, and
    every step of it is a question to the server. A stream said to have rows may have none, never
    the other way round; one that is found empty does not become stale. Rows that come after the
    question are read by the next run
    (https://docs.snowflake.com/en/sql-reference/functions/system_stream_has_data).
    """
    # The function takes a constant, not a bound value.
    asked = ", ".join(f"system$stream_has_data('{name}')" for name in streams.values())
    (answers,) = session.sql(f"select {asked}").collect()
    return {
        key: session.table(name)
        for (key, name), has_rows in zip(streams.items(), answers, strict=True)
        if has_rows
    }
