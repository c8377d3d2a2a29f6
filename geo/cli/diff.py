"""`geo diff`: what changed between two answers."""

from __future__ import annotations

import click

from geo.cli.files import put, refuse_clash, require_folder
from geo.cli.group import FORMATS, main

__all__ = ["diff"]


@main.command()
@click.argument("before")
@click.argument("after")
@click.option("--format", "form", type=FORMATS, default="table", show_default=True)
@click.option("-o", "output", metavar="FILE", help="Write the comparison there.")
def diff(before: str, after: str, form: str, output: str | None) -> None:
    """
    Tell what changed between two answers of `geo expose --format json`.

    For each route: the kilometres of exposure gained and lost, where, and in which
    zones they lie; the kilometres that changed hands; and what differs around the
    numbers: the day, the inputs, the version, the options. Why is told only where
    the two files prove it.
    """
    require_folder(output)
    refuse_clash((before, after), (output,))
    from geo.report import changes, saved, wording

    found = changes.compare(saved.read(before), saved.read(after))
    write = {"table": wording.as_table, "json": wording.as_json, "csv": wording.as_csv}[form]
    put(write(found), output)
