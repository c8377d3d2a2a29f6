"""The command line: one thin command for each question of a planner."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geo.errors import GeoError, InputError, Notice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geopandas import GeoDataFrame

    from geo.catalog import Catalog
    from geo.exposure import Exposure

__all__ = ["main"]

_ROUTES, _ZONES, _CONTROL = "corridors", "conflict_zones", "control_areas"
_ID_ROLES = (("zone", "zone", "area"), ("area", "area", "zone"))
_PAGE_KINDS = {"zones": _ZONES, "control": _CONTROL}
_FORMATS = click.Choice(["table", "json", "csv"])
_AS_OF = click.option(
    "--as-of", metavar="DATE", help="Day of the answer, YYYY-MM-DD. Default: the newest source."
)
_LAYERS = click.option(
    "--layers", "folder", metavar="DIR", help="Folder of layers. Default: the bundled ones."
)


class _Group(click.Group):
    """A group that ends an error made on purpose with one message, not a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except GeoError as error:
            click.echo(f"geo: {error}", err=True)
            ctx.exit(error.exit_code)
        except OSError as error:  # the screen itself cannot be written to: full, or gone
            click.echo(f"geo: {error.strerror}", err=True)
            ctx.exit(1)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="corridor-exposure", prog_name="geo")
def main() -> None:
    """Where, for how long and in whose hands a route runs through conflict."""
    for stream in (sys.stdout, sys.stderr):
        # names in Burmese must not end a command on a terminal that cannot show them
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


@main.command("map")
@click.option("-o", "output", default="map.html", show_default=True, help="File to write.")
@click.option("--png", metavar="FILE", help="Write the map as a picture as well (A4).")
@click.option("--pdf", metavar="FILE", help="Write the map as a PDF as well (A4).")
@click.option(
    "--tiles",
    metavar="NAME|URL",
    help="Offer online map pictures, off until the reader asks; their server then learns where.",
)
@_AS_OF
@_LAYERS
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

    _require_folder(output)
    for path, form in ((png, "png"), (pdf, "pdf")):
        _require_picture(path, form)
    layers = _catalog(folder)
    found = exposure.measure(
        layers[_ROUTES], layers[_ZONES], control=layers[_CONTROL], as_of=as_of, source=_CONTROL
    )
    found = replace(
        found,
        inputs=(
            _layer_input(layers, _ROUTES, "routes"),
            _layer_input(layers, _ZONES, "zones"),
            _layer_input(layers, _CONTROL, "control"),
        ),
        reproduce=_command(
            "map", [], {"--as-of": found.as_of, "--layers": folder, "--tiles": tiles, "-o": output}
        ),
    )
    page = maps.page(layers, found, tiles=tiles)
    _say(found.notices)
    page.save(output)
    click.echo(f"wrote {output}", err=True)
    if png is None and pdf is None:
        return
    from geo import pictures

    drawn = pictures.map_picture(layers, found)
    for path, form in ((png, "png"), (pdf, "pdf")):
        if path is not None:
            pictures.save(drawn, path, form=form)
            click.echo(f"wrote {path}", err=True)


