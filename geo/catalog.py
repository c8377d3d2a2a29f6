"""Layers by name, each with its passport: where it comes from, how old and how exact it is."""

from __future__ import annotations

import csv
import hashlib
import os
from collections.abc import Iterator, Mapping
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import geopandas as gpd
import pandas as pd
import shapely

from geo import schema
from geo.errors import LayerError, LayerNotFoundError, ProvenanceError
from geo.io import geojson

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geopandas import GeoDataFrame

__all__ = ["Catalog", "Layers", "bundled"]

_PASSPORTS = "datapackage.json"
_NEEDED = (
    "title",
    "kind",
    "path",
    "sources",
    "licenses",
    "as_of",
    "retrieved",
    "method",
    "precision",
    "sha256",
)


def bundled() -> Path:
    """
    Find the layers that come with the package.

    Returns
    -------
    Path
        $GEO_LAYERS if it is set, else the folder in the installed package, else
        the one beside a checkout's package.

    Raises
    ------
    LayerNotFoundError
        If there is none.
    """
    package = Path(__file__).parent
    given = os.environ.get("GEO_LAYERS")
    for folder in [Path(given)] if given else [package / "layers", package.parent / "layers"]:
        if (folder / _PASSPORTS).is_file():
            return folder
    message = f"no folder of layers with a {_PASSPORTS}" + (f" at {given}" if given else "")
    raise LayerNotFoundError(message)


class Layers(Protocol):
    """What a page or a picture needs of a catalogue: layers by name, each with its passport."""

    def __iter__(self) -> Iterator[str]:
        """Give the layers' names."""
        ...

    def __getitem__(self, name: str) -> GeoDataFrame:
        """
        Give a layer by name.

        Parameters
        ----------
        name
            The layer's name.
        """
        ...

    def passport(self, name: str) -> Mapping[str, Any]:
        """
        Give a layer's passport.

        Parameters
        ----------
        name
            The layer's name.
        """
        ...


