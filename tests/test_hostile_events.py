"""Events whose texts are markup, formulas or orders to a terminal: through every command."""

import csv
import json
import os
import pty
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import shapely
from chromium import started
from click.testing import CliRunner
from conftest import ROOT, frame
from event_rows import UCDP_ROW
from screens import Screens

from geo.cli import main
from geo.report.cells import csv_text

PAYLOADS = (
    "{{7*7}}",
    "{{ cycler.__init__.__globals__.os.mkdir('made') }}",
    "{% raw %}",
    "</script><script>window.__x=1</script>",
    "<img src=x onerror=window.__x=1>",
    "${window.__x=1}",
    "=cmd|' /C calc'!A0",
    "+1+cmd",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "$(touch made)",
    "`touch made`",
    "\x1b[31mred\x1b]0;title\x07",
    "\x9b31m",
    "a\u202eb\u2066c\u200f",
    "a\ngeo: wrote /etc/passwd",
    "a\u2028b",
    "%s%n",
)
CELLS = ("id", "side_a", "side_b", "where_coordinates", "adm_1", "adm_2", "country")
WRONG = ("where_prec", "best", "date_start", "latitude")
CLASS = {"where_coordinates": "5", "adm_1": "4", "adm_2": "3", "country": "6"}
NAME = "=x{{7*7}}<img src=x onerror=window.__x=1>\x1b[31m\u202e\x9b\ngeo: wrote y$(touch made).csv"
# all that moves a terminal, but for the line feed that ends our own lines
ACTS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
FORMULA = re.compile(r"[=+@\t\r]|-(?!\d+(\.\d+)?$)")


@pytest.fixture(scope="module")
def source():
    """Write the events and a road, once; give their folder."""
    with tempfile.TemporaryDirectory() as folder:
        records = []
        for number, payload in enumerate(PAYLOADS):
            for column in (*CELLS, *WRONG):
                own = payload if column != "id" else f"{payload}{number}"
                key = f"{column}{number}"
                precision = CLASS.get(column, "1")
                records.append(UCDP_ROW | {"id": key, "where_prec": precision, column: own})
        with (Path(folder) / NAME).open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, list(UCDP_ROW), quoting=csv.QUOTE_ALL)
            writer.writeheader()
            writer.writerows(records)
        road = shapely.LineString([(97.0, 25.3), (97.2, 25.35), (97.6, 25.5)])
        names = {"route_id": ["r"], "name": [f"{PAYLOADS[14]}{PAYLOADS[16]}{PAYLOADS[4]}"]}
        (Path(folder) / "road.geojson").write_text(frame([road], **names).to_json(), "utf-8")
        yield Path(folder)


@pytest.fixture
def desk(source, tmp_path, monkeypatch):
    """Work in a folder of its own, with the events and the road."""
    for path in source.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def geo(*words):
    done = CliRunner().invoke(main, list(words))
    assert done.exit_code == 0, done.output
    assert not ACTS.search(done.stderr)
    assert not re.search(r"^geo: wrote", done.stderr, re.MULTILINE)
    return done.stdout


def files(folder):
    return {path.name for path in folder.iterdir()}


def cells(content):
    return [cell for row in csv.reader(content.splitlines(keepends=True)) for cell in row]


def test_the_check_lists_them_and_nothing_else_happens(desk):
    before = files(desk)
    table = geo("events", "check", NAME, "--rejects", "rejects.csv")
    assert not ACTS.search(table)
    assert table.startswith(r"=x{{7*7}}<img src=x onerror=window.__x=1>\x1b[31m\u202e\x9b\ngeo:")
    assert "220 rows, 140 events" in table
    assert files(desk) - before == {"rejects.csv"}
    with Path("rejects.csv").open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert not [cell for row in rows for cell in row.values() if FORMULA.match(cell)]
    found = {row["value"].removeprefix("'") for row in rows if row["column"] == "where_prec"}
    assert found == set(PAYLOADS)
    counted = json.loads(geo("events", "check", NAME, "--format", "json"))
    assert counted["inputs"][0]["path"] == NAME
    assert not [
        one for one in cells(geo("events", "check", NAME, "--format", "csv")) if one[:1] == "="
    ]


