"""Reader of OpenStreetMap extracts in the PBF format: the ways that a network is made of."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.errors import GeometryError, InputError, Notice
from geo.io.files import require_file
from geo.io.source import Source
from geo.network import tags
from geo.sheet import Sheet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["read_osm"]

_AT_A_TIME: Final = 50_000
_TWO: Final = 2


def read_osm(path: str | Path, *, rivers: bool = False, rails: bool = False) -> Source:
    """
    Read the roads and ferries of an OpenStreetMap extract.

    Parameters
    ----------
    path
        A .osm.pbf file, its nodes before its ways, as all extracts have them.
    rivers
        Whether rivers and canals are read too.
    rails
        Whether railways are read too.

    Returns
    -------
    Source
        A line for each way, in EPSG:4326, with `osm_id` and the columns of
        `network.tags.COLUMNS`, by the rules stated there. Of a way that reaches
        beyond the extract, the stretches inside are kept, with a notice.

    Raises
    ------
    InputError
        If the file is damaged or no such extract, or pyosmium is not installed.
    GeometryError
        If it holds no such way.
    """
    file = require_file(path, (".pbf",))
    osmium = _osmium(file.name)
    ways = _Ways(osmium)
    frames = []
    try:
        for way in _wanted(osmium, file, rivers=rivers, rails=rails):
            ways.take(way)
            if len(ways.ids) >= _AT_A_TIME:
                frames.append(ways.give(rivers=rivers, rails=rails))
    except (RuntimeError, ValueError, LookupError, MemoryError) as error:
        message = f"{file.name}: not an OpenStreetMap extract (PBF), or a damaged one: {error}"
        raise InputError(message) from None
    frames.append(ways.give(rivers=rivers, rails=rails))
    frame = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), geometry="geometry", crs=4326)
    if frame.empty:
        message = f"{file.name}: no roads or ferries in it, or its ways stand before its nodes"
        raise GeometryError(message)
    with file.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    return Source(str(path), digest, Sheet.of_frame(frame), tuple(ways.notices(file.name)))


def _osmium(name: str) -> Any:
    try:
        import osmium
    except ImportError:
        message = f"{name}: reading OpenStreetMap extracts needs pyosmium: pip install osmium"
        raise InputError(message) from None
    return osmium


def _wanted(osmium: Any, file: Path, *, rivers: bool, rails: bool) -> Iterator[Any]:
    """Go through the ways that count; all others are passed over before Python sees them."""
    pairs = [("highway", name) for name in (*tags.HIGHWAYS, "construction")]
    pairs += [("route", "ferry")]
    pairs += [("waterway", "river"), ("waterway", "canal")] if rivers else []
    pairs += [("railway", "rail")] if rails else []
    ways = osmium.FileProcessor(str(file)).with_locations()
    ways = ways.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
    yield from ways.with_filter(osmium.filter.TagFilter(*pairs))


@dataclass
class _Ways:
    """Gathers ways, and turns them into frames before they fill the memory."""

    osmium: Any
    ids: list[int] = field(default_factory=list)
    shapes: list[Any] = field(default_factory=list)
    tags: dict[str, dict[int, str]] = field(default_factory=dict)
    cut: int = 0
    lost: int = 0

    def __post_init__(self) -> None:
        self._factory = self.osmium.geom.WKBFactory()

    def take(self, way: Any) -> None:
        """Take one way: what osmium hands over is only there until the next."""
        try:
            shape = self._factory.create_linestring(way)
        except self.osmium.InvalidLocationError:
            shape = self._inside(way)
        except RuntimeError:  # fewer than two places
            shape = None
        if shape is None:
            self.lost += 1
            return
        at = len(self.ids)
        self.ids.append(way.id)
        self.shapes.append(shape)
        for tag in way.tags:
            if tag.k in _USED:
                self.tags.setdefault(tag.k, {})[at] = tag.v

    def _inside(self, way: Any) -> str | None:
        """Draw the stretches of a way whose nodes the extract holds."""
        parts: list[list[tuple[float, float]]] = [[]]
        for node in way.nodes:
            if node.location.valid():
                parts[-1].append((node.lon, node.lat))
            else:
                parts.append([])
        whole = [part for part in parts if len(part) >= _TWO]
        if not whole:
            return None
        self.cut += 1
        return shapely.MultiLineString(whole).wkb_hex

    def give(self, *, rivers: bool, rails: bool) -> gpd.GeoDataFrame:
        """Give the ways that were taken, and forget them."""
        count = len(self.ids)
        columns = {}
        for name, values in self.tags.items():
            column = np.full(count, "", dtype=object)
            column[list(values)] = list(values.values())
            columns[name] = column
        shapes = shapely.from_wkb(np.array(self.shapes, dtype=object))
        frame = gpd.GeoDataFrame(
            pd.DataFrame({"osm_id": np.array(self.ids, np.int64), **columns}),
            geometry=shapes,
            crs=4326,
        )
        self.ids, self.shapes, self.tags = [], [], {}
        standard = tags.standard(frame, rivers=rivers, rails=rails)
        return standard[["osm_id", *tags.COLUMNS, "geometry"]]

    def notices(self, name: str) -> Iterator[Notice]:
        """Say what could not be read whole."""
        if self.cut:
            message = f"{self.cut} way(s) reach beyond the extract; their stretches in it are kept"
            yield Notice(name, "", "beyond-extract", message)
        if self.lost:
            message = f"{self.lost} way(s) have fewer than two places in the extract; left out"
            yield Notice(name, "", "no-places", message)


_USED: Final = frozenset(tags.USED)
