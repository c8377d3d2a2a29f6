"""Sure and possible metres: definitions, laws, and stations measured one by one."""

import math

import nearness
import numpy as np
import pytest
import shapely
import shapes
from conftest import few_and_many, frame
from hypothesis import strategies as st
from shapely import LineString, MultiLineString, box

from geo import exposure, geodesy
from geo.errors import InputError

KM_PER_DEG = 110.77  # along a meridian at 25 N
SQUARE = box(97, 25, 98, 26)


def bounds(line, zones, error_m, **columns):
    found = exposure.measure(frame([line], **columns), frame(zones), position_error_m=error_m)
    return found.routes.iloc[0]


def rules(found):
    return [notice.rule for notice in found.notices]


def test_the_three_numbers_of_a_straight_crossing():
    # along a meridian through a square whose sides it meets at right angles (but for the bend
    # of a parallel, a few metres)
    line = LineString([(97.5, 24), (97.5, 27)])
    row = bounds(line, [SQUARE], 10_000)
    assert row["exposed_m"] - row["sure_m"] == pytest.approx(20_000, abs=10)
    assert row["possible_m"] - row["exposed_m"] == pytest.approx(20_000, abs=10)


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (LineString([(97.5, 24), (97.5, 27)]), "inside"),
        (LineString([(97.04, 24), (97.04, 27)]), "cannot be decided"),  # 4 km inside one side
        (LineString([(96.96, 24), (96.96, 27)]), "cannot be decided"),  # 4 km outside
        (LineString([(96.5, 24), (96.5, 27)]), "outside"),
        (LineString([(96.5, 25.5), (96.96, 25.5)]), "cannot be decided"),  # ends before it
    ],
)
def test_the_verdict(line, verdict):
    found = exposure.measure(frame([line]), frame([SQUARE]), position_error_m=5_000)
    assert found.verdicts.tolist() == [verdict]
    row = found.routes.iloc[0]
    if verdict == "cannot be decided":
        assert row["sure_m"] == 0 < row["possible_m"]


def test_without_an_error_nothing_is_known_or_said(routes, zones):
    found = exposure.measure(routes, zones, as_of="2024-07-01")
    assert found.routes[["sure_m", "possible_m"]].isna().all(axis=None)
    assert found.verdicts.tolist() == [None, None]
    assert "no-position-error" not in rules(found)
    [route, _] = found.as_dict()["routes"]
    assert (route["sure_m"], route["possible_m"]) == (None, None)
    assert route["sections"][0]["sure_m"] is None


def test_an_error_of_nothing_is_as_drawn(routes, zones):
    found = exposure.measure(routes, zones, as_of="2024-07-01", position_error_m=0)
    for name in ("sure_m", "possible_m"):
        assert found.routes[name].tolist() == found.routes["exposed_m"].tolist()


def test_each_section_has_its_own_error():
    lines = [LineString([(97.5, 24), (97.5, 25.5)]), LineString([(97.5, 25.5), (97.5, 27)])]
    corridor = frame(
        lines, corridor_id=["c"] * 2, section_id=["a", "b"], positional_error_m=[1_000, 20_000]
    )
    found = exposure.measure(corridor, frame([SQUARE]))
    south, north = found.sections.to_dict("records")
    for part, error in ((south, 1_000), (north, 20_000)):
        assert part["exposed_m"] - part["sure_m"] == pytest.approx(error, abs=20)
        assert part["possible_m"] - part["exposed_m"] == pytest.approx(error, abs=20)
    row = found.routes.iloc[0]
    assert row["sure_m"] == pytest.approx(south["sure_m"] + north["sure_m"])
    assert row["possible_m"] == pytest.approx(south["possible_m"] + north["possible_m"])
    [route] = found.as_dict()["routes"]
    assert [part["sure_m"] for part in route["sections"]] == [south["sure_m"], north["sure_m"]]


@pytest.mark.parametrize("none", [None, math.nan, " ", -5, "far", math.inf, True, [5], 1e6])
def test_a_section_without_an_error_leaves_the_route_unknown(none):
    lines = [LineString([(97.5, 24), (97.5, 25.5)]), LineString([(97.5, 25.5), (97.5, 27)])]
    corridor = frame(
        lines, corridor_id=["c"] * 2, section_id=["a", "b"], positional_error_m=[1_000, none]
    )
    found = exposure.measure(corridor, frame([SQUARE]))
    assert found.routes[["sure_m", "possible_m"]].isna().all(axis=None)
    assert found.sections["sure_m"].isna().tolist() == [False, True]
    assert found.as_dict()["routes"][0]["sections"][1]["positional_error_m"] is None
    [said] = [notice for notice in found.notices if notice.rule == "no-position-error"]
    assert (said.feature, "b" in said.message) == ("c", True)
    is_missing = str(none) in {"None", "nan", " "}
    assert ("bad-position-error" in rules(found)) != is_missing


