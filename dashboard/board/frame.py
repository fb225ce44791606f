"""What every page has: title, the time of the data, filters, refresh, and errors in words."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from board.choice import Choice, choose
from board.look import moment
from board.source import LIVE_SECONDS, SourceError, one


@dataclass(frozen=True)
class Page:
    """A page: what it says, the filters it can use, and how far back it looks at first."""

    purpose: str
    filters: Collection[str]
    """Of Hospital, Department, Gender, Days, High risk."""
    span: str
    draw: Callable[[Choice], None]


@dataclass(frozen=True)
class Figure:
    """One number that is read at a glance."""

    label: str
    value: str
    meaning: str = ""
    """What is counted, shown when asked for."""


def show(title: str, page: Page) -> None:
    """Draw the page; what cannot be read is said in words, with the next step."""
    with st.sidebar:
        live = st.toggle(
            "Follow live",
            key="live",
            help=f"Reads again every {LIVE_SECONDS} seconds, which keeps a warehouse up.",
        )
    try:
        as_of = _as_of()
    except SourceError as error:
        _head(title, page, None)
        _tell(error)
        return
    if as_of is None:
        _head(title, page, None)
        st.info(
            "No events have arrived yet. Send some, for example with `make demo`: this page fills"
            " by itself.",
            icon=":material/inbox:",
        )
        return
    choice = choose(as_of, page.filters, page.span)
    st.fragment(_drawn, run_every=LIVE_SECONDS if live else None)(title, page, choice)


def _drawn(title: str, page: Page, choice: Choice) -> None:
    try:
        _head(title, page, _as_of())
        page.draw(choice)
    except SourceError as error:
        _tell(error)


def _head(title: str, page: Page, as_of: datetime | None) -> None:
    left, right = st.columns([3, 1])
    left.header(title, anchor=False)
    left.caption(page.purpose)
    if as_of:
        right.markdown(
            f'<div class="as-of">Data up to<br><b>{moment(as_of)}</b></div>', unsafe_allow_html=True
        )


def _as_of() -> datetime | None:
    at = one("select as_of from gold.as_of")["as_of"]
    return None if at is None or pd.isna(at) else pd.Timestamp(at).to_pydatetime()


def _tell(error: SourceError) -> None:
    st.error(str(error), icon=":material/cloud_off:")


def figures(row: Sequence[Figure]) -> None:
    """A row of numbers."""
    for column, figure in zip(st.columns(len(row)), row, strict=True):
        column.metric(figure.label, figure.value, help=figure.meaning or None, border=True)


@contextmanager
def panel(title: str, says: str = "") -> Iterator[None]:
    """A framed part of the page under its own title."""
    with st.container(border=True, height="stretch"):
        told = f"<span>{says}</span>" if says else ""
        st.markdown(f'<div class="panel-title">{title}{told}</div>', unsafe_allow_html=True)
        yield


def is_empty(rows: pd.DataFrame, why: str) -> bool:
    """Whether there is nothing to draw; then says why instead."""
    if len(rows):
        return False
    st.info(why, icon=":material/inbox:")
    return True


def table(rows: pd.DataFrame | Styler, columns: dict[str, object], **options: object) -> object:
    """A table of the named columns alone, under names that people read."""
    return st.dataframe(
        rows if isinstance(rows, Styler) else rows[list(columns)],
        column_config=columns,
        column_order=list(columns),
        hide_index=True,
        width="stretch",
        **options,
    )
