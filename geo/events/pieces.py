"""
Routes cut into short straight pieces and those into runs, each laid into a plane of its own.

Only numpy and shapely are used here, as in `passages`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo import geodesy, passages

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Shapes = NDArray[np.object_]
    Singles = NDArray[np.float32]

__all__ = ["Pieces", "cut", "scales", "square_off"]

_PIECES_OF_RUN = 16


@dataclass(frozen=True)
class Pieces:
    """
    Short straight pieces of the routes, and the runs that they form.

    Rows stand one for each quantity: numpy picks from rows several times faster
    than from columns.

    Attributes
    ----------
    start, end
        Ends of each piece, degrees, shape (n, 2).
    mark
        Metres from the start of the route to that of each piece.
    route
        Which route each piece is of.
    first, last
        First and last piece of each run.
    origin
        Where each run starts, degrees, shape (2, runs).
    scale
        Metres per degree in the plane of each run, shape (2, runs).
    plane
        Each piece in metres from the start of its run, in the plane of the run: x,
        y, run, rise, and one over its squared length, shape (5, n).
    chord
        The same of the straight line from the start of each run to its end.
    stray
        How far each run strays from that line at most, metres.
    """

    start: Floats
    end: Floats
    mark: Floats
    route: Ints
    first: Ints
    last: Ints
    origin: Floats
    scale: Floats
    plane: Singles
    chord: Singles
    stray: Singles


def cut(routes: Shapes, within_m: float) -> Pieces:
    """
    Cut routes into pieces no longer than the reach, and those into runs about as long.

    Parameters
    ----------
    routes
        LineStrings and MultiLineStrings in longitude and latitude, degrees.
    within_m
        The reach, metres.

    Returns
    -------
    Pieces
        None for no routes, and for routes of no length.

    Raises
    ------
    GeometryError
        If a route is missing or not a line.
    """
    coordinates, part, line = geodesy.edge_vectors(routes)
    start, end = coordinates[:-1], coordinates[1:]
    route = np.repeat(np.arange(line.size - 1), np.diff(part[line]))
    of_part = np.repeat(np.arange(part.size - 1), np.diff(part))
    keep = np.flatnonzero((of_part[:-1] == of_part[1:]) & (start != end).any(axis=1))
    start, end, route, of_part = start[keep], end[keep], route[keep], of_part[keep]
    length = geodesy.arc_length_m(*start.T, *end.T)
    steps = np.maximum(np.ceil(length / max(within_m, 1.0)), 1).astype(np.int64)
    owner, step = passages.spread(np.zeros_like(steps), steps - 1)
    share = (end - start)[owner] / steps[owner, None]
    begin = start[owner] + step[:, None] * share
    finish = np.where((step == steps[owner] - 1)[:, None], end[owner], begin + share)
    route, of_part = route[owner], of_part[owner]
    mark = passages.running_sum(geodesy.arc_length_m(*begin.T, *finish.T), route)
    bucket = np.floor(mark / max(within_m, 1.0))
    new = (np.diff(of_part, prepend=-1) != 0) | (np.diff(bucket, prepend=-1) != 0)
    since = np.arange(new.size) - np.maximum.accumulate(np.where(new, np.arange(new.size), 0))
    new |= since % _PIECES_OF_RUN == 0
    first = np.flatnonzero(new)
    last = np.append(first[1:], route.size) - 1
    last = last[: first.size]
    return Pieces(begin, finish, mark, route, first, last, *_planes(begin, finish, first, last))


def _planes(
    begin: Floats, finish: Floats, first: Ints, last: Ints
) -> tuple[Floats, Floats, Singles, Singles, Singles]:
    """Lay each run into a plane: metres from its start, with the scale of its middle latitude."""
    origin = begin[first].T.copy()
    scale = np.stack(scales((begin[first, 1] + finish[last, 1]) / 2)[::2])
    run = np.repeat(np.arange(first.size), last - first + 1)
    place = (begin.T - origin[:, run]) * scale[:, run]
    vector = (finish - begin).T * scale[:, run]
    plane = np.stack([*place, *vector, _inverse_square(vector)]).astype(np.float32)
    line = (finish[last].T - origin) * scale
    chord = np.stack([*np.zeros_like(line), *line, _inverse_square(line)]).astype(np.float32)
    ends = (place + vector).astype(np.float32)
    off = np.sqrt(square_off(ends[0], ends[1], chord[:, run]))
    stray = np.maximum.reduceat(off, first) if first.size else off
    return origin, scale, plane, chord, (stray * 1.001 + 1).astype(np.float32)


def _inverse_square(vector: Floats) -> Floats:
    inverse: Floats = 1 / np.maximum((vector**2).sum(axis=0), 1e-12)
    return inverse


def square_off(x: Singles, y: Singles, line: Singles) -> Singles:
    """
    Square the distance of points to pieces, both in one plane.

    Parameters
    ----------
    x, y
        The points, metres.
    line
        The pieces: x, y, run, rise, and one over the squared length, shape (5, n).

    Returns
    -------
    ndarray of float
        Square metres.
    """
    left, low, run, rise, inverse = line
    x, y = x - left, y - low
    share = x * run
    share += y * rise
    share *= inverse
    np.clip(share, 0, 1, out=share)
    x -= share * run
    y -= share * rise
    x *= x
    y *= y
    x += y
    return x


def scales(lat: Floats) -> tuple[Floats, Floats, Floats]:
    """
    Measure a degree at latitudes.

    Parameters
    ----------
    lat
        Degrees.

    Returns
    -------
    east, bend, north
        Metres per degree east, how they change per degree north, metres per degree
        north.
    """
    phi = np.deg2rad(lat)
    e2 = geodesy.FLATTENING * (2 - geodesy.FLATTENING)
    bend = 1 / (1 - e2 * np.sin(phi) ** 2)
    degree = np.deg2rad(1.0)
    east = geodesy.SEMI_MAJOR_M * np.sqrt(bend) * np.cos(phi) * degree
    north = geodesy.SEMI_MAJOR_M * (1 - e2) * bend**1.5 * degree
    # d(N cos)/d(phi) = -M sin
    return east, -north * np.sin(phi) * degree, north
