"""Who holds what along a fleet: the controllers of `geo expose`, in parts."""

import json

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT
from fleets import content, ragged, walked

from geo import batch, exposure
from geo.errors import InputError


@pytest.fixture
def zones():
    """Give sixty ragged zones."""
    return ragged()


@pytest.fixture
def claims():
    """Give two sources, of which each names holders of most of sixty areas."""
    first = ragged().rename(columns={"zone_id": "area_id"})
    names = [None if row % 7 == 0 else f"army {row % 5}" for row in range(60)]
    second = first.iloc[::-1].assign(controller=[f"Army {row % 3}" for row in range(60)])
    return {"one": first.assign(controller=names), "two": second}


@pytest.fixture
def file(tmp_path):
    """Give sixty routes as a file."""
    walked(60, 18).to_parquet(tmp_path / "fleet.parquet", row_group_size=17)
    return tmp_path / "fleet.parquet"


def run(file, zones, folder, **options):
    given = batch.Options(**{"workers": 1, "vertices": 200, **options})
    return batch.measure([file], zones, folder, options=given)


def controllers(folder):
    return pd.read_parquet(folder / "controllers")


def assert_same(mine, theirs):
    keys = ["route_id", "source", "controller"]
    mine, theirs = (
        table.sort_values(keys).reset_index(drop=True)[[*keys, "inside_m", "share"]]
        for table in (mine, theirs)
    )
    assert len(theirs) > 0
    assert mine[keys].to_numpy().tolist() == theirs[keys].to_numpy().tolist()
    np.testing.assert_allclose(mine["inside_m"], theirs["inside_m"], rtol=0, atol=1e-6)
    np.testing.assert_allclose(mine["share"], theirs["share"], rtol=0, atol=1e-12)


def test_bundled_corridors_are_in_the_hands_that_expose_names(geo, tmp_path):
    routes, out = ROOT / "layers" / "corridors.geojson", tmp_path / "out"
    done = geo("batch", routes, "--control", "control_areas", "-o", out)
    assert done.exit_code == 0, done.stderr
    alone = json.loads(geo("expose", "corridors", "--format", "json").stdout)
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    assert manifest["settings"]["as_of"] == alone["as_of"]
    theirs = [
        {"route_id": route["route_id"], **row}
        for route in alone["routes"]
        for row in route["controllers"]
    ]
    found = controllers(out)
    assert_same(found, pd.DataFrame(theirs))
    # in one order, too: routes as in the file, the longest first in each
    assert found["controller"].tolist() == [row["controller"] for row in theirs]


def test_two_sources_add_up_to_each_route_apart(file, zones, claims, tmp_path):
    run(file, zones, tmp_path / "out", control=claims)
    found = controllers(tmp_path / "out")
    alone = exposure.measure(walked(60, 18), zones, control=claims)
    folded = alone.controllers.assign(controller=alone.controllers["controller"].str.casefold())
    assert_same(found.assign(controller=found["controller"].str.casefold()), folded)
    armies = {name for name in found["controller"] if name.casefold().startswith("army")}
    assert armies == {f"army {number}" for number in range(5)}  # as the first source writes them
    sums = found.pivot_table(index="route_id", columns="source", values="inside_m", aggfunc="sum")
    lengths = alone.routes.set_index("route_id")["length_m"].reindex(sums.index)
    for source in ("one", "two"):
        np.testing.assert_allclose(sums[source], lengths, rtol=0, atol=1e-5)


def test_workers_and_a_second_run_change_nothing(file, zones, claims, tmp_path):
    run(file, zones, tmp_path / "one", control=claims)
    run(file, zones, tmp_path / "two", control=claims, workers=2)
    assert content(tmp_path / "one") == content(tmp_path / "two")
    part = sorted((tmp_path / "two" / "controllers").iterdir())[1]
    part.unlink()
    run(file, zones, tmp_path / "two", control=claims)
    assert content(tmp_path / "one") == content(tmp_path / "two")


def test_other_claims_are_another_answer(file, zones, claims, tmp_path):
    out = tmp_path / "out"
    run(file, zones, out, control=claims)
    other = {**claims, "two": claims["two"].assign(controller="someone")}
    for control in (None, other):
        with pytest.raises(InputError, match="its claims are not those"):
            run(file, zones, out, control=control)
    run(file, zones, out, fresh=True)
    run(file, zones, tmp_path / "anew")
    assert content(out) == content(tmp_path / "anew")
    assert not (out / "controllers").exists()
    with pytest.raises(InputError, match="its claims are not those"):
        run(file, zones, out, control=claims)


def test_numbers_are_those_without_claims(file, zones, claims, tmp_path):
    run(file, zones, tmp_path / "with", control=claims)
    run(file, zones, tmp_path / "without")
    for kind in ("summary", "passages"):
        with_them, without = (
            pd.read_parquet(tmp_path / name / kind) for name in ("with", "without")
        )
        pd.testing.assert_frame_equal(with_them, without)


def test_claims_that_name_nobody_are_refused(file, zones, tmp_path):
    with pytest.raises(InputError, match="no column is called controller"):
        run(file, zones, tmp_path / "out", control=zones)
    assert not (tmp_path / "out").exists()


def test_a_block_without_a_good_route_has_no_controllers(zones, claims, tmp_path):
    fleet = walked(60, 18)
    fleet.loc[:14, "geometry"] = None
    fleet.to_parquet(tmp_path / "fleet.parquet")
    run(tmp_path / "fleet.parquet", zones, tmp_path / "out", control=claims)
    found = controllers(tmp_path / "out")
    assert set(found["route_id"]) == {f"r{row}" for row in range(15, 60)}
