"""
Drive a tool through the cases and score it. Needs Python 3.11 and nothing else.

python tests/conformance/run.py --adapter "command {routes} {zones}" [--json] [--group NAME]

README.md beside this file says what an adapter is, and what the verdicts mean.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import shlex
import subprocess
import sys
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
MANIFEST = HERE / "manifest.json"
TIMEOUT_S = 60

RIGHT = "right"
NO_WORD = "right, without the word"
WARNED = "wrong number, with a word"
SILENT = "wrong number, without a word"
CRASH = "crash"
REFUSED = "refused wrongly"
TIMEOUT = "timeout"
VERDICTS = (RIGHT, NO_WORD, WARNED, SILENT, CRASH, REFUSED, TIMEOUT)
PLAIN = "plain"
UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, RecursionError)
CRASHES = ("Traceback (most recent call last)", "panicked at", "Segmentation fault", "core dumped")


@dataclass(frozen=True)
class Ended:
    """How a tool ended: its exit code, None after too long, and what it wrote."""

    code: int | None
    out: str = ""
    err: str = ""


@dataclass(frozen=True)
class Verdict:
    """What a case came to."""

    id: str
    group: str
    verdict: str
    detail: str


def command(template, timeout=TIMEOUT_S):
    """Make an adapter of a command line with {routes} and {zones} in it."""

    def adapter(routes, zones):
        words = [
            word.replace("{routes}", routes).replace("{zones}", zones)
            for word in shlex.split(template)
        ]
        try:
            done = subprocess.run(
                words, capture_output=True, timeout=timeout, check=False, stdin=subprocess.DEVNULL
            )
        except subprocess.TimeoutExpired:
            return Ended(None)
        texts = (stream.decode("utf-8", "replace") for stream in (done.stdout, done.stderr))
        return Ended(done.returncode, *texts)

    return adapter


def load(path=MANIFEST):
    """Read the cases, each with the folder that its files are in."""
    return json.loads(Path(path).read_text("utf-8"))["cases"]


def place(name, folder=HERE):
    """Give what a tool is handed for a file of the manifest."""
    return name if name.startswith(("http://", "/vsicurl/")) else str(folder / name)


def run(adapter, cases=None, folder=HERE):
    """Give the verdict of each case; the adapter takes two paths and gives an `Ended`."""

    def ask(case):
        return adapter(*(place(case["files"][role], folder) for role in ("routes", "zones")))

    known = load(folder / MANIFEST.name)
    plain = next(case for case in known if case["id"] == PLAIN)
    usual = frozenset(said(plain, ask(plain)))
    return [
        Verdict(case["id"], case["group"], *judge(case, ask(case), usual))
        for case in (known if cases is None else cases)
    ]


def judge(case, ended, usual=frozenset()):
    """Give the verdict of one case, and why; what a tool usually says is no word."""
    if ended.code is None:
        return TIMEOUT, "no end within the time given"
    crashed = [sign for sign in CRASHES if sign in ended.err]
    if ended.code < 0 or crashed:
        return CRASH, last_line(ended.err) or f"ended by signal {-ended.code}"
    if ended.code > 0:
        return refusal(case, ended)
    try:
        numbers, zones, _ = parsed(ended.out)
    except UNREADABLE as error:
        return CRASH, f"no answer on stdout: {type(error).__name__}: {error}"
    lines = [line for line in said(case, ended) if line not in usual]
    return judge_answer(case, numbers, zones, lines)


def parsed(out):
    """Read what an adapter printed: numbers, sums by zone, warnings."""
    answer = json.loads(out)
    names = [name for name in ("length_m", "exposed_m", "boundary_m") if name in answer]
    numbers = {name: float(answer[name]) for name in names}
    if not {"length_m", "exposed_m"} <= numbers.keys() or not isinstance(answer["warnings"], list):
        message = "length_m, exposed_m and a list of warnings are wanted"
        raise ValueError(message)
    zones = {
        str(name): {key: float(value) for key, value in sums.items()}
        for name, sums in answer.get("zones", {}).items()
    }
    return numbers, zones, [str(one) for one in answer["warnings"]]


def refusal(case, ended):
    want = case["expected"]
    if want["outcome"] == "answer":
        return REFUSED, last_line(ended.err)
    if not any(name in ended.err for name in want["names"]):
        return NO_WORD, "the file is not named: " + last_line(ended.err)
    return RIGHT, ""


def judge_answer(case, numbers, zones, lines):
    want = case["expected"]
    warning = want.get("warning", {"required": False, "words": []})
    spoken = has_word(lines, warning["words"])
    wrong = (
        "an answer where none can be had"
        if want["outcome"] == "refuse"
        else (differs(want, numbers, zones))
    )
    if wrong:
        return (WARNED if spoken else SILENT), wrong
    if warning["required"] and not spoken:
        return NO_WORD, "nothing said of: " + case["tests"]
    return RIGHT, ""


def differs(want, numbers, zones):
    """Say the first number that is not the expected one, if any."""
    pairs = [(name, value, want[name]) for name, value in numbers.items()]
    for zone in sorted(zones.keys() & want["zones"].keys()):
        for key, right in want["zones"][zone].items():
            pairs.append((f"{key} of {zone}", zones[zone].get(key, right), right))
    for name, value, right in pairs:
        if not (math.isfinite(value) and abs(value - right) <= want["tolerance_m"]):
            return f"{name} is {value:.4f}, not {right:.4f}"
    return ""


def said(case, ended):
    """Give what a tool says beside the numbers, line by line; names of files are no words."""
    try:
        warnings = parsed(ended.out)[2]
    except UNREADABLE:
        warnings = []
    text = "\n".join([*warnings, ended.err])
    for path in sorted(case["files"].values(), key=len, reverse=True):
        for name in (str(HERE / path), path, Path(path).name):
            text = text.replace(name, "FILE")
    return [line.strip().lower() for line in text.splitlines() if line.strip()]


def has_word(lines, words):
    """Tell whether a line is to the point: a word begins with one of these."""
    if not words:
        return bool(lines)
    wanted = re.compile("|".join(rf"(?<!\w){re.escape(word.lower())}" for word in words))
    return any(wanted.search(line) for line in lines)


def last_line(text):
    return (text.strip().splitlines() or [""])[-1][:200]


def score(verdicts):
    """Count verdicts, in all and by group."""
    groups = {}
    for one in verdicts:
        groups.setdefault(one.group, Counter())[one.verdict] += 1
    total = Counter(one.verdict for one in verdicts)
    return {
        "cases": len(verdicts),
        "verdicts": {name: total[name] for name in VERDICTS},
        "groups": {group: {n: c[n] for n in VERDICTS if c[n]} for group, c in groups.items()},
    }


def report(verdicts):
    """Write verdicts for people: what is not right, then the score."""
    counts = score(verdicts)
    lines = [
        f"{one.verdict}: {one.id} ({one.group}): {one.detail}"
        for one in verdicts
        if one.verdict != RIGHT
    ]
    lines += ["", f"{counts['verdicts'][RIGHT]} of {counts['cases']} right"]
    lines += [f"{many:5} {name}" for name, many in counts["verdicts"].items()]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--adapter", required=True, metavar='"COMMAND {routes} {zones}"')
    parser.add_argument("--json", action="store_true", help="verdicts and score as JSON")
    parser.add_argument("--group", action="append", help="only cases of this group; repeatable")
    parser.add_argument("--case", action="append", help="only this case; repeatable")
    parser.add_argument("--timeout", type=float, default=TIMEOUT_S, metavar="SECONDS")
    asked = parser.parse_args()
    cases = [
        case
        for case in load()
        if (not asked.group or case["group"] in asked.group)
        and (not asked.case or case["id"] in asked.case)
    ]
    verdicts = run(command(asked.adapter, asked.timeout), cases)
    if asked.json:
        print(json.dumps({**score(verdicts), "each": [asdict(one) for one in verdicts]}, indent=1))
    else:
        print(report(verdicts))
    sys.exit(any(one.verdict != RIGHT for one in verdicts))


if __name__ == "__main__":
    main()
