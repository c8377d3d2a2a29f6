"""The same answers as text, CSV and JSON."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from geo.errors import visible
from geo.exposure.verdicts import CANNOT_BE_DECIDED, verdict
from geo.report.cells import csv_text, json_text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    import pandas as pd

    from geo.exposure import Answer

__all__ = [
    "as_csv",
    "as_json",
    "as_table",
    "columns",
    "frame_csv",
    "heading",
    "km",
    "percent",
]

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


def as_json(found: Answer) -> str:
    """
    Give an answer as JSON, whole: the contract that programs rely on.

    Parameters
    ----------
    found
        The answer.

    Returns
    -------
    str
        One object, indented, ending with a line feed; signs that a terminal
        would act upon are written as escapes.
    """
    return json_text(found.as_dict())


def as_csv(found: Answer) -> str:
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
        known before using the numbers. Where there are several sources,
        `<controller>@<source>_m` for each, and `disputed_m`, the metres on which
        any two name different holders. Text that a spreadsheet would run as a formula
        has an apostrophe in front.
    """
    names = _held_columns(found)
    held_columns = [f"{name}_m" for name in names]
    lines: list[list[Any]] = [[*_CSV_COLUMNS, *held_columns, *_near_columns(found), "warnings"]]
    for row in found.rows("routes"):
        held = _held(found, row["route_id"])
        cells = [found.as_of, *(row[name] for name in _CSV_COLUMNS[1:])]
        cells = ["" if cell != cell else cell for cell in cells]  # noqa: PLR0124 - NaN
        cells += [held.get(name, 0.0) for name in names]
        cells += _near_cells(found, row["route_id"])
        said = [str(notice) for notice in found.notices if _is_about(notice.feature, row)]
        lines.append([*cells, " | ".join(said)])
    return csv_text(lines)


def _is_about(feature: str, row: Mapping[str, Any]) -> bool:
    """Tell whether a warning is about a route, by its id or by its place in the file."""
    called = (f"({row['route_id']})", f"({row['name']})")
    return feature in {"", row["route_id"]} or feature.endswith(called)


def as_table(found: Answer) -> str:
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
    for row in found.rows("routes"):
        of = row["route_id"], row["name"]
        lines += ["", *_whose(found, *of), *_near(found, *of)]
    for row in found.rows("routes"):
        if row["boundary_m"] > 0:
            along = f"{km(row['boundary_m'])} km run exactly along a zone's border"
            lines += ["", f"{row['name']}: {along}"]
    if found.notices:
        lines += ["", "Before using these numbers:"]
        lines += [f"  {notice}" for notice in found.notices]
    return "\n".join(visible(line) for line in lines) + "\n"


def _near(found: Answer, route_id: str, name: str) -> list[str]:
    """Say how near events pass a route: a line for each radius, with the range of the draws."""
    if found.events is None:
        return []
    head = found.events.head()
    days = f"{head['since'] or 'the first'} until before {head['until'] or 'the end of the file'}"
    rows: list[tuple[str, ...]] = [("  within km", "events", "deaths", "exposed km")]
    for row in found.events.records(route_id):
        cells = [_ranged(row[measure], form) for measure, form in _NEAR_FORMS.items()]
        rows.append((f"  {row['within_m'] / 1000:g}", *cells))
    title = f"{name}: events of {days}, for sure - likely (9 of 10 draws) - at most"
    return ["", title, *columns(rows)]


def _ranged(values: Mapping[str, float | None], form: Callable[[float], str]) -> str:
    if any(value is None for value in values.values()):
        return "not given"
    told = {part: form(float(value or 0)) for part, value in values.items()}
    if told["low"] == told["high"]:
        return told["low"]
    likely = f"{told['central']} ({told['p5']} to {told['p95']})"
    return f"{told['low']} - {likely} - {told['high']}"


def frame_csv(frame: pd.DataFrame) -> str:
    """
    Give a table as CSV, as `as_csv` writes it: no cell can run as a formula.

    Parameters
    ----------
    frame
        Any table; its index is left out.

    Returns
    -------
    str
        A line of titles, and a line for each row; missing values are empty.
    """
    cells = frame.astype(object).where(frame.notna(), "")
    return csv_text([frame.columns, *cells.itertuples(index=False)])


def _near_columns(found: Answer) -> list[str]:
    """Name a column for each radius, measure and bound: events_5km_low and so on."""
    if found.events is None:
        return []
    first = found.events.records(found.rows("routes")[0]["route_id"])
    return [
        f"{measure.removesuffix('_m')}_{row['within_m'] / 1000:g}km_{part}"
        + ("_m" if measure.endswith("_m") else "")
        for row in first
        for measure in _NEAR_FORMS
        for part in row[measure]
    ]


