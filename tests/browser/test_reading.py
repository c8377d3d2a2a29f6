"""For every reader: light and dark, on paper, with a screen reader, on a phone."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest
from chromium import started
from screens import NARROW, WIDE, Screens

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent.parent / "assets" / "axe"
LEAST = 4.5
TEXTS = (
    "#verdict p", "#verdict .big", "#sure p", "#dated", "#whose span:nth-child(2)", "#strip-title",
    "#strip-words .hint", "#tabs button", "#corridors caption", "#corridors th button",
    "#corridors td", "#time-day", "#time-facts li", "#time-facts h3", "#time-facts a", "#copy",
    "#theme", "#legend p", "#legend li span:nth-child(2)", "#credit a", ".edge",
)  # fmt: skip
COLOURS = """(selectors) => {
  const seen = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const { backgroundColor } = getComputedStyle(at);
      if (!/^rgba\\(.*, 0\\)$/.test(backgroundColor)) return backgroundColor;
    }
    return 'rgb(255, 255, 255)';
  };
  return selectors.flatMap((one) => [...document.querySelectorAll(one)].slice(0, 3)
    .map((node) => [one, getComputedStyle(node).color, seen(node)]));
}"""
GLYPHS = """() => [...document.querySelectorAll('.glyph.gates')].map((node) => {
  const { color, backgroundColor } = getComputedStyle(node);
  return [node.className, color, backgroundColor]; })"""


@pytest.fixture(scope="module")
def screens(tmp_path_factory):
    with started() as browser:
        made = Screens(browser, tmp_path_factory.mktemp("reading"))
        yield made
        made.close()


def luminance(colour: str) -> float:
    shares = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_and_signs_stand_out(screens, scheme):
    page = screens.open(color_scheme=scheme)
    page.see("document.getElementById('legend').open = true")
    page.slide("2026-09-01")
    found = page.see(COLOURS, list(TEXTS))
    assert {one for one, _, _ in found} == set(TEXTS)
    faint = [(*one, contrast(*one[1:])) for one in [*found, *page.see(GLYPHS)]]
    assert [one for one in faint if one[-1] < LEAST] == []
    dark = luminance(page.see("getComputedStyle(document.body).backgroundColor")) < 0.05
    assert dark == (scheme == "dark")


def test_the_reader_may_choose_the_colours(screens):
    page = screens.open()
    sea = page.see("geoPage.page.drawn.find((one) => one.layer.kind === 'boundaries').count")
    page.tab.get_by_role("button", name="Dark colours").click()
    assert page.see("document.documentElement.dataset.theme") == "dark"
    assert page.see("geoPage.page.drawn.find((one) => one.layer.kind === 'boundaries').count") == (
        sea
    )
    page.tab.get_by_role("button", name="Light colours").click()
    assert page.see("document.documentElement.dataset.theme") == "light"
    assert page.silent()


@pytest.mark.parametrize(("size", "width"), [("a4", 842), ("a3", 1191)])
def test_paper_is_light_and_holds_all(screens, size, width):
    page = screens.open(color_scheme="dark")
    page.see("window.print = () => {}")
    page.tab.locator("#tools summary").click()
    page.tab.locator(f"#print-{size}").click()
    sheet = page.tab.pdf(prefer_css_page_size=True)
    boxes = re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ", sheet)
    assert {round(float(one)) for one in boxes} == {width}
    sheets = len(re.findall(rb"/Type\s*/Page\b", sheet))
    assert sheets == 1 if size == "a4" else 2 <= sheets <= 5
    page.see(f"document.body.classList.toggle('a3', {json.dumps(size == 'a3')})")
    page.see("window.dispatchEvent(new Event('beforeprint'))")
    page.tab.emulate_media(media="print")
    assert page.see("document.documentElement.dataset.theme") == "light"
    more = "#paper" if size == "a4" else "#time, #about"
    seen = f"[...document.querySelectorAll('#map, #corridors, #strip, #dated, {more}')]"
    assert page.see(f"{seen}.every((one) => one.checkVisibility())")
    strip = page.tab.locator("#strip").bounding_box()
    assert strip["y"] + strip["height"] <= (190 if size == "a4" else 273) / 25.4 * 96
    page.see("window.dispatchEvent(new Event('afterprint'))")
    assert page.see("document.documentElement.dataset.theme") == "dark"
    assert page.silent()


def test_how_to_read_it_is_told(screens):
    page = screens.open()
    page.tab.locator("#tab-about").click()
    told = page.text("#about")
    for words in ("How to read this", "Where it is hatched, nothing is known",
                  "Unknown is not safe", "not a security clearance"):  # fmt: skip
        assert words in told
    assert page.tab.get_by_role("img", name="North is up").is_visible()


@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "light"), (WIDE, "dark"), (NARROW, "light")])
def test_axe_finds_nothing_serious(screens, size, scheme):
    page = screens.open(size=size, color_scheme=scheme)
    page.see((AXE / "axe.min.js").read_text("utf-8") + "; void 0")
    for tab in ("corridors", "own", "ways", "about"):
        page.see(f"document.getElementById('tab-{tab}').click()")
        found = page.see(
            "axe.run().then(({ violations }) => violations.map(({ id, impact, nodes }) =>"
            "[id, impact, nodes.slice(0, 3).map((one) => one.html.slice(0, 160))]))"
        )
        assert [one for one in found if one[1] in {"serious", "critical"}] == [], tab
    assert page.silent(), page.complaints


@pytest.mark.parametrize("width", [320, 390, 900])
def test_nothing_runs_over_the_side(screens, width):
    page = screens.open(size=(width, 800))
    page.slide("2026-09-01")
    for tab in ("corridors", "own", "ways", "about"):
        page.see(f"document.getElementById('tab-{tab}').click()")
        assert page.see("document.documentElement.scrollWidth") <= width
    assert page.silent()


def test_the_vendored_checker_is_the_published_one():
    manifest = json.loads((AXE / "manifest.json").read_text("utf-8"))
    for name, digest in manifest["sha256"].items():
        assert hashlib.sha256((AXE / name).read_bytes()).hexdigest() == digest


@pytest.mark.parametrize("day", ["2021-06-01", "2024-06-01", "2025-10-01", "2026-11-26"])
def test_any_day_fits_one_sheet(screens, day):
    page = screens.open(link=f"#r=imt_trilateral&d={day}")
    assert day[:4] in page.text("#dated")
    sheet = page.tab.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == 1
