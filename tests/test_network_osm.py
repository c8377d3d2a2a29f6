"""OpenStreetMap extracts, and files whose columns are its tags: one set of rules."""

import json
import random
import sys

import fiona
import geopandas as gpd
import numpy as np
import osmium
import pytest
import shapely
from osmium.osm.mutable import Node, Way

from geo import io, network
from geo.errors import GeometryError, InputError
from geo.network import tags

PLACES = {
    1: (96.0, 20.0),
    2: (96.1, 20.0),
    3: (96.2, 20.0),
    4: (96.1, 20.1),
    5: (96.1, 19.9),
    6: (96.3, 20.0),
    7: (96.3, 20.1),
    8: (96.4, 20.1),
    9: (96.15, 20.1),
    10: (96.15, 19.9),
    11: (96.25, 20.1),
    12: (96.25, 19.9),
}
WAYS = {
    10: ([1, 2, 3], {"highway": "primary", "name": "A", "maxspeed": "50 mph"}),
    20: ([4, 2, 5], {"highway": "tertiary", "oneway": "yes", "ref": "B 2"}),
    30: ([3, 6], {"route": "ferry", "name": "Ferry"}),
    40: ([6, 7, 8, 6], {"highway": "secondary", "junction": "roundabout", "access": "private"}),
    50: ([9, 10], {"highway": "trunk", "bridge": "yes", "layer": "1", "maxspeed": "none"}),
    60: ([11, 12], {"highway": "track", "oneway": "-1", "hgv": "no"}),
    70: ([1, 5], {"highway": "footway"}),
    80: ([4, 7], {"waterway": "river"}),
    90: ([5, 8], {"railway": "rail"}),
    95: ([5, 12], {"highway": "construction", "construction": "primary"}),
    96: ([1, 4, 2, 1], {"highway": "service", "area": "yes"}),
}


@pytest.fixture
def extract(tmp_path):
    return written(tmp_path / "some.osm.pbf", PLACES, WAYS)


def written(path, places, ways):
    with osmium.SimpleWriter(str(path)) as writer:
        for number, place in places.items():
            writer.add_node(Node(id=number, location=place, version=1))
        for number, (nodes, said) in ways.items():
            writer.add_way(Way(id=number, nodes=nodes, tags=said, version=1))
    return path


@pytest.fixture
def twin(tmp_path):
    features = [
        {
            "type": "Feature",
            "properties": {"osm_id": number, **said},
            "geometry": {"type": "LineString", "coordinates": [PLACES[node] for node in nodes]},
        }
        for number, (nodes, said) in WAYS.items()
    ]
    path = tmp_path / "twin.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


@pytest.mark.parametrize("crossings", [False, True])
def test_an_extract_and_its_twin_make_the_same_network(extract, twin, crossings):
    read = [io.read(path, role="routes") for path in (extract, twin)]
    assert len(read[0].frame) == 7
    one, other = (network.build(source.frame, crossings=crossings) for source in read)
    assert np.allclose(one.nodes, other.nodes, rtol=0, atol=1e-9)
    same = [name for name in one.edges.columns if name not in {"row", "geometry"}]
    for name in same:
        left, right = one.edges[name], other.edges[name]
        if left.dtype.kind == "f":
            assert np.allclose(left, right, equal_nan=True, rtol=1e-9), name
        else:
            assert left.tolist() == right.tolist(), name
    number = read[1].frame["osm_id"].to_numpy()[other.edges["row"]]
    line = (one.edges["kind"] == "line").to_numpy()
    ours = read[0].frame["osm_id"].to_numpy()[one.edges["row"]]
    assert ours[line].tolist() == number[line].tolist()


def test_the_rules_of_tags(extract):
    frame = io.read(extract, role="routes").frame.set_index("osm_id")
    assert frame["mode"].to_dict() == {
        **dict.fromkeys((10, 20, 40, 50, 60, 95), "road"),
        30: "sea",
    }
    assert frame.loc[[20, 40, 60, 10], "oneway"].tolist() == ["yes", "yes", "-1", ""]
    assert frame.loc[[40, 60, 95, 10], "passable"].tolist() == [
        "RESTRICTED",
        "NOT_PASSABLE",
        "NOT_PASSABLE",
        "UNKNOWN",
    ]
    assert frame.loc[10, "speed_kmh"] == pytest.approx(80.4672)
    assert np.isnan(frame.loc[50, "speed_kmh"])
    assert frame.loc[50, "bridge"]
    assert frame.loc[50, "layer"] == 1
    assert frame.loc[20, "name"] == "B 2"


def test_rivers_and_railways_are_read_where_asked_for(extract):
    frame = io.read_osm(extract, rivers=True, rails=True).frame.set_index("osm_id")
    assert frame.loc[[80, 90], "mode"].tolist() == ["river", "rail"]


