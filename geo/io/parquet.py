"""GeoParquet: read batch by batch, written a part at a time; pyarrow is an extra."""

from __future__ import annotations

import io
import json
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
    "metadata_of",
    "part_bytes",
    "require_pyarrow",
    "stream_parquet",
]

ENDINGS: Final = (".parquet", ".geoparquet")
OWN: Final = b"corridor-exposure"
"""The key under which a part tells how it was made."""
_AT_A_TIME: Final = 1 << 22  # bytes of geometry in a batch of rows
_MOST_ROWS: Final = 1 << 14
_DEFAULT_CRS: Final = "OGC:CRS84"
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
            crs, column = _geometry(opened, file.name)
            wanted = [*(columns or ()), *([column] if shapes else [])]
            rows = _rows_at_a_time(opened, column) if shapes else _MOST_ROWS
            for batch in opened.iter_batches(rows, columns=wanted, use_threads=False):
                table = {name: batch.column(name).to_pylist() for name in columns or ()}
                yield crs, batch.num_rows, table, batch.column(column).to_pylist() if shapes else []
    except (pa.ArrowException, OSError) as error:
        message = f"{file.name}: not a GeoParquet file, or a damaged one ({_first_line(error)})"
        raise InputError(message) from None


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
    except (pa.ArrowException, OSError) as error:
        message = f"{file.name}: not a GeoParquet file, or a damaged one ({_first_line(error)})"
        raise InputError(message) from None


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0].rstrip(".")


def _geometry(opened: Any, name: str) -> tuple[str | None, str]:
    """Find the CRS and the name of the geometry, as the metadata tell."""
    try:
        geo = json.loads((opened.schema_arrow.metadata or {})[b"geo"])
        column = str(geo["primary_column"])
        about = geo["columns"][column]
        encoding = about["encoding"]
    except (LookupError, TypeError, ValueError):
        message = f"{name}: its metadata name no geometry, so it is no GeoParquet file"
        raise InputError(message) from None
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
    return (json.dumps(crs) if isinstance(crs, dict) else crs), column


def _rows_at_a_time(opened: Any, column: str) -> int:
    """Read about as many bytes at a time, however long the lines are."""
    rows, size = 0, 0
    place = opened.schema_arrow.names.index(column)
    leaf = next(
        at
        for at in range(opened.metadata.num_columns)
        if opened.schema.column(at).path.partition(".")[0] == opened.schema_arrow.names[place]
    )
    for group in range(opened.metadata.num_row_groups):
        about = opened.metadata.row_group(group)
        rows += about.num_rows
        size += about.column(leaf).total_uncompressed_size
    return int(np.clip(_AT_A_TIME * rows // max(size, 1), 1, _MOST_ROWS))


def part_bytes(
    table: pd.DataFrame, points: Any | None, kinds: Mapping[str, str], about: Mapping[str, Any]
) -> bytes:
    """
    Write rows as a Parquet file in memory, a GeoParquet file where each has a point.

    Parameters
    ----------
    table
        The columns; none of its rows gives a file without rows.
    points
        A point or None for each, in EPSG:4326; None for rows that lie nowhere.
    kinds
        For each column, in order, its type: string, int64, double or bool.
    about
        How it was made: plain values, kept as JSON under the key `OWN`.

    Returns
    -------
    bytes
        The same for the same rows, whatever came before.

    Raises
    ------
    InputError
        If pyarrow is not installed.
    """
    pa = require_pyarrow()
    makers = {"string": pa.string, "int64": pa.int64, "double": pa.float64, "bool": pa.bool_}
    arrays = [
        pa.array(table[name], makers[kind](), from_pandas=True) for name, kind in kinds.items()
    ]
    metadata = {OWN: json.dumps(about, ensure_ascii=False).encode()}
    fields = [(name, makers[kind]()) for name, kind in kinds.items()]
    if points is not None:
        wkb = shapely.to_wkb(np.asarray(points, dtype=object))
        arrays.append(pa.array(list(wkb), pa.binary()))
        fields.append(("geometry", pa.binary()))
        metadata = {b"geo": _geo(), **metadata}
    schema = pa.schema(fields, metadata=metadata)
    sink = io.BytesIO()
    pa.parquet.write_table(
        pa.Table.from_arrays(arrays, schema=schema), sink, compression="zstd", use_dictionary=True
    )
    return sink.getvalue()


def _geo() -> bytes:
    column = {"encoding": "WKB", "geometry_types": ["Point"], "crs": _WGS84}
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
