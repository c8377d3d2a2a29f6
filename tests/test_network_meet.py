"""Where lines meet: crossings, ends on edges, levels, and gaps that are bridged."""

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st
from pyproj import Geod

from geo import geodesy, network
from geo.errors import InputError

GEOD = Geod(ellps="WGS84")


def lines(*shapes, **columns):
    shapes = [shapely.LineString(shape) for shape in shapes]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=4326)


def whole(*shapes, crossings=True, **columns):
    """Tell how many parts lines make."""
    found = network.build(lines(*shapes, **columns), crossings=crossings)
    return len(set(found.components))


ALONG, ACROSS = [(0, 0), (2, 0)], [(1, 1), (1, -1)]


def test_lines_that_cross_are_joined_where_asked():
    found = network.build(lines(ALONG, ACROSS), crossings=True)
    assert len(found.edges) == 4
    assert found.nodes[2].tolist() == [1, 0] or [1, 0] in found.nodes.tolist()
    assert len(set(found.components)) == 1
    assert len(set(network.build(lines(ALONG, ACROSS)).components)) == 2


@pytest.mark.parametrize(
    ("columns", "parts"),
    [
        ({"bridge": ["yes", None]}, 2),
        ({"bridge": ["no", None]}, 1),
        ({"bridge": [True, False]}, 2),
        ({"tunnel": [None, "culvert"]}, 2),
        ({"layer": ["1", None]}, 2),
        ({"layer": [1.0, 1.0]}, 1),
        ({"layer": ["0", None]}, 1),
        ({"layer": ["upper", None]}, 1),
        ({"mode": ["road", "river"]}, 2),
    ],
)
def test_levels_and_modes_keep_crossings_apart(columns, parts):
    assert whole(ALONG, ACROSS, **columns) == parts


def test_an_end_on_an_edge_meets_it_unasked():
    end_on = [(1, 1), (1, 0)]
    assert whole(ALONG, end_on, crossings=False) == 1
    assert whole(ALONG, [(1, 1), (1, 5e-8)], crossings=False) == 1
    assert whole(ALONG, [(1, 1), (1, 3e-7)], crossings=False) == 2
    # under a bridge, or on another layer, it does not; a bridge's own end stands on the ground
    assert whole(ALONG, end_on, crossings=False, bridge=["yes", ""]) == 2
    assert whole(ALONG, end_on, crossings=False, layer=["1", ""]) == 2
    assert whole(ALONG, end_on, crossings=False, bridge=["", "yes"], layer=["", "1"]) == 1


def test_a_road_that_ends_at_a_river_is_a_quay():
    found = network.build(lines(ALONG, [(1, 1), (1, 0)], mode=["river", "road"]))
    assert (found.edges["kind"] == "transfer").sum() == 1
    assert len(found.edges) == 4


def test_a_line_that_crosses_itself_meets_itself():
    loop = [(0, 0), (2, 0), (2, 1), (1, 1), (1, -1)]
    found = network.build(lines(loop), crossings=True)
    assert len(found.edges) == 3
    assert len(found.nodes) == 3


def test_a_vertex_that_touches_an_edge_meets_it_where_asked():
    peak = [(0, 1), (1, 0), (2, 1)]
    assert whole(ALONG, peak, crossings=False) == 2
    assert whole(ALONG, peak) == 1


def test_a_gap_is_bridged_by_an_edge_that_counts():
    gap = 0.001
    given_ = lines([(0, 0), (2, 0)], [(1, 1), (1, gap)])
    metres = GEOD.inv(1, gap, 1, 0)[2]
    assert len(set(network.build(given_, tolerance_m=metres - 0.1).components)) == 2
    found = network.build(given_, tolerance_m=metres + 0.1)
    assert len(set(found.components)) == 1
    joined = found.edges[found.edges["kind"] == "joined"]
    assert len(joined) == 1
    assert joined["length_m"].iloc[0] == pytest.approx(metres, rel=1e-8)
    assert joined["row"].iloc[0] == -1
    assert joined["mode"].iloc[0] == "road"
    ends = shapely.get_coordinates(joined.geometry.iloc[0])
    assert np.array_equal(ends, found.nodes[joined[["start", "end"]].to_numpy()[0]])


def test_metres_count_at_high_latitudes():
    # 0.01 degrees of longitude: 1113 m at the equator, 388 m at 69.6 degrees
    for lat, parts in ((0.0, 2), (69.6, 1)):
        pair = lines([(0, lat), (1, lat)], [(1.01, lat), (2, lat)])
        found = network.build(pair, tolerance_m=500)
        assert len(set(found.components)) == parts


