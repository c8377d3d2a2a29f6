"""Gates on the way: where a border is passed between two sections."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.errors import Notice
from geo.network.graph import GATE, Network

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geopandas import GeoDataFrame

__all__ = ["with_gates"]


def with_gates(network: Network, gates: GeoDataFrame) -> Network:
    """
    Put gates between the sections that meet at them.

    Parameters
    ----------
    network
        The network.
    gates
        Rows with `gate_id`, `name` and `between`, the ids of the two sections
        that a way passes the gate between, split by a blank; empty where no
        section passes it. Rows of one gate, for its periods, count once.

    Returns
    -------
    Network
        The network, in which the second section is reached from the first
        through an edge of kind "gate", `section_id` the gate's id; its state
        is UNKNOWN. A gate whose sections do not meet is left out, with a notice.
    """
    for gate_id, name, one, other in _between(gates):
        nodes = _of(network, one) & _of(network, other)
        if len(nodes) == 1:
            network = _parted(network, nodes.pop(), other, (gate_id, name))
        else:
            message = f"its sections {one} and {other} do not meet at one place: it is left out"
            said = Notice("gates", gate_id, "gate-nowhere", message)
            network = replace(network, notices=(*network.notices, said))
    return network


def _between(gates: GeoDataFrame) -> Iterator[tuple[str, str, str, str]]:
    if "between" not in gates.columns:
        return
    for row in gates.drop_duplicates("gate_id").to_dict("records"):
        sections = "" if pd.isna(row["between"]) else str(row["between"])
        if len(sections.split()) == 2:  # noqa: PLR2004 - a gate has two sides
            one, other = sections.split()
            yield str(row["gate_id"]), str(row["name"]), one, other


def _of(network: Network, section: str) -> set[int]:
    mine = network.edges[network.owned("section_id", section)]
    return {int(node) for node in np.concatenate([mine["start"], mine["end"]])}


def _parted(network: Network, node: int, section: str, gate: tuple[str, str]) -> Network:
    """Give the section a node of its own at the gate, and join it by the gate."""
    edges = network.edges.copy()
    new = len(network.nodes)
    mine = network.owned("section_id", section)
    for column in ("start", "end"):
        edges.loc[mine & (edges[column] == node), column] = new
    blank = dict.fromkeys(edges.columns)
    row = {
        **blank,
        "start": node,
        "end": new,
        "kind": GATE,
        "row": -1,
        "from_m": 0.0,
        "to_m": 0.0,
        "length_m": 0.0,
        "mode": GATE,
        "passable": "UNKNOWN",
        "status_as_of": "",
        "forward": True,
        "backward": True,
        "name": gate[1],
        "section_id": gate[0],
        "corridor_id": "",
        "also": (),
        "positional_error_m": np.nan,
        "speed_kmh": np.nan,
    }
    frame = pd.concat([edges, pd.DataFrame([row])], ignore_index=True)
    return replace(
        network,
        nodes=np.vstack([network.nodes, network.nodes[node]]),
        edges=gpd.GeoDataFrame(frame, geometry="geometry", crs=4326),
    )
