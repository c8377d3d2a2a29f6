"""Standard events and a look-up of areas, made in code, for tests."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely


class Squares:
    """A look-up of areas: squares, named by their south-west corner."""

    def __init__(self, *corners, side=0.5):
        self.names = [f"{x:g} {y:g}" for x, y in corners]
        self.shapes = np.array([shapely.box(x, y, x + side, y + side) for x, y in corners], object)

    def find(self, level, name, lon, lat, country):
        number = np.array([self.names.index(one) if one in self.names else -1 for one in name])
        return number.astype(np.int64), np.where(number >= 0, "name", "none")


def one(lon, lat, region="point", extra=0.0, days=("2023-05-01",), deaths=3):
    """Give one event: region with its radius in metres or its area, first and last day, deaths."""
    return (lon, lat, region, extra, days[0], days[-1], deaths)


def events(*rows):
    """Make standard events of rows from `one`."""
    table = pd.DataFrame(
        rows, columns=["lon", "lat", "region", "extra", "date_start", "date_end", "fatalities"]
    )
    table.insert(0, "event_id", [f"e{number:04d}" for number in range(len(table))])
    table["level"] = np.where(table["region"] == "area", 3, -1)
    table["radius_m"] = [0.0 if isinstance(one, str) else float(one) for one in table["extra"]]
    table["admin3"] = [one if isinstance(one, str) else "" for one in table["extra"]]
    for name in ("place", "admin2", "admin1", "country"):
        table[name] = ""
    table["side_a"], table["side_b"] = "Army", "Rebels"
    table["fatalities_low"] = table["fatalities"] - 1
    table["fatalities_high"] = table["fatalities"] + 2
    for name in ("date_start", "date_end"):
        table[name] = pd.to_datetime(table[name])
    points = gpd.points_from_xy(table["lon"], table["lat"])
    return gpd.GeoDataFrame(table, geometry=points, crs=4326)
