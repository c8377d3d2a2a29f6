"""
Make `layers/figures.csv`: published numbers, one a row, each with its unit.

Run from the root of the repository, with the package installed:

    python layers/make/figures.py

A row is a row of `facts/figures.csv`. Numbers of different units never form one
series: mines, sites, pools and square kilometres are different things.
"""

from __future__ import annotations

from tables import LAYERS, rows

from geo.io import write_text
from geo.schema import KINDS, check


def main() -> None:
    """Read the numbers, check them and write the table."""
    figures = rows("figures")[list(KINDS["figures"].columns)].sort_values("figure_id")
    check(figures, "figures")
    text = figures.to_csv(index=False, lineterminator="\n", float_format="%.10g")
    write_text(LAYERS / "figures.csv", text)
    print(f"layers/figures.csv: {len(figures)} rows")


if __name__ == "__main__":
    main()
