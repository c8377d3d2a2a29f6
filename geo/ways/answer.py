"""The answer to "and otherwise?", as tables and in the form of the JSON contract."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from geo.exposure.answer import head
from geo.exposure.frames import missing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import pandas as pd

    from geo.errors import Notice
    from geo.exposure import Exposure
    from geo.ways.ends import End
    from geo.ways.scenario import Scenario
    from geo.ways.search import Asked

__all__ = ["NUMBERS", "Ways"]

NUMBERS = (
    "way_id",
    "name",
    "length_m",
    "hours",
    "exposed_m",
    "exposed_share",
    "boundary_m",
    "sure_m",
    "possible_m",
    "uncovered_m",
    "control_changes",
    "longest_exposed_m",
    "crossings",
)
"""What every form of the answer says of each way, in this order."""

_FROM_ROUTE = ("controllers", "zones", "exposed", "sections", "stretches", "path")


@dataclass(frozen=True)
class Ways:
    """
    The ways from one place to another, cheapest first; metres, hours, shares from 0 to 1.

    Attributes
    ----------
    asked
        What was asked.
    ends
        Where on the network ways begin, pass and end.
    as_of
        The day that the answer is for.
    known_until
        The newest source date of zones and claims; None where they have none.
    scenario
        What was changed, if anything.
    exact
        Whether these are all ways that no other one betters; else only those
        that are best for some weighting, the network being too large for more.
    alike
        How many of them are left out for being nearly another one.
    fewest_changes
        The least number of changes from one named holder to another on any way,
        whatever its length. 0 means that one has no sure change; more, that
        there is no way without one. None where there is no way.
    blocked
        Where there is no way: what is closed on the one that would be.
    ways
        A row for each way: `way_id`, `name`, `length_m`, `hours` (NaN where a speed is
        unknown), `exposed_m`, `exposed_share`, `boundary_m`, `crossings`,
        `longest_exposed_m`, `sure_m`, `possible_m`, `uncovered_m` (metres of
        which the zones' sources do not speak; NaN where that is not known),
        `control_changes` (from one named holder to another; there may be more
        on contested, mixed and unknown ground).
    legs
        Their parts: `way_id`, `seq`, `corridor_id`, `section_id`, `name`, `mode`, `from`,
        `to`, `length_m`, `hours`, `status` (see `network.PASSABLE`), `backward` (travelled
        against the way it is drawn), `joined` (a gap that was bridged),
        `positional_error_m`.
    gates
        The gates that they pass: `way_id`, `gate_id`, `name`, `status`, `at_m`.
    exposure
        What `exposure.measure` says of them, each a route whose sections are
        its legs; None where there is no way.
    notices
        Everything that a reader must know before using the numbers.
    inputs, reproduce
        The files that were read and the command that makes the answer again.
    others
        The same question in other scenarios.
    closures
        What the closure of each edge does (see `ways.closures`); None where not asked for.
    """

    asked: Asked
    ends: tuple[End, ...]
    as_of: date | None
    known_until: date | None
    scenario: Scenario | None
    exact: bool
    alike: int
    fewest_changes: int | None
    blocked: tuple[str, ...] = ()
    ways: pd.DataFrame | None = None
    legs: pd.DataFrame | None = None
    gates: pd.DataFrame | None = None
    exposure: Exposure | None = None
    notices: tuple[Notice, ...] = ()
    inputs: tuple[Mapping[str, object], ...] = ()
    reproduce: str = ""
    others: tuple[Ways, ...] = ()
    closures: pd.DataFrame | None = None

    @property
    def count(self) -> int:
        """
        Count the ways.

        Returns
        -------
        int
            0 where there is none.
        """
        return 0 if self.ways is None else len(self.ways)

    def as_dict(self) -> dict[str, Any]:
        """
        Give the answer in the form of the JSON contract.

        Returns
        -------
        dict
            Plain values only, the ways cheapest first. What could not be known
            is None, never 0.
        """
        answer = {
            **head(self.as_of, self.known_until, self.reproduce, self.inputs),
            **self._choice(),
            "scenarios": [other.compared() for other in self.others],
        }
        if self.closures is not None:
            answer["closures"] = _records(self.closures)
        return answer

    def compared(self) -> dict[str, Any]:
        """
        Give what differs from scenario to scenario.

        Returns
        -------
        dict
            The scenario, its changes, and the choice in it.
        """
        changes = [] if self.scenario is None else [str(one) for one in self.scenario.changes]
        name = None if self.scenario is None else self.scenario.name
        return {"name": name, "changes": changes, **self._choice()}

    def _choice(self) -> dict[str, Any]:
        return {
            "warnings": [notice.as_dict() for notice in self.notices],
            "by": self.asked.by,
            "ends": [{**asdict(end.place), "distance_m": end.distance_m} for end in self.ends],
            "front": {
                "exact": self.exact,
                "left_out_as_alike": self.alike,
                "fewest_control_changes": self.fewest_changes,
            },
            "blocked_by": list(self.blocked),
            "ways": self._ways(),
        }

    def _ways(self) -> list[dict[str, Any]]:
        if self.ways is None or self.exposure is None:
            return []
        routes = {route["route_id"]: route for route in self.exposure.as_dict()["routes"]}
        return [
            {
                **{name: row[name] for name in NUMBERS},
                "legs": _of(self.legs, row["way_id"]),
                "gates": _of(self.gates, row["way_id"]),
                **{name: routes[row["way_id"]][name] for name in _FROM_ROUTE},
                "warnings": [
                    notice.as_dict() for notice in self.notices if notice.feature == row["way_id"]
                ],
            }
            for row in _records(self.ways)
        ]


def _of(table: pd.DataFrame | None, way_id: str) -> list[dict[str, Any]]:
    if table is None:
        return []
    return _records(table[table["way_id"] == way_id].drop(columns="way_id"))


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(name): None if missing(value) else value for name, value in row.items()}
        for row in table.to_dict("records")
    ]
