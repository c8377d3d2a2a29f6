"""
What the codebooks say of events: their columns, and where and when an event can be.

Everything here is data. The sentences give the codebooks' sense in few words; what
is this package's own reading of them is called an assumption.

References
----------
.. [1] UCDP Georeferenced Event Dataset Codebook, version 24.1, Uppsala Conflict Data
   Program. The sense of its classes was checked against public quotations of the
   codebook, not against its pages.
.. [2] R. Sundberg and E. Melander, "Introducing the UCDP Georeferenced Event
   Dataset", J. Peace Research 50 (2013), doi:10.1177/0022343313484347.
.. [3] H. Hegre, M. Croicu, K. Eck and S. Högbladh, "Introducing the UCDP Candidate
   Events Dataset", Research & Politics 7 (2020), doi:10.1177/2053168020935257.
.. [4] Armed Conflict Location & Event Data Project (ACLED) Codebook, 2023, checked in the
   same way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from geo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "ACLED",
    "ALIASES",
    "CANDIDATES",
    "DATES",
    "KINDS",
    "NAMED_LEVELS",
    "NOT_STATED",
    "OWN",
    "OWN_TITLES",
    "REGIONS",
    "REQUIRED",
    "TITLES",
    "UCDP",
    "DatePrecision",
    "Region",
    "is_candidate",
    "recognise",
    "release_in",
    "require_release",
]

UCDP: Final = "UCDP GED"
ACLED: Final = "ACLED"
OWN: Final = "own"
NOT_STATED: Final = 0
"""Class of an own file that gives no precision; no codebook has a class 0."""

_UCDP_BOOK: Final = "UCDP GED Codebook 24.1"
_ACLED_BOOK: Final = "ACLED Codebook 2023"
_NONE: Final = float("nan")


@dataclass(frozen=True)
class Region:
    """
    Where an event of one precision class can be.

    Attributes
    ----------
    kind
        "point": at its coordinates; "disc": within `radius_m` of them; "area":
        anywhere in an administrative area; "anywhere": the coordinates say nothing.
    level
        Of an area: the finest level that the class can mean, 0 the country, 1 to
        3 its first to third subdivision. A row that names no area so fine means the
        next coarser one that it names. -1 for the other kinds.
    radius_m
        Of a point or a disc, metres; NaN for the other kinds.
    about
        The class in words.
    source
        The codebook that says so, and what is an assumption.
    """

    kind: str
    level: int
    radius_m: float
    about: str
    source: str


@dataclass(frozen=True)
class DatePrecision:
    """
    When an event of one date precision class can have been.

    Attributes
    ----------
    days
        The longest time that the class can span, days; 0 where nobody says.
    about
        The class in words.
    source
        The codebook that says so.
    """

    days: int
    about: str
    source: str


def _point(about: str, source: str) -> Region:
    return Region("point", -1, 0.0, about, source)


def _area(level: int, about: str, source: str) -> Region:
    return Region("area", level, _NONE, about, source)


_COARSER: Final = "; assumption: the next coarser area where the row does not name this one"
_UCDP_REGIONS: Final[Mapping[int, Region]] = {
    1: _point("exact place", f"{_UCDP_BOOK}, where_prec 1"),
    2: Region("disc", -1, 25_000.0, "within 25 km of a place", f"{_UCDP_BOOK}, where_prec 2"),
    3: _area(2, "a district (second-order area)", f"{_UCDP_BOOK}, where_prec 3{_COARSER}"),
    4: _area(1, "a state or region (first-order area)", f"{_UCDP_BOOK}, where_prec 4{_COARSER}"),
    5: _area(
        3,
        "a line or a vague area",
        f"{_UCDP_BOOK}, where_prec 5 (a river, road or border, an area without fixed borders, "
        "in Myanmar mostly a township); assumption: the area is that which where_coordinates "
        "names as a township (level 3) or district (level 2), else the finest of adm_2, adm_1 "
        "and the country that the row names",
    ),
    6: _area(0, "the country", f"{_UCDP_BOOK}, where_prec 6"),
    7: Region("anywhere", -1, _NONE, "at sea or in the air", f"{_UCDP_BOOK}, where_prec 7"),
}
_ACLED_REGIONS: Final[Mapping[int, Region]] = {
    1: _point("a named town, at its coordinates", f"{_ACLED_BOOK}, geo_precision 1"),
    2: _area(
        3,
        "a small part of a region, or near a town",
        f"{_ACLED_BOOK}, geo_precision 2; assumption: the part is admin3, else admin2, admin1 "
        "or the country",
    ),
    3: _area(
        1,
        "a larger region",
        f"{_ACLED_BOOK}, geo_precision 3; assumption: the region is admin1, else the country",
    ),
}
_UNSTATED: Final = _point("not stated", "assumption: a row without a precision is at its point")

REGIONS: Final[Mapping[str, Mapping[int, Region]]] = {
    UCDP: _UCDP_REGIONS,
    ACLED: _ACLED_REGIONS,
    # assumption: whoever maps a precision onto an own file means the classes of UCDP
    OWN: {NOT_STATED: _UNSTATED, **_UCDP_REGIONS},
}
"""Where an event can be, by dataset and precision class."""

NAMED_LEVELS: Final[Mapping[str, Mapping[int, Sequence[tuple[str, int]]]]] = {
    name: {5: ((r"\btownships?\b", 3), (r"\bdistricts?\b", 2))} for name in (UCDP, OWN)
}
"""
Classes whose place names its area, by dataset: a word and the level that it tells.

