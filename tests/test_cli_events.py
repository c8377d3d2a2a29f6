"""`geo expose --events`: what lies near, on the screen, in files, and made again."""

import csv
import json

import pytest
import shapely
from conftest import frame
from event_rows import UCDP_ROW, rows

from geo.events.regions import locate

ROAD = """<?xml version="1.0"?><gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1">
<trk><name>Road</name><trkseg><trkpt lat="25.383" lon="97.3"/><trkpt lat="25.383" lon="97.5"/>
</trkseg></trk></gpx>"""


@pytest.fixture
def road(tmp_path):
    """Give a track of 20 km."""
    path = tmp_path / "road.gpx"
    path.write_text(ROAD)
    return path


@pytest.fixture
def ged(tmp_path):
    """Give a file of events: one on the road, one in doubt by 25 km, one in a township."""
    changes = (
        {"id": "1", "latitude": "25.383", "longitude": "97.4", "where_prec": "1"},
        {"id": "2", "latitude": "25.5", "longitude": "97.4", "where_prec": "2"},
        {"id": "3", "where_prec": "5", "where_coordinates": "Myitkyina township"},
    )
    path = tmp_path / "GEDEvent_v24_1.csv"
    table = rows(UCDP_ROW, *changes)
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, fieldnames=list(table[0]))
        writer.writeheader()
        writer.writerows(table)
    return path


def answer(geo, road, ged, *options):
    done = geo("expose", road, "--events", ged, "--format", "json", *options)
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def test_the_json_has_low_central_and_high(geo, road, ged):
    found = answer(geo, road, ged, "--within", 2, "--within", 40)
    assert found["events"] == {
        "since": "2023-04-11", "until": "2023-04-13", "counted": 3, "draws": 200, "seed": 0,
    }  # fmt: skip
    near, far = found["routes"][0]["events"]
    assert (near["within_m"], far["within_m"]) == (2000, 40_000)
    assert (near["events"]["low"], near["events"]["high"]) == (1, 3)
    assert 1 < near["events"]["central"] < 3
    # 4 km of road lie within 2 km of the placed event
    assert near["exposed_m"]["low"] == pytest.approx(4_000, abs=5)
    assert far["events"]["low"] >= 2
    roles = [entry["role"] for entry in found["inputs"]]
    assert roles == ["routes", "zones", "control", "events", "areas", "areas"]


@pytest.mark.slow
def test_it_is_made_again(geo, road, ged, tmp_path):
    made = tmp_path / "answer.json"
    words = ("--events", ged, "--within", 3, "--seed", 7, "--draws", 50, "--since", "2023-01-01")
    assert geo("expose", road, *words, "--format", "json", "-o", made).exit_code == 0
    done = geo("reproduce", made)
    assert done.exit_code == 0, done.output
    assert "reproduced: the same answer" in done.output
    ged.write_bytes(ged.read_bytes().replace(b"Myitkyina township", b"Mogaung township"))
    done = geo("reproduce", made)
    assert done.exit_code == 1
    assert "differs" in done.output


@pytest.mark.slow
def test_another_seed_gives_other_draws(geo, road, ged):
    one, two, three = (
        answer(geo, road, ged, "--within", 5, "--seed", seed)["routes"][0]["events"][0]
        for seed in (1, 1, 2)
    )
    assert one == two
    assert one["events"]["central"] != three["events"]["central"]
    assert one["events"]["high"] == three["events"]["high"]


def test_the_table_says_it_in_words(geo, road, ged):
    done = geo("expose", road, "--events", ged, "--within", 2)
    words = " ".join(done.stdout.split())
    assert "events of 2023-04-11 until before 2023-04-13" in words
    assert "within km events deaths exposed km 2 1 - " in words


def test_the_csv_has_a_column_for_each_bound(geo, road, ged):
    done = geo("expose", road, "--events", ged, "--within", 2, "--format", "csv")
    [row] = csv.DictReader(done.stdout.splitlines())
    assert row["events_2km_low"] == "1.0"
    assert row["events_2km_high"] == "3.0"
    assert float(row["exposed_2km_low_m"]) == pytest.approx(4_000, abs=5)
    assert float(row["fatalities_2km_p5"]) <= float(row["fatalities_2km_p95"])


def test_the_curve_is_many_radii(geo, road, ged):
    radii = [row["within_m"] for row in answer(geo, road, ged, "--curve")["routes"][0]["events"]]
    assert radii == sorted(radii)
    assert (radii[0], radii[-1], len(radii)) == (500, 50_000, 13)


def test_a_day_long_after_the_last_event_is_said(geo, road, ged):
    done = geo("expose", road, "--events", ged, "--as-of", "2024-03-01")
    assert "the newest event is of 2023-04-12, 324 days before 2024-03-01" in done.stdout


