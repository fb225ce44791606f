"""How the load goes: a live line on a terminal, else a log line per batch; a table at the end."""

import logging
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from loader.batch import EventBatch

log = logging.getLogger(__name__)


@dataclass
class _Landed:
    """What one topic has landed in this run."""

    rows: int = 0
    payload_bytes: int = 0
    batches: int = 0
    seconds: float = 0.0


class RunProgress:
    """Observes a load; as a context manager it shows the live line while the load runs."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, transient=True) if console.is_terminal else None
        self._topics: dict[str, _Landed] = {}
        self._behind = 0
        self._began = time.monotonic()

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live:
            self._live.stop()

    def landed(self, batch: EventBatch, seconds: float) -> None:
        """Count a batch that is in raw; `seconds` is how long its COPY took."""
        topic = self._topics.setdefault(batch.topic, _Landed())
        topic.rows += len(batch)
        topic.payload_bytes += batch.payload_bytes
        topic.batches += 1
        topic.seconds += seconds
        log.info(
            "landed topic=%s rows=%d bytes=%d seconds=%.2f load_id=%s offsets=%s",
            batch.topic,
            len(batch),
            batch.payload_bytes,
            seconds,
            batch.load_id,
            ",".join(f"{at}:{first}-{last}" for at, (first, last) in sorted(batch.ranges.items())),
        )

    def behind(self, offsets: int) -> None:
        """Show how many offsets are still to be read."""
        self._behind = offsets
        if self._live:
            rows = sum(topic.rows for topic in self._topics.values())
            rate = rows / max(time.monotonic() - self._began, 0.001)
            self._live.update(
                Text(f"loaded {rows:,} rows   {rate:,.0f} rows/s   behind {offsets:,}")
            )

    def summary(self) -> Table:
        """Return what was landed, one row per topic."""
        seconds = time.monotonic() - self._began
        table = Table(title=f"Loaded into raw in {seconds:.1f} s")
        table.add_column("topic", no_wrap=True)
        for name in ("rows", "MB", "batches", "COPY s", "rows/s"):
            table.add_column(name, justify="right")
        for topic, landed in sorted(self._topics.items()):
            table.add_row(
                topic,
                f"{landed.rows:,}",
                f"{landed.payload_bytes / 1e6:,.1f}",
                f"{landed.batches:,}",
                f"{landed.seconds:,.1f}",
                f"{landed.rows / max(seconds, 0.001):,.0f}",
            )
        if not self._topics:
            table.add_row("nothing new", *[""] * 5)
        return table
