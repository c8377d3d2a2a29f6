"""
Make the cases that Python and the page's script are both held against.

    python tests/cases/make.py

Each file holds routes, zones, claims and a day, and under `expected` what the
oracle (tests/oracle.py) finds: exact crossings, metres by geodesics, holders by
looking at the middle of every piece. `bundled` is a copy of one corridor and of
what lies about it, as the layers stood when it was made.
"""

from __future__ import annotations

import json
import math
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import numpy as np
import oracle
import shapely
import shapes
import test_passages
import twins

from geo.catalog import Catalog
from geo.io import plain

FINEST_FIRST = ["town", "stretch", "township", "state"]
DAY = "2026-02-28"
SQUARE, HOLED, PAIR = test_passages.SQUARE, test_passages.HOLED, test_passages.PAIR
NEXT_DOOR = shapely.box(98, 25, 99, 26)


def hand() -> dict[str, Any]:
    """Give the cases by hand, there and back, against every zone at once."""
    there = {name: [route] for name, (_, route, _) in test_passages.CASES.items()}
    back = {f"{name}, backwards": [parts[0][::-1]] for name, parts in there.items()}
    zones = zones_of(SQUARE, HOLED, PAIR)
    claims = [(SQUARE, "town", "KIA", "held"), (HOLED, "township", "AA", "held")]
    return case(there | back, zones, control_of(*claims, (PAIR, "town", "AA", "contested")))


def borders() -> dict[str, Any]:
    """Give routes along seams, along two sides of a corner, and past a hole that touches."""
    seam = shapely.union_all([shapely.box(96, 27, 98, 28), shapely.box(98, 27.5, 99, 29)])
    touching = shapely.Polygon(
        [(100, 25), (103, 25), (103, 28), (100, 28)],
        [[(101, 26), (102, 25), (102, 27)]],
    )
    routes = {
        "a seam": [[(98, 24), (98, 27)]],
        "a seam, with vertices between": [[(98, 24), (98, 25.3), (98, 25.7), (98, 27)]],
        "two sides of a corner": [[(97.5, 25), (98, 25), (98, 25.5), (98.5, 25.5)]],
        "there and back along a seam": [[(98, 25.2), (98, 25.8), (98, 25.2)]],
        "across a seam by its end": [[(97.5, 24.5), (98, 25), (98.5, 25.5)]],
        "where a hole touches its shell": [[(101, 25), (103, 25)], [(102, 25), (102, 28)]],
        "round a hole": [[(101, 26), (102, 27), (102, 25), (101, 26)]],
        "along a stepped border": [[(96, 28), (98, 28), (98, 29), (99, 29), (99, 27)]],
        "slantwise along a hole": [[(100.5, 26.5), (102, 25), (102.5, 24.5)]],
    }
    return case(routes, zones_of(SQUARE, NEXT_DOOR, seam, touching))


def parts() -> dict[str, Any]:
    """Give routes in parts: gaps, joints, ground travelled twice, vertices that stand twice."""
    routes = {
        "a gap": [[(97.1, 25.5), (97.3, 25.5)], [(97.5, 25.5), (97.7, 25.5)]],
        "a joint": [[(97.1, 25.5), (97.3, 25.5)], [(97.3, 25.5), (97.7, 25.5)]],
        "a joint out of order": [[(97.3, 25.5), (97.7, 25.5)], [(97.1, 25.5), (97.3, 25.5)]],
        "twice over": [[(96.5, 25.5), (98.5, 25.5), (96.5, 25.5), (98.5, 25.5)]],
        "part of it twice": [[(96.5, 25.2), (97.5, 25.2), (97.2, 25.2), (98.5, 25.2)]],
        "a vertex twice at both ends": [
            [(97.2, 25.5), (97.2, 25.5), (97.9, 25.5), (98.4, 25.5), (98.4, 25.5)]
        ],
        "a gap that leaves from a border": [[(97.5, 25.5), (98, 25.5)], [(98, 25.7), (99, 25.7)]],
        "a gap along a border": [[(97, 25), (97.4, 25)], [(97.6, 25), (98, 25)]],
        "three parts, one gap": [
            [(96.5, 25.1), (97.5, 25.1)],
            [(97.5, 25.1), (97.5, 25.6)],
            [(97.6, 25.6), (99.5, 25.6)],
        ],
        "a step of a tenth of a millimetre": [[(97.5, 25.5), (97.500000001, 25.5), (98.5, 25.5)]],
    }
    control = control_of((SQUARE, "town", "KIA", "held"), (NEXT_DOOR, "town", "AA", "held"))
    return case(routes, zones_of(SQUARE, PAIR), control)


