"""
Two levels of cells: a lattice over everything, and in each busy cell a finer one.

A segment needs to be compared only with the edges in the cells that it passes
through. One lattice alone is too coarse as soon as a far-away zone stretches it; the
finer ones fit the edges of each place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from geo.errors import GeometryError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Counts = NDArray[np.int32]
    Whole = NDArray[np.integer[Any]]


__all__ = ["Grid", "cells", "fitted", "refined", "small_cells", "spread"]

EDGES_A_CELL: Final = 64  # of the lattice over everything, on average
EDGES_A_SMALL_CELL: Final = 2.0
_CHUNK = 1 << 20
_MOST_CELLS = 1 << 20
MOST_SIDE = 1024
MOST_PLACES: Final = 1 << 29  # small cells have at most 3.5 times as many: 32 bits count them
_SLACK = 1e-6  # of a cell: rounding must not lose one; one too many costs little
_SLACK_DEG = 1e-12


@dataclass(frozen=True)
class Grid:
    """
    A lattice of cells, each of them divided again into side x side small cells.

    Attributes
    ----------
    origin, cell
        The south-west corner, and the size of a cell, degrees, shape (2,).
    shape
        Numbers of columns and rows; cells are counted column by column.
    side
        Small columns, and small rows, of each cell; 0 where it holds no edge.
    base
        Small cells before those of each cell, and the number of all at the end.
    """

    origin: Floats
    cell: Floats
    shape: tuple[int, int]
    side: Counts
    base: Counts


def fitted(low: Floats, high: Floats, edges: int) -> Grid:
    """
    Lay a lattice over edges, its cells not divided yet.

    Parameters
    ----------
    low, high
        South-west and north-east corner of the edges, degrees, shape (2,).
    edges
        How many there are; with none the lattice is one cell.

    Returns
    -------
    Grid
        Square-ish cells, with `EDGES_A_CELL` edges on average.
    """
    nothing = np.zeros(1, np.int32)
    if edges == 0:
        return Grid(np.zeros(2), np.ones(2), (1, 1), nothing, np.zeros(2, np.int32))
    count = min(max(edges / EDGES_A_CELL, 1.0), float(_MOST_CELLS))
    extent = np.maximum(high - low, 1e-9)
    size = max(float(np.sqrt(extent.prod() / count)), float(extent.max()) / count)
    columns, rows = (max(int(side), 1) for side in np.ceil(extent / size))
    cell = extent / (columns, rows) * (1 + 1e-12)
    return Grid(low, cell, (columns, rows), nothing, nothing)


def refined(grid: Grid, count: Whole, reach: Floats) -> Grid:
    """
    Divide the cells of a lattice by what is in them.

    Parameters
    ----------
    grid
        From `fitted`.
    count
        Edges in each cell.
    reach
        Sum of their extents along both axes, each in shares of the cell.

    Returns
    -------
    Grid
        With about `EDGES_A_SMALL_CELL` edges a small cell, but no finer than lets an
        edge lie in one and a half of them on average. (Measured: smaller ones cost
        more in memory than they save in edges looked at.)

    Raises
    ------
    GeometryError
        If edges and cells make more than 537 million pairs.
    """
    if count.sum() > MOST_PLACES:
        message = (
            f"the edges of the zones pass through more than {MOST_PLACES:,} cells, they are too "
            "long for their number: measure the zones in parts"
        )
        raise GeometryError(message)
    side = np.sqrt(count / EDGES_A_SMALL_CELL)
    side = np.minimum(side, count / np.maximum(2 * reach, 1e-12))
    side = np.where(count > 0, np.clip(np.ceil(side), 1, MOST_SIDE), 0).astype(np.int32)
    base = np.concatenate([[0], np.cumsum(side.astype(np.int64) ** 2)]).astype(np.int32)
    return Grid(grid.origin, grid.cell, grid.shape, side, base)


def cells(vertices: Floats, wanted: Flags, grid: Grid) -> tuple[Ints, Ints]:
    """
    Pair the segments of a path with the cells of the lattice that they pass through.

    Parameters
    ----------
    vertices
        The path, shape (n, 2); segment s goes from vertex s to vertex s + 1.
    wanted
        Which segments to pair, shape (n - 1,).
    grid
        The grid; its cells need not be divided yet.

    Returns
    -------
    segment, cell
        Numbers of both; each pair comes once.
    """
    segment = np.flatnonzero(wanted)
    x, y = np.ascontiguousarray(vertices.T)
    owner, cell = _crossed(_Ends.of(x, y, segment), grid)
    return segment[owner], cell


def small_cells(vertices: Floats, wanted: Flags, grid: Grid) -> Iterator[tuple[Ints, Ints]]:
    """
    Pair the segments of a path with the small cells that they pass through.

    Parameters
    ----------
    vertices
        The path, shape (n, 2); segment s goes from vertex s to vertex s + 1.
    wanted
        Which segments to pair, shape (n - 1,).
    grid
        The grid, divided.

    Yields
    ------
    segment, cell
        Numbers of both, about a million pairs at a time; each pair comes once.
    """
    for begin in range(0, len(wanted), _CHUNK):
        end = min(begin + _CHUNK, len(wanted))
        x, y = np.ascontiguousarray(vertices[begin : end + 1].T)
        for segment, cell in _full_cells(x, y, wanted[begin:end], grid):
            passes = 1 + np.minimum(_moves(x, y, segment, grid), 1).sum(axis=0) * grid.side[cell]
            for some in _blocks_of(passes):
                owner, small = _divided(_Ends.of(x, y, segment[some]), cell[some], grid)
                yield begin + segment[some][owner], small


def _full_cells(x: Floats, y: Floats, wanted: Flags, grid: Grid) -> Iterator[tuple[Ints, Ints]]:
    """Pair segments with the cells of the lattice that hold edges; most stay in one cell."""
    columns, rows = grid.shape
    # a margin of cells around it: who stays in one of them meets nothing
    column = _floor_between((x - grid.origin[0]) / grid.cell[0], -1, columns)
    row = _floor_between((y - grid.origin[1]) / grid.cell[1], -1, rows)
    within = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
    cell = np.where(within, column * rows + row, 0)
    stays = (column[1:] == column[:-1]) & (row[1:] == row[:-1])
    home = np.flatnonzero(wanted & stays & within[:-1] & (grid.side[cell[:-1]] > 0))
    yield home, cell[home]
    away = np.flatnonzero(wanted & ~stays)
    moves = np.minimum(_moves(x, y, away, grid), np.array(grid.shape)[:, None])
    for some in _blocks_of(1 + moves.sum(axis=0)):
        owner, cell = _crossed(_Ends.of(x, y, away[some]), grid)
        full = np.flatnonzero(grid.side[cell])
        yield away[some][owner[full]], cell[full]


def _moves(x: Floats, y: Floats, segment: Ints, grid: Grid) -> Floats:
    """Give how many cells of the lattice each segment goes along both axes, shape (2, n)."""
    across = np.abs(x[segment + 1] - x[segment]) / grid.cell[0]
    return np.stack([across, np.abs(y[segment + 1] - y[segment]) / grid.cell[1]])


def _blocks_of(cost: Floats) -> list[Ints]:
    """Divide rows into blocks of about a million each in cost, so that memory is bounded."""
    block = np.cumsum(cost) // _CHUNK
    return np.split(np.arange(cost.size), np.flatnonzero(np.diff(block)) + 1)


def _floor_between(value: Floats, low: Any, high: Any) -> Counts:
    number: Counts = np.minimum(np.maximum(np.floor(value), low), high).astype(np.int32)
    return number


class _Ends(NamedTuple):
    """Both ends of segments, an array for each coordinate."""

    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats

    @classmethod
    def of(cls, x: Floats, y: Floats, segment: Ints) -> _Ends:
        return cls(x[segment], y[segment], x[segment + 1], y[segment + 1])

    def take(self, rows: Ints) -> _Ends:
        return _Ends(*(values[rows] for values in self))


class _Lattice(NamedTuple):
    """A lattice of cells: numbers, or arrays with one for each segment."""

    west: Any
    south: Any
    width: Any
    height: Any
    columns: Any
    rows: Any

    def take(self, rows: Ints) -> _Lattice:
        return _Lattice(
            *(values[rows] if isinstance(values, np.ndarray) else values for values in self)
        )


def _crossed(ends: _Ends, grid: Grid) -> tuple[Ints, Ints]:
    """Give (segment, cell) of the lattice."""
    (west, south), (width, height) = grid.origin.tolist(), grid.cell.tolist()
    columns, rows = grid.shape
    near = np.flatnonzero(
        (np.maximum(ends.x0, ends.x1) >= west - _SLACK_DEG)
        & (np.minimum(ends.x0, ends.x1) <= west + width * columns)
        & (np.maximum(ends.y0, ends.y1) >= south - _SLACK_DEG)
        & (np.minimum(ends.y0, ends.y1) <= south + height * rows)
    )
    on = _Lattice(west, south, width, height, columns, rows)
    owner, column, row = _passed(ends.take(near), on)
    return near[owner], column * rows + row


def _divided(ends: _Ends, cell: Ints, grid: Grid) -> tuple[Ints, Ints]:
    """Give (segment, small cell), each segment within one cell of the lattice."""
    side = grid.side[cell]
    column, row = np.divmod(cell, grid.shape[1])
    on = _Lattice(
        grid.origin[0] + column * grid.cell[0],
        grid.origin[1] + row * grid.cell[1],
        grid.cell[0] / side,
        grid.cell[1] / side,
        side,
        side,
    )
    owner, column, row = _passed(ends, on)
    return owner, grid.base[cell[owner]] + column * side[owner] + row


def _passed(ends: _Ends, on: _Lattice) -> tuple[Ints, Ints, Ints]:
    """Give (segment, column, row) of the cells passed in a lattice, which all segments touch."""
    column0 = _floor_between((ends.x0 - on.west) / on.width, 0, on.columns - 1)
    column1 = _floor_between((ends.x1 - on.west) / on.width, 0, on.columns - 1)
    row0 = _floor_between((ends.y0 - on.south) / on.height, 0, on.rows - 1)
    row1 = _floor_between((ends.y1 - on.south) / on.height, 0, on.rows - 1)
    single = (column0 == column1) & (row0 == row1)
    alone, wide = np.flatnonzero(single), np.flatnonzero(~single)
    first, last = column0[wide], column1[wide]
    owner, column = spread(np.minimum(first, last), np.maximum(first, last))
    low, high = np.minimum(row0[wide], row1[wide]), np.maximum(row0[wide], row1[wide])
    low, high = low[owner], high[owner]
    slanted = np.flatnonzero((first != last)[owner] & (low != high))
    rows = wide[owner[slanted]]
    bottom, top = _rows(ends.take(rows), on.take(rows), column[slanted])
    low[slanted] = np.maximum(low[slanted], bottom)
    high[slanted] = np.minimum(high[slanted], top)
    of_column, row = spread(low, high)
    return (
        np.concatenate([alone, wide[owner[of_column]]]),
        np.concatenate([column0[alone], column[of_column]]),
        np.concatenate([row0[alone], row]),
    )


def _rows(ends: _Ends, on: _Lattice, column: Whole) -> tuple[Counts, Counts]:
    """Give the rows between which each segment stays inside its column."""
    run, rise = ends.x1 - ends.x0, ends.y1 - ends.y0  # who passes two columns has a run
    west = on.west + column * on.width
    # on a steep line a rounded column is a long way up: take a little of its neighbours
    aside = _SLACK * on.width + _SLACK_DEG
    with np.errstate(over="ignore"):
        near, far = (west - aside - ends.x0) / run, (west + on.width + aside - ends.x0) / run
    near, far = (ends.y0 + np.minimum(np.maximum(share, 0), 1) * rise for share in (near, far))
    slack = _SLACK * on.height + _SLACK_DEG
    bottom = (np.minimum(near, far) - slack - on.south) / on.height
    top = (np.maximum(near, far) + slack - on.south) / on.height
    return _floor_between(bottom, 0, on.rows - 1), _floor_between(top, 0, on.rows - 1)


def spread(low: Whole, high: Whole) -> tuple[Ints, Ints]:
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
