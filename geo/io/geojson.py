"""
A strict reader of GeoJSON (RFC 7946), on the standard library's json.

It opens nothing but the text it is given: no other file, no network. What is not
GeoJSON, or could be read in two ways, is refused with the place where it stands.
"""

from __future__ import annotations

import json
import math
import re
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from shapely.geometry import shape as build

from geo.errors import CRSError, GeometryError, InputError
from geo.io import place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from geo.io.limits import Limits

__all__ = ["crs_of", "decode", "features", "geometry", "open_rings"]

_DEPTH = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
_LEAST_IN_LINE, _LEAST_IN_RING = 2, 4
_SHOWN, _SHOWN_LETTERS = 10, 80
_DEEPEST = 64
_LARGEST = 1e12  # beyond any metre or degree, and within what a double holds
_LONLAT = ("crs84", "epsg::4326", "epsg:4326", "epsg::4979", "epsg:4979")
# of what PROJ takes for a CRS, only codes: its own language can name files to be opened
_CODE = re.compile(
    r"(urn:(x-)?ogc:def:crs:\w+:[\w.]*:\w+|https?://www\.opengis\.net/def/crs/\w+/[\w.]+/\w+|\w+:\w+)",
    re.ASCII | re.IGNORECASE,
)
_LONG_MARKS = {b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff"}
_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


def decode(raw: bytes, name: str, *, limits: Limits | None = None) -> Any:
    """
    Parse JSON, refusing what could be read in two ways.

    Parameters
    ----------
    raw
        The file's bytes, UTF-8 with or without a byte order mark.
    name
        The file's name, for messages.
    limits
        How deep lists and objects may lie in each other; None leaves it to Python.

    Returns
    -------
    dict, list, str, float, bool or None
        The document.

    Raises
    ------
    InputError
        If it is empty, not UTF-8, not JSON, nested too deep, or has duplicate
        keys, NaN or infinite numbers.
    """
    if raw[:4] in _LONG_MARKS:
        message = f"{name}: encoded as UTF-32; GeoJSON is UTF-8"
        raise InputError(message)
    if raw[:2] in _MARKS:
        message = f"{name}: encoded as {_MARKS[raw[:2]]}; GeoJSON is UTF-8"
        raise InputError(message)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"{name}: not UTF-8 at byte {error.start}"
        raise InputError(message) from None
    if not text.strip():
        message = f"{name}: the file is empty"
        raise InputError(message)
    if limits is not None:
        place.refuse_depth(raw, name, limits)
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        message = f"{name}: not JSON: {error.msg}, line {error.lineno}, column {error.colno}"
        raise InputError(message) from None
    except RecursionError:
        message = f"{name}: nested too deep to be GeoJSON"
        raise InputError(message) from None
    except ValueError as error:
        message = f"{name}: {place.of_refused(text) or error}"
        raise InputError(message) from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        message = f"the key {twice!r} stands twice in one object"
        raise ValueError(message)
    return found


def _no_constant(word: str) -> float:
    message = f"{word} is not a number in JSON"
    raise ValueError(message)


def crs_of(document: dict[str, Any], name: str) -> str:
    """
    Say which CRS a document names.

    Parameters
    ----------
    document
        The outermost object.
    name
        The file's name, for messages.

    Returns
    -------
    str
        "EPSG:4326" where it names none or WGS 84; else the CRS that it names,
        in the old style of 2008.

    Raises
    ------
    CRSError
        If its crs is null, a link, not a name, or more than a code.
    """
    if "crs" not in document:
        return "EPSG:4326"
    crs = document["crs"]
    if crs is None:
        message = f"{name}: its crs is null, which says that the CRS is unknown; give --crs"
        raise CRSError(message)
    properties = crs.get("properties") if isinstance(crs, dict) else None
    if not isinstance(properties, dict) or crs.get("type") != "name":
        message = f"{name}: its crs is not a name (links are not followed)"
        raise CRSError(message)
    text = str(properties.get("name", "")).strip()
    if not text:
        message = f"{name}: its crs has no name"
        raise CRSError(message)
    if text.lower().endswith(_LONLAT):
        return "EPSG:4326"
    if not _CODE.fullmatch(text):
        message = f"{name}: its crs {text[:80]!r} is not known: no code such as EPSG:32647"
        raise CRSError(message)
    return text


def features(document: Any, name: str) -> list[dict[str, Any]]:
    """
    List the features of a document.

    Parameters
    ----------
    document
        A FeatureCollection, a Feature or a bare geometry.
    name
        The file's name, for messages.

    Returns
    -------
    list of dict
        Features as they stand; a bare geometry becomes one without properties.

    Raises
    ------
    InputError
        If it is not GeoJSON, listing the features that are not.
    """
    kind = _type(document)
    if kind == "FeatureCollection" and isinstance(document.get("features"), list):
        return _checked(document["features"], name)
    if kind == "Feature":
        return _checked([document], name)
    if kind in _DEPTH or kind == "GeometryCollection":
        return [{"type": "Feature", "properties": {}, "geometry": document}]
    if kind == "FeatureCollection":
        message = f"{name}: not GeoJSON: its features are not a list"
        raise InputError(message)
    what = f"its type is {kind!r}" if kind else "it has no member type, or one that is no text"
    message = f"{name}: not GeoJSON: {what}"
    raise InputError(message)


def _checked(found: list[Any], name: str) -> list[dict[str, Any]]:
    wrong = [
        str(number)
        for number, entry in enumerate(found)
        if _type(entry) != "Feature"
        or not isinstance(entry.get("properties"), dict | None)
        or "geometry" not in entry
    ]
    if wrong:
        shown = ", ".join(wrong[:_SHOWN])
        message = f"{name}: not a GeoJSON Feature: number {shown} (counted from 0)"
        raise InputError(message)
    return found


def geometry(value: Any, *, depth: int = 0) -> Any:
    """
    Build one geometry.

    Parameters
    ----------
    value
        The geometry object of a feature, or None.
    depth
        How many collections it lies in.

    Returns
    -------
    Geometry or None
        None for null; heights are dropped.

    Raises
    ------
    GeometryError
        If it breaks a rule of RFC 7946, naming the position.
    """
    if value is None:
        return None
    kind = _type(value)
    if kind == "GeometryCollection" and isinstance(value.get("geometries"), list):
        if depth > _DEEPEST:
            message = f"collections lie more than {_DEEPEST} deep in each other"
            raise GeometryError(message)
        parts = [geometry(part, depth=depth + 1) for part in value["geometries"]]
        return shapely.GeometryCollection([part for part in parts if part and not part.is_empty])
    if kind not in _DEPTH:
        message = f"its geometry is of type {kind!r}"
        raise GeometryError(message)
    coordinates = value.get("coordinates")
    plain = _plain(coordinates, kind)
    if plain is not None:
        return plain
    problem = next(_wrong(coordinates, _DEPTH[kind], kind, "coordinates"), None)
    if problem:
        raise GeometryError(problem)
    if coordinates == []:
        return build({"type": kind, "coordinates": []})
    return shapely.force_2d(build({"type": kind, "coordinates": _closed(coordinates, kind)}))


def _plain(coordinates: Any, kind: str) -> Any:
    """
    Build a line or a polygon of which nothing can be said; None for anything else.

    The rules are those of `_wrong`, asked of all positions at once: most files break
    none of them, and to ask position by position takes longer than all the rest.
    """
    one, many = _PLAIN.get(kind, (None, None))
    if one is None or many is None:
        return None if one is None else one(coordinates)
    if not isinstance(coordinates, list) or not coordinates:
        return None
    parts = [one(part) for part in coordinates]
    return None if any(part is None for part in parts) else many(parts)


def _plain_line(positions: Any) -> Any:
    points = _plain_points(positions)
    return None if points is None or len(points) < _LEAST_IN_LINE else shapely.linestrings(points)


def _plain_polygon(rings: Any) -> Any:
    if not isinstance(rings, list) or not rings:
        return None
    shapes: list[Any] = []
    for ring in rings:
        points = _plain_points(ring)
        if points is None or len(points) < _LEAST_IN_RING or (points[0] != points[-1]).any():
            return None
        shapes.append(shapely.linearrings(points))
    return shapely.polygons(shapes[0], shapes[1:] or None)


_PLAIN: Final[dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any] | None]]] = {
    "LineString": (_plain_line, None),
    "Polygon": (_plain_polygon, None),
    "MultiLineString": (_plain_line, shapely.multilinestrings),
    "MultiPolygon": (_plain_polygon, shapely.multipolygons),
}
"""By kind, what builds one of its parts and what puts several together."""


