"""The door itself: archives, bounds, coordinates, polygons and texts."""

import csv
import io as memory
import json
import os
import random
import sqlite3
import stat
import subprocess
import sys
import time
import zipfile
from contextlib import closing

import geopandas as gpd
import hypothesis.strategies as st
import numpy as np
import pytest
import shapely
from click.testing import CliRunner
from conftest import ROOT, frame
from hypothesis import given
from input_cases import (
    CASES,
    EAST,
    GPX,
    HELD,
    KML,
    RING,
    TRUTH,
    feature,
    line,
    many,
    named,
    road,
    shapefile,
    track,
    zipped,
    zone,
)
from pyproj import Geod

from geo import io
from geo.cli import main
from geo.errors import GeometryError, InputError
from geo.io import geojson, place
from geo.io.features import Features
from geo.io.limits import DEFAULT, Limits
from geo.io.lonlat import lonlat
from geo.io.polygons import mended
from geo.io.wording import is_zawgyi

JSON = json.dumps(many(road())).encode()
GEOD = Geod(ellps="WGS84")


@pytest.fixture
def put(tmp_path):
    """Give a function that writes a file and gives its path."""

    def write(data, name="r.zip"):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


def entry(name, *, mode=None, flags=0):
    found = zipfile.ZipInfo(name)
    if mode is not None:
        found.external_attr = mode << 16
    found.flag_bits |= flags
    return found


def archive(*entries):
    stream = memory.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for one, data in entries:
            made.writestr(one, data)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([("/r.geojson", JSON)], "names a place outside"),
        ([("a/../../r.geojson", JSON)], "names a place outside"),
        ([("C:r.geojson", JSON)], "names a place outside"),
        ([("a\\..\\r.geojson", JSON)], "names a place outside"),
        ([("r.geojson", JSON), ("../x.txt", b"")], "names a place outside"),
        ([(entry("r.geojson", mode=stat.S_IFLNK | 0o777), b"/etc/passwd")], "is a link"),
        ([("r.geojson", JSON), ("R.GeoJSON", JSON)], "stands twice"),
        ([("r.geojson", JSON), ("b.tar.gz", b"")], "is an archive in it"),
        ([("r.shp", b""), ("r.dbf", b"")], r"beside r\.shp, \.shx is missing"),
        (
            [("r.geojson", JSON), *((f"{at}.txt", b"") for at in range(1001))],
            "--limit members=1002",
        ),
    ],
)
def test_an_archive_that_is_odd_is_refused_unread(put, entries, said):
    with pytest.raises(InputError, match=rf"^r\.zip: .*{said}"):
        io.read(put(archive(*entries)), role="routes")


def test_an_entry_without_a_name_is_refused(put):
    raw = archive(("r.geojson", JSON), ("qq", b""))
    with pytest.raises(InputError, match=r"^r\.zip: '' names a place outside"):
        io.read(put(raw.replace(b"qq", b"\0q")), role="routes")
    with pytest.raises(InputError, match=r"^r\.zip: '' has no name"):
        io.read(put(_nameless(raw)), role="routes")


def _nameless(raw):
    """Take the name of the last entry out of the list of an archive."""
    start = raw.rindex(b"PK\x01\x02")
    ends = raw.rindex(b"PK\x05\x06")
    listed = (
        raw[start : start + 28] + b"\0\0" + raw[start + 30 : start + 46] + raw[start + 48 : ends]
    )
    tail = bytearray(raw[ends:])
    tail[12:16] = (int.from_bytes(tail[12:16], "little") - 2).to_bytes(4, "little")
    return raw[:start] + listed + bytes(tail)


