"""Run many cases: `python -m fuzz.campaign plain|sweep|guided ...` writes the figures as JSON."""

import argparse
import json
import pkgutil
import random
import sys
import tempfile
from pathlib import Path

import geo

_MARK = 4  # bytes that say how long the first file of the whole path is
_SELDOM = 0.03
_EVERY = 500
_FRESH = 0.4
_FILES = 2
_PLACES = 400
GROUPS = ("all", "readers", "events", "gdal", "whole")


def encode(kind, case):
    """Give a case as the bytes that a corpus holds."""
    from fuzz.seeds import NAMES

    head = bytes([NAMES.index(kind)])
    if kind != "path":
        return head + case
    routes_kind, zones_kind, way, routes, zones = case
    two = bytes([NAMES.index(routes_kind), NAMES.index(zones_kind), way % 256])
    return head + two + len(routes).to_bytes(_MARK, "big") + routes + zones


def decode(data, kinds):
    """Take a case out of any bytes at all; the kind is one of these."""
    from fuzz.seeds import NAMES

    kind = NAMES[data[0] % len(NAMES)] if data else kinds[0]
    kind = kind if kind in kinds else kinds[data[0] % len(kinds)] if data else kinds[0]
    if kind != "path":
        return kind, data[1:]
    routes = [name for name in NAMES if name.startswith("routes")]
    zones = [name for name in NAMES if name.startswith("zones")]
    head, rest = data[1:8].ljust(7, b"\0"), data[8:]
    first = NAMES[head[0] % len(NAMES)]
    second = NAMES[head[1] % len(NAMES)]
    first = first if first in routes else routes[head[0] % len(routes)]
    second = second if second in zones else zones[head[1] % len(zones)]
    cut = min(int.from_bytes(head[3:7], "big"), len(rest))
    return "path", (first, second, head[2], rest[:cut], rest[cut:])


def bent(kind, case, chance, of):
    """Bend a case: one of its files, or both."""
    from fuzz.mutation import bend
    from fuzz.seeds import KINDS

    most = 300_000 if ".gpkg" in kind else 65_536
    if kind != "path":
        other = chance.choice(of[kind])
        return bend(case, KINDS[kind], chance, other=other, most=most)
    first, second, way, routes, zones = case
    which = chance.randrange(3)
    if which != 1:
        other = chance.choice(of[first])
        routes = bend(routes, KINDS[first], chance, other=other, most=most)
    if which != 0:
        other = chance.choice(of[second])
        zones = bend(zones, KINDS[second], chance, other=other, most=most)
    return first, second, chance.choice((way, chance.randrange(4))), routes, zones


def _kinds(which):
    from fuzz.seeds import BY_GDAL, EVENTS, NAMES, WHOLE

    return {
        "readers": [name for name in NAMES if name not in (*WHOLE, *BY_GDAL, *EVENTS)],
        "events": list(EVENTS),
        "gdal": list(BY_GDAL),
        "whole": list(WHOLE),
        "all": list(NAMES),
    }[which]


def _starts(bench, kinds):
    """Give every seed of these kinds."""
    from fuzz.seeds import pairs

    made = [(kind, data) for kind in kinds if kind != "path" for data in bench.seeds[kind]]
    if "path" in kinds:
        made += [("path", (one[0], one[1], place, *one[2:])) for place, one in enumerate(pairs())]
    return made


def _good(bench, starts):
    """Give the seeds that are answered: what is refused already is seldom answered once bent."""
    return [one for one in starts if "answer" in bench.run(*one)] or starts


def plain(bench, asked):
    """Bend seeds by chance alone; the same number gives the same cases."""
    from fuzz.seeds import BY_GDAL, EVENTS, WHOLE

    chance = random.Random(asked.seed)
    kinds = _kinds(asked.kinds)
    by_kind = {}
    for kind, case in _starts(bench, kinds):
        by_kind.setdefault(kind, []).append(case)
    weights = [_SELDOM if kind in (*BY_GDAL, *EVENTS, *WHOLE) else 1 for kind in by_kind]
    for number in range(asked.cases):
        [kind] = chance.choices(list(by_kind), weights)
        case = chance.choice(by_kind[kind])
        bench.run(kind, bent(kind, case, chance, bench.seeds))
        if number % _EVERY == 0:
            yield


