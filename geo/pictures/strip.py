"""Strips: each route laid straight, with who holds it, what is exposed, by what mode."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import shapely

from geo import geodesy, looks, report
from geo.pictures import facts, paper

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from geo.catalog import Layers
    from geo.exposure import Exposure
    from geo.looks import Look

__all__ = ["strip_picture"]

_WIDTH: Final = 11.69
_SIDE: Final = 0.45
_NAMES: Final = 0.95
_BLOCK: Final = 2.05
_HEAD: Final = 0.95
_MOST: Final = 40
"""More routes than this are named, not drawn: a PDF page ends at 200 inches."""
_NEAR_M: Final = 4000
_ROOM: Final = 0.75
"""The least distance of two numbers on the ruler, inches."""

_HOLDERS: Final = (0.42, 0.3)
_EXPOSED: Final = (0.76, 0.17)
_SECTIONS: Final = (0.97, 0.19)
_FOOT: Final = 1.16


class _Piece(NamedTuple):
    """A stretch of one look."""

    from_m: float
    to_m: float
    look: Look
    words: str


class _Desk(NamedTuple):
    """What every strip needs."""

    page: paper.Paper
    found: Exposure
    hues: Mapping[str, str]
    claims: Mapping[str, Mapping[str, Any]]
    places: Sequence[Mapping[str, Any]]


def strip_picture(found: Exposure, layers: Layers | None = None) -> Figure:
    """
    Draw each route as a straight band: who holds it, and where it is exposed.

    Parameters
    ----------
    found
        What `exposure.measure` gave for the routes.
    layers
        The layers of the answer: they give the holders the colours of the page,
        tell how sure claims are, and name the places at the ends of sections.

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
    routes: list[Any] = found.routes.to_dict("records")
    with paper.style():
        hues = facts.colours(layers, found)
        claims = facts.claims(layers, found)
        drawn = [_pieces(found, route["route_id"], hues, claims) for route in routes[:_MOST]]
        keys = _keys(drawn, found, hues)
        foot = 0.35 + 0.2 * math.ceil(len(keys) / _columns())
        page = paper.Paper(_WIDTH, _HEAD + _BLOCK * max(len(drawn), 1) + foot)
        desk = _Desk(page, found, hues, claims, facts.rows(layers, "places", found))
        _head(desk, layers, len(routes))
        for number, (route, pieces) in enumerate(zip(routes, drawn, strict=False)):
            _route(desk, route, number, pieces)
        _legend(page, keys)
        return page.figure


def _head(desk: _Desk, layers: Layers | None, count: int) -> None:
    page, found = desk.page, desk.found
    room = _WIDTH - 2 * _SIDE
    page.write(_SIDE, 0.46, facts.title_of(found, "Exposure along the way"), size=14, weight="bold")
    words = f"{report.heading(found)} Zones: {facts.zone_words(layers, found)}."
    words += facts.evidence_words(found)
    if count > _MOST:
        words += f" {count - _MOST} more routes were measured and are not drawn."
    page.wrap(_SIDE, 0.68, words, room=room, lines=2, size=8, color=paper.GREY)


def _pieces(
    found: Exposure,
    route_id: str,
    hues: Mapping[str, str],
    claims: Mapping[str, Mapping[str, Any]],
) -> list[_Piece]:
    """Join neighbours that look and read alike, whatever number of claims they rest on."""
    pieces: list[_Piece] = []
    mine = found.stretches[found.stretches["route_id"] == route_id]
    mine = mine[mine["source"] == found.sources[0]]
    for row in mine.to_dict("records"):
        under = [claims[one] for one in row["claims"] if one in claims]
        states = (str(claim.get("status", "held")) for claim in under)
        status = next((state for state in states if state != "held"), "held")
        rough = bool(under) and all(claim.get("extent") in {"township", "state"} for claim in under)
        extent = "township" if rough else ""
        look = looks.look(row["controller"], hues, status=status, extent=extent)
        words = paper.plain_words(row["controller"], "a holder")
        last = pieces[-1] if pieces else None
        if last and (last.look, last.words) == (look, words) and row["from_m"] - last.to_m < 1:
            pieces[-1] = last._replace(to_m=row["to_m"])
        else:
            pieces.append(_Piece(row["from_m"], row["to_m"], look, words))
    return pieces


