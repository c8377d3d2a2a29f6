"""GeoPackage and shapefiles, through fiona with the driver pinned and the network shut."""

from __future__ import annotations

import shutil
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.errors import CRSError, GeoError, GeometryError, InputError, Notice
from geo.io.features import Features, label
from geo.io.files import content
from geo.io.lonlat import offline

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from geo.io.archive import Member
    from geo.io.limits import Limits

__all__ = ["DRIVERS", "read_vector", "stream_vector"]

DRIVERS: Final = {".gpkg": "GPKG", ".shp": "ESRI Shapefile"}
_SHUT: Final = {"GDAL_HTTP_PROXY": "127.0.0.1:9", "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{none}"}
_NO_LINES: Final = {"Point", "MultiPoint", "Polygon", "MultiPolygon"}
_UTF8: Final = {"utf-8", "utf8", "65001"}
_LOGGED_AT: Final = slice(18, 20)  # in the header of SQLite: 2 where a write-ahead log is kept
_LOGGED: Final = 2
_LENGTH_AT: Final = slice(24, 28)  # of .shp and .shx, in words of two bytes
_WORD: Final = 2
_SHAPES_HEADER: Final = 100
_INDEX_ROW: Final = 8
_LEAST_HEADER: Final = 33  # of a table of dBASE without any column
_HEADER_AT: Final = slice(8, 10)
_CODE_PAGE_AT: Final = 29  # 0 where the table names no code page itself


def read_vector(
    member: Member, wanted: Collection[str], crs: str | None, limits: Limits
) -> tuple[gpd.GeoDataFrame, list[str], list[Notice]]:
    """
    Read the layers of a GeoPackage or a shapefile that hold geometries of some types.

    Parameters
    ----------
    member
        The file.
    wanted
        The types; collections count, since they may hold some.
    crs
        The CRS where the file names none, or None.
    limits
        What it may hold.

    Returns
    -------
    frame, labels, notices
        The features of all layers that fit, in the CRS of the first; if none fits,
        those of the first.

    Raises
    ------
    InputError
        If it is not what its ending says, damaged, or holds more than is allowed.
    GeometryError
        If a geometry is broken, naming the features, or no layer has any.
    CRSError
        If no CRS is known.
    """
    driver = DRIVERS[member.file.suffix.lower()]
    notices: list[Notice] = []
    with _apart(member, limits, notices) as there:
        _refuse_damage(there, driver, limits)
        encoding = _encoding(there, notices) if driver == "ESRI Shapefile" else None
        layers, parts = _opened(there, encoding, limits, notices)
    frames = [_framed(part, known or crs) for part, known in parts]
    fits = [bool(set(frame.geom_type.dropna()) & set(wanted)) for frame in frames]
    kept = [row for row, fit in enumerate(fits) if fit]
    if len(kept) > 1:
        names = ", ".join(layers[row] for row in kept)
        message = f"all of its layers with such shapes were read together: {names}"
        notices.append(Notice(member.name, "", "several-layers", message))
    if not frames:
        message = f"{member.name}: no layer of it holds any geometry"
        raise GeometryError(message)
    kept = kept or [0]
    crs_of_first: Any = frames[kept[0]].crs
    with offline():
        same = [frames[row].to_crs(crs_of_first) for row in kept]
    whole = gpd.GeoDataFrame(pd.concat(same, ignore_index=True), crs=crs_of_first)
    return whole, [called for row in kept for called in parts[row][0].labels], notices


@contextmanager
def _apart(member: Member, limits: Limits, notices: list[Notice]) -> Iterator[Member]:
    """Give a copy of a database that would write files of its own beside it when it is read."""
    with member.file.open("rb") as opened:
        marks = opened.read(_LOGGED_AT.stop)[_LOGGED_AT]
    if member.file.suffix.lower() != ".gpkg" or _LOGGED not in marks:
        yield member
        return
    log = member.file.with_name(f"{member.file.name}-wal")
    with TemporaryDirectory(prefix="geo-") as folder:
        copy = Path(folder) / "layer.gpkg"
        shutil.copyfile(member.file, copy)
        if log.is_file() and log.stat().st_size:
            limits.require("bytes", member.file.stat().st_size + log.stat().st_size, member.name)
            shutil.copyfile(log, copy.with_name(f"{copy.name}-wal"))
            message = f"was not closed by what wrote it: what {log.name} holds was read with it"
            notices.append(Notice(member.name, "", "not-closed", message))
        yield replace(member, file=copy)


