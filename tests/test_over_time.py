"""Exposure over time: the numbers of measure, cut once; coverage is not what happened."""

import csv
import datetime as dt
import json
import time

import numpy as np
import page_sample
import pandas as pd
import pytest
import shapely
from click.testing import CliRunner
from conftest import few_and_many, frame
from hypothesis import strategies as st

from geo import exposure
from geo.cli import main
from geo.errors import InputError
from geo.report import series as series_report

MICROMETRE = 1e-6
NUMBERS = ("length_m", "exposed_m", "exposed_share", "crossings", "longest_exposed_m")


def rules(found):
    return [notice.rule for notice in found.notices]


def day_of(row):
    return row["date"].date()


def same_as_measured(found, measured, day):
    rows = found.rows[found.rows["date"] == pd.Timestamp(day)].set_index("route_id")
    theirs = measured.routes.set_index("route_id")
    assert rows.index.tolist() == theirs.index.tolist()
    for name in NUMBERS:
        assert rows[name].to_numpy(float) == pytest.approx(
            theirs[name].to_numpy(float), abs=MICROMETRE
        )
    keys = ["route_id", "source", "controller"]
    held = found.controllers[found.controllers["date"] == pd.Timestamp(day)]
    held = held.set_index(keys)["inside_m"].to_dict()
    assert held == pytest.approx(
        measured.controllers.set_index(keys)["inside_m"].to_dict(), abs=MICROMETRE
    )


@pytest.fixture(scope="module")
def corridors(layers):
    return exposure.series(
        layers["corridors"], layers["conflict_zones"], control={"c": layers["control_areas"]}
    )


@pytest.mark.parametrize(
    "day",
    [
        "2021-10-01",
        pytest.param("2022-06-01", marks=pytest.mark.slow),
        "2024-03-01",
        pytest.param("2024-12-01", marks=pytest.mark.slow),
        pytest.param("2025-11-01", marks=pytest.mark.slow),
        "2026-02-01",
        pytest.param("2026-03-01", marks=pytest.mark.slow),
    ],
)
def test_a_date_has_the_numbers_that_measure_gives(layers, corridors, day):
    measured = exposure.measure(
        layers["corridors"],
        layers["conflict_zones"],
        control={"c": layers["control_areas"]},
        as_of=day,
    )
    same_as_measured(corridors, measured, day)


def test_every_date_has_every_route_and_controllers_add_up(corridors):
    assert len(corridors.rows) == 10 * corridors.rows["date"].nunique()
    sums = corridors.controllers.groupby(["route_id", "date"])["inside_m"].sum()
    lengths = corridors.rows.set_index(["route_id", "date"])["length_m"]
    assert sums[lengths.index].to_numpy() == pytest.approx(lengths.to_numpy(), abs=1e-3)


@pytest.mark.bench
def test_sixty_months_of_the_corridors_take_under_three_seconds(layers):
    for name in ("corridors", "conflict_zones", "control_areas"):
        assert len(layers[name])  # loaded before the clock starts
    before = time.process_time()
    found = exposure.series(
        layers["corridors"],
        layers["conflict_zones"],
        control=layers["control_areas"],
        since="2021-04-01",
        until="2026-03-31",
    )
    assert found.rows["date"].nunique() == 60
    assert time.process_time() - before < 3


# ------------------------------------------------------------------- small frames


def test_zones_that_speak_for_themselves(routes, zones):
    found = exposure.series(routes, zones, every="quarter")
    assert found.sources == ("zones",)
    for day in ("2024-01-01", "2024-07-01", "2025-01-01"):
        same_as_measured(found, exposure.measure(routes, zones, as_of=day), day)


days = st.dates(dt.date(2023, 11, 1), dt.date(2024, 4, 1))
holding = st.tuples(st.integers(0, 30), st.integers(1, 10), st.none() | days, st.integers(1, 90))


