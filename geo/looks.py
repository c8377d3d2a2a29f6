"""Looks: colour says who, pattern says how sure. The same in the page and in pictures."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from geo.control import CONTESTED, MIXED, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Look", "holders", "hues", "look", "palette"]

_HUES: Final = (
    "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#5b3a9b", "#f0e442", "#7a5c1e",
    "#44c2a8", "#9b9b00", "#882255", "#a6d854", "#1b3a6b", "#d9a6e0", "#117733", "#f4b6a0",
)  # fmt: skip
"""Okabe and Ito's set without its vermilion (that is conflict), then hues apart in lightness."""

_NOBODY: Final = "#8a8f94"
_NOT_HOLDERS: Final = frozenset({CONTESTED, MIXED, UNKNOWN})
_ROUGH: Final = frozenset({"township", "state"})


@dataclass(frozen=True)
class Look:
    """
    How a claim is drawn.

    Attributes
    ----------
    hues
        A colour for each of its holders; none where there is no single holder.
    sure
        One of "solid", "approximate", "contested", "mixed" and "unknown".
    """

    hues: tuple[str, ...]
    sure: str


def hues(claimed: Iterable[str | None], named: Iterable[str | None]) -> dict[str, str]:
    """
    Give each holder a hue: most claims first, so that other routes keep the colours.

    Parameters
    ----------
    claimed
        The controllers of the claims in use, one for each claim.
    named
        The controllers that the answer names; those without a claim come last,
        in the order of the alphabet.

    Returns
    -------
    dict
        A colour by holder; joint holders are taken apart.
    """
    claims = Counter(holders(claimed))
    ranked = sorted(claims, key=lambda holder: (-claims[holder], holder))
    ranked += sorted(set(holders(named)) - set(ranked))
    return {holder: _HUES[place % len(_HUES)] for place, holder in enumerate(ranked)}


def palette(names: Iterable[str]) -> dict[str, str]:
    """
    Give each of several things a hue of the colour-blind-safe set, in their order.

    Parameters
    ----------
    names
        What they are called; after sixteen the hues begin again.

    Returns
    -------
    dict
        A colour by name.
    """
    return {name: _HUES[at % len(_HUES)] for at, name in enumerate(dict.fromkeys(names))}


def holders(names: Iterable[str | None]) -> list[str]:
    """
    Take joint holders apart: "KIA + PDF" is held by KIA and by PDF.

    Parameters
    ----------
    names
        Controllers; contested, mixed, unknown and empty ones are passed over.

    Returns
    -------
    list of str
        The holders, one entry for each time that one is named.
    """
    parts = [part.strip() for name in names if name for part in str(name).split(" + ")]
    return [part for part in parts if part and part not in _NOT_HOLDERS]


def look(
    controller: str | None, colours: Mapping[str, str], *, status: str = "held", extent: str = ""
) -> Look:
    """
    Say how a claim looks.

    Parameters
    ----------
    controller
        Who holds the ground; None is unknown.
    colours
        A colour by holder, as `hues` gives them.
    status
        How the claim says that it is held.
    extent
        How far the claim reaches; townships and states are approximate.

    Returns
    -------
    Look
        Hues of the holders, and how sure it is.
    """
    name = controller or UNKNOWN
    if name in _NOT_HOLDERS:
        return Look((), name)
    if status == MIXED:
        return Look((), MIXED)
    shared = tuple(colours.get(part, _NOBODY) for part in holders([name])) or (_NOBODY,)
    if status in {"contested", "besieged"}:
        return Look(shared, CONTESTED)
    return Look(shared, "approximate" if extent in _ROUGH else "solid")
