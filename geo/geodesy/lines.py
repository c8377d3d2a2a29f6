"""
Lengths, chainage and pieces of lines on the WGS 84 ellipsoid.

A line is what it is drawn as: every edge is straight in longitude and latitude
(RFC 7946, section 3.1.1), and its length is the arc length of that curve on the
ellipsoid. That length is additive, whatever the cuts; the geodesic between the
same two ends is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo.errors import GeometryError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = [
    "FLATTENING",
    "LONG_EDGE_M",
    "SEMI_MAJOR_M",
    "arc_length_m",
    "chainages_m",
    "distance_m",
    "edge_vectors",
    "gaps_m",
    "length_m",
    "piece",
]

SEMI_MAJOR_M: Final = 6_378_137.0
FLATTENING: Final = 1 / 298.257223563
LONG_EDGE_M: Final = 50_000.0
"""An edge longer than this may lie 25 m and more beside its geodesic (DESIGN: warn)."""

_LINE, _LINES = 1, 5  # type numbers of shapely
_E2: Final = FLATTENING * (2 - FLATTENING)
_SHORT_DEG: Final = 0.05
_STEP_DEG: Final = 0.25
_NEAR_RAD: Final = np.deg2rad(1.0)
_MOST_RAD: Final = np.deg2rad(75.0)
# as numpy.polynomial.legendre.leggauss gives them, whose import takes longer than a route
_TWO_NODES = np.array([-1, 1]) * 0.5773502691896257, np.array([1.0, 1.0])
_THREE_NODES = (
    np.array([-1, 0, 1]) * 0.7745966692414834,
    np.array([0.5555555555555557, 0.8888888888888888, 0.5555555555555557]),
)


def arc_length_m(lon0: Floats, lat0: Floats, lon1: Floats, lat1: Floats) -> Floats:
    """
    Measure edges drawn straight in longitude and latitude.

    Parameters
    ----------
    lon0, lat0, lon1, lat1
        Ends of the edges, degrees on WGS 84, arrays of one shape. Empty arrays
        give an empty array.

    Returns
    -------
    ndarray of float
        Metres along each edge; the error is under 1e-11 of the length up to 85
        degrees of latitude.

    Notes
    -----
    The integral of sqrt(M(phi)^2 phi'^2 + N(phi)^2 cos(phi)^2 lambda'^2), with
    the radii of curvature M and N [1]_, by Gauss-Legendre quadrature: two nodes
    up to 0.05 degrees, three nodes on steps of 0.25 degrees beyond.

    References
    ----------
    .. [1] W. Torge, J. Müller, "Geodesy", 4th ed., de Gruyter 2012, section 4.1.
    """
    span = np.maximum(np.abs(lon1 - lon0), np.abs(lat1 - lat0))
    long = np.flatnonzero(span > _SHORT_DEG)
    if long.size == span.size:
        return _long_length(lon0, lat0, lon1, lat1, span)
    length = _quadrature(lon1 - lon0, lat0, lat1 - lat0, _TWO_NODES)
    if long.size:
        length[long] = _long_length(lon0[long], lat0[long], lon1[long], lat1[long], span[long])
    return length


def _long_length(lon0: Floats, lat0: Floats, lon1: Floats, lat1: Floats, span: Floats) -> Floats:
    steps = np.maximum(np.ceil(span / _STEP_DEG), 1).astype(np.int64)
    edge = np.repeat(np.arange(span.size), steps)
    step = np.arange(edge.size) - np.repeat(np.cumsum(steps) - steps, steps)
    rise = ((lat1 - lat0) / steps)[edge]
    run = ((lon1 - lon0) / steps)[edge]
    parts = _quadrature(run, lat0[edge] + step * rise, rise, _THREE_NODES)
    return np.bincount(edge, weights=parts, minlength=span.size).astype(np.float64)


def _quadrature(run: Floats, lat0: Floats, rise: Floats, rule: tuple[Floats, Floats]) -> Floats:
    start, run_rad, rise_rad = np.deg2rad(lat0), np.deg2rad(run), np.deg2rad(rise)
    total = np.zeros_like(run_rad)
    for node, weight in zip(*rule, strict=True):
        sin2 = np.sin(start + rise_rad * ((1 + node) / 2)) ** 2
        bend = 1 / (1 - _E2 * sin2)
        along = rise_rad * ((1 - _E2) * bend)
        total += (weight / 2) * np.sqrt(bend * (along**2 + (1 - sin2) * run_rad**2))
    return SEMI_MAJOR_M * total


def distance_m(lon0: Floats, lat0: Floats, lon1: Floats, lat1: Floats) -> Floats:
    """
    Measure the shortest way between points.

    Parameters
    ----------
    lon0, lat0, lon1, lat1
        Points, degrees on WGS 84, arrays of one shape. Empty arrays give an
        empty array.

    Returns
    -------
    ndarray of float
        Metres along the geodesic; the error is under 1e-8 of the distance.

    Notes
    -----
    The mid-latitude formula of Gauss with its terms of third order [1]_, up to
    one degree and 75 degrees of latitude; beyond, Karney's algorithm (pyproj).

    References
    ----------
    .. [1] W. Torge, J. Müller, "Geodesy", 4th ed., de Gruyter 2012, section 6.3.
    """
    run, rise = np.deg2rad(lon1 - lon0), np.deg2rad(lat1 - lat0)
    middle = np.deg2rad((lat0 + lat1) / 2)
    sin, cos = np.sin(middle), np.cos(middle)
    eta2 = _E2 / (1 - _E2) * cos**2
    bend, radius = 1 + eta2, SEMI_MAJOR_M / np.sqrt(1 - _E2 * sin**2)
    eta2_tan2 = _E2 / (1 - _E2) * sin**2
    east = (run * sin) ** 2 / 24 - (1 + eta2 - 9 * eta2_tan2) / (24 * bend**2) * rise**2
    north = (1 - 2 * eta2) / 24 * (run * cos) ** 2 + (eta2 - eta2_tan2) / (8 * bend**2) * rise**2
    along = radius * cos * run * (1 - east)
    up = radius / bend * rise * np.cos(run / 2) * (1 + north)
    distance: Floats = np.hypot(along, up)
    far = (np.abs(run) > _NEAR_RAD) | (np.abs(rise) > _NEAR_RAD) | (np.abs(middle) > _MOST_RAD)
    if far.any():
        from pyproj import Geod

        ends = (value[far] for value in (lon0, lat0, lon1, lat1))
        distance[far] = Geod(ellps="WGS84").inv(*ends)[2]
    return distance


def edge_vectors(lines: NDArray[np.object_]) -> tuple[Floats, Ints, Ints]:
    """
    Take lines apart into their vertices.

    Parameters
    ----------
    lines
        LineStrings and MultiLineStrings, none missing; heights are ignored.

    Returns
    -------
    coordinates
        Every vertex, shape (n, 2).
    part
        First vertex of each part, and n at the end, shape (parts + 1,).
    line
        First part of each line, and the number of parts, shape (lines + 1,).

    Raises
    ------
    GeometryError
        If one of them is missing or not a line.
    """
    types = shapely.get_type_id(lines)
    wrong = np.flatnonzero((types != _LINE) & (types != _LINES))
    if wrong.size:
        message = f"route {wrong[0]} is not a LineString or MultiLineString"
        raise GeometryError(message)
    # not shapely.to_ragged_array, which would import numpy's masked arrays
    if not (types == _LINES).any():
        return shapely.get_coordinates(lines), _offsets(lines), np.arange(lines.size + 1)
    parts, owner = shapely.get_parts(lines, return_index=True)
    many = np.bincount(owner, minlength=lines.size)
    line = np.concatenate([[0], np.cumsum(many)]).astype(np.int64)
    return shapely.get_coordinates(parts), _offsets(parts), line


def _offsets(parts: NDArray[np.object_]) -> Ints:
    """Give the first vertex of each line, and the number of all vertices at the end."""
    many = shapely.get_num_coordinates(parts).astype(np.int64)
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(many)])


def length_m(lines: NDArray[np.object_]) -> Floats:
    """
    Measure lines as they are drawn.

    Parameters
    ----------
    lines
        LineStrings and MultiLineStrings in longitude and latitude, degrees.

    Returns
    -------
    ndarray of float
        Metres for each line; gaps between the parts of a MultiLineString are
        not travelled and not counted. An empty array gives an empty array.

    Raises
    ------
    GeometryError
        If one of them is missing or not a line.
    """
    coordinates, part, line = edge_vectors(np.asarray(lines, dtype=object))
    steps = _step_lengths(coordinates, part)
    owner = np.repeat(np.arange(line.size - 1), np.diff(part[line]))
    return np.bincount(owner, weights=steps, minlength=line.size - 1).astype(np.float64)


def _step_lengths(coordinates: Floats, part: Ints) -> Floats:
    """Give the metres from each vertex to the next one, 0 at the end of a part."""
    lengths = np.zeros(len(coordinates))
    if len(coordinates) > 1:
        x, y = coordinates[:, 0], coordinates[:, 1]
        lengths[:-1] = arc_length_m(x[:-1], y[:-1], x[1:], y[1:])
        ends = part[1:][np.diff(part) > 0] - 1
        lengths[ends] = 0.0
    return lengths


def chainages_m(line: Any) -> Floats:
    """
    Give the chainage of every vertex of one line.

    Parameters
    ----------
    line
        A LineString or MultiLineString in longitude and latitude, degrees.

    Returns
    -------
    ndarray of float
        Metres travelled from the first vertex, in vertex order; the gap between
        two parts adds nothing.
    """
    coordinates, part, _ = edge_vectors(np.array([line], dtype=object))
    steps = _step_lengths(coordinates, part)
    return np.concatenate([[0.0], np.cumsum(steps)[:-1]])


def gaps_m(line: Any) -> list[float]:
    """
    Find where a line has gaps.

    Parameters
    ----------
    line
        A LineString or MultiLineString in longitude and latitude, degrees.

    Returns
    -------
    list of float
        The chainage of each gap between parts that do not meet, metres. A line
        of one part has none.
    """
    coordinates, part, _ = edge_vectors(np.array([line], dtype=object))
    marks = chainages_m(line)
    starts = part[1:-1]
    step = coordinates[starts] - coordinates[starts - 1]
    step[:, 0] -= 360 * np.round(step[:, 0] / 360)  # the two sides of the date line are one place
    return [float(marks[at]) for at in starts[(step != 0).any(axis=1)]]


def piece(line: Any, from_m: float, to_m: float) -> shapely.MultiLineString:
    """
    Cut the piece of a line between two chainages.

    Parameters
    ----------
    line
        A LineString or MultiLineString in longitude and latitude, degrees.
    from_m, to_m
        Where the piece begins and ends, metres, from_m < to_m; what lies
        outside the line is left out.

    Returns
    -------
    MultiLineString
        The piece, one part for each part of the line that it touches; its cut
        ends lie on the drawn edges.
    """
    parts, start = [], 0.0
    for part in shapely.get_parts(line):
        vertices = shapely.get_coordinates(part)
        marks = start + chainages_m(part)
        start = float(marks[-1])
        low, high = max(from_m, float(marks[0])), min(to_m, start)
        if low < high:
            between = (marks > low) & (marks < high)
            ends = [_place(vertices, marks, at) for at in (low, high)]
            parts.append(shapely.LineString([ends[0], *vertices[between], ends[1]]))
    return shapely.MultiLineString(parts)


def _place(vertices: Floats, marks: Floats, at: float) -> Floats:
    """Find the point of an edge at a chainage: metres are not even in degrees on a long edge."""
    number = int(np.clip(np.searchsorted(marks, at) - 1, 0, len(marks) - 2))
    start, end = vertices[number], vertices[number + 1]
    length, goal = marks[number + 1] - marks[number], at - marks[number]
    share = goal / length if length else 0.0
    for _ in range(4):
        here = start + share * (end - start)
        ends = (np.array([value]) for value in (*start, *here))
        share += (goal - float(arc_length_m(*ends)[0])) / length if length else 0.0
    place: Floats = start + min(max(share, 0.0), 1.0) * (end - start)
    return place
