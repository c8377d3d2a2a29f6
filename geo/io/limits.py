"""How much of a file is read: every bound in one place, each with its reason."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Final

from geo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["DEFAULT", "MOST_BYTES", "MOST_RATIO", "Limits", "size"]

MOST_BYTES: Final = 1 << 30
"""Size above which a table, which is read in blocks, is not opened or not unpacked."""
MOST_RATIO: Final = 100
"""How many times a file may grow when it is unpacked; tables grow by 5 to 40."""
_KILO: Final = 1024
_SAYS: Final = {
    "bytes": "larger than {}",
    "features": "holds more than {}",
    "vertices": "holds more than {}",
    "depth": "nested more than {} deep",
    "ratio": "unpacks to more than {} its size",
    "members": "an archive of more than {}",
}
_UNITS: Final = ("bytes", "KB", "MB", "GB")
_WRITTEN: Final = re.compile(r"(\d{1,15})(?: ?([KMG])B?)?", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True)
class Limits:
    """
    Bounds on what one file of routes or zones may hold.

    Attributes
    ----------
    bytes
        Of the file, and of what an archive unpacks to. A GeoJSON takes about twelve
        times its size in memory, so this is what a laptop of 4 GB can read.
    features
        As many as the roads of a large country have pieces.
    vertices
        In the whole file; 5 million take about a minute and 1.5 GB.
    depth
        Of lists and objects, or elements, in each other. A GeoJSON of polygons
        needs 8, a KML of folders rarely 20; more is an attack on the reader.
    ratio
        How many times its size an archive may unpack to. Zipped GeoJSON and KML
        grow by 5 to 40; deflate ends at 1,032, which only bombs reach.
    members
        Files in an archive, read or not.
    """

    bytes: int = 256 << 20
    features: int = 1_000_000
    vertices: int = 5_000_000
    depth: int = 64
    ratio: int = MOST_RATIO
    members: int = 1_000

    def raised(self, words: Iterable[str]) -> Limits:
        """
        Change bounds as a user asks for it.

        Parameters
        ----------
        words
            Such as "bytes=2GB" or "vertices=20000000"; KB, MB and GB count by
            1,024. None of them changes nothing.

        Returns
        -------
        Limits
            The bounds.

        Raises
        ------
        InputError
            If there is no such bound, or it is no whole number of at least one.
        """
        changed = {}
        for word in words:
            name, _, value = word.partition("=")
            known = [field.name for field in fields(self)]
            read = _WRITTEN.fullmatch(value.strip())
            if name.strip() not in known or not read or (read[2] and name.strip() != "bytes"):
                message = (
                    f"--limit {word}: give one of {', '.join(known)}, and a number, "
                    "e.g. --limit bytes=2GB or --limit vertices=20000000"
                )
                raise InputError(message)
            number = int(read[1]) * _KILO ** " KMG".index((read[2] or " ").upper())
            if not number:
                message = f"--limit {word}: must be at least 1"
                raise InputError(message)
            changed[name.strip()] = number
        return replace(self, **changed)

    def require(self, bound: str, found: int, name: str) -> None:
        """
        Refuse a file that holds more than is allowed.

        Parameters
        ----------
        bound
            The bound, e.g. "vertices".
        found
            What the file holds.
        name
            The file's name, for the message.

        Raises
        ------
        InputError
            If it is more, naming the bound and the option that raises it.
        """
        most: int = getattr(self, bound)
        if found > most:
            # these are counted while they are read, so how many there are is not known yet
            enough = max(found, 10 * most) if bound in {"features", "vertices"} else found
            message = (
                f"{name}: {_SAYS[bound].format(self._written(bound))}; if you trust the file, "
                f"read it with --limit {bound}={enough}"
            )
            raise InputError(message)

    def _written(self, bound: str) -> str:
        most: int = getattr(self, bound)
        if bound == "bytes":
            return size(most)
        noun = {"depth": "", "ratio": " times"}.get(bound, f" {bound if most > 1 else bound[:-1]}")
        return f"{most:,}{noun}"


DEFAULT: Final = Limits()
"""The bounds unless a user raises them."""


def size(many: int) -> str:
    """
    Write a size for people.

    Parameters
    ----------
    many
        Bytes.

    Returns
    -------
    str
        Such as 1 GB (1 GB is 1,024 MB).
    """
    number, step = float(many), 0
    while number >= _KILO and step < len(_UNITS) - 1:
        number, step = number / _KILO, step + 1
    return f"{number:g} {_UNITS[step]}" if step == 0 else f"{number:.3g} {_UNITS[step]}"
