"""
Make `layers/control_areas.geojson`: who held what, from when to when, by whose word.

Run from the root of the repository, with the package installed, after
`boundaries` and `corridors`:

    python layers/make/control_areas.py

Every row of `layers/facts/control.csv` is one claim and becomes one feature.
Its extent says how the area is drawn:

town
    A disc of 3 km about the town's point, an assumption. Two discs that would
    overlap are cut half-way, and no disc reaches into another country, but for
    the border towns whose point Natural Earth itself puts across the border.
stretch
    The corridor as drawn between two named places, 2 km to either side.
township
    The approximate township area of `townships.py`.
state
    The first-level area of `layers/boundaries.geojson`, less the surroundings of
    those border towns and villages.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Geod, Transformer
from townships import named_areas

from geo.io import write_geojson
from geo.schema import KINDS, check

FACTS = Path("layers/facts/control.csv")
PLACES = Path("layers/facts/corridor_places.csv")
CORRIDORS = Path("layers/corridors.geojson")
BOUNDARIES = Path("layers/boundaries.geojson")
OUT = Path("layers/control_areas.geojson")

TOWN_M, STRETCH_M = 3000.0, 2000.0
CORNERS = 48
SMOOTH_M = 20.0
GRID = 0.00001
LAP = 0.0001
"""Degrees: areas of different extent overlap by 11 m, or rounding would leave gaps of nobody's.

