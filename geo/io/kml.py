"""
A strict reader of KML 2.2 and 2.3: the placemarks of one file, with what is known of them.

References
----------
.. [1] OGC 12-007r2, "OGC KML 2.3", Open Geospatial Consortium 2015.
.. [2] Google, "KML Reference", for the elements of the namespace gx.
"""

from __future__ import annotations

import math
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import shapely

from geo.errors import GeometryError, Notice
from geo.io.features import Features, label, number
from geo.io.markup import elements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo.io.limits import Limits
    from geo.io.markup import Element

__all__ = ["read_kml"]

_WANTED: Final = ("Placemark", "NetworkLink")
_SHAPES: Final = (
    *("Point", "LineString", "LinearRing", "Polygon", "MultiGeometry"),
    *("Track", "MultiTrack", "Model"),
)
_TOLD: Final = ("name", "description", "address", "phoneNumber")
_LEAST_IN_LINE, _LEAST_IN_RING = 2, 4
_TWO, _THREE, _FOUR = 2, 3, 4
_HALF_TURN_DEG, _MUCH = 180, 5
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_PART_OF_DAY: Final = re.compile(r"\d{4}(-\d{2})?")
_SHOWN_CHARACTERS: Final = 40
_MANY: Final[dict[str, Any]] = {
    "Point": shapely.MultiPoint,
    "LineString": shapely.MultiLineString,
    "Polygon": shapely.MultiPolygon,
}


def read_kml(raw: bytes, name: str, limits: Limits) -> Features:
    """
    Read the placemarks of a KML file.

    Parameters
    ----------
    raw
        The file's bytes.
    name
        The file's name, for messages.
    limits
        What it may hold.

    Returns
    -------
    Features
        In file order, longitude and latitude on WGS 84; Points, lines (tracks of
        gx too), polygons and what is made of them. Of each its name, description,
        ExtendedData with names in small letters, and its TimeSpan, or that of the
        folder around it, as start and end; a TimeStamp stands in `when`.

    Raises
    ------
    InputError
        If it is not well-formed, no KML, or larger than is allowed.
    """
    read = Features(name, limits)
    links, dated = 0, False
    for element in elements(raw, name, root="kml", wanted=_WANTED, limits=limits):
        if element.tag == "NetworkLink":
            links += 1
            continue
        record, wrong = _record(element)
        called = label(record, element.attributes.get("id"), len(read.records))
        shape = None
        try:
            shape = _placed(element)
        except (GeometryError, shapely.errors.ShapelyError, ValueError) as error:
            wrong.insert(0, str(error))
        if wrong:
            read.problems.append(f"{called}: {'; '.join(wrong)}")
        dated = dated or "end" in record
        if _backwards(element):
            message = "its times run backwards; it is measured in the order of the file"
            read.notices.append(Notice(name, called, "time-backwards", message))
        read.add(record, shape, called)
    _say(read, links, dated=dated)
    return read


def _say(read: Features, links: int, *, dated: bool) -> None:
    if links:
        message = f"{links} NetworkLink(s) name other files, which are not read: bring them too"
        read.notices.append(Notice(read.name, "", "not-followed", message))
    if any("when" in record for record in read.records):
        message = (
            "a TimeStamp is a moment, not a period: it is kept in the column when, and such a "
            "zone counts on every day"
        )
        read.notices.append(Notice(read.name, "", "time-stamp", message))
    if dated:
        message = "the end of a TimeSpan is read as the first day on which it no longer holds"
        read.notices.append(Notice(read.name, "", "time-span", message))


def _record(element: Element) -> tuple[dict[str, Any], list[str]]:
    """Collect what is known of a placemark, and say what contradicts itself."""
    record: dict[str, Any] = {}
    wrong: list[str] = []
    for tag in _TOLD:
        if element.word(tag) or tag == "name":
            record[tag.lower()] = element.word(tag) or None
    for title, value in (*_extended(element), *_times(element)):
        column = title.strip().lower()
        if not column:
            continue
        if record.get(column) not in (None, value):
            if column == "name":  # a second name is another thing's: keep both
                column = "data_name"
            else:
                wrong.append(f"{title!r} stands twice: {record[column]!r} and {value!r}")
        record[column] = value or None
    for column in ("start", "end"):
        wrong += _odd_day(record, column)
    return record, wrong


def _odd_day(record: dict[str, Any], column: str) -> list[str]:
    """Read a begin of a month or year as its first day; refuse such an end."""
    text = record.get(column)
    if not text or not _PART_OF_DAY.fullmatch(text):
        return []
    if column == "start":
        record[column] = f"{text}-01" if "-" in text else f"{text}-01-01"
        return []
    what = "month" if "-" in text else "year"
    return [f"its TimeSpan ends in the {what} {text}: write the first day when it no longer holds"]


def _extended(element: Element) -> Iterator[tuple[str, str]]:
    """Give the fields of ExtendedData, with and without a schema."""
    for extended in element.all("ExtendedData"):
        for data in extended.all("Data"):
            yield data.attributes.get("name", ""), data.word("value")
        for schema in extended.all("SchemaData"):
            for data in schema.all("SimpleData"):
                yield data.attributes.get("name", ""), data.text


