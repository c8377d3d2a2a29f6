"""Zones handed to routers: in their form, in their limits, and never smaller than the zones."""

import itertools
import json
import math

import hypothesis.strategies as st
import numpy as np
import pytest
import router_schemas
import shapely
from click.testing import CliRunner
from conftest import few_and_many, frame
from jsonschema import Draft202012Validator
from pyproj import Geod

from geo import handover
from geo.cli import main
from geo.errors import CRSError, GeometryError, InputError

GEOD = Geod(ellps="WGS84")
ENDS = ((97.396, 25.383), (94.05, 24.2))
BOX = shapely.box(97, 25, 98, 26)
RING = shapely.Polygon(BOX.exterior, [shapely.box(97.4, 25.4, 97.6, 25.6).exterior])
RADIUS_M = 6_378_137.0


def geo(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


def export(*words):
    return geo("zones", "export", *words)


def holds(schema, body):
    Draft202012Validator.check_schema(schema)
    assert not [error.message for error in Draft202012Validator(schema).iter_errors(body)]


def zones(*shapes, **columns):
    return frame(shapes, zone_id=[f"z{n}" for n in range(len(shapes))], **columns)


def said(notices):
    return {notice.rule: notice.message for notice in notices}


# what was written, read by the rules of the receiver


def of_openrouteservice(request):
    avoided = json.loads(request.text)["options"]["avoid_polygons"]
    lists = avoided["coordinates"]
    lists = [lists] if avoided["type"] == "Polygon" else lists
    return [shapely.Polygon(rings[0], rings[1:]) for rings in lists]


def of_valhalla(request):
    return [shapely.Polygon(ring) for ring in json.loads(request.text)["exclude_polygons"]]


def of_graphhopper(request):
    model = json.loads(request.text)
    return [
        shapely.Polygon(rings[0], rings[1:])
        for rings in (one["geometry"]["coordinates"] for one in model["areas"]["features"])
    ]


READERS = {
    handover.openrouteservice: of_openrouteservice,
    handover.valhalla: of_valhalla,
    handover.graphhopper: of_graphhopper,
}


# an independent measure of the service's two limits


def mollweide(lonlat):
    """Snyder 1987, equations 31-1 to 31-3, on a sphere."""
    out = []
    for lon, lat in np.radians(lonlat):
        theta = lat
        for _ in range(60):
            slope = 2 + 2 * math.cos(2 * theta)
            if slope < 1e-12:
                break
            theta -= (2 * theta + math.sin(2 * theta) - math.pi * math.sin(lat)) / slope
        x = 2 * math.sqrt(2) / math.pi * RADIUS_M * lon * math.cos(theta)
        out.append((x, math.sqrt(2) * RADIUS_M * math.sin(theta)))
    return np.array(out)


def shoelace(ring):
    x, y = np.array(ring).T
    return abs(float(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1]))) / 2


def area_m2(shape):
    dense = shapely.segmentize(shape, 0.02)
    return sum(abs(GEOD.geometry_area_perimeter(one)[0]) for one in shapely.get_parts(dense))


def in_limits(piece):
    flat = mollweide(shapely.get_coordinates(piece.exterior))
    inner = sum(shoelace(mollweide(shapely.get_coordinates(one))) for one in piece.interiors)
    west, south, east, north = piece.bounds
    lat = 0 if south <= 0 <= north else min(abs(south), abs(north))
    sides = [
        *np.ptp(flat, axis=0),
        GEOD.inv(west, lat, east, lat)[2],
        GEOD.inv(west, south, west, north)[2],
    ]
    areas = [shoelace(flat) - inner, area_m2(piece)]
    return max(sides) <= 20_000 and max(areas) <= 200e6


