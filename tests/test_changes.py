"""Two answers compared: where, why, and what is no answer at all."""

import copy
import csv
import io
import json
import os
import random

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from geo.cli import main
from geo.errors import InputError
from geo.report import changes, saved, wording

SHA = {"zones": "aa" * 32, "control": "bb" * 32, "routes": "cc" * 32}
DAY = "2024-01-01"


def passage(low, high, *, on_border=False):
    ends = {"entry": [low / 1000, 0.0], "exit": [high / 1000, 0.0]}
    return {"from_m": float(low), "to_m": float(high), **ends, "on_border": on_border}


def zone(zone_id, *ranges):
    inside = float(sum(high - low for low, high in ranges))
    parts = [passage(low, high) for low, high in ranges]
    sums = {"inside_m": inside, "boundary_m": 0.0}
    return {"zone_id": zone_id, "name": f"Zone {zone_id}", **sums, "passages": parts}


def route(zones=(), exposed=(), held=((0, 100_000, "A"),), **more):
    """Write the answer for a straight route of 100 km; `exposed` is given by hand."""
    width = [high - low for low, high in exposed]
    sums = {}
    for low, high, who in held:
        sums[who] = sums.get(who, 0.0) + high - low
    return {
        "route_id": "r",
        "name": "Road",
        "length_m": 100_000.0,
        "exposed_m": float(sum(width)),
        "exposed_share": sum(width) / 100_000,
        "boundary_m": 0.0,
        "crossings": len(exposed),
        "longest_exposed_m": float(max(width, default=0)),
        "sure_m": None,
        "possible_m": None,
        "zones": list(zones),
        "controllers": [
            {"controller": who, "source": "claims", "inside_m": float(m), "share": m / 100_000}
            for who, m in sums.items()
        ],
        "events": [],
        "exposed": [[float(low), float(high)] for low, high in exposed],
        "sections": [],
        "stretches": [
            {"from_m": float(low), "to_m": float(high), "controller": who, "claims": [f"by {who}"]}
            for low, high, who in held
        ],
        "path": [[0.0, 0.0, 0.0], [1.0, 0.0, 100_000.0]],
        **more,
    }


def answer(*routes, as_of=DAY, **more):
    return {
        "geo": "1.0",
        "versions": {"geo": "1.0", "numpy": "2.0"},
        "as_of": as_of,
        "known_until": DAY,
        "reproduce": f"geo expose road.gpx --as-of {as_of} --format json",
        "inputs": [
            {"role": role, "path": f"{role}.geojson", "sha256": SHA[role], "features": 3}
            for role in ("routes", "zones", "control")
        ],
        "warnings": [],
        "routes": list(routes),
        **more,
    }


def parsed(document, name="a.json"):
    return saved.parse(json.dumps(document).encode(), name)


def compared(before, after):
    return changes.compare(parsed(before, "before.json"), parsed(after, "after.json"))


BEFORE = answer(
    route(
        [zone("a", (10_000, 30_000)), zone("b", (25_000, 40_000))],
        [(10_000, 40_000)],
        [(0, 50_000, "A"), (50_000, 100_000, "B")],
    )
)
AFTER = answer(
    route(
        [zone("a", (15_000, 30_000)), zone("c", (60_000, 70_000))],
        [(15_000, 30_000), (60_000, 70_000)],
        [(0, 20_000, "A"), (20_000, 100_000, "B")],
    ),
    as_of="2025-01-01",
)
GOLDEN = """\
before: before.json, as of 2024-01-01, 1 route, geo 1.0
after:  after.json, as of 2025-01-01, 1 route, geo 1.0

day: 2024-01-01 -> 2025-01-01
exposure: of what the files carry, only the day could have changed it
the holders: of what the files carry, only the day could have changed it

routes in both: 1, different: 1

route  exposed km before  km after  gained  lost  changed hands
Road                30.0      25.0    10.0  15.0           30.0

Road (r)
  exposed: 30.0 -> 25.0 km
  exposed_share: 30.0% -> 25.0%
  crossings: 1 -> 2
  longest_exposed: 30.0 -> 15.0 km
  gained km 60.0-70.0 (10.0 km): in c (came)
  lost km 10.0-15.0 (5.0 km): in a (changed)
  lost km 30.0-40.0 (10.0 km): in b (went)
  km 20.0-50.0 (30.0 km): from A to B
  zone Zone a (a) changed: 20.0 -> 15.0 km
  zone Zone b (b) went: 15.0 -> 0.0 km
  zone Zone c (c) came: 0.0 -> 10.0 km
  held by A: 50.0 -> 20.0 km
  held by B: 50.0 -> 80.0 km
"""


