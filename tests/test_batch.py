"""Many routes: the same numbers as one by one, each once, whatever ends the work in the middle."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import warnings
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from click.testing import CliRunner
from conftest import ROOT, frame
from fleets import NUMBERS, content, ragged, walked

from geo import batch, exposure, io
from geo.batch import crew
from geo.cli import main
from geo.errors import CRSError, GeometryError, InputError, OutputError
from geo.io import parquet

GPX = """<?xml version="1.0"?><gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1">
<trk><name>{name}</name><trkseg><trkpt lat="24.252" lon="97.235"/>
<trkpt lat="23.98" lon="{lon}"/></trkseg></trk></gpx>"""
SIX_BLOCKS = batch.Options(vertices=200, workers=1)


@pytest.fixture
def zones():
    """Give sixty ragged zones."""
    return ragged()


@pytest.fixture
def fleet():
    """Give sixty routes of eighteen vertices."""
    return walked(60, 18)


@pytest.fixture
def file(fleet, tmp_path):
    """Give them as a file of several row groups."""
    path = tmp_path / "fleet.parquet"
    fleet.to_parquet(path, row_group_size=17)
    return path


def run(routes, zones, folder, **options):
    given = {"workers": 1, "vertices": 200, **options}
    return batch.measure(
        routes if isinstance(routes, list) else [routes],
        zones,
        folder,
        options=batch.Options(**given),
    )


def tables(folder):
    return gpd.read_parquet(folder / "summary"), gpd.read_parquet(folder / "passages")


def assert_same(folder, routes, zones, **options):
    summary, passages = tables(folder)
    alone = exposure.measure(routes, zones, **options)
    for columns, mine, theirs in (
        ([*NUMBERS, "sure_m", "possible_m"], summary, alone.routes),
        (["from_m", "to_m", "entry_lon", "entry_lat", "exit_lon"], passages, alone.passages),
    ):
        assert len(mine) == len(theirs)
        for column in columns:
            np.testing.assert_allclose(mine[column], theirs[column], rtol=0, atol=1e-6)
    assert summary["route_id"].tolist() == alone.routes["route_id"].tolist()
    assert summary["name"].tolist() == alone.routes["name"].tolist()
    assert summary["crossings"].tolist() == alone.routes["crossings"].tolist()
    for column in ("route_id", "zone_id", "on_border"):
        assert passages[column].tolist() == alone.passages[column].tolist()


def test_the_same_numbers_as_one_by_one(fleet, file, zones, tmp_path):
    manifest = run(file, zones, tmp_path / "out")
    assert len(manifest["blocks"]) > 5
    assert manifest["passages"] > 40
    assert_same(tmp_path / "out", fleet, zones)


def test_geometries_are_points_where_things_begin(fleet, file, zones, tmp_path):
    run(file, zones, tmp_path / "out")
    summary, passages = tables(tmp_path / "out")
    assert summary.crs == passages.crs == 4326
    starts = shapely.get_point(fleet.geometry.to_numpy(), 0)
    assert shapely.equals(summary.geometry.to_numpy(), starts).all()
    assert (passages.geometry.x == passages["entry_lon"]).all()
    assert (passages.geometry.y == passages["entry_lat"]).all()


def test_the_crs_of_parts_is_that_of_the_registry(file, zones, tmp_path):
    # written out, since PROJ words it now so, now so; a reader must take it for the same
    run(file, zones, tmp_path / "out")
    for kind in ("summary", "passages"):
        part = next((tmp_path / "out" / kind).iterdir())
        metadata = parquet.require_pyarrow().parquet.read_metadata(part).metadata
        crs = json.loads(metadata[b"geo"])["columns"]["geometry"]["crs"]
        assert pyproj.CRS.from_json_dict(crs) == pyproj.CRS.from_epsg(4326)
        assert pyproj.CRS.from_json_dict(crs).to_epsg() == 4326


def test_bundled_corridors_are_one_route_each_with_their_error(tmp_path):
    out = tmp_path / "out"
    done = CliRunner().invoke(
        main, ["batch", str(ROOT / "layers" / "corridors.geojson"), "-o", str(out)]
    )
    assert done.exit_code == 0, done.stderr
    alone = json.loads(CliRunner().invoke(main, ["expose", "corridors", "--format", "json"]).stdout)
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    assert manifest["settings"]["as_of"] == alone["as_of"]
    summary, passages = tables(out)
    assert summary["route_id"].tolist() == [route["route_id"] for route in alone["routes"]]
    for column in [*NUMBERS, "sure_m", "possible_m", "crossings"]:
        theirs = [route[column] for route in alone["routes"]]
        np.testing.assert_allclose(summary[column], theirs, rtol=0, atol=1e-6)
    assert len(passages) == sum(
        len(zone["passages"]) for route in alone["routes"] for zone in route["zones"]
    )
    assert "edge of 498 km" in json.dumps(manifest["blocks"][0]["warnings"])


@pytest.mark.parametrize("how", [{"error_m": 2000.0}, {"option_m": 1500.0}])
def test_sure_and_possible_are_those_of_one_by_one(how, fleet, zones, tmp_path):
    if "error_m" in how:
        fleet["positional_error_m"] = [how["error_m"] if row % 3 else None for row in range(60)]
    fleet = fleet.iloc[:20]
    fleet.to_parquet(tmp_path / "fleet.parquet")
    option = {"position_error_m": how.get("option_m")}
    run(tmp_path / "fleet.parquet", zones, tmp_path / "out", **option)
    assert_same(tmp_path / "out", fleet, zones, **option)


def test_a_geopackage_in_utm_is_brought_to_degrees(fleet, zones, tmp_path):
    path = tmp_path / "fleet.gpkg"
    fleet.to_crs(32647).to_file(path)
    manifest = run(path, zones, tmp_path / "out")
    assert_same(tmp_path / "out", io.read(path, role="routes").frame, zones)
    rules = {one["rule"] for block in manifest["blocks"] for one in block["warnings"]}
    assert "reprojected" in rules


def test_workers_change_nothing(file, zones, tmp_path):
    for name, options in {
        "one": {},
        "two": {"workers": 2},
        "threads": {"workers": 2, "threads": True},
    }.items():
        run(file, zones, tmp_path / name, **options)
    assert content(tmp_path / "one") == content(tmp_path / "two") == content(tmp_path / "threads")


def test_it_goes_on_after_any_write_that_never_was(file, zones, tmp_path, monkeypatch):
    run(file, zones, tmp_path / "whole", vertices=900)
    whole = content(tmp_path / "whole")
    blocks = len(whole) // 2
    assert blocks > 2
    measured, write = crew.measured, io.write_bytes
    for last in range(2 * blocks):
        out, count = tmp_path / f"cut{last}", {"written": 0, "measured": 0}

        def counted(*words, count=count):
            count["measured"] += 1
            return measured(*words)

        def fails(path, data, count=count, last=last):
            if count["written"] == last:
                # what a kill leaves: a file of half the bytes, under its first name
                (path.parent / f".{path.name}.abc").write_bytes(data[: len(data) // 2])
                raise KeyboardInterrupt
            count["written"] += 1
            write(path, data)

        monkeypatch.setattr(crew, "measured", counted)
        monkeypatch.setattr(io, "write_bytes", fails)
        with pytest.raises(KeyboardInterrupt):
            run(file, zones, out, vertices=900)
        assert json.loads((out / "manifest.json").read_text())["state"] == "running"
        monkeypatch.setattr(io, "write_bytes", write)
        run(file, zones, out, vertices=900)
        assert content(out) == whole
        assert count["measured"] == blocks + 1  # only the one that was not written, again
    monkeypatch.undo()


def test_what_is_whole_is_not_done_again(file, zones, tmp_path, monkeypatch):
    first = run(file, zones, tmp_path / "out")
    before = content(tmp_path / "out")
    monkeypatch.setattr(crew, "measured", None)
    assert run(file, zones, tmp_path / "out") == first
    assert content(tmp_path / "out") == before


def test_a_damaged_part_is_measured_again(file, zones, tmp_path):
    run(file, zones, tmp_path / "out")
    before = content(tmp_path / "out")
    part = sorted((tmp_path / "out" / "passages").iterdir())[2]
    part.write_bytes(part.read_bytes()[:-20])
    run(file, zones, tmp_path / "out")
    assert content(tmp_path / "out") == before


@pytest.mark.slow
@pytest.mark.parametrize("what", ["routes", "zones", "day", "option"])
def test_another_answer_is_refused_in_one_line(what, fleet, file, zones, tmp_path):
    out, options = tmp_path / "out", {}
    run(file, zones, out)
    before = content(out)
    if what == "routes":
        fleet.iloc[:59].to_parquet(file)
    if what == "zones":
        zones = zones.set_geometry(zones.geometry.translate(1e-6, 0))
    if what == "day":
        options["as_of"] = "2025-12-31"
    if what == "option":
        options["position_error_m"] = 100.0
    said = {"routes": "its routes", "zones": "its zones", "day": "its day", "option": "its options"}
    with pytest.raises(InputError, match=said[what]) as error:
        run(file, zones, out, **options)
    assert "\n" not in str(error.value)
    assert "--fresh" in str(error.value)
    assert content(out) == before
    run(file, zones, out, fresh=True, **options)
    run(file, zones, tmp_path / "anew", **options)
    assert content(out) == content(tmp_path / "anew")


@pytest.mark.parametrize("kind", ["empty", "none-holds", "far"])
def test_a_zero_is_never_silent(kind, fleet, file, zones, tmp_path):
    rule = {"empty": "empty-layer", "none-holds": "none-holds", "far": "far-apart"}[kind]
    if kind == "empty":
        zones = zones.iloc[:0]
    if kind == "none-holds":
        zones = zones.assign(valid_from="2030-01-01")
    if kind == "far":
        zones = zones.set_geometry(zones.geometry.translate(-60, 0))
    manifest = run(file, zones, tmp_path / "out", as_of="2026-01-01")
    assert rule in {one["rule"] for one in manifest["warnings"]}
    assert_same(tmp_path / "out", fleet, zones, as_of="2026-01-01")


def test_a_folder_of_other_things_is_left_alone(file, zones, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.doc").write_text("years of work")
    for fresh in (False, True):
        with pytest.raises(OutputError, match="is not empty"):
            run(file, zones, out, fresh=fresh)
    (out / "manifest.json").write_text("{}")
    with pytest.raises(OutputError, match="not a manifest"):
        run(file, zones, out, fresh=True)
    assert (out / "thesis.doc").read_text() == "years of work"


def broken(fleet):
    """Break one route in each of the ways that a row can be broken."""
    shapes = fleet.geometry.to_numpy().copy()
    shapes[3] = None
    shapes[10] = shapely.LineString()
    shapes[20] = shapely.Point(97, 25)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        shapes[31] = shapely.LineString([(97, 25), (np.nan, 26)])
    shapes[32] = shapely.LineString([(25, 97), (26, 98)])
    shapes[55] = shapely.LineString([(-90, 10), (90, 11)])
    reasons = {
        3: "no geometry",
        10: "no geometry",
        20: "is a Point",
        31: "not a finite number",
        32: "swapped",
        55: "exactly 180 degrees",
    }
    return fleet.set_geometry(gpd.GeoSeries(shapes, crs=4326)), reasons


def test_routes_that_cannot_be_measured_are_told_not_dropped(fleet, zones, tmp_path):
    fleet, reasons = broken(fleet)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fleet.to_parquet(tmp_path / "fleet.parquet")
    manifest = run(tmp_path / "fleet.parquet", zones, tmp_path / "out")
    summary, _ = tables(tmp_path / "out")
    assert len(summary) == 60
    assert summary["row"].tolist() == list(range(60))
    told = {one["row"]: one for block in manifest["blocks"] for one in block["reasons"]}
    assert set(told) == set(reasons)
    assert manifest["rejected"] == len(reasons)
    for row, reason in reasons.items():
        assert reason in told[row]["reason"]
        assert summary["rejected"][row] == told[row]["reason"]
        assert pd.isna(summary["length_m"][row])
        assert told[row]["route_id"] == f"r{row}"
    good = [row for row in range(60) if row not in reasons]
    alone = exposure.measure(fleet.iloc[good], zones)
    np.testing.assert_allclose(summary["exposed_m"][good], alone.routes["exposed_m"], atol=1e-6)


def test_a_geometry_that_cannot_be_read_is_told(fleet, zones, tmp_path):
    table = fleet.to_wkb()
    table.loc[7, "geometry"] = table["geometry"][7][:30]
    path = tmp_path / "fleet.parquet"
    fleet.to_parquet(path)
    arrow = parquet.require_pyarrow()
    read = arrow.parquet.read_table(path)
    place = read.schema.get_field_index("geometry")
    read = read.set_column(place, read.schema.field(place), [table["geometry"].tolist()])
    arrow.parquet.write_table(read, path)
    run(path, zones, tmp_path / "out")
    summary, _ = tables(tmp_path / "out")
    assert summary["rejected"].notna().tolist() == [row == 7 for row in range(60)]
    assert "cannot be read" in summary["rejected"][7]


def test_layers_of_a_geopackage_that_hold_no_lines_are_passed_over(fleet, zones, tmp_path):
    path = tmp_path / "fleet.gpkg"
    fleet.iloc[:5].to_file(path, layer="lines")
    frame([shapely.Point(97, 25)], route_id=["stop"]).to_file(path, layer="stops")
    run(path, zones, tmp_path / "out")
    assert tables(tmp_path / "out")[0]["route_id"].tolist() == [f"r{row}" for row in range(5)]


def test_a_fleet_without_one_good_route_is_an_error(zones, tmp_path):
    lines = frame([shapely.LineString([(25, 97), (26, 98)])], route_id=["a"])
    lines.to_parquet(tmp_path / "fleet.parquet")
    for _ in range(2):
        with pytest.raises(InputError, match=r"none of the 1 routes.*swapped"):
            run(tmp_path / "fleet.parquet", zones, tmp_path / "out")


@pytest.mark.parametrize("kept", [0, 1 << 20])
def test_ids_are_once_in_the_whole_fleet(kept, fleet, zones, tmp_path, monkeypatch):
    # small files are read once, of a large fleet twice, to the same end
    monkeypatch.setattr("geo.batch.fleet._MOST_KEPT", kept)
    shapes = fleet.geometry.to_numpy()
    folder = tmp_path / "trips"
    (folder / "later").mkdir(parents=True)
    frame(shapes[:4], name=["a", "b", "a", "a (2)"]).to_parquet(folder / "1.parquet")
    frame(shapes[4:6], route_id=["a", "c"]).to_file(folder / "2.geojson")
    (folder / "3.gpx").write_text(GPX.format(name="b", lon="97.9"))
    (folder / "later" / "3.gpx").write_text("<gpx")
    manifest = run(folder, zones, tmp_path / "out")
    summary, _ = tables(tmp_path / "out")
    ids = ["a", "b", "a (3)", "a (2)", "a (4)", "c", "b (2)", "later/3.gpx"]
    assert summary["route_id"].tolist() == ids
    assert summary["file"].tolist()[3:] == ["1.parquet", *["2.geojson"] * 2, "3.gpx", "later/3.gpx"]
    rules = [one["rule"] for block in manifest["blocks"] for one in block["warnings"]]
    assert rules.count("duplicate-id") == 3
    assert manifest["rejected"] == 1
    assert "GPX" in summary["rejected"].iloc[-1]


def test_numbered_names_are_those_of_one_by_one(fleet, zones, tmp_path):
    names = [["a", "b", "a (2)", None][row % 4] for row in range(60)]
    fleet = frame(fleet.geometry, name=names)
    fleet.to_parquet(tmp_path / "fleet.parquet", row_group_size=7)
    run(tmp_path / "fleet.parquet", zones, tmp_path / "out")
    assert_same(tmp_path / "out", fleet, zones)


@pytest.mark.parametrize("column", ["route_id", "id"])
def test_an_id_twice_in_a_file_is_refused_before_the_work(column, fleet, zones, tmp_path):
    fleet = frame(fleet.geometry, **{column: [row % 59 for row in range(60)]})
    fleet.to_parquet(tmp_path / "fleet.parquet")
    with pytest.raises(InputError, match=f"more than one route has the {column} 0"):
        run(tmp_path / "fleet.parquet", zones, tmp_path / "out")
    # nothing was measured, so the mended file may go to the same folder
    frame(fleet.geometry, **{column: range(60)}).to_parquet(tmp_path / "fleet.parquet")
    assert run(tmp_path / "fleet.parquet", zones, tmp_path / "out")["routes"] == 60


def test_sections_of_a_corridor_must_stand_together(fleet, zones, tmp_path):
    names = [f"c{row // 3}" for row in range(60)]
    fleet = frame(fleet.geometry, corridor_id=names, corridor=names, seq=[3, 1, 2] * 20)
    fleet.to_parquet(tmp_path / "fleet.parquet", row_group_size=7)
    run(tmp_path / "fleet.parquet", zones, tmp_path / "out")
    assert_same(tmp_path / "out", fleet, zones)
    fleet.iloc[[0, 3, 1]].to_parquet(tmp_path / "mixed.parquet")
    with pytest.raises(InputError, match="c0 do not stand together"):
        run(tmp_path / "mixed.parquet", zones, tmp_path / "mixed")


def test_blocks_are_bounded_by_vertices(zones, tmp_path):
    counts = [2] * 300 + [500] + [100] * 10
    shapes = [shapely.LineString(np.linspace((95, 20), (96, 21), many)) for many in counts]
    frame(shapes).to_parquet(tmp_path / "fleet.parquet")
    manifest = run(tmp_path / "fleet.parquet", zones, tmp_path / "out", vertices=400)
    summary, _ = tables(tmp_path / "out")
    assert summary["route_id"].tolist() == [str(row) for row in range(311)]
    first = np.cumsum([0, *(block["routes"] for block in manifest["blocks"])])
    for low, high in pairwise(first):
        assert sum(counts[low:high]) <= 400 or high - low == 1


@pytest.mark.parametrize("crs", [None, "OGC:CRS84", 4326])
def test_crs_of_geoparquet(crs, fleet, zones, tmp_path):
    shapes = fleet.geometry.to_numpy()
    gpd.GeoDataFrame({"id": range(60)}, geometry=shapes, crs=crs).to_parquet(tmp_path / "f.parquet")
    if crs is None:
        with pytest.raises(CRSError, match="names no CRS; give --crs"):
            run(tmp_path / "f.parquet", zones, tmp_path / "out")
    options = {} if crs else {"crs": "EPSG:4326"}
    manifest = run(tmp_path / "f.parquet", zones, tmp_path / "out", **options)
    assert not any(block["warnings"] for block in manifest["blocks"])
    fleet = frame(shapes, id=range(60))
    assert_same(tmp_path / "out", fleet, zones)


def test_what_is_no_geoparquet_is_named(zones, tmp_path):
    (tmp_path / "text.parquet").write_text("route_id;geometry")
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "plain.parquet")
    for name in ("text", "plain"):
        with pytest.raises(InputError, match=rf"{name}\.parquet: .* GeoParquet file"):
            run(tmp_path / f"{name}.parquet", zones, tmp_path / "out")
    with pytest.raises(InputError, match="no file in this folder"):
        run(ROOT / "geo" / "batch", zones, tmp_path / "out")


def test_zones_with_swapped_axes_are_refused(file, zones, tmp_path):
    swapped = zones.set_geometry(shapely.transform(zones.geometry, lambda xy: xy[:, ::-1]))
    with pytest.raises((CRSError, GeometryError), match="swapped"):
        run(file, swapped, tmp_path / "out")


def test_a_file_that_changes_meanwhile_is_noticed(fleet, file, zones, tmp_path):
    def tell(done, *_):
        if done:
            os.utime(file, (1, 1))

    with pytest.raises(InputError, match="was changed while it was measured"):
        batch.measure([file], zones, tmp_path / "out", options=SIX_BLOCKS, tell=tell)


def test_progress_counts_every_route_once(file, zones, tmp_path):
    told = []
    batch.measure(
        [file],
        zones,
        tmp_path / "out",
        options=SIX_BLOCKS,
        tell=lambda *words: told.append(words),
    )
    assert [done for done, _, _ in told] == sorted({done for done, _, _ in told})
    assert told[-1] == (60, 60, 60)


def test_parts_say_how_they_were_made(file, zones, tmp_path):
    manifest = run(file, zones, tmp_path / "out")
    for kind in ("passages", "summary"):
        parts = sorted((tmp_path / "out" / kind).iterdir())
        for part, block in zip(parts, manifest["blocks"], strict=True):
            about = parquet.metadata_of(part)
            assert about["block"] == block
            assert about["as_of"] == "2026-01-01"
            assert about["zones_sha256"] == manifest["settings"]["zones"]["sha256"]
            assert about["geo"] == manifest["settings"]["versions"]["geo"]
            assert block["input_sha256"].startswith(part.stem.rpartition("-")[2])


def test_without_pyarrow_the_command_that_installs_it_is_named(file, zones, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(InputError, match="pip install pyarrow"):
        run(file, zones, tmp_path / "out")


def test_a_pipe_shows_no_progress_and_what_was_rejected(fleet, zones, tmp_path):
    fleet, reasons = broken(fleet)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fleet.to_parquet(tmp_path / "fleet.parquet")
    zones.to_file(tmp_path / "zones.gpkg")
    words = ["batch", tmp_path / "fleet.parquet", "--zones", tmp_path / "zones.gpkg"]
    done = CliRunner().invoke(main, [str(word) for word in [*words, "-o", tmp_path / "out"]])
    assert done.exit_code == 0, done.stderr
    assert done.stdout == ""
    assert f"{len(reasons)} of 60 routes were rejected" in done.stderr
    assert "fleet.parquet, r20: is a Point" in done.stderr
    assert "\r" not in done.stderr
    assert " a second" not in done.stderr


def test_a_worker_that_is_ended_is_told_and_the_work_goes_on(file, zones, tmp_path, monkeypatch):
    run(file, zones, tmp_path / "whole")
    measured = crew.measured

    def ends(block, *words):
        return os._exit(9) if block.number == 5 else measured(block, *words)

    monkeypatch.setattr(crew, "measured", ends)
    with pytest.raises(InputError, match="a worker was ended from outside"):
        run(file, zones, tmp_path / "out", workers=2)
    monkeypatch.undo()
    run(file, zones, tmp_path / "out", workers=2)
    assert content(tmp_path / "out") == content(tmp_path / "whole")


@pytest.mark.slow
def test_where_nothing_can_be_forked_the_answer_is_the_same(file, zones, tmp_path, monkeypatch):
    run(file, zones, tmp_path / "fork", workers=2)
    monkeypatch.setattr(crew.multiprocessing, "get_all_start_methods", lambda: ["spawn"])
    run(file, zones, tmp_path / "spawn", workers=2)
    assert content(tmp_path / "spawn") == content(tmp_path / "fork")


@pytest.mark.slow
def test_a_terminal_shows_how_far_it_is(file, zones, tmp_path):
    zones.to_file(tmp_path / "zones.gpkg")
    words = [sys.executable, "-m", "geo.cli", "batch", file, "--zones", tmp_path / "zones.gpkg"]
    words += ["--block", "200", "--workers", "1", "-o", tmp_path / "out"]
    screen, wire = os.openpty()
    subprocess.run([str(word) for word in words], stderr=wire, check=True)
    os.close(wire)
    shown = os.read(screen, 1 << 16).decode()
    os.close(screen)
    assert re.search(r"\r\d+ of 60 routes, [\d,]+ a second, \d+ s left", shown)
    assert re.search(r"\r60 of 60 routes, [\d,]+ a second *\r?\n", shown)


def alive(group):
    """Tell whether any process of a group runs."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.slow
