"""Events near the route in a browser: Python's figures, a curve, plain words, on any screen."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import page_sample
import pytest
from chromium import NARROW, WIDE, started
from screens import Screens

from geo import maps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from screens import Screen

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent.parent / "assets" / "axe" / "axe.min.js"
DRAWN = """(() => {
  const one = (kind) => document.querySelector(`#near .${kind}`);
  const points = (kind) =>
    one(kind).getAttribute('points').split(' ').map((pair) => pair.split(',').map(Number));
  const line = (kind) => Number(one(kind).getAttribute('y1'));
  return { likely: points('likely'), all: points('band-all'), most: points('band-most'),
    zero: line('faint'), whole: line('whole') };
})()"""
CURVE = (0.5, 1, 2, 5, 10, 25)


@pytest.fixture(scope="module")
def screens(tmp_path_factory) -> Iterator[Screens]:
    with started() as browser:
        made = Screens(browser, tmp_path_factory.mktemp("events"))
        yield made
        made.close()


def html(answer: dict[str, Any]) -> str:
    layers = page_sample.FakeCatalogue(page_sample.layers())
    return maps.page(layers, page_sample.FakeFound(answer)).html


def shown(screens: Screens, answer: dict[str, Any] | None = None, **options: Any) -> Screen:
    page = screens.open(html(answer or page_sample.near_answer(CURVE)), **options)
    page.tab.locator("#tab-near").click()
    return page


def rows(page: Screen) -> list[list[str]]:
    """Give the table's cells with plain blanks and dashes, the range of the draws apart."""
    found = page.see(
        "[...document.querySelectorAll('#near tbody tr')].map((row) =>"
        "[...row.children].map((cell) => [...cell.childNodes].map((one) =>"
        "(one.className?.includes('range') ? '|' : '') + one.textContent).join('')))"
    )
    return [[" ".join(cell.split()).replace("\u2013", "-") for cell in row] for row in found]


def test_the_table_has_pythons_figures(screens):
    page = shown(screens)
    assert [row[0] for row in rows(page)] == ["0.5 km", "1 km", "2 km", "5 km", "10 km", "25 km"]
    assert rows(page)[0][1:] == ["3", "not given", "1.0 - 6.0 - 24.2|4.2 to 9.9"]
    assert rows(page)[1][1] == "0 - under 0.1 - 24|0 to 1"
    assert rows(page)[3][1:] == [
        "12 - 34 - 120|30 to 39",
        "5 - 1,234 - 2,000|1,000 to 1,500",
        "10.0 - 60.4 - 242|42.4 to 99.0",
    ]
    told = page.text("#near")
    assert (
        "Likely within 5 km of the route: 34 events (12 for sure, 120 at most), "
        "1,234 deaths (5 for sure, 2,000 at most). "
        "Likely within 5 km of an event: 60.4 km of the route (10.0 for sure, 242 at most)."
    ) in told
    days = "from 1 Jan 2023 to 31 Dec 2023"
    for words in (f"North road: 2,085 events of my events.csv counted, {days}",
                  "the mean of 200 draws of each place and day (seed 7)", "whatever the precision",
                  "Only place and day are in doubt here, not what a source missed",
                  "my events.csv: says nothing beyond"):  # fmt: skip
        assert words in told
    assert "An edge is long" not in told
    assert page.silent(), page.complaints


def test_the_curve_is_drawn_to_scale_and_told_in_words(screens):
    page = shown(screens)
    drawing = page.tab.get_by_role("img", name=re.compile("^Curve for North road"))
    told = " ".join((drawing.get_attribute("aria-label") or "").split())
    assert "of 242 km near an event: 6.0 (1.0 for sure, 24.2 at most) within 0.5 km" in told
    assert "242 (50.0 for sure, 242 at most) within 25 km" in told
    seen = page.see(DRAWN)
    scale = (seen["zero"] - seen["whole"]) / 242_000
    for kind, parts in (("likely", ["central"]), ("all", ["low", "high"]), ("most", ["p5", "p95"])):
        given = [row["exposed_m"] for row in page_sample.near_rows(CURVE)]
        metres = [row[parts[0]] for row in given] + [row[parts[-1]] for row in given[::-1]]
        drawn = [(seen["zero"] - y) / scale for _, y in seen[kind]]
        # drawn to a tenth of a pixel
        assert drawn == pytest.approx(metres[: len(drawn)], abs=0.06 / scale)
    steps = [x for x, _ in seen["likely"]]
    # equal ratios are equal steps: 0.5 to 1 as 1 to 2, 2 to 5 as 10 to 25
    assert steps[1] - steps[0] == pytest.approx(steps[2] - steps[1], abs=0.2)
    assert steps[3] - steps[2] == pytest.approx(steps[5] - steps[4], abs=0.2)
    assert "the whole route, 242 km" in page.text("#near figure")
    for words in ("for sure to at most", "nine of ten draws", "likely"):
        assert words in page.text("#near figcaption")


def test_few_distances_have_no_curve(screens):
    page = shown(screens, page_sample.near_answer((1, 2, 5, 25)))
    assert len(rows(page)) == 4
    assert page.tab.locator("#near figure").count() == 0
    assert page.silent()


def test_without_events_nothing_is_shown(screens):
    page = screens.open(html(page_sample.answer(page_sample.route())))
    assert page.tab.locator("#tab-near, #near").count() == 0
    assert [one.inner_text() for one in page.tab.locator("#tabs button").all()] == [
        "Corridors", "Your route", "About the data",
    ]  # fmt: skip
    assert page.silent()


