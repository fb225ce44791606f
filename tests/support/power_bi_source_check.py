"""What must hold between the model of powerbi/ and sql/, each as a function that names faults."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import exp
from sqlglot.lineage import lineage
from support.power_bi import Project, query, source_name
from support.sql_file import SQL

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

_TAGGED = re.compile(r"column (\w+) set tag governance\.phi = '(\w+)'")


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


SOURCE_CHECKS = (
    columns_without_source,
    refreshes_that_are_not_incremental,
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
