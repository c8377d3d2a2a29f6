"""
A graph from lines: nodes where lines meet, edges between them, modes and what stands in the way.

Lines meet where they share a vertex, or one ends on the other. Lines of different
modes meet only where one of them ends: a road over a river is no quay. Nothing is
bridged unless that is asked for, and what was joined is reported.
"""

from geo.network.build import build
from geo.network.follow import Followed, follow
from geo.network.gates import with_gates
from geo.network.graph import GATE, JOINED, MODES, PASSABLE, TRANSFER, Network, Owner
from geo.network.report import Report, examine
from geo.network.snap import Snapped, snap

__all__ = [
    "GATE",
    "JOINED",
    "MODES",
    "PASSABLE",
    "TRANSFER",
    "Followed",
    "Network",
    "Owner",
    "Report",
    "Snapped",
    "build",
    "examine",
    "follow",
    "snap",
    "with_gates",
]
