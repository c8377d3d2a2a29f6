"""Rows of events: each is taken with its values, or rejected with every reason."""

import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest
from event_rows import ACLED_ROW, UCDP_ROW, rows
from hypothesis import given
from hypothesis import strategies as st

from geo import events
from geo.errors import InputError
from geo.events import codebook

TODAY = dt.date(2026, 3, 2)


def check(records, *, columns=None, release="24.1", **options):
    texts = pd.DataFrame(records, dtype=object)
    plan = events.layout(list(texts.columns), name="x.csv", columns=columns, release=release)
    return events.standard(texts, plan, today=TODAY, **options)


def reasons(row, **change):
    problems = check([{**row, **change}]).problems
    return list(zip(problems["column"], problems["rule"], problems["value"], strict=True))


def test_a_row_of_ucdp_keeps_its_values():
    found = check([UCDP_ROW]).frame.iloc[0]
    assert found[["event_id", "place", "admin1", "admin2", "admin3"]].tolist() == [
        "1001",
        "Myitkyina town",
        "Kachin state",
        "Myitkyina district",
        "",
    ]
    assert (found["lon"], found["lat"]) == (97.396, 25.383)
    assert found["date_start"] == pd.Timestamp("2023-04-11")
    assert found["date_end"] == pd.Timestamp("2023-04-12")
    assert found[["fatalities_low", "fatalities", "fatalities_high"]].tolist() == [2, 5, 9]
    assert found[["kind", "clarity", "code_status"]].tolist() == [
        "state-based conflict",
        "1",
        "Clear",
    ]
    assert found[["dataset", "release", "is_candidate"]].tolist() == ["UCDP GED", "24.1", False]


def test_a_row_of_acled_keeps_its_values():
    found = check([ACLED_ROW], release="").frame.iloc[0]
    assert found[["event_id", "kind", "side_a", "side_b", "admin3"]].tolist() == [
        "MMR1",
        "Battles",
        "Military Forces of Myanmar (2021-)",
        "KIO/KIA",
        "Momauk",
    ]
    assert found["date_start"] == found["date_end"] == pd.Timestamp("2024-03-01")
    assert found[["fatalities_low", "fatalities", "fatalities_high"]].tolist() == [7, 7, 7]
    assert found["dataset"] == "ACLED"
    assert pd.isna(found["is_candidate"])


def test_an_old_export_of_acled_has_its_own_id_and_dates():
    old = {name: value for name, value in ACLED_ROW.items() if name != "event_id_cnty"}
    found = check([{"data_id": "7654321", **old, "event_date": "01 January 2020"}], release="")
    assert found.frame["event_id"].tolist() == ["7654321"]
    assert found.frame["date_start"].tolist() == [pd.Timestamp("2020-01-01")]


@pytest.mark.parametrize(
    ("change", "region", "level", "radius"),
    [
        ({"where_prec": "1"}, "point", -1, 0),
        ({"where_prec": "2"}, "disc", -1, 25_000),
        ({"where_prec": "3"}, "area", 2, None),
        ({"where_prec": "3", "adm_2": ""}, "area", 1, None),
        ({"where_prec": "3", "adm_1": "", "adm_2": ""}, "area", 0, None),
        ({"where_prec": "4"}, "area", 1, None),
        ({"where_prec": "4", "adm_1": ""}, "area", 0, None),
        ({"where_prec": "5", "where_coordinates": "Hpakant township"}, "area", 3, None),
        ({"where_prec": "5", "where_coordinates": "Between A and B Townships"}, "area", 3, None),
        ({"where_prec": "5", "where_coordinates": "Bhamo District"}, "area", 2, None),
        ({"where_prec": "5", "where_coordinates": "Salween river"}, "area", 2, None),
        ({"where_prec": "5", "where_coordinates": "Naga hills", "adm_2": " "}, "area", 1, None),
        (
            {"where_prec": "5", "where_coordinates": "Border", "adm_1": "", "adm_2": ""},
            "area",
            0,
            None,
        ),
        ({"where_prec": "6"}, "area", 0, None),
        ({"where_prec": "7"}, "anywhere", -1, None),
    ],
)
def test_where_an_event_of_ucdp_can_be(change, region, level, radius):
    found = check([{**UCDP_ROW, **change}]).frame.iloc[0]
    assert (found["region"], found["level"]) == (region, level)
    assert found["radius_m"] == radius if radius is not None else math.isnan(found["radius_m"])


