"""Files of events: what is read, what is refused by name, and what the real ones hold."""

import codecs
import csv
import hashlib
import json
import os
import pty
import subprocess
import sys
import zipfile

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from conftest import ROOT, SHARED
from event_rows import ACLED_ROW, UCDP_ROW, rows, text
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo import events, io
from geo.cli import main
from geo.errors import CRSError, InputError
from geo.io import scan as scanning
from geo.io import table as tables

FINAL = SHARED / "data" / "ucdp" / "GEDEvent_v24_1_myanmar.csv"
CANDIDATE = SHARED / "data" / "ucdp" / "GEDEvent_v26_0_2_myanmar.csv"
OWN = {"date": "when", "lat": "y", "lon": "x"}
OWN_TEXT = "when,x,y,note\n2024-01-02,97.2,25.1,a\n2024-01-03,97.3,25.2,b\n"


@pytest.fixture
def write(tmp_path):
    """Give a function that writes a file and gives its path."""

    def put(content, name="GEDEvent_v24_1.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return put


def packed(tmp_path, entries, name="events.zip", method=zipfile.ZIP_DEFLATED):
    path = tmp_path / name
    with zipfile.ZipFile(path, "w", method) as archive:
        for inner, content in entries:
            archive.writestr(inner, content)
    return path


@pytest.mark.shared
@pytest.mark.parametrize("path", [FINAL, CANDIDATE], ids=lambda path: path.stem)
def test_the_real_files_hold_what_pandas_finds_in_them(path):
    file = io.read_events(path)
    kept = pd.read_csv(path)
    frame = file.frame
    assert file.rows == len(kept) == {FINAL: 7374, CANDIDATE: 49}[path]
    assert frame["event_id"].tolist() == kept["id"].astype(str).tolist()
    assert file.rejected.empty
    odd = (kept["low"] > kept["best"]) | (kept["best"] > kept["high"])
    said = [notice.message for notice in file.notices if notice.rule == "range-widened"]
    assert [message.split()[0] for message in said] == [str(odd.sum())] * bool(odd.any())
    for name in kept["id"][odd].astype(str):
        assert name in said[0]
    # the range of a row whose best estimate lies outside it is widened to hold it
    low = kept[["low", "best", "high"]].min(axis=1)
    high = kept[["low", "best", "high"]].max(axis=1)
    pairs = {
        "precision": kept["where_prec"],
        "date_precision": kept["date_prec"],
        "lon": kept["longitude"],
        "lat": kept["latitude"],
        "fatalities_low": low,
        "fatalities": kept["best"],
        "fatalities_high": high,
        "side_b": kept["side_b"],
        "country": kept["country"],
        "date_start": pd.to_datetime(kept["date_start"]),
        "date_end": pd.to_datetime(kept["date_end"]),
        "admin2": kept["adm_2"].fillna(""),
    }
    for name, values in pairs.items():
        assert (frame[name].to_numpy() == values.to_numpy()).all(), name
    assert frame["date_start"].dt.year.value_counts().to_dict() == (
        kept["year"].value_counts().to_dict()
    )
    assert (frame.geometry.x == frame["lon"]).all()
    assert frame.crs.to_epsg() == 4326
    assert file.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.shared
def test_the_real_files_places_have_the_levels_that_their_words_say():
    kept = pd.read_csv(FINAL)
    frame = io.read_events(FINAL).frame
    vague = kept[kept["where_prec"] == 5]
    place = vague["where_coordinates"].str.lower()
    expected = np.select(
        [
            place.str.contains("township"),
            place.str.contains("district"),
            vague["adm_2"].notna(),
            vague["adm_1"].notna(),
        ],
        [3, 2, 2, 1],
        0,
    )
    assert frame.loc[frame["precision"] == 5, "level"].tolist() == expected.tolist()


@pytest.mark.shared
def test_the_real_files_releases_are_known_and_told_apart():
    final, candidate = io.read_events(FINAL), io.read_events(CANDIDATE)
    assert set(final.frame["release"]) == {"24.1"}
    assert not final.frame["is_candidate"].any()
    assert set(candidate.frame["release"]) == {"26.0.2"}
    assert candidate.frame["is_candidate"].all()
    assert "candidates" in {notice.rule for notice in candidate.notices}
    assert candidate.frame["date_start"].min() == pd.Timestamp("2026-02-01")


@pytest.mark.shared
def test_a_rejected_row_is_named_by_the_line_on_which_it_begins():
    file = io.read_events(FINAL)
    lines = FINAL.read_text("utf-8").split("\n")
    for row in file.rejected.to_dict("records"):
        assert lines[row["line"] - 1].startswith(f"{row['event_id']},")
    with FINAL.open(encoding="utf-8", newline="") as opened:
        records = list(csv.DictReader(opened))
    assert [records[row - 1]["id"] for row in file.rejected["row"]] == (
        file.rejected["event_id"].tolist()
    )


@pytest.mark.shared
@pytest.mark.slow
def test_the_real_file_is_read_fast():
    code = "import sys, time; from geo import io; io.read_events(sys.argv[1]); "
    code += "print(time.process_time())"
    seconds = [
        float(subprocess.check_output([sys.executable, "-c", code, str(FINAL)], cwd=ROOT))
        for _ in range(3)
    ]
    assert min(seconds) < 1.2  # with all imports, in a process of its own


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw,
        lambda raw: codecs.BOM_UTF8 + raw,
        lambda raw: raw.replace(b"\n", b"\r\n"),
        lambda raw: raw.rstrip(b"\n"),
        lambda raw: raw + b"\n\n",
        lambda raw: raw.replace(b"\n1001", b"\n\n1001"),
        lambda raw: raw.replace(b"id,", b'"id",').replace(b"where_prec", b" Where_Prec "),
    ],
    ids=["plain", "mark", "crlf", "no-last-feed", "feeds-at-end", "empty-line", "titles"],
)
def test_ways_of_writing_the_same_table_are_read_alike(write, change):
    raw = text(rows(UCDP_ROW, {}, {"where_coordinates": "Town,\n“two” lines"})).encode()
    frame = io.read_events(write(change(raw))).frame
    assert frame["event_id"].tolist() == ["10010", "10011"]
    place = frame["place"].tolist()[1].replace("\r", "")
    assert place == "Town,\n“two” lines"


