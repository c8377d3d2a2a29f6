"""
The answers, from passages: how far each route is exposed, where, and in whose hands.

*Exposed* is ground strictly inside a zone that holds on the day. Zones may
overlap: metres per zone are per zone, `exposed_m` is the union, each travelled
metre once.

`measure` answers from frames; `plainly` answers the plain question without them, in
a third of the time that a start with pandas takes. Both sum with `sums`, speak with
`guards` and `words`, and are written by `contract`.
"""

from typing import TYPE_CHECKING

from geo.later import loader

if TYPE_CHECKING:
    from geo.exposure.answer import Exposure
    from geo.exposure.contract import Answer
    from geo.exposure.course import Series
    from geo.exposure.measures import flag, measure
    from geo.exposure.over_time import EVERY, series
    from geo.exposure.plain import Plain, plainly

__all__ = [
    "EVERY",
    "Answer",
    "Exposure",
    "Plain",
    "Series",
    "flag",
    "measure",
    "plainly",
    "series",
]

__getattr__ = loader(
    __name__,
    {
        "EVERY": "over_time",
        "Answer": "contract",
        "Exposure": "answer",
        "Plain": "plain",
        "Series": "course",
        "flag": "measures",
        "measure": "measures",
        "plainly": "plain",
        "series": "over_time",
    },
)
