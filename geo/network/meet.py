"""Where lines meet that share no vertex there: ends on edges, and crossings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely

from geo.network.vertices import PER_DEG, Added, Vertices, added, ends, places

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = ["Levels", "crossed", "parts_of", "touched"]

_NEAR_DEG: Final = 1 / PER_DEG
_AT_A_TIME: Final = 50_000


class Levels(NamedTuple):
    """
    What of each line tells whether others meet it.

    Attributes
    ----------
    mode
        Number of its mode.
    apart
        Whether it is a bridge or a tunnel.
    layer
        Its layer; 0 is the ground.
    """

    mode: Ints
    apart: Flags
    layer: Ints

    def cross(self, one: Ints, other: Ints) -> Flags:
        """
        Tell which pairs of lines meet where they cross.

        Parameters
        ----------
        one, other
            Numbers of lines, pairwise.

        Returns
        -------
        ndarray of bool
            Not where one is a bridge or a tunnel, or their layers or modes differ.
        """
        same = (self.mode[one] == self.mode[other]) & (self.layer[one] == self.layer[other])
        flags: Flags = same & ~self.apart[one] & ~self.apart[other]
        return flags

    def end_on(self, one: Ints, other: Ints) -> Flags:
        """
        Tell which lines meet another that they end on.

        Parameters
        ----------
        one, other
            Numbers of lines, pairwise; `one` ends on an edge of `other`.

        Returns
        -------
        ndarray of bool
            Not on the span of a bridge or in a tunnel, nor on another layer; a
            bridge itself ends on the ground, whatever its layer.
        """
        level = (self.layer[one] == self.layer[other]) | self.apart[one]
        flags: Flags = level & ~self.apart[other]
        return flags


def touched(vertices: Vertices, levels: Levels) -> Vertices:
    """
    Put a vertex into each edge that a line ends on.

    Parameters
    ----------
    vertices
        Vertices of lines.
    levels
        What tells whether they meet.

    Returns
    -------
    Vertices
        With a vertex wherever an end lies on an edge, exactly or within 1e-7 degrees.
    """
    which = np.flatnonzero(ends(vertices))
    point, edge = _on_edges(vertices, which)
    met = levels.end_on(vertices.row[point], vertices.row[edge])
    return added(vertices, Added(edge[met], vertices.xy[point[met]]))


def crossed(vertices: Vertices, levels: Levels) -> Vertices:
    """
    Put a vertex into lines of one mode wherever they cross or touch.

    Parameters
    ----------
    vertices
        Vertices of lines.
    levels
        What tells whether they meet.

    Returns
    -------
    Vertices
        With the same vertex in both lines. A line that crosses itself meets itself.
    """
    point, edge = _on_edges(vertices, np.arange(len(vertices.xy)))
    met = levels.cross(vertices.row[point], vertices.row[edge])
    at_edges = Added(edge[met], vertices.xy[point[met]])
    within = _crossings(vertices, levels)
    both = Added(
        np.concatenate([at_edges.edge, within.edge]), np.concatenate([at_edges.xy, within.xy])
    )
    return added(vertices, both)


def parts_of(vertices: Vertices) -> tuple[NDArray[np.object_], Ints]:
    """
    Draw the parts that have a length.

    Parameters
    ----------
    vertices
        Vertices of lines.

    Returns
    -------
    shapes
        A LineString for each part of at least two vertices.
    number
        The number of each such part.
    """
    long = np.diff(vertices.part) > 1
    number = np.flatnonzero(long)
    in_long = long[vertices.of_part]
    of = np.repeat(np.arange(len(number)), np.diff(vertices.part)[number])
    if not len(number):
        return np.empty(0, object), number
    shapes = shapely.linestrings(vertices.xy[in_long], indices=of)
    return np.asarray(shapes, dtype=object), number


def _on_edges(vertices: Vertices, which: Ints) -> tuple[Ints, Ints]:
    """Find the edges on which vertices lie, other than those that begin or end there."""
    shapes, number = parts_of(vertices)
    none = np.empty(0, np.int64)
    if not len(shapes):
        return none, none
    tree = shapely.STRtree(shapes)
    found = []
    for low in range(0, len(which), _AT_A_TIME):
        some = which[low : low + _AT_A_TIME]
        points = shapely.points(vertices.xy[some])
        point, line = tree.query(points, predicate="dwithin", distance=_NEAR_DEG)
        alone = _may_touch(vertices, some[point], number[line])
        found.append(_edges_at(vertices, some[point[alone]], number[line[alone]]))
    return np.concatenate([one for one, _ in found] or [none]), np.concatenate(
        [other for _, other in found] or [none]
    )


def _may_touch(vertices: Vertices, point: Ints, part: Ints) -> Flags:
    """Pass over what is known without a look: the part's own vertex inside, its own short end."""
    count = np.diff(vertices.part)[part]
    own = (point >= vertices.part[part]) & (point < vertices.part[part + 1])
    flags: Flags = ~(own & (count <= 2))  # noqa: PLR2004 - the one edge of two vertices
    return flags


