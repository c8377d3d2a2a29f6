"""The search box: Latin letters and Burmese, by keyboard alone."""

from __future__ import annotations

import hashlib
import json

import pytest
from chromium import started
from screens import NARROW, Screens

from geo import maps

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def screens(tmp_path_factory):
    with started() as browser:
        made = Screens(browser, tmp_path_factory.mktemp("search"))
        yield made
        made.close()


@pytest.fixture(scope="module")
def shared(screens):
    return screens.open()


@pytest.fixture
def page(shared):
    shared.tab.keyboard.press("Escape")
    shared.see("void geoPage.page.map.closePopup()")
    shared.until("!document.querySelector('.popup')")
    shared.tab.get_by_role("combobox", name="Search").fill("")
    return shared


def search(page, words):
    page.tab.get_by_role("combobox", name="Search").fill(words)
    return page.tab.locator("#found li").all_inner_texts()


def test_a_place_is_found_and_shown(page):
    assert search(page, "myawad")[0].startswith("Myawaddy")
    page.tab.keyboard.press("Enter")
    page.until("!!document.querySelector('.popup')")
    assert "Myawaddy" in page.text(".popup")
    centre = page.see("(({lat, lng}) => [lng, lat])(geoPage.page.map.getCenter())")
    assert centre == pytest.approx([98.51, 16.69], abs=0.3)
    assert page.see("geoPage.page.map.getZoom()") >= 9
    assert page.silent()


def test_a_place_is_found_by_its_burmese_name(page):
    found = search(page, "မြဝတီ")
    assert len(found) == 1
    assert "Myawaddy" in found[0]
    page.tab.keyboard.press("Enter")
    page.until("!!document.querySelector('.popup')")
    assert "မြဝတီ" in page.text(".popup")


def test_burmese_is_written_with_the_pages_own_letters(page):
    search(page, "Myitkyina")
    assert page.see(
        "document.fonts.ready.then(() =>"
        "[...document.fonts].filter((one) => one.family.includes('Page Burmese'))[0].status)"
    ) == ("loaded")
    # medial ra and the stacked vowel are shaped: the word is narrower than its letters one by one
    widths = page.see(
        "[...'မြစ်ကြီးနား', 'မြစ်ကြီးနား'].map((text) => {"
        "const span = document.createElement('span'); span.textContent = text;"
        "document.body.append(span); const { width } = span.getBoundingClientRect();"
        "span.remove(); return width; })"
    )
    assert 20 < widths[-1] < sum(widths[:-1])


def test_arrows_walk_and_escape_closes(page):
    found = search(page, "my")
    box = page.tab.get_by_role("combobox", name="Search")
    assert box.get_attribute("aria-expanded") == "true"
    page.tab.keyboard.press("ArrowDown")
    page.tab.keyboard.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") == "found-1"
    assert page.tab.locator("#found [aria-selected=true]").inner_text() == found[1]
    page.tab.keyboard.press("ArrowUp")
    page.tab.keyboard.press("ArrowUp")
    assert box.get_attribute("aria-activedescendant") == f"found-{len(found) - 1}"
    page.tab.keyboard.press("Escape")
    assert box.get_attribute("aria-expanded") == "false"
    assert box.input_value() == "my"
    page.tab.keyboard.press("Escape")
    assert box.input_value() == ""


def test_a_corridor_is_chosen_and_a_section_is_marked(page):
    search(page, "kaladan")
    page.tab.keyboard.press("Enter")
    assert page.see("geoPage.page.route.route_id") == "kaladan"
    section = page.see("geoPage.page.found.routes[0].sections[2].name")
    search(page, section)
    page.tab.locator("#found li", has_text="section of").first.click()
    assert page.see("geoPage.page.route === geoPage.page.found.routes[0]")
    assert page.see("geoPage.page.marks.getLayers().length") == 2


def test_zones_gates_and_sites_are_found(page):
    assert any("conflict zone" in one for one in search(page, "bhamo"))
    page.tab.locator("#found li", has_text="conflict zone").first.click()
    page.until("!!document.querySelector('.popup')")
    assert "Bhamo" in page.text(".popup")
    assert [one for one in search(page, "pangwa") if "gate" in one]
    site = page.see("geoPage.page.layers.find((one) => one.kind === 'mining_sites').rows[0]")
    assert any("mining site" in one for one in search(page, site["values"]["name"]))


def test_what_is_not_there_is_said(page):
    assert search(page, "atlantis <b>") == []
    assert page.text("#found-none") == "Nothing of this name is in the layers."
    search(page, "")
    assert page.text("#found-none") == ""


def test_accents_do_not_matter(page):
    plain = search(page, "Moreh")
    assert plain == search(page, "Möréh")


def test_a_phone_shows_the_results(screens):
    page = screens.open(size=NARROW)
    assert search(page, "bhamo")
    box = page.tab.locator("#found").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= NARROW[0]
    page.tab.keyboard.press("Enter")
    page.until("!!document.querySelector('.popup')")
    assert page.silent()


def test_the_letters_are_the_published_ones():
    folder = maps._ASSETS / "fonts"
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert manifest["license"] == "OFL-1.1"
    assert {path.name for path in folder.iterdir()} - {"manifest.json"} == set(manifest["sha256"])
    for name, digest in manifest["sha256"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
