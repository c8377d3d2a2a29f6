"""The map as one sheet: A4, landscape, for a printed report."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geo import geodesy, report
from geo.pictures import facts, key, paper
from geo.schema import EXTENTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from geo.catalog import Layers
    from geo.exposure import Exposure

    Rows = Sequence[Mapping[str, Any]]

__all__ = ["map_picture"]

_PAGE: Final = (11.69, 8.27)
_MAP: Final = (0.35, 0.85, 7.55, 6.6)
"""Left, top, width and height of the map, inches."""

_SEA, _BORDER = "#dbe7ee", "#a79f92"
_ROUGH: Final = frozenset({"township", "state"})
_LEAST_SPAN: Final = 0.02
"""A map is at least so many degrees high."""
_MOST_ROUTES: Final = 14


class _View:
    """
    The part of the world on the map, longitudes shortened by the cosine of the middle latitude.

    Parameters
    ----------
    bounds
        West, south, east and north of what must be seen, degrees.
    """

    def __init__(self, bounds: Iterable[float]) -> None:
        west, south, east, north = (float(side) for side in bounds)
        lon, lat = (west + east) / 2, (south + north) / 2
        self.squeeze = max(math.cos(math.radians(lat)), 0.02)
        _, _, width, height = _MAP
        tall = max((north - south) * 1.1, (east - west) * 1.1 * self.squeeze * height / width)
        tall = max(tall, _LEAST_SPAN)
        wide = tall * width / height / self.squeeze
        self.west, self.east = lon - wide / 2, lon + wide / 2
        self.south, self.north = lat - tall / 2, lat + tall / 2
        self.middle = lat
        self.box = shapely.box(self.west, self.south, self.east, self.north)
        self.rim = self.box.buffer(tall / 50, join_style="mitre")

    def inches(self, lon: float, lat: float) -> tuple[float, float]:
        """Say where a point stands on the sheet."""
        left, top, width, height = _MAP
        x = left + width * (lon - self.west) / (self.east - self.west)
        return x, top + height * (self.north - lat) / (self.north - self.south)


def map_picture(layers: Layers, found: Exposure) -> Figure:
    """
    Draw layers and an answer as a map for print.

    Parameters
    ----------
    layers
        Layers in EPSG:4326, by name, with passports; any may be missing.
    found
        What `exposure.measure` gave for the routes.

    Returns
    -------
    Figure
        A4, landscape: the routes with their exposed parts over zones and
        control of the day, beside them a key and the numbers.

    Raises
    ------
    OutputError
        If matplotlib is not installed.
    CRSError
        If a layer is in another CRS than EPSG:4326.
    """
    with paper.style():
        page = paper.Paper(*_PAGE)
        view = _View(found.routes.total_bounds)
        axes = _frame(page, view)
        hues = facts.colours(layers, found)
        read = partial(facts.rows, layers, found=found)
        _base(axes, view, read("boundaries"))
        control = _seen(read("control_areas"), view)
        zones = _seen(read("conflict_zones"), view)
        signs = _seen([*read("mining_sites"), *read("gates")], view)
        _control(axes, view, control, hues)
        _zones(axes, view, zones)
        _routes(axes, found)
        names = _Names(page, view)
        _signs(page, view, names, signs)
        count = min(len(found.routes), _MOST_ROUTES)
        _numbers(page, names, found, count)
        span = (_MAP[1], _MAP[1] + _MAP[3])
        _names(names, read("places"), read("boundaries"))
        _scale(page, view)
        key.column(page, found, (control, zones, signs), hues, span=span, count=count)
        _edges(page, layers, found)
        return page.figure


def _seen(rows: Rows, view: _View) -> Rows:
    """Keep the rows that reach into the map."""
    return [row for row in rows if view.box.intersects(row["geometry"])]


def _frame(page: paper.Paper, view: _View) -> Axes:
    axes = page.window(*_MAP)
    axes.set_xlim(view.west, view.east)
    axes.set_ylim(view.south, view.north)
    for spine in axes.spines.values():
        spine.set_color(_BORDER)
        spine.set_linewidth(0.8)
    return axes


# ------------------------------------------------------------------------ the map


def _area(axes: Axes, view: _View, shape: Any, coats: tuple[paper.Coat, ...], **how: Any) -> None:
    """Fill a polygon, cut at the map's rim."""
    from matplotlib.patches import PathPatch

    path = _path(shapely.intersection(shape, view.rim))
    if path is not None:
        paper.paint(axes, partial(PathPatch, path), coats, **how)


