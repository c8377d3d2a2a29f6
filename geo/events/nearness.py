"""
How near points lie to routes: the nearest spot of each route to each point within reach.

A route is cut into short runs; the points lie sorted in a grid, so that those
near a run are a few slices of one array. What is left is measured in the plane
of each point, refined on the ellipsoid, and the nearest spot of each pair kept.
Only numpy and shapely are used here, as in `passages`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo import geodesy, passages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Shapes = NDArray[np.object_]
    Singles = NDArray[np.float32]

__all__ = ["Nearness", "nearest", "within"]

_BLOCK = 1 << 14
_PIECES_OF_RUN = 16
_CELLS_PER_POINT = 2
_SLACK = 1e-3
_HALF_TURN = 180.0
_LEAST_DEGREE_M = 110_000.0
_TINY_DEG = 1e-9


@dataclass(frozen=True)
class Nearness:
    """
    Pairs of a route and a point within reach, sorted by route and point.

    Attributes
    ----------
    route, point
        Numbers of both in the arrays that were given; a pair comes once.
    distance_m
        Geodesic metres from the point to the nearest spot of the route.
    at_m
        Where on the route that spot lies, metres from its start.
    """

    route: Ints
    point: Ints
    distance_m: Floats
    at_m: Floats


@dataclass(frozen=True)
class _Pieces:
    """
    Short straight pieces of the routes, and the runs that they form.

    `origin` is where each run starts, `scale` the metres per degree of its plane.
    `plane` holds each piece in metres from the start of its run, in the plane of
    the run: x, y, run, rise, and one over its squared length. `chord` holds the
    same of the straight line from the start of each run to its end, and `stray`
    how far the run strays from it. These stand in rows, one for each quantity:
    numpy picks from rows several times faster than from columns.
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


@dataclass(frozen=True)
class _Points:
    """Points sorted by the cell of a grid that they lie in."""

    number: Ints
    lon: Floats
    lat: Floats
    key: Ints
    origin: Floats
    cell: float
    shape: tuple[int, int]


@dataclass(frozen=True)
class _Near:
    """Pieces that may hold the nearest spot of their route to a point, with a rough distance."""

    piece: Ints
    point: Ints
    square: Singles


def nearest(routes: Shapes, points: Floats, within_m: float) -> Nearness:
    """
    Find the nearest spot of each route to each point within reach.

    Parameters
    ----------
    routes
        LineStrings and MultiLineStrings in longitude and latitude, degrees,
        straight between their vertices. One of no length has no spot.
    points
        Longitude and latitude, degrees, shape (n, 2).
    within_m
        How far a point may lie off a route, metres, above 0 and at most
        200,000.

    Returns
    -------
    Nearness
        Distances are geodesic and exact to 1e-7 of themselves. No routes or no
        points give no pairs.

    Raises
    ------
    GeometryError
        If a route is missing or not a line.
    """
    pieces = _cut(np.asarray(routes, dtype=object), within_m)
    cloud = _sorted_points(np.asarray(points, dtype=float).reshape(-1, 2), within_m)
    none = np.empty(0, np.int64)
    if pieces.route.size == 0 or cloud.lon.size == 0:
        return Nearness(none, none, np.empty(0), np.empty(0))
    slack = _slack(cloud, within_m)
    near = _joined(
        [
            _rough(pieces, cloud, run, point, within_m, slack)
            for run, point in _candidates(pieces, cloud, within_m)
        ]
    )
    return _measured(pieces, cloud, _likely(pieces, cloud, near, slack), within_m)


def within(routes: Shapes, points: Floats, within_m: float) -> tuple[Ints, Ints]:
    """
    Find which points lie within reach of which routes.

    Parameters
    ----------
    routes, points, within_m
        As for `nearest`.

    Returns
    -------
    route, point
        Numbers of both, sorted: the pairs of `nearest`, in less time, since
        only points near the edge of the reach need to be measured.

    Raises
    ------
    GeometryError
        If a route is missing or not a line.
    """
    pieces = _cut(np.asarray(routes, dtype=object), within_m)
    cloud = _sorted_points(np.asarray(points, dtype=float).reshape(-1, 2), within_m)
    none = np.empty(0, np.int64)
    if pieces.route.size == 0 or cloud.lon.size == 0:
        return none, none
    slack = _slack(cloud, within_m)
    sure, open_ = [], []
    for run, point in _candidates(pieces, cloud, within_m):
        key, near = _decided(pieces, cloud, run, point, within_m, slack)
        sure.append(key)
        open_.append(near)
    keys = _distinct(np.concatenate([none, *sure]))
    near = _joined(open_)
    asked = _keys(pieces.route[near.piece], near.point, cloud)
    place = np.minimum(np.searchsorted(keys, asked), keys.size - 1)
    left = np.flatnonzero(keys[place] != asked) if keys.size else np.arange(asked.size)
    near = _Near(near.piece[left], near.point[left], near.square[left])
    edge = _measured(pieces, cloud, _likely(pieces, cloud, near, slack), within_m)
    route, point = np.divmod(keys, cloud.lon.size)
    most = np.int64(cloud.number.max()) + 1
    pairs = np.concatenate([route * most + cloud.number[point], edge.route * most + edge.point])
    return np.divmod(_distinct(pairs), most)


