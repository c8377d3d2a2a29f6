"""The searches against other methods: trying every path, and nx."""

import itertools
from itertools import pairwise

import graphs
import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.ways import choice, hands
from geo.ways.arcs import Path
from geo.ways.corners import corners, weighted
from geo.ways.front import front, undominated
from geo.ways.thin import thinned


def costs(paths):
    return [path.cost for path in paths]


def follows(arcs, path, source, target):
    """Tell whether the arcs of a path lead from one node to the other, at its cost."""
    here, spent = source, np.zeros(2, np.int64)
    for arc in path.arcs:
        if arcs.tail[arc] != here:
            return False
        here, spent = arcs.head[arc], spent + arcs.cost[arc]
    return here == target and tuple(spent) == path.cost


def test_the_front_is_that_of_all_paths_on_500_graphs():
    several = 0
    for seed in range(500):
        arcs = graphs.small(np.random.default_rng(seed))
        source, target = 0, arcs.nodes - 1
        found = front(arcs, source, target)
        several += len(found) > 1
        assert costs(found) == graphs.enumerated(arcs, source, target), seed
        assert all(follows(arcs, path, source, target) for path in found), seed
    assert several > 100


def test_corners_lie_on_the_front_and_no_weighting_betters_them():
    for seed in range(120):
        rng = np.random.default_rng(1000 + seed)
        arcs = graphs.small(rng)
        whole = graphs.enumerated(arcs, 0, arcs.nodes - 1)
        found = costs(corners(arcs, 0, arcs.nodes - 1))
        assert set(found) <= set(whole)
        assert bool(found) == bool(whole)
        if whole:
            assert found[0] == whole[0]
            assert found[-1] == whole[-1]
        for pair in rng.uniform(0.01, 1, (5, 2)):
            assert not whole or np.isclose(
                min(np.array(found) @ pair), min(np.array(whole) @ pair), rtol=1e-6
            )


@pytest.mark.slow
def test_the_front_holds_ten_weightings_on_50_graphs_of_10_000_edges():
    for seed in range(50):
        arcs = graphs.roads(np.random.default_rng(seed), 71)
        assert arcs.edge.size >= 2 * 9_900
        source, target = 0, arcs.nodes - 1
        found = front(arcs, source, target)
        assert all(follows(arcs, path, source, target) for path in found)
        pairs = [np.array([1 - share, share]) for share in np.linspace(0, 1, 10)]
        graph = nx.DiGraph()  # no two arcs of the grid are parallel
        ends = zip(arcs.tail.tolist(), arcs.head.tolist(), strict=True)
        sums = (arcs.cost @ np.column_stack(pairs)).tolist()
        graph.add_edges_from((*e, dict(enumerate(row))) for e, row in zip(ends, sums, strict=True))
        for number, pair in enumerate(pairs):
            least = nx.bidirectional_dijkstra(graph, source, target, number)[0]
            assert min(np.array(costs(found)) @ pair) <= least * (1 + 1e-9) + 1e-6


def test_weightings_agree_with_networkx():
    arcs = graphs.roads(np.random.default_rng(7), 25)
    graph = graphs.as_networkx(arcs)
    pairs = [(1.0, 0.0), (0.7, 0.3), (0.2, 5.0), (0.0, 1.0)]
    for pair, path in zip(pairs, weighted(arcs, 3, 600, pairs), strict=True):
        assert follows(arcs, path, 3, 600)

        def weight(_, __, parallel, pair=pair):
            return min(float(np.dot(pair, edge["cost"])) for edge in parallel.values())

        least = nx.dijkstra_path_length(graph, 3, 600, weight)
        assert np.dot(pair, path.cost) == pytest.approx(least, rel=1e-9)


def test_too_many_partial_ways_give_corners_and_say_so():
    arcs = graphs.roads(np.random.default_rng(1), 20)
    assert front(arcs, 0, 399, most_labels=50) is None
    assert front(arcs, 5, 5) == [Path((), (0, 0))]


