"""The links between the corridors, who gets through, the gates between, and what is covered."""

import csv
import json
import shutil
import subprocess
import sys
from collections import defaultdict
from itertools import pairwise

import pytest
import shapely
from conftest import ROOT
from pyproj import Geod

from geo import exposure, maps

EARTH = Geod(ellps="WGS84")
FIVE_YEARS_AGO = "2021-03-12"


def facts(name):
    """Read a table of facts as text."""
    with (ROOT / "layers" / "facts" / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


SECTIONS = [*facts("corridor_sections"), *facts("link_sections")]
PLACES = [*facts("corridor_places"), *facts("link_places")]


@pytest.fixture(scope="module")
def lines(layers):
    """Give the vertices of every section of corridors and links."""
    return {
        row.section_id: list(row.geometry.coords)
        for name in ("corridors", "links")
        for row in layers[name].itertuples()
    }


def reached(lines, start):
    """Walk from a vertex along sections that share one, and give all that is met."""
    at = defaultdict(set)
    for name, path in lines.items():
        for vertex in path:
            at[vertex].add(name)
    seen, waiting = set(), [start]
    while waiting:
        for name in at[waiting.pop()] - seen:
            seen.add(name)
            waiting += lines[name]
    return seen


def point(name):
    """Give a place's vertex."""
    return next((float(p["lon"]), float(p["lat"])) for p in PLACES if p["name"] == name)


def test_links_and_corridors_are_one_network(lines):
    assert reached(lines, point("Pangwa")) == set(lines)
    for name in ("Guwahati", "Kolkata", "Mae Sot", "Sittwe", "Ledo", "Moreh", "Aizawl", "Lweje"):
        assert point(name) in {vertex for path in lines.values() for vertex in path}


def test_it_holds_together_without_what_nobody_passes(layers, lines):
    shut = {
        row.section_id
        for name in ("corridors", "links")
        for row in layers[name].query("passable == 'NOT_PASSABLE'").itertuples()
    }
    assert shut == {"sky_01"}
    left = {name: path for name, path in lines.items() if name not in shut}
    assert reached(left, point("Pangwa")) == set(left)


def test_the_corridors_alone_were_not_one_network(layers):
    own = {row.section_id: list(row.geometry.coords) for row in layers["corridors"].itertuples()}
    assert "kal_01" not in reached(own, point("Pangwa"))


def test_every_link_ends_on_a_vertex_of_another(layers, lines):
    links = layers["links"].sort_values("seq")
    for corridor, own in links.groupby("corridor_id"):
        mine = set(own["section_id"])
        others = {v for name, path in lines.items() if name not in mine for v in path}
        ends = [lines[own["section_id"].iloc[0]][0], lines[own["section_id"].iloc[-1]][-1]]
        assert set(ends) <= others, corridor


def test_every_link_and_place_has_its_source():
    for row in facts("link_sections"):
        assert row["source_url"].startswith("http")
        assert row["source_date"]
        assert bool(row["published_km"]) == ("http" in row["published_source"])
    for row in facts("link_places"):
        assert row["source_url"].startswith("http")
        assert row["source"].startswith(("GeoNames", "MIMU"))


def test_a_place_is_where_it_is_everywhere():
    """A GeoNames or MIMU place of one number has one position, in links and corridors."""
    where = defaultdict(set)
    for row in PLACES:
        number = row["source_detail"].split(";")[0]
        if number.startswith(("GeoNames", "village_pcode")):
            where[number].add((row["lon"], row["lat"]))
    assert {number: spots for number, spots in where.items() if len(spots) > 1} == {}


def test_unmeasured_links_say_how_far_off_they_may_be():
    for row in facts("link_sections"):
        if row["published_km"] or row["off_p90_m"]:
            continue
        own = [p for p in PLACES if p["section_id"] == row["section_id"]]
        gaps = [
            EARTH.inv(float(a["lon"]), float(a["lat"]), float(b["lon"]), float(b["lat"]))[2]
            for a, b in pairwise(own)
        ]
        assert float(row["positional_error_m"]) >= max(2500, 0.375 * max(gaps) - 1)


def test_a_printed_length_of_a_link_is_not_shorter_than_its_line():
    for row in facts("link_sections"):
        if row["published_km"]:
            own = [p for p in PLACES if p["section_id"] == row["section_id"]]
            lon, lat = [[float(p[axis]) for p in own] for axis in ("lon", "lat")]
            drawn = EARTH.line_length(lon, lat) / 1000
            assert 1 < float(row["published_km"]) / drawn < 2


@pytest.mark.parametrize("row", SECTIONS, ids=lambda row: row["section_id"])
def test_who_gets_through_follows_from_a_fresh_status(row):
    assert row["passable_why"]
    if not row["status"] or row["status_as_of"] < FIVE_YEARS_AGO:
        assert row["passable"] == "UNKNOWN"
    if row["passable"] == "NOT_PASSABLE":
        assert "no road access" in row["status"]


def test_the_readme_shows_every_judgement():
    text = (ROOT / "layers" / "README.md").read_text("utf-8")
    for row in SECTIONS:
        assert f"`{row['section_id']}` {row['name']} | {row['passable']} |" in text


def test_speeds_have_their_sources(layers):
    rows = facts("speeds")
    keys = [(row["mode"], row["passable"]) for row in rows]
    assert len(set(keys)) == len(keys)
    assert ("road", "PASSABLE") in keys
    assert {word for _, word in keys} == {"PASSABLE", "RESTRICTED"}
    assert {mode for mode, _ in keys} <= {"road", "river", "sea", "rail"}
    for row in rows:
        assert 5 < float(row["km_per_h"]) < 100
        assert row["source_url"].startswith("http")
        assert len(row["source_date"]) == len("2026-01-01")
        assert row["what"]
    text = (ROOT / "layers" / "README.md").read_text("utf-8")
    for row in rows:
        assert f"| {row['mode']} | {row['passable']} | {row['km_per_h']} |" in text


def test_a_gate_lies_between_sections_that_meet_near_it(layers, lines):
    gates = layers["gates"].dropna(subset=["between"])
    assert set(gates["gate_id"]) == {"moreh", "myawaddy", "zorinpui"}
    for gate in gates.itertuples():
        ends = [{lines[name][0], lines[name][-1]} for name in gate.between.split(" ")]
        (met,) = ends[0] & ends[1]
        assert EARTH.inv(gate.geometry.x, gate.geometry.y, *met)[2] < 10_000, gate.gate_id


def test_layers_say_which_ground_their_sources_speak_of(layers):
    names = set(layers["boundaries"]["name"])
    zones, control = (layers.passport(n)["covers"] for n in ("conflict_zones", "control_areas"))
    assert zones == ["Myanmar"]
    assert set(control) <= names
    claimed = layers["control_areas"].query("extent == 'state'")["township"]
    assert set(control) == {"Myanmar", *claimed}
    assert "covers" not in layers.passport("places")


def test_nothing_is_claimed_far_outside_what_is_covered(layers):
    areas = layers["boundaries"].set_index("name").geometry
    covered = shapely.union_all(areas[layers.passport("control_areas")["covers"]].to_numpy())
    # the border of the boundaries is 2 km off, and towns on it are discs of 3 km
    assert layers["control_areas"].within(covered.buffer(0.06)).all()


def test_control_is_known_where_the_links_cross_northeast_india(layers):
    found = exposure.measure(
        layers["links"], layers["conflict_zones"], control=layers["control_areas"]
    )
    held = found.controllers.query("controller == 'Government of India'")
    by_route = held.set_index("route_id")["inside_m"]
    lengths = found.routes.set_index("route_id")["length_m"]
    for route in ("ledo_guwahati", "aizawl_guwahati", "dimapur_numaligarh"):
        assert by_route[route] == pytest.approx(lengths[route], rel=0.02)


def test_much_of_the_links_in_myanmar_has_no_known_holder(layers):
    """The README says so: claims were gathered along the corridors."""
    found = exposure.measure(
        layers["links"], layers["conflict_zones"], control=layers["control_areas"]
    )
    own = found.controllers.query("route_id in ['sittwe_kyaukpadaung', 'bhamo_muse', 'irrawaddy']")
    unknown = own.query("controller == 'unknown'")["inside_m"].sum()
    assert 1 / 3 < unknown / own["inside_m"].sum() < 1 / 2


def test_the_page_carries_no_link(layers):
    found = exposure.measure(layers["corridors"], layers["conflict_zones"])
    assert "irr_01" not in maps.page(layers, found).html


@pytest.fixture
def folder(tmp_path):
    """Give a copy of the layers, to make things in."""
    shutil.copytree(ROOT / "layers", tmp_path / "layers")
    return tmp_path


def make(folder, script):
    command = [sys.executable, str(folder / "layers" / "make" / f"{script}.py")]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_the_made_files_are_what_the_scripts_write(folder):
    layers = ROOT / "layers"
    for script in ("corridors", "links", "gates", "passports"):
        done = make(folder, script)
        assert done.returncode == 0, done.stderr
    for path in [*layers.glob("*.geojson"), layers / "README.md", layers / "datapackage.json"]:
        assert (folder / "layers" / path.name).read_bytes() == path.read_bytes(), path.name


@pytest.mark.parametrize(
    ("table", "old", "new", "script", "word"),
    [
        ("link_places", "95.7417,27.294,", "95.7418,27.294,", "links", "ends in the open at Ledo"),
        ("link_sections", ",2025-05-20,RESTRICTED,", ",2020-05-20,RESTRICTED,", "links", "lgu_01"),
        ("link_sections", ",17000,", ",16000,", "links", "lgu_02: positional_error_m must be"),
        ("corridor_sections", ",2025-01-01,RESTRICTED,", ",,PASSABLE,", "corridors", "imt_01"),
        ("gates", "kal_04 kal_05", "kal_03 kal_05", "gates", "kal_03 and kal_05 do not meet"),
    ],
)
def test_bad_tables_are_refused(folder, table, old, new, script, word):
    path = folder / "layers" / "facts" / f"{table}.csv"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    done = make(folder, script)
    assert done.returncode == 1
    assert word in done.stderr


def test_a_passport_covers_known_areas_only(folder):
    path = folder / "layers" / "make" / "passports" / "conflict_zones.toml"
    path.write_text(path.read_text("utf-8").replace('["Myanmar"]', '["Burma"]'), "utf-8")
    done = make(folder, "passports")
    assert done.returncode == 1
    assert "no area of the boundaries is called Burma" in done.stderr


def test_links_are_in_the_data_package():
    package = json.loads((ROOT / "layers" / "datapackage.json").read_text("utf-8"))
    links = next(entry for entry in package["resources"] if entry["name"] == "links")
    assert links["features"] == len(facts("link_sections"))
