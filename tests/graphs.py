"""Made graphs for the searches, and what other methods find in them."""

import networkx as nx
import numpy as np

from geo.ways.arcs import Arcs


def arcs_of(tail, head, cost, nodes):
    order = np.lexsort((np.arange(len(tail)), head, tail))
    turned = np.zeros(len(order), bool)
    return Arcs(tail[order], head[order], cost[order].astype(np.int64), order, turned, nodes)


def small(rng):
    """Few nodes, many ties, arcs that cost nothing, parallel arcs and loops."""
    nodes = int(rng.integers(2, 13))
    count = int(rng.integers(nodes, 4 * nodes + 2))
    tail, head = rng.integers(0, nodes, (2, count))
    cost = rng.integers(0, rng.choice([4, 20, 1000]), (count, 2))
    cost[:, 1] *= rng.random(count) < 0.8
    return arcs_of(tail, head, cost, nodes)


def roads(rng, side):
    """A grid of two-way roads of uneven length, some of it through zones."""
    ids = np.arange(side * side).reshape(side, side)
    one = np.concatenate([ids[:, :-1].ravel(), ids[:-1, :].ravel()])
    other = np.concatenate([ids[:, 1:].ravel(), ids[1:, :].ravel()])
    length = rng.integers(1_000_000, 5_000_000, len(one))
    x, y = one % side, one // side
    inside = np.zeros(len(one), bool)
    for centre in rng.uniform(0, side, (14, 2)):
        inside |= np.hypot(x - centre[0], y - centre[1]) < side * rng.uniform(0.05, 0.25)
    exposed = np.where(inside, (length * rng.uniform(0.3, 1.0, len(one))).astype(np.int64), 0)
    cost = np.column_stack([length, exposed])
    return arcs_of(
        np.concatenate([one, other]),
        np.concatenate([other, one]),
        np.concatenate([cost, cost]),
        side * side,
    )


def as_networkx(arcs):
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(arcs.nodes))
    for tail, head, cost in zip(
        arcs.tail.tolist(), arcs.head.tolist(), arcs.cost.tolist(), strict=True
    ):
        graph.add_edge(tail, head, cost=cost)
    return graph


def enumerated(arcs, source, target):
    """The front by trying every simple path there is."""
    graph = as_networkx(arcs)
    costs = {
        tuple(sum(graph.edges[edge]["cost"][which] for edge in path) for which in (0, 1))
        for path in nx.all_simple_edge_paths(graph, source, target)
    }
    return sorted(
        one
        for one in costs
        if not any(other != one and other[0] <= one[0] and other[1] <= one[1] for other in costs)
    )
