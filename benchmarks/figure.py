"""A measured figure beside what is required of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Figure:
    name: str
    value: str
    """With its unit, as it is to be read."""
    required: str
    """The requirement, as it is to be read."""
    met: bool


def print_figures(console: Console, title: str, figures: Sequence[Figure]) -> None:
    """One line per figure, with whether the requirement is met."""
    table = Table("figure", "measured", "required", "", title=title, title_justify="left")
    for figure in figures:
        met = "[green]met[/]" if figure.met else "[red]not met[/]"
        table.add_row(figure.name, figure.value, figure.required, met)
    console.print(table)
