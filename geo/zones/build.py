"""Zones from events: which events count, window of time by window, and what each zone is called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.errors import InputError, Notice
from geo.events.regions import AREA, DISC, POINT, Regions, locate
from geo.zones.shapes import METHODS, WIDEST_KM2, Found, square_km

if TYPE_CHECKING:
    import datetime as dt

    from geopandas import GeoDataFrame

    from geo.events.regions import Areas
    from geo.zones.shapes import Floats, Ints, Shape

__all__ = ["Built", "build"]

_MOST_ACTORS: Final = 6
_WEEK: Final = pd.Timedelta(days=7)


@dataclass(frozen=True)
class Built:
    """
    What `build` made.

    Attributes
    ----------
    zones
        A layer of the kind `conflict_zones` without sources: `zone_id`, `name`,
        `kind`, `extent`, `events`, `fatalities`, `actors`, `valid_from`,
        `valid_to`, `method` and the geometry, in EPSG:4326.
    notices
        What was left out, and why.
    """

    zones: GeoDataFrame
    notices: tuple[Notice, ...] = ()


def build(
    events: pd.DataFrame,
    areas: Areas | None = None,
    *,
    method: str = "density",
    window_days: int = 90,
    since: dt.date | None = None,
    until: dt.date | None = None,
) -> Built:
    """
    Build zones from events.

    Parameters
    ----------
    events
        Standard events, as `io.read_events` gives them. None: no zones.
    areas
        Where the areas lie that events name; without it only placed events count.
    method
        "density": cells of 0.05 degrees where at least one event a month falls
        on 1,000 square kilometres; a placed event is spread by a Gaussian of 10 km
        (a disc's by its own width), one that names an area evenly over it.
        "hull": placed events within 10 km of each other, three or more, inside
        their convex hull and 5 km about it. "townships": areas that three or
        more events name or lie in.
    window_days
        Length of each window, days. Windows end at `until` and go back from there.
    since, until
        Days [since, until); left out, from the first event's to the day after
        the last one's. A first window that begins with them is shorter than the
        others, and is measured over the days that it has.

    Returns
    -------
    Built
        Zones in the order of windows and then of size, the same for the same
        events, whatever their order.

    Raises
    ------
    InputError
        If the method is not known, or a window is not at least a day.

    Notes
    -----
    The numbers in `method` are this package's choice: no source fixes how many
    events make a zone. An event that lasted across the border of two windows
    counts in both.
    """
    if method not in METHODS:
        message = f"method: {method} is none of {', '.join(METHODS)}"
        raise InputError(message)
    if window_days < 1:
        message = f"window: {window_days} days is no window; at least 1 is needed"
        raise InputError(message)
    notices: list[Notice] = []
    windows = _windows(events, window_days, since, until, notices)
    events = _inside(events, windows).sort_values("event_id", ignore_index=True)
    regions = locate(events, areas, notices)
    placed = _placed(events, regions, notices)
    events, regions = events.iloc[placed].reset_index(drop=True), regions.only(placed)
    rows = []
    for begin, end in windows:
        inside = ((events["date_start"] < end) & (events["date_end"] >= begin)).to_numpy()
        found = Found(events[inside], regions.only(inside), float((end - begin).days))
        rows += [
            _row(found, shape, (begin, end), number, method)
            for number, shape in enumerate(METHODS[method](found), 1)
        ]
    columns = [*_COLUMNS, "geometry"]
    zones = gpd.GeoDataFrame(rows, columns=columns, geometry="geometry", crs=4326)
    zones = zones.astype({"events": "Int64", "fatalities": "Int64"})
    return Built(zones, tuple(notices))


def _windows(
    events: pd.DataFrame,
    days: int,
    since: dt.date | None,
    until: dt.date | None,
    notices: list[Notice],
) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """Give the windows, oldest first, and say where they are not what was asked for."""
    day = pd.Timedelta(days=1)
    if events.empty and (since is None or until is None):
        return []
    first, last = events["date_start"].min(), events["date_end"].max()
    low = first if since is None else pd.Timestamp(since)
    high = last + day if until is None else pd.Timestamp(until)
    if high <= low:
        message = f"until ({high:%Y-%m-%d}) must be after since ({low:%Y-%m-%d})"
        raise InputError(message)
    if events.empty:
        return []
    if first - low > _WEEK or high - day - last > _WEEK:
        message = (
            f"the events are of {first:%Y-%m-%d} to {last:%Y-%m-%d}: of other days in "
            f"{low:%Y-%m-%d} to {high - day:%Y-%m-%d} they say nothing, and windows there hold "
            "too few"
        )
        notices.append(Notice("events", "", "beyond-events", message))
    count = int(np.ceil((high - low) / (days * day)))
    windows = [
        (max(high - number * days * day, low), high - (number - 1) * days * day)
        for number in range(count, 0, -1)
    ]
    begin, end = windows[0]
    if (short := (end - begin).days) < days:
        message = (
            f"the first window, from {begin:%Y-%m-%d}, has {short} days, not {days}: few events "
            "make a zone there"
        )
        notices.append(Notice("events", "", "short-window", message))
    return windows


def _inside(events: pd.DataFrame, windows: list[tuple[pd.Timestamp, pd.Timestamp]]) -> pd.DataFrame:
    """Keep the events of the days of the windows."""
    if not windows:
        return events.iloc[:0]
    begin, end = windows[0][0], windows[-1][1]
    return events[(events["date_end"] >= begin) & (events["date_start"] < end)]


_COLUMNS: Final = (
    "zone_id",
    "name",
    "kind",
    "extent",
    "events",
    "fatalities",
    "actors",
    "valid_from",
    "valid_to",
    "method",
)


def _placed(events: pd.DataFrame, regions: Regions, notices: list[Notice]) -> Ints:
    """Leave out events that can be anywhere in a large area: they place no fighting."""
    size = np.zeros(regions.kind.size)
    for area in np.unique(regions.area[regions.area >= 0]):
        size[regions.area == area] = square_km(regions.shapes[area])
    known = np.isin(regions.kind, (POINT, DISC, AREA)) & (size <= WIDEST_KM2)
    vague = int((regions.kind == AREA).sum() - (known & (regions.kind == AREA)).sum())
    if vague:
        message = f"{vague} of {len(events)} name only a state or country and place no zone"
        notices.append(Notice("events", "", "vague-area", message))
    return np.flatnonzero(known)


def _row(
    found: Found,
    shape: Shape,
    window: tuple[pd.Timestamp, pd.Timestamp],
    number: int,
    method: str,
) -> dict[str, Any]:
    """Describe a zone by the events in it, each by the share of it that lies there."""
    polygon, rows, share = shape
    mine = found.events.iloc[rows]
    order = np.lexsort((mine["event_id"].to_numpy(str), -share))
    sides = pd.concat([mine["side_a"], mine["side_b"]]).to_numpy(object)[
        np.concatenate([order, order + len(order)])
    ]
    actors = list(dict.fromkeys(str(side) for side in sides if str(side).strip()))
    named = found.regions.kind[rows] == AREA if method == "townships" else np.ones_like(rows, bool)
    named = named if named.any() else ~named
    names = pd.Series(share[named], index=_names(mine[named])).groupby(level=0, sort=True).sum()
    begin, end = window
    return {
        "zone_id": f"events-{method}-{begin:%Y%m%d}-{number:03d}",
        "name": str(names.idxmax()) or _spot(polygon),
        "kind": "candidate events" if _is_candidate(mine) else "events",
        "extent": "township",
        "events": round(float(share.sum())),
        "fatalities": _deaths(mine, share),
        "actors": "; ".join(sorted(actors[:_MOST_ACTORS])),
        "valid_from": f"{begin:%Y-%m-%d}",
        "valid_to": f"{end:%Y-%m-%d}",
        "method": _ABOUT[method],
        "geometry": polygon,
    }


def _deaths(events: pd.DataFrame, share: Floats) -> int | None:
    """Count the deaths by each event's share; not known where an event does not give them."""
    deaths = float(share @ events["fatalities"].to_numpy(float, na_value=np.nan))
    return None if np.isnan(deaths) else round(deaths)


def _spot(shape: Any) -> str:
    """Name a place that has no name by where it lies."""
    point = shape.representative_point()
    return f"{abs(point.y):.1f}° {'NS'[point.y < 0]}, {abs(point.x):.1f}° {'EW'[point.x < 0]}"


def _is_candidate(events: pd.DataFrame) -> bool:
    """Tell whether any event is from a candidate release, which counts fewer than the final one."""
    if "is_candidate" not in events.columns:
        return False
    return bool(events["is_candidate"].fillna(value=False).astype(bool).any())


def _names(events: pd.DataFrame) -> list[str]:
    """Name each event's place: the finest name that it has."""
    named = pd.Series("", index=events.index, dtype=object)
    for column in ("admin3", "place", "admin2", "admin1", "country"):
        text = events[column].fillna("").astype(str).str.strip()
        named = named.where(named != "", text)
    return [str(name) for name in named]


_ABOUT: Final = {
    "density": "area: events spread over where each can be, one a month on 1,000 km2 (assumption)",
    "hull": "area: three or more placed events within 10 km of each other, and 5 km (assumption)",
    "townships": "area: areas that three or more events name or lie in (assumption)",
}
