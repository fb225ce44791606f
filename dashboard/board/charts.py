"""The few kinds of charts, alike on every page; `timeline` has those over time."""

from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd
import streamlit as st

from board.look import BLUE, INK, ORANGE, VERMILLION


def draw(chart: alt.Chart | alt.LayerChart | alt.HConcatChart) -> None:
    """Put a chart on the page, as wide as its place."""
    st.altair_chart(chart, width="stretch", theme=None)


def bars(
    rows: pd.DataFrame,
    what: str,
    much: str,
    title: str,
    tip: Sequence[alt.Tooltip],
    colour: str = BLUE,
    number: str = ",.0f",
) -> alt.LayerChart:
    """Horizontal bars, the longest first, each with its number at the end."""
    base = alt.Chart(rows).encode(
        y=alt.Y(f"{what}:N", sort="-x", title=None),
        x=alt.X(f"{much}:Q", title=title, axis=alt.Axis(tickCount=4), scale=_room(rows[much])),
        tooltip=list(tip),
    )
    marks = base.mark_bar(color=colour, height={"band": 0.7})
    return _tall(marks + _at_the_end(base, much, number), rows[what].nunique())


def shares(
    rows: pd.DataFrame,
    what: str,
    much: str,
    kind: str,
    colours: Mapping[str, str],
    title: str,
    tip: Sequence[alt.Tooltip],
    sort: str | None = "-x",
) -> alt.Chart:
    """Horizontal bars, each parted by kind, in the order and colours of `colours`."""
    order, ranked = ordered(rows, kind, colours)
    chart = (
        alt.Chart(ranked)
        .mark_bar(height={"band": 0.7})
        .encode(
            y=alt.Y(f"{what}:N", sort=sort, title=None),
            x=alt.X(f"sum({much}):Q", title=title, axis=alt.Axis(tickCount=4)),
            color=coloured(kind, order, colours),
            order=alt.Order("_rank:O", sort="descending"),
            tooltip=list(tip),
        )
    )
    return _tall(chart, rows[what].nunique())


def bullet(
    rows: pd.DataFrame, what: str, much: str, most: str, tip: Sequence[alt.Tooltip]
) -> alt.LayerChart:
    """Bars of what is used in front of what there is; red-orange from 90 % on, with the share."""
    shown = rows.assign(
        _share=100 * rows[much] / rows[most].where(rows[most] > 0),
        _label=[
            f"{used:,.0f} of {there:,.0f}" if there else f"{used:,.0f}"
            for used, there in zip(rows[much], rows[most], strict=True)
        ],
    )
    base = alt.Chart(shown).encode(
        y=alt.Y(f"{what}:N", sort=alt.SortField("_share", "descending"), title=None),
        tooltip=list(tip),
    )
    room = alt.Scale(domain=[0, 1.4 * float(rows[[much, most]].max().max())])
    there = base.mark_bar(color="#E3E8EF", height={"band": 0.8}).encode(
        x=alt.X(f"{most}:Q", title="Beds", axis=alt.Axis(tickCount=4), scale=room)
    )
    used = base.mark_bar(height={"band": 0.45}).encode(
        x=f"{much}:Q",
        color=alt.condition("datum._share >= 90", alt.value(VERMILLION), alt.value(BLUE)),
    )
    text = base.mark_text(align="left", dx=6, color=INK).encode(x=f"{most}:Q", text="_label:N")
    return _tall(there + used + text, len(rows), 40)


