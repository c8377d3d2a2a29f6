"""Rows of any dataset in the same columns, each row checked."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from geo.events import cells, codebook
from geo.events.codebook import NOT_STATED, UCDP

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from geo.events.layout import Layout

__all__ = ["COLUMNS", "PROBLEM_COLUMNS", "RULES", "Checked", "standard"]

COLUMNS: Final = (
    "event_id",
    "date_start",
    "date_end",
    "date_precision",
    "lon",
    "lat",
    "precision",
    "region",
    "level",
    "radius_m",
    "place",
    "admin1",
    "admin2",
    "admin3",
    "country",
    "side_a",
    "side_b",
    "kind",
    "fatalities",
    "fatalities_low",
    "fatalities_high",
    "dataset",
    "release",
    "is_candidate",
    "clarity",
    "code_status",
)
"""The columns of every frame of events, in order."""
PROBLEM_COLUMNS: Final = ("row", "line", "event_id", "column", "rule", "value")
"""The columns of a table of rejected rows: a line for each broken rule."""

RULES: Final[Mapping[str, str]] = {
    "empty": "must not be empty",
    "twice": "must be unique in the file",
    "number": "must be a number",
    "comma": "must have a decimal point, not a comma",
    "longitude": "must lie from -180 to 180",
    "latitude": "must lie from -90 to 90",
    "swapped": "must lie from -90 to 90; longitude and latitude look swapped",
    "nowhere": "0, 0 stands for no place",
    "day": "must be a day such as 2024-02-29",
    "order": "must not be before its start",
    "future": "must not lie in the future",
    "old": "must not be before 1946",
    "precision": "must be a precision class of the codebook",
    "date_precision": "must be a date precision class of the codebook",
    "kind": "must be a type of violence: 1, 2 or 3",
    "whole": "must be a whole number, 0 or more",
}
"""Every rule that a row is checked by, by a short name."""

_TEXTS: Final = (
    "place",
    "admin1",
    "admin2",
    "admin3",
    "country",
    "side_a",
    "side_b",
    "clarity",
    "code_status",
)
_DEATHS: Final = ("fatalities_low", "fatalities", "fatalities_high")
_OLDEST: Final = date(1946, 1, 1)
_AHEAD_DAYS: Final = 1  # somewhere the next day has begun
_EAST, _NORTH = 180, 90


@dataclass(frozen=True)
class Checked:
    """
    A chunk of rows, checked.

    Attributes
    ----------
    frame
        The rows that break no rule, with `COLUMNS`, in file order.
    problems
        A line for each broken rule, with `PROBLEM_COLUMNS`.
    good
        Which rows of the chunk break no rule.
    ids
        The id of every row of the chunk.
    widened
        The ids of good rows whose best estimate of deaths lies outside their own low
        and high: the event happened, so it counts, with the range widened to hold it.
    """

    frame: pd.DataFrame
    problems: pd.DataFrame
    good: NDArray[np.bool_]
    ids: NDArray[Any]
    widened: NDArray[Any]


class _Chunk:
    """One chunk of rows while it is checked."""

    def __init__(self, texts: pd.DataFrame, plan: Layout) -> None:
        self.size, self.plan = len(texts), plan
        self._texts = texts
        self.good = np.ones(self.size, np.bool_)
        self._broken: list[pd.DataFrame] = []

    def has(self, ours: str) -> bool:
        return ours in self.plan.titles

    def texts(self, ours: str) -> NDArray[Any]:
        """Give the cells of a column as they stand; all empty where the file has none."""
        if not self.has(ours):
            return np.full(self.size, "", object)
        return self._texts[self.plan.titles[ours]].to_numpy(object)

    def reject(
        self,
        bad: NDArray[np.bool_],
        ours: str,
        rule: str | NDArray[Any],
        values: NDArray[Any] | None = None,
    ) -> None:
        """Note a broken rule, one for all rows or one for each of the bad ones."""
        if not bad.any():
            return
        self.good &= ~bad
        rows = np.flatnonzero(bad)
        rules = [rule] * len(rows) if isinstance(rule, str) else rule.tolist()
        self._broken.append(
            pd.DataFrame(
                {
                    "row": rows,
                    "column": self.plan.titles.get(ours, ours),
                    "rule": [RULES[one] for one in rules],
                    "value": self.texts(ours)[rows] if values is None else values[rows],
                }
            )
        )

    def problems(
        self, ids: NDArray[Any], first: int, lines: NDArray[np.int64] | None
    ) -> pd.DataFrame:
        """List the broken rules, row by row."""
        if not self._broken:
            return pd.DataFrame({name: [] for name in PROBLEM_COLUMNS})
        table = pd.concat(self._broken, ignore_index=True).sort_values("row", kind="stable")
        rows = table["row"].to_numpy()
        where = np.full(self.size, -1) if lines is None else lines
        table = table.assign(line=where[rows], event_id=ids[rows], row=rows + first)
        return table[list(PROBLEM_COLUMNS)].reset_index(drop=True)


def standard(
    texts: pd.DataFrame,
    plan: Layout,
    *,
    first: int = 1,
    lines: NDArray[np.int64] | None = None,
    today: date | None = None,
) -> Checked:
    """
    Bring rows of text into the standard columns, and check each.

    Parameters
    ----------
    texts
        Rows as they stand in the file, all cells text; not changed.
    plan
        Which column holds what.
    first
        Number of the first row in its file.
    lines
        The line of the file on which each row begins, if known.
    today
        The day after which nothing can have happened, with one day's grace; the
        day in UTC where it is left out.

    Returns
    -------
    Checked
        The good rows, and for each of the others every rule that it breaks but the
        one that needs the whole file (an id that stands twice). No rows give none.
    """
    chunk = _Chunk(texts, plan)
    ids = _ids(chunk, first)
    start, end = _days(chunk, today or datetime.now(UTC).date())
    lon, lat = _position(chunk)
    where = _classes(chunk, "precision", codebook.REGIONS[plan.dataset])
    when = _classes(chunk, "date_precision", codebook.DATES[plan.dataset])
    low, best, high, odd = _deaths(chunk)
    kind = _kinds(chunk)
    words = {name: cells.each(chunk.texts(name), str.strip, object) for name in _TEXTS}
    region, level, radius = _regions(plan.dataset, where, words)
    whole = {
        "event_id": ids,
        "date_start": start.astype("datetime64[s]"),
        "date_end": end.astype("datetime64[s]"),
        "date_precision": when,
        "lon": lon,
        "lat": lat,
        "precision": where,
        "region": region,
        "level": level,
        "radius_m": radius,
        **words,
        "kind": kind,
        "fatalities": best,
        "fatalities_low": low,
        "fatalities_high": high,
    }
    good = chunk.good
    frame = pd.DataFrame({name: values[good] for name, values in whole.items()})
    frame = frame.astype(dict.fromkeys((*_TEXTS, "event_id", "region", "kind"), str))
    return Checked(
        _constant(frame, plan)[list(COLUMNS)],
        chunk.problems(ids, first, lines),
        good,
        ids,
        ids[odd & good],
    )


def _constant(frame: pd.DataFrame, plan: Layout) -> pd.DataFrame:
    """Add what is the same for every row of a file."""
    flag = codebook.is_candidate(plan.release) if plan.dataset == UCDP else None
    return frame.assign(
        dataset=np.full(len(frame), plan.dataset, object),
        release=np.full(len(frame), plan.release, object),
        is_candidate=pd.array([flag] * len(frame), dtype="boolean"),
    ).astype({"dataset": str, "release": str})


def _ids(chunk: _Chunk, first: int) -> NDArray[Any]:
    """Read the ids; an own file without any has its rows' numbers."""
    if not chunk.has("event_id"):
        return np.array([str(first + place) for place in range(chunk.size)], dtype=object)
    ids = np.array([text.strip() for text in chunk.texts("event_id").tolist()], dtype=object)
    chunk.reject(ids == "", "event_id", "empty")
    return ids


