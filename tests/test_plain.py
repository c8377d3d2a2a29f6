"""The plain question: answered without frames, and to the letter as with them."""

import json
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pytest
import twins
from conftest import ROOT, few_and_many
from input_cases import CASES, READ, many, zone
from shapely.geometry import shape

from geo import exposure, io, report
from geo.errors import GeoError
from geo.sheet import Attributes, Sheet

FORMS = (report.as_table, report.as_csv, report.as_json)
RING = [[97, 25], [98, 25], [98, 26], [97, 26], [97, 25]]
HOLE = [[97.2, 25.2], [97.8, 25.2], [97.8, 25.8], [97.2, 25.8], [97.2, 25.2]]
HELD = json.dumps(many(zone())).encode()
HEAVY = ("pandas", "geopandas", "pyogrio", "fiona", "pyproj", "pandera", "pydantic", "folium")


def collection(*features):
    return {"type": "FeatureCollection", "features": list(features)}


def feature(of, coordinates, /, **properties):
    drawn = coordinates and {"type": of, "coordinates": coordinates}
    return {"type": "Feature", "properties": properties, "geometry": drawn}


def road(*points, **properties):
    return feature("LineString", [list(point) for point in points], **properties)


def area(*rings, **properties):
    return feature("Polygon", list(rings) or [RING], **properties)


def outcome(answer, *given):
    """Give an answer in every form, or the error that it ends in."""
    try:
        found = answer(*given)
    except GeoError as error:
        return type(error), str(error)
    return found and [form(replace(found, reproduce="geo expose")) for form in FORMS]


def compared(routes, zones):
    """Answer with and without frames; give whether the question was plain."""
    plain = outcome(exposure.plainly, routes, zones)
    whole = outcome(exposure.measure, routes.frame(), zones.frame())
    assert plain in (None, whole)
    return plain is not None


def test_every_input_that_goes_wrong_elsewhere_is_answered_in_one_way(tmp_path):
    plain = []
    for number, case in enumerate(CASES):
        folder = tmp_path / str(number)
        folder.mkdir()
        files = dict(case.files)
        if files.get("z.geojson") == HELD:
            files["z.geojson"] = json.dumps(collection(area(zone_id="z"))).encode()
        for name, data in files.items():
            (folder / name).write_bytes(data)
        names = [
            next((name for name in files if name.startswith(mark) and name.endswith(READ)), None)
            for mark in ("r.", "z.")
        ]
        if None in names:
            continue
        try:
            routes, zones = (
                io.read(folder / name, role=role).sheet
                for name, role in zip(names, ("routes", "zones"), strict=True)
            )
        except GeoError:
            continue  # the door is one for both
        plain.append(compared(routes, zones))
    assert sum(plain) > 40
    assert not all(plain)


GRID = st.integers(0, 8).map(lambda step: 97 + step / 4)
LAT = st.integers(0, 8).map(lambda step: 25 + step / 4)
POINT = st.tuples(GRID, LAT).map(list)
PARTS = st.lists(st.lists(POINT, min_size=2, max_size=6), min_size=1, max_size=3)


@pytest.mark.parametrize("name", twins.NAMES)
def test_the_shared_cases_without_dates_are_answered_in_one_way(name):
    case = twins.read(name)
    routes = [(one["route_id"], twins.line(one["parts"])) for one in case["routes"]]
    zones = [(one["zone_id"], shape(one["geometry"])) for one in case["zones"]]
    found = []
    for role, of in (("route_id", routes), ("zone_id", zones)):
        shapes = np.empty(len(of), dtype=object)
        shapes[:] = [drawn for _, drawn in of]
        cells = Attributes([{role: called} for called, _ in of])
        found.append(Sheet(cells, np.arange(len(of)), shapes, [called for called, _ in of]))
    compared(*found)


PLAIN = st.one_of(st.none(), st.text(max_size=6), st.integers(-3, 3))
NAME = st.one_of(PLAIN, PLAIN, PLAIN, st.floats(0, 2), st.booleans())
LINES = st.one_of(
    st.builds(lambda parts: {"type": "LineString", "coordinates": parts[0]}, PARTS),
    st.builds(lambda parts: {"type": "MultiLineString", "coordinates": parts}, PARTS),
)
BOXES = st.tuples(GRID, LAT, st.integers(1, 4), st.integers(1, 4)).map(
    lambda box: [
        [box[0], box[1]],
        [box[0] + box[2] / 4, box[1]],
        [box[0] + box[2] / 4, box[1] + box[3] / 4],
        [box[0], box[1] + box[3] / 4],
        [box[0], box[1]],
    ]
)
POLYGONS = st.one_of(
    BOXES.map(lambda ring: {"type": "Polygon", "coordinates": [ring]}),
    st.lists(BOXES, min_size=1, max_size=2).map(
        lambda rings: {"type": "MultiPolygon", "coordinates": [[ring] for ring in rings]}
    ),
)


def rows(shapes, *titles):
    cells = st.dictionaries(st.sampled_from([*titles, "id", "name", "remark"]), NAME)
    one = st.builds(
        lambda drawn, cell: {"type": "Feature", "properties": cell, "geometry": drawn},
        shapes,
        cells,
    )
    return st.lists(one, min_size=1, max_size=5).map(lambda found: collection(*found))


