"""The suite for any tool: that it is what it says, and where this project stands in it."""

from __future__ import annotations

import json
import math
import sys
from itertools import pairwise

import pytest
import shapely
from conformance import make, oracle, run, score
from conftest import ROOT
from jsonschema import Draft202012Validator
from pyproj import Geod

FOLDER = ROOT / "tests" / "conformance"
CASES = {case["id"]: case for case in run.load()}
MADE = {case.id: case for case in make.all_cases()}
GEOD = Geod(ellps="WGS84")

NOT_YET = {
    "route-id-twice": "the error names the role of the file, not the file",
    "swapped-routes-88e": "the error names the role of the file, not the file",
    "swapped-both-88e": "nothing is said of both files far from where routes are, at 88 N",
}


def ours():
    """Give the cases for our own adapter: a third of them for the gate, the others slow."""
    for number, (name, case) in enumerate(CASES.items()):
        marks = [pytest.mark.xfail(reason=NOT_YET[name], strict=True)] if name in NOT_YET else []
        quick = case["expected"]["outcome"] == "refuse" or number % 4 == 0 or name in NOT_YET
        yield pytest.param(name, id=name, marks=marks if quick else [*marks, pytest.mark.slow])


@pytest.mark.parametrize("name", list(ours()))
def test_this_project_is_right(name):
    [found] = score.verdicts("`geo expose`", [CASES[name]])
    assert found.verdict == run.RIGHT, found.detail


@pytest.mark.parametrize("name", NOT_YET)
def test_what_is_not_right_yet_is_no_wrong_number(name):
    [found] = score.verdicts("`geo expose`", [CASES[name]])
    assert found.verdict in {run.RIGHT, run.NO_WORD, run.REFUSED}


def test_the_manifest_fits_its_schema():
    schema = json.loads((FOLDER / "manifest.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    manifest = json.loads((FOLDER / "manifest.json").read_text("utf-8"))
    assert not [str(error) for error in Draft202012Validator(schema).iter_errors(manifest)]
    assert len(CASES) == len(manifest["cases"])


def test_the_files_are_there_and_small():
    named = {one for case in CASES.values() for one in case["files"].values()}
    assert all((FOLDER / one).is_file() for one in named if one.startswith("files/"))
    assert sum(one.stat().st_size for one in FOLDER.rglob("*") if one.is_file()) < 1 << 20


def test_no_file_calls_a_host():
    for path in sorted(one for one in (FOLDER / "files").rglob("*.*") if one.suffix != ".gpkg"):
        found = path.read_bytes().split(b"http")[1:]  # a GeoPackage names registries of CRSs
        assert all(
            rest.startswith(
                (b"://127.0.0.1:9/", b"://www.topografix.com/GPX", b"://www.opengis.net/")
            )
            for rest in found
        ), path


@pytest.mark.parametrize(
    "name", ["plain", "out-and-back", "along-shared-border", "hole", "fixture"]
)
def test_the_oracle_gives_the_numbers_of_the_manifest(name):
    stored = CASES[name]["expected"]
    made = make.numbers(MADE[name])
    assert made == {key: stored[key] for key in made}


@pytest.mark.slow
def test_the_suite_is_what_its_maker_gives():
    assert make.differences() == []


@pytest.mark.slow
def test_the_oracle_agrees_with_geographiclib():
    worst = make.agreement()
    assert worst.pop("swapped-vertex-88e") < 2e-4  # edges of 8,000 km near the pole
    assert max(worst.values()) < 5e-7


@pytest.mark.parametrize(
    ("end", "metres"), [((0, 90), 10_001_965.7293127), ((1, 0), 111_319.4907932736)]
)
def test_the_oracle_measures_what_is_known(end, metres):
    assert oracle.arc((0, 0), end) == pytest.approx(metres, abs=1e-7)


def simple():
    """Give the cases of valid polygons and no border, of which planar pieces tell as much."""
    for name, case in MADE.items():
        if case.truth and case.outcome == "answer" and not CASES[name]["expected"]["boundary_m"]:
            shapes = [
                shapely.MultiPolygon([(p[0], p[1:]) for p in z]) for z in case.truth[1].values()
            ]
            if all(shapely.is_valid(shape) for shape in shapes) and name != "whole-world":
                yield pytest.param(name, shapely.union_all(shapes), id=name)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "union"), list(simple()))
def test_geos_cuts_the_same_pieces_edge_by_edge(name, union):
    routes = MADE[name].truth[0]
    edges = [edge for route in routes for part in route for edge in pairwise(part)]
    found = math.fsum(
        make.by_geographiclib(*shapely.get_coordinates(piece)[[0, -1]].tolist())
        for start, end in edges
        if start != end
        for piece in shapely.get_parts(shapely.LineString([start, end]).intersection(union))
        if piece.geom_type == "LineString" and not piece.is_empty
    )
    assert found == pytest.approx(CASES[name]["expected"]["exposed_m"], abs=2e-4)


ANSWER = {"length_m": 10.0, "exposed_m": 2.0, "warnings": []}
WANTED = {"outcome": "answer", "length_m": 10.0, "exposed_m": 2.0, "boundary_m": 1.0,
          "zones": {"Z": {"inside_m": 2.0, "boundary_m": 1.0}}, "tolerance_m": 0.1}  # fmt: skip
