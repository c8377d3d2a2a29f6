"""
The administrative areas that conflict events name.

An event that names only a township belongs to the whole township, wherever its
point was put. Names are spelled in many ways and borne by several areas, so a
name is believed only where its area lies near the event's own point.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from geo import geodesy
from geo.errors import GeometryError, InputError
from geo.events.names import COUNTRY, DISTRICT, STATE, TOWNSHIP, fold, parts, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geopandas import GeoDataFrame
    from numpy.typing import ArrayLike, NDArray

    Objects = NDArray[np.object_]
    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

__all__ = ["FARTHEST_M", "AdminAreas"]

FARTHEST_M: Final = 30_000.0
"""
A name whose area lies farther from the event's own point is not believed.

Of 2,948 township events of UCDP GED for Myanmar that are found by name, 2,932 lie inside
their township as it is drawn here, and the farthest 8 km off; of its 456 district events
the farthest lies 29 km off. Points abroad by a coarse border are nearer than that.
"""

_ADMIN: Final = ("admin1", "admin2", "admin3")
_TITLES: Final = ("state", "state_part", "district", *_ADMIN)
_TEXTS: Final = ("name", "country", "aliases", *_TITLES, *(f"{title}_aliases" for title in _TITLES))
_ASKED: Final = ["level", "name", "lon", "lat", "country"]
_FOUND: Final = ["name", "level", "country", "aliases", "shape"]
_SHOWN: Final = 5


@dataclass(frozen=True)
class AdminAreas:
    """
    Administrative areas of all levels, to be found by name and by point.

    Attributes
    ----------
    shapes
        Polygons and MultiPolygons in longitude and latitude, WGS 84.
    names
        The name of each.
    levels
        0 country, 1 first-level area or a part of one, 2 district, 3 township.
    countries
        The country of each, as its source writes it; empty where not known.
    spellings
        How each may be written: rows `level`, `key` (see Notes), `area`.
    farthest_m
        A name is believed up to this distance between area and point, metres.

    Notes
    -----
    Two names are the same if they are after case folding and without accents,
    words for a kind of area (township, district, state, region, division, union
    territory, zone, province, town, village) and signs that are neither letter nor
    digit. Where the whole name is not known, the last part in brackets, the part
    before the brackets and what follows the word "in" are tried, in this order. A
    name that says that it is a coarser area (a state where a township was asked
    for) is not taken for a finer one, if a coarser one of that name is known.
    """

    shapes: Objects
    names: Objects
    levels: Ints
    countries: Objects
    spellings: pd.DataFrame
    farthest_m: float = FARTHEST_M

    @classmethod
    def of(cls, townships: GeoDataFrame, boundaries: GeoDataFrame) -> AdminAreas:
        """
        Build the look-up from the bundled layers.

        Parameters
        ----------
        townships
            A layer of the kind `townships`: districts and first-level areas are
            the unions of their townships.
        boundaries
            A layer of the kind `boundaries`: countries, and the first-level
            areas of countries that have no townships.

        Returns
        -------
        AdminAreas
            In the order of levels; parts of a first-level area after the wholes.
            Empty layers give a look-up that finds nothing.

        Raises
        ------
        CRSError
            If a layer is not in longitude and latitude.
        GeometryError
            If a row has no valid polygon.
        InputError
            If a column is missing.
        """
        own = _plain(townships, "townships", ("name", "district", "state", "country"))
        lands = _plain(boundaries, "boundaries", ("name", "level", "country"))
        lands["level"] = _levels(lands["level"])
        lands["aliases"] = lands["country"]
        other = (lands["level"] == STATE) & ~lands["country"].isin(own["country"])
        return cls._built(
            [
                lands[lands["level"] == COUNTRY].assign(level=COUNTRY),
                _unions(own, ["country", "state"], STATE),
                lands[other].assign(level=STATE, aliases=""),
                _unions(own, ["country", "state", "state_part"], STATE),
                _unions(own, ["country", "state", "district"], DISTRICT),
                own.assign(level=TOWNSHIP),
            ]
        )

    @classmethod
    def from_frame(cls, frame: GeoDataFrame) -> AdminAreas:
        """
        Build the look-up from polygons that a user brought.

        Parameters
        ----------
        frame
            Polygons in longitude and latitude with `name` and `level` (0 to 3)
            a row an area; or with `admin1`, and `admin2` and `admin3` as far as
            there are any, a row an area of the finest level, the coarser ones
            being unions. `country` and `aliases` (split by semicolons) are read
            where there are such columns; capitals in a column's name do not
            matter. An empty frame gives a look-up that finds nothing.

        Returns
        -------
        AdminAreas
            In the order of levels.

        Raises
        ------
        CRSError
            If the frame is not in longitude and latitude.
        GeometryError
            If a row has no valid polygon.
        InputError
            If the columns are missing, or a level is none of 0 to 3.
        """
        named = frame.rename(columns=lambda title: str(title).strip().lower())
        named = named.set_geometry(frame.geometry.to_numpy(), crs=frame.crs)
        by_level = {"name", "level"} <= set(named.columns)
        if not by_level and "admin1" not in named:
            message = "areas need the columns name and level, or admin1 (and admin2, admin3)"
            raise InputError(message)
        own = _plain(named, "areas", ())
        if by_level:
            own["level"] = _levels(own["level"])
            return cls._built([own.sort_values("level", kind="stable")])
        titles = [title for title in _ADMIN if title in named]
        own[f"{titles[-1]}_aliases"] = own["aliases"]
        return cls._built(
            [
                _unions(own, ["country", *titles[: step + 1]], _ADMIN.index(title) + 1)
                for step, title in enumerate(titles)
            ]
        )

    @classmethod
    def _built(cls, pieces: Sequence[pd.DataFrame]) -> AdminAreas:
        filled = [piece[_FOUND] for piece in pieces if len(piece)]
        areas = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=_FOUND)
        rows = [
            (level, key, area)
            for area, (name, level, aliases) in enumerate(
                zip(areas["name"], areas["level"], areas["aliases"], strict=True)
            )
            for key in dict.fromkeys(fold(said) for said in [name, *aliases.split(";")])
            if key
        ]
        spellings = pd.DataFrame(rows, columns=["level", "key", "area"])
        shapes = areas["shape"].to_numpy(object)
        shapely.prepare(shapes)
        return cls(
            shapes,
            areas["name"].to_numpy(object),
            areas["level"].to_numpy(np.int64),
            areas["country"].to_numpy(object),
            spellings.astype({"level": np.int64, "key": object, "area": np.int64}),
        )

    def find(
        self, level: ArrayLike, name: ArrayLike, lon: ArrayLike, lat: ArrayLike, country: ArrayLike
    ) -> tuple[Ints, NDArray[np.str_]]:
        """
        Find the areas that events name.

        Parameters
        ----------
        level
            The level wanted, 0 to 3, one for all events or one an event.
        name
            The area's name as the event's source writes it; may be empty.
        lon, lat
            The event's own point, degrees on WGS 84; may be NaN.
        country
            The event's country by name or code, one for all or one an event.
            One that no area belongs to excludes nothing where there is a point to
            go by, and everything where there is none.

        Returns
        -------
        area
            Number of the area in `shapes`, -1 where none was found.
        how
            "name": an area of that name and level lies within `farthest_m` of
            the point; of several the nearest, and without a point only one that
            is alone in bearing the name. "point": not so, and the area is the
            one of that level that holds the point. "none": there is none either.
            Empty arrays give empty arrays.

        Raises
        ------
        InputError
            If a level is none of 0 to 3.
        """
        asked = _asked(level, name, lon, lat, country)
        group = asked.groupby(_ASKED, dropna=False, sort=False).ngroup().to_numpy()
        events = asked.drop_duplicates().reset_index(drop=True)
        codes = self._codes()
        own = np.array([codes.get(fold(land), fold(land)) for land in self.countries], object)
        said = events["country"] != ""
        events["country"] = _known_country(events["country"], codes, set(own))
        events["astray"] = said & (events["country"] == "")
        area = self._by_name(events, own)
        how = np.where(area >= 0, "name", "point")
        area[area < 0] = self._by_point(events[area < 0], own)
        how[area < 0] = "none"
        return area[group], how[group]

    def _codes(self) -> dict[str, str]:
        """Map every spelling of a country to the country that its areas are said to be in."""
        rows = self.spellings[self.spellings["level"] == COUNTRY]
        return {
            key: fold(self.countries[area])
            for key, area in zip(rows["key"], rows["area"], strict=True)
            if self.countries[area]
        }

    def _by_name(self, events: pd.DataFrame, own: Objects) -> Ints:
        number, names = pd.factorize(events["name"])
        wanted = pd.DataFrame(
            [(at, *part) for at, name in enumerate(names) for part in parts(name)],
            columns=["number", "turn", "key", "stated"],
        ).astype({"number": np.int64, "turn": np.int64, "key": object, "stated": np.int64})
        pairs = events.assign(row=np.arange(len(events)), number=number).merge(wanted, on="number")
        pairs = pairs.merge(self.spellings, on=["level", "key"])
        pairs = pairs[~self._coarser(pairs)]
        pairs = pairs[_agree(pairs["country"].to_numpy(object), own[pairs["area"]])]
        away = self._away_m(pairs["area"].to_numpy(), pairs["lon"], pairs["lat"])
        alone = pairs.groupby(["row", "turn"])["area"].transform("nunique").to_numpy() == 1
        alone &= ~pairs["astray"].to_numpy(bool) | (own[pairs["area"]] == "")
        pairs = pairs.assign(away=np.where(np.isnan(away), np.where(alone, 0, np.inf), away))
        best = (
            pairs[pairs["away"] <= self.farthest_m]
            .sort_values(["row", "turn", "away", "area"], kind="stable")
            .drop_duplicates("row")
        )
        found = np.full(len(events), -1, np.int64)
        found[best["row"]] = best["area"]
        return found

    def _coarser(self, pairs: pd.DataFrame) -> NDArray[np.bool_]:
        """Tell which names say that they are a coarser area, and one of that name is known."""
        known = pd.MultiIndex.from_frame(self.spellings[["level", "key"]])
        said = pd.MultiIndex.from_arrays([pairs["stated"], pairs["key"]])
        return np.asarray((pairs["stated"] < pairs["level"]) & said.isin(known), dtype=bool)

    def _away_m(self, area: Ints, lon: pd.Series, lat: pd.Series) -> Floats:
        """Measure from points to areas, 0 inside; NaN where there is no point."""
        x, y = lon.to_numpy(float), lat.to_numpy(float)
        away = np.where(np.isfinite(x + y), 0.0, np.nan)
        shapes = self.shapes[area]
        outside = ~np.isnan(away) & ~shapely.intersects_xy(shapes, x, y)
        shapes, x, y = shapes[outside], x[outside], y[outside]
        # nearest in metres, not in degrees: a degree east is shorter by the cosine of the latitude
        squeeze = np.maximum(np.cos(np.radians(y)), 1e-6)
        each = np.repeat(squeeze, shapely.get_num_coordinates(shapes))
        near = shapely.transform(shapes, lambda xy: np.column_stack([xy[:, 0] * each, xy[:, 1]]))
        links = shapely.shortest_line(shapely.points(x * squeeze, y), near)
        ends = shapely.get_coordinates(links)[1::2]
        away[outside] = geodesy.arc_length_m(x, y, ends[:, 0] / squeeze, ends[:, 1])
        return away

    def _by_point(self, events: pd.DataFrame, own: Objects) -> Ints:
        x, y = events["lon"].to_numpy(float), events["lat"].to_numpy(float)
        placed = np.flatnonzero(np.isfinite(x + y))
        points = shapely.points(x[placed], y[placed])
        event, area = shapely.STRtree(self.shapes).query(points)
        event = placed[event]
        fits = events["level"].to_numpy()[event] == self.levels[area]
        fits &= _agree(events["country"].to_numpy(object)[event], own[area])
        # the areas are prepared, the points that a predicate in the query would prepare are not
        fits[fits] = shapely.intersects_xy(self.shapes[area[fits]], x[event[fits]], y[event[fits]])
        found = np.full(len(events), len(self.shapes), np.int64)
        np.minimum.at(found, event[fits], area[fits])
        return np.where(found < len(self.shapes), found, -1)


def _known_country(names: pd.Series, codes: dict[str, str], own: set[str]) -> Objects:
    """Give the folded code of each event's country; empty where no area belongs to it."""
    number, distinct = pd.factorize(names)
    found = []
    for name in distinct:
        keys = [codes.get(key, key) for _, key, _ in parts(name)]
        found.append(next((key for key in keys if key in own), ""))
    return np.array(found, dtype=object)[number]