@pytest.mark.parametrize(
    ("change", "region", "level"),
    [
        ({"geo_precision": "1"}, "point", -1),
        ({"geo_precision": "2"}, "area", 3),
        ({"geo_precision": "2", "admin3": ""}, "area", 2),
        ({"geo_precision": "2", "admin3": "", "admin2": ""}, "area", 1),
        ({"geo_precision": "3"}, "area", 1),
        # a place that is called a township tells nothing of ACLED's classes
        ({"geo_precision": "3", "location": "Momauk township"}, "area", 1),
        ({"geo_precision": "3", "admin1": ""}, "area", 0),
    ],
)
def test_where_an_event_of_acled_can_be(change, region, level):
    found = check([{**ACLED_ROW, **change}], release="").frame.iloc[0]
    assert (found["region"], found["level"]) == (region, level)


def test_every_class_has_a_region_with_a_source():
    for dataset in (events.UCDP, events.ACLED):
        assert set(codebook.REGIONS[dataset]) == set(range(1, 8 if dataset == events.UCDP else 4))
        for region in codebook.REGIONS[dataset].values():
            assert region.about
            assert dataset.split()[0] in region.source
            assert (region.kind == "area") is (region.level >= 0)
            assert (region.kind in {"point", "disc"}) is (region.radius_m >= 0)
        assert all(span.days for span in codebook.DATES[dataset].values())


@pytest.mark.parametrize(
    ("row", "change", "reason"),
    [
        (UCDP_ROW, {"id": " "}, ("id", "must not be empty", " ")),
        (UCDP_ROW, {"latitude": ""}, ("latitude", "must not be empty", "")),
        (
            UCDP_ROW,
            {"latitude": "25,383"},
            ("latitude", "must have a decimal point, not a comma", "25,383"),
        ),
        (UCDP_ROW, {"longitude": "97E"}, ("longitude", "must be a number", "97E")),
        (UCDP_ROW, {"longitude": "nan"}, ("longitude", "must be a number", "nan")),
        (UCDP_ROW, {"longitude": "inf"}, ("longitude", "must be a number", "inf")),
        (UCDP_ROW, {"longitude": "9_7"}, ("longitude", "must be a number", "9_7")),
        (UCDP_ROW, {"longitude": "٩٧"}, ("longitude", "must be a number", "٩٧")),
        (UCDP_ROW, {"longitude": "1e999"}, ("longitude", "must lie from -180 to 180", "1e999")),
        (UCDP_ROW, {"longitude": "180.01"}, ("longitude", "must lie from -180 to 180", "180.01")),
        (
            UCDP_ROW,
            {"latitude": "97.396", "longitude": "25.383"},
            (
                "latitude",
                "must lie from -90 to 90; longitude and latitude look swapped",
                "97.396",
            ),
        ),
        (
            UCDP_ROW,
            {"latitude": "2538300", "longitude": "25"},
            ("latitude", "must lie from -90 to 90", "2538300"),
        ),
        (
            UCDP_ROW,
            {"latitude": "0", "longitude": "0.0"},
            ("latitude", "0, 0 stands for no place", "0"),
        ),
        (
            UCDP_ROW,
            {"date_start": "02/03/2023"},
            ("date_start", "must be a day such as 2024-02-29", "02/03/2023"),
        ),
        (
            UCDP_ROW,
            {"date_start": "2023-02-29"},
            ("date_start", "must be a day such as 2024-02-29", "2023-02-29"),
        ),
        (UCDP_ROW, {"date_end": ""}, ("date_end", "must be a day such as 2024-02-29", "")),
        (
            UCDP_ROW,
            {"date_end": "2023-04-10"},
            ("date_end", "must not be before its start", "2023-04-10"),
        ),
        (
            UCDP_ROW,
            {"date_end": "2026-03-04"},
            ("date_end", "must not lie in the future", "2026-03-04"),
        ),
        (
            UCDP_ROW,
            {"date_start": "1945-12-31"},
            ("date_start", "must not be before 1946", "1945-12-31"),
        ),
        (
            UCDP_ROW,
            {"where_prec": "8"},
            ("where_prec", "must be a precision class of the codebook", "8"),
        ),
        (
            UCDP_ROW,
            {"where_prec": "0"},
            ("where_prec", "must be a precision class of the codebook", "0"),
        ),
        (
            UCDP_ROW,
            {"date_prec": "6"},
            ("date_prec", "must be a date precision class of the codebook", "6"),
        ),
        (
            UCDP_ROW,
            {"type_of_violence": "4"},
            ("type_of_violence", "must be a type of violence: 1, 2 or 3", "4"),
        ),
        (UCDP_ROW, {"best": "-1"}, ("best", "must be a whole number, 0 or more", "-1")),
        (UCDP_ROW, {"best": "5.5"}, ("best", "must be a whole number, 0 or more", "5.5")),
        (UCDP_ROW, {"high": ""}, ("high", "must be a whole number, 0 or more", "")),
        (
            ACLED_ROW,
            {"geo_precision": "4"},
            ("geo_precision", "must be a precision class of the codebook", "4"),
        ),
        (
            ACLED_ROW,
            {"time_precision": ""},
            ("time_precision", "must be a date precision class of the codebook", ""),
        ),
        (
            ACLED_ROW,
            {"event_date": "1 Foo 2020"},
            ("event_date", "must be a day such as 2024-02-29", "1 Foo 2020"),
        ),
        (
            ACLED_ROW,
            {"event_date": "31 June 2020"},
            ("event_date", "must be a day such as 2024-02-29", "31 June 2020"),
        ),
        (
            ACLED_ROW,
            {"fatalities": "many"},
            ("fatalities", "must be a whole number, 0 or more", "many"),
        ),
    ],
)
def test_a_broken_row_is_rejected_with_its_reason(row, change, reason):
    assert reasons(row) == []
    assert reasons(row, **change) == [reason]
    assert check([{**row, **change}]).frame.empty


