"""
How many events, how many deaths and how much of a route lie within a radius: low, central, high.

*Low* counts what is within the radius for sure: events whose whole region and
whole time lie inside. *High* counts what may be within it: events whose region
and time reach inside. *Central* is the mean of seeded draws of every event's
place and day, with the range that nine of ten draws fall into. Only the place
and the day are in doubt here; what a source missed is not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from geo.errors import InputError, Notice
from geo.events import away, days, nearness, reach
from geo.events.regions import ANYWHERE, AREA, POINT, Regions, draw, locate

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from geo.events.regions import Areas

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = ["CURVE_KM", "Near", "near"]

CURVE_KM: Final = (0.5, 1, 2, 3, 5, 7.5, 10, 15, 20, 25, 30, 40, 50)
"""Radii of the exposure curve, kilometres."""

_RANGE: Final = (0.05, 0.95)
_MOST_KM: Final = 100.0
_LEAST_DRAWS: Final = 20  # the 5 % range needs one draw outside it
_MOST_DRAWS: Final = 10_000  # each is a place for every event in doubt, all held at once
_MEASURES: Final = ("events", "fatalities", "exposed_m")
_PARTS: Final = ("low", "central", "high", "p5", "p95")


@dataclass(frozen=True)
class Near:
    """
    What `near` found.

    Attributes
    ----------
    table
        A row for each route and radius: `route_id`, `within_m`, and for each
        of events, fatalities and exposed_m (metres of road) the columns
        `_low`, `_central`, `_high`, `_p5` and `_p95`.
    since, until
        The days of the events, [since, until).
    draws, seed
        How often, and from which seed, places and days were drawn.
    counted
        How many events of the file lie in that time.
    notices
        What must be known before using the numbers.
    """

    table: pd.DataFrame
    since: dt.date | None
    until: dt.date | None
    draws: int
    seed: int
    counted: int
    notices: tuple[Notice, ...] = ()

    def head(self) -> dict[str, Any]:
        """
        Say which events were asked for, and how, in the form of the JSON contract.

        Returns
        -------
        dict
            `since`, `until` (days or None), `counted`, `draws`, `seed`.
        """
        days = {"since": self.since, "until": self.until}
        told = {name: None if day is None else day.isoformat() for name, day in days.items()}
        return {**told, "counted": self.counted, "draws": self.draws, "seed": self.seed}

    def records(self, route_id: str) -> list[dict[str, Any]]:
        """
        Give the rows of one route in the form of the JSON contract.

        Parameters
        ----------
        route_id
            The route.

        Returns
        -------
        list of dict
            One for each radius, ascending; plain values only, None for deaths
            where an event within reach does not give them.
        """
        rows = self.table[self.table["route_id"] == route_id]
        return [
            {"within_m": row["within_m"]}
            | {name: {part: _known(row[f"{name}_{part}"]) for part in _PARTS} for name in _MEASURES}
            for row in rows.to_dict("records")
        ]


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


@dataclass(frozen=True)
class _Window:
    """The events that may lie in the time asked for, and what of them is known."""

    regions: Regions
    is_sure: Flags
    begin: Floats
    days: Floats
    deaths: Floats
    since: float
    until: float

    def drawn_inside(self, rows: Ints, chance: Floats) -> Flags:
        """Tell whether days drawn at these chances, shape (draws, rows), lie in the time."""
        day = self.begin[rows] + np.floor(chance * self.days[rows])
        inside: Flags = (day >= self.since) & (day < self.until)
        return inside


@dataclass(frozen=True)
class _Draws:
    """Places drawn for the events in doubt, in space; those on days outside are far away."""

    rows: Ints
    space: Floats = field(repr=False)


@dataclass(frozen=True)
class _Route:
    """One route, how far each event's region is off it at least and at most, and the radii."""

    scale: reach.Ruler
    low: Floats
    high: Floats
    radii: Floats


