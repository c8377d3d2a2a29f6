"""
The compiled core, where it was built: the same answers as the Python modules, sooner.

It is no second truth: the Python modules say what is right, and the tests hold both
against each other. `GEO_CORE=numpy` in the environment leaves it unused.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from geo.passages.grid import Grid, refined
from geo.passages.stretches import Passages

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.passages.index import Index

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Counts = NDArray[np.int32]


__all__ = ["CORE", "core", "filled", "find", "holding"]


def _loaded() -> Any:
    if os.environ.get("GEO_CORE") == "numpy":
        return None
    try:
        from geo.passages import _core
    except ImportError:
        return None
    return _core


core: Final = _loaded()
"""The module, or None where it was not built or is not wanted."""

CORE: Final = "compiled" if core else "numpy"
"""Which core answers: the last digits may depend on it."""

_PASSAGE: Final = np.dtype(
    [
        ("from_m", np.float64),
        ("to_m", np.float64),
        ("entry", np.float64, 2),
        ("exit", np.float64, 2),
        ("route", np.int32),
        ("zone", np.int32),
        ("on_border", np.int32),
    ],
    align=True,
)
_NOTHING: Final = np.empty(0, np.int32)


def filled(corners: Floats, zone: Counts, grid: Grid) -> tuple[Grid, Counts, Counts]:
    """
    Divide the cells of a lattice and put the edges into them.

    Parameters
    ----------
    corners, zone
        As in `Index`.
    grid
        From `fitted`.

    Returns
    -------
    grid, first, edges
        As in `Index`.
    """
    count = np.zeros(grid.shape[0] * grid.shape[1], np.int64)
    reach = np.zeros(count.size)
    core.load(_lent(0, corners, zone, grid, _NOTHING, _NOTHING), count, reach)
    grid = refined(grid, count, reach)
    upto = np.zeros(int(grid.base[-1]), np.int32)
    edges = core.fill(_lent(0, corners, zone, grid, _NOTHING, _NOTHING), upto)
    edges = np.frombuffer(edges, np.int32)
    return grid, np.append(upto, np.int32(edges.size)), edges


def holding(path: Floats, edges: Index) -> tuple[Ints, Ints, int]:
    """
    Walk along a path that begins and ends outside of all zones.

    Parameters
    ----------
    path
        Longitude and latitude, shape (n, 2).
    edges
        The zones.

    Returns
    -------
    stop, zone
        The zones that hold each vertex but the first: numbers of both.
    unclosed
        A zone that was entered and never left, or -1.
    """
    count = np.zeros(len(path) - 1, np.int32)
    zones, unclosed = core.holding(_lent_index(edges), np.ascontiguousarray(path), count)
    stop = np.repeat(np.arange(count.size), count)
    return stop, np.frombuffer(zones, np.int32).astype(np.int64), unclosed


def find(
    coordinates: Floats, part: Ints, line: Ints, begun: tuple[Ints, Ints], edges: Index
) -> Passages:
    """
    Find the passages of a block of routes.

    Parameters
    ----------
    coordinates, part, line
        As from `geodesy.edge_vectors`, of this block alone.
    begun
        How many zones stand before those in which each part begins, and all of them.
    edges
        The zones.

    Returns
    -------
    Passages
        By route, zone and chainage.
    """
    length_m = np.zeros(line.size - 1)
    first, zone = begun
    found = np.frombuffer(
        core.find(
            _lent_index(edges),
            np.ascontiguousarray(coordinates),
            part.astype(np.int64),
            line.astype(np.int64),
            first.astype(np.int64),
            zone.astype(np.int32),
            length_m,
        ),
        _PASSAGE,
    )
    return Passages(
        found["route"].astype(np.int64),
        found["zone"].astype(np.int64),
        np.ascontiguousarray(found["from_m"]),
        np.ascontiguousarray(found["to_m"]),
        found["on_border"] > 0,
        np.ascontiguousarray(found["entry"]),
        np.ascontiguousarray(found["exit"]),
        length_m,
    )


def _lent_index(edges: Index) -> tuple[Any, ...]:
    return _lent(edges.zones, edges.corners, edges.zone, edges.grid, edges.first, edges.edges)


def _lent(
    zones: int, corners: Floats, zone: Counts, grid: Grid, first: Counts, edges: Counts
) -> tuple[Any, ...]:
    lattice = tuple(float(value) for value in (*grid.origin, *grid.cell))
    return zones, corners, zone, lattice, grid.shape, grid.side, grid.base, first, edges
