"""What ways are searched on: lines, what is known of the ground, and names of places."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from geo.cli.desk import LINKS, ROUTES, ZONES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.cli.desk import Desk
    from geo.network import Network
    from geo.ways import Asked, Gazetteer, Knowledge, Scenario, Ways

__all__ = ["Ground", "Sources", "answered", "read"]

_MOST_KMH = 200
_OPENED = "if what is closed were open"


@dataclass(frozen=True)
class Sources:
    """What the user names; left out, the layers of the catalogue stand for it."""

    lines: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    control: str | None = None
    speeds: tuple[str, ...] = ()
    tolerance: float = 0.0
    crossings: bool = False


@dataclass(frozen=True)
class Ground:
    """What the search stands on, once read."""

    network: Network
    knowledge: Knowledge
    gazetteer: Gazetteer


def read(desk: Desk, wanted: Sources) -> Ground:
    """Read the lines, and what is known of the ground."""
    from geo import network
    from geo.ways import Gazetteer, Knowledge

    own = [name for name in (ROUTES, LINKS) if name in desk.layers]
    named = wanted.lines or tuple(own)
    areas = wanted.zones or (ZONES,)
    ours = all(desk.is_layer(name) for name in areas)
    lines = desk.read_all(named, "routes")
    zones = desk.read_all(areas, "zones")
    control = wanted.control or next(iter(desk.own_claims(areas)), None)
    knowledge = Knowledge(
        zones,
        None if control is None else desk.read(control, "control"),
        _layer(desk, "gates") if any(desk.is_layer(name) for name in named) else None,
        _with_speeds(_layer(desk, "speeds"), wanted.speeds),
        desk.covered(areas) if ours else None,
    )
    built = network.build(lines, tolerance_m=wanted.tolerance, crossings=wanted.crossings)
    places = [desk.layers[name] for name in ("places", "mining_sites") if name in desk.layers]
    return Ground(built, knowledge, Gazetteer(*places))


def answered(ground: Ground, question: Asked, scenarios: Sequence[Scenario] = ()) -> Ways:
    """Answer a question as things are, in every scenario, and as if all were open if no way is."""
    from geo import ways as search

    def found(scenario: Scenario | None, asked: Asked = question) -> Ways:
        return search.find(
            ground.network, ground.knowledge, asked, gazetteer=ground.gazetteer, scenario=scenario
        )

    one = found(None)
    others = [found(scenario) for scenario in scenarios]
    if one.blocked:
        opened = found(search.Scenario(_OPENED, ()), replace(question, closed_too=True))
        others.insert(0, opened)
    return replace(one, others=tuple(others))


def _layer(desk: Desk, name: str) -> Any:
    return desk.read(name, name) if name in desk.layers else None


def _with_speeds(known: Any, given: tuple[str, ...]) -> Any:
    """Add the speeds that the user takes where none is known."""
    import pandas as pd

    from geo.schema import MODES, PASSABLE

    rows: list[dict[str, object]] = []
    for text in given:
        mode, _, number = text.partition("=")
        if any(row["mode"] == mode for row in rows):
            message = f"{mode} is given a speed twice"
            raise click.BadParameter(message, param_hint="--speed")
        speed = pd.to_numeric(number, errors="coerce")
        if mode not in MODES or not 0 < speed < _MOST_KMH:
            message = f"{text}: write a mode ({', '.join(MODES)}), = and km/h, e.g. road=25"
            raise click.BadParameter(message, param_hint="--speed")
        rows += [{"mode": mode, "passable": word, "km_per_h": speed} for word in PASSABLE]
    tables = [table for table in (known, pd.DataFrame(rows)) if table is not None and len(table)]
    if not tables:
        return None
    return pd.concat(tables).drop_duplicates(["mode", "passable"])  # what is known stands first
