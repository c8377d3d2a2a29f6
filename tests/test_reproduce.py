"""An answer made again: by its own command, which is nobody's order."""

import contextlib
import json
import os
import shutil
from pathlib import Path

import pytest
import shapely
from click.testing import CliRunner
from conftest import ROOT, frame

from geo.cli import again, main
from geo.cli.expose import expose
from geo.errors import InputError


@pytest.fixture
def geo():
    """Give a function that runs the command."""

    def run(*words):
        return CliRunner().invoke(main, [str(word) for word in words])

    return run


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Make a road, zones and their answer, once."""
    folder = tmp_path_factory.mktemp("made")
    with contextlib.chdir(folder):
        road = shapely.LineString([(1.5, 14.2), (3.5, 13.9)])
        frame([road], name=["Road"]).to_file("road.geojson")
        put_zones(2, 3)
        words = ["expose", "road.geojson", "--zones", "zones.geojson", "--format", "json"]
        assert CliRunner().invoke(main, [*words, "-o", "a.json"]).exit_code == 0
    return folder


@pytest.fixture
def desk(tmp_path, monkeypatch, made):
    """Work in a folder of its own, with a road, zones and their answer."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put_zones(west, east):
    frame([shapely.box(west, 14, east, 15)], name=["Z"], actor=["X"]).to_file("zones.geojson")


def edit(**more):
    document = json.loads(Path("a.json").read_text("utf-8"))
    Path("b.json").write_text(json.dumps(document | more))
    return "b.json"


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_answer_is_made_again(geo, desk):
    done = geo("reproduce", "a.json")
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == [
        "routes road.geojson: the same",
        "zones zones.geojson: the same",
        "reproduced: the same answer",
    ]
    assert done.stderr == ""


def test_the_bundled_layers_are_found_by_name(geo, desk):
    words = ["expose", "corridors", "--as-of", "2025-06-01", "--format", "json", "-o", "c.json"]
    assert geo(*words).exit_code == 0
    done = geo("reproduce", "c.json")
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[1] == "zones conflict_zones.geojson: the same"


def test_another_folder_of_layers(geo, desk):
    folder = desk / "my layers"
    shutil.copytree(ROOT / "layers", folder, ignore=shutil.ignore_patterns("make", "facts"))
    words = ["expose", "road.geojson", "--control", "control_areas", "--format", "json"]
    assert geo(*words, "--layers", "my layers", "-o", "c.json").exit_code == 0
    assert geo("reproduce", "c.json").exit_code == 0
    with (folder / "conflict_zones.geojson").open("a") as file:
        file.write(" ")
    done = geo("reproduce", "c.json")
    assert done.exit_code == 1
    assert "zones conflict_zones.geojson: differs: sha256 was" in done.stdout


def test_an_input_that_differs_stops_it_unless_anyway(geo, desk):
    put_zones(2.5, 3)
    done = geo("reproduce", "a.json")
    assert done.exit_code == 1
    assert "zones zones.geojson: differs: sha256 was" in done.stdout
    assert "not run" in done.stdout
    done = geo("reproduce", "a.json", "--anyway")
    assert done.exit_code == 1
    assert "not reproduced:" in done.stdout
    assert "lost km" in done.stdout
    assert "Z (changed)" in done.stdout


def test_other_bytes_and_the_same_numbers_are_said(geo, desk):
    with Path("zones.geojson").open("a") as file:
        file.write("\n")
    assert geo("reproduce", "a.json").exit_code == 1
    done = geo("reproduce", "a.json", "--anyway")
    assert done.exit_code == 0
    assert done.stdout.splitlines()[-1] == "reproduced: the same answer, from inputs that differ"


def test_a_missing_input_is_named(geo, desk):
    (desk / "zones.geojson").unlink()
    done = geo("reproduce", "a.json")
    assert done.exit_code == 1
    assert "zones zones.geojson: there is no such file" in done.stdout


def test_inputs_that_the_answer_does_not_list_are_no_proof(geo, desk):
    done = geo("reproduce", edit(inputs=[]))
    assert done.exit_code == 1
    assert "routes road.geojson: the answer does not list it" in done.stdout
    more = {"role": "events", "path": "/etc/hostname", "sha256": "0" * 64, "features": 1}
    inputs = [*json.loads((desk / "a.json").read_text())["inputs"], more]
    done = geo("reproduce", edit(inputs=inputs))
    assert "events /etc/hostname: the command does not read it" in done.stdout


def test_a_number_changed_by_hand_is_found(geo, desk):
    [road] = json.loads((desk / "a.json").read_text())["routes"]
    done = geo("reproduce", edit(routes=[road | {"longest_exposed_m": 5.0}]))
    assert done.exit_code == 1
    assert "longest_exposed: <0.1 -> " in done.stdout


