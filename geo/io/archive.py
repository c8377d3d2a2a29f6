"""
A zip archive of one file of routes or zones: listed and bounded before anything is unpacked.

A shapefile is several files, which is why web maps ask for it zipped [1]_; a KMZ is a
KML zipped with its pictures [2]_. Other archives are not read.

References
----------
.. [1] Mapbox, "Shapefile", help glossary, https://docs.mapbox.com/help/glossary/shapefile.
.. [2] OGC 07-147r2, "OGC KML", version 2.2, Open Geospatial Consortium 2008.
"""

from __future__ import annotations

import re
import stat
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from geo.errors import InputError, Notice
from geo.io.files import content

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Collection, Iterator

    from geo.io.limits import Limits

__all__ = ["ARCHIVES", "Member", "opened"]

ARCHIVES: Final = (".zip", ".kmz")
_NESTED: Final = (".zip", ".kmz", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".tar", ".zst")
_BESIDE: Final = (".shx", ".dbf", ".prj", ".cpg")
_OUTSIDE: Final = re.compile(r"^/|^[A-Za-z]:|\\|(^|/)\.\.(/|$)|\0")
_SHOWN: Final = 10
_LOCKED: Final = 0x1
_LISTED: Final = b"PK\x01\x02"  # where a file stands in the list of an archive
_BLOCK: Final = 1 << 20
_STEM: Final = "layer"


@dataclass(frozen=True)
class Member:
    """
    The one file that is read, in an archive or not.

    Attributes
    ----------
    file
        Where it lies; of an archive, a copy under a name of ours.
    name
        What it is called in messages.
    """

    file: Path
    name: str


@contextmanager
def opened(
    file: Path, endings: Collection[str], limits: Limits, notices: list[Notice]
) -> Iterator[Member]:
    """
    Give the one file of an archive, unpacked; any other file as it stands.

    Parameters
    ----------
    file
        The file that the user named.
    endings
        What is read out of an archive, without archives.
    limits
        Of which members, bytes and ratio are held here, by the archive's own list
        before it is unpacked, and again while it is.
    notices
        Where it is said what is in it and not read.

    Yields
    ------
    Member
        The file. The copy is gone afterwards.

    Raises
    ------
    InputError
        If the archive is damaged, locked or too large, names a place outside of it,
        holds an archive, none that is read or several, naming them.
    """
    if file.suffix.lower() not in ARCHIVES:
        yield Member(file, file.name)
        return
    import tempfile
    import zipfile

    # before the list is read, since a list of millions fills the memory by itself
    limits.require("members", content(file).count(_LISTED), file.name)
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        message = f"{file.name}: not a zip archive, or a damaged one"
        raise InputError(message) from None
    with archive, tempfile.TemporaryDirectory(prefix="geo-") as folder:
        entries = _listed(archive, file, limits)
        chosen = _chosen(entries, file, endings, notices)
        for entry in _with_companions(chosen, entries, file):
            target = Path(folder) / (_STEM + PurePosixPath(entry.filename).suffix.lower())
            _unpack(archive, entry, target, file.name)
        ending = PurePosixPath(chosen.filename).suffix.lower()
        yield Member(Path(folder) / (_STEM + ending), f"{file.name}/{chosen.filename}")


def _listed(archive: zipfile.ZipFile, file: Path, limits: Limits) -> list[zipfile.ZipInfo]:
    """List the files of an archive, and refuse it by its list alone."""
    entries = [entry for entry in archive.infolist() if not entry.filename.endswith("/")]
    names = [entry.filename.lower() for entry in entries]
    for entry in entries:
        reason = _odd(entry, names)
        if reason:
            message = f"{file.name}: {entry.filename!r} {reason}"
            raise InputError(message)
    total = sum(entry.file_size for entry in entries)
    limits.require("bytes", total, file.name)
    # the list may lie about what is packed: the file itself cannot
    packed = max(min(sum(entry.compress_size for entry in entries), file.stat().st_size), 1)
    limits.require("ratio", -(-total // packed), file.name)
    return [entry for entry in entries if not entry.filename.startswith("__MACOSX/")]


def _odd(entry: zipfile.ZipInfo, names: list[str]) -> str:
    name = entry.filename
    if _OUTSIDE.search(entry.orig_filename) or _OUTSIDE.search(name):
        return "names a place outside of it"
    if not name:
        return "has no name"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "is a link to another file"
    if entry.flag_bits & _LOCKED:
        return "is locked with a password"
    if PurePosixPath(name).suffix.lower() in _NESTED:
        return "is an archive in it: unpack the outer one first"
    return "stands twice in it" if names.count(name.lower()) > 1 else ""


def _chosen(
    entries: list[zipfile.ZipInfo],
    file: Path,
    endings: Collection[str],
    notices: list[Notice],
) -> zipfile.ZipInfo:
    """Choose the one file that is read: of a KMZ its doc.kml, of a zip the only one."""
    kmz = file.suffix.lower() == ".kmz"
    read = (".kml",) if kmz else tuple(endings)
    found = [entry for entry in entries if entry.filename.lower().endswith(read)]
    main = [entry for entry in found if entry.filename.lower() == "doc.kml"]
    if kmz and len(main) == 1 and len(found) > 1:
        others = [entry.filename for entry in found if entry is not main[0]]
        message = f"of its KML files only doc.kml is read, not {', '.join(others[:_SHOWN])}"
        notices.append(Notice(file.name, "", "not-followed", message))
        return main[0]
    if len(found) == 1:
        return found[0]
    names = ", ".join(entry.filename for entry in found[:_SHOWN])
    what = f"several: {names}; bring them one by one" if found else "none"
    message = f"{file.name}: must hold one file that ends in {', '.join(read)}, it holds {what}"
    raise InputError(message)


def _with_companions(
    chosen: zipfile.ZipInfo, entries: list[zipfile.ZipInfo], file: Path
) -> list[zipfile.ZipInfo]:
    """Add to a .shp the files beside it that belong to it."""
    stem, ending = chosen.filename[:-4].lower(), chosen.filename[-4:].lower()
    if ending != ".shp":
        return [chosen]
    beside = {stem + part for part in _BESIDE}
    found = [entry for entry in entries if entry.filename.lower() in beside]
    missing = [
        part
        for part in (".shx", ".dbf")
        if stem + part not in {entry.filename.lower() for entry in found}
    ]
    if missing:
        message = f"{file.name}: beside {chosen.filename}, {' and '.join(missing)} is missing"
        raise InputError(message)
    return [chosen, *found]


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, name: str) -> None:
    """Unpack one file, never more of it than the list says."""
    import zipfile
    import zlib

    left = entry.file_size
    try:
        with archive.open(entry) as packed, target.open("wb") as plain:
            while block := packed.read(min(_BLOCK, left + 1)):
                left -= len(block)
                if left < 0:
                    message = f"{name}: {entry.filename} is larger than its list says: damaged"
                    raise InputError(message)
                plain.write(block)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
        message = f"{name}: {entry.filename} cannot be unpacked: {error}"
        raise InputError(message) from None
