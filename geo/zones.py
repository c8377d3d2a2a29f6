"""
Conflict zones built from events: areas of fighting, window of time by window.

Each event counts wherever it can be, and no more than once in all: a placed one
about its point, one that names an area all over that area. What coarser areas
hold (a whole state, a country) says nothing of any one place, and is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo import geodesy
from geo.errors import InputError, Notice
from geo.events import reach
from geo.events.regions import AREA, DISC, POINT, Regions, locate

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator

    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from geo.events.regions import Areas

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Shape = tuple[Any, Ints, Floats]

__all__ = ["METHODS", "Built", "build"]

_CELL_DEG: Final = 0.05
_KERNEL_M: Final = 10_000.0
_KERNEL_REACH: Final = 3.0
_LEAST_DENSITY: Final = 1.0
_LINK_M: Final = 10_000.0
_EDGE_M: Final = 5_000.0
_LEAST_EVENTS: Final = 3
_MONTH: Final = 30.0
_WIDEST_KM2: Final = 30_000.0
"""An area larger than this (a state, a country) places no event; townships are much smaller."""

_MOST_ACTORS: Final = 6


@dataclass(frozen=True)
class Built:
    """
    What `build` made.

    Attributes
    ----------
    zones
        A layer of the kind `conflict_zones` without sources: `zone_id`, `name`,
        `kind`, `extent`, `events`, `fatalities`, `actors`, `valid_from`,
        `valid_to`, `method` and the geometry, in EPSG:4326.
    notices
        What was left out, and why.
    """

    zones: GeoDataFrame
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class _Found:
    """The events of one window, and where each can be."""

    events: pd.DataFrame
    regions: Regions
    days: float


def build(
    events: GeoDataFrame,
    areas: Areas | None = None,
    *,
    method: str = "density",
    window_days: int = 90,
    since: dt.date | None = None,
    until: dt.date | None = None,
) -> Built:
    """
    Build zones from events.

    Parameters
    ----------
    events
        Standard events, as `io.read_events` gives them. None: no zones.
    areas
        Where the areas lie that events name; without it only placed events count.
    method
        "density": cells of 0.05 degrees where at least one event a month falls
        on 1,000 square kilometres; a placed event is spread by a Gaussian of 10 km
        (a disc's by its own width), one that names an area evenly over it.
        "hull": placed events within 10 km of each other, three or more, inside
        their convex hull and 5 km about it. "townships": areas that three or
        more events name or lie in.
    window_days
        Length of each window, days. Windows end at `until` and go back from there.
    since, until
        Days [since, until); left out, from the first event's to the day after
        the last one's.

    Returns
    -------
    Built
        Zones in the order of windows and then of size, the same for the same
        events, whatever their order.

    Raises
    ------
    InputError
        If the method is not known, or a window is not at least a day.

    Notes
    -----
    The numbers in `method` are this package's choice: no source fixes how many
    events make a zone.
    """
    if method not in METHODS:
        message = f"method: {method} is none of {', '.join(METHODS)}"
        raise InputError(message)
    if window_days < 1:
        message = f"window: {window_days} days is no window; at least 1 is needed"
        raise InputError(message)
    notices: list[Notice] = []
    events = events.sort_values("event_id", ignore_index=True)
    regions = locate(events, areas, notices)
    placed = _placed(events, regions, notices)
    events, regions = events.iloc[placed].reset_index(drop=True), regions.only(placed)
    rows = []
    for begin, end in _windows(events, window_days, since, until):
        inside = ((events["date_start"] < end) & (events["date_end"] >= begin)).to_numpy()
        found = _Found(events[inside], regions.only(inside), float(window_days))
        rows += [
            _row(found, shape, (begin, end), number, method)
            for number, shape in enumerate(METHODS[method](found), 1)
        ]
    columns = [*_COLUMNS, "geometry"]
    zones = gpd.GeoDataFrame(rows, columns=columns, geometry="geometry", crs=4326)
    return Built(zones, tuple(notices))


_COLUMNS: Final = (
    "zone_id",
    "name",
    "kind",
    "extent",
    "events",
    "fatalities",
    "actors",
    "valid_from",
    "valid_to",
    "method",
)


def _placed(events: pd.DataFrame, regions: Regions, notices: list[Notice]) -> Ints:
    """Leave out events that can be anywhere in a large area: they place no fighting."""
    size = np.zeros(regions.kind.size)
    for area in np.unique(regions.area[regions.area >= 0]):
        size[regions.area == area] = _square_km(regions.shapes[area])
    known = np.isin(regions.kind, (POINT, DISC, AREA)) & (size <= _WIDEST_KM2)
    vague = int((regions.kind == AREA).sum() - (known & (regions.kind == AREA)).sum())
    if vague:
        message = f"{vague} of {len(events)} name only a state or country and place no zone"
        notices.append(Notice("events", "", "vague-area", message))
    return np.flatnonzero(known)


def _square_km(shape: Any) -> float:
    from pyproj import Geod

    return abs(float(Geod(ellps="WGS84").geometry_area_perimeter(shape)[0])) / 1e6


def _windows(
    events: pd.DataFrame, days: int, since: dt.date | None, until: dt.date | None
) -> Iterator[tuple[pd.Timestamp, pd.Timestamp]]:
    """Give the windows, oldest first."""
    if events.empty:
        return
    low = pd.Timestamp(since) if since else events["date_start"].min()
    high = pd.Timestamp(until) if until else events["date_end"].max() + pd.Timedelta(days=1)
    if high <= low:
        message = f"until ({high:%Y-%m-%d}) must be after since ({low:%Y-%m-%d})"
        raise InputError(message)
    count = int(np.ceil((high - low) / pd.Timedelta(days=days)))
    for number in range(count, 0, -1):
        begin = high - number * pd.Timedelta(days=days)
        yield max(begin, low) if since else begin, begin + pd.Timedelta(days=days)


def _row(
    found: _Found,
    shape: Shape,
    window: tuple[pd.Timestamp, pd.Timestamp],
    number: int,
    method: str,
) -> dict[str, Any]:
    """Describe a zone by the events in it, each by the share of it that lies there."""
    polygon, rows, share = shape
    mine = found.events.iloc[rows]
    order = np.lexsort((mine["event_id"].to_numpy(str), -share))
    sides = pd.concat([mine["side_a"], mine["side_b"]]).to_numpy(object)[
        np.concatenate([order, order + len(order)])
    ]
    actors = list(dict.fromkeys(str(side) for side in sides if str(side).strip()))
    named = found.regions.kind[rows] == AREA if method == "townships" else np.ones_like(rows, bool)
    named = named if named.any() else ~named
    names = pd.Series(share[named], index=_names(mine[named])).groupby(level=0, sort=True).sum()
    begin, end = window
    return {
        "zone_id": f"events-{method}-{begin:%Y%m%d}-{number:03d}",
        "name": str(names.idxmax()) or _spot(polygon),
        "kind": "candidate events" if _is_candidate(mine) else "events",
        "extent": "township",
        "events": round(float(share.sum())),
        "fatalities": round(float(share @ mine["fatalities"].to_numpy(float))),
        "actors": "; ".join(sorted(actors[:_MOST_ACTORS])),
        "valid_from": f"{begin:%Y-%m-%d}",
        "valid_to": f"{end:%Y-%m-%d}",
        "method": _ABOUT[method],
        "geometry": polygon,
    }


def _spot(shape: Any) -> str:
    """Name a place that has no name by where it lies."""
    point = shape.representative_point()
    return f"{abs(point.y):.1f}° {'NS'[point.y < 0]}, {abs(point.x):.1f}° {'EW'[point.x < 0]}"


def _is_candidate(events: pd.DataFrame) -> bool:
    """Tell whether any event is from a candidate release, which counts fewer than the final one."""
    if "is_candidate" not in events.columns:
        return False
    return bool(events["is_candidate"].fillna(value=False).astype(bool).any())


def _names(events: pd.DataFrame) -> list[str]:
    """Name each event's place: the finest name that it has."""
    named = pd.Series("", index=events.index, dtype=object)
    for column in ("admin3", "place", "admin2", "admin1", "country"):
        text = events[column].fillna("").astype(str).str.strip()
        named = named.where(named != "", text)
    return [str(name) for name in named]


# --------------------------------------------------------------------- density


def _density(found: _Found) -> Iterator[Shape]:
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


def _hull(found: _Found) -> Iterator[Shape]:
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


def _townships(found: _Found) -> Iterator[Shape]:
    """Give the areas that events name, or that placed events lie in."""
    area = found.regions.area.copy()
    used = np.unique(area[area >= 0])
    points = np.flatnonzero(area < 0)
    tree = shapely.STRtree(found.regions.shapes[used])
    spots = shapely.points(found.regions.lon[points], found.regions.lat[points])
    of_point, number = tree.query(spots, predicate="intersects")
    smallest = np.argsort(shapely.area(found.regions.shapes[used])[number])[::-1]
    area[points[of_point[smallest]]] = used[number[smallest]]
    counts = {one: np.flatnonzero(area == one) for one in used}
    shapes = [
        (found.regions.shapes[one], rows, np.ones(rows.size))
        for one, rows in counts.items()
        if rows.size >= _LEAST_EVENTS
    ]
    yield from _largest_first(shapes)


METHODS: Final[dict[str, Callable[[_Found], Iterator[Shape]]]] = {
    "density": _density,
    "hull": _hull,
    "townships": _townships,
}
"""How zones can be built, by name."""

_ABOUT: Final = {
    "density": "area: events spread over where each can be, one a month on 1,000 km2 (assumption)",
    "hull": "area: three or more placed events within 10 km of each other, and 5 km (assumption)",
    "townships": "area: areas that three or more events name or lie in (assumption)",
}