def test_an_archive_that_is_locked_is_refused(put):
    made = bytearray(archive(("r.geojson", JSON)))
    made[made.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(InputError, match="locked with a password"):
        io.read(put(bytes(made)), role="routes")


def test_a_list_that_lies_about_a_size_is_found_out(put):
    made = bytearray(archive(("r.geojson", JSON)))
    at = made.index(b"PK\x01\x02") + 24
    made[at : at + 4] = (10).to_bytes(4, "little")
    with pytest.raises(InputError, match=r"^r\.zip: "):
        io.read(put(bytes(made)), role="routes")


@given(st.data())
def test_a_damaged_archive_ends_in_an_answer_or_an_error(tmp_path_factory, data):
    good = zipped({"r.geojson": JSON})
    at = data.draw(st.integers(0, len(good) - 1))
    path = tmp_path_factory.mktemp("zip") / "r.zip"
    path.write_bytes(good[:at] + bytes([data.draw(st.integers(0, 255))]) + good[at + 1 :])
    said = "r.zip"
    try:
        assert list(io.read(path, role="routes").frame.geometry[0].coords) == [*map(tuple, EAST)]
    except InputError as error:
        said = str(error)
    assert "r.zip" in said


@pytest.mark.parametrize("ending", ["geojson", "gpx", "kml", "gpkg", "shp"])
def test_a_zip_gives_what_the_file_in_it_gives(put, tmp_path, ending):
    layer = frame([shapely.LineString(EAST)], name=["r"])
    if ending in {"gpx", "kml"}:
        text = {
            "gpx": GPX.format(
                "<rte><name>r</name>"
                + "".join(f'<rtept lat="{y}" lon="{x}"/>' for x, y in EAST)
                + "</rte>"
            ),
            "kml": KML.format(
                "<Placemark><name>r</name><LineString><coordinates>"
                + " ".join(f"{x},{y}" for x, y in EAST)
                + "</coordinates></LineString></Placemark>"
            ),
        }[ending]
        (tmp_path / f"r.{ending}").write_text(text)
    else:
        layer.to_file(tmp_path / f"r.{ending}")
    files = {f"a b/{path.name}": path.read_bytes() for path in tmp_path.glob("r.*")}
    plain = io.read(tmp_path / f"r.{ending}", role="routes")
    packed = io.read(put(zipped({**files, "__MACOSX/._r.shp": b"x"}), "p.zip"), role="routes")
    assert packed.frame.geometry.equals(plain.frame.geometry)
    assert packed.frame["name"].tolist() == plain.frame["name"].tolist() == ["r"]
    assert packed.sha256 != plain.sha256


def test_of_a_kmz_doc_kml_is_read_and_the_others_are_named(put):
    drawn = "<Placemark><LineString><coordinates>97,25 98,26</coordinates></LineString></Placemark>"
    files = {"doc.kml": KML.format(drawn), "files/other.kml": KML.format("")}
    source = io.read(put(zipped(files), "r.kmz"), role="routes")
    assert len(source.frame) == 1
    assert next((one.rule, one.message) for one in source.notices) == (
        "not-followed",
        "of its KML files only doc.kml is read, not files/other.kml",
    )


def test_nothing_unpacked_is_left(put, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    io.read(put(zipped(shapefile())), role="routes")
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.parametrize(
    ("words", "bounds"),
    [
        ([], DEFAULT),
        (["bytes=2GB"], Limits(bytes=2 << 30)),
        (["bytes=3k", "depth=9"], Limits(bytes=3 << 10, depth=9)),
        (["vertices=20000000"], Limits(vertices=20_000_000)),
    ],
)
def test_bounds_are_raised_one_by_one(words, bounds):
    assert DEFAULT.raised(words) == bounds


@pytest.mark.parametrize(
    "word", ["", "bytes", "bytes=", "bytes=-1", "size=1", "depth=2KB", "depth=0", "bytes=1e9", "=1"]
)
def test_a_bound_that_is_none_is_refused(word):
    with pytest.raises(InputError, match="--limit"):
        DEFAULT.raised([word])


def test_the_option_that_an_error_names_lets_the_file_in(put):
    path = put(JSON, "r.geojson")
    for bound, most in (("bytes", 100), ("vertices", 8), ("depth", 5)):
        with pytest.raises(InputError, match=f"--limit {bound}=") as caught:
            io.read(path, role="routes", limits=DEFAULT.raised([f"{bound}={most}"]))
        word = str(caught.value).rpartition("--limit ")[2]
        assert len(io.read(path, role="routes", limits=DEFAULT.raised([word])).frame) == 1


NESTED = st.recursive(
    st.none() | st.integers() | st.text('ab"\\[]{}', max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text('a"[{', max_size=3), inner, max_size=3)
    ),
    max_leaves=20,
)


def deep(value):
    if isinstance(value, dict | list):
        parts = value.values() if isinstance(value, dict) else value
        return 1 + max((deep(part) for part in parts), default=0)
    return 0


@given(NESTED, st.sampled_from([None, 1]))
def test_depth_is_that_of_the_document(document, indent):
    raw = json.dumps(document, indent=indent).encode()
    most = deep(document)
    place.refuse_depth(raw, "x", Limits(depth=most))
    if most:
        with pytest.raises(InputError, match="nested more than"):
            place.refuse_depth(raw, "x", Limits(depth=most - 1))


BAD = ['"k": 1, |"k": 2', '"n": |NaN', '"k": 1, |"\\u006b": 2']


@given(NESTED, NESTED, st.sampled_from(BAD))
def test_the_place_of_what_is_refused_is_found(before, after, bad):
    head, tail = ('{"a": ' + json.dumps(before) + ",\n " + bad).rsplit("|", 1)
    text = head + tail + ', "z": ' + json.dumps(after) + "}"
    line_, column = head.count("\n") + 1, len(head) - head.rfind("\n")
    with pytest.raises(InputError, match=rf", line {line_}, column {column}$"):
        geojson.decode(text.encode(), "x")


def placed(*shapes):
    notices = []
    labels = [str(row) for row in range(len(shapes))]
    done = lonlat(frame(list(shapes)), "x", labels, notices)
    return done.geometry.tolist(), [notice.rule for notice in notices]


@given(st.lists(st.tuples(st.floats(150, 210), st.floats(-60, 60)), min_size=2, max_size=6))
def test_a_line_over_the_antimeridian_keeps_its_length(points):
    unrolled = shapely.LineString(points)
    wrapped = shapely.LineString([((x + 180) % 360 - 180, y) for x, y in points])
    [back], rules = placed(wrapped)
    steps = np.abs(np.diff(shapely.get_coordinates(wrapped)[:, 0]))
    assert ("antimeridian" in rules) == bool((steps > 180).any())
    assert back.length == pytest.approx(unrolled.length, abs=1e-9)
    turned = shapely.transform(back, lambda at: np.column_stack((at[:, 0] % 360, at[:, 1])))
    assert turned.hausdorff_distance(unrolled) < 1e-6 or 180 in np.abs(
        shapely.get_coordinates(back)[:, 0]
    )


@given(st.lists(st.tuples(st.floats(60, 89), st.floats(5, 30)), min_size=3, max_size=8), st.data())
def test_a_swapped_vertex_of_a_dense_line_is_found(points, data):
    start = np.array(points[0])
    dense = start + np.cumsum(np.clip(np.diff(points, axis=0, prepend=[start]), -0.2, 0.2), axis=0)
    at = data.draw(st.integers(0, len(dense) - 1))
    assert placed(shapely.LineString(dense))[1] == []
    swapped = dense.copy()
    swapped[at] = swapped[at][::-1]
    with pytest.raises(GeometryError, match=rf"position {at} is .*swapped"):
        placed(shapely.LineString(swapped))


def test_two_ends_far_apart_are_not_taken_for_swapped():
    assert placed(shapely.LineString([(41, 29), (29, 41)]))[1] == []


def mend(*shapes):
    notices = []
    done = mended(
        np.array(shapes, dtype=object), "x", [str(at) for at in range(len(shapes))], notices
    )
    return done.tolist(), [(notice.rule, notice.message) for notice in notices]


@given(st.integers(2, 4), st.integers(0, 3), st.booleans())
def test_a_ring_traced_several_times_is_taken_once(times, start, backwards):
    corners = RING[:-1][start:] + RING[:-1][:start]
    ring = (corners * times + corners[:1])[:: -1 if backwards else 1]
    [done], said = mend(shapely.Polygon(ring))
    assert done.equals(shapely.Polygon(RING))
    assert [rule for rule, _ in said] == ["repaired"]


@given(st.tuples(st.floats(-3, 3), st.floats(-3, 3)), st.integers(0, 3))
def test_a_spike_changes_no_ground(tip, corner):
    x, y = RING[corner]
    spiked = [*RING[: corner + 1], [x + tip[0], y + tip[1]], *RING[corner:]]
    shape = shapely.Polygon(spiked)
    if shape.is_valid or tip == (0, 0):
        return
    try:
        [done], said = mend(shape)
    except GeometryError:
        # a spike that runs into the ring parts it in two, which is no spike
        return
    assert done.is_valid
    assert done.symmetric_difference(shapely.Polygon(RING)).area < 1e-9
    assert [rule for rule, _ in said] == ["repaired"]


def test_what_is_said_of_a_mended_polygon_is_so():
    spike = shapely.Polygon([*RING[:3], [98.3, 26.3], *RING[2:]])
    _, [(_, message)] = mend(spike)
    area = abs(GEOD.geometry_area_perimeter(shapely.Polygon(RING))[0]) / 1e6
    lost = 2 * GEOD.line_length([98, 98.3], [26, 26.3]) / 1e3
    assert f"holds {area:,.1f} km2, 0.0 km2" in message
    assert f"{lost:,.1f} km of border" in message


def test_parts_that_share_a_border_are_one_ground():
    halves = shapely.MultiPolygon([shapely.box(97, 25, 97.5, 26), shapely.box(97.5, 25, 98, 26)])
    [done], _ = mend(halves)
    assert done.equals(shapely.box(97, 25, 98, 26))
    overlap = shapely.MultiPolygon([shapely.box(97, 25, 98, 26), shapely.box(97.5, 25, 98.5, 26)])
    [done], [(_, said)] = mend(overlap)
    assert done.equals(shapely.box(97, 25, 98.5, 26))
    assert "km2 less than its rings as drawn" in said


def test_valid_polygons_are_left_as_they_are():
    shapes = [shapely.Polygon(RING), None, shapely.Polygon(), shapely.Point(0, 0)]
    done, said = mend(*shapes)
    assert done == shapes
    assert said == []


def told(tmp_path, *words):
    done = CliRunner().invoke(main, ["expose", *map(str, words), "--format", "json"])
    assert done.exit_code == 0, done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r.geojson", "z.geojson"]
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    "name",
    [
        "\u1019\u103c\u1014\u103a\u1019\u102c",
        "a👩\u200d👩\u200d👧",
        "\u202eab",
        "a\x00b",
        "../../etc/passwd",
        "/tmp/x",
        "CON",
        "{{7*7}}",
    ],
)
def test_a_name_comes_back_sign_for_sign_and_never_as_a_path(tmp_path, name):
    routes, zones = tmp_path / "r.geojson", tmp_path / "z.geojson"
    routes.write_text(json.dumps(many(road(name=name))))
    zones.write_text(json.dumps(many(zone(zone_id=name))))
    [route] = told(tmp_path, routes, "--zones", zones)["routes"]
    assert route["name"] == route["zones"][0]["zone_id"] == name
    assert route["exposed_m"] == pytest.approx(TRUTH, rel=1e-8)


