"""Where each event can be, as shapes; and seeded draws of where it may have been."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np
import shapely

from geo import geodesy
from geo.errors import Notice

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Shapes = NDArray[np.object_]

__all__ = [
    "ANYWHERE",
    "AREA",
    "DISC",
    "POINT",
    "Areas",
    "Regions",
    "draw",
    "farthest_m",
    "locate",
]

POINT: Final = 0
DISC: Final = 1
AREA: Final = 2
ANYWHERE: Final = 3
_KINDS: Final = {"point": POINT, "disc": DISC, "area": AREA, "anywhere": ANYWHERE}
_LEVELS: Final = ("country", "admin1", "admin2", "admin3")
_TRIES: Final = 10_000
_BLOCK: Final = 1 << 14


class Areas(Protocol):
    """Administrative areas that events name, e.g. `areas.AdminAreas`."""

    @property
    def shapes(self) -> Shapes:
        """The polygons."""
        ...

    def find(self, level: Any, name: Any, lon: Any, lat: Any, country: Any) -> tuple[Ints, Any]:
        """
        Find the area that each event names, and how: "name" where it is that name's.

        Parameters
        ----------
        level, name, lon, lat, country
            Of each event.
        """
        ...


@dataclass(frozen=True)
class Regions:
    """
    The region that each event lies in, one entry an event.

    Attributes
    ----------
    kind
        POINT, DISC (of `radius_m` about its coordinates), AREA (`shapes[area]`)
        or ANYWHERE: it has no place that could be measured.
    lon, lat
        The event's own coordinates, degrees on WGS 84.
    radius_m
        Metres, 0 but for discs.
    area
        Number of the polygon in `shapes`, -1 but for areas.
    shapes
        The polygons, in longitude and latitude.
    """

    kind: Ints
    lon: Floats
    lat: Floats
    radius_m: Floats
    area: Ints
    shapes: Shapes

    def only(self, rows: Ints | Flags) -> Regions:
        """
        Keep some events.

        Parameters
        ----------
        rows
            Their numbers, or a flag for each.

        Returns
        -------
        Regions
            With the same shapes.
        """
        return Regions(
            self.kind[rows],
            self.lon[rows],
            self.lat[rows],
            self.radius_m[rows],
            self.area[rows],
            self.shapes,
        )


def locate(events: pd.DataFrame, areas: Areas | None, notices: list[Notice]) -> Regions:
    """
    Give each event the region that its precision class means.

    Parameters
    ----------
    events
        Standard events: `lon`, `lat` (degrees), `region` (point, disc, area or
        anywhere), `level`, `radius_m`, and the names `place`, `admin3`,
        `admin2`, `admin1`, `country` of the areas that they lie in.
    areas
        The look-up of areas; None: no area is known.
    notices
        Where warnings are added: events whose area is not known.

    Returns
    -------
    Regions
        An event whose area is not found lies in the next coarser one that is;
        in none, anywhere. No events give empty arrays.
    """
    kind = np.array(events["region"].map(_KINDS), np.int64)
    lon, lat = (events[name].to_numpy(float) for name in ("lon", "lat"))
    radius = np.where(kind == DISC, events["radius_m"].to_numpy(float), 0.0)
    area: Ints = np.full(len(events), -1, np.int64)
    wanted: Ints = events["level"].to_numpy(np.int64)
    coarser = 0
    for level in (3, 2, 1, 0):
        rows = np.flatnonzero((kind == AREA) & (area < 0) & (wanted >= level))
        if areas is None or rows.size == 0:
            continue
        found = _found(events.iloc[rows], level, areas)
        area[rows] = found
        coarser += int(((found >= 0) & (wanted[rows] > level)).sum())
    lost = (kind == AREA) & (area < 0)
    kind[lost] = ANYWHERE
    _say(int(lost.sum()), coarser, int((kind == ANYWHERE).sum()), notices)
    shapes = np.empty(0, object) if areas is None else areas.shapes
    return Regions(kind, lon, lat, radius, area, shapes)


def _found(events: pd.DataFrame, level: int, areas: Areas) -> Ints:
    names = events[_LEVELS[level]].fillna("").astype(str)
    if level == 3:  # noqa: PLR2004 - townships: some datasets name them as the place
        names = names.where(names.str.strip() != "", events["place"].fillna("").astype(str))
    levels = np.full(len(events), level)
    country = events["country"].fillna("").astype(str).to_numpy(object)
    lon, lat = (events[name].to_numpy(float) for name in ("lon", "lat"))
    area, how = areas.find(levels, names.to_numpy(object), lon, lat, country)
    # an area that merely holds the event's point is finer than what the source says: "between A
    # and B", or a road, has a point too
    return np.where(how == "name", area, -1)


def _say(lost: int, coarser: int, nowhere: int, notices: list[Notice]) -> None:
    if coarser:
        message = f"{coarser} name an area that is not known; the next coarser one stands for it"
        notices.append(Notice("events", "", "coarser-area", message))
    if lost:
        message = f"{lost} lie in an area that is not known: bring its polygons (--areas)"
        notices.append(Notice("events", "", "no-area", message))
    if nowhere:
        message = (
            f"{nowhere} have no place that could be measured (at sea, in the air, or in an area "
            "that is not known) and are counted nowhere"
        )
        notices.append(Notice("events", "", "no-place", message))


def draw(regions: Regions, count: int, rng: np.random.Generator) -> Floats:
    """
    Draw places from regions, every spot of a region as likely as any other.

    Parameters
    ----------
    regions
        Of any kind but ANYWHERE.
    count
        How many places for each event.
    rng
        The source of chance; the same state gives the same places.

    Returns
    -------
    ndarray of float
        Longitude and latitude, degrees, shape (count, events, 2).
    """
    places = np.empty((count, regions.kind.size, 2))
    places[...] = np.column_stack([regions.lon, regions.lat])
    discs = np.flatnonzero(regions.kind == DISC)
    places[:, discs] = _in_discs(regions.only(discs), count, rng)
    for area in np.unique(regions.area[regions.kind == AREA]):
        rows = np.flatnonzero(regions.area == area)
        found = _in_polygon(regions.shapes[area], count * rows.size, rng)
        places[:, rows] = found.reshape(count, rows.size, 2)
    return places


def _in_discs(discs: Regions, count: int, rng: np.random.Generator) -> Floats:
    from pyproj import Geod

    shape = (count, discs.lon.size)
    azimuth = rng.uniform(0, 360, shape)
    away = np.sqrt(rng.random(shape)) * discs.radius_m
    x, y = (np.broadcast_to(values, shape) for values in (discs.lon, discs.lat))
    lon, lat, _ = Geod(ellps="WGS84").fwd(x, y, azimuth, away)
    return np.stack([lon, lat], axis=-1)


def _in_polygon(shape: Any, count: int, rng: np.random.Generator) -> Floats:
    """Draw even over the ground: in longitude and the sine of latitude, kept where inside."""
    west, south, east, north = shape.bounds
    low, high = np.sin(np.deg2rad([south, north]))
    shapely.prepare(shape)
    found, left = [], count
    for _ in range(_TRIES):
        if left <= 0:
            break
        size = max(4 * left, 64)
        lon = rng.uniform(west, east, size)
        lat = np.rad2deg(np.arcsin(rng.uniform(low, high, size)))
        inside = shapely.contains_xy(shape, lon, lat)
        found.append(np.column_stack([lon[inside], lat[inside]])[:left])
        left -= len(found[-1])
    return np.concatenate(found)


def farthest_m(shape: Any, lon: Floats, lat: Floats) -> Floats:
    """
    Measure from points to the farthest spot of a polygon, which is one of its corners.

    Parameters
    ----------
    shape
        A polygon in longitude and latitude.
    lon, lat
        Points, degrees.

    Returns
    -------
    ndarray of float
        Metres for each point.
    """
    corners = shapely.get_coordinates(shapely.convex_hull(shape))
    away = np.empty(lon.size)
    block = max(_BLOCK // len(corners), 1)
    for at in range(0, lon.size, block):
        here = slice(at, at + block)
        ends = np.broadcast_arrays(*corners.T[:, :, None], lon[here], lat[here])
        away[here] = geodesy.distance_m(*ends).max(axis=0)
    return away
