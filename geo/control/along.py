"""Who holds each metre of each route."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo import passages
from geo.control.claims import CONTESTED, MIXED, UNKNOWN, holders, ranks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

__all__ = ["along"]


def along(found: passages.Passages, claims: pd.DataFrame, claim_ids: Sequence[str]) -> pd.DataFrame:
    """
    Tell who holds each metre of each route.

    Parameters
    ----------
    found
        Passages of routes through the areas of `claims`, in the same order.
        Along a border the areas on both sides count.
    claims
        One row a claim that holds on the day, with a holder (see `holders`) and,
        if it has one, an `extent` of `schema.EXTENTS`.
    claim_ids
        The id of each claim.

    Returns
    -------
    DataFrame
        Rows `route` (number), `from_m`, `to_m`, `controller`, `claims` (a
        tuple of ids) that cover every route from 0 to its length, in order.
        Ground without a claim is unknown; claims of one extent that name
        different holders make it contested; mixed gives way to a holder of the
        same extent. No routes give no rows.
    """
    table, first, last = _cuts(found)
    counts = last - first
    interval = np.repeat(first, counts) + _counted(counts)
    claim = np.repeat(found.zone, counts)
    interval, claim = _finest(interval, claim, ranks(claims), len(table))
    named = holders(claims)
    who = named.to_numpy(object) if named is not None else np.full(len(claims), UNKNOWN, object)
    ids = np.asarray(claim_ids, dtype=object)
    table["controller"], table["claims"] = _settled(interval, who[claim], ids[claim], len(table))
    return _joined(table)


def _joined(table: pd.DataFrame) -> pd.DataFrame:
    """Join neighbouring intervals that have one holder by the same claims."""
    what = table[["route", "controller", "claims"]]
    new = (what != what.shift()).any(axis=1)
    return (
        table.groupby(new.cumsum(), sort=False)
        .agg(
            route=("route", "first"),
            from_m=("from_m", "first"),
            to_m=("to_m", "last"),
            controller=("controller", "first"),
            claims=("claims", "first"),
        )
        .reset_index(drop=True)
    )


def _counted(counts: Ints) -> Ints:
    """Count 0, 1, 2 ... up to each count, one after the other."""
    return np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)


def _cuts(found: passages.Passages) -> tuple[pd.DataFrame, Ints, Ints]:
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
    table = pd.DataFrame({"route": of[inner], "from_m": at[inner], "to_m": at[inner + 1]})
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
