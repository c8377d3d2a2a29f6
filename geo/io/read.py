"""
Readers of the files that users bring.

GeoJSON is parsed by this package; everything else goes through fiona with the
driver pinned by the file's ending, so that a file is never opened as something
else, and with the network shut.
"""

from __future__ import annotations

import hashlib
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.errors import CRSError, GeoError, GeometryError, InputError, Notice
from geo.io import geojson
from geo.io.files import content, require_file
from geo.io.source import Source
from geo.schema import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Source", "read"]

_DRIVERS: Final = {
    ".gpkg": "GPKG",
    ".gpx": "GPX",
    ".kml": "KML",
    ".shp": "ESRI Shapefile",
}
_SHAPEFILE_NAME: Final = 10
_FULL_NAMES: Final = {
    "Name": "name",  # as KML writes it
    **{
        name[:_SHAPEFILE_NAME]: name
        for kind in KINDS.values()
        for name in kind.columns
        if len(name) > _SHAPEFILE_NAME
    },
}
_WANTED: Final = {
    "routes": ("LineString", "MultiLineString"),
    "zones": ("Polygon", "MultiPolygon"),
}
_SHUT: Final = {"GDAL_HTTP_PROXY": "127.0.0.1:9", "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{none}"}
_SHOWN: Final = 10
_TURN_DEG, _HALF_TURN_DEG, _QUARTER_TURN_DEG = 360, 180, 90


def read(path: str | Path, *, role: str, crs: str | None = None) -> Source:
    """
    Read routes or zones from a file.

    Parameters
    ----------
    path
        A .geojson, .json, .gpx, .kml, .gpkg or .shp file, or for routes an
        OpenStreetMap extract, .osm.pbf. Of GPX, tracks and routes are read; of
        GeoPackage and KML, every layer of the right type; of an extract, roads
        and ferries.
    role
        "routes" (lines) or "zones" (polygons).
    crs
        The CRS of the coordinates where the file does not say, e.g. "EPSG:32647".

    Returns
    -------
    Source
        The features in EPSG:4326; features of another type are left out with a
        notice. A file without features gives an empty frame.

    Raises
    ------
    InputError
        If the file is not what its ending says, or cannot be read in one way only.
    GeometryError
        If a geometry is broken, naming the features, or none has the right type.
    CRSError
        If the CRS is missing, unknown, or does not fit the coordinates.
    """
    if role not in _WANTED:
        message = f"role: {role!r} is none of {', '.join(_WANTED)}"
        raise InputError(message)
    _require_crs(crs)
    extract = (".pbf",) if role == "routes" else ()
    file = require_file(path, (".geojson", ".json", *_DRIVERS, *extract))
    if file.suffix.lower() in extract:
        from geo.io.osm import read_osm

        return read_osm(path)
    notices: list[Notice] = []
    if file.suffix.lower() in {".geojson", ".json"}:
        frame = _read_geojson(file, crs, notices)
    else:
        frame = _read_fiona(file, role, crs, notices)
    frame = _lonlat(frame, file.name, notices)
    frame = _of_role(frame, file.name, role, notices)
    digest = hashlib.sha256(content(file)).hexdigest()
    return Source(str(path), digest, frame, tuple(notices))


def _require_crs(crs: str | None) -> None:
    from pyproj import CRS
    from pyproj.exceptions import CRSError as Unknown

    try:
        CRS.from_user_input(crs or "EPSG:4326")
    except Unknown:
        message = f"the CRS {crs!r} is not known; give one as EPSG:32647"
        raise CRSError(message) from None


