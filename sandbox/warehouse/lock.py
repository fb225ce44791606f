"""Locks on tables and streams, held to the end of a transaction.

Snowflake lets UPDATE, DELETE and MERGE of one table wait for each other, while DuckDB would fail
the later one. INSERT and COPY take no lock.
https://docs.snowflake.com/en/sql-reference/transactions#resource-locking
"""

from __future__ import annotations

import threading
import time
from collections.abc import Hashable

from sandbox.warehouse.errors import sql_error
from sandbox.warehouse.names import ObjectName

TIMEOUT_SECONDS = 600.0


class Locks:
    """Exclusive, reentrant per owner. A wait that could never end is an error for the waiter."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._owners: dict[ObjectName, Hashable] = {}
        self._waiting: dict[Hashable, ObjectName] = {}

    def acquire(self, owner: Hashable, name: ObjectName) -> None:
        deadline = time.monotonic() + TIMEOUT_SECONDS
        with self._changed:
            while self._owners.setdefault(name, owner) != owner:
                if self._is_deadlock(owner, name):
                    raise sql_error(
                        f"Deadlock: transaction aborted while it waited for a lock on {name}.",
                        625,
                        "57014",
                    )
                self._waiting[owner] = name
                try:
                    if not self._changed.wait(max(0.0, deadline - time.monotonic())):
                        raise sql_error(f"Lock timeout on {name}.", 625, "57014")
                finally:
                    self._waiting.pop(owner, None)

    def release(self, owner: Hashable) -> None:
        """Release everything this owner holds."""
        with self._changed:
            for name in [n for n, holder in self._owners.items() if holder == owner]:
                del self._owners[name]
            self._changed.notify_all()

    def _is_deadlock(self, owner: Hashable, name: ObjectName) -> bool:
        wanted: ObjectName | None = name
        while wanted is not None:
            holder = self._owners.get(wanted)
            if holder == owner:
                return True
            wanted = self._waiting.get(holder) if holder is not None else None
        return False
