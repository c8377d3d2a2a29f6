"""The published figures are those that were measured, and the measuring can tell a wrong answer."""

import json
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest
import shapely
from conftest import ROOT

sys.path.insert(0, str(ROOT / "tests" / "bench"))

import agreement
import race
import show
import workload

RESULTS = json.loads(show.RESULTS.read_text("utf-8"))


@pytest.mark.parametrize(("path", "made"), [(show.README, show.table), (show.FRONT, show.front)])
def test_pages_hold_the_results(path, made):
    text = path.read_text("utf-8")
    assert show.page(text, made(RESULTS)) == text


def test_picture_is_made_from_the_results():
    drawn = show.PICTURE.read_text("utf-8")
    assert f"results {show.digest(RESULTS)}" in drawn
    assert len(drawn.encode()) < 150_000
    assert ET.fromstring(drawn).tag.endswith("svg")


def test_results_name_no_place():
    text = show.RESULTS.read_text("utf-8")
    assert not [word for word in ("/tmp", "/work", "/home", "/root", "://") if word in text]


@pytest.mark.parametrize("sides", [1, 8, 60])
def test_zones_are_valid(sides):
    zones = workload.stars(400, sides)
    assert shapely.is_valid(zones).all()
    assert (shapely.get_num_interior_rings(zones) > 0).mean() > 0.1


def test_split_routes_keep_their_course():
    few = workload.Workload(5, 20, 1, 20)
    (routes, _), (same, _) = few.drawn(), replace(few, split=4).drawn()
    assert (shapely.get_num_coordinates(same) == 77).all()
    assert shapely.hausdorff_distance(routes, same).max() < 1e-12


def answer(route, zone, length_m):
    return {"route": np.array(route), "zone": np.array(zone), "length_m": np.array(length_m)}


MINE = answer([0, 0, 1], [0, 3, 3], [5_000.0, 200.0, 0.0001])
NO_MORE = np.zeros(2)


@pytest.mark.parametrize(
    ("theirs", "apart", "excess"),
    [
        (answer([1, 0, 0], [3, 3, 0], [0.0001, 200.0, 5_000.0]), 0, 0),
        (answer([0, 0], [3, 0], [200.0, 5_000.0]), 0, 0),  # a tenth of a millimetre is none
        (answer([0], [0], [5_000.0]), 1, 0),
        (answer([0, 0, 1], [0, 3, 1], [5_000.0, 200.0, 0.01]), 1, 0),
        (answer([0, 0, 0], [0, 0, 3], [2_500.0, 2_500.0, 200.0]), 0, 0),  # in pieces
        (answer([0, 0], [0, 3], [5_000.0001, 200.0]), 0, 2),
    ],
)
def test_a_pair_missed_or_a_wrong_length_is_told(theirs, apart, excess):
    found = agreement.pairs(MINE, theirs, NO_MORE)
    assert found.apart == apart
    assert found.excess == pytest.approx(excess, rel=1e-3)


def test_an_edge_as_drawn_is_longer_than_the_geodesic_by_no_more_than_is_allowed():
    from pyproj import Geod

    geod = Geod(ellps="WGS84")
    for azimuth in range(0, 180, 10):
        run, rise = np.sin(np.deg2rad(azimuth)), np.cos(np.deg2rad(azimuth))
        edge = np.array([(96.0, 25.0), (96.0 + 0.2 * run, 25.0 + 0.2 * rise)])
        fine = edge[0] + np.linspace(0, 1, 201)[:, None] * (edge[1] - edge[0])
        drawn, straight = (geod.line_length(*line.T) for line in (fine, edge))
        (allowed,) = agreement.conventions(shapely.linestrings([edge]))
        assert -1e-11 < drawn / straight - 1 < allowed


@pytest.mark.slow
def test_competitors_find_the_same(tmp_path):
    few = workload.Workload(40, 60, 30, 40, radius_km=60)
    routes, zones = few.drawn()
    folder = race.write(tmp_path / "few", routes, zones)
    own, numpy, tree, dissolved = race.race(
        [race.Entry(name, folder, 2) for name in ("own", "numpy", "strtree", "dissolved")]
    )
    tolerance = agreement.conventions(routes)
    assert own.answer["length_m"].size > 10
    for found in (
        agreement.pairs(own.answer, numpy.answer, np.zeros(40)),
        agreement.pairs(own.answer, tree.answer, tolerance),
        agreement.unions(own.answer, dissolved.answer, tolerance),
    ):
        assert found.apart == 0
        assert found.excess < 1
    for entry in (own, numpy, tree):
        assert len(entry.runs) == 2
        assert min(run["processor_s"] for run in entry.runs) > 0


@pytest.mark.slow
def test_a_competitor_that_takes_too_long_or_dies_says_so(tmp_path):
    shapes = workload.Workload(10_000, 200, 600, 400).drawn()
    late = race.Entry("overlay", race.write(tmp_path / "many", *shapes), 3, limit_s=1)
    points = shapely.points([(96.0, 25.0)])
    wrong = race.Entry("own", race.write(tmp_path / "wrong", points, shapes[1][:1]))
    race.race([late, wrong])
    assert late.failed == "no answer in 1 s"
    assert "GeometryError" in wrong.failed
    assert late.runs == wrong.runs == []
