"""The corners of the front: the ways that are best for some weighting of the two costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.sparse.csgraph import dijkstra

from geo.ways.arcs import Pairs, least
from geo.ways.front import undominated

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from geo.ways.arcs import Arcs, Path

    Floats = NDArray[np.float64]

__all__ = ["corners", "weighted"]

_MOST: Final = 64
_SLACK: Final = 1e-9  # of rounding, relative
_NO_WAY: Final = 1e18  # more than any sum of costs


class _Weigher:
    """Finds the best way for one weighting after another, each faster for what is known already."""

    def __init__(self, arcs: Arcs, source: int, target: int) -> None:
        self._arcs, self._source, self._target = arcs, source, target
        self._pairs = Pairs(arcs)
        self._known: list[Path] = []
        costs = [arcs.cost[:, which].astype(float) for which in (0, 1)]
        rest = [least(self._pairs, cost, target) for cost in costs]
        self._at_source = np.array([float(bound[source]) for bound in rest])
        self._added = [_added(arcs, *pair) for pair in zip(costs, rest, strict=True)]
        if self.reachable:
            # the best ways by either cost alone add nothing to the bound, so they are found at once
            self._known = [self.best((1.0, 0.0)), self.best((0.0, 1.0))]

    @property
    def reachable(self) -> bool:
        return bool(np.isfinite(self._at_source[0]))

    def best(self, weights: Sequence[float] | Floats) -> Path:
        """
        Find the best way by Dijkstra's algorithm on what each arc adds to the bound.

        With the weighted sum of the exact least costs as potential, no reduced
        weight is negative, and a way that is known already bounds the search.
        """
        pair = np.asarray(weights, float)
        added = pair[0] * self._added[0] + pair[1] * self._added[1]
        bound = float(pair @ self._at_source)
        known = min((float(pair @ path.cost) for path in self._known), default=np.inf)
        limit = max(0.0, known - bound) if pair.all() else 0.0
        limit += _SLACK * (limit + bound)
        _, before = dijkstra(
            self._pairs.matrix(added), indices=self._source, return_predecessors=True, limit=limit
        )
        path = self._arcs.path(self._pairs.along(self._walk(before), added))
        self._known.append(path)
        return path

    def _walk(self, before: NDArray[np.int32]) -> NDArray[np.int64]:
        nodes = [self._target]
        while nodes[-1] != self._source:
            nodes.append(int(before[nodes[-1]]))
        return np.array(nodes[::-1], np.int64)


def _added(arcs: Arcs, cost: Floats, rest: Floats) -> Floats:
    """Give what each arc adds to the least cost that is left; too much where there is no way on."""
    onward = np.where(np.isfinite(rest), rest, _NO_WAY)
    added = cost + onward[arcs.head] - onward[arcs.tail]
    np.maximum(added, 0.0, out=added)
    added[onward[arcs.head] == _NO_WAY] = _NO_WAY
    return added


def weighted(
    arcs: Arcs, source: int, target: int, weights: Iterable[Sequence[float]]
) -> list[Path]:
    """
    Find the best way for each weighting of the two costs.

    Parameters
    ----------
    arcs
        The arcs.
    source, target
        Where ways begin and end.
    weights
        Pairs of weights, not negative, not both 0.

    Returns
    -------
    list of Path
        One for each weighting, in their order; empty where there is no way.
    """
    weigher = _Weigher(arcs, source, target)
    return [weigher.best(pair) for pair in weights] if weigher.reachable else []


def corners(arcs: Arcs, source: int, target: int, *, most: int = _MOST) -> list[Path]:
    """
    Find the ways that are best for some weighting: the corners of the front's lower hull.

    Parameters
    ----------
    arcs
        The arcs.
    source, target
        Where ways begin and end.
    most
        How many searches to make at most.

    Returns
    -------
    list of Path
        Cheapest first by the first cost; empty where there is no way. The first
        and the last are the best by either cost.

    Notes
    -----
    Dichotomic search [1]_: between two neighbours, the weighting for which both
    cost the same either finds a way below them or shows that there is none.

    References
    ----------
    .. [1] Y. P. Aneja, K. P. K. Nair, "Bicriteria transportation problem",
       Management Science 25 (1979), 73-78.
    """
    weigher = _Weigher(arcs, source, target)
    if not weigher.reachable:
        return []
    # a trace of the other cost breaks ties in its favour
    found = [weigher.best((1.0, 1e-9)), weigher.best((1e-9, 1.0))]
    gaps = [(found[0], found[1])]
    while gaps and len(found) < most:
        one, other = gaps.pop(0)
        across, down = other.cost[0] - one.cost[0], one.cost[1] - other.cost[1]
        if across <= 0 or down <= 0:
            continue
        weights = np.array([down, across], float) / max(across, down)
        between = weigher.best(weights)
        if weights @ between.cost < (weights @ one.cost) * (1 - _SLACK):
            found.append(between)
            gaps += [(one, between), (between, other)]
    return undominated(found)
