"""Ways to bend a good file: by its bytes, its lines, its tree of JSON or its tags."""

import io as memory
import json
import re
import zipfile

from fuzz.watch import MARK

HOST = "http://127.0.0.1:@PORT@"
"""Where the listener is: put in when a file is written, so that seeds stay the same."""

HOSTILE = (
    f"</script><script>{MARK}()</script>",
    f"<img src=x onerror={MARK}()>",
    f"<!--<script>{MARK}",
    f"{{{{ {MARK}.__class__.__mro__ }}}}",
    f"{{% import 'os' as {MARK} %}}{{{{ {MARK}.system('true') }}}}",
    f"${{{MARK}}}",
    f"__import__('os').system('{MARK}')",
    f"]]>{MARK}&{MARK};",
    f"=cmd|'{MARK}'!A1",
    f"{HOST}/{MARK}",
    f"/vsicurl/{HOST}/{MARK}.geojson",
    "file://@SECRET@",
    "@SECRET@",
    "../../../../../../etc/passwd",
    f"\u202e{MARK}\u0000\x1b[31m\u2028\ngeo: wrote /",
    f"\ud800{MARK}",
    f"%s%n{{0.__class__}}{MARK}",
    "x" * 3000,
    "",
)
NUMBERS = (
    *(0, -0.0, 1, -1, 90, -90, 90.0000001, 180, -180, 180.0000001, 360, 1e-320, 5e-324, 1e15),
    *(1e308, -1e308, 2**53, 2**63, 10**30, 25.5, 97.0, 97.00000000000001),
)
KEYS = (
    *("type", "features", "geometry", "geometries", "coordinates", "properties", "id", "bbox"),
    *("crs", "name", "route_id", "zone_id", "controller", "source_date", "valid_from", "valid_to"),
    *("position_error_m", "section_id", "corridor_id", "area_id", "index", "fid", "level", "row"),
    *("status", "confidence", "group", "__class__", "toString", "constructor", "__proto__"),
)
WORDS = (
    *("Feature", "FeatureCollection", "GeometryCollection", "Point", "MultiPoint", "LineString"),
    *("MultiLineString", "Polygon", "MultiPolygon", "2024-01-01", "2024-02-30", "9999-12-31"),
    *(
        "0001-01-01",
        "2024",
        "01/02/2024",
        "urn:ogc:def:crs:EPSG::32647",
        "EPSG:3857",
        "EPSG:4267",
        "null",
    ),
)
TAGS = (
    *("<Placemark>", "</Placemark>", "<Document>", "<Folder>", "</Folder>", "<LineString>"),
    *("<coordinates>97,25 98,25</coordinates>", "<MultiGeometry>", "</MultiGeometry>"),
    *("<Polygon>", "<outerBoundaryIs>", "<innerBoundaryIs>", "<LinearRing>", "<gx:Track>"),
    *("<TimeSpan><begin>2024</begin><end>2023</end></TimeSpan>", "<ExtendedData>"),
    *('<Data name="controller"><value>KIA</value></Data>', "<name>", "</name>"),
    f"<NetworkLink><Link><href>{HOST}/{MARK}.kml</href></Link></NetworkLink>",
    f'<!DOCTYPE a [<!ENTITY {MARK} SYSTEM "{HOST}/a">]>',
    f'<!DOCTYPE a SYSTEM "{HOST}/{MARK}.dtd">',
    f'<?xml-stylesheet href="{HOST}/{MARK}.xsl"?>',
    '<!DOCTYPE a [<!ENTITY b "&c;&c;"><!ENTITY c SYSTEM "file://@SECRET@">]>',
    f'<xi:include href="{HOST}/a" xmlns:xi="http://www.w3.org/2001/XInclude"/>',
    *("<trk>", "</trk>", "<trkseg>", "</trkseg>", '<trkpt lat="25" lon="97">', "</trkpt>"),
    *("<rte>", '<rtept lat="25" lon="98"/>', '<wpt lat="1" lon="1"/>', "<time>2024-01-01</time>"),
    *("<![CDATA[", "]]>", "<!--", "-->", "&amp;", "&#0;", "&#xD800;", "<extensions>"),
)
YAMLS = (
    *("- ", "  ", "&a ", "*a", "<<: *a", "!!python/name:os.system ", "? ", "---", "...", "%YAML 9"),
    f"!!python/object/apply:os.system ['{MARK}']",
    f"x: !!python/object/new:{MARK}.x []",
    *("close: {corridor: x}", "hold: {controller: KIA}", "months: [1, 13]", "from: 2024-02-30"),
)
BYTES = (
    *(b"\xff\xfe", b"\xef\xbb\xbf", b"\x00", b"\r", b"\n", b'"', b"'", b",", b";", b"\t", b"["),
    *(b"{", b"}", b"]", b"null", b"NaN", b"-Infinity", b"1e999", b"1_0", b"PK\x01\x02", b"GP\x00"),
)


