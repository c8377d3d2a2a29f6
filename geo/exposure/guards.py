"""What is refused, and what is said, of the coordinates of routes and zones."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo import geodesy
from geo.errors import CRSError, GeometryError, Notice

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]
    Box = Sequence[float] | NDArray[np.float64]

__all__ = ["compare_extents", "notices_of_line", "parts_of", "refuse_odd_coordinates"]

_FAR_DEG = 10.0
_VERY_LONG_M = 500_000.0
_KM_PER_DEG = 111


def refuse_odd_coordinates(shapes: Shapes, name: str) -> None:
    """
    Refuse coordinates that are no longitude and latitude.

    Parameters
    ----------
    shapes
        Geometries, at least one of them with a position.
    name
        What they are called in messages.

    Raises
    ------
    GeometryError
        If a coordinate is not a finite number.
    CRSError
        If one is beyond 180 or 90 degrees.
    """
    x, y = shapely.get_coordinates(shapes).T
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        message = f"{name}: a coordinate is not a finite number"
        raise GeometryError(message)
    if np.abs(y).max() > 90 or np.abs(x).max() > 180:  # noqa: PLR2004 - the ends of the Earth
        worst = int(np.argmax(np.maximum(np.abs(y) / 90, np.abs(x) / 180)))
        message = (
            f"{name}: {x[worst]:g}, {y[worst]:g} is not a longitude and latitude; "
            "are the axes swapped, or is this in metres?"
        )
        raise CRSError(message)


def parts_of(shapes: Shapes | list[Any]) -> Iterator[Any]:
    """
    Give the lines that lines are made of.

    Parameters
    ----------
    shapes
        Lines of one or several parts.

    Yields
    ------
    LineString
        Each part that is not empty, in order.
    """
    yield from (part for part in shapely.get_parts(shapes) if not part.is_empty)


def notices_of_line(route_id: str, shape: Any) -> Iterator[Notice]:
    """
    Say what of a line is not travelled, or may be drawn wrongly.

    Parameters
    ----------
    route_id
        The route's id.
    shape
        Its line, not empty.

    Yields
    ------
    Notice
        For each gap, for an edge of more than 50 km, and for a line without length.
    """
    parts = list(parts_of([shape]))
    for part, after in pairwise(parts):
        here, there = part.coords[-1][:2], after.coords[0][:2]
        # the two sides of the date line are one place
        there = (there[0] + 360 * round((here[0] - there[0]) / 360), there[1])
        if here != there:
            gap = geodesy.length_m(np.array([shapely.LineString([here, there])]))[0]
            if gap <= 1:
                continue
            message = f"has a gap of {gap / 1000:.1f} km, which is not travelled and not counted"
            yield Notice("routes", route_id, "gap", message)
    longest = max(float(np.diff(geodesy.chainages_m(part)).max()) for part in parts)
    if longest == 0:
        yield Notice("routes", route_id, "no-length", "has no length")
    if longest > geodesy.LONG_EDGE_M:
        # the offset grows with the square of the length: 25 m for 50 km
        aside = 25 * (longest / geodesy.LONG_EDGE_M) ** 2
        message = (
            f"has an edge of {longest / 1000:.0f} km, measured straight in longitude and latitude; "
            f"the shortest line between its ends lies up to {aside:.0f} m beside it"
        )
        if longest > _VERY_LONG_M:
            message = (
                f"has an edge of {longest / 1000:,.0f} km: is a position missing or wrong? It is "
                "measured straight in longitude and latitude, far from the shortest line"
            )
        yield Notice("routes", route_id, "long-edge", message)


def compare_extents(routes: Box, zones: Box, notices: list[Notice]) -> None:
    """
    Say so where no zone lies near any route: the usual cause of a silent zero.

    Parameters
    ----------
    routes, zones
        West, south, east and north of all of them, degrees.
    notices
        Where the warning is added.

    Raises
    ------
    CRSError
        If the zones would lie on the routes with their axes swapped.
    """
    west, south, east, north = zones
    gap = _box_gap(routes, (west, south, east, north))
    if gap > _FAR_DEG and _box_gap(routes, (south, west, north, east)) == 0:
        message = (
            "routes and zones lie far apart, but the zones would lie on the routes with longitude "
            "and latitude swapped: in one of the two files they are"
        )
        raise CRSError(message)
    if gap > 0:
        message = f"no zone comes nearer to any route than about {gap * _KM_PER_DEG:.0f} km"
        notices.append(Notice("zones", "", "far-apart", message))


def _box_gap(one: Any, other: Any) -> float:
    apart = np.maximum(np.asarray(one)[:2] - np.asarray(other)[2:], 0) + np.maximum(
        np.asarray(other)[:2] - np.asarray(one)[2:], 0
    )
    return float(np.hypot(*apart))
