"""The house: imports go downwards, types and style hold, public names are listed."""

import ast
import importlib
import pkgutil
import subprocess
import sys

import pytest
from conftest import ROOT

import geo


def run(*command):
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_ruff():
    run("ruff", "check", ".")
    run("ruff", "format", "--check", ".")


def test_imports_go_downwards():
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", code, "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_mypy():
    run("mypy")


def modules():
    return [
        name
        for _, name, _ in pkgutil.walk_packages(geo.__path__, "geo.")
        if not name.startswith("geo.assets") and name != "geo.passages._core"
    ]


@pytest.mark.parametrize("name", modules())
def test_public_names_are_listed(name):
    module = importlib.import_module(name)
    tree = ast.parse((ROOT / module.__file__).read_text("utf-8"))
    own = {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    }
    listed = set(getattr(module, "__all__", ()))
    assert own <= listed
    assert all(hasattr(module, public) for public in listed)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in modules() if not name.startswith("geo.cli")])
def test_public_docstrings(name):
    # a command's docstring is its help on the screen
    module = importlib.import_module(name)
    run("numpydoc", "lint", str(ROOT / module.__file__))


def test_functions_are_short():
    long = []
    for path in sorted((ROOT / "geo").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                body = (
                    node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
                )
                lines = body[-1].end_lineno - body[0].lineno + 1
                if lines > 45:
                    long.append(f"{path.name}: {node.name} has {lines} lines")
    assert not long
