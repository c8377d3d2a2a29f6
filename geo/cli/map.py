"""`geo map`: the corridors on one page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from geo.cli import ground as floor
from geo.cli.desk import CONTROL, ROUTES, ZONES, Desk, catalog, command, layer_input
from geo.cli.files import require_folder, require_picture, say, wrote
from geo.cli.group import AS_OF, LAYERS, main

if TYPE_CHECKING:
    from datetime import date

    from geo.ways import Ways

__all__ = ["map_"]


@main.command("map")
@click.option("-o", "output", default="map.html", show_default=True, help="File to write.")
@click.option("--png", metavar="FILE", help="Write the map as a picture as well (A4).")
@click.option("--pdf", metavar="FILE", help="Write the map as a PDF as well (A4).")
@click.option(
    "--tiles",
    metavar="NAME|URL",
    help="Offer online map pictures, off until the reader asks; their server then learns where.",
)
@AS_OF
@LAYERS
def map_(
    output: str,
    png: str | None,
    pdf: str | None,
    tiles: str | None,
    as_of: str | None,
    folder: str | None,
) -> None:
    """Write the map of the corridors, and of the ways asked for in the layers: one HTML file."""
    from geo import exposure, maps

    require_folder(output)
    for path, form in ((png, "png"), (pdf, "pdf")):
        require_picture(path, form)
    layers = catalog(folder)
    found = exposure.measure(
        layers[ROUTES], layers[ZONES], control=layers[CONTROL], as_of=as_of, source=CONTROL
    )
    desk = Desk(layers, None)
    ways = _ways(desk, found.as_of)
    inputs = [
        layer_input(layers, ROUTES, "routes"),
        layer_input(layers, ZONES, "zones"),
        layer_input(layers, CONTROL, "control"),
    ]
    found = replace(
        found,
        inputs=(*inputs, *(one for one in desk.inputs if one not in inputs)),
        reproduce=command(
            "map", [], {"--as-of": found.as_of, "--layers": folder, "--tiles": tiles, "-o": output}
        ),
    )
    page = maps.page(layers, found, ways=ways, tiles=tiles)
    say(found.notices)
    page.save(output)
    wrote(output)
    if png is None and pdf is None:
        return
    from geo import pictures

    drawn = pictures.map_picture(layers, found)
    for path, form in ((png, "png"), (pdf, "pdf")):
        if path is not None:
            pictures.save(drawn, path, form=form)
            wrote(path)


def _ways(desk: Desk, as_of: date | None) -> list[Ways]:
    """Answer the questions of the catalogue."""
    if not desk.layers.questions:
        return []
    from geo.ways import Asked

    ground = floor.read(desk, floor.Sources())
    return [
        floor.answered(ground, Asked(tuple(map(ground.gazetteer.find, ends)), as_of=as_of))
        for ends in desk.layers.questions
    ]
