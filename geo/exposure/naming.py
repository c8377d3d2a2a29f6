"""What routes and zones are called: the columns that name them, as texts, each once."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from geo.errors import InputError
from geo.sheet import missing

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

__all__ = ["column_of", "label", "numbered", "texts", "unique"]


def column_of(columns: Container[str], *roles: str) -> str:
    """
    Choose the column that names the rows.

    Parameters
    ----------
    columns
        Those that there are.
    *roles
        What rows may be called, e.g. "zone": `zone_id` is looked for first, then
        `id`, then `name`.

    Returns
    -------
    str
        Its name; "" where there is none.
    """
    wanted = [*(f"{role}_id" for role in roles), "id", "name"]
    return next((name for name in wanted if name in columns), "")


def texts(cells: Iterable[Any]) -> list[str]:
    """
    Write the cells of a column that names rows.

    Parameters
    ----------
    cells
        One for each row.

    Returns
    -------
    list of str
        A name for each, in the place of an empty one the row's number.
    """
    named = ["" if missing(cell) else label(cell) for cell in cells]
    return [name or str(row) for row, name in enumerate(named)]


def unique(named: Sequence[str], column: str, *roles: str) -> list[str]:
    """
    Make names unique, or refuse them where they have to be.

    Parameters
    ----------
    named
        From `texts`.
    column
        The column that they are from.
    *roles
        What the rows are.

    Returns
    -------
    list of str
        As many names, each once.

    Raises
    ------
    InputError
        If two routes share a `route_id` or an `id`.
    """
    twins = sorted(name for name, times in Counter(named).items() if times > 1)
    if twins and "route" in roles and column in {"route_id", "id"}:
        message = f"routes: more than one has the {column} {', '.join(twins[:5])}"
        raise InputError(message)
    return numbered(named)


def numbered(names: Sequence[str]) -> list[str]:
    """
    Give a number to a name that stands again, one that no other row bears.

    Parameters
    ----------
    names
        Names, some of them twice.

    Returns
    -------
    list of str
        As many names, each once.
    """
    names = list(names)
    taken, seen = set(names), Counter[str]()
    for row, name in enumerate(names):
        seen[name] += 1
        while seen[name] > 1 and f"{name} ({seen[name]})" in taken:
            seen[name] += 1
        if seen[name] > 1:
            names[row] = f"{name} ({seen[name]})"
            taken.add(names[row])
    return names


def label(value: object) -> str:
    """
    Write an id as text.

    Parameters
    ----------
    value
        What stands in a cell, not empty: a table with a gap keeps 7 as 7.0.

    Returns
    -------
    str
        Without blanks around it; those inside are one each.
    """
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return " ".join(str(value).split())
