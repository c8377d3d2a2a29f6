"""Several sources of claims, each read for itself: never merged, told apart by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo import control as hands
from geo import passages
from geo.errors import InputError
from geo.exposure import frames, tables, words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from geopandas import GeoDataFrame

    from geo.errors import Notice

    Control = GeoDataFrame | Mapping[str, GeoDataFrame] | Sequence[GeoDataFrame] | None

__all__ = ["newest", "one_spelling", "read", "stretches"]

_ALONE = "control"


def read(
    control: Control, zones: GeoDataFrame, source: str, notices: list[Notice]
) -> tuple[tuple[str, ...], dict[str, GeoDataFrame]]:
    """
    Check the claims of every source.

    Parameters
    ----------
    control
        One frame, frames by the name of their source, or a list of frames; None
        where the zones speak for themselves.
    zones
        The zones, checked.
    source
        What a single frame is called in the answer, and the frames of a list
        before they are numbered.
    notices
        Where warnings are added.

    Returns
    -------
    names, claims
        What each source is called in the answer, and its rows by what it is
        called in messages, in one order.

    Raises
    ------
    InputError
        If there is no source in the list, or one names no controller.
    CRSError, GeometryError
        If coordinates or geometries cannot be trusted.
    """
    if control is None:
        _say_of_holders(zones, _ALONE, notices, given=False)
        return (source or "zones",), {_ALONE: zones}
    names, given = _named(control, source)
    if not given:
        message = "control: no source of claims is given; leave it out to let the zones speak"
        raise InputError(message)
    labels = [_ALONE] if len(given) == 1 else [f"{_ALONE} {name}" for name in names]
    claims = {
        label: frames.areas(frame, label, notices)
        for label, frame in zip(labels, given, strict=True)
    }
    for label, frame in claims.items():
        _say_of_holders(frame, label, notices, given=True)
    return tuple(names), claims


def _named(control: Control, source: str) -> tuple[list[str], list[GeoDataFrame]]:
    if isinstance(control, Mapping):
        return frames.numbered([str(name) for name in control]), list(control.values())
    given: list[Any] = list(control) if isinstance(control, list | tuple) else [control]
    return frames.numbered([source or _ALONE] * len(given)), given


def _say_of_holders(
    claims: GeoDataFrame, label: str, notices: list[Notice], *, given: bool
) -> None:
    """Tell unknown ground from claims that name nobody."""
    if claims.empty or hands.holders(claims) is not None:
        return
    if given:
        message = f"{label}: no column is called controller, control or actor"
        raise InputError(message)
    notices.append(words.no_controller())


def newest(frame: pd.DataFrame) -> date | None:
    """
    Find the newest day on which a source of a frame speaks.

    Parameters
    ----------
    frame
        Zones or claims.

    Returns
    -------
    date or None
        The newest `source_date`; None where there is none.

    Raises
    ------
    InputError
        If a date cannot be read.
    """
    dates = [
        hands.days(frame[column], partial=True).max()
        for column in frame.columns
        if str(column).strip().lower() == "source_date"
    ]
    known = [day for day in dates if not pd.isna(day)]
    return max(known).date() if known else None


def stretches(
    lines: GeoDataFrame,
    claims: Mapping[str, GeoDataFrame],
    names: Sequence[str],
    found: passages.Passages | None = None,
    *,
    indexes: Mapping[str, passages.Index] | None = None,
) -> pd.DataFrame:
    """
    Tell who holds each metre of each route, as each source says.

    Parameters
    ----------
    lines
        Routes, from `frames.lines`.
    claims
        The rows of each source that hold on the day.
    names
        What the sources are called in the answer.
    found
        The routes' passages through the claims, where there is one source and
        they are known.
    indexes
        The edges of the claims of each source, by the keys of `claims`, where they
        are known.

    Returns
    -------
    DataFrame
        The columns of `Exposure.stretches`, source by source.
    """
    shapes, ids = lines["geometry"].to_numpy(), lines["route_id"].to_numpy(object)
    parts = []
    for name, (label, frame) in zip(names, claims.items(), strict=True):
        edges = indexes[label] if indexes else frame.geometry.to_numpy()
        held = passages.find(shapes, edges) if found is None else found
        along = hands.along(held, frame, frames.ids_of(frame, "area", "zone"))
        parts.append(tables.renamed(along, ids).assign(source=name))
    return one_spelling(parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True))


def one_spelling(table: pd.DataFrame) -> pd.DataFrame:
    """
    Spell a holder as it stands first, where only capitals differ between sources.

    Parameters
    ----------
    table
        Rows with a `controller`.

    Returns
    -------
    DataFrame
        A copy of it.
    """
    first: dict[str, str] = {}
    for name in table["controller"]:
        first.setdefault(name.casefold(), name)
    return table.assign(controller=[first[name.casefold()] for name in table["controller"]])
