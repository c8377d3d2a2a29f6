"""Zones from events: counted by hand, the same in any order, and a layer like any other."""

import datetime as dt

import geopandas as gpd
import numpy as np
import pytest
import shapely
from event_sample import Squares, events, one
from pyproj import Geod

from geo import exposure, zones
from geo.errors import InputError
from geo.schema import KINDS, check

GEOD = Geod(ellps="WGS84")
MAY = {"since": dt.date(2023, 5, 1), "until": dt.date(2023, 5, 31), "window_days": 30}


def built(*rows, areas=None, **options):
    return zones.build(events(*rows), areas, **{**MAY, **options}).zones


def test_one_placed_event_a_month_is_a_zone_about_it():
    made = built(one(96, 20), one(96, 20))
    [zone] = made.to_dict("records")
    assert shapely.contains_xy(zone["geometry"], 96, 20)
    # two events, each 10 km wide: 1 in 1,000 km2 where exp(-d^2 / 200) = 0.314, d = 15.2 km
    area = abs(GEOD.geometry_area_perimeter(zone["geometry"])[0]) / 1e6
    assert area == pytest.approx(np.pi * 15.2**2, rel=0.08)
    # the share of a Gaussian within 15.2 km is 1 - 0.314
    assert zone["events"] == round(2 * (1 - 0.314))
    assert zone["fatalities"] == round(6 * (1 - 0.314))
    assert (zone["valid_from"], zone["valid_to"]) == ("2023-05-01", "2023-05-31")
    assert zone["actors"] == "Army; Rebels"


def test_events_that_name_an_area_are_spread_over_it():
    areas = Squares((96, 20), (98, 20), side=0.4)
    # 0.4 degrees squared is 1,850 km2: three events are 1.6 a 1,000 km2, one is 0.5
    rows = [one(96.2, 20.2, "area", "96 20")] * 3 + [one(98.2, 20.2, "area", "98 20")]
    [zone] = built(*rows, areas=areas).to_dict("records")
    assert zone["geometry"].equals(areas.shapes[0])
    assert zone["events"] == 3
    assert zone["name"] == "96 20"


def test_a_disc_is_spread_wider_than_a_point():
    points = built(*[one(96, 20)] * 6)
    discs = built(*[one(96, 20, "disc", 25_000)] * 6)
    assert shapely.area(discs.geometry[0]) > shapely.area(points.geometry[0])


def test_candidates_are_named():
    rows = events(one(96, 20), one(96, 20)).assign(is_candidate=[False, True])
    assert zones.build(rows, **MAY).zones["kind"].tolist() == ["candidate events"]
    assert built(one(96, 20), one(96, 20))["kind"].tolist() == ["events"]


def test_few_and_far_events_make_no_zone():
    assert built(one(96, 20, days=("2023-05-01",)), window_days=3000).empty
    assert built().empty


def test_a_hull_holds_its_events_with_a_margin():
    spots = [(96, 20), (96.05, 20), (96, 20.05), (97, 21), (97.01, 21)]
    [zone] = built(*[one(*spot) for spot in spots], method="hull").to_dict("records")
    assert zone["events"] == 3
    hull = shapely.MultiPoint(spots[:3]).convex_hull
    assert zone["geometry"].contains(hull)
    edge = shapely.get_coordinates(zone["geometry"].exterior)
    away = [min(GEOD.inv(x, y, *spot)[2] for spot in spots[:3]) for x, y in edge]
    assert max(away) == pytest.approx(5_000, abs=15)


def test_townships_count_what_names_them_and_what_lies_in_them():
    areas = Squares((96, 20), (98, 20))
    rows = [
        one(96.2, 20.2, "area", "96 20"),
        one(96.1, 20.1, "area", "96 20"),
        one(96.3, 20.3),
        one(98.1, 20.1, "area", "98 20"),
        one(98.2, 20.1),
    ]
    [zone] = built(*rows, areas=areas, method="townships").to_dict("records")
    assert zone["events"] == 3
    assert zone["geometry"].equals(areas.shapes[0])


def test_windows_end_at_the_end_and_hold_half_open():
    rows = [
        one(96, 20, days=(day,)) for day in ("2023-05-01", "2023-05-01", "2023-06-29", "2023-06-29")
    ]
    made = built(*rows, since=None, until=dt.date(2023, 6, 30))
    assert made["valid_from"].tolist() == ["2023-05-01", "2023-05-31"]
    assert made["valid_to"].tolist() == ["2023-05-31", "2023-06-30"]
    assert made["zone_id"].is_unique


@pytest.mark.parametrize("method", sorted(zones.METHODS))
def test_the_order_of_events_does_not_matter(method):
    rng = np.random.default_rng(2)
    areas = Squares((96, 20), (96.5, 20))
    spots = rng.normal((96.4, 20.3), 0.15, (60, 2))
    rows = [
        one(x, y, *(("area", areas.names[at % 2]) if at % 3 else ("point", 0.0)))
        for at, (x, y) in enumerate(spots)
    ]
    given = events(*rows)
    texts = {
        zones.build(frame, areas, method=method, **MAY).zones.to_json()
        for frame in (given, given.sample(frac=1, random_state=1), given.iloc[::-1])
    }
    assert len(texts) == 1
    made = zones.build(given, areas, method=method, **MAY).zones
    assert not made.empty
    assert made.is_valid.all()