def generated_periods(areas, others):
    def made(rows, **columns):
        shapes = [
            shapely.box(96 + west / 10, 25, 96 + (west + wide) / 10, 26) for west, wide, *_ in rows
        ]
        begins = [None if begin is None else begin.isoformat() for *_, begin, _ in rows]
        ends = [
            None if begin is None or last > 80 else (begin + dt.timedelta(last)).isoformat()
            for *_, begin, last in rows
        ]
        return frame(shapes, valid_from=begins, valid_to=ends, **columns)

    lines = [shapely.LineString([(95.5, 25.5), (99, 25.5)])]
    lines.append(
        shapely.MultiLineString(
            [[(96, 25.2), (97, 25.6)], [(97.5, 25.7), (98.5, 25.7), (97, 25.1)]]
        )
    )
    routes = frame(lines, route_id=["one", "two"])
    zones = made(areas)
    control = {
        "a": made(others, controller=["KIA", "AA", "contested", "kia"][: len(others)]),
        "b": made(areas, controller=[["KIA", "PDF"][n % 2] for n in range(len(areas))]),
    }
    found = exposure.series(
        routes, zones, control=control, every="month", since="2024-01-01", until="2024-03-01"
    )
    for day in found.rows["date"].unique():
        measured = exposure.measure(routes, zones, control=control, as_of=str(day)[:10])
        theirs = measured.controllers.assign(
            controller=measured.controllers["controller"].str.lower()
        )
        rows = found.rows[found.rows["date"] == day]
        for name in NUMBERS:
            assert rows[name].to_numpy(float) == pytest.approx(
                measured.routes[name].to_numpy(float), abs=MICROMETRE
            )
        held = found.controllers[found.controllers["date"] == day]
        held = held.assign(controller=held["controller"].str.lower())
        keys = ["route_id", "source", "controller"]
        assert held.set_index(keys)["inside_m"].to_dict() == pytest.approx(
            theirs.set_index(keys)["inside_m"].to_dict(), abs=MICROMETRE
        )
        assert rows["disputed_m"].to_numpy() == pytest.approx(
            measured.agreement["disputed_m"].to_numpy(), abs=MICROMETRE
        )


(
    test_generated_periods,
    test_generated_periods_often,
) = few_and_many(
    generated_periods,
    2,
    40,
    st.lists(holding, min_size=1, max_size=6),
    st.lists(holding, min_size=1, max_size=4),
)


@pytest.mark.parametrize(
    ("every", "since", "until", "expected"),
    [
        ("month", "2024-01-01", "2024-03-01", ["2024-01-01", "2024-02-01", "2024-03-01"]),
        ("month", "2023-12-02", "2024-01-31", ["2024-01-01"]),
        ("quarter", "2023-11-15", "2024-07-01", ["2024-01-01", "2024-04-01", "2024-07-01"]),
        ("year", "2023-01-02", "2025-01-01", ["2024-01-01", "2025-01-01"]),
        ("week", "2024-02-27", "2024-03-11", ["2024-03-04", "2024-03-11"]),
        ("week", "2024-03-04", "2024-03-04", ["2024-03-04"]),
    ],
)
def test_the_first_day_of_each_period(routes, zones, every, since, until, expected):
    found = exposure.series(routes, zones, every=every, since=since, until=until)
    assert [str(day)[:10] for day in found.rows["date"].unique()] == expected


def test_left_out_it_runs_from_the_first_to_the_last_change(routes, zones):
    found = exposure.series(routes, zones)
    assert (found.since, found.until) == (dt.date(2024, 1, 1), dt.date(2025, 1, 1))
    assert len(found.rows) == 2 * 13


