"""The answers: sums, unions, shares, days, and every way in which frames can mislead."""

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import frame
from hypothesis import given
from hypothesis import strategies as st

from geo import exposure, geodesy
from geo.errors import CRSError, GeometryError, InputError


def metres(*points):
    return geodesy.length_m(np.array([shapely.LineString(points)]))[0]


def rules(found):
    return [notice.rule for notice in found.notices]


def test_metres_of_one_zone_and_their_union(routes, zones):
    found = exposure.measure(routes, zones, as_of="2024-07-01")
    through = found.routes.set_index("route_id").loc["through"]
    assert through.length_m == pytest.approx(metres((96, 25.5), (99, 25.5)))
    assert through.exposed_m == pytest.approx(metres((97, 25.5), (98.5, 25.5)))
    assert through.exposed_share == pytest.approx(0.5)
    assert through.crossings == 1
    assert through.longest_exposed_m == pytest.approx(through.exposed_m)
    by_zone = found.zones.set_index("zone_id")["inside_m"]
    assert by_zone["a"] == pytest.approx(metres((97, 25.5), (98, 25.5)))
    assert by_zone["b"] == pytest.approx(metres((97.5, 25.5), (98.5, 25.5)))


def test_a_route_past_every_zone_has_zero(routes, zones):
    found = exposure.measure(routes, zones, as_of="2024-07-01")
    past = found.routes.set_index("route_id").loc["past"]
    assert (past.exposed_m, past.exposed_share, past.crossings) == (0, 0, 0)


@pytest.mark.parametrize(
    ("day", "zone_ids"),
    [
        ("2023-12-31", []),
        ("2024-01-01", ["a"]),
        ("2024-06-01", ["a", "b"]),
        ("2024-12-31", ["a", "b"]),
        ("2025-01-01", ["a"]),
    ],
)
def test_a_period_is_half_open(routes, zones, day, zone_ids):
    found = exposure.measure(routes, zones, as_of=day)
    assert found.zones["zone_id"].tolist() == zone_ids


def test_without_a_day_it_is_the_newest_source(routes, zones):
    found = exposure.measure(routes, zones)
    assert found.as_of == found.known_until == dt.date(2024, 7, 1)
    assert "stale" not in rules(found)


def test_a_day_after_the_newest_source_is_said(routes, zones):
    found = exposure.measure(routes, zones, as_of="2024-07-31")
    [stale] = [notice for notice in found.notices if notice.rule == "stale"]
    assert "30 days" in stale.message


def test_zones_with_periods_need_a_day(routes, zones):
    with pytest.raises(InputError, match="say as of which day"):
        exposure.measure(routes, zones.drop(columns="source_date"))


def test_zones_without_dates_are_said(routes, zones):
    bare = zones[["zone_id", "geometry"]]
    found = exposure.measure(routes, bare)
    assert found.as_of is None
    assert "undated" in rules(found)


def test_controllers_add_up_to_the_length(routes, zones):
    found = exposure.measure(routes, zones, as_of="2024-07-01")
    sums = found.controllers.groupby("route_id")["inside_m"].sum()
    lengths = found.routes.set_index("route_id")["length_m"]
    assert sums[lengths.index].to_numpy() == pytest.approx(lengths.to_numpy(), abs=1e-3)
    through = found.controllers[found.controllers["route_id"] == "through"]
    by = through.set_index("controller")["inside_m"]
    assert by["KIA"] == pytest.approx(metres((97, 25.5), (97.5, 25.5)))
    assert by["contested"] == pytest.approx(metres((97.5, 25.5), (98, 25.5)))
    assert by["AA"] == pytest.approx(metres((98, 25.5), (98.5, 25.5)))
    assert by["unknown"] == pytest.approx(2 * metres((96, 25.5), (96.75, 25.5)))


def test_metres_along_a_border_are_apart(zones):
    along = frame([shapely.LineString([(97, 25), (97.4, 25)])], route_id=["along"])
    found = exposure.measure(along, zones, as_of="2024-07-01").routes.iloc[0]
    assert found.exposed_m == 0
    assert found.boundary_m == pytest.approx(found.length_m)


