"""
Readers of the files that users bring.

GeoJSON, GPX and KML are read by this package; GeoPackage and shapefiles go through
fiona with the driver pinned by the file's ending, so that a file is never opened as
something else, and with the network shut.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo.errors import CRSError, GeometryError, InputError, Notice
from geo.io import archive, geojson, parquet
from geo.io.beside import remembered
from geo.io.features import Features, label
from geo.io.files import content, require_file
from geo.io.limits import DEFAULT, Limits
from geo.io.lonlat import fits_degrees, lonlat, placed
from geo.io.source import Source
from geo.sheet import Sheet, missing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from geo.io.archive import Member

__all__ = ["Source", "read"]

_ENDINGS: Final = (".geojson", ".json", ".gpkg", ".gpx", ".kml", ".shp")
_WANTED: Final = {
    "routes": ("LineString", "MultiLineString"),
    "zones": ("Polygon", "MultiPolygon"),
}
_SHOWN, _NAMED = 10, 50
_DAYS: Final = {"valid_from", "valid_to", "start", "end", "source_date"}
_IDS: Final = ("route_id", "corridor_id", "zone_id", "area_id", "id", "name")


def read(
    path: str | Path, *, role: str, crs: str | None = None, limits: Limits = DEFAULT
) -> Source:
    """
    Read routes or zones from a file.

    Parameters
    ----------
    path
        A .geojson, .json, .gpx, .kml, .gpkg or .shp file, a .kmz, or a .zip of one
        of them, a GeoParquet, .parquet or .geoparquet, which takes pyarrow, or for
        routes an OpenStreetMap extract, .osm.pbf. Of GPX, tracks and
        routes are read; of GeoPackage and KML, every layer of the right type; of an
        extract, roads and ferries.
    role
        "routes" (lines) or "zones" (polygons).
    crs
        The CRS of the coordinates where the file does not say, e.g. "EPSG:32647".
    limits
        What the file may hold.

    Returns
    -------
    Source
        The features in EPSG:4326; features of another type are left out with a
        notice. A file without features gives an empty frame.

    Raises
    ------
    InputError
        If the file is not what its ending says, cannot be read in one way only, or
        holds more than is allowed.
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
    file = require_file(path, (*_ENDINGS, *archive.ARCHIVES, *parquet.ENDINGS, *extract))
    limits.require("bytes", file.stat().st_size, str(path))
    if file.suffix.lower() in extract:
        from geo.io.osm import read_osm

        return read_osm(path)
    notices: list[Notice] = []
    with archive.opened(file, _ENDINGS, limits, notices) as member:
        sheet = _by_ending(member, role, crs, limits, notices)
    sheet = _of_role(sheet, member.name, role, notices)
    if role == "zones" and len(sheet.rows):
        sheet = _checked(sheet, member.name, notices)
    _look_at(sheet, member.name, role, notices)
    digest = hashlib.sha256(content(file)).hexdigest()
    notices += remembered(path, digest, limits) if role == "zones" else []
    return Source(str(path), digest, sheet, tuple(_told(notices)))


def _told(notices: list[Notice]) -> Iterator[Notice]:
    """Tell the first ten of a kind, and how many more there are, and which."""
    for rule in dict.fromkeys(notice.rule for notice in notices):
        same = [notice for notice in notices if notice.rule == rule]
        yield from same[:_SHOWN]
        more = [notice.feature for notice in same[_SHOWN:]]
        if more:
            named = ", ".join(more[:_NAMED]) + (", ..." if len(more) > _NAMED else "")
            message = f"the same holds for {len(more)} more feature(s): {named}"
            yield Notice(same[0].file, "", rule, message)


def _require_crs(crs: str | None) -> None:
    if crs is None:
        return
    from pyproj import CRS
    from pyproj.exceptions import CRSError as Unknown

    try:
        CRS.from_user_input(crs or "EPSG:4326")
    except Unknown:
        message = f"the CRS {crs!r} is not known; give one as EPSG:32647"
        raise CRSError(message) from None


def _by_ending(
    member: Member, role: str, crs: str | None, limits: Limits, notices: list[Notice]
) -> Sheet:
    """Read a file by the reader that its ending asks for, and bring it to WGS 84."""
    ending = member.file.suffix.lower()
    if ending in {".gpkg", ".shp"}:
        from geo.io.vector import read_vector

        wanted = (*_WANTED[role], "GeometryCollection")
        frame, labels, more = read_vector(member, wanted, crs, limits)
        notices += more
        return Sheet.of_frame(lonlat(frame, member.name, labels, notices), labels)
    known: Any = "EPSG:4326"
    if ending == ".gpx":
        from geo.io.gpx import read_gpx

        found = read_gpx(content(member.file), member.name, limits)
    elif ending == ".kml":
        from geo.io.kml import read_kml

        found = read_kml(content(member.file), member.name, limits)
    elif ending in parquet.ENDINGS:
        from geo.io.geoparquet import read_geoparquet

        found, known = read_geoparquet(member.file, crs, limits)
    else:
        found, known = _read_geojson(content(member.file), member.name, crs, limits)
    notices += found.notices
    if known != "EPSG:4326":
        frame = lonlat(found.frame(known), member.name, found.labels, notices)
        return Sheet.of_frame(frame, found.labels)
    sheet = found.sheet(known)
    return sheet.with_shapes(placed(sheet.shapes, member.name, sheet.labels, notices))


