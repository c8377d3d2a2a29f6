"""Sources side by side: each for itself, and the kilometres on which they disagree."""

import csv
import json
from itertools import pairwise

import numpy as np
import page_sample
import pytest
import shapely
from click.testing import CliRunner
from conftest import few_and_many, frame
from hypothesis import strategies as st

from geo import exposure, report
from geo.cli import main
from geo.errors import InputError
from geo.pictures import facts

WEST, EAST = 96.0, 100.0
NAMES = ["KIA", "AA", "contested", "mixed", "unknown", "kia", "PDF + KIA", "KIA + PDF", None]


def route(**columns):
    return frame([shapely.LineString([(WEST, 25.5), (EAST, 25.5)])], route_id=["r"], **columns)


def bands(*claims, **columns):
    """Make claims of bands of longitude: (west, east, controller)."""
    west, east, controller = zip(*claims, strict=True)
    shapes = [shapely.box(a, 25, b, 26) for a, b in zip(west, east, strict=True)]
    return frame(shapes, controller=list(controller), **columns)


def zone():
    return frame([shapely.box(96.5, 25, 97, 26)], zone_id=["z"])


ISP = ((96, 98, "KIA"), (98, 99, "AA"))
ISW = ((97, 98.5, "KIA"),)


@pytest.fixture
def found():
    return exposure.measure(route(), zone(), control={"ISP": bands(*ISP), "ISW": bands(*ISW)})


def along(found, degrees):
    """Turn degrees along the parallel into metres: they grow evenly."""
    return found.routes["length_m"].iloc[0] * degrees / (EAST - WEST)


def test_by_hand(found):
    [answer] = found.as_dict()["routes"]
    [pair] = answer["disputes"]
    assert pair["sources"] == ["ISP", "ISW"]
    assert pair["disputed_m"] == pytest.approx(along(found, 0.5))
    assert pair["one_silent_m"] == pytest.approx(along(found, 1 + 0.5))
    assert pair["agreed_m"] == pytest.approx(along(found, 1))
    [stretch] = pair["stretches"]
    assert stretch["controllers"] == ["AA", "KIA"]
    assert stretch["from_m"] == pytest.approx(along(found, 2))
    assert stretch["to_m"] == pytest.approx(along(found, 2.5))
    assert found.agreement["both_unknown_m"].tolist() == pytest.approx([along(found, 1)])


def test_each_source_speaks_for_itself(found):
    by = found.controllers.set_index(["source", "controller"])["inside_m"]
    assert by["ISP", "KIA"] == pytest.approx(along(found, 2))
    assert by["ISP", "AA"] == pytest.approx(along(found, 1))
    assert by["ISW", "KIA"] == pytest.approx(along(found, 1.5))
    assert by["ISW", "unknown"] == pytest.approx(along(found, 2.5))
    assert found.sources == ("ISP", "ISW")
    assert found.controllers["source"].tolist() == ["ISP"] * 3 + ["ISW"] * 2


def test_a_source_among_others_says_what_it_says_alone(found):
    for name, claims in (("ISP", ISP), ("ISW", ISW)):
        alone = exposure.measure(route(), zone(), control={name: bands(*claims)})
        mine = found.stretches[found.stretches["source"] == name]
        assert mine.reset_index(drop=True).equals(alone.stretches)


def test_the_json_covers_each_route_once_and_the_other_sources_apart(found):
    [answer] = found.as_dict()["routes"]
    assert [part["controller"] for part in answer["stretches"]] == ["KIA", "AA", "unknown"]
    [other] = answer["other_sources"]
    assert other["source"] == "ISW"
    assert [part["controller"] for part in other["stretches"]] == ["unknown", "KIA", "unknown"]


def test_with_one_source_nothing_is_disputed():
    found = exposure.measure(route(), zone(), control=[bands(*ISP)])
    [answer] = found.as_dict()["routes"]
    assert answer["disputes"] == []
    assert "other_sources" not in answer
    assert {"source"}.isdisjoint(answer["stretches"][0])
    assert found.sources == ("control",)