def test_events_count_once_in_all():
    rng = np.random.default_rng(6)
    rows = [one(x, y) for x, y in rng.normal((96, 20), 0.3, (80, 2))]
    made = built(*rows)
    assert 0 < made["events"].sum() <= 80 + len(made) / 2  # each zone's count is rounded


def test_what_names_a_whole_state_places_nothing():
    areas = Squares((90, 15), side=9)
    made = zones.build(events(*[one(96, 20, "area", "90 15")] * 900), areas, **MAY)
    assert made.zones.empty
    assert [notice.rule for notice in made.notices] == ["beyond-events", "vague-area"]


@pytest.mark.parametrize("method", sorted(zones.METHODS))
def test_they_are_zones_like_any_other(method):
    areas = Squares((96, 20))
    rows = [one(96.2, 20.2, "area", "96 20")] * 4 + [one(96.2, 20.2)] * 4
    made = zones.build(events(*rows), areas, method=method, **MAY).zones
    source = {
        "source_url": "https://ucdp.uu.se/",
        "source_date": "2023-05-30",
        "confidence": "medium",
    }
    check(made.assign(**source), "conflict_zones")
    assert set(KINDS["conflict_zones"].columns) - set(made.columns) == set(source)
    road = gpd.GeoDataFrame(
        {"route_id": ["r"]}, geometry=[shapely.LineString([(95, 20.2), (97, 20.2)])], crs=4326
    )
    found = exposure.measure(road, made, as_of="2023-05-10")
    assert found.routes["exposed_m"].iloc[0] > 9_000
    assert exposure.measure(road, made, as_of="2023-05-31").routes["exposed_m"].iloc[0] == 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"method": "magic"}, "none of density, hull, townships"),
        ({"window_days": 0}, "no window"),
        ({"until": dt.date(2023, 4, 1)}, "must be after"),
    ],
)
def test_what_cannot_be_used_is_refused(options, words):
    with pytest.raises(InputError, match=words):
        built(one(96, 20), **options)


def test_a_short_first_window_is_measured_over_its_own_days():
    """Two events in 10 days are as dense as six in 30, whatever window was asked for."""
    rows = [one(96, 20, days=("2023-05-22",))] * 2
    since, until = dt.date(2023, 5, 21), dt.date(2023, 5, 31)
    short = zones.build(events(*rows), since=since, until=until, window_days=30)
    exact = zones.build(events(*rows), since=since, until=until, window_days=10)
    assert short.zones.geometry.equals(exact.zones.geometry)
    assert "short-window" in [notice.rule for notice in short.notices]
    assert "short-window" not in [notice.rule for notice in exact.notices]
    whole = built(*rows)
    assert shapely.area(short.zones.geometry[0]) > shapely.area(whole.geometry[0])


def test_no_zone_begins_before_its_events():
    made = zones.build(events(*[one(96, 20)] * 4), window_days=90)
    assert made.zones["valid_from"].tolist() == ["2023-05-01"]


def test_placed_events_count_in_areas_that_no_event_names():
    areas = Squares((96, 20), (98, 20))
    [zone] = built(*[one(98.2, 20.2)] * 3, areas=areas, method="townships").to_dict("records")
    assert zone["geometry"].equals(areas.shapes[1])


def test_deaths_that_are_not_given_are_not_nought():
    rows = events(one(96, 20), one(96, 20))
    rows["fatalities"] = rows["fatalities"].astype("Int64").mask([True, False])
    assert zones.build(rows, **MAY).zones["fatalities"].isna().tolist() == [True]


def of(dataset, release, *, candidate, day="2023-05-01"):
    rows = events(one(96, 20, days=(day,)), one(96, 20, days=(day,)))
    return rows.assign(dataset=dataset, release=release, is_candidate=candidate)


@pytest.mark.parametrize(
    ("given", "confidence"),
    [
        (("UCDP GED", "24.1", False), "medium"),
        (("UCDP GED", "24.0.5", True), "low"),
        (("UCDP GED", "", None), "low"),
        (("ACLED", "", None), "low"),
    ],
)
def test_only_final_events_are_of_medium_confidence(given, confidence):
    rows = of(given[0], given[1], candidate=given[2]).astype({"is_candidate": "boolean"})
    made = zones.sourced(zones.build(rows, **MAY).zones, rows)
    assert made["confidence"].tolist() == [confidence]
    assert made["source_date"].tolist() == ["2023-05-01"]
    assert made["source_url"].tolist() == [zones.PAGES[given[0]]]


def test_a_zone_is_as_new_as_its_own_releases():
    old = of("UCDP GED", "24.1", candidate=False)
    new = of("UCDP GED", "26.0.2", candidate=True, day="2023-08-01")
    rows = gpd.pd.concat([old, new.assign(event_id=["f0", "f1"])], ignore_index=True)
    rows = rows.astype({"is_candidate": "boolean"})
    made = zones.sourced(zones.build(rows, window_days=46).zones, rows)
    assert made["source_date"].tolist() == ["2023-05-01", "2023-08-01"]
    assert made["confidence"].tolist() == ["medium", "low"]
