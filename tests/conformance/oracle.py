"""
The numbers of the suite, by a method that stands alone: Python's standard library and nothing else.

Crossings are exact: every coordinate is the double that a reader of the file gets, as a fraction,
and so is the share of an edge at which a border is met. Between two such places the middle is
inside or not by counting edges to one side (even-odd), exactly. Shares are joined and subtracted
as fractions; only their metres are rounded.

Metres are the arc length of the line as drawn, straight in longitude and latitude, on WGS 84: the
integral of sqrt(M(lat)**2 dlat**2 + N(lat)**2 cos(lat)**2 dlon**2) by Simpson's rule on steps of
at most 0.01 degrees, M and N the radii of curvature of the meridian and of the prime vertical.
"""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise

A, F = 6_378_137.0, 1 / 298.257223563
E2 = F * (2 - F)
STEP_DEG = 0.01


def speed(lat, dlat, dlon):
    """Give metres per unit of share at a latitude, all in degrees."""
    sin, cos = math.sin(math.radians(lat)), math.cos(math.radians(lat))
    w2 = 1 - E2 * sin * sin
    across = A / math.sqrt(w2)
    along = across * (1 - E2) / w2
    return math.hypot(along * math.radians(dlat), across * cos * math.radians(dlon))


def arc(start, end, low=0, high=1):
    """Measure the piece of an edge between two shares of it, metres."""
    (x0, y0), (x1, y1) = start, end
    dlon, dlat = x1 - x0, y1 - y0
    width = float(high - low)
    steps = max(1, math.ceil(max(abs(dlon), abs(dlat)) * width / STEP_DEG))
    begin, half = float(low), width / steps / 2
    terms = []
    for i in range(2 * steps + 1):
        weight = 1 if i in {0, 2 * steps} else 4 if i % 2 else 2
        terms.append(weight * speed(y0 + (begin + i * half) * dlat, dlat, dlon))
    return math.fsum(terms) * half / 3


def exact(point):
    return Fraction(point[0]), Fraction(point[1])


def turn(a, b, c):
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


class Zone:
    """Rings as exact edges, with a box for each to pass over what is far."""

    def __init__(self, polygons):
        self.edges = []
        for ring in (ring for polygon in polygons for ring in polygon):
            for a, b in pairwise([*ring, ring[0]]):
                if a != b:
                    box = (min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1]))
                    self.edges.append((exact(a), exact(b), box))

    def near(self, p, q):
        west, east = min(p[0], q[0]), max(p[0], q[0])
        south, north = min(p[1], q[1]), max(p[1], q[1])
        for a, b, box in self.edges:
            if box[0] <= east and box[2] >= west and box[1] <= north and box[3] >= south:
                yield a, b

    def holds(self, x, y):
        odd = False
        for (ax, ay), (bx, by), _ in self.edges:
            if (ay > y) != (by > y):
                odd ^= ax + (bx - ax) * (y - ay) / (by - ay) > x
        return odd


def pieces(start, end, zone):
    """Give the shares of an edge inside a zone, and those along its border."""
    p, q = exact(start), exact(end)
    axis = 0 if p[0] != q[0] else 1
    marks, along = {Fraction(0), Fraction(1)}, []
    for a, b in zone.near(start, end):
        of_a, of_b = turn(p, q, a), turn(p, q, b)
        if of_a == of_b == 0:
            ends = sorted((one[axis] - p[axis]) / (q[axis] - p[axis]) for one in (a, b))
            low, high = max(ends[0], Fraction(0)), min(ends[1], Fraction(1))
            if low < high:
                along.append((low, high))
                marks |= {low, high}
        elif of_a * of_b <= 0:
            of_p, of_q = turn(a, b, p), turn(a, b, q)
            if of_p * of_q <= 0:
                marks.add(of_p / (of_p - of_q))
    inside, border = [], []
    for low, high in pairwise(sorted(marks)):
        middle = (low + high) / 2
        if any(a <= middle <= b for a, b in along):
            border.append((low, high))
        elif zone.holds(*(one + (other - one) * middle for one, other in zip(p, q, strict=True))):
            inside.append((low, high))
    return inside, border


def joined(intervals):
    """Join intervals that overlap or touch."""
    out = []
    for low, high in sorted(intervals):
        if out and low <= out[-1][1]:
            out[-1] = (out[-1][0], max(high, out[-1][1]))
        else:
            out.append((low, high))
    return out


def without(intervals, others):
    """Take joined intervals out of joined intervals."""
    for cut_low, cut_high in others:
        kept = []
        for low, high in intervals:
            parts = ((low, min(high, cut_low)), (max(low, cut_high), high))
            kept += [part for part in parts if part[0] < part[1]]
        intervals = kept
    return intervals


def measure(routes, zones, metres=arc):
    """
    Measure routes against zones.

    Routes are lists of parts, parts lists of (lon, lat); zones are lists of polygons by id,
    polygons lists of rings. Numbers are sums over all the routes, metres.
    """
    shapes = {name: Zone(polygons) for name, polygons in zones.items()}
    total, exposed, boundary = [], [], []
    each = {name: ([], []) for name in zones}
    edges = [edge for route in routes for part in route for edge in pairwise(part)]
    for start, end in edges:
        if start == end:
            continue
        total.append(metres(start, end))
        insides, borders = [], []
        for name, shape in shapes.items():
            inside, border = pieces(start, end, shape)
            for found, sums in zip((inside, border), each[name], strict=True):
                sums += [metres(start, end, *one) for one in joined(found)]
            insides += inside
            borders += border
        union = joined(insides)
        exposed += [metres(start, end, *one) for one in union]
        boundary += [metres(start, end, *one) for one in without(joined(borders), union)]
    return {
        "length_m": math.fsum(total),
        "exposed_m": math.fsum(exposed),
        "boundary_m": math.fsum(boundary),
        "zones": {
            name: {"inside_m": math.fsum(inside), "boundary_m": math.fsum(border)}
            for name, (inside, border) in each.items()
        },
    }
