"""The bundled zones from events: made again by anyone, with the raw files or without them."""

import json
import shutil
import subprocess
import sys

import pandas as pd
import pytest
from conftest import ROOT, SHARED

from geo import exposure

FILES = [SHARED / "data" / "ucdp" / f"GEDEvent_v{name}_myanmar.csv" for name in ("24_1", "26_0_2")]
QUARTERS = {f"{start:%Y-%m-%d}" for start in pd.date_range("2021-01-01", "2023-10-01", freq="QS")}


@pytest.fixture
def folder(tmp_path):
    """Give a copy of the layers, to make things in."""
    shutil.copytree(ROOT / "layers", tmp_path / "layers")
    return tmp_path


def make(folder, *words, script="conflict_zones"):
    command = [sys.executable, str(folder / "layers" / "make" / f"{script}.py"), *map(str, words)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def layer(folder):
    return folder / "layers" / "conflict_zones.geojson"


@pytest.fixture(scope="module")
def built(layers):
    frame = layers["conflict_zones"]
    return frame[frame["kind"].isin(["events", "candidate events"])]


@pytest.mark.slow
def test_without_events_their_rows_are_kept_byte_for_byte(folder):
    before = layer(folder).read_bytes()
    done = make(folder)
    assert done.returncode == 0, done.stderr
    assert layer(folder).read_bytes() == before
    # and they are kept, not made: without them in the layer there are none
    lines = layer(folder).read_text("utf-8").splitlines()
    claims = [line.rstrip(",") for line in lines[1:-1] if "UCDP GED" not in line]
    layer(folder).write_text("\n".join([lines[0], ",\n".join(claims), lines[-1]]) + "\n", "utf-8")
    assert make(folder).returncode == 0
    assert layer(folder).read_bytes().count(b"\n") == len(claims) + 2


def test_another_release_is_refused(folder, tmp_path):
    import event_rows

    path = tmp_path / "GEDEvent_v23_1.csv"
    path.write_text(event_rows.text(event_rows.rows(event_rows.UCDP_ROW, {}, {})))
    before = layer(folder).read_bytes()
    done = make(folder, path)
    assert done.returncode == 1
    assert "not a release that the layer uses" in done.stderr
    assert layer(folder).read_bytes() == before


@pytest.mark.shared
@pytest.mark.slow
def test_with_events_the_same_layer_is_made(folder):
    before = layer(folder).read_bytes()
    for files in (FILES, FILES[1:]):
        done = make(folder, *files)
        assert done.returncode == 0, done.stderr
        assert layer(folder).read_bytes() == before


def test_each_window_is_a_calendar_quarter(built):
    final, candidate = (built[built["kind"] == kind] for kind in ("events", "candidate events"))
    assert {f"{day:%Y-%m-%d}" for day in final["valid_from"]} == QUARTERS
    assert (
        final["valid_to"] == final["valid_from"] + pd.offsets.QuarterBegin(startingMonth=1)
    ).all()
    assert set(candidate["valid_from"]) == {pd.Timestamp("2026-02-01")}
    assert set(candidate["valid_to"]) == {pd.Timestamp("2026-03-01")}


def test_each_says_what_it_rests_on(built):
    final = built["kind"] == "events"
    assert set(built.loc[final, "source_date"]) == {pd.Timestamp("2023-12-31")}
    assert set(built.loc[~final, "source_date"]) == {pd.Timestamp("2026-02-28")}
    assert set(built.loc[final, "confidence"]) == {"medium"}
    assert set(built.loc[~final, "confidence"]) == {"low"}
    assert (built["events"] >= 1).all()


def test_the_passport_names_sources_gaps_and_counts(layers, built):
    passport = layers.passport("conflict_zones")
    text = json.dumps(passport)
    for words in ("24.1", "26.0.2", "CC-BY-4.0", "2024-01-01 to 2026-01-31", "not peace"):
        assert words in text
    by_kind = built.groupby("kind")["events"].sum()
    assert f"({by_kind['events']:,.0f} of 4,504" in passport["caveat"]
    assert f"{by_kind['candidate events']:.0f} of 49" in passport["caveat"]
    assert layer(ROOT).stat().st_size < 300_000


@pytest.mark.shared
@pytest.mark.slow
def test_the_naive_way_is_as_the_readme_says(folder):
    before = (folder / "layers" / "README.md").read_text("utf-8")
    assert "| within km |" in before
    done = make(folder, FILES[0], script="naive")
    assert done.returncode == 0, done.stderr
    assert (folder / "layers" / "README.md").read_text("utf-8") == before


def test_the_naive_number_lies_within_the_bounds():
    """What is for sure is no more, what is possible no less, than the points themselves tell."""
    text = (ROOT / "layers" / "README.md").read_text("utf-8")
    table = text.split("<!-- table of the naive method -->")[1].split("<!-- end")[0]
    rows = [line.strip("| ").split(" | ") for line in table.strip().splitlines()[2:]]
    assert [row[0] for row in rows] == ["1", "2", "5", "25"]
    for row in rows:
        for at in (1, 5, 9):
            low, _, high, naive = (cell.replace(",", "") for cell in row[at : at + 4])
            assert float(low) <= float(naive) <= float(high)


def test_the_fall_in_exposure_is_as_the_readme_says(layers, built):
    claims = layers["conflict_zones"].drop(built.index)

    def total_km(zones, day):
        found = exposure.measure(layers["corridors"], zones, as_of=day)
        return f"{found.routes['exposed_m'].sum() / 1000:.0f}"

    both, alone = (total_km(rows, "2023-12-01") for rows in (layers["conflict_zones"], claims))
    after = total_km(layers["conflict_zones"], "2024-01-31")
    text = " ".join((ROOT / "layers" / "README.md").read_text("utf-8").split())
    assert f"fall from {both} on 2023-12-01 ({alone} of them by claims) to {after} on 2024" in text
