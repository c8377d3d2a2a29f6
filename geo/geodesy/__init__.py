"""
Lengths, chainage, pieces and buffers on the WGS 84 ellipsoid, and the CRS guard.

A line is what it is drawn as: every edge is straight in longitude and latitude
(RFC 7946, section 3.1.1), and its length is the arc length of that curve on the
ellipsoid.
"""

from geo.geodesy.buffers import buffer
from geo.geodesy.crs import require_lonlat
from geo.geodesy.lines import (
    FLATTENING,
    LONG_EDGE_M,
    SEMI_MAJOR_M,
    arc_length_m,
    chainages_m,
    distance_m,
    edge_vectors,
    gaps_m,
    length_m,
    piece,
)

__all__ = [
    "FLATTENING",
    "LONG_EDGE_M",
    "SEMI_MAJOR_M",
    "arc_length_m",
    "buffer",
    "chainages_m",
    "distance_m",
    "edge_vectors",
    "gaps_m",
    "length_m",
    "piece",
    "require_lonlat",
]
