"""Imports every module that registers statements, functions or table functions."""

from __future__ import annotations

import importlib

_MODULES = (
    "alter_schema",
    "alter_table",
    "alter_view",
    "control",
    "copy_into",
    "describe",
    "drop",
    "file_format",
    "infer_schema",
    "query",
    "schema",
    "sequence",
    "stage",
    "stream_ddl",
    "table",
    "transaction_statement",
    "truncate",
    "view",
    "virtual_warehouse",
)


def load() -> None:
    """Let the modules register what they answer."""
    for name in _MODULES:
        importlib.import_module(f"sandbox.warehouse.{name}")


load()
