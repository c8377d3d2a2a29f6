"""`geo zones`: conflict zones built from events, and the kept index of a layer."""

from __future__ import annotations

import datetime as dt
import re
import time
from typing import TYPE_CHECKING

import click

from geo.cli.desk import Desk, catalog
from geo.cli.events import columns_named, read_one
from geo.cli.files import put, refuse_clash, require_folder, say, wrote
from geo.cli.group import LAYERS, LIMITS, main
from geo.cli.near import LARGEST_GB, areas_of
from geo.errors import InputError, visible

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

__all__ = ["build", "index", "zones_"]

_UNITS = {"": 1, "d": 1, "w": 7}


@main.group("zones")
def zones_() -> None:
    """Build conflict zones from events; keep the index of a large layer."""


def _days(_: click.Context, option: click.Parameter, value: str) -> int:
    """Read a length of time: 90d, 12w, or a plain number of days."""
    found = re.fullmatch(r"(\d{1,5})([dw]?)", value.strip().lower())
    if found is None or int(found[1]) == 0:
        message = f"{value!r}: write days or weeks, as 90d, 12w or 90"
        raise click.BadParameter(message, param=option)
    return int(found[1]) * _UNITS[found[2]]


def _day(_: click.Context, option: click.Parameter, value: str | None) -> dt.date | None:
    if value is None:
        return None
    try:
        return dt.datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=dt.UTC).date()
    except ValueError:
        message = f"{value!r} is not a day YYYY-MM-DD"
        raise click.BadParameter(message, param=option) from None


@zones_.command()
@click.argument("events", nargs=-1, required=True, metavar="EVENTS...")
@click.option(
    "--window",
    default="90d",
    show_default=True,
    callback=_days,
    metavar="TIME",
    help="Length of each window, days or weeks: 90d, 12w.",
)
@click.option(
    "--method",
    type=click.Choice(["density", "hull", "townships"]),
    default="density",
    show_default=True,
    help="Where events lie dense, the hull of near ones, or the areas that they name.",
)
@click.option("--since", callback=_day, metavar="DATE", help="Events from this day.")
@click.option("--until", callback=_day, metavar="DATE", help="Events before this day.")
@click.option("--areas", metavar="FILE", help="Polygons with name and level that events name.")
@click.option(
    "--column",
    "named",
    multiple=True,
    metavar="NAME=TITLE",
    help="Of a file of your own: the title of a column, e.g. date=when; needs date, lat and lon.",
)
@click.option("--release", metavar="NUMBER", help="Release of UCDP, e.g. 24.1, or 26.0.2.")
@click.option(
    "--source-url",
    "page",
    metavar="URL",
    help="Page that the events stand on; needed for a file of your own.",
)
@click.option("-o", "output", metavar="FILE", help="Write the layer there, not on the screen.")
@LIMITS
@LAYERS
def build(  # noqa: PLR0913, PLR0917 - one parameter for each option
    events: tuple[str, ...],
    window: int,
    method: str,
    since: dt.date | None,
    until: dt.date | None,
    areas: str | None,
    named: tuple[str, ...],
    release: str | None,
    page: str | None,
    output: str | None,
    limits: tuple[str, ...],
    folder: str | None,
) -> None:
    """
    Build a layer of conflict zones from EVENTS..., as GeoJSON for geo expose --zones.

    EVENTS is a UCDP GED or ACLED download, or a CSV or GeoJSON of your own. Windows end
    with the last event, or at --until. Zones of final UCDP events are of medium
    confidence, all others of low.
    """
    from geo import events as standard
    from geo import schema, zones

    require_folder(output)
    refuse_clash(events, [output])
    desk = Desk(catalog(folder), None, limits)
    options = {"dataset": None, "columns": columns_named(named), "release": release}
    read = [read_one(name, LARGEST_GB, options) for name in events]
    frame, notices = standard.one_each([file.frame for file in read])
    zones.page_of(frame, page)  # said before the work, not after it
    made = zones.build(
        frame,
        areas_of(desk, areas),
        method=method,
        window_days=window,
        since=since,
        until=until,
    )
    said = [notice for file in read for notice in file.notices]
    say([*said, *notices, *desk.notices, *made.notices])
    if made.zones.empty:
        message = (
            f"no zone: of {len(frame)} events none lie so near each other as {method} asks for; "
            "no layer was written"
        )
        raise InputError(message)
    layer = zones.sourced(made.zones, frame, page=page)
    layer = layer[[*schema.KINDS["conflict_zones"].columns, "geometry"]]
    schema.check(layer, "conflict_zones")
    _write(layer, output)


def _write(layer: GeoDataFrame, output: str | None) -> None:
    from geo import io

    if output is None:
        put(io.geojson_text(layer, id_column="zone_id"), None)
        return
    io.write_geojson(output, layer, id_column="zone_id")
    wrote(output, f": {len(layer)} zones")


@zones_.command()
@click.argument("file", metavar="FILE")
@click.option("--crs", metavar="CRS", help="CRS of the file if it does not say, e.g. EPSG:32647.")
@click.option("--remove", is_flag=True, help="Remove the index, and make none.")
@LIMITS
def index(file: str, crs: str | None, *, remove: bool, limits: tuple[str, ...]) -> None:
    """
    Keep the index of a large FILE of zones beside it, in FILE.index.

    Each command that reads the file then uses it, and gives the same numbers sooner. When
    the file has changed, the index is not used any more, and the answer says so.
    """
    from geo import io
    from geo.io import beside
    from geo.io.limits import DEFAULT

    io.refuse_address(file)
    name = f"{file}.index"
    if remove:
        io.remove_index(file)
        click.echo(visible(f"removed {name}"), err=True)
        return
    beside.require_place(file)
    begun = time.perf_counter()
    source = io.read(file, role="zones", crs=crs, limits=DEFAULT.raised(limits))
    say([notice for notice in source.notices if notice.rule not in beside.RULES])
    read = time.perf_counter()
    zones, edges, size = io.write_index(source)
    now = time.perf_counter()
    more = f"{zones:,} zones, {edges:,} edges, {size / 1e6:,.1f} MB"
    wrote(name, f": {more}, in {now - read:.1f} s (the file was read in {read - begun:.1f} s)")
