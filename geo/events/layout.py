"""Which column of a file holds what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.errors import InputError
from geo.events import codebook
from geo.events.codebook import ACLED, OWN, UCDP

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Layout", "layout"]


@dataclass(frozen=True)
class Layout:
    """
    Which column of a file holds what.

    Attributes
    ----------
    dataset
        "UCDP GED", "ACLED" or "own".
    titles
        The file's title of each column that it has, by the names of `COLUMNS`.
    release
        The release of the dataset; empty where it is not known.
    """

    dataset: str
    titles: Mapping[str, str]
    release: str = ""


def layout(
    titles: Sequence[str],
    *,
    name: str,
    columns: Mapping[str, str] | None = None,
    dataset: str | None = None,
    release: str = "",
) -> Layout:
    """
    Find out which column of a file holds what.

    Parameters
    ----------
    titles
        The titles of the file's columns; capitals do not matter.
    name
        The file's name, for messages.
    columns
        The user's own titles by the names of `COLUMNS` (`id` and `date` for short).
        They go before those of the dataset.
    dataset
        The dataset; left out, it is known by its titles, and is "own" where `columns`
        are given.
    release
        The release of the dataset.

    Returns
    -------
    Layout
        What is where.

    Raises
    ------
    InputError
        If the dataset is not known, or a column is missing, naming those that are there.
    """
    have = {title.strip().casefold(): title for title in titles}
    named = _named(columns or {}, have, name)
    if dataset is None:
        dataset = OWN if named else codebook.recognise(titles)
    if dataset is not None and dataset not in codebook.REGIONS:
        message = f"dataset {dataset!r}: is none of {', '.join(codebook.REGIONS)}"
        raise InputError(message)
    if dataset is None:
        raise InputError(_unknown(titles, name))
    found = {
        ours: have[title.casefold()]
        for ours, known in codebook.TITLES.get(dataset, {}).items()
        for title in reversed(known)
        if title.casefold() in have
    }
    found |= named
    lacking = [ours for ours in codebook.REQUIRED[dataset] if ours not in found]
    if lacking:
        message = (
            f"{name}: as a file of {dataset}, it lacks {_lacking(dataset, lacking)}; "
            f"it has the columns {_shown(titles)}"
        )
        raise InputError(message)
    return Layout(dataset, found, release)


def _named(columns: Mapping[str, str], have: Mapping[str, str], name: str) -> dict[str, str]:
    named: dict[str, str] = {}
    for given, title in columns.items():
        ours = codebook.ALIASES.get(given, given)
        if ours not in codebook.OWN_TITLES:
            known = ", ".join((*codebook.ALIASES, *codebook.OWN_TITLES))
            message = f"column {given!r} is not one of {known}"
            raise InputError(message)
        if title.strip().casefold() not in have:
            message = f"{name}: has no column {title!r}; it has {_shown(list(have.values()))}"
            raise InputError(message)
        if ours in named:
            message = f"the column {ours} is named twice: {named[ours]!r} and {title!r}"
            raise InputError(message)
        named[ours] = have[title.strip().casefold()]
    return named


def _unknown(titles: Sequence[str], name: str) -> str:
    """Say what a file has, and what each dataset would need more."""
    have = {title.strip().casefold() for title in titles}
    lines = [f"{name}: neither UCDP GED nor ACLED; it has the columns {_shown(titles)}"]
    for dataset in (UCDP, ACLED):
        known = codebook.TITLES[dataset]
        lacking = [ours for ours in codebook.REQUIRED[dataset] if not have & set(known[ours])]
        lines.append(f"  for {dataset} it lacks {_lacking(dataset, lacking)}")
    lines.append(
        "  a file of your own: say which columns hold what, as in "
        "--column date=when --column lat=y --column lon=x"
    )
    return "\n".join(lines)


def _lacking(dataset: str, lacking: Sequence[str]) -> str:
    known = codebook.TITLES.get(dataset, {})
    short = {ours: alias for alias, ours in codebook.ALIASES.items()}
    return ", ".join(
        " or ".join(known[ours]) if ours in known else short.get(ours, ours) for ours in lacking
    )


def _shown(titles: Sequence[str]) -> str:
    most = 60
    more = f" and {len(titles) - most} more" if len(titles) > most else ""
    return ", ".join(title or "(no title)" for title in titles[:most]) + more
