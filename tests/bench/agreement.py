"""
Whether a peer found what we found.

Which pairs: those of a millimetre and more must be the same.

How long, in pairs over 100 m: to 1e-8 of the length, and on top of it what two
conventions differ by. We measure an edge as drawn, straight in longitude and
latitude; a peer measures the geodesic between its ends, which is shorter. The
line as drawn has the geodesic curvature k = sin(a) (1 + cos²(a)) tan(lat) / R at
azimuth a, at most 1.09 tan(lat) / R, and an arc of length L is longer than its
chord by (k L)² / 24: at 28° N 3e-10 for an edge of 1 km, 3e-8 for one of 10 km.

`geopandas.overlay` is followed by the metres of UTM zone 47N, which are wrong by
the scale of that map: from 0.9996 up to what it is at the corner farthest from
the middle meridian.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from pyproj import Proj

SAME = 1e-8
OVER_M = 100
LEAST_M = 1e-3
RADIUS_KM = 6335.4  # the least radius of curvature of the ellipsoid
KM_PER_DEGREE = 111.7  # the most


@dataclass(frozen=True)
class Difference:
    """
    What two answers differ by.

    Attributes
    ----------
    pairs
        Pairs of the peer.
    apart
        Pairs of a millimetre and more that only one of them has.
    worst
        The largest relative difference of a length, of pairs over 100 m.
    excess
        By how many times the worst pair is over its tolerance; at most 1 is well.
    total
        The relative difference of the sums.
    """

    pairs: int
    apart: int
    worst: float
    excess: float
    total: float


def conventions(routes: np.ndarray) -> np.ndarray:
    """Give, for each route, by what share a length as drawn may exceed the geodesic."""
    points, route = shapely.get_coordinates(routes, return_index=True)
    same = route[1:] == route[:-1]
    edge_km = np.hypot(*np.diff(points, axis=0)[same].T) * KM_PER_DEGREE
    tangent = np.abs(np.tan(np.deg2rad(np.maximum(*np.abs([points[1:, 1], points[:-1, 1]])))))[same]
    most = np.zeros(len(routes))
    np.maximum.at(most, route[1:][same], (1.09 * tangent * edge_km / RADIUS_KM) ** 2 / 24)
    return most


def of_map(routes: np.ndarray, crs: int = 32647) -> float:
    """Give by what share lengths in the metres of a map may be wrong over the routes' extent."""
    west, south, east, north = shapely.total_bounds(routes)
    lon, lat = np.meshgrid(np.linspace(west, east, 50), np.linspace(south, north, 50))
    scale = Proj(crs).get_factors(lon, lat).meridional_scale
    return float(np.abs(scale - 1).max())


def pairs(mine: dict, theirs: dict, tolerance: np.ndarray) -> Difference:
    """Compare lengths pair by pair; the tolerance is a share, one for each route."""
    ours, others = _by_pair(mine), _by_pair(theirs)
    both, at_mine, at_theirs = np.intersect1d(ours[0], others[0], return_indices=True)
    lone = np.setdiff1d(np.arange(ours[0].size), at_mine)
    other = np.setdiff1d(np.arange(others[0].size), at_theirs)
    apart = (ours[1][lone] >= LEAST_M).sum() + (others[1][other] >= LEAST_M).sum()
    one, two = ours[1][at_mine], others[1][at_theirs]
    long = np.flatnonzero(two > OVER_M)
    share = np.abs(one - two)[long] / two[long]
    allowed = SAME + tolerance[both[long] >> 32]
    return Difference(
        pairs=int(others[0].size),
        apart=int(apart),
        worst=float(share.max(initial=0)),
        excess=float((share / allowed).max(initial=0)),
        total=float(ours[1].sum() / others[1].sum() - 1),
    )


def unions(mine: dict, theirs: dict, tolerance: np.ndarray) -> Difference:
    """Compare the metres of each route under any zone, each counted once."""
    one, two = (
        {"route": np.arange(each["union_m"].size), "length_m": each["union_m"]}
        for each in (mine, theirs)
    )
    none = np.zeros(len(one["route"]), int)
    return pairs({**one, "zone": none}, {**two, "zone": none}, tolerance)


def _by_pair(answer):
    """Give a number for each pair that has a length, ascending, and the lengths."""
    real = answer["length_m"] > 0
    pair = (answer["route"][real].astype(np.int64) << 32) + answer["zone"][real]
    pair, number = np.unique(pair, return_inverse=True)
    return pair, np.bincount(number, weights=answer["length_m"][real], minlength=pair.size)
