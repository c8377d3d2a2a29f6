"""
On which side of a line a point lies, exactly.

A sign is computed in double precision, and again without error where rounding
could have changed it. A tie, a point on the line, is broken by moving the route
by (e, e²), e an arbitrarily small positive number: the same small move for all
of it, so that the answers fit together.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Shapes = NDArray[np.object_]


__all__ = ["orientation", "side", "tie_of_route"]

# Beyond (3 + 16 eps) eps = 3.3e-16 of its terms rounding cannot change the sign (Shewchuk), but
# the value has lost digits up to there, and it places the crossing: ten digits of it are kept.
_DOUBT = 1e-6
_SPLITTER = 134217729.0


def orientation(a: Floats, b: Floats, c: Floats) -> Floats:
    """
    Give twice the signed area of triangles a, b, c; its sign is exact, also zero.

    Parameters
    ----------
    a, b, c
        Points, shape (n, 2).

    Returns
    -------
    ndarray of float
        Positive where c lies left of the line from a to b, 0 where it is on it.

    Notes
    -----
    Shewchuk (1997), with a wider bound: where the value is within `_DOUBT` of its
    terms it is summed without error.
    """
    left = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1])
    right = (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    area = left - right
    doubt = np.flatnonzero(np.abs(area) <= _DOUBT * (np.abs(left) + np.abs(right)))
    if doubt.size:
        area[doubt] = _exact_orientation(a[doubt], b[doubt], c[doubt])
    return area


def _exact_orientation(a: Floats, b: Floats, c: Floats) -> Floats:
    """Sum the six products of the determinant without error (Dekker, then fsum)."""
    area = np.zeros(len(a))
    open_rows = np.flatnonzero((a != c).any(axis=1) & (b != c).any(axis=1))
    a, b, c = a[open_rows], b[open_rows], c[open_rows]
    factors = ((b, c), (-b, a), (-a, c))
    terms = [
        term
        for u, v in factors
        for x, y in ((u[:, 0], v[:, 1]), (-u[:, 1], v[:, 0]))
        for term in _two_product(x, y)
    ]
    area[open_rows] = [math.fsum(row) for row in np.stack(terms, axis=1)] if terms else 0.0
    return area


def _two_product(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Split a product into its rounded value and the rounding error, exactly."""
    product = x * y
    big_x, big_y = _SPLITTER * x, _SPLITTER * y
    high_x, high_y = big_x - (big_x - x), big_y - (big_y - y)
    low_x, low_y = x - high_x, y - high_y
    error = low_x * low_y - (((product - high_x * high_y) - low_x * high_y) - high_x * low_y)
    return product, error


def side(area: Floats, tie: NDArray[np.int8]) -> NDArray[np.int8]:
    """
    Read the side off an orientation: 1 left, -1 right, never 0.

    Parameters
    ----------
    area
        What `orientation` gave.
    tie
        The side to give where it is zero.

    Returns
    -------
    ndarray of int8
        The sides.
    """
    return np.where(area != 0, np.sign(area), tie).astype(np.int8)


def tie_of_route(vector: Floats) -> NDArray[np.int8]:
    """
    Break a tie: give the side of a point of the route that lies on a line.

    Parameters
    ----------
    vector
        Directions of the lines, shape (n, 2), none of them zero.

    Returns
    -------
    ndarray of int8
        1 where the point, moved by (e, e²), is left of the line, -1 where right.
    """
    return np.where(vector[:, 1] != 0, -np.sign(vector[:, 1]), np.sign(vector[:, 0])).astype(
        np.int8
    )
