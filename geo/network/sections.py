"""Sections of corridors, and the places that they pass on a network of roads."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely

from geo import geodesy
from geo.errors import InputError
from geo.network.snap import snap

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from geo.network.graph import Network

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["ROAD", "Section", "facts_of", "numbers", "on_roads"]

ROAD: Final = "road"
_KILO: Final = 1000.0


@dataclass(frozen=True)
class Section:
    """
    One section, its places on the network, and what may be off.

    Attributes
    ----------
    name
        Its id.
    shape
        Its line as drawn.
    mode
        Its mode of transport.
    drawn_m, published_m
        Its length as drawn and as published, NaN where not known.
    error_m, allowed_m
        Its positional error, and how far a road may be from its places.
    node
        The node of each of its places, -1 where no connected road is near
        enough; none where it is not a single road.
    distance_m
        Metres from each place to its node; NaN where no road is near.
    """

    name: str
    shape: Any
    mode: str
    drawn_m: float
    published_m: float
    error_m: float
    allowed_m: float
    node: Ints
    distance_m: Floats

    @property
    def kept(self) -> Floats:
        """
        Give the places that have a node.

        Returns
        -------
        ndarray of float
            Longitude and latitude, degrees, shape (n, 2).
        """
        return shapely.get_coordinates(self.shape)[self.node >= 0]

    @property
    def legs(self) -> list[tuple[int, int]]:
        """
        Pair the nodes that follow each other.

        Returns
        -------
        list
            From and to; places without a node are passed over.
        """
        return list(pairwise(self.node[self.node >= 0].tolist()))


def facts_of(
    sections: GeoDataFrame, published_km: Mapping[str, float], accuracy_m: float
) -> list[Section]:
    """
    Take down what is known of sections.

    Parameters
    ----------
    sections
        Sections in EPSG:4326, with the columns that `network.follow` names.
    published_km
        Published lengths by section, in place of the column.
    accuracy_m
        How far roads may be off, metres.

    Returns
    -------
    list of Section
        One for each row, its places not yet on a network.

    Raises
    ------
    InputError
        If two sections share an id, or a length is published for none.
    """
    names = _names(sections)
    published = _published(sections, names, published_km)
    errors = numbers(sections, "positional_error_m").fillna(0.0).to_numpy()
    modes = [ROAD] * len(sections)
    if "mode" in sections.columns:
        modes = sections["mode"].fillna(ROAD).astype(str).str.strip().str.lower().tolist()
    shapes = sections.geometry.to_numpy()
    simple = shapely.get_type_id(shapes) == shapely.GeometryType.LINESTRING
    lengths = np.full(len(shapes), np.nan)
    lengths[simple] = geodesy.length_m(shapes[simple])
    none = np.empty(0, np.int64)
    return [
        Section(
            name=name,
            shape=shapes[at],
            mode=modes[at],
            drawn_m=float(lengths[at]),
            published_m=float(published[at]),
            error_m=float(errors[at]),
            allowed_m=float(errors[at] + accuracy_m),
            node=none,
            distance_m=none.astype(float),
        )
        for at, name in enumerate(names)
    ]


def on_roads(sections: list[Section], roads: Network) -> Iterator[tuple[Section, Network]]:
    """
    Bring the places of sections onto the roads that hang together.

    Parameters
    ----------
    sections
        What is known of each section.
    roads
        The network.

    Yields
    ------
    section
        In their order, with nodes.
    network
        The network that the nodes belong to: the component on which most of the
        section's places are, so that a short road that hangs apart breaks none.
    """
    routed = [
        one.mode == ROAD and shapely.get_type_id(one.shape) == shapely.GeometryType.LINESTRING
        for one in sections
    ]
    some = [one for one, good in zip(sections, routed, strict=True) if good]
    snapped, placed = _snapped(some, roads)
    label = snapped.components
    main = [_most(label[one.node[one.node >= 0]]) for one in placed]
    alone: dict[str, tuple[Section, Network]] = {}
    for component in sorted(set(main)):
        members = [one for one, own in zip(some, main, strict=True) if own == component]
        rest = roads.without(_of_edges(roads) != _known(roads, snapped, component))
        network, placed = _snapped(members, rest)
        alone |= {one.name: (one, network) for one in placed}
    for one in sections:
        yield alone.get(one.name, (one, roads))


def _names(sections: GeoDataFrame) -> list[str]:
    for column in ("section_id", "id", "name"):
        if column in sections.columns and sections[column].notna().all():
            names = sections[column].astype(str).tolist()
            break
    else:
        names = [str(number) for number in range(len(sections))]
    twice = sorted(name for name, times in Counter(names).items() if times > 1)
    if twice:
        message = f"sections: more than one is called {', '.join(twice[:5])}"
        raise InputError(message)
    return names


def numbers(sections: GeoDataFrame, column: str) -> pd.Series:
    """
    Give a column as numbers.

    Parameters
    ----------
    sections
        Sections of corridors.
    column
        Its name.

    Returns
    -------
    Series
        Numbers; NaN where the column or the value is missing or no number.
    """
    if column not in sections.columns:
        return pd.Series(np.nan, index=sections.index)
    return pd.to_numeric(sections[column], errors="coerce").astype(float)


def _published(sections: GeoDataFrame, names: list[str], given: Mapping[str, float]) -> Floats:
    unknown = sorted(set(given) - set(names))
    if unknown:
        message = f"sections: none is called {', '.join(unknown[:5])}"
        raise InputError(message)
    wrong = [name for name, km in given.items() if not 0 < km < np.inf]
    if wrong:
        message = f"sections: the published length of {wrong[0]} must be above 0 km"
        raise InputError(message)
    said = numbers(sections, "published_km").to_numpy()
    lengths = np.array([given.get(name, km) for name, km in zip(names, said, strict=True)])
    return np.where(lengths > 0, lengths, np.nan) * _KILO


def _most(labels: Ints) -> int:
    """Give the label that most have, the lowest of several; -1 for none."""
    return int(np.bincount(labels).argmax()) if len(labels) else -1


def _of_edges(roads: Network) -> Ints:
    labels: Ints = roads.components[roads.edges["start"].to_numpy()]
    return labels


def _known(roads: Network, snapped: Network, component: int) -> int:
    """Give the number of a component in the network before its edges were cut."""
    old = snapped.components[: len(roads.nodes)] == component
    return int(roads.components[old][0]) if old.any() else -1


def _snapped(sections: list[Section], roads: Network) -> tuple[Network, list[Section]]:
    """Bring places onto roads; those that are too far have no node."""
    xy, of = shapely.get_coordinates([one.shape for one in sections], return_index=True)
    most = max((one.allowed_m for one in sections), default=0.0)
    found = snap(roads, *xy.T, most_m=most, modes=[ROAD])
    placed = []
    for at, one in enumerate(sections):
        distance = found.distance_m[of == at]
        node = np.where(distance <= one.allowed_m, found.node[of == at], -1)
        placed.append(replace(one, node=node, distance_m=distance))
    return found.network, placed
