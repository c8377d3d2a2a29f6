"""The link to what is seen: it comes back as it was, and a hostile one does nothing."""

from __future__ import annotations

import html

import pytest
from chromium import started
from screens import AS_OF, Screens, bundled

pytestmark = pytest.mark.browser

OWN = {
    "route_id": "own-1",
    "name": "My road <b> & 'more' ! မြ",
    "parts": [[[95.12345, 24.00001], [96.5, 25.25], [96.50001, 25.2]], [[97, 25], [97.1, 24.9]]],
}
STATE = """(() => { const { page } = geoPage; const { lat, lng } = page.map.getCenter();
  return { zoom: page.map.getZoom(), lat: Math.round(lat * 1e3), lon: Math.round(lng * 1e3),
    day: page.layerDay, route: page.route.route_id,
    off: [...page.toggles].filter(([, box]) => !box.checked).map(([name]) => name),
    own: (page.own ?? []).map(({ route_id, name, parts }) => ({ route_id, name, parts })) }; })()"""
HOSTILE = [
    "#<img src=x onerror=window.__x=1>",
    "#v=1/2&v=javascript:window.__x=1",
    "#v=NaN/NaN/NaN",
    "#v=Infinity/1e999/-1",
    "#v=7/999/999&r=constructor&d=2026-13-45&off=__proto__",
    "#d=9999-12-31&r=%3Cscript%3Ewindow.__x%3D1%3C%2Fscript%3E",
    "#d=0001-01-01",
    "#%E0%A4%A",
    "#own=%25E0%25A4%25A",
    "#own=AA,x,y&own=_,x,y&own=,,,&own=",
    "#own=" + "_" * 4000 + ",x,y",
    "#own=gggggggggggggggg.zz,x,y",
    "#" + "a" * 300_000,
    "#own=&" * 5000,
]


@pytest.fixture(scope="module")
def screens(tmp_path_factory):
    with started() as browser:
        made = Screens(browser, tmp_path_factory.mktemp("link"))
        yield made
        made.close()


@pytest.fixture(scope="module")
def untouched(screens):
    return screens.open().see(STATE)


def alike(one, other):
    """Tell whether two pages show the same; half a pixel of the map is some 0.005 degrees here."""
    return one == other | {name: pytest.approx(other[name], abs=6) for name in ("lat", "lon")}


def set_all(page):
    page.slide("2026-01-26")
    page.see("(own) => geoPage.page.takeOwn([own])", OWN)
    page.until("!geoPage.page.map._animatingZoom && !geoPage.page.map._panAnim?._inProgress")
    page.see("geoPage.page.choose('kaladan', { fit: false })")
    page.see("void geoPage.page.map.setView([21.5, 93.25], 7.25, { animate: false })")
    page.see("geoPage.page.toggles.get('places').click()")


def test_a_link_brings_everything_back(screens):
    page = screens.open()
    set_all(page)
    page.until("location.hash.includes('own=')")
    link = page.see("location.hash")
    assert link == page.see("new URL(geoPage.page.link()).hash")
    again = screens.open(link=link)
    assert alike(again.see(STATE), page.see(STATE))
    assert again.see(STATE)["zoom"] == 7.25
    assert again.see(STATE)["own"] == [OWN]
    assert again.see("geoPage.page.route.exposed_m") == page.see("geoPage.page.route.exposed_m")
    assert "26 Jan 2026" in again.text("#verdict")
    assert again.silent(), again.complaints


def test_a_link_followed_on_an_open_page_sets_the_view(screens):
    page = screens.open()
    set_all(page)
    link = page.see("geoPage.page.link()")
    other = screens.open()
    other.see("(link) => { location.hash = new URL(link).hash }", link)
    other.until("geoPage.page.own.length === 1")
    other.tab.wait_for_timeout(600)
    assert alike(other.see(STATE), page.see(STATE))


def test_the_link_is_short_and_says_only_what_differs(screens):
    page = screens.open()
    page.see("geoPage.page.remember()")
    page.until("location.hash.length > 1")
    assert len(page.see("location.hash")) < 60
    assert "d=" not in page.see("location.hash").replace("route_id=", "")
    assert page.silent()


def test_a_changed_link_is_followed(screens):
    page = screens.open()
    page.see("location.hash = '#r=kaladan&d=2025-01-01&off=places'")
    page.until("geoPage.page.layerDay === '2025-01-01'")
    assert page.see(STATE)["off"] == ["places"]
    assert page.see(STATE)["route"] == "kaladan"


def has_done_nothing(page, untouched):
    assert page.see(STATE) == untouched
    assert page.see("window.__x") is None
    assert page.see("document.querySelectorAll('main script, main iframe').length") == 0
    assert not page.complaints


def test_a_hostile_link_is_passed_over(screens, untouched):
    page = screens.open()
    for link in HOSTILE:
        page.see("(link) => { location.hash = link; }", link)
        page.tab.wait_for_timeout(30)
        has_done_nothing(page, untouched)


@pytest.mark.parametrize("link", HOSTILE[-6:-3])
def test_a_hostile_link_is_passed_over_at_the_start(screens, untouched, link):
    has_done_nothing(screens.open(link=link), untouched)


def test_names_from_a_link_are_text(screens):
    name = "%253Cimg%2520src%253Dx%2520onerror%253Dwindow.__x%253D1%253E"
    page = screens.open(link=f"#own=gggAgggAgggBgggB,x,{name}")
    page.tab.wait_for_timeout(100)
    assert page.see("window.__x") is None
    assert page.silent()


def test_a_frame_without_an_address_stays_quiet(screens):
    frame = f'<iframe sandbox="allow-scripts" srcdoc="{html.escape(bundled())}"></iframe>'
    path = screens.folder / "frame.html"
    path.write_text(f"<!DOCTYPE html><title>n</title>{frame}", "utf-8")
    context = screens.browser.new_context(offline=True)
    screens.contexts.append(context)
    tab = context.new_page()
    complaints: list[str] = []
    tab.on("console", lambda line: complaints.append(line.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.goto(path.as_uri())
    inner = next(one for one in tab.frames if one.parent_frame)
    inner.locator("#strip-frame svg").first.wait_for(state="attached", timeout=120_000)
    inner.evaluate("geoPage.page.choose('kaladan')")
    tab.wait_for_timeout(600)
    assert inner.locator("#copy").is_hidden()
    assert complaints == []


def test_the_link_is_copied(screens):
    page = screens.open(permissions=["clipboard-read", "clipboard-write"])
    page.slide("2025-05-05")
    page.tab.get_by_role("button", name="Copy link").click()
    page.until("document.getElementById('copied').textContent !== ''")
    words = page.text("#copied")
    if "copied" in words:
        assert "d=2025-05-05" in page.see("navigator.clipboard.readText()")
    else:
        assert "d=2025-05-05" in page.tab.locator("#copied input").input_value()
    assert page.see("geoPage.page.layerDay") != AS_OF
    assert page.silent()
