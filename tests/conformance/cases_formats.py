"""Cases of other formats, and of files that want more than to be read."""

from __future__ import annotations

import io
import zipfile

from conformance.parts import (
    LINE,
    RING,
    ROUTES,
    ZONES,
    Case,
    box,
    collection,
    feature,
    gpx,
    kml,
    kml_line,
    kml_polygon,
    line_geometry,
    points,
    route_rows,
    routes_text,
    table,
    text,
    track,
    zone_rows,
)

BASE = (ROUTES, ZONES)
WAYPOINT = '<wpt lat="25.0" lon="96.2"><name>Start</name></wpt>\n'
ENTITY = '<!DOCTYPE {} [<!ENTITY name SYSTEM "file:///etc/hostname">]>\n'
LAUGHS = '<!DOCTYPE {} [\n<!ENTITY a0 "ha">\n{}]>\n'.format(
    "{}", "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">\n' for i in range(1, 6))
)
DEAD = "http://127.0.0.1:9"
"""Port 9 of this machine: nothing listens there, and a call is seen at once to be one."""


def read(name, sentence, routes="plain", zones="plain", **more):
    more.setdefault("truth", BASE)
    return Case(name, "formats", sentence, routes=routes, zones=zones, **more)


def refused(name, sentence, routes="plain", zones="plain", **more):
    return Case(name, "formats", sentence, routes=routes, zones=zones, outcome="refuse", **more)


