"""The routes of a fleet, named once each, in blocks of about as many vertices."""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from geo import io
from geo.errors import GeoError, InputError, Notice
from geo.exposure import frames
from geo.io.rows import STREAMED, files_of, stream_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geo.io.limits import Limits
    from geo.io.rows import Rows

__all__ = ["Block", "Fleet", "Row"]

_IDS: Final = ("route_id", "id", "name")
_COLUMNS: Final = (*_IDS, "corridor_id", "corridor", "seq", "section_id", "positional_error_m")
_BYTES_PER_VERTEX: Final = 16
_LEAST_BYTES: Final = 256  # what a row takes beside its vertices
_MOST_KEPT: Final = 64 << 20


class Row(NamedTuple):
    """One row of a file: a route, or a section of one where `seq` is not None."""

    route_id: str
    name: str
    file: str
    row: int
    wkb: bytes | None
    problem: str
    error_m: Any
    section: tuple[Any, Any] | None


@dataclass(frozen=True)
class Block:
    """
    Routes that are measured together.

    Attributes
    ----------
    number
        Its place in the fleet, from 0.
    crs
        The CRS of its rows.
    rows
        The rows; sections of one route stand in one block.
    notices
        What was said when its files were read, and of its names.
    """

    number: int
    crs: str
    rows: tuple[Row, ...]
    notices: tuple[Notice, ...]

    def digest(self) -> str:
        """
        Give the SHA-256 of what is measured.

        Returns
        -------
        str
            64 hexadecimal digits.
        """
        told = hashlib.sha256(self.crs.encode())
        for row in self.rows:
            told.update(repr((row[:4], *row[5:], len(row.wkb or b""))).encode())
            told.update(row.wkb or b"")
        return told.hexdigest()


@dataclass
class _Names:
    """Ids as hashes of 8 bytes, and as text only those that may stand twice."""

    every: array[int] = field(default_factory=lambda: array("Q"))
    sorted: Any = None
    twice: frozenset[int] = frozenset()
    seen: Counter[str] = field(default_factory=Counter)
    given: set[str] = field(default_factory=set)

    def close(self) -> None:
        self.sorted, times = np.unique(np.array(self.every, np.uint64), return_counts=True)
        self.twice = frozenset(self.sorted[times > 1].tolist())
        self.every = array("Q")

    def begin(self) -> None:
        """Forget what was given out."""
        self.seen, self.given = Counter(), set()

    def once(self, name: str) -> str:
        """Give a number to a name that stood before, one that no other row bears."""
        if _hashed(name) not in self.twice:
            return name
        self.seen[name] += 1
        if self.seen[name] == 1:
            return name
        while self._is_taken(f"{name} ({self.seen[name]})"):
            self.seen[name] += 1
        own = f"{name} ({self.seen[name]})"
        self.given.add(own)
        return own

    def _is_taken(self, name: str) -> bool:
        hashed = np.uint64(_hashed(name))
        at = int(np.searchsorted(self.sorted, hashed))
        return name in self.given or (at < self.sorted.size and self.sorted[at] == hashed)


