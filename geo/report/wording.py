"""What changed between two answers, as text, CSV and JSON."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from geo.errors import visible
from geo.report.answers import columns, km
from geo.report.cells import csv_text, json_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from geo.report.around import Difference
    from geo.report.changes import Changes, RouteChange, ZoneChange
    from geo.report.ruler import HandChange, Range

__all__ = ["as_csv", "as_json", "as_table"]

_CSV_COLUMNS: Final = (
    "route_id",
    "name",
    "what",
    "from_m",
    "to_m",
    "metres",
    "before",
    "after",
    "why",
)
_SHOWN: Final = 20
_LONG: Final = 100
_SHORT_M: Final = 1000
_TINY_RANGE_M: Final = 10
_SAME_TEXT: Final = "the same answer"


def as_json(found: Changes) -> str:
    """
    Give a comparison as JSON, whole.

    Parameters
    ----------
    found
        The comparison.

    Returns
    -------
    str
        One object, indented, ending with a line feed; signs that a terminal
        would act upon are written as escapes.
    """
    return json_text(found.as_dict())


def as_csv(found: Changes) -> str:
    """
    Give a comparison as CSV: a row for each thing that differs.

    Parameters
    ----------
    found
        The comparison.

    Returns
    -------
    str
        Metres unrounded. Text that a spreadsheet would run as a formula has an
        apostrophe in front. The same answers give the header and no row.
    """
    rows = ([_cell(row.get(name)) for name in _CSV_COLUMNS] for row in _rows(found))
    return csv_text([_CSV_COLUMNS, *rows])


def _cell(value: Any) -> Any:
    return visible(value) if isinstance(value, str) else value


def _rows(found: Changes) -> Iterator[dict[str, Any]]:
    for one in found.around.differences:
        what = f"{one.what} {one.name}".strip()
        yield {"what": what, "before": _brief(one.before), "after": _brief(one.after)}
    for what, side in (("before only", found.only_before), ("after only", found.only_after)):
        for route_id, name in side:
            yield {"route_id": route_id, "name": name, "what": what}
    for route in found.routes:
        for row in _route_rows(route):
            yield {"route_id": route.route_id, "name": route.name, **row}


def _route_rows(route: RouteChange) -> Iterator[dict[str, Any]]:
    if not route.same_line:
        yield {"what": "line", "why": "the paths differ: no metre can be compared with another"}
    for one in route.numbers:
        yield {"what": one.what, "before": one.before, "after": one.after}
    yield from _range_rows(route)
    yield from _zone_rows(route)
    for holder in route.controllers:
        sides = {"before": holder.before_m, "after": holder.after_m}
        yield {"what": f"held by {holder.controller}", **sides}
    for event in route.events:
        what = f"events within {event.within_m!r} m {event.change}"
        for one in event.changes:
            yield {"what": what, "before": one.before, "after": one.after, "why": one.what}
    for rest in route.rest:
        what = f"also {rest.what} ({rest.values})"
        yield {"what": what, "before": rest.before, "after": rest.after, "why": rest.at}


def _range_rows(route: RouteChange) -> Iterator[dict[str, Any]]:
    for what, ranges in (("gained", route.gained), ("lost", route.lost)):
        for part in ranges or ():
            yield {"what": what, **_where(part), "why": ", ".join(_zone_words(route, part.zones))}
    for hand in route.hands or ():
        claims = (", ".join(side) for side in (hand.before_claims, hand.after_claims))
        row = {"what": "hands", **_where(hand), "before": hand.before, "after": hand.after}
        yield {**row, "why": " -> ".join(side or "no claim" for side in claims)}
    if route.other_claims_m:
        yield {"what": "other claims, same holder", "metres": route.other_claims_m}


def _zone_rows(route: RouteChange) -> Iterator[dict[str, Any]]:
    for zone in route.zones:
        what = f"zone {zone.change}"
        yield {"what": what, "before": zone.before_m, "after": zone.after_m, "why": zone.zone_id}
        if zone.before_boundary_m or zone.after_boundary_m:
            border = {"before": zone.before_boundary_m, "after": zone.after_boundary_m}
            yield {"what": f"{what}, border", **border, "why": zone.zone_id}


def _where(part: Range | HandChange) -> dict[str, float]:
    return {"from_m": part.from_m, "to_m": part.to_m, "metres": part.to_m - part.from_m}


def as_table(found: Changes) -> str:
    """
    Give a comparison as text for people, in kilometres.

    Parameters
    ----------
    found
        The comparison.

    Returns
    -------
    str
        One line where the answers are the same; else what differs around the
        numbers, a line for each route that differs, and below what, where and why.
    """
    packages = [one for one in found.around.differences if one.what == "packages"]
    if found.same:
        many = _many(found.compared)
        made = f", made with other versions: {_packages(packages)}" if packages else ""
        return visible(f"{_SAME_TEXT}: {many}, as of {found.after.answer.as_of}{made}") + "\n"
    lines = [f"before: {_head(found.before)}", f"after:  {_head(found.after)}", ""]
    lines += _around(found, packages)
    lines += _totals(found)
    for route in found.routes:
        lines += ["", f"{route.name} ({route.route_id})", *_route(route)]
    return "\n".join(visible(line) for line in lines) + "\n"


def _head(saved: Any) -> str:
    answer = saved.answer
    return f"{saved.name}, as of {answer.as_of}, {_many(len(answer.routes))}, geo {answer.geo}"


def _many(routes: int) -> str:
    return f"{routes} route" + ("s" if routes != 1 else "")


def _packages(packages: Sequence[Difference]) -> str:
    return ", ".join(f"{one.name} {one.before} -> {one.after}" for one in packages)


def _around(found: Changes, packages: Sequence[Difference]) -> list[str]:
    """Say what differs around the numbers, and what of it could have moved them."""
    others = [one for one in found.around.differences if one.what != "packages"]
    lines = [_difference(one) for one in others[:_SHOWN]]
    if len(others) > _SHOWN:
        lines.append(f"and {len(others) - _SHOWN} more (--format json has all)")
    if packages:
        lines.append(f"other versions: {_packages(packages)}")
    if not lines:
        lines.append("nothing differs around the numbers")
    if any(route.gained or route.lost for route in found.routes):
        lines.append(_why("exposure", found.around.exposure))
    if any(route.hands for route in found.routes):
        lines.append(_why("the holders", found.around.hands))
    return lines


def _difference(one: Difference) -> str:
    if one.what == "warning":
        side = "second" if one.before is None else "first"
        return f"warning in the {side} only: {one.name}: {one.after or one.before}"
    return f"{one.what} {one.name}".strip() + f": {_brief(one.before)} -> {_brief(one.after)}"


def _why(what: str, reasons: Sequence[str]) -> str:
    if not reasons:
        return f"nothing that the files carry explains why {what} changed on the same line"
    if len(reasons) == 1:
        return f"{what}: of what the files carry, only {reasons[0]} could have changed it"
    several = ", ".join(reasons)
    return f"{what}: any of {several} could have changed it; the files do not say which"


def _totals(found: Changes) -> list[str]:
    lines = []
    for what, side in (("before", found.only_before), ("after", found.only_after)):
        lines += ["", *(f"only {what}: {name} ({route_id})" for route_id, name in side[:_SHOWN])]
        if len(side) > _SHOWN:
            lines.append(f"only {what}: and {len(side) - _SHOWN} more")
    lines = lines if found.only_before or found.only_after else []
    lines += ["", f"routes in both: {found.compared}, different: {len(found.routes)}"]
    if not found.routes:
        return lines
    old = {route.route_id: route.exposed_m for route in found.before.answer.routes}
    new = {route.route_id: route.exposed_m for route in found.after.answer.routes}
    rows = [("route", "exposed km before", "km after", "gained", "lost", "changed hands")]
    rows += [
        (
            visible(route.name),
            km(old[route.route_id]),
            km(new[route.route_id]),
            _km(route.gained_m),
            _km(route.lost_m),
            _km(route.hands_m),
        )
        for route in found.routes
    ]
    return [*lines, "", *columns(rows)]


def _km(metres: float | None) -> str:
    return "?" if metres is None else km(metres)


def _route(route: RouteChange) -> list[str]:
    lines = []
    if not route.same_line:
        lines.append(
            "  another line: its metres cannot be compared one by one, only the totals can"
        )
    lines += [f"  {_number(one.what, one.before, one.after)}" for one in route.numbers]
    for what, ranges in (("gained", route.gained), ("lost", route.lost)):
        lines += _cut(
            f"{what} {_range(part)}: in {', '.join(_zone_words(route, part.zones))}"
            for part in ranges or ()
        )
    lines += _cut(f"{_range(one)}: from {one.before} to {one.after}" for one in _hands(route))
    if route.other_claims_m:
        lines.append(f"  same holder by other claims: {km(route.other_claims_m)} km")
    lines += _cut(_zone(zone) for zone in route.zones)
    lines += _cut(
        f"held by {one.controller}: {_pair(one.before_m or 0.0, one.after_m or 0.0)}"
        for one in route.controllers
    )
    lines += _cut(
        f"events within {km(one.within_m)} km {one.change}: "
        + ", ".join(f"{c.what} {_brief(c.before)} -> {_brief(c.after)}" for c in one.changes)
        for one in route.events
    )
    lines += [
        f"  also {one.what}: {one.values} value(s) differ, first {one.at}: "
        f"{_brief(one.before)} -> {_brief(one.after)}"
        for one in route.rest
    ]
    return lines


def _cut(lines: Iterable[str]) -> list[str]:
    every = [f"  {line}" for line in lines]
    more = len(every) - _SHOWN
    return every if more <= 0 else [*every[:_SHOWN], f"  and {more} more (--format json has all)"]


def _hands(route: RouteChange) -> list[HandChange]:
    """Join neighbouring stretches that went from one to another: people need no claims."""
    joined: list[HandChange] = []
    for one in route.hands or ():
        last = joined[-1] if joined else None
        same = last and (last.before, last.after, last.to_m) == (one.before, one.after, one.from_m)
        if last and same:
            joined[-1] = replace(last, to_m=one.to_m)
        else:
            joined.append(one)
    return joined


def _zone(zone: ZoneChange) -> str:
    line = f"zone {zone.name} ({zone.zone_id}) {zone.change}: {_pair(zone.before_m, zone.after_m)}"
    if zone.before_boundary_m or zone.after_boundary_m:
        line += f", along its border {_pair(zone.before_boundary_m, zone.after_boundary_m)}"
    return line


def _zone_words(route: RouteChange, zone_ids: Sequence[str]) -> list[str]:
    changes = {zone.zone_id: zone.change for zone in route.zones}
    return [f"{one} ({changes[one]})" if one in changes else one for one in zone_ids]


def _range(part: Range | HandChange) -> str:
    """Say a stretch in kilometres, with as many digits as it needs."""
    width = part.to_m - part.from_m
    digits = 1 if width >= _SHORT_M else 3 if width >= _TINY_RANGE_M else 6
    low, high = (f"{end / 1000:.{digits}f}" for end in (part.from_m, part.to_m))
    return f"km {low}-{high} ({km(width)} km)"


def _pair(before: float, after: float) -> str:
    one, other = km(before), km(after)
    if one == other and before != after:
        near = f"{before:.3f}" == f"{after:.3f}"
        return f"{before!r} -> {after!r} m" if near else f"{before:.3f} -> {after:.3f} m"
    return f"{one} -> {other} km" if one != other else f"{one} km as before"


def _number(name: str, before: Any, after: Any) -> str:
    if name.endswith("_m") and before is not None and after is not None:
        return f"{name.removesuffix('_m')}: {_pair(before, after)}"
    if name.endswith("_share"):
        one, other = f"{before:.1%}", f"{after:.1%}"
        rounded = one == other or ("100.0%" in {one, other} and max(before, after) < 1)
        return f"{name}: {before!r} -> {after!r}" if rounded else f"{name}: {one} -> {other}"
    return f"{name}: {_brief(before)} -> {_brief(after)}"


def _brief(value: Any) -> str:
    """Say any value in a few words."""
    if value is None:
        return "none"
    if isinstance(value, dict):
        digest = str(value.get("sha256", ""))[:12]
        return f"{value.get('path')} (sha256 {digest}, {value.get('features')} features)"
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return text if len(text) <= _LONG else f"{text[:_LONG]}..."
