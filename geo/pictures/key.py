"""Beside the map: the routes with their numbers, and every sign explained."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from geo import looks, report
from geo.exposure import bounds
from geo.pictures import facts, paper

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from geo.exposure import Exposure

    Rows = Sequence[Mapping[str, Any]]
    Key = tuple[Callable[[float, float], None], str]

__all__ = ["LAND", "column", "look_of", "sign"]

LAND: Final = "#f6f3ea"

_COLUMN: Final = (8.08, 3.26)
"""Left and width of the column beside it, inches."""
_LINE: Final = 0.165
_HEAD: Final = 0.33
_HOLDERS: Final = "Who holds it"
_MINES: Final = {"active": "#ffd84d", "cancelled": "#5d656b"}
_GATES: Final = {
    "OPEN": "#ffffff",
    "RESTRICTED": "#b9bdc0",
    "UNCLEAR": "#dfe1e2",
    "CLOSED": "#22272b",
}


def look_of(row: Mapping[str, Any], hues: Mapping[str, str]) -> looks.Look:
    """
    Say how a claim looks.

    Parameters
    ----------
    row
        A row of `control_areas`.
    hues
        A colour by holder.

    Returns
    -------
    Look
        As on the page.
    """
    status, extent = str(row.get("status") or "held"), str(row.get("extent") or "")
    return looks.look(row.get("controller"), hues, status=status, extent=extent)


def sign(page: paper.Paper, row: Mapping[str, Any], x: float, y: float) -> None:
    """
    Mark a mining locality or a gate.

    Parameters
    ----------
    page
        The sheet.
    row
        A row of `mining_sites` or `gates`.
    x, y
        Where, inches.
    """
    form, fill = ("s", _GATES.get(str(row.get("status")), "#dfe1e2"))
    if "site_id" in row:
        form, fill = "D", _MINES.get(str(row.get("status")), "#ffffff")
    page.axes.plot(
        [x], [y], form, markersize=5, markerfacecolor=fill, markeredgecolor=paper.INK,
        markeredgewidth=0.8, zorder=2,
    )  # fmt: skip


def column(
    page: paper.Paper,
    found: Exposure,
    drawn: tuple[Rows, Rows, Rows],
    hues: Mapping[str, str],
    *,
    span: tuple[float, float],
    count: int,
) -> None:
    """
    List the routes with their numbers, and explain every sign on the map.

    Parameters
    ----------
    page
        The sheet.
    found
        The answer.
    drawn
        The rows on the map: claims, zones, localities and gates.
    hues
        A colour by holder.
    span
        From where to where it may reach down the sheet, inches.
    count
        How many routes to list.
    """
    left, width = _COLUMN
    y = _list(page, found, span[0], count)
    groups = _keys(page, drawn, hues)
    tall = sum(math.ceil(len(keys) / 2) * _LINE + _HEAD for _, keys in groups)
    over = max(math.ceil((y + tall - span[1]) / _LINE), 0)
    for head, keys in groups:
        # where there is no room for all, the holders with the fewest claims are left out
        kept = max(len(keys) - 2 * over, 2) if head == _HOLDERS else len(keys)
        y += _HEAD
        more = f" (and {len(keys) - kept} more)" if kept < len(keys) else ""
        page.write(left, y - 0.06, head + more, size=7.5, weight="bold")
        for number, (draw, words) in enumerate(keys[:kept]):
            x, line = left + width / 2 * (number % 2), y + _LINE * (number // 2 + 0.75)
            draw(x, line)
            page.write(x + 0.38, line, words, room=width / 2 - 0.42, size=6.5)
        y += math.ceil(kept / 2) * _LINE


def _list(page: paper.Paper, found: Exposure, top: float, count: int) -> float:
    """Write each route with its exposed kilometres and share."""
    left, width = _COLUMN
    right = left + width
    y = top + 0.1
    page.write(left, y, "Routes", size=7.5, weight="bold")
    backs = (0.74, 0.3, 0)
    for head, back in zip(("exposed km", "of km", "share"), backs, strict=True):
        page.write(right - back, y, head, size=6.5, ha="right", color=paper.GREY)
    routes: list[Any] = found.routes.to_dict("records")
    verdicts = found.verdicts
    for number, route in enumerate(routes[:count], 1):
        y += _LINE
        if count > 1:
            page.write(left, y, str(number), size=7, weight="bold")
        name = facts.name_of(route, number)
        indent = 0.2 if count > 1 else 0
        room = width - indent - 1.15
        lines = page.wrap(left + indent, y, name, room=room, lines=2, size=6.5)
        share = facts.percent(route["exposed_share"]) if route["length_m"] else "-"
        open_ = verdicts[route["route_id"]] == bounds.CANNOT_BE_DECIDED
        exposed = report.km(route["exposed_m"]) + ("*" if open_ else "")
        cells = (exposed, report.km(route["length_m"]), share)
        for cell, back in zip(cells, backs, strict=True):
            page.write(right - back, y, cell, size=6.5, ha="right")
        y += 0.12 * (lines - 1)
    more = len(found.routes) - count
    if more > 0:
        y += _LINE
        page.write(left, y, f"and {more} more", size=7, color=paper.GREY)
    if (verdicts.iloc[:count] == bounds.CANNOT_BE_DECIDED).any():
        y += _LINE
        words = "* as drawn; whether any is exposed cannot be decided at this precision"
        y += 0.12 * (page.wrap(left, y, words, room=width, lines=2, size=6.5) - 1)
    return y


def _keys(
    page: paper.Paper, drawn: tuple[Rows, Rows, Rows], hues: Mapping[str, str]
) -> list[tuple[str, list[Key]]]:
    """Explain what is on this map, and nothing else."""
    control, zones, signs = drawn
    lines: list[Key] = [
        (partial(_sample, page, exposed=False), "route"),
        (partial(_sample, page, exposed=True), "part in a conflict zone"),
    ]
    if zones:
        lines.append((_patch(page, paper.OUTLINE), "conflict zone of this day"))
    held = {name for row in control for name in looks.holders([row.get("controller")])}
    named: list[Key] = [
        (
            _patch(page, paper.brush(looks.Look((hues[name],), "solid"))),
            paper.plain_words(name, "a holder"),
        )
        for name in hues
        if name in held
    ]
    doubts = _doubts(page, [look_of(row, hues) for row in control])
    groups = [("Routes and fighting", lines), (_HOLDERS, named), ("How sure", doubts)]
    groups.append(("Mining and gates", _sign_keys(page, signs)))
    return [(head, keys) for head, keys in groups if keys]


def _patch(page: paper.Paper, coats: tuple[paper.Coat, ...]) -> Callable[[float, float], None]:
    return partial(page.swatch, coats=coats)


def _sample(page: paper.Paper, x: float, y: float, *, exposed: bool) -> None:
    ends = ([x, x + 0.3], [y - 0.04, y - 0.04])
    if exposed:
        page.axes.plot(*ends, color=paper.CONFLICT, linewidth=3.4, solid_capstyle="butt")
    page.axes.plot(*ends, color=paper.INK, linewidth=1.2, solid_capstyle="butt")


def _doubts(page: paper.Paper, used: list[looks.Look]) -> list[Key]:
    two = (paper.GREY, "#d0d3d5")
    keys: list[Key] = []
    if any(len(look.hues) > 1 for look in used):
        keys.append((_patch(page, paper.brush(looks.Look(two, "solid"))), "stripes: held jointly"))
    samples = [("approximate", "pale: whole township"), ("contested", "dark lines: besieged")]
    for sure, words in samples:
        if any(look.hues and look.sure == sure for look in used):
            keys.append((_patch(page, paper.brush(looks.Look(two[:1], sure))), words))
    for sure, words in [("contested", "contested"), ("mixed", "mixed: no single holder")]:
        if looks.Look((), sure) in used:
            keys.append((_patch(page, paper.brush(looks.Look((), sure))), words))
    return [*keys, (_patch(page, (paper.Coat(LAND),)), "no claim: unknown")]


def _sign_keys(page: paper.Paper, rows: Rows) -> list[Key]:
    keys: dict[str, Key] = {}
    for row in sorted(rows, key=lambda row: ("site_id" not in row, str(row.get("status")))):
        status = paper.plain_words(row.get("status"), "state not given").lower()
        words = f"mining locality, {status}" if "site_id" in row else f"gate, {status}"
        keys[words] = (partial(_shifted, page, row), words)
    return list(keys.values())


def _shifted(page: paper.Paper, row: Mapping[str, Any], x: float, y: float) -> None:
    sign(page, row, x + 0.15, y - 0.04)
