"""Sections brought onto roads: taken where a road fits, kept as drawn where none does."""

import csv
import json

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from click.testing import CliRunner
from conftest import ROOT, SHARED
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geo import geodesy, io, network, schema
from geo.catalog import Catalog
from geo.cli import main
from geo.errors import InputError
from geo.network.follow import MOST_TO_DRAWN
from geo.network.paths import Paths, drawn

GEOD = Geod(ellps="WGS84")
ROADS = SHARED / "data" / "roads" / "vmap0_myanmar_roads.geojson"
# a winding road of 0.2 degrees, a side road, and one that hangs apart
WINDING = [(0, 0), (0.05, 0.02), (0.1, -0.02), (0.15, 0.02), (0.2, 0)]
SIDE = [(0.1, -0.02), (0.1, -0.04)]
APART = [(0.118, 0.001), (0.122, 0.001)]


def lines(*shapes, **columns):
    shapes = [shapely.LineString(shape) for shape in shapes]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=4326)


def one(shape=((0, 0), (0.1, 0.0), (0.2, 0)), **columns):
    known = {"section_id": ["s"], "mode": ["road"], "positional_error_m": [5_000.0]}
    return lines(list(shape), **{**known, **{name: [value] for name, value in columns.items()}})


def same(line, shape):
    """Tell whether lines are one but for vertices where places were brought onto it."""
    other = shapely.LineString(shape)
    ends = np.array(line.coords)[[0, -1]] - np.array(other.coords)[[0, -1]]
    return line.hausdorff_distance(other) < 1e-9 and np.abs(ends).max() < 1e-9


def roads(*more, **columns):
    return network.build(lines(WINDING, SIDE, APART, *more, **columns))


def verdict(sections, built=None, **options):
    found = network.follow(sections, built or roads(), **{"accuracy_m": 50, **options})
    [row] = found.table.to_dict("records")
    assert row["line"] == found.sections["line"].iloc[0]
    assert row["reason"] == found.sections["line_reason"].iloc[0]
    return row, found


def test_the_line_of_the_road_is_taken_and_the_error_lowered():
    row, found = verdict(one())
    assert row["line"] == "road"
    assert same(found.sections.geometry.iloc[0], WINDING)
    assert row["routed_km"] * 1000 == pytest.approx(
        GEOD.geometry_length(shapely.LineString(WINDING)), rel=1e-6
    )
    assert (row["error_before_m"], row["error_after_m"]) == (5_000, 50)
    assert found.sections["positional_error_m"].tolist() == [50]


def test_the_error_is_never_below_that_of_the_roads_and_never_raised():
    named = roads(positional_error_m=[700.0, 0, 0])
    assert verdict(one(), named)[0]["error_after_m"] == 700
    row, found = verdict(one(positional_error_m=5_000.0), accuracy_m=6_000)
    assert row["line"] == "as drawn"
    assert "known less well" in row["reason"]
    assert found.sections["positional_error_m"].tolist() == [5_000]


def test_a_section_is_followed_in_its_own_direction():
    row, found = verdict(one([(0.2, 0), (0, 0)]))
    assert row["line"] == "road"
    assert same(found.sections.geometry.iloc[0], WINDING[::-1])
    assert np.allclose(shapely.get_coordinates(found.sections.geometry)[0], (0.2, 0))
    against = network.build(lines(WINDING, oneway=["yes"]))
    row, _ = verdict(one([(0.2, 0), (0, 0)]), against)
    assert row["line"] == "as drawn"
    assert "no path" in row["reason"]


def test_a_place_beside_the_road_makes_no_spur():
    # the place lies nearest to the side road, 2 km off the road and so within its error
    row, found = verdict(one([(0, 0), (0.101, -0.038), (0.2, 0)]))
    assert row["line"] == "road"
    assert same(found.sections.geometry.iloc[0], WINDING)
    row, _ = verdict(one([(0, 0), (0.101, -0.038), (0.2, 0)], positional_error_m=1_900.0))
    assert row["routed_km"] * 1000 > GEOD.geometry_length(shapely.LineString(WINDING)) + 3_900


