"""Measure routes against zones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np

from geo import control as hands
from geo import passages
from geo.errors import Notice
from geo.exposure import bounds, coverage, disputes, frames, sources, tables
from geo.exposure.answer import Exposure
from geo.exposure.day import holding, known_day

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import pandas as pd
    from geopandas import GeoDataFrame

__all__ = ["flag", "measure", "say_open_sea"]


def measure(
    routes: GeoDataFrame,
    zones: GeoDataFrame,
    *,
    control: GeoDataFrame | Mapping[str, GeoDataFrame] | Sequence[GeoDataFrame] | None = None,
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
        if they have one, an `extent` and a period. Several sources, by name or
        as a list, are told apart and compared (see `geo.exposure.disputes`),
        never merged. Left out, the zones speak for themselves.
    as_of
        The day of the answer. Left out, the newest `source_date` of the layers.
    source
        What the claims are called in the answer, unless their names are given;
        "control" or "zones" if left out. Several are numbered.
    position_error_m
        How far every drawn line may be off, metres, up to 200 km. Left out, it
        is each section's `positional_error_m`, if it has one.

    Returns
    -------
    Exposure
        The tables of the answer. Controllers, contested, mixed and unknown add
        up to each route's length, for every source.

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
    names, claims = sources.read(control, zones, source, notices)
    day, known_until = known_day(as_of, {"zones": zones, **claims}, notices)
    zones_now = holding(zones, "zones", day, notices)
    notices += coverage.of_events(zones, day)
    claims_now = {
        label: zones_now if control is None else holding(rows, label, day, notices)
        for label, rows in claims.items()
    }
    frames.compare_extents(lines, zones_now, notices)
    found = passages.find(lines["geometry"].to_numpy(), zones_now.geometry.to_numpy())
    ids = lines["route_id"].to_numpy(object)
    exposed = tables.exposed_table(lines, found)
    stretches = sources.stretches(lines, claims_now, names, found if control is None else None)
    sections = tables.sections_table(lines, exposed)
    sections = bounds.with_errors(sections, position_error_m, notices)
    zone_shapes = zones_now.geometry.to_numpy()
    sections = bounds.bounded(lines, sections, found, zone_shapes, notices)
    say_open_sea(stretches[stretches["source"] == names[0]], sections, notices)
    length_m = dict(zip(ids, found.length_m, strict=True))
    disputed, agreement = disputes.compared(stretches, names, length_m)
    notices += disputes.unlike_names(stretches, disputed, names)
    return Exposure(
        as_of=day,
        known_until=known_until,
        routes=bounds.of_routes(tables.routes_table(lines, found, exposed), sections),
        sections=sections,
        zones=tables.zones_table(found, ids, zones_now),
        passages=tables.passages_table(found, ids, zones_now),
        exposed=tables.renamed(exposed, ids),
        stretches=stretches,
        controllers=tables.controllers_table(stretches, length_m, names),
        sources=names,
        disputes=disputed,
        agreement=agreement,
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


def say_open_sea(stretches: pd.DataFrame, sections: pd.DataFrame, notices: list[Notice]) -> None:
    """
    Tell open sea, which nobody claims to hold, from ground of which nothing is known.

    Parameters
    ----------
    stretches, sections
        The tables of `Exposure`, of one source.
    notices
        Where the word is added.
    """
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
