"""What must hold of the semantic model of powerbi/, each as a function that names the faults."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from sqlglot import exp
from sqlglot.lineage import lineage
from support.power_bi import MODEL, Project, query, source_name
from support.sql_file import SQL
from support.tmdl import unquoted

from deploy.definition import Definition

IDENTIFIERS = {
    "gold.fact_patient_flow.patient_id": "counts different patients",
    "gold.fact_encounter.patient_id": "counts different patients",
    "gold.vitals_hourly.patient_id": "joins gold.patient_kpi",
    "gold.fact_alert.patient_id": "joins gold.patient_kpi",
    "gold.patient_kpi.patient_id": "tells patients apart on the page of high risk",
    "gold.fact_claim.claim_id": "joins the claim's transactions",
    "gold.fact_claim_transaction.claim_id": "joins the claim",
}
"""Identifying columns in the model -> what for. Reporters get pseudonyms: sql/97_enterprise.sql."""

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
_TAGGED = re.compile(r"column (\w+) set tag governance\.phi = '(\w+)'")


def words_that_tmdl_does_not_know(project: Project) -> Iterator[str]:
    """A misspelled property is no property."""
    for path, nodes in project.tmdl_files.items():
        pending = [("", one) for one in nodes]
        while pending:
            above, node = pending.pop()
            if node.kind.split()[0] not in WORDS.get(above, "").split():
                yield f"{path}: {node.kind} below {above or 'nothing'}"
            pending += [(node.kind, one) for one in node.below]


def columns_without_source(project: Project) -> Iterator[str]:
    """Every table takes from gold what is there, as the kind it is; its columns are what its query
    chooses, in a type that holds the SQL type."""
    for name, table in project.tables.items():
        if not source_name(table):
            continue
        source = project.source_of(name)
        if source is None:
            yield f"{name}: no {source_name(table)}"
            continue
        if f'Kind = "{source.kind.capitalize()}"' not in query(table):
            yield f"{name}: {source.name} is a {source.kind}"
        types = {column.name.upper(): column.type for column in source.columns}
        chosen = re.findall(r'"(\w+)"', query(table).partition("Table.SelectColumns")[2])
        read = [one for one in table.all("column") if not one.value]
        if [one.get("sourceColumn") for one in read] != chosen:
            yield f"{name}: its columns are not what its query chooses"
        for one in read:
            source_column, taken = one.get("sourceColumn"), one.get("dataType")
            if source_column not in types:
                yield f"{name}[{one.name}]: no {source.name}.{source_column.lower()}"
            elif types[source_column] and taken not in _model_types(types[source_column]):
                yield f"{name}[{one.name}]: {taken} for {types[source_column]}"


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


def refreshes_that_are_not_incremental(project: Project) -> Iterator[str]:
    """Each fact keeps and refreshes periods by a timestamp of its own; its policy reads what its
    partition reads. What others hang on is loaded whole: a row that moved from a period which is
    not read again would be there twice, and the refresh fail.
    """
    hung_on = {one.one[0] for one in project.relationships}
    facts = {one.many[0] for one in project.relationships}
    for name, table in project.tables.items():
        policies = table.all("refreshPolicy")
        ranged = re.search(
            r"\[(\w+)\] >= RangeStart and \[(\w+)\] < RangeEnd", query(table), re.ASCII
        )
        if name in facts - hung_on and not (policies and ranged):
            yield f"{name}: not incremental"
        if name in hung_on and (policies or ranged):
            yield f"{name}: not whole"
        if not policies:
            continue
        if policies[0].get("sourceExpression") != query(table):
            yield f"{name}: policy and partition differ"
        source = project.source_of(name)
        types = {column.name.upper(): column.type for column in source.columns} if source else {}
        if ranged and (ranged[1] != ranged[2] or types.get(ranged[1]) != "timestamp_ntz"):
            yield f"{name}: {ranged[0]}"
        for setting in ("rollingWindowPeriods", "incrementalPeriods"):
            if not policies[0].get(setting).isdecimal():
                yield f"{name}: {setting}"
    for parameter in ("Server", "Warehouse", "Role", "Database", "RangeStart", "RangeEnd"):
        found = [one for one in project.nodes("expression") if one.name == parameter]
        if len(found) != 1 or "IsParameterQuery = true" not in found[0].value:
            yield f"no parameter {parameter}"


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


def sources_that_a_reporter_cannot_read(project: Project) -> Iterator[str]:
    """The role that the model asks for reads all it takes from gold, on Enterprise edition."""
    files = "".join((SQL / name).read_text() for name in ("66_reader.sql", "97_enterprise.sql"))
    granted = re.findall(r"^grant select on \w+ (\S+) to role \S+ \S+ \S+_reporter;", files, re.M)
    for name in project.tables:
        source = project.source_of(name)
        if source and source.name not in granted:
            yield f"{name}: a reporter cannot read {source.name}"


def patients_that_are_told(project: Project) -> Iterator[str]:
    """No column of the model is tagged as patient data in sql/65_phi.sql, or made of such a column
    by a view, but the identifiers above."""
    tagged = _tagged()
    seen = set()
    for name, table in project.tables.items():
        if not (source := project.source_of(name)):
            continue
        for column in table.all("column"):
            source_column = column.get("sourceColumn").lower()
            told = _told(project, tagged, source, source_column) if source_column else set()
            place = f"{source.name}.{source_column}"
            if told:
                seen.add(place)
            if told and (place not in IDENTIFIERS or told != {"identifier"}):
                yield f"{name}[{column.name}]: {', '.join(sorted(told))} of a patient"
    yield from (f"{place}: an exception that nothing needs" for place in IDENTIFIERS.keys() - seen)


MODEL_CHECKS = (
    words_that_tmdl_does_not_know,
    columns_without_source,
    relationships_that_do_not_hold,
    dax_of_nothing,
    what_nobody_explained,
    calendar_that_is_none,
    refreshes_that_are_not_incremental,
    rows_that_are_open,
    sources_that_a_reporter_cannot_read,
    patients_that_are_told,
)


def _model_types(sql_type: str) -> set[str]:
    """The types of the model that hold a type of SQL; fractions of money exactly."""
    if sql_type.startswith("number"):
        if sql_type.endswith(", 0)"):
            return {"int64"}
        return {"decimal"} if sql_type == "number(18, 2)" else {"double"}
    return {{"varchar": "string", "boolean": "boolean"}.get(sql_type.split("(")[0], "dateTime")}


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


def _tagged() -> dict[str, dict[str, str]]:
    """Table -> column -> what of a patient it tells."""
    text = (SQL / "65_phi.sql").read_text()
    found = re.findall(r"alter table (\S+) modify\n(.*?);", text, re.S)
    return {table: dict(_TAGGED.findall(body)) for table, body in found}


def _told(
    project: Project, tagged: dict[str, dict[str, str]], source: Definition, column: str
) -> set[str]:
    """What of a patient a column tells: its tag, or those of the columns a view makes it of."""
    if source.kind == "table":
        return {tagged[source.name][column]} if column in tagged.get(source.name, {}) else set()
    told = set()
    for leaf in lineage(column, source.body, schema=_schema(project), dialect="snowflake").walk():
        if isinstance(leaf.expression, exp.Table):
            table = f"{leaf.expression.db}.{leaf.expression.name}".lower()
            read = leaf.name.rsplit(".", 1)[-1].lower()
            told |= _told(project, tagged, project.sources[table], read)
    return told


def _schema(project: Project) -> dict[str, dict[str, dict[str, str]]]:
    """Schema -> table or view -> its columns, upper case."""
    schema: dict[str, dict[str, dict[str, str]]] = {}
    for name, source in project.sources.items():
        place, _, table = name.upper().partition(".")
        schema.setdefault(place, {})[table] = {
            one.name.upper(): "varchar" for one in source.columns
        }
    return schema
