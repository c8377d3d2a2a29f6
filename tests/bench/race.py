"""
The clock: competitors in processes of their own, taking turns.

As a module it starts them and asks for rounds; run as a program, it is the
process of one competitor, which answers on its standard output, a line of JSON
for each line that it is asked.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import shapely
from competitors import COMPETITORS
from postgis import Server

HERE = Path(__file__).parent
FEW = 10


def write(folder: Path, routes: np.ndarray, zones: np.ndarray) -> Path:
    """Lay routes and zones into a folder, for the competitors to read."""
    folder.mkdir(parents=True)
    for name, shapes in (("routes", routes), ("zones", zones)):
        np.save(folder / f"{name}.npy", shapely.to_wkb(shapes), allow_pickle=True)
    return folder


def read(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    routes, zones = (
        shapely.from_wkb(np.load(folder / f"{name}.npy", allow_pickle=True))
        for name in ("routes", "zones")
    )
    return routes, zones


@dataclass
class Entry:
    """A competitor in a race: which, over which folder, how often, and what came of it."""

    name: str
    folder: Path
    rounds: int = 3
    limit_s: int = 600
    where: str = ""
    runs: list[dict] = field(default_factory=list)
    answer: dict[str, np.ndarray] = field(default_factory=dict)
    version: str = ""
    failed: str = ""

    def median(self, key: str) -> float:
        values = [run[key] for run in self.runs]
        return float(np.median(values)) if None not in values else float("nan")


def race(entries: list[Entry]) -> list[Entry]:
    """
    Let all take turns, one at a time, so that a busy machine is busy for all.

    A competitor that dies or takes longer than its limit says so in `failed`.
    """
    with contextlib.ExitStack() as stack:
        processes = [stack.enter_context(_Process(entry)) for entry in entries]
        for process in processes:  # no clock runs while one of them still reads
            process.hear()
        for turn in range(max(entry.rounds for entry in entries)):
            for entry, process in zip(entries, processes, strict=True):
                if turn < entry.rounds and not entry.failed:
                    entry.runs.append(process.ask("run"))
        for entry, process in zip(entries, processes, strict=True):
            if not entry.failed:
                entry.version = process.ask("tell")["version"]
                with np.load(entry.folder / f"{entry.name}.npz") as answer:
                    entry.answer = dict(answer)
    for entry in entries:
        entry.runs = [run for run in entry.runs if run]
    return entries


class _Process:
    def __init__(self, entry):
        self.entry, self.errors = entry, tempfile.TemporaryFile("w+")  # noqa: SIM115
        words = [sys.executable, HERE / "race.py", entry.name, entry.folder]
        words += [entry.limit_s, entry.where]
        self.process = subprocess.Popen(
            [str(word) for word in words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            env=os.environ | {"PYTHONPATH": str(HERE.parent.parent)},
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
        self.errors.close()

    def ask(self, what):
        with contextlib.suppress(BrokenPipeError):
            print(what, file=self.process.stdin, flush=True)
        return self.hear()

    def hear(self):
        line = self.process.stdout.readline()
        if line:
            return json.loads(line)
        code = self.process.wait()
        self.errors.seek(0)
        words = self.errors.read().strip().splitlines()
        self.entry.failed = (
            f"no answer in {self.entry.limit_s} s"
            if code == -signal.SIGALRM
            else (words or [f"ended with {code}"])[-1]
        )
        return None


def _held_kb(name):
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return int(next(line for line in lines if line.startswith(name)).split()[1])


def _processor_s():
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in spent)


def _measured(competitor, given, server):
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)  # or the work would fill what reading left free
    Path("/proc/self/clear_refs").write_text("5", "utf-8")  # the peak begins from here
    held, begin = _held_kb("VmRSS"), (_processor_s(), time.perf_counter())
    with server.watched():
        result = competitor.run(given)
    spent = {
        "processor_s": _processor_s() - begin[0] + server.spent_s,
        "wall_s": time.perf_counter() - begin[1],
        "memory_mb": (_held_kb("VmHWM") - held + server.grown_kb) / 1024,
    }
    return spent | (competitor.steps or {}), result


def main(name, folder, limit_s, where):
    """Answer "run" with what one round took, and "tell" with versions and a file of pairs."""
    ears, sys.stdout = sys.stdout, sys.stderr  # what a library prints is not an answer
    competitor, server, folder = COMPETITORS[name](), Server(where), Path(folder)
    competitor.begin(where)
    routes, zones = read(folder)
    competitor.run(competitor.ready(routes[:FEW], zones[:FEW]))  # imports, threads, caches
    given = competitor.ready(routes, zones) if competitor.keeps else None
    result = None
    print(json.dumps("ready"), file=ears, flush=True)
    for line in sys.stdin:
        if line == "run\n":
            del result
            if not competitor.keeps:  # a shape remembers that it was prepared
                given = competitor.ready(*read(folder))
            signal.alarm(int(limit_s))
            told, result = _measured(competitor, given, server)
            signal.alarm(0)
        else:
            np.savez(folder / f"{name}.npz", **competitor.answer(result))
            told = {"version": competitor.version()}
        print(json.dumps(told), file=ears, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
