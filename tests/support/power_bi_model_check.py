"""What must hold of the semantic model of powerbi/ itself, each as a function that names faults."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from support.power_bi import MODEL, Project
from support.tmdl import unquoted

KEYS = {
    "gold.dim_date.date_key",
    "gold.dim_department.department_key",
    "gold.dim_hospital.hospital_key",
    "gold.dim_organization.organization_key",
    "gold.dim_patient.patient_key",
    "gold.dim_payer.payer_key",
    "gold.fact_claim.claim_id",
    "gold.patient_kpi.patient_id",
}
"""Columns by which gold has one row, as the comments of its objects tell."""

WORDS = {
    "": "database model expression relationship role table annotation ref",
    "database": "compatibilityLevel",
    "model": "culture sourceQueryCulture defaultPowerBIDataSourceVersion "
    "discourageImplicitMeasures dataAccessOptions",
    "dataAccessOptions": "legacyRedirects returnErrorValuesAsNull",
    "expression": "lineageTag annotation",
    "relationship": "fromColumn toColumn crossFilteringBehavior toCardinality isActive",
    "role": "modelPermission tablePermission",
    "table": "lineageTag dataCategory isHidden refreshPolicy measure column partition",
    "refreshPolicy": "policyType rollingWindowGranularity rollingWindowPeriods "
    "incrementalGranularity incrementalPeriods sourceExpression",
    "measure": "formatString lineageTag",
    "column": "dataType isHidden isKey formatString isAvailableInMdx lineageTag summarizeBy "
    "sourceColumn sortByColumn",
    "partition": "mode source",
}
"""Object -> what the model writes below it: names of the Tabular Object Model in camel case.
https://learn.microsoft.com/dotnet/api/microsoft.analysisservices.tabular"""

_TEXT = re.compile(r'"(?:[^"]|"")*"')
_COLUMN = re.compile(r"'((?:[^']|'')+)'\[([^\]]+)\]")
_MEASURE = re.compile(r"(?<!['\w])\[([^\]]+)\]")
_TABLE = re.compile(r"'((?:[^']|'')+)'(?!\[)")
_BARE = re.compile(r"\b\w+\[")


def words_that_tmdl_does_not_know(project: Project) -> Iterator[str]:
    """A misspelled property is no property."""
    for path, nodes in project.tmdl_files.items():
        pending = [("", one) for one in nodes]
        while pending:
            above, node = pending.pop()
            if node.kind.split()[0] not in WORDS.get(above, "").split():
                yield f"{path}: {node.kind} below {above or 'nothing'}"
            pending += [(node.kind, one) for one in node.below]


def relationships_that_do_not_hold(project: Project) -> Iterator[str]:
    """Both ends exist and are of one type; the one side is a key, the many side is none and hidden;
    filters go one way, along one path."""
    for one in project.relationships:
        ends = [end for end in (one.many, one.one) if end not in project.columns]
        yield from (f"{one.node.name}: no {table}[{column}]" for table, column in ends)
        if ends:
            continue
        if len({project.columns[end].get("dataType") for end in (one.many, one.one)}) > 1:
            yield f"{one.node.name}: two types"
        if not _is_key(project, one.one):
            yield f"{one.node.name}: {one.one[0]} has several rows of one {one.one[1]}"
        if _is_key(project, one.many):
            yield f"{one.node.name}: {one.many[0]} has one row of each {one.many[1]}"
        if one.node.get("crossFilteringBehavior") not in ("", "oneDirection"):
            yield f"{one.node.name}: filters both ways"
        if one.node.get("toCardinality") not in ("", "one") or one.node.get("isActive") == "false":
            yield f"{one.node.name}: not an active many-to-one"
        if not project.columns[one.many].has("isHidden"):
            yield f"{one.node.name}: the key {one.many[0]}[{one.many[1]}] is shown"
    for start in project.tables:
        for end, count in Counter(_reached(project, start)).items():
            if count > 1:
                yield f"{count} paths from {start} to {end}"