def test_where_and_why_on_a_road_drawn_by_hand():
    found = compared(BEFORE, AFTER)
    [road] = found.routes
    assert [(one.from_m, one.to_m, one.zones) for one in road.gained] == [(60_000, 70_000, ("c",))]
    lost = [(one.from_m, one.to_m, one.zones) for one in road.lost]
    assert lost == [(10_000, 15_000, ("a",)), (30_000, 40_000, ("b",))]
    assert (road.gained_m, road.lost_m, road.hands_m) == (10_000, 15_000, 30_000)
    [hand] = road.hands
    assert (hand.from_m, hand.to_m, hand.before, hand.after) == (20_000, 50_000, "A", "B")
    assert (hand.before_claims, hand.after_claims) == (("by A",), ("by B",))
    assert {one.zone_id: one.change for one in road.zones} == {
        "a": "changed",
        "b": "went",
        "c": "came",
    }
    assert wording.as_table(found) == GOLDEN


def test_csv_and_json_carry_the_same():
    found = compared(BEFORE, AFTER)
    rows = list(csv.DictReader(io.StringIO(wording.as_csv(found))))
    moved = [(row["what"], row["metres"], row["why"]) for row in rows if row["metres"]]
    assert moved == [
        ("gained", "10000.0", "c (came)"),
        ("lost", "5000.0", "a (changed)"),
        ("lost", "10000.0", "b (went)"),
        ("hands", "30000.0", "by A -> by B"),
    ]
    document = json.loads(wording.as_json(found))
    assert document["same"] is False
    assert document["around"]["exposure"] == ["the day"]
    assert document["routes"][0]["lost"][1] == {
        "from_m": 30_000.0,
        "to_m": 40_000.0,
        "zones": ["b"],
    }


def test_what_is_nearly_the_same_is_told_with_all_its_digits():
    before = answer(route([zone("a", (0, 40_000))], [(0, 40_000)]))
    after = answer(route([zone("a", (0, 40_000.25))], [(0, 40_000.25)]))
    table = wording.as_table(compared(before, after))
    assert "exposed: 40000.000 -> 40000.250 m" in table
    assert "exposed_share: 0.4 -> 0.4000025" in table
    assert "gained km 40.000000-40.000250 (<0.1 km): in a (changed)" in table


def test_warnings_that_came_or_went_are_told_whole():
    said = {"file": "f", "feature": "1", "rule": "stale", "message": "word " * 40 + "end"}
    table = wording.as_table(compared(BEFORE | {"warnings": [said]}, BEFORE))
    assert "warning in the first only: f, 1, stale: word" in table
    assert "word end" in table


def test_the_same_answer_is_one_line():
    found = compared(BEFORE, copy.deepcopy(BEFORE))
    assert found.same
    assert wording.as_table(found) == "the same answer: 1 route, as of 2024-01-01\n"
    assert len(wording.as_csv(found).splitlines()) == 1


def test_versions_of_packages_are_said_and_not_counted():
    found = compared(BEFORE, BEFORE | {"versions": {"geo": "1.0", "numpy": "2.1"}})
    assert found.same
    assert "numpy 2.0 -> 2.1" in wording.as_table(found)


def test_another_line_gives_totals_and_no_metres():
    bent = copy.deepcopy(AFTER)
    bent["routes"][0]["path"].insert(1, [0.5, 2e-9, 50_000.0])
    [road] = compared(BEFORE, bent).routes
    assert not road.same_line
    assert (road.gained, road.lost, road.gained_m, road.hands, road.hands_m) == (None,) * 5
    assert ("exposed_m", 30_000, 25_000) in [(n.what, n.before, n.after) for n in road.numbers]
    table = wording.as_table(compared(BEFORE, bent))
    assert "cannot be compared one by one" in table
    assert "?     ?              ?" in table


@pytest.mark.parametrize(
    ("vertex", "same"),
    [
        ([1.0 + 5e-10, 0.0, 100_000.0], True),
        ([1.0, 2e-9, 100_000.0], False),
    ],
)
def test_a_vertex_is_the_same_to_a_billionth_of_a_degree(vertex, same):
    other = copy.deepcopy(BEFORE)
    other["routes"][0]["path"][1] = vertex
    assert compared(BEFORE, other).same == same


