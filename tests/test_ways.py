"""Ways over made ground and over the bundled corridors: what each is said to cost."""

import itertools
import json

import geopandas as gpd
import graphs
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import geodesy, network, ways
from geo.catalog import Catalog
from geo.errors import InputError
from geo.report import choices
from geo.ways import scenario

A, B, C, D = (0.0, 0.0), (0.0, 0.2), (0.5, 0.2), (0.5, 0.0)


def lines(**sections):
    shapes = [shapely.LineString(shape) for shape in sections.values()]
    return gpd.GeoDataFrame(
        {
            "section_id": list(sections),
            "corridor_id": [name[:3] for name in sections],
            "name": [name.replace("_", " ") for name in sections],
            "mode": "road",
            "passable": "PASSABLE",
            "positional_error_m": 500.0,
        },
        geometry=shapes,
        crs=4326,
    )


def zone(zone_id, west, south, east, north, **columns):
    return gpd.GeoDataFrame(
        {"zone_id": [zone_id], "controller": [columns.pop("holder", "North")], **columns},
        geometry=[shapely.box(west, south, east, north)],
        crs=4326,
    )


@pytest.fixture
def square():
    """The short side from A to D runs through a zone, the long way round by B and C does not."""
    roads = lines(low_direct=[A, D], top_up=[A, B], top_over=[B, C], top_down=[C, D])
    return network.build(roads), zone("Z", 0.1, -0.05, 0.3, 0.05)


@pytest.fixture
def places():
    names = {"Alpha": A, "Beta (North)": B, "Delta": D}
    return ways.Gazetteer(
        gpd.GeoDataFrame(
            {"name": list(names), "name_my": ["အာ", None, None]},
            geometry=[shapely.Point(point) for point in names.values()],
            crs=4326,
        )
    )


def asked(places, *names, **options):
    return ways.Asked(tuple(places.find(name) for name in names), **options)


def test_the_short_way_and_the_one_round_are_both_worth_having(square, places):
    net, zones = square
    found = ways.find(net, ways.Knowledge(zones), asked(places, "alpha", "DELTA"), gazetteer=places)
    short, round_ = found.ways.to_dict("records")
    assert found.exact
    assert short["length_m"] == pytest.approx(55_659.7, abs=1)
    assert short["exposed_m"] == pytest.approx(0.2 / 0.5 * short["length_m"], rel=1e-9)
    assert round_["exposed_m"] == 0
    assert found.legs.groupby("way_id")["section_id"].apply(list).to_dict() == {
        "way 1": ["low_direct"],
        "way 2": ["top_up", "top_over", "top_down"],
    }
    assert list(found.legs[found.legs["way_id"] == "way 2"]["to"]) == [
        "Beta (North)",
        "0.5000,0.2000",
        "Delta",
    ]
    assert short["sure_m"] < short["exposed_m"] < short["possible_m"]


def test_an_edge_costs_what_it_exposes_not_its_whole_length(places):
    """A corner of a zone on the short road must not send anybody the long way round."""
    roads = lines(low_direct=[A, D], top_up=[A, B], top_over=[B, C], top_down=[C, D])
    zones = pd.concat(
        [zone("corner", 0.1, -0.01, 0.11, 0.01), zone("wide", 0.1, 0.1, 0.4, 0.3)],
        ignore_index=True,
    )
    found = ways.find(network.build(roads), ways.Knowledge(zones), asked(places, "Alpha", "Delta"))
    assert found.count == 1
    assert found.ways["exposed_m"].iloc[0] == pytest.approx(0.01 / 0.5 * 55_659.7, rel=1e-4)


