"""How far the areas that events name lie off a route: at least, and at most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo.events import reach

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.events.regions import Regions

    Floats = NDArray[np.float64]

__all__ = ["areas"]

_GRID_DEG: Final = 0.005
_GRID_M: Final = 400.0
_BORDER_DEG: Final = 0.002
_APART_M: Final = 170.0


def areas(scale: reach.Ruler, regions: Regions, within_m: float) -> tuple[Floats, Floats]:
    """
    Measure the areas of events to a route, each area once.

    Parameters
    ----------
    scale
        The route.
    regions
        Those of events that lie somewhere in an area.
    within_m
        Distances beyond this need not be told, metres.

    Returns
    -------
    low, high
        Metres for each event: no more than to the nearest, and no less than to
        the farthest spot of its area; infinite beyond the reach, and for a route
        of no length.
    """
    used, which = np.unique(regions.area, return_inverse=True)
    low, high = np.full(used.size, np.inf), np.full(used.size, np.inf)
    if scale.begin.size and used.size:
        stations = scale.places(scale.marks)
        shapes = regions.shapes[used]
        for at in _within_box(stations, shapes, within_m):
            low[at], high[at] = _area(shapes[at], scale, within_m)
        crossed = reach.holding(shapely.STRtree(shapes), stations)[1]
        low[np.unique(crossed)] = 0.0
    return low[which], high[which]


def _within_box(stations: Floats, shapes: Any, within_m: float) -> Any:
    """Pass over the areas that the box of a route, or its boxes at the date line, is far from."""
    sides = [stations[side] for side in (stations[:, 0] < 0, stations[:, 0] >= 0)]
    near = np.zeros(len(shapes), np.bool_)
    for part in (side for side in sides if len(side)):
        (west, south), (east, north) = part.min(axis=0), part.max(axis=0)
        low, high = shapely.bounds(shapes)[:, :2], shapely.bounds(shapes)[:, 2:]
        half = (high - low) / 2
        bounds = west - half[:, 0], south - half[:, 1], east + half[:, 0], north + half[:, 1]
        near |= reach.in_box((low + high) / 2, bounds, within_m)
    return np.flatnonzero(near)


def _area(shape: Any, scale: reach.Ruler, within_m: float) -> tuple[float, float]:
    """
    Measure an area: no more than its nearest, no less than its farthest spot.

    The farthest spot may lie inside the area, so a grid of points is asked too;
    it stands so close that nothing between its points is farther by more than is added.
    """
    border = shapely.get_coordinates(shapely.segmentize(shapely.boundary(shape), _BORDER_DEG))
    away = _to_stations(scale, border, 2 * within_m)
    low = float(np.sqrt(max(float(away.min()) ** 2 - _APART_M**2, 0.0)))
    high = float(away.max()) + _APART_M
    if high > within_m:
        return low, np.inf
    west, south, east, north = shape.bounds
    lon, lat = np.meshgrid(
        np.arange(west, east, _GRID_DEG), np.arange(south, north, _GRID_DEG), indexing="ij"
    )
    inside = shapely.contains_xy(shape, lon.ravel(), lat.ravel())
    grid = np.column_stack([lon.ravel()[inside], lat.ravel()[inside]])
    if len(grid):
        high = max(high, float(_to_stations(scale, grid, 2 * within_m).max()) + _GRID_M)
    return low, high


def _to_stations(scale: reach.Ruler, places: Floats, within_m: float) -> Floats:
    away: Floats = scale.tree.query(reach.in_space(places), distance_upper_bound=within_m)[0]
    return away
