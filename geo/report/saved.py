"""
An answer read back from its JSON, strictly.

Whoever compares two answers trusts their ranges to the metre, so a file whose
parts contradict each other is refused here: what is exposed must be the union of
the passages, the holders must cover the route, and the sums must be the sums.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, Final

import numpy as np
from pydantic import BaseModel, ConfigDict, FailFast, Field, ValidationError

from geo.errors import InputError, visible
from geo.io import geojson, read_bytes
from geo.passages import TINY_M, merged

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = [
    "Answer",
    "Holder",
    "Input",
    "Passage",
    "Route",
    "Said",
    "Saved",
    "Stretch",
    "Zone",
    "parse",
    "read",
    "union",
]

_MOST_BYTES: Final = 256 << 20
_DEEPEST: Final = 64
_LARGEST: Final = 1e15  # beyond any metre, and within what a double holds exactly
_SHOWN: Final = 60

Number = Annotated[float, Field(allow_inf_nan=False)]
Metres = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Pair = Annotated[list[Metres], Field(min_length=2, max_length=2), FailFast()]
Vertex = Annotated[list[Number], Field(min_length=3, max_length=3), FailFast()]


class _Part(BaseModel):
    """A part of an answer: exact types, keys that it does not know passed over."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class Passage(_Part):
    """A stretch of a route inside a zone, or along its border."""

    from_m: Metres
    to_m: Metres
    on_border: bool = False


class Zone(_Part):
    """A zone that a route meets, with its passages."""

    zone_id: str
    name: str
    inside_m: Metres
    boundary_m: Metres
    passages: Annotated[list[Passage], FailFast()]


class Holder(_Part):
    """The metres of a route that one controller holds."""

    controller: str
    source: str
    inside_m: Metres
    share: Share | None


class Stretch(_Part):
    """A stretch of a route in one hand, with the claims that say so."""

    from_m: Metres
    to_m: Metres
    controller: str
    claims: Annotated[list[str], FailFast()]


class Route(_Part):
    """The answer for one route."""

    route_id: str
    name: str
    length_m: Metres
    exposed_m: Metres
    exposed_share: Share
    boundary_m: Metres
    crossings: int
    longest_exposed_m: Metres
    sure_m: Metres | None
    possible_m: Metres | None
    zones: Annotated[list[Zone], FailFast()]
    controllers: Annotated[list[Holder], FailFast()]
    events: Annotated[list[dict[str, Any]], FailFast()]
    exposed: Annotated[list[Pair], FailFast()]
    stretches: Annotated[list[Stretch], FailFast()]
    path: Annotated[list[Vertex], FailFast()]


class Input(_Part):
    """A file that an answer rests on."""

    role: str
    path: str
    sha256: str
    features: int


class Said(_Part):
    """A warning of an answer."""

    file: str
    feature: str
    rule: str
    message: str


class Answer(_Part):
    """What `geo expose --format json` writes."""

    geo: str
    as_of: Day | None
    known_until: Day | None
    reproduce: str
    inputs: Annotated[list[Input], FailFast()]
    warnings: Annotated[list[Said], FailFast()]
    routes: Annotated[list[Route], FailFast()]
    versions: dict[str, str] = Field(default_factory=dict)


@dataclass(frozen=True)
class Saved:
    """
    An answer read back.

    Attributes
    ----------
    name
        The file, as the user named it.
    answer
        What this version knows of it, checked.
    raw
        All of it, as it stands in the file.
    """

    name: str
    answer: Answer
    raw: dict[str, Any]


def read(path: str | Path) -> Saved:
    """
    Read an answer from a file.

    Parameters
    ----------
    path
        What `geo expose --format json -o FILE` wrote.

    Returns
    -------
    Saved
        The answer.

    Raises
    ------
    InputError
        If it is no such file, larger than 256 MB, or contradicts itself: one
        line, naming the file and the place in it.
    """
    return parse(read_bytes(path, most=_MOST_BYTES), str(path))


def parse(raw: bytes, name: str) -> Saved:
    """
    Read an answer from its bytes.

    Parameters
    ----------
    raw
        JSON, UTF-8.
    name
        What to call it in messages.

    Returns
    -------
    Saved
        The answer.

    Raises
    ------
    InputError
        As `read`.
    """
    try:
        document = geojson.decode(raw, name)
    except InputError as error:
        raise InputError(visible(str(error))) from None
    problem = _unsound(document) if isinstance(document, dict) else "it is not an object"
    if problem is None:
        try:
            answer = Answer.model_validate(document)
        except ValidationError as error:
            problem = _first(error)
        else:
            problem = _contradiction(answer)
    if problem is not None:
        raise InputError(visible(f"{name}: not an answer of geo expose: {problem}"))
    return Saved(name, answer, document)