def test_other_versions_are_said_and_not_counted(geo, desk):
    done = geo("reproduce", edit(geo="9.9", versions={"geo": "9.9", "numpy": "1.0"}))
    assert done.exit_code == 0, done.output
    assert "geo: made with 9.9, this is " in done.stdout
    assert "numpy: made with 1.0, this is " in done.stdout


def test_a_page_is_measured_and_not_written(geo, desk):
    words = ["expose", "corridors", "--as-of", "2025-06-01", "--format", "json", "-o", "a.json"]
    assert geo(*words).exit_code == 0
    line = "geo map --as-of 2025-06-01 --tiles https://tiles.invalid/ -o map.html"
    name = edit(reproduce=line)
    before = contents(desk)
    done = geo("reproduce", name)
    assert done.exit_code == 0, done.output
    assert contents(desk) == before


def test_a_name_like_an_option_is_a_name(geo, desk):
    shutil.copy("road.geojson", "-o.geojson")
    words = ["expose", "--zones", "zones.geojson", "--format", "json", "-o", "c.json"]
    assert geo(*words, "--", "-o.geojson").exit_code == 0
    done = geo("reproduce", "c.json")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("routes -o.geojson: the same")


HOSTILE = [
    "geo expose corridors; rm -rf .",
    "geo expose corridors ; rm -rf .",
    "geo expose corridors && touch owned",
    "geo expose corridors | tee owned",
    "geo expose corridors > owned",
    "geo expose $(touch owned)",
    "geo expose `touch owned`",
    "geo expose 'corridors\ntouch owned'",
    "geo expose corridors -o owned",
    "geo expose corridors -oowned",
    "geo expose corridors -o=owned",
    "geo expose corridors --map owned.html",
    "geo expose corridors --map=owned.html",
    "geo expose corridors --plot owned.png",
    "geo expose corridors --as-of=2025-01-01",
    "geo expose --layers /etc corridors",
    "geo expose --layers /etc/passwd corridors",
    "geo expose /etc/passwd",
    "geo expose /dev/zero",
    "geo expose pipe.geojson",
    "geo expose https://example.invalid/road.geojson",
    "geo expose /vsicurl/https://example.invalid/road.geojson",
    "geo expose --help",
    "geo --version",
    "geo map --png owned.png -o map.html",
    "geo map owned",
    "geo layers check",
    "geo diff a.json a.json -o owned",
    "geo reproduce b.json",
    "/bin/sh -c 'touch owned'",
    'python -c \'open("owned", "w")\'',
    "geo expose 'corridors",
    "geo expose corridors --zones",
    "geo expose corridors --zones -- --map owned",
    "geo expose corridors \0",
    "geo expose " + "x" * 30_000,
    "geo expose " + "x" * 5_000,
    "geo",
    "",
]


@pytest.mark.parametrize("anyway", [(), ("--anyway",)])
@pytest.mark.parametrize("line", HOSTILE)
def test_a_hostile_command_does_nothing(geo, desk, line, anyway):
    name = edit(reproduce=line)
    os.mkfifo("pipe.geojson")
    before = contents(desk)
    done = geo("reproduce", name, *anyway)
    assert done.exit_code in {1, 3}
    assert "reproduced: the same" not in done.stdout
    assert "Traceback" not in done.output
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert len(done.stderr.splitlines()) <= 1
    assert contents(desk) == before


@pytest.mark.parametrize("line", [line for line in HOSTILE if " -o" in line or "owned" in line])
def test_nothing_of_a_hostile_command_is_run(monkeypatch, line):
    monkeypatch.setattr(expose, "callback", lambda **_: pytest.fail("it was run"))
    try:
        planned = again.plan(line)
    except InputError:
        return
    assert all(role == "routes" and "touch owned" in name for role, name in planned.named[:1])
    assert not {"-o", "--map", "--plot", "--gpx"} & set(planned.words)


def test_every_option_is_known_to_measure_or_to_write():
    # an option that is added must be put on one side, or an answer made with it is refused
    known = {one for param in expose.params for one in param.opts if one.startswith("-")}
    writes = {"-o", "--map", "--plot", "--gpx", "--format"}
    assert known - set(again._TAKEN) == {*writes, "--every", "--curve", "--limit"}


def test_bounds_are_raised_by_the_user_and_not_by_the_answer(geo, desk):
    line = "geo expose road.geojson --zones zones.geojson --limit vertices=1 --format json"
    assert "--limit" not in again.plan(line).words
    assert again.plan(line, ["vertices=9"]).words[2:4] == ("--limit", "vertices=9")


def test_a_command_that_reads_another_file_than_the_answer_lists(geo, desk):
    shutil.copy("zones.geojson", "copy.geojson")
    done = geo("reproduce", edit(reproduce="geo expose road.geojson --zones copy.geojson"))
    assert done.exit_code == 1
    assert "zones copy.geojson: the answer rests on zones.geojson instead" in done.stdout
