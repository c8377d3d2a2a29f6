"""Edges with a direction and two whole-number costs: what the searches run on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.network import Network

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = ["Arcs", "Pairs", "Path", "directed", "least", "merged"]


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
        False for each edge that is left out, and in which direction: from start
        to end, and back, shape (edges, 2).

    Returns
    -------
    Arcs
        The arcs. A network without edges gives none.
    """
    edges = network.edges
    forward = np.flatnonzero(usable[:, 0] & edges["forward"].to_numpy(bool))
    backward = np.flatnonzero(usable[:, 1] & edges["backward"].to_numpy(bool))
    edge = np.concatenate([forward, backward])
    turned = np.repeat([False, True], [forward.size, backward.size])
    start, end = edges["start"].to_numpy(np.int64)[edge], edges["end"].to_numpy(np.int64)[edge]
    tail, head = np.where(turned, end, start), np.where(turned, start, end)
    order = np.lexsort((edge, head, tail))
    whole = np.rint(np.asarray(cost, float)[edge[order]] * 1000).astype(np.int64)
    return Arcs(tail[order], head[order], whole, edge[order], turned[order], len(network.nodes))


def merged(one: Arcs, other: Arcs) -> Arcs:
    """
    Put the arcs of one network together.

    Parameters
    ----------
    one, other
        Arcs over the same nodes.

    Returns
    -------
    Arcs
        All of them, sorted.
    """
    columns = ("tail", "head", "cost", "edge", "backward")
    both = {name: np.concatenate([getattr(one, name), getattr(other, name)]) for name in columns}
    order = np.lexsort((both["edge"], both["head"], both["tail"]))
    return Arcs(**{name: values[order] for name, values in both.items()}, nodes=one.nodes)


class Pairs:
    """
    The arcs by the nodes that they join, for weights that change: laid out once.

    Parameters
    ----------
    arcs
        The arcs.
    """

    def __init__(self, arcs: Arcs) -> None:
        new = np.ones(arcs.tail.size, bool)
        new[1:] = (np.diff(arcs.tail) != 0) | (np.diff(arcs.head) != 0)
        self._first = np.flatnonzero(new)
        self._bounds = np.append(self._first, arcs.tail.size)
        self._heads = arcs.head[self._first].astype(np.int32)
        tails = arcs.tail[self._first]
        self._pointer = np.searchsorted(tails, np.arange(arcs.nodes + 1)).astype(np.int32)
        self._shape = (arcs.nodes, arcs.nodes)
        self._key = tails * arcs.nodes + arcs.head[self._first]

    def matrix(self, weight: Floats) -> csr_array:
        """
        Set weights in a matrix, the lightest of arcs that join the same nodes.

        Parameters
        ----------
        weight
            One weight for each arc.

        Returns
        -------
        csr_array
            Tails are rows, heads columns. An arc that weighs nothing has its entry.
        """
        one_each = self._first.size == weight.size
        least = weight if one_each else np.minimum.reduceat(weight, self._first)
        return csr_array((least, self._heads, self._pointer), shape=self._shape)

    def along(self, nodes: Ints, weight: Floats) -> list[int]:
        """
        Find the lightest arcs along nodes that follow each other.

        Parameters
        ----------
        nodes
            Numbers of nodes, each joined to the next one by an arc.
        weight
            One weight for each arc.

        Returns
        -------
        list of int
            The arcs, one fewer than nodes.
        """
        key = nodes[:-1] * self._shape[0] + nodes[1:]
        pair = np.searchsorted(self._key, key)
        low, high = self._bounds[pair], self._bounds[pair + 1]
        arcs = low.copy()
        for place in np.flatnonzero(high - low > 1):
            arcs[place] += np.argmin(weight[low[place] : high[place]])
        found: list[int] = arcs.tolist()
        return found


def least(pairs: Pairs, weight: Floats, target: int) -> Floats:
    """
    Find the least weight from every node to one.

    Parameters
    ----------
    pairs
        The arcs by the nodes that they join.
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
    found: Floats = dijkstra(pairs.matrix(weight).T.tocsr(), indices=target)
    return found