def test_killed_twice_it_ends_with_the_same_answer(zones, tmp_path):
    walked(6000, 50, seed=6).to_parquet(tmp_path / "f.parquet")
    zones.to_file(tmp_path / "zones.gpkg")
    words = [sys.executable, "-m", "geo.cli", "batch", str(tmp_path / "f.parquet"), "--zones"]
    words += [str(tmp_path / "zones.gpkg"), "--workers", "2", "--block", "5000", "-o"]
    subprocess.run([*words, str(tmp_path / "whole")], check=True, capture_output=True)
    whole, out = content(tmp_path / "whole"), tmp_path / "out"
    for least in (5, 25):
        with subprocess.Popen([*words, str(out)], start_new_session=True) as running:
            while len(list(out.glob("summary/part-*"))) < least:
                assert running.poll() is None
                time.sleep(0.005)
            running.send_signal(signal.SIGKILL)
            running.wait()
        stamps = {path: path.stat().st_mtime_ns for path in out.glob("*/part-*")}
        assert len(stamps) < len(whole) - 1
        for _ in range(200):  # its workers end with it
            if not alive(running.pid):
                break
            time.sleep(0.05)
        assert not alive(running.pid)
    subprocess.run([*words, str(out)], check=True, capture_output=True)
    assert content(out) == whole
    assert all(path.stat().st_mtime_ns == stamp for path, stamp in stamps.items())