WORD = {"warning": {"required": True, "words": ["twist"]}}
REFUSE = {"outcome": "refuse", "names": ["zones.geojson"]}
EITHER = WANTED | WORD | REFUSE | {"outcome": "answer-or-refuse"}
IN_A_PATH = {"warnings": ["odd: files/twist/zones.geojson"]}


@pytest.mark.parametrize(
    ("want", "code", "out", "err", "verdict"),
    [
        (WANTED, 0, ANSWER, "", run.RIGHT),
        (WANTED, 0, ANSWER | {"length_m": 10.2}, "", run.SILENT),
        (WANTED, 0, ANSWER | {"length_m": 10.2, "warnings": ["odd"]}, "", run.WARNED),
        (WANTED, 0, ANSWER | {"exposed_m": float("nan")}, "", run.SILENT),
        (WANTED, 0, ANSWER | {"boundary_m": 0.0}, "", run.SILENT),
        (WANTED, 0, ANSWER | {"zones": {"Z": {"inside_m": 3.0}}}, "", run.SILENT),
        (WANTED, 1, "", "zones.geojson: no", run.REFUSED),
        (WANTED, None, "", "", run.TIMEOUT),
        (WANTED, -11, "", "", run.CRASH),
        (WANTED, 1, "", "Traceback (most recent call last):\nE", run.CRASH),
        (WANTED, 0, "no JSON", "", run.CRASH),
        (WANTED, 0, {"length_m": 10.0, "warnings": []}, "", run.CRASH),
        (WANTED, 0, ANSWER | {"warnings": "odd"}, "", run.CRASH),
        (WANTED, 0, ANSWER | {"zones": ["Z"]}, "", run.CRASH),
        (WANTED, 0, ANSWER | {"zones": {"Z": {"inside_m": None}}}, "", run.CRASH),
        (WANTED | WORD, 0, ANSWER, "", run.NO_WORD),
        (WANTED | WORD, 0, ANSWER, "a Twist", run.RIGHT),
        (WANTED | WORD, 0, ANSWER | {"warnings": ["a twist"]}, "", run.RIGHT),
        (WANTED | WORD, 0, ANSWER, "an untwisted road\na usual twist", run.NO_WORD),
        (WANTED | WORD, 0, ANSWER | IN_A_PATH, "", run.NO_WORD),
        (WANTED | WORD, 0, ANSWER | {"exposed_m": 9, "warnings": ["odd"]}, "", run.SILENT),
        (REFUSE, 2, "", "zones.geojson: no", run.RIGHT),
        (REFUSE, 2, "", "no", run.NO_WORD),
        (REFUSE, 0, ANSWER, "", run.SILENT),
        (REFUSE, 0, ANSWER, "odd", run.WARNED),
        (EITHER, 1, "", "zones.geojson", run.RIGHT),
        (EITHER, 0, ANSWER, "", run.NO_WORD),
    ],
)  # fmt: skip
def test_verdicts(want, code, out, err, verdict):
    files = {"routes": "files/plain/routes.geojson", "zones": "files/twist/zones.geojson"}
    case = {"id": "twist", "group": "g", "tests": "t", "files": files, "expected": want}
    text = out if isinstance(out, str) else json.dumps(out)
    ended = run.Ended(code, text, err)
    assert run.judge(case, ended, {"a usual twist"})[0] == verdict


def test_a_score_counts_every_verdict():
    each = [run.Verdict("a", "g", run.RIGHT, ""), run.Verdict("b", "g", run.CRASH, "why")]
    assert run.score(each)["groups"] == {"g": {run.RIGHT: 1, run.CRASH: 1}}
    assert "crash: b (g): why" in run.report(each)
    assert "1 of 2 right" in run.report(each)


def test_a_command_is_run_with_the_paths_and_ended_in_time():
    echo = "import sys; print(sys.argv[1:]); sys.exit(3)"
    adapter = run.command(f"{sys.executable} -c '{echo}' {{routes}} {{zones}}")
    assert adapter("a b.geojson", "c") == run.Ended(3, "['a b.geojson', 'c']\n", "")
    slow = run.command(f"{sys.executable} -c 'import time; time.sleep(60)'", timeout=0.2)
    assert slow("a", "b").code is None


@pytest.mark.slow
@pytest.mark.parametrize("adapter", ["geo_expose.py", "geopandas_overlay.py"])
def test_an_adapter_as_a_program_says_what_it_says_in_this_process(adapter):
    name = "`geo expose`" if adapter == "geo_expose.py" else "geopandas"
    few = [CASES[one] for one in ("plain", "overlap", "nan", "swapped-both", "gpx-track")]
    program = run.command(f"{sys.executable} {FOLDER / 'adapters' / adapter} {{routes}} {{zones}}")
    found = [one.verdict for one in run.run(program, few)]
    assert found == [one.verdict for one in score.verdicts(name, few)]


@pytest.mark.slow
def test_the_score_in_the_readme_is_the_score():
    recorded = score.recorded()
    made = score.table({name: score.verdicts(name) for name in score.ASKED})
    if f"With {score.tools()}:" not in recorded:  # another geopandas may well do better
        made, recorded = (
            [row.split("|")[2] for row in one.splitlines()[3:]] for one in (made, recorded)
        )
    assert made == recorded
