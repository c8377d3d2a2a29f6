"""Points brought onto a network: the nearest place, and edges cut there."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geo import network
from geo.catalog import Catalog
from geo.errors import InputError

GEOD = Geod(ellps="WGS84")


def lines(*shapes, **columns):
    shapes = [shapely.LineString(shape) for shape in shapes]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=4326)


def searched(shape, lon, lat):
    """Find the least distance to a line by trying many places of it, twice as fine each time."""
    low, high = 0.0, 1.0
    for _ in range(12):
        shares = np.linspace(low, high, 401)
        places = shapely.get_coordinates(
            shapely.line_interpolate_point(shape, shares, normalized=True)
        )
        _, _, metres = GEOD.inv(np.full(401, lon), np.full(401, lat), places[:, 0], places[:, 1])
        best = int(np.argmin(metres))
        low, high = shares[max(best - 1, 0)], shares[min(best + 1, 400)]
    return float(metres.min())


def test_a_point_cuts_the_nearest_edge_and_keeps_its_columns():
    given_ = network.build(
        lines([(0, 0), (1, 0), (1, 1)], name=["A"], section_id=["s"], oneway=["yes"])
    )
    found = network.snap(given_, [0.5, 1.001], [0.001, 0.5], most_m=1_000)
    assert found.node.tolist() == [2, 3]
    assert np.allclose(found.place, [(0.5, 0), (1, 0.5)], atol=1e-9)
    edges = found.network.edges
    assert edges[["start", "end"]].to_numpy().tolist() == [[0, 2], [2, 3], [3, 1]]
    assert edges["name"].tolist() == ["A"] * 3
    assert edges["backward"].tolist() == [False] * 3
    assert edges["from_m"].tolist()[1:] == edges["to_m"].tolist()[:-1]
    assert edges["length_m"].sum() == pytest.approx(given_.edges["length_m"].sum(), rel=1e-12)
    for edge in edges.itertuples():
        ends = shapely.get_coordinates(edge.geometry)[[0, -1]]
        assert np.array_equal(ends, found.network.nodes[[edge.start, edge.end]])
        measured = GEOD.geometry_length(edge.geometry)
        assert measured == pytest.approx(edge.length_m, rel=1e-5)
    assert len(given_.edges) == 1
    assert len(given_.nodes) == 2


def test_a_place_within_a_metre_of_a_node_is_that_node_and_points_share_a_cut():
    given_ = network.build(lines([(0, 0), (1, 0)]))
    found = network.snap(
        given_, [0.000005, 0.999995, 0.5, 0.500005], [0, 0, 0.001, -0.001], most_m=500
    )
    assert found.node.tolist() == [0, 1, 2, 2]
    assert len(found.network.edges) == 2


def test_points_too_far_and_other_modes_are_left_out():
    given_ = network.build(lines([(0, 0), (1, 0)], [(0, 0.01), (1, 0.01)], mode=["road", "river"]))
    found = network.snap(given_, [0.5, 0.5], [0.01, 0.2], most_m=5_000)
    assert found.node.tolist() == [4, -1]
    assert found.place[0].tolist() == [0.5, 0.01]
    assert np.isnan(found.distance_m[1])
    assert np.isnan(found.place[1]).all()
    by_road = network.snap(given_, [0.5], [0.01], most_m=5_000, modes=["road"])
    assert by_road.place.tolist() == [[0.5, 0.0]]
    assert by_road.distance_m[0] == pytest.approx(GEOD.inv(0.5, 0.01, 0.5, 0)[2], rel=1e-9)
    assert network.snap(given_, [0.5], [0.01], most_m=5_000, modes=["sea"]).node.tolist() == [-1]


def test_the_nearest_in_metres_counts_not_in_degrees():
    # at 60 degrees a degree of longitude is half as long
    given_ = network.build(lines([(0.015, 59), (0.015, 61)], [(-1, 60.01), (0.01, 60.01)]))
    found = network.snap(given_, 0.0, 60.0, most_m=5_000)
    assert found.place[0, 0] == pytest.approx(0.015)


def test_the_date_line_is_no_border():
    given_ = network.build(lines([(179.9, -1), (179.9, 1)]))
    found = network.snap(given_, [-179.95], [0], most_m=20_000)
    assert found.place[0] == pytest.approx([179.9, 0], abs=1e-6)
    assert found.distance_m[0] == pytest.approx(GEOD.inv(-179.95, 0, 179.9, 0)[2], rel=1e-8)


def test_no_points_no_lines_and_no_sense():
    empty = network.build(lines())
    assert network.snap(empty, [1.0], [1.0], most_m=10).node.tolist() == [-1]
    given_ = network.build(lines([(0, 0), (1, 0)]))
    assert network.snap(given_, [], [], most_m=10).node.tolist() == []
    for lon, lat in (([200], [0]), ([np.nan], [0]), ([0, 1], [0])):
        with pytest.raises(InputError):
            network.snap(given_, lon, lat, most_m=10)
    with pytest.raises(InputError, match="most_m"):
        network.snap(given_, [0], [0], most_m=-1)


@settings(max_examples=20)
@given(st.lists(st.tuples(st.floats(90, 101), st.floats(14, 28)), min_size=1, max_size=8))
def test_distances_agree_with_a_search_and_lengths_are_kept(points):
    given_ = CORRIDORS
    lon, lat = np.array(points).T
    found = network.snap(given_, lon, lat, most_m=60_000)
    drawn = given_.edges[given_.edges["kind"] == "line"]
    for at in range(len(points)):
        box = shapely.Point(lon[at], lat[at]).buffer(1.2)
        near = drawn.geometry[drawn.geometry.intersects(box)]
        least = min((searched(shape, lon[at], lat[at]) for shape in near), default=np.inf)
        if found.node[at] < 0:
            assert least > 60_000 - 1
        else:
            assert found.distance_m[at] == pytest.approx(least, abs=1.01)
    after = found.network.edges
    assert after["length_m"].sum() == pytest.approx(given_.edges["length_m"].sum(), rel=1e-12)
    assert len(set(found.network.components)) == len(set(given_.components))
    assert np.array_equal(found.network.nodes[: len(given_.nodes)], given_.nodes)


CORRIDORS = network.build(Catalog()["corridors"])