def _read_geojson(file: Path, crs: str | None, notices: list[Notice]) -> gpd.GeoDataFrame:
    document = geojson.decode(content(file), file.name)
    found = geojson.features(document, file.name)
    named = crs if isinstance(document, dict) and document.get("crs", crs) is None else None
    shapes, problems = [], []
    for number, feature in enumerate(found):
        label = _label(feature.get("properties") or {}, feature.get("id"), number)
        try:
            shapes.append(geojson.geometry(feature["geometry"]))
            opened = geojson.open_rings(feature["geometry"])
        except (GeometryError, shapely.errors.ShapelyError, LookupError, RecursionError) as error:
            problems.append(f"  feature {label}: {error}")
            continue
        if opened:
            message = "has a ring that does not end where it began; it was closed"
            notices.append(Notice(file.name, label, "open-ring", message))
    _refuse(problems, file.name)
    records = [_record(feature) for feature in found]
    if crs and named is None and not _fits_degrees(shapes):
        named = crs  # RFC 7946 says degrees; only numbers that cannot be any ask for more
    return _frame(records, shapes, named or geojson.crs_of(document, file.name), file.name)


def _fits_degrees(shapes: list[Any]) -> bool:
    points = shapely.get_coordinates(np.array(shapes, dtype=object))
    return not len(points) or bool((np.abs(points) <= (_TURN_DEG, _QUARTER_TURN_DEG)).all())


def _record(feature: dict[str, Any]) -> dict[str, Any]:
    record = dict(feature.get("properties") or {})
    record.pop("geometry", None)
    if "id" in feature:
        record.setdefault("id", feature["id"])
    return record


def _label(properties: dict[str, Any], given: object, number: int) -> str:
    for value in (properties.get("name"), properties.get("id"), given):
        if value not in (None, ""):
            return f"{number} ({value})"
    return str(number)


def _refuse(problems: list[str], name: str) -> None:
    if problems:
        more = len(problems) - _SHOWN
        shown = problems[:_SHOWN] + ([f"  and {more} more"] if more > 0 else [])
        message = f"{name}: {len(problems)} feature(s) cannot be read\n" + "\n".join(shown)
        raise GeometryError(message)


def _frame(
    records: list[dict[str, Any]],
    shapes: list[Any],
    crs: Any,
    name: str,
) -> gpd.GeoDataFrame:
    from pyproj.exceptions import CRSError as Unknown

    try:
        return gpd.GeoDataFrame(
            pd.DataFrame(records, index=range(len(shapes))), geometry=shapes, crs=crs
        )
    except Unknown:
        message = f"{name}: its CRS {crs!r} is not known"
        raise CRSError(message) from None


def _read_fiona(file: Path, role: str, crs: str | None, notices: list[Notice]) -> gpd.GeoDataFrame:
    import fiona

    driver = _DRIVERS[file.suffix.lower()]
    _refuse_damage(file, driver)
    try:
        with fiona.Env(**_SHUT):
            layers = _layers(fiona, file, driver)
            parts = [_read_layer(fiona, file, driver, layer, crs) for layer in layers]
    except GeoError:
        raise
    except Exception:  # noqa: BLE001 - a damaged file ends in errors of many unrelated kinds
        message = f"{file.name}: not a file of the format {driver}, or a damaged one"
        raise InputError(message) from None
    _say_what_is_lost(file, driver, notices)
    kept = [(layer, part) for layer, part in zip(layers, parts, strict=True) if _fits(part, role)]
    if len(kept) > 1 and driver != "GPX":
        names = ", ".join(layer for layer, _ in kept)
        message = f"all of its layers with {role} were read together: {names}"
        notices.append(Notice(file.name, "", "several-layers", message))
    frames = [part for _, part in kept] or parts[:1]
    if not frames:
        message = f"{file.name}: no layer of it holds any geometry"
        raise GeometryError(message)
    crs_of_first: Any = frames[0].crs
    same = [part.to_crs(crs_of_first) for part in frames]
    return gpd.GeoDataFrame(pd.concat(same, ignore_index=True), crs=crs_of_first)


def _refuse_damage(file: Path, driver: str) -> None:
    """Find, before GDAL opens it, what would make it read another file, or crash."""
    if driver in {"GPX", "KML"} and b"<!DOCTYPE" in content(file):
        message = f"{file.name}: declares a DOCTYPE, which can name other files; remove it"
        raise InputError(message)
    if driver == "GPKG":
        import sqlite3

        try:
            with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as database:
                database.execute("SELECT * FROM sqlite_master").fetchall()
                healthy = database.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
        except (sqlite3.Error, UnicodeError):
            healthy = False
        if not healthy:
            message = f"{file.name}: not a file of the format GPKG, or a damaged one"
            raise InputError(message)


