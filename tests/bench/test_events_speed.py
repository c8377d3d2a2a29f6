"""Events near routes, and files of events: speed as a ratio to a peer in the same run."""

import statistics
import subprocess
import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from conftest import ROOT, SHARED

sys.path.insert(0, str(Path(__file__).parent))

import workload

from geo.events import nearness

pytestmark = pytest.mark.bench

HERE = Path(__file__).parent
WITHIN_M = 5_000
UTM = 32647
# events lie up to 6.8 degrees off the middle meridian of zone 47, where its metres are this
# much too long or too short
UTM_ERROR = 0.007


def seconds(work, times=3):
    """Run `work` and give the median of its processor seconds, and its last result."""
    spent = []
    for _ in range(times):
        begin = time.process_time()
        result = work()
        spent.append(time.process_time() - begin)
    return statistics.median(spent), result


def fresh(script, *words):
    """Run a script in a process of its own, and give the numbers that it prints."""
    command = [sys.executable, "-c", script, *map(str, words)]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True, env={"PYTHONPATH": str(ROOT)}
    )
    return [float(number) for number in done.stdout.split()]


def show(capsys, title, rows):
    with capsys.disabled():
        print(f"\n{title}")  # noqa: T201 - the figures are the point of it
        for row in rows:
            print("  " + row)  # noqa: T201


MEMORY = rf"""
import re, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import workload
from geo.events import nearness
lines, points = workload.walks(1_000, 200), workload.events(1_000_000)
pairs = getattr(nearness, sys.argv[2])(lines, points, {WITHIN_M})
# ru_maxrss would be that of the process that started this one, where it is larger
peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
print(int(peak[1]) // 1024)
"""


def test_a_million_events_near_a_thousand_routes(capsys):
    lines, points = workload.walks(1_000, 200), workload.events(1_000_000)
    routes = gpd.GeoDataFrame(geometry=lines, crs=4326)
    events = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*points.T), crs=4326)
    pairs, (route, point) = seconds(lambda: nearness.within(lines, points, WITHIN_M))
    full, found = seconds(lambda: nearness.nearest(lines, points, WITHIN_M))
    to_flat, (flat_routes, flat_events) = seconds(lambda: (routes.to_crs(UTM), events.to_crs(UTM)))
    options = {"predicate": "dwithin", "distance": WITHIN_M}
    by_event, one = seconds(lambda: flat_events.sjoin(flat_routes, **options))
    by_route, other = seconds(lambda: flat_routes.sjoin(flat_events, **options))

    assert (found.route == route).all()
    assert (found.point == point).all()
    mine = set((route * len(points) + point).tolist())
    theirs = set((one["index_right"] * len(points) + one.index).tolist())
    assert theirs == set((other.index * len(points) + other["index_right"]).tolist())
    apart = np.array(sorted(mine ^ theirs))
    flat = shapely.distance(
        flat_routes.geometry.to_numpy()[apart // len(points)],
        flat_events.geometry.to_numpy()[apart % len(points)],
    )
    off = np.abs(flat / WITHIN_M - 1).max()
    memory = [fresh(MEMORY, HERE, name)[0] for name in ("within", "nearest")]
    peers = {"events left": by_event, "routes left": by_route}
    show(
        capsys,
        f"1,000,000 events, 1,000 routes x 200 vertices, {WITHIN_M / 1000:g} km: "
        f"{route.size:,} pairs",
        [
            f"nearness.within   {pairs:6.2f} s, peak {memory[0]:.0f} MB",
            f"nearness.nearest  {full:6.2f} s, peak {memory[1]:.0f} MB, with distance and chainage",
            f"geopandas.to_crs  {to_flat:6.2f} s",
            *(
                f"sjoin, {name} {peer:6.2f} s: within {peer / pairs:.1f} times as fast, nearest "
                f"{peer / full:.1f}; with to_crs {(peer + to_flat) / pairs:.1f} and "
                f"{(peer + to_flat) / full:.1f}"
                for name, peer in peers.items()
            ),
            f"{apart.size:,} pairs differ, at most {off:.2%} off {WITHIN_M / 1000:g} km in UTM 47N",
        ],
    )
    assert off < UTM_ERROR
    assert apart.size < 0.005 * len(theirs)
    assert max(memory) < 700
    # reached 8.9 and 4.1 against the faster direction
    assert min(peers.values()) / pairs >= 6
    assert min(peers.values()) / full >= 2.5


READ = """
import sys, time
begin = time.process_time()
import {module}
middle = time.process_time()
rows = len({read})
print(middle - begin, time.process_time() - middle, rows)
"""


@pytest.mark.shared
def test_a_file_of_events_is_read_about_as_fast_as_by_pandas(capsys):
    path = SHARED / "data" / "ucdp" / "GEDEvent_v24_1_myanmar.csv"
    scripts = {
        "geo": READ.format(module="geo.io", read="geo.io.read_events(sys.argv[1]).frame"),
        "pandas": READ.format(module="pandas", read="pandas.read_csv(sys.argv[1])"),
    }
    spent = {
        name: np.median([fresh(script, path) for _ in range(3)], axis=0)
        for name, script in scripts.items()
    }
    (load, mine, rows), (base, peer, lines) = spent["geo"], spent["pandas"]
    assert rows == lines
    show(
        capsys,
        f"UCDP, {rows:,.0f} rows, fresh processes",
        [
            f"io.read_events   {mine:5.2f} s, import {load:.2f} s, every row checked",
            f"pandas.read_csv  {peer:5.2f} s, import {base:.2f} s",
            f"ratio {mine / peer:.1f}, with imports {(mine + load) / (peer + base):.1f}",
        ],
    )
    # reached 3.7
    assert mine / peer <= 6
