"""A kept index: the same passages as of a new one, or a word why it is not used."""

import hashlib
import json
import multiprocessing
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import fields, replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
import shapes
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

from geo import exposure, io, passages
from geo.errors import GeometryError, InputError, OutputError
from geo.io.limits import Limits
from geo.io.rows import files_of
from geo.passages import compiled, folder, kept, recall, sound
from geo.passages.grid import Grid
from geo.passages.index import built

PINNED = "c9d407dc4bdb68ad078bd7ace915e734700f20567885debb7bc818c1a89b4f9d"
CORES = [None] if compiled.core is None else [None, compiled.core]
ZONES = shapes.zones(40, seed=3)
ROUTES = shapes.routes(60, ZONES, seed=4)
NAMES = [folder.ABOUT, *(f"{name}.npy" for name in folder.NAMES)]


@pytest.fixture(autouse=True)
def nothing_remembered():
    passages.forget()
    yield
    passages.forget()


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Give a folder that nobody changes: the index of the zones."""
    made = tmp_path_factory.mktemp("kept") / "zones.gpkg.index"
    kept.save(built(ZONES), ZONES, made)
    return made


@pytest.fixture
def bent(place, tmp_path):
    """Give a copy of it to change."""
    return shutil.copytree(place, tmp_path / place.name)


def with_core(core, work, *arguments):
    """Do it with one core."""
    before, compiled.core = compiled.core, core
    try:
        return work(*arguments)
    finally:
        compiled.core = before


def assert_same(here, there):
    """Assert that two answers are the same to the last bit."""
    for field in fields(here):
        one, other = getattr(here, field.name), getattr(there, field.name)
        assert one.dtype == other.dtype, field.name
        assert one.tobytes() == other.tobytes(), field.name


def is_kept_one(edges):
    return any(
        np.shares_memory(edges.corners, held.edges.corners) for held in recall._held.values()
    )


def fresh(zones, routes=ROUTES):
    """Find passages by an index that was built just now."""
    return passages.find(routes, built(zones))


# ---- the same numbers ----


def test_a_kept_index_is_what_was_saved(place):
    edges, loaded = built(ZONES), kept.load(place)
    for name, array in sound.arrays(edges).items():
        assert np.array_equal(array, sound.arrays(loaded.edges)[name]), name
        assert not sound.arrays(loaded.edges)[name].flags.writeable
    assert loaded.edges.zones == edges.zones
    assert loaded.edges.grid.shape == edges.grid.shape
    assert loaded.edges.grid.origin.tobytes() == edges.grid.origin.tobytes()
    assert loaded.edges.grid.cell.tobytes() == edges.grid.cell.tobytes()


def test_any_tool_can_read_its_arrays(place):
    edges = built(ZONES)
    for name, array in sound.arrays(edges).items():
        read = np.load(place / f"{name}.npy", mmap_mode="r", allow_pickle=False)
        assert np.array_equal(read, array), name


def test_a_digest_is_that_of_the_plain_wkb():
    empty = [shapely.Polygon(), shapely.MultiPolygon(), shapely.MultiPolygon([ZONES[0]])]
    every = np.array([*ZONES, *empty, shapely.set_srid(ZONES[1], 4326)])
    told = recall.digests(shapely.force_3d(every, 7.0))
    for row, shape in enumerate(every):
        wkb = shapely.to_wkb(shape, byte_order=1, output_dimension=2)
        assert told[row].tobytes() == hashlib.sha256(wkb).digest()[:16]
    assert recall.digests(ZONES[:0]).shape == (0, 16)


def test_digests_do_not_depend_on_blocks(monkeypatch):
    whole = recall.digests(ZONES)
    monkeypatch.setattr(recall, "_CORNERS", 7)
    assert np.array_equal(recall.digests(ZONES), whole)


chosen = st.lists(st.integers(0, len(ZONES) - 1), min_size=1, unique=True)


@pytest.mark.parametrize("core", CORES)
@pytest.mark.parametrize("maker", CORES)
@given(numbers=chosen)
def test_any_zones_of_it_in_any_order_give_the_same_passages(place, core, maker, numbers):
    """The index may have been made with the other core, and hold more than is asked for."""
    recall.LEAST_SHARE, share = 0, recall.LEAST_SHARE
    other = place.parent / f"by-{maker is None}"
    if not other.exists():
        kept.save(with_core(maker, built, ZONES), ZONES, other)
    try:
        passages.remember(other)
        asked = passages.index(ZONES[numbers])
        assert is_kept_one(asked)
        found = with_core(core, passages.find, ROUTES, asked)
        assert_same(found, with_core(core, fresh, ZONES[numbers]))
    finally:
        recall.LEAST_SHARE = share


@pytest.mark.parametrize("core", CORES)
def test_the_whole_layer_is_used_as_it_is(place, core):
    passages.remember(place)
    assert passages.index(ZONES) is recall._held[str(place)].edges
    assert_same(with_core(core, passages.find, ROUTES, ZONES), with_core(core, fresh, ZONES))


@pytest.mark.parametrize("core", CORES)
def test_zones_that_are_alike_are_told_apart(tmp_path, core):
    twice = np.concatenate([ZONES[:9], ZONES[:9], ZONES[:2]])
    kept.save(built(twice), twice, tmp_path / "i")
    passages.remember(tmp_path / "i")
    for zones, is_held in (
        (twice, True),
        (twice[::-1], True),
        (twice[3:], True),
        (ZONES[:9], True),
        (ZONES[[0, 4, 0, 4, 5, 0, 7, 8]], True),
        (ZONES[[4, 4, 4, 5, 6, 7, 8]], False),
        (np.concatenate([twice, twice]), False),
    ):
        assert is_kept_one(passages.index(zones)) == is_held
        found = with_core(core, passages.find, ROUTES, zones)
        assert_same(found, with_core(core, fresh, zones))


def test_zones_without_ground_are_kept_too(tmp_path):
    empty = np.array([shapely.Polygon(), *ZONES[:3], shapely.MultiPolygon()])
    for name, zones in {"some": empty, "all": empty[[0, 4]], "none": empty[:0]}.items():
        kept.save(built(zones), zones, tmp_path / name)
        passages.remember(tmp_path / name)
        assert_same(passages.find(ROUTES, zones), fresh(zones))
        assert kept.load(tmp_path / name).edges.zones == len(zones)


def test_no_routes_and_no_zones_give_nothing(place):
    passages.remember(place)
    assert passages.find(ROUTES[:0], ZONES[5:]).zone.size == 0
    assert passages.find(ROUTES, ZONES[:0]).zone.size == 0


def test_zones_that_it_does_not_hold_get_an_index_of_their_own(place):
    passages.remember(place)
    moved = ZONES.copy()
    moved[7] = shapely.transform(moved[7], lambda xy: xy + np.array([0, 2**-40]))
    for zones in (moved, np.append(ZONES, moved[7]), ZONES[:5]):
        edges = passages.index(zones)
        assert not is_kept_one(edges)
        assert edges.zones == len(zones)
        assert_same(passages.find(ROUTES, zones), fresh(zones))


ODD = shapely.transform(
    shapely.Polygon([(97, 25), (98, 25), (98, 26)]), lambda xy: np.where(xy == 26, np.nan, xy)
)


@pytest.mark.parametrize("wrong", [None, shapely.Point(97, 25), ODD])
def test_what_is_no_zone_is_refused_as_ever(place, wrong):
    passages.remember(place)
    with pytest.raises(GeometryError), np.errstate(invalid="ignore"):
        passages.index(np.append(ZONES, wrong))


def test_of_several_indexes_the_one_that_holds_all_is_used(place, tmp_path):
    other = shapes.zones(60, seed=9)
    kept.save(built(other), other, tmp_path / "other")
    passages.remember(place)
    passages.remember(tmp_path / "other")
    assert is_kept_one(passages.index(ZONES[::-1]))
    assert is_kept_one(passages.index(other[::-1]))
    assert not is_kept_one(passages.index(np.concatenate([ZONES, other])))


def test_not_more_than_eight_are_remembered(tmp_path):
    for number in range(10):
        zones = shapes.zones(3, seed=number)
        kept.save(built(zones), zones, tmp_path / str(number))
        passages.remember(tmp_path / str(number))
    assert len(recall._held) == 8
    assert not is_kept_one(passages.index(shapes.zones(3, seed=0)))
    assert is_kept_one(passages.index(shapes.zones(3, seed=9)))


def test_where_nothing_is_remembered_nothing_is_looked_at(monkeypatch):
    monkeypatch.setattr(recall, "shapely", None)
    assert recall.recalled(ZONES) is None


def test_the_format_is_raised_when_the_arrays_change(monkeypatch):
    """An index of another version must not be read as one of this: raise FORMAT with it."""
    side = np.array([1, 2, 3, 4, 5, 6, 7, 8, 9, 3, 2, 1], np.int32)
    base = np.append(0, np.cumsum(side**2)).astype(np.int32)
    laid = Grid(np.zeros(2), np.array([2.03, 3.1]), (4, 3), side, base)
    monkeypatch.setitem(built.__globals__, "fitted", lambda *_: laid)
    monkeypatch.setitem(built.__globals__, "refined", lambda *_: laid)
    monkeypatch.setattr(compiled, "refined", lambda *_: laid)
    squares = [shapely.box(x, y, x + 1, y + 1) for x in range(8) for y in range(8)]
    squares.append(shapely.box(1, 1, 7, 7).difference(shapely.box(2, 2, 3, 3)))
    for core in CORES:
        edges = with_core(core, built, np.array(squares))
        assert edges.grid is laid
        cell = np.repeat(np.arange(len(edges.first) - 1), np.diff(edges.first))
        every = {**sound.arrays(edges), "edges": edges.edges[np.lexsort((edges.edges, cell))]}
        digest = hashlib.sha256()
        for array in every.values():
            digest.update(np.ascontiguousarray(array))
        assert {kept.FORMAT: digest.hexdigest()} == {1: PINNED}


# ---- damage ----


def told_of(bent):
    """Give what is wrong with a folder; empty where it gives the right answer."""
    passages.forget()
    try:
        passages.remember(bent)
    except InputError as error:
        assert_same(passages.find(ROUTES, ZONES), fresh(ZONES))
        assert not recall._held
        return str(error)
    assert_same(passages.find(ROUTES, ZONES), fresh(ZONES))
    return ""


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("keep", [0.0, 0.3, 0.999])
def test_a_file_that_is_cut_is_told(bent, name, keep):
    file = bent / name
    file.write_bytes(file.read_bytes()[: int(file.stat().st_size * keep)])
    assert name in told_of(bent)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_is_not_there_is_told(bent, name):
    (bent / name).unlink()
    assert name in told_of(bent)
    (bent / name).mkdir()
    assert name in told_of(bent)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_grew_is_told(bent, name):
    with (bent / name).open("ab") as file:
        file.write(b"x" * 64)
    assert name in told_of(bent)


def test_a_pipe_does_not_hang(bent):
    (bent / "zone.npy").unlink()
    os.mkfifo(bent / "zone.npy")
    assert "zone.npy" in told_of(bent)


@pytest.mark.parametrize("one", folder.NAMES)
@pytest.mark.parametrize("other", folder.NAMES)
def test_arrays_that_are_swapped_are_told(bent, one, other):
    (bent / f"{one}.npy").rename(bent / "x")
    if one != other:
        (bent / f"{other}.npy").rename(bent / f"{one}.npy")
    (bent / "x").rename(bent / f"{other}.npy")
    assert bool(told_of(bent)) == (one != other)


def test_arrays_of_another_index_are_told(bent, tmp_path):
    other = ZONES[::-1]
    kept.save(built(other), other, tmp_path / "other")
    for name in NAMES:
        mixed = shutil.copytree(bent, tmp_path / f"mixed-{name}")
        shutil.copy(tmp_path / "other" / name, mixed / name)
        same = (mixed / name).read_bytes() == (bent / name).read_bytes()
        assert bool(told_of(mixed)) == (not same), name


flips = st.tuples(st.sampled_from(NAMES), st.floats(0, 1, exclude_max=True), st.integers(0, 7))


@given(which=st.lists(flips, min_size=1, max_size=4))
def test_any_flipped_bits_are_told_or_change_nothing(place, tmp_path_factory, which):
    bent = tmp_path_factory.mktemp("flipped") / "i"
    shutil.copytree(place, bent)
    for name, share, bit in which:
        raw = bytearray((bent / name).read_bytes())
        raw[int(share * len(raw))] ^= 1 << bit
        (bent / name).write_bytes(raw)
    changed = any((bent / name).read_bytes() != (place / name).read_bytes() for name in NAMES[1:])
    told = told_of(bent)
    assert told or not changed
    shutil.rmtree(bent)


# ---- who can write there and make the hashes anew: another answer perhaps, never a crash ----


def resealed(bent, change=None, **about):
    """Change arrays and what `_index.json` says, and make the hashes fit again."""
    said = json.loads((bent / folder.ABOUT).read_text())
    del said["sha256"]
    for name, array in (change or {}).items():
        np.save(bent / f"{name}.npy", array)
        raw = (bent / f"{name}.npy").read_bytes()
        said["arrays"][name] = {
            "shape": list(array.shape),
            "sha256": hashlib.sha256(raw).hexdigest(),
        }
    said |= about
    said["sha256"] = kept._sealed(said)
    (bent / folder.ABOUT).write_text(json.dumps(said))


def read(bent):
    return {name: np.load(bent / f"{name}.npy") for name in folder.NAMES}


BENDS = {
    "an edge out of range": lambda a: {"edges": put(a["edges"], -1, len(a["zone"]))},
    "an edge before all": lambda a: {"edges": put(a["edges"], 0, -1)},
    "the edge after the last": lambda a: {"edges": put(a["edges"], 3, len(a["zone"]) - 1)},
    "what is no edge": lambda a: {"edges": put(a["edges"], 3, np.flatnonzero(a["zone"] < 0)[0])},
    "first does not ascend": lambda a: {"first": put(a["first"], 5, a["first"][-1])},
    "first begins late": lambda a: {"first": put(a["first"], 0, 1)},
    "first ends early": lambda a: {"first": put(a["first"], -1, a["first"][-1] - 1)},
    "first is too short": lambda a: {"first": a["first"][:-1]},
    "side is too large": lambda a: {"side": put(a["side"], 0, 2000)},
    "side is below zero": lambda a: {"side": -a["side"]},
    "side is too short": lambda a: {"side": a["side"][:-1]},
    "side is empty": lambda a: {"side": a["side"][:0]},
    "base does not fit": lambda a: {"base": put(a["base"], 1, 0)},
    "base begins late": lambda a: {"base": a["base"] + 1},
    "base is empty": lambda a: {"base": a["base"][:0]},
    "a zone too many": lambda a: {"zone": put(a["zone"], 0, len(ZONES))},
    "a zone below zero": lambda a: {"zone": put(a["zone"], 0, -2)},
    "the last edge has no end": lambda a: {"zone": put(a["zone"], -1, 0)},
    "a corner that is no number": lambda a: {"corners": put(a["corners"], (2, 1), np.nan)},
    "a corner without end": lambda a: {"corners": put(a["corners"], (2, 1), np.inf)},
    "a corner far away": lambda a: {"corners": put(a["corners"], (2, 1), 1e300)},
    "too few corners": lambda a: {"corners": a["corners"][:-1]},
    "corners flat": lambda a: {"corners": a["corners"].ravel()},
    "corners of three": lambda a: {"corners": np.zeros((len(a["zone"]), 3))},
    "corners of another type": lambda a: {"corners": a["corners"].astype(np.float32)},
    "edges of another type": lambda a: {"edges": a["edges"].astype(np.int64)},
    "zones of another order": lambda a: {"zone": a["zone"].astype(">i4")},
    "zones in two columns": lambda a: {"zone": a["zone"].reshape(-1, 1)},
    "no digests": lambda a: {"digests": a["digests"][:0]},
    "digests of another width": lambda a: {"digests": a["digests"].reshape(-1, 8)},
}
WORDS = {
    "zones": [-1, 0, 2**31, 2**63, 10**400, None, "x", [], 1.5],
    "origin": [[], [0.0], [float("nan"), 0.0], [float("inf"), 0.0], [1e300, 0.0], None, "ab"],
    "cell": [[0.0, 1.0], [1e-320, 1.0], [-1.0, 1.0], [float("nan"), 1.0], [1e9, 1.0], {}],
    "shape": [[0, 0], [1, 1], [-4, -4], [2**40, 2**40], [1], None, ["x", "y"]],
    "arrays": [{}, None, [], {"corners": None}, {"corners": {"shape": [], "sha256": ""}}],
    "kind": ["x", None, []],
    "format": [0, 2, "1", None],
    "byteorder": ["other", None],
}


def put(array, where, value):
    changed = array.copy()
    changed[where] = value
    return changed


@pytest.mark.parametrize("bend", BENDS.values(), ids=BENDS)
def test_arrays_that_would_lead_astray_are_refused(bent, bend):
    resealed(bent, bend(read(bent)))
    assert told_of(bent)


@pytest.mark.parametrize("key", WORDS)
def test_an_index_json_that_would_lead_astray_is_refused(bent, key):
    for value in WORDS[key]:
        resealed(bent, **{key: value})
        if (key, value) != ("zones", 1.5):
            assert told_of(bent), value
    assert kept.source_of(bent) == "" if key not in {"kind", "format", "byteorder"} else True


@pytest.mark.parametrize("raw", [b"", b"[]", b"null", b"[" * 60_000, b"\xff", b"1" * 5000, b"{}"])
def test_an_index_json_of_any_bytes_is_told(bent, raw):
    (bent / folder.ABOUT).write_bytes(raw)
    assert folder.ABOUT in told_of(bent)
    with pytest.raises(InputError):
        kept.source_of(bent)


@given(data=st.data())
def test_any_sealed_numbers_are_refused_or_do_no_harm(place, tmp_path_factory, data):
    """The compiled core must not read or write outside of its arrays, whatever they say."""
    bent = tmp_path_factory.mktemp("sealed") / "i"
    shutil.copytree(place, bent)
    every = read(place)
    for name in data.draw(st.lists(st.sampled_from(folder.NAMES[:-1]), min_size=1, max_size=3)):
        flat = every[name].reshape(-1)
        at = data.draw(st.integers(0, flat.size - 1))
        near = st.integers(-3, flat.size + 3).map(lambda number: number % (1 << 31))
        flat[at] = data.draw(st.sampled_from(flat.tolist()) | near)
    resealed(bent, every)
    try:
        edges = kept.load(bent).edges
    except InputError:
        return
    finally:
        shutil.rmtree(bent)
    for core in CORES:
        with suppress(GeometryError):  # a ring may not close
            with_core(core, passages.find, ROUTES, edges)


def test_an_index_that_does_not_fit_is_not_saved(tmp_path):
    edges = built(ZONES)
    with pytest.raises(InputError, match="of 40 zones, not of these 39"):
        kept.save(edges, ZONES[:-1], tmp_path / "i")
    with pytest.raises(InputError, match="cannot be kept"):
        kept.save(replace(edges, first=edges.first[:-1]), ZONES, tmp_path / "i")
    with pytest.raises(InputError, match="Earth"):
        kept.save(replace(edges, corners=edges.corners + 1e9), ZONES, tmp_path / "i")
    assert list(tmp_path.iterdir()) == []


# ---- written whole or not at all ----


@pytest.mark.parametrize("step", range(1, 11))
@pytest.mark.parametrize("old", [False, True])
def test_a_disk_that_is_full_leaves_what_was_there(place, tmp_path, monkeypatch, step, old):
    made = tmp_path / "i"
    if old:
        shutil.copytree(place, made)
    steps = iter(range(1, 100))

    def full(handle):
        if next(steps) == step:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    zones = ZONES[:20]
    moved = step == 10  # eight files, their folder, and at last the folder around it
    with nullcontext() if moved else pytest.raises(OutputError, match="not written: No space"):
        kept.save(built(zones), zones, made)
    assert [file.name for file in tmp_path.iterdir()] == (["i"] if old or moved else [])
    if old or moved:
        assert kept.load(made).edges.zones == (20 if moved else 40)


def test_a_real_file_that_may_not_grow_leaves_the_old_one(place, tmp_path):
    made = shutil.copytree(place, tmp_path / "i")

    def full():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        with pytest.raises(OutputError, match="not written: File too large"):
            kept.save(built(ZONES[:30]), ZONES[:30], made)

    assert status_of(child(full)) == 0
    assert list(tmp_path.iterdir()) == [made]
    assert kept.load(made).edges.zones == 40


INTERRUPTED = """
import os, signal, sys
from geo import io
source = io.read(sys.argv[1], role="zones")
signal.signal(signal.SIGINT, signal.SIG_DFL)
fsync = os.fsync
os.fsync = lambda handle: (os.kill(os.getpid(), signal.SIGINT), fsync(handle))
io.write_index(source)
print("went on")
"""


def test_an_interrupt_waits_until_it_is_written(layer):
    words = [sys.executable, "-c", INTERRUPTED, layer]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (-signal.SIGINT, "")
    made = layer.with_name(f"{layer.name}.index")
    assert sorted(layer.parent.iterdir()) == [layer, made]
    assert kept.load(made).edges.zones == 12


def test_a_move_that_fails_brings_the_old_one_back(place, tmp_path, monkeypatch):
    made = shutil.copytree(place, tmp_path / "i")
    rename = type(made).rename

    def refused(path, target):
        if target == made and path.name.count(".") == 2:
            raise PermissionError(13, "Permission denied")
        return rename(path, target)

    monkeypatch.setattr(type(made), "rename", refused)
    with pytest.raises(OutputError, match="Permission denied"):
        kept.save(built(ZONES[:20]), ZONES[:20], made)
    assert list(tmp_path.iterdir()) == [made]
    assert kept.load(made).edges.zones == 40


@pytest.mark.parametrize("what", ["a file", "a folder", "a link", "more in it", "a folder in it"])
def test_what_is_no_index_is_neither_replaced_nor_removed(place, tmp_path, what):
    made = tmp_path / "i"
    if what == "a file":
        made.write_text("mine")
    elif what == "a link":
        shutil.copytree(place, tmp_path / "there")
        made.symlink_to(tmp_path / "there")
    elif what == "a folder":
        made.mkdir()
    else:
        shutil.copytree(place, made)
        (made / "mine.txt").write_text("mine") if what == "more in it" else (made / "x").mkdir()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(OutputError, match="no index of zones"):
        kept.save(built(ZONES), ZONES, made)
    with pytest.raises(OutputError, match="no index of zones"):
        folder.remove(made)
    assert sorted(tmp_path.rglob("*")) == before


def test_what_is_mapped_outlives_its_removal(bent):
    edges = kept.load(bent).edges
    kept.save(built(ZONES[:20]), ZONES[:20], bent)
    folder.remove(bent)
    assert not bent.exists()
    assert list(bent.parent.iterdir()) == []
    assert_same(passages.find(ROUTES, edges), fresh(ZONES))


@contextmanager
def absent():
    """Between the old and the new one there is none; anything else is a fault."""
    try:
        yield
    except InputError as error:
        if "index.json is missing" not in str(error):
            raise


def child(work):
    number = os.fork()
    if number == 0:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    return number


def status_of(number):
    return os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])


def test_of_two_writers_one_wins_whole_and_readers_never_see_half(place, tmp_path):
    made = shutil.copytree(place, tmp_path / "i")
    sets = [ZONES[:15], ZONES[15:]]
    both = [built(zones) for zones in sets]

    def writing(which):
        for _ in range(25):
            kept.save(both[which], sets[which], made)

    writers = [child(lambda which=which: writing(which)) for which in (0, 1)]
    seen = set()
    while writers:
        with absent():
            seen.add(kept.load(made).edges.zones)
        done = [number for number in writers if os.waitpid(number, os.WNOHANG)[0]]
        writers = [number for number in writers if number not in done]
    assert seen <= {15, 25, 40}
    assert kept.load(made).edges.zones in {15, 25}
    assert list(tmp_path.iterdir()) == [made]


def test_after_every_kill_the_index_is_whole_or_absent(place, tmp_path):
    made = shutil.copytree(place, tmp_path / "i")
    dice, edges = random.Random(1), built(ZONES)

    def writing():
        while True:
            kept.save(edges, ZONES, made)

    for _ in range(30):
        number = child(writing)
        time.sleep(dice.uniform(0, 0.03))
        os.kill(number, signal.SIGKILL)
        assert status_of(number) == -signal.SIGKILL
        if made.exists():
            assert told_of(made) == ""
        else:
            kept.save(edges, ZONES, made)


# ---- at the door ----


def stars(count, vertices, *, seed=1):
    """Draw zones of many vertices, none of which is near a limit."""
    dice = np.random.default_rng(seed)
    angle = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    turn = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    reach = 0.3 + 0.1 * dice.random((count, vertices, 1))
    return shapely.polygons(dice.uniform((95, 22), (99, 26), (count, 1, 2)) + reach * turn)


@pytest.fixture(params=["geojson", "gpkg", "parquet"])
def layer(request, tmp_path):
    """Give a file of zones; two of them hold in 2024 only."""
    frame = gpd.GeoDataFrame(
        {
            "zone_id": [f"z{number}" for number in range(12)],
            "valid_from": ["2024-01-01"] * 12,
            "valid_to": ["2024-12-31"] * 2 + [None] * 10,
            "source_date": ["2025-01-01"] * 12,
        },
        geometry=stars(12, 40),
        crs=4326,
    )
    path = tmp_path / f"zones.{request.param}"
    write(frame, path)
    return path


def write(frame, path):
    path.unlink(missing_ok=True)
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path)


def moved(path):
    """Let every zone of the file lie a kilometre from where it lay."""
    frame = gpd.read_parquet(path) if path.suffix == ".parquet" else gpd.read_file(path)
    write(frame.set_geometry(frame.geometry.translate(0.01, 0)), path)


@pytest.fixture
def lines(tmp_path):
    """Give a file of routes."""
    ways = shapes.routes(9, ZONES, seed=5)
    path = tmp_path / "routes.geojson"
    gpd.GeoDataFrame({"route_id": range(9)}, geometry=ways, crs=4326).to_file(path)
    return path


@pytest.fixture
def built_of(monkeypatch):
    """Give a list of how many zones each index that is built has."""
    many = []
    real = passages.index.__globals__["built"]

    def counted(zones):
        many.append(len(zones))
        return real(zones)

    monkeypatch.setitem(passages.index.__globals__, "built", counted)
    return many


def answer_of(geo, lines, layer, *words):
    done = geo("expose", lines, "--zones", layer, "--format", "json", *words)
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def rules(answer):
    return [warning["rule"] for warning in answer["warnings"] if "index" in warning["rule"]]


def test_the_command_makes_it_and_every_answer_uses_it(geo, lines, layer, built_of):
    before = answer_of(geo, lines, layer)
    assert 10 in built_of
    done = geo("zones", "index", layer)
    assert done.exit_code == 0, done.stderr
    assert done.stdout == ""
    assert f"wrote {layer}.index: 12 zones, 480 edges, 0." in done.stderr
    built_of.clear()
    assert answer_of(geo, lines, layer) == before
    assert answer_of(geo, lines, layer, "--as-of", "2024-06-01")["routes"]
    assert 10 not in built_of
    assert 12 not in built_of


def test_the_command_removes_it_and_nothing_else(geo, lines, layer):
    before = sorted(layer.parent.iterdir())
    assert geo("zones", "index", layer).exit_code == 0
    layer.rename(layer.with_name("gone"))
    done = geo("zones", "index", layer, "--remove")
    assert done.exit_code == 0
    assert done.stderr == f"removed {layer}.index\n"
    layer.with_name("gone").rename(layer)
    assert sorted(layer.parent.iterdir()) == before
    done = geo("zones", "index", layer, "--remove")
    assert done.exit_code == 1
    assert "is no index of zones, nothing was removed" in done.stderr


def test_the_command_leaves_what_is_no_index(geo, layer):
    mine = layer.with_name(f"{layer.name}.index")
    mine.mkdir()
    (mine / "index.json.txt").write_text("mine")
    for words in ([], ["--remove"]):
        done = geo("zones", "index", layer, *words)
        assert done.exit_code == 1
        assert "no index of zones" in done.stderr
    assert [file.name for file in mine.iterdir()] == ["index.json.txt"]


def test_a_folder_of_routes_may_hold_one(geo, layer):
    assert geo("zones", "index", layer).exit_code == 0
    assert files_of(layer.parent) == [layer]


@pytest.mark.parametrize("name", ["conflict_zones", "no.gpkg", "https://example.org/z.geojson"])
def test_only_files_have_an_index(geo, name):
    done = geo("zones", "index", name)
    assert done.exit_code == 1
    assert name in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_without_zones_has_none(geo, tmp_path):
    path = tmp_path / "none.geojson"
    path.write_text('{"type": "FeatureCollection", "features": []}')
    done = geo("zones", "index", path)
    assert done.exit_code == 1
    assert "no zones in it" in done.stderr
    assert list(tmp_path.iterdir()) == [path]


def test_an_index_of_another_state_is_told_and_not_used(geo, lines, layer, built_of):
    assert geo("zones", "index", layer).exit_code == 0
    moved(layer)
    answer = answer_of(geo, lines, layer)
    assert rules(answer) == ["index-stale"]
    assert 10 in built_of
    assert geo("zones", "index", layer).exit_code == 0
    built_of.clear()
    again = answer_of(geo, lines, layer)
    assert rules(again) == []
    assert 10 not in built_of
    assert again["routes"] == answer["routes"]


def test_a_changed_file_with_a_forged_source_is_still_measured_right(geo, lines, layer):
    """What is believed is the content of each zone, not what the folder says of its file."""
    assert geo("zones", "index", layer).exit_code == 0
    moved(layer)
    fresh_answer = answer_of(geo, lines, layer)
    place = layer.with_name(f"{layer.name}.index")
    resealed(place, source_sha256=io.sha256(layer))
    passages.forget()
    forged = answer_of(geo, lines, layer)
    assert rules(forged) == []
    assert forged["routes"] == fresh_answer["routes"]


@pytest.mark.parametrize("name", [folder.ABOUT, "edges.npy", "digests.npy"])
def test_a_damaged_index_is_told_and_the_answer_is_right(geo, lines, layer, name):
    before = answer_of(geo, lines, layer)
    assert geo("zones", "index", layer).exit_code == 0
    file = layer.with_name(f"{layer.name}.index") / name
    file.write_bytes(file.read_bytes()[:-3])
    answer = answer_of(geo, lines, layer)
    [warning] = [one for one in answer["warnings"] if one["rule"] == "index-damaged"]
    assert warning["file"] == layer.name
    assert "not used" in warning["message"]
    assert f"`geo zones index {layer}` makes a new one" in warning["message"]
    assert answer["routes"] == before["routes"]
    assert geo("zones", "index", layer).exit_code == 0
    assert answer_of(geo, lines, layer) == before


def test_an_index_larger_than_its_file_can_have_is_not_read(layer):
    io.write_index(io.read(layer, role="zones"))
    few = Limits(vertices=492, features=12)
    assert not io.read(layer, role="zones", limits=few).notices
    with layer.with_name(f"{layer.name}.index").joinpath("zone.npy").open("r+b") as file:
        file.truncate(1 << 40)
    [notice] = io.read(layer, role="zones", limits=few).notices
    assert notice.rule == "index-damaged"
    assert "larger" in notice.message


def test_a_notebook_uses_it_without_a_word(lines, layer, built_of):
    source, routes = io.read(layer, role="zones"), io.read(lines, role="routes").frame
    before = exposure.measure(routes, source.frame)
    assert io.write_index(source)[:2] == (12, 480)
    built_of.clear()
    zones = io.read(layer, role="zones")
    assert not zones.notices
    assert recall._held
    for frame in (zones.frame, zones.frame.iloc[::-1], zones.frame.iloc[2:]):
        found = exposure.measure(routes, frame)
        assert found.routes.equals(before.routes)
    assert 10 not in built_of
    io.remove_index(layer)
    assert exposure.measure(routes, zones.frame).passages.equals(before.passages)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_fleet_is_measured_the_same(geo, lines, layer, tmp_path, built_of, workers):
    words = ["batch", lines, "--zones", layer, "--workers", workers, "-o"]
    assert geo(*words, tmp_path / "before").exit_code == 0
    assert geo("zones", "index", layer).exit_code == 0
    built_of.clear()
    done = geo(*words, tmp_path / "after")
    assert done.exit_code == 0, done.stderr
    assert built_of == []
    for kind in ("summary", "passages"):
        before, after = (gpd.read_parquet(tmp_path / one / kind) for one in ("before", "after"))
        assert before.equals(after)


WORKER = """
import hashlib, sys
import numpy as np, shapely
from geo import passages
folder, routes, zones = sys.argv[1:]
passages.remember(folder)
zones = shapely.from_wkb(np.load(zones, allow_pickle=True))
routes = shapely.from_wkb(np.load(routes, allow_pickle=True))
edges = passages.index(zones)
found, told = passages.find(routes, edges), hashlib.sha256()
for column in vars(found).values():
    told.update(np.ascontiguousarray(column))
