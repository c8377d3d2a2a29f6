"""The whole choice between places: the front of each stage, put together and thinned."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise, product
from typing import TYPE_CHECKING

from geo.ways.arcs import Path
from geo.ways.corners import corners
from geo.ways.front import front, undominated
from geo.ways.thin import thinned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.ways.arcs import Arcs

__all__ = ["Choice", "choose"]


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
    arcs: Arcs, stops: Sequence[int], length_m: Sequence[float], *, every: bool = False
) -> Choice:
    """
    Find the ways by all stops that no other one betters.

    Parameters
    ----------
    arcs
        The arcs.
    stops
        Nodes to pass, in order; two or more.
    length_m
        The length of each edge.
    every
        Whether to keep ways that are nearly another one.

    Returns
    -------
    Choice
        The ways; none where a stage has none.
    """
    exact, paths = True, [Path((), (0, 0))]
    for one, other in pairwise(stops):
        stage = front(arcs, one, other)
        if stage is None:
            exact, stage = False, corners(arcs, one, other)
        paths = undominated([_joined(*pair) for pair in product(paths, stage)])
    kept = paths if every else thinned(paths, arcs, length_m)
    return Choice(tuple(kept), exact, len(paths) - len(kept))


def _joined(one: Path, other: Path) -> Path:
    cost = (one.cost[0] + other.cost[0], one.cost[1] + other.cost[1])
    return Path(one.arcs + other.arcs, cost)