@st.composite
def grounds(draw):
    """Draw zones that overlap, touch, have holes or are tiny, anywhere but on the poles."""
    lon, lat = draw(st.floats(-180, 179)), draw(st.floats(-80, 79))
    shapes = []
    for _ in range(draw(st.integers(1, 4))):
        width = draw(st.sampled_from([1e-6, 1e-4, 0.05, 0.3, 0.7]))
        x, y = draw(st.floats(lon, lon + 1 - width)), draw(st.floats(lat, lat + 1 - width))
        kind = draw(st.sampled_from(["box", "ring", "disc", "triangle"]))
        shape = shapely.box(x, y, x + width, y + width)
        if kind == "ring":
            shape = shape.difference(
                shapely.box(x + width / 4, y + width / 4, x + width / 2, y + width / 3)
            )
        elif kind == "disc":
            shape = shapely.Point(x + width / 2, y + width / 2).buffer(width / 2)
        elif kind == "triangle":
            shape = shapely.Polygon([(x, y), (x + width, y), (x + width / 50, y + width)])
        shapes.append(shape)
    return [shape for shape in shapes if shape.is_valid and shape.area > 0] or [
        shapely.box(lon, lat, lon + 0.1, lat + 0.1)
    ]


def covers(drawn):
    ground = handover.ground(zones(*drawn))
    union = shapely.union_all(drawn)
    for write, read in READERS.items():
        made = read(write(ground))
        assert all(one.is_valid and one.area > 0 for one in made)
        together = shapely.union_all(made)
        assert union.difference(together).is_empty
        # 1 m is 9e-6 degrees of latitude
        assert together.difference(union.buffer(9e-6)).is_empty
        west, south, east, north = together.bounds
        assert west >= -180
        assert south >= -90
        assert east <= 180
        assert north <= 90
        # no ground stands twice
        assert sum(one.area for one in made) == pytest.approx(together.area, rel=1e-6, abs=1e-10)
    assert all(in_limits(one) for one in of_openrouteservice(handover.openrouteservice(ground)))


test_pieces_cover_the_zones, test_pieces_cover_many_zones = few_and_many(covers, 25, 400, grounds())


@pytest.mark.parametrize("write", READERS)
def test_the_areas_are_those_of_the_zones_of_the_day(layers, write):
    frame_ = layers["conflict_zones"]
    day = "2026-02-15"
    now = frame_[
        (frame_["valid_from"].astype(str) <= day)
        & (frame_["valid_to"].isna() | (frame_["valid_to"].astype(str) > day))
    ]
    assert len(now) > 20
    union = shapely.union_all(now.geometry.to_numpy())
    made = READERS[write](write(handover.ground(frame_, as_of=day)))
    outline = sum(GEOD.geometry_length(one.boundary) for one in shapely.get_parts(union))
    more = sum(map(area_m2, made)) - area_m2(union)
    assert 0 < more < outline  # less than a metre all along


@pytest.mark.parametrize("day", ["2022-06-01", "2023-12-01", "2024-06-01", "2026-03-12"])
def test_every_piece_for_openrouteservice_is_in_its_limits(layers, day):
    ground = handover.ground(layers["conflict_zones"], as_of=day)
    request = handover.openrouteservice(ground, ends=ENDS)
    holds(router_schemas.OPENROUTESERVICE, json.loads(request.text))
    assert all(map(in_limits, of_openrouteservice(request)))


@pytest.mark.parametrize(("place", "least_km2"), [((0, 0), 150), ((97, 25), 150), ((170, -55), 20)])
def test_pieces_are_not_much_smaller_than_they_must_be(place, least_km2):
    # far from longitude 0 the service's projection is sheared, and pieces must be small
    box = shapely.box(*place, place[0] + 0.5, place[1] + 0.5)
    made = of_openrouteservice(handover.openrouteservice(handover.ground(zones(box))))
    assert area_m2(box) / len(made) > least_km2 * 1e6


def test_a_limit_can_be_raised():
    ground = handover.ground(zones(BOX))
    few = handover.openrouteservice(ground, most_km2=20_000, most_km=300)
    assert json.loads(few.text)["options"]["avoid_polygons"]["type"] == "Polygon"


# forms


def rfc_ring(ring, *, hole):
    assert ring[0] == ring[-1]
    assert shapely.LinearRing(ring).is_ccw is not hole
    assert all(round(value, 6) == value for place in ring for value in place)


