"""A scenario applied: to what is known of the ground, and to the network on its day."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from geo import control as hands
from geo import passages
from geo.control.claims import ranks
from geo.control.periods import columns_named
from geo.errors import InputError, Notice
from geo.exposure import frames
from geo.network import GATE, MODES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from numpy.typing import NDArray

    from geo.ways.ground import Ground, Knowledge, Reasons
    from geo.ways.scenario import Change, Scenario, What

    Flags = NDArray[np.bool_]

__all__ = ["closed", "known"]

_COLUMNS: Final = {
    "section": ("section_id", "name"),
    "corridor": ("corridor_id",),
    "mode": ("mode",),
}
_SHOWN: Final = 8


def known(
    scenario: Scenario, knowledge: Knowledge, day: date | None
) -> tuple[Knowledge, list[Notice]]:
    """
    Change what is known: zones that are opened are gone, places are held by others.

    Parameters
    ----------
    scenario
        What is changed.
    knowledge
        What is known.
    day
        The day.

    Returns
    -------
    knowledge, notices
        Changed, and what of the scenario does not hold on the day.

    Raises
    ------
    InputError
        If a zone or a place that it names does not exist.
    """
    said = []
    for change in scenario.changes:
        if not change.holds(day):
            when = f"does not hold on {day}" if day else "holds for a time, but no day is known"
            said.append(Notice("scenario", scenario.name, "not-in-force", f"{change}: {when}"))
        elif change.hold is not None:
            knowledge = _held(knowledge, change.hold.place, change.hold.controller, day)
    for change in _last_of_zones(scenario, day).values():
        if change.open is not None:
            ids = _zone_ids(knowledge)
            mine = _named(change.open.name, ids, "zone")
            knowledge = replace(knowledge, zones=knowledge.zones[~mine])
    return knowledge, said


def closed(scenario: Scenario, ground: Ground) -> tuple[Ground, list[Notice]]:
    """
    Close and open edges of a network.

    Parameters
    ----------
    scenario
        What is changed.
    ground
        The network on its day, made of what `known` gave.

    Returns
    -------
    ground, notices
        Changed, and a word on each change that no edge feels.

    Raises
    ------
    InputError
        If a section, corridor, mode, gate, zone or controller that it names does
        not exist.
    """
    said = []
    zones = _last_of_zones(scenario, ground.as_of)
    for change in scenario.in_force(ground.as_of):
        what = change.close or change.open
        if what is None:
            continue
        if what.kind == "zone" and (change.open or zones[what.name.casefold()] is not change):
            continue  # `known` has taken it out, or a later change counts
        touched = _touched(ground, what)
        if not touched.any():
            message = f"{change}: nothing in this network passes it, so nothing changes"
            said.append(Notice("scenario", scenario.name, "no-effect", message))
        ground = _changed(ground, touched, change)
    return ground, said


def _last_of_zones(scenario: Scenario, day: date | None) -> dict[str, Change]:
    """Find the change that counts for each zone: the last one that holds."""
    return {
        what.name.casefold(): change
        for change in scenario.in_force(day)
        if (what := change.close or change.open) is not None and what.kind == "zone"
    }


def _held(knowledge: Knowledge, place: str, controller: str, day: date | None) -> Knowledge:
    """Replace the holder in the finest claims on a place that hold on the day."""
    claims = knowledge.control
    if claims is None or "place" not in claims.columns:
        message = f"{place}: the claims name no places, so who holds one cannot be changed"
        raise InputError(message)
    now = claims.index.isin(hands.as_of(claims, day).index)
    named = (claims["place"].astype(str).str.casefold() == place.casefold()) & now
    if not named.any():
        there = ", ".join(sorted(set(claims.loc[now, "place"].astype(str)))[:_SHOWN])
        message = f"{place}: no claim speaks of this place on {day}; there are {there} ..."
        raise InputError(message)
    rank = np.where(named, ranks(claims), np.iinfo(np.int64).max)
    mine = rank == rank.min()
    column = columns_named(claims, ("controller", "control", "actor"))[0]
    changed = claims.assign(**{column: claims[column].where(~mine, controller)})
    for status in columns_named(claims, ("status",)):  # contested is a status, too
        changed[status] = changed[status].where(~mine, "held")
    return replace(knowledge, control=changed)


def _touched(ground: Ground, what: What) -> Flags:
    """Tell which edges a change is about."""
    if what.kind == "mode":
        known_modes = np.array(MODES, object)
        _named(what.name, known_modes, "mode")
        return np.asarray(ground.network.edges["mode"] == what.name.casefold(), bool)
    if what.kind in _COLUMNS:
        return _on_lines(ground, what)
    if what.kind == "gate":
        return _at_gate(ground, what.name)
    if what.kind == "controller":
        return _in_hands(ground, what.name)
    return _in_zone(ground, what.name)


def _on_lines(ground: Ground, what: What) -> Flags:
    lines = (ground.network.edges["kind"] != GATE).to_numpy()
    touched = np.zeros(len(lines), bool)
    for column in _COLUMNS[what.kind]:
        touched |= ground.network.owned(column, what.name) & lines
        if touched.any():
            return touched
    names = np.asarray(ground.network.words(_COLUMNS[what.kind][0]), object)[lines]
    _named(what.name, names, what.kind)
    return touched


def _at_gate(ground: Ground, name: str) -> Flags:
    gates = ground.knowledge.gates
    there = [] if gates is None else [*gates["gate_id"], *gates["name"]]
    mine = _named(name, np.array(sorted({str(one) for one in there}), object), "gate")
    at_gate = (ground.network.edges["kind"] == GATE).to_numpy()
    if not mine.any():
        return at_gate & False
    either = [ground.network.owned(column, name) for column in ("section_id", "name")]
    return np.asarray(at_gate & (either[0] | either[1]), bool)


def _in_hands(ground: Ground, name: str) -> Flags:
    """Tell where a holder has ground, alone or with others."""
    key = name.casefold()
    touched = np.array([any(key in _parts(holder) for holder in row) for row in ground.hands], bool)
    if not touched.any():
        claims = ground.knowledge.control
        named = hands.holders(ground.knowledge.zones if claims is None else claims)
        there = {holder for row in ground.hands for holder in row}
        there |= set() if named is None else set(named)
        parts = {part for holder in there for part in (holder, *holder.split(" + "))}
        _named(name, np.array(sorted(parts), object), "controller")
    return touched


def _parts(holder: str) -> set[str]:
    return {holder.casefold(), *holder.casefold().split(" + ")}


def _in_zone(ground: Ground, name: str) -> Flags:
    zones = ground.knowledge.zones
    mine = _named(name, _zone_ids(ground.knowledge), "zone")
    now = hands.as_of(zones[mine], ground.as_of)
    touched = np.zeros(len(ground.closed), bool)
    real = np.flatnonzero(ground.network.edges.geometry.notna().to_numpy())
    shapes = ground.network.edges.geometry.to_numpy()[real]
    found = passages.find(shapes, now.geometry.to_numpy())
    touched[real[found.route[~found.on_border]]] = True
    return touched


def _zone_ids(knowledge: Knowledge) -> NDArray[np.object_]:
    return np.asarray(frames.ids_of(knowledge.zones, "zone", "area"), object)


def _changed(ground: Ground, touched: Flags, change: Change) -> Ground:
    """Close the edges for a reason, or open them; maybe one way only."""
    what = change.close or change.open
    direction = "both" if what is None else what.direction
    reason = str(change) if change.close else ""
    sides = (direction in {"both", "forward"}, direction in {"both", "backward"})
    turned = _against(ground, what)
    reasons: list[Reasons] = [
        (
            reason if mine and sides[int(other)] else there,
            reason if mine and sides[1 - int(other)] else back,
        )
        for mine, other, (there, back) in zip(touched, turned, ground.closed, strict=True)
    ]
    edges = ground.network.edges
    if change.open:
        shut = touched & (edges["passable"] == "NOT_PASSABLE").to_numpy()
        edges = edges.assign(passable=edges["passable"].where(~shut, "PASSABLE"))
        for side, column in enumerate(("forward", "backward")):
            # what is named is opened even against a one-way sign
            named = touched & (np.array(sides)[np.where(turned, 1 - side, side)])
            if direction != "both":
                edges = edges.assign(**{column: edges[column] | named})
    network = replace(ground.network, edges=edges)
    return replace(ground, closed=tuple(reasons), network=network)


def _against(ground: Ground, what: What | None) -> Flags:
    """Tell on which edges the line that is named is drawn the other way."""
    turned = np.zeros(len(ground.closed), bool)
    if what is not None and what.kind in _COLUMNS and what.kind != "mode":
        for column in _COLUMNS[what.kind]:
            turned |= ground.network.against(column, what.name)
    return turned


def _named(name: str, there: Iterable[str] | NDArray[np.object_], kind: str) -> Flags:
    """Find what has a name, whatever its capitals; refuse a name that nothing has."""
    names = [str(one) for one in there]
    found = np.array([one.casefold() == name.casefold() for one in names], bool)
    if not found.any():
        known_names = sorted(set(names) - {""})
        more = " ..." if len(known_names) > _SHOWN else ""
        shown = ", ".join(known_names[:_SHOWN]) + more
        message = f"{name}: there is no such {kind}; there are {shown or 'none'}"
        raise InputError(message)
    return found
