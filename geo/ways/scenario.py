"""What if: roads, gates, zones and holders closed, opened or changed for a period."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date  # noqa: TC003 - pydantic reads the annotation
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from geo import control as hands
from geo import passages
from geo.control.claims import ranks
from geo.control.periods import columns_named
from geo.errors import InputError, Notice
from geo.exposure import frames
from geo.network import GATE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from geo.ways.ground import Ground, Knowledge

__all__ = ["Change", "Scenario", "parse"]

_EDGES: Final = {"section": "section_id", "corridor": "corridor_id", "mode": "mode"}
_Month = Literal[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=False, frozen=True)


class _What(_Part):
    """What is closed or opened: exactly one of these."""

    section: str | None = None
    corridor: str | None = None
    mode: str | None = None
    gate: str | None = None
    zone: str | None = None
    controller: str | None = None
    direction: Literal["forward", "backward", "both"] = "both"

    @model_validator(mode="after")
    def _one(self) -> _What:
        named = [name for name in _KINDS if getattr(self, name) is not None]
        if len(named) != 1:
            message = f"name exactly one of {', '.join(_KINDS)}"
            raise ValueError(message)
        if self.direction != "both" and named[0] not in _EDGES:
            message = f"a direction is for {', '.join(_EDGES)} only"
            raise ValueError(message)
        return self

    @property
    def kind(self) -> str:
        return next(name for name in _KINDS if getattr(self, name) is not None)

    @property
    def name(self) -> str:
        return str(getattr(self, self.kind))


_KINDS: Final = ("section", "corridor", "mode", "gate", "zone", "controller")


class _Hold(_Part):
    """Who is taken to hold a place: its claims are replaced."""

    place: str
    controller: str


class Change(_Part):
    """
    One change: `close` or `open` something, or `hold` a place.

    Attributes
    ----------
    close, open
        A section, corridor, mode, gate, zone or controller by its id or name;
        for the first three, a direction: forward or backward as the section is drawn.
    hold
        A place of the claims, and the controller who is taken to hold it.
    since, until
        Written `from` and `to`: the period [from, to) in which it is so.
    months
        Months, 1 to 12, in which it is so, every year.
    """

    close: _What | None = None
    open: _What | None = None
    hold: _Hold | None = None
    since: date | None = Field(None, alias="from")
    until: date | None = Field(None, alias="to")
    months: tuple[_Month, ...] = ()

    @model_validator(mode="after")
    def _one(self) -> Change:
        if sum(part is not None for part in (self.close, self.open, self.hold)) != 1:
            message = "say exactly one of close, open and hold"
            raise ValueError(message)
        if self.since and self.until and self.until <= self.since:
            message = f"the period ends on {self.until}, before it begins"
            raise ValueError(message)
        return self

    def holds(self, day: date | None) -> bool:
        """
        Tell whether it is so on a day.

        Parameters
        ----------
        day
            The day; None where no day is known.

        Returns
        -------
        bool
            True in its period and months; a change without them always holds.
        """
        if day is None:
            return not (self.since or self.until or self.months)
        within = (self.since is None or self.since <= day) and (
            self.until is None or day < self.until
        )
        return within and (not self.months or day.month in self.months)

    def __str__(self) -> str:
        """Say the change in a few words."""
        if self.hold is not None:
            return f"{self.hold.controller} at {self.hold.place}"
        what, verb = (self.close, "closed") if self.close else (self.open, "open")
        assert what is not None  # noqa: S101 - `_one` has seen to it
        way = "" if what.direction == "both" else f" {what.direction}"
        return f"{what.kind} {what.name}{way} {verb}"


class _File(_Part):
    name: str = Field(min_length=1)
    changes: tuple[Change, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Scenario:
    """
    A named set of changes.

    Attributes
    ----------
    name
        What it is called.
    changes
        Its changes; of two that speak of the same thing, the later one counts.
    """

    name: str
    changes: tuple[Change, ...]

    def known(self, knowledge: Knowledge, day: date | None) -> tuple[Knowledge, list[Notice]]:
        """
        Change what is known: zones that are opened are gone, places are held by others.

        Parameters
        ----------
        knowledge
            What is known.
        day
            The day.

        Returns
        -------
        knowledge, notices
            Changed, and what of the scenario does not hold on the day or
            changes nothing.

        Raises
        ------
        InputError
            If a zone, gate or place that it names does not exist.
        """
        said = []
        for change in self.changes:
            if not change.holds(day):
                message = f"{change}: does not hold on {day}"
                said.append(Notice("scenario", self.name, "not-in-force", message))
            elif change.hold is not None:
                knowledge = _held(knowledge, change.hold.place, change.hold.controller, day)
            elif change.open is not None and change.open.kind == "zone":
                knowledge = _without_zone(knowledge, change.open.name)
        return knowledge, said

    def closed(self, ground: Ground) -> tuple[Ground, list[Notice]]:
        """
        Close and open edges of a network.

        Parameters
        ----------
        ground
            The network on its day, made of what `known` gave.

        Returns
        -------
        ground, notices
            Changed, and a word on each change that no edge feels.

        Raises
        ------
        InputError
            If a section, corridor, mode, gate, zone or controller that it names
            does not exist.
        """
        said = []
        for change in self.changes:
            what = change.close or change.open
            if what is None or not change.holds(ground.as_of):
                continue
            if change.open is not None and what.kind == "zone":
                continue  # `known` has taken it out
            touched = _touched(ground, what)
            if not touched.any():
                message = f"{change}: nothing in this network passes it, so nothing changes"
                said.append(Notice("scenario", self.name, "no-effect", message))
            ground = _changed(ground, touched, what, str(change) if change.close else "")
        return ground, said


def parse(document: Mapping[str, Any], name: str) -> Scenario:
    """
    Read a scenario.

    Parameters
    ----------
    document
        `name` and `changes`, each of them one `close`, `open` or `hold`, with
        `from`, `to` and `months` where it does not always hold.
    name
        What the file is called in messages.

    Returns
    -------
    Scenario
        The scenario.

    Raises
    ------
    InputError
        If something in it is not understood: what, and where.
    """
    try:
        file = _File.model_validate(document)
    except ValidationError as error:
        lines = [
            f"  {'.'.join(str(part) for part in problem['loc']) or 'file'}: {problem['msg']}"
            for problem in error.errors(include_url=False)[:8]
        ]
        message = f"{name}: is not a scenario\n" + "\n".join(lines)
        raise InputError(message) from None
    return Scenario(file.name, file.changes)


def _held(knowledge: Knowledge, place: str, controller: str, day: date | None) -> Knowledge:
    """Replace the holder in the claims on a place that hold on the day."""
    claims = knowledge.control
    if claims is None or "place" not in claims.columns:
        message = f"{place}: the claims name no places, so who holds one cannot be changed"
        raise InputError(message)
    now = hands.as_of(claims, day).index
    named = claims["place"].astype(str).str.casefold() == place.casefold()
    mine = named & claims.index.isin(now)
    if not mine.any():
        known = ", ".join(sorted(set(claims.loc[now, "place"].astype(str)))[:8])
        message = f"{place}: no claim speaks of this place on {day}; there are {known} ..."
        raise InputError(message)
    finest = ranks(claims[mine]).min()
    mine.loc[mine] = ranks(claims[mine]) == finest
    column = columns_named(claims, ("controller", "control", "actor"))[0]
    changed = claims.assign(**{column: claims[column].where(~mine, controller)})
    return replace(knowledge, control=changed)


def _without_zone(knowledge: Knowledge, zone: str) -> Knowledge:
    ids = np.asarray(frames.ids_of(knowledge.zones, "zone", "area"), object)
    _require(zone, ids, "zone")
    return replace(knowledge, zones=knowledge.zones[ids != zone])


def _touched(ground: Ground, what: _What) -> NDArray[np.bool_]:
    """Tell which edges a change is about."""
    edges = ground.network.edges
    if what.kind in _EDGES:
        names = np.asarray(ground.network.words(_EDGES[what.kind]), object)
        _require(what.name, names[(edges["kind"] != GATE).to_numpy()], what.kind)
        return np.asarray(names == what.name, bool)
    if what.kind == "gate":
        return _at_gate(ground, what.name)
    if what.kind == "controller":
        holders = {holder for row in ground.hands for holder in row}
        _require(what.name, np.array(sorted(holders), object), "controller")
        return np.array([what.name in row for row in ground.hands], bool)
    return _in_zone(ground, what.name)


def _at_gate(ground: Ground, name: str) -> NDArray[np.bool_]:
    gates = ground.knowledge.gates
    known = [] if gates is None else [*gates["gate_id"].astype(str), *gates["name"].astype(str)]
    key = name.casefold()
    if key not in {one.casefold() for one in known}:
        _require(name, np.array(sorted(set(known)), object), "gate")
    at_gate = (ground.network.edges["kind"] == GATE).to_numpy()
    words = (ground.network.words("section_id"), ground.network.words("name"))
    named = np.array([key in {a.casefold(), b.casefold()} for a, b in zip(*words, strict=True)])
    return np.asarray(at_gate & named, bool)


def _in_zone(ground: Ground, zone: str) -> NDArray[np.bool_]:
    zones = ground.knowledge.zones
    ids = np.asarray(frames.ids_of(zones, "zone", "area"), object)
    _require(zone, ids, "zone")
    now = hands.as_of(zones[ids == zone], ground.as_of)
    touched = np.zeros(len(ground.closed), bool)
    real = np.flatnonzero(ground.network.edges.geometry.notna().to_numpy())
    found = passages.find(ground.network.edges.geometry.to_numpy()[real], now.geometry.to_numpy())
    touched[real[found.route[~found.on_border]]] = True
    return touched


def _changed(ground: Ground, touched: NDArray[np.bool_], what: _What, reason: str) -> Ground:
    """Close the edges for a reason, or open them where there is none; maybe one way only."""
    if what.direction == "both":
        closed = [
            reason if mine else before for mine, before in zip(touched, ground.closed, strict=True)
        ]
        return replace(ground, closed=tuple(closed))
    edges = ground.network.edges
    flags = edges[what.direction].where(~touched, not reason)
    network = replace(ground.network, edges=edges.assign(**{what.direction: flags.astype(bool)}))
    return replace(ground, network=network)


def _require(name: str, known: Iterator[str] | NDArray[np.object_], kind: str) -> None:
    names = sorted({str(one) for one in known} - {""})
    if name not in names:
        shown = ", ".join(names[:8]) + (" ..." if len(names) > 8 else "")  # noqa: PLR2004 - a line
        message = f"{name}: there is no such {kind}; there are {shown or 'none'}"
        raise InputError(message)
