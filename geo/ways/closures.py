"""Which closure hurts most: each edge of a way closed in turn."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from geo.network import TRANSFER
from geo.ways import choice
from geo.ways.ends import Gazetteer
from geo.ways.journey import label
from geo.ways.search import arcs_of, prepared

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from geo.network import Network
    from geo.ways.arcs import Arcs, Path
    from geo.ways.ground import Ground, Knowledge
    from geo.ways.scenario import Scenario
    from geo.ways.search import Asked

__all__ = ["COLUMNS", "closures"]

_EITHER: Final = ((1.0, 1e-9), (1e-9, 1.0))  # a trace of the other cost breaks ties

COLUMNS: Final = (
    "name",
    "section_id",
    "from",
    "to",
    "length_m",
    "no_way",
    "extra",
    "extra_exposed_m",
)


def closures(
    network: Network,
    knowledge: Knowledge,
    asked: Asked,
    *,
    gazetteer: Gazetteer | None = None,
    scenario: Scenario | None = None,
) -> pd.DataFrame:
    """
    Close each edge in turn and search again.

    Parameters
    ----------
    network, knowledge, asked, gazetteer, scenario
        As for `find`.

    Returns
    -------
    DataFrame
        The closures that are felt, the worst first, in `COLUMNS`: the edge;
        `no_way`, where there is no way round; else what the best way by the first
        cost loses (`extra`, metres or hours), and by how much the least
        exposure grows. Closing any other edge changes neither. No way to begin
        with gives no rows.

    Raises
    ------
    CRSError, GeometryError, InputError
        As `find`.

    Notes
    -----
    Only edges on the two best ways, by either cost, can be felt: while such a
    way stays open, it stays the best.
    """
    ground, ends, _ = prepared(network, knowledge, asked, scenario)
    arcs, stops = arcs_of(ground, asked.by), [end.nodes for end in ends]
    best = _best(arcs, stops)
    if best is None:
        return pd.DataFrame(columns=pd.Index(COLUMNS))
    names = gazetteer or Gazetteer()
    per_unit = 3_600_000 if asked.by == "hours" else 1000
    kinds = ground.network.edges["kind"].to_numpy(object)
    rows: list[dict[str, Any]] = []
    for path in best:
        # a change of mode is no ground to close
        real = (arc for arc in path.arcs if kinds[arcs.edge[arc]] != TRANSFER)
        effects = ((arc, _effect(arcs, arc, stops, best)) for arc in real)
        rows += _stretches(effects, (ground, arcs, names), per_unit)
    table = pd.DataFrame(rows, columns=pd.Index(COLUMNS)).drop_duplicates(ignore_index=True)
    felt = table["no_way"] | (table["extra"] > 0) | (table["extra_exposed_m"] > 0)
    return table[felt].sort_values(
        ["no_way", "extra", "extra_exposed_m"], ascending=False, ignore_index=True, kind="stable"
    )


def _best(arcs: Arcs, stops: Sequence[Sequence[int]]) -> tuple[Path, Path] | None:
    """Find the best way by either cost; None where there is none."""
    first, second = (choice.best(arcs, stops, weights) for weights in _EITHER)
    return None if first is None or second is None else (first, second)


def _effect(
    arcs: Arcs, arc: int, stops: Sequence[Sequence[int]], best: tuple[Path, Path]
) -> tuple[bool, int, int]:
    """Close the edge of an arc: is there no way, and what do the two best ones lose."""
    open_ = arcs.edge != arcs.edge[arc]
    rest = replace(
        arcs,
        **{
            name: getattr(arcs, name)[open_]
            for name in ("tail", "head", "cost", "edge", "backward")
        },
    )
    round_ = _best(rest, stops)
    if round_ is None:
        return True, 0, 0
    lost = [round_[which].cost[which] - best[which].cost[which] for which in (0, 1)]
    return False, lost[0], lost[1]


def _stretches(
    effects: Iterable[tuple[int, tuple[bool, int, int]]],
    where: tuple[Ground, Arcs, Gazetteer],
    per_unit: int,
) -> Iterator[dict[str, Any]]:
    """Join neighbours of one section whose closure does the same."""
    ground, arcs, names = where
    edges, nodes = ground.network.edges, ground.network.nodes
    told = ((arc, (*label(edges.iloc[arcs.edge[arc]]), effect)) for arc, effect in effects)
    for (name, section, _, (no_way, extra, exposed)), group in groupby(told, lambda pair: pair[1]):
        row = [arc for arc, _ in group]
        yield {
            "name": name,
            "section_id": section,
            "from": names.name_of(*nodes[arcs.tail[row[0]]]),
            "to": names.name_of(*nodes[arcs.head[row[-1]]]),
            "length_m": float(edges["length_m"].iloc[arcs.edge[row]].sum()),
            "no_way": no_way,
            "extra": np.nan if no_way else extra / per_unit,
            "extra_exposed_m": np.nan if no_way else exposed / 1000,
        }
