"""Ways on the made layers of the page's tests: three to choose from, a closed gate, scenarios."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import page_sample
import pandas as pd
from shapely import LineString, Point, box

from geo import exposure, network, ways
from geo.ways import scenario

if TYPE_CHECKING:
    from geo.exposure import Exposure
    from geo.ways import Ways

DAY = page_sample.AS_OF
LINES = {
    "n1": [(96.2, 25.1), (97.2, 25.2)],
    "n2": [(97.2, 25.2), (98.6, 25.1)],
    "hills": [(96.2, 25.1), (97.2, 26.0), (98.6, 25.1)],
    "far": [(96.2, 25.1), (97.2, 23.8), (98.9, 24.2), (98.6, 25.1)],
    "beyond": [(98.6, 25.1), (99.0, 25.1)],
}
CHANGES = [
    {"hold": {"place": "Northtown", "controller": "Red Guard"}},
    {"close": {"section": "hills"}},
]


def layers(word: str = "") -> dict[str, Any]:
    """Give the layers, with a word in the names of places, gates and holders."""
    made = page_sample.layers()
    made["gates"] = made["gates"].assign(name=f"East gate{word}", between="n2 beyond")
    claims = made["control_areas"]
    made["control_areas"] = claims.assign(
        controller=claims["controller"].where(claims["area_id"] != "a1", f"Blue Front{word}")
    )
    return made


def ground(word: str = "") -> tuple[Any, ways.Knowledge, ways.Gazetteer]:
    """Give the network, what is known, and the names."""
    known = layers(word)
    rows = [
        {
            "corridor_id": name[:1],
            "section_id": name,
            "name": f"{name} road{word}",
            "mode": "road",
            "status": "RESTRICTED" if name == "n1" else "PASSABLE",
            "positional_error_m": 2000.0,
            "geometry": LineString(points),
        }
        for name, points in LINES.items()
    ]
    spots = {"Northtown": (96.2, 25.1), "Border": (98.6, 25.1), "Beyond": (99.0, 25.1)}
    names = [{"name": f"{name}{word}", "geometry": Point(*spot)} for name, spot in spots.items()]
    return (
        network.build(page_sample.frame(rows)),
        ways.Knowledge(
            known["conflict_zones"],
            known["control_areas"],
            known["gates"],
            pd.DataFrame({"mode": "road", "passable": ["PASSABLE", "RESTRICTED"], "km_per_h": 30}),
            page_sample.frame([{"name": "Homeland", "geometry": box(95, 24, 98.5, 27)}]),
        ),
        ways.Gazetteer(page_sample.frame(names)),
    )


@cache
def asked(word: str = "") -> tuple[Ways, ...]:
    """Ask for three choices: with a scenario, past a closed gate, and by hours."""
    lines, known, names = ground(word)

    def found(end: str, what: Any = None, **options: Any) -> Ways:
        places = tuple(names.find(f"{place}{word}") for place in ("Northtown", end))
        question = ways.Asked(places, as_of=DAY, **options)
        return ways.find(lines, known, question, gazetteer=names, scenario=what)

    held = scenario.parse({"name": f"Red{word}", "changes": CHANGES}, "red.yaml")
    opened = found("Beyond", ways.Scenario("if what is closed were open", ()), closed_too=True)
    return (
        with_others(found("Border"), found("Border", held)),
        with_others(found("Beyond"), opened),
        found("Border", by="hours"),
    )


def with_others(one: Ways, *others: Ways) -> Ways:
    """Put what was found in scenarios beside what was found."""
    return replace(one, others=others)


@cache
def measured(word: str = "") -> Exposure:
    """Measure the corridors of the layers."""
    known = layers(word)
    return exposure.measure(
        known["corridors"],
        known["conflict_zones"],
        control=known["control_areas"],
        as_of=DAY,
        source="control_areas",
    )
