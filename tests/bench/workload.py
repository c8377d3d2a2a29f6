"""
Seeded routes and zones over Myanmar's extent, for measuring.

Routes are correlated random walks of lognormal length (median 150 km); zones
are ragged star polygons (median radius 15 km) of which 70 % crowd in 16 hubs, so
that they overlap; 15 % have a hole.
"""

from __future__ import annotations

import numpy as np
import shapely

WEST, SOUTH, EAST, NORTH = 92.2, 9.6, 101.2, 28.5
KM_PER_DEGREE = 111.0


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


def stars(count: int, vertices: int, *, radius_km: float = 15, seed: int = 2) -> np.ndarray:
    """Draw `count` valid zones of about `vertices` vertices."""
    rng = np.random.default_rng(seed)
    hubs = rng.uniform((WEST, SOUTH), (EAST, NORTH), (16, 2))
    crowded = rng.random(count) < 0.7
    free = rng.uniform((WEST, SOUTH), (EAST, NORTH), (count, 2))
    around = hubs[rng.integers(0, 16, count)] + rng.normal(0, 0.3, (count, 2))
    centre = np.where(crowded[:, None], around, free)
    radius = rng.lognormal(np.log(radius_km), 0.5, count) / KM_PER_DEGREE
    return np.array([_star(rng, centre[i], radius[i], vertices) for i in range(count)])


def _star(rng: np.random.Generator, centre: np.ndarray, radius: float, vertices: int) -> object:
    sides = max(int(vertices * rng.lognormal(-0.1, 0.45)), 8)
    angle = np.sort(rng.uniform(0, 2 * np.pi, sides))
    waves = sum(
        rng.normal(0, 0.35 / k) * np.cos(k * angle + rng.uniform(0, 6.28)) for k in range(2, 9)
    )
    reach = radius * np.clip(1 + waves + rng.normal(0, 0.03, sides), 0.3, 3)
    ring = centre + reach[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    holes = []
    if rng.random() < 0.15:
        holes = [centre + 0.2 * (ring[:: max(sides // 60, 1)] - centre)]
    star = shapely.Polygon(ring, holes)
    return star if star.is_valid else shapely.Polygon(ring)


def events(count: int, *, seed: int = 3) -> np.ndarray:
    """Draw longitude and latitude of `count` events, of which a third crowd in 16 hubs."""
    rng = np.random.default_rng(seed)
    hubs = rng.uniform((WEST, SOUTH), (EAST, NORTH), (16, 2))
    around = hubs[rng.integers(0, 16, count)] + rng.normal(0, 0.3, (count, 2))
    free = rng.uniform((WEST, SOUTH), (EAST, NORTH), (count, 2))
    return np.where(rng.random((count, 1)) < 1 / 3, around, free)
