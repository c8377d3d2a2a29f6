"""
Make `layers/corridors.geojson`: the routes, drawn through named places in order.

Run from the root of the repository, with the package installed:

    python layers/make/corridors.py

Every vertex is a row of `facts/corridor_places.csv`, with its own source; every
line is a row of `facts/corridor_sections.csv`. No vertex is traced from a map.
The script refuses tables whose sections do not join, whose lines turn back
between towns, or whose positional error is smaller than its own rule gives.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import geopandas as gpd
import shapely
from tables import layer, markdown, rows, update

from geo.geodesy import arc_length_m, length_m

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

SPURS = {"Mandalay", "Nay Pyi Taw", "Pakokku", "Lunglei", "Mogaung"}
"""Towns that the corridor is published as passing, entered and left on the same side."""
TURN = 120
"""Degrees: a sharper turn anywhere else is a place out of order."""
SURPLUS = 1.05
"""Printed over drawn length from which on the surplus says something about the error."""
UNMEASURED = 0.375
"""Of the largest gap: the swing of a road a quarter longer, where nothing was measured."""
LEAST = math.sqrt(SURPLUS**2 - 1) / 2
"""Of the largest gap: the swing of a road 5 % longer, where no map bounds it."""
FRESH = "2021-03-12"
"""A status of before this day says nothing: five years before the newest source in use."""
LEAST_NEEDED = 1.0
"""Metres of rounding that the check of the positional errors lets pass."""


def main() -> None:
    """Make the layer `corridors` and its parts of the README."""
    draw("corridor", "corridors")


def draw(table: str, kind: str) -> None:
    """
    Read the two tables of a network, check them, and write the layer and its README parts.

    Parameters
    ----------
    table
        What the tables' names begin with: `<table>_sections` and `<table>_places`.
    kind
        A key of `geo.schema.KINDS`, and the name of the layer.
    """
    sections, places = rows(f"{table}_sections"), rows(f"{table}_places")
    check_order(sections, places)
    of_section = dict(tuple(places.groupby("section_id", sort=False)))
    for _, own in sections.groupby("corridor_id", sort=False):
        check_joins([of_section[name] for name in own["section_id"]])
    for section in sections.itertuples():
        check_error(section, of_section[section.section_id])
        check_passable(section)
    lines = [
        shapely.LineString(of_section[name][["lon", "lat"]].to_numpy())
        for name in sections["section_id"]
    ]
    frame = gpd.GeoDataFrame(sections, geometry=lines, crs="EPSG:4326")
    layer(frame, kind, id_column="section_id")
    update(
        "table of the sections" if table == "corridor" else f"table of the {kind}",
        summary(frame, of_section),
    )
    update(f"who gets through on the {kind}", words(sections))


def check_order(sections: pd.DataFrame, places: pd.DataFrame) -> None:
    """
    Refuse sections or places that are missing, doubled or out of order.

    Parameters
    ----------
    sections
        The table of the sections.
    places
        The table of their places.

    Raises
    ------
    ValueError
        Naming the first section that is wrong.
    """
    if list(sections["section_id"]) != list(places["section_id"].unique()):
        message = "the two tables do not name the same sections in the same order"
        raise ValueError(message)
    for by, frame in (("corridor_id", sections), ("section_id", places)):
        for name, own in frame.groupby(by):
            if list(own["seq"]) != list(range(1, len(own) + 1)):
                message = f"{name}: seq does not count from 1"
                raise ValueError(message)


def check_joins(parts: list[pd.DataFrame]) -> None:
    """
    Refuse a corridor that is not one unbroken line without turns back.

    Parameters
    ----------
    parts
        The places of its sections, in order.

    Raises
    ------
    ValueError
        Naming the places where it breaks or turns.
    """
    for before, after in pairwise(parts):
        ends = [
            tuple(before.iloc[-1][["name", "lon", "lat"]]),
            tuple(after.iloc[0][["name", "lon", "lat"]]),
        ]
        if ends[0] != ends[1]:
            message = f"the line breaks between {ends[0]} and {ends[1]}"
            raise ValueError(message)
    path = [row for part in parts for row in part[["name", "lon", "lat"]].itertuples(index=False)]
    path = [path[0], *(after for before, after in pairwise(path) if before[1:] != after[1:])]
    for name, degrees in turns(path):
        if degrees > TURN and name not in SPURS:
            message = f"the line turns back by {degrees:.0f} degrees at {name}"
            raise ValueError(message)


def turns(path: list[tuple[str, float, float]]) -> Iterator[tuple[str, float]]:
    """
    Give the change of direction at every inner vertex.

    Parameters
    ----------
    path
        Name, longitude and latitude of the vertices.

    Yields
    ------
    tuple of str and float
        The name and the change in degrees, 0 straight on, 180 back.
    """
    for before, here, after in zip(path, path[1:], path[2:], strict=False):
        scale = math.cos(math.radians(here[2]))
        came = math.atan2(here[2] - before[2], (here[1] - before[1]) * scale)
        goes = math.atan2(after[2] - here[2], (after[1] - here[1]) * scale)
        yield here[0], abs(math.degrees(math.remainder(goes - came, math.tau)))


def gaps_m(places: pd.DataFrame) -> NDArray[np.float64]:
    """
    Measure the edges of one section.

    Parameters
    ----------
    places
        Its places, in order.

    Returns
    -------
    numpy.ndarray
        Metres from each place to the next.
    """
    lon, lat = places["lon"].to_numpy(), places["lat"].to_numpy()
    return arc_length_m(lon[:-1], lat[:-1], lon[1:], lat[1:])


def check_error(section: pd.Series, places: pd.DataFrame) -> None:
    """
    Refuse a positional error below what the section's own numbers give.

    Two bounds, the larger counts. The offset of nine tenths of the line from an
    independent map, joined with that map's own error; and, where a printed
    length is longer than the line, how far a road of that length can swing out
    between two places: half the minor axis of the ellipse that has them as foci.
    Where there is no map the surplus counts as 5 % at least; where there is no
    printed length either, as 25 %.

    Parameters
    ----------
    section
        A row of the table of the sections.
    places
        Its places, in order.

    Raises
    ------
    ValueError
        Naming the section and the error that it needs.
    """
    needed = swing_m(section, places)
    if section.map_error_m > 0 and section.off_p90_m > 0:
        needed = max(needed, math.hypot(section.off_p90_m, section.map_error_m))
    elif not section.error_rule.startswith("fixed"):
        least = LEAST if section.published_km > 0 else UNMEASURED
        needed = max(needed, least * gaps_m(places).max())
    if section.positional_error_m < needed - LEAST_NEEDED:
        message = f"{section.section_id}: positional_error_m must be at least {needed:.0f}"
        raise ValueError(message)


def check_passable(section: pd.Series) -> None:
    """
    Refuse a word on who gets through that its status cannot bear.

    Parameters
    ----------
    section
        A row of the table of the sections.

    Raises
    ------
    ValueError
        If the reason is missing, or if a status that is missing, undated or
        more than five years old is taken for more than UNKNOWN.
    """
    dated = section.status and section.status_as_of and section.status_as_of >= FRESH
    if not section.passable_why or (not dated and section.passable != "UNKNOWN"):
        message = f"{section.section_id}: {section.passable} needs a fresh status and a reason"
        raise ValueError(message)


def words(sections: pd.DataFrame) -> str:
    """
    Set the table of who gets through, with the reason of each word, for the README.

    Parameters
    ----------
    sections
        The table of the sections.

    Returns
    -------
    str
        Markdown.
    """
    body = [
        [
            f"`{section.section_id}` {section.name}",
            section.passable,
            section.passable_why,
            section.status or "",
            section.status_as_of or "",
        ]
        for section in sections.itertuples()
    ]
    return markdown(["section", "passable", "because", "status as published", "as of"], body)


def swing_m(section: pd.Series, places: pd.DataFrame) -> float:
    """
    Give the largest swing that the printed lengths allow, leg by leg.

    Parameters
    ----------
    section
        A row of the table of the sections.
    places
        Its places, in order.

    Returns
    -------
    float
        Metres; 0 where no printed length says anything, as at sea.
    """
    printed = section.longest_km if section.longest_km > 0 else section.published_km
    if section.mode == "sea" or not printed > 0:
        return 0.0
    names, gaps = list(places["name"]), gaps_m(places)
    legs = section.legs or f"{names[-1]}={printed}"
    worst, start, done_km = 0.0, 0, 0.0
    for leg in legs.split("; "):
        name, km = leg.split("=")
        end = names.index(name)
        ratio = (float(km) - done_km) * 1000 / gaps[start:end].sum()
        if ratio > SURPLUS:
            worst = max(worst, gaps[start:end].max() * math.sqrt(ratio**2 - 1) / 2)
        start, done_km = end, float(km)
    return worst


def summary(frame: gpd.GeoDataFrame, of_section: dict[str, pd.DataFrame]) -> str:
    """
    Set the table of the sections for the README.

    Parameters
    ----------
    frame
        The layer.
    of_section
        The places of each section.

    Returns
    -------
    str
        Markdown.
    """
    head = ["section", "mode", "places", "drawn km", "printed km", "largest gap km", "error km"]
    body = []
    for _, own in frame.groupby("corridor_id", sort=False):
        drawn = length_m(own.geometry.to_numpy()) / 1000
        body.append(
            [f"**{own.iloc[0]['corridor']}**", "", "", f"**{drawn.sum():.1f}**", "", "", "", ""]
        )
        for section, km in zip(own.itertuples(), drawn, strict=True):
            places = of_section[section.section_id]
            body.append(
                [
                    f"`{section.section_id}` {section.name}",
                    section.mode,
                    str(len(places)),
                    f"{km:.1f}",
                    f"{section.published_km:g}" if section.published_km > 0 else "",
                    f"{gaps_m(places).max() / 1000:.1f}",
                    f"{section.positional_error_m / 1000:g}",
                    section.error_rule,
                ]
            )
    return markdown([*head, "the error rests on"], body)


if __name__ == "__main__":
    main()
