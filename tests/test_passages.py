"""The kernel: cases by hand, laws that need no oracle, and an exact oracle."""

import os

import numpy as np
import oracle
import pytest
import shapely
import shapes
from hypothesis import given
from hypothesis import strategies as st

from geo import geodesy, passages
from geo.errors import GeometryError
from geo.passages import compiled, intervals
from geo.passages import grid as grids

SQUARE = shapely.box(97, 25, 98, 26)
HOLED = shapely.box(97, 25, 100, 28).difference(shapely.box(98, 26, 99, 27))
PAIR = shapely.MultiPolygon([shapely.box(97, 25, 98, 26), shapely.box(99, 25, 100, 26)])

grid = st.integers(-2, 12).map(lambda number: 96 + number / 4)
corners = st.tuples(grid, grid.map(lambda x: x - 72))
walks = st.lists(corners, min_size=2, max_size=7).filter(lambda walk: len(set(walk)) > 1)


def with_core(core, routes, zones):
    """Find passages with one core, the index included."""
    kept, compiled.core = compiled.core, core
    try:
        return passages.find(routes, passages.index(zones))
    finally:
        compiled.core = kept


def find_lines(routes, zones):
    """Find passages with numpy; the compiled core must give the same ones to 1e-10."""
    found = with_core(None, routes, zones)
    if compiled.core:
        same = with_core(compiled.core, routes, zones)
        reach = 1e-10 * found.length_m.max(initial=0)
        for name in ("route", "zone", "on_border"):
            assert np.array_equal(getattr(found, name), getattr(same, name)), name
        for name in ("from_m", "to_m", "length_m"):
            here, there = getattr(found, name), getattr(same, name)
            np.testing.assert_allclose(here, there, rtol=1e-10, atol=reach)
        for name in ("entry", "exit"):
            np.testing.assert_allclose(
                getattr(found, name), getattr(same, name), rtol=1e-12, atol=1e-12
            )
    return found


def find(routes, zones):
    lines = [shapely.LineString(route) for route in routes]
    return find_lines(np.array(lines, dtype=object), np.array(zones, dtype=object))


def test_the_core_is_compiled_where_it_is_tested():
    if compiled.core is None and not os.environ.get("CI"):
        pytest.skip("no compiler was there: only the numpy kernel is tested")
    assert compiled.core is not None


def rows(found):
    """Give (route, zone, on_border, entry, exit) with coordinates to a nanodegree."""
    return [
        (
            int(found.route[i]),
            int(found.zone[i]),
            bool(found.on_border[i]),
            tuple(np.round(found.entry[i], 9).tolist()),
            tuple(np.round(found.exit[i], 9).tolist()),
        )
        for i in range(found.route.size)
    ]


