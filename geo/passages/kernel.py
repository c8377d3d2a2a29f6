"""Cut routes by zones, block by block."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

import numpy as np

from geo import geodesy
from geo.passages import compiled
from geo.passages.grid import spread
from geo.passages.index import Index, index
from geo.passages.meetings import meetings
from geo.passages.segments import segments
from geo.passages.starts import holding
from geo.passages.stretches import Passages, nothing, stretches
from geo.passages.vertices import require_vertices, rounded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Shapes = NDArray[np.object_]


__all__ = ["find"]

_PARTS = 1 << 12
_VERTICES = 1 << 16


def find(routes: Shapes, zones: Shapes | Index) -> Passages:
    """
    Find every passage of every route through every zone.

    Parameters
    ----------
    routes
        LineStrings and MultiLineStrings in longitude and latitude, degrees.
    zones
        Valid Polygons and MultiPolygons in the same coordinates, or their
        index. They may overlap, touch and have holes.

    Returns
    -------
    Passages
        One row for each maximal stretch strictly inside one zone, and one for
        each that runs exactly along its border. Touching a corner is nothing.
        No routes or no zones give no rows.

    Raises
    ------
    GeometryError
        If a route is not a line, a zone is not a polygon, one of them has a vertex
        that is no longitude and latitude in degrees, or an edge of a route spans 180
        degrees of longitude or more (cut it at the antimeridian, RFC 7946,
        section 3.1.9).

    Notes
    -----
    Signs of orientations are exact [1]_; a tie is broken by moving the route
    symbolically [2]_.

    References
    ----------
    .. [1] J. R. Shewchuk, "Adaptive precision floating-point arithmetic and
       fast robust geometric predicates", Discrete Comput. Geom. 18 (1997).
    .. [2] H. Edelsbrunner, E. P. Mücke, "Simulation of simplicity", ACM Trans.
       Graphics 9 (1990).
    """
    routes = np.asarray(routes, dtype=object)
    edges = zones if isinstance(zones, Index) else index(zones)
    coordinates, part, line = geodesy.edge_vectors(routes)
    require_vertices(coordinates, part)
    coordinates = rounded(coordinates)
    blocks = [
        block
        for low, high in _blocks(line, 0, routes.size, _PARTS)
        for block in _found(coordinates, part, line, edges, (low, high))
    ]
    del coordinates  # make room for the columns
    return _joined(blocks)


def _blocks(before: Ints, low: int, high: int, size: int) -> Iterator[tuple[int, int]]:
    """Divide routes into blocks of about as many parts or vertices, so that memory is bounded."""
    while low < high:
        upto = int(np.searchsorted(before, before[low] + size, "right")) - 1
        upto = min(max(upto, low + 1), high)
        yield low, upto
        low = upto


def _found(
    coordinates: Floats, part: Ints, line: Ints, edges: Index, routes: tuple[int, int]
) -> Iterator[Passages]:
    """Find the passages of a range of routes, a block at a time."""
    parts = line[routes[0]]
    begun = parts + np.flatnonzero(np.diff(part[parts : line[routes[1]] + 1]))
    point, zone = holding(coordinates[part[begun]], edges)
    point = begun[point]
    for low, high in _blocks(part[line], *routes, _VERTICES):
        first, last = line[low], line[high]
        upto = np.searchsorted(point, np.arange(first, last + 1))
        found = (compiled.find if compiled.core else _cut)(
            coordinates[part[first] : part[last]],
            part[first : last + 1] - part[first],
            line[low : high + 1] - first,
            (upto, zone),
            edges,
        )
        yield replace(found, route=found.route + low)


def _cut(
    coordinates: Floats, part: Ints, line: Ints, begun: tuple[Ints, Ints], edges: Index
) -> Passages:
    """Find the passages of one block; `begun` are zones before each part, and all of them."""
    path = segments(coordinates, part, line)
    length_m = np.zeros(line.size - 1)
    ends = np.flatnonzero(np.diff(path.route_of_run, append=-1))
    last = path.last_of_run[ends]
    length_m[path.route_of_run[ends]] = path.chainage[last] + path.length[last]
    if path.first_of_run.size == 0 or edges.zones == 0:
        return nothing(length_m)
    met = meetings(path.vertices, path.travelled, edges)
    upto, zone = begun
    run, row = spread(upto[path.part_of_run], upto[path.part_of_run + 1] - 1)
    found = stretches(path, met, run, zone[row], length_m)
    # a route with a gap has more than one run
    order = np.lexsort((found.from_m, found.zone, found.route))
    columns = {name: column[order] for name, column in vars(found).items() if name != "length_m"}
    return replace(found, **columns)


def _joined(blocks: list[Passages]) -> Passages:
    """Join blocks of routes that follow each other, column by column to bound the memory."""
    columns = [dict(vars(block)) for block in (nothing(np.empty(0)), *blocks)]
    blocks.clear()
    return Passages(
        **{
            field.name: np.concatenate([block.pop(field.name) for block in columns])
            for field in fields(Passages)
        }
    )
