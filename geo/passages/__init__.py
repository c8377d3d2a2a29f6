"""
The kernel: routes and zones give passages, in position space.

A route is a ruler. It is cut against every zone once; what comes out are
stretches "on route R, from metre a to metre b, inside zone Z", and everything
after that is arithmetic on intervals. Ground travelled twice counts twice,
because two passages over it have two chainages.

How it works: the edges of all zones lie in a grid, finer where they crowd; every
segment of a route meets the edges in its own cells only. Whether a segment crosses an edge
is decided by the signs of four orientations, exactly. Where a vertex lies on a
line, the sign is that of the route moved by (e, e²), e an arbitrarily small
positive number: with that, a vertex is never on a line, and no special case is
left. Metres that run along a border are found apart, as overlaps of collinear
edges, and taken out of what is inside.

The index of a layer can be kept in a folder (`kept`): `remember(folder)` makes every
later call use it where it holds all zones that are asked for, known by their content.

Only numpy and shapely are used here, so that it runs the same in workers,
notebooks and commands. Where it was compiled, the folder `core` does the same in C,
sooner; the modules here say what is right.
"""

from typing import TYPE_CHECKING

from geo.later import loader
from geo.passages.compiled import CORE
from geo.passages.grid import spread
from geo.passages.index import Index, index
from geo.passages.intervals import TINY_M, merged, running_sum
from geo.passages.kernel import find
from geo.passages.recall import forget
from geo.passages.stretches import Passages

if TYPE_CHECKING:
    from geo.passages.kept import remember

__all__ = [
    "CORE",
    "TINY_M",
    "Index",
    "Passages",
    "find",
    "forget",
    "index",
    "merged",
    "remember",
    "running_sum",
    "spread",
]

__getattr__ = loader(__name__, {"remember": "kept"})
