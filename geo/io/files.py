"""What may be opened at all: one plain file on this machine, of a known kind and size."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from geo.errors import InputError
from geo.io.limits import MOST_BYTES, size

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["content", "refuse_address", "require_file"]

# a drive of Windows is one letter; the drivers of GDAL and the schemes of addresses are longer
_PREFIX: Final = re.compile(r"[A-Za-z][A-Za-z0-9_+.-]+:")


def refuse_address(name: str) -> None:
    """
    Refuse a name that a library could take for an address or for a driver's own.

    Parameters
    ----------
    name
        The file as the user named it.

    Raises
    ------
    InputError
        If it begins with a scheme, a driver's name or /vsi, or holds a NUL.
    """
    if "://" in name or name.startswith("/vsi") or "\0" in name:
        message = f"{name}: only files on this machine are read, never addresses"
        raise InputError(message)
    if _PREFIX.match(name):
        message = (
            f"{name}: what stands before a colon could name a driver or a service; only files "
            f"are read, never addresses; if it is a file, name it as ./{name}"
        )
        raise InputError(message)


def require_file(
    path: str | Path, endings: Collection[str], *, most_bytes: int = MOST_BYTES
) -> Path:
    """
    Refuse names that mean anything but one plain file of a known kind.

    Parameters
    ----------
    path
        The file as the user named it.
    endings
        The endings that are read, with their points, in small letters.
    most_bytes
        The largest size that is read.

    Returns
    -------
    Path
        The file, absolute.

    Raises
    ------
    InputError
        If it is an address, is not there, has another ending or is too large.
    """
    text, file = str(path), Path(path)
    refuse_address(text)
    try:
        there = file.is_file()
    except OSError:
        there = False
    if not there:
        message = f"{text}: there is no such file"
        raise InputError(message)
    if file.suffix.lower() not in endings:
        message = f"{text}: the ending is none of {', '.join(endings)}"
        raise InputError(message)
    if file.stat().st_size > most_bytes:
        message = f"{text}: larger than {size(most_bytes)}"
        raise InputError(message)
    return file.absolute()


def content(file: Path) -> bytes:
    """
    Read a whole file.

    Parameters
    ----------
    file
        The file.

    Returns
    -------
    bytes
        What is in it.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    try:
        return file.read_bytes()
    except OSError as error:
        message = f"{file.name}: cannot be read: {error.strerror}"
        raise InputError(message) from None
