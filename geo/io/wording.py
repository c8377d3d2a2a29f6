"""
Texts that do not say what they show: letters of another encoding, and signs that turn them.

References
----------
.. [1] Unicode Consortium, "Myanmar Scripts and Languages", frequently asked questions,
   for Zawgyi, which uses the code points of Burmese in another order.
.. [2] The Unicode Standard 15.0, section 16.3, for the order of Burmese: a vowel sign
   E (U+1031) follows its consonant, a virama (U+1039) stands between two of them.
.. [3] N. Boucher, R. Anderson, "Trojan Source: Invisible Vulnerabilities", 2021, for
   signs that turn the direction of writing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from geo.errors import Notice

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["is_zawgyi", "look_at"]

_LETTER: Final = (
    "\u1000-\u102a\u103f\u104e\u1050-\u1055\u105a-\u105d"
    "\u1061\u1065\u1066\u106e-\u1070\u1075-\u1081\u108e"
)
_MEDIAL: Final = "\u103b-\u103e\u105e-\u1060\u1082"
_ZAWGYI: Final = re.compile(
    # an E, or a medial, with no consonant before it; a virama with none before or behind it;
    # an asat with a vowel behind it
    f"(?<![{_LETTER}{_MEDIAL}\u1039\u103a\u200b\u200c\u2060\uaa60-\uaa7f\ua9e0-\ua9ff])"
    f"[\u1031\u103b-\u103e]|\u1039(?![{_LETTER}])"
    f"|(?<![{_LETTER}\u103a])\u1039|\u103a[\u102b-\u102e\u1032]"
)
_TURNS: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")


def is_zawgyi(text: str) -> bool:
    """
    Tell whether a text is Burmese in Zawgyi's order, which Unicode does not allow.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    bool
        True where a vowel E or a medial begins a syllable, a virama ends one, or a
        vowel follows an asat. A word that is spelt alike in both is taken for Unicode.

    Notes
    -----
    Of the 19 texts that the authors of Google's myanmar-tools 1.2.1 call Zawgyi in
    their tests, most of them fragments, it finds 14, and none of their 30 others.
    """
    return bool(_ZAWGYI.search(text))


def look_at(
    columns: Mapping[str, Sequence[Any]], name: str, labels: Sequence[str], notices: list[Notice]
) -> None:
    """
    Say which texts of a layer do not say what they show; none is changed.

    Parameters
    ----------
    columns
        The cells of each column.
    name
        The file's name, for messages.
    labels
        What each feature is called.
    notices
        Where the words are added.
    """
    found: dict[str, list[tuple[str, str]]] = {"zawgyi": [], "direction": []}
    for column, cells in columns.items():
        for row, value in enumerate(cells):
            if isinstance(value, str) and not value.isascii():
                if _TURNS.search(value):
                    found["direction"].append((labels[row], column))
                if is_zawgyi(value):
                    found["zawgyi"].append((labels[row], column))
    for rule, places in found.items():
        notices += [
            Notice(name, called, rule, _SAYS[rule].format(column)) for called, column in places
        ]


_SAYS: Final[dict[str, Any]] = {
    "zawgyi": (
        "its column {} looks like Zawgyi, not Unicode: it is kept as it is, but shows wrong "
        "letters and is never equal to the same name in Unicode; convert it"
    ),
    "direction": (
        "its column {} holds signs that turn the direction of writing, so it may read "
        "differently from what it says; they are shown as escapes"
    ),
}
