"""The stretches between meetings with borders: what a passage is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo import geodesy
from geo.passages.intervals import TINY_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.passages.meetings import Meetings
    from geo.passages.segments import Segments

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]


__all__ = ["Passages", "nothing", "stretches"]

_OUTSIDE, _INSIDE, _BORDER = 0, 1, 2


@dataclass(frozen=True)
class Passages:
    """
    Stretches of routes inside, or exactly along the border of, zones.

    Arrays of one length, sorted by route, zone and chainage.

    Attributes
    ----------
    route, zone
        Numbers of the route and the zone in the arrays that were given.
    from_m, to_m
        Where the stretch begins and ends on its route, metres.
    on_border
        True where it runs exactly along the zone's border.
    entry, exit
        Longitude and latitude of its two ends, degrees, shape (n, 2).
    length_m
        Length of every route, metres, one for each route.
    """

    route: Ints
    zone: Ints
    from_m: Floats
    to_m: Floats
    on_border: Flags
    entry: Floats
    exit: Floats
    length_m: Floats


def nothing(length_m: Floats) -> Passages:
    """
    Give no passages.

    Parameters
    ----------
    length_m
        Length of every route, metres.

    Returns
    -------
    Passages
        Of no rows.
    """
    whole, real, pair = np.empty(0, np.int64), np.empty(0), np.empty((0, 2))
    return Passages(whole, whole, real, real, np.empty(0, np.bool_), pair, pair, length_m)


def stretches(path: Segments, met: Meetings, run: Ints, zone: Ints, length_m: Floats) -> Passages:
    """
    Sort what happens to each run in each zone, and read the stretches off the depths.

    Parameters
    ----------
    path
        The segments of a block of routes.
    met
        Where they meet borders.
    run, zone
        The runs that begin inside a zone, and that zone.
    length_m
        Length of every route, metres.

    Returns
    -------
    Passages
        Of the block, by run and zone.
    """
    zones = int(max(met.zone.max(initial=0), zone.max(initial=0))) + 1
    key, number = np.unique(
        np.concatenate([path.run[met.segment] * zones + met.zone, run * zones + zone]),
        return_inverse=True,
    )
    deep = np.zeros(key.size, np.int8)
    deep[number[met.segment.size :]] = 1
    of_run, each, none = key // zones, np.arange(key.size), np.zeros(key.size, np.int8)
    # each run begins and ends with a row of its own, so that every stretch has two rows
    group = np.concatenate([each, number[: met.segment.size], each])
    segment = np.concatenate([path.first_of_run[of_run], met.segment, path.last_of_run[of_run]])
    at = np.concatenate([none, met.at, none + 1.0])
    mark = _chainage(path, segment, at)
    order = np.lexsort((mark, group))
    group, segment, at, mark = group[order], segment[order], at[order], mark[order]
    inside = np.concatenate([deep, met.inside, none])[order]
    border = np.concatenate([none, met.border, none])[order]
    state = np.where(
        _depth(border, group) > 0, _BORDER, np.where(_depth(inside, group) > 0, _INSIDE, _OUTSIDE)
    )
    first, last = _runs_of_state(group, mark, state)
    where = key[group[first]]
    return Passages(
        path.route_of_run[where // zones],
        where % zones,
        mark[first],
        mark[last],
        state[first] == _BORDER,
        _position(path, segment[first], at[first]),
        _position(path, segment[last], at[last]),
        length_m,
    )


def _chainage(path: Segments, segment: Ints, at: Floats) -> Floats:
    x, y = path.vertices[segment].T
    to_x, to_y = _position(path, segment, at).T
    along = np.minimum(geodesy.arc_length_m(x, y, to_x, to_y), path.length[segment])
    return path.chainage[segment] + np.where(at == 1, path.length[segment], along)


def _position(path: Segments, segment: Ints, at: Floats) -> Floats:
    start, end = path.vertices[segment], path.vertices[segment + 1]
    return np.where((at == 1)[:, None], end, start + at[:, None] * (end - start))


def _depth(steps: NDArray[np.int8], group: Ints) -> Ints:
    """Sum the steps up to and with each row, from zero in every group."""
    sums = np.cumsum(steps, dtype=np.int64)
    first = np.flatnonzero(np.diff(group, prepend=-1))
    before = sums[first] - steps[first]
    return sums - np.repeat(before, np.diff(np.append(first, group.size)))


def _runs_of_state(group: Ints, mark: Floats, state: Ints) -> tuple[Ints, Ints]:
    """Join neighbouring stretches of one state; give the first and last row of each but outside."""
    real = np.flatnonzero((np.diff(group) == 0) & (np.diff(mark) > TINY_M))
    changes = (np.diff(group[real], prepend=-1) != 0) | (np.diff(state[real], prepend=-1) != 0)
    first = np.flatnonzero(changes)
    last = np.append(first[1:], real.size) - 1
    counts = state[real[first]] > 0
    return real[first[counts]], real[last[counts]] + 1
