"""Claims in the words of those who bring them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
import pandas as pd

from geo import schema
from geo.control.periods import columns_named, has_period, period
from geo.control.words import CONTESTED, MIXED, UNKNOWN, looks_like_period
from geo.errors import Notice

if TYPE_CHECKING:
    from numpy.typing import NDArray

Frame = TypeVar("Frame", bound=pd.DataFrame)

__all__ = ["CONTESTED", "MIXED", "UNKNOWN", "holders", "ranks", "standard", "unread"]

_OWN_WORDS: Final = {CONTESTED, MIXED, UNKNOWN}
_HOLDERS: Final = ("controller", "control", "actor")


def holders(frame: pd.DataFrame) -> pd.Series | None:
    """
    Read who holds each area.

    Parameters
    ----------
    frame
        Claims with a column `controller`, else `control`, else `actor`, row by
        row; capitals in the column's name do not matter.

    Returns
    -------
    Series of str or None
        The holder of each row, in the spelling that stands first where only
        capitals differ; contested where the row's status says so, unknown where
        it is empty. None where the frame has no such column.
    """
    columns = columns_named(frame, _HOLDERS)
    if not columns:
        return None
    named = pd.Series("", index=frame.index, dtype=object)
    for column in columns:
        named = named.where(named != "", _text(frame[column]))
    folded = named.str.casefold()
    spelled = named.groupby(folded.to_numpy()).transform("first").astype(object)
    spelled = spelled.where(~folded.isin(_OWN_WORDS), folded).where(named != "", UNKNOWN)
    for column in columns_named(frame, ("status",)):
        spelled = spelled.where(_text(frame[column]).str.casefold() != CONTESTED, CONTESTED)
    return spelled


def ranks(frame: pd.DataFrame) -> NDArray[np.int64]:
    """
    Rank claims by how far they reach.

    Parameters
    ----------
    frame
        Claims, with or without a column `extent`.

    Returns
    -------
    ndarray of int
        0 for the finest of `schema.EXTENTS`; one more than the coarsest for an
        extent that is none of them; all 0 where there is no such column.
    """
    columns = columns_named(frame, ("extent",))
    if not columns:
        return np.zeros(len(frame), np.int64)
    order = {extent: rank for rank, extent in enumerate(schema.EXTENTS)}
    named = _text(frame[columns[0]]).str.casefold()
    return named.map(order).fillna(len(order)).to_numpy().astype(np.int64)


def standard(frame: Frame) -> Frame:
    """
    Give claims or zones the names of columns and values that the layers have.

    Parameters
    ----------
    frame
        A layer as its user named it.

    Returns
    -------
    GeoDataFrame or DataFrame
        A copy with `valid_from`, `valid_to`, `controller` and `extent` as they
        are read, where there is anything to read them from.

    Raises
    ------
    InputError
        If a date cannot be read.
    """
    named = frame.copy()
    if has_period(frame):
        named["valid_from"], named["valid_to"] = period(frame)
    who = holders(frame)
    if who is not None:
        named["controller"] = who
    for column in columns_named(frame, ("extent",)):
        named["extent"] = _text(frame[column]).str.casefold()
    return named


def unread(frame: pd.DataFrame, name: str) -> list[Notice]:
    """
    Name what looks like part of a claim and is not understood.

    Parameters
    ----------
    frame
        A layer.
    name
        What it is called in the notices.

    Returns
    -------
    list of Notice
        For columns that look like a period and are not read, and for extents
        that are none of `schema.EXTENTS`.
    """
    notices = []
    alike = [str(column) for column in frame.columns if looks_like_period(column)]
    if alike and not frame.empty and not has_period(frame):
        message = (
            f"column(s) {', '.join(alike)} look like a period and are not read, so every row "
            "counts on every day; call them valid_from and valid_to"
        )
        notices.append(Notice(name, "", "unread-period", message))
    if (ranks(frame) == len(schema.EXTENTS)).any():
        known = ", ".join(schema.EXTENTS)
        message = f"an extent that is none of {known} counts as the coarsest"
        notices.append(Notice(name, "", "unknown-extent", message))
    return notices


def _text(values: pd.Series) -> pd.Series:
    return values.astype(object).where(values.notna(), "").astype(str).str.strip()
