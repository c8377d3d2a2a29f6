"""Read the fact tables, and write the layers and the generated parts of the README."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from geo.io import write_geojson, write_text
from geo.schema import KINDS, check

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["LAYERS", "layer", "markdown", "points", "rows", "update"]

LAYERS = Path("layers")
README = LAYERS / "README.md"
_NUMBERS = {"lon", "lat", "check_map_offset_m", "off_p90_m", "map_error_m", "longest_km"}


def rows(table: str) -> pd.DataFrame:
    """
    Read one table of `layers/facts`.

    Parameters
    ----------
    table
        Its name without the ending.

    Returns
    -------
    pandas.DataFrame
        Text columns as text, with None where a cell is empty; numbers as
        numbers, as `geo.schema` declares them.
    """
    frame = pd.read_csv(
        LAYERS / "facts" / f"{table}.csv", dtype=str, keep_default_na=False, encoding="utf-8"
    )
    declared = {
        name: column.kind for kind in KINDS.values() for name, column in kind.columns.items()
    }
    for name in frame.columns:
        if declared.get(name) == "integer":
            frame[name] = pd.to_numeric(frame[name]).astype("int64")
        elif name in _NUMBERS or declared.get(name) == "number":
            frame[name] = pd.to_numeric(frame[name].replace("", None))
        else:
            frame[name] = frame[name].astype(object).where(frame[name] != "", None)
    return frame


def points(frame: pd.DataFrame) -> gpd.GeoDataFrame:
    """
    Turn the columns lon and lat into points.

    Parameters
    ----------
    frame
        A table with `lon` and `lat` in degrees, WGS 84.

    Returns
    -------
    geopandas.GeoDataFrame
        The same rows in EPSG:4326.
    """
    return gpd.GeoDataFrame(
        frame, geometry=gpd.points_from_xy(frame["lon"], frame["lat"]), crs="EPSG:4326"
    )


def layer(frame: gpd.GeoDataFrame, kind: str, *, id_column: str) -> None:
    """
    Check a layer and write it, with the columns of its kind and no others.

    Parameters
    ----------
    frame
        The layer, in EPSG:4326.
    kind
        A key of `geo.schema.KINDS`, and the name of the file.
    id_column
        The column that the rows are sorted by.
    """
    kept = frame[[*KINDS[kind].columns, "geometry"]]
    check(kept, kind)
    write_geojson(LAYERS / f"{kind}.geojson", kept, id_column=id_column)
    print(f"layers/{kind}.geojson: {len(kept)} features")


def markdown(head: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    """
    Set a table in Markdown.

    Parameters
    ----------
    head
        The headings.
    body
        The rows, as text.

    Returns
    -------
    str
        The table, without a line feed at the end.
    """
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def update(name: str, text: str) -> None:
    """
    Replace one generated part of `layers/README.md`, so that it cannot drift.

    Parameters
    ----------
    name
        The name in the part's markers, `<!-- name -->` and `<!-- end of name -->`.
    text
        The new content.

    Raises
    ------
    ValueError
        If the README has no such part.
    """
    old = README.read_text(encoding="utf-8")
    start, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    pattern = re.compile(re.escape(start) + ".*?" + re.escape(end), re.DOTALL)
    if not pattern.search(old):
        message = f"{README}: no part named {name}"
        raise ValueError(message)
    write_text(README, pattern.sub(lambda _: f"{start}\n{text}\n{end}", old))