def _opened(
    member: Member, encoding: str | None, limits: Limits, notices: list[Notice]
) -> tuple[list[str], list[tuple[Features, str]]]:
    """Read every layer with the network shut, and tell what GDAL warns of."""
    import warnings

    import fiona

    driver = DRIVERS[member.file.suffix.lower()]
    try:
        with fiona.Env(**_SHUT), warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            layers = _layers(fiona, member.file, driver)
            parts = [_read(fiona, member, layer, encoding, limits) for layer in layers]
    except GeoError:
        raise
    except Exception:  # noqa: BLE001 - a damaged file ends in errors of many unrelated kinds
        message = f"{member.name}: not a file of the format {driver}, or a damaged one"
        raise InputError(message) from None
    told = (Notice(member.name, "", "driver", f"GDAL says: {one.message}") for one in heard)
    notices += dict.fromkeys(told)
    return layers, parts


def stream_vector(
    file: Path, limits: Limits, *, shapes: bool = True
) -> Iterator[tuple[str, dict[str, Any], Any]]:
    """
    Read the features of a GeoPackage one by one, so that it may be larger than memory.

    Layers that can hold no lines are passed over.

    Parameters
    ----------
    file
        The file.
    limits
        What it may hold; only its bytes count, which are checked at its door.
    shapes
        Whether geometries are read, too.

    Yields
    ------
    crs, record, shape
        The CRS of its layer ("" where it names none), the attributes, and the
        geometry: None where there is none, the reason where it cannot be read.

    Raises
    ------
    InputError
        If it is not what its ending says, or damaged.
    """
    import fiona

    from geo.io.archive import Member

    how = {"driver": "GPKG", "allow_unsupported_drivers": True, "ignore_geometry": not shapes}
    try:
        with _apart(Member(file, file.name), limits, []) as member, fiona.Env(**_SHUT):
            _refuse_damage(member, "GPKG", limits)
            for layer in _layers(fiona, member.file, "GPKG"):
                if not _may_hold_lines(fiona, member.file, layer):
                    continue
                with fiona.open(member.file, layer=layer, **how) as collection:
                    crs = str(collection.crs_wkt or "")
                    for feature in collection:
                        yield crs, dict(feature["properties"]), _shape_or_reason(feature)
    except fiona.errors.FionaError:
        message = f"{file.name}: not a file of the format GPKG, or a damaged one"
        raise InputError(message) from None


def _may_hold_lines(fiona: Any, file: Path, layer: str) -> bool:
    with fiona.open(file, driver="GPKG", layer=layer, allow_unsupported_drivers=True) as opened:
        return str(opened.schema["geometry"]).rpartition(" ")[2] not in _NO_LINES


def _shape_or_reason(feature: Any) -> Any:
    given = feature["geometry"]
    try:
        return None if given is None else _shape(given)
    except (ValueError, shapely.errors.ShapelyError) as error:
        return str(error)


def _framed(part: Features, crs: Any) -> gpd.GeoDataFrame:
    if not crs:
        message = f"{part.name}: names no CRS (no .prj beside it?); give --crs"
        raise CRSError(message)
    return part.frame(crs)


def _refuse_damage(member: Member, driver: str, limits: Limits) -> None:
    """Find, before GDAL opens it, what would make it crash or end without a reason."""
    if driver == "ESRI Shapefile":
        _refuse_alone(member, limits)
        return
    import sqlite3

    try:
        with closing(sqlite3.connect(f"{member.file.as_uri()}?mode=ro", uri=True)) as database:
            database.execute("SELECT * FROM sqlite_master").fetchall()
            healthy = database.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
    except (sqlite3.Error, UnicodeError):
        healthy = False
    if not healthy:
        message = f"{member.name}: not a file of the format GPKG, or a damaged one"
        raise InputError(message)


def _refuse_alone(member: Member, limits: Limits) -> None:
    if content(member.file)[:4] != b"\0\0\x27\x0a":
        message = f"{member.name}: not a file of the format ESRI Shapefile, or a damaged one"
        raise InputError(message)
    missing = [ending for ending in (".shx", ".dbf") if _beside(member.file, ending) is None]
    if missing:
        message = (
            f"{member.name}: beside it, {' and '.join(missing)} is missing: a shapefile is "
            "several files, bring all of them"
        )
        raise InputError(message)
    parts = (member.file, *(_beside(member.file, ending) for ending in (".shx", ".dbf")))
    limits.require("bytes", sum(part.stat().st_size for part in parts if part), member.name)
    _refuse_cut(member, *(content(part) for part in parts if part))


