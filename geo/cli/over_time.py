"""`geo expose --every`: how exposure changes over time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import click

from geo.cli.desk import command
from geo.cli.files import put, say, wrote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geopandas import GeoDataFrame

    from geo.cli.desk import Desk

__all__ = ["Asked", "refuse_mixed", "tell"]


def refuse_mixed(
    every: str | None, days: tuple[str | None, str | None], *others: str, events: bool = False
) -> None:
    """Refuse options that ask for one day and for many, or for many without saying how often."""
    if every is None and any(days) and not events:
        message = "--since and --until go with --every or --events"
        raise click.UsageError(message)
    others = (*others, *(["--events"] if events else []))
    if every is not None and others:
        message = f"{' and '.join(others)}: not with --every, which is about many days"
        raise click.UsageError(message)


class Asked(NamedTuple):
    """What a series is to be like, and where it goes."""

    every: str
    since: str | None
    until: str | None
    form: str
    output: str | None
    plot: str | None


def tell(
    desk: Desk,
    read: tuple[GeoDataFrame, GeoDataFrame, dict[str, GeoDataFrame] | None],
    asked: Asked,
    words: tuple[str, Mapping[str, object]],
) -> None:
    """Measure over time, and write the answer and its picture."""
    from geo import exposure
    from geo.report import series as series_report

    lines, areas, claims = read
    found = exposure.series(
        lines, areas, control=claims, every=asked.every, since=asked.since, until=asked.until
    )
    routes, options = words
    options = {**options, "--every": asked.every, "--since": found.since, "--until": found.until}
    found = replace(
        found,
        notices=(*desk.notices, *found.notices),
        inputs=tuple(desk.inputs),
        reproduce=command("expose", [routes], {**options, "--format": asked.form}),
    )
    if asked.form != "table" or asked.output is not None:
        say(found.notices)
    write = {
        "table": series_report.as_table,
        "json": series_report.as_json,
        "csv": series_report.as_csv,
    }[asked.form]
    put(write(found), asked.output)
    if asked.plot is not None:
        from geo import pictures

        pictures.save(pictures.series_picture(found, desk.for_series()), asked.plot)
        wrote(asked.plot)
