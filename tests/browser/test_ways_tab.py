"""The tab of ways: what is plotted, chosen, drawn and said is what Python found."""

from __future__ import annotations

import re

import page_sample
import pytest
import ways_sample
from chromium import NARROW, started
from screens import AS_OF, Screens, answered

from geo import maps

pytestmark = pytest.mark.browser

PLOT = """() => { const { page } = geoPage; const front = document.getElementById('ways-front');
  const ticks = (anchor) => [...front.querySelectorAll(`.axis:not(.title)[text-anchor=${anchor}]`)]
    .map((one) => [Number(one.textContent.replace(/,/g, '')),
      Number(one.previousElementSibling.getAttribute(anchor === 'middle' ? 'x1' : 'y1'))]);
  const at = (node, name) => Number(node.getAttribute(name));
  const points = [...front.querySelectorAll('.way')].sort((a, b) => a.dataset.way - b.dataset.way);
  return { across: ticks('middle'), up: ticks('end'), points: points.map((one) => {
    const dot = one.querySelector('.point'); const bar = one.querySelector('.whisker line');
    return { x: at(dot, 'cx'), y: at(dot, 'cy'), low: at(bar, 'y1'), high: at(bar, 'y2'),
      label: one.getAttribute('aria-label') }; }) }; }"""
MARKED = """() => { const pressed = (where) => [...document.querySelectorAll(`${where} [data-way]`)]
    .filter((one) => one.getAttribute('aria-pressed') === 'true').map((one) => one.dataset.way);
  const stops = (where) => document.querySelectorAll(`${where} [data-way][tabindex='0']`).length;
  const { page } = geoPage;
  const line = page.chosenLayer && page.map.hasLayer(page.chosenLayer) ? page.route.name : null;
  return { point: pressed('#ways-front'), row: pressed('#ways-table'), line,
    on: [...document.querySelectorAll('#ways-table tr.on')].length,
    stops: [stops('#ways-front'), stops('#ways-table')] }; }"""
STRIP = """() => { const rows = [...document.querySelectorAll('#strip-frame g[role=group]')];
  const items = (row) => [...row.querySelectorAll('g[role=button]')].map((one) => one.item);
  return { length: Math.max(...items(rows[0]).map((one) => one.to)),
    exposed: items(rows[1]).reduce((sum, one) => sum + one.to - one.from, 0) }; }"""
TWIN = """(path) => { const { page, kernel } = geoPage; const { layers, day } = page.answer;
  const line = { route_id: 'x', path: kernel.measuredPath([path]) };
  const on = (layer) => kernel.indexOn(layer, day);
  const route = kernel.measureRoute(line, on(layers.zones), on(layers.claims));
  return [route.length_m, route.exposed_m]; }"""


@pytest.fixture(scope="module")
def screens(tmp_path_factory):
    with started() as browser:
        made = Screens(browser, tmp_path_factory.mktemp("ways"))
        yield made
        made.close()


def made_page(word=""):
    layers = page_sample.FakeCatalogue(ways_sample.layers(word))
    return maps.page(layers, ways_sample.measured(word), ways=ways_sample.asked(word)).html


@pytest.fixture(scope="module")
def made():
    return made_page()


@pytest.fixture
def page(screens, made):
    opened = screens.open(made)
    opened.tab.locator("#tab-ways").click()
    return opened


def read(ticks, at):
    """Read a value off an axis, by the first and the last of its numbers."""
    (low, here), (high, there) = ticks[0], ticks[-1]
    return low + (at - here) * (high - low) / (there - here)


def marked(page, number):
    """Tell whether point, row and line of a way are marked, and nothing else."""
    seen = page.see(MARKED)
    ends = f"way {number}", f"way {number} ("
    named = seen["line"].endswith(ends[0]) or ends[1] in seen["line"]
    rest = {"point": [str(number - 1)], "row": [str(number - 1)], "on": 1, "stops": [1, 1]}
    return named and {name: seen[name] for name in rest} == rest


@pytest.mark.parametrize("number", [0, 2])
def test_points_stand_where_the_numbers_say(page, number):
    found = ways_sample.asked()[number]
    page.tab.locator("#ways-question").select_option(str(number))
    plot = page.see(PLOT)
    assert len(plot["points"]) == found.count == 3
    for point, way in zip(plot["points"], found.ways.to_dict("records"), strict=True):
        first = way["hours"] if number == 2 else way["length_m"] / 1000
        assert read(plot["across"], point["x"]) == pytest.approx(first, abs=1e-6)
        for at, name in (("y", "exposed_m"), ("low", "sure_m"), ("high", "possible_m")):
            shown = read(plot["up"], point[at])
            assert shown == pytest.approx(way[name] / 1000, abs=1e-6), name
        assert point["label"].startswith(f"{way['way_id']}: ")
    titles = page.see(
        "[...document.querySelectorAll('#ways-front .title')].map((one) => one.textContent)"
    )
    assert titles == ["Exposed, km", "Hours" if number == 2 else "Length, km"]


