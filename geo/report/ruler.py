"""
Two answers on one ruler.

The ends of all ranges cut a route into cells, and in each cell it is known whether
it is exposed, in which zones, and who holds it, before and after. A cell that is
exposed in one answer only is gained or lost, and the zones that it lies in, in
that answer, are why.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.passages import TINY_M, merged
from geo.report.saved import union

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.report.saved import Route, Stretch

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

__all__ = ["HandChange", "Range", "hands", "moved"]


@dataclass(frozen=True)
class Range:
    """
    A stretch that is exposed in one answer only.

    Attributes
    ----------
    from_m, to_m
        Where.
    zones
        Why: the ids of the zones that it lies in, in the answer that exposes it.
    """

    from_m: float
    to_m: float
    zones: tuple[str, ...]


@dataclass(frozen=True)
class HandChange:
    """
    A stretch that changed hands.

    Attributes
    ----------
    from_m, to_m
        Where.
    before, after
        The controllers.
    before_claims, after_claims
        The claims that say so.
    """

    from_m: float
    to_m: float
    before: str
    after: str
    before_claims: tuple[str, ...]
    after_claims: tuple[str, ...]


def moved(without: Route, having: Route) -> tuple[tuple[Range, ...], float]:
    """
    Give what one answer exposes and the other does not, with the zones that it lies in.

    Parameters
    ----------
    without, having
        The answers for one and the same line.

    Returns
    -------
    tuple of Range
        In order; what is shorter than a micrometre is left out.
    float
        The metres of all of it.
    """
    ranges = {zone.zone_id: union(zone.passages) for zone in having.zones}
    mine, theirs = union(having.exposed), union(without.exposed)
    cells = _cells(mine, theirs, *ranges.values())
    only = cells[_covered(cells, mine) & ~_covered(cells, theirs)]
    inside = {zone_id: _covered(only, table) for zone_id, table in sorted(ranges.items())}
    why = [tuple(one for one in inside if inside[one][row]) for row in range(len(only))]
    found = [Range(low, high, zones) for low, high, zones in _joined(only, why)]
    return tuple(found), float((only[:, 1] - only[:, 0]).sum())


def hands(
    old: Sequence[Stretch], new: Sequence[Stretch]
) -> tuple[tuple[HandChange, ...], float, float]:
    """
    Give what is held by another, and the metres of which only the claims are others.

    Parameters
    ----------
    old, new
        The stretches of one and the same line, each from 0 to its end.

    Returns
    -------
    tuple of HandChange
        In order; what is shorter than a micrometre is left out.
    float
        The metres of all of it.
    float
        The metres that the same controller holds by other claims.
    """
    a, b = ([(one.from_m, one.to_m) for one in side] for side in (old, new))
    cells = _cells(np.array(a, float).reshape(-1, 2), np.array(b, float).reshape(-1, 2))
    middle = cells.mean(axis=1)
    before = [old[row] for row in _row_at(middle, a)]
    after = [new[row] for row in _row_at(middle, b)]
    other = np.array([x.controller != y.controller for x, y in zip(before, after, strict=True)])
    claims = np.array([x.claims != y.claims for x, y in zip(before, after, strict=True)])
    width = cells[:, 1] - cells[:, 0]
    rows = np.flatnonzero(other)
    why = [
        (
            before[row].controller,
            after[row].controller,
            tuple(before[row].claims),
            tuple(after[row].claims),
        )
        for row in rows
    ]
    found = [HandChange(low, high, *who) for low, high, who in _joined(cells[rows], why)]
    return (
        tuple(found),
        float(width[rows].sum()),
        float(width[np.flatnonzero(claims & ~other)].sum()) if len(width) else 0.0,
    )


def _cells(*tables: Floats) -> Floats:
    """Cut the ruler at the ends of all ranges."""
    marks = np.unique(np.concatenate([table.ravel() for table in tables]))
    return np.column_stack([marks[:-1], marks[1:]])


def _covered(cells: Floats, table: Floats) -> Flags:
    """Tell which cells lie in ranges that are in order and apart."""
    middle = cells.mean(axis=1)
    row = np.searchsorted(table[:, 0], middle, side="right") - 1
    inside: Flags = row >= 0
    inside[inside] = middle[inside] < table[row[inside], 1]
    return inside


def _row_at(middle: Floats, ranges: Sequence[tuple[float, float]]) -> NDArray[np.int64]:
    begins = np.array([low for low, _ in ranges], float)
    rows: NDArray[np.int64] = np.maximum(np.searchsorted(begins, middle, side="right") - 1, 0)
    return rows


def _joined(cells: Floats, why: Sequence[Any]) -> list[tuple[float, float, Any]]:
    """Join neighbouring cells of one cause; what is shorter than a micrometre is rounding."""
    causes = list(dict.fromkeys(why))
    numbers = {cause: number for number, cause in enumerate(causes)}
    group = np.array([numbers[one] for one in why], np.int64)
    group, low, high = merged(group, cells[:, 0], cells[:, 1])
    order = np.argsort(low, kind="stable")
    return [
        (float(low[row]), float(high[row]), causes[group[row]])
        for row in order
        if high[row] - low[row] > TINY_M
    ]
