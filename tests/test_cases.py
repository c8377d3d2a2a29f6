"""The stored cases, which the page's script is held to as well: we find what the oracle found."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import twins

sys.path.insert(0, str(Path(__file__).parent / "cases"))

import make

SLACK_M = 1e-5
"""Pieces of a micrometre may fall either way, a few of them on one route."""
CERTAIN = [name for name in twins.NAMES if name != "near_ties"]


def passages(route: dict[str, Any]) -> list[list[Any]]:
    return [
        [zone["zone_id"], one["from_m"], one["to_m"], one["on_border"]]
        for zone in route["zones"]
        for one in zone["passages"]
    ]


def near(metres: float) -> Any:
    return pytest.approx(metres, rel=1e-8, abs=SLACK_M)


def test_every_case_is_stored():
    assert sorted(maker.__name__ for maker in make.CASES) == twins.NAMES


# all but the copy of the bundled layers, which go on without it
@pytest.mark.parametrize("maker", make.CASES[:-1], ids=lambda maker: maker.__name__)
def test_a_stored_case_is_what_its_maker_gives(maker):
    stored = twins.read(maker.__name__)
    assert {key: stored[key] for key in maker()} == maker()


@pytest.mark.parametrize("name", twins.NAMES)
def test_python_finds_the_passages_that_the_oracle_found(name):
    case = twins.read(name)
    for ours, theirs in zip(twins.measured(case), case["expected"], strict=True):
        assert ours["route_id"] == theirs["route_id"]
        found = [row[::3] for row in passages(ours)]
        assert found == [row[::3] for row in theirs["passages"]], ours["route_id"]


@pytest.mark.parametrize("name", CERTAIN)
def test_python_finds_the_metres_that_the_oracle_found(name):
    case = twins.read(name)
    for ours, theirs in zip(twins.measured(case), case["expected"], strict=True):
        for key in ("length_m", "exposed_m", "boundary_m"):
            assert ours[key] == near(theirs[key]), (ours["route_id"], key)
        for mine, other in zip(passages(ours), theirs["passages"], strict=True):
            assert mine[1:3] == [near(other[1]), near(other[2])], (ours["route_id"], mine[0])


@pytest.mark.parametrize("name", CERTAIN)
def test_python_names_the_holders_that_the_oracle_named(name):
    case = twins.read(name)
    for ours, theirs in zip(twins.measured(case), case["expected"], strict=True):
        if theirs["controllers"] is None:
            continue
        sums = {part["controller"]: part["inside_m"] for part in ours["controllers"]}
        for holder in sums | theirs["controllers"]:
            assert sums.get(holder, 0) == near(theirs["controllers"].get(holder, 0)), holder


def test_the_cases_are_worth_having():
    expected = [route for name in twins.NAMES for route in twins.read(name)["expected"]]
    found = [passage for route in expected for passage in route["passages"]]
    assert len(found) > 300
    assert sum(on_border for *_, on_border in found) > 50
    assert {holder for route in expected for holder in route["controllers"] or ()} >= {
        "contested", "mixed", "unknown", "AA", "KIA",
    }  # fmt: skip
