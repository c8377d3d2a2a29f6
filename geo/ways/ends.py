"""Where ways begin and end: places by name, points by their coordinates."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from geo import geodesy
from geo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geopandas import GeoDataFrame

__all__ = ["POINT", "End", "Gazetteer", "Place"]

POINT: Final = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)\s*")
"""Coordinates as text: longitude, latitude."""

_AT_M: Final = 2_500.0
_NEAR_M: Final = 15_000.0
_MOST_LAT, _MOST_LON = 90, 180


@dataclass(frozen=True)
class Place:
    """
    A point with a name.

    Attributes
    ----------
    name
        What it is called.
    lon, lat
        Degrees on WGS 84.
    """

    name: str
    lon: float
    lat: float


@dataclass(frozen=True)
class End:
    """
    A place, and where on the network ways begin or end for it.

    Attributes
    ----------
    place
        What was asked for.
    nodes
        The nodes of the network there: at a gate, one on either side.
    distance_m
        How far the network is from the place, metres: ground that no way covers.
    """

    place: Place
    nodes: tuple[int, ...]
    distance_m: float


class Gazetteer:
    """
    Places to look names up in.

    Parameters
    ----------
    *places
        Points in EPSG:4326 with a `name` and, if they have one, a `name_my`;
        several frames, the first one that knows a name counts.
    """

    def __init__(self, *places: GeoDataFrame) -> None:
        self._known: dict[str, Place] = {}
        self._names: list[Place] = []
        for frame in places:
            self._add(frame)
        self._lon = np.array([place.lon for place in self._names])
        self._lat = np.array([place.lat for place in self._names])

    def _add(self, frame: GeoDataFrame) -> None:
        points = frame.geometry
        burmese = frame["name_my"] if "name_my" in frame.columns else [None] * len(frame)
        for name, other, lon, lat in zip(frame["name"], burmese, points.x, points.y, strict=True):
            place = Place(str(name), float(lon), float(lat))
            new = _key(place.name) not in self._known
            for spelling in (*_spellings(place.name), other):
                if isinstance(spelling, str) and spelling:
                    self._known.setdefault(_key(spelling), place)
            if new:
                self._names.append(place)

    def find(self, asked: str) -> Place:
        """
        Find a place by its name, or a point by its coordinates.

        Parameters
        ----------
        asked
            A name, whatever its capitals, or "longitude,latitude" in degrees.

        Returns
        -------
        Place
            The place; a point is called by its coordinates.

        Raises
        ------
        InputError
            If no place has that name, naming the nearest spellings, or the
            coordinates are not on Earth.
        """
        point = POINT.fullmatch(asked)
        if point:
            lon, lat = float(point[1]), float(point[2])
            if abs(lat) > _MOST_LAT or abs(lon) > _MOST_LON:
                message = f"{asked}: longitude comes first, from -180 to 180, then latitude"
                raise InputError(message)
            return Place(_coordinates(lon, lat), lon, lat)
        if _key(asked) in self._known:
            return self._known[_key(asked)]
        likely = difflib.get_close_matches(_key(asked), list(self._known), n=4, cutoff=0.6)
        near = list(dict.fromkeys(self._known[key].name for key in likely))
        hint = f"; near in spelling: {', '.join(near)}" if near else ""
        message = f"{asked}: no place has this name{hint}; else give longitude,latitude"
        raise InputError(message)

    def knows(self, name: str) -> bool:
        """
        Tell whether a place has this name.

        Parameters
        ----------
        name
            A name as `name_of` gives it.

        Returns
        -------
        bool
            False for coordinates, and for what is near a place only.
        """
        return _key(name) in self._known

    def name_of(self, lon: float, lat: float) -> str:
        """
        Name a point by the place that it lies at or near.

        Parameters
        ----------
        lon, lat
            Degrees on WGS 84.

        Returns
        -------
        str
            The place's name within 2.5 km of it, "near" and its name within
            15 km, else the coordinates.
        """
        if self._names:
            here = np.full(len(self._names), lon), np.full(len(self._names), lat)
            away = geodesy.distance_m(*here, self._lon, self._lat)
            nearest = int(np.argmin(away))
            if away[nearest] <= _AT_M:
                return self._names[nearest].name
            if away[nearest] <= _NEAR_M:
                return f"near {self._names[nearest].name}"
        return _coordinates(lon, lat)


def _spellings(name: str) -> Iterable[str]:
    """Give a name whole, and the names before and in its brackets."""
    yield name
    yield from (part.strip() for part in re.split(r"[()/]", name) if part.strip())


def _key(name: str) -> str:
    return re.sub(r"[\s\-_]+", " ", name.strip()).casefold()


def _coordinates(lon: float, lat: float) -> str:
    return f"{lon:.4f},{lat:.4f}"
