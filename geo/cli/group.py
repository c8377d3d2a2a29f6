"""The group that every command belongs to, and the options that several of them share."""

from __future__ import annotations

import math
import os
import sys
from importlib import import_module
from typing import Any, Final

import click

from geo.errors import GeoError, visible

__all__ = [
    "AS_OF",
    "EVERY",
    "FORMATS",
    "IN_CRS",
    "LAYERS",
    "LIMITS",
    "POSITION_ERROR",
    "WITH_CONTROL",
    "WITH_ZONES",
    "finite",
    "main",
]

EVERY = click.Choice(["week", "month", "quarter", "year"])
FORMATS = click.Choice(["table", "json", "csv"])
WITH_ZONES = click.option(
    "--zones", multiple=True, metavar="FILE|LAYER", help="Zones; more than once for several."
)
WITH_CONTROL = click.option(
    "--control",
    multiple=True,
    metavar="FILE|LAYER",
    help="Who holds what: polygons with a controller; more than once to compare what sources say.",
)
IN_CRS = click.option("--crs", metavar="CRS", help="CRS of files that do not say, e.g. EPSG:32647.")
AS_OF = click.option(
    "--as-of", metavar="DATE", help="Day of the answer, YYYY-MM-DD. Default: the newest source."
)
LAYERS = click.option(
    "--layers", "folder", metavar="DIR", help="Folder of layers. Default: the bundled ones."
)

LIMITS = click.option(
    "--limit",
    "limits",
    multiple=True,
    metavar="NAME=N",
    help="Read a larger file: bytes, features, vertices, depth, ratio, members; e.g. bytes=2GB.",
)


def finite(_: click.Context, option: click.Parameter, value: float | None) -> float | None:
    """Refuse inf and nan, which pass as numbers."""
    if value is not None and not math.isfinite(value):
        message = f"{value} is not a number of kilometres"
        raise click.BadParameter(message, param=option)
    return value


POSITION_ERROR = click.option(
    "--position-error",
    "error_km",
    type=click.FloatRange(min=0),
    callback=finite,
    metavar="KM",
    help="How far the drawn lines may be off. Default: what each of them carries.",
)


_ROOMS: Final = {
    "batch": ("batch",),
    "diff": ("diff",),
    "events": ("events",),
    "expose": ("expose",),
    "layers": ("layers",),
    "map": ("map",),
    "network": ("network",),
    "reproduce": ("reproduce",),
    "ways": ("ways",),
    "zones": ("zones", "export"),
}
"""By the name of a command, the modules that add it to the group."""


class _Group(click.Group):
    """
    A group that loads a command when it is asked for.

    An error made on purpose ends with one message, not a traceback.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as click calls it
        return sorted(_ROOMS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        for room in _ROOMS.get(cmd_name, ()):
            import_module(f"geo.cli.{room}")
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except GeoError as error:
            lines = (visible(line) for line in str(error).split("\n"))
            # what follows stands to the right: no name with a line feed begins a line of ours
            click.echo("geo: " + "\n  ".join(lines), err=True)
            ctx.exit(error.exit_code)
        except OSError as error:  # the screen itself cannot be written to: full, or gone
            click.echo(f"geo: {error.strerror}", err=True)
            ctx.exit(1)
        except Exception as error:
            if not _is_out_of_memory(error):
                raise
            click.echo("geo: there is not enough memory for this", err=True)
            ctx.exit(1)


def _is_out_of_memory(error: Exception) -> bool:
    """Tell a want of memory; numpy, GEOS and the loader of libraries each say it in their way."""
    words = ("bad_alloc", "map segment", "allocate memory", "Unable to allocate")
    return isinstance(error, MemoryError) or any(word in str(error) for word in words)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="corridor-exposure", prog_name="geo")
def main() -> None:
    """Where, for how long and in whose hands a route runs through conflict."""
    # nothing here multiplies matrices, and each thread that waits to do so takes memory
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for stream in (sys.stdout, sys.stderr):
        # names in Burmese must not end a command on a terminal that cannot show them
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
