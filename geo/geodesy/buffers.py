"""
Shapes grown and shrunk by metres.

Edges are straight in longitude and latitude, here as for lines; the distance to
them is that on the WGS 84 ellipsoid.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo.errors import GeometryError
from geo.geodesy.lines import SEMI_MAJOR_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["buffer"]

_AREA = 2  # dimensions of a polygon
_HALF_TURN: Final = 180.0
_REACH_M: Final = 500_000.0
_SAG: Final = 1e-4
_LEAST_SAG_M: Final = 1e-3
_LEAST_M_PER_DEG: Final = 110_574.0  # along a meridian, at the equator
_MOST_M_PER_DEG: Final = 111_694.0  # along a meridian, at a pole


def buffer(
    shapes: NDArray[np.object_], distance_m: float, *, quad_segs: int = 64
) -> NDArray[np.object_]:
    """
    Grow or shrink shapes by metres.

    Parameters
    ----------
    shapes
        Points, lines and valid polygons in longitude and latitude, degrees.
    distance_m
        How far what is grown reaches beyond each shape; negative to shrink
        polygons. Points and lines shrink to nothing.
    quad_segs
        Edges in a quarter of a round corner.

    Returns
    -------
    ndarray of object
        A valid Polygon or MultiPolygon for each shape, empty where nothing is
        left. An empty array gives an empty array.

    Raises
    ------
    GeometryError
        If the distance is not finite, a shape is missing, reaches more than
        500 km from its middle, or the result has no single form in longitude
        and latitude: it would reach across the antimeridian or a pole, or a
        polygon that was cut there would shrink away from the cut.

    Notes
    -----
    Made in the azimuthal equidistant projection about the middle of the shape
    [1]_, true from the middle and too long across by (d / R)^2 / 6 at d metres
    from it: 4e-5 of the distance at 100 km, 1e-3 at 500 km. Round corners lie
    up to 1 - cos(pi / (4 quad_segs)) inside, 7.5e-5 of the distance for 64.
    Edges are cut before they are projected, and before they are brought back,
    so that none sags by more than 1e-4 of the distance, or a millimetre.

    References
    ----------
    .. [1] J. P. Snyder, "Map projections: a working manual", USGS Professional
       Paper 1395 (1987), chapter 25.
    """
    shapes = np.asarray(shapes, dtype=object)
    missing = np.flatnonzero(shapely.is_missing(shapes))
    if missing.size or not np.isfinite(distance_m):
        wrong = (
            f"shape {missing[0]} is missing" if missing.size else f"{distance_m} m is no distance"
        )
        message = f"cannot grow or shrink: {wrong}"
        raise GeometryError(message)
    made = np.empty(shapes.size, dtype=object)
    for number, shape in enumerate(shapes):
        if shape.is_empty or (distance_m <= 0 and shapely.get_dimensions(shape) < _AREA):
            made[number] = shapely.Polygon()
        else:
            made[number] = _buffered(shapely.force_2d(shape), float(distance_m), quad_segs)
    return made


def _buffered(shape: Any, distance_m: float, quad_segs: int) -> Any:
    from pyproj import Proj

    west, south, east, north = shape.bounds
    lon, lat = (west + east) / 2, (south + north) / 2
    _refuse_poles(shape, distance_m)
    # longitudes count from the middle: so none jumps by a turn on the way back
    plane = Proj(proj="aeqd", lat_0=lat, lon_0=0, ellps="WGS84")

    def flat(xy: Floats) -> Floats:
        x, y = plane(xy[:, 0] - lon, xy[:, 1])
        return np.column_stack([x, y])

    def back(xy: Floats) -> Floats:
        x, y = plane(xy[:, 0], xy[:, 1], inverse=True)
        return np.column_stack([x + lon, y])

    reach = np.hypot(*flat(shapely.get_coordinates(shape)).T).max()
    if not reach <= _REACH_M:
        message = (
            f"a shape about {lon:g}, {lat:g} reaches {reach / 1000:.0f} km from its middle; "
            f"cut it, {_REACH_M / 1000:.0f} km is the most that can be grown or shrunk truly"
        )
        raise GeometryError(message)
    step_m = _step_without_sag(max(abs(south), abs(north)), distance_m)
    dense = shapely.segmentize(shape, step_m / _MOST_M_PER_DEG)
    grown = shapely.buffer(shapely.transform(dense, flat), distance_m, quad_segs=quad_segs)
    made = shapely.transform(shapely.segmentize(grown, step_m), back)
    _refuse_turn(made, lon, lat)
    return (
        made
        if made.is_valid
        else shapely.make_valid(made, method="structure", keep_collapsed=False)
    )


def _step_without_sag(lat: float, distance_m: float) -> float:
    """Find the length up to which an edge straight in degrees lies near enough to its geodesic."""
    sag = max(_SAG * abs(distance_m), _LEAST_SAG_M)
    return float(np.sqrt(8 * sag * SEMI_MAJOR_M / max(np.tan(np.deg2rad(lat)), 0.1)))


def _refuse_poles(shape: Any, distance_m: float) -> None:
    west, south, east, north = shape.bounds
    lat, room = (south, 90 + south) if -south > north else (north, 90 - north)
    if room * _LEAST_M_PER_DEG <= max(distance_m, 0):
        message = f"a shape at latitude {lat:g} would reach a pole: it cannot be grown or shrunk"
        raise GeometryError(message)
    if distance_m < 0 and (west <= -_HALF_TURN or east >= _HALF_TURN):
        message = "a shape that ends at the antimeridian cannot shrink: its cut there is no border"
        raise GeometryError(message)


def _refuse_turn(shape: Any, lon: float, lat: float) -> None:
    west, _, east, _ = shape.bounds
    if west < -_HALF_TURN or east > _HALF_TURN:
        message = f"a shape about {lon:g}, {lat:g} would grow across the antimeridian"
        raise GeometryError(message)
