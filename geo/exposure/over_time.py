"""
Exposure over time: geometry is cut once, each date is arithmetic on intervals.

A series is made of days, the first one of each period; between them nothing is
measured. What the rows of a layer cover is not what happened: where a kind of
zone or a release begins or ends, so do its metres. `Series.coverage` says where.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, TypeVar

import numpy as np
import pandas as pd

from geo import control as hands
from geo import passages
from geo.errors import InputError, Notice
from geo.exposure import coverage, disputes, frames, sources, tables
from geo.exposure.course import Series
from geo.exposure.measures import say_open_sea

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    Days = list[dt.date]

__all__ = ["EVERY", "series"]

Made = TypeVar("Made")

EVERY: Final = ("week", "month", "quarter", "year")
_MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}


def series(
    routes: GeoDataFrame,
    zones: GeoDataFrame,
    *,
    control: sources.Control = None,
    every: str = "month",
    since: dt.date | str | None = None,
    until: dt.date | str | None = None,
) -> Series:
    """
    Measure how the exposure of each route changes over time.

    Parameters
    ----------
    routes, zones, control
        As for `measure`.
    every
        The period: week (from Monday), month, quarter or year. Measured is its
        first day.
    since, until
        The first and the last day that may be measured. Left out, the first and
        the last change of the zones; where no zone holds any more from the last
        change on, the day before it.

    Returns
    -------
    Series
        For each route and date the numbers that `measure` gives for that day,
        what the layers cover, and what must be known before using them.

    Raises
    ------
    CRSError, GeometryError
        As `measure`.
    InputError
        As `measure`, or if there is no first day of a period from `since` to
        `until`, or they are needed and not given.

    Notes
    -----
    Rows hold on [`valid_from`, `valid_to`) as for `measure`: the intervals of
    the rows that hold are added, and no geometry is touched for a date.
    """
    notices: list[Notice] = []
    lines = frames.lines(routes, notices)
    zones = frames.areas(zones, "zones", notices)
    names, claims = sources.read(control, zones, "", notices)
    layers = {"zones": zones, **({} if control is None else claims)}
    for label, rows in layers.items():
        notices += hands.unread(rows, label)
    days = _days(zones, every, hands.day_of(since, "since"), hands.day_of(until, "until"))
    frames.compare_extents(lines, zones, notices)
    cuts = {label: _cut(lines, rows) for label, rows in layers.items()}
    held = cuts.values() if control is None else list(cuts.values())[1:]
    line = _line(lines, cuts["zones"], dict(zip(names, held, strict=True)))
    newest = {label: sources.newest(rows) for label, rows in layers.items()}
    covered = coverage.table(layers)
    notices += [*coverage.notices(covered, newest, days), *_idle(cuts, days)]
    last = line.stretches(days[-1])
    sections = tables.sections_table(lines, line.union(days[-1]))
    say_open_sea(last[last["source"] == names[0]], sections, notices)
    notices += _unlike_names(days, line, names)
    known = max((day for day in newest.values() if day), default=None)
    return Series(
        every=every,
        known_until=known,
        newest=newest,
        rows=_by_route(_rows(lines, days, line, known, several=len(names) > 1), lines),
        controllers=_by_route(_controllers(days, line), lines),
        coverage=covered,
        sources=names,
        notices=tuple(notices),
    )


# ---------------------------------------------------------------------- the days


def _days(zones: GeoDataFrame, every: str, since: dt.date | None, until: dt.date | None) -> Days:
    """Give the first day of each period from `since` to `until`."""
    if every not in EVERY:
        message = f"every: {every!r} is none of {', '.join(EVERY)}"
        raise InputError(message)
    first, last = since or _change(zones, 0), until or _change(zones, -1)
    if first is None or last is None:
        message = (
            "the zones have no periods, so no change: say since when and until when "
            "(--since, --until)"
        )
        raise InputError(message)
    if last < first:
        message = f"until {last} is before since {first}"
        raise InputError(message)
    found = list(_first_days(every, first, last))
    if not found:
        message = f"no {every} begins from {first} to {last}: nothing to measure"
        raise InputError(message)
    return found


def _change(zones: GeoDataFrame, place: int) -> dt.date | None:
    """Give the first (0) or last (-1) change; the day before where nothing holds from it on."""
    changes = _changes(_periods(zones))
    if not changes.size:
        return None
    day: dt.date = changes[place].item()
    gone = place == -1 and hands.as_of(_periods(zones), day).empty
    return day - dt.timedelta(days=1) if gone else day


def _first_days(every: str, first: dt.date, last: dt.date) -> Sequence[dt.date]:
    if every == "week":
        monday = first.toordinal() + (-first.weekday()) % 7
        return [dt.date.fromordinal(n) for n in range(monday, last.toordinal() + 1, 7)]
    step = _MONTHS[every]
    month = first.year * 12 + first.month - 1 + (first.day > 1)
    months = range(-(-month // step) * step, last.year * 12 + last.month, step)
    return [dt.date(month // 12, month % 12 + 1, 1) for month in months]


# -------------------------------------------------------------- cut once, then added


class _Cut(NamedTuple):
    """Every passage through every row of a layer, whatever its period."""

    found: passages.Passages
    periods: pd.DataFrame
    claims: pd.DataFrame
    ids: NDArray[np.object_]

    def on(self, day: dt.date) -> tuple[passages.Passages, NDArray[np.int64]]:
        """Keep the rows that hold on a day: their passages, and their numbers."""
        rows = hands.as_of(self.periods, day).index.to_numpy(np.int64)
        place = np.full(len(self.periods), -1)
        place[rows] = np.arange(rows.size)
        keep = place[self.found.zone] >= 0 if rows.size else np.zeros(self.found.zone.size, bool)
        found = self.found
        held = passages.Passages(
            found.route[keep],
            place[found.zone[keep]],
            found.from_m[keep],
            found.to_m[keep],
            found.on_border[keep],
            found.entry[keep],
            found.exit[keep],
            found.length_m,
        )
        return held, rows


def _cut(lines: GeoDataFrame, rows: GeoDataFrame) -> _Cut:
    found = passages.find(lines["geometry"].to_numpy(), rows.geometry.to_numpy())
    standard = hands.standard(rows).reset_index(drop=True)
    kept = [name for name in ("controller", "extent") if name in standard.columns]
    ids = np.asarray(frames.ids_of(rows, "area", "zone"), dtype=object)
    return _Cut(found, _periods(rows), pd.DataFrame(standard[kept]), ids)


def _periods(rows: pd.DataFrame) -> pd.DataFrame:
    """Give the periods of rows by number; one that ends before it begins is refused."""
    hands.as_of(rows, None)
    begins, ends = hands.period(rows)
    return pd.DataFrame({"valid_from": begins.to_numpy(), "valid_to": ends.to_numpy()})


def _changes(periods: pd.DataFrame) -> NDArray[np.datetime64]:
    days = periods.to_numpy("datetime64[D]").ravel()
    found: NDArray[np.datetime64] = np.unique(days[~np.isnat(days)])
    return found


class _ByState(Generic[Made]):
    """
    What is worked out for a day, once for all days between two changes.

    Parameters
    ----------
    cuts
        The layers whose changes count.
    work
        Works it out for a day.
    """

    def __init__(self, cuts: Iterable[_Cut], work: Callable[[dt.date], Made]) -> None:
        self._changes = np.unique(np.concatenate([_changes(cut.periods) for cut in cuts]))
        self._work, self._made = work, dict[int, Made]()

    def __call__(self, day: dt.date) -> Made:
        state = int(np.searchsorted(self._changes, np.datetime64(day, "D"), "right"))
        if state not in self._made:
            self._made[state] = self._work(day)
        return self._made[state]


class _Line(NamedTuple):
    """What is asked of a day."""

    union: Callable[[dt.date], pd.DataFrame]
    stretches: Callable[[dt.date], pd.DataFrame]
    totals: Callable[[dt.date], dict[str, NDArray[Any]]]
    controllers: Callable[[dt.date], pd.DataFrame]
    disputes: Callable[[dt.date], pd.DataFrame]


def _line(lines: GeoDataFrame, zones: _Cut, claims: Mapping[str, _Cut]) -> _Line:
    """Join the questions to the layers that were cut."""
    ids, length_m = lines["route_id"].to_numpy(object), _lengths(lines, zones)
    names = tuple(claims)

    def said(day: dt.date) -> pd.DataFrame:
        parts = []
        for name, cut in claims.items():
            found, rows = cut.on(day)
            along = hands.along(found, cut.claims.iloc[rows], list(cut.ids[rows]))
            parts.append(tables.renamed(along, ids).assign(source=name))
        return pd.concat(parts, ignore_index=True)

    def totals(day: dt.date) -> dict[str, NDArray[Any]]:
        sums = tables.totals(union(day), zones.found.length_m)
        return {**sums, "zones_holding": np.full(len(ids), zones.on(day)[1].size)}

    def disputed(day: dt.date) -> pd.DataFrame:
        return disputes.compared(stretches(day), names, length_m)[0]

    union = _ByState([zones], lambda day: tables.exposed_table(lines, zones.on(day)[0]))
    stretches = _ByState(claims.values(), said)
    return _Line(
        union,
        stretches,
        _ByState([zones], totals),
        _ByState(
            claims.values(), lambda day: tables.controllers_table(stretches(day), length_m, names)
        ),
        _ByState(claims.values(), disputed),
    )


def _lengths(lines: GeoDataFrame, cut: _Cut) -> dict[str, float]:
    return dict(zip(lines["route_id"], cut.found.length_m.tolist(), strict=True))


# -------------------------------------------------------------------- the tables


def _rows(
    lines: GeoDataFrame, days: Days, line: _Line, known: dt.date | None, *, several: bool
) -> pd.DataFrame:
    """Give a row for each route and date."""
    count = len(lines)
    parts = []
    for day in days:
        late = None if known is None else max((day - known).days, 0)
        part: dict[str, Any] = {
            "route_id": lines["route_id"].to_numpy(object),
            "name": lines["name"].to_numpy(object),
            "date": np.full(count, np.datetime64(day, "s")),
            **line.totals(day),
            "beyond_known": pd.Series(
                [None if late is None else late > 0] * count, dtype="boolean"
            ),
            "source_age_days": pd.Series([late] * count, dtype="Int64"),
        }
        if several:
            found = line.disputes(day)
            part["disputed_m"] = [disputes.any_m(found, name) for name in part["route_id"]]
        parts.append(pd.DataFrame(part))
    return pd.concat(parts, ignore_index=True)


def _controllers(days: Days, line: _Line) -> pd.DataFrame:
    parts = [line.controllers(day).assign(date=np.datetime64(day, "s")) for day in days]
    table = sources.one_spelling(pd.concat(parts, ignore_index=True))
    return table[["route_id", "date", "controller", "source", "inside_m", "share"]]


def _by_route(table: pd.DataFrame, lines: GeoDataFrame) -> pd.DataFrame:
    """Put the routes one after the other, each from the first date to the last."""
    order = {route_id: number for number, route_id in enumerate(lines["route_id"])}
    places = table["route_id"].map(order).to_numpy(np.int64)
    return table.iloc[np.argsort(places, kind="stable")].reset_index(drop=True)


def _idle(cuts: Mapping[str, _Cut], days: Days) -> Iterator[Notice]:
    """Say on how many dates no row of a layer holds."""
    for label, cut in cuts.items():
        idle = [day for day in days if hands.as_of(cut.periods, day).empty]
        if idle and len(cut.periods):
            message = (
                f"none of the {len(cut.periods)} rows holds on {len(idle)} of {len(days)} dates, "
                f"the first {idle[0]} and the last {idle[-1]}: nothing could be found there"
            )
            yield Notice(label, "", "none-holds", message)


def _unlike_names(days: Days, line: _Line, names: tuple[str, ...]) -> Iterator[Notice]:
    if len(names) > 1:
        stretches = pd.concat([line.stretches(day) for day in days], ignore_index=True)
        found = pd.concat([line.disputes(day) for day in days], ignore_index=True)
        yield from disputes.unlike_names(stretches, found, names)
