"""Cases of good files where the number itself is what is hard."""

from __future__ import annotations

from conformance.parts import (
    LINE,
    RING,
    Case,
    box,
    dense,
    moved,
    routes_text,
    zones_text,
)

SQUARE = box(96.3, 24.9, 96.6, 25.2)
THROUGH = [(96.2, 25.0), (96.3, 25.05), (96.45, 25.08), (96.6, 25.1), (96.7, 25.15)]
ALONG = [(96.2, 25.2), (96.3, 25.2), (96.45, 25.2), (96.6, 25.2), (96.7, 25.2)]


def plain(name, sentence, routes, zones, **more):
    """Make a case of two good GeoJSON files."""
    case = Case(name, "numbers", sentence, truth=(routes, zones), **more)
    case.routes, case.zones = routes_text(routes), zones_text(zones)
    return case


def shifted(shape, lon, lat):
    return moved(shape, lambda point: (point[0] + lon, point[1] + lat))


def again():
    """Ground travelled more than once."""
    back = [*LINE, *LINE[-2::-1]]
    loop = [(96.4, 25.0), (96.5, 25.05), (96.5, 25.15), (96.4, 25.15), (96.4, 25.0)]
    stem = [(96.2, 24.9), (96.3, 24.95), (96.4, 25.0)]
    eight = [(96.35, 25.0), (96.5, 25.12), (96.5, 25.0), (96.35, 25.12), (96.35, 25.0)]
    zone = {"Z": [[SQUARE]]}
    return [
        plain("plain", "The base case: six edges through one polygon.", [[LINE]], {"Z": [[RING]]}),
        plain(
            "out-and-back", "A road driven out and back counts twice.", [[back]], {"Z": [[RING]]}
        ),
        plain(
            "lollipop",
            "A stem, a loop and the stem again: the stem counts twice.",
            [[stem + loop[1:] + stem[-2::-1]]],
            zone,
        ),
        plain(
            "three-laps",
            "Three laps of one loop count three times.",
            [[loop + loop[1:] + loop[1:]]],
            zone,
        ),
        plain(
            "figure-of-eight", "A line that crosses itself counts each metre once.", [[eight]], zone
        ),
        plain(
            "two-on-one-road",
            "Two routes on one road: each travels it.",
            [[LINE], [LINE[1:]]],
            {"Z": [[RING]]},
        ),
        plain(
            "three-routes",
            "Three routes in one file are added; one of them stays outside.",
            [[LINE], [THROUGH], [shifted(LINE, 2, 2)]],
            {"Z": [[RING]]},
        ),
    ]


def borders():
    """Roads that touch, follow or end on a border."""
    zone = {"Z": [[SQUARE]]}
    north = {"Z": [[SQUARE]], "N": [[box(96.3, 25.2, 96.6, 25.5)]]}
    slope = [(96.3, 24.9), (96.45, 24.95), (96.62, 25.13), (96.5, 25.3), (96.3, 24.9)]
    other = [(96.3, 24.9), (96.45, 24.95), (96.62, 25.13), (96.7, 24.8), (96.3, 24.9)]
    follow = [(96.2, 24.85), (96.3, 24.9), (96.45, 24.95), (96.62, 25.13), (96.8, 25.2)]
    close = 25.2 - 2.0**-24
    return [
        plain(
            "corner",
            "A route through a corner of a zone has nothing inside it.",
            [[[(96.2, 25.1), (96.4, 25.3)]]],
            {"Z": [[SQUARE]]},
        ),
        plain(
            "corner-vertex",
            "A route whose vertex stands on a corner has nothing inside.",
            [[[(96.2, 25.05), (96.3, 25.2), (96.2, 25.35)]]],
            zone,
        ),
        plain(
            "ends-on-border",
            "A route that ends on the border was inside up to there.",
            [[[(96.35, 25.0), (96.45, 25.1), (96.6, 25.15)]]],
            zone,
        ),
        plain(
            "touches-from-inside",
            "A vertex on the border, met from inside, ends nothing.",
            [[[(96.35, 25.0), (96.45, 25.2), (96.55, 25.0)]]],
            zone,
        ),
        plain(
            "along-border",
            "Metres along a border are boundary metres, not inside.",
            [[ALONG]],
            zone,
        ),
        plain(
            "along-shared-border",
            "A border that two zones share is inside neither.",
            [[ALONG]],
            north,
        ),
        plain(
            "along-slanted-border",
            "A slanted border followed vertex by vertex.",
            [[follow]],
            {"Z": [[slope]]},
        ),
        plain(
            "along-slanted-shared-border",
            "The same between two zones: counted once.",
            [[follow]],
            {"Z": [[slope]], "S": [[other]]},
        ),
        plain(
            "border-in-another",
            "Along the border of one zone, strictly inside another.",
            [[ALONG]],
            {"Z": [[SQUARE]], "W": [[box(96.35, 25.0, 96.9, 25.4)]]},
        ),
        plain(
            "border-then-inside",
            "A road follows the border, then turns inside.",
            [[[(96.2, 25.2), (96.45, 25.2), (96.5, 25.1), (96.7, 25.05)]]],
            zone,
        ),
        plain(
            "seven-millimetres-inside",
            "A road 7 mm inside the border is inside.",
            [[[(lon, close) for lon, _ in ALONG]]],
            zone,
        ),
        plain(
            "seven-millimetres-outside",
            "A road 7 mm outside the border is outside.",
            [[[(lon, 25.2 + 2.0**-24) for lon, _ in ALONG]]],
            zone,
        ),
        plain(
            "along-hole",
            "Along the border of a hole is along the border of the zone.",
            [[ALONG]],
            {"Z": [[box(96.1, 25.0, 96.8, 25.5), box(96.3, 25.2, 96.6, 25.3)[::-1]]]},
        ),
    ]


