"""The page as text: what goes in comes out, nothing in it runs, and it needs no network."""

import base64
import gzip
import hashlib
import html
import json
import re

import folium
import page_sample
import pytest
import ways_sample

from geo import maps, ways
from geo.errors import CRSError, InputError, OutputError
from geo.report import choices

HOSTILE = [
    "{{7*7}}",
    "{% set x = 1 %}",
    "{# gone #}",
    "{% endraw %}",
    "{{ cycler.__init__.__globals__.os.mkdir('made') }}",
    "</script><script>window.__x=1</script>",
    "</SCRIPT ><img src=x onerror=window.__x=1>",
    "<img src=x onerror=window.__x=1>",
    "<svg onload=window.__x=1>",
    "<!--<script>",
    "</style><img src=x onerror=window.__x=1>",
    "${window.__x=1}",
    "`+(window.__x=1)+`",
    "\\`);window.__x=1;(`",
    "javascript:window.__x=1",
    "line\u2028and\u2029paragraph",
    "$csp $map",
    "\"quoted\" & 'single' <b>",
    "\ud800 alone",
]


def islands(text: str) -> dict[str, object]:
    found = re.findall(r'<script type="application/json" id="([\w-]+)"([^>]*)>(.*?)</script>', text)
    return {
        name: json.loads(gzip.decompress(base64.b64decode(body)) if "gzip" in packed else body)
        for name, packed, body in found
    }


def running_scripts(text: str) -> list[str]:
    return re.findall(r"<script>(.*?)</script>", text, re.DOTALL)


@pytest.fixture(scope="module")
def text() -> str:
    return maps.page(*page_sample.sample()).html


def hostile_page(payload: str) -> str:
    layers = page_sample.layers()
    layers["places"]["name"] = payload
    layers["places"][payload] = payload
    layers[payload] = layers.pop("conflict_zones").assign(source_url=payload)
    layers["control_areas"]["controller"] = payload
    routes = [page_sample.route(payload, payload)]
    routes[0]["stretches"][0]["controller"] = payload
    answer = page_sample.answer(*routes) | {"reproduce": payload}
    return maps.page(page_sample.FakeCatalogue(layers), page_sample.FakeFound(answer)).html


