"""What vertices must be, so that signs are exact and metres mean something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from geo.errors import GeometryError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


__all__ = ["require_corners", "require_vertices", "rounded"]

_LEAST: Final = 1e-100  # degrees; products of smaller ones lose digits, and signs with them
_MOST_LON, _MOST_LAT = 720, 90  # a buffer may reach over the antimeridian or a pole
_HALF_TURN_DEG = 180


def rounded(coordinates: Floats) -> Floats:
    """
    Take coordinates next to nothing for zero.

    Parameters
    ----------
    coordinates
        Longitude and latitude, degrees, shape (n, 2).

    Returns
    -------
    ndarray of float
        Those nearer to zero than 1e-100 degrees are zero: their products fall
        below the least double, and orientations would no longer be exact.
    """
    tiny = np.abs(coordinates) < _LEAST
    return np.where(tiny, 0.0, coordinates) if tiny.any() else coordinates


def require_corners(corners: Floats) -> None:
    """
    Refuse corners of zones that are nowhere.

    Parameters
    ----------
    corners
        Longitude and latitude, degrees, shape (n, 2). No corners are fine.

    Raises
    ------
    GeometryError
        If one is not a number, or so large that it cannot be in degrees.
    """
    _require(corners, "a zone has a corner", _MOST_LON)


def require_vertices(vertices: Floats, part: Ints) -> None:
    """
    Refuse vertices of routes that are nowhere, and edges round the world.

    Parameters
    ----------
    vertices, part
        From `geodesy.edge_vectors`. No vertices are fine.

    Raises
    ------
    GeometryError
        If a vertex is not a number or not on the Earth, or an edge spans 180 degrees
        of longitude or more.
    """
    _require(vertices, "a route has a vertex", _MOST_LAT)
    wide = np.abs(np.diff(vertices[:, 0])) >= _HALF_TURN_DEG
    gaps = part[1:-1] - 1  # an empty part first or last has none
    wide[gaps[(gaps >= 0) & (gaps < wide.size)]] = False
    if wide.any():
        at = vertices[np.flatnonzero(wide)[0]]
        message = (
            f"a route's edge from {at[0]:g}, {at[1]:g} spans 180 degrees of longitude or more: "
            "cut it at the antimeridian (RFC 7946, section 3.1.9)"
        )
        raise GeometryError(message)


def _require(coordinates: Floats, name: str, most_lat: float) -> None:
    if not np.isfinite(coordinates).all():
        message = f"{name} whose longitude or latitude is not a number"
        raise GeometryError(message)
    for axis, most in ((0, _MOST_LON), (1, most_lat)):
        beyond = np.flatnonzero(np.abs(coordinates[:, axis]) > most)
        if beyond.size:
            at = coordinates[beyond[0]]
            message = (
                f"{name} at {at[0]:g}, {at[1]:g}, which is not a longitude and latitude in degrees"
            )
            raise GeometryError(message)