def claims() -> dict[str, Any]:
    """Give claims of every extent, status and period along a few routes."""
    boxes = [shapely.box(95 + i / 4, 24 + i / 8, 100 - i / 4, 26 - i / 8) for i in range(8)]
    control = control_of(
        (boxes[0], "state", "Military", "held"),
        (boxes[1], "township", "mixed", "mixed"),
        (boxes[2], "township", "KIA", "held"),
        (boxes[3], "stretch", None, "held"),
        (boxes[4], "stretch", "AA", "held"),
        (boxes[5], "town", "Military", "besieged"),
        (boxes[6], "town", " AA ", "contested"),
        (boxes[7], "village", "PDF", "held"),
        (shapely.box(95, 24, 97.3, 25), "town", "KIA", "held"),
        (shapely.box(97.3, 24, 99, 25), "town", "KIA + PDF", "held"),
        (shapely.box(94, 23, 101, 27), "town", "gone", "held"),
        (shapely.box(94, 23, 101, 27), "town", "not yet", "held"),
    )
    control[-2] |= {"valid_from": "2021-01-01", "valid_to": DAY}
    control[-1] |= {"valid_from": "2026-03-01"}
    control[4] |= {"valid_from": DAY}
    control[5] |= {"area_id": control[4]["area_id"]}
    routes = {
        "through all": [[(94, 24.9), (101, 25.1)]],
        "along the seam of two towns": [[(97.3, 23.5), (97.3, 26.5)]],
        "along the border of many": [[(95, 24), (95, 26)], [(95.5, 24.25), (95.5, 25.75)]],
        "nobody's ground": [[(90, 20), (91, 21)]],
        "from nobody's to nobody's": [[(94.5, 24.5), (95.1, 24.5), (94.5, 24.4)]],
    }
    zones = zones_of(boxes[3], boxes[5])
    zones[1]["valid_to"] = DAY
    return case(routes, zones, control)


def near_ties() -> dict[str, Any]:
    """
    Give vertices one rounding step off a border, where only exact signs are right.

    Which zones are met, and in what order, is certain. Where along a line a
    nanometre beside it a border is crossed is not: metres are not compared.
    """
    step = math.ulp(97.0)
    slope = [(96.1, 24.3), (98.7, 26.9), (96.1, 26.9)]
    on_it = [(96.1 + t, 24.3 + t) for t in (0.1, 0.3, 0.7, 1.1, 1.9)]
    routes = {
        "on a slope": [on_it],
        "a step above": [[(x, y + math.ulp(y)) for x, y in on_it]],
        "a step below": [[(x, y - math.ulp(y)) for x, y in on_it]],
        "from side to side": [[(x + step * (-1) ** i, y) for i, (x, y) in enumerate(on_it)]],
        "a step beside a wall": [[(97 - step, 24), (97 - step, 27)], [(97 + step, 24), (97, 27)]],
        "a step past a corner": [[(96, 24 - step), (99, 27 - step)], [(96, 26 + step), (98, 24)]],
        "thirds": [[(96 + 1 / 3, 24 + 1 / 3), (98 + 1 / 3, 26 + 1 / 3), (98 + 2 / 3, 26 + 2 / 3)]],
    }
    thirds = shapely.Polygon([(96, 24), (99, 27), (96, 27)])
    return case(routes, zones_of(SQUARE, shapely.Polygon(slope), thirds))


