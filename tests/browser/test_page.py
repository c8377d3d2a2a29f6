"""The page in a browser with the network off: what it draws, says and answers to."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import page_sample
import pytest
from chromium import NARROW, WIDE, Opened, started

from geo import exposure, maps
from geo.catalog import Catalog

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.browser

LINE = {"type": "LineString", "coordinates": [[96, 25], [97, 25]]}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with started() as made:
        yield made


@pytest.fixture
def opens(browser, tmp_path) -> Iterator[Any]:
    contexts = []

    def opened(
        layers: Any, found: Any, size: tuple[int, int] = WIDE, *, policy: bool = True
    ) -> Opened:
        path: Path = tmp_path / f"page-{len(contexts)}.html"
        maps.page(layers, found).save(path)
        if not policy:
            text = path.read_text("utf-8")
            bare = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text)
            assert bare != text
            path.write_text(bare, "utf-8")
        window = {"width": size[0], "height": size[1]}
        contexts.append(
            browser.new_context(viewport=window, offline=True, has_touch=size == NARROW)
        )
        return Opened(contexts[-1].new_page(), path.as_uri())

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def page(opens) -> Opened:
    return opens(*page_sample.sample())


def test_one_request_and_no_console_line(page):
    page.tab.locator("#tab-about").click()
    page.tab.locator("#corridors tbody tr").nth(1).dispatch_event("click")
    assert page.silent(), (page.requests, page.complaints)


def test_what_holds_on_the_day_is_drawn(page):
    assert page.see("geoPage.drawn") == {
        "corridors": 2, "conflict_zones": 2, "control_areas": 5, "mining_sites": 1,
        "gates": 1, "places": 4, "boundaries": 3,
    }  # fmt: skip


@pytest.mark.bench
def test_it_is_drawn_within_a_second(opens):
    best = min(opens(*page_sample.sample()).see("geoPage.ms") for _ in range(3))
    assert best < 1000


def test_the_answer_stands_in_words(page):
    assert "62.0 km of 242 km (26 %) of North road" in " ".join(page.text("#verdict").split())
    assert "valid on 28 Feb 2026" in page.text("#verdict")
    assert "Blue Front" in page.text("#whose")
    assert "80.0 km, 33 %" in page.text("#whose")
    assert "may be off by 1.5 to 9.0 km" in page.text("#sure")
    assert "Newest source: 1 Feb 2026" in page.text("#sure")


def test_the_page_says_how_it_is_made_again(opens):
    made = page_sample.answer(page_sample.route()) | {
        "versions": {"geo": "0.1.0", "geos": "3.13.0"}
    }
    page = opens(page_sample.FakeCatalogue(page_sample.layers()), page_sample.FakeFound(made))
    page.tab.locator("#tab-about").click()
    words = page.text("#about")
    assert "ab" * 32 in words
    assert made["reproduce"] in words
    assert "Measured by: geo 0.1.0, geos 3.13.0." in words


def test_bounds_are_shown_when_they_are_numbers(opens):
    sure = page_sample.route() | {"sure_m": 40_000.0, "possible_m": 90_000.0}
    open_ = page_sample.route("b", "B road") | {"sure_m": 0.0, "possible_m": 5_000.0}
    page = opens(page_sample.FakeCatalogue(page_sample.layers()), found(sure, open_))
    assert "Surely inside 40.0 km, as drawn 62.0 km, possibly 90.0 km" in page.text("#sure")
    assert "62.0 40.0 to 90.0" in " ".join(page.text("#corridors").split())
    page.see("geoPage.page.choose('b')")
    assert "0 to 5.0 km Cannot be decided at this precision" in " ".join(
        page.text("#verdict").split()
    )
    assert page.silent()


def test_a_route_that_is_outside_also_if_it_is_off_says_so(opens):
    none = dict.fromkeys(("exposed_m", "sure_m", "possible_m"), 0.0) | {"exposed": []}
    page = opens(page_sample.FakeCatalogue(page_sample.layers()), found(page_sample.route() | none))
    assert "also if the line is off by as much as it may" in page.text("#verdict")


def found(*routes: dict[str, Any]) -> page_sample.FakeFound:
    return page_sample.FakeFound(page_sample.answer(*routes))


def test_a_route_that_was_not_measured_shows_no_zero(opens):
    none = dict.fromkeys(("exposed_m", "exposed_share", "longest_exposed_m", "crossings"))
    page = opens(page_sample.FakeCatalogue({}), found(page_sample.bare_route() | none))
    assert "was not measured" in page.text("#verdict")
    assert page.text("#corridors tbody tr").count("not measured") == 4
    assert "no control layer was used" in page.text("#whose")
    assert page.silent()


def test_one_route_and_no_layer_is_still_a_page(opens):
    page = opens(page_sample.FakeCatalogue({}), found(page_sample.bare_route()))
    assert "no part of A track lies inside" in page.text("#verdict")
    assert page.text("#corridors tbody tr").split()[2:] == ["71.0", "0", "0", "%", "0", "0"]
    assert page.silent()


def test_a_page_without_routes_opens(opens):
    page = opens(page_sample.FakeCatalogue(page_sample.layers()), found())
    assert "No route was measured" in page.text("#corridors")
    assert page.silent()


@pytest.mark.parametrize("policy", [True, False], ids=["policy", "no policy"])
@pytest.mark.parametrize(
    "payload",
    [
        "<img src=x onerror=window.__x=1>",
        "</script><script>window.__x=1</script>",
        "${window.__x=1}",
        "{{7*7}}",
        "`);window.__x=1;(`",
        "<iframe srcdoc='<script>parent.__x=1</script>'></iframe>",
    ],
)
def test_hostile_text_is_shown_and_never_run(opens, payload, policy):
    layers = page_sample.layers()
    for name, frame in layers.items():
        words = frame.select_dtypes(include=["object", "string"]).columns.difference(["geometry"])
        kept = {"extent", "section_id", "corridor_id", "country"}
        layers[name] = frame.assign(**dict.fromkeys(words.difference(kept), payload))
        layers[name][payload] = payload
    routes = [page_sample.route(payload, payload)]
    routes[0]["stretches"][0]["controller"] = payload
    catalogue = page_sample.FakeCatalogue({payload: layers["places"], **layers})
    page = opens(catalogue, found(*routes), policy=policy)
    spot_everything(page)
    assert payload in page.text(".popup")
    page.tab.locator("#tab-about").click()
    dropped = {"type": "Feature", "properties": {"name": payload}, "geometry": LINE}
    file = {"name": f"{payload}.geojson", "mimeType": "", "buffer": json.dumps(dropped).encode()}
    page.tab.locator("#own-file").set_input_files(file)
    page.until("geoPage.page.own.length === 1")
    assert payload in page.text("#verdict")
    assert page.see("window.__x") is None
    assert (
        page.see("document.querySelectorAll('main img:not(.leaflet-image-layer), iframe').length")
        == 0
    )
    assert page.silent(), page.complaints


def spot_everything(page: Opened) -> None:
    """Open the popup of what lies in the middle of the first claim."""
    page.see("geoPage.page.map.setView([25.13, 96.7], 8, {animate: false})")
    page.see("geoPage.page.map.fire('click', {latlng: L.latLng(25.13, 96.7)})")
    page.until("!!document.querySelector('.popup')")


def test_a_popup_shows_every_attribute_with_its_source(page):
    spot_everything(page)
    page.see("document.querySelectorAll('.popup details').forEach((one) => { one.open = true; })")
    shown = page.text(".popup")
    claim = page_sample.layers()["control_areas"]
    labels = page.see(
        "geoPage.page.layers.find((one) => one.name === 'control_areas')"
        ".columns.map((one) => one.label)"
    )
    assert len(labels) == len(claim.columns) - 1
    assert [label for label in labels if label not in shown] == []
    assert "Blue Front" in shown
    assert "1 Jan 2024" in shown
    assert "still so when the source was written" in shown
    assert "Control areas, as of 20 Feb 2026" in shown
    links = page.see("[...document.querySelectorAll('.popup a')].map((one) => [one.href, one.rel])")
    assert ["https://example.org/report", "noopener noreferrer"] in links


def test_only_web_addresses_become_links(opens):
    layers = page_sample.layers()
    layers["control_areas"]["source_url"] = "javascript:window.__x=1"
    page = opens(page_sample.FakeCatalogue(layers), found(page_sample.route()))
    spot_everything(page)
    assert "javascript:window.__x=1" in page.see("document.querySelector('.popup').textContent")
    assert page.see("document.querySelectorAll(\"a[href^='javascript']\").length") == 0


def test_the_table_sorts_and_says_so(page):
    def column() -> list[str]:
        return page.see(
            "[...document.querySelectorAll('#corridors tbody th')].map((one) => one.innerText)"
        )

    assert column() == ["North road", "A south road", "A track"]
    head = page.tab.locator("#corridors thead th")
    assert head.nth(2).get_attribute("aria-sort") == "descending"
    head.nth(2).locator("button").click()
    assert column() == ["A track", "A south road", "North road"]
    head.nth(0).locator("button").press("Enter")
    assert column() == ["A south road", "A track", "North road"]
    assert head.nth(0).get_attribute("aria-sort") == "ascending"
    assert head.nth(2).get_attribute("aria-sort") == "none"


def test_choosing_a_route_moves_map_strip_and_verdict(page):
    before = page.see("geoPage.page.map.getBounds().toBBoxString()")
    page.tab.get_by_role("button", name="A track").click()
    assert "A track" in page.text("#verdict")
    assert "A track: 71.0 km" in page.text("#strip-title")
    assert page.see("document.querySelector('tbody tr.on').innerText").startswith("A track")
    page.until(f"geoPage.page.map.getBounds().toBBoxString() !== '{before}'")


def test_the_strip_is_walked_by_keyboard(page):
    pieces = page.tab.locator("#strip-frame g[role=button]")
    assert pieces.count() == 4 + 2 + 2
    assert page.tab.locator("#strip-frame g[tabindex='0']").count() == 3
    pieces.first.focus()
    page.tab.keyboard.press("ArrowRight")
    assert "km 80.0 to 141 (61.0 km): Red Guard, contested" in page.text("#strip-words")
    assert page.see("geoPage.page.marks.getLayers().length") == 2
    page.tab.keyboard.press("ArrowDown")
    assert "inside Midway fighting" in page.text("#strip-words")
    page.tab.keyboard.press("Enter")
    page.tab.get_by_role("button", name="Midway fighting").last.click()
    assert "Midway fighting" in page.text(".popup")
    pieces.first.focus()
    page.tab.keyboard.press("Escape")
    assert page.see("geoPage.page.marks.getLayers().length") == 0


def test_layers_are_switched_by_their_boxes(page):
    page.legend()
    box = page.tab.get_by_label("Control areas")
    drawn = "geoPage.page.drawn.find((one) => one.layer.name === 'control_areas')"
    shown = f"geoPage.page.map.hasLayer({drawn}.group)"
    assert page.see(shown)
    box.uncheck()
    assert not page.see(shown)
    box.check()
    assert page.see(shown)


def test_tabs_answer_to_arrow_keys(page):
    page.tab.locator("#tab-corridors").focus()
    page.tab.keyboard.press("ArrowRight")
    assert page.tab.locator("#tab-own").get_attribute("aria-selected") == "true"
    page.tab.keyboard.press("ArrowRight")
    assert page.tab.locator("#tab-about").get_attribute("aria-selected") == "true"
    assert not page.tab.locator("#corridors").is_visible()


def test_the_sources_are_told(page):
    page.tab.locator("#tab-about").click()
    page.see("document.querySelectorAll('#about details').forEach((one) => { one.open = true; })")
    told = page.text("#about")
    for words in ("State on 28 Feb 2026", "corridors, n2: An edge is long.", "made in code", "CC0",
                  "true of no place", "sites seen", "357 sites", "not tonnes", "Leaflet 1.9.4",
                  "Unknown is not safe", "geo expose corridors.geojson"):  # fmt: skip
        assert words in told


@pytest.mark.parametrize("size", [WIDE, NARROW, (900, 700), (320, 640)])
def test_nothing_runs_over_the_side(opens, size):
    page = opens(*page_sample.sample(), size)
    assert page.see("document.documentElement.scrollWidth") <= size[0]
    page.tab.locator("#tab-about").click()
    assert page.see("document.documentElement.scrollWidth") <= size[0]


def test_fingers_find_their_targets(opens):
    page = opens(*page_sample.sample(), NARROW)
    page.tab.locator("#legend summary").click()
    targets = "button, select, summary, .toggle, g[role=button], .leaflet-bar a"
    small = page.see(
        f"[...document.querySelectorAll('{targets}')].filter((one) => one.checkVisibility() "
        "&& one.getBoundingClientRect().height < 43.5).map((one) => one.outerHTML)"
    )
    assert small == []


def test_the_page_prints_with_map_and_strip_on_the_first_sheet(page):
    page.see("window.dispatchEvent(new Event('beforeprint'))")
    page.tab.emulate_media(media="print")
    page.until("geoPage.page.map.getSize().x < 1000")
    strip = page.tab.locator("#strip").bounding_box()
    assert strip["y"] + strip["height"] <= 190 / 25.4 * 96  # A4 landscape, margins of 10 mm
    assert page.tab.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    page.see("window.dispatchEvent(new Event('afterprint'))")
    assert not page.see("document.body.classList.contains('printing')")
    assert page.silent()


def test_signs_at_one_spot_share_a_popup(opens):
    layers = page_sample.layers()
    layers["mining_sites"].geometry = [layers["gates"].geometry[0]]
    page = opens(page_sample.FakeCatalogue(layers), found(page_sample.route()))
    page.tab.get_by_role("button", name="East gate").dispatch_event("click")
    page.until("!!document.querySelector('.popup')")
    assert "East gate" in page.text(".popup")
    assert "High pits" in page.text(".popup")


def test_an_undated_answer_says_so(opens):
    undated = found(page_sample.route())
    undated.answer["as_of"] = undated.as_of = None
    page = opens(page_sample.FakeCatalogue(page_sample.layers()), undated)
    assert "Undated" in page.text("#dated")
    assert "State on 1 Feb 2026" in page.legend()
    assert "not given" not in page.text("#verdict")
    assert page.silent()


def test_the_bundled_layers_make_a_page_within_its_budget(opens, tmp_path):
    layers = Catalog()
    measured = exposure.measure(
        layers["corridors"],
        layers["conflict_zones"],
        control=layers["control_areas"],
        as_of="2026-02-28",
    )
    page = opens(layers, measured)
    assert page.silent(), page.complaints
    assert len((tmp_path / "page-0.html").read_bytes()) <= 1_500_000
    drawn = page.see("geoPage.drawn")
    assert drawn["corridors"] == len(layers["corridors"])
    assert drawn["places"] == len(layers["places"])
    assert all(drawn.values())


def test_a_layer_that_was_not_measured_with_says_so(opens):
    mine = found(page_sample.route())
    mine.answer["inputs"] = [{"role": "zones", "path": "my zones.gpkg", "features": 2}]
    page = opens(page_sample.FakeCatalogue(page_sample.layers()), mine)
    assert "“my zones.gpkg” valid on" in page.text("#verdict")
    assert page.legend().count("not used for these numbers") == 2


def test_a_notebook_frame_shows_the_page_with_no_network(browser, tmp_path):
    frame = maps.page(*page_sample.sample())._repr_html_()
    (tmp_path / "notebook.html").write_text(f"<!DOCTYPE html><title>n</title>{frame}", "utf-8")
    context = browser.new_context(offline=True)
    tab = context.new_page()
    complaints: list[str] = []
    tab.on("console", lambda line: complaints.append(line.text))
    tab.goto((tmp_path / "notebook.html").as_uri())
    inner = next(one for one in tab.frames if one.parent_frame)
    inner.locator("#strip-frame svg").wait_for()
    assert "North road" in inner.locator("#verdict").inner_text()
    assert complaints == []
    context.close()
