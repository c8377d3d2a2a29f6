"""The segments of routes, and the chainage at which each begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo import geodesy
from geo.passages.intervals import running_sum

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]


__all__ = ["Segments", "segments"]


@dataclass(frozen=True)
class Segments:
    """
    The segments of a block of routes; a run is a stretch without a gap.

    Attributes
    ----------
    vertices
        Longitude and latitude, shape (n, 2); segment s goes from vertex s to s + 1.
    travelled
        Which segments are: not those that stand still, nor gaps, shape (n - 1,).
    chainage, length
        Where each begins and how long it is, metres; the others are 0 long.
    run
        The run of each segment that is travelled.
    first_of_run, last_of_run, route_of_run, part_of_run
        Its first and last segment, its route, and the part in which it begins.
    """

    vertices: Floats
    travelled: Flags
    chainage: Floats
    length: Floats
    run: Ints
    first_of_run: Ints
    last_of_run: Ints
    route_of_run: Ints
    part_of_run: Ints


def segments(coordinates: Floats, part: Ints, line: Ints) -> Segments:
    """
    Cut a block of routes into segments.

    Parameters
    ----------
    coordinates, part, line
        From `geodesy.edge_vectors`.

    Returns
    -------
    Segments
        Empty arrays where nothing is travelled.
    """
    x, y = coordinates.T
    moves = (x[1:] != x[:-1]) | (y[1:] != y[:-1])
    travelled = moves.copy()
    gaps = part[1:-1] - 1
    travelled[gaps[(gaps >= 0) & (gaps < travelled.size)]] = False
    length = geodesy.arc_length_m(x[:-1], y[:-1], x[1:], y[1:])
    length[~travelled] = 0.0
    route = np.repeat(np.arange(line.size - 1), np.diff(part[line]))[:-1]
    # a gap ends a run; two parts that meet in a point do not
    breaks = moves & ~travelled
    between = part[line[1:-1]] - 1
    breaks[between[(between >= 0) & (between < breaks.size)]] = True
    run = np.cumsum(breaks)
    goes = np.flatnonzero(travelled)
    first = goes[np.flatnonzero(np.diff(run[goes], prepend=-1))]
    last = goes[np.flatnonzero(np.diff(run[goes], append=-1))]
    number = np.zeros(int(run.max(initial=0)) + 1, np.int64)
    number[run[first]] = np.arange(first.size)
    return Segments(
        coordinates,
        travelled,
        running_sum(length, route),
        length,
        number[run],
        first,
        last,
        route[first],
        np.searchsorted(part, first, "right") - 1,
    )