def test_the_costs_of_the_search_are_those_measured_along_the_way():
    layers = Catalog()
    lines_ = pd.concat([layers["corridors"], layers["links"]], ignore_index=True)
    built = network.build(lines_)
    known = ways.Knowledge(layers["conflict_zones"], layers["control_areas"], layers["gates"])
    places = ways.Gazetteer(layers["places"])
    found = ways.find(
        built,
        known,
        asked(places, "Pangwa", "Mae Sot", as_of="2026-02-28", closed_too=True, every=True),
        gazetteer=places,
    )
    ground = ways.stand(built, known, as_of="2026-02-28")
    assert found.count >= 2
    assert found.ways["length_m"].is_monotonic_increasing
    assert found.ways["exposed_m"].is_monotonic_decreasing
    for way_id, legs in found.legs.groupby("way_id"):
        mine = found.ways.set_index("way_id").loc[way_id]
        assert legs["length_m"].sum() == pytest.approx(mine["length_m"], rel=1e-12)
        on = np.any([built.owned("section_id", name) for name in legs["section_id"]], axis=0)
        assert mine["exposed_m"] <= ground.exposed_m[on].sum() + 1
        held = found.exposure.controllers.query("route_id == @way_id")["inside_m"].sum()
        assert held == pytest.approx(mine["length_m"], rel=1e-9)


def _brute(roads, zones, start, end):
    """Give the front by trying every simple path, each measured by plain shapely."""
    graph = nx.MultiGraph()
    union = shapely.union_all(zones.geometry.to_numpy())
    for shape in roads.geometry:
        inside = shape.intersection(union)
        costs = (
            geodesy.length_m(np.array([shape]))[0],
            0.0 if inside.is_empty else _length(inside),
        )
        graph.add_edge(shape.coords[0], shape.coords[-1], cost=costs)
    sums = {
        tuple(np.round(np.sum([graph.edges[edge]["cost"] for edge in path], axis=0), 1))
        for path in nx.all_simple_edge_paths(graph, start, end)
    }
    return sorted(
        one
        for one in sums
        if not any(o != one and o[0] <= one[0] + 0.2 and o[1] <= one[1] + 0.2 for o in sums)
    )


def _length(shape):
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "LineString"]
    return sum(geodesy.length_m(np.array(parts, object))) if parts else 0.0


@pytest.mark.slow
@given(st.integers(0, 10_000))
@settings(max_examples=25)
def test_fronts_on_made_ground_are_those_of_every_path(seed):
    rng = np.random.default_rng(seed)
    points = [(x / 10, y / 10) for x in range(3) for y in range(3)]
    joins = [
        (one, other)
        for one, other in itertools.combinations(points, 2)
        if 0.09 < np.hypot(one[0] - other[0], one[1] - other[1]) < 0.11 and rng.random() < 0.8
    ]
    if not {points[0], points[-1]} <= {point for pair in joins for point in pair}:
        return
    bend = rng.uniform(-0.02, 0.02, (len(joins), 2))
    roads = lines(
        **{
            f"s{number}": [a, ((a[0] + b[0]) / 2 + dx, (a[1] + b[1]) / 2 + dy), b]
            for number, ((a, b), (dx, dy)) in enumerate(zip(joins, bend, strict=True))
        }
    )
    corner = rng.uniform(-0.05, 0.2, (3, 2))
    zones = pd.concat(
        [zone(f"z{n}", x, y, x + 0.06, y + 0.08) for n, (x, y) in enumerate(corner)],
        ignore_index=True,
    )
    question = ways.Asked((ways.Place("a", *points[0]), ways.Place("b", *points[-1])), every=True)
    found = ways.find(network.build(roads), ways.Knowledge(zones), question)
    expected = _brute(roads, zones, points[0], points[-1])
    got = [] if found.ways is None else found.ways[["length_m", "exposed_m"]].to_numpy()
    for cost in expected:
        assert any(np.allclose(cost, row, atol=0.2) for row in got)
    for row in got:
        assert any(np.all(np.array(cost) <= row + 0.3) for cost in expected)


