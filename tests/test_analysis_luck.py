"""What luck pays: identities by date and in total, the zero-effect twin, and deals in which all of it is known."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from one_block import TOLERANCE, household, plain_deal, tables_of

from sib.analysis.luck import Luck, luck
from sib.analysis.variants import without_effect
from sib.deal.reader import load
from sib.deal.scenario import Scenario
from sib.engine import Effort, simulate
from sib.programme.outcomes import mean_chance

REFERENCE, TRIALS = "zwarte-zwanen", 400
HOUSEHOLDS = "programme.segments.multi-problem households"
DEALS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "as agreed": ((), {}),
    "claim errors": (("claim-errors", "trigger-high"), {}),
    "curable": (("claim-errors", "trigger-high"), {"contract.triggers.proof.latched": False}),
    "disputes, by lot": (("claim-errors", "disputes", "sample-by-lot", "trigger-high"), {}),
    "low trigger": (("claim-errors", "trigger-low"), {f"{HOUSEHOLDS}.regression_to_mean": 0.2}),
    "peterborough": ((), {}),
}
"""By what they try: overlays, settings."""


@cache
def luck_of(name: str) -> Luck:
    overlays, settings = DEALS[name]
    deal = load(name if name == "peterborough" else REFERENCE, overlays=overlays, settings=settings)
    return luck(deal, TRIALS)


def hits(found: Luck, *names: str) -> list[int]:
    """In how many trials; a share of them is a whole number over ``TRIALS``."""
    return [round(found.row(name).value * TRIALS) for name in names]


@pytest.mark.parametrize("name", DEALS)
def test_paid_is_earned_and_false_less_missed(name: str) -> None:
    found = luck_of(name)
    earned, paid, false, missed = hits(found, "earned", "paid", "false_trigger", "missed_trigger")
    assert paid == earned + false - missed
    for each in found.dates:
        shares = (each.earned, each.paid, each.false, each.missed)
        earned, paid, false, missed = (round(share * TRIALS) for share in shares)
        assert paid == earned + false - missed


def test_something_is_false_and_something_missed() -> None:
    """Else the identities would hold for nothing."""
    assert min(hits(luck_of("claim errors"), "false_trigger", "missed_trigger")) > 0
    assert min(hits(luck_of("peterborough"), "false_trigger", "missed_trigger")) > 0
    assert any(each.false and each.missed and each.paid_falsely and each.not_paid for each in luck_of("curable").dates)


@pytest.mark.parametrize("name", DEALS)
def test_beyond_less_short_is_the_difference_of_what_is_paid(name: str) -> None:
    found = luck_of(name)
    cents = {row.measure: round(row.value * 100 * TRIALS) for row in found.rows if row.statistic == "mean"}
    assert cents["overpaid"] - cents["underpaid"] == cents["outcome_payments"] - cents["earned_payments"]
    assert 0 <= cents["paid_falsely"] <= cents["overpaid"]
    assert 0 <= cents["not_paid"] <= cents["underpaid"]
    share = found.row("paid_on_earned").value
    assert share == pytest.approx(cents["outcome_payments"] / cents["earned_payments"])


@pytest.mark.parametrize("name", [name for name in DEALS if name != "peterborough"])
def test_the_last_date_is_the_total(name: str) -> None:
    """Of a trigger that covers the whole deal; Peterborough's main trigger is of one cohort, its money of all."""
    found, last = luck_of(name), luck_of(name).dates[-1]
    assert [last.earned, last.paid, last.false, last.missed] == [
        found.row(each).value for each in ("earned", "paid", "false_trigger", "missed_trigger")
    ]
    assert last.paid_falsely == pytest.approx(found.row("paid_falsely").value)
    assert last.not_paid == pytest.approx(found.row("not_paid").value)
    assert [each.day for each in found.dates] == [found.deal.timeline.day(month) for month in
                                                  found.deal.timeline.payment_months]


def test_a_latched_trigger_is_never_met_less_often_later() -> None:
    dates = luck_of("claim errors").dates
    for name in ("earned", "paid"):
        shares = [getattr(each, name) for each in dates]
        assert shares == sorted(shares)


@pytest.mark.parametrize("name", DEALS)
def test_what_is_paid_as_agreed_is_the_run(name: str) -> None:
    found = luck_of(name)
    run = simulate(found.deal, TRIALS)
    mean = run.trials["municipality.outcome_payments"].mean() / 100
    assert found.row("outcome_payments").value == pytest.approx(mean)
    twin = simulate(without_effect(found.deal), TRIALS)
    paid = twin.trials["municipality.outcome_payments"]
    assert found.row("luck_payments").value == pytest.approx(paid.mean() / 100)
    assert hits(found, "luck_pays") == [(paid > 0).sum()]


