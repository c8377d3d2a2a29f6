"""The tab "Your route": drawn, typed and dropped routes, measured as Python measures them."""

from __future__ import annotations

import csv
import datetime as dt
import io as memory
import json
from typing import TYPE_CHECKING, Any

import chromium
import geopandas as gpd
import page_sample
import pytest
from chromium import NARROW, WIDE, Opened
from shapely import LineString, MultiLineString

from geo import exposure, io, maps, report
from geo.catalog import Catalog

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.browser

ROAD = [(96.2, 25.1), (97.2, 25.05), (98.55, 25.15)]
GPX = (
    '<?xml version="1.0"?><gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1">'
    "{}</gpx>"
)
KML = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{}</Document></kml>'
UTM = {"type": "name", "properties": {"name": "EPSG:32647"}}
HOSTILE = "<img src=x onerror=window.__x=1>"


def gpx(points=ROAD, name="Track", kind="trk") -> str:
    tags = {"trk": ("<trkseg>", "trkpt", "</trkseg>"), "rte": ("", "rtept", "")}[kind]
    inner = "".join(f'<{tags[1]} lat="{lat}" lon="{lon}"/>' for lon, lat in points)
    return GPX.format(f"<{kind}><name>{name}</name>{tags[0]}{inner}{tags[2]}</{kind}>")


def kml(points=ROAD, name="Line") -> str:
    inner = " ".join(f"{lon},{lat},0" for lon, lat in points)
    line = f"<LineString><coordinates>{inner}</coordinates></LineString>"
    return KML.format(f"<Placemark><name>{name}</name>{line}</Placemark>")


def geojson(geometry: Any, **properties: Any) -> str:
    feature = {"type": "Feature", "properties": properties, "geometry": geometry}
    return json.dumps({"type": "FeatureCollection", "features": [feature]})


def line(points=ROAD) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": [list(point) for point in points]}