def _path(shape: Any) -> Any:
    """Turn polygons into one path, with holes that run the other way."""
    from matplotlib.path import Path

    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    turned = [shapely.orient_polygons(part) for part in parts if not part.is_empty]
    rings = [ring for part in turned for ring in (part.exterior, *part.interiors)]
    paths = [Path(shapely.get_coordinates(ring), closed=True) for ring in rings]
    return Path.make_compound_path(*paths) if paths else None


def _line(axes: Axes, shape: Any, **how: Any) -> None:
    """Draw a line, one for each of its parts."""
    for part in shapely.get_parts(shape):
        points = shapely.get_coordinates(part)
        if len(points) > 1:
            axes.plot(points[:, 0], points[:, 1], solid_capstyle="butt", **how)


def _base(axes: Axes, view: _View, rows: Rows) -> None:
    """Draw land and borders; outside of the layer nothing is known, and nothing is drawn."""
    if not rows:
        return
    sheet = shapely.box(*shapely.total_bounds([row["geometry"] for row in rows]))
    _area(axes, view, sheet, (paper.Coat(_SEA),), zorder=0)
    edge = sheet.boundary.buffer(1e-4)
    for row in _seen(rows, view):
        country = row.get("level") == 0
        if country:
            _area(axes, view, row["geometry"], (paper.Coat(key.LAND),), zorder=0.1)
        border = shapely.difference(row["geometry"].boundary, edge)
        if country:
            _line(axes, border, color=_BORDER, linewidth=0.9, zorder=0.4)
        else:
            _line(axes, border, color="#c4bdb0", linewidth=0.5, linestyle=(0, (4, 3)), zorder=0.3)


def _control(axes: Axes, view: _View, rows: Rows, hues: Mapping[str, str]) -> None:
    """Lay claims pale over the land, the finer over the coarser."""
    depth = {extent: -place for place, extent in enumerate(EXTENTS)}
    for row in sorted(rows, key=lambda row: depth.get(str(row.get("extent")), 0)):
        look, extent = key.look_of(row, hues), row.get("extent")
        if extent == "state":
            coats: tuple[paper.Coat, ...] = (paper.Coat((*look.hues, paper.GREY)[0]),)
        else:
            coats = paper.brush(look)
        alpha = 0.08 if extent == "state" else 0.32 if extent in _ROUGH else 0.6
        _area(axes, view, row["geometry"], coats, alpha=alpha, zorder=1, gid=f"control {look.sure}")
        if extent != "state":
            dashed = (0, (4, 3)) if extent in _ROUGH else "-"
            colour = (*look.hues, paper.GREY)[0]
            outline = shapely.intersection(row["geometry"].boundary, view.rim)
            how = {"linestyle": dashed, "linewidth": 0.5, "alpha": 0.8}
            _line(axes, outline, color=colour, zorder=1, **how)


def _zones(axes: Axes, view: _View, rows: Rows) -> None:
    for row in rows:
        _area(axes, view, row["geometry"], paper.OUTLINE, zorder=2, gid="zone", alpha=0.75)
        outline = shapely.intersection(row["geometry"].boundary, view.rim)
        dashed = (0, (5, 3)) if row.get("extent") in _ROUGH else "-"
        _line(axes, outline, color=paper.CONFLICT, linewidth=0.9, linestyle=dashed, zorder=2.1)


def _routes(axes: Axes, found: Exposure) -> None:
    """Draw each route thin, its exposed parts thick, on a white casing."""
    lines = dict(zip(found.routes["route_id"], found.routes.geometry, strict=True))
    for line in lines.values():
        _line(axes, line, color="white", linewidth=3.4, alpha=0.9, zorder=3)
    for row in found.exposed.to_dict("records"):
        piece = geodesy.piece(lines[row["route_id"]], row["from_m"], row["to_m"])
        _line(axes, piece, color=paper.CONFLICT, linewidth=3.4, zorder=3.1, gid="exposed")
    for line in lines.values():
        _line(axes, line, color=paper.INK, linewidth=1.2, zorder=3.2, gid="route")


# ----------------------------------------------------------------------- the names


