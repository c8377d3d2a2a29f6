"""
Who competes, each in a process of its own.

A competitor is given routes and zones as shapely arrays by `ready`, which is not
measured (a database takes them in and indexes them there), does its work in
`run`, which is, and tells by `answer` what it found, which is not. Each peer
is written as its own manual would do it, and with what made it faster here.
"""

from __future__ import annotations

import os
import time
from importlib import metadata
from pathlib import Path

import numpy as np
import shapely


def geodesic_m(shapes: np.ndarray) -> np.ndarray:
    """Measure lines and collections of lines by Karney's geodesics, vertex to vertex."""
    from pyproj import Geod

    parts, owner = shapely.get_parts(shapes, return_index=True)
    points, part = shapely.get_coordinates(parts, return_index=True)
    same = part[1:] == part[:-1]
    start, end = points[:-1][same], points[1:][same]
    *_, length = Geod(ellps="WGS84").inv(*start.T, *end.T)
    return np.bincount(owner[part[:-1][same]], weights=length, minlength=len(shapes))


class Own:
    """The kernel of the project, on the core that is its default."""

    label = "geo"
    package = None
    keeps = False
    core = None
    gives_union = True

    def begin(self, where):
        """Choose the core before the package is imported."""
        if self.core:
            os.environ["GEO_CORE"] = self.core
        else:
            os.environ.pop("GEO_CORE", None)

    def ready(self, routes, zones):
        return routes, zones

    def run(self, given):
        """Index the zones, find the passages, and join them to the union of each route."""
        from geo import passages

        routes, zones = given
        marks = [time.process_time()]
        index = passages.index(zones)
        marks.append(time.process_time())
        found = passages.find(routes, index)
        marks.append(time.process_time())
        inside = ~found.on_border
        union = passages.merged(found.route[inside], found.from_m[inside], found.to_m[inside])
        marks.append(time.process_time())
        self.steps = dict(zip(("index_s", "find_s", "union_s"), np.diff(marks), strict=True))
        return found, union, len(routes), len(zones)

    def answer(self, result):
        found, (route, from_m, to_m), routes, zones = result
        pair, number = np.unique(found.route * zones + found.zone, return_inverse=True)
        return {
            "route": pair // zones,
            "zone": pair % zones,
            "length_m": np.bincount(number, weights=found.to_m - found.from_m),
            "union_m": np.bincount(route, weights=to_m - from_m, minlength=routes),
        }

    def version(self):
        from geo.passages import compiled

        return "compiled core" if compiled.core else "numpy core"


class OwnNumpy(Own):
    """The same on numpy alone."""

    label = "geo, numpy core"
    core = "numpy"


class Peer:
    """What the peers share: pairs as three arrays."""

    package = ""
    keeps = False
    gives_union = False
    steps = None

    def begin(self, where):
        pass

    def answer(self, result):
        route, zone, length_m = (np.asarray(column) for column in result)
        return {"route": route.astype(int), "zone": zone.astype(int), "length_m": length_m}

    def version(self):
        return metadata.version(self.package)


class Overlay(Peer):
    """geopandas.overlay, and lengths in the metres of UTM zone 47N."""

    label = "geopandas.overlay"
    package = "geopandas"

    def ready(self, routes, zones):
        import geopandas as gpd

        return (
            gpd.GeoDataFrame({"route": range(len(routes))}, geometry=routes, crs=4326),
            gpd.GeoDataFrame({"zone": range(len(zones))}, geometry=zones, crs=4326),
        )

    def run(self, given):
        import geopandas as gpd

        pieces = gpd.overlay(*given, how="intersection", keep_geom_type=True)
        return pieces["route"], pieces["zone"], pieces.to_crs(32647).length


class Tree(Peer):
    """An STRtree, prepared zones, GEOS intersection, geodesic lengths: no frame between."""

    label = "GEOS STRtree"
    package = "shapely"

    def ready(self, routes, zones):
        return routes, zones

    def run(self, given):
        routes, zones = given
        # a query prepares each shape that it is given, so the large ones are given
        zone, route = shapely.STRtree(routes).query(zones, predicate="intersects")
        return route, zone, geodesic_m(shapely.intersection(routes[route], zones[zone]))

    def version(self):
        return f"{metadata.version('shapely')} (GEOS {shapely.geos_version_string})"


class Dissolved(Tree):
    """The same with zones dissolved first: metres under any zone, each counted once."""

    label = "GEOS, zones dissolved"
    gives_union = True

    def run(self, given):
        routes, zones = given
        whole = shapely.get_parts(shapely.union_all(zones))
        part, route = shapely.STRtree(routes).query(whole, predicate="intersects")
        length_m = geodesic_m(shapely.intersection(routes[route], whole[part]))
        return np.bincount(route, weights=length_m, minlength=len(routes))

    def answer(self, result):
        return {"union_m": result}


