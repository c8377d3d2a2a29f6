"""Several sources of claims on the page: the first one is shown, and what is disputed is said."""

from __future__ import annotations

import pytest
from chromium import started
from click.testing import CliRunner
from screens import Screen, catalogue

from geo import exposure
from geo.cli import main

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sources")
    rough = catalogue()["control_areas"]
    rough = rough[rough["extent"] != "town"][["area_id", "controller", "extent", "geometry"]]
    rough.to_file(folder / "rough.geojson")
    words = ["expose", "corridors", "--control", "control_areas", "--control"]
    words += [str(folder / "rough.geojson"), "--as-of", "2026-02-28"]
    done = CliRunner().invoke(main, [*words, "--map", str(folder / "page.html")])
    assert done.exit_code == 0, done.stderr
    with started() as browser:
        tab = browser.new_context(offline=True).new_page()
        yield Screen(tab, (folder / "page.html").as_uri())


def test_the_panel_says_whose_word_it_is_and_what_is_disputed(page):
    page.slide("2026-02-28")
    page.see("geoPage.page.choose('mandalay_muse')")
    [pair] = page.see("geoPage.page.route.disputes")
    words = page.text("#whose")
    assert "This is what “control_areas” says. “rough” names another holder on" in words
    assert f"{pair['disputed_m'] / 1000:.1f} km (disputed)" in words


def test_another_day_is_measured_by_the_first_source_alone(page):
    day = "2024-12-04"
    page.slide(day)
    layers = catalogue()
    ours = exposure.measure(
        layers["corridors"], layers["conflict_zones"], control=layers["control_areas"], as_of=day
    ).as_dict()
    theirs = page.see("geoPage.page.found.routes")
    for mine, other in zip(ours["routes"], theirs, strict=True):
        held = [
            {one["controller"]: one["inside_m"] for one in r["controllers"]} for r in (mine, other)
        ]
        assert held[1] == pytest.approx(held[0], abs=1e-3)
    assert "Where “rough” would disagree was measured" in page.text("#whose")
    assert page.complaints == []
