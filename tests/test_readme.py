"""README and the chapters of docs are executed: commands and Python give the output that is printed under them.

After a change that moves a number on purpose, ``SIB_ACCEPT=1 python -m pytest tests/test_readme.py`` writes the new
output of commands into the page; look at the difference before it is committed.
"""

from __future__ import annotations

import doctest
import os
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import sib
from sib.cli import main

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
EXECUTED = (
    "accountant", "case-files", "evidence", "exact", "negotiation", "pockets", "sensitivity", "stress",
    "tutorial", "varying-terms",
)
PAGES = (README, *(ROOT / "docs" / f"{name}.md" for name in EXECUTED))
BLOCK = re.compile(r"```(console|python|toml)\n(.*?)```", re.DOTALL)


def blocks(kind: str, page: Path = README) -> list[str]:
    """Return the code blocks of one kind."""
    return [body for found, body in BLOCK.findall(page.read_text(encoding="utf-8")) if found == kind]


def each_block(kind: str) -> list[Any]:
    """Page and place of every block of one kind, for ``parametrize``."""
    found = [(page, place) for page in PAGES for place in range(len(blocks(kind, page)))]
    return [pytest.param(page, place, id=f"{page.stem}-{place}") for page, place in found]


def printed(command: str) -> str:
    """Run one command of README and return what it prints."""
    words = shlex.split(command)
    assert words[0] == "sib", f"README runs {words[0]!r}; blocks of other commands are marked sh"
    result = CliRunner().invoke(main, words[1:])
    assert result.exit_code == 0, result.output
    return result.stdout


def rerun(block: str) -> str:
    """Return a console block with the output that its commands print now."""
    return "".join(f"{line}\n{printed(line[2:])}" for line in block.splitlines() if line.startswith("$ "))


@pytest.mark.parametrize(("page", "place"), each_block("console"))
def test_commands_print_what_the_page_shows(page: Path, place: int) -> None:
    shown = blocks("console", page)[place]
    now = rerun(shown)
    if os.environ.get("SIB_ACCEPT") and now != shown:
        text = page.read_text(encoding="utf-8")
        page.write_text(text.replace(shown, now), encoding="utf-8")
        return
    assert now == shown


@pytest.mark.parametrize(("page", "place"), each_block("toml"))
def test_fragments_can_be_laid_over_the_reference_deal(page: Path, place: int, tmp_path: Path) -> None:
    overlay = tmp_path / "fragment.toml"
    overlay.write_text(blocks("toml", page)[place], encoding="utf-8")
    assert sib.load("zwarte-zwanen", overlays=[overlay]) != sib.load("zwarte-zwanen")


def test_readme_has_blocks_of_both_kinds() -> None:
    assert len(blocks("console")) >= 3
    assert blocks("python")


def test_readme_says_where_the_command_is_before_it_uses_it() -> None:
    text = README.read_text(encoding="utf-8")
    first = text.index("$ sib ")
    assert 0 < text.find(".venv/bin/sib") < first
    assert 0 < text.find("\n. .venv/bin/activate") < first


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_python_gives_what_the_page_shows(page: Path) -> None:
    example = "\n".join(blocks("python", page))
    test = doctest.DocTestParser().get_doctest(example, {}, page.name, str(page), 0)
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    assert runner.run(test).failed == 0


def test_links_in_readme_lead_somewhere() -> None:
    text = re.sub(r"```.*?```", "", README.read_text(encoding="utf-8"), flags=re.DOTALL)
    paths = re.findall(r"\]\((?!http|#)([^)#]+)", text)
    assert paths
    missing = [path for path in paths if not (README.parent / path).exists()]
    assert not missing, f"README links to {missing}"