def test_no_way_is_no_path():
    arcs = graphs.arcs_of(np.array([0]), np.array([1]), np.array([[1, 1]]), 3)
    assert front(arcs, 0, 2) == []
    assert corners(arcs, 0, 2) == []
    assert weighted(arcs, 0, 2, [(1, 1)]) == []
    assert hands.fewest(arcs, [("a",)], ((0,), (2,))) is None


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=30))
def test_undominated_keeps_what_no_other_betters(pairs):
    kept = costs(undominated([Path((number,), pair) for number, pair in enumerate(pairs)]))
    expected = {
        one
        for one in pairs
        if not any(other != one and other[0] <= one[0] and other[1] <= one[1] for other in pairs)
    }
    assert kept == sorted(expected)


def test_stages_are_put_together_to_the_front_of_all():
    for seed in range(40):
        arcs = graphs.small(np.random.default_rng(3000 + seed))
        middle, last = arcs.nodes // 2, arcs.nodes - 1
        first, second = (graphs.enumerated(arcs, *ends) for ends in ((0, middle), (middle, last)))
        sums = {(a + c, b + d) for a, b in first for c, d in second}
        expected = sorted(
            one
            for one in sums
            if not any(o != one and o[0] <= one[0] and o[1] <= one[1] for o in sums)
        )
        found = choice.choose(arcs, ((0,), (middle,), (last,)), [1.0] * arcs.edge.size, every=True)
        assert costs(found.paths) == expected


def test_alike_ways_are_thinned_and_the_ends_kept():
    arcs = graphs.roads(np.random.default_rng(0), 40)
    whole = front(arcs, 0, 1599)
    kept = thinned(whole, arcs, [1.0] * arcs.edge.size)
    assert len(kept) < len(whole)
    assert kept[0] == whole[0]
    assert kept[-1] == whole[-1]
    assert set(kept) <= set(whole)


def test_changes_count_named_holders_only():
    assert hands.changes([("A", "contested", "A"), ("unknown", "A"), ("mixed",)]) == 0
    assert hands.changes([("A",), ("contested",), ("B", "A")]) == 2
    assert hands.changes([]) == 0


def test_the_fewest_changes_are_those_of_all_paths():
    holders = np.array(["A", "B", "C", "unknown"], object)
    for seed in range(150):
        rng = np.random.default_rng(5000 + seed)
        arcs = graphs.small(rng)
        held = [tuple(rng.choice(holders, rng.integers(1, 4))) for _ in range(arcs.edge.size)]
        graph = nx.MultiDiGraph()
        graph.add_nodes_from(range(arcs.nodes))
        for arc, edge in enumerate(arcs.edge):
            graph.add_edge(int(arcs.tail[arc]), int(arcs.head[arc]), held=held[edge])
        expected = []
        for path in nx.all_simple_edge_paths(graph, 0, arcs.nodes - 1):
            row = [name for step in path for name in graph.edges[step]["held"] if name != "unknown"]
            expected.append(sum(one != other for one, other in pairwise(row)))
        found = hands.fewest(arcs, held, ((0,), (arcs.nodes - 1,)))
        assert found == min(expected, default=None)


@pytest.mark.slow
def test_the_fewest_changes_by_a_stop_are_those_of_all_paths_through_it():
    holders = np.array(["A", "B", "unknown"], object)
    for seed in range(100):
        rng = np.random.default_rng(7000 + seed)
        arcs = graphs.small(rng)
        held = [tuple(rng.choice(holders, rng.integers(1, 3))) for _ in range(arcs.edge.size)]
        stops = ((0,), (arcs.nodes // 2, arcs.nodes // 3), (arcs.nodes - 1,))
        graph = nx.MultiDiGraph()
        graph.add_nodes_from(range(arcs.nodes))
        for arc, edge in enumerate(arcs.edge):
            graph.add_edge(int(arcs.tail[arc]), int(arcs.head[arc]), held=held[edge])
        counts = []
        for middle in stops[1]:
            parts = [
                [[]] if one == other else list(nx.all_simple_edge_paths(graph, one, other))
                for one, other in ((0, middle), (middle, arcs.nodes - 1))
            ]
            for first, second in itertools.product(*parts):
                steps = [graph.edges[step]["held"] for step in (*first, *second)]
                counts.append(hands.changes(steps))
        assert hands.fewest(arcs, held, stops) == min(counts, default=None)
