"""
The folder of a kept index: there as a whole or not at all, and never mistaken for another.

It is written beside its place and moved there. Who removes it, or moves another one there,
does no harm to those who have mapped its files: nobody writes into them.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from geo.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["ABOUT", "NAMES", "is_kept", "remove", "require_place", "write"]

ABOUT: Final = "_index.json"
"""The file that says what the others are; a name like this is never taken for routes."""
NAMES: Final = ("corners", "zone", "side", "base", "first", "edges", "digests")
"""The arrays; each lies in a .npy of its name."""
_FILES: Final = {ABOUT, *(f"{name}.npy" for name in NAMES)}
_TRIES: Final = 20


def write(folder: Path, files: Mapping[str, Sequence[Any]]) -> int:
    """
    Write the whole new folder, or leave the whole old one.

    Parameters
    ----------
    folder
        Where; a kept index that is there is replaced.
    files
        The parts of each file, bytes or arrays of them, by its name.

    Returns
    -------
    int
        How many bytes they have.

    Raises
    ------
    OutputError
        If it cannot be written, or something else is there, which is left as it is.
    """
    made = folder.with_name(f".{folder.name}.{os.urandom(8).hex()}")
    try:
        made.mkdir()
        for name, parts in files.items():
            _put(made / name, parts)
        written = sum(file.stat().st_size for file in made.iterdir())
        _sync(made)
        _exchange(made, folder)
    except OSError as error:
        message = f"{folder}: not written: {error.strerror}"
        raise OutputError(message) from error
    finally:
        _clear(made)
    with suppress(OSError):  # it is there, whenever its name reaches the disk
        _sync(folder.parent)
    return written


def _put(path: Path, parts: Sequence[Any]) -> None:
    with path.open("xb") as file:
        for part in parts:
            file.write(part)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Let names reach the disk too, where a folder can be opened (not on Windows)."""
    if os.name != "nt":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _exchange(made: Path, folder: Path) -> None:
    """Move the new folder to its place; another writer may do the same at this moment."""
    for attempt in range(_TRIES):
        old = made.with_name(f"{made.name}.{attempt}")
        require_place(folder)
        if os.path.lexists(folder):
            with suppress(FileNotFoundError):
                folder.rename(old)
        try:
            made.rename(folder)
        except OSError:
            if attempt + 1 == _TRIES or not is_kept(folder):
                with suppress(OSError):
                    old.rename(folder)
                raise
        else:
            return
        finally:
            _clear(old)


def _clear(folder: Path) -> None:
    """Remove a folder of ours, if it is there, and nothing that is not ours."""
    with suppress(OSError):
        for name in _FILES:
            (folder / name).unlink(missing_ok=True)
        folder.rmdir()


def is_kept(folder: str | Path) -> bool:
    """
    Tell a kept index, whole or damaged, from any other folder.

    Parameters
    ----------
    folder
        Any path.

    Returns
    -------
    bool
        True for a folder that is no link, holds `_index.json`, and nothing but plain
        files with the names of an index.
    """
    folder = Path(folder)
    try:
        if folder.is_symlink() or not folder.is_dir():
            return False
        names = {file.name for file in folder.iterdir()}
        plain = all(stat.S_ISREG((folder / name).lstat().st_mode) for name in names)
    except OSError:
        return False
    return ABOUT in names <= _FILES and plain


def require_place(folder: str | Path) -> None:
    """
    Refuse to keep an index where something else is.

    Parameters
    ----------
    folder
        Where one is to be kept.

    Raises
    ------
    OutputError
        If anything is there but a kept index.
    """
    if os.path.lexists(folder) and not is_kept(folder):
        message = f"{folder}: is there and is no index of zones: look at it, and move it away"
        raise OutputError(message)


def remove(folder: str | Path) -> None:
    """
    Remove a kept index, whole or damaged, and nothing else.

    Parameters
    ----------
    folder
        The folder.

    Raises
    ------
    OutputError
        If it is no kept index, or cannot be removed.
    """
    folder = Path(folder).absolute()
    if not is_kept(folder):
        message = f"{folder}: is no index of zones, nothing was removed"
        raise OutputError(message)
    away = folder.with_name(f".{folder.name}.{os.urandom(8).hex()}")
    try:
        folder.rename(away)
    except OSError as error:
        message = f"{folder}: not removed: {error.strerror}"
        raise OutputError(message) from error
    _clear(away)