def test_an_error_as_text_is_read():
    one, other = (
        exposure.measure(
            frame([LineString([(97.5, 24), (97.5, 27)])], positional_error_m=[error]),
            frame([SQUARE]),
        )
        for error in ("2500", 2500)
    )
    assert one.routes["sure_m"].tolist() == other.routes["sure_m"].tolist()


def test_an_error_that_is_given_goes_before_what_sections_carry():
    line = LineString([(97.5, 24), (97.5, 27)])
    carried = exposure.measure(
        frame([line], positional_error_m=[50]), frame([SQUARE]), position_error_m=3_000
    )
    assert carried.routes["sure_m"].tolist() == [bounds(line, [SQUARE], 3_000)["sure_m"]]
    assert carried.sections["positional_error_m"].tolist() == [3_000]


@pytest.mark.parametrize("error", [-1, math.nan, math.inf, 200_001])
def test_an_error_that_is_no_length_is_refused(routes, zones, error):
    with pytest.raises(InputError, match="position error"):
        exposure.measure(routes, zones, as_of="2024-07-01", position_error_m=error)


def test_without_zones_nothing_is_possible(routes):
    found = exposure.measure(routes, frame([]), position_error_m=5_000)
    assert found.routes[["sure_m", "possible_m"]].to_numpy().tolist() == [[0, 0], [0, 0]]


# ----------------------------------------------------------------------- borders


def test_a_shared_border_opens_no_gap():
    line = LineString([(96, 25.4), (99, 25.6)])
    halves = [box(97, 25, 97.6, 26), box(97.6, 25, 98, 26)]
    whole, parts = (bounds(line, zones, 8_000) for zones in ([SQUARE], halves))
    assert parts["sure_m"] == pytest.approx(whole["sure_m"], abs=1e-3)
    assert parts["possible_m"] == pytest.approx(whole["possible_m"], abs=1e-3)


def test_along_a_shared_border_is_sure_though_not_exposed():
    line = LineString([(97.6, 25.2), (97.6, 25.8)])
    row = bounds(line, [box(97, 25, 97.6, 26), box(97.6, 25, 98, 26)], 8_000)
    assert row["exposed_m"] == 0
    assert row["sure_m"] == row["possible_m"] == row["boundary_m"] == row["length_m"]


def test_along_an_outer_border_is_possible_only():
    line = LineString([(97, 25.2), (97, 25.8)])
    row = bounds(line, [SQUARE], 8_000)
    assert (row["exposed_m"], row["sure_m"]) == (0, 0)
    assert row["possible_m"] == row["length_m"] == row["boundary_m"]


def neighbours_by_rounding():
    """Give two zones whose border has a vertex on one side only, written to six decimals."""
    south, north = np.array([97.123457, 25.000000]), np.array([97.876541, 26.000000])
    between = np.round(south + 0.37 * (north - south) + [-3e-7, 0], 6)
    west = shapely.Polygon([(96.5, 25), south, between, north, (96.5, 26)])
    east = shapely.Polygon([south, (98.5, 25), (98.5, 26), north])
    gap = shapely.box(96.5, 25, 98.5, 26).difference(west.union(east))
    assert gap.area > 0
    return west, east, gap


def test_a_gap_that_rounding_left_is_no_border():
    west, east, _ = neighbours_by_rounding()
    line = LineString([(96.8, 25.5), (98.2, 25.5)])
    row = bounds(line, [west, east], 5_000)
    assert row["sure_m"] == pytest.approx(row["length_m"], abs=1)
    assert row["possible_m"] == row["length_m"]


def test_who_travels_in_such_a_gap_is_possibly_inside():
    west, east, gap = neighbours_by_rounding()
    middle = gap.representative_point()
    line = LineString([middle, (middle.x, middle.y + 1e-8)])
    row = bounds(line, [west, east], 5_000)
    assert row["exposed_m"] == row["sure_m"] == 0
    assert row["possible_m"] == row["length_m"] > 0