def test_places_between_are_passed_in_order(square, places):
    net, zones = square
    found = ways.find(
        net, ways.Knowledge(zones), asked(places, "Alpha", "Beta", "Delta"), gazetteer=places
    )
    assert found.legs["section_id"].to_list() == ["top_up", "top_over", "top_down"]
    back = ways.find(net, ways.Knowledge(zones), asked(places, "Beta", "Alpha", "Beta"))
    assert back.legs["section_id"].to_list() == ["top_up", "top_up"]
    assert back.legs["backward"].to_list() == [True, False]


def test_a_place_off_the_network_is_brought_to_it_and_that_is_said(square, places):
    net, zones = square
    found = ways.find(net, ways.Knowledge(zones), asked(places, "0.2,-0.02", "Delta"))
    assert found.ends[0].distance_m == pytest.approx(2211, abs=2)
    assert "2.2 km from the network" in " ".join(choices.summary(found))
    with pytest.raises(InputError, match="within 1 km"):
        ways.find(net, ways.Knowledge(zones), asked(places, "0.2,-0.02", "Delta", most_m=1000))


def test_names_are_found_whatever_their_spelling(places):
    assert places.find("BETA").name == "Beta (North)"
    assert places.find("အာ").name == "Alpha"
    assert places.find("0.25, -1").lat == -1
    with pytest.raises(InputError, match="Alpha"):
        places.find("Alpa")
    with pytest.raises(InputError, match="longitude comes first"):
        places.find("16.7,98.5")


def hours_of(found):
    return found.ways["hours"].tolist()


def test_by_hours_a_fast_road_beats_a_short_one(square, places):
    net, zones = square
    edges = net.edges.assign(
        speed_kmh=np.where(net.edges["section_id"] == "low_direct", 10.0, 60.0)
    )
    net = network.Network(net.nodes, edges)
    found = ways.find(net, ways.Knowledge(zones), asked(places, "Alpha", "Delta", by="hours"))
    assert found.count == 1
    assert hours_of(found)[0] == pytest.approx(found.ways["length_m"].iloc[0] / 60_000)


def test_hours_that_are_not_known_are_not_zero(square, places):
    net, zones = square
    speeds = pd.DataFrame({"mode": ["road"], "passable": ["RESTRICTED"], "km_per_h": [30.0]})
    known = ways.Knowledge(zones, speeds=speeds)
    assert np.isnan(hours_of(ways.find(net, known, asked(places, "Alpha", "Delta")))).all()
    none = ways.find(net, known, asked(places, "Alpha", "Delta", by="hours"))
    assert none.count == 0
    assert any(notice.rule == "no-speed" for notice in none.notices)


def test_what_is_closed_is_named_where_there_is_no_way(places):
    roads = lines(low_direct=[A, D]).assign(passable="NOT_PASSABLE")
    net, known = network.build(roads), ways.Knowledge(zone("Z", 5, 5, 6, 6))
    found = ways.find(net, known, asked(places, "Alpha", "Delta"))
    assert found.count == 0
    assert found.blocked == ("low direct: no vehicle gets through",)
    assert found.fewest_changes is None
    assert "no way. What stands in the way" in choices.as_table(found)
    assert found.as_dict()["ways"] == []
    opened = ways.find(net, known, asked(places, "Alpha", "Delta", closed_too=True))
    assert opened.count == 1


def test_a_state_of_a_later_day_is_not_known_before_it(places):
    roads = lines(low_direct=[A, D]).assign(passable="NOT_PASSABLE", status_as_of="2024-02-13")
    net, known = network.build(roads), ways.Knowledge(zone("Z", 5, 5, 6, 6))
    for day, count in (("2024-02-12", 1), ("2024-02-13", 0)):
        assert ways.find(net, known, asked(places, "Alpha", "Delta", as_of=day)).count == count


def gates(status, between="top_up top_over"):
    return gpd.GeoDataFrame(
        {"gate_id": ["g"], "name": ["Northgate"], "status": [status], "between": [between]},
        geometry=[shapely.Point(B)],
        crs=4326,
    )


