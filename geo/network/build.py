"""Build a network from lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo import geodesy, passages
from geo.errors import InputError, Notice
from geo.network.graph import COLUMNS, LINE, MODES, PASSABLE, TRANSFER, Network

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = ["build"]

_PER_DEG: Final = 10_000_000
"""Coordinates that agree to 1e-7 degrees, about a centimetre, are one place, as OpenStreetMap's."""

_SHOWN: Final = 5


class _Vertices(NamedTuple):
    """The vertices of all lines; `part` tells where each unbroken part begins."""

    xy: Floats
    part: Ints
    row: Ints
    place: Ints
    mode: Ints


def build(lines: GeoDataFrame) -> Network:
    """
    Build a network whose nodes are where lines meet.

    Parameters
    ----------
    lines
        LineStrings and MultiLineStrings in EPSG:4326. Columns that count, if
        there are any: `mode` (else road), `passable`, or a `status` that uses
        its words (else UNKNOWN), `oneway`, `name`, `section_id`, `corridor_id`,
        `positional_error_m`, `speed_kmh`. No lines give a network without edges.

    Returns
    -------
    Network
        Edges from node to node, in the order of the lines. Lines of one mode
        meet at every vertex that they share; lines of different modes where one
        of them ends, by an edge of kind "transfer". Edges drawn twice are kept
        once, with a notice.

    Raises
    ------
    CRSError
        If the frame is not in EPSG:4326 or its coordinates do not fit.
    InputError
        If a mode is none of `MODES`.
    """
    geodesy.require_lonlat(lines.crs, "network")
    notices: list[Notice] = []
    kept = _lines(lines, notices)
    about = _about(kept)
    vertices = _vertices(kept, about)
    cut = _is_node(vertices)
    nodes, number = _numbered(vertices, cut)
    edges = _edges(vertices, cut, number, about)
    edges = _once(edges, notices)
    edges = pd.concat([edges, _transfers(vertices, cut, number)], ignore_index=True)
    frame = gpd.GeoDataFrame(edges[list(COLUMNS)], geometry="geometry", crs=4326)
    return Network(nodes, frame, tuple(notices))


def _lines(lines: GeoDataFrame, notices: list[Notice]) -> GeoDataFrame:
    """Keep the rows that are lines, and say what is left out."""
    good = lines.geom_type.isin(["LineString", "MultiLineString"]) & ~lines.is_empty
    if not good.all():
        message = f"{int((~good).sum())} row(s) are not lines and are left out"
        notices.append(Notice("network", "", "no-line", message))
    return lines.assign(_row=np.arange(len(lines)))[good.to_numpy()]


def _about(lines: GeoDataFrame) -> pd.DataFrame:
    """Bring what is known of each line to the columns of a network."""
    index = lines.index
    empty = pd.Series("", index=index, dtype=object)
    text = {
        name: (lines[name].astype(object).where(lines[name].notna(), "").astype(str).str.strip())
        if name in lines.columns
        else empty
        for name in ("mode", "passable", "status", "oneway", "name", "section_id", "corridor_id")
    }
    mode = text["mode"].str.lower().replace("", MODES[0])
    odd = sorted(set(mode) - set(MODES))
    if odd:
        message = f"network: a mode must be one of {', '.join(MODES)}; found {', '.join(odd[:5])}"
        raise InputError(message)
    state = text["passable"].where(text["passable"] != "", text["status"]).str.upper()
    oneway = text["oneway"].str.lower()
    numbers = {
        name: pd.to_numeric(lines[name], errors="coerce") if name in lines.columns else np.nan
        for name in ("positional_error_m", "speed_kmh")
    }
    return pd.DataFrame(
        {
            "row": lines["_row"],
            "mode": mode,
            "passable": state.where(state.isin(PASSABLE), "UNKNOWN"),
            "forward": ~oneway.isin(["-1", "reverse"]),
            "backward": ~oneway.isin(["yes", "true", "1"]),
            **{name: text[name] for name in ("name", "section_id", "corridor_id")},
            **numbers,
        },
        index=index,
    ).reset_index(drop=True)


def _vertices(lines: GeoDataFrame, about: pd.DataFrame) -> _Vertices:
    """Take the lines apart; the same place twice in a row is once."""
    xy, part, line = geodesy.edge_vectors(lines.geometry.to_numpy())
    of_part = np.repeat(np.arange(len(part) - 1), np.diff(part))
    cell = np.round(xy * _PER_DEG).astype(np.int64)
    cell[:, 0] %= 360 * _PER_DEG  # the two sides of the date line are one place
    place = cell[:, 0] << 32 | (cell[:, 1] + 90 * _PER_DEG)
    again = np.zeros(len(xy), bool)
    again[1:] = (np.diff(place) == 0) & (np.diff(of_part) == 0)
    xy, place, of_part = xy[~again], place[~again], of_part[~again]
    row_of_part = np.repeat(np.arange(len(line) - 1), np.diff(line))
    starts = np.searchsorted(of_part, np.arange(len(part)))
    row = row_of_part[of_part] if len(of_part) else of_part
    codes = pd.Categorical(about["mode"], MODES).codes.astype(np.int64)
    return _Vertices(xy, starts, row, place, codes[row] if len(row) else row)


