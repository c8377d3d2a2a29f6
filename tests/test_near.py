"""How many events and how much road lie within a radius, where places and days are in doubt."""

import itertools

import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import frame
from event_sample import Squares, events, one
from pyproj import Geod

from geo.errors import InputError
from geo.events import reach, regions
from geo.events.near import near

GEOD = Geod(ellps="WGS84")
MEASURES = ("events", "fatalities", "exposed_m")


MERIDIAN = frame([shapely.LineString([(96, 20), (96, 21)])], route_id=["m"])
LENGTH_M = 110_704.3  # one degree of meridian from 20 N: its own quadrature, 110,704.3 m


def row(found, within_km):
    [answer] = [one for one in found.records("m") if one["within_m"] == within_km * 1000]
    return answer


def test_a_placed_event_is_no_doubt():
    east = GEOD.fwd(96, 20.5, 90, 3_000)
    found = near(MERIDIAN, events(one(east[0], east[1])), within_km=[1, 2, 5, 10])
    for radius, metres in ((1, 0.0), (2, 0.0), (5, 8_000.0), (10, 2 * np.sqrt(91) * 1000)):
        answer = row(found, radius)
        inside = float(metres > 0)
        assert set(answer["events"].values()) == {inside}
        for part in ("low", "central", "high"):
            # within a chord of 2 sqrt(r^2 - d^2)
            assert answer["exposed_m"][part] == pytest.approx(metres, abs=4)
    assert row(found, 5)["fatalities"] == {"low": 2, "central": 3, "high": 5, "p5": 3, "p95": 3}


def test_a_disc_is_certain_only_where_all_of_it_is_near():
    found = near(MERIDIAN, events(one(96, 20.5, "disc", 4_000)), within_km=[1, 3, 5], draws=400)
    assert row(found, 1)["events"]["low"] == 0
    assert row(found, 5)["events"]["low"] == 1
    assert row(found, 1)["events"]["high"] == 1
    # of a disc of radius R, 2 (R^2 asin(h/R) + h sqrt(R^2 - h^2)) lies within h of its diameter
    share = 2 * (16 * np.arcsin(1 / 4) + np.sqrt(15)) / (16 * np.pi)
    assert row(found, 1)["events"]["central"] == pytest.approx(share, abs=0.06)
    # certain ground: within 5 - 4 of the middle; possible ground: within 5 + 4, but one event
    # exposes no more than its own circle
    assert row(found, 5)["exposed_m"]["low"] == pytest.approx(2_000, abs=4)
    assert 10_000 <= row(found, 5)["exposed_m"]["high"] <= 18_000
    assert row(found, 3)["exposed_m"]["low"] == 0


def test_an_area_counts_where_it_may_and_where_it_must():
    areas = Squares((96.02, 20.2), side=0.05)
    found = near(
        MERIDIAN,
        events(one(96.04, 20.22, "area", "96.02 20.2")),
        areas,
        within_km=[1, 3, 5, 8, 10, 20],
    )
    # its west side lies 2,090 m off the road, its east side 7,310 m
    assert [row(found, radius)["events"]["high"] for radius in (1, 3, 5, 10)] == [0, 1, 1, 1]
    assert [row(found, radius)["events"]["low"] for radius in (5, 8, 10)] == [0, 1, 1]
    assert 0 < row(found, 5)["events"]["central"] < 1
    # certain ground lies within the radius of all four corners
    corners = np.array([(96.02, 20.2), (96.07, 20.2), (96.07, 20.25), (96.02, 20.25)])
    lat = np.arange(20, 21, 1e-4)
    away = np.stack(
        [
            GEOD.inv(np.full(lat.size, x), np.full(lat.size, y), np.full(lat.size, 96.0), lat)[2]
            for x, y in corners
        ]
    ).max(axis=0)
    for radius in (8, 10, 20):
        metres = (away <= radius * 1000).sum() * 1e-4 * LENGTH_M
        assert row(found, radius)["exposed_m"]["low"] == pytest.approx(metres, abs=30)


def test_possible_ground_is_that_near_an_area():
    areas = Squares((96.02, 20.2), side=0.4)
    many = events(*[one(96.04, 20.22, "area", "96.02 20.2")] * 40)
    found = near(MERIDIAN, many, areas, within_km=[1, 3, 5])
    # the side along the road is 0.4 degrees long; beyond its ends the corner rounds it off
    west = GEOD.inv(96, 20.4, 96.02, 20.4)[2]
    side = GEOD.inv(96, 20.2, 96, 20.6)[2]
    for radius in (3, 5):
        metres = side + 2 * np.sqrt((radius * 1000) ** 2 - west**2)
        assert row(found, radius)["exposed_m"]["high"] == pytest.approx(metres, abs=60)
    assert row(found, 1)["exposed_m"]["high"] == 0