def test_a_gap_that_is_travelled_is_another_line():
    path = [[0.0, 0.0, 0.0], [0.4, 0.0, 50_000.0], [0.5, 0.0, 50_000.0], [1.0, 0.0, 100_000.0]]
    joined = [[0.0, 0.0, 0.0], [0.4, 0.0, 45_000.0], [0.5, 0.0, 55_000.0], [1.0, 0.0, 100_000.0]]
    one, other = (parsed(answer(route(path=line))).answer.routes[0] for line in (path, joined))
    assert not changes.same_line(one, other)


def test_unknown_is_not_nothing():
    before, after = answer(route(sure_m=None)), answer(route(sure_m=0.0, possible_m=5.0))
    [road] = compared(before, after).routes
    assert [(one.what, one.before, one.after) for one in road.numbers] == [
        ("sure_m", None, 0.0),
        ("possible_m", None, 5.0),
    ]


def test_events_are_compared_radius_by_radius():
    def near(within_m, central, **more):
        return {"within_m": within_m, "events": {"low": 1, "central": central, "high": 9}, **more}

    before = answer(route(events=[near(1000, 2), near(5000, 4, days={"newest": "2024-01-01"})]))
    after = answer(route(events=[near(5000, 3, days={"newest": "2024-02-01"}), near(9000, 7)]))
    [road] = compared(before, after).routes
    assert [(one.within_m, one.change) for one in road.events] == [
        (1000, "went"),
        (5000, "changed"),
        (9000, "came"),
    ]
    assert [(one.what, one.before, one.after) for one in road.events[1].changes] == [
        ("events.central", 4, 3),
        ("days.newest", "2024-01-01", "2024-02-01"),
    ]


def test_reasons_are_those_that_the_files_prove():
    def other(role):
        inputs = [
            entry | ({"sha256": "dd" * 32} if entry["role"] == role else {})
            for entry in AFTER["inputs"]
        ]
        return AFTER | {"inputs": inputs, "as_of": DAY, "reproduce": BEFORE["reproduce"]}

    assert compared(BEFORE, other("zones")).around.exposure == ("the zones",)
    assert compared(BEFORE, other("control")).around.exposure == ()
    assert compared(BEFORE, other("control")).around.hands == ("the control layer",)
    assert "nothing that the files carry" in wording.as_table(compared(BEFORE, other("control")))
    newer = compared(BEFORE, other("zones") | {"geo": "2.0"})
    assert newer.around.exposure == ("the zones", "the version of geo")
    assert "the files do not say which" in wording.as_table(newer)
    option = other("") | {"reproduce": BEFORE["reproduce"] + " --crs EPSG:32647"}
    assert compared(BEFORE, option).around.exposure == ("the option --crs",)


def test_zones_that_speak_for_themselves_move_the_holders():
    alone = [entry for entry in BEFORE["inputs"] if entry["role"] != "control"]
    other = [entry | {"sha256": "dd" * 32} for entry in alone]
    found = compared(BEFORE | {"inputs": alone}, BEFORE | {"inputs": other})
    assert "the zones" in found.around.hands


def test_routes_of_one_answer_only_are_named():
    lonely = answer(route(route_id="s", name="Side road"))
    found = compared(BEFORE, lonely)
    assert (found.only_before, found.only_after) == ((("r", "Road"),), (("s", "Side road"),))
    table = wording.as_table(found)
    assert "only before: Road (r)" in table
    assert "only after: Side road (s)" in table


def test_the_same_holder_by_other_claims_is_told():
    other = copy.deepcopy(BEFORE)
    other["routes"][0]["stretches"][1]["claims"] = ["another"]
    [road] = compared(BEFORE, other).routes
    assert (road.other_claims_m, road.hands) == (50_000, ())
    assert "same holder by other claims: 50.0 km" in wording.as_table(compared(BEFORE, other))


def test_a_border_is_no_inside():
    along = zone("a") | {"boundary_m": 10_000.0, "passages": [passage(0, 10_000, on_border=True)]}
    [road] = compared(
        answer(route([zone("a", (0, 10_000))], [(0, 10_000)])), answer(route([along]))
    ).routes
    assert [(one.from_m, one.to_m, one.zones) for one in road.lost] == [(0, 10_000, ("a",))]
    [change] = road.zones
    assert (change.change, change.after_m, change.after_boundary_m) == ("changed", 0, 10_000)


