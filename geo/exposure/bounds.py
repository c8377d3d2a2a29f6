"""
How surely a route runs inside zones, where its position is known to some metres only.

The true point lies anywhere in the disc of the error about the drawn one. It is
*surely* inside where the whole disc is, and *possibly* where any of it is. Both
follow from one set: the metres of the route within the error of the border of
the union of the zones. Inside without them is sure; inside and them together
are possible. So sure <= as drawn <= possible holds by construction, and a
border that two zones share is none.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely

from geo import geodesy, passages
from geo.errors import InputError, Notice
from geo.exposure.verdicts import CANNOT_BE_DECIDED, INSIDE, OUTSIDE, verdict
from geo.sheet import missing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Shapes = NDArray[np.object_]

__all__ = [
    "CANNOT_BE_DECIDED",
    "INSIDE",
    "MOST_ERROR_M",
    "OUTSIDE",
    "bounded",
    "of_routes",
    "require_error",
    "verdict",
    "with_errors",
]

MOST_ERROR_M: Final = 200_000.0
"""A greater error is refused: the projection of the neighbourhood would no longer be true."""

_WINDOW_M = 100_000.0
_EDGE_DEG = 0.05
_GAP_DEG = 2e-5
_GAP_SHARE = 1e-3
_LEAST_GAP_DEG = 1e-11
_TINY_M = 1e-3
_M_PER_DEG = 110_574.0  # the least, along a meridian; along a parallel its cosine
_AREA = 2


def require_error(position_error_m: float | None) -> None:
    """
    Refuse a position error that is no length.

    Parameters
    ----------
    position_error_m
        Metres; None where none is given.

    Raises
    ------
    InputError
        If it is not a number from 0 to 200,000.
    """
    if position_error_m is not None and not 0 <= position_error_m <= MOST_ERROR_M:
        message = (
            f"a position error of {position_error_m / 1000:g} km is not "
            f"from 0 to {MOST_ERROR_M / 1000:g} km"
        )
        raise InputError(message)


def with_errors(
    sections: pd.DataFrame, position_error_m: float | None, notices: list[Notice]
) -> pd.DataFrame:
    """
    Give each section its positional error as a number.

    Parameters
    ----------
    sections
        From `tables.sections_table`.
    position_error_m
        The error of all sections, instead of what they carry.
    notices
        Where warnings are added: errors that are no length, routes of which
        some sections have none.

    Returns
    -------
    DataFrame
        The sections; `positional_error_m` is NaN where it is not known.

    Raises
    ------
    InputError
        If `position_error_m` is not a number from 0 to 200,000.
    """
    if position_error_m is not None:
        require_error(position_error_m)
        return sections.assign(positional_error_m=float(position_error_m))
    given = sections["positional_error_m"].astype(object)
    errors = given.map(_number).astype(float)
    usable = errors.between(0, MOST_ERROR_M)
    is_blank = given.map(lambda value: missing(value) or not str(value).strip()).astype(bool)
    for row in np.flatnonzero((~is_blank & ~usable).to_numpy()):
        section = sections.iloc[row]
        message = (
            f"section {section['section_id']}: positional_error_m is {given.iloc[row]!r}, not a "
            f"number from 0 to {MOST_ERROR_M:g}: taken as unknown"
        )
        notices.append(Notice("routes", str(section["route_id"]), "bad-position-error", message))
    if usable.any():
        for route_id, mine in sections[~usable].groupby("route_id", sort=False):
            names = ", ".join(mine["section_id"].astype(str).head(5))
            message = (
                f"what is surely and possibly inside is unknown, for it is not known how far the "
                f"drawn line may be off ({len(mine)} section(s) without it: {names})"
            )
            notices.append(Notice("routes", str(route_id), "no-position-error", message))
    return sections.assign(positional_error_m=errors.where(usable))


def _number(value: Any) -> float:
    """Read a number, also from text; anything else is none."""
    if isinstance(value, bool | np.bool_):
        return math.nan
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan


def bounded(
    lines: GeoDataFrame,
    sections: pd.DataFrame,
    found: passages.Passages,
    zones: Shapes,
    notices: list[Notice],
) -> pd.DataFrame:
    """
    Measure what is surely and what is possibly inside, section by section.

    Parameters
    ----------
    lines
        Routes, from `frames.lines`.
    sections
        Their sections, from `with_errors`.
    found
        The routes' passages through `zones`.
    zones
        Valid polygons in longitude and latitude: those that hold on the day.
    notices
        Where it is added that a section lies too near the antimeridian or a
        pole for its neighbourhood to be seen whole.

    Returns
    -------
    DataFrame
        The sections with `sure_m` and `possible_m`, NaN where the error is
        unknown. An error of 0 gives both as drawn. What runs along a border
        that two zones share is `boundary_m` and not exposed as drawn, yet sure:
        there is zone on both sides. So sure_m <= exposed_m + boundary_m.

    Notes
    -----
    The borders near each 100 km of route are grown by the error with
    `geodesy.buffer`, which states how true that is; metres within them come
    from `passages.find`. Gaps between zones that are narrower than 2e-5 degrees
    (2 m), or for errors under 1.1 km than a thousandth of the error, are no
    border: rounding leaves such between neighbours. Who travels in one is
    possibly inside, not surely.
    """
    shapes = lines["geometry"].to_numpy()
    spans = list(_spans(lines, sections))
    windows = [window for span in spans for window in _windows(span)]
    hidden = {window.span.number for window in windows if window.is_cut}
    _say_hidden(sections, hidden, notices)
    near, inside = ({span.number: [np.empty((0, 2))] for span in spans} for _ in range(2))
    seen = [window for window in windows if window.span.number not in hidden]
    for number, *stretches in _around(shapes, seen, zones):
        near[number].append(stretches[0])
        inside[number].append(stretches[1])
    exposed_m, length_m = (sections[name].to_numpy(float) for name in ("exposed_m", "length_m"))
    sure = np.where(sections["positional_error_m"] == 0, exposed_m, np.nan)
    possible = sure.copy()
    for span in spans:
        number, mine = span.number, found.route == span.route
        if number not in hidden:
            touched = _cut(span, found.from_m, found.to_m, mine)
            sure[number], possible[number] = _metres(
                touched, np.concatenate(near[number]), np.concatenate(inside[number])
            )
    return sections.assign(
        sure_m=_snapped(sure, exposed_m, 0.0), possible_m=_snapped(possible, length_m, exposed_m)
    )


def of_routes(routes: GeoDataFrame, sections: pd.DataFrame) -> GeoDataFrame:
    """
    Sum the bounds of sections for each route.

    Parameters
    ----------
    routes
        From `tables.routes_table`.
    sections
        From `bounded`.

    Returns
    -------
    GeoDataFrame
        The routes with `sure_m` and `possible_m`, before the geometry; NaN
        where those of any section are.
    """
    route = pd.Index(routes["route_id"]).get_indexer(pd.Index(sections["route_id"]))
    sure, possible = (
        np.bincount(route, weights=sections[name], minlength=len(routes)).astype(float)
        for name in ("sure_m", "possible_m")
    )
    exposed_m, length_m, boundary_m = (
        routes[name].to_numpy(float) for name in ("exposed_m", "length_m", "boundary_m")
    )
    place = list(routes.columns).index("longest_exposed_m") + 1
    routes = routes.copy()
    routes.insert(place, "sure_m", _snapped(sure, exposed_m + boundary_m, exposed_m))
    routes.insert(place + 1, "possible_m", _snapped(possible, length_m, exposed_m))
    return routes


# ------------------------------------------------------------------- windows


@dataclass(frozen=True)
class _Span:
    """A section on the chainage of its route, with its error."""

    number: int
    route: int
    from_m: float
    to_m: float
    error_m: float
    shape: Any


@dataclass(frozen=True)
class _Window:
    """A stretch of a section, short enough for one projection, and what the error reaches."""

    span: _Span
    from_m: float
    to_m: float
    path: Any
    reach_deg: float

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The neighbourhood: twice what the error reaches."""
        west, south, east, north = self.path.bounds
        room = 2 * self.reach_deg + _EDGE_DEG
        return west - room, south - room, east + room, north + room

    @property
    def gap_deg(self) -> float:
        """Up to what width a gap is no border: a few fixed steps, so that many share one."""
        most = _GAP_SHARE * self.span.error_m / _M_PER_DEG
        steps = 2 * 10.0 ** math.floor(math.log10(max(most / 2, _LEAST_GAP_DEG)))
        return float(min(_GAP_DEG, steps))

    @property
    def is_cut(self) -> bool:
        """Whether the neighbourhood goes on at the other side of the map."""
        west, south, east, north = self.box
        return west < -180 or east > 180 or south < -90 or north > 90  # noqa: PLR2004


