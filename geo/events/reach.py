"""
How far each spot of a route lies from where events can be, and how much lies within a radius.

The distance from a spot to a set of places changes by no more than a metre a
metre of road. So a stretch whose two ends are far enough inside or outside a
radius is inside or outside as a whole, and only the others are cut in half,
down to a metre. Distances are taken between points in space, on the ellipsoid.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo import geodesy, passages
from geo.events.regions import AREA, DISC, POINT, Regions, farthest_m

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = [
    "Places",
    "Ruler",
    "holding",
    "in_box",
    "in_space",
    "metres_within",
    "most_within",
    "ruler",
]

_STEP_M: Final = 250.0
_FINE_M: Final = 2_000.0
_LEAST_M: Final = 1.0
_BORDER_STEP_DEG: Final = 0.001
_BORDER_STEP_M: Final = 112.0
_ABOUT: Final = 5
_LEAST_DEGREE_M: Final = 110_000.0
_ALL_BUT_LAST: Final = slice(None, -1)
_REST: Final = slice(1, None)
_E2: Final = geodesy.FLATTENING * (2 - geodesy.FLATTENING)


@dataclass(frozen=True)
class Ruler:
    """
    A route as short stretches, and where on the ground each chainage lies.

    Attributes
    ----------
    begin, end
        Chainage of the ends of each stretch, metres; none crosses a gap.
    mark, lon, lat
        A table of places along the route, close enough to go straight between.
    """

    begin: Floats
    end: Floats
    mark: Floats
    lon: Floats
    lat: Floats

    def places(self, chainage: Floats) -> Floats:
        """
        Find the places at chainages.

        Parameters
        ----------
        chainage
            Metres from the start of the route.

        Returns
        -------
        ndarray of float
            Longitude and latitude, degrees, shape (n, 2).
        """
        lon, lat = (np.interp(chainage, self.mark, value) for value in (self.lon, self.lat))
        return np.column_stack([lon, lat])

    @cached_property
    def marks(self) -> Floats:
        """The ends of all stretches, ascending, each once."""
        return np.unique(np.concatenate([self.begin, self.end]))

    @cached_property
    def tree(self) -> Any:
        """The places at `marks`, to find the nearest one of any place in space."""
        return _tree(self.places(self.marks))

    def at_ends(self, away: Callable[[Floats], Floats]) -> tuple[Floats, Floats]:
        """
        Measure the ends of every stretch, each place once.

        Parameters
        ----------
        away
            Gives the distance of places, shape (n, 2), metres.

        Returns
        -------
        begin, end
            Metres.
        """
        found = away(self.places(self.marks))
        begin, end = (np.searchsorted(self.marks, at) for at in (self.begin, self.end))
        return found[begin], found[end]


def ruler(line: Any) -> Ruler:
    """
    Lay a route out as a ruler.

    Parameters
    ----------
    line
        A LineString or MultiLineString in longitude and latitude, degrees.

    Returns
    -------
    Ruler
        With stretches of at most 250 m; none for a line of no length.
    """
    tables: list[Floats] = []
    ticks, start = [np.empty(0)], 0.0
    pieces = shapely.get_parts(line)
    for piece in pieces[~shapely.is_empty(pieces)]:
        points = shapely.get_coordinates(piece)
        if tables and (tables[-1][-1, 1:] != points[0]).any():
            # the two sides of a gap lie at one chainage; a hair tells them apart
            start = float(np.nextafter(start, np.inf))
        table = _table(points, start)
        length = table[-1, 0] - start
        if length == 0:
            continue
        tables.append(table)
        ticks.append(np.linspace(start, table[-1, 0], int(np.ceil(length / _STEP_M)) + 1))
        start = float(table[-1, 0])
    mark, lon, lat = np.concatenate([np.empty((0, 3)), *tables]).T
    begin, end = (np.concatenate([part[cut] for part in ticks]) for cut in (_ALL_BUT_LAST, _REST))
    return Ruler(begin, end, mark, lon, lat)


def _table(points: Floats, start: float) -> Floats:
    """Give chainage, longitude and latitude of places along a line, at most 2 km apart."""
    steps = geodesy.arc_length_m(*points[:-1].T, *points[1:].T)
    counts = np.maximum(np.ceil(steps / _FINE_M), 1).astype(np.int64)
    edge, step = passages.spread(np.zeros_like(counts), counts - 1)
    share = (step / counts[edge])[:, None]
    fine = np.concatenate([points[edge] * (1 - share) + points[edge + 1] * share, points[-1:]])
    marks = np.cumsum(geodesy.arc_length_m(*fine[:-1].T, *fine[1:].T))
    return np.column_stack([start + np.concatenate([[0.0], marks]), fine])


def in_space(places: Floats) -> Floats:
    """
    Put places into space: the straight line between two near ones is as long as the geodesic.

    Parameters
    ----------
    places
        Longitude and latitude, degrees, shape (..., 2).

    Returns
    -------
    ndarray of float
        Metres from the middle of the Earth on WGS 84, shape (..., 3).
    """
    lon, lat = np.deg2rad(places[..., 0]), np.deg2rad(places[..., 1])
    normal = geodesy.SEMI_MAJOR_M / np.sqrt(1 - _E2 * np.sin(lat) ** 2)
    return np.stack(
        [
            normal * np.cos(lat) * np.cos(lon),
            normal * np.cos(lat) * np.sin(lon),
            normal * (1 - _E2) * np.sin(lat),
        ],
        axis=-1,
    )


class Places:
    """
    Where events can be, ready to be measured to.

    Parameters
    ----------
    regions
        The events' regions; those that are ANYWHERE are passed over.
    within_m
        Distances beyond this need not be told, metres.
    """

    def __init__(self, regions: Regions, within_m: float) -> None:
        self._within = within_m
        self._trees = [
            (radius, _tree(np.column_stack([regions.lon, regions.lat])[rows]))
            for kind in (POINT, DISC)
            for radius in np.unique(regions.radius_m[regions.kind == kind])
            for rows in [(regions.kind == kind) & (regions.radius_m == radius)]
        ]
        used = np.unique(regions.area[regions.kind == AREA])
        self._shapes = regions.shapes[used]
        if used.size:
            shapely.prepare(self._shapes)
            self._border = _tree(_border(self._shapes))
            self._index = shapely.STRtree(self._shapes)
        # an area has a spot farther off than half of its width from wherever one stands
        west, south, east, north = shapely.bounds(self._shapes).T
        small = geodesy.distance_m(west, south, east, north) / 2 / np.sqrt(2) <= within_m
        self._hulls = shapely.convex_hull(self._shapes[small])

    def nearest_m(self, places: Floats) -> Floats:
        """
        Measure to where an event may be at its nearest.

        Parameters
        ----------
        places
            Longitude and latitude, degrees, shape (n, 2).

        Returns
        -------
        ndarray of float
            Metres, 0 inside a region; infinite where none is within reach. Never
            more than the truth, and at most 6 m less at a kilometre and beyond.
        """
        away = np.full(len(places), np.inf)
        space = in_space(places)
        for radius, tree in self._trees:
            away = np.minimum(away, _query(tree, space, self._within + radius) - radius)
        if self._shapes.size:
            border = _query(self._border, space, self._within + _BORDER_STEP_M)
            # a border's points stand apart: the border itself may be nearer than they are
            border = np.sqrt(np.maximum(border**2 - _BORDER_STEP_M**2 / 4, 0))
            away = np.minimum(away, border)
            away[holding(self._index, places)[0]] = 0.0
        nearest: Floats = np.maximum(away, 0.0)
        return nearest

    def farthest_m(self, places: Floats) -> Floats:
        """
        Measure to the event that is nearest even at its farthest spot.

        Parameters
        ----------
        places
            Longitude and latitude, degrees, shape (n, 2).

        Returns
        -------
        ndarray of float
            Metres; infinite where no event is within reach for sure.
        """
        away = np.full(len(places), np.inf)
        space = in_space(places)
        for radius, tree in self._trees:
            if radius <= self._within:
                away = np.minimum(away, _query(tree, space, self._within) + radius)
        for hull in self._hulls:
            rows = np.flatnonzero(in_box(places, hull.bounds, self._within))
            if rows.size:
                away[rows] = np.minimum(away[rows], farthest_m(hull, *places[rows].T))
        return np.where(away > self._within, np.inf, away)


def in_box(places: Floats, bounds: Any, within_m: float) -> Flags:
    """
    Tell which places may lie within reach of a box: of all others, it is known that they do not.

    Parameters
    ----------
    places
        Longitude and latitude, degrees, shape (n, 2).
    bounds
        West, south, east and north of the box, degrees, or arrays of them: a
        box for each place.
    within_m
        The reach, metres.

    Returns
    -------
    ndarray of bool
        One for each place. The date line is no border, and near a pole all
        longitudes are near.
    """
    west, south, east, north = bounds
    tall = within_m / _LEAST_DEGREE_M
    edge = np.minimum(np.maximum(np.abs(south), np.abs(north)) + tall, 90.0)
    wide = tall / np.maximum(np.cos(np.deg2rad(edge)), 1e-6)
    lon, lat = places[:, 0], places[:, 1]
    aside = np.abs((lon - (west + east) / 2 + 180) % 360 - 180) - (east - west) / 2
    near: Flags = (aside <= wide) & (lat >= south - tall) & (lat <= north + tall)
    return near


def holding(index: Any, places: Floats) -> Ints:
    """
    Find which places lie in which shapes, borders included.

    Parameters
    ----------
    index
        A shapely.STRtree of polygons; they are prepared.
    places
        Longitude and latitude, degrees, shape (n, 2).

    Returns
    -------
    ndarray of int
        Numbers of both, shape (2, pairs).
    """
    place, shape = index.query(shapely.points(places))
    shapely.prepare(index.geometries)
    inside = shapely.intersects_xy(index.geometries[shape], *places[place].T)
    return np.stack([place[inside], shape[inside]])


def _tree(places: Floats) -> Any:
    from scipy.spatial import cKDTree

    return cKDTree(in_space(places))


def _border(shapes: Any) -> Floats:
    rings = shapely.segmentize(shapely.boundary(shapes), _BORDER_STEP_DEG)
    places: Floats = shapely.get_coordinates(rings)
    return places


def _query(tree: Any, space: Floats, within_m: float) -> Floats:
    """Measure to the nearest of a tree's points, along the ground."""
    chord = tree.query(space, distance_upper_bound=within_m * 1.001 + 1)[0]
    # the arc over a chord, to the third order; the Earth's radius needs no more than a digit
    arc: Floats = chord * (1 + chord**2 / (24 * geodesy.SEMI_MAJOR_M**2))
    return arc


