"""Pictures for print: what they show is what was measured, and text stays text."""

import re
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import page_sample
import pytest
import shapely
from click.testing import CliRunner
from conftest import frame
from event_sample import events
from event_sample import one as event

from geo import exposure, geodesy, maps, pictures
from geo.cli import main
from geo.cli.desk import keep_text_plain
from geo.errors import CRSError, InputError, Notice, OutputError
from geo.events import near
from geo.looks import Look, hues, look
from geo.pictures import facts, paper

matplotlib = pytest.importorskip("matplotlib")
BURMESE = "မြစ်ကြီးနား"
HOSTILE = [
    "$x$",
    r"$\frac{1}{0}$ \input{/etc/passwd}",
    "$",
    "</svg><script>alert(1)</script>",
    "{{7*7}}",
    "a--b-->c",
    "x" * 5000,
    "word " * 900,
    BURMESE,
    "two\nlines\u2028and\x00nothing",
    "\ud800 alone",
    "",
]


def measured(layers):
    return exposure.measure(
        layers["corridors"],
        layers["conflict_zones"],
        control=layers["control_areas"],
        as_of="2026-02-28",
    )


@pytest.fixture(scope="module")
def catalogue():
    return page_sample.FakeCatalogue(page_sample.layers())


@pytest.fixture(scope="module")
def found(catalogue):
    return measured(catalogue)


@pytest.fixture(scope="module")
def sheet(catalogue, found):
    return pictures.map_picture(catalogue, found)


@pytest.fixture(scope="module")
def strip(catalogue, found):
    return pictures.strip_picture(found, catalogue)


@pytest.fixture
def geo():
    def run(*words):
        return CliRunner().invoke(main, [str(word) for word in words])

    return run


def marked(figure, gid):
    return [artist for artist in figure.findobj() if artist.get_gid() == gid]


def texts(figure):
    kind = matplotlib.text.Text
    return [one.get_text() for one in figure.findobj(kind) if one.get_text()]


def bytes_of(figure, form, folder):
    path = folder / f"picture.{form}"
    pictures.save(figure, path)
    return path.read_bytes()


# ---------------------------------------------------------------------- the strip


def test_exposed_stretches_stand_at_their_kilometres(strip, found):
    boxes = [(box.get_x(), box.get_x() + box.get_width()) for box in marked(strip, "exposed")]
    expected = found.exposed[["from_m", "to_m"]].to_numpy() / 1000
    assert len(boxes) == len(expected) > 1
    np.testing.assert_allclose(boxes, expected, rtol=0, atol=1e-9)
    [band] = {box.axes for box in marked(strip, "exposed")}
    assert band.get_xlim() == pytest.approx((0, found.routes["length_m"].iloc[0] / 1000))


def test_holders_fill_the_band_from_end_to_end(strip, found):
    boxes = sorted({(box.get_x(), box.get_width()) for box in marked(strip, "holder")})
    ends = np.cumsum([width for _, width in boxes])
    assert boxes[0][0] == 0
    np.testing.assert_allclose(ends[:-1], [start for start, _ in boxes[1:]], atol=1e-9)
    assert ends[-1] == pytest.approx(found.routes["length_m"].iloc[0] / 1000)


def test_colour_says_who_and_hatch_says_how_sure(strip, catalogue, found):
    colours = facts.colours(catalogue, found)
    painted = {}
    for box in marked(strip, "holder"):
        start = box.get_x() * 1000
        row = found.stretches[
            (found.stretches["from_m"] <= start + 1) & (found.stretches["to_m"] > start + 1)
        ]
        painted.setdefault(row["controller"].iloc[0], []).append(box)
    ground = matplotlib.colors.to_hex(painted["Blue Front"][0].get_facecolor())
    assert ground == colours["Blue Front"]
    assert {box.get_hatch() for box in painted["contested"]} == {"\\\\\\"}
    assert {box.get_hatch() for box in painted["mixed"]} == {"..."}