@pytest.mark.parametrize(
    ("status", "count"), [("OPEN", 2), ("RESTRICTED", 2), ("UNCLEAR", 2), ("CLOSED", 1)]
)
def test_a_gate_between_two_sections_is_passed_or_shut(square, places, status, count):
    net, zones = square
    known = ways.Knowledge(zones, gates=gates(status))
    found = ways.find(net, known, asked(places, "Alpha", "Delta"), gazetteer=places)
    assert found.count == count
    assert list(found.gates["status"]) == [status] * (count - 1)
    if count == 2:
        assert found.gates["at_m"].iloc[0] == pytest.approx(found.legs["length_m"].iloc[1])
    # a way that only reaches the gate does not pass it
    assert ways.find(net, known, asked(places, "Alpha", "Beta")).count == 1


def test_who_is_at_a_gate_is_on_either_side_of_it(square, places):
    """Beta lies at the gate: neither way there has to pass it, even shut."""
    net, zones = square
    known = ways.Knowledge(zones, gates=gates("CLOSED"))
    for names in (("Alpha", "Beta"), ("Beta", "Alpha"), ("Delta", "Beta"), ("Beta", "Delta")):
        found = ways.find(net, known, asked(places, *names), gazetteer=places)
        assert found.count == 1
        assert len(found.gates) == 0
        assert found.ways["length_m"].iloc[0] < 80_000


def test_a_gate_cannot_be_slipped_through_by_stopping_at_it(square, places):
    net, zones = square
    known = ways.Knowledge(zones, gates=gates("CLOSED"))
    found = ways.find(net, known, asked(places, "Alpha", "Beta", "Delta"), gazetteer=places)
    assert set(found.legs["section_id"]) != {"top_up", "top_over", "top_down"}


def test_without_a_day_no_period_of_a_gate_is_chosen(square, places):
    net, zones = square
    both = pd.concat([gates("OPEN"), gates("CLOSED")], ignore_index=True).assign(
        valid_from=["2020-01-01", "2021-01-01"], valid_to=["2021-01-01", None]
    )
    found = ways.find(net, ways.Knowledge(zones, gates=both), asked(places, "Alpha", "Delta"))
    assert list(found.gates["status"]) == ["UNCLEAR"]


def shared_ground(**columns):
    """Give two lines over the same ground, the second one back and further on."""
    roads = lines(one=[A, D], two=[D, A, B])
    return roads.assign(**columns)


def test_ground_that_is_drawn_twice_belongs_to_both_lines(places):
    net = network.build(shared_ground())
    known = ways.Knowledge(zone("Z", 5, 5, 6, 6))
    for name in ("one", "TWO"):
        shut = scenario.parse({"name": "x", "changes": [{"close": {"section": name}}]}, "x")
        question = asked(places, "Alpha", "Delta", as_of="2024-01-01")
        assert ways.find(net, known, question, scenario=shut).count == 0
    onward = ways.find(net, known, asked(places, "Delta", "Beta"), gazetteer=places)
    assert onward.legs["section_id"].to_list() == ["two"]
    assert onward.legs["backward"].to_list() == [False]
    for direction, count in (("forward", 0), ("backward", 1)):
        shut = scenario.parse(
            {"name": "x", "changes": [{"close": {"section": "two", "direction": direction}}]}, "x"
        )
        question = asked(places, "Delta", "Alpha", as_of="2024-01-01")
        assert ways.find(net, known, question, scenario=shut).count == count


def test_facts_of_ground_that_is_drawn_twice_are_kept():
    net = network.build(
        shared_ground(
            passable=["UNKNOWN", "RESTRICTED"], oneway=["yes", "yes"], positional_error_m=[900, 50]
        )
    )
    [shared] = net.edges[net.edges["also"].map(bool)].to_dict("records")
    assert shared["passable"] == "RESTRICTED"
    assert (shared["forward"], shared["backward"]) == (True, True)
    assert shared["positional_error_m"] == 50
    differing = network.build(shared_ground(passable=["PASSABLE", "NOT_PASSABLE"]))
    assert any(notice.rule == "states-differ" for notice in differing.notices)
    newer = network.build(
        shared_ground(
            passable=["PASSABLE", "NOT_PASSABLE"], status_as_of=["2025-01-01", "2024-01-01"]
        )
    )
    assert newer.edges["passable"].iloc[0] == "PASSABLE"