def test_border_of_one_zone_inside_another_is_exposed_once():
    zones = frame([shapely.box(97, 25, 98, 26), shapely.box(96, 24, 99, 27)], zone_id=["a", "b"])
    line = frame([shapely.LineString([(97, 25), (98, 25)])], route_id=["r"])
    row = exposure.measure(line, zones).routes.iloc[0]
    assert row.exposed_m == pytest.approx(row.length_m)
    assert row.boundary_m == pytest.approx(0, abs=1e-6)


def test_sections_of_a_corridor_are_one_route():
    lines = [[(97.6, 25.5), (99, 25.5)], [(96, 25.5), (97.6, 25.5)]]
    corridor = frame(
        [shapely.LineString(line) for line in lines],
        corridor_id=["c", "c"],
        corridor=["The corridor"] * 2,
        section_id=["s2", "s1"],
        seq=[2, 1],
        name=["East", "West"],
        positional_error_m=[100.0, 200.0],
    )
    zone = frame([shapely.box(97, 25, 98, 26)], zone_id=["z"])
    found = exposure.measure(corridor, zone)
    assert found.routes["name"].tolist() == ["The corridor"]
    assert found.routes["crossings"].tolist() == [1]
    assert found.sections["section_id"].tolist() == ["s1", "s2"]
    assert found.sections["exposed_m"].sum() == pytest.approx(found.routes["exposed_m"].iloc[0])
    assert found.sections["from_m"].iloc[1] == pytest.approx(found.sections["to_m"].iloc[0])


def test_flag_lists_pairs_like_a_spatial_join(routes, zones):
    inside = frame([shapely.LineString([(97.1, 25.2), (97.3, 25.2)])], route_id=["in"], name=["In"])
    lines = gpd.GeoDataFrame(
        [*routes.to_dict("records"), *inside.to_dict("records")], crs=4326, geometry="geometry"
    )
    flagged = exposure.flag(lines, zones, as_of="2024-07-01")
    pairs = list(zip(flagged["route_id"], flagged["zone_id"], flagged["relation"], strict=True))
    assert pairs == [
        ("through", "a", "crosses"),
        ("through", "b", "crosses"),
        ("in", "a", "within"),
    ]


@pytest.mark.slow
@given(st.integers(0, 10_000))
def test_flag_agrees_with_sjoin(seed):
    rng = np.random.default_rng(seed)
    lines = [
        shapely.LineString(rng.uniform((95, 22), (99, 26)) + rng.normal(0, 0.3, (4, 2)).cumsum(0))
        for _ in range(6)
    ]
    boxes = [
        shapely.box(*low, *(low + rng.uniform(0.2, 3, 2)))
        for low in rng.uniform((95, 22), (98, 25), (5, 2))
    ]
    routes, zones = frame(lines, route_id=range(6)), frame(boxes, zone_id=range(5))
    flagged = exposure.flag(routes, zones)
    ours = {
        (int(r), int(z), w) for r, z, w in flagged[["route_id", "zone_id", "relation"]].to_numpy()
    }
    theirs = {
        (int(row.route_id), int(row.zone_id), predicate)
        for predicate in ("crosses", "within")
        for row in gpd.sjoin(routes, zones, predicate=predicate).itertuples()
    }
    assert ours == theirs


def test_the_contract_names_every_field(routes, zones):
    answer = exposure.measure(routes, zones, as_of="2024-07-01").as_dict()
    assert {"geo", "as_of", "reproduce", "inputs", "warnings", "routes"} <= set(answer)
    assert {
        "route_id",
        "name",
        "length_m",
        "exposed_m",
        "exposed_share",
        "boundary_m",
        "crossings",
        "longest_exposed_m",
        "sure_m",
        "possible_m",
        "zones",
        "controllers",
        "events",
    } <= set(answer["routes"][0])
    [passage] = answer["routes"][0]["zones"][0]["passages"]
    assert passage["entry"] == pytest.approx([97, 25.5])
    assert passage["exit"] == pytest.approx([98, 25.5])
    assert set(answer["routes"][0]["controllers"][0]) == {
        "controller",
        "source",
        "inside_m",
        "share",
    }


def test_no_routes_are_refused(routes, zones):
    with pytest.raises(InputError, match="no routes"):
        exposure.measure(routes.iloc[:0], zones)