def test_the_words_are_those_of_python(page):
    from geo.report import choices

    said = page.text("#ways-said")
    for sentence in choices.summary(ways_sample.asked()[0]):
        assert sentence in said
    table = page.text("#ways-table")
    assert "which is not the same as safe" in table
    assert "way 3 direct 459 15 0 0 to 6.9 0 0 263" in table
    assert "nothing is known after 2026-02-01" in page.text("#ways-notes")


def test_opening_the_tab_changes_nothing_on_the_map(page):
    assert page.see(MARKED)["point"] == []
    assert page.see("geoPage.page.route.route_id") == "north"
    assert "Choose a way" in page.text("#ways-detail")


def test_a_point_or_a_row_draws_its_way(page):
    page.tab.locator("#ways-front [data-way='2']").click()
    assert marked(page, 3)
    page.until("!geoPage.page.map._panAnim?._inProgress && !geoPage.page.map._animatingZoom")
    page.tab.wait_for_timeout(400)
    inside = (
        "geoPage.page.route.path.every(([lon, lat]) =>"
        " geoPage.page.map.getBounds().contains([lat, lon]))"
    )
    assert page.see(inside)
    assert "Northtown to Border, way 3" in page.text("#verdict")
    assert "263 km of it lie where the zones' sources do not speak" in page.text("#verdict")
    page.tab.locator("#ways-table tbody tr").nth(0).click()
    assert marked(page, 1)
    detail = page.text("#ways-detail")
    assert "way 1, direct" in detail
    assert "restricted on n1 road" in detail
    assert "road, Northtown - 97.2000,25.2000 101 restricted" in detail
    assert "passes no gate" in detail
    assert "Blue Front + Green Army Blue Front" in detail
    page.see("geoPage.page.choose('north')")
    assert page.see(MARKED)["point"] == []
    assert page.see(MARKED)["stops"] == [1, 1]
    assert page.silent(), page.complaints


@pytest.mark.parametrize("where", ["#ways-front", "#ways-table"])
def test_keys_go_from_way_to_way(page, where):
    def press(key):
        page.tab.keyboard.press(key)
        held = page.see("document.activeElement.dataset.way")
        assert page.see(f"!!document.activeElement.closest('{where}')")
        return int(held)

    page.tab.locator(f"{where} [data-way='0']").focus()
    assert page.see(MARKED)["point"] == []
    assert press("Enter") == 0
    assert marked(page, 1)
    for key, place in (
        ("ArrowDown", 1), ("ArrowRight", 2), ("ArrowRight", 2), ("ArrowUp", 1), ("End", 2),
        ("ArrowLeft", 1), ("Home", 0), ("Space", 0),
    ):  # fmt: skip
        assert press(key) == place
        assert marked(page, place + 1)
    assert page.silent(), page.complaints


def agree(page, way):
    """Tell whether strip and the page's own measuring have Python's numbers, to 1 mm."""
    path = [point[:2] for point in way["path"]]
    wanted = [way["length_m"], way["exposed_m"]]
    strip = page.see(STRIP)
    assert [strip["length"], strip["exposed"]] == pytest.approx(wanted, abs=1e-3)
    assert page.see(TWIN, path) == pytest.approx(wanted, abs=1e-3)


def test_strip_and_twin_have_pythons_numbers(page):
    for place, way in enumerate(ways_sample.asked()[0].as_dict()["ways"]):
        page.tab.locator(f"#ways-table [data-way='{place}']").click()
        agree(page, way)


def test_strip_and_twin_have_pythons_numbers_on_the_bundled_layers(screens):
    page = screens.open()
    for number, found in enumerate(answered()):
        for place, one in enumerate((found, *found.others)):
            for row, way in enumerate(one.as_dict()["ways"]):
                page.see(f"geoPage.page.choose('way/{number}/{place}/{row}')")
                if page.see("geoPage.page.route.route_id") != f"way/{number}/{place}/{row}":
                    page.tab.locator("#tab-ways").click()
                    page.tab.locator("#ways-question").select_option(str(number))
                    if place:
                        page.tab.locator("#ways-scenario").select_option(str(place))
                    page.tab.locator(f"#ways-table [data-way='{row}']").click()
                agree(page, way)
    assert page.silent(), page.complaints


