"""
Make `layers/gates.geojson`: the state of border gates, one row a period.

Run from the root of the repository, with the package installed:

    python layers/make/gates.py

A row is a row of `facts/gates.csv` and holds on [valid_from, valid_to). The
periods of one gate follow each other without a hole; what is not known in
between is a period of its own, UNCLEAR.
"""

from __future__ import annotations

from itertools import pairwise

from tables import layer, points, rows


def main() -> None:
    """Read the periods, check that they join, and write the layer."""
    gates = rows("gates")
    for name, own in gates.groupby("gate_id"):
        for before, after in pairwise(own.itertuples()):
            if before.valid_to != after.valid_from:
                message = f"{name}: nothing is said from {before.valid_to} to {after.valid_from}"
                raise ValueError(message)
    layer(points(gates), "gates", id_column="gate_id")


if __name__ == "__main__":
    main()
