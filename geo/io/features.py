"""Features on their way from a file to a frame: what was read, and what could not be."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo.errors import CRSError, GeometryError, InputError, Notice
from geo.schema import READ
from geo.sheet import Attributes, Sheet

if TYPE_CHECKING:
    import geopandas as gpd

    from geo.io.limits import Limits

__all__ = ["Features", "label", "number", "refuse", "spelled"]

_SHOWN: Final = 10
_EXACT: Final = 2**53
_HALF: Final = re.compile("[\\ud800-\\udfff]")
_SHAPEFILE_NAME: Final = 10
_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_FULL_NAMES: Final = {
    name[:_SHAPEFILE_NAME]: name for name in sorted(READ) if len(name) > _SHAPEFILE_NAME
}


@dataclass
class Features:
    """
    Features as one file gives them.

    Attributes
    ----------
    name
        The file's name, for messages.
    limits
        How many there may be.
    records
        The attributes of each.
    shapes
        The geometry of each, or None.
    labels
        What each is called in messages: its number, and its id or name.
    problems
        What cannot be read, a line for each feature.
    notices
        What was changed on the way.
    """

    name: str
    limits: Limits
    records: list[dict[str, Any]] = field(default_factory=list)
    shapes: list[Any] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    def add(self, record: dict[str, Any], shape: Any, called: str) -> None:
        """
        Take one more feature.

        Parameters
        ----------
        record
            Its attributes.
        shape
            Its geometry, or None.
        called
            What it is called in messages.

        Raises
        ------
        InputError
            If there are more features than are allowed.
        """
        self.limits.require("features", len(self.records) + 1, self.name)
        cells = {_cell(name): _cell(value) for name, value in record.items()}
        texts = (part for one in record.items() for part in one if isinstance(part, str))
        if any(map(_HALF.search, texts)):
            message = "holds half of a sign, which no text can hold; it is written as its escape"
            self.notices.append(Notice(self.name, called, "half-sign", message))
        self.records.append(cells)
        self.shapes.append(shape)
        self.labels.append(called)

    def frame(self, crs: Any) -> gpd.GeoDataFrame:
        """
        Give the features as a frame.

        Parameters
        ----------
        crs
            The CRS of the coordinates.

        Returns
        -------
        GeoDataFrame
            A row for each; none gives an empty frame.

        Raises
        ------
        GeometryError
            If some could not be read, listing them.
        CRSError
            If the CRS is not known.
        InputError
            If there are more vertices than are allowed, or two columns that are
            one but for capitals.
        """
        import geopandas as gpd
        from pyproj.exceptions import CRSError as Unknown

        table = self.sheet(crs).attributes.table()
        try:
            return gpd.GeoDataFrame(table, geometry=self.shapes, crs=crs)
        except Unknown:
            message = f"{self.name}: its CRS {crs!r} is not known"
            raise CRSError(message) from None

    def sheet(self, crs: Any) -> Sheet:
        """
        Give the features as a sheet, their coordinates as they stand.

        Parameters
        ----------
        crs
            The CRS of the coordinates.

        Returns
        -------
        Sheet
            Every feature.

        Raises
        ------
        GeometryError
            If some could not be read, listing them.
        InputError
            If there are more vertices than are allowed, or two columns that are
            one but for capitals.
        """
        if self.problems and crs == "EPSG:4326":
            from geo.io.lonlat import outside

            self.problems += outside(self.shapes, self.labels)  # all at once, not one by one
        refuse(self.problems, self.name)
        many = int(shapely.get_num_coordinates(self.shapes).sum()) if self.shapes else 0
        self.limits.require("vertices", many, self.name)
        names = list(dict.fromkeys(name for record in self.records for name in record))
        attributes = Attributes(self.records, spelled(names, self.name))
        shapes = np.array(self.shapes, dtype=object)
        return Sheet(attributes, np.arange(len(shapes)), shapes, self.labels)


def spelled(columns: list[str], name: str) -> dict[str, str]:
    """
    Write the names of columns that are read as the schema does.

    Parameters
    ----------
    columns
        As the file names them: capitals do not count, nor that a shapefile cut them off.
    name
        The file's name.

    Returns
    -------
    dict
        By the file's name of a column, the schema's; only those that are read.

    Raises
    ------
    InputError
        If two of them are one.
    """
    read, taken = {}, dict[str, str]()
    for column in columns:
        written = column.strip().lower()
        plain = written if written in READ else _FULL_NAMES.get(written, written)
        if plain not in READ:
            continue
        if plain in taken:
            message = (
                f"{name}: its columns {taken[plain]!r} and {column!r} are both {plain!r}; "
                "rename one of them"
            )
            raise InputError(message)
        taken[plain], read[column] = column, plain
    return read


def _cell(value: Any) -> Any:
    """Keep a whole number that a table would round as its digits, half a sign as its escape."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode() if _HALF.search(value) else value
    is_long = isinstance(value, int) and not isinstance(value, bool) and abs(value) > _EXACT
    return str(value) if is_long else value


def label(properties: dict[str, Any], given: object, row: int) -> str:
    """
    Call a feature by its number and what names it.

    Parameters
    ----------
    properties
        Its attributes.
    given
        Its id outside of them, or None.
    row
        Its number, counted from 0.

    Returns
    -------
    str
        Such as "3 (Ledo road)".
    """
    ids = [name for name in properties if str(name).lower() in {"route_id", "zone_id", "area_id"}]
    names = ("name", "Name", "id", *ids)
    for value in (*(properties.get(name) for name in names), given):
        if value not in (None, ""):
            return f"{row} ({_cell(value)})"
    return str(row)


def number(text: str) -> float | None:
    """
    Read a decimal number as XML writes it.

    Parameters
    ----------
    text
        Digits with a point; a comma, a blank, NaN and INF are none.

    Returns
    -------
    float or None
        None where it is no number.
    """
    return float(text) if _NUMBER.fullmatch(text) else None


def refuse(problems: list[str], name: str, what: str = "cannot be read") -> None:
    """
    Raise every problem of a file at once.

    Parameters
    ----------
    problems
        A line for each; none raises nothing.
    name
        The file's name.
    what
        What is wrong with the features.

    Raises
    ------
    GeometryError
        If there are any: the first ten, and how many more.
    """
    if problems:
        more = len(problems) - _SHOWN
        shown = [f"  feature {problem}" for problem in problems[:_SHOWN]]
        shown += [f"  and {more} more"] if more > 0 else []
        message = f"{name}: {len(problems)} feature(s) {what}\n" + "\n".join(shown)
        raise GeometryError(message)