def test_rail_and_road_on_the_same_ground_are_two(places):
    net = network.build(shared_ground(mode=["road", "rail"]))
    assert not net.edges["also"].map(bool).any()
    assert (net.edges["mode"] == "rail").sum() == 2


def test_a_speed_that_is_none_is_not_known(square, places):
    roads = lines(low_direct=[A, D], top_up=[A, B]).assign(speed_kmh=[-5.0, np.inf])
    net = network.build(roads)
    assert any(notice.rule == "speed_kmh-unread" for notice in net.notices)
    assert net.edges["speed_kmh"].isna().all()


def test_a_word_for_a_state_that_is_not_known_is_said():
    roads = lines(low_direct=[A, D]).drop(columns="passable").assign(status="closed")
    [notice] = network.build(roads).notices
    assert "closed" in notice.message
    assert "UNKNOWN" in notice.message


def test_a_line_cut_at_the_date_line_is_one_leg():
    road = gpd.GeoDataFrame(
        {"name": ["across"]},
        geometry=[shapely.MultiLineString([[(178, 0), (180, 0)], [(-180, 0), (-178, 0)]])],
        crs=4326,
    )
    ends = (ways.Place("west", 178, 0), ways.Place("east", -178, 0))
    known = ways.Knowledge(zone("Z", -179.5, -1, -179, 1))
    found = ways.find(network.build(road), known, ways.Asked(ends))
    assert found.ways["length_m"].iloc[0] == pytest.approx(4 * 111_319.49, rel=1e-6)
    assert found.ways["exposed_m"].iloc[0] == pytest.approx(0.5 * 111_319.49, rel=1e-6)


def test_no_speed_is_what_stands_in_the_way_by_hours(square, places):
    net, zones = square
    none = ways.find(net, ways.Knowledge(zones), asked(places, "Alpha", "Delta", by="hours"))
    assert none.blocked == ("low direct: no speed is known",)


def test_ground_of_which_the_zones_cannot_speak_is_counted_apart(square, places):
    net, zones = square
    covers = zone("land", -1, -1, 0.25, 1)
    found = ways.find(net, ways.Knowledge(zones, covers=covers), asked(places, "Alpha", "Delta"))
    assert found.ways["uncovered_m"].iloc[0] == pytest.approx(55_659.7 / 2, abs=1)
    assert "not the same as safe" in choices.as_table(found)


def read(**change):
    return scenario.parse({"name": "what if", "changes": [change]}, "made.yaml")


def found_in(square, places, what, **options):
    net, zones = square
    day = options.pop("as_of", "2024-01-15")
    known = ways.Knowledge(zones, options.pop("control", None), options.pop("gates", None))
    return ways.find(
        net,
        known,
        asked(places, "Alpha", "Delta", as_of=day),
        gazetteer=places,
        scenario=what,
    )


@pytest.mark.parametrize(
    ("change", "sections"),
    [
        ({"close": {"section": "top_over"}}, {"low_direct"}),
        ({"close": {"corridor": "low"}}, {"top_up", "top_over", "top_down"}),
        ({"close": {"zone": "Z"}}, {"top_up", "top_over", "top_down"}),
        ({"open": {"zone": "Z"}}, {"low_direct"}),
        ({"close": {"controller": "North"}}, {"top_up", "top_over", "top_down"}),
        ({"close": {"section": "top_up", "direction": "forward"}}, {"low_direct"}),
    ],
)
def test_a_scenario_closes_and_opens(square, places, change, sections):
    found = found_in(square, places, read(**change))
    assert set(found.legs["section_id"]) == sections