def test_a_wide_gap_is_a_border():
    zones = [box(97, 25, 97.5, 26), box(97.5002, 25, 98, 26)]  # 20 m apart
    line = LineString([(97.2, 25.5), (97.8, 25.5)])
    row = bounds(line, zones, 5_000)
    assert row["exposed_m"] - row["sure_m"] == pytest.approx(10_000, rel=1e-3)


def test_a_hole_smaller_than_the_error_leaves_nothing_sure_near_it():
    zone = SQUARE.difference(box(97.49, 25.49, 97.51, 25.51))
    line = LineString([(97.1, 25.6), (97.9, 25.6)])  # 10 km north of the hole
    assert bounds(line, [zone], 5_000)["sure_m"] == bounds(line, [SQUARE], 5_000)["sure_m"]
    assert bounds(line, [zone], 15_000)["sure_m"] < bounds(line, [SQUARE], 15_000)["sure_m"]


@pytest.mark.parametrize("edge", [0, 1, 2])
def test_what_a_zone_does_far_away_changes_nothing(edge):
    # the same west side as the square's; everything else is far away
    huge = box(97, -40 + edge, 170, 80)
    line = LineString([(96.5, 25.5), (97.5, 25.5)])
    one, other = (bounds(line, [zone], 5_000) for zone in (huge, box(97, 24, 99, 27)))
    for name in ("sure_m", "possible_m"):
        assert one[name] == pytest.approx(other[name], abs=1)


def test_a_section_of_one_long_edge():
    # 700 km along a parallel at sea: the zone's side is a meridian at right angles
    line = LineString([(88, 20), (95, 20)])
    row = bounds(line, [box(93, 19, 97, 21)], 25_000)
    ends = [geodesy.length_m(np.array([LineString([(93, 20), (95, 20)])]))[0]] * 2
    assert row["sure_m"] == pytest.approx(ends[0] - 25_000, abs=60)
    assert row["possible_m"] == pytest.approx(ends[1] + 25_000, abs=60)


@pytest.mark.parametrize(
    "line",
    [
        LineString([(179.5, -17), (179.99, -17)]),
        LineString([(-179.9, 20), (-179, 20)]),
        LineString([(10, 89.9), (12, 89.95)]),
    ],
)
def test_near_the_antimeridian_and_the_poles_it_is_unknown_and_said(line):
    zones = [box(179.2, -18, 180, -16), box(-180, 19, -179.5, 21), box(0, 89, 20, 89.99)]
    found = exposure.measure(frame([line], name=["Far"]), frame(zones), position_error_m=5_000)
    assert found.routes[["sure_m", "possible_m"]].isna().all(axis=None)
    assert "no-bounds" in rules(found)


def test_a_route_without_length_and_one_with_a_gap():
    apart = MultiLineString([[(97.5, 25.5), (97.5, 25.6)], [(99, 25.5), (99, 25.6)]])
    row = bounds(apart, [SQUARE], 1_000)
    assert row["sure_m"] == row["exposed_m"] == row["possible_m"]
    still = LineString([(97.5, 25.5), (97.5, 25.5)])
    row = bounds(still, [SQUARE], 1_000)
    assert (row["sure_m"], row["possible_m"]) == (0, 0)


# -------------------------------------------------------------------------- laws

ZONES = shapes.zones(40, seed=7)
ROUTES = shapes.routes(40, ZONES, seed=8)
number = st.integers(0, len(ROUTES) - 1)
some = st.sets(st.integers(0, len(ZONES) - 1), min_size=1, max_size=12)
error = st.floats(30, 30_000)


def in_order(row):
    assert 0 <= row["sure_m"] <= row["exposed_m"] + row["boundary_m"]
    assert row["exposed_m"] + row["boundary_m"] <= row["possible_m"] + 1e-3
    assert row["exposed_m"] <= row["possible_m"] <= row["length_m"]
    if row["boundary_m"] == 0:
        assert row["sure_m"] <= row["exposed_m"]


def the_numbers_stand_in_order(route, picked, error_m):
    in_order(bounds(ROUTES[route], ZONES[sorted(picked)], error_m))


test_the_numbers_stand_in_order, test_the_numbers_stand_in_order_often = few_and_many(
    the_numbers_stand_in_order, 4, 60, number, some, error
)


