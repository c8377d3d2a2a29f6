"""
A graph from lines: nodes where lines meet, edges between them, modes and what stands in the way.

Lines meet where they share a vertex. Lines of different modes meet only where one
of them ends: a road over a river is no quay. Nothing is bridged unless that is
asked for, and what was joined is reported.
"""

from geo.network.build import build
from geo.network.gates import with_gates
from geo.network.graph import GATE, MODES, PASSABLE, TRANSFER, Network
from geo.network.snap import Snapped, snap

__all__ = [
    "GATE",
    "MODES",
    "PASSABLE",
    "TRANSFER",
    "Network",
    "Snapped",
    "build",
    "snap",
    "with_gates",
]
