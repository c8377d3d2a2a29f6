"""A look over the bytes of a CSV: where its rows end, and what could be read in two ways."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Rows", "Stray", "first_row", "scan"]

_QUOTE, _FEED, _RETURN = 34, 10, 13
_SIGNS: Final = 256


@dataclass(frozen=True)
class Stray:
    """
    The first sign that stands where none may.

    Attributes
    ----------
    what
        "a quote" or "a carriage return".
    rows
        Rows that end before it.
    feeds
        Line feeds before it.
    """

    what: str
    rows: int
    feeds: int


@dataclass(frozen=True)
class Rows:
    """
    The whole rows of a piece of a CSV; arrays have one entry for each.

    Attributes
    ----------
    ends
        Where each ends: the place after its line feed.
    fields
        How many fields it has.
    feeds
        Line feeds up to its end: more than rows where fields hold line breaks.
    blank
        Whether nothing stands in it.
    stray
        The first sign in them that readers would take in different ways, if any.
    open
        Whether the piece ends inside a quoted field.
    """

    ends: NDArray[np.int64]
    fields: NDArray[np.int64]
    feeds: NDArray[np.int64]
    blank: NDArray[np.bool_]
    stray: Stray | None
    open: bool


def first_row(data: bytes) -> int:
    """
    Find where the first row ends, whatever parts its fields.

    Parameters
    ----------
    data
        Bytes that begin where a row begins.

    Returns
    -------
    int
        The place after its line feed; 0 where it does not end in them.
    """
    end, quotes = 0, 0
    while True:
        start, end = end, data.find(b"\n", end) + 1
        if not end:
            return 0
        quotes += data.count(b'"', start, end)
        if quotes % 2 == 0:
            return end


def scan(data: bytes, separator: str) -> Rows:
    """
    Find the whole rows of a piece of a CSV as RFC 4180 parts them.

    Parameters
    ----------
    data
        Bytes that begin where a row begins.
    separator
        What parts the fields, one sign.

    Returns
    -------
    Rows
        What was found; what follows the last whole row is left for the next piece.

    References
    ----------
    .. [1] Y. Shafranovich, "Common Format and MIME Type for CSV Files", RFC 4180
       (2005), section 2.
    """
    table = np.zeros(_SIGNS, np.bool_)
    table[[_QUOTE, _FEED, _RETURN, ord(separator)]] = True
    signs = np.frombuffer(data, np.uint8)
    at = np.flatnonzero(table[signs])
    kind = signs[at]
    # a doubled quote opens and closes at once, so counting all quotes tells in from out
    inside = np.cumsum(kind == _QUOTE) % 2 == 1
    feed = kind == _FEED
    last = np.flatnonzero(feed & ~inside)
    ends = at[last] + 1
    starts = np.concatenate([[0], ends])[:-1]
    length = ends - starts
    parted = np.cumsum((kind == ord(separator)) & ~inside)[last]
    whole = int(last[-1]) + 1 if len(last) else 0
    return Rows(
        ends=ends,
        fields=np.diff(parted, prepend=0) + 1,
        feeds=np.cumsum(feed)[last],
        blank=(length == 1) | ((length == len(b"\r\n")) & (signs[starts] == _RETURN)),
        stray=_stray(signs, at[:whole], inside[:whole], separator),
        open=bool(len(inside) and inside[-1]),
    )


def _stray(
    signs: NDArray[np.uint8], at: NDArray[np.int64], inside: NDArray[np.bool_], separator: str
) -> Stray | None:
    """Find a quote within a field, or a carriage return that ends no line."""
    kind = signs[at]
    odd = np.flatnonzero((kind == _QUOTE) | (kind == _RETURN))
    place, sign = at[odd], kind[odd]
    before = np.where(place > 0, signs[place - 1], _FEED)
    after = signs[place + 1]  # a whole row ends in a line feed, so one sign more is there
    quote, outside = sign == _QUOTE, ~inside[odd]
    opens = quote & ~outside & ~np.isin(before, (_QUOTE, _FEED, ord(separator)))
    closes = quote & outside & ~np.isin(after, (_QUOTE, _FEED, _RETURN, ord(separator)))
    alone = ~quote & outside & (after != _FEED)
    bad = np.flatnonzero(opens | closes | alone)
    if not len(bad):
        return None
    first = odd[bad[0]]
    feeds = kind[:first] == _FEED
    what = "a quote" if quote[bad[0]] else "a carriage return"
    return Stray(what, int((feeds & ~inside[:first]).sum()), int(feeds.sum()))
