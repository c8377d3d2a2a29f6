"""
Make `layers/links.geojson`: the roads and rivers that join the corridors.

Run from the root of the repository, with the package installed, after
`corridors.py`, whose rules hold here too:

    python layers/make/links.py

Every vertex is a row of `facts/link_places.csv`, every line a row of
`facts/link_sections.csv`. Where a link meets a corridor or another link it has
that one's own vertex, to the last digit; the script refuses one that ends in the open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors import draw
from tables import rows

if TYPE_CHECKING:
    import pandas as pd


def main() -> None:
    """Check that every link joins something at both ends, and make the layer."""
    check_ends(rows("link_places"), rows("corridor_places"))
    draw("link", "links")


def check_ends(links: pd.DataFrame, corridors: pd.DataFrame) -> None:
    """
    Refuse a link that does not join a corridor or another link at both ends.

    Parameters
    ----------
    links
        The places of the links.
    corridors
        The places of the corridors.

    Raises
    ------
    ValueError
        Naming the link and the place where it ends in the open.
    """
    met = set(zip(corridors["lon"], corridors["lat"], strict=True))
    for name, own in links.groupby("corridor_id", sort=False):
        other = links[links["corridor_id"] != name]
        joined = met | set(zip(other["lon"], other["lat"], strict=True))
        for end in (0, -1):
            place = own.iloc[end]
            if (place["lon"], place["lat"]) not in joined:
                message = f"{name}: ends in the open at {place['name']}"
                raise ValueError(message)


if __name__ == "__main__":
    main()