def _near_cells(found: Answer, route_id: str) -> list[Any]:
    if found.events is None:
        return []
    rows = found.events.records(route_id)
    values = (value for row in rows for name in _NEAR_FORMS for value in row[name].values())
    return ["" if value is None else value for value in values]


def _held_columns(found: Answer) -> list[str]:
    """Name a column for each controller, and for each source where there are several."""
    rows = found.rows("controllers")
    if len(found.sources) == 1:
        return list(dict.fromkeys(row["controller"] for row in rows))
    sides = ([row for row in rows if row["source"] == name] for name in found.sources)
    named = [f"{row['controller']}@{row['source']}" for side in sides for row in side]
    return [*dict.fromkeys(named), "disputed"]


def _held(found: Answer, route_id: str) -> dict[str, Any]:
    """Give the metres of a route by the names of `_held_columns`."""
    mine = found.rows("controllers", route_id)
    if len(found.sources) == 1:
        return {row["controller"]: row["inside_m"] for row in mine}
    held = {f"{row['controller']}@{row['source']}": row["inside_m"] for row in mine}
    return {**held, "disputed": found.disputed_m(route_id)}


def _whose(found: Answer, route_id: str, name: str) -> list[str]:
    """Say who holds a route; several sources stand side by side, then where they disagree."""
    mine = found.rows("controllers", route_id)
    if len(found.sources) == 1:
        rows = [
            (f"  {row['controller']}", km(row["inside_m"]), f"{row['share']:.1%}") for row in mine
        ]
        return [f"{name}: who holds it", *columns(rows)]
    held = {(row["controller"], row["source"]): row["inside_m"] for row in mine}
    most: dict[str, float] = {}
    for row in mine:
        most[row["controller"]] = max(most.get(row["controller"], 0.0), row["inside_m"])
    table = [("  km, says", *found.sources)]
    table += [
        (f"  {holder}", *(km(held.get((holder, source), 0.0)) for source in found.sources))
        for holder in sorted(most, key=lambda holder: -most[holder])
    ]
    lines = [f"{name}: who holds it, by each source", *columns(table)]
    for pair in found.rows("agreement", route_id):
        one, other = pair["sources"]
        lines.append(
            f"  disputed: {one} and {other} name different holders on {km(pair['disputed_m'])} km; "
            f"on {km(pair['one_silent_m'])} km only one of them names any"
        )
    return lines


def _table(found: Answer) -> list[tuple[str, ...]]:
    """Set the routes in rows, with the bounds where any are known."""
    routes = found.rows("routes")
    bounded = not all(math.isnan(row["sure_m"]) for row in routes)
    head = ["route", "km", "exposed km", "share", "longest km", "crossings"]
    rows = [
        [
            str(row["name"]),
            km(row["length_m"]),
            km(row["exposed_m"]),
            percent(row["exposed_share"]) if row["length_m"] else "-",
            km(row["longest_exposed_m"]),
            str(row["crossings"]),
        ]
        for row in routes
    ]
    if bounded:
        # what is drawn stands between the least and the most that it can be
        head[2:3] = ["sure km", "exposed km", "possible km"]
        for row, of in zip(rows, routes, strict=True):
            row[2:3] = [_known_km(of["sure_m"]), row[2], _known_km(of["possible_m"])]
    return [tuple(row) for row in [head, *rows]]


def _known_km(metres: float) -> str:
    return "?" if math.isnan(metres) else km(metres)


def _undecided(found: Answer) -> list[str]:
    """Name the routes of which it cannot be said whether they run inside."""
    lines = [
        f"{row['name']}: whether it runs inside cannot be decided at this precision "
        f"(surely 0 km, possibly {km(row['possible_m'])} km)"
        for row in found.rows("routes")
        if verdict(row["sure_m"], row["possible_m"]) == CANNOT_BE_DECIDED
    ]
    return ["", *lines] if lines else []


def columns(rows: Iterable[Sequence[str]], *, left: Collection[int] = (0,)) -> list[str]:
    """
    Set rows in columns.

    Parameters
    ----------
    rows
        Texts, as many in each row.
    left
        The columns that are set to the left; the others are set to the right.

    Returns
    -------
    list of str
        A line for each row. No rows give no lines.
    """
    table = [tuple(row) for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(*table, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if number in left else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    ]


def heading(found: Answer) -> str:
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


def percent(share: float) -> str:
    """
    Write a share; what is not nothing or not all is never shown as 0% or 100%.

    Parameters
    ----------
    share
        From 0 to 1.

    Returns
    -------
    str
        Per cent, no decimals.
    """
    if 0 < share < 0.005:  # noqa: PLR2004 - half of the last digit shown
        return "<1%"
    return ">99%" if 0.995 <= share < 1 else f"{share:.0%}"  # noqa: PLR2004 - as above


_NEAR_FORMS: Final = {
    "events": "{:.0f}".format,
    "fatalities": "{:.0f}".format,
    "exposed_m": km,
}