# ------------------------------------------------------------------- one route


def _route(desk: _Desk, route: Mapping[str, Any], number: int, pieces: list[_Piece]) -> None:
    page, found = desk.page, desk.found
    top = _HEAD + number * _BLOCK
    sections = _of(found.sections, route)
    length = route["length_m"]
    name = facts.name_of(route, number + 1)
    words = facts.numbers_words(route, _of(found.exposed, route))
    # the numbers are never cut, the name is
    numbers = page.write(_SIDE, top + 0.16, words, size=8)
    room = max(_WIDTH - 2 * _SIDE - 0.15 - page.extent(numbers), 1)
    title = page.write(_SIDE, top + 0.16, name, room=room, size=9.5, weight="bold")
    numbers.set_x(_SIDE + page.extent(title) + 0.15)
    band = page.window(
        _SIDE + _NAMES, top + _HOLDERS[0], _WIDTH - 2 * _SIDE - _NAMES, _FOOT - _HOLDERS[0]
    )
    band.set_axis_off()
    band.set_xlim(0, max(length, 1) / 1000)
    band.set_ylim(_FOOT, _HOLDERS[0])
    _bands(desk, band, top, route, pieces)
    _ruler(page, band, top, length)
    _ends(desk, band, top, route, sections)
    _small(desk, top, route, sections)


def _of(table: pd.DataFrame, route: Mapping[str, Any]) -> pd.DataFrame:
    mine: pd.DataFrame = table[table["route_id"] == route["route_id"]]
    return mine


def _bands(
    desk: _Desk, band: Axes, top: float, route: Mapping[str, Any], pieces: Iterable[_Piece]
) -> None:
    """Draw the three bands, each over a ground that shows where nothing stands."""
    from matplotlib.patches import Rectangle

    end = max(route["length_m"], 1) / 1000
    for name, (y, height) in [
        ("who holds it", _HOLDERS),
        ("exposed", _EXPOSED),
        ("sections", _SECTIONS),
    ]:
        where = top + y + height / 2 + 0.035
        desk.page.write(_SIDE, where, name, size=7, color=paper.GREY)
        ground = Rectangle((0, y), end, height, facecolor="#f3f3f1", edgecolor="#c9c6c0", lw=0.5)
        ground.set_clip_on(False)
        band.add_patch(ground)
    for piece in pieces:
        _box(band, "holder", _HOLDERS, (piece.from_m, piece.to_m), paper.brush(piece.look))
        _inner(desk.page, band, top, _HOLDERS, piece)
    for row in _of(desk.found.exposed, route).to_dict("records"):
        span = (row["from_m"], row["to_m"])
        _box(band, "exposed", _EXPOSED, span, paper.FIGHTING, paper.CONFLICT)
    for number, row in enumerate(_of(desk.found.sections, route).to_dict("records"), 1):
        coats = paper.MODES.get(row["mode"], paper.MODES["road"])
        span = (row["from_m"], row["to_m"])
        _box(band, "section", _SECTIONS, span, coats, "white")
        name = paper.plain_words(row["name"], f"section {number}")
        mode = paper.plain_words(row["mode"])
        piece = _Piece(
            *span, looks.Look((coats[0].ground,), "solid"), f"{name} · {mode}" if mode else name
        )
        if not _inner(desk.page, band, top, _SECTIONS, piece):
            _inner(desk.page, band, top, _SECTIONS, piece._replace(words=name))