def test_a_scenario_is_one_choice_away(page):
    page.tab.locator("#ways-front [data-way='1']").click()
    page.tab.locator("#ways-scenario").select_option("1")
    assert "Changed: Red Guard at Northtown; section hills closed." in page.text("#ways-said")
    assert len(page.see(PLOT)["points"]) == 2
    assert marked(page, 2)
    assert "way 2 (Red)" in page.text("#verdict")
    page.slide("2026-01-15")
    assert "counted on its own day only" in page.text("#verdict")
    page.tab.locator("#ways-scenario").select_option("0")
    assert len(page.see(PLOT)["points"]) == 3
    assert page.silent(), page.complaints


def test_no_way_says_why_and_what_there_would_be(page):
    page.tab.locator("#ways-question").select_option("1")
    said = page.text("#ways-said")
    assert "no way. What stands in the way" in said
    assert "East gate: the gate is closed" in said
    assert "East gate: the gate is closed" in page.text("#verdict")
    assert page.see("document.querySelectorAll('#ways-front svg, #ways-table tr').length") == 0
    page.tab.locator("#ways-opened").click()
    assert page.see("document.activeElement.id") == "ways-scenario"
    assert marked(page, 1)
    assert "East gate, km 243: closed" in page.text("#ways-detail")
    assert "passes the gate East gate, which is CLOSED" in page.text("#ways-detail")
    page.tab.locator("#ways-scenario").select_option("0")
    assert page.see("geoPage.page.route") is None
    page.slide("2026-01-15")
    page.tab.locator("#theme").click()
    page.tab.locator("#tab-corridors").click()
    page.tab.get_by_role("button", name="North road").click()
    assert "North road" in page.text("#verdict")
    assert page.silent(), page.complaints


def test_the_plot_keeps_its_day_when_the_page_moves(page):
    page.tab.locator("#ways-front [data-way='0']").click()
    before, strip = page.see(PLOT), page.see(STRIP)
    assert "stay so when the page's day is moved" in page.text("#ways-day")
    assert "now shows" not in page.text("#ways-day")
    page.slide("2025-01-15")
    assert "are of 28 Feb 2026" in page.text("#ways-day")
    assert "The page now shows 15 Jan 2025." in page.text("#ways-day")
    assert page.see(PLOT) == before
    assert page.see(STRIP)["length"] == pytest.approx(strip["length"], abs=1e-3)
    # neither the fighting at Midway nor that at the border had begun
    assert page.see(STRIP)["exposed"] == 0
    assert "No part" in page.text("#verdict") or "no part" in page.text("#verdict")
    assert marked(page, 1)
    assert page.silent(), page.complaints


def test_a_link_brings_question_scenario_and_way_back(screens, made, page):
    page.tab.locator("#ways-question").select_option("1")
    page.until("location.hash.includes('q=Northtown')")
    blocked = page.see("location.hash")
    page.tab.locator("#ways-opened").click()
    page.tab.locator("#ways-front [data-way='2']").click()
    page.tab.wait_for_timeout(500)
    again = screens.open(made, link=page.see("new URL(geoPage.page.link()).hash"))
    assert marked(again, 3)
    assert again.see("geoPage.page.asked") == {"question": 1, "scenario": 1}
    assert again.see("document.getElementById('ways').hidden") is False
    assert again.see("geoPage.page.map.getZoom()") == page.see("geoPage.page.map.getZoom()")
    assert screens.open(made, link=blocked).see("geoPage.page.asked.question") == 1
    assert "r=" not in page.see("location.hash").replace("Northtown", "")


@pytest.mark.parametrize(
    "link",
    [
        "#q=__proto__&s=constructor&w=toString",
        "#q=Northtown%20to%20Border&s=%3Cimg%20src=x%20onerror=window.__x=1%3E",
        "#q=Northtown%20to%20Border&w=way%2099",
        "#r=way/9/9/9&q=",
    ],
)
def test_a_link_that_does_not_fit_is_passed_over(screens, made, link):
    page = screens.open(made, link=link)
    assert page.see("geoPage.page.route.route_id") == "north"
    assert page.see("window.__x") is None
    assert page.silent(), page.complaints