CASES = {
    "through": (SQUARE, [(96, 25.5), (99, 25.5)], [(False, (97, 25.5), (98, 25.5))]),
    "starts inside": (SQUARE, [(97.5, 25.5), (99, 25.5)], [(False, (97.5, 25.5), (98, 25.5))]),
    "ends inside": (SQUARE, [(96, 25.5), (97.5, 25.5)], [(False, (97, 25.5), (97.5, 25.5))]),
    "all inside": (SQUARE, [(97.2, 25.2), (97.8, 25.8)], [(False, (97.2, 25.2), (97.8, 25.8))]),
    "all outside": (SQUARE, [(96, 24), (99, 24)], []),
    "touches a corner": (SQUARE, [(96, 24), (97, 25), (98, 24)], []),
    "passes a corner on one line": (SQUARE, [(96, 26), (98, 24)], []),
    "corner to corner": (SQUARE, [(96, 24), (99, 27)], [(False, (97, 25), (98, 26))]),
    "touches an edge with a vertex": (SQUARE, [(96, 25.2), (97, 25.5), (96, 25.8)], []),
    "along an edge": (SQUARE, [(96, 25), (99, 25)], [(True, (97, 25), (98, 25))]),
    "along part of an edge": (SQUARE, [(97.2, 25), (97.6, 25)], [(True, (97.2, 25), (97.6, 25))]),
    "backwards along an edge": (SQUARE, [(99, 25), (96, 25)], [(True, (98, 25), (97, 25))]),
    "along, then in": (
        SQUARE,
        [(97.2, 25), (97.5, 25), (97.5, 25.5)],
        [(True, (97.2, 25), (97.5, 25)), (False, (97.5, 25), (97.5, 25.5))],
    ),
    "along, then out": (
        SQUARE,
        [(97.2, 25), (97.5, 25), (97.5, 24)],
        [(True, (97.2, 25), (97.5, 25))],
    ),
    "starts on an edge, goes in": (
        SQUARE,
        [(97, 25.5), (97.5, 25.5)],
        [(False, (97, 25.5), (97.5, 25.5))],
    ),
    "starts on an edge, goes out": (SQUARE, [(97, 25.5), (96, 25.5)], []),
    "bounces off an edge inside": (
        SQUARE,
        [(97.2, 25.5), (97.5, 26), (97.8, 25.5)],
        [(False, (97.2, 25.5), (97.8, 25.5))],
    ),
    "out and back": (
        SQUARE,
        [(96.5, 25.5), (97.5, 25.5), (96.5, 25.5)],
        [(False, (97, 25.5), (97, 25.5))],
    ),
    "through a hole": (
        HOLED,
        [(96, 26.5), (101, 26.5)],
        [(False, (97, 26.5), (98, 26.5)), (False, (99, 26.5), (100, 26.5))],
    ),
    "inside a hole": (HOLED, [(98.2, 26.2), (98.8, 26.8)], []),
    "along the edge of a hole": (
        HOLED,
        [(98, 25.5), (98, 27.5)],
        [
            (False, (98, 25.5), (98, 26)),
            (True, (98, 26), (98, 27)),
            (False, (98, 27), (98, 27.5)),
        ],
    ),
    "two parts of one zone": (
        PAIR,
        [(96, 25.5), (101, 25.5)],
        [(False, (97, 25.5), (98, 25.5)), (False, (99, 25.5), (100, 25.5))],
    ),
    "a vertex that stands twice": (
        SQUARE,
        [(96, 25.5), (97.5, 25.5), (97.5, 25.5), (99, 25.5)],
        [(False, (97, 25.5), (98, 25.5))],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_by_hand(name):
    zone, route, expected = CASES[name]
    assert [row[2:] for row in rows(find([route], [zone]))] == expected


@pytest.mark.parametrize("name", CASES)
def test_by_hand_backwards(name):
    zone, route, expected = CASES[name]
    turned = [(border, exit_, entry) for border, entry, exit_ in reversed(expected)]
    assert [row[2:] for row in rows(find([route[::-1]], [zone]))] == turned


def test_an_edge_shared_by_two_zones_is_the_border_of_both():
    found = find([[(98, 24), (98, 27)]], [SQUARE, shapely.box(98, 25, 99, 26)])
    assert [row[:3] for row in rows(found)] == [(0, 0, True), (0, 1, True)]


def test_crossing_into_a_neighbour_leaves_no_gap():
    found = find([[(96, 25.3), (100, 25.7)]], [SQUARE, shapely.box(98, 25, 99, 26)])
    assert found.to_m[0] == pytest.approx(found.from_m[1], abs=1e-8)


def test_ground_travelled_twice_counts_twice():
    once = find([[(97.2, 25.5), (97.8, 25.5)]], [SQUARE])
    twice = find([[(97.2, 25.5), (97.8, 25.5), (97.2, 25.5)]], [SQUARE])
    assert twice.to_m[0] == pytest.approx(2 * once.to_m[0], rel=1e-14)


def test_a_gap_ends_a_passage_and_a_joint_does_not():
    gap = shapely.MultiLineString([[(97.1, 25.5), (97.3, 25.5)], [(97.5, 25.5), (97.7, 25.5)]])
    joint = shapely.MultiLineString([[(97.1, 25.5), (97.3, 25.5)], [(97.3, 25.5), (97.7, 25.5)]])
    assert find_lines([gap], [SQUARE]).route.size == 2
    assert find_lines([joint], [SQUARE]).route.size == 1


def test_the_way_a_ring_turns_does_not_matter():
    route = [(96, 25.5), (99, 25.6)]
    one, other = find([route], [SQUARE]), find([route], [shapely.reverse(SQUARE)])
    assert rows(one) == rows(other)


def test_nothing_in_nothing_out():
    assert find_lines([], [SQUARE]).route.size == 0
    empty = find_lines([shapely.LineString([(96, 25), (99, 25)])], [])
    assert empty.route.size == 0
    assert empty.length_m[0] > 0


def test_an_edge_round_the_world_is_refused():
    with pytest.raises(GeometryError, match="antimeridian"):
        find([[(179, 10), (-179, 10)]], [SQUARE])


def test_a_zone_that_is_no_polygon_is_refused():
    with pytest.raises(GeometryError, match="zone 1 is not a Polygon"):
        find([[(96, 25), (99, 25)]], [SQUARE, shapely.Point(97, 25)])


LINE = shapely.LineString([(96, 25.5), (99, 25.5)])
EMPTY = shapely.LineString()
EMPTIES = shapely.from_wkt("MULTILINESTRING (EMPTY, EMPTY)")


@pytest.mark.parametrize(
    "lines",
    [[LINE, EMPTY], [EMPTY, LINE], [EMPTIES, LINE, EMPTIES], [EMPTY, EMPTY], [EMPTIES]],
)
def test_empty_parts_are_nothing(lines):
    found = find_lines(lines, [SQUARE])
    assert found.route.tolist() == [number for number, line in enumerate(lines) if line is LINE]
    assert (found.length_m > 0).tolist() == [line is LINE for line in lines]


def test_an_edge_round_the_world_is_refused_after_an_empty_part():
    with pytest.raises(GeometryError, match="antimeridian"):
        find_lines([EMPTY, shapely.LineString([(-100, 0), (100, 0)])], [SQUARE])


def test_parts_half_the_world_apart_are_no_edge():
    lines = [shapely.LineString([(x, 0), (x + 1, 0)]) for x in (-100, 100)]
    assert find_lines([EMPTY, *lines, EMPTY], [SQUARE]).length_m[1] > 0


@pytest.mark.parametrize("end", [(97.5, 90.01), (97.5, -1e300), (721, 25), (500_000, 2_900_000)])
def test_a_route_that_is_not_in_degrees_is_refused(end):
    with pytest.raises(GeometryError, match=r"a route has a vertex at .* in degrees"):
        find([[(97.5, 25.5), end]], [SQUARE])


@pytest.mark.parametrize("by", [721, 500_000, 1e15, 1e300])
def test_a_zone_that_is_not_in_degrees_is_refused(by):
    zone = shapely.Polygon([(97, 25), (98, 25), (98, by)])
    with pytest.raises(GeometryError, match=r"a zone has a corner at .* in degrees"):
        find([[(96, 25.5), (99, 25.5)]], [SQUARE, zone])


def test_coordinates_next_to_nothing_are_zero():
    """Their products are below the least double: signs would be wrong, and so all that follows."""
    zone = shapely.Polygon([(0, 1e-310), (1, 2e-200), (-1, 2), (1e-160, 2e-200)])
    found = find([[(-2, 1), (0, 2e-200), (1, 1), (2e-200, -2)]], [zone])
    plain = find([[(-2, 1), (0, 0), (1, 1), (0, -2)]], [shapely.Polygon([(0, 0), (1, 0), (-1, 2)])])
    assert found.from_m.tolist() == plain.from_m.tolist()
    assert found.to_m.tolist() == plain.to_m.tolist()


def test_a_line_of_many_cells_is_walked():
    """A long edge beside fine zones must not fall through the grid."""
    small = [shapely.box(x, 25, x + 0.001, 25.001) for x in np.arange(90, 100, 0.01)]
    found = find([[(89, 25.0005), (101, 25.0005)]], small)
    assert found.route.size == len(small)


@pytest.mark.parametrize("east", [97.15307035848049, 97.1530703584806, 97.153070358481])
@pytest.mark.parametrize("turned", [False, True])
def test_an_almost_upright_line_loses_no_cell(east, turned):
    """Rounding across a column must not skip rows, for segments and for edges alike."""
    step, side = 0.01, 0.004841409175695406
    tiles = [
        shapely.box(x, y, x + side, y + side)
        for x in 97 + step * np.arange(34)
        for y in 25 + step * np.arange(34)
    ]
    zone = shapely.MultiPolygon(tiles)
    line = shapely.LineString([(97.15307035848045, 24.994), (east, 25.351)])
    if turned:
        zone, line = (
            shapely.transform(shape, lambda p: np.fliplr(p) + np.array((72, -72)))
            for shape in (zone, line)
        )
    found = find_lines([line], [zone])
    exact = oracle.passages(oracle.Route(line), oracle.Zone(zone))
    assert found.from_m == pytest.approx([row[0] for row in exact], abs=1e-5)
    assert found.to_m == pytest.approx([row[1] for row in exact], abs=1e-5)


@pytest.mark.parametrize("aside", [1e-9, 1e-11, 1e-12, 1e-13, 3e-14])
def test_a_grazing_line_is_cut_where_it_crosses(aside):
    zone = shapely.Polygon([(97, 25), (98.1, 25.3), (98, 26), (97, 26)])
    line = shapely.LineString([(97.1, 25 + 0.3 / 11 - aside), (98, 25 + 3 / 11 + aside)])
    found = find_lines([line], [zone])
    exact = oracle.passages(oracle.Route(line), oracle.Zone(zone))
    assert found.from_m == pytest.approx([row[0] for row in exact], abs=1e-4)


def test_tiny_zones_on_one_line_share_few_cells():
    boxes = [shapely.box(97 + x, 25, 97 + x + 1e-9, 25 + 1e-9) for x in np.linspace(0, 9, 50)]
    made = passages.index(np.array(boxes))
    assert made.grid.base[-1] <= 5 * len(made.zone)


def test_many_routes_that_start_on_one_border_are_bounded():
    angle = np.linspace(0, 2 * np.pi, 20_000, endpoint=False)
    ring = np.column_stack([97 + np.cos(angle), 25 + np.sin(angle)])
    lines = [shapely.LineString([ring[i], (97, 25)]) for i in range(0, 20_000, 100)]
    found = find_lines(lines, [shapely.Polygon(ring)])
    assert found.route.tolist() == list(range(200))
    assert found.from_m == pytest.approx(0, abs=1e-6)


def against_oracle(count, zone_count, seed):
    """Compare every pair with the oracle; give the number of passages and the worst error."""
    zones = shapes.zones(zone_count, seed=seed)
    lines = shapes.routes(count, zones, seed=seed + 1)
    found = find_lines(lines, zones)
    ours = {}
    for i in range(found.route.size):
        row = (found.from_m[i], found.to_m[i], 2 if found.on_border[i] else 1)
        ours.setdefault((found.route[i], found.zone[i]), []).append(row)
    routes = [oracle.Route(line) for line in lines]
    exact = [oracle.Zone(zone) for zone in zones]
    passed, worst = 0, 0.0
    for route, zone in zip(*shapely.STRtree(zones).query(lines), strict=True):
        expected = oracle.passages(routes[route], exact[zone])
        got = ours.pop((route, zone), [])
        assert [row[2] for row in got] == [row[2] for row in expected], (route, zone)
        for mine, theirs in zip(got, expected, strict=True):
            width, right = mine[1] - mine[0], theirs[1] - theirs[0]
            worst = max(worst, abs(width - right) / right)
        passed += len(expected)
    assert not ours, "passages that the oracle does not know"
    assert found.length_m == pytest.approx([route.length for route in routes], rel=1e-8)
    return passed, worst


def test_against_the_oracle():
    passed, worst = against_oracle(150, 60, seed=20)
    assert passed > 500
    assert worst < 1e-8


@pytest.mark.slow
def test_5000_routes_and_200_zones_against_the_oracle():
    passed, worst = against_oracle(5000, 200, seed=7)
    print(f"{passed:,} passages, worst relative error {worst:.1e}")  # noqa: T201 - shown by -s
    assert passed > 50_000
    assert worst < 1e-8


def total(found, route=0, *, border=None):
    keep = found.route == route
    if border is not None:
        keep &= found.on_border == border
    return float((found.to_m - found.from_m)[keep].sum())


@given(walks)
def test_inside_and_outside_and_border_are_the_whole(walk):
    world = shapely.box(80, 10, 120, 40)
    inside = find([walk], [HOLED])
    outside = find([walk], [world.difference(HOLED)])
    border = total(inside, border=True)
    assert total(outside, border=True) == pytest.approx(border, abs=1e-5)
    whole = total(inside, border=False) + total(outside, border=False) + border
    assert whole == pytest.approx(inside.length_m[0], rel=1e-12, abs=1e-5)


@given(walks)
def test_a_route_backwards_has_the_same_metres(walk):
    one, other = find([walk], [HOLED, PAIR]), find([walk[::-1]], [HOLED, PAIR])
    for border in (True, False):
        assert total(one, border=border) == pytest.approx(total(other, border=border), abs=1e-5)


@given(walks, st.integers(0, 5))
def test_a_vertex_in_the_middle_changes_nothing(walk, where):
    where = where % (len(walk) - 1)
    a, b = np.array(walk[where]), np.array(walk[where + 1])
    more = [*walk[: where + 1], tuple((a + b) / 2), *walk[where + 1 :]]
    one, other = find([walk], [HOLED]), find([more], [HOLED])
    assert one.route.size == other.route.size
    assert one.from_m == pytest.approx(other.from_m, abs=1e-5)


@given(walks, st.permutations(range(3)))
def test_the_order_of_zones_does_not_matter(walk, order):
    zones = [SQUARE, HOLED, PAIR]
    one = find([walk], zones)
    other = find([walk], [zones[number] for number in order])
    for zone in range(3):
        mine = one.from_m[one.zone == zone]
        assert mine == pytest.approx(other.from_m[other.zone == order.index(zone)])


@given(walks, st.integers(-60, 60))
def test_moved_to_another_longitude_everything_is_as_long(walk, by):
    moved = [(x + by, y) for x, y in walk]
    one = find([walk], [HOLED])
    other = find([moved], [shapely.transform(HOLED, lambda points: points + np.array((by, 0)))])
    assert one.from_m == pytest.approx(other.from_m, abs=1e-5)
    assert one.to_m == pytest.approx(other.to_m, abs=1e-5)


@given(walks)
def test_tiles_of_a_zone_add_up_to_it(walk):
    tiles = [shapely.box(97 + i, 25, 98 + i, 28) for i in range(3)]
    whole, parts = find([walk], [shapely.box(97, 25, 100, 28)]), find([walk], tiles)
    seams = total(parts, border=True) - total(whole, border=True)
    # metres along a seam are the border of two tiles and inside the whole
    assert total(parts, border=False) + seams / 2 == pytest.approx(
        total(whole, border=False), abs=1e-4
    )


def test_many_intervals_merge_as_few_do(monkeypatch):
    rng = np.random.default_rng(5)
    group = np.sort(rng.integers(0, 40, 2000))
    from_m = rng.uniform(0, 100, 2000)
    to_m = from_m + rng.uniform(0, 3, 2000)
    whole = passages.merged(group, from_m, to_m)
    monkeypatch.setattr(intervals, "_AT_ONCE", 100)
    for here, there in zip(whole, passages.merged(group, from_m, to_m), strict=True):
        assert np.array_equal(here, there)


def test_merged_intervals():
    group, from_m, to_m = passages.merged(
        np.array([1, 0, 0, 0, 1]),
        np.array([5.0, 0, 3, 20, 5]),
        np.array([6.0, 4, 10, 30, 5.5]),
    )
    assert group.tolist() == [0, 0, 1]
    assert from_m.tolist() == [0, 20, 5]
    assert to_m.tolist() == [10, 30, 6]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 50), st.integers(0, 20)), max_size=25))
