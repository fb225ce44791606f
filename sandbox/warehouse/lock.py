"""Locks on tables and streams, held to the end of a transaction.

Snowflake lets UPDATE, DELETE and MERGE of one table wait for each other, while DuckDB would fail
the later one. INSERT and COPY lock nothing there; here they share a lock on a table with streams,
so that nobody renumbers its rows meanwhile.
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
    """Reentrant per owner. A wait that could never end is an error for the one who waits."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._holders: dict[ObjectName, dict[Hashable, bool]] = {}
        """Who holds a lock, and whether as the only one."""
        self._waiting: dict[Hashable, ObjectName] = {}

    def acquire(self, owner: Hashable, name: ObjectName, is_shared: bool = False) -> None:
        """Wait for the lock; shared locks exclude the others only."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        with self._changed:
            while self._is_taken(owner, name, is_shared):
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
            holders = self._holders.setdefault(name, {})
            holders[owner] = holders.get(owner, False) or not is_shared

    def release(self, owner: Hashable) -> None:
        """Release everything this owner holds."""
        with self._changed:
            for name in [n for n, holders in self._holders.items() if owner in holders]:
                del self._holders[name][owner]
                if not self._holders[name]:
                    del self._holders[name]
            self._changed.notify_all()

    def _is_taken(self, owner: Hashable, name: ObjectName, is_shared: bool) -> bool:
        others = [
            is_only for holder, is_only in self._holders.get(name, {}).items() if holder != owner
        ]
        return any(others) if is_shared else bool(others)

    def _is_deadlock(self, owner: Hashable, name: ObjectName) -> bool:
        """Whether somebody who holds the lock waits, in the end, for the owner."""
        todo, seen = [name], {name}
        while todo:
            for holder in self._holders.get(todo.pop(), {}):
                wanted = self._waiting.get(holder)
                if wanted is None or holder == owner:
                    continue
                if owner in self._holders.get(wanted, {}):
                    return True
                if wanted not in seen:
                    seen.add(wanted)
                    todo.append(wanted)
        return False
