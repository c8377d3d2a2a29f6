"""Shortest paths on a network, and the lines that they draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo.network.graph import JOINED, LINE, Network

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["Step", "drawn", "shortest"]

_AT_A_TIME: Final = 16


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


class _Arcs(NamedTuple):
    """Edges by direction, the shortest of each pair of nodes, in the order of the pairs."""

    pair: Ints
    edge: Ints
    forward: NDArray[np.bool_]
    matrix: Any


def shortest(
    network: Network, pairs: Sequence[tuple[int, int]], *, mode: str = "road"
) -> list[list[Step] | None]:
    """
    Find the shortest path between pairs of nodes by one mode.

    Parameters
    ----------
    network
        The network. One-way edges count in their direction; whether a road is
        open does not: the question is where it lies.
    pairs
        Nodes from and to. No pairs give no paths.
    mode
        The mode of the edges that are used; bridged gaps of that mode are too.

    Returns
    -------
    list
        For each pair the steps of its path, none where both are one node, and
        None where there is no path.
    """
    arcs = _arcs(network, mode)
    found: list[list[Step] | None] = [[] for _ in pairs]
    sources = sorted({start for start, end in pairs if start != end})
    for low in range(0, len(sources), _AT_A_TIME):
        some = sources[low : low + _AT_A_TIME]
        before = dijkstra(arcs.matrix, indices=some, return_predecessors=True)[1]
        row = {source: at for at, source in enumerate(some)}
        for at, (start, end) in enumerate(pairs):
            if start in row and start != end:
                found[at] = _steps(arcs, before[row[start]], start, end)
    return found


def _arcs(network: Network, mode: str) -> _Arcs:
    edges = network.edges
    used = (edges["mode"] == mode) & edges["kind"].isin([LINE, JOINED])
    ways = []
    for forward, names in ((True, ("start", "end")), (False, ("end", "start"))):
        number = np.flatnonzero(used & edges["forward" if forward else "backward"])
        start, end = (edges[name].to_numpy(np.int64)[number] for name in names)
        ways.append((start, end, number, np.full(len(number), forward)))
    start, end, number, forwards = (np.concatenate(column) for column in zip(*ways, strict=True))
    length = edges["length_m"].to_numpy()[number]
    count = len(network.nodes)
    pair = start * count + end
    order = np.lexsort([number, length, pair])
    # of several edges between two nodes the shortest is taken
    first = order[np.unique(pair[order], return_index=True)[1]]
    matrix = csr_array((length[first], (start[first], end[first])), shape=(count, count))
    return _Arcs(pair[first], number[first], forwards[first], matrix)


def _steps(arcs: _Arcs, before: Ints, start: int, end: int) -> list[Step] | None:
    """Follow a tree of shortest paths back from its end."""
    if before[end] < 0:
        return None
    nodes = [end]
    while nodes[-1] != start:
        nodes.append(int(before[nodes[-1]]))
    way = np.array(nodes[::-1], np.int64)
    at = np.searchsorted(arcs.pair, way[:-1] * arcs.matrix.shape[0] + way[1:])
    return [Step(int(arcs.edge[one]), bool(arcs.forward[one])) for one in at]


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