def test_the_strip_says_its_numbers_day_zones_and_error(strip, found):
    said = "\n".join(texts(strip))
    route = found.routes.iloc[0]
    assert "North road" in said
    assert f"{route['length_m'] / 1000:.1f} km long, {route['exposed_m'] / 1000:.1f} km" in said
    assert f"longest {route['longest_exposed_m'] / 1000:.1f} km from km" in said
    assert "Inside zones that hold on 2026-02-28; newest source 2026-02-01, 27 days before" in said
    assert "“Conflict zones”" in said
    assert "may be off by 1.5 to 9.0 km" in said
    assert "Midway - Border · river" in said


def test_strip_and_map_say_what_cannot_be_decided(layers):
    road = layers["corridors"][layers["corridors"]["corridor_id"] == "myitkyina_kanpaikti"]
    answer = exposure.measure(road, layers["conflict_zones"], as_of="2026-02-28")
    words = "surely 0.0 km exposed, as drawn 6.1 km, possibly 18.1 km: cannot be decided"
    assert words in "\n".join(texts(pictures.strip_picture(answer, layers)))
    said = " ".join(texts(pictures.map_picture(layers, answer)))
    assert "6.1*" in said
    assert "cannot be decided at this precision" in said


def test_places_are_named_at_the_ends_of_sections(layers):
    kaladan = layers["corridors"][layers["corridors"]["corridor_id"] == "kaladan"]
    answer = exposure.measure(kaladan, layers["conflict_zones"], control=layers["control_areas"])
    said = texts(pictures.strip_picture(answer, layers))
    assert {"Kolkata", "Sittwe", "Paletwa", "Aizawl"} <= set(said)


@pytest.mark.slow
def test_several_routes_stack_and_none_is_lost_silently():
    lines = [shapely.LineString([(96, 20 + n / 20), (97, 20 + n / 20)]) for n in range(43)]
    zone = frame([shapely.box(96.2, 19, 96.4, 30)])
    few, many = (exposure.measure(frame(lines[:count]), zone) for count in (2, 43))
    low, high = (pictures.strip_picture(one) for one in (few, many))
    assert len(marked(low, "exposed")) == 2
    assert len(marked(high, "exposed")) == 40
    assert high.get_figheight() > 10 * low.get_figheight()
    assert "3 more routes were measured and are not drawn" in " ".join(texts(high))
    assert "Positional error: how far the drawn line may be off is not given." in texts(low)


# ------------------------------------------------------------------------ the map


def test_exposed_parts_lie_where_they_were_measured(sheet, found):
    lines = marked(sheet, "exposed")
    route = found.routes.geometry.iloc[0]
    pieces = [
        part
        for row in found.exposed.itertuples(index=False)
        for part in geodesy.piece(route, row.from_m, row.to_m).geoms
    ]
    assert len(lines) == len(pieces)
    for line, piece in zip(lines, pieces, strict=True):
        np.testing.assert_allclose(line.get_xydata(), shapely.get_coordinates(piece), atol=1e-12)
    thin = marked(sheet, "route")
    assert min(line.get_linewidth() for line in lines) > 2 * thin[0].get_linewidth()


def test_the_map_shows_the_day_and_no_other(sheet, catalogue, found):
    zones = marked(sheet, "zone")
    assert len(zones) == 2  # of three, one is over
    assert {zone.get_hatch() for zone in zones} == {"////"}
    # contested ground of one holder keeps the holder's colour below the lines
    contested = marked(sheet, "control contested")
    assert [area.get_hatch() for area in contested].count("\\\\\\") == 2
    grounds = [area for area in contested if area.get_hatch() is None]
    assert [matplotlib.colors.to_hex(area.get_facecolor()) for area in grounds] == [
        facts.colours(catalogue, found)["Red Guard"]
    ]
    assert len(marked(sheet, "control mixed")) == 1


