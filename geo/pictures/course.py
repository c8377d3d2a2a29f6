"""Exposure over time: a small panel a route, and below what the layers cover."""

from __future__ import annotations

import datetime as dt
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from geo import looks, report
from geo.exposure.coverage import name_of
from geo.pictures import facts, paper
from geo.report import series as series_report

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from geo.catalog import Layers
    from geo.exposure import Series

    Rows = Sequence[Mapping[str, Any]]

__all__ = ["series_picture"]

_WIDTH: Final = 11.69
_SIDE: Final = 0.45
_NAMES: Final = 3.1
"""Width of the words to the left of the panels, inches."""
_HEAD: Final = 1.05
_PANEL: Final = (0.8, 0.5)
"""How far panels stand apart, and how high they are, inches."""
_BAR: Final = (0.19, 0.09)
_MOST: Final = 40
_MOST_BARS: Final = 16
_ROOM: Final = 0.5
"""The least distance of two years on the ruler, inches."""

_LATE: Final = (paper.Coat("none", "////", "#8d959b", 0.7),)
_IDLE: Final = (paper.Coat("#f6f5f2", "...", "#b3b0a8"),)
_STEPS: Final = (paper.Coat("#f4d9dc"),)


class _Span(NamedTuple):
    """The days that every panel shows, as numbers, and where knowledge of the zones ends."""

    first: int
    last: int
    edge: int | None


def series_picture(found: Series, layers: Layers | None = None) -> Figure:
    """
    Draw the exposed kilometres of each route over time.

    Parameters
    ----------
    found
        What `exposure.series` gave for the routes.
    layers
        The layers that were used, for their titles and sources.

    Returns
    -------
    Figure
        As wide as A4 is long; its height grows with the routes. Up to 40 are
        drawn, and how many were not is said.

    Raises
    ------
    OutputError
        If matplotlib is not installed.
    """
    routes = [
        list(rows) for _, rows in groupby(found.as_dict()["rows"], lambda row: row["route_id"])
    ]
    bars = found.coverage.to_dict("records")[:_MOST_BARS]
    with paper.style():
        foot = 0.62 + _BAR[0] * max(len(bars), 1)
        panels = _PANEL[0] * min(len(routes), _MOST)
        page = paper.Paper(_WIDTH, _HEAD + panels + foot + 1.25)
        span = _span(found)
        _head(page, found, layers, len(routes))
        for number, rows in enumerate(routes[:_MOST]):
            _panel(page, rows, number, span)
        top = _HEAD + panels + 0.1
        _ruler(page, top, span)
        _bars(page, found, top + 0.42, span)
        _foot(page, found, layers, top + foot)
        return page.figure


def _span(found: Series) -> _Span:
    days = sorted({day.date().toordinal() for day in found.rows["date"]})
    step = {"week": 7, "month": 31, "quarter": 92, "year": 366}[found.every]
    newest = found.newest.get("zones")
    last = days[-1] + step
    edge = None if newest is None or newest.toordinal() >= last else newest.toordinal()
    return _Span(days[0], last, edge)


def _head(page: paper.Paper, found: Series, layers: Layers | None, count: int) -> None:
    page.write(_SIDE, 0.46, "Exposure over time", size=14, weight="bold")
    words = f"{series_report.heading(found)} Zones: {facts.zone_words(layers, found)}. "
    words += "Kilometres of each route inside any zone, each panel on a scale of its own"
    words += f"; measured on that day of each {found.every} and drawn until the next."
    if count > _MOST:
        words += f" {count - _MOST} more routes were measured and are not drawn."
    page.wrap(_SIDE, 0.68, words, room=_WIDTH - 2 * _SIDE, lines=2, size=8, color=paper.GREY)


# -------------------------------------------------------------------- one route


