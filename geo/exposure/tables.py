"""The tables of an answer, from passages by arithmetic on intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo import geodesy, passages
from geo.exposure.frames import ids_of, missing

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

__all__ = [
    "controllers_table",
    "exposed_table",
    "passages_table",
    "renamed",
    "routes_table",
    "sections_table",
    "totals",
    "zones_table",
]


def exposed_table(lines: GeoDataFrame, found: passages.Passages) -> pd.DataFrame:
    """
    Give the union of all zones along each route.

    Parameters
    ----------
    lines
        Routes, from `frames.lines`.
    found
        Their passages through zones.

    Returns
    -------
    DataFrame
        `route` (number), `from_m`, `to_m`: stretches inside any zone, with a gap
        between them, of chainage or on the ground.
    """
    inside = ~found.on_border
    route, from_m, to_m = passages.merged(
        found.route[inside], found.from_m[inside], found.to_m[inside]
    )
    table = pd.DataFrame({"route": route, "from_m": from_m, "to_m": to_m})
    return _parted(table, lines)


def _parted(exposed: pd.DataFrame, lines: GeoDataFrame) -> pd.DataFrame:
    """Part stretches where the route has a gap: chainage goes on there, the ground does not."""
    cuts = [
        (number, mark)
        for number, line in enumerate(lines.geometry)
        if line.geom_type == "MultiLineString"
        for mark in geodesy.gaps_m(line)
    ]
    for number, mark in cuts:
        across = exposed[
            (exposed["route"] == number)
            & (exposed["from_m"] < mark - passages.TINY_M)
            & (exposed["to_m"] > mark + passages.TINY_M)
        ]
        if not across.empty:
            before, after = across.assign(to_m=mark), across.assign(from_m=mark)
            exposed = pd.concat([exposed.drop(across.index), before, after], ignore_index=True)
    return exposed.sort_values(["route", "from_m"], ignore_index=True)


def routes_table(
    lines: GeoDataFrame, found: passages.Passages, exposed: pd.DataFrame
) -> GeoDataFrame:
    """
    Sum the answer for each route.

    Parameters
    ----------
    lines
        Routes, from `frames.lines`.
    found
        Their passages.
    exposed
        Their union, from `exposed_table`.

    Returns
    -------
    GeoDataFrame
        The columns of `Exposure.routes`.
    """
    count, length = len(lines), found.length_m
    sums = totals(exposed, length)
    of_all, from_m, to_m = passages.merged(found.route, found.from_m, found.to_m)
    touched_m = np.bincount(of_all, weights=to_m - from_m, minlength=count)
    bordered = np.bincount(found.route[found.on_border], minlength=count) > 0
    return gpd.GeoDataFrame(
        {
            "route_id": lines["route_id"].to_numpy(object),
            "name": lines["name"].to_numpy(object),
            "length_m": length,
            "exposed_m": sums["exposed_m"],
            "exposed_share": sums["exposed_share"],
            # what is touched but not inside; never the rounding of a difference of nothing
            "boundary_m": np.where(bordered, touched_m - sums["exposed_m"], 0.0),
            "crossings": sums["crossings"],
            "longest_exposed_m": sums["longest_exposed_m"],
        },
        geometry=lines["geometry"].to_numpy(),
        crs=4326,
    )


def totals(exposed: pd.DataFrame, length_m: NDArray[np.float64]) -> dict[str, NDArray[Any]]:
    """
    Sum the union along each route.

    Parameters
    ----------
    exposed
        The union, from `exposed_table`.
    length_m
        The routes' lengths.

    Returns
    -------
    dict
        `length_m`, `exposed_m`, `exposed_share` (0 where a route has no length),
        `crossings`, `longest_exposed_m`: a value for each route.
    """
    count = length_m.size
    route, width = exposed["route"].to_numpy(), (exposed["to_m"] - exposed["from_m"]).to_numpy()
    exposed_m = np.bincount(route, weights=width, minlength=count).astype(float)
    longest = np.zeros(count)
    np.maximum.at(longest, route, width)
    return {
        "length_m": length_m,
        "exposed_m": exposed_m,
        "exposed_share": np.divide(exposed_m, length_m, out=np.zeros(count), where=length_m > 0),
        "crossings": np.bincount(route, minlength=count),
        "longest_exposed_m": longest,
    }


def sections_table(lines: GeoDataFrame, exposed: pd.DataFrame) -> pd.DataFrame:
    """
    Break the answer down by section.

    Parameters
    ----------
    lines
        Routes, from `frames.lines`; a route of one row is its own only section.
    exposed
        Their union, from `exposed_table`.

    Returns
    -------
    DataFrame
        The columns of `Exposure.sections`.
    """
    rows = []
    for number, line in enumerate(lines.to_dict("records")):
        mine = exposed[exposed["route"] == number]
        lengths = geodesy.length_m(line["sections"].geometry.to_numpy())
        ends = np.cumsum(lengths)
        for section, length, end in zip(
            line["sections"].to_dict("records"), lengths, ends, strict=True
        ):
            low, high = end - length, end
            covered = np.minimum(mine["to_m"], high) - np.maximum(mine["from_m"], low)
            rows.append(
                {
                    "route_id": line["route_id"],
                    "section_id": _given(section, "section_id") or line["route_id"],
                    "name": _given(section, "name") or line["name"],
                    "mode": section.get("mode"),
                    "from_m": low,
                    "to_m": high,
                    "length_m": length,
                    "exposed_m": float(covered.clip(lower=0).sum()),
                    "positional_error_m": section.get("positional_error_m"),
                }
            )
    return pd.DataFrame(rows)


def _given(record: dict[Hashable, Any], column: str) -> str:
    value = record.get(column)
    return "" if missing(value) else str(value)


def zones_table(
    found: passages.Passages, ids: NDArray[np.object_], zones: GeoDataFrame
) -> pd.DataFrame:
    """
    Sum the metres for each route and zone that meet.

    Parameters
    ----------
    found
        Passages of routes through `zones`.
    ids
        The routes' ids.
    zones
        The zones that hold on the day.

    Returns
    -------
    DataFrame
        The columns of `Exposure.zones`; not to be summed over zones, which may
        overlap.
    """
    names = ids_of(zones, "zone")
    titles = names
    if "name" in zones.columns:
        given = zones["name"].astype(object).where(zones["name"].notna(), "")
        titles = [str(title) or name for title, name in zip(given, names, strict=True)]
    width = found.to_m - found.from_m
    table = pd.DataFrame(
        {
            "route": found.route,
            "zone": found.zone,
            "inside_m": np.where(found.on_border, 0.0, width),
            "boundary_m": np.where(found.on_border, width, 0.0),
        }
    )
    table = table.groupby(["route", "zone"], as_index=False).sum()
    route, zone = table["route"].to_numpy(), table["zone"].to_numpy()
    return pd.DataFrame(
        {
            "route_id": ids[route],
            "zone_id": np.asarray(names, object)[zone] if len(names) else [],
            "name": np.asarray(titles, object)[zone] if len(names) else [],
            "inside_m": table["inside_m"],
            "boundary_m": table["boundary_m"],
        }
    )


def passages_table(
    found: passages.Passages, ids: NDArray[np.object_], zones: GeoDataFrame
) -> pd.DataFrame:
    """
    Name the routes and zones of passages.

    Parameters
    ----------
    found
        Passages of routes through `zones`.
    ids
        The routes' ids.
    zones
        The zones that hold on the day.

    Returns
    -------
    DataFrame
        The columns of `Exposure.passages`.
    """
    names = np.asarray(ids_of(zones, "zone"), object)
    return pd.DataFrame(
        {
            "route_id": ids[found.route],
            "zone_id": names[found.zone] if len(names) else [],
            "from_m": found.from_m,
            "to_m": found.to_m,
            "on_border": found.on_border,
            "entry_lon": found.entry[:, 0],
            "entry_lat": found.entry[:, 1],
            "exit_lon": found.exit[:, 0],
            "exit_lat": found.exit[:, 1],
        }
    )


def controllers_table(
    stretches: pd.DataFrame, length_m: dict[str, float], sources: Sequence[str]
) -> pd.DataFrame:
    """
    Sum the stretches of each route by who holds them, for each source apart.

    Parameters
    ----------
    stretches
        The columns of `Exposure.stretches`.
    length_m
        Each route's length, in the order of the routes.
    sources
        The names of the sources, the first one first.

    Returns
    -------
    DataFrame
        The columns of `Exposure.controllers`, source by source and the longest
        first in each route.
    """
    table = stretches.assign(inside_m=stretches["to_m"] - stretches["from_m"])
    keys = ["route_id", "source", "controller"]
    sums = table.groupby(keys, sort=False)[["inside_m"]].sum().reset_index()
    sums["share"] = sums["inside_m"] / sums["route_id"].map(length_m)
    order = {route_id: number for number, route_id in enumerate(length_m)}
    sums["order"] = sums["route_id"].map(order)
    sums["place"] = sums["source"].map({name: place for place, name in enumerate(sources)})
    sums = sums.sort_values(["order", "place", "inside_m"], ascending=[True, True, False])
    return sums[["route_id", "controller", "source", "inside_m", "share"]].reset_index(drop=True)


def renamed(table: pd.DataFrame, ids: NDArray[np.object_]) -> pd.DataFrame:
    """
    Put the route's id where its number stood.

    Parameters
    ----------
    table
        Rows with a column `route`, the route's number.
    ids
        The routes' ids.

    Returns
    -------
    DataFrame
        The table with `route_id` in front.
    """
    named = table.drop(columns="route")
    named.insert(0, "route_id", ids[table["route"].to_numpy(np.int64)])
    return named
