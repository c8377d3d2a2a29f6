"""Frames checked before they are measured: routes to one row each, zones to valid polygons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo import geodesy
from geo.errors import GeometryError, InputError, Notice
from geo.exposure import guards, naming
from geo.exposure.guards import notices_of_line
from geo.exposure.naming import label, numbered
from geo.sheet import missing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geopandas import GeoDataFrame

__all__ = [
    "areas",
    "compare_extents",
    "ids_of",
    "label",
    "lines",
    "missing",
    "notices_of_line",
    "numbered",
]

_ID, _CLAIM_ID = " id", " claim id"  # a blank in front, which no file's column has


def lines(routes: GeoDataFrame, notices: list[Notice]) -> GeoDataFrame:
    """
    Bring routes to one row each.

    Parameters
    ----------
    routes
        Lines in EPSG:4326; rows of one `corridor_id` are sections of one route.
    notices
        Where warnings are added: gaps, very long edges, rows left out.

    Returns
    -------
    GeoDataFrame
        `route_id`, `name`, `sections` (the rows that the route was made of, in
        order) and the geometry.

    Raises
    ------
    InputError
        If there are none, or two routes share an id.
    CRSError, GeometryError
        If coordinates or geometries cannot be trusted.
    """
    _require_frame(routes, "routes")
    if routes.empty:
        message = "there are no routes to measure"
        raise InputError(message)
    routes = _guarded(routes, "routes", ("LineString", "MultiLineString"), notices)
    if "route_id" not in routes.columns and "corridor_id" in routes.columns:
        groups = list(_corridors(routes, notices))
    else:
        ids = ids_of(routes, "route")
        groups = [(name, "name", routes.iloc[[row]]) for row, name in enumerate(ids)]
    rows = [
        {
            "route_id": name,
            "name": _first(sections, title) or name,
            "sections": sections,
            "geometry": _one_line(sections),
        }
        for name, title, sections in groups
    ]
    for row in rows:
        notices += notices_of_line(str(row["route_id"]), row["geometry"])
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=4326)


def _corridors(
    routes: GeoDataFrame, notices: list[Notice]
) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Group sections by their corridor; a row that names none is a route of its own."""
    named = routes["corridor_id"].astype(object).where(routes["corridor_id"].notna(), "")
    named = named.astype(str).str.strip()
    alone = [f"row {number}" for number in range(len(routes))]
    ids = named.where(named != "", pd.Series(alone, index=routes.index))
    for name in ids[named == ""]:
        message = "names no corridor_id and is taken as a route of its own"
        notices.append(Notice("routes", name, "no-corridor", message))
    for corridor, rows in routes.groupby(ids.to_numpy(), sort=False):
        seq = pd.to_numeric(rows["seq"], errors="coerce") if "seq" in rows.columns else None
        ordered = rows if seq is None else rows.loc[seq.sort_values(kind="stable").index]
        yield str(corridor), "corridor", ordered


def _one_line(sections: pd.DataFrame) -> Any:
    shapes = sections["geometry"].to_numpy()
    return shapes[0] if len(shapes) == 1 else shapely.MultiLineString(list(guards.parts_of(shapes)))


def _require_frame(frame: Any, name: str) -> None:
    """Refuse what is no GeoDataFrame, or has two columns of one name."""
    if not isinstance(frame, gpd.GeoDataFrame):
        message = f"{name}: a GeoDataFrame is needed, this is a {type(frame).__name__}"
        raise InputError(message)
    twice = sorted({str(column) for column in frame.columns[frame.columns.duplicated()]})
    if twice:
        message = f"{name}: more than one column is called {', '.join(twice)}"
        raise InputError(message)