def _agree(one: Objects, other: Objects) -> NDArray[np.bool_]:
    """Tell where two countries may be the same: an unknown one may be any."""
    return np.asarray((one == other) | (one == "") | (other == ""), dtype=bool)


def _asked(
    level: ArrayLike, name: ArrayLike, lon: ArrayLike, lat: ArrayLike, country: ArrayLike
) -> pd.DataFrame:
    given = (level, np.asarray(name, dtype=object), lon, lat, np.asarray(country, dtype=object))
    columns = [np.ravel(column) for column in np.broadcast_arrays(*given)]
    asked = pd.DataFrame(dict(zip(_ASKED, columns, strict=True)))
    asked["level"] = _levels(asked["level"])
    for title in ("name", "country"):
        asked[title] = asked[title].map(text).astype(object)
    return asked.astype({"lon": float, "lat": float})


def _levels(values: pd.Series) -> pd.Series:
    levels = pd.to_numeric(values, errors="coerce")
    wrong = ~levels.isin([COUNTRY, STATE, DISTRICT, TOWNSHIP]).to_numpy()
    if wrong.any():
        shown = [f"{row} ({values.loc[row]})" for row in values.index[wrong][:_SHOWN]]
        message = f"column level: must be 0, 1, 2 or 3, in row(s) {', '.join(shown)}"
        raise InputError(message)
    return levels.astype(np.int64)


