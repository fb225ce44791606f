"""The sandbox's warehouse with stopwatches on its seams, in place of `python -m sandbox.service`.

    python -m benchmarks.stopwatch --dir FOLDER --port 0

At the end of each CALL, FOLDER/stopwatch.json holds the seconds that were spent in each part since
it began. Time of a part within another one counts for the inner part alone.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from sandbox import service
from sandbox.warehouse import query, session
from sandbox.warehouse.engine import Engine, Params
from sandbox.warehouse.result import Result
from sandbox.warehouse.session import Session

DUCKDB, TRANSLATION = "duckdb", "translation"
SEAMS: tuple[tuple[str, Any, str], ...] = (
    (DUCKDB, Engine, "run"),
    (DUCKDB, Engine, "fetch"),
    (DUCKDB, Engine, "columns_of"),
    (DUCKDB, Engine, "commit"),
    (TRANSLATION, query, "translate"),
    (TRANSLATION, query, "read_statement"),
    (TRANSLATION, session, "read_statement"),
)
"""Part, and the function whose time counts for it."""

Given = ParamSpec("Given")
Returned = TypeVar("Returned")


@dataclass
class Stopwatch:
    """Seconds per part within statements, of all threads; not what the account does on its own."""

    seconds: dict[str, float] = field(default_factory=lambda: {DUCKDB: 0.0, TRANSLATION: 0.0})
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _running: threading.local = field(default_factory=threading.local)

    def timing(self, part: str, function: Callable[Given, Returned]) -> Callable[Given, Returned]:
        """The function, its time taken for this part."""

        @wraps(function)
        def timed(*given: Given.args, **named: Given.kwargs) -> Returned:
            if not getattr(self._running, "statements", 0):
                return function(*given, **named)
            outer, self._running.inner = getattr(self._running, "inner", 0.0), 0.0
            began = time.perf_counter()
            try:
                return function(*given, **named)
            finally:
                whole = time.perf_counter() - began
                with self._lock:
                    self.seconds[part] += whole - self._running.inner
                self._running.inner = outer + whole

        return timed

    def written(
        self, file: Path, execute: Callable[[Session, str, Params], Result]
    ) -> Callable[[Session, str, Params], Result]:
        """`Session.execute`, which leaves the seconds in the file at the end of each CALL."""

        @wraps(execute)
        def written(of: Session, text: str, params: Params = ()) -> Result:
            self._running.statements = getattr(self._running, "statements", 0) + 1
            before = dict(self.seconds)
            try:
                return execute(of, text, params)
            finally:
                self._running.statements -= 1
                if text.lstrip()[:4].lower() == "call":
                    spent = {part: self.seconds[part] - before[part] for part in before}
                    file.write_text(json.dumps(spent))

        return written


def read(folder: Path) -> dict[str, float]:
    """Seconds per part of the last CALL, of the warehouse with this folder."""
    seconds: dict[str, float] = json.loads((folder / "stopwatch.json").read_text())
    return seconds


def main() -> int:
    stopwatch = Stopwatch()
    for part, owner, name in SEAMS:
        setattr(owner, name, stopwatch.timing(part, getattr(owner, name)))
    folder = Path(sys.argv[sys.argv.index("--dir") + 1])
    file = folder / "stopwatch.json"
    setattr(Session, "execute", stopwatch.written(file, Session.execute))  # noqa: B010 - for mypy
    return service.main()


if __name__ == "__main__":
    # As an imported module: registries name `sandbox.service`, and handlers what they are sent.
    from benchmarks.stopwatch import main as serve

    sys.exit(serve())