def _plain_points(positions: Any) -> NDArray[np.float64] | None:
    """Give a list of positions of two numbers as an array; None where it is anything else."""
    if not isinstance(positions, list) or set(map(type, positions)) != {list}:
        return None
    kinds = set(map(type, chain.from_iterable(positions)))
    if set(map(len, positions)) != {2} or not kinds <= {float, int}:
        return None
    try:
        points = np.array(positions, dtype=np.float64)
    except OverflowError:  # a whole number beyond what a double holds
        return None
    return points if bool((np.abs(points) <= _LARGEST).all()) else None


def _type(value: Any) -> str | None:
    """Give the type that an object names; None for anything that is no text."""
    kind = value.get("type") if isinstance(value, dict) else None
    return kind if isinstance(kind, str) else None


def _wrong(value: Any, depth: int, kind: str, path: str) -> Iterator[str]:
    """Say what is wrong with coordinates, with the path to it."""
    if not isinstance(value, list):
        yield f"{path} is not a list"
        return
    if depth == 0:
        yield from _wrong_position(value, path)
        return
    for number, part in enumerate(value):
        yield from _wrong(part, depth - 1, kind, f"{path}[{number}]")
    ends = depth == 1 and kind != "MultiPoint" and bool(value or path != "coordinates")
    least = _LEAST_IN_RING if kind.endswith("Polygon") else _LEAST_IN_LINE
    # an open ring of three corners is closed below, so three positions can make a ring
    if ends and len(value) < (least - 1 if kind.endswith("Polygon") else least):
        yield f"{path} has {len(value)} position(s), a {kind} needs {least}"