def _refuse_cut(member: Member, shapes: bytes, index: bytes, table: bytes) -> None:
    """Refuse what GDAL reads as fewer rows or as rows without attributes: dates would be lost."""
    many = int.from_bytes(table[4:8], "little")
    header, row = (int.from_bytes(table[at : at + 2], "little") for at in (8, 10))
    is_cut = {
        ".shp": len(shapes) < _WORD * int.from_bytes(shapes[_LENGTH_AT], "big"),
        ".shx": len(index) < _WORD * int.from_bytes(index[_LENGTH_AT], "big"),
        ".dbf": header < _LEAST_HEADER or len(table) < header + many * row,
    }
    wrong = [ending for ending, is_so in is_cut.items() if is_so]
    rows = (len(index) - _SHAPES_HEADER) // _INDEX_ROW
    if wrong or rows != many:
        why = f"its {' and '.join(wrong)} is cut" if wrong else f"{rows} shapes, {many} rows"
        message = f"{member.name}: not a file of the format ESRI Shapefile, or a damaged one: {why}"
        raise InputError(message)


def _beside(file: Path, ending: str) -> Path | None:
    found = (file.with_suffix(one) for one in (ending, ending.upper()))
    return next((path for path in found if path.is_file()), None)


def _encoding(member: Member, notices: list[Notice]) -> str | None:
    """Tell how the text of a shapefile is written, where it does not say so or says so wrongly."""
    table, said = _beside(member.file, ".dbf"), _beside(member.file, ".cpg")
    raw = content(table) if table else b""
    rows = raw[int.from_bytes(raw[_HEADER_AT], "little") :]
    named = content(said).decode("ascii", "replace").strip() if said else ""
    if rows.isascii() or named.lower() in _UTF8:
        return None
    try:
        rows.decode("utf-8")
    except UnicodeDecodeError:
        if not named and raw[_CODE_PAGE_AT:][:1] in {b"", b"\0"}:
            message = (
                "no .cpg beside it says how its text is written; it was taken for Latin-1, so "
                "names in other letters are wrong"
            )
            notices.append(Notice(member.name, "", "encoding", message))
        return None
    message = f"its text is UTF-8, though its .cpg says {named or 'nothing'}; it was read as UTF-8"
    notices.append(Notice(member.name, "", "encoding", message))
    return "UTF-8"


def _layers(fiona: Any, file: Path, driver: str) -> list[str]:
    with fiona.open(file, driver=driver, allow_unsupported_drivers=True) as first:
        del first  # opening by driver first: listing alone would try every driver
    return [name for name in fiona.listlayers(file) if _has_shapes(fiona, file, driver, name)]


def _has_shapes(fiona: Any, file: Path, driver: str, layer: str) -> bool:
    """Pass over tables without geometry, such as the styles that a GeoPackage may hold."""
    with fiona.open(file, driver=driver, layer=layer, allow_unsupported_drivers=True) as opened:
        return str(opened.schema["geometry"]) != "None"


def _read(
    fiona: Any, member: Member, layer: str, encoding: str | None, limits: Limits
) -> tuple[Features, str]:
    read, vertices = Features(member.name, limits), 0
    driver = DRIVERS[member.file.suffix.lower()]
    how = {"driver": driver, "layer": layer, "allow_unsupported_drivers": True}
    with fiona.open(member.file, encoding=encoding, **how) as collection:
        known = str(collection.crs_wkt or "")
        for row, feature in enumerate(collection):
            record = {str(name): value for name, value in dict(feature["properties"]).items()}
            called, shape = label(record, None, row), None
            try:
                given = feature["geometry"]
                shape = None if given is None else _shape(given)
            except (ValueError, shapely.errors.ShapelyError) as error:
                read.problems.append(f"{called}: {error}")
            vertices += int(shapely.get_num_coordinates(shape))
            limits.require("vertices", vertices, member.name)
            read.add(record, shape, called)
    return read, known


def _shape(geometry: Any) -> Any:
    plain = dict(geometry.__geo_interface__)
    if plain["type"] == "MultiLineString":
        # a part of one point, where a signal was lost, is no line
        plain["coordinates"] = [part for part in plain["coordinates"] if len(part) > 1]
    with np.errstate(invalid="ignore"):  # what is not finite is named later, with its place
        return shapely.force_2d(shapely.geometry.shape(plain))