def test_the_map_says_its_day_age_sources_and_scale(sheet):
    said = texts(sheet)
    assert "Corridor exposure, as of 2026-02-28" in said
    assert any("newest source 2026-02-01, 27 days before" in text for text in said)
    assert any("Sources: A report" in text for text in said)
    assert "North road" in said
    assert "N" in said
    assert any(re.fullmatch(r"\d+ km", text) for text in said)
    assert {"Blue Front", "contested", "mixed: no single holder"} <= set(said)


def test_degrees_are_shortened_by_the_middle_latitude(sheet, found):
    [axes] = {line.axes for line in marked(sheet, "exposed")}
    box = axes.get_position()
    width, height = box.width * 11.69, box.height * 8.27
    west, east, south, north = *axes.get_xlim(), *axes.get_ylim()
    middle = np.mean(found.routes.total_bounds[[1, 3]])
    assert (width / (east - west)) / (height / (north - south)) == pytest.approx(
        np.cos(np.radians(middle))
    )


def test_labels_give_way_to_each_other(catalogue, found):
    layers = page_sample.layers()
    towns = [f"Town {number:02}" for number in range(40)]
    spots = [shapely.Point(96.2 + number / 400, 25.1) for number in range(40)]
    layers["places"] = frame(spots, name=towns, rank=[1.0] * 39 + [2.0])
    figure = pictures.map_picture(page_sample.FakeCatalogue(layers), found)
    drawn = [one for one in figure.findobj(matplotlib.text.Text) if one.get_text() in towns]
    assert 0 < len(drawn) < 30
    renderer = figure.canvas.get_renderer()
    boxes = [
        shapely.box(*one.get_window_extent(renderer).shrunk(0.9, 0.6).extents) for one in drawn
    ]
    overlaps = shapely.intersects(np.array(boxes)[:, None], np.array(boxes)[None, :])
    assert overlaps.sum() == len(boxes)


@pytest.mark.slow
def test_routes_are_numbered_where_there_are_several(layers):
    answer = exposure.measure(
        layers["corridors"], layers["conflict_zones"], control=layers["control_areas"]
    )
    said = texts(pictures.map_picture(layers, answer))
    assert said.count("3") == 2  # on the map and in the list
    assert any("Kaladan" in text for text in said)


def test_a_map_without_layers_and_a_very_short_route_are_drawn(tmp_path):
    road = frame([shapely.LineString([(2, 14), (2, 14.00001)])])
    found = exposure.measure(road, frame([shapely.box(1, 13, 3, 15)]))
    figure = pictures.map_picture(page_sample.FakeCatalogue({}), found)
    assert len(marked(figure, "exposed")) == 1
    assert bytes_of(figure, "png", tmp_path)[:4] == b"\x89PNG"
    assert bytes_of(pictures.strip_picture(found), "png", tmp_path)


def test_a_projected_layer_is_refused(found):
    layers = page_sample.layers()
    layers["places"] = layers["places"].to_crs(32647)
    with pytest.raises(CRSError, match="places"):
        pictures.map_picture(page_sample.FakeCatalogue(layers), found)


# ---------------------------------------------------------------------- the curve


def with_events(found, radii=(0.5, 1, 2, 5, 10)):
    """Add events near the routes: two at known spots beside the first route, one in doubt."""
    rows = events(event(97, 25.2), event(97.7, 25.2), event(98.2, 25.15, "disc", 9000.0))
    named = [
        Notice("events", "", "stale", "the newest event is old"),
        Notice("other.csv", "", "covers", "is of another file"),
    ]
    read = {"role": "events", "path": "data/my $x$ events.csv", "sha256": "", "features": 3}
    return replace(
        found,
        events=near(found.routes, rows, within_km=radii, since="2023-01-01", seed=3),
        inputs=(*found.inputs, read),
        notices=(*found.notices, *named),
    )


@pytest.fixture(scope="module")
def curve(found):
    return pictures.curve_picture(with_events(found))