def test_it_stops_before_the_day_from_which_nothing_holds(routes, zones):
    ended = zones.assign(valid_to=["2024-12-01", "2025-01-01"])
    found = exposure.series(routes, ended)
    assert found.until == dt.date(2024, 12, 1)
    assert (found.rows["zones_holding"] > 0).all()


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (
            {"since": "2024-06-01", "until": "2024-05-01"},
            "until 2024-05-01 is before since 2024-06-01",
        ),
        ({"since": "2024-06-02", "until": "2024-06-30"}, "no month begins from 2024-06-02"),
        ({"since": "June"}, "since: 'June' is not a date"),
        ({"until": "2024-13-01"}, "until: '2024-13-01' is not a date"),
        ({"every": "day"}, "every: 'day' is none of week, month"),
        ({"since": "2026-01-01"}, "until 2025-01-01 is before since 2026-01-01"),
    ],
)
def test_days_that_cannot_be_measured_are_refused(routes, zones, days, said):
    with pytest.raises(InputError, match=said):
        exposure.series(routes, zones, **days)


def test_zones_without_periods_need_the_days(routes, zones):
    bare = zones.drop(columns=["valid_from", "valid_to"])
    with pytest.raises(InputError, match="say since when and until when"):
        exposure.series(routes, bare)
    found = exposure.series(routes, bare, since="2024-01-01", until="2024-02-01")
    assert found.rows["exposed_m"].nunique() == 2  # through and past, the same on both days


def test_an_empty_layer_exposes_nothing_and_says_so(routes, zones):
    found = exposure.series(routes, zones.iloc[:0], since="2024-01-01", until="2024-02-01")
    assert found.rows["exposed_m"].tolist() == [0.0] * 4
    assert {"empty-layer", "undated"} <= set(rules(found))
    assert found.rows["beyond_known"].isna().all()
    assert found.as_dict()["rows"][0]["source_age_days"] is None


def test_a_period_that_ends_before_it_begins_is_refused(routes, zones):
    wrong = zones.assign(valid_to=["2023-01-01", None])
    with pytest.raises(InputError, match="ends before it begins"):
        exposure.series(routes, wrong, since="2024-01-01", until="2024-02-01")


def test_beyond_the_newest_source_is_marked(routes, zones):
    found = exposure.series(routes, zones, since="2024-06-01", until="2024-09-01")
    mine = found.rows[found.rows["route_id"] == "past"]
    assert found.known_until == dt.date(2024, 7, 1)
    assert mine["beyond_known"].tolist() == [False, False, True, True]
    assert mine["source_age_days"].tolist() == [0, 0, 31, 62]
    assert "stale" in rules(found)


def test_days_on_which_no_zone_holds_are_said(routes, zones):
    found = exposure.series(routes, zones, since="2023-11-01", until="2024-01-01")
    [notice] = [one for one in found.notices if one.rule == "none-holds"]
    assert "2 of 3 dates, the first 2023-11-01 and the last 2023-12-01" in notice.message
    assert found.rows["zones_holding"].tolist()[:3] == [0, 0, 1]
    assert "no zone holds anywhere" in series_report.as_table(found)


# ------------------------------------------------------------------------ coverage


def releases():
    """Two releases of events and a kind of its own: what is covered changes in 2024 and 2025."""
    boxes = [shapely.box(97, 25, 98, 26)] * 4
    return frame(
        boxes,
        zone_id=["a", "b", "c", "d"],
        kind=["events", "events", "events", "siege"],
        release=["24.1", "24.1", "25.0.3", None],
        valid_from=["2023-01-01", "2023-06-01", "2024-01-01", "2023-01-01"],
        valid_to=["2023-03-01", "2024-01-01", "2025-01-01", None],
        source_date=["2024-02-01", "2024-02-01", "2025-02-01", "2025-03-01"],
    )


