"""`geo map`: the corridors on one page."""

from __future__ import annotations

from dataclasses import replace

import click

from geo.cli.desk import CONTROL, ROUTES, ZONES, catalog, command, layer_input
from geo.cli.files import require_folder, require_picture, say, wrote
from geo.cli.group import AS_OF, LAYERS, main

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
    """Write the map of the corridors: one HTML file that needs no network."""
    from geo import exposure, maps

    require_folder(output)
    for path, form in ((png, "png"), (pdf, "pdf")):
        require_picture(path, form)
    layers = catalog(folder)
    found = exposure.measure(
        layers[ROUTES], layers[ZONES], control=layers[CONTROL], as_of=as_of, source=CONTROL
    )
    found = replace(
        found,
        inputs=(
            layer_input(layers, ROUTES, "routes"),
            layer_input(layers, ZONES, "zones"),
            layer_input(layers, CONTROL, "control"),
        ),
        reproduce=command(
            "map", [], {"--as-of": found.as_of, "--layers": folder, "--tiles": tiles, "-o": output}
        ),
    )
    page = maps.page(layers, found, tiles=tiles)
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