@pytest.mark.parametrize("shapes", [[BOX], [RING], [BOX, shapely.box(98.5, 25, 98.6, 25.1)]])
def test_each_form_is_that_of_its_router(shapes):
    ground = handover.ground(zones(*shapes))
    for write, schema in (
        (handover.openrouteservice, router_schemas.OPENROUTESERVICE),
        (handover.valhalla, router_schemas.VALHALLA),
        (handover.graphhopper, router_schemas.GRAPHHOPPER),
    ):
        holds(schema, json.loads(write(ground, ends=ENDS).text))
    holds(router_schemas.CUSTOM_MODEL, json.loads(handover.graphhopper(ground).text))
    lists = json.loads(handover.openrouteservice(ground).text)["options"]["avoid_polygons"]
    for rings in [lists["coordinates"]] if lists["type"] == "Polygon" else lists["coordinates"]:
        for number, ring in enumerate(rings):
            rfc_ring(ring, hole=number > 0)
    for area in json.loads(handover.graphhopper(ground).text)["areas"]["features"]:
        for number, ring in enumerate(area["geometry"]["coordinates"]):
            rfc_ring(ring, hole=number > 0)


def test_the_schemas_refuse_what_is_wrong():
    good = handover.graphhopper(handover.ground(zones(BOX)), ends=ENDS).body
    for change in (
        {"points": [[200, 0], [1, 1]]},
        {"ch.disable": False},
        {"custom_model": {**good["custom_model"], "priority": [{"if": "in_a__b"}]}},
    ):
        assert not Draft202012Validator(router_schemas.GRAPHHOPPER).is_valid({**good, **change})


def test_a_router_without_holes_gets_none():
    ground = handover.ground(zones(RING))
    for write in (handover.valhalla, handover.openrouteservice, handover.graphhopper):
        made = READERS[write](write(ground))
        assert not shapely.union_all(made).contains(shapely.Point(97.5, 25.5))
    assert len(of_valhalla(handover.valhalla(ground))) > 1
    assert len(of_graphhopper(handover.graphhopper(ground))[0].interiors) == 1


def test_zones_that_overlap_are_merged_and_a_road_counts_once():
    made = handover.graphhopper(
        handover.ground(
            zones(BOX, shapely.box(97.5, 25.5, 98.5, 26), shapely.box(99, 25, 99.1, 26))
        ),
        factor=0.25,
    ).body
    assert [one["id"] for one in made["areas"]["features"]] == ["zone1", "zone2"]
    assert made["priority"] == [
        {"if": "in_zone1", "multiply_by": "0.25"},
        {"else_if": "in_zone2", "multiply_by": "0.25"},
    ]


@pytest.mark.parametrize(
    ("factor", "written"), [(0, "0"), (1, "1"), (0.1, "0.1"), (1e-7, "0.0000001")]
)
def test_a_factor_is_written_as_plain_digits(factor, written):
    made = handover.graphhopper(handover.ground(zones(BOX)), factor=factor)
    assert made.body["priority"][0]["multiply_by"] == written
    holds(router_schemas.CUSTOM_MODEL, made.body)


@pytest.mark.parametrize("factor", [-0.1, 1.1, math.nan])
def test_a_factor_out_of_range_is_refused(factor):
    with pytest.raises(InputError, match="not from 0"):
        handover.graphhopper(handover.ground(zones(BOX)), factor=factor)


# what is said


def haversine_m(ring):
    total = 0.0
    for (lon0, lat0), (lon1, lat1) in itertools.pairwise(ring):
        a, b, c, d = map(math.radians, (lon0, lat0, lon1, lat1))
        half = math.sin((d - b) / 2) ** 2 + math.cos(b) * math.cos(d) * math.sin((c - a) / 2) ** 2
        total += 2 * 6_378_160.187 * math.asin(math.sqrt(half))
    return total


def test_valhalla_says_which_setting_must_be_raised_to_what():
    request = handover.valhalla(handover.ground(zones(RING)))
    needed = sum(map(haversine_m, request.body["exclude_polygons"]))
    words = said(request.notices)["limits"]
    [metres] = [int(word) for word in words.split() if word.isdigit() and int(word) > 10_000]
    assert "service_limits.max_exclude_polygons_length" in words
    assert f"{needed / 1000:,.1f} km" in words
    assert needed <= metres <= needed * 1.002 + 1000
    small = handover.valhalla(handover.ground(zones(shapely.box(97, 25, 97.01, 25.01))))
    assert "within the limit" in said(small.notices)["limits"]


