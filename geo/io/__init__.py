"""The only door for files: strict readers, atomic writers."""

from geo.io.events import EventFile, read_events
from geo.io.raw import read_bytes, sha256
from geo.io.read import Source, read
from geo.io.write import geojson_text, plain, write_bytes, write_geojson, write_text

__all__ = [
    "EventFile",
    "Source",
    "geojson_text",
    "plain",
    "read",
    "read_bytes",
    "read_events",
    "sha256",
    "write_bytes",
    "write_geojson",
    "write_text",
]
