"""Lengths, chainage and pieces, against geodesics and integrals made another way."""

import geopandas as gpd
import nearness
import numpy as np
import oracle
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo import geodesy
from geo.errors import CRSError, GeometryError
from geo.geodesy import lines

longitude = st.floats(-170, 170, width=32)
latitude = st.floats(-80, 80, width=32)
step = st.floats(-3, 3, width=32)


def test_one_degree_of_meridian():
    # integral of the meridian radius from 25 N to 26 N, by 100,000 trapezes: 110 780.403 m
    line = shapely.LineString([(97, 25), (97, 26)])
    assert geodesy.length_m(np.array([line]))[0] == pytest.approx(110_780.403, abs=1e-3)


def test_one_degree_of_parallel():
    # N cos(phi) at 25 N: 6378137 / sqrt(1 - e2 sin2) * cos / 180 * pi, by hand
    e2, phi = 0.0066943799901413165, np.deg2rad(25)
    by_hand = 6378137 / np.sqrt(1 - e2 * np.sin(phi) ** 2) * np.cos(phi) * np.pi / 180
    line = shapely.LineString([(97, 25), (98, 25)])
    assert geodesy.length_m(np.array([line]))[0] == pytest.approx(by_hand, rel=1e-12)


@given(longitude, latitude, step, step)
def test_length_agrees_with_geodesics_over_small_steps(lon, lat, run, rise):
    ends = np.array([lon, lat]), np.array([lon + run, lat + rise])
    length = geodesy.arc_length_m(*(np.array([value]) for end in ends for value in end))[0]
    assert length == pytest.approx(oracle.metres(*ends), rel=2e-9, abs=1e-6)


@given(longitude, latitude, step, step, st.floats(0, 1))
def test_length_is_additive(lon, lat, run, rise, share):
    x, y = lon + share * run, lat + share * rise
    whole = geodesy.length_m(np.array([shapely.LineString([(lon, lat), (lon + run, lat + rise)])]))
    cut = [[(lon, lat), (x, y)], [(x, y), (lon + run, lat + rise)]]
    assert geodesy.length_m(shapely.linestrings(cut)).sum() == pytest.approx(
        whole[0], rel=1e-11, abs=1e-7
    )


def test_a_gap_is_not_travelled():
    parts = shapely.MultiLineString([[(97, 25), (97, 25.5)], [(99, 26), (99, 26.5)]])
    lengths = geodesy.length_m(np.array([*parts.geoms, parts]))
    assert lengths[2] == pytest.approx(lengths[:2].sum(), rel=1e-14)
    assert geodesy.chainages_m(parts) == pytest.approx([0, lengths[0], lengths[0], lengths[2]])


def test_heights_are_ignored():
    flat, high = [(97, 25), (98, 26)], [(97, 25, 0), (98, 26, 3000)]
    lengths = geodesy.length_m(np.array([shapely.LineString(flat), shapely.LineString(high)]))
    assert lengths[0] == lengths[1]


@pytest.mark.parametrize("shape", [shapely.Point(97, 25), None, shapely.box(97, 25, 98, 26)])
def test_what_is_no_line_is_refused(shape):
    with pytest.raises(GeometryError, match="route 1 is not a LineString"):
        geodesy.length_m(np.array([shapely.LineString([(0, 0), (1, 1)]), shape], dtype=object))


def test_nothing_has_no_length():
    assert geodesy.length_m(np.array([], dtype=object)).size == 0


def test_a_piece_has_the_length_asked_for():
    line = shapely.MultiLineString([[(97, 25), (97.2, 25.1)], [(97.5, 25.1), (97.6, 25.4)]])
    whole = geodesy.length_m(np.array([line]))[0]
    cut = geodesy.piece(line, 5_000, whole - 7_000)
    assert geodesy.length_m(np.array([cut]))[0] == pytest.approx(whole - 12_000, abs=1e-4)
    assert len(cut.geoms) == 2


def test_a_piece_of_a_long_edge_is_as_long():
    line = shapely.LineString([(96, 20), (100, 28)])
    half = geodesy.length_m(np.array([line]))[0] / 2
    assert geodesy.length_m(np.array([geodesy.piece(line, 0, half)]))[0] == pytest.approx(
        half, abs=0.01
    )


def test_gaps_are_where_parts_do_not_meet():
    parts = [[(97, 25), (97, 25.5)], [(97, 25.5), (97, 26)], [(99, 26), (99, 26.5)]]
    line = shapely.MultiLineString(parts)
    assert geodesy.gaps_m(line) == [pytest.approx(geodesy.chainages_m(line)[3])]


@pytest.mark.parametrize("crs", [4326, "OGC:CRS84", 4979])
def test_longitude_and_latitude_on_wgs84_are_accepted(crs):
    geodesy.require_lonlat(gpd.GeoSeries([], crs=crs).crs, "routes")


@pytest.mark.parametrize(("crs", "said"), [(None, "names no CRS"), (32647, "UTM zone 47N")])
def test_any_other_crs_is_refused(crs, said):
    with pytest.raises(CRSError, match=f"routes .*{said}"):
        geodesy.require_lonlat(crs and gpd.GeoSeries([], crs=crs).crs, "routes")


# ----------------------------------------------------------------------- buffers

SHAPES = [
    shapely.Point(0, 0),
    shapely.LineString([(-0.2, 0.1), (0.1, -0.05), (0.3, 0.2)]),
    shapely.MultiLineString([[(-0.3, 0), (0.3, 0)], [(0, 0.2), (0.1, 0.5)]]),
    shapely.box(-0.6, -0.3, 0.5, 0.4).difference(shapely.box(-0.3, -0.1, 0.3, 0.2)),
    shapely.MultiPolygon([shapely.box(0, 0, 0.4, 0.3), shapely.box(0.45, 0, 0.8, 0.6)]),
]


