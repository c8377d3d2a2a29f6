"""A custom model of GraphHopper, with areas of low or no priority."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from geo.errors import InputError, Notice
from geo.handover import pieces
from geo.handover.request import Request, checked, of_ends

if TYPE_CHECKING:
    from geo.handover.ground import Ground
    from geo.handover.request import Ends

__all__ = ["graphhopper"]


def graphhopper(
    ground: Ground,
    *,
    ends: Ends | None = None,
    profile: str = "car",
    factor: float = 0.0,
) -> Request:
    """
    Write a custom model that avoids the ground, or a whole request with it.

    Parameters
    ----------
    ground
        What is to be avoided.
    ends
        Where the way begins and ends. None gives the custom model alone.
    profile
        A profile of the server.
    factor
        What the priority of roads that touch an area is multiplied by: 0 shuts
        them, 1 changes nothing.

    Returns
    -------
    Request
        Each area is a Polygon, holes kept, with an id of letters and digits. The
        statements exclude each other, so that a road that touches two areas is
        multiplied once.

    Raises
    ------
    InputError
        If the factor is not from 0 to 1, the profile is empty or an end is none.

    References
    ----------
    .. [1] GraphHopper documentation, "Custom models", areas and priority;
       JsonFeature.isValidId for the ids.
    """
    if not 0 <= factor <= 1:
        message = f"the factor {factor:g} is not from 0 (shut) to 1 (as if outside)"
        raise InputError(message)
    if not profile.strip():
        message = "the name of the profile is empty"
        raise InputError(message)
    ends = checked(ends)
    names = [f"zone{number}" for number in range(1, len(ground.polygons) + 1)]
    model = {
        "priority": [
            {"else_if" if number else "if": f"in_{name}", "multiply_by": _number(factor)}
            for number, name in enumerate(names)
        ],
        "areas": {
            "type": "FeatureCollection",
            "features": [
                _area(name, polygon) for name, polygon in zip(names, ground.polygons, strict=True)
            ],
        },
    }
    told = [*of_ends(ground, ends, "points, two of [lon, lat], and the profile"), _strength(factor)]
    notices = (*ground.notices, *told, *_of_models(profile, whole=ends is not None))
    return Request(_request(model, ends, profile) if ends else model, notices)


def _request(model: dict[str, Any], ends: Ends, profile: str) -> dict[str, Any]:
    return {
        "points": [list(end) for end in ends],
        "profile": profile,
        "ch.disable": True,
        "custom_model": model,
    }


def _area(name: str, polygon: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": name,
        "properties": {},
        "geometry": {"type": "Polygon", "coordinates": pieces.rings(polygon)},
    }


def _number(factor: float) -> str:
    """Write a factor as plain digits, however small: it must not become 0, which shuts."""
    return np.format_float_positional(factor, trim="-")


def _strength(factor: float) -> Notice:
    if factor == 0:
        message = (
            "roads that touch an area are shut (--factor above 0 lets them be the last resort)"
        )
        return Notice("", "", "factor", message)
    message = (
        f"the priority of roads that touch an area is multiplied by {_number(factor)}: they are "
        "avoided where that is worth the detour, and else used"
    )
    return Notice("", "", "factor", message)


def _of_models(profile: str, *, whole: bool) -> list[Notice]:
    sent = (
        f"POST it to /route; {profile} must be a profile of the server"
        if whole
        else "this is the custom_model of a POST to /route, which also needs ch.disable: true"
    )
    message = (
        "a rectangular area is met by every road whose box it meets; GraphHopper before 7.0 does "
        "not take areas as a FeatureCollection"
    )
    return [Notice("", "", "sent", sent), Notice("", "", "areas", message)]