def _plain(frame: GeoDataFrame, name: str, needed: Sequence[str]) -> pd.DataFrame:
    """Check a frame and keep what is read of it: texts, empty where missing, `level`, `shape`."""
    missing = [title for title in needed if title not in frame.columns]
    if missing:
        message = f"{name}: no column is called {', '.join(missing)}"
        raise InputError(message)
    geodesy.require_lonlat(frame.crs, name)
    shapes = shapely.force_2d(frame.geometry.to_numpy())
    polygons = np.isin(shapely.get_type_id(shapes), (3, 6))
    wrong = ~polygons | shapely.is_empty(shapes) | ~shapely.is_valid(shapes)
    if wrong.any():
        rows = ", ".join(str(row) for row in frame.index[wrong][:_SHOWN])
        message = f"{name}: an area must be a valid polygon, in row(s) {rows} it is not"
        raise GeometryError(message)
    plain = pd.DataFrame({"shape": shapes}, dtype=object)
    for title in _TEXTS:
        values = [text(value) for value in frame[title]] if title in frame else [""] * len(frame)
        plain[title] = pd.Series(values, dtype=object)
    return plain.assign(level=frame["level"].to_numpy()) if "level" in frame else plain


def _unions(frame: pd.DataFrame, titles: list[str], level: int) -> pd.DataFrame:
    """Unite the rows that agree in some columns; the last one names the area, if it is filled."""
    filled = frame[frame[titles[-1]] != ""]
    aliases = filled[f"{titles[-1]}_aliases"]
    rows = [
        (keys[-1], level, keys[0], aliases.loc[group.index[0]], shapely.union_all(group["shape"]))
        for keys, group in filled.groupby(titles)
    ]
    return pd.DataFrame(rows, columns=_FOUND)
