"""What the cases are made of: shapes, the texts of files, and the case itself."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import pairwise

LINE = [
    (96.1, 24.9),
    (96.25, 25.0),
    (96.38, 25.12),
    (96.52, 25.18),
    (96.7, 25.2),
    (96.85, 25.31),
    (97.0, 25.35),
]
RING = [(96.31, 24.95), (96.8, 25.02), (96.74, 25.42), (96.28, 25.33), (96.31, 24.95)]
ROUTES, ZONES = [[LINE]], {"Z": [[RING]]}


@dataclass
class Case:
    """
    One case: its files by role, and what a tool that is trusted does with them.

    `routes` and `zones` are the bytes or text of a file, (name, text), or the id of a case whose
    file is used; `truth` is what they mean, as the oracle takes it.
    """

    id: str
    group: str
    tests: str
    routes: object = "plain"
    zones: object = "plain"
    truth: tuple | None = None
    outcome: str = "answer"
    words: tuple[str, ...] = ()
    must_warn: bool = False
    tolerance_m: float | None = None
    names: tuple[str, ...] = ()
    more: dict[str, object] = field(default_factory=dict)


def box(west, south, east, north):
    return [(west, south), (east, south), (east, north), (west, north), (west, south)]


def line_geometry(parts):
    if len(parts) == 1:
        return {"type": "LineString", "coordinates": parts[0]}
    return {"type": "MultiLineString", "coordinates": parts}


def polygon_geometry(polygons):
    if len(polygons) == 1:
        return {"type": "Polygon", "coordinates": polygons[0]}
    return {"type": "MultiPolygon", "coordinates": polygons}


def feature(geometry, **properties):
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(*features, **more):
    return {"type": "FeatureCollection", **more, "features": list(features)}


def text(document):
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def routes_text(routes, **more):
    rows = [
        feature(line_geometry(parts), route_id=f"r{i}", name=f"Road {i}")
        for i, parts in enumerate(routes)
    ]
    return text(collection(*rows, **more))


def zones_text(zones, **more):
    rows = [
        feature(polygon_geometry(polygons), zone_id=name, name=f"Zone {name}")
        for name, polygons in zones.items()
    ]
    return text(collection(*rows, **more))


def line(*positions):
    return text(
        collection(feature({"type": "LineString", "coordinates": positions}, route_id="r0"))
    )


def dense(points, step):
    """Put vertices on the edges, so that what is straight in one CRS nearly is in another."""
    out = [points[0]]
    for (x0, y0), (x1, y1) in pairwise(points):
        many = max(1, round(max(abs(x1 - x0), abs(y1 - y0)) / step))
        out += [(x0 + (x1 - x0) * i / many, y0 + (y1 - y0) * i / many) for i in range(1, many)]
        out.append((x1, y1))
    return out


def moved(shape, change):
    """Apply a change of one position to all positions of a nest of lists."""
    if isinstance(shape, dict):
        return {name: moved(one, change) for name, one in shape.items()}
    if isinstance(shape, tuple):
        return change(shape)
    return [moved(one, change) for one in shape]


def swapped(shape):
    return moved(shape, lambda point: (point[1], point[0]))


def projected(shape, epsg, step=0.02):
    """Bring lines and rings to another CRS, with vertices every `step` degrees."""
    from pyproj import Transformer

    to = Transformer.from_crs(4326, epsg, always_xy=True)

    def walk(one):
        if isinstance(one, dict):
            return {name: walk(part) for name, part in one.items()}
        if isinstance(one[0], tuple):
            return [tuple(round(v, 4) for v in to.transform(*p)) for p in dense(one, step)]
        return [walk(part) for part in one]

    return walk(shape)


def crs_name(name):
    return {"crs": {"type": "name", "properties": {"name": name}}}


GPX_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n{}'
    '<gpx version="1.1" creator="conformance" xmlns="http://www.topografix.com/GPX/1/1">\n'
)
KML_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n{}'
    '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>\n'
)


def gpx(body, doctype=""):
    return GPX_HEAD.format(doctype) + body + "\n</gpx>\n"


def points(tag, line, times=()):
    rows = []
    for i, (lon, lat) in enumerate(line):
        time = f"<time>{times[i]}</time>" if times else ""
        rows.append(f'<{tag} lat="{lat}" lon="{lon}">{time}</{tag}>')
    return "\n".join(rows)


def track(parts, name="Road", times=()):
    segments = "".join(f"<trkseg>{points('trkpt', part, times)}</trkseg>" for part in parts)
    return f"<trk><name>{name}</name>{segments}</trk>"


def kml(body, doctype=""):
    return KML_HEAD.format(doctype) + body + "\n</Document></kml>\n"


def kml_line(line, name="Road"):
    where = " ".join(f"{lon},{lat}" for lon, lat in line)
    return (
        f"<Placemark><name>{name}</name><LineString><coordinates>{where}</coordinates>"
        "</LineString></Placemark>"
    )


def kml_polygon(rings, name="Z"):
    parts = []
    for i, ring in enumerate(rings):
        where = " ".join(f"{lon},{lat}" for lon, lat in ring)
        side = "innerBoundaryIs" if i else "outerBoundaryIs"
        parts.append(
            f"<{side}><LinearRing><coordinates>{where}</coordinates></LinearRing></{side}>"
        )
    return f"<Placemark><name>{name}</name><Polygon>{''.join(parts)}</Polygon></Placemark>"


def table(features, driver, crs, layer="layer"):
    """Write features with GDAL and give the files' bytes by ending, the same on every day."""
    import tempfile
    from pathlib import Path

    import fiona

    ending = {"GPKG": ".gpkg", "ESRI Shapefile": ".shp"}[driver]
    key = next(name for name in features[0]["properties"] if name.endswith("_id"))
    kind = features[0]["geometry"]["type"]
    options = {"DBF_DATE_LAST_UPDATE": "2026-01-01"} if ending == ".shp" else {}
    with (
        tempfile.TemporaryDirectory() as folder,
        fiona.Env(OGR_CURRENT_DATE="2026-01-01T00:00:00Z"),
    ):
        path = Path(folder) / f"x{ending}"
        schema = {"geometry": kind, "properties": {key: "str"}}
        with fiona.open(
            path,
            "w",
            driver=driver,
            crs=crs,
            schema=schema,
            layer=layer if ending == ".gpkg" else None,
            **options,
        ) as opened:
            opened.writerecords(
                {
                    "type": "Feature",
                    "geometry": one["geometry"],
                    "properties": {key: one["properties"][key]},
                }
                for one in features
            )
        return {one.suffix: one.read_bytes() for one in sorted(Path(folder).iterdir())}


def route_rows(routes):
    return [feature(line_geometry(parts), route_id=f"r{i}") for i, parts in enumerate(routes)]


def zone_rows(zones):
    return [feature(polygon_geometry(parts), zone_id=name) for name, parts in zones.items()]
