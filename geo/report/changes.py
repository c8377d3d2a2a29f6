"""
What changed between two answers: where, and as far as the two files prove it, why.

Routes, zones and controllers are known by their ids. Metres are compared one by
one only where both answers measured one and the same line; else only totals are.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from geo.passages import TINY_M
from geo.report import ruler
from geo.report.around import Around, Rest, around, differing, rest_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.report.ruler import HandChange, Range
    from geo.report.saved import Route, Saved, Zone

__all__ = [
    "NUMBERS",
    "Change",
    "Changes",
    "EventChange",
    "HolderChange",
    "RouteChange",
    "ZoneChange",
    "compare",
    "same_line",
]

NUMBERS: Final = (
    "length_m",
    "exposed_m",
    "exposed_share",
    "boundary_m",
    "crossings",
    "longest_exposed_m",
    "sure_m",
    "possible_m",
)
_SAME_DEG: Final = 1e-9
_SAME_STEP_M: Final = 1e-3  # what an edge may change when its ends move by 1e-9 degrees, and room
_SAME: Final = 1e-9


@dataclass(frozen=True)
class Change:
    """
    One number or word that differs.

    Attributes
    ----------
    what
        Its name.
    before, after
        What stood there and what stands there; None where nothing was known.
    """

    what: str
    before: float | str | None
    after: float | str | None


@dataclass(frozen=True)
class ZoneChange:
    """
    A zone that a route meets in one answer only, or elsewhere in the other.

    Attributes
    ----------
    zone_id, name
        The zone.
    change
        "came", "went" or "changed": on this route in the second answer only, in
        the first only, or in both with other passages or metres.
    before_m, after_m, before_boundary_m, after_boundary_m
        Metres inside it and along its border.
    """

    zone_id: str
    name: str
    change: str
    before_m: float
    after_m: float
    before_boundary_m: float
    after_boundary_m: float


@dataclass(frozen=True)
class HolderChange:
    """
    What one controller holds of a route.

    Attributes
    ----------
    controller
        Who.
    before_m, after_m
        Metres; None where the answer does not name the controller there.
    """

    controller: str
    before_m: float | None
    after_m: float | None


@dataclass(frozen=True)
class EventChange:
    """
    What differs between the events near a route.

    Attributes
    ----------
    within_m
        The radius.
    change
        "came" or "went" where one answer only has that radius, else "changed".
    changes
        The numbers that differ.
    """

    within_m: float
    change: str
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class RouteChange:
    """
    What changed along one route that both answers have.

    Attributes
    ----------
    route_id, name
        The route, by its newer name.
    same_line
        False where the two paths differ: then metres cannot be compared one by
        one, and `gained`, `lost`, `hands` and their sums are None.
    numbers
        Totals that differ.
    gained_m, lost_m, gained, lost
        Metres exposed in the second answer only, and in the first only.
    hands_m, hands
        Metres held by another controller.
    other_claims_m
        Metres held by the same controller according to other claims.
    zones, controllers, events
        Zones, sums by controller and events that differ.
    rest
        Everything else in the files that differs.
    """

    route_id: str
    name: str
    same_line: bool
    numbers: tuple[Change, ...]
    gained_m: float | None
    lost_m: float | None
    gained: tuple[Range, ...] | None
    lost: tuple[Range, ...] | None
    hands_m: float | None
    hands: tuple[HandChange, ...] | None
    other_claims_m: float | None
    zones: tuple[ZoneChange, ...]
    controllers: tuple[HolderChange, ...]
    events: tuple[EventChange, ...]
    rest: tuple[Rest, ...]

    @property
    def same(self) -> bool:
        """Whether nothing differs, to a micrometre."""
        found = (self.numbers, self.gained, self.lost, self.hands, self.zones)
        more = (self.controllers, self.events, self.rest)
        return self.same_line and not any((*found, *more)) and (self.other_claims_m or 0) <= TINY_M


@dataclass(frozen=True)
class Changes:
    """
    What changed between two answers.

    Attributes
    ----------
    before, after
        The answers.
    around
        What differs around the numbers, and which of it could have moved them.
    routes
        The routes that both have and that differ, in the order of the second.
    compared
        How many routes both have.
    only_before, only_after
        Ids and names of routes that one of them has.
    """

    before: Saved
    after: Saved
    around: Around
    routes: tuple[RouteChange, ...]
    compared: int
    only_before: tuple[tuple[str, str], ...]
    only_after: tuple[tuple[str, str], ...]

    @property
    def same_routes(self) -> bool:
        """Whether the routes and all that is said of them are the same, to a micrometre."""
        return not (self.routes or self.only_before or self.only_after)

    @property
    def same(self) -> bool:
        """Whether the answers are the same; versions of packages are said, not counted."""
        return self.same_routes and not self.around.counted

    def as_dict(self) -> dict[str, Any]:
        """
        Give the comparison as plain values.

        Returns
        -------
        dict
            None where something cannot be compared, never 0.
        """
        return {
            "same": self.same,
            "before": _head(self.before),
            "after": _head(self.after),
            "around": self.around.as_dict(),
            "compared": self.compared,
            "only_before": [{"route_id": one, "name": name} for one, name in self.only_before],
            "only_after": [{"route_id": one, "name": name} for one, name in self.only_after],
            "routes": [asdict(route) for route in self.routes],
        }


def _head(saved: Saved) -> dict[str, Any]:
    return {"file": saved.name, "geo": saved.answer.geo, "as_of": saved.answer.as_of}


def compare(before: Saved, after: Saved) -> Changes:
    """
    Compare two answers.

    Parameters
    ----------
    before, after
        The answers, from `saved.read`. Routes and zones are known by their ids.

    Returns
    -------
    Changes
        For each route exposed_m after - before = gained_m - lost_m, and every
        metre gained or lost carries the zones that it lies in.
    """
    old = {route.route_id: route for route in before.answer.routes}
    new = {route.route_id: route for route in after.answer.routes}
    old_raw, new_raw = ({one["route_id"]: one for one in s.raw["routes"]} for s in (before, after))
    both = [route_id for route_id in new if route_id in old]
    found = [_route(old[one], new[one], (old_raw[one], new_raw[one])) for one in both]
    return Changes(
        before=before,
        after=after,
        around=around(before, after),
        routes=tuple(route for route in found if not route.same),
        compared=len(both),
        only_before=tuple((one, old[one].name) for one in old if one not in new),
        only_after=tuple((one, new[one].name) for one in new if one not in old),
    )


def _route(old: Route, new: Route, raw: tuple[dict[str, Any], dict[str, Any]]) -> RouteChange:
    line = same_line(old, new)
    zones = _zones(old, new, line)
    changed = {zone.zone_id for zone in zones}
    gained, gained_m = ruler.moved(old, new) if line else (None, None)
    lost, lost_m = ruler.moved(new, old) if line else (None, None)
    held = ruler.hands(old.stretches, new.stretches) if line else (None, None, None)
    return RouteChange(
        route_id=new.route_id,
        name=new.name,
        same_line=line,
        numbers=_numbers(old, new),
        gained_m=gained_m,
        lost_m=lost_m,
        gained=gained,
        lost=lost,
        hands_m=held[1],
        hands=held[0],
        other_claims_m=held[2],
        zones=zones,
        controllers=_controllers(old, new),
        events=_events(old.events, new.events),
        rest=rest_of(*raw, same_line=line, told=changed),
    )


def same_line(old: Route, new: Route) -> bool:
    """
    Tell whether two answers measured one and the same line.

    Parameters
    ----------
    old, new
        The answers for one route.

    Returns
    -------
    bool
        Every vertex is equal to 1e-9 degrees, and so are, to a millimetre, the
        metres from each to the next: a gap that one of them travels is another line.
    """
    a = np.array(old.path, float).reshape(-1, 3)
    b = np.array(new.path, float).reshape(-1, 3)
    if a.shape != b.shape:
        return False
    apart = np.abs(a[:, :2] - b[:, :2]).max(initial=0.0)
    steps = np.abs(np.diff(a[:, 2]) - np.diff(b[:, 2])).max(initial=0.0)
    return bool(apart <= _SAME_DEG and steps <= _SAME_STEP_M)


def _numbers(old: Route, new: Route) -> tuple[Change, ...]:
    found = []
    for name in NUMBERS:
        before, after = getattr(old, name), getattr(new, name)
        if not _close(before, after, slack=TINY_M if name.endswith("_m") else _SAME):
            found.append(Change(name, before, after))
    return tuple(found)


def _controllers(old: Route, new: Route) -> tuple[HolderChange, ...]:
    before = {one.controller: one for one in old.controllers}
    after = {one.controller: one for one in new.controllers}
    found = []
    for name in sorted({**before, **after}):
        a, b = before.get(name), after.get(name)
        if not (
            a
            and b
            and abs(a.inside_m - b.inside_m) <= TINY_M
            and _close(a.share, b.share, slack=_SAME)
        ):
            found.append(HolderChange(name, a.inside_m if a else None, b.inside_m if b else None))
    return tuple(found)


def _close(one: float | None, other: float | None, *, slack: float) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= slack


def _zones(old: Route, new: Route, line: bool) -> tuple[ZoneChange, ...]:  # noqa: FBT001
    before = {zone.zone_id: zone for zone in old.zones}
    after = {zone.zone_id: zone for zone in new.zones}
    found = []
    for zone_id in sorted({**before, **after}):
        a, b = before.get(zone_id), after.get(zone_id)
        one = b or a
        if one is None or (a and b and _same_zone(a, b, line)):
            continue
        change = "changed" if a and b else "came" if b else "went"
        metres = [zone.inside_m if zone else 0.0 for zone in (a, b)]
        border = [zone.boundary_m if zone else 0.0 for zone in (a, b)]
        found.append(ZoneChange(zone_id, one.name, change, *metres, *border))
    return tuple(found)


def _same_zone(a: Zone, b: Zone, line: bool) -> bool:  # noqa: FBT001
    """Tell whether a zone has the same metres and, on the same line, the same passages."""
    metres = [abs(a.inside_m - b.inside_m), abs(a.boundary_m - b.boundary_m)]
    if line:
        if [one.on_border for one in a.passages] != [one.on_border for one in b.passages]:
            return False
        for one, other in zip(a.passages, b.passages, strict=True):
            metres += [abs(one.from_m - other.from_m), abs(one.to_m - other.to_m)]
    return max(metres) <= TINY_M


def _events(
    old: Sequence[dict[str, Any]], new: Sequence[dict[str, Any]]
) -> tuple[EventChange, ...]:
    """Compare events radius by radius; a radius that stands again is compared in its order."""
    before, after = _by_radius(old), _by_radius(new)
    found = []
    for key in sorted({**before, **after}):
        a, b = before.get(key), after.get(key)
        if a is None or b is None:
            entry = {**(a or {}), **(b or {})}
            named = _changes(entry, {}) if b is None else _changes({}, entry)
            found.append(EventChange(key[0], "went" if b is None else "came", named))
        elif changes := _changes(a, b):
            found.append(EventChange(key[0], "changed", changes))
    return tuple(found)


def _by_radius(entries: Sequence[dict[str, Any]]) -> dict[tuple[float, int], dict[str, Any]]:
    found: dict[tuple[float, int], dict[str, Any]] = {}
    for entry in entries:
        radius = float(entry["within_m"])
        number = sum(known == radius for known, _ in found)
        found[radius, number] = {name: one for name, one in entry.items() if name != "within_m"}
    return found


def _changes(old: dict[str, Any], new: dict[str, Any]) -> tuple[Change, ...]:
    return tuple(Change(*one) for one in differing(old, new))
