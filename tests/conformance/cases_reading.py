"""Cases of GeoJSON whose positions, text or attributes are wrong or unusual."""

from __future__ import annotations

from conformance.parts import (
    LINE,
    RING,
    ROUTES,
    ZONES,
    Case,
    collection,
    feature,
    line,
    line_geometry,
    polygon_geometry,
    routes_text,
    text,
)

BASE = (ROUTES, ZONES)
GOOD = feature(line_geometry([LINE]), route_id="good", name="Good")
ZONE = feature(polygon_geometry([[RING]]), zone_id="Z", name="Zone Z")
BOW = [(96.3, 24.9), (96.7, 25.4), (96.7, 24.9), (96.3, 25.4), (96.3, 24.9)]


def coordinates():
    """Positions that hold something else than two numbers."""
    first, _, *rest = LINE

    def bad(name, sentence, position):
        return Case(
            name, "coordinates", sentence, routes=line(first, position, *rest), outcome="refuse"
        )

    dms = ["96°15'00\"E", "25°00'00\"N"]
    marked = line(first, [987654321, 25.0], *rest)
    heights = [(*point, 120.5) for point in LINE]
    exact = marked.replace("987654321", "96.2500000000000000000000000")
    wkt = 'id,wkt\nr0,"LINESTRING(96,1 24,9, 96,25 25,0, 97,0 25,35)"\n'
    return [
        bad("null-in-position", "A null for a longitude.", [None, 25.0]),
        bad("text-in-position", "Numbers as text.", ["96.25", "25.0"]),
        bad("true-in-position", "true for a number.", [True, 25.0]),
        bad("degrees-minutes-seconds", "Degrees, minutes and seconds as text.", dms),
        bad("one-number", "A position of one number.", [96.25]),
        bad("list-in-position", "A list for a number.", [[96.25], 25.0]),
        Case(
            "nan",
            "coordinates",
            "NaN, which JSON does not have.",
            routes=marked.replace("987654321", "NaN"),
            outcome="refuse",
        ),
        Case(
            "infinity",
            "coordinates",
            "Infinity, which JSON does not have.",
            routes=marked.replace("987654321", "Infinity"),
            outcome="refuse",
        ),
        Case(
            "too-large",
            "coordinates",
            "1e400, which no double holds.",
            routes=marked.replace("987654321", "1e400"),
            outcome="refuse",
        ),
        Case(
            "heights",
            "coordinates",
            "Heights are no part of the length.",
            routes=line(*heights),
            truth=BASE,
        ),
        Case(
            "four-numbers",
            "coordinates",
            "Positions of four numbers: two count.",
            routes=line(*[(*point, 1.0) for point in heights]),
            truth=BASE,
        ),
        Case(
            "some-heights",
            "coordinates",
            "Some positions with a height, some without.",
            routes=line(first, *heights[1:3], *LINE[3:]),
            truth=BASE,
        ),
        Case(
            "twenty-five-digits",
            "coordinates",
            "A longitude of 25 decimals is a number.",
            routes=exact,
            truth=BASE,
        ),
        Case(
            "decimal-commas",
            "coordinates",
            "WKT in a CSV with decimal commas.",
            routes={".csv": wkt},
            outcome="refuse",
        ),
    ]


