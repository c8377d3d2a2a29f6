"""A network from lines: where they meet, and where they do not."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo import geodesy, network
from geo.catalog import Catalog
from geo.errors import CRSError, InputError


def lines(*shapes, **columns):
    shapes = [shapely.LineString(shape) for shape in shapes]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=4326)


def test_lines_meet_at_a_shared_vertex_inside():
    found = network.build(lines([(0, 0), (1, 0), (2, 0)], [(1, 1), (1, 0)]))
    assert len(found.nodes) == 4
    assert len(found.edges) == 3
    assert found.components.tolist() == [0] * 4


def test_lines_that_cross_without_a_vertex_do_not_meet():
    found = network.build(lines([(0, 0), (2, 0)], [(1, 1), (1, -1)]))
    assert len(found.edges) == 2
    assert len(set(found.components)) == 2


def test_a_road_over_a_river_is_no_quay_and_a_road_that_ends_at_it_is():
    river = [(0, 0), (1, 0), (2, 0)]
    over = network.build(lines(river, [(1, 1), (1, 0), (1, -1)], mode=["river", "road"]))
    assert len(over.edges) == 2
    assert not (over.edges["kind"] == "transfer").any()
    ends = network.build(lines(river, [(1, 1), (1, 0)], mode=["river", "road"]))
    assert (ends.edges["kind"] == "transfer").sum() == 1
    assert len(ends.edges) == 4
    assert len(set(ends.components)) == 1


def test_edges_cover_their_line_once():
    found = network.build(Catalog()["corridors"])
    travelled = found.edges[found.edges["kind"] == "line"]
    assert np.allclose(
        geodesy.length_m(travelled.geometry.to_numpy()), travelled["length_m"], rtol=1e-12
    )
    assert np.allclose(travelled["to_m"] - travelled["from_m"], travelled["length_m"])
    ends = shapely.get_coordinates(shapely.get_point(travelled.geometry.to_numpy(), 0))
    assert np.array_equal(ends, found.nodes[travelled["start"]])


def test_what_is_drawn_twice_is_kept_once_and_said():
    found = network.build(lines([(0, 0), (1, 0), (2, 0)], [(2, 0), (1, 0), (1, 1)]))
    assert len(found.edges) == 3
    assert [notice.rule for notice in found.notices] == ["drawn-twice"]


def test_oneway_and_state_are_read():
    found = network.build(
        lines(
            [(0, 0), (1, 0)],
            [(1, 0), (2, 0)],
            [(2, 0), (3, 0)],
            oneway=["yes", "-1", None],
            passable=["restricted", "open to all", "NOT_PASSABLE"],
        )
    )
    assert found.edges["forward"].tolist() == [True, False, True]
    assert found.edges["backward"].tolist() == [False, True, True]
    assert found.edges["passable"].tolist() == ["RESTRICTED", "UNKNOWN", "NOT_PASSABLE"]


def test_the_two_sides_of_the_date_line_are_one_place():
    found = network.build(lines([(179, 0), (180, 0)], [(-180, 0), (-179, 0)]))
    assert len(found.nodes) == 3


def test_a_wrong_mode_and_a_missing_crs_are_refused():
    with pytest.raises(InputError, match="camel"):
        network.build(lines([(0, 0), (1, 0)], mode=["camel"]))
    with pytest.raises(CRSError):
        network.build(lines([(0, 0), (1, 0)]).set_crs(None, allow_override=True))


def test_no_lines_give_no_edges():
    found = network.build(lines())
    assert len(found.nodes) == len(found.edges) == 0
    assert found.components.size == 0
