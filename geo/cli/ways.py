"""`geo ways`: what else there is from one place to another, and what it would cost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from geo.cli.desk import CONTROL, LINKS, ROUTES, ZONES, Desk, catalog, command
from geo.cli.files import put, refuse_clash, require_folder, say, wrote
from geo.cli.group import AS_OF, FORMATS, LAYERS, LIMITS, finite, main
from geo.errors import InputError

if TYPE_CHECKING:
    from geo.network import Network
    from geo.ways import Asked as Question
    from geo.ways import Gazetteer, Knowledge, Scenario, Ways

__all__ = ["ways"]


_MOST_KMH = 200
_OPENED = "if what is closed were open"


@dataclass(frozen=True)
class _Ground:
    """What the search stands on, once read."""

    network: Network
    knowledge: Knowledge
    gazetteer: Gazetteer


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
    click.option(
        "--position-error",
        "error_km",
        type=click.FloatRange(min=0),
        callback=finite,
        metavar="KM",
        help="How far the drawn lines may be off. Default: what each section carries.",
    ),
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
@LIMITS
@LAYERS
def ways(
    start: str,
    end: str,
    *,
    form: str,
    output: str | None,
    page: str | None,
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

    for path in (output, page):
        require_folder(path)
    read = (*given["lines"], *given["zones"], given["control"] or "", *given["scenarios"])
    refuse_clash([name for name in read if name], (output, page))
    desk = Desk(catalog(folder), given["crs"], given["limits"])
    ground = _ground(desk, given)
    question = _question(ground, (start, *given["via"], end), given)
    found = _answered(ground, question, [_scenario(desk, name) for name in given["scenarios"]])
    if given["closing"]:
        found = replace(found, closures=_closures(ground, question))
    found = replace(
        found,
        notices=(*desk.notices, *found.notices),
        inputs=tuple(desk.inputs),
        reproduce=_reproduce((start, end), given, {"--layers": folder, "--format": form}, found),
    )
    if form != "table" or output is not None:
        say(found.notices)
    write = {"table": choices.as_table, "json": choices.as_json, "csv": choices.as_csv}[form]
    put(write(found), output)
    if page is not None:
        _draw(desk, found, page)


def _ground(desk: Desk, given: dict[str, Any]) -> _Ground:
    """Read the lines, and what is known of the ground."""
    from geo import network
    from geo.ways import Gazetteer, Knowledge

    own = [name for name in (ROUTES, LINKS) if name in desk.layers]
    lines = desk.read_all(given["lines"] or own, "routes")
    zones = desk.read_all(given["zones"] or (ZONES,), "zones")
    control = given["control"] or (None if given["zones"] else CONTROL)
    knowledge = Knowledge(
        zones,
        None if control is None else desk.read(control, "control"),
        None if given["lines"] else _layer(desk, "gates"),
        _with_speeds(_layer(desk, "speeds"), given["speeds"]),
        None if given["zones"] else desk.layers.covered(ZONES),
    )
    built = network.build(lines, tolerance_m=given["tolerance"], crossings=given["crossings"])
    places = [desk.layers[name] for name in ("places", "mining_sites") if name in desk.layers]
    return _Ground(built, knowledge, Gazetteer(*places))


def _layer(desk: Desk, name: str) -> Any:
    return desk.read(name, name) if name in desk.layers else None


def _with_speeds(known: Any, given: tuple[str, ...]) -> Any:
    """Add the speeds that the user takes where none is known."""
    import pandas as pd

    from geo.schema import MODES, PASSABLE

    rows = []
    for text in given:
        mode, _, number = text.partition("=")
        speed = pd.to_numeric(number, errors="coerce")
        if mode not in MODES or not 0 < speed < _MOST_KMH:
            message = f"{text}: write a mode ({', '.join(MODES)}), = and km/h, e.g. road=25"
            raise click.BadParameter(message, param_hint="--speed")
        rows += [{"mode": mode, "passable": word, "km_per_h": speed} for word in PASSABLE]
    tables = [table for table in (known, pd.DataFrame(rows)) if table is not None and len(table)]
    if not tables:
        return None
    return pd.concat(tables).drop_duplicates(["mode", "passable"])  # what is known stands first


def _question(ground: _Ground, names: tuple[str, ...], given: dict[str, Any]) -> Question:
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


def _answered(ground: _Ground, question: Question, scenarios: list[Scenario]) -> Ways:
    """Answer the question as things are, and in every scenario."""
    from geo import ways as search

    def found(scenario: Scenario | None, asked: Question = question) -> Ways:
        return search.find(
            ground.network, ground.knowledge, asked, gazetteer=ground.gazetteer, scenario=scenario
        )

    one = found(None)
    others = [found(scenario) for scenario in scenarios]
    if one.blocked:
        opened = found(search.Scenario(_OPENED, ()), replace(question, closed_too=True))
        others.insert(0, opened)
    return replace(one, others=tuple(others))


def _closures(ground: _Ground, question: Question) -> Any:
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


def _draw(desk: Desk, found: Ways, page: str) -> None:
    """Write a map of the ways; where there is none, of those that there would be."""
    from geo import maps

    drawn = next((one for one in (found, *found.others) if one.exposure is not None), None)
    if drawn is None or drawn.exposure is None:
        message = f"{page}: there is no way to draw"
        raise InputError(message)
    exposure = replace(drawn.exposure, inputs=found.inputs, reproduce=found.reproduce)
    maps.page(desk.for_page(exposure), exposure).save(page)
    wrote(page)
