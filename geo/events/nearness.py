"""
How near points lie to routes: the nearest spot of each route to each point within reach.

A route is cut into short runs; the points lie sorted in a grid, so that those
near a run are a few slices of one array. What is left is measured in the plane
of each point, refined on the ellipsoid, and the nearest spot of each pair kept.
Only numpy and shapely are used here, as in `passages`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

from geo import geodesy, passages
from geo.events.pieces import Pieces, cut, scales, square_off

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Shapes = NDArray[np.object_]
    Singles = NDArray[np.float32]

Some = TypeVar("Some", "_Runs", "_Near", "_Sure")

__all__ = ["Nearness", "nearest", "within"]

_BLOCK = 1 << 14
_HELD = 1 << 21
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
class _Search:
    """What is looked for: points within reach of routes, and how far a plane may be off."""

    pieces: Pieces
    cloud: _Points
    within_m: float
    slack: float

    def keys(self, route: Ints, point: Ints) -> Ints:
        """Give pairs of a route and a sorted point one number each, that sorts by both."""
        keys: Ints = route * np.int64(self.cloud.lon.size) + point
        return keys


class _Runs(NamedTuple):
    """Runs that may hold the nearest spot of their route to a point, and bounds of how far."""

    run: Ints
    point: Ints
    least: Singles
    most: Singles


class _Near(NamedTuple):
    """Pieces that may hold the nearest spot of their route to a point, with a rough distance."""

    piece: Ints
    point: Ints
    square: Singles


class _Sure(NamedTuple):
    """Pairs that lie within reach for sure, as keys."""

    key: Ints


_INTS, _SINGLES = np.empty(0, np.int64), np.empty(0, np.float32)
_NO_RUNS = _Runs(_INTS, _INTS, _SINGLES, _SINGLES)
_NO_NEAR = _Near(_INTS, _INTS, _SINGLES)
_NONE_SURE = _Sure(_INTS)


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
    search = _search(routes, points, within_m)
    runs = _gathered(
        (_bounded(search, run, point) for run, point in _candidates(search)),
        _NO_RUNS,
        partial(_near_runs, search),
    )
    blocks = (slice(at, at + _BLOCK) for at in range(0, runs.run.size, _BLOCK))
    near = _gathered(
        (_rough(search, runs.run[block], runs.point[block]) for block in blocks),
        _NO_NEAR,
        partial(_likely, search),
    )
    return _measured(search, near)


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
    search = _search(routes, points, within_m)
    inside: list[_Sure] = []

    def undecided() -> Iterator[_Near]:
        """Give the pieces that must be measured, and keep the pairs that are sure."""
        for run, point in _candidates(search):
            sure, near = _decided(search, run, point)
            inside.append(sure)
            yield near

    near = _gathered(undecided(), _NO_NEAR, partial(_likely, search))
    keys = _gathered(inside, _NONE_SURE, _once).key
    asked = search.keys(search.pieces.route[near.piece], near.point)
    place = np.minimum(np.searchsorted(keys, asked), keys.size - 1)
    left = np.flatnonzero(keys[place] != asked) if keys.size else np.arange(asked.size)
    edge = _measured(search, _Near(near.piece[left], near.point[left], near.square[left]))
    route, point = np.divmod(keys, max(search.cloud.lon.size, 1))
    most = np.int64(search.cloud.number.max(initial=0)) + 1
    pairs = np.concatenate(
        [route * most + search.cloud.number[point], edge.route * most + edge.point]
    )
    return np.divmod(_distinct(pairs), most)


def _search(routes: Shapes, points: Floats, within_m: float) -> _Search:
    pieces = cut(np.asarray(routes, dtype=object), within_m)
    cloud = _sorted_points(np.asarray(points, dtype=float).reshape(-1, 2), within_m)
    return _Search(pieces, cloud, within_m, _slack(cloud, within_m))


def _gathered(blocks: Iterable[Some], none: Some, thin: Callable[[Some], Some]) -> Some:
    """Join blocks, and thin out what is held whenever it has grown to twice what it was."""
    kind = type(none)
    held, count, most = [none], 0, _HELD
    for block in blocks:
        held.append(block)
        count += len(block[0])
        if count > most:
            held = [thin(kind(*map(np.concatenate, zip(*held, strict=True))))]
            count = len(held[0][0])
            most = max(_HELD, 2 * count)
    return thin(kind(*map(np.concatenate, zip(*held, strict=True))))


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
    wide: Floats = within_m * (1 + _SLACK) / np.maximum(scales(edge)[0], 1e-6)
    return np.minimum(wide, 2 * _HALF_TURN)


def _slack(cloud: _Points, within_m: float) -> float:
    """
    Give by how much, relatively, a distance in the plane of a run may be off.

    The scale east changes with the tangent of the latitude; a point lies at most
    twice the reach north or south of the middle of a run that it is near to.
    """
    steep = np.tan(np.deg2rad(min(float(np.abs(cloud.lat).max(initial=0.0)) + 1, 89.9)))
    return float(_SLACK + 1.2 * steep * 2 * within_m / geodesy.SEMI_MAJOR_M)


def _candidates(search: _Search) -> Iterator[tuple[Ints, Ints]]:
    """Pair runs with the points in their box, widened by the reach, a block at a time."""
    pieces, cloud, within_m = search.pieces, search.cloud, search.within_m
    if pieces.route.size == 0 or cloud.lon.size == 0:
        return
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


def _in_plane(search: _Search, run: Ints, point: Ints) -> tuple[Singles, Singles]:
    """Lay points into the planes of runs."""
    west, south = search.pieces.origin.take(run, axis=1)
    east, north = search.pieces.scale.take(run, axis=1)
    x = ((search.cloud.lon.take(point) - west) * east).astype(np.float32)
    y = ((search.cloud.lat.take(point) - south) * north).astype(np.float32)
    return x, y


def _off_chord(search: _Search, run: Ints, x: Singles, y: Singles) -> Singles:
    """Measure points to the straight lines from the start of runs to their ends."""
    return np.sqrt(square_off(x, y, search.pieces.chord.take(run, axis=1)))


def _nearest_of_run(
    pieces: Pieces, run: Ints, x: Singles, y: Singles
) -> tuple[Ints, Ints, Singles, Ints]:
    """Measure points to the pieces of runs: owner, piece, square, where each owner begins."""
    owner, piece = passages.spread(pieces.first.take(run), pieces.last.take(run))
    square = square_off(x.take(owner), y.take(owner), pieces.plane.take(piece, axis=1))
    return owner, piece, square, np.flatnonzero(np.diff(owner, prepend=-1))


def _bounded(search: _Search, run: Ints, point: Ints) -> _Runs:
    """Keep the runs that may come within reach, and bound how far they are off."""
    off = _off_chord(search, run, *_in_plane(search, run, point))
    stray = search.pieces.stray.take(run)
    keep = np.flatnonzero(off <= (search.within_m + stray) * np.float32(1 + search.slack))
    off, stray = off[keep], stray[keep]
    return _Runs(run[keep], point[keep], off - stray, off + stray)


def _near_runs(search: _Search, runs: _Runs) -> _Runs:
    """Keep, of each route, the runs that may hold the nearest spot to a point."""
    key = search.keys(search.pieces.route[search.pieces.first[runs.run]], runs.point)
    # two planes may be off to either side; a metre is more than what single precision loses
    ratio = np.float32((1 + search.slack) / max(1 - search.slack, _SLACK))
    keep = _lowest(key, runs.most, runs.least, lambda best: best * ratio + 1)
    return _Runs(runs.run[keep], runs.point[keep], runs.least[keep], runs.most[keep])


def _lowest(key: Ints, most: Singles, least: Singles, limit: Callable[[Singles], Singles]) -> Ints:
    """Find, sorted by key, whose least is within the limit that the lowest most of its key sets."""
    order = np.argsort(key)
    begin = np.flatnonzero(np.diff(key[order], prepend=-1))
    best = np.minimum.reduceat(most[order], begin) if begin.size else most
    counts = np.diff(np.append(begin, key.size))
    kept: Ints = order[least[order] <= np.repeat(limit(best), counts)]
    return kept


def _rough(search: _Search, run: Ints, point: Ints) -> _Near:
    """Keep, of each run, the pieces that may be the nearest to a point, by its plane."""
    x, y = _in_plane(search, run, point)
    owner, piece, square, begin = _nearest_of_run(search.pieces, run, x, y)
    best = np.minimum.reduceat(square, begin) if begin.size else square
    ratio = np.float32((1 + search.slack) ** 2)
    limit = np.minimum(best, np.float32(search.within_m**2)) * ratio + 1
    keep = np.flatnonzero(square <= limit[owner])
    return _Near(piece[keep], point[owner[keep]], square[keep])


def _decided(search: _Search, run: Ints, point: Ints) -> tuple[_Sure, _Near]:
    """Tell pairs that are within reach for sure from pieces that must be measured."""
    pieces, within_m, slack = search.pieces, search.within_m, search.slack
    x, y = _in_plane(search, run, point)
    off, stray = _off_chord(search, run, x, y), pieces.stray.take(run)
    certain = max(within_m * (1 - slack) - 1, 0.0)
    sure = off + stray <= np.float32(certain)
    open_ = np.flatnonzero(~sure & (off <= (within_m + stray) * np.float32(1 + slack)))
    owner, piece, square, begin = _nearest_of_run(pieces, run[open_], x[open_], y[open_])
    best = np.minimum.reduceat(square, begin) if begin.size else square
    settled = best <= np.float32(certain**2)
    limit = np.float32((within_m * (1 + slack)) ** 2) + 1
    keep = np.flatnonzero((square <= limit) & ~settled[owner])
    inside = np.concatenate([np.flatnonzero(sure), open_[settled]])
    key = search.keys(pieces.route[pieces.first[run[inside]]], point[inside])
    return _Sure(_distinct(key)), _Near(piece[keep], point[open_[owner[keep]]], square[keep])


def _once(sure: _Sure) -> _Sure:
    return _Sure(_distinct(sure.key))


def _distinct(keys: Ints) -> Ints:
    """Sort numbers, each once: numpy's own way hashes them, which takes longer."""
    keys = np.sort(keys)
    once: Ints = keys[np.flatnonzero(np.diff(keys, prepend=-1))]
    return once


def _likely(search: _Search, near: _Near) -> _Near:
    """Keep, of each route, the pieces that may be the nearest to a point; sorted by both."""
    key = search.keys(search.pieces.route[near.piece], near.point)
    ratio = np.float32((1 + search.slack) ** 2)
    keep = _lowest(key, near.square, near.square, lambda best: best * ratio + 1)
    return _Near(near.piece[keep], near.point[keep], near.square[keep])


def _measured(search: _Search, near: _Near) -> Nearness:
    """Refine the nearest spots, measure them on the ellipsoid, keep the nearest of each pair."""
    pieces, cloud, within_m = search.pieces, search.cloud, search.within_m
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
    east, bend, north = scales(lat)
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
