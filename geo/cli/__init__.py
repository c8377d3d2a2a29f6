"""The command line: one thin command for each question of a planner."""

from geo.cli import (  # noqa: F401 - each adds its commands to the group
    batch,
    diff,
    events,
    export,
    expose,
    layers,
    map,  # noqa: A004
    network,
    reproduce,
    ways,
    zones,
)
from geo.cli.group import main

__all__ = ["main"]
