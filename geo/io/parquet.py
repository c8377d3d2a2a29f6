"""GeoParquet: read batch by batch, written a part at a time; pyarrow is an extra."""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo.errors import CRSError, InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

__all__ = [
    "ENDINGS",
    "OWN",
    "columns_of",
    "damage",
    "geometry_of",
    "metadata_of",
    "part_bytes",
    "require_pyarrow",
    "rows_at_a_time",
    "stream_parquet",
]

ENDINGS: Final = (".parquet", ".geoparquet")
OWN: Final = b"corridor-exposure"
"""The key under which a part tells how it was made."""
_AT_A_TIME: Final = 1 << 22  # bytes of geometry in a batch of rows
_MOST_ROWS: Final = 1 << 14
_DEFAULT_CRS: Final = "OGC:CRS84"
# the standard asks for PROJJSON; other text that PROJ takes for a CRS can name files to be opened
_CODE: Final = re.compile(r"\w+:\w+", re.ASCII)
_MAKERS: Final = {
    "string": "string",
    "int64": "int64",
    "double": "float64",
    "bool": "bool_",
    "date": "date32",
}
# written out: what PROJ gives for 4326 depends on what the process did before (with or without
# the members of its datum), and parts are the same bytes whichever process wrote them
_WGS84: Final = {
    "$schema": "https://proj.org/schemas/v0.7/projjson.schema.json",
    "type": "GeographicCRS",
    "name": "WGS 84",
    "datum": {
        "type": "GeodeticReferenceFrame",
        "name": "World Geodetic System 1984",
        "ellipsoid": {
            "name": "WGS 84",
            "semi_major_axis": 6378137,
            "inverse_flattening": 298.257223563,
        },
    },
    "coordinate_system": {
        "subtype": "ellipsoidal",
        "axis": [
            {
                "name": "Geodetic latitude",
                "abbreviation": "Lat",
                "direction": "north",
                "unit": "degree",
            },
            {
                "name": "Geodetic longitude",
                "abbreviation": "Lon",
                "direction": "east",
                "unit": "degree",
            },
        ],
    },
    "scope": "Horizontal component of 3D system.",
    "area": "World.",
    "bbox": {
        "south_latitude": -90,
        "west_longitude": -180,
        "north_latitude": 90,
        "east_longitude": 180,
    },
    "id": {"authority": "EPSG", "code": 4326},
}


