"""A handler that reads a table which sql/ does not make."""

from snowflake.snowpark import Session


def load(session: Session) -> str:
    return str(session.table("GOLD.NOTHING").count())
