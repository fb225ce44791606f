"""`make plan` and `make teardown`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from deploy.account import SnowError, find
from deploy.definition import definitions
from deploy.plan import CHANGED, GONE, KEPT, NEW, SAME, Change, changes, kinds
from deploy.project import Project, ProjectError
from deploy.teardown import drops, teardown

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="What a deployment would change, and how to take it back.",
)
console = Console()
errors = Console(stderr=True)

Connection = Annotated[str, typer.Option(help="A connection of connections.toml.")]
Database = Annotated[str, typer.Option(help="The database of the environment.")]
Files = Annotated[list[str], typer.Argument(help="The files of sql/, in the order they run.")]

_STYLES = {NEW: "green", CHANGED: "yellow", KEPT: "cyan", GONE: "red", SAME: "dim"}


@app.command("plan")
def plan_command(connection: Connection, database: Database, files: Files) -> None:
    """Print what `make deploy` would change; changes nothing.

    Example: make plan CONNECTION=work ENVIRONMENT=test
    """
    project = _project(database, files)
    wanted = list(definitions(project.statements))
    try:
        found = find(connection, project.database, kinds(project, wanted))
    except SnowError as error:
        errors.print(str(error), highlight=False)
        raise typer.Exit(3) from None
    show(changes(project, wanted, found))
    others = len(project.statements) - len(wanted)
    console.print(
        f"Each deployment also runs the {others} other statements of sql/ (grants, settings,"
        " reference rows); what they change is not compared.",
        soft_wrap=True,
    )


@app.command("teardown")
def teardown_command(connection: Connection, database: Database, files: Files) -> None:
    """Drop the database and what `make deploy` made beside it, after its name has been typed.

    Example: make teardown CONNECTION=work ENVIRONMENT=test
    """
    project = _project(database, files)
    statements = drops(project)
    console.print(f"This drops from connection [bold]{connection}[/]:", soft_wrap=True)
    for statement in statements:
        console.print(f"  {statement}", soft_wrap=True, highlight=False)
    try:
        typed = input(f"Type the database's name ({project.database}) to drop all of it: ")
    except EOFError:
        typed = ""
    if typed.strip() != project.database:
        console.print("\nNothing was dropped.")
        raise typer.Exit(1)
    try:
        teardown(connection, project)
    except SnowError as error:
        errors.print(str(error), highlight=False)
        errors.print("Mend the cause and run it again: what is dropped already is passed over.")
        raise typer.Exit(1) from None
    console.print(f"Dropped. Within its retention: undrop database {project.database};")


def show(planned: list[Change]) -> None:
    """The changes as a table, and how many objects of each kind stay as they are."""
    table = Table("what", "kind", Column("object", overflow="fold"), "how")
    for change in planned:
        if change.what != SAME:
            style = _STYLES[change.what]
            table.add_row(
                f"[{style}]{change.what}[/]", change.kind, change.name, "\n".join(change.notes)
            )
    if table.row_count:
        console.print(table)
    counts = Counter(change.what for change in planned)
    console.print(", ".join(f"{counts[what]} {what}" for what in _STYLES) + ".")


def _project(database: str, files: list[str]) -> Project:
    project = Project(Path(), database.lower(), tuple(files))
    try:
        _ = project.statements, project.procedures
    except ProjectError as error:
        errors.print(str(error), highlight=False)
        raise typer.Exit(2) from None
    return project


if __name__ == "__main__":
    app()
