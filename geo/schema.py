"""
What each kind of layer holds: its geometry, its columns, and the rules for both.

The tables here are the only place that names the columns; pandera does the
checking and is imported only when something is checked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from geo.errors import Problem, SchemaError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

__all__ = [
    "CONFIDENCE",
    "EXTENTS",
    "KINDS",
    "MODES",
    "PASSABLE",
    "READ",
    "Column",
    "Kind",
    "check",
    "date_columns",
]

CONFIDENCE: Final = ("high", "medium", "low")
EXTENTS: Final = ("town", "stretch", "township", "state")
"""How far a claim of control reaches, finest first: the finer extent wins."""
MODES: Final = ("road", "river", "sea", "rail")
PASSABLE: Final = ("PASSABLE", "RESTRICTED", "NOT_PASSABLE", "UNKNOWN")
"""Whether a truck or vessel gets through, in the words of the Logistics Cluster's LogIE."""

_ID = r"^[a-z0-9][a-z0-9_-]*$"
_URL = r"^https?://\S+$"
_RULES = {"not_nullable": "must not be empty", "field_uniqueness": "must be unique"}
_DATE = r"^\d{4}-\d{2}-\d{2}$"


@dataclass(frozen=True)
class Column:
    """
    One column and its rules.

    Attributes
    ----------
    about
        What it holds, with its unit.
    kind
        One of "text", "date" (ISO day, UTC), "number", "integer".
    empty
        Whether a row may leave it empty.
    choices
        The only values allowed, if any.
    pattern
        A regular expression that text must match, if any.
    least
        The smallest number allowed, if any.
    unique
        Whether no two rows may share a value.
    """

    about: str
    kind: str = "text"
    empty: bool = False
    choices: tuple[str, ...] = ()
    pattern: str = ""
    least: float | None = None
    unique: bool = False


@dataclass(frozen=True)
class Kind:
    """
    One kind of layer.

    Attributes
    ----------
    about
        What a row is.
    geometry
        The geometry types allowed; none for a plain table.
    columns
        Its columns by name.
    """

    about: str
    geometry: tuple[str, ...]
    columns: Mapping[str, Column] = field(default_factory=dict)


def _id(about: str) -> Column:
    return Column(about, pattern=_ID, unique=True)


_PERIOD = {
    "valid_from": Column(
        "first day on which the row holds; empty = before the record", "date", empty=True
    ),
    "valid_to": Column(
        "first day on which it no longer holds; empty = still so", "date", empty=True
    ),
}
_SOURCE = {
    "source_url": Column("page or package that the row rests on", pattern=_URL),
    "source_date": Column(
        "day of that source (first day of its month or year if no more is given)", "date"
    ),
    "confidence": Column("how far to trust the row", choices=CONFIDENCE),
}
_PRECISION = {"precision_m": Column("how far the point may be off, metres", "number", least=0)}
_POLYGONS = ("Polygon", "MultiPolygon")
_SECTION = {
    "section_id": _id("section, unique"),
    "corridor_id": Column("corridor or link that the section belongs to", pattern=_ID),
    "corridor": Column("its name"),
    "seq": Column("place of the section in its corridor or link, from 1", "integer", least=1),
    "name": Column("the section's name"),
    "mode": Column("mode of transport", choices=MODES),
    "status": Column("state of the works, as published", empty=True),
    "status_as_of": Column("day of the status", "date", empty=True),
    "passable": Column("whether one gets through, read off the status", choices=PASSABLE),
    "published_km": Column("published length, km", "number", empty=True, least=0),
    "positional_error_m": Column("how far the line may be off, metres", "number", least=0),
    **_SOURCE,
}