def test_merged_covers_what_its_parts_cover(intervals):
    group, start, width = (np.array([row[i] for row in intervals], dtype=float) for i in range(3))
    g, a, b = passages.merged(group.astype(int), start, start + width)
    for number in range(4):
        covered = set()
        for which, begin, wide in intervals:
            if which == number:
                covered |= set(range(begin, begin + wide))
        assert (b - a)[g == number].sum() == len(covered)


def merged_one_by_one(rows):
    """Join (group, begin, end) in a plain loop."""
    found = []
    for group, begin, end in sorted(rows):
        if found and found[-1][0] == group and not begin > found[-1][2] + passages.TINY_M:
            found[-1][2] = max(found[-1][2], end)
        else:
            found.append([group, begin, end])
    return found


marks = st.one_of(
    st.integers(-20, 20).map(float),
    st.integers(-20, 20).map(lambda number: number * passages.TINY_M / 2),
    st.integers(-3, 3).map(lambda number: 1e7 + number * passages.TINY_M),
)
widths = st.sampled_from([0.0, 1e-9, 0.5e-6, 1e-6, np.nextafter(1e-6, 0), 1.0, 7.0, np.inf])


@given(
    st.sampled_from([0, -3, 2**53 - 1, 2**62]),
    st.lists(st.tuples(st.integers(0, 3), marks, widths), max_size=25),
)
def test_merged_is_a_plain_loop(base, intervals):
    rows = [(base + group, begin, begin + width) for group, begin, width in intervals]
    group = np.array([row[0] for row in rows], np.int64)
    from_m, to_m = (np.array([row[i] for row in rows], float) for i in (1, 2))
    found = passages.merged(group, from_m, to_m)
    assert [list(row) for row in zip(*map(np.ndarray.tolist, found), strict=True)] == (
        merged_one_by_one(rows)
    )


@pytest.mark.parametrize("core", {None, compiled.core})
def test_more_pairs_of_edges_and_cells_than_can_be_counted_are_refused(monkeypatch, core):
    monkeypatch.setattr(grids, "MOST_PLACES", 3)
    with pytest.raises(GeometryError, match="measure the zones in parts"):
        with_core(core, [LINE], [SQUARE])


def test_length_agrees_with_geodesy():
    lines = shapes.routes(50, shapes.zones(10, seed=1), seed=2)
    found = find_lines(lines, [SQUARE])
    assert found.length_m == pytest.approx(geodesy.length_m(lines), rel=1e-12)
