"""Pictures of an answer for print: a map and strips, as PNG, PDF or SVG (matplotlib)."""

from geo.pictures.paper import require, save
from geo.pictures.sheet import map_picture
from geo.pictures.strip import strip_picture

__all__ = ["map_picture", "require", "save", "strip_picture"]
