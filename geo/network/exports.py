"""
Tags of OpenStreetMap as two common exports write them, brought back to their own columns.

GDAL puts the tags that have no column of their own into one text, `other_tags`, as
`"oneway"=>"yes","layer"=>"1"` [1]_. Geofabrik's shapefiles name the class `fclass`, and
write F, T and B for along the line, against it and both, T and F for true and false,
0 for no speed [2]_.

References
----------
.. [1] GDAL, "OSM - OpenStreetMap XML and PBF", section "other_tags".
.. [2] F. Ramm, "OpenStreetMap Data in Layered GIS Format", Geofabrik, "Roads and Paths".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geopandas import GeoDataFrame

__all__ = ["CLASS", "with_tags"]

CLASS: Final = "fclass"
_OTHER: Final = "other_tags"
_QUOTED: Final = r'"((?:[^"\\]|\\.)*)"'
_PAIR: Final = re.compile(rf"{_QUOTED}=>{_QUOTED}")
_ONEWAY: Final = {"F": "yes", "T": "-1", "B": "no"}
_TRUE: Final = {"T": "yes", "F": "no"}
_FERRY: Final = "ferry"


def with_tags(lines: GeoDataFrame, names: Sequence[str]) -> GeoDataFrame:
    """
    Give each tag a column of its own.

    Parameters
    ----------
    lines
        Lines of any origin.
    names
        The tags that count.

    Returns
    -------
    GeoDataFrame
        With columns for what was found; a column that is there already is kept
        where it says something. A frame of no such export is given back as it is.
    """
    if _OTHER in lines.columns:
        lines = _unpacked(lines, names)
    if CLASS in lines.columns and "highway" not in lines.columns:
        lines = _translated(lines)
    return lines


def _unpacked(lines: GeoDataFrame, names: Sequence[str]) -> GeoDataFrame:
    """Take the tags that count out of the text that holds all others."""
    wanted = frozenset(names)
    found: dict[str, list[object]] = {}
    for at, text in enumerate(lines[_OTHER].tolist()):
        if not isinstance(text, str):
            continue
        for name, value in _PAIR.findall(text):
            if name in wanted:
                column = found.setdefault(name, [None] * len(lines))
                column[at] = re.sub(r"\\(.)", r"\1", value)
    columns = {}
    for name, values in found.items():
        more = np.array(values, dtype=object)
        if name in lines.columns:
            own = lines[name].astype(object).to_numpy()
            said = lines[name].notna().to_numpy() & (own != "")
            more = np.where(said, own, more)
        columns[name] = more
    return lines.assign(**columns)


def _translated(lines: GeoDataFrame) -> GeoDataFrame:
    """Bring Geofabrik's words to those of the tags."""
    kind = lines[CLASS].astype(str).str.strip().str.lower()
    kind = kind.str.replace(r"^track_grade[1-5]$", "track", regex=True)
    columns = {
        "highway": kind.replace("unknown", "road"),
        "waterway": kind,
        "railway": kind,
        "route": kind.where(kind == _FERRY, ""),
    }
    for name, words in (("oneway", _ONEWAY), ("bridge", _TRUE), ("tunnel", _TRUE)):
        if name in lines.columns:
            text = lines[name].astype(object)
            columns[name] = text.map(lambda value, words=words: words.get(value, value))
    if "maxspeed" in lines.columns:
        columns["maxspeed"] = lines["maxspeed"].where(lines["maxspeed"] != 0)
    return lines.assign(**columns)