def test_no_zones_are_said(routes, zones):
    found = exposure.measure(routes, zones[["zone_id", "geometry"]].iloc[:0])
    assert {"empty-layer", "undated"} <= set(rules(found))
    assert found.routes["exposed_m"].tolist() == [0, 0]


def test_no_crs_is_refused(routes, zones):
    with pytest.raises(CRSError, match="zones names no CRS"):
        exposure.measure(routes, zones.set_crs(None, allow_override=True))


def test_another_crs_is_refused(routes, zones):
    with pytest.raises(CRSError, match="routes is in WGS 84 / UTM zone 47N"):
        exposure.measure(routes.to_crs(32647), zones)


def test_metres_taken_for_degrees_are_refused(routes, zones):
    metric = routes.to_crs(32647).set_crs(4326, allow_override=True)
    with pytest.raises(CRSError, match="swapped, or is this in metres"):
        exposure.measure(metric, zones)


def test_swapped_axes_are_refused(routes, zones):
    swapped = zones.set_geometry(shapely.transform(zones.geometry.to_numpy(), np.fliplr))
    swapped = swapped.set_crs(4326, allow_override=True)
    with pytest.raises(CRSError, match="swapped"):
        exposure.measure(routes, swapped)


def test_swapped_axes_below_90_degrees_are_refused(zones):
    indian = frame([shapely.LineString([(88, 25.2), (89, 25.4)])], route_id=["r"])
    swapped = frame([shapely.box(25, 88, 25.6, 89)], zone_id=["z"])
    with pytest.raises(CRSError, match="longitude and latitude swapped"):
        exposure.measure(indian, swapped)


def test_layers_that_lie_far_apart_are_said(routes):
    found = exposure.measure(routes, frame([shapely.box(10, 50, 11, 51)], zone_id=["z"]))
    assert "far-apart" in rules(found)


def test_an_invalid_zone_is_refused_by_name(routes):
    bowtie = shapely.Polygon([(97, 25), (98, 26), (98, 25), (97, 26)])
    with pytest.raises(GeometryError, match="bow: Self-intersection"):
        exposure.measure(routes, frame([bowtie], zone_id=["bow"]))


def test_a_row_without_geometry_is_left_out_and_said(routes, zones):
    zones.loc[0, "geometry"] = None
    found = exposure.measure(routes, zones, as_of="2024-07-01")
    assert found.zones["zone_id"].tolist() == ["b"]
    assert [notice.feature for notice in found.notices if notice.rule == "no-geometry"] == ["a"]


def test_polygons_for_routes_are_refused(zones):
    with pytest.raises(GeometryError, match="not LineString or MultiLineString but Polygon"):
        exposure.measure(zones, zones)


def test_two_routes_of_one_id_are_refused(routes, zones):
    routes["route_id"] = "same"
    with pytest.raises(InputError, match="more than one has the route_id same"):
        exposure.measure(routes, zones)


def test_two_zones_of_one_id_are_kept_apart_and_said(routes, zones):
    zones["zone_id"] = "same"
    found = exposure.measure(routes, zones, as_of="2024-07-01")
    assert found.zones["zone_id"].tolist() == ["same", "same (2)"]
    assert "duplicate-id" in rules(found)


def test_a_gap_and_a_long_edge_are_said(zones):
    parts = shapely.MultiLineString([[(90, 25), (93, 25)], [(97, 25.5), (97.1, 25.5)]])
    found = exposure.measure(frame([parts], route_id=["r"]), zones)
    assert {"gap", "long-edge"} <= set(rules(found))


@pytest.mark.parametrize("day", ["2024-13-01", "01/02/2024", "2024-02-30", "soon"])
def test_a_day_that_is_none_is_refused(routes, zones, day):
    with pytest.raises(InputError, match="not a date"):
        exposure.measure(routes, zones, as_of=day)


@pytest.mark.parametrize("day", ["2024-13-01", "01/02/2024", "2024-02-30"])
def test_a_date_that_cannot_be_read_is_refused_with_its_row(routes, zones, day):
    zones.loc[1, "valid_from"] = day
    with pytest.raises(InputError, match=rf"valid_from: not a date .* 1 .'{day}'"):
        exposure.measure(routes, zones, as_of="2024-07-01")


