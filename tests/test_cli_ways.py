"""`geo ways` as a planner types it, and the scenario files that it reads."""

import base64
import csv
import gzip
import json
import re
import shlex

import numpy as np
import pytest
import shapely
from click.testing import CliRunner
from conftest import ROOT

from geo import io
from geo.catalog import Catalog
from geo.cli import main
from geo.errors import InputError, ProvenanceError


def islands(text):
    found = re.findall(r'<script type="application/json" id="([\w-]+)"([^>]*)>(.*?)</script>', text)
    return {
        name: json.loads(gzip.decompress(base64.b64decode(body)) if "gzip" in packed else body)
        for name, packed, body in found
    }


def run(*words):
    return CliRunner().invoke(main, ["ways", *words])


@pytest.fixture
def scenario_file(tmp_path):
    path = tmp_path / "closed.yaml"
    path.write_text(
        "name: no Pangsau Pass\n"
        "changes:\n"
        "  - close: {section: led_02}\n"
        "  - open: {section: sky_01}\n"
        "  - close: {mode: river, direction: backward}\n"
        "    months: [10, 11, 12, 1, 2, 3, 4]\n",
        "utf-8",
    )
    return path


def test_the_answer_for_people_says_what_there_is_to_choose():
    done = run("Pangwa", "Guwahati", "--as-of", "2026-02-28", "--what-if-closed")
    assert done.exit_code == 0, done.output
    said = done.stdout
    assert "From Pangwa to Guwahati as of 2026-02-28 (newest source 2026-03-12): one way" in said
    assert "There is no way without a change of control" in said
    assert "not the same as safe" in said
    assert "no way round" in said
    assert "Chipwi - " in said


@pytest.mark.slow
def test_the_json_reproduces_itself(scenario_file):
    words = ["Pangwa", "Kolkata", "--as-of", "2026-02-28", "--scenario", str(scenario_file)]
    first = run(*words, "--all", "--format", "json")
    answer = json.loads(first.stdout)
    assert answer["as_of"] == "2026-02-28"
    assert [entry["role"] for entry in answer["inputs"]][:2] == ["routes", "routes"]
    assert answer["inputs"][-1]["role"] == "scenario"
    assert answer["scenarios"][0]["name"] == "no Pangsau Pass"
    assert answer["scenarios"][0]["ways"][0]["length_m"] > answer["ways"][0]["length_m"]
    assert answer["ways"][0]["legs"][0]["from"] == "Pangwa"
    again = CliRunner().invoke(main, shlex.split(answer["reproduce"])[1:])
    assert again.stdout == first.stdout


@pytest.mark.slow
def test_the_csv_has_a_row_for_each_way_in_each_scenario(scenario_file):
    done = run("Pangwa", "Kolkata", "--scenario", str(scenario_file), "--format", "csv")
    rows = done.stdout.splitlines()
    assert rows[0].startswith("as_of,from,to,scenario,way_id")
    assert [row.split(",")[3] for row in rows[1:]] == ["", "no Pangsau Pass"]


def test_a_closed_gate_is_named_and_the_ways_behind_it_are_shown():
    done = run("Pangwa", "Mae Sot", "--as-of", "2026-02-28")
    assert done.exit_code == 0
    assert "no way. What stands in the way" in done.stdout
    assert "Myawaddy" in done.stdout.splitlines()[0]
    assert "if what is closed were open" in done.stdout


@pytest.mark.slow
def test_hours_need_a_speed_for_every_leg():
    slow = run("Pangwa", "Guwahati", "--by", "hours", "--format", "json")
    assert json.loads(slow.stdout)["ways"] == []
    known = run("Pangwa", "Guwahati", "--by", "hours", "--speed", "road=20", "--format", "json")
    [way] = json.loads(known.stdout)["ways"]
    at_least, at_most = way["length_m"] / 47_000, way["length_m"] / 20_000
    assert at_least < way["hours"] < at_most


