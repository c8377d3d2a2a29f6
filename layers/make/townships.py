"""
Make `layers/townships.geojson`: approximate township areas of Myanmar, to look names up in.

No township borders are published under an open licence. The village points of
the Myanmar Information Management Unit (MIMU, P-codes 9.6, as packed in
`mm_geo_coder` 0.2.1) carry their township, so the land nearer to a village
than to any other is given to its township: a Voronoi diagram, dissolved by
township and clipped to the outline in `layers/boundaries.geojson`. Only the
village table is read; the ward table has points in the wrong hemisphere.
`control_areas` draws its townships from the same areas.

Run from the root of the repository, with the package installed with its extra
`make`:

    python layers/make/townships.py

It also prints how often a village that was left out falls into its own township.
"""

from __future__ import annotations

import importlib.util
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from boundaries import GRID, as_coverage
from tables import layer, rows

NAMES = Path("layers/facts/townships.csv")
BOUNDARIES = Path("layers/boundaries.geojson")
SQUEEZE = np.array([np.cos(np.radians(21.5)), 1.0])
"""Makes a degree east as long as a degree north, in the middle of the country."""
KM_PER_DEGREE = 110.8
FARTHEST_KM = 150.0
TOLERANCE = 0.012
"""Degrees (root of the Visvalingam-Whyatt area); the areas are not better than that."""
SMALLEST = 0.0012
"""Square degrees, about 14 square kilometres: a smaller exclave is one misplaced village."""
ESTUARY = 0.03
"""Degrees: water under about 6 km wide counts with the townships on its shores."""
SEED, SHARE = 20260312, 0.1
COARSE = 0.014
"""As `TOLERANCE`, for the layer: no route is measured against it, so its coast may give way too."""
SURE = 0.9
"""Low confidence: a township that keeps fewer of its villages when each is left out in turn."""

SOURCE_URL, SOURCE_DATE = "https://themimu.info/", "2025-02-01"
SELF_ADMINISTERED = {
    "MMR005S001": "Naga Self-Administered Zone",
    "MMR014S001": "Danu Self-Administered Zone",
    "MMR014S002": "Pa-O Self-Administered Zone",
    "MMR015S001": "Pa Laung Self-Administered Zone",
    "MMR015S002": "Kokang Self-Administered Zone",
    "MMR015D221": "Kokang Self-Administered Zone",
}
"""By P-code: the village table has no names for the zones, and Kokang twice, once as Laukkaing."""


def villages() -> pd.DataFrame:
    """
    Read the village points and drop the misplaced ones.

    Returns
    -------
    DataFrame
        Columns `code`, `name`, `district_code`, `district`, `state` (as MIMU counts
        them), `x`, `y` (squeezed degrees), one row a point.
    """
    spec = importlib.util.find_spec("mm_geo_coder")
    if spec is None or spec.origin is None:
        sys.exit("needs the package mm_geo_coder 0.2.1")
    path = Path(spec.origin).parent / "database" / "mimu_geo_data_public.db"
    query = (
        "select township_pcode as code, township_eng as name, district_saz_pcode as district_code,"
        " district_eng as district, state_eng as state, longitude as x, latitude as y"
        " from villages where latitude is not null order by village_pcode"
    )
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as link:
        points = pd.read_sql_query(query, link)
    points[["x", "y"]] *= SQUEEZE
    middle = points.groupby("code")[["x", "y"]].transform("median")
    off = np.hypot(points["x"] - middle["x"], points["y"] - middle["y"]) * KM_PER_DEGREE
    return points[off <= FARTHEST_KM].drop_duplicates(["x", "y"]).reset_index(drop=True)