class Desk(Opened):
    """A page with the tab open."""

    def files(self, *files: tuple[str, str | bytes]) -> str:
        """Choose files, and give what the page says of them."""
        self.tab.locator("#own-file").set_input_files(
            [
                {
                    "name": name,
                    "mimeType": "",
                    "buffer": text if isinstance(text, bytes) else text.encode(),
                }
                for name, text in files
            ]
        )
        self.until("!/^(Reading|$)/.test(document.getElementById('own-said').textContent)")
        return self.text("#own-said")

    def own(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.see(
            "geoPage.page.own.map(({name, parts, route, notes}) => ({name, parts, route, notes}))"
        )
        return found

    def spot(self, lon: float, lat: float) -> tuple[float, float]:
        """Give where a place is on the screen."""
        at = self.see(f"geoPage.page.map.latLngToContainerPoint([{lat}, {lon}])")
        box = self.tab.locator(".folium-map").bounding_box()
        return box["x"] + at["x"], box["y"] + at["y"]

    def click(self, *places: tuple[float, float], count: int = 1) -> None:
        for lon, lat in places:
            self.tab.mouse.click(*self.spot(lon, lat), click_count=count)

    def draw(self, *places: tuple[float, float]) -> None:
        self.tab.locator("#own-draw").click()
        self.click(*places)

    def points(self) -> list[list[float]]:
        parts: list[list[list[float]]] = self.own()[-1]["parts"]
        return [point for part in parts for point in part]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium.started() as made:
        yield made


@pytest.fixture
def opens(browser, tmp_path) -> Iterator[Any]:
    contexts = []

    def opened(layers: Any, found: Any, size: tuple[int, int] = WIDE) -> Desk:
        path: Path = tmp_path / f"own-{len(contexts)}.html"
        maps.page(layers, found).save(path)
        window = {"width": size[0], "height": size[1]}
        contexts.append(
            browser.new_context(viewport=window, offline=True, has_touch=size == NARROW)
        )
        desk = Desk(contexts[-1].new_page(), path.as_uri())
        desk.tab.locator("#tab-own").click()
        return desk

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def desk(opens) -> Desk:
    return opens(*page_sample.sample())


def measured(shape: Any = None, **columns: Any) -> exposure.Exposure:
    layers = page_sample.layers()
    routes = gpd.GeoDataFrame(columns, geometry=[shape or LineString(ROAD)], crs=4326)
    return exposure.measure(
        routes,
        layers["conflict_zones"],
        control=layers["control_areas"],
        as_of="2026-02-28",
        source="A report",
    )


def same(mine: dict[str, Any], theirs: dict[str, Any]) -> None:
    """Compare two routes of the contract, to a millimetre."""
    for name in ("length_m", "exposed_m", "boundary_m", "longest_exposed_m"):
        assert mine[name] == pytest.approx(theirs[name], abs=1e-3), name
    assert mine["crossings"] == theirs["crossings"]
    held = {part["controller"]: part["inside_m"] for part in theirs["controllers"]}
    assert {part["controller"]: part["inside_m"] for part in mine["controllers"]} == pytest.approx(
        held, abs=1e-3
    )
    assert [zone["zone_id"] for zone in mine["zones"]] == [
        zone["zone_id"] for zone in theirs["zones"]
    ]
    for one, other in zip(mine["zones"], theirs["zones"], strict=True):
        assert one["inside_m"] == pytest.approx(other["inside_m"], abs=1e-3)
        for a, b in zip(one["passages"], other["passages"], strict=True):
            assert a["entry"] + a["exit"] == pytest.approx(b["entry"] + b["exit"], abs=1e-9)


# ---------------------------------------------------------------- drawing


def test_a_route_is_drawn_by_clicks_and_measured_at_once(desk):
    desk.draw(*ROAD[:2])
    assert "2 points" in desk.text("#draw-words")
    assert "exposed" in desk.text("#draw-words")
    assert "My route 1" in desk.text("#verdict")
    desk.click(ROAD[2], count=2)
    assert not desk.tab.locator("#draw-bar").is_visible()
    points = desk.points()
    assert len(points) == 3
    assert points == [pytest.approx(list(spot), abs=0.02) for spot in ROAD]
    same(desk.own()[0]["route"], measured(LineString(points)).as_dict()["routes"][0])
    assert "My route 1" in desk.text("#own-table")
    assert "Midway fighting" in desk.text("#own-detail")
    assert desk.text("#strip-title").startswith("My route 1")
    assert desk.tab.locator(".popup").count() == 0
    assert desk.silent(), desk.complaints


def test_points_are_dragged_inserted_and_undone(desk):
    desk.draw(*ROAD)
    tab = desk.tab

    def drag(here: tuple[float, float], there: tuple[float, float]) -> None:
        tab.mouse.move(*desk.spot(*here))
        tab.mouse.down()
        tab.mouse.move(*desk.spot(*there), steps=5)
        tab.mouse.up()

    drag(ROAD[1], (97.2, 24.5))
    assert desk.points()[1] == [pytest.approx(97.2, abs=0.02), pytest.approx(24.5, abs=0.02)]
    before = desk.own()[0]["route"]["length_m"]
    a, b = desk.points()[:2]
    drag(((a[0] + b[0]) / 2, (a[1] + b[1]) / 2), (96.6, 25.4))
    assert len(desk.points()) == 4
    assert desk.points()[1] == [pytest.approx(96.6, abs=0.02), pytest.approx(25.4, abs=0.02)]
    tab.keyboard.press("Control+z")
    assert len(desk.points()) == 3
    assert desk.own()[0]["route"]["length_m"] == pytest.approx(before, abs=1e-6)
    tab.locator("#draw-undo").click()
    assert desk.points()[1] == [pytest.approx(97.2, abs=0.02), pytest.approx(25.05, abs=0.02)]
    tab.locator(".handle.middle").first.click()
    assert len(desk.points()) == 4
    tab.locator("#draw-delete").click()
    assert len(desk.points()) == 3
    tab.locator("#draw-finish").click()
    assert desk.silent(), desk.complaints


def test_a_route_is_drawn_by_keyboard_alone(desk):
    tab = desk.tab
    tab.locator("#own-draw").focus()
    tab.keyboard.press("Enter")
    for steps in (0, 2, 2):
        for _ in range(steps):
            tab.keyboard.press("ArrowRight")
            desk.until("!geoPage.page.map._panAnim || !geoPage.page.map._panAnim._inProgress")
        tab.keyboard.press("c")
    tab.keyboard.press(" ")
    assert len(desk.points()) == 3
    desk.until("!geoPage.page.map._panAnim || !geoPage.page.map._panAnim._inProgress")
    tab.keyboard.press("Tab")
    for _ in range(20):
        label = desk.see("document.activeElement.getAttribute('aria-label')") or ""
        if label.startswith("Point "):
            break
        tab.keyboard.press("Tab")
    assert label.startswith("Point ")
    before = desk.points()
    tab.keyboard.press("ArrowUp")
    tab.keyboard.press("ArrowUp")
    moved = [at for at, point in enumerate(desk.points()) if point != before[at]]
    assert len(moved) == 1
    assert desk.points()[moved[0]][1] > before[moved[0]][1]
    tab.keyboard.press("Delete")
    assert len(desk.points()) == 2
    tab.keyboard.press("Enter")
    assert not tab.locator("#draw-bar").is_visible()
    assert desk.see("document.activeElement.dataset.act") == "edit"
    assert desk.silent(), desk.complaints


def test_escape_cancels_and_the_drawing_can_be_had_back(desk):
    chosen = desk.see("geoPage.page.route.route_id")
    desk.draw(*ROAD)
    desk.tab.keyboard.press("Backspace")
    assert len(desk.points()) == 2
    desk.tab.keyboard.press("Escape")
    assert desk.own() == []
    assert desk.see("geoPage.page.route.route_id") == chosen
    desk.tab.get_by_role("button", name="Bring it back").click()
    assert len(desk.points()) == 2
    desk.tab.get_by_role("button", name="Edit on the map").click()
    desk.click(ROAD[2])
    assert len(desk.points()) == 3
    desk.tab.keyboard.press("Escape")
    assert len(desk.points()) == 2


def test_one_point_is_no_route(desk):
    desk.draw(ROAD[0])
    desk.tab.keyboard.press("Enter")
    assert "two points or more" in desk.text("#draw-words")
    assert desk.own() == []


# ---------------------------------------------------------------- typed


def test_typed_coordinates_are_understood_either_way_round(desk):
    desk.tab.locator("#own summary").click()
    desk.tab.locator("#own-typed").fill("25.1, 96.2\n97.2 E, 25.05 N; 25.15° N 98.55° E")
    desk.tab.locator("#own-add").click()
    assert desk.points() == [list(point) for point in ROAD]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "25.1, 96.2\nabc",
            "Line 2, “abc”, is not understood. Write one point a line, latitude first",
        ),
        ("96.2, 25.1\n97, 25", "Line 1, “96.2, 25.1”: 96.2 is no latitude, it ends at 90"),
        ("25,1 96,2", "is not understood"),
        ("25.1 N, 96.2 N\n25, 97", "which is north or south"),
        ("25.1, 96.2", "two points or more"),
        ("25, -170\n25, 170", "cut it at the antimeridian"),
    ],
)
def test_what_is_not_understood_is_said(desk, text, words):
    desk.tab.locator("#own summary").click()
    desk.tab.locator("#own-typed").fill(text)
    desk.tab.locator("#own-add").click()
    assert words in desk.text("#own-said")
    assert desk.own() == []
    assert desk.silent(), desk.complaints


