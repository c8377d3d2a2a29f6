"""Cases away from Myanmar, and the fixture of faults on which seven tools were tried."""

from __future__ import annotations

from conformance.cases_lines import plain
from conformance.parts import (
    LINE,
    RING,
    box,
    crs_name,
    dense,
    moved,
    projected,
    routes_text,
    swapped,
    table,
    zone_rows,
    zones_text,
)


def globe():
    """The same away from Myanmar: other hemispheres, high latitudes, the antimeridian."""
    polar = dense([(10.0, 69.0), (10.4, 69.1), (10.8, 69.05), (11.3, 69.3)], 0.02)
    arctic = dense([(20.0, 84.0), (20.6, 84.05), (21.3, 84.1), (22.0, 84.2)], 0.02)
    east = [(179.6, -16.6), (179.75, -16.5), (179.9, -16.55), (180.0, -16.5)]
    west = [(-180.0, -16.5), (-179.85, -16.45), (-179.7, -16.5)]
    fiji = [[box(179.7, -16.8, 180.0, -16.2)], [box(-180.0, -16.8, -179.8, -16.2)]]
    null = [(-0.2, -0.15), (-0.05, -0.05), (0.1, 0.02), (0.2, 0.2)]
    turned = ("360", "180", "longitude", "turn", "wrap", "normal")
    long_way = [(179.0, -16.5), (-179.0, -16.5)]
    cut = [[[(179.0, -16.5), (180.0, -16.5)], [(-180.0, -16.5), (-179.0, -16.5)]]]
    pole = [[[(30.0, round(88.5 + i / 4, 2)) for i in range(7)]]]
    base, zone = [[LINE]], {"Z": [[RING]]}
    out = [
        plain(
            "south-west",
            "The base case in the southern and western hemisphere.",
            swap_sign(base),
            {"Z": swap_sign([[RING]])},
        ),
        plain(
            "null-island",
            "Across the equator and the prime meridian.",
            [[null]],
            {"Z": [[box(-0.1, -0.1, 0.12, 0.1)]]},
        ),
        plain(
            "latitude-69",
            "At 69 N, where a degree of longitude is 40 km.",
            [[polar]],
            {"Z": [[box(10.2, 68.9, 10.9, 69.4)]]},
        ),
        plain(
            "latitude-84",
            "At 84 N, beyond where UTM ends.",
            [[arctic]],
            {"Z": [[box(20.4, 83.9, 21.5, 84.4)]]},
        ),
        plain("up-to-180", "A road that ends at 180 E.", [[east]], {"Z": fiji[:1]}),
        plain(
            "cut-at-180",
            "Road and zone cut at the antimeridian, as RFC 7946 asks.",
            [[east, west]],
            {"Z": fiji},
        ),
        plain(
            "whole-world",
            "A zone of the whole world holds the whole road.",
            base,
            {"Z": [[box(-180, -90, 180, 90)]]},
        ),
        plain(
            "longitude-263-west",
            "Longitudes of -263 are turned into 97 and said.",
            base,
            zone,
            words=turned,
            must_warn=True,
        ),
        plain(
            "across-180",
            "An edge from 179 to -179: cut with a word, or refused.",
            cut,
            {"Z": [[box(179.5, -16.8, 180.0, -16.2)], [box(-180.0, -16.8, -179.5, -16.2)]]},
            outcome="answer-or-refuse",
            must_warn=True,
            tolerance_m=2.0,
            words=("antimeridian", "180", "date line", "dateline", "edge"),
        ),
        plain(
            "to-the-pole",
            "A vertex at 90 N, where longitude has no meaning, is said.",
            pole,
            {"Z": [[box(0, 89.2, 90, 90)]]},
            must_warn=True,
            words=("pole", "polar", "90"),
        ),
    ]
    for case in out:
        case.group = "globe"
    by_id = {case.id: case for case in out}
    far = moved(base, lambda point: (round(point[0] - 360, 9), point[1]))
    by_id["longitude-263-west"].routes = routes_text(far)
    by_id["across-180"].routes = routes_text([[long_way]])
    return out


def swap_sign(shape):
    return moved(shape, lambda point: (round(-point[0] + 30, 9), -point[1]))


def fixture():
    """One road of 325 km, and the faults of zone files on which seven tools were tried."""
    road = [[dense([(94.8, 24.1), (95.7, 24.9), (96.6, 25.4), (97.5, 25.5)], 0.1)]]
    road = moved(road, lambda point: (round(point[0], 6), round(point[1], 6)))
    a, b = box(95.2, 24.2, 96.1, 25.4), box(95.8, 24.6, 96.9, 25.8)
    bow = [(97.0, 25.2), (97.4, 25.8), (97.4, 25.2), (97.0, 25.8), (97.0, 25.2)]
    two, all_three = {"A": [[a]], "B": [[b]]}, {"A": [[a]], "B": [[b]], "C": [[bow]]}
    flat = projected(two, 3857)
    files = table(zone_rows(projected(two, 32647)), "ESRI Shapefile", "EPSG:32647")
    files.pop(".prj")
    twist = ("invalid", "valid", "repair", "self-inter", "crosses itself", "bow", "fixed")
    cases = [
        plain("fixture", "A road of 325 km and two zones that overlap.", road, two),
        plain(
            "fixture-3857",
            "The zones in EPSG:3857, as their file says.",
            road,
            two,
            tolerance_m=0.5,
        ),
        plain(
            "fixture-no-crs",
            "The zones in UTM metres, in a Shapefile that names no CRS.",
            road,
            two,
            outcome="refuse",
            names=("zones.shp",),
        ),
        plain(
            "fixture-swapped",
            "The zones with latitude before longitude.",
            road,
            two,
            outcome="refuse",
            names=("zones.geojson",),
        ),
        plain(
            "fixture-bowtie",
            "A third zone crosses itself.",
            road,
            all_three,
            words=twist,
            outcome="answer-or-refuse",
            must_warn=True,
        ),
    ]
    for case in cases:
        case.group = "fixture"
    by_id = {case.id: case for case in cases}
    by_id["fixture-3857"].zones = zones_text(flat, **crs_name("urn:ogc:def:crs:EPSG::3857"))
    by_id["fixture-no-crs"].zones = files
    by_id["fixture-swapped"].zones = zones_text(swapped(two))
    return cases


def cases():
    return [*globe(), *fixture()]
