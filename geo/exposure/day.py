"""The day of an answer: which it is, what holds on it, and how old that knowledge is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo import control as hands
from geo.errors import InputError, Notice
from geo.exposure import sources, words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from geopandas import GeoDataFrame

__all__ = ["holding", "known_day"]

_OLD_DAYS = 90


def known_day(
    as_of: date | str | None, layers: Mapping[str, GeoDataFrame], notices: list[Notice]
) -> tuple[date | None, date | None]:
    """
    Choose the day of an answer, and say how old what is known on it is.

    Parameters
    ----------
    as_of
        The day that was asked for; None for the newest `source_date`.
    layers
        Zones and claims, by what they are called in messages.
    notices
        Where the word is added.

    Returns
    -------
    day, known_until
        The day, None where nothing has a date; and the newest source date of all,
        None where they have none.

    Raises
    ------
    InputError
        If it cannot be read, or rows hold for periods and no day is known.
    """
    newest = {name: sources.newest(rows) for name, rows in layers.items()}
    known_until = max((known for known in newest.values() if known), default=None)
    day = hands.day_of(as_of) or known_until
    _compare(day, known_until, newest, notices)
    if day is None and any(hands.has_period(rows) for rows in layers.values()):
        message = "the zones hold for periods, but no day is known: say as of which day (--as-of)"
        raise InputError(message)
    return day, known_until


def holding(
    frame: GeoDataFrame, name: str, day: date | None, notices: list[Notice]
) -> GeoDataFrame:
    """
    Keep what holds on the day, and say so where that is nothing.

    Parameters
    ----------
    frame
        Zones or claims.
    name
        What they are called in messages.
    day
        The day; None keeps every row.
    notices
        Where warnings are added.

    Returns
    -------
    GeoDataFrame
        The rows that hold.

    Raises
    ------
    InputError
        If a date cannot be read or a period ends before it begins.
    """
    notices += hands.unread(frame, name)
    now = hands.as_of(frame, day)
    if now.empty and not frame.empty:
        message = f"none of the {len(frame)} rows holds on {day}: nothing could be found"
        notices.append(Notice(name, "", "none-holds", message))
    return now


def _compare(
    day: date | None,
    known_until: date | None,
    newest: dict[str, date | None],
    notices: list[Notice],
) -> None:
    """Say how old what is known on the day is; nothing where it is fresh."""
    if known_until is None:
        notices.append(words.undated())
    elif day is not None and day > known_until:
        age = (day - known_until).days
        message = (
            f"nothing is known after {known_until}: the answer for {day} shows what was "
            f"last known, {age} days earlier"
        )
        notices.append(Notice("", "", "stale", message))
    elif day is not None:
        for name, known in newest.items():
            if known and (day - known).days > _OLD_DAYS:
                message = f"the newest source is of {known}, {(day - known).days} days before {day}"
                notices.append(Notice(name, "", "stale", message))
