"""The only door for files: strict readers, atomic writers."""

from geo.io.read import Source, read
from geo.io.write import plain, write_bytes, write_geojson, write_text

__all__ = ["Source", "plain", "read", "write_bytes", "write_geojson", "write_text"]