@main.command()
@click.argument("routes", required=True)
@click.option(
    "--zones", multiple=True, metavar="FILE|LAYER", help="Zones; more than once for several."
)
@click.option("--control", metavar="FILE|LAYER", help="Who holds what: polygons with a controller.")
@click.option("--crs", metavar="CRS", help="CRS of files that do not say, e.g. EPSG:32647.")
@_AS_OF
@click.option("--format", "form", type=_FORMATS, default="table", show_default=True)
@click.option("-o", "output", metavar="FILE", help="Write the answer there, not on the screen.")
@click.option("--map", "page", metavar="FILE", help="Write a map of the answer as well.")
@click.option("--plot", metavar="FILE", help="Draw the routes as strips: .png, .pdf or .svg.")
@_LAYERS
def expose(  # noqa: PLR0913, PLR0917 - one parameter for each option
    routes: str,
    zones: tuple[str, ...],
    control: str | None,
    crs: str | None,
    as_of: str | None,
    form: str,
    output: str | None,
    page: str | None,
    plot: str | None,
    folder: str | None,
) -> None:
    """
    Measure how far ROUTES run inside zones, and in whose hands they are.

    ROUTES is a line file (GeoJSON, GPX, KML, GPKG, Shapefile) or the name of a
    bundled layer, e.g. corridors. Without --zones, the bundled conflict zones
    and control areas are used.
    """
    from geo import exposure, report

    for path in (output, page):
        _require_folder(path)
    _refuse_clash((routes, *zones, *filter(None, [control])), (output, page, plot))
    _require_picture(plot)
    desk = _Desk(_catalog(folder), crs)
    lines = desk.read(routes, "routes")
    areas = desk.read_all(zones or (_ZONES,), "zones")
    if control is None and not zones:
        control = _CONTROL
    claims = None if control is None else desk.read(control, "control")
    found = exposure.measure(lines, areas, control=claims, as_of=as_of, source=control or "")
    options = {"--zones": zones, "--control": control, "--crs": crs, "--as-of": found.as_of}
    options["--layers"] = folder
    found = replace(
        found,
        notices=(*desk.notices, *found.notices),
        inputs=tuple(desk.inputs),
        reproduce=_command("expose", [routes], {**options, "--format": form}),
    )
    if form != "table" or output is not None:  # a table on the screen says them itself
        _say(found.notices)
    write = {"table": report.as_table, "json": report.as_json, "csv": report.as_csv}[form]
    _put(write(found), output)
    _draw(desk, found, page, plot)


@main.group("layers")
def layers_() -> None:
    """List, check and describe the layers."""


@layers_.command("list")
@_LAYERS
def list_(folder: str | None) -> None:
    """List the layers with their age."""
    from geo import report

    layers = _catalog(folder)
    rows = [("layer", "rows", "as of", "title")]
    for name in layers:
        passport = layers.passport(name)
        rows.append((name, str(len(layers[name])), passport["as_of"], passport["title"]))
    _put("\n".join(report.columns(rows)) + "\n", None)


@layers_.command()
@click.argument("names", nargs=-1)
@_LAYERS
def check(names: tuple[str, ...], folder: str | None) -> None:
    """Check every row of the layers, and their passports."""
    layers = _catalog(folder)
    for name in names or tuple(layers):
        layers.check(name)
        click.echo(f"{name}: {len(layers[name])} rows, all good")


@layers_.command()
@click.argument("name")
@_LAYERS
def describe(name: str, folder: str | None) -> None:
    """Show a layer's passport and columns."""
    from geo import schema

    passport = _catalog(folder).passport(name)
    lines = [f"{name}: {passport['title']}", ""]
    keys = ("as_of", "retrieved", "method", "precision", "caveat", "sha256")
    lines += [f"{key}: {passport[key]}" for key in keys if passport.get(key)]
    lines += [
        f"source: {entry.get('title')} {entry.get('path', '')}" for entry in passport["sources"]
    ]
    lines += [f"licence: {entry.get('title', entry.get('name'))}" for entry in passport["licenses"]]
    kind = schema.KINDS[passport["kind"]]
    lines += ["", f"a row is {kind.about}"]
    lines += [f"  {title}: {column.about}" for title, column in kind.columns.items()]
    _put("\n".join(lines) + "\n", None)


