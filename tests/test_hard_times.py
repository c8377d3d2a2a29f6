"""A full disk, a kill, an interrupt, too little memory: nothing is lost, and it is said."""

import json
import math
import os
import resource
import signal
import subprocess
import sys
import time

import pytest
from conftest import ROOT

pytestmark = pytest.mark.slow

KILLS = 200
WRITER = """
import hashlib, itertools, os, random, resource, signal, sys, time
from pathlib import Path
from geo import io

target, rounds = Path(sys.argv[1]), int(sys.argv[2])
dice = random.Random(1)

def text(number):
    body = f"{number} " * dice.randrange(1, 400_000)
    return f"{hashlib.sha256(body.encode()).hexdigest()}\\n{body}"

def is_whole():
    digest, _, body = target.read_text("utf-8").partition("\\n")
    return hashlib.sha256(body.encode()).hexdigest() == digest

io.write_text(target, text(0))
torn = 0
for _ in range(rounds):
    child = os.fork()
    if child == 0:
        for number in itertools.count():
            io.write_text(target, text(number))
    time.sleep(dice.uniform(0.0, 0.05))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    torn += not is_whole()
print(torn)
"""
TWO_WRITERS = """
import os, sys
from pathlib import Path
from geo import io

target = Path(sys.argv[1])
children = []
for name in "ab":
    child = os.fork()
    if child == 0:
        for _ in range(150):
            io.write_text(target, name * 300_000)
            assert set(target.read_text()) in ({"a"}, {"b"})
            assert target.stat().st_size == 300_000
        os._exit(0)
    children.append(child)
print(*(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children))
"""


def python(script, *words):
    command = [sys.executable, "-c", script, *map(str, words)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def geo(*words, **options):
    command = [sys.executable, "-m", "geo.cli", *map(str, words)]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )


def collection(path, kind, coordinates):
    feature = {
        "type": "Feature",
        "properties": {"name": "made"},
        "geometry": {"type": kind, "coordinates": coordinates},
    }
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    return path


def star(vertices):
    """Give a ring that goes in and out 300 times."""
    turns = [2 * math.pi * number / vertices for number in range(vertices)]
    ring = [
        [
            97 + (1 + 0.2 * math.sin(300 * t)) * math.cos(t),
            22 + (1 + 0.2 * math.sin(300 * t)) * math.sin(t),
        ]
        for t in turns
    ]
    return [*ring, ring[0]]


def test_the_old_or_the_new_file_is_whole_after_every_kill(tmp_path):
    done = python(WRITER, tmp_path / "x.txt", KILLS)
    assert done.stdout.strip() == "0", done.stderr


def test_of_two_writers_one_wins_whole(tmp_path):
    done = python(TWO_WRITERS, tmp_path / "x.txt")
    assert done.stdout.split() == ["0", "0"], done.stderr
    assert len(list(tmp_path.iterdir())) == 1


def test_the_old_file_survives_a_disk_that_is_full(tmp_path):
    """No file may grow beyond 64 KB, as on a full disk; the page is larger."""

    def full():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, 65_536))

    page = tmp_path / "map.html"
    page.write_text("old", "utf-8")
    running = geo("map", "-o", page, preexec_fn=full)
    _, said = running.communicate(timeout=120)
    assert running.returncode == 1
    assert "not written" in said
    assert page.read_text("utf-8") == "old"
    assert list(tmp_path.iterdir()) == [page]


def test_an_interrupt_waits_until_the_file_is_written(tmp_path):
    script = (
        "import os, signal, sys; from geo import io\n"
        "signal.signal(signal.SIGINT, signal.SIG_DFL)\n"
        "fsync = os.fsync\n"
        "os.fsync = lambda handle: (os.kill(os.getpid(), signal.SIGINT), fsync(handle))\n"
        "io.write_text(sys.argv[1], 'new'); print('went on')"
    )
    done = python(script, tmp_path / "x.txt")
    assert done.returncode == -signal.SIGINT
    assert done.stdout == ""
    assert (tmp_path / "x.txt").read_text() == "new"
    assert len(list(tmp_path.iterdir())) == 1


def long_work(folder):
    """Give the words of work that takes seconds: a border of a million vertices."""
    zone = collection(folder / "zone.geojson", "Polygon", [star(1_000_000)])
    road = collection(folder / "road.geojson", "LineString", [[95, 22], [99, 22.1]])
    output = folder / "answer.json"
    return ["expose", road, "--zones", zone, "--position-error", 5, "-o", output]


@pytest.fixture(scope="module")
def whole_s(tmp_path_factory):
    """Measure how long that work takes when nobody interrupts it, the files read before."""
    words, spent = long_work(tmp_path_factory.mktemp("whole")), []
    for _ in range(2):
        running = geo(*words)
        begin = time.monotonic()
        running.communicate(timeout=300)
        assert running.returncode == 0
        spent.append(time.monotonic() - begin)
    return min(spent)


@pytest.mark.parametrize("share", [0.15, 0.35, 0.55])
def test_an_interrupt_ends_any_work_within_a_second(tmp_path, whole_s, share):
    words = long_work(tmp_path)
    running = geo(*words)
    time.sleep(share * whole_s)
    begin = time.monotonic()
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert time.monotonic() - begin < 1.0
    assert running.returncode == -signal.SIGINT
    assert said == ""
    assert sorted(tmp_path.iterdir()) == sorted([words[1], words[3]])


@pytest.mark.parametrize("megabytes", [60, 120, 150])
def test_too_little_memory_is_said_in_one_line(megabytes):
    def poor():
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))

    running = geo("expose", "corridors", preexec_fn=poor)
    said_at_all, said = running.communicate(timeout=120)
    assert running.returncode == 1
    assert said_at_all == ""
    assert "not enough memory" in said or "Memory allocation" in said  # the latter is OpenBLAS's
    assert "Traceback" not in said


def test_a_million_vertices_against_a_hundred_thousand_fit_in_a_gigabyte(tmp_path):
    zone = collection(tmp_path / "zone.geojson", "Polygon", [star(100_000)])
    line = [[95.5 + 3 * n / 1_000_000, 22 + 0.3 * math.sin(n / 50)] for n in range(1_000_000)]
    road = collection(tmp_path / "road.geojson", "LineString", line)
    # what the system counts for a process includes what its parent held before it began
    script = (
        "from pathlib import Path; from geo.cli import main\n"
        "try: main()\n"
        "finally: print(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])"
    )
    words = ("expose", road, "--zones", zone, "--format", "csv")
    done = python(script, *words)
    peak_kb = int(done.stdout.split()[-1])
    assert ",made," in done.stdout, done.stderr
    assert peak_kb < 1_000_000


def test_a_screen_that_is_full_ends_with_a_line():
    with open("/dev/full", "w", encoding="utf-8") as full:  # noqa: PTH123 - it is no file
        command = [sys.executable, "-m", "geo.cli", "expose", "corridors"]
        done = subprocess.run(
            command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == f"geo: {os.strerror(28)}"