def read(folder, routes, zones):
    """Write routes and zones, and read them; None where the door refuses them."""
    found = []
    for role, document in (("routes", routes), ("zones", zones)):
        path = Path(folder) / f"{role}.geojson"
        path.write_text(json.dumps(document), "utf-8")
        try:
            found.append(io.read(path, role=role).sheet)
        except GeoError:
            return None
    return found


def one_answer(routes, zones):
    with tempfile.TemporaryDirectory() as folder:
        found = read(folder, routes, zones)
        if found is not None:
            compared(*found)


test_any_lines_and_zones, test_very_many_lines_and_zones = few_and_many(
    one_answer, 40, 100, rows(LINES, "route_id"), rows(POLYGONS, "zone_id")
)

HERE = [[96.5, 25.5], [98.5, 25.5]]


@pytest.mark.parametrize(
    ("routes", "zones"),
    [
        (road(*HERE), area()),
        (road(*HERE, route_id=7, name="Ledo  road"), area(zone_id="z", name="", remark=[1, {}])),
        (road(*HERE, id=" a  b "), area(RING, HOLE, id=None, area=2.5)),
        (road(*HERE, *HERE[::-1], name="there and back"), area()),
        (road([96.5, 25], [98.5, 25], name="along a border"), area()),
        (road([50, 25.5], [51, 25.5], name="far away"), area()),
        (road([90, 25.5], [99, 25.5], name="a long edge"), area()),
        (feature("MultiLineString", [HERE, [[98.6, 25.5], [99, 25.5]]]), area()),
    ],
)
def test_the_plain_question_is_answered_plainly(tmp_path, routes, zones):
    routes, zones = read(tmp_path, collection(routes), collection(zones))
    assert compared(routes, zones)


@pytest.mark.parametrize(
    ("routes", "zones"),
    [
        ([road(*HERE, corridor_id="a")], [area()]),
        ([road(*HERE, mode="sea")], [area()]),
        ([road(*HERE, positional_error_m=50)], [area()]),
        ([road(*HERE, section_id="s")], [area()]),
        ([road(*HERE, name=7)], [area()]),
        ([road(*HERE, route_id=0.5)], [area()]),
        ([road(*HERE, route_id=True)], [area()]),
        ([road(*HERE, name="none"), feature("LineString", None, name="null")], [area()]),
        ([road(HERE[0], HERE[0])], [area()]),
        ([road(*HERE)], [area(controller="KIA")]),
        ([road(*HERE)], [area(Actor="KIA")]),
        ([road(*HERE)], [area(valid_from="2024-01-01")]),
        ([road(*HERE)], [area(SOURCE_DATE="2024-01-01")]),
        ([road(*HERE)], [area(start_date="2024-01-01")]),
        ([road(*HERE)], [area(kind="events")]),
        ([road(*HERE)], [area(name=1)]),
        ([road(*HERE)], [area(zone_id="a"), area(zone_id="a")]),
        ([road(*HERE)], []),
    ],
)
def test_what_asks_for_more_is_not_answered_plainly(tmp_path, routes, zones):
    found = read(tmp_path, collection(*routes), collection(*zones))
    assert not compared(*found)


def test_a_frame_is_no_plain_question(tmp_path):
    routes, zones = read(tmp_path, collection(road(*HERE)), collection(area()))
    assert exposure.plainly(routes, zones) is not None
    assert exposure.plainly(Sheet.of_frame(routes.frame()), zones) is None


def test_two_routes_of_one_id_are_refused_in_the_same_words(tmp_path):
    twice = collection(road(*HERE, id="a"), road(*HERE, id="a"))
    routes, zones = read(tmp_path, twice, collection(area()))
    refused = outcome(exposure.plainly, routes, zones)
    assert refused[1] == "routes: more than one has the id a"
    assert refused == outcome(exposure.measure, routes.frame(), zones.frame())


GPX = (
    '<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk><name>a</name><trkseg>'
    '<trkpt lat="25.5" lon="96.5"/><trkpt lat="25.5" lon="98.5"/></trkseg></trk></gpx>'
)
KML = (
    '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>b</name><LineString>'
    "<coordinates>96.5,25.5 98.5,25.5</coordinates></LineString></Placemark></Document></kml>"
)


def run(*words, also=""):
    code = (
        "import sys, json\n"
        "from geo.cli import main\n"
        f"{also}"
        f"try: main({[str(word) for word in words]!r})\n"
        f"except SystemExit: print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    *answer, loaded = done.stdout.splitlines()
    return answer, done.stderr, loaded


@pytest.mark.parametrize("form", ["table", "csv", "json"])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("r.geojson", json.dumps(collection(road(*HERE, name="c")))),
        ("r.gpx", GPX),
        ("r.kml", KML),
    ],
)
def test_the_plain_question_loads_nothing_heavy(tmp_path, name, text, form):
    (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "z.geojson").write_text(json.dumps(collection(area(zone_id="z"))), "utf-8")
    words = "expose", tmp_path / name, "--zones", tmp_path / "z.geojson", "--format", form
    plain, said, loaded = run(*words)
    assert loaded == "[]"
    aside = "import geo.exposure.plain\ngeo.exposure.plain.plainly = lambda *_: None\n"
    whole, said_whole, loaded = run(*words, also=aside)
    assert "pandas" in loaded
    assert (plain, said) == (whole, said_whole)


def test_help_loads_no_numbers():
    code = "import sys, geo.cli\nassert not {'numpy', 'pandas'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
