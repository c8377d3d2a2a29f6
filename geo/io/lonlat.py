"""Coordinates brought to longitude and latitude on WGS 84, and refused where they cannot be."""

from __future__ import annotations

from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo import geodesy
from geo.errors import CRSError, GeometryError, Notice
from geo.io.features import refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import geopandas as gpd

__all__ = ["crs_of", "fits_degrees", "lonlat", "offline", "outside", "placed"]

_TURN: Final = 360
_HALF: Final = 180
_QUARTER: Final = 90
_FAR_DEG: Final = 4.5  # 500 km of latitude
_POLE_DEG: Final = 89.99
_MUCH_NEARER: Final = 0.2
_TWO: Final = 2


@lru_cache(maxsize=64)
def crs_of(known: str | None, name: str) -> str:
    """
    Check a CRS; call longitude and latitude by one name, however it is written.

    Parameters
    ----------
    known
        The CRS in a form that pyproj reads; None or "" where it is not known.
    name
        The file's name, for messages.

    Returns
    -------
    str
        "EPSG:4326" for longitude and latitude on WGS 84, else what was given.

    Raises
    ------
    CRSError
        If none is known, or not by pyproj.
    """
    from pyproj import CRS
    from pyproj.exceptions import CRSError as Unknown

    if not known:
        message = f"{name}: names no CRS; give --crs"
        raise CRSError(message)
    try:
        read = CRS.from_user_input(known)
        geodesy.require_lonlat(read, name)
    except Unknown:
        message = f"{name}: its CRS {known!r} is not known"
        raise CRSError(message) from None
    except CRSError:
        return known
    return "EPSG:4326"


def fits_degrees(shapes: Sequence[Any]) -> bool:
    """
    Tell whether coordinates could be degrees.

    Parameters
    ----------
    shapes
        Geometries or None; without any point they could.

    Returns
    -------
    bool
        True if every longitude is within a turn and every latitude within 90.
    """
    points = shapely.get_coordinates(np.array(shapes, dtype=object))
    return not len(points) or bool((np.abs(points) <= (_TURN, _QUARTER)).all())


def lonlat(
    frame: gpd.GeoDataFrame, name: str, labels: Sequence[str], notices: list[Notice]
) -> gpd.GeoDataFrame:
    """
    Bring a frame to longitude and latitude on WGS 84, saying what was done.

    Parameters
    ----------
    frame
        Features in any CRS.
    name
        The file's name, for messages.
    labels
        What each feature is called.
    notices
        Where it is said what was changed.

    Returns
    -------
    GeoDataFrame
        In EPSG:4326: longitudes turned to within 180 degrees, lines cut where they
        cross the antimeridian. One without coordinates is given that CRS.

    Raises
    ------
    CRSError
        If there is no way to WGS 84, or coordinates are no longitude and latitude
        (swapped axes, metres), naming the features.
    GeometryError
        If a polygon crosses the antimeridian and is not cut there.
    """
    import geopandas as gpd

    if frame.crs is None or not len(shapely.get_coordinates(frame.geometry.to_numpy())):
        return frame.set_crs(4326, allow_override=True)
    if frame.crs.to_epsg() not in {4326, 4979}:
        frame = _reprojected(frame, name, notices)
    frame = frame.set_crs(4326, allow_override=True)
    shapes = placed(frame.geometry.to_numpy(), name, labels, notices)
    return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=4326))


def placed(shapes: Any, name: str, labels: Sequence[str], notices: list[Notice]) -> Any:
    """
    Bring longitudes and latitudes to within 180 and 90 degrees, saying what was done.

    Parameters
    ----------
    shapes
        An array of geometries or None, on WGS 84.
    name
        The file's name, for messages.
    labels
        What each feature is called.
    notices
        Where it is said what was changed.

    Returns
    -------
    ndarray
        Shapes turned to within 180 degrees of longitude; lines cut where they cross
        the antimeridian. Those without any coordinates are given as they are.

    Raises
    ------
    CRSError
        If coordinates are no longitude and latitude (swapped axes, metres), naming
        the features.
    GeometryError
        If a polygon crosses the antimeridian and is not cut there.
    """
    shapes = shapes.copy()
    if not shapely.get_num_coordinates(shapes).any():
        return shapes
    _refuse_outside(shapes, name, labels)
    beyond = _rows_with(shapes, lambda points, _: np.abs(points[:, 0]) > _HALF)
    for row in beyond:
        shapes[row] = _turned(shapes[row], f"{name}, feature {labels[row]}")
    if beyond:
        message = "longitudes beyond 180 degrees were turned by 360"
        notices.append(Notice(name, "", "longitude", message))
    for row in _rows_with(shapes, lambda points, of: _jumps(points, of)[:, 0] >= _HALF):
        shapes[row] = _cut(shapes[row], name, labels[row], notices)
    far = _rows_with(shapes, lambda points, of: _jumps(points, of).max(axis=1) > _FAR_DEG)
    bent = [f"{labels[row]}: {found}" for row in far if (found := _bent(shapes[row]))]
    refuse(bent, name, "have a vertex that lies far from its neighbours")
    _say_poles(shapes, name, labels, notices)
    return shapes