def _say_what_is_lost(file: Path, driver: str, notices: list[Notice]) -> None:
    """Name what the format holds and the reader does not give."""
    if driver == "KML":
        text = content(file)
        lost = [tag for tag in ("ExtendedData", "TimeSpan") if b"<" + tag.encode() in text]
        if lost:
            message = (
                f"its {' and '.join(lost)} cannot be read: of KML only names and shapes are, "
                "so every zone counts on every day and has no holder"
            )
            notices.append(Notice(file.name, "", "attributes-lost", message))


def _layers(fiona: Any, file: Path, driver: str) -> list[str]:
    with fiona.open(file, driver=driver, allow_unsupported_drivers=True) as first:
        del first  # opening by driver first: listing alone would try every driver
    names = fiona.listlayers(file)
    if driver == "GPX":
        return [name for name in ("tracks", "routes") if name in names]
    return [name for name in names if _has_shapes(fiona, file, driver, name)]


def _has_shapes(fiona: Any, file: Path, driver: str, layer: str) -> bool:
    """Pass over tables without geometry, such as the styles that a GeoPackage may hold."""
    with fiona.open(file, driver=driver, layer=layer, allow_unsupported_drivers=True) as opened:
        return str(opened.schema["geometry"]) != "None"


def _read_layer(
    fiona: Any,
    file: Path,
    driver: str,
    layer: str,
    crs: str | None,
) -> gpd.GeoDataFrame:
    records, shapes, problems = [], [], []
    with fiona.open(file, driver=driver, layer=layer, allow_unsupported_drivers=True) as collection:
        known = collection.crs_wkt or crs
        for number, feature in enumerate(collection):
            properties = dict(feature["properties"])
            try:
                shape = feature["geometry"]
                shapes.append(None if shape is None else _shape(shape))
            except (ValueError, shapely.errors.ShapelyError) as error:
                problems.append(f"  feature {_label(properties, None, number)}: {error}")
                continue
            named = {str(name): value for name, value in properties.items()}
            records.append({_FULL_NAMES.get(name, name): named[name] for name in named})
    _refuse(problems, file.name)
    if not known:
        message = f"{file.name}: names no CRS (no .prj beside it?); give --crs"
        raise CRSError(message)
    return _frame(records, shapes, known, file.name)


def _shape(geometry: Any) -> Any:
    plain = dict(geometry.__geo_interface__)
    if plain["type"] == "MultiLineString":
        # handhelds write segments of no or one point where the signal was lost
        plain["coordinates"] = [part for part in plain["coordinates"] if len(part) > 1]
    return shapely.force_2d(shapely.geometry.shape(plain))


def _fits(frame: gpd.GeoDataFrame, role: str) -> bool:
    kinds = set(frame.geom_type.dropna())
    return bool(kinds & {*_WANTED[role], "GeometryCollection"})


def _lonlat(frame: gpd.GeoDataFrame, name: str, notices: list[Notice]) -> gpd.GeoDataFrame:
    """Bring a frame to longitude and latitude on WGS 84, saying what was done."""
    points = shapely.get_coordinates(frame.geometry.to_numpy())
    if frame.crs is None or not len(points):
        return frame.set_crs(4326, allow_override=True)
    if frame.crs.to_epsg() not in {4326, 4979}:
        return _reprojected(frame, name, notices)
    x, y = points.T
    shifted = np.abs(x) > _HALF_TURN_DEG
    if shifted.any() and np.abs(y).max() <= _QUARTER_TURN_DEG and np.abs(x).max() <= 2 * _TURN_DEG:
        message = "longitudes beyond 180 degrees were turned by 360"
        notices.append(Notice(name, "", "longitude", message))
        shapes = [_turned(shape, name) for shape in frame.geometry]
        frame = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))
    return frame.set_crs(4326, allow_override=True)