def _box(
    band: Axes,
    what: str,
    place: tuple[float, float],
    span: tuple[float, float],
    coats: tuple[paper.Coat, ...],
    edge: str | None = None,
) -> None:
    """Draw one stretch, in kilometres; an edge keeps the shortest ones visible."""
    from matplotlib.patches import Rectangle

    start, end = (metres / 1000 for metres in span)
    shape = partial(Rectangle, (start, place[0]), end - start, place[1])
    paper.paint(band, shape, coats, gid=what)
    line = edge or coats[0].ground
    band.add_patch(shape(fill=False, edgecolor=line, linewidth=0.6, gid=f"{what} edge"))


def _inner(
    page: paper.Paper, band: Axes, top: float, place: tuple[float, float], piece: _Piece
) -> bool:
    """Write into a stretch what fits there, and say whether it did."""
    left, right = (_inch(band, metres) for metres in (piece.from_m, piece.to_m))
    if right - left < 0.2:  # noqa: PLR2004 - inches: no word is so short
        return False
    ground = piece.look.hues[0] if len(piece.look.hues) == 1 else "#fffffff0"
    made = page.write(
        (left + right) / 2,
        top + place[0] + place[1] / 2 + 0.033,
        piece.words,
        size=6.5,
        ha="center",
        color="white" if _is_dark(ground) else paper.INK,
        bbox={"boxstyle": "round,pad=0.15", "facecolor": ground, "edgecolor": "none"},
    )
    fits = page.extent(made) < right - left - 0.04
    if not fits:
        made.remove()
    return fits


def _is_dark(colour: str) -> bool:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue < 125  # noqa: PLR2004 - of 255


def _inch(band: Axes, metres: float) -> float:
    """Say where a chainage stands on the sheet."""
    width = _WIDTH - 2 * _SIDE - _NAMES
    return _SIDE + _NAMES + width * metres / 1000 / band.get_xlim()[1]


def _ruler(page: paper.Paper, band: Axes, top: float, length_m: float) -> None:
    """Mark round steps: 1, 2 or 5 times a power of ten, far enough apart for their numbers."""
    end = max(length_m, 1) / 1000
    least = end * _ROOM / (_WIDTH - 2 * _SIDE - _NAMES)
    power = 10 ** math.floor(math.log10(least))
    step = next(times * power for times in (1, 2, 5, 10) if times * power >= least)
    y = top + _FOOT
    page.write(_SIDE, y + 0.155, "km", size=7, color=paper.GREY)
    page.axes.plot(
        [_inch(band, 0), _inch(band, end * 1000)], [y + 0.03] * 2, color=paper.GREY, lw=0.6
    )
    for number in range(int(end / step + 1e-9) + 1):
        x = _inch(band, number * step * 1000)
        page.axes.plot([x, x], [y + 0.03, y + 0.07], color=paper.GREY, lw=0.6)
        page.write(x, y + 0.165, f"{number * step:,g}", size=6.5, ha="center", color=paper.GREY)


def _ends(
    desk: _Desk, band: Axes, top: float, route: Mapping[str, Any], sections: pd.DataFrame
) -> None:
    """Name the places at the ends of sections; one that would cover its neighbour gives way."""
    length = route["length_m"]
    inner = sorted({*sections["from_m"], *sections["to_m"]} - {0, length})
    taken: list[tuple[float, float]] = []
    for at in [0, length, *inner]:
        name = _nearest(desk.places, route["geometry"], at)
        x = _inch(band, at)
        if not name:
            continue
        made = desk.page.write(x, top + 0.34, name, size=7, ha="center")
        half = desk.page.extent(made) / 2
        middle = min(max(x, _SIDE + _NAMES + half), _WIDTH - _SIDE - half)
        made.set_x(middle)
        if any(
            middle - half < right + 0.06 and middle + half > left - 0.06 for left, right in taken
        ):
            made.remove()
            continue
        taken.append((middle - half, middle + half))
        desk.page.axes.plot([x, x], [top + 0.36, top + _HOLDERS[0]], color=paper.GREY, lw=0.6)


