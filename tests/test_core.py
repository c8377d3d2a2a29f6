"""The compiled core touches no memory that is not its own, and wheels build without it."""

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile

import pytest
from conftest import ROOT, copy_of_source

pytestmark = pytest.mark.slow

CORE = ROOT / "geo" / "passages" / "core" / "core.c"
SANITIZERS = ("address", "undefined", "float-cast-overflow")
# asked for, the core's n-th request for memory is refused
SCARCE = """
#include <stdlib.h>
long requests_left = -1;
static int refused(void) { return requests_left >= 0 && requests_left-- == 0; }
static void *scarce_malloc(size_t n) { return refused() ? NULL : malloc(n); }
static void *scarce_calloc(size_t n, size_t s) { return refused() ? NULL : calloc(n, s); }
static void *scarce_realloc(void *p, size_t n) { return refused() ? NULL : realloc(p, n); }
#define malloc scarce_malloc
#define calloc scarce_calloc
#define realloc scarce_realloc
"""
WITHOUT_MEMORY = """
import ctypes
left = ctypes.c_long.in_dll(ctypes.CDLL(sys.argv[1]), "requests_left")
compiled.core = core
zones = shapes.zones(60, seed=3)
lines = shapes.routes(60, zones, seed=4)
whole = passages.find(lines, passages.index(zones))
refused = 0
while True:
    left.value = refused
    try:
        found = passages.find(lines, passages.index(zones))
    except MemoryError:
        refused += 1
        continue
    assert left.value >= 0, "an answer without the memory that it asked for"
    break
left.value = -1
assert np.array_equal(found.to_m, whole.to_m)
print(refused)
"""
# run under the sanitizers: cases that crowd, touch, run along borders and have gaps
LOAD = """
import importlib.machinery, importlib.util, sys
import numpy as np, shapely
import shapes
loader = importlib.machinery.ExtensionFileLoader("_core", sys.argv[1])
core = importlib.util.module_from_spec(importlib.util.spec_from_loader("_core", loader))
loader.exec_module(core)
from geo import passages
from geo.passages import compiled
"""
CASES = """
def both(lines, zones):
    found = []
    for compiled.core in (None, core):
        found.append(passages.find(lines, passages.index(zones)))
    here, there = found
    assert np.array_equal(here.route, there.route) and np.array_equal(here.zone, there.zone)
    assert np.array_equal(here.on_border, there.on_border)
    np.testing.assert_allclose(here.from_m, there.from_m, rtol=1e-10, atol=1e-5)
    np.testing.assert_allclose(here.to_m, there.to_m, rtol=1e-10, atol=1e-5)
    return here.route.size

rng, passed = np.random.default_rng(0), 0
for _ in range(300):
    zones = [shapely.box(*np.sort(rng.integers(0, 9, (2, 2)), axis=0).ravel()) for _ in range(9)]
    zones = np.array([zone for zone in zones if zone.area] + [shapely.box(0, 0, 1, 1)])
    lines = []
    for _ in range(rng.integers(1, 12)):
        walk = rng.integers(0, 9, (rng.integers(4, 30), 2)).astype(float)
        half = len(walk) // 2
        ends = half - rng.integers(0, 2)  # with a gap, or two parts that meet
        parts = [walk[: half + 1], walk[ends + 1 :]]
        gap = len(walk) > 6 and rng.random() < 0.4
        lines.append(shapely.MultiLineString(parts) if gap else shapely.LineString(walk))
    passed += both(np.array(lines, dtype=object), zones)
zones = shapes.zones(60, seed=3)
lines = shapes.routes(150, zones, seed=4)
passed += both(lines, zones) + both(lines[:0], zones) + both(lines, zones[:0])
print(passed)
"""
# numbers of an index bent at random: what `sound` lets pass must do no harm, whatever it says
BENT = """
import dataclasses
from geo.errors import GeometryError
from geo.passages import sound
from geo.passages.index import built

compiled.core = core
rng = np.random.default_rng(5)
zones = shapes.zones(30, seed=7)
lines = shapes.routes(40, zones, seed=8)
edges = built(zones)
refused = ran = 0
for _ in range(4000):
    arrays = {name: array.copy() for name, array in sound.arrays(edges).items()}
    origin, cell = edges.grid.origin.copy(), edges.grid.cell.copy()
    columns, rows = edges.grid.shape
    for _ in range(rng.integers(1, 4)):
        name = rng.choice([*arrays, "side", "base", "grid"])
        if name == "grid":
            which = rng.integers(4)
            if which < 2:
                factor = rng.choice([0.0, 1e-9, 1e-16, 0.9, 3.0, -1.0])
                (origin, cell)[which][rng.integers(2)] *= factor
            else:
                columns, rows = [(rows, columns), (1, columns * rows)][which - 2]
            continue
        flat = arrays[name].reshape(-1)
        some = rng.integers(0, flat.size, rng.integers(1, 5))
        near = rng.integers(-2, edges.zone.size + 2, some.size)
        flat[some] = rng.choice([flat[rng.integers(0, flat.size)], flat[some[0]] + 1, near[0]])
        if name == "side":  # with what follows from it, so that it may pass
            base = np.append(0, np.cumsum(arrays["side"].astype(np.int64) ** 2))
            arrays["base"] = base.astype(np.int32)
            first = np.sort(rng.choice(arrays["first"], max(int(base[-1]), 0) + 1))
            first[0], first[-1] = 0, arrays["edges"].size
            arrays["first"] = first
    grid = dataclasses.replace(
        edges.grid, origin=origin, cell=cell, shape=(int(columns), int(rows)),
        side=arrays.pop("side"), base=arrays.pop("base"),
    )
    one = dataclasses.replace(edges, grid=grid, **arrays)
    if sound.fault(one):
        refused += 1
        continue
    ran += 1
    try:
        passages.find(lines, one)
    except GeometryError:
        pass
print(refused, ran)
"""


