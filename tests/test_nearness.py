"""How near points lie to routes, against brute force that shares no code."""

import tracemalloc
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geo import geodesy
from geo.errors import GeometryError
from geo.events import nearness

GEOD = Geod(ellps="WGS84")
RADII = (1_000.0, 2_000.0, 5_000.0, 25_000.0)
KILOMETRE = 1_000.0


def stations(line, step_m=200.0):
    """Give places along a line, dense: longitude, latitude, chainage by sums of geodesics."""
    lon, lat, mark = [], [], 0.0
    marks = []
    for part in shapely.get_parts(line):
        points = shapely.get_coordinates(part)
        for (x0, y0), (x1, y1) in pairwise(points):
            length = GEOD.inv(x0, y0, x1, y1)[2]
            share = np.linspace(0, 1, max(int(np.ceil(length / step_m)), 1) + 1)
            x, y = x0 + share * (x1 - x0), y0 + share * (y1 - y0)
            steps = GEOD.inv(x[:-1], y[:-1], x[1:], y[1:])[2]
            lon.append(x)
            lat.append(y)
            marks.append(mark + np.concatenate([[0], np.cumsum(steps)]))
            mark = marks[-1][-1]
    return np.concatenate(lon), np.concatenate(lat), np.concatenate(marks)


def brute(line, points, limit=np.inf):
    """Measure a line to every point: dense steps, then the best one's neighbourhood, denser."""
    lon, lat, _ = stations(line)
    found = []
    for x, y in points:
        away = GEOD.inv(np.full(lon.size, x), np.full(lon.size, y), lon, lat)[2]
        best = np.inf
        for at in [] if away.min() > limit + 220 else np.argsort(away)[:3]:
            for low, high in ((at - 1, at), (at, at + 1)):
                if low < 0 or high >= lon.size:
                    continue
                if GEOD.inv(lon[low], lat[low], lon[high], lat[high])[2] > 220:
                    continue
                share = np.linspace(0, 1, 1001)
                sx, sy = (
                    values[low] + share * (values[high] - values[low]) for values in (lon, lat)
                )
                fine = GEOD.inv(np.full(1001, x), np.full(1001, y), sx, sy)[2]
                best = min(best, fine.min())
        found.append(best)
    return np.array(found)


def pairs_of(found):
    return list(zip(found.route.tolist(), found.point.tolist(), strict=True))


def walk(rng, vertices, step_deg):
    heading = rng.uniform(0, 2 * np.pi) + rng.normal(0, 0.6, vertices).cumsum()
    moves = (
        step_deg
        * rng.uniform(0.2, 2, (vertices, 1))
        * np.stack([np.cos(heading), np.sin(heading)], axis=1)
    )
    return shapely.LineString(rng.uniform((93, 12), (99, 27)) + moves.cumsum(axis=0))


def test_a_meridian_and_a_parallel():
    line = shapely.LineString([(96, 20), (96, 21)])
    found = nearness.nearest([line], [(96.01, 20.5), (95.9, 20.25), (96, 22)], 20_000)
    east = GEOD.inv([96.01, 95.9], [20.5, 20.25], [96, 96], [20.5, 20.25])[2]
    # the geodesic from a point to a meridian meets it a little poleward of the same latitude
    assert found.distance_m == pytest.approx(east, rel=1e-5)
    assert (found.distance_m <= east).all()
    # 1 degree of meridian from 20 N; half and a quarter of it, to the second order
    assert found.at_m == pytest.approx([55_352.2, 27_676.4], abs=20)
    assert found.point.tolist() == [0, 1]


@pytest.mark.parametrize("within_m", RADII)
def test_the_same_pairs_as_brute_force(within_m):
    rng = np.random.default_rng(int(within_m))
    lines = [walk(rng, 12, 0.03) for _ in range(8)]
    points = np.concatenate(
        [
            shapely.get_coordinates(line)[rng.integers(0, 12, 8)]
            + rng.normal(0, 1.2 * within_m / 111_000, (8, 2))
            for line in lines
        ]
    )
    found = nearness.nearest(lines, points, within_m)
    truth = {
        (number, place): metres
        for number, line in enumerate(lines)
        for place, metres in enumerate(brute(line, points, within_m))
        if metres <= within_m
    }
    assert set(pairs_of(found)) == set(truth)
    mine = dict(zip(pairs_of(found), found.distance_m, strict=True))
    for pair, metres in truth.items():
        assert mine[pair] == pytest.approx(metres, rel=1e-6, abs=2e-3)


