"""
Refresh what others made and the page needs: `python geo/assets/vendor.py`.

Asks `npm pack` for the versions that the page was tested with, keeps the files
that are needed, and writes their SHA-256 sums to manifests that the tests
check. `--from FOLDER` takes unpacked packages from FOLDER/NAME instead. The
font is cut down to Burmese with fonttools and brotli, all shaping kept.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
BURMESE = "U+1000-104F,U+200C-200D,U+25CC"


@dataclass(frozen=True)
class Package:
    """A package, the files that are kept of it, and where they are put."""

    name: str
    version: str
    files: tuple[str, ...]
    target: Path


PACKAGES = (
    Package(
        "leaflet",
        "1.9.4",
        (
            "LICENSE",
            "dist/leaflet.js",
            "dist/leaflet.css",
            "dist/images/layers.png",
            "dist/images/layers-2x.png",
            "dist/images/marker-icon.png",
            "dist/images/marker-icon-2x.png",
            "dist/images/marker-shadow.png",
        ),
        HERE / "leaflet",
    ),
    Package(
        "@fontsource/noto-sans-myanmar",
        "5.3.0",
        ("LICENSE", "files/noto-sans-myanmar-myanmar-400-normal.woff2"),
        HERE / "fonts",
    ),
    Package(
        "axe-core",
        "4.14.1",
        ("LICENSE", "axe.min.js"),
        HERE.parent.parent / "tests" / "assets" / "axe",
    ),
)


def fetch(package: Package, folder: Path) -> Path:
    """Download and unpack a package; give the folder that it is in."""
    npm = shutil.which("npm") or "npm"
    place = folder / package.name.replace("/", "-")
    place.mkdir()
    subprocess.run([npm, "pack", f"{package.name}@{package.version}"], cwd=place, check=True)
    with tarfile.open(next(place.glob("*.tgz"))) as archive:
        archive.extractall(place, filter="data")
    return place / "package"


def kept(path: Path) -> bytes:
    """Give what is kept of a file: all of it, or of a font what writes Burmese."""
    if path.suffix != ".woff2":
        return path.read_bytes()
    from fontTools import subset

    with tempfile.NamedTemporaryFile(suffix=".woff2") as made:
        subset.main(
            [
                str(path),
                f"--unicodes={BURMESE}",
                "--layout-features=*",
                "--flavor=woff2",
                f"--output-file={made.name}",
            ]
        )
        return Path(made.name).read_bytes()


def copy(package: Package, source: Path) -> None:
    """Copy the files that are kept, and write the manifest."""
    found = json.loads((source / "package.json").read_text("utf-8"))
    if found["version"] != package.version:
        message = f"expected {package.name} {package.version}, found {found['version']}"
        raise SystemExit(message)
    package.target.mkdir(parents=True, exist_ok=True)
    sums = {}
    for name in package.files:
        target = package.target / Path(name).name
        target.write_bytes(kept(source / name))
        sums[target.name] = hashlib.sha256(target.read_bytes()).hexdigest()
    manifest = {
        "name": package.name,
        "version": package.version,
        "license": found["license"],
        "homepage": found["homepage"],
        "sha256": sums,
    }
    (package.target / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="folder", type=Path, help="where unpacked packages are")
    folder = parser.parse_args().folder
    with tempfile.TemporaryDirectory() as fetched:
        for package in PACKAGES:
            source = folder / package.name if folder else fetch(package, Path(fetched))
            copy(package, source)


if __name__ == "__main__":
    main()
