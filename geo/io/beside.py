"""The kept index of a polygon file: a folder beside it, used if it is of just this file."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from geo.errors import InputError, Notice
from geo.io.write import undisturbed

if TYPE_CHECKING:
    from geo.io.limits import Limits
    from geo.io.source import Source

__all__ = ["RULES", "folder_of", "remembered", "remove_index", "require_place", "write_index"]

RULES = ("index-damaged", "index-stale")
"""What may be said of an index that is not used."""
_BYTES = 128  # for each vertex: 20 of its own, 4 in each of about 3 cells; more for long edges


def folder_of(path: str | Path) -> Path:
    """
    Name the folder in which the index of a file lies.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    Path
        `zones.gpkg.index` for `zones.gpkg`.
    """
    return Path(f"{path}.index").absolute()


def require_place(path: str | Path) -> None:
    """
    Find out before the work starts that an index could not be kept.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    OutputError
        If something else is where its index would be.
    """
    from geo.passages import folder

    folder.require_place(folder_of(path))


def remembered(path: str | Path, sha256: str, limits: Limits) -> list[Notice]:
    """
    Remember the index beside a file, where there is one.

    Parameters
    ----------
    path
        The file as the user named it.
    sha256
        Of its bytes.
    limits
        What the file may hold, and therefore its index.

    Returns
    -------
    list of Notice
        Why an index that is there is not used; else nothing.
    """
    place, name = folder_of(path), Path(path).name
    if not place.is_dir():
        return []
    from geo.passages import kept

    try:
        if kept.source_of(place) == sha256:
            _require_small(place, limits)
            kept.remember(place)
            return []
    except (InputError, OSError) as error:
        rule, reason = "index-damaged", f"is damaged ({error})"
    else:
        rule, reason = "index-stale", "is of another state of the file"
    again = f"geo zones index {shlex.quote(str(path))}"
    message = f"the index beside it {reason}: not used; `{again}` makes a new one"
    return [Notice(name, "", rule, message)]


def _require_small(place: Path, limits: Limits) -> None:
    """Read no more than the index of as many vertices as a file may hold can have."""
    size = sum(file.stat().st_size for file in place.iterdir())
    if size > _BYTES * (limits.vertices + limits.features):
        message = f"{size / 1e6:,.0f} MB, larger than the index of {limits.vertices:,} vertices"
        raise InputError(message)


def write_index(source: Source) -> tuple[int, int, int]:
    """
    Keep the index of a file of zones beside it, for every later answer.

    Parameters
    ----------
    source
        What was read from the file, from `read`.

    Returns
    -------
    zones, edges, bytes
        How many of each.

    Raises
    ------
    InputError
        If there are no zones in it.
    OutputError
        If the folder cannot be written, or is there and is no index.
    """
    import shapely

    from geo.passages import kept
    from geo.passages.index import built

    shapes = source.frame.geometry.to_numpy()
    shapes = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    if not shapes.size:
        message = f"{source.path}: no zones in it, so there is no index to keep"
        raise InputError(message)
    edges = built(shapes)
    with undisturbed():
        size = kept.save(edges, shapes, folder_of(source.path), source=source.sha256)
    return edges.zones, int((edges.zone >= 0).sum()), size


def remove_index(path: str | Path) -> None:
    """
    Remove the index beside a file, and nothing else.

    Parameters
    ----------
    path
        The file; it need not be there any more.

    Raises
    ------
    OutputError
        If there is no such folder, or it is no index.
    """
    from geo.passages import folder

    folder.remove(folder_of(path))
