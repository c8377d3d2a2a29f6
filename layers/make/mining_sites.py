"""
Make `layers/mining_sites.geojson`: named mining localities, never single mines.

Run from the root of the repository, with the package installed:

    python layers/make/mining_sites.py

A row is a row of `facts/mining_sites.csv`. The point stands for an area as wide
as its precision says; no public list of single mines exists.
"""

from __future__ import annotations

from tables import layer, points, rows


def main() -> None:
    """Read the localities and write the layer."""
    layer(points(rows("mining_sites")), "mining_sites", id_column="site_id")


if __name__ == "__main__":
    main()
