"""
What others are handed: zones for the routers that people run, routes for handhelds.

`ground` merges the zones of a day; `openrouteservice`, `valhalla` and
`graphhopper` write it as each of them takes it; `gpx` writes an answer's routes.
"""

from geo.handover.gpx import as_gpx
from geo.handover.graphhopper import graphhopper
from geo.handover.ground import Ground, ground
from geo.handover.openrouteservice import openrouteservice
from geo.handover.request import Request
from geo.handover.valhalla import valhalla

__all__ = [
    "Ground",
    "Request",
    "as_gpx",
    "graphhopper",
    "ground",
    "openrouteservice",
    "valhalla",
]
