"""Ways as text, CSV and JSON: the choice between them, and what each would cost."""

from __future__ import annotations

import math
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from geo.errors import visible
from geo.report.answers import columns, km, percent
from geo.report.cells import csv_text, json_text
from geo.ways.answer import NUMBERS
from geo.ways.hands import NOBODY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from geo.ways import Ways

__all__ = ["as_csv", "as_json", "as_table", "holders", "summary"]

_MOST_HANDS: Final = 14


def as_json(found: Ways) -> str:
    """
    Give ways as JSON, whole.

    Parameters
    ----------
    found
        The answer.

    Returns
    -------
    str
        One object, indented, ending with a line feed.
    """
    return json_text(found.as_dict())


def as_csv(found: Ways) -> str:
    """
    Give ways as CSV: a row for each, in every scenario.

    Parameters
    ----------
    found
        The answer.

    Returns
    -------
    str
        Metres, hours and shares unrounded, empty where unknown; `modes`,
        `holders` (in order, named ones only) and `warnings` as text. Text that a
        spreadsheet would run as a formula has an apostrophe in front. Where there
        is no way, one row says so for the scenario.
    """
    rows: list[list[Any]] = [
        ["as_of", "from", "to", "scenario", *NUMBERS, "modes", "holders", "warnings"]
    ]
    for one in (found, *found.others):
        head = [one.as_of, one.ends[0].place.name, one.ends[-1].place.name, _scenario(one)]
        if one.ways is None:
            rows.append([*head, "no way", *[""] * (len(NUMBERS) + 1), _why_not(one)])
            continue
        for way in one.ways.to_dict("records"):
            said = [
                str(note)
                for note in one.notices
                if note.feature in {"", way["way_id"]} or note.file == "scenario"
            ]
            cells = [_cell(way[name]) for name in NUMBERS]
            told = [_modes(one, way["way_id"]), ", ".join(holders(one, way["way_id"]))]
            rows.append([*head, *cells, *told, " | ".join(said)])
    return csv_text(rows)


def _cell(value: Any) -> Any:
    return "" if isinstance(value, float) and math.isnan(value) else value


def as_table(found: Ways) -> str:
    """
    Give ways as text for people, in kilometres.

    Parameters
    ----------
    found
        The answer.

    Returns
    -------
    str
        What there is to choose in plain words, a line for each way, its legs and
        holders, the scenarios and closures that were asked for, and what must be
        known before using the numbers.
    """
    lines = [*summary(found), ""]
    lines += _rows(found)
    for way in [] if found.ways is None else found.ways.to_dict("records"):
        lines += ["", *_way(found, way)]
    for other in found.others:
        lines += ["", f"Scenario {_scenario(other)}{_changes(other)}:"]
        lines += [*(f"  {line}" for line in summary(other)), *(f"  {row}" for row in _rows(other))]
        lines += [f"  ! {note}" for note in _only_of(other, found)]
    if found.closures is not None:
        lines += ["", *_closures(found)]
    notices = dict.fromkeys(str(note) for note in found.notices)
    if notices:
        lines += ["", "Before using these numbers:", *(f"  {notice}" for notice in notices)]
    return "\n".join(visible(line).rstrip() for line in lines) + "\n"