def test_the_curve_stands_at_its_figures(curve, found):
    table = with_events(found).events.table
    assert table["exposed_m_low"].max() > 0
    assert (table["exposed_m_low"] < table["exposed_m_high"]).any()
    radii = table["within_m"].to_numpy() / 1000
    [line] = marked(curve, "likely")
    np.testing.assert_allclose(line.get_xdata(), radii)
    np.testing.assert_allclose(line.get_ydata(), table["exposed_m_central"] / 1000)
    for gid, low, high in (("band", "low", "high"), ("range", "p5", "p95")):
        [band] = marked(curve, gid)
        [path] = band.get_paths()
        for x, *ends in zip(
            radii, table[f"exposed_m_{low}"] / 1000, table[f"exposed_m_{high}"] / 1000, strict=True
        ):
            drawn = path.vertices[np.isclose(path.vertices[:, 0], x), 1]
            np.testing.assert_allclose([drawn.min(), drawn.max()], ends, atol=1e-9)
    [whole] = marked(curve, "whole")
    assert whole.get_ydata()[0] == pytest.approx(found.routes["length_m"].iloc[0] / 1000)
    assert line.axes.get_xscale() == "log"
    assert [one.get_text() for one in line.axes.get_xticklabels()][::4] == ["10", "5"]
    # told apart without colour: by hatch and by the outline's dashes
    assert marked(curve, "range")[0].get_hatch()
    assert not marked(curve, "band")[0].get_hatch()


def test_the_curve_says_days_count_seed_and_source(curve):
    said = " ".join(texts(curve))
    assert "3 events counted, from 2023-01-01 until before the last" in said
    assert "of my $x$ events.csv" in said
    assert "200 draws of every event's place and day, seed 3" in said
    assert "North road" in said
    assert "not what a source missed. events: the newest event is old." in said
    assert "another file" not in said


@pytest.mark.slow
def test_curves_stand_three_abreast_and_none_is_lost_silently():
    lines = [shapely.LineString([(96, 20 + n / 20), (97, 20 + n / 20)]) for n in range(43)]
    few, many = (
        pictures.curve_picture(with_events(exposure.measure(frame(lines[:count]), frame([]))))
        for count in (3, 43)
    )
    assert len(marked(few, "likely")) == 3
    assert len(marked(many, "likely")) == 40
    assert "3 more routes were measured and are not drawn" in " ".join(texts(many))
    tops = {round(line.axes.get_position().y0, 6) for line in marked(few, "likely")}
    assert len(tops) == 1


def test_a_curve_needs_two_distances(found):
    for one_radius in (found, with_events(found, (5,))):
        with pytest.raises(InputError, match="two distances or more"):
            pictures.curve_picture(one_radius)


# ------------------------------------------------------------ colours, text, files


def test_page_and_pictures_give_the_same_colours(layers):
    answer = exposure.measure(
        layers["corridors"], layers["conflict_zones"], control=layers["control_areas"]
    )
    packed = [maps._layer(name, layers[name], layers.passport(name)) for name in layers]
    page = maps._looks(packed, maps._rounded(maps._plain(answer.as_dict())))
    assert facts.colours(layers, answer) == page


def test_looks():
    colours = hues(["B", "A + B", None, "mixed"], ["C", "unknown"])
    assert list(colours) == ["B", "A", "C"]
    assert look("A + B", colours) == Look((colours["A"], colours["B"]), "solid")
    assert look("A", colours, extent="township").sure == "approximate"
    assert look("A", colours, status="besieged").sure == "contested"
    assert look("A", colours, status="mixed") == look("mixed", colours) == Look((), "mixed")
    assert look(None, colours) == Look((), "unknown")
    assert len(look("stranger", colours).hues) == 1
    assert [coat.hatch for coat in paper.brush(look("A + B", colours))] == ["", "//"]


