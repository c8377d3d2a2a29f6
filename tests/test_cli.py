"""The command line: answers on stdout, notes on stderr, and an exit code that means something."""

import csv
import json
import os
import subprocess
import sys

import click
import pytest
import shapely
from conftest import ROOT, frame

from geo.cli import group, main

GPX = """<?xml version="1.0"?><gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1">
<trk><name>Bhamo to Muse</name><trkseg><trkpt lat="24.252" lon="97.235"/>
<trkpt lat="23.98" lon="97.9"/></trkseg></trk></gpx>"""


@pytest.fixture
def gpx(tmp_path):
    """Give a GPX file of one track."""
    path = tmp_path / "route.gpx"
    path.write_text(GPX)
    return path


LAYERS = ["layers", "layers list", "layers check", "layers describe", "layers export"]
NETWORK = ["network", "network check", "network refine", "batch"]
COMMANDS = [
    "",
    "batch",
    "map",
    "expose",
    "diff",
    "reproduce",
    "zones",
    "zones build",
    "zones index",
    *LAYERS,
    *NETWORK,
]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(geo, command):
    done = geo(*command.split(), "--help")
    assert done.exit_code == 0
    assert "Usage" in done.stdout


def test_json_is_the_contract(geo, gpx):
    done = geo("expose", gpx, "--as-of", "2026-02-28", "--format", "json")
    assert done.exit_code == 0, done.stderr
    answer = json.loads(done.stdout)
    [route] = answer["routes"]
    assert answer["as_of"] == "2026-02-28"
    assert route["name"] == "Bhamo to Muse"
    assert sum(row["inside_m"] for row in route["controllers"]) == pytest.approx(
        route["length_m"], abs=1e-3
    )
    assert [entry["role"] for entry in answer["inputs"]] == ["routes", "zones", "control"]
    assert all(len(entry["sha256"]) == 64 for entry in answer["inputs"])
    assert answer["versions"]["geo"] == answer["geo"]
    assert set(answer["versions"]) == {"geo", "python", "shapely", "geos", "pyproj", "numpy"}


def test_the_command_in_the_answer_makes_it_again(geo, gpx):
    first = geo("expose", gpx, "--format", "json").stdout
    words = json.loads(first)["reproduce"].split()
    assert words[0] == "geo"
    assert geo(*words[1:]).stdout == first


def test_csv_has_a_row_for_each_route(geo):
    done = geo("expose", "corridors", "--format", "csv")
    rows = list(csv.DictReader(done.stdout.splitlines()))
    assert len(rows) == 10
    held = [name for name in rows[0] if name.endswith("_m")][6:]
    assert "498 km" in next(row["warnings"] for row in rows if row["route_id"] == "kaladan")
    for row in rows:
        assert sum(float(row[name]) for name in held) == pytest.approx(
            float(row["length_m"]), abs=1e-3
        )


def test_a_table_says_the_day_and_the_age(geo):
    done = geo("expose", "corridors", "--as-of", "2026-11-22")
    assert "newest source 2026-03-12, 255 days before" in done.stdout
    assert "nothing is known after 2026-03-12" in done.stdout


def test_a_position_error_gives_three_numbers_in_every_form(geo, gpx):
    words = ("expose", gpx, "--as-of", "2026-02-28", "--position-error", "2.5")
    [route] = json.loads(geo(*words, "--format", "json").stdout)["routes"]
    assert 0 < route["sure_m"] < route["exposed_m"] < route["possible_m"] < route["length_m"]
    assert route["sections"][0]["positional_error_m"] == 2500
    [row] = csv.DictReader(geo(*words, "--format", "csv").stdout.splitlines())
    assert [float(row[name]) for name in ("sure_m", "possible_m")] == [
        route["sure_m"],
        route["possible_m"],
    ]
    table = geo(*words).stdout
    assert "sure km  exposed km  possible km" in table
    assert f"{route['sure_m'] / 1000:.1f}" in table


def test_the_command_with_a_position_error_makes_it_again(geo, gpx):
    first = geo("expose", gpx, "--position-error", "0.25", "--format", "json").stdout
    words = json.loads(first)["reproduce"].split()
    assert "--position-error 0.25" in " ".join(words)
    assert geo(*words[1:]).stdout == first


def test_without_a_position_error_the_forms_say_no_number(geo, gpx):
    words = ("expose", gpx, "--as-of", "2026-02-28")
    assert "sure km" not in geo(*words).stdout
    [row] = csv.DictReader(geo(*words, "--format", "csv").stdout.splitlines())
    assert (row["sure_m"], row["possible_m"]) == ("", "")


def test_what_cannot_be_decided_is_said(geo):
    done = geo("expose", "corridors", "--as-of", "2026-02-28")
    assert (
        "Myitkyina-Kanpaikti road (to Tengchong): whether it runs inside cannot be decided at "
        "this precision (surely 0 km, possibly 18.1 km)" in done.stdout
    )


@pytest.mark.parametrize("error", ["-1", "nan", "inf", "1e999", "far"])
def test_a_position_error_that_is_no_length_is_a_usage_error(geo, gpx, error):
    done = geo("expose", gpx, "--position-error", error)
    assert done.exit_code == 2
    assert "--position-error" in done.stderr


