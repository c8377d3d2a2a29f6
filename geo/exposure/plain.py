"""
The plain question, answered without frames: lines and polygons, no dates, no holders.

What asks for more than that is for `measure`; `plainly` then gives None. Both take
their numbers from `passages`, `geodesy`, `sums` and `control.stretches`, their words
from `guards` and `words`, and are written by `contract`: there is one answer, and two
ways to keep its tables.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo import geodesy, passages, schema
from geo.control.stretches import settled
from geo.control.words import UNKNOWN, looks_like_period
from geo.exposure import guards, naming, sums, words
from geo.exposure.contract import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from geo.errors import Notice
    from geo.events import Near
    from geo.sheet import Sheet

    Row = dict[str, Any]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Shapes = NDArray[np.object_]

__all__ = ["Plain", "plainly"]

_READ: Final = {"routes": {"route_id", "id", "name"}, "zones": {"zone_id", "id", "name"}}
_SOURCE: Final = "zones"


@dataclass(frozen=True)
class Plain(Answer):
    """
    The answer of `plainly`.

    Attributes
    ----------
    tables
        The rows of each table of `Exposure`.
    notices, inputs, reproduce
        As in `Exposure`.
    """

    tables: Mapping[str, list[Row]]
    notices: tuple[Notice, ...] = ()
    inputs: tuple[Mapping[str, object], ...] = ()
    reproduce: str = ""
    as_of: None = None
    known_until: None = None
    sources: tuple[str, ...] = (_SOURCE,)
    events: Near | None = None

    def rows(self, table: str, route_id: str | None = None) -> list[Row]:
        """
        Give the rows of one of the tables.

        Parameters
        ----------
        table
            Its name, e.g. "zones".
        route_id
            The route whose rows are wanted; all if left out.

        Returns
        -------
        list of dict
            Values by the names of the columns.
        """
        rows = self.tables.get(table, [])
        return rows if route_id is None else self._by_route[table].get(route_id, [])

    @cached_property
    def _by_route(self) -> dict[str, dict[str, list[Row]]]:
        found: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
        for table, rows in self.tables.items():
            for row in rows:
                found[table][row["route_id"]].append(row)
        return found


@dataclass(frozen=True)
class _Named:
    """Lines or polygons with what they are called: an id, and a name or None."""

    ids: list[str]
    names: list[str | None]
    shapes: Shapes


def plainly(routes: Sheet, zones: Sheet) -> Plain | None:
    """
    Answer a plain question as `measure` does, without frames.

    Parameters
    ----------
    routes, zones
        Lines and polygons, as `geo.io.read` gives them.

    Returns
    -------
    Plain or None
        What `measure(routes.frame(), zones.frame())` finds, to the last digit and
        word. None where that needs more than is done here: anything is read from
        their columns but an id and a name (dates, holders, sections, errors of
        position), a column looks like a date, a cell is no plain name, a geometry
        is missing, or two zones have one id.

    Raises
    ------
    InputError
        If two routes have one id.
    CRSError
        If the zones would lie on the routes with their axes swapped.
    """
    lines, areas = _named(routes, "routes"), _named(zones, "zones")
    if lines is None or areas is None or len(set(areas.ids)) < len(areas.ids):
        return None
    notices: list[Notice] = []
    ids = naming.unique(lines.ids, naming.column_of(routes.names(), "route"), "route")
    lines = _Named(ids, lines.names, lines.shapes)
    for name, shape in zip(ids, lines.shapes, strict=True):
        notices += guards.notices_of_line(name, shape)
    if any(notice.rule == "no-length" for notice in notices):
        return None
    notices += [words.no_controller(), words.undated()]
    of_lines, of_areas = (shapely.total_bounds(one.shapes) for one in (lines, areas))
    guards.compare_extents(of_lines, of_areas, notices)
    found = passages.find(lines.shapes, areas.shapes)
    return Plain(_tables(found, lines, areas), tuple(notices))


def _named(sheet: Sheet, role: str) -> _Named | None:
    """Name the features of a sheet; None where its columns are not plain."""
    shapes = sheet.shapes
    if sheet.attributes.records is None or not len(shapes):
        return None
    if (shapely.is_missing(shapes) | shapely.is_empty(shapes)).any():
        return None
    names = sheet.names()
    read = (set(names) & schema.READ) - _READ[role]
    if read or any(looks_like_period(name) for name in names):
        return None
    columns = sheet.columns()
    column = naming.column_of(columns, role[:-1])
    ids, titles = columns.get(column, [""] * len(shapes)), columns.get("name", [None] * len(shapes))
    if any(type(cell) not in {str, int, type(None)} for cell in ids) or any(
        type(cell) not in {str, type(None)} for cell in titles
    ):
        return None
    return _Named(naming.texts(ids), titles, shapes)


def _tables(found: passages.Passages, lines: _Named, areas: _Named) -> dict[str, list[Row]]:
    exposed = sums.union(lines.shapes, found)
    held = settled(found, [UNKNOWN] * len(areas.ids), np.zeros(len(areas.ids), np.int64), areas.ids)
    unknown_m = sums.summed(held.route, held.to_m - held.from_m, len(lines.ids))
    pairs = sums.pairs(found)
    zone_names = [name or zone_id for name, zone_id in zip(areas.names, areas.ids, strict=True)]
    of_zones = {"zone_id": _at(areas.ids, pairs.zone), "name": _at(zone_names, pairs.zone)}
    metres = {"inside_m": pairs.inside_m, "boundary_m": pairs.boundary_m}
    by: dict[str, list[Any]] = {"controller": held.controller, "claims": held.claims}
    span = {"from_m": held.from_m, "to_m": held.to_m}
    union = {"from_m": exposed.from_m, "to_m": exposed.to_m}
    return {
        "routes": _routes(found, exposed, lines),
        "sections": _sections(found, exposed, lines),
        "zones": _rows(lines.ids, pairs.route, **of_zones, **metres),
        "passages": _passages(found, lines.ids, areas.ids),
        "exposed": _rows(lines.ids, exposed.route, **union),
        "stretches": _rows(lines.ids, held.route, **span, **by, source=[_SOURCE] * len(held.route)),
        "controllers": _controllers(lines.ids, unknown_m, found.length_m),
    }


def _routes(found: passages.Passages, exposed: sums.Exposed, lines: _Named) -> list[Row]:
    every = np.arange(len(lines.ids))
    unknown = np.full(len(every), np.nan)
    named = [naming.label(name) if name else "" for name in lines.names]
    return _rows(
        lines.ids,
        every,
        name=[name or one for name, one in zip(named, lines.ids, strict=True)],
        **sums.of_routes(found, exposed),
        sure_m=unknown,
        possible_m=unknown,
        geometry=list(lines.shapes),
    )


def _sections(found: passages.Passages, exposed: sums.Exposed, lines: _Named) -> list[Row]:
    """Give each route as its own only section."""
    every = np.arange(len(lines.ids))
    # one by one, as the sections of a corridor are measured: the last digit may hang on it
    length_m = [float(geodesy.length_m(lines.shapes[row : row + 1])[0]) for row in every]
    covered = [
        metres
        for row, end in enumerate(length_m)
        for metres in sums.covered_m(exposed, row, [(0.0, end)])
    ]
    unknown = [None] * len(every)
    called = [row["name"] for row in _routes(found, exposed, lines)]
    return _rows(
        lines.ids,
        every,
        section_id=lines.ids,
        name=[name or one for name, one in zip(lines.names, called, strict=True)],
        mode=unknown,
        from_m=np.zeros(len(every)),
        to_m=length_m,
        length_m=length_m,
        exposed_m=covered,
        positional_error_m=unknown,
        sure_m=unknown,
        possible_m=unknown,
    )


def _passages(found: passages.Passages, ids: list[str], zones: list[str]) -> list[Row]:
    return _rows(
        ids,
        found.route,
        zone_id=_at(zones, found.zone),
        from_m=found.from_m,
        to_m=found.to_m,
        on_border=found.on_border,
        entry_lon=found.entry[:, 0],
        entry_lat=found.entry[:, 1],
        exit_lon=found.exit[:, 0],
        exit_lat=found.exit[:, 1],
    )


def _controllers(ids: list[str], unknown_m: Floats, length_m: Floats) -> list[Row]:
    """Give the whole of each route to nobody known: no source speaks of a holder."""
    many = len(ids)
    return _rows(
        ids,
        np.arange(many),
        controller=[UNKNOWN] * many,
        source=[_SOURCE] * many,
        inside_m=unknown_m,
        share=unknown_m / length_m,
    )


def _rows(ids: list[str], route: Ints, **columns: Sequence[Any] | NDArray[Any]) -> list[Row]:
    """Set columns in rows, with the id of the route in front, as plain values."""
    cells = [
        column.tolist() if hasattr(column, "tolist") else column for column in columns.values()
    ]
    names = ("route_id", *columns)
    return [dict(zip(names, row, strict=True)) for row in zip(_at(ids, route), *cells, strict=True)]


def _at(names: list[str], numbers: Ints) -> list[str]:
    return [names[number] for number in numbers.tolist()]
