"""All positions asked at once: the same geometry, and the same refusal, as one by one."""

import json

import hypothesis.strategies as st
import pytest
import shapely
from hypothesis import given

from geo.errors import GeometryError
from geo.io import geojson

NUMBER = st.one_of(
    st.integers(-180, 180),
    st.floats(-180, 180),
    st.sampled_from([1e13, 10**400, -0.0, True, None, "1", [], 1e-320]),
)
GOOD = st.tuples(st.floats(-180, 180), st.integers(-90, 90)).map(list)
POSITION = st.one_of(GOOD, GOOD, GOOD, st.lists(NUMBER, max_size=4), NUMBER)


def ring(positions):
    return [*positions, positions[0]] if positions else positions


LINE = st.one_of(st.lists(GOOD, max_size=5), st.lists(POSITION, max_size=5))
RINGS = st.lists(st.one_of(st.lists(GOOD, max_size=5).map(ring), LINE), max_size=3)
VALUES = st.one_of(
    st.tuples(st.just("LineString"), LINE),
    st.tuples(st.just("MultiLineString"), st.lists(LINE, max_size=3)),
    st.tuples(st.just("Polygon"), RINGS),
    st.tuples(st.just("MultiPolygon"), st.lists(RINGS, max_size=3)),
    st.tuples(st.sampled_from(["LineString", "MultiPolygon"]), NUMBER),
).map(lambda pair: dict(zip(("type", "coordinates"), pair, strict=True)))


def ended(value):
    try:
        shape = geojson.geometry(value)
    except (GeometryError, shapely.errors.ShapelyError, LookupError) as error:
        return type(error), str(error)
    return shapely.to_wkb(shape)


@given(VALUES)
def test_at_once_and_one_by_one_are_the_same(value):
    with pytest.MonkeyPatch.context() as patch:
        at_once = ended(value)
        patch.setattr(geojson, "_plain", lambda *_: None)
        assert at_once == ended(value)


def test_a_plain_polygon_is_what_shapely_reads():
    hole = [[97.2, 25.2], [97.8, 25.2], [97.8, 25.8], [97.2, 25.2]]
    shell = [[97, 25], [98, 25], [98, 26], [97, 25]]
    for kind, coordinates in (
        ("LineString", shell),
        ("MultiLineString", [shell, hole]),
        ("Polygon", [shell, hole]),
        ("MultiPolygon", [[shell, hole], [hole]]),
    ):
        value = {"type": kind, "coordinates": coordinates}
        assert geojson.geometry(value) == shapely.from_geojson(json.dumps(value))
