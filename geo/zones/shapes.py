"""The shapes of one window's events: where they lie dense, their hulls, or what they name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo import geodesy
from geo.events import reach
from geo.events.regions import AREA, Regions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Shape = tuple[Any, Ints, Floats]

__all__ = ["METHODS", "WIDEST_KM2", "Found", "square_km"]

WIDEST_KM2: Final = 30_000.0
"""An area larger than this (a state, a country) places no event; townships are much smaller."""

_CELL_DEG: Final = 0.05
_KERNEL_M: Final = 10_000.0
_KERNEL_REACH: Final = 3.0
_LEAST_DENSITY: Final = 1.0
_LINK_M: Final = 10_000.0
_EDGE_M: Final = 5_000.0
_LEAST_EVENTS: Final = 3
_MONTH: Final = 30.0


def square_km(shape: Any) -> float:
    """
    Measure a polygon on the WGS 84 ellipsoid.

    Parameters
    ----------
    shape
        A polygon in longitude and latitude, degrees.

    Returns
    -------
    float
        Square kilometres.
    """
    from pyproj import Geod

    return abs(float(Geod(ellps="WGS84").geometry_area_perimeter(shape)[0])) / 1e6


@dataclass(frozen=True)
class Found:
    """The events of one window, and where each can be."""

    events: pd.DataFrame
    regions: Regions
    days: float


# --------------------------------------------------------------------- density


def _density(found: Found) -> Iterator[Shape]:
    """Give the places where events lie dense, the largest first."""
    from scipy.ndimage import label

    if not len(found.events):
        return
    grid = _Grid.around(found.regions)
    weights = [grid.weights(found.regions, row) for row in range(len(found.events))]
    total = np.zeros(grid.shape)
    for cells, weight in weights:
        total[cells] += weight
    # events for each 1,000 square kilometres and 30 days
    dense = total / grid.area_km2 * 1000 * _MONTH / found.days >= _LEAST_DENSITY
    groups, count = label(dense)
    shapes = []
    for group in range(1, count + 1):
        inside = groups == group
        share = np.array([weight[inside[cells]].sum() for cells, weight in weights])
        rows = np.flatnonzero(share > 0)
        if share.sum() >= 1:  # what holds less than one event holds none
            shapes.append((grid.outline(inside), rows, share[rows]))
    yield from _largest_first(shapes)


def _largest_first(shapes: list[Shape]) -> list[Shape]:
    return sorted(shapes, key=lambda shape: (-float(shape[2].sum()), shape[0].bounds))


@dataclass(frozen=True)
class _Grid:
    """Cells of 0.05 degrees, on whole multiples of it."""

    west: int
    south: int
    shape: tuple[int, int]
    area_km2: Floats

    @classmethod
    def around(cls, regions: Regions) -> _Grid:
        """Lay a grid over all that the events can reach."""
        margin = (_KERNEL_REACH * max(_KERNEL_M, float(regions.radius_m.max()))) / 100_000
        boxes = [
            (regions.lon.min(), regions.lat.min(), regions.lon.max(), regions.lat.max()),
            *(regions.shapes[area].bounds for area in np.unique(regions.area[regions.area >= 0])),
        ]
        low = np.floor((np.min(boxes, axis=0)[:2] - margin) / _CELL_DEG).astype(int)
        high = np.ceil((np.max(boxes, axis=0)[2:] + margin) / _CELL_DEG).astype(int)
        columns, rows = (int(side) for side in high - low)
        lat = (low[1] + np.arange(rows) + 0.5) * _CELL_DEG
        ones = np.zeros(rows)
        wide = geodesy.distance_m(ones, lat, ones + _CELL_DEG, lat)
        tall = geodesy.distance_m(ones, lat - _CELL_DEG / 2, ones, lat + _CELL_DEG / 2)
        area = np.broadcast_to(wide * tall / 1e6, (columns, rows))
        return cls(int(low[0]), int(low[1]), (columns, rows), area)

    def centres(self, west: int, south: int, columns: int, rows: int) -> tuple[Floats, Floats]:
        """Give the middles of a block of cells."""
        lon = (self.west + west + np.arange(columns) + 0.5) * _CELL_DEG
        lat = (self.south + south + np.arange(rows) + 0.5) * _CELL_DEG
        return np.repeat(lon, rows), np.tile(lat, columns)

    def block(self, bounds: tuple[float, float, float, float]) -> tuple[int, int, int, int]:
        """Find the block of cells that covers a box: west, south, columns, rows."""
        low = np.floor(np.array(bounds[:2]) / _CELL_DEG).astype(int) - (self.west, self.south)
        high = np.ceil(np.array(bounds[2:]) / _CELL_DEG).astype(int) - (self.west, self.south)
        low, high = np.maximum(low, 0), np.minimum(high, self.shape)
        return int(low[0]), int(low[1]), int(high[0] - low[0]), int(high[1] - low[1])

    def weights(self, regions: Regions, row: int) -> tuple[tuple[slice, slice], Floats]:
        """Spread one event over the cells: it weighs one in all."""
        lon, lat = regions.lon[row], regions.lat[row]
        if regions.kind[row] == AREA:
            shape = regions.shapes[regions.area[row]]
            block = self.block(shape.bounds)
            weight = shapely.contains_xy(shape, *self.centres(*block)).astype(float)
        else:
            # half of a disc's radius is the spread of an even disc in each direction
            width = float(np.hypot(_KERNEL_M, regions.radius_m[row] / 2))
            reach_deg = _KERNEL_REACH * width / 111_000 / max(np.cos(np.deg2rad(lat)), 0.1)
            block = self.block((lon - reach_deg, lat - reach_deg, lon + reach_deg, lat + reach_deg))
            x, y = self.centres(*block)
            away = geodesy.distance_m(np.full(x.size, lon), np.full(x.size, lat), x, y)
            weight = np.exp(-((away / width) ** 2) / 2)
        west, south, columns, rows = block
        cells = (slice(west, west + columns), slice(south, south + rows))
        weight = weight.reshape(columns, rows) * self.area_km2[cells]
        total = weight.sum()
        if total == 0:  # an area smaller than a cell: all of it in the cell of its middle
            weight[columns // 2, rows // 2] = total = 1.0
        return cells, weight / total

    def outline(self, inside: NDArray[np.bool_]) -> Any:
        """Join cells to one shape."""
        column, row = np.nonzero(inside)
        west, south = (self.west + column) * _CELL_DEG, (self.south + row) * _CELL_DEG
        boxes = shapely.box(west, south, west + _CELL_DEG, south + _CELL_DEG)
        joined = shapely.set_precision(shapely.union_all(boxes, grid_size=1e-6), 1e-6)
        return shapely.simplify(joined, 1e-9)


# ------------------------------------------------------------ hulls, townships


def _hull(found: Found) -> Iterator[Shape]:
    """Give the hulls of placed events that lie near each other."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    rows = np.flatnonzero(found.regions.kind != AREA)
    if rows.size == 0:
        return
    places = np.column_stack([found.regions.lon, found.regions.lat])[rows]
    pairs = cKDTree(reach.in_space(places)).query_pairs(_LINK_M, output_type="ndarray")
    links = coo_matrix((np.ones(len(pairs)), pairs.T), shape=(rows.size, rows.size))
    _, group = connected_components(links, directed=False)
    shapes = []
    for number in range(int(group.max()) + 1):
        mine = rows[group == number]
        if mine.size >= _LEAST_EVENTS:
            shapes.append((_around(places[group == number]), mine, np.ones(mine.size)))
    yield from _largest_first(shapes)