# ---------------------------------------------------------------- files


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.gpx", gpx()),
        ("r.gpx", gpx(kind="rte")),
        ("k.kml", kml()),
        ("l.geojson", geojson(line(), name="Line")),
        ("f.json", json.dumps({"type": "Feature", "properties": None, "geometry": line()})),
        ("g.geojson", json.dumps(line())),
        ("bom.gpx", b"\xff\xfe" + gpx().encode("utf-16-le")),
        (
            "latin.gpx",
            gpx(name="Zoë").replace("?>", ' encoding="iso-8859-1"?>', 1).encode("latin-1"),
        ),
        ("no-namespace.gpx", gpx().replace(' xmlns="http://www.topografix.com/GPX/1/1"', "")),
    ],
)
def test_files_are_read_and_measured_as_in_python(desk, name, text):
    assert f"Read 1 route from {name}" in desk.files((name, text))
    same(desk.own()[0]["route"], measured().as_dict()["routes"][0])
    assert desk.silent(), desk.complaints


def test_the_same_file_gives_the_same_numbers_in_python(desk, tmp_path):
    halves = {"type": "MultiLineString", "coordinates": [ROAD[:2], [(97.3, 25.1), ROAD[2]]]}
    (tmp_path / "two.geojson").write_text(geojson(halves, name="Two"), "utf-8")
    routes = io.read(tmp_path / "two.geojson", role="routes").frame
    desk.files(("two.geojson", geojson(halves, name="Two")))
    (own,) = desk.own()
    same(own["route"], measured(routes.geometry.iloc[0]).as_dict()["routes"][0])
    assert "gap" in own["notes"][0]
    assert "not travelled" in own["notes"][0]
    assert "edge of" in own["notes"][1]
    assert "shortest line between its ends lies up to" in desk.text("#own-detail")