@pytest.mark.parametrize("form", ["csv", "json", "table"])
def test_the_answer_in_every_form(desk, form):
    before = files(desk)
    words = ("--events", NAME, "--draws", "20", "--format", form, "--map", "map.html")
    answer = geo("expose", "road.geojson", *words)
    assert files(desk) - before == {"map.html"}
    if form == "table":
        assert not ACTS.search(answer)
    elif form == "csv":
        assert not [one for one in cells(answer) if FORMULA.match(one)]
    else:
        found = json.loads(answer)
        [entry] = [one for one in found["inputs"] if one["role"] == "events"]
        assert entry["path"] == NAME
        # the placed ones are on the road's own ground; what has no area is said
        assert found["routes"][0]["events"][-1]["events"]["low"] > 0
        assert NAME in {one["file"] for one in found["warnings"]}


def test_a_layer_of_zones_carries_them_as_text(desk):
    before = files(desk)
    geo("zones", "build", NAME, "--method", "hull", "-o", "zones.geojson")
    assert files(desk) - before == {"zones.geojson"}
    [zone] = json.loads(Path("zones.geojson").read_text("utf-8"))["features"]
    actors = zone["properties"]["actors"]
    assert any(payload in actors for payload in PAYLOADS)


def on_a_terminal(*words):
    """Run a command whose screen is a terminal, and give what it is sent."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "geo.cli", *words]
    with subprocess.Popen(
        command, stdout=theirs, stderr=subprocess.STDOUT, env=os.environ | {"PYTHONPATH": str(ROOT)}
    ) as running:
        os.close(theirs)
        sent = b""
        while True:
            try:
                block = os.read(ours, 1 << 16)
            except OSError:  # the other side is closed
                break
            sent += block
        assert running.wait() == 0, sent
    os.close(ours)
    return sent.decode()


@pytest.mark.slow
@pytest.mark.parametrize("form", ["csv", "json"])
def test_data_on_a_terminal_do_not_act_on_it(desk, form):
    sent = on_a_terminal(
        "expose", "road.geojson", "--events", NAME, "--draws", "20", "--format", form
    )
    # the bar that shows the reading moves the cursor itself, and is over before the answer begins
    answer = sent[sent.index("as_of" if form == "csv" else "{\r\n") :].replace("\r\n", "\n")
    notes = [line for line in answer.split("\n") if line.startswith("geo: note")]
    assert not ACTS.search(answer)
    assert len(answer) > 500 or notes
    assert "\\x1b[31m" in answer or "\\u001b[31m" in answer


@pytest.mark.browser
def test_the_page_shows_them_as_text(desk):
    geo("zones", "build", NAME, "--method", "hull", "-o", "zones.geojson")
    words = ("--events", NAME, "--zones", "zones.geojson")
    options = [
        "--curve",
        "--draws",
        "20",
        "--as-of",
        "2023-04-12",
        "--map",
        "map.html",
        "-o",
        "answer.txt",
    ]
    geo("expose", "road.geojson", *words, *options)
    with started() as browser:
        screens = Screens(browser, desk)
        page = screens.open(Path("map.html").read_text("utf-8"))
        for tab in page.tab.locator("#tabs button").all():
            tab.click()
        page.tab.locator("#tab-near").click()
        near = page.text("#near")
        assert PAYLOADS[4] in near
        assert "{{7*7}}<img src=x onerror=window.__x=1>" in near
        page.see("void geoPage.page.map.setView([25.383, 97.396], 10, {animate: false})")
        page.see("void geoPage.page.map.fire('click', {latlng: L.latLng(25.383, 97.396)})")
        page.until("!!document.querySelector('.popup')")
        page.see(
            "document.querySelectorAll('.popup details').forEach((one) => { one.open = true; })"
        )
        assert "made')" in page.text(".popup") or "window.__x" in page.text(".popup")
        assert page.see("window.__x") is None
        images = "document.querySelectorAll('main img:not(.leaflet-image-layer), iframe').length"
        assert page.see(images) == 0
        assert page.silent(), page.complaints
        screens.close()


def test_a_carriage_return_begins_no_row():
    assert csv_text([["a", "b"], ["x\r=1+1", 2.5], ["\n", "=1"]]) == (
        'a,b\n"x\r=1+1",2.5\n"\n",\'=1\n'
    )
