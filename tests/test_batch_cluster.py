"""A fleet on a Dask cluster: the bytes of one machine, whatever happens to the workers."""

import json
import os
import subprocess
import sys

import pytest
from conftest import ROOT
from fleets import content, ragged, walked

from geo import batch
from geo.errors import ClusterError, InputError

# sockets are barred in this process, so a cluster lives in one of its own
HEAD = """
import json, os, signal, sys
from pathlib import Path
import geopandas as gpd
from distributed import Client, LocalCluster
from geo import batch
from geo.errors import ClusterError

def many(workers, threads=1):
    return LocalCluster(
        n_workers=workers, threads_per_worker=threads, dashboard_address=None, silence_logs=50
    )

def options(where, **more):
    return batch.Options(vertices=int(vertices), cluster=where, **more)

if __name__ == "__main__":
    fleet, zones, out, vertices = sys.argv[1:5]
    zones = gpd.read_parquet(zones)
"""
KILLS = """
    with many(int(sys.argv[5])) as cluster:
        killed = []
        def tell(done, routes, now):
            if done and not killed:
                killed.append(cluster.workers[0].pid)
                os.kill(killed[0], signal.SIGKILL)
        batch.measure([fleet], zones, out, options=options(cluster.scheduler_address), tell=tell)
        print(len(killed), killed[0] not in {worker.pid for worker in cluster.workers.values()})
"""
ONCE = """
    counted = Path(out).parent / "indexed"
    counted.mkdir()
    def counts():
        from geo import passages
        def index(shapes, first=passages.index):
            (counted / f"{os.getpid()}-{len(list(counted.iterdir()))}").touch()
            return first(shapes)
        passages.index = index
    with many(2, threads=2) as cluster, Client(cluster) as client:
        client.run(counts)
        told = []
        batch.measure(
            [fleet], zones, out, options=options(client), tell=lambda *words: told.append(words)
        )
        print(json.dumps({
            "indexed": [one.name.partition("-")[0] for one in counted.iterdir()],
            "client": os.getpid(),
            "told": told,
            "open": client.status,
        }))
"""
OTHERS = """
    def others():
        from geo.batch import versions
        sys.modules["geo.batch.ground"].require_same = lambda theirs, where: versions.require_same(
            {**theirs, "shapely": "1.8.5"}, where
        )
    with many(2) as cluster, Client(cluster) as client:
        client.run(others)
        try:
            batch.measure([fleet], zones, out, options=options(client))
        except ClusterError as error:
            print(error)
"""
LOST = """
    cluster = many(1)
    def tell(done, routes, now):
        if done:
            cluster.close()
    try:
        batch.measure([fleet], zones, out, options=options(cluster.scheduler_address), tell=tell)
    except ClusterError as error:
        print(error)
    with many(1) as cluster:
        batch.measure([fleet], zones, out, options=options(cluster.scheduler_address))
"""
MEMORY = """
    def ends():
        from geo.batch import cluster
        cluster.measured = lambda *words: os._exit(9)
    from distributed import WorkerPlugin
    class Ends(WorkerPlugin):
        def setup(self, worker):
            ends()
    with many(2) as cluster, Client(cluster) as client:
        client.register_plugin(Ends())
        try:
            batch.measure([fleet], zones, out, options=options(client))
        except ClusterError as error:
            print(error)
"""


def ran(body, *words):
    script = words[2].parent / "script.py"  # a file, since workers import where they begin
    script.write_text(HEAD + body)
    done = subprocess.run(
        [sys.executable, str(script), *map(str, words)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def zones():
    """Give sixty ragged zones."""
    return ragged()


@pytest.fixture
def paths(zones, tmp_path):
    """Give sixty routes and the zones as files, and a folder to write."""
    walked(60, 18).to_parquet(tmp_path / "fleet.parquet", row_group_size=17)
    zones.to_parquet(tmp_path / "zones.parquet")
    return tmp_path / "fleet.parquet", tmp_path / "zones.parquet", tmp_path / "out"


def alone(routes, zones, folder, vertices):
    batch.measure([routes], zones, folder, options=batch.Options(vertices=vertices, workers=1))
    return content(folder)


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])  # of one, the zones are lost with it
def test_a_worker_that_is_killed_changes_nothing(workers, zones, paths, tmp_path):
    routes, areas, out = paths
    walked(4000, 50, seed=6).to_parquet(routes)
    assert ran(KILLS, routes, areas, out, 5000, workers) == "1 True"
    whole = content(out)
    assert len(whole) > 60
    assert whole == alone(routes, zones, tmp_path / "alone", 5000)