def test_bundled_layers_measure_alike(opens):
    layers = Catalog()
    found = exposure.measure(
        layers["corridors"],
        layers["conflict_zones"],
        control=layers["control_areas"],
        as_of="2026-02-28",
    )
    desk = opens(layers, found)
    road = [(93.9, 24.2), (94.3, 24.19), (95.1, 22.1), (96.1, 21.95), (97.3, 25.4), (97.5, 24.3)]
    desk.files(("road.geojson", geojson(line(road))))
    routes = gpd.GeoDataFrame(geometry=[LineString(road)], crs=4326)
    theirs = exposure.measure(
        routes,
        layers["conflict_zones"],
        control=layers["control_areas"],
        as_of="2026-02-28",
    ).as_dict()["routes"][0]
    assert theirs["exposed_m"] > 0
    same(desk.own()[0]["route"], theirs)
    desk.see("geoPage.page.own.length && document.getElementById('time-back').click()")
    day = "geoPage.page.asOf"
    desk.until(f"{day} !== '2026-02-28'")
    theirs = exposure.measure(
        routes,
        layers["conflict_zones"],
        control=layers["control_areas"],
        as_of=desk.see(day),
    ).as_dict()["routes"][0]
    same(desk.own()[0]["route"], theirs)
    assert f"valid on {dt.date.fromisoformat(desk.see(day)).day} " in desk.text("#own-table")
    assert desk.silent(), desk.complaints


DROP = """([name, text]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name));
  for (const kind of ["dragover", "drop"]) {
    const event = new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true });
    document.getElementById("map").dispatchEvent(event);
    if (!event.defaultPrevented) throw new Error(kind + " was not taken");
  }
}"""


def test_a_file_is_dropped_anywhere(desk):
    desk.tab.locator("#tab-about").click()
    desk.tab.evaluate(DROP, ["dropped.gpx", gpx(name="Dropped")])
    desk.until("geoPage.page.own.length === 1")
    assert "Dropped" in desk.text("#own-table")
    assert not desk.see("document.body.classList.contains('dropping')")


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.gpx", "hello", "a.gpx is neither GPX, KML nor GeoJSON"),
        ("a.gpx", "<html></html>", "neither GPX nor KML: it begins with <html>"),
        ("a.gpx", "<gpx><trk></gpx>", "a.gpx is damaged: line 1 at column"),
        ("a.gpx", "", "a.gpx is empty"),
        ("a.gpx", GPX.format('<wpt lat="25" lon="97"/>'), "no track and no route"),
        ("a.gpx", gpx([(96, 25), ("NaN", 25)]), "point 2: the longitude is not a number"),
        ("a.gpx", gpx([(25, 96), (25, 97)]), "96 is no latitude, it ends at 90. Are the two"),
        ("a.gpx", gpx().replace('lat="25.05"', ""), "point 2: the latitude is missing"),
        ("a.gpx", '<!DOCTYPE g [<!ENTITY x SYSTEM "file:///x">]><g>&x;</g>', "defines entities"),
        ("a.kml", KML.format("<Placemark><Point/></Placemark>"), "no line in it"),
        ("a.kmz", b"PK\x03\x04", "a packed archive"),
        ("a.json", '{"type": "Topology"}', "is JSON, but not GeoJSON"),
        ("a.json", '{"type": "LineString", "coordinates": [[NaN, 25]]}', "a.json is not JSON"),
        ("a.json", '{"type": "Point", "coordinates": [96, 25]}', "no line in it, only Point"),
        ("a.json", geojson(line([(500000, 2800000), (1, 2)])), "2800000 is no latitude"),
        ("a.json", geojson(line([("96", 25), (97, 25)])), "point 1: the longitude is not a number"),
        ("a.json", geojson({"type": "LineString"}), "a line without a list of points"),
        ("a.json", json.dumps({"type": "FeatureCollection", "features": 3}), "no list of features"),
        ("a.json", json.dumps({**line(), "crs": UTM}), "is in EPSG:32647; the page reads"),
        ("a.geojson", geojson(line([(25.1, 83.0), (25.2, 84.0)])), "Read 1 route"),
        ("a.geojson", b'{"a": "\xff"}', "cannot be read as utf-8 text"),
        ("big.gpx", b"<" * (20 * 1024 * 1024 + 1), "larger than 20 MB"),
    ],
)  # fmt: skip
def test_bad_files_are_refused_with_the_place(desk, name, text, words):
    said = desk.files((name, text))
    assert words in said
    assert (desk.own() == []) == said.startswith("Not read: ")
    assert desk.silent(), desk.complaints


