"""Ways told: legs, gates and hands along each, measured over their whole length."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo import passages
from geo.errors import Notice
from geo.exposure import measure
from geo.network import GATE, JOINED, TRANSFER, Owner
from geo.ways import hands
from geo.ways.arcs import directed, merged
from geo.ways.choice import best
from geo.ways.ends import POINT, Gazetteer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from geo.exposure import Exposure
    from geo.ways.answer import Ways
    from geo.ways.arcs import Arcs, Path
    from geo.ways.ground import Ground

__all__ = ["blocked", "label", "told"]

_MOST_NAMES: Final = 8
_OF_GATES: Final = {
    "PASSABLE": "OPEN",
    "RESTRICTED": "RESTRICTED",
    "NOT_PASSABLE": "CLOSED",
    "UNKNOWN": "UNCLEAR",
}
_CLOSED_WEIGHS: Final = 1e9  # more than any way is long


@dataclass(frozen=True)
class _Step:
    """One arc of a way."""

    edge: int
    backward: bool
    start: int
    end: int


def told(ways: Ways, found: tuple[Ground, Arcs, Sequence[Path]], names: Gazetteer | None) -> Ways:
    """
    Measure ways along their whole length, and name what they pass.

    Parameters
    ----------
    ways
        The answer so far.
    found
        The network on its day, its arcs, and the ways through them.
    names
        Places to name ends of legs by, if any.

    Returns
    -------
    Ways
        The answer with its tables and its exposure; without ways, as it was.
    """
    ground, arcs, paths = found
    if not paths:
        return ways
    names = names or Gazetteer()
    steps = [_steps(path, arcs) for path in paths]
    legs = pd.concat(
        [_legs(way, ground, number, names) for number, way in enumerate(steps, 1)],
        ignore_index=True,
    )
    knowledge = ground.knowledge
    exposure = measure(
        _routes(legs, {_way_id(n): _passed(way, ground, names) for n, way in enumerate(steps, 1)}),
        knowledge.zones,
        control=knowledge.control,
        as_of=ground.as_of,
        position_error_m=ways.asked.position_error_m,
    )
    gates = pd.DataFrame(
        [row for number, way in enumerate(steps, 1) for row in _gates(way, ground, number)],
        columns=pd.Index(["way_id", "gate_id", "name", "status", "at_m"]),
    )
    table = _table(exposure, legs)
    return replace(
        ways,
        ways=table.assign(uncovered_m=_uncovered(exposure, ground)),
        legs=legs.drop(columns="geometry"),
        gates=gates,
        exposure=exposure,
        notices=(*ways.notices, *_said(legs, gates), *exposure.notices),
    )


def _way_id(number: int) -> str:
    return f"way {number}"


def _steps(path: Path, arcs: Arcs) -> list[_Step]:
    chosen = list(path.arcs)
    columns = (arcs.edge, arcs.backward, arcs.tail, arcs.head)
    rows = zip(*(column[chosen].tolist() for column in columns), strict=True)
    return [_Step(*row) for row in rows]


def _legs(way: list[_Step], ground: Ground, number: int, names: Gazetteer) -> pd.DataFrame:
    """Join the steps of one section to a leg."""
    edges = ground.network.edges
    owners = _owners(edges, [step.edge for step in way])
    facts = edges[["mode", "passable", "kind"]].iloc[[step.edge for step in way]].to_numpy(object)
    # which way a road without a section is drawn means nothing
    keys = (
        (owner[:3], *fact, bool(owner.section_id) and step.backward != owner.turned)
        for owner, fact, step in zip(owners, facts, way, strict=True)
    )
    rows: list[dict[str, Any]] = []
    for (owner, mode, passable, kind, backward), group in groupby(
        zip(keys, way, strict=True), lambda pair: pair[0]
    ):
        if kind in {TRANSFER, GATE}:
            continue
        steps = [step for _, step in group]
        mine = edges.iloc[[step.edge for step in steps]]
        rows.append(
            {
                "way_id": _way_id(number),
                "seq": len(rows) + 1,
                **dict(zip(("section_id", "corridor_id", "name"), owner, strict=True)),
                "mode": mode,
                "from": names.name_of(*ground.network.nodes[steps[0].start]),
                "to": names.name_of(*ground.network.nodes[steps[-1].end]),
                "length_m": float(mine["length_m"].sum()),
                "hours": float(ground.hours[[step.edge for step in steps]].sum()),
                "status": passable,
                "backward": backward if owner[0] else steps[0].backward,
                "joined": kind == JOINED,
                "positional_error_m": float(mine["positional_error_m"].max(skipna=False)),
                "geometry": _line(mine.geometry.to_numpy(), steps),
            }
        )
    return pd.DataFrame(rows)


def _owners(edges: pd.DataFrame, way: Sequence[int]) -> list[Owner]:
    """Tell whose each edge is; where several lines share the ground, the one that goes on."""
    found: list[Owner] = []
    columns = ["section_id", "corridor_id", "name", "also"]
    choices = [
        [Owner(*own), *also]
        for *own, also in edges[columns].iloc[list(way)].itertuples(index=False, name=None)
    ]
    for mine in choices:
        on = _same(found[-1], mine) if found else None
        found.append(on or mine[0])
    for place in range(len(found) - 2, -1, -1):  # and backwards, where the next one began before
        found[place] = _same(found[place + 1], choices[place]) or found[place]
    return found


def _same(owner: Owner, among: Sequence[Owner]) -> Owner | None:
    return next((one for one in among if one[:3] == owner[:3]), None)


def _line(shapes: NDArray[np.object_], steps: Sequence[_Step]) -> Any:
    turned = [
        shapely.reverse(shape) if step.backward else shape
        for shape, step in zip(shapes, steps, strict=True)
    ]
    parts: list[list[Any]] = []
    for vertices in (shapely.get_coordinates(shape) for shape in turned):
        if parts and (parts[-1][-1] == vertices[0]).all():
            parts[-1].extend(vertices[1:])
        else:  # the other side of the date line, or of a rounded join
            parts.append(list(vertices))
    lines = [shapely.LineString(part) for part in parts]
    return lines[0] if len(lines) == 1 else shapely.MultiLineString(lines)


def _passed(way: Sequence[_Step], ground: Ground, names: Gazetteer) -> list[str]:
    """Name the places between the ends at which a way passes from one edge to the next."""
    nodes = ground.network.nodes[[step.end for step in way[:-1]]]
    named = (names.name_of(*node) for node in nodes)
    return [name for name in dict.fromkeys(named) if names.knows(name)]


def _routes(legs: pd.DataFrame, passed: Mapping[str, Sequence[str]]) -> gpd.GeoDataFrame:
    """Give the ways as routes of sections, as `measure` takes corridors."""
    titles = {
        way_id: _title(mine, passed[str(way_id)])
        for way_id, mine in legs.groupby("way_id", sort=False)
    }
    return gpd.GeoDataFrame(
        {
            "corridor_id": legs["way_id"],
            "corridor": legs["way_id"].map(titles),
            "seq": legs["seq"],
            "section_id": legs["section_id"].where(legs["section_id"] != "", legs["name"]),
            "name": legs["name"],
            "mode": legs["mode"],
            "positional_error_m": legs["positional_error_m"],
        },
        geometry=legs["geometry"].to_numpy(),
        crs=4326,
    )


def _title(legs: pd.DataFrame, passed: Sequence[str]) -> str:
    """Name a way by the places where it leaves one corridor for another, else that it passes."""
    corridor = legs["corridor_id"]
    turns = legs["to"][(corridor != corridor.shift(-1)).to_numpy()].iloc[:-1]
    ends = {legs["from"].iloc[0], legs["to"].iloc[-1]}
    places = [name for name in dict.fromkeys(turns) if not POINT.match(name)]
    places = [name for name in places or passed if name not in ends]
    if not places:
        return "direct"
    if len(places) > _MOST_NAMES:
        step = len(places) / _MOST_NAMES
        places = [places[int(place * step)] for place in range(_MOST_NAMES)]
    return "by " + ", ".join(places)


def _gates(way: Sequence[_Step], ground: Ground, number: int) -> list[dict[str, Any]]:
    """List the gates that a way passes, and where."""
    edges = ground.network.edges.iloc[[step.edge for step in way]]
    return [
        {
            "way_id": _way_id(number),
            "gate_id": gate["section_id"],
            "name": gate["name"],
            "status": _OF_GATES[gate["passable"]],
            "at_m": float(mark),
        }
        for mark, gate in zip(edges["length_m"].cumsum(), edges.to_dict("records"), strict=True)
        if gate["kind"] == GATE
    ]


def _table(exposure: Exposure, legs: pd.DataFrame) -> pd.DataFrame:
    """Set the ways in rows."""
    routes = pd.DataFrame(exposure.routes.drop(columns="geometry")).rename(
        columns={"route_id": "way_id"}
    )
    by_way = legs.groupby("way_id", sort=False)
    hours = by_way["hours"].apply(lambda values: values.sum(skipna=False))
    first = exposure.stretches[exposure.stretches["source"] == exposure.sources[0]]
    held = first.groupby("route_id", sort=False)["controller"].apply(tuple)
    return routes.assign(
        hours=routes["way_id"].map(hours),
        control_changes=[hands.changes([held[name]]) for name in routes["way_id"]],
    )


def _uncovered(exposure: Exposure, ground: Ground) -> NDArray[np.float64]:
    """Measure how far each way runs over ground of which the zones' sources do not speak."""
    covers = ground.knowledge.covers
    lengths = exposure.routes["length_m"].to_numpy(float)
    if covers is None:
        return np.full(len(lengths), np.nan)
    found = passages.find(exposure.routes.geometry.to_numpy(), covers.geometry.to_numpy())
    route, from_m, to_m = passages.merged(found.route, found.from_m, found.to_m)
    inside = np.bincount(route, weights=to_m - from_m, minlength=len(lengths))
    rest: NDArray[np.float64] = np.maximum(lengths - inside, 0.0)
    return np.where(rest < passages.TINY_M, 0.0, rest)