def test_a_period_that_ends_before_it_begins_is_refused(routes, zones):
    zones.loc[1, "valid_to"] = "2024-01-01"
    with pytest.raises(InputError, match=r"ends before it begins, or on the same day, in row.s. 1"):
        exposure.measure(routes, zones, as_of="2024-07-01")


def test_the_frames_given_are_not_changed(routes, zones):
    before = routes.copy(), zones.copy()
    exposure.measure(routes, zones, as_of="2024-07-01")
    assert before[0].equals(routes)
    assert before[1].equals(zones)


def test_zones_of_which_none_holds_are_said(routes, zones):
    found = exposure.measure(routes, zones, as_of="2020-01-01")
    assert "none-holds" in rules(found)


def test_sections_without_a_corridor_are_routes_of_their_own(zones):
    lines = [shapely.LineString([(96, y), (99, y)]) for y in (25.2, 25.4, 25.6)]
    found = exposure.measure(frame(lines, corridor_id=["a", None, "b"]), zones, as_of="2024-07-01")
    assert sorted(found.routes["route_id"]) == ["a", "b", "row 1"]
    assert "no-corridor" in rules(found)


def test_numbers_in_seq_are_numbers_even_as_text(zones):
    lines = [shapely.LineString([(96 + x, 25), (97 + x, 25)]) for x in (2, 0, 1)]
    corridor = frame(lines, corridor_id=["c"] * 3, seq=["10", "1", "2"])
    assert "gap" not in rules(exposure.measure(corridor, zones, as_of="2024-07-01"))


def test_columns_are_read_row_by_row_under_either_name(routes):
    boxes = [shapely.box(97, 25, 98, 26)] * 4
    zones = frame(
        boxes,
        Valid_From=["2024-01-01", None, None, None],
        start=[None, "2010-01-01", "2024-01-01", None],
        END=[None, "2011-01-01", None, None],
        actor=["KIA", None, None, "kia"],
        controller=[None, "AA", "KIA", "Unknown"],
    )
    found = exposure.measure(routes, zones, as_of="2024-07-01")
    assert len(found.zones) == 3
    assert "AA" not in set(found.controllers["controller"])
    assert set(found.controllers["controller"]) == {"KIA", "unknown"}


def test_columns_that_look_like_a_period_are_said(routes, zones):
    named = zones.rename(columns={"valid_from": "start_date", "valid_to": "end_date"})
    assert "unread-period" in rules(exposure.measure(routes, named))


@pytest.mark.parametrize(
    ("newest", "day"),
    [([2024, 2023], dt.date(2024, 1, 1)), (["2024-03", "2023-05-01"], dt.date(2024, 3, 1))],
)
def test_a_source_date_may_be_a_year_or_a_month(routes, zones, newest, day):
    zones["source_date"] = newest
    assert exposure.measure(routes, zones).as_of == day


def test_a_source_date_that_is_none_is_refused(routes, zones):
    zones["source_date"] = ["2024-01-01", "01/05/2024"]
    with pytest.raises(InputError, match="source_date: not a date"):
        exposure.measure(routes, zones)


def test_moments_fall_on_their_day_in_utc(routes, zones):
    zones["valid_from"] = ["2024-07-01T00:00:00+06:30", "2024-07-01"]
    assert len(exposure.measure(routes, zones, as_of="2024-06-30").zones) == 1
    zones["valid_from"] = pd.to_datetime(["2024-07-01", "2024-07-02"]).tz_localize("Asia/Yangon")
    assert len(exposure.measure(routes, zones, as_of="2024-06-30").zones) == 1


@pytest.mark.parametrize(
    "day",
    [pd.Timestamp("2024-07-01 12:00"), pd.Timestamp("2024-07-01", tz="UTC"), dt.date(2024, 7, 1)],
)
def test_a_day_may_come_in_any_form(routes, zones, day):
    assert exposure.measure(routes, zones, as_of=day).as_of == dt.date(2024, 7, 1)


