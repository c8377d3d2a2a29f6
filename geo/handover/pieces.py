"""Areas cut into the pieces that a router takes, none of them smaller than the zones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo import geodesy
from geo.zones.shapes import square_km

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = [
    "WIDER_M",
    "area_km2",
    "covering",
    "halves",
    "rings",
    "sides_km",
    "within",
    "without_holes",
]

WIDER_M: Final = 1.0
"""What is written reaches beyond the zones by less than this, and never falls short of them."""

_DECIMALS: Final = 6
_GRID_DEG: Final = 1e-6
# rounding moves a line by up to 0.7 of the grid, twice; a mitre doubles the growth at a corner
_GROWTH_DEG: Final = 3 * _GRID_DEG
_MITRE: Final = 2.0
_SMALL_HOLE_DEG: Final = 5 * _GRID_DEG
_WORLD: Final = shapely.box(-180, -90, 180, 90)


def covering(shapes: Iterable[Any]) -> list[Any]:
    """
    Merge areas and round them outward: no point of theirs is lost.

    Parameters
    ----------
    shapes
        Valid polygons in longitude and latitude, degrees; they may overlap.

    Returns
    -------
    list of Polygon
        Apart from each other, coordinates to 6 decimals, from west to east. They
        cover the shapes and reach less than `WIDER_M` beyond them; holes narrower
        than about half a metre are filled. No shapes give no polygons.
    """
    union = shapely.union_all(np.array(list(shapes), dtype=object))
    grown = shapely.buffer(union, _GROWTH_DEG, join_style="mitre", mitre_limit=_MITRE)
    return _ordered(_rounded(shapely.intersection(grown, _WORLD)))


def _rounded(shape: Any) -> list[Any]:
    """Put vertices on the grid of the decimals that are written; only strips of growth collapse."""
    return _polygons(shapely.set_precision(shape, _GRID_DEG))


def _polygons(shape: Any) -> list[Any]:
    parts = shapely.get_parts(shape)
    return [part for part in parts if part.geom_type == "Polygon" and not part.is_empty]


def _ordered(polygons: Iterable[Any]) -> list[Any]:
    return sorted(polygons, key=lambda polygon: polygon.bounds)


def within(polygons: Iterable[Any], fits: Callable[[Any], bool]) -> list[Any]:
    """
    Cut polygons along meridians and parallels until each piece fits.

    Parameters
    ----------
    polygons
        From `covering`.
    fits
        Whether a piece may stay as it is. It must say yes to small pieces.

    Returns
    -------
    list of Polygon
        Pieces that touch along their cuts and cover the polygons but for strips
        thinner than the margin by which `covering` grew them.
    """
    waiting, made = list(polygons), []
    while waiting:
        polygon = waiting.pop()
        if fits(polygon):
            made += _rounded(polygon)
        else:
            waiting += halves(polygon)
    # rounding may have joined a piece's ends to more than was asked for
    return _ordered(made) if all(map(fits, made)) else within(made, fits)


def halves(polygon: Any) -> list[Any]:
    """
    Cut a polygon in the middle, across its longer side.

    Parameters
    ----------
    polygon
        In longitude and latitude, degrees.

    Returns
    -------
    list of Polygon
        Its parts on both sides of a meridian or parallel of 6 decimals.
    """
    west, south, east, north = polygon.bounds
    wide, tall = sides_km(polygon)
    if wide >= tall:
        return _cut(polygon, 0, (west + east) / 2)
    return _cut(polygon, 1, (south + north) / 2)


def _cut(polygon: Any, axis: int, at: float) -> list[Any]:
    # the cut lies on the grid, so that rounding leaves no gap between the two sides
    low, high = np.array(_WORLD.bounds), np.array(_WORLD.bounds)
    low[axis + 2] = high[axis] = round(at, _DECIMALS)
    return _polygons(shapely.intersection(polygon, [shapely.box(*low), shapely.box(*high)]))


def sides_km(polygon: Any) -> tuple[float, float]:
    """
    Measure the box about a polygon.

    Parameters
    ----------
    polygon
        In longitude and latitude, degrees.

    Returns
    -------
    wide, tall
        Kilometres on the WGS 84 ellipsoid, from west to east along the parallel
        where that is longest, and from south to north.
    """
    west, south, east, north = polygon.bounds
    widest = 0.0 if south <= 0 <= north else min(abs(south), abs(north))
    ends = np.array([[west, widest, east, widest], [west, south, west, north]]).T
    wide, tall = geodesy.arc_length_m(*ends) / 1000
    return float(wide), float(tall)


def without_holes(polygons: Iterable[Any]) -> list[Any]:
    """
    Cut polygons through their holes, for a router that knows outer rings only.

    Parameters
    ----------
    polygons
        From `covering`.

    Returns
    -------
    list of Polygon
        Pieces without holes that cover the same ground.
    """
    waiting, made = list(polygons), []
    while waiting:
        polygon = waiting.pop()
        holes = [hole for hole in polygon.interiors if max(_sides(hole)) > _SMALL_HOLE_DEG]
        polygon = shapely.Polygon(polygon.exterior, holes)
        if not holes:
            made.append(polygon)
            continue
        west, south, east, north = holes[0].bounds
        wide, tall = _sides(holes[0])
        cut = _cut(polygon, *((0, (west + east) / 2) if wide >= tall else (1, (south + north) / 2)))
        waiting += [part for side in cut for part in _rounded(side)]
    return _ordered(made)


def _sides(ring: Any) -> tuple[float, float]:
    west, south, east, north = ring.bounds
    return east - west, north - south


def rings(polygon: Any) -> list[list[list[float]]]:
    """
    Give a polygon's coordinates as GeoJSON has them.

    Parameters
    ----------
    polygon
        From `covering`, or a piece of one.

    Returns
    -------
    list
        The outer ring counterclockwise, then the holes clockwise (RFC 7946,
        section 3.1.6), each closed, of [longitude, latitude] to 6 decimals.
    """
    turned = shapely.orient_polygons(polygon)
    return [
        [[round(x, _DECIMALS), round(y, _DECIMALS)] for x, y in shapely.get_coordinates(ring)]
        for ring in (turned.exterior, *turned.interiors)
    ]


def area_km2(polygons: Iterable[Any]) -> float:
    """
    Sum the areas of polygons.

    Parameters
    ----------
    polygons
        Apart from each other, longitude and latitude, degrees.

    Returns
    -------
    float
        Square kilometres on the WGS 84 ellipsoid.
    """
    return sum(square_km(polygon) for polygon in polygons)