@pytest.mark.slow
def test_zones_are_indexed_once_in_each_worker_and_not_in_the_client(
    zones,
    paths,
    tmp_path,
):
    routes, areas, out = paths
    said = json.loads(ran(ONCE, routes, areas, out, 100))
    assert len(said["indexed"]) == len(set(said["indexed"])) == 2
    assert str(said["client"]) not in said["indexed"]
    assert [done for done, _, _ in said["told"]] == sorted({done for done, _, _ in said["told"]})
    assert said["told"][-1] == [60, 60, 60]
    assert said["open"] == "running"
    assert content(out) == alone(routes, zones, tmp_path / "alone", 100)


@pytest.mark.slow
def test_workers_of_other_versions_are_refused_by_name(paths):
    said = ran(OTHERS, *paths, 200)
    assert "has shapely" in said
    assert "not 1.8.5: numbers of two versions are not mixed" in said
    assert not list(paths[2].glob("*/part-*"))


@pytest.mark.slow
def test_a_cluster_that_is_lost_is_told_and_the_work_goes_on_with_another(
    zones,
    paths,
    tmp_path,
):
    said = ran(LOST, *paths, 200)
    assert said.startswith("the cluster was lost")
    assert said.endswith("the same command goes on where it stopped")
    assert "\n" not in said
    assert content(paths[2]) == alone(paths[0], zones, tmp_path / "alone", 200)


@pytest.mark.slow
def test_a_block_that_ends_every_worker_is_told(paths):
    said = ran(MEMORY, *paths, 200)
    assert said.startswith("a block ended 4 workers of the cluster")
    assert "\n" not in said


@pytest.mark.slow
@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("tcp://127.0.0.1:9", "Timed out trying to connect"),
        ("tcp://nowhere", "missing port"),
        ("smoke://hill:1", "unknown address scheme"),
        ("", "missing port"),
    ],
)
def test_an_address_without_a_scheduler_is_told_in_one_line(address, reason, paths):
    routes, _, out = paths
    words = [sys.executable, "-m", "geo.cli", "batch", routes]
    done = subprocess.run(
        [*map(str, words), "--cluster", address, "-o", str(out)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    last = done.stderr.strip().split("\n")[-1]
    assert last.startswith(f"geo: no Dask scheduler answers at {address!r}: ")
    assert reason in last
    assert "Traceback" not in done.stderr


def test_workers_and_a_cluster_do_not_go_together(zones, paths):
    options = batch.Options(workers=2, cluster="tcp://127.0.0.1:8786")
    with pytest.raises(InputError, match="a cluster brings its own"):
        batch.measure([paths[0]], zones, paths[2], options=options)


def test_without_dask_the_command_that_installs_it_is_named(
    zones,
    paths,
    monkeypatch,
):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterError, match="pip install distributed"):
        batch.measure([paths[0]], zones, paths[2], options=batch.Options(cluster="x:1"))


def test_the_command_hands_the_address_on(geo, paths, monkeypatch):
    asked = []

    def measure(*_, options, tell):
        asked.append(options.cluster)
        raise ClusterError(*asked)

    monkeypatch.setattr(batch, "measure", measure)
    done = geo("batch", paths[0], "--cluster", "tcp://10.0.0.1:8786", "-o", paths[2])
    assert done.exit_code == 1
    assert asked == ["tcp://10.0.0.1:8786"]
    assert done.stderr == "geo: tcp://10.0.0.1:8786\n"
