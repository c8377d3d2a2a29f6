"""Writers that leave either the whole new file or the whole old one."""

from __future__ import annotations

import json
import math
import os
import signal
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geopandas import GeoDataFrame

__all__ = ["geojson_text", "plain", "undisturbed", "write_bytes", "write_geojson", "write_text"]

_DECIMALS = 6


def write_text(path: str | Path, text: str) -> None:
    """
    Write a whole text file or nothing: the old file stays until the new one is on disk.

    Parameters
    ----------
    path
        Where to write; its folder must exist. A link is replaced, its target kept.
    text
        The content, written as UTF-8 with line feeds.

    Raises
    ------
    OutputError
        If the file cannot be written; the old file is then untouched.
    """
    # half of a surrogate pair, which JSON may hold, is written as its escape
    write_bytes(path, text.encode("utf-8", "backslashreplace"))


def write_bytes(path: str | Path, data: bytes) -> None:
    """
    Write a whole file or nothing: the old file stays until the new one is on disk.

    Parameters
    ----------
    path
        Where to write; its folder must exist. A link is replaced, its target kept.
    data
        The content.

    Raises
    ------
    OutputError
        If the file cannot be written; the old file is then untouched.
    """
    with undisturbed():
        _replace(Path(path), data)


@contextmanager
def undisturbed() -> Iterator[None]:
    """
    Let an interrupt that would end the process wait until something is written.

    Yields
    ------
    None
        The interrupt, if there was one, comes after the block.
    """
    ends = signal.getsignal(signal.SIGINT) is signal.SIG_DFL
    if not ends or threading.current_thread() is not threading.main_thread():
        yield  # Python makes an exception of it, and `_replace` tidies up
        return
    heard: list[int] = []
    signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    if heard:
        signal.raise_signal(signal.SIGINT)


def _replace(target: Path, data: bytes) -> None:
    try:
        import tempfile

        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        message = f"{target}: cannot write there: {error.strerror}"
        raise OutputError(message) from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
        Path(name).chmod(mode)
        Path(name).replace(target)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        message = f"{target}: not written: {error.strerror}"
        raise OutputError(message) from error
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_geojson(path: str | Path, frame: GeoDataFrame, *, id_column: str) -> None:
    """
    Write a layer as GeoJSON that `git diff` can read.

    One feature a line, sorted by id, coordinates to 6 decimals (0.1 m), dates
    as ISO days, empty values as null.

    Parameters
    ----------
    path
        Where to write.
    frame
        The layer in EPSG:4326. An empty frame writes an empty collection.
    id_column
        The column that the rows are sorted by.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    write_text(path, geojson_text(frame, id_column=id_column))


def geojson_text(frame: GeoDataFrame, *, id_column: str) -> str:
    """
    Give a layer as `write_geojson` writes it.

    Parameters
    ----------
    frame
        The layer in EPSG:4326. An empty frame gives an empty collection.
    id_column
        The column that the rows are sorted by.

    Returns
    -------
    str
        GeoJSON, ending with a line feed.
    """
    rows = frame.sort_values(id_column, kind="stable")
    properties = rows.drop(columns=rows.geometry.name).to_dict("records")
    lines = [
        json.dumps(
            {
                "type": "Feature",
                "properties": {name: plain(value) for name, value in record.items()},
                "geometry": _rounded(shape.__geo_interface__),
            },
            ensure_ascii=False,
            separators=(",", ":"),
            allow_nan=False,
        )
        for record, shape in zip(properties, rows.geometry, strict=True)
    ]
    head = '{"type":"FeatureCollection","features":[\n'
    return head + ",\n".join(lines) + "\n]}\n"


def plain(value: Any) -> Any:
    """
    Turn one cell of a frame into what JSON can hold.

    Parameters
    ----------
    value
        A cell: text, number, date, or a missing value of any kind.

    Returns
    -------
    str, int, float, bool or None
        Dates as ISO days; NaN, NaT and None as None; whole floats stay floats.
    """
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if hasattr(value, "isoformat"):
        text = str(value.isoformat())
        return None if text == "NaT" else text.removesuffix("T00:00:00")
    if hasattr(value, "item"):
        return plain(value.item())
    return None if type(value).__name__ in {"NAType", "NaTType"} else value


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, _DECIMALS)
    if isinstance(value, dict):
        return {name: _rounded(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(part) for part in value]
    return value
