"""README is executed: commands give the output that is printed under them, Python blocks give theirs.

After a change that moves a number on purpose, ``SIB_ACCEPT=1 python -m pytest tests/test_readme.py`` writes the new
output into README.md; look at the difference before it is committed.
"""

from __future__ import annotations

import doctest
import os
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from sib.cli import main

README = Path(__file__).parents[1] / "README.md"
BLOCK = re.compile(r"```(console|python)\n(.*?)```", re.DOTALL)


def blocks(kind: str) -> list[str]:
    """Return the code blocks of one kind."""
    return [body for found, body in BLOCK.findall(README.read_text(encoding="utf-8")) if found == kind]


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


@pytest.mark.parametrize("place", range(len(blocks("console"))))
def test_commands_print_what_readme_shows(place: int) -> None:
    shown = blocks("console")[place]
    now = rerun(shown)
    if os.environ.get("SIB_ACCEPT") and now != shown:
        text = README.read_text(encoding="utf-8")
        README.write_text(text.replace(shown, now), encoding="utf-8")
        return
    assert now == shown


def test_readme_has_blocks_of_both_kinds() -> None:
    assert len(blocks("console")) >= 3
    assert blocks("python")


def test_readme_says_where_the_command_is_before_it_uses_it() -> None:
    text = README.read_text(encoding="utf-8")
    first = text.index("$ sib ")
    assert 0 < text.find(".venv/bin/sib") < first
    assert 0 < text.find("\n. .venv/bin/activate") < first


def test_python_in_readme_gives_what_it_shows() -> None:
    example = "\n".join(blocks("python"))
    test = doctest.DocTestParser().get_doctest(example, {}, "README.md", str(README), 0)
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    assert runner.run(test).failed == 0


def test_links_in_readme_lead_somewhere() -> None:
    text = re.sub(r"```.*?```", "", README.read_text(encoding="utf-8"), flags=re.DOTALL)
    paths = re.findall(r"\]\((?!http|#)([^)#]+)", text)
    assert paths
    missing = [path for path in paths if not (README.parent / path).exists()]
    assert not missing, f"README links to {missing}"
