"""The bundled layers of control and conflict, against what the sources say."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from pyproj import Geod

from geo.schema import CONFIDENCE, EXTENTS, check

LAYERS = Path(__file__).parents[1] / "layers"
NEWEST = "2026-03-12"
FROM_EVENTS = ["events", "candidate events"]
EARTH = Geod(ellps="WGS84")
RANK = {extent: number for number, extent in enumerate(EXTENTS)}


@pytest.fixture(scope="module")
def claims() -> gpd.GeoDataFrame:
    return gpd.read_file(LAYERS / "control_areas.geojson")


@pytest.fixture(scope="module")
def zones() -> gpd.GeoDataFrame:
    return gpd.read_file(LAYERS / "conflict_zones.geojson")


@pytest.fixture(scope="module")
def facts() -> pd.DataFrame:
    return pd.read_csv(LAYERS / "facts" / "control.csv", dtype=str, keep_default_na=False)


def on(rows: pd.DataFrame, day: str) -> pd.DataFrame:
    """Keep the rows that hold on a day: half-open periods of UTC days."""
    start, end = pd.to_datetime(rows["valid_from"]), pd.to_datetime(rows["valid_to"])
    moment = pd.Timestamp(day)
    return rows[(start <= moment) & (end.isna() | (moment < end))]


def holders(rows: pd.DataFrame, place: str, day: str) -> set[str]:
    """Name the holders of a place on a day, by its finest claims."""
    found = on(rows[rows["place"] == place], day)
    rank = found["extent"].map(RANK)
    return set(found["controller"][rank == rank.min()])


def neighbours(rows: pd.DataFrame) -> list[tuple[str, object, object]]:
    """Pair each claim with the next one of the same place and extent."""
    pairs = []
    for (place, township, extent), group in rows.groupby(["place", "township", "extent"]):
        ordered = list(group.sort_values("valid_from").itertuples())
        pairs += [(f"{place}, {township}, {extent}", *pair) for pair in pairwise(ordered)]
    return pairs


@pytest.mark.parametrize("kind", ["boundaries", "control_areas", "conflict_zones"])
def test_layer_keeps_its_columns(kind: str) -> None:
    path = LAYERS / f"{kind}.geojson"
    check(gpd.read_file(path), kind)
    assert path.stat().st_size < 1_000_000


@pytest.mark.parametrize(
    ("place", "before", "after"),
    [
        ("Myawaddy", "2026-01-26", "2026-01-29"),
        ("Indaw", "2025-04-06", "2025-04-08"),
        ("Kawlin", "2024-02-11", "2024-02-12"),
        ("Pangwa", "2024-10-17", "2024-10-18"),
    ],
)
def test_another_holder_before_than_after(
    claims: gpd.GeoDataFrame, place: str, before: str, after: str
) -> None:
    earlier, later = holders(claims, place, before), holders(claims, place, after)
    assert earlier
    assert later
    assert earlier != later


def test_kyondoe_kawkareik_road_is_contested_in_september_2025(claims: gpd.GeoDataFrame) -> None:
    assert holders(claims, "Kyondoe-Kawkareik road", "2025-09-10") == {"contested"}


@pytest.mark.slow
def test_bhamo_is_contested_every_day(claims: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> None:
    assert holders(claims, "Bhamo", "2024-12-03") != {"contested"}
    bhamo = zones[(zones["name"] == "Bhamo") & (zones["extent"] == "town")]
    for day in pd.date_range("2024-12-04", NEWEST).strftime("%Y-%m-%d"):
        assert holders(claims, "Bhamo", day) == {"contested"}, day
        assert len(on(bhamo, day)) == 1, day


def test_no_gap_between_claims_of_one_place_and_extent(claims: gpd.GeoDataFrame) -> None:
    gaps = [
        name for name, before, after in neighbours(claims) if before.valid_to < after.valid_from
    ]
    assert gaps == []


def test_claims_of_one_place_overlap_only_in_a_month_of_handover(claims: gpd.GeoDataFrame) -> None:
    both = {
        (name, str(after.valid_from)[:10], str(before.valid_to)[:10])
        for name, before, after in neighbours(claims)
        if pd.isna(before.valid_to) or after.valid_from < before.valid_to
    }
    assert both == {
        ("Kyondoe-Kawkareik road, Kawkareik, stretch", "2025-10-01", "2025-11-01"),
        ("Mogok, Mogoke, town", "2025-12-01", "2026-01-01"),
    }


def test_no_surer_claim_is_ended_by_a_less_sure_one(claims: gpd.GeoDataFrame) -> None:
    order = {word: number for number, word in enumerate(CONFIDENCE)}
    weaker = {
        name
        for name, before, after in neighbours(claims)
        if order[after.confidence] > order[before.confidence] and before.controller != "mixed"
    }
    # Bhamo stays contested; the source of the surer Rikhawdar claim names its end itself
    assert weaker == {"Bhamo, Bhamo, town", "Rikhawdar, Falam, town"}


def test_no_claim_reaches_beyond_its_evidence(claims: gpd.GeoDataFrame) -> None:
    first, last = pd.to_datetime(claims["valid_from"]), pd.to_datetime(claims["last_evidence"])
    assert (first >= pd.Timestamp("2021-02-01")).all()
    assert (first <= last).all()
    assert (last <= pd.Timestamp(NEWEST)).all()
    assert (pd.to_datetime(claims["source_date"]) <= pd.Timestamp(NEWEST)).all()


def test_status_and_controller_agree(claims: gpd.GeoDataFrame) -> None:
    for word in ("contested", "mixed"):
        assert ((claims["controller"] == word) == (claims["status"] == word)).all()
    assert set(claims.loc[claims["status"] == "mixed", "extent"]) == {"township"}


def test_township_claims_say_that_the_area_is_approximate(
    claims: gpd.GeoDataFrame, zones: gpd.GeoDataFrame
) -> None:
    townships = claims[claims["extent"] == "township"]
    assert townships["event"].str.startswith("township area approximate").all()
    drawn = zones[(zones["extent"] == "township") & ~zones["kind"].isin(FROM_EVENTS)]
    assert drawn["method"].str.contains("township area approximate").all()


def test_town_is_a_disc_of_three_kilometres(claims: gpd.GeoDataFrame) -> None:
    kawlin = claims[(claims["place"] == "Kawlin") & (claims["extent"] == "town")].geometry.iloc[0]
    area_m2 = abs(EARTH.geometry_area_perimeter(kawlin)[0])
    assert area_m2 == pytest.approx(9e6 * 3.14159265, rel=1e-3)


def test_towns_do_not_overlap(claims: gpd.GeoDataFrame) -> None:
    towns = claims[claims["extent"] == "town"].drop_duplicates("place").geometry.to_numpy()
    first, second = shapely.STRtree(towns).query(towns, predicate="intersects")
    pairs = first < second
    overlap = shapely.area(shapely.intersection(towns[first[pairs]], towns[second[pairs]]))
    assert overlap.max(initial=0) == 0


def test_every_claim_of_the_facts_is_drawn(claims: gpd.GeoDataFrame, facts: pd.DataFrame) -> None:
    assert set(facts["area_id"]) == set(claims["area_id"])


def test_zones_follow_from_the_claims(zones: gpd.GeoDataFrame, facts: pd.DataFrame) -> None:
    fought = facts[facts["status"].isin(["contested", "besieged"])]
    forced = facts[facts["taken_by_force"] == "yes"]
    claimed = zones[~zones["kind"].isin(FROM_EVENTS)]
    assert set(claimed["zone_id"]) == set(fought["area_id"]) | set(forced["area_id"])
    assert set(fought["area_id"]).isdisjoint(forced["area_id"])
    taken = zones[zones["kind"] == "taken by force"].set_index("zone_id")
    days = pd.to_datetime(taken["valid_to"]) - pd.to_datetime(taken["valid_from"])
    by_month = facts.set_index("area_id")["date_precision"].reindex(taken.index) == "month"
    assert (days[~by_month].dt.days == 90).all()
    assert days[by_month].dt.days.between(118, 121).all()
    assert zones["actors"].str.len().gt(0).all()


def test_countries_neither_overlap_nor_leave_gaps() -> None:
    frame = gpd.read_file(LAYERS / "boundaries.geojson")
    countries = frame[frame["level"] == 0].geometry.to_numpy()
    assert shapely.coverage_is_valid(countries)
    whole = shapely.union_all(countries)
    assert sum(len(part.interiors) for part in shapely.get_parts(whole)) == 0
    for country, areas in frame[frame["level"] == 1].groupby("country"):
        land = frame.set_index("boundary_id").geometry[country.lower()]
        outside = shapely.difference(shapely.union_all(areas.geometry.to_numpy()), land)
        assert outside.area < 1e-9