def gps():
    """GPX and KML."""
    times = [f"2026-01-01T0{9 - i}:00:00Z" for i in range(len(LINE))]
    route = f"<rte><name>Road</name>{points('rtept', LINE)}</rte>"
    gap = [LINE[:3], LINE[3:]]
    hole = box(96.4, 25.05, 96.6, 25.25)[::-1]
    good = gpx(track([LINE]))
    numbers = kml(kml_line(LINE))
    turned = [point[::-1] for point in LINE]
    folders = kml(
        f"<Folder><name>a</name>{kml_line(LINE)}</Folder><Folder><name>b</name>"
        "<Placemark><name>p</name><Point><coordinates>96.2,25</coordinates></Point></Placemark></Folder>"
    )
    link = f"<NetworkLink><Link><href>{DEAD}/more.kml</href></Link></NetworkLink>"
    return [
        read("gpx-track", "A GPX track among waypoints.", {".gpx": gpx(WAYPOINT + track([LINE]))}),
        read("gpx-route", "A GPX route among waypoints.", {".gpx": gpx(WAYPOINT + route)}),
        read(
            "gpx-gap",
            "A GPX track of two segments: the gap is not travelled.",
            {".gpx": gpx(track(gap))},
            truth=([gap], ZONES),
        ),
        read(
            "gpx-two-tracks",
            "Two GPX tracks are two routes.",
            {".gpx": gpx(track([LINE[:4]], "one") + track([LINE[3:]], "two"))},
            truth=([[LINE[:4]], [LINE[3:]]], ZONES),
        ),
        read(
            "gpx-backwards",
            "A track whose times run backwards is measured, and said.",
            {".gpx": gpx(track([LINE], times=times))},
            must_warn=True,
            words=("time", "backward", "order"),
        ),
        refused("gpx-waypoints", "A GPX file of waypoints only.", {".gpx": gpx(WAYPOINT)}),
        refused("gpx-cut", "A GPX file cut off.", {".gpx": good[: len(good) * 2 // 3]}),
        refused(
            "gpx-swapped", "A GPX track with its axes swapped.", {".gpx": gpx(track([turned]))}
        ),
        read(
            "kml",
            "A KML line and a KML polygon.",
            {".kml": numbers},
            {".kml": kml(kml_polygon([RING]))},
        ),
        read(
            "kml-hole",
            "A KML polygon with a hole.",
            zones={".kml": kml(kml_polygon([RING, hole]))},
            truth=(ROUTES, {"Z": [[RING, hole]]}),
        ),
        read("kml-folders", "A KML line in a folder, a point in another.", {".kml": folders}),
        refused("kml-cut", "A KML file cut off.", {".kml": numbers[: len(numbers) * 2 // 3]}),
        refused(
            "kml-swapped", "A KML line with its axes swapped.", {".kml": kml(kml_line(turned))}
        ),
        read(
            "kml-network-link",
            "A KML file that links to an address: not called.",
            {".kml": kml(kml_line(LINE) + link)},
        ),
    ]


def tables():
    """GeoPackage, Shapefile, archives."""
    gpkg = table(route_rows(ROUTES), "GPKG", "EPSG:4326")
    shp = table(route_rows(ROUTES), "ESRI Shapefile", "EPSG:4326")
    areas = table(zone_rows(ZONES), "ESRI Shapefile", "EPSG:4326")
    without = {ending: content for ending, content in shp.items() if ending != ".shx"}
    cut = {**shp, ".shp": shp[".shp"][:160]}
    raw = gpkg[".gpkg"]
    return [
        read("geopackage", "A GeoPackage.", gpkg),
        refused("geopackage-cut", "A GeoPackage cut off.", {".gpkg": raw[: len(raw) // 8]}),
        read("shapefile", "Shapefiles with all their parts.", shp, areas),
        refused("shapefile-without-shx", "A Shapefile without its .shx.", without),
        refused("shapefile-cut", "A Shapefile cut off in its first record.", cut),
        read(
            "geojson-named-shp",
            "GeoJSON named .shp: read with a word, or refused.",
            {".shp": routes_text(ROUTES)},
            outcome="answer-or-refuse",
            must_warn=True,
            words=("geojson", "ending", "extension", "not a shapefile", "format"),
        ),
        refused(
            "zip-of-two",
            "A zip of two files: which?",
            {".zip": packed(a=routes_text(ROUTES), b=routes_text([[LINE[:3]]]))},
        ),
        refused("zip-cut", "A zip cut off.", {".zip": packed(a=routes_text(ROUTES))[:200]}),
        refused(
            "zip-that-grows",
            "A zip of 5 KB that holds 5 MB of blanks.",
            {".zip": packed(a=" " * 5_000_000)},
        ),
    ]


def packed(**files):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(f"{name}.geojson", (2026, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return held.getvalue()


def vrt(source, more=""):
    return (
        '<OGRVRTDataSource><OGRVRTLayer name="routes">'
        f"{source}{more}<GeometryType>wkbLineString</GeometryType>"
        "</OGRVRTLayer></OGRVRTDataSource>\n"
    )


def hostile():
    """Files that open others, call addresses, or carry code in their names. All are harmless."""
    neighbour = vrt(
        '<SrcDataSource relativeToVRT="1">other.gpx</SrcDataSource><SrcLayer>tracks</SrcLayer>'
    )
    host = vrt("<SrcDataSource>CSV:/etc/hostname</SrcDataSource><SrcLayer>hostname</SrcLayer>")
    caller = vrt(f"<SrcDataSource>/vsicurl/{DEAD}/x.geojson</SrcDataSource>")
    wfs = f"<OGRWFSDataSource><URL>{DEAD}/wfs</URL></OGRWFSDataSource>\n"
    name = "<trk><name>&name;</name>"
    laugh = "<trk><name>&a5;</name>"
    body, mark = track([LINE]), "<trk><name>Road</name>"

    def no(case_id, sentence, routes, **more):
        return Case(case_id, "hostile", sentence, routes=routes, outcome="refuse", **more)

    def named(case_id, sentence, value):
        row = feature(line_geometry([LINE]), route_id=value, name=value)
        return Case(case_id, "hostile", sentence, routes=text(collection(row)), truth=BASE)

    return [
        no(
            "vrt-neighbour",
            "A GDAL VRT named .geojson that reads the file beside it.",
            neighbour,
            more={"other.gpx": gpx(body)},
        ),
        no("vrt-host", "A GDAL VRT named .geojson that reads /etc/hostname.", host),
        no("vrt-address", "A GDAL VRT named .geojson that calls an address.", caller),
        no("wfs", "A WFS description named .geojson.", wfs),
        no("address", "An address instead of a file.", f"{DEAD}/routes.geojson"),
        no("vsicurl", "A GDAL address instead of a file.", f"/vsicurl/{DEAD}/routes.geojson"),
        Case(
            "gpx-entity",
            "hostile",
            "A GPX file whose name is that of this machine, by an entity.",
            routes={".gpx": gpx(body.replace(mark, name), ENTITY.format("gpx"))},
            truth=BASE,
            outcome="answer-or-refuse",
        ),
        Case(
            "kml-entity",
            "hostile",
            "The same in KML.",
            routes={".kml": kml(kml_line(LINE, "&name;"), ENTITY.format("kml"))},
            truth=BASE,
            outcome="answer-or-refuse",
        ),
        Case(
            "gpx-laughs",
            "hostile",
            "A name of 100,000 laughs by five entities of ten each.",
            routes={".gpx": gpx(body.replace(mark, laugh), LAUGHS.format("gpx"))},
            truth=BASE,
            outcome="answer-or-refuse",
        ),
        Case(
            "kml-laughs",
            "hostile",
            "The same in KML.",
            routes={".kml": kml(kml_line(LINE, "&a5;"), LAUGHS.format("kml"))},
            truth=BASE,
            outcome="answer-or-refuse",
        ),
        named(
            "name-of-html",
            "A name that is HTML with a script.",
            '<img src=x onerror="alert(1)"></script>',
        ),
        named(
            "name-of-templates",
            "A name that templates would run.",
            "{{ 7*7 }} {% if %} {# ${7*7} `x`",
        ),
        named("name-of-a-formula", "A name that a spreadsheet would run.", "=1+1"),
        named(
            "name-of-controls",
            "A name that a terminal would run: an escape and line feeds.",
            "a\u001b[2Jb\r\ngeo: fine",
        ),
        named("name-of-a-path", "A name that climbs out of its folder.", "../../../tmp/x"),
    ]


def cases():
    return [*gps(), *tables(), *hostile()]
