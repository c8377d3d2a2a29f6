"""A network on a day: what each edge exposes, how long it takes, and in whose hands it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from geo import control as hands
from geo import passages
from geo.errors import InputError, Notice
from geo.exposure import frames, sources
from geo.network import GATE, TRANSFER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from geo.network import Network

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

__all__ = ["Ground", "Knowledge", "day_of", "stand"]

Hands = tuple[str, ...]
Reasons = tuple[str, str]
_NO_GROUND: Final = (TRANSFER, GATE)


@dataclass(frozen=True)
class Knowledge:
    """
    What is known of the ground, whatever the network and the day.

    Attributes
    ----------
    zones
        Zones, as for `exposure.measure`.
    control
        Claims of one source, or None where the zones speak for themselves.
    gates
        Gates with their `status` and period, or None.
    speeds
        Kilometres an hour: columns `mode`, `passable`, `km_per_h`; or None.
    covers
        Polygons of the ground on which the zones' sources speak, or None where
        that is not known. Beyond them nothing is exposed because nothing is known.
    """

    zones: GeoDataFrame
    control: GeoDataFrame | None = None
    gates: GeoDataFrame | None = None
    speeds: pd.DataFrame | None = None
    covers: GeoDataFrame | None = None


@dataclass(frozen=True)
class Ground:
    """
    A network on a day.

    Attributes
    ----------
    network
        Its edges; gates that a way passes are edges of their own.
    as_of
        The day; None where nothing in use has a date.
    known_until
        The newest source date of zones and claims; None where they have none.
    exposed_m
        Metres of each edge inside any zone, shape (edges,).
    hours
        What each edge takes, NaN where no speed is known.
    hands
        Who holds each edge from start to end: each holder once for each stretch.
    closed
        Why each edge cannot be travelled from start to end, and back: two
        texts, empty where it can.
    knowledge
        What it all rests on.
    """

    network: Network
    as_of: date | None
    known_until: date | None
    exposed_m: Floats
    hours: Floats
    hands: tuple[Hands, ...]
    closed: tuple[Reasons, ...]
    knowledge: Knowledge

    @property
    def usable(self) -> Flags:
        """
        Tell which edges may be used.

        Returns
        -------
        ndarray of bool
            One for each edge and direction, shape (edges, 2).
        """
        return np.array([(not there, not back) for there, back in self.closed], bool).reshape(-1, 2)

    def opened(self) -> Ground:
        """
        Open whatever is closed.

        Returns
        -------
        Ground
            Another one.
        """
        return replace(self, closed=(("", ""),) * len(self.closed))


def stand(network: Network, knowledge: Knowledge, *, as_of: date | str | None = None) -> Ground:
    """
    Find out what each edge of a network exposes, takes and whose it is.

    Parameters
    ----------
    network
        The network.
    knowledge
        What is known of the ground.
    as_of
        The day. Left out, the newest `source_date` of zones and claims.

    Returns
    -------
    Ground
        The network on that day. Edges that are NOT_PASSABLE and gates that are
        CLOSED cannot be used; a state whose `status_as_of` lies after the day is
        UNKNOWN on it.

    Raises
    ------
    CRSError, GeometryError, InputError
        As `exposure.measure`.
    """
    day = day_of(knowledge, as_of)
    zones, names, claims = _checked(knowledge)
    zones_now = hands.as_of(zones, day)
    claims_now = {
        label: zones_now if knowledge.control is None else hands.as_of(rows, day)
        for label, rows in claims.items()
    }
    network = _as_known(_with_states(network, knowledge.gates, day), day)
    return Ground(
        network,
        day,
        _newest(zones, claims),
        _exposed(network, zones_now),
        _hours(network, knowledge.speeds),
        _hands(network, claims_now, names),
        tuple(_closed(network)),
        knowledge,
    )


def day_of(knowledge: Knowledge, as_of: date | str | None) -> date | None:
    """
    Find the day of an answer.

    Parameters
    ----------
    knowledge
        What is known of the ground.
    as_of
        The day that was asked for, if any.

    Returns
    -------
    date or None
        That day, else the newest `source_date` of zones and claims; None where
        there is none.

    Raises
    ------
    CRSError, GeometryError, InputError
        If the frames or the day cannot be used, or rows hold for periods and
        no day is known.
    """
    zones, _, claims = _checked(knowledge)
    day = hands.day_of(as_of) or _newest(zones, claims)
    if day is None and any(hands.has_period(rows) for rows in (zones, *claims.values())):
        message = "the zones hold for periods, but no day is known: say as of which day (--as-of)"
        raise InputError(message)
    return day


def _newest(zones: GeoDataFrame, claims: Mapping[str, GeoDataFrame]) -> date | None:
    known = [sources.newest(frame) for frame in (zones, *claims.values())]
    return max((one for one in known if one), default=None)


def _checked(
    knowledge: Knowledge,
) -> tuple[GeoDataFrame, tuple[str, ...], dict[str, GeoDataFrame]]:
    said: list[Notice] = []  # `measure` says the same of the ways that are found
    zones = frames.areas(knowledge.zones, "zones", said)
    return zones, *sources.read(knowledge.control, zones, "control", said)


def _lines(network: Network) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Give the edges that have ground, and their numbers."""
    real = np.flatnonzero(~network.edges["kind"].isin(_NO_GROUND).to_numpy())
    return network.edges.geometry.to_numpy()[real], real


