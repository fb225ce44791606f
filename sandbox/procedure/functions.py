"""What Snowpark asks the account before it registers a procedure, and when it closes a session."""

from __future__ import annotations

import importlib.metadata
from typing import Any

from sandbox.procedure.definition import PYTHON
from sandbox.warehouse.registry import function, table_function
from sandbox.warehouse.result import Result, table
from sandbox.warehouse.session import Session


@table_function("information_schema.packages")
def packages(session: Session, arguments: dict[str, Any]) -> Result:  # noqa: ARG001
    """The Python packages a handler can import: those installed beside the sandbox."""
    found = {(one.name.lower(), one.version) for one in importlib.metadata.distributions()}
    columns = ["PACKAGE_NAME", "VERSION", "LANGUAGE", "RUNTIME_VERSION"]
    return table(columns, [(name, version, "python", PYTHON) for name, version in sorted(found)])


@function("system$get_default_python_artifact_repository")
def default_artifact_repository(session: Session, arguments: list[Any]) -> None:
    """None is set."""


@function("system$cancel_all_queries")
def cancel_all_queries(session: Session, arguments: list[Any]) -> str:  # noqa: ARG001
    """A session runs one statement at a time, so when this one runs there is none to cancel."""
    return "0 queries canceled."
