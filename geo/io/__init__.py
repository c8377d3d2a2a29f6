"""The only door for files: strict readers, atomic writers."""

from typing import TYPE_CHECKING, Any

from geo.io.files import refuse_address
from geo.io.raw import read_bytes, sha256
from geo.io.read import Source, read
from geo.io.write import geojson_text, plain, write_bytes, write_geojson, write_text

if TYPE_CHECKING:
    from geo.io.document import read_document
    from geo.io.events import EventFile, read_events

__all__ = [
    "EventFile",
    "Source",
    "geojson_text",
    "plain",
    "read",
    "read_bytes",
    "read_document",
    "read_events",
    "refuse_address",
    "sha256",
    "write_bytes",
    "write_geojson",
    "write_text",
]


def __getattr__(name: str) -> Any:
    """Load the readers that few answers need when they are first asked for."""
    if name in {"EventFile", "read_events"}:
        from geo.io import events

        return getattr(events, name)
    if name == "read_document":
        from geo.io.document import read_document

        return read_document
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
