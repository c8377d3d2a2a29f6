"""
How near a route passes borders, by another method, which shares no code with the package.

A route becomes stations every few metres, a border points every few metres;
the nearest point is found by straight distances through the Earth, and its
distance is the geodesic (GeographicLib through pyproj).
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import shapely
from pyproj import Geod

GEOD = Geod(ellps="WGS84")
_A, _F = 6_378_137.0, 1 / 298.257223563
_BLOCK = 400


class Stations(NamedTuple):
    """Middles of short steps along a route, and the metres of each step."""

    lon: np.ndarray
    lat: np.ndarray
    metres: np.ndarray


def dense(line, step_m: float) -> tuple[np.ndarray, np.ndarray]:
    """Put points on every edge, straight in longitude and latitude: both ends of each step."""
    starts, ends = [], []
    for part in shapely.get_parts(line):
        for start, end in pairwise(shapely.get_coordinates(part)):
            count = int(GEOD.inv(*start, *end)[2] * 1.05 / step_m) + 1
            at = start + np.linspace(0, 1, count + 1)[:, None] * (end - start)
            starts.append(at[:-1])
            ends.append(at[1:])
    return np.concatenate(starts), np.concatenate(ends)


def stations(line, step_m: float) -> Stations:
    """Walk along a route."""
    start, end = dense(line, step_m)
    lon, lat = ((start + end) / 2).T
    return Stations(lon, lat, np.asarray(GEOD.inv(*start.T, *end.T)[2]))


def distances_m(lon, lat, border, *, step_m: float, reach_m: float) -> np.ndarray:
    """Give the geodesic distance of points from a border; infinite beyond `reach_m`."""
    points = np.concatenate(dense(border, step_m))
    found = np.full(len(lon), np.inf)
    room_lat = 1.05 * reach_m / 110_574
    room_lon = room_lat / np.cos(np.deg2rad(min(np.abs(lat).max() + room_lat, 89)))
    for low in range(0, len(lon), _BLOCK):
        here = slice(low, low + _BLOCK)
        x, y = lon[here], lat[here]
        near = points[
            (np.abs(points[:, 0] - (x.min() + x.max()) / 2) <= np.ptp(x) / 2 + room_lon)
            & (np.abs(points[:, 1] - (y.min() + y.max()) / 2) <= np.ptp(y) / 2 + room_lat)
        ]
        if len(near):
            one, other = _through(x, y), _through(*near.T)
            # squares lose digits far from the middle of the Earth, so count from one of them
            one, other = one - other[0], other - other[0]
            squares = (one**2).sum(1)[:, None] + (other**2).sum(1) - 2 * one @ other.T
            best = near[squares.argmin(axis=1)]
            found[here] = GEOD.inv(x, y, *best.T)[2]
    return found


def _through(lon, lat) -> np.ndarray:
    """Give positions in space, metres."""
    lon, lat = np.deg2rad(lon), np.deg2rad(lat)
    e2 = _F * (2 - _F)
    n = _A / np.sqrt(1 - e2 * np.sin(lat) ** 2)
    flat = n * np.cos(lat)
    return np.column_stack([flat * np.cos(lon), flat * np.sin(lon), n * (1 - e2) * np.sin(lat)])
