"""
Cold start: whole processes, in processor seconds of all their threads.

Every command runs once a round, one after the other, so that a busy machine is busy
for all; medians of the rounds, and their ratios. Modules are compiled beforehand, as
they are where the package is installed.
"""

import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pytest

sys.path.insert(0, str(Path(__file__).parent))

import workload

pytestmark = pytest.mark.bench

ROUNDS = 9
ROOT = Path(__file__).parents[2]
GEO = ["-m", "geo.cli"]
# shapely needs numpy; with one thread, as the command sets it
FLOOR = "import os; os.environ['OPENBLAS_NUM_THREADS'] = '1'; import shapely"
OVERLAY = """
import sys, geopandas
routes, zones = map(geopandas.read_file, sys.argv[1:])
pieces = geopandas.overlay(routes, zones, how="intersection", keep_geom_type=True)
print(pieces.to_crs(32647).length.sum())
"""
TRACK = """<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk><name>a</name><trkseg>
{}</trkseg></trk></gpx>"""


@pytest.fixture(scope="module")
def spent(tmp_path_factory):
    """Give the processor seconds of each command, round by round."""
    folder = tmp_path_factory.mktemp("start")
    routes, zones, track = (folder / name for name in ("r.geojson", "z.geojson", "one.gpx"))
    walks = workload.walks(10, 500)
    frame = gpd.GeoDataFrame({"route_id": range(10)}, geometry=walks, crs=4326)
    frame.to_file(routes)
    stars = workload.stars(50, 200, radius_km=45)
    gpd.GeoDataFrame({"zone_id": range(50)}, geometry=stars, crs=4326).to_file(zones)
    points = "".join(f'<trkpt lat="{y}" lon="{x}"/>' for x, y in walks[0].coords)
    track.write_text(TRACK.format(points), "utf-8")
    commands = {
        "python": ["-c", "pass"],
        "shapely": ["-c", FLOOR],
        "geopandas": ["-c", "import geopandas"],
        "help": [*GEO, "--help"],
        "overlay": ["-c", OVERLAY, routes, zones],
        "expose": [*GEO, "expose", routes, "--zones", zones],
        "track": [*GEO, "expose", track],
    }
    compiled = {"PYTHONPYCACHEPREFIX": str(folder), "PYTHONPATH": str(ROOT)}
    env = {**os.environ, **compiled}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    for words in commands.values():
        seconds(words, env)
    found = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, words in commands.items():
            found[name].append(seconds(words, env))
    return found


def seconds(words, env):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    words = [sys.executable, *map(str, words)]
    subprocess.run(words, env=env, cwd=ROOT, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def ratio(spent, one, other):
    return statistics.median(spent[one]) / statistics.median(spent[other])


def test_cold_start(spent, capsys):
    medians = {name: statistics.median(times) for name, times in spent.items()}
    told = [
        *(f"{name:10} {medians[name]:.3f} s (least {min(spent[name]):.3f})" for name in spent),
        f"help / python: {ratio(spent, 'help', 'python'):.1f}",
        f"overlay / expose: {ratio(spent, 'overlay', 'expose'):.2f}",
        f"expose / shapely: {ratio(spent, 'expose', 'shapely'):.2f}",
        f"track less geopandas: {medians['track'] - medians['geopandas']:.3f} s",
    ]
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(told) + "\n")


def test_help_needs_no_more_than_the_command_line_library(spent):
    assert ratio(spent, "help", "python") < 4


def test_ten_small_routes_need_a_third_of_an_overlay(spent):
    assert ratio(spent, "overlay", "expose") >= 3


def test_a_track_against_the_bundled_layers_needs_half_a_second_more_than_geopandas(spent):
    medians = {name: statistics.median(times) for name, times in spent.items()}
    assert medians["track"] <= medians["geopandas"] + 0.5
