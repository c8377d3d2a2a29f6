"""
Where sources name different holders of one metre.

For each route and pair of sources, every metre is one of four things: *disputed*
(both name a holder, and not the same; contested and mixed are what a source says
and count as such), *one silent* (one of them knows no holder), *agreed*, or
unknown to both. The four add up to the route's length.

Names are compared as they are written, whatever their capitals; joint holders
("A + B") whatever their order. A holder under two names is therefore disputed,
and `unlike_names` says where that may be.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo import passages
from geo.control import CONTESTED, MIXED, UNKNOWN
from geo.errors import Notice
from geo.exposure import sums

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Objects = NDArray[np.object_]

__all__ = ["any_m", "compared", "unlike_names"]

_SUMS = {
    "disputed": "disputed_m",
    "silent": "one_silent_m",
    "agreed": "agreed_m",
    "unknown": "both_unknown_m",
}
_SHOWN = 5
_STRETCH = ["route_id", "from_m", "to_m", "sources", "controllers"]


def compared(
    stretches: pd.DataFrame, sources: Sequence[str], length_m: dict[str, float]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Compare what the sources say, pair by pair.

    Parameters
    ----------
    stretches
        The columns of `Exposure.stretches`: each source covers each route from 0
        to its length, once.
    sources
        The sources' names, in the order in which pairs are made.
    length_m
        Each route's length, in the order of the routes.

    Returns
    -------
    disputes
        The columns of `Exposure.disputes`; neighbours with the same two holders
        are one.
    agreement
        The columns of `Exposure.agreement`: a row for each route and pair. Fewer
        than two sources give no rows.
    """
    numbers = {route_id: number for number, route_id in enumerate(length_m)}
    table = stretches.assign(route=stretches["route_id"].map(numbers))
    pairs = list(combinations(sources, 2))
    found = [_pair(table, pair, list(length_m.values())) for pair in pairs]
    ids = np.array(list(length_m), dtype=object)
    disputes = [_disputed(cut, pair, ids) for cut, pair in zip(found, pairs, strict=True)]
    sums = [_sums(cut, pair, ids) for cut, pair in zip(found, pairs, strict=True)]
    return _ordered(disputes, _STRETCH, numbers), _ordered(
        sums, ["route_id", "sources", *_SUMS.values()], numbers
    )


def _ordered(parts: list[pd.DataFrame], names: list[str], numbers: dict[str, int]) -> pd.DataFrame:
    """Put the pairs' tables together, route by route, the pairs in their order."""
    if not parts:
        return pd.DataFrame({name: [] for name in names})
    table = pd.concat(parts, ignore_index=True)
    order = table["route_id"].map(numbers).to_numpy(np.int64)
    return table.iloc[np.argsort(order, kind="stable")].reset_index(drop=True)[names]


def _pair(table: pd.DataFrame, pair: tuple[str, str], lengths: list[float]) -> pd.DataFrame:
    """Cut every route wherever either source changes: route, from_m, to_m, one, other, what."""
    parts = [table[table["source"] == name] for name in pair]
    route = np.concatenate([part["route"].to_numpy(np.int64) for part in parts])
    mark = np.concatenate([part["from_m"].to_numpy(float) for part in parts])
    second = np.repeat([False, True], [len(part) for part in parts])
    order = np.lexsort((mark, route))
    route, mark, second = route[order], mark[order], second[order]
    same = np.diff(route, prepend=-1) == 0
    # marks nearer than a rounding error are one, or there would be slivers of dispute
    apart = ~same | (np.diff(mark, prepend=0.0) > passages.TINY_M)
    from_m = mark[np.maximum.accumulate(np.where(apart, np.arange(mark.size), 0))]
    last = np.diff(route, append=-1) != 0
    to_m = np.where(last, np.array(lengths)[route], np.roll(from_m, -1)) if mark.size else from_m
    # each source's stretch at a mark is the last that it began; where the other has not yet
    # begun on this route, the interval has no width, since both begin at 0
    holders = [part["controller"].to_numpy(object) for part in parts]
    one = holders[0][np.maximum(np.cumsum(~second) - 1, 0)]
    other = holders[1][np.maximum(np.cumsum(second) - 1, 0)]
    cut = pd.DataFrame({"route": route, "from_m": from_m, "to_m": to_m, "one": one, "other": other})
    cut["what"] = _what(one, other)
    return cut[cut["to_m"] > cut["from_m"]].reset_index(drop=True)


