"""The page's script measures as Python does: passages, holders and sums to a millimetre."""

from __future__ import annotations

import numpy as np
import page_sample
import pytest
import shapely
import shapes
import twins
from chromium import opened, started

from geo import exposure, geodesy, passages
from geo.catalog import Catalog

pytestmark = pytest.mark.browser

MILLIMETRE = 1e-3
DAYS = ("2021-06-01", "2023-11-15", "2024-09-01", "2026-02-28")
CONTRACT = [
    "route_id", "name", "length_m", "exposed_m", "exposed_share", "boundary_m", "crossings",
    "longest_exposed_m", "sure_m", "possible_m", "zones", "controllers", "events", "exposed",
    "sections", "stretches", "disputes", "path",
]  # fmt: skip


@pytest.fixture(scope="module")
def browser():
    with started() as made:
        yield made


@pytest.fixture(scope="module")
def tab(browser, tmp_path_factory):
    """Give a page with no layers: its script works on what it is given."""
    layers = page_sample.FakeCatalogue({})
    found = page_sample.FakeFound(page_sample.answer())
    return opened(browser, layers, found, tmp_path_factory.mktemp("kernel"))


def say(capsys, what, worst):
    with capsys.disabled():
        print(f"\n{what}: Python and the page differ by {worst:.1e} m at most")  # noqa: T201


@pytest.mark.parametrize("name", twins.NAMES)
def test_a_stored_case(tab, capsys, name):
    case = twins.read(name)
    theirs = tab.evaluate(twins.MEASURE, twins.job(case))
    worst = twins.apart(twins.measured(case), theirs)
    say(capsys, name, worst)
    assert worst < MILLIMETRE


def test_500_generated_routes(tab, capsys):
    zones, areas = shapes.zones(80, seed=91), shapes.zones(60, seed=92)
    lines = shapes.routes(500, zones, seed=93)
    rng = np.random.default_rng(94)
    case = {
        "routes": [
            {"route_id": f"r{number}", "parts": twins.parts_of(one)}
            for number, one in enumerate(lines)
        ],
        "zones": twins.rows(zones, zone_id=[f"z{i}" for i in range(80)], name=["A", "B"] * 40),
        "control": twins.rows(
            areas,
            area_id=[f"c{i}" for i in range(60)],
            extent=rng.choice(["town", "stretch", "township", "state"], 60).tolist(),
            controller=rng.choice(["KIA", "AA", "mixed", ""], 60).tolist(),
            status=rng.choice(["held", "contested"], 60, p=[0.9, 0.1]).tolist(),
        ),
        "as_of": DAYS[-1],
    }
    ours, theirs = twins.measured(case), tab.evaluate(twins.MEASURE, twins.job(case))
    assert sum(len(zone["passages"]) for route in ours for zone in route["zones"]) > 2500
    worst = twins.apart(ours, theirs)
    say(capsys, "500 generated routes", worst)
    assert worst < MILLIMETRE


def test_the_bundled_corridors_on_four_days(browser, tmp_path, capsys):
    layers = Catalog()

    def measured(day):
        return exposure.measure(
            layers["corridors"],
            layers["conflict_zones"],
            control=layers["control_areas"],
            as_of=day,
        )

    again = """(day) => {
      const { page, kernel } = geoPage;
      const layer = (kind) => page.layers.find((one) => one.kind === kind);
      const zones = kernel.indexOn(layer("conflict_zones"), day);
      const claims = kernel.indexOn(layer("control_areas"), day);
      return page.found.routes.map((route) => kernel.measureRoute(route, zones, claims));
    }"""
    seen = set()
    tab = opened(browser, layers, measured(DAYS[-1]), tmp_path)
    for day in DAYS:
        ours, theirs = measured(day).as_dict()["routes"], tab.evaluate(again, day)
        assert len(ours) == 10
        worst = twins.apart(twins.as_drawn(ours), theirs)
        say(capsys, f"10 corridors on {day}", worst)
        assert worst < MILLIMETRE
        assert list(theirs[0]) == CONTRACT
        seen.add(sum(route["exposed_m"] for route in ours))
    assert len(seen) == len(DAYS)


def test_an_edge_is_as_long_as_in_python(tab):
    rng = np.random.default_rng(5)
    ends = rng.uniform((-170, -84, -170, -84), (170, 84, 170, 84), (300, 4))
    ends[:150, 2:] = ends[:150, :2] + rng.uniform(-0.06, 0.06, (150, 2))
    theirs = tab.evaluate(
        "(edges) => edges.map((edge) => geoPage.kernel.arcLength(...edge))", ends.tolist()
    )
    assert theirs == pytest.approx(geodesy.arc_length_m(*ends.T), rel=1e-14)


def test_merged_intervals(tab):
    rng = np.random.default_rng(6)
    start = rng.integers(0, 200, 60) + rng.choice([0, 5e-7, 2e-6], 60)
    pairs = np.stack([start, start + rng.integers(0, 4, 60)], axis=1)
    _, from_m, to_m = passages.merged(np.zeros(60, int), *pairs.T)
    theirs = tab.evaluate("(pairs) => geoPage.kernel.mergedIntervals(pairs)", pairs.tolist())
    assert theirs == np.stack([from_m, to_m], axis=1).tolist()


def test_rows_without_an_id_are_named_as_in_python(tab):
    box = shapely.box(97, 25, 98, 26)
    case = {
        "routes": [{"route_id": "r", "parts": [[[96, 25.5], [99, 25.6]]]}],
        "zones": twins.rows(
            [box] * 4,
            name=["A", "A", " ", None],
            start=["2024-01-01"] * 4,
            end=["2025-01-01", None, None, None],
            actor=["KIA", None, "AA", "AA"],
        ),
        "control": [],
        "as_of": "2024-07-01",
    }
    for day in ("2024-07-01", "2025-01-01"):
        case["as_of"] = day
        assert twins.apart(
            twins.measured(case), tab.evaluate(twins.MEASURE, twins.job(case))
        ) < MILLIMETRE  # fmt: skip


def test_an_edge_round_the_world_is_refused(tab):
    with pytest.raises(Exception, match="antimeridian"):
        tab.evaluate(
            """() => {
              const path = geoPage.kernel.measuredPath([[[179, 10], [-179, 10]]]);
              geoPage.kernel.findPassages(path, geoPage.kernel.indexZones([]));
            }"""
        )


def test_nothing_in_nothing_out(tab):
    found = tab.evaluate(
        """() => {
          const { indexZones, measuredPath, measureRoute } = geoPage.kernel;
          const none = indexZones([]);
          return [[], [[[97, 25]]], [[[97, 25], [98, 25]]]].map((parts) =>
            measureRoute({ route_id: "r", path: measuredPath(parts) }, none));
        }"""
    )
    assert [route["length_m"] > 0 for route in found] == [False, False, True]
    assert [route["exposed_share"] for route in found] == [0, 0, 0]
    assert [len(route["stretches"]) for route in found] == [0, 0, 1]
    assert found[2]["stretches"][0]["controller"] == "unknown"