def summary(found: Ways) -> list[str]:
    """
    Say in plain words what there is to choose.

    Parameters
    ----------
    found
        The answer.

    Returns
    -------
    list of str
        A few sentences, one in a line.
    """
    names = [end.place.name for end in found.ends]
    by = f" by {', '.join(names[1:-1])}" if len(names) > 2 else ""  # noqa: PLR2004 - both ends
    day = "" if found.as_of is None else f" as of {found.as_of}"
    question = f"From {names[0]}{by} to {names[-1]}{day}{_age(found)}"
    lines = [*_away(found)]
    if found.ways is None:
        return [f"{question}: no way. {_why_not(found)}", *lines]
    count = "one way" if found.count == 1 else f"{found.count} ways"
    worth = "" if found.exact else " (the corners of the choice; the network is too large for all)"
    lines.insert(0, f"{question}: {count} worth having{worth}.")
    rows = found.ways.to_dict("records")
    best = "fastest" if found.asked.by == "hours" else "shortest"
    if len(rows) == 1:
        lines.append(f"The {best} is the least exposed as well: {_cost(rows[0])}.")
    else:
        lines.append(f"The {best}, {rows[0]['way_id']}: {_cost(rows[0])}.")
        lines.append(f"The least exposed, {rows[-1]['way_id']}: {_cost(rows[-1])}.")
    if found.alike:
        lines.append(f"{found.alike} more are nearly one of these and left out (--all).")
    return [*lines, *_silent(rows), _control(found)]


def _age(found: Ways) -> str:
    if found.known_until is None or found.as_of is None:
        return ""
    age = (found.as_of - found.known_until).days
    return f" (newest source {found.known_until}{f', {age} days before' if age > 0 else ''})"


def _only_of(other: Ways, found: Ways) -> Iterator[str]:
    """Give the notices that are about a scenario: of ways of its own, or of it."""
    general = {str(note) for note in found.notices if not note.feature.startswith("way ")}
    yield from dict.fromkeys(str(note) for note in other.notices if str(note) not in general)


def _away(found: Ways) -> Iterator[str]:
    """Say where a place is not on the network: those metres are in no number."""
    for end in found.ends:
        if end.distance_m >= 50:  # noqa: PLR2004 - half of the last digit shown
            yield (
                f"{end.place.name} is {km(end.distance_m)} km from the network; "
                "that ground is in no number."
            )


def _cost(way: Mapping[Any, Any]) -> str:
    sure, possible = way["sure_m"], way["possible_m"]
    bounds = "" if math.isnan(sure) else f", for sure {km(sure)} km, possibly {km(possible)} km"
    hours = "" if math.isnan(way["hours"]) else f" in about {_hours(way['hours'])} hours of travel"
    return f"{km(way['length_m'])} km{hours}, {km(way['exposed_m'])} km exposed as drawn{bounds}"


def _silent(rows: Sequence[Mapping[Any, Any]]) -> Iterator[str]:
    """Say how much of the ways the zones cannot speak of: no exposure there is no safety."""
    silent = [row["uncovered_m"] for row in rows if not math.isnan(row["uncovered_m"])]
    if silent and max(silent) > 0:
        low, high = km(min(silent)), km(max(silent))
        much = f"{high} km" if low == high else f"{low} to {high} km"
        yield (
            f"Of that, {much} lie where the zones' sources do not speak: "
            "nothing is known to be exposed there, which is not the same as safe."
        )


def _control(found: Ways) -> str:
    least = found.fewest_changes or 0
    if least == 0:
        return (
            "On one way no change of control is sure; contested, mixed and unknown ground on it "
            "may hide some."
        )
    times = "once" if least == 1 else f"{least} times"
    return (
        f"There is no way without a change of control: on any of them it changes {times} at least."
    )


def _why_not(found: Ways) -> str:
    if found.blocked:
        return f"What stands in the way of the one that there would be: {'; '.join(found.blocked)}."
    return "The network does not join them: no line leads from the one to the other."


def _rows(found: Ways) -> list[str]:
    if found.ways is None:
        return []
    head = (
        "way",
        "km",
        "hours",
        "sure km",
        "exposed km",
        "possible km",
        "share",
        "longest km",
        "changes",
        "not covered km",
    )
    rows = [
        (
            str(way["way_id"]),
            km(way["length_m"]),
            _known(way["hours"], _hours),
            _known(way["sure_m"], km),
            km(way["exposed_m"]),
            _known(way["possible_m"], km),
            percent(way["exposed_share"]),
            km(way["longest_exposed_m"]),
            f"{way['control_changes']}+",
            _known(way["uncovered_m"], km),
        )
        for way in found.ways.to_dict("records")
    ]
    return columns([head, *rows])