def _days(chunk: _Chunk, today: date) -> tuple[NDArray[Any], NDArray[Any]]:
    start = _day(chunk, "date_start", today)
    if not chunk.has("date_end"):
        return start, start
    end = _day(chunk, "date_end", today)
    chunk.reject(end < start, "date_end", "order")  # a day that is none is before nothing
    return start, end


def _day(chunk: _Chunk, ours: str, today: date) -> NDArray[Any]:
    days = cells.each(chunk.texts(ours), cells.day, np.int64).view("datetime64[D]")
    chunk.reject(np.isnat(days), ours, "day")
    chunk.reject(days < np.datetime64(_OLDEST), ours, "old")
    chunk.reject(days > np.datetime64(today) + _AHEAD_DAYS, ours, "future")
    return days


def _position(chunk: _Chunk) -> tuple[NDArray[Any], NDArray[Any]]:
    lon, lat = (_coordinate(chunk, name) for name in ("lon", "lat"))
    chunk.reject(np.abs(lon) > _EAST, "lon", "longitude")
    far = np.abs(lat) > _NORTH
    swapped = far & (np.abs(lat) <= _EAST) & (np.abs(lon) <= _NORTH)
    chunk.reject(swapped, "lat", "swapped")
    chunk.reject(far & ~swapped, "lat", "latitude")
    chunk.reject((lon == 0) & (lat == 0), "lat", "nowhere")
    return lon, lat