class _Names:
    """Writes names on the map that give way to each other."""

    def __init__(self, page: paper.Paper, view: _View) -> None:
        self.page, self.view = page, view
        left, top, width, height = _MAP
        self._map = (left, top, left + width, top + height)
        # the corners of the scale and of the north arrow
        self._taken = [
            (left, top + height - 0.5, left + 2.9, top + height),
            (left + width - 0.5, top, left + width, top + 0.75),
        ]

    def free(self, box: tuple[float, float, float, float]) -> bool:
        """Tell whether a box lies on the map and nothing stands there."""
        west, north, east, south = self._map
        inside = box[0] > west and box[1] > north and box[2] < east and box[3] < south
        return inside and not any(
            box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
            for other in self._taken
        )

    def take(self, box: tuple[float, float, float, float]) -> None:
        """Keep a box from others."""
        self._taken.append(box)

    def put(self, text: str, x: float, y: float, gap: float, **options: Any) -> bool:
        """Write a name beside a point, or in its middle where there is no gap, if it is free."""
        from matplotlib.patheffects import withStroke

        halo = [withStroke(linewidth=1.8, foreground="#ffffffd0")]
        made = self.page.write(x, y, text, va="center_baseline", path_effects=halo, **options)
        wide, tall = self.page.extent(made), float(made.get_fontsize()) / 72
        beside = [(gap, 0.0), (-gap - wide, 0.0), (-wide / 2, -1.3 * tall), (-wide / 2, 1.3 * tall)]
        for right, down in beside if gap else [(-wide / 2, 0.0)]:
            box = (x + right, y + down - tall / 2, x + right + wide, y + down + tall / 2)
            if self.free((box[0] - 0.02, box[1], box[2] + 0.02, box[3])):
                made.set_position((box[0], y + down))
                self.take(box)
                return True
        made.remove()
        return False


def _names(names: _Names, places: Rows, areas: Rows) -> None:
    """Write names, the higher rank first; small places only where the map shows a small part."""
    tall = names.view.north - names.view.south
    least = 1 if tall > 20 else 2 if tall > 6 else 3  # noqa: PLR2004 - degrees
    ranked = sorted(
        (place for place in _seen(places, names.view) if (place.get("rank") or 2) <= least),
        key=lambda place: (place.get("rank") or 2, str(place.get("name"))),
    )
    for place in (place for place in ranked if (place.get("rank") or 2) <= 1):
        _place(names, place)
    for level in (0, 1):
        _area_names(names, [row for row in areas if row.get("level") == level], level)
    for place in (place for place in ranked if (place.get("rank") or 2) > 1):
        _place(names, place)


def _place(names: _Names, place: Mapping[str, Any]) -> None:
    text = paper.plain_words(place.get("name"))
    if not text or place["geometry"].geom_type != "Point":
        return
    x, y = names.view.inches(place["geometry"].x, place["geometry"].y)
    big = (place.get("rank") or 2) <= 1
    style = {"size": 7.5, "weight": "bold"} if big else {"size": 6.5}
    if names.put(text[:60], x, y, 0.085, **style):
        dot: dict[str, Any] = {
            "markerfacecolor": "white",
            "markeredgecolor": paper.INK,
            "markeredgewidth": 0.7,
        }
        names.page.axes.plot([x], [y], "o", markersize=3 if big else 2.4, zorder=1, **dot)


def _area_names(names: _Names, rows: Rows, level: int) -> None:
    for row in sorted(rows, key=lambda row: str(row.get("name"))):
        shown = shapely.intersection(row["geometry"], names.view.box)
        text = paper.plain_words(row.get("name"))
        if not text or shown.area < names.view.box.area * (0.01, 0.006)[level]:
            continue
        style: dict[str, Any] = {"size": 6.5, "style": "italic"} if level else {"size": 8}
        words = text if level else " ".join(text.upper())
        for spot in _spots(shown):
            if names.put(words, *names.view.inches(spot.x, spot.y), 0, color="#8b8375", **style):
                break


def _spots(shape: Any) -> list[Any]:
    """Give places for an area's name: its middle first, then a few that lie well inside."""
    part = max(shapely.get_parts(shape), key=lambda part: part.area)
    west, south, east, north = part.bounds
    grid = [
        shapely.Point(west + (east - west) * right / 6, south + (north - south) * up / 6)
        for up in (3, 2, 4, 1, 5)
        for right in (3, 2, 4)
    ]
    return [shapely.point_on_surface(part), *(spot for spot in grid if part.contains(spot))]