def _exposed(network: Network, zones: GeoDataFrame) -> Floats:
    shapes, real = _lines(network)
    found = passages.find(shapes, zones.geometry.to_numpy())
    inside = ~found.on_border
    edge, from_m, to_m = passages.merged(
        found.route[inside], found.from_m[inside], found.to_m[inside]
    )
    exposed = np.zeros(len(network.edges))
    exposed[real] = np.bincount(edge, weights=to_m - from_m, minlength=len(real))
    return exposed


def _hours(network: Network, speeds: pd.DataFrame | None) -> Floats:
    """Divide lengths by speeds: the edge's own, else that of its mode and state."""
    edges = network.edges
    kmh = edges["speed_kmh"].to_numpy(float)
    if speeds is not None and not speeds.empty:
        table = speeds.set_index(["mode", "passable"])["km_per_h"].astype(float)
        keys = pd.MultiIndex.from_frame(pd.DataFrame(edges[["mode", "passable"]]))
        kmh = np.where(np.isnan(kmh), table.reindex(keys).to_numpy(float), kmh)
    kmh = np.where(edges["kind"].isin(_NO_GROUND), np.inf, kmh)
    hours: Floats = edges["length_m"].to_numpy(float) / 1000 / kmh
    return hours


def _hands(
    network: Network, claims: Mapping[str, GeoDataFrame], names: Sequence[str]
) -> tuple[Hands, ...]:
    shapes, real = _lines(network)
    held: list[Hands] = [()] * len(network.edges)
    if len(real) == 0:
        return tuple(held)
    lines = gpd.GeoDataFrame({"route_id": real}, geometry=shapes, crs=4326)
    table = sources.stretches(lines, claims, names)
    by_edge: Any = table.groupby("route_id", sort=False)["controller"]
    for edge, controllers in by_edge:
        held[edge] = tuple(controllers[controllers != controllers.shift()])
    return tuple(held)


def _closed(network: Network) -> Iterator[Reasons]:
    pairs = zip(network.words("passable"), network.words("kind"), strict=True)
    for state, kind in pairs:
        reason = "the gate is closed" if kind == GATE else "no vehicle gets through"
        yield (reason, reason) if state == "NOT_PASSABLE" else ("", "")


def _as_known(network: Network, day: date | None) -> Network:
    """Take a state that a source tells of after the day for what it is then: not known."""
    if day is None:
        return network
    later = [since > day.isoformat() for since in network.words("status_as_of")]
    states = network.edges["passable"].where(~np.array(later, bool), "UNKNOWN")
    return replace(network, edges=network.edges.assign(passable=states))


def _with_states(network: Network, gates: GeoDataFrame | None, day: date | None) -> Network:
    """Give each gate that is an edge the state that it has on the day."""
    at_gates = network.edges["kind"] == GATE
    if gates is None or not at_gates.any():
        return network
    if day is None and hands.has_period(gates):
        return network  # which of its periods a gate is in cannot be said without a day
    now = hands.as_of(gates, day)
    words = dict(zip(now["gate_id"].astype(str), now["status"].astype(str), strict=True))
    states = {"OPEN": "PASSABLE", "RESTRICTED": "RESTRICTED", "CLOSED": "NOT_PASSABLE"}
    passable = [
        states.get(words.get(name, ""), "UNKNOWN") if gate else state
        for gate, name, state in zip(
            at_gates, network.words("section_id"), network.words("passable"), strict=True
        )
    ]
    return replace(network, edges=network.edges.assign(passable=passable))
