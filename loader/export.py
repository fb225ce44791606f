"""`carefloe-loader export`: the views of gold as files in a folder or a stage, with a manifest."""

import json
import re
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from loader.account import Account
from loader.errors import LoaderError, UsageError
from loader.export_file import ExportedFile, write_file
from loader.export_format import ExportFormat
from loader.settings import AccountSettings

MANIFEST = "manifest.json"
STATEMENT_SECONDS = 3600
"""A view over years of events may take long; nothing waits for it."""
_STAGE = re.compile(r"@[A-Za-z0-9_$.~%]+(/[A-Za-z0-9_=-][A-Za-z0-9_.=-]*)*/?")
_FORMS = {
    ExportFormat.PARQUET: "(type = parquet)",
    ExportFormat.CSV: "(type = csv field_optionally_enclosed_by = '\"' compression = none)",
}


def export_views(
    settings: AccountSettings, console: Console, form: ExportFormat, to: str, names: Sequence[str]
) -> None:
    """Write the named views of gold, or all of them, to a folder or to @stage/path.

    In a folder each file is complete or not there, and manifest.json, written last, names what one
    run has written. UsageError for a view that is not there or a place that is none; other
    LoaderErrors as the account tells them.
    """
    if to.startswith("@") and not _STAGE.fullmatch(to):
        raise UsageError(f"--to {to}: is no stage (example: --to @~/gold/2026-01-05)")
    account = Account(settings.snowflake_default_connection_name, STATEMENT_SECONDS)
    try:
        views = _chosen(account, names)
        if to.startswith("@"):
            _to_stage(account, console, form, to.rstrip("/"), views)
        else:
            _to_folder(account, console, form, Path(to), views)
    finally:
        account.close()


def _chosen(account: Account, names: Sequence[str]) -> list[str]:
    known = [
        str(name).lower()
        for (name,) in account.rows(
            "select table_name from information_schema.views where table_schema = ? order by 1",
            ("GOLD",),
            "gold",
        )
    ]
    unknown = [name for name in names if name.lower() not in known]
    if unknown:
        raise UsageError(
            f"--view {', '.join(unknown)}: gold has no such view for this role "
            f"(it has: {', '.join(known) or 'none: run `make deploy`'})"
        )
    return [name.lower() for name in names] or known


def _to_folder(
    account: Account, console: Console, form: ExportFormat, folder: Path, views: Sequence[str]
) -> None:
    written: list[ExportedFile] = []
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), transient=True
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MANIFEST).unlink(missing_ok=True)  # what it says is about to be untrue
        with bar if console.is_terminal else nullcontext():
            task = bar.add_task("views", total=len(views))
            for view in views:
                bar.update(task, description=view)
                described, tables = account.batches(f"select * from gold.{view}", f"gold.{view}")  # noqa: S608 - a name that the account listed
                written.append(write_file(folder, view, form, described, tables))
                bar.advance(task)
        _write_manifest(folder, written)
    except OSError as error:
        raise LoaderError(
            f"--to {folder}: cannot be written ({error.strerror or error})"
        ) from error
    console.print(_summary(f"Views written to {folder}", [(one.name, one.rows) for one in written]))


def _write_manifest(folder: Path, written: Sequence[ExportedFile]) -> None:
    files = [
        asdict(one) | {"columns": [{"name": name, "type": kind} for name, kind in one.columns]}
        for one in written
    ]
    unfinished = folder / f".{MANIFEST}.part"
    unfinished.write_text(json.dumps({"files": files}, indent=2) + "\n")
    unfinished.replace(folder / MANIFEST)


def _to_stage(
    account: Account, console: Console, form: ExportFormat, stage: str, views: Sequence[str]
) -> None:
    unloaded: list[tuple[str, int]] = []
    for view in views:
        statement = (
            f"copy into {stage}/{view}/ from (select * from gold.{view}) "  # noqa: S608 - checked names
            f"file_format = {_FORMS[form]} header = true overwrite = true"
        )
        answer = account.rows(statement, (), f"gold.{view}")
        unloaded.append((f"{view}/", int(answer[0][0]) if answer else 0))
    console.print(_summary(f"Views unloaded to {stage}", unloaded))


def _summary(title: str, rows: Sequence[tuple[str, int]]) -> Table:
    table = Table(title=title)
    table.add_column("file")
    table.add_column("rows", justify="right")
    for name, count in rows:
        table.add_row(name, f"{count:,}")
    return table
