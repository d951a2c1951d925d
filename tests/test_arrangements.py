"""The ways to pay that a scenario may state terms for: what is there, in which order, with which defaults."""

from __future__ import annotations

from typing import get_args

import pytest
from pydantic import ValidationError

from sib.analysis.forms import PAID
from sib.deal.arrangements import FORMS, Arrangements, Form
from sib.deal.reader import load
from sib.views.form_words import FORM_NAMES


def test_every_form_is_named_settled_and_worded() -> None:
    """S4's seven, the second variant of one of them, paying itself and doing nothing: ten."""
    assert len(FORMS) == 10
    assert tuple(get_args(Form)) == FORMS == tuple(PAID) == tuple(FORM_NAMES)
    assert {*Arrangements.model_fields} - {"source", "actual", "bond_only"} < set(FORMS)


@pytest.mark.parametrize("value", ["bond", "", 3])
def test_no_other_form_is_known(value: object) -> None:
    with pytest.raises(ValidationError):
        Arrangements.model_validate({"actual": value})


def test_terms_can_be_set_from_the_command_line() -> None:
    deal = load("zwarte-zwanen", settings={"arrangements.lump_sum.margin": 0.1, "arrangements.actual": "revolving"})
    assert (deal.arrangements.lump_sum.margin, deal.arrangements.actual) == (0.1, "revolving")
