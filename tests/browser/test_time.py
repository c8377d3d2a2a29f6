"""The time line: every number follows the day under the handle, as Python measures it."""

from __future__ import annotations

import page_sample
import pytest
from chromium import started
from screens import AS_OF, NARROW, Screens, bundled, measured

from geo import maps

pytestmark = pytest.mark.browser

MILLIMETRE = 1e-3
TRAPS = (
    "2021-02-01",
    "2024-12-03",  # Bhamo, before the fight for the town and on its first day
    "2024-12-04",
    "2025-09-16",  # the road from Kawkareik to Myawaddy changes hands
    "2026-01-26",  # Myawaddy, the last day of one holder and days of two
    "2026-01-27",
    "2026-01-29",
    AS_OF,
    "2026-10-01",  # past all sources
)
NUMBERS = ("length_m", "exposed_m", "boundary_m", "crossings", "longest_exposed_m")


@pytest.fixture(scope="module")
def screens(tmp_path_factory):
    with started() as browser:
        made = Screens(browser, tmp_path_factory.mktemp("time"))
        yield made
        made.close()


@pytest.fixture(scope="module")
def shared(screens):
    return screens.open()


@pytest.fixture
def page(shared):
    shared.slide(AS_OF)
    return shared


@pytest.mark.parametrize("day", TRAPS)
def test_every_number_is_the_one_that_python_measures(page, day):
    page.slide(day)
    theirs = page.see("geoPage.page.found.routes")
    ours = measured(day).as_dict()["routes"]
    for mine, other in zip(ours, theirs, strict=True):
        assert [other[name] for name in NUMBERS] == pytest.approx(
            [mine[name] for name in NUMBERS], abs=MILLIMETRE
        )
        held = [
            {part["controller"]: part["inside_m"] for part in route["controllers"]}
            for route in (mine, other)
        ]
        assert held[1] == pytest.approx(held[0], abs=MILLIMETRE)
        assert [part["exposed_m"] for part in other["sections"]] == pytest.approx(
            [part["exposed_m"] for part in mine["sections"]], abs=MILLIMETRE
        )
    assert page.silent(), page.complaints


def test_on_its_own_day_the_answer_is_pythons_own(page):
    page.slide("2026-01-26")
    page.slide(AS_OF)
    assert page.see("geoPage.page.found.routes === geoPage.page.answer.routes")
    assert page.tab.locator("#time-home").is_hidden()


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2023-12-31", "Some zones rest on events counted, others on claims of control."),
        (
            "2024-01-01",
            "this day, only on 1 Jan 2021 to 31 Dec 2023 and 1 Feb 2026 to 28 Feb 2026:",
        ),
        ("2026-02-01", "Some zones rest on candidate events, not vetted yet"),
        (AS_OF, "Some zones rest on candidate events, not vetted yet"),
    ],
)
def test_it_says_on_which_days_events_are_counted(page, day, said):
    page.slide(day)
    assert said in page.text("#sure")
    rules = page.see("geoPage.page.found.warnings.map((one) => one.rule)")
    assert ("candidates" in rules) == (day == AS_OF)


def test_bounds_of_another_day_are_not_shown(page):
    bounds = "geoPage.page.found.routes.map((route) => [route.sure_m, route.possible_m])"
    before = page.see("geoPage.page.route.route_id")
    page.see("geoPage.page.choose('kaladan')")
    assert "Surely inside 25.9 km, as drawn 30.4 km, possibly 78.4 km" in page.text("#sure")
    assert "30.4 25.9 to 78.4" in page.text("#corridors")
    assert all(None not in pair for pair in page.see(bounds))
    page.slide("2026-01-26")
    assert all(pair == [None, None] for pair in page.see(bounds))
    assert "is known for 28 Feb 2026 only, not for this day" in page.text("#sure")
    assert "Surely inside" not in page.text("#sure")
    assert not page.see("document.querySelectorAll('#corridors .range').length")
    page.see("(route) => geoPage.page.choose(route)", before)


def test_all_of_the_page_follows(page):
    def told() -> list[str]:
        page.see("document.getElementById('legend').open = true")
        chosen = ("#dated", "#verdict", "#whose", "#corridors", "#legend", "#time-facts")
        return [page.text(one) for one in chosen]

    before = told()
    page.slide("2024-05-01")
    after = told()
    assert [one for one, other in zip(before, after, strict=True) if one == other] == []
    assert "1 May 2024" in page.text("#verdict")
    assert "KNLA/KNU + PDF/NUG" in page.see("document.querySelector('#whose').textContent")
    page.until("document.querySelector('#about').textContent.includes('1 May 2024')")


def test_the_command_to_measure_again_names_the_day(screens):
    page = screens.open(maps.page(*page_sample.sample()).html)
    page.slide("2025-01-01")
    page.tab.locator("#tab-about").click()
    page.until("document.querySelector('#about').textContent.includes('--as-of 2025-01-01')")
    assert page.silent()


