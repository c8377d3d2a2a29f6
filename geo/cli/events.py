"""`geo events`: what files of conflict events hold, before they are used."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from geo.cli.desk import command
from geo.cli.files import put, refuse_clash, require_folder, say, wrote
from geo.cli.group import FORMATS, main
from geo.errors import InputError, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pandas as pd

    from geo.errors import Notice
    from geo.io import EventFile

__all__ = ["check", "columns_named", "events_", "read_one"]

_HEADS = {
    "dataset": "events",
    "release": "release",
    "year": "year in which it began",
    "precision": "where it can be",
    "date_precision": "when it can have been",
    "fatalities": "fatalities",
    "rejected": "rejected rows by rule",
}


@main.group("events")
def events_() -> None:
    """Look into files of conflict events."""


@events_.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--column",
    "named",
    multiple=True,
    metavar="NAME=TITLE",
    help="Of a file of your own: the title of a column, e.g. date=when; needs date, lat and lon.",
)
@click.option(
    "--dataset",
    type=click.Choice(["UCDP GED", "ACLED", "own"]),
    help="Default: known by the columns.",
)
@click.option("--release", metavar="NUMBER", help="Release of UCDP, e.g. 24.1, or 26.0.2.")
@click.option("--rejects", metavar="FILE", help="Write every rejected row there, as CSV.")
@click.option(
    "--largest", metavar="GB", type=float, default=1, show_default=True, help="Largest file."
)
@click.option("--format", "form", type=FORMATS, default="table", show_default=True)
def check(  # noqa: PLR0913, PLR0917 - one parameter for each option
    files: tuple[str, ...],
    named: tuple[str, ...],
    dataset: str | None,
    release: str | None,
    rejects: str | None,
    largest: float,
    form: str,
) -> None:
    """
    Check every row of FILE..., and count what they hold.

    FILE is a UCDP GED or ACLED download (CSV, or a zip with one CSV), or a CSV or GeoJSON
    of your own. The same UCDP event in several files counts once: final before candidate.
    """
    from geo import events, report

    require_folder(rejects)
    refuse_clash(files, [rejects])
    if len({Path(name).resolve() for name in files}) < len(files):
        message = "the same file is named twice"
        raise InputError(message)
    options = {"columns": columns_named(named), "dataset": dataset, "release": release}
    read = [read_one(name, largest, options) for name in files]
    frame, notices = events.one_each([file.frame for file in read])
    notices = [*(notice for file in read for notice in file.notices), *notices]
    rejected = _rejected(read)
    counted = events.counts(frame, rejected)
    if rejects is not None:
        put(report.frame_csv(rejected), rejects)
        wrote(rejects)
    if form != "table":  # a table says them itself
        say(notices)
    if form == "json":
        line: dict[str, object] = {"--column": named, "--dataset": dataset, "--release": release}
        line |= {"--largest": None if largest == 1 else largest, "--format": form}
        put(_json(read, counted, notices, command("events", ["check", *files], line)), None)
    elif form == "csv":
        put(report.frame_csv(counted), None)
    else:
        put(_table(read, counted, notices), None)


def columns_named(named: Sequence[str]) -> dict[str, str] | None:
    """Read NAME=TITLE pairs."""
    columns: dict[str, str] = {}
    for one in named:
        name, equals, title = one.partition("=")
        if not equals or not name.strip() or not title.strip():
            message = f"--column {one!r}: write it as NAME=TITLE, e.g. date=when"
            raise InputError(message)
        if name.strip() in columns:
            message = f"--column {name.strip()}: stands twice"
            raise InputError(message)
        columns[name.strip()] = title.strip()
    return columns or None


def read_one(name: str, largest: float, options: dict[str, Any]) -> EventFile:
    """Read one file of events, with a bar on a terminal."""
    from geo import io

    with _bar(name) as progress:
        return io.read_events(
            name, progress=progress, most_bytes=int(largest * (1 << 30)), **options
        )


@contextmanager
def _bar(name: str) -> Iterator[Callable[[int, int], object] | None]:
    """Show how far the work is, on a terminal only."""
    if not sys.stderr.isatty() or not Path(name).is_file():
        yield None
        return
    length = Path(name).stat().st_size
    with click.progressbar(length=length, label=visible(Path(name).name), file=sys.stderr) as bar:
        yield lambda _, done: bar.update(done - bar.pos)


def _rejected(read: Sequence[EventFile]) -> pd.DataFrame:
    """Join the rejected rows of all files, each with its file's name."""
    import pandas as pd

    parts = [file.rejected.assign(file=file.path) for file in read]
    table = pd.concat(parts, ignore_index=True)
    return table[["file", *read[0].rejected.columns]]


def _json(
    read: Sequence[EventFile], counted: pd.DataFrame, notices: Sequence[Notice], again: str
) -> str:
    from importlib import metadata

    from geo import io, report

    answer = {
        "geo": metadata.version("corridor-exposure"),
        "reproduce": again,
        "inputs": [
            {
                "role": "events",
                "path": file.path,
                "sha256": file.sha256,
                "rows": file.rows,
                "events": len(file.frame),
            }
            for file in read
        ],
        "warnings": [notice.as_dict() for notice in notices],
        "counts": [
            {name: io.plain(value) for name, value in row.items()}
            for row in counted.to_dict("records")
        ],
    }
    return report.json_text(answer)


def _table(read: Sequence[EventFile], counted: pd.DataFrame, notices: Sequence[Notice]) -> str:
    import pandas as pd

    from geo import report

    lines = [f"{file.path}: {file.rows:,} rows, {len(file.frame):,} events" for file in read]
    for what, head in _HEADS.items():
        mine = counted[counted["what"] == what]
        if mine.empty:
            continue
        several = len(set(mine["dataset"])) > 1
        unit = "" if what == "fatalities" else "rows"
        rows = [(head, *([""] if several else []), unit, "")]
        for row in mine.to_dict("records"):
            words = " ".join(filter(None, [str(row["value"]), str(row["about"])]))
            share = "" if pd.isna(row["share"]) else report.percent(row["share"])
            count = "-" if pd.isna(row["rows"]) else f"{row['rows']:,}"
            rows.append((words, *([str(row["dataset"])] if several else []), count, share))
        lines += ["", *report.columns(rows)]
    if notices:
        lines += ["", "Before using these numbers:"]
        lines += [f"  {notice}" for notice in notices]
    return "\n".join(visible(line) for line in lines) + "\n"