class DuckDB(Peer):
    """DuckDB with its extension for geometries, lengths on the spheroid."""

    label = "DuckDB spatial"
    package = "duckdb-extension-spatial"
    keeps = True

    def begin(self, where):
        import duckdb
        import duckdb_extension_spatial as extension

        folder = Path(extension.__file__).parent / "extensions"
        self.base = duckdb.connect()
        self.base.load_extension(
            str(next(folder.glob(f"v{duckdb.__version__}/spatial.duckdb_extension")))
        )

    def ready(self, routes, zones):
        import pyarrow as pa

        for name, shapes in (("routes", routes), ("zones", zones)):
            wkb = pa.array(shapely.to_wkb(shapes), pa.binary())
            table = pa.table({"id": np.arange(len(shapes)), "wkb": wkb})
            self.base.register("given", table)
            self.base.execute(
                f"create or replace table {name} as "
                "select id, ST_GeomFromWKB(wkb) as shape from given"
            )
            self.base.unregister("given")

    def run(self, given):
        # the functions on the spheroid take latitude first
        found = self.base.execute(
            "select r.id as route, z.id as zone, ST_Length_Spheroid(ST_FlipCoordinates("
            "ST_Intersection(r.shape, z.shape))) as length_m "
            "from routes r join zones z on ST_Intersects(r.shape, z.shape)"
        ).fetchnumpy()
        return found["route"], found["zone"], found["length_m"]


class Sedona(Peer):
    """SedonaDB: its join and intersection, and geodesic lengths by pyproj, as it has none."""

    label = "SedonaDB"
    package = "sedonadb"
    keeps = True

    def begin(self, where):
        import sedonadb

        self.base = sedonadb.connect()

    def ready(self, routes, zones):
        import geopandas as gpd

        for name, shapes in (("routes", routes), ("zones", zones)):
            frame = gpd.GeoDataFrame({"id": range(len(shapes))}, geometry=shapes, crs=4326)
            self.base.create_data_frame(frame).to_memtable().to_view(name, overwrite=True)

    def run(self, given):
        found = self.base.sql(
            "select r.id as route, z.id as zone, "
            "ST_AsBinary(ST_Intersection(r.geometry, z.geometry)) as piece "
            "from routes r join zones z on ST_Intersects(r.geometry, z.geometry)"
        ).to_arrow_table()
        pieces = shapely.from_wkb(found["piece"].to_numpy())
        return found["route"].to_numpy(), found["zone"].to_numpy(), geodesic_m(pieces)


class PostGIS(Peer):
    """PostGIS in a cluster of its own: GiST indexes, lengths as geography."""

    label = "PostGIS"
    package = "psycopg"
    keeps = True

    def begin(self, where):
        import psycopg

        self.base = psycopg.connect(host=where, user="postgres", dbname="postgres", autocommit=True)
        self.base.execute("create extension postgis")

    def ready(self, routes, zones):
        for name, shapes in (("routes", routes), ("zones", zones)):
            self.base.execute(f"drop table if exists {name}")
            self.base.execute(f"create unlogged table {name} (id int, shape geometry)")
            with self.base.cursor().copy(f"copy {name} from stdin") as copy:
                for row in enumerate(shapely.to_wkb(shapes, hex=True)):
                    copy.write_row(row)
            self.base.execute(f"create index on {name} using gist (shape)")
            self.base.execute(f"vacuum analyze {name}")

    def run(self, given):
        # what is found stays in the server, so that handing it over is not counted
        self.base.execute("drop table if exists pairs")
        self.base.execute(
            "create unlogged table pairs as select r.id as route, z.id as zone, "
            "ST_Length(ST_Intersection(r.shape, z.shape)::geography) as length_m "
            "from routes r join zones z on ST_Intersects(r.shape, z.shape)"
        )

    def answer(self, result):
        rows = self.base.execute("select route, zone, length_m from pairs").fetchall()
        return super().answer(np.array(rows, np.float64).reshape(-1, 3).T)

    def version(self):
        (version,) = self.base.execute("select postgis_lib_version()").fetchone()
        (server,) = self.base.execute("show server_version").fetchone()
        return f"{version} (PostgreSQL {server.split()[0]})"


COMPETITORS = {
    "own": Own,
    "numpy": OwnNumpy,
    "overlay": Overlay,
    "strtree": Tree,
    "dissolved": Dissolved,
    "duckdb": DuckDB,
    "sedonadb": Sedona,
    "postgis": PostGIS,
}
