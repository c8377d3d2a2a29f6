"""
Make `layers/datapackage.json`: a passport for every layer.

Run from the root of the repository, with the package installed, after the
layers themselves:

    python layers/make/passports.py

A passport is a file `passports/<layer>.toml` (what people must know of the
layer) and the layer (what can be read from it: how new its newest source is,
how many rows it has, its checksum). A layer that breaks its schema gets none.
Beside them stand the questions of `facts/questions.csv`: between which places the
page of these layers compares ways.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from geo.io import write_text
from geo.schema import KINDS, check

LAYERS = Path("layers")
QUESTIONS = Path("layers/facts/questions.csv")
PASSPORTS = Path("layers/make/passports")
TEXTS = ("title", "retrieved", "method", "precision", "caveat")
LISTS = {"sources": {"title", "path"}, "licenses": {"name", "title", "path"}}


def main() -> None:
    """Write the passports of the layers that have both a text and a file."""
    resources = [
        passport(kind, text, file)
        for kind in sorted(KINDS)
        if (text := PASSPORTS / f"{kind}.toml").exists() and (file := path(kind)).exists()
    ]
    package = {
        "name": "corridor-exposure-layers",
        "title": "Corridors between Myanmar, India, Thailand and China, and who holds the land",
        "questions": questions(),
        "resources": resources,
    }
    text = json.dumps(package, ensure_ascii=False, indent=2)
    write_text(LAYERS / "datapackage.json", text + "\n")
    for kind in sorted(KINDS):
        if kind not in {resource["name"] for resource in resources}:
            print(f"no passport yet: {kind}")
    print(f"layers/datapackage.json: {len(resources)} passports")


def questions() -> list[dict[str, str]]:
    """
    Read between which places the page compares ways.

    Returns
    -------
    list of dict
        A place `from` and a place `to` each, in the order of the file.

    Raises
    ------
    ValueError
        If a place is not in the layer `places`, or the columns are others.
    """
    rows = pd.read_csv(QUESTIONS, dtype=str, keep_default_na=False, encoding="utf-8")
    if list(rows.columns) != ["from", "to"]:
        message = f"{QUESTIONS}: its columns are {', '.join(rows.columns)}, not from, to"
        raise ValueError(message)
    features = json.loads(path("places").read_text(encoding="utf-8"))["features"]
    known = {feature["properties"]["name"] for feature in features}
    lost = sorted({*rows["from"], *rows["to"]} - known)
    if lost:
        message = f"{QUESTIONS}: no place is called {', '.join(lost)}"
        raise ValueError(message)
    return rows.to_dict("records")


def path(kind: str) -> Path:
    """
    Give the file of a layer.

    Parameters
    ----------
    kind
        A key of `geo.schema.KINDS`.

    Returns
    -------
    pathlib.Path
        Where the layer stands, whether or not it is there.
    """
    return LAYERS / f"{kind}{'.geojson' if KINDS[kind].geometry else '.csv'}"


def passport(kind: str, text: Path, file: Path) -> dict[str, Any]:
    """
    Make the passport of one layer, and check the layer on the way.

    Parameters
    ----------
    kind
        A key of `geo.schema.KINDS`.
    text
        The file with what people must know of it.
    file
        The layer.

    Returns
    -------
    dict
        A resource in the sense of Frictionless, with this project's own keys.
    """
    said = statement(text)
    frame = read(kind, file)
    check(frame, kind)
    covers = {"covers": said["covers"]} if "covers" in said else {}
    return {
        "name": kind,
        "path": file.name,
        "kind": kind,
        "title": said["title"],
        "sources": said["sources"],
        "licenses": said["licenses"],
        "as_of": max(frame["source_date"]),
        "retrieved": said["retrieved"],
        "method": said["method"],
        "precision": said["precision"],
        "caveat": said["caveat"],
        **covers,
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "features": len(frame),
    }


def statement(text: Path) -> dict[str, Any]:
    """
    Read what people must know of a layer, and refuse what is not complete.

    Parameters
    ----------
    text
        A file of `layers/make/passports`.

    Returns
    -------
    dict
        Its content; runs of white space in texts are one space. `covers` is
        there only for layers that say nothing outside some areas.

    Raises
    ------
    ValueError
        Naming the file and what is missing or too much.
    """
    said = tomllib.loads(text.read_text(encoding="utf-8"))
    odd = {*TEXTS, *LISTS} ^ (set(said) - {"covers"})
    if odd:
        message = f"{text}: missing or not known: {', '.join(sorted(odd))}"
        raise ValueError(message)
    for name in TEXTS:
        said[name] = " ".join(str(said[name]).split())
        if not said[name]:
            message = f"{text}: {name} is empty"
            raise ValueError(message)
    for name, keys in LISTS.items():
        if not said[name] or any(set(entry) != keys for entry in said[name]):
            message = f"{text}: every entry of {name} needs {', '.join(sorted(keys))}"
            raise ValueError(message)
    unknown = {*said["covers"]} - {*areas()} if "covers" in said else set()
    if unknown:
        message = f"{text}: no area of the boundaries is called {', '.join(sorted(unknown))}"
        raise ValueError(message)
    return said


def areas() -> list[str]:
    """
    Name the areas that a layer may say it covers.

    Returns
    -------
    list of str
        Countries and first-level areas of the layer `boundaries`.
    """
    features = json.loads(path("boundaries").read_text(encoding="utf-8"))["features"]
    return [feature["properties"]["name"] for feature in features]


def read(kind: str, file: Path) -> pd.DataFrame:
    """
    Read a layer as it was written.

    Parameters
    ----------
    kind
        A key of `geo.schema.KINDS`.
    file
        The layer.

    Returns
    -------
    pandas.DataFrame
        Its rows; with geometry in EPSG:4326 where the kind has one.
    """
    if not KINDS[kind].geometry:
        return pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8")
    features = json.loads(file.read_text(encoding="utf-8"))["features"]
    return gpd.GeoDataFrame.from_features(features, crs="EPSG:4326")


if __name__ == "__main__":
    main()
