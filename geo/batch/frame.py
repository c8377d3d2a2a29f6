"""
Routes in a frame: a summary row for each, for engines that cut a large table themselves.

Dask: `routes.map_partitions(batch.of_frame, ground, meta=batch.of_frame(routes._meta, ground))`
for a dask-geopandas frame. Spark: see `geo.batch.spark`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pandas as pd
import shapely

from geo.batch.fleet import Block, Row
from geo.batch.part import SUMMARY, found
from geo.errors import CRSError, InputError
from geo.exposure.frames import label, missing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.batch.ground import Ground
    from geo.errors import Notice

__all__ = ["COLUMNS", "of_frame"]

COLUMNS: Final = {
    **{name: kind for name, kind in SUMMARY.items() if name not in {"file", "row"}},
    "warnings": "string",
}
"""The columns of the answer and their types: string, int64 or double."""
_DTYPES: Final = {"string": "object", "int64": "Int64", "double": "float64"}


def of_frame(frame: pd.DataFrame, ground: Ground, *, crs: str | None = None) -> pd.DataFrame:
    """
    Measure how far each route of a frame runs inside zones.

    The same numbers as `geo.exposure.measure`, each row for itself, however a table was
    cut into frames: to a micrometre, `sure_m` and `possible_m` to a millimetre.

    Parameters
    ----------
    frame
        A row for each route: `route_id`, once in the table, and `geometry`, as shapes
        or, in a frame that is no GeoDataFrame, as WKB; `name` and `positional_error_m`
        where they are known. None of its rows gives an answer without rows.
    ground
        What the routes are measured against, from `geo.batch.ground`; its `notices`
        are to be told once, by who made it.
    crs
        The CRS of WKB, in a form that pyproj reads; a GeoDataFrame has its own.

    Returns
    -------
    DataFrame
        A row for each route, in their order, with the columns of `COLUMNS`: metres,
        shares from 0 to 1, and in `rejected` why a route has no numbers. `warnings`
        is what must be known of it, one sentence a line.

    Raises
    ------
    InputError
        If a column is missing, a row has no `route_id`, or two rows share one.
    CRSError
        If no CRS is known.
    """
    ids, shapes = _named(frame), _wkb(frame)
    known = _crs(frame, crs)
    if not ids:
        return pd.DataFrame({name: [] for name in COLUMNS}).astype(
            {name: _DTYPES[kind] for name, kind in COLUMNS.items()}
        )
    names = [
        ids[at] if missing(value) else label(value)
        for at, value in enumerate(frame["name"] if "name" in frame.columns else [None] * len(ids))
    ]
    errors = list(frame["positional_error_m"]) if "positional_error_m" in frame.columns else None
    rows = [
        Row(ids[at], names[at], "", at, shape, "", errors and errors[at], None)
        for at, shape in enumerate(shapes)
    ]
    whole = found(Block(0, known, tuple(rows), ()), ground)
    said = pd.Series(_said(ids, whole.notices), dtype=object)
    table = whole.summary.assign(warnings=said)[list(COLUMNS)]
    texts = [name for name, kind in COLUMNS.items() if kind == "string"]
    table[texts] = table[texts].astype(object).where(table[texts].notna(), None)
    return table


def _named(frame: pd.DataFrame) -> list[str]:
    for column in ("route_id", "geometry"):
        if column not in frame.columns:
            message = f"routes: a frame needs the column {column}; this one has none"
            raise InputError(message)
    bare = [at for at, value in enumerate(frame["route_id"]) if missing(value)]
    if bare:
        message = f"routes, row {bare[0]}, column route_id: is empty, but each route needs an id"
        raise InputError(message)
    ids = [label(value) for value in frame["route_id"]]
    twins = sorted(name for name, times in Counter(ids).items() if times > 1)
    if twins:
        message = f"routes: more than one has the route_id {', '.join(twins[:5])}"
        raise InputError(message)
    return ids


def _wkb(frame: pd.DataFrame) -> list[bytes | None]:
    values: Any = frame["geometry"]
    if isinstance(frame, gpd.GeoDataFrame):
        return list(shapely.to_wkb(values.to_numpy()))
    odd = [at for at, one in enumerate(values) if not (missing(one) or _is_bytes(one))]
    if odd:
        kind = type(values.iloc[odd[0]]).__name__
        message = f"routes, row {odd[0]}, column geometry: is a {kind}, not WKB"
        raise InputError(message)
    return [None if missing(one) else bytes(one) for one in values]


def _is_bytes(value: object) -> bool:
    return isinstance(value, bytes | bytearray | memoryview)


def _crs(frame: pd.DataFrame, crs: str | None) -> str:
    own = frame.crs if isinstance(frame, gpd.GeoDataFrame) else None
    known = crs if own is None else own.to_json()
    if known is None:
        message = "routes: WKB says no CRS; name it, e.g. crs='EPSG:4326'"
        raise CRSError(message)
    return known


def _said(ids: Sequence[str], notices: Sequence[Notice]) -> list[str | None]:
    """Give each route its own warnings, and those that are about all of them."""
    own = defaultdict[str, list[str]](list)
    for notice in dict.fromkeys(notices):
        own[notice.feature].append(notice.message)
    return ["\n".join([*own[name], *(own[""] if name else [])]) or None for name in ids]