KINDS: Final[Mapping[str, Kind]] = {
    "corridors": Kind(
        "one section of a corridor, by one mode of transport", ("LineString",), _SECTION
    ),
    "links": Kind(
        "one section of a road or river that joins the corridors, by one mode",
        ("LineString",),
        _SECTION,
    ),
    "mining_sites": Kind(
        "one named mining locality, never a single mine",
        ("Point",),
        {
            "site_id": _id("locality, unique"),
            "name": Column("name of the locality"),
            "township": Column("township"),
            **_PRECISION,
            "status": Column("state of mining", choices=("active", "cancelled", "reported")),
            "controller": Column("who held the locality, by period, as sources say", empty=True),
            **_PERIOD,
            **_SOURCE,
        },
    ),
    "control_areas": Kind(
        "one claim: who held an area in a period, as one source says",
        _POLYGONS,
        {
            "area_id": _id("claim, unique"),
            "place": Column("the place that the source names"),
            "township": Column("township or state that it lies in"),
            "extent": Column("how far the claim reaches", choices=EXTENTS),
            "controller": Column("who holds it; contested and mixed are values of their own"),
            "status": Column("how", choices=("held", "contested", "besieged", "mixed")),
            "event": Column("what the source says", empty=True),
            "source": Column("who says so"),
            **_PERIOD,
            "date_precision": Column(
                "precision of the dates", choices=("day", "month", "year", "by")
            ),
            "last_evidence": Column("newest day on which a source still supports it", "date"),
            **_SOURCE,
        },
    ),
    "gates": Kind(
        "the state of a border gate or a river leg in a period",
        ("Point",),
        {
            "gate_id": Column("gate", pattern=_ID),
            "name": Column("name of the gate"),
            "between": Column(
                "the two sections that a way passes it between; empty = no drawn way passes it",
                empty=True,
                pattern=r"^[a-z0-9_-]+ [a-z0-9_-]+$",
            ),
            "status": Column("state", choices=("OPEN", "RESTRICTED", "CLOSED", "UNCLEAR")),
            "event": Column("what the source says", empty=True),
            **_PERIOD,
            **_SOURCE,
        },
    ),
    "conflict_zones": Kind(
        "an area of fighting in a period",
        _POLYGONS,
        {
            "zone_id": _id("zone, unique"),
            "name": Column("name of the place"),
            "kind": Column(
                "what the zone rests on: claims of control, or events counted",
                choices=("contested", "besieged", "taken by force", "events", "candidate events"),
            ),
            "extent": Column("how far it reaches", choices=EXTENTS),
            "events": Column(
                "conflict events counted; empty = not counted", "integer", empty=True, least=0
            ),
            "fatalities": Column(
                "deaths counted; empty = not counted", "integer", empty=True, least=0
            ),
            "actors": Column("who fights", empty=True),
            **_PERIOD,
            "method": Column("how the area and the period were made"),
            **_SOURCE,
        },
    ),
    "places": Kind(
        "a town, village, pass, gate or port",
        ("Point",),
        {
            "place_id": _id("place, unique"),
            "name": Column("name in Latin letters"),
            "name_my": Column("name in Burmese", empty=True),
            "kind": Column("kind of place"),
            "rank": Column("1 = shown first on a map, 3 = last", "integer", least=1),
            **_PRECISION,
            **_SOURCE,
        },
    ),
    "boundaries": Kind(
        "a country or a first-level area, for orientation",
        _POLYGONS,
        {
            "boundary_id": _id("area, unique"),
            "name": Column("name"),
            "level": Column("0 country, 1 first-level area", "integer", least=0),
            "country": Column("ISO 3166 alpha-3 code", pattern=r"^[A-Z]{3}$"),
            **_SOURCE,
        },
    ),
    "townships": Kind(
        "a township, for looking up the areas that reports name; approximate",
        _POLYGONS,
        {
            "township_id": _id("township, unique"),
            "name": Column("name"),
            "district": Column("district or self-administered zone that it belongs to"),
            "state": Column("first-level area that it belongs to"),
            "state_part": Column(
                "part of that area that some count for itself, as Shan (North)", empty=True
            ),
            "country": Column("ISO 3166 alpha-3 code", pattern=r"^[A-Z]{3}$"),
            "aliases": Column("other spellings of the name, split by ;", empty=True),
            "district_aliases": Column("other spellings of the district, split by ;", empty=True),
            "state_aliases": Column("other spellings of the state, split by ;", empty=True),
            "state_part_aliases": Column("other spellings of the part, split by ;", empty=True),
            **_SOURCE,
        },
    ),
    "speeds": Kind(
        "how fast one travels by one mode, where the way is in one state",
        (),
        {
            "mode": Column("mode of transport", choices=MODES),
            "passable": Column("state of the way", choices=PASSABLE),
            "km_per_h": Column("kilometres an hour, while moving", "number", least=0),
            "what": Column("whose speed it is"),
            "source_url": Column("page that the row rests on", pattern=_URL),
            "source_date": Column(
                "day of that page (first day of its month or year if no more is given)", "date"
            ),
            "note": Column("the caveat that goes with it", empty=True),
        },
    ),
    "figures": Kind(
        "one published number",
        (),
        {
            "figure_id": _id("figure, unique"),
            "what": Column("what was counted or weighed"),
            "value": Column("the number", "number"),
            "unit": Column("its unit; figures of different units never form one series"),
            "year": Column(
                "the year, or year and month, that it speaks of", pattern=r"^\d{4}(-\d{2})?$"
            ),
            "note": Column("the caveat that goes with it", empty=True),
            **_SOURCE,
        },
    ),
}

# not id: it is 0 in every row of many a shapefile, and only meant where it is written so
READ: Final = frozenset(
    {name for kind in KINDS.values() for name in kind.columns}
    | {"name", "start", "end", "actor", "control", "controller"}
)
"""The columns that are read by their names, whatever their capitals."""


def date_columns(kind: str) -> tuple[str, ...]:
    """
    Name the date columns of a kind of layer.

    Parameters
    ----------
    kind
        A key of `KINDS`.

    Returns
    -------
    tuple of str
        Column names, in the order of the table.
    """
    return tuple(name for name, column in KINDS[kind].columns.items() if column.kind == "date")


def check(frame: pd.DataFrame, kind: str, *, layer: str = "") -> None:
    """
    Refuse a layer whose rows break the rules of its kind.

    Parameters
    ----------
    frame
        The layer: text columns as str, dates as ISO text or datetime64. An
        empty frame breaks the rule that a layer has rows.
    kind
        A key of `KINDS`.
    layer
        The name used in messages; `kind` where left out.

    Raises
    ------
    SchemaError
        With every broken rule: layer, row, column, rule and value, a line each.
    """
    problems = list(_problems(frame, KINDS[kind]))
    if problems:
        raise SchemaError(layer or kind, problems)