def test_openrouteservice_says_how_far_it_goes():
    ground = handover.ground(zones(BOX))
    far = said(handover.openrouteservice(ground, ends=ENDS).notices)["route-limit"]
    apart = GEOD.inv(*ENDS[0], *ENDS[1])[2] / 1000
    assert f"{apart:.0f} km apart" in far
    assert "maximum_distance_avoid_areas" in far
    near = said(handover.openrouteservice(ground, ends=((97, 25), (97.1, 25))).notices)
    assert "apart" not in near["route-limit"]


@pytest.mark.parametrize("write", READERS)
def test_an_end_inside_is_said(write):
    ground = handover.ground(zones(BOX))
    rules = [one.rule for one in write(ground, ends=((97.5, 25.5), (99, 25))).notices]
    assert rules.count("end-inside") == 1
    assert "end-inside" not in said(write(ground, ends=((96, 25.5), (99, 25))).notices)
    assert "no-ends" in said(write(ground).notices)


@pytest.mark.parametrize("write", READERS)
def test_day_age_and_limits_of_knowledge_are_said(write):
    rows = zones(BOX, valid_from=["2024-01-01"], valid_to=[None], source_date=["2024-02-01"])
    told = said(write(handover.ground(rows, as_of="2025-01-01")).notices)
    assert "2025-01-01 (newest source 2024-02-01)" in told["handed-over"]
    assert "335 days" in told["stale"]
    assert {"whole-roads", "no-promise", "no-margin", "rounded"} <= set(told)


def test_zones_of_another_day_are_not_handed_over():
    rows = zones(
        BOX, shapely.box(99, 25, 99.1, 25.1), valid_from=["2024-01-01", "2024-06-01"],
        valid_to=["2024-03-01", None],
    )  # fmt: skip
    ground = handover.ground(rows, as_of="2024-07-01")
    assert [one.bounds[0] for one in ground.polygons] == [pytest.approx(99, abs=1e-5)]
    with pytest.raises(InputError, match="none of the 2 zones holds on 2023-01-01"):
        handover.ground(rows, as_of="2023-01-01")
    with pytest.raises(InputError, match="no day is known"):
        handover.ground(rows)


# margin, nearness, ends of the world


def test_a_margin_is_metres_on_the_ground():
    ground = handover.ground(zones(BOX), margin_m=5000)
    [area] = ground.polygons
    for azimuth, place in ((0, (97.5, 26)), (90, (98, 25.5)), (180, (97.5, 25)), (45, (98, 26))):
        for metres, inside in ((4980, True), (5020, False)):
            lon, lat, _ = GEOD.fwd(*place, azimuth, metres)
            assert shapely.intersects_xy(area, lon, lat) is np.bool_(inside), (azimuth, metres)
    assert "5 km" in said(ground.notices)["margin"]


def test_a_margin_grows_a_zone_wider_than_can_be_grown_at_once():
    wide = shapely.box(90, 20, 102, 26)
    [area] = handover.ground(zones(wide), margin_m=10_000).polygons
    assert not area.interiors
    for lon in np.arange(90, 102, 0.5):
        assert shapely.intersects_xy(area, *GEOD.fwd(lon, 26, 0, 9950)[:2])
        assert not shapely.intersects_xy(area, *GEOD.fwd(lon, 26, 0, 10_050)[:2])


def test_what_is_far_from_the_routes_is_left_out_and_said():
    line = shapely.LineString([(90, 25), (97, 25)])
    lon, lat, _ = GEOD.fwd(96.9, 25, 0, 30_000)
    far = shapely.box(lon, lat, lon + 0.01, lat + 0.01)
    rows, routes = zones(shapely.box(95, 24.9, 95.1, 25.1), far), frame([line], name=["r"])
    near = handover.ground(rows, near=routes, within_m=29_900)
    assert len(near.polygons) == 1
    assert "1 of 2 areas lie further than 29.9 km" in said(near.notices)["far-left-out"]
    both = handover.ground(rows, near=routes, within_m=30_100)
    assert len(both.polygons) == 2
    assert "far-left-out" not in said(both.notices)
    assert len(handover.ground(rows, near=routes).polygons) == 1
    with pytest.raises(InputError, match="none of the 1 areas comes within 1 km"):
        handover.ground(zones(far), near=routes, within_m=1000)


