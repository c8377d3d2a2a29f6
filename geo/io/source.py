"""What was read from one file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd

    from geo.errors import Notice
    from geo.sheet import Sheet

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
    sheet
        Its features of the wanted type, in longitude and latitude on WGS 84.
    notices
        What was left out or changed on the way.
    """

    path: str
    sha256: str
    sheet: Sheet
    notices: tuple[Notice, ...]

    @cached_property
    def frame(self) -> gpd.GeoDataFrame:
        """Give the features as a frame, in EPSG:4326."""
        return self.sheet.frame()
