"""Names that a package has before it has loaded what they stand for."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["loader"]


def loader(package: str, rooms: Mapping[str, str]) -> Callable[[str], Any]:
    """
    Make the `__getattr__` of a package, which loads a module when it is first needed.

    Parameters
    ----------
    package
        The package's name.
    rooms
        By a public name, the module of the package that holds it.

    Returns
    -------
    callable
        Gives what a name stands for, and raises AttributeError for other names [1]_.

    References
    ----------
    .. [1] I. Levkivskyi, "PEP 562: Module __getattr__ and __dir__", 2017.
    """

    def _load(name: str) -> Any:
        if name not in rooms:
            message = f"module {package!r} has no attribute {name!r}"
            raise AttributeError(message)
        value = getattr(import_module(f"{package}.{rooms[name]}"), name)
        setattr(sys.modules[package], name, value)
        return value

    return _load
