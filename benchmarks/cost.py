"""Credits per day by events per second and flush interval: `python -m benchmarks.cost --help`.

Snowflake's billing rules are exact; how long a COPY or a graph takes is assumed until it is
measured on the account (docs/cost.md has the query). Rules and rates:
https://docs.snowflake.com/en/user-guide/cost-understanding-compute
https://docs.snowflake.com/en/user-guide/warehouses-overview
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

DAY = 86_400
MINIMUM_SECONDS = 60
"""Billed each time a warehouse is resumed, however short it runs."""
CREDITS_PER_HOUR = {
    "xsmall": 1,
    "small": 2,
    "medium": 4,
    "large": 8,
    "xlarge": 16,
    "2xlarge": 32,
    "3xlarge": 64,
    "4xlarge": 128,
}
"""First generation, standard warehouses."""
CLOUD_SERVICES_FREE = 0.10
"""Of the day's warehouse credits; serverless ones do not count."""
TRIGGER_SECONDS = 30
"""A triggered task starts at most this often."""
TOPICS = 3
ROWS_PER_SECOND = 20_000
"""Assumed, of COPY and of the graphs on an X-Small warehouse, on top of their fixed time."""
GRID_EVENTS = (1, 10, 100, 1_000, 10_000)
GRID_FLUSH = (10, 60, 300, 900)


@dataclass(frozen=True)
class Use:
    """A warehouse that works `busy_seconds` every `every_seconds`, all day."""

    every_seconds: float
    busy_seconds: float
    size: str = "xsmall"
    auto_suspend: float = 60

    @property
    def is_always_on(self) -> bool:
        """Whether it is asked again before it has been idle for long enough to suspend."""
        return self.every_seconds - self.busy_seconds <= self.auto_suspend

    @property
    def can_keep_up(self) -> bool:
        """Whether the work of an interval is done within it."""
        return self.busy_seconds <= self.every_seconds

    @property
    def credits(self) -> float:
        """Credits per day: the second, with the minimum of each resume and the idle tail."""
        if self.is_always_on:
            return warehouse_credits(DAY, self.size)
        per_resume = warehouse_credits(self.busy_seconds + self.auto_suspend, self.size)
        return DAY / self.every_seconds * per_resume


@dataclass(frozen=True)
class Load:
    """What arrives and how it is handled. Intervals in seconds."""

    events_per_second: float
    flush: float = 10
    notify: float = 10
    """LOADER_NOTIFY_SECONDS; 0 without the relay."""
    schedule: float = 0
    """Of the graphs; 0 when they are triggered."""
    copy_seconds: float = 2
    """Assumed: one COPY, or one look into the outbox, without its rows."""
    graph_seconds: float = 15
    """Assumed: all graphs that one flush sets off, without their rows."""
    auto_suspend: float = 60
    size: str = "xsmall"
    """Of the warehouse of the graphs."""


def warehouse_credits(seconds: float, size: str) -> float:
    """What one run of a warehouse costs, from its resume to its suspension."""
    return max(seconds, MINIMUM_SECONDS) * CREDITS_PER_HOUR[size] / 3600


