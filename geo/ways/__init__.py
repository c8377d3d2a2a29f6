"""
Ways from A to B: shortest, least exposed, and everything worth having between.

An edge of the network costs what it really exposes: its metres inside zones, not
its whole length when a corner touches. Of the two costs, length (or hours) and
exposure, the search gives the whole front: the ways that no other one betters.
"""

from geo.ways.answer import Ways
from geo.ways.closures import closures
from geo.ways.ends import End, Gazetteer, Place
from geo.ways.ground import Ground, Knowledge, stand
from geo.ways.scenario import Scenario
from geo.ways.search import BY, Asked, find

__all__ = [
    "BY",
    "Asked",
    "End",
    "Gazetteer",
    "Ground",
    "Knowledge",
    "Place",
    "Scenario",
    "Ways",
    "closures",
    "find",
    "stand",
]