Assumption, read off the data of Myanmar, where the words name levels 3 and 2; no codebook
says it.
"""

_UCDP_DATES: Final[Mapping[int, DatePrecision]] = {
    1: DatePrecision(1, "the day", f"{_UCDP_BOOK}, date_prec 1"),
    2: DatePrecision(6, "within 2 to 6 days", f"{_UCDP_BOOK}, date_prec 2"),
    3: DatePrecision(7, "the week", f"{_UCDP_BOOK}, date_prec 3"),
    4: DatePrecision(31, "the month, or within 8 to 30 days", f"{_UCDP_BOOK}, date_prec 4"),
    5: DatePrecision(366, "more than a month, up to a year", f"{_UCDP_BOOK}, date_prec 5"),
}
DATES: Final[Mapping[str, Mapping[int, DatePrecision]]] = {
    UCDP: _UCDP_DATES,
    ACLED: {
        1: DatePrecision(1, "the day", f"{_ACLED_BOOK}, time_precision 1"),
        2: DatePrecision(7, "the week", f"{_ACLED_BOOK}, time_precision 2"),
        3: DatePrecision(31, "the month", f"{_ACLED_BOOK}, time_precision 3"),
    },
    OWN: {NOT_STATED: DatePrecision(0, "not stated", "no codebook"), **_UCDP_DATES},
}
"""When an event can have been, by dataset and date precision class."""

KINDS: Final[Mapping[str, str]] = {
    "1": "state-based conflict",
    "2": "non-state conflict",
    "3": "one-sided violence",
}
"""`type_of_violence` in words (UCDP GED Codebook 24.1)."""

CANDIDATES: Final = (
    "candidate events are not vetted yet and undercount, and they end where their release ends; "
    "a trend from final to candidate events is false"
)
"""What must be known of candidate releases ([3]_: not all are kept, and others are added)."""

TITLES: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    UCDP: {
        "event_id": ("id",),
        "date_start": ("date_start",),
        "date_end": ("date_end",),
        "date_precision": ("date_prec",),
        "lon": ("longitude",),
        "lat": ("latitude",),
        "precision": ("where_prec",),
        "place": ("where_coordinates",),
        "admin1": ("adm_1",),
        "admin2": ("adm_2",),
        "country": ("country",),
        "side_a": ("side_a",),
        "side_b": ("side_b",),
        "kind": ("type_of_violence",),
        "fatalities": ("best",),
        "fatalities_low": ("low",),
        "fatalities_high": ("high",),
        "clarity": ("event_clarity",),
        "code_status": ("code_status",),
    },
    ACLED: {
        # data_id is of exports before 2023
        "event_id": ("event_id_cnty", "data_id"),
        "date_start": ("event_date",),
        "date_precision": ("time_precision",),
        "lon": ("longitude",),
        "lat": ("latitude",),
        "precision": ("geo_precision",),
        "place": ("location",),
        "admin1": ("admin1",),
        "admin2": ("admin2",),
        "admin3": ("admin3",),
        "country": ("country",),
        "side_a": ("actor1",),
        "side_b": ("actor2",),
        "kind": ("event_type",),
        "fatalities": ("fatalities",),
    },
}
"""The titles that a dataset gives to each column that is read, the preferred one first."""

_PLACED: Final = ("date_start", "lon", "lat")
REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {
    UCDP: (
        "event_id",
        *_PLACED,
        "date_end",
        "date_precision",
        "precision",
        "place",
        "admin1",
        "admin2",
        "kind",
        "fatalities",
        "fatalities_low",
        "fatalities_high",
    ),
    ACLED: ("event_id", *_PLACED, "date_precision", "precision", "kind", "fatalities"),
    OWN: _PLACED,
}
"""The columns without which a file of a dataset is not read."""

ALIASES: Final[Mapping[str, str]] = {"id": "event_id", "date": "date_start"}
"""Short names that a mapping may use."""
OWN_TITLES: Final = (
    *(name for name in TITLES[UCDP] if name not in {"clarity", "code_status"}),
    "admin3",
)
"""The columns that a mapping may name."""

_RELEASE: Final = (
    # monthly and quarterly candidates first: what follows a final release may be anything
    r"(\d{2})[._](0)[._](\d{1,2})",
    r"(\d{2})[._](01)[._](\d{2})[._](\d{2})",
    r"(\d{1,2})[._]([1-9])",
)
_CANDIDATE_PARTS: Final = 3


def recognise(titles: Sequence[str]) -> str | None:
    """
    Tell which dataset a file holds.

    Parameters
    ----------
    titles
        The titles of its columns; capitals do not matter.

    Returns
    -------
    str or None
        The dataset all of whose required columns the file has; None if there is none.
    """
    have = {title.strip().casefold() for title in titles}
    for dataset, known in TITLES.items():
        if all(have.intersection(known[name]) for name in REQUIRED[dataset]):
            return dataset
    return None


def release_in(name: str) -> str:
    """
    Read a UCDP release off the name of a file.

    Parameters
    ----------
    name
        A file's name, such as GEDEvent_v24_1.csv.

    Returns
    -------
    str
        Such as 24.1 (final), 26.0.2 (candidate, monthly) or 26.01.26.06 (candidate,
        several months); empty where the name holds none.
    """
    for pattern in _RELEASE:
        found = re.search(rf"(?:^|[^a-z])v{pattern}(?!\d)", name, re.IGNORECASE)
        if found:
            return ".".join(found.groups())
    return ""


def require_release(release: str) -> str:
    """
    Check a UCDP release that a user names.

    Parameters
    ----------
    release
        Such as 24.1 or 26.0.2.

    Returns
    -------
    str
        The same, without blanks around it.

    Raises
    ------
    InputError
        If UCDP numbers no release so.
    """
    text = release.strip()
    if not any(re.fullmatch(pattern, text) for pattern in _RELEASE) or "_" in text:
        message = (
            f"release {release!r}: UCDP numbers releases as 24.1 (final), 26.0.2 or "
            "26.01.26.06 (candidate)"
        )
        raise InputError(message)
    return text


def is_candidate(release: str) -> bool | None:
    """
    Tell whether a UCDP release holds candidate events.

    Parameters
    ----------
    release
        As `release_in` gives it.

    Returns
    -------
    bool or None
        True where it has a third number; None where it is empty.
    """
    return len(release.split(".")) >= _CANDIDATE_PARTS if release else None
