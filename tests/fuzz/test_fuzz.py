"""No bytes in a file end in anything but an answer, a warning or a named error; see SECURITY.md."""

import importlib.util
import json
import os
import subprocess
import sys

import pytest
from conftest import ROOT

from fuzz import mutation

CASES = int(os.environ.get("GEO_FUZZ_CASES", "200000"))
NEVER = ("unhandled", "connections", "files", "executions", "secrets")
ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "tests")))}
MISDEEDS = {
    "connections": (
        "import socket; socket.socket().connect_ex(('127.0.0.1', watch.port))",
        "import socket; socket.getaddrinfo('localhost', 80)",
        "import ctypes, urllib.request; open_url('http://127.0.0.1:1/')",
    ),
    "files": (
        "open('../elsewhere', 'w').close()",
        "import os; os.close(os.open('../elsewhere', os.O_CREAT | os.O_WRONLY))",
        "import os; os.rename('here', '../there')",
        "import os; os.remove('../secret')",
        "import os; os.mkdir('../folder')",
        "import shutil; shutil.copyfile('here', '../copy')",
    ),
    "executions": (
        "import subprocess, sys; subprocess.run([sys.executable, '-c', ''])",
        "import os; os.system('true')",
        "eval('zqx', {'zqx': 1})",
        "exec('x = [y for y in \"zqx\"]')",
        "import jinja2; jinja2.Template('{{ zqx }}').render()",
    ),
    "secrets": ("open('../secret').close()",),
}
PLANTED = """
import os, sys, urllib.request
from pathlib import Path
from fuzz.watch import Watch

base = Path(sys.argv[1])
(base / "in").mkdir()
(base / "secret").write_text("s")
(base / "secret2").write_text("s")
os.chdir(base / "in")
Path("here").write_text("h")
watch = Watch("../secret")
watch_proxy = os.environ["HTTP_PROXY"]
def open_url(address):
    try:
        urllib.request.build_opener(urllib.request.ProxyHandler({"http": watch_proxy})).open(
            address, timeout=0.2)
    except OSError:
        pass
code = compile(sys.argv[2], str(base / "planted.py"), "exec")
with watch.over(base / "in"):
    exec(code)
print(*sorted(watch.heard))
"""


def run(*words, timeout=600):
    command = [sys.executable, *map(str, words)]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout


def campaign(folder, way, cases, kinds, **more):
    """Run a campaign in a process of its own, since an audit hook stays for good."""
    figures = folder / f"{way}-{kinds}.json"
    words = ["--cases", cases, "--kinds", kinds, "--figures", figures]
    words += ["--kept", os.environ.get("GEO_FUZZ_KEPT", folder / "kept")]
    for name, value in more.items():
        words += [f"--{name}", value]
    run("-m", "fuzz.campaign", way, *words, timeout=None)
    found = json.loads(figures.read_text("utf-8"))
    bad = {kind: found[kind] for kind in NEVER if found[kind]}
    assert not bad, json.dumps({"found": found["found"], "told": found["told"], **bad}, indent=1)
    assert not found["warned"]
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "code"), [(kind, code) for kind, codes in MISDEEDS.items() for code in codes]
)
def test_the_watch_hears_each_misdeed(tmp_path, kind, code):
    assert kind in run("-c", PLANTED, tmp_path, code).split()


@pytest.mark.slow
def test_the_watch_is_silent_where_nothing_is_amiss(tmp_path):
    code = "import tempfile; open('new', 'w').close(); open('here').close(); eval('1 + 1'); "
    code += "import shutil; shutil.copyfile('../secret2', 'copy')"
    assert not run("-c", PLANTED, tmp_path, code).split()


@pytest.mark.slow
def test_bent_files_are_answered_or_refused_and_do_nothing_else(tmp_path):
    found = campaign(tmp_path, "plain", 1500, "all")
    assert found["cases"] == 1500
    assert len(found["by_kind"]) > 15
    assert {"answer", "warned answer", "named error: InputError"} <= set(found["outcomes"])


@pytest.mark.slow
def test_the_whole_path_ends_in_a_page_or_in_words(tmp_path):
    found = campaign(tmp_path, "plain", 60, "whole", seed=2)
    assert {"answer", "named error: exit 1"} <= set(found["outcomes"])


@pytest.mark.slow
def test_a_cut_a_flip_or_a_lost_line_anywhere_is_answered_or_refused(tmp_path):
    found = campaign(tmp_path, "sweep", 800, "readers", step=97)
    ways = {name.split(":")[0] for name in found["by_way"]}
    assert {"cut", "flip", "line deleted", "line doubled", "lines swapped", "key deleted"} <= ways


@pytest.mark.fuzz
@pytest.mark.parametrize(
    ("kinds", "share"), [("readers", 0.75), ("whole", 0.05), ("events", 0.03), ("gdal", 0.02)]
)
def test_many_cases_led_by_the_branches_that_they_reach(tmp_path, kinds, share):
    """Where there is no atheris for this Python, chance alone chooses."""
    led = importlib.util.find_spec("atheris") is not None
    more = {"corpus": tmp_path / "corpus"} if led else {}
    many = max(int(CASES * share), 100)
    assert campaign(tmp_path, "guided" if led else "plain", many, kinds, **more)["cases"] >= many


@pytest.mark.fuzz
def test_every_place_of_good_files_is_cut_flipped_deleted_doubled_and_swapped(tmp_path):
    found = campaign(tmp_path, "sweep", int(CASES * 0.15), "all", step=1)
    assert found["cases"] > min(CASES * 0.1, 15_000)


@pytest.mark.parametrize(
    ("ending", "data"),
    [
        (".geojson", b'{"type":"Point","coordinates":[1,2]}'),
        (".kml", b"<kml><Point><coordinates>1,2</coordinates></Point></kml>"),
        (".zip", mutation.pack([("a.geojson", b"{}"), ("b.kml", b"<kml/>")])),
        (".csv", b"date,lat,lon\n2024-01-01,1,2\n"),
        (".yaml", b"name: x\nchanges:\n  - close: {gate: a}\n"),
    ],
)
def test_bending_is_the_same_for_the_same_dice_and_goes_everywhere(ending, data):
    import random

    bent = [mutation.bend(data, ending, random.Random(seed), other=data) for seed in range(300)]
    again = [mutation.bend(data, ending, random.Random(seed), other=data) for seed in range(300)]
    assert bent == again
    assert len(set(bent)) > 100
    assert any(mutation.MARK.encode() in one for one in bent) or ending == ".zip"