def bend(data, ending, chance, *, other=b"", most=65_536):
    """
    Bend a file once or a few times.

    Bytes in, bytes out; the same `chance` (a `random.Random`) gives the same. `other` is a
    second good file of the kind, of which a part may be taken over.
    """
    for _ in range(chance.choice((1, 1, 1, 1, 2, 4))):
        way = _BY_ENDING.get(ending, _bytes)
        data = (way if chance.random() < 0.85 else _bytes)(data, chance, other)[:most]
    return data


def _bytes(data, chance, other):
    data = bytearray(data)
    first, last = sorted(chance.randrange(len(data) + 1) for _ in "ab")
    last = min(last, first + chance.choice((1, 4, 40, 4000)))
    what = chance.randrange(7)
    if what == 0:
        del data[first:last]
    elif what == 1:
        data[first:first] = data[first:last]
    elif what == 2 and first < len(data):
        data[first] ^= 1 << chance.randrange(8)
    elif what == 3:
        data[first:first] = chance.choice(BYTES)
    elif what == 4:
        del data[first:]
    elif what == 5 and other:
        start = chance.randrange(len(other))
        data[first:last] = other[start : start + chance.choice((8, 80, 800))]
    elif first < len(data):
        data[first] = chance.randrange(256)
    return bytes(data)


def _lines(data, chance, other):
    lines = data.split(b"\n")
    at, to = chance.randrange(len(lines)), chance.randrange(len(lines))
    what = chance.randrange(5)
    if what == 0:
        del lines[at]
    elif what == 1:
        lines.insert(to, lines[at])
    elif what == 2:
        lines[at], lines[to] = lines[to], lines[at]
    else:
        sign = chance.choice((b",", b";", b"\t", b": "))
        cells = lines[at].split(sign)
        cells[chance.randrange(len(cells))] = _leaf_text(chance).encode("utf-8", "surrogatepass")
        lines[at] = sign.join(cells)
    return b"\n".join(lines)


def _leaf_text(chance):
    kind = chance.randrange(4)
    if kind == 0:
        return str(chance.choice(NUMBERS))
    return chance.choice((HOSTILE, WORDS, HOSTILE)[kind - 1])


def _yaml(data, chance, other):
    if chance.random() < 0.5:
        return _lines(data, chance, other)
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(YAMLS).encode() + data[at:]


def _places(node, found):
    """List every place of a tree as its container and its key."""
    pairs = node.items() if isinstance(node, dict) else enumerate(node)
    for key, part in pairs:
        found.append((node, key))
        if isinstance(part, dict | list):
            _places(part, found)
    return found


