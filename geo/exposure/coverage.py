"""
What the rows of a layer cover, kind by kind and release by release.

A layer that is put together from several datasets changes where one of them begins
or ends, and that must not be read as a change of the fighting.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from geo import control as hands
from geo.control.periods import columns_named
from geo.errors import Notice
from geo.events.codebook import CANDIDATES
from geo.exposure import words
from geo.exposure.sources import newest as newest_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence

    from geopandas import GeoDataFrame

__all__ = ["FROM_EVENTS", "name_of", "notices", "of_events", "table"]

FROM_EVENTS: Final = ("events", "candidate events")
"""The kinds of zone that rest on events counted; all others rest on what somebody says."""

_BY: Final = ("kind", "dataset", "release")
_SHOWN: Final = 8


def table(layers: Mapping[str, GeoDataFrame]) -> pd.DataFrame:
    """
    Find the first and last day that each kind and release covers.

    Parameters
    ----------
    layers
        Zones and claims by what they are called. Rows are told apart by their
        columns `kind`, `dataset` and `release`, if there are any.

    Returns
    -------
    DataFrame
        The columns of `Series.coverage`, layer by layer, the earliest first. A
        layer without rows gives none.

    Raises
    ------
    InputError
        If a date cannot be read.
    """
    found = [row for label, rows in layers.items() for row in _groups(label, rows)]
    columns = ["layer", *_BY, "rows", "first_day", "last_day", "known_until", "spans"]
    return pd.DataFrame(found, columns=pd.Index(columns), dtype=object)


def _groups(label: str, rows: GeoDataFrame) -> list[dict[str, Any]]:
    begins, ends = hands.period(rows)
    named = {name: _text(rows, name) for name in _BY}
    keys = pd.DataFrame({**named, "begins": begins, "ends": ends}, index=rows.index)
    found = []
    for names, group in keys.groupby(list(_BY), sort=True):
        last = _bound(group["ends"], "max")
        made = {
            "layer": label,
            **dict(zip(_BY, names, strict=True)),
            "rows": len(group),
            "first_day": _bound(group["begins"], "min"),
            # a period is half-open: its end is the first day on which it no longer holds
            "last_day": None if last is None else last - pd.Timedelta(days=1).to_pytimedelta(),
            "known_until": newest_of(rows.loc[group.index]),
            "spans": _spans(group),
        }
        blank = {name: None for name in _BY if not made[name]}
        found.append({**made, **blank})
    return sorted(found, key=lambda row: str(row["first_day"] or ""))


def _spans(group: pd.DataFrame) -> tuple[tuple[dt.date | None, dt.date | None], ...]:
    """Join the rows' periods: first and last day of each stretch of days on which any holds."""
    ordered = group.sort_values("begins", na_position="first")
    begins, ends = ordered["begins"].to_list(), ordered["ends"].to_list()
    joined: list[list[Any]] = []
    for begin, end in zip(begins, ends, strict=True):
        reach = joined[-1][1] if joined else None
        if joined and (pd.isna(reach) or pd.isna(begin) or begin <= reach):
            joined[-1][1] = pd.NaT if pd.isna(reach) or pd.isna(end) else max(reach, end)
        else:
            joined.append([begin, end])
    day = pd.Timedelta(days=1)
    return tuple(
        (
            None if pd.isna(begin) else begin.date(),
            None if pd.isna(end) else (end - day).date(),
        )
        for begin, end in joined
    )


def _text(rows: pd.DataFrame, name: str) -> pd.Series:
    columns = columns_named(rows, (name,))
    if not columns:
        return pd.Series("", index=rows.index, dtype=object)
    values: pd.Series = rows[columns[0]].astype(object)
    text: pd.Series = values.where(values.notna(), "").astype(str).str.strip()
    return text


def _bound(days: pd.Series, which: str) -> dt.date | None:
    if days.isna().any():
        return None
    found: dt.date = getattr(days, which)().date()
    return found