class Fleet:
    """
    The routes of files, in the order of the files and of their rows.

    Parameters
    ----------
    paths
        Files and folders of files, as for `geo.io.rows.files_of`.
    crs
        The CRS of files that name none.
    limits
        What a file that is read as a whole may hold.

    Attributes
    ----------
    files
        The files.
    routes
        How many routes they hold; known once `name` was called.
    """

    def __init__(self, paths: Sequence[str | Path], crs: str | None, limits: Limits) -> None:
        found = [(file, Path(path)) for path in paths for file in files_of(path)]
        self.files: list[Path] = [file for file, _ in found]
        self._called_as = {
            file: file.relative_to(path).as_posix() if path.is_dir() else file.name
            for file, path in found
        }
        if len(set(self.files)) < len(self.files):
            twin = next(file for file, times in Counter(self.files).items() if times > 1)
            message = f"{twin.name}: is named twice"
            raise InputError(message)
        self.routes = 0
        self._how: dict[str, Any] = {"crs": crs, "limits": limits}
        self._names = _Names()
        self._kept: dict[Path, Rows] = {}
        self._room = _MOST_KEPT
        self._stamps: list[tuple[int, int]] = []

    def inputs(self) -> list[dict[str, object]]:
        """
        Tell which files these are.

        Returns
        -------
        list of dict
            `name`, `bytes` and `sha256` of each.

        Raises
        ------
        InputError
            If one cannot be read.
        """
        self._stamps = self._stamped()
        return [
            {
                "name": self._called_as[file],
                "bytes": file.stat().st_size,
                "sha256": io.sha256(file, most=None),
            }
            for file in self.files
        ]

    def require_unchanged(self) -> None:
        """
        Refuse files that were changed while they were read.

        Raises
        ------
        InputError
            If one was, naming it.
        """
        for file, before, now in zip(self.files, self._stamps, self._stamped(), strict=True):
            if before != now:
                message = f"{file.name}: was changed while it was measured; begin anew with --fresh"
                raise InputError(message)

    def _stamped(self) -> list[tuple[int, int]]:
        return [(file.stat().st_size, file.stat().st_mtime_ns) for file in self.files]

    def name(self) -> None:
        """
        Read the ids of all routes, so that each can be called by one of its own.

        Raises
        ------
        InputError
            If two routes of one file share a `route_id` or an `id`, or the sections
            of a corridor do not stand together.
        """
        for file in self.files:
            hashes, rule = array("Q"), ""
            for names, column in self._names_of(file):
                hashes.extend(_hashed(name) for name in names)
                rule = column
            self.routes += len(hashes)
            if rule in {"route_id", "id", "corridor_id"} and len(set(hashes)) < len(hashes):
                self._refuse_twins(file, rule)
            if len(self.files) > 1:
                hashes.append(
                    _hashed(self._called_as[file])
                )  # what it is called if it cannot be read
            self._names.every.extend(hashes)
        self._names.close()
        if not self.routes:
            message = "there are no routes to measure"
            raise InputError(message)

    def _names_of(self, file: Path) -> Iterator[tuple[list[str], str]]:
        """Give the names of a file's routes, and the column that they come from."""
        first, before = 0, None
        try:
            for rows in self._stream(file, shapes=False):
                texts, column = self._called(rows, first, file)
                first += rows.count
                if column == "corridor_id":
                    ends = [before, *texts[:-1]]
                    before = texts[-1] if texts else before
                    texts = [one for one, last in zip(texts, ends, strict=True) if one != last]
                yield texts, column
        except GeoError:
            if len(self.files) == 1:
                raise
            # why is told when it is read for its routes

    def _stream(self, file: Path, *, shapes: bool) -> Iterator[Rows]:
        if file in self._kept:
            yield self._kept.pop(file) if shapes else self._kept[file]
            return
        is_whole = file.suffix.lower() not in STREAMED
        columns = _COLUMNS if shapes or is_whole else (*_IDS, "corridor_id")
        for rows in stream_rows(file, columns, shapes=shapes, **self._how):
            if is_whole and not shapes:
                self._keep(file, rows)
            if rows.count:
                yield rows

    def _keep(self, file: Path, rows: Rows) -> None:
        """Keep what was read of a small file, to read it once; few of a large fleet are kept."""
        size = sum(_LEAST_BYTES + len(shape or "") for shape in rows.shapes)
        if size <= self._room:
            self._room -= size
            self._kept[file] = rows

    def _refuse_twins(self, file: Path, rule: str) -> None:
        times = Counter(name for names, _ in self._names_of(file) for name in names)
        twins = sorted(name for name, many in times.items() if many > 1)
        if not twins:
            return
        message = f"{file.name}: more than one route has the {rule} {', '.join(twins[:5])}"
        if rule == "corridor_id":
            message = (
                f"{file.name}: the sections of {', '.join(twins[:5])} do not stand together; "
                "sort its rows by corridor_id"
            )
        raise InputError(message)

    def _called(self, rows: Rows, first: int, file: Path) -> tuple[list[str], str]:
        """Name rows as `geo.exposure.frames` does, with numbers that hold for the file."""
        table, count = rows.table, rows.count
        is_cut = "route_id" not in table and "corridor_id" in table
        column = "corridor_id" if is_cut else next((one for one in _IDS if one in table), "")
        numbers = [str(first + at) for at in range(count)]
        if is_cut:
            numbers = [f"row {number}" for number in numbers]
        if len(self.files) > 1:
            numbers = [f"{file.stem} {number}" for number in numbers]
        texts = _texts(table.get(column), count)
        return [text or number for text, number in zip(texts, numbers, strict=True)], column

    def blocks(self, vertices: int) -> Iterator[Block]:
        """
        Give the routes in blocks.

        Parameters
        ----------
        vertices
            About how many vertices a block may have: one more route never makes it
            larger than that, but a route of more is a block of its own.

        Yields
        ------
        Block
            The same blocks for the same files.

        Raises
        ------
        InputError
            If the only file cannot be read; of several, one that cannot becomes a row
            with a problem.
        """
        self._names.begin()
        most, number = vertices * _BYTES_PER_VERTEX, 0
        held: list[Row] = []
        said: list[Notice] = []
        size, crs = 0, ""
        for one_crs, route, notices in self._routes():
            weight = sum(_LEAST_BYTES + len(row.wkb or b"") for row in route)
            if held and (one_crs != crs or size + weight > most):
                yield Block(number, crs, tuple(held), tuple(said))
                number, size, held, said = number + 1, 0, [], []
            crs, size = one_crs, size + weight
            held += route
            said += notices
        if held:
            yield Block(number, crs, tuple(held), tuple(said))

    def _routes(self) -> Iterator[tuple[str, list[Row], list[Notice]]]:
        """Give the rows of each route, under a name that no other route has."""
        for file in self.files:
            try:
                yield from self._routes_of(file)
            except GeoError as error:
                if len(self.files) == 1:
                    raise
                problem = " ".join(str(error).split())
                name = self._called_as[file]
                row = Row(name, name, name, -1, None, problem, None, None)
                yield self._own("EPSG:4326", [row], [])

    def _routes_of(self, file: Path) -> Iterator[tuple[str, list[Row], list[Notice]]]:
        first, held = 0, list[Row]()
        crs, notices = "", list[Notice]()
        for rows in self._stream(file, shapes=True):
            notices += rows.notices
            for row in self._rows(rows, first, file):
                if held and (row.section is None or row.route_id != held[0].route_id):
                    yield self._own(crs, held, notices)
                    held, notices = [], []
                held.append(row)
                crs = rows.crs
            first += rows.count
        if held:
            yield self._own(crs, held, notices)

    def _own(
        self, crs: str, rows: list[Row], notices: list[Notice]
    ) -> tuple[str, list[Row], list[Notice]]:
        own = self._names.once(rows[0].route_id)
        if own != rows[0].route_id:
            message = f"stands before in the fleet; this one is called {own}"
            notices = [*notices, Notice(rows[0].file, rows[0].route_id, "duplicate-id", message)]
        return crs, [row._replace(route_id=own) for row in rows], notices

    def _rows(self, rows: Rows, first: int, file: Path) -> Iterator[Row]:
        names, column = self._called(rows, first, file)
        is_cut, count = column == "corridor_id", rows.count
        titles = _texts(rows.table.get("corridor" if is_cut else "name"), count)
        blank = [None] * count
        errors = rows.table.get("positional_error_m", blank)
        parts = zip(rows.table.get("seq", blank), rows.table.get("section_id", blank), strict=True)
        sections = list(parts) if is_cut else blank
        for at, shape in enumerate(rows.shapes):
            wkb, problem = (None, shape) if isinstance(shape, str) else (shape, "")
            title = titles[at] or names[at]
            yield Row(
                names[at],
                title,
                self._called_as[file],
                first + at,
                wkb,
                problem,
                errors[at],
                sections[at],
            )


def _texts(values: Sequence[Any] | None, count: int) -> list[str]:
    if values is None:
        return [""] * count
    return ["" if frames.missing(value) else frames.label(value) for value in values]


def _hashed(name: str) -> int:
    told = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8)
    return int.from_bytes(told.digest(), "little")
