"""
The answers, from passages: how far each route is exposed, where, and in whose hands.

*Exposed* is ground strictly inside a zone that holds on the day. Zones may
overlap: metres per zone are per zone, `exposed_m` is the union, each travelled
metre once.
"""

from geo.exposure.answer import Exposure
from geo.exposure.course import Series
from geo.exposure.measures import flag, measure
from geo.exposure.over_time import EVERY, series

__all__ = ["EVERY", "Exposure", "Series", "flag", "measure", "series"]
