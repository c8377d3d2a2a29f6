"""The days of the events that are asked for, and those that the events say nothing of."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from geo.errors import InputError, Notice

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["asked", "last_year", "uncovered"]

_OLD_DAYS: Final = 30
_GAP_DAYS: Final = 31


def asked(
    since: dt.date | str | None, until: dt.date | str | None
) -> tuple[dt.date | None, dt.date | None]:
    """
    Read the days [since, until).

    Parameters
    ----------
    since, until
        Days, as dates or YYYY-MM-DD; None: open.

    Returns
    -------
    since, until
        As dates.

    Raises
    ------
    InputError
        If one is no day, or none lies between them.
    """
    begin, end = _day(since, "since"), _day(until, "until")
    if begin and end and end <= begin:
        message = f"until ({end}) must be after since ({begin})"
        raise InputError(message)
    return begin, end


def _day(value: dt.date | str | None, name: str) -> dt.date | None:
    if value is None or (isinstance(value, dt.date) and not isinstance(value, dt.datetime)):
        return value
    try:
        return dt.date.fromisoformat(str(value)[:10])
    except ValueError:
        message = f"{name}: {value} is not a day YYYY-MM-DD"
        raise InputError(message) from None


def last_year(
    events: pd.DataFrame, as_of: dt.date | None, notices: list[Notice]
) -> tuple[dt.date | None, dt.date | None]:
    """
    Choose the time of the events where none is asked for: the newest year that they cover.

    Parameters
    ----------
    events
        Standard events.
    as_of
        The day of the answer; nothing after it counts. None: any day.
    notices
        Where a warning is added if the events end long before that day.

    Returns
    -------
    since, until
        Days [since, until), at most 365 apart; None, None for no events.
    """
    if events.empty:
        return None, None
    last = events["date_end"].max().date()
    if as_of is not None and (as_of - last).days > _OLD_DAYS:
        message = f"the newest event is of {last}, {(as_of - last).days} days before {as_of}"
        notices.append(Notice("events", "", "stale", message))
    until = min(last, as_of or last) + dt.timedelta(days=1)
    since, first = until - dt.timedelta(days=365), events["date_start"].min().date()
    return max(since, first) if first < until else since, until


def uncovered(events: pd.DataFrame, since: dt.date | None, until: dt.date | None) -> list[Notice]:
    """
    Say which of the days asked for lie before the first or after the last event.

    Parameters
    ----------
    events
        Standard events.
    since, until
        Days [since, until); None: open, which asks for nothing beyond the events.

    Returns
    -------
    list of Notice
        One if more than 31 days at either end are not covered, or no day is.
    """
    if events.empty:
        return []
    first, last = events["date_start"].min().date(), events["date_end"].max().date()
    day = dt.timedelta(days=1)
    before = (first - since).days if since else 0
    after = (until - day - last).days if until else 0
    none = (until is not None and until <= first) or (since is not None and since > last)
    if max(before, after) <= _GAP_DAYS and not none:
        return []
    days = f"{since or 'the first'} to {until - day if until else 'the last'}"
    share = (
        f"none of the days asked for, {days}, is"
        if none
        else (f"not all of the days asked for, {days}, are")
    )
    message = (
        f"{share} covered: the events are of {first} to {last}; "
        "beyond, nothing is known, which is not 0"
    )
    return [Notice("events", "", "not-covered", message)]
