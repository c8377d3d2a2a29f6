"""Bring points onto a network: the nearest edge is cut where they meet it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import geopandas as gpd
import numpy as np
import shapely

from geo import geodesy
from geo.errors import InputError
from geo.network.graph import LINE, Network
from geo.network.near import Feet, nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geopandas import GeoDataFrame
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = ["Snapped", "snap"]

_SAME_M: Final = 1.0
"""A foot nearer than this to a node is that node: it would cut off a splinter."""


@dataclass(frozen=True)
class Snapped:
    """
    A network with points on it.

    Attributes
    ----------
    network
        The network with the nearest edges cut; its first nodes are those of the
        network that was given, the pieces of an edge stand where it stood.
    node
        The number of the node for each point; -1 where no edge is near enough.
    distance_m
        Metres from each point to its node; NaN where it has none.
    place
        Longitude and latitude of that node, shape (n, 2); NaN where it has none.
    """

    network: Network
    node: Ints
    distance_m: Floats
    place: Floats


class _Cut(NamedTuple):
    """Where an edge is cut: its chainage, the number of the straight edge, and the place."""

    mark: float
    edge: int
    place: Floats


class _Piece(NamedTuple):
    """What of a cut edge is new."""

    start: int
    end: int
    from_m: float
    to_m: float
    length_m: float
    geometry: Any


def snap(
    network: Network,
    lon: ArrayLike,
    lat: ArrayLike,
    *,
    most_m: float,
    modes: Sequence[str] | None = None,
) -> Snapped:
    """
    Bring points to the nearest place of a network, and cut its edges there.

    Parameters
    ----------
    network
        The network; it is not changed.
    lon, lat
        Points, degrees on WGS 84, one or many. No points give no nodes.
    most_m
        How far a point may be from its place, metres.
    modes
        The modes of the edges that count; all where left out. Gaps that were
        bridged and changes of mode never count: nothing is drawn there.

    Returns
    -------
    Snapped
        The network, and each point's node. A place within a metre of a node is
        that node, so a cut makes no splinter. Cut edges keep all columns;
        `from_m`, `to_m` and `length_m` are those of the pieces.

    Raises
    ------
    InputError
        If the points are no pairs of longitudes and latitudes, or the distance
        is none.
    """
    at = _points(lon, lat)
    if not most_m >= 0:
        message = f"snap: most_m must be at least 0 metres, not {most_m}"
        raise InputError(message)
    edges = network.edges
    counted = (edges["kind"] == LINE).to_numpy()
    if modes is not None:
        counted = counted & edges["mode"].isin(list(modes)).to_numpy()
    which = np.flatnonzero(counted)
    found = nearest(at, edges.geometry.to_numpy()[which], most_m)
    cut, node = _cut(network, which, found)
    place = np.full((len(at), 2), np.nan)
    hit = node >= 0
    place[hit] = cut.nodes[node[hit]]
    distance = geodesy.distance_m(*at.T, *_beside(place, at).T)
    return Snapped(cut, node, distance, place)


def _points(lon: ArrayLike, lat: ArrayLike) -> Floats:
    x, y = (np.atleast_1d(np.asarray(values, np.float64)) for values in (lon, lat))
    if x.ndim != 1 or x.shape != y.shape:
        message = f"snap: {x.shape} longitudes and {y.shape} latitudes make no points"
        raise InputError(message)
    wrong = np.flatnonzero(~(np.abs(x) <= 180) | ~(np.abs(y) <= 90))  # noqa: PLR2004 - degrees
    if wrong.size:
        at = wrong[0]
        message = f"snap: point {at} has no longitude and latitude: {x[at]}, {y[at]}"
        raise InputError(message)
    return np.column_stack([x, y])


def _beside(place: Floats, at: Floats) -> Floats:
    """Turn places to the side of the date line on which their points are."""
    turned = place.copy()
    turned[:, 0] += 360 * np.round((at[:, 0] - place[:, 0]) / 360)
    return turned


def _cut(network: Network, which: Ints, found: Feet) -> tuple[Network, Ints]:
    """Cut edges at the feet; give each foot's node."""
    edges, node = network.edges, np.full(len(found.line), -1)
    hit = np.flatnonzero(found.line >= 0)
    if not hit.size:
        return network, node
    of_edge = which[found.line[hit]]
    order = np.argsort(of_edge, kind="stable")
    numbers, first = np.unique(of_edge[order], return_index=True)
    places: list[Floats] = []
    pieces: dict[int, list[_Piece]] = {}
    for number, some in zip(numbers, np.split(hit[order], first[1:]), strict=True):
        edge = edges.iloc[int(number)]
        taken, cuts = _cuts(edge, found, some)
        new = len(network.nodes) + len(places) + np.arange(len(cuts))
        nodes = [int(edge["start"]), *new.tolist(), int(edge["end"])]
        node[some] = np.array(nodes)[taken]
        if cuts:
            pieces[int(number)] = _pieces(edge, cuts, nodes)
            places += [cut.place for cut in cuts]
    if not places:
        return network, node
    return replace(
        network,
        nodes=np.vstack([network.nodes, np.array(places)]),
        edges=_replaced(edges, pieces),
    ), node


