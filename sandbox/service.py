"""The warehouse as one thing to start and stop: account, server, procedures and tasks."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb

from sandbox.alert import functions as alert_functions
from sandbox.alert import statements as alert_statements
from sandbox.function import expand
from sandbox.function import statements as function_statements
from sandbox.governance import install as governance
from sandbox.kafka.durable import replace_file
from sandbox.kafka.error import FolderError
from sandbox.kafka.folder import FolderLock
from sandbox.notification import integration, mail
from sandbox.procedure import anonymous, call
from sandbox.procedure import functions as procedure_functions
from sandbox.procedure import statements as procedure_statements
from sandbox.runtime import Runtime
from sandbox.script import statements as script_statements
from sandbox.show import keys
from sandbox.show import session as show_session
from sandbox.show import statements as show_statements
from sandbox.streamlit import address
from sandbox.streamlit import statements as streamlit_statements
from sandbox.task import functions as task_functions
from sandbox.task import graph_status
from sandbox.task import statements as task_statements
from sandbox.warehouse.account import Account
from sandbox.warehouse.server import HOST, Server

STATEMENTS = (
    address,
    alert_functions,
    alert_statements,
    anonymous,
    call,
    expand,
    function_statements,
    governance,
    integration,
    keys,
    mail,
    procedure_functions,
    procedure_statements,
    script_statements,
    show_session,
    show_statements,
    streamlit_statements,
    graph_status,
    task_functions,
    task_statements,
)
"""Importing them is what registers their statements."""


class Warehouse:
    """A running account; with a folder it keeps objects, data and tasks across restarts."""

    def __init__(
        self,
        folder: Path | None = None,
        port: int = 0,
        trigger_interval: timedelta = timedelta(seconds=1),
    ) -> None:
        self.account = Account(folder)
        self.server = Server(self.account, port)
        self.runtime = Runtime(
            self.account, self.server.port, self.server.lend_to, trigger_interval
        )

    @property
    def connection_parameters(self) -> dict[str, Any]:
        """Arguments of `snowflake.connector.connect`."""
        return self.server.connection_parameters

    def start(self) -> None:
        self.server.start()
        self.runtime.start()

    def stop(self) -> None:
        """Let running tasks end, then write everything to the folder."""
        self.runtime.stop()
        self.server.stop()
        self.account.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def main() -> int:
    """`python -m sandbox.service`: the warehouse as a process of its own, until SIGTERM or SIGINT.

    Ready when FOLDER/address holds host:port. The exit code is 1 when it could not start.
    """
    options = _options()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    stop = threading.Event()
    for received in (signal.SIGTERM, signal.SIGINT):
        signal.signal(received, lambda *_: stop.set())
    folder: Path = options.dir
    address = folder / "address"
    try:
        lock = FolderLock(folder)
        address.unlink(missing_ok=True)
        interval = timedelta(seconds=options.trigger_interval)
        warehouse = Warehouse(folder, options.port, interval)
    except FolderError as error:
        return _fail(str(error).replace("broker", "process"))
    except duckdb.Error as error:
        return _fail(
            f"The data in {folder} cannot be opened: {str(error).splitlines()[0]} "
            "Restore the folder from a copy, or start with another --dir."
        )
    except OSError as error:
        return _fail(f"Cannot listen on {HOST}:{options.port}: {error.strerror}. Use another port.")
    if not warehouse.account.has_database(options.database):
        warehouse.account.create_database(options.database)
    with warehouse:
        warehouse.runtime.handlers.warm_up()
        replace_file(address, f"{HOST}:{warehouse.server.port}\n".encode())
        stop.wait()
        address.unlink(missing_ok=True)
    lock.close()
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.service", description=__doc__)
    parser.add_argument("--dir", type=Path, required=True, help="data folder; DIR/address when up")
    parser.add_argument("--port", type=int, default=0, help="default: a free one")
    parser.add_argument("--database", default="CAREFLOE", help="created when it is not there")
    parser.add_argument(
        "--trigger-interval", type=float, default=1.0, help="least seconds between triggered runs"
    )
    return parser.parse_args()


def _fail(message: str) -> int:
    sys.stderr.write(f"{message}\n")
    return 1


if __name__ == "__main__":
    # As an imported module: handler processes and registries name `sandbox.service`.
    from sandbox.service import main as serve

    sys.exit(serve())