def metres_within(
    scale: Ruler, away: Callable[[Floats], Floats], ends: tuple[Floats, Floats], radius_m: float
) -> float:
    """
    Measure how much of a route lies within a radius of places.

    Parameters
    ----------
    scale
        The route.
    away
        Gives the distance of places, shape (n, 2), from those places, metres.
    ends
        That distance at the begin and at the end of every stretch.
    radius_m
        The radius, metres.

    Returns
    -------
    float
        Metres; each border between within and without is found to a metre, or to a
        hundredth of a radius below 100 m.
    """
    begin, end = scale.begin, scale.end
    low, high = ends
    finest, total = min(_LEAST_M, radius_m / 100), 0.0
    while begin.size:
        width = end - begin
        with np.errstate(invalid="ignore"):
            most, least = (low + high + width) / 2, (low + high - width) / 2
        inside = most <= radius_m
        total += float(width[inside].sum())
        open_ = ~inside & (np.minimum(np.minimum(low, high), least) <= radius_m)
        open_ &= np.isfinite(low) | np.isfinite(high)
        small = open_ & (width <= finest)
        total += float(width[small] @ ((low[small] <= radius_m) & (high[small] <= radius_m)))
        cut = np.flatnonzero(open_ & ~small)
        middle = (begin[cut] + end[cut]) / 2
        between = away(scale.places(middle))
        begin, end = np.concatenate([begin[cut], middle]), np.concatenate([middle, end[cut]])
        low, high = np.concatenate([low[cut], between]), np.concatenate([between, high[cut]])
    return total