def heat(
    rows: pd.DataFrame,
    across: str,
    down: str,
    much: str,
    number: str,
    tip: Sequence[alt.Tooltip],
    steps: Mapping[float, str],
) -> alt.LayerChart:
    """A table of numbers on colours: the colour of a number is that of the step it has reached."""
    base = alt.Chart(rows).encode(
        x=alt.X(f"{across}:N", title=None, axis=alt.Axis(orient="top", labelAngle=-28, grid=False)),
        y=alt.Y(f"{down}:N", title=None, axis=alt.Axis(grid=False)),
        tooltip=list(tip),
    )
    scale = alt.Scale(type="threshold", domain=list(steps)[1:], range=list(steps.values()))
    cells = base.mark_rect(cornerRadius=3, stroke="white", strokeWidth=3).encode(
        color=alt.Color(f"{much}:Q", scale=scale, legend=None)
    )
    last = max(steps)
    text = base.mark_text(fontSize=12).encode(
        text=alt.Text(f"{much}:Q", format=number),
        color=alt.condition(f"datum['{much}'] >= {last}", alt.value("white"), alt.value(INK)),
    )
    return _tall(cells + text, rows[down].nunique(), 36)


def pairs(
    rows: pd.DataFrame,
    what: str,
    much: str,
    kind: str,
    colours: Mapping[str, str],
    title: str,
    tip: Sequence[alt.Tooltip],
    number: str = ".1f",
) -> alt.LayerChart:
    """Horizontal bars side by side, one per kind, each with its number."""
    order = list(colours)
    base = alt.Chart(rows).encode(
        y=alt.Y(f"{what}:N", sort=list(rows[what].drop_duplicates()), title=None),
        yOffset=alt.YOffset(f"{kind}:N", sort=order),
        x=alt.X(f"{much}:Q", title=title, axis=alt.Axis(tickCount=4), scale=_room(rows[much])),
        tooltip=list(tip),
    )
    marks = base.mark_bar().encode(color=coloured(kind, order, colours))
    named = rows[what].nunique()
    return _tall(marks + _at_the_end(base, much, number), named, 16 * len(order) + 8)


def spans(
    rows: pd.DataFrame, what: str, low: str, high: str, title: str, tip: Sequence[alt.Tooltip]
) -> alt.LayerChart:
    """Two joined dots, of the first and of the second number: a median and a percentile."""
    base = alt.Chart(rows).encode(
        y=alt.Y(f"{what}:N", sort=alt.SortField(high, "descending"), title=None), tooltip=list(tip)
    )
    join = base.mark_rule(color="#C9D3DF", strokeWidth=4).encode(
        x=alt.X(f"{low}:Q", title=title, axis=alt.Axis(tickCount=5), scale=_room(rows[high])),
        x2=f"{high}:Q",
    )
    first = base.mark_circle(size=130, color=BLUE, opacity=1).encode(x=f"{low}:Q")
    second = base.mark_circle(size=130, color=ORANGE, opacity=1).encode(x=f"{high}:Q")
    text = base.mark_text(align="left", dx=10, color=INK).encode(
        x=f"{high}:Q", text=alt.Text(f"{high}:Q", format=",.0f")
    )
    return _tall(join + first + second + text, len(rows), 34)


def ordered(
    rows: pd.DataFrame, kind: str, colours: Mapping[str, str]
) -> tuple[list[str], pd.DataFrame]:
    """The kinds that the rows have, in the order of `colours`, and the rows with their `_rank`."""
    order = [name for name in colours if name in set(rows[kind])]
    return order, rows.assign(_rank=rows[kind].map({name: at for at, name in enumerate(order)}))


def coloured(kind: str, order: Sequence[str], colours: Mapping[str, str]) -> alt.Color:
    """The colour of each kind, the legend in this order."""
    scale = alt.Scale(domain=list(order), range=[colours[name] for name in order])
    return alt.Color(f"{kind}:N", scale=scale, sort=list(order))


def _at_the_end(base: alt.Chart, much: str, number: str) -> alt.Chart:
    return base.mark_text(align="left", dx=5, color=INK).encode(
        text=alt.Text(f"{much}:Q", format=number)
    )


def _room(values: pd.Series) -> alt.Scale:
    """Room behind the longest bar for its number."""
    return alt.Scale(domain=[0, max(float(values.max() or 0) * 1.18, 1e-9)])


def _tall(
    chart: alt.Chart | alt.LayerChart, rows: int, each: int = 26
) -> alt.Chart | alt.LayerChart:
    return chart.properties(height=max(rows, 1) * each + 60)  # the axes are within the height
