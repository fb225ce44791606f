"""What the reader chose to see: hospitals, departments, genders, days, patients at high risk."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import pandas as pd
import streamlit as st

from board.source import read

SPANS = {"24 hours": 1, "7 days": 7, "30 days": 30, "90 days": 90, "All": None, "Between": None}
GENDERS = {"F": "Female", "M": "Male"}

_HOSPITALS = """
select hospital_id, hospital_name from gold.dim_hospital
where is_current and hospital_id is not null order by hospital_id
"""
_DEPARTMENTS = """
select distinct department from gold.dim_department
where hospital_id is not null and bed_capacity is not null order by department
"""


@dataclass(frozen=True)
class Condition:
    """A part of a WHERE, with the values of its question marks."""

    text: str = "true"
    values: tuple[object, ...] = ()

    def __and__(self, other: "Condition") -> "Condition":
        return Condition(f"{self.text} and {other.text}", self.values + other.values)


@dataclass(frozen=True)
class Choice:
    """One page's filters; empty means all."""

    as_of: datetime
    hospitals: dict[str, str] = field(default_factory=dict)
    """Id -> name, all there are."""
    chosen_hospitals: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    genders: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    """Half-open: [since, until)."""
    high_risk_only: bool = False

    def where(
        self,
        hospital: str | None = None,
        department: str | None = None,
        gender: str | None = None,
        at: str | None = None,
    ) -> Condition:
        """The condition over the named columns; a filter whose column is not named is left out."""
        chosen = Condition()
        for column, values in (
            (hospital, self.chosen_hospitals),
            (department, self.departments),
            (gender, self.genders),
        ):
            if column and values:
                chosen &= Condition(f"{column} in ({', '.join('?' * len(values))})", values)
        if at and self.since:
            chosen &= Condition(f"{at} >= ?", (self.since,))
        if at and self.until:
            chosen &= Condition(f"{at} < ?", (self.until,))
        return chosen

    def hospital_name(self, hospital_id: str | None) -> str:
        """The name of a hospital, its id where it has none."""
        if hospital_id is None or pd.isna(hospital_id):
            return "Unknown hospital"
        return self.hospitals.get(hospital_id, hospital_id)


def choose(as_of: datetime, filters: Collection[str], span: str) -> Choice:
    """Draw the filters in the sidebar and return what is chosen.

    Those a page cannot use are there, but cannot be touched, so that a choice is kept from page to
    page. `span` is the page's own default; "24 hours" and so on end at `as_of`.
    """
    hospitals = dict(read(_HOSPITALS).itertuples(index=False, name=None))
    departments = list(read(_DEPARTMENTS)["department"])
    with st.sidebar:
        st.markdown("##### Filters")
        chosen_hospitals = _several(
            "Hospital", list(hospitals), filters, lambda one: hospitals[one] or one
        )
        chosen_departments = _several("Department", departments, filters, str)
        genders = _several("Gender", list(GENDERS), filters, lambda one: GENDERS[one])
        since, until = _days(as_of, "Days" in filters, span)
        high_risk = st.toggle(
            "High risk only",
            key=_kept("High risk only", False),
            disabled="High risk" not in filters,
        )
    return Choice(
        as_of,
        hospitals,
        chosen_hospitals if "Hospital" in filters else (),
        chosen_departments if "Department" in filters else (),
        genders if "Gender" in filters else (),
        since if "Days" in filters else None,
        until if "Days" in filters else None,
        high_risk and "High risk" in filters,
    )


def _several(
    label: str, options: list[str], filters: Collection[str], naming: Callable[[str], str]
) -> tuple[str, ...]:
    chosen = st.multiselect(
        label,
        options,
        key=_kept(label, []),
        format_func=naming,
        placeholder="All",
        disabled=label not in filters,
    )
    return tuple(chosen)


def _days(as_of: datetime, is_used: bool, span: str) -> tuple[datetime | None, datetime | None]:
    choices = list(SPANS)
    chosen = st.selectbox(
        "Days",
        choices,
        index=choices.index(span),
        key=f"span_{span}",  # a default of its own per kind of page
        disabled=not is_used,
    )
    if chosen == "Between":
        first = st.date_input("First day", (as_of - timedelta(days=7)).date(), disabled=not is_used)
        last = st.date_input("Last day", as_of.date(), disabled=not is_used)
        return _start(first), _start(last) + timedelta(days=1)
    days = SPANS[chosen]
    return (None if days is None else as_of - timedelta(days=days)), None


def _start(day: date) -> datetime:
    return datetime.combine(day, time())


def _kept(label: str, default: object) -> str:
    """The key of a widget whose value outlives the page it was drawn on."""
    key = f"chosen_{label}"
    st.session_state[key] = st.session_state.get(key, default)
    return key