def test_a_direction_closed_leaves_the_other_one(square, places):
    found = found_in(square, places, read(close={"section": "top_up", "direction": "backward"}))
    assert found.count == 2


def test_a_scenario_holds_in_its_period_and_months_only(square, places):
    shut = {"close": {"section": "low_direct"}}
    for when, count in (
        ({"from": "2024-01-15"}, 1),
        ({"to": "2024-01-15"}, 2),
        ({"months": [10, 11, 12, 1]}, 1),
        ({"months": [6]}, 2),
    ):
        found = found_in(square, places, read(**shut, **when))
        assert found.count == count
        assert any(one.rule == "not-in-force" for one in found.notices) == (count == 2)


def test_a_place_held_by_somebody_else_changes_hands(square, places):
    control = zone("claim", 0.3, -0.1, 0.6, 0.3, holder="South").assign(place="Delta")
    control = pd.concat(
        [control, zone("rest", -0.1, -0.1, 0.3, 0.3, holder="North").assign(place="Alpha")],
        ignore_index=True,
    )
    before = found_in(square, places, None, control=control)
    assert before.fewest_changes == 1
    assert "no way without a change of control" in choices.as_table(before)
    hold = read(hold={"place": "Delta", "controller": "North"})
    after = found_in(square, places, hold, control=control)
    assert after.fewest_changes == 0
    assert set(after.exposure.controllers["controller"]) == {"North"}


def test_a_gate_is_closed_by_its_name_and_one_off_the_road_changes_nothing(square, places):
    shut = read(close={"gate": "northgate"})
    assert found_in(square, places, shut, gates=gates("OPEN")).count == 1
    idle = found_in(square, places, shut, gates=gates("OPEN", ""))
    assert idle.count == 2
    assert any(one.rule == "no-effect" for one in idle.notices)


def changes_of(*changes):
    return scenario.parse({"name": "x", "changes": list(changes)}, "x")


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        ([{"close": {"section": "low_direct", "direction": "forward"}}], 1),
        (
            [
                {"close": {"section": "low_direct", "direction": "forward"}},
                {"open": {"section": "low_direct"}},
            ],
            2,
        ),
        (
            [
                {"close": {"section": "low_direct"}},
                {"open": {"section": "low_direct", "direction": "forward"}},
            ],
            2,
        ),
        (
            [
                {"close": {"section": "low_direct"}},
                {"open": {"section": "low_direct", "direction": "backward"}},
            ],
            1,
        ),
        ([{"close": {"zone": "Z"}}, {"open": {"zone": "z"}}], 1),
        ([{"open": {"zone": "Z"}}, {"close": {"zone": "Z"}}], 1),
        ([{"close": {"section": "LOW DIRECT"}}], 1),
        ([{"close": {"mode": "Road"}}], 0),
    ],
)
def test_of_changes_to_one_thing_the_later_counts(square, places, changes, count):
    assert found_in(square, places, changes_of(*changes)).count == count


def test_a_direction_that_is_shut_is_what_stands_in_the_way(square, places):
    both = [
        {"close": {"section": name, "direction": "forward"}} for name in ("low_direct", "top_up")
    ]
    found = found_in(square, places, changes_of(*both))
    assert found.blocked == ("low direct: section low_direct forward closed",)


def test_a_place_that_is_contested_can_be_taken_as_held(square, places):
    control = zone("claim", -0.1, -0.1, 0.6, 0.3, holder="North").assign(
        place="Delta", status="contested"
    )
    before = found_in(square, places, None, control=control)
    assert set(before.exposure.controllers["controller"]) == {"contested"}
    after = found_in(
        square, places, read(hold={"place": "delta", "controller": "South"}), control=control
    )
    assert set(after.exposure.controllers["controller"]) == {"South"}