def _is_node(vertices: _Vertices) -> Flags:
    """Tell at which vertices the lines are cut."""
    ends = np.zeros(len(vertices.xy), bool)
    full = np.diff(vertices.part) > 0
    ends[vertices.part[:-1][full]] = True
    ends[vertices.part[1:][full] - 1] = True
    _, place, uses = np.unique(vertices.place, return_inverse=True, return_counts=True)
    of_mode = np.unique(place * len(MODES) + vertices.mode, return_inverse=True)[1]
    shared = np.bincount(of_mode)[of_mode] > 1 if len(of_mode) else ends
    # where several modes pass, they meet only if a line ends
    quay = np.zeros(len(uses), bool)
    quay[place[ends]] = True
    return ends | shared | quay[place]


def _numbered(vertices: _Vertices, cut: Flags) -> tuple[Floats, Ints]:
    """Give each place and mode a node, in the order of the lines."""
    at = np.flatnonzero(cut)
    keys = pd.MultiIndex.from_arrays([vertices.place[at], vertices.mode[at]])
    codes, _ = pd.factorize(keys)
    number = np.full(len(vertices.xy), -1, np.int64)
    number[at] = codes
    first = np.unique(codes, return_index=True)[1]
    return vertices.xy[at[first]], number


def _edges(vertices: _Vertices, cut: Flags, number: Ints, about: pd.DataFrame) -> pd.DataFrame:
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


def _chainage(vertices: _Vertices) -> Floats:
    """Give the metres travelled on its line to each vertex; the gap between parts adds nothing."""
    xy = vertices.xy
    steps = np.zeros(len(xy))
    if len(xy) > 1:
        x, y = xy[:, 0], xy[:, 1]
        steps[:-1] = geodesy.arc_length_m(x[:-1], y[:-1], x[1:], y[1:])
        steps[vertices.part[1:][np.diff(vertices.part) > 0] - 1] = 0.0
    return passages.running_sum(steps, vertices.row)


def _once(edges: pd.DataFrame, notices: list[Notice]) -> pd.DataFrame:
    """Keep one of the edges that are drawn twice, in either direction."""
    pair = np.sort(edges[["start", "end"]].to_numpy(np.int64), axis=1)
    keys = pd.DataFrame(pair).assign(length=np.round(edges["length_m"], 3), mode=edges["mode"])
    likely = keys.duplicated(keep=False).to_numpy()
    twice = np.zeros(len(edges), bool)
    seen: dict[Any, int] = {}
    for place in np.flatnonzero(likely):
        shape = edges["geometry"].iloc[place]
        twice[place] = shapely.normalize(shape) in seen
        seen.setdefault(shapely.normalize(shape), int(place))
    if twice.any():
        names = dict.fromkeys(edges.loc[twice, "section_id"].replace("", "a line"))
        shown = ", ".join(list(names)[:_SHOWN])
        message = (
            f"{int(twice.sum())} stretch(es) are drawn twice and kept once (left out of {shown})"
        )
        notices.append(Notice("network", "", "drawn-twice", message))
    return edges[~twice]


def _transfers(vertices: _Vertices, cut: Flags, number: Ints) -> pd.DataFrame:
    """Join the nodes of one place that different modes reach."""
    at = np.flatnonzero(cut)
    nodes = pd.DataFrame({"place": vertices.place[at], "node": number[at]}).drop_duplicates()
    pairs = nodes.merge(nodes, on="place", suffixes=("", "_other"))
    pairs = pairs[pairs["node"] < pairs["node_other"]].sort_values(["node", "node_other"])
    return pd.DataFrame(
        {
            "start": pairs["node"].to_numpy(np.int64),
            "end": pairs["node_other"].to_numpy(np.int64),
            "kind": TRANSFER,
            "row": -1,
            "from_m": 0.0,
            "to_m": 0.0,
            "length_m": 0.0,
            "mode": TRANSFER,
            "passable": "UNKNOWN",
            "forward": True,
            "backward": True,
            "name": "",
            "section_id": "",
            "corridor_id": "",
            "positional_error_m": np.nan,
            "speed_kmh": np.nan,
            "geometry": None,
        }
    )
