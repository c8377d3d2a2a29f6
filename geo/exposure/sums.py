"""
The sums of an answer, as arrays: unions, metres for each route and for each pair.

Only numpy and shapely are used here; `tables` puts the same sums in frames.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from geo import geodesy, passages

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Shapes = NDArray[np.object_]

__all__ = [
    "Exposed",
    "Pairs",
    "covered_m",
    "of_routes",
    "once_m",
    "pairs",
    "summed",
    "totals",
    "union",
]


class Exposed(NamedTuple):
    """
    Stretches inside any zone, with a gap between them, of chainage or on the ground.

    Attributes
    ----------
    route
        The number of the route, in order.
    from_m, to_m
        Where the stretch begins and ends on its route, metres.
    """

    route: Ints
    from_m: Floats
    to_m: Floats


class Pairs(NamedTuple):
    """
    Metres of each route and zone that meet, in order.

    Attributes
    ----------
    route, zone
        Their numbers.
    inside_m, boundary_m
        Strictly inside the zone, and exactly along its border.
    """

    route: Ints
    zone: Ints
    inside_m: Floats
    boundary_m: Floats


def summed(group: Ints, values: Floats, count: int) -> Floats:
    """
    Sum values group by group, in order, carrying what each addition rounds off.

    Parameters
    ----------
    group
        The number of the group of each value.
    values
        What is summed.
    count
        How many groups there are.

    Returns
    -------
    ndarray of float
        A sum for each group, 0 for one without values.

    References
    ----------
    .. [1] W. Kahan, "Further remarks on reducing truncation errors", Comm. ACM 8
       (1965).
    """
    order = np.argsort(group, kind="stable")
    many = np.bincount(group, minlength=count)
    first = np.cumsum(many) - many
    total, lost = np.zeros(count), np.zeros(count)
    for place in range(int(many.max(initial=0))):
        of = np.flatnonzero(many > place)
        value = values[order[first[of] + place]] - lost[of]
        sums = total[of] + value
        lost[of], total[of] = (sums - total[of]) - value, sums
    return total


def union(shapes: Shapes, found: passages.Passages) -> Exposed:
    """
    Join all zones along each route.

    Parameters
    ----------
    shapes
        The lines of the routes.
    found
        Their passages through zones.

    Returns
    -------
    Exposed
        The stretches in the order of routes and chainage.
    """
    inside = ~found.on_border
    merged = passages.merged(found.route[inside], found.from_m[inside], found.to_m[inside])
    return _parted(Exposed(*merged), shapes)


def _parted(joined: Exposed, shapes: Shapes) -> Exposed:
    """Part stretches where the route has a gap: chainage goes on there, the ground does not."""
    route, from_m, to_m = joined
    cuts = [
        (number, mark)
        for number, line in enumerate(shapes)
        if line.geom_type == "MultiLineString"
        for mark in geodesy.gaps_m(line)
    ]
    for number, mark in cuts:
        is_cut = (
            (route == number) & (from_m < mark - passages.TINY_M) & (to_m > mark + passages.TINY_M)
        )
        marks = np.full(int(is_cut.sum()), mark)
        route = np.concatenate([route, route[is_cut]])
        from_m = np.concatenate([from_m, marks])
        to_m = np.concatenate([np.where(is_cut, mark, to_m), to_m[is_cut]])
    order = np.lexsort((from_m, route))
    return Exposed(route[order], from_m[order], to_m[order])


def of_routes(found: passages.Passages, exposed: Exposed) -> dict[str, NDArray[Any]]:
    """
    Sum the answer for each route.

    Parameters
    ----------
    found
        Passages of the routes.
    exposed
        Their union.

    Returns
    -------
    dict
        `length_m`, `exposed_m`, `exposed_share`, `boundary_m`, `crossings` and
        `longest_exposed_m`: a value for each route.
    """
    count = found.length_m.size
    all_of, from_m, to_m = passages.merged(found.route, found.from_m, found.to_m)
    touched_m = np.bincount(all_of, weights=to_m - from_m, minlength=count)
    bordered = np.bincount(found.route[found.on_border], minlength=count) > 0
    sums = totals(exposed, found.length_m)
    # what is touched but not inside; never the rounding of a difference of nothing
    boundary_m = np.where(bordered, touched_m - sums["exposed_m"], 0.0)
    return {
        "length_m": sums["length_m"],
        "exposed_m": sums["exposed_m"],
        "exposed_share": sums["exposed_share"],
        "boundary_m": boundary_m,
        "crossings": sums["crossings"],
        "longest_exposed_m": sums["longest_exposed_m"],
    }


def totals(exposed: Exposed, length_m: Floats) -> dict[str, NDArray[Any]]:
    """
    Sum the union along each route.

    Parameters
    ----------
    exposed
        The union.
    length_m
        The routes' lengths.

    Returns
    -------
    dict
        `length_m`, `exposed_m`, `exposed_share` (0 where a route has no length),
        `crossings`, `longest_exposed_m`: a value for each route.
    """
    count = length_m.size
    route, width = exposed.route, exposed.to_m - exposed.from_m
    exposed_m = np.bincount(route, weights=width, minlength=count).astype(float)
    longest = np.zeros(count)
    np.maximum.at(longest, route, width)
    return {
        "length_m": length_m,
        "exposed_m": exposed_m,
        "exposed_share": np.divide(exposed_m, length_m, out=np.zeros(count), where=length_m > 0),
        "crossings": np.bincount(route, minlength=count),
        "longest_exposed_m": longest,
    }


def covered_m(exposed: Exposed, route: int, ends: Iterable[tuple[float, float]]) -> list[float]:
    """
    Sum how much of each part of a route is exposed.

    Parameters
    ----------
    exposed
        The union.
    route
        The number of the route.
    ends
        Where each part begins and ends, metres.

    Returns
    -------
    list of float
        Metres, one for each part.
    """
    of = slice(*np.searchsorted(exposed.route, [route, route + 1]).tolist())
    from_m, to_m = exposed.from_m[of], exposed.to_m[of]
    return [
        float(np.clip(np.minimum(to_m, high) - np.maximum(from_m, low), 0, None).sum())
        for low, high in ends
    ]


def once_m(from_m: Iterable[float], to_m: Iterable[float]) -> float:
    """
    Sum intervals of one route, each metre once.

    Parameters
    ----------
    from_m, to_m
        Where they begin and end, metres.

    Returns
    -------
    float
        Metres; 0 for none.
    """
    low, high = (np.fromiter(marks, dtype=float) for marks in (from_m, to_m))
    _, low, high = passages.merged(np.zeros(low.size, np.int64), low, high)
    return float((high - low).sum())


def pairs(found: passages.Passages) -> Pairs:
    """
    Sum the metres of each route and zone that meet.

    Parameters
    ----------
    found
        Their passages.

    Returns
    -------
    Pairs
        Not to be summed over zones, which may overlap.
    """
    order = np.lexsort((found.zone, found.route))
    route, zone = found.route[order], found.zone[order]
    new = (np.diff(route, prepend=-1) != 0) | (np.diff(zone, prepend=-1) != 0)
    group, count = np.cumsum(new) - 1, int(new.sum())
    width, border = (found.to_m - found.from_m)[order], found.on_border[order]
    inside_m, boundary_m = (
        summed(group, np.where(which, width, 0.0), count) for which in (~border, border)
    )
    return Pairs(route[new], zone[new], inside_m, boundary_m)