def test_own_zones_speak_for_themselves(geo, gpx, tmp_path):
    zones = frame([shapely.box(97, 23.5, 97.5, 25)], name=["Z"], actor=["X"])
    zones.to_file(tmp_path / "zones.gpkg")
    done = geo("expose", gpx, "--zones", tmp_path / "zones.gpkg", "--format", "json")
    [route] = json.loads(done.stdout)["routes"]
    assert {row["controller"] for row in route["controllers"]} == {"X", "unknown"}
    assert route["zones"][0]["zone_id"] == "Z"


def test_no_name_acts_upon_the_terminal(geo, tmp_path):
    name = "\x1b[31mRoad\x9b2J\u202e"
    frame([shapely.LineString([(97, 24), (98, 24)])], name=[name]).to_file(
        tmp_path / "road.geojson"
    )
    done = geo("expose", tmp_path / "road.geojson")
    assert done.exit_code == 0, done.stderr
    assert "\\x1b[31mRoad\\x9b2J\\u202e" in done.stdout
    refused = geo("expose", name)
    assert refused.exit_code == 1
    assert not set(done.output + refused.output) & set("\x1b\x9b\u202e")


def test_an_answer_goes_into_a_file(geo, gpx, tmp_path):
    done = geo("expose", gpx, "-o", tmp_path / "out.txt", "--map", tmp_path / "out.html")
    assert done.exit_code == 0, done.stderr
    assert done.stdout == ""
    assert "Bhamo to Muse" in (tmp_path / "out.txt").read_text("utf-8")
    assert "Content-Security-Policy" in (tmp_path / "out.html").read_text("utf-8")


def test_the_map_of_own_zones_shows_them_and_nothing_far(geo, tmp_path):
    frame([shapely.LineString([(1.5, 14.2), (3.5, 13.9)])], name=["Niamey road"]).to_file(
        tmp_path / "road.gpkg"
    )
    frame([shapely.box(2, 14, 3, 15)], name=["Zone <b>"]).to_file(tmp_path / "zones.gpkg")
    words = [tmp_path / "road.gpkg", "--zones", tmp_path / "zones.gpkg"]
    done = geo("expose", *words, "--map", tmp_path / "out.html")
    assert done.exit_code == 0, done.stderr
    html = (tmp_path / "out.html").read_text("utf-8")
    assert "Zone \\u003cb\\u003e" in html
    assert "Myitkyina" not in html


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["expose", "no.gpx"], 1, "no.gpx: there is no such file"),
        (["expose", "corridor"], 1, "neither a file nor a layer; the layers are"),
        (["expose", "corridors", "--as-of", "yesterday"], 1, "not a date"),
        (["expose", "corridors", "-o", "no/out.txt"], 1, "there is no folder no"),
        (["expose", "corridors", "--zones", "corridors"], 1, "not Polygon or MultiPolygon"),
        (["expose", "corridors", "--crs", "EPSG:99999", "--zones", "x.gpkg"], 1, "is not known"),
        (["expose", "figures"], 1, "a GeoDataFrame is needed"),
        (["expose", "corridors", "-o", "."], 1, "is a folder"),
        (["expose", "a.gpx", "-o", "a.gpx"], 1, "is read or written by the same command"),
        (["expose", "corridors", "--as-of", ""], 1, "is not a date"),
        (["expose", "corridors", "--control", "boundaries"], 1, "no column is called controller"),
        (["expose"], 2, "Missing argument"),
        (["expose", "corridors", "--format", "xml"], 2, "not one of"),
        (["layers", "describe", "roads"], 3, "no layer is called 'roads'"),
        (["map", "--layers", "no"], 3, "not a folder of layers"),
    ],
)
def test_errors_are_one_message_and_a_code(geo, words, code, said):
    done = geo(*words)
    assert done.exit_code == code
    assert said in done.stderr
    assert "Traceback" not in done.output
    assert done.stdout == ""


def test_a_changed_layer_does_not_load(geo, tmp_path):
    for path in (ROOT / "layers").iterdir():
        if path.is_file():
            (tmp_path / path.name).write_bytes(path.read_bytes())
    with (tmp_path / "gates.geojson").open("a") as file:
        file.write(" ")
    done = geo("layers", "check", "gates", "--layers", tmp_path)
    assert done.exit_code == 3
    assert "gates.geojson is not the file that its passport describes" in done.stderr


def test_layers_are_listed_checked_and_described(geo):
    listed = geo("layers", "list").stdout
    assert "control_areas" in listed
    assert "all good" in geo("layers", "check", "gates").stdout
    described = geo("layers", "describe", "control_areas").stdout
    assert "caveat" in described
    assert "licence" in described


@pytest.mark.slow
def test_burmese_does_not_end_a_command_on_a_plain_terminal(gpx):
    gpx.write_text(GPX.replace("Bhamo to Muse", "မြစ်ကြီးနား"), "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "geo.cli", "expose", str(gpx)],
        env={**os.environ, "LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "မြစ်ကြီးနား" in done.stdout.decode("utf-8")


def test_every_command_is_in_the_group():
    # a command is loaded when it is asked for, so what no name leads to would be lost
    files = (ROOT / "geo" / "cli").glob("*.py")
    adding = {path.stem for path in files if "\n@main." in path.read_text("utf-8")}
    assert adding <= {room for rooms in group._ROOMS.values() for room in rooms}
    for name in group._ROOMS:
        assert main.get_command(click.Context(main), name).name == name
    assert main.get_command(click.Context(main), "nothing") is None
