"""Who holds what along the routes of a block, for each source of claims apart."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import shapely

from geo import control as hands
from geo import passages
from geo.exposure import sources, tables

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from geopandas import GeoDataFrame

__all__ = ["COLUMNS", "Claims"]

COLUMNS: Final = {
    "route_id": "string",
    "controller": "string",
    "source": "string",
    "inside_m": "double",
    "share": "double",
}
"""The columns of `Exposure.controllers`, and their types."""


@dataclass(frozen=True)
class Claims:
    """
    What sources say of who holds what.

    Attributes
    ----------
    names
        What each source is called in the answer.
    frames
        Its claims that hold on the day, by what it is called in messages, in one order.
    """

    names: tuple[str, ...]
    frames: Mapping[str, GeoDataFrame]

    @cached_property
    def indexes(self) -> dict[str, passages.Index]:
        """The edges of the claims of each source; made when they are first asked for."""
        return {
            label: passages.index(frame.geometry.to_numpy()) for label, frame in self.frames.items()
        }

    @cached_property
    def spelling(self) -> dict[str, str]:
        """Each holder as it stands first in the claims, so that blocks spell it alike."""
        first: dict[str, str] = {}
        for frame in self.frames.values():
            holders = hands.holders(frame)
            for name in () if holders is None else holders:
                first.setdefault(name.casefold(), name)
        return first

    def controllers(self, lines: GeoDataFrame, found: passages.Passages) -> pd.DataFrame:
        """
        Sum the metres of each route by who holds them.

        Parameters
        ----------
        lines
            Routes with `route_id`, in EPSG:4326.
        found
            Their passages through anything: their lengths are read from it.

        Returns
        -------
        DataFrame
            The columns of `Exposure.controllers`; controllers, contested, mixed and
            unknown add up to each route's length, for every source. A holder that
            two sources write with other capitals is written as it stands first.
        """
        along = sources.stretches(lines, self.frames, self.names, indexes=self.indexes)
        length_m = dict(zip(lines["route_id"], found.length_m, strict=True))
        table = tables.controllers_table(along, length_m, self.names)
        spelled = [self.spelling.get(name.casefold(), name) for name in table["controller"]]
        return table.assign(controller=spelled)

    def about(self) -> list[dict[str, str]]:
        """
        Tell the sources apart from others.

        Returns
        -------
        list of dict
            `name` and `sha256` of each: of its shapes, and of all that stands beside them.
        """
        pairs = zip(self.names, self.frames.values(), strict=True)
        return [{"name": name, "sha256": _sha256(frame)} for name, frame in pairs]


def _sha256(frame: GeoDataFrame) -> str:
    told = hashlib.sha256()
    table = frame.drop(columns="geometry").astype(str)
    told.update(repr(table.to_dict("list")).encode("utf-8", "surrogatepass"))
    for wkb in shapely.to_wkb(frame.geometry.to_numpy()):
        told.update(wkb)
    return told.hexdigest()
