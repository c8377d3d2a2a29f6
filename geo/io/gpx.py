"""
A strict reader of GPX (1.0 and 1.1): its tracks, then its routes.

References
----------
.. [1] D. Foster, "GPX 1.1 Schema Documentation", TopoGrafix 2004.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

import shapely

from geo.errors import Notice
from geo.io.features import Features, label, number
from geo.io.markup import elements

if TYPE_CHECKING:
    from geo.io.limits import Limits
    from geo.io.markup import Element

__all__ = ["read_gpx"]

_TOLD: Final = ("name", "cmt", "desc", "src", "number", "type")
_LEAST: Final = 2
_WANTED: Final = ("trkpt", "trkseg", "trk", "rtept", "rte", "wpt")
_SHOWN: Final = 3


class _Path:
    """The points of a track or route that is being read."""

    def __init__(self) -> None:
        self.parts: list[list[tuple[float, float]]] = []
        self.points: list[tuple[float, float]] = []
        self.wrong: list[str] = []
        self.backwards = 0
        self.alone = 0
        self._last: dt.datetime | None = None

    def take(self, point: Element) -> None:
        """Add a point, or say why it is none."""
        place = []
        for name in ("lon", "lat"):
            text = point.attributes.get(name)
            value = None if text is None else number(text.strip())
            if value is None:
                found = f"has no {name}" if text is None else f"has the {name} {text!r}"
                self.wrong.append(f"line {point.line}: a {point.tag} {found}")
                return
            place.append(value)
        self.points.append((place[0], place[1]))
        self._look_at(point.word("time"))

    def end_part(self) -> None:
        """Close a segment; one of no or one point, where the signal was lost, is no line."""
        if len(self.points) >= _LEAST:
            self.parts.append(self.points)
        self.alone += len(self.points) == 1
        self.points, self._last = [], None

    def shape(self) -> Any:
        """Give the line: its segments are its parts."""
        if len(self.parts) == 1:
            return shapely.LineString(self.parts[0])
        return shapely.MultiLineString(self.parts)

    def _look_at(self, text: str) -> None:
        try:
            moment = dt.datetime.fromisoformat(text)
        except ValueError:
            return
        moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
        self.backwards += self._last is not None and moment < self._last
        self._last = moment


def read_gpx(raw: bytes, name: str, limits: Limits) -> Features:
    """
    Read the tracks and routes of a GPX file; its waypoints are no lines.

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
        Tracks first, then routes, with name, cmt, desc, src, number and type;
        longitude and latitude on WGS 84. A file without either gives none.

    Raises
    ------
    InputError
        If it is not well-formed, no GPX, or larger than is allowed.
    """
    read = Features(name, limits)
    found: dict[str, list[tuple[Element, _Path]]] = {"trk": [], "rte": []}
    path, many = _Path(), 0
    for element in elements(raw, name, root="gpx", wanted=_WANTED, limits=limits):
        if element.tag in {"trkpt", "rtept"}:
            many += 1
            limits.require("vertices", many, name)
            path.take(element)
            continue
        if element.tag == "wpt":
            continue
        path.end_part()
        if element.tag in found:
            found[element.tag].append((element, path))
            path = _Path()
    for element, done in found["trk"] + found["rte"]:
        _add(read, element, done)
    return read


def _add(read: Features, element: Element, path: _Path) -> None:
    record = {tag: element.word(tag) or None for tag in _TOLD}
    record = {tag: text for tag, text in record.items() if text or tag == "name"}
    called = label(record, None, len(read.records))
    if path.wrong:
        more = len(path.wrong) - _SHOWN
        shown = "; ".join(path.wrong[:_SHOWN]) + (f"; and {more} more" if more > 0 else "")
        read.problems.append(f"{called}: {shown}; decimal degrees with a point are needed")
    if path.backwards:
        message = (
            f"its times run backwards {path.backwards} time(s): is it in the order it was "
            "travelled? It is measured in the order of the file"
        )
        read.notices.append(Notice(read.name, called, "time-backwards", message))
    if path.alone and path.parts:
        message = f"{path.alone} segment(s) of one point have no length and are left out"
        read.notices.append(Notice(read.name, called, "lone-point", message))
    read.add(record, path.shape(), called)