def held_out_share(points: pd.DataFrame) -> float:
    """
    Measure the method: leave out a tenth of the villages, place them by the rest.

    Parameters
    ----------
    points
        From `villages`.

    Returns
    -------
    float
        The share of left-out villages that fall into their own township.
    """
    left_out = np.random.default_rng(SEED).random(len(points)) < SHARE
    known, asked = points[~left_out], points[left_out]
    tree = shapely.STRtree(shapely.points(known[["x", "y"]].to_numpy()))
    near = tree.nearest(shapely.points(asked[["x", "y"]].to_numpy()))
    return float((known["code"].to_numpy()[near] == asked["code"].to_numpy()).mean())


def outline() -> shapely.Geometry:
    """
    Read Myanmar's outline from the layer `boundaries`, tidal rivers filled in.

    Returns
    -------
    shapely geometry
        In degrees. Water between two shores is land here, or a route on the
        lower Kaladan would lie in no township; the open coast stays where it is.
    """
    frame = gpd.read_file(BOUNDARIES)
    lands = frame[frame["level"] == 0].set_index("country").geometry
    own, foreign = lands["MMR"], shapely.union_all(lands.drop("MMR").to_numpy())
    filled = own.buffer(ESTUARY, quad_segs=2).buffer(-ESTUARY, quad_segs=2)
    return shapely.union(own, shapely.difference(filled, foreign), grid_size=GRID)


def all_areas(points: pd.DataFrame) -> gpd.GeoSeries:
    """
    Divide the country among the townships.

    Parameters
    ----------
    points
        From `villages`.

    Returns
    -------
    GeoSeries
        By township code, a valid coverage inside the outline.
    """
    land = outline()
    cloud = shapely.multipoints(points[["x", "y"]].to_numpy())
    frame = shapely.transform(shapely.box(*land.bounds).buffer(0.1), lambda xy: xy * SQUEEZE)
    cells = shapely.get_parts(shapely.voronoi_polygons(cloud, extend_to=frame, ordered=True))
    cells = shapely.transform(cells, lambda xy: xy / SQUEEZE)
    codes = points["code"].to_numpy()
    names = np.unique(codes)
    parts = [shapely.coverage_union_all(cells[codes == name]) for name in names]
    shapes = as_coverage(shapely.intersection(without_exclaves(np.array(parts)), land))
    shapes = shapely.coverage_simplify(shapes, TOLERANCE, simplify_boundary=False)
    if not shapely.coverage_is_valid(shapes):
        sys.exit("the township areas overlap or leave slivers")
    return gpd.GeoSeries(shapes, index=names, crs="EPSG:4326")


def without_exclaves(shapes: np.ndarray) -> np.ndarray:
    """
    Give small exclaves to the neighbour that they share the longest border with.

    Parameters
    ----------
    shapes
        A coverage of the whole plane; an area's largest part always stays.

    Returns
    -------
    ndarray of shapely geometry
        A coverage without exclaves under `SMALLEST`.
    """
    parts, owner = shapely.get_parts(shapes, return_index=True)
    size = shapely.area(parts)
    largest = pd.Series(size).groupby(owner).transform("max").to_numpy()
    loose = np.flatnonzero((size < SMALLEST) & (size < largest))
    tree = shapely.STRtree(parts)
    for one in loose[np.argsort(size[loose], kind="stable")]:
        near = np.array([n for n in tree.query(parts[one]) if owner[n] != owner[one]])
        shared = shapely.length(shapely.intersection(parts[near], parts[one]))
        owner[one] = owner[near[np.argmax(shared)]]
    return np.array(
        [shapely.coverage_union_all(parts[owner == number]) for number in range(len(shapes))]
    )


def named_areas() -> dict[str, shapely.Geometry]:
    """
    Build the areas that `layers/facts/townships.csv` names.

    Returns
    -------
    dict
        Name in the facts: area. A name may stand for several townships.

    Raises
    ------
    SystemExit
        If a township code is not in the village table.
    """
    areas = all_areas(villages())
    found = {}
    for row in pd.read_csv(NAMES, dtype=str).itertuples():
        codes = row.pcodes.split(";")
        missing = sorted(set(codes) - set(areas.index))
        if missing:
            sys.exit(f"{NAMES}: {row.name}: no villages for {', '.join(missing)}")
        found[row.name] = shapely.coverage_union_all(areas[codes].to_numpy())
    return found


