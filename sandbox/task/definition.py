"""A task as the account remembers it. Changing one makes a new record."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any, Literal

from sandbox.warehouse.names import ObjectName

SuspendReason = Literal[
    "USER_SUSPENDED",
    "SUSPENDED_DUE_TO_ERRORS",
    "CHILD_BECAME_ROOT",
    "FINALIZER_BECAME_ROOT",
]

DEFAULT_TIMEOUT_MS = 3_600_000
DEFAULT_SUSPEND_AFTER = 10
_TRIGGER = "SYSTEM$STREAM_HAS_DATA"


@dataclass(frozen=True)
class TaskOptions:
    """What CREATE TASK and ALTER TASK SET give; None and the defaults stand for an unset option."""

    warehouse: str | None = None
    schedule: str | None = None
    config: str | None = None
    comment: str | None = None
    timeout_ms: int | None = None
    suspend_after: int = DEFAULT_SUSPEND_AFTER
    retries: int = 0
    recorded: dict[str, str] = field(default_factory=dict)
    """Options kept and shown, without an effect here (integrations, serverless sizes, ...)."""
    parameters: dict[str, str] = field(default_factory=dict)
    """Session parameters set in the session that runs the body."""


@dataclass(frozen=True)
class Task:
    """One task; times are UTC."""

    name: ObjectName
    body: str
    options: TaskOptions
    task_id: str
    created_on: datetime
    when: str | None = None
    after: tuple[ObjectName, ...] = ()
    finalizes: ObjectName | None = None
    started: bool = False
    graph_version: int = 0
    """Of a root: counts the versions of its graph that were resumed or executed."""
    modified: bool = True
    """Of a root: its graph changed since the version was set."""
    committed_on: datetime | None = None
    suspended_on: datetime | None = None
    suspend_reason: SuspendReason | None = None

    @property
    def is_root(self) -> bool:
        return not self.after and self.finalizes is None

    @property
    def is_triggered(self) -> bool:
        """A root without a schedule and with a stream in its WHEN."""
        has_stream = _TRIGGER in (self.when or "").upper()
        return self.is_root and self.options.schedule is None and has_stream

    def to_json(self) -> dict[str, Any]:
        """A JSON-ready dict that `from_json` reads back to an equal record."""
        plain = asdict(self)
        for key, value in plain.items():
            if isinstance(value, datetime):
                plain[key] = value.isoformat()
        return plain

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> Task:
        values = {item.name: plain[item.name] for item in fields(cls)}
        values["name"] = ObjectName(**values["name"])
        values["after"] = tuple(ObjectName(**name) for name in values["after"])
        values["finalizes"] = ObjectName(**values["finalizes"]) if values["finalizes"] else None
        values["options"] = TaskOptions(**values["options"])
        for key in ("created_on", "committed_on", "suspended_on"):
            values[key] = datetime.fromisoformat(values[key]) if values[key] else None
        return cls(**values)
