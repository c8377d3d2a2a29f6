"""The page's scripts keep to eslint's rules and to prettier's form."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from geo import maps

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
TOOLS = ROOT / ".npm" / "node_modules" / ".bin"
SCRIPTS = sorted(str(path.relative_to(ROOT)) for path in maps._ASSETS.glob("page/*.js"))


def run(tool: str, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    program = shutil.which(tool, path=TOOLS)
    if program is None or shutil.which("node") is None:
        give_up = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        give_up(f"{tool} is not there: npm install --no-save --prefix .npm eslint@9 prettier@3")
    return subprocess.run(
        [program, *arguments],
        cwd=ROOT,
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_every_script_is_in_the_page():
    assert {f"geo/assets/page/{name}.js" for name in maps._SCRIPTS} == set(SCRIPTS)


def test_the_joined_scripts_keep_to_the_rules():
    done = run("eslint", "--stdin", "--stdin-filename", "page.js", given=maps._own_script())
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_scripts_have_one_form():
    done = run("prettier", "--check", *SCRIPTS, "eslint.config.js")
    assert done.returncode == 0, done.stdout + done.stderr