def _what(one: Objects, other: Objects) -> Objects:
    names = [[_key(name) for name in side] for side in (one, other)]
    return np.array([_verdict(a, b) for a, b in zip(*names, strict=True)], dtype=object)


def _verdict(one: str, other: str) -> str:
    if one == other:
        return "unknown" if one == UNKNOWN else "agreed"
    return "silent" if UNKNOWN in {one, other} else "disputed"


def _key(name: str) -> str:
    return " + ".join(sorted(part.strip().casefold() for part in name.split(" + ")))


def _disputed(cut: pd.DataFrame, pair: tuple[str, str], ids: Objects) -> pd.DataFrame:
    """Keep what is disputed; neighbours with the same two holders become one stretch."""
    mine = cut[cut["what"] == "disputed"]
    goes_on = (mine[["route", "one", "other"]] == mine[["route", "one", "other"]].shift()).all(
        axis=1
    ) & (mine["from_m"] == mine["to_m"].shift())
    group = (~goes_on).cumsum().to_numpy()
    joined = mine.groupby(group, sort=False).agg(
        route=("route", "first"),
        from_m=("from_m", "first"),
        to_m=("to_m", "last"),
        one=("one", "first"),
        other=("other", "first"),
    )
    both = list(zip(joined["one"], joined["other"], strict=True))
    return pd.DataFrame(
        {
            "route_id": ids[joined["route"].to_numpy(np.int64)],
            "from_m": joined["from_m"].to_numpy(float),
            "to_m": joined["to_m"].to_numpy(float),
            "sources": pd.Series([pair] * len(joined), dtype=object),
            "controllers": pd.Series(both, dtype=object),
        }
    )


def _sums(cut: pd.DataFrame, pair: tuple[str, str], ids: Objects) -> pd.DataFrame:
    width = (cut["to_m"] - cut["from_m"]).to_numpy(float)
    route, what = cut["route"].to_numpy(np.int64), cut["what"].to_numpy(object)
    metres = {
        column: np.bincount(route[what == name], width[what == name], ids.size)
        for name, column in _SUMS.items()
    }
    return pd.DataFrame(
        {"route_id": ids, "sources": pd.Series([pair] * ids.size, dtype=object), **metres}
    )


def any_m(disputes: pd.DataFrame, route_id: str) -> float:
    """
    Measure where any two sources disagree, each metre once.

    Parameters
    ----------
    disputes
        The columns of `Exposure.disputes`.
    route_id
        The route.

    Returns
    -------
    float
        Metres; 0 where no two of them disagree.
    """
    mine = disputes[disputes["route_id"] == route_id]
    return sums.once_m(mine["from_m"], mine["to_m"])


def unlike_names(
    stretches: pd.DataFrame, disputes: pd.DataFrame, sources: Sequence[str]
) -> Iterator[Notice]:
    """
    Say which disputed holders only one source ever names: they may be one under two names.

    Parameters
    ----------
    stretches, disputes
        The tables of `Exposure`.
    sources
        The sources' names.

    Yields
    ------
    Notice
        One for each pair that names different holders for some metre, where
        each of the two has a name that the other has not.
    """
    used = {
        name: set(stretches["controller"][stretches["source"] == name])
        - {CONTESTED, MIXED, UNKNOWN}
        for name in sources
    }
    disputed = disputes["controllers"], disputes["sources"]
    for pair in combinations(sources, 2):
        mine = [both for both, of in zip(*disputed, strict=True) if of == pair]
        alone = [
            sorted({both[side] for both in mine} & (used[pair[side]] - used[pair[1 - side]]))
            for side in (0, 1)
        ]
        if all(alone):
            words = " and ".join(
                f"{_shown(names)} (only in {source})"
                for names, source in zip(alone, pair, strict=True)
            )
            message = (
                f"holders are compared by the names that the sources write: {words} count as "
                "different, so if two of them are one, their ground is not disputed"
            )
            yield Notice("control", "", "unlike-names", message)


def _shown(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