def test_three_sources_are_compared_pair_by_pair_and_their_metres_counted_once():
    control = [bands((96, 98, name)) for name in ("KIA", "AA", "PDF")]
    found = exposure.measure(route(), zone(), control=control, source="map")
    [answer] = found.as_dict()["routes"]
    assert [pair["sources"] for pair in answer["disputes"]] == [
        ["map", "map (2)"],
        ["map", "map (3)"],
        ["map (2)", "map (3)"],
    ]
    assert [pair["disputed_m"] for pair in answer["disputes"]] == pytest.approx(
        [along(found, 2)] * 3
    )
    row = next(csv.DictReader(report.as_csv(found).splitlines()))
    assert float(row["disputed_m"]) == pytest.approx(along(found, 2))


@pytest.mark.parametrize(
    ("one", "other", "what"),
    [
        ("KIA", "AA", "disputed_m"),
        ("KIA", "contested", "disputed_m"),
        ("mixed", "contested", "disputed_m"),
        ("contested", "contested", "agreed_m"),
        ("mixed", "mixed", "agreed_m"),
        ("KIA", "kia", "agreed_m"),
        ("KIA + PDF", "PDF + KIA", "agreed_m"),
        ("KIA + PDF", "KIA", "disputed_m"),
        ("KIA", "unknown", "one_silent_m"),
        ("unknown", "contested", "one_silent_m"),
        ("unknown", None, "both_unknown_m"),
    ],
)
def test_what_counts_as_what(one, other, what):
    control = {"a": bands((WEST, EAST, one)), "b": bands((WEST, EAST, other))}
    found = exposure.measure(route(), zone(), control=control)
    sums = found.agreement[["disputed_m", "one_silent_m", "agreed_m", "both_unknown_m"]].iloc[0]
    assert sums[what] == pytest.approx(found.routes["length_m"].iloc[0])
    assert sums.sum() == pytest.approx(found.routes["length_m"].iloc[0])


def test_names_that_only_one_source_knows_are_said():
    control = {"ISP": bands((96, 98, "KIA")), "ISW": bands((96, 98, "Kachin Army"))}
    found = exposure.measure(route(), zone(), control=control)
    [notice] = [one for one in found.notices if one.rule == "unlike-names"]
    assert "KIA (only in ISP) and Kachin Army (only in ISW)" in notice.message


def test_names_that_both_use_need_no_word():
    control = {
        "ISP": bands((96, 97, "KIA"), (97, 98, "AA")),
        "ISW": bands((96, 97, "AA"), (97, 98, "KIA")),
    }
    found = exposure.measure(route(), zone(), control=control)
    assert found.agreement["disputed_m"].iloc[0] == pytest.approx(along(found, 2))
    assert "unlike-names" not in [one.rule for one in found.notices]


# an oracle in degrees: holders by a rule of three lines, on pieces between all edges


def said(claims, at):
    names = {(name or "unknown").casefold() for a, b, name in claims if a < at < b}
    known = names - {"unknown"} or names
    certain = known - {"mixed"} or known
    if not certain:
        return "unknown"
    # claims of one source that order joint holders otherwise are two claims there
    return certain.pop() if len(certain) == 1 else "contested"


def parts(name):
    return frozenset(part.strip() for part in name.split("+"))


def expected(claims, others):
    edges = sorted({WEST, EAST, *(x for a, b, _ in [*claims, *others] for x in (a, b))})
    sums = {"disputed_m": 0.0, "one_silent_m": 0.0, "agreed_m": 0.0, "both_unknown_m": 0.0}
    for a, b in pairwise(edges):
        one, other = (said(side, (a + b) / 2) for side in (claims, others))
        if parts(one) == parts(other):
            what = "both_unknown_m" if one == "unknown" else "agreed_m"
        else:
            what = "one_silent_m" if "unknown" in {one, other} else "disputed_m"
        sums[what] += b - a
    return sums


spans = st.tuples(st.integers(0, 39), st.integers(1, 12), st.sampled_from(NAMES)).map(
    lambda one: (WEST + one[0] / 10, min(WEST + (one[0] + one[1]) / 10, EAST), one[2])
)


