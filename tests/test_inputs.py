"""Every input of the survey ends in an error that names its place, a warning, or the number."""

import re

import pytest
from input_cases import CASES, HERE, outcome, table

RUN = [one for one in CASES if one.files or one.row == 118]


def names():
    return [f"{one.row}-{one.what[:50]}" for one in RUN]


@pytest.mark.parametrize("one", RUN, ids=names())
def test_an_input_ends_as_it_should(one):
    code, answer, out, said = outcome(one)
    if one.end == "error":
        assert code == 1, said[:2000]
        assert out == ""
        assert said.count("geo: ") == said.startswith("geo: ") == 1
        assert re.search(one.said, " ".join(said.split())), said
        return
    assert code == 0, said[:2000]
    if answer is None:
        assert "--format" in one.words
        return
    rules = {note["rule"] for note in answer["warnings"]}
    assert rules - ALONG.get(one.row, set()) == (set() if one.end == "accept" else {one.end})
    exposed = answer["routes"][0]["exposed_m"]
    if one.inside_m is not None:
        assert exposed == pytest.approx(one.inside_m, rel=1e-8, abs=1e-3)


# what is said beside, and rightly
ALONG = {
    19: {"reprojected"},
    38: {"undated"},
    77: {"long-edge"},
    107: {"covers", "release-unknown", "stale"},
}


def test_the_table_of_inputs_is_as_the_tool_stands():
    assert (HERE / "inputs.md").read_text("utf-8") == table()
