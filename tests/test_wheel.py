"""The built wheel is whole: in an empty folder it writes the map."""

import os
import subprocess
import sys
import zipfile

import pytest
from conftest import ROOT, copy_of_source

pytestmark = pytest.mark.slow


def pip(*words):
    command = [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the wheel from a copy of what git knows, without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    source = copy_of_source(folder / "source")
    pip("wheel", "--no-deps", "--no-build-isolation", "-w", str(folder), str(source))
    return next(folder.glob("*.whl"))


def test_it_holds_layers_assets_and_their_licences(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    modules = {str(path.relative_to(ROOT)) for path in (ROOT / "geo").rglob("*.py")}
    assert modules <= names
    assert {"geo/layers/datapackage.json", "geo/layers/control_areas.geojson"} <= names
    assert {"geo/assets/leaflet/LICENSE", "geo/assets/page.html", "geo/py.typed"} <= names
    assert not [name for name in names if name.startswith("tests")]


def test_it_writes_the_map_in_an_empty_folder(wheel, tmp_path):
    pip("install", "--no-deps", "--target", str(tmp_path / "site"), str(wheel))
    work = tmp_path / "work"
    work.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    where = subprocess.run(
        [sys.executable, "-c", "import geo; print(geo.__file__)"],
        cwd=work,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert where.startswith(str(tmp_path))
    subprocess.run([sys.executable, "-m", "geo.cli", "map"], cwd=work, env=environment, check=True)
    assert (work / "map.html").stat().st_size > 500_000
