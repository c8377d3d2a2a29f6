"""The words that are no holder's name, and columns that look like what they are not."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["CONTESTED", "MIXED", "UNKNOWN", "looks_like_period"]

CONTESTED: Final = "contested"
MIXED: Final = "mixed"
UNKNOWN: Final = "unknown"

_LIKE_A_PERIOD: Final = re.compile(
    r"(^|[_ ])(date|dates|begin|from|to|since|until|start|end|started|ended)($|[_ ])"
)
_NO_PERIOD: Final = {"source_date", "valid_from", "valid_to", "date_precision"}


def looks_like_period(column: object) -> bool:
    """
    Tell whether a column looks like a begin or an end and is not read as one.

    Parameters
    ----------
    column
        Its name.

    Returns
    -------
    bool
        True for names such as date, from or end_date.
    """
    name = str(column).strip().lower()
    return name not in _NO_PERIOD and _LIKE_A_PERIOD.search(name) is not None