def _around(places: Floats) -> Any:
    """Draw the hull of places and a margin about it, from circles on the ellipsoid."""
    from pyproj import Geod

    azimuth = np.tile(np.arange(0, 360, 10.0), len(places))
    lon, lat = (np.repeat(values, 36) for values in places.T)
    ring = Geod(ellps="WGS84").fwd(lon, lat, azimuth, np.full(lon.size, _EDGE_M))[:2]
    return shapely.set_precision(shapely.MultiPoint(np.column_stack(ring)).convex_hull, 1e-6)


def _townships(found: Found) -> Iterator[Shape]:
    """Give the areas that events name, or that placed events lie in."""
    area = found.regions.area.copy()
    used = np.flatnonzero([square_km(one) <= WIDEST_KM2 for one in found.regions.shapes])
    points = np.flatnonzero(area < 0)
    tree = shapely.STRtree(found.regions.shapes[used])
    spots = shapely.points(found.regions.lon[points], found.regions.lat[points])
    of_point, number = tree.query(spots, predicate="intersects")
    smallest = np.argsort(shapely.area(found.regions.shapes[used])[number])[::-1]
    area[points[of_point[smallest]]] = used[number[smallest]]
    counts = {one: np.flatnonzero(area == one) for one in np.unique(area[area >= 0])}
    shapes = [
        (found.regions.shapes[one], rows, np.ones(rows.size))
        for one, rows in counts.items()
        if rows.size >= _LEAST_EVENTS
    ]
    yield from _largest_first(shapes)


METHODS: Final[dict[str, Callable[[Found], Iterator[Shape]]]] = {
    "density": _density,
    "hull": _hull,
    "townships": _townships,
}
"""How zones can be built, by name."""
