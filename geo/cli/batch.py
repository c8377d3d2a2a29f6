"""`geo batch`: measure a fleet."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import click

from geo.cli.desk import CONTROL, ZONES, Desk, catalog
from geo.cli.files import say, wrote
from geo.cli.group import (
    AS_OF,
    IN_CRS,
    LAYERS,
    LIMITS,
    POSITION_ERROR,
    WITH_CONTROL,
    WITH_ZONES,
    main,
)
from geo.errors import Notice, OutputError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from typing import Any

__all__ = ["batch"]

_SHOWN = 10
_MINUTE_S = 60


@main.command()
@click.argument("routes", nargs=-1, required=True)
@WITH_ZONES
@WITH_CONTROL
@click.option("-o", "output", metavar="FOLDER", required=True, help="Write the answer there.")
@IN_CRS
@AS_OF
@POSITION_ERROR
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    metavar="N",
    help="Processes that measure. Default: one for each processor.",
)
@click.option(
    "--cluster",
    metavar="ADDRESS",
    help="Measure on the Dask cluster of this scheduler, e.g. tcp://10.0.0.1:8786; "
    "only one that you trust.",
)
@click.option(
    "--block",
    "vertices",
    type=click.IntRange(min=1),
    metavar="N",
    help="Vertices in a part, about: fewer take less memory. Default: 262144.",
)
@click.option("--fresh", is_flag=True, help="Begin anew in a folder that holds another answer.")
@LIMITS
@LAYERS
def batch(  # noqa: PLR0913, PLR0917 - one parameter for each option
    routes: tuple[str, ...],
    zones: tuple[str, ...],
    control: tuple[str, ...],
    output: str,
    crs: str | None,
    as_of: str | None,
    error_km: float | None,
    workers: int | None,
    cluster: str | None,
    vertices: int | None,
    fresh: bool,  # noqa: FBT001 - click names it
    limits: tuple[str, ...],
    folder: str | None,
) -> None:
    """
    Measure a fleet: how far each of many ROUTES runs inside zones.

    ROUTES are GeoParquet or GPKG files, which may be larger than memory, other line
    files, or folders of them. The answer is a folder: summary/ has a row for each
    route, passages/ one for each stretch inside a zone, both as GeoParquet in parts,
    and manifest.json says what they were made from and what was wrong. With --control,
    controllers/ says who holds how much of each route. A command that
    was ended goes on when it is given again.
    """
    from geo import batch as many
    from geo.io.limits import DEFAULT

    if not output:
        message = "the name of a folder to write is empty"
        raise OutputError(message)
    desk = Desk(catalog(folder), crs, limits)
    areas = desk.read_all(zones or (ZONES,), "zones")
    claims = desk.read_claims(control)
    options = many.Options(
        as_of=as_of or (None if control else _day(desk, zones)),
        control=claims,
        crs=crs,
        position_error_m=None if error_km is None else error_km * 1000,
        limits=DEFAULT.raised(limits),
        vertices=vertices or many.VERTICES,
        workers=workers,
        cluster=cluster,
        fresh=fresh,
        inputs=desk.inputs,
        notices=desk.notices,
    )
    found = many.measure(list(routes), areas, output, options=options, tell=_progress())
    _tell(found)
    wrote(output, f": {found['routes']:,} routes, {found['passages']:,} passages")


def _day(desk: Desk, zones: tuple[str, ...]) -> date | None:
    """Give the day that `geo expose` takes: with bundled zones, its claims count for it."""
    from geo.exposure import sources

    if not all(desk.is_layer(name) for name in zones):
        return None
    known = [sources.newest(desk.layers[name]) for name in (*(zones or (ZONES,)), CONTROL)]
    return max((day for day in known if day), default=None)


def _progress() -> Callable[[int, int, int], None] | None:
    """Show rate and time left on a terminal, nothing in a pipe."""
    if not sys.stderr.isatty():
        return None
    begin = time.monotonic()

    def tell(done: int, routes: int, now: int) -> None:
        passed = max(time.monotonic() - begin, 1e-3)
        left = ""
        if now and done < routes:
            left = f", {_span((routes - done) * passed / now)} left"
        text = f"{done:,} of {routes:,} routes, {now / passed:,.0f} a second{left}"
        click.echo(f"\r{text:<78}" + ("\n" if done >= routes else ""), nl=False, err=True)

    return tell


def _span(seconds: float) -> str:
    if seconds < _MINUTE_S:
        return f"{seconds:.0f} s"
    minutes = round(seconds / _MINUTE_S)
    return f"{minutes} min" if minutes < _MINUTE_S else f"{minutes // 60} h {minutes % 60:02} min"


def _tell(found: dict[str, Any]) -> None:
    """Say what the answer must not be read without."""
    every = [*found["warnings"], *(one for block in found["blocks"] for one in block["warnings"])]
    notices = list(dict.fromkeys(Notice(**one) for one in every))
    say(notices[:_SHOWN])
    if len(notices) > _SHOWN:
        click.echo(f"geo: note: {len(notices) - _SHOWN} more in manifest.json", err=True)
    if found["rejected"]:
        rejected = [one for block in found["blocks"] for one in block["reasons"]]
        message = f"{found['rejected']:,} of {found['routes']:,} routes were rejected"
        say([Notice("", "", "rejected", message)])
        say([Notice(one["file"], one["route_id"], "", one["reason"]) for one in rejected[:_SHOWN]])