@pytest.mark.slow
def test_changes_of_the_events_are_told(geo, road, ged, tmp_path):
    before, after = tmp_path / "before.json", tmp_path / "after.json"
    geo("expose", road, "--events", ged, "--within", 2, "--format", "json", "-o", before)
    geo("expose", road, "--events", ged, "--within", 5, "--format", "json", "-o", after)
    done = geo("diff", before, after)
    assert done.exit_code == 0, done.output
    assert "5" in done.stdout
    assert "within" in done.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--within", "5"), "--within goes with --events"),
        (("--curve",), "--curve goes with --events"),
        (("--seed", "4"), "--seed goes with --events"),
        (("--since", "2023-01-01"), "go with --every or --events"),
    ],
)
def test_options_of_events_need_events(geo, road, words, told):
    done = geo("expose", road, *words)
    assert done.exit_code == 2
    assert told in done.stderr


def test_events_and_a_series_do_not_mix(geo, road, ged):
    done = geo("expose", road, "--events", ged, "--every", "month")
    assert done.exit_code == 2
    assert "--events" in done.stderr


@pytest.mark.parametrize("radius", ["0", "-1", "nan", "1000"])
def test_a_radius_that_cannot_be_used_is_refused(geo, road, ged, radius):
    done = geo("expose", road, "--events", ged, "--within", radius)
    assert done.exit_code == 1
    assert "radii must be above 0 and at most 100 km" in done.stderr


def test_own_areas_stand_in_for_the_bundled_ones(geo, road, ged, tmp_path):
    path = tmp_path / "areas.geojson"
    shape = shapely.box(97.35, 25.38, 97.45, 25.39)
    path.write_text(frame([shape], name=["Myitkyina"], level=[3]).to_json())
    near = answer(geo, road, ged, "--areas", path, "--within", 8)["routes"][0]["events"][0]
    # an area of 10 by 1 km about the road: all of it lies near, for sure
    assert near["events"]["low"] == 2


def test_deaths_that_are_not_given_are_not_0(geo, road, tmp_path):
    path = tmp_path / "own.csv"
    path.write_text("when,x,y\n2023-05-01,97.4,25.384\n")
    words = ("--column", "date=when", "--column", "lon=x", "--column", "lat=y", "--within", 2)
    found = answer(geo, road, path, *words)["routes"][0]["events"][0]
    assert found["events"]["low"] == 1
    assert set(found["fatalities"].values()) == {None}
    done = geo("expose", road, "--events", path, *words)
    assert "not given" in done.stdout


@pytest.mark.shared
def test_the_real_file_finds_the_areas_that_it_names():
    from conftest import SHARED

    from geo import events, io
    from geo.catalog import Catalog

    layers = Catalog()
    areas = events.AdminAreas.of(layers["townships"], layers["boundaries"])
    file = io.read_events(SHARED / "data" / "ucdp" / "GEDEvent_v24_1_myanmar.csv")
    notices = []
    found = locate(file.frame, areas, notices)
    townships = (file.frame["precision"] == 5) & file.frame["place"].str.contains(
        "township", case=False
    )
    levels = areas.levels[found.area[townships.to_numpy() & (found.area >= 0)]]
    # of 2,935 rows that name a township all but ten are in its area; they lie in a coarser one
    assert (levels == 3).sum() >= 2_920
    assert (found.kind == 3).sum() == 3  # at sea
    assert {notice.rule for notice in notices} == {"coarser-area", "no-place"}


def test_nothing_but_rejected_rows_is_no_zero(geo, road, tmp_path):
    path = tmp_path / "GEDEvent_v24_1.csv"
    table = rows(UCDP_ROW, {"where_prec": "9"}, {"best": "-1"})
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, fieldnames=list(table[0]))
        writer.writeheader()
        writer.writerows(table)
    done = geo("expose", road, "--events", path)
    assert done.exit_code == 1
    assert "every row was rejected, so nothing can be counted" in done.stderr
    assert done.stdout == ""


def test_days_that_no_event_covers_are_no_zero(geo, road, ged):
    found = answer(geo, road, ged, "--since", "2024-01-01", "--until", "2024-02-01")
    assert found["events"]["counted"] == 0
    [said] = [one["message"] for one in found["warnings"] if one["rule"] == "not-covered"]
    assert said.startswith("none of the days asked for, 2024-01-01 to 2024-01-31, is covered")
    early = answer(geo, road, ged, "--as-of", "2022-01-01")
    assert early["events"]["until"] == "2022-01-02"
    assert "not-covered" in {one["rule"] for one in early["warnings"]}
