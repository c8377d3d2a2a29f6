"""What a network is made of: its parts, what was joined, and the gaps that remain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely

from geo import geodesy
from geo.errors import InputError
from geo.network.graph import JOINED, LINE, Network
from geo.network.near import boxes, pairs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = ["Report", "examine"]

_FIRST_M, _WIDER = 100.0, 4.0
_AT_A_TIME: Final = 256
_MOST_ENDS: Final = 5_000
_KILO: Final = 1000.0
_GAPS: Final = (
    "row",
    "component",
    "lon",
    "lat",
    "to_row",
    "to_component",
    "to_lon",
    "to_lat",
    "gap_m",
)


@dataclass(frozen=True)
class Report:
    """
    What a network is made of.

    Attributes
    ----------
    components
        A row for each part that hangs together, the longest first: `component`
        (as `Network.components` numbers them), `nodes`, `edges`, `km`, `share`
        (of all kilometres).
    modes, passable
        `edges` and `km` of lines by `mode`, and by the word that tells their state.
    one_way_km
        Kilometres that may be travelled in one direction only.
    joined
        The gaps that were bridged: `from_row`, `to_row` (positions of the lines
        in what was read), `gap_m`, `lon`, `lat` (of the end).
    gaps
        Ends that meet nothing and have another component of their mode near,
        the nearest first: `row`, `component`, `lon`, `lat`, and of the nearest
        place there `to_row`, `to_component`, `to_lon`, `to_lat`, `gap_m`.
    within_m
        How far was looked for them, metres.
    free_ends
        How many ends meet nothing.
    not_searched
        For how many of them, all in the longest component or the last in their
        order, no other component was looked for, to bound the time.
    left_out
        How many of what was left out, as in `Network.left_out`.
    """

    components: pd.DataFrame
    modes: pd.DataFrame
    passable: pd.DataFrame
    one_way_km: float
    joined: pd.DataFrame
    gaps: pd.DataFrame
    within_m: float
    free_ends: int
    not_searched: int
    left_out: dict[str, int]

    def as_dict(self) -> dict[str, Any]:
        """
        Give the report as plain lists and numbers.

        Returns
        -------
        dict
            The attributes by name, a frame as a list of its rows.
        """
        return {
            name: value.to_dict("records") if isinstance(value, pd.DataFrame) else value
            for name, value in vars(self).items()
        }


def examine(network: Network, *, within_m: float = 5_000.0) -> Report:
    """
    Tell what a network is made of, and where it is broken.

    Parameters
    ----------
    network
        The network. One without edges gives empty frames.
    within_m
        How far from an end that meets nothing another component is looked for.

    Returns
    -------
    Report
        Components, modes, states, what was joined and what was not.

    Raises
    ------
    InputError
        If the distance is none.
    """
    if not 0 <= within_m < np.inf:
        message = f"network: the distance must be at least 0 metres, not {within_m}"
        raise InputError(message)
    edges, of_node = network.edges, network.components
    components = _components(network, of_node)
    lines = edges[edges["kind"] == LINE]
    free = _free_ends(network)
    largest = int(components["component"].iloc[0]) if len(components) else -1
    # what hangs apart is asked for first
    order = np.argsort(of_node[free] == largest, kind="stable")
    searched = free[order][:_MOST_ENDS]
    return Report(
        components=components,
        modes=_sums(lines, "mode"),
        passable=_sums(lines, "passable"),
        one_way_km=float(lines.loc[~(lines["forward"] & lines["backward"]), "length_m"].sum())
        / _KILO,
        joined=_joined(network),
        gaps=_gaps(network, of_node, searched, largest, within_m),
        within_m=float(within_m),
        free_ends=len(free),
        not_searched=len(free) - len(searched),
        left_out=dict(network.left_out),
    )


def _components(network: Network, of_node: Ints) -> pd.DataFrame:
    edges = network.edges
    count = int(of_node.max()) + 1 if len(of_node) else 0
    of_edge = of_node[edges["start"].to_numpy()]
    km = np.bincount(of_edge, weights=edges["length_m"], minlength=count) / _KILO
    frame = pd.DataFrame(
        {
            "component": np.arange(count),
            "nodes": np.bincount(of_node, minlength=count),
            "edges": np.bincount(of_edge, minlength=count),
            "km": km,
            "share": km / km.sum() if km.sum() else km,
        }
    )
    return frame.sort_values(["km", "component"], ascending=[False, True], ignore_index=True)


def _sums(lines: pd.DataFrame, column: str) -> pd.DataFrame:
    found = lines.groupby(column)["length_m"].agg(["size", "sum"]).reset_index()
    found = found.rename(columns={"size": "edges", "sum": "km"})
    return found.assign(km=found["km"] / _KILO)


def _first_rows(network: Network) -> Ints:
    """Give the row of the first line that reaches each node; -1 for none."""
    edges = network.edges[network.edges["kind"] == LINE]
    rows = np.full(len(network.nodes), -1)
    for name in ("end", "start"):
        rows[edges[name].to_numpy()[::-1]] = edges["row"].to_numpy()[::-1]
    return rows


def _joined(network: Network) -> pd.DataFrame:
    gaps = network.edges[network.edges["kind"] == JOINED]
    rows = _first_rows(network)
    start, end = gaps["start"].to_numpy(), gaps["end"].to_numpy()
    return pd.DataFrame(
        {
            "from_row": rows[start],
            "to_row": rows[end],
            "gap_m": gaps["length_m"].to_numpy(),
            "lon": network.nodes[start, 0],
            "lat": network.nodes[start, 1],
        }
    )


def _free_ends(network: Network) -> Ints:
    """Find the nodes that a single edge reaches."""
    pair = network.edges[["start", "end"]].to_numpy(np.int64)
    return np.flatnonzero(np.bincount(pair.ravel(), minlength=len(network.nodes)) == 1)


def _gaps(
    network: Network, of_node: Ints, ends: Ints, largest: int, within_m: float
) -> pd.DataFrame:
    """Find the nearest other component of each end, first near, then wider and wider."""
    lines = network.edges[network.edges["kind"] == LINE]
    of_line = of_node[lines["start"].to_numpy()]
    modes = pd.Categorical(lines["mode"]).codes
    mode_of = np.full(len(network.nodes), -1)
    for name in ("end", "start"):
        mode_of[lines[name].to_numpy()] = modes
    found = []
    main = of_node[ends] == largest
    for some, among in ((ends[~main], np.ones(len(lines), bool)), (ends[main], of_line != largest)):
        search = _Search(lines[among], of_line[among], modes[among])
        left, radius = some, min(_FIRST_M, within_m)
        while len(left) and among.any():
            near = search.near(network.nodes[left], of_node[left], mode_of[left], radius)
            found.append(near.assign(node=left[near["point"]]))
            left = np.delete(left, near["point"])
            if radius >= within_m:
                break
            radius = min(radius * _WIDER, within_m)
    if not found:
        return pd.DataFrame(columns=list(_GAPS), dtype=float)
    every = pd.concat(found, ignore_index=True)
    nodes = every["node"].to_numpy(np.int64)
    every = every.assign(
        row=_first_rows(network)[nodes],
        component=of_node[nodes],
        lon=network.nodes[nodes, 0],
        lat=network.nodes[nodes, 1],
    )
    return every.sort_values(["gap_m", "node"], ignore_index=True)[list(_GAPS)]


class _Search:
    """Lines of a network, to be asked for the nearest of another component."""

    def __init__(self, lines: pd.DataFrame, component: Ints, mode: Ints) -> None:
        self.shapes = lines["geometry"].to_numpy()
        self.rows, self.component, self.mode = lines["row"].to_numpy(), component, mode
        self.tree = shapely.STRtree(self.shapes)
        xy, part, _ = geodesy.edge_vectors(self.shapes)
        self.vertices = xy, part

    def near(self, at: Floats, component: Ints, mode: Ints, radius: float) -> pd.DataFrame:
        """Give the nearest place for each point that has one within the radius."""
        found = []
        for low in range(0, len(at), _AT_A_TIME):
            some = at[low : low + _AT_A_TIME]
            point, line = self.tree.query(boxes(some, np.full(len(some), radius)))
            other = (component[low + point] != self.component[line]) & (
                mode[low + point] == self.mode[line]
            )
            near = pairs(some, point[other], line[other], self.vertices)
            order = np.lexsort([near.edge, near.line, near.distance_m, near.point])
            order = order[near.distance_m[order] <= radius]
            _, first = np.unique(near.point[order], return_index=True)
            best = order[first]
            found.append(
                pd.DataFrame(
                    {
                        "point": low + near.point[best],
                        "to_row": self.rows[near.line[best]],
                        "to_component": self.component[near.line[best]],
                        "to_lon": near.place[best, 0],
                        "to_lat": near.place[best, 1],
                        "gap_m": near.distance_m[best],
                    }
                )
            )
        return pd.concat(found, ignore_index=True)