def require_pyarrow() -> Any:
    """
    Give pyarrow, which is an extra.

    Returns
    -------
    module
        `pyarrow`.

    Raises
    ------
    InputError
        If it is not installed, naming the command that installs it.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet
    except ImportError:
        message = (
            "GeoParquet is read and written with pyarrow, which is not installed: "
            "pip install pyarrow"
        )
        raise InputError(message) from None
    return pa


def stream_parquet(
    file: Path, columns: Sequence[str] | None, *, shapes: bool = True
) -> Iterator[tuple[str | None, int, dict[str, list[Any]], list[bytes | None]]]:
    """
    Read a GeoParquet file batch by batch, so that it may be larger than memory.

    Parameters
    ----------
    file
        The file, with geometries as WKB (GeoParquet 1.0 and 1.1 [1]_).
    columns
        Which columns to read beside the geometry.
    shapes
        Whether geometries are read, too.

    Yields
    ------
    crs, count, table, shapes
        The CRS as PROJJSON or a code, None where it is said to be unknown; how many
        rows these are; the columns as lists; the geometries as WKB, none if they were
        not asked for.

    Raises
    ------
    InputError
        If it is not what its ending says, damaged, has no geometry, or another
        encoding; or pyarrow is not installed.

    References
    ----------
    .. [1] https://geoparquet.org/releases/v1.1.0/
    """
    pa = require_pyarrow()
    try:
        with pa.parquet.ParquetFile(file, pre_buffer=False) as opened:
            crs, column = geometry_of(opened, file.name)
            wanted = [*(columns or ()), *([column] if shapes else [])]
            rows = rows_at_a_time(opened) if shapes else _MOST_ROWS
            for batch in opened.iter_batches(rows, columns=wanted, use_threads=False):
                batch.validate(full=True)  # text that is none, places beyond a dictionary
                table = {name: batch.column(name).to_pylist() for name in columns or ()}
                yield crs, batch.num_rows, table, batch.column(column).to_pylist() if shapes else []
    except (pa.ArrowException, OSError, UnicodeError, OverflowError) as error:
        raise damage(file, error) from None


def columns_of(file: Path) -> tuple[list[str], int]:
    """
    Look at what a Parquet file holds, without reading its rows.

    Parameters
    ----------
    file
        The file.

    Returns
    -------
    columns, rows
        The names of its columns, and how many rows it has.

    Raises
    ------
    InputError
        If it is not a Parquet file, or pyarrow is not installed.
    """
    pa = require_pyarrow()
    try:
        with pa.parquet.ParquetFile(file) as opened:
            return list(opened.schema_arrow.names), int(opened.metadata.num_rows)
    except (pa.ArrowException, OSError, UnicodeError, OverflowError) as error:
        raise damage(file, error) from None


def damage(file: Path, error: Exception) -> InputError:
    """
    Say that a file cannot be read.

    Parameters
    ----------
    file
        The file.
    error
        What pyarrow said.

    Returns
    -------
    InputError
        To be raised.
    """
    return InputError(
        f"{file.name}: not a GeoParquet file, or a damaged one ({_first_line(error)})"
    )


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0].rstrip(".")


def geometry_of(opened: Any, name: str) -> tuple[str | None, str]:
    """
    Find the CRS and the name of the geometry, as the metadata tell.

    Parameters
    ----------
    opened
        A `ParquetFile`.
    name
        The file's name, for messages.

    Returns
    -------
    crs, column
        The CRS as PROJJSON or a code, None where it is said to be unknown; the name.

    Raises
    ------
    InputError
        If it names no geometry, or has another encoding than WKB.
    CRSError
        If its edges are not straight in its coordinates, or its CRS is neither.
    """
    try:
        geo = json.loads((opened.schema_arrow.metadata or {})[b"geo"])
        column = str(geo["primary_column"])
        about = geo["columns"][column]
        encoding = about["encoding"]
    except (LookupError, TypeError, ValueError):
        message = f"{name}: its metadata name no geometry, so it is no GeoParquet file"
        raise InputError(message) from None
    _require_bytes(opened, column, name)
    if encoding != "WKB":
        message = f"{name}: its geometries are encoded as {encoding!r}; only WKB is read"
        raise InputError(message)
    if about.get("edges", "planar") != "planar":
        message = (
            f"{name}: its edges are {about['edges']!r}; here a line is straight in longitude and "
            "latitude: add positions along long edges and call them planar"
        )
        raise CRSError(message)
    crs = about.get("crs", _DEFAULT_CRS)
    if not isinstance(crs, dict | None) and not _CODE.fullmatch(str(crs)):
        message = f"{name}: its crs {str(crs)[:80]!r} is neither PROJJSON nor a code"
        raise CRSError(message)
    return (json.dumps(crs) if isinstance(crs, dict) else crs), column


def _require_bytes(opened: Any, column: str, name: str) -> None:
    names, kinds = opened.schema_arrow.names, require_pyarrow().types
    if len(set(names)) < len(names):
        twice = next(one for one in names if names.count(one) > 1)
        message = f"{name}: two of its columns are called {twice!r}"
        raise InputError(message)
    kind = opened.schema_arrow.field(column).type if column in names else None
    kind = getattr(kind, "storage_type", kind)  # of a geometry that other packages give a type
    if kind is None or not (kinds.is_binary(kind) or kinds.is_large_binary(kind)):
        message = f"{name}: its geometry {column!r} is {kind or 'missing'}, not bytes"
        raise InputError(message)


def rows_at_a_time(opened: Any) -> int:
    """
    Read about as many bytes at a time, however long the lines are.

    Parameters
    ----------
    opened
        A `ParquetFile`.

    Returns
    -------
    int
        How many rows to read at a time, at least 1.
    """
    # of all columns: what pyarrow tells of a single one ends the process where it is damaged
    groups = [opened.metadata.row_group(at) for at in range(opened.metadata.num_row_groups)]
    rows = sum(group.num_rows for group in groups)
    size = sum(group.total_byte_size for group in groups)
    return int(np.clip(_AT_A_TIME * rows // max(size, 1), 1, _MOST_ROWS))


def part_bytes(
    table: pd.DataFrame, shapes: Any, kinds: Mapping[str, str], about: Mapping[str, Any]
) -> bytes:
    """
    Write rows with a geometry each as a GeoParquet file in memory.

    Parameters
    ----------
    table
        The columns; none of its rows gives a file without rows.
    shapes
        A geometry or None for each, in EPSG:4326. None for all writes plain Parquet.
    kinds
        For each column, in order, its type: string, int64, double, bool or date.
    about
        How it was made: plain values, kept as JSON under the key `OWN`.

    Returns
    -------
    bytes
        The same for the same rows, whatever came before.

    Raises
    ------
    InputError
        If a cell does not fit its type, naming the column, or pyarrow is not installed.
    """
    pa = require_pyarrow()
    fields = [(name, getattr(pa, _MAKERS[kind])()) for name, kind in kinds.items()]
    arrays = [_array(table[name], kind) for name, kind in fields]
    metadata = {OWN: json.dumps(about, ensure_ascii=False).encode()}
    if shapes is not None:
        shapes = np.asarray(shapes, dtype=object)
        fields.append(("geometry", pa.binary()))
        arrays.append(pa.array(list(shapely.to_wkb(shapes)), pa.binary()))
        metadata = {b"geo": _geo(shapes), **metadata}
    sink = io.BytesIO()
    written = pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata=metadata))
    pa.parquet.write_table(written, sink, compression="zstd", use_dictionary=True)
    return sink.getvalue()


def _array(values: pd.Series, kind: Any) -> Any:
    """Give a column its type, so that the parts of a table have one schema, whatever is empty."""
    pa = require_pyarrow()
    try:
        return pa.array(values, kind, from_pandas=True)
    except (pa.ArrowException, UnicodeError) as error:
        message = f"column {values.name}: does not fit the type {kind} ({_first_line(error)})"
        raise InputError(message) from None


def _geo(shapes: Any) -> bytes:
    """Describe the geometries; by their bounds, engines pass over whole files."""
    there = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    of_each_type = np.unique(shapely.get_type_id(there), return_index=True)[1]
    column = {
        "encoding": "WKB",
        "geometry_types": sorted(there[row].geom_type for row in of_each_type),
        "crs": _WGS84,
        **({"bbox": shapely.total_bounds(there).tolist()} if there.size else {}),
    }
    about = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    return json.dumps(about).encode()


def metadata_of(file: Path) -> dict[str, Any] | None:
    """
    Read how a part was made.

    Parameters
    ----------
    file
        A part.

    Returns
    -------
    dict or None
        What `part_bytes` was told; None if the file is no whole part.
    """
    pa = require_pyarrow()
    try:
        metadata = pa.parquet.read_metadata(file).metadata or {}
        about: dict[str, Any] = json.loads(metadata[OWN])
    except (pa.ArrowException, OSError, LookupError, ValueError):
        return None
    return about