def most_within(scale: Ruler, radius_m: float) -> float:
    """
    Give a bound of how much of a route one place can have within a radius, wherever it is.

    Parameters
    ----------
    scale
        The route.
    radius_m
        The radius, metres.

    Returns
    -------
    float
        Metres: the most that lies within a little more than the radius of any
        point of a fine grid about the route. Never less than the truth, and for
        a straight road about a fifth more.
    """
    from scipy.spatial import cKDTree

    middle = scale.places((scale.begin + scale.end) / 2)
    width = scale.end - scale.begin
    if not width.size:
        return 0.0
    side = radius_m / 4
    squeeze = np.cos(np.deg2rad(np.abs(middle[:, 1])))
    degrees = side / 111_000 / np.array([squeeze.min(), 1.0])
    grid = _about(np.round(middle / degrees).astype(np.int64)) * degrees
    # any place within the radius of the road lies within half a cell's diagonal of a grid point
    diagonal = side * np.hypot(1, squeeze.max() / squeeze.min()) * 1.01
    reach = radius_m + diagonal / 2 + float(width.max()) / 2
    counts = cKDTree(in_space(middle)).query_ball_point(in_space(grid), reach, return_length=True)
    return float(counts.max() * width.max())


def _about(cells: Ints) -> Ints:
    """Give the cells at most five rows and columns away from some cells, each once."""
    # a cell as one number: numpy sorts those much faster than pairs
    origin = cells.min(axis=0) - _ABOUT
    rows = int(np.ptp(cells[:, 1])) + 2 * _ABOUT + 1
    key = np.unique((cells - origin) @ np.array([rows, 1]))
    offset = np.arange(-_ABOUT, _ABOUT + 1)
    near = np.unique(key[:, None] + (offset[:, None] * rows + offset).ravel())
    around: Ints = np.stack(np.divmod(near, rows), axis=1) + origin
    return around
