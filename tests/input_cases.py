"""Inputs that go wrong elsewhere: one small file or two for each row, and what must come of it.

The rows are numbered as in the survey of inputs that the design stands on. A case ends in one of
three ways: "accept" (no word, the right number), a warning by its rule (and the right number), or
an error by its words. `python tests/input_cases.py` writes them, as they stand, to inputs.md.
"""

import functools
import io as memory
import json
import math
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import shapely
from click.testing import CliRunner
from event_rows import UCDP_ROW, rows, text

from geo.cli import main
from geo.errors import visible

HERE = Path(__file__).parent
EAST = [[96.5 + step / 4, 25.5] for step in range(9)]
RING = [[97, 25], [98, 25], [98, 26], [97, 26], [97, 25]]
WHOLE = [[-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]]
HELD = {"zone_id": "z", "controller": "KIA", "source_date": "2024-01-01"}
KML = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{}</Document></kml>'
GPX = '<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">{}</gpx>'
VRT = (
    '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/passwd</SrcDataSource>'
    "</OGRVRTLayer></OGRVRTDataSource>"
)
ZAWGYI = "\u103b\u1019\u1014\u1039\u1019\u102c"
UNICODE = "\u1019\u103c\u1014\u103a\u1019\u102c"


def parallel_m(degrees, latitude=25.5):
    """Measure an arc of a parallel on WGS 84: the closed form, no code of ours in it."""
    e2 = (2 - 1 / 298.257223563) / 298.257223563
    phi = math.radians(latitude)
    return 6378137 * math.cos(phi) / math.sqrt(1 - e2 * math.sin(phi) ** 2) * math.radians(degrees)


TRUTH = parallel_m(1)


def line(points=EAST, **more):
    return {"type": "LineString", "coordinates": points, **more}


def polygon(*rings):
    return {"type": "Polygon", "coordinates": list(rings) or [RING]}


def feature(geometry, **properties):
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def many(*features, **more):
    return {"type": "FeatureCollection", "features": list(features), **more}


def road(geometry=None, **properties):
    return feature(geometry or line(), route_id="r", **properties)


def zone(geometry=None, **properties):
    return feature(geometry or polygon(), **{**HELD, **properties})


def swapped(points):
    return [[y, x] for x, y in points]


def shifted(points, by=0.0, up=0.0):
    return [[x + by, y + up] for x, y in points]


def metric(points, crs=32647):
    """Bring positions to a projection."""
    moved = gpd.GeoSeries([shapely.LineString(points)], crs=4326).to_crs(crs).iloc[0]
    return [[x, y] for x, y in moved.coords]


def named(crs):
    return {"crs": {"type": "name", "properties": {"name": crs}}}


def placemark(coordinates, more="", kind="LineString"):
    shape = f"<coordinates>{coordinates}</coordinates>"
    if kind == "Polygon":
        shape = f"<outerBoundaryIs><LinearRing>{shape}</LinearRing></outerBoundaryIs>"
    return f"<Placemark><name>r</name>{more}<{kind}>{shape}</{kind}></Placemark>"


def track(points=EAST, times=None, before=""):
    stamps = [f"<time>{time}</time>" for time in times] if times else [""] * len(points)
    inner = "".join(
        f'<trkpt lat="{y}" lon="{x}">{stamp}</trkpt>'
        for (x, y), stamp in zip(points, stamps, strict=True)
    )
    return GPX.format(f"{before}<trk><name>r</name><trkseg>{inner}</trkseg></trk>")


def positions(points):
    return " ".join(",".join(str(number) for number in point) for point in points)


def zipped(files, **more):
    stream = memory.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, **more) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


