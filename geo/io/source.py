"""What was read from one file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd

    from geo.errors import Notice

__all__ = ["Source"]


@dataclass(frozen=True)
class Source:
    """
    What was read from one file.

    Attributes
    ----------
    path
        The file as the user named it.
    sha256
        Of its bytes.
    frame
        Its features of the wanted type, in EPSG:4326.
    notices
        What was left out or changed on the way.
    """

    path: str
    sha256: str
    frame: gpd.GeoDataFrame
    notices: tuple[Notice, ...]
