"""
Write into `layers/README.md` what the naive way of counting events near a route gives, beside ours.

Run from the root of the repository, with the package installed, after
`corridors.py` and `townships.py`:

    python layers/make/naive.py EVENTS

EVENTS is UCDP GED 24.1 for Myanmar, which is not in this repository. The naive
way takes each event for its point: circles of the radius about the points in
UTM zone 47N, events whose point lies within the radius of the line, and the
length of the line inside the union of the circles.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import shapely
from tables import markdown, update

from geo import events, exposure
from geo.catalog import Catalog
from geo.io import read_events

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

CORRIDOR = "imt_trilateral"
SINCE, UNTIL = "2021-01-01", "2024-01-01"
RADII_KM = (1, 2, 5, 25)
UTM = 32647
HEAD = (
    "within km",
    "events: for sure",
    "likely (9 of 10 draws)",
    "at most",
    "naive",
    "deaths: for sure",
    "likely (9 of 10 draws)",
    "at most",
    "naive",
    "exposed km: for sure",
    "likely (9 of 10 draws)",
    "at most",
    "naive",
)


def main(path: str) -> None:
    """
    Count both ways, and write.

    Parameters
    ----------
    path
        The file of events.
    """
    update("table of the naive method", table(path))


def table(path: str) -> str:
    """
    Count both ways.

    Parameters
    ----------
    path
        The file of events.

    Returns
    -------
    str
        A table in Markdown, a row for each radius.
    """
    layers, frame = Catalog("layers"), read_events(path).frame
    areas = events.AdminAreas.of(layers["townships"], layers["boundaries"])
    sections = layers["corridors"].query("corridor_id == @CORRIDOR")
    route = exposure.measure(sections, layers["conflict_zones"]).routes
    options = {"within_km": RADII_KM, "since": SINCE, "until": UNTIL, "seed": 0, "draws": 200}
    near = events.near(route, frame, areas, **options).records(CORRIDOR)
    points = naive(frame, route)
    body = [row(ours, plain) for ours, plain in zip(near, points, strict=True)]
    return markdown(HEAD, body)


def naive(frame: GeoDataFrame, route: GeoDataFrame) -> list[dict[str, float]]:
    """
    Count events by their points.

    Parameters
    ----------
    frame
        Events.
    route
        One line.

    Returns
    -------
    list of dict
        Events, deaths and metres of the line, for each radius.
    """
    held = frame[(frame["date_start"] < UNTIL) & (frame["date_end"] >= SINCE)].to_crs(UTM)
    line = route.to_crs(UTM).geometry.iloc[0]
    found = []
    for radius in RADII_KM:
        circles = held.buffer(radius * 1000)
        inside = circles.intersects(line)
        found.append(
            {
                "events": float(inside.sum()),
                "fatalities": float(held.loc[inside, "fatalities"].sum()),
                "exposed_m": shapely.length(shapely.intersection(line, circles.union_all())),
            }
        )
    return found


def row(ours: dict[str, Any], plain: dict[str, float]) -> list[str]:
    """
    Set one radius.

    Parameters
    ----------
    ours
        A record of `events.near`.
    plain
        What the naive way gives.

    Returns
    -------
    list of str
        Cells in the order of `HEAD`.
    """
    cells = [f"{ours['within_m'] / 1000:g}"]
    for name, number in plain.items():
        scale, form = (1000, ",.1f") if name == "exposed_m" else (1, ",.0f")
        low, likely, high, p5, p95 = (
            format(ours[name][part] / scale, form)
            for part in ("low", "central", "high", "p5", "p95")
        )
        cells += [low, f"{likely} ({p5}-{p95})", high, format(number / scale, form)]
    return cells


if __name__ == "__main__":
    main(*sys.argv[1:])