class _Desk:
    """Reads what the user names, and keeps account of it for the answer."""

    def __init__(self, layers: Catalog, crs: str | None) -> None:
        self.layers, self._crs = layers, crs
        self.inputs: list[dict[str, object]] = []
        self.notices: list[Notice] = []
        self._used: set[str] = set()
        self._brought: dict[str, tuple[str, str, GeoDataFrame]] = {}

    def read(self, name: str, role: str) -> GeoDataFrame:
        """Read a bundled layer by its name, or a file."""
        from geo import io

        if name in self.layers and not Path(name).is_file():
            self.inputs.append(_layer_input(self.layers, name, role))
            self._used.add(name)
            return self.layers[name]
        if not Path(name).suffix and not Path(name).exists():
            known = ", ".join(self.layers)
            message = f"{name}: neither a file nor a layer; the layers are {known}"
            raise InputError(message)
        source = io.read(name, role="routes" if role == "routes" else "zones", crs=self._crs)
        self.notices += source.notices
        if role in _PAGE_KINDS:
            self._brought[f"{role}-{len(self.inputs)}"] = (_PAGE_KINDS[role], name, source.frame)
        self.inputs.append(
            {
                "role": role,
                "path": source.path,
                "sha256": source.sha256,
                "features": len(source.frame),
            }
        )
        return source.frame

    def for_page(self, found: Exposure) -> Catalog:
        """Give the layers for a page of this answer: what was used, and what is near."""
        from geo import control
        from geo.exposure import frames

        unused = {_ZONES, _CONTROL} - self._used
        layers = self.layers.without(*unused).around(found.routes.total_bounds)
        for name, (kind, path, frame) in self._brought.items():
            names = {f"{role}_id": frames.ids_of(frame, *roles) for role, *roles in _ID_ROLES}
            shown = control.standard(frame).assign(**names)
            layers = layers.with_layer(name, shown, kind=kind, path=path)
        return layers

    def read_all(self, names: Sequence[str], role: str) -> GeoDataFrame:
        """Read several as one frame."""
        import pandas as pd

        frames = [self.read(name, role) for name in names]
        return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)


def _catalog(folder: str | None) -> Catalog:
    from geo.catalog import Catalog

    return Catalog(folder)


def _layer_input(layers: Catalog, name: str, role: str) -> dict[str, object]:
    passport = layers.passport(name)
    return {
        "role": role,
        "path": passport["path"],
        "sha256": passport["sha256"],
        "features": len(layers[name]),
    }


def _command(name: str, arguments: Sequence[str], options: dict[str, object]) -> str:
    """Write the command line that makes this answer again."""
    import shlex

    words = ["geo", name, *arguments]
    for option, value in options.items():
        values = value if isinstance(value, tuple) else (value,)
        words += [word for one in values if one is not None for word in (option, str(one))]
    return shlex.join(words)


def _require_folder(path: str | None) -> None:
    """Find out before the work starts that its result could not be written."""
    if path is None:
        return
    if not path:
        message = "the name of a file to write is empty"
        raise InputError(message)
    target = Path(path).absolute()
    if not target.parent.is_dir():
        message = f"{path}: there is no folder {target.parent.name}"
        raise InputError(message)
    if target.is_dir():
        message = f"{path}: is a folder; name a file in it"
        raise InputError(message)


def _refuse_clash(inputs: Sequence[str], outputs: Sequence[str | None]) -> None:
    """Keep a command from writing over what it reads, or over itself."""
    taken = {Path(name).resolve() for name in inputs}
    for name in filter(None, outputs):
        if Path(name).resolve() in taken:
            message = f"{name}: is read or written by the same command already"
            raise InputError(message)
        taken.add(Path(name).resolve())


def _require_picture(path: str | None, form: str | None = None) -> None:
    """Find out before the work starts that a picture could be drawn and written."""
    if path is not None:
        from geo import pictures

        _require_folder(path)
        pictures.require(path, form=form)


def _draw(desk: _Desk, found: Exposure, page: str | None, plot: str | None) -> None:
    """Write the map and the strips of an answer, where they were asked for."""
    if page is not None:
        from geo import maps

        maps.page(desk.for_page(found), found).save(page)
        click.echo(f"wrote {page}", err=True)
    if plot is not None:
        from geo import pictures

        pictures.save(pictures.strip_picture(found, desk.for_page(found)), plot)
        click.echo(f"wrote {plot}", err=True)


def _say(notices: Sequence[Notice]) -> None:
    for notice in notices:
        click.echo(f"geo: note: {notice}", err=True)


def _put(text: str, output: str | None) -> None:
    from geo import io

    if output is None:
        click.echo(text, nl=False)
    else:
        io.write_text(output, text)


if __name__ == "__main__":
    main()