def _unsound(document: Any) -> str | None:
    """Find what no comparison could bear: endless numbers, or objects without a floor."""
    parts = [document]
    for _ in range(_DEEPEST):
        inner: list[Any] = []
        for part in parts:
            inner += part.values() if isinstance(part, dict) else part
        for value in inner:
            if isinstance(value, int | float) and not abs(value) <= _LARGEST:
                return f"it holds a number beyond {_LARGEST:g}"
        parts = [part for part in inner if isinstance(part, dict | list)]
        if not parts:
            return None
    return f"it is nested more than {_DEEPEST} deep"


def _first(error: ValidationError) -> str:
    """Say the first thing that is wrong, and where."""
    first = error.errors(include_url=False, include_context=False)[0]
    where = ""
    for part in first["loc"]:
        where += f"[{part}]" if isinstance(part, int) else f".{part}" if where else str(part)
    found = "" if first["type"] == "missing" else f" (found {_short(first['input'])})"
    return f"{where}: {first['msg'][:1].lower()}{first['msg'][1:]}{found}"


def _short(value: Any) -> str:
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _contradiction(answer: Answer) -> str | None:
    """Find the first route that says two things at once."""
    twice = _twice(route.route_id for route in answer.routes)
    if twice is not None:
        return f"the route_id {twice!r} stands twice"
    for route in answer.routes:
        problem = _contradiction_in(route)
        if problem is not None:
            return f"route {route.route_id!r}: {problem}"
    return None


def _contradiction_in(route: Route) -> str | None:
    twice = _twice(zone.zone_id for zone in route.zones)
    if twice is not None:
        return f"the zone_id {twice!r} stands twice"
    twice = _twice(holder.controller for holder in route.controllers)
    if twice is not None:
        return f"the controller {twice!r} stands twice"
    radii = [entry.get("within_m") for entry in route.events]
    if not all(isinstance(one, int | float) and not isinstance(one, bool) for one in radii):
        return "an entry of its events has no number within_m"
    held = np.array([(one.from_m, one.to_m) for one in route.stretches]).reshape(-1, 2)
    exposed = np.array(route.exposed, float).reshape(-1, 2)
    return _unordered(route, exposed, held) or _unequal(route, exposed, held)


def _twice(names: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


def _unordered(route: Route, exposed: NDArray[np.float64], held: NDArray[np.float64]) -> str | None:
    """Find ranges that run backwards, over each other, or off the route."""
    inside = np.array(
        [(one.from_m, one.to_m) for zone in route.zones for one in zone.passages], float
    ).reshape(-1, 2)
    for name, table in (("exposed", exposed), ("stretches", held), ("passages", inside)):
        if (table[:, 0] > table[:, 1]).any() or (table > route.length_m + TINY_M).any():
            return f"{name} has a range that runs backwards or off the route"
    for name, table in (("exposed", exposed), ("stretches", held)):
        if (table[1:, 0] < table[:-1, 1] - TINY_M).any():
            return f"{name} are not in order, or lie over each other"
    steps = [after[2] - before[2] for before, after in pairwise(route.path)]
    return "its path runs backwards" if any(step < 0 for step in steps) else None


def _unequal(route: Route, exposed: NDArray[np.float64], held: NDArray[np.float64]) -> str | None:
    """Find sums that are not the sums."""
    summed = float((exposed[:, 1] - exposed[:, 0]).sum())
    if abs(summed - route.exposed_m) > TINY_M:
        return f"exposed_m is {route.exposed_m} but its ranges add up to {summed}"
    inside = union(one for zone in route.zones for one in zone.passages)
    joined = union(route.exposed)
    if joined.shape != inside.shape or np.abs(joined - inside).max(initial=0.0) > TINY_M:
        return "exposed is not the union of the passages inside its zones"
    gaps = np.abs(held[1:, 0] - held[:-1, 1]).max(initial=0.0)
    ends = [0.0, route.length_m] if len(held) == 0 else [held[0, 0], held[-1, 1]]
    if gaps > TINY_M or ends[0] > TINY_M or (len(held) and route.length_m - ends[1] > TINY_M):
        return "stretches do not cover the route from 0 to its end"
    if not len(held) and route.length_m > 0:
        return "stretches do not cover the route from 0 to its end"
    end = route.path[-1][2] if route.path else 0.0
    if abs(end - route.length_m) > TINY_M * (1 + len(route.path)):
        return f"length_m is {route.length_m} but its path ends at {end}"
    return None


def union(passages: Iterable[Passage | Sequence[float]]) -> NDArray[np.float64]:
    """
    Join ranges; of passages, those inside and not those along a border.

    Parameters
    ----------
    passages
        Passages, or pairs of metres.

    Returns
    -------
    array of float, shape (n, 2)
        From and to, in order, with a gap between them. Nothing gives no rows.
    """
    pairs = [
        (one.from_m, one.to_m) if isinstance(one, Passage) else (one[0], one[1])
        for one in passages
        if not (isinstance(one, Passage) and one.on_border)
    ]
    table = np.array(pairs, float).reshape(-1, 2)
    _, low, high = merged(np.zeros(len(table), np.int64), table[:, 0], table[:, 1])
    return np.column_stack([low, high])
