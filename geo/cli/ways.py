"""`geo ways`: what else there is from one place to another, and what it would cost."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from geo.cli import ground as floor
from geo.cli.desk import Desk, catalog, command
from geo.cli.files import put, refuse_clash, require_folder, say, wrote
from geo.cli.group import AS_OF, FORMATS, LAYERS, LIMITS, POSITION_ERROR, finite, main
from geo.errors import InputError

if TYPE_CHECKING:
    from geo.cli.ground import Ground
    from geo.ways import Asked as Question
    from geo.ways import Scenario, Ways

__all__ = ["ways"]


_OPTIONS = (
    click.option("--via", multiple=True, metavar="PLACE", help="A place to pass, in order."),
    click.option(
        "--by",
        type=click.Choice(["distance", "hours"]),
        default="distance",
        show_default=True,
        help="What is weighed against exposed kilometres.",
    ),
    click.option(
        "--scenario",
        "scenarios",
        multiple=True,
        metavar="FILE",
        help="Compare with a YAML or JSON file of what is closed, open or held otherwise.",
    ),
    click.option(
        "--what-if-closed", "closing", is_flag=True, help="Rank what hurts most if it is closed."
    ),
    click.option(
        "--network",
        "lines",
        multiple=True,
        metavar="FILE|LAYER",
        help="Lines to travel. Default: the bundled corridors and links.",
    ),
    click.option(
        "--tolerance",
        type=click.FloatRange(min=0),
        callback=finite,
        default=0.0,
        metavar="M",
        help="Bridge gaps up to so many metres; each is reported.",
    ),
    click.option("--crossings", is_flag=True, help="Join lines that cross, bridges apart."),
    click.option("--zones", multiple=True, metavar="FILE|LAYER", help="Zones."),
    click.option("--control", metavar="FILE|LAYER", help="Who holds what."),
    click.option("--crs", metavar="CRS", help="CRS of files that do not say."),
    click.option(
        "--snap",
        "most_km",
        type=click.FloatRange(min=0),
        callback=finite,
        default=25.0,
        show_default=True,
        metavar="KM",
        help="How far a place may be from the network.",
    ),
    POSITION_ERROR,
    click.option(
        "--speed",
        "speeds",
        multiple=True,
        metavar="MODE=KMH",
        help="Speed to take where none is known, e.g. road=25.",
    ),
    click.option("--all", "every", is_flag=True, help="Keep ways that are nearly another one."),
)


def _options(function: Any) -> Any:
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


@main.command()
@click.argument("start", metavar="FROM")
@click.argument("end", metavar="TO")
@_options
@AS_OF
@click.option("--format", "form", type=FORMATS, default="table", show_default=True)
@click.option("-o", "output", metavar="FILE", help="Write the answer there, not on the screen.")
@click.option("--map", "page", metavar="FILE", help="Write a map of the ways as well.")
@click.option("--gpx", metavar="FILE", help="Write the ways as tracks for a handheld as well.")
@LIMITS
@LAYERS
def ways(  # noqa: PLR0913 - one parameter for each option
    start: str,
    end: str,
    *,
    form: str,
    output: str | None,
    page: str | None,
    gpx: str | None,
    folder: str | None,
    **given: Any,
) -> None:
    """
    Find the ways FROM one place TO another that are worth having.

    FROM and TO are names of places, or longitude,latitude (put -- before a
    negative one). Shown is every way that no other one betters in length (or
    hours) and in exposed kilometres.
    """
    from geo.report import choices

    for path in (output, page, gpx):
        require_folder(path)
    read = (*given["lines"], *given["zones"], given["control"] or "", *given["scenarios"])
    refuse_clash([name for name in read if name], (output, page, gpx))
    desk = Desk(catalog(folder), given["crs"], given["limits"])
    names = ("lines", "zones", "control", "speeds", "tolerance", "crossings")
    ground = floor.read(desk, floor.Sources(**{name: given[name] for name in names}))
    question = _question(ground, (start, *given["via"], end), given)
    found = floor.answered(ground, question, [_scenario(desk, name) for name in given["scenarios"]])
    if given["closing"]:
        found = replace(found, closures=_closures(ground, question))
    found = replace(
        found,
        notices=(*desk.notices, *found.notices),
        inputs=tuple(desk.inputs),
        reproduce=_reproduce((start, end), given, {"--layers": folder, "--format": form}, found),
    )
    if form != "table" or output is not None:
        say(tuple(dict.fromkeys(note for one in (found, *found.others) for note in one.notices)))
    write = {"table": choices.as_table, "json": choices.as_json, "csv": choices.as_csv}[form]
    put(write(found), output)
    if page is not None:
        _draw(desk, found, page)
    if gpx is not None:
        _track(found, gpx)


def _question(ground: Ground, names: tuple[str, ...], given: dict[str, Any]) -> Question:
    from geo.ways import Asked

    error_km = given["error_km"]
    return Asked(
        tuple(ground.gazetteer.find(name) for name in names),
        by=given["by"],
        as_of=given["as_of"],
        most_m=given["most_km"] * 1000,
        every=given["every"],
        position_error_m=None if error_km is None else error_km * 1000,
    )


def _scenario(desk: Desk, name: str) -> Scenario:
    from geo import io
    from geo.ways import scenario

    document = io.read_document(name)
    desk.inputs.append({"role": "scenario", "path": name, "sha256": io.sha256(name), "features": 1})
    return scenario.parse(document, name)


def _closures(ground: Ground, question: Question) -> Any:
    from geo import ways as search

    return search.closures(ground.network, ground.knowledge, question, gazetteer=ground.gazetteer)


def _reproduce(
    ends: tuple[str, str], given: dict[str, Any], last: dict[str, object], found: Ways
) -> str:
    flags = {"--what-if-closed": "closing", "--crossings": "crossings", "--all": "every"}
    options = {
        "--via": given["via"],
        "--by": given["by"],
        "--scenario": given["scenarios"],
        "--network": given["lines"],
        "--tolerance": given["tolerance"] or None,
        "--zones": given["zones"],
        "--control": given["control"],
        "--crs": given["crs"],
        "--limit": given["limits"],
        "--speed": given["speeds"],
        "--snap": given["most_km"],
        "--position-error": given["error_km"],
        "--as-of": found.as_of,
        **last,
    }
    line = command("ways", ends, options)
    words = [flag for flag, name in flags.items() if given[name]]
    return " ".join([*line.split(" ", 2)[:2], *words, *line.split(" ", 2)[2:]])


def _track(found: Ways, path: str) -> None:
    """Write the ways as tracks: those that there are, none that is closed."""
    from geo import handover, io

    if found.exposure is None:
        message = f"{path}: there is no way to travel"
        raise InputError(message)
    io.write_text(path, handover.as_gpx(found.exposure))
    wrote(path)


def _draw(desk: Desk, found: Ways, page: str) -> None:
    """Write a map of the ways in every scenario; they are no corridors, so it has no others."""
    from geo import maps

    drawn = next((one for one in (found, *found.others) if one.exposure is not None), None)
    if drawn is None or drawn.exposure is None:
        message = f"{page}: there is no way to draw"
        raise InputError(message)
    head = replace(
        drawn.exposure,
        routes=drawn.exposure.routes.iloc[:0],
        notices=found.notices,
        inputs=found.inputs,
        reproduce=found.reproduce,
    )
    maps.page(desk.for_page(drawn.exposure), head, ways=[found]).save(page)
    wrote(page)
