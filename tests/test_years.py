"""Amounts by fiscal year: they add up to the totals of every trial, budget by budget and party by party."""

from __future__ import annotations

import numpy as np
import pytest

from sib.arrays import add_up
from sib.deal.reader import load
from sib.engine import YEARS, simulate
from sib.ledger import parties
from sib.years import KINDS

DEALS = {
    "reference": ("zwarte-zwanen", ["claim-errors"], {}),
    "prices and waterbed": ("zwarte-zwanen", [], {
        "measures.indexation": 0.03, "payers.Zvw.indexation": 0.0, "payers.Wmo.waterbed": {"Wlz": 0.3},
        "timeline.fiscal_year_start": 7, "payers.Jeugdwet.bought": "lump_sum", "payers.Jeugdwet.renewal_month": 14,
    }),
    "group": ("peterborough", [], {}),
    "several payers": ("denver-supportive-housing", [], {}),
}


@pytest.fixture(scope="module", params=DEALS)
def run(request: pytest.FixtureRequest):
    source, overlays, settings = DEALS[request.param]
    return simulate(load(source, overlays=overlays, settings=settings), 300, keep_flows=(YEARS,))


def test_years_add_up_to_the_totals(run) -> None:
    for law in run.deal.payers:
        true = add_up(run.years[f"law.{law}.{kind}"] for kind in ("direct", "real")).sum(axis=0)
        assert np.array_equal(true, run.trials[f"payer.{law}.true_savings"])
        for kind, name in (("cashable", "cashable_savings"), ("validated", "validated_savings"),
                           ("payments", "outcome_payments")):
            found = run.years[f"law.{law}.{kind}"].sum(axis=0)
            assert np.array_equal(found, run.trials[f"payer.{law}.{name}"])


def test_in_every_year_the_pockets_add_up(run) -> None:
    """Over payers: saving; over parties: cash is zero; over budget lines: the cost of the work."""
    cash = add_up(run.years[f"cash.{role}"] for role in parties(run.deal))
    assert abs(cash.sum(axis=0)).max() == 0
    cost = add_up(run.years[f"cost.{line.activity}"] for line in run.deal.budget.lines).sum(axis=0)
    assert np.array_equal(cost, run.trials["programme.cost"])
    assert run.years["plans"].shape == (len(run.calendar.fiscal_years), 300)
    if run.deal.segments:
        assert np.array_equal(run.years["plans"].sum(axis=0), run.trials["programme.enrolled"])


def test_every_kind_of_every_law_is_there(run) -> None:
    named = {f"law.{law}.{kind}" for law in run.deal.payers for kind in KINDS}
    assert named <= set(run.years)


def test_they_do_not_depend_on_workers_or_length() -> None:
    from sib.engine import Effort

    deal = load("zwarte-zwanen")
    one, two = (simulate(deal, n, keep_flows=(YEARS,), effort=Effort(workers)).years
                for n, workers in ((4500, 1), (300, 2)))
    assert all(np.array_equal(one[name][:, :300], two[name]) for name in two)


def test_nothing_is_kept_unless_asked() -> None:
    assert simulate(load("worked-example"), 1).years == {}
