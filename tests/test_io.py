"""Files: what is read, what is refused by name, and what stays on disk."""

import json
import os

import fiona
import geopandas as gpd
import pytest
import shapely
from conftest import SHARED, frame

from geo import io
from geo.errors import CRSError, GeometryError, InputError, OutputError

LINE = {"type": "LineString", "coordinates": [[97, 25], [98, 26]]}
BOX = {"type": "Polygon", "coordinates": [[[97, 25], [98, 25], [98, 26], [97, 26], [97, 25]]]}
GPX = """<?xml version="1.0"?><gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1">
<wpt lat="25" lon="97"><name>w</name></wpt>{}</gpx>"""
TRACK = """<trk><name>T</name><trkseg><trkpt lat="25" lon="97"/><trkpt lat="26" lon="98"/></trkseg>
</trk>"""
ROUTE = """<rte><name>R</name><rtept lat="25" lon="97"/><rtept lat="26" lon="98"/></rte>"""
KML = """<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>K</name>
<LineString><coordinates>97,25 98,26</coordinates></LineString></Placemark></Document></kml>"""


def collection(*geometries, **more):
    features = [
        {"type": "Feature", "properties": {"name": f"n{i}"}, "geometry": geometry}
        for i, geometry in enumerate(geometries)
    ]
    return {"type": "FeatureCollection", "features": features, **more}


@pytest.fixture
def write(tmp_path):
    """Give a function that writes a file and gives its path."""

    def put(content, name="x.geojson"):
        path = tmp_path / name
        raw = content if isinstance(content, bytes | str) else json.dumps(content)
        path.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
        return path

    return put


@pytest.mark.parametrize("document", [collection(LINE), collection(LINE)["features"][0], LINE])
def test_geojson_of_every_form(write, document):
    frame = io.read(write(document), role="routes").frame
    assert frame.geometry.iloc[0].equals(shapely.LineString([(97, 25), (98, 26)]))
    assert frame.crs.to_epsg() == 4326


@pytest.mark.parametrize(
    ("content", "name", "names"),
    [
        (GPX.format(TRACK), "x.gpx", ["T"]),
        (GPX.format(ROUTE), "x.gpx", ["R"]),
        (GPX.format(ROUTE + TRACK), "x.gpx", ["T", "R"]),
        (KML, "x.kml", None),
    ],
)
def test_gpx_and_kml(write, content, name, names):
    frame = io.read(write(content, name), role="routes").frame
    assert frame.total_bounds.tolist() == [97, 25, 98, 26]
    assert names is None or frame["name"].tolist() == names


@pytest.mark.parametrize(("ending", "driver"), [("gpkg", "GPKG"), ("shp", "ESRI Shapefile")])
@pytest.mark.parametrize("crs", [4326, 32647])
def test_geopackage_and_shapefile(tmp_path, ending, driver, crs):
    path = tmp_path / f"x.{ending}"
    lines = frame([shapely.LineString([(97, 25), (98, 26)])], name=["n"]).to_crs(crs)
    lines.to_file(path, driver=driver)
    source = io.read(path, role="routes")
    ends = shapely.get_coordinates(source.frame.geometry.iloc[0]).ravel()
    assert ends == pytest.approx([97, 25, 98, 26], abs=1e-8)
    assert [notice.rule for notice in source.notices] == (["reprojected"] if crs != 4326 else [])


