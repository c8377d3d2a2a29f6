"""The compiled core touches no memory that is not its own, and wheels build without it."""

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile

import pytest
from conftest import ROOT

pytestmark = pytest.mark.slow

CORE = ROOT / "geo" / "passages" / "core" / "core.c"
SANITIZERS = ("address", "undefined")
# run under the sanitizers: cases that crowd, touch, run along borders and have gaps
CASES = """
import importlib.machinery, importlib.util, sys
import numpy as np, shapely
import shapes
loader = importlib.machinery.ExtensionFileLoader("_core", sys.argv[1])
core = importlib.util.module_from_spec(importlib.util.spec_from_loader("_core", loader))
loader.exec_module(core)
from geo import passages
from geo.passages import compiled

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


@pytest.fixture(scope="module")
def compiler():
    found = shutil.which("gcc")
    if found is None and not os.environ.get("CI"):
        pytest.skip("no gcc")
    assert found
    return found


def test_no_memory_is_touched_that_is_not_its_own(compiler, tmp_path):
    library = tmp_path / "_core.abi3.so"
    include = sysconfig.get_paths()["include"]
    flags = ["-O1", "-g", "-ffp-contract=off", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror"]
    flags += [f"-fsanitize={','.join(SANITIZERS)}", "-fno-sanitize-recover=all"]
    words = [compiler, *flags, f"-I{include}", str(CORE), "-o", str(library), "-lm"]
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
    done = subprocess.run(
        [sys.executable, "-c", CASES, str(library)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert int(done.stdout) > 5000


@pytest.mark.parametrize("there", [True, False])
def test_a_wheel_builds_with_and_without_a_compiler(compiler, tmp_path, there):
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for name in filter(None, names.split("\0")):
        target = tmp_path / "source" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((ROOT / name).read_bytes())
    words = ["-m", "pip", "-q", "wheel", "--no-deps", "--no-build-isolation", "-w", str(tmp_path)]
    environment = {**os.environ, "CC": compiler if there else "false"}
    subprocess.run([sys.executable, *words, str(tmp_path / "source")], env=environment, check=True)
    wheel = next(tmp_path.glob("*.whl"))
    assert "cp311-abi3" in wheel.name
    inside = [name for name in zipfile.ZipFile(wheel).namelist() if "passages/_core.abi3" in name]
    assert bool(inside) == there
