"""Where the segments of a path meet the borders of zones."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from geo.passages.index import Index, candidates
from geo.passages.orientation import orientation, side, tie_of_route

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Steps = NDArray[np.int8]


__all__ = ["Meetings", "meetings"]


@dataclass(frozen=True)
class Meetings:
    """
    Where segments meet borders.

    Attributes
    ----------
    segment, zone
        Numbers of both.
    at
        Where on the segment, as a share of it.
    inside, border
        By how much the depth inside the zone, and along its border, changes there.
    """

    segment: Ints
    at: Floats
    zone: Ints
    inside: Steps
    border: Steps


def meetings(vertices: Floats, travelled: Flags, edges: Index) -> Meetings:
    """
    Find where a path crosses the borders of zones, or begins and ends to run along one.

    Parameters
    ----------
    vertices
        The path, longitude and latitude, shape (n, 2); segment s goes from vertex s
        to vertex s + 1.
    travelled
        Which segments are, shape (n - 1,); none of these stands still.
    edges
        The borders.

    Returns
    -------
    Meetings
        Each once, by segment and edge. No segments or no edges give none.
    """
    return _once(list(_met(vertices, travelled, edges)), edges)


def _met(vertices: Floats, travelled: Flags, edges: Index) -> Iterator[Meetings]:
    """Find all of them; `zone` is the number of the edge until they are merged."""
    for segment, edge in candidates(vertices, travelled, edges):
        for axis in (0, 1):
            along, across = vertices[:, axis], edges.corners[:, axis]
            p, q, a, b = along[segment], along[segment + 1], across[edge], across[edge + 1]
            near = np.flatnonzero(
                (np.minimum(p, q) <= np.maximum(a, b)) & (np.maximum(p, q) >= np.minimum(a, b))
            )
            segment, edge = segment[near], edge[near]  # noqa: PLW2901 - the sieve narrows
        yield from _decided(vertices, edges, segment, edge)


def _decided(vertices: Floats, edges: Index, segment: Ints, edge: Ints) -> Iterator[Meetings]:
    """Decide which pairs cross, and which lie on one line."""
    p, q = vertices[segment], vertices[segment + 1]
    a, b = edges.corners[edge], edges.corners[edge + 1]
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
    yield Meetings(segment[hit], at, edge[hit], step, np.zeros_like(step))
    line = np.flatnonzero((of_p == 0) & (of_q == 0))
    if line.size:
        yield from _alongs(vertices, edges, segment[line], edge[line])


def _alongs(vertices: Floats, edges: Index, segment: Ints, edge: Ints) -> Iterator[Meetings]:
    """Find where a segment and an edge of one line overlap."""
    p, q = vertices[segment], vertices[segment + 1]
    axis = np.argmax(np.abs(q - p), axis=1)
    rows = np.arange(segment.size)
    span = (q - p)[rows, axis]
    at_a = (edges.corners[edge] - p)[rows, axis] / span
    at_b = (edges.corners[edge + 1] - p)[rows, axis] / span
    low = np.clip(np.minimum(at_a, at_b), 0, 1)
    high = np.clip(np.maximum(at_a, at_b), 0, 1)
    real = np.flatnonzero(high > low)
    one = np.ones(real.size, np.int8)
    for at, step in ((low, one), (high, -one)):
        yield Meetings(segment[real], at[real], edge[real], np.zeros_like(one), step)


def _once(found: list[Meetings], edges: Index) -> Meetings:
    """Keep each pair of segment and edge once: a pair may share more cells than one."""
    if not found:
        whole, none = np.empty(0, np.int64), np.empty(0, np.int8)
        return Meetings(whole, np.empty(0), whole, none, none)
    every = Meetings(
        *(np.concatenate([getattr(met, field.name) for met in found]) for field in fields(Meetings))
    )
    pair = (every.segment * edges.zone.size + every.zone) * 3 + every.border + 1
    _, once = np.unique(pair, return_index=True)
    return Meetings(
        every.segment[once],
        every.at[once],
        edges.zone[every.zone[once]].astype(np.int64),
        every.inside[once],
        every.border[once],
    )
