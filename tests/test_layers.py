"""The bundled layers: complete passports, good rows, joined corridors, known days."""

import csv
import datetime as dt
from itertools import pairwise

import numpy as np
import pytest
import shapely
from conftest import ROOT

from geo import exposure, geodesy
from geo.schema import KINDS

CORRIDORS = {
    "imt_trilateral": 11,
    "imt_bagan_variant": 4,
    "kaladan": 6,
    "ledo_stilwell": 4,
    "myitkyina_kanpaikti": 1,
    "myitkyina_chipwi_pangwa": 2,
    "bhamo_lweje": 2,
    "myitkyina_bhamo": 1,
    "mandalay_myitkyina": 5,
    "mandalay_muse": 2,
}


@pytest.mark.parametrize("name", KINDS)
def test_every_row_is_good(layers, name):
    layers.check(name)


@pytest.mark.parametrize("name", KINDS)
def test_as_of_is_the_newest_source(layers, name):
    newest = layers[name]["source_date"].max().date()
    assert layers.passport(name)["as_of"] == newest.isoformat()


def test_no_file_is_over_a_megabyte():
    assert all(path.stat().st_size < 1e6 for path in (ROOT / "layers").rglob("*"))


def test_the_corridors_are_there(layers):
    assert layers["corridors"].groupby("corridor_id").size().to_dict() == CORRIDORS


def test_sections_join_end_to_start(layers):
    for _, sections in layers["corridors"].sort_values("seq").groupby("corridor_id"):
        ends = [(line.coords[0], line.coords[-1]) for line in sections.geometry]
        for (_, end), (start, _) in pairwise(ends):
            assert end == start


def test_published_and_drawn_lengths_are_of_one_size(layers):
    corridors = layers["corridors"]
    drawn = geodesy.length_m(corridors.geometry.to_numpy()) / 1000
    # printed lengths count every bend; the sea leg's 539 km is no sailing distance
    ratio = (corridors["published_km"] / drawn)[corridors["mode"] != "sea"].dropna()
    assert ratio.between(0.95, 2.0).all()


def test_every_vertex_has_its_source(layers):
    with (ROOT / "layers" / "facts" / "corridor_places.csv").open(encoding="utf-8") as file:
        places = list(csv.DictReader(file))
    assert all(row["source_url"].startswith("http") and row["source"] for row in places)
    known = {(round(float(r["lon"]), 6), round(float(r["lat"]), 6)) for r in places}
    drawn = shapely.get_coordinates(layers["corridors"].geometry.to_numpy())
    assert {tuple(point) for point in np.round(drawn, 6).tolist()} <= known


@pytest.mark.parametrize("day", ["2024-01-31", "2025-09-10", "2026-02-28", "2026-03-12"])
def test_controllers_add_up_on_every_corridor(layers, day):
    found = exposure.measure(
        layers["corridors"], layers["conflict_zones"], control=layers["control_areas"], as_of=day
    )
    sums = found.controllers.groupby("route_id")["inside_m"].sum()
    lengths = found.routes.set_index("route_id")["length_m"]
    assert (sums - lengths).abs().max() < 1e-3
    assert found.as_of == dt.date.fromisoformat(day)


def test_contested_ground_is_exposed(layers):
    """What is contested by one claim is a conflict zone of the same day."""
    found = exposure.measure(
        layers["corridors"],
        layers["conflict_zones"],
        control=layers["control_areas"],
        as_of="2026-02-28",
    )
    contested = found.controllers.query("controller == 'contested'").set_index("route_id")
    exposed = found.routes.set_index("route_id")["exposed_m"]
    assert (exposed[contested.index] >= contested["inside_m"] - 1e-3).all()


def test_passports_name_their_limits(layers):
    assert "94.5" in str(layers.passport("control_areas"))
    assert layers.passport("figures")["caveat"]


def test_the_townships_cover_the_land_once(layers):
    townships = layers["townships"]
    shapes = townships.geometry.to_numpy()
    assert len(shapes) == 320
    assert shapely.coverage_is_valid(shapes)
    assert shapely.area(shapes).sum() == pytest.approx(shapely.union_all(shapes).area, rel=1e-9)
    lands = layers["boundaries"].query("level == 0").set_index("country").geometry
    own = shapely.union_all(shapes)
    # the coast is simplified for itself, and water between two shores counts as land
    assert own.intersection(lands["MMR"]).area / lands["MMR"].area > 0.99
    assert own.difference(lands["MMR"]).area / own.area < 0.02


def test_the_townships_lie_where_the_places_are(layers):
    """Towns known from elsewhere lie in the township that bears their name, or beside it."""
    places, townships = layers["places"], layers["townships"]
    named = places.merge(townships.drop(columns="geometry"), on="name", suffixes=("", "_of"))
    areas = townships.set_index("township_id").geometry[named["township_id"]].to_numpy()
    degrees = shapely.distance(areas, named.geometry.to_numpy())
    assert len(named) > 50
    assert (degrees == 0).mean() > 0.9
    assert degrees.max() < 0.1


def test_the_townships_are_small_and_say_what_they_are(layers):
    assert (ROOT / "layers" / "townships.geojson").stat().st_size < 400_000
    passport = layers.passport("townships")
    assert "94.5" in passport["precision"]
    low = (layers["townships"]["confidence"] == "low").sum()
    assert f"({low} of 320)" in passport["precision"]


def test_a_district_lies_in_one_state(layers):
    townships = layers["townships"]
    assert (townships.groupby("district")["state_part"].nunique() <= 1).all()
    assert (townships.groupby("district")["state"].nunique() == 1).all()
    assert townships["state"].nunique() == 15


def test_a_cancelled_site_stays(layers):
    assert "cancelled" in set(layers["mining_sites"]["status"])


def test_joint_holders_are_named_in_one_way(layers):
    names = set(layers["control_areas"]["controller"])
    assert len({frozenset(name.split(" + ")) for name in names}) == len(names)


def test_the_figures_in_the_readme_are_the_ones_measured(layers):
    found = exposure.measure(
        layers["corridors"],
        layers["conflict_zones"],
        control=layers["control_areas"],
        as_of="2026-02-28",
    )
    text = (ROOT / "layers" / "README.md").read_text("utf-8")
    for row in found.routes.itertuples():
        figures = (row.length_m, row.sure_m, row.exposed_m, row.possible_m)
        cells = " | ".join(f"{metres / 1000:.1f}" for metres in figures)
        assert f"| {row.name} | {cells} |" in text


def test_the_readme_counts_the_claims(layers):
    text = (ROOT / "layers" / "README.md").read_text("utf-8")
    for extent, count in layers["control_areas"]["extent"].value_counts().items():
        assert any(
            line.startswith(f"| {extent} |") and line.endswith(f"| {count} |")
            for line in text.splitlines()
        )
