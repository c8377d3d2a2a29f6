"""
Refresh the vendored copy of Leaflet: `python geo/assets/vendor.py`.

Asks `npm pack` for the one version that the page was tested with, keeps the
files that the page needs, and writes their SHA-256 sums to a manifest that the
tests check. `--from FOLDER` takes a package that is already unpacked.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

VERSION = "1.9.4"
FILES = (
    "LICENSE",
    "dist/leaflet.js",
    "dist/leaflet.css",
    "dist/images/layers.png",
    "dist/images/layers-2x.png",
    "dist/images/marker-icon.png",
    "dist/images/marker-icon-2x.png",
    "dist/images/marker-shadow.png",
)
TARGET = Path(__file__).with_name("leaflet")


def fetch(folder: Path) -> Path:
    """Download and unpack the package; give the folder that it is in."""
    npm = shutil.which("npm") or "npm"
    subprocess.run([npm, "pack", f"leaflet@{VERSION}"], cwd=folder, check=True)
    with tarfile.open(next(folder.glob("leaflet-*.tgz"))) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package"


def copy(package: Path) -> None:
    """Copy the files that the page needs, and write the manifest."""
    found = json.loads((package / "package.json").read_text("utf-8"))
    if found["version"] != VERSION:
        message = f"expected Leaflet {VERSION}, found {found['version']}"
        raise SystemExit(message)
    TARGET.mkdir(exist_ok=True)
    sums = {}
    for name in FILES:
        target = TARGET / Path(name).name
        target.write_bytes((package / name).read_bytes())
        sums[target.name] = hashlib.sha256(target.read_bytes()).hexdigest()
    manifest = {
        "name": found["name"],
        "version": VERSION,
        "license": found["license"],
        "homepage": found["homepage"],
        "sha256": sums,
    }
    (TARGET / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="package", type=Path, help="an unpacked package")
    package = parser.parse_args().package
    if package is not None:
        copy(package)
        return
    with tempfile.TemporaryDirectory() as folder:
        copy(fetch(Path(folder)))


if __name__ == "__main__":
    main()
