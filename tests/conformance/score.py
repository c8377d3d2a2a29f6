"""
Score this project and geopandas side by side: `python tests/conformance/score.py [--write]`.

With --write the table goes into README.md, between its marks.
"""

from __future__ import annotations

import sys
from functools import partial
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent
if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parent))

from conformance import run  # noqa: E402
from conformance.adapters import geo_expose, geopandas_overlay  # noqa: E402

README = HERE / "README.md"
START, END = "<!-- score -->\n", "<!-- end of score -->"
ASKED = {
    "`geo expose`": geo_expose.ask,
    "geopandas": geopandas_overlay.ask,
    "geopandas, careful": partial(geopandas_overlay.ask, way=geopandas_overlay.careful),
}


def verdicts(name, cases=None):
    """Run one of the three in this process."""
    return run.run(lambda *paths: run.Ended(*ASKED[name](*paths)), cases)


def tools():
    names = ("corridor-exposure", "geopandas", "shapely", "pyogrio")
    return ", ".join(f"{name} {version(name)}" for name in names)


def table(found):
    """Write the scores of several tools side by side."""
    scores = {name: run.score(rows) for name, rows in found.items()}
    lines = ["| | " + " | ".join(scores) + " |", "|---|" + "---:|" * len(scores)]
    lines += [
        row(verdict, [score["verdicts"][verdict] for score in scores.values()])
        for verdict in run.VERDICTS
    ]
    lines.append(row("**cases**", [score["cases"] for score in scores.values()]))
    first = next(iter(scores.values()))
    for group, counts in first["groups"].items():
        right = [score["groups"][group].get(run.RIGHT, 0) for score in scores.values()]
        lines.append(row(f"right in {group} ({sum(counts.values())})", right))
    return "\n".join([f"With {tools()}:", "", *lines]) + "\n"


def row(name, values):
    return f"| {name} | " + " | ".join(map(str, values)) + " |"


def recorded():
    return README.read_text("utf-8").split(START)[1].split(END)[0]


def main():
    made = table({name: verdicts(name) for name in ASKED})
    print(made)
    if "--write" in sys.argv:
        text = README.read_text("utf-8")
        README.write_text(text.replace(START + recorded() + END, START + made + END), "utf-8")


if __name__ == "__main__":
    main()
