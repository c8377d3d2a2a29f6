"""`geo network`: what a network of lines is made of, and corridors brought onto its roads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from geo.cli.desk import Desk, catalog, command
from geo.cli.files import put, refuse_clash, require_folder, say, wrote
from geo.cli.group import LAYERS, finite, main
from geo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from geopandas import GeoDataFrame

    from geo.network import Network

__all__ = ["check", "network_", "refine"]

_KILO = 1000.0
_FORM = click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
)


@main.group("network")
def network_() -> None:
    """Check a network of lines, and bring corridors onto its roads."""


def _joining(function: Any) -> Any:
    """Add the options that tell where lines meet."""
    options: tuple[Callable[[Any], Any], ...] = (
        click.option(
            "--tolerance",
            "tolerance_m",
            type=float,
            default=0.0,
            show_default=True,
            callback=finite,
            metavar="M",
            help="Join ends to the nearest line within so many metres.",
        ),
        click.option(
            "--crossings",
            is_flag=True,
            help="Join lines that cross without a shared vertex, but no bridges or tunnels.",
        ),
        click.option("--crs", metavar="CRS", help="CRS of files that do not say."),
    )
    for option in reversed(options):
        function = option(function)
    return function


def _built(
    desk: Desk, name: str, *, tolerance_m: float, crossings: bool
) -> tuple[GeoDataFrame, Network]:
    from geo import network

    lines = desk.read(name, "routes")
    built = network.build(lines, tolerance_m=tolerance_m, crossings=crossings)
    desk.notices += built.notices
    return lines, built


def _json(desk: Desk, reproduce: str, **found: Any) -> str:
    """Write an answer with the head that every answer has."""
    from importlib import metadata

    from geo import report

    head = {
        "geo": metadata.version("corridor-exposure"),
        "reproduce": reproduce,
        "inputs": desk.inputs,
        "warnings": [notice.as_dict() for notice in desk.notices],
    }
    return report.json_text(_plain({**head, **found}))


def _again(name: str, argument: str, options: dict[str, object], *, crossings: bool) -> str:
    """Write the command line that makes an answer again."""
    line = command("network", [name, argument], options)
    flag = f"geo network {name} --crossings"
    return line.replace(f"geo network {name}", flag, 1) if crossings else line


def _plain(value: Any) -> Any:
    """Bring numbers to what JSON can hold, however deep."""
    from geo import io

    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return io.plain(value)


@network_.command()
@click.argument("lines", metavar="LINES")
@_joining
@click.option(
    "--within",
    "within_km",
    type=float,
    default=5.0,
    show_default=True,
    callback=finite,
    metavar="KM",
    help="How far from loose ends other parts are looked for.",
)
@_FORM
@LAYERS
def check(  # noqa: PLR0913, PLR0917 - one parameter for each option
    lines: str,
    tolerance_m: float,
    crossings: bool,  # noqa: FBT001
    crs: str | None,
    within_km: float,
    form: str,
    folder: str | None,
) -> None:
    """
    Tell what a network of LINES is made of, and where it is broken.

    LINES is a file of lines, an OpenStreetMap extract (.osm.pbf), or a layer. Shown
    are the parts that hang together, modes, states, one-way roads, the gaps that
    were joined, and the loose ends that have another part near.
    """
    from geo import network
    from geo.report import roads

    desk = Desk(catalog(folder), crs)
    built = _built(desk, lines, tolerance_m=tolerance_m, crossings=crossings)[1]
    found = network.examine(built, within_m=within_km * _KILO)
    say(desk.notices)
    if form == "table":
        put(roads.network(found), None)
        return
    options: dict[str, object] = {
        "--tolerance": f"{tolerance_m:g}",
        "--crs": crs,
        "--within": f"{within_km:g}",
        "--format": form,
        "--layers": folder,
    }
    reproduce = _again("check", lines, options, crossings=crossings)
    put(_json(desk, reproduce, network=found.as_dict()), None)


def _lengths(
    _: click.Context, option: click.Parameter, values: tuple[str, ...]
) -> dict[str, float]:
    """Read lengths, a section's name before each."""
    found = {}
    for value in values:
        name, sign, length = value.rpartition("=")
        try:
            found[name] = float(length)
        except ValueError:
            sign = ""
        if not sign or not name:
            message = f"{value!r}: write a section and its length, as imt_02=149.7"
            raise click.BadParameter(message, param=option)
    return found


