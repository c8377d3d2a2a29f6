"""A route request of Valhalla, with rings to exclude."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from geo.errors import Notice
from geo.handover import pieces
from geo.handover.request import Request, checked, named, of_ends

if TYPE_CHECKING:
    from geo.handover.ground import Ground
    from geo.handover.request import Ends

__all__ = ["PROFILES", "perimeter_m", "valhalla"]

PROFILES: Final = (
    "truck",
    "auto",
    "bus",
    "taxi",
    "motorcycle",
    "motor_scooter",
    "bicycle",
    "pedestrian",
)
"""The costings of Valhalla that can exclude areas."""

_MOST_M: Final = 10_000.0
_RADIUS_M: Final = 6_378_160.187  # Valhalla's Earth
_ROOM: Final = 1.001  # it sums in single precision


def valhalla(
    ground: Ground,
    *,
    ends: Ends | None = None,
    profile: str = PROFILES[0],
    most_m: float = _MOST_M,
) -> Request:
    """
    Write a route request that excludes the ground.

    Parameters
    ----------
    ground
        What is to be avoided.
    ends
        Where the way begins and ends. None leaves `locations` out.
    profile
        The costing, one of `PROFILES`.
    most_m
        The server's limit of the sum of all perimeters, metres.

    Returns
    -------
    Request
        With `exclude_polygons`: outer rings of [longitude, latitude]. Polygons
        with holes are cut through them, since Valhalla ignores holes. It is
        written even where the perimeters exceed the limit; a notice says so.

    Raises
    ------
    InputError
        If the profile or an end is none.

    References
    ----------
    .. [1] Valhalla documentation, "Valhalla routing service API reference",
       exclude_polygons; src/loki/polygon_search.cc for the limit and the rings.
    """
    named(profile, PROFILES, "valhalla")
    ends = checked(ends)
    outer = [pieces.rings(one)[0] for one in pieces.without_holes(ground.polygons)]
    body: dict[str, Any] = {"id": f"conflict zones of {ground.as_of or 'an unknown day'}"}
    if ends:
        body["locations"] = [{"lat": lat, "lon": lon} for lon, lat in ends]
    body |= {"costing": profile, "exclude_polygons": outer}
    told = [*of_ends(ground, ends, "locations, two of {lat, lon},"), *_limit(outer, most_m)]
    return Request(body, (*ground.notices, *told))


def perimeter_m(ring: list[list[float]]) -> float:
    """
    Measure a ring as Valhalla does.

    Parameters
    ----------
    ring
        Longitude and latitude of its vertices, degrees, closed.

    Returns
    -------
    float
        Metres along great circles of a sphere of 6,378,160 m: up to 1 % from the
        length on the ellipsoid.
    """
    lon, lat = np.deg2rad(np.array(ring)).T
    half = np.sin(np.diff(lat) / 2) ** 2
    half += np.cos(lat[:-1]) * np.cos(lat[1:]) * np.sin(np.diff(lon) / 2) ** 2
    return float((2 * _RADIUS_M * np.arcsin(np.sqrt(np.clip(half, 0, 1)))).sum())


def _limit(outer: list[list[list[float]]], most_m: float) -> list[Notice]:
    total = sum(map(perimeter_m, outer))
    rings = f"{len(outer)} rings with a total perimeter of {total / 1000:,.1f} km"
    if total * _ROOM <= most_m:
        message = f"{rings}: within the limit of {most_m / 1000:g} km"
        return [Notice("", "", "limits", message)]
    needed = math.ceil(total * _ROOM / 1000) * 1000
    message = (
        f"{rings}, but a server takes {most_m / 1000:g} km in all unless its setting "
        f"service_limits.max_exclude_polygons_length is raised: to {needed} (metres) or more; "
        "as it is, it answers with an error. --near and --within leave out far zones"
    )
    return [Notice("", "", "limits", message)]