def json_texts():
    """Bytes that are not one JSON text in UTF-8, or that mean two things."""
    good = routes_text(ROUTES)

    def refused(name, sentence, content):
        return Case(name, "json and text", sentence, routes=content, outcome="refuse")

    pair = '"coordinates":' + text(LINE)
    twice = good.replace(pair, pair + ',"coordinates":[[10.0,50.0],[10.1,50.1]]')
    big = good.replace(
        '"route_id"', '"number":9223372036854775808,"more":' + "1" * 31 + ',"route_id"'
    )
    mixed = [
        feature(line_geometry([LINE]), route_id=f"r{i}", value=value)
        for i, value in enumerate([7, "seven", None, [7], {"seven": 7}, True])
    ]
    nest = "[" * 2000 + "]" * 2000
    deep = good.replace('"route_id"', f'"deep":{nest},"route_id"')
    return [
        refused("truncated", "A file cut off in the middle.", good[: len(good) * 2 // 3]),
        refused("trailing-text", "Text after the document.", good + "\nxyz"),
        refused("two-documents", "Two documents in one file.", good + "\n" + good),
        refused("trailing-comma", "A comma before a bracket.", good.replace("]}}]}", "]}},]}")),
        refused("single-quotes", "Single quotes.", good.replace('"', "'")),
        refused("javascript", "A script that sets a variable.", f"var routes = {good};"),
        refused(
            "html",
            "An error page saved as .geojson.",
            "<!DOCTYPE html><html><body>404 Not Found</body></html>",
        ),
        refused("json-null", "The document null.", "null"),
        refused("json-number", "The document 7.", "7"),
        refused("no-bytes", "An empty file.", ""),
        refused("blanks", "A file of blanks.", "  \n\t\n"),
        refused("binary", "Bytes of no text.", bytes(range(256)) * 4),
        refused("utf-16", "UTF-16 with its mark.", good.encode("utf-16")),
        refused("utf-32", "UTF-32 with its mark.", good.encode("utf-32")),
        Case(
            "latin-1",
            "json and text",
            "Latin-1, not UTF-8: a word, or refused.",
            truth=BASE,
            routes=good.replace("Road", "Stra\xdfe").encode("latin-1"),
            outcome="answer-or-refuse",
            must_warn=True,
            words=("utf-8", "encod", "latin", "unicode", "character"),
        ),
        refused(
            "nested-positions", "Coordinates 20,000 brackets deep.", "[" * 20_000 + "]" * 20_000
        ),
        Case(
            "nested-property",
            "json and text",
            "A property 2,000 brackets deep: read or refused.",
            routes=deep,
            truth=BASE,
            outcome="answer-or-refuse",
        ),
        refused("coordinates-twice", "A key that stands twice: the last is in Germany.", twice),
        Case(
            "byte-order-mark",
            "json and text",
            "A byte order mark is passed over.",
            routes=b"\xef\xbb\xbf" + good.encode(),
            truth=BASE,
        ),
        Case(
            "big-numbers",
            "json and text",
            "Whole numbers beyond 64 bits in properties.",
            routes=big,
            truth=BASE,
        ),
        Case(
            "mixed-properties",
            "json and text",
            "A property that is a number, text, null, a list.",
            routes=text(collection(*mixed)),
            truth=([[LINE]] * 6, ZONES),
        ),
    ]


def attributes():
    """Names, ids and periods. A zone's period is `valid_from`, `valid_to`, days in UTC."""
    lines = line_geometry([LINE])
    upper = [(lon, round(lat + 0.02, 9)) for lon, lat in LINE]

    def period(start, end):
        return text(
            collection(
                feature(
                    polygon_geometry([[RING]]),
                    zone_id="Z",
                    valid_from=start,
                    valid_to=end,
                    source_date="2025-06-01",
                )
            )
        )

    def dated(name, sentence, start, end, outcome="refuse"):
        return Case(
            name,
            "attributes and time",
            sentence,
            zones=period(start, end),
            outcome=outcome,
            truth=None if outcome == "refuse" else BASE,
        )

    def named(name, sentence, properties, **more):
        row = {"type": "Feature", "properties": properties, "geometry": lines}
        return Case(
            name, "attributes and time", sentence, routes=text(collection(row)), truth=BASE, **more
        )

    two = collection(feature(lines, route_id="r"), feature(line_geometry([upper]), route_id="r"))
    return [
        named("properties-null", "Properties that are null.", None),
        named("no-properties", "Properties that are empty.", {}),
        named("name-a-number", "A name that is a number.", {"name": 7, "route_id": 7}),
        named("name-a-list", "A name that is a list.", {"name": ["a"], "route_id": "r0"}),
        named(
            "burmese",
            "A name in Burmese, and an emoji of five code points.",
            {"route_id": "လမ်း", "name": "မြစ်ကြီးနား 👩\u200d👩\u200d👧"},
        ),
        named(
            "right-to-left",
            "A name with U+202E, which turns what follows: a word.",
            {"route_id": "r0", "name": "good \u202edaor"},
            must_warn=True,
            words=(
                "202e",
                "direction",
                "right-to-left",
                "bidi",
                "control character",
                "invisible",
                "hidden",
            ),
        ),
        named(
            "names-by-case",
            "Name, name and NAME: which is meant is said.",
            {"route_id": "r0", "Name": "a", "name": "b", "NAME": "c"},
            must_warn=True,
            outcome="answer-or-refuse",
            words=("name",),
        ),
        Case(
            "route-id-twice",
            "attributes and time",
            "Two roads with one id: a word, or refused.",
            routes=text(two),
            truth=([[LINE], [upper]], ZONES),
            outcome="answer-or-refuse",
            must_warn=True,
            words=("twice", "duplicate", "unique", "same id", "more than once", "share"),
        ),
        dated(
            "ends-before-it-starts",
            "A period that ends before it starts.",
            "2024-06-01",
            "2024-01-01",
        ),
        dated("day-first", "01/02/2024: January or February?", "01/02/2024", None),
        dated("february-30", "A day that no calendar has.", "2024-02-30", None),
        dated("month-13", "A month that no calendar has.", "2024-13-01", None),
        dated(
            "offsets",
            "Times with Z and with +06:30.",
            "2024-01-01T00:00:00Z",
            "2030-01-01T00:00:00+06:30",
            outcome="answer",
        ),
        dated("far-years", "Years 0001 and 9999.", "0001-01-01", "9999-12-31", outcome="answer"),
    ]


def cases():
    return [*coordinates(), *json_texts(), *attributes()]