@pytest.mark.slow
def test_200_routes_and_2000_points_at_every_radius():
    rng = np.random.default_rng(11)
    lines = [walk(rng, 20, 0.04) for _ in range(200)]
    points = rng.uniform((93, 12), (99, 27), (2000, 2))
    near = np.concatenate([shapely.get_coordinates(line)[:5] for line in lines])
    points[:1000] = near + rng.normal(0, 0.05, near.shape)
    dense = [stations(line, 1_000) for line in lines]
    pairs = {radius: nearness.nearest(lines, points, radius) for radius in RADII}
    for number, line in enumerate(lines):
        lon, lat, _ = dense[number]
        rough = (
            np.array(
                [
                    GEOD.inv(np.full(lon.size, x), np.full(lon.size, y), lon, lat)[2].min()
                    for x, y in points
                ]
            )
            if number % 20 == 0
            else None
        )
        if rough is None:
            # the box of a route, widened, passes over what is far in any case
            west, south, east, north = line.bounds
            box = (points > (west - 0.4, south - 0.4)) & (points < (east + 0.4, north + 0.4))
            candidates = np.flatnonzero(box.all(axis=1))
        else:
            candidates = np.flatnonzero(rough <= RADII[-1] + 600)
        truth = brute(line, points[candidates], RADII[-1])
        for radius, found in pairs.items():
            mine = found.point[found.route == number]
            assert mine.tolist() == candidates[truth <= radius].tolist()
            assert found.distance_m[found.route == number] == pytest.approx(
                truth[truth <= radius], rel=1e-6, abs=2e-3
            )


def test_pairs_alone_are_those_of_the_distances():
    rng = np.random.default_rng(3)
    lines = [walk(rng, 60, 0.02) for _ in range(40)]
    points = rng.uniform((92, 11), (100, 28), (20_000, 2))
    for radius in (*RADII, 50_000.0):
        full = nearness.nearest(lines, points, radius)
        route, point = nearness.within(lines, points, radius)
        assert route.tolist() == full.route.tolist()
        assert point.tolist() == full.point.tolist()


def test_a_smaller_reach_gives_the_same_distances():
    rng = np.random.default_rng(4)
    lines = [walk(rng, 30, 0.05) for _ in range(20)]
    points = rng.uniform((92, 11), (100, 28), (5_000, 2))
    wide, narrow = (nearness.nearest(lines, points, radius) for radius in (40_000, 5_000))
    inside = wide.distance_m <= 5_000
    assert wide.route[inside].tolist() == narrow.route.tolist()
    assert wide.point[inside].tolist() == narrow.point.tolist()
    assert wide.distance_m[inside] == pytest.approx(narrow.distance_m, rel=1e-9, abs=1e-6)
    assert wide.at_m[inside] == pytest.approx(narrow.at_m, abs=0.01)


@given(
    st.lists(
        st.tuples(st.floats(-179, 179), st.floats(-74, 74)), min_size=2, max_size=6, unique=True
    ),
    st.tuples(st.floats(-3, 3), st.floats(-3, 3)),
)
def test_the_spot_lies_where_it_is_said_to_lie(route, offset):
    base = np.array(route[0])
    vertices = base + 0.01 * (np.array(route) - base)
    line = shapely.LineString(vertices)
    point = vertices.mean(axis=0) + np.array(offset) * 0.05
    found = nearness.nearest([line], [point], 30_000)
    for distance, at in zip(found.distance_m, found.at_m, strict=True):
        marks = geodesy.chainages_m(line)
        assert -1e-6 <= at <= marks[-1] + 1e-6
        number = min(int(np.searchsorted(marks, at, "right")) - 1, len(marks) - 2)
        length = marks[number + 1] - marks[number]
        share = (at - marks[number]) / length if length else 0.0
        spot = vertices[number] + share * (vertices[number + 1] - vertices[number])
        assert GEOD.inv(*point, *spot)[2] == pytest.approx(
            distance, rel=1e-5, abs=0.5 + length**2 / 5e7
        )