def _read_geojson(raw: bytes, name: str, crs: str | None, limits: Limits) -> tuple[Features, str]:
    document = geojson.decode(raw, name, limits=limits)
    read = Features(name, limits)
    named = crs if isinstance(document, dict) and document.get("crs", crs) is None else None
    for row, feature in enumerate(geojson.features(document, name)):
        record = _record(feature)
        called, shape = label(record, feature.get("id"), row), None
        try:
            shape = geojson.geometry(feature["geometry"])
            opened = geojson.open_rings(feature["geometry"])
        except (GeometryError, shapely.errors.ShapelyError, LookupError, RecursionError) as error:
            read.problems.append(f"{called}: {error}")
            opened = False
        if opened:
            message = "has a ring that does not end where it began; it was closed"
            read.notices.append(Notice(name, called, "open-ring", message))
        read.add(record, shape, called)
    if crs and named is None and not fits_degrees(read.shapes):
        named = crs  # RFC 7946 says degrees; only numbers that cannot be any ask for more
    return read, named or geojson.crs_of(document, name)


def _record(feature: dict[str, Any]) -> dict[str, Any]:
    record = dict(feature.get("properties") or {})
    record.pop("geometry", None)
    if "id" in feature:
        record.setdefault("id", feature["id"])
    return record


def _of_role(sheet: Sheet, name: str, role: str, notices: list[Notice]) -> Sheet:
    """Keep the features of the right type."""
    if not len(sheet.rows):
        if role == "routes":
            message = f"{name}: no routes in it (of GPX, tracks and routes count, not waypoints)"
            raise GeometryError(message)
        return sheet
    wanted, shapes = _WANTED[role], sheet.shapes.copy()
    for row in (row for row, kind in enumerate(_types(shapes)) if kind == "GeometryCollection"):
        shapes[row] = _of_collection(shapes[row], wanted)
        message = f"is a GeometryCollection; its {role} were used"
        notices.append(Notice(name, sheet.labels[row], "collection", message))
    types = _types(shapes)
    wrong = np.array([kind not in {"", *wanted} for kind in types])
    if not set(types) & set(wanted):
        found = ", ".join(sorted(set(types) - {""})) or "no geometry at all"
        message = f"{name}: no {role} in it: a {role[:-1]} is {' or '.join(wanted)}, it has {found}"
        raise GeometryError(message)
    for row in np.flatnonzero(wrong).tolist():
        message = f"is a {types[row]} and is left out"
        notices.append(Notice(name, sheet.labels[row], "other-type", message))
    return sheet.with_shapes(shapes).only(~wrong)


def _types(shapes: Any) -> list[str]:
    """Name the type of each geometry; "" for None."""
    return ["" if shape is None else shape.geom_type for shape in shapes]


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


def _checked(sheet: Sheet, name: str, notices: list[Notice]) -> Sheet:
    """Mend the polygons that can be mended, and refuse dates that cannot be read."""
    from geo.io.polygons import mended

    shapes = mended(sheet.shapes, name, sheet.labels, notices)
    emptied = shapely.is_empty(shapes) & ~shapely.is_empty(sheet.shapes)
    sheet = sheet.with_shapes(shapes).only(~emptied)
    if _DAYS & set(sheet.names()):
        _refuse_dates(sheet, name)
    return sheet


def _refuse_dates(sheet: Sheet, name: str) -> None:
    from geo import control

    rows = sheet.frame().set_axis(list(sheet.labels))
    try:
        control.as_of(rows, None)
        if "source_date" in rows.columns:
            control.days(rows["source_date"], partial=True)
    except InputError as error:
        message = f"{name}: {error}"
        raise InputError(message) from None


def _look_at(sheet: Sheet, name: str, role: str, notices: list[Notice]) -> None:
    """Say what the rows of a layer do not tell, or tell in a way that misleads."""
    from geo.io import wording

    if not len(sheet.rows):
        return
    columns = sheet.columns()
    wording.look_at(columns, name, sheet.labels, notices)
    if all(missing(cell) for column in _IDS for cell in columns.get(column, ())):
        message = f"its {role} have no id and no name; each is called by its number, from 0"
        notices.append(Notice(name, "", "no-id", message))
