"""One kilometre of a route, lit on the strip and on the map together."""

from __future__ import annotations

import pytest
from chromium import started
from screens import NARROW, WIDE, Screens

pytestmark = pytest.mark.browser

PLACE = """(share) => {
  const { page } = geoPage, map = document.getElementById('map').getBoundingClientRect();
  const chainage = share * page.route.length_m;
  const at = page.route.path.findIndex((point) => point[2] >= chainage);
  const [lon, lat, mark] = page.route.path[at];
  const point = page.map.latLngToContainerPoint([lat, lon]);
  return { x: map.left + point.x, y: map.top + point.y, chainage: mark };
}"""
NEEDLE = """() => {
  const { page } = geoPage, { needle, scale } = page.strip;
  if (needle.getAttribute('visibility') === 'hidden') return null;
  const x = Number(/translate\\(([\\d.]+)/.exec(needle.getAttribute('transform'))[1]);
  return (x - scale(0)) / (scale(page.route.length_m) - scale(0)) * page.route.length_m;
}"""
RING = """() => {
  const { page } = geoPage, { ring } = page.spot;
  if (!page.map.hasLayer(ring)) return null;
  const point = page.map.latLngToContainerPoint(ring.getLatLng());
  const map = document.getElementById('map').getBoundingClientRect();
  return [map.left + point.x, map.top + point.y];
}"""
KM_OF_A_PIXEL = "geoPage.page.route.length_m / geoPage.page.strip.width"


@pytest.fixture(scope="module")
def screens(tmp_path_factory):
    with started() as browser:
        made = Screens(browser, tmp_path_factory.mktemp("spot"))
        yield made
        made.close()


def test_a_spot_on_the_map_is_lit_on_the_strip(screens):
    page = screens.open(size=WIDE)
    place = page.see(PLACE, 0.5)
    page.tab.mouse.move(place["x"], place["y"])
    page.until(f"({NEEDLE})() !== null")
    # a pixel of the map is some kilometres here
    assert page.see(NEEDLE) == pytest.approx(place["chainage"], abs=15_000)
    assert "Who holds it:" in page.text("#strip-words")
    assert "Sections:" in page.text("#strip-words")
    page.tab.mouse.move(place["x"] - 150, place["y"])
    page.until(f"({NEEDLE})() === null && ({RING})() === null")
    assert page.text("#strip-words").startswith("Choose a stretch")
    assert page.silent()


def test_a_spot_on_the_strip_is_lit_on_the_map(screens):
    page = screens.open(size=WIDE)
    box = page.tab.locator("#strip-frame svg").bounding_box()
    for share in (0.3, 0.7):
        scale = page.see("[geoPage.page.strip.scale(0), geoPage.page.strip.width]")
        x = scale[0] + share * (scale[1] - 2 * scale[0])
        page.tab.mouse.move(box["x"] + x, box["y"] + 40)
        page.until(f"({RING})() !== null")
        place = page.see(PLACE, share)
        ring = page.see(RING)
        assert abs(ring[0] - place["x"]) < 12
        assert abs(ring[1] - place["y"]) < 12
        assert page.see(NEEDLE) == pytest.approx(
            share * page.see("geoPage.page.route.length_m"), abs=2 * page.see(KM_OF_A_PIXEL)
        )
    page.tab.mouse.move(box["x"] + 300, 5)
    page.until(f"({RING})() === null")


def test_a_tap_on_the_map_brings_that_kilometre_into_view(screens):
    page = screens.open(size=NARROW)
    place = page.see(PLACE, 0.9)
    page.tab.touchscreen.tap(place["x"], place["y"])
    page.until(f"({NEEDLE})() !== null")
    seen = page.see(
        "(() => { const box = document.querySelector('.strip-scroll').getBoundingClientRect();"
        "const line = geoPage.page.strip.needle.getBoundingClientRect();"
        "return line.left >= box.left && line.left <= box.right; })()"
    )
    assert seen
    assert page.see("document.querySelector('.strip-scroll').scrollLeft") > 0


def test_another_route_starts_without_a_spot(screens):
    page = screens.open(size=WIDE)
    place = page.see(PLACE, 0.5)
    page.tab.mouse.move(place["x"], place["y"])
    page.until(f"({NEEDLE})() !== null")
    page.see("geoPage.page.choose('kaladan', { fit: false })")
    assert page.see(NEEDLE) is None
    assert page.see(RING) is None


def test_a_stretch_that_was_chosen_keeps_its_words(screens):
    page = screens.open(size=WIDE)
    page.tab.locator("#strip-frame g[role=button]").nth(3).click()
    said = page.text("#strip-words")
    page.tab.wait_for_timeout(400)
    place = page.see(PLACE, 0.2)
    page.tab.mouse.move(place["x"], place["y"])
    page.tab.wait_for_timeout(200)
    assert page.text("#strip-words") == said