@pytest.fixture
def geo():
    """Give a function that runs the command."""

    def run(*words):
        return CliRunner().invoke(main, [str(word) for word in words])

    return run


# --- properties -------------------------------------------------------------------------

METRES = 40
SCALE = 0.37  # no metre is a whole number
ZONES = st.dictionaries(
    st.sampled_from("abcde"),
    st.sets(st.integers(0, METRES - 1), max_size=METRES),
    max_size=5,
)
HANDS = st.lists(st.sampled_from("ABC"), min_size=METRES, max_size=METRES)


def runs(units):
    """Join units to ranges, by counting."""
    found = []
    for unit in sorted(units):
        if found and found[-1][1] == unit:
            found[-1][1] = unit + 1
        else:
            found.append([unit, unit + 1])
    return [(low * SCALE, high * SCALE) for low, high in found]


def drawn(zones, hands):
    """Write the answer of zones and holders given unit by unit."""
    held = []
    for unit, who in enumerate(hands):
        if held and held[-1][2] == who:
            held[-1][1] = (unit + 1) * SCALE
        else:
            held.append([unit * SCALE, (unit + 1) * SCALE, who])
    length = METRES * SCALE
    path = [[0.0, 0.0, 0.0], [1.0, 0.0, length]]
    union = runs(set().union(*zones.values()))
    parts = [zone(name, *runs(units)) for name, units in zones.items() if units]
    return answer(route(parts, union, held, path=path, length_m=length))


@given(ZONES, ZONES, HANDS, HANDS)
def test_gained_less_lost_is_the_difference_and_every_metre_has_its_zones(old, new, held, holds):
    found = compared(drawn(old, held), drawn(new, holds))
    before, after = (set().union(*side.values()) for side in (old, new))
    assert bool(found.routes) == (
        {k: v for k, v in old.items() if v} != {k: v for k, v in new.items() if v} or held != holds
    )
    for road in found.routes:
        exposed = (len(after) - len(before)) * SCALE
        assert road.gained_m - road.lost_m == pytest.approx(exposed, abs=1e-6)
        sides = ((road.gained, after - before, new), (road.lost, before - after, old))
        for ranges, units, zones in sides:
            told = {}
            for one in ranges:
                for unit in range(round(one.from_m / SCALE), round(one.to_m / SCALE)):
                    told[unit] = set(one.zones)
            assert told == {
                unit: {name for name, mine in zones.items() if unit in mine} for unit in units
            }
            assert all(told.values())
        changed = [
            (unit, a, b) for unit, (a, b) in enumerate(zip(held, holds, strict=True)) if a != b
        ]
        assert road.hands_m == pytest.approx(len(changed) * SCALE, abs=1e-6)
        assert changed == [
            (unit, one.before, one.after)
            for one in road.hands
            for unit in range(round(one.from_m / SCALE), round(one.to_m / SCALE))
        ]


@given(ZONES, ZONES, HANDS)
def test_the_way_back_is_the_mirror(old, new, held):
    there = compared(drawn(old, held), drawn(new, held)).routes
    back = compared(drawn(new, held), drawn(old, held)).routes
    assert [(one.gained, one.lost) for one in there] == [(one.lost, one.gained) for one in back]


def leaves(value, at=()):
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for name, part in pairs:
        if isinstance(part, dict | list):
            yield from leaves(part, (*at, name))
        else:
            yield (*at, name)


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """Give an answer of the command for the bundled corridors, without its versions."""
    path = tmp_path_factory.mktemp("real") / "a.json"
    words = ["expose", "corridors", "--as-of", "2026-02-28", "--format", "json", "-o", str(path)]
    assert CliRunner().invoke(main, words).exit_code == 0
    document = json.loads(path.read_text("utf-8"))
    del document["versions"]
    return document