def far_and_wide() -> dict[str, Any]:
    """Give long edges, other hemispheres and the far north."""
    zones = zones_of(
        shapely.box(-10, 60, 20, 75), shapely.box(-72, -45, -60, -20), shapely.box(170, -5, 180, 5)
    )
    routes = {
        "north": [[(-20, 62), (30, 74), (30, 84), (-40, 84)]],
        "south": [[(-80, -50), (-50, -15), (-65, -40)]],
        "along the equator": [[(160, 0), (179.9, 0), (179.9, 0.0001)]],
        "just over five hundredths": [[(0, 65), (0.05, 65), (0.1000001, 65.02), (20.25, 66)]],
    }
    return case(routes, zones)


def generated() -> dict[str, Any]:
    """Give seeded routes and zones that meet in every awkward way."""
    zones = shapes.zones(40, seed=31)
    areas = shapes.zones(25, seed=33)
    lines = shapes.routes(60, zones, seed=32)
    rng = np.random.default_rng(34)
    extents, holders = rng.choice(FINEST_FIRST, 25), rng.choice(["KIA", "AA", "mixed"], 25)
    control = control_of(
        *zip(areas, extents.tolist(), holders.tolist(), ["held"] * 25, strict=True)
    )
    routes = {f"route {number}": twins.parts_of(one) for number, one in enumerate(lines)}
    return case(routes, zones_of(*zones), control)


def bundled() -> dict[str, Any]:
    """Give one bundled corridor with the zones and claims about it."""
    layers = Catalog()
    sections = layers["corridors"]
    sections = sections[sections["corridor_id"] == "imt_bagan_variant"].sort_values("seq")
    track = shapely.MultiLineString(list(sections.geometry))
    kept = {}
    for name, columns in (
        ("conflict_zones", ["zone_id", "name", "valid_from", "valid_to"]),
        ("control_areas", ["area_id", "extent", "controller", "status", "valid_from", "valid_to"]),
    ):
        near = layers[name][layers[name].intersects(track)]
        values = {title: [plain(value) for value in near[title]] for title in columns}
        kept[name] = twins.rows(near.geometry, **values)
    routes = {"imt_bagan_variant": twins.parts_of(track)}
    return case(routes, kept["conflict_zones"], kept["control_areas"])


CASES = (hand, borders, parts, claims, near_ties, far_and_wide, generated, bundled)


# ---------------------------------------------------------------- the case


