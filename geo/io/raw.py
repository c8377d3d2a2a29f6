"""Files as bytes: plain ones only, and never more of them than was allowed."""

from __future__ import annotations

import hashlib
from pathlib import Path

from geo.errors import InputError, visible
from geo.io.limits import MOST_BYTES as _MOST_BYTES

__all__ = ["read_bytes", "sha256"]

_BLOCK = 1 << 20


def read_bytes(path: str | Path, *, most: int = _MOST_BYTES) -> bytes:
    """
    Read a whole file.

    Parameters
    ----------
    path
        A plain file; a pipe or a device has no end and is refused.
    most
        The bytes that it may have.

    Returns
    -------
    bytes
        Its content.

    Raises
    ------
    InputError
        If there is no such file, it is no plain one, it is larger, or it cannot
        be read.
    """
    file = _plain(path)
    try:
        with file.open("rb") as opened:
            data = opened.read(most + 1)
    except OSError as error:
        message = f"{_name(path)}: cannot be read: {error.strerror}"
        raise InputError(message) from None
    if len(data) > most:
        message = f"{_name(path)}: larger than {most >> 20} MB"
        raise InputError(message)
    return data


def sha256(path: str | Path, *, most: int | None = _MOST_BYTES) -> str:
    """
    Give the SHA-256 of a file, block by block.

    Parameters
    ----------
    path
        A plain file.
    most
        The bytes that it may have: 1 GB, as for the readers; None for any size.

    Returns
    -------
    str
        64 hexadecimal digits.

    Raises
    ------
    InputError
        As `read_bytes`.
    """
    file, digest, read = _plain(path), hashlib.sha256(), 0
    try:
        with file.open("rb") as opened:
            while block := opened.read(_BLOCK):
                digest.update(block)
                read += len(block)
                if most is not None and read > most:
                    message = f"{_name(path)}: larger than {most >> 30} GB"
                    raise InputError(message)
    except OSError as error:
        message = f"{_name(path)}: cannot be read: {error.strerror}"
        raise InputError(message) from None
    return digest.hexdigest()


def _plain(path: str | Path) -> Path:
    file = Path(path)
    try:
        there = file.is_file()
    except (OSError, ValueError):
        there = False
    if not there:
        message = f"{_name(path)}: there is no such file"
        raise InputError(message)
    return file


def _name(path: str | Path) -> str:
    return visible(str(path))
