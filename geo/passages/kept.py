"""
Keep an index in a folder: a file for each array, which processes map and share.

Each file is a .npy; `_index.json` holds its shape and SHA-256, the numbers of the grid and
a SHA-256 of itself. A folder is used only if all of that is right and the arrays hold
nothing that would lead the kernel astray (`sound`).
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from geo.errors import InputError
from geo.passages.folder import ABOUT, NAMES, write
from geo.passages.grid import Grid
from geo.passages.index import Index
from geo.passages.recall import DIGEST, Kept, digests, forget, hold
from geo.passages.sound import ARRAYS, arrays, fault

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Shapes = NDArray[np.object_]


__all__ = ["FORMAT", "load", "remember", "save", "source_of"]

FORMAT: Final = 1
"""To be raised whenever the arrays of an index come to mean something else."""
_KIND: Final = "corridor-exposure: index of zones"
_KINDS: Final[dict[str, tuple[np.dtype[Any], int]]] = {
    **ARRAYS,
    "digests": (np.dtype(np.uint8), DIGEST),
}
_MAGIC: Final = b"\x93NUMPY\x01\x00"
_HEAD: Final = len(_MAGIC) + 2
_MOST_ABOUT: Final = 1 << 16
_TRIES: Final = 20


def save(edges: Index, zones: Shapes, folder: str | Path, *, source: str = "") -> int:
    """
    Keep an index: the whole new folder or the whole old one.

    Parameters
    ----------
    edges
        The index of the zones, from `index.built`.
    zones
        The zones.
    folder
        Where; an index that is kept there is replaced.
    source
        The SHA-256 of the file that the zones were read from.

    Returns
    -------
    int
        How many bytes were written.

    Raises
    ------
    InputError
        If the index is of more or fewer zones, or cannot be trusted.
    OutputError
        If it cannot be written, or the folder is there and is no index; what was there
        is then untouched.
    """
    folder = Path(folder).absolute()
    if edges.zones != len(zones):
        message = f"{folder.name}: the index is of {edges.zones} zones, not of these {len(zones)}"
        raise InputError(message)
    if found := fault(edges):
        message = f"{folder.name}: the index cannot be kept: {found}"
        raise InputError(message)
    every = {**arrays(edges), "digests": digests(zones)}
    files = {f"{name}.npy": _file(array) for name, array in every.items()}
    told = {name: _told(array, files[f"{name}.npy"]) for name, array in every.items()}
    return write(folder, {**files, ABOUT: [_about(edges, told, source)]})


def _about(edges: Index, told: dict[str, Any], source: str) -> bytes:
    about = {
        "kind": _KIND,
        "format": FORMAT,
        "byteorder": sys.byteorder,
        "token": os.urandom(8).hex(),  # which tells one writing from any other
        "source_sha256": source,
        "zones": edges.zones,
        "origin": edges.grid.origin.tolist(),
        "cell": edges.grid.cell.tolist(),
        "shape": [int(many) for many in edges.grid.shape],
        "arrays": told,
    }
    return json.dumps({**about, "sha256": _sealed(about)}, indent=1).encode()


def _sealed(about: dict[str, Any]) -> str:
    """Give the SHA-256 of what `_index.json` says, but for this line of it."""
    return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()


def _file(array: NDArray[Any]) -> list[Any]:
    """Give the two parts of a .npy, the second without a copy."""
    header = BytesIO()
    about = np.lib.format.header_data_from_array_1_0(array)
    np.lib.format.write_array_header_1_0(header, about)
    return [header.getvalue(), array.reshape(-1).view(np.uint8)]


def _told(array: NDArray[Any], parts: list[Any]) -> dict[str, Any]:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return {"shape": list(array.shape), "sha256": digest.hexdigest()}


def remember(folder: str | Path) -> None:
    """
    Use a kept index from now on, wherever it holds the zones that are asked for.

    Parameters
    ----------
    folder
        The folder. One that was remembered before is read again.

    Raises
    ------
    InputError
        If it is damaged; it is then not used.
    """
    name = str(Path(folder).absolute())
    forget(name)
    hold(name, load(name))


def source_of(folder: str | Path) -> str:
    """
    Tell from which file the zones of a kept index were read.

    Parameters
    ----------
    folder
        The folder.

    Returns
    -------
    str
        The SHA-256 of the file; empty where it was not known.

    Raises
    ------
    InputError
        If `_index.json` is damaged.
    """
    return str(_read_about(Path(folder)).get("source_sha256", ""))


def load(folder: str | Path) -> Kept:
    """
    Map a kept index into memory, after a look at every byte of it.

    Parameters
    ----------
    folder
        The folder.

    Returns
    -------
    Kept
        The index, its arrays read-only.

    Raises
    ------
    InputError
        If anything in it is not as it was written, naming what.
    """
    folder = Path(folder)
    for _ in range(_TRIES):
        about = _read_about(folder)
        try:
            return _loaded(folder, about)
        except InputError:
            # while this one was read another one may have come to its place
            if _read_about(folder) == about:
                raise
    message = f"{folder.name}: is written again and again"
    raise InputError(message)


def _read_about(folder: Path) -> dict[str, Any]:
    """Read `_index.json`; what is sealed has the keys that were written."""
    path = folder / ABOUT
    try:
        if not path.is_file():
            raise _damaged(ABOUT, "is missing")
        with path.open("rb") as file:
            about = json.loads(file.read(_MOST_ABOUT).decode())
        whole = isinstance(about, dict) and about.pop("sha256", None) == _sealed(about)
    except (OSError, ValueError, RecursionError):
        raise _damaged(ABOUT, "cannot be read") from None
    if not whole:
        raise _damaged(ABOUT, "is not as it was written")
    if (about.get("kind"), about.get("format")) != (_KIND, FORMAT):
        raise _damaged(ABOUT, "is of another version")
    if about.get("byteorder") != sys.byteorder:
        raise _damaged(ABOUT, "is of another kind of machine")
    return dict(about)


def _damaged(name: str, how: str) -> InputError:
    return InputError(f"{name} {how}")


def _loaded(folder: Path, about: dict[str, Any]) -> Kept:
    try:
        every = {name: _mapped(folder, name, about["arrays"][name]) for name in NAMES}
        grid = Grid(
            np.array([float(value) for value in about["origin"]]),
            np.array([float(value) for value in about["cell"]]),
            (int(about["shape"][0]), int(about["shape"][1])),
            every["side"],
            every["base"],
        )
        zones, source = int(about["zones"]), str(about["source_sha256"])
    except (LookupError, TypeError, ValueError, OverflowError):
        raise _damaged(ABOUT, "is not as it was written") from None
    edges = Index(zones, every["corners"], every["zone"], grid, every["first"], every["edges"])
    found = fault(edges)
    if not found and every["digests"].shape != (zones, DIGEST):
        found = "there are not as many digests as zones"
    if found:
        raise _damaged(ABOUT, f"does not fit the arrays: {found}")
    return Kept(edges, every["digests"], source)


def _mapped(folder: Path, name: str, told: dict[str, Any]) -> NDArray[Any]:
    """Map one array. What is checked is what is used later: the file is opened once."""
    path = folder / f"{name}.npy"
    kind, width = _KINDS[name]
    shape = tuple(int(many) for many in told["shape"])
    try:
        if not path.is_file():
            raise _damaged(path.name, "is missing")
        raw: Any = np.asarray(np.memmap(path, np.uint8, "r"))
    except (OSError, ValueError):
        raise _damaged(path.name, "cannot be read") from None
    head = _HEAD + int.from_bytes(raw[len(_MAGIC) : _HEAD].tobytes(), "little")
    size = shape[0] * width * kind.itemsize
    if shape[0] < 0 or shape[1:] != (width,)[: width > 1] or raw.size != head + size:
        raise _damaged(path.name, "has not the size that it had")
    digest = hashlib.sha256(raw).hexdigest()
    if bytes(raw[: len(_MAGIC)]) != _MAGIC or head % kind.itemsize or digest != told["sha256"]:
        raise _damaged(path.name, "is not as it was written")
    array: NDArray[Any] = raw[head:].view(kind).reshape(shape)
    return array
