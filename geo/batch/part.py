"""Measure a block: every row of it gets numbers, or the reason why it has none."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo import passages
from geo.batch import holders
from geo.errors import GeoError, Notice
from geo.exposure import bounds, frames, tables
from geo.io.lonlat import lonlat
from geo.io.parquet import part_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geopandas import GeoDataFrame
    from pyproj import CRS

    from geo.batch.fleet import Block, Row
    from geo.batch.ground import Ground

__all__ = ["SUMMARY", "Found", "Part", "found", "measured"]

_LINES: Final = {"LineString", "MultiLineString"}
_NUMBERS: Final = (
    "length_m",
    "exposed_m",
    "exposed_share",
    "boundary_m",
    "longest_exposed_m",
    "sure_m",
    "possible_m",
)
SUMMARY: Final = {
    "route_id": "string",
    "name": "string",
    "file": "string",
    "row": "int64",
    **dict.fromkeys(_NUMBERS, "double"),
    "crossings": "int64",
    "rejected": "string",
}
"""The columns of a summary, beside its geometry, and their types."""
_PASSAGES: Final = {
    "route_id": "string",
    "zone_id": "string",
    "from_m": "double",
    "to_m": "double",
    "on_border": "bool",
    "entry_lon": "double",
    "entry_lat": "double",
    "exit_lon": "double",
    "exit_lat": "double",
}
_SHOWN: Final = 10
_REASONS: Final = 100  # in the manifest, of a block; the summary holds all of them
_LONG_DEG: Final = 0.3  # an edge of 50 km spans more than this, of longitude or of latitude


@dataclass(frozen=True)
class Part:
    """
    The answer for a block.

    Attributes
    ----------
    passages, summary
        Two GeoParquet files.
    controllers
        A Parquet file; None where it was not asked who holds what.
    record
        What the manifest says of the block: plain values.
    """

    passages: bytes
    summary: bytes
    controllers: bytes | None
    record: dict[str, Any]


@dataclass(frozen=True)
class Found:
    """
    What was found of a block.

    Attributes
    ----------
    passages, entries
        A row for each passage, and the point where it begins.
    summary, starts
        A row for each route, and the point where it begins or None.
    controllers
        The columns of `Exposure.controllers`; None where they were not asked for.
    bounds
        West, south, east and north of what was measured; None where nothing was.
    notices
        What must be known of it.
    """

    passages: pd.DataFrame
    entries: Any
    summary: pd.DataFrame
    starts: Any
    controllers: pd.DataFrame | None
    bounds: list[float] | None
    notices: tuple[Notice, ...]


def measured(block: Block, digest: str, ground: Ground) -> Part:
    """
    Measure a block.

    Parameters
    ----------
    block
        Routes.
    digest
        Of the block, from `Block.digest`.
    ground
        What they are measured against.

    Returns
    -------
    Part
        A row of the summary for each route: its numbers, or why it was rejected.
    """
    whole = found(block, ground)
    record = {
        "number": block.number,
        "input_sha256": digest,
        **_sums(whole.summary, whole.passages),
        "bounds": whole.bounds,
        "warnings": [notice.as_dict() for notice in _told(whole.notices)],
    }
    about = {**ground.about, "block": record}
    return Part(
        part_bytes(whole.passages, whole.entries, _PASSAGES, about),
        part_bytes(whole.summary, whole.starts, SUMMARY, about),
        None
        if whole.controllers is None
        else part_bytes(whole.controllers, None, holders.COLUMNS, about),
        record,
    )


def found(block: Block, ground: Ground) -> Found:
    """
    Measure a block, and give tables.

    Parameters
    ----------
    block
        Routes.
    ground
        What they are measured against.

    Returns
    -------
    Found
        The tables, with all that was said.
    """
    notices = list(block.notices)
    shapes, problems = _decoded(block.rows)
    shapes = _sifted(block, shapes, problems, notices)
    bad = {row.route_id: why for row, why in zip(block.rows, problems, strict=True) if why}
    kept = [at for at, row in enumerate(block.rows) if row.route_id not in bad]
    lines = _lines([block.rows[at] for at in kept], shapes[kept], ground, notices)
    if lines is None:
        empty = np.empty(0, object)
        crossed = passages.find(empty, ground.index)
        ids, routes = empty, pd.DataFrame(columns=["route_id", *_NUMBERS, "crossings"])
    else:
        crossed = passages.find(lines["geometry"].to_numpy(), ground.index)
        ids = lines["route_id"].to_numpy(object)
        routes = _with_bounds(lines, crossed, ground, notices)
    summary, starts = _summary(block, routes, bad, shapes)
    return Found(
        tables.passages_table(crossed, ids, ground.zones),
        shapely.points(crossed.entry),
        summary,
        starts,
        _controllers(lines, crossed, ground),
        None if lines is None else lines.total_bounds.tolist(),
        tuple(notices),
    )


def _controllers(
    lines: GeoDataFrame | None, crossed: passages.Passages, ground: Ground
) -> pd.DataFrame | None:
    if ground.claims is None:
        return None
    if lines is None:
        return pd.DataFrame(columns=list(holders.COLUMNS))
    return ground.claims.controllers(lines, crossed)


def _decoded(rows: Sequence[Row]) -> tuple[Any, list[str]]:
    """Read the geometries; what is none, or no line, is None with a reason."""
    wkb = np.array([row.wkb for row in rows], dtype=object)
    problems = [row.problem for row in rows]
    with np.errstate(invalid="ignore"):  # what is not finite is named later
        try:
            shapes = shapely.from_wkb(wkb)
        except shapely.errors.ShapelyError:
            shapes = np.array([_one(raw, at, problems) for at, raw in enumerate(wkb)], dtype=object)
        shapes = shapely.force_2d(shapes)
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    for at in np.flatnonzero(empty).tolist():
        problems[at] = problems[at] or "has no geometry"
    types = shapely.get_type_id(shapes)
    for at in np.flatnonzero(~empty & (types != 1) & (types != 5)).tolist():  # noqa: PLR2004
        kind = shapes[at].geom_type
        problems[at] = f"is a {kind}, not {' or '.join(sorted(_LINES))}"
    shapes[[bool(problem) for problem in problems]] = None
    return shapes, problems


def _one(wkb: bytes | None, at: int, problems: list[str]) -> Any:
    try:
        return shapely.from_wkb(wkb)
    except shapely.errors.ShapelyError as error:
        problems[at] = f"cannot be read: {error}"
        return None


def _sifted(block: Block, shapes: Any, problems: list[str], notices: list[Notice]) -> Any:
    """Bring the shapes to longitude and latitude; what cannot be gets a reason."""
    shapes = shapes.copy()
    labels = [row.route_id for row in block.rows]

    def bring(rows: list[int]) -> None:
        said: list[Notice] = []
        frame = gpd.GeoDataFrame(geometry=shapes[rows], crs=_parsed(block.crs))
        try:
            moved = lonlat(frame, "routes", [labels[row] for row in rows], said)
        except GeoError as error:
            if len(rows) > 1:  # which of them it is shows by halving
                bring(rows[: len(rows) // 2])
                bring(rows[len(rows) // 2 :])
                return
            problems[rows[0]] = _reason(error, labels[rows[0]])
            shapes[rows[0]] = None
            return
        shapes[rows] = moved.geometry.to_numpy()
        notices.extend(said)

    there = [row for row, problem in enumerate(problems) if not problem]
    if there:
        bring(there)
    return shapes


@lru_cache(maxsize=8)
def _parsed(crs: str) -> CRS:
    from pyproj import CRS

    return CRS.from_user_input(crs)


def _reason(error: GeoError, label: str) -> str:
    """Take the part of a message that says what is wrong with one feature."""
    last = str(error).split("\n")[-1].strip()
    for lead in (f"feature {label}: ", f"routes, feature {label}: ", "routes: "):
        last = last.removeprefix(lead)
    return last


def _lines(
    rows: Sequence[Row], shapes: Any, ground: Ground, notices: list[Notice]
) -> GeoDataFrame | None:
    """Give a row for each route, as `frames.lines` does; the sections only where they count."""
    if not rows:
        return None
    if _needs_sections(rows, ground):
        is_cut = [row.section is not None for row in rows]
        table = {
            "route_id": [row.route_id for row in rows],
            "positional_error_m": [row.error_m for row in rows],
            "corridor": [row.name for row in rows],
            "name": [row.name for row in rows],
        }
        if any(is_cut):
            table["corridor_id"] = table.pop("route_id")
            for place, column in enumerate(("seq", "section_id")):
                table[column] = [row.section and row.section[place] for row in rows]
        return frames.lines(gpd.GeoDataFrame(table, geometry=shapes, crs=4326), notices)
    ids = [row.route_id for row in rows]
    names = [row.name for row in rows]
    for at in _odd(shapes):
        notices += frames.notices_of_line(ids[at], shapes[at])
    return gpd.GeoDataFrame({"route_id": ids, "name": names}, geometry=shapes, crs=4326)


def _needs_sections(rows: Sequence[Row], ground: Ground) -> bool:
    return ground.position_error_m is not None or any(
        row.section is not None or not frames.missing(row.error_m) for row in rows
    )


def _odd(shapes: Any) -> list[int]:
    """Find the lines of which something may have to be said: few, and looked at again."""
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    steps = np.abs(np.diff(xy, axis=0)).max(axis=1)
    own = np.diff(owner) == 0
    longest = np.zeros(len(shapes))
    np.maximum.at(longest, owner[1:][own], steps[own])
    parts = shapely.get_num_geometries(shapes)
    odd: list[int] = np.flatnonzero((longest > _LONG_DEG) | (longest == 0) | (parts > 1)).tolist()
    return odd


def _with_bounds(
    lines: GeoDataFrame, found: passages.Passages, ground: Ground, notices: list[Notice]
) -> pd.DataFrame:
    """Sum the answer for each route, with what is surely and possibly inside where it is known."""
    exposed = tables.exposed_table(lines, found)
    routes = tables.routes_table(lines, found, exposed)
    if "sections" not in lines.columns:
        return routes.assign(sure_m=np.nan, possible_m=np.nan)
    sections = tables.sections_table(lines, exposed)
    sections = bounds.with_errors(sections, ground.position_error_m, notices)
    shapes = ground.zones.geometry.to_numpy()
    sections = bounds.bounded(lines, sections, found, shapes, notices)
    return bounds.of_routes(routes, sections)


def _summary(
    block: Block, routes: pd.DataFrame, bad: dict[str, str], shapes: Any
) -> tuple[pd.DataFrame, Any]:
    """Give a row for each route of the block, in its order, and the point where it begins."""
    first: dict[str, int] = {}
    for at, row in enumerate(block.rows):
        first.setdefault(row.route_id, at)
    heads = [block.rows[at] for at in first.values()]
    table = pd.DataFrame(
        {
            "route_id": list(first),
            "name": [row.name for row in heads],
            "file": [row.file for row in heads],
            "row": [row.row for row in heads],
            "rejected": [bad.get(name) for name in first],
        }
    )
    numbers = routes.set_index("route_id")[[*_NUMBERS, "crossings"]].reindex(list(first))
    table = table.join(numbers.reset_index(drop=True))
    table["crossings"] = table["crossings"].astype("Int64")
    starts = [
        None if row.route_id in bad else shapes[at]
        for at, row in zip(first.values(), heads, strict=True)
    ]
    lines = np.array(starts, dtype=object)
    many = shapely.get_type_id(lines) == 5  # noqa: PLR2004 - the number of a MultiLineString
    lines[many] = shapely.get_geometry(lines[many], 0)
    return table[list(SUMMARY)], shapely.get_point(lines, 0)


def _sums(summary: pd.DataFrame, crossed: pd.DataFrame) -> dict[str, Any]:
    rejected = summary[summary["rejected"].notna()]
    return {
        "routes": len(summary),
        "rejected": len(rejected),
        "passages": len(crossed),
        "length_m": float(summary["length_m"].sum()),
        "exposed_m": float(summary["exposed_m"].sum()),
        "reasons": [
            {"route_id": row.route_id, "file": row.file, "row": row.row, "reason": row.rejected}
            for row in rejected.head(_REASONS).itertuples(index=False)
        ],
    }


def _told(notices: Sequence[Notice]) -> Iterator[Notice]:
    """Tell the first ten of a rule, and how many more there are; the same thing once."""
    seen = Counter[str]()
    for notice in dict.fromkeys(notices):
        seen[notice.rule] += 1
        if seen[notice.rule] <= _SHOWN:
            yield notice
    for rule, times in seen.items():
        if times > _SHOWN:
            message = f"the same holds for {times - _SHOWN} more feature(s) of this block"
            yield Notice("routes", "", rule, message)
