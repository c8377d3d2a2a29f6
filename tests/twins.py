"""The same case for Python and for the page's script, and how far two answers lie apart."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely
from shapely.geometry import mapping, shape

from geo import exposure
from geo.io import plain

FOLDER = Path(__file__).parent / "cases"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
_METRES_PER_DEG = 111_320
_EQUAL_M = 1e-3

MEASURE = """({routes, zones, control, as_of}) => {
  const { indexOn, measuredPath, measureRoute } = geoPage.kernel;
  const held = indexOn(zones, as_of);
  const claims = control ? indexOn(control, as_of) : held;
  return routes.map(({ route_id, name, parts }) =>
    measureRoute({ route_id, name, path: measuredPath(parts) }, held, claims));
}"""
"""What the page is asked to do with a job; it needs `geoPage`."""


def read(name: str) -> dict[str, Any]:
    """Read a stored case."""
    return json.loads((FOLDER / f"{name}.json").read_text("utf-8"))


def line(parts: list[list[list[float]]]) -> Any:
    """Make a line of parts."""
    return shapely.LineString(parts[0]) if len(parts) == 1 else shapely.MultiLineString(parts)


def frame(rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    """Make a frame of rows that hold a GeoJSON geometry."""
    shapes = [shape(row["geometry"]) for row in rows]
    plain_rows = [{key: row[key] for key in row if key != "geometry"} for row in rows]
    return gpd.GeoDataFrame(plain_rows, geometry=shapes, crs=4326)


def measured(case: dict[str, Any]) -> list[dict[str, Any]]:
    """Measure a case in Python: the routes of the JSON contract."""
    routes = gpd.GeoDataFrame(
        {"route_id": [route["route_id"] for route in case["routes"]]},
        geometry=[line(route["parts"]) for route in case["routes"]],
        crs=4326,
    )
    control = frame(case["control"]) if case["control"] else None
    found = exposure.measure(routes, frame(case["zones"]), control=control, as_of=case["as_of"])
    return found.as_dict()["routes"]


def as_drawn(routes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Take off the bounds, which the page knows of Python's own day only."""
    none = {"sure_m": None, "possible_m": None}
    return [
        route | none | {"sections": [section | none for section in route["sections"]]}
        for route in routes
    ]


def job(case: dict[str, Any]) -> dict[str, Any]:
    """Give a case as the page's script takes it."""
    return {
        "routes": case["routes"],
        "zones": _layer("conflict_zones", case["zones"]),
        "control": _layer("control_areas", case["control"]) if case["control"] else None,
        "as_of": case["as_of"],
    }


def _layer(kind: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    columns = [key for key in rows[0] if key != "geometry"]
    return {
        "kind": kind,
        "columns": [{"name": name} for name in columns],
        "rows": [
            {"values": {name: row.get(name) for name in columns}, "shape": row["geometry"]}
            for row in rows
        ],
    }


def rows(shapes: Any, **columns: Any) -> list[dict[str, Any]]:
    """Make rows of shapes and columns, as a case holds them."""
    names = list(columns)
    return [
        dict(zip(names, values, strict=True)) | {"geometry": json.loads(json.dumps(mapping(one)))}
        for one, values in zip(shapes, zip(*columns.values(), strict=True), strict=True)
    ]


def parts_of(route: Any) -> list[list[list[float]]]:
    """Take a line apart, as a case holds it."""
    return [shapely.get_coordinates(part).tolist() for part in shapely.get_parts(route)]


def apart(one: Any, other: Any, where: str = "answer") -> float:
    """
    Give the worst difference of two answers, metres (or shares).

    Anything but numbers must be the same: keys and their order, lengths, words.
    Only holders of equally many metres, to a rounding error, may change places.
    """
    if isinstance(one, dict):
        assert list(one) == list(other), where
        return max((apart(one[key], other[key], f"{where}.{key}") for key in one), default=0.0)
    if isinstance(one, list):
        if where.endswith(".controllers"):
            one, other = _ranked(one), _ranked(other)
        assert len(one) == len(other), (where, one, other)
        pairs = zip(one, other, strict=True)
        gaps = [apart(a, b, f"{where}[{number}]") for number, (a, b) in enumerate(pairs)]
        return max(gaps, default=0.0)
    if isinstance(one, int | float) and not isinstance(one, bool):
        is_place = where.endswith(("entry[0]", "entry[1]", "exit[0]", "exit[1]"))
        return abs(one - other) * (_METRES_PER_DEG if is_place else 1)
    assert plain(one) == plain(other), (where, one, other)
    return 0.0


def _ranked(controllers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put holders in the order of their metres, and those of equal metres by name."""
    ranked = sorted(controllers, key=lambda one: (-round(one["inside_m"], 4), one["controller"]))
    pairs = zip(ranked, controllers, strict=True)
    assert all(abs(a["inside_m"] - b["inside_m"]) < _EQUAL_M for a, b in pairs), controllers
    return ranked
