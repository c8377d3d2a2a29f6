"""The notebooks run from top to bottom, store no output, and need no network."""

import importlib.util
import os
import re

import nbformat
import pytest
from conftest import ROOT, SHARED
from nbclient import NotebookClient

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
EVENTS = ROOT / "notebooks" / "03_events.ipynb"
SCALE = ROOT / "notebooks" / "05_scale.ipynb"


@pytest.fixture
def run(monkeypatch):
    """Give a function that runs a notebook; it imports the checkout, and finds no way out."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.delenv("GEO_EVENTS", raising=False)
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    def run_it(path):
        notebook = nbformat.read(path, as_version=4)
        NotebookClient(notebook, timeout=300, kernel_name="python3").execute(cwd=ROOT)
        outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
        texts = [output.text for output in outputs if output.output_type == "stream"]
        results = [output.data for output in outputs if output.output_type == "execute_result"]
        return "".join(texts), [data.get("text/html", data["text/plain"]) for data in results]

    return run_it


def shows_the_page(results):
    return "<iframe" in results[-1] and "sandbox" in results[-1]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_output_is_stored(path):
    notebook = nbformat.read(path, as_version=4)
    assert all(
        not cell.get("outputs") and not cell.get("execution_count") for cell in notebook.cells
    )


@pytest.mark.slow
@pytest.mark.allow_hosts(["127.0.0.1"])
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs_and_shows_the_page(path, run):
    said, results = run(path)
    assert shows_the_page(results) == (path != SCALE)
    assert ("MADE-UP EXAMPLE" in said) == (path in {EVENTS, SCALE})
    if path == SCALE:
        rates = re.findall(r"([\d,]+) journeys measured now", said)
        assert rates[:2] == ["6,000", "0"]
        assert 0 < int(rates[2]) < 3000
        assert "township" in said
        assert "SedonaDB" in results[-1]


def test_what_is_missing_is_named(monkeypatch):
    there = importlib.util.find_spec
    gone = {"sedonadb": None, "duckdb": None}
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: gone.get(name, there("geo")))
    first = nbformat.read(SCALE, as_version=4).cells[1]
    with pytest.raises(ModuleNotFoundError, match=r"^duckdb, sedonadb: pip install .*\[sql\]'$"):
        exec(first.source, {})


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.allow_hosts(["127.0.0.1"])
@pytest.mark.filterwarnings("ignore")
def test_events_of_a_real_file(run, monkeypatch):
    path = SHARED / "data" / "ucdp" / "GEDEvent_v24_1_myanmar.csv"
    monkeypatch.setenv("GEO_EVENTS", str(path))
    said, results = run(EVENTS)
    assert shows_the_page(results)
    assert f"Using the file {path}" in said
    assert "7,374 rows, 7,374 events" in said
    assert "made-up" not in (said + "".join(results)).casefold()
