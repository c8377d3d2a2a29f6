"""
Make `layers/conflict_zones.geojson` from the claims of control, and from events.

Run from the root of the repository, with the package installed, after
`control_areas` and `townships`:

    python layers/make/conflict_zones.py [EVENTS...]

A claim that an area is contested or besieged is a zone for as long as the
claim holds. A claim that began by capture is a zone for the 90 days centred on
the day of the capture, an assumption: the sources give the day that a place
fell, seldom the day that the attack on it began. Where only the month is known
the 45 days are counted from both ends of the month.

EVENTS are UCDP's own files for Myanmar, which are not in this repository: where
a release of `WINDOWS` is given, its zones are built anew, by density. The rows
of a release that is not given are kept as they stand in the layer, byte for byte.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geo import events, zones
from geo.catalog import Catalog
from geo.io import EventFile, read_events, write_geojson
from geo.schema import KINDS, check

FACTS = Path("layers/facts/control.csv")
AREAS = Path("layers/control_areas.geojson")
OUT = Path("layers/conflict_zones.geojson")

HALF = pd.Timedelta(days=45)
EXTENT = {
    "town": "area: disc of 3 km about the town (assumption)",
    "stretch": "area: the drawn road, 2 km to either side (assumption)",
    "township": "area: township area approximate",
}
FOUGHT_OVER = "period: as long as the claim of control holds"
TAKEN = "period: 45 days before and after the day of the capture (assumption)"
QUARTERS = tuple(
    (dt.date(year, month, 1), dt.date(year + month // 10, (month + 2) % 12 + 1, 1))
    for year in (2021, 2022, 2023)
    for month in (1, 4, 7, 10)
)
WINDOWS = {"24.1": QUARTERS, "26.0.2": ((dt.date(2026, 2, 1), dt.date(2026, 3, 1)),)}
"""The windows of each release, [first day, day after the last): what it covers since 2021."""
TAKEN_MONTH = "period: 45 days before and after the month of the capture (assumption)"


def claims() -> gpd.GeoDataFrame:
    """
    Read the claims with their areas.

    Returns
    -------
    GeoDataFrame
        The columns of both files.

    Raises
    ------
    SystemExit
        If the areas were made from another state of the facts.
    """
    facts = pd.read_csv(FACTS, dtype=str, keep_default_na=False).set_index("area_id")
    areas = gpd.read_file(AREAS).set_index("area_id").geometry
    if set(facts.index) != set(areas.index):
        sys.exit(f"{AREAS} does not fit {FACTS}: make it again")
    return gpd.GeoDataFrame(facts, geometry=areas.reindex(facts.index), crs=areas.crs)


def fought_over(rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Make the zones of claims that say contested or besieged.

    Parameters
    ----------
    rows
        From `claims`.

    Returns
    -------
    GeoDataFrame
        Zones with the claim's own period.
    """
    found = rows[rows["status"].isin(["contested", "besieged"])].copy()
    found["kind"] = found["status"]
    found["method"] = found["extent"].map(EXTENT) + "; " + FOUGHT_OVER
    return found


def taken_by_force(rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Make the zones of claims that began by capture.

    Parameters
    ----------
    rows
        From `claims`.

    Returns
    -------
    GeoDataFrame
        Zones of 90 days about the capture.
    """
    found = rows[rows["taken_by_force"] == "yes"].copy()
    first = pd.to_datetime(found["valid_from"])
    month = found["date_precision"] == "month"
    last = first.where(~month, first + pd.offsets.MonthBegin(1))
    found["valid_from"] = (first - HALF).dt.strftime("%Y-%m-%d")
    found["valid_to"] = (last + HALF).dt.strftime("%Y-%m-%d")
    found["kind"] = "taken by force"
    found["method"] = [
        f"{EXTENT[extent]}; {TAKEN_MONTH if by_month else TAKEN}"
        for extent, by_month in zip(found["extent"], month, strict=True)
    ]
    return found


def from_claims() -> gpd.GeoDataFrame:
    """
    Make the zones of the claims.

    Returns
    -------
    GeoDataFrame
        The columns of the layer.
    """
    rows = claims()
    found = pd.concat([fought_over(rows), taken_by_force(rows)]).reset_index(names="zone_id")
    found["name"] = found["place"]
    found["events"] = found["fatalities"] = pd.array([None] * len(found), dtype="Int64")
    return found[[*KINDS["conflict_zones"].columns, "geometry"]].replace({"": None})


def from_events(file: EventFile, areas: events.AdminAreas) -> gpd.GeoDataFrame:
    """
    Build the zones of one release, window by window.

    Parameters
    ----------
    file
        Events of UCDP.
    areas
        Where the areas lie that they name.

    Returns
    -------
    GeoDataFrame
        The columns of the layer; the source's day is the last that the release covers.

    Raises
    ------
    SystemExit
        If it is not a release of `WINDOWS`.
    """
    [release] = set(file.frame["release"])
    if set(file.frame["dataset"]) != {events.UCDP} or release not in WINDOWS:
        sys.exit(f"{file.path}: not a release that the layer uses: {', '.join(WINDOWS)}")
    built = [
        zones.build(file.frame, areas, since=since, until=until, window_days=(until - since).days)
        for since, until in WINDOWS[release]
    ]
    for one, (since, _) in zip(built, WINDOWS[release], strict=True):
        print(f"{release} {since}: {len(one.zones)} zones", *one.notices, sep="; ")
    made = zones.sourced(pd.concat([one.zones for one in built], ignore_index=True), file.frame)
    last = WINDOWS[release][-1][1] - dt.timedelta(days=1)
    made["source_date"] = last.isoformat()
    return made[[*KINDS["conflict_zones"].columns, "geometry"]]


def kept(given: set[str]) -> gpd.GeoDataFrame:
    """
    Read the zones of events that stand in the layer already.

    Parameters
    ----------
    given
        The releases that are built anew.

    Returns
    -------
    GeoDataFrame
        The rows of the other releases.
    """
    features = json.loads(OUT.read_text(encoding="utf-8"))["features"]
    ends = tuple(f"; {events.UCDP} {release}" for release in set(WINDOWS) - given)
    rows = [one for one in features if one["properties"]["method"].endswith(ends)]
    columns = [*KINDS["conflict_zones"].columns, "geometry"]
    frame = gpd.GeoDataFrame.from_features(rows, crs="EPSG:4326", columns=columns)
    return frame.astype({"events": "Int64", "fatalities": "Int64"})


def main(paths: list[str]) -> None:
    """
    Make the layer.

    Parameters
    ----------
    paths
        Files of events, if there are any.
    """
    files = [read_events(path) for path in paths]
    layers = Catalog("layers")
    areas = events.AdminAreas.of(layers["townships"], layers["boundaries"])
    built = [from_events(file, areas) for file in files]
    given = {release for file in files for release in file.frame["release"]}
    parts = [part for part in (from_claims(), kept(given), *built) if len(part)]
    frame = pd.concat(parts, ignore_index=True)
    check(frame, "conflict_zones")
    write_geojson(OUT, frame, id_column="zone_id")
    print(f"{OUT}: {len(frame)} rows, {OUT.stat().st_size} bytes")
    print(frame.groupby(["kind", "extent"]).size().to_string())


if __name__ == "__main__":
    main(sys.argv[1:])