def _panel(page: paper.Paper, rows: Rows, number: int, span: _Span) -> None:
    top = _HEAD + number * _PANEL[0]
    _words(page, rows, number, top)
    axes = _window(page, top, _PANEL[1], span)
    highest = max(row["exposed_m"] for row in rows)
    axes.set_ylim(0, highest * 1.04 or 1)
    _shade(axes, rows, span)
    ends = [_day(row) for row in rows[1:]] + [span.last]
    known = [bool(row["zones_holding"]) for row in rows]
    places = list(range(len(rows)))
    for holds, run in groupby(places, key=known.__getitem__):
        if holds:
            at = list(run)
            _steps(
                axes,
                [rows[n]["exposed_m"] for n in at],
                [_day(rows[at[0]]), *(ends[n] for n in at)],
            )
    right = _SIDE + _NAMES - 0.08
    page.write(
        right, top + 0.08, f"{report.km(highest)} km", size=6.5, ha="right", color=paper.GREY
    )
    page.write(right, top + _PANEL[1], "0", size=6.5, ha="right", color=paper.GREY)


def _words(page: paper.Paper, rows: Rows, number: int, top: float) -> None:
    """Name the route, and say its last and its highest number."""
    room, last = _NAMES - 0.75, rows[-1]
    name = facts.name_of(rows[0], number + 1)
    lines = page.wrap(_SIDE, top + 0.09, name, room=room, lines=2, size=7.5, weight="bold")
    if last["zones_holding"]:
        share = f" ({facts.percent(last['exposed_share'])})" if last["length_m"] else ""
        said = f"{last['date']}: {report.km(last['exposed_m'])} of {report.km(last['length_m'])} km"
        said += share
    else:
        said = f"{last['date']}: no zone holds anywhere"
    y = top + 0.09 + 0.15 * lines
    page.write(_SIDE, y, said, room=room, size=6.5, color=paper.GREY)


def _day(row: Mapping[str, Any]) -> int:
    return dt.date.fromisoformat(row["date"]).toordinal()


def _window(page: paper.Paper, top: float, height: float, span: _Span) -> Axes:
    axes = page.window(_SIDE + _NAMES, top, _WIDTH - 2 * _SIDE - _NAMES, height)
    axes.set_xlim(span.first, span.last)
    for side in axes.spines.values():
        side.set(color="#c9c6c0", linewidth=0.5)
    for year in _years(span):
        axes.axvline(year, color="#dedbd4", linewidth=0.5, zorder=0.6)
    return axes


def _years(span: _Span) -> list[int]:
    first, last = (dt.date.fromordinal(day).year for day in (span.first, span.last))
    days = [dt.date(year, 1, 1).toordinal() for year in range(first, min(last, 9998) + 1)]
    return [day for day in days if span.first <= day <= span.last]


def _shade(axes: Axes, rows: Rows, span: _Span) -> None:
    """Hatch the days after the newest source, and those on which no zone holds anywhere."""
    ends = [*(_day(row) for row in rows[1:]), span.last]
    for row, end in zip(rows, ends, strict=True):
        if not row["zones_holding"]:
            _block(axes, "idle", (_day(row), end), _IDLE)
    if span.edge is not None:
        _block(axes, "beyond", (max(span.edge, span.first), span.last), _LATE, 1.5)


def _block(
    axes: Axes,
    what: str,
    days: tuple[float, float],
    coats: tuple[paper.Coat, ...],
    zorder: float = 0.5,
) -> None:
    from matplotlib.patches import Rectangle

    low, high = axes.get_ylim()
    shape = partial(Rectangle, (days[0], low), days[1] - days[0], high - low)
    paper.paint(axes, shape, coats, gid=what, zorder=zorder)


def _steps(axes: Axes, metres: Sequence[float], days: Sequence[int]) -> None:
    axes.stairs(metres, days, fill=True, facecolor=(*_rgb(_STEPS[0].ground), 0.8), zorder=1)
    line = axes.stairs(metres, days, baseline=None, edgecolor=paper.CONFLICT, linewidth=1.3)
    line.set(gid="exposed", zorder=3, clip_on=False)


def _rgb(colour: str) -> tuple[float, float, float]:
    from matplotlib.colors import to_rgb

    return to_rgb(colour)