def test_half_of_a_sign_comes_back_as_its_escape_and_is_said(tmp_path):
    """A table of Arrow cannot hold it, so it must not depend on what is installed."""
    routes, zones = tmp_path / "r.geojson", tmp_path / "z.geojson"
    name, escape = "half \ud83d", "half \\ud83d"
    routes.write_text(json.dumps(many(feature(line(), **{"route_id": name, name: 1}))))
    zones.write_text(json.dumps(many(zone(zone_id=name), zone(zone_id="whole \U0001f600"))))
    answer = told(tmp_path, routes, "--zones", zones)
    [route] = answer["routes"]
    assert route["route_id"] == escape
    assert [one["zone_id"] for one in route["zones"]] == [escape, "whole \U0001f600"]
    said = [one for one in answer["warnings"] if one["rule"] == "half-sign"]
    assert [(one["file"], one["feature"]) for one in said] == [
        ("r.geojson", f"0 ({escape})"),
        ("z.geojson", f"0 ({escape})"),
    ]


def test_days_do_not_depend_on_where_the_machine_stands(tmp_path, monkeypatch):
    routes, zones = tmp_path / "r.geojson", tmp_path / "z.geojson"
    routes.write_text(json.dumps(many(road())))
    zones.write_text(json.dumps(many(zone(start="2024-01-01T00:00:00+06:30", end="2024-02-01"))))
    answers = []
    for here in ("UTC", "Asia/Yangon", "America/Los_Angeles"):
        monkeypatch.setenv("TZ", here)
        time.tzset()
        for day in ("2023-12-30", "2023-12-31", "2024-01-31", "2024-02-01"):
            [route] = told(tmp_path, routes, "--zones", zones, "--as-of", day)["routes"]
            answers.append(route["exposed_m"] > 0)
    monkeypatch.undo()
    time.tzset()
    assert answers == [False, True, True, False] * 3  # the begin is a moment: 17:30 UTC