def _times(element: Element) -> Iterator[tuple[str, str]]:
    """Give the period of a placemark, or of the nearest folder around it that has one."""
    at: Element | None = element
    while at is not None:
        for span in at.all("TimeSpan"):
            times = (("start", span.word("begin")), ("end", span.word("end")))
            yield from ((column, text) for column, text in times if text)
            return
        for stamp in at.all("TimeStamp"):
            yield "when", stamp.word("when")
            return
        at = at.parent


def _placed(element: Element) -> Any:
    """Give the shape of a placemark; several, which only one may be, stand together."""
    shapes = [_shape(child) for child in element.children if child.tag in _SHAPES]
    drawn = [shape for shape in shapes if shape is not None]
    return (_together(drawn) if len(drawn) > 1 else drawn[0]) if drawn else None


def _shape(element: Element) -> Any:
    if element.tag in {"MultiGeometry", "MultiTrack"}:
        parts = [_shape(child) for child in element.children if child.tag in _SHAPES]
        return _together([part for part in parts if part is not None])
    if element.tag == "Model":
        return None
    if element.tag == "Polygon":
        return _polygon(element)
    if element.tag == "Track":
        points = [_tuple(at.text.split(), at) for at in element.all("coord")]
        points = points if len(points) > 1 else []  # a stay, or a signal that was lost
    else:
        points = _positions(element)
    if element.tag == "Point":
        if not points:  # as exports of a phone's whereabouts write it
            return None
        if len(points) != 1:
            message = f"line {element.line}: a Point has {len(points)} positions"
            raise GeometryError(message)
        return shapely.Point(points[0])
    return shapely.LineString(_enough(points, _LEAST_IN_LINE, element) if points else [])


def _together(parts: list[Any]) -> Any:
    kinds = {part.geom_type for part in parts}
    if len(kinds) == 1 and kinds <= _MANY.keys():
        return parts[0] if len(parts) == 1 else _MANY[kinds.pop()](parts)
    return shapely.GeometryCollection(parts)


def _polygon(element: Element) -> Any:
    outer = [ring for side in element.all("outerBoundaryIs") for ring in side.all("LinearRing")]
    inner = [ring for side in element.all("innerBoundaryIs") for ring in side.all("LinearRing")]
    if len(outer) != 1:
        message = f"line {element.line}: a Polygon has {len(outer)} outer rings"
        raise GeometryError(message)
    rings = [_enough(_positions(ring), _LEAST_IN_RING - 1, ring) for ring in (*outer, *inner)]
    return shapely.Polygon(rings[0], rings[1:])


def _positions(element: Element) -> list[tuple[float, float]]:
    points = [
        _tuple(word.split(","), at) for at in element.all("coordinates") for word in at.text.split()
    ]
    if any("." in at.text for at in element.all("coordinates")) or not _has_commas(points):
        return points
    message = (
        f"line {element.line}: its positions lie far apart and none has a decimal point: are "
        "these decimal commas? Write 97.5,25.5 for 97,5 25,5"
    )
    raise GeometryError(message)


def _has_commas(points: list[tuple[float, float]]) -> bool:
    """Tell whether whole numbers make a far shorter line if their commas are decimal ones."""
    if len(points) < _FOUR or len(points) % 2 or any(height < 0 for _, height in points):
        return False
    read = [float(f"{whole:.0f}.{part:.0f}") for whole, part in points]
    pairs = list(zip(read[::2], read[1::2], strict=True))
    if any(abs(x) > _HALF_TURN_DEG or abs(y) > _HALF_TURN_DEG / 2 for x, y in pairs):
        return False
    return _MUCH * _longest(pairs) < _longest(points)


def _longest(points: list[tuple[float, float]]) -> float:
    return max(math.dist(one, other) for one, other in pairwise(points))


def _tuple(parts: list[str], element: Element) -> tuple[float, float]:
    """Read one position: longitude, latitude and perhaps a height, without blanks between."""
    numbers = [number(part) for part in parts]
    if len(parts) == _THREE and not parts[2]:
        numbers.pop()  # a height left empty
    if len(numbers) not in {_TWO, _THREE} or None in numbers:
        shown = ",".join(parts)[:_SHOWN_CHARACTERS]
        message = (
            f"line {element.line}: {shown!r} is no position: write longitude,latitude or "
            "longitude,latitude,height with decimal points and no blanks between"
        )
        raise GeometryError(message)
    return numbers[0] or 0.0, numbers[1] or 0.0


def _enough(points: list[Any], least: int, element: Element) -> list[Any]:
    if len(points) < least:
        message = f"line {element.line}: a {element.tag} has {len(points)} position(s)"
        raise GeometryError(message)
    return points


def _backwards(element: Element) -> bool:
    """Tell whether the times of a track of gx ever run backwards, as far as they are written."""
    tracks = element.all("Track")
    tracks += [track for many in element.all("MultiTrack") for track in many.all("Track")]
    for track in tracks:
        times = [when.text for when in track.all("when") if when.text.endswith("Z")]
        if len({len(time) for time in times}) == 1 and times != sorted(times):
            return True
    return False