@pytest.mark.parametrize("sign", [";", "\t"])
def test_other_separators_are_told_by_the_header(write, sign):
    frame = io.read_events(write(text(rows(ACLED_ROW, {}, {}), sign), "acled.csv")).frame
    assert frame["event_id"].tolist() == ["MMR10", "MMR11"]
    assert frame["lat"].tolist() == [24.2511, 24.2511]


def test_a_decimal_comma_is_rejected_by_row_where_semicolons_part_the_fields(write):
    records = rows(ACLED_ROW, {}, {"latitude": "24,2511"})
    file = io.read_events(write(text(records, ";"), "acled.csv"))
    assert file.frame["event_id"].tolist() == ["MMR10"]
    assert file.rejected[["row", "column", "rule", "value"]].to_numpy().tolist() == [
        [2, "latitude", "must have a decimal point, not a comma", "24,2511"]
    ]


def test_an_id_that_stands_twice_counts_once(write):
    records = rows(UCDP_ROW, {}, {"id": "10010"}, {"id": "10010", "best": "x"}, {})
    file = io.read_events(write(text(records)))
    assert file.frame["event_id"].tolist() == ["10010", "10013"]
    assert file.rejected[["row", "line", "column", "rule"]].to_numpy().tolist() == [
        [2, 3, "id", "must be unique in the file"],
        [3, 4, "best", "must be a whole number, 0 or more"],
        [3, 4, "id", "must be unique in the file"],
    ]


