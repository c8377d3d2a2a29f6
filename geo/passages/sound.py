"""What must hold of an index that was not built just now: the compiled core trusts its arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from geo.passages.grid import MOST_SIDE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.passages.index import Index


__all__ = ["ARRAYS", "arrays", "fault"]

ARRAYS: Final[dict[str, tuple[np.dtype[Any], int]]] = {
    "corners": (np.dtype(np.float64), 2),
    "zone": (np.dtype(np.int32), 1),
    "side": (np.dtype(np.int32), 1),
    "base": (np.dtype(np.int32), 1),
    "first": (np.dtype(np.int32), 1),
    "edges": (np.dtype(np.int32), 1),
}
"""The arrays of an index, each with its type and how many numbers a row of it has."""

_CHUNK: Final = 1 << 20
_FARTHEST_DEG: Final = 1000.0  # a polygon beyond the antimeridian may pass 360
_SMALLEST_DEG: Final = 1e-18  # of a cell: the finest lattice that is laid has cells of 1e-16
_MOST: Final = 2**31 - 2


def arrays(edges: Index) -> dict[str, NDArray[Any]]:
    """
    Name the arrays of an index.

    Parameters
    ----------
    edges
        The index.

    Returns
    -------
    dict
        As in `ARRAYS`.
    """
    grid = edges.grid
    return {
        "corners": edges.corners,
        "zone": edges.zone,
        "side": grid.side,
        "base": grid.base,
        "first": edges.first,
        "edges": edges.edges,
    }


def fault(edges: Index) -> str:
    """
    Look for what would lead the kernel outside of its arrays.

    Parameters
    ----------
    edges
        An index, from anywhere.

    Returns
    -------
    str
        What is wrong, in words; empty where nothing is.
    """
    for look in (_of_types, _of_lattice, _of_corners, _of_cells, _of_edges):
        found = look(edges)
        if found:
            return found
    return ""


def _of_types(edges: Index) -> str:
    for name, array in arrays(edges).items():
        kind, width = ARRAYS[name]
        if array.dtype != kind or array.ndim != min(width, 2) or array.shape[1:] not in {(), (2,)}:
            return f"{name} is not of the right type or shape"
        if not (array.flags.c_contiguous and array.flags.aligned):
            return f"{name} does not lie in memory as it must"
        if len(array) > _MOST:
            return f"{name} is too long"
    return ""


def _of_lattice(edges: Index) -> str:
    grid = edges.grid
    columns, rows = grid.shape
    numbers = np.array([*grid.origin, *grid.cell])
    if numbers.shape != (4,) or not (np.abs(numbers) <= 2 * _FARTHEST_DEG).all():
        return "the lattice does not lie on Earth"
    if not (numbers[2:] >= _SMALLEST_DEG).all():
        return "the lattice has cells without extent"
    if columns < 1 or rows < 1 or columns * rows != grid.side.size:
        return "the lattice has not as many cells as it says"
    return ""


def _of_corners(edges: Index) -> str:
    corners, zone = edges.corners, edges.zone
    if len(corners) != zone.size or not 0 <= edges.zones <= _MOST:
        return "there are not as many edges as corners"
    if zone.size == 0:
        return ""
    # NaN is neither
    if not (corners.min() >= -_FARTHEST_DEG and corners.max() <= _FARTHEST_DEG):
        return "a corner does not lie on Earth"
    if zone.min() < -1 or zone.max() >= edges.zones:
        return "an edge belongs to no zone"
    return "" if zone[-1] == -1 else "the last edge has no end"


def _of_cells(edges: Index) -> str:
    side, base, first = edges.grid.side, edges.grid.base, edges.first
    if base.size != side.size + 1 or side.min() < 0 or side.max() > MOST_SIDE:
        return "a cell is not divided as it may be"
    small = np.diff(base.astype(np.int64))
    if base[0] != 0 or (small != side.astype(np.int64) ** 2).any():
        return "cells and small cells do not fit"
    if first.size != int(base[-1]) + 1 or first[0] != 0 or first[-1] != edges.edges.size:
        return "small cells and what they hold do not fit"
    return "small cells overlap" if (first[1:] < first[:-1]).any() else ""


def _of_edges(edges: Index) -> str:
    for begin in range(0, edges.edges.size, _CHUNK):
        some = edges.edges[begin : begin + _CHUNK]
        if some.min() < 0 or some.max() >= edges.zone.size or edges.zone[some].min() < 0:
            return "a small cell holds what is no edge"
    return ""
