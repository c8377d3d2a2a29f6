"""`geo reproduce`: make an answer again, and say whether it is the same."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from geo.cli.group import LIMITS, main
from geo.errors import visible

if TYPE_CHECKING:
    from collections.abc import Collection

    from geo.report.changes import Changes
    from geo.report.saved import Saved

__all__ = ["reproduce"]

_SAID = ("geo", "packages", "option")


@main.command()
@click.argument("result")
@click.option("--anyway", is_flag=True, help="Measure again even where an input differs.")
@LIMITS
@click.pass_context
def reproduce(
    context: click.Context, result: str, *, anyway: bool, limits: tuple[str, ...]
) -> None:
    """
    Make an answer of `geo expose --format json` again and compare.

    Checks the hash of every input first, then measures as the answer's own
    command says, writing nothing. Files are looked for by the path as given, from
    the current folder. Exit code 0: the same answer; 1: not.
    """
    from geo.cli import again
    from geo.report import changes, saved, wording

    before = saved.read(result)
    planned = again.plan(before.answer.reproduce, limits)
    checked = again.check(planned, before.answer)
    for one in checked:
        click.echo(str(one))
    if any(one.problem for one in checked) and not anyway:
        click.echo("not run: an input differs or is missing (--anyway runs all the same)")
        context.exit(1)
    after = saved.parse(again.run(planned), "made again")
    found = changes.compare(before, after)
    _say_versions(before, after)
    apart = any(one.problem for one in checked)
    found = _counted(found, (*_SAID, "input") if apart else _SAID)
    if found.same:
        other = ", from inputs that differ" if apart else ""
        click.echo(f"reproduced: the same answer{other}")
        return
    click.echo("not reproduced:")
    click.echo(wording.as_table(found), nl=False)
    context.exit(1)


def _say_versions(before: Saved, after: Saved) -> None:
    """Say which version made the answer, where it is not this one: said, not counted."""
    old = {**before.answer.versions, "geo": before.answer.geo}
    new = {**after.answer.versions, "geo": after.answer.geo}
    for name in sorted(set(old) & set(new)):
        if old[name] != new[name]:
            click.echo(visible(f"{name}: made with {old[name]}, this is {new[name]}"))


def _counted(found: Changes, told: Collection[str]) -> Changes:
    """Leave out what was said already and is no difference of the answer."""
    left = tuple(one for one in found.around.differences if one.what not in told)
    return replace(found, around=replace(found.around, differences=left))
