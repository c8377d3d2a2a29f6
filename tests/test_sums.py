"""Sums of an answer, against exact sums made another way."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import exposure
from geo.exposure import sums

METRES = st.floats(0, 1e7, allow_subnormal=False)


@given(st.lists(st.tuples(st.integers(0, 3), METRES), max_size=60))
def test_sums_lose_nothing_in_any_group(pairs):
    group = np.array([number for number, _ in pairs], dtype=np.int64)
    values = np.array([value for _, value in pairs], dtype=float)
    for number, found in enumerate(sums.summed(group, values, 5)):
        exact = math.fsum(value for of, value in pairs if of == number)
        assert found == pytest.approx(exact, rel=4e-16)


def test_a_sum_that_a_plain_one_would_lose():
    values = np.array([1.0, *[1e-16] * 10_000])
    assert values.cumsum()[-1] == 1.0
    group = np.zeros(values.size, np.int64)
    assert sums.summed(group, values, 1)[0] == pytest.approx(1 + 1e-12, rel=1e-15)


def test_a_name_that_is_not_there_is_said():
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = exposure.nothing