def test_the_rules_that_are_tested_are_all_there_are():
    marks = test_a_broken_row_is_rejected_with_its_reason.pytestmark
    tested = {reason[1] for _, _, reason in marks[0].args[1]}
    assert tested == set(events.RULES.values()) - {events.RULES["twice"]}


def test_all_reasons_of_a_row_are_named():
    broken = {"latitude": "x", "where_prec": "", "best": "", "date_start": "never"}
    found = check([UCDP_ROW, {**UCDP_ROW, **broken}], first=11, lines=np.array([20, 22]))
    assert found.good.tolist() == [True, False]
    assert set(found.problems["column"]) == {"latitude", "where_prec", "best", "date_start"}
    assert set(found.problems["row"]) == {12}
    assert set(found.problems["line"]) == {22}
    assert set(found.problems["event_id"]) == {"1001"}


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2023-04-11", "2023-04-11"),
        (" 2023-04-11 ", "2023-04-11"),
        ("2023-04-11 00:00:00.000", "2023-04-11"),
        ("2023-04-11T23:30:00+06:30", "2023-04-11"),
        ("11 April 2023", "2023-04-11"),
        ("11-Apr-2023", "2023-04-11"),
        ("2026-03-03", "2026-03-03"),
        ("1946-01-01", "1946-01-01"),
    ],
)
def test_days_that_can_be_read_in_one_way_only_are_read(text, day):
    found = check([{**ACLED_ROW, "event_date": text}], release="").frame
    assert found["date_start"].tolist() == [pd.Timestamp(day)]


def test_an_own_file_needs_a_date_and_a_place_only():
    record = {"when": "2024-01-02", "y": "25.1", "x": "97.2", "note": "z"}
    columns = {"date": "when", "lat": "Y", "lon": "x"}
    found = check([record], columns=columns, release="").frame.iloc[0]
    assert found[["event_id", "dataset", "region", "precision"]].tolist() == [
        "1",
        "own",
        "point",
        0,
    ]
    assert (found["lon"], found["lat"]) == (97.2, 25.1)
    assert pd.isna(found["fatalities"])  # not 0: nobody said so
    assert pd.isna(found["is_candidate"])


def test_an_own_file_may_have_the_classes_of_ucdp():
    record = {"when": "2024-01-02", "y": "25.1", "x": "97.2", "p": "3", "d": "Bhamo", "dead": "4"}
    columns = {"date": "when", "lat": "y", "lon": "x", "precision": "p", "admin2": "d"}
    found = check([record], columns={**columns, "fatalities": "dead"}).frame.iloc[0]
    assert found[["region", "level", "fatalities_high"]].tolist() == ["area", 2, 4]
    broken = check([{**record, "p": ""}], columns=columns).problems
    assert broken["rule"].tolist() == ["must be a precision class of the codebook"]


