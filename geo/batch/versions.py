"""What makes the numbers: machines that share one answer must have the same of it."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyproj

import geo
from geo import passages
from geo.errors import ClusterError
from geo.exposure.answer import head

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["require_same", "versions"]

_OTHERS: Final = ("geopandas", "pandas", "pyarrow")


@cache
def versions() -> dict[str, str]:
    """
    Name what the numbers and the bytes of a part depend on.

    Returns
    -------
    dict
        The versions of this package and of those that it stands on, the core of the
        kernel, and under `code` the SHA-256 of its modules: two copies of one version may differ.
    """
    found = dict(head(None, None, "", ())["versions"])
    found["python"] = ".".join(found["python"].split(".")[:2])
    found["proj"] = pyproj.proj_version_str
    for name in _OTHERS:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "none"
    found["core"] = passages.CORE
    found["code"] = _code()
    return found


def _code() -> str:
    told = hashlib.sha256()
    root = Path(geo.__file__).parent
    for file in sorted(root.rglob("*.py"), key=lambda file: file.relative_to(root).as_posix()):
        told.update(file.relative_to(root).as_posix().encode())
        told.update(file.read_bytes().replace(b"\r\n", b"\n"))
    return told.hexdigest()[:16]


def require_same(theirs: Mapping[str, str], where: str) -> None:
    """
    Refuse to work with other versions than those of who asks.

    Parameters
    ----------
    theirs
        What `versions` gave there.
    where
        What this machine is called in the message.

    Raises
    ------
    ClusterError
        If any differs, naming each that does.
    """
    mine = versions()
    differ = [
        f"{'the code of geo' if name == 'code' else name} {mine.get(name, 'none')}, not {wanted}"
        for name, wanted in theirs.items()
        if mine.get(name) != wanted
    ]
    if differ:
        message = (
            f"{where} has {'; '.join(differ)}: numbers of two versions are not mixed; "
            "install the same there"
        )
        raise ClusterError(message)
