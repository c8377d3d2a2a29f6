"""
Passages by another method, which shares no code with the package.

Crossings are exact: coordinates become whole numbers (every double is one,
times a power of two), orientations are whole numbers too, and the place of a
crossing is a fraction. Between two events the middle is inside or not by
counting edges to one side, exactly. Metres are sums of geodesics (GeographicLib
through pyproj) over steps of 0.005 degrees along the line as drawn.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import shapely
from pyproj import Geod

SCALE = 1 << 70
GEOD = Geod(ellps="WGS84")
STEP_DEG = 0.005
OUTSIDE, INSIDE, BORDER = 0, 1, 2


def metres(start, end) -> float:
    """Measure one edge, straight in longitude and latitude."""
    (x0, y0), (x1, y1) = start, end
    steps = max(int(np.ceil(max(abs(x1 - x0), abs(y1 - y0)) / STEP_DEG)), 1)
    lon, lat = np.linspace(x0, x1, steps + 1), np.linspace(y0, y1, steps + 1)
    return float(np.sum(GEOD.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])[2]))


def whole(point):
    """Turn a point into exact whole numbers."""
    return tuple(int(Fraction(float(value)) * SCALE) for value in point)


class Zone:
    """A polygon as exact edges, with boxes to pass over what is far."""

    def __init__(self, polygon) -> None:
        edges = []
        for ring in shapely.get_rings(shapely.get_parts(polygon)):
            coordinates = shapely.get_coordinates(ring)
            edges += list(pairwise(coordinates))
        ends = np.array(edges)
        self.low, self.high = ends.min(axis=1), ends.max(axis=1)
        self.edges = [(whole(a), whole(b)) for a, b in edges]
        self.box = ends.reshape(-1, 2).min(axis=0), ends.reshape(-1, 2).max(axis=0)

    def near(self, low, high):
        """Give the edges whose box meets another box."""
        hit = ((self.low <= high) & (self.high >= low)).all(axis=1)
        return [self.edges[i] for i in np.flatnonzero(hit)]

    def holds(self, x: Fraction, y: Fraction) -> bool:
        """Tell whether a point off the border is inside: an odd number of edges to the east."""
        odd = False
        for (ax, ay), (bx, by) in self.edges:
            if (ay > y) != (by > y):
                at = ax + (bx - ax) * (y - ay) / Fraction(by - ay)
                odd ^= at > x
        return odd


def _turn(a, b, c) -> int:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _between(value: int, a: int, b: int) -> bool:
    return min(a, b) <= value <= max(a, b)


def _events(p, q, edges):
    """Give the shares of the segment at which a border is met, and those along one."""
    marks, along = {Fraction(0), Fraction(1)}, []
    axis = 0 if abs(q[0] - p[0]) >= abs(q[1] - p[1]) else 1
    span = q[axis] - p[axis]
    for a, b in edges:
        of_p, of_q = _turn(a, b, p), _turn(a, b, q)
        if of_p == of_q == 0:
            shares = sorted(Fraction(end[axis] - p[axis], span) for end in (a, b))
            low, high = max(shares[0], Fraction(0)), min(shares[1], Fraction(1))
            if low < high:
                along.append((low, high))
                marks |= {low, high}
        elif of_p * of_q <= 0 and _turn(p, q, a) * _turn(p, q, b) <= 0:
            marks.add(Fraction(of_p, of_p - of_q))
    return sorted(marks), along


def _states(start, end, zone: Zone):
    """Cut one segment: (from share, to share, state) for each piece."""
    p, q = whole(start), whole(end)
    low, high = np.minimum(start, end), np.maximum(start, end)
    if (low > zone.box[1]).any() or (high < zone.box[0]).any():
        return []
    marks, along = _events(p, q, zone.near(low, high))
    pieces = []
    for a, b in pairwise(marks):
        middle = (a + b) / 2
        if any(low <= middle <= high for low, high in along):
            state = BORDER
        else:
            x, y = (p[i] + (q[i] - p[i]) * middle for i in (0, 1))
            state = INSIDE if zone.holds(x, y) else OUTSIDE
        pieces.append((a, b, state))
    return pieces


class Route:
    """A line as segments: (start, end, chainage of the start, whether it follows on)."""

    def __init__(self, line) -> None:
        self.segments, chainage, before = [], 0.0, None
        for part in shapely.get_parts(line):
            coordinates = shapely.get_coordinates(part)
            for start, end in pairwise(coordinates):
                if (start != end).any():
                    follows = before is not None and (before == start).all()
                    self.segments.append((start, end, chainage, follows))
                    chainage += metres(start, end)
                    before = end
        self.length = chainage


def passages(route: Route, zone: Zone, *, tiny: float = 1e-6):
    """
    Give the passages of one route through one zone: (from_m, to_m, state).

    Pieces up to `tiny` metres are rounding: they neither make nor end a passage.
    """
    found, last = [], (0.0, OUTSIDE)
    for start, end, chainage, follows in route.segments:
        if not follows:
            last = (chainage, OUTSIDE)
        for a, b, state in _states(start, end, zone):
            begin, stop = (
                chainage + (metres(start, start + float(share) * (end - start)) if share else 0)
                for share in (a, b)
            )
            if stop - begin <= tiny:
                continue
            if state != OUTSIDE and state == last[1] and begin - last[0] <= 2 * tiny:
                found[-1][1] = stop
            elif state != OUTSIDE:
                found.append([begin, stop, state])
            last = (stop, state)
    return [tuple(row) for row in found]
