"""Conflict events: where the codebooks say that each can be, and rows checked one by one."""

from geo.events.codebook import ACLED, OWN, UCDP, Region
from geo.events.layout import Layout, layout
from geo.events.rows import COLUMNS, PROBLEM_COLUMNS, RULES, standard
from geo.events.several import broken, counts, one_each, said

__all__ = [
    "ACLED",
    "COLUMNS",
    "OWN",
    "PROBLEM_COLUMNS",
    "RULES",
    "UCDP",
    "Layout",
    "Region",
    "broken",
    "counts",
    "layout",
    "one_each",
    "said",
    "standard",
]