def near(  # noqa: PLR0913 - one keyword for each thing that a planner may set
    routes: GeoDataFrame,
    events: pd.DataFrame,
    areas: Areas | None = None,
    *,
    within_km: Sequence[float] = (1, 2, 5, 25),
    since: dt.date | str | None = None,
    until: dt.date | str | None = None,
    draws: int = 200,
    seed: int = 0,
) -> Near:
    """
    Tell how near events pass routes, with the precision that they have and no more.

    Parameters
    ----------
    routes
        Lines in EPSG:4326 with a `route_id`, a row a route.
    events
        Standard events, as `io.read_events` gives them. None: zeros, which are
        then measured zeros.
    areas
        Where the areas lie that events name; without it such events are counted
        nowhere, with a notice.
    within_km
        Radii, kilometres, above 0 and at most 100.
    since, until
        Days [since, until); left out, all. An event that lasted or may have
        happened across the border of the time is in doubt.
    draws
        How often to draw, from 20 to 10,000.
    seed
        Where the draws start: the same seed gives the same numbers, whatever
        other routes are asked for.

    Returns
    -------
    Near
        Low <= central <= high in every row.

    Raises
    ------
    InputError
        If a radius, a day or the number of draws cannot be used.
    """
    radii = _radii(within_km)
    if not _LEAST_DRAWS <= draws <= _MOST_DRAWS:
        message = f"draws: from {_LEAST_DRAWS} to {_MOST_DRAWS:,} can be made, not {draws}"
        raise InputError(message)
    begin, end = days.asked(since, until)
    notices = days.uncovered(events, begin, end)
    window, counted = _window(events, areas, begin, end, notices)
    chance = _drawn(window, draws, seed)
    measured = _measured(routes.geometry.to_numpy(), window, radii)
    tables = [
        _of_route(str(name), route, window, chance)
        for name, route in zip(routes["route_id"], measured, strict=True)
    ]
    table = pd.concat(tables or [pd.DataFrame(columns=_columns())], ignore_index=True)
    return Near(table, begin, end, draws, seed, counted, tuple(notices))


def _columns() -> list[str]:
    return ["route_id", "within_m", *(f"{name}_{part}" for name in _MEASURES for part in _PARTS)]


def _radii(within_km: Sequence[float]) -> Floats:
    radii = np.unique(np.asarray(within_km, dtype=float))
    if radii.size == 0 or not (np.isfinite(radii) & (radii > 0) & (radii <= _MOST_KM)).all():
        message = f"within: radii must be above 0 and at most {_MOST_KM:g} km"
        raise InputError(message)
    return radii * 1000


def _window(
    events: pd.DataFrame,
    areas: Areas | None,
    since: dt.date | None,
    until: dt.date | None,
    notices: list[Notice],
) -> tuple[_Window, int]:
    """Keep the events that may lie in the time, and give each its region."""
    first, last = (
        events[name].to_numpy("datetime64[D]").astype(np.int64).astype(float)
        for name in ("date_start", "date_end")
    )
    low = -np.inf if since is None else float(np.datetime64(since, "D").astype(np.int64))
    high = np.inf if until is None else float(np.datetime64(until, "D").astype(np.int64))
    rows = np.flatnonzero((last >= low) & (first < high))
    regions = locate(events.iloc[rows], areas, notices)
    placed = np.flatnonzero(regions.kind != ANYWHERE)
    rows, regions = rows[placed], regions.only(placed)
    # deaths that an own file does not give are not known, and not 0
    columns = ("fatalities_low", "fatalities", "fatalities_high")
    deaths = np.column_stack([events[name].to_numpy(float, na_value=np.nan) for name in columns])
    deaths = deaths[rows]
    sure = (first[rows] >= low) & (last[rows] < high)
    days = last[rows] - first[rows] + 1
    return _Window(regions, sure, first[rows], days, deaths, low, high), int(rows.size)


def _drawn(window: _Window, draws: int, seed: int) -> _Draws:
    """Draw places and days for all events in doubt, so that no route changes another's numbers."""
    rows = np.flatnonzero((window.regions.kind != POINT) | ~window.is_sure)
    rng = np.random.default_rng(seed)
    places = draw(window.regions.only(rows), draws, rng)
    space = reach.in_space(places)
    space[~window.drawn_inside(rows, rng.random((draws, rows.size)))] = np.inf
    return _Draws(rows, space)


def _measured(lines: Any, window: _Window, radii: Floats) -> Iterator[_Route]:
    """Measure how far each event's region is off each route, one route after the other."""
    regions, within_m = window.regions, radii[-1]
    most = within_m + float(regions.radius_m.max(initial=0.0))
    found = nearness.nearest(lines, np.column_stack([regions.lon, regions.lat]), most)
    ends = np.searchsorted(found.route, np.arange(len(lines) + 1))
    for line, begin, end in zip(lines, ends[:-1], ends[1:], strict=True):
        scale = reach.ruler(line)
        centre = np.full(regions.kind.size, np.inf)
        centre[found.point[begin:end]] = found.distance_m[begin:end]
        low = np.maximum(centre - regions.radius_m, 0.0)
        high = centre + regions.radius_m
        is_area = regions.kind == AREA
        low[is_area], high[is_area] = away.areas(scale, regions.only(is_area), within_m)
        yield _Route(scale, low, high, radii)


def _of_route(name: str, route: _Route, window: _Window, chance: _Draws) -> pd.DataFrame:
    """Answer for one route, at every radius."""
    near = np.flatnonzero(route.low[chance.rows] <= route.radii[-1])
    drawn = _Draws(chance.rows[near], chance.space[:, near])
    events, deaths = _counts(route, window, drawn)
    exposed = _exposed(route, window, drawn)
    columns: dict[str, Any] = {"route_id": name, "within_m": route.radii}
    for title, values in zip(_MEASURES, (events, deaths, exposed), strict=True):
        columns |= {f"{title}_{part}": column for part, column in values.items()}
    return pd.DataFrame(columns)


