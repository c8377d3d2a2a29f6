"""Ways that are nearly another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo.ways.arcs import Arcs, Path

__all__ = ["thinned"]

_SHARED: Final = 0.8
_RANGE: Final = 0.05
_LITTLE: Final = 0.02


def thinned(paths: Sequence[Path], arcs: Arcs, length_m: Sequence[float]) -> list[Path]:
    """
    Leave out ways that share nearly all ground with another and gain little on it.

    Parameters
    ----------
    paths
        A front, cheapest first by the first cost.
    arcs
        The arcs of which they are made.
    length_m
        The length of each edge.

    Returns
    -------
    list of Path
        The front without ways of which four fifths of the length lie on a way
        that is kept, and whose costs both differ from its by less than a
        twentieth of the whole front's range or a fiftieth of the cost itself. The
        first and the last are kept.
    """
    if len(paths) <= 2:  # noqa: PLR2004 - both ends
        return list(paths)
    spans = [abs(paths[0].cost[which] - paths[-1].cost[which]) for which in (0, 1)]
    ground = {
        id(path): {int(arcs.edge[arc]): length_m[int(arcs.edge[arc])] for arc in path.arcs}
        for path in paths
    }
    kept = [paths[0], paths[-1]]
    for path in paths[1:-1]:
        alike = any(
            _close(path, other, spans) and _shared(ground[id(path)], ground[id(other)]) >= _SHARED
            for other in kept
        )
        if not alike:
            kept.append(path)
    return sorted(kept, key=lambda path: path.cost)


def _close(one: Path, other: Path, spans: Sequence[int]) -> bool:
    return all(
        abs(cost - other.cost[which]) < max(_RANGE * spans[which], _LITTLE * other.cost[which])
        for which, cost in enumerate(one.cost)
    )


def _shared(one: Mapping[int, float], other: Mapping[int, float]) -> float:
    whole = sum(one.values())
    return sum(length for edge, length in one.items() if edge in other) / whole if whole else 1.0