def test_a_holder_is_closed_alone_or_with_others_and_known_where_it_holds_nothing(square, places):
    control = pd.concat(
        [
            zone("a", -0.1, -0.1, 0.6, 0.1, holder="North + East").assign(place="Delta"),
            zone("b", 5, 5, 6, 6, holder="West").assign(place="Far"),
        ],
        ignore_index=True,
    )
    shut = found_in(square, places, read(close={"controller": "east"}), control=control)
    assert shut.count == 0
    idle = found_in(square, places, read(close={"controller": "West"}), control=control)
    assert idle.count == 2
    assert any(one.rule == "no-effect" for one in idle.notices)


@pytest.mark.parametrize(
    "when", [{"months": [True]}, {"months": [13]}, {"from": 86400}, {"from": "1767225600"}]
)
def test_days_and_months_are_not_guessed(when):
    with pytest.raises(InputError, match=r"YYYY-MM-DD|1 to 12"):
        read(close={"gate": "g"}, **when)


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({}, "name"),
        ({"name": "x", "changes": []}, "changes"),
        ({"name": "x", "changes": [{"close": {"section": "a", "gate": "b"}}]}, "exactly one of"),
        ({"name": "x", "changes": [{"shut": {"section": "a"}}]}, "shut"),
        ({"name": "x", "changes": [{"close": {"section": "a"}, "from": "soon"}]}, "from"),
        (
            {"name": "x", "changes": [{"close": {"gate": "a", "direction": "forward"}}]},
            "direction",
        ),
        (
            {
                "name": "x",
                "changes": [{"close": {"mode": "sea"}, "from": "2024-02-01", "to": "2024-01-01"}],
            },
            "the period is empty",
        ),
    ],
)
def test_a_scenario_that_is_not_understood_is_refused_with_the_place(document, words):
    with pytest.raises(InputError, match=words):
        scenario.parse(document, "made.yaml")


@pytest.mark.parametrize("kind", ["section", "corridor", "mode", "zone", "controller", "gate"])
def test_what_a_scenario_names_must_exist(square, places, kind):
    with pytest.raises(InputError, match=f"no such {kind}"):
        found_in(square, places, read(close={kind: "nowhere"}), gates=gates("OPEN"))


def test_the_later_change_counts(square, places):
    both = scenario.parse(
        {
            "name": "x",
            "changes": [{"close": {"section": "low_direct"}}, {"open": {"section": "low_direct"}}],
        },
        "made.yaml",
    )
    assert found_in(square, places, both).count == 2


def test_closures_are_those_of_searching_without_each_edge():
    """Against the plain way: take each edge out and ask again."""
    felt = 0
    for seed in range(2):
        rng = np.random.default_rng(seed)
        points = [(x / 10, y / 10) for x in range(4) for y in range(3)]
        pairs = [
            (a, b)
            for a, b in itertools.combinations(points, 2)
            if 0.09 < np.hypot(a[0] - b[0], a[1] - b[1]) < 0.11 and rng.random() < 0.85
        ]
        bend = rng.uniform(-0.02, 0.02, (len(pairs), 2))
        shapes = [
            [a, ((a[0] + b[0]) / 2 + dx, (a[1] + b[1]) / 2 + dy), b]
            for (a, b), (dx, dy) in zip(pairs, bend, strict=True)
        ]
        net = network.build(lines(**{f"s{n}": shape for n, shape in enumerate(shapes)}))
        known = ways.Knowledge(zone("Z", 0.05, 0.05, 0.22, 0.16))
        ends = (ways.Place("a", *points[0]), ways.Place("b", *points[-1]))
        question = ways.Asked(ends, every=True)
        whole = ways.find(net, known, question)
        if whole.count == 0:
            continue
        table = ways.closures(net, known, question).set_index("section_id")
        for edge, section in enumerate(net.edges["section_id"]):
            left = net.without(np.arange(len(net.edges)) == edge)
            try:
                rest = ways.find(left, known, question)
            except InputError:
                continue  # the place itself is off what is left
            if max(end.distance_m for end in rest.ends) > 1:
                continue  # the same, and another road is near
            if rest.count == 0:
                assert table.loc[section, "no_way"]
                felt += 1
                continue
            extra = rest.ways["length_m"].min() - whole.ways["length_m"].min()
            more = rest.ways["exposed_m"].min() - whole.ways["exposed_m"].min()
            row = (
                table.loc[section] if section in table.index else {"extra": 0, "extra_exposed_m": 0}
            )
            assert row["extra"] == pytest.approx(extra, abs=0.05)
            assert row["extra_exposed_m"] == pytest.approx(more, abs=0.05)
            felt += extra > 1
    assert felt > 3


