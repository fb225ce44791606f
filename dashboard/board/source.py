"""The one way to the data: SQL with bound values, and what went wrong in words."""

import time
from collections.abc import Sequence
from decimal import Decimal

import pandas as pd
import streamlit as st
from streamlit.connections import SnowflakeConnection

LIVE_SECONDS, CALM_SECONDS = 5, 60
"""How old a shown figure may be while the page follows the events, and otherwise."""


class SourceError(Exception):
    """The account cannot be read; the message says what to do."""


def read(text: str, values: Sequence[object] = ()) -> pd.DataFrame:
    """The rows of a query, columns in lower case; `?` in the text stands for the values in turn.

    Answers are kept for LIVE_SECONDS or CALM_SECONDS. SourceError if the account does not answer
    or has no Carefloe.
    """
    kept_for = LIVE_SECONDS if st.session_state.get("live") else CALM_SECONDS
    return _rows(text, tuple(values), int(time.time() // kept_for))


def one(text: str, values: Sequence[object] = ()) -> pd.Series:
    """The only row of a query, as `read` reads it; nulls where it has none."""
    rows = read(text, values)
    return rows.iloc[0] if len(rows) else pd.Series(dict.fromkeys(rows.columns))


def plain(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with columns in lower case and decimals as floats, which charts can draw."""
    lower = rows.rename(columns=str.lower)
    exact = [name for name in lower if isinstance(_first(lower[name]), Decimal)]
    return lower.astype(dict.fromkeys(exact, float))


def _first(column: pd.Series) -> object:
    present = column.dropna()
    return present.iloc[0] if len(present) else None


@st.cache_data(show_spinner=False, max_entries=300)
def _rows(text: str, values: tuple[object, ...], moment: int) -> pd.DataFrame:
    del moment  # only makes an answer of an earlier moment another answer
    connection = _connected()
    try:
        rows = connection.session().sql(text, params=list(values)).to_pandas()
    except Exception as error:  # the driver's errors have no common parent here and in Snowflake
        connection.reset()
        raise SourceError(_advice(error)) from error
    return plain(rows)


def _connected() -> SnowflakeConnection:
    try:
        return st.connection("snowflake")
    except Exception as error:
        raise SourceError(_advice(error)) from error


def _advice(error: Exception) -> str:
    told = str(error)
    if "does not exist or not authorized" in told or "002003" in told:
        return (
            "Carefloe is not deployed on this account, or this role may not read it. Run "
            "`make deploy`, or ask an administrator for the reporter role."
        )
    if "SQL compilation error" in told or "SQL execution error" in told:
        return "A query failed: app and objects are of different versions. Deploy both again."
    return (
        "The account does not answer. Locally: is the sandbox up (`python -m sandbox status`), and "
        "was `.sandbox/env` sourced? In Snowflake: is the warehouse of this app running?"
    )
