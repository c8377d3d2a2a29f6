"""
Make the files and the manifest of the suite: `python tests/conformance/make.py [--check]`.

With --check nothing is written: files and manifest are compared with what stands there, and the
oracle is compared with GeographicLib (through pyproj). Needs fiona and pyproj.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parent))

from conformance import (  # noqa: E402
    cases_crs,
    cases_formats,
    cases_globe,
    cases_lines,
    cases_reading,
    cases_shapes,
    oracle,
)

FILES = "files"
SHARE_M, LEAST_M = 1e-6, 0.01
"""Tolerance: a millionth of the length, and at least a centimetre."""
OF_A_DATABASE = (".gpkg",)
"""Endings of files whose bytes change with the library that writes them."""


def all_cases():
    return [
        *cases_lines.cases(),
        *cases_globe.cases(),
        *cases_reading.cases(),
        *cases_shapes.cases(),
        *cases_crs.cases(),
        *cases_formats.cases(),
    ]


def stored(case, role, ids):
    """Give the path of a role's file in the manifest, and the files to write for it."""
    content = getattr(case, role)
    folder = f"{FILES}/{case.id}"
    if isinstance(content, str) and content in ids:
        return f"{FILES}/{content}/{role}.geojson", {}
    if isinstance(content, str) and content.startswith(("http://", "/vsicurl/")):
        return content, {}
    if not isinstance(content, dict):
        content = {".geojson": content}
    main = next(e for e in (".shp", *content) if e in content)
    return f"{folder}/{role}{main}", {f"{folder}/{role}{e}": one for e, one in content.items()}


def numbers(case, metres=oracle.arc):
    """Give the expected numbers of a case to 0.1 mm."""
    found = oracle.measure(*case.truth, metres=metres)
    out = {name: round(found[name], 4) for name in ("length_m", "exposed_m", "boundary_m")}
    out["zones"] = {
        name: {key: round(value, 4) for key, value in sums.items()}
        for name, sums in found["zones"].items()
    }
    tolerance = case.tolerance_m or max(LEAST_M, round(SHARE_M * out["length_m"], 3))
    return {**out, "tolerance_m": tolerance}


def called(path):
    """Give the names that an error may call a file by: a Shapefile is several."""
    name = path.rsplit("/", 1)[-1]
    stem = name.removesuffix(".shp")
    return [name] if stem == name else [name, f"{stem}.shx", f"{stem}.dbf"]


def expected(case, files):
    """Give what a tool that is trusted does with a case."""
    out = {"outcome": case.outcome}
    if case.outcome != "refuse":
        out |= numbers(case)
    if case.outcome != "answer":
        own = [path for path in files.values() if f"/{case.id}/" in path or "//" in path]
        out["names"] = list(case.names) or [name for path in own for name in called(path)]
    if case.words:
        out["warning"] = {"required": case.must_warn, "words": list(case.words)}
    return out


def build():
    """Give the manifest, and the bytes of every file by its path."""
    cases, rows, files = all_cases(), [], {}
    ids = {case.id for case in cases}
    if len(ids) != len(cases):
        message = "an id stands twice"
        raise ValueError(message)
    for case in cases:
        paths = {}
        for role in ("routes", "zones"):
            paths[role], own = stored(case, role, ids)
            files |= own
        files |= {f"{FILES}/{case.id}/{name}": one for name, one in case.more.items()}
        row = {"id": case.id, "group": case.group, "tests": case.tests, "files": paths}
        rows.append({**row, "expected": expected(case, paths)})
    encoded = {path: one if isinstance(one, bytes) else one.encode() for path, one in files.items()}
    return {"version": 1, "cases": rows}, encoded


def manifest_text(manifest):
    """Write the manifest with one case a line."""
    rows = [json.dumps(row, ensure_ascii=False) for row in manifest["cases"]]
    return f'{{"version": {manifest["version"]}, "cases": [\n' + ",\n".join(rows) + "\n]}\n"


def write():
    manifest, files = build()
    for path, content in files.items():
        (HERE / path).parent.mkdir(parents=True, exist_ok=True)
        (HERE / path).write_bytes(content)
    there = {str(path.relative_to(HERE)) for path in (HERE / FILES).rglob("*") if path.is_file()}
    for path in there - set(files):
        (HERE / path).unlink()
    (HERE / "manifest.json").write_text(manifest_text(manifest), "utf-8")
    print(f"{len(manifest['cases'])} cases, {sum(map(len, files.values())) >> 10} KB in files")


def differences():
    """Name what stands in the folder otherwise than it would be made now."""
    manifest, files = build()
    out = [
        path
        for path, content in files.items()
        if not path.endswith(OF_A_DATABASE)
        and not ((HERE / path).is_file() and (HERE / path).read_bytes() == content)
    ]
    there = {str(path.relative_to(HERE)) for path in (HERE / FILES).rglob("*") if path.is_file()}
    out += sorted(there ^ set(files))
    if (HERE / "manifest.json").read_text("utf-8") != manifest_text(manifest):
        out.append("manifest.json")
    return out


STEP_DEG = 0.0005


def by_geographiclib(start, end, low=0, high=1):
    """Measure a piece of an edge as the sum of geodesics over steps of 0.0005 degrees."""
    import numpy as np
    from pyproj import Geod

    (x0, y0), (x1, y1) = start, end
    width = float(high - low)
    steps = max(1, int(np.ceil(max(abs(x1 - x0), abs(y1 - y0)) * width / STEP_DEG)))
    shares = np.linspace(float(low), float(high), steps + 1)
    lon, lat = x0 + shares * (x1 - x0), y0 + shares * (y1 - y0)
    return float(np.sum(Geod(ellps="WGS84").inv(lon[:-1], lat[:-1], lon[1:], lat[1:])[2]))


def agreement():
    """Give, for every case with numbers, how far the two ways to measure lie apart, metres."""
    worst = {}
    for case in all_cases():
        if case.truth:
            ours = oracle.measure(*case.truth)
            theirs = oracle.measure(*case.truth, metres=by_geographiclib)
            worst[case.id] = max(
                abs(ours[name] - theirs[name]) for name in ("length_m", "exposed_m", "boundary_m")
            )
    return worst


def main():
    if "--check" not in sys.argv:
        write()
        return
    worst = agreement()
    name = max(worst, key=worst.get)
    print(f"oracle and GeographicLib, {len(worst)} cases: at most {worst[name]:.1e} m ({name})")
    quarter = oracle.arc((0, 0), (0, 90)) - 10_001_965.7293127
    degree = oracle.arc((0, 0), (1, 0)) - 111_319.4907932736
    print(f"the quarter meridian {quarter:+.1e} m, a degree of the equator {degree:+.1e} m")
    if differs := differences():
        sys.exit("differs: " + ", ".join(differs))


if __name__ == "__main__":
    main()
