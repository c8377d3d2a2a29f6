"""
The edges of zones in the cells of a uniform grid.

A segment needs to be compared only with the edges in the cells that it passes
through.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.errors import GeometryError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Shapes = NDArray[np.object_]


__all__ = ["Index", "candidates", "index", "spread"]

_CHUNK = 1 << 20
_POLYGON, _MULTIPOLYGON = 3, 6


@dataclass(frozen=True)
class Index:
    """
    The edges of zones, in the cells of a uniform grid.

    Attributes
    ----------
    zones
        The polygons.
    start, end
        Ends of every edge, shape (n, 2); inside lies on the left.
    zone
        The zone of every edge, ascending.
    origin, cell, shape
        The grid: its south-west corner, the size of a cell in degrees, and its
        numbers of columns and rows.
    first, edges
        Edges of cell c are `edges[first[c]:first[c + 1]]`.
    sums
        Entries in all cells south-west of a corner of the grid, shape
        (columns + 1, rows + 1): four of them count those in any box of cells.
    """

    zones: Shapes
    start: Floats
    end: Floats
    zone: Ints
    origin: Floats
    cell: Floats
    shape: tuple[int, int]
    first: NDArray[np.int32]
    edges: NDArray[np.int32]
    sums: NDArray[np.int32]


def index(zones: Shapes) -> Index:
    """
    Put the edges of zones into a grid.

    Parameters
    ----------
    zones
        Valid Polygons and MultiPolygons in longitude and latitude, degrees.

    Returns
    -------
    Index
        Usable for any number of calls of `find`.

    Raises
    ------
    GeometryError
        If one of them is missing or not a polygon.
    """
    zones = np.asarray(zones, dtype=object)
    types = shapely.get_type_id(zones)
    wrong = np.flatnonzero((types != _POLYGON) & (types != _MULTIPOLYGON))
    if wrong.size:
        message = f"zone {wrong[0]} is not a Polygon or MultiPolygon"
        raise GeometryError(message)
    shapely.prepare(zones)
    start, end, zone = _ring_edges(zones)
    low, high = np.minimum(start, end), np.maximum(start, end)
    origin, cell, shape = _grid(low, high)
    edge, number = _cover(start, end, origin, cell, shape)
    order = np.argsort(number, kind="stable")
    counts = np.bincount(number, minlength=shape[0] * shape[1]).astype(np.int32)
    first = np.concatenate([[0], np.cumsum(counts, dtype=np.int32)]).astype(np.int32)
    sums = np.zeros((shape[0] + 1, shape[1] + 1), np.int32)
    sums[1:, 1:] = counts.reshape(shape).cumsum(axis=0).cumsum(axis=1)
    return Index(
        zones, start, end, zone, origin, cell, shape, first, edge[order].astype(np.int32), sums
    )


def _ring_edges(zones: Shapes) -> tuple[Floats, Floats, Ints]:
    """Take the rings apart into edges that have their zone on the left."""
    if zones.size == 0:
        return np.empty((0, 2)), np.empty((0, 2)), np.empty(0, np.int64)
    polygons, of_polygon = shapely.get_parts(zones, return_index=True)
    rings, of_ring = shapely.get_rings(polygons, return_index=True)
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    is_shell = np.diff(of_ring, prepend=-1) > 0
    start, end = coordinates[:-1], coordinates[1:]
    same = (ring[1:] == ring[:-1]) & (start != end).any(axis=1)
    backwards = (shapely.is_ccw(rings) != is_shell)[ring[:-1]]
    tail = np.where(backwards[:, None], end, start)[same]
    head = np.where(backwards[:, None], start, end)[same]
    return tail, head, of_polygon[of_ring][ring[:-1]][same].astype(np.int64)


def _grid(low: Floats, high: Floats) -> tuple[Floats, Floats, tuple[int, int]]:
    """Choose square-ish cells, about as large as an edge, at most four for each edge."""
    if len(low) == 0:
        return np.zeros(2), np.ones(2), (1, 1)
    origin = low.min(axis=0)
    extent = np.maximum(high.max(axis=0) - origin, 1e-9)
    size = max(
        float(np.mean(high - low)) * 2,
        math.sqrt(float(extent.prod()) / (4 * len(low))),
        float(extent.max()) / (4 * len(low)),  # edges on one line still share few cells
        1e-9,
    )
    columns, rows = (max(int(side), 1) for side in np.ceil(extent / size))
    return origin, extent / (columns, rows) * (1 + 1e-12), (columns, rows)


def _busy(start: Floats, end: Floats, edges: Index) -> Ints:
    """Find the segments in whose box of cells there is any edge; most have none."""
    near, box = np.full(len(start), fill_value=True), []
    for axis, count in enumerate(edges.shape):
        ends = [
            np.floor((point[:, axis] - edges.origin[axis]) / edges.cell[axis])
            for point in (start, end)
        ]
        low, high = np.minimum(*ends), np.maximum(*ends)
        near &= (high >= 0) & (low < count)
        box += [np.clip(low, 0, count), np.clip(high + 1, 0, count)]
    rows = np.flatnonzero(near)
    west, east, south, north = (side[rows].astype(np.int32) for side in box)
    sums = edges.sums
    inside = sums[east, north] - sums[west, north] - sums[east, south] + sums[west, south]
    busy: Ints = rows[inside > 0]
    return busy


def candidates(start: Floats, end: Floats, edges: Index) -> Iterator[tuple[Ints, Ints]]:
    """
    Pair segments with edges that share a cell.

    Parameters
    ----------
    start, end
        Ends of the segments, shape (n, 2).
    edges
        The index.

    Yields
    ------
    segment, edge
        Numbers of the paired segments and edges, about a million at a time; a
        pair comes once for each cell that both pass through.
    """
    busy = _busy(start, end, edges)
    cells = 1 + np.abs((end[busy] - start[busy]) / edges.cell).sum(axis=1)
    block = np.cumsum(cells) // _CHUNK
    for part in np.split(busy, np.flatnonzero(np.diff(block)) + 1):
        yield from _candidates_of(part, start, end, edges)


def _candidates_of(
    busy: Ints, start: Floats, end: Floats, edges: Index
) -> Iterator[tuple[Ints, Ints]]:
    segment, number = _cover(start[busy], end[busy], edges.origin, edges.cell, edges.shape)
    segment = busy[segment]
    counts = edges.first[number + 1] - edges.first[number]
    full = np.flatnonzero(counts)
    segment, number, counts = segment[full], number[full], counts[full].astype(np.int64)
    ends = np.cumsum(counts)
    low = 0
    while low < counts.size:
        done = ends[low - 1] if low else 0
        high = max(int(np.searchsorted(ends, done + _CHUNK, "right")), low + 1)
        first = edges.first[number[low:high]].astype(np.int64)
        owner, place = spread(first, first + counts[low:high] - 1)
        yield segment[low:high][owner], edges.edges[place].astype(np.int64)
        low = high


def _cover(
    start: Floats, end: Floats, origin: Floats, cell: Floats, shape: tuple[int, int]
) -> tuple[Ints, Ints]:
    """Pair every segment with every cell that it passes through: (segment, cell)."""
    low = np.floor((np.minimum(start, end) - origin) / cell).astype(np.int64)
    high = np.floor((np.maximum(start, end) - origin) / cell).astype(np.int64)
    last = np.array(shape) - 1
    near = np.flatnonzero(((high >= 0) & (low <= last)).all(axis=1))
    low, high = np.maximum(low[near], 0), np.minimum(high[near], last)
    single = (low == high).all(axis=1)
    alone, wide = near[single], np.flatnonzero(~single)
    numbers = low[single, 0] * shape[1] + low[single, 1]
    owner, column = spread(low[wide, 0], high[wide, 0])
    bottom, top = _rows(start[near[wide]], end[near[wide]], owner, column, origin, cell)
    bottom = np.maximum(bottom, low[wide, 1][owner])
    top = np.minimum(top, high[wide, 1][owner])
    of_column, row = spread(bottom, top)
    segment = np.concatenate([alone, near[wide][owner[of_column]]])
    number = np.concatenate([numbers, column[of_column] * shape[1] + row])
    order = np.argsort(segment, kind="stable")
    return segment[order], number[order]


def _rows(
    start: Floats, end: Floats, owner: Ints, column: Ints, origin: Floats, cell: Floats
) -> tuple[Ints, Ints]:
    """Give the rows between which each segment stays inside each of its columns."""
    run, rise = (end - start)[owner].T
    x, y = start[owner].T
    west = origin[0] + column * cell[0]
    # on a steep line a rounded column is a long way up: take a little of its neighbours
    aside = 1e-6 * cell[0] + 1e-12
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        share = np.stack([(west - aside - x) / run, (west + cell[0] + aside - x) / run])
    share = np.where(run == 0, [[0.0], [1.0]], np.clip(share, 0, 1))
    height = y + share * rise
    slack = 1e-6 * cell[1]  # rounding must not lose a cell; one too many costs little
    bottom = np.floor((height.min(axis=0) - slack - origin[1]) / cell[1])
    top = np.floor((height.max(axis=0) + slack - origin[1]) / cell[1])
    return bottom.astype(np.int64), top.astype(np.int64)


def spread(low: Ints, high: Ints) -> tuple[Ints, Ints]:
    """
    List every whole number from low to high, both included.

    Parameters
    ----------
    low, high
        Whole numbers, one pair a row; high < low lists nothing.

    Returns
    -------
    owner, number
        The row that each number belongs to, and the number.
    """
    counts = np.maximum(high - low + 1, 0)
    owner = np.repeat(np.arange(low.size), counts)
    offset = np.arange(owner.size) - np.repeat(np.cumsum(counts) - counts, counts)
    return owner, low[owner] + offset
