"""
The answers as text, CSV and JSON; answers read back, and compared.

`answers` writes one answer; `saved` reads one back from its JSON; `changes`
compares two, by `ruler` metre by metre and by `around` in what stands around the
numbers, and `wording` writes what was found.
"""

from geo.report.answers import (
    as_csv,
    as_json,
    as_table,
    columns,
    frame_csv,
    heading,
    km,
    percent,
)
from geo.report.cells import json_text

__all__ = [
    "as_csv",
    "as_json",
    "as_table",
    "columns",
    "frame_csv",
    "heading",
    "json_text",
    "km",
    "percent",
]