def _reprojected(frame: gpd.GeoDataFrame, name: str, notices: list[Notice]) -> gpd.GeoDataFrame:
    from pyproj.exceptions import ProjError

    crs: Any = frame.crs
    if not (crs.is_geographic or crs.is_projected) or crs.is_vertical:
        message = f"{name}: its CRS, {crs.name}, gives no longitudes and latitudes"
        raise CRSError(message)
    try:
        _warn_of_guess(frame, name, notices)
        moved = frame.to_crs(4326)
    except ProjError:
        message = f"{name}: from its CRS, {crs.name}, no way to WGS 84 is known"
        raise CRSError(message) from None
    message = f"brought from {crs.name} to longitude and latitude on WGS 84"
    notices.append(Notice(name, "", "reprojected", message))
    if not np.isfinite(shapely.get_coordinates(moved.geometry.to_numpy())).all():
        message = f"{name}: its coordinates do not fit its CRS, {crs.name}"
        raise CRSError(message)
    return moved


def _turned(shape: Any, name: str) -> Any:
    """Turn a shape by whole turns; one that spans the antimeridian has to be cut there first."""
    if shape is None or shape.is_empty:
        return shape
    west, _, east, _ = shape.bounds
    turns = round((west + east) / 2 / _TURN_DEG)
    if west - turns * _TURN_DEG < -_HALF_TURN_DEG or east - turns * _TURN_DEG > _HALF_TURN_DEG:
        message = (
            f"{name}: a shape from {west:g} to {east:g} degrees spans the antimeridian: "
            "cut it there (RFC 7946, section 3.1.9)"
        )
        raise GeometryError(message)
    return shapely.transform(shape, lambda points: points - (turns * _TURN_DEG, 0))


def _warn_of_guess(frame: gpd.GeoDataFrame, name: str, notices: list[Notice]) -> None:
    """PROJ shifts between datums by nothing at all where it knows no better: say so."""
    from pyproj import Transformer

    crs = frame.crs.name if frame.crs else ""
    transformer = Transformer.from_crs(frame.crs, 4326, always_xy=True)
    transformer.transform(*shapely.get_coordinates(frame.geometry.to_numpy())[0])
    if "ballpark" in transformer.get_last_used_operation().description.lower():
        message = (
            f"the shift from {crs} to WGS 84 is only guessed (ballpark); "
            "positions may be hundreds of metres off"
        )
        notices.append(Notice(name, "", "ballpark", message))


def _of_role(
    frame: gpd.GeoDataFrame, name: str, role: str, notices: list[Notice]
) -> gpd.GeoDataFrame:
    """Keep the features of the right type."""
    if frame.empty:
        if role == "routes":
            message = f"{name}: no routes in it (of GPX, tracks and routes count, not waypoints)"
            raise GeometryError(message)
        return frame
    wanted = _WANTED[role]
    shapes = frame.geometry.to_numpy().copy()
    for row in np.flatnonzero(frame.geom_type == "GeometryCollection").tolist():
        shapes[row] = _of_collection(shapes[row], wanted)
        message = f"is a GeometryCollection; its {role} were used"
        notices.append(Notice(name, str(row), "collection", message))
    frame = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=4326))
    types = frame.geom_type
    fits = types.isin(wanted) | types.isna()
    if not types.isin(wanted).any():
        found = ", ".join(sorted(set(types.dropna()))) or "no geometry at all"
        message = f"{name}: no {role} in it: a {role[:-1]} is {' or '.join(wanted)}, it has {found}"
        raise GeometryError(message)
    for row in np.flatnonzero(~fits.to_numpy()).tolist():
        message = f"is a {types.iloc[row]} and is left out"
        notices.append(Notice(name, str(row), "other-type", message))
    return frame[fits]


def _of_collection(collection: Any, wanted: tuple[str, ...]) -> Any:
    """Take the wanted parts out of a collection, however deep; None where there are none."""
    parts = [part for part in _flat(collection) if part.geom_type == wanted[0]]
    if not parts:
        return None
    many = shapely.MultiLineString if wanted[0] == "LineString" else shapely.MultiPolygon
    return many(parts)


def _flat(shape: Any) -> Iterator[Any]:
    for part in shapely.get_parts(shape):
        if hasattr(part, "geoms"):
            yield from _flat(part)
        else:
            yield part
