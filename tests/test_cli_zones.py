"""`geo zones build`: a layer like any other from events, or a word why there is none."""

import json

import event_rows
import geopandas as gpd
import pytest
from click.testing import CliRunner

from geo.cli import main
from geo.errors import Notice
from geo.exposure import coverage
from geo.schema import KINDS, check

PAGE = "https://example.org/events"
GPX = """<gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1"><trk><name>R</name>
<trkseg><trkpt lat="25.383" lon="97"/><trkpt lat="25.383" lon="98"/></trkseg></trk></gpx>"""


def geo(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


def ucdp(folder, name, *changes):
    path = folder / name
    path.write_text(event_rows.text(event_rows.rows(event_rows.UCDP_ROW, *changes)))
    return path


@pytest.fixture
def final(tmp_path):
    """Give a file of a final release: four events in April and May 2023 at one place."""
    days = ("2023-04-11", "2023-04-20", "2023-05-02", "2023-05-10")
    return ucdp(
        tmp_path,
        "GEDEvent_v23_1.csv",
        *[{"date_start": day, "date_end": day} for day in days],
    )


@pytest.fixture
def own(tmp_path):
    """Give a file of one's own: three events at one place, without deaths."""
    path = tmp_path / "own.csv"
    path.write_text("when,y,x\n" + "2024-05-01,20,30\n2024-05-02,20,30\n2024-05-09,20,30\n")
    return path, "--column", "date=when", "--column", "lat=y", "--column", "lon=x"


def read(path):
    return json.loads(path.read_text("utf-8"))["features"]


def test_a_final_release_gives_a_layer_that_expose_reads(final, tmp_path):
    out, gpx = tmp_path / "built.geojson", tmp_path / "r.gpx"
    done = geo("zones", "build", final, "--window", "30d", "-o", out)
    assert done.exit_code == 0, done.stderr
    assert done.stdout == ""
    assert f"wrote {out}: 1 zones" in done.stderr
    check(gpd.read_file(out), "conflict_zones")
    [zone] = [one["properties"] for one in read(out)]
    assert list(zone) == list(KINDS["conflict_zones"].columns)
    assert (zone["valid_from"], zone["valid_to"]) == ("2023-04-11", "2023-05-11")
    # four points spread by 10 km: 4 / (2 pi 100) exp(-d^2 / 200) is 1 in 1,000 km2 where that
    # exponential is 0.157, and 1 - 0.157 of each event lies nearer
    assert zone["events"] == 3
    assert zone["fatalities"] == 17
    assert zone["source_url"] == "https://ucdp.uu.se/downloads/"
    assert (zone["source_date"], zone["confidence"]) == ("2023-05-10", "medium")
    assert zone["method"].endswith("; UCDP GED 23.1")
    gpx.write_text(GPX)
    found = json.loads(
        geo("expose", gpx, "--zones", out, "--as-of", "2023-05-01", "--format", "json").stdout
    )
    assert found["routes"][0]["exposed_m"] > 30_000
    assert found["warnings"][-1]["rule"] != "events-uncovered"
    late = json.loads(
        geo("expose", gpx, "--zones", out, "--format", "json", "--as-of", "2023-06-01").stdout
    )
    [notice] = [one for one in late["warnings"] if one["rule"] == "events-uncovered"]
    assert "no events are counted on 2023-06-01" in notice["message"]
    assert "2023-04-11 to 2023-05-10 (events)" in notice["message"]


def test_candidates_and_own_files_are_of_low_confidence(tmp_path, own):
    day = {"date_start": "2026-02-03", "date_end": "2026-02-03"}
    candidates = ucdp(tmp_path, "GEDEvent_v26_0_2.csv", day, day, day)
    zones = json.loads(geo("zones", "build", candidates, "--window", "4w").stdout)["features"]
    assert [(one["properties"]["kind"], one["properties"]["confidence"]) for one in zones] == [
        ("candidate events", "low")
    ]
    zones = json.loads(geo("zones", "build", *own, "--source-url", PAGE).stdout)["features"]
    [zone] = [one["properties"] for one in zones]
    assert (zone["kind"], zone["confidence"], zone["source_url"]) == ("events", "low", PAGE)
    assert zone["fatalities"] is None


def test_the_screen_and_the_file_are_the_same(final, tmp_path):
    out = tmp_path / "built.geojson"
    geo("zones", "build", final, "-o", out)
    assert geo("zones", "build", final).stdout == out.read_text("utf-8")


@pytest.mark.parametrize(("window", "days"), [("90d", 90), ("12w", 84), ("30", 30), ("2W", 14)])
def test_a_window_is_in_days_or_weeks(final, window, days):
    words = ("--window", window, "--until", "2023-05-11", "--since", "2023-01-01")
    zones = json.loads(geo("zones", "build", final, *words).stdout)["features"]
    last = zones[-1]["properties"]
    length = gpd.pd.Timestamp(last["valid_to"]) - gpd.pd.Timestamp(last["valid_from"])
    assert length.days == days


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--window", "3m"), 2, "write days or weeks"),
        (("--window", "0d"), 2, "write days or weeks"),
        (("--since", "May 2023"), 2, "not a day YYYY-MM-DD"),
        (("--since", "2023-06-01", "--until", "2023-05-01"), 1, "must be after since"),
        (("--source-url", "my desk"), 1, "must be an address"),
        (("--since", "2020-01-01", "--until", "2021-01-01"), 1, "no zone: of 4 events"),
    ],
)
def test_what_cannot_be_used_is_refused_and_nothing_is_written(final, tmp_path, words, code, said):
    out = tmp_path / "built.geojson"
    out.write_text("old")
    done = geo("zones", "build", final, *words, "-o", out)
    assert done.exit_code == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert out.read_text() == "old"