def _cuts(edge: Any, found: Feet, points: Ints) -> tuple[Ints, list[_Cut]]:
    """Tell which node of an edge each foot takes: 0 its start, then the cuts in order, its end."""
    xy = shapely.get_coordinates(edge.geometry)
    low = found.edge[points]
    along = geodesy.chainages_m(edge.geometry)[low]
    mark = edge["from_m"] + along + geodesy.arc_length_m(*xy[low].T, *found.place[points].T)
    cuts: list[_Cut] = []
    taken = np.full(len(points), -1)
    last = edge["from_m"]
    for at in np.argsort(mark, kind="stable"):
        left = edge["to_m"] - mark[at]
        if left < min(_SAME_M, mark[at] - edge["from_m"]):
            continue  # it is the end, whose number is known when all cuts are
        if mark[at] - last >= _SAME_M:
            last = mark[at]
            cuts.append(_Cut(float(last), int(low[at]), found.place[points[at]]))
        taken[at] = len(cuts)
    return np.where(taken < 0, len(cuts) + 1, taken), cuts


def _pieces(edge: Any, cuts: list[_Cut], nodes: list[int]) -> list[_Piece]:
    """Take an edge apart at its cuts."""
    xy = shapely.get_coordinates(edge.geometry)
    start = _Cut(edge["from_m"], 0, xy[0])
    end = _Cut(edge["to_m"], len(xy) - 2, xy[-1])
    pieces = []
    for number, (one, other) in enumerate(pairwise([start, *cuts, end])):
        body = xy[one.edge + 1 : other.edge + 1]
        shape = shapely.LineString(_no_echo(np.vstack([one.place, body, other.place])))
        ends = nodes[number], nodes[number + 1]
        pieces.append(_Piece(*ends, one.mark, other.mark, other.mark - one.mark, shape))
    return pieces


def _no_echo(xy: Floats) -> Floats:
    """Leave out a vertex that repeats the one before: a cut may fall on a vertex."""
    same = np.concatenate([[False], (np.diff(xy, axis=0) == 0).all(axis=1)])
    rest: Floats = xy[~same]
    return rest


def _replaced(edges: GeoDataFrame, pieces: dict[int, list[_Piece]]) -> GeoDataFrame:
    """Put the pieces where their edges stood."""
    count = np.ones(len(edges), np.int64)
    count[list(pieces)] = [len(rows) for rows in pieces.values()]
    frame = edges.iloc[np.repeat(np.arange(len(edges)), count)].reset_index(drop=True)
    first = np.cumsum(count) - count
    at = np.concatenate([first[number] + np.arange(len(pieces[number])) for number in pieces])
    rows = [piece for some in pieces.values() for piece in some]
    for place, name in enumerate(_Piece._fields):
        values = frame[name].to_numpy().copy()
        for to, row in zip(at, rows, strict=True):
            values[to] = row[place]
        frame[name] = values
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=edges.crs)
