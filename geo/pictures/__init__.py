"""Pictures of an answer for print: a map, strips and a course, as PNG, PDF or SVG (matplotlib)."""

from geo.pictures.course import series_picture
from geo.pictures.paper import require, save
from geo.pictures.sheet import map_picture
from geo.pictures.strip import strip_picture

__all__ = ["map_picture", "require", "save", "series_picture", "strip_picture"]
