"""KML and GPX: what an independent writer writes is read back; what GDAL would bend is refused."""

import datetime as dt
import math
from itertools import pairwise
from xml.etree import ElementTree as ET

import fiona
import hypothesis.strategies as st
import pytest
import shapely
from conftest import SHARED
from hypothesis import given

from geo import io
from geo.errors import GeometryError, InputError
from geo.io.features import number
from geo.io.gpx import read_gpx
from geo.io.kml import read_kml
from geo.io.limits import DEFAULT, Limits

POSITION = st.tuples(st.floats(-180, 180), st.floats(-90, 90))
LINE = st.lists(POSITION, min_size=2, max_size=6)
LETTERS = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
WORD = st.text(LETTERS, min_size=1, max_size=12).map(str.strip).filter(bool)
BLANK = st.sampled_from([" ", "\n", "\t ", "\n      "])
DAY = st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)).map(str)


def kml(*placemarks):
    return f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{"".join(placemarks)}</Document>\
</kml>'.encode()


def placemark(shape, more=""):
    return f"<Placemark><name>n</name>{more}{shape}</Placemark>"


def line(coordinates):
    return f"<LineString><coordinates>{coordinates}</coordinates></LineString>"


def shapes_of(raw):
    found = read_kml(raw, "x.kml", DEFAULT)
    assert not found.problems
    return found.shapes


def written(points, blank, *, height=False):
    return blank + blank.join(f"{x!r},{y!r}" + (",7.5" if height else "") for x, y in points)


@given(st.lists(st.tuples(WORD, LINE, st.dictionaries(WORD, WORD, max_size=3)), max_size=4), BLANK)
def test_kml_lines_come_back(rows, blank):
    root = ET.Element("kml", xmlns="http://www.opengis.net/kml/2.2")
    folder = ET.SubElement(ET.SubElement(root, "Document"), "Folder")
    for name, points, data in rows:
        mark = ET.SubElement(folder, "Placemark")
        ET.SubElement(mark, "name").text = name
        extended = ET.SubElement(mark, "ExtendedData")
        for place, (key, value) in enumerate(data.items()):
            one = ET.SubElement(extended, "Data", name=f"{place} {key}")
            ET.SubElement(one, "value").text = value
        drawn = ET.SubElement(mark, "LineString")
        ET.SubElement(drawn, "coordinates").text = written(points, blank, height=True)
    found = read_kml(ET.tostring(root, "utf-8"), "x.kml", DEFAULT)
    assert not found.problems
    assert [list(shape.coords) for shape in found.shapes] == [points for _, points, _ in rows]
    for record, (name, _, data) in zip(found.records, rows, strict=True):
        assert record["name"] == name
        extra = {f"{place} {key}".lower(): data[key] for place, key in enumerate(data)}
        assert record == {"name": name, **extra}


@given(st.lists(st.lists(LINE, min_size=1, max_size=3), max_size=3), st.booleans())
def test_gpx_segments_come_back(tracks, routes):
    root = ET.Element("gpx", xmlns="http://www.topografix.com/GPX/1/1", version="1.1")
    for number_, parts in enumerate(tracks):
        one = ET.SubElement(root, "rte" if routes else "trk")
        ET.SubElement(one, "name").text = f"t{number_}"
        for part in parts[: 1 if routes else None]:
            holder = one if routes else ET.SubElement(one, "trkseg")
            for x, y in part:
                point = ET.SubElement(holder, "rtept" if routes else "trkpt")
                point.set("lat", repr(y))
                point.set("lon", repr(x))
                ET.SubElement(point, "ele").text = "12.5"
    found = read_gpx(ET.tostring(root, "utf-8"), "x.gpx", DEFAULT)
    assert not found.problems
    back = [[list(part.coords) for part in shapely.get_parts(shape)] for shape in found.shapes]
    assert back == [parts[: 1 if routes else None] for parts in tracks]
    assert [record["name"] for record in found.records] == [f"t{at}" for at in range(len(tracks))]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_as_python_writes_it_is_read(value):
    assert number(repr(value)) == value


@pytest.mark.parametrize(
    "text", ["", "25,5", "NaN", "inf", "0x10", "1_000", "1 000", "٣", "1e", "."]
)
def test_what_is_no_decimal_number_is_none(text):
    assert number(text) is None


@given(st.data())
def test_damaged_markup_ends_in_features_or_an_error_with_its_name(data):
    good = kml(placemark(line("97,25 98,26")), placemark(line("97,25,1 98,26,1")))
    at = data.draw(st.integers(0, len(good) - 1))
    put = data.draw(st.binary(max_size=4))
    bad = good[:at] + put + good[at + data.draw(st.integers(0, 5)) :]
    for read in (read_kml, read_gpx):
        said = "x.xml"
        try:
            read(bad, "x.xml", DEFAULT)
        except InputError as error:
            said = str(error)
        assert "x.xml" in said


