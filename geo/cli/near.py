"""`geo expose --events`: how near conflict events pass the routes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from geo.cli.desk import AREAS
from geo.cli.events import columns_named, read_one
from geo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo.cli.desk import Desk
    from geo.events import AdminAreas
    from geo.exposure import Exposure

__all__ = ["LARGEST_GB", "Asked", "areas_of", "asked_for", "options", "tell"]

_WITHIN_KM = (1.0, 2.0, 5.0, 25.0)
LARGEST_GB = 4.0


@dataclass(frozen=True)
class Asked:
    """What is to be told of events."""

    files: tuple[str, ...]
    within: tuple[float, ...]
    areas: str | None
    column: tuple[str, ...]
    release: str | None
    draws: int
    seed: int
    days: tuple[str | None, str | None] = (None, None)
    curve: bool = False


_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.option(
        "--events",
        multiple=True,
        metavar="FILE",
        help="Conflict events: UCDP GED or ACLED downloads, or a CSV of your own.",
    ),
    click.option(
        "--within",
        multiple=True,
        type=float,
        metavar="KM",
        help="With --events: radii, kilometres. Default: 1, 2, 5 and 25.",
    ),
    click.option(
        "--curve",
        is_flag=True,
        help="With --events: 13 radii, 0.5 to 50 km; --plot draws them.",
    ),
    click.option(
        "--areas",
        metavar="FILE",
        help="With --events: polygons with name and level of the areas that they name.",
    ),
    click.option(
        "--column",
        multiple=True,
        metavar="NAME=TITLE",
        help="With --events of your own: the title of a column, e.g. date=when.",
    ),
    click.option("--release", metavar="NUMBER", help="With --events: release of UCDP, e.g. 24.1."),
    click.option("--draws", default=200, show_default=True, help="With --events: how many draws."),
    click.option("--seed", default=0, show_default=True, help="With --events: where draws start."),
)


def options(command: Any) -> Any:
    """Add the options about events to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def asked_for(values: dict[str, Any], days: tuple[str | None, str | None]) -> Asked | None:
    """Bring the options together; they go with --events only."""
    within, curve = values.pop("within"), values.pop("curve")
    files = values.pop("events")
    if not files:
        plain = {"areas": None, "column": (), "release": None, "draws": 200, "seed": 0}
        set_ = [name for name, value in plain.items() if values[name] != value]
        set_ += ["within"] * bool(within) + ["curve"] * curve
        if set_:
            message = f"--{set_[0]} goes with --events"
            raise click.UsageError(message)
        return None
    if curve:
        from geo.events import CURVE_KM

        within = (*within, *CURVE_KM)
    return Asked(files, tuple(sorted(set(within or _WITHIN_KM))), days=days, curve=curve, **values)


def tell(desk: Desk, found: Exposure, asked: Asked) -> tuple[Exposure, dict[str, object]]:
    """Read the events, and add to an answer how near they pass; give the options as they are."""
    from geo import events

    read_options = {"columns": columns_named(asked.column), "release": asked.release}
    read = [read_one(name, LARGEST_GB, {"dataset": None, **read_options}) for name in asked.files]
    frame, notices = events.one_each([file.frame for file in read])
    if frame.empty and any(file.rows for file in read):
        message = (
            f"{', '.join(asked.files)}: every row was rejected, so nothing can be counted; "
            "geo events check says why"
        )
        raise InputError(message)
    for file in read:
        desk.notices += file.notices
        desk.inputs.append(
            {"role": "events", "path": file.path, "sha256": file.sha256, "features": file.rows}
        )
    since, until = asked.days
    if not any(asked.days):
        since, until = (
            None if day is None else day.isoformat()
            for day in events.last_year(frame, found.as_of, notices)
        )
    near = events.near(
        found.routes,
        frame,
        areas_of(desk, asked.areas),
        within_km=asked.within,
        since=since,
        until=until,
        draws=asked.draws,
        seed=asked.seed,
    )
    words: dict[str, object] = {
        "--events": asked.files,
        "--within": tuple(f"{radius:g}" for radius in asked.within),
        "--areas": asked.areas,
        "--column": asked.column,
        "--release": asked.release,
        "--since": near.since,
        "--until": near.until,
        "--draws": asked.draws,
        "--seed": asked.seed,
    }
    found = replace(found, events=near, notices=(*found.notices, *notices, *near.notices))
    return found, words


def areas_of(desk: Desk, name: str | None) -> AdminAreas | None:
    """Give the areas that events name: the user's, else the bundled ones."""
    from geo.events import AdminAreas

    if name is not None:
        return AdminAreas.from_frame(desk.read(name, "areas"))
    if not set(AREAS) <= set(desk.layers):
        return None
    return AdminAreas.of(*(desk.read(layer, "areas") for layer in AREAS))
