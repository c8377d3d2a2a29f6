"""The guard that lets in longitude and latitude on WGS 84, and nothing else."""

from __future__ import annotations

from typing import Any

from geo.errors import CRSError

__all__ = ["require_lonlat"]


def require_lonlat(crs: Any, name: str) -> None:
    """
    Refuse a frame whose coordinates are not longitude and latitude on WGS 84.

    Parameters
    ----------
    crs
        The frame's CRS, or None.
    name
        What the frame is called in the message.

    Raises
    ------
    CRSError
        If there is no CRS, or one that is not EPSG:4326 or OGC:CRS84 (heights
        allowed: EPSG:4979).
    """
    from pyproj import CRS

    if crs is None:
        message = f"{name} names no CRS: set it first, e.g. frame.set_crs(4326)"
        raise CRSError(message)
    known = CRS.from_user_input(crs)
    if known.to_authority() in {("EPSG", "4326"), ("OGC", "CRS84"), ("EPSG", "4979")}:
        return
    if known.to_2d().equals(CRS.from_epsg(4326), ignore_axis_order=True):
        return
    message = f"{name} is in {known.name}: bring it to EPSG:4326 first, e.g. frame.to_crs(4326)"
    raise CRSError(message)
