"""The README: short, and every command and number in it holds."""

import re
import shlex

import pytest
from click.testing import CliRunner
from conftest import ROOT

from geo.cli import main

TEXT = (ROOT / "README.md").read_text("utf-8")


def test_it_is_short():
    prose = [line for line in TEXT.splitlines() if not line.startswith("|")]
    assert len(" ".join(prose).split()) < 500


@pytest.mark.parametrize("command", re.findall(r"^\$ geo (.*)$", TEXT, re.MULTILINE))
def test_its_commands_work(command):
    done = CliRunner().invoke(main, shlex.split(command))
    assert done.exit_code == 0, done.output


def test_its_options_exist():
    known = "".join(
        CliRunner().invoke(main, [name, "--help"]).output
        for name in ("map", "expose", "ways", "batch")
    )
    for option in set(re.findall(r"`(?:geo \w+ (?:ROUTES )?)?(--[a-z]+)", TEXT)):
        assert option in known


def test_its_python_works(tmp_path, monkeypatch):
    [code] = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "README.md", "exec"), {})
    assert (tmp_path / "map.html").stat().st_size > 500_000


def test_the_limits_are_those_of_the_layers(layers):
    errors = layers["corridors"]["positional_error_m"] / 1000
    assert f"{errors.min():g} to {errors.max():g} km off" in TEXT
    assert f"{layers['control_areas']['source_date'].max():%Y-%m-%d}" in TEXT