The finer extent wins, so the overlap is harmless.
"""
EARTH = Geod(ellps="WGS84")


def _flat(lon: float, lat: float) -> tuple[Transformer, Transformer]:
    """Build the way to metres about a point, distances from it true, and the way back."""
    plane = f"+proj=aeqd +lat_0={lat} +lon_0={lon} +ellps=WGS84 +units=m"
    there = Transformer.from_crs("EPSG:4326", plane, always_xy=True)
    back = Transformer.from_crs(plane, "EPSG:4326", always_xy=True)
    return there, back


def _moved(shape: shapely.Geometry, way: Transformer) -> shapely.Geometry:
    return shapely.transform(shape, lambda xy: np.column_stack(way.transform(xy[:, 0], xy[:, 1])))


def disc(lon: float, lat: float, others: np.ndarray) -> shapely.Polygon:
    """
    Draw the area of a town: a disc, cut half-way to each town nearby.

    The cut leaves a lap of 20 m on either side, for `town_areas` to share out.

    The corners lie a little outside the circle, so that the polygon has the
    area of the disc (28.27 square kilometres) before it is cut.

    Parameters
    ----------
    lon, lat
        The town's point, degrees.
    others
        The points of the other towns, degrees, one a row.

    Returns
    -------
    Polygon
        In degrees.
    """
    turn = 2 * np.pi / CORNERS
    radius = TOWN_M * np.sqrt(turn / np.sin(turn))
    angles = turn * np.arange(CORNERS)
    shape = shapely.Polygon(np.column_stack((radius * np.sin(angles), radius * np.cos(angles))))
    there, back = _flat(lon, lat)
    for x, y in np.column_stack(there.transform(others[:, 0], others[:, 1])):
        away = np.hypot(x, y)
        if 0 < away < 2 * TOWN_M:
            shape = shapely.intersection(shape, _near_side(x / away, y / away, away / 2 + SMOOTH_M))
    return _moved(shape, back)


def _near_side(east: float, north: float, metres: float) -> shapely.Polygon:
    """Draw the half of the plane that ends so far off in that direction."""
    far = 4 * TOWN_M
    ahead, aside = np.array([east, north]), np.array([-north, east])
    edge = ahead * metres
    corners = [edge + aside * far, edge - aside * far]
    return shapely.Polygon([*corners, corners[1] - ahead * far * 2, corners[0] - ahead * far * 2])


def stretch(route: str, lines: gpd.GeoSeries, places: pd.DataFrame) -> shapely.Geometry:
    """
    Draw the area of a road stretch: the corridor between two places, buffered.

    Parameters
    ----------
    route
        `section:from>to`, several joined by `;`.
    lines
        The corridors' sections, by section id.
    places
        The places that they are drawn through.

    Returns
    -------
    shapely geometry
        In degrees.
    """
    pieces = []
    for piece in route.split(";"):
        section, ends = piece.split(":")
        line = shapely.get_coordinates(lines[section])
        named = places[places["section_id"] == section].set_index("name")[["lon", "lat"]]
        first, last = sorted(
            int(np.hypot(*(line - named.loc[end].to_numpy()).T).argmin()) for end in ends.split(">")
        )
        if first == last:
            message = f"{route}: no line between the two places"
            raise ValueError(message)
        pieces.append(shapely.LineString(line[first : last + 1]))
    whole = shapely.segmentize(shapely.union_all(pieces), 0.02)
    middle = shapely.centroid(whole)
    there, back = _flat(middle.x, middle.y)
    area = shapely.buffer(_moved(whole, there), STRETCH_M, quad_segs=8)
    return _moved(shapely.simplify(area, SMOOTH_M), back)


def country_of(claims: pd.DataFrame, bounds: gpd.GeoDataFrame) -> pd.Series:
    """
    Find the country that each claim lies in, by the township or state it names.

    Parameters
    ----------
    claims
        The facts.
    bounds
        The layer `boundaries`.

    Returns
    -------
    Series of str
        ISO codes; what is no first-level area abroad is Myanmar's.
    """
    abroad = bounds[(bounds["level"] == 1) & (bounds["country"] != "MMR")]
    return claims["township"].map(abroad.set_index("name")["country"]).fillna("MMR")


def town_areas(
    claims: pd.DataFrame, lands: gpd.GeoSeries
) -> dict[tuple[str, str], shapely.Geometry]:
    """
    Draw the area of every town once, so that no two of them overlap.

    Parameters
    ----------
    claims
        The claims about towns, with `lon`, `lat` as text and `country`.
    lands
        Countries by ISO code, a little smaller than they are.

    Returns
    -------
    dict
        By the text of longitude and latitude.
    """
    towns = claims.drop_duplicates(["lon", "lat"])
    points = towns[["lon", "lat"]].astype(float).to_numpy()
    drawn: dict[tuple[str, str], shapely.Geometry] = {}
    for town, (lon, lat) in zip(towns.itertuples(), points, strict=True):
        shape = shapely.set_precision(disc(lon, lat, points), GRID)
        foreign = shapely.union_all(lands.drop(town.country).to_numpy())
        # where the point itself falls abroad, the coarse border is wrong and not the town
        if not foreign.intersects(shapely.Point(lon, lat)):
            shape = shapely.difference(shape, foreign, grid_size=GRID)
        near = [other for other in drawn.values() if shapely.intersects(other, shape)]
        drawn[town.lon, town.lat] = shapely.difference(
            shape, shapely.union_all(near), grid_size=GRID
        )
    return drawn


def beyond_the_border(
    claims: pd.DataFrame, places: pd.DataFrame, abroad: shapely.Geometry
) -> shapely.Geometry:
    """
    Draw the surroundings of Myanmar's places that the coarse border puts abroad.

    Parameters
    ----------
    claims
        The claims about towns, with `country`.
    places
        The places of the corridors; those with a MIMU village code are Myanmar's.
    abroad
        All other countries.

    Returns
    -------
    shapely geometry
        Discs that no neighbouring state may claim.
    """
    towns = claims.loc[claims["country"] == "MMR", ["lon", "lat"]].astype(float)
    villages = places.loc[places["source"].str.startswith("MIMU"), ["lon", "lat"]]
    points = np.unique(np.vstack((towns, villages)), axis=0)
    lost = points[shapely.intersects(abroad, shapely.points(points))]
    alone = np.empty((0, 2))
    return shapely.union_all([disc(lon, lat, alone) for lon, lat in lost])


def shapes(claims: pd.DataFrame) -> list[shapely.Geometry]:
    """
    Draw the area of every claim.

    Parameters
    ----------
    claims
        The facts.

    Returns
    -------
    list of shapely geometry
        In the order of the rows.
    """
    bounds = gpd.read_file(BOUNDARIES)
    smaller = gpd.GeoSeries(shapely.buffer(bounds.geometry.to_numpy(), -LAP, join_style="mitre"))
    lands = smaller[bounds["level"] == 0].set_axis(bounds["country"][bounds["level"] == 0])
    states = bounds[bounds["level"] == 1].set_index("name").geometry
    lines = gpd.read_file(CORRIDORS).set_index("section_id").geometry
    places, areas = pd.read_csv(PLACES), named_areas()
    claims = claims.assign(country=country_of(claims, bounds))
    towns = town_areas(claims[claims["extent"] == "town"], lands)
    abroad = shapely.union_all(lands.drop("MMR").to_numpy())
    lost = beyond_the_border(claims[claims["extent"] == "town"], places, abroad)
    drawn = []
    for row in claims.itertuples():
        if row.extent == "town":
            shape = towns[row.lon, row.lat]
        elif row.extent == "stretch":
            shape = shapely.difference(stretch(row.line, lines, places), abroad)
        elif row.extent == "township":
            shape = areas[row.township]
        else:
            wide = shapely.buffer(states[row.township], LAP, join_style="mitre")
            shape = shapely.difference(wide, lost)
        drawn.append(shapely.set_precision(shape, GRID))
    return drawn


def close_gaps(claims: pd.DataFrame) -> list[str]:
    """
    Name the places where one claim ends a few days before the next begins.

    Parameters
    ----------
    claims
        The facts.

    Returns
    -------
    list of str
        One line a gap of up to 31 days: most are a last day written as an end.
    """
    found = []
    for key, group in claims.groupby(["place", "township", "extent"]):
        rows = group.sort_values("valid_from")
        for before, after in pairwise(rows.itertuples()):
            days = (pd.Timestamp(after.valid_from) - pd.Timestamp(before.valid_to)).days
            if 0 < days <= 31:  # noqa: PLR2004 - a month
                found.append(f"{key}: {days} days from {before.valid_to}")
    return found


def main() -> None:
    """Make the layer."""
    claims = pd.read_csv(FACTS, dtype=str, keep_default_na=False)
    gaps = close_gaps(claims)
    if gaps:
        raise SystemExit("\n".join(gaps))
    columns = list(KINDS["control_areas"].columns)
    frame = gpd.GeoDataFrame(claims[columns], geometry=shapes(claims), crs="EPSG:4326")
    frame = frame.replace({"": None})
    check(frame, "control_areas")
    write_geojson(OUT, frame, id_column="area_id")
    print(f"{OUT}: {len(frame)} rows, {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