# All of it known


def certain(segment: dict[str, Any], **accountant: Any) -> Luck:
    """Two cases, 50 each to pay for, a saving of 120 each, and repayment once 240 are validated."""
    trigger = {"name": "all", "main": True, "metric": "validated_savings", "at_least": 240}
    payments = [{"kind": "savings_share", "name": "repayment", "share": 1.0, "when": "all"}]
    terms = {"triggers": [trigger], "payments": payments}
    return luck(plain_deal(segment, accountant=accountant, contract=terms), 10)


def values(found: Luck, *names: str) -> list[float]:
    return [found.row(name).value for name in names]


def test_good_claims_that_are_all_refused_by_hand() -> None:
    """Earned in month 12 for sure, 100 of principal; not a cent is paid."""
    found = certain(household(), review={"wrong_rejection": 1.0})
    assert values(found, "earned", "paid", "false_trigger", "missed_trigger") == [1, 0, 0, 1]
    assert values(found, "outcome_payments", "earned_payments", "overpaid", "underpaid") == [0, 100, 0, 100]
    assert values(found, "paid_falsely", "not_paid") == [0, 100]
    assert [(each.missed, each.not_paid) for each in found.dates] == [(1, 100)] * 5


def test_wrong_claims_that_are_all_accepted_by_hand() -> None:
    claims, review = {"invalid": 1.0}, {"invalid_detected": 0.0}
    found = certain(household(success=0.0), claims=claims, review=review)
    assert values(found, "earned", "paid", "false_trigger", "missed_trigger") == [0, 1, 1, 0]
    assert values(found, "outcome_payments", "earned_payments", "overpaid", "underpaid") == [100, 0, 100, 0]
    assert values(found, "paid_falsely", "not_paid") == [100, 0]
    # there was no effect to take away: the twin is the deal
    assert values(found, "luck_payments", "luck_share", "luck_pays", "luck_triggers") == [100, 1, 1, 1]
    assert found.row("luck_validated").value == 240
    assert math.isnan(found.row("paid_on_earned").value)


def test_deadweight_by_hand() -> None:
    """With all of it deadweight the twin is paid as the deal is; with half of the saving regression, half is shown."""
    found = certain(household(deadweight=1.0))
    assert values(found, "luck_payments", "luck_share", "luck_repays_in_full", "luck_triggers") == [100, 1, 1, 1]
    found = certain(household(regression_to_mean=0.5))
    assert values(found, "luck_validated", "luck_triggers", "luck_payments") == [120, 0, 0]


@pytest.mark.parametrize("path", ["accountant.review.wrong_rejection", "accountant.claims.evidence_missing"])
def test_without_deadweight_regression_and_invalid_claims_the_twin_pays_nothing(path: str) -> None:
    found = luck(load(REFERENCE, settings={f"{HOUSEHOLDS}.deadweight": 0.0, path: 0.3}), 300)
    assert values(found, "luck_payments", "luck_validated", "luck_pays") == [0, 0, 0]
    assert found.row("outcome_payments").value > 0


@pytest.mark.parametrize(
    "name", ["deadweight", "regression_to_mean", "accountant.claims.invalid"], ids=lambda name: name.rpartition(".")[2]
)
def test_each_of_the_three_is_enough_to_show_something(name: str) -> None:
    path = name if "." in name else f"{HOUSEHOLDS}.{name}"
    review = {"accountant.review.invalid_detected": 0.5}
    found = luck(load(REFERENCE, settings={f"{HOUSEHOLDS}.deadweight": 0.0} | review | {path: 0.2}), 100)
    assert found.row("luck_validated").value > 0


# The twin against the deal


@pytest.mark.parametrize(("deadweight", "regression"), [(0.3, 0.0), (0.0, 0.4), (0.25, 0.35)])
def test_the_twin_shows_on_average_what_was_not_caused(deadweight: float, regression: float) -> None:
    """G - T of the deal, all laws and months; both from the same draws, 4.5 standard errors of their difference."""
    terms = {f"{HOUSEHOLDS}.deadweight": deadweight, f"{HOUSEHOLDS}.regression_to_mean": regression}
    deal = load(REFERENCE, overlays=["independent"], settings=terms)
    agreed, twin = (simulate(each, 4_096).trials for each in (deal, without_effect(deal)))
    not_caused = agreed["accountant.claimed"] - agreed["society.true_savings"]
    apart = (twin["accountant.claimed"] - not_caused) / 100
    assert not_caused.mean() > 0
    assert abs(apart.mean()) < TOLERANCE * apart.std() / math.sqrt(apart.size)