def test_coverage_tells_kinds_and_releases_apart(routes):
    found = exposure.series(routes, releases(), since="2023-01-01", until="2025-03-01")
    table = found.coverage.set_index(["kind", "release"], drop=False)
    one, two = table.loc[("events", "24.1")], table.loc[("events", "25.0.3")]
    assert (one["rows"], two["rows"]) == (2, 1)
    assert (one["first_day"], one["last_day"]) == (dt.date(2023, 1, 1), dt.date(2023, 12, 31))
    assert one["spans"] == (
        (dt.date(2023, 1, 1), dt.date(2023, 2, 28)),
        (dt.date(2023, 6, 1), dt.date(2023, 12, 31)),
    )
    assert two["last_day"] == dt.date(2024, 12, 31)
    [siege] = found.coverage[found.coverage["kind"] == "siege"].to_dict("records")
    assert (siege["release"], siege["last_day"]) == (None, None)
    assert siege["known_until"] == dt.date(2025, 3, 1)
    [notice] = [one for one in found.notices if one.rule == "coverage"]
    assert "events, 24.1 from 2023-01-01 to 2023-12-31" in notice.message
    assert "siege" not in notice.message


def test_one_kind_that_covers_all_needs_no_word(routes):
    siege = releases().iloc[3:]
    found = exposure.series(routes, siege, since="2023-01-01", until="2025-03-01")
    assert "coverage" not in rules(found)


def test_one_kind_that_does_not_is_said(routes):
    siege = releases().iloc[3:]
    found = exposure.series(routes, siege, since="2022-12-01", until="2025-03-01")
    [notice] = [one for one in found.notices if one.rule == "coverage"]
    assert "the rows cover only the days from 2023-01-01" in notice.message


# ------------------------------------------------------------------- what is written


def test_csv_has_a_row_for_each_route_and_date(corridors):
    rows = list(csv.DictReader(series_report.as_csv(corridors).splitlines()))
    assert len(rows) == len(corridors.rows)
    held = [name for name in rows[0] if name.endswith("_m")][3:]
    for row in rows[::37]:
        assert sum(float(row[name]) for name in held) == pytest.approx(
            float(row["length_m"]), abs=1e-3
        )
    assert rows[0]["date"] == "2021-01-01"
    assert "do not cover all of it" in rows[0]["warnings"]


def test_json_says_days_as_text_and_controllers_as_a_dict(corridors):
    answer = json.loads(series_report.as_json(corridors))
    assert {
        "geo",
        "every",
        "since",
        "until",
        "known_until",
        "newest",
        "reproduce",
        "inputs",
    } <= set(answer)
    row = answer["rows"][-1]
    assert row["date"] == answer["until"] == "2026-03-01"
    assert row["beyond_known"] is False
    assert sum(row["controllers"].values()) == pytest.approx(row["length_m"], abs=1e-3)
    assert [one["kind"] for one in answer["coverage"]][:2] == ["events", "contested"]
    assert answer["coverage"][0]["spans"] == [["2021-01-01", "2023-12-31"]]
    assert answer["coverage"][1]["spans"][0] == ["2021-09-10", "2021-12-31"]


def test_a_table_joins_dates_with_the_same_numbers(routes, zones):
    text = series_report.as_table(exposure.series(routes, zones))
    lines = [line.split() for line in text.splitlines()]
    through = [line for line in lines if line and line[0].startswith("202")]
    assert [line[:2] for line in through] == [
        ["2024-01-01", "2024-05-01"],
        ["2024-06-01", "2024-07-01"],
        ["2024-08-01", "2024-12-01"],  # the same kilometres, but no longer known
        ["2025-01-01", "2025-01-01"],
        ["2024-01-01", "2024-07-01"],
        ["2024-08-01", "2025-01-01"],
    ]