def dax_of_nothing(project: Project) -> Iterator[str]:
    """Every table, column and measure that an expression names exists; parentheses are closed."""
    for place, expression in _expressions(project):
        text = _TEXT.sub('""', expression)
        for table, column in _COLUMN.findall(text):
            if (table, column) not in project.columns:
                yield f"{place}: no column {table}[{column}]"
        rest = _COLUMN.sub("", text)
        names = {name for _, name in project.measures}
        unknown = [one for one in _MEASURE.findall(rest) if one not in names]
        yield from (f"{place}: no measure [{one}]" for one in unknown)
        tables = _TABLE.findall(rest)
        yield from (f"{place}: no table {one}" for one in tables if one not in project.tables)
        if bare := _BARE.findall(rest):
            yield f"{place}: {bare[0]} names a table without quotes"
        if rest.count("(") != rest.count(")"):
            yield f"{place}: parentheses"


def what_nobody_explained(project: Project) -> Iterator[str]:
    """Tables, columns and measures have a description, measures a format; nothing is summed by
    itself, no key is shown; a measure is named once in the model."""
    for name, table in project.tables.items():
        if not table.description:
            yield f"{name}: no description"
    for (table_name, name), column in project.columns.items():
        if not column.description:
            yield f"{table_name}[{name}]: no description"
        if column.get("summarizeBy") != "none":
            yield f"{table_name}[{name}]: summed by itself"
        if column.get("sourceColumn").endswith("_KEY") and not column.has("isHidden"):
            yield f"{table_name}[{name}]: a key that is shown"
        order = column.get("sortByColumn")
        if order and (table_name, unquoted(order)) not in project.columns:
            yield f"{table_name}[{name}]: sorted by no column"
    names = Counter(name for _, name in project.measures)
    for (table_name, name), measure in project.measures.items():
        if not measure.description or not measure.get("formatString"):
            yield f"{table_name}[{name}]: no description or no format"
        if names[name] > 1 or (table_name, name) in project.columns:
            yield f"{table_name}[{name}]: named twice"


def calendar_that_is_none(project: Project) -> Iterator[str]:
    """One table is marked as the calendar, by a key that is a date; the automatic ones are off."""
    marked = [name for name, one in project.tables.items() if one.get("dataCategory") == "Time"]
    if marked != ["Date"]:
        yield f"calendars: {marked}"
    keys = [one for one in project.tables["Date"].all("column") if one.has("isKey")]
    if [(one.get("dataType"), one.get("sourceColumn")) for one in keys] != [
        ("dateTime", "CALENDAR_DATE")
    ]:
        yield "Date: not marked by its date"
    if "annotation __PBI_TimeIntelligenceEnabled = 0" not in project.texts[f"{MODEL}model.tmdl"]:
        yield "model.tmdl: makes a hidden calendar for each date"


def rows_that_are_open(project: Project) -> Iterator[str]:
    """The role decides over every fact: itself, or a dimension that filters it."""
    (role,) = project.nodes("role")
    decided = {one.name for one in role.all("tablePermission")}
    for name in decided - project.tables.keys():
        yield f"role: no table {name}"
    for name in sorted({one.many[0] for one in project.relationships}):
        by = {one.one[0] for one in project.relationships if one.many[0] == name}
        if not decided & {name, *by}:
            yield f"{name}: open to everybody of the role"


MODEL_CHECKS = (
    words_that_tmdl_does_not_know,
    relationships_that_do_not_hold,
    dax_of_nothing,
    what_nobody_explained,
    calendar_that_is_none,
    rows_that_are_open,
)


def _is_key(project: Project, end: tuple[str, str]) -> bool:
    source = project.source_of(end[0])
    column = project.columns[end].get("sourceColumn").lower()
    return source is not None and f"{source.name}.{column}" in KEYS


def _reached(project: Project, start: str) -> Iterator[str]:
    """The tables that a filter of this one reaches, once for each path."""
    for one in project.relationships:
        if one.one[0] == start:
            yield one.many[0]
            yield from _reached(project, one.many[0])


def _expressions(project: Project) -> Iterator[tuple[str, str]]:
    """The DAX of the model: measures, calculated columns, and what the roles let through."""
    for (table, name), node in (*project.measures.items(), *project.columns.items()):
        if node.value:
            yield f"{table}[{name}]", node.value
    for role in project.nodes("role"):
        for permission in role.all("tablePermission"):
            yield f"role {role.name} on {permission.name}", permission.value
