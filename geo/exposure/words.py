"""What is said of an answer that rests on layers without a date or a holder."""

from __future__ import annotations

from geo.errors import Notice

__all__ = ["no_controller", "undated"]


def no_controller() -> Notice:
    """
    Say that the zones name nobody.

    Returns
    -------
    Notice
        To be told apart from ground of which nothing is known.
    """
    message = "the zones name no controller, so who holds the routes is unknown throughout"
    return Notice("zones", "", "no-controller", message)


def undated() -> Notice:
    """
    Say that no layer carries a date.

    Returns
    -------
    Notice
        The age of the knowledge cannot be told.
    """
    message = "the layers carry no source date: how old this knowledge is cannot be said"
    return Notice("", "", "undated", message)
