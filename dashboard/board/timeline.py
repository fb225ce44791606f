"""Charts over time: lines, columns, and the axes that fit the times they show."""

from collections.abc import Mapping, Sequence
from itertools import cycle

import altair as alt
import pandas as pd

from board.charts import coloured, ordered
from board.look import BLUE, CATEGORIES, MUTED, ORANGE


def columns(
    rows: pd.DataFrame,
    at: str,
    much: str,
    kind: str,
    colours: Mapping[str, str],
    title: str,
    tip: Sequence[alt.Tooltip],
    height: int = 240,
) -> alt.Chart:
    """Upright bars over time, parted by kind."""
    order, ranked = ordered(rows, kind, colours)
    return (
        alt.Chart(ranked, height=height)
        .mark_bar(**_width(rows[at]), cornerRadiusEnd=0)
        .encode(
            x=alt.X(f"{at}:O", title=None, axis=_time_axis(rows[at])),
            y=alt.Y(f"sum({much}):Q", title=title, axis=alt.Axis(tickCount=5)),
            color=coloured(kind, order, colours),
            order=alt.Order("_rank:O", sort="descending"),
            tooltip=list(tip),
        )
    )


def up_and_down(
    rows: pd.DataFrame,
    at: str,
    up: tuple[str, str],
    down: tuple[str, str],
    tip: Sequence[alt.Tooltip],
) -> alt.LayerChart:
    """Columns over time: the first (column, name) above the line, the second below it."""
    parts = pd.concat(
        [
            rows.assign(_much=sign * rows[column], _kind=name)
            for sign, (column, name) in ((1, up), (-1, down))
        ]
    )
    return (
        alt.Chart(parts, height=240)
        .mark_bar(**_width(rows[at]), cornerRadiusEnd=0)
        .encode(
            x=alt.X(f"{at}:O", title=None, axis=_time_axis(rows[at])),
            y=alt.Y(
                "_much:Q",
                title="Patients",
                axis=alt.Axis(tickCount=5, labelExpr="abs(datum.value)"),
            ),
            color=coloured("_kind", [up[1], down[1]], {up[1]: BLUE, down[1]: ORANGE}),
            tooltip=list(tip),
        )
    )


def line(
    rows: pd.DataFrame,
    at: str,
    much: str,
    title: str,
    tip: Sequence[alt.Tooltip],
    kind: str | None = None,
) -> alt.Chart:
    """A line over time, one per kind, in colours that follow the names."""
    if kind is not None:
        names = sorted(set(rows[kind].dropna()))
        return lines(rows, at, much, kind, dict(zip(names, cycle(CATEGORIES))), title, tip)
    return _line(rows, at, much, title, tip)


def lines(
    rows: pd.DataFrame,
    at: str,
    much: str,
    kind: str,
    colours: Mapping[str, str],
    title: str,
    tip: Sequence[alt.Tooltip],
    number: str = "~s",
) -> alt.Chart:
    """A line over time for each kind, in the order and colours of `colours`."""
    chart = _line(rows, at, much, title, tip, number)
    return chart.encode(color=coloured(kind, list(colours), colours))


def _line(
    rows: pd.DataFrame,
    at: str,
    much: str,
    title: str,
    tip: Sequence[alt.Tooltip],
    number: str = "~s",
) -> alt.Chart:
    return (
        alt.Chart(rows, height=250)
        .mark_line(interpolate="monotone", point=rows[at].nunique() < 20)
        .encode(
            x=alt.X(f"{at}:T", title=None, axis=clock(rows[at])),
            y=alt.Y(f"{much}:Q", title=title, axis=alt.Axis(tickCount=5, format=number)),
            tooltip=list(tip),
        )
    )


def rule(at: float, says: str) -> alt.LayerChart:
    """A dashed line across at this value, with its name."""
    told = pd.DataFrame({"at": [at], "says": [says]})
    base = alt.Chart(told).encode(y="at:Q")
    return base.mark_rule(color=MUTED, strokeDash=[5, 4]) + base.mark_text(
        align="left", baseline="bottom", dy=-3, color=MUTED
    ).encode(x=alt.value(4), text="says:N")


def clock(times: pd.Series) -> alt.Axis:
    """The axis of a line over these times: hours of one day, or dates."""
    seen = pd.to_datetime(times)
    length = seen.max() - seen.min()
    shape = "%b %Y" if length > pd.Timedelta(days=300) else "%d %b"
    shape = "%H:%M" if length < pd.Timedelta(hours=36) else shape
    return alt.Axis(grid=False, tickCount=6, format=shape)


def _time_axis(times: pd.Series) -> alt.Axis:
    """Labels that fit: of hours, days or months, whichever the times are."""
    distinct = pd.to_datetime(times.drop_duplicates()).sort_values()
    step = distinct.diff().min() if len(distinct) > 1 else pd.Timedelta(days=1)
    shape = "%d %b %H:%M" if step < pd.Timedelta(days=1) else "%d %b %y"
    every = max(1, -(-len(distinct) // 6))
    shown = [at.value // 10**6 for at in distinct[every // 2 :: every]]
    return alt.Axis(
        values=shown, labelAngle=0, grid=False, labelExpr=f"timeFormat(datum.value, '{shape}')"
    )


def _width(times: pd.Series) -> dict[str, object]:
    """Columns as wide as their place, but where few of them would become blocks."""
    return {"size": 36} if times.nunique() < 12 else {"width": {"band": 0.9}}
