"""Files to write, looked at before the work starts, and words for the screen."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from geo.errors import InputError, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.errors import Notice

__all__ = ["put", "refuse_clash", "require_folder", "require_picture", "say", "wrote"]


def require_folder(path: str | None) -> None:
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


def refuse_clash(inputs: Sequence[str], outputs: Sequence[str | None]) -> None:
    """Keep a command from writing over what it reads, or over itself."""
    taken = {Path(name).resolve() for name in inputs}
    for name in filter(None, outputs):
        if Path(name).resolve() in taken:
            message = f"{name}: is read or written by the same command already"
            raise InputError(message)
        taken.add(Path(name).resolve())


def require_picture(path: str | None, form: str | None = None) -> None:
    """Find out before the work starts that a picture could be drawn and written."""
    if path is not None:
        from geo import pictures

        require_folder(path)
        pictures.require(path, form=form)


def say(notices: Sequence[Notice]) -> None:
    """Put notes on stderr, where they do not mix with an answer."""
    for notice in notices:
        click.echo(f"geo: note: {notice}", err=True)


def put(text: str, output: str | None) -> None:
    """Write an answer to the screen or to a file."""
    from geo import io

    if output is None:
        if sys.stdout.isatty():  # a pipe gets data as they are, a terminal would act upon them
            text = "\n".join(visible(line) for line in text.split("\n"))
        click.echo(text, nl=False)
    else:
        io.write_text(output, text)


def wrote(path: str, more: str = "") -> None:
    """Say that a file was written."""
    click.echo(visible(f"wrote {path}{more}"), err=True)
