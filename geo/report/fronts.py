"""Ways as the page shows them: a question, its scenarios, and what each way costs in each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from geo.exposure import frames
from geo.report.choices import holders, summary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from geo.ways import Scenario, Ways

__all__ = ["as_blocks"]

_NUMBERS: Final = (
    "way_id",
    "name",
    "length_m",
    "hours",
    "exposed_m",
    "sure_m",
    "possible_m",
    "longest_exposed_m",
    "control_changes",
    "uncovered_m",
)
_LEG: Final = ("mode", "from", "to", "length_m", "status", "joined")
_GATE: Final = ("name", "at_m", "status")


def as_blocks(asked: Sequence[Ways]) -> list[dict[str, Any]]:
    """
    Give questions as the page reads them.

    Parameters
    ----------
    asked
        Questions, each with its scenarios as its `others`.

    Returns
    -------
    list of dict
        For each question its `label` and its `scenarios`, the first one being as
        things are: the sentences of `choices.summary`, and a row for each way with its
        numbers (metres, hours), legs, gates, holders in the order of travel, and the
        `route` that it is in `exposure.measure`. What is not known is NaN or None, never
        0. Of names that stand twice the later ones get a number. An empty list for no
        question.
    """
    labels = frames.numbered([_label(one) for one in asked])
    return [
        {"label": label, "by": one.asked.by, "scenarios": _scenarios(one)}
        for label, one in zip(labels, asked, strict=True)
    ]


def _scenarios(found: Ways) -> list[dict[str, Any]]:
    names = [one.scenario.name for one in found.others if one.scenario is not None]
    told = [_told(one) for one in (found, *found.others)]
    # a link calls a scenario by its name, so no two may bear the same one
    for one, name in zip((one for one in told if one["name"]), frames.numbered(names), strict=True):
        one["name"] = name
    return told


def _label(found: Ways) -> str:
    first, *by, last = (end.place.name for end in found.ends)
    passing = f" by {', '.join(by)}" if by else ""
    return f"{first} to {last}{passing}{', by hours' if found.asked.by == 'hours' else ''}"


def _told(found: Ways) -> dict[str, Any]:
    scenario = found.scenario
    return {
        "name": None if scenario is None else scenario.name,
        "changes": [] if scenario is None else [str(one) for one in scenario.changes],
        "opened": found.asked.closed_too,
        "alters": scenario is not None and _alters(scenario),
        "as_of": found.as_of,
        "summary": summary(found),
        "notices": [notice.as_dict() for notice in found.notices],
        "ways": _ways(found),
    }


def _alters(scenario: Scenario) -> bool:
    """Tell whether it changes who holds ground or what is a zone, not only what is closed."""
    return any(
        one.hold is not None or (one.open is not None and one.open.kind == "zone")
        for one in scenario.changes
    )


def _ways(found: Ways) -> list[dict[str, Any]]:
    if found.ways is None or found.exposure is None:
        return []
    routes = {route["route_id"]: route for route in found.exposure.as_dict()["routes"]}
    return [
        {
            **{name: way[name] for name in _NUMBERS},
            "legs": _rows(found.legs, way, _LEG),
            "gates": _rows(found.gates, way, _GATE),
            "holders": holders(found, way["way_id"]),
            "route": routes[way["way_id"]],
        }
        for way in found.ways.to_dict("records")
    ]


def _rows(
    table: pd.DataFrame | None, way: Mapping[Any, Any], names: Sequence[str]
) -> list[dict[str, Any]]:
    if table is None:
        return []
    mine = table[table["way_id"] == way["way_id"]]
    return [{name: row[name] for name in names} for row in mine.to_dict("records")]
