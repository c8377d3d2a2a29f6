"""One case: bytes are written to a file, read by what reads it, and what comes of it is judged."""

import base64
import gzip
import json
import os
import re
import tempfile
import time
import traceback
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import shapely
from click.testing import CliRunner

from fuzz import seeds
from fuzz.watch import Watch
from geo import io
from geo.cli import main
from geo.errors import GeoError
from geo.report import changes, saved
from geo.ways import scenario

_TOKEN = "hush-3141"
_OWN = {"date": "date", "lat": "lat", "lon": "lon"}
_WORDS = (
    (),
    ("--control", "{zones}"),
    ("--position-error", "3"),
    ("--control", "{zones}", "--as-of", "2024-03-01"),
)
_ENDS = {0: "answer", 1: "named error", 2: "named error", 3: "named error"}
_BLOCK = re.compile(r'<script type="application/json" id="[\w-]+"([^>]*)>(.*?)</script', re.DOTALL)
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_ROLES = ("geo: control", "geo: zones", "geo: routes", "(--as-of)")
_SLOW_S = 20.0
_ROOM_M = 1e-3


class WrongError(AssertionError):
    """An outcome that is none of those promised."""


def _require(holds, what):
    if not holds:
        raise WrongError(what)


@dataclass
class Figures:
    """What came of all cases so far."""

    cases: Counter = field(default_factory=Counter)
    outcomes: Counter = field(default_factory=Counter)
    found: dict = field(default_factory=dict)
    warned: Counter = field(default_factory=Counter)
    slowest: tuple = (0.0, "")
    began: float = field(default_factory=time.monotonic)

    def as_dict(self, watch):
        kinds = ("connections", "files", "executions", "secrets")
        return {
            "cases": sum(self.cases.values()),
            "by_kind": dict(sorted(self.cases.items())),
            "outcomes": dict(sorted(self.outcomes.items())),
            "unhandled": sum(one["times"] for one in self.found.values()),
            "found": self.found,
            **{kind: watch.heard[kind] for kind in kinds},
            "told": watch.told,
            "warned": dict(self.warned.most_common(20)),
            "seconds": round(time.monotonic() - self.began, 1),
            "slowest": list(self.slowest),
        }


