"""Deals side by side: figures are those of each run, differences are paired, a deal does not differ from itself."""

from __future__ import annotations

import pytest

from sib.analysis.compare import COMPARED, compare
from sib.deal.reader import load
from sib.engine import simulate
from sib.results import summarise

TRIALS = 5_120


def test_figures_are_those_of_each_run() -> None:
    deals = (load("zwarte-zwanen"), load("zwarte-zwanen", overlays=["trigger-high"]))
    found = compare(deals, TRIALS)
    for deal, rows in zip(deals, found.rows, strict=True):
        summary = {(row.party, row.measure, row.statistic): row for row in summarise(simulate(deal, TRIALS))}
        for row in rows:
            theirs = summary[row.party, row.measure, row.statistic]
            assert row.value == pytest.approx(theirs.value, abs=1e-9 * max(1, abs(theirs.value)))
            assert row.unit == theirs.unit


def test_a_deal_does_not_differ_from_itself() -> None:
    deal = load("zwarte-zwanen")
    found = compare((deal, deal), 300)
    assert {row.value for row in found.differences[0]} == {0.0}
    assert found.spared == (0.0,)


def test_differences_are_means_of_differences_with_a_smaller_error() -> None:
    """A point of interest more. Paired, the error of the payer's difference is a fraction of that of either deal."""
    deals = (load("zwarte-zwanen"), load("zwarte-zwanen", settings={"contract.interest.rate": 0.05}))
    found = compare(deals, TRIALS)
    for place, each in enumerate(COMPARED):
        one, two = (rows[place].value for rows in found.rows)
        if each.measure != "irr":  # defined in other trials
            assert found.differences[0][place].value == pytest.approx(two - one, abs=1e-6)
    place = next(n for n, each in enumerate(COMPARED) if each.measure == "net_cash")
    paired, alone = found.differences[0][place].standard_error, found.rows[0][place].standard_error
    assert paired is not None
    assert alone is not None
    assert paired < alone
    assert found.spared[0] < 0.1


def test_what_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="two deals"):
        compare((load("zwarte-zwanen"),), 1)
    with pytest.raises(ValueError, match="currencies"):
        compare((load("zwarte-zwanen"), load("peterborough")), 1)


def test_deals_of_different_kinds_can_be() -> None:
    found = compare((load("zwarte-zwanen"), load("sociaal-hospitaal-den-haag"), load("worked-example")), 300)
    assert len(found.rows) == 3
    assert len(found.differences) == 2


def test_a_chance_that_every_trial_agrees_on_has_a_bound_and_no_error() -> None:
    """Worked example: repaid in full in each of 300 trials; as in a run, that is at least 99%, not certainty."""
    found = compare((load("worked-example"), load("worked-example")), 300)
    (row,) = (row for row in found.rows[0] if row.measure == "repaid_in_full")
    assert (row.value, row.standard_error, row.high) == (1.0, None, 1.0)
    assert row.low == pytest.approx(1 - 3.0 / 300, abs=0.003)
