"""Pictures of an answer for print: map, strips, course, curve (PNG, PDF, SVG; matplotlib)."""

from geo.pictures.course import series_picture
from geo.pictures.curve import curve_picture
from geo.pictures.paper import require, save
from geo.pictures.sheet import map_picture
from geo.pictures.strip import strip_picture

__all__ = ["curve_picture", "map_picture", "require", "save", "series_picture", "strip_picture"]