REFUSED = {
    "empty file": (b"", "the file is empty"),
    "cut off": (b'{"type": "FeatureCollection", "feat', "line 1, column"),
    "two documents": (b"{} {}", "not JSON: Extra data"),
    "HTML": (b"<html>", "not JSON"),
    "UTF-16": ("{}".encode("utf-16"), "encoded as UTF-16"),
    "not UTF-8": (b'{"a": "\xe9"}', "not UTF-8 at byte 7"),
    "NaN": (b'{"type":"LineString","coordinates":[[97,25],[NaN,26]]}', "NaN is not a number"),
    "key twice": (b'{"type":"Point","type":"LineString"}', "'type' stands twice"),
    "too deep": (b"[" * 100_000, "nested more than 64 deep"),
    "null": (b"null", "not GeoJSON"),
    "TopoJSON": ({"type": "Topology", "objects": {}}, "not GeoJSON: its type is 'Topology'"),
    "lower case": ({"type": "featurecollection", "features": []}, "not GeoJSON"),
    "features an object": ({"type": "FeatureCollection", "features": {}}, "not GeoJSON"),
    "feature without type": (
        {"type": "FeatureCollection", "features": [{"geometry": LINE, "properties": {}}]},
        "not a GeoJSON Feature: number 0",
    ),
    "curve": (collection({"type": "Curve", "coordinates": []}), r"0 \(n0\): .* 'Curve'"),
    "null in a position": (
        collection({"type": "LineString", "coordinates": [[97, 25], [None, 26]]}),
        r"coordinates\[1\] holds null",
    ),
    "text in a position": (
        collection({"type": "LineString", "coordinates": [["97", 25], [98, 26]]}),
        r'coordinates\[0\] holds "97"',
    ),
    "true in a position": (
        collection({"type": "LineString", "coordinates": [[True, 25], [98, 26]]}),
        "holds true",
    ),
    "infinite": (b'{"type":"LineString","coordinates":[[97,25],[1e400,26]]}', "no coordinate"),
    "one number": (
        collection({"type": "LineString", "coordinates": [[97], [98, 26]]}),
        "has 1 number",
    ),
    "one position": (
        collection(LINE, {"type": "LineString", "coordinates": [[97, 25]]}),
        r"feature 1 \(n1\): coordinates has 1 position",
    ),
    "polygons": (collection(BOX), "no routes in it.*it has Polygon"),
    "points": (collection({"type": "Point", "coordinates": [97, 25]}), "it has Point"),
    "all null": (collection(None, None), "no routes in it.*no geometry at all"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_as_routes(write, name):
    content, said = REFUSED[name]
    with pytest.raises((InputError, GeometryError), match=said) as caught:
        io.read(write(content), role="routes")
    assert "x.geojson" in str(caught.value)


def test_every_broken_feature_is_listed(write):
    bad = {"type": "LineString", "coordinates": [[97, None], [98, 26]]}
    with pytest.raises(GeometryError) as caught:
        io.read(write(collection(bad, LINE, bad)), role="routes")
    assert "0 (n0)" in str(caught.value)
    assert "2 (n2)" in str(caught.value)


def crs_member(kind, **properties):
    return {"crs": {"type": kind, "properties": properties}}


@pytest.mark.parametrize(
    ("member", "said"),
    [
        ({"crs": None}, "unknown; give --crs"),
        (crs_member("link", href="http://127.0.0.1:1/x"), "links are not followed"),
        (crs_member("name", name="EPSG:999999"), "'EPSG:999999' is not known"),
    ],
)
def test_a_crs_that_cannot_be_trusted_is_refused(write, member, said):
    with pytest.raises(CRSError, match=said):
        io.read(write(collection(LINE, **member)), role="routes")


def test_a_crs_of_2008_is_followed(write):
    metric = gpd.GeoSeries([shapely.LineString([(97, 25), (98, 26)])], crs=4326).to_crs(32647)
    document = collection(
        json.loads(json.dumps(metric.iloc[0].__geo_interface__)),
        **crs_member("name", name="urn:ogc:def:crs:EPSG::32647"),
    )
    source = io.read(write(document), role="routes")
    assert source.frame.total_bounds == pytest.approx([97, 25, 98, 26], abs=1e-8)


def test_a_shapefile_without_prj_needs_a_crs(tmp_path):
    path = tmp_path / "x.shp"
    frame([shapely.LineString([(97, 25), (98, 26)])], name=["n"]).to_crs(32647).to_file(path)
    path.with_suffix(".prj").unlink()
    with pytest.raises(CRSError, match=r"names no CRS .*--crs"):
        io.read(path, role="routes")
    assert io.read(path, role="routes", crs="EPSG:32647").frame.total_bounds[0] == pytest.approx(97)


def test_an_old_datum_whose_shift_is_guessed_is_said(write):
    document = collection(LINE, **crs_member("name", name="EPSG:4239"))
    rules = [notice.rule for notice in io.read(write(document), role="routes").notices]
    assert "ballpark" in rules


def test_what_is_left_out_is_said(write):
    document = collection(LINE, None, {"type": "Point", "coordinates": [97, 25]})
    source = io.read(write(document), role="routes")
    assert [(n.feature, n.rule) for n in source.notices] == [("2 (n2)", "other-type")]
    assert len(source.frame) == 2  # the null one is left out, with a notice, when it is measured


def test_an_open_ring_is_closed_and_said(write):
    open_box = {"type": "Polygon", "coordinates": [BOX["coordinates"][0][:-1]]}
    source = io.read(write(collection(open_box)), role="zones")
    assert source.frame.geometry.iloc[0].area == 1
    assert [notice.rule for notice in source.notices] == ["open-ring"]


def test_heights_and_more_are_dropped(write):
    line = {"type": "LineString", "coordinates": [[97, 25, 1], [98, 26, 2, 3]]}
    assert not io.read(write(collection(line)), role="routes").frame.has_z.any()


def test_longitudes_beyond_a_half_turn_are_turned_and_said(write):
    line = {"type": "LineString", "coordinates": [[-263, 25], [-262, 26]]}
    source = io.read(write(collection(line)), role="routes")
    assert source.frame.total_bounds == pytest.approx([97, 25, 98, 26])
    assert [notice.rule for notice in source.notices] == ["longitude"]


def test_burmese_comes_back_letter_for_letter(write):
    document = collection(LINE)
    document["features"][0]["properties"] = {
        "name": "မြစ်ကြီးနား",
        "note": "\u202ea👩\u200d👩\u200d👧",
    }
    row = io.read(write(json.dumps(document, ensure_ascii=False)), role="routes").frame.iloc[0]
    assert (row["name"], row["note"]) == ("မြစ်ကြီးနား", "\u202ea👩\u200d👩\u200d👧")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("https://a.example/x.geojson", "never addresses"),
        ("/vsicurl/x.geojson", "never addresses"),
        ("nothing.geojson", "no such file"),
    ],
)
def test_a_name_that_is_no_file_is_refused(name, said):
    with pytest.raises(InputError, match=said):
        io.read(name, role="routes")