def _spans(lines: GeoDataFrame, sections: pd.DataFrame) -> Iterator[_Span]:
    """Give the sections that have an error, and one that is not nothing."""
    routes = pd.Index(lines["route_id"]).get_indexer(pd.Index(sections["route_id"]))
    columns = sections[["from_m", "to_m", "positional_error_m"]].to_numpy(float)
    shapes = np.concatenate([rows["geometry"].to_numpy() for rows in lines["sections"]])
    for number, (route, row, shape) in enumerate(zip(routes, columns, shapes, strict=True)):
        from_m, to_m, error_m = row.tolist()
        if error_m > 0:
            yield _Span(number, int(route), from_m, to_m, error_m, shape)


def _windows(span: _Span) -> Iterator[_Window]:
    """Cut a section into stretches of at most 100 km."""
    count = max(math.ceil((span.to_m - span.from_m) / _WINDOW_M), 1)
    marks = np.linspace(span.from_m, span.to_m, count + 1).tolist()
    for low, high in pairwise(marks):
        path = span.shape
        if count > 1:
            path = geodesy.piece(span.shape, low - span.from_m, high - span.from_m)
        _, south, _, north = path.bounds
        lat = max(abs(south), abs(north)) + span.error_m / _M_PER_DEG
        per_deg = _M_PER_DEG * math.cos(math.radians(min(lat, 89.9)))
        yield _Window(span, low, high, path, span.error_m / per_deg)