class Bench:
    """A folder of its own, in which cases are run one after the other."""

    def __init__(self, folder, kept=None):
        base = Path(folder).resolve()
        self.inside, self.out, self.temp = base / "in", base / "out", base / "temp"
        for one in (self.inside, self.out, self.temp):
            one.mkdir(parents=True)
        self.kept = kept and Path(kept).resolve()
        secret = base / "secret.geojson"
        secret.write_text(f'{{"type":"Point","coordinates":[1,2],"x":"{_TOKEN}"}}', "utf-8")
        seeds.layers(base / "layers")
        self.few = str(base / "layers")
        self.seeds = {**seeds.readers(), "path": []}
        self.watch, self.figures = Watch(secret), Figures()
        self._put = {b"@PORT@": str(self.watch.port).encode(), b"@SECRET@": str(secret).encode()}
        tempfile.tempdir = str(self.temp)
        os.chdir(self.inside)
        warnings.showwarning = self._warned
        warnings.simplefilter("always")
        self.scripts = None
        self.run("path", ("routes.geojson", "zones.geojson", 0, *self._plain()))
        _require(self.scripts is not None, "the plain page was not made")
        self.figures = Figures()

    def _plain(self):
        return self.seeds["routes.geojson"][0], self.seeds["zones.geojson"][0]

    def _warned(self, message, category, filename, lineno, *_):
        self.figures.warned[f"{category.__name__}: {message} ({filename}:{lineno})"[:300]] += 1

    def run(self, kind, case):
        """Run a case, bytes or for the whole path five things, and give its outcome."""
        self.figures.cases[kind] += 1
        began = time.monotonic()
        try:
            outcome = self._path(*case) if kind == "path" else self._one(kind, case)
            self._look_round()
            _require(time.monotonic() - began < _SLOW_S, "takes too long")
        except Exception as error:  # noqa: BLE001 - every one of them is a finding
            outcome = "unhandled"
            self._keep(kind, case, error)
        finally:
            self._tidy()
        self.figures.outcomes[outcome] += 1
        self.figures.slowest = max(self.figures.slowest, (time.monotonic() - began, kind))
        return outcome

    def _keep(self, kind, case, error):
        frames = [
            one for one in traceback.extract_tb(error.__traceback__) if "geo/" in one.filename
        ]
        where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
        what = str(error)[:120] if isinstance(error, WrongError) else ""
        key = f"{kind}: {type(error).__name__} at {where} {what}"
        one = self.figures.found.setdefault(key, {"times": 0, "said": str(error)[:400]})
        one["times"] += 1
        if self.kept and one["times"] <= 3:
            name = f"{len(self.figures.found):03}-{one['times']}"
            files = case[3:] if kind == "path" else (case,)
            for number, data in enumerate(files):
                (self.kept / f"{name}-{number}-{kind}").write_bytes(self._real(data))
            text = f"{key}\n{case[:3] if kind == 'path' else ''}\n"
            text += "".join(traceback.format_exception(error))
            (self.kept / f"{name}.txt").write_text(text, "utf-8", "backslashreplace")

    def _real(self, data):
        for mark, value in self._put.items():
            data = data.replace(mark, value)
        return data

    def _write(self, stem, ending, data):
        path = Path(stem + ending)
        path.write_bytes(self._real(data))
        return str(path)

    def _look_round(self):
        _require(not any(self.temp.iterdir()), f"left in the temporary folder: {self.temp}")
        left = {one.name for one in self.inside.iterdir()} - self._given
        _require(not left, f"left beside the file: {left}")
        made = {one.name for one in self.out.iterdir()} - {"map.html"}
        _require(not made, f"left in the output folder: {made}")

    def _tidy(self):
        for folder in (self.inside, self.out):
            for one in folder.iterdir():
                one.unlink()

    # ---------------------------------------------------------------- one file

    def _one(self, kind, data):
        ending = seeds.KINDS[kind]
        name = self._write("x" if kind != "reproduce" else "answer", ending, data)
        self._given = {name}
        if kind == "reproduce":
            return self._reproduced(name)
        try:
            with self.watch.over(self.temp):
                notices = self._read(kind, name)
        except GeoError as error:
            said = str(error)
            _require(name in said, f"an error that does not name its file: {said[:200]!r}")
            _require(_TOKEN not in said, "an error tells what stands in another file")
            return f"named error: {type(error).__name__}"
        for notice in notices:
            _require(notice.rule and notice.message, "a notice without words")
        return "warned answer" if notices else "answer"

    def _read(self, kind, name):
        if kind.startswith(("routes", "zones")):
            role = kind.split(".")[0]
            source = io.read(name, role=role)
            self._looked_at(source.frame, role)
            return source.notices
        if kind.startswith(("events", "own")):
            found = io.read_events(name, columns=_OWN if kind == "own.csv" else None)
            _require(len(found.frame) <= found.rows, "more events than rows")
            good, bad = len(found.frame), found.rejected["row"].nunique()
            _require(good + bad == found.rows, f"{found.rows} rows: {good} good, {bad} rejected")
            self._looked_at(found.frame, "events")
            return found.notices
        if kind.startswith("scenario"):
            scenario.parse(io.read_document(name), name)
            return ()
        before = saved.read(name)
        _require(changes.compare(before, before).same, "an answer differs from itself")
        return ()

    @staticmethod
    def _looked_at(frame, role):
        shapes = frame.geometry.to_numpy()
        points = shapely.get_coordinates(shapes)
        _require(np.isfinite(points).all(), "a coordinate that is no number")
        _require((np.abs(points[:, 1]) <= 90).all(), "a latitude beyond the pole")
        _require((np.abs(points[:, 0]) <= 540).all(), "a longitude beyond a turn and a half")
        _require(str(frame.crs) == "EPSG:4326", f"the CRS {frame.crs}")
        if role == "zones":
            there = shapes[~shapely.is_missing(shapes)]
            _require(shapely.is_valid(there).all(), "an invalid zone")

    # ---------------------------------------------------------------- the whole path

    def _invoke(self, words, *allowed):
        with self.watch.over(self.temp, *allowed):
            done = CliRunner().invoke(main, [*words])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        _require(done.exit_code in _ENDS, f"exit code {done.exit_code}")
        _require("Traceback" not in done.output, "a traceback")
        _require(_TOKEN not in done.output, "what stands in another file is told")
        if done.exit_code:
            lines = done.stderr.splitlines()
            told = any(one.startswith(("geo: ", "Usage", "Error")) for one in lines)
            _require(told or "not r" in done.stdout, "no words")
        return done

    def _path(self, routes_kind, zones_kind, way, routes, zones):
        given = {"routes": (routes_kind, routes), "zones": (zones_kind, zones)}
        name = {
            role: self._write(role, seeds.KINDS[kind], data) for role, (kind, data) in given.items()
        }
        self._given = set(name.values())
        extra = [word.format(**name) for word in _WORDS[way % len(_WORDS)]]
        page = self.out / "map.html"
        words = ["expose", name["routes"], "--zones", name["zones"], "--layers", self.few, *extra]
        done = self._invoke([*words, "--format", "json", "--map", str(page)], self.out)
        if done.exit_code:
            _require(not page.exists(), "a page beside an error")
            named = any(one in done.stderr for one in (*name.values(), *_ROLES))
            _require(named, f"an error that names no file: {done.stderr[-300:]!r}")
            return f"named error: exit {done.exit_code}"
        found = _strict(done.stdout)
        for route in found["routes"]:
            _judge(route)
        self._page(page.read_text("utf-8"))
        return "warned answer" if found["warnings"] else "answer"

    def _page(self, text):
        blocks = _BLOCK.findall(text)
        _require(blocks, "a page without data")
        for marks, body in blocks:
            _require("<" not in body and ">" not in body, "markup in a block of data")
            packed = "data-packed" in marks
            data = gzip.decompress(base64.b64decode(body)).decode() if packed else body
            _strict(data)
        scripts = _SCRIPT.findall(text)
        frame = re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
        _require("<script" not in frame.lower(), "a script that is not closed")
        self.scripts = self.scripts or scripts
        _require(scripts == self.scripts, "another script than on any page")
        _require(text.lower().count("</script") == len(scripts) + len(blocks), "more ends")
        _require(_TOKEN not in text, "what stands in another file is on the page")

    def _reproduced(self, name):
        """Make an answer again, from the files that the good one was made from."""
        for file, data in (("r.geojson", self._of("r")), ("z.geojson", self._of("z"))):
            Path(file).write_bytes(data)
            self._given.add(file)
        done = self._invoke(["reproduce", name])
        again = self._invoke(["diff", name, name, "--format", "json"])
        if not again.exit_code:
            _strict(again.stdout)
        return "answer" if done.exit_code == 0 else f"named error: exit {done.exit_code}"

    @staticmethod
    def _of(stem):
        from input_cases import many, road, zone

        document = many(road()) if stem == "r" else many(zone(), zone(name="b"))
        return json.dumps(document).encode()


