"""What zones built from events rest on: a page, the last day covered, and how far to trust it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from geo.errors import InputError
from geo.events import ACLED, UCDP

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from geopandas import GeoDataFrame

__all__ = ["PAGES", "page_of", "sourced"]

PAGES: Final = {UCDP: "https://ucdp.uu.se/downloads/", ACLED: "https://acleddata.com/"}
"""The public page of each dataset; events of one's own have none that could be known."""


def page_of(events: pd.DataFrame, page: str | None = None) -> str:
    """
    Find the public page that events stand on.

    Parameters
    ----------
    events
        Standard events with their `dataset`.
    page
        The page, where it is known.

    Returns
    -------
    str
        Its address.

    Raises
    ------
    InputError
        If events of several datasets are mixed, or no page is known, or it is none.
    """
    names = sorted(set(events["dataset"]))
    if len(names) > 1:
        message = (
            f"events of {' and '.join(names)} are mixed; they count by different rules: build "
            "zones of each for itself"
        )
        raise InputError(message)
    if page is None:
        page = next((PAGES[name] for name in names if name in PAGES), None)
    if page is None:
        message = "events of your own: say on which page they stand (--source-url)"
        raise InputError(message)
    if not re.fullmatch(r"https?://\S+", page):
        message = f"source page {page!r}: must be an address that begins with http:// or https://"
        raise InputError(message)
    return page


def sourced(zones: GeoDataFrame, events: pd.DataFrame, *, page: str | None = None) -> GeoDataFrame:
    """
    Say of each zone what it rests on, so that zones become a layer of `conflict_zones`.

    Parameters
    ----------
    zones
        From `build`; not changed.
    events
        The events that they were built from, all of one dataset.
    page
        The public page of the events; left out, that of the dataset (see `PAGES`).

    Returns
    -------
    GeoDataFrame
        With `source_url`; `source_date`, the last day that the events of the zone's
        window's releases cover; `confidence`; and the dataset and release in
        `method`. Confidence is medium where all events of the window are of a
        final release of UCDP, which is vetted; else low: candidate events are not
        vetted yet, ACLED revises its weeks, of a file of one's own nothing is
        known. It is never high, because how many events make a zone is an assumption.

    Raises
    ------
    InputError
        As `page_of`.
    """
    found = page_of(events, page)
    rests = [_rests_on(row, events) for row in zones.to_dict("records")]
    columns = pd.DataFrame(rests, index=zones.index, columns=["source_date", "confidence", "of"])
    return zones.assign(
        method=(zones["method"] + "; " + columns.pop("of")).str.removesuffix("; "),
        source_url=found,
        **columns,
    )


def _rests_on(zone: Mapping[Hashable, Any], events: pd.DataFrame) -> tuple[str, str, str]:
    begin, end = pd.Timestamp(zone["valid_from"]), pd.Timestamp(zone["valid_to"])
    mine = events[(events["date_start"] < end) & (events["date_end"] >= begin)]
    releases = sorted(set(mine["release"]))
    last = events.loc[events["release"].isin(releases), "date_end"].max()
    is_final = (mine["dataset"] == UCDP) & (mine["is_candidate"] == False)  # noqa: E712 - or NA
    sure = bool(is_final.fillna(value=False).all()) and zone["kind"] == "events"
    of = f"{mine['dataset'].iloc[0]} {' and '.join(releases)}".strip()
    return f"{last:%Y-%m-%d}", "medium" if sure else "low", of
