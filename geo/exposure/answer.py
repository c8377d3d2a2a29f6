"""The answer of `measure`, as tables and as the JSON contract."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj
import shapely

from geo import geodesy
from geo.exposure import bounds
from geo.exposure.frames import missing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import pandas as pd
    from geopandas import GeoDataFrame

    from geo.errors import Notice
    from geo.events import Near

__all__ = ["Exposure", "head"]


@dataclass(frozen=True)
class Exposure:
    """
    What `measure` found, as tables; metres everywhere, shares from 0 to 1.

    Attributes
    ----------
    as_of
        The day that the answer is for; None where nothing in use has a date.
    known_until
        The newest source date of the layers in use; None where they have none.
    routes
        A row for each route: `route_id`, `name`, `length_m`, `exposed_m`,
        `exposed_share`, `boundary_m`, `crossings`, `longest_exposed_m`, `sure_m`,
        `possible_m`, geometry. NaN where how far the line may be off is unknown.
    sections
        A row for each section of a route: `route_id`, `section_id`, `name`,
        `mode`, `from_m`, `to_m`, `length_m`, `exposed_m`, `positional_error_m`,
        `sure_m`, `possible_m`.
    zones
        A row for each route and zone that meet: `route_id`, `zone_id`, `name`,
        `inside_m`, `boundary_m`.
    passages
        A row for each passage: `route_id`, `zone_id`, `from_m`, `to_m`,
        `on_border`, `entry_lon`, `entry_lat`, `exit_lon`, `exit_lat`.
    exposed
        The union along each route: `route_id`, `from_m`, `to_m`.
    stretches
        Who holds each route from 0 to its end: `route_id`, `from_m`, `to_m`,
        `controller`, `claims`, `source`; each source covers the whole route.
    controllers
        Their sums: `route_id`, `controller`, `source`, `inside_m`, `share`.
    sources
        The names of the sources of claims, the first one first.
    disputes
        Where two of them name different holders: `route_id`, `from_m`, `to_m`,
        `sources` and `controllers` (tuples of two).
    agreement
        For each route and pair of sources: `route_id`, `sources`, `disputed_m`,
        `one_silent_m` (one knows no holder), `agreed_m`, `both_unknown_m`, which
        add up to the length.
    notices
        Everything that a reader must know before using the numbers.
    inputs, reproduce
        The files that were read and the command that makes the answer again.
    events
        How near conflict events pass the routes, where that was asked for.
    """

    as_of: date | None
    known_until: date | None
    routes: GeoDataFrame
    sections: pd.DataFrame
    zones: pd.DataFrame
    passages: pd.DataFrame
    exposed: pd.DataFrame
    stretches: pd.DataFrame
    controllers: pd.DataFrame
    sources: tuple[str, ...]
    disputes: pd.DataFrame
    agreement: pd.DataFrame
    notices: tuple[Notice, ...] = ()
    inputs: tuple[Mapping[str, object], ...] = ()
    reproduce: str = ""
    events: Near | None = None

    @property
    def verdicts(self) -> pd.Series[Any]:
        """
        Decide which routes run inside zones, at the precision that they have.

        Returns
        -------
        Series
            By `route_id`: "inside" where any metre surely is, "outside" where
            none possibly is, else "cannot be decided"; None where how far the
            line may be off is unknown.
        """
        import pandas as pd

        pairs = zip(self.routes["sure_m"], self.routes["possible_m"], strict=True)
        decided = [bounds.verdict(*pair) for pair in pairs]
        return pd.Series(decided, index=pd.Index(self.routes["route_id"]), dtype=object)

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
            "routes": [self._route(row) for row in self.routes.itertuples(index=False)],
        }

    def _route(self, row: Any) -> dict[str, Any]:
        return {
            "route_id": row.route_id,
            "name": row.name,
            "length_m": row.length_m,
            "exposed_m": row.exposed_m,
            "exposed_share": row.exposed_share,
            "boundary_m": row.boundary_m,
            "crossings": int(row.crossings),
            "longest_exposed_m": row.longest_exposed_m,
            "sure_m": _known(row.sure_m),
            "possible_m": _known(row.possible_m),
            "zones": self._zones(row.route_id),
            "controllers": _records(self.controllers, row.route_id),
            "events": [] if self.events is None else self.events.records(row.route_id),
            "exposed": _pairs(self.exposed, row.route_id),
            "sections": _records(self.sections, row.route_id),
            "stretches": self._stretches(row.route_id, self.sources[0]),
            **self._other_sources(row.route_id),
            "disputes": self._disputes(row.route_id),
            "path": _path(row.geometry),
        }

    def _stretches(self, route_id: str, source: str) -> list[dict[str, Any]]:
        mine = self.stretches[self.stretches["source"] == source].drop(columns="source")
        return [{**record, "claims": list(record["claims"])} for record in _records(mine, route_id)]

    def _other_sources(self, route_id: str) -> dict[str, Any]:
        """Give what the other sources say, apart: summing `stretches` must not count twice."""
        others = self.sources[1:]
        said = [{"source": name, "stretches": self._stretches(route_id, name)} for name in others]
        return {"other_sources": said} if others else {}

    def _disputes(self, route_id: str) -> list[dict[str, Any]]:
        mine = self.disputes[self.disputes["route_id"] == route_id].to_dict("records")
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
            for pair in _records(self.agreement, route_id)
        ]

    def _zones(self, route_id: str) -> list[dict[str, Any]]:
        mine = self.passages[self.passages["route_id"] == route_id]
        return [
            {
                **zone,
                "passages": [
                    {
                        "from_m": row.from_m,
                        "to_m": row.to_m,
                        "entry": [row.entry_lon, row.entry_lat],
                        "exit": [row.exit_lon, row.exit_lat],
                        "on_border": bool(row.on_border),
                    }
                    for row in mine[mine["zone_id"] == zone["zone_id"]].itertuples(index=False)
                ],
            }
            for zone in _records(self.zones, route_id)
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
    return {
        "geo": metadata.version("corridor-exposure"),
        "python": platform.python_version(),
        "shapely": shapely.__version__,
        "geos": shapely.geos_version_string,
        "pyproj": pyproj.__version__,
        "numpy": np.__version__,
    }


def _records(table: pd.DataFrame, route_id: str) -> list[dict[str, Any]]:
    mine = table[table["route_id"] == route_id].drop(columns="route_id")
    return [
        {str(name): None if missing(value) else value for name, value in row.items()}
        for row in mine.to_dict("records")
    ]


def _known(metres: float) -> float | None:
    return None if missing(metres) else metres


def _pairs(table: pd.DataFrame, route_id: str) -> list[list[float]]:
    mine = table[table["route_id"] == route_id]
    return mine[["from_m", "to_m"]].to_numpy(float).tolist()


def _path(shape: Any) -> list[list[float]]:
    xy = shapely.get_coordinates(shape)
    path: list[list[float]] = np.column_stack([xy, geodesy.chainages_m(shape)]).tolist()
    return path


def _day_text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