def test_a_bridge_of_an_extract_is_not_joined_where_it_crosses(extract):
    frame = io.read(extract, role="routes").frame
    found = network.build(frame, crossings=True)
    bridge = found.edges[found.edges["row"] == frame["osm_id"].tolist().index(50)]
    assert len(bridge) == 1  # it crosses way 10 without a node
    track = found.edges[found.edges["row"] == frame["osm_id"].tolist().index(60)]
    assert len(track) == 1  # the ferry, of another mode, passes over it
    transfers = found.edges[found.edges["kind"] == "transfer"]
    assert len(transfers) == 2


@pytest.mark.parametrize(
    ("said", "speed"),
    [
        ("60", 60),
        ("60 km/h", 60),
        ("25 mph", 40.2336),
        ("25mph", 40.2336),
        ("10 knots", 18.52),
        ("80;50", 50),
        ("walk", np.nan),
        ("RO:urban", np.nan),
        (None, np.nan),
        (45.0, 45),
    ],
)
def test_speeds(said, speed):
    frame = gpd.GeoDataFrame(
        {"highway": ["primary"], "maxspeed": [said]},
        geometry=[shapely.LineString([(0, 0), (1, 0)])],
        crs=4326,
    )
    found = network.build(frame).edges["speed_kmh"].iloc[0]
    assert found == pytest.approx(speed, nan_ok=True)


def test_a_mode_of_its_own_comes_before_tags():
    shape = shapely.LineString([(0, 0), (1, 0)])
    frame = gpd.GeoDataFrame(
        {"mode": ["river"], "highway": ["footway"]}, geometry=[shape], crs=4326
    )
    assert network.build(frame).edges["mode"].tolist() == ["river"]
    named = gpd.GeoDataFrame({"route": ["North"]}, geometry=[shape], crs=4326)
    assert not tags.are_tags(named)
    assert len(network.build(named).edges) == 1


def test_what_no_lorry_uses_is_left_out_and_said(twin):
    found = network.build(io.read(twin, role="routes").frame)
    assert found.left_out["other use"] == 4
    assert "other-use" in [notice.rule for notice in found.notices]


def test_a_way_that_leaves_the_extract_keeps_its_stretches_inside(tmp_path):
    some = {number: place for number, place in PLACES.items() if number != 3}
    ways = {1: ([1, 2, 3, 6, 7], {"highway": "primary"}), 2: ([1, 3], {"highway": "primary"})}
    source = io.read(written(tmp_path / "cut.osm.pbf", some, ways), role="routes")
    assert shapely.get_coordinates(source.frame.geometry.iloc[0]).tolist() == [
        list(PLACES[number]) for number in (1, 2, 6, 7)
    ]
    assert source.frame.geometry.iloc[0].geom_type == "MultiLineString"
    assert [notice.rule for notice in source.notices] == ["beyond-extract", "no-places"]


