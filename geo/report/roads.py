"""What networks are made of, and which sections follow a road, as text."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from geo.report.answers import columns, km, percent

if TYPE_CHECKING:
    import pandas as pd

    from geo.network import Followed, Report

__all__ = ["followed", "network"]

_SHOWN: Final = 10
_KILO: Final = 1000.0


def network(report: Report) -> str:
    """
    Write what a network is made of.

    Parameters
    ----------
    report
        What was found.

    Returns
    -------
    str
        Lines of text; of long lists the first ten rows, and how many more there are.
    """
    parts = report.components
    total = km(float(parts["km"].sum()) * _KILO)
    lines = [f"{len(parts)} part(s) that hang together, {total} km"]
    lines += _rows(parts, ("component", "nodes", "edges", "km", "share"))
    lines += ["", *_rows(report.modes, ("mode", "edges", "km"))]
    lines += ["", *_rows(report.passable, ("passable", "edges", "km"))]
    lines += ["", f"one way only: {km(report.one_way_km * _KILO)} km"]
    lines += [f"left out, {what}: {many}" for what, many in report.left_out.items()]
    lines += ["", f"gaps joined: {len(report.joined)}"]
    lines += _rows(report.joined, ("from_row", "to_row", "gap_m", "lon", "lat"))
    within = f"{report.within_m / _KILO:g} km"
    lines += ["", f"{report.free_ends} end(s) meet nothing; another part within {within}:"]
    lines += _rows(report.gaps, ("row", "component", "to_component", "gap_m", "lon", "lat"))
    if report.not_searched:
        lines.append(f"not looked for at {report.not_searched} more end(s), to bound the time")
    return "\n".join(lines) + "\n"


def _rows(frame: pd.DataFrame, names: tuple[str, ...]) -> list[str]:
    """Set the first rows of a frame in columns; numbers as people read them."""
    if frame.empty:
        return ["none"]
    first = frame.head(_SHOWN).to_dict("records")
    table = [tuple(_cell(name, row[name]) for name in names) for row in first]
    titles = tuple(name.replace("_", " ") for name in names)
    more = len(frame) - _SHOWN
    return columns([titles, *table]) + ([f"and {more} more"] if more > 0 else [])


def _cell(name: str, value: Any) -> str:
    forms = {"km": lambda many: km(many * _KILO), "share": percent}
    forms |= {"gap_m": "{:.2f}".format, "lon": "{:.5f}".format, "lat": "{:.5f}".format}
    return forms.get(name, str)(value)


def followed(found: Followed) -> str:
    """
    Write which sections follow a road, and why others do not.

    Parameters
    ----------
    found
        What was decided.

    Returns
    -------
    str
        A line for each section, its reason last.
    """
    titles = ("section", "drawn", "routed", "published", "ratio", "error", "now", "line")
    sections = found.table.to_dict("records")
    lengths = ("drawn_km", "routed_km", "published_km")
    errors = ("error_before_m", "error_after_m")
    rows = [
        (
            str(one["section_id"]),
            *(_known(one[name], 1) for name in lengths),
            _known(one["ratio"], 2),
            *(_known(one[name] / _KILO, 1) for name in errors),
            str(one["line"]),
        )
        for one in sections
    ]
    reasons = ["why", *(str(one["reason"]) for one in sections)]
    table = _padded(columns([titles, *rows]))
    lines = [f"{line}  {reason}" for line, reason in zip(table, reasons, strict=True)]
    many = sum(one["line"] == "road" for one in sections)
    end = f"{many} of {len(rows)} sections follow a road; lengths and errors in km"
    return "\n".join([*lines, "", end]) + "\n"


def _known(many: float, decimals: int) -> str:
    return "-" if math.isnan(many) else f"{many:.{decimals}f}"


def _padded(lines: list[str]) -> list[str]:
    width = max(len(line) for line in lines)
    return [line.ljust(width) for line in lines]