@pytest.mark.parametrize("payload", HOSTILE)
def test_hostile_text_comes_back_unchanged_and_changes_no_script(
    payload, text, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    made = hostile_page(payload)
    data = islands(made)
    assert data["geo-found"]["routes"][0]["name"] == payload
    assert data["geo-found"]["reproduce"] == payload
    layers = {layer["name"]: layer for name, layer in data.items() if "layer" in name}
    assert layers[payload]["passport"]["title"] == payload.replace("_", " ").capitalize()
    places = layers["places"]
    assert [column["name"] for column in places["columns"]][-1] == payload
    assert all(row[-1] == payload for row in places["rows"])
    assert running_scripts(made) == running_scripts(text)
    assert not list(tmp_path.iterdir())


def test_no_data_block_can_be_left(text):
    blocks = re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', text, re.DOTALL)
    assert len(blocks) == 2 + len(page_sample.layers())
    assert not [block for block in blocks if set("<>&") & set(block)]


def test_two_renders_are_the_same_bytes():
    first, second = (maps.page(*page_sample.sample()) for _ in range(2))
    assert first.html == second.html == first.html
    assert not re.search(r"map_[0-9a-f]{32}", first.html)


def test_the_policy_comes_first_and_names_every_script(text):
    head = text[text.index("<head>") + 6 :].lstrip()
    assert head.startswith('<meta http-equiv="Content-Security-Policy"')
    policy = re.search(r'content="([^"]*)"', head).group(1)
    digests = [hashlib.sha256(one.encode()).digest() for one in running_scripts(text)]
    hashes = " ".join(f"'sha256-{base64.b64encode(one).decode()}'" for one in digests)
    assert f"script-src {hashes};" in policy
    for rule in ("default-src 'none'", "connect-src 'none'", "img-src data:", "base-uri 'none'"):
        assert rule in policy
    assert "unsafe-eval" not in policy
    assert text.index('charset="utf-8"') < 1024


def test_nothing_is_fetched(text):
    frame = re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
    assert not re.findall(r"<(?:link|img|iframe|script)\b", frame)
    assert not re.findall(
        r"@import|url\((?!data:|#)[^)]*\)", frame.replace("url(#default#VML)", "")
    )
    assert not re.findall(r"jsdelivr|cdnjs|unpkg|jquery|sourceMappingURL", text)
    assert "user-scalable" not in text


def test_the_page_says_its_language_and_title(text):
    assert '<html lang="en">' in text
    assert "<title>Corridor exposure</title>" in text


def test_an_empty_page_is_small():
    found = page_sample.FakeFound(page_sample.answer())
    made = maps.page(page_sample.FakeCatalogue({}), found).html
    assert len(made.encode()) <= 450_000
    assert islands(made)["geo-found"]["routes"] == []


def test_attributes_dates_and_shapes_arrive(text):
    areas = next(one for one in islands(text).values() if one.get("name") == "control_areas")
    names = [column["name"] for column in areas["columns"]]
    first = dict(zip(names, areas["rows"][0], strict=True))
    assert first["valid_from"] == "2024-01-01"
    assert first["valid_to"] is None
    assert areas["newest"] == "2026-02-01"
    assert {column["type"] for column in areas["columns"] if "valid" in column["name"]} == {"date"}
    # the first and the fifth claim are about one area, which travels once
    assert areas["shape"] == [0, 1, 2, 3, 0, 4]


def test_coordinates_have_five_decimals():
    layers = page_sample.layers()
    layers["places"].geometry = layers["places"].translate(0.123456789)
    made = maps.page(page_sample.FakeCatalogue(layers), page_sample.FakeFound(page_sample.answer()))
    places = next(one for one in islands(made.html).values() if one.get("name") == "places")
    assert places["shapes"][0]["coordinates"] == [96.32346, 25.1]


def test_what_is_measured_against_has_nine_decimals():
    layers = page_sample.layers()
    layers["conflict_zones"].geometry = layers["conflict_zones"].translate(0.123456789123)
    layers["my own"] = layers["conflict_zones"]
    route = page_sample.route()
    route["path"][0] = [96.1234567894, 25.9876543214, 0.1234564]
    found = page_sample.FakeFound(page_sample.answer(route))
    blocks = islands(maps.page(page_sample.FakeCatalogue(layers), found).html)
    for name in ("conflict_zones", "my own"):
        layer = next(one for one in blocks.values() if one.get("name") == name)
        corner = layer["shapes"][0]["coordinates"][0][0]
        assert round(corner[0] % 0.1, 9) == 0.023456789
    assert blocks["geo-found"]["routes"][0]["path"][0] == [96.123456789, 25.987654321, 0.123456]


def test_no_script_takes_a_name_of_another():
    text = "\n".join(maps._asset(f"page/{name}.js") for name in maps._SCRIPTS)
    names = re.findall(r"^(?:async )?(?:function|const|let|class) (\w+)", text, re.MULTILINE)
    assert sorted(names) == sorted(set(names))


def with_notes(places: int, zones: int) -> str:
    layers = page_sample.layers()
    layers["places"]["note"] = "x" * places
    layers["conflict_zones"]["note"] = "y" * zones
    found = page_sample.FakeFound(page_sample.answer())
    return maps.page(page_sample.FakeCatalogue(layers), found).html


def packed_names(text: str) -> list[str]:
    marked = re.findall(r'id="([\w-]+)" data-packed="gzip"', text)
    return [islands(text)[name]["name"] for name in marked]


def test_big_layers_are_packed():
    # each of four places and of three zones has its note
    made = with_notes(200_000, 80_000)
    assert sorted(packed_names(made)) == ["conflict_zones", "places"]
    # what was added, a megabyte of notes, takes next to nothing
    assert len(made) < len(maps.page(*page_sample.sample()).html) + 50_000
    layers = {one.get("name"): one for one in islands(made).values()}
    assert [row[-1] for row in layers["places"]["rows"]] == ["x" * 200_000] * 4
    assert [row[-1] for row in layers["conflict_zones"]["rows"]] == ["y" * 80_000] * 3
    assert made == with_notes(200_000, 80_000)


def test_only_long_blocks_of_a_big_page_are_packed():
    assert packed_names(with_notes(240_000, 30_000)) == ["places"]
    assert packed_names(with_notes(200_000, 0)) == []


def test_holders_keep_their_colours_when_the_routes_change():
    layers = page_sample.FakeCatalogue(page_sample.layers())
    looks = [
        islands(maps.page(layers, page_sample.FakeFound(page_sample.answer(*routes))).html)[
            "geo-page"
        ]["looks"]
        for routes in ([page_sample.route()], [page_sample.bare_route()])
    ]
    assert looks[0] == looks[1]
    assert set(looks[0]) == {"Blue Front", "Green Army", "Red Guard"}
    assert len(set(looks[0].values())) == 3


def test_areas_to_look_names_up_in_are_not_drawn(text):
    layers = page_sample.layers()
    layers["townships"] = layers["boundaries"]
    made = maps.page(page_sample.FakeCatalogue(layers), page_sample.FakeFound(page_sample.answer()))
    names = {one.get("name") for one in islands(made.html).values()}
    assert names == {one.get("name") for one in islands(text).values()}


def test_the_country_of_the_routes_is_home(text):
    assert islands(text)["geo-page"]["home"] == "AAA"


def test_a_projected_layer_is_refused():
    layers = {"places": page_sample.layers()["places"].to_crs(32647)}
    with pytest.raises(CRSError, match=r"places: .* EPSG:4326, this one is in EPSG:32647"):
        maps.page(page_sample.FakeCatalogue(layers), page_sample.FakeFound(page_sample.answer()))


def test_an_addition_that_needs_the_network_is_refused():
    page = maps.page(*page_sample.sample())
    page.folium.add_child(folium.TileLayer("https://example.org/{z}/{x}/{y}.png", attr="none"))
    folium.JavascriptLink("https://example.org/extra.js").add_to(page.folium.get_root().header)
    with pytest.raises(OutputError, match=r"would need the network: .*extra\.js"):
        _ = page.html


def test_saving_writes_the_page(tmp_path, text):
    maps.page(*page_sample.sample()).save(tmp_path / "map.html")
    assert (tmp_path / "map.html").read_text("utf-8") == text


def test_a_notebook_shows_the_page_in_a_closed_frame(text):
    shown = maps.page(*page_sample.sample())._repr_html_()
    assert 'sandbox="allow-scripts allow-downloads"' in shown
    assert html.unescape(re.search(r'srcdoc="([^"]*)"', shown).group(1)) == text


def test_vendored_files_are_the_published_ones():
    folder = maps._ASSETS / "leaflet"
    sums = json.loads((folder / "manifest.json").read_text("utf-8"))["sha256"]
    assert {path.name for path in folder.iterdir()} - {"manifest.json"} == set(sums)
    for name, digest in sums.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name


def test_tiles_open_the_policy_to_one_host():
    layers, found = page_sample.sample()
    made = maps.page(layers, found, tiles="https://Tiles.example.org:8443/{z}/{x}/{y}.png?key=a")
    assert "img-src data: https://tiles.example.org:8443;" in made.html
    assert "img-src data:;" in maps.page(layers, found).html


def test_tiles_go_by_the_names_of_a_kept_list():
    layers, found = page_sample.sample()
    about = islands(maps.page(layers, found, tiles="OpenStreetMap.Mapnik").html)["geo-page"]
    assert about["tiles"]["host"] == "tile.openstreetmap.org"
    assert "OpenStreetMap contributors" in about["tiles"]["credit"]


@pytest.mark.parametrize(
    ("tiles", "words"),
    [
        ("nowhere", "no tiles of that name"),
        ("MapBox", "needs a key"),
        ("http://example.org/{z}/{x}/{y}.png", "need an https address"),
        ("https://example.org/{z}/{x}.png", "need an https address"),
        ("https://example.org; script-src */{z}/{x}/{y}", "need an https address"),
        ("https://user@example.org/{z}/{x}/{y}", "need an https address"),
        ("", "no tiles of that name"),
    ],
)
def test_other_tiles_are_refused(tiles, words):
    with pytest.raises(InputError, match=words):
        maps.page(*page_sample.sample(), tiles=tiles)


WAY_KEYS = {
    "way_id", "name", "length_m", "hours", "exposed_m", "sure_m", "possible_m",
    "longest_exposed_m", "control_changes", "uncovered_m", "legs", "gates", "holders", "route",
}  # fmt: skip


def ways_page(word="", **options):
    layers = page_sample.FakeCatalogue(ways_sample.layers(word))
    options = {"ways": ways_sample.asked(word)} | options
    return maps.page(layers, ways_sample.measured(word), **options).html


def test_ways_arrive_as_they_were_found():
    block = islands(ways_page())["geo-ways"]
    assert [one["label"] for one in block] == [
        "Northtown to Border", "Northtown to Beyond", "Northtown to Border, by hours",
    ]  # fmt: skip
    assert [[each["name"] for each in one["scenarios"]] for one in block] == [
        [None, "Red"], [None, "if what is closed were open"], [None],
    ]  # fmt: skip
    first, red = block[0]["scenarios"]
    assert (first["alters"], red["alters"]) == (False, True)
    assert red["changes"] == ["Red Guard at Northtown", "section hills closed"]
    assert [each["opened"] for each in block[1]["scenarios"]] == [False, True]
    for found, one in zip(ways_sample.asked(), block, strict=True):
        for each, told in zip((found, *found.others), one["scenarios"], strict=True):
            answer = each.as_dict()
            assert told["summary"] == choices.summary(each)
            assert told["notices"] == answer["warnings"]
            assert told["as_of"] == "2026-02-28"
            assert len(told["ways"]) == len(answer["ways"])
            for way, row in zip(answer["ways"], told["ways"], strict=True):
                assert set(row) == WAY_KEYS
                for name in WAY_KEYS - {"legs", "gates", "holders", "route"}:
                    assert row[name] == way[name]
                for part in ("legs", "gates"):
                    kept = [{name: leg[name] for name in row[part][0]} for leg in way[part]]
                    assert row[part] == kept
                path = [(round(x, 9), round(y, 9), round(m, 6)) for x, y, m in way["path"]]
                assert row["route"]["path"] == [list(point) for point in path]
                for name in ("exposed", "stretches", "sections", "zones"):
                    assert row["route"][name] == json.loads(json.dumps(way[name]))
    gates = [way["gates"] for way in block[1]["scenarios"][1]["ways"]]
    assert [[gate["status"] for gate in row] for row in gates] == [["CLOSED"]] * 3
    assert block[1]["scenarios"][0]["ways"] == []


def test_a_page_without_ways_has_no_block_of_them(text):
    assert "geo-ways" not in islands(text)
    made = islands(ways_page())
    none = islands(ways_page(ways=()))
    assert {name: one for name, one in made.items() if name != "geo-ways"} == none


def test_questions_and_scenarios_that_are_called_alike_get_numbers():
    one = ways_sample.asked()[0]
    twice = ways_sample.with_others(one, *one.others, *one.others)
    block = islands(ways_page(ways=[twice, one]))["geo-ways"]
    assert [each["label"] for each in block] == ["Northtown to Border", "Northtown to Border (2)"]
    assert [each["name"] for each in block[0]["scenarios"]] == [None, "Red", "Red (2)"]


def test_ways_of_another_day_are_refused():
    lines, known, names = ways_sample.ground()
    places = tuple(map(names.find, ("Northtown", "Border")))
    early = ways.find(lines, known, ways.Asked(places, as_of="2025-01-01"), gazetteer=names)
    with pytest.raises(InputError, match="ways of 2025-01-01 on a page of 2026-02-28"):
        ways_page(ways=[early])
    one = ways_sample.asked()[0]
    with pytest.raises(InputError, match="ask for all of it on one day"):
        ways_page(ways=[ways_sample.with_others(one, early)])


def test_hostile_names_in_ways_come_back_and_change_no_script(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    payload = " ".join(one for one in HOSTILE if one.isprintable())
    made = ways_page(payload)
    first, red = islands(made)["geo-ways"][0]["scenarios"]
    assert red["name"] == f"Red{payload}"
    assert payload in first["ways"][0]["legs"][0]["from"]
    assert payload in " ".join(first["ways"][0]["holders"])
    assert running_scripts(made) == running_scripts(text)
    assert not list(tmp_path.iterdir())
    blocks = re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', made, re.DOTALL)
    assert not [block for block in blocks if set("<>&") & set(block)]
