"""Settings and frames that many tests share."""

import os
import subprocess
from pathlib import Path

import geopandas as gpd
import hypothesis
import pytest
import shapely
from click.testing import CliRunner

from geo.catalog import Catalog
from geo.cli import main

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"

hypothesis.settings.register_profile(
    "gate", deadline=None, derandomize=True, max_examples=60, database=None
)
hypothesis.settings.load_profile("gate")


def copy_of_source(folder):
    """Copy what git knows into a folder, to be built there; give the folder."""
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for name in filter(None, names.split("\0")):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((ROOT / name).read_bytes())
    return folder


def few_and_many(law, few, many, *strategies):
    """Give a law as two tests: with few examples for the gate, with many marked slow."""
    seldom, often = (
        hypothesis.settings(max_examples=most)(hypothesis.given(*strategies)(law))
        for most in (few, many)
    )
    return seldom, pytest.mark.slow(often)


def pytest_collection_modifyitems(items):
    """Pass over tests of the data folder where it is absent, but never in CI."""
    if SHARED.is_dir() or os.environ.get("CI") == "true":
        return
    for item in items:
        if "shared" in item.keywords:
            item.add_marker(pytest.mark.skip(reason="no data folder beside the checkout"))


@pytest.fixture
def geo():
    """Give a function that runs the command."""

    def run(*words):
        return CliRunner().invoke(main, [str(word) for word in words])

    return run


@pytest.fixture(scope="session")
def layers():
    """Give the bundled layers."""
    return Catalog(ROOT / "layers")


def frame(shapes, **columns):
    """Make a frame in EPSG:4326."""
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=4326)


@pytest.fixture
def routes():
    """Give two routes: one through the square at 97-98 E, one past it."""
    lines = [
        shapely.LineString([(96, 25.5), (99, 25.5)]),
        shapely.LineString([(96, 20), (99, 20)]),
    ]
    return frame(lines, route_id=["through", "past"], name=["Through", "Past"])


@pytest.fixture
def zones():
    """Give two zones that overlap, each with a period and a source date."""
    boxes = [shapely.box(97, 25, 98, 26), shapely.box(97.5, 25, 98.5, 26)]
    return frame(
        boxes,
        zone_id=["a", "b"],
        name=["A", "B"],
        controller=["KIA", "AA"],
        valid_from=["2024-01-01", "2024-06-01"],
        valid_to=[None, "2025-01-01"],
        source_date=["2024-02-01", "2024-07-01"],
    )
