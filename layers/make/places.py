"""
Make `layers/places.geojson`: towns, villages, passes, gates and ports.

Run from the root of the repository, with the package installed:

    python layers/make/places.py

A row is a row of `facts/places.csv`, which also says by which rule its
precision was set. A place on a corridor has the corridor's own coordinates.
"""

from __future__ import annotations

from tables import layer, points, rows


def main() -> None:
    """Read the places, check that they lie where the corridors say, and write the layer."""
    places, vertices = rows("places"), rows("corridor_places")
    where = list(zip(places["lon"], places["lat"], strict=True))
    drawn: dict[str, set[tuple[float, float]]] = {}
    for name, lon, lat in zip(vertices["name"], vertices["lon"], vertices["lat"], strict=True):
        drawn.setdefault(name, set()).add((lon, lat))
    for name, point in zip(places["name"], where, strict=True):
        if point not in drawn.get(name, {point}):
            message = f"{name}: not where the corridors are drawn through it"
            raise ValueError(message)
    layer(points(places), "places", id_column="place_id")


if __name__ == "__main__":
    main()
