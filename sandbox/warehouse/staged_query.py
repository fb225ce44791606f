"""Files of a stage as a relation: `select $1, $2 from @stage`, and what COPY reads.

https://docs.snowflake.com/en/user-guide/querying-stage
"""

from __future__ import annotations

import pyarrow as pa
from sqlglot import exp

from sandbox.warehouse import stage, staged_file
from sandbox.warehouse.errors import sql_error
from sandbox.warehouse.file_format import of_statement
from sandbox.warehouse.rewrite import Context
from sandbox.warehouse.staged_file import Records

FILE, ROW = "METADATA$FILENAME", "METADATA$FILE_ROW_NUMBER"


def is_staged(table: exp.Table) -> bool:
    return isinstance(table.this, exp.Var | exp.Literal) and table.this.name.startswith("@")


def lend_location(table: exp.Table, context: Context) -> None:
    """Put the records of the files of a location in the place of the table."""
    session, location = context.session, table.this.name
    given, pattern = table.args.get("format"), table.args.get("pattern")
    form = of_statement(
        session, given.name if given is not None else None, stage.format_of(session, location)
    )
    files = stage.files_of(session, location, pattern.name if pattern is not None else None)
    read = [(file, staged_file.read(file, form)) for file in files]
    for file, records in read:
        if records.errors:
            line, reason = records.errors[0]
            raise sql_error(f"{reason}\n  File '{file.name}', line {line}", 100069, "22P02")
    context.is_constant = False
    shown = {file: stage.shown_path(session, location, file) for file in files}
    lend(table, context, [(shown[file], records) for file, records in read])


def lend(table: exp.Table, context: Context, read: list[tuple[str, Records]]) -> str:
    """The same for records that are read already; returns the relation's name.

    A column further right than the records go is NULL.
    """
    select = table.find_ancestor(exp.Select)
    places = [p for p in (select.find_all(exp.Parameter) if select else ()) if p.name.isdigit()]
    width = max([records.width for _, records in read] + [int(p.name) for p in places] + [1])
    is_variant = any(records.is_variant for _, records in read)
    name = f"__relation_{len(context.relations)}__"
    context.relations[name] = relation(read, width)
    columns = [
        exp.column(exp.to_identifier(f"COLUMN{n}", quoted=True)) for n in range(1, width + 1)
    ]
    for place in places:
        column = columns[int(place.name) - 1].copy()
        parent = place.parent
        if isinstance(parent, exp.Column):
            parent.set("this", column.this)
        else:
            place.replace(column)
    first = exp.ParseJSON(this=columns[0].copy()) if is_variant else columns[0].copy()
    fields = [exp.alias_(first, "COLUMN1", quoted=True), *columns[1:], *_metadata()]
    source = exp.Table(this=exp.to_identifier(name, quoted=True))
    alias = table.args.get("alias")
    label = alias.this if alias is not None else exp.to_identifier("_staged", quoted=True)
    inner = exp.Select(expressions=fields, from_=exp.From(this=source))
    table.replace(exp.Subquery(this=inner, alias=exp.TableAlias(this=label)))
    return name


def relation(read: list[tuple[str, Records]], width: int) -> pa.Table:
    """The records of files, with as many columns as are asked for."""
    data: dict[str, list[object]] = {f"COLUMN{n}": [] for n in range(1, width + 1)}
    data |= {FILE: [], ROW: []}
    for file, records in read:
        for number, row in enumerate(records.rows, 1):
            for place in range(width):
                data[f"COLUMN{place + 1}"].append(row[place] if place < len(row) else None)
            data[FILE].append(file)
            data[ROW].append(number)
    return pa.table(
        {name: pa.array(v, pa.int64() if name == ROW else pa.string()) for name, v in data.items()}
    )


def _metadata() -> list[exp.Expr]:
    return [exp.column(exp.to_identifier(name, quoted=True)) for name in (FILE, ROW)]
