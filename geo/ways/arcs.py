"""Edges with a direction and two whole-number costs: what the searches run on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.network import Network

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = ["Arcs", "Path", "directed", "least", "matrix"]

_START: Final = -9999  # what scipy calls the node before the first


@dataclass(frozen=True)
class Path:
    """
    One way through the arcs.

    Attributes
    ----------
    arcs
        Numbers of the arcs, in the order of travel.
    cost
        The sums of their two costs.
    """

    arcs: tuple[int, ...]
    cost: tuple[int, int]


@dataclass(frozen=True)
class Arcs:
    """
    Edges of a network, once for each direction that may be travelled, sorted by tail and head.

    Costs are whole numbers (millimetres, milliseconds), so that sums do not
    depend on the order of their parts and equal ways compare equal.

    Attributes
    ----------
    tail, head
        Numbers of the nodes, shape (arcs,).
    cost
        Two costs of each arc, not negative, shape (arcs, 2).
    edge
        The edge of the network that each arc travels.
    backward
        True where it is travelled from its end to its start.
    nodes
        How many nodes there are.
    """

    tail: Ints
    head: Ints
    cost: Ints
    edge: Ints
    backward: Flags
    nodes: int

    def path(self, arcs: list[int]) -> Path:
        """
        Sum what a way costs.

        Parameters
        ----------
        arcs
            Its arcs, in order.

        Returns
        -------
        Path
            The way. No arcs cost nothing.
        """
        total = self.cost[arcs].sum(axis=0) if arcs else (0, 0)
        return Path(tuple(arcs), (int(total[0]), int(total[1])))


def directed(network: Network, cost: Floats, usable: Flags) -> Arcs:
    """
    Give each edge its directions and its costs as whole numbers.

    Parameters
    ----------
    network
        The network.
    cost
        Two costs of each edge, not negative, shape (edges, 2); rounded to thousandths.
    usable
        False for each edge that is left out, shape (edges,).

    Returns
    -------
    Arcs
        The arcs. A network without edges gives none.
    """
    edges = network.edges
    forward = np.flatnonzero(usable & edges["forward"].to_numpy(bool))
    backward = np.flatnonzero(usable & edges["backward"].to_numpy(bool))
    edge = np.concatenate([forward, backward])
    turned = np.repeat([False, True], [forward.size, backward.size])
    start, end = edges["start"].to_numpy(np.int64)[edge], edges["end"].to_numpy(np.int64)[edge]
    tail, head = np.where(turned, end, start), np.where(turned, start, end)
    order = np.lexsort((edge, head, tail))
    whole = np.rint(np.asarray(cost, float)[edge[order]] * 1000).astype(np.int64)
    return Arcs(tail[order], head[order], whole, edge[order], turned[order], len(network.nodes))


def matrix(arcs: Arcs, weight: Floats, *, turned: bool = False) -> tuple[csr_array, Ints]:
    """
    Set weights in a matrix, the lightest of arcs that join the same nodes.

    Parameters
    ----------
    arcs
        The arcs.
    weight
        One weight for each arc.
    turned
        Whether to turn every arc round.

    Returns
    -------
    weights, chosen
        The matrix of tails and heads, and the arc behind each of its entries.
    """
    shape = (arcs.nodes, arcs.nodes)
    chosen = np.arange(len(weight))
    pair = (np.diff(arcs.tail) == 0) & (np.diff(arcs.head) == 0)
    if pair.any():
        order = np.lexsort((weight, arcs.head, arcs.tail))
        first = np.concatenate([[True], ~pair])  # arcs are sorted, so pairs stay where they are
        chosen = order[first]
    tail, head, kept = arcs.tail[chosen], arcs.head[chosen], weight[chosen]
    if turned:
        order = np.lexsort((tail, head))
        tail, head, kept, chosen = head[order], tail[order], kept[order], chosen[order]
    pointer = np.searchsorted(tail, np.arange(arcs.nodes + 1))
    return csr_array((kept, head, pointer), shape=shape), chosen


def least(arcs: Arcs, weight: Floats, target: int) -> Floats:
    """
    Find the least weight from every node to one.

    Parameters
    ----------
    arcs
        The arcs.
    weight
        One weight for each arc, not negative.
    target
        The node to reach.

    Returns
    -------
    ndarray of float
        One for each node, infinite where there is no way.

    Notes
    -----
    Dijkstra's algorithm, as scipy has it.
    """
    weights, _ = matrix(arcs, weight, turned=True)
    found: Floats = dijkstra(weights, indices=target)
    return found
