"""Chromium with the network off, for tests that need the page's script only."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from geo import maps

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


WIDE, NARROW = (1280, 800), (390, 844)


class Opened:
    """A page that was opened, with everything that it asked for and complained of."""

    def __init__(self, tab: Any, address: str) -> None:
        self.tab, self.address = tab, address
        self.requests: list[str] = []
        self.complaints: list[str] = []
        tab.on("request", lambda request: self.requests.append(request.url))
        tab.on("console", lambda line: self.complaints.append(line.text))
        tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        tab.goto(address)
        self.until("!!window.geoPage")

    def until(self, expression: str) -> None:
        """Wait until an expression is true."""
        for _ in range(250):
            if self.tab.evaluate(expression):
                return
            self.tab.wait_for_timeout(20)
        message = f"never true: {expression} {self.complaints}"
        raise AssertionError(message)

    def see(self, expression: str, value: Any = None) -> Any:
        """Evaluate an expression in the page."""
        return self.tab.evaluate(expression, value)

    def text(self, selector: str) -> str:
        """Give the words that are seen."""
        return str(self.tab.locator(selector).inner_text()).replace("\u00a0", " ")

    def legend(self) -> str:
        """Open the legend and give its words."""
        self.see("document.getElementById('legend').open = true")
        return self.text("#legend")

    def silent(self) -> bool:
        """Tell whether it asked for nothing but itself, and complained of nothing."""
        return self.requests == [self.address] and not self.complaints


@contextmanager
def started() -> Iterator[Any]:
    """Start Chromium; skip the test where there is none, but never in CI."""
    sync_api = pytest.importorskip("playwright.sync_api")
    program = shutil.which("chromium")
    if program is None:
        give_up = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        give_up("chromium is not installed")
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


def opened(browser: Any, layers: Any, found: Any, folder: Path) -> Any:
    """Open a page and wait until its script has run; give the tab."""
    maps.page(layers, found).save(folder / "page.html")
    tab = browser.new_context(offline=True).new_page()
    return Opened(tab, (folder / "page.html").as_uri()).tab