def case(
    routes: dict[str, Any], zones: list[dict[str, Any]], control: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """Put a case together."""
    named = [{"route_id": name, "parts": parts} for name, parts in routes.items()]
    made = {"routes": named, "zones": zones, "control": control or [], "as_of": DAY}
    return json.loads(json.dumps(made))


def zones_of(*polygons: Any) -> list[dict[str, Any]]:
    """Make zones that hold for good."""
    names = [f"z{number}" for number in range(len(polygons))]
    titles = [f"Zone {number}" for number in range(len(polygons))]
    always = ["2020-01-01"] * len(names), [None] * len(names)
    return twins.rows(
        polygons, zone_id=names, name=titles, valid_from=always[0], valid_to=always[1]
    )


def control_of(*claims: tuple[Any, str, str | None, str]) -> list[dict[str, Any]]:
    """Make claims (shape, extent, controller, status) that hold for good."""
    polygons, extent, controller, status = zip(*claims, strict=True)
    names = [f"c{number}" for number in range(len(claims))]
    always = ["2020-01-01"] * len(names), [None] * len(names)
    return twins.rows(
        polygons,
        area_id=names,
        extent=extent,
        controller=controller,
        status=status,
        valid_from=always[0],
        valid_to=always[1],
    )


# ---------------------------------------------------------------- what the oracle finds


def expected(made: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the oracle's numbers for every route."""
    zones, control = (on_day(made[key], made["as_of"]) for key in ("zones", "control"))
    exact_zones, exact_control = (
        [oracle.Zone(shape) for shape in twins.frame(rows).geometry] if rows else []
        for rows in (zones, control)
    )
    found = []
    for route in made["routes"]:
        ruler = oracle.Route(twins.line(route["parts"]))
        passages = [
            (row, *passage)
            for row, zone in zip(zones, exact_zones, strict=True)
            for passage in oracle.passages(ruler, zone)
        ]
        held = [
            (row, *passage)
            for row, zone in zip(control, exact_control, strict=True)
            for passage in oracle.passages(ruler, zone)
        ]
        inside = [(a, b) for _, a, b, state in passages if state == oracle.INSIDE]
        exposed = covered(inside)
        found.append(
            {
                "route_id": route["route_id"],
                "length_m": ruler.length,
                "exposed_m": exposed,
                "boundary_m": covered([(a, b) for _, a, b, _ in passages]) - exposed,
                "passages": [
                    [row["zone_id"], a, b, state == oracle.BORDER] for row, a, b, state in passages
                ],
                "controllers": shares(held, ruler.length) if control else None,
            }
        )
    return found


def on_day(rows: list[dict[str, Any]], day: str) -> list[dict[str, Any]]:
    """Keep the rows that hold."""
    return [row for row in rows if row["valid_from"] <= day and (row["valid_to"] or "9999") > day]


def covered(intervals: list[tuple[float, float]]) -> float:
    """Sum intervals, what is covered twice once."""
    total, reach = 0.0, -math.inf
    for a, b in sorted(intervals):
        total += max(b - max(a, reach), 0)
        reach = max(reach, b)
    return total


def shares(held: list[tuple[dict[str, Any], float, float, int]], length: float) -> dict[str, float]:
    """Sum metres per holder, by who speaks for the middle of every piece."""
    marks = sorted({0.0, length, *(mark for _, a, b, _ in held for mark in (a, b))})
    sums: dict[str, float] = {}
    for a, b in pairwise(marks):
        middle = (a + b) / 2
        speaking = [row for row, low, high, _ in held if low < middle < high]
        holder = holder_of(speaking)
        sums[holder] = sums.get(holder, 0.0) + b - a
    return sums


def holder_of(speaking: list[dict[str, Any]]) -> str:
    """Settle who holds a spot, by the rules of DESIGN, definition 8."""
    ranks = [(*FINEST_FIRST, "").index(row["extent"] if row["extent"] in FINEST_FIRST else "")
             for row in speaking]  # fmt: skip
    finest = [row for row, rank in zip(speaking, ranks, strict=True) if rank == min(ranks)]
    names = {
        "contested" if row["status"] == "contested" else (row["controller"] or "").strip()
        for row in finest
    } - {""}
    if len(names) > 1:
        names -= {"mixed"}
    if len(names) > 1:
        return "contested"
    return names.pop() if names else "unknown"


def main() -> None:
    """Write every case."""
    for maker in CASES:
        about = " ".join((maker.__doc__ or "").split())
        made = {"name": maker.__name__, "about": about, **maker()}
        made["expected"] = expected(made)
        text = "{\n" + ",\n".join(
            f"{json.dumps(key)}: {_block(value)}" for key, value in made.items()
        )
        (twins.FOLDER / f"{maker.__name__}.json").write_text(text + "\n}\n", "utf-8")


def _block(value: object) -> str:
    """Write a list with a line for each entry."""
    if not isinstance(value, list) or not value:
        return json.dumps(value)
    return "[\n" + ",\n".join(f"  {json.dumps(one)}" for one in value) + "\n]"


if __name__ == "__main__":
    main()
