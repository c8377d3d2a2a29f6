"""
Write what the ways from Pangwa are into `layers/README.md`.

Run from the root of the repository, with the package installed, after
`passports.py`:

    python layers/make/ways.py
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from tables import markdown, update

from geo import network, ways
from geo.catalog import Catalog
from geo.report import km
from geo.report.choices import holders

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo.network import Network
    from geo.ways import Gazetteer, Knowledge, Ways

DAYS = ("2024-01-31", "2026-02-28")
HEAD = (
    "to, on",
    "way",
    "km",
    "surely exposed km",
    "exposed as drawn km",
    "possibly exposed km",
    "longest km",
    "not covered km",
    "named holders in order",
)


def main() -> None:
    """Search and write."""
    layers = Catalog("layers")
    lines = pd.concat([layers["corridors"], layers["links"]], ignore_index=True)
    known = ways.Knowledge(
        layers["conflict_zones"],
        layers["control_areas"],
        gates=layers["gates"],
        covers=layers.covered("conflict_zones"),
    )
    ground = (network.build(lines), known, ways.Gazetteer(layers["places"]))
    body = [row for ends in layers.questions for day in DAYS for row in rows(ground, ends, day)]
    update("table of the ways", markdown(HEAD, body))


def rows(
    ground: tuple[Network, Knowledge, Gazetteer], ends: tuple[str, ...], day: str
) -> Iterator[tuple[str, ...]]:
    """
    Set the ways from one place to another on one day in rows.

    Parameters
    ----------
    ground
        The network, what is known of it, and the places.
    ends
        From where to where.
    day
        The day.

    Returns
    -------
    iterator of tuple
        Cells in the order of `HEAD`. Where there is no way, a row says why, and
        the rows after it are the ways that there would be.
    """
    net, known, places = ground
    asked: Any = {"places": tuple(map(places.find, ends)), "as_of": day}
    found = ways.find(net, known, ways.Asked(**asked), gazetteer=places)
    title = f"**{ends[-1]}, {day}**"
    if found.blocked:
        yield (title, f"none: {'; '.join(found.blocked)}", *[""] * 7)
        title = "if it were open"
        found = ways.find(net, known, ways.Asked(**asked, closed_too=True), gazetteer=places)
    for number, way in enumerate([] if found.ways is None else found.ways.to_dict("records")):
        yield (title if number == 0 else "", *cells(found, way))


def cells(found: Ways, way: dict[Any, Any]) -> tuple[str, ...]:
    """
    Set one way.

    Parameters
    ----------
    found
        The answer.
    way
        Its row of `found.ways`.

    Returns
    -------
    tuple of str
        Cells in the order of `HEAD`, without the first.
    """
    measures = ("length_m", "sure_m", "exposed_m", "possible_m", "longest_exposed_m", "uncovered_m")
    told = "; ".join(holders(found, way["way_id"]))
    return (str(way["name"]), *(km(way[name]) for name in measures), told)


if __name__ == "__main__":
    main()