def test_two_ends_that_face_each_other_are_joined_once_and_own_parts_never():
    found = network.build(lines([(0, 0), (1, 0)], [(1.0001, 0), (2, 0)]), tolerance_m=50)
    assert (found.edges["kind"] == "joined").sum() == 1
    horseshoe = network.build(lines([(0, 0), (0, 1), (0.0001, 1), (0.0001, 0)]), tolerance_m=50)
    assert len(horseshoe.edges) == 1


def test_gaps_are_bridged_neither_to_other_modes_nor_into_bridges():
    near = [(1, 1), (1, 0.0001)]
    for columns in ({"mode": ["river", "road"]}, {"bridge": ["yes", ""]}):
        found = network.build(lines(ALONG, near, **columns), tolerance_m=50)
        assert len(set(found.components)) == 2
    at_its_end = lines(ALONG, [(2.0001, 0), (3, 0)], bridge=["yes", ""])
    assert len(set(network.build(at_its_end, tolerance_m=50).components)) == 1


def test_what_has_no_length_is_said():
    found = network.build(lines([(0, 0), (1e-9, 0)], ALONG))
    assert found.left_out == {"no length": 1}
    assert [notice.rule for notice in found.notices] == ["no-length"]


@pytest.mark.parametrize("tolerance", [-1, np.nan, np.inf])
def test_a_tolerance_that_is_no_length_is_refused(tolerance):
    with pytest.raises(InputError, match="tolerance"):
        network.build(lines(ALONG), tolerance_m=tolerance)


# ---- properties: lines on a lattice, so that an exact noding is known ----

lattice = st.lists(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=2, max_size=5, unique=True),
    min_size=1,
    max_size=7,
)


def noded(shapes):
    """Node by GEOS; give the graph of places, and the length in degrees."""
    pieces = shapely.get_parts(shapely.unary_union(shapely.multilinestrings(shapes)))
    graph = nx.MultiGraph()
    for piece in pieces:
        place = [tuple(np.round(end, 6)) for end in np.array(piece.coords)[[0, -1]]]
        graph.add_edge(*place)
    return graph, sum(piece.length for piece in pieces)


@pytest.mark.slow
@given(lattice)
def test_crossings_agree_with_the_noding_of_geos(shapes):
    drawn = [shapely.LineString(shape) for shape in shapes]
    found = network.build(lines(*shapes), crossings=True)
    graph, length = noded(drawn)
    ours = {tuple(np.round(node, 6)) for node in found.nodes}
    # GEOS keeps no node inside a line where the line only bends
    assert set(graph.nodes) <= ours
    assert len(set(found.components)) == nx.number_connected_components(graph)
    degrees = sum(shape.length for shape in found.edges.geometry)
    assert degrees == pytest.approx(length, abs=1e-5)
    bends = ours - set(graph.nodes)
    used = np.bincount(np.concatenate([found.edges["start"], found.edges["end"]]))
    for number, node in enumerate(found.nodes):
        if tuple(np.round(node, 6)) in bends:
            assert used[number] == 2


@pytest.mark.slow
@given(lattice)
def test_components_without_crossings_agree_with_a_union_of_sets(shapes):
    drawn = [shapely.LineString(shape) for shape in shapes]
    found = network.build(lines(*shapes))
    graph = nx.Graph()
    graph.add_nodes_from(range(len(drawn)))
    for one in range(len(drawn)):
        for other in range(one):
            shared = set(shapes[one]) & set(shapes[other])
            ends = [
                shapely.Point(shapes[a][at]).distance(drawn[b]) < 1e-9
                for a, b in ((one, other), (other, one))
                for at in (0, -1)
            ]
            if shared or any(ends):
                graph.add_edge(one, other)
    assert len(set(found.components)) == nx.number_connected_components(graph)


coordinates = st.tuples(st.floats(-20, 20), st.floats(-60, 60))


@pytest.mark.slow
@given(
    st.lists(st.lists(coordinates, min_size=2, max_size=6), min_size=1, max_size=5), st.booleans()
)
def test_edges_sum_to_their_lines(shapes, crossings):
    drawn = lines(*shapes)
    found = network.build(drawn, crossings=crossings)
    assume(not found.left_out)
    sums = found.edges.groupby("row")["length_m"].sum().reindex(range(len(drawn)), fill_value=0)
    # a place is a place within a centimetre
    assert np.allclose(sums, geodesy.length_m(drawn.geometry.to_numpy()), rtol=1e-7, atol=0.1)


@pytest.mark.slow
@given(lattice)
def test_reversed_lines_make_the_same_network(shapes):
    one = network.build(lines(*shapes), crossings=True)
    other = network.build(lines(*[shape[::-1] for shape in shapes[::-1]]), crossings=True)
    places = [sorted(map(tuple, np.round(found.nodes, 6))) for found in (one, other)]
    assert places[0] == places[1]
    assert len(one.edges) == len(other.edges)
    assert one.edges["length_m"].sum() == pytest.approx(other.edges["length_m"].sum(), rel=1e-9)