def test_an_id_is_text_whatever_it_is(write):
    ids = ["=cmd()", "007", "9223372036854775808", "1e5"]
    file = io.read_events(write(text(rows(UCDP_ROW, *({"id": one} for one in ids)))))
    assert file.frame["event_id"].tolist() == ids


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (codecs.BOM_UTF8, "the file is empty"),
        (b" \n\n ", "the file is empty"),
        (OWN_TEXT.encode("utf-16"), "encoded as UTF-16 (byte 0)"),
        (OWN_TEXT.encode("utf-32"), "encoded as UTF-32 (byte 0)"),
        (OWN_TEXT.encode("utf-16-le"), "a NUL at byte 1: not text in UTF-8"),
        ((OWN_TEXT + "2024-01-02,9\0,5,c\n").encode(), "a NUL at byte 72"),
        (OWN_TEXT.replace("b", "é").encode("latin-1"), "not UTF-8 at byte 58 (0xE9)"),
        ("2024-01-02,97.2,25.1\n", "no header"),
        ("when\n2024-01-02\n", "no header"),
        ("when,x,When,y\n", "column(s) stand twice: 'when'"),
        (OWN_TEXT + "2024-01-04,1,2\n", "the header has 4 fields, row 3 (line 4) has 3"),
        (OWN_TEXT + '2024-01-04,1,"2\n3",d,e\n', "row 3 (line 4) has 5"),
        (OWN_TEXT + '2024-01-04,1,2,"d\n', "row 3 (line 4): a quote is opened"),
        (OWN_TEXT + '2024-01-04,1,2,d"e"\n', "row 3 (line 4): a quote stands where none may"),
        (OWN_TEXT + '2024-01-04,1,2,"d"e\n', "row 3 (line 4): a quote stands where none may"),
        (OWN_TEXT.replace("a\n", "a\r"), "row 1 (line 2): a carriage return stands where none"),
        ('when,x,y\n"2024,1', "row 1 (line 2): a quote is opened"),
        ('"when,x', "header (line 1): a quote is opened"),
        ('when,"' + "x" * 200_000 + '"\n', "header (line 1): is longer than 64 KB"),
        ('when,x"y"\n', "header (line 1): a quote stands where none may"),
        ("when,x\ry,note\n", "header (line 1): a carriage return stands where none may"),
        ("when,y,note\n", "has no column 'x'; it has when, y, note"),
    ],
)
def test_a_table_that_could_be_read_in_two_ways_is_refused(write, content, message):
    path = write(content, "own.csv")
    with pytest.raises(InputError) as caught:
        io.read_events(path, columns=OWN)
    assert message in str(caught.value)
    assert "own.csv" in str(caught.value)


def test_a_table_without_rows_has_no_events(write):
    file = io.read_events(write(text([UCDP_ROW]).split("\n")[0] + "\n"))
    assert (file.rows, len(file.frame), len(file.rejected)) == (0, 0, 0)
    assert list(file.frame.columns) == [*events.COLUMNS, "geometry"]
    assert [notice.rule for notice in file.notices] == ["no-events"]


def test_rejected_rows_alone_leave_no_events(write):
    file = io.read_events(write(text(rows(UCDP_ROW, {"best": ""}, {"id": ""}))))
    assert (file.rows, len(file.frame)) == (2, 0)
    assert file.rejected["event_id"].tolist() == ["10010", ""]
    assert [notice.rule for notice in file.notices] == ["rows-rejected", "no-events"]


def test_what_is_kept_is_the_same_with_and_without_rejected_rows(write):
    records = rows(UCDP_ROW, {"best": ""}, {}, {})
    some = io.read_events(write(text(records))).frame
    good = io.read_events(write(text(records[1:]))).frame
    pd.testing.assert_frame_equal(pd.DataFrame(some), pd.DataFrame(good))


