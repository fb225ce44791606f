"""What is to be done when an open transaction commits."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from sandbox.warehouse.names import ObjectName


@dataclass
class Transaction:
    """The streams of one transaction; a statement that fails leaves it as it was before."""

    explicit: bool
    id: int = 0
    fed: set[ObjectName] = field(default_factory=set)
    """Streams that got rows."""
    consumed: set[ObjectName] = field(default_factory=set)
    """Streams a DML read: their offsets move with the commit."""
    queued: set[ObjectName] = field(default_factory=set)
    """Streams that have a queue from here on."""
    pinned: dict[ObjectName, str] = field(default_factory=dict)
    """Tables of what standard streams held when the transaction first met them."""
    bounds: dict[ObjectName, int] = field(default_factory=dict)
    """The last rows of append-only streams when the transaction first met them."""

    def copy(self) -> dict[str, Any]:
        return {f.name: _copied(getattr(self, f.name)) for f in fields(self)}

    def restore(self, copy: dict[str, Any]) -> None:
        for name, value in copy.items():
            setattr(self, name, value)


def _copied(value: object) -> object:
    return value.copy() if isinstance(value, set | dict) else value
