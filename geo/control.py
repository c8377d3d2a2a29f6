"""
Who holds what, when, according to whom.

Control is a claim: what one source says of one area for one period. Claims
reach as far as a town, a road stretch, a township or a state; the finer extent
wins. Where claims of one extent name different holders, the ground is contested;
where there is no claim, it is unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
import pandas as pd

from geo import passages, schema
from geo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["CONTESTED", "MIXED", "UNKNOWN", "along", "as_of", "holders", "period_columns"]

Frame = TypeVar("Frame", bound=pd.DataFrame)

CONTESTED: Final = "contested"
MIXED: Final = "mixed"
UNKNOWN: Final = "unknown"

_PERIODS: Final = (("valid_from", "valid_to"), ("start", "end"))
_HOLDERS: Final = ("controller", "control", "actor")
_DAY: Final = r"^\d{4}-\d{2}-\d{2}([T ].*)?$"


def period_columns(frame: pd.DataFrame) -> tuple[str | None, str | None]:
    """
    Find the columns that say from when to when a row holds.

    Parameters
    ----------
    frame
        Any layer.

    Returns
    -------
    tuple
        Names of the begin and end columns: valid_from and valid_to, else start
        and end; None for one that is not there.
    """
    for begin, end in _PERIODS:
        if begin in frame.columns or end in frame.columns:
            return (
                begin if begin in frame.columns else None,
                end if end in frame.columns else None,
            )
    return None, None


def as_of(frame: Frame, day: date | None) -> Frame:
    """
    Keep the rows that hold on a day.

    Parameters
    ----------
    frame
        A layer whose period is half-open, [valid_from, valid_to), UTC days; an
        empty begin or end is open. A frame without a period holds always.
    day
        The day; None keeps every row.

    Returns
    -------
    GeoDataFrame or DataFrame
        The rows that hold, order and index kept. An empty frame stays empty.

    Raises
    ------
    InputError
        If a date cannot be read or a period ends before it begins, naming the rows.
    """
    begin, end = period_columns(frame)
    if (begin is None and end is None) or frame.empty:
        return frame
    starts, ends = (_days(frame, column) for column in (begin, end))
    backwards = frame.index[(ends <= starts).to_numpy()]
    if len(backwards):
        rows = ", ".join(str(row) for row in backwards[:5])
        message = f"column {end}: the period ends before it begins in row(s) {rows}"
        raise InputError(message)
    if day is None:
        return frame
    moment = pd.Timestamp(day)
    holds = (starts.isna() | (starts <= moment)) & (ends.isna() | (moment < ends))
    return frame[holds.to_numpy()]


def _days(frame: pd.DataFrame, column: str | None) -> pd.Series:
    """Read a column of dates as days; never as local time."""
    if column is None:
        return pd.Series(pd.NaT, index=frame.index, dtype="datetime64[s]")
    values = frame[column]
    if pd.api.types.is_datetime64_any_dtype(values):
        plain = values.dt.tz_convert(None) if values.dt.tz is not None else values
        days: pd.Series = plain.dt.floor("D")
        return days
    text = values.where(values.notna(), "").astype(str).str.strip()
    filled = text != ""
    read = pd.to_datetime(text.str[:10].where(filled), format="%Y-%m-%d", errors="coerce")
    wrong = filled & (read.isna() | ~text.str.match(_DAY))
    if wrong.any():
        rows = ", ".join(f"{row} ({text[row]!r})" for row in frame.index[wrong][:5])
        message = f"column {column}: not a date YYYY-MM-DD in row(s) {rows}"
        raise InputError(message)
    return read


def holders(frame: pd.DataFrame) -> pd.Series | None:
    """
    Read who holds each area.

    Parameters
    ----------
    frame
        Claims with a column `controller`, else `control`, else `actor`.

    Returns
    -------
    Series of str or None
        The holder of each row; contested where the row's status says so,
        unknown where it is empty. None where the frame has no such column.
    """
    column = next((name for name in _HOLDERS if name in frame.columns), None)
    if column is None:
        return None
    named = frame[column].where(frame[column].notna(), "").astype(str).str.strip()
    named = named.where(named != "", UNKNOWN)
    if "status" in frame.columns:
        named = named.where(frame["status"] != CONTESTED, CONTESTED)
    return named


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
        Rows `route` (number), `from_m`, `to_m`, `controller`, `claims` (ids,
        comma-separated) that cover every route from 0 to its length, in order.
        Ground without a claim is unknown; claims of one extent that name
        different holders make it contested; mixed gives way to a holder of the
        same extent. No routes give no rows.
    """
    table, first, last = _cuts(found)
    counts = last - first
    interval = np.repeat(first, counts) + _counted(counts)
    claim = np.repeat(found.zone, counts)
    interval, claim = _finest(interval, claim, _ranks(claims), len(table))
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


def _ranks(claims: pd.DataFrame) -> Ints:
    if "extent" not in claims.columns:
        return np.zeros(len(claims), np.int64)
    order = {extent: rank for rank, extent in enumerate(schema.EXTENTS)}
    return claims["extent"].map(order).fillna(len(order)).to_numpy().astype(np.int64)


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
) -> tuple[list[str], list[str]]:
    """Decide the holder of each interval from all claims that speak of it."""
    spoken: list[set[str]] = [set() for _ in range(size)]
    by: list[set[str]] = [set() for _ in range(size)]
    for number, holder, name in zip(interval, who, ids, strict=True):
        spoken[number].add(holder)
        by[number].add(str(name))
    return [_holder(names) for names in spoken], [", ".join(sorted(names)) for names in by]


def _holder(names: set[str]) -> str:
    certain = names - {UNKNOWN} or names
    certain = certain - {MIXED} or certain
    if not certain:
        return UNKNOWN
    return certain.pop() if len(certain) == 1 else CONTESTED
