"""Readers of conflict events: UCDP, ACLED, or a file of one's own."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo import events
from geo.errors import CRSError, GeometryError, InputError, Notice
from geo.events import codebook
from geo.events.rows import RULES
from geo.io import geojson
from geo.io.files import content, require_file
from geo.io.limits import MOST_BYTES
from geo.io.table import open_table, refuse_clash

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Progress = Callable[[int, int], object]

__all__ = ["EventFile", "read_events"]

_TABLES: Final = (".csv", ".tsv", ".zip")
_JSON: Final = (".geojson", ".json")
_AXES: Final = ("longitude", "latitude")
_CHUNK: Final = 50_000
_SHOWN: Final = 12
_KINDS: Final = dict.fromkeys(events.PROBLEM_COLUMNS, str) | {"row": "int64", "line": "Int64"}


@dataclass(frozen=True)
class EventFile:
    """
    What was read from one file of events.

    Attributes
    ----------
    frame
        The good rows as points in EPSG:4326, in file order, with `geo.events.COLUMNS`.
    rejected
        A line for each rule that a row breaks, with `geo.events.PROBLEM_COLUMNS`.
    notices
        What must be known of them.
    path
        The file as the user named it.
    sha256
        Of its bytes.
    rows
        How many rows it has, good and rejected.
    """

    frame: gpd.GeoDataFrame
    rejected: pd.DataFrame
    notices: tuple[Notice, ...]
    path: str
    sha256: str
    rows: int


@dataclass
class _Heap:
    """What has been read so far, in parts."""

    frames: list[pd.DataFrame] = field(default_factory=list)
    problems: list[pd.DataFrame] = field(default_factory=list)
    good: list[NDArray[np.bool_]] = field(default_factory=list)
    ids: list[NDArray[Any]] = field(default_factory=list)
    lines: list[NDArray[np.int64]] = field(default_factory=list)
    widened: list[str] = field(default_factory=list)
    rows: int = 0

    def add(
        self, texts: pd.DataFrame, plan: events.Layout, lines: NDArray[np.int64] | None
    ) -> None:
        checked = events.standard(texts, plan, first=self.rows + 1, lines=lines)
        self.frames.append(checked.frame)
        self.problems.append(checked.problems)
        self.good.append(checked.good)
        self.ids.append(checked.ids)
        self.widened += [str(name) for name in checked.widened]
        self.lines.append(np.full(len(texts), -1) if lines is None else lines)
        self.rows += len(texts)


def read_events(
    path: str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    release: str | None = None,
    dataset: str | None = None,
    progress: Progress | None = None,
    most_bytes: int = MOST_BYTES,
) -> EventFile:
    """
    Read conflict events, each row checked; nothing is guessed and nothing is lost.

    Parameters
    ----------
    path
        A .csv, .tsv, .geojson or .json file, or a .zip with one CSV in it.
    columns
        For a file of one's own: its titles by our names, at least `date`, `lat` and
        `lon` (GeoJSON needs no `lat` and `lon`).
    release
        The release of the dataset; left out, that of UCDP is read off the file's name.
    dataset
        "UCDP GED", "ACLED" or "own"; left out, it is known by its columns.
    progress
        Called with the rows and the bytes of the file done so far.
    most_bytes
        The largest size of a file, packed or unpacked.

    Returns
    -------
    EventFile
        The good rows, and every rejected row with its reasons. A table without rows
        gives none of either.

    Raises
    ------
    InputError
        If the file is not what its ending says, its dataset is not known, or it could
        be read in two ways.
    CRSError
        If GeoJSON names a CRS other than WGS 84.
    """
    file = require_file(path, (*_TABLES, *_JSON), most_bytes=most_bytes)
    options = {"columns": columns, "dataset": dataset, "release": release}
    notices: list[Notice] = []
    heap = _Heap()
    if file.suffix.lower() in _JSON:
        plan, digest = _read_geojson(file, heap, options, notices)
        _tell(progress, heap.rows, file.stat().st_size)
    else:
        with open_table(file, most_bytes=most_bytes) as table:
            names = (table.inner, file.name)
            plan = _layout(table.titles, file.name, names, options, notices)
            for block in table.blocks(list(plan.titles.values())):
                heap.add(block.texts, plan, block.lines)
                _tell(progress, heap.rows, block.done)
            _tell(progress, heap.rows, table.done)
            digest = table.sha256
    rejected = _rejected(heap, plan)
    frame = _frame(heap, plan)
    notices += _notices(frame, rejected, heap, file.name)
    return EventFile(frame, rejected, tuple(notices), str(path), digest, heap.rows)


def _tell(progress: Progress | None, rows: int, done: int) -> None:
    if progress is not None:
        progress(rows, done)


def _layout(
    titles: Sequence[str],
    name: str,
    names: Sequence[str],
    options: Mapping[str, Any],
    notices: list[Notice],
) -> events.Layout:
    options = dict(options)
    release = options.pop("release")
    plan = events.layout(titles, name=name, **options)
    if plan.dataset != codebook.UCDP:
        return replace(plan, release=(release or "").strip())
    found = next(filter(None, map(codebook.release_in, names)), "")
    if release is None:
        return replace(plan, release=found)
    given = codebook.require_release(release)
    if found not in {"", given}:
        message = f"its name says release {found}; it counts as {given}, as asked"
        notices.append(Notice(name, "", "release-differs", message))
    return replace(plan, release=given)


def _read_geojson(
    file: Path, heap: _Heap, options: Mapping[str, Any], notices: list[Notice]
) -> tuple[events.Layout, str]:
    raw = content(file)
    document = geojson.decode(raw, file.name)
    found = geojson.features(document, file.name)
    crs = geojson.crs_of(document, file.name)
    if crs != "EPSG:4326":
        message = f"{file.name}: events must be in longitude and latitude, its CRS is {crs}"
        raise CRSError(message)
    if not found:
        message = f"{file.name}: the file is empty: it holds no feature"
        raise InputError(message)
    records = [_record(feature) for feature in found]
    titles = list(dict.fromkeys(title for record in records for title in record))
    refuse_clash(titles, file.name)
    columns = dict(options["columns"] or {})
    if columns:
        columns = dict(zip(("lon", "lat"), _AXES, strict=True)) | columns
    options = {**options, "columns": columns}
    plan = _layout(titles, file.name, [file.name], options, notices)
    wanted = list(plan.titles.values())
    for first in range(0, len(records), _CHUNK):
        part = records[first : first + _CHUNK]
        texts = {title: [record.get(title, "") for record in part] for title in wanted}
        heap.add(pd.DataFrame(texts, dtype=object), plan, None)
    return plan, hashlib.sha256(raw).hexdigest()


def _record(feature: Mapping[str, Any]) -> dict[str, str]:
    """Give a feature as a row of text; its point goes before any coordinates among them."""
    properties = dict(feature.get("properties") or {})
    if "id" in feature:
        properties.setdefault("id", feature["id"])
    lon, lat = _point(feature["geometry"])
    record = {
        title: _text(value)
        for title, value in properties.items()
        if title.strip().casefold() not in _AXES
    }
    return {**record, _AXES[0]: lon, _AXES[1]: lat}


def _point(geometry: Any) -> tuple[str, str]:
    """Give a point's coordinates as text; what is no point says so where they would stand."""
    try:
        shape = geojson.geometry(geometry)
    except (GeometryError, shapely.errors.ShapelyError, LookupError, RecursionError) as error:
        return str(error), ""
    if shape is None or shape.is_empty:
        return "", ""
    if shape.geom_type != "Point":
        return f"a {shape.geom_type}", ""
    return repr(float(shape.x)), repr(float(shape.y))


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def _rejected(heap: _Heap, plan: events.Layout) -> pd.DataFrame:
    """List every broken rule, and take the rows whose id stands before them out of the good."""
    ids = np.concatenate(heap.ids) if heap.ids else np.array([], object)
    again = pd.Series(ids, dtype=object).duplicated().to_numpy() & (ids != "")
    parts = [part for part in heap.problems if len(part)]
    if again.any():
        rows = np.flatnonzero(again)
        parts.append(
            pd.DataFrame(
                {
                    "row": rows + 1,
                    "line": np.concatenate(heap.lines)[rows],
                    "event_id": ids[rows],
                    "column": plan.titles.get("event_id", "event_id"),
                    "rule": RULES["twice"],
                    "value": ids[rows],
                }
            )
        )
        edges = np.cumsum([len(good) for good in heap.good])[:-1]
        for number, twice in enumerate(np.split(again, edges)):
            keep = ~twice[heap.good[number]]
            heap.frames[number] = heap.frames[number][keep]
    if not parts:
        return pd.DataFrame({name: [] for name in events.PROBLEM_COLUMNS}, dtype=object).astype(
            _KINDS
        )
    table = pd.concat(parts, ignore_index=True).sort_values("row", kind="stable")
    table = table.reset_index(drop=True).astype(_KINDS)
    return table.assign(line=table["line"].mask(table["line"] < 0))