@pytest.mark.parametrize(
    "form",
    [
        "png",
        pytest.param("pdf", marks=pytest.mark.slow),
        pytest.param("svg", marks=pytest.mark.slow),
    ],
)
def test_the_same_picture_is_the_same_bytes(catalogue, found, tmp_path, form):
    pairs = [
        [bytes_of(draw(), form, tmp_path) for _ in range(2)]
        for draw in (
            lambda: pictures.map_picture(catalogue, found),
            lambda: pictures.strip_picture(found, catalogue),
            lambda: pictures.curve_picture(with_events(found)),
        )
    ]
    assert all(first == second for first, second in pairs)
    assert not re.search(rb"CreationDate|tIME|<dc:date|Software", pairs[0][0])


def hostile(first):
    """Give every text another hostile one, so that all are met in few pictures."""
    keep_text_plain()  # as the command does: half a surrogate is no text in pyarrow
    layers = page_sample.layers()
    text = [HOSTILE[(first + number) % len(HOSTILE)] for number in range(7)]
    layers["corridors"]["corridor"], layers["corridors"]["corridor_id"] = text[0], text[1]
    layers["corridors"]["name"], layers["corridors"]["mode"] = text[2], text[3]
    layers["places"]["name"] = layers["boundaries"]["name"] = text[4]
    layers["control_areas"]["controller"] = text[5]
    layers["conflict_zones"]["name"] = text[6]
    return page_sample.FakeCatalogue(layers)


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(number, marks=[pytest.mark.slow] if number % 6 else [])
        for number in range(len(HOSTILE))
    ],
)
def test_text_stays_text(first, tmp_path):
    layers = hostile(first)
    found = measured(layers)
    sheet, strip = pictures.map_picture(layers, found), pictures.strip_picture(found, layers)
    for figure in (sheet, strip, pictures.curve_picture(with_events(found))):
        root = ET.fromstring(bytes_of(figure, "svg", tmp_path))
        tags = {element.tag.rpartition("}")[2] for element in root.iter()}
        assert "script" not in tags
        kept = [one for one in figure.findobj(matplotlib.text.Text) if one.get_text()]
        assert not any(one.get_parse_math() for one in kept)
        assert all(one.get_window_extent().x1 <= figure.bbox.x1 for one in kept)
        assert BURMESE not in "".join(texts(figure))


def test_a_users_settings_change_nothing(catalogue, found, tmp_path):
    plain = bytes_of(pictures.strip_picture(found, catalogue), "png", tmp_path)
    settings = {"text.usetex": True, "font.size": 30, "font.family": "serif", "savefig.dpi": 20}
    with matplotlib.rc_context(settings):
        assert bytes_of(pictures.strip_picture(found, catalogue), "png", tmp_path) == plain
        assert matplotlib.rcParams["text.usetex"] is True


def test_pyplot_is_not_touched(catalogue, found):
    pictures.strip_picture(found, catalogue)
    pyplot = sys.modules.get("matplotlib.pyplot")
    assert pyplot is None or not pyplot.get_fignums()


def test_words():
    assert paper.plain_words(BURMESE, "route 1") == "route 1"
    assert paper.plain_words(f"Myitkyina {BURMESE[:3]}") == "Myitkyina"
    assert paper.plain_words("two\nlines") == "two lines"
    assert paper.plain_words(None, "none") == paper.plain_words("", "none") == "none"
    assert paper.plain_words("$x$") == "$x$"


# ---------------------------------------------------------------- the command line


@pytest.mark.slow
def test_the_map_is_written_as_html_png_and_pdf(geo, tmp_path):
    paths = [tmp_path / f"map.{form}" for form in ("html", "png", "pdf")]
    done = geo("map", "-o", paths[0], "--png", paths[1], "--pdf", paths[2])
    assert done.exit_code == 0, done.stderr
    assert paths[1].read_bytes()[:4] == b"\x89PNG"
    assert paths[2].read_bytes()[:5] == b"%PDF-"
    assert all(f"wrote {path}" in done.stderr for path in paths)