def test_control_without_a_holder_is_refused_and_zones_without_one_are_said(routes, zones):
    bare = zones.drop(columns="controller")
    with pytest.raises(InputError, match="no column is called controller"):
        exposure.measure(routes, zones, control=bare, as_of="2024-07-01")
    assert "no-controller" in rules(exposure.measure(routes, bare, as_of="2024-07-01"))


def test_a_geometry_by_another_name_is_measured(routes, zones):
    one = exposure.measure(routes, zones, as_of="2024-07-01")
    other = exposure.measure(
        routes.rename_geometry("geom"), zones.rename_geometry("shape"), as_of="2024-07-01"
    )
    assert one.routes["exposed_m"].tolist() == other.routes["exposed_m"].tolist()


@pytest.mark.parametrize("wrong", [[1], pd.DataFrame({"a": [1]}), None])
def test_what_is_no_geodataframe_is_refused(zones, wrong):
    with pytest.raises(InputError, match="routes: a GeoDataFrame is needed"):
        exposure.measure(wrong, zones)


def test_names_that_repeat_are_numbered_and_gaps_in_ids_filled(zones):
    lines = [shapely.LineString([(96, y), (99, y)]) for y in (25.2, 25.4, 25.6)]
    found = exposure.measure(frame(lines, name=["trip", "trip", None]), zones, as_of="2024-07-01")
    assert found.routes["route_id"].tolist() == ["trip", "trip (2)", "2"]
    found = exposure.measure(frame(lines, id=[7.0, None, 8.0]), zones, as_of="2024-07-01")
    assert found.routes["route_id"].tolist() == ["7", "1", "8"]
    assert set(found.sections["name"]) == {"7", "1", "8"}


def test_a_gap_parts_an_exposed_stretch():
    parts = shapely.MultiLineString([[(97.2, 25.5), (97.8, 25.5)], [(110.2, 25.5), (110.8, 25.5)]])
    boxes = [shapely.box(97, 25, 98, 26), shapely.box(110, 25, 111, 26)]
    row = exposure.measure(frame([parts], route_id=["r"]), frame(boxes, zone_id=["a", "b"])).routes
    assert row["crossings"].tolist() == [2]
    assert row["longest_exposed_m"].iloc[0] == pytest.approx(row["length_m"].iloc[0] / 2)


def test_rows_keep_their_number_when_others_are_left_out(routes):
    found = exposure.measure(routes, frame([None, shapely.box(97, 25, 98, 26)], a=[1, 2]))
    assert found.zones["zone_id"].tolist() == ["1"]
    assert [notice.feature for notice in found.notices if notice.rule == "no-geometry"] == ["0"]


def test_numbered_ids_never_meet_given_ones(routes):
    zones = frame([shapely.box(97, 25, 98, 26)] * 3, zone_id=["a", "a", "a (2)"])
    found = exposure.measure(routes, zones)
    assert sorted(found.zones["zone_id"]) == ["a", "a (2)", "a (3)"]


def test_ids_with_commas_stay_whole(routes):
    zones = frame([shapely.box(97, 25, 98, 26)], name=["Laiza, Kachin"], controller=["KIA"])
    answer = exposure.measure(routes, zones).as_dict()
    assert answer["routes"][0]["stretches"][1]["claims"] == ["Laiza, Kachin"]


def test_a_name_may_be_anything(zones):
    line = shapely.LineString([(96, 25.5), (99, 25.5)])
    odd = frame([line, line], name=[["a", "b"], None], mode=[["x"], None])
    assert len(exposure.measure(odd, zones, as_of="2024-07-01").as_dict()["routes"]) == 2


def test_a_route_cut_at_the_date_line_has_no_gap():
    parts = (
        [[(179.9, -17), (180, -17)], [(-180, -17), (-179.9, -17)]],
        [
            [(179.8, -17), (179.9, -17)],
            [(-180, -17), (-179.9, -17)],
        ],
    )
    found = exposure.measure(
        frame([shapely.MultiLineString(one) for one in parts], route_id=["cut", "apart"]),
        frame([shapely.box(179, -18, 180, -16)], zone_id=["z"]),
    )
    gaps = {one.feature: one.message for one in found.notices if one.rule == "gap"}
    assert list(gaps) == ["apart"]
    # a tenth of a degree of the parallel
    assert "has a gap of 10.6 km" in gaps["apart"]
