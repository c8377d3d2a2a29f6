"""
The JSON contract, whatever keeps the tables of an answer.

`Exposure` keeps them as frames, `Plain` as lists; both are written by what stands
here, so one answer cannot come out in two forms.
"""

from __future__ import annotations

import platform
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo import geodesy
from geo.exposure import sums
from geo.sheet import missing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from geo.errors import Notice
    from geo.events import Near

__all__ = ["Answer", "head"]


class Answer(ABC):
    """What was found, as tables of rows; see `Exposure` for what each of them holds."""

    as_of: date | None
    known_until: date | None
    sources: tuple[str, ...]
    notices: tuple[Notice, ...]
    inputs: tuple[Mapping[str, object], ...]
    reproduce: str
    events: Near | None

    @abstractmethod
    def rows(self, table: str, route_id: str | None = None) -> list[dict[str, Any]]:
        """
        Give the rows of one of the tables.

        Parameters
        ----------
        table
            Its name, e.g. "zones".
        route_id
            The route whose rows are wanted; all if left out.

        Returns
        -------
        list of dict
            Values by the names of the columns.
        """

    def as_dict(self) -> dict[str, Any]:
        """
        Give the answer in the form of the JSON contract.

        Returns
        -------
        dict
            Plain values only; `routes` in the order of the table. Where
            something could not be known it is None, never 0.
        """
        asked = {} if self.events is None else {"events": self.events.head()}
        return {
            **head(self.as_of, self.known_until, self.reproduce, self.inputs),
            **asked,
            "warnings": [notice.as_dict() for notice in self.notices],
            "routes": [self._route(row) for row in self.rows("routes")],
        }

    def disputed_m(self, route_id: str) -> float:
        """
        Measure where any two sources disagree, each metre once.

        Parameters
        ----------
        route_id
            The route.

        Returns
        -------
        float
            Metres; 0 where no two of them disagree.
        """
        mine = self.rows("disputes", route_id)
        return sums.once_m([row["from_m"] for row in mine], [row["to_m"] for row in mine])

    def _route(self, row: Mapping[str, Any]) -> dict[str, Any]:
        route_id = row["route_id"]
        numbers = ("length_m", "exposed_m", "exposed_share", "boundary_m")
        return {
            "route_id": route_id,
            "name": row["name"],
            **{name: row[name] for name in numbers},
            "crossings": int(row["crossings"]),
            "longest_exposed_m": row["longest_exposed_m"],
            "sure_m": _known(row["sure_m"]),
            "possible_m": _known(row["possible_m"]),
            "zones": self._zones(route_id),
            "controllers": self._records("controllers", route_id),
            "events": [] if self.events is None else self.events.records(route_id),
            "exposed": [[one["from_m"], one["to_m"]] for one in self.rows("exposed", route_id)],
            "sections": self._records("sections", route_id),
            "stretches": self._stretches(route_id, self.sources[0]),
            **self._other_sources(route_id),
            "disputes": self._disputes(route_id),
            "path": _path(row["geometry"]),
        }

    def _records(self, table: str, route_id: str) -> list[dict[str, Any]]:
        """Give the rows of a route without its id, None for what is not known."""
        return [
            {str(name): _known(value) for name, value in row.items() if name != "route_id"}
            for row in self.rows(table, route_id)
        ]

    def _stretches(self, route_id: str, source: str) -> list[dict[str, Any]]:
        mine = [row for row in self._records("stretches", route_id) if row.pop("source") == source]
        return [{**record, "claims": list(record["claims"])} for record in mine]

    def _other_sources(self, route_id: str) -> dict[str, Any]:
        """Give what the other sources say, apart: summing `stretches` must not count twice."""
        others = self.sources[1:]
        said = [{"source": name, "stretches": self._stretches(route_id, name)} for name in others]
        return {"other_sources": said} if others else {}

    def _disputes(self, route_id: str) -> list[dict[str, Any]]:
        mine = self.rows("disputes", route_id)
        return [
            {
                "sources": list(pair["sources"]),
                **{name: pair[name] for name in ("disputed_m", "one_silent_m", "agreed_m")},
                "stretches": [
                    {
                        "from_m": row["from_m"],
                        "to_m": row["to_m"],
                        "controllers": list(row["controllers"]),
                    }
                    for row in mine
                    if row["sources"] == pair["sources"]
                ],
            }
            for pair in self._records("agreement", route_id)
        ]

    def _zones(self, route_id: str) -> list[dict[str, Any]]:
        mine = self.rows("passages", route_id)
        return [
            {
                **zone,
                "passages": [
                    {
                        "from_m": row["from_m"],
                        "to_m": row["to_m"],
                        "entry": [row["entry_lon"], row["entry_lat"]],
                        "exit": [row["exit_lon"], row["exit_lat"]],
                        "on_border": bool(row["on_border"]),
                    }
                    for row in mine
                    if row["zone_id"] == zone["zone_id"]
                ],
            }
            for zone in self._records("zones", route_id)
        ]


def head(
    as_of: date | None,
    known_until: date | None,
    reproduce: str,
    inputs: Sequence[Mapping[str, object]],
) -> dict[str, Any]:
    """
    Give the head that all answers have.

    Parameters
    ----------
    as_of, known_until, reproduce, inputs
        As in `Exposure`.

    Returns
    -------
    dict
        Plain values.
    """
    versions = _versions()
    return {
        "geo": versions["geo"],
        "versions": versions,
        "as_of": _day_text(as_of),
        "known_until": _day_text(known_until),
        "reproduce": reproduce,
        "inputs": [dict(entry) for entry in inputs],
    }


def _versions() -> dict[str, str]:
    """Name what makes the numbers: another version of it may move their last digits."""
    from importlib import metadata

    return {
        "geo": metadata.version("corridor-exposure"),
        "python": platform.python_version(),
        "shapely": shapely.__version__,
        "geos": shapely.geos_version_string,
        "pyproj": metadata.version("pyproj"),
        "numpy": np.__version__,
    }


def _known(value: Any) -> Any:
    return None if missing(value) else value


def _path(shape: Any) -> list[list[float]]:
    xy = shapely.get_coordinates(shape)
    path: list[list[float]] = np.column_stack([xy, geodesy.chainages_m(shape)]).tolist()
    return path


def _day_text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
