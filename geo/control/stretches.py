"""
Who holds each metre of each route, as arrays.

Only numpy is used here, so that one plain question needs no frames.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo import passages
from geo.control.words import CONTESTED, MIXED, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    _Intervals = tuple[Ints, Floats, Floats]

__all__ = ["Stretches", "settled"]


@dataclass(frozen=True)
class Stretches:
    """
    Stretches of routes, each with its holder; every route is covered, in order.

    Attributes
    ----------
    route
        The number of the route.
    from_m, to_m
        Where the stretch begins and ends on its route, metres.
    controller
        Who holds it.
    claims
        The ids of the claims that say so.
    """

    route: Ints
    from_m: Floats
    to_m: Floats
    controller: list[str]
    claims: list[tuple[str, ...]]


def settled(
    found: passages.Passages, who: Sequence[str], rank: Ints, claim_ids: Sequence[str]
) -> Stretches:
    """
    Tell who holds each metre of each route.

    Parameters
    ----------
    found
        Passages of routes through the areas of claims, in the same order. Along a
        border the areas on both sides count.
    who
        The holder that each claim names.
    rank
        How far each claim reaches, 0 the finest.
    claim_ids
        The id of each claim.

    Returns
    -------
    Stretches
        Ground without a claim is unknown; claims of one rank that name different
        holders make it contested; mixed gives way to a holder of the same rank. No
        routes give none.
    """
    (route, from_m, to_m), first, last = _cuts(found)
    counts = last - first
    interval = np.repeat(first, counts) + _counted(counts)
    claim = np.repeat(found.zone, counts)
    interval, claim = _finest(interval, claim, rank, len(route))
    names, ids = (np.asarray(of, dtype=object) for of in (who, claim_ids))
    holder, by = _settled(interval, names[claim], ids[claim], len(route))
    return _joined(Stretches(route, from_m, to_m, holder, by))


def _joined(cut: Stretches) -> Stretches:
    """Join neighbouring intervals that have one holder by the same claims."""
    what = list(zip(cut.route.tolist(), cut.controller, cut.claims, strict=True))
    new = [row for row in range(len(what)) if row == 0 or what[row] != what[row - 1]]
    first = np.array(new, dtype=np.int64)
    last = np.append(first[1:], len(what))[: len(new)] - 1
    return Stretches(
        cut.route[first],
        cut.from_m[first],
        cut.to_m[last],
        [cut.controller[row] for row in new],
        [cut.claims[row] for row in new],
    )


def _counted(counts: Ints) -> Ints:
    """Count 0, 1, 2 ... up to each count, one after the other."""
    return np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)


def _cuts(found: passages.Passages) -> tuple[_Intervals, Ints, Ints]:
    """
    Cut every route wherever a passage begins or ends.

    Returns the intervals (route, from_m, to_m), and for each passage the first
    interval that it covers and the one after its last.
    """
    routes = np.arange(found.length_m.size)
    route = np.concatenate([routes, routes, found.route, found.route])
    mark = np.concatenate([np.zeros(routes.size), found.length_m, found.from_m, found.to_m])
    order = np.lexsort((mark, route))
    # marks nearer than a rounding error are one, or there would be slivers of nobody's
    new = (np.diff(route[order], prepend=-1) != 0) | (
        np.diff(mark[order], prepend=-1.0) > passages.TINY_M
    )
    point = np.empty(order.size, np.int64)
    point[order] = np.cumsum(new) - 1
    at, of = mark[order][new], route[order][new]
    at[point[routes.size : 2 * routes.size]] = found.length_m
    inner = np.flatnonzero(np.diff(of) == 0)
    table = of[inner], at[inner], at[inner + 1]
    # a route of n points has n - 1 intervals, so a point's interval is its number less its route's
    first, last = (point - route)[2 * routes.size :].reshape(2, -1)
    return table, first, last


def _finest(interval: Ints, claim: Ints, rank: Ints, size: int) -> tuple[Ints, Ints]:
    best = np.full(size, np.iinfo(np.int64).max)
    np.minimum.at(best, interval, rank[claim])
    keep = rank[claim] == best[interval]
    return interval[keep], claim[keep]


def _settled(
    interval: Ints, who: NDArray[np.object_], ids: NDArray[np.object_], size: int
) -> tuple[list[str], list[tuple[str, ...]]]:
    """Decide the holder of each interval from all claims that speak of it."""
    spoken: list[set[str]] = [set() for _ in range(size)]
    by: list[set[str]] = [set() for _ in range(size)]
    for number, holder, name in zip(interval, who, ids, strict=True):
        spoken[number].add(holder)
        by[number].add(str(name))
    return [_holder(names) for names in spoken], [tuple(sorted(names)) for names in by]


def _holder(names: set[str]) -> str:
    certain = names - {UNKNOWN} or names
    certain = certain - {MIXED} or certain
    if not certain:
        return UNKNOWN
    return certain.pop() if len(certain) == 1 else CONTESTED
