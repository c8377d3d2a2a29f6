"""The answer of `measure`, as tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geo.exposure.contract import Answer, head
from geo.exposure.verdicts import verdict

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import pandas as pd
    from geopandas import GeoDataFrame

    from geo.errors import Notice
    from geo.events import Near

__all__ = ["Exposure", "head"]


@dataclass(frozen=True)
class Exposure(Answer):
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
        decided = [verdict(*pair) for pair in pairs]
        return pd.Series(decided, index=pd.Index(self.routes["route_id"]), dtype=object)

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
        frame: Any = getattr(self, table)
        if route_id is not None:
            frame = frame[frame["route_id"] == route_id]
        found: list[dict[str, Any]] = frame.to_dict("records")
        return found
