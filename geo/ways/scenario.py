"""What if: what a scenario says, as people write it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from geo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ON_EDGES", "Change", "Scenario", "What", "parse"]

_SHOWN: Final = 8
ON_EDGES: Final = ("section", "corridor", "mode")
"""What has a direction: the kinds of change that are about edges."""

_MONTHS: Final = 12
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class What(_Part):
    """
    What is closed or opened: exactly one of these.

    Attributes
    ----------
    section, corridor
        By its id or name, whatever its capitals.
    mode, gate, zone, controller
        The same; a controller wherever it holds ground, alone or with others.
    direction
        For sections, corridors and modes: forward, as it is drawn, or backward.
    """

    section: str | None = None
    corridor: str | None = None
    mode: str | None = None
    gate: str | None = None
    zone: str | None = None
    controller: str | None = None
    direction: Literal["forward", "backward", "both"] = "both"

    @model_validator(mode="after")
    def _one(self) -> What:
        named = [name for name in _KINDS if getattr(self, name) is not None]
        if len(named) != 1:
            message = f"name exactly one of {', '.join(_KINDS)}"
            raise ValueError(message)
        if self.direction != "both" and named[0] not in ON_EDGES:
            message = f"a direction is for {', '.join(ON_EDGES)} only"
            raise ValueError(message)
        return self

    @property
    def kind(self) -> str:
        """
        Tell what it is.

        Returns
        -------
        str
            The name of the field that is given.
        """
        return next(name for name in _KINDS if getattr(self, name) is not None)

    @property
    def name(self) -> str:
        """
        Tell what it is called.

        Returns
        -------
        str
            Its id or name.
        """
        return str(getattr(self, self.kind))


_KINDS: Final = ("section", "corridor", "mode", "gate", "zone", "controller")


class _Hold(_Part):
    """Who is taken to hold a place: its claims are replaced."""

    place: str = Field(min_length=1)
    controller: str = Field(min_length=1)


class Change(_Part):
    """
    One change: `close` or `open` something, or `hold` a place.

    Attributes
    ----------
    close, open
        A section, corridor, mode, gate, zone or controller by its id or name;
        for the first three, a direction: forward or backward as the section is drawn.
    hold
        A place of the claims, and the controller who is taken to hold it.
    since, until
        Written `from` and `to`: the period [from, to) in which it is so.
    months
        Months, 1 to 12, in which it is so, every year.
    """

    close: What | None = None
    open: What | None = None
    hold: _Hold | None = None
    since: date | None = Field(None, alias="from")
    until: date | None = Field(None, alias="to")
    months: tuple[int, ...] = ()

    @field_validator("since", "until", mode="before")
    @classmethod
    def _day(cls, value: object) -> object:
        plain = isinstance(value, date) and not isinstance(value, datetime)
        if value is None or plain or (isinstance(value, str) and _DAY.fullmatch(value)):
            return value
        message = f"write a day as YYYY-MM-DD, not {value}"
        raise ValueError(message)

    @field_validator("months", mode="before")
    @classmethod
    def _months(cls, value: object) -> object:
        if not isinstance(value, list | tuple) or not all(
            type(month) is int and 1 <= month <= _MONTHS for month in value
        ):
            message = f"write months as a list of numbers from 1 to 12, not {value}"
            raise ValueError(message)
        return tuple(value)

    @model_validator(mode="after")
    def _one(self) -> Change:
        if sum(part is not None for part in (self.close, self.open, self.hold)) != 1:
            message = "say exactly one of close, open and hold"
            raise ValueError(message)
        if self.since and self.until and self.until <= self.since:
            message = f"the period is empty: it ends on {self.until}, not after it begins"
            raise ValueError(message)
        return self

    def holds(self, day: date | None) -> bool:
        """
        Tell whether it is so on a day.

        Parameters
        ----------
        day
            The day; None where no day is known.

        Returns
        -------
        bool
            True in its period and months; a change without them always holds.
        """
        if day is None:
            return not (self.since or self.until or self.months)
        within = (self.since is None or self.since <= day) and (
            self.until is None or day < self.until
        )
        return within and (not self.months or day.month in self.months)

    def __str__(self) -> str:
        """Say the change in a few words."""
        if self.hold is not None:
            return f"{self.hold.controller} at {self.hold.place}"
        what, verb = (self.close, "closed") if self.close else (self.open, "open")
        assert what is not None  # noqa: S101 - `_one` has seen to it
        way = "" if what.direction == "both" else f" {what.direction}"
        return f"{what.kind} {what.name}{way} {verb}"


class _File(_Part):
    name: str = Field(min_length=1)
    changes: tuple[Change, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Scenario:
    """
    A named set of changes.

    Attributes
    ----------
    name
        What it is called.
    changes
        Its changes; of two that speak of the same thing, the later one counts.
    """

    name: str
    changes: tuple[Change, ...]

    def in_force(self, day: date | None) -> tuple[Change, ...]:
        """
        Give the changes that hold on a day.

        Parameters
        ----------
        day
            The day; None where no day is known.

        Returns
        -------
        tuple of Change
            In their order.
        """
        return tuple(change for change in self.changes if change.holds(day))


def parse(document: Mapping[str, Any], name: str) -> Scenario:
    """
    Read a scenario.

    Parameters
    ----------
    document
        `name` and `changes`, each of them one `close`, `open` or `hold`, with
        `from`, `to` and `months` where it does not always hold.
    name
        What the file is called in messages.

    Returns
    -------
    Scenario
        The scenario.

    Raises
    ------
    InputError
        If something in it is not understood: what, and where.
    """
    try:
        file = _File.model_validate(document)
    except ValidationError as error:
        lines = [
            f"  {'.'.join(str(part) for part in problem['loc']) or 'file'}: {problem['msg']}"
            for problem in error.errors(include_url=False)
            if problem["type"] != "too_short" or problem["loc"][:1] != ("changes",)
        ] or ["  changes: say at least one"]
        message = f"{name}: is not a scenario\n" + "\n".join(lines[:_SHOWN])
        raise InputError(message) from None
    return Scenario(file.name, file.changes)