def _wrong_position(value: list[Any], path: str) -> Iterator[str]:
    if len(value) < 2:  # noqa: PLR2004 - longitude and latitude
        yield f"{path} has {len(value)} number(s), a position has two"
    for number in value:
        if isinstance(number, bool) or not isinstance(number, int | float):
            shown = json.dumps(number, ensure_ascii=False)[:_SHOWN_LETTERS]
            yield f"{path} holds {shown}, which is not a number"
        elif abs(number) > _LARGEST or not math.isfinite(number):
            yield f"{path} holds a number that is no coordinate"


def _closed(coordinates: list[Any], kind: str) -> list[Any]:
    """Close rings that end one position early; positions keep longitude and latitude."""
    if kind == "MultiPolygon":
        return [_closed(rings, "Polygon") for rings in coordinates if rings]
    if kind == "Polygon":
        return [
            _flat(ring if ring[0][:2] == ring[-1][:2] else [*ring, ring[0]]) for ring in coordinates
        ]
    if kind == "MultiLineString":
        return [_flat(line) for line in coordinates]
    return coordinates[:2] if kind == "Point" else _flat(coordinates)


def _flat(positions: list[list[float]]) -> list[list[float]]:
    return [position[:2] for position in positions]


def open_rings(value: Any) -> bool:
    """
    Tell whether a geometry has a ring that does not end where it began.

    Parameters
    ----------
    value
        The geometry object of a feature, or None.

    Returns
    -------
    bool
        True where `geometry` closes a ring that the file left open.
    """
    kind = _type(value)
    if kind == "GeometryCollection":
        return any(open_rings(part) for part in value["geometries"])
    if kind not in {"Polygon", "MultiPolygon"}:
        return False
    polygons = value["coordinates"] if kind == "MultiPolygon" else [value["coordinates"]]
    return any(ring[0][:2] != ring[-1][:2] for rings in polygons for ring in rings if ring)