@pytest.fixture(scope="module")
def compiler():
    found = shutil.which("gcc")
    if found is None and not os.environ.get("CI"):
        pytest.skip("no gcc")
    assert found
    return found


@pytest.fixture(scope="module")
def sanitized(compiler, tmp_path_factory):
    """Give a function that runs a script with a core that ends at the first misstep."""
    library = tmp_path_factory.mktemp("core") / "_core.abi3.so"
    scarce = library.with_name("scarce.h")
    scarce.write_text(SCARCE, encoding="utf-8")
    include = sysconfig.get_paths()["include"]
    flags = ["-O1", "-g", "-ffp-contract=off", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror"]
    flags += [f"-fsanitize={','.join(SANITIZERS)}", "-fno-sanitize-recover=all"]
    words = [compiler, *flags, f"-I{include}", str(CORE), "-o", str(library), "-lm"]
    words += ["-include", str(scarce)]
    subprocess.run(words, check=True)
    preload = [
        subprocess.run(
            [compiler, f"-print-file-name=lib{name}.so"], capture_output=True, text=True, check=True
        ).stdout.strip()
        for name in ("asan", "ubsan")
    ]
    environment = {
        **os.environ,
        "LD_PRELOAD": ":".join(preload),
        "ASAN_OPTIONS": "detect_leaks=0",  # the interpreter keeps what it keeps
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")]),
    }

    def run(script):
        done = subprocess.run(
            [sys.executable, "-c", LOAD + script, str(library)],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-4000:]
        return [int(number) for number in done.stdout.split()]

    return run


def test_no_memory_is_touched_that_is_not_its_own(sanitized):
    [passed] = sanitized(CASES)
    assert passed > 5000


def test_no_bent_index_leads_it_out_of_its_memory(sanitized):
    refused, ran = sanitized(BENT)
    assert refused > 1000
    assert ran > 500


def test_without_memory_it_says_so(sanitized):
    [refused] = sanitized(WITHOUT_MEMORY)
    assert refused > 20


@pytest.mark.parametrize("there", [True, False])
def test_a_wheel_builds_with_and_without_a_compiler(compiler, tmp_path, there):
    source = copy_of_source(tmp_path / "source")
    words = ["-m", "pip", "-q", "wheel", "--no-deps", "--no-build-isolation", "-w", str(tmp_path)]
    environment = {**os.environ, "CC": compiler if there else "false"}
    subprocess.run([sys.executable, *words, str(source)], env=environment, check=True)
    wheel = next(tmp_path.glob("*.whl"))
    assert "cp311-abi3" in wheel.name
    inside = [name for name in zipfile.ZipFile(wheel).namelist() if "passages/_core.abi3" in name]
    assert bool(inside) == there