def _problems(frame: pd.DataFrame, kind: Kind) -> Iterator[Problem]:
    missing = [name for name in kind.columns if name not in frame.columns]
    yield from (Problem(None, name, "column is missing") for name in missing)
    if frame.empty:
        yield Problem(None, "geometry", "a layer must have rows", 0)
    if missing or frame.empty:
        return
    yield from _broken_numbers(frame, kind)
    yield from _broken_rules(frame, kind)
    yield from _broken_periods(frame, kind)
    if kind.geometry:
        yield from _broken_geometry(frame, kind)


def _broken_rules(frame: pd.DataFrame, kind: Kind) -> Iterator[Problem]:
    import pandera.pandas as pa

    text = _as_text(frame, kind)
    rules = pa.DataFrameSchema(
        {name: _pandera_column(pa, column) for name, column in kind.columns.items()}
    )
    try:
        rules.validate(text, lazy=True)
    except pa.errors.SchemaErrors as found:
        cases = found.failure_cases.sort_values(["index", "column"], kind="stable")
        for case in cases.itertuples():
            label = case.index if isinstance(case.index, int | str) else None
            row = frame.index[int(case.index)] if label is not None else None
            rule = _RULES.get(str(case.check), str(case.check))
            yield Problem(row, str(case.column), rule, case.failure_case)


def _broken_numbers(frame: pd.DataFrame, kind: Kind) -> Iterator[Problem]:
    import pandas as pd

    for name, column in kind.columns.items():
        if column.kind in {"number", "integer"}:
            values = frame[name]
            filled = values.notna() & (values.astype(str).str.strip() != "")
            wrong = filled & pd.to_numeric(values, errors="coerce").isna()
            for row, value in values[wrong].items():
                yield Problem(row, name, "must be a number", value)


def _pandera_column(pa: Any, column: Column) -> Any:
    rules = []
    if column.choices:
        words = ", ".join(column.choices)
        rules.append(pa.Check.isin(list(column.choices), error=f"must be one of {words}"))
    if column.kind == "date":
        rules.append(pa.Check(_is_day, error="must be a date YYYY-MM-DD"))
    if column.pattern:
        error = f"must match {column.pattern}"
        rules.append(pa.Check.str_matches(column.pattern, error=error))
    if column.least is not None:
        rules.append(pa.Check.ge(column.least, error=f"must be at least {column.least:g}"))
    if column.kind == "integer":
        rules.append(pa.Check(lambda value: value % 1 == 0, error="must be a whole number"))
    number = column.kind in {"number", "integer"}
    if not column.empty and not number:
        rules.append(pa.Check(lambda value: value.str.len() > 0, error="must not be empty"))
    return pa.Column(float if number else str, rules, nullable=column.empty, unique=column.unique)


def _is_day(text: pd.Series) -> pd.Series:
    import pandas as pd

    read = pd.to_datetime(text, format="%Y-%m-%d", errors="coerce")
    return text.str.match(_DATE) & read.notna()


def _as_text(frame: pd.DataFrame, kind: Kind) -> pd.DataFrame:
    """Bring dates to ISO text and numbers to float, so that one set of rules serves all."""
    import pandas as pd

    plain = pd.DataFrame(index=range(len(frame)))
    for name, column in kind.columns.items():
        values = frame[name].reset_index(drop=True)
        if column.kind in {"number", "integer"}:
            plain[name] = pd.to_numeric(values, errors="coerce").astype(float)
            continue
        if pd.api.types.is_datetime64_any_dtype(values):
            values = values.dt.strftime("%Y-%m-%d")
        text = values.astype(object).where(values.notna(), None)
        empty = None if column.empty else ""
        plain[name] = [empty if value in (None, "") else str(value) for value in text]
        plain[name] = plain[name].astype(object)
    return plain


def _broken_periods(frame: pd.DataFrame, kind: Kind) -> Iterator[Problem]:
    import pandas as pd

    if not {"valid_from", "valid_to"} <= set(kind.columns):
        return
    start = pd.to_datetime(frame["valid_from"], errors="coerce")
    end = pd.to_datetime(frame["valid_to"], errors="coerce")
    wrong = end <= start
    for row, value in frame["valid_to"][wrong].items():
        yield Problem(row, "valid_to", "must be after valid_from", str(value)[:10])


def _broken_geometry(frame: pd.DataFrame, kind: Kind) -> Iterator[Problem]:
    import shapely

    types = "or ".join(f"{name} " for name in kind.geometry).strip()
    for row, shape in frame["geometry"].items():
        if shape is None or shape.is_empty:
            yield Problem(row, "geometry", "must not be empty", None)
        elif shape.geom_type not in kind.geometry:
            yield Problem(row, "geometry", f"must be {types}", shape.geom_type)
        elif not shape.is_valid:
            yield Problem(row, "geometry", "must be valid", shapely.is_valid_reason(shape))