def _rows_with(shapes: Any, test: Callable[[Any, Any], Any]) -> list[int]:
    """Find the shapes of which any position passes a test."""
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    found: list[int] = np.flatnonzero(np.bincount(owner[test(points, owner)])).tolist()
    return found


def _jumps(points: Any, owner: Any = None) -> Any:
    """Give how far each position lies from the one before it, 0 where a shape begins."""
    jumps = np.abs(np.diff(points, axis=0, prepend=points[:1]))
    if owner is not None:
        jumps[np.diff(owner, prepend=owner[:1]) != 0] = 0
    return jumps


def outside(shapes: Sequence[Any], labels: Sequence[str]) -> list[str]:
    """
    Say which features have coordinates that are no longitude and latitude.

    Parameters
    ----------
    shapes
        Geometries or None.
    labels
        What each feature is called.

    Returns
    -------
    list of str
        A line for each such feature, with its first such position; longitudes up to two
        turns are let in, since a whole turn more is the same place.
    """
    most = np.array((2 * _TURN, _QUARTER))
    rows = _rows_with(
        np.array(shapes, dtype=object), lambda points, _: ~(np.abs(points) <= most).all(axis=1)
    )
    return [f"{labels[row]}: {_outside(shapes[row])}" for row in rows]


def _refuse_outside(shapes: Any, name: str, labels: Sequence[str]) -> None:
    what = "have coordinates that are no longitude and latitude"
    try:
        refuse(outside(shapes, labels), name, what)
    except GeometryError as error:
        raise CRSError(str(error)) from None


def _outside(shape: Any) -> str:
    """Say what is wrong with the first coordinates that cannot be degrees."""
    points = shapely.get_coordinates(shape)
    wrong = ~((np.abs(points[:, 0]) <= 2 * _TURN) & (np.abs(points[:, 1]) <= _QUARTER))
    at = int(np.argmax(wrong))
    x, y = points[at].tolist()
    where = f"position {at} is {x:g}, {y:g}"
    if not np.isfinite((x, y)).all():
        return f"{where}: not a finite number"
    if np.nanmax(np.abs(points)) > 2 * _TURN:
        return f"{where}: these may be metres; give their CRS with --crs, e.g. EPSG:32647"
    if abs(x) <= _QUARTER and abs(y) <= _HALF:
        return f"{where}: no latitude is beyond 90; are longitude and latitude swapped?"
    return f"{where}: no latitude is beyond 90"


def _turned(shape: Any, where: str) -> Any:
    """Turn a shape by whole turns; one that spans the antimeridian has to be cut there first."""
    west, _, east, _ = shape.bounds
    turns = round((west + east) / 2 / _TURN)
    if west - turns * _TURN < -_HALF or east - turns * _TURN > _HALF:
        message = (
            f"{where}: from {west:g} to {east:g} degrees, it spans the antimeridian: "
            "cut it there (RFC 7946, section 3.1.9)"
        )
        raise GeometryError(message)
    return shapely.transform(shape, lambda points: points - (turns * _TURN, 0))


def _lines(shape: Any) -> Iterator[Any]:
    """Give the lines and rings of a shape as arrays of positions."""
    if shape is None or shape.is_empty:
        return
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon":
            yield from (shapely.get_coordinates(ring) for ring in shapely.get_rings(part))
        elif hasattr(part, "geoms"):
            yield from _lines(part)
        else:
            yield shapely.get_coordinates(part)


