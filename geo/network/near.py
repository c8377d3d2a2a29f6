"""How far points lie from the edges of lines, in metres on the ellipsoid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely

from geo import geodesy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Shapes = NDArray[np.object_]

__all__ = ["Feet", "Pairs", "boxes", "feet", "nearest", "pairs"]

_E2: Final = geodesy.FLATTENING * (2 - geodesy.FLATTENING)
_LEAST_M_PER_DEG: Final = 110_500.0
"""No degree of latitude on WGS 84 is shorter (110,574 m at the equator)."""
_MOST_LAT: Final = 89.9
_AT_A_TIME: Final = 512


class Feet(NamedTuple):
    """
    Where points meet the edges that lie nearest to them.

    Attributes
    ----------
    line
        Number of the line for each point, -1 where none is near enough.
    edge
        Number of the edge in that line, from 0.
    place
        Longitude and latitude of the foot, shape (n, 2); NaN where none.
    distance_m
        Metres from the point to its foot; NaN where none.
    """

    line: Ints
    edge: Ints
    place: Floats
    distance_m: Floats


class Pairs(NamedTuple):
    """
    Points, each with one edge of one line.

    Attributes
    ----------
    point
        Number of the point.
    line
        Number of the line.
    edge
        Number of the edge in that line, from 0.
    place
        Longitude and latitude of the foot, shape (n, 2).
    distance_m
        Metres from the point to its foot.
    """

    point: Ints
    line: Ints
    edge: Ints
    place: Floats
    distance_m: Floats


def feet(at: Floats, start: Floats, end: Floats) -> tuple[Floats, Floats]:
    """
    Find the nearest place on edges drawn straight in longitude and latitude.

    Parameters
    ----------
    at, start, end
        Points and the ends of edges, degrees, each of shape (n, 2); pairwise.

    Returns
    -------
    place
        The nearest place of each edge, shape (n, 2); an end where that is nearest.
    distance_m
        Metres from the point to it, shape (n,).

    Notes
    -----
    The foot is found in the plane whose scales are the radii of curvature [1]_ at
    the latitude between the point and its foot; the distance is the geodesic's.

    References
    ----------
    .. [1] W. Torge, J. Müller, "Geodesy", 4th ed., de Gruyter 2012, section 4.1.
    """
    run, place = end - start, at
    share = np.zeros(len(at))
    for _ in range(3):
        middle = np.deg2rad((at[:, 1] + place[:, 1]) / 2)
        bend = 1 - _E2 * np.sin(middle) ** 2
        # only the ratio of the scales counts here
        east2, north2 = np.cos(middle) ** 2, ((1 - _E2) / bend) ** 2
        scale = np.column_stack([east2, north2])
        across = (run**2 * scale).sum(axis=1)
        along = ((at - start) * run * scale).sum(axis=1)
        share = np.clip(np.divide(along, across, out=np.zeros(len(at)), where=across > 0), 0, 1)
        place = np.where((share == 1)[:, None], end, start + share[:, None] * run)
    return place, geodesy.distance_m(at[:, 0], at[:, 1], place[:, 0], place[:, 1])


def boxes(at: Floats, radius_m: Floats) -> Shapes:
    """
    Draw boxes that hold everything within a radius of points.

    Parameters
    ----------
    at
        Longitude and latitude, degrees, shape (n, 2).
    radius_m
        Metres, one for each point.

    Returns
    -------
    ndarray of Polygon
        In longitude and latitude; a little wider than the radius.
    """
    high = radius_m / _LEAST_M_PER_DEG + 1e-9
    most = np.minimum(np.abs(at[:, 1]) + high, _MOST_LAT)
    wide = np.minimum(high / np.cos(np.deg2rad(most)), 360.0)
    lon, lat = at[:, 0], at[:, 1]
    shapes: Shapes = shapely.box(lon - wide, lat - high, lon + wide, lat + high)
    return shapes


def nearest(at: Floats, lines: Shapes, most_m: float) -> Feet:
    """
    Find the nearest edge of lines for each point.

    Parameters
    ----------
    at
        Longitude and latitude, degrees, shape (n, 2).
    lines
        LineStrings.
    most_m
        How far an edge may be, metres.

    Returns
    -------
    Feet
        One for each point; of edges equally near, the first. No lines give none.
    """
    best = _nothing(len(at))
    if not len(at) or not len(lines):
        return best
    tree = shapely.STRtree(lines)
    xy, part, _ = geodesy.edge_vectors(lines)
    # the two sides of the date line are one place: look from both
    reach = np.rad2deg(most_m / geodesy.SEMI_MAJOR_M) * 2 + 1
    owner = np.arange(len(at))
    for turn in (0.0, -360.0, 360.0):
        seen = np.abs(at[:, 0] + turn) <= 180 + reach if turn else np.ones(len(at), bool)
        for some in np.array_split(owner[seen], -(-int(seen.sum()) // _AT_A_TIME) or 1):
            turned = at[some] + (turn, 0.0)
            _keep_nearer(best, some, _some(turned, tree, (xy, part), most_m))
    return best


def _keep_nearer(best: Feet, some: Ints, found: Feet) -> None:
    """Take over what was found where it is nearer than what is known."""
    known = best.distance_m[some]
    nearer = (found.line >= 0) & ~(known <= found.distance_m)
    at = some[nearer]
    best.line[at], best.edge[at] = found.line[nearer], found.edge[nearer]
    best.place[at], best.distance_m[at] = found.place[nearer], found.distance_m[nearer]


def _some(at: Floats, tree: shapely.STRtree, vertices: tuple[Floats, Ints], most_m: float) -> Feet:
    """Find the nearest edges for some points; what is nearest in degrees bounds the search."""
    every = np.arange(len(at))
    likely = np.asarray(tree.nearest(shapely.points(at)))
    first = pairs(at, every, likely, vertices)
    radius = np.full(len(at), float(most_m))
    np.minimum.at(radius, first.point, first.distance_m)
    point, line = tree.query(boxes(at, radius * (1 + 1e-9) + 1e-6))
    seen = pairs(at, point, line, vertices)
    order = np.lexsort([seen.edge, seen.line, seen.distance_m, seen.point])
    order = order[seen.distance_m[order] <= most_m]
    to, best = np.unique(seen.point[order], return_index=True)
    chosen = order[best]
    result = _nothing(len(at))
    result.line[to], result.edge[to] = seen.line[chosen], seen.edge[chosen]
    result.place[to], result.distance_m[to] = (
        seen.place[chosen],
        seen.distance_m[chosen],
    )
    return result


def pairs(at: Floats, point: Ints, line: Ints, vertices: tuple[Floats, Ints]) -> Pairs:
    """
    Measure from points to every edge of the lines that go with them.

    Parameters
    ----------
    at
        Longitude and latitude, degrees, shape (n, 2).
    point, line
        Numbers of points and of lines, pairwise.
    vertices
        The vertices of all lines, and where each line begins, as
        `geodesy.edge_vectors` gives them of LineStrings.

    Returns
    -------
    Pairs
        One for each edge, in the order of the pairs.
    """
    xy, part = vertices
    count = part[line + 1] - part[line] - 1
    pair = np.repeat(np.arange(len(line)), count)
    edge = np.arange(len(pair)) - np.repeat(np.cumsum(count) - count, count)
    low = part[line[pair]] + edge
    place, distance = feet(at[point[pair]], xy[low], xy[low + 1])
    return Pairs(point[pair], line[pair], edge, place, distance)


def _nothing(count: int) -> Feet:
    return Feet(
        np.full(count, -1),
        np.full(count, -1),
        np.full((count, 2), np.nan),
        np.full(count, np.nan),
    )