def test_kml_zones_have_holders_and_periods(tmp_path):
    ring = " ".join(f"{x},{y}" for x, y in RING)
    data = "".join(
        f'<Data name="{key.upper()}"><value>{value}</value></Data>' for key, value in HELD.items()
    )
    (tmp_path / "z.kml").write_text(
        KML.format(
            f"<Placemark><ExtendedData>{data}</ExtendedData><TimeSpan><begin>2023-05</begin>"
            "<end>2024-03-01</end></TimeSpan><Polygon><outerBoundaryIs><LinearRing><coordinates>"
            f"{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
        )
    )
    (tmp_path / "r.geojson").write_bytes(JSON)
    for day, held in (("2023-04-30", 0.0), ("2023-05-01", TRUTH), ("2024-03-01", 0.0)):
        words = ["expose", tmp_path / "r.geojson", "--zones", tmp_path / "z.kml", "--as-of", day]
        done = CliRunner().invoke(main, [*map(str, words), "--format", "json"])
        [route] = json.loads(done.stdout)["routes"]
        named = {row["controller"]: row["inside_m"] for row in route["controllers"]}
        assert named.get("KIA", 0.0) == pytest.approx(held, rel=1e-8)


def test_every_name_in_burmese_that_is_bundled_is_unicode():
    names = [
        value
        for path in sorted((ROOT / "layers").glob("*.geojson"))
        for found in json.loads(path.read_text("utf-8"))["features"]
        for value in found["properties"].values()
        if isinstance(value, str) and any("\u1000" <= letter <= "\u109f" for letter in value)
    ]
    assert len(names) > 50
    assert not [name for name in names if is_zawgyi(name)]


