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
from loader.feed_file import FileError, find_files, identify, size_on_disk
from loader.settings import AccountSettings
from loader.sink import FeedSink

LARGEST_CHUNK_BYTES = 32 * 1024 * 1024
"""Of text in one COPY: a line is an object until it lands. Twice as much takes 550 MB of memory and
is not faster."""


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
    if as_of is not None:
        _refuse_one_time_for_several(files)
    account = Account(settings.snowflake_default_connection_name)
    try:
        outcomes, failures = _load_all(settings, FeedSink(account), console, files, as_of)
    finally:
        account.close()
    console.print(_summary(outcomes))
    if skipped:
        names = ", ".join(dict.fromkeys(path.name for path in skipped))
        console.print(f"skipped, no known feed: {names}")
    if failures:
        raise LoaderError("\n  ".join(["not all files could be loaded:", *failures]))


def _refuse_one_time_for_several(files: Sequence[tuple[Path, Feed]]) -> None:
    of_feed: dict[str, list[Path]] = {}
    for path, feed in files:
        of_feed.setdefault(feed.name, []).append(path)
    several = [paths for paths in of_feed.values() if len(paths) > 1]
    if several:
        names = " and ".join(str(path) for path in several[0][:2])
        raise UsageError(
            f"--as-of: {names} are snapshots of one feed and cannot both be true at one time. "
            "Load them one by one, or leave --as-of out: each is then as of its modification time."
        )


def _load_all(
    settings: AccountSettings,
    sink: FeedSink,
    console: Console,
    files: Sequence[tuple[Path, Feed]],
    as_of: datetime | None,
) -> tuple[list[Outcome], list[str]]:
    outcomes: list[Outcome] = []
    failures: list[str] = []
    columns = (BarColumn(), TaskProgressColumn(), TextColumn("{task.description}"))
    bar = Progress(*columns, TimeElapsedColumn(), console=console, transient=True)
    with bar if console.is_terminal else nullcontext():
        sizes = [size_on_disk(path) for path, _ in files]
        task = bar.add_task("", total=sum(sizes))
        before = 0
        loader = FileLoader(
            sink,
            ChunkSize(
                settings.loader_flush_rows, min(settings.loader_flush_bytes, LARGEST_CHUNK_BYTES)
            ),
            settings.loader_retry_seconds,
            lambda file, read: bar.update(
                task, completed=before + read, description=f"{file.path.name} {file.rows:,} rows"
            ),
        )
        for (path, feed), size in zip(files, sizes, strict=True):
            try:
                outcomes.append(loader.load(identify(path, feed, as_of)))
            except FileError as error:
                outcomes.append(Outcome(path, feed.name, None, "failed"))
                failures.append(str(error))
            before += size
            bar.update(task, completed=before)
    return outcomes, failures


def _summary(outcomes: Sequence[Outcome]) -> Table:
    table = Table(title="Files loaded into raw")
    for name in ("file", "feed"):
        table.add_column(name, overflow="fold")
    table.add_column("as of", no_wrap=True)
    for name in ("rows", "broken"):
        table.add_column(name, justify="right")
    table.add_column("state")
    for outcome in outcomes:
        rows, broken = (f"{count:,}" for count in (outcome.rows, outcome.broken))
        as_of = f"{outcome.as_of:%Y-%m-%d %H:%M:%S}" if outcome.as_of else "-"
        table.add_row(outcome.path.name, outcome.feed, as_of, rows, broken, outcome.state)
    return table