def _cut(shape: Any, name: str, called: str, notices: list[Notice]) -> Any:
    """Cut a line that runs over the antimeridian; refuse a polygon that does."""
    widest = max(_jumps(points)[:, 0].max() for points in _lines(shape))
    is_line = shape.geom_type in {"LineString", "MultiLineString"}
    if widest < _HALF or (widest == _HALF and not is_line):
        return shape  # the wide step is one from part to part, or half a world is meant
    if widest == _HALF:
        message = (
            f"{name}, feature {called}: an edge of exactly 180 degrees of longitude: which way "
            "round it runs is not known; add a position between its ends"
        )
        raise GeometryError(message)
    if is_line:
        message = (
            "an edge of more than 180 degrees of longitude was taken to cross the antimeridian "
            "(180 degrees), the short way, and was cut there"
        )
        notices.append(Notice(name, called, "antimeridian", message))
        return shapely.MultiLineString([half for line in _lines(shape) for half in _halves(line)])
    west, _, east, _ = shape.bounds
    if (west, east) == (-_HALF, _HALF):  # all the way round, as a zone of the whole world is
        return shape
    message = (
        f"{name}, feature {called}: an edge of more than 180 degrees of longitude: a polygon over "
        "the antimeridian must be cut there (RFC 7946, section 3.1.9)"
    )
    raise GeometryError(message)


def _halves(points: Any) -> Iterator[list[tuple[float, float]]]:
    """Part a line where it runs over the antimeridian."""
    half = [tuple(points[0].tolist())]
    for (x0, y0), (x1, y1) in zip(points[:-1].tolist(), points[1:].tolist(), strict=True):
        if abs(x1 - x0) > _HALF:
            side = _HALF if x0 > 0 else -_HALF
            there = x1 + 2 * side
            middle = y0 + (y1 - y0) * (side - x0) / (there - x0) if there != x0 else y0
            yield [*half, (side, middle)]
            half = [(-side, middle)]
        half.append((x1, y1))
    yield half


def _bent(shape: Any) -> str:
    """Say which vertex would lie near its neighbours if its axes were swapped."""
    for points in _lines(shape):
        steps = np.hypot(*np.diff(points, axis=0).T) if len(points) > 1 else np.zeros(0)
        ends = {at for step in np.flatnonzero(steps > _FAR_DEG).tolist() for at in (step, step + 1)}
        # what has neighbours on both sides first: the one beside a swapped end looks swapped too
        for vertex in sorted(ends, key=lambda at: (at in {0, len(points) - 1}, at)):
            if _is_swapped(points, vertex):
                x, y = points[vertex].tolist()
                return (
                    f"position {vertex} is {x:g}, {y:g}, far from the positions beside it, "
                    "and near them with longitude and latitude swapped"
                )
    return ""


def _is_swapped(points: Any, vertex: int) -> bool:
    if len(points) <= _TWO:  # of two ends, neither tells which is wrong
        return False
    neighbours = points[[one for one in (vertex - 1, vertex + 1) if 0 <= one < len(points)]]
    apart = np.hypot(*(neighbours - points[vertex]).T)
    turned = np.hypot(*(neighbours - points[vertex][::-1]).T)
    return bool((apart > _FAR_DEG).all() and turned.max() < _MUCH_NEARER * apart.min())


def _say_poles(shapes: Any, name: str, labels: Sequence[str], notices: list[Notice]) -> None:
    for row in _rows_with(shapes, lambda points, _: np.abs(points[:, 1]) > _POLE_DEG):
        if shapes[row].geom_type in {"LineString", "MultiLineString"}:
            message = (
                "runs over a pole, where every longitude is the same place: it is measured as it "
                "is drawn, straight in longitude and latitude"
            )
            notices.append(Notice(name, labels[row], "pole", message))


@contextmanager
def offline() -> Iterator[None]:
    """
    Keep PROJ from fetching grids, whatever the environment says.

    A file names its CRS, so with PROJ_NETWORK=ON a file could make a machine call a
    server; and an answer would depend on whether it was reached.

    Yields
    ------
    None
        Afterwards the setting is as it was.
    """
    import pyproj.network

    network: Any = pyproj.network
    was = network.is_network_enabled()
    network.set_network_enabled(active=False)
    try:
        yield
    finally:
        network.set_network_enabled(active=was)


def _reprojected(frame: gpd.GeoDataFrame, name: str, notices: list[Notice]) -> gpd.GeoDataFrame:
    from pyproj.exceptions import ProjError

    crs: Any = frame.crs
    if not (crs.is_geographic or crs.is_projected) or crs.is_vertical:
        message = f"{name}: its CRS, {crs.name}, gives no longitudes and latitudes"
        raise CRSError(message)
    try:
        with offline():
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