def the_four_add_up_to_the_length(claims, others):
    control = {"a": bands(*claims), "b": bands(*others)}
    found = exposure.measure(route(), zone(), control=control)
    length = found.routes["length_m"].iloc[0]
    sums = found.agreement.iloc[0]
    for name, degrees in expected(claims, others).items():
        assert sums[name] == pytest.approx(along(found, degrees), abs=1e-3), name
    assert sum(sums[name] for name in expected(claims, others)) == pytest.approx(length, abs=1e-6)
    held = found.controllers.groupby("source")["inside_m"].sum()
    assert held.tolist() == pytest.approx([length, length], abs=1e-6)
    widths = found.disputes["to_m"] - found.disputes["from_m"]
    assert (widths > 0).all()
    assert widths.sum() == pytest.approx(sums["disputed_m"], abs=1e-6)
    neighbours = found.disputes.iloc[1:].reset_index(drop=True)
    before = found.disputes.iloc[:-1].reset_index(drop=True)
    touch = np.isclose(neighbours["from_m"], before["to_m"], atol=1e-6)
    alike = [a == b for a, b in zip(neighbours["controllers"], before["controllers"], strict=True)]
    assert not (touch & np.array(alike, dtype=bool)).any()


test_the_four_add_up_to_the_length, test_the_four_add_up_to_the_length_often = few_and_many(
    the_four_add_up_to_the_length,
    12,
    100,
    st.lists(spans, min_size=1, max_size=8),
    st.lists(spans, min_size=1, max_size=8),
)


def test_routes_keep_apart_and_one_without_length_has_nothing_to_dispute():
    point = shapely.LineString([(97, 25.5), (97, 25.5)])
    lines = [shapely.LineString([(96, 25.5), (97, 25.5)]), point]
    lines.append(shapely.LineString([(97, 25.5), (99, 25.5)]))
    routes = frame(lines, route_id=["a", "b", "c"])
    control = {"x": bands((96, 98, "KIA")), "y": bands((96.5, 99, "AA"))}
    found = exposure.measure(routes, zone(), control=control)
    assert found.agreement["route_id"].tolist() == ["a", "b", "c"]
    by = found.agreement.set_index("route_id")
    assert by["disputed_m"]["b"] == by["agreed_m"]["b"] == by["one_silent_m"]["b"] == 0
    for name, share in (("a", 0.5), ("c", 0.5)):
        length = found.routes.set_index("route_id")["length_m"][name]
        assert by["disputed_m"][name] == pytest.approx(length * share)
        assert by["one_silent_m"][name] == pytest.approx(length * (1 - share))


def test_the_other_sources_age_is_said():
    control = {
        "new": bands((96, 98, "KIA"), source_date=["2026-01-01"]),
        "old": bands((96, 98, "KIA"), source_date=["2024-01-01"]),
    }
    found = exposure.measure(route(), zone(), control=control)
    [notice] = [one for one in found.notices if one.rule == "stale"]
    assert notice.file == "control old"
    assert "731 days" in notice.message


@pytest.mark.parametrize("control", [{}, []])
def test_no_source_at_all_is_refused(control):
    with pytest.raises(InputError, match="no source of claims"):
        exposure.measure(route(), zone(), control=control)


def test_a_source_that_names_no_controller_is_refused_by_its_name():
    bare = bands((96, 98, "KIA")).drop(columns="controller")
    with pytest.raises(InputError, match="control ISW: no column"):
        exposure.measure(route(), zone(), control={"ISP": bands(*ISP), "ISW": bare})


def test_a_table_shows_the_sources_side_by_side(found):
    lines = report.as_table(found).splitlines()
    start = lines.index("r: who holds it, by each source")
    table = [line.split() for line in lines[start + 1 : start + 5]]
    km = [f"{along(found, degrees) / 1000:.1f}" for degrees in (2, 1.5, 1, 2.5, 0.5)]
    assert table[0][-2:] == ["ISP", "ISW"]
    assert ["KIA", km[0], km[1]] in table
    assert ["AA", km[2], "0.0"] in table
    assert ["unknown", km[2], km[3]] in table
    assert f"ISP and ISW name different holders on {km[4]} km" in lines[start + 5]


