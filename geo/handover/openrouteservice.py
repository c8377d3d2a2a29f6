"""A directions request of openrouteservice, with areas to avoid in its limits."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo.errors import Notice
from geo.handover import pieces
from geo.handover.request import Request, apart_km, checked, named, of_ends
from geo.zones.shapes import square_km

if TYPE_CHECKING:
    from geo.handover.ground import Ground
    from geo.handover.request import Ends

__all__ = ["PROFILES", "fits", "openrouteservice"]

PROFILES: Final = (
    "driving-hgv",
    "driving-car",
    "cycling-regular",
    "cycling-road",
    "cycling-mountain",
    "cycling-electric",
    "foot-walking",
    "foot-hiking",
    "wheelchair",
)
"""The profiles of openrouteservice that can avoid areas."""

_MOST_KM2: Final = 200.0
_MOST_KM: Final = 20.0
_MOST_ROUTE_KM: Final = 100.0
_ROOM: Final = 0.995  # for the service's own arithmetic, and for rounding
_SEMI_MAJOR_M: Final = 6_378_137.0


def openrouteservice(
    ground: Ground,
    *,
    ends: Ends | None = None,
    profile: str = PROFILES[0],
    most_km2: float = _MOST_KM2,
    most_km: float = _MOST_KM,
) -> Request:
    """
    Write the body of a directions request that avoids the ground.

    Parameters
    ----------
    ground
        What is to be avoided.
    ends
        Where the way begins and ends. None leaves `coordinates` out.
    profile
        One of `PROFILES`. It is part of the request's address, not of its body.
    most_km2, most_km
        The server's limits of one polygon; the defaults are the service's own.

    Returns
    -------
    Request
        With `options.avoid_polygons`, a Polygon or MultiPolygon (RFC 7946) of
        pieces, each within the limits.

    Raises
    ------
    InputError
        If the profile or an end is none.

    Notes
    -----
    The service measures area and extent in the Mollweide projection about
    longitude 0 [1]_, which is sheared far from it: a piece 14 km wide and tall
    is there 19 km wide near Myitkyina. The pieces keep the limits in that
    measure and on the ellipsoid. Its documentation gives the limits in square
    kilometres and kilometres, its code reads square metres and metres [2]_.

    References
    ----------
    .. [1] openrouteservice, ors-engine, GeomUtility.getArea, calculateMaxExtent.
    .. [2] openrouteservice documentation, "ors.endpoints.routing" and
       "ors.engine.profiles.<profile>.service".
    """
    named(profile, PROFILES, "openrouteservice")
    ends = checked(ends)
    cut = pieces.within(ground.polygons, lambda piece: fits(piece, most_km2, most_km))
    lists: list[Any] = [pieces.rings(piece) for piece in cut]
    avoided = (
        {"type": "Polygon", "coordinates": lists[0]}
        if len(lists) == 1
        else {"type": "MultiPolygon", "coordinates": lists}
    )
    body: dict[str, Any] = {"id": f"conflict zones of {ground.as_of or 'an unknown day'}"}
    if ends:
        body["coordinates"] = [list(end) for end in ends]
    body["options"] = {"avoid_polygons": avoided}
    told = [
        _sent(profile),
        *of_ends(ground, ends, "coordinates, two of [lon, lat],"),
        _limits(len(cut), most_km2, most_km),
        _route(ends),
    ]
    return Request(body, (*ground.notices, *told))


def fits(piece: Any, most_km2: float, most_km: float) -> bool:
    """
    Tell whether openrouteservice takes a polygon to avoid.

    Parameters
    ----------
    piece
        A polygon in longitude and latitude, degrees.
    most_km2, most_km
        The largest area, and the longest side of the box about it.

    Returns
    -------
    bool
        True where area and box keep half a per cent below the limits, on the
        ellipsoid and in the service's own projection.
    """
    if max(pieces.sides_km(piece)) > _ROOM * most_km:
        return False
    west, south, east, north = (flat := shapely.transform(piece, _mollweide)).bounds
    longest = max(east - west, north - south) / 1000
    largest = max(square_km(piece), flat.area / 1e6)
    return bool(longest <= _ROOM * most_km and largest <= _ROOM * most_km2)


@functools.cache
def _projection() -> Any:
    from pyproj import Proj

    return Proj(proj="moll", R=_SEMI_MAJOR_M)


def _mollweide(lonlat: Any) -> Any:
    return np.column_stack(_projection()(*lonlat.T))


def _sent(profile: str) -> Notice:
    return Notice("", "", "sent", f"POST it to /v2/directions/{profile} (or .../geojson)")


def _limits(count: int, most_km2: float, most_km: float) -> Notice:
    message = (
        f"cut into {count} pieces of at most {most_km2:g} km2 and {most_km:g} km, the limits of "
        "one area to avoid; a road exactly along a cut would not be seen as inside"
    )
    return Notice("", "", "limits", message)


def _route(ends: Ends | None) -> Notice:
    settings = (
        "a server of your own must have maximum_distance and maximum_distance_avoid_areas "
        "(ors.engine.profile_default.service, metres) raised"
    )
    limit = f"openrouteservice as shipped refuses routes longer than {_MOST_ROUTE_KM:g} km"
    if ends and apart_km(ends) > _MOST_ROUTE_KM:
        message = f"{limit}, and the ends are {apart_km(ends):.0f} km apart: {settings}"
    else:
        message = f"{limit}: for these {settings}"
    return Notice("", "", "route-limit", message)
