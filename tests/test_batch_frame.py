"""Routes in frames of other engines: the numbers of `exposure.measure`, however they are cut."""

import importlib
import pickle
import warnings

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import frame
from fleets import NUMBERS, ragged, walked
from test_batch import broken

from geo import batch, exposure
from geo.batch import versions
from geo.errors import ClusterError, CRSError, InputError

# the module, whose name in the package is that of its function
grounds = importlib.import_module("geo.batch.ground")


@pytest.fixture
def zones():
    """Give sixty ragged zones."""
    return ragged()


@pytest.fixture
def fleet():
    """Give sixty routes of eighteen vertices."""
    return walked(60, 18)


def as_wkb(routes):
    return pd.DataFrame(routes.drop(columns="geometry")).assign(geometry=routes.geometry.to_wkb())


def cut(table, pieces, stand, **how):
    rows = np.array_split(np.arange(len(table)), pieces)
    found = [batch.of_frame(table.iloc[some], stand, **how) for some in rows]
    return pd.concat(found, ignore_index=True)


@pytest.mark.parametrize("pieces", [1, 7, 60])
def test_a_frame_of_wkb_has_the_numbers_of_one_by_one(pieces, fleet, zones):
    fleet["positional_error_m"] = [500.0 if row % 3 else None for row in range(60)]
    found = cut(as_wkb(fleet), pieces, batch.ground(zones), crs="EPSG:4326")
    alone = exposure.measure(fleet, zones).routes
    assert list(found.columns) == list(batch.COLUMNS)
    for column in [*NUMBERS, "crossings"]:
        np.testing.assert_allclose(
            found[column].astype(float), alone[column].astype(float), rtol=0, atol=1e-6
        )
    for column in ("sure_m", "possible_m"):
        np.testing.assert_allclose(found[column], alone[column], rtol=0, atol=1e-3)
    assert found["route_id"].tolist() == alone["route_id"].tolist()
    assert found["rejected"].isna().all()
    assert found["exposed_m"].sum() > 0


def test_shapes_in_another_crs_are_brought_to_degrees_and_it_is_said(fleet, zones):
    found = batch.of_frame(fleet.to_crs(32647), batch.ground(zones))
    there = batch.of_frame(fleet, batch.ground(zones))
    np.testing.assert_allclose(found["exposed_m"], there["exposed_m"], rtol=1e-6, atol=1e-3)
    assert found["warnings"].str.contains("UTM zone 47N").all()
    assert there["warnings"].isna().all()


def test_what_is_wrong_with_a_route_stands_in_its_row(fleet, zones):
    fleet, reasons = broken(fleet)
    shapes = fleet.geometry.to_numpy()
    shapes[5] = shapely.MultiLineString([[(97, 25), (97.1, 25)], [(97.4, 25), (97.5, 25)]])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = as_wkb(fleet.set_geometry(gpd.GeoSeries(shapes, crs=4326)))
    found = batch.of_frame(table, batch.ground(zones), crs="EPSG:4326")
    assert found["rejected"].notna().tolist() == [row in reasons for row in range(60)]
    for row, reason in reasons.items():
        assert reason in found["rejected"][row]
        assert pd.isna(found["exposed_m"][row])
    assert found.index[found["warnings"].notna()].tolist() == [5]
    assert "gap" in found["warnings"][5]


def test_a_frame_without_rows_has_the_same_columns(fleet, zones):
    stand = batch.ground(zones)
    found, none = batch.of_frame(fleet, stand), batch.of_frame(fleet.iloc[:0], stand)
    assert len(none) == 0
    assert none.dtypes.astype(str).tolist() == found.dtypes.astype(str).tolist()
    assert list(none.columns) == list(found.columns)


def test_a_frame_that_cannot_be_measured_is_refused(fleet, zones):
    stand, table = batch.ground(zones), as_wkb(fleet)
    with pytest.raises(CRSError, match="WKB says no CRS"):
        batch.of_frame(table, stand)
    for wrong, said in {
        "column geometry": table.drop(columns="geometry"),
        "column route_id": table.drop(columns="route_id"),
        "row 2, column route_id: is empty": table.assign(route_id=["a", "b", None, *range(57)]),
        "the route_id 3": table.assign(route_id=[3, 3.0, *range(10, 68)]),
        "row 0, column geometry: is a str, not WKB": table.assign(geometry="LINESTRING (0 0,1 1)"),
    }.items():
        with pytest.raises(InputError, match=wrong):
            batch.of_frame(said, stand, crs="EPSG:4326")


def test_what_is_true_of_the_zones_is_said_once_by_the_ground(zones):
    none = batch.ground(zones.assign(valid_from="2030-01-01"), as_of="2026-01-01")
    assert "none-holds" in {notice.rule for notice in none.notices}
    with pytest.raises(InputError, match="position error"):
        batch.ground(zones, position_error_m=-1)


def test_a_ground_is_indexed_once_in_a_process(zones, monkeypatch):
    packed = grounds.Packed.of(batch.ground(zones))
    one = pickle.loads(pickle.dumps(packed)).unpacked()
    monkeypatch.setattr(grounds.passages, "index", None)
    assert pickle.loads(pickle.dumps(packed)).unpacked() is one


@pytest.mark.parametrize("what", ["geo", "shapely", "geopandas", "code"])
def test_other_versions_are_refused_by_name(what, zones, monkeypatch):
    # of another day, since what was unpacked before is not looked at again
    packed = grounds.Packed.of(batch.ground(zones, as_of="2026-03-01"))
    theirs = {**versions.versions(), what: "0.0.1"}
    with pytest.raises(ClusterError, match=rf"{what} .*, not 0\.0\.1"):
        grounds.Packed(packed.data, packed.key, theirs).unpacked()


def test_each_version_counts(zones):
    assert {"geo", "geopandas", "shapely", "geos", "numpy", "pyarrow"} <= set(versions.versions())
    versions.require_same(versions.versions(), "here")


def test_routes_in_two_frames_of_one_answer(zones):
    line = shapely.LineString([(95, 20), (97, 25)])
    found = batch.of_frame(frame([line], route_id=[7.0]), batch.ground(zones))
    assert found["route_id"].tolist() == ["7"]
    assert found["name"].tolist() == ["7"]
