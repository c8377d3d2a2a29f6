"""What differs around the numbers of two answers, and which of it could have moved them."""

from __future__ import annotations

import shlex
from collections import Counter
from dataclasses import asdict, dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from geo.passages import TINY_M

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from geo.report.saved import Answer, Saved

__all__ = ["Around", "Difference", "Rest", "around", "differing", "options_of", "rest_of"]

_SAME: Final = 1e-9
_UNCOUNTED: Final = ("packages",)
_HEAD: Final = frozenset(
    ("geo", "versions", "as_of", "known_until", "reproduce", "inputs", "warnings", "routes")
)
# what is told by ranges and sums, so that only what is left of a route is looked through here
_TOLD: Final = frozenset(
    (
        "route_id",
        "length_m",
        "exposed_m",
        "exposed_share",
        "boundary_m",
        "crossings",
        "longest_exposed_m",
        "sure_m",
        "possible_m",
        "zones",
        "controllers",
        "events",
        "exposed",
        "stretches",
        "path",
    )
)
# their effect shows in the day and in the inputs, or they have none
_NO_REASON: Final = frozenset(
    ("", "--as-of", "--format", "--zones", "--control", "--layers", "--events", "--tiles", "-o")
)


@dataclass(frozen=True)
class Difference:
    """
    One thing around the numbers that differs.

    Attributes
    ----------
    what
        "day", "known until", "geo", "packages", "input", "option", "warning" or "other".
    name
        Which one, e.g. the role of the input; empty where there is only one.
    before, after
        What each answer has; None where it has none.
    """

    what: str
    name: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Around:
    """
    What differs around the numbers.

    Attributes
    ----------
    differences
        All of it.
    exposure, hands
        What of it could have moved exposed metres, and metres held, on one and
        the same line. More than one: the files do not say which did.
    """

    differences: tuple[Difference, ...]
    exposure: tuple[str, ...]
    hands: tuple[str, ...]

    @property
    def counted(self) -> bool:
        """Whether anything differs but the versions of packages."""
        return any(one.what not in _UNCOUNTED for one in self.differences)

    def as_dict(self) -> dict[str, Any]:
        """
        Give it as plain values.

        Returns
        -------
        dict
            `differences`, `exposure`, `hands`.
        """
        return {
            "differences": [asdict(one) for one in self.differences],
            "exposure": list(self.exposure),
            "hands": list(self.hands),
        }


@dataclass(frozen=True)
class Rest:
    """
    Values of a route that differ and that no range or sum tells.

    Attributes
    ----------
    what
        The key that they stand under, e.g. "sections".
    values
        How many differ.
    at, before, after
        The place of the first, and what stands there.
    """

    what: str
    values: int
    at: str
    before: float | str | None
    after: float | str | None


def around(before: Saved, after: Saved) -> Around:
    """
    Compare what stands around the numbers of two answers.

    Parameters
    ----------
    before, after
        The answers.

    Returns
    -------
    Around
        The differences in a fixed order.
    """
    old, new = before.answer, after.answer
    found: list[Difference] = []
    for what, one, other in (
        ("day", old.as_of, new.as_of),
        ("known until", old.known_until, new.known_until),
        ("geo", old.geo, new.geo),
    ):
        if one != other:
            found.append(Difference(what, "", one, other))
    found += _inputs(old, new)
    found += _options(old, new)
    found += _warnings(old, new)
    heads = [{k: v for k, v in saved.raw.items() if k not in _HEAD} for saved in (before, after)]
    found += [Difference("other", at, one, other) for at, one, other in differing(*heads)]
    found += [
        Difference("packages", name, old.versions[name], new.versions[name])
        for name in sorted(set(old.versions) & set(new.versions))
        if name != "geo" and old.versions[name] != new.versions[name]
    ]
    return Around(tuple(found), *_reasons(old, new, found))


def _inputs(old: Answer, new: Answer) -> Iterator[Difference]:
    roles = dict.fromkeys(entry.role for entry in (*old.inputs, *new.inputs))
    for role in roles:
        mine, theirs = (
            [entry.model_dump(exclude={"role"}) for entry in answer.inputs if entry.role == role]
            for answer in (old, new)
        )
        for one, other in zip_longest(mine, theirs):
            if one != other:
                yield Difference("input", role, one, other)


def _options(old: Answer, new: Answer) -> Iterator[Difference]:
    before, after = options_of(old.reproduce), options_of(new.reproduce)
    days = (before.get("--as-of"), after.get("--as-of"))
    told = days == ([old.as_of or ""], [new.as_of or ""]) and old.as_of != new.as_of
    for name in dict.fromkeys([*before, *after]):
        one, other = before.get(name), after.get(name)
        if one != other and not (name == "--as-of" and told):
            yield Difference(
                "option",
                name,
                None if one is None else shlex.join(one),
                None if other is None else shlex.join(other),
            )


def options_of(line: str) -> dict[str, list[str]]:
    """
    Part a command line into its options, without knowing which there are.

    Parameters
    ----------
    line
        What an answer says makes it again.

    Returns
    -------
    dict
        The values of each option; under "" the words that belong to none. A line
        that no shell could part is one word.
    """
    try:
        words = shlex.split(line)
    except ValueError:
        words = [line]
    found: dict[str, list[str]] = {}
    name = ""
    for word in words:
        if word.startswith("-") and word != "--":
            name = word
            found.setdefault(name, [])
        else:
            found.setdefault(name, []).append(word)
            name = ""
    return found


