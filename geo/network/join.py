"""Ends that meet nothing, and the nearest line of their mode."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd
import shapely

from geo.network.meet import Levels, parts_of
from geo.network.near import boxes, feet
from geo.network.vertices import Added, Vertices, added, ends, places

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = ["Gaps", "free_ends", "gaps", "joined"]

_AT_A_TIME: Final = 256


class Gaps(NamedTuple):
    """
    Ends that meet nothing, each with the nearest place of another line.

    Attributes
    ----------
    end
        Number of the vertex that ends there.
    edge
        Number of the vertex at which the nearest straight edge begins.
    place
        The nearest place, degrees, shape (n, 2).
    gap_m
        Metres between them.
    """

    end: Ints
    edge: Ints
    place: Floats
    gap_m: Floats


def free_ends(vertices: Vertices, mode: Ints) -> Ints:
    """
    Find the ends at which no other vertex of their mode is.

    Parameters
    ----------
    vertices
        Vertices of lines.
    mode
        Number of the mode of each line.

    Returns
    -------
    ndarray of int
        Numbers of vertices, in their order.
    """
    keys = np.column_stack([vertices.place, mode[vertices.row]])
    _, of, uses = np.unique(keys, axis=0, return_inverse=True, return_counts=True)
    return np.flatnonzero(ends(vertices) & (uses[of] == 1))


def gaps(vertices: Vertices, levels: Levels, at: Ints, most_m: float) -> Gaps:
    """
    Find the nearest place of another line of the same mode for ends.

    Parameters
    ----------
    vertices
        Vertices of lines.
    levels
        What tells whether lines can meet.
    at
        The ends, numbers of vertices.
    most_m
        How far to look, metres.

    Returns
    -------
    Gaps
        One for each end that has a line so near; the place is never on its own
        part, nor inside a bridge or a tunnel.
    """
    shapes, number = parts_of(vertices)
    found = [_none()]
    if len(shapes):
        tree = shapely.STRtree(shapes)
        for low in range(0, len(at), _AT_A_TIME):
            some = at[low : low + _AT_A_TIME]
            radius = np.full(len(some), most_m)
            one, other = tree.query(boxes(vertices.xy[some], radius))
            found.append(_nearest(vertices, levels, (some[one], number[other]), most_m))
    return Gaps(*(np.concatenate(column) for column in zip(*found, strict=True)))


def _none() -> Gaps:
    none = np.empty(0, np.int64)
    return Gaps(none, none, np.empty((0, 2)), np.empty(0))


def _nearest(vertices: Vertices, levels: Levels, pairs: tuple[Ints, Ints], most_m: float) -> Gaps:
    """Choose the nearest place among the parts that come into question."""
    end, part = pairs
    own = (end >= vertices.part[part]) & (end < vertices.part[part + 1])
    rows = vertices.row[end], vertices.row[vertices.part[part]]
    alike = ~own & (levels.mode[rows[0]] == levels.mode[rows[1]])
    end, part = end[alike], part[alike]
    edge, pair = _edges_near(vertices, end, part, most_m)
    end, part = end[pair], part[pair]
    xy = vertices.xy
    place, gap = feet(xy[end], xy[edge], xy[edge + 1])
    last = vertices.part[part + 1] - 2
    tip = ((edge == vertices.part[part]) & (place == xy[edge]).all(axis=1)) | (
        (edge == last) & (place == xy[edge + 1]).all(axis=1)
    )
    good = (gap <= most_m) & (tip | levels.end_on(vertices.row[end], vertices.row[edge]))
    end, edge, place, gap = end[good], edge[good], place[good], gap[good]
    order = np.lexsort([edge, gap, end])
    _, first = np.unique(end[order], return_index=True)
    best = order[first]
    return Gaps(end[best], edge[best], place[best], gap[best])


def _edges_near(vertices: Vertices, end: Ints, part: Ints, most_m: float) -> tuple[Ints, Ints]:
    """Find the edges of parts whose boxes come near points, and the pair of each."""
    count = np.diff(vertices.part)[part] - 1
    pair = np.repeat(np.arange(len(part)), count)
    edge = vertices.part[part[pair]] + np.arange(len(pair))
    edge -= np.repeat(np.cumsum(count) - count, count)
    box = shapely.bounds(boxes(vertices.xy[end], np.full(len(end), most_m)))
    start, stop = vertices.xy[edge], vertices.xy[edge + 1]
    near = (np.maximum(start, stop) >= box[pair, :2]) & (np.minimum(start, stop) <= box[pair, 2:])
    seen = near.all(axis=1)
    return edge[seen], pair[seen]


def joined(vertices: Vertices, found: Gaps) -> tuple[Vertices, Ints, Ints]:
    """
    Put a vertex into each line where a gap to it is to be bridged.

    Parameters
    ----------
    vertices
        Vertices of lines.
    found
        The gaps.

    Returns
    -------
    vertices
        With a vertex at the far side of each gap.
    end, other
        The two vertices of each gap, by their new numbers; a gap between two
        ends that are nearest to each other is there once.
    """
    cell, place = places(found.place), vertices.place
    inside = (cell != place[found.edge]) & (cell != place[found.edge + 1])
    new = Added(found.edge[inside], found.place[inside])
    more = added(vertices, new)
    part = np.searchsorted(vertices.part, found.end, side="right") - 1
    first = found.end == vertices.part[part]
    end = np.where(first, more.part[part], more.part[part + 1] - 1)
    far_part = np.searchsorted(vertices.part, found.edge, side="right") - 1
    other = _first_of(more, cell, far_part)
    pair = np.sort(np.column_stack([more.place[end], more.place[other]]), axis=1)
    _, kept = np.unique(pair, axis=0, return_index=True)
    kept.sort()
    return more, end[kept], other[kept]


def _first_of(vertices: Vertices, cell: Ints, part: Ints) -> Ints:
    """Find the first vertex of a part that is at a place."""
    of_part = vertices.of_part
    some = np.flatnonzero(np.isin(of_part, part))
    keys = pd.MultiIndex.from_arrays([of_part[some], vertices.place[some]])
    new = ~keys.duplicated()
    at = keys[new].get_indexer(pd.MultiIndex.from_arrays([part, cell]))
    return some[new][at]