class Catalog(Mapping[str, "GeoDataFrame"]):
    """
    A folder of layers, read when they are asked for.

    Parameters
    ----------
    folder
        A folder with a datapackage.json; left out, the bundled layers.

    Raises
    ------
    LayerNotFoundError
        If there is no such folder.
    ProvenanceError
        If its passports cannot be read.

    Examples
    --------
    >>> layers = Catalog()
    >>> sorted(layers["gates"]["status"].unique())
    ['CLOSED', 'OPEN', 'RESTRICTED', 'UNCLEAR']
    """

    def __init__(self, folder: str | Path | None = None) -> None:
        self.folder = bundled() if folder is None else Path(folder)
        document = _document(self.folder)
        self._passports = _passports(document, self.folder / _PASSPORTS)
        self._questions = _questions(document, self.folder / _PASSPORTS)
        self._frames: dict[str, GeoDataFrame] = {}

    def __getitem__(self, name: str) -> GeoDataFrame:
        """
        Give a layer as a frame of its own, in EPSG:4326, with dates as datetime64.

        Parameters
        ----------
        name
            A layer's name.

        Returns
        -------
        GeoDataFrame
            A plain table of figures has no geometry and is a DataFrame.

        Raises
        ------
        LayerNotFoundError
            If there is no such layer.
        ProvenanceError
            If its passport is incomplete or of another file.
        LayerError
            If its file cannot be read.
        """
        if name not in self._frames:
            self._frames[name] = self._load(name)
        frame: GeoDataFrame = self._frames[name].copy()
        return frame

    def __contains__(self, name: object) -> bool:
        """Tell whether there is a layer of this name."""
        return name in self._passports

    def __iter__(self) -> Iterator[str]:
        """Go through the layers' names, in the order of the passports."""
        return iter(self._passports)

    def __len__(self) -> int:
        """Count the layers."""
        return len(self._passports)

    def __repr__(self) -> str:
        """Name the folder and its layers."""
        return f"Catalog({str(self.folder)!r}): {', '.join(self)}"

    @property
    def questions(self) -> tuple[tuple[str, str], ...]:
        """
        Give the places between which the page of these layers compares ways.

        Returns
        -------
        tuple
            Pairs of names, from and to, as `ways.Gazetteer` finds them in the layers;
            empty where the data package has no key `questions`.
        """
        return self._questions

    def passport(self, name: str) -> dict[str, Any]:
        """
        Give a layer's passport.

        Parameters
        ----------
        name
            A layer's name.

        Returns
        -------
        dict
            Title, kind, path, sources, licenses, as_of, retrieved, method,
            precision, sha256, and what else it says. `covers` lists the areas,
            by their names in the layer `boundaries`, that the sources of its
            rows speak of: elsewhere the layer knows nothing, and nothing found
            there is not "none". A passport without it does not say.

        Raises
        ------
        LayerNotFoundError
            If there is no such layer.
        ProvenanceError
            If something is missing in it.
        """
        if name not in self._passports:
            message = f"no layer is called {name!r}; there are {', '.join(self)}"
            raise LayerNotFoundError(message)
        passport = self._passports[name]
        missing = [key for key in _NEEDED if not passport.get(key)]
        if missing:
            message = f"{name}: its passport lacks {', '.join(missing)}"
            raise ProvenanceError(message)
        return dict(passport)

    def path(self, name: str) -> Path:
        """
        Say where a layer's file is.

        Parameters
        ----------
        name
            A layer's name.

        Returns
        -------
        Path
            The file, inside the catalogue's folder.

        Raises
        ------
        ProvenanceError
            If the passport names a file elsewhere, or none.
        """
        path = self.folder / str(self.passport(name)["path"])
        if path.parent.resolve() != self.folder.resolve() or not path.is_file():
            message = f"{name}: its passport names no file of this folder: {path.name}"
            raise ProvenanceError(message)
        return path

    def covered(self, name: str) -> GeoDataFrame | None:
        """
        Give the ground that a layer's sources speak of.

        Parameters
        ----------
        name
            A layer's name.

        Returns
        -------
        GeoDataFrame or None
            The rows of `boundaries` that its passport names in `covers`, in
            EPSG:4326; None where it names none, or there are no boundaries.

        Raises
        ------
        LayerNotFoundError
            If there is no such layer.
        ProvenanceError
            If its passport names an area that `boundaries` does not have.
        """
        named = self.passport(name).get("covers")
        if not named or "boundaries" not in self:
            return None
        areas = self["boundaries"]
        lost = sorted(set(named) - set(areas["name"]))
        if lost:
            message = f"{name}: its passport covers {', '.join(lost)}, which is no boundary"
            raise ProvenanceError(message)
        found: GeoDataFrame = areas[areas["name"].isin(named)]
        return found

    def around(self, bounds: Iterable[float]) -> Catalog:
        """
        Keep the layers that reach into a box: a page of the Sahel needs no places in Myanmar.

        Parameters
        ----------
        bounds
            West, south, east and north, degrees.

        Returns
        -------
        Catalog
            A catalogue of its own; plain tables go with the layers they came with.
        """
        west, south, east, north = (float(side) for side in bounds)
        box = shapely.box(west, south, east, north)
        near = {
            name: isinstance(self[name], gpd.GeoDataFrame)
            and shapely.box(*self[name].total_bounds).intersects(box)
            for name in self
        }
        if any(near.values()):
            near |= {name: True for name in self if not isinstance(self[name], gpd.GeoDataFrame)}
        return self._with({name: self._passports[name] for name in self if near[name]})

    def without(self, *names: str) -> Catalog:
        """
        Leave layers out.

        Parameters
        ----------
        *names
            The layers' names; one that is not there is passed over.

        Returns
        -------
        Catalog
            A catalogue of its own.
        """
        return self._with({name: self._passports[name] for name in self if name not in names})

    def with_layer(self, name: str, frame: GeoDataFrame, *, kind: str, path: str) -> Catalog:
        """
        Add a frame that a user brought.

        Parameters
        ----------
        name
            What to call it; a layer of that name is replaced.
        frame
            Its features, in EPSG:4326.
        kind
            The kind of layer that it stands for, a key of `schema.KINDS`.
        path
            The file that it came from.

        Returns
        -------
        Catalog
            A catalogue of its own, in which the layer's passport says that it
            was brought by the user.
        """
        file = Path(path).name
        passport = {
            "title": file,
            "kind": kind,
            "path": file,
            "sources": [{"title": "brought by the user"}],
            "licenses": [{"title": "not known"}],
            "method": "as it was brought",
            **dict.fromkeys(("as_of", "retrieved", "precision", "sha256"), "not known"),
        }
        return self._with({**self._passports, name: passport}, {name: frame})

    def _with(
        self, passports: dict[str, dict[str, Any]], frames: dict[str, GeoDataFrame] | None = None
    ) -> Catalog:
        known = {name: frame for name, frame in self._frames.items() if name in passports}
        other = copy(self)
        vars(other).update(_passports=passports, _frames={**known, **(frames or {})})
        return other

    def check(self, name: str) -> None:
        """
        Check every row of a layer against the schema of its kind.

        Parameters
        ----------
        name
            A layer's name.

        Raises
        ------
        SchemaError
            With every broken rule.
        ProvenanceError
            If its passport is incomplete or of another file.
        """
        schema.check(self[name], self.passport(name)["kind"], layer=name)

    def export(self, name: str, path: str | Path) -> None:
        """
        Write a layer as GeoParquet, with its passport in the file's metadata.

        Parameters
        ----------
        name
            A layer's name; a plain table of figures becomes plain Parquet.
        path
            Where to write, ending in .parquet or .geoparquet.

        Raises
        ------
        LayerNotFoundError
            If there is no such layer.
        SchemaError, ProvenanceError
            As `check`: nothing is written that breaks a rule.
        InputError
            If the ending is another, or pyarrow is not installed.
        OutputError
            If the file cannot be written.
        """
        from geo.io.geoparquet import write_geoparquet

        self.check(name)
        passport = self.passport(name)
        kinds = {
            title: column.kind for title, column in schema.KINDS[passport["kind"]].columns.items()
        }
        about = {"layer": name, "passport": passport}
        write_geoparquet(path, self[name], kinds, about=about)

    def _load(self, name: str) -> GeoDataFrame:
        passport, path = self.passport(name), self.path(name)
        raw = path.read_bytes()
        if hashlib.sha256(raw).hexdigest() != passport["sha256"]:
            message = (
                f"{name}: {path.name} is not the file that its passport describes "
                "(its sha256 differs); check it, then renew the passport"
            )
            raise ProvenanceError(message)
        if passport["kind"] not in schema.KINDS:
            message = f"{name}: no kind of layer is called {passport['kind']!r}"
            raise LayerError(message)
        read: Any = _table(raw) if path.suffix == ".csv" else _features(raw, path.name)
        frame: GeoDataFrame = _typed(read, passport["kind"])
        return frame