def test_kml_shapes():
    ring = "<LinearRing><coordinates>{}</coordinates></LinearRing>"
    outer, inner = "97,25 98,25 98,26 97,26 97,25", "97.4,25.4 97.6,25.4 97.6,25.6 97.4,25.4"
    area = f"<Polygon><outerBoundaryIs>{ring.format(outer)}</outerBoundaryIs>\
<innerBoundaryIs>{ring.format(inner)}</innerBoundaryIs></Polygon>"
    track = "<gx:Track><when>2024-01-01T00:00:00Z</when><gx:coord>97 25 0</gx:coord>\
<gx:coord>98 26 0</gx:coord></gx:Track>"
    point = "<Point><coordinates>97,25</coordinates></Point>"
    both = f"<MultiGeometry>{line('97,25 98,26')}{line('97,26 98,27')}</MultiGeometry>"
    mixed = f"<MultiGeometry>{line('97,25 98,26')}{point}</MultiGeometry>"
    shapes = shapes_of(kml(*map(placemark, (area, ring.format(outer), track, both, mixed, ""))))
    assert [shape and shape.geom_type for shape in shapes] == [
        "Polygon",
        "LineString",
        "LineString",
        "MultiLineString",
        "GeometryCollection",
        None,
    ]
    assert len(shapes[0].interiors) == 1
    assert list(shapes[2].coords) == [(97, 25), (98, 26)]


@pytest.mark.parametrize(
    ("coordinates", "said"),
    [
        ("97,5,25,5 98,25", "'97,5,25,5' is no position"),
        ("97, 25 98, 26", "'97,' is no position"),
        ("97,25 98", "'98' is no position"),
        ("97,25 98,x", "'98,x' is no position"),
        ("97,25;98,26", "'97,25;98,26' is no position"),
        ("97,NaN 98,26", "'97,NaN' is no position"),
        ("97,25", r"has 1 position\(s\)"),
        ("97,5 25,5 98,5 26,25", "are these decimal commas"),
    ],
)
def test_coordinates_that_can_be_read_in_two_ways_are_refused(tmp_path, coordinates, said):
    path = tmp_path / "x.kml"
    path.write_bytes(kml(placemark(line("97,25 98,26")), placemark(line(coordinates))))
    with pytest.raises(GeometryError, match=rf"x\.kml: 1 feature.*\n  feature 1 \(n\): .*{said}"):
        io.read(path, role="routes")


@given(DAY, DAY, st.booleans())
def test_a_time_span_is_a_period_its_own_or_its_folders(begin, end, own):
    span = f"<TimeSpan><begin>{begin}</begin><end>{end}</end></TimeSpan>"
    inner = placemark(line("97,25 98,26"), span if own else "")
    around = "<TimeSpan><begin>1066</begin></TimeSpan>" if own else span
    found = read_kml(kml(f"<Folder>{around}{inner}</Folder>"), "x.kml", DEFAULT)
    assert (found.records[0]["start"], found.records[0]["end"]) == (begin, end)
    assert [notice.rule for notice in found.notices] == ["time-span"]


def area_with(more):
    ring = "<LinearRing><coordinates>97,25 98,25 98,26 97,26 97,25</coordinates></LinearRing>"
    return placemark(f"<Polygon><outerBoundaryIs>{ring}</outerBoundaryIs></Polygon>", more)


@pytest.mark.parametrize(
    ("more", "record"),
    [
        ("<TimeSpan><begin>2024-02</begin></TimeSpan>", {"start": "2024-02-01"}),
        ("<TimeSpan><begin>2024</begin></TimeSpan>", {"start": "2024-01-01"}),
        ("<TimeStamp><when>2024-02-03</when></TimeStamp>", {"when": "2024-02-03"}),
        (
            '<ExtendedData><SchemaData schemaUrl="#a"><SimpleData name="Controller">KIA\
</SimpleData></SchemaData></ExtendedData>',
            {"controller": "KIA"},
        ),
        (
            '<ExtendedData><Data name="NAME"><value>m</value></Data></ExtendedData>',
            {"data_name": "m"},
        ),
    ],
)
def test_what_kml_tells_of_a_zone(more, record):
    found = read_kml(kml(area_with(more)), "x.kml", DEFAULT)
    assert not found.problems
    assert found.records == [{"name": "n", **record}]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("<TimeSpan><end>2024</end></TimeSpan>", "ends in the year 2024"),
        ("<TimeSpan><end>2024-05</end></TimeSpan>", "ends in the month 2024-05"),
        (
            '<ExtendedData><Data name="start"><value>2023-01-01</value></Data></ExtendedData>\
<TimeSpan><begin>2024-01-01</begin></TimeSpan>',
            "'start' stands twice",
        ),
        ("<TimeSpan><begin>yesterday</begin></TimeSpan>", r"start: not a date .*0 \(n\)"),
    ],
)
def test_what_kml_tells_in_two_ways_is_refused(tmp_path, more, said):
    path = tmp_path / "x.kml"
    path.write_bytes(kml(area_with(more)))
    with pytest.raises(InputError, match=rf"(?s)x\.kml.*{said}"):
        io.read(path, role="zones")


