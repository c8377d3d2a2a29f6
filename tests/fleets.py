"""Routes and zones that the tests of many routes share."""

import sys

from conftest import ROOT, frame

sys.path.insert(0, str(ROOT / "tests" / "bench"))

import workload

NUMBERS = ["length_m", "exposed_m", "exposed_share", "boundary_m", "longest_exposed_m"]


def ragged():
    """Give sixty ragged zones that overlap, some with a hole."""
    shapes = workload.stars(60, 60, radius_km=60)
    return frame(shapes, zone_id=[f"z{row}" for row in range(60)], source_date="2026-01-01")


def walked(count, vertices, seed=5):
    """Give routes."""
    shapes = workload.walks(count, vertices, seed=seed)
    return frame(shapes, route_id=[f"r{row}" for row in range(count)])


def content(folder):
    """Give the bytes of every file in a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
