"""
In which zones points lie: walk from one to the next, and count the borders crossed.

The walk begins outside of everything and ends there. Each zone must then be left as
often as it was entered, which also shows that no border was missed on the way.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from geo.errors import GeometryError
from geo.passages import compiled
from geo.passages.grid import spread
from geo.passages.meetings import meetings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.passages.index import Index

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


__all__ = ["holding", "tour"]


def holding(points: Floats, edges: Index) -> tuple[Ints, Ints]:
    """
    Find the zones in which points lie.

    Parameters
    ----------
    points
        Longitude and latitude, shape (n, 2). One on a border counts as moved by
        (e, e²), e arbitrarily small, as in the rest of the kernel.
    edges
        The zones.

    Returns
    -------
    point, zone
        Numbers of both, sorted. No points or no zones give none.

    Raises
    ------
    GeometryError
        If a zone was entered and never left: its rings do not close.
    """
    order = tour(points)
    outside = edges.grid.origin - edges.grid.cell
    path = np.concatenate([[outside], points[order], [outside]])
    stop, zone, unclosed = (compiled.holding if compiled.core else _walked)(path, edges)
    if unclosed >= 0:
        message = f"zone {unclosed} has a ring that does not close"
        raise GeometryError(message)
    point = order[stop]
    rows = np.lexsort((zone, point))
    return point[rows], zone[rows]


def tour(points: Floats) -> Ints:
    """
    Order points for a short walk past all of them: up one strip, down the next.

    Parameters
    ----------
    points
        Shape (n, 2).

    Returns
    -------
    ndarray of int
        Their numbers in that order. No points give none.
    """
    if len(points) == 0:
        return np.empty(0, np.int64)
    width, height = np.maximum(np.ptp(points, axis=0), 1e-9)
    strips = min(max(math.ceil(math.sqrt(len(points) * width / height / 3)), 1), len(points))
    strip = np.floor((points[:, 0] - points[:, 0].min()) / width * strips)
    return np.lexsort((np.where(strip % 2 == 0, points[:, 1], -points[:, 1]), strip))


def _walked(path: Floats, edges: Index) -> tuple[Ints, Ints, int]:
    """Give (stop, zone) along a path, and a zone that is never left, or -1."""
    met = meetings(path, (path[1:] != path[:-1]).any(axis=1), edges)
    crossed = np.flatnonzero(met.inside)
    key = met.zone[crossed] * len(path) + met.segment[crossed]
    order = np.argsort(key, kind="stable")
    key, depth = key[order], np.cumsum(met.inside[crossed][order], dtype=np.int64)
    last = np.flatnonzero(np.diff(key, append=-1))
    key, depth = key[last], depth[last]
    # segment s of the path ends at the stop of that number
    zone, stop = np.divmod(key, len(path))
    # each zone's sum must be back at zero, and the next zone's begins there
    unclosed = np.flatnonzero((np.diff(zone, append=-1) != 0) & (depth != 0))
    if unclosed.size:
        return stop, zone, int(zone[unclosed[0]])
    deep = np.flatnonzero(depth > 0)
    owner, stops = spread(stop[deep], stop[deep + 1] - 1)
    return stops, zone[deep][owner], -1