def test_a_road_that_hangs_apart_breaks_no_path():
    row, found = verdict(one([(0, 0), (0.12, 0.001), (0.2, 0)]))
    assert row["line"] == "road"
    assert same(found.sections.geometry.iloc[0], WINDING)


def test_a_place_too_far_from_any_road_is_left_out_and_the_error_stays():
    many = [(0.02 * at, 0.0) for at in range(11)]
    many[5] = (0.1, 0.045)
    row, found = verdict(one(many, positional_error_m=3_400.0))
    assert row["places_left_out"] == 1
    assert row["line"] == "road"
    assert same(found.sections.geometry.iloc[0], WINDING)
    assert "1 place(s) too far" in row["reason"]
    assert row["error_after_m"] == 3_400
    # one place of three is no longer an exception
    row, _ = verdict(one([many[0], many[5], many[-1]], positional_error_m=3_400.0))
    assert row["line"] == "as drawn"
    assert "1 of its 3 places" in row["reason"]


@pytest.mark.parametrize(
    ("shape", "columns", "reason"),
    [
        ([(0, 0.1), (0.2, 0)], {}, "within 5.0 km of its start"),
        ([(0, 0), (0.2, 0.1)], {}, "within 5.0 km of its end"),
        ([(0, 0), (0.2, 0)], {"mode": "river"}, "a river section is not routed over roads"),
        ([(0, 0), (0.2, 0)], {"mode": "sea"}, "a sea section is not routed over roads"),
        ([(0, 0), (0.2, 0)], {"published_km": 40.0}, "shorter than published"),
        ([(0, 0), (0.2, 0)], {"published_km": 17.0}, "longer than published"),
        ([(0.11, 0.0), (0.1101, 0.0001)], {}, "single point|times as long"),
        ([(0, 0), (0.2, 0)], {"positional_error_m": 500.0}, "% of the road found lies over"),
    ],
)
def test_what_does_not_fit_stays_as_drawn_with_the_reason(shape, columns, reason):
    row, found = verdict(one(shape, **columns))
    assert row["line"] == "as drawn"
    import re

    assert re.search(reason, row["reason"]), row["reason"]
    assert found.sections.geometry.iloc[0].equals(shapely.LineString(shape))
    assert row["error_after_m"] == row["error_before_m"]


def test_a_detour_is_another_road():
    around = network.build(lines([(0, 0), (0, 0.3), (0.2, 0.3), (0.2, 0)]))
    row, _ = verdict(one([(0, 0), (0.2, 0)], positional_error_m=90_000.0), around)
    assert "3.98 times" in row["reason"]
    # where that length is published, it is the road
    row, _ = verdict(
        one([(0, 0), (0.2, 0)], positional_error_m=90_000.0), around, published_km={"s": 88.0}
    )
    assert row["line"] == "road"


def test_lines_of_several_parts_and_of_none_stay_as_drawn():
    parts = shapely.MultiLineString([[(0, 0), (0.05, 0.02)], [(0.1, 0), (0.2, 0)]])
    frame = gpd.GeoDataFrame({"section_id": ["a", "b"]}, geometry=[parts, None], crs=4326)
    found = network.follow(frame, roads(), accuracy_m=50)
    assert found.table["line"].tolist() == ["as drawn"] * 2
    assert network.follow(frame[:0], roads(), accuracy_m=50).table.empty


def test_sections_that_meet_no_more_are_said():
    pair = lines(
        [(0, 0), (0.1, 0)],
        [(0.1, 0), (0.1, 0.4)],
        section_id=["a", "b"],
        positional_error_m=[5_000.0] * 2,
    )
    found = network.follow(pair, roads(), accuracy_m=50)
    assert found.table["line"].tolist() == ["road", "as drawn"]
    [notice] = found.notices
    assert notice.rule == "no-longer-met"
    end = shapely.get_coordinates(found.sections.geometry.iloc[0])[-1]
    metres = GEOD.inv(*end, 0.1, 0)[2]
    assert f"{metres / 1000:.1f} km" in notice.message or f"{metres:.0f} m" in notice.message


