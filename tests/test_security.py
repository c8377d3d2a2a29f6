"""SECURITY.md names tests that exist, and promises what they are about."""

import re

import pytest
from conftest import ROOT

TEXT = (ROOT / "SECURITY.md").read_text("utf-8")
PROMISES = TEXT.partition("## What is promised")[2].partition("\n\nWhile")[0]
ROWS = [line for line in PROMISES.splitlines() if re.match(r"\| (?!---|Promise \|)", line)]


@pytest.mark.parametrize("row", ROWS)
def test_each_promise_names_tests_that_exist(row):
    promise, tests = (cell.strip() for cell in row.strip("|").split("|"))
    assert promise
    named = re.findall(r"`(tests/[\w/.]+)`", tests)
    assert named
    for name in named:
        assert re.search(r"^def (test_\w+|main)\(", (ROOT / name).read_text("utf-8"), re.MULTILINE)


def test_there_are_promises():
    assert len(ROWS) > 5


def test_every_path_and_option_that_it_names_is_there():
    for name in re.findall(r"`(tests/[\w/.]+)`", TEXT):
        assert (ROOT / name).exists(), name
    commands = "".join(path.read_text("utf-8") for path in (ROOT / "geo" / "cli").glob("*.py"))
    for option in re.findall(r"`(--\w+)`", TEXT):
        assert f'"{option}"' in commands, option
    for command in re.findall(r"`geo (\w+)`", TEXT):
        assert f"def {command}(" in commands, command


def test_it_gives_no_address_that_nobody_reads():
    assert "@" not in TEXT