@network_.command()
@click.argument("corridors", metavar="CORRIDORS")
@click.option("--roads", required=True, metavar="FILE", help="Roads: any file of lines.")
@click.option(
    "--accuracy",
    "accuracy_km",
    type=float,
    callback=finite,
    metavar="KM",
    help="How far the roads may be off. Default: what their positional_error_m says.",
)
@click.option(
    "--published",
    multiple=True,
    callback=_lengths,
    metavar="SECTION=KM",
    help="Published length of a section, in place of the column published_km.",
)
@_joining
@_FORM
@click.option("-o", "output", required=True, metavar="FILE", help="Write the sections there.")
@LAYERS
def refine(  # noqa: PLR0913, PLR0917 - one parameter for each option
    corridors: str,
    roads: str,
    accuracy_km: float | None,
    published: dict[str, float],
    tolerance_m: float,
    crossings: bool,  # noqa: FBT001
    crs: str | None,
    form: str,
    output: str,
    folder: str | None,
) -> None:
    """
    Bring each section of CORRIDORS onto the road that it follows, as GeoJSON.

    A section is routed over the roads through its places. Where a road fits its
    places and its published length, the road's line is taken and the positional
    error lowered to the roads' own; else the section stays as drawn, with the reason.
    """
    from geo import network
    from geo.report import roads as wording

    require_folder(output)
    refuse_clash([corridors, roads], [output])
    desk = Desk(catalog(folder), crs)
    sections = desk.read(corridors, "routes")
    lines, built = _built(desk, roads, tolerance_m=tolerance_m, crossings=crossings)
    accuracy_m = _accuracy_m(lines, roads, accuracy_km)
    found = network.follow(sections, built, accuracy_m=accuracy_m, published_km=published)
    desk.notices += found.notices
    say(desk.notices)
    _write(found.sections, output)
    if form == "table":
        put(wording.followed(found), None)
        return
    options: dict[str, object] = {
        "--roads": roads,
        "--accuracy": f"{accuracy_m / _KILO:g}",
        "--published": tuple(f"{name}={length:g}" for name, length in published.items()),
        "--tolerance": f"{tolerance_m:g}",
        "--crs": crs,
        "--format": form,
        "-o": output,
        "--layers": folder,
    }
    reproduce = _again("refine", corridors, options, crossings=crossings)
    put(_json(desk, reproduce, sections=found.table.to_dict("records")), None)


def _accuracy_m(lines: GeoDataFrame, name: str, accuracy_km: float | None) -> float:
    """Give the accuracy of roads: what the user says, else the worst that the file says."""
    import pandas as pd

    if accuracy_km is not None:
        return accuracy_km * _KILO
    if "positional_error_m" in lines.columns:
        errors = pd.to_numeric(lines["positional_error_m"], errors="coerce")
        if errors.notna().all():
            return float(errors.max())
    message = f"{name}: does not say how far its lines may be off; give --accuracy KM"
    raise InputError(message)


def _write(sections: GeoDataFrame, output: str) -> None:
    from geo import io

    for column in ("section_id", "id", "name"):
        if column in sections.columns and sections[column].notna().all():
            io.write_geojson(output, sections, id_column=column)
            break
    else:
        numbered = sections.assign(id=range(len(sections)))
        io.write_geojson(output, numbered, id_column="id")
    wrote(output, f": {len(sections)} sections")
