"""The names of administrative areas: what their spellings have in common, and what they say."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

__all__ = [
    "COUNTRY",
    "DISTRICT",
    "STATE",
    "TOWNSHIP",
    "fold",
    "parts",
    "stated_levels",
    "text",
]

COUNTRY: Final = 0
STATE: Final = 1
DISTRICT: Final = 2
TOWNSHIP: Final = 3

_STATED: Final = (
    (r"union territory|union territories|states?|regions?|divisions?|provinces?", STATE),
    (r"districts?|zones?", DISTRICT),
    (r"townships?|towns?|villages?", TOWNSHIP),
)
_WORDS: Final = re.compile("|".join(rf"\b(?:{words})\b" for words, _ in _STATED))
_ACCENTS: Final = re.compile("[\u0300-\u036f]")


def stated_levels(names: Iterable[Any]) -> NDArray[np.int64]:
    """
    Read from names which level of area they say that they are.

    Parameters
    ----------
    names
        Names as a source writes them, such as "Lashio township".

    Returns
    -------
    ndarray of int
        1 for a state, region, division, province or union territory, 2 for a
        district or zone, 3 for a township, town or village; of several the
        coarsest; -1 where the name does not say. No names give an empty array.
    """
    return np.array([_stated(text(name)) for name in names], np.int64)


def _stated(name: str) -> int:
    levels = []
    folded = name.casefold()
    for words, level in _STATED:
        folded, count = re.subn(rf"\b(?:{words})\b", " ", folded)
        levels += [level] * bool(count)
    return min(levels, default=-1)


def fold(name: str) -> str:
    """
    Reduce a name to what its spellings have in common.

    Parameters
    ----------
    name
        A name as a source writes it.

    Returns
    -------
    str
        Letters, marks and digits, without case, accents and words for a kind of
        area; with those words where nothing else would be left; empty for a name
        without letters and digits.
    """
    folded = _ACCENTS.sub("", unicodedata.normalize("NFKD", name.casefold()))
    kept = _signs(_WORDS.sub(" ", folded))
    return kept or _signs(folded)


def _signs(text: str) -> str:
    # marks stay: in many scripts they are the vowels
    return "".join(sign for sign in text if unicodedata.category(sign)[0] in "LMN")


def parts(name: str) -> Iterator[tuple[int, str, int]]:
    """
    Take out of a name the parts that may be the name of an area.

    Parameters
    ----------
    name
        A name as a source writes it, such as "Dawei - Ye highway (Yebyu township)".

    Yields
    ------
    turn
        0 for the whole name, higher for what is to be tried later.
    key
        The part, folded; never empty.
    stated
        The level that the part says it is, as in `stated_levels`.
    """
    brackets = re.findall(r"\(([^()]*)\)", name)
    after = re.search(r"\bin ([^()]+)$", name)
    found = [name, *brackets[-1:], *([name.partition("(")[0]] if brackets else [])]
    found += [after.group(1)] if after else []
    for turn, part in enumerate(found):
        if key := fold(part):
            yield turn, key, _stated(part)


def text(value: Any) -> str:
    """
    Give a cell as text.

    Parameters
    ----------
    value
        Anything; None and NaN are empty.

    Returns
    -------
    str
        Without blanks at its ends.
    """
    return "" if value is None or value != value else str(value).strip()  # noqa: PLR0124 - NaN
