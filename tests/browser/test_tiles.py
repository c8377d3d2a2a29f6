"""Online map pictures: only where the page was made with them, and only when the reader asks."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any

import page_sample
import pytest
from chromium import WIDE, Opened, started

from geo import maps

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.browser

HOST = "tiles.example.org"
URL = f"https://{HOST}/{{z}}/{{x}}/{{y}}.png"
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with started() as made:
        yield made


@pytest.fixture
def opens(browser, tmp_path) -> Iterator[Any]:
    contexts = []

    def opened(answer: str, *, offline: bool = False, tiles: str | None = URL) -> Opened:
        layers, found = page_sample.sample()
        maps.page(layers, found, tiles=tiles).save(tmp_path / "page.html")
        window = {"width": WIDE[0], "height": WIDE[1]}
        contexts.append(browser.new_context(viewport=window, offline=offline))
        # nothing leaves this machine: every request is answered, or refused, here
        contexts[-1].route(re.compile("^https://"), answers[answer])
        page = Opened(contexts[-1].new_page(), (tmp_path / "page.html").as_uri())
        page.legend()
        return page

    answers = {
        "pictures": lambda route: route.fulfill(body=PICTURE, content_type="image/png"),
        "nothing": lambda route: route.abort(),
    }
    yield opened
    for context in contexts:
        context.close()


def tick(page: Opened) -> None:
    page.tab.locator("#tile-box").click()


def test_nobody_is_asked_before_the_box_is_ticked(opens):
    page = opens("pictures")
    words = page.text("#legend")
    assert f"Online map pictures from {HOST}" in words
    assert "it learns your address and which area you look at" in words
    page.see("geoPage.page.map.setZoom(9)")
    page.tab.wait_for_timeout(300)
    assert page.silent(), page.requests


def test_a_ticked_box_shows_pictures_of_that_host_and_no_other(opens):
    page = opens("pictures")
    tick(page)
    page.until("document.querySelectorAll('.leaflet-tile-loaded').length > 0")
    asked = set(page.requests) - {page.address}
    assert asked
    assert all(one.startswith(f"https://{HOST}/") for one in asked)
    assert "Map pictures: " in page.text("#tile-words")
    tick(page)
    assert page.see("document.querySelectorAll('.leaflet-tile').length") == 0
    assert not page.complaints


def test_a_host_that_does_not_answer_leaves_the_map_as_it_was(opens):
    page = opens("nothing")
    tick(page)
    page.until("!document.getElementById('tile-box').checked")
    assert f"{HOST} gives no map pictures here" in page.text("#tile-words")
    assert page.see("document.querySelectorAll('.leaflet-tile').length") == 0


def test_without_a_network_nothing_is_tried(opens):
    page = opens("nothing", offline=True)
    tick(page)
    assert "no network" in page.text("#tile-words")
    assert not page.see("document.getElementById('tile-box').checked")
    assert page.silent()


def test_a_redrawn_legend_keeps_the_box(opens):
    page = opens("pictures")
    tick(page)
    page.until("document.querySelectorAll('.leaflet-tile-loaded').length > 0")
    page.tab.locator("#theme").click()
    assert page.see("document.getElementById('tile-box').checked")
    tick(page)
    assert page.see("document.querySelectorAll('.leaflet-tile').length") == 0


def test_a_page_without_tiles_has_no_box(opens):
    page = opens("pictures", tiles=None)
    assert page.see("document.getElementById('tile-box')") is None
    assert page.silent()
