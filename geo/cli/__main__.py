"""Run the command line as a program: `geo`, or `python -m geo.cli`."""

from geo.cli import main
from geo.cli.interrupt import end_at_once

__all__ = ["run"]


def run() -> None:
    """Run it."""
    end_at_once()
    main(prog_name="geo")


if __name__ == "__main__":
    run()
