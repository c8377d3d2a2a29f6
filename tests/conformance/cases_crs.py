"""Cases of axes and coordinate reference systems."""

from __future__ import annotations

from conformance.parts import (
    LINE,
    ROUTES,
    ZONES,
    Case,
    crs_name,
    moved,
    projected,
    route_rows,
    routes_text,
    swapped,
    table,
    zones_text,
)

BASE = (ROUTES, ZONES)
WIDE_M = 0.5
"""Straight in a projection is not straight in degrees: 2 km edges, so centimetres."""


def west(shape):
    """Bring the base case to 88 E, where the swapped axes make a latitude too."""
    return moved(shape, lambda point: (round(point[0] - 8.5, 9), point[1]))


def axes():
    far = ("axes", "swap", "lat", "far", "apart", "overlap", "extent", "edge", "pole", "order")
    turned = swapped(west(ROUTES)), {"Z": swapped(west([ZONES["Z"][0]]))}
    one = [[[*west(LINE)[:2], swapped(west(LINE))[2], *west(LINE)[3:]]]]
    beyond = [[[*LINE[:2], LINE[2][::-1], *LINE[3:]]]]
    north = moved(ROUTES, lambda point: (point[0], round(point[1] + 100, 9)))

    def case(name, sentence, routes=None, zones=None, truth=None, **more):
        made = Case(name, "crs and axes", sentence, truth=truth, **more)
        made.outcome = "answer-or-refuse" if truth else "refuse"
        made.must_warn, made.words = bool(truth), far if truth else ()
        made.routes = routes_text(routes) if routes else "plain"
        made.zones = zones_text(zones) if zones else "plain"
        return made

    return [
        case(
            "swapped-both",
            "Latitude before longitude in both files, at 96 E.",
            swapped(ROUTES),
            swapped(ZONES),
        ),
        case("swapped-routes", "Latitude before longitude in the routes only.", swapped(ROUTES)),
        case("swapped-zones", "Latitude before longitude in the zones only.", None, swapped(ZONES)),
        case("swapped-one-vertex", "One vertex with its axes swapped: a latitude of 96.", beyond),
        case("latitude-125", "Latitudes of 125.", north),
        case(
            "swapped-routes-88e",
            "Swapped at 88 E, where both are latitudes: zero with a word, or refused.",
            turned[0],
            west(ZONES),
            truth=(turned[0], west(ZONES)),
        ),
        case(
            "swapped-both-88e",
            "Both swapped at 88 E, near the pole now: a word, or refused.",
            *turned,
            truth=turned,
        ),
        case(
            "swapped-vertex-88e",
            "One vertex swapped at 88 E: edges of 8,000 km are said, or refused.",
            one,
            west(ZONES),
            truth=(one, west(ZONES)),
            tolerance_m=50.0,
        ),
    ]


def systems():
    metres = projected(ROUTES, 32647), projected(ZONES, 32647)
    mercator = projected(ROUTES, 3857), projected(ZONES, 3857)
    link = {
        "crs": {"type": "link", "properties": {"href": "http://127.0.0.1:9/crs", "type": "proj4"}}
    }
    guess = ("ballpark", "datum", "guess", "approximate", "transformation", "accuracy")

    def refused(name, sentence, routes="plain", zones="plain"):
        return Case(name, "crs and axes", sentence, routes=routes, zones=zones, outcome="refuse")

    def followed(name, sentence, routes="plain", zones="plain", **more):
        more.setdefault("tolerance_m", WIDE_M)
        return Case(name, "crs and axes", sentence, routes=routes, zones=zones, truth=BASE, **more)

    bare = table(route_rows(metres[0]), "ESRI Shapefile", "EPSG:32647")
    bare.pop(".prj")
    zone_46 = table(route_rows(metres[0]), "ESRI Shapefile", "EPSG:32646")
    six_west = moved(ROUTES, lambda point: (round(point[0] - 6, 9), point[1]))
    utm = "urn:ogc:def:crs:EPSG::32647"
    return [
        refused(
            "utm-routes-unsaid", "UTM metres without a CRS in the routes.", routes_text(metres[0])
        ),
        refused("utm-both-unsaid", "UTM metres without a CRS in both.", *map_texts(*metres)),
        followed(
            "utm-both-said",
            "UTM metres, and the file says so, in both.",
            *map_texts(*metres, **crs_name(utm)),
        ),
        followed(
            "utm-routes-said",
            "UTM metres in the routes only, said.",
            routes_text(metres[0], **crs_name(utm)),
        ),
        followed(
            "mercator-zones-said",
            "EPSG:3857 in the zones only, said.",
            zones=zones_text(mercator[1], **crs_name("EPSG:3857")),
        ),
        followed(
            "mercator-both-said",
            "EPSG:3857 in both: metres of the map are not metres of the road.",
            *map_texts(*mercator, **crs_name("EPSG:3857")),
        ),
        followed(
            "crs84",
            "The CRS of RFC 7946, said.",
            routes_text(ROUTES, **crs_name("urn:ogc:def:crs:OGC:1.3:CRS84")),
            tolerance_m=None,
        ),
        refused("crs-unknown", "EPSG:999999.", routes_text(ROUTES, **crs_name("EPSG:999999"))),
        refused(
            "crs-null",
            "A CRS of null: RFC 7946's forerunner says it cannot be assumed.",
            routes_text(ROUTES, crs=None),
        ),
        refused(
            "crs-nonsense",
            "A CRS that is text.",
            routes_text(ROUTES, crs={"type": "name", "properties": {"name": "somewhere"}}),
        ),
        refused(
            "crs-link",
            "A CRS behind a link: no tool may call an address to read a file.",
            routes_text(ROUTES, **link),
        ),
        followed(
            "crs-indian-1954",
            "EPSG:4239, shift unknown here: up to 700 m off with a word, or refused.",
            *map_texts(ROUTES, ZONES, **crs_name("EPSG:4239")),
            outcome="answer-or-refuse",
            must_warn=True,
            words=guess,
            tolerance_m=700.0,
        ),
        refused("shapefile-without-prj", "A Shapefile in UTM metres without a .prj.", bare),
        Case(
            "shapefile-wrong-prj",
            "crs and axes",
            "Metres of zone 47 said to be of zone 46, 6 degrees west: a word, or refused.",
            routes=zone_46,
            truth=(six_west, ZONES),
            outcome="answer-or-refuse",
            must_warn=True,
            tolerance_m=WIDE_M,
            words=("far", "apart", "overlap", "extent"),
        ),
    ]


def map_texts(routes, zones, **more):
    return routes_text(routes, **more), zones_text(zones, **more)


def cases():
    return [*axes(), *systems()]
