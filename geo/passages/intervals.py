"""Arithmetic on intervals of chainage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Shapes = NDArray[np.object_]


__all__ = ["TINY_M", "merged", "running_sum"]

_AT_ONCE = 1 << 16
TINY_M: Final = 1e-6
"""A stretch shorter than a micrometre is the rounding of coordinates, not a passage."""


def merged(group: Ints, from_m: Floats, to_m: Floats) -> tuple[Ints, Floats, Floats]:
    """
    Join intervals that overlap or touch (to a micrometre), group by group.

    Parameters
    ----------
    group
        What each interval belongs to, e.g. the number of its route.
    from_m, to_m
        Where it begins and ends, from_m <= to_m.

    Returns
    -------
    group, from_m, to_m
        The union: intervals with a gap between them, sorted by group and
        begin. Empty arrays give empty arrays.
    """
    if group.size > _AT_ONCE and (group[1:] >= group[:-1]).all():
        starts = np.flatnonzero(np.diff(group)) + 1  # whole groups at a time bound the memory
        cuts = starts[np.flatnonzero(np.diff(starts // _AT_ONCE, prepend=0))]
        parts = zip(*(np.split(column, cuts) for column in (group, from_m, to_m)), strict=True)
        columns = zip(*(_merged(*part) for part in parts), strict=True)
        group, from_m, to_m = (np.concatenate(column) for column in columns)
        return group, from_m, to_m
    return _merged(group, from_m, to_m)


def _merged(group: Ints, from_m: Floats, to_m: Floats) -> tuple[Ints, Floats, Floats]:
    order = np.lexsort((from_m, group))
    group, from_m, to_m = group[order], from_m[order], to_m[order]
    if group.size == 0:
        return group, from_m, to_m
    new = np.diff(group) != 0
    # complex numbers compare by their real part first: the furthest end so far in each group
    reach = np.zeros(group.size, np.complex128)
    reach.real[1:], reach.imag = np.cumsum(new), to_m
    apart = new | (from_m[1:] > np.maximum.accumulate(reach).imag[:-1] + TINY_M)
    first = np.flatnonzero(np.concatenate([[True], apart]))
    return group[first], from_m[first], np.maximum.reduceat(to_m, first)


def running_sum(length: Floats, group: Ints) -> Floats:
    """
    Sum lengths up to, not with, each one, from zero in every group.

    Parameters
    ----------
    length
        Metres.
    group
        What each belongs to; equal numbers stand together.

    Returns
    -------
    ndarray of float
        The chainage at which each length begins. Empty arrays give an empty array.
    """
    if length.size == 0:
        return length
    first = np.flatnonzero(np.diff(group, prepend=-1))
    totals = np.add.reduceat(length, first)
    # taking each group's total off where the next begins keeps the sum small, so exact
    steps = np.concatenate([[0.0], length[:-1]])
    steps[first[1:]] -= totals[:-1]
    sums: Floats = np.cumsum(steps)
    return sums - np.repeat(sums[first], np.diff(np.append(first, length.size)))
