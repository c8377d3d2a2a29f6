"""What may be opened at all: one plain file on this machine, of a known kind and size."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from geo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["MOST_BYTES", "MOST_RATIO", "content", "require_file", "size"]

MOST_BYTES: Final = 1 << 30
"""Size above which a file is not opened, or not unpacked."""
MOST_RATIO: Final = 100
"""How many times a file may grow when it is unpacked; tables grow by 5 to 40."""
_KILO: Final = 1024


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
    if "://" in text or text.startswith("/vsi") or "\0" in text:
        message = f"{text}: only files on this machine are read, never addresses"
        raise InputError(message)
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


def size(many: int) -> str:
    """
    Write a size for people.

    Parameters
    ----------
    many
        Bytes.

    Returns
    -------
    str
        Such as 1 GB (1 GB is 1,024 MB).
    """
    units = ("bytes", "KB", "MB", "GB")
    step = 0
    while many >= _KILO and step < len(units) - 1:
        many, step = many / _KILO, step + 1  # type: ignore[assignment]
    return f"{many:g} {units[step]}" if step == 0 else f"{many:.3g} {units[step]}"
