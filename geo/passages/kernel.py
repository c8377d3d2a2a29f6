"""Cut routes by zones: segments, meetings with borders, and the stretches between them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo import geodesy
from geo.errors import GeometryError
from geo.passages.grid import Index, candidates, index, spread
from geo.passages.intervals import TINY_M, running_sum
from geo.passages.orientation import orientation, side, tie_of_route

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Shapes = NDArray[np.object_]


__all__ = ["Passages", "find"]

_BLOCK = 1 << 16
_HALF_TURN_DEG = 180
_OUTSIDE, _INSIDE, _BORDER = 0, 1, 2


@dataclass(frozen=True)
class Passages:
    """
    Stretches of routes inside, or exactly along the border of, zones.

    Arrays of one length, sorted by route, zone and chainage.

    Attributes
    ----------
    route, zone
        Numbers of the route and the zone in the arrays that were given.
    from_m, to_m
        Where the stretch begins and ends on its route, metres.
    on_border
        True where it runs exactly along the zone's border.
    entry, exit
        Longitude and latitude of its two ends, degrees, shape (n, 2).
    length_m
        Length of every route, metres, one for each route.
    """

    route: Ints
    zone: Ints
    from_m: Floats
    to_m: Floats
    on_border: Flags
    entry: Floats
    exit: Floats
    length_m: Floats


@dataclass(frozen=True)
class _Segments:
    """The segments of a block of routes; a run is a stretch without a gap."""

    start: Floats
    end: Floats
    chainage: Floats
    length: Floats
    run: Ints
    first_of_run: Ints
    last_of_run: Ints
    route_of_run: Ints


@dataclass(frozen=True)
class _Events:
    """
    Where segments meet borders, at a share of their length.

    `inside` and `border` say by how much the depth changes there; `zone` is the
    number of the edge until the events are merged.
    """

    segment: Ints
    at: Floats
    zone: Ints
    inside: NDArray[np.int8]
    border: NDArray[np.int8]


def find(routes: Shapes, zones: Shapes | Index) -> Passages:
    """
    Find every passage of every route through every zone.

    Parameters
    ----------
    routes
        LineStrings and MultiLineStrings in longitude and latitude, degrees.
    zones
        Valid Polygons and MultiPolygons in the same coordinates, or their
        index. They may overlap, touch and have holes.

    Returns
    -------
    Passages
        One row for each maximal stretch strictly inside one zone, and one for
        each that runs exactly along its border. Touching a corner is nothing.
        No routes or no zones give no rows.

    Raises
    ------
    GeometryError
        If a route is not a line, a zone is not a polygon, or an edge spans 180
        degrees of longitude or more (cut it at the antimeridian, RFC 7946,
        section 3.1.9).

    Notes
    -----
    Signs of orientations are exact [1]_; a tie is broken by moving the route
    symbolically [2]_.

    References
    ----------
    .. [1] J. R. Shewchuk, "Adaptive precision floating-point arithmetic and
       fast robust geometric predicates", Discrete Comput. Geom. 18 (1997).
    .. [2] H. Edelsbrunner, E. P. Mücke, "Simulation of simplicity", ACM Trans.
       Graphics 9 (1990).
    """
    routes = np.asarray(routes, dtype=object)
    edges = zones if isinstance(zones, Index) else index(zones)
    coordinates, part, line = geodesy.edge_vectors(routes)
    _refuse_wide_edges(coordinates, part)
    blocks = [
        _find_block(_segments(coordinates, part, line, low, high), edges, low, high)
        for low, high in _blocks(part[line])
    ]
    return _joined(blocks)


def _refuse_wide_edges(coordinates: Floats, part: Ints) -> None:
    wide = np.abs(np.diff(coordinates[:, 0])) >= _HALF_TURN_DEG
    wide[part[1:-1] - 1] = False
    if wide.any():
        at = coordinates[np.flatnonzero(wide)[0]]
        message = (
            f"a route's edge from {at[0]:g}, {at[1]:g} spans 180 degrees of longitude or more: "
            "cut it at the antimeridian (RFC 7946, section 3.1.9)"
        )
        raise GeometryError(message)


def _blocks(first_vertex: Ints) -> Iterator[tuple[int, int]]:
    """Divide the routes into blocks of about as many vertices each, so that memory is bounded."""
    low, routes = 0, first_vertex.size - 1
    while low < routes:
        high = int(np.searchsorted(first_vertex, first_vertex[low] + _BLOCK, "right")) - 1
        high = min(max(high, low + 1), routes)
        yield low, high
        low = high


def _segments(coordinates: Floats, part: Ints, line: Ints, low: int, high: int) -> _Segments:
    """Cut a block of routes into segments, with the chainage at which each begins."""
    begin = int(part[line[low]])
    vertices = coordinates[begin : part[line[high]]]
    route = np.repeat(np.arange(low, high), np.diff(part[line[low : high + 1]]))
    start, end = vertices[:-1], vertices[1:]
    moves = (start != end).any(axis=1)
    travelled = moves.copy()
    gaps = part[line[low] + 1 : line[high]] - begin - 1
    travelled[gaps[(gaps >= 0) & (gaps < travelled.size)]] = False
    # a gap ends a run; two parts that meet in a point do not
    run = np.cumsum(np.concatenate([[False], (moves & ~travelled) | (np.diff(route) != 0)]))
    keep = np.flatnonzero(travelled)
    start, end, run, route = start[keep], end[keep], run[keep], route[keep]
    length = geodesy.arc_length_m(start[:, 0], start[:, 1], end[:, 0], end[:, 1])
    first = np.flatnonzero(np.diff(run, prepend=-1))
    number = np.repeat(np.arange(first.size), np.diff(np.append(first, run.size)))
    last = np.append(first[1:], run.size) - 1
    return _Segments(
        start,
        end,
        running_sum(length, route),
        length,
        number,
        first,
        last[: first.size],
        route[first],
    )


def _find_block(segments: _Segments, edges: Index, low: int, high: int) -> Passages:
    ends = np.flatnonzero(np.diff(segments.route_of_run, append=-1))
    last = segments.last_of_run[ends]
    length_m = np.zeros(high - low)
    length_m[segments.route_of_run[ends] - low] = segments.chainage[last] + segments.length[last]
    if segments.length.size == 0 or len(edges.zones) == 0:
        return _nothing(length_m)
    events = _once(list(_meetings(segments, edges)), edges)
    run, zone = _starts(segments, edges)
    return _stretches(segments, events, run, zone, edges, length_m)


def _nothing(length_m: Floats) -> Passages:
    whole, real, pair = np.empty(0, np.int64), np.empty(0), np.empty((0, 2))
    return Passages(whole, whole, real, real, np.empty(0, np.bool_), pair, pair, length_m)


def _meetings(segments: _Segments, edges: Index) -> Iterator[_Events]:
    for segment, edge in candidates(segments.start, segments.end, edges):
        for axis in (0, 1):
            p, q = segments.start[segment, axis], segments.end[segment, axis]
            a, b = edges.start[edge, axis], edges.end[edge, axis]
            near = np.flatnonzero(
                (np.minimum(p, q) <= np.maximum(a, b)) & (np.maximum(p, q) >= np.minimum(a, b))
            )
            segment, edge = segment[near], edge[near]  # noqa: PLW2901 - the sieve narrows
        yield from _meet(segments, edges, segment, edge)


def _meet(segments: _Segments, edges: Index, segment: Ints, edge: Ints) -> Iterator[_Events]:
    """Decide which pairs cross, and which lie on one line."""
    p, q = segments.start[segment], segments.end[segment]
    a, b = edges.start[edge], edges.end[edge]
    of_p, of_q = orientation(a, b, p), orientation(a, b, q)
    entering = side(of_p, tie_of_route(b - a)) < 0
    candidate = np.flatnonzero(entering != (side(of_q, tie_of_route(b - a)) < 0))
    p, q, a, b = p[candidate], q[candidate], a[candidate], b[candidate]
    tie = -tie_of_route(q - p)
    left_a = side(orientation(p, q, a), tie) < 0
    left_b = side(orientation(p, q, b), tie) < 0
    hit = candidate[left_a != left_b]
    at = of_p[hit] / (of_p[hit] - of_q[hit])
    step = np.where(entering[hit], 1, -1).astype(np.int8)
    yield _Events(segment[hit], at, edge[hit], step, np.zeros_like(step))
    line = np.flatnonzero((of_p == 0) & (of_q == 0))
    if line.size:
        yield from _alongs(segments, edges, segment[line], edge[line])


def _alongs(segments: _Segments, edges: Index, segment: Ints, edge: Ints) -> Iterator[_Events]:
    """Find where a segment and an edge of one line overlap."""
    p, q = segments.start[segment], segments.end[segment]
    axis = np.argmax(np.abs(q - p), axis=1)
    rows = np.arange(segment.size)
    span = (q - p)[rows, axis]
    at_a = (edges.start[edge] - p)[rows, axis] / span
    at_b = (edges.end[edge] - p)[rows, axis] / span
    low = np.clip(np.minimum(at_a, at_b), 0, 1)
    high = np.clip(np.maximum(at_a, at_b), 0, 1)
    real = np.flatnonzero(high > low)
    one = np.ones(real.size, np.int8)
    for at, step in ((low, one), (high, -one)):
        yield _Events(segment[real], at[real], edge[real], np.zeros_like(one), step)


def _once(found: list[_Events], edges: Index) -> _Events:
    """Keep each pair of segment and edge once: a pair may share more cells than one."""
    segment, edge, at, inside, border = (
        np.concatenate([getattr(events, name) for events in found] or [np.empty(0)])
        for name in ("segment", "zone", "at", "inside", "border")
    )
    pair = (segment * len(edges.zone) + edge) * 3 + border + 1
    _, once = np.unique(pair.astype(np.int64), return_index=True)
    return _Events(
        segment[once].astype(np.int64),
        at[once],
        edges.zone[edge[once].astype(np.int64)],
        inside[once].astype(np.int8),
        border[once].astype(np.int8),
    )


def _starts(segments: _Segments, edges: Index) -> tuple[Ints, Ints]:
    """Find the zones in which each run begins: (run, zone)."""
    points = segments.start[segments.first_of_run]
    run, zone = shapely.STRtree(edges.zones).query(shapely.points(points))
    touched = shapely.intersects_xy(edges.zones[zone], *points[run].T)
    run, zone = run[touched], zone[touched]
    deep = shapely.contains_xy(edges.zones[zone], *points[run].T)
    on_border = np.flatnonzero(~deep)
    if on_border.size:
        deep[on_border] = _moved_inside(points[run[on_border]], zone[on_border], edges)
    return run[deep], zone[deep]


def _moved_inside(points: Floats, zone: Ints, edges: Index) -> Flags:
    """Tell whether points on a border lie inside once they are moved by (e, e²)."""
    places, which = np.unique(np.column_stack([zone, points]), axis=0, return_inverse=True)
    inside = np.zeros(len(places), np.bool_)
    first = np.searchsorted(edges.zone, places[:, 0])
    last = np.searchsorted(edges.zone, places[:, 0], "right")
    block = np.cumsum(last - first) // _BLOCK
    for rows in np.split(np.arange(len(places)), np.flatnonzero(np.diff(block)) + 1):
        inside[rows] = _odd_to_the_east(places[rows, 1:], first[rows], last[rows], edges)
    return inside[which.reshape(-1)]


def _odd_to_the_east(points: Floats, first: Ints, last: Ints, edges: Index) -> Flags:
    """Count the edges east of each moved point: an odd number means inside."""
    owner, edge = spread(first, last - 1)
    a, b, point = edges.start[edge], edges.end[edge], points[owner]
    rises = (b[:, 1] > point[:, 1]).astype(np.int8) - (a[:, 1] > point[:, 1])
    spans = np.flatnonzero(rises)
    a, b, point, rises, owner = a[spans], b[spans], point[spans], rises[spans], owner[spans]
    of_point = side(orientation(a, b, point), tie_of_route(b - a))
    odd: Flags = np.bincount(owner[of_point == rises], minlength=len(points)) % 2 == 1
    return odd


def _stretches(
    segments: _Segments, events: _Events, run: Ints, zone: Ints, edges: Index, length_m: Floats
) -> Passages:
    """Sort what happens to each run in each zone, and read the stretches off the depths."""
    zones = len(edges.zones)
    key, number = np.unique(
        np.concatenate([segments.run[events.segment] * zones + events.zone, run * zones + zone]),
        return_inverse=True,
    )
    deep = np.zeros(key.size, np.int8)
    deep[number[events.segment.size :]] = 1
    of_run, each, none = key // zones, np.arange(key.size), np.zeros(key.size, np.int8)
    # each run begins and ends with a row of its own, so that every stretch has two rows
    group = np.concatenate([each, number[: events.segment.size], each])
    segment = np.concatenate(
        [segments.first_of_run[of_run], events.segment, segments.last_of_run[of_run]]
    )
    at = np.concatenate([none, events.at, none + 1.0])
    mark = _chainage(segments, segment, at)
    order = np.lexsort((mark, group))
    group, segment, at, mark = group[order], segment[order], at[order], mark[order]
    inside = np.concatenate([deep, events.inside, none])[order]
    border = np.concatenate([none, events.border, none])[order]
    state = np.where(
        _depth(border, group) > 0, _BORDER, np.where(_depth(inside, group) > 0, _INSIDE, _OUTSIDE)
    )
    first, last = _runs_of_state(group, mark, state)
    where = key[group[first]]
    return Passages(
        segments.route_of_run[where // zones],
        where % zones,
        mark[first],
        mark[last],
        state[first] == _BORDER,
        _position(segments, segment[first], at[first]),
        _position(segments, segment[last], at[last]),
        length_m,
    )


def _chainage(segments: _Segments, segment: Ints, at: Floats) -> Floats:
    x, y = segments.start[segment].T
    to_x, to_y = _position(segments, segment, at).T
    along = np.minimum(geodesy.arc_length_m(x, y, to_x, to_y), segments.length[segment])
    return segments.chainage[segment] + np.where(at == 1, segments.length[segment], along)


def _position(segments: _Segments, segment: Ints, at: Floats) -> Floats:
    start, end = segments.start[segment], segments.end[segment]
    return np.where((at == 1)[:, None], end, start + at[:, None] * (end - start))


def _depth(steps: NDArray[np.int8], group: Ints) -> Ints:
    """Sum the steps up to and with each row, from zero in every group."""
    sums = np.cumsum(steps, dtype=np.int64)
    first = np.flatnonzero(np.diff(group, prepend=-1))
    before = sums[first] - steps[first]
    return sums - np.repeat(before, np.diff(np.append(first, group.size)))


def _runs_of_state(group: Ints, mark: Floats, state: Ints) -> tuple[Ints, Ints]:
    """Join neighbouring stretches of one state; give the first and last row of each but outside."""
    real = np.flatnonzero((np.diff(group) == 0) & (np.diff(mark) > TINY_M))
    changes = (np.diff(group[real], prepend=-1) != 0) | (np.diff(state[real], prepend=-1) != 0)
    first = np.flatnonzero(changes)
    last = np.append(first[1:], real.size) - 1
    counts = state[real[first]] > 0
    return real[first[counts]], real[last[counts]] + 1


def _joined(blocks: list[Passages]) -> Passages:
    every = [_nothing(np.empty(0)), *blocks]
    columns = {
        field.name: np.concatenate([getattr(block, field.name) for block in every])
        for field in fields(Passages)
    }
    length_m = columns.pop("length_m")
    order = np.lexsort((columns["from_m"], columns["zone"], columns["route"]))
    return Passages(**{name: column[order] for name, column in columns.items()}, length_m=length_m)
