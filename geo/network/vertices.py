"""The vertices of lines, each with its place, and vertices put in where lines meet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from geo import geodesy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = ["PER_DEG", "Added", "Vertices", "added", "ends", "once", "places", "take_apart"]

PER_DEG: Final = 10_000_000
"""Coordinates that agree to 1e-7 degrees, about a centimetre, are one place, as OpenStreetMap's."""


class Vertices(NamedTuple):
    """
    The vertices of all lines, in their order.

    Attributes
    ----------
    xy
        Longitude and latitude, degrees, shape (n, 2).
    part
        First vertex of each unbroken part, and n at the end.
    row
        Number of the line of each vertex, in the frame that was taken apart.
    place
        A number for each place: vertices of one place have the same.
    """

    xy: Floats
    part: Ints
    row: Ints
    place: Ints

    @property
    def of_part(self) -> Ints:
        """
        Tell the part of each vertex.

        Returns
        -------
        ndarray of int
            One number for each vertex.
        """
        return np.repeat(np.arange(len(self.part) - 1), np.diff(self.part))


class Added(NamedTuple):
    """
    Vertices to put into edges.

    Attributes
    ----------
    edge
        Number of the vertex at which the straight edge begins.
    xy
        Where to put a vertex, degrees, shape (n, 2).
    """

    edge: Ints
    xy: Floats


def places(xy: Floats) -> Ints:
    """
    Give each place a number: coordinates that agree to 1e-7 degrees have one.

    Parameters
    ----------
    xy
        Longitude and latitude, degrees, shape (n, 2).

    Returns
    -------
    ndarray of int
        One number for each; the two sides of the date line are one place.
    """
    cell = np.round(xy * PER_DEG).astype(np.int64)
    cell[:, 0] %= 360 * PER_DEG
    numbers: Ints = cell[:, 0] << 32 | (cell[:, 1] + 90 * PER_DEG)
    return numbers


def take_apart(lines: NDArray[np.object_]) -> Vertices:
    """
    Take lines apart into their vertices.

    Parameters
    ----------
    lines
        LineStrings and MultiLineStrings.

    Returns
    -------
    Vertices
        Every vertex; the same place twice in a row is once.
    """
    xy, part, line = geodesy.edge_vectors(lines)
    row = np.repeat(np.arange(len(line) - 1), np.diff(part[line]))
    return once(Vertices(xy, part, row, places(xy)))


def once(vertices: Vertices) -> Vertices:
    """
    Leave out a vertex whose place is that of the one before it.

    Parameters
    ----------
    vertices
        Vertices of lines.

    Returns
    -------
    Vertices
        The rest; a part may keep a single vertex.
    """
    again = np.zeros(len(vertices.xy), bool)
    again[1:] = np.diff(vertices.place) == 0
    starts = vertices.part[:-1]
    again[starts[starts < len(again)]] = False
    if not again.any():
        return vertices
    kept = np.concatenate([[0], np.cumsum(~again)])
    rest = ~again
    return Vertices(
        vertices.xy[rest], kept[vertices.part], vertices.row[rest], vertices.place[rest]
    )


def ends(vertices: Vertices) -> Flags:
    """
    Tell which vertices are ends of parts.

    Parameters
    ----------
    vertices
        Vertices of lines.

    Returns
    -------
    ndarray of bool
        One for each vertex.
    """
    flags = np.zeros(len(vertices.xy), bool)
    full = np.diff(vertices.part) > 0
    flags[vertices.part[:-1][full]] = True
    flags[vertices.part[1:][full] - 1] = True
    return flags


def added(vertices: Vertices, new: Added) -> Vertices:
    """
    Put vertices into edges.

    Parameters
    ----------
    vertices
        Vertices of lines; they are not changed.
    new
        Where to put more; any order, any number in one edge.

    Returns
    -------
    Vertices
        With the new ones, in the order in which they are passed.
    """
    if not len(new.edge):
        return vertices
    start, end = vertices.xy[new.edge], vertices.xy[new.edge + 1]
    # how far along the edge: its own direction tells
    share = ((new.xy - start) * (end - start)).sum(axis=1)
    order = np.lexsort([share, new.edge])
    edge, xy = new.edge[order], new.xy[order]
    part = vertices.part + np.searchsorted(edge, vertices.part)
    at = edge + 1
    return once(
        Vertices(
            np.insert(vertices.xy, at, xy, axis=0),
            part,
            np.insert(vertices.row, at, vertices.row[edge]),
            np.insert(vertices.place, at, places(xy)),
        )
    )
