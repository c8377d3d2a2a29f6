"""What pictures say and show of an answer: rows of the day, colours, and words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo import control as hands
from geo import geodesy, looks, report
from geo.exposure import bounds, frames
from geo.pictures.paper import plain_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geopandas import GeoDataFrame

    from geo.catalog import Layers
    from geo.exposure import Exposure, Series

__all__ = [
    "claims",
    "colours",
    "error_words",
    "evidence_words",
    "name_of",
    "numbers_words",
    "percent",
    "rows",
    "sides_words",
    "source_words",
    "title_of",
    "zone_words",
]


def _of_kind(layers: Layers | None, kind: str) -> list[str]:
    names = [] if layers is None else list(layers)
    return [
        name for name in names if layers and (layers.passport(name).get("kind") or name) == kind
    ]


def rows(layers: Layers | None, kind: str, found: Exposure) -> list[dict[str, Any]]:
    """
    Give the rows of a kind of layer that hold on the answer's day.

    Parameters
    ----------
    layers
        Layers in EPSG:4326, or none.
    kind
        A key of `schema.KINDS`.
    found
        The answer.

    Returns
    -------
    list of dict
        Values by column, with `geometry`; claims have a `controller`.

    Raises
    ------
    CRSError
        If such a layer is in another CRS.
    """
    made: list[dict[str, Any]] = []
    for name in _of_kind(layers, kind):
        frame = _dated(layers, name, found)
        geodesy.require_lonlat(frame.crs, name)
        shapes = frame.geometry.to_numpy()
        records = pd.DataFrame(frame.drop(columns=frame.geometry.name)).to_dict("records")
        for record, shape in zip(records, shapes, strict=True):
            if shape is not None and not shape.is_empty:
                known = {
                    str(key): None if _empty(value) else value for key, value in record.items()
                }
                made.append({**known, "geometry": shape})
    return made


def _dated(layers: Any, name: str, found: Exposure) -> GeoDataFrame:
    frame: GeoDataFrame = hands.as_of(layers[name], found.as_of)
    held = None if "controller" in frame.columns else hands.holders(frame)
    return frame if held is None else frame.assign(controller=held)


def _empty(value: Any) -> bool:
    return bool(pd.api.types.is_scalar(value) and pd.isna(value))


def claims(layers: Layers | None, found: Exposure) -> dict[str, dict[str, Any]]:
    """
    Give the claims that stretches rest on, by id.

    Parameters
    ----------
    layers
        The layers of the answer, or none.
    found
        The answer.

    Returns
    -------
    dict
        Rows by the ids that `found.stretches` names.
    """
    made: dict[str, dict[str, Any]] = {}
    for kind in ("conflict_zones", "control_areas"):
        for name in _first_last(layers, kind, found):
            frame = _dated(layers, name, found)
            records = pd.DataFrame(frame.drop(columns=frame.geometry.name)).to_dict("records")
            ids = frames.ids_of(frame, "area", "zone")
            made |= {
                one: {str(k): v for k, v in row.items()}
                for one, row in zip(ids, records, strict=True)
            }
    return made


def _first_last(layers: Layers | None, kind: str, found: Exposure) -> list[str]:
    """Put the layer that stretches rest on last, so that its ids count where sources share them."""
    names = _of_kind(layers, kind)
    if kind != "control_areas" or len(found.sources) == 1 or layers is None:
        return names
    used = [Path(str(one["path"])).name for one in found.inputs if one.get("role") == "control"]
    first = [
        name
        for name in names
        if (layers.passport(name).get("path") in used[:1] if used else name == found.sources[0])
    ]
    return [name for name in names if name not in first[:1]] + first[:1]


def colours(layers: Layers | None, found: Exposure) -> dict[str, str]:
    """
    Give each holder the hue that it has on the page.

    Parameters
    ----------
    layers
        The layers of the answer; none leaves the holders that the answer names.
    found
        The answer.

    Returns
    -------
    dict
        A colour by holder.
    """
    claimed: list[str | None] = []
    for name in _of_kind(layers, "control_areas"):
        frame: Any = layers[name] if layers else None
        if "controller" in frame.columns:
            claimed += [None if _empty(value) else value for value in frame["controller"]]
    named = [*found.controllers["controller"], *found.stretches["controller"]]
    return looks.hues(claimed, named)


# ---------------------------------------------------------------------- words


def name_of(route: Mapping[str, Any], number: int) -> str:
    """
    Name a route.

    Parameters
    ----------
    route
        A row of `found.routes`.
    number
        Its place, from 1.

    Returns
    -------
    str
        Its name, else its id, else its number: what the font can write.
    """
    instead = plain_words(route["route_id"], f"route {number}")
    return plain_words(route["name"], instead)


def title_of(found: Exposure, what: str) -> str:
    """
    Head a picture.

    Parameters
    ----------
    found
        The answer.
    what
        What the picture shows.

    Returns
    -------
    str
        With the day, if there is one.
    """
    return what if found.as_of is None else f"{what}, as of {found.as_of}"


def zone_words(layers: Layers | None, found: Exposure | Series) -> str:
    """
    Name the layers of zones that the numbers rest on.

    Parameters
    ----------
    layers
        The layers of the answer, or none.
    found
        The answer.

    Returns
    -------
    str
        Titles, or names of files, in quotes.
    """
    files = [
        Path(str(entry["path"])).name
        for entry in found.inputs
        if entry.get("role") in {"zones", "conflict_zones"}
    ]
    known = _of_kind(layers, "conflict_zones")
    titles = (
        {str(layers.passport(name).get("path")): layers.passport(name)["title"] for name in known}
        if layers
        else {}
    )
    names = [titles.get(file, file) for file in files] or list(titles.values())
    drawn = [plain_words(name, "a file of zones") for name in dict.fromkeys(names)]
    return " and ".join(f"“{name}”" for name in drawn) or "the given zones"


def error_words(sections: pd.DataFrame, route: Mapping[str, Any] | None = None) -> str:
    """
    Say how far drawn lines may be off, and what that leaves of a route's number.

    Parameters
    ----------
    sections
        Rows of `found.sections`.
    route
        The row of `found.routes` that they make up; none where there are several.

    Returns
    -------
    str
        One sentence.
    """
    errors = sections["positional_error_m"].dropna()
    if errors.empty:
        return "Positional error: how far the drawn line may be off is not given."
    least, most = report.km(errors.min()), report.km(errors.max())
    off = least if least == most else f"{least} to {most}"
    words = f"Positional error: the drawn line may be off by {off} km; "
    decided = None if route is None else bounds.verdict(route["sure_m"], route["possible_m"])
    if route is None or decided is None:
        return f"{words}the numbers are as drawn."
    sure, drawn, possible = (
        report.km(route[name]) for name in ("sure_m", "exposed_m", "possible_m")
    )
    words += f"surely {sure} km exposed, as drawn {drawn} km, possibly {possible} km"
    if decided == bounds.CANNOT_BE_DECIDED:
        words += ": cannot be decided at this precision"
    return f"{words}."


def evidence_words(found: Exposure) -> str:
    """
    Say in few words what zones built from events are worth on the day of the answer.

    Parameters
    ----------
    found
        What `exposure.measure` gave.

    Returns
    -------
    str
        A sentence with a blank before it; empty where there is nothing to say.
    """
    rules = {notice.rule for notice in found.notices if notice.file == "zones"}
    if "events-uncovered" in rules:
        return " No events are counted on this day."
    return " Some zones rest on candidate events." if "candidates" in rules else ""


def numbers_words(route: Mapping[str, Any], exposed: pd.DataFrame) -> str:
    """
    Say a route's numbers.

    Parameters
    ----------
    route
        A row of `found.routes`.
    exposed
        Its rows of `found.exposed`.

    Returns
    -------
    str
        Length, exposed length and share, crossings, the longest stretch.
    """
    share = f" ({percent(route['exposed_share'])})" if route["length_m"] else ""
    many = "" if route["crossings"] == 1 else "s"
    words = (
        f"{report.km(route['length_m'])} km long, {report.km(route['exposed_m'])} km{share} "
        f"exposed, {int(route['crossings'])} crossing{many}"
    )
    if len(exposed):
        longest = exposed.iloc[int((exposed["to_m"] - exposed["from_m"]).to_numpy().argmax())]
        words += f", longest {report.km(route['longest_exposed_m'])} km"
        words += f" from km {report.km(longest['from_m'])} to {report.km(longest['to_m'])}"
    if route["boundary_m"] > 0:
        words += f"; {report.km(route['boundary_m'])} km more along a zone's border"
    return words


def sides_words(found: Exposure, route_id: str) -> str:
    """
    Begin the sentence that says who holds a route.

    Parameters
    ----------
    found
        The answer.
    route_id
        The route.

    Returns
    -------
    str
        "Held by: "; where there are several sources, whose word the holders are,
        and how much of it another one disputes.
    """
    if len(found.sources) == 1:
        return "Held by: "
    mine = found.agreement[found.agreement["route_id"] == route_id]
    first = plain_words(found.sources[0], "the first source")
    parts = [
        f"{plain_words(pair['sources'][1], 'another')} names another on "
        f"{report.km(pair['disputed_m'])} km"
        for pair in mine.to_dict("records")
        if pair["sources"][0] == found.sources[0]
    ]
    return f"Held, as {first} says ({'; '.join(parts)}), by: "


def percent(share: float) -> str:
    """
    Write a share; what is not nothing is never shown as 0%.

    Parameters
    ----------
    share
        From 0 to 1.

    Returns
    -------
    str
        Whole per cent.
    """
    return "<1%" if 0 < share < 0.005 else f"{share:.0%}"  # noqa: PLR2004 - half of the digit


def source_words(layers: Layers | None) -> str:
    """
    Name the layers with their day, and whose they are.

    Parameters
    ----------
    layers
        The layers of the picture, or none.

    Returns
    -------
    str
        Two sentences, or nothing.
    """
    if layers is None:
        return ""
    kinds = (
        "conflict_zones",
        "control_areas",
        "corridors",
        "mining_sites",
        "gates",
        "places",
        "boundaries",
    )
    names = [name for kind in kinds for name in _of_kind(layers, kind)]
    passports = [layers.passport(name) for name in names]
    dated = [f"{passport['title']} ({passport['as_of']})" for passport in passports]
    # of a source, what stands before the first comma: editions are in the passports
    origins = dict.fromkeys(
        str(entry.get("title")).split(", ")[0] for one in passports for entry in one["sources"]
    )
    rights = dict.fromkeys(
        str(entry.get("title", entry.get("name"))) for one in passports for entry in one["licenses"]
    )
    parts = [("Layers", dated), ("Sources", origins), ("Licences", rights)]
    return _listed(parts)


def _listed(parts: list[tuple[str, Any]]) -> str:
    """Set a heading and its entries, several times, as sentences."""
    said = [(head, [plain_words(entry) for entry in entries]) for head, entries in parts]
    return " ".join(
        f"{head}: {'; '.join(filter(None, entries))}." for head, entries in said if entries
    )