def _frame(heap: _Heap, plan: events.Layout) -> gpd.GeoDataFrame:
    """Join the parts column by column, so that no two whole frames are held at once."""
    if not heap.frames:
        nothing = pd.DataFrame({title: [] for title in plan.titles.values()}, dtype=object)
        heap.frames.append(events.standard(nothing, plan).frame)
    joined = {}
    for name in events.COLUMNS:
        joined[name] = pd.concat([part.pop(name) for part in heap.frames], ignore_index=True)
    points = gpd.points_from_xy(joined["lon"], joined["lat"])
    return gpd.GeoDataFrame(joined, geometry=points, crs=4326)


def _notices(
    frame: gpd.GeoDataFrame, rejected: pd.DataFrame, heap: _Heap, name: str
) -> list[Notice]:
    notices = events.said(frame, name)
    if heap.widened:
        shown = ", ".join(heap.widened[:_SHOWN]) + (" ..." if len(heap.widened) > _SHOWN else "")
        message = (
            f"{len(heap.widened)} event(s) give a best estimate of deaths outside their own range; "
            f"they count, and the range is widened to hold it: {shown}"
        )
        notices.insert(0, Notice(name, "", "range-widened", message))
    if len(rejected):
        many = rejected["row"].nunique()
        shown = "; ".join(
            f"{column}: {rule} ({size})" for column, rule, size in events.broken(rejected)
        )
        message = f"{many} of {heap.rows} row(s) were rejected and are not counted: {shown}"
        notices.insert(0, Notice(name, "", "rows-rejected", message))
    return notices
