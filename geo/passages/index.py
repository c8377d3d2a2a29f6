"""The edges of zones, in cells: what every route is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from geo.errors import GeometryError
from geo.passages import compiled
from geo.passages.grid import Grid, cells, fitted, refined, small_cells, spread
from geo.passages.recall import recalled
from geo.passages.vertices import require_corners, rounded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Counts = NDArray[np.int32]
    Flags = NDArray[np.bool_]
    Shapes = NDArray[np.object_]


__all__ = ["Index", "built", "candidates", "index"]

_CHUNK = 1 << 20
_CORNERS = 1 << 18
_MOST_CORNERS = 1 << 28  # so that the places in cells are counted in 32 bits
_POLYGON, _MULTIPOLYGON = 3, 6
_NO_EDGE: Final = -1


@dataclass(frozen=True)
class Index:
    """
    The edges of zones, in the small cells of a grid. Arrays and numbers only.

    Attributes
    ----------
    zones
        How many zones there are.
    corners
        The vertices of all rings, longitude and latitude, shape (n, 2). Edge e goes
        from corner e to corner e + 1, and the inside lies on its left.
    zone
        The zone of every edge; -1 where a ring ends or stands still, and where the edge
        is of no zone that was asked for.
    grid
        The cells.
    first, edges
        Edges in small cell c are `edges[first[c]:first[c + 1]]`, each once.
    """

    zones: int
    corners: Floats
    zone: Counts
    grid: Grid
    first: Counts
    edges: Counts


def index(zones: Shapes) -> Index:
    """
    Put the edges of zones into a grid, or recall a kept index that holds them.

    Parameters
    ----------
    zones
        Valid Polygons and MultiPolygons in longitude and latitude, degrees.

    Returns
    -------
    Index
        Usable for any number of calls of `find`, which gives the same passages
        whether it was recalled or built.

    Raises
    ------
    GeometryError
        If one of them is missing, not a polygon, or has a corner that is no longitude
        and latitude in degrees, or if they have more than 268 million corners.
    """
    zones = np.asarray(zones, dtype=object).ravel()
    kept = recalled(zones)
    return built(zones) if kept is None else kept


def built(zones: Shapes) -> Index:
    """
    Put the edges of zones into a grid, whatever is remembered.

    Parameters
    ----------
    zones
        As for `index`.

    Returns
    -------
    Index
        Of these zones alone.

    Raises
    ------
    GeometryError
        As `index`.
    """
    zones = np.asarray(zones, dtype=object).ravel()
    types = shapely.get_type_id(zones)
    wrong = np.flatnonzero((types != _POLYGON) & (types != _MULTIPOLYGON))
    if wrong.size:
        message = f"zone {wrong[0]} is not a Polygon or MultiPolygon"
        raise GeometryError(message)
    if int(shapely.get_num_coordinates(zones).sum()) > _MOST_CORNERS:
        message = f"the zones have more than {_MOST_CORNERS:,} corners: measure them in parts"
        raise GeometryError(message)
    corners, zone = _borders(zones)
    require_corners(corners)
    grid, first, edges = _filled(corners, zone)
    return Index(zones.size, corners, zone, grid, first, edges)


def _borders(zones: Shapes) -> tuple[Floats, Counts]:
    """Give the corners of all rings, the inside on the left, and the zone of each edge."""
    count = shapely.get_num_coordinates(zones)
    ends = np.cumsum(count)
    corners, zone = np.empty((int(count.sum()), 2)), np.empty(int(count.sum()), np.int32)
    # shapely copies every part and ring that it gives: a block at a time, memory is bounded
    for rows in np.split(np.arange(zones.size), np.flatnonzero(np.diff(ends // _CORNERS)) + 1):
        place = slice(ends[rows[0]] - count[rows[0]], ends[rows[-1]]) if rows.size else slice(0)
        corners[place], zone[place] = _borders_of(zones[rows], rows)
    return corners, zone


def _borders_of(zones: Shapes, number: Ints) -> tuple[Floats, Counts]:
    polygons, of_polygon = shapely.get_parts(zones, return_index=True)
    rings, of_ring = shapely.get_rings(polygons, return_index=True)
    is_shell = np.diff(of_ring, prepend=-1) > 0
    backwards = shapely.is_ccw(rings) != is_shell
    if backwards.any():
        rings[backwards] = shapely.reverse(rings[backwards])
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    corners = rounded(corners)
    zone = number[of_polygon[of_ring]].astype(np.int32)[ring]
    x, y = corners.T  # a column at a time: numpy is slow along pairs
    stays = ((x[1:] == x[:-1]) & (y[1:] == y[:-1])) | (ring[1:] != ring[:-1])
    zone[:-1][stays] = _NO_EDGE
    zone[-1:] = _NO_EDGE
    return corners, zone


def _filled(corners: Floats, zone: Counts) -> tuple[Grid, Counts, Counts]:
    """Choose the cells and put every edge into those that it passes through."""
    count = np.count_nonzero(zone != _NO_EDGE)
    if count == 0:
        grid = fitted(np.zeros(2), np.zeros(2), 0)
        return grid, np.zeros(1, np.int32), np.empty(0, np.int32)
    low, high = (np.array([side(values) for values in corners.T]) for side in (np.min, np.max))
    grid = fitted(low, high, int(count))
    if compiled.core:
        return compiled.filled(corners, zone, grid)
    wanted = zone[:-1] != _NO_EDGE
    grid = refined(grid, *_load(corners, wanted, grid))
    owner, cell = [np.empty(0, np.int32)], [np.empty(0, np.int32)]
    for edges, at in small_cells(corners, wanted, grid):
        owner.append(edges.astype(np.int32))
        cell.append(at.astype(np.int32))
    every = np.concatenate(cell)
    order = np.argsort(every, kind="stable")
    tally = np.bincount(every, minlength=int(grid.base[-1]))
    first = np.concatenate([[0], np.cumsum(tally)]).astype(np.int32)
    return grid, first, np.concatenate(owner)[order]


def _load(corners: Floats, wanted: Flags, grid: Grid) -> tuple[Ints, Floats]:
    """Count the edges in each cell of the lattice, and add up how far they reach in it."""
    every = grid.shape[0] * grid.shape[1]
    count, load = np.zeros(every, np.int64), np.zeros(every)
    for begin in range(0, wanted.size, _CHUNK):
        end = min(begin + _CHUNK, wanted.size)
        some = corners[begin : end + 1]
        moves = np.abs(np.diff(some.T)) / grid.cell[:, None]
        reach = np.minimum(moves, 1).sum(axis=0)
        edge, cell = cells(some, wanted[begin:end], grid)
        count += np.bincount(cell, minlength=every)
        load += np.bincount(cell, weights=reach[edge], minlength=every)
    return count, load


def candidates(vertices: Floats, travelled: Flags, edges: Index) -> Iterator[tuple[Ints, Ints]]:
    """
    Pair the segments of a path with the edges in the cells that they pass through.

    Parameters
    ----------
    vertices
        The path, shape (n, 2); segment s goes from vertex s to vertex s + 1.
    travelled
        Which segments are, shape (n - 1,).
    edges
        The index.

    Yields
    ------
    segment, edge
        Numbers of the paired segments and edges, about a million at a time; a
        pair comes once for each small cell that both pass through.
    """
    for segment, cell in small_cells(vertices, travelled, edges.grid):
        yield from _in_cells(segment, cell, edges)


def _in_cells(segment: Ints, cell: Ints, edges: Index) -> Iterator[tuple[Ints, Ints]]:
    first, last = edges.first[cell], edges.first[cell + 1]
    full = np.flatnonzero(last > first)
    segment, first, last = segment[full], first[full].astype(np.int64), last[full]
    ends = np.cumsum(last - first)
    low = 0
    while low < ends.size:
        done = ends[low - 1] if low else 0
        high = max(int(np.searchsorted(ends, done + _CHUNK, "right")), low + 1)
        owner, place = spread(first[low:high], last[low:high] - 1)
        yield segment[low:high][owner], edges.edges[place].astype(np.int64)
        low = high
