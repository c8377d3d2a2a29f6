"""Periods: half-open, [valid_from, valid_to), in days of UTC."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final, TypeVar

import pandas as pd

from geo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["as_of", "columns_named", "day_of", "days", "has_period", "period"]

Frame = TypeVar("Frame", bound=pd.DataFrame)

_BEGINS: Final = ("valid_from", "start")
_ENDS: Final = ("valid_to", "end")
_WHOLE: Final = r"\d{4}-\d{2}-\d{2}"
_MOMENT: Final = rf"{_WHOLE}[T ]\d{{2}}:\d{{2}}.*"
_SHOWN: Final = 5


def columns_named(frame: pd.DataFrame, names: Sequence[str]) -> list[Any]:
    """
    Find the columns of a frame that bear one of several names.

    Parameters
    ----------
    frame
        Any frame.
    names
        Names in small letters, the one that counts most first.

    Returns
    -------
    list
        The columns, in the order of `names`; capitals and blanks around a name
        do not matter.
    """
    known = {name: place for place, name in enumerate(names)}
    found = [(known.get(str(column).strip().lower()), column) for column in frame.columns]
    named = [(place, column) for place, column in found if place is not None]
    return [column for _, column in sorted(named, key=lambda entry: entry[0])]


def has_period(frame: pd.DataFrame) -> bool:
    """
    Tell whether any row of a frame has a begin or an end.

    Parameters
    ----------
    frame
        Any layer.

    Returns
    -------
    bool
        True where a column valid_from, valid_to, start or end holds a date.
    """
    return any(days.notna().any() for days in period(frame))


def period(frame: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """
    Read from when to when each row holds.

    Parameters
    ----------
    frame
        Any layer.

    Returns
    -------
    begins, ends
        Days, NaT where open.

    Raises
    ------
    InputError
        If a date cannot be read, naming the rows.
    """
    return _period(frame, _BEGINS), _period(frame, _ENDS)


def as_of(frame: Frame, day: dt.date | str | None) -> Frame:
    """
    Keep the rows that hold on a day.

    Parameters
    ----------
    frame
        A layer whose period is half-open, UTC days: `valid_from` and `valid_to`,
        else `start` and `end`, row by row; an empty begin or end is open. A
        frame without a period holds always.
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
    moment = day_of(day)
    starts, ends = period(frame)
    backwards = (ends <= starts).to_numpy()
    if backwards.any():
        rows = ", ".join(str(row) for row in frame.index[backwards][:_SHOWN])
        message = (
            f"the period ends before it begins, or on the same day, in row(s) {rows}: "
            "valid_to is the first day on which a row no longer holds"
        )
        raise InputError(message)
    if moment is None:
        return frame
    stamp = pd.Timestamp(moment)
    holds = (starts.isna() | (starts <= stamp)) & (ends.isna() | (stamp < ends))
    return frame[holds.to_numpy()]


def _period(frame: pd.DataFrame, names: Sequence[str]) -> pd.Series:
    """Read a begin or an end, each row from the first column that fills it."""
    found = pd.Series(pd.NaT, index=frame.index, dtype="datetime64[s]")
    for column in columns_named(frame, names):
        values = frame[column]
        # numbers called start and end are posts along a road, not days
        own = str(column).strip().lower() == names[0]
        if own or not pd.api.types.is_numeric_dtype(values):
            found = found.where(found.notna(), days(values))
    return found


def days(values: pd.Series, *, partial: bool = False) -> pd.Series:
    """
    Read a column of dates as days of UTC.

    Parameters
    ----------
    values
        Text YYYY-MM-DD or YYYY/MM/DD, with or without a time and its offset, or
        datetime64; empty cells stay empty.
    partial
        Whether YYYY-MM and YYYY are read too, as their first day.

    Returns
    -------
    Series of datetime64
        Naive days; a moment with an offset falls on its day in UTC.

    Raises
    ------
    InputError
        If a value is not a date, naming the rows.
    """
    if pd.api.types.is_datetime64_any_dtype(values):
        plain = values.dt.tz_convert(None) if values.dt.tz is not None else values
        read: pd.Series = plain.dt.floor("D")
        return read.astype("datetime64[s]")
    text = values.astype(object).where(values.notna(), "").map(_written).str.replace("/", "-")
    if partial:
        text = text.str.replace(r"^(\d{4})$", r"\1-01-01", regex=True)
        text = text.str.replace(r"^(\d{4}-\d{2})$", r"\1-01", regex=True)
    fits = text.str.fullmatch(_WHOLE) | text.str.fullmatch(_MOMENT)
    moments = pd.to_datetime(text.where(fits), utc=True, format="ISO8601", errors="coerce")
    wrong = ((text != "") & moments.isna()).to_numpy()
    if wrong.any():
        shown = [f"{row} ({values.iloc[at]!r})" for at, row in enumerate(values.index) if wrong[at]]
        message = f"column {values.name}: not a date YYYY-MM-DD in row(s) "
        raise InputError(message + ", ".join(shown[:_SHOWN]))
    return moments.dt.tz_convert(None).dt.floor("D").astype("datetime64[s]")


def _written(value: object) -> str:
    """Write a cell as text: a year that a table keeps as 2024.0 is 2024."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def day_of(value: object, what: str = "as of") -> dt.date | None:
    """
    Read a day that a user names.

    Parameters
    ----------
    value
        Text YYYY-MM-DD, a date, a datetime or a pandas Timestamp; None for none.
    what
        What the day is called in a message.

    Returns
    -------
    date or None
        The day; of a moment with an offset, its day in UTC.

    Raises
    ------
    InputError
        If it is anything else.
    """
    if value is None:
        return None
    if isinstance(value, dt.datetime) and not pd.isna(value):
        moment = value.astimezone(dt.UTC) if value.tzinfo else value
        return moment.date()
    if isinstance(value, dt.date) and not pd.isna(value):
        return value
    try:
        return dt.datetime.strptime(str(value), "%Y-%m-%d").date()  # noqa: DTZ007 - a day only
    except ValueError:
        message = f"{what}: {value!r} is not a date YYYY-MM-DD"
        raise InputError(message) from None