def test_zones_cut_at_the_antimeridian_stay_cut():
    both = shapely.MultiPolygon(
        [shapely.box(179.5, 50, 180, 51), shapely.box(-180, 50, -179.5, 51)]
    )
    ground = handover.ground(zones(both))
    assert [one.bounds[0] < 0 for one in ground.polygons] == [True, False]
    for write, read in READERS.items():
        made = read(write(ground))
        assert shapely.union_all(made).covers(both)
        assert max(one.bounds[2] - one.bounds[0] for one in made) < 1
    with pytest.raises(GeometryError, match="antimeridian"):
        handover.ground(zones(both), margin_m=1000)
    with pytest.raises(CRSError):
        handover.ground(zones(shapely.box(179.5, 50, 180.5, 51)))


def test_nothing_is_handed_over_without_a_word():
    empty = zones(BOX).iloc[:0]
    with pytest.raises(InputError, match="there is no zone"):
        handover.ground(empty)
    bow = shapely.Polygon([(97, 25), (98, 26), (98, 25), (97, 26)])
    with pytest.raises(GeometryError, match="no single inside"):
        handover.ground(zones(bow))


def test_inputs_stay_as_they_are():
    rows = zones(BOX, RING)
    before = rows.copy(deep=True)
    handover.openrouteservice(handover.ground(rows, margin_m=10))
    assert rows.equals(before)


# the command


@pytest.mark.parametrize(
    ("router", "schema"),
    [
        ("openrouteservice", router_schemas.OPENROUTESERVICE),
        ("valhalla", router_schemas.VALHALLA),
        ("graphhopper", router_schemas.GRAPHHOPPER),
    ],
)
def test_the_command_writes_data_and_says_notes(router, schema, tmp_path):
    words = [
        "--for",
        router,
        "--as-of",
        "2024-06-01",
        "--from",
        "97.396,25.383",
        "--to",
        "94.05,24.2",
    ]
    done = export(*words)
    assert done.exit_code == 0, done.stderr
    holds(schema, json.loads(done.stdout))
    assert "8 areas" in done.stderr
    assert "2024-06-01" in done.stderr
    out = tmp_path / "r.json"
    again = export(*words, "-o", out)
    assert again.stdout == ""
    assert out.read_text() == done.stdout


def test_options_reach_the_request(tmp_path):
    path = tmp_path / "z.geojson"
    path.write_text(zones(BOX).to_json())
    one = export("--for", "graphhopper", "--zones", path, "--factor", "0.3", "--margin", "2")
    assert json.loads(one.stdout)["priority"] == [{"if": "in_zone1", "multiply_by": "0.3"}]
    assert "grown by 2 km" in one.stderr
    two = export("--for", "valhalla", "--profile", "auto", "--near", "corridors", "--within", "5")
    assert json.loads(two.stdout)["costing"] == "auto"
    assert "further than 5 km" in two.stderr
    three = export("--for", "openrouteservice", "--zones", path, "--profile", "driving-car")
    assert "/v2/directions/driving-car" in three.stderr


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["--for", "osrm"], "osrm"),
        (["--for", "valhalla", "--from", "1,2"], "belong together"),
        (["--for", "valhalla", "--from", "1", "--to", "2,3"], "LON,LAT"),
        (["--for", "valhalla", "--from", "nan,1", "--to", "2,3"], "LON,LAT"),
        (["--for", "valhalla", "--from", "25,97", "--to", "2,3"], "LON,LAT"),
        (["--for", "valhalla", "--factor", "0.5"], "for graphhopper"),
        (["--for", "graphhopper", "--factor", "1.5"], "1.5"),
        (["--for", "valhalla", "--within", "5"], "needs --near"),
        (["--for", "valhalla", "--profile", "tank"], "no profile 'tank'"),
        (["--for", "graphhopper", "--profile", " "], "profile is empty"),
        (["--for", "valhalla", "--as-of", "1999-01-01"], "nothing to avoid"),
        (["--for", "valhalla", "--as-of", "soon"], "soon"),
        (["--for", "valhalla", "--zones", "none"], "neither a file nor a layer"),
        (["--for", "valhalla", "-o", "/nowhere/x.json"], "no folder"),
    ],
)
def test_errors_are_one_clear_line(words, error):
    done = export(*words)
    assert done.exit_code != 0
    assert done.stdout == ""
    assert error in done.stderr.strip().split("\n")[-1]