def notices(
    covered: pd.DataFrame, newest: Mapping[str, dt.date | None], days: Sequence[dt.date]
) -> Iterator[Notice]:
    """
    Say where the dates of a series run past what the layers cover or know.

    Parameters
    ----------
    covered
        What they cover, from `table`.
    newest
        The newest source date of each layer.
    days
        The dates, in order.

    Yields
    ------
    Notice
        For each layer whose kinds or releases do not cover all dates, and for
        each whose newest source is older than the last date.
    """
    if not any(newest.values()):
        yield words.undated()
    for label, known in newest.items():
        if known and days[-1] > known:
            late = sum(day > known for day in days)
            message = (
                f"the newest source is of {known}: what later dates show ({late} of {len(days)}) "
                "was last known then"
            )
            yield Notice(label, "", "stale", message)
        mine: list[Any] = covered[covered["layer"] == label].to_dict("records")
        short = [row for row in mine if _is_short(row, days)]
        if short:
            yield Notice(label, "", "coverage", _words(short, alone=len(mine) == 1))


def of_events(zones: GeoDataFrame, day: dt.date | None) -> Iterator[Notice]:
    """
    Say on which evidence of events an answer rests: counted, candidate, or none on that day.

    Parameters
    ----------
    zones
        All zones, those that hold on the day and the others.
    day
        The day of the answer; None: any row holds, and there is nothing to say.

    Yields
    ------
    Notice
        One where zones built from events (by the column `kind`) hold on other
        days only, naming these; one where candidate events are among those that
        hold. None for zones of which none is built from events.
    """
    built = zones[_text(zones, "kind").isin(FROM_EVENTS).to_numpy()]
    if built.empty or day is None:
        return
    now = hands.as_of(built, day)
    if (_text(now, "kind") == FROM_EVENTS[1]).any():
        message = f"on {day} zones rest on candidate events: {CANDIDATES}"
        yield Notice("zones", "", "candidates", message)
    if len(now):
        return
    covered: list[Any] = table({"zones": built}).to_dict("records")
    spans = "; ".join(
        f"{begin or 'the first day'} to {end or 'now'} ({name_of(row)})"
        for row in covered
        for begin, end in row["spans"]
    )
    rest = "the zones rest on claims of control alone" if len(built) < len(zones) else "none holds"
    message = (
        f"no events are counted on {day}: zones built from events cover {spans}. On other days "
        f"{rest}, and less exposure there does not mean less fighting"
    )
    yield Notice("zones", "", "events-uncovered", message)


def _is_short(row: Mapping[str, Any], days: Sequence[dt.date]) -> bool:
    begins, ends = row["first_day"], row["last_day"]
    return bool((begins and begins > days[0]) or (ends and ends < days[-1]))


def _words(short: Sequence[Mapping[str, Any]], *, alone: bool) -> str:
    if alone:
        return f"the rows cover only the days{_span(short[0])}: beyond, nothing could be found"
    listed = [f"{name_of(row) or 'of no kind'}{_span(row)}" for row in short[:_SHOWN]]
    if len(short) > _SHOWN:
        listed.append(f"and {len(short) - _SHOWN} more")
    return (
        f"the series runs across rows that do not cover all of it: {'; '.join(listed)}. Where one "
        "of them begins or ends, a change may be of what is recorded, not of what happened"
    )


def name_of(row: Mapping[str, Any]) -> str:
    """
    Name a kind or release.

    Parameters
    ----------
    row
        A row of `table`.

    Returns
    -------
    str
        Kind, dataset and release, as far as there are any.
    """
    return ", ".join(str(row[name]) for name in _BY if row[name])


def _span(row: Mapping[str, Any]) -> str:
    begins = f" from {row['first_day']}" if row["first_day"] else ""
    return begins + (f" to {row['last_day']}" if row["last_day"] else "")