def kept_shares(points: pd.DataFrame) -> pd.Series:
    """
    Leave out each village in turn and count the ones that fall into their own township.

    Parameters
    ----------
    points
        From `villages`.

    Returns
    -------
    Series of float
        By township code, 0 to 1.
    """
    spots = shapely.points(points[["x", "y"]].to_numpy())
    _, near = shapely.STRtree(spots).query_nearest(spots, exclusive=True, all_matches=False)
    codes = points["code"].to_numpy()
    return pd.Series(codes[near] == codes).groupby(codes).mean()


def aliases(names: pd.Series, level: int) -> pd.Series:
    """
    Give areas the other spellings that `layers/facts/admin_names.csv` knows.

    Parameters
    ----------
    names
        The areas' names.
    level
        1 state or part of one, 2 district, 3 township.

    Returns
    -------
    Series of str
        Spellings joined by semicolons; None where there is none.

    Raises
    ------
    SystemExit
        If the table names an area that is not there.
    """
    known = rows("admin_names")
    known = known[known["level"] == level]
    lost = sorted(set(known["name"]) - set(names.dropna()))
    if lost and level > 1:
        sys.exit(f"admin_names.csv: no area of level {level} is called {', '.join(lost)}")
    joined = known.groupby("name")["alias"].agg(lambda group: ";".join(sorted(group)))
    found = names.map(joined)
    return found.astype(object).where(found.notna(), None)


def table(points: pd.DataFrame, areas: gpd.GeoSeries) -> gpd.GeoDataFrame:
    """
    Build the rows of the layer.

    Parameters
    ----------
    points
        From `villages`.
    areas
        From `all_areas`.

    Returns
    -------
    GeoDataFrame
        One row a township; the parts into which MIMU divides Bago and Shan stand
        beside the state that they are parts of.
    """
    frame = points.drop_duplicates("code").set_index("code").loc[areas.index]
    frame["district"] = frame["district_code"].map(SELF_ADMINISTERED).fillna(frame["district"])
    frame["state_part"] = frame["state"].where(frame["state"].str.contains("(", regex=False), None)
    frame["state"] = frame["state"].str.replace(r" \(.*", "", regex=True)
    for title, level in {"state": 1, "state_part": 1, "district": 2}.items():
        frame[f"{title}_aliases"] = aliases(frame[title], level)
    frame["aliases"] = aliases(frame["name"], 3)
    frame["township_id"] = frame.index.str.lower()
    frame["confidence"] = np.where(kept_shares(points)[frame.index] < SURE, "low", "medium")
    frame = frame.assign(country="MMR", source_url=SOURCE_URL, source_date=SOURCE_DATE)
    shapes = shapely.coverage_simplify(areas.to_numpy(), COARSE)
    if not shapely.coverage_is_valid(shapes):
        sys.exit("the simplified township areas overlap or leave slivers")
    return gpd.GeoDataFrame(frame.reset_index(drop=True), geometry=shapes, crs=areas.crs)


def main() -> None:
    """Make the layer, and print the held-out share and the size of the areas."""
    points = villages()
    areas = all_areas(points)
    frame = table(points, areas)
    layer(frame, "townships", id_column="township_id")
    own = gpd.GeoSeries(frame.geometry.to_numpy(), index=areas.index)[points["code"]].to_numpy()
    spots = shapely.points(points[["x", "y"]].to_numpy() / SQUEEZE)
    print(f"{len(points)} villages, {shapely.get_num_coordinates(frame.geometry).sum()} vertices")
    print(f"held-out villages in their own township: {held_out_share(points):.1%}")
    print(
        f"all villages in their own township as drawn: {shapely.intersects(own, spots).mean():.1%}"
    )


if __name__ == "__main__":
    main()
