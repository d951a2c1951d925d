"""The rows of the bridge: in the order in which the steps apply, with a name each."""

from __future__ import annotations

import pytest

from sib.accountant.counting import RULES
from sib.bridge import REASONS, bridge_rows
from sib.deal.reader import load
from sib.engine import simulate
from sib.views.captions import Captions

EVERYTHING = {
    "accountant.claims.invalid": 0.2, "accountant.claims.overstated": 0.2, "accountant.claims.evidence_missing": 0.1,
    "accountant.claims.taint": {"kind": "uniform", "low": 0.1, "high": 0.5},
    "accountant.review.invalid_detected": 0.5, "accountant.review.overstated_detected": 0.5,
    "accountant.review.wrong_adjustment": 0.2, "accountant.review.adjustment_share": 0.3,
    "accountant.disputes.challenge": 0.9,
}


def test_steps_are_told_in_the_order_in_which_they_apply() -> None:
    deal = load("zwarte-zwanen", overlays=["disputes", "sample-by-lot"], settings=EVERYTHING)
    rows = bridge_rows(simulate(deal, 50))
    steps = [row.measure.removeprefix("bridge.") for row in rows if row.statistic == "mean"]
    assert [step for step in steps if step in REASONS] == list(REASONS)
    places = [(*RULES, *REASONS).index(step) for step in steps]
    assert places == sorted(places)


@pytest.mark.parametrize("step", [*RULES, *REASONS])
def test_every_step_has_a_name_in_both_languages(step: str) -> None:
    names = {Captions(lang, "EUR").reason(step) for lang in ("en", "nl")}
    assert len(names) == 2
    assert step not in names
