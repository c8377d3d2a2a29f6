"""Rows as CSV and values as JSON, such that no text of a user's file acts on what reads them."""

from __future__ import annotations

import csv
import io as memory
import json
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["csv_text", "json_text", "spreadsheet_safe"]

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_UNSAFE_IN_JSON: Final = re.compile(
    "[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def json_text(value: Any) -> str:
    """
    Give a value as JSON.

    Parameters
    ----------
    value
        Of plain parts.

    Returns
    -------
    str
        Indented, ending with a line feed; signs that a terminal would act upon
        are written as escapes.
    """
    text = json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)
    return _UNSAFE_IN_JSON.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text) + "\n"


def csv_text(rows: Iterable[Iterable[Any]]) -> str:
    """
    Give rows as CSV.

    Parameters
    ----------
    rows
        Cells of each row; the first row holds the titles.

    Returns
    -------
    str
        A line for each row, which ends with a line feed. Text that a spreadsheet
        would run as a formula has an apostrophe in front, and a cell with a
        carriage return or a line feed stands in quotes: what follows would begin
        a row of its own.
    """
    line, text = memory.StringIO(), memory.StringIO()
    # the csv module of Python 3.12 and older quotes only what its own line ends hold
    out = csv.writer(line, lineterminator="\r\n")
    for row in rows:
        line.seek(0)
        line.truncate()
        out.writerow([spreadsheet_safe(cell) for cell in row])
        text.write(line.getvalue().removesuffix("\r\n") + "\n")
    return text.getvalue()


def spreadsheet_safe(cell: Any) -> Any:
    """
    Keep a spreadsheet from running text as a formula.

    Parameters
    ----------
    cell
        What a cell of a CSV is to hold.

    Returns
    -------
    Any
        Text that begins like a formula, with an apostrophe in front; all else as it is.
    """
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