def _once(pairs):
    found = dict(pairs)
    _require(len(found) == len(pairs), "a key that stands twice")
    return found


def _refuse(sign):
    raise WrongError(sign)


def _strict(text):
    """Parse JSON as RFC 8259 has it; half of a pair of surrogates is none of ours to judge."""
    return json.loads(text, object_pairs_hook=_once, parse_constant=_refuse)


def _judge(route):
    """Hold a route's numbers to what any of them must hold."""
    length = route["length_m"]
    _require(length > 0, "a route without length")
    for name in ("exposed_m", "boundary_m", "longest_exposed_m"):
        _require(-_ROOM_M <= route[name] <= length + _ROOM_M, f"{name} beyond the route")
    _require(0 <= route["exposed_share"] <= 1 + 1e-9, "a share beyond the whole")
    for zone in route["zones"]:
        total = sum(part["to_m"] - part["from_m"] for part in zone["passages"])
        _require(zone["inside_m"] <= length + _ROOM_M, "longer inside than the route")
        whole = zone["inside_m"] + zone["boundary_m"]
        _require(total <= whole + _ROOM_M, f"passages of {total} m in {whole} m")
        _require(whole <= route["exposed_m"] + route["boundary_m"] + _ROOM_M, "a zone beyond all")
    held = sum(one["inside_m"] for one in route.get("controllers") or [])
    _require(not held or abs(held - length) < 1, f"holders of {held} m on {length} m")
