"""
Who holds what, when, according to whom.

Control is a claim: what one source says of one area for one period. Claims
reach as far as a town, a road stretch, a township or a state; the finer extent
wins. Where claims of one extent name different holders, the ground is contested;
where there is no claim, it is unknown.
"""

from typing import TYPE_CHECKING

from geo.control.words import CONTESTED, MIXED, UNKNOWN
from geo.later import loader

if TYPE_CHECKING:
    from geo.control.claims import holders, standard, unread
    from geo.control.held import along
    from geo.control.periods import as_of, day_of, days, has_period, period

__all__ = [
    "CONTESTED",
    "MIXED",
    "UNKNOWN",
    "along",
    "as_of",
    "day_of",
    "days",
    "has_period",
    "holders",
    "period",
    "standard",
    "unread",
]

__getattr__ = loader(
    __name__,
    {
        "along": "held",
        "holders": "claims",
        "standard": "claims",
        "unread": "claims",
        "as_of": "periods",
        "day_of": "periods",
        "days": "periods",
        "has_period": "periods",
        "period": "periods",
    },
)