def damaged(content):
    rng = random.Random(3)
    yield b""
    yield b"no extract at all, but words" * 9
    yield content[: len(content) // 2]
    yield content[:-7]
    for _ in range(20):
        at = rng.randrange(len(content) - 40)
        yield content[:at] + rng.randbytes(30) + content[at + 30 :]


def test_a_damaged_extract_is_a_named_error(tmp_path):
    rng = random.Random(1)
    places = {n: (96 + rng.random(), 20 + rng.random()) for n in range(1, 900)}
    ways = {
        n: (rng.sample(range(1, 900), 5), {"highway": "road", "name": str(n)})
        for n in range(1, 400)
    }
    content = written(tmp_path / "whole.osm.pbf", places, ways).read_bytes()
    path = tmp_path / "bad.osm.pbf"
    said = []
    for bad in damaged(content):
        path.write_bytes(bad)
        try:
            io.read(path, role="routes")
        except InputError as error:
            said.append(str(error))
    assert len(said) >= 20
    assert all(words.startswith("bad.osm.pbf") and "\n" not in words for words in said)


def test_what_is_no_extract_of_roads_is_refused(tmp_path, extract, monkeypatch):
    empty = written(tmp_path / "empty.osm.pbf", PLACES, {70: WAYS[70]})
    with pytest.raises(GeometryError, match="no roads"):
        io.read(empty, role="routes")
    with pytest.raises(InputError, match="ending"):
        io.read(extract, role="zones")
    monkeypatch.setitem(sys.modules, "osmium", None)
    with pytest.raises(InputError, match="pip install osmium"):
        io.read(extract, role="routes")


@pytest.mark.parametrize("ending", ["geojson", "gpkg", "shp"])
def test_attributes_survive_every_format_that_has_them(tmp_path, ending):
    rows = [
        ("road", "yes", True, 1, "PASSABLE", "A", 40.0),
        ("river", "-1", False, 0, "RESTRICTED", "B", 8.0),
    ]
    names = ("mode", "oneway", "bridge", "layer", "passable", "corridor_id", "speed_kmh")
    kinds = ("str", "str", "bool", "int", "str", "str", "float")
    driver = {"geojson": "GeoJSON", "gpkg": "GPKG", "shp": "ESRI Shapefile"}[ending]
    path = tmp_path / f"lines.{ending}"
    schema = {"geometry": "LineString", "properties": dict(zip(names, kinds, strict=True))}
    with fiona.open(path, "w", driver=driver, crs="EPSG:4326", schema=schema) as file:
        for at, row in enumerate(rows):
            line = {"type": "LineString", "coordinates": [(at, 0.0), (at, 1.0)]}
            properties = dict(zip(names, row, strict=True))
            file.write({"type": "Feature", "geometry": line, "properties": properties})
    frame = io.read(path, role="routes").frame
    found = network.build(frame).edges
    assert found["mode"].tolist() == ["road", "river"]
    assert found["backward"].tolist() == [False, True]
    assert found["forward"].tolist() == [True, False]
    assert found["passable"].tolist() == ["PASSABLE", "RESTRICTED"]
    assert found["corridor_id"].tolist() == ["A", "B"]
    assert found["speed_kmh"].tolist() == [40, 8]
    about = tags.about(frame.assign(_row=[0, 1]))
    assert about["apart"].tolist() == [True, False]
    assert about["layer"].tolist() == [1, 0]


def test_tags_that_gdal_packs_into_one_text_are_read():
    shapes = [shapely.LineString([(at, 0), (at, 1)]) for at in range(3)]
    columns = {
        "highway": ["primary", "primary", "primary"],
        "name": ["A", None, "C"],
        "other_tags": [
            '"oneway"=>"yes","maxspeed"=>"50","name"=>"other"',
            '"bridge"=>"yes","layer"=>"1","name"=>"B \\"so-called\\", or not","lanes"=>"2"',
            None,
        ],
    }
    frame = gpd.GeoDataFrame(columns, geometry=shapes, crs=4326)
    found = tags.standard(frame)
    assert found["oneway"].tolist() == ["yes", "", ""]
    assert found["bridge"].tolist() == [False, True, False]
    assert found["layer"].tolist() == [0, 1, 0]
    assert found["name"].tolist() == ["A", 'B "so-called", or not', "C"]
    assert found["speed_kmh"].fillna(0).tolist() == [50, 0, 0]
    assert list(frame.columns) == [*columns, "geometry"]


def test_the_words_of_geofabrik_are_read():
    rows = [
        ("primary", "F", "F", "F", 80),
        ("track_grade3", "T", "T", "F", 0),
        ("footway", "B", "F", "F", 0),
        ("unknown", "B", "F", "T", 0),
        ("ferry", "B", "F", "F", 0),
    ]
    names = ("fclass", "oneway", "bridge", "tunnel", "maxspeed")
    shapes = [shapely.LineString([(at, 0), (at, 1)]) for at in range(len(rows))]
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    built = network.build(gpd.GeoDataFrame(columns, geometry=shapes, crs=4326))
    edges = built.edges
    assert edges["row"].tolist() == [0, 1, 3, 4]
    assert edges["mode"].tolist() == ["road", "road", "road", "sea"]
    assert edges["forward"].tolist() == [True, False, True, True]
    assert edges["backward"].tolist() == [False, True, True, True]
    assert edges["speed_kmh"].fillna(0).tolist() == [80, 0, 0, 0]
    frame = tags.standard(gpd.GeoDataFrame(columns, geometry=shapes, crs=4326))
    assert frame["bridge"].tolist() == [False, True, False, False]
    assert frame["tunnel"].tolist() == [False, False, True, False]


@pytest.mark.slow
def test_many_ways_are_read_in_bounded_time(tmp_path):
    import time

    rng = random.Random(7)
    side = 120
    places = {1 + n: (90 + n % side * 0.01, 10 + n // side * 0.01) for n in range(side * side)}
    ways, number = {}, 0
    for n in range(side * (side - 1)):
        for other in (n + 1, n + side):
            if other % side or other == n + side:
                middle = len(places) + 1
                x, y = ((places[1 + n][k] + places[1 + other][k]) / 2 for k in (0, 1))
                places[middle] = (x + rng.uniform(-1e-3, 1e-3), y)
                number += 1
                ways[number] = ([1 + n, middle, 1 + other], {"highway": "track"})
    path = written(tmp_path / "many.osm.pbf", places, ways)
    start = time.process_time()
    source = io.read(path, role="routes")
    found = network.build(source.frame)
    spent = time.process_time() - start
    assert len(found.edges) == len(ways) > 25_000
    assert len(found.nodes) == side * side
    assert len(set(found.components)) == 1
    assert spent < 10, f"{spent:.1f} s of processor time"