def test_lines_of_ones_own(tmp_path):
    roads = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"name": name},
                "geometry": {"type": "LineString", "coordinates": line},
            }
            for name, line in (
                ("straight", [[97, 25], [97.4, 25]]),
                ("round", [[97, 25], [97.2, 25.2], [97.4, 25]]),
            )
        ],
    }
    path = tmp_path / "roads.geojson"
    path.write_text(json.dumps(roads), "utf-8")
    done = run(
        "97,25", "97.4,25", "--network", str(path), "--format", "json", "--as-of", "2026-02-28"
    )
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["ways"][0]["legs"][0]["name"] == "straight"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["Pangwa", "Atlantis"], 1, "no place has this name"),
        (["Pangwa", "pangwa"], 1, "the same place"),
        (["Pangwa", "10,50"], 1, "within 25 km"),
        (["Pangwa", "Mae Sot", "--by", "camel"], 2, "camel"),
        (["Pangwa", "Mae Sot", "--speed", "road=fast"], 2, "road=25"),
        (["Pangwa", "Mae Sot", "--speed", "road=nan"], 2, "road=25"),
        (["Pangwa", "Mae Sot", "--scenario", "no.yaml"], 1, "no.yaml"),
        (["Pangwa", "Mae Sot", "-o", "nowhere/x.json"], 1, "nowhere"),
        (["Pangwa"], 2, "TO"),
    ],
)
def test_what_cannot_be_answered_ends_with_one_line(words, code, said):
    done = run(*words)
    assert done.exit_code == code
    assert said in done.stderr
    assert "Traceback" not in done.output


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: a\nname: b\n", "stands twice"),
        ("a: &x [1]\nb: *x\n", "references"),
        ("- 1\n", "no set of names"),
        ("name: !!python/object/apply:os.system ['true']\n", "could not determine a constructor"),
        ("[" * 5000, "nested too deeply"),
        ("name: [\n", "line 2"),
        ("", "no set of names"),
        ("? [a, b]\n: 1\n", "line 1: a list or a set of names cannot name a value"),
        ('x: "a\\ud800"\n', "line 1: half of a sign"),
        ("x: {[a]: 1}\n", "line 1: a list or a set of names cannot name a value"),
    ],
)
def test_documents_that_are_not_plain_are_refused(tmp_path, text, said):
    path = tmp_path / "x.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError, match=said) as caught:
        io.read_document(path)
    assert "x.yaml" in str(caught.value)