def test_a_row_may_cross_the_blocks_that_are_read(write, monkeypatch):
    records = rows(UCDP_ROW, *({"where_coordinates": f'é "{n}"\n,' * (n % 5)} for n in range(20)))
    records[13]["best"] = "many"
    path = write(text(records))
    whole = io.read_events(path)
    for size in (7, 700):
        monkeypatch.setattr(tables, "_BLOCK", size)
        file = io.read_events(path)
        pd.testing.assert_frame_equal(file.frame, whole.frame)
        pd.testing.assert_frame_equal(file.rejected, whole.rejected)
        assert file.sha256 == whole.sha256
    assert whole.rejected["row"].tolist() == [14]
    assert len(whole.frame) == 19


def test_a_quote_that_is_never_closed_is_found_before_all_is_in_memory(write, monkeypatch):
    monkeypatch.setattr(tables, "_BLOCK", 1 << 10)
    monkeypatch.setattr(tables, "_LONGEST_ROW", 1 << 12)
    path = write(OWN_TEXT + '2024-01-02,97,25,"' + "x\n" * 50_000, "own.csv")
    with pytest.raises(InputError, match=r"row 3 \(line 4\): is longer than 4 KB"):
        io.read_events(path, columns=OWN)


def test_a_file_over_the_bound_is_refused_and_the_bound_can_be_raised(write, tmp_path):
    raw = text(rows(UCDP_ROW, *[{}] * 20))
    path = write(raw)
    with pytest.raises(InputError, match="larger than 1 KB"):
        io.read_events(path, most_bytes=1 << 10)
    assert len(io.read_events(path, most_bytes=1 << 20).frame) == 20
    archive = packed(tmp_path, [("GEDEvent_v24_1.csv", raw)])
    with pytest.raises(InputError, match="unpacks to"):
        io.read_events(archive, most_bytes=len(raw) - 1)
    assert len(io.read_events(archive, most_bytes=len(raw)).frame) == 20


def test_a_zip_with_one_csv_is_read_as_the_csv(write, tmp_path):
    raw = text(rows(UCDP_ROW, {}, {"best": ""}))
    path = packed(
        tmp_path,
        [("codebook.pdf", b"%PDF"), ("__MACOSX/._x.csv", b"\0"), ("in/GEDEvent_v23_1.csv", raw)],
    )
    file, plain = io.read_events(path), io.read_events(write(raw, "GEDEvent_v23_1.csv"))
    pd.testing.assert_frame_equal(file.frame, plain.frame)
    pd.testing.assert_frame_equal(file.rejected, plain.rejected)
    assert set(file.frame["release"]) == {"23.1"}
    assert file.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([], "must hold exactly one CSV, it holds 0: none"),
        ([("a.txt", "x")], "it holds 0: none"),
        ([("a.csv", OWN_TEXT), ("b.CSV", OWN_TEXT)], "it holds 2: a.csv, b.CSV"),
        ([("a.csv", "x" * 10_000_000)], "unpacks to more than 100 times its size"),
    ],
)
def test_a_zip_that_is_not_one_table_is_refused_unopened(tmp_path, monkeypatch, entries, message):
    path = packed(tmp_path, entries)
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_, **__: pytest.fail("was opened"))
    with pytest.raises(InputError) as caught:
        io.read_events(path, columns=OWN)
    assert message in str(caught.value)


def test_a_zip_that_lies_about_its_size_or_is_damaged_is_refused(tmp_path):
    path = packed(tmp_path, [("a.csv", OWN_TEXT * 50)])
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) // 2])
    with pytest.raises(InputError, match="not a zip archive"):
        io.read_events(path, columns=OWN)
    body = bytearray(raw)
    body[60:70] = b"\xff" * 10
    path.write_bytes(body)
    with pytest.raises(InputError, match="damaged"):
        io.read_events(path, columns=OWN)
    path.write_bytes(raw[10:])  # what its list names begins before the file
    with pytest.raises(InputError, match="cannot be unpacked"):
        io.read_events(path, columns=OWN)
    small = bytearray(raw)
    place = raw.rindex(b"PK\x01\x02")
    small[place + 24 : place + 28] = (20).to_bytes(4, "little")  # its unpacked size
    path.write_bytes(small)
    with pytest.raises(InputError, match="damaged"):
        io.read_events(path, columns=OWN)
    locked = bytearray(raw)
    locked[place + 8] |= 1
    locked[6] |= 1
    path.write_bytes(locked)
    with pytest.raises(InputError, match="cannot be unpacked"):
        io.read_events(path, columns=OWN)


