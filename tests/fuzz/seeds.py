"""Good files to bend, made by code, and the public suites where they stand beside a checkout."""

import functools
import json
import os
import shutil
import tempfile
from pathlib import Path

import event_rows
import geopandas as gpd
import shapely
from click.testing import CliRunner
from conftest import ROOT, SHARED
from input_cases import (
    CASES,
    KML,
    RING,
    feature,
    line,
    many,
    placemark,
    polygon,
    positions,
    road,
    track,
    zone,
)

from fuzz.mutation import HOSTILE, pack

KINDS = {
    **{f"routes{ending}": ending for ending in (".geojson", ".kml", ".gpx", ".zip", ".kmz")},
    **{f"zones{ending}": ending for ending in (".geojson", ".kml", ".zip", ".kmz")},
    "routes.gpkg": ".gpkg",
    "zones.gpkg": ".gpkg",
    "routes.shp": ".zip",
    "events.csv": ".csv",
    "own.csv": ".csv",
    "events.geojson": ".geojson",
    "events.zip": ".zip",
    "scenario.yaml": ".yaml",
    "scenario.json": ".json",
    "answer.json": ".json",
    "path": "",
    "reproduce": ".json",
}
"""What is bent, and the ending that says how; "path" has two files."""
NAMES = tuple(KINDS)
BY_GDAL = ("routes.gpkg", "zones.gpkg", "routes.shp")
EVENTS = ("events.csv", "own.csv", "events.geojson", "events.zip")
WHOLE = ("path", "reproduce")
_LARGEST = 40_000

SCENARIO = """name: no pass
changes:
  - close: {section: led_02}
  - open: {corridor: "a b"}
    from: 2024-01-01
    to: 2024-12-31
  - close: {mode: river, direction: backward}
    months: [10, 11, 12]
  - hold: {zone: z, controller: KIA}
"""


def layers(folder):
    """Make a folder of few layers: the page of each case is then small."""
    wanted = ("gates", "conflict_zones", "control_areas")
    document = json.loads((ROOT / "layers" / "datapackage.json").read_text("utf-8"))
    document["resources"] = [one for one in document["resources"] if one["name"] in wanted]
    folder.mkdir()
    (folder / "datapackage.json").write_text(json.dumps(document), "utf-8")
    for name in wanted:
        shutil.copy(ROOT / "layers" / f"{name}.geojson", folder)


def _database(shape, **columns):
    frame = gpd.GeoDataFrame({key: [value] for key, value in columns.items()}, geometry=[shape])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.gpkg"
        frame.set_crs(4326).to_file(path)
        return path.read_bytes()


def _shapefile():
    frame = gpd.GeoDataFrame(
        {"route_id": ["r"], "name": ["\u1019\u103c"]},
        geometry=[shapely.LineString([(96.5, 25.5), (98.5, 25.5)])],
    )
    with tempfile.TemporaryDirectory() as folder:
        frame.set_crs(4326).to_file(Path(folder) / "a.shp")
        parts = sorted(Path(folder).iterdir())
        return pack([(part.name, part.read_bytes()) for part in parts])


def answer(folder, *words):
    """Give the JSON of an answer of the tool itself."""
    from geo.cli import main

    files = {"r.geojson": many(road()), "z.geojson": many(zone(), zone(name="b"))}
    before = Path.cwd()
    os.chdir(folder)
    try:
        for name, document in files.items():
            Path(name).write_text(json.dumps(document), "utf-8")
        command = ["expose", "r.geojson", "--zones", "z.geojson", *words, "--format", "json"]
        done = CliRunner().invoke(main, command, catch_exceptions=False)
    finally:
        os.chdir(before)
    return done.stdout.encode()


