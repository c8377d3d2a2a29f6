"""Where in a JSON text something stands: looked for only when it has to be refused."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from geo.io.limits import Limits

__all__ = ["of_refused", "refuse_depth"]

_TOKEN: Final = re.compile(
    r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|-?Infinity|NaN|-?[0-9][0-9.eE+-]*', re.DOTALL
)
_CONSTANTS: Final = {"NaN", "Infinity", "-Infinity"}
_MOST_DIGITS: Final = 4300
_NOT_MARKS: Final = bytes(set(range(256)) - set(b'[]{}"'))
_ESCAPED: Final = re.compile(rb"\\.", re.DOTALL)
_TEXT: Final = re.compile(rb'"[^"]*"?')


def of_refused(text: str) -> str:
    """
    Find a key that stands twice in an object, or a number that JSON does not know.

    Parameters
    ----------
    text
        JSON that Python can parse, but for these.

    Returns
    -------
    str
        What it is, with line and column, of the first in the order of the text; empty
        where there is none.
    """
    keys: list[set[str] | None] = []
    last, expects_key = None, False
    for found in _TOKEN.finditer(text):
        sign = found[0]
        if sign in _CONSTANTS or (sign[0] in "-0123456789" and len(sign) > _MOST_DIGITS):
            what = sign if sign in _CONSTANTS else f"a whole number of {len(sign)} digits"
            return f"{what} is not a number in JSON, {_line_and_column(text, found.start())}"
        if sign in "{[":
            keys.append(set() if sign == "{" else None)
        elif sign in "}]" and keys:
            keys.pop()
        elif sign[0] == '"' and expects_key and keys and keys[-1] is not None:
            last = json.loads(sign, strict=False)
            if last in keys[-1]:
                where = _line_and_column(text, found.start())
                return f"the key {last!r} stands twice in one object, {where}"
            keys[-1].add(last)
        expects_key = sign == "{" or (sign == "," and bool(keys) and keys[-1] is not None)
    return ""


def _line_and_column(text: str, at: int) -> str:
    line = text.count("\n", 0, at) + 1
    return f"line {line}, column {at - text.rfind(chr(10), 0, at)}"


def refuse_depth(raw: bytes, name: str, limits: Limits) -> None:
    """
    Refuse JSON whose lists and objects lie too deep in each other, before it is parsed.

    Parameters
    ----------
    raw
        The text in UTF-8.
    name
        The file's name, for messages.
    limits
        How deep they may lie.

    Raises
    ------
    InputError
        If they lie deeper.
    """
    plain = _ESCAPED.sub(b"", raw) if b"\\" in raw else raw
    marks = _TEXT.sub(b"", plain.translate(None, _NOT_MARKS))
    signs = np.frombuffer(marks, dtype=np.uint8)
    steps = np.where((signs == ord("[")) | (signs == ord("{")), np.int8(1), np.int8(-1))
    if len(steps):
        limits.require("depth", int(np.cumsum(steps, dtype=np.int32).max()), name)
