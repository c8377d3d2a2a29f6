"""Who holds each metre of each route, from frames of claims."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.control.claims import holders, ranks
from geo.control.stretches import settled
from geo.control.words import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo import passages

__all__ = ["along"]


def along(found: passages.Passages, claims: pd.DataFrame, claim_ids: Sequence[str]) -> pd.DataFrame:
    """
    Tell who holds each metre of each route.

    Parameters
    ----------
    found
        Passages of routes through the areas of `claims`, in the same order.
        Along a border the areas on both sides count.
    claims
        One row a claim that holds on the day, with a holder (see `holders`) and,
        if it has one, an `extent` of `schema.EXTENTS`.
    claim_ids
        The id of each claim.

    Returns
    -------
    DataFrame
        Rows `route` (number), `from_m`, `to_m`, `controller`, `claims` (a
        tuple of ids) that cover every route from 0 to its length, in order.
        Ground without a claim is unknown; claims of one extent that name
        different holders make it contested; mixed gives way to a holder of the
        same extent. No routes give no rows.
    """
    named = holders(claims)
    who = [UNKNOWN] * len(claims) if named is None else named.to_list()
    held = settled(found, who, ranks(claims), claim_ids)
    return pd.DataFrame(
        {
            "route": held.route,
            "from_m": held.from_m,
            "to_m": held.to_m,
            "controller": np.array(held.controller, dtype=object),
            "claims": pd.Series(held.claims, dtype=object),
        }
    )
