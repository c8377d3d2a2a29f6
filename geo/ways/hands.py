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
    arcs: Arcs, hands: Sequence[Sequence[str]], source: int, target: int
) -> tuple[int, tuple[int, ...]] | None:
    """
    Find a way with the fewest changes of control, and the shortest of them.

    Parameters
    ----------
    arcs
        The arcs.
    hands
        Who holds each edge, from its start to its end; see `changes`.
    source, target
        Where ways begin and end.

    Returns
    -------
    changes, arcs
        How many changes, and the way's arcs; None where there is no way.

    Notes
    -----
    Dijkstra's algorithm over nodes with the hand in which each is reached.
    """
    pointer = np.searchsorted(arcs.tail, np.arange(arcs.nodes + 1)).tolist()
    heads, lengths = arcs.head.tolist(), arcs.cost[:, 0].tolist()
    named = [tuple(holder for holder in row if holder not in NOBODY) for row in hands]
    held = [
        named[edge][::-1] if backward else named[edge]
        for edge, backward in zip(arcs.edge.tolist(), arcs.backward.tolist(), strict=True)
    ]
    start = (source, "")
    queue: list[tuple[int, int, int, str]] = [(0, 0, *start)]
    came: dict[tuple[int, str], tuple[tuple[int, str], int]] = {}
    least = {start: (0, 0)}
    while queue:
        count, length, node, hand = heappop(queue)
        if (count, length) > least[node, hand]:
            continue
        if node == target:
            return count, _walked((node, hand), came)
        for arc in range(pointer[node], pointer[node + 1]):
            row = (hand, *held[arc]) if hand else held[arc]
            there = (heads[arc], row[-1] if row else "")  # the last hand that has a name
            cost = (count + changes([row]), length + lengths[arc])
            if cost < least.get(there, (np.inf, np.inf)):
                least[there] = cost
                came[there] = ((node, hand), arc)
                heappush(queue, (*cost, *there))
    return None


def _walked(
    here: tuple[int, str], came: dict[tuple[int, str], tuple[tuple[int, str], int]]
) -> tuple[int, ...]:
    arcs = []
    while here in came:
        here, arc = came[here]
        arcs.append(arc)
    return tuple(reversed(arcs))