def _said(legs: pd.DataFrame, gates: pd.DataFrame) -> list[Notice]:
    """Say what stands in the way of each way."""
    said = []
    restricted = legs[legs["status"] == "RESTRICTED"]
    for way_id, rows in restricted.groupby("way_id", sort=False):
        names = ", ".join(dict.fromkeys(rows["name"].where(rows["name"] != "", rows["section_id"])))
        said.append(Notice("ways", str(way_id), "restricted", f"restricted on {names}"))
    for row in legs[legs["joined"].astype(bool)].to_dict("records"):
        message = (
            f"a gap of {row['length_m']:.0f} m between {row['from']} and {row['to']} is bridged"
        )
        said.append(Notice("ways", row["way_id"], "joined", message))
    for row in gates[gates["status"] != "OPEN"].to_dict("records"):
        message = f"passes the gate {row['name']}, which is {row['status']}"
        said.append(Notice("ways", row["way_id"], "gate", message))
    return said


def blocked(ground: Ground, stops: Sequence[Sequence[int]], *, by: str) -> tuple[str, ...]:
    """
    Find out what stands in the way where there is none.

    Parameters
    ----------
    ground
        The network on its day.
    stops
        The nodes to pass; at each stop, any one of its nodes.
    by
        What ways are weighed by; by hours, an edge without a known speed stands
        in the way as well.

    Returns
    -------
    tuple of str
        What is closed on the way with the least of it; empty where the places
        do not hang together at all, or only in the other direction.
    """
    unknown = ~np.isfinite(ground.hours) if by == "hours" else np.zeros(len(ground.hours), bool)
    reasons = [
        tuple(reason or ("no speed is known" if slow else "") for reason in pair)
        for pair, slow in zip(ground.closed, unknown, strict=True)
    ]
    shut = np.array([[bool(reason) for reason in pair] for pair in reasons]).reshape(-1, 2)
    length = ground.network.edges["length_m"].to_numpy(float)
    ways = [
        directed(ground.network, np.column_stack([shut[:, side], length]), flags)
        for side, flags in enumerate(np.array([[[True, False]], [[False, True]]]))
    ]
    arcs = merged(*ways)
    path = best(arcs, stops, (_CLOSED_WEIGHS, 1.0))
    found = []
    for arc in () if path is None else path.arcs:
        edge = int(arcs.edge[arc])
        reason = reasons[edge][int(arcs.backward[arc])]
        if reason:
            found.append(f"{label(ground.network.edges.iloc[edge])[0]}: {reason}")
    return tuple(dict.fromkeys(found))


def label(edge: pd.Series) -> tuple[str, str, str]:
    """
    Name an edge for people.

    Parameters
    ----------
    edge
        A row of `Network.edges`.

    Returns
    -------
    name, section_id, mode
        The name is never empty: a gap that was bridged, or a line without a
        name, is called so.
    """
    plain = (
        "a gap that was bridged" if edge["kind"] == JOINED else f"a {edge['mode']} without a name"
    )
    name = str(edge["name"] or edge["section_id"] or plain)
    return name, str(edge["section_id"]), str(edge["mode"])