def test_what_makes_no_sense_is_refused():
    twins = one().loc[[0, 0]].reset_index(drop=True)
    with pytest.raises(InputError, match="more than one is called s"):
        network.follow(twins, roads(), accuracy_m=50)
    with pytest.raises(InputError, match="none is called"):
        network.follow(one(), roads(), accuracy_m=50, published_km={"t": 1})
    with pytest.raises(InputError, match="above 0"):
        network.follow(one(), roads(), accuracy_m=50, published_km={"s": -1})
    with pytest.raises(InputError, match="accuracy"):
        network.follow(one(), roads(), accuracy_m=np.nan)


@pytest.mark.slow
@given(st.lists(st.floats(-0.02, 0.02), min_size=3, max_size=12), st.floats(0, 0.01))
def test_places_near_a_road_give_that_road(bends, aside):
    """A road of any shape, and a section of places beside its vertices."""
    road = [(0.03 * at, bend) for at, bend in enumerate(bends)]
    places = [(lon, lat + aside * (-1) ** at) for at, (lon, lat) in enumerate(road)]
    places[0], places[-1] = road[0], road[-1]
    built = network.build(lines(road))
    found = network.follow(one(places, positional_error_m=4_000.0), built, accuracy_m=10)
    row = found.table.iloc[0]
    assert row["line"] == "road", row["reason"]
    line = found.sections.geometry.iloc[0]
    assert line.hausdorff_distance(shapely.LineString(road)) < 1e-9
    measured = geodesy.length_m(np.array([line], dtype=object))[0]
    assert row["routed_km"] * 1000 == pytest.approx(measured, rel=1e-9)


@pytest.mark.slow
@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 5), st.booleans()), min_size=2, max_size=14
    )
)
def test_paths_are_the_shortest_that_another_method_finds(moves):
    """Streets of a town, some of them one-way, against networkx."""
    shapes, oneway = [], []
    for at, (x, y, one_way) in enumerate(moves):
        other = moves[(at + 1) % len(moves)]
        if (x, y) != other[:2]:
            shapes.append([(x / 10, y / 10), (other[0] / 10, other[1] / 10)])
            oneway.append("yes" if one_way else "")
    built = network.build(lines(*shapes, oneway=oneway), crossings=True)
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(len(built.nodes)))
    for edge in built.edges.itertuples():
        for allowed, pair in (
            (edge.forward, (edge.start, edge.end)),
            (edge.backward, (edge.end, edge.start)),
        ):
            if allowed:
                graph.add_edge(*pair, weight=edge.length_m)
    pairs = [(a, b) for a in range(len(built.nodes)) for b in range(len(built.nodes))][:80]
    length = built.edges["length_m"].to_numpy()
    for (start, end), steps in zip(pairs, Paths(built).between(pairs), strict=True):
        if not nx.has_path(graph, start, end):
            assert steps is None
            continue
        least = nx.shortest_path_length(graph, start, end, weight="weight")
        assert sum(length[step.edge] for step in steps) == pytest.approx(least, rel=1e-12)
        line = drawn(built, steps)
        assert (line is None) == (start == end)
        if line is not None:
            ends = shapely.get_coordinates(line)[[0, -1]]
            assert np.allclose(ends, built.nodes[[start, end]], atol=2e-7)


def test_the_most_that_roads_are_longer_than_drawn_is_that_of_the_published_lengths():
    drawn = Catalog()["corridors"]
    metres = geodesy.length_m(drawn.geometry.to_numpy())
    by_road = (drawn["mode"] == "road") & drawn["published_km"].notna()
    ratio = (drawn["published_km"] * 1000 / metres)[by_road]
    assert 1.9 < ratio.max() < MOST_TO_DRAWN
    with (ROOT / "layers" / "facts" / "corridor_sections.csv").open(encoding="utf-8") as file:
        stated = {row["section_id"]: row["published_km"] for row in csv.DictReader(file)}
    assert all(float(stated[name]) > 0 for name in drawn["section_id"][by_road])