def a_greater_error_is_never_surer(route, picked, error_m, times):
    less, more = (
        bounds(ROUTES[route], ZONES[sorted(picked)], one) for one in (error_m, error_m * times)
    )
    assert more["sure_m"] <= less["sure_m"] + 1e-3
    assert more["possible_m"] >= less["possible_m"] - 1e-3


test_a_greater_error_is_never_surer, test_a_greater_error_is_never_surer_often = few_and_many(
    a_greater_error_is_never_surer, 4, 60, number, some, error, st.floats(1.01, 3)
)


def there_and_back_are_the_same(route, picked, error_m):
    one, other = (
        bounds(line, ZONES[sorted(picked)], error_m)
        for line in (ROUTES[route], shapely.reverse(ROUTES[route]))
    )
    # windows of 100 km begin elsewhere, and so does the middle of each projection
    for name in ("sure_m", "possible_m"):
        assert one[name] == pytest.approx(other[name], abs=max(error_m * 2e-2, 1))


test_there_and_back_are_the_same, test_there_and_back_are_the_same_often = few_and_many(
    there_and_back_are_the_same, 4, 60, number, some, error
)


def turned(angle, length):
    return length * np.array([math.cos(angle), math.sin(angle)])


def a_zone_in_two_is_the_same_zone(zone, error_m, heading, turn):
    whole = ZONES[zone]
    middle = np.array(whole.representative_point().coords[0])
    line = LineString([middle - turned(heading, 0.7), middle + turned(heading, 0.7)])
    along, aside = turned(turn, 5), turned(turn + math.pi / 2, 5)
    side = shapely.Polygon([middle + one for one in (along, -along, aside - along, aside + along)])
    cut = shapely.get_parts([whole.intersection(side), whole.difference(side)])
    cut = cut[shapely.get_type_id(cut) == 3]
    one, other = (bounds(line, zones, error_m) for zones in ([whole], cut))
    # the cut moves the border by the rounding of its ends; a flat crossing makes more of it
    for name in ("sure_m", "possible_m"):
        assert one[name] == pytest.approx(other[name], abs=0.05)


test_a_zone_in_two_is_the_same_zone, test_a_zone_in_two_is_the_same_zone_often = few_and_many(
    a_zone_in_two_is_the_same_zone,
    4,
    60,
    st.integers(0, len(ZONES) - 1),
    st.floats(100, 8_000),
    st.floats(0, math.pi),
    st.floats(0, math.pi),
)


# ------------------------------------------------------------------------ oracle


def station_bounds(line, zones, error_m, step_m):
    """Sum stations: the least and the most that sure and possible may be."""
    union = shapely.union_all(shapely.set_precision(zones, 1e-9))
    at = nearness.stations(line, step_m)
    border = shapely.boundary(union)
    away = nearness.distances_m(
        at.lon, at.lat, border, step_m=0.01 * error_m, reach_m=1.2 * error_m
    )
    inside = shapely.contains_xy(union, at.lon, at.lat)
    room = error_m * 1e-3
    sure = [at.metres[inside & (away > limit)].sum() for limit in (error_m + room, error_m - room)]
    possible = [
        at.metres[inside | (away <= limit)].sum() for limit in (error_m - room, error_m + room)
    ]
    changes = np.diff((away <= error_m).astype(int)), np.diff(inside.astype(int))
    slack = step_m * (2 + sum(np.abs(change).sum() for change in changes))
    return sure, possible, slack


def agree(numbers, error_m):
    zones = shapes.zones(36, seed=numbers[0])
    routes = shapes.routes(max(numbers) + 1, zones, seed=numbers[0] + 1)
    told = 0
    for each in numbers:
        line = routes[each]
        row = bounds(line, zones, error_m)
        sure, possible, slack = station_bounds(line, zones, error_m, 20)
        assert sure[0] - slack <= row["sure_m"] <= sure[1] + slack, (each, row, sure, slack)
        assert possible[0] - slack <= row["possible_m"] <= possible[1] + slack, (each, possible)
        told += 0 < row["sure_m"] < row["exposed_m"] < row["possible_m"] < row["length_m"]
    return told


def test_stations_say_the_same():
    assert agree(range(3), 4_000) >= 1


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 100, 10))
def test_a_hundred_routes_station_by_station(first):
    error_m = float(10 ** np.random.default_rng(first).uniform(2.7, 3.9))
    assert agree(range(first, first + 10), error_m) >= 1
