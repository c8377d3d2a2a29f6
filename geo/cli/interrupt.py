"""Ctrl-C: work ends at once, whatever library is busy."""

from __future__ import annotations

import signal

__all__ = ["end_at_once"]


def end_at_once() -> None:
    """
    Let an interrupt end the process, as the system does it.

    Python tells the main thread of a signal only between two of its own steps, and
    a union of a million edges, or the reading of a large file, is one step that may
    take a minute. A file that is being written is finished first (see `geo.io.write`),
    so there is nothing to put in order.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