@pytest.mark.parametrize(
    ("zawgyi", "burmese"),
    [
        ("\u103b\u1019\u1014\u1039\u1019\u102c", "\u1019\u103c\u1014\u103a\u1019\u102c"),
        (
            "\u1031\u1019\u102c\u1039\u101c\u103f\u1019\u102d\u102f\u1004\u1039",
            "\u1019\u1031\u102c\u103a\u101c\u1019\u103c\u102d\u102f\u1004\u103a",
        ),
        (
            "\u101b\u1014\u1039\u1000\u102f\u1014\u1039",
            "\u101b\u1014\u103a\u1000\u102f\u1014\u103a",
        ),
    ],
)
def test_zawgyi_is_told_from_unicode(zawgyi, burmese):
    assert is_zawgyi(zawgyi)
    assert not is_zawgyi(burmese)


def test_features_count_what_they_take():
    read = Features("x", Limits(features=1))
    read.add({}, None, "0")
    with pytest.raises(InputError, match="more than 1 feature"):
        read.add({}, None, "1")


def test_long_numbers_keep_their_digits(put):
    ids = [2**53 + 1, None, 10**30]
    found = many(*(road(line(), id=one) for one in ids))
    for row in found["features"]:
        del row["properties"]["route_id"]
    read = io.read(put(json.dumps(found).encode(), "r.geojson"), role="routes").frame
    assert read["id"].dropna().tolist() == [str(2**53 + 1), str(10**30)]