def cases_of(deal: Scenario, block: int) -> set[tuple[int, int]]:
    """Trial and case of every success in one block."""
    [rows] = tables_of(deal, block=block)
    return {(int(t), int(c)) for t, c in zip(rows.trial[rows.success], rows.case[rows.success], strict=True)}


def test_who_would_have_succeeded_anyway_succeeds_with_help_too() -> None:
    deal = plain_deal(household(cases=40, success=0.6, deadweight=0.3))
    n_with, n_without = 0, 0
    for block in range(20):
        with_help, without = cases_of(deal, block), cases_of(without_effect(deal), block)
        assert without < with_help
        n_with, n_without = n_with + len(with_help), n_without + len(without)
    n_cases = 20 * 256 * 40
    chance = 0.3 * mean_chance(deal.segments[0])
    assert abs(n_without / n_cases - chance) < TOLERANCE * math.sqrt(chance * (1 - chance) / n_cases)
    assert n_with > 3 * n_without


def test_with_fixed_savings_the_twin_never_shows_more() -> None:
    terms = {f"{HOUSEHOLDS}.saving": 20_000.0, f"{HOUSEHOLDS}.deadweight": 0.3, f"{HOUSEHOLDS}.regression_to_mean": 0.5}
    deal = load(REFERENCE, overlays=["claim-errors"], settings=terms)
    agreed, twin = (simulate(each, 500).trials for each in (deal, without_effect(deal)))
    assert (twin["programme.successes"] <= agreed["programme.successes"]).all()
    assert (twin["accountant.admissible"] <= agreed["accountant.admissible"]).all()
    assert (twin["programme.successes"] > 0).any()


def test_an_effect_that_is_not_there_is_paid_on_noise_alone() -> None:
    """Ten per cent measured with a standard deviation of ten; three cohorts, each met on its own or on their mean."""
    settings = {"programme.metrics.reduction.evaluator_sd": 10.0}
    found = luck(load("peterborough", settings=settings), 500)
    assert 0.2 < found.row("luck_pays").value < 0.6
    exact = luck(load("peterborough", settings={"programme.metrics.reduction.evaluator_sd": 0.0}), 500)
    names = ("overpaid", "underpaid", "false_trigger", "missed_trigger", "luck_pays", "luck_payments")
    assert values(exact, *names) == [0.0] * 6
    assert exact.row("earned_payments").value == found.row("earned_payments").value


# What the paper holds


def test_a_deal_without_a_trigger_has_no_dates_and_no_rows_of_one() -> None:
    found = luck(load("worked-example"), 20)
    assert found.dates == ()
    told = {row.measure for row in found.rows}
    assert not told & {"earned", "paid", "false_trigger", "paid_falsely", "luck_triggers"}
    with pytest.raises(StopIteration):
        found.row("paid")


def test_a_group_validates_no_savings() -> None:
    assert "luck_validated" not in {row.measure for row in luck_of("peterborough").rows}
    assert luck_of("peterborough").selections == ()


PICKED = {"cost": 10_000, "cv": 2.0, "top_share": 0.04, "correlation": 0.7}


def test_a_selection_is_told_what_it_shows() -> None:
    """78,721 in the year and 48,542 a year later: a fall of 30,179 a year, of a saving of 22,000 in a year."""
    settings = {f"{HOUSEHOLDS}.selection": PICKED, f"{HOUSEHOLDS}.regression_to_mean": 0.25}
    [picked] = luck(load(REFERENCE, settings=settings), 1).selections
    assert (picked.segment, picked.saving, picked.assumed) == ("multi-problem households", 22_000, 0.25)
    assert (round(picked.then), round(picked.later)) == (78_721, 48_542)
    assert picked.share == pytest.approx(30_179 / 22_000, abs=1e-4)
    [half] = luck(load(REFERENCE, settings=settings | {f"{HOUSEHOLDS}.saving_months": 6}), 1).selections
    assert half.share == pytest.approx(picked.share / 2)


def test_a_share_of_no_saving_is_undefined() -> None:
    [picked] = luck(plain_deal(household(saving=0, selection=PICKED)), 1).selections
    assert math.isnan(picked.share)


def test_threads_and_progress_change_nothing() -> None:
    deal = load(REFERENCE, overlays=["claim-errors"])
    told: list[int] = []
    one, two = (luck(deal, 600, effort=effort) for effort in (Effort(1), Effort(2, told.append)))
    assert (one.rows, one.dates) == (two.rows, two.dates)
    assert sum(told) == 3 * 600
    assert replace(one, seed=2) != two
    assert luck(deal, 600, seed=2).rows != one.rows
    assert np.isfinite([row.value for row in one.rows]).all()
