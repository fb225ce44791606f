"""How a handler's session writes its SQL."""

from snowflake.snowpark import Session


def lean(session: Session) -> Session:
    """The session, set to write a frame used twice only once, and to ask for fewer schemas.

    Without it the text of one MERGE repeats its frames at every use and grows tenfold.
    """
    if not session.cte_optimization_enabled:
        session.cte_optimization_enabled = True
    if not session.reduce_describe_query_enabled:
        session.reduce_describe_query_enabled = True
    return session
