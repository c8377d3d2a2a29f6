"""The fewest changes of control on any way."""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from geo.control import CONTESTED, MIXED, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geo.ways.arcs import Arcs

__all__ = ["NOBODY", "changes", "fewest"]

NOBODY: Final = frozenset({CONTESTED, MIXED, UNKNOWN})
"""What stands for a holder where nobody can be named."""


def changes(hands: Iterable[Sequence[str]]) -> int:
    """
    Count how often control surely changes along a way.

    Parameters
    ----------
    hands
        The holders of each piece of it, in the order of travel.

    Returns
    -------
    int
        Changes from one named holder to another. Contested, mixed and unknown
        ground between them counts for none: whose it is cannot be said, so
        there may be more. A way without ground has none.
    """
    row = [holder for piece in hands for holder in piece if holder not in NOBODY]
    return sum(one != other for one, other in pairwise(row))


def fewest(
    arcs: Arcs, hands: Sequence[Sequence[str]], stops: Sequence[Sequence[int]]
) -> int | None:
    """
    Count the fewest changes of control that any way by all stops has.

    Parameters
    ----------
    arcs
        The arcs.
    hands
        Who holds each edge, from its start to its end; see `changes`.
    stops
        The nodes to pass, in order: at each stop, any one of its nodes.

    Returns
    -------
    int or None
        The fewest changes; None where there is no way.

    Notes
    -----
    Dijkstra's algorithm over nodes, with the stops that are behind and the hand
    in which each is reached.
    """
    pointer = np.searchsorted(arcs.tail, np.arange(arcs.nodes + 1)).tolist()
    heads = arcs.head.tolist()
    named = [tuple(holder for holder in row if holder not in NOBODY) for row in hands]
    held = [
        named[edge][::-1] if backward else named[edge]
        for edge, backward in zip(arcs.edge.tolist(), arcs.backward.tolist(), strict=True)
    ]
    goals = [frozenset(nodes) for nodes in stops]
    queue = [(0, 1, node, "") for node in stops[0]]
    least = {state[1:]: 0 for state in queue}
    while queue:
        count, ahead, node, hand = heappop(queue)
        if count > least[ahead, node, hand]:
            continue
        if node in goals[ahead]:
            if ahead + 1 == len(goals):
                return count
            _reach(queue, least, (count, ahead + 1, node, hand))
        for arc in range(pointer[node], pointer[node + 1]):
            row = (hand, *held[arc]) if hand else held[arc]
            last = row[-1] if row else ""  # the last hand that has a name
            _reach(queue, least, (count + changes([row]), ahead, heads[arc], last))
    return None


def _reach(
    queue: list[tuple[int, int, int, str]],
    least: dict[tuple[int, int, str], int],
    state: tuple[int, int, int, str],
) -> None:
    if state[0] < least.get(state[1:], state[0] + 1):
        least[state[1:]] = state[0]
        heappush(queue, state)