def _json(data, chance, other):
    try:
        tree = json.loads(data)
        places = _places(tree, []) if isinstance(tree, dict | list) else []
    except (ValueError, RecursionError):
        return _bytes(data, chance, other)
    if not places:
        return _bytes(data, chance, other)
    # deep places are many: as often one of the few near the root
    node, key = chance.choice(places[:40] if chance.random() < 0.5 else places)
    _on_tree(node, key, chance, places)
    return json.dumps(tree, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")


def _on_tree(node, key, chance, places):
    what = chance.randrange(9)
    if what == 0:
        del node[key]
    elif what == 1:
        other, there = chance.choice(places)
        node[key] = json.loads(json.dumps(other[there]))
    elif what == 2:
        node[key] = [node[key]]
    elif what == 3 and isinstance(node, list):
        node.insert(key, json.loads(json.dumps(node[key])))
    elif what == 3:
        node[chance.choice(KEYS)] = node.pop(key)
    elif what == 4 and isinstance(node, dict):
        node[chance.choice(KEYS)] = chance.choice(WORDS + HOSTILE)
    elif what == 5 and isinstance(node[key], int | float):
        node[key] = node[key] * chance.choice((-1, 0.5, 10, 1 + 1e-15)) + chance.choice((0, 1e-9))
    elif what == 6:
        node[key] = chance.choice((None, True, [], {}, *NUMBERS))
    else:
        node[key] = chance.choice(NUMBERS + WORDS + HOSTILE)


def _markup(data, chance, other):
    parts = re.split(rb"(<[^>]*>)", data)
    at, to = chance.randrange(len(parts)), chance.randrange(len(parts))
    what = chance.randrange(7)
    if what == 0:
        del parts[at : at + chance.choice((1, 2, 5))]
    elif what == 1:
        parts[to:to] = parts[at : at + chance.choice((1, 3, 9))]
    elif what == 2:
        parts[at], parts[to] = parts[to], parts[at]
    elif what == 3:
        parts.insert(at, chance.choice(TAGS).encode())
    elif what == 4:
        text = _leaf_text(chance)
        if chance.random() < 0.7:
            text = text.replace("&", "&amp;").replace("<", "&lt;")
        parts[at] = text.encode("utf-8", "surrogatepass")
    elif what == 5:
        number = str(chance.choice(NUMBERS)).encode()
        parts[at] = re.sub(rb"-?\d+(?:\.\d+)?", lambda _: number, parts[at], count=1)
    else:
        parts[at] = parts[at].replace(b'="', b'="' + chance.choice(BYTES), 1)
    return b"".join(parts)


def _archive(data, chance, other):
    try:
        with zipfile.ZipFile(memory.BytesIO(data)) as packed:
            files = [(one.filename, packed.read(one)) for one in packed.infolist()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError):
        return _bytes(data, chance, other)
    except Exception:  # noqa: BLE001 - zlib's own error, and whatever a bent list leads to
        return _bytes(data, chance, other)
    if not files:
        return _bytes(data, chance, other)
    at = chance.randrange(len(files))
    name, inner = files[at]
    what = chance.randrange(6)
    if what == 0:
        names = (
            "../out.kml",
            "/tmp/out.kml",
            "a\\..\\out.kml",
            "C:out.kml",
            f"{MARK}.kml",
            "a.zip",
        )
        files[at] = (chance.choice(names), inner)
    elif what == 1:
        files.append((chance.choice((name, name.upper(), "doc.kml", "b.geojson")), inner))
    else:
        files[at] = (name, bend(inner, name[name.rfind(".") :].lower(), chance))
    return pack(files)


def pack(files):
    """Pack files, the same bytes each time."""
    import warnings

    stream = memory.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        warnings.simplefilter("ignore")  # a name that stands twice is meant
        for name, inner in files:
            packed.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), inner)
    return stream.getvalue()


_BY_ENDING = {
    **dict.fromkeys((".geojson", ".json"), _json),
    **dict.fromkeys((".kml", ".gpx"), _markup),
    **dict.fromkeys((".zip", ".kmz"), _archive),
    **dict.fromkeys((".csv", ".tsv"), _lines),
    **dict.fromkeys((".yaml", ".yml"), _yaml),
}


def every(data, ending, step):
    """Give each cut, flip, and each deleted, doubled and swapped line, feature and key."""
    for at in range(0, len(data), step):
        yield "cut", data[:at]
        yield "flip", data[:at] + bytes([data[at] ^ (1 << (at // step) % 8)]) + data[at + 1 :]
    sign = b">" if ending in {".kml", ".gpx"} else b"\n"
    lines = data.split(sign)
    for at in range(len(lines) if ending not in {".zip", ".kmz", ".gpkg"} else 0):
        yield "line deleted", sign.join(lines[:at] + lines[at + 1 :])
        yield "line doubled", sign.join([*lines[: at + 1], *lines[at:]])
        yield "lines swapped", sign.join([*lines[:at], *lines[at : at + 2][::-1], *lines[at + 2 :]])
    if ending in {".geojson", ".json"}:
        yield from _every_place(data)


def _every_place(data):
    many = len(_places(json.loads(data), []))
    for at in range(many):
        for what in ("deleted", "doubled", "swapped"):
            tree = json.loads(data)
            node, key = _places(tree, [])[at]
            if isinstance(node, dict):
                keys = list(node)
                beside = keys[(keys.index(key) + 1) % len(keys)]
            else:
                beside = (key + 1) % len(node)
            if what == "deleted":
                del node[key]
            elif what == "doubled" and isinstance(node, list):
                node.insert(key, node[key])
            elif what == "doubled":
                # a key that stands twice is not to be had from a tree
                mark = '"@@"'
                node["@@"] = node[key]
                text = json.dumps(tree).replace(mark, json.dumps(key))
                yield "key doubled", text.encode()
                continue
            else:
                node[key], node[beside] = node[beside], node[key]
            kind = "key" if isinstance(node, dict) else "item"
            yield f"{kind} {what}", json.dumps(tree).encode()
