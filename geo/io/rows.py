"""Routes as rows, a few at a time, so that a file of them may be larger than memory."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import shapely

from geo.errors import InputError
from geo.io import parquet
from geo.io.features import spelled
from geo.io.files import refuse_address, require_file
from geo.io.limits import DEFAULT, Limits
from geo.io.lonlat import crs_of
from geo.io.read import read

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geo.errors import Notice

__all__ = ["ENDINGS", "STREAMED", "Rows", "files_of", "stream_rows"]

STREAMED: Final = (*parquet.ENDINGS, ".gpkg")
"""The endings of files that are read row by row."""
_WHOLE: Final = (".geojson", ".json", ".gpx", ".kml", ".kmz", ".shp", ".zip")
ENDINGS: Final = (*STREAMED, *_WHOLE)
"""The endings of files of routes."""
_AT_A_TIME: Final = 1024
_MOST: Final = 1 << 50


@dataclass(frozen=True)
class Rows:
    """
    A few rows of one file.

    Attributes
    ----------
    crs
        Their CRS, in a form that pyproj reads.
    table
        The columns that were asked for and that the file has.
    shapes
        Of each row its geometry as WKB, None where it has none, or, as text, why it
        cannot be read. Empty where geometries were not asked for.
    count
        How many rows these are.
    notices
        What was said of the file, with its first rows.
    """

    crs: str
    table: dict[str, list[Any]]
    shapes: list[bytes | str | None]
    count: int
    notices: tuple[Notice, ...] = ()


def files_of(path: str | Path) -> list[Path]:
    """
    Give the files of routes that a name stands for.

    Parameters
    ----------
    path
        A file, or a folder: all files in it, and in folders in it, that have one of
        `ENDINGS` and whose names do not begin with a point or a low line.

    Returns
    -------
    list of Path
        By their names in order.

    Raises
    ------
    InputError
        If it is an address, is not there, has another ending, or is a folder
        without such a file.
    """
    refuse_address(str(path))
    if not Path(path).is_dir():
        return [require_file(path, ENDINGS, most_bytes=_MOST)]
    found = sorted(
        file
        for file in Path(path).rglob("*")
        if file.suffix.lower() in ENDINGS and file.is_file() and file.name[0] not in "._"
    )
    if not found:
        message = f"{path}: no file in this folder ends in {', '.join(ENDINGS)}"
        raise InputError(message)
    return found


def stream_rows(
    file: Path,
    columns: Sequence[str],
    *,
    shapes: bool = True,
    crs: str | None = None,
    limits: Limits = DEFAULT,
) -> Iterator[Rows]:
    """
    Read a file of routes a few rows at a time.

    GeoParquet and GeoPackage are never in memory as a whole; other files are.

    Parameters
    ----------
    file
        From `files_of`.
    columns
        The columns to read, where the file has them, by the schema's names.
    shapes
        Whether geometries are read, too.
    crs
        The CRS where the file names none.
    limits
        What a file that is read as a whole may hold.

    Yields
    ------
    Rows
        In the order of the file; none for a file without rows.

    Raises
    ------
    InputError, GeometryError, CRSError
        If the file cannot be read, as `geo.io.read`.
    """
    ending = file.suffix.lower()
    if ending in parquet.ENDINGS:
        yield from _of_parquet(file, columns, shapes=shapes, crs=crs)
    elif ending == ".gpkg":
        yield from _of_geopackage(file, columns, crs, limits, shapes=shapes)
    else:
        yield _of_whole(file, columns, crs, limits)


def _of_parquet(
    file: Path, columns: Sequence[str], *, shapes: bool, crs: str | None
) -> Iterator[Rows]:
    there, _ = parquet.columns_of(file)
    names = {new: old for old, new in spelled(there, file.name).items() if new in columns}
    names |= {name: name for name in columns if name in there}
    for known, count, read_columns, wkb in parquet.stream_parquet(
        file, list(names.values()), shapes=shapes
    ):
        table = {name: read_columns[old] for name, old in names.items()}
        yield Rows(crs_of(known or crs, file.name), table, list(wkb), count)


def _of_geopackage(
    file: Path, columns: Sequence[str], crs: str | None, limits: Limits, *, shapes: bool
) -> Iterator[Rows]:
    from geo.io.vector import stream_vector

    features = stream_vector(file, limits, shapes=shapes)
    while some := list(islice(features, _AT_A_TIME)):
        for known in dict.fromkeys(known for known, _, _ in some):  # a layer has one CRS
            mine = [(record, shape) for own, record, shape in some if own == known]
            names = spelled(list(mine[0][0]), file.name)
            records = [{names.get(key, key): each for key, each in one.items()} for one, _ in mine]
            table = {
                name: [record.get(name) for record in records]
                for name in columns
                if any(name in record for record in records)
            }
            wkb = [_wkb(shape) for _, shape in mine] if shapes else []
            yield Rows(crs_of(known or crs, file.name), table, wkb, len(mine))


def _of_whole(file: Path, columns: Sequence[str], crs: str | None, limits: Limits) -> Rows:
    source = read(file, role="routes", crs=crs, limits=limits)
    table = {name: source.frame[name].tolist() for name in columns if name in source.frame.columns}
    wkb = [_wkb(shape) for shape in source.frame.geometry]
    return Rows("EPSG:4326", table, wkb, len(wkb), source.notices)


def _wkb(shape: Any) -> bytes | str | None:
    if shape is None or isinstance(shape, str):
        return shape
    wkb: bytes = shapely.to_wkb(shape)
    return wkb
