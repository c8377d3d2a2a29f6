"""
Kept indexes that are remembered, and the zones that they hold, known by their content.

Nothing is believed of names, files or dates: a kept index is used where the SHA-256 of
each zone that is asked for is among those of its own zones.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from geo.passages.index import Index

    Bytes = NDArray[np.uint8]
    Ints = NDArray[np.int64]
    Shapes = NDArray[np.object_]


__all__ = ["DIGEST", "Kept", "digests", "forget", "hold", "recalled"]

DIGEST: Final = 16
"""Bytes of the SHA-256 of a zone that are kept."""
LEAST_SHARE: Final = 0.25
"""Share of the corners of a kept index below which an index of their own is built.

Below a fifth it is built as soon as the others are left out: 0.1 s for 1 of 5 million.
"""
_MOST: Final = 8
_POLYGON: Final = 3
_CORNERS: Final = 1 << 18


@dataclass(frozen=True)
class Kept:
    """
    An index as it lies in a folder.

    Attributes
    ----------
    edges
        The index; its arrays are read-only and may be shared with other processes.
    digests
        Of each zone, from `digests`.
    source
        The SHA-256 of the file that the zones were read from; empty where unknown.
    """

    edges: Index
    digests: Bytes
    source: str


class _Held(NamedTuple):
    """An index; the first zone of each digest, and after each zone the next of the same."""

    edges: Index
    numbers: dict[bytes, int]
    twin: list[int]


_held: dict[str, _Held] = {}


def digests(zones: Shapes) -> Bytes:
    """
    Know zones by their content.

    Parameters
    ----------
    zones
        Polygons and MultiPolygons.

    Returns
    -------
    ndarray of uint8, shape (n, 16)
        The beginning of the SHA-256 of the WKB of each, little-endian and without
        heights. No zones give no rows.
    """
    told = b"".join(code for block in _told(zones) for code in block)
    return np.frombuffer(told, np.uint8).reshape(-1, DIGEST)


def _told(zones: Shapes) -> Iterator[list[bytes]]:
    """Give the digests of the first zone alone, then of the others in blocks of bounded size."""
    corners = np.cumsum(shapely.get_num_coordinates(zones)) // _CORNERS
    ends = np.unique(np.concatenate([[0, 1], np.flatnonzero(np.diff(corners)) + 1, [zones.size]]))
    for low, high in pairwise(ends.tolist()):
        yield [hashlib.sha256(wkb).digest()[:DIGEST] for wkb in _wkb(zones[low:high])]


def _wkb(zones: Shapes) -> Iterator[bytes]:
    """Give the WKB of zones; that of a single ring is its corners, after 13 bytes."""
    ring = (shapely.get_type_id(zones) == _POLYGON) & (shapely.get_num_interior_rings(zones) == 0)
    ring &= ~shapely.is_empty(zones)
    number, count = np.flatnonzero(ring), shapely.get_num_coordinates(zones)
    corners = shapely.get_coordinates(zones[number]).astype("<f8", copy=False)
    upto = np.cumsum(count[number])
    other = shapely.to_wkb(zones[~ring], byte_order=1, output_dimension=2, flavor="iso")
    others, begin, ends = iter(other.tolist()), 0, iter(upto.tolist())
    for is_ring in ring.tolist():
        if not is_ring:
            yield next(others) or b""
            continue
        end = next(ends)
        yield struct.pack("<BIII", 1, _POLYGON, 1, end - begin) + corners[begin:end].tobytes()
        begin = end


def hold(name: str, kept: Kept) -> None:
    """
    Remember a kept index; of more than eight the oldest is forgotten.

    Parameters
    ----------
    name
        What it is called; the one that was called so before is forgotten.
    kept
        The index.
    """
    codes, zones = kept.digests.tobytes(), kept.edges.zones
    numbers: dict[bytes, int] = {}
    twin = [-1] * zones
    for at in reversed(range(zones)):
        code = codes[at * DIGEST : (at + 1) * DIGEST]
        twin[at] = numbers.get(code, -1)
        numbers[code] = at
    forget(name)
    _held[name] = _Held(kept.edges, numbers, twin)
    for oldest in list(_held)[:-_MOST]:
        forget(oldest)


def forget(name: str | None = None) -> None:
    """
    Forget what `remember` was told; answers stay the same.

    Parameters
    ----------
    name
        Of one kept index, its folder; None for all of them.
    """
    if name is None:
        _held.clear()
    else:
        _held.pop(name, None)


def recalled(zones: Shapes) -> Index | None:
    """
    Find a remembered index that holds all of the zones.

    Parameters
    ----------
    zones
        Polygons and MultiPolygons; anything else is in no index.

    Returns
    -------
    Index or None
        Of these zones alone, in this order; its corners are shared with the one that
        is kept. None where none holds all of them, or where they are so small a part
        that an index of their own is the faster one.
    """
    if not _held:
        return None
    corners = int(shapely.get_num_coordinates(zones).sum())
    every = [
        held
        for held in reversed(list(_held.values()))
        if corners >= max(LEAST_SHARE * len(held.edges.corners), 1)
    ]
    asked: list[list[int]] = [[] for _ in every]
    for codes in _told(zones) if every else ():
        for held, numbers in zip(every, asked, strict=True):
            numbers += [held.numbers.get(code, -1) for code in codes]
        known = [at for at, numbers in enumerate(asked) if -1 not in numbers]
        every, asked = [every[at] for at in known], [asked[at] for at in known]
        if not every:
            return None
    for held, numbers in zip(every, asked, strict=True):
        apart = _apart(numbers, held.twin)
        if apart is not None:
            return _chosen(held.edges, np.array(apart, np.int64))
    return None


def _apart(numbers: list[int], twin: list[int]) -> list[int] | None:
    """Give zones that are alike each a number of its own; None where there are not enough."""
    if len(set(numbers)) == len(numbers):
        return numbers
    given: dict[int, int] = {}
    apart = []
    for first in numbers:
        number = twin[given[first]] if first in given else first
        if number < 0:
            return None
        given[first] = number
        apart.append(number)
    return apart


def _chosen(edges: Index, asked: Ints) -> Index:
    """Give each zone the number that it was asked for by; leave the edges of the others out."""
    if asked.size == edges.zones and (asked == np.arange(asked.size)).all():
        return edges
    number = np.full(edges.zones + 1, -1, np.int32)  # the last one is for edges of no zone
    number[asked] = np.arange(asked.size)
    zone = np.take(number, edges.zone, mode="wrap")
    if asked.size == edges.zones:
        return replace(edges, zone=zone)
    wanted = np.empty(edges.edges.size, np.bool_)
    for begin in range(0, wanted.size, _CORNERS):
        some = slice(begin, begin + _CORNERS)
        wanted[some] = np.take(zone, edges.edges[some], mode="clip") >= 0
    before = np.zeros(wanted.size + 1, np.int32)
    np.cumsum(wanted, out=before[1:])
    first = np.take(before, edges.first, mode="clip")
    return replace(edges, zones=asked.size, zone=zone, first=first, edges=edges.edges[wanted])
