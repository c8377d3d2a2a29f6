"""Build a network from lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo import geodesy, passages
from geo.errors import InputError, Notice
from geo.network import join, meet, tags
from geo.network.graph import COLUMNS, JOINED, LINE, MODES, TRANSFER, Network
from geo.network.once import once
from geo.network.vertices import Vertices, ends, take_apart

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = ["build"]

_SHOWN: Final = 5


def build(lines: GeoDataFrame, *, tolerance_m: float = 0.0, crossings: bool = False) -> Network:
    """
    Build a network whose nodes are where lines meet.

    Parameters
    ----------
    lines
        LineStrings and MultiLineStrings in EPSG:4326. Columns that count, if
        there are any: `mode` (else road), `passable`, or a `status` that uses
        its words (else UNKNOWN), `status_as_of`, `oneway`, `bridge`, `tunnel`, `layer`, `name`,
        `section_id`, `corridor_id`, `positional_error_m`, `speed_kmh`. A frame
        without `mode` but with columns of OpenStreetMap (`highway`, `route`, ...)
        is read by the rules of `network.tags`. No lines give a network without edges.
    tolerance_m
        An end that meets nothing is joined to the nearest place of another line
        of its mode within so many metres, by an edge of kind "joined" whose
        metres count. 0 joins nothing.
    crossings
        Whether lines of one mode that cross or touch without a shared vertex are
        joined there.

    Returns
    -------
    Network
        Edges from node to node, in the order of the lines. Lines of one mode
        meet where they share a vertex, or one ends on the other, exactly or
        within 1e-7 degrees; lines of different modes where one of them ends, by
        an edge of kind "transfer". A line meets another without a shared vertex
        neither on the span of a bridge nor in a tunnel nor on another `layer`;
        a bridge's own ends stand on the ground. Across the date line they meet
        at shared vertices only. Edges drawn twice are kept once, with a notice.

    Raises
    ------
    CRSError
        If the frame is not in EPSG:4326 or its coordinates do not fit.
    InputError
        If a mode is none of `MODES`, or the tolerance is no length.
    """
    geodesy.require_lonlat(lines.crs, "network")
    if not 0 <= tolerance_m < np.inf:
        message = f"network: the tolerance must be at least 0 metres, not {tolerance_m}"
        raise InputError(message)
    notices: list[Notice] = []
    left_out: dict[str, int] = {}
    kept = _lines(lines, notices, left_out)
    about = tags.about(kept)
    _say_unread(kept, about, notices)
    levels = _levels(about)
    vertices = meet.touched(take_apart(kept.geometry.to_numpy()), levels)
    if crossings:
        vertices = meet.crossed(vertices, levels)
    vertices, *gap = _bridged(vertices, levels, tolerance_m)
    _say_points(vertices, notices, left_out)
    cut = _is_node(vertices, levels.mode)
    cut[np.concatenate(gap)] = True
    nodes, number = _numbered(vertices, levels.mode, cut)
    edges = once(_edges(vertices, cut, number, about), notices, left_out)
    frames = [edges, _gaps(vertices, number, gap, about), _transfers(vertices, cut, number)]
    every = pd.concat([frame for frame in frames if len(frame)] or frames[:1], ignore_index=True)
    frame = gpd.GeoDataFrame(every[list(COLUMNS)], geometry="geometry", crs=4326)
    return Network(nodes, frame, tuple(notices), left_out)


def _lines(lines: GeoDataFrame, notices: list[Notice], left_out: dict[str, int]) -> GeoDataFrame:
    """Keep the rows that are lines that somebody travels, and say what is left out."""
    good = (lines.geom_type.isin(["LineString", "MultiLineString"]) & ~lines.is_empty).to_numpy()
    if not good.all():
        left_out["no line"] = int((~good).sum())
        message = f"{left_out['no line']} row(s) are not lines and are left out"
        notices.append(Notice("network", "", "no-line", message))
    kept = lines.assign(_row=np.arange(len(lines)))[good]
    if not tags.are_tags(kept):
        return kept
    used = tags.standard(kept)
    if len(used) < len(kept):
        left_out["other use"] = len(kept) - len(used)
        message = (
            f"{left_out['other use']} row(s) are no roads for vehicles and no ferries by their "
            "tags and are left out"
        )
        notices.append(Notice("network", "", "other-use", message))
    return used


def _say_unread(lines: GeoDataFrame, about: pd.DataFrame, notices: list[Notice]) -> None:
    """Say which words and speeds of the lines tell nothing."""
    column = "passable" if "passable" in lines.columns else "status"
    unknown = (about["passable"] == "UNKNOWN").to_numpy()
    slow = about["speed_kmh"].isna().to_numpy()
    for name, unread, taken in ((column, unknown, "UNKNOWN"), ("speed_kmh", slow, "no speed")):
        if name not in lines.columns:
            continue
        given = lines[name].astype(object).where(lines[name].notna(), "").astype(str).str.strip()
        odd = given[unread & ~given.str.upper().isin(["", "UNKNOWN"]).to_numpy()]
        if len(odd):
            shown = ", ".join(list(dict.fromkeys(odd))[:_SHOWN])
            message = f"{name} of {len(odd)} line(s) is taken as {taken}: {shown}"
            notices.append(Notice("network", "", f"{name}-unread", message))


def _levels(about: pd.DataFrame) -> meet.Levels:
    mode = pd.Categorical(about["mode"], MODES).codes.astype(np.int64)
    return meet.Levels(mode, about["apart"].to_numpy(bool), about["layer"].to_numpy(np.int64))


def _bridged(
    vertices: Vertices, levels: meet.Levels, tolerance_m: float
) -> tuple[Vertices, Ints, Ints]:
    """Find the gaps to bridge, and put a vertex at the far side of each."""
    if not tolerance_m:
        none = np.empty(0, np.int64)
        return vertices, none, none
    free = join.free_ends(vertices, levels.mode)
    return join.joined(vertices, join.gaps(vertices, levels, free, tolerance_m))


def _say_points(vertices: Vertices, notices: list[Notice], left_out: dict[str, int]) -> None:
    points = int((np.diff(vertices.part) == 1).sum())
    if points:
        left_out["no length"] = points
        message = f"{points} part(s) of lines are shorter than 1e-7 degrees and are left out"
        notices.append(Notice("network", "", "no-length", message))


def _is_node(vertices: Vertices, mode: Ints) -> Flags:
    """Tell at which vertices the lines are cut."""
    tips = ends(vertices)
    _, place, uses = np.unique(vertices.place, return_inverse=True, return_counts=True)
    of_mode = np.unique(place * len(MODES) + mode[vertices.row], return_inverse=True)[1]
    shared = np.bincount(of_mode)[of_mode] > 1 if len(of_mode) else tips
    # where several modes pass, they meet only if a line ends
    quay = np.zeros(len(uses), bool)
    quay[place[tips]] = True
    # where a line turns back upon itself it ends, and what it draws twice can be told
    turns = np.zeros(len(tips), bool)
    turns[1:-1] = (vertices.place[2:] == vertices.place[:-2]) & ~tips[1:-1]
    flags: Flags = tips | shared | quay[place] | turns
    return flags


def _numbered(vertices: Vertices, mode: Ints, cut: Flags) -> tuple[Floats, Ints]:
    """Give each place and mode a node, in the order of the lines."""
    at = np.flatnonzero(cut)
    keys = pd.MultiIndex.from_arrays([vertices.place[at], mode[vertices.row[at]]])
    codes, _ = pd.factorize(keys)
    number = np.full(len(vertices.xy), -1, np.int64)
    number[at] = codes
    first = np.unique(codes, return_index=True)[1]
    return vertices.xy[at[first]], number


def _edges(vertices: Vertices, cut: Flags, number: Ints, about: pd.DataFrame) -> pd.DataFrame:
    """Cut the lines at the nodes."""
    xy, part = vertices.xy, vertices.part
    chainage = _chainage(vertices)
    at = np.flatnonzero(cut)
    of_part = np.searchsorted(part, at, side="right") - 1
    joined = np.flatnonzero(np.diff(of_part) == 0)
    low, high = at[joined], at[joined + 1]
    owner = np.repeat(np.arange(len(low)), high - low + 1)
    before = np.concatenate([[0], np.cumsum(high - low + 1)])  # where each edge's vertices begin
    taken = low[owner] + np.arange(len(owner)) - before[owner]
    shapes = shapely.linestrings(xy[taken], indices=owner) if len(low) else []
    facts = about.iloc[vertices.row[low]].reset_index(drop=True)
    return facts.assign(
        start=number[low],
        end=number[high],
        kind=LINE,
        from_m=chainage[low],
        to_m=chainage[high],
        length_m=chainage[high] - chainage[low],
        geometry=np.asarray(shapes, object),
    )


def _chainage(vertices: Vertices) -> Floats:
    """Give the metres travelled on its line to each vertex; the gap between parts adds nothing."""
    xy = vertices.xy
    steps = np.zeros(len(xy))
    if len(xy) > 1:
        x, y = xy[:, 0], xy[:, 1]
        steps[:-1] = geodesy.arc_length_m(x[:-1], y[:-1], x[1:], y[1:])
        steps[vertices.part[1:][np.diff(vertices.part) > 0] - 1] = 0.0
    return passages.running_sum(steps, vertices.row)


def _transfers(vertices: Vertices, cut: Flags, number: Ints) -> pd.DataFrame:
    """Join the nodes of one place that different modes reach."""
    at = np.flatnonzero(cut)
    nodes = pd.DataFrame({"place": vertices.place[at], "node": number[at]}).drop_duplicates()
    pairs = nodes.merge(nodes, on="place", suffixes=("", "_other"))
    pairs = pairs[pairs["node"] < pairs["node_other"]].sort_values(["node", "node_other"])
    ends_ = pairs["node"].to_numpy(np.int64), pairs["node_other"].to_numpy(np.int64)
    return _made(*ends_, kind=TRANSFER, mode=TRANSFER, length_m=0.0, geometry=None)


def _gaps(vertices: Vertices, number: Ints, gap: list[Ints], about: pd.DataFrame) -> pd.DataFrame:
    """Draw the gaps that were bridged."""
    one, other = gap
    here, there = vertices.xy[one], vertices.xy[other]
    shapes: Any = shapely.linestrings(np.stack([here, there], axis=1)) if len(one) else []
    return _made(
        number[one],
        number[other],
        kind=JOINED,
        mode=about["mode"].to_numpy()[vertices.row[one]],
        length_m=geodesy.arc_length_m(*here.T, *there.T),
        geometry=np.asarray(shapes, object),
    )


def _made(start: Ints, end: Ints, *, length_m: Any, **columns: Any) -> pd.DataFrame:
    """Make edges that are of no line, so that nothing is known of them."""
    return pd.DataFrame(
        {
            "start": start,
            "end": end,
            "row": -1,
            "from_m": 0.0,
            "to_m": length_m,
            "length_m": length_m,
            "passable": "UNKNOWN",
            "status_as_of": "",
            "forward": True,
            "backward": True,
            "name": "",
            "section_id": "",
            "corridor_id": "",
            "also": [()] * len(start),
            "positional_error_m": np.nan,
            "speed_kmh": np.nan,
            **columns,
        }
    )
