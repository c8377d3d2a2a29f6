"""
Routes against zones: the kernel against its peers, and how its time grows.

Processor seconds, medians; all competitors of a workload take turns in one run,
each in a process of its own. A whole run writes `results.json`, the table in
`README.md` and `speed.svg`; with GEO_BENCH=quick the large workloads and
the costly peers are left out, and nothing is written.
"""

import importlib.util
import json
import os
import platform
import sys
from contextlib import ExitStack
from dataclasses import asdict, replace
from datetime import date
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest
import shapely

sys.path.insert(0, str(Path(__file__).parent))

import agreement
import postgis
import show
from competitors import COMPETITORS
from race import Entry, race, write
from workload import WORKLOADS, Workload

pytestmark = pytest.mark.bench

QUICK, ONCE = (os.environ.get("GEO_BENCH") == word for word in ("quick", "once"))
OURS = ("own", "numpy")
# how often each runs; less than three, and the table says so
EVERY = tuple(COMPETITORS)
PAIRS = tuple(name for name in EVERY if name != "dissolved")
ROUNDS = {
    "small": dict.fromkeys(EVERY, 15),
    "mini": dict.fromkeys(EVERY, 7),
    "medium": dict.fromkeys(EVERY, 3),
    "large2k": dict.fromkeys(PAIRS, 1) | dict.fromkeys([*OURS, "strtree"], 3),
    "large20k": dict.fromkeys([*OURS, "strtree"], 3),
}
COSTLY = ("duckdb", "sedonadb", "postgis")
LIMIT_S = 120 if ONCE else 900
# processor seconds of the fastest peer over those of the compiled core
AT_LEAST = {"small": 1, "mini": 4, "medium": 20, "large2k": 15, "large20k": 40}
MEDIUM_IN_NUMPY = 8
LARGE_MB = 400  # above what was read in
STEPS = (1, 4, 16)
BASE = Workload(1_000, 200, 200, 320)
GROWN = {
    "routes": "zones, vertices of each route; pairs grow alike",
    "split": "routes and their course, zones",
    "zones": "routes, extent, size of a zone; pairs grow alike",
    "zone_vertices": "routes, zones and their size; borders grow more ragged",
}
MOST = {"routes": 1.05, "zones": 1.05}  # of the exponent
TINY = Workload(300, 200, 200, 320, squeeze=20)
BESIDE = {"far_zone": "one zone far away", "long_route": "one route across the continent"}


def missing(name):
    """Say why a competitor can't run here, or nothing."""
    if name == "postgis":
        return postgis.missing()
    package = COMPETITORS[name].package
    module = package and package.replace("-", "_")
    return f"{package} is not installed" if module and not importlib.util.find_spec(module) else ""


@pytest.fixture(scope="module")
def results():
    """Gather what is measured, in the form of results.json."""
    model = Path("/proc/cpuinfo").read_text("utf-8").partition("model name")[2]
    return {
        "made": date.today().isoformat(),  # noqa: DTZ011 - the day where it is run
        "machine": {
            "cores": os.cpu_count(),
            "processor": model.partition("\n")[0].strip("\t :"),
            "system": platform.system(),
            "python": platform.python_version(),
        },
        "packages": {name: metadata.version(name) for name in ("numpy", "pyproj", "shapely")},
        "competitors": {},
        "workloads": {},
        "slopes": {},
        "beside": {},
    }


@pytest.fixture
def server():
    """Give a function that starts PostGIS when it is first needed."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(postgis.cluster())


def figures(entry):
    """Give medians to three digits, as they stand in results.json."""
    keys = [key for key in entry.runs[0] if entry.runs[0][key] is not None]
    return {"rounds": len(entry.runs)} | {key: digits(entry.median(key)) for key in keys}


def digits(value, count=3):
    return float(f"{value:.{count}g}")


def entries(name, folder, server):
    """Make an entry for each competitor that can run, and a reason for each that can't."""
    able, unable = [], {}
    for each, rounds in ROUNDS[name].items():
        why = missing(each) or ("left out by GEO_BENCH=quick" if QUICK and each in COSTLY else "")
        if why:
            unable[each] = {"skipped": why}
        else:
            where = server() if each == "postgis" else ""
            able.append(Entry(each, folder, 1 if ONCE else rounds, LIMIT_S, where))
    return able, unable


def differences(entry, mine, routes, zones):
    """Compare with ours whatever a competitor gives: pairs, unions, or both."""
    tolerance = np.zeros(len(routes))
    if entry.name not in OURS:
        tolerance += agreement.conventions(routes)
    if entry.name == "overlay":
        tolerance += agreement.of_map(zones)
    kinds = {"length_m": agreement.pairs, "union_m": agreement.unions}
    return {
        key: kinds[key](mine.answer, entry.answer, tolerance)
        for key in kinds
        if key in entry.answer
    }