def test_axes_swapped_within_their_numbers_are_noticed(opens):
    layers = page_sample.layers()
    for name in ("conflict_zones", "control_areas"):
        layers[name].geometry = layers[name].translate(xoff=-40)
    desk = opens(page_sample.FakeCatalogue(layers), page_sample.sample()[1])
    said = desk.files(("a.geojson", geojson(line([(25.1, 57.1), (25.2, 57.3)]))))
    assert "on them with latitude and longitude swapped" in said


def test_hostile_names_are_text(desk):
    name = HOSTILE.replace("<", "&lt;")
    files = ((f"{HOSTILE}.gpx", gpx(name=name)), ("b.geojson", geojson(line(), name=HOSTILE)))
    said = desk.files(*files, (f"{HOSTILE}.json", "{}"), ("c.kml", kml(name=name)))
    assert said.count(HOSTILE) == 2
    for selector in ("#own-table", "#own-detail", "#verdict", "#strip-title"):
        assert HOSTILE in desk.text(selector)
    desk.tab.get_by_role("button", name="Edit on the map").click()
    desk.tab.keyboard.press("Enter")
    assert desk.see("window.__x") is None
    assert desk.see("document.querySelectorAll('main img').length") == 0
    assert desk.silent(), desk.complaints


# ---------------------------------------------------------------- kept, compared, saved


def test_routes_are_kept_compared_renamed_hidden_and_deleted(desk):
    desk.files(("a.gpx", gpx(name="One")), ("b.gpx", gpx([(95.5, 24.2), (97.0, 24.3)], "Two")))
    rows = desk.tab.locator("#own-table tbody tr")
    assert rows.count() == 2
    desk.tab.get_by_label("Compare with the corridors").check()
    assert rows.count() == 5
    rows.nth(0).locator("button").click()
    assert "One" in desk.text("#verdict")
    assert desk.see("document.activeElement.innerText") == "One"
    desk.tab.locator("#own-name").fill("  Best\u202e road ")
    desk.tab.locator("#own-name").press("Enter")
    desk.tab.locator("#own-name").blur()
    assert "Best road" in desk.text("#own-table")
    assert "Best road" in desk.text("#choice")
    drawn = "geoPage.page.ownLayer.getLayers().length"
    assert desk.see(drawn) == 2
    desk.tab.get_by_role("button", name="Hide").click()
    assert desk.see(drawn) == 1
    assert not desk.see("geoPage.page.map.hasLayer(geoPage.page.chosenLayer)")
    desk.tab.get_by_role("button", name="Show on the map").click()
    desk.tab.get_by_role("button", name="Delete").click()
    assert rows.count() == 4
    desk.tab.get_by_role("button", name="Bring it back").click()
    assert rows.count() == 5
    desk.tab.locator("#choice").select_option(label="Two")
    assert "Two" in desk.text("#verdict")
    assert desk.silent(), desk.complaints


def test_the_last_route_of_an_empty_page_can_go(opens):
    desk = opens(page_sample.FakeCatalogue({}), page_sample.FakeFound(page_sample.answer()))
    desk.files(("a.gpx", gpx(name="Only")))
    assert "was not measured" in desk.text("#verdict")
    assert "not measured" in desk.text("#own-table")
    desk.tab.get_by_role("button", name="Delete").click()
    assert desk.text("#verdict") == ""
    assert desk.silent(), desk.complaints


def test_a_route_far_from_everything_says_so(desk):
    desk.files(("near.gpx", gpx([(95.5, 24.2), (97.0, 24.3)], "Near")))
    assert "No zone lies on it: the nearest one is about 56 km away" in desk.text("#own-detail")
    assert "outside the area of all layers" in desk.text("#own-detail")
    desk.files(("far.gpx", gpx([(2.3, 48.8), (2.4, 48.9)], "Far")))
    assert "outside the area of all layers" in desk.text("#verdict")
    inside = gpx([(96.5, 24.7), (96.6, 24.8)], "Inside")
    desk.files(("in.gpx", inside))
    assert "No zone lies on it" in desk.text("#own-detail")
    assert "outside the area" not in desk.text("#own-detail")


