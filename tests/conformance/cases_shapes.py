"""Cases of geometries that are missing, of another type, or not valid."""

from __future__ import annotations

from conformance.parts import (
    LINE,
    RING,
    ROUTES,
    ZONES,
    Case,
    box,
    collection,
    feature,
    line,
    line_geometry,
    polygon_geometry,
    text,
)

BASE = (ROUTES, ZONES)
GOOD = feature(line_geometry([LINE]), route_id="good", name="Good")
ZONE = feature(polygon_geometry([[RING]]), zone_id="Z", name="Zone Z")
BOW = [(96.3, 24.9), (96.7, 25.4), (96.7, 24.9), (96.3, 25.4), (96.3, 24.9)]


def presence():
    """Features without a geometry, or with one of another type."""
    null, empty = feature(None, route_id="none"), {"type": "LineString", "coordinates": []}
    point = feature({"type": "Point", "coordinates": LINE[2]}, route_id="p")
    said = ("null", "no geometry", "missing", "empty", "without", "left out", "ignored", "skipped")
    other = ("point", "type", "left out", "ignored", "skipped")

    def refused(name, sentence, routes=None, zones=None):
        case = Case(name, "presence and type", sentence, outcome="refuse")
        case.routes, case.zones = routes or "plain", zones or "plain"
        return case

    def warned(name, sentence, routes, words):
        return Case(
            name,
            "presence and type",
            sentence,
            routes=routes,
            truth=BASE,
            words=words,
            must_warn=True,
        )

    lines, polygon = line_geometry([LINE]), polygon_geometry([[RING]])
    both = {"type": "GeometryCollection", "geometries": [lines, point["geometry"]]}
    nested = {"type": "GeometryCollection", "geometries": [both]}
    topology = {
        "type": "Topology",
        "arcs": [LINE],
        "objects": {"r": {"type": "LineString", "arcs": [0]}},
    }
    esri = {
        "geometryType": "esriGeometryPolyline",
        "spatialReference": {"wkid": 4326},
        "features": [{"attributes": {}, "geometry": {"paths": [LINE]}}],
    }
    no_zones = Case(
        "no-zones",
        "presence and type",
        "A zone file without features: said.",
        zones=text(collection()),
        truth=(ROUTES, {}),
        must_warn=True,
        words=("no zone", "empty", "no feature", "nothing", "none"),
    )
    same = feature({"type": "LineString", "coordinates": [LINE[0], LINE[0]]}, route_id="dot")
    return [
        refused("no-routes", "A route file without features.", text(collection())),
        no_zones,
        warned(
            "null-geometry",
            "A feature without a geometry beside a good one.",
            text(collection(GOOD, null)),
            said,
        ),
        refused("all-null", "Only features without a geometry.", text(collection(null))),
        Case(
            "null-zone-and-bowtie",
            "presence and type",
            "A zone without a geometry beside one that crosses itself.",
            zones=text(
                collection(
                    feature(None, zone_id="N"), feature(polygon_geometry([[BOW]]), zone_id="Z")
                )
            ),
            truth=(ROUTES, {"Z": [[BOW]]}),
            outcome="answer-or-refuse",
            must_warn=True,
            words=("invalid", "valid", "self-inter", "crosses itself", *said),
        ),
        warned(
            "empty-line",
            "An empty LineString beside a good one.",
            text(collection(GOOD, feature(empty, route_id="e"))),
            said,
        ),
        refused(
            "one-position",
            "A LineString of one position.",
            text(
                collection(
                    GOOD, feature({"type": "LineString", "coordinates": LINE[:1]}, route_id="x")
                )
            ),
        ),
        warned(
            "two-like-positions",
            "A route of no length beside a good one.",
            text(collection(GOOD, same)),
            ("length", "zero", "point", "same", "degenerate", "repeated"),
        ),
        Case(
            "repeated-positions",
            "presence and type",
            "Positions given twice change nothing.",
            routes=line(*[point for point in LINE for _ in range(2)]),
            truth=BASE,
        ),
        warned(
            "point-among-routes",
            "A point among the routes is left out and said.",
            text(collection(GOOD, point)),
            other,
        ),
        refused(
            "routes-are-polygons",
            "Polygons are no routes: their outline is no road.",
            text(collection(feature(polygon, route_id="r0"))),
        ),
        refused(
            "zones-are-lines",
            "Lines are no zones.",
            zones=text(collection(feature(lines, zone_id="Z"))),
        ),
        refused(
            "zones-are-points",
            "Points are no zones without a radius.",
            zones=text(collection(feature(point["geometry"], zone_id="Z"))),
        ),
        warned(
            "geometry-collection",
            "A line and a point in one geometry: the line counts, said.",
            text(collection(feature(both, route_id="r0"))),
            (*other, "collection"),
        ),
        warned(
            "nested-collection",
            "The same, one collection deeper.",
            text(collection(feature(nested, route_id="r0"))),
            (*other, "collection"),
        ),
        Case(
            "bare-geometry",
            "presence and type",
            "A geometry alone is GeoJSON.",
            routes=text(lines),
            truth=BASE,
        ),
        Case(
            "bare-feature",
            "presence and type",
            "A feature alone is GeoJSON.",
            routes=text(GOOD),
            truth=BASE,
        ),
        refused("topojson", "TopoJSON named .geojson.", text(topology)),
        refused("esrijson", "EsriJSON named .geojson.", text(esri)),
        refused(
            "curve",
            "A geometry type that GeoJSON does not have.",
            text(collection(feature({"type": "Curve", "coordinates": LINE}))),
        ),
        Case(
            "lower-case-type",
            "presence and type",
            "'featurecollection' in small letters.",
            routes=text({**collection(GOOD), "type": "featurecollection"}),
            truth=BASE,
            outcome="answer-or-refuse",
            must_warn=True,
            words=("featurecollection", "type"),
        ),
        refused(
            "feature-without-type",
            'A feature without its "type".',
            text(collection({"properties": {}, "geometry": lines})),
        ),
        refused(
            "features-an-object",
            '"features" is an object.',
            text({"type": "FeatureCollection", "features": {"0": GOOD}}),
        ),
        Case(
            "multi-line",
            "presence and type",
            "A MultiLineString of one part.",
            routes=text(collection(feature({"type": "MultiLineString", "coordinates": [LINE]}))),
            truth=BASE,
        ),
    ]