@pytest.mark.parametrize("name", ["https://x.org/a.csv", "/vsizip/a.zip", "nothing.csv", "a.xlsx"])
def test_only_tables_on_this_machine_are_read(write, name):
    write(OWN_TEXT, "a.xlsx")
    with pytest.raises(InputError):
        io.read_events(name)


def points(*features, **more):
    return json.dumps({"type": "FeatureCollection", "features": list(features), **more})


def point(lon, lat, **properties):
    geometry = {"type": "Point", "coordinates": [lon, lat]}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def test_points_of_geojson_are_read(write):
    line = {"type": "LineString", "coordinates": [[1, 2], [3, 4]]}
    content = points(
        {**point(97.1, 25.2, when="2024-01-02", dead=3, latitude=1), "id": 7},
        {**point(97.1, 25.2, when="2024-01-02", dead=None), "id": 8},
        {**point(1, 2, when="2024-01-02", dead=1), "id": 9, "geometry": line},
        {**point(1, 2, when="2024-01-02", dead=1), "id": 10, "geometry": None},
    )
    columns = {"date": "when", "fatalities": "dead", "id": "id"}
    file = io.read_events(write(content, "own.geojson"), columns=columns)
    assert file.frame[["event_id", "lon", "lat", "fatalities"]].to_numpy().tolist() == [
        ["7", 97.1, 25.2, 3]
    ]
    found = file.rejected[["row", "column", "value"]].to_numpy().tolist()
    assert [2, "dead", ""] in found
    assert [3, "longitude", "a LineString"] in found
    assert [4, "longitude", ""] in found
    assert file.rejected["line"].isna().all()


def test_geojson_of_a_known_dataset_needs_no_mapping(write):
    record = {name: value for name, value in UCDP_ROW.items() if name not in {"low", "best"}}
    content = points(point(97.5, 25.5, **record, low=2, best=5))
    frame = io.read_events(write(content, "GEDEvent_v24_1.geojson")).frame
    assert frame[["dataset", "release", "lon", "fatalities"]].to_numpy().tolist() == [
        ["UCDP GED", "24.1", 97.5, 5]
    ]


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        ("{", InputError, "not JSON"),
        (points(), InputError, "holds no feature"),
        (points(point(1, 2, when="x", When="y")), InputError, "stand twice"),
        (points(point(1, 2, day="2024-01-02")), InputError, "has no column 'when'"),
        (
            points(
                point(1, 2, when="2024-01-02"),
                crs={"type": "name", "properties": {"name": "EPSG:32647"}},
            ),
            CRSError,
            "its CRS is EPSG:32647",
        ),
    ],
)
def test_geojson_that_cannot_be_used_is_refused(write, content, error, message):
    with pytest.raises(error) as caught:
        io.read_events(write(content, "own.geojson"), columns={"date": "when"})
    assert message in str(caught.value)


def test_the_release_can_be_given_and_what_the_name_says_is_not_lost(write):
    path = write(text([UCDP_ROW]), "GEDEvent_v26_0_2.csv")
    file = io.read_events(path, release="24.1")
    assert not file.frame["is_candidate"].any()
    assert "release-differs" in {notice.rule for notice in file.notices}
    nameless = write(text([UCDP_ROW]), "events.csv")
    unknown = io.read_events(nameless)
    assert unknown.frame["is_candidate"].isna().all()
    assert "release-unknown" in {notice.rule for notice in unknown.notices}
    assert io.read_events(nameless, release="26.0.2").frame["is_candidate"].all()