def test_a_file_whose_name_has_a_colon_is_read_by_its_path(put, tmp_path):
    path = put(JSON, "GPKG:r.geojson")
    assert len(io.read(path, role="routes").frame) == 1
    with pytest.raises(InputError, match=r"never addresses; .* \./GPKG:r\.geojson"):
        io.read("GPKG:r.geojson", role="routes")
    assert os.sep in str(path)


def test_a_row_of_csv_says_what_was_found_in_its_file(put):
    back = [f"2024-01-01T00:{minute:02}:00Z" for minute in range(9)][::-1]
    road_ = put(track(times=back).encode(), "r.gpx")
    done = CliRunner().invoke(main, ["expose", str(road_), "--format", "csv"])
    [row] = csv.DictReader(done.stdout.splitlines())
    assert "its times run backwards" in row["warnings"]


@pytest.mark.parametrize("name", ["a!b", "a?b", "a#b", "zip+a", "a b", "%41", "\u1019"])
@pytest.mark.parametrize("ending", ["gpkg", "shp"])
def test_a_name_means_only_itself(tmp_path, name, ending):
    path = tmp_path / f"{name}.{ending}"
    frame([shapely.LineString(EAST)], name=["n"]).to_file(tmp_path / f"plain.{ending}")
    for part in list(tmp_path.glob("plain.*")):
        part.rename(tmp_path / f"{name}{part.suffix}")
    assert list(io.read(path, role="routes").frame.geometry[0].coords) == [*map(tuple, EAST)]


@pytest.mark.parametrize(("x", "said"), [(float("nan"), "not a finite"), (1e6, "may be metres")])
def test_coordinates_of_a_geopackage_are_looked_at_too(tmp_path, x, said):
    path = tmp_path / "r.gpkg"
    with np.errstate(invalid="ignore"):
        frame([shapely.LineString([(97, 25), (x, 26)])], name=["n"]).to_file(path)
    with pytest.raises(InputError, match=rf"r\.gpkg.*\n.*feature 0 \(n\): position 1 .*{said}"):
        io.read(path, role="routes")


def test_ids_that_are_all_nought_are_no_ids(tmp_path):
    path = tmp_path / "r.shp"
    frame([shapely.LineString(EAST)] * 2, Id=[0, 0]).to_file(path)
    found = io.read(path, role="routes")
    assert "no-id" in [notice.rule for notice in found.notices]


def test_a_shapefile_counts_all_of_its_parts(tmp_path):
    frame([shapely.LineString(EAST)], name=["n" * 200]).to_file(tmp_path / "r.shp")
    most = (tmp_path / "r.shp").stat().st_size
    with pytest.raises(InputError, match="--limit bytes="):
        io.read(tmp_path / "r.shp", role="routes", limits=Limits(bytes=most))


