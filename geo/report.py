"""The same answers as text, CSV and JSON."""

from __future__ import annotations

import csv
import io as memory
import json
import math
from typing import TYPE_CHECKING, Any

from geo.exposure.bounds import CANNOT_BE_DECIDED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geo.exposure import Exposure

__all__ = ["as_csv", "as_json", "as_table", "columns", "heading", "km"]

_CSV_COLUMNS = (
    "as_of",
    "route_id",
    "name",
    "length_m",
    "exposed_m",
    "exposed_share",
    "boundary_m",
    "crossings",
    "longest_exposed_m",
    "sure_m",
    "possible_m",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_json(found: Exposure) -> str:
    """
    Give an answer as JSON, whole: the contract that programs rely on.

    Parameters
    ----------
    found
        The answer.

    Returns
    -------
    str
        One object, indented, ending with a line feed.
    """
    return json.dumps(found.as_dict(), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def as_csv(found: Exposure) -> str:
    """
    Give an answer as CSV: a row for each route, and its controllers as columns.

    Parameters
    ----------
    found
        The answer.

    Returns
    -------
    str
        Metres and shares unrounded, empty where they are unknown; a column
        `<controller>_m` for each controller of any route, and last what must be
        known before using the numbers. Text that a spreadsheet would run as a formula
        has an apostrophe in front.
    """
    names = list(dict.fromkeys(found.controllers["controller"]))
    text = memory.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow([*_CSV_COLUMNS, *(_safe(f"{name}_m") for name in names), "warnings"])
    for row in found.routes.itertuples(index=False):
        mine = found.controllers[found.controllers["route_id"] == row.route_id]
        held = dict(zip(mine["controller"], mine["inside_m"], strict=True))
        cells = [found.as_of, *(getattr(row, name) for name in _CSV_COLUMNS[1:])]
        cells = ["" if cell != cell else cell for cell in cells]  # noqa: PLR0124 - NaN
        cells += [held.get(name, 0.0) for name in names]
        said = [str(notice) for notice in found.notices if notice.feature in {"", row.route_id}]
        out.writerow([_safe(cell) for cell in [*cells, " | ".join(said)]])
    return text.getvalue()


def as_table(found: Exposure) -> str:
    """
    Give an answer as text for people, in kilometres.

    Parameters
    ----------
    found
        The answer.

    Returns
    -------
    str
        A line for each route, who holds it and what must be known before using
        the numbers below, and the day and age of the knowledge above.
    """
    lines = [heading(found), ""]
    lines += columns(_table(found))
    lines += _undecided(found)
    for route_id, name in zip(found.routes["route_id"], found.routes["name"], strict=True):
        mine = found.controllers[found.controllers["route_id"] == route_id]
        lines += ["", f"{name}: who holds it"]
        lines += columns(
            [
                (f"  {row['controller']}", km(row["inside_m"]), f"{row['share']:.1%}")
                for row in mine.to_dict("records")
            ]
        )
    border = found.routes[found.routes["boundary_m"] > 0]
    for row in border.to_dict("records"):
        lines += [
            "",
            f"{row['name']}: {km(row['boundary_m'])} km run exactly along a zone's border",
        ]
    if found.notices:
        lines += ["", "Before using these numbers:"]
        lines += [f"  {notice}" for notice in found.notices]
    return "\n".join(lines) + "\n"


def _table(found: Exposure) -> list[tuple[str, ...]]:
    """Set the routes in rows, with the bounds where any are known."""
    bounded = bool(found.routes["sure_m"].notna().any())
    head = ["route", "km", "exposed km", "share", "longest km", "crossings"]
    rows = [
        [
            str(row["name"]),
            km(row["length_m"]),
            km(row["exposed_m"]),
            _share(row["exposed_share"]) if row["length_m"] else "-",
            km(row["longest_exposed_m"]),
            str(row["crossings"]),
        ]
        for row in found.routes.to_dict("records")
    ]
    if bounded:
        # what is drawn stands between the least and the most that it can be
        head[2:3] = ["sure km", "exposed km", "possible km"]
        pairs = zip(found.routes["sure_m"], found.routes["possible_m"], strict=True)
        for row, (sure, possible) in zip(rows, pairs, strict=True):
            row[2:3] = [_known_km(sure), row[2], _known_km(possible)]
    return [tuple(row) for row in [head, *rows]]


def _known_km(metres: float) -> str:
    return "?" if math.isnan(metres) else km(metres)


def _undecided(found: Exposure) -> list[str]:
    """Name the routes of which it cannot be said whether they run inside."""
    open_ = found.routes[(found.verdicts == CANNOT_BE_DECIDED).to_numpy()]
    lines = [
        f"{row['name']}: whether it runs inside cannot be decided at this precision "
        f"(surely 0 km, possibly {km(row['possible_m'])} km)"
        for row in open_.to_dict("records")
    ]
    return ["", *lines] if lines else []


def columns(rows: Iterable[Sequence[str]]) -> list[str]:
    """
    Set rows in columns: the first to the left, the others to the right.

    Parameters
    ----------
    rows
        Texts, as many in each row.

    Returns
    -------
    list of str
        A line for each row. No rows give no lines.
    """
    table = [tuple(row) for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(*table, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if number == 0 else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    ]


def heading(found: Exposure) -> str:
    """
    Say which day an answer is for, and how old its knowledge is.

    Parameters
    ----------
    found
        The answer.

    Returns
    -------
    str
        One sentence.
    """
    if found.as_of is None:
        return "Inside the given zones (nothing in use has a date)."
    heading = f"Inside zones that hold on {found.as_of}"
    if found.known_until is not None:
        age = (found.as_of - found.known_until).days
        newest = f"newest source {found.known_until}"
        return f"{heading}; {newest}, {age} days before." if age > 0 else f"{heading}; {newest}."
    return f"{heading}."


def km(metres: float) -> str:
    """
    Write kilometres; what is not nothing is never shown as 0.0.

    Parameters
    ----------
    metres
        A length.

    Returns
    -------
    str
        One decimal, no unit.
    """
    if 0 < metres < 50:  # noqa: PLR2004 - half of the last digit shown
        return "<0.1"
    return f"{metres / 1000:.1f}"


def _share(share: float) -> str:
    """Write a share; what is not nothing or not all is never shown as 0% or 100%."""
    if 0 < share < 0.005:  # noqa: PLR2004 - half of the last digit shown
        return "<1%"
    return ">99%" if 0.995 <= share < 1 else f"{share:.0%}"  # noqa: PLR2004 - as above


def _safe(cell: Any) -> Any:
    """Keep a spreadsheet from running text as a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
