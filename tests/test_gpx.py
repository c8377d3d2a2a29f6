"""Routes as GPX 1.1: in the order and the types of its schema, and read back as they were."""

import json
import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import router_schemas
import shapely
from click.testing import CliRunner
from conftest import few_and_many, frame
from hypothesis import strategies as st

from geo import exposure, handover, io
from geo.cli import main

NS = router_schemas.GPX_NAMESPACE
# https://www.topografix.com/GPX/1/1/gpx.xsd: xsd:decimal has no exponent
DECIMAL = re.compile(r"-?\d+(\.\d+)?")


def geo(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


def conforms(element):
    """Hold an element to the sequence of its type, and points to their ranges."""
    tag = element.tag.removeprefix(NS)
    assert element.tag.startswith(NS)
    rule = router_schemas.GPX.get(tag)
    if rule is None:
        assert not len(element)
        assert not element.attrib
        return
    order = [name.rstrip("*") for name in rule.split()]
    many = {name.rstrip("*") for name in rule.split() if name.endswith("*")}
    tags = [child.tag.removeprefix(NS) for child in element]
    assert [order.index(name) for name in tags] == sorted(order.index(name) for name in tags)
    assert all(tags.count(name) == 1 for name in tags if name not in many)
    if tag in {"wpt", "trkpt"}:
        assert set(element.attrib) == {"lat", "lon"}
        assert all(DECIMAL.fullmatch(value) for value in element.attrib.values())
        assert -90 <= float(element.get("lat")) <= 90
        assert -180 <= float(element.get("lon")) < 180
    elif tag != "gpx":
        assert not element.attrib
    for child in element:
        conforms(child)


def parsed(text):
    root = ET.fromstring(text)
    assert root.tag == f"{NS}gpx"
    assert root.get("version") == "1.1"
    assert root.get("creator")
    conforms(root)
    return root


def back(text, folder):
    path = folder / "r.gpx"
    io.write_text(path, text)
    return io.read(path, role="routes").frame


def points(root):
    return [
        (
            one.find(f"{NS}name").text,
            float(one.get("lon")),
            float(one.get("lat")),
            one.find(f"{NS}desc").text,
        )
        for one in root.findall(f"{NS}wpt")
    ]


def test_it_holds_to_the_schema_and_reads_back(layers, tmp_path):
    found = exposure.measure(
        layers["corridors"],
        layers["conflict_zones"],
        control=layers["control_areas"],
        as_of="2023-12-01",
    )
    text = handover.as_gpx(found)
    root = parsed(text)
    read = back(text, tmp_path)
    assert list(read["name"]) == list(found.routes["name"])
    for one, other in zip(read.geometry, found.routes.geometry, strict=True):
        here, there = (shapely.get_coordinates(shape) for shape in (one, other))
        assert here.shape == there.shape
        assert np.abs(here - there).max() <= 1e-7
    # each stretch of the union begins and ends where a passage through some zone does
    marks = points(root)
    assert len(marks) == 2 * len(found.exposed)
    rows = found.exposed.to_dict("records")
    for row, (_, *into), (_, *out) in zip(rows, marks[::2], marks[1::2], strict=True):
        mine = found.passages[found.passages["route_id"] == row["route_id"]]
        begin = mine.iloc[(mine["from_m"] - row["from_m"]).abs().argmin()]
        end = mine.iloc[(mine["to_m"] - row["to_m"]).abs().argmin()]
        assert into[:2] == pytest.approx([begin["entry_lon"], begin["entry_lat"]], abs=2e-7)
        assert out[:2] == pytest.approx([end["exit_lon"], end["exit_lat"]], abs=2e-7)


def test_waypoints_say_km_holder_day_and_what_is_uncertain(routes, zones):
    found = exposure.measure(routes, zones, as_of="2024-07-01", position_error_m=1500)
    into, out = points(parsed(handover.as_gpx(found)))
    assert into[:3] == ("1 IN 1", pytest.approx(97), pytest.approx(25.5))
    assert out[:3] == ("1 OUT 1", pytest.approx(98.5), pytest.approx(25.5))
    [row] = found.exposed.to_dict("records")
    width = f"{(row['to_m'] - row['from_m']) / 1000:.1f} km"
    for words, at in ((into[3], row["from_m"]), (out[3], row["to_m"])):
        assert words.startswith(f"Through, km {at / 1000:.1f}: ")
        assert width in words
        assert "KIA 50.3 km" in words
        assert "contested 50.3 km" in words
        assert "1.5 km off" in words
        assert "2024-07-01" in words
    assert "enters zones" in into[3]
    assert "leaves zones" in out[3]


def test_one_route_has_short_names_and_starts_and_ends_are_told(zones):
    line = frame([shapely.LineString([(97.2, 25.5), (97.8, 25.5)])], name=["r"])
    root = parsed(handover.as_gpx(exposure.measure(line, zones, as_of="2024-03-01")))
    into, out = points(root)
    assert (into[0], out[0]) == ("IN 1", "OUT 1")
    assert "starts inside zones" in into[3]
    assert "ends inside zones" in out[3]
    assert "off" not in into[3]  # how far the line may be off is not known


def test_holders_add_up_along_a_stretch(routes, zones):
    found = exposure.measure(routes, zones, as_of="2024-07-01")
    into = points(parsed(handover.as_gpx(found)))[0]
    told = [float(km) for km in re.findall(r"(?:KIA|AA|contested) (\d+\.\d) km", into[3])]
    [row] = found.exposed.to_dict("records")
    assert len(told) == 3
    assert sum(told) == pytest.approx((row["to_m"] - row["from_m"]) / 1000, abs=0.15)


def test_several_sources_are_told_apart(routes, zones):
    other = zones.assign(controller="X")
    found = exposure.measure(
        routes, zones, control={"one": zones, "two": other}, as_of="2024-07-01"
    )
    assert "as one says" in points(parsed(handover.as_gpx(found)))[0][3]


def test_notices_and_shares_travel_along(routes, zones):
    found = exposure.measure(routes, zones, as_of="2025-07-01", position_error_m=3000)
    root = parsed(handover.as_gpx(found))
    words = root.find(f"{NS}metadata/{NS}desc").text
    assert found.notices
    assert all(str(notice) in words for notice in found.notices)
    through, past = (one.find(f"{NS}desc").text for one in root.findall(f"{NS}trk"))
    assert "on 2025-07-01" in through
    assert "surely" in through
    assert past.startswith("0.0 of")


def test_without_exposure_there_are_no_waypoints(zones):
    line = frame([shapely.LineString([(0, 0), (1, 1)])], name=["far"])
    root = parsed(handover.as_gpx(exposure.measure(line, zones, as_of="2024-03-01")))
    assert not root.findall(f"{NS}wpt")
    assert len(root.findall(f"{NS}trk")) == 1


def test_parts_of_a_line_are_segments_and_180_is_below_180(zones, tmp_path):
    parts = [[(179.5, 10), (180, 10.5)], [(-180, 10.5), (-179.5, 11)]]
    line = frame([shapely.MultiLineString(parts)], name=["date line"])
    text = handover.as_gpx(exposure.measure(line, zones, as_of="2024-03-01"))
    assert len(parsed(text).findall(f"{NS}trk/{NS}trkseg")) == 2
    [read] = back(text, tmp_path).geometry
    here = shapely.get_coordinates(read)
    assert np.abs(here - shapely.get_coordinates(line.geometry.iloc[0])).max() <= 1.01e-7


HOSTILE = [
    "a & b <c> \"d\" 'e' ]]>",
    "nul \x00 bell \x07 escape \x1b[31m",
    "lone \ud800 surrogate",
    "no character \ufffe \uffff",
    "turned \u202e around",
    "မြစ်ကြီးနား 😀",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_odd_names_stay_text(name, zones, tmp_path):
    line = frame([shapely.LineString([(96, 25.5), (99, 25.5)])], name=[name])
    rows = zones.assign(controller=name)
    text = handover.as_gpx(exposure.measure(line, rows, as_of="2024-07-01"))
    told = parsed(text).find(f"{NS}trk/{NS}name").text
    read = back(text, tmp_path)
    assert list(read["name"]) == [told]
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\u202a-\u202e\ud800-\udfff\ufffe\uffff]", text)
    if name in {HOSTILE[0], HOSTILE[5]}:
        assert told == name


places = st.tuples(st.floats(1, 180), st.floats(-85, 85))


def comes_back(line_places, name):
    line = shapely.LineString(line_places)
    found = exposure.measure(frame([line], name=[name]), frame([shapely.box(0, 0, 1, 1)]))
    root = parsed(handover.as_gpx(found))
    here = [(float(one.get("lon")), float(one.get("lat"))) for one in root.iter(f"{NS}trkpt")]
    assert np.abs(np.array(here) - shapely.get_coordinates(line)).max() <= 1.01e-7
    assert len(root.findall(f"{NS}wpt")) == 2 * len(found.exposed)


test_lines_come_back, test_many_lines_come_back = few_and_many(
    comes_back, 30, 300, st.lists(places, min_size=2, max_size=6, unique=True), st.text(max_size=8)
)


# the command


def test_the_option_stands_beside_map_and_plot(tmp_path):
    path = tmp_path / "c.gpx"
    done = geo("expose", "corridors", "--as-of", "2024-06-01", "--format", "csv", "--gpx", path)
    assert done.exit_code == 0, done.stderr
    assert f"wrote {path}" in done.stderr
    assert len(parsed(path.read_text("utf-8")).findall(f"{NS}trk")) == 10
    again = geo("expose", path, "--as-of", "2024-06-01", "--format", "json")
    first = geo("expose", "corridors", "--as-of", "2024-06-01", "--format", "json")
    one, other = ({r["name"]: r for r in json.loads(d.stdout)["routes"]} for d in (first, again))
    assert len(one) == 10
    for name, route in one.items():
        assert other[name]["length_m"] == pytest.approx(route["length_m"], abs=1)
        assert other[name]["exposed_m"] == pytest.approx(route["exposed_m"], abs=1)


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["--gpx", "/nowhere/c.gpx"], "no folder"),
        (["--gpx", ""], "empty"),
        (["--every", "year", "--gpx", "c.gpx"], "--gpx"),
        (["--gpx", "c.gpx", "-o", "c.gpx"], "already"),
    ],
)
def test_errors_come_before_the_work(words, error, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = geo("expose", "corridors", *words)
    assert done.exit_code != 0
    assert error in done.stderr
    assert not list(tmp_path.iterdir())
