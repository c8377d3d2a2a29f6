"""A zip archive of which one file is read: bounded before it is opened."""

from __future__ import annotations

import zipfile
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Final

from geo.errors import InputError
from geo.io.limits import MOST_RATIO, size

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["only_csv"]

_SHOWN: Final = 10


@contextmanager
def only_csv(raw: IO[bytes], file: Path, *, most_bytes: int) -> Iterator[tuple[IO[bytes], str]]:
    """
    Open the only CSV in a zip archive.

    Parameters
    ----------
    raw
        The archive, open for reading.
    file
        The file that it is.
    most_bytes
        The largest size that is unpacked.

    Yields
    ------
    tuple
        The CSV, open for reading, and its name in the archive.

    Raises
    ------
    InputError
        If the archive is damaged or locked, holds no CSV or several, or by its own list
        unpacks to more than is allowed, in bytes or in times its size.
    """
    try:
        archive = zipfile.ZipFile(raw)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        message = f"{file.name}: not a zip archive, or a damaged one"
        raise InputError(message) from None
    with archive:
        entry = _pick(archive, file, most_bytes)
        try:
            inner = archive.open(entry)
        except (zipfile.BadZipFile, OSError, RuntimeError, ValueError) as error:
            message = f"{file.name}: cannot be unpacked: {error}"
            raise InputError(message) from None
        with inner:
            yield inner, entry.filename


def _pick(archive: zipfile.ZipFile, file: Path, most_bytes: int) -> zipfile.ZipInfo:
    """Pick the CSV of an archive by its list of contents alone."""
    name = file.name
    found = [
        entry
        for entry in archive.infolist()
        if entry.filename.lower().endswith((".csv", ".tsv"))
        and not entry.filename.startswith("__MACOSX/")
    ]
    if len(found) != 1:
        names = ", ".join(entry.filename for entry in found[:_SHOWN]) or "none"
        message = f"{name}: must hold exactly one CSV, it holds {len(found)}: {names}"
        raise InputError(message)
    entry = found[0]
    if entry.file_size > most_bytes:
        message = f"{name}: unpacks to {size(entry.file_size)}, more than {size(most_bytes)}"
        raise InputError(message)
    packed = min(entry.compress_size, file.stat().st_size)  # the list may lie
    if entry.file_size > MOST_RATIO * max(packed, 1):
        message = f"{name}: unpacks to more than {MOST_RATIO} times its size; no table does"
        raise InputError(message)
    return entry