def test_progress_counts_rows_and_bytes(write, tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "_BLOCK", 1000)
    raw = text(rows(UCDP_ROW, *[{}] * 30))
    archive = packed(tmp_path, [("a.csv", raw)])
    for path in (write(raw), archive):
        calls = []
        io.read_events(path, progress=lambda *call: calls.append(call))  # noqa: B023
        assert calls == sorted(calls)
        assert calls[-1][0] == 30
        assert calls[-1][1] <= path.stat().st_size
    assert len(calls) > 5


FIELDS = st.text(alphabet='ab,;"\n\té\u2028', max_size=6)


@given(
    st.integers(2, 4).flatmap(
        lambda width: st.lists(
            st.lists(FIELDS, min_size=width, max_size=width), min_size=1, max_size=12
        )
    ),
    st.sampled_from([",", ";", "\t"]),
    st.integers(3, 40),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_table_that_the_csv_module_writes_is_read_back(tmp_path, table, sign, block):
    path = tmp_path / "x.csv"
    width = len(table[0])
    titles = [f"t{number}" for number in range(width)]
    with path.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened, delimiter=sign, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerows([titles, *table])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "_BLOCK", block)
        with tables.open_table(path) as opened:
            assert list(opened.titles) == titles
            blocks = list(opened.blocks(titles))
    read = [row for found in blocks for row in found.texts.to_numpy().tolist()]
    assert read == table
    lines = [line for found in blocks for line in found.lines.tolist()]
    taken = [1 + sum(cell.count("\n") for cell in row) for row in table]
    assert lines == [2 + sum(taken[:number]) for number in range(len(table))]


@given(st.text(alphabet='a,"\n\r', max_size=30))
def test_what_the_scan_lets_pass_is_parted_as_the_csv_module_parts_it(raw):
    rows_found = scanning.scan(raw.encode(), ",")
    if rows_found.stray is not None or not len(rows_found.ends):
        return
    whole = raw[: rows_found.ends[-1]]
    expected = list(csv.reader(whole.splitlines(keepends=True), strict=True))
    fields = rows_found.fields[~rows_found.blank].tolist()
    assert fields == [len(row) for row in expected if row]


def run(*arguments):
    return CliRunner().invoke(main, ["events", "check", *map(str, arguments)])


@pytest.mark.shared
def test_check_counts_both_real_files():
    done = run(FINAL, CANDIDATE, "--format", "json")
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    kept = pd.concat([pd.read_csv(path) for path in (FINAL, CANDIDATE)])
    counted = {(row["what"], row["value"]): row["rows"] for row in answer["counts"]}
    for what, column in (
        ("year", "year"),
        ("precision", "where_prec"),
        ("date_precision", "date_prec"),
    ):
        expected = {str(value): many for value, many in kept[column].value_counts().items()}
        assert {value: many for (kind, value), many in counted.items() if kind == what} == expected
    deaths = kept[["low", "best", "high"]]
    assert counted["fatalities", "low"] == deaths.min(axis=1).sum()
    assert counted["fatalities", "best"] == deaths["best"].sum()
    assert counted["fatalities", "high"] == deaths.max(axis=1).sum()
    assert counted["release", "24.1"] == 7374
    assert counted["release", "26.0.2"] == 49
    assert {row["rule"] for row in answer["warnings"]} == {
        "range-widened",
        "covers",
        "area-unnamed",
        "candidates",
        "releases-mixed",
        "gap",
    }


def test_check_says_all_in_words(write):
    path = write(text(rows(UCDP_ROW, {}, {"where_prec": "2"}, {"best": ""})))
    done = run(path)
    assert done.exit_code == 0, done.output
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert f"{path}: 3 rows, 2 events" in lines
    assert "1 exact place 1 50%" in lines
    assert "2 within 25 km of a place 1 50%" in lines
    assert "24.1 final 2 100%" in lines
    assert "2023 2 100%" in lines
    assert "best 10" in lines
    assert "best must be a whole number, 0 or more 1" in lines
    assert any("1 of 3 row(s) were rejected" in line for line in lines)


