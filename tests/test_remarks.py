"""The sentences of remarks: both languages, the same gaps, and one for every remark that a deal can get."""

from __future__ import annotations

import inspect
import re
from string import Formatter

import pytest

from sib.deal import cautions, independence
from sib.deal.independence import Remark
from sib.views.remarks import REMARKS, sentence


@pytest.mark.parametrize("key", REMARKS)
def test_a_remark_has_both_languages_and_the_same_gaps(key: str) -> None:
    gaps = [sorted(str(name) for _, name, _, _ in Formatter().parse(text) if name is not None) for text in REMARKS[key]]
    assert gaps[0] == gaps[1]
    english, dutch = REMARKS[key]
    assert english.strip()
    assert dutch.strip() != english.strip()


def test_every_remark_has_a_sentence_and_every_sentence_a_remark() -> None:
    source = inspect.getsource(cautions) + inspect.getsource(independence)
    made = re.findall(r'Remark\([^,]+, f?"(\w+(?:\{one\})?)"', source)
    keys = {key for each in made for key in ([each.format(one=one) for one in ("claim", "date")])}
    assert keys == set(REMARKS)


def test_numbers_are_written_in_the_language() -> None:
    remark = Remark("contract.caps.total", "capped", {"cap": 40_000.0, "commitment": 50_000.5})
    assert sentence(remark) == (
        "is 40,000, below the commitment of 50,000.5: the payments alone can never repay it in full"
    )
    assert sentence(remark, "nl").startswith("is 40.000, minder dan de toezegging van 50.000,5: ")


def test_a_name_with_braces_is_a_name() -> None:
    remark = Remark("programme.dependence.causes", "outcomes_in", {"segment": "a {b} c"})
    assert "'a {b} c'" in sentence(remark)