@pytest.mark.parametrize(
    ("titles", "columns", "message"),
    [
        (["a", "b"], None, "neither UCDP GED nor ACLED; it has the columns a, b"),
        ([*UCDP_ROW][:-1], None, "for UCDP GED it lacks low"),
        (["when", "x"], {"date": "when", "lon": "x"}, "as a file of own, it lacks lat"),
        (["when", "x"], {"date": "day"}, "has no column 'day'; it has when, x"),
        (["when", "x"], {"colour": "x"}, "column 'colour' is not one of id, date"),
        (["when", "x"], {"date": "when", "date_start": "x"}, "date_start is named twice"),
    ],
)
def test_a_file_that_is_not_known_is_refused_with_what_is_missing(titles, columns, message):
    with pytest.raises(InputError, match=r"x\.csv|column") as caught:
        events.layout(titles, name="x.csv", columns=columns)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("name", "release", "candidate"),
    [
        ("GEDEvent_v24_1.csv", "24.1", False),
        ("GEDEvent_v24_1_myanmar.csv", "24.1", False),
        ("GEDEvent_v24_1_2023.csv", "24.1", False),
        ("GEDEvent_v24_1_23.csv", "24.1", False),
        ("gedevent_v26.0.2.csv", "26.0.2", True),
        ("GEDEvent_v26_0_12_x.csv", "26.0.12", True),
        ("GEDEvent_v25_01_25_12.csv", "25.01.25.12", True),
        ("events2024.csv", "", None),
        ("conv24_1.csv", "", None),
        ("v24_12.csv", "", None),
    ],
)
def test_the_release_is_read_off_the_name_or_not_known(name, release, candidate):
    assert codebook.release_in(name) == release
    assert codebook.is_candidate(release) is candidate


@pytest.mark.parametrize("release", ["", "24", "24.1.3", "v24.1", "24_1", "latest"])
def test_a_release_that_ucdp_never_numbers_so_is_refused(release):
    with pytest.raises(InputError, match="UCDP numbers releases"):
        codebook.require_release(release)


def frames_of(release, *ids, row=UCDP_ROW):
    records = [{**row, next(iter(row)): one, "side_b": release} for one in ids]
    return check(records, release=release).frame


def test_an_event_in_a_final_and_a_candidate_release_counts_once():
    candidate = frames_of("26.0.2", "1", "2", "3")
    old, final = frames_of("24.1", "3"), frames_of("25.1", "2", "3", "4")
    for files in ([candidate, old, final], [final, old, candidate]):
        joined, notices = events.one_each(files)
        kept = dict(zip(joined["event_id"], joined["side_b"], strict=True))
        assert kept == {"1": "26.0.2", "2": "25.1", "3": "25.1", "4": "25.1"}
        assert len(joined) == 4
        said = [notice.message for notice in notices if notice.rule == "event-twice"]
        assert [message.split(" stand")[0] for message in said] == [
            "1 event(s) of UCDP GED 24.1",
            "2 event(s) of UCDP GED 26.0.2",
        ]
        assert "releases-mixed" in {notice.rule for notice in notices}


def test_ids_of_own_files_mean_nothing_beyond_their_file():
    record = {"when": "2024-01-02", "y": "25.1", "x": "97.2"}
    own = check([record], columns={"date": "when", "lat": "y", "lon": "x"}, release="").frame
    joined, notices = events.one_each([own, own])
    assert len(joined) == 2
    assert notices == []


def test_days_that_no_file_covers_are_named():
    early = check(rows(UCDP_ROW, {})).frame
    late = check(rows(UCDP_ROW, {"id": "z", "date_start": "2026-01-01", "date_end": "2026-01-01"}))
    _, notices = events.one_each([late.frame, early])
    gaps = [notice.message for notice in notices if notice.rule == "gap"]
    assert gaps == ["no file covers the days between 2023-04-12 and 2026-01-01: not known, not 0"]


