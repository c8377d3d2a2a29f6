"""The only door for files: strict readers, atomic writers."""

from typing import TYPE_CHECKING

from geo.io.files import refuse_address
from geo.io.raw import read_bytes, sha256
from geo.io.read import read
from geo.io.source import Source
from geo.io.write import geojson_text, plain, write_bytes, write_geojson, write_text
from geo.later import loader

if TYPE_CHECKING:
    from geo.io.beside import remove_index, write_index
    from geo.io.document import read_document
    from geo.io.events import EventFile, read_events
    from geo.io.osm import read_osm

__all__ = [
    "EventFile",
    "Source",
    "geojson_text",
    "plain",
    "read",
    "read_bytes",
    "read_document",
    "read_events",
    "read_osm",
    "refuse_address",
    "remove_index",
    "sha256",
    "write_bytes",
    "write_geojson",
    "write_index",
    "write_text",
]

__getattr__ = loader(
    __name__,
    {
        "EventFile": "events",
        "read_document": "document",
        "read_events": "events",
        "read_osm": "osm",
        "remove_index": "beside",
        "write_index": "beside",
    },
)
