"""Words of the exact method: every reason and every group that rooms can name has its sentence, in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import sib.exact
from sib.views.exact_words import GROUPS, REASONS, TEXTS

ROOMS = [ast.parse(path.read_text(encoding="utf-8")) for path in Path(sib.exact.__file__).parent.glob("*.py")]


def named_in(function: str, place: int) -> Iterator[str]:
    """The texts that calls of a function have in a place, of an f-string its beginning."""
    for room in ROOMS:
        for call in ast.walk(room):
            if isinstance(call, ast.Call) and ast.unparse(call.func).endswith(function) and len(call.args) > place:
                for part in ast.walk(call.args[place]):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        yield part.value


def test_every_reason_has_a_sentence_and_no_sentence_is_idle():
    assert {*named_in("refuse_where", 1), *named_in("NotExactError", 0)} == REASONS.keys()


def test_every_group_has_a_name():
    assert {name.partition(" ")[0] for name in named_in("trying", 0)} <= GROUPS.keys()


@pytest.mark.parametrize("texts", [TEXTS, GROUPS, REASONS])
def test_both_languages_name_the_same_things(texts):
    for english, dutch in texts.values():
        assert sorted(re.findall(r"\{\w+\}", english)) == sorted(re.findall(r"\{\w+\}", dutch))
