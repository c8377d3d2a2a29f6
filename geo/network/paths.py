"""Shortest paths on a network, and the lines that they draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo import geodesy
from geo.network.graph import JOINED, LINE, Network

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["Paths", "Step", "drawn"]

_AT_A_TIME: Final = 16
_WINDING: Final = 4.0


class Step(NamedTuple):
    """
    One edge of a path.

    Attributes
    ----------
    edge
        Number of the edge.
    forward
        Whether it is travelled from its start to its end.
    """

    edge: int
    forward: bool


class Paths:
    """
    Shortest paths by one mode.

    Parameters
    ----------
    network
        The network. One-way edges count in their direction; whether a road is
        open does not: the question is where it lies.
    mode
        The mode of the edges that are used; bridged gaps of that mode are too.
    """

    def __init__(self, network: Network, mode: str = "road") -> None:
        self.network = network
        edges = network.edges
        used = ((edges["mode"] == mode) & edges["kind"].isin([LINE, JOINED])).to_numpy()
        ways = []
        for allowed, names in (("forward", ("start", "end")), ("backward", ("end", "start"))):
            number = np.flatnonzero(used & edges[allowed].to_numpy())
            start, end = (edges[name].to_numpy(np.int64)[number] for name in names)
            ways.append((start, end, number, np.full(len(number), allowed == "forward")))
        start, end, number, forwards = (
            np.concatenate(column) for column in zip(*ways, strict=True)
        )
        length = edges["length_m"].to_numpy()[number]
        count = len(network.nodes)
        pair = start * count + end
        order = np.lexsort([number, length, pair])
        # of several edges between two nodes the shortest is taken
        first = order[np.unique(pair[order], return_index=True)[1]]
        self._pair, self._edge, self._forward = pair[first], number[first], forwards[first]
        self._matrix = csr_array((length[first], (start[first], end[first])), shape=(count, count))

    def between(self, pairs: Sequence[tuple[int, int]]) -> list[list[Step] | None]:
        """
        Find the shortest path between pairs of nodes.

        Parameters
        ----------
        pairs
            Nodes from and to. No pairs give no paths.

        Returns
        -------
        list
            For each pair the steps of its path, none where both are one node, and
            None where there is no path.
        """
        found: list[list[Step] | None] = [[] for _ in pairs]
        ends = np.array(pairs, np.int64).reshape(-1, 2)
        here, there = self.network.nodes[ends[:, 0]], self.network.nodes[ends[:, 1]]
        apart = geodesy.distance_m(*here.T, *there.T)
        left = np.flatnonzero(ends[:, 0] != ends[:, 1])
        # most roads are not so winding: the whole network is searched for the rest only
        for winding in (_WINDING, np.inf):
            for low in range(0, len(left), _AT_A_TIME):
                some = left[low : low + _AT_A_TIME]
                self._search(found, ends, some, winding * max(float(apart[some].max()), 1.0))
            left = np.array([at for at in left if found[at] is None], np.int64)
        return found

    def _search(self, found: list[list[Step] | None], ends: Ints, some: Ints, limit: float) -> None:
        """Search for some paths no longer than a limit."""
        sources, row = np.unique(ends[some, 0], return_inverse=True)
        before = dijkstra(self._matrix, indices=sources, return_predecessors=True, limit=limit)[1]
        for at, own in zip(some, row, strict=True):
            start, end = ends[at].tolist()
            found[at] = self._steps(before[own], start, end)

    def _steps(self, before: Ints, start: int, end: int) -> list[Step] | None:
        """Follow a tree of shortest paths back from its end."""
        if before[end] < 0:
            return None
        nodes = [end]
        while nodes[-1] != start:
            nodes.append(int(before[nodes[-1]]))
        way = np.array(nodes[::-1], np.int64)
        at = np.searchsorted(self._pair, way[:-1] * len(self.network.nodes) + way[1:])
        return [Step(int(self._edge[one]), bool(self._forward[one])) for one in at]


def drawn(network: Network, steps: Sequence[Step]) -> shapely.LineString | None:
    """
    Draw a path.

    Parameters
    ----------
    network
        The network.
    steps
        The steps of a path, each beginning where the one before ends.

    Returns
    -------
    LineString or None
        The edges one after the other, as they are travelled; None for no steps.
    """
    if not steps:
        return None
    shapes = network.edges.geometry.to_numpy()
    runs: list[Floats] = []
    for step in steps:
        xy = shapely.get_coordinates(shapes[step.edge])
        run = xy if step.forward else xy[::-1]
        runs.append(run[1:] if runs else run)
    return shapely.LineString(np.vstack(runs))
