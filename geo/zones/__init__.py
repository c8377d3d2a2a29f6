"""
Conflict zones built from events: areas of fighting, window of time by window.

Each event counts wherever it can be, and no more than once in all: a placed one
about its point, one that names an area all over that area. What coarser areas
hold (a whole state, a country) says nothing of any one place, and is left out.
"""

from geo.zones.build import Built, build
from geo.zones.shapes import METHODS
from geo.zones.sourced import PAGES, page_of, sourced

__all__ = ["METHODS", "PAGES", "Built", "build", "page_of", "sourced"]
