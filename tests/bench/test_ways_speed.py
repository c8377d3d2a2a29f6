"""Ways over a large network: speed as a ratio to networkx in the same run."""

import resource
import sys
from pathlib import Path

import graphs
import networkx as nx
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from test_events_speed import seconds, show

from geo.ways.corners import weighted

pytestmark = pytest.mark.bench

SIDE = 708
WEIGHTS = [(1 - share, share) for share in np.linspace(0, 1, 10)]


def test_ten_weightings_of_a_million_edges(capsys):
    arcs = graphs.roads(np.random.default_rng(0), SIDE)
    ends = (0, arcs.nodes - 1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    ours, found = seconds(lambda: weighted(arcs, *ends, WEIGHTS))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    graph = nx.DiGraph()  # no two arcs of the grid are parallel
    pairs = zip(arcs.tail.tolist(), arcs.head.tolist(), strict=True)
    graph.add_edges_from(
        (*pair, {"a": a, "b": b}) for pair, (a, b) in zip(pairs, arcs.cost.tolist(), strict=True)
    )

    def by_networkx():
        pair = WEIGHTS[3]
        return nx.dijkstra_path_length(
            graph, *ends, lambda _, __, edge: pair[0] * edge["a"] + pair[1] * edge["b"]
        )

    theirs, least = seconds(by_networkx, times=3)
    assert np.dot(WEIGHTS[3], found[3].cost) == pytest.approx(least, rel=1e-12)
    ratio = theirs * len(WEIGHTS) / ours
    show(
        capsys,
        f"ten weightings, {arcs.edge.size // 2:,} edges, {arcs.nodes:,} nodes, corner to corner",
        [
            f"ours {ours:.2f} s, peak {peak / 1e3:.0f} MB ({before / 1e3:.0f} MB before it began)",
            f"networkx {theirs:.2f} s for one of them: {ratio:.0f} times as long for ten",
        ],
    )
    assert ours < 2
    assert peak < 500_000
    assert ratio > 20