def test_documents_in_another_encoding_or_ending_are_refused(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_bytes("name: é".encode("latin-1"))
    with pytest.raises(InputError, match="UTF-8, from byte 6"):
        io.read_document(path)
    with pytest.raises(InputError, match="ends in"):
        io.read_document(tmp_path / "x.toml")


def test_yaml_and_json_give_the_same(tmp_path):
    (tmp_path / "x.yaml").write_text("name: a\nchanges: [{close: {gate: g}}]\n", "utf-8")
    (tmp_path / "x.json").write_text(
        '{"name": "a", "changes": [{"close": {"gate": "g"}}]}', "utf-8"
    )
    assert io.read_document(tmp_path / "x.yaml") == io.read_document(tmp_path / "x.json")


@pytest.mark.slow
def test_the_map_of_ways_carries_them_and_every_scenario(tmp_path, scenario_file):
    page = tmp_path / "ways.html"
    words = ["Pangwa", "Mae Sot", "--as-of", "2026-02-28", "--scenario", str(scenario_file)]
    done = run(*words, "--format", "json", "--map", str(page))
    assert done.exit_code == 0, done.output
    answer, data = json.loads(done.stdout), islands(page.read_text("utf-8"))
    [asked] = data["geo-ways"]
    assert asked["label"] == "Pangwa to Mae Sot"
    assert [one["name"] for one in asked["scenarios"][1:]] == [
        one["name"] for one in answer["scenarios"]
    ]
    for told, one in zip(asked["scenarios"][1:], answer["scenarios"], strict=True):
        assert [way["exposed_m"] for way in told["ways"]] == [
            way["exposed_m"] for way in one["ways"]
        ]
    assert data["geo-found"]["routes"] == []
    assert data["geo-found"]["reproduce"] == answer["reproduce"]
    assert [one["role"] for one in data["geo-found"]["inputs"]][-1] == "scenario"


@pytest.mark.slow
def test_the_map_answers_the_questions_of_the_layers(tmp_path):
    done = CliRunner().invoke(
        main, ["map", "-o", str(tmp_path / "map.html"), "--as-of", "2026-02-28"]
    )
    assert done.exit_code == 0, done.output
    data = islands((tmp_path / "map.html").read_text("utf-8"))
    labels = [f"{start} to {end}" for start, end in Catalog().questions]
    assert [one["label"] for one in data["geo-ways"]] == labels
    assert labels == ["Pangwa to Kolkata", "Pangwa to Guwahati", "Pangwa to Mae Sot"]
    for (start, end), one in zip(Catalog().questions, data["geo-ways"], strict=True):
        same = json.loads(run(start, end, "--as-of", "2026-02-28", "--format", "json").stdout)
        scenarios = [same, *same["scenarios"]]
        for told, each in zip(one["scenarios"], scenarios, strict=True):
            for name in ("length_m", "exposed_m", "uncovered_m", "control_changes"):
                assert [way[name] for way in told["ways"]] == [way[name] for way in each["ways"]]
    roles = [one["role"] for one in data["geo-found"]["inputs"]]
    assert roles == ["routes", "zones", "control", "routes", "gates", "speeds"]


@pytest.mark.parametrize(
    "questions", [{}, [["Pangwa", "Kolkata"]], [{"from": "Pangwa"}], [{"from": 1, "to": "x"}]]
)
def test_questions_that_are_none_are_refused(tmp_path, questions):
    package = {"name": "x", "resources": [], "questions": questions}
    (tmp_path / "datapackage.json").write_text(json.dumps(package))
    with pytest.raises(ProvenanceError, match="`from` and a place `to`"):
        Catalog(tmp_path)


def test_layers_without_questions_have_none(tmp_path):
    (tmp_path / "datapackage.json").write_text('{"name": "x", "resources": []}')
    assert Catalog(tmp_path).questions == ()
    assert Catalog().without("links").questions == Catalog().questions


def test_the_questions_are_those_of_the_facts():
    text = (ROOT / "layers" / "facts" / "questions.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    assert [(row["from"], row["to"]) for row in rows] == list(Catalog().questions)


@pytest.mark.slow
def test_naming_the_default_layers_changes_nothing():
    plain = run("Pangwa", "Mae Sot", "--as-of", "2026-02-28", "--format", "csv")
    named = run(
        *("Pangwa", "Mae Sot", "--as-of", "2026-02-28", "--format", "csv"),
        *("--network", "corridors", "--network", "links", "--zones", "conflict_zones"),
    )
    assert "no way" in plain.stdout
    assert named.stdout == plain.stdout


@pytest.mark.slow
def test_a_scenario_that_does_not_hold_is_said_in_every_form(tmp_path):
    path = tmp_path / "past.yaml"
    path.write_text(
        "name: past\nchanges:\n  - close: {section: led_02}\n    to: 2020-01-01\n", "utf-8"
    )
    for form in ("table", "csv", "json"):
        done = run("Pangwa", "Guwahati", "--scenario", str(path), "--format", form)
        assert "does not hold on" in done.stdout
        assert form == "table" or "does not hold on" in done.stderr


@pytest.mark.slow
def test_ways_as_tracks_read_back_as_the_same_lines(tmp_path):
    path = tmp_path / "ways.gpx"
    words = ("Pangwa", "Guwahati", "--as-of", "2026-02-28")
    done = run(*words, "--gpx", str(path), "--format", "json")
    assert done.exit_code == 0, done.output
    [way] = json.loads(done.stdout)["ways"]
    [line] = io.read(path, role="routes").frame.geometry
    drawn = [point[:2] for point in way["path"]]
    assert np.allclose(shapely.get_coordinates(line), drawn, atol=1e-7)
    none = run("Pangwa", "Mae Sot", "--as-of", "2026-02-28", "--gpx", str(path))
    assert none.exit_code == 1
    assert "no way to travel" in none.stderr
