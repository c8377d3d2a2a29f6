"""Schemas refuse a bad row with one line: layer, row, column, rule and value."""

import pandas as pd
import pytest
import shapely
from conftest import frame

from geo import schema
from geo.errors import SchemaError

GOOD = {
    "gate_id": ["laiza", "kanpaikti"],
    "name": ["Laiza", "Kanpaikti"],
    "between": [None, "kpt_01 tcg_01"],
    "status": ["OPEN", "CLOSED"],
    "event": [None, "closed by China"],
    "valid_from": ["2024-01-01", "2024-02-01"],
    "valid_to": [None, "2024-03-01"],
    "source_url": ["https://a.example/x", "https://b.example/y"],
    "source_date": ["2024-01-01", "2024-02-01"],
    "confidence": ["high", "low"],
}
POINTS = [shapely.Point(97, 25), shapely.Point(98, 25)]


def test_a_good_layer_passes():
    schema.check(frame(POINTS, **GOOD), "gates")


def test_dates_may_be_text_or_datetime():
    layer = frame(POINTS, **GOOD)
    layer["valid_from"] = pd.to_datetime(layer["valid_from"])
    schema.check(layer, "gates")


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("status", "open", "must be one of OPEN, RESTRICTED, CLOSED, UNCLEAR .found 'open'."),
        ("name", "", "must not be empty"),
        ("valid_from", "2024-02-30", "must be a date YYYY-MM-DD .found '2024-02-30'."),
        ("valid_from", "1/2/2024", "must be a date YYYY-MM-DD .found '1/2/2024'."),
        ("source_url", "somewhere", "must match"),
        ("confidence", "sure", "must be one of high, medium, low"),
        ("valid_to", "2024-01-31", "must be after valid_from .found '2024-01-31'."),
    ],
)
def test_a_bad_value_is_named(column, value, rule):
    layer = frame(POINTS, **GOOD)
    layer.loc[1, column] = value
    with pytest.raises(SchemaError, match=f"gates, row 1, column {column}: {rule}") as caught:
        schema.check(layer, "gates")
    assert str(caught.value).count("row 1") == len(caught.value.problems)


def test_all_problems_are_listed():
    layer = frame([POINTS[0], shapely.LineString([(0, 0), (1, 1)])], **GOOD)
    layer["status"] = "ajar"
    with pytest.raises(SchemaError) as caught:
        schema.check(layer, "gates")
    assert [(p.row, p.column) for p in caught.value.problems] == [
        (0, "status"),
        (1, "status"),
        (1, "geometry"),
    ]


def test_ids_are_unique():
    layer = frame(
        [shapely.box(0, 0, 1, 1)] * 2,
        boundary_id=["a", "a"],
        name=["A", "B"],
        level=[0, 0],
        country=["MMR", "MMR"],
        **{name: GOOD[name] for name in ("source_url", "source_date", "confidence")},
    )
    with pytest.raises(SchemaError, match="column boundary_id: must be unique"):
        schema.check(layer, "boundaries")


def test_a_missing_column_is_named():
    with pytest.raises(SchemaError, match="gates, layer, column status: column is missing"):
        schema.check(frame(POINTS, **GOOD).drop(columns="status"), "gates")


def test_a_layer_without_rows_is_refused():
    with pytest.raises(SchemaError, match="must have rows"):
        schema.check(frame(POINTS, **GOOD).iloc[:0], "gates")


def test_a_number_that_is_none_is_named():
    layer = frame(
        [shapely.LineString([(97, 25), (98, 25)])],
        **{name: ["x"] for name in schema.KINDS["corridors"].columns},
    )
    with pytest.raises(SchemaError, match=r"column published_km: must be a number .found 'x'."):
        schema.check(layer, "corridors")
