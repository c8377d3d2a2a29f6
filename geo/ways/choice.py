"""The whole choice between places: the front of each stage, put together and thinned."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from geo.ways.arcs import Path
from geo.ways.corners import corners, weighted
from geo.ways.front import front, undominated
from geo.ways.thin import thinned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.ways.arcs import Arcs

__all__ = ["Choice", "best", "choose", "joined"]


@dataclass(frozen=True)
class Choice:
    """
    The ways worth having.

    Attributes
    ----------
    paths
        Cheapest first by the first cost.
    exact
        Whether it is the whole front; else its corners, on a network too large for that.
    alike
        How many were left out for being nearly another one.
    """

    paths: tuple[Path, ...]
    exact: bool
    alike: int


def choose(
    arcs: Arcs, stops: Sequence[Sequence[int]], length_m: Sequence[float], *, every: bool = False
) -> Choice:
    """
    Find the ways by all stops that no other one betters.

    Parameters
    ----------
    arcs
        The arcs.
    stops
        Nodes to pass, in order, two stops or more; at each, any one of its nodes.
    length_m
        The length of each edge.
    every
        Whether to keep ways that are nearly another one.

    Returns
    -------
    Choice
        The ways; none where a stage has none.
    """
    exact = True
    reached: dict[int, list[Path]] = {node: [Path((), (0, 0))] for node in stops[0]}
    for targets in stops[1:]:
        onward: dict[int, list[Path]] = {}
        for source, target in product(reached, targets):
            stage = front(arcs, source, target)
            if stage is None:
                exact, stage = False, corners(arcs, source, target)
            onward.setdefault(target, []).extend(
                joined(*pair) for pair in product(reached[source], stage)
            )
        reached = {node: undominated(paths) for node, paths in onward.items()}
    paths = undominated([path for paths in reached.values() for path in paths])
    kept = paths if every else thinned(paths, arcs, length_m)
    return Choice(tuple(kept), exact, len(paths) - len(kept))


def joined(one: Path, other: Path) -> Path:
    """
    Travel one way after another.

    Parameters
    ----------
    one, other
        Two ways; the second begins where the first ends.

    Returns
    -------
    Path
        Both.
    """
    cost = (one.cost[0] + other.cost[0], one.cost[1] + other.cost[1])
    return Path(one.arcs + other.arcs, cost)


def best(arcs: Arcs, stops: Sequence[Sequence[int]], weights: Sequence[float]) -> Path | None:
    """
    Find the best way by all stops for one weighting of the two costs.

    Parameters
    ----------
    arcs, stops
        As for `choose`.
    weights
        Two weights, not negative, not both 0.

    Returns
    -------
    Path or None
        The way; None where there is none.
    """
    reached: dict[int, Path] = {node: Path((), (0, 0)) for node in stops[0]}
    for targets in stops[1:]:
        onward: dict[int, Path] = {}
        for source, target in product(reached, targets):
            for stage in weighted(arcs, source, target, [weights]):
                path = joined(reached[source], stage)
                other = onward.get(target)
                if other is None or _weigh(path, weights) < _weigh(other, weights):
                    onward[target] = path
        reached = onward
    return min(reached.values(), key=lambda path: _weigh(path, weights), default=None)


def _weigh(path: Path, weights: Sequence[float]) -> float:
    return path.cost[0] * weights[0] + path.cost[1] * weights[1]