# ---------------------------------------------------------------- below the panels


def _ruler(page: paper.Paper, top: float, span: _Span) -> None:
    """Write the years, as many as there is room for, or the first and the last day."""
    left, width = _SIDE + _NAMES, _WIDTH - 2 * _SIDE - _NAMES
    years = _years(span)
    scale = width / (span.last - span.first)
    step = next(n for n in (1, 2, 5, 10, 20, 50, 100, 1000, 10000) if n * 365 * scale > _ROOM)
    for day in years:
        year = dt.date.fromordinal(day).year
        if year % step == 0:
            x = left + (day - span.first) * scale
            page.write(x, top, str(year), size=7, ha="center", color=paper.GREY)
    if len(years) < 2:  # noqa: PLR2004 - one year alone is no scale
        for day, x, side in ((span.first, left, "left"), (span.last, left + width, "right")):
            words = dt.date.fromordinal(day).isoformat()
            page.write(x, top + 0.14, words, size=7, ha=side, color=paper.GREY)


def _bars(page: paper.Paper, found: Series, top: float, span: _Span) -> None:
    """Draw from when to when the rows of each kind and release speak."""
    rows: list[Any] = found.coverage.to_dict("records")
    more = f" ({len(rows) - _MOST_BARS} more are not drawn)" if len(rows) > _MOST_BARS else ""
    head = f"What the layers cover{more}: where a bar begins or ends, so may kilometres"
    page.write(_SIDE, top - 0.08, head, size=7.5, weight="bold")
    hues = looks.palette([_bar_name(row) for row in rows])
    for number, row in enumerate(rows[:_MOST_BARS]):
        y = top + number * _BAR[0]
        count = f"{row['rows']} row" + ("" if row["rows"] == 1 else "s")
        words = f"{paper.plain_words(_bar_name(row), 'rows')}, {count}"
        page.write(_SIDE, y + 0.13, words, room=_NAMES - 0.1, size=6.5)
        axes = _window(page, y + 0.05, _BAR[1], span)
        axes.set_ylim(0, 1)
        axes.set_axis_off()
        for days in row["spans"]:
            _bar(axes, days, row["known_until"], span, hues[_bar_name(row)])


def _bar_name(row: Mapping[str, Any]) -> str:
    name = name_of(row)
    return f"{row['layer']}: {name}" if name else str(row["layer"])


def _bar(axes: Axes, days: tuple[Any, Any], known: dt.date | None, span: _Span, hue: str) -> None:
    """Draw days on which any row holds; what is open is hatched from the newest source on."""
    first = days[0].toordinal() if days[0] else span.first
    last = days[1] or known
    end = max(first, last.toordinal() + 1) if last else span.last
    _block(axes, "covered", (first, end), (paper.Coat(hue),))
    if days[1] is None and end < span.last:
        _block(axes, "open", (end, span.last), (paper.Coat("none", "////", hue, 0.9),))


def _foot(page: paper.Paper, found: Series, layers: Layers | None, top: float) -> None:
    """Explain the signs, and say whose the layers are."""
    edge = found.newest.get("zones")
    keys = [
        (_STEPS, "exposed km"),
        (_IDLE, "no zone holds anywhere: nothing could be found"),
        (_LATE, f"after the zones' newest source ({edge}): as last known" if edge else "no date"),
        (
            (paper.Coat("none", "////", paper.GREY, 0.9),),
            "open: still so when the source was written",
        ),
    ]
    x = _SIDE
    for coats, words in keys[: 4 if edge else 2]:
        page.swatch(x, top + 0.2, coats)
        made = page.write(x + 0.38, top + 0.2, words, size=7)
        x += 0.38 + page.extent(made) + 0.3
    room = _WIDTH - 2 * _SIDE
    said = facts.source_words(layers)
    said = "Outside a zone does not mean safe. " + said
    page.wrap(_SIDE, top + 0.5, said, room=room, lines=4, size=6.5, color=paper.GREY)
