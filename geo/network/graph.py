"""What a network is: nodes, edges, and the ground that they stand for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.schema import MODES, PASSABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from geo.errors import Notice

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = ["COLUMNS", "GATE", "JOINED", "LINE", "MODES", "PASSABLE", "TRANSFER", "Network", "Owner"]

LINE: Final = "line"
JOINED: Final = "joined"
TRANSFER: Final = "transfer"
GATE: Final = "gate"
COLUMNS: Final = (
    "start",
    "end",
    "kind",
    "row",
    "from_m",
    "to_m",
    "length_m",
    "mode",
    "passable",
    "status_as_of",
    "forward",
    "backward",
    "name",
    "section_id",
    "corridor_id",
    "also",
    "positional_error_m",
    "speed_kmh",
    "geometry",
)


class Owner(NamedTuple):
    """
    A line that an edge belongs to.

    Attributes
    ----------
    section_id, corridor_id, name
        As in `Network.edges`.
    turned
        Whether it is drawn against the edge.
    """

    section_id: str
    corridor_id: str
    name: str
    turned: bool = False


@dataclass(frozen=True)
class Network:
    """
    A graph whose edges are pieces of lines.

    Attributes
    ----------
    nodes
        Longitude and latitude of each node, degrees on WGS 84, shape (n, 2). A
        place that two modes reach is a node for each of them.
    edges
        A row for each edge, in EPSG:4326, numbered from 0: `start`, `end` (numbers of
        nodes), `kind` ("line"; "joined", a gap that was bridged because that was
        asked for; "transfer", a change of mode, and "gate", of no length and
        without a geometry), `row` (position of its line in what was read, -1 for none),
        `from_m`, `to_m` (the stretch of that line), `length_m`, `mode`,
        `passable` (one of `PASSABLE`), `status_as_of` (the day of that
        state, as text, empty where it has none), `forward`, `backward` (whether it may be
        travelled from `start` to `end`, and back), `name`, `section_id`, `corridor_id`,
        `also` (an `Owner` for each other line on the same ground),
        `positional_error_m` and `speed_kmh` (NaN where unknown), geometry.
    notices
        What a reader must know before using it.
    left_out
        How many of what was left out: "no line" and "other use" (rows), "no length"
        (parts of lines) and "drawn twice" (edges).
    """

    nodes: Floats
    edges: GeoDataFrame
    notices: tuple[Notice, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def components(self) -> Ints:
        """
        Number the parts of the network that hang together, whatever the direction.

        Returns
        -------
        ndarray of int
            One number for each node; a network without nodes gives none.
        """
        count = len(self.nodes)
        ones = np.ones(len(self.edges), np.int8)
        pairs = (self.edges["start"].to_numpy(), self.edges["end"].to_numpy())
        labels: Ints = connected_components(
            coo_array((ones, pairs), shape=(count, count)), directed=False
        )[1].astype(np.int64)
        return labels

    def without(self, closed: Flags) -> Network:
        """
        Leave edges out; nodes keep their numbers.

        Parameters
        ----------
        closed
            True for each edge to leave out, shape (edges,).

        Returns
        -------
        Network
            The rest; its edges are numbered anew.
        """
        rest = self.edges[~np.asarray(closed, bool)].reset_index(drop=True)
        return replace(self, edges=rest)

    def owned(self, column: str, name: str) -> Flags:
        """
        Tell which edges belong to a section, a corridor or a name.

        Parameters
        ----------
        column
            One of the fields of `Owner`.
        name
            What stands there, whatever its capitals.

        Returns
        -------
        ndarray of bool
            One for each edge; ground that several lines share belongs to each.
        """
        key = name.casefold()
        mine = [word.casefold() == key for word in self.words(column)]
        shared = [
            any(getattr(owner, column).casefold() == key for owner in also)
            for also in self.edges["also"]
        ]
        found: Flags = np.array(mine, bool) | np.array(shared, bool)
        return found

    def against(self, column: str, name: str) -> Flags:
        """
        Tell on which edges a section, a corridor or a name is drawn the other way.

        Parameters
        ----------
        column, name
            As for `owned`.

        Returns
        -------
        ndarray of bool
            One for each edge.
        """
        key = name.casefold()
        turned = [
            any(owner.turned and getattr(owner, column).casefold() == key for owner in also)
            for also in self.edges["also"]
        ]
        own = [word.casefold() == key for word in self.words(column)]
        found: Flags = np.array(turned, bool) & ~np.array(own, bool)
        return found

    def words(self, column: str) -> list[str]:
        """
        Give a column of the edges as text.

        Parameters
        ----------
        column
            A column of `edges`.

        Returns
        -------
        list of str
            One text for each edge, empty where the column or the value is missing.
        """
        if column not in self.edges.columns:
            return [""] * len(self.edges)
        values = self.edges[column]
        return ["" if pd.isna(value) else str(value) for value in values]