def _say_hidden(sections: pd.DataFrame, hidden: Iterable[int], notices: list[Notice]) -> None:
    for number in sorted(hidden):
        section = sections.iloc[number]
        message = (
            f"section {section['section_id']} lies too near the antimeridian or a pole, for its "
            "error: what is surely and possibly inside is unknown"
        )
        notices.append(Notice("routes", str(section["route_id"]), "no-bounds", message))


# ------------------------------------------------------------------- borders


def _around(
    shapes: Shapes, windows: list[_Window], zones: Shapes
) -> Iterator[tuple[int, Floats, Floats]]:
    """Give stretches of sections: (section, near a border, inside the joined zones)."""
    for gap_deg in sorted({window.gap_deg for window in windows}):
        mine = [window for window in windows if window.gap_deg == gap_deg]
        joined = _joined(mine, zones, gap_deg)
        tree = shapely.STRtree(_edges(joined))
        routes = sorted({window.span.route for window in mine})
        inside = passages.find(shapes[routes], joined)
        # sections stand in the order of their routes
        by_route = groupby(mine, key=lambda window: window.span.route)
        for place, (route, of_route) in enumerate((one, list(many)) for one, many in by_route):
            grown = [_near_border(window, tree) for window in of_route]
            near = passages.find(shapes[route : route + 1], np.array(grown, dtype=object))
            covered = inside.from_m[inside.route == place], inside.to_m[inside.route == place]
            for number, window in enumerate(of_route):
                at = _cut(window, near.from_m, near.to_m, near.zone == number)
                yield window.span.number, at, _cut(window, *covered)


def _joined(windows: list[_Window], zones: Shapes, gap_deg: float) -> Shapes:
    """Join the zones near any window; gaps between neighbours that rounding left are closed."""
    boxes = np.array([window.box for window in windows])
    near = np.unique(shapely.STRtree(zones).query(shapely.box(*boxes.T))[1])
    all_in = shapely.box(*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0))
    parts = shapely.get_parts(shapely.intersection(zones[near], all_in))
    union = shapely.union_all(parts[shapely.get_dimensions(parts) == _AREA])
    # grown and shrunk by as much with sharp corners, every wider border is where it was
    wide = shapely.buffer(union, gap_deg / 2, join_style="mitre")
    joined: Shapes = shapely.get_parts(shapely.buffer(wide, -gap_deg / 2, join_style="mitre"))
    return joined[~shapely.is_empty(joined)]


def _edges(polygons: Shapes) -> Shapes:
    """Take the borders of polygons apart, long edges too."""
    rings = shapely.get_rings(shapely.segmentize(polygons, _EDGE_DEG))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    ends = np.stack([xy[:-1], xy[1:]], axis=1)[np.diff(ring) == 0]
    return np.asarray(shapely.linestrings(ends), dtype=object)


def _near_border(window: _Window, edges: shapely.STRtree) -> Any:
    """Give the ground within the error of the borders near a window."""
    hit = edges.query(window.path, predicate="dwithin", distance=window.reach_deg)
    lines = shapely.line_merge(shapely.MultiLineString(list(edges.geometries[np.sort(hit)])))
    return geodesy.buffer(np.array([lines], dtype=object), window.span.error_m)[0]


# ----------------------------------------------------------------- intervals


def _cut(
    span: _Span | _Window, from_m: Floats, to_m: Floats, mine: NDArray[np.bool_] | None = None
) -> Floats:
    """Cut intervals of a route's chainage to a span: shape (n, 2)."""
    low, high = np.maximum(from_m, span.from_m), np.minimum(to_m, span.to_m)
    real = low < high if mine is None else (low < high) & mine
    return np.column_stack([low[real], high[real]])


def _metres(touched: Floats, near: Floats, inside: Floats) -> tuple[float, float]:
    """Sum sure metres: |touched or near| - |near|, and possible ones: |any of the three|."""
    sure = _width(np.concatenate([touched, near])) - _width(near)
    return sure, _width(np.concatenate([touched, near, inside]))


def _snapped(metres: Floats, *marks: Floats | float) -> Floats:
    """Take off the rounding of chainages, up to a millimetre; more would be an error, and stays."""
    for mark in marks:
        metres = np.where(np.abs(metres - mark) < _TINY_M, mark, metres)
    return metres


def _width(intervals: Floats) -> float:
    none = np.zeros(len(intervals), dtype=np.int64)
    _, from_m, to_m = passages.merged(none, intervals[:, 0], intervals[:, 1])
    return float((to_m - from_m).sum())
