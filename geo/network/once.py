"""Ground that is drawn twice: one edge, with the facts of all its lines."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
import shapely

from geo.errors import Notice
from geo.network.graph import Owner

__all__ = ["once"]

_SHOWN: Final = 5
_CAUTION: Final = ("NOT_PASSABLE", "RESTRICTED", "PASSABLE", "UNKNOWN")
"""Of states that differ and are of one day, the most cautious counts; any is more than none."""


def once(edges: pd.DataFrame, notices: list[Notice], left_out: dict[str, int]) -> pd.DataFrame:
    """
    Keep one of the edges that are drawn twice, in either direction, by one mode.

    Parameters
    ----------
    edges
        Edges of lines, with the columns of a network.
    notices, left_out
        Where it is said and counted.

    Returns
    -------
    DataFrame
        The edges without the later ones of each group. The one kept may be
        travelled wherever any of them may; its state is the newest that is known,
        of states of one day the most cautious; its positional error the
        smallest; and `also` names the other lines.
    """
    groups = [group for group in _groups(edges) if len(group) > 1]
    kept = edges.assign(also=pd.Series([()] * len(edges), index=edges.index, dtype=object))
    if not groups:
        return kept
    merged = {group[0]: _merged(edges.iloc[group], notices) for group in groups}
    for column in next(iter(merged.values())):
        values = kept[column].tolist()
        for place, facts in merged.items():
            values[place] = facts[column]
        kept[column] = pd.Series(values, index=kept.index, dtype=kept[column].dtype)
    gone = np.concatenate([group[1:] for group in groups])
    left_out["drawn twice"] = len(gone)
    names = dict.fromkeys(edges["section_id"].iloc[gone].replace("", "a line"))
    shown = ", ".join(list(names)[:_SHOWN])
    message = f"{len(gone)} stretch(es) are drawn twice and kept once (left out of {shown})"
    notices.append(Notice("network", "", "drawn-twice", message))
    return kept.drop(index=kept.index[gone])


def _groups(edges: pd.DataFrame) -> list[list[int]]:
    """Gather the edges of one mode that cover the same ground."""
    pair = np.sort(edges[["start", "end"]].to_numpy(np.int64), axis=1)
    keys = pd.DataFrame(pair).assign(
        length=np.round(edges["length_m"].to_numpy(float), 3), mode=edges["mode"].to_numpy(object)
    )
    found: dict[tuple[str, Any], list[int]] = {}
    for place in np.flatnonzero(keys.duplicated(keep=False)).tolist():
        shape = shapely.normalize(edges["geometry"].iloc[place])
        found.setdefault((edges["mode"].iloc[place], shape), []).append(place)
    return list(found.values())


def _merged(group: pd.DataFrame, notices: list[Notice]) -> dict[str, Any]:
    first = group.iloc[0]
    same_way = (group["start"] == first["start"]) & (group["end"] == first["end"])
    if first["start"] == first["end"]:  # a ring: which way round it is drawn
        ahead = shapely.get_coordinates(first["geometry"])[1]
        same_way = pd.Series(
            [bool((shapely.get_coordinates(g)[1] == ahead).all()) for g in group["geometry"]],
            index=group.index,
        )
    forward = group["forward"].where(same_way, group["backward"])
    backward = group["backward"].where(same_way, group["forward"])
    state, day = _state(group, notices)
    rows = group[["section_id", "corridor_id", "name"]].itertuples(index=False, name=None)
    owners = dict.fromkeys(
        Owner(section, corridor, name, not same)
        for (section, corridor, name), same in zip(rows, same_way.tolist(), strict=True)
    )
    return {
        "also": tuple(owners)[1:],
        "forward": bool(forward.any()),
        "backward": bool(backward.any()),
        "passable": state,
        "status_as_of": day,
        "positional_error_m": group["positional_error_m"].min(),
        "speed_kmh": group["speed_kmh"].min(),
    }


def _state(group: pd.DataFrame, notices: list[Notice]) -> tuple[str, str]:
    known = group[group["passable"] != "UNKNOWN"]
    if known.empty:
        return "UNKNOWN", ""
    newest = known[known["status_as_of"] == known["status_as_of"].max()]
    state = min(newest["passable"], key=_CAUTION.index)
    if len(set(known["passable"])) > 1:
        words = ", ".join(
            f"{row['name'] or row['section_id'] or 'a line'} {row['passable']}"
            for row in known.to_dict("records")
        )
        message = f"lines on the same ground are in different states: {words}; {state} counts"
        said = Notice("network", "", "states-differ", message)
        if said not in notices:  # several stretches of the same lines
            notices.append(said)
    return state, str(newest["status_as_of"].iloc[0])
