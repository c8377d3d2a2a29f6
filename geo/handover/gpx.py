"""An answer's routes as GPX 1.1, with a waypoint where each exposed stretch begins and ends."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

import shapely

from geo import geodesy
from geo.errors import visible
from geo.report import heading, km

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo.exposure import Exposure

__all__ = ["as_gpx"]

_NAMESPACE: Final = "http://www.topografix.com/GPX/1/1"
_EAST: Final = "179.9999999"  # the schema ends before 180
_NO_CHARACTER: Final = re.compile("[\ufffe\uffff]")


def as_gpx(found: Exposure) -> str:
    """
    Give an answer's routes as GPX 1.1 for handhelds and navigation programs.

    Parameters
    ----------
    found
        The answer.

    Returns
    -------
    str
        XML, ending with a line feed: a waypoint at the begin and one at the end
        of each stretch inside zones, then a track for each route, with a segment
        for each part of its line. Coordinates have 7 decimals; heights are left
        out. Signs that XML 1.0 forbids, and those that would forge a line or
        turn its direction, are written as their escapes. Without exposed
        stretches there are no waypoints.

    References
    ----------
    .. [1] TopoGrafix, GPX 1.1 schema, https://www.topografix.com/GPX/1/1/gpx.xsd
    """
    root = ET.Element("gpx", version="1.1", creator="corridor-exposure", xmlns=_NAMESPACE)
    about = ET.SubElement(root, "metadata")
    said = [heading(found), *map(str, found.notices)]
    _text(about, "name", "Routes and where they run inside conflict zones")
    _text(about, "desc", " | ".join(said))
    rows: list[Any] = found.routes.to_dict("records")
    for number, route in enumerate(rows, start=1):
        for waypoint in _waypoints(found, route, f"{number} " if len(rows) > 1 else ""):
            root.append(waypoint)
    for route in rows:
        root.append(_track(found, route))
    ET.indent(root, " ")
    body = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def _waypoints(found: Exposure, route: dict[str, Any], before: str) -> Iterator[ET.Element]:
    """Give the two waypoints of each stretch, named so shortly that a handheld shows it."""
    mine = found.exposed[found.exposed["route_id"] == route["route_id"]]
    for number, (from_m, to_m) in enumerate(mine[["from_m", "to_m"]].to_numpy(float), start=1):
        xy = shapely.get_coordinates(geodesy.piece(route["geometry"], from_m, to_m))
        held = _held(found, str(route["route_id"]), from_m, to_m)
        begins = "starts inside" if from_m == 0 else "enters"
        ends = "ends inside" if to_m >= route["length_m"] else "leaves"
        inside = f"{km(to_m - from_m)} km"
        words = [(from_m, f"{begins} zones, for {inside}"), (to_m, f"{ends} zones after {inside}")]
        into, out = (
            f"{route['name']}, km {at / 1000:.1f}: {what}{held}{_off(found, route, at, at)}"
            + (f". As of {found.as_of}" if found.as_of else "")
            for at, what in words
        )
        yield _waypoint(xy[0], f"{before}IN {number}", into, ("Flag, Red", "zone entry"))
        yield _waypoint(xy[-1], f"{before}OUT {number}", out, ("Flag, Green", "zone exit"))


def _off(found: Exposure, route: dict[str, Any], low_m: float, high_m: float) -> str:
    """Say how far the drawn line may be off between two chainages, where that is known."""
    mine = found.sections[found.sections["route_id"] == route["route_id"]]
    here = mine[(mine["from_m"] <= high_m) & (mine["to_m"] >= low_m)]["positional_error_m"]
    if here.isna().any() or not here.max() > 0:
        return ""
    return f"; the drawn line may be {km(here.max())} km off"


def _held(found: Exposure, route_id: str, from_m: float, to_m: float) -> str:
    """Say who holds a stretch, the longest first, as the first source says."""
    rows = found.stretches
    mine = rows[(rows["route_id"] == route_id) & (rows["source"] == found.sources[0])]
    inside = mine["to_m"].clip(upper=to_m) - mine["from_m"].clip(lower=from_m)
    sums = inside[inside > 0].groupby(mine["controller"]).sum()
    sums = sums.sort_values(ascending=False, kind="stable")
    if sums.empty:
        return ""
    told = ", ".join(f"{holder} {km(metres)} km" for holder, metres in sums.items())
    source = f" (as {found.sources[0]} says)" if len(found.sources) > 1 else ""
    return f"; who holds it: {told}{source}"


def _waypoint(place: Any, name: str, words: str, kind: tuple[str, str]) -> ET.Element:
    point = _point("wpt", place)
    _text(point, "name", name)
    # handhelds show the comment, programs the description
    _text(point, "cmt", words)
    _text(point, "desc", words)
    _text(point, "sym", kind[0])
    _text(point, "type", kind[1])
    return point


def _track(found: Exposure, route: dict[str, Any]) -> ET.Element:
    track = ET.Element("trk")
    _text(track, "name", str(route["name"]))
    words = f"{km(route['exposed_m'])} of {km(route['length_m'])} km inside zones"
    words += f" on {found.as_of}" if found.as_of else ""
    if route["possible_m"] >= 0:  # not NaN: how far the line may be off is known
        words += f" (surely {km(route['sure_m'])}, possibly {km(route['possible_m'])} km)"
    _text(track, "desc", words + _off(found, route, 0, math.inf))
    for part in shapely.get_parts(route["geometry"]):
        segment = ET.SubElement(track, "trkseg")
        segment.extend(_point("trkpt", place) for place in shapely.get_coordinates(part))
    return track


def _point(tag: str, place: Any) -> ET.Element:
    lon, lat = (f"{value:.7f}" for value in place)
    return ET.Element(tag, lat=lat, lon=_EAST if float(lon) >= 180 else lon)  # noqa: PLR2004


def _text(parent: ET.Element, tag: str, words: str) -> None:
    plain = _NO_CHARACTER.sub(lambda sign: repr(sign[0])[1:-1], visible(words))
    ET.SubElement(parent, tag).text = plain
