"""`geo layers`: list, check, describe and export the layers."""

from __future__ import annotations

import click

from geo.cli.desk import catalog
from geo.cli.files import put, refuse_clash, require_folder, wrote
from geo.cli.group import LAYERS, main

__all__ = ["check", "describe", "export", "layers_", "list_"]


@main.group("layers")
def layers_() -> None:
    """List, check, describe and export the layers."""


@layers_.command("list")
@LAYERS
def list_(folder: str | None) -> None:
    """List the layers with their age."""
    from geo import report

    layers = catalog(folder)
    rows = [("layer", "rows", "as of", "title")]
    for name in layers:
        passport = layers.passport(name)
        rows.append((name, str(len(layers[name])), passport["as_of"], passport["title"]))
    put("\n".join(report.columns(rows)) + "\n", None)


@layers_.command()
@click.argument("names", nargs=-1)
@LAYERS
def check(names: tuple[str, ...], folder: str | None) -> None:
    """Check every row of the layers, and their passports."""
    layers = catalog(folder)
    for name in names or tuple(layers):
        layers.check(name)
        click.echo(f"{name}: {len(layers[name])} rows, all good")


@layers_.command()
@click.argument("name")
@LAYERS
def describe(name: str, folder: str | None) -> None:
    """Show a layer's passport and columns."""
    from geo import schema

    passport = catalog(folder).passport(name)
    lines = [f"{name}: {passport['title']}", ""]
    keys = ("as_of", "retrieved", "method", "precision", "caveat", "sha256")
    lines += [f"{key}: {passport[key]}" for key in keys if passport.get(key)]
    if passport.get("covers"):
        lines.append(f"covers: {', '.join(passport['covers'])}; elsewhere it knows nothing")
    lines += [
        f"source: {entry.get('title')} {entry.get('path', '')}" for entry in passport["sources"]
    ]
    lines += [f"licence: {entry.get('title', entry.get('name'))}" for entry in passport["licenses"]]
    kind = schema.KINDS[passport["kind"]]
    lines += ["", f"a row is {kind.about}"]
    lines += [f"  {title}: {column.about}" for title, column in kind.columns.items()]
    put("\n".join(lines) + "\n", None)


@layers_.command()
@click.argument("name")
@click.option(
    "-o", "output", metavar="FILE", required=True, help="Write it there; ends in .parquet."
)
@LAYERS
def export(name: str, output: str, folder: str | None) -> None:
    """
    Write a layer as GeoParquet, with its passport.

    DuckDB, SedonaDB, GeoPandas and QGIS read it; so do the other commands, as
    routes or zones. A table of figures becomes plain Parquet. Needs pyarrow.
    """
    require_folder(output)
    layers = catalog(folder)
    refuse_clash([str(layers.path(name))], [output])
    layers.export(name, output)
    wrote(output, f": {len(layers[name]):,} rows")