def test_csv_has_columns_for_each_source(found):
    row = next(csv.DictReader(report.as_csv(found).splitlines()))
    for source in found.sources:
        metres = [float(row[name]) for name in row if name.endswith(f"@{source}_m")]
        assert sum(metres) == pytest.approx(float(row["length_m"]), abs=1e-6)
    assert float(row["KIA@ISW_m"]) == pytest.approx(along(found, 1.5))
    assert float(row["disputed_m"]) == pytest.approx(along(found, 0.5))


# ------------------------------------------------------------------ the command


@pytest.fixture
def files(tmp_path):
    (tmp_path / "old").mkdir()
    names = {"route": route(name=["Road"]), "ISP": bands(*ISP), "old/ISP": bands(*ISW)}
    for name, made in names.items():
        made.to_file(tmp_path / f"{name}.geojson")
    return [str(tmp_path / f"{name}.geojson") for name in names]


def run(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


def test_the_command_compares_two_files(files):
    words = ["expose", files[0], "--control", files[1], "--control", files[2]]
    done = run(*words, "--format", "json")
    assert done.exit_code == 0, done.stderr
    answer = json.loads(done.stdout)
    [pair] = answer["routes"][0]["disputes"]
    assert pair["sources"] == ["ISP", "ISP (2)"]
    assert pair["disputed_m"] == pytest.approx(answer["routes"][0]["length_m"] / 8)
    assert [one["role"] for one in answer["inputs"]] == ["routes", "zones", "control", "control"]
    again = run(*answer["reproduce"].split()[1:])
    assert again.stdout == done.stdout


def test_a_layer_and_a_file_are_called_by_their_names(files):
    words = ["expose", files[0], "--control", "control_areas", "--control", files[1]]
    done = run(*words, "--format", "csv")
    assert done.exit_code == 0, done.stderr
    row = next(csv.DictReader(done.stdout.splitlines()))
    assert {name.split("@")[-1] for name in row if "@" in name} == {"control_areas_m", "ISP_m"}


def test_the_page_carries_every_source(files, tmp_path):
    words = ["--control", files[1], "--control", files[2], "--map", tmp_path / "out.html"]
    done = run("expose", files[0], *words)
    assert done.exit_code == 0, done.stderr
    html = (tmp_path / "out.html").read_text("utf-8")
    for name in ("control-2", "control-3"):
        assert f'"name":"{name}","kind":"control_areas"' in html


def test_no_file_is_written_over_a_source(files):
    done = run("expose", files[0], "--control", files[1], "--control", files[2], "-o", files[2])
    assert done.exit_code == 1
    assert "is read or written by the same command" in done.stderr


# ----------------------------------------------------------------- the pictures


class Claims(page_sample.FakeCatalogue):
    """Layers of claims by any name."""

    def passport(self, name):
        return {**super().passport(name), "kind": "control_areas"}


def test_a_strip_rests_on_the_first_source_only():
    pictures = pytest.importorskip("geo.pictures")
    pytest.importorskip("matplotlib")
    one = bands(*ISP, area_id=["x", "y"], status=["held", "held"])
    two = bands(*ISW, area_id=["x"], status=["besieged"])
    found = exposure.measure(route(name=["Road"]), zone(), control={"one": one, "two": two})
    layers = Claims({"one": one, "two": two})
    assert facts.claims(layers, found)["x"]["status"] == "held"
    figure = pictures.strip_picture(found)
    drawn = [one for one in figure.findobj() if one.get_gid() == "holder"]
    assert sum(one.get_width() for one in drawn) >= found.routes["length_m"].iloc[0] / 1000 - 1e-6
    words = [one.get_text() for one in figure.findobj() if hasattr(one, "get_text")]
    assert any("as one says (two names another on" in one for one in words)
