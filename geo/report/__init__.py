"""The same answers as text, CSV and JSON."""

from geo.report.answers import as_csv, as_json, as_table, columns, heading, km

__all__ = ["as_csv", "as_json", "as_table", "columns", "heading", "km"]
