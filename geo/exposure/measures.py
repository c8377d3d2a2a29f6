"""Measure routes against zones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from geo import control as hands
from geo import passages
from geo.errors import InputError, Notice
from geo.exposure import bounds, frames, tables
from geo.exposure.answer import Exposure

if TYPE_CHECKING:
    from datetime import date

    from geopandas import GeoDataFrame

__all__ = ["flag", "measure"]

_OLD_DAYS = 90


def measure(
    routes: GeoDataFrame,
    zones: GeoDataFrame,
    *,
    control: GeoDataFrame | None = None,
    as_of: date | str | None = None,
    source: str = "",
    position_error_m: float | None = None,
) -> Exposure:
    """
    Measure how far each route runs inside zones, and in whose hands it is.

    Parameters
    ----------
    routes
        Lines in EPSG:4326. Rows that share a `corridor_id` are the sections of
        one route, in the order of `seq`; else a row is a route. The id is
        `route_id`, else `id`, else `name`, else the row's number.
    zones
        Valid polygons in EPSG:4326 with, if they have one, a period
        [`valid_from`, `valid_to`) or `start`, `end`. None of them: exposes
        nothing, with a notice.
    control
        Claims of who holds what, polygons in EPSG:4326 with a `controller` and,
        if they have one, an `extent` and a period. Left out, the zones speak
        for themselves.
    as_of
        The day of the answer. Left out, the newest `source_date` of the layers.
    source
        What the claims are called in the answer; "control" or "zones" if left out.
    position_error_m
        How far every drawn line may be off, metres, up to 200 km. Left out, it
        is each section's `positional_error_m`, if it has one.

    Returns
    -------
    Exposure
        The tables of the answer. Controllers, contested, mixed and unknown add
        up to each route's length.

    Raises
    ------
    CRSError
        If a frame has no CRS, another one, or coordinates that do not fit it.
    GeometryError
        If a geometry cannot be measured, naming the rows.
    InputError
        If there are no routes, ids are not unique, a date cannot be read, or
        the position error is not a number from 0 to 200,000.

    Notes
    -----
    Lengths are those of lines drawn straight in longitude and latitude, on the
    WGS 84 ellipsoid (see `geo.geodesy.arc_length_m`).
    """
    notices: list[Notice] = []
    lines = frames.lines(routes, notices)
    zones = frames.areas(zones, "zones", notices)
    claims = zones if control is None else frames.areas(control, "control", notices)
    _say_of_holders(claims, control is not None, notices)
    newest = {"zones": _newest(zones), "control": _newest(claims)}
    known_until = max((known for known in newest.values() if known), default=None)
    day = hands.day_of(as_of) or known_until
    _compare_dates(day, known_until, newest, notices)
    if day is None and (hands.has_period(zones) or hands.has_period(claims)):
        message = "the zones hold for periods, but no day is known: say as of which day (--as-of)"
        raise InputError(message)
    zones_now = _holding(zones, "zones", day, notices)
    claims_now = zones_now if control is None else _holding(claims, "control", day, notices)
    frames.compare_extents(lines, zones_now, notices)
    found = passages.find(lines["geometry"].to_numpy(), zones_now.geometry.to_numpy())
    held = (
        found
        if control is None
        else passages.find(lines["geometry"].to_numpy(), claims_now.geometry.to_numpy())
    )
    ids = lines["route_id"].to_numpy(object)
    exposed = tables.exposed_table(lines, found)
    stretches = hands.along(held, claims_now, frames.ids_of(claims_now, "area", "zone"))
    stretches = tables.renamed(stretches, ids)
    source = source or ("zones" if control is None else "control")
    sections = tables.sections_table(lines, exposed)
    sections = bounds.with_errors(sections, position_error_m, notices)
    zone_shapes = zones_now.geometry.to_numpy()
    sections = bounds.bounded(lines, sections, found, zone_shapes, notices)
    _say_open_sea(stretches, sections, notices)
    return Exposure(
        as_of=day,
        known_until=known_until,
        routes=bounds.of_routes(tables.routes_table(lines, found, exposed), sections),
        sections=sections,
        zones=tables.zones_table(found, ids, zones_now),
        passages=tables.passages_table(found, ids, zones_now),
        exposed=tables.renamed(exposed, ids),
        stretches=stretches,
        controllers=tables.controllers_table(
            stretches, dict(zip(ids, found.length_m, strict=True)), source
        ),
        notices=tuple(notices),
    )


def flag(
    routes: GeoDataFrame, zones: GeoDataFrame, *, as_of: date | str | None = None
) -> GeoDataFrame:
    """
    Tell which route crosses which zone: the spatial join, answered from passages.

    It agrees with `geopandas.sjoin` with the predicates crosses and within,
    except where those are misleading: a route of several sections is one route
    here, ground along a border is not inside, and a route that lies along
    borders only is not within anything.

    Parameters
    ----------
    routes, zones
        As for `measure`.
    as_of
        The day; left out, the newest `source_date` of the layers.

    Returns
    -------
    GeoDataFrame
        A row for each pair that has metres inside: `route_id`, `zone_id`,
        `name` (the zone's), `relation` (crosses, or within where no metre is
        outside), `inside_m`, `boundary_m`, and the route's geometry.

    Raises
    ------
    CRSError, GeometryError, InputError
        As `measure`.
    """
    found = measure(routes, zones, as_of=as_of)
    pairs = found.zones[found.zones["inside_m"] > 0]
    pairs = pairs.merge(found.routes[["route_id", "length_m", "geometry"]], on="route_id")
    whole = pairs["inside_m"] + pairs["boundary_m"] >= pairs["length_m"] - passages.TINY_M
    pairs["relation"] = np.where(whole, "within", "crosses")
    columns = ["route_id", "zone_id", "name", "relation", "inside_m", "boundary_m", "geometry"]
    return gpd.GeoDataFrame(pairs[columns], geometry="geometry", crs=4326)


def _newest(frame: pd.DataFrame) -> date | None:
    dates = [
        hands.days(frame[column], partial=True).max()
        for column in frame.columns
        if str(column).strip().lower() == "source_date"
    ]
    known = [day for day in dates if not pd.isna(day)]
    return max(known).date() if known else None


def _holding(
    frame: GeoDataFrame, name: str, day: date | None, notices: list[Notice]
) -> GeoDataFrame:
    """Keep what holds on the day, and say so where that is nothing."""
    notices += hands.unread(frame, name)
    now = hands.as_of(frame, day)
    if now.empty and not frame.empty:
        message = f"none of the {len(frame)} rows holds on {day}: nothing could be found"
        notices.append(Notice(name, "", "none-holds", message))
    return now


def _say_of_holders(claims: GeoDataFrame, given: bool, notices: list[Notice]) -> None:  # noqa: FBT001
    """Tell unknown ground from claims that name nobody."""
    if claims.empty or hands.holders(claims) is not None:
        return
    if given:
        message = "control: no column is called controller, control or actor"
        raise InputError(message)
    message = "the zones name no controller, so who holds the routes is unknown throughout"
    notices.append(Notice("zones", "", "no-controller", message))


def _compare_dates(
    day: date | None,
    known_until: date | None,
    newest: dict[str, date | None],
    notices: list[Notice],
) -> None:
    if known_until is None:
        message = "the layers carry no source date: how old this knowledge is cannot be said"
        notices.append(Notice("", "", "undated", message))
    elif day is not None and day > known_until:
        age = (day - known_until).days
        message = (
            f"nothing is known after {known_until}: the answer for {day} shows what was "
            f"last known, {age} days earlier"
        )
        notices.append(Notice("", "", "stale", message))
    elif day is not None:
        for name, known in newest.items():
            if known and (day - known).days > _OLD_DAYS:
                message = f"the newest source is of {known}, {(day - known).days} days before {day}"
                notices.append(Notice(name, "", "stale", message))


def _say_open_sea(stretches: pd.DataFrame, sections: pd.DataFrame, notices: list[Notice]) -> None:
    """Tell open sea, which nobody claims to hold, from ground of which nothing is known."""
    unknown = stretches[stretches["controller"] == hands.UNKNOWN]
    for section in sections[sections["mode"] == "sea"].to_dict("records"):
        mine = unknown[unknown["route_id"] == section["route_id"]]
        low, high = mine["from_m"].clip(section["from_m"]), mine["to_m"].clip(upper=section["to_m"])
        at_sea = float((high - low).clip(lower=0).sum())
        if at_sea > 0:
            message = (
                f"{at_sea / 1000:.0f} km of what is unknown is on the sea leg {section['name']}: "
                "no source claims that anyone holds it"
            )
            notices.append(Notice("routes", str(section["route_id"]), "open-sea", message))
