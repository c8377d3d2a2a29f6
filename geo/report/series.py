"""A series of exposure over time as text, CSV and JSON."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from geo.errors import visible
from geo.report.answers import columns, km, percent
from geo.report.cells import csv_text, json_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from geo.exposure import Series

__all__ = ["as_csv", "as_json", "as_table", "heading"]

_CSV_COLUMNS: Final = (
    "date",
    "route_id",
    "name",
    "length_m",
    "exposed_m",
    "exposed_share",
    "crossings",
    "longest_exposed_m",
    "zones_holding",
    "beyond_known",
    "source_age_days",
)
_SAME: Final = ("exposed_m", "crossings", "longest_exposed_m", "zones_holding", "beyond_known")


def as_json(found: Series) -> str:
    """
    Give a series as JSON, whole.

    Parameters
    ----------
    found
        The series.

    Returns
    -------
    str
        One object, indented, ending with a line feed; signs that a terminal
        would act upon are written as escapes.
    """
    return json_text(found.as_dict())


def as_csv(found: Series) -> str:
    """
    Give a series as CSV: a row for each route and date, and its controllers as columns.

    Parameters
    ----------
    found
        The series.

    Returns
    -------
    str
        Metres and shares unrounded, what is not known empty; a column
        `<controller>_m` for each controller of any date, or
        `<controller>@<source>_m` and `disputed_m` where there are several
        sources, and last what must be known before using the numbers. Text that
        a spreadsheet would run as a formula has an apostrophe in front.
    """
    held, rows = found.held(), found.as_dict()["rows"]
    names = list(dict.fromkeys(name for metres in held.values() for name in metres))
    extra = ["disputed_m"] if len(found.sources) > 1 else []
    lines = [[*_CSV_COLUMNS, *(f"{name}_m" for name in names), *extra, "warnings"]]
    for row in rows:
        cells = [row[name] for name in _CSV_COLUMNS]
        cells += [row["controllers"].get(name, 0.0) for name in names]
        cells += [row[name] for name in extra]
        said = [str(one) for one in found.notices if one.feature in {"", row["route_id"]}]
        lines.append([*cells, " | ".join(said)])
    return csv_text(lines)


def as_table(found: Series) -> str:
    """
    Give a series as text for people, in kilometres: a line for each change of a route.

    Parameters
    ----------
    found
        The series.

    Returns
    -------
    str
        For each route the dates from which its numbers are others, what the
        layers cover, and what must be known before using the numbers.
    """
    lines = [heading(found)]
    for _, rows in groupby(found.as_dict()["rows"], key=lambda row: row["route_id"]):
        lines += ["", *_route(list(rows), several=len(found.sources) > 1)]
    lines += ["", "What the layers cover (empty: open)", *_coverage(found)]
    if found.notices:
        lines += ["", "Before using these numbers:"]
        lines += [f"  {notice}" for notice in found.notices]
    return "\n".join(visible(line) for line in lines) + "\n"


def heading(found: Series) -> str:
    """
    Say what was measured when, and how far knowledge reaches.

    Parameters
    ----------
    found
        The series.

    Returns
    -------
    str
        One sentence or two.
    """
    first = "Monday" if found.every == "week" else "first day"
    words = f"Inside zones that hold on the {first} of each {found.every}"
    words += f", {found.since} to {found.until}"
    if found.known_until is None:
        return f"{words}."
    return f"{words}; newest source {found.known_until}."


def _route(rows: Sequence[Mapping[str, Any]], *, several: bool) -> Iterator[str]:
    head = ["  from", "to", "exposed km", "share", "longest km", "crossings"]
    table = [(*head, "disputed km", "") if several else (*head, "")]
    for run in _runs(rows, (*_SAME, "disputed_m") if several else _SAME):
        row = run[0]
        cells = [km(row["exposed_m"]), percent(row["exposed_share"]), km(row["longest_exposed_m"])]
        cells.append(str(row["crossings"]))
        if several:
            cells.append(km(row["disputed_m"]))
        if not row["zones_holding"]:
            cells = ["-"] * len(cells)
        table.append((f"  {row['date']}", run[-1]["date"], *cells, _remark(row)))
    yield f"{rows[0]['name']}, {km(rows[0]['length_m'])} km"
    yield from columns(table)


def _runs(
    rows: Sequence[Mapping[str, Any]], same: Sequence[str]
) -> Iterator[list[Mapping[str, Any]]]:
    """Join dates, one after the other, on which a route's numbers are the same."""
    for _, run in groupby(
        rows, key=lambda row: [bool(row[n]) if n == "zones_holding" else row[n] for n in same]
    ):
        yield list(run)


def _remark(row: Mapping[str, Any]) -> str:
    if not row["zones_holding"]:
        return "no zone holds anywhere"
    return "as last known" if row["beyond_known"] else ""


def _coverage(found: Series) -> list[str]:
    names = ("layer", "kind", "dataset", "release", "rows", "first_day", "last_day", "known_until")
    rows = [
        ["" if row[name] is None else str(row[name]) for name in names]
        for row in found.as_dict()["coverage"]
    ]
    kept = [at for at, _ in enumerate(names) if any(row[at] for row in rows)]
    head = [name.replace("_", " ") for name in names]
    return columns([[f"  {row[0]}", *(row[at] for at in kept if at)] for row in [head, *rows]])
