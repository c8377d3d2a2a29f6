"""Exposure curves: how much of each route lies near events, by distance, a small panel a route."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from geo import report
from geo.errors import InputError
from geo.pictures import facts, paper

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from geo.events.near import Near
    from geo.exposure import Exposure

__all__ = ["curve_picture"]

_WIDTH: Final = 11.69
_SIDE: Final = 0.45
_HEAD: Final = 1.12
_FOOT: Final = 1.35
_ACROSS: Final = 3
_APART: Final = (3.63, 2.42)
"""How far panels stand apart, across and down, inches."""
_PANEL: Final = (0.5, 0.56, 2.95, 1.3)
"""Left, top, width and height of the axes in their panel, inches."""
_MOST: Final = 40
_NEED: Final = 2
_ROOM: Final = 0.27
"""The least distance of two numbers below the axis, inches."""

_BLUE: Final = "#0b5c8a"
_BAND: Final = (paper.Coat("#dde9f0"),)
_RANGE: Final = (paper.Coat("#a9c9dc", "////", _BLUE, 0.6),)


class _Course(NamedTuple):
    """Kilometres of one route within each distance, each of as many values as there are radii."""

    radius: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]
    p5: Sequence[float]
    p95: Sequence[float]
    central: Sequence[float]


def curve_picture(found: Exposure) -> Figure:
    """
    Draw how many kilometres of each route lie within a distance of events, by that distance.

    Parameters
    ----------
    found
        What `exposure.measure` gave for the routes, with what `events.near`
        found for them, at two radii or more.

    Returns
    -------
    Figure
        As wide as A4 is long; its height grows with the routes. Distances
        stand at equal ratios. Up to 40 routes are drawn, and how many were not
        is said.

    Raises
    ------
    InputError
        If the answer carries no events, or fewer than two radii.
    OutputError
        If matplotlib is not installed.
    """
    near = found.events
    routes: list[Any] = found.routes.to_dict("records")
    courses = [] if near is None else [_course(near, str(route["route_id"])) for route in routes]
    if near is None or any(len(course.radius) < _NEED for course in courses):
        message = "a curve needs events at two distances or more"
        raise InputError(message)
    with paper.style():
        lines = math.ceil(max(min(len(courses), _MOST), 1) / _ACROSS)
        page = paper.Paper(_WIDTH, _HEAD + _APART[1] * lines + _FOOT)
        files = [Path(str(one["path"])).name for one in found.inputs if one.get("role") == "events"]
        _head(page, near.head(), files, len(routes))
        for number, (route, course) in enumerate(zip(routes[:_MOST], courses, strict=False)):
            _panel(page, route, course, number)
        _foot(page, [str(one) for one in found.notices if one.file in {"events", *files}])
        return page.figure


def _course(near: Near, route_id: str) -> _Course:
    rows = near.records(route_id)
    parts = (
        [row["exposed_m"][part] / 1000 for row in rows]
        for part in ("low", "high", "p5", "p95", "central")
    )
    return _Course([row["within_m"] / 1000 for row in rows], *parts)


def _head(page: paper.Paper, told: Mapping[str, Any], files: Sequence[str], count: int) -> None:
    days = f"from {told['since'] or 'the first'} until before {told['until'] or 'the last'}"
    names = [paper.plain_words(file, "a file of events") for file in files]
    page.write(_SIDE, 0.46, "How near events pass", size=14, weight="bold")
    words = f"{told['counted']} events counted, {days}"
    words += f", of {' and '.join(names)}." if names else "."
    words += " Each panel: kilometres of the route within a distance of any event, by that distance"
    words += f"; {told['draws']} draws of every event's place and day, seed {told['seed']}."
    if count > _MOST:
        words += f" {count - _MOST} more routes were measured and are not drawn."
    page.wrap(_SIDE, 0.68, words, room=_WIDTH - 2 * _SIDE, lines=3, size=8, color=paper.GREY)


# -------------------------------------------------------------------- one route


def _panel(page: paper.Paper, route: Mapping[str, Any], course: _Course, number: int) -> None:
    x = _SIDE + _APART[0] * (number % _ACROSS)
    y = _HEAD + _APART[1] * (number // _ACROSS)
    name, length = facts.name_of(route, number + 1), f"{report.km(route['length_m'])} km"
    page.wrap(x, y + 0.1, name, room=_APART[0] - 0.2, lines=2, size=7.5, weight="bold")
    left, top, width, height = _PANEL
    axes = page.window(x + left, y + top, width, height)
    axes.set_xscale("log")
    axes.set_xlim(course.radius[0], course.radius[-1])
    whole = route["length_m"] / 1000
    axes.set_ylim(0, max(whole, *course.high) * 1.04 or 1)
    _draw(axes, course, whole)
    page.write(x + left, y + top - 0.06, "km of road", size=6.5, color=paper.GREY)
    right = x + left + width
    words = f"whole route {length}"
    page.write(right, y + top - 0.06, words, size=6.5, ha="right", color=paper.GREY)
    page.write(
        right, y + top + height + 0.31, "within so many km of an event", size=6.5, ha="right",
        color=paper.GREY,
    )  # fmt: skip


def _draw(axes: Axes, course: _Course, whole: float) -> None:
    for name, low, high, (coat,) in (
        ("band", course.low, course.high, _BAND),
        ("range", course.p5, course.p95, _RANGE),
    ):
        made = axes.fill_between(
            course.radius, low, high, facecolor=coat.ground, edgecolor=_BLUE, linewidth=0.5,
            hatch=coat.hatch or None, zorder=1 if name == "band" else 2,
        )  # fmt: skip
        made.set(gid=name, linestyle="--" if name == "band" else "-")
        if hasattr(made, "set_hatch_linewidth"):  # since matplotlib 3.10
            made.set_hatch_linewidth(coat.width)
    [line] = axes.plot(course.radius, course.central, "o-", color=paper.INK, markersize=2.2)
    line.set(gid="likely", linewidth=1.3, zorder=3, clip_on=False)
    axes.axhline(whole, color=paper.GREY, linewidth=0.8, linestyle="-.", zorder=2.5, gid="whole")
    _ticks(axes, course)


def _ticks(axes: Axes, course: _Course) -> None:
    """Write the distances that have room, the first and the last in any case."""
    from matplotlib.ticker import MaxNLocator, NullLocator

    at = np.log(course.radius)
    inches = (at - at[0]) / (at[-1] - at[0]) * _PANEL[2]
    kept = [len(at) - 1]
    for number, place in enumerate(inches):
        if all(abs(place - inches[other]) >= _ROOM for other in kept):
            kept.append(number)
    radii = [course.radius[number] for number in kept]
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticks(radii, [f"{radius:g}" for radius in radii])
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.tick_params(labelsize=6.5, labelcolor=paper.GREY, length=2.5, width=0.5, color=paper.GREY)
    axes.grid(axis="y", color="#e3e0d9", linewidth=0.5, zorder=0.5)
    axes.set_axisbelow(True)
    for side in axes.spines.values():
        side.set(color="#c9c6c0", linewidth=0.5)


def _foot(page: paper.Paper, notes: Sequence[str]) -> None:
    """Explain the bands, and say what is in doubt and what is not."""
    top = page.height - _FOOT + 0.1
    x = _SIDE
    for coats, words in ((_BAND, "for sure to at most"), (_RANGE, "nine of ten draws")):
        page.swatch(x, top + 0.2, coats)
        made = page.write(x + 0.38, top + 0.2, words, size=7)
        x += 0.38 + page.extent(made) + 0.3
    page.axes.plot([x, x + 0.3], [top + 0.16] * 2, "-", color=paper.INK, linewidth=1.3)
    page.axes.plot([x + 0.15], [top + 0.16], "o", color=paper.INK, markersize=2.2)
    page.write(x + 0.38, top + 0.2, "likely: the mean of the draws at each distance", size=7)
    said = (
        "For sure: within the distance whatever the precision of place and day. At most: all that "
        "may be. Only place and day are in doubt here, not what a source missed."
    )
    words = " ".join([said, *(f"{paper.plain_words(note)}." for note in notes)])
    room = _WIDTH - 2 * _SIDE
    page.wrap(_SIDE, top + 0.5, words, room=room, lines=5, size=6.5, color=paper.GREY)