def _hours(hours: float) -> str:
    return f"{hours:.0f}" if hours >= 10 else f"{hours:.1f}"  # noqa: PLR2004 - two digits do


def _known(value: float, form: Any) -> str:
    return "?" if math.isnan(value) else str(form(value))


def _way(found: Ways, way: Mapping[Any, Any]) -> list[str]:
    """Tell one way: its legs, its gates and in whose hands it runs."""
    legs = _mine(found.legs, way["way_id"])
    rows = [
        (
            f"  {leg['mode']}",
            f"{leg['from']} - {leg['to']}",
            f"{km(leg['length_m'])} km",
            leg["status"],
        )
        for leg in legs.to_dict("records")
    ]
    lines = [f"{way['way_id']}, {way['name']}", *columns(rows, left=(0, 1, 3))]
    lines += [
        f"  gate {gate['name']}, km {km(gate['at_m'])}: {gate['status']}"
        for gate in _mine(found.gates, way["way_id"]).to_dict("records")
    ]
    return [*lines, f"  in the hands of: {_hand_words(found, way['way_id'])}", *_shares(found, way)]


def _hand_words(found: Ways, way_id: str) -> str:
    row = holders(found, way_id)
    shown = ", then ".join(row[:_MOST_HANDS])
    return shown + (f", and {len(row) - _MOST_HANDS} more" if len(row) > _MOST_HANDS else "")


def holders(found: Ways, way_id: str) -> list[str]:
    """
    Give the named holders of a way in the order of travel.

    Parameters
    ----------
    found
        The answer.
    way_id
        One of its ways.

    Returns
    -------
    list of str
        Each change once; contested, mixed and unknown ground is passed over.
    """
    if found.exposure is None:
        return []
    table = found.exposure.stretches
    mine = table[(table["route_id"] == way_id) & (table["source"] == found.exposure.sources[0])]
    named = [name for name in mine["controller"] if name not in NOBODY]
    return [name for name, _ in groupby(named)] or ["nobody who can be named"]


def _shares(found: Ways, way: Mapping[Any, Any]) -> Iterator[str]:
    if found.exposure is None:
        return
    table = found.exposure.controllers
    mine: Any = table[table["route_id"] == way["way_id"]]
    parts = [f"{row.controller} {km(row.inside_m)}" for row in mine.itertuples()]
    yield f"  km by holder: {', '.join(parts)}"


def _mine(table: pd.DataFrame | None, way_id: str) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame() if table is None else table[table["way_id"] == way_id]


def _modes(found: Ways, way_id: str) -> str:
    return ", ".join(dict.fromkeys(_mine(found.legs, way_id)["mode"]))


def _scenario(found: Ways) -> str:
    return "" if found.scenario is None else found.scenario.name


def _changes(found: Ways) -> str:
    if found.scenario is None or not found.scenario.changes:
        return ""
    return f" ({'; '.join(str(one) for one in found.scenario.changes)})"


def _closures(found: Ways) -> list[str]:
    """Rank the closures: no way round first."""
    table = found.closures
    if table is None or table.empty:
        if found.count == 0:
            return ["What if one were closed: there is no way to close anything on."]
        return ["What if one were closed: none alone is felt, another way is as good."]
    unit, hours = ("hours", True) if found.asked.by == "hours" else ("km", False)
    rows = [("If closed", "from - to", f"extra {unit}", "extra exposed km")]
    for row in table.to_dict("records"):
        extra = f"{row['extra']:.1f}" if hours else km(row["extra"])
        cells = ("no way round", "") if row["no_way"] else (extra, km(row["extra_exposed_m"]))
        rows.append((row["name"], f"{row['from']} - {row['to']}", *cells))
    return columns(rows, left=(0, 1))