def test_one_event_is_in_one_place_only():
    areas = Squares((95.8, 20.0), side=1.2)
    found = near(MERIDIAN, events(one(96.04, 20.22, "area", "95.8 20")), areas, within_km=[1, 5])
    # all of the road is possible ground, but one event lies near 10 km of it at most
    assert row(found, 5)["exposed_m"]["high"] < 14_000
    assert row(found, 5)["exposed_m"]["high"] >= 10_000
    assert row(found, 5)["exposed_m"]["p95"] <= 10_010


def test_a_day_in_doubt_is_in_doubt():
    both = events(
        one(96, 20.2, days=("2023-04-20", "2023-05-10")), one(96, 20.8, days=("2023-05-05",))
    )
    found = near(MERIDIAN, both, within_km=[2], since="2023-05-01", until="2023-06-01")
    counts = row(found, 2)["events"]
    assert (counts["low"], counts["high"]) == (1, 2)
    # 10 of its 21 days lie in the time
    assert counts["central"] == pytest.approx(1 + 10 / 21, abs=0.12)
    assert found.counted == 2
    none = near(MERIDIAN, both, within_km=[2], since="2023-06-01")
    assert set(row(none, 2)["events"].values()) == {0}
    assert none.counted == 0


def test_an_area_that_is_not_known_is_said():
    found = near(MERIDIAN, events(one(96, 20.5, "area", "nowhere")), within_km=[1])
    assert row(found, 1)["events"]["high"] == 0
    assert {notice.rule for notice in found.notices} == {"no-area", "no-place"}


def world(rng):
    """Make a route, events of all kinds, and their areas."""
    heading = rng.uniform(0, 2 * np.pi) + rng.normal(0, 0.5, 8).cumsum()
    steps = rng.uniform(0.02, 0.15, (8, 1)) * np.stack([np.cos(heading), np.sin(heading)], axis=1)
    path = np.array([96.0, 20.0]) + steps.cumsum(axis=0)
    routes = frame([shapely.LineString(path)], route_id=["m"])
    corners = [tuple(np.round(path[at] + rng.normal(0, 0.2, 2), 3)) for at in (1, 4)]
    areas = Squares(*corners, side=rng.choice([0.05, 0.3]))
    rows = []
    for spot in path[rng.integers(0, 8, 12)] + rng.normal(0, 0.1, (12, 2)):
        kind = rng.choice(["point", "disc", "area"])
        extra = {"point": 0.0, "disc": 5_000.0, "area": areas.names[rng.integers(0, 2)]}[kind]
        first = pd.Timestamp("2023-04-25") + pd.Timedelta(days=int(rng.integers(0, 20)))
        last = first + pd.Timedelta(days=int(rng.choice([0, 0, 6])))
        rows.append(one(*spot, kind, extra, (first, last), int(rng.integers(1, 9))))
    return routes, events(*rows), areas


def check_order(seed):
    routes, found_events, areas = world(np.random.default_rng(seed))
    found = near(
        routes, found_events, areas, within_km=[0.5, 2, 10], since="2023-05-01", draws=20, seed=seed
    )
    for answer in found.records("m"):
        for name in MEASURES:
            values = answer[name]
            low, central, high = (values[part] for part in ("low", "central", "high"))
            assert 0 <= low <= central <= high
            assert low <= values["p5"] <= values["p95"] <= high
    for name in MEASURES:
        for part in ("low", "high"):
            assert found.table[f"{name}_{part}"].is_monotonic_increasing


def test_central_lies_between():
    for seed in range(12):
        check_order(seed)


@pytest.mark.slow
def test_central_lies_between_a_thousand_times():
    for seed in range(1000):
        check_order(seed + 10_000)


def test_the_same_seed_gives_the_same_bytes():
    routes, found_events, areas = world(np.random.default_rng(5))
    other = frame([shapely.LineString([(95, 19), (96, 20)])], route_id=["other"])
    both = pd.concat([other, routes], ignore_index=True)
    texts = [
        near(lines, found_events, areas, seed=seed)
        .table.query("route_id == 'm'")
        .to_csv(index=False)
        for lines, seed in ((routes, 1), (routes, 1), (both, 1), (routes, 2))
    ]
    assert texts[0] == texts[1] == texts[2] != texts[3]


