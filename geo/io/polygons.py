"""
Polygons that break the rules: mended where they can be read in one way only.

Every common repair is a reading: by the lines (what is enclosed an odd number of
times), by the structure (shells less holes), and by the direction of the rings. Where
all of them give the same ground, the polygon has one inside and is mended; where they
differ, as for a bow-tie, the tool cannot know which is meant, and refuses it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo.errors import GeometryError, Notice
from geo.io.features import refuse

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["mended"]

_SAME: Final = 1e-9
_M_PER_KM: Final = 1000
_LEAST_IN_RING: Final = 4


def mended(shapes: Any, name: str, labels: Sequence[str], notices: list[Notice]) -> Any:
    """
    Mend the polygons that can be read in one way only.

    Parameters
    ----------
    shapes
        An array of geometries or None, in longitude and latitude; only polygons are
        looked at.
    name
        The file's name, for messages.
    labels
        What each feature is called.
    notices
        Where it is said what was mended, and how much ground that changes.

    Returns
    -------
    ndarray
        Valid polygons; what encloses nothing becomes an empty polygon, with a notice.

    Raises
    ------
    GeometryError
        If polygons can be read in several ways, naming all of them.
    """
    shapes, problems = np.array(shapes, dtype=object), []
    for row in np.flatnonzero(~shapely.is_valid(shapes)).tolist():
        shape = shapes[row]
        if shape is None or shape.geom_type not in {"Polygon", "MultiPolygon"}:
            continue
        solid = _without_nothing(shape)
        if solid.is_empty:
            message = "encloses nothing (all of its positions lie on one line) and counts for none"
            notices.append(Notice(name, labels[row], "collapsed", message))
            shapes[row] = solid
            continue
        try:
            shapes[row], said = _mended(solid)
        except GeometryError as error:
            problems.append(f"{labels[row]}: {error}")
            continue
        if solid != shape:
            said += "; a ring that encloses nothing was left out"
        notices.append(Notice(name, labels[row], "repaired", said))
    refuse(problems, name, "have no single inside")
    return shapes


def _mended(shape: Any) -> tuple[Any, str]:
    """Mend one polygon, and say what was done."""
    reason = str(shapely.is_valid_reason(shape)).partition("[")
    place = f"near {reason[2].rstrip(']').replace(' ', ', ')}"
    once = _traced_once(shape)
    if once is not None and once.is_valid:
        return once, f"a ring was traced more than once and is taken once; {_areas(shape, once)}"
    readings = [_only_polygons(one) for one in _readings(once or shape)]
    first = readings[0]
    if first.is_empty or any(not _same(first, other) for other in readings[1:]):
        areas = sorted({f"{_km2(one):,.0f}" for one in readings})
        message = (
            f"{reason[0].lower()} {place}; it can be read as {' or '.join(areas)} km2: draw it anew"
        )
        raise GeometryError(message)
    said = f"{reason[0].lower()} {place}; mended in the only way it can be read"
    return first, f"{said}; {_areas(shape, first)}"


def _readings(shape: Any) -> Iterator[Any]:
    yield shapely.make_valid(shape, method="linework")
    yield shapely.make_valid(shape, method="structure", keep_collapsed=False)
    yield shapely.buffer(shape, 0)


def _only_polygons(shape: Any) -> Any:
    parts = [
        part
        for whole in shapely.get_parts(shape)
        for part in (whole.geoms if hasattr(whole, "geoms") else [whole])
        if part.geom_type == "Polygon"
    ]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _same(one: Any, other: Any) -> bool:
    return bool(one.symmetric_difference(other).area <= _SAME * one.area)


def _rings(polygon: Any) -> list[Any]:
    return [shapely.get_coordinates(ring) for ring in shapely.get_rings(polygon)]


def _without_nothing(shape: Any) -> Any:
    """Leave out rings whose positions lie on one line, and shells with all that is in them."""
    kept = []
    for polygon in shapely.get_parts(shape):
        rings = [ring for ring in _rings(polygon) if _encloses(ring)]
        if rings and _encloses(_rings(polygon)[0]):
            kept.append(shapely.Polygon(rings[0], rings[1:]))
    if not kept:
        return shapely.Polygon()
    return kept[0] if shape.geom_type == "Polygon" else shapely.MultiPolygon(kept)


def _encloses(ring: Any) -> bool:
    """Tell whether the positions of a ring lie on more than one line."""
    from_first = ring - ring[0]
    farthest = from_first[np.argmax(np.abs(from_first).sum(axis=1))]
    aside = farthest[0] * from_first[:, 1] - farthest[1] * from_first[:, 0]
    return bool(np.abs(aside).max() > 0)


def _traced_once(shape: Any) -> Any:
    """Give the polygon with rings that run round several times run once; None if none does."""
    polygons, found = [], False
    for polygon in shapely.get_parts(shape):
        rings = _rings(polygon)
        once = [_round_once(ring) for ring in rings]
        found |= any(len(new) < len(old) for new, old in zip(once, rings, strict=True))
        polygons.append(shapely.Polygon(once[0], once[1:]))
    if not found:
        return None
    return polygons[0] if shape.geom_type == "Polygon" else shapely.MultiPolygon(polygons)


def _round_once(ring: Any) -> Any:
    """Cut a ring where it begins to repeat itself, if it does so to its end."""
    steps = len(ring) - 1
    for period in range(_LEAST_IN_RING - 1, steps // 2 + 1):
        if steps % period == 0 and (ring[period:] == ring[:-period]).all():
            return ring[: period + 1]
    return ring


def _km2(shape: Any) -> float:
    from pyproj import Geod

    area, _ = Geod(ellps="WGS84").geometry_area_perimeter(shapely.orient_polygons(shape))
    return float(area) / _M_PER_KM**2


def _areas(before: Any, after: Any) -> str:
    """Say the ground that is kept, and the border that enclosed nothing and is gone."""
    lost, change = _border_km(before) - _border_km(after), _drawn_km2(before) - _km2(after)
    how = "less" if change > 0 else "more"
    return (
        f"it holds {_km2(after):,.1f} km2, {abs(change):,.1f} km2 {how} than its rings as drawn, "
        f"and {max(lost, 0):,.1f} km of border that enclosed nothing more is gone"
    )


def _border_km(shape: Any) -> float:
    from pyproj import Geod

    geod, parts = Geod(ellps="WGS84"), shapely.get_parts(shape)
    lengths = (geod.line_length(*ring.T) for part in parts for ring in _rings(part))
    return float(sum(lengths)) / _M_PER_KM


def _drawn_km2(shape: Any) -> float:
    """Add up what the rings enclose as they are drawn: shells less holes."""
    from pyproj import Geod

    geod, total = Geod(ellps="WGS84"), 0.0
    for polygon in shapely.get_parts(shape):
        for place, ring in enumerate(_rings(polygon)):
            area = abs(geod.polygon_area_perimeter(*ring.T)[0])
            total += -area if place else area
    return total / _M_PER_KM**2
