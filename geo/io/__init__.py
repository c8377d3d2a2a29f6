"""The only door for files: strict readers, atomic writers."""

from typing import TYPE_CHECKING, Any

from geo.io.raw import read_bytes, sha256
from geo.io.read import read
from geo.io.source import Source
from geo.io.write import geojson_text, plain, write_bytes, write_geojson, write_text

if TYPE_CHECKING:
    from geo.io.events import EventFile, read_events
    from geo.io.osm import read_osm

__all__ = [
    "EventFile",
    "Source",
    "geojson_text",
    "plain",
    "read",
    "read_bytes",
    "read_events",
    "read_osm",
    "sha256",
    "write_bytes",
    "write_geojson",
    "write_text",
]


def __getattr__(name: str) -> Any:
    """Load the readers of events and extracts when first asked for: most answers need none."""
    if name == "read_osm":
        from geo.io import osm

        return osm.read_osm
    if name in {"EventFile", "read_events"}:
        from geo.io import events

        return getattr(events, name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