def serverless_credits(busy_seconds: float, runs: float, rate: float) -> float:
    """What serverless runs cost: used seconds, rounded up, no minimum; rate in credits per hour."""
    return -(-busy_seconds // 1) * runs * rate / 3600


def billed_cloud_services(used: float, warehouses: float) -> float:
    """What of the day's cloud services is billed: what exceeds a tenth of the warehouses."""
    return max(0.0, used - CLOUD_SERVICES_FREE * warehouses)


def streaming_credits(bytes_per_event: float, events_per_second: float, per_gb: float) -> float:
    """What Snowpipe Streaming costs per day: the values' uncompressed bytes, GB of 10^9."""
    return bytes_per_event * events_per_second * DAY / 1e9 * per_gb


def loader_use(load: Load) -> Use:
    """The loader's warehouse: a COPY per topic and flush, and the relay's looks between them.

    A flush with nothing in it does not happen, so rare events stretch the interval.
    """
    flush = max(load.flush, 1 / load.events_per_second)
    rows = load.events_per_second * flush
    copies = min(TOPICS, rows)
    busy = copies * load.copy_seconds + rows / ROWS_PER_SECOND
    if not 0 < load.notify < flush:
        return Use(flush, busy, auto_suspend=load.auto_suspend)
    share = load.notify / flush
    return Use(load.notify, load.copy_seconds + busy * share, auto_suspend=load.auto_suspend)


def graph_use(load: Load) -> Use:
    """The graphs' warehouse: once per flush, but not more often than tasks start."""
    flush = max(load.flush, 1 / load.events_per_second)
    every = max(flush, load.schedule or TRIGGER_SECONDS)
    busy = load.graph_seconds + load.events_per_second * every / ROWS_PER_SECOND
    return Use(every, busy, load.size, load.auto_suspend)


def grid(auto_suspend: float = 60) -> list[list[str]]:
    """Credits per day of loader and graphs, a row per rate of events, a column per interval.

    The relay looks as often as the loader flushes; graphs are triggered.
    """
    rows = []
    for events in GRID_EVENTS:
        loads = [
            Load(events, flush, notify=flush, auto_suspend=auto_suspend) for flush in GRID_FLUSH
        ]
        uses = [(loader_use(load), graph_use(load)) for load in loads]
        rows.append([f"{events:,}", *(f"{a.credits + b.credits:.1f}" for a, b in uses)])
    return rows


def main(
    events_per_second: Annotated[float, typer.Option(min=0.0001, help="All topics together.")],
    flush_seconds: Annotated[float, typer.Option(min=1, help="LOADER_FLUSH_SECONDS.")] = 10,
    notify_seconds: Annotated[
        float, typer.Option(min=0, help="LOADER_NOTIFY_SECONDS; 0 without the relay.")
    ] = 10,
    schedule_minutes: Annotated[
        float, typer.Option(min=0, help="Of the graphs; 0 when they are triggered.")
    ] = 0,
    copy_seconds: Annotated[float, typer.Option(min=0, help="One COPY; measure it.")] = 2,
    graph_seconds: Annotated[
        float, typer.Option(min=0, help="From the first task of a flush to the last; measure it.")
    ] = 15,
    size: Annotated[str, typer.Option(help="Of the graphs' warehouse.")] = "xsmall",
    auto_suspend: Annotated[float, typer.Option(min=1, help="Of both warehouses.")] = 60,
    credit_price: Annotated[float, typer.Option(min=0, help="Of one credit; 0 hides it.")] = 0,
) -> None:
    """Print the credits per day of loading and transforming, without readers and storage.

    Example: python -m benchmarks.cost --events-per-second 100 --flush-seconds 300
    """
    if size not in CREDITS_PER_HOUR:
        raise typer.BadParameter(f"one of {', '.join(CREDITS_PER_HOUR)}", param_hint="--size")
    load = Load(
        events_per_second,
        flush_seconds,
        notify_seconds,
        schedule_minutes * 60,
        copy_seconds,
        graph_seconds,
        auto_suspend,
        size,
    )
    uses = {"loader, relay": loader_use(load), "task graphs": graph_use(load)}
    table = Table("warehouse", "every s", "busy s", "suspends", "credits/day", "keeps up")
    for name, use in uses.items():
        table.add_row(
            name,
            f"{use.every_seconds:.0f}",
            f"{use.busy_seconds:.1f}",
            "never" if use.is_always_on else "after each",
            f"{use.credits:.2f}",
            "yes" if use.can_keep_up else "NO: larger size or interval",
        )
    total = sum(use.credits for use in uses.values())
    console = Console()
    console.print(table)
    price = f" = {total * credit_price:,.2f} a day" if credit_price else ""
    console.print(f"{total:.2f} credits a day{price}; {total * 30:.0f} in 30 days.")
    free = CLOUD_SERVICES_FREE * total
    console.print(f"Cloud services are free up to {free:.2f} credits a day. Assumed: docs/cost.md.")


if __name__ == "__main__":
    typer.run(main)