def test_what_cannot_be_read_and_what_cannot_be_degrees_are_told_at_once(put):
    lines = [[[97, 25], [98, 26]], [[97, None], [98, 26]], [[97, 125], [98, 26]]]
    found = many(*(road(line(points)) for points in lines))
    with pytest.raises(InputError) as caught:
        io.read(put(json.dumps(found).encode(), "r.geojson"), role="routes")
    head, *said = str(caught.value).split("\n")
    assert head == "r.geojson: 2 feature(s) cannot be read"
    assert [text.split(" (")[0] for text in said] == ["  feature 1", "  feature 2"]


def test_of_many_warnings_of_a_kind_the_first_are_told_and_all_are_counted(put):
    points = [road({"type": "Point", "coordinates": [97, 25]}, id=f"p{at}") for at in range(70)]
    found = io.read(put(json.dumps(many(road(), *points)).encode(), "r.geojson"), role="routes")
    assert len(found.notices) == 11
    assert found.notices[-1].message.startswith("the same holds for 60 more feature(s): 11 (p10)")
    assert found.notices[-1].message.endswith("60 (p59), ...")


def test_a_list_of_very_many_files_is_not_even_read(put, monkeypatch):
    made = archive(*((f"{at}", b"") for at in range(1001)))
    monkeypatch.setattr("zipfile.ZipFile", None)
    with pytest.raises(InputError, match="an archive of more than 1,000 members"):
        io.read(put(made), role="routes")


PIECES = (
    *(b"[", b"]", b"{", b"}", b"null", b"NaN", b"1e999", b"-", b'"', b",", b"<", b"/>", b"&lt;"),
    *(b"\xff", b"\x00", b"180", b"90.0000001", b"<Point>", b"<coordinates>", b"</Placemark>"),
    *(b"GeometryCollection", b"Polygon", b'"type"', b"<TimeSpan>", b"<!DOCTYPE a>", b"PK\x01\x02"),
)
SEEDS = [
    (name, data)
    for one in CASES
    for name, data in one.files.items()
    if len(data) < 100_000 and name.endswith((".geojson", ".gpx", ".kml", ".kmz", ".zip", ".gpkg"))
]


def bent(data, chance):
    """Bend bytes as damage and malice do."""
    data = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data) + 1)
        if chance.random() < 0.4:
            data[at:at] = chance.choice(PIECES)
        elif chance.random() < 0.5:
            del data[at : at + chance.randint(1, 12)]
        elif at < len(data):
            data[at] = chance.randrange(256)
    return bytes(data)


def bend_and_read(folder, times):
    chance = random.Random(times)
    for _ in range(times):
        name, data = chance.choice(SEEDS)
        path = folder / name
        path.write_bytes(bent(data, chance))
        for role in ("routes", "zones"):
            said = name
            try:
                assert (shapely.is_valid(io.read(path, role=role).frame.geometry.to_numpy())).all()
            except InputError as error:
                said = str(error)
            assert name in said


def test_bent_files_end_in_an_answer_or_an_error_that_names_them(tmp_path):
    bend_and_read(tmp_path, 300)


@pytest.mark.fuzz
def test_many_bent_files_end_in_an_answer_or_an_error_that_names_them(tmp_path):
    bend_and_read(tmp_path, 100_000)


@pytest.mark.parametrize("page", [0x03, 0])
def test_a_shapefile_whose_letters_are_guessed_says_so(tmp_path, page):
    path = tmp_path / "r.shp"
    frame([shapely.LineString(EAST)], name=["Caf\u00e9"]).to_file(path, encoding="ISO-8859-1")
    path.with_suffix(".cpg").unlink()
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    table[29] = page  # 3: Windows-1252
    path.with_suffix(".dbf").write_bytes(table)
    found = io.read(path, role="routes")
    assert found.frame["name"].tolist() == ["Caf\u00e9"]
    assert [notice.rule for notice in found.notices] == ([] if page else ["encoding"])


