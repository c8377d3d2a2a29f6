"""The page's scripts keep to eslint's rules and to prettier's form."""

import json
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


def test_the_page_leaves_out_nothing_but_notes_and_indents():
    script = """
      const acorn = require(process.argv[1]);
      const bare = (text) => JSON.stringify(acorn.parse(text, { ecmaVersion: "latest" }),
        (key, value) => (["start", "end", "raw"].includes(key) ? undefined : value));
      const [whole, sent] = JSON.parse(require("fs").readFileSync(0, "utf8"));
      process.exit(bare(whole) === bare(sent) ? 0 : 1);"""
    whole = "\n".join(Path(name).read_text("utf-8") for name in in_order())
    sent = maps._own_script()
    done = subprocess.run(
        ["node", "-e", script, str(TOOLS.parent / "acorn")],
        input=json.dumps([f'(() => {{\n"use strict";\n{whole}\n}})();', sent]),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert len(sent) < 0.9 * len(whole)
    assert done.returncode == 0, done.stderr


def in_order() -> list[str]:
    run("eslint", "--version")  # fails or skips where node or its packages are not there
    return [str(maps._ASSETS / "page" / f"{name}.js") for name in maps._SCRIPTS]


def test_the_scripts_have_one_form():
    done = run("prettier", "--check", *SCRIPTS, "eslint.config.js")
    assert done.returncode == 0, done.stdout + done.stderr