@pytest.mark.parametrize("name", [name for name in WORKLOADS if not (QUICK and "large" in name)])
def test_pairs_and_union_against_the_peers(name, tmp_path, server, results, capsys):
    routes, zones = WORKLOADS[name].drawn()
    assert shapely.is_valid(zones).all()
    able, told = entries(name, write(tmp_path / name, routes, zones), server)
    own, *others = race(able)
    assert not own.failed, own.failed
    apart = {entry.name: differences(entry, own, routes, zones) for entry in others if entry.runs}
    for entry in able:
        if entry.version:
            results["competitors"][entry.name] = entry.version
        told[entry.name] = {"skipped": entry.failed} if entry.failed else figures(entry)
        for kind, found in apart.get(entry.name, {}).items():
            told[entry.name][kind] = {"apart": found.apart, "worst": digits(found.worst, 2)}
    results["workloads"][name] = {
        "routes": len(routes),
        "vertices": int(shapely.get_num_coordinates(routes).sum()),
        "zones": len(zones),
        "zone_vertices": int(shapely.get_num_coordinates(zones).sum()),
        "pairs": int((own.answer["length_m"] > 0).sum()),
        "competitors": {each: told[each] for each in ROUNDS[name]},
    }
    with capsys.disabled():
        print("\n" + show.lines_of(name, results["workloads"][name]))  # noqa: T201

    assert not [entry.failed for entry in others if entry.failed and entry.name in OURS]
    wrong = {
        (each, kind): asdict(found)
        for each, kinds in apart.items()
        for kind, found in kinds.items()
        if found.apart or found.excess > 1
    }
    assert not wrong
    reached = show.ratio(results["workloads"][name])
    if reached and own.version == "compiled core":
        assert reached >= AT_LEAST[name]
        assert name != "large20k" or told["own"]["memory_mb"] < LARGE_MB
    if reached and name == "medium":
        slower = told["numpy"]["processor_s"] / told["own"]["processor_s"]
        assert reached / slower >= MEDIUM_IN_NUMPY


@pytest.mark.parametrize("what", GROWN)
def test_time_grows_no_faster_than_the_work(what, tmp_path, results, capsys):
    grown = [replace(BASE, **{what: getattr(BASE, what) * step}) for step in STEPS]
    able = race(
        [
            Entry("own", write(tmp_path / str(step), *each.drawn()), 1 if ONCE else 5)
            for step, each in zip(STEPS, grown, strict=True)
        ]
    )
    assert not any(entry.failed for entry in able)
    told = {"held": GROWN[what], "pairs": [], "steps": STEPS, "exponent": {}}
    for key in ("processor_s", "index_s", "find_s", "union_s"):
        spent = [entry.median(key) for entry in able]
        told[key] = [digits(value) for value in spent]
        told["exponent"][key] = round(float(np.polyfit(np.log(STEPS), np.log(spent), 1)[0]), 2)
    told["pairs"] = [int((entry.answer["length_m"] > 0).sum()) for entry in able]
    results["slopes"][what] = told
    with capsys.disabled():
        print(f"\n{what} x {STEPS}: {told}")  # noqa: T201 - the figures are the point of it
    assert told["exponent"]["processor_s"] <= MOST.get(what, 1.2)
    assert told["exponent"]["find_s"] <= MOST.get(what, 1.2)


def test_one_far_away_costs_the_others_nothing(tmp_path, results, capsys):
    made = {"alone": TINY} | {name: replace(TINY, **{name: True}) for name in BESIDE}
    shapes = {name: each.drawn() for name, each in made.items()}
    able = [Entry("own", write(tmp_path / name, *each), 3) for name, each in shapes.items()]
    alone, *rest = race(able)
    assert not any(entry.failed for entry in able)
    spent = {name: entry.median("processor_s") for name, entry in zip(made, able, strict=True)}
    results["beside"] = {name: digits(value) for name, value in spent.items()}
    with capsys.disabled():
        print(f"\ntiny zones and routes, alone and beside: {results['beside']}")  # noqa: T201
    for entry in rest:
        common = entry.answer["route"] < TINY.routes
        for key in ("route", "zone", "length_m"):
            assert (entry.answer[key][common] == alone.answer[key]).all()
    assert max(spent.values()) <= 3 * spent["alone"]


@pytest.mark.skipif(QUICK, reason="a quick run keeps nothing")
def test_results_are_kept(results):
    whole = (set(WORKLOADS), set(GROWN), {"alone", *BESIDE})
    measured = tuple(set(results[key]) for key in ("workloads", "slopes", "beside"))
    if measured != whole and not ONCE:
        pytest.skip("not all was measured in this run")
    assert results["competitors"]["own"] == "compiled core", "it is not built"
    show.RESULTS.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    show.main()
