"""The generated pages are those that the program would write now; pages name what exists."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"


def test_scenario_page_is_what_the_models_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(DOCS))
    generate = __import__("generate")
    try:
        assert (DOCS / "scenario.md").read_text(encoding="utf-8") == generate.page(), "run python docs/generate.py"
    finally:
        sys.modules.pop("generate", None)


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.stem)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    missing = [path for path in re.findall(r"\]\((?!http|#)([^)#]+)", text) if not (page.parent / path).exists()]
    assert not missing


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.stem)
def test_inner_links_have_a_heading(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    headings = {
        re.sub(r"[^\w -]", "", line.lstrip("#").strip().lower()).replace(" ", "-")
        for line in text.splitlines()
        if line.startswith("#")
    }
    missing = set(re.findall(r"\]\(#([^)]+)\)", text)) - headings
    assert not missing
