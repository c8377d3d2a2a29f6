"""
Write the corridors' figures of one day into `layers/README.md`, and what each can bear.

Run from the root of the repository, with the package installed, after
`passports.py`:

    python layers/make/answers.py
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tables import markdown, update

from geo import exposure
from geo.catalog import Catalog

if TYPE_CHECKING:
    import pandas as pd

AS_OF = "2026-02-28"
HEAD = (
    "corridor",
    "km",
    "surely exposed km",
    "exposed as drawn km",
    "possibly exposed km",
    "contested km",
    "mixed km",
    "unknown km",
    "rests on a town or road km",
    "rests on a whole township km",
    "line error km",
    "half rests on evidence up to",
)


def main() -> None:
    """Measure and write."""
    layers = Catalog("layers")
    found = exposure.measure(
        layers["corridors"],
        layers["conflict_zones"],
        control=layers["control_areas"],
        as_of=AS_OF,
    )
    claims = layers["control_areas"].set_index("area_id")
    body = [row(found, claims, route) for route in found.routes.to_dict("records")]
    update("table of the answers", markdown(HEAD, body))


def row(found: exposure.Exposure, claims: pd.DataFrame, route: dict[str, object]) -> list[str]:
    """
    Set one corridor's figures.

    Parameters
    ----------
    found
        The answer.
    claims
        The control areas, by id.
    route
        The corridor's row of the answer.

    Returns
    -------
    list of str
        Cells in the order of `HEAD`.
    """
    mine = found.stretches[found.stretches["route_id"] == route["route_id"]]
    mine = mine.assign(
        width=mine["to_m"] - mine["from_m"],
        extent=[extent(claims, ids) for ids in mine["claims"]],
        evidence=[evidence(claims, ids) for ids in mine["claims"]],
    )
    held = mine.groupby("controller")["width"].sum()
    by = mine.groupby("extent")["width"].sum()
    errors = found.sections.loc[
        found.sections["route_id"] == route["route_id"], "positional_error_m"
    ]
    least, most = errors.min() / 1000, errors.max() / 1000
    cells = [route[name] for name in ("length_m", "sure_m", "exposed_m", "possible_m")]
    cells += [held.get(name, 0.0) for name in ("contested", "mixed", "unknown")]
    cells += [by.get("town", 0.0) + by.get("stretch", 0.0), by.get("township", 0.0)]
    error = f"{least:g}" if least == most else f"{least:g} to {most:g}"
    numbers = [f"{cell / 1000:.1f}" for cell in cells]
    return [str(route["name"]), *numbers, error, middle(mine.dropna(subset="evidence"))]


def extent(claims: pd.DataFrame, ids: tuple[str, ...]) -> str:
    """
    Say how far the claims of a stretch reach.

    Parameters
    ----------
    claims
        The control areas, by id.
    ids
        The claims' ids; empty where there is none.

    Returns
    -------
    str
        Their extent, which is one and the same; empty where there is none.
    """
    return str(claims.loc[ids[0], "extent"]) if ids else ""


def evidence(claims: pd.DataFrame, ids: tuple[str, ...]) -> pd.Timestamp | None:
    """
    Find the newest day that supports the claims of a stretch.

    Parameters
    ----------
    claims
        The control areas, by id.
    ids
        The claims' ids; empty where there is none.

    Returns
    -------
    Timestamp or None
        The day; None where there is no claim.
    """
    return claims.loc[list(ids), "last_evidence"].max() if ids else None


def middle(stretches: pd.DataFrame) -> str:
    """
    Find the day up to which half of the claimed length has its evidence.

    Parameters
    ----------
    stretches
        Stretches with `evidence` and `width`.

    Returns
    -------
    str
        An ISO day.
    """
    ordered = stretches.sort_values("evidence")
    half = ordered["width"].cumsum() >= ordered["width"].sum() / 2
    return f"{ordered.loc[half, 'evidence'].iloc[0]:%Y-%m-%d}"


if __name__ == "__main__":
    main()
