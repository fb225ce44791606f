"""The command line: arguments in, exit codes out, no traceback at the user."""

import logging
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from loader.errors import LoaderError
from loader.export_format import ExportFormat
from loader.settings import AccountSettings, NotifySettings, RunSettings, read_settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Loads Kafka topics and CSV files into the raw tables, each record and line exactly once, "
    "publishes notifications, and exports what readers see. "
    "Exit codes: 0 done, 1 failed, 2 wrong settings or arguments, 3 broker or account unreachable.",
)


@app.callback()
def _prepare() -> None:
    """Log to stderr; on a terminal the live line replaces the line per batch."""
    quiet = sys.stdout.isatty() and sys.stderr.isatty()
    logging.basicConfig(
        level=logging.WARNING,
        stream=sys.stderr,
        format="%(asctime)s %(levelname)s %(message)s",
    )
    logging.getLogger("loader").setLevel(logging.WARNING if quiet else logging.INFO)
    # The connector's own copy of requests doubts the versions beside it at every start.
    warnings.filterwarnings("ignore", module=r"snowflake\.connector\.vendored\.requests")
    for noisy in ("kafka", "snowflake.connector"):
        # Their view of a lost connection; ours says what it means and what happens next.
        logging.getLogger(noisy).setLevel(logging.CRITICAL)


@app.command()
def run(
    until_caught_up: Annotated[
        bool,
        typer.Option(
            "--until-caught-up", help="Stop when everything that was there at the start is loaded."
        ),
    ] = False,
) -> None:
    """Load the topics into raw until stopped.

    Example: KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:9092 carefloe-loader run --until-caught-up
    """
    settings = read_settings(RunSettings)
    from loader.run import run as run_loader  # here, so that --help is fast

    run_loader(settings, Console(), until_caught_up)


@app.command()
def csv(
    paths: Annotated[
        list[Path],
        typer.Argument(help="CSV files, .gz or not, and folders of them: one, or one a night."),
    ],
    as_of: Annotated[
        str | None,
        typer.Option(
            metavar="ISO",
            help="When the snapshots were true, UTC unless it has an offset; "
            "without it each file's modification time.",
        ),
    ] = None,
) -> None:
    """Load CSV files of the known feeds into raw. Loading a file again changes nothing.

    Examples: carefloe-loader csv world/ --as-of 2026-01-05T00:00:00Z; carefloe-loader csv nights/
    """
    settings = read_settings(AccountSettings)
    from loader.csv_run import load_paths, read_as_of  # here, so that --help is fast

    load_paths(settings, Console(), paths, read_as_of(as_of) if as_of else None)


@app.command()
def notify(
    until_caught_up: Annotated[
        bool,
        typer.Option("--until-caught-up", help="Stop when everything in the outbox is delivered."),
    ] = False,
) -> None:
    """Publish the notifications of ops.notification to Kafka until stopped, each at least once.

    Example: KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:9092 carefloe-loader notify --until-caught-up
    """
    settings = read_settings(NotifySettings)
    from loader.notify import notify as run_relay  # here, so that --help is fast

    run_relay(settings, Console(), until_caught_up)


@app.command()
def export(
    to: Annotated[
        str,
        typer.Option(
            metavar="DIR|@STAGE",
            help="A folder, made if it is not there, or a stage of the account with a path.",
        ),
    ],
    form: Annotated[
        ExportFormat, typer.Option("--format", help="What the files are.")
    ] = ExportFormat.PARQUET,
    view: Annotated[
        list[str] | None,
        typer.Option(help="A view of gold; may be given several times. Without it, all of them."),
    ] = None,
) -> None:
    """Write the views of gold as files, one each, with a manifest of their columns and hashes.

    Example: carefloe-loader export --format csv --to out --view kpi_bed_occupancy
    """
    settings = read_settings(AccountSettings)
    from loader.export import export_views  # here, so that --help is fast

    export_views(settings, Console(), form, to, view or [])


def main() -> None:
    """Run the program; every failure is one message and an exit code."""
    with _failures_told():
        app()


@contextmanager
def _failures_told() -> Iterator[None]:
    try:
        yield
    except LoaderError as error:
        typer.echo(f"carefloe-loader: {error}", err=True)
        sys.exit(error.exit_code)
    except Exception as error:  # noqa: BLE001 - the user gets a message, never a traceback
        # Not the error's text: it may quote a record.
        at = traceback.extract_tb(error.__traceback__)[-1]
        typer.echo(
            f"carefloe-loader: unexpected {type(error).__name__} at "
            f"{Path(at.filename).name}:{at.lineno}. Nothing is lost: run again continues behind "
            "what has landed. Please report it.",
            err=True,
        )
        sys.exit(1)