def _joined(blocks: list[_Near]) -> _Near:
    none = _Near(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32))
    parts = [none, *blocks]
    return _Near(
        np.concatenate([part.piece for part in parts]),
        np.concatenate([part.point for part in parts]),
        np.concatenate([part.square for part in parts]),
    )


def _cut(routes: Shapes, within_m: float) -> _Pieces:
    """Cut routes into pieces about as long as the reach, and those into runs about as long."""
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
    return _Pieces(begin, finish, mark, route, first, last, *_planes(begin, finish, first, last))


def _planes(
    begin: Floats, finish: Floats, first: Ints, last: Ints
) -> tuple[Floats, Floats, Singles, Singles, Singles]:
    """Lay each run into a plane: metres from its start, with the scale of its middle latitude."""
    origin = begin[first].T.copy()
    scale = np.stack(_scales((begin[first, 1] + finish[last, 1]) / 2)[::2])
    run = np.repeat(np.arange(first.size), last - first + 1)
    place = (begin.T - origin[:, run]) * scale[:, run]
    vector = (finish - begin).T * scale[:, run]
    plane = np.stack([*place, *vector, _inverse_square(vector)]).astype(np.float32)
    line = (finish[last].T - origin) * scale
    chord = np.stack([*np.zeros_like(line), *line, _inverse_square(line)]).astype(np.float32)
    ends = (place + vector).astype(np.float32)
    off = np.sqrt(_square_off(ends[0], ends[1], chord[:, run]))
    stray = np.maximum.reduceat(off, first) if first.size else off
    return origin, scale, plane, chord, (stray * 1.001 + 1).astype(np.float32)


def _inverse_square(vector: Floats) -> Floats:
    inverse: Floats = 1 / np.maximum((vector**2).sum(axis=0), 1e-12)
    return inverse


def _square_off(x: Singles, y: Singles, line: Singles) -> Singles:
    """Square the distance of points to lines, both in one plane."""
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


def _scales(lat: Floats) -> tuple[Floats, Floats, Floats]:
    """Give metres per degree east, how they change per degree north, metres per degree north."""
    phi = np.deg2rad(lat)
    e2 = geodesy.FLATTENING * (2 - geodesy.FLATTENING)
    bend = 1 / (1 - e2 * np.sin(phi) ** 2)
    degree = np.deg2rad(1.0)
    east = geodesy.SEMI_MAJOR_M * np.sqrt(bend) * np.cos(phi) * degree
    north = geodesy.SEMI_MAJOR_M * (1 - e2) * bend**1.5 * degree
    # d(N cos)/d(phi) = -M sin
    return east, -north * np.sin(phi) * degree, north


