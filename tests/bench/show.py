"""Make the tables of both READMEs and the picture speed.svg from results.json."""

from __future__ import annotations

import hashlib
import io
import json
import re
from pathlib import Path

import numpy as np
from competitors import COMPETITORS

HERE = Path(__file__).parent
RESULTS, README, PICTURE = (HERE / name for name in ("results.json", "README.md", "speed.svg"))
FRONT = HERE.parents[1] / "README.md"
BEGIN, END = "<!-- results -->\n", "<!-- end of results -->\n"
OURS = ("own", "numpy")
PEERS = tuple(name for name in COMPETITORS if name not in (*OURS, "dissolved"))
GROWTH = {
    "routes": "routes",
    "split": "vertices of a route",
    "zones": "zones",
    "zone_vertices": "vertices of a zone",
}
BESIDE = {
    "alone": "alone",
    "far_zone": "one zone on another continent",
    "long_route": "one route across the continent",
}
# Okabe and Ito's colours, and a shape each, so that no eye depends on the colours
LOOKS = {
    "own": ("#d55e00", "o"),
    "numpy": ("none", "o"),
    "strtree": ("#0072b2", "s"),
    "overlay": ("#009e73", "^"),
    "duckdb": ("#cc79a7", "D"),
    "sedonadb": ("#56b4e9", "P"),
    "postgis": ("#f0e442", "X"),
}
NONE, TIMES = "\N{EN DASH}", "{}\N{MULTIPLICATION SIGN}"
INK, PAPER, FAINT = "#1f2329", "#fefefe", "#d0d4d9"
DARK = {INK: "#e6e9ec", PAPER: "#14181d", FAINT: "#3b424a"}


def ratio(told: dict) -> float | None:
    """Give the processor seconds of the fastest peer over ours; None if no peer came to an end."""
    spent = [_of(told, name) for name in _ran(told)]
    return min(spent) / _of(told, "own") if spent else None


def _of(told, name, key="processor_s"):
    return told["competitors"].get(name, {}).get(key)


def _ran(told):
    return [name for name in PEERS if _of(told, name)]


def number(value: float, count: int = 2) -> str:
    """Write a number with so many digits that count, and without an exponent."""
    whole = np.format_float_positional(value, count, fractional=False, trim="-")
    return f"{float(whole):,.0f}" if abs(value) >= 10 ** (count - 1) else whole


def lines_of(name: str, told: dict) -> str:
    """Write what was measured of one workload, a line for each competitor."""
    lines = [f"{_title(name, told)}; {told['pairs']:,} pairs"]
    for each, found in told["competitors"].items():
        label = f"  {COMPETITORS[each].label:22}"
        if "skipped" in found:
            lines.append(f"{label} {found['skipped']}")
            continue
        times = f"{found['processor_s']:9.4g} s processor {found['wall_s']:9.4g} s"
        parts = [f"{label} {times} {found['memory_mb']:7.1f} MB, median of {found['rounds']}"]
        for key, what in (("length_m", "lengths"), ("union_m", "unions")):
            if key in found:
                parts.append(f"{what} to {found[key]['worst']:g}, {found[key]['apart']} apart")
        lines.append(", ".join(parts))
    return "\n".join(lines)


def table(results: dict) -> str:
    """Write all that was measured as Markdown."""
    parts = [
        _opening(results),
        _seconds(results["workloads"]),
        _unions(results["workloads"]),
        _rest(results["workloads"]),
        _agreement(results["workloads"]),
        _slopes(results["slopes"]),
        _beside(results["beside"]),
    ]
    return "\n".join(parts)


def _grid(head, rows):
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _opening(results):
    machine, versions = results["machine"], results["competitors"]
    named = {COMPETITORS[name].label: versions[name] for name in PEERS if name in versions}
    named |= {name: results["packages"][name] for name in ("numpy", "pyproj")}
    return (
        f"{results['made']}, {machine['cores']} cores of {machine['processor']}, "
        f"{machine['system']}, Python {machine['python']}; geo on its {versions['own']}; "
        + ", ".join(f"{name} {version}" for name, version in named.items())
        + ".\n"
    )


