"""How near events pass, at the edges: far north, across the date line, none at all, very dense."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import frame
from event_sample import Squares, events, one
from pyproj import Geod

from geo.errors import InputError
from geo.events import last_year
from geo.events.near import near

GEOD = Geod(ellps="WGS84")
ROAD = shapely.LineString([(96, 20), (96, 21)])
ALL_KINDS = (one(96, 20.5), one(96.1, 20.5, "disc", 25_000), one(96.04, 20.22, "area", "96 20.2"))


def lines(*shapes):
    return frame(shapes, route_id=[f"r{number}" for number in range(len(shapes))])


def table(shape, found_events, areas=None, **options):
    return near(lines(shape), found_events, areas, **options).table.drop(columns="route_id")


def test_an_area_across_the_date_line_is_as_near_as_elsewhere():
    found = []
    for west, side in ((179.9, -180.0), (9.9, 10.0)):
        road = shapely.LineString([(west, -17), (west + 0.05, -17)])
        areas = Squares((side, -17.2))
        area = events(one(side + 0.3, -17, "area", areas.names[0]))
        found.append(table(road, area, areas, within_km=[1, 5, 25, 100], draws=20))
    here, there = found
    # 0.05 degrees of the parallel, 5.3 km, lie between
    assert here["events_high"].tolist() == [0, 0, 1, 1]
    assert here["events_low"].tolist() == [0, 0, 0, 1]
    for name in here.columns.drop("within_m"):
        drawn = name.endswith(("central", "p5", "p95"))
        assert here[name].tolist() == pytest.approx(there[name], rel=0.2 if drawn else 1e-6, abs=5)


def test_a_route_across_the_date_line_is_one_route():
    cut = shapely.MultiLineString([[(179.5, -17), (180, -17)], [(-180, -17), (-179.5, -17)]])
    whole = shapely.LineString([(9.5, -17), (10.5, -17)])
    found = [
        table(road, events(one(lon + 0.01, -17.01), one(lon, -17, "disc", 5_000)), within_km=[2, 9])
        for road, lon in ((cut, -180), (whole, 10))
    ]
    for name in ("events_low", "events_high", "exposed_m_low", "exposed_m_high"):
        assert found[0][name].tolist() == pytest.approx(found[1][name], abs=5)


def test_in_the_north_a_degree_of_longitude_is_short():
    road = shapely.LineString([(25, 70), (25, 70.2)])
    areas = Squares((25.5, 70), side=0.2)
    area = events(one(25.6, 70.1, "area", "25.5 70"))
    nearest = GEOD.inv(25, 70.2, 25.5, 70.2)[2]
    assert 18_000 < nearest < 20_000
    for km, count in ((18, 0), (20, 1), (25, 1)):
        assert table(road, area, areas, within_km=[km])["events_high"].tolist() == [count]
    # from any spot of the road all of it lies within 50 km
    assert table(road, area, areas, within_km=[50])["events_low"].tolist() == [1]


def test_a_radius_of_a_metre():
    found = table(ROAD, events(one(96, 20.5)), within_km=[0.001, 0.01, 100])
    for part in ("low", "central", "high"):
        assert found[f"exposed_m_{part}"][:2].tolist() == pytest.approx([2, 20], rel=0.03)
        assert found[f"exposed_m_{part}"][2] == pytest.approx(110_704, abs=20)


def test_routes_of_no_length_and_none_at_all():
    still = shapely.LineString([(96, 20.5), (96, 20.5)])
    empty = shapely.LineString()
    areas = Squares((96, 20.2))
    found = near(lines(still, empty, ROAD), events(*ALL_KINDS), areas, within_km=[25])
    [alone] = near(lines(ROAD), events(*ALL_KINDS), areas, within_km=[25]).records("r0")
    assert found.records("r2") == [alone]
    for name in ("r0", "r1"):
        [nothing] = found.records(name)
        assert set(nothing["events"].values()) == set(nothing["exposed_m"].values()) == {0}
    none = near(lines(), events(*ALL_KINDS), areas)
    assert none.records("r0") == []
    assert none.table.columns.tolist() == found.table.columns.tolist()


@pytest.mark.filterwarnings("error")
def test_events_only_far_away():
    far = events(one(10, 50), one(-170, -60, "disc", 25_000), one(0, 0, "area", "0 0"))
    found = table(ROAD, far, Squares((0, 0)), within_km=[100])
    assert (found.drop(columns="within_m").to_numpy() == 0).all()


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        ("2024-01-01", "2024-02-01", "none of the days asked for, 2024-01-01 to 2024-01-31, is"),
        ("2022-01-01", "2023-05-03", "not all of the days asked for, 2022-01-01 to 2023-05-02"),
        (None, "2023-04-01", "none of the days asked for, the first to 2023-03-31"),
        ("2023-06-01", None, "none of the days asked for, 2023-06-01 to the last"),
        ("2023-04-25", "2023-05-20", None),
        (None, None, None),
    ],
)
def test_days_that_no_event_covers_are_said(since, until, words):
    found = near(lines(ROAD), events(one(96, 20.5)), since=since, until=until)
    said = [notice.message for notice in found.notices if notice.rule == "not-covered"]
    assert len(said) == (words is not None)
    if words is not None:
        assert words in said[0]
        assert "the events are of 2023-05-01 to 2023-05-01" in said[0]


def test_a_day_before_all_events_has_a_year_without_any():
    day = pd.Timestamp("2020-01-01").date()
    since, until = last_year(events(one(96, 20.5)), day, [])
    assert (since.isoformat(), until.isoformat()) == ("2019-01-02", "2020-01-02")
    found = near(lines(ROAD), events(one(96, 20.5)), since=since, until=until)
    assert [notice.rule for notice in found.notices] == ["not-covered"]


@pytest.mark.parametrize("draws", [19, 10_001])
def test_draws_that_give_no_range_or_never_end_are_refused(draws):
    with pytest.raises(InputError, match=f"not {draws}"):
        near(lines(ROAD), events(*ALL_KINDS), draws=draws)


def test_a_dense_track_takes_little_memory():
    rng = np.random.default_rng(4)
    heading = np.cumsum(rng.normal(0, 0.02, 10_000))
    steps = 5 / 111_000 * np.column_stack([np.cos(heading), np.sin(heading)])
    path = np.array([96, 20.2]) + np.cumsum(steps, axis=0)
    many = pd.concat([events(*ALL_KINDS)] * 500, ignore_index=True)
    spots = path[rng.integers(0, len(path), len(many))] + rng.normal(0, 0.1, (len(many), 2))
    many = many.assign(lon=spots[:, 0], lat=spots[:, 1], event_id=[f"e{n}" for n in many.index])
    track = lines(shapely.LineString(path))
    tracemalloc.start()
    found = near(track, many, Squares((96, 20.2), side=0.05), within_km=[1, 2, 5, 25], draws=20)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # every vertex with every event would be 1.5e7 pairs, 1 GB
    assert peak < 300e6
    low, high = found.table["events_low"], found.table["events_high"]
    # of the placed events, as many as lie near some of the vertices, 100 m apart
    x, y = many[["lon", "lat"]][many["region"] == "point"].to_numpy().T
    nearest = np.array(
        [
            GEOD.inv(np.full(500, a), np.full(500, b), *path[::20].T)[2].min()
            for a, b in zip(x, y, strict=True)
        ]
    )
    for radius, least, most in zip(found.table["within_m"], low, high, strict=True):
        assert least >= (nearest <= radius).sum()
        assert most <= (nearest <= radius + 51).sum() + (many["region"] != "point").sum()
