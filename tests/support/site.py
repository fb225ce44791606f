"""A copy of the project, deployed with `make` to the dev environment of a sandbox of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import snowflake.connector
from snowflake.connector import DictCursor
from support.message import Fields

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
DATABASE = "CAREFLOE_DEV"


@dataclass(frozen=True)
class Site:
    """The copied project and the sandbox that it is deployed to."""

    folder: Path
    home: Path
    environment: dict[str, str]

    def make(self, target: str, typed: str = "", code: int = 0, **variables: str) -> str:
        """What `make target` prints, given this on its standard input; it must end with `code`."""
        given = {"ENVIRONMENT": "dev", "SANDBOX": str(self.home), "BIN": str(BIN)} | variables
        done = subprocess.run(
            ["make", target, "-o", "install", *(f"{k}={v}" for k, v in given.items())],
            cwd=self.folder, env=self.environment, input=typed, capture_output=True, text=True,
            timeout=300,
        )  # fmt: skip
        shown = done.stdout + done.stderr
        assert done.returncode == code, shown[-5000:]
        return shown

    def settle(self) -> None:
        """Wait until the tasks have nothing left to do; none may fail."""
        sandbox("settle", "--timeout", "120", "--dir", str(self.home))

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return [tuple(row.values()) for row in self.shown(query, values)]

    def shown(self, query: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """The rows, by the names of their columns."""
        with snowflake.connector.connect(
            connection_name="sandbox",
            connections_file_path=self.home / "connections.toml",
            database=DATABASE,
            paramstyle="qmark",
        ) as connection:
            return connection.cursor(DictCursor).execute(query, values or None).fetchall()

    def land(self, *readings: Fields, offset: int) -> None:
        """Append to raw.vitals_event, as the loader does."""
        for number, fields in enumerate(readings):
            self.rows(
                "insert into raw.vitals_event (topic, kafka_partition, kafka_offset, broker_time,"
                " payload, payload_encoding, load_id, loaded_at) values ('carefloe.vitals', 0, ?,"
                " '2026-01-05 12:00:00', ?, 'utf-8', 'test', '2026-01-05 12:00:00')",
                [offset + number, json.dumps(fields)],
            )

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace this text, which stands once, in a file of the copy."""
        path = self.folder / file
        text = path.read_text()
        assert text.count(old) == 1, f"{file}: {text.count(old)} times {old!r}"
        path.write_text(text.replace(old, new))


def sandbox(*arguments: str) -> None:
    command = [sys.executable, "-W", "ignore", "-m", "sandbox", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=150)
    assert done.returncode == 0, done.stdout + done.stderr