def _sorted_points(points: Floats, within_m: float) -> _Points:
    """Put points into a grid; those within reach of the date line stand on both sides of it."""
    lon, lat = points.T.copy()  # numpy goes through a column apart several times faster
    number = np.arange(lon.size)
    wide = float(_degrees_east(np.abs(lat).max(keepdims=True, initial=0.0), within_m)[0])
    edge = np.flatnonzero(np.abs(lon) > _HALF_TURN - wide)
    reach = _degrees_east(np.abs(lat[edge]), within_m)
    for side in (-1, 1):
        near = edge[side * lon[edge] < reach - _HALF_TURN]
        number = np.concatenate([number, near])
        lon = np.concatenate([lon, lon[near] + side * 2 * _HALF_TURN])
        lat = np.concatenate([lat, lat[near]])
    origin = np.array([lon.min(initial=np.inf), lat.min(initial=np.inf)])
    extent = np.maximum((lon.max(initial=-np.inf), lat.max(initial=-np.inf)) - origin, _TINY_DEG)
    if not lon.size:
        origin, extent = np.zeros(2), np.ones(2)
    least = float(np.sqrt(extent.prod() / (_CELLS_PER_POINT * max(lon.size, 1))))
    cell = max(within_m / 4 / 111_000, least, float(extent.max()) / (1 << 20), _TINY_DEG)
    columns, rows = (int(side) + 1 for side in extent // cell)
    key = ((lat - origin[1]) / cell).astype(np.int64) * columns
    key += ((lon - origin[0]) / cell).astype(np.int64)
    order = np.argsort(key)
    return _Points(number[order], lon[order], lat[order], key[order], origin, cell, (columns, rows))


def _degrees_east(lat: Floats, within_m: float) -> Floats:
    """Give how many degrees east cover the reach anywhere near a latitude; all, near a pole."""
    edge = np.minimum(lat + within_m / _LEAST_DEGREE_M, 90.0)
    wide: Floats = within_m * (1 + _SLACK) / np.maximum(_scales(edge)[0], 1e-6)
    return np.minimum(wide, 2 * _HALF_TURN)


def _slack(cloud: _Points, within_m: float) -> float:
    """
    Give by how much, relatively, a distance in the plane of a run may be off.

    The scale east changes with the tangent of the latitude; a point lies at most
    twice the reach north or south of the middle of a run that it is near to.
    """
    steep = np.tan(np.deg2rad(min(float(np.abs(cloud.lat).max()) + 1, 89.9)))
    return float(_SLACK + 1.2 * steep * 2 * within_m / geodesy.SEMI_MAJOR_M)


def _candidates(pieces: _Pieces, cloud: _Points, within_m: float) -> Iterator[tuple[Ints, Ints]]:
    """Pair runs with the points in their box, widened by the reach, a block at a time."""
    low = np.minimum.reduceat(np.minimum(pieces.start, pieces.end), pieces.first)
    high = np.maximum.reduceat(np.maximum(pieces.start, pieces.end), pieces.first)
    wide = _degrees_east(np.abs(np.stack([low[:, 1], high[:, 1]])).max(axis=0), within_m)
    tall = np.full(wide.size, within_m * (1 + _SLACK) / _LEAST_DEGREE_M)
    low, high = low - np.column_stack([wide, tall]), high + np.column_stack([wide, tall])
    last = np.array(cloud.shape) - 1
    west, south = np.clip((low - cloud.origin) // cloud.cell, 0, last + 1).astype(np.int64).T
    east, north = np.clip((high - cloud.origin) // cloud.cell, -1, last).astype(np.int64).T
    run, row = passages.spread(south, np.where(west <= east, north, south - 1))
    begin = np.searchsorted(cloud.key, row * cloud.shape[0] + west[run])
    end = np.searchsorted(cloud.key, row * cloud.shape[0] + east[run], "right")
    ends = np.cumsum(end - begin)
    at = 0
    while at < run.size:
        done = ends[at - 1] if at else 0
        upto = max(int(np.searchsorted(ends, done + _BLOCK, "right")), at + 1)
        owner, point = passages.spread(begin[at:upto], end[at:upto] - 1)
        yield run[at:upto][owner], point
        at = upto


def _in_plane(
    pieces: _Pieces, cloud: _Points, run: Ints, point: Ints
) -> tuple[Singles, Singles, Singles]:
    """Lay points into the planes of runs: x, y, and how far each lies from the run's chord."""
    (west, south), (east, north) = pieces.origin.take(run, axis=1), pieces.scale.take(run, axis=1)
    x = ((cloud.lon.take(point) - west) * east).astype(np.float32)
    y = ((cloud.lat.take(point) - south) * north).astype(np.float32)
    return x, y, np.sqrt(_square_off(x, y, pieces.chord.take(run, axis=1)))


def _nearest_of_run(
    pieces: _Pieces, run: Ints, x: Singles, y: Singles
) -> tuple[Ints, Ints, Singles, Ints]:
    """Measure points to the pieces of runs: owner, piece, square, where each owner begins."""
    owner, piece = passages.spread(pieces.first.take(run), pieces.last.take(run))
    square = _square_off(x.take(owner), y.take(owner), pieces.plane.take(piece, axis=1))
    return owner, piece, square, np.flatnonzero(np.diff(owner, prepend=-1))


def _rough(
    pieces: _Pieces, cloud: _Points, run: Ints, point: Ints, within_m: float, slack: float
) -> _Near:
    """Keep, of each run, the pieces that may be the nearest to a point, by its plane."""
    x, y, off = _in_plane(pieces, cloud, run, point)
    near = np.flatnonzero(off <= (within_m + pieces.stray.take(run)) * np.float32(1 + slack))
    run, point = run[near], point[near]
    owner, piece, square, begin = _nearest_of_run(pieces, run, x[near], y[near])
    best = np.minimum.reduceat(square, begin) if begin.size else square
    limit = np.minimum(best, np.float32(within_m**2)) * np.float32((1 + slack) ** 2) + 1
    keep = np.flatnonzero(square <= limit[owner])
    return _Near(piece[keep], point[owner[keep]], square[keep])


def _decided(
    pieces: _Pieces, cloud: _Points, run: Ints, point: Ints, within_m: float, slack: float
) -> tuple[Ints, _Near]:
    """Tell pairs that are within reach for sure, as keys, from pieces that must be measured."""
    x, y, off = _in_plane(pieces, cloud, run, point)
    stray = pieces.stray.take(run)
    sure = off + stray <= within_m * np.float32(1 - slack) - 1
    open_ = np.flatnonzero(~sure & (off <= (within_m + stray) * np.float32(1 + slack)))
    owner, piece, square, begin = _nearest_of_run(pieces, run[open_], x[open_], y[open_])
    best = np.minimum.reduceat(square, begin) if begin.size else square
    settled = best <= np.float32((within_m * (1 - slack) - 1) ** 2)
    limit = np.float32((within_m * (1 + slack)) ** 2) + 1
    keep = np.flatnonzero((square <= limit) & ~settled[owner])
    inside = np.concatenate([np.flatnonzero(sure), open_[settled]])
    key = _keys(pieces.route[pieces.first[run[inside]]], point[inside], cloud)
    return _distinct(key), _Near(piece[keep], point[open_[owner[keep]]], square[keep])


def _distinct(keys: Ints) -> Ints:
    """Sort numbers, each once: numpy's own way hashes them, which takes longer."""
    keys = np.sort(keys)
    once: Ints = keys[np.flatnonzero(np.diff(keys, prepend=-1))]
    return once


def _keys(route: Ints, point: Ints, cloud: _Points) -> Ints:
    """Give a pair of a route and a sorted point one number, that sorts by both."""
    keys: Ints = route * np.int64(cloud.lon.size) + point
    return keys


def _likely(pieces: _Pieces, cloud: _Points, near: _Near, slack: float) -> _Near:
    """Keep, of each route, the pieces that may be the nearest to a point; sorted by both."""
    key = _keys(pieces.route[near.piece], near.point, cloud)
    order = np.argsort(key)
    square, begin = near.square[order], np.flatnonzero(np.diff(key[order], prepend=-1))
    best = np.minimum.reduceat(square, begin) if begin.size else square
    counts = np.diff(np.append(begin, key.size))
    keep = order[square <= np.repeat(best, counts) * np.float32((1 + slack) ** 2) + 1]
    return _Near(near.piece[keep], near.point[keep], near.square[keep])


def _measured(pieces: _Pieces, cloud: _Points, near: _Near, within_m: float) -> Nearness:
    """Refine the nearest spots, measure them on the ellipsoid, keep the nearest of each pair."""
    piece, point = near.piece, near.point
    lon, lat = cloud.lon[point], cloud.lat[point]
    start = pieces.start[piece]
    vector = pieces.end[piece] - start
    share = _foot(start - np.column_stack([lon, lat]), vector, lat)
    spot = start + share[:, None] * vector
    distance = geodesy.distance_m(lon, lat, *spot.T)
    mark = pieces.mark[piece] + geodesy.arc_length_m(*start.T, *spot.T)
    # of two spots as near, the one that comes first on the route
    route, number = pieces.route[piece], cloud.number[point]
    begin = np.flatnonzero((np.diff(route, prepend=-1) != 0) | (np.diff(point, prepend=-1) != 0))
    counts = np.diff(np.append(begin, route.size))
    best = np.minimum.reduceat(distance, begin) if begin.size else distance
    mark = np.where(distance == np.repeat(best, counts), mark, np.inf)
    first = np.minimum.reduceat(mark, begin) if begin.size else mark
    return _sorted(route[begin], number[begin], best, first, within_m)


def _foot(start: Floats, vector: Floats, lat: Floats) -> Floats:
    """
    Find the share of each piece that is nearest to its point, the origin.

    Newton's method on half of the squared distance, whose scale east is that of
    the latitude half way.
    """
    east, bend, north = _scales(lat)
    (x, y), (run, rise) = start.T, vector.T
    share = np.zeros(lat.size)
    for step in range(3):
        here_x, here_y = x + share * run, y + share * rise
        middle = east + bend * here_y / 2 if step else east
        turn = here_x * bend * rise / 2 if step else 0.0
        slope = here_x * middle * (run * middle + turn) + here_y * rise * north**2
        share = np.clip(share - slope / ((run * middle) ** 2 + (rise * north) ** 2), 0, 1)
    return share


def _sorted(route: Ints, point: Ints, distance: Floats, mark: Floats, within_m: float) -> Nearness:
    """Sort pairs within reach; a point that stands on both sides of the date line is one."""
    keep = np.flatnonzero(distance <= within_m)
    key = route[keep] * (np.int64(point.max(initial=0)) + 1) + point[keep]
    order = np.lexsort((distance[keep], key)) if _has_twins(key) else np.argsort(key)
    keep = keep[order[np.flatnonzero(np.diff(key[order], prepend=-1))]]
    return Nearness(route[keep], point[keep], distance[keep], mark[keep])


def _has_twins(key: Ints) -> bool:
    return bool((np.diff(np.sort(key)) == 0).any())
