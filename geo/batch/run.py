"""Measure a fleet: block after block, each written once, so that it can go on after a kill."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely

from geo import passages
from geo.batch.cluster import cluster
from geo.batch.crew import crew
from geo.batch.fleet import Fleet
from geo.batch.folder import Folder, digest_of
from geo.batch.ground import ground
from geo.errors import InputError, Notice
from geo.exposure import frames
from geo.exposure.answer import head
from geo.io.limits import DEFAULT, Limits
from geo.io.parquet import require_pyarrow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import date
    from pathlib import Path

    from distributed import Client
    from geopandas import GeoDataFrame

    from geo.batch.cluster import Cluster
    from geo.batch.crew import Crew
    from geo.batch.fleet import Block
    from geo.batch.ground import Ground
    from geo.exposure.sources import Control

__all__ = ["VERTICES", "Options", "measure"]

VERTICES = 1 << 18
"""How many vertices a block has: a part takes about a second, a worker some 260 MB."""


@dataclass(frozen=True)
class Options:
    """
    How a fleet is measured.

    Attributes
    ----------
    as_of
        The day of the answer; None for the newest `source_date` of the zones.
    crs
        The CRS of files that name none.
    position_error_m
        As for `geo.exposure.measure`.
    control
        Who holds what, as for `geo.exposure.measure`; None does not ask.
    limits
        What a file that is read as a whole may hold.
    vertices
        How many vertices a block may have, about.
    workers
        How many processes measure; None for one for each processor. The numbers do
        not depend on it.
    fresh
        Whether the parts of another answer in the folder are removed.
    threads
        Whether threads measure, not processes: only to compare.
    cluster
        The address of the scheduler of a Dask cluster that you trust, whose workers
        measure, or a `distributed.Client` of it; None for this machine. The numbers
        do not depend on it.
    inputs, notices
        The files of zones, and what was said of them when they were read.
    """

    as_of: date | str | None = None
    crs: str | None = None
    position_error_m: float | None = None
    control: Control = None
    limits: Limits = DEFAULT
    vertices: int = VERTICES
    workers: int | None = None
    fresh: bool = False
    threads: bool = False
    cluster: str | Client | None = None
    inputs: Sequence[Mapping[str, object]] = ()
    notices: Sequence[Notice] = ()


def measure(
    routes: Sequence[str | Path],
    zones: GeoDataFrame,
    folder: str | Path,
    *,
    options: Options | None = None,
    tell: Callable[[int, int, int], None] | None = None,
) -> dict[str, Any]:
    """
    Measure how far each route of a fleet runs inside zones.

    The same numbers as `geo.exposure.measure`, in memory that does not grow with the
    fleet but for 8 bytes a route. Called again after it was ended, it goes on.

    Parameters
    ----------
    routes
        Files of routes and folders of them, as for `geo.io.rows.files_of`.
    zones
        As for `geo.exposure.measure`.
    folder
        Where `passages`, `summary` and `manifest.json` are written. Both are
        partitioned GeoParquet: `summary` has a row for each route, and `rejected`
        says why one has no numbers; `passages` has the columns of
        `Exposure.passages`. With claims, `controllers` has those of
        `Exposure.controllers`, as Parquet. The geometry is a point: where the route, or the
        passage, begins.
    options
        How; the defaults if left out.
    tell
        Is called after each block with the routes done, all routes, and how many of
        those done were measured now.

    Returns
    -------
    dict
        The manifest: `settings`, `state`, totals, `warnings`, `blocks`.

    Raises
    ------
    InputError
        If there are no routes, two of one file share an id, none could be measured, the
        folder holds another answer, or pyarrow is not installed.
    CRSError, GeometryError
        If the zones cannot be trusted, or the routes of the only file.
    ClusterError
        If the cluster cannot be reached, is lost, or would give other numbers.
    OutputError
        If the folder cannot be written.
    """
    require_pyarrow()
    options = options or Options()
    _require_sane(options)
    stand = ground(
        zones,
        control=options.control,
        as_of=options.as_of,
        position_error_m=options.position_error_m,
    )
    notices = [*options.notices, *stand.notices]
    fleet = Fleet(routes, options.crs, options.limits)
    out = Folder(folder, controllers=options.control is not None)
    settings = _settings(fleet, stand, options)
    stand = replace(stand, about={"settings_sha256": digest_of(settings), **_about(settings)})
    if not out.begin(settings, fresh=options.fresh):
        records = _measured(fleet, stand, out, options, tell)
        fleet.require_unchanged()
        out.close(_answer(records, stand, notices), records)
    manifest = out.manifest()
    if manifest["rejected"] == manifest["routes"]:
        message = f"none of the {manifest['routes']} routes could be measured: {_first(manifest)}"
        raise InputError(message)
    return manifest


def _measured(
    fleet: Fleet,
    stand: Ground,
    out: Folder,
    options: Options,
    tell: Callable[[int, int, int], None] | None,
) -> list[dict[str, Any]]:
    """Measure and write the blocks that are not there yet; give the records of all."""
    records: list[dict[str, Any]] = []
    with _hired(stand, options) as hired:
        fleet.name()
        ledger = _Progress(fleet.routes, tell)
        for part in hired.measured(_still_to_do(fleet, options.vertices, out, records, ledger)):
            out.put(part)
            records.append(part.record)
            ledger.add(part.record["routes"], now=True)
    return sorted(records, key=lambda record: int(record["number"]))


def _hired(stand: Ground, options: Options) -> AbstractContextManager[Crew | Cluster]:
    if options.cluster is not None:
        return cluster(stand, options.cluster)
    return crew(stand, options.workers or os.cpu_count() or 1, threads=options.threads)


@dataclass
class _Progress:
    routes: int
    tell: Callable[[int, int, int], None] | None
    done: int = 0
    now: int = 0

    def add(self, routes: int, *, now: bool) -> None:
        self.done += routes
        self.now += routes if now else 0
        if self.tell is not None:
            self.tell(self.done, self.routes, self.now)


def _still_to_do(
    fleet: Fleet, vertices: int, out: Folder, records: list[dict[str, Any]], ledger: _Progress
) -> Iterator[tuple[Block, str]]:
    """Pass over the blocks whose parts are there."""
    for block in fleet.blocks(vertices):
        digest = block.digest()
        record = out.record(block.number, digest)
        if record is None:
            yield block, digest
        else:
            records.append(record)
            ledger.add(record["routes"], now=False)


def _require_sane(options: Options) -> None:
    if options.vertices < 1 or (options.workers is not None and options.workers < 1):
        message = "a block has at least one vertex, and there is at least one worker"
        raise InputError(message)
    if options.cluster is not None and (options.workers is not None or options.threads):
        message = "workers are those of this machine: a cluster brings its own"
        raise InputError(message)


def _settings(fleet: Fleet, stand: Ground, options: Options) -> dict[str, Any]:
    """Give all that the numbers, and how they lie in parts, depend on."""
    about = head(stand.as_of, None, "", ())
    return {
        "as_of": about["as_of"],
        "inputs": fleet.inputs(),
        "zones": {
            "sha256": _zones_sha256(stand.zones),
            "files": [dict(one) for one in options.inputs],
        },
        **({} if stand.claims is None else {"control": stand.claims.about()}),
        "options": {
            "crs": options.crs,
            "position_error_m": options.position_error_m,
            "vertices": options.vertices,
        },
        "versions": {**about["versions"], "core": passages.CORE},
    }


def _zones_sha256(zones: GeoDataFrame) -> str:
    """Give the SHA-256 of the zones that hold: their ids and shapes."""
    told = hashlib.sha256(repr(frames.ids_of(zones, "zone")).encode("utf-8", "surrogatepass"))
    for wkb in shapely.to_wkb(zones.geometry.to_numpy()):
        told.update(wkb)
    return told.hexdigest()


def _about(settings: dict[str, Any]) -> dict[str, Any]:
    return {
        "geo": settings["versions"]["geo"],
        "as_of": settings["as_of"],
        "zones_sha256": settings["zones"]["sha256"],
    }


def _answer(records: list[dict[str, Any]], stand: Ground, notices: list[Notice]) -> dict[str, Any]:
    """Sum the blocks, and compare where the fleet and the zones lie."""
    boxes = [shapely.box(*record["bounds"]) for record in records if record["bounds"]]
    if boxes:
        frames.compare_extents(gpd.GeoDataFrame(geometry=boxes, crs=4326), stand.zones, notices)
    sums = ("routes", "rejected", "passages", "length_m", "exposed_m")
    return {
        **{name: sum(record[name] for record in records) for name in sums},
        "warnings": [notice.as_dict() for notice in notices],
    }


def _first(manifest: dict[str, Any]) -> str:
    reason = manifest["blocks"][0]["reasons"][0]
    return f"{reason['file']}, {reason['route_id']}: {reason['reason']}"
