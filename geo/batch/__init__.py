"""
Many routes: a fleet, in blocks, on all processors, in memory that does not grow with it.

The fleet is read twice, a few rows at a time: first its ids, so that each route can be
called by one of its own, then its lines. Blocks are bounded by their vertices, not by
their rows. Each block is measured against one index of the zones and written as two
parts, whole or not at all, under a name made of its number and the hash of its input. A
command that was ended in the middle, however, passes over the parts that are there; the
manifest holds the hash of all that the numbers depend on, and parts of another answer are
never mixed with these.

The blocks are measured by processes of this machine or by the workers of a Dask cluster,
to the same bytes. Where another engine holds the routes, `of_frame` measures a frame of
them (`spark` has the recipe for Spark).
"""

from geo.batch import spark
from geo.batch.frame import COLUMNS, of_frame
from geo.batch.ground import Ground, ground
from geo.batch.run import VERTICES, Options, measure

__all__ = [
    "COLUMNS",
    "VERTICES",
    "Ground",
    "Options",
    "ground",
    "measure",
    "of_frame",
    "spark",
]