def test_an_own_file_needs_its_page(own):
    done = geo("zones", "build", *own)
    assert done.exit_code == 1
    assert "--source-url" in done.stderr


def test_several_datasets_are_not_mixed(final, tmp_path):
    path = tmp_path / "acled.csv"
    path.write_text(event_rows.text(event_rows.rows(event_rows.ACLED_ROW, {}, {})))
    done = geo("zones", "build", final, path)
    assert done.exit_code == 1
    assert "ACLED and UCDP GED are mixed" in done.stderr


def test_what_must_be_known_is_on_the_screen(final):
    done = geo("zones", "build", final)
    assert "covers 2023-04-11 to 2023-05-10" in done.stderr
    assert "has 30 days, not 90" in done.stderr


def test_the_layer_is_not_written_over_its_events(final):
    before = final.read_bytes()
    assert geo("zones", "build", final, "-o", final).exit_code == 1
    assert final.read_bytes() == before


# ------------------------------------------------- what an answer says of such zones


def rules(layers, day):
    notices = coverage.of_events(layers["conflict_zones"], gpd.pd.Timestamp(day).date())
    return [notice.rule for notice in notices]


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2020-12-31", ["events-uncovered"]),
        ("2021-01-01", []),
        ("2023-12-31", []),
        ("2024-01-01", ["events-uncovered"]),
        ("2026-01-31", ["events-uncovered"]),
        ("2026-02-01", ["candidates"]),
        ("2026-02-28", ["candidates"]),
        ("2026-03-01", ["events-uncovered"]),
    ],
)
def test_an_answer_says_where_no_events_are_counted(layers, day, said):
    assert rules(layers, day) == said


def test_the_days_that_events_cover_are_named(layers):
    [notice] = coverage.of_events(layers["conflict_zones"], gpd.pd.Timestamp("2024-01-31").date())
    assert isinstance(notice, Notice)
    assert "2021-01-01 to 2023-12-31 (events)" in notice.message
    assert "2026-02-01 to 2026-02-28 (candidate events)" in notice.message
    assert "claims of control alone" in notice.message


def test_zones_without_events_need_no_word(layers, zones):
    frame = layers["conflict_zones"]
    claims = frame[~frame["kind"].isin(coverage.FROM_EVENTS)]
    day = gpd.pd.Timestamp("2024-01-31").date()
    assert not list(coverage.of_events(claims, day))
    assert not list(coverage.of_events(zones, day))
    assert not list(coverage.of_events(frame, None))