print(told.hexdigest(), flush=True)
private = shared = 0
here = False
for line in open("/proc/self/smaps"):
    if "-" in line.split()[0]:
        here = folder in line
    elif here and line.startswith(("Private_Dirty", "Anonymous")):
        private += int(line.split()[1])
    elif here and line.startswith("Rss"):
        shared += int(line.split()[1])
print(private, shared)
sys.stdin.readline()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells what is shared")
def test_processes_share_one_index_and_give_the_same_answer(tmp_path):
    zones = stars(60, 2000)
    made = tmp_path / "i"
    size = kept.save(built(zones), zones, made)
    for name, what in {"routes": ROUTES, "zones": zones}.items():
        np.save(tmp_path / name, np.array(shapely.to_wkb(what), dtype=object), allow_pickle=True)
    words = [sys.executable, "-c", WORKER, made, tmp_path / "routes.npy", tmp_path / "zones.npy"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    running = [subprocess.Popen(words, cwd=ROOT, **pipes) for _ in range(3)]
    told = [(one.stdout.readline().strip(), one.stdout.readline().split()) for one in running]
    for one in running:
        one.communicate("")
        assert one.returncode == 0
    digest = hashlib.sha256()
    for column in vars(fresh(zones)).values():
        digest.update(np.ascontiguousarray(column))
    assert {found for found, _ in told} == {digest.hexdigest()}
    for _, (private, mapped) in told:
        assert int(private) == 0  # not one page is a copy
        assert int(mapped) * 1024 > 0.9 * size


@pytest.mark.parametrize("how", ["fork", "spawn"])
def test_a_pool_of_workers_gives_the_same_answer(place, how):
    passages.remember(place)
    edges = passages.index(ZONES[::-1])
    with multiprocessing.get_context(how).Pool(2) as pool:
        parts = pool.starmap(passages.find, [(ROUTES[at : at + 20], edges) for at in (0, 20, 40)])
    for at, part in zip((0, 20, 40), parts, strict=True):
        assert_same(part, fresh(ZONES[::-1], ROUTES[at : at + 20]))
