"""
The command line that stands in an answer: read as data, checked, and run again in process.

It comes from a file, so it is nobody's order. Only what it names as inputs and
options of the measurement is taken from it; it never reaches a shell, and what
would write a file is left out or refused.
"""

from __future__ import annotations

import io as memory
import shlex
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

import click

from geo.cli.desk import AREAS, CONTROL, ROUTES, ZONES, catalog
from geo.cli.expose import expose
from geo.errors import InputError, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.catalog import Catalog
    from geo.report.saved import Answer, Input

__all__ = ["Checked", "Plan", "check", "plan", "run"]

# option -> the role of the file that it names; None where it names none
_TAKEN = {
    "--zones": "zones",
    "--control": "control",
    "--events": "events",
    "--areas": "areas",
    **dict.fromkeys(
        ("--within", "--column", "--release", "--since", "--until", "--draws", "--seed")
    ),
    "--crs": None,
    "--position-error": None,
    "--as-of": None,
    "--layers": None,
}
# bounds that an answer asks to raise are not raised: they guard this machine
_PASSED_OVER = {"expose": ("--format", "--limit"), "map": ("-o", "--tiles")}
_TAKEN_OF_MAP = ("--as-of", "--layers")
_LONGEST = 20_000


@dataclass(frozen=True)
class Plan:
    """
    What a command line measures.

    Attributes
    ----------
    words
        The words of `geo expose` that measure it again.
    named
        Role and name of each input, in the order that they are read.
    folder
        The folder of layers; None for the bundled ones.
    """

    words: tuple[str, ...]
    named: tuple[tuple[str, str], ...]
    folder: str | None


@dataclass(frozen=True)
class Checked:
    """
    One input, held against the answer.

    Attributes
    ----------
    role, path
        Which.
    problem
        What differs or is missing; empty where it is the same.
    """

    role: str
    path: str
    problem: str

    def __str__(self) -> str:
        """Say it in one line."""
        return visible(f"{self.role} {self.path}: {self.problem or 'the same'}")


def plan(line: str, limits: Sequence[str] = ()) -> Plan:
    """
    Read the command line of an answer.

    Parameters
    ----------
    line
        `geo expose ...` or `geo map ...`, as `reproduce` has it.
    limits
        The bounds that the user raises, such as "bytes=2GB"; none of the answer's own.

    Returns
    -------
    Plan
        What it measures.

    Raises
    ------
    InputError
        If it is another command, or has a word that no measurement needs.
    """
    words = _words(line)
    if words[:2] not in (["geo", "expose"], ["geo", "map"]):
        raise _refused(line, "only geo expose and geo map are run again")
    name = words[1]
    arguments, options = _parted(line, name, words[2:])
    if len(arguments) != (1 if name == "expose" else 0):
        raise _refused(line, f"{len(arguments)} words stand where geo {name} takes another number")
    routes = ROUTES if name == "map" else arguments[0]
    files = [(role, value) for option, value in options if (role := _TAKEN[option])]
    zones = [one for one in files if one[0] == "zones"]
    control = [one for one in files if one[0] == "control"]
    if not zones and not control:
        control = [("control", CONTROL)]
    others = [one for one in files if one[0] not in {"zones", "control"}]
    roles = {role for role, _ in others}
    if "events" in roles and "areas" not in roles:
        others += [("areas", layer) for layer in AREAS]
    named = [("routes", routes), *(zones or [("zones", ZONES)]), *control, *others]
    flat = [word for pair in options for word in pair]
    flat += [word for limit in limits for word in ("--limit", limit)]
    folders = [value for option, value in options if option == "--layers"]
    return Plan(
        words=(*flat, "--format", "json", "--", routes),
        named=tuple(named),
        folder=folders[-1] if folders else None,
    )


def _words(line: str) -> list[str]:
    if not line.strip():
        message = "the answer does not say which command made it, so it cannot be made again"
        raise InputError(message)
    if len(line) > _LONGEST or visible(line) != line:  # a line feed could forge a message
        raise _refused(line, "it is no command line")
    try:
        return shlex.split(line)
    except ValueError as error:
        raise _refused(line, str(error)) from None


def _parted(line: str, name: str, words: Sequence[str]) -> tuple[list[str], list[tuple[str, str]]]:
    """Part words into arguments and options, refusing every option that is not known here."""
    exists = {one for param in expose.params for one in param.opts}
    taken = _TAKEN_OF_MAP if name == "map" else tuple(_TAKEN)
    arguments, options, rest = [], [], list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            arguments += rest
            break
        if not word.startswith("-"):
            arguments.append(word)
            continue
        known = word in taken and word in exists
        if not known and word not in _PASSED_OVER[name]:
            raise _refused(line, f"{word} is not an option that measures")
        if not rest:
            raise _refused(line, f"{word} has no value")
        value = rest.pop(0)
        if known:
            options.append((word, value))
    return arguments, options


def _refused(line: str, why: str) -> InputError:
    shown = visible(line if len(line) <= 200 else f"{line[:200]}...")  # noqa: PLR2004 - one line
    return InputError(f"its command is not run: {visible(why)} (in: {shown})")


def check(planned: Plan, answer: Answer) -> list[Checked]:
    """
    Hold the inputs that a command reads against those that an answer rests on.

    Parameters
    ----------
    planned
        The command.
    answer
        The answer.

    Returns
    -------
    list of Checked
        One for each input of either.

    Raises
    ------
    LayerError
        If the folder of layers cannot be used.
    """
    layers = catalog(planned.folder)
    found = []
    for role in dict.fromkeys(
        [role for role, _ in planned.named] + [e.role for e in answer.inputs]
    ):
        names = [name for one, name in planned.named if one == role]
        entries = [entry for entry in answer.inputs if entry.role == role]
        found += [_checked(role, *pair, layers) for pair in zip_longest(names, entries)]
    return found


def _checked(role: str, name: str | None, entry: Input | None, layers: Catalog) -> Checked:
    if name is None:
        return Checked(role, entry.path if entry else "", "the command does not read it")
    path, file = _located(name, layers)
    if entry is None:
        return Checked(role, path, "the answer does not list it, so it has no hash to compare")
    if path != entry.path:
        return Checked(role, path, f"the answer rests on {entry.path} instead")
    return Checked(role, path, _problem(file, entry.sha256))


def _located(name: str, layers: Catalog) -> tuple[str, Path]:
    """Give the path as an answer lists it, and the file, as `Desk.read` finds it."""
    if name in layers and not Path(name).is_file():
        path = str(layers.passport(name)["path"])
        return path, layers.folder / Path(path).name
    return name, Path(name)


def _problem(file: Path, sha256: str) -> str:
    from geo import io

    try:
        now = io.sha256(file)
    except InputError as error:
        return str(error).rpartition(": ")[2]
    return "" if now == sha256 else f"differs: sha256 was {sha256[:12]}..., now {now[:12]}..."


def run(planned: Plan) -> bytes:
    """
    Measure again.

    Parameters
    ----------
    planned
        What to measure.

    Returns
    -------
    bytes
        The answer as JSON.

    Raises
    ------
    InputError
        If the words are not right for `geo expose`.
    """
    answer = memory.BytesIO()
    screen = memory.TextIOWrapper(answer, "utf-8", "backslashreplace", newline="\n")
    with redirect_stdout(screen), redirect_stderr(memory.StringIO()):
        try:
            with expose.make_context("geo expose", list(planned.words)) as context:
                expose.invoke(context)
        except click.ClickException as error:
            message = f"its command cannot be run: {visible(error.format_message())}"
            raise InputError(message) from None
        screen.flush()
        return answer.getvalue()