def geo(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def files(tmp_path):
    road, section = tmp_path / "roads.geojson", tmp_path / "sections.geojson"
    drawn = lines(WINDING, SIDE, APART, road_id=["a", "b", "c"])
    io.write_geojson(road, drawn, id_column="road_id")
    io.write_geojson(section, one(), id_column="section_id")
    return road, section, tmp_path / "out.geojson"


def test_refine_writes_sections_and_says_why(files):
    road, section, out = files
    done = geo("network", "refine", section, "--roads", road, "--accuracy", "0.1", "-o", out)
    assert done.exit_code == 0, done.stderr
    assert "1 of 1 sections follow a road" in done.stdout
    [feature] = json.loads(out.read_text())["features"]
    assert feature["properties"]["positional_error_m"] == 100
    assert feature["properties"]["line"] == "road"
    assert (
        shapely.geometry.shape(feature["geometry"]).hausdorff_distance(shapely.LineString(WINDING))
        < 1e-5
    )


def test_refine_answers_in_json_that_tells_how_to_make_it_again(files):
    road, section, out = files
    words = ["network", "refine", section, "--roads", road, "--accuracy", "0.1", "-o", out]
    done = geo(*words, "--crossings", "--published", "s=24", "--format", "json")
    answer = json.loads(done.stdout)
    assert [one["role"] for one in answer["inputs"]] == ["routes", "routes"]
    assert answer["sections"][0]["published_km"] == 24
    again = answer["reproduce"].split()
    assert again[:4] == ["geo", "network", "refine", "--crossings"]
    assert geo(*again[1:]).stdout == done.stdout


@pytest.mark.parametrize(
    ("words", "exit_code", "said"),
    [
        ([], 1, "give --accuracy"),
        (["--accuracy", "nan"], 2, "is not a number"),
        (["--accuracy", "-1"], 1, "accuracy must be at least 0"),
        (["--accuracy", "1", "--published", "s"], 2, "imt_02=149.7"),
        (["--accuracy", "1", "--published", "x=4"], 1, "none is called x"),
        (["--accuracy", "1", "--tolerance", "-4"], 1, "tolerance"),
    ],
)
def test_refine_refuses_what_makes_no_sense(files, words, exit_code, said):
    road, section, out = files
    done = geo("network", "refine", section, "--roads", road, "-o", out, *words)
    assert done.exit_code == exit_code
    assert said in done.stderr
    assert not out.exists()


def test_check_tells_what_a_network_is_made_of(files):
    road, _, _ = files
    done = geo("network", "check", road, "--tolerance", "50")
    assert done.exit_code == 0, done.stderr
    assert "2 part(s) that hang together" in done.stdout
    assert "gaps joined: 0" in done.stdout
    answer = json.loads(geo("network", "check", road, "--format", "json").stdout)
    assert len(answer["network"]["components"]) == 2
    assert answer["inputs"][0]["features"] == 3
    again = answer["reproduce"].split()
    assert json.loads(geo(*again[1:]).stdout) == answer
    assert "road" in geo("network", "check", "corridors").stdout


@pytest.mark.slow
@pytest.mark.shared
def test_the_bundled_corridors_follow_the_road_file_where_it_has_their_road():
    source = io.read(ROADS, role="routes")
    built = network.build(source.frame, crossings=True, tolerance_m=100)
    drawn = Catalog()["corridors"]
    found = network.follow(drawn, built, accuracy_m=3_000)
    table = found.table.set_index("section_id")
    schema.check(found.sections, "corridors")
    on_road = table["line"] == "road"
    assert on_road.sum() == 19
    assert not on_road[(table["mode"] != "road").to_numpy()].any()
    # what was taken agrees with what is published, and lies by the places
    said = table[on_road & table["published_km"].notna()]
    assert (said["ratio"].between(2 / 3, 4 / 3)).all()
    assert (table.loc[on_road, "error_after_m"] <= table.loc[on_road, "error_before_m"]).all()
    for name, row in table[on_road].iterrows():
        line = found.sections.set_index("section_id").geometry[name]
        places = shapely.get_coordinates(drawn.set_index("section_id").geometry[name])
        most = (row["error_before_m"] + 3_000) / 100_000
        distance = shapely.distance(line, shapely.points(places))
        assert (distance <= most).all(), name
    # bends that only a longer way around makes are no road of theirs
    assert {"imt_04", "imt_05", "bag_04", "mms_02"} <= set(table.index[~on_road])