def shapefile(crs=4326, *, without=(), name="r", **columns):
    """Give the files of a shapefile by their endings."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.shp"
        frame = gpd.GeoDataFrame(
            {"route_id": ["r"], **columns}, geometry=[shapely.LineString(EAST)]
        )
        frame.set_crs(4326).to_crs(crs).to_file(path)
        files = {part.name: part.read_bytes() for part in sorted(Path(folder).iterdir())}
    return {part: data for part, data in files.items() if not part.endswith(tuple(without))}


def geopackage(cut=None):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "r.gpkg"
        gpd.GeoDataFrame(
            {"route_id": ["r"]}, geometry=[shapely.LineString(EAST)], crs=4326
        ).to_file(path)
        return path.read_bytes()[:cut]


@dataclass(frozen=True, eq=False)
class Case:
    """One input and what must come of it."""

    row: int
    what: str
    files: dict
    end: str = "accept"
    said: str = ""
    inside_m: float | None = TRUTH
    words: tuple = ()


CASES = []


def case(row, what, routes=None, zones=None, **more):
    """Add a case: documents as they stand, bytes as bytes, a dict of bytes as files."""
    files = {}
    for given, default, usual in (
        (routes, many(road()), "r.geojson"),
        (zones, many(zone()), "z.geojson"),
    ):
        name, document = usual, default if given is None else given
        if isinstance(document, tuple):
            name, document = document
        if isinstance(document, dict) and all(
            isinstance(part, bytes) for part in document.values()
        ):
            files |= document
        elif isinstance(document, bytes):
            files[name] = document
        else:
            written = document if isinstance(document, str) else json.dumps(document)
            files[name] = written.encode("utf-8", "surrogatepass")
    CASES.append(Case(row, what, files, **more))


def refused(row, what, said, routes=None, zones=None, **more):
    case(row, what, routes, zones, end="error", said=said, inside_m=None, **more)


def warned(row, what, rule, routes=None, zones=None, **more):
    case(row, what, routes, zones, end=rule, **more)


# CRS and axes
FAR_ROAD = [[88 + step / 4, 26.5] for step in range(9)]
FAR_RING = shifted(RING, -8.5, 1)
refused(
    1,
    "longitude and latitude swapped in both files",
    r"r\.geojson.*feature 0 \(r\).*latitude",
    many(road(line(swapped(EAST)))),
    many(zone(polygon(swapped(RING)))),
)
refused(2, "swapped in the routes", r"r\.geojson.*latitude", many(road(line(swapped(EAST)))))
refused(
    3,
    "swapped in the routes, where longitudes are below 90",
    "swapped",
    many(road(line(swapped(FAR_ROAD)))),
    many(zone(polygon(FAR_RING))),
)
refused(
    4,
    "one vertex swapped, where longitudes are below 90",
    r"r\.geojson.*feature 0 \(r\).*position 4.*swapped",
    many(road(line([*FAR_ROAD[:4], swapped(FAR_ROAD)[4], *FAR_ROAD[5:]]))),
    many(zone(polygon(FAR_RING))),
)
warned(
    4,
    "one vertex far from its neighbours",
    "long-edge",
    many(road(line([*EAST[:8], [98.5, -20]]))),
)
refused(
    5,
    "metres of UTM in the routes, no CRS",
    r"r\.geojson.*feature 0 \(r\).*metres.*--crs",
    many(road(line(metric(EAST)))),
)
refused(
    6,
    "metres of UTM in both files, no CRS",
    r"r\.geojson.*metres.*--crs",
    many(road(line(metric(EAST)))),
    many(zone(polygon(metric(RING)))),
)
warned(
    7,
    "crs EPSG:32647 and metres",
    "reprojected",
    many(road(line(metric(EAST))), **named("urn:ogc:def:crs:EPSG::32647")),
)
refused(
    9, "crs EPSG:999999", "r.geojson.*EPSG:999999.*not known", many(road(), **named("EPSG:999999"))
)
refused(10, "crs null", "r.geojson.*crs is null.*--crs", many(road(), crs=None))
case(10, "crs null, with --crs", many(road(), crs=None), words=("--crs", "EPSG:4326"))
refused(
    9,
    "crs that names a file to PROJ",
    r"r\.geojson.*no code such as",
    many(road(), **named("+proj=longlat +nadgrids=/etc/passwd")),
)
refused(
    11,
    "crs that is a link",
    "r.geojson.*links are not followed",
    many(road(), crs={"type": "link", "properties": {"href": "http://127.0.0.1:9/x"}}),
)
warned(
    12,
    "routes in EPSG:3857, zones in degrees",
    "reprojected",
    many(road(line(metric(EAST, 3857))), **named("EPSG:3857")),
)
warned(14, "longitudes of -263", "longitude", many(road(line(shifted(EAST, -360)))))
refused(
    15,
    "latitude 125",
    r"r\.geojson.*feature 0 \(r\).*latitude",
    many(road(line([[97, 25], [97, 125]]))),
)
case(16, "heights on the routes", many(road(line([[x, y, 300] for x, y in EAST]))))
refused(
    18,
    "a shapefile in UTM without .prj",
    r"r\.shp.*no CRS.*--crs",
    shapefile(32647, without=(".prj",)),
)
warned(
    18,
    "a shapefile in UTM without .prj, with --crs",
    "reprojected",
    shapefile(32647, without=(".prj",)),
    words=("--crs", "EPSG:32647"),
)
warned(
    19,
    ".prj of zone 46N, coordinates of 47N",
    "far-apart",
    {
        **shapefile(32647, without=(".prj",)),
        "r.prj": shapefile(32646)["r.prj"],
    },
    inside_m=0.0,
)
warned(
    19,
    "an old datum whose shift PROJ only guesses",
    "ballpark",
    many(road(), **named("EPSG:4239")),
)

# coordinate values
for row, value in ((21, "NaN"), (22, "Infinity"), (22, "-Infinity")):
    refused(
        row,
        f"a coordinate {value}",
        rf"r\.geojson.*{value}.*line 1, column",
        f'{{"type":"LineString","coordinates":[[97,25],[{value},26]]}}',
    )
refused(
    23,
    "a coordinate 1e400",
    r"r\.geojson.*coordinates\[1\].*no coordinate",
    '{"type":"LineString","coordinates":[[97,25],[1e400,26]]}',
)
for row, what, position in (
    (24, "null in a position", [None, 26]),
    (25, "numbers as text", ["98", "26"]),
    (26, "degrees, minutes and seconds as text", ["98°30'E", "26°N"]),
    (28, "one number in a position", [98]),
):
    refused(
        row,
        what,
        r"r\.geojson.*feature 0 \(r\): coordinates\[1\]",
        many(road(line([[97, 25], position]))),
    )
case(29, "four numbers in a position", many(road(line([[x, y, 1, 2] for x, y in EAST]))))
case(30, "heights in some positions", many(road(line([[*EAST[0], 5], *EAST[1:]]))))
case(
    31,
    "coordinates of 25 digits",
    json.dumps(many(road())).replace("25.5", "25.5" + "0" * 23),
)
refused(
    32,
    "WKT in CSV",
    r"r\.csv.*ending is none of",
    ("r.csv", b'id;wkt\nr;"LINESTRING (97,5 25,5, 98,5 25,5)"\n'),
)
refused(
    32,
    "decimal commas in KML",
    r"r\.kml.*feature 0 \(r\).*97,5,25,5",
    ("r.kml", KML.format(placemark("97,5,25,5 98,5,25,5"))),
)
refused(
    32,
    "blanks after the commas in KML",
    r"r\.kml.*feature 0 \(r\)",
    ("r.kml", KML.format(placemark("97, 25 98, 25"))),
)
refused(
    32,
    "a latitude missing in KML",
    r"r\.kml.*feature 0 \(r\)",
    ("r.kml", KML.format(placemark("97,25 98"))),
)
refused(
    32,
    "a decimal comma in GPX",
    r"r\.gpx.*feature 0 \(r\).*line 1.*25,5",
    ("r.gpx", track().replace('lat="25.5"', 'lat="25,5"', 1)),
)
refused(
    32,
    "a latitude missing in GPX",
    r"r\.gpx.*feature 0 \(r\).*no lat",
    ("r.gpx", track().replace('lat="25.5"', "", 1)),
)
refused(
    35,
    "longitude and latitude swapped in KML",
    r"r\.kml.*feature 0 \(r\).*latitude",
    ("r.kml", KML.format(placemark(positions(swapped(EAST))))),
)

# whether there is a geometry, and of which type
POINT = {"type": "Point", "coordinates": [97, 25]}
refused(37, "no routes", r"r\.geojson.*no routes", many())
warned(38, "no zones", "empty-layer", None, many(), inside_m=0.0)
warned(
    39,
    "a null geometry beside a good route",
    "no-geometry",
    many(road(), feature(None, route_id="n")),
)
refused(40, "all geometries null", r"r\.geojson.*no geometry", many(feature(None, route_id="n")))
refused(
    41,
    "a null zone beside a bow-tie",
    r"z\.geojson.*feature 1 \(b\)",
    None,
    many(
        feature(None, zone_id="n"),
        zone(polygon([[97, 25], [98, 26], [98, 25], [97, 26], [97, 25]]), zone_id="b"),
    ),
)
warned(42, "a line without positions", "no-geometry", many(road(), feature(line([]), route_id="e")))
warned(
    42,
    "a polygon without rings",
    "no-geometry",
    None,
    many(zone(), zone({"type": "Polygon", "coordinates": []}, zone_id="e")),
)
refused(
    43,
    "a line of one position",
    r"r\.geojson.*feature 1 \(one\): coordinates has 1 position",
    many(road(), feature(line([[97, 25]]), route_id="one")),
)
warned(
    44,
    "a line of two equal positions",
    "no-length",
    many(feature(line([[97.5, 25.5]] * 2), route_id="r")),
    inside_m=0.0,
)
case(45, "positions repeated", many(road(line([point for point in EAST for _ in range(3)]))))
warned(46, "a point among the routes", "other-type", many(road(), feature(POINT, route_id="p")))
refused(48, "routes that are polygons", r"r\.geojson.*no routes.*Polygon", many(road(polygon())))
refused(49, "zones that are lines", r"z\.geojson.*no zones.*LineString", None, many(zone(line())))
refused(50, "zones that are points", r"z\.geojson.*no zones.*Point", None, many(zone(POINT)))
COLLECTION = {"type": "GeometryCollection", "geometries": [line(), POINT]}
warned(51, "a collection of a line and a point", "collection", many(road(COLLECTION)))
warned(
    53,
    "a collection in a collection",
    "collection",
    many(road({"type": "GeometryCollection", "geometries": [COLLECTION]})),
)
warned(54, "a bare geometry", "no-id", line())
case(54, "a bare feature", road())
refused(
    55,
    "TopoJSON named .geojson",
    r"r\.geojson.*not GeoJSON.*Topology",
    {"type": "Topology", "objects": {}, "arcs": []},
)
refused(
    55,
    "EsriJSON named .geojson",
    r"r\.geojson.*not GeoJSON",
    {"geometryType": "esriGeometryPolyline", "features": []},
)
refused(
    56,
    "a geometry of type Curve",
    r"r\.geojson.*feature 0 \(r\).*Curve",
    many(road({"type": "Curve"})),
)
refused(
    57,
    "featurecollection in small letters",
    r"r\.geojson.*not GeoJSON.*featurecollection",
    {**many(road()), "type": "featurecollection"},
)
refused(59, "features that are an object", r"r\.geojson.*not GeoJSON", {**many(), "features": {}})
warned(
    60,
    "a line of two parts with a gap",
    "gap",
    many(road({"type": "MultiLineString", "coordinates": [EAST[:4], EAST[5:]]})),
    inside_m=parallel_m(0.5),
)

# whether polygons have one inside
refused(
    61,
    "a bow-tie",
    r"z\.geojson.*feature 0 \(z\)",
    None,
    many(zone(polygon([[97, 25], [98, 26], [98, 25], [97, 26], [97, 25]]))),
)
warned(
    62,
    "a ring that touches itself",
    "repaired",
    None,
    many(zone(polygon([*RING[:3], [97.5, 26], [97.6, 25.9], [97.4, 25.9], [97.5, 26], *RING[3:]]))),
)
INNER = [[97.2, 25.2], [97.8, 25.2], [97.8, 25.8], [97.2, 25.8], [97.2, 25.2]]
refused(
    63,
    "a ring that overlaps itself",
    r"z\.geojson.*feature 0 \(z\)",
    None,
    many(zone(polygon([*RING, *INNER, RING[0]]))),
)
warned(64, "a ring traced twice", "repaired", None, many(zone(polygon([*RING, *RING[1:]]))))
refused(
    65,
    "a hole that is the shell",
    r"z\.geojson.*feature 0 \(z\)",
    None,
    many(zone(polygon(RING, RING))),
)
refused(
    65,
    "a hole outside its shell",
    r"z\.geojson.*feature 0 \(z\)",
    None,
    many(zone(polygon(RING, shifted(INNER, 2)))),
)
warned(70, "a ring that is not closed", "open-ring", None, many(zone(polygon(RING[:-1]))))
for ring in ([[97, 25], [98, 25], [97, 25]], [[97, 25], [98, 25], [98, 25], [97, 25]]):
    warned(
        71,
        f"a ring of {len(ring)} positions that encloses nothing",
        "collapsed",
        None,
        many(zone(), zone(polygon(ring), zone_id="c")),
    )
case(
    72,
    "a shell clockwise, a hole counter-clockwise",
    None,
    many(zone(polygon(RING[::-1], [[97.4, 25.7], [97.6, 25.7], [97.6, 25.9], [97.4, 25.7]]))),
)
warned(73, "a spike", "repaired", None, many(zone(polygon([*RING[:3], [98.3, 26.3], *RING[2:]]))))
case(
    74,
    "a sliver of 1e-13 degrees",
    None,
    many(zone(), zone(polygon([[97, 25], [97, 25.2], [97 + 1e-13, 25.2], [97, 25]]), zone_id="s")),
)
warned(75, "the same zone twice", "duplicate-id", None, many(zone(), zone()))
case(
    76,
    "a zone that is the whole world",
    None,
    many(zone(polygon(WHOLE))),
    inside_m=parallel_m(2),
)

# the globe
warned(
    77,
    "an edge from 179 E to 179 W",
    "antimeridian",
    many(road(line([[179, 25.5], [-179, 25.5]]))),
    many(zone(polygon([[179.5, 25], [180, 25], [180, 26], [179.5, 26], [179.5, 25]]))),
    inside_m=parallel_m(0.5),
)
warned(
    80,
    "a route over the pole",
    "pole",
    many(road(line([[97, 89.9], [97, 90], [-60, 89.9]]))),
    many(zone(polygon([[96, 89], [98, 89], [98, 89.95], [96, 89.95], [96, 89]]))),
    inside_m=None,
)

refused(
    80,
    "a route over the pole whose edge spans 180 degrees",
    r"r\.geojson.*feature 0 \(r\).*exactly 180 degrees",
    many(road(line([[97, 89.9], [97, 90], [-83, 89.9]]))),
)

# JSON and text
for what, content, said in (
    ("cut off", b'{"type": "FeatureCollection", "feat', "line 1, column"),
    (
        "more after its end",
        b'{"type":"LineString","coordinates":[[97,25],[98,25]]} x',
        "line 1, column",
    ),
    ("two documents", b"{} {}", "line 1, column"),
    (
        "a comma before the end",
        b'{"type":"LineString","coordinates":[[97,25],[98,25],]}',
        "line 1, column",
    ),
    ("single quotes", b"{'type': 'LineString'}", "line 1, column"),
    ("JavaScript", b"var x = {}", "line 1, column"),
    ("HTML", b"<html></html>", "line 1, column"),
    ("null", b"null", "not GeoJSON"),
):
    refused(81, what, rf"r\.geojson.*{said}", content)
refused(
    82, "2,000 lists in each other", r"r\.geojson.*nested.*--limit depth", b"[" * 2000 + b"]" * 2000
)
refused(82, "100,000 lists in each other", r"r\.geojson.*nested.*--limit depth", b"[" * 100000)
case(83, "a byte order mark", b"\xef\xbb\xbf" + json.dumps(many(road())).encode())
for encoding in ("UTF-16", "UTF-32"):
    refused(84, encoding, rf"r\.geojson.*{encoding}", json.dumps(many(road())).encode(encoding))
refused(
    84,
    "Latin-1",
    r"r\.geojson.*not UTF-8 at byte",
    json.dumps(many(road(name="é")), ensure_ascii=False).encode("latin-1"),
)
refused(
    87,
    "the key coordinates twice",
    r"r\.geojson.*'coordinates' stands twice.*line 1, column",
    b'{"type":"LineString","coordinates":[[97,25],[98,25]],"coordinates":[]}',
)
BIG = 2**63
case(89, "an id of 2^63", many({**feature(line()), "id": BIG}))
case(
    89,
    "an id of 31 digits beside none",
    many({**feature(line()), "id": int("9" * 31)}, road(line(shifted(EAST, 0, 9)))),
)
case(
    90,
    "a column of text, numbers and lists",
    many(road(a=1), feature(line(shifted(EAST, 0, 9)), route_id="s", a=["x"])),
)
refused(92, "no byte", r"r\.geojson.*empty", b"")
refused(92, "blanks only", r"r\.geojson.*empty", b" \n ")
refused(
    94,
    "GeoJSON named .shp",
    r"r\.shp.*not a file of the format",
    ("r.shp", json.dumps(many(road()))),
)

# attributes and time
warned(95, "properties null", "no-id", many({**feature(line()), "properties": None}))
warned(95, "no member properties", "no-id", {"type": "Feature", "geometry": line()})
warned(96, "a name that is null and no id", "no-id", many(feature(line(), name=None)))
for name in (7, None, ["a"]):
    case(96, f"the name {name!r}", many(road(name=name)))
refused(97, "two routes of one id", "route_id r", many(road(), road()))
refused(
    98, "columns Name, name and NAME", r"r\.geojson.*Name", many(road(Name="a", name="b", NAME="c"))
)
case(99, "Burmese", many(road(name=UNICODE)))
case(99, "an emoji of several signs", many(road(name="a👩\u200d👩\u200d👧")))
warned(99, "half of a surrogate pair", "half-sign", json.dumps(many(road(name="a\ud800"))))
warned(99, "Burmese in Zawgyi", "zawgyi", many(road(name=ZAWGYI)))
warned(99, "a sign that turns the direction of writing", "direction", many(road(name="a\u202eb")))
warned(
    99,
    "a shapefile of UTF-8 without .cpg",
    "encoding",
    shapefile(name="r", without=(".cpg",), title=[UNICODE]),
)
warned(
    99,
    "a shapefile of UTF-8 whose .cpg says otherwise",
    "encoding",
    {**shapefile(title=[UNICODE]), "r.cpg": b"ISO-8859-1"},
)
refused(
    101,
    "an end before its start",
    r"z\.geojson.*ends before it begins.*0 \(z\)",
    None,
    many(zone(start="2024-02-01", end="2024-01-01")),
)
for value in ("01/02/2024", "2024-02-30", "2024-13-01"):
    refused(
        102,
        f"the date {value}",
        rf"z\.geojson.*start.*0 \(z\).*{value}",
        None,
        many(zone(start=value)),
    )
refused(
    102,
    "the source_date 01/02/2024",
    r"z\.geojson.*source_date.*0 \(z\).*01/02/2024",
    None,
    many(zone(source_date="01/02/2024")),
)
case(
    103,
    "moments with Z and +06:30",
    None,
    many(
        zone(start="2024-01-01T00:00:00Z"),
        zone(polygon(shifted(RING, 9)), zone_id="b", start="2024-01-01T00:00:00+06:30"),
    ),
)
case(
    104,
    "the years 0001 and 9999",
    None,
    many(zone(valid_from="0001-01-01", valid_to="9999-12-31")),
)
case(105, "days without a zone of time", None, many(zone(valid_from="2024-01-01")))
TIMES = [f"2024-01-01T00:{minute:02}:00Z" for minute in range(9)]
case(106, "GPX with times", ("r.gpx", track(times=TIMES)))
warned(106, "GPX whose times run backwards", "time-backwards", ("r.gpx", track(times=TIMES[::-1])))
CASES += [
    Case(
        107,
        f"events: {event}",
        {
            "r.geojson": json.dumps(many(road())).encode(),
            "z.geojson": json.dumps(many(zone())).encode(),
            "e.csv": text(rows(UCDP_ROW, {}, cells)).encode(),
        },
        "rows-rejected",
        words=("--events", "e.csv"),
    )
    for event, cells in (
        ("latitude and longitude swapped", {"latitude": "97.396", "longitude": "25.383"}),
        ("a blank latitude", {"latitude": ""}),
        ("a count that is text", {"best": "three"}),
    )
]

# formats
for ending in (".shx", ".dbf"):
    refused(
        108, f"a shapefile without {ending}", rf"r\.shp.*{ending}", shapefile(without=(ending,))
    )
case(
    112,
    "GPX of a track and waypoints",
    ("r.gpx", track(before='<wpt lat="1" lon="2"/>')),
)
refused(
    112,
    "GPX of waypoints only",
    r"r\.gpx.*no routes",
    ("r.gpx", GPX.format('<wpt lat="1" lon="2"/>')),
)
JSON = json.dumps(many(road())).encode()
case(114, "a zip of one GeoJSON", ("r.zip", zipped({"r.geojson": JSON})))
case(114, "a zip of one shapefile", ("r.zip", zipped(shapefile())))
case(
    114,
    "KMZ",
    ("r.kmz", zipped({"doc.kml": KML.format(placemark(positions(EAST))), "a/icon.png": b"x"})),
)
refused(
    114,
    "a zip of two files",
    r"r\.zip.*a\.geojson, b\.geojson",
    ("r.zip", zipped({"a.geojson": JSON, "b.geojson": JSON})),
)
refused(
    114,
    "a zip in a zip",
    r"r\.zip.*a\.zip.*archive in it",
    ("r.zip", zipped({"a.zip": zipped({"r.geojson": JSON})})),
)
refused(
    114, "a zip cut off", r"r\.zip.*not a zip archive", ("r.zip", zipped({"r.geojson": JSON})[:-30])
)
refused(
    114, "a zip of nothing that is read", r"r\.zip.*holds none", ("r.zip", zipped({"a.txt": b"x"}))
)
refused(
    114,
    "a zip with a path that leaves it",
    r"r\.zip.*outside",
    ("r.zip", zipped({"../r.geojson": JSON})),
)
refused(115, "GeoPackage cut off", r"r\.gpkg.*GPKG", ("r.gpkg", geopackage(4096)))
refused(
    115,
    "KML cut off",
    r"r\.kml.*line 1, column",
    ("r.kml", KML.format(placemark(positions(EAST)))[:-30]),
)
refused(115, "GPX cut off", r"r\.gpx.*line 1, column", ("r.gpx", track()[:-30]))

# hostile input
refused(116, "VRT named .geojson", r"r\.geojson.*not JSON", VRT)
for ending in ("gpkg", "shp", "gpx", "kml"):
    refused(
        116, f"VRT named .{ending}", rf"r\.{ending}.*not a file of the format", (f"r.{ending}", VRT)
    )
CASES += [
    Case(118, f"the name {name}", {}, "error", "never addresses", None, (name,))
    for name in (
        "http://127.0.0.1:9/r.geojson",
        "/vsicurl/http://127.0.0.1:9/r.geojson",
        "/vsizip/r.zip/r.geojson",
        "OAPIF:http://127.0.0.1:9/r",
        "GPKG:r.gpkg",
        "GeoJSON:r.geojson",
    )
]
DOCTYPE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
for what, head in (("an outer entity", DOCTYPE), ("entities in entities", LAUGHS)):
    refused(119, f"GPX with {what}", r"r\.gpx.*DOCTYPE", ("r.gpx", head + track()))
    refused(
        119,
        f"KML with {what}",
        r"r\.kml.*DOCTYPE",
        ("r.kml", head + KML.format(placemark(positions(EAST)))),
    )
refused(
    119,
    "GPX in UTF-16 with an entity",
    r"r\.gpx.*DOCTYPE",
    ("r.gpx", (DOCTYPE + track()).encode("utf-16")),
)
LINK = "<NetworkLink><Link><href>http://127.0.0.1:9/x.kml</href></Link></NetworkLink>"
warned(
    120,
    "KML with a NetworkLink",
    "not-followed",
    ("r.kml", KML.format(LINK + placemark(positions(EAST)))),
)
case(
    120,
    "KML with a style of an address",
    (
        "r.kml",
        KML.format(placemark(positions(EAST), "<styleUrl>http://127.0.0.1:9/x.kml#a</styleUrl>")),
    ),
)
refused(
    122,
    "a zip that unpacks to 1,000 times its size",
    r"r\.zip.*100 times.*--limit ratio",
    ("r.zip", zipped({"r.geojson": b" " * 1_000_000 + JSON})),
)
refused(
    122,
    "more bytes than are allowed",
    r"r\.geojson.*100 bytes.*--limit bytes",
    words=("--limit", "bytes=100"),
)
refused(
    122,
    "more features than are allowed",
    r"r\.geojson.*1 feature.*--limit features",
    many(road(), feature(line(), route_id="s")),
    words=("--limit", "features=1"),
)
refused(
    122,
    "more vertices than are allowed",
    r"r\.geojson.*8 vertices.*--limit vertices",
    words=("--limit", "vertices=8"),
)
CASES += [
    Case(number, "texts that a page could run", {}, "tests/browser, tests/test_maps.py")
    for number in (123, 124, 125, 126, 127)
]
for sign in "=+-@":
    case(
        128,
        f"a name that begins with {sign}",
        many(road(name=f"{sign}cmd")),
        words=("--format", "csv"),
    )


READ = (".geojson", ".csv", ".gpkg", ".gpx", ".kml", ".kmz", ".shp", ".zip")


def told(one, folder):
    """Run `geo expose` on the files of a case."""
    files = {"z.geojson": json.dumps(many(zone())).encode(), **one.files}
    for name, data in files.items():
        (folder / name).write_bytes(data)
    words = [str(folder / word) if word in files else word for word in one.words]
    if one.row != 118:
        first = next(name for name in files if name.startswith("r.") and name.endswith(READ))
        words = [str(folder / first), *words]
    form = [] if "--format" in words else ["--format", "json"]
    asked = ["expose", *words, "--zones", str(folder / "z.geojson"), *form]
    return CliRunner().invoke(main, asked)


@functools.cache
def outcome(one):
    """Tell how a case ends: its exit code, its answer, its warnings and its words."""
    with tempfile.TemporaryDirectory() as folder:
        done = told(one, Path(folder))
        made = {path.name for path in Path(folder).iterdir()} - {*one.files, "z.geojson"}
        assert not made, "a command that was asked for an answer on the screen wrote files"
        assert "Traceback" not in done.output
        said = done.stderr.replace(f"{folder}/", "")
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    answer = json.loads(done.stdout) if done.stdout.startswith("{") else None
    return done.exit_code, answer, done.stdout, said


def ended(one):
    """Give the end of a case as the table shows it: its class and its words."""
    if not one.files and one.row != 118:
        return "elsewhere", one.end
    code, answer, _, said = outcome(one)
    if code:
        return "ERR", said.removeprefix("geo: ").strip()
    if one.end in {"accept", "error"}:
        return "accept", ""
    noted = answer["warnings"] if answer else []
    shown = [note for note in noted if note["rule"] == one.end]
    return f"WARN {one.end}", "; ".join(note["message"] for note in shown)


def table():
    """Write every case and how it ends, as Markdown."""
    lines = [
        "# Inputs and how they end",
        "",
        "Written by `python tests/input_cases.py` and held to it by tests/test_inputs.py: each row",
        "is a small file given to `geo expose`. ERR: exit code 1, nothing written. WARN: the named",
        "warning travels with the answer, and the number is right. accept: no word, right number.",
        "",
        "| row | input | end | words |",
        "|---|---|---|---|",
    ]
    for one in CASES:
        end, words = ended(one)
        cell = visible(words.replace("\n", " ").replace("|", "\\|"))
        lines.append(f"| {one.row} | {visible(one.what)} | {end} | {' '.join(cell.split())} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    (HERE / "inputs.md").write_text(table(), "utf-8")
    sys.stdout.write("wrote inputs.md\n")
