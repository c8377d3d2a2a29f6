"""
Make `layers/gates.geojson`: the state of border gates, one row a period.

Run from the root of the repository, with the package installed:

    python layers/make/gates.py

A row is a row of `facts/gates.csv` and holds on [valid_from, valid_to). The
periods of one gate follow each other without a hole; what is not known in
between is a period of its own, UNCLEAR. A gate that a way passes names the two
sections that it lies between, and they must meet.
"""

from __future__ import annotations

from itertools import pairwise

import pandas as pd
from tables import layer, points, rows


def main() -> None:
    """Read the periods, check that they join, and write the layer."""
    gates = rows("gates")
    for name, own in gates.groupby("gate_id"):
        for before, after in pairwise(own.itertuples()):
            if before.valid_to != after.valid_from:
                message = f"{name}: nothing is said from {before.valid_to} to {after.valid_from}"
                raise ValueError(message)
    check_between(gates)
    layer(points(gates), "gates", id_column="gate_id")


def check_between(gates: pd.DataFrame) -> None:
    """
    Refuse a gate between sections that do not meet.

    Parameters
    ----------
    gates
        The table of the periods.

    Raises
    ------
    ValueError
        Naming the gate.
    """
    places = pd.concat([rows("corridor_places"), rows("link_places")])
    ends = {
        name: {tuple(own.iloc[end][["lon", "lat"]]) for end in (0, -1)}
        for name, own in places.groupby("section_id")
    }
    for gate in gates[gates["between"].notna()].itertuples():
        before, after = gate.between.split(" ")
        if not ends[before] & ends[after]:
            message = f"{gate.gate_id}: {before} and {after} do not meet"
            raise ValueError(message)


if __name__ == "__main__":
    main()