def saved(desk: Desk, button: str, folder: Path) -> Path:
    with desk.tab.expect_download() as waiting:
        desk.tab.get_by_role("button", name=button).click()
    target = folder / waiting.value.suggested_filename
    waiting.value.save_as(target)
    return target


def test_the_table_is_saved_as_the_csv_of_python(desk, tmp_path):
    name = '=1+1, "x"'
    desk.files(("a.geojson", geojson(line(), name=name)))
    route_id = desk.see("geoPage.page.own[0].route_id")
    file = saved(desk, "Save table as CSV", tmp_path)
    assert file.name == "exposure-2026-02-28.csv"
    mine = list(csv.reader(memory.StringIO(file.read_text("utf-8"))))
    theirs = report.as_csv(measured(route_id=[route_id], name=[name]))
    expected = list(csv.reader(memory.StringIO(theirs)))
    assert mine[0] == expected[0]
    assert "edge of" in mine[1][-1]
    assert mine[1][:3] == expected[1][:3] == ["2026-02-28", route_id, f"'{name}"]
    bounds = [mine[0].index(column) for column in ("sure_m", "possible_m")]
    assert [mine[1][place] for place in bounds] == [expected[1][place] for place in bounds]
    numbers, own = (
        [float(cell) for place, cell in enumerate(row) if 3 <= place < len(row) - 1 and cell]
        for row in (expected[1], mine[1])
    )
    assert own == pytest.approx(numbers, abs=1e-3)


@pytest.mark.parametrize("button", ["Save GPX", "Save GeoJSON"])
def test_a_route_is_saved_and_read_again(desk, tmp_path, button):
    parts = MultiLineString([ROAD[:2], [(97.3, 25.123456789), ROAD[2]]])
    name = 'A <b> & "c" \u1019\u103c\u1005\u103a/..'
    desk.files(("a.geojson", geojson(parts.__geo_interface__, name=name)))
    file = saved(desk, button, tmp_path)
    assert "/" not in file.name
    source = io.read(file, role="routes")
    assert source.frame.geometry.iloc[0].equals_exact(parts, 1e-9)
    assert source.frame["name"].iloc[0] == name
    desk.files((file.name, file.read_bytes()))
    assert desk.own()[0]["route"]["exposed_m"] == desk.own()[1]["route"]["exposed_m"]


# ---------------------------------------------------------------- screens


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_nothing_runs_over_the_side_and_fingers_find_their_targets(opens, size):
    desk = opens(*page_sample.sample(), size)
    desk.files(("a.gpx", gpx(name="A_very_long_name_without_any_blank_in_it" * 3)))
    desk.tab.get_by_label("Compare with the corridors").check()
    desk.tab.get_by_role("button", name="Edit on the map").click()
    desk.tab.locator(".handle.point").first.click()
    assert desk.see("document.documentElement.scrollWidth") <= size[0]
    assert desk.see(
        "[...document.querySelectorAll('#draw-bar button')].every((one) => {"
        "const box = one.getBoundingClientRect(), map = document.getElementById('map')"
        ".getBoundingClientRect(); return one.hidden || (box.left >= map.left"
        " && box.right <= map.right && box.top >= map.top && box.bottom <= map.bottom); })"
    )
    if size == NARROW:
        targets = "#map button, #own button, #own summary, #own .file, #own input, .handle"
        small = desk.see(
            f"[...document.querySelectorAll('{targets}')].filter((one) => one.checkVisibility()"
            " && !['checkbox', 'file'].includes(one.type)"
            " && one.getBoundingClientRect().height < 43.5)"
            ".map((one) => one.outerHTML)"
        )
        assert small == []
    assert desk.silent(), desk.complaints


def test_a_link_brings_own_routes_along(desk):
    desk.files(("a.gpx", gpx(name="Mine &amp; yours")))
    link = desk.see("geoPage.page.link()")
    assert "own=" in link
    desk.tab.goto("about:blank")
    desk.tab.goto(link)
    desk.until("!!window.geoPage")
    assert [own["name"] for own in desk.own()] == ["Mine & yours"]
    assert "Mine & yours" in desk.text("#verdict")
