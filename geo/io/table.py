"""
A strict reader of tables of text: CSV, or one CSV in a zip archive.

A block of bytes is looked over before pandas parses it, so that a file that could be
read in two ways is refused with the place: a quote out of place, a row too short or too
long, bytes that are not UTF-8. One block is in memory at a time.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io as memory
import zipfile
import zlib
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final, NoReturn

import numpy as np
import pandas as pd

from geo.errors import InputError
from geo.io.limits import MOST_BYTES, size
from geo.io.scan import Rows, first_row, scan
from geo.io.unzip import only_csv

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from io import BufferedReader
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["Block", "Table", "open_table", "refuse_clash"]

_BLOCK: Final = 4 << 20
_LONGEST_ROW: Final = 16 << 20
_LONGEST_HEADER: Final = 64 << 10
_SHOWN: Final = 10
_LEAST_COLUMNS: Final = 2
_SEPARATORS: Final = (",", ";", "\t")
_MARKS: Final = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}


@dataclass(frozen=True)
class Block:
    """
    Some rows of a table.

    Attributes
    ----------
    texts
        The wanted columns, all text as it stands in the file.
    first
        Number of the first row in the table, from 1.
    lines
        The line of the file on which each row begins, from 1.
    done
        Bytes of the file read so far.
    """

    texts: pd.DataFrame
    first: int
    lines: NDArray[np.int64]
    done: int


class _Source:
    """The bytes of a table, counted and hashed on the way."""

    def __init__(self, raw: BufferedReader, inner: IO[bytes] | None) -> None:
        self._raw, self._inner = raw, inner
        self._hash = hashlib.sha256()
        if inner is not None:
            raw.seek(0)
            self._hash = hashlib.file_digest(raw, "sha256")

    def read(self) -> bytes:
        if self._inner is not None:
            return self._inner.read(_BLOCK)
        data = self._raw.read(_BLOCK)
        self._hash.update(data)
        return data

    def done(self) -> int:
        return self._raw.tell()

    def sha256(self) -> str:
        return self._hash.hexdigest()


class Table:
    """
    A table that is open for reading once, from its first row to its last.

    Parameters
    ----------
    source
        Its bytes.
    name
        What it is called in messages.
    inner
        The name of the CSV itself.

    Attributes
    ----------
    titles
        The titles of its columns, without blanks around them.
    inner
        The name of the CSV: that of the file, or of the file in the archive.
    """

    def __init__(self, source: _Source, name: str, inner: str) -> None:
        self._source, self._name, self.inner = source, name, inner
        self._rest = self._without_mark(self._read())
        self._at = self._mark
        self._row, self._line = 0, 1
        self._ended = False
        self.titles, self._separator = self._header()

    @property
    def sha256(self) -> str:
        """The hash of the file's bytes, once the last block was read."""
        return self._source.sha256()

    @property
    def done(self) -> int:
        """How far the file is read, bytes."""
        return self._source.done()

    def blocks(self, wanted: Sequence[str]) -> Iterator[Block]:
        """
        Read the rows.

        Parameters
        ----------
        wanted
            Titles of the columns that are needed.

        Yields
        ------
        Block
            The rows in file order. A table without rows yields none.

        Raises
        ------
        InputError
            If the file is not UTF-8, or a row could be read in two ways.
        """
        places = sorted(self.titles.index(title) for title in set(wanted))
        while True:
            rows = self._rows()
            if len(rows.ends):
                end = int(rows.ends[-1])
                yield from self._block(self._rest[:end], rows, places)
                self._rest, self._at = self._rest[end:], self._at + end
            if self._ended:
                return
            self._more()

    def _block(self, data: bytes, rows: Rows, places: list[int]) -> Iterator[Block]:
        self._refuse_ragged(rows)
        kept = ~rows.blank
        many = int(kept.sum())
        begins = self._line + np.concatenate([[0], rows.feeds[:-1]])
        self._line += int(rows.feeds[-1])
        if not many:
            return
        texts = pd.read_csv(
            memory.BytesIO(data),
            sep=self._separator,
            header=None,
            usecols=places,
            dtype=object,
            na_filter=False,
            low_memory=False,
        )
        if len(texts) != many:
            message = (
                f"{self._name}: rows {self._row} to {self._row + many - 1} can be read in two ways"
            )
            raise InputError(message)
        texts.columns = pd.Index([self.titles[place] for place in places])
        self._row += many
        yield Block(texts, self._row - many, begins[kept], self._source.done())

    def _rows(self) -> Rows:
        """Find the whole rows at hand, reading on until there is one."""
        while True:
            rows = self._scan()
            if len(rows.ends) or self._ended:
                break
            self._refuse_endless()
            self._more()
        if self._ended and rows.open:
            self._line += int(rows.feeds[-1]) if len(rows.feeds) else 0
            self._row += int((~rows.blank).sum())
            self._refuse_row("a quote is opened in it and never closed")
        return rows

    def _more(self) -> None:
        data = self._read()
        self._rest += data
        if not data and not self._ended:
            self._ended = True
            if self._rest and not self._rest.endswith(b"\n"):
                self._rest += b"\n"

    def _read(self) -> bytes:
        try:
            return self._source.read()
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            message = f"{self._name}: cannot be read to its end: damaged ({error})"
            raise InputError(message) from None

    def _without_mark(self, data: bytes) -> bytes:
        for mark, encoding in _MARKS.items():
            if data.startswith(mark):
                message = f"{self._name}: encoded as {encoding} (byte 0); save it as UTF-8"
                raise InputError(message)
        self._mark = len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0
        if not data[self._mark :].strip():
            message = f"{self._name}: the file is empty"
            raise InputError(message)
        return data[self._mark :]

    def _header(self) -> tuple[tuple[str, ...], str]:
        """Read the first row, and tell the separator by it."""
        while not (end := first_row(self._rest[:_LONGEST_HEADER])):
            if self._ended or len(self._rest) > _LONGEST_HEADER:
                break
            self._more()
        if not end and len(self._rest) > _LONGEST_HEADER:
            self._refuse_row(f"is longer than {size(_LONGEST_HEADER)}; a quote may be unclosed")
        if not end:
            self._refuse_row("a quote is opened in it and never closed")
        self._refuse_nul()
        self._refuse_encoding(self._rest[:end])
        text = self._rest[:end].decode("utf-8")
        ways = self._ways(text)
        best = max(ways, key=len)
        titles = tuple(title.strip() for title in best)
        if len(titles) < _LEAST_COLUMNS or any(_is_number(title) for title in titles):
            message = (
                f"{self._name}: no header: its first row must name the columns, parted by "
                f"commas, semicolons or tabs; it is {text.strip()[:80]!r}"
            )
            raise InputError(message)
        refuse_clash(titles, self._name)
        separator = _SEPARATORS[ways.index(best)]
        self._refuse_stray(scan(self._rest[:end], separator))
        self._line += self._rest.count(b"\n", 0, end)
        self._rest, self._at = self._rest[end:], self._at + end
        self._row = 1
        return titles, separator

    def _ways(self, text: str) -> list[list[str]]:
        """Part a header by each of the separators."""
        try:
            return [next(csv.reader([text], delimiter=sign), []) for sign in _SEPARATORS]
        except csv.Error:
            self._refuse_row("a carriage return stands where none may; end rows with line feeds")

    def _scan(self) -> Rows:
        """Find the whole rows at hand, and refuse what is not text or not CSV in them."""
        self._refuse_nul()
        rows = scan(self._rest, self._separator)
        self._refuse_stray(rows)
        if len(rows.ends):
            self._refuse_encoding(self._rest[: int(rows.ends[-1])])
        return rows

    def _refuse_stray(self, rows: Rows) -> None:
        if rows.stray is not None:
            self._line += rows.stray.feeds
            self._row += rows.stray.rows
            what = f"{rows.stray.what} stands where none may"
            self._refuse_row(f"{what}; quote the whole field and double the quotes in it")

    def _refuse_endless(self) -> None:
        if len(self._rest) > _LONGEST_ROW:
            self._refuse_row(f"is longer than {size(_LONGEST_ROW)}; a quote may be unclosed")

    def _refuse_nul(self) -> None:
        place = self._rest.find(b"\0")
        if place >= 0:
            message = f"{self._name}: a NUL at byte {self._at + place}: not text in UTF-8"
            raise InputError(message)

    def _refuse_encoding(self, data: bytes) -> None:
        try:
            data.decode("utf-8")
        except UnicodeDecodeError as error:
            message = (
                f"{self._name}: not UTF-8 at byte {self._at + error.start} "
                f"(0x{data[error.start]:02X}); save it as UTF-8"
            )
            raise InputError(message) from None

    def _refuse_ragged(self, rows: Rows) -> None:
        width = len(self.titles)
        kept = ~rows.blank
        numbers = self._row - 1 + np.cumsum(kept)
        begins = self._line + np.concatenate([[0], rows.feeds[:-1]])
        bad = np.flatnonzero(kept & (rows.fields != width))
        if len(bad):
            shown = [
                f"row {numbers[one]} (line {begins[one]}) has {rows.fields[one]}"
                for one in bad[:_SHOWN]
            ]
            more = f", and {len(bad) - _SHOWN} more" if len(bad) > _SHOWN else ""
            message = f"{self._name}: the header has {width} fields, {', '.join(shown)}{more}"
            raise InputError(message)

    def _refuse_row(self, what: str) -> NoReturn:
        where = f"row {self._row}" if self._row else "header"
        message = f"{self._name}, {where} (line {self._line}): {what}"
        raise InputError(message)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def refuse_clash(titles: Sequence[str], name: str) -> None:
    """
    Refuse columns that could be taken for each other.

    Parameters
    ----------
    titles
        The titles of a file's columns.
    name
        The file's name, for messages.

    Raises
    ------
    InputError
        If two are alike but for capitals.
    """
    alike = Counter(title.casefold() for title in titles)
    twice = sorted(title for title, times in alike.items() if times > 1)
    if twice:
        message = f"{name}: column(s) stand twice: {', '.join(map(repr, twice[:_SHOWN]))}"
        raise InputError(message)


@contextmanager
def open_table(file: Path, *, most_bytes: int = MOST_BYTES) -> Iterator[Table]:
    """
    Open a CSV file, or the only CSV in a zip archive.

    Parameters
    ----------
    file
        The file; what ends in .zip is an archive.
    most_bytes
        The largest size that is unpacked.

    Yields
    ------
    Table
        The table, its header read.

    Raises
    ------
    InputError
        If it cannot be opened, has no header, or the archive is damaged, locked,
        too large, or holds no CSV or several.
    """
    try:
        raw = file.open("rb")
    except OSError as error:
        message = f"{file.name}: cannot be read: {error.strerror}"
        raise InputError(message) from None
    with raw:
        if file.suffix.lower() != ".zip":
            yield Table(_Source(raw, None), file.name, file.name)
            return
        with only_csv(raw, file, most_bytes=most_bytes) as (inner, title):
            yield Table(_Source(raw, inner), f"{file.name}/{title}", title)
