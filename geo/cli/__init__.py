"""The command line: one thin command for each question of a planner."""

from geo.cli.group import main

__all__ = ["main"]
