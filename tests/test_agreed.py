"""Terms of ways to pay: what is stated is said to be, what is assumed has the value that the forms go by."""

from __future__ import annotations

from typing import Any

import pytest

from sib.analysis.agreed import HOLDS, Held, funders, norm_cents, planned_cents, terms_of
from sib.deal.arrangements import FORMS, Arrangements
from sib.deal.reader import load
from sib.deal.scenario import Scenario


def deal(**terms: Any) -> Scenario:
    return load("zwarte-zwanen", settings={f"arrangements.{path}": value for path, value in terms.items()})


def test_every_form_with_terms_tells_them() -> None:
    assert set(HOLDS) == set(Arrangements.model_fields) & set(FORMS)


@pytest.mark.parametrize("form", HOLDS)
def test_in_a_silent_scenario_all_is_assumed(form: str) -> None:
    held = terms_of(deal(), form)
    assert held
    assert not any(each.is_stated for each in held)
    assert all(each.value is not None for each in held)


def test_what_is_assumed_by_hand() -> None:
    """1,797,500 less the dealmaker's 30,000 and the accountant's 50,000, over 375 cases: 4,580 a case."""
    assert planned_cents(deal()) == 171_750_000
    assert norm_cents(deal()) == 458_000
    assert norm_cents(deal(**{"central_reimbursement.norm": 0.33})) == 33
    assert funders(deal()) == {"municipality": 0.5, "health insurer": 0.5}
    assert terms_of(deal(), "revolving") == [
        Held("lead", "Wmo", is_stated=False),
        Held("settled_with", ("Wmo", "Jeugdwet", "Participatiewet", "Wgs"), is_stated=False),
    ]


def test_a_stated_term_is_said_to_be_stated_and_a_sum_takes_the_place_of_the_margin() -> None:
    plain = load("zwarte-zwanen", settings={"arrangements.lump_sum.amount": 2_000_000, "arrangements.lump_sum.from": 2})
    said = {each.name: (each.value, each.is_stated) for each in terms_of(plain, "lump_sum")}
    assert said == {"laws": (("Wmo",), False), "amount": (2_000_000, True), "from": (2, True), "months": (36, False),
                    "renewal_month": (60, False), "excused_share": (0.0, False)}


def test_forms_without_terms_tell_none() -> None:
    assert terms_of(deal(), "do_nothing") == terms_of(deal(), "impact_bond") == []
