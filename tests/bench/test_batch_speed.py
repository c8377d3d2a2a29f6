"""A fleet: routes a second and peak memory, with processes, threads and a Dask cluster of two."""

import hashlib
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

import geopandas as gpd
import pytest

sys.path.insert(0, str(Path(__file__).parent))

import workload

pytestmark = pytest.mark.bench

ROUTES = 50_000
ROUNDS = 3
# a process of its own, so that the peak of its memory is that of the work alone
ONE = """
import json, resource, sys, time
import geopandas as gpd
from geo import batch
*fleet, zones, folder, workers, threads = sys.argv[1:]
zones = gpd.read_parquet(zones)
options = batch.Options(workers=int(workers), threads=threads == "threads")
if threads == "cluster":
    import os
    from distributed import LocalCluster
    # as geo.batch.cluster says that workers are started best
    for name in ("MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_"):
        os.environ[name] = "268435456"
    cluster = LocalCluster(n_workers=int(workers), threads_per_worker=1, dashboard_address=None)
    options = batch.Options(cluster=cluster.scheduler_address)
begin = time.perf_counter()
manifest = batch.measure(fleet, zones, folder, options=options)
spent = time.perf_counter() - begin
if threads == "cluster":
    cluster.close()
own, children = (resource.getrusage(who) for who in (0, -1))
# not ru_maxrss, in which Linux counts what the process that started this one held
held = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps({
    "seconds": spent,
    "processor": own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime,
    "own_mb": int(held.split()[1]) / 1024,
    "worker_mb": children.ru_maxrss / 1024,
    "routes": manifest["routes"],
    "passages": manifest["passages"],
}))
"""


def fleet_of(count, path, seed=1):
    lines = workload.walks(count, 50, seed=seed)
    ids = [f"{seed}-{row}" for row in range(count)]
    frame = gpd.GeoDataFrame({"route_id": ids}, geometry=lines, crs=4326)
    frame.to_parquet(path, row_group_size=5_000)
    return path


@pytest.fixture(scope="module")
def zones(tmp_path_factory):
    stars = workload.stars(1_000, 480)
    path = tmp_path_factory.mktemp("bench") / "zones.parquet"
    gpd.GeoDataFrame({"zone_id": range(1_000)}, geometry=stars, crs=4326).to_parquet(path)
    return path


def command(fleet, zones, folder, workers, how="processes"):
    words = [sys.executable, "-c", ONE, *fleet, zones, folder, workers, how]
    return [str(word) for word in words]


def measured(*words):
    done = subprocess.run(command(*words), check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def killed_after(parts, *words):
    """Start the work, and kill it with its workers once there are so many parts."""
    running = subprocess.Popen(command(*words), start_new_session=True, stdout=subprocess.DEVNULL)
    while len(list((words[2] / "summary").glob("*.parquet"))) < parts:
        assert running.poll() is None, "it ended before it could be killed"
        time.sleep(0.05)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()


def contents(folder):
    """Give the hash of every file but the manifest, in which times stand."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*.parquet")
    }


def test_rate_and_memory_with_one_and_two_workers(tmp_path, zones, capsys):
    fleet = fleet_of(ROUTES, tmp_path / "fleet.parquet")
    ways = [(1, "processes"), (2, "processes"), (2, "threads"), (2, "cluster")]
    every = {way: [] for way in ways}
    for turn in range(ROUNDS):  # one after the other, so that a busy machine is busy for all
        for workers, how in ways:
            folder = tmp_path / f"{how}{workers}-{turn}"
            every[workers, how].append(measured([fleet], zones, folder, workers, how))
    for (workers, how), runs in every.items():
        seconds = statistics.median(run["seconds"] for run in runs)
        best = min(run["seconds"] for run in runs)
        processor = statistics.median(run["processor"] for run in runs)
        own, worker = (max(run[name] for run in runs) for name in ("own_mb", "worker_mb"))
        with capsys.disabled():
            print(  # noqa: T201 - the figure is the point of it
                f"\n{ROUTES:,} routes x 50 vertices, 1,000 zones, {runs[0]['passages']:,} "
                f"passages, {workers} {how}: {seconds:.1f} s ({best:.1f} at best), "
                f"{ROUTES / seconds:,.0f} routes a second, processor {processor:.1f} s, "
                f"peak {own:.0f} MB" + (f" and {worker:.0f} MB a worker" if worker else "")
            )
    assert len({run["passages"] for runs in every.values() for run in runs}) == 1
    # threads share one lock for all that is not numpy: they are not faster
    best = {way: min(run["seconds"] for run in runs) for way, runs in every.items()}
    assert best[2, "processes"] < best[1, "processes"]


def test_memory_does_not_grow_with_the_fleet(tmp_path, zones, capsys):
    peaks = []
    for count in (25_000, 100_000):
        fleet = fleet_of(count, tmp_path / f"{count}.parquet")
        run = measured([fleet], zones, tmp_path / str(count), 2)
        peaks.append((run["own_mb"], run["worker_mb"]))
        with capsys.disabled():
            print(  # noqa: T201 - the figure is the point of it
                f"\n{count:,} routes, 2 workers: peak {run['own_mb']:.0f} MB and "
                f"{run['worker_mb']:.0f} MB a worker, {count / run['seconds']:,.0f} routes a second"
            )
    for few, many in zip(*peaks, strict=True):
        assert many < few + 60  # of 8 bytes a route, and of what the allocator keeps


def test_a_million_routes_killed_twice(tmp_path, zones, capsys):
    fleet = [fleet_of(50_000, tmp_path / f"{seed}.parquet", seed) for seed in range(20)]
    whole = measured(fleet, zones, tmp_path / "whole", 2)
    expected = contents(tmp_path / "whole")
    parts = len(expected) // 2
    for share in (0.3, 0.6):
        killed_after(int(parts * share), fleet, zones, tmp_path / "killed", 2)
    rest = measured(fleet, zones, tmp_path / "killed", 2)
    assert contents(tmp_path / "killed") == expected
    assert (rest["routes"], rest["passages"]) == (whole["routes"], whole["passages"])
    with capsys.disabled():
        print(  # noqa: T201 - the figure is the point of it
            f"\n{whole['routes']:,} routes x 50 vertices, 1,000 zones, 2 workers: "
            f"{whole['passages']:,} passages in {whole['seconds']:.0f} s, "
            f"{whole['routes'] / whole['seconds']:,.0f} routes a second, peak "
            f"{whole['own_mb']:.0f} MB and {whole['worker_mb']:.0f} MB a worker; killed at 30 % "
            f"and 60 %, the rest took {rest['seconds']:.0f} s and the files are the same"
        )
    assert rest["seconds"] < 0.75 * whole["seconds"]
    assert max(whole["own_mb"], whole["worker_mb"]) < 700