def _warnings(old: Answer, new: Answer) -> Iterator[Difference]:
    before, after = (
        Counter((one.file, one.feature, one.rule, one.message) for one in answer.warnings)
        for answer in (old, new)
    )
    for gone, came in ((before - after, False), (after - before, True)):
        for file, feature, rule, message in gone.elements():
            where = ", ".join(part for part in (file, feature, rule) if part)
            sides = (None, message) if came else (message, None)
            yield Difference("warning", where, *sides)


def _reasons(
    old: Answer, new: Answer, found: list[Difference]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Name what could have moved exposed metres, and metres held, on one line."""
    common = ["the day"] if any(one.what == "day" for one in found) else []
    late = ["the version of geo"] if any(one.what == "geo" for one in found) else []
    late += ["versions of packages"] if any(one.what == "packages" for one in found) else []
    late += [
        f"the option {one.name}"
        for one in found
        if one.what == "option" and one.name not in _NO_REASON
    ]
    zones, control = (_content(old, role) != _content(new, role) for role in ("zones", "control"))
    speaking = not (_content(old, "control") and _content(new, "control"))
    exposure = [*common, *(["the zones"] if zones else []), *late]
    hands = [*common, *(["the zones"] if zones and speaking else [])]
    hands += [*(["the control layer"] if control else []), *late]
    return tuple(exposure), tuple(hands)


def _content(answer: Answer, role: str) -> list[str]:
    return [entry.sha256 for entry in answer.inputs if entry.role == role]


def rest_of(
    old: dict[str, Any], new: dict[str, Any], *, same_line: bool, told: Collection[str]
) -> tuple[Rest, ...]:
    """
    Find what differs in a route and is told nowhere else.

    Parameters
    ----------
    old, new
        The route as it stands in the two files.
    same_line
        Whether its path is the same, so that metres mean the same.
    told
        The ids of zones whose change is told.

    Returns
    -------
    tuple of Rest
        One for each key that values differ under.
    """
    sides = [_left(side, same_line=same_line, told=told) for side in (old, new)]
    for key in ("zones", "controllers"):
        shared = sides[0][key].keys() & sides[1][key].keys()
        for side in sides:
            side[key] = {name: one for name, one in side[key].items() if name in shared}
    found: list[Rest] = []
    for key in sorted({*sides[0], *sides[1]}):
        values = differing(*({key: side.get(key)} for side in sides))
        if values:
            found.append(Rest(key, len(values), *values[0]))
    marks = [np.array([vertex[2] for vertex in side["path"]], float) for side in (old, new)]
    if same_line and (moved := np.flatnonzero(np.abs(marks[0] - marks[1]) > TINY_M)).size:
        first = moved[0]
        sample = (f"path[{first}][2]", float(marks[0][first]), float(marks[1][first]))
        found.append(Rest("path", int(moved.size), *sample))
    return tuple(found)


def _left(route: dict[str, Any], *, same_line: bool, told: Collection[str]) -> dict[str, Any]:
    left = {name: value for name, value in route.items() if name not in _TOLD}
    left["zones"] = {}
    for zone in route["zones"]:
        kept = _without(zone, "zone_id", "inside_m", "boundary_m", "passages")
        if same_line and zone["zone_id"] not in told:
            kept["passages"] = [_without(one, "from_m", "to_m") for one in zone["passages"]]
        left["zones"][zone["zone_id"]] = kept
    left["controllers"] = {
        one["controller"]: _without(one, "controller", "inside_m", "share")
        for one in route["controllers"]
    }
    more = [_without(one, "from_m", "to_m", "controller", "claims") for one in route["stretches"]]
    left["stretches"] = more if any(more) else []
    return left


def _without(part: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in part.items() if name not in names}


def differing(old: Any, new: Any) -> list[tuple[str, float | str | None, float | str | None]]:
    """
    List the values that differ between two objects of JSON.

    Parameters
    ----------
    old, new
        Any values. A key that is not there and one that is null say the same:
        not known.

    Returns
    -------
    list of (str, value, value)
        The place, what stands there before and after. Metres (`..._m`) are the
        same within a micrometre, other numbers within 1e-9 of themselves.
    """
    before, after = dict(_leaves(old, "")), dict(_leaves(new, ""))
    return [
        (at, before.get(at), after.get(at))
        for at in dict.fromkeys([*before, *after])
        if not _same(before.get(at), after.get(at), at)
    ]


def _leaves(value: Any, at: str) -> Iterator[tuple[str, float | str | None]]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _leaves(part, f"{at}.{name}" if at else str(name))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _leaves(part, f"{at}[{number}]")
    else:
        yield at, str(value).lower() if isinstance(value, bool) else value


def _same(one: float | str | None, other: float | str | None, at: str) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        slack = TINY_M if at.endswith("_m") else _SAME * max(1.0, abs(one))
        return abs(one - other) <= slack
    return one == other
