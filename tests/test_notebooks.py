"""The notebooks run from top to bottom, store no output, and show the page without a network."""

import os

import nbformat
import pytest
from conftest import ROOT, SHARED
from nbclient import NotebookClient

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_output_is_stored(path):
    notebook = nbformat.read(path, as_version=4)
    assert all(
        not cell.get("outputs") and not cell.get("execution_count") for cell in notebook.cells
    )


def run(path, monkeypatch):
    """Run a notebook; its kernel imports the checkout, and finds no way out."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute(cwd=ROOT)
    return notebook


@pytest.mark.slow
@pytest.mark.allow_hosts(["127.0.0.1"])
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs_and_shows_the_page(path, monkeypatch):
    notebook = run(path, monkeypatch)
    shown = [
        output.data.get("text/html", "")
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if output.output_type == "execute_result"
    ]
    assert any("<iframe" in html and "sandbox" in html for html in shown)


def printed(notebook):
    """Join what the cells of a notebook printed."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    return "".join(output.text for output in outputs if output.output_type == "stream")


@pytest.mark.slow
@pytest.mark.allow_hosts(["127.0.0.1"])
@pytest.mark.filterwarnings("ignore")
def test_made_up_events_are_called_made_up(monkeypatch):
    monkeypatch.delenv("GEO_EVENTS", raising=False)
    said = printed(run(ROOT / "notebooks" / "03_events.ipynb", monkeypatch))
    assert "MADE_UP_example.csv (a made-up example: these events never happened)" in said
    assert "12 rows, 12 events, 0 broken rules" in said


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.allow_hosts(["127.0.0.1"])
@pytest.mark.filterwarnings("ignore")
def test_the_events_notebook_takes_a_real_file(monkeypatch):
    file = SHARED / "data" / "ucdp" / "GEDEvent_v24_1_myanmar.csv"
    monkeypatch.setenv("GEO_EVENTS", str(file))
    said = printed(run(ROOT / "notebooks" / "03_events.ipynb", monkeypatch))
    assert "7374 rows, 7374 events, 0 broken rules" in said
    assert "made-up" not in said