def _seconds(workloads):
    columns = [*OURS, *PEERS]
    head = ["workload", "pairs", *(COMPETITORS[name].label for name in columns), "best peer / geo"]
    rows, once, absent = [], False, []
    for name, told in workloads.items():
        row = [_title(name, told), f"{told['pairs']:,}"]
        for each in columns:
            spent = _of(told, each)
            few = bool(spent) and _of(told, each, "rounds") < 3
            once |= few
            row.append((number(spent) + (" \\*" if few else "")) if spent else NONE)
            why = told["competitors"].get(each, {}).get("skipped")
            absent += [f"{name}, {COMPETITORS[each].label}: {why}."] if why else []
        rows.append([*row, f"**{number(ratio(told))}**" if ratio(told) else NONE])
    notes = ["\\* fewer than three rounds."] * once + absent
    note = "".join(f"\n{line}\n" for line in notes)
    return (
        "### Processor seconds for the length of every pair\n\n"
        "Ours hold the index of the zones, and the union of each route; the peers', neither "
        "the one nor the other. All threads and servers are counted.\n\n" + _grid(head, rows) + note
    )


def _title(name, told):
    return (
        f"{name}: {told['routes']:,} routes, {_millions(told['vertices'])} vertices; "
        f"{told['zones']:,} zones, {_millions(told['zone_vertices'])}"
    )


def _millions(count):
    return f"{count:,}" if count < 100_000 else f"{count / 1e6:.2g} M"


def _unions(workloads):
    rows = []
    for name, told in workloads.items():
        peer = _of(told, "dissolved")
        if peer and _ran(told):
            both = peer + min(_of(told, each) for each in _ran(told))
            own = _of(told, "own")
            rows.append(
                [name, number(own), number(peer), number(both), f"**{number(both / own)}**"]
            )
    head = ["workload", "geo", "GEOS, zones dissolved", "with the best peer's pairs", "ratio"]
    return (
        "### Processor seconds for pairs and union\n\n"
        "Metres of a route under any zone, each counted once. Pieces cut zone by zone can't be "
        "merged after: their ends are rounded off the line. So the zones are dissolved first.\n\n"
        + _grid(head, rows)
    )


def _rest(workloads):
    head = ["workload", *(COMPETITORS[name].label for name in (*OURS, *PEERS))]
    rows = []
    for name, told in workloads.items():
        cells = []
        for each in (*OURS, *PEERS):
            wall, held = (_of(told, each, key) for key in ("wall_s", "memory_mb"))
            cells.append(f"{number(wall)} s, {max(held, 0):.0f} MB" if wall else NONE)
        rows.append([name, *cells])
    return (
        "### Seconds on the clock, and peak memory above what was read in\n\n"
        "Of a server, the memory of its processes' own.\n\n" + _grid(head, rows)
    )


def _agreement(workloads):
    peers = [*PEERS, "dissolved"]
    head = ["workload", *(COMPETITORS[name].label for name in peers)]
    rows = []
    for name, told in workloads.items():
        cells = []
        for each in peers:
            found = told["competitors"].get(each, {})
            kinds = [found[key] for key in ("length_m", "union_m") if key in found]
            apart = sum(kind["apart"] for kind in kinds)
            worst = max((kind["worst"] for kind in kinds), default=None)
            more = f", {apart} pairs" if apart else ""
            cells.append(NONE if worst is None else f"{worst:.1e}{more}")
        rows.append([name, *cells])
    return (
        "### Largest relative difference from ours\n\n"
        "Of the length of a pair over 100 m, or of the union of a route. All found the same pairs, "
        "if nothing else is said.\n\n" + _grid(head, rows)
    )


def _slopes(slopes):
    head = [
        "growing",
        "held",
        *(TIMES.format(step) for step in (1, 4, 16)),
        "exponent",
        "index",
        "find",
        "union",
    ]
    rows = []
    for what, told in slopes.items():
        each = told["exponent"]
        parts = (f"{each[key]:.2f}" for key in ("index_s", "find_s", "union_s"))
        rows.append(
            [
                GROWTH[what],
                told["held"],
                *map(number, told["processor_s"]),
                f"**{each['processor_s']:.2f}**",
                *parts,
            ]
        )
    return (
        "### Growth: processor seconds, and their exponent\n\n"
        "1 is in proportion. From 1,000 routes of 200 vertices and 200 zones of 320.\n\n"
        + _grid(head, rows)
    )


def _beside(beside):
    rows = [
        [BESIDE[name], number(spent), number(spent / beside["alone"])]
        for name, spent in beside.items()
    ]
    return (
        "### One thing far away\n\n"
        "300 routes of some 8 km and 200 zones of some 750 m in one district.\n\n"
        + _grid(["beside them", "processor seconds", "of those alone"], rows)
    )


def digest(results: dict) -> str:
    """Name the results that a picture was made from."""
    return hashlib.sha256(json.dumps(results, sort_keys=True).encode()).hexdigest()[:16]


