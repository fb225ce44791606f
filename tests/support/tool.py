"""What tests of tools share: files of a project, rows of a query."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from snowflake.connector import SnowflakeConnection


def written(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def rows(connection: SnowflakeConnection, text: str, *values: Any) -> list[Any]:
    return list(connection.cursor().execute(text, values or None).fetchall())  # type: ignore[union-attr]