def test_check_writes_every_rejected_row_and_no_formula(write, tmp_path):
    path = write(text(rows(UCDP_ROW, {"id": "=cmd()", "best": "-1", "low": "@x"}, {})))
    out = tmp_path / "rejected.csv"
    assert run(path, "--rejects", out).exit_code == 0
    with out.open(encoding="utf-8", newline="") as opened:
        records = list(csv.DictReader(opened))
    assert [(row["row"], row["line"], row["event_id"]) for row in records] == [
        ("1", "2", "'=cmd()"),
        ("1", "2", "'=cmd()"),
    ]
    assert {row["value"] for row in records} == {"'-1", "'@x"}
    assert run(path, "--rejects", path).exit_code == 1
    assert run(path, path).exit_code == 1


def test_check_takes_a_file_of_ones_own(write):
    path = write(OWN_TEXT, "own.csv")
    named = ["--column", "date=when", "--column", "lat=y", "--column", "lon=x"]
    done = run(path, *named, "--format", "csv")
    assert done.exit_code == 0, done.output
    counted = pd.read_csv(pd.io.common.StringIO(done.stdout), keep_default_na=False)
    assert counted[counted["what"] == "dataset"]["rows"].tolist() == ["2"]
    # nobody said how many died, which is not 0
    assert counted[counted["what"] == "fatalities"]["rows"].tolist() == ["", "", ""]
    assert "no stated precision" in done.stderr
    refused = run(path)
    assert refused.exit_code == 1
    assert "it has the columns when, x, y, note" in refused.stderr
    for wrong in ("date", "=x", "date=", "colour=x"):
        assert run(path, "--column", wrong).exit_code == 1


@pytest.mark.slow
def test_check_shows_its_progress_on_a_terminal_only(write):
    path = write(text(rows(UCDP_ROW, *[{}] * 5)))
    command = [sys.executable, "-m", "geo.cli", "events", "check", str(path)]
    piped = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    assert piped.stderr == b""
    ours, theirs = pty.openpty()
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=theirs, check=True)
    os.close(theirs)
    assert b"100%" in os.read(ours, 10_000)
    os.close(ours)
    assert done.stdout == piped.stdout


MAKE = """
import resource, sys
from pathlib import Path
path, many = Path(sys.argv[1]), int(sys.argv[2])
head, row = Path(sys.argv[3]).read_text("utf-8").split("@@")
with path.open("w", encoding="utf-8") as out:
    out.write(head)
    for number in range(many):
        lon, lat = 92 + number % 9000 / 1000, 10 + number % 17000 / 1000
        out.write(row.format(id=number, lon=lon, lat=lat))
from geo import io
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
file = io.read_events(path)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(len(file.frame), file.rows, len(file.rejected), (peak - before) // 1024)
"""


@pytest.mark.slow
def test_a_million_rows_are_read_in_bounded_memory(write, tmp_path):
    record = {**UCDP_ROW, "id": "{id}", "longitude": "{lon}", "latitude": "{lat}"}
    record["source_article"] = "Someone, 2024-01-01,\nwho wrote. " * 20
    head, row = text([record]).split("\n", 1)
    form = write(f"{head}\n@@{row}", "form.txt")
    path, many = tmp_path / "GEDEvent_v24_1.csv", 1_000_000
    out = subprocess.check_output(
        [sys.executable, "-c", MAKE, path, str(many), form], cwd=ROOT, text=True
    )
    events_read, rows_read, rejected, grown_mb = map(int, out.split())
    assert (events_read, rows_read, rejected) == (many, many, 0)
    size_mb = path.stat().st_size >> 20
    assert size_mb > 700
    assert grown_mb < 1200  # the answer itself; the file never lies in memory as a whole


def test_what_is_read_is_a_frame_to_measure_with(write):
    frame = io.read_events(write(text(rows(UCDP_ROW, {}, {})))).frame
    assert isinstance(frame, gpd.GeoDataFrame)
    assert frame.index.tolist() == [0, 1]
    assert frame.geometry.geom_type.tolist() == ["Point", "Point"]
