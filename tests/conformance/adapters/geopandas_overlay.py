"""
geopandas as its documentation shows it, for two paths and, if wanted, --careful.

Plain: read_file, overlay, length. Careful, what an expert adds: read tracks and routes of GPX,
refuse a file without a CRS, bring both to EPSG:4326, make polygons valid, cut by their union, and
end errors in one line. Both measure pieces by geodesics on WGS 84 (pyproj.Geod), the best that
users of geopandas do: lengths in UTM would be off by up to 0.1 %, and every answer with them.
"""

from __future__ import annotations

import json
import sys
import traceback
import warnings


def plain(routes, zones):
    import geopandas as gpd

    lines, areas = gpd.read_file(routes), gpd.read_file(zones)
    pieces = gpd.overlay(lines, areas, how="intersection")
    return lines, pieces.geometry


def careful(routes, zones):
    import geopandas as gpd
    import pandas as pd

    layers = ("tracks", "routes") if routes.endswith(".gpx") else (None,)
    parts = [gpd.read_file(routes, layer=layer) for layer in layers]
    lines = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    areas = gpd.read_file(zones)
    for path, frame in ((routes, lines), (zones, areas)):
        if frame.crs is None:
            sys.exit(f"{path}: names no CRS")
    lines, areas = lines.to_crs(4326), areas.to_crs(4326)
    union = areas.geometry.make_valid().union_all()
    return lines, lines.geometry.intersection(union)


def metres(shapes):
    from pyproj import Geod

    geod = Geod(ellps="WGS84")
    flat = shapes.to_crs(4326).force_2d()
    return sum(geod.geometry_length(shape) for shape in flat if shape is not None)


def ask(routes, zones, *, way=plain):
    """Give (exit code, stdout, stderr), as a script of a few lines would end."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            lines, pieces = way(routes, zones)
            out = {"length_m": metres(lines.geometry), "exposed_m": metres(pieces)}
        except SystemExit as error:
            return 1, "", f"{error}\n"
        except Exception as error:  # noqa: BLE001 - how a script ends, without handlers or with
            return 1, "", traceback.format_exc() if way is plain else f"{error}\n"
    said = [f"{one.category.__name__}: {one.message}" for one in caught]
    return 0, json.dumps({**out, "warnings": said}), ""


if __name__ == "__main__":
    words = sys.argv[1:]
    chosen = careful if "--careful" in words else plain
    code, out, err = ask(*[word for word in words if word != "--careful"], way=chosen)
    print(out, end="")
    print(err, end="", file=sys.stderr)
    sys.exit(code)