def run(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


def test_the_command_in_the_answer_makes_it_again():
    done = run("expose", "corridors", "--every", "year", "--format", "json")
    assert done.exit_code == 0, done.stderr
    answer = json.loads(done.stdout)
    assert [row["date"] for row in answer["rows"][:5]] == [
        f"{year}-01-01" for year in range(2021, 2026)
    ]
    assert "events from 2021-01-01 to 2023-12-31" in done.stderr
    assert "a change may be of what is recorded, not of what happened" in done.stderr
    assert run(*answer["reproduce"].split()[1:]).stdout == done.stdout


def test_several_sources_are_told_apart(tmp_path, layers):
    rough = layers["control_areas"]
    rough = rough[rough["extent"] != "town"][["controller", "extent", "geometry"]]
    rough.to_file(tmp_path / "rough.geojson")
    words = ["--control", "control_areas", "--control", tmp_path / "rough.geojson"]
    days = ["--every", "month", "--since", "2026-02-01", "--until", "2026-03-01"]
    done = run("expose", "corridors", *words, *days, "--format", "csv")
    assert done.exit_code == 0, done.stderr
    rows = list(csv.DictReader(done.stdout.splitlines()))
    for source in ("control_areas", "rough"):
        held = [name for name in rows[0] if name.endswith(f"@{source}_m")]
        assert sum(float(rows[0][name]) for name in held) == pytest.approx(
            float(rows[0]["length_m"]), abs=1e-3
        )
    assert any(float(row["disputed_m"]) > 0 for row in rows)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--every", "month", "--as-of", "2026-01-01"], 2, "--as-of: not with --every"),
        (["--every", "month", "--map", "x.html"], 2, "--map: not with --every"),
        (["--since", "2026-01-01"], 2, "--since and --until go with --every"),
        (["--every", "day"], 2, "is not one of"),
        (
            ["--every", "month", "--since", "2026-02-01", "--until", "2026-01-01"],
            1,
            "is before since",
        ),
    ],
)
def test_options_that_do_not_go_together_are_refused(words, code, said):
    done = run("expose", "corridors", *words)
    assert done.exit_code == code
    assert said in done.stderr


# ------------------------------------------------------------------------ the plot


def drawn(figure, gid):
    return [artist for artist in figure.findobj() if artist.get_gid() == gid]


def test_the_plot_is_written(tmp_path, layers):
    pytest.importorskip("matplotlib")
    path, road = tmp_path / "course.png", tmp_path / "road.geojson"
    layers["corridors"].iloc[[0]][["name", "geometry"]].to_file(road)
    done = run("expose", road, "--every", "year", "--plot", path, "-o", tmp_path / "t")
    assert done.exit_code == 0, done.stderr
    assert path.stat().st_size > 20_000


def test_the_plot_shows_what_was_measured_and_nothing_where_no_zone_holds(routes, zones):
    pytest.importorskip("matplotlib")
    from geo import pictures

    found = exposure.series(routes, zones, since="2023-11-01", until="2024-09-01")
    figure = pictures.series_picture(found)
    [through, past] = drawn(figure, "exposed")
    mine = found.rows[(found.rows["route_id"] == "through") & (found.rows["zones_holding"] > 0)]
    values, edges, _ = through.get_data()
    assert values == pytest.approx(mine["exposed_m"].to_numpy())
    assert edges[0] == dt.date(2024, 1, 1).toordinal()
    assert np.all(past.get_data()[0] == 0)
    beyond = drawn(figure, "beyond")
    assert {one.get_x() for one in beyond} == {dt.date(2024, 7, 1).toordinal()}
    assert len(drawn(figure, "idle")) == 2 * 2


def test_one_date_and_hostile_names_are_drawn(routes, zones):
    pytest.importorskip("matplotlib")
    from geo import pictures

    named = routes.assign(name=["$x$ \n{{7*7}}", "မြစ်ကြီးနား"])
    kinds = zones.assign(kind=["$y$", "x" * 900])
    found = exposure.series(named, kinds, since="2024-06-01", until="2024-06-01")
    figure = pictures.series_picture(found, page_sample.FakeCatalogue({}))
    words = [one.get_text() for one in figure.findobj() if hasattr(one, "get_text")]
    assert any("$x$ {{7*7}}" in one for one in words)
    assert len(drawn(figure, "exposed")) == 2
