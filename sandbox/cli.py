"""`python -m sandbox up|status|settle|down`: an account and a Kafka log on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from sandbox.observation import Observer, Run
from sandbox.process import ProcessError, Running, Service
from sandbox.profile import CONNECTION, write_profile
from sandbox.settle import SettleError, settle

FAILED, USAGE, UNREACHABLE = 1, 2, 3

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="A development Snowflake account and Kafka log on this machine. No authentication: both "
    "listen on 127.0.0.1 only.\n\nExample: python -m sandbox up && source .sandbox/env",
)
console = Console()
errors = Console(stderr=True)

Dir = Annotated[Path, typer.Option("--dir", help="The sandbox's folder: data, logs, settings.")]
Port = Annotated[
    int, typer.Option(min=0, max=65535, help="0: the port of last time, or a free one.")
]
HERE = Path(".sandbox")


@app.command()
def up(
    home: Dir = HERE,
    warehouse_port: Port = 0,
    kafka_port: Port = 0,
    trigger_interval: Annotated[
        float,
        typer.Option(
            min=0.01, help="Least seconds between triggered runs of a task (Snowflake: 30)."
        ),
    ] = 1.0,
) -> None:
    """Start both in the background; harmless when they run.

    Example: python -m sandbox up --dir .sandbox
    """
    with _explained():
        home.mkdir(parents=True, exist_ok=True)
        kafka = _up(Service("kafka", home), kafka_port)
        interval = ["--trigger-interval", str(trigger_interval)]
        warehouse = _up(Service("warehouse", home), warehouse_port, *interval)
        write_profile(home, warehouse.address, kafka.address)
    console.print("Loopback only, no authentication: a development account, not Snowflake.")
    console.print(f"Next: source {home / 'env'} && snow sql -c {CONNECTION} -q 'show schemas'")


@app.command()
def status(home: Dir = HERE) -> None:
    """Show processes, streams with pending rows, and the tasks with their last runs.

    Example: python -m sandbox status
    """
    with _explained():
        services = [Service("warehouse", home), Service("kafka", home)]
        console.print(_process_table(services))
        warehouse = services[0].running()
        if warehouse is None:
            raise typer.Exit(FAILED)
        with _observing(warehouse) as observer:
            console.print(_stream_table(observer))
            console.print(_task_table(observer))


@app.command("settle")
def settle_command(
    home: Dir = HERE,
    timeout: Annotated[float, typer.Option(min=0, help="Seconds to wait at most.")] = 600.0,
) -> None:
    """Wait until no stream of a started task has data and no task runs.

    Exit code 1 when a task failed meanwhile, or when the time is over.

    Example: python -m sandbox settle --timeout 120
    """
    with _explained():
        warehouse = Service("warehouse", home).running()
        if warehouse is None:
            errors.print(
                f"No warehouse runs in {home}. Start it: python -m sandbox up --dir {home}"
            )
            raise typer.Exit(UNREACHABLE)
        with _observing(warehouse) as observer, console.status("settling") as line:
            runs = settle(observer, timeout, line.update)
        console.print(f"Settled: {runs} task runs, nothing pending.")


@app.command()
def down(home: Dir = HERE) -> None:
    """Stop both after their running tasks; the data stay.

    Example: python -m sandbox down
    """
    with _explained():
        for service in (Service("warehouse", home), Service("kafka", home)):
            stopped = service.stop()
            console.print(f"{service.name}: {'stopped' if stopped else 'was not running'}")


def main() -> None:
    """Exit codes: 0 done, 1 failed, 2 wrong usage, 3 nothing to connect to."""
    app()


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except (ProcessError, SettleError) as error:
        errors.print(str(error), style="red", markup=False, highlight=False)
        raise typer.Exit(FAILED) from None
    except OSError as error:
        errors.print(f"{error.filename or 'The sandbox'}: {error.strerror}", style="red")
        raise typer.Exit(USAGE) from None


@contextmanager
def _observing(warehouse: Running) -> Iterator[Observer]:
    from snowflake.connector.errors import Error

    try:
        observer = Observer(warehouse.address)
    except Error as error:
        errors.print(f"The warehouse at {warehouse.address} does not answer: {error.msg}")
        raise typer.Exit(UNREACHABLE) from None
    try:
        yield observer
    finally:
        observer.close()


def _up(service: Service, port: int, *arguments: str) -> Running:
    running = service.running()
    if running is None:
        running = service.wait_until_up(service.start(port, arguments))
        console.print(f"{service.name}: started at {running.address} (process {running.pid})")
    else:
        console.print(f"{service.name}: runs at {running.address} (process {running.pid})")
    return running


def _process_table(services: list[Service]) -> Table:
    table = Table("process", "address", "pid", "data", title="Processes", title_justify="left")
    for service in services:
        found = service.running()
        size = f"{service.size() / 2**20:.1f} MiB"
        if found is None:
            table.add_row(service.name, "down", "", size)
        else:
            table.add_row(service.name, found.address, str(found.pid), size)
    return table


def _stream_table(observer: Observer) -> Table:
    table = Table("stream", "pending rows", title="Streams", title_justify="left")
    for stream in observer.streams():
        table.add_row(stream.name, f"{stream.rows:,}")
    return table


def _task_table(observer: Observer) -> Table:
    last: dict[str, Run] = {run.task: run for run in observer.runs()}
    table = Table("task", "state", "last run", "error", title="Tasks", title_justify="left")
    for task in observer.tasks():
        run = last.get(task.name)
        error = (run.error or "").strip().splitlines() if run else []
        table.add_row(task.name, task.state, run.state if run else "", error[-1] if error else "")
    return table