def _signs(page: paper.Paper, view: _View, names: _Names, rows: Rows) -> None:
    """Mark mining localities and gates."""
    for row in rows:
        x, y = view.inches(row["geometry"].x, row["geometry"].y)
        key.sign(page, row, x, y)
        names.take((x - 0.05, y - 0.05, x + 0.05, y + 0.05))


def _numbers(page: paper.Paper, names: _Names, found: Exposure, count: int) -> None:
    """Write the routes' numbers on the map, as in the list beside it; one alone needs none."""
    for number, line in enumerate(found.routes.geometry[:count] if count > 1 else [], 1):
        marks = geodesy.chainages_m(line)
        vertices = shapely.get_coordinates(line)
        for share in (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82):
            lon, lat = (np.interp(share * marks[-1], marks, axis) for axis in vertices.T)
            x, y = names.view.inches(float(lon), float(lat))
            box = (x - 0.09, y - 0.09, x + 0.09, y + 0.09)
            if names.free(box):
                names.take(box)
                _disc(page, number, x, y)
                break


def _disc(page: paper.Paper, number: int, x: float, y: float) -> None:
    ring: dict[str, Any] = {
        "markerfacecolor": "white",
        "markeredgecolor": paper.INK,
        "markeredgewidth": 0.9,
    }
    page.axes.plot([x], [y], "o", markersize=11, zorder=3, **ring)
    page.write(x, y, str(number), size=6.5, weight="bold", ha="center", va="center", zorder=4)


def _scale(page: paper.Paper, view: _View) -> None:
    """Draw a bar of round kilometres, true at the middle latitude, and an arrow to the north."""
    left, top, width, height = _MAP
    ends = [np.array([value]) for value in (view.west, view.middle, view.east, view.middle)]
    whole = float(geodesy.arc_length_m(*ends)[0]) / 1000
    power = 10.0 ** math.floor(math.log10(whole / 4))
    length = max(times * power for times in (1, 2, 4) if times * power <= whole / 4)
    x, y = left + 0.2, top + height - 0.17
    step = width * length / whole / 2
    back: dict[str, Any] = {"facecolor": "#ffffffcc", "edgecolor": "none"}
    from matplotlib.patches import Polygon, Rectangle

    page.axes.add_patch(Rectangle((left + 0.06, y - 0.27), 2 * step + 0.45, 0.36, **back))
    for part, colour in enumerate((paper.INK, "white")):
        corner = (x + part * step, y - 0.05)
        page.axes.add_patch(
            Rectangle(corner, step, 0.05, facecolor=colour, edgecolor=paper.INK, linewidth=0.6)
        )
    for part in range(3):
        unit = " km" if part == 2 else ""  # noqa: PLR2004 - the last of three
        page.write(x + part * step, y - 0.1, f"{length * part / 2:g}{unit}", size=6.5, ha="center")
    x, y = left + width - 0.25, top + 0.15
    arrow = [(x, y), (x + 0.08, y + 0.32), (x, y + 0.25), (x - 0.08, y + 0.32)]
    page.axes.add_patch(Polygon(arrow, facecolor=paper.INK, edgecolor="white", linewidth=0.8))
    page.write(x, y + 0.48, "N", size=9, weight="bold", ha="center")


def _edges(page: paper.Paper, layers: Layers, found: Exposure) -> None:
    """Write the title above, and below it what the reader must know of the sources."""
    left, room = _MAP[0], _PAGE[0] - 2 * _MAP[0]
    page.write(left, 0.45, facts.title_of(found, "Corridor exposure"), size=14, weight="bold")
    words = f"{report.heading(found)} Zones: {facts.zone_words(layers, found)}."
    words += facts.evidence_words(found)
    page.write(left, 0.68, words, room=room, size=8, color=paper.GREY)
    routes: list[Any] = found.routes.to_dict("records")
    alone = routes[0] if len(routes) == 1 else None
    words = f"{facts.error_words(found.sections, alone)} {facts.source_words(layers)}"
    page.wrap(
        left, _MAP[1] + _MAP[3] + 0.2, words, room=room, lines=5, size=6.5, color=paper.GREY
    )  # fmt: skip