def test_the_answer_is_plain_json_and_tables(square, places):
    net, zones = square
    found = ways.find(net, ways.Knowledge(zones), asked(places, "Alpha", "Delta"), gazetteer=places)
    told = json.loads(choices.as_json(found))
    assert [way["way_id"] for way in told["ways"]] == ["way 1", "way 2"]
    assert told["front"] == {"exact": True, "left_out_as_alike": 0, "fewest_control_changes": 0}
    assert {"legs", "gates", "controllers", "path", "warnings", "sure_m", "possible_m"} <= set(
        told["ways"][0]
    )
    rows = choices.as_csv(found).splitlines()
    assert len(rows) == 3
    assert rows[1].split(",")[4] == "way 1"


@pytest.mark.slow
@pytest.mark.parametrize("day", ["2024-01-31", "2026-02-28"])
def test_the_ways_in_the_readme_of_the_layers_are_the_ones_found(day):
    layers = Catalog()
    roads = pd.concat([layers["corridors"], layers["links"]], ignore_index=True)
    known = ways.Knowledge(
        layers["conflict_zones"],
        layers["control_areas"],
        gates=layers["gates"],
        covers=layers.covered("conflict_zones"),
    )
    names = ways.Gazetteer(layers["places"])
    text = (ROOT / "layers" / "README.md").read_text("utf-8")
    for end in ("Kolkata", "Guwahati", "Mae Sot"):
        question = asked(names, "Pangwa", end, as_of=day)
        found = ways.find(network.build(roads), known, question, gazetteer=names)
        if found.blocked:
            assert f"| **{end}, {day}** | none: {found.blocked[0]} |" in text
            question = asked(names, "Pangwa", end, as_of=day, closed_too=True)
            found = ways.find(network.build(roads), known, question, gazetteer=names)
        assert found.fewest_changes > 0  # as the text says: none stays in one hand
        for way in found.ways.itertuples():
            measures = (way.length_m, way.sure_m, way.exposed_m, way.possible_m)
            cells = " | ".join(f"{metres / 1000:.1f}" for metres in measures)
            assert f"| {way.name} | {cells} |" in text


@pytest.mark.slow
def test_what_the_readme_of_the_layers_says_of_the_pangsau_pass_is_measured():
    layers = Catalog()
    roads = pd.concat([layers["corridors"], layers["links"]], ignore_index=True)
    known = ways.Knowledge(layers["conflict_zones"], layers["control_areas"], layers["gates"])
    question = asked(ways.Gazetteer(layers["places"]), "Pangwa", "Kolkata", as_of="2026-02-28")
    felt = (
        ways.closures(network.build(roads), known, question).set_index("section_id").loc["led_02"]
    )
    text = (ROOT / "layers" / "README.md").read_text("utf-8")
    assert f"{felt['extra'] / 1000:.0f} km longer as drawn on 2026-02-28" in text
    assert f"with {felt['extra_exposed_m'] / 1000:.0f} km more exposed" in text


def test_small_graphs_have_several_ways():
    """The made graphs are of use only if there is something to choose in them."""
    counts = [graphs.small(np.random.default_rng(seed)).edge.size for seed in range(50)]
    assert max(counts) > 20