@pytest.mark.parametrize("many", [2, pytest.param(6, marks=pytest.mark.slow)])
def test_no_value_can_change_in_silence(real, many):
    draw, small = random.Random(7), real | {"routes": real["routes"][:1]}
    kinds = {}
    for place in leaves(small):
        kinds.setdefault(tuple(name for name in place if isinstance(name, str)), []).append(place)
    places = [place for one in kinds.values() for place in draw.sample(one, min(many, len(one)))]
    refused = set()
    for place in places:
        other = copy.deepcopy(small)
        part = other
        for name in place[:-1]:
            part = part[name]
        part[place[-1]] = another(place[-1], part[place[-1]])
        try:
            found = compared(small, other)
        except InputError:
            refused.add(place[-1])
            continue
        assert not found.same, place
        assert not wording.as_table(found).startswith("the same"), place
        assert len(wording.as_csv(found).splitlines()) > 1, place
    # of these the file itself proves that one is wrong: sums, unions, covers
    assert refused <= {"exposed_m", "from_m", "to_m", "length_m", "on_border", 0, 1, 2}


def another(name, value):
    if name in {"as_of", "known_until"}:
        return "2020-01-01"
    if isinstance(value, bool):
        return not value
    if value is None:
        return 1.0
    if isinstance(value, int | float):
        return value + (1 if isinstance(value, int) else 2e-5)
    return f"{value}x"


def test_two_days_of_the_corridors_agree_with_samples_along_them(real, geo, tmp_path):
    words = ["expose", "corridors", "--as-of", "2024-02-28", "--format", "json", "-o"]
    assert geo(*words, tmp_path / "old.json").exit_code == 0
    (tmp_path / "new.json").write_text(json.dumps(real))
    done = geo("diff", tmp_path / "old.json", tmp_path / "new.json", "--format", "json")
    told = {road["route_id"]: road for road in json.loads(done.stdout)["routes"]}
    old = {
        road["route_id"]: road for road in json.loads((tmp_path / "old.json").read_text())["routes"]
    }
    for new in real["routes"]:
        road, before = told[new["route_id"]], old[new["route_id"]]
        balance = road["gained_m"] - road["lost_m"]
        assert balance == pytest.approx(new["exposed_m"] - before["exposed_m"], abs=1e-6)
        for mark in range(137, int(new["length_m"]), 499):
            was, now = (any(a < mark < b for a, b in side["exposed"]) for side in (before, new))
            assert hit(road["gained"], mark) == (now and not was)
            assert hit(road["lost"], mark) == (was and not now)
            sides = (holder(side["stretches"], mark) for side in (before, new))
            assert hit(road["hands"], mark) == (len(set(sides)) == 2)


def hit(ranges, mark):
    return any(one["from_m"] < mark < one["to_m"] for one in ranges)


def holder(stretches, mark):
    return next(one["controller"] for one in stretches if one["from_m"] <= mark <= one["to_m"])


# --- what is no answer ------------------------------------------------------------------


def damaged(**more):
    document = copy.deepcopy(BEFORE)
    document["routes"][0].update(more)
    return json.dumps(document)


GOOD = json.dumps(BEFORE)
DEEP = '{"a":' * 100 + "1" + "}" * 100
NOT_ANSWERS = {
    "empty": ("", "the file is empty"),
    "prose": ("route,km\n", "not JSON"),
    "truncated": (GOOD[:-40], "not JSON"),
    "list": ("[]", "it is not an object"),
    "text": ('"geo"', "it is not an object"),
    "geojson": ('{"type":"FeatureCollection","features":[]}', "geo: field required"),
    "key gone": (GOOD.replace('"stretches"', '"sketches"'), "routes[0].stretches: field required"),
    "no number": (damaged(exposed_m="12"), "routes[0].exposed_m: input should be a valid number"),
    "true": (damaged(exposed_m=True), "routes[0].exposed_m: input should be a valid number"),
    "negative": (damaged(boundary_m=-1), "routes[0].boundary_m"),
    "routes no list": (json.dumps(BEFORE | {"routes": {}}), "routes: input should be a valid list"),
    "day": (json.dumps(BEFORE | {"as_of": "today"}), "as_of: string should match"),
    "NaN": (GOOD.replace("30000.0", "NaN", 1), "NaN is not a number in JSON"),
    "infinite": (GOOD.replace("30000.0", "1e999", 1), "a number beyond"),
    "huge": (GOOD.replace("30000.0", "9" * 4000, 1), "a number beyond"),
    "unreadable": (GOOD.replace("30000.0", "9" * 9000, 1), "digits"),
    "twice": (GOOD.replace('"geo"', '"geo":"0","geo"', 1), "stands twice"),
    "deep": (DEEP, "nested more than 64 deep"),
    "very deep": ("[" * 100_000, "nested too deep"),
    "utf-16": (GOOD.encode("utf-16"), "UTF-16"),
    "latin": (b'{"geo":"\xe9"}', "not UTF-8"),
    "sum": (damaged(exposed_m=30_001.0), "its ranges add up to 30000"),
    "union": (damaged(exposed=[[0, 30_000]]), "not the union"),
    "order": (damaged(exposed=[[25_000, 40_000], [10_000, 25_000]]), "not in order"),
    "off": (damaged(exposed=[[90_000, 120_000]]), "off the route"),
    "holes": (damaged(stretches=BEFORE["routes"][0]["stretches"][:1]), "do not cover"),
    "backwards": (damaged(path=[[0, 0, 0], [1, 0, 110_000], [1, 1, 100_000]]), "runs backwards"),
    "short path": (damaged(path=[[0, 0, 0], [1, 0, 90_000]]), "its path ends at 90000"),
    "radius": (damaged(events=[{"within_km": 5}]), "no number within_m"),
    "zone twice": (damaged(zones=BEFORE["routes"][0]["zones"] * 2), "'a' stands twice"),
    "route twice": (json.dumps(answer(route(), route())), "'r' stands twice"),
    "escape": (damaged(exposed_m="\x1b]0;owned\x07"), "(found '\\x1b]0;owned\\x07')"),
}