def test_the_answer_stays_when_the_day_moves_and_says_so(screens):
    page = shown(screens)
    before = rows(page)
    page.slide("2025-06-01")
    assert rows(page) == before
    assert (
        "The page shows 1 Jun 2025; these events stay those from 1 Jan 2023 to 31 Dec 2023"
        in page.text("#near")
    )
    page.see("geoPage.page.choose('south')")
    assert "A south road: 2,085 events" in page.text("#near")
    page.slide("2026-02-28")
    assert "these events stay" not in page.text("#near")
    assert page.silent()


@pytest.mark.parametrize("name", ["mine", "north"])
def test_a_route_of_the_reader_says_that_it_was_not_measured(screens, name):
    page = shown(screens)
    # a link may give a route of its own the id of one that was measured
    own = {"route_id": name, "name": "My way", "parts": [[[96.3, 25.1], [97.0, 25.2]]]}
    page.see("(own) => { const { page } = geoPage; page.takeOwn([own]);"
             "page.found.routes = page.found.routes.filter((one) => one.route_id !== own.route_id);"
             "page.choose(own.route_id); }", own)  # fmt: skip
    assert page.see("geoPage.page.route.name") == "My way"
    assert "My way: not measured. How near events pass is measured by “geo expose --events”" in (
        page.text("#near")
    )
    assert rows(page) == []
    assert page.silent()


def test_the_tab_is_walked_by_keyboard(screens):
    page = screens.open(html(page_sample.near_answer(CURVE)))
    page.tab.locator("#tab-corridors").focus()
    page.tab.keyboard.press("ArrowRight")
    assert page.tab.locator("#tab-near").get_attribute("aria-selected") == "true"
    assert page.tab.locator("#near").is_visible()
    assert not page.tab.locator("#corridors").is_visible()


@pytest.mark.parametrize("payload", ["<img src=x onerror=window.__x=1>", "${window.__x=1}"])
def test_hostile_values_stay_text(screens, payload):
    answer = page_sample.near_answer(CURVE)
    answer["events"] = dict.fromkeys(answer["events"], payload)
    first, second, *others = answer["routes"][0]["events"]
    first["events"] = dict.fromkeys(first["events"], payload)
    second["fatalities"] = payload
    answer["routes"][0]["events"] = [first, second, *others, payload, None, {"within_m": payload}]
    answer["inputs"].append({"role": "events", "path": payload, "features": 1})
    answer["warnings"].append({"file": payload, "feature": "", "rule": "x", "message": payload})
    page = shown(screens, answer)
    assert page.text("#near").count(payload) >= 3
    assert len(rows(page)) == len(CURVE)
    assert rows(page)[0][1] == rows(page)[1][2] == "not given"
    assert page.see("window.__x") is None
    assert page.tab.locator("#near img, #near script").count() == 0
    assert page.silent(), page.complaints


@pytest.mark.parametrize(
    ("size", "scheme"), [(WIDE, "light"), (WIDE, "dark"), (NARROW, "light"), ((320, 640), "light")]
)
def test_it_is_read_by_all_and_fits(screens, size, scheme):
    page = shown(screens, size=size, color_scheme=scheme)
    assert page.see("document.documentElement.scrollWidth") <= size[0]
    panel = page.tab.locator("#panel").bounding_box()
    for inner in ("#near table", "#near figure > svg"):
        box = page.tab.locator(inner).bounding_box()
        assert box["x"] >= panel["x"]
        assert box["x"] + box["width"] <= panel["x"] + panel["width"]
    page.see(AXE.read_text("utf-8") + "; void 0")
    found = page.see(
        "axe.run().then(({ violations }) => violations.map(({ id, impact, nodes }) =>"
        "[id, impact, nodes.slice(0, 3).map((one) => one.html.slice(0, 160))]))"
    )
    assert [one for one in found if one[1] in {"serious", "critical"}] == []
    paper = page.see("getComputedStyle(document.getElementById('panel')).backgroundColor")
    ink = page.see("getComputedStyle(document.querySelector('#near .likely')).stroke")
    light = [sum(int(part) for part in re.findall(r"\d+", one)[:3]) for one in (paper, ink)]
    assert (light[0] < light[1]) == (scheme == "dark")
    assert page.silent(), page.complaints


@pytest.mark.parametrize("size", ["a4", "a3"])
def test_it_prints(screens, size):
    page = shown(screens, page_sample.near_answer(range(1, 31)))
    page.see("window.print = () => {}")
    page.tab.locator("#tools summary").click()
    page.tab.locator(f"#print-{size}").click()
    sheets = len(re.findall(rb"/Type\s*/Page\b", page.tab.pdf(prefer_css_page_size=True)))
    assert sheets == 1 if size == "a4" else 2 <= sheets <= 5
    page.see(f"document.body.classList.toggle('a3', {json.dumps(size == 'a3')})")
    page.see("window.dispatchEvent(new Event('beforeprint'))")
    page.tab.emulate_media(media="print")
    seen = [one.is_visible() for one in page.tab.locator("#near tbody tr").all()]
    assert sum(seen) == (13 if size == "a4" else 30)
    # what has no room on the sheet is said
    assert page.tab.get_by_text("17 more distances are not on this sheet").is_visible() == (
        size == "a4"
    )
    assert page.tab.locator("#near figure").is_visible() == (size == "a3")
    assert "For sure: within the distance" in page.text("#paper" if size == "a4" else "#near")
    page.see("window.dispatchEvent(new Event('afterprint'))")
    assert page.silent()
