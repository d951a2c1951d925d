"""Budgets by fiscal year: they add up, over years for means and over laws for a party; hand figures."""

from __future__ import annotations

import math
from functools import cache

import pytest

from sib.analysis.arrangements import arrange
from sib.analysis.budgets import ALL, GENERAL, MEASURES, Budgets, budgets
from sib.deal.arrangements import FORMS
from sib.deal.reader import load

TOWN = "municipality"


@cache
def page(form: str) -> Budgets:
    return budgets(load("zwarte-zwanen", overlays=["claim-errors"]), 1_024, form=form)


@pytest.mark.parametrize("form", FORMS)
def test_means_of_years_add_up_and_quantiles_rise(form: str) -> None:
    found = page(form)
    for party, law in found.budgets():
        for measure in MEASURES:
            whole = found.find(party, law, measure=measure)
            parts = [found.find(party, law, measure=measure, year=year) for year in found.fiscal_years]
            assert sum(part.mean for part in parts) == pytest.approx(whole.mean, abs=0.01)
            assert all(part.p80 <= part.p90 <= part.p95 for part in (whole, *parts))


@pytest.mark.parametrize("form", FORMS)
def test_over_its_budgets_a_party_is_left_with_what_the_form_leaves_it(form: str) -> None:
    found = page(form)
    way = arrange(found.deal, 1_024, forms=(form,)).way(form)
    for party in {party for party, _ in found.budgets()}:
        mine = sum(found.find(party, law, measure="net").mean for each, law in found.budgets() if each == party)
        theirs = way.value(party, "net_cash")
        assert mine == pytest.approx(0.0 if theirs != theirs else theirs, abs=0.01)


def test_all_budgets_of_a_party_together_have_quantiles_of_their_own() -> None:
    found = page("revolving")
    laws = [law for party, law in found.budgets() if party == TOWN]
    for year in (None, *found.fiscal_years):
        whole = found.find(TOWN, ALL, measure="net_cost", year=year)
        parts = [found.find(TOWN, law, measure="net_cost", year=year) for law in laws]
        assert whole.mean == pytest.approx(sum(part.mean for part in parts), abs=0.01)
    whole = found.find(TOWN, ALL, measure="net_cost")
    assert whole.p90 != pytest.approx(sum(found.find(TOWN, law, measure="net_cost").p90 for law in laws), abs=1)
    assert ("health insurer", ALL) not in found.lines()


def test_net_cost_is_net_from_the_other_side() -> None:
    found = page("revolving")
    for party, law in found.budgets():
        assert found.find(party, law, measure="net").mean == -found.find(party, law, measure="net_cost").mean


@pytest.mark.parametrize(
    ("form", "share"), [("impact_bond", 0.10), ("pays_itself", 0.10), ("payment_agreement", 0.03),
                        ("central_reimbursement", 0.0)],
)
def test_what_falls_with_parties_that_bear_nothing(form: str, share: float) -> None:
    """The reference deal saves 7% on the Zvw and 3% on the Wlz."""
    assert page(form).outside.value == pytest.approx(share, abs=1e-6)


def test_a_state_that_pays_a_part_does_not_pay_for_everybody() -> None:
    """A norm of a quarter of the cost: insurer and care office bear nothing, and their 10% is outside again."""
    deal = load("zwarte-zwanen", settings={"arrangements.central_reimbursement.norm": 1_145})
    found = budgets(deal, 512, form="central_reimbursement")
    assert (found.is_central, found.outside.value) == (False, pytest.approx(0.10, abs=1e-6))
    assert page("central_reimbursement").is_central


def test_savings_that_free_no_money_are_savings_still() -> None:
    own = {f"payers.{law}.cashable": {"direct": 0.0, "real": 0.0} for law in load("zwarte-zwanen").payers}
    found = budgets(load("zwarte-zwanen", settings=own), 256)
    entries = {name: found.find(TOWN, ALL, measure=name).mean for name in ("saving", "cashable")}
    assert entries["saving"] > 1_000_000
    assert entries["cashable"] == 0


def test_where_nothing_is_done_nothing_is_saved() -> None:
    found = page("do_nothing")
    assert math.isnan(found.outside.value)
    assert {entry.mean for entry in found.entries} == {0.0}


def test_general_means_bear_what_no_law_does() -> None:
    assert (TOWN, GENERAL) in page("pays_itself").budgets()
    assert (TOWN, GENERAL) not in page("revolving").budgets()
    assert page("pays_itself").find(TOWN, GENERAL, measure="charged").mean == pytest.approx(1_717_500)


def test_the_worked_example_by_hand() -> None:
    """60 a year is saved and validated; 60 is paid at the end of year one, 45.76 of year two, nothing after."""
    found = budgets(load("worked-example"), 1)
    charged, saved = ([found.find(TOWN, "Wmo", measure=name, year=year).mean for year in found.fiscal_years[:3]]
                      for name in ("charged", "saving"))
    assert (charged, saved) == ([60.0, 45.76, 0.0], [60.0, 60.0, 60.0])
