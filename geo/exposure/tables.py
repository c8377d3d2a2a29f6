"""The tables of an answer, from passages by arithmetic on intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo import geodesy, passages
from geo.exposure import sums
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
    return pd.DataFrame(sums.union(lines["geometry"].to_numpy(), found)._asdict())


def _plain(exposed: pd.DataFrame) -> sums.Exposed:
    return sums.Exposed(*(exposed[name].to_numpy() for name in sums.Exposed._fields))


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
    return gpd.GeoDataFrame(
        {
            "route_id": lines["route_id"].to_numpy(object),
            "name": lines["name"].to_numpy(object),
            **sums.of_routes(found, _plain(exposed)),
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
    return sums.totals(_plain(exposed), length_m)


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
    rows, union = [], _plain(exposed)
    for number, line in enumerate(lines.to_dict("records")):
        lengths = geodesy.length_m(line["sections"].geometry.to_numpy())
        ends = np.cumsum(lengths)
        marks = list(zip(ends - lengths, ends, strict=True))
        covered = sums.covered_m(union, number, marks)
        for section, length, (low, high), inside_m in zip(
            line["sections"].to_dict("records"), lengths, marks, covered, strict=True
        ):
            rows.append(
                {
                    "route_id": line["route_id"],
                    "section_id": _given(section, "section_id") or line["route_id"],
                    "name": _given(section, "name") or line["name"],
                    "mode": section.get("mode"),
                    "from_m": low,
                    "to_m": high,
                    "length_m": length,
                    "exposed_m": inside_m,
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
    pairs = sums.pairs(found)
    return pd.DataFrame(
        {
            "route_id": ids[pairs.route],
            "zone_id": np.asarray(names, object)[pairs.zone] if len(names) else [],
            "name": np.asarray(titles, object)[pairs.zone] if len(names) else [],
            "inside_m": pairs.inside_m,
            "boundary_m": pairs.boundary_m,
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
    keys = ["route_id", "source", "controller"]
    group = np.asarray(stretches.groupby(keys, sort=False).ngroup(), dtype=np.int64)
    held = stretches[keys].drop_duplicates().reset_index(drop=True)
    width = (stretches["to_m"] - stretches["from_m"]).to_numpy(float)
    held["inside_m"] = sums.summed(group, width, len(held))
    held["share"] = held["inside_m"] / held["route_id"].map(length_m)
    held["order"] = held["route_id"].map({name: place for place, name in enumerate(length_m)})
    held["place"] = held["source"].map({name: place for place, name in enumerate(sources)})
    held = held.sort_values(["order", "place", "inside_m"], ascending=[True, True, False])
    return held[["route_id", "controller", "source", "inside_m", "share"]].reset_index(drop=True)


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