def several():
    """Zones that overlap, have holes or many parts; routes with gaps."""
    hole = box(96.4, 25.0, 96.5, 25.15)[::-1]
    thin = {f"T{i:02}": [[box(96.21 + i * 0.01, 24.9, 96.214 + i * 0.01, 25.3)]] for i in range(40)}
    teeth = [(96.2, 25.3)]
    for i in range(20):
        teeth += [(96.2 + i * 0.02, 24.9), (96.21 + i * 0.02, 25.28)]
    comb = [*teeth, (96.7, 25.3), (96.2, 25.3)]
    gap = [LINE[:3], LINE[3:]]
    return [
        plain(
            "overlap",
            "Where zones overlap, a metre is exposed once.",
            [[LINE]],
            {"A": [[RING]], "B": [[shifted(RING, 0.2, 0.05)]]},
        ),
        plain(
            "same-zone-twice",
            "One area as two zones is exposed once, and inside both.",
            [[LINE]],
            {"A": [[RING]], "B": [[RING]]},
        ),
        plain(
            "zone-in-zone",
            "A zone within a zone adds nothing to the union.",
            [[THROUGH]],
            {"A": [[SQUARE]], "B": [[box(96.4, 25.0, 96.5, 25.15)]]},
        ),
        plain(
            "side-by-side",
            "Two zones that share a border which the road crosses.",
            [[THROUGH]],
            {"A": [[box(96.3, 24.9, 96.45, 25.2)]], "B": [[box(96.45, 24.9, 96.6, 25.2)]]},
        ),
        plain("hole", "A hole is outside.", [[THROUGH]], {"Z": [[SQUARE, hole]]}),
        plain(
            "only-in-hole",
            "A road that stays in the hole is not exposed: a measured zero.",
            [[[(96.42, 25.03), (96.44, 25.08), (96.47, 25.12)]]],
            {"Z": [[SQUARE, hole]]},
        ),
        plain(
            "zone-in-hole",
            "A zone that fills the hole of another.",
            [[THROUGH]],
            {"A": [[SQUARE, hole]], "B": [[box(96.4, 25.0, 96.5, 25.15)]]},
        ),
        plain(
            "two-parts",
            "A MultiPolygon of two parts is one zone.",
            [[LINE]],
            {"Z": [[box(96.2, 24.9, 96.3, 25.3)], [box(96.6, 24.9, 96.8, 25.3)]]},
        ),
        plain(
            "gap",
            "A gap between the parts of a MultiLineString is not travelled.",
            [gap],
            {"Z": [[RING]]},
        ),
        plain(
            "forty-thin-zones",
            "Forty strips of 400 m: none missed, none added twice.",
            [[LINE]],
            thin,
        ),
        plain(
            "comb",
            "One zone of twenty teeth, crossed forty times by one edge.",
            [[[(96.19, 25.1), (96.65, 25.1)]]],
            {"Z": [[comb]]},
        ),
        plain(
            "zone-of-a-metre",
            "A zone of one metre on the road.",
            [[[(96.2, 25.0), (96.3, 25.0)]]],
            {"Z": [[box(96.25, 24.999995, 96.25001, 25.000005)]]},
            tolerance_m=0.001,
        ),
        plain(
            "outside",
            "A road that passes the zone by: a measured zero.",
            [[shifted(LINE, -0.1, 0.6)]],
            {"Z": [[RING]]},
        ),
        plain(
            "all-inside",
            "A road that never leaves the zone.",
            [[LINE]],
            {"Z": [[box(96.0, 24.5, 97.5, 25.5)]]},
        ),
        plain(
            "five-hundred-vertices",
            "A road of 500 vertices has the length of its few edges.",
            [[[(round(x, 9), round(y, 9)) for x, y in dense(LINE, 0.0018)]]],
            {"Z": [[RING]]},
        ),
    ]


def long_edges():
    """Edges so long that straight in longitude and latitude is not the shortest way."""
    east = [[[(95.0, 25.0), (98.0, 25.0)]]]
    slant = [[[(95.0, 25.0), (97.2, 26.9)]]]
    tail = {"words": ("edge", "long", "geodesic", "straight"), "tolerance_m": 0.3}
    return [
        plain(
            "long-edge-beside",
            "302 km along 25 N: a zone that only the geodesic enters is not met.",
            east,
            {"Z": [[box(96.4, 25.003, 96.6, 25.02)]]},
            **tail,
        ),
        plain(
            "long-edge-through",
            "302 km along 25 N: a zone that the geodesic misses is crossed.",
            east,
            {"Z": [[box(96.4, 24.995, 96.6, 25.003)]]},
            **tail,
        ),
        plain(
            "long-edge-slanted",
            "A slanted edge of 305 km is 7.9 m longer than its geodesic.",
            slant,
            {"Z": [[box(95.5, 25.0, 96.5, 27.0)]]},
            **tail,
        ),
    ]


def cases():
    return [*again(), *borders(), *several(), *long_edges()]
