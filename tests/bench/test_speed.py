"""Speed as a ratio to a peer in the same run; processor seconds, medians of three."""

import statistics
import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

sys.path.insert(0, str(Path(__file__).parent))

import workload

from geo import passages

pytestmark = pytest.mark.bench


def seconds(work, times=3):
    """Run `work` and give the median of its processor seconds, and its last result."""
    spent = []
    for _ in range(times):
        begin = time.process_time()
        result = work()
        spent.append(time.process_time() - begin)
    return statistics.median(spent), result


def test_pair_lengths_and_union_against_overlay(capsys):
    lines, stars = workload.walks(10_000, 200), workload.stars(1_000, 480)
    routes = gpd.GeoDataFrame({"route": range(len(lines))}, geometry=lines, crs=4326)
    zones = gpd.GeoDataFrame({"zone": range(len(stars))}, geometry=stars, crs=4326)

    def ours():
        found = passages.find(lines, stars)
        inside = ~found.on_border
        union = passages.merged(found.route[inside], found.from_m[inside], found.to_m[inside])
        return found, union

    def overlay():
        pieces = gpd.overlay(routes, zones, how="intersection", keep_geom_type=True)
        return pieces, pieces.to_crs(32647).length

    mine, (found, _) = seconds(ours)
    peer, (pieces, lengths) = seconds(overlay)
    vertices = int(shapely.get_num_coordinates(stars).sum())
    pairs = len(np.unique(found.route * len(stars) + found.zone))
    with capsys.disabled():
        print(  # noqa: T201 - the figure is the point of it
            f"\n10,000 routes x 200 vertices, 1,000 zones, {vertices:,} vertices, {pairs:,} pairs: "
            f"geopandas.overlay + length {peer:.2f} s, passages + union {mine:.2f} s, "
            f"ratio {peer / mine:.1f}"
        )
    # the peer measures in one UTM zone, 0.1 % off, and counts retraced ground once
    assert pairs == len(pieces)
    assert (found.to_m - found.from_m).sum() == pytest.approx(lengths.sum(), rel=0.005)
    assert peer / mine >= 7
