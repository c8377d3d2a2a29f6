"""A small catalogue and an answer for the page's tests: made here, and true of no place."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
from shapely import LineString, Point, box

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SOURCE = {
    "source_url": "https://example.org/report",
    "source_date": "2026-02-01",
    "confidence": "high",
}
DATES = ("valid_from", "valid_to", "source_date", "last_evidence", "status_as_of")
AS_OF = dt.date(2026, 2, 28)


class FakeCatalogue:
    """Layers by name, each with its passport."""

    def __init__(self, layers: dict[str, gpd.GeoDataFrame]) -> None:
        self.layers = layers

    def __iter__(self) -> Iterator[str]:
        return iter(self.layers)

    def __getitem__(self, name: str) -> gpd.GeoDataFrame:
        return self.layers[name]

    def passport(self, name: str) -> dict[str, Any]:
        return {
            "title": name.replace("_", " ").capitalize(),
            "kind": name,
            "features": len(self.layers[name]),
            "as_of": "2026-02-20",
            "retrieved": "2026-02-21",
            "method": "made in code",
            "precision": "exact",
            "caveat": "true of no place",
            "sources": [{"title": "A report", "path": "https://example.org/report"}],
            "licenses": [{"name": "CC0-1.0", "title": "CC0", "path": "https://example.org/cc0"}],
        }


class FakeFound:
    """An answer in the form of the JSON contract."""

    as_of = AS_OF

    def __init__(self, answer: dict[str, Any]) -> None:
        self.answer = answer

    def as_dict(self) -> dict[str, Any]:
        return self.answer


def frame(rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    made = gpd.GeoDataFrame(rows, crs="EPSG:4326")
    for name in set(DATES) & set(made.columns):
        made[name] = pd.to_datetime(made[name])
    return made


def layers() -> dict[str, gpd.GeoDataFrame]:
    west, north = box(96.4, 25, 97, 25.6), box(96, 24.6, 97, 25.6)
    areas = [
        ("a1", "Northtown", "town", "Blue Front", "held", "2024-01-01", None, west),
        ("a2", "North", "township", "Blue Front + Green Army", "held", None, None, north),
        (
            "a3",
            "Midway",
            "stretch",
            "Red Guard",
            "contested",
            "2025-06-01",
            None,
            box(97, 24.8, 97.6, 25.4),
        ),
        ("a4", "South", "township", "mixed", "mixed", None, None, box(97.6, 24.6, 98.4, 25.4)),
        ("a5", "Gone", "town", "Red Guard", "held", "2020-01-01", "2026-02-28", west),
        (
            "a6",
            "Border",
            "town",
            "contested",
            "contested",
            "2026-02-28",
            None,
            box(98.4, 25, 98.7, 25.3),
        ),
    ]
    zones = [
        ("z1", "Midway fighting", "2025-06-01", None, box(97.0, 24.8, 97.5, 25.4)),
        ("z2", "Old fighting", "2023-01-01", "2024-01-01", box(96.2, 24.8, 96.5, 25.4)),
        ("z3", "Border siege", "2026-01-01", "2026-03-01", box(98.3, 25.0, 98.6, 25.3)),
    ]
    return {
        "corridors": frame(
            [
                {
                    "section_id": f"n{seq}",
                    "corridor_id": "north",
                    "corridor": "North road",
                    "seq": seq,
                    "name": name,
                    "mode": mode,
                    "status": "open",
                    "status_as_of": "2026-01-01",
                    "published_km": 100.0,
                    "positional_error_m": error,
                    **SOURCE,
                    "geometry": line,
                }
                for seq, name, mode, error, line in [
                    (
                        1,
                        "Northtown - Midway",
                        "road",
                        1500.0,
                        LineString([(96.2, 25.1), (97.2, 25.2)]),
                    ),
                    (
                        2,
                        "Midway - Border",
                        "river",
                        9000.0,
                        LineString([(97.2, 25.2), (98.6, 25.1)]),
                    ),
                ]
            ]
        ),
        "conflict_zones": frame(
            [
                {
                    "zone_id": zone,
                    "name": name,
                    "kind": "contested",
                    "extent": "stretch",
                    "events": None,
                    "fatalities": None,
                    "actors": "Red Guard; Blue Front",
                    "valid_from": start,
                    "valid_to": end,
                    "method": "drawn",
                    **SOURCE,
                    "geometry": shape,
                }
                for zone, name, start, end, shape in zones
            ]
        ),
        "control_areas": frame(
            [
                {
                    "area_id": area,
                    "place": place,
                    "township": "North",
                    "extent": extent,
                    "controller": holder,
                    "status": status,
                    "event": None,
                    "source": "A report",
                    "valid_from": start,
                    "valid_to": end,
                    "date_precision": "day",
                    "last_evidence": "2026-01-15",
                    **SOURCE,
                    "geometry": shape,
                }
                for area, place, extent, holder, status, start, end, shape in areas
            ]
        ),
        "mining_sites": frame(
            [
                {
                    "site_id": "m1",
                    "name": "High pits",
                    "township": "North",
                    "precision_m": 5000.0,
                    "status": "active",
                    "controller": "Blue Front",
                    "valid_from": None,
                    "valid_to": None,
                    **SOURCE,
                    "geometry": Point(96.7, 25.5),
                },
            ]
        ),
        "gates": frame(
            [
                {
                    "gate_id": "g1",
                    "name": "East gate",
                    "status": status,
                    "event": None,
                    "valid_from": start,
                    "valid_to": end,
                    **SOURCE,
                    "geometry": Point(98.6, 25.1),
                }
                for status, start, end in [
                    ("OPEN", None, "2025-12-01"),
                    ("CLOSED", "2025-12-01", None),
                ]
            ]
        ),
        "places": frame(
            [
                {
                    "place_id": name.lower(),
                    "name": name,
                    "name_my": "မြစ်",
                    "kind": "town",
                    "rank": rank,
                    "precision_m": 500.0,
                    **SOURCE,
                    "geometry": Point(lon, lat),
                }
                for name, rank, lon, lat in [
                    ("Northtown", 1, 96.2, 25.1),
                    ("Midway", 2, 97.2, 25.2),
                    ("Border", 1, 98.6, 25.1),
                    ("Hamlet", 3, 97.21, 25.2),
                ]
            ]
        ),
        "boundaries": frame(
            [
                {
                    "boundary_id": f"b{level}{country}",
                    "name": name,
                    "level": level,
                    "country": country,
                    **SOURCE,
                    "geometry": shape,
                }
                for level, country, name, shape in [
                    (0, "AAA", "Homeland", box(95, 23, 98.5, 27)),
                    (0, "BBB", "Abroad", box(98.5, 23, 101, 27)),
                    (1, "AAA", "Upland", box(95, 25, 98.5, 27)),
                ]
            ]
        ),
        "figures": gpd.GeoDataFrame(
            pd.DataFrame(
                [
                    {
                        "figure_id": "f1",
                        "what": "sites seen",
                        "value": 357.0,
                        "unit": "sites",
                        "year": "2024",
                        "note": "not tonnes",
                        **SOURCE,
                    },
                ]
            )
        ),
    }


def route(route_id: str = "north", name: str = "North road", shift: float = 0.0) -> dict[str, Any]:
    return {
        "route_id": route_id,
        "name": name,
        "length_m": 242_000.0,
        "exposed_m": 62_000.0 - shift,
        "exposed_share": (62_000.0 - shift) / 242_000,
        "boundary_m": 0.0,
        "crossings": 2,
        "longest_exposed_m": 50_000.0,
        "sure_m": None,
        "possible_m": None,
        "zones": [
            {
                "zone_id": "z1",
                "name": "Midway fighting",
                "inside_m": 50_000.0,
                "boundary_m": 0.0,
                "passages": [
                    {
                        "from_m": 80_000.0,
                        "to_m": 130_000.0,
                        "entry": [97, 25.1],
                        "exit": [97.5, 25.1],
                    }
                ],
            },
            {
                "zone_id": "z3",
                "name": "Border siege",
                "inside_m": 12_000.0,
                "boundary_m": 0.0,
                "passages": [
                    {
                        "from_m": 230_000.0,
                        "to_m": 242_000.0,
                        "entry": [98.4, 25.1],
                        "exit": [98.6, 25.1],
                    }
                ],
            },
        ],
        "controllers": [
            {"controller": "Blue Front", "source": "A report", "inside_m": 80_000.0, "share": 0.33}
        ],
        "events": [],
        "exposed": [[80_000.0, 130_000.0], [230_000.0, 242_000.0]],
        "sections": [
            {
                "section_id": "n1",
                "name": "Northtown - Midway",
                "mode": "road",
                "from_m": 0.0,
                "to_m": 101_000.0,
                "length_m": 101_000.0,
                "exposed_m": 21_000.0,
                "positional_error_m": 1500.0,
            },
            {
                "section_id": "n2",
                "name": "Midway - Border",
                "mode": "river",
                "from_m": 101_000.0,
                "to_m": 242_000.0,
                "length_m": 141_000.0,
                "exposed_m": 41_000.0,
                "positional_error_m": 9000.0,
            },
        ],
        "stretches": [
            {
                "from_m": 0.0,
                "to_m": 80_000.0,
                "controller": "Blue Front",
                "status": "held",
                "claims": ["a1"],
            },
            {
                "from_m": 80_000.0,
                "to_m": 141_000.0,
                "controller": "Red Guard",
                "status": "contested",
                "claims": ["a3"],
            },
            {
                "from_m": 141_000.0,
                "to_m": 222_000.0,
                "controller": "mixed",
                "status": "mixed",
                "claims": ["a4"],
            },
            {
                "from_m": 222_000.0,
                "to_m": 242_000.0,
                "controller": "unknown",
                "status": "unknown",
                "claims": [],
            },
        ],
        "path": [[96.2, 25.1, 0.0], [97.2, 25.2, 101_000.0], [98.6, 25.1, 242_000.0]],
    }


def bare_route() -> dict[str, Any]:
    """Give a route as a user brings it: no sections, no holders, nothing exposed."""
    empty = {"exposed_m": 0.0, "exposed_share": 0.0, "crossings": 0, "longest_exposed_m": 0.0}
    lists = {name: [] for name in ("zones", "controllers", "exposed", "sections", "stretches")}
    made = {**route("mine", "A track"), **empty, **lists}
    return {**made, "path": [[96.3, 24.2, 0.0], [97.0, 24.3, 71_000.0]], "length_m": 71_000.0}


def answer(*routes: dict[str, Any]) -> dict[str, Any]:
    return {
        "geo": "0.1.0",
        "as_of": AS_OF.isoformat(),
        "reproduce": "geo expose corridors.geojson --as-of 2026-02-28",
        "inputs": [
            {"role": role, "path": f"{name}.geojson", "sha256": "ab" * 32, "features": 3}
            for role, name in (("zones", "conflict_zones"), ("control", "control_areas"))
        ],
        "warnings": [
            {
                "file": "corridors",
                "feature": "n2",
                "rule": "long-edge",
                "message": "An edge is long.",
            }
        ],
        "routes": list(routes),
    }


def sample() -> tuple[FakeCatalogue, FakeFound]:
    routes = (route(), route("south", "A south road", 20_000.0), bare_route())
    return FakeCatalogue(layers()), FakeFound(answer(*routes))


PARTS = ("low", "central", "high", "p5", "p95")


def spread(*values: float | None) -> dict[str, float | None]:
    return dict(zip(PARTS, values, strict=True))


def near_rows(radii: Iterable[float]) -> list[dict[str, Any]]:
    """Give events near a route by distance in km: three without doubt, one hardly, then many."""
    counts = [spread(3, 3, 3, 3, 3), spread(0, 0.02, 24, 0, 1), spread(12, 34.2, 120, 30, 39)]
    deaths = [spread(*[None] * 5), spread(5, 1234.4, 2000, 1000, 1500)]
    slopes = (2_000, 12_080, 48_400, 8_480, 19_800)
    return [
        {
            "within_m": 1000.0 * radius,
            "events": counts[min(place, 2)],
            "fatalities": deaths[min(place, 1)],
            "exposed_m": spread(*(min(slope * radius, 242_000.0) for slope in slopes)),
        }
        for place, radius in enumerate(radii)
    ]


def near_answer(radii: Iterable[float]) -> dict[str, Any]:
    """Give an answer with events near two routes."""
    rows = near_rows(radii)
    routes = [route(), route("south", "A south road", 20_000.0)]
    made = answer(*({**one, "events": rows} for one in routes))
    head = {"since": "2023-01-01", "until": "2024-01-01", "counted": 2085, "draws": 200, "seed": 7}
    made["events"] = head
    made["inputs"].append({"role": "events", "path": "data/my events.csv", "features": 7374})
    made["warnings"].append(
        {
            "file": "my events.csv",
            "feature": "",
            "rule": "covers",
            "message": "says nothing beyond",
        }
    )
    return made
