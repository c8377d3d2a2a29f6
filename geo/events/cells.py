"""
What single cells of text say: numbers, whole numbers and days.

A column is read by its distinct texts, once each: files of events hold few days, classes
and places, and many rows of each.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

__all__ = ["NO_DAY", "day", "each", "number", "whole"]

NO_DAY: Final = np.iinfo(np.int64).min
"""What numpy holds for a day that is none (NaT)."""

_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_WHOLE: Final = re.compile(r"(\d{1,9})(?:\.0*)?", re.ASCII)
_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ].+)?", re.ASCII)
_WORDS: Final = re.compile(r"(\d{1,2})[ -]([A-Za-z]+)[ -](\d{4})", re.ASCII)
_MONTHS: Final = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_EPOCH: Final = date(1970, 1, 1).toordinal()


def each(texts: NDArray[Any], say: Callable[[str], Any], kind: Any) -> NDArray[Any]:
    """
    Read every cell of a column.

    Parameters
    ----------
    texts
        The cells, shape (n,), all text.
    say
        What one text says.
    kind
        The numpy type of the answers.

    Returns
    -------
    ndarray
        An answer for each cell, shape (n,).
    """
    codes, distinct = pd.factorize(texts)
    answers = np.empty(len(distinct), kind)
    for place, text in enumerate(distinct.tolist()):
        answers[place] = say(text)
    return answers[codes]


def number(text: str) -> float:
    """
    Read a number with a decimal point.

    Parameters
    ----------
    text
        A cell.

    Returns
    -------
    float
        NaN where it is none: blank, a decimal comma, a word, NaN itself.
    """
    text = text.strip()
    return float(text) if _NUMBER.fullmatch(text) else float("nan")


def whole(text: str) -> int:
    """
    Read a whole number from 0 to 999,999,999.

    Parameters
    ----------
    text
        A cell; 34 and 34.0 are the same.

    Returns
    -------
    int
        -1 where it is none.
    """
    found = _WHOLE.fullmatch(text.strip())
    return int(found[1]) if found else -1


@lru_cache(maxsize=1 << 16)
def day(text: str) -> int:
    """
    Read a day that can be read in one way only.

    Parameters
    ----------
    text
        A cell such as 2024-02-29, with or without a time of day, or 29 February
        2024 with the month in English, in full or by three letters. Of a day with
        a time, the day is taken as it is written.

    Returns
    -------
    int
        Days since 1970-01-01; `NO_DAY` where it is no day, or could be two (02/03/2024).
    """
    text = text.strip()
    try:
        if _ISO.fullmatch(text):
            return datetime.fromisoformat(text).toordinal() - _EPOCH
        found = _WORDS.fullmatch(text)
        if found:
            return date(int(found[3]), _month(found[2]), int(found[1])).toordinal() - _EPOCH
    except ValueError:
        pass
    return NO_DAY


def _month(word: str) -> int:
    """Give the number of a month; 0, which no date has, for any other word."""
    word = word.casefold()
    fits = [place for place, name in enumerate(_MONTHS, 1) if word in {name, name[:3]}]
    return fits[0] if fits else 0
