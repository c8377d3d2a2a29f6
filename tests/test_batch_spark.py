"""The recipe for Spark gives the numbers of one by one; it runs where PySpark is installed."""

import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT
from fleets import NUMBERS, ragged, walked

from geo import exposure

pytest.importorskip("pyspark")
pytestmark = pytest.mark.slow

# sockets are barred in this process, so Spark lives in one of its own
SCRIPT = """
import sys
import geopandas as gpd
from pyspark.sql import SparkSession
from geo import batch

routes, zones, out = sys.argv[1:]
spark = (
    SparkSession.builder.master("local[2]")
    .config("spark.ui.enabled", "false")
    .config("spark.sql.execution.arrow.maxRecordsPerBatch", "11")
    .getOrCreate()
)
ground = batch.ground(gpd.read_parquet(zones))
measure, schema = batch.spark.map_in_pandas(ground, crs="EPSG:4326")
table = spark.read.parquet(routes).repartition(3)
table.mapInPandas(measure, schema).write.parquet(out)
table.where("route_id is null").mapInPandas(measure, schema).write.parquet(out + "-none")
print(table.rdd.getNumPartitions())
"""


def test_the_recipe_gives_the_numbers_of_one_by_one(tmp_path):
    zones, fleet = ragged(), walked(60, 18)
    zones.to_parquet(tmp_path / "zones.parquet")
    table = pd.DataFrame({"route_id": fleet["route_id"], "geometry": fleet.geometry.to_wkb()})
    table.loc[7, "geometry"] = None
    table.to_parquet(tmp_path / "routes.parquet")
    words = [tmp_path / name for name in ("routes.parquet", "zones.parquet", "out")]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *map(str, words)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYSPARK_PYTHON": sys.executable},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith("3")
    found = pd.read_parquet(tmp_path / "out").set_index("route_id").loc[fleet["route_id"]]
    assert found["rejected"].notna().tolist() == [row == 7 for row in range(60)]
    good = [row for row in range(60) if row != 7]
    alone = exposure.measure(fleet.iloc[good], zones).routes
    for column in [*NUMBERS, "crossings"]:
        np.testing.assert_allclose(
            found[column].iloc[good].astype(float), alone[column].astype(float), atol=1e-6
        )
    assert alone["exposed_m"].sum() > 0
    none = pd.read_parquet(tmp_path / "out-none")
    assert len(none) == 0
    assert list(none.columns) == list(found.reset_index().columns)
