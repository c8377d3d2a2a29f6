"""Conflict events: rows checked one by one, where each event can be, and how near routes pass."""

from geo.events.areas import AdminAreas
from geo.events.codebook import ACLED, OWN, UCDP, Region
from geo.events.days import last_year
from geo.events.layout import Layout, layout
from geo.events.near import CURVE_KM, Near, near
from geo.events.rows import COLUMNS, PROBLEM_COLUMNS, RULES, standard
from geo.events.several import broken, counts, one_each, said

__all__ = [
    "ACLED",
    "COLUMNS",
    "CURVE_KM",
    "OWN",
    "PROBLEM_COLUMNS",
    "RULES",
    "UCDP",
    "AdminAreas",
    "Layout",
    "Near",
    "Region",
    "broken",
    "counts",
    "last_year",
    "layout",
    "near",
    "one_each",
    "said",
    "standard",
]
