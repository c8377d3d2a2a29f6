"""Events of several files as one, counted, with what must be known of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from geo.errors import Notice
from geo.events import codebook
from geo.events.codebook import OWN, UCDP

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

__all__ = ["broken", "counts", "one_each", "said"]

_GAP_DAYS: Final = 31
_COUNTED: Final = ("what", "dataset", "value", "about", "rows", "share")


def one_each(frames: Sequence[pd.DataFrame]) -> tuple[pd.DataFrame, list[Notice]]:
    """
    Join the events of several files, each event once.

    Of UCDP events with the same id, the final one is kept before the candidate, and
    then the one of the newer release; of ACLED events with the same id, that of the
    file named last. Ids of own files mean nothing beyond their file.

    Parameters
    ----------
    frames
        Events as `standard` gives them, a frame for each file; not changed.

    Returns
    -------
    tuple
        The events in the order of the files, numbered anew, and notices: how many were
        left out, what is mixed, and the days between the files that none covers.
        At least one frame is needed.
    """
    joined = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
    file = np.repeat(np.arange(len(frames)), [len(frame) for frame in frames])
    order = np.lexsort((file, _rank(joined)))
    known = joined.loc[order, ["dataset", "event_id"]]
    again = known.duplicated(keep="last").to_numpy() & (known["dataset"] != OWN).to_numpy()
    out = np.sort(order[again])
    notices = [*_left_out(joined.iloc[out]), *_mixed(joined), *_gaps(frames)]
    if not len(out):
        return joined, notices
    kept = np.ones(len(joined), np.bool_)
    kept[out] = False
    return joined[kept].reset_index(drop=True), notices


def _rank(frame: pd.DataFrame) -> NDArray[np.int64]:
    """Rank rows by the release that is kept: final before unknown before candidate."""
    groups = frame.groupby(["dataset", "release"], sort=True)
    ages = [_age(str(dataset), str(release)) for dataset, release in groups.size().index]
    order = sorted(ages)
    return np.array([order.index(age) for age in ages], np.int64)[groups.ngroup()]


def _age(dataset: str, release: str) -> tuple[Any, ...]:
    if dataset != UCDP:
        return (dataset, 0, ())
    flag = codebook.is_candidate(release)
    trust = 1 if flag is None else 0 if flag else 2
    return (dataset, trust, tuple(int(part) for part in release.split(".") if part))


def _left_out(rows: pd.DataFrame) -> list[Notice]:
    notices = []
    for title, many in _titles(rows).value_counts(sort=False).sort_index().items():
        message = f"{many} event(s) of {title} stand in another file too and were left out there"
        notices.append(Notice("", "", "event-twice", message))
    return notices


def _mixed(frame: pd.DataFrame) -> list[Notice]:
    titles = sorted(_titles(frame[["dataset", "release"]].drop_duplicates()))
    if len(titles) < 2:  # noqa: PLR2004 - one is not mixed
        return []
    message = (
        f"{', '.join(titles)} are mixed; they count by different rules, "
        "so a trend across them is false"
    )
    return [Notice("", "", "releases-mixed", message)]


def _gaps(frames: Sequence[pd.DataFrame]) -> Iterator[Notice]:
    """Name long times between the first and the last event that no file covers."""
    spans = sorted(
        (frame["date_start"].min().date(), frame["date_end"].max().date())
        for frame in frames
        if len(frame)
    )
    until = spans[0][1] if spans else None
    for first, last in spans:
        if until is not None and (first - until).days > _GAP_DAYS:
            message = f"no file covers the days between {until} and {first}: not known, not 0"
            yield Notice("", "", "gap", message)
        until = max(until or last, last)


def said(frame: pd.DataFrame, name: str) -> list[Notice]:
    """
    Say what must be known before events are counted.

    Parameters
    ----------
    frame
        Events as `standard` gives them.
    name
        The file that they are of.

    Returns
    -------
    list of Notice
        The days that they cover; candidate events; a release that is not known;
        places that only a country or a point of no stated precision tells.
    """
    if frame.empty:
        return [Notice(name, "", "no-events", "holds no event that can be used")]
    first, last = frame["date_start"].min().date(), frame["date_end"].max().date()
    notices = [Notice(name, "", "covers", f"covers {first} to {last}, and says nothing beyond")]
    ucdp = frame[frame["dataset"] == UCDP]
    if ucdp["is_candidate"].any():
        notices.append(Notice(name, "", "candidates", codebook.CANDIDATES))
    if (ucdp["release"] == "").any():
        message = "the UCDP release is not known; give it by --release, as 24.1 or 26.0.2"
        notices.append(Notice(name, "", "release-unknown", message))
    return [*notices, *_vague(frame, name)]


def _titles(frame: pd.DataFrame) -> pd.Series:
    """Name the dataset and release of each event."""
    return (frame["dataset"] + " " + frame["release"]).str.rstrip()


def _vague(frame: pd.DataFrame, name: str) -> Iterator[Notice]:
    unstated = int((frame["precision"] == codebook.NOT_STATED).sum())
    if unstated:
        message = f"{unstated} event(s) have no stated precision and count as being at their point"
        yield Notice(name, "", "precision-unstated", message)
    finest = pd.Series(0, index=frame.index)
    for dataset, known in codebook.REGIONS.items():
        rows = frame["dataset"] == dataset
        finest[rows] = frame.loc[rows, "precision"].map(
            {number: region.level for number, region in known.items()}
        )
    unnamed = int(((frame["level"] == 0) & (finest > 0)).sum())
    if unnamed:
        message = f"{unnamed} event(s) name no area below the country; they can be anywhere in it"
        yield Notice(name, "", "area-unnamed", message)


def counts(frame: pd.DataFrame, rejected: pd.DataFrame) -> pd.DataFrame:
    """
    Count events by what matters before they are used.

    Parameters
    ----------
    frame
        Events as `standard` gives them.
    rejected
        A line for each broken rule, with `PROBLEM_COLUMNS`.

    Returns
    -------
    DataFrame
        Columns `what` (dataset, release, year, precision, date_precision, fatalities,
        rejected), `dataset`, `value`, `about` (in the words of the codebook), `rows`
        and `share` (0 to 1, of the events of the dataset; empty for fatalities and
        rejected rows). A year is that of the day on which an event began. Of
        fatalities, `rows` is their number, empty where no file gives any.
    """
    events = frame.assign(year=frame["date_start"].dt.year.astype(int))
    lines: list[tuple[Any, ...]] = []
    for dataset, mine in events.groupby("dataset", sort=True):
        size = len(mine)
        lines.append(("dataset", dataset, dataset, "", size, 1.0))
        for what in ("release", "year", "precision", "date_precision"):
            for value, rows in mine.groupby(what, sort=True).size().items():
                about = _about(str(dataset), what, value)
                lines.append((what, dataset, str(value), about, int(rows), int(rows) / size))
        for name, column in _DEATHS.items():
            total = mine[column].sum(min_count=1)
            lines.append(("fatalities", dataset, name, "", total, None))
    lines += [("rejected", "", column, rule, rows, None) for column, rule, rows in broken(rejected)]
    table = pd.DataFrame(lines, columns=list(_COUNTED))
    return table.astype({"rows": "Int64", "share": "Float64"})


def broken(rejected: pd.DataFrame) -> list[tuple[str, str, int]]:
    """
    Count the rows that break each rule.

    Parameters
    ----------
    rejected
        A line for each broken rule, with `PROBLEM_COLUMNS`.

    Returns
    -------
    list of tuple
        Column, rule and number of rows, sorted by column and rule.
    """
    table = rejected.groupby(["column", "rule"], sort=True).size().reset_index(name="rows")
    return [(str(column), str(rule), int(rows)) for column, rule, rows in table.to_numpy()]


_DEATHS = {"low": "fatalities_low", "best": "fatalities", "high": "fatalities_high"}


def _about(dataset: str, what: str, value: Any) -> str:
    if what == "precision":
        return codebook.REGIONS[dataset][int(value)].about
    if what == "date_precision":
        return codebook.DATES[dataset][int(value)].about
    if what == "release":
        flag = codebook.is_candidate(value) if dataset == UCDP else None
        return "" if flag is None else "candidate" if flag else "final"
    return ""
