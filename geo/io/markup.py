"""
A strict reader of XML: element by element, bounded, and without a document type.

Entities can name other files and multiply without end; both need a DOCTYPE, which
neither KML nor GPX uses, so a file that declares one is refused unread.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from xml.parsers import expat

from geo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from geo.io.limits import Limits

__all__ = ["Element", "elements"]

_BLOCK: Final = 1 << 16


@dataclass(slots=True, eq=False)
class Element:
    """
    One element, its children in order, without the prefixes of namespaces.

    Attributes
    ----------
    tag
        Its name without a prefix; files in the wild use prefixes undeclared.
    attributes
        Their values by name, also without prefixes.
    line
        Where it begins, counted from 1.
    parent
        What it lies in; None for the outermost.
    text
        The text right in it, without blanks around.
    children
        The elements in it that were not handed out already.
    """

    tag: str
    attributes: dict[str, str]
    line: int
    parent: Element | None
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def all(self, tag: str) -> list[Element]:
        """
        Give the children of one name.

        Parameters
        ----------
        tag
            The name.

        Returns
        -------
        list of Element
            In file order; none gives an empty list.
        """
        return [child for child in self.children if child.tag == tag]

    def word(self, tag: str) -> str:
        """
        Give the text of the first child of one name.

        Parameters
        ----------
        tag
            The name.

        Returns
        -------
        str
            Its text; empty where there is none.
        """
        return next((child.text for child in self.children if child.tag == tag), "")


class _Builder:
    """Build elements from what the parser meets, and keep those that are wanted."""

    def __init__(self, name: str, wanted: Collection[str], limits: Limits) -> None:
        self.name, self.wanted, self.limits = name, wanted, limits
        self.ready: list[Element] = []
        self.root: Element | None = None
        self._open: Element | None = None
        self._texts: list[list[str]] = []
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.begin
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.write
        self.parser.StartDoctypeDeclHandler = self.refuse

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self._texts) >= self.limits.depth:
            self.limits.require("depth", len(self._texts) + 1, self.name)
        if ":" in "".join(attributes):
            attributes = {name.rpartition(":")[2]: text for name, text in attributes.items()}
        line = self.parser.CurrentLineNumber
        self._open = Element(tag.rpartition(":")[2], attributes, line, self._open)
        self.root = self.root or self._open
        self._texts.append([])

    def write(self, text: str) -> None:
        self._texts[-1].append(text)

    def end(self, _: str) -> None:
        done: Any = self._open
        done.text = "".join(self._texts.pop()).strip()
        self._open = done.parent
        if done.tag in self.wanted:
            self.ready.append(done)
        elif done.parent is not None:
            done.parent.children.append(done)

    def refuse(self, *_: object) -> None:
        message = f"{self.name}: declares a DOCTYPE, which can name other files; remove it"
        raise InputError(message)


def elements(raw: bytes, name: str, *, root: str, wanted: Collection[str], limits: Limits) -> Any:
    """
    Read the elements of some names, one after the other.

    Parameters
    ----------
    raw
        The file's bytes, in any encoding that its first line declares.
    name
        The file's name, for messages.
    root
        The name of the outermost element, in small letters.
    wanted
        The names of elements that are handed out, each as soon as it ends; they are
        not kept among the children of what they lie in.
    limits
        Of which the depth is held here.

    Yields
    ------
    Element
        In the order in which they end.

    Raises
    ------
    InputError
        If it is not well-formed, with line and column, declares a DOCTYPE, lies
        too deep, or its outermost element is another.
    """
    builder = _Builder(name, wanted, limits)
    yield from _fed(builder, raw, root)


def _fed(builder: _Builder, raw: bytes, root: str) -> Iterator[Element]:
    name, checked = builder.name, False
    if not raw.strip():
        message = f"{name}: the file is empty"
        raise InputError(message)
    for start in range(0, len(raw) + 1, _BLOCK):
        block = raw[start : start + _BLOCK]
        try:
            builder.parser.Parse(block, start + _BLOCK > len(raw))
        except (expat.ExpatError, ValueError, LookupError) as error:
            message = f"{name}: not a file of the format {root.upper()}, or a damaged one: "
            raise InputError(message + _where(builder, error)) from None
        if builder.root is not None and not checked:
            checked = True
            if builder.root.tag.lower() != root:
                message = (
                    f"{name}: not a file of the format {root.upper()}: "
                    f"its outermost element is {builder.root.tag}"
                )
                raise InputError(message)
        yield from builder.ready
        builder.ready.clear()


def _where(builder: _Builder, error: Exception) -> str:
    code = getattr(error, "code", None)
    what = str(error) if code is None else expat.ErrorString(code)
    line, column = builder.parser.ErrorLineNumber, builder.parser.ErrorColumnNumber + 1
    return f"{what}, line {line}, column {column}"
