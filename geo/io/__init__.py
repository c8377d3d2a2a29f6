"""The only door for files: strict readers, atomic writers."""

from geo.io.read import Source, read
from geo.io.write import plain, write_geojson, write_text

__all__ = ["Source", "plain", "read", "write_geojson", "write_text"]