@pytest.mark.slow
def test_nine_of_ten_truths_lie_in_the_range():
    routes, found_events, areas = world(np.random.default_rng(12))
    found = near(routes, found_events, areas, within_km=[3, 8], draws=1000)
    where = regions.locate(found_events, areas, [])
    truths = regions.draw(where, 400, np.random.default_rng(999))
    inside = dict.fromkeys(MEASURES, 0)
    for places in truths:
        true = found_events.assign(lon=places[:, 0], lat=places[:, 1], region="point", level=-1)
        sure = near(routes, true, within_km=[3, 8], draws=20)
        for said, real in zip(found.records("m"), sure.records("m"), strict=True):
            for name in MEASURES:
                inside[name] += (
                    said[name]["p5"] - 1 <= real[name]["central"] <= said[name]["p95"] + 1
                )
    shares = {name: count / (2 * len(truths)) for name, count in inside.items()}
    # 800 looks at a chance of 0.9: three standard deviations are 0.032; whole numbers hold more
    assert 0.86 <= shares["exposed_m"] <= 0.94
    assert shares["events"] >= 0.86
    assert shares["fatalities"] >= 0.86


def test_bounds_agree_with_dense_stations():
    rng = np.random.default_rng(21)
    routes, found_events, areas = world(rng)
    where = regions.locate(found_events, areas, [])
    lon, lat = (
        np.concatenate([np.linspace(a, b, 400)[:-1] for a, b in itertools.pairwise(c)])
        for c in shapely.get_coordinates(routes.geometry).T
    )
    steps = GEOD.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])[2]
    # stations closer together than 50 m: each stands for the way to the next
    assert steps.max() < 50
    low, high = np.full(lon.size, np.inf), np.full(lon.size, np.inf)
    for at in range(where.kind.size):
        if where.kind[at] == regions.AREA:
            shape = where.shapes[where.area[at]]
            border = shapely.get_coordinates(shapely.segmentize(shape.exterior, 0.002))
            away = np.stack(
                [
                    GEOD.inv(np.full(lon.size, x), np.full(lon.size, y), lon, lat)[2]
                    for x, y in border
                ]
            )
            nearest = np.where(shapely.contains_xy(shape, lon, lat), 0, away.min(axis=0))
            farthest = away.max(axis=0)
        else:
            middle = GEOD.inv(
                np.full(lon.size, where.lon[at]), np.full(lon.size, where.lat[at]), lon, lat
            )[2]
            nearest, farthest = middle - where.radius_m[at], middle + where.radius_m[at]
        low, high = np.minimum(low, farthest), np.minimum(high, nearest)
    many = pd.concat([found_events] * 30, ignore_index=True)
    found = near(routes, many, areas, within_km=[1, 2, 5, 25], draws=20)
    for answer in found.records("m"):
        radius = answer["within_m"]
        for part, away in (("low", low), ("high", high)):
            metres = float(steps @ (away[:-1] <= radius))
            assert answer["exposed_m"][part] == pytest.approx(metres, abs=120)


def test_most_within_is_never_less():
    rng = np.random.default_rng(8)
    for _ in range(5):
        routes, _, _ = world(rng)
        scale = reach.ruler(routes.geometry.iloc[0])
        middle = scale.places((scale.begin + scale.end) / 2)
        width = scale.end - scale.begin
        for radius in (700, 4_000):
            bound = reach.most_within(scale, radius)
            for x, y in middle[rng.integers(0, len(middle), 60)] + rng.normal(0, 0.003, (60, 2)):
                away = GEOD.inv(np.full(len(middle), x), np.full(len(middle), y), *middle.T)[2]
                assert width @ (away <= radius) <= bound


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"within_km": []}, "radii"),
        ({"within_km": [0]}, "radii"),
        ({"within_km": [float("nan")]}, "radii"),
        ({"within_km": [500]}, "radii"),
        ({"draws": 5}, "from 20 to 10,000"),
        ({"draws": 10_000_000}, "from 20 to 10,000"),
        ({"since": "2023-02-30"}, "since"),
        ({"since": "2023-02-01", "until": "2023-02-01"}, "must be after"),
    ],
)
def test_what_cannot_be_used_is_refused(options, words):
    with pytest.raises(InputError, match=words):
        near(MERIDIAN, events(one(96, 20)), **options)


def test_no_events_are_measured_zeros():
    found = near(MERIDIAN, events(one(96, 20)).iloc[:0], within_km=[1])
    assert row(found, 1)["exposed_m"] == dict.fromkeys(("low", "central", "high", "p5", "p95"), 0.0)


def test_the_two_sides_of_a_gap_are_two_places():
    line = shapely.MultiLineString([[(96, 20), (96, 20.002)], [(96.1, 20), (96.11, 20)]])
    found = near(frame([line], route_id=["m"]), events(one(96.1, 20)), within_km=[6, 25])
    # the first part, 221 m, lies 10 km off
    metres = GEOD.inv(96.1, 20, 96.11, 20)[2]
    assert row(found, 6)["exposed_m"]["low"] == pytest.approx(metres, abs=2)
    assert row(found, 6)["exposed_m"]["high"] == pytest.approx(metres, abs=2)
