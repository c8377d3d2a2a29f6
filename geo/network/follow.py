"""Sections that are drawn from place to place, brought onto the roads that they follow."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo import geodesy
from geo.errors import InputError, Notice
from geo.network.near import nearest
from geo.network.paths import Paths, Step, drawn
from geo.network.sections import Section, facts_of, numbers, on_roads

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from geo.network.graph import Network

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["LEAST_TO_DRAWN", "MOST_OFF_PUBLISHED", "MOST_TO_DRAWN", "Followed", "follow"]

MOST_OFF_PUBLISHED: Final = 1 / 3
"""A routed length off the published one by more than this share is another road."""
MOST_TO_DRAWN: Final = 2.0
"""A road this much longer than the line through its places is taken for another road.

The published lengths of the bundled sections are up to 1.96 times the drawn ones.
"""
LEAST_TO_DRAWN: Final = 2 / 3
"""A road through places is no shorter than the line through them, but for what its ends move."""
_MOST_ASIDE: Final = 0.1
"""Share of a road that may lie outside the error: errors are told for nine tenths of a line."""
_PROBE_M: Final = 500.0
_LEAST_GAP_M: Final = 1.0
_KILO: Final = 1000.0
_ROAD: Final = "road"
_TWO: Final = 2


@dataclass(frozen=True)
class Followed:
    """
    Sections on roads, and what was decided for each.

    Attributes
    ----------
    sections
        The rows that were given; where a road was followed, with its line and
        its `positional_error_m`. More columns: `line` ("road" or "as drawn") and
        `line_reason`, in words.
    table
        A row for each section: `section_id`, `name`, `mode`, `line`, `reason`,
        `drawn_km`, `routed_km`, `published_km`, `ratio` (routed to published,
        where that is known, else to drawn), `places`, `places_left_out`,
        `furthest_km` (of the road from the drawn line), `error_before_m`,
        `error_after_m`.
    notices
        What a reader must know before using them.
    """

    sections: GeoDataFrame
    table: pd.DataFrame
    notices: tuple[Notice, ...]


@dataclass(frozen=True)
class _Decision:
    """What was decided for a section, and why."""

    reason: str
    line: Any = None
    routed_m: float = np.nan
    left_out: int = 0
    furthest_m: float = np.nan
    error_m: float = np.nan


def follow(
    sections: GeoDataFrame,
    roads: Network,
    *,
    accuracy_m: float,
    published_km: Mapping[str, float] | None = None,
) -> Followed:
    """
    Route sections over roads through their places, and take the roads' lines.

    Parameters
    ----------
    sections
        LineStrings in EPSG:4326 whose vertices are places that they pass.
        Columns that count, if there are any: `section_id` (else `id`, `name`, the
        row's number), `mode` (else road), `published_km`, `positional_error_m`
        (else 0). No sections give an empty answer.
    roads
        A network, as `network.build` makes it.
    accuracy_m
        How far the roads' lines may be off, metres.
    published_km
        Published lengths by section, in place of the column.

    Returns
    -------
    Followed
        The sections. A road's line is taken where the road passes the section's
        places within their error and its length fits; every other section stays
        as it was drawn, with the reason.

    Raises
    ------
    CRSError
        If the sections are not in EPSG:4326.
    InputError
        If the accuracy is no length, or a length is published for no section.

    Notes
    -----
    A place may be as far from its road as its section's error and the accuracy
    together; places further away are left out. A section stays as drawn if

    * it is no road,
    * an end, or over a tenth of its places, are too far from any road that hangs
      together with the others, or no path joins its places,
    * the routed length is off the published one by more than a third, or, where
      none is published, it is over twice or under two thirds of the drawn,
    * over a tenth of the road found is travelled there and back, or lies further
      from the line through the places than their error allows: then the road or
      the places are wrong,
    * the road is known less well than the line.

    The new error is the accuracy, or that of the roads' own lines if it is larger;
    where places were left out it stays as it was.
    """
    geodesy.require_lonlat(sections.crs, "sections")
    if not 0 <= accuracy_m < np.inf:
        message = f"sections: the accuracy must be at least 0 metres, not {accuracy_m}"
        raise InputError(message)
    facts = facts_of(sections, published_km or {}, accuracy_m)
    taken: list[Section] = []
    decisions: list[_Decision] = []
    paths: dict[int, Paths] = {}
    for section, network in on_roads(facts, roads):
        if id(network) not in paths:
            paths[id(network)] = Paths(network)
        taken.append(section)
        decisions.append(_decide(paths[id(network)], section, accuracy_m))
    frame = _frame(sections, taken, decisions)
    return Followed(frame, _table(sections, taken, decisions), tuple(_apart(taken, decisions)))


def _decide(paths: Paths, section: Section, accuracy_m: float) -> _Decision:
    """Take the road or refuse it, and say why."""
    network = paths.network
    left_out = int((section.node < 0).sum())
    refused = _unfit(section, left_out)
    if refused:
        return _Decision(refused, left_out=left_out)
    ways = paths.between(section.legs)
    broken = sum(way is None for way in ways)
    if broken:
        reason = f"no path on the roads for {broken} of its {len(ways)} legs"
        return _Decision(reason, left_out=left_out)
    lengths = network.edges["length_m"].to_numpy()
    steps = _steps(network, section, [way or [] for way in ways])
    line = drawn(network, steps)
    if line is None:
        return _Decision("its places meet the roads in a single point", left_out=left_out)
    edges = [step.edge for step in steps]
    aside, furthest = _aside(line, section)
    found = _Decision("", line, float(lengths[edges].sum()), left_out, furthest)
    twice = float(sum(lengths[edge] * many for edge, many in Counter(edges).items() if many > 1))
    own = network.edges["positional_error_m"].to_numpy(float)[edges]
    error = float(np.nanmax([accuracy_m, *own]))
    reason = _misfit(section, found.routed_m, aside, twice)
    if not reason and error > section.error_m > 0:
        reason = f"the road, known to {error / _KILO:.1f} km, is known less well than the line"
    if reason:
        return replace(found, line=None, reason=reason)
    if left_out:
        reason = f"follows the road; {left_out} place(s) too far from it: error as before"
        return replace(found, reason=reason, error_m=section.error_m)
    return replace(found, reason="follows the road; error that of the roads", error_m=error)


def _unfit(section: Section, left_out: int) -> str:
    """Say why a section cannot be routed at all."""
    if section.mode != _ROAD:
        return f"a {section.mode} section is not routed over roads"
    if not len(section.node):
        return "drawn in several parts, or without a line"
    ends = [("start", 0), ("end", -1)]
    far = [word for word, at in ends if section.node[at] < 0]
    if far:
        allowed = section.allowed_m / _KILO
        return f"no connected road within {allowed:.1f} km of its {' and its '.join(far)}"
    if left_out > _MOST_ASIDE * len(section.node):
        return f"{left_out} of its {len(section.node)} places are too far from any connected road"
    return ""


def _misfit(section: Section, routed_m: float, aside: float, twice_m: float) -> str:
    """Say why a road is not the section's."""
    if section.published_m > 0:
        off = routed_m / section.published_m - 1
        if abs(off) > MOST_OFF_PUBLISHED:
            word = "longer" if off > 0 else "shorter"
            return f"the road found is {abs(off):.0%} {word} than published"
    else:
        ratio = routed_m / section.drawn_m if section.drawn_m else np.inf
        if not LEAST_TO_DRAWN <= ratio <= MOST_TO_DRAWN:
            return f"the road found is {ratio:.2f} times as long as drawn"
    if twice_m > _MOST_ASIDE * routed_m:
        return f"{twice_m / routed_m:.0%} of the road found is travelled there and back"
    if aside > _MOST_ASIDE:
        allowed = section.allowed_m / _KILO
        return f"{aside:.0%} of the road found lies over {allowed:.1f} km from the drawn line"
    return ""


def _steps(network: Network, section: Section, ways: list[list[Step]]) -> list[Step]:
    """
    Put legs together, without going to a place beside the road and back.

    A place is known to its error only, so a way to it and back is none of the road,
    as long as the road without it still passes the place within that error.
    """
    steps: list[Step] = []
    for number, way in enumerate(ways):
        spur = _spur(steps, way)
        if spur:
            rest = [step for later in ways[number + 1 :] for step in later]
            without = [*steps[:-spur], *way[spur:]]
            if _passes(network, section, [*without, *rest]):
                steps = without
                continue
        steps = [*steps, *way]
    return steps


def _spur(steps: list[Step], way: list[Step]) -> int:
    """Count the last steps that the next ones only take back."""
    turn = 0
    for last, step in zip(reversed(steps), way, strict=False):
        if step != Step(last.edge, not last.forward):
            break
        turn += 1
    return turn


def _passes(network: Network, section: Section, steps: list[Step]) -> bool:
    """Tell whether steps pass all places of a section."""
    line = drawn(network, steps)
    if line is None:
        return False
    distance = nearest(section.kept, np.array([line], dtype=object), np.inf).distance_m
    return bool((distance <= section.allowed_m + _LEAST_GAP_M).all())


def _aside(line: Any, section: Section) -> tuple[float, float]:
    """Tell which share of a road is further from the drawn line than allowed, and the furthest."""
    marks = geodesy.chainages_m(line)
    xy = shapely.get_coordinates(line)
    length = float(marks[-1])
    probes = (
        (np.arange(max(int(length / _PROBE_M), 1)) + 0.5) * length / max(int(length / _PROBE_M), 1)
    )
    at = np.column_stack([np.interp(probes, marks, column) for column in xy.T])
    shapes = np.array([shapely.LineString(section.kept)], dtype=object)
    distance = nearest(at, shapes, np.inf).distance_m
    return float((distance > section.allowed_m).mean()), float(distance.max())


def _frame(
    sections: GeoDataFrame, taken: Sequence[Section], decisions: Sequence[_Decision]
) -> GeoDataFrame:
    shapes = [
        one.shape if decision.line is None else decision.line
        for one, decision in zip(taken, decisions, strict=True)
    ]
    errors = numbers(sections, "positional_error_m").to_numpy()
    better = [decision.error_m for decision in decisions]
    return sections.assign(
        positional_error_m=np.where(np.isnan(better), errors, better),
        line=["as drawn" if one.line is None else "road" for one in decisions],
        line_reason=[one.reason for one in decisions],
    ).set_geometry(gpd.GeoSeries(shapes, index=sections.index, crs=sections.crs))


def _table(
    sections: GeoDataFrame, taken: Sequence[Section], decisions: Sequence[_Decision]
) -> pd.DataFrame:
    called = sections["name"].tolist() if "name" in sections.columns else [""] * len(sections)
    before = numbers(sections, "positional_error_m").to_numpy()
    rows = [
        {
            "section_id": one.name,
            "name": name,
            "mode": one.mode,
            "line": "as drawn" if how.line is None else "road",
            "reason": how.reason,
            "drawn_km": one.drawn_m / _KILO,
            "routed_km": how.routed_m / _KILO,
            "published_km": one.published_m / _KILO,
            "ratio": how.routed_m / (one.published_m if one.published_m > 0 else one.drawn_m),
            "places": shapely.get_num_coordinates(one.shape),
            "places_left_out": how.left_out,
            "furthest_km": how.furthest_m / _KILO,
            "error_before_m": error,
            "error_after_m": error if np.isnan(how.error_m) else how.error_m,
        }
        for one, how, name, error in zip(taken, decisions, called, before, strict=True)
    ]
    return pd.DataFrame(rows)


def _apart(taken: Sequence[Section], decisions: Sequence[_Decision]) -> list[Notice]:
    """Say where sections that met as drawn meet no more."""
    met: dict[Any, list[tuple[str, Floats]]] = {}
    for one, how in zip(taken, decisions, strict=True):
        before, after = (
            shapely.get_coordinates(line) for line in (one.shape, how.line or one.shape)
        )
        if len(before):
            for at in (0, -1):
                met.setdefault(tuple(before[at]), []).append((one.name, after[at]))
    notices = []
    for ends in met.values():
        for (name, here), (other, there) in combinations(ends, 2):
            gap = float(geodesy.distance_m(*np.array([[*here, *there]]).T)[0])
            if gap >= _LEAST_GAP_M:
                said = f"{gap:.0f} m" if gap < _KILO else f"{gap / _KILO:.1f} km"
                message = f"ends {said} from {other}, which it met as drawn"
                notices.append(Notice("sections", name, "no-longer-met", message))
    return notices
