"""What a fleet is measured against: zones that hold on a day, indexed once in a process."""

from __future__ import annotations

import hashlib
import pickle
import platform
import threading
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from geo import passages
from geo.batch.holders import Claims
from geo.batch.versions import require_same, versions
from geo.exposure import bounds, coverage, frames, sources
from geo.exposure.day import holding, known_day

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from geopandas import GeoDataFrame

    from geo.errors import Notice

__all__ = ["Ground", "Packed", "ground"]

_MOST_UNPACKED: Final = 2
_lock = threading.Lock()
_unpacked: OrderedDict[str, Ground] = OrderedDict()


@dataclass(frozen=True)
class Ground:
    """
    What every route is measured against.

    Attributes
    ----------
    zones
        The zones that hold on the day.
    position_error_m
        How far every line may be off; None for what each row carries.
    as_of
        The day; None where no date is known.
    claims
        Who holds what, as sources say; None where that is not asked.
    notices
        What must be known of the zones and claims.
    about
        What every part is told to say of itself.
    """

    zones: GeoDataFrame
    position_error_m: float | None = None
    as_of: date | None = None
    claims: Claims | None = None
    notices: tuple[Notice, ...] = ()
    about: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def index(self) -> passages.Index:
        """The edges of the zones, for the kernel; made when it is first asked for."""
        return passages.index(self.zones.geometry.to_numpy())


def ground(
    zones: GeoDataFrame,
    *,
    control: sources.Control = None,
    as_of: date | str | None = None,
    position_error_m: float | None = None,
) -> Ground:
    """
    Check zones as `geo.exposure.measure` does, and keep those that hold on a day.

    Parameters
    ----------
    zones
        Polygons in EPSG:4326; none gives a ground that exposes nothing, and says so.
    control
        Who holds what, as for `geo.exposure.measure`; None does not ask.
    as_of
        The day of the answer; None for the newest `source_date` of zones and claims.
    position_error_m
        How far every line may be off, in metres; None for what each row carries.

    Returns
    -------
    Ground
        Zones and claims, and in `notices` what must be known of them.

    Raises
    ------
    InputError
        If the position error is out of range, or the zones hold for periods and no
        day is known.
    CRSError, GeometryError
        If zones or claims cannot be trusted.
    """
    bounds.require_error(position_error_m)
    notices: list[Notice] = []
    zones = frames.areas(zones, "zones", notices)
    asked = None if control is None else sources.read(control, zones, "", notices)
    claims = asked[1] if asked else {}
    day, _ = known_day(as_of, {"zones": zones, **claims}, notices)
    now = holding(zones, "zones", day, notices)
    notices += coverage.of_events(zones, day)
    held = {label: holding(rows, label, day, notices) for label, rows in claims.items()}
    said = Claims(asked[0], held) if asked else None
    return Ground(now, position_error_m, day, said, tuple(notices))


@dataclass(frozen=True)
class Packed:
    """
    A ground on its way to other processes, each of which unpacks and indexes it once.

    Attributes
    ----------
    data
        The ground without its index, pickled.
    key
        The SHA-256 of the data.
    versions
        What it was packed with, from `geo.batch.versions.versions`.
    """

    data: bytes
    key: str
    versions: Mapping[str, str]

    @classmethod
    def of(cls, whole: Ground) -> Packed:
        """
        Pack a ground.

        Parameters
        ----------
        whole
            The ground.

        Returns
        -------
        Packed
            To be sent by pickle; it holds no open thing.
        """
        claims = whole.claims and replace(whole.claims)
        data = pickle.dumps(replace(whole, claims=claims))  # copies have no index
        return cls(data, hashlib.sha256(data).hexdigest(), versions())

    def unpacked(self) -> Ground:
        """
        Give the ground; the second time in a process it is there already.

        Returns
        -------
        Ground
            With its index.

        Raises
        ------
        ClusterError
            If this process runs other versions than the one that packed it: its
            numbers could be others.
        """
        with _lock:
            if self.key not in _unpacked:
                require_same(self.versions, f"the machine {platform.node()}")
                read: Ground = pickle.loads(self.data)  # noqa: S301 - from the one who asks
                _ = read.index, read.claims and read.claims.indexes
                _unpacked[self.key] = read
                while len(_unpacked) > _MOST_UNPACKED:
                    _unpacked.popitem(last=False)
            return _unpacked[self.key]