@pytest.mark.parametrize(
    ("form", "start"), [("png", b"\x89PNG"), ("pdf", b"%PDF-"), ("SVG", b"<?xml")]
)
def test_strips_are_written_by_the_files_ending(geo, tmp_path, form, start):
    road = frame([shapely.LineString([(1.5, 14.2), (3.5, 13.9)])], name=["Niamey road"])
    road.to_file(tmp_path / "road.gpkg")
    frame([shapely.box(2, 14, 3, 15)], name=["Zone"]).to_file(tmp_path / "zones.gpkg")
    path = tmp_path / f"strip.{form}"
    done = geo("expose", tmp_path / "road.gpkg", "--zones", tmp_path / "zones.gpkg", "--plot", path)
    assert done.exit_code == 0, done.stderr
    assert path.read_bytes().startswith(start)


@pytest.mark.parametrize("curve", [True, False])
def test_the_curve_is_drawn_where_it_was_asked_for(geo, tmp_path, curve):
    road = frame([shapely.LineString([(1.5, 14.2), (3.5, 13.9)])], name=["Niamey road"])
    road.to_file(tmp_path / "road.gpkg")
    frame([shapely.box(2, 14, 3, 15)], name=["Zone"]).to_file(tmp_path / "zones.gpkg")
    (tmp_path / "mine.csv").write_text("lat,lon,date\n14.1,2.5,2024-03-01\n", "utf-8")
    path = tmp_path / "picture.svg"
    named = ("--column", "date=date", "--column", "lat=lat", "--column", "lon=lon")
    asked = ("--events", tmp_path / "mine.csv", *named, "--within", 0.7, *["--curve"] * curve)
    files = (tmp_path / "road.gpkg", "--zones", tmp_path / "zones.gpkg", "--plot", path)
    done = geo("expose", *files, *asked)
    assert done.exit_code == 0, done.stderr
    text = path.read_text("utf-8")
    assert ("How near events pass" in text) == curve
    assert ("Exposure along the way" in text) != curve
    assert ("mine.csv" in text) == curve


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["map", "-o", "{tmp}/m.html", "--png", "{tmp}/no/map.png"], "there is no folder no"),
        (["map", "-o", "{tmp}/m.html", "--pdf", "{tmp}/no/map.pdf"], "there is no folder no"),
        (["expose", "corridors", "--plot", "{tmp}/no/strip.png"], "there is no folder no"),
        (["expose", "corridors", "--plot", "{tmp}/strip.jpg"], "ends with .png, .pdf or .svg"),
    ],
)
def test_what_cannot_be_written_is_said_before_the_work(geo, tmp_path, monkeypatch, words, said):
    monkeypatch.setattr(exposure, "measure", lambda *_, **__: pytest.fail("the work has started"))
    done = geo(*[word.format(tmp=tmp_path) for word in words])
    assert done.exit_code == 1
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "words", [["map", "--png", "m.png"], ["expose", "corridors", "--plot", "s.png"]]
)
def test_without_matplotlib_one_line_says_what_to_install(geo, tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    done = geo(*words)
    assert done.exit_code == 1
    assert done.stderr == "geo: pictures need matplotlib: pip install matplotlib\n"
    assert not list(tmp_path.iterdir())


def test_a_picture_is_written_whole_or_not_at_all(strip, tmp_path, monkeypatch):
    path = tmp_path / "strip.png"
    path.write_bytes(b"old")

    def broken(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", broken)
    with pytest.raises(OutputError, match="No space left"):
        pictures.save(strip, path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2023-12-01", ""),
        ("2024-01-31", "No events are counted on this day."),
        ("2026-02-15", "Some zones rest on candidate events."),
    ],
)
def test_paper_says_where_no_events_are_counted(layers, day, said):
    found = exposure.measure(
        layers["corridors"],
        layers["conflict_zones"],
        control=layers["control_areas"],
        as_of=day,
    )
    assert facts.evidence_words(found).strip() == said
    for figure in (pictures.map_picture(layers, found), pictures.strip_picture(found, layers)):
        text = " ".join(texts(figure)).replace("\n", " ")
        assert ("events" in text.split("Zones: ")[1].split("”.")[1][:60]) == bool(said)
        assert said in text