def _document(folder: Path) -> Any:
    path = folder / _PASSPORTS
    if not path.is_file():
        message = f"{folder}: not a folder of layers, it has no {_PASSPORTS}"
        raise LayerNotFoundError(message)
    return geojson.decode(path.read_bytes(), str(path))


def _passports(document: Any, path: Path) -> dict[str, dict[str, Any]]:
    resources = document.get("resources") if isinstance(document, dict) else None
    if not isinstance(resources, list) or not all(
        isinstance(entry, dict) and isinstance(entry.get("name"), str) for entry in resources
    ):
        message = f"{path}: not a data package: it lists no named resources"
        raise ProvenanceError(message)
    return {entry["name"]: entry for entry in resources}


def _questions(document: Any, path: Path) -> tuple[tuple[str, str], ...]:
    given = document.get("questions", [])
    if not isinstance(given, list) or not all(
        isinstance(one, dict) and all(isinstance(one.get(end), str) for end in ("from", "to"))
        for one in given
    ):
        message = f"{path}: its questions are not a list of a place `from` and a place `to`"
        raise ProvenanceError(message)
    return tuple((one["from"], one["to"]) for one in given)


def _features(raw: bytes, name: str) -> GeoDataFrame:
    found = geojson.features(geojson.decode(raw, name), name)
    shapes = [geojson.geometry(feature["geometry"]) for feature in found]
    records = [feature["properties"] or {} for feature in found]
    return gpd.GeoDataFrame(pd.DataFrame(records), geometry=shapes, crs=4326)


def _table(raw: bytes) -> pd.DataFrame:
    rows = list(csv.DictReader(raw.decode("utf-8-sig").splitlines()))
    return pd.DataFrame(rows)


def _typed(frame: Any, kind: str) -> Any:
    """Give dates and numbers their types; what is wrong stays text, for `check` to name."""
    for name, column in schema.KINDS[kind].columns.items():
        if name not in frame.columns:
            continue
        if column.kind == "date":
            days = pd.to_datetime(frame[name], format="%Y-%m-%d", errors="coerce")
            if (days.isna() == _blank(frame[name])).all():
                frame[name] = days
        elif column.kind in {"number", "integer"}:
            numbers = pd.to_numeric(frame[name].where(~_blank(frame[name])), errors="coerce")
            if (numbers.isna() == _blank(frame[name])).all():
                frame[name] = numbers.astype(float)
    return frame


def _blank(values: pd.Series) -> pd.Series:
    return values.isna() | (values.astype(str).str.strip() == "")