def test_folders_in_folders_are_bounded():
    deep = kml("<Folder>" * 100 + "</Folder>" * 100)
    with pytest.raises(InputError, match=r"nested more than 64 deep.*--limit depth=65"):
        read_kml(deep, "x.kml", DEFAULT)
    assert read_kml(deep, "x.kml", Limits(depth=200)).shapes == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
def test_markup_says_its_own_encoding(encoding):
    text = f'<?xml version="1.0" encoding="{encoding}"?>' + kml(
        "<Placemark><name>é</name></Placemark>"
    ).decode("utf-8")
    assert read_kml(text.encode(encoding), "x.kml", DEFAULT).records[0]["name"] == "é"


def test_an_encoding_that_is_not_known_is_an_error():
    with pytest.raises(InputError, match="unknown encoding"):
        read_kml(b'<?xml version="1.0" encoding="x-none"?><kml/>', "x.kml", DEFAULT)


def _suite(*patterns):
    if not SHARED.is_dir():
        return []
    return sorted(path for one in patterns for path in (SHARED / "suites").glob(one))


def _by_gdal(path):
    """Read shapes with GDAL; None where it, or GEOS behind it, cannot."""
    driver = {".gpx": "GPX", ".kml": "KML"}[path.suffix]
    how = {"driver": driver, "allow_unsupported_drivers": True}
    names = fiona.listlayers(path)
    if driver == "GPX":
        names = [name for name in ("tracks", "routes") if name in names]
    shapes = []
    try:
        for name in names:
            with fiona.open(path, layer=name, **how) as layer:
                shapes += [one["geometry"] for one in layer]
        built = [
            shapely.force_2d(shapely.geometry.shape(one.__geo_interface__)) for one in shapes if one
        ]
    except (fiona.errors.FionaError, shapely.errors.ShapelyError, ValueError):
        return None
    return [shape for shape in built if not shape.is_empty]


# tracks of gx and rings outside of polygons, which GDAL's reader of KML passes over; and points
# without coordinates, which it puts at 0, 0
MORE_THAN_GDAL = ("gxmultitrack", "gxtrack", "linear_ring", "multitrack.kml", "addresses")


@pytest.mark.shared
@pytest.mark.parametrize("path", _suite("*/*.gpx", "togeojson/*.kml"), ids=lambda path: path.name)
def test_shapes_are_those_that_gdal_reads_or_more(path):
    read = read_gpx if path.suffix == ".gpx" else read_kml
    found, theirs = read(path.read_bytes(), path.name, DEFAULT), _by_gdal(path)
    if theirs is None or any("is no position" in problem for problem in found.problems):
        return
    ours = [shape for shape in found.shapes if shape is not None and not shape.is_empty]
    theirs = [shape for shape in theirs if shape != shapely.Point(0, 0)]
    if any(part in path.name for part in MORE_THAN_GDAL):
        assert len(ours) >= len(theirs)
        return
    points = [
        [shapely.get_coordinates(one).tolist() for one in shapes] for shapes in (ours, theirs)
    ]
    assert points[0] == points[1]


@pytest.mark.shared
def test_gdal_reads_most_of_the_public_files():
    assert sum(_by_gdal(path) is not None for path in _suite("*/*.gpx", "togeojson/*.kml")) > 60


@given(st.lists(st.tuples(st.integers(0, 180), st.integers(0, 90)), min_size=2, max_size=8))
def test_whole_degrees_that_are_meant_are_read(points):
    # a line of whole degrees is refused only where decimal commas make it far shorter
    found = read_kml(kml(placemark(line(" ".join(f"{x},{y}" for x, y in points)))), "x", DEFAULT)
    if found.problems:
        read = [float(f"{x}.{y}") for x, y in points]
        commas = list(zip(read[::2], read[1::2], strict=True))
        spans = [max(math.dist(a, b) for a, b in pairwise(one)) for one in (commas, points)]
        assert spans[0] * 5 < spans[1]
    else:
        assert list(found.shapes[0].coords) == points