def off_by(made, shape, distance):
    """Give the worst relative error of the distance from a grown border to what it grew from."""
    ends = shapely.get_coordinates(made)
    points = np.concatenate([ends, (ends[1:] + ends[:-1]) / 2])
    if shape.geom_type == "Point":
        count = len(points)
        away = oracle.GEOD.inv(*points.T, [shape.x] * count, [shape.y] * count)[2]
    else:
        lines = shape if "Line" in shape.geom_type else shapely.boundary(shape)
        away = nearness.distances_m(*points.T, lines, step_m=distance / 50, reach_m=1.1 * distance)
    # middles of jumps from ring to ring lie anywhere
    on_border = shapely.distance(shapely.boundary(made), shapely.points(points)) < 1e-7
    return np.abs(np.asarray(away)[on_border] / distance - 1).max()


@pytest.mark.parametrize("shape", SHAPES, ids=lambda one: one.geom_type)
@pytest.mark.parametrize(("lon", "lat"), [(97, 25), (-60, 0), (15, 68), (170, -45)])
@pytest.mark.parametrize("distance", [800, 10_000])
def test_what_is_grown_ends_at_the_distance(shape, lon, lat, distance):
    shape = shapely.transform(shape, lambda xy: 0.4 * xy + np.array([lon, lat]))
    [made] = geodesy.buffer(np.array([shape]), distance)
    assert made.is_valid
    assert made.covers(shape)
    # 7.5e-5 of round corners, as much of bent edges, 5e-5 of the oracle's steps
    assert off_by(made, shape, distance) < 3e-4


@pytest.mark.parametrize("distance", [500, 4_000])
def test_what_is_shrunk_ends_at_the_distance(distance):
    shape = shapely.transform(SHAPES[3], lambda xy: 0.4 * xy + np.array([97, 25]))
    [made] = geodesy.buffer(np.array([shape]), -distance)
    assert made.is_valid
    assert shape.contains_properly(made)
    assert off_by(made, shape, distance) < 3e-4


def test_a_disc_of_ten_kilometres():
    # degrees make it 9.1 km to the east and 283 square kilometres, UTM 6 m too small or worse
    [made] = geodesy.buffer(np.array([shapely.Point(97, 25)]), 10_000)
    area = abs(oracle.GEOD.geometry_area_perimeter(made)[0])
    assert area == pytest.approx(np.pi * 10_000**2, rel=2e-4)


def test_what_is_shrunk_to_nothing_is_empty():
    line, point = shapely.LineString([(97, 25), (98, 25)]), shapely.Point(97, 25)
    small = shapely.box(97, 25, 97.01, 25.01)
    for made in geodesy.buffer(np.array([line, point, small]), -1_000):
        assert made.is_empty
    assert geodesy.buffer(np.array([], dtype=object), 5).size == 0


@pytest.mark.parametrize(
    ("shape", "distance", "said"),
    [
        (shapely.Point(179.99, 0), 5_000, "across the antimeridian"),
        (shapely.box(-180, 0, -179, 1), 5_000, "across the antimeridian"),
        (shapely.box(-180, 0, -179, 1), -5_000, "its cut there is no border"),
        (shapely.Point(0, 89.99), 5_000, "pole"),
        (shapely.Point(0, -89.99), 5_000, "pole"),
        (shapely.box(90, 10, 105, 20), 5_000, "km from its middle"),
        (shapely.box(-170, 10, 170, 20), 5_000, "km from its middle"),
        (shapely.Point(0, 0), np.nan, "no distance"),
        (None, 5, "shape 0 is missing"),
    ],
)
def test_what_has_no_true_form_is_refused(shape, distance, said):
    with pytest.raises(GeometryError, match=said):
        geodesy.buffer(np.array([shape], dtype=object), distance)


def test_the_two_sides_of_the_date_line_are_no_gap():
    cut = shapely.MultiLineString([[(179.5, -17), (180, -17)], [(-180, -17), (-179.5, -17)]])
    apart = shapely.MultiLineString([[(179.5, -17), (179.9, -17)], [(-180, -17), (-179.5, -17)]])
    assert geodesy.gaps_m(cut) == []
    assert len(geodesy.gaps_m(apart)) == 1


def test_the_nodes_are_those_of_gauss_and_legendre():
    # written out, since numpy.polynomial takes longer to import than a route to measure
    for count, nodes in ((2, lines._TWO_NODES), (3, lines._THREE_NODES)):
        expected = np.polynomial.legendre.leggauss(count)
        assert all((one == other).all() for one, other in zip(nodes, expected, strict=True))


@pytest.mark.parametrize(
    "texts",
    [
        ["LINESTRING (0 0, 1 1)", "LINESTRING EMPTY", "LINESTRING Z (2 2 7, 3 3 8, 4 4 9)"],
        ["MULTILINESTRING ((0 0, 1 1), (2 2, 3 3, 5 5))", "LINESTRING (1 1, 2 2)"],
        ["MULTILINESTRING EMPTY", "MULTILINESTRING ((0 0, 1 1), EMPTY)", "LINESTRING EMPTY"],
    ],
)
def test_lines_are_taken_apart_as_shapely_does(texts):
    shapes = shapely.from_wkt(texts)
    kind, coordinates, offsets = shapely.to_ragged_array(shapes, include_z=False)
    several = kind == shapely.GeometryType.MULTILINESTRING
    expected = coordinates, offsets[0], offsets[1] if several else np.arange(len(texts) + 1)
    for found, wanted in zip(geodesy.edge_vectors(shapes), expected, strict=True):
        assert np.array_equal(found, wanted)
