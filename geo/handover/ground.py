"""The ground that a router is to avoid: the zones of a day, merged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo import geodesy
from geo.errors import InputError, Notice
from geo.exposure import coverage, frames
from geo.exposure.day import holding, known_day
from geo.handover import pieces

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from geopandas import GeoDataFrame

__all__ = ["Ground", "ground"]

_PIECE_KM: Final = 200.0  # what geodesy.buffer grows truly
_CORNER: Final = 16


@dataclass(frozen=True)
class Ground:
    """
    What `ground` found.

    Attributes
    ----------
    polygons
        Apart from each other, longitude and latitude to 6 decimals, from west to
        east; they cover the zones.
    as_of
        The day; None where no zone has a date.
    notices
        Everything that must be known before a route that avoids them is used.
    """

    polygons: tuple[Any, ...]
    as_of: date | None
    notices: tuple[Notice, ...]


def ground(
    zones: GeoDataFrame,
    *,
    as_of: date | str | None = None,
    margin_m: float = 0.0,
    near: GeoDataFrame | None = None,
    within_m: float = 0.0,
) -> Ground:
    """
    Merge the zones that hold on a day into the ground that is to be avoided.

    Parameters
    ----------
    zones
        Valid polygons in EPSG:4326, with periods if they have one.
    as_of
        The day. Left out, the newest `source_date`.
    margin_m
        How far beyond the zones shall be avoided, metres; round corners lie up
        to 1.2e-3 of it inside.
    near
        Routes, lines in EPSG:4326: what is further from all of them than
        `within_m` is left out. None keeps every zone.
    within_m
        See there; metres, to the lines as they are drawn.

    Returns
    -------
    Ground
        Polygons that cover the zones, holes kept, and what must be known.

    Raises
    ------
    CRSError, GeometryError
        If coordinates or geometries cannot be trusted, or the margin would
        reach across the antimeridian or a pole.
    InputError
        If a date cannot be read or is missing, or there is nothing to avoid.
    """
    notices: list[Notice] = []
    zones = frames.areas(zones, "zones", notices)
    day, known_until = known_day(as_of, {"zones": zones}, notices)
    now = holding(zones, "zones", day, notices)
    notices += coverage.of_events(zones, day)
    if now.empty:
        on = f"none of the {len(zones)} zones holds on {day}" if len(zones) else "there is no zone"
        message = f"{on}: there is nothing to avoid"
        raise InputError(message)
    polygons = pieces.covering(now.geometry)
    if margin_m:
        polygons = pieces.covering(_grown(_small(polygons), margin_m))
    kept = polygons if near is None else _near(polygons, near, within_m, notices)
    told = [_handed(len(now), kept, day, known_until), *notices, _margin(margin_m), *_of_all()]
    return Ground(tuple(kept), day, tuple(told))


def _small(polygons: list[Any]) -> list[Any]:
    return pieces.within(polygons, lambda piece: max(pieces.sides_km(piece)) <= _PIECE_KM)


def _grown(shapes: list[Any], metres: float) -> list[Any]:
    """Grow shapes, with corners of few vertices: routers get long lists of them."""
    return list(geodesy.buffer(np.array(shapes, object), metres, quad_segs=_CORNER))


def _near(
    polygons: list[Any], routes: GeoDataFrame, within_m: float, notices: list[Notice]
) -> list[Any]:
    """Keep what comes near any route, and say that the rest is not avoided."""
    lines = frames.lines(routes, notices).geometry
    about = [part for line in lines for part in _parts(line)]
    if within_m:
        about = _grown(about, within_m)
    tree = shapely.STRtree(about)
    kept = [one for one in polygons if tree.query(one, predicate="intersects").size]
    if not kept:
        message = (
            f"none of the {len(polygons)} areas comes within {within_m / 1000:g} km of the routes: "
            "there is nothing to avoid"
        )
        raise InputError(message)
    if len(kept) < len(polygons):
        message = (
            f"{len(polygons) - len(kept)} of {len(polygons)} areas lie further than "
            f"{within_m / 1000:g} km from the routes as drawn and are left out: a way that "
            "leads there does not avoid them"
        )
        notices.append(Notice("zones", "", "far-left-out", message))
    return kept


def _parts(line: Any) -> Iterator[Any]:
    """Cut a line so short that it can be grown."""
    step, length = _PIECE_KM * 1000, float(geodesy.length_m(np.array([line]))[0])
    if not length:
        yield line
    for start in np.arange(0, length, step):
        yield from shapely.get_parts(geodesy.piece(line, start, start + step))


def _handed(zones: int, polygons: list[Any], day: date | None, known: date | None) -> Notice:
    held = "1 zone" if zones == 1 else f"{zones} zones"
    held += f" of {day}" if day else " of any day"
    newest = f" (newest source {known})" if known else ""
    count = f"{len(polygons)} {'area' if len(polygons) == 1 else 'areas'}"
    size = f"{count} of {pieces.area_km2(polygons):,.0f} km2"
    return Notice("", "", "handed-over", f"{held}{newest}, merged into {size}")


def _margin(margin_m: float) -> Notice:
    if margin_m:
        message = f"the zones are grown by {margin_m / 1000:g} km"
        return Notice("zones", "", "margin", message)
    message = (
        "handed over as drawn, without a margin for how far zones and roads may be off (--margin)"
    )
    return Notice("zones", "", "no-margin", message)


def _of_all() -> list[Notice]:
    """Say what holds for every router."""
    return [
        Notice(
            "zones",
            "",
            "rounded",
            f"areas are rounded outward to 6 decimals: they reach less than {pieces.WIDER_M:g} m "
            "beyond the zones, and nowhere fall short of them",
        ),
        Notice(
            "",
            "",
            "whole-roads",
            "a router weighs a piece of road from junction to junction: one that only touches an "
            "area counts as a whole, and long roads outside may be given up with it",
        ),
        Notice(
            "",
            "",
            "no-promise",
            "a route that avoids these areas is not thereby free of exposure: measure what comes "
            "back with geo expose",
        ),
    ]