@pytest.mark.parametrize(
    "payload",
    [
        "<img src=x onerror=window.__x=1>",
        "</script><script>window.__x=1</script>",
        "${window.__x=1}",
        "{{7*7}}",
    ],
)
def test_names_in_ways_are_text(screens, payload):
    page = screens.open(made_page(payload))
    page.tab.locator("#tab-ways").click()
    page.tab.locator("#ways-scenario").select_option("1")
    page.tab.locator("#ways-question").select_option("1")
    page.tab.locator("#ways-opened").click()
    for part in ("#ways-said", "#ways-detail", "#verdict", "#strip-title"):
        assert payload in page.text(part)
    options = page.see("[...document.querySelectorAll('option')].map((one) => one.textContent)")
    assert f"Northtown{payload} to Border{payload}" in options
    assert page.see("window.__x") is None
    assert page.see("document.querySelectorAll('#panel img, #panel script, iframe').length") == 0
    assert page.silent(), page.complaints


@pytest.mark.parametrize("width", [320, 390, 900, 1280])
def test_nothing_runs_over_and_no_number_over_another(screens, width):
    page = screens.open(
        size=(width, 844),
        link="#q=Pangwa%20to%20Mae%20Sot&s=if%20what%20is%20closed%20were%20open&w=way%201",
    )
    assert page.see("document.documentElement.scrollWidth") <= width
    boxes = page.see(
        "[...document.querySelectorAll('#ways-front text')].map((one) => {"
        "const box = one.getBoundingClientRect(); return [box.x, box.y, box.right, box.bottom]; })"
    )
    frame = page.tab.locator("#ways").bounding_box()
    assert all(frame["x"] <= box[0] and box[2] <= frame["x"] + frame["width"] for box in boxes)
    over = [
        (one, other)
        for place, one in enumerate(boxes)
        for other in boxes[:place]
        if one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
    ]
    assert over == []
    assert page.silent(), page.complaints


def test_fingers_find_their_targets(screens, made):
    page = screens.open(made, size=NARROW, link="#q=Northtown%20to%20Border&w=way%201")
    small = page.see(
        "[...document.querySelectorAll('#ways :is(button, select, summary, g[role=button])')]"
        ".filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 43.5)"
        ".map((one) => one.outerHTML)"
    )
    assert small == []
    page.tab.locator("#ways-front [data-way='1']").tap()
    assert marked(page, 2)
    page.tab.locator("#ways .see").tap()
    page.until("Math.abs(document.getElementById('map').getBoundingClientRect().y) < 2")


def test_the_sheet_of_a_way_has_the_ways_beside_it(screens):
    page = screens.open(
        link="#q=Pangwa%20to%20Mae%20Sot&s=if%20what%20is%20closed%20were%20open&w=way%202"
    )
    sheet = page.tab.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == 1
    page.see("window.dispatchEvent(new Event('beforeprint'))")
    page.tab.emulate_media(media="print")
    shown = (
        "['ways-table', 'corridors', 'map', 'strip']"
        ".map((one) => document.getElementById(one).checkVisibility())"
    )
    assert page.see(shown) == [True, False, True, True]
    page.see("window.dispatchEvent(new Event('afterprint'))")
    page.see("geoPage.page.choose('kaladan')")
    page.see("window.dispatchEvent(new Event('beforeprint'))")
    assert page.see(shown) == [False, True, True, True]
    page.see("window.dispatchEvent(new Event('afterprint'))")
    page.tab.emulate_media(media="screen")
    assert page.silent(), page.complaints


def test_the_flagship_keeps_its_budget(screens):
    page = screens.open()
    assert page.see("document.getElementById('tab-ways').textContent") == "Ways"
    assert page.see("geoPage.page.ways.map((one) => one.label)") == [
        "Pangwa to Kolkata", "Pangwa to Guwahati", "Pangwa to Mae Sot",
    ]  # fmt: skip
    assert page.see("geoPage.page.layerDay") == AS_OF
    assert page.see("document.documentElement.outerHTML.length") < 1_500_000
    assert page.silent(), page.complaints


def test_a_page_of_ways_alone_opens_with_them(screens):
    from dataclasses import replace

    found = ways_sample.asked()[0]
    head = replace(found.exposure, routes=found.exposure.routes.iloc[:0])
    layers = page_sample.FakeCatalogue(ways_sample.layers())
    page = screens.open(maps.page(layers, head, ways=[found]).html)
    assert page.tab.locator("#tab-corridors").is_hidden()
    assert page.tab.locator("#tab-ways").get_attribute("aria-selected") == "true"
    assert page.tab.locator("#ways-question").count() == 0
    assert marked(page, 1)
    page.slide("2025-01-15")
    assert page.see(STRIP)["exposed"] == 0
    assert page.silent(), page.complaints


def test_without_ways_there_is_no_tab(screens):
    page = screens.open(maps.page(*page_sample.sample()).html)
    assert page.tab.locator("#tab-ways").count() == 0
