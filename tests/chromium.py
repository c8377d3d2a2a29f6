"""Chromium with the network off, for tests that need the page's script only."""

from __future__ import annotations

import os
import shutil
import time
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
    tab.goto((folder / "page.html").as_uri())
    for _ in range(200):
        if tab.evaluate("!!window.geoPage"):
            return tab
        time.sleep(0.02)
    message = "the page's script did not start"
    raise AssertionError(message)
