"""Find the ways from one place to another."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from geo.errors import InputError, Notice
from geo.network import GATE, snap, with_gates
from geo.ways import changes, choice, hands, journey
from geo.ways.answer import Ways
from geo.ways.arcs import directed
from geo.ways.ends import End
from geo.ways.ground import day_of, stand

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from geo.network import Network
    from geo.ways.arcs import Arcs
    from geo.ways.ends import Gazetteer, Place
    from geo.ways.ground import Ground, Knowledge
    from geo.ways.scenario import Scenario

__all__ = ["BY", "Asked", "arcs_of", "find", "prepared"]

BY: Final = ("distance", "hours")


@dataclass(frozen=True)
class Asked:
    """
    What is asked.

    Attributes
    ----------
    places
        From where, by way of what, to where: at least two.
    by
        What is weighed against exposed metres, one of `BY`.
    as_of
        The day; left out, the newest source of zones and claims.
    most_m
        How far a place may be from the network, metres.
    every
        Whether to keep ways that are nearly another one.
    position_error_m
        How far every line may be off; left out, what each section carries.
    closed_too
        Whether to use what is closed as well, as if it were open.
    """

    places: tuple[Place, ...]
    by: str = BY[0]
    as_of: date | str | None = None
    most_m: float = 25_000.0
    every: bool = False
    position_error_m: float | None = None
    closed_too: bool = False


def prepared(
    network: Network, knowledge: Knowledge, asked: Asked, scenario: Scenario | None = None
) -> tuple[Ground, tuple[End, ...], list[Notice]]:
    """
    Bring places, gates and a scenario onto a network.

    Parameters
    ----------
    network, knowledge, asked, scenario
        As for `find`.

    Returns
    -------
    ground, ends, notices
        The network on the day, cut at the places; where they are on it; and
        what must be said.

    Raises
    ------
    InputError
        If a place is too far from the network, or fewer than two are given.
    """
    if len(asked.places) < 2:  # noqa: PLR2004 - from and to
        message = "ways need a place to begin and one to end"
        raise InputError(message)
    day = day_of(knowledge, asked.as_of)
    said: list[Notice] = []
    if scenario is not None:
        knowledge, said = changes.known(scenario, knowledge, day)
    if knowledge.gates is not None:
        network = with_gates(network, knowledge.gates)
    # the same ground drawn twice and kept once changes no number of a way
    said = [*(one for one in network.notices if one.rule != "drawn-twice"), *said]
    network, ends = _placed(network, asked)
    ground = stand(network, knowledge, as_of=day)
    if scenario is not None:
        ground, more = changes.closed(scenario, ground)
        said += more
    if asked.closed_too:
        ground = ground.opened()
    return ground, ends, said


def _placed(network: Network, asked: Asked) -> tuple[Network, tuple[End, ...]]:
    lon = np.array([place.lon for place in asked.places])
    lat = np.array([place.lat for place in asked.places])
    placed = snap(network, lon, lat, most_m=asked.most_m)
    far = [place.name for place, node in zip(asked.places, placed.node, strict=True) if node < 0]
    if far:
        message = (
            f"{', '.join(far)}: no road, river or sea lane of the network within "
            f"{asked.most_m / 1000:g} km"
        )
        raise InputError(message)
    _refuse_standing_still(asked.places, placed.node.tolist())
    ends = zip(asked.places, placed.node.tolist(), placed.distance_m.tolist(), strict=True)
    return placed.network, tuple(
        End(place, _sides(placed.network, node), away) for place, node, away in ends
    )


def _sides(network: Network, node: int) -> tuple[int, ...]:
    """Give the nodes of a place: who is at a gate is on either side of it."""
    gates = network.edges[network.edges["kind"] == GATE]
    other = {*gates["end"][gates["start"] == node], *gates["start"][gates["end"] == node]}
    return (node, *sorted(int(side) for side in other))


def _refuse_standing_still(places: Sequence[Place], nodes: Sequence[int]) -> None:
    for pair, (one, other) in zip(pairwise(places), pairwise(nodes), strict=True):
        if one == other:
            names = " and ".join(dict.fromkeys(place.name for place in pair))
            message = f"{names}: the same place on the network, so there is no way to search"
            raise InputError(message)


def arcs_of(ground: Ground, by: str) -> Arcs:
    """
    Give the arcs that may be used, and what they cost.

    Parameters
    ----------
    ground
        The network on its day.
    by
        One of `BY`.

    Returns
    -------
    Arcs
        Their costs are millimetres or milliseconds, and millimetres exposed.
        By hours, edges on which no speed is known are left out.
    """
    first = ground.hours * 3600 if by == "hours" else ground.network.edges["length_m"].to_numpy()
    known = np.isfinite(np.asarray(first, float))
    cost = np.column_stack([np.where(known, first, 0.0), ground.exposed_m])
    return directed(ground.network, cost, ground.usable & known[:, None])


def find(
    network: Network,
    knowledge: Knowledge,
    asked: Asked,
    *,
    gazetteer: Gazetteer | None = None,
    scenario: Scenario | None = None,
) -> Ways:
    """
    Find every way worth having: none that another one betters in cost and in exposure.

    Parameters
    ----------
    network
        The network.
    knowledge
        What is known of the ground.
    asked
        From where to where, and how.
    gazetteer
        Places to name the ends of legs by; left out, they are coordinates.
    scenario
        What is changed, if anything.

    Returns
    -------
    Ways
        The ways, cheapest first. Where there is none, no way, and why.

    Raises
    ------
    CRSError, GeometryError, InputError
        If something given cannot be used.

    Notes
    -----
    The costs that the search adds up are each edge's metres (or hours) and its
    metres inside zones as drawn; what is told of each way is then measured
    along the whole of it by `exposure.measure`.
    """
    if asked.by not in BY:
        message = f"by {asked.by}: ways are weighed by {' or '.join(BY)}"
        raise InputError(message)
    ground, ends, said = prepared(network, knowledge, asked, scenario)
    said += _unknown_hours(ground) if asked.by == "hours" else []
    arcs = arcs_of(ground, asked.by)
    stops = [end.nodes for end in ends]
    chosen = choice.choose(
        arcs, stops, ground.network.edges["length_m"].tolist(), every=asked.every
    )
    calmest = hands.fewest(arcs_of(ground, BY[0]), ground.hands, stops)
    blocked = () if chosen.paths else journey.blocked(ground, stops, by=asked.by)
    return journey.told(
        Ways(
            asked=asked,
            ends=ends,
            as_of=ground.as_of,
            known_until=ground.known_until,
            scenario=scenario,
            exact=chosen.exact,
            alike=chosen.alike,
            fewest_changes=calmest if chosen.paths else None,
            blocked=blocked,
            notices=tuple(said),
        ),
        (ground, arcs, chosen.paths),
        gazetteer,
    )


def _unknown_hours(ground: Ground) -> list[Notice]:
    unknown = np.flatnonzero(ground.usable.any(axis=1) & ~np.isfinite(ground.hours))
    if unknown.size == 0:
        return []
    edges = ground.network.edges.iloc[unknown]
    names = list(dict.fromkeys(edges["name"].replace("", "a line without a name")))
    message = (
        f"{edges['length_m'].sum() / 1000:.0f} km are left out, since no speed is known for them: "
        + ", ".join(names[:5])
    )
    return [Notice("network", "", "no-speed", message)]
