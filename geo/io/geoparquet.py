"""A layer as one GeoParquet file: written with where it comes from, read as strictly as others."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import shapely

from geo.errors import InputError
from geo.io.features import Features, label, spelled
from geo.io.lonlat import crs_of
from geo.io.parquet import (
    ENDINGS,
    damage,
    geometry_of,
    part_bytes,
    require_pyarrow,
    rows_at_a_time,
)
from geo.io.write import write_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from geo.io.limits import Limits

__all__ = ["read_geoparquet", "write_geoparquet"]

_TYPES: Final = {"text": "string", "date": "date", "number": "double", "integer": "int64"}


def write_geoparquet(
    path: str | Path, frame: pd.DataFrame, kinds: Mapping[str, str], *, about: Mapping[str, Any]
) -> None:
    """
    Write a layer as GeoParquet, whole or not at all.

    Parameters
    ----------
    path
        Where to write, ending in .parquet or .geoparquet.
    frame
        The layer in EPSG:4326; one without geometry is written as plain Parquet.
    kinds
        What the columns hold, as in `geo.schema`: text, date, number or integer. A
        column that is not named is text. Dates are days, so that engines compare them.
    about
        Where it comes from: plain values, kept as JSON in the file's metadata.

    Raises
    ------
    InputError
        If the ending is another, a cell does not fit its column, or pyarrow is not
        installed.
    OutputError
        If the file cannot be written; the old file is then untouched.
    """
    if Path(path).suffix.lower() not in ENDINGS:
        message = f"{path}: the ending is none of {', '.join(ENDINGS)}"
        raise InputError(message)
    shapes, table = None, frame
    if isinstance(frame, gpd.GeoDataFrame):
        shapes, table = frame.geometry.to_numpy(), frame.drop(columns=frame.geometry.name)
    types = {str(name): _TYPES[kinds.get(str(name), "text")] for name in table.columns}
    write_bytes(path, part_bytes(table, shapes, types, about))


def read_geoparquet(file: Path, crs: str | None, limits: Limits) -> tuple[Features, str]:
    """
    Read a GeoParquet file as a whole.

    Parameters
    ----------
    file
        The file.
    crs
        The CRS where the file says that it is not known.
    limits
        What it may hold; it counts as many bytes as it unpacks to.

    Returns
    -------
    features, crs
        Its rows, days and moments as ISO text, and their CRS. Lists, structs and bytes
        are left out.

    Raises
    ------
    InputError
        If it is not what its ending says, damaged, encoded otherwise than as WKB, holds
        more than is allowed, or a column that is read is no text, number or date; or
        pyarrow is not installed.
    CRSError
        If no CRS is known.
    """
    pa = require_pyarrow()
    read, vertices = Features(file.name, limits), 0
    try:
        with pa.parquet.ParquetFile(file) as opened:
            named, column = geometry_of(opened, file.name)
            _require_fits(opened.metadata, limits, file.name)
            names = _plain_columns(opened.schema_arrow, column, file.name)
        known = crs_of(named or crs, file.name)
        for records, shapes in _rows(file, names, column):
            decoded = {wkb: _decoded(wkb) for wkb in dict.fromkeys(shapes)}
            whole = (decoded[wkb] for wkb in shapes if not isinstance(decoded[wkb], str))
            vertices += sum(int(shapely.get_num_coordinates(shape)) for shape in whole)
            limits.require("vertices", vertices, file.name)
            for record, wkb in zip(records, shapes, strict=True):
                _add(read, record, decoded[wkb])
    except (pa.ArrowException, OSError, UnicodeError, OverflowError) as error:
        raise damage(file, error) from None
    return read, known


def _add(read: Features, record: dict[str, Any], shape: Any) -> None:
    called = label(record, None, len(read.shapes))
    if isinstance(shape, str):
        read.problems.append(f"{called}: {shape}")
        shape = None
    read.add(record, shape, called)


def _require_fits(metadata: Any, limits: Limits, name: str) -> None:
    """Refuse by its list of contents alone what would be too large once it is unpacked."""
    limits.require("features", metadata.num_rows, name)
    groups = range(metadata.num_row_groups)
    unpacked = sum(metadata.row_group(group).total_byte_size for group in groups)
    limits.require("bytes", unpacked, name)


def _plain_columns(schema: Any, geometry: str, name: str) -> list[str]:
    """Choose the columns of text, numbers and dates; one that means something must be such."""
    kinds = require_pyarrow().types
    plain = (
        kinds.is_string,
        kinds.is_large_string,
        kinds.is_integer,
        kinds.is_floating,
        kinds.is_decimal,
        kinds.is_boolean,
        kinds.is_date,
        kinds.is_timestamp,
        kinds.is_null,
    )
    names = [column for column in schema.names if column != geometry]
    read, chosen = spelled(names, name), []
    for column in names:
        kind = schema.field(column).type
        kind = kind.value_type if kinds.is_dictionary(kind) else kind
        if any(fits(kind) for fits in plain):
            chosen.append(column)
        elif column in read:
            message = f"{name}: its column {column!r} is of type {kind}: no text, number or date"
            raise InputError(message)
    return chosen


def _rows(
    file: Path, names: list[str], column: str
) -> Iterator[tuple[list[dict[str, Any]], list[bytes | None]]]:
    """
    Give the rows, a few at a time.

    What stands in many rows is held once, as in the file: else a small file could fill
    the memory.
    """
    pa = require_pyarrow()
    whole = pa.parquet.ParquetFile(file)
    with whole:
        schema, rows = whole.schema_arrow, rows_at_a_time(whole)
    long = [name for name in names if str(schema.field(name).type).endswith("string")] + [column]
    with pa.parquet.ParquetFile(file, read_dictionary=long, pre_buffer=False) as opened:
        for batch in opened.iter_batches(rows, columns=[*names, column], use_threads=False):
            batch.validate(full=True)  # text that is none, places beyond a dictionary
            cells = {name: _listed(batch.column(name)) for name in names}
            records = [
                {name: _cell(cells[name][row]) for name in names} for row in range(batch.num_rows)
            ]
            yield records, _listed(batch.column(column))


def _listed(array: Any) -> list[Any]:
    array = getattr(array, "storage", array)  # of a geometry that other packages give a type
    if not hasattr(array, "dictionary"):
        listed: list[Any] = array.to_pylist()
        return listed
    values = array.dictionary.to_pylist()
    return [None if at is None else values[at] for at in array.indices.to_pylist()]


def _cell(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if hasattr(value, "isoformat"):
        return value.isoformat().removesuffix("T00:00:00")
    return value


def _decoded(wkb: bytes | None) -> Any:
    """Read a geometry; one that cannot be read is the reason why."""
    try:
        with np.errstate(invalid="ignore"):  # what is not finite is named later, with its place
            return None if wkb is None else shapely.force_2d(shapely.from_wkb(wkb))
    except shapely.errors.ShapelyError as error:
        return str(error)