def _nearest(places: Sequence[Mapping[str, Any]], line: Any, at_m: float) -> str:
    if not places:
        return ""
    marks = geodesy.chainages_m(line)
    spot = [np.interp(at_m, marks, axis) for axis in shapely.get_coordinates(line).T]
    points = np.array([[place["geometry"].x, place["geometry"].y] for place in places])
    lon, lat = (np.full(len(points), value) for value in spot)
    metres = geodesy.arc_length_m(lon, lat, points[:, 0], points[:, 1])
    best = int(np.argmin(metres))
    return paper.plain_words(places[best].get("name")) if metres[best] <= _NEAR_M else ""


def _small(desk: _Desk, top: float, route: Mapping[str, Any], sections: pd.DataFrame) -> None:
    """Say who holds how much, and how far the line may be off."""
    held = _of(desk.found.controllers, route)
    held = held[held["source"] == desk.found.sources[0]]
    parts = [
        f"{paper.plain_words(row['controller'], 'a holder')} {report.km(row['inside_m'])} km"
        f" ({facts.percent(row['share'])})"
        for row in held.to_dict("records")
    ]
    words = (
        facts.sides_words(desk.found, route["route_id"])
        + (", ".join(parts) or "not said, no control layer was used")
        + "."
    )
    left, room = _SIDE + _NAMES, _WIDTH - 2 * _SIDE - _NAMES
    page = desk.page
    lines = page.wrap(left, top + _FOOT + 0.36, words, room=room, lines=2, size=7)
    y = top + _FOOT + 0.37 + lines * 7 * 1.35 / 72
    page.write(left, y, facts.error_words(sections, route), room=room, size=7, color=paper.GREY)


# -------------------------------------------------------------------- the legend


def _columns() -> int:
    return 5


def _keys(
    drawn: Iterable[Iterable[_Piece]], found: Exposure, hues: Mapping[str, str]
) -> list[tuple[tuple[paper.Coat, ...], str]]:
    """Explain the looks that the strips use, and no others."""
    pieces = [piece for one in drawn for piece in one]
    used = set(looks.holders(found.stretches["controller"]))
    keys = [
        (paper.brush(looks.Look((hues[name],), "solid")), paper.plain_words(name, "a holder"))
        for name in hues
        if name in used
    ]
    grey = paper.GREY
    tests: list[tuple[Callable[[Look], bool], tuple[str, ...], str, str]] = [
        (lambda look: len(look.hues) > 1, (grey, "#d0d3d5"), "solid", "stripes: held jointly"),
        (lambda look: look.sure == "approximate", (grey,), "approximate", "pale lines: township"),
        (
            lambda look: bool(look.hues) and look.sure == "contested",
            (grey,),
            "contested",
            "dark lines: besieged",
        ),
    ]
    for test, shades, sure, words in tests:
        if any(test(piece.look) for piece in pieces):
            keys.append((paper.brush(looks.Look(shades, sure)), words))
    for sure, words in [
        ("contested", "contested"),
        ("mixed", "mixed: no single holder"),
        ("unknown", "unknown (not safe)"),
    ]:
        if any(piece.look == looks.Look((), sure) for piece in pieces):
            keys.append((paper.brush(looks.Look((), sure)), words))
    keys.append((paper.FIGHTING, "inside a conflict zone"))
    modes = [mode for mode in paper.MODES if mode in set(found.sections["mode"])]
    return keys + [(paper.MODES[mode], mode) for mode in modes]


def _legend(page: paper.Paper, keys: list[tuple[tuple[paper.Coat, ...], str]]) -> None:
    columns = _columns()
    room = (_WIDTH - 2 * _SIDE) / columns
    top = page.height - 0.3 - 0.2 * (math.ceil(len(keys) / columns) - 1)
    for number, (coats, words) in enumerate(keys):
        x = _SIDE + room * (number % columns)
        y = top + 0.2 * (number // columns)
        page.swatch(x, y, coats)
        page.write(x + 0.38, y, words, room=room - 0.45, size=7)