def _summary(low: Floats, high: Floats, drawn: Floats) -> dict[str, Floats]:
    """Bring draws, shape (draws, radii), between low and high, and sum them up."""
    drawn = np.clip(drawn, low, high)
    p5, p95 = np.quantile(drawn, _RANGE, axis=0)
    central = np.clip(drawn.mean(axis=0), low, high)  # a mean is rounded, its bounds are not
    return {"low": low, "central": central, "high": high, "p5": p5, "p95": p95}


def _counts(
    route: _Route, window: _Window, drawn: _Draws
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Count events and deaths."""
    maybe = route.low[:, None] <= route.radii
    surely = (route.high[:, None] <= route.radii) & window.is_sure[:, None]
    fixed = window.is_sure & (window.regions.kind == POINT)
    hit = _hits(route, drawn) | surely[drawn.rows]
    least, best, most = window.deaths.T
    events = _summary(
        surely.sum(axis=0).astype(float),
        maybe.sum(axis=0).astype(float),
        hit.sum(axis=1) + maybe[fixed].sum(axis=0),
    )
    deaths = _summary(
        _sum(least, surely),
        _sum(most, maybe),
        np.stack([_sum(best[drawn.rows], part) for part in hit]) + _sum(best[fixed], maybe[fixed]),
    )
    return events, deaths


def _sum(deaths: Floats, counted: Flags) -> Floats:
    """Sum the deaths of events that count; unknown where one of those is."""
    unknown = np.isnan(deaths)
    total: Floats = np.where(unknown, 0.0, deaths) @ counted
    return np.where(counted[unknown].any(axis=0), np.nan, total)


def _hits(route: _Route, drawn: _Draws) -> Flags:
    """Tell which draws put which events within which radius: shape (draws, events, radii)."""
    if route.scale.begin.size == 0 or drawn.rows.size == 0:
        return np.zeros((len(drawn.space), drawn.rows.size, route.radii.size), np.bool_)
    hits: Flags = _to_drawn(route.scale, drawn.space, route.radii[-1])[:, :, None] <= route.radii
    return hits


def _to_drawn(scale: reach.Ruler, space: Floats, within_m: float) -> Floats:
    away = np.full(space.shape[:2], np.inf)
    there = np.isfinite(space[..., 0])
    away[there] = scale.tree.query(space[there], distance_upper_bound=within_m * 1.001)[0]
    return away


def _exposed(route: _Route, window: _Window, drawn: _Draws) -> dict[str, Floats]:
    """Measure the road within each radius of an event."""
    scale, radii, regions = route.scale, route.radii, window.regions
    if scale.begin.size == 0:
        none = np.zeros(radii.size)
        return _summary(none, none, none[None])
    width = scale.end - scale.begin
    reach_m = radii[-1] + float(width.max())
    possible = np.flatnonzero(route.low <= radii[-1])
    sure = possible[window.is_sure[possible]]
    points = sure[regions.kind[sure] == POINT]
    surely, maybe, fixed = (
        reach.Places(regions.only(rows), reach_m) for rows in (sure, possible, points)
    )
    low = _metres(scale, surely.farthest_m, radii)
    # an event in doubt may be in many places, but only in one of them
    open_ = np.setdiff1d(possible, points)
    many = (route.low[open_, None] <= radii).sum(axis=0)
    high = np.maximum(_metres(scale, maybe.nearest_m, radii), low)
    for at in np.flatnonzero(high > low):
        high[at] = min(high[at], low[at] + many[at] * reach.most_within(scale, radii[at]))
    middle = scale.places((scale.begin + scale.end) / 2)
    ground = surely.farthest_m(middle)
    still = np.minimum(fixed.nearest_m(middle), ground)
    spots = reach.in_space(middle)
    draws = [
        _within(width, _nearest(spots, places, still, reach_m), radii) for places in drawn.space
    ]
    # the draws are measured at the middles of short stretches; what is sure is measured twice,
    # so that it is known how much that is off
    return _summary(low, high, low + np.stack(draws) - _within(width, ground, radii))


def _metres(scale: reach.Ruler, away: Any, radii: Floats) -> Floats:
    ends = scale.at_ends(away)
    return np.array([reach.metres_within(scale, away, ends, radius) for radius in radii])


def _nearest(spots: Floats, places: Floats, fixed: Floats, within_m: float) -> Floats:
    """Measure spots of a route to the places of one draw, or to what stays where it is."""
    from scipy.spatial import cKDTree

    places = places[np.isfinite(places[:, 0])]
    if not len(places):
        return fixed
    away: Floats = cKDTree(places).query(spots, distance_upper_bound=within_m)[0]
    return np.minimum(away, fixed)


def _within(width: Floats, away: Floats, radii: Floats) -> Floats:
    metres: Floats = width @ (away[:, None] <= radii)
    return metres
