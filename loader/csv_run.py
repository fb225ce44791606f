"""`carefloe-loader csv`: finds the files, loads one after the other, says what became of each."""

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from loader.account import Account
from loader.csv_load import ChunkSize, FileLoader, Outcome
from loader.errors import LoaderError, UsageError
from loader.feed import Feed
from loader.feed_file import FileError, find_files, identify
from loader.settings import AccountSettings
from loader.sink import FeedSink


def read_as_of(text: str) -> datetime:
    """Return an ISO-8601 time in UTC, naive, to the second; UsageError if it is none."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"--as-of {text}: is no ISO-8601 time (example: --as-of 2026-01-05T00:00:00Z)"
        ) from None
    if read.tzinfo is not None:
        read = read.astimezone(UTC).replace(tzinfo=None)
    return read.replace(microsecond=0)


def load_paths(
    settings: AccountSettings, console: Console, paths: Sequence[Path], as_of: datetime | None
) -> None:
    """Load every file of a known feed; LoaderError at the end if one of them could not be loaded.

    An account that stays away or refuses ends the load at once; loading again goes on behind it.
    """
    files, skipped = find_files(paths)
    account = Account(settings.snowflake_default_connection_name)
    try:
        outcomes, failures = _load_all(settings, FeedSink(account), console, files, as_of)
    finally:
        account.close()
    console.print(_summary(outcomes))
    if skipped:
        console.print(f"skipped, no known feed: {', '.join(path.name for path in skipped)}")
    if failures:
        raise LoaderError("\n  ".join(["not all files could be loaded:", *failures]))


def _load_all(
    settings: AccountSettings,
    sink: FeedSink,
    console: Console,
    files: Sequence[tuple[Path, Feed]],
    as_of: datetime | None,
) -> tuple[list[Outcome], list[str]]:
    outcomes: list[Outcome] = []
    failures: list[str] = []
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    bar = Progress(*columns, TimeElapsedColumn(), console=console, transient=True)
    with bar if console.is_terminal else nullcontext():
        task = bar.add_task("files", total=len(files))
        loader = FileLoader(
            sink,
            ChunkSize(settings.loader_flush_rows, settings.loader_flush_bytes),
            settings.loader_retry_seconds,
            lambda file: bar.update(task, description=f"{file.path.name} {file.rows:,} rows"),
        )
        for path, feed in files:
            try:
                outcomes.append(loader.load(identify(path, feed, as_of)))
            except FileError as error:
                outcomes.append(Outcome(path, feed.name, "failed"))
                failures.append(str(error))
            bar.advance(task)
    return outcomes, failures


def _summary(outcomes: Sequence[Outcome]) -> Table:
    table = Table(title="Files loaded into raw")
    for name in ("file", "feed"):
        table.add_column(name, overflow="fold")
    for name in ("rows", "broken"):
        table.add_column(name, justify="right")
    table.add_column("state")
    for outcome in outcomes:
        rows, broken = (f"{count:,}" for count in (outcome.rows, outcome.broken))
        table.add_row(outcome.path.name, outcome.feed, rows, broken, outcome.state)
    return table