def test_what_the_reader_has_set_stays(page):
    page.see("geoPage.page.choose('kaladan')")
    page.see("document.getElementById('legend').open = true")
    page.tab.get_by_label("Towns, villages").uncheck()
    page.tab.locator("#corridors thead th").nth(1).locator("button").click()
    page.slide("2025-03-01")
    assert page.see("geoPage.page.route.route_id") == "kaladan"
    assert not page.tab.get_by_label("Towns, villages").is_checked()
    head = page.tab.locator("#corridors thead th").nth(1)
    assert head.get_attribute("aria-sort") == "descending"
    page.tab.get_by_label("Towns, villages").check()


def test_the_handle_answers_to_keys_and_says_its_day(page):
    handle = page.tab.get_by_role("slider", name="Day shown")
    handle.focus()
    page.tab.keyboard.press("ArrowLeft")
    page.until("geoPage.page.layerDay === '2026-02-27'")
    assert handle.get_attribute("aria-valuetext") == "27 Feb 2026"
    page.tab.get_by_role("button", name="Previous change").press("Enter")
    page.until("geoPage.page.layerDay < '2026-02-27'")
    page.tab.get_by_role("button", name="to 28 Feb 2026").click()
    page.until(f"geoPage.page.layerDay === '{AS_OF}'")


def test_playing_goes_from_change_to_change_until_paused(page):
    page.slide("2025-01-01")
    page.tab.get_by_role("button", name="Play the changes").click()
    page.until("geoPage.page.layerDay > '2025-01-01'")
    page.tab.get_by_role("button", name="Pause").click()
    day = page.see("geoPage.page.layerDay")
    assert page.see("geoPage.page.time.all.includes(geoPage.page.layerDay)")
    page.tab.wait_for_timeout(900)
    assert page.see("geoPage.page.layerDay") == day


def test_nothing_plays_for_who_asks_for_calm(screens):
    page = screens.open(reduced_motion="reduce")
    assert page.tab.locator("#time-play").is_hidden()
    assert page.tab.locator("#time-next").is_visible()


def test_past_the_newest_source_the_page_says_that_nothing_is_known(page):
    assert "as last known" not in page.text("#verdict")
    edge = page.see("document.querySelector('.beyond-words').textContent")
    page.slide("2026-09-01")
    assert page.text("#verdict h2").startswith("How bad, as last known on")
    assert edge.removeprefix("nothing") in page.text("#sure h2")
    assert edge in page.tab.locator("#time-handle").get_attribute("aria-valuetext")
    assert "Nothing is known for the days between it and 1 Sep 2026" in page.text("#sure")


def test_the_day_can_go_up_to_today_and_no_further(page):
    page.see("geoPage.page.time.box.value = 99999")
    last = page.see("Number(geoPage.page.time.box.value)")
    assert last == page.see("Number(geoPage.page.time.box.max)")
    ahead = page.see("(Date.now() - Date.parse(geoPage.page.time.to)) / 86400000")
    assert ahead < 1


def test_gates_and_figures_of_the_day_lead_to_their_sources(page):
    page.slide("2024-11-15")
    told = page.text("#time-facts")
    assert "Pangwa: closed" in told
    assert "Published for 2024" in told
    assert "mine production of Myanmar: 31,000 tonnes of rare-earth oxide" in told
    items = page.tab.locator("#time-facts li")
    states = [text for text in items.all_inner_texts() if "not known" not in text]
    assert page.tab.locator("#time-facts li a[href^=http]").count() == len(states)


def test_the_corridors_are_measured_in_a_tenth_of_a_second(screens):
    page = screens.open()
    took = page.see(
        "['2025-02-02', '2025-06-06', '2024-08-08', '2026-01-28'].map((day) => {"
        "const from = performance.now(); geoPage.page.measureAll(day);"
        "return performance.now() - from; })"
    )
    assert sorted(took)[1] < 100


def test_without_dated_layers_there_is_no_time_line(screens):
    answer = page_sample.FakeFound(page_sample.answer(page_sample.bare_route()))
    page = screens.open(maps.page(page_sample.FakeCatalogue({}), answer).html)
    assert page.tab.locator("#time").is_hidden()
    assert page.silent()


def test_layers_that_are_not_on_the_page_are_not_measured_again(screens):
    answer = page_sample.FakeFound(page_sample.answer(page_sample.route()))
    answer.answer["inputs"] = [{"role": "zones", "path": "gone.gpkg", "features": 2}]
    page = screens.open(maps.page(page_sample.FakeCatalogue(page_sample.layers()), answer).html)
    assert page.tab.locator("#time").is_hidden()
    assert page.silent()


def test_a_phone_has_the_time_line_too(screens):
    page = screens.open(size=NARROW)
    page.slide("2025-03-01")
    assert page.see("document.documentElement.scrollWidth") <= NARROW[0]
    assert page.tab.locator("#time-handle").bounding_box()["width"] > 300
    assert page.silent()


@pytest.mark.bench
def test_the_page_is_small_and_quick(screens):
    assert len(bundled().encode()) <= 1_500_000
    assert min(screens.open().see("geoPage.ms") for _ in range(3)) < 1000