@pytest.mark.parametrize("name", ["x.gpkg", "x.shp", "x.gpx", "x.kml"])
def test_a_file_that_is_not_what_its_ending_says_is_refused(write, name):
    layer = '<OGRVRTLayer name="x"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer>'
    vrt = f"<OGRVRTDataSource>{layer}</OGRVRTDataSource>"
    with pytest.raises(InputError, match=f"{name}: not a file of the format"):
        io.read(write(vrt, name), role="routes")


def test_gpx_of_waypoints_only_is_refused(write):
    with pytest.raises(GeometryError, match="no routes in it"):
        io.read(write(GPX.format(""), "x.gpx"), role="routes")


def test_a_layer_written_is_read_again(tmp_path):
    layer = frame([shapely.Point(1 / 3, 2), shapely.Point(0, 0)], a=["b", "a"], n=[1.5, None])
    io.write_geojson(tmp_path / "x.geojson", layer, id_column="a")
    text = (tmp_path / "x.geojson").read_text("utf-8")
    features = json.loads(text)["features"]
    assert [feature["properties"] for feature in features] == [
        {"a": "a", "n": None},
        {"a": "b", "n": 1.5},
    ]
    assert features[1]["geometry"]["coordinates"] == [0.333333, 2.0]
    assert len(text.splitlines()) == 4


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "x.txt"
    io.write_text(path, "old")

    def full(_handle):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        io.write_text(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(OutputError, match="cannot write there"):
        io.write_text(tmp_path / "no" / "x.txt", "text")


def _suite(pattern):
    return sorted((SHARED / "suites").glob(pattern)) if SHARED.is_dir() else []


@pytest.mark.shared
def test_the_public_files_are_there():
    assert len(_suite("*/*")) > 100


@pytest.mark.shared
@pytest.mark.parametrize("role", ["routes", "zones"])
@pytest.mark.parametrize(
    "path",
    [
        *_suite("geojsonhint/*.geojson"),
        *_suite("togeojson/*.[gk][pm][xl]"),
        *_suite("georust_gpx/*.gpx"),
    ],
    ids=lambda path: path.name,
)
def test_public_files_end_in_an_answer_or_a_named_error(path, role):
    said, frame = "", None
    try:
        frame = io.read(path, role=role).frame
    except InputError as error:
        said = str(error)
    assert path.name in said if frame is None else frame.crs.to_epsg() == 4326


def test_fiona_knows_the_drivers_that_are_pinned():
    with fiona.Env() as env:
        assert {"GPX", "KML", "GPKG", "ESRI Shapefile"} <= set(env.drivers())


def test_gaps_in_a_track_are_passed_over(write):
    segments = '<trkseg/><trkseg><trkpt lat="25" lon="97"/></trkseg>'
    track = TRACK.replace("<trkseg>", segments + "<trkseg>")
    frame = io.read(write(GPX.format(track), "x.gpx"), role="routes").frame
    assert frame.total_bounds.tolist() == [97, 25, 98, 26]


def test_names_that_a_shapefile_cuts_are_completed(tmp_path):
    lines = frame([shapely.LineString([(97, 25), (98, 26)])], corridor_id=["c"], section_id=["s"])
    short = {"corridor_id": "corridor_i", "section_id": "section_id"}
    lines.rename(columns=short).to_file(tmp_path / "x.shp")
    assert {"corridor_id", "section_id"} <= set(io.read(tmp_path / "x.shp", role="routes").frame)


def test_geojson_in_degrees_stays_in_degrees_whatever_crs_is_given(write):
    source = io.read(write(collection(LINE)), role="routes", crs="EPSG:32647")
    assert source.frame.total_bounds.tolist() == [97, 25, 98, 26]


def test_a_table_without_shapes_in_a_geopackage_is_passed_over(tmp_path):
    import sqlite3

    path = tmp_path / "x.gpkg"
    frame([shapely.LineString([(97, 25), (98, 26)])], name=["n"]).to_file(path)
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE layer_styles (id INTEGER PRIMARY KEY, style TEXT)")
        database.execute(
            "INSERT INTO gpkg_contents (table_name, data_type) "
            "VALUES ('layer_styles', 'attributes')"
        )
    database.close()
    assert len(io.read(path, role="routes").frame) == 1


@pytest.mark.parametrize("wrong", [{"role": "route"}, {"role": "zones", "crs": "EPSG:1"}])
def test_a_role_or_crs_that_is_none_is_refused(write, wrong):
    with pytest.raises(InputError, match=r"route|EPSG:1"):
        io.read(write(collection(BOX)), **wrong)


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (KML.replace("<kml", "<!DOCTYPE k [<!ENTITY x 'y'>]><kml"), "x.kml", "declares a DOCTYPE"),
        (collection(LINE, crs={"type": "name", "properties": {}}), "x.json", "has no name"),
        (collection(LINE, **crs_member("name", name="EPSG:5703")), "x.json", "gives no longitudes"),
        (
            collection({"type": "LineString", "coordinates": [[179, 1], [181, 1]]}),
            "x.json",
            "spans the antimeridian",
        ),
    ],
)
def test_more_that_is_refused_as_routes(write, content, name, said):
    with pytest.raises(InputError, match=said):
        io.read(write(content, name), role="routes")


