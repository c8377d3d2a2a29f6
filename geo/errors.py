"""
Every error and warning that this package raises on purpose.

* GeoError
  + InputError              a file or a frame that a user brought cannot be measured
    - GeometryError         lines or polygons that have no single right answer
    - CRSError              coordinates that cannot be trusted
  + LayerError              a layer of the catalogue cannot be used
    - LayerNotFoundError    the catalogue has no such layer
    - SchemaError           rows break the layer's declared columns
    - ProvenanceError       a passport is missing, incomplete or of another file
  + OutputError             the answer cannot be written where it was asked for
  + ClusterError            the machines that share the work cannot do it

A `Notice` is a warning as data: it travels with an answer to the screen, the
JSON and the page, so that no number is shown without what is wrong with it.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

__all__ = [
    "CRSError",
    "ClusterError",
    "GeoError",
    "GeometryError",
    "InputError",
    "LayerError",
    "LayerNotFoundError",
    "Notice",
    "OutputError",
    "Problem",
    "ProvenanceError",
    "SchemaError",
    "visible",
]

_SHOWN = 20
# control characters, half surrogates, and signs that end a line or turn its direction
_HIDDEN = re.compile(
    "[\\x00-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ud800-\\udfff]"
)


def visible(text: str) -> str:
    """
    Show the signs that a terminal would act upon as their escapes.

    Parameters
    ----------
    text
        Words from anywhere, e.g. a name in a file.

    Returns
    -------
    str
        One line: a line feed in a name must not forge a line of its own.
    """
    return _HIDDEN.sub(lambda found: repr(found[0])[1:-1], text)


class GeoError(Exception):
    """Base of every error raised on purpose: the command prints it in plain words."""

    exit_code: ClassVar[int] = 1


class InputError(GeoError):
    """A file or a frame that a user brought cannot be measured."""


class GeometryError(InputError):
    """Lines or polygons that have no single right answer."""


class CRSError(InputError):
    """Coordinates that cannot be trusted: no CRS, two, or one that they do not fit."""


class LayerError(GeoError):
    """A layer of the catalogue cannot be used."""

    exit_code = 3


class LayerNotFoundError(LayerError):
    """The catalogue has no layer of this name."""


class ProvenanceError(LayerError):
    """A layer's passport is missing, incomplete, or belongs to another file."""


class OutputError(GeoError):
    """The answer cannot be written where it was asked for."""


class ClusterError(GeoError):
    """The machines that share the work cannot be reached, or would give other numbers."""


@dataclass(frozen=True)
class Problem:
    """
    One broken rule in one row.

    Attributes
    ----------
    row
        The row's label or number; None where the layer itself is at fault.
    column
        The column that breaks the rule.
    rule
        The rule, in words.
    value
        What stands there.
    """

    row: Hashable | None
    column: str
    rule: str
    value: object = None

    def __str__(self) -> str:
        """Say the problem in one line."""
        where = "layer" if self.row is None else f"row {self.row}"
        return f"{where}, column {self.column}: {self.rule} (found {self.value!r})"


class SchemaError(LayerError):
    """
    Rows break the layer's schema.

    Parameters
    ----------
    layer
        The layer's name.
    problems
        Every broken rule, in file order.
    """

    def __init__(self, layer: str, problems: Sequence[Problem]) -> None:
        self.layer, self.problems = layer, tuple(problems)
        shown = [f"{layer}, {problem}" for problem in self.problems[:_SHOWN]]
        if len(self.problems) > _SHOWN:
            shown.append(f"{layer}: and {len(self.problems) - _SHOWN} more")
        super().__init__("\n".join(shown))


@dataclass(frozen=True)
class Notice:
    """
    A warning as data, in the words and fields of the JSON contract.

    Attributes
    ----------
    file
        The file or layer that it is about; empty where it is about the answer.
    feature
        The feature's id or number; empty where it is about the whole file.
    rule
        A short fixed name, for programs.
    message
        One sentence, for people.
    """

    file: str
    feature: str
    rule: str
    message: str

    def __str__(self) -> str:
        """Say the notice in one line."""
        where = ", ".join(part for part in (self.file, self.feature) if part)
        return visible(f"{where}: {self.message}" if where else self.message)

    def as_dict(self) -> dict[str, str]:
        """Give the four fields, as the JSON contract names them."""
        return asdict(self)
