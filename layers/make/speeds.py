"""
Make `layers/speeds.csv`: kilometres an hour by mode and by the state of the way.

Run from the root of the repository, with the package installed:

    python layers/make/speeds.py

A row is a row of `facts/speeds.csv`. What has no source has no row, and the hours
of a way that goes there are not known.
"""

from __future__ import annotations

from tables import LAYERS, rows

from geo.io import write_text
from geo.schema import KINDS, check


def main() -> None:
    """Read the speeds, check them and write the table."""
    speeds = rows("speeds")[list(KINDS["speeds"].columns)].sort_values(["mode", "passable"])
    check(speeds, "speeds")
    write_text(LAYERS / "speeds.csv", speeds.to_csv(index=False, lineterminator="\n"))
    print(f"layers/speeds.csv: {len(speeds)} rows")


if __name__ == "__main__":
    main()