def test_what_must_be_known_is_said():
    candidate = frames_of("26.0.2", "1")
    rules = {notice.rule: notice.message for notice in events.said(candidate, "x.csv")}
    assert rules["covers"] == "covers 2023-04-11 to 2023-04-12, and says nothing beyond"
    assert "undercount" in rules["candidates"]
    unknown = check([UCDP_ROW], release="").frame
    assert "release-unknown" in {notice.rule for notice in events.said(unknown, "x.csv")}
    vague = {"where_prec": "5", "where_coordinates": "Border", "adm_1": "", "adm_2": ""}
    said = events.said(check([{**UCDP_ROW, **vague}]).frame, "x.csv")
    assert [notice.message for notice in said if notice.rule == "area-unnamed"] == [
        "1 event(s) name no area below the country; they can be anywhere in it"
    ]


def test_no_rows_give_none():
    found = check([UCDP_ROW])
    nothing = found.frame.iloc[:0]
    assert [notice.rule for notice in events.said(nothing, "x.csv")] == ["no-events"]
    counted = events.counts(nothing, found.problems)
    assert counted.empty


CELLS = {
    "id": st.sampled_from(["", " ", "a", "=cmd()", "9" * 30]) | st.text(max_size=4),
    "latitude": st.floats(-100, 100).map(repr) | st.sampled_from(["", "1,5", "x", "0", "90"]),
    "longitude": st.floats(-200, 200).map(repr) | st.sampled_from(["", "1,5", "0", "-180"]),
    "date_start": st.dates(dt.date(1940, 1, 1), dt.date(2030, 1, 1)).map(str)
    | st.sampled_from(["", "01/02/2023", "2023-13-01"]),
    "date_end": st.dates(dt.date(1940, 1, 1), dt.date(2030, 1, 1)).map(str),
    "where_prec": st.integers(-1, 9).map(str) | st.just(""),
    "date_prec": st.integers(0, 6).map(str),
    "type_of_violence": st.integers(0, 4).map(str),
    "low": st.integers(-1, 5).map(str),
    "best": st.integers(0, 6).map(str) | st.just("1.5"),
    "high": st.integers(0, 9).map(str),
    "where_coordinates": st.text(max_size=8),
}


def is_good(row):
    """Say by hand whether a row may be taken: an oracle that shares no code with the reader."""

    def one(text, least, most):
        return text.isascii() and text.isdigit() and least <= int(text) <= most

    try:
        lon, lat = float(row["longitude"]), float(row["latitude"])
        start = dt.date.fromisoformat(row["date_start"])
        end = dt.date.fromisoformat(row["date_end"])
    except ValueError:
        return False
    return (
        row["id"].strip() != ""
        and -180 <= lon <= 180
        and -90 <= lat <= 90
        and (lon, lat) != (0, 0)
        and dt.date(1946, 1, 1) <= start <= end <= dt.date(2026, 3, 3)
        and one(row["where_prec"], 1, 7)
        and one(row["date_prec"], 1, 5)
        and one(row["type_of_violence"], 1, 3)
        and all(one(row[name], 0, 9) for name in ("low", "best", "high"))
    )


@given(st.lists(st.fixed_dictionaries({}, optional=CELLS), min_size=1, max_size=30))
def test_every_row_is_taken_with_its_values_or_rejected_with_a_reason(changes):
    records = [{**UCDP_ROW, **change} for change in changes]
    found = check(records)
    assert found.good.tolist() == [is_good(row) for row in records]
    good = [row for row in records if is_good(row)]
    frame, problems = found.frame, found.problems
    assert set(problems["row"]) == {
        number for number, row in enumerate(records, 1) if not is_good(row)
    }
    for row, taken in zip(good, frame.to_dict("records"), strict=True):
        assert taken["event_id"] == row["id"].strip()
        assert (taken["lon"], taken["lat"]) == (float(row["longitude"]), float(row["latitude"]))
        assert str(taken["date_start"].date()) == row["date_start"]
        assert taken["precision"] == int(row["where_prec"])
        deaths = [int(row[name]) for name in ("low", "best", "high")]
        assert taken["fatalities"] == deaths[1]
        assert (taken["fatalities_low"], taken["fatalities_high"]) == (min(deaths), max(deaths))
    ordered = [[int(row[name]) for name in ("low", "best", "high")] for row in good]
    odd = [
        row["id"].strip()
        for row, deaths in zip(good, ordered, strict=True)
        if deaths != sorted(deaths)
    ]
    assert found.widened.tolist() == odd
    for problem in problems.to_dict("records"):
        assert problem["rule"] in events.RULES.values()
        assert problem["value"] == records[problem["row"] - 1][problem["column"]]
