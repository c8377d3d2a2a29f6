"""
Routes in Spark: a function and a schema to hand to `DataFrame.mapInPandas`.

Spark cuts the table, runs the function and does again what a lost executor had; it sends
the zones along with the function (as a broadcast variable, once they take more than a
megabyte), and each Python worker indexes them once. The executors need this package in the
versions of the driver, and say so where they have others. The recipe:

    from pyspark.sql import SparkSession
    from geo import batch, io

    spark = SparkSession.builder.getOrCreate()
    zones = io.read("zones.geojson", role="zones").frame
    ground = batch.ground(zones, as_of="2026-02-28")
    for notice in ground.notices:
        print(notice)
    measure, schema = batch.spark.map_in_pandas(ground, crs="EPSG:4326")
    routes = spark.read.parquet("routes/")  # route_id, and geometry as WKB
    routes.mapInPandas(measure, schema).write.parquet("summary/")

Only what `geo.batch.of_frame` reads should be selected from a wide table. PySpark is no
part of this package's extras.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from geo.batch.frame import COLUMNS, of_frame
from geo.batch.ground import Packed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pandas as pd

    from geo.batch.ground import Ground

__all__ = ["map_in_pandas"]

_TYPES: Final = {"string": "string", "int64": "bigint", "double": "double"}


def map_in_pandas(
    ground: Ground, *, crs: str | None = None
) -> tuple[Callable[[Iterator[pd.DataFrame]], Iterator[pd.DataFrame]], str]:
    """
    Give what `DataFrame.mapInPandas` asks for.

    Parameters
    ----------
    ground
        What the routes are measured against, from `geo.batch.ground`.
    crs
        The CRS of the WKB in the column `geometry`, in a form that pyproj reads.

    Returns
    -------
    function, schema
        The function, which gives the rows of `geo.batch.of_frame` for those of each
        batch, and their schema as DDL.

    Notes
    -----
    `of_frame` refuses a `route_id` that stands twice in a batch; over the whole table
    only Spark sees that.
    """
    packed = Packed.of(ground)

    def _measure(batches: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for frame in batches:
            yield of_frame(frame, packed.unpacked(), crs=crs)

    return _measure, ", ".join(f"{name} {_TYPES[kind]}" for name, kind in COLUMNS.items())
