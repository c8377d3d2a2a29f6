"""`geo zones export`: the zones of a day for the routers that people run."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import click

from geo.cli.desk import ZONES, Desk, catalog
from geo.cli.files import put, refuse_clash, require_folder, say, wrote
from geo.cli.group import AS_OF, IN_CRS, LAYERS, LIMITS, WITH_ZONES, finite
from geo.cli.zones import zones_

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo.handover import Ground, Request

__all__ = ["export"]

_KM = click.FloatRange(min=0, max=500)


def _place(
    _: click.Context, option: click.Parameter, value: str | None
) -> tuple[float, float] | None:
    """Read a place: LON,LAT."""
    if value is None:
        return None
    try:
        lon, lat = (float(part) for part in value.split(","))
    except ValueError:
        lon = lat = math.nan
    if not (abs(lon) <= 180 and abs(lat) <= 90):  # noqa: PLR2004 - the ends of the Earth
        message = f"{value!r} is not LON,LAT in degrees, e.g. 97.396,25.383"
        raise click.BadParameter(message, param=option)
    return lon, lat


@zones_.command()
@click.option(
    "--for",
    "router",
    type=click.Choice(["openrouteservice", "valhalla", "graphhopper"]),
    required=True,
    help="Who is to avoid the zones.",
)
@WITH_ZONES
@IN_CRS
@AS_OF
@click.option("--from", "start", callback=_place, metavar="LON,LAT", help="Where the way begins.")
@click.option("--to", "end", callback=_place, metavar="LON,LAT", help="Where the way ends.")
@click.option(
    "--profile", metavar="NAME", help="Vehicle. Default: driving-hgv, truck, car, in this order."
)
@click.option(
    "--factor",
    type=click.FloatRange(0, 1),
    callback=finite,
    help="graphhopper: priority inside zones, 0 (shut, the default) to 1.",
)
@click.option(
    "--margin", type=_KM, callback=finite, default=0.0, metavar="KM", help="Grow the zones."
)
@click.option("--near", metavar="ROUTES", help="Leave out what is not near these routes.")
@click.option(
    "--within", type=_KM, callback=finite, metavar="KM", help="With --near: how near. Default: 50."
)
@click.option("-o", "output", metavar="FILE", help="Write it there, not on the screen.")
@LIMITS
@LAYERS
def export(  # noqa: PLR0913, PLR0917 - one parameter for each option
    router: str,
    zones: tuple[str, ...],
    crs: str | None,
    as_of: str | None,
    start: tuple[float, float] | None,
    end: tuple[float, float] | None,
    profile: str | None,
    factor: float | None,
    margin: float,
    near: str | None,
    within: float | None,
    output: str | None,
    limits: tuple[str, ...],
    folder: str | None,
) -> None:
    """
    Write the zones of a day as a router takes them, to be avoided.

    With --from and --to it is a whole request, else the part with the zones. Read the
    notes: they say what the router's limits are and what it cannot promise.
    """
    from geo import handover

    if (start is None) != (end is None):
        message = "--from and --to belong together"
        raise click.UsageError(message)
    if factor is not None and router != "graphhopper":
        message = f"--factor is for graphhopper: {router} can only shut roads"
        raise click.UsageError(message)
    if within is not None and near is None:
        message = "--within needs --near"
        raise click.UsageError(message)
    require_folder(output)
    refuse_clash((*zones, *filter(None, [near])), [output])
    desk = Desk(catalog(folder), crs, limits)
    areas = desk.read_all(zones or (ZONES,), "zones")
    ground = handover.ground(
        areas,
        as_of=as_of,
        margin_m=margin * 1000,
        near=None if near is None else desk.read(near, "routes"),
        within_m=(50.0 if within is None else within) * 1000,
    )
    options: dict[str, Any] = {"ends": start and end and (start, end)}
    options |= {} if profile is None else {"profile": profile}
    options |= {} if factor is None else {"factor": factor}
    made = _request(router, ground, options)
    say([*desk.notices, *made.notices])
    put(made.text, output)
    if output is not None:
        wrote(output)


def _request(router: str, ground: Ground, options: dict[str, Any]) -> Request:
    from geo import handover

    writers: dict[str, Callable[..., Request]] = {
        "openrouteservice": handover.openrouteservice,
        "valhalla": handover.valhalla,
        "graphhopper": handover.graphhopper,
    }
    return writers[router](ground, **options)
