"""How long the page's script takes; medians, in Chromium, on the processor of the run."""

import sys
from pathlib import Path

import numpy as np
import page_sample
import pytest
import shapely
import twins
from chromium import opened, started

sys.path.insert(0, str(Path(__file__).parent))

import workload

from geo import exposure
from geo.catalog import Catalog

pytestmark = pytest.mark.bench

TIMED = """
const median = (work, times) => {
  const spent = Array.from({ length: times }, (_, time) => {
    const begin = performance.now();
    work(time);
    return performance.now() - begin;
  });
  return [...spent].sort((a, b) => a - b)[Math.floor(times / 2)];
};
"""
DRAWN = """({ routes, zones }) => {
  const { indexZones, measuredPath, measureRoute } = geoPage.kernel;
  const build = median(() => indexZones(zones), 9);
  const index = indexZones(zones);
  const one = ({ route_id, parts }) => measureRoute({ route_id, path: measuredPath(parts) }, index);
  const begin = performance.now();
  one(routes[0]);
  const first = performance.now() - begin;
  const each = median((time) => one(routes[time]), routes.length);
  return { build, first, each, worst: median(() => one(routes[0]), 15),
    passages: routes.reduce((sum, route) => sum + one(route).zones.length, 0) };
}"""
ANOTHER_DAY = """() => {
  const { page, kernel } = geoPage;
  const layer = (kind) => page.layers.find((one) => one.kind === kind);
  const measured = (day) => {
    const zones = kernel.indexOn(layer("conflict_zones"), day);
    const claims = kernel.indexOn(layer("control_areas"), day);
    return page.found.routes.map((route) => kernel.measureRoute(route, zones, claims));
  };
  const days = Array.from({ length: 60 }, (_, at) =>
    new Date(Date.UTC(2021, at, 15)).toISOString().slice(0, 10));
  return { fresh: median((time) => measured(days[time]), 60),
    kept: median(() => measured(days[59]), 9) };
}"""


def winding():
    """Draw a route of 100 vertices that winds from one corner to the other, some 6,000 km."""
    share = np.linspace(0, 1, 100)
    lon = workload.WEST + (workload.EAST - workload.WEST) * share + 2 * np.sin(40 * share)
    lat = workload.SOUTH + (workload.NORTH - workload.SOUTH) * share
    return shapely.LineString(np.stack([lon, lat], axis=1))


def timed(tab, work, job=None):
    return tab.evaluate(f"(job) => {{ {TIMED} return ({work})(job); }}", job)


def test_a_drawn_route_and_another_day(tmp_path, capsys):
    stars = workload.stars(100, 1_000, radius_km=60)
    vertices = int(shapely.get_num_coordinates(stars).sum())
    lines = [winding(), *workload.walks(60, 100)]
    zones = twins.rows(stars, id=[str(number) for number in range(100)])
    job = {
        "routes": [{"route_id": "r", "parts": twins.parts_of(line)} for line in lines],
        "zones": [
            {"id": row["id"], "name": row["id"], "shape": row["geometry"], "values": {}}
            for row in zones
        ],
    }
    layers = Catalog()
    found = exposure.measure(
        layers["corridors"],
        layers["conflict_zones"],
        control=layers["control_areas"],
        as_of="2026-02-28",
    )
    empty = page_sample.FakeCatalogue({}), page_sample.FakeFound(page_sample.answer())
    with started() as browser:
        drawn = timed(opened(browser, *empty, tmp_path), DRAWN, job)
        days = timed(opened(browser, layers, found, tmp_path), ANOTHER_DAY)
    with capsys.disabled():
        print(  # noqa: T201 - the figures are the point of it
            f"\n100 zones, {vertices:,} vertices: index {drawn['build']:.1f} ms; "
            f"a route of 100 vertices {drawn['each']:.2f} ms, one from end to end "
            f"{drawn['worst']:.1f} ms, at first {drawn['first']:.1f} ms\n"
            f"10 corridors, all zones and claims: another day {days['fresh']:.1f} ms, "
            f"a day seen before {days['kept']:.1f} ms"
        )
    assert drawn["passages"] > 100
    assert max(drawn["worst"], drawn["each"]) < 25
    assert days["fresh"] < 100
