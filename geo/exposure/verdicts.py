"""Whether a route runs inside zones, decided from what it surely and possibly does."""

from __future__ import annotations

import math
from typing import Final

__all__ = ["CANNOT_BE_DECIDED", "INSIDE", "OUTSIDE", "verdict"]

INSIDE: Final = "inside"
OUTSIDE: Final = "outside"
CANNOT_BE_DECIDED: Final = "cannot be decided"


def verdict(sure_m: float, possible_m: float) -> str | None:
    """
    Decide whether a route or section runs inside zones.

    Parameters
    ----------
    sure_m, possible_m
        Metres surely and possibly inside; NaN where unknown.

    Returns
    -------
    str or None
        `INSIDE` where any metre surely is; `OUTSIDE` where none possibly is;
        else `CANNOT_BE_DECIDED`. None where the bounds are unknown.
    """
    if not (math.isfinite(sure_m) and math.isfinite(possible_m)):
        return None
    if sure_m > 0:
        return INSIDE
    return CANNOT_BE_DECIDED if possible_m > 0 else OUTSIDE