def picture(results: dict) -> str:
    """Draw a row of marks for each workload, on a scale of processor seconds."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    style = {"svg.hashsalt": "speed", "svg.fonttype": "path", "font.size": 9.5}
    colours = dict.fromkeys(("text.color", "xtick.color", "ytick.color", "axes.labelcolor"), INK)
    with mpl.rc_context(style | colours):
        figure = Figure((6.25, 4.6), layout="constrained", facecolor=PAPER)
        axes = figure.add_subplot(facecolor=PAPER)
        _draw(axes, results["workloads"])
        figure.legend(loc="outside lower center", ncols=4, frameon=False, columnspacing=1.2)
        buffer = io.StringIO()
        about = {"Date": None, "Creator": None, "Description": f"results {digest(results)}"}
        figure.savefig(buffer, format="svg", metadata=about, pad_inches=0.15, bbox_inches="tight")
    return _for_light_and_dark(buffer.getvalue())


def _draw(axes, workloads):
    names = list(workloads)
    places = np.arange(len(names))[::-1]
    for name, place in zip(names, places, strict=True):
        own, times = _of(workloads[name], "own"), ratio(workloads[name])
        if times:
            axes.plot([own, own * times], [place, place], color=FAINT, linewidth=3, zorder=1)
            where = {"xy": (1.02, place), "xycoords": ("axes fraction", "data")}
            axes.annotate(TIMES.format(number(times)), va="center", weight="bold", **where)
    for name in LOOKS:
        # peers lie a little above or below one another, or they would hide each other
        aside = 0.09 * (2 - PEERS.index(name)) if name in PEERS else 0
        spent = [_of(workloads[each], name) for each in names]
        points = [(each, place + aside) for each, place in zip(spent, places, strict=True) if each]
        if points:
            axes.scatter(*zip(*points, strict=True), label=COMPETITORS[name].label, **_mark(name))
    axes.annotate("fastest peer\nover geo", (1.02, 1.0), xycoords="axes fraction", fontsize=8)
    axes.set_xscale("log")
    axes.set_ylim(-0.5, len(names) - 0.4)
    axes.set_yticks(places, [_short(workloads[name]) for name in names])
    axes.set_xlabel("processor seconds, less is better")
    axes.xaxis.set_major_formatter(lambda value, _: number(value, 1))
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(which="both", length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _mark(name):
    fill, marker = LOOKS[name]
    hollow, first = name == "numpy", name == "own"
    return {
        "marker": marker,
        "s": 80 if first else 45,
        "facecolors": fill,
        "edgecolors": LOOKS["own"][0] if hollow else INK,
        "linewidths": 1.6 if hollow else 0.5,
        "zorder": 5 if first else 3,
    }


def _short(told):
    return (
        f"{told['routes']:,} routes, {told['zones']:,} zones\n"
        f"of {_millions(told['zone_vertices'])} vertices, {told['pairs']:,} pairs"
    )


def _for_light_and_dark(drawn):
    """Let a dark screen have dark paper: the colours in the file are those of a light one."""
    rules = "".join(
        f'[style*="fill: {light}"]{{fill:{dark} !important}}'
        f'[style*="stroke: {light}"]{{stroke:{dark} !important}}'
        for light, dark in DARK.items()
    )
    style = f"<style>@media (prefers-color-scheme: dark){{{rules}}}</style>\n"
    text = re.sub(r"(<svg[^>]*>\n)", lambda found: found[1] + style, drawn, count=1)
    return re.sub(r"[ \t]+\n", "\n", text)


def front(results: dict) -> str:
    """Write the shortest table, for the page that everyone reads."""
    head = [
        "routes through zones, processor seconds",
        "geo",
        "numpy alone",
        "fastest peer",
        "ratio",
    ]
    rows = []
    for told in results["workloads"].values():
        if not _ran(told):
            continue
        best = min(_ran(told), key=lambda each: _of(told, each))
        own, numpy, peer = (number(_of(told, each)) for each in (*OURS, best))
        what = f"{told['routes']:,} through {told['zones']:,} of {_millions(told['zone_vertices'])}"
        label = COMPETITORS[best].label
        rows.append(
            [f"{what} vertices", own, numpy, f"{peer} ({label})", f"**{number(ratio(told))}**"]
        )
    return _grid(head, rows)


def page(text: str, made: str) -> str:
    """Put what was made of the results between its marks in a page."""
    head, rest = text.split(BEGIN)
    return head + BEGIN + "\n" + made + "\n" + END + rest.split(END)[1]


def main() -> None:
    """Write the pages and the picture anew."""
    results = json.loads(RESULTS.read_text("utf-8"))
    for path, made in ((README, table(results)), (FRONT, front(results))):
        path.write_text(page(path.read_text("utf-8"), made), "utf-8")
    PICTURE.write_text(picture(results), "utf-8")


if __name__ == "__main__":
    main()