def areas(zones: GeoDataFrame, name: str, notices: list[Notice]) -> GeoDataFrame:
    """
    Check that zones are polygons with one inside each.

    Parameters
    ----------
    zones
        Polygons in EPSG:4326.
    name
        What they are called in messages.
    notices
        Where warnings are added: an empty layer, rows left out, ids used twice.

    Returns
    -------
    GeoDataFrame
        The rows that have a geometry.

    Raises
    ------
    CRSError, GeometryError
        If coordinates or geometries cannot be trusted.
    """
    _require_frame(zones, name)
    if zones.empty:
        message = "the layer is empty, so nothing can be exposed to it"
        notices.append(Notice(name, "", "empty-layer", message))
        return gpd.GeoDataFrame(
            zones.drop(columns="geometry", errors="ignore"), geometry=[], crs=4326
        )
    zones = _guarded(zones, name, ("Polygon", "MultiPolygon"), notices)
    invalid = np.flatnonzero(~zones.is_valid.to_numpy())
    if invalid.size:
        ids = ids_of(zones, "zone", "area")
        reasons = [
            f"  {ids[row]}: {shapely.is_valid_reason(zones.geometry.iloc[row])}"
            for row in invalid[:20]
        ]
        message = f"{name}: {invalid.size} polygon(s) have no single inside\n" + "\n".join(reasons)
        raise GeometryError(message)
    counts = pd.Series(_named(zones, "zone", "area")[0]).value_counts()
    for twin in counts.index[counts > 1]:
        message = f"stands {counts[twin]} times; each row is measured for itself and numbered"
        notices.append(Notice(name, str(twin), "duplicate-id", message))
    return zones


def ids_of(frame: pd.DataFrame, *roles: str) -> list[str]:
    """
    Name each row.

    Parameters
    ----------
    frame
        Any layer.
    *roles
        What its rows may be called, e.g. "zone": the column `zone_id` is looked
        for first, then `id`, then `name`; else the row's number is its id.

    Returns
    -------
    list of str
        One id for each row; one that stands again gets a number, so that rows
        are never mixed up.

    Raises
    ------
    InputError
        If two routes share a `route_id` or an `id`.
    """
    kept = _CLAIM_ID if roles[0] == "area" else _ID
    if kept in frame.columns:
        return list(frame[kept])
    return naming.unique(*_named(frame, *roles), *roles)


def _named(frame: pd.DataFrame, *roles: str) -> tuple[list[str], str]:
    column = naming.column_of(frame.columns, *roles)
    return naming.texts(frame[column] if column else [""] * len(frame)), column


def _guarded(
    frame: GeoDataFrame, name: str, types: tuple[str, ...], notices: list[Notice]
) -> GeoDataFrame:
    """Refuse what cannot be trusted, and drop, with a notice, rows without a geometry."""
    geodesy.require_lonlat(frame.crs, name)
    shapes = frame.geometry
    empty = (shapes.isna() | shapes.is_empty).to_numpy()
    if empty.all():
        message = f"{name}: no row has a geometry"
        raise GeometryError(message)
    role = "route" if name == "routes" else "zone"
    ids = ids_of(frame, role) if role == "route" else ids_of(frame, "zone", "area")
    for row in np.flatnonzero(empty):
        message = "has no geometry and is left out"
        notices.append(Notice(name, ids[row], "no-geometry", message))
    if _ID not in frame.columns:
        # numbers are given to the rows as they came, before any is left out
        other = {_CLAIM_ID: ids_of(frame, "area", "zone")} if role == "zone" else {}
        frame = frame.assign(**{_ID: ids, **other})
    frame = _plain_geometry(frame[~empty])
    wrong = frame.index[~frame.geom_type.isin(types)]
    if len(wrong):
        found = ", ".join(sorted(set(frame.geom_type[wrong])))
        message = f"{name}: {len(wrong)} row(s) are not {' or '.join(types)} but {found}"
        raise GeometryError(message)
    guards.refuse_odd_coordinates(frame.geometry.to_numpy(), name)
    return frame


def _plain_geometry(frame: GeoDataFrame) -> GeoDataFrame:
    """Call the geometry `geometry`, whatever its file called it."""
    if frame.geometry.name == "geometry":
        return frame
    plain = pd.DataFrame(frame.drop(columns=["geometry", frame.geometry.name], errors="ignore"))
    return gpd.GeoDataFrame(plain, geometry=frame.geometry.to_numpy(), crs=frame.crs)


def _first(frame: pd.DataFrame, column: str) -> str:
    value = frame[column].iloc[0] if column in frame.columns else None
    return "" if missing(value) else label(value)


def compare_extents(routes: GeoDataFrame, zones: GeoDataFrame, notices: list[Notice]) -> None:
    """
    Say so where no zone lies near any route: the usual cause of a silent zero.

    Parameters
    ----------
    routes, zones
        Checked frames.
    notices
        Where the warning is added.

    Raises
    ------
    CRSError
        If the zones would lie on the routes with their axes swapped.
    """
    if not zones.empty:
        guards.compare_extents(routes.total_bounds, zones.total_bounds, notices)
