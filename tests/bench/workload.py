"""
Seeded routes and zones over Myanmar's extent, for measuring.

Routes are correlated random walks of lognormal length (median 150 km); zones
are ragged star polygons (median radius 15 km) of which 70 % crowd in 16 hubs, so
that they overlap; 15 % have a hole.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

WEST, SOUTH, EAST, NORTH = 92.2, 9.6, 101.2, 28.5
MIDDLE = np.array([WEST + EAST, SOUTH + NORTH]) / 2
KM_PER_DEGREE = 111.0


@dataclass(frozen=True)
class Workload:
    """
    Routes against zones.

    `split` cuts each edge of a route into so many, `squeeze` makes all that many times
    smaller, `far_zone` adds a zone on another continent, and `long_route` a route of one edge
    that runs from one side of this one to the other.
    """

    routes: int
    vertices: int
    zones: int
    zone_vertices: int
    radius_km: float = 15
    seed: int = 1
    split: int = 1
    squeeze: float = 1
    far_zone: bool = False
    long_route: bool = False

    def drawn(self) -> tuple[np.ndarray, np.ndarray]:
        """Draw the routes and the zones."""
        routes = walks(self.routes, self.vertices, seed=self.seed)
        zones = stars(self.zones, self.zone_vertices, radius_km=self.radius_km, seed=self.seed + 1)
        if self.split != 1:
            routes = _split(routes, self.split)
        if self.squeeze != 1:
            routes, zones = (shapely.transform(each, self._squeezed) for each in (routes, zones))
        if self.long_route:
            half = np.array([61, -21])
            routes = np.append(routes, shapely.linestrings([MIDDLE - half, MIDDLE + half]))
        if self.far_zone:
            ring = shapely.get_coordinates(stars(1, 40, radius_km=45))
            zones = np.append(zones, shapely.polygons(ring - ring.mean(axis=0) + (-60, -10)))
        return routes, zones

    def _squeezed(self, points: np.ndarray) -> np.ndarray:
        return MIDDLE + (points - MIDDLE) / self.squeeze


WORKLOADS = {
    "small": Workload(10, 500, 50, 200, radius_km=45, seed=30),  # of 30 seeds, the most pairs
    "mini": Workload(1_000, 200, 200, 320),
    "medium": Workload(10_000, 200, 1_000, 480),
    "large2k": Workload(2_000, 100, 5_000, 1_000),
    "large20k": Workload(20_000, 100, 5_000, 1_000),
}
"""The workloads that all compete on, from ten routes to 2 million vertices against 5 million."""


def walks(count: int, vertices: int, *, seed: int = 1) -> np.ndarray:
    """Draw `count` routes of `vertices` vertices."""
    rng = np.random.default_rng(seed)
    step = rng.lognormal(np.log(150), 0.6, count) / KM_PER_DEGREE / vertices
    turn = rng.normal(0, 0.25, (count, vertices - 1)).cumsum(axis=1)
    heading = rng.uniform(0, 2 * np.pi, (count, 1)) + turn
    moves = np.stack([np.cos(heading), np.sin(heading)], axis=2) * step[:, None, None]
    start = rng.uniform((WEST, SOUTH), (EAST, NORTH), (count, 1, 2))
    lines = np.concatenate([start, start + moves.cumsum(axis=1)], axis=1)
    return shapely.linestrings(lines)


def _split(routes: np.ndarray, count: int) -> np.ndarray:
    points = shapely.get_coordinates(routes).reshape(len(routes), -1, 2)
    vertices = points.shape[1]
    old, new = np.arange(vertices), np.linspace(0, vertices - 1, (vertices - 1) * count + 1)
    return shapely.linestrings(
        [np.stack([np.interp(new, old, axis) for axis in each.T], axis=1) for each in points]
    )


def stars(count: int, vertices: int, *, radius_km: float = 15, seed: int = 2) -> np.ndarray:
    """Draw `count` valid zones of about `vertices` vertices."""
    rng = np.random.default_rng(seed)
    hubs = rng.uniform((WEST, SOUTH), (EAST, NORTH), (16, 2))
    crowded = rng.random(count) < 0.7
    free = rng.uniform((WEST, SOUTH), (EAST, NORTH), (count, 2))
    around = hubs[rng.integers(0, 16, count)] + rng.normal(0, 0.3, (count, 2))
    centre = np.where(crowded[:, None], around, free)
    radius = rng.lognormal(np.log(radius_km), 0.5, count) / KM_PER_DEGREE
    drawn = [_star(rng, centre[i], radius[i], vertices) for i in range(count)]
    zones = np.array([shapely.Polygon(ring, holes) for ring, holes in drawn])
    # a hole may stick out of its zone: that zone goes without
    for row in np.flatnonzero(~shapely.is_valid(zones)):
        zones[row] = shapely.Polygon(drawn[row][0])
    return zones


def _star(
    rng: np.random.Generator, centre: np.ndarray, radius: float, vertices: int
) -> tuple[np.ndarray, list[np.ndarray]]:
    sides = max(int(vertices * rng.lognormal(-0.1, 0.45)), 8)
    angle = _bearings(rng, sides)
    waves = sum(
        rng.normal(0, 0.35 / k) * np.cos(k * angle + rng.uniform(0, 6.28)) for k in range(2, 9)
    )
    reach = radius * np.clip(1 + waves + rng.normal(0, 0.03, sides), 0.3, 3)
    ring = centre + reach[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    holes = []
    if rng.random() < 0.15:
        holes = [centre + 0.2 * (ring[:: max(sides // 60, 1)] - centre)]
    return ring, holes


def _bearings(rng: np.random.Generator, sides: int) -> np.ndarray:
    """Draw directions with less than half a turn between neighbours: such a star is simple."""
    while True:
        angle = np.sort(rng.uniform(0, 2 * np.pi, sides))
        steps = np.diff(angle, append=angle[0] + 2 * np.pi)
        if steps.max() < np.pi and steps.min() > 0:
            return angle


def events(count: int, *, seed: int = 3) -> np.ndarray:
    """Draw longitude and latitude of `count` events, of which a third crowd in 16 hubs."""
    rng = np.random.default_rng(seed)
    hubs = rng.uniform((WEST, SOUTH), (EAST, NORTH), (16, 2))
    around = hubs[rng.integers(0, 16, count)] + rng.normal(0, 0.3, (count, 2))
    free = rng.uniform((WEST, SOUTH), (EAST, NORTH), (count, 2))
    return np.where(rng.random((count, 1)) < 1 / 3, around, free)
