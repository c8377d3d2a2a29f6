"""What a network is made of: components, what was joined, the gaps that remain."""

import json
import time

import geopandas as gpd
import numpy as np
import pytest
import shapely
from conftest import SHARED
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geo import io, network
from geo.errors import InputError
from geo.network import report

GEOD = Geod(ellps="WGS84")
ROADS = SHARED / "data" / "roads" / "vmap0_myanmar_roads.geojson"


def lines(*shapes, **columns):
    shapes = [shapely.LineString(shape) for shape in shapes]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=4326)


def test_components_modes_and_states():
    drawn = lines(
        [(0, 0), (1, 0)],
        [(1, 0), (1, 1)],
        [(5, 5), (5, 6)],
        mode=["road", "road", "river"],
        oneway=["yes", "", ""],
        passable=["PASSABLE", "", ""],
    )
    found = network.examine(network.build(drawn))
    assert found.components["nodes"].tolist() == [3, 2]
    assert found.components["share"].sum() == pytest.approx(1)
    metres = [GEOD.geometry_length(shape) for shape in drawn.geometry]
    assert found.components["km"].tolist() == pytest.approx(
        [(metres[0] + metres[1]) / 1000, metres[2] / 1000], rel=1e-6
    )
    assert dict(found.modes[["mode", "edges"]].to_numpy()) == {"river": 1, "road": 2}
    assert dict(found.passable[["passable", "edges"]].to_numpy()) == {"PASSABLE": 1, "UNKNOWN": 2}
    assert found.one_way_km == pytest.approx(metres[0] / 1000, rel=1e-6)
    assert found.free_ends == 4
    assert json.loads(json.dumps(found.as_dict()))["components"][0]["nodes"] == 3


def test_what_was_joined_and_what_was_not():
    drawn = lines([(0, 0), (2, 0)], [(1, 1), (1, 0.001)], [(0.5, -1), (0.5, -0.02)])
    found = network.examine(network.build(drawn, tolerance_m=200))
    [joined] = found.joined.to_dict("records")
    assert (joined["from_row"], joined["to_row"]) == (1, 0)
    assert joined["gap_m"] == pytest.approx(GEOD.inv(1, 0.001, 1, 0)[2], rel=1e-8)
    assert (joined["lon"], joined["lat"]) == (1, 0.001)
    [gap] = found.gaps.to_dict("records")
    assert (gap["row"], gap["to_row"]) == (2, 0)
    assert gap["gap_m"] == pytest.approx(GEOD.inv(0.5, -0.02, 0.5, 0)[2], rel=1e-8)
    assert (gap["to_lon"], gap["to_lat"]) == pytest.approx((0.5, 0))
    assert network.examine(network.build(drawn), within_m=2_000).gaps["row"].tolist() == [1]


def test_other_modes_and_the_own_component_are_no_gaps():
    drawn = lines([(0, 0), (1, 0)], [(0, 0.001), (1, 0.001)], mode=["road", "river"])
    assert network.examine(network.build(drawn)).gaps.empty
    horseshoe = lines([(0, 0), (0, 1), (0.001, 1), (0.001, 0)])
    assert network.examine(network.build(horseshoe)).gaps.empty


def test_no_lines_and_no_length():
    found = network.examine(network.build(lines()))
    assert found.components.empty
    assert found.gaps.empty
    with pytest.raises(InputError, match="distance"):
        network.examine(network.build(lines()), within_m=-1)


places = st.tuples(st.integers(0, 9), st.integers(0, 9))


@pytest.mark.slow
@given(st.lists(st.lists(places, min_size=2, max_size=3, unique=True), min_size=2, max_size=8))
def test_gaps_are_the_nearest_of_another_component(shapes):
    drawn = lines(*[[(x / 50, y / 50) for x, y in shape] for shape in shapes])
    built = network.build(drawn)
    found = network.examine(built, within_m=4_000)
    label = built.components
    of_edge = label[built.edges["start"]]
    uses = np.bincount(built.edges[["start", "end"]].to_numpy().ravel())
    expected = []
    for node in np.flatnonzero(uses == 1):
        here = built.nodes[node]
        others = built.edges.geometry[of_edge != label[node]]
        # near the equator a degree is as long in both directions but for 0.7 per cent
        least = min((shapely.Point(here).distance(shape) for shape in others), default=np.inf)
        expected.append(least * 111_000)
    clear = [metres for metres in expected if metres < 3_900]
    unclear = [metres for metres in expected if 3_900 <= metres < 4_100]
    assert len(clear) <= len(found.gaps) <= len(clear) + len(unclear)
    ours = sorted(found.gaps["gap_m"])[: len(clear)]
    assert np.allclose(ours, sorted(clear), rtol=0.01)


def test_many_loose_ends_are_searched_in_bounded_time(monkeypatch):
    rng = np.random.default_rng(5)
    start = rng.uniform(0, 1, (3_000, 2))
    drawn = lines(*np.stack([start, start + rng.uniform(-0.01, 0.01, (3_000, 2))], axis=1))
    built = network.build(drawn)
    before = time.process_time()
    found = network.examine(built)
    assert time.process_time() - before < 10
    assert found.free_ends == 6_000
    assert found.not_searched == 1_000
    monkeypatch.setattr(report, "_MOST_ENDS", 10_000)
    assert network.examine(built).not_searched == 0


@pytest.mark.slow
@pytest.mark.shared
def test_the_road_file_becomes_a_network_that_hangs_together_as_far_as_it_is_drawn():
    before = time.process_time()
    source = io.read(ROADS, role="routes")
    plain = network.build(source.frame)
    noded = network.build(source.frame, crossings=True)
    joined = network.build(source.frame, crossings=True, tolerance_m=1)
    found = [network.examine(one).components for one in (plain, noded, joined)]
    spent = time.process_time() - before
    assert spent < 10, f"{spent:.1f} s of processor time"
    # the file is noded but for its rounding: 93 parts at a centimetre, 70 at a metre
    assert [len(one) for one in found] == [93, 93, 70]
    snapped = shapely.unary_union(shapely.get_parts(source.frame.geometry), grid_size=1e-5)
    assert len(found[2]) == _parts(snapped)
    assert found[2]["km"].sum() == pytest.approx(56_278, abs=2)
    wide = network.examine(network.build(source.frame, crossings=True, tolerance_m=2_000))
    assert wide.components["share"].iloc[0] > 0.95


def _parts(noded):
    import networkx as nx

    graph = nx.Graph()
    for piece in shapely.get_parts(noded):
        graph.add_edge(piece.coords[0], piece.coords[-1])
    return nx.number_connected_components(graph)
