"""
What the columns of lines mean for a network: its own words, and the tags of OpenStreetMap.

The rules for tags, the same for an OpenStreetMap extract and for any file whose
columns bear their names [1]_:

* Roads: `highway` is one of `HIGHWAYS`, what a lorry may use; `construction` is a
  road that is not passable. Footways, paths, cycleways and steps are left out,
  and so is the outline of a square (`area=yes`).
* Ferries: `route=ferry`, mode sea. Railways (`railway=rail`) and rivers
  (`waterway=river` or `canal`) only where asked for.
* `oneway`: yes, true, 1; -1 and reverse are against the line; else `junction` of
  roundabout or circular and `highway=motorway` imply it. Any other value is none.
* `bridge` and `tunnel`: any value but no. `layer`: a whole number, else 0.
* Passable: of `hgv`, `motor_vehicle`, `vehicle` and `access` the first that has a
  value tells. `no` is NOT_PASSABLE; private, permit, military, destination,
  delivery, customers, agricultural and forestry are RESTRICTED. Whatever else is
  UNKNOWN: a right to drive does not say that the road is open.
* Speed: `maxspeed:hgv`, else `maxspeed`: km/h, `mph` or `knots`, the lowest of
  several; words such as none or walk give no speed.
* Name: `name`, else `ref`.

References
----------
.. [1] OpenStreetMap Wiki, "Key:highway", "Key:oneway", "Key:access",
   "Key:maxspeed", "Key:layer", "Tag:route=ferry".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from geo.errors import InputError
from geo.network import exports
from geo.network.graph import MODES, PASSABLE

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

__all__ = ["COLUMNS", "HIGHWAYS", "USED", "about", "are_tags", "standard"]

_CLASSES: Final = ("motorway", "trunk", "primary", "secondary", "tertiary")
HIGHWAYS: Final = (
    *_CLASSES,
    *(f"{name}_link" for name in _CLASSES),
    "unclassified",
    "residential",
    "living_street",
    "service",
    "road",
    "track",
)
"""The classes of highway that a lorry may use."""

USED: Final = (
    "highway",
    "route",
    "railway",
    "waterway",
    "construction",
    "area",
    "oneway",
    "junction",
    "bridge",
    "tunnel",
    "layer",
    "hgv",
    "motor_vehicle",
    "vehicle",
    "access",
    "maxspeed:hgv",
    "maxspeed",
    "name",
    "ref",
)
"""The tags that the rules read."""

COLUMNS: Final = (
    "mode",
    "highway",
    "passable",
    "oneway",
    "bridge",
    "tunnel",
    "layer",
    "speed_kmh",
    "name",
)
"""What `standard` gives."""

_ACCESS: Final = ("hgv", "motor_vehicle", "vehicle", "access")
_RESTRICTED: Final = (
    "private",
    "permit",
    "military",
    "destination",
    "delivery",
    "customers",
    "agricultural",
    "forestry",
)
_ROUND: Final = ("roundabout", "circular")
_YES, _AGAINST, _NO = (
    ("yes", "true", "1", "1.0"),
    ("-1", "-1.0", "reverse"),
    ("", "no", "false", "0", "0.0"),
)
_KMH: Final = {"": 1.0, "km/h": 1.0, "kmh": 1.0, "kph": 1.0, "mph": 1.609344, "knots": 1.852}
_SPEED: Final = r"^(\d+(?:\.\d+)?)\s*(km/h|kmh|kph|mph|knots)?$"


def are_tags(lines: pd.DataFrame) -> bool:
    """
    Tell whether the columns of a frame are tags of OpenStreetMap.

    Parameters
    ----------
    lines
        Lines of any origin.

    Returns
    -------
    bool
        Whether there is a column `highway` (or Geofabrik's `fclass`), or a `route`
        that is a ferry, and no column `mode`, which would tell what they mean.
    """
    if "mode" in lines.columns:
        return False
    if {"highway", exports.CLASS} & set(lines.columns):
        return True
    return bool((_text(lines, "route") == "ferry").any())


def standard(lines: GeoDataFrame, *, rivers: bool = False, rails: bool = False) -> GeoDataFrame:
    """
    Bring tags to the columns that a network reads.

    Parameters
    ----------
    lines
        Lines with a column for each tag, or as `network.exports` reads them; tags
        that no line has may be missing.
    rivers
        Whether rivers and canals count.
    rails
        Whether railways count.

    Returns
    -------
    GeoDataFrame
        The lines that count, with `COLUMNS` in place of the tags; other columns
        are kept. No lines give none.
    """
    lines = exports.with_tags(lines, USED)
    tag = {name: _text(lines, name) for name in USED}
    building = (tag["highway"] == "construction") & tag["construction"].isin(["", *HIGHWAYS])
    road = tag["highway"].isin(HIGHWAYS) | building
    mode = pd.Series("", index=lines.index, dtype=object)
    if rivers:
        mode = mode.mask(tag["waterway"].isin(["river", "canal"]), "river")
    if rails:
        mode = mode.mask(tag["railway"] == "rail", "rail")
    mode = mode.mask(tag["route"] == "ferry", "sea").mask(road, "road")
    mode = mode.mask(tag["area"] == "yes", "")
    found = {
        "mode": mode,
        "highway": tag["highway"].where(road, ""),
        "passable": _access(tag).mask(building, "NOT_PASSABLE"),
        "oneway": _oneway(tag),
        **{name: ~tag[name].isin(_NO) for name in ("bridge", "tunnel")},
        "layer": _layer(tag["layer"]),
        "speed_kmh": _speed(tag),
        "name": _name(lines),
    }
    for name in ("passable", "speed_kmh"):
        if name in lines.columns:  # what a file says in our own words comes first
            found[name] = lines[name].where(_stripped(lines, name) != "", found[name])
    rest = lines.drop(
        columns=[name for name in USED if name in lines.columns and name not in found]
    )
    kept: GeoDataFrame = rest.assign(**found)[(mode != "").to_numpy()]
    return kept


def about(lines: GeoDataFrame) -> pd.DataFrame:
    """
    Bring what is known of each line to the columns of a network.

    Parameters
    ----------
    lines
        Lines with `_row`, and any of the columns that `network.build` names.

    Returns
    -------
    DataFrame
        `row`, `mode`, `passable`, `status_as_of`, `forward`, `backward`, `name`, `section_id`,
        `corridor_id`, `positional_error_m`, `speed_kmh`, `apart` (a bridge or a
        tunnel) and `layer`, numbered from 0.

    Raises
    ------
    InputError
        If a mode is none of `MODES`.
    """
    text = {name: _text(lines, name) for name in ("mode", "oneway", "bridge", "tunnel", "layer")}
    plain = {
        name: _stripped(lines, name)
        for name in ("passable", "status", "name", "section_id", "corridor_id")
    }
    mode = text["mode"].replace("", MODES[0])
    odd = sorted(set(mode) - set(MODES))
    if odd:
        message = f"network: a mode must be one of {', '.join(MODES)}; found {', '.join(odd[:5])}"
        raise InputError(message)
    state = plain["passable"].where(plain["passable"] != "", plain["status"]).str.upper()
    numbers = {
        name: pd.to_numeric(lines[name], errors="coerce").astype(float)
        if name in lines.columns
        else pd.Series(np.nan, index=lines.index)
        for name in ("positional_error_m", "speed_kmh")
    }
    # what is no speed, or none at which anybody arrives, is not known
    speed = numbers["speed_kmh"]
    numbers["speed_kmh"] = speed.where((speed > 0) & np.isfinite(speed))
    return pd.DataFrame(
        {
            "row": lines["_row"],
            "mode": mode,
            "passable": state.where(state.isin(PASSABLE), "UNKNOWN"),
            "status_as_of": _stripped(lines, "status_as_of").str[:10],
            "forward": ~text["oneway"].isin(_AGAINST),
            "backward": ~text["oneway"].isin(_YES),
            **{name: plain[name] for name in ("name", "section_id", "corridor_id")},
            **numbers,
            "apart": ~text["bridge"].isin(_NO) | ~text["tunnel"].isin(_NO),
            "layer": _layer(text["layer"]),
        }
    ).reset_index(drop=True)


def _stripped(lines: pd.DataFrame, name: str) -> pd.Series:
    if name not in lines.columns:
        return pd.Series("", index=lines.index, dtype=object)
    values = lines[name].astype(object)
    return values.where(values.notna(), "").astype(str).str.strip()


def _text(lines: pd.DataFrame, name: str) -> pd.Series:
    return _stripped(lines, name).str.lower()


def _name(lines: pd.DataFrame) -> pd.Series:
    name = _stripped(lines, "name")
    return name.where(name != "", _stripped(lines, "ref"))


def _access(tag: dict[str, pd.Series]) -> pd.Series:
    value = tag[_ACCESS[0]]
    for name in _ACCESS[1:]:
        value = value.where(value != "", tag[name])
    state = pd.Series("UNKNOWN", index=value.index, dtype=object)
    return state.mask(value.isin(_RESTRICTED), "RESTRICTED").mask(value == "no", "NOT_PASSABLE")


def _oneway(tag: dict[str, pd.Series]) -> pd.Series:
    said, none = tag["oneway"], pd.Series("", index=tag["oneway"].index, dtype=object)
    implied = (said == "") & (tag["junction"].isin(_ROUND) | (tag["highway"] == "motorway"))
    return none.mask(said.isin(_YES) | implied, "yes").mask(said.isin(_AGAINST), "-1")


def _layer(text: pd.Series) -> pd.Series:
    number = pd.to_numeric(text, errors="coerce")
    return number.where(number % 1 == 0, 0).fillna(0).clip(-100, 100).astype(np.int64)


def _speed(tag: dict[str, pd.Series]) -> pd.Series:
    said = tag["maxspeed:hgv"].where(tag["maxspeed:hgv"] != "", tag["maxspeed"])
    words = said[said != ""].str.split(r"[;|]", regex=True).explode().str.strip()
    read = words.str.extract(_SPEED)
    speed = pd.to_numeric(read[0], errors="coerce") * read[1].fillna("").map(_KMH)
    lowest = speed.groupby(level=0).min() if len(speed) else speed
    return lowest.reindex(said.index).astype(float)
