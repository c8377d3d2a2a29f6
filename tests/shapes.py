"""Generated routes and zones that meet in every awkward way."""

from __future__ import annotations

import numpy as np
import shapely

GRID = 0.05


def zones(count: int, *, seed: int) -> np.ndarray:
    """Draw zones that overlap, touch, share edges, have holes or several parts."""
    rng = np.random.default_rng(seed)
    found = []
    while len(found) < count:
        shape = (_star, _tile, _holed, _pair, _mosaic)[len(found) % 5](rng)
        if shape.is_valid and shape.area > 0:
            found.append(shape)
    return np.array(found)


def routes(count: int, near: np.ndarray, *, seed: int) -> np.ndarray:
    """Draw routes: free ones, ones on the zones' grid, and ones along borders."""
    rng = np.random.default_rng(seed)
    makers = (_free, _gridded, _along, _retraced, _parted)
    return np.array([makers[i % len(makers)](rng, near) for i in range(count)])


def _corner(rng):
    return np.round(rng.uniform((95, 22), (99, 26)) / GRID) * GRID


def _star(rng):
    angle = np.sort(rng.uniform(0, 2 * np.pi, rng.integers(5, 25)))
    reach = rng.uniform(0.1, 0.6, angle.size)
    centre = rng.uniform((95, 22), (99, 26))
    return shapely.Polygon(centre + reach[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1))


def _tile(rng):
    x, y = _corner(rng)
    width, height = rng.integers(1, 8, 2) * GRID
    return shapely.box(x, y, x + width, y + height, ccw=bool(rng.integers(2)))


def _holed(rng):
    x, y = _corner(rng)
    shell = shapely.box(x, y, x + 8 * GRID, y + 8 * GRID)
    hole = shapely.box(x + 2 * GRID, y + 2 * GRID, x + 4 * GRID, y + 6 * GRID)
    return shell.difference(hole)


def _pair(rng):
    x, y = _corner(rng)
    other = shapely.box(x + 4 * GRID, y + 3 * GRID, x + 7 * GRID, y + 5 * GRID)
    touching = shapely.box(x, y, x + 4 * GRID, y + 3 * GRID)  # meets the other in one corner
    return shapely.MultiPolygon([touching, other])


def _mosaic(rng):
    """Join random squares: holes that touch the shell, parts that touch each other."""
    x, y = _corner(rng)
    squares = [
        shapely.box(x + i * GRID, y + j * GRID, x + (i + 1) * GRID, y + (j + 1) * GRID)
        for i, j in np.argwhere(rng.random((6, 6)) < 0.6)
    ]
    return shapely.set_precision(shapely.union_all(squares), 0)


def _free(rng, near):
    steps = rng.normal(0, 0.15, (rng.integers(2, 12), 2))
    return shapely.LineString(rng.uniform((95, 22), (99, 26)) + np.cumsum(steps, axis=0))


def _gridded(rng, near):
    steps = rng.integers(-4, 5, (rng.integers(2, 10), 2)) * GRID
    steps[1] = (GRID, 0)
    return shapely.LineString(np.round((_corner(rng) + steps.cumsum(axis=0)) / GRID) * GRID)


def _along(rng, near):
    ring = shapely.get_coordinates(near[rng.integers(len(near))])
    first = rng.integers(0, len(ring) - 1)
    part = ring[first : first + rng.integers(2, 6)]
    tail = part[-1] + rng.normal(0, 0.2, (2, 2))
    return shapely.LineString(np.concatenate([part, tail]))


def _retraced(rng, near):
    out = shapely.get_coordinates(_gridded(rng, near))
    return shapely.LineString(np.concatenate([out, out[::-1][1:]]))


def _parted(rng, near):
    first, second = _free(rng, near), _gridded(rng, near)
    third = shapely.LineString([second.coords[-1], _corner(rng) + np.array((GRID, 0.5 * GRID))])
    return shapely.MultiLineString([first, second, third])