@pytest.mark.parametrize("ending", [".shp", ".shx", ".dbf"])
def test_a_shapefile_of_which_a_part_is_cut_is_refused(tmp_path, ending):
    """GDAL reads it all the same, with fewer shapes or without their attributes."""
    frame([shapely.LineString(EAST)] * 2, route_id=["a", "b"], name=["Caf\u00e9", "x"]).to_file(
        tmp_path / "r.shp", encoding="ISO-8859-1"
    )
    (tmp_path / "r.cpg").unlink()
    path = tmp_path / f"r{ending}"
    whole = path.read_bytes()
    for cut in [*range(0, len(whole) - 1, 7), len(whole) - 2]:
        path.write_bytes(whole[:cut])
        with pytest.raises(InputError, match=r"^r\.shp: not a file of the format ESRI Shapefile"):
            io.read(tmp_path / "r.shp", role="routes")


def test_a_shapefile_with_more_shapes_than_rows_is_refused(tmp_path):
    frame([shapely.LineString(EAST)] * 2, route_id=["a", "b"]).to_file(tmp_path / "r.shp")
    frame([shapely.LineString(EAST)], route_id=["a"]).to_file(tmp_path / "other.shp")
    (tmp_path / "other.dbf").replace(tmp_path / "r.dbf")
    with pytest.raises(InputError, match=r"damaged one: 2 shapes, 1 rows"):
        io.read(tmp_path / "r.shp", role="routes")


def test_what_gdal_warns_of_travels_with_the_answer(tmp_path):
    files = {**shapefile(what=["x"])}
    table = bytearray(files["r.dbf"])
    table[64:75] = bytes(11)  # the name of the second column
    for name, data in {**files, "r.dbf": bytes(table)}.items():
        (tmp_path / name).write_bytes(data)
    told = io.read(tmp_path / "r.shp", role="routes").notices
    assert ("r.shp", "driver") in {(one.file, one.rule) for one in told}
    assert any("Empty field name at index 1" in one.message for one in told)


def test_a_database_with_a_log_is_read_whole_and_left_alone(tmp_path):
    path = tmp_path / "r.gpkg"
    frame = gpd.GeoDataFrame({"route_id": ["r"]}, geometry=[shapely.LineString(EAST)], crs=4326)
    frame.to_file(path, SPATIAL_INDEX="NO")
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode=WAL")
    before, made = path.read_bytes(), tmp_path.stat().st_mtime_ns
    assert len(io.read(path, role="routes").frame) == 1
    assert path.read_bytes() == before
    assert tmp_path.stat().st_mtime_ns == made  # no file came and went
    assert [one.name for one in tmp_path.iterdir()] == ["r.gpkg"]
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE r SET route_id = 'new'")
        database.commit()
        beside = {one.name: one.read_bytes() for one in tmp_path.iterdir() if "shm" not in one.name}
        assert set(beside) == {"r.gpkg", "r.gpkg-wal"}
        source = io.read(path, role="routes")
        assert source.frame["route_id"].tolist() == ["new"]
        assert [one.rule for one in source.notices] == ["not-closed"]
        after = {one.name: one.read_bytes() for one in tmp_path.iterdir() if "shm" not in one.name}
    assert after == beside


NETWORK = """
import json, os, socket, sys
listener = socket.create_server(("127.0.0.1", 0))
listener.settimeout(0)
os.environ["PROJ_NETWORK"] = "ON"
os.environ["PROJ_NETWORK_ENDPOINT"] = f"http://127.0.0.1:{listener.getsockname()[1]}"
from pyproj import network
from geo import io
print([one.rule for one in io.read(sys.argv[1], role="routes").notices], end=" ")
print(network.is_network_enabled(), end=" ")
try:
    listener.accept()
    print("called")
except BlockingIOError:
    print("silent")
"""


def test_no_grid_is_fetched_for_the_crs_of_a_file(tmp_path):
    path = tmp_path / "r.geojson"
    path.write_text(json.dumps({**line([[-100, 40], [-99, 40]]), **named("EPSG:4267")}))
    done = subprocess.run(
        [sys.executable, "-c", NETWORK, path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.stdout.rstrip().endswith("'reprojected', 'no-id'] True silent"), done
