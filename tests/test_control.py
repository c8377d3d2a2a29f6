"""Who holds what: the finer extent wins, disagreement is contested, silence is unknown."""

import pytest
import shapely
from conftest import frame

from geo import exposure

WIDE, MIDDLE, SMALL = (shapely.box(96 + i / 2, 25, 99 - i / 2, 26) for i in (0, 1, 2))
ROUTE = [shapely.LineString([(95.5, 25.5), (99.5, 25.5)])]


def stretches(*claims):
    """Measure one route against claims (shape, extent, controller, status)."""
    shape, extent, controller, status = zip(*claims, strict=True)
    control = frame(
        shape,
        area_id=[f"c{i}" for i in range(len(claims))],
        extent=extent,
        controller=controller,
        status=status,
    )
    found = exposure.measure(
        frame(ROUTE, route_id=["r"]), frame([SMALL], zone_id=["z"]), control=control
    )
    assert found.controllers["inside_m"].sum() == pytest.approx(
        found.routes["length_m"].iloc[0], abs=1e-3
    )
    assert found.stretches["from_m"].iloc[0] == 0
    assert found.stretches["to_m"].iloc[-1] == found.routes["length_m"].iloc[0]
    ids = found.stretches["claims"].str.join(", ")
    return list(zip(found.stretches["controller"], ids, strict=True))


def test_the_finer_extent_wins():
    assert stretches(
        (WIDE, "township", "mixed", "mixed"),
        (MIDDLE, "stretch", "KIA", "held"),
        (SMALL, "town", "Military", "held"),
    ) == [
        ("unknown", ""),
        ("mixed", "c0"),
        ("KIA", "c1"),
        ("Military", "c2"),
        ("KIA", "c1"),
        ("mixed", "c0"),
        ("unknown", ""),
    ]


def test_claims_of_one_extent_that_disagree_are_contested():
    found = stretches((WIDE, "town", "KIA", "held"), (SMALL, "town", "AA", "held"))
    assert found[2] == ("contested", "c0, c1")


def test_claims_of_one_extent_that_agree_are_one():
    found = stretches((WIDE, "town", "KIA", "held"), (SMALL, "town", "KIA", "held"))
    assert [controller for controller, _ in found] == ["unknown", "KIA", "KIA", "KIA", "unknown"]


def test_a_contested_status_is_a_controller_of_its_own():
    assert stretches((WIDE, "town", "Military", "contested"))[1][0] == "contested"


def test_a_besieged_town_keeps_its_holder():
    assert stretches((WIDE, "town", "Military", "besieged"))[1][0] == "Military"


def test_mixed_gives_way_to_a_holder_of_the_same_extent():
    found = stretches((WIDE, "township", "mixed", "mixed"), (SMALL, "township", "AA", "held"))
    assert found[2][0] == "AA"


def test_neighbours_leave_no_sliver_between_them():
    west, east = shapely.box(95, 25, 97.3, 26), shapely.box(97.3, 25, 100, 26)
    found = stretches((west, "township", "KIA", "held"), (east, "township", "AA", "held"))
    assert [controller for controller, _ in found] == ["KIA", "AA"]


def test_along_the_border_of_two_holders_it_is_contested():
    north, south = shapely.box(95, 25.5, 100, 26), shapely.box(95, 25, 100, 25.5)
    found = stretches((north, "township", "KIA", "held"), (south, "township", "AA", "held"))
    assert found == [("contested", "c0, c1")]


def test_an_area_without_a_holder_is_unknown():
    assert stretches((WIDE, "town", None, "held"))[1][0] == "unknown"


def test_zones_without_a_controller_leave_all_unknown():
    found = exposure.measure(frame(ROUTE, route_id=["r"]), frame([SMALL], zone_id=["z"]))
    assert found.controllers["controller"].tolist() == ["unknown"]
