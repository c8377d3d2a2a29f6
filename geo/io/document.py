"""Small YAML and JSON documents, read strictly."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

from geo.errors import InputError
from geo.io.raw import read_bytes

__all__ = ["read_document"]

_MOST_BYTES: Final = 1 << 20
_ENDINGS: Final = (".yaml", ".yml", ".json")


class _Strict(yaml.SafeLoader):
    """A loader of plain values that refuses keys that stand twice and references."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            event: Any = self.peek_event()  # type: ignore[no-untyped-call]
            message = "references (*) are not read: write it out"
            raise yaml.constructor.ConstructorError(None, None, message, event.start_mark)
        return super().compose_node(parent, index)

    def construct_scalar(self, node: Any) -> Any:
        if any(_is_half(sign) for sign in str(node.value)):
            message = "half of a sign (a surrogate alone) is no text"
            raise yaml.constructor.ConstructorError(None, None, message, node.start_mark)
        return super().construct_scalar(node)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:  # noqa: FBT001, FBT002
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                message = "a list or a set of names cannot name a value"
                raise yaml.constructor.ConstructorError(None, None, message, key.start_mark)
            if key.value in seen:
                message = f"{key.value} stands twice"
                raise yaml.constructor.ConstructorError(None, None, message, key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def read_document(path: str | Path) -> dict[str, Any]:
    """
    Read a mapping from a YAML or JSON file.

    Parameters
    ----------
    path
        A file whose name ends in .yaml, .yml or .json, at most 1 MB of UTF-8.

    Returns
    -------
    dict
        Plain values only: nothing in a file makes an object or runs.

    Raises
    ------
    InputError
        If it cannot be read, a key stands twice, or it is no mapping; with the
        line where that is known.
    """
    file = Path(path)
    if file.suffix.lower() not in _ENDINGS:
        message = f"{path}: give a file that ends in {', '.join(_ENDINGS)}"
        raise InputError(message)
    raw = read_bytes(file, most=_MOST_BYTES)
    try:
        document = yaml.load(raw.decode("utf-8-sig"), _Strict)  # noqa: S506 - a safe loader
    except UnicodeDecodeError as error:
        message = f"{path}: is not UTF-8, from byte {error.start} on"
        raise InputError(message) from None
    except RecursionError:
        message = f"{path}: is nested too deeply"
        raise InputError(message) from None
    except (yaml.YAMLError, ValueError) as error:
        message = f"{path}: {_problem(error)}"
        raise InputError(message) from None
    if not isinstance(document, dict) or not all(isinstance(key, str) for key in document):
        message = f"{path}: is no set of names and values"
        raise InputError(message)
    return document


def _is_half(sign: str) -> bool:
    return "\ud800" <= sign <= "\udfff"


def _problem(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    where = f"line {mark.line + 1}: " if mark is not None else ""
    return where + str(getattr(error, "problem", None) or error)