def _edges_at(vertices: Vertices, point: Ints, part: Ints) -> tuple[Ints, Ints]:
    """Find the edges of parts on which vertices lie."""
    count = np.diff(vertices.part)[part] - 1
    pair = np.repeat(np.arange(len(part)), count)
    edge = (
        vertices.part[part[pair]]
        + np.arange(len(pair))
        - np.repeat(np.cumsum(count) - count, count)
    )
    at = point[pair]
    for values in vertices.xy.T:  # most edges lie elsewhere
        left, right = values[edge] - values[at], values[edge + 1] - values[at]
        beside = (np.minimum(left, right) <= _NEAR_DEG) & (np.maximum(left, right) >= -_NEAR_DEG)
        at, edge = at[beside], edge[beside]
    place = vertices.place
    alone = (place[at] != place[edge]) & (place[at] != place[edge + 1])
    at, edge = at[alone], edge[alone]
    start, end, xy = vertices.xy[edge], vertices.xy[edge + 1], vertices.xy[at]
    run = end - start
    share = ((xy - start) * run).sum(axis=1) / (run**2).sum(axis=1)
    off = np.hypot(*(xy - start - np.clip(share, 0, 1)[:, None] * run).T)
    # beyond the edge's ends it is a neighbour of the vertex there, not a place of the edge
    on = (off <= _NEAR_DEG) & (share > 0) & (share < 1)
    return at[on], edge[on]


def _crossings(vertices: Vertices, levels: Levels) -> Added:
    """Find where edges cross each other inside."""
    of_part = vertices.of_part
    low = np.flatnonzero(np.diff(of_part) == 0)
    none = Added(np.empty(0, np.int64), np.empty((0, 2)))
    if not len(low):
        return none
    edges = _drawn(vertices.xy, low)
    tree = shapely.STRtree(edges)
    found = [none]
    for start in range(0, len(low), _AT_A_TIME):
        some = edges[start : start + _AT_A_TIME]
        one, other = tree.query(some, predicate="intersects")
        one = one + start
        rows = vertices.row
        place = vertices.place
        wanted = (one < other) & levels.cross(rows[low[one]], rows[low[other]])
        one, other = low[one[wanted]], low[other[wanted]]
        # edges that share a vertex have no other crossing, unless they lie on each other
        apart = (
            (place[one] != place[other])
            & (place[one] != place[other + 1])
            & (place[one + 1] != place[other])
            & (place[one + 1] != place[other + 1])
        )
        found.append(_within(vertices, one[apart], other[apart]))
    return Added(
        np.concatenate([some.edge for some in found]), np.concatenate([some.xy for some in found])
    )


def _within(vertices: Vertices, one: Ints, other: Ints) -> Added:
    """Give the crossing of each pair of edges to both of them, but where it is a vertex."""
    xy, place = vertices.xy, vertices.place
    meeting = shapely.intersection(_drawn(xy, one), _drawn(xy, other))
    point = shapely.get_type_id(meeting) == shapely.GeometryType.POINT
    at = np.column_stack([shapely.get_x(meeting[point]), shapely.get_y(meeting[point])])
    one, other = one[point], other[point]
    # a crossing within 1e-7 degrees of a vertex is that vertex
    for edge in (one, other):
        for end in (edge, edge + 1):
            there = np.hypot(*(at - xy[end]).T) <= _NEAR_DEG
            at[there] = xy[end[there]]
    cell = places(at)
    edges = np.concatenate([one, other])
    inside = np.concatenate(
        [(cell != place[edge]) & (cell != place[edge + 1]) for edge in (one, other)]
    )
    return Added(edges[inside], np.concatenate([at, at])[inside])


def _drawn(xy: Floats, edge: Ints) -> NDArray[np.object_]:
    """Draw straight edges."""
    ends_ = np.stack([xy[edge], xy[edge + 1]], axis=1)
    return np.asarray(shapely.linestrings(ends_), dtype=object)