def _coordinate(chunk: _Chunk, ours: str) -> NDArray[Any]:
    texts = chunk.texts(ours)
    numbers = cells.each(texts, cells.number, np.float64)
    bad = np.isnan(numbers)
    chunk.reject(bad, ours, cells.each(texts[bad], _why_no_number, object))
    return numbers


def _why_no_number(text: str) -> str:
    if not text.strip():
        return "empty"
    return "number" if math.isnan(cells.number(text.replace(",", ".", 1))) else "comma"


def _classes(chunk: _Chunk, ours: str, known: Mapping[int, Any]) -> NDArray[np.int64]:
    if not chunk.has(ours):
        return np.full(chunk.size, NOT_STATED)
    classes = cells.each(chunk.texts(ours), cells.whole, np.int64)
    stated = [number for number in known if number != NOT_STATED]
    chunk.reject(~np.isin(classes, stated), ours, ours)
    return classes


def _deaths(chunk: _Chunk) -> tuple[Any, Any, Any, NDArray[np.bool_]]:
    """
    Read low, best and high; one number alone is all three, none is none and not 0.

    A best estimate outside its own range widens the range; such rows are flagged.
    """
    if not any(chunk.has(name) for name in _DEATHS):
        none = pd.array([None] * chunk.size, dtype="Int64")
        return none, none, none, np.zeros(chunk.size, np.bool_)
    best_of = next(name for name in ("fatalities", *_DEATHS) if chunk.has(name))
    read = {}
    for name in (name for name in _DEATHS if chunk.has(name)):
        read[name] = cells.each(chunk.texts(name), cells.whole, np.int64)
        chunk.reject(read[name] < 0, name, "whole")
    low, best, high = (read.get(name, read[best_of]) for name in _DEATHS)
    odd = (low > best) | (best > high)
    low, high = np.minimum(np.minimum(low, high), best), np.maximum(np.maximum(low, high), best)
    return pd.array(low, "Int64"), pd.array(best, "Int64"), pd.array(high, "Int64"), odd


def _kinds(chunk: _Chunk) -> NDArray[Any]:
    texts = chunk.texts("kind")
    if chunk.plan.dataset != UCDP:
        return cells.each(texts, str.strip, object)
    kinds = cells.each(texts, lambda text: codebook.KINDS.get(str(cells.whole(text)), ""), object)
    chunk.reject(kinds == "", "kind", "kind")
    return kinds


def _regions(
    dataset: str, where: NDArray[np.int64], words: Mapping[str, NDArray[Any]]
) -> tuple[NDArray[Any], NDArray[np.int64], NDArray[np.float64]]:
    """Say where each event can be; rows of no known class are rejected and say anything."""
    known = codebook.REGIONS[dataset]
    kinds = np.full(max(known) + 1, "", object)
    levels, radii = np.full(len(kinds), -1), np.full(len(kinds), np.nan)
    for one, region in known.items():
        kinds[one], levels[one], radii[one] = region.kind, region.level, region.radius_m
    number = np.where(np.isin(where, list(known)), where, min(known))
    finest = levels[number]
    named = np.zeros(len(where), np.int64)
    for level in (1, 2, 3):
        named[(words[f"admin{level}"] != "") & (finest >= level)] = level
    for marked, told in codebook.NAMED_LEVELS.get(dataset, {}).items():
        rows = where == marked
        by_place = cells.each(words["place"][rows], partial(_told, told=told), np.int64)
        named[rows] = np.where(by_place >= 0, by_place, named[rows])
    return kinds[number], np.where(finest < 0, -1, named), radii[number]


def _told(place: str, told: Sequence[tuple[str, int]]) -> int:
    """Give the level that a place's name tells; -1 where it tells none."""
    for word, level in told:
        if re.search(word, place, re.IGNORECASE):
            return level
    return -1