def test_ground_travelled_twice_gives_its_first_spot():
    line = shapely.LineString([(96, 20), (96.5, 20), (96, 20)])
    [at] = nearness.nearest([line], [(96.1, 20.01)], 5_000).at_m
    assert at == pytest.approx(10_461, abs=10)


def test_parts_and_gaps():
    line = shapely.MultiLineString([[(96, 20), (96.1, 20)], [(97, 20), (97.1, 20)]])
    found = nearness.nearest([line], [(96.5, 20.0), (97.05, 20.01)], 5_000)
    # nothing is near the middle of the gap; chainage goes on over it
    assert found.point.tolist() == [1]
    assert found.at_m[0] == pytest.approx(10_464.6 + 5_232, abs=5)


def test_the_date_line_is_no_border():
    line = shapely.LineString([(179.5, -17), (179.99, -17)])
    found = nearness.nearest([line], [(-179.99, -17), (179.99, -17.01)], 5_000)
    assert found.point.tolist() == [0, 1]
    assert found.distance_m[0] == pytest.approx(GEOD.inv(179.99, -17, -179.99, -17)[2], rel=1e-9)


def test_a_very_long_edge_and_a_far_reach():
    line = shapely.LineString([(88, 21.5), (92.9, 20.1)])
    points = np.array([(90, 21.0), (91.5, 20.2), (92.95, 20.12), (88, 22.5)])
    found = nearness.nearest([line], points, 150_000)
    assert found.distance_m == pytest.approx(brute(line, points), rel=1e-6)


def test_nothing_near_and_nothing_at_all():
    line = shapely.LineString([(96, 20), (97, 20)])
    for lines, points in (([], [(1, 1)]), ([line], np.empty((0, 2))), ([line], [(0, 0)])):
        found = nearness.nearest(lines, points, 5_000)
        assert found.route.size == 0
        route, _ = nearness.within(lines, points, 5_000)
        assert route.size == 0


def test_what_is_no_line_is_refused():
    with pytest.raises(GeometryError, match="route 0"):
        nearness.nearest([shapely.Point(1, 1)], [(1, 1)], 1_000)


@given(st.floats(-180, 180), st.floats(-89.9, 89.9), st.floats(0, 360), st.floats(0, 300_000))
def test_distances_are_those_of_karney(lon, lat, azimuth, metres):
    there = GEOD.fwd(lon, lat, azimuth, metres)
    there_lon = there[0] + 360 * np.round((lon - there[0]) / 360)
    [mine] = geodesy.distance_m(*(np.array([value]) for value in (lon, lat, there_lon, there[1])))
    assert mine == pytest.approx(metres, rel=1e-8, abs=1e-6)


@pytest.mark.parametrize("within_m", [5_000, 50_000])
def test_near_a_pole_pairs_are_those_of_the_distances(within_m):
    rng = np.random.default_rng(6)
    line = shapely.LineString([(25, 89.2), (27, 89.4)])
    points = np.column_stack([rng.uniform(-180, 180, 500), rng.uniform(88.5, 90, 500)])
    full = nearness.nearest([line], points, within_m)
    assert 0 < full.point.size < 200
    assert nearness.within([line], points, within_m)[1].tolist() == full.point.tolist()


def test_a_dense_track_and_a_far_reach():
    rng = np.random.default_rng(7)
    heading = np.cumsum(rng.normal(0, 0.02, 10_000))
    steps = 5 / 111_000 * np.column_stack([np.cos(heading), np.sin(heading)])
    path = np.array([96, 20]) + np.cumsum(steps, axis=0)
    points = path[rng.integers(0, len(path), 2_000)] + rng.normal(0, 0.1, (2_000, 2))
    tracemalloc.start()
    found = nearness.nearest([shapely.LineString(path)], points, 50_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200e6
    assert found.point.tolist() == list(range(2_000))
    assert nearness.within([shapely.LineString(path)], points, 50_000)[1].size == 2_000
    for point in range(0, 2_000, 100):
        x, y = (np.full(len(path), value) for value in points[point])
        nearest = GEOD.inv(x, y, *path.T)[2].min()
        # the spot lies between two vertices, 5 m apart
        assert nearest - 2.6 <= found.distance_m[point] <= nearest + 1e-3
