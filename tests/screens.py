"""Pages in Chromium as a reader has them: on screens of several sizes, with a link, by night."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from chromium import NARROW, WIDE, Opened

from geo import exposure, maps
from geo.catalog import Catalog
from geo.cli import ground
from geo.cli.desk import Desk
from geo.ways import Asked

if TYPE_CHECKING:
    from pathlib import Path

    from geo.ways import Ways

AS_OF = "2026-02-28"


@cache
def catalogue() -> Catalog:
    """Give the bundled layers."""
    return Catalog()


def measured(day: str = AS_OF) -> exposure.Exposure:
    """Measure the bundled corridors as Python does."""
    layers = catalogue()
    return exposure.measure(
        layers["corridors"],
        layers["conflict_zones"],
        control=layers["control_areas"],
        as_of=day,
        source="control_areas",
    )


@cache
def answered() -> list[Ways]:
    """Answer the questions of the bundled layers."""
    floor = ground.read(Desk(catalogue(), None), ground.Sources())
    pairs = catalogue().questions
    asked = [Asked(tuple(map(floor.gazetteer.find, ends)), as_of=AS_OF) for ends in pairs]
    return [ground.answered(floor, one) for one in asked]


@cache
def bundled() -> str:
    """Give the page of the bundled layers."""
    return maps.page(catalogue(), measured(), ways=answered()).html


class Screen(Opened):
    """A page that was opened, with everything that it asked for and complained of."""

    def text(self, selector: str) -> str:
        """Give the words that are seen, with plain blanks."""
        return " ".join(str(self.tab.locator(selector).inner_text()).split())

    def slide(self, day: str) -> None:
        """Drag the handle of the time line to a day."""
        self.see(
            "(day) => { const { time } = geoPage.page;"
            "time.box.value = Math.round((Date.parse(day) - Date.parse(time.from)) / 86400000);"
            "time.box.dispatchEvent(new Event('input')); }",
            day,
        )
        self.until(f"geoPage.page.layerDay === '{day}' && !geoPage.page.time.wanted")

    def silent(self) -> bool:
        """Tell whether the page made one request and no console line."""
        return len(self.requests) == 1 and not self.complaints


class Screens:
    """Opens pages, and closes them all at the end."""

    def __init__(self, browser: Any, folder: Path) -> None:
        self.browser, self.folder = browser, folder
        self.contexts: list[Any] = []

    def open(
        self, text: str = "", size: tuple[int, int] = WIDE, link: str = "", **options: Any
    ) -> Screen:
        """Open a page, by default that of the bundled layers."""
        path = self.folder / f"page-{len(self.contexts)}.html"
        path.write_text(text or bundled(), "utf-8")
        window = {"width": size[0], "height": size[1]}
        touch = size == NARROW
        context = self.browser.new_context(
            viewport=window, offline=True, has_touch=touch, **options
        )
        self.contexts.append(context)
        return Screen(context.new_page(), path.as_uri() + link)

    def close(self) -> None:
        """Close what was opened."""
        for context in self.contexts:
            context.close()