@pytest.mark.parametrize("name", NOT_ANSWERS)
def test_what_is_no_answer_is_refused_in_one_line(geo, tmp_path, name):
    text, said = NOT_ANSWERS[name]
    (tmp_path / "good.json").write_text(GOOD)
    odd = tmp_path / "odd.json"
    odd.write_bytes(text if isinstance(text, bytes) else text.encode())
    for words in (["diff", odd, tmp_path / "good.json"], ["reproduce", odd]):
        done = geo(*words)
        assert done.exit_code == 1
        assert done.stdout == ""
        assert done.stderr.startswith(f"geo: {odd}: ")
        assert len(done.stderr.splitlines()) == 1
        assert said in done.stderr
        assert "\x1b" not in done.stderr


def test_only_plain_files_of_some_size_are_read(geo, tmp_path, monkeypatch):
    good = tmp_path / "good.json"
    good.write_text(GOOD)
    os.mkfifo(tmp_path / "pipe")
    for name in ("none.json", ".", "pipe"):
        done = geo("diff", good, tmp_path / name)
        assert (done.exit_code, done.stdout) == (1, "")
        assert "there is no such file" in done.stderr
    monkeypatch.setattr(saved, "_MOST_BYTES", 1000)
    assert "larger than" in geo("diff", good, good).stderr


def test_strings_from_anywhere_neither_run_nor_colour(geo, tmp_path):
    evil = '=HYPERLINK("http://x")\x1b[31m\r\n\x9b2J\u202e'
    other = copy.deepcopy(AFTER)
    other["routes"][0].update(name=evil)
    other["routes"][0]["zones"][1].update(zone_id=evil, name=evil)
    other["routes"][0]["stretches"][1].update(controller=evil, claims=[evil])
    other["routes"][0]["controllers"][1].update(controller=evil)
    other["warnings"] = [dict.fromkeys(("file", "feature", "rule", "message"), evil)]
    paths = [tmp_path / "a.json", tmp_path / "b.json"]
    for path, document in zip(paths, (BEFORE, other), strict=True):
        path.write_text(json.dumps(document))
    for form in ("table", "json", "csv"):
        done = geo("diff", *paths, "--format", form)
        assert done.exit_code == 0, done.output
        assert not set(done.stdout) & set("\x1b\r\x9b\u202e\x07")
    for row in csv.reader(io.StringIO(geo("diff", *paths, "--format", "csv").stdout)):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)
    assert json.loads(geo("diff", *paths, "--format", "json").stdout)["routes"][0]["name"] == evil


def test_diff_writes_a_file_and_never_over_its_inputs(geo, tmp_path):
    for name, document in (("a.json", BEFORE), ("b.json", AFTER)):
        (tmp_path / name).write_text(json.dumps(document))
    words = ["diff", tmp_path / "a.json", tmp_path / "b.json", "-o"]
    assert geo(*words, tmp_path / "d.txt").exit_code == 0
    assert "lost km 30.0-40.0" in (tmp_path / "d.txt").read_text("utf-8")
    done = geo(*words, tmp_path / "a.json")
    assert done.exit_code == 1
    assert json.loads((tmp_path / "a.json").read_text()) == BEFORE
