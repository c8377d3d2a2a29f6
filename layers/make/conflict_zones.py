"""
Make `layers/conflict_zones.geojson` from the claims of control.

Run from the root of the repository, with the package installed, after
`control_areas`:

    python layers/make/conflict_zones.py

A claim that an area is contested or besieged is a zone for as long as the
claim holds. A claim that began by capture is a zone for the 90 days centred on
the day of the capture, an assumption: the sources give the day that a place
fell, seldom the day that the attack on it began. Where only the month is known
the 45 days are counted from both ends of the month. Events are not counted.
"""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geo.io import write_geojson
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
    zones = rows[rows["status"].isin(["contested", "besieged"])].copy()
    zones["kind"] = zones["status"]
    zones["method"] = zones["extent"].map(EXTENT) + "; " + FOUGHT_OVER
    return zones


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
    zones = rows[rows["taken_by_force"] == "yes"].copy()
    first = pd.to_datetime(zones["valid_from"])
    month = zones["date_precision"] == "month"
    last = first.where(~month, first + pd.offsets.MonthBegin(1))
    zones["valid_from"] = (first - HALF).dt.strftime("%Y-%m-%d")
    zones["valid_to"] = (last + HALF).dt.strftime("%Y-%m-%d")
    zones["kind"] = "taken by force"
    zones["method"] = [
        f"{EXTENT[extent]}; {TAKEN_MONTH if by_month else TAKEN}"
        for extent, by_month in zip(zones["extent"], month, strict=True)
    ]
    return zones


def main() -> None:
    """Make the layer."""
    rows = claims()
    zones = pd.concat([fought_over(rows), taken_by_force(rows)]).reset_index(names="zone_id")
    zones["name"] = zones["place"]
    zones["events"] = zones["fatalities"] = None
    frame = zones[[*KINDS["conflict_zones"].columns, "geometry"]].replace({"": None})
    check(frame, "conflict_zones")
    write_geojson(OUT, frame, id_column="zone_id")
    print(f"{OUT}: {len(frame)} rows, {OUT.stat().st_size} bytes")
    print(frame.groupby(["kind", "extent"]).size().to_string())


if __name__ == "__main__":
    main()
