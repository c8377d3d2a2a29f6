"""`geo expose`: how far routes run inside zones, and in whose hands they are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from geo.cli import near, over_time
from geo.cli.desk import ZONES, Desk, catalog, command, keep_text_plain
from geo.cli.files import put, refuse_clash, require_folder, require_picture, say, wrote
from geo.cli.group import (
    AS_OF,
    EVERY,
    FORMATS,
    IN_CRS,
    LAYERS,
    LIMITS,
    POSITION_ERROR,
    WITH_CONTROL,
    WITH_ZONES,
    main,
)

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from geo.exposure import Exposure, Plain
    from geo.sheet import Sheet

    Found = TypeVar("Found", Exposure, Plain)

__all__ = ["expose"]


@main.command()
@click.argument("routes", required=True)
@WITH_ZONES
@WITH_CONTROL
@IN_CRS
@AS_OF
@click.option("--every", type=EVERY, help="Measure over time: the first day of each.")
@click.option(
    "--since",
    metavar="DATE",
    help="With --every or --events: from this day. Default: the first change; the last 365 days.",
)
@click.option("--until", metavar="DATE", help="With --every to, with --events before this day.")
@near.options
@POSITION_ERROR
@click.option("--format", "form", type=FORMATS, default="table", show_default=True)
@click.option("-o", "output", metavar="FILE", help="Write the answer there, not on the screen.")
@click.option("--map", "page", metavar="FILE", help="Write a map of the answer as well.")
@click.option(
    "--plot",
    metavar="FILE",
    help="Draw strips, the course over time or the --curve: .png, .pdf or .svg.",
)
@click.option("--gpx", metavar="FILE", help="Write the routes as GPX, with entries and exits.")
@LIMITS
@LAYERS
def expose(  # noqa: PLR0913, PLR0917 - one parameter for each option
    routes: str,
    zones: tuple[str, ...],
    control: tuple[str, ...],
    crs: str | None,
    as_of: str | None,
    every: str | None,
    since: str | None,
    until: str | None,
    error_km: float | None,
    form: str,
    output: str | None,
    page: str | None,
    plot: str | None,
    gpx: str | None,
    limits: tuple[str, ...],
    folder: str | None,
    **about_events: Any,
) -> None:
    """
    Measure how far ROUTES run inside zones, and in whose hands they are.

    ROUTES is a line file (GeoJSON, GPX, KML, KMZ, GPKG, Shapefile, a .zip of one,
    or GeoParquet) or the name of a bundled layer, e.g. corridors. Without --zones, the
    bundled conflict zones and control areas are used. With --every, the answer is
    a series over time. With --events, it says how many events, deaths and
    kilometres lie within a radius: for sure, likely and at most, since few events
    have an exact place.
    """
    from geo import exposure

    single = {"--as-of": as_of, "--map": page, "--gpx": gpx}
    alone = [name for name, asked in single.items() if asked is not None]
    asked_events = near.asked_for(about_events, (since, until))
    over_time.refuse_mixed(every, (since, until), *alone, events=asked_events is not None)
    for path in (output, page, gpx):
        require_folder(path)
    events = asked_events.files if asked_events else ()
    refuse_clash((routes, *zones, *control, *events), (output, page, plot, gpx))
    require_picture(plot)
    desk = Desk(None if folder is None else catalog(folder), crs, limits)
    control = control or desk.own_claims(zones)
    options: dict[str, object] = {"--zones": zones, "--control": control}
    options |= {"--crs": crs, "--limit": limits}
    if every is not None:
        asked = over_time.Asked(every, since, until, form, output, plot)
        options["--layers"] = folder
        lines, areas = _frames(desk, routes, zones)
        over_time.tell(desk, (lines, areas, desk.read_claims(control)), asked, (routes, options))
        return
    more = any((control, folder, as_of, page, plot, gpx, asked_events)) or error_km is not None
    sheets = None if more else desk.sheets(routes, zones)
    plain = exposure.plainly(*sheets) if sheets else None
    if plain is not None:
        _tell(desk, plain, (routes, options), form, output)
        return
    lines, areas = _frames(desk, routes, zones, sheets)
    found = exposure.measure(
        lines,
        areas,
        control=desk.read_claims(control),
        as_of=as_of,
        position_error_m=None if error_km is None else error_km * 1000,
    )
    options |= {"--as-of": found.as_of, "--position-error": error_km, "--layers": folder}
    if asked_events is not None:
        found, words = near.tell(desk, found, asked_events)
        options |= words
    found = _tell(desk, found, (routes, options), form, output)
    _draw(desk, found, page, plot, gpx, curve=asked_events is not None and asked_events.curve)


def _frames(
    desk: Desk, routes: str, zones: tuple[str, ...], sheets: tuple[Sheet, Sheet] | None = None
) -> tuple[GeoDataFrame, GeoDataFrame]:
    """Give routes and zones as frames: what was read already, or what is read now."""
    keep_text_plain()
    if sheets is not None:
        return sheets[0].frame(), sheets[1].frame()
    return desk.read(routes, "routes"), desk.read_all(zones or (ZONES,), "zones")


def _tell(
    desk: Desk, found: Found, asked: tuple[str, dict[str, object]], form: str, output: str | None
) -> Found:
    """Write an answer, and give it with the account of what was read for it."""
    from geo import report

    routes, options = asked
    found = replace(
        found,
        notices=(*desk.notices, *found.notices),
        inputs=tuple(desk.inputs),
        reproduce=command("expose", [routes], {**options, "--format": form}),
    )
    if form != "table" or output is not None:  # a table on the screen says them itself
        say(found.notices)
    write = {"table": report.as_table, "json": report.as_json, "csv": report.as_csv}[form]
    put(write(found), output)
    return found


def _draw(
    desk: Desk,
    found: Exposure,
    page: str | None,
    plot: str | None,
    gpx: str | None,
    *,
    curve: bool,
) -> None:
    """Write the map, the strips or the curve, and the GPX, where they were asked for."""
    if gpx is not None:
        from geo import handover, io

        io.write_text(gpx, handover.as_gpx(found))
        wrote(gpx)
    if page is not None:
        from geo import maps

        maps.page(desk.for_page(found), found).save(page)
        wrote(page)
    if plot is not None:
        from geo import pictures

        figure = (
            pictures.curve_picture(found)
            if curve
            else pictures.strip_picture(found, desk.for_page(found))
        )
        pictures.save(figure, plot)
        wrote(plot)
