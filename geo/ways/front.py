"""Every way worth having: the exact Pareto front of two costs."""

from __future__ import annotations

from heapq import heappop, heappush
from math import inf
from typing import TYPE_CHECKING, Final

import numpy as np

from geo.ways.arcs import Pairs, least

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.ways.arcs import Arcs, Path

__all__ = ["MOST_LABELS", "front", "undominated"]

MOST_LABELS: Final = 2_000_000
"""So many partial ways are kept before the exact search gives up, some 500 MB."""


def front(
    arcs: Arcs, source: int, target: int, *, most_labels: int = MOST_LABELS
) -> list[Path] | None:
    """
    Find a way for every pair of costs that no other way betters.

    Parameters
    ----------
    arcs
        The arcs.
    source, target
        Where ways begin and end.
    most_labels
        How many partial ways to keep at most.

    Returns
    -------
    list of Path or None
        The front, cheapest first by the first cost, one way for each pair of
        costs; empty where there is no way. None where it would take more
        partial ways than allowed.

    Notes
    -----
    Bi-objective A* with dominance checks in constant time [1]_; the bounds are
    the exact least costs to the target, by Dijkstra's algorithm.

    References
    ----------
    .. [1] C. Hernández Ulloa et al., "A simple and fast bi-objective search
       algorithm", Proc. ICAPS 30 (2020), 143-151.
    """
    pairs = Pairs(arcs)
    bounds = [least(pairs, arcs.cost[:, which].astype(float), target) for which in (0, 1)]
    if not np.isfinite(bounds[0][source]):
        return []
    rest1, rest2 = (bound.tolist() for bound in bounds)
    pointer = np.searchsorted(arcs.tail, np.arange(arcs.nodes + 1)).tolist()
    head: list[int] = arcs.head.tolist()
    cost1: list[int] = arcs.cost[:, 0].tolist()
    cost2: list[int] = arcs.cost[:, 1].tolist()
    best = [inf] * arcs.nodes  # the least second cost with which each node was left
    node, before, by = [source], [-1], [-1]
    queue = [(rest1[source], rest2[source], 0)]
    ends: list[int] = []
    while queue:
        through1, through2, label = heappop(queue)
        here = node[label]
        so_far2 = through2 - rest2[here]
        if so_far2 >= best[here] or through2 >= best[target]:
            continue
        best[here] = so_far2
        if here == target:
            ends.append(label)
            continue
        so_far1 = through1 - rest1[here]
        for arc in range(pointer[here], pointer[here + 1]):
            there, to_there2 = head[arc], so_far2 + cost2[arc]
            in_all2 = to_there2 + rest2[there]
            if to_there2 >= best[there] or in_all2 >= best[target]:
                continue
            if len(node) >= most_labels:
                return None
            heappush(queue, (so_far1 + cost1[arc] + rest1[there], in_all2, len(node)))
            node.append(there)
            before.append(label)
            by.append(arc)
    return [arcs.path(_walked(end, before, by)) for end in ends]


def _walked(label: int, before: Sequence[int], by: Sequence[int]) -> list[int]:
    """Go back from the last partial way to the first."""
    arcs = []
    while before[label] >= 0:
        arcs.append(by[label])
        label = before[label]
    return arcs[::-1]


def undominated(paths: Sequence[Path]) -> list[Path]:
    """
    Keep what no other way betters.

    Parameters
    ----------
    paths
        Ways between the same ends, in any order.

    Returns
    -------
    list of Path
        The front of them, cheapest first by the first cost, one way for each
        pair of costs. No ways give none.
    """
    kept: list[Path] = []
    for path in sorted(paths, key=lambda path: (path.cost, path.arcs)):
        if not kept or path.cost[1] < kept[-1].cost[1]:
            kept.append(path)
    return kept