def test_collections_in_collections_are_bounded(write):
    deep = {"type": "LineString", "coordinates": [[97, 25], [98, 26]]}
    for _ in range(100):
        deep = {"type": "GeometryCollection", "geometries": [deep]}
    with pytest.raises(InputError, match="more than 64"):
        io.read(write(collection(deep)), role="routes")


def test_a_polygon_without_rings_is_passed_over(write):
    shape = {"type": "MultiPolygon", "coordinates": [BOX["coordinates"], []]}
    assert io.read(write(collection(shape)), role="zones").frame.geometry.iloc[0].area == 1


def test_only_what_lies_beyond_is_turned(write):
    beyond = {
        "type": "Polygon",
        "coordinates": [[[181, 0], [182, 0], [182, 1], [181, 1], [181, 0]]],
    }
    edge = {"type": "Polygon", "coordinates": [[[170, 0], [180, 0], [180, 1], [170, 1], [170, 0]]]}
    frame = io.read(write(collection(beyond, edge)), role="zones").frame
    assert frame.bounds[["minx", "maxx"]].to_numpy().tolist() == [[-179, -178], [170, 180]]


@pytest.mark.parametrize("at", range(0, 4096, 131))
def test_a_damaged_geopackage_is_refused_or_read(tmp_path, at):
    path = tmp_path / "x.gpkg"
    frame([shapely.LineString([(97, 25), (98, 26)])], name=["n"]).to_file(path)
    raw = bytearray(path.read_bytes())
    raw[at] ^= 0xFF
    path.write_bytes(raw)
    said = ""
    try:
        io.read(path, role="routes")
    except InputError as error:
        said = str(error)
    assert not said or "x.gpkg" in said