def sweep(bench, asked):
    """Cut, flip, delete, double and swap at every place of two good files of each kind."""
    from fuzz.mutation import every
    from fuzz.seeds import KINDS

    kinds = [kind for kind in _kinds(asked.kinds) if kind != "path"]
    good = _good(bench, _starts(bench, kinds))
    files = [one for kind in kinds for one in [two for two in good if two[0] == kind][:_FILES]]
    chance = random.Random(asked.seed)
    for kind, data in files:
        step = max(asked.step, len(data) // _PLACES)
        cases = list(every(data, KINDS[kind], step))
        share = min(len(cases), max(asked.cases // len(files), 1))
        for place in sorted(chance.sample(range(len(cases)), share)):
            how, case = cases[place]
            outcome = bench.run(kind, case)
            bench.by_way[f"{how}: {outcome.split(':')[0]}"] += 1
        yield


def guided(bench, asked, write):
    """Let atheris choose what to bend by the branches that it reached; ends the process."""
    import atheris

    kinds = _kinds(asked.kinds)
    corpus = Path(asked.corpus)
    corpus.mkdir(parents=True, exist_ok=True)
    starts = _starts(bench, kinds)
    for number, (kind, case) in enumerate(starts):
        (corpus / f"seed-{number:04}").write_bytes(encode(kind, case))
    good, done = _good(bench, starts), 0

    def one(data):
        nonlocal done
        bench.run(*decode(data, kinds))
        done += 1
        if done % _EVERY == 0 or done >= asked.cases:
            write()

    def mutated(data, most, seed):
        chance = random.Random(seed)
        if chance.random() < 0.1:
            return atheris.Mutate(data, most)
        # most that opens a new branch is refused: from a good file, what is answered is reached
        kind, case = chance.choice(good) if chance.random() < _FRESH else decode(data, kinds)
        return encode(kind, bent(kind, case, chance, bench.seeds))[:most]

    flags = [f"-runs={asked.cases}", "-max_len=300000", "-timeout=300", "-rss_limit_mb=3000"]
    flags += [
        f"-seed={asked.seed}",
        "-print_final_stats=1",
        "-len_control=0",
        "-mutate_depth=2",
        "-report_slow_units=60",
    ]
    flags += [f"-artifact_prefix={asked.kept or corpus}/"]
    atheris.Setup([sys.argv[0], *flags, str(corpus)], one, custom_mutator=mutated)
    atheris.Fuzz()


def _instrumented():
    """Import all of the package so that its branches are counted."""
    import atheris

    with atheris.instrument_imports(include=["geo"]):
        for _, name, _ in pkgutil.walk_packages(geo.__path__, "geo."):
            if not name.startswith(("geo.assets", "geo.cli.__main__")):
                __import__(name)


def main():
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("way", choices=["plain", "sweep", "guided"])
    parser.add_argument("--cases", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--step", type=int, default=7)
    parser.add_argument("--kinds", default="all", choices=GROUPS)
    parser.add_argument("--figures", required=True)
    parser.add_argument("--kept", help="folder for the files that were not read as promised")
    parser.add_argument("--corpus", help="folder of the guided run")
    asked = parser.parse_args()
    sys.dont_write_bytecode = True
    figures = Path(asked.figures).resolve()
    for folder in filter(None, (asked.kept, asked.corpus)):
        Path(folder).mkdir(parents=True, exist_ok=True)
    asked.corpus = asked.corpus and str(Path(asked.corpus).resolve())
    asked.kept = asked.kept and str(Path(asked.kept).resolve())
    if asked.way == "guided":
        _instrumented()
    from collections import Counter

    from fuzz.targets import Bench

    with tempfile.TemporaryDirectory(prefix="bench-", dir=figures.parent) as folder:
        bench = Bench(Path(folder) / "base", asked.kept)
        bench.by_way = Counter()

        def write():
            found = {**bench.figures.as_dict(bench.watch), "by_way": dict(bench.by_way)}
            figures.write_text(json.dumps(found, indent=1, sort_keys=True), "utf-8")

        if asked.way == "guided":
            guided(bench, asked, write)
            return
        for _ in {"plain": plain, "sweep": sweep}[asked.way](bench, asked):
            write()
        write()


if __name__ == "__main__":
    main()