def validity():
    """Polygons that break the rules of their type."""
    invalid = (
        "invalid",
        "valid",
        "repair",
        "self-inter",
        "crosses itself",
        "touches itself",
        "fixed",
        "ring",
    )

    def zone(name, sentence, rings, truth=None, **more):
        feature_of = feature({"type": "Polygon", "coordinates": rings}, zone_id="Z")
        shape = (ROUTES, {"Z": [truth]}) if truth else None
        return Case(
            name,
            "polygon validity",
            sentence,
            zones=text(collection(feature_of)),
            truth=shape,
            **more,
        )

    said = {"must_warn": True, "words": invalid}
    hole = box(96.4, 25.05, 96.6, 25.25)[::-1]
    far_hole = box(97.2, 25.0, 97.4, 25.2)[::-1]
    half_out = box(96.6, 25.05, 96.9, 25.3)[::-1]
    touching = [
        (96.3, 24.9),
        (96.8, 24.9),
        (96.8, 25.4),
        (96.5, 25.4),
        (96.6, 25.1),
        (96.4, 25.1),
        (96.5, 25.4),
        (96.3, 25.4),
        (96.3, 24.9),
    ]
    overlapping = [
        (96.2, 24.9),
        (96.7, 24.9),
        (96.7, 25.4),
        (96.3, 25.4),
        (96.3, 25.0),
        (96.6, 25.0),
        (96.6, 25.5),
        (96.2, 25.5),
        (96.2, 24.9),
    ]
    spike = [RING[0], RING[1], (97.1, 25.1), RING[1], *RING[2:]]
    sliver = [(96.4, 24.8), (96.4 + 1e-13, 25.4), (96.4, 25.4), (96.4, 24.8)]
    two_rings = text(collection(ZONE, feature(polygon_geometry([[RING]]), zone_id="Z")))
    none = (ROUTES, {"Z": [[sliver]]})
    return [
        zone(
            "bowtie",
            "A ring that crosses itself: the even-odd number with a word, or refused.",
            [BOW],
            [BOW],
            outcome="answer-or-refuse",
            **said,
        ),
        zone(
            "ring-touches-itself",
            "A ring that touches itself in a point: the number, and a word.",
            [touching],
            [touching],
            **said,
        ),
        zone(
            "ring-overlaps-itself",
            "A ring that covers ground twice: repairs give 0, 1 and 2 answers.",
            [overlapping],
            outcome="refuse",
        ),
        zone(
            "ring-twice",
            "A ring traced twice: its area counts, said.",
            [RING[:-1] + RING],
            [RING],
            **said,
        ),
        zone(
            "hole-is-shell", "A hole that is the whole shell.", [RING, RING[::-1]], outcome="refuse"
        ),
        zone(
            "hole-outside",
            "A hole outside its shell: repairs add or drop it.",
            [RING, far_hole],
            outcome="refuse",
        ),
        zone(
            "hole-across-shell",
            "A hole across its shell: repairs add, cut or drop it.",
            [RING, half_out],
            outcome="refuse",
        ),
        zone(
            "open-ring",
            "A ring that does not end where it began is closed, and said.",
            [RING[:-1]],
            [RING],
            must_warn=True,
            words=("close", "closing", "end where", "unclosed", "ring"),
        ),
        zone(
            "collapsed-ring",
            "A ring of no area.",
            [[(96.4, 24.9), (96.6, 25.3), (96.4, 24.9)]],
            [[(96.4, 24.9), (96.6, 25.3), (96.4, 24.9)]],
            must_warn=True,
            words=("area", "position", "collapsed", "degenerate", *invalid),
        ),
        zone(
            "winding",
            "Shell clockwise and hole not: RFC 7946 says to read it all the same.",
            [RING[::-1], hole[::-1]],
            [RING, hole],
        ),
        zone(
            "spike",
            "A spike of no width on a ring: the number without it, and a word.",
            [spike],
            [RING],
            must_warn=True,
            words=("spike", *invalid),
        ),
        Case(
            "sliver",
            "polygon validity",
            "A sliver of 1e-13 degrees holds nothing.",
            zones=text(collection(feature(polygon_geometry([[sliver]]), zone_id="Z"))),
            truth=none,
        ),
        Case(
            "zone-id-twice",
            "polygon validity",
            "One zone twice under one id: counted once, said.",
            zones=two_rings,
            truth=(ROUTES, {"Z": [[RING]]}),
            must_warn=True,
            words=(
                "twice",
                "duplicate",
                "same id",
                "unique",
                "repeated",
                "more than once",
                "share",
            ),
        ),
    ]


def cases():
    return [*presence(), *validity()]
