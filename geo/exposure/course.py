"""The answer of `series`, as tables and in the form of JSON."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.exposure.frames import missing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from geo.errors import Notice

__all__ = ["Series"]


@dataclass(frozen=True)
class Series:
    """
    What `series` found, as tables; metres everywhere, shares from 0 to 1.

    Attributes
    ----------
    every
        The period whose first day each date is.
    known_until
        The newest source date of the layers in use; None where they have none.
    newest
        The newest source date of each layer, by what it is called in messages.
    rows
        A row for each route and date: `route_id`, `name`, `date`, `length_m`,
        `exposed_m`, `exposed_share`, `crossings`, `longest_exposed_m`,
        `zones_holding` (how many zones hold on the day, anywhere),
        `beyond_known` (whether the day is later than `known_until`) and
        `source_age_days` (by how many days, else 0; both empty where nothing has
        a date). With several sources `disputed_m`, where any two disagree.
    controllers
        Who holds how much: `route_id`, `date`, `controller`, `source`,
        `inside_m`, `share`.
    coverage
        What the rows of each layer cover: `layer`, `kind`, `dataset`, `release`
        (empty where there is no such column), `rows`, `first_day`, `last_day`
        (the last one on which any of them holds; empty where open), `known_until`
        (their newest source) and `spans`, the first and last day of each stretch
        of days on which any of them holds.
    sources
        The names of the sources of claims, the first one first.
    notices
        Everything that a reader must know before using the numbers.
    inputs, reproduce
        The files that were read and the command that makes the answer again.
    """

    every: str
    known_until: date | None
    newest: Mapping[str, date | None]
    rows: pd.DataFrame
    controllers: pd.DataFrame
    coverage: pd.DataFrame
    sources: tuple[str, ...]
    notices: tuple[Notice, ...] = ()
    inputs: tuple[Mapping[str, object], ...] = ()
    reproduce: str = ""

    @property
    def since(self) -> date:
        """Give the first date that was measured."""
        day: date = self.rows["date"].min().date()
        return day

    @property
    def until(self) -> date:
        """Give the last date that was measured."""
        day: date = self.rows["date"].max().date()
        return day

    def as_dict(self) -> dict[str, Any]:
        """
        Give the answer as plain values.

        Returns
        -------
        dict
            `rows` in the order of the table, each with `controllers`, metres by
            the names of `held`. Where something could not be known it is None,
            never 0.
        """
        held = self.held()
        rows = [_plain(row) for row in self.rows.to_dict("records")]
        for row in rows:
            row["controllers"] = held.get((row["route_id"], row["date"]), {})
        return {
            "geo": metadata.version("corridor-exposure"),
            "every": self.every,
            "since": _cell(self.since),
            "until": _cell(self.until),
            "known_until": _cell(self.known_until),
            "newest": _plain(self.newest),
            "reproduce": self.reproduce,
            "inputs": [dict(entry) for entry in self.inputs],
            "warnings": [notice.as_dict() for notice in self.notices],
            "sources": list(self.sources),
            "coverage": [
                {**_plain(row), "spans": [[_cell(day) for day in span] for span in row["spans"]]}
                for row in self.coverage.to_dict("records")
            ],
            "rows": rows,
        }

    def held(self) -> dict[tuple[str, str], dict[str, float]]:
        """
        Give the metres of each controller, by route and date.

        Returns
        -------
        dict
            By route and day (YYYY-MM-DD), metres by controller; where there are
            several sources by `controller@source`.
        """
        several = len(self.sources) > 1
        found: dict[tuple[str, str], dict[str, float]] = {}
        for row in self.controllers.to_dict("records"):
            name = f"{row['controller']}@{row['source']}" if several else str(row["controller"])
            found.setdefault((row["route_id"], _cell(row["date"])), {})[name] = row["inside_m"]
        return found


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): _cell(value) for name, value in row.items()}


def _cell(value: Any) -> Any:
    if missing(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return value.isoformat() if hasattr(value, "isoformat") else value