def _own():
    """Give the seeds that the tables of inputs do not hold."""
    hostile = [feature(line(), route_id=text, name=text) for text in HOSTILE]
    held = [zone(zone_id=text, name=text, controller=text) for text in HOSTILE]
    holed = polygon(RING, [[97.2, 25.2], [97.2, 25.4], [97.4, 25.4], [97.2, 25.2]])
    collection = {"type": "GeometryCollection", "geometries": [line(), polygon()]}
    crossing = line([[179, 10], [-179, 10.5]])
    lines = {
        "type": "MultiLineString",
        "coordinates": [line()["coordinates"], [[99, 25], [99, 26]]],
    }
    geojson = [
        *([one] for one in hostile),
        hostile[:6],
        [road(), feature(collection, route_id="c"), feature(crossing, id=3), feature(lines)],
    ]
    areas = [
        *([one] for one in held),
        held[:6],
        [zone(holed, valid_from="2024-01-01", valid_to="2024-06-01"), feature(collection, id="c")],
    ]
    kml = placemark(positions(line()["coordinates"]), "<ExtendedData/>")
    ground = placemark(positions(RING), "<TimeSpan><begin>2024</begin></TimeSpan>", "Polygon")
    yield from (("routes.geojson", json.dumps(many(*one))) for one in geojson)
    yield from (("zones.geojson", json.dumps(many(*one))) for one in areas)
    yield from (("routes.kml", KML.format(text)) for text in (kml, f"<Folder>{kml}</Folder>" * 2))
    yield from (("zones.kml", KML.format(text)) for text in (ground, f"<Folder>{ground}</Folder>"))
    yield "routes.gpx", track(times=[f"2024-01-01T0{hour}:00:00Z" for hour in range(9)])
    yield "routes.kmz", pack([("doc.kml", KML.format(kml)), ("a.png", "x")])
    yield "zones.kmz", pack([("doc.kml", KML.format(ground))])
    for role, document in (("routes", geojson[-1]), ("zones", areas[-1])):
        yield f"{role}.zip", pack([("a/b.geojson", json.dumps(many(*document)))])
    yield "routes.gpkg", _database(shapely.LineString([(96, 25), (99, 25)]), route_id="r")
    logged = _database(shapely.LineString([(96, 25), (99, 26)]), route_id="log")
    yield "routes.gpkg", logged[:18] + b"\2\2" + logged[20:]  # as if a write-ahead log were kept
    yield "zones.gpkg", _database(shapely.box(97, 25, 98, 26), zone_id="z", name=HOSTILE[0])
    yield "routes.shp", _shapefile()
    yield from _of_events()
    yield "scenario.yaml", SCENARIO
    import yaml

    yield "scenario.json", json.dumps(yaml.safe_load(SCENARIO), default=str)


def _of_events():
    changes = ({}, {"best": "99"}, {"where_prec": "3", "side_b": HOSTILE[0]}, {"latitude": "x"})
    ucdp = event_rows.text(event_rows.rows(event_rows.UCDP_ROW, *changes))
    yield "events.csv", ucdp
    yield "events.csv", event_rows.text(event_rows.rows(event_rows.ACLED_ROW, {}, {"notes": "="}))
    yield "events.csv", event_rows.text([event_rows.UCDP_ROW], delimiter=";")
    yield "own.csv", 'date,lat,lon,what\n2024-01-01,25.5,97.5,a\n2024-02-03,25,97,"b\nc"\n'
    yield "events.zip", pack([("events.csv", ucdp)])
    rows = event_rows.rows(event_rows.UCDP_ROW, {}, {"id": "x"})
    points = [{"type": "Point", "coordinates": [97 + place, 25]} for place in range(len(rows))]
    found = [feature(point, **row) for point, row in zip(points, rows, strict=True)]
    yield "events.geojson", json.dumps(many(*found))


def _of_the_tables():
    for one in CASES:
        for name, data in one.files.items():
            ending = name[name.rfind(".") :]
            role = "zones" if name.startswith("z.") else "routes"
            if f"{role}{ending}" in KINDS:
                yield f"{role}{ending}", data


def _of_the_suites():
    suites = SHARED / "suites"
    for path in sorted(suites.rglob("*")) if suites.is_dir() else ():
        for role in ("routes", "zones"):
            if f"{role}{path.suffix}" in KINDS and path.stat().st_size < _LARGEST:
                yield f"{role}{path.suffix}", path.read_bytes()


@functools.cache
def readers():
    """Give the seeds of each kind that has one file."""
    found = {name: [] for name in NAMES}
    for name, data in (*_own(), *_of_the_tables(), *_of_the_suites()):
        raw = data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass")
        if len(raw) < max(_LARGEST, 200_000 * (name in BY_GDAL)) and raw not in found[name]:
            found[name].append(raw)
    with tempfile.TemporaryDirectory() as folder:
        for words in ((), ("--control", "z.geojson"), ("--position-error", "3")):
            found["answer.json"].append(answer(folder, *words))
    found["reproduce"] = found["answer.json"]
    return found


def pairs():
    """Give seeds of the whole path: the kinds of its two files, and the files."""
    of = readers()
    ours = [name for name in NAMES if name.startswith(("routes", "zones")) and of[name]]
    for routes in (name for name in ours if name.startswith("routes")):
        for zones in (name for name in ours if name.startswith("zones")):
            yield routes, zones, of[routes][0], of[zones][0]
    for place, one in enumerate(of["routes.geojson"][: len(HOSTILE)]):
        yield "routes.geojson", "zones.geojson", one, of["zones.geojson"][place]
