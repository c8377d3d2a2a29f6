"""A request to a router, and what is said about its ends."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo import geodesy
from geo.errors import InputError, Notice

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geo.handover.ground import Ground

__all__ = ["Ends", "Request", "apart_km", "checked", "named", "of_ends"]

Ends = tuple[tuple[float, float], tuple[float, float]]
"""Where a way begins and ends: longitude and latitude, degrees."""


@dataclass(frozen=True)
class Request:
    """
    What a router is sent.

    Attributes
    ----------
    body
        The JSON of the request, plain values only.
    notices
        Everything that must be known before it is sent.
    """

    body: dict[str, Any]
    notices: tuple[Notice, ...]

    @property
    def text(self) -> str:
        """
        Give the body as JSON.

        Returns
        -------
        str
            One line of ASCII, ending with a line feed.
        """
        return json.dumps(self.body, allow_nan=False, separators=(",", ":")) + "\n"


def checked(ends: Ends | None) -> Ends | None:
    """
    Refuse ends that are no places.

    Parameters
    ----------
    ends
        Where the way begins and ends; None passes.

    Returns
    -------
    tuple or None
        The same.

    Raises
    ------
    InputError
        If one is not a longitude from -180 to 180 and a latitude from -90 to 90.
    """
    for place in ends or ():
        lon, lat = place
        if not (abs(lon) <= 180 and abs(lat) <= 90):  # noqa: PLR2004 - the ends of the Earth
            message = f"{lon:g},{lat:g} is not a longitude and latitude"
            raise InputError(message)
    return ends


def named(profile: str, known: Sequence[str], router: str) -> str:
    """
    Refuse a profile that a router does not have.

    Parameters
    ----------
    profile
        What the user names.
    known
        What the router has.
    router
        Its name, for the message.

    Returns
    -------
    str
        The profile.

    Raises
    ------
    InputError
        If it is none of them.
    """
    if profile not in known:
        message = f"{router} has no profile {profile!r}, only {', '.join(known)}"
        raise InputError(message)
    return profile


def apart_km(ends: Ends) -> float:
    """
    Measure the shortest way between the ends.

    Parameters
    ----------
    ends
        Where the way begins and ends.

    Returns
    -------
    float
        Kilometres along the geodesic.
    """
    (lon0, lat0), (lon1, lat1) = ends
    values = (np.array([value], float) for value in (lon0, lat0, lon1, lat1))
    return float(geodesy.distance_m(*values)[0]) / 1000


def of_ends(ground: Ground, ends: Ends | None, where: str) -> Iterator[Notice]:
    """
    Say what is wrong with the ends.

    Parameters
    ----------
    ground
        What is to be avoided.
    ends
        Where the way begins and ends, if it is known.
    where
        The field that they belong into, for those that are not given.

    Yields
    ------
    Notice
        One where they are not given, one for each that lies in what is avoided.
    """
    if ends is None:
        message = f"no --from and --to: add {where} before you send it"
        yield Notice("", "", "no-ends", message)
    for word, place in zip(("start", "end"), ends or (), strict=False):
        if any(shapely.intersects_xy(polygon, *place) for polygon in ground.polygons):
            message = (
                f"the {word} {place[0]:g},{place[1]:g} lies inside an area: a router that must "
                "avoid it finds no way, or puts the point on a road outside"
            )
            yield Notice("", "", "end-inside", message)
