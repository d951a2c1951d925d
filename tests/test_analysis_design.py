"""Ways of reviewing: full review is the deal itself, a census by sample is full review, and counts by hand."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from group_deal import counts_deal
from one_block import household, plain_deal

from sib.analysis.design import UNSEEN, Choice, Comparison, Design, Way, designs, price_of_a_file, ways
from sib.analysis.variants import reviewed
from sib.bridge import REASONS
from sib.deal.reader import load
from sib.deal.scenario import Scenario
from sib.engine import Effort, simulate
from sib.results import summarise

REFERENCE, TRIALS = "zwarte-zwanen", 300
HOUSEHOLDS = "programme.segments.multi-problem households"
MONEY = ("haircut", "wrongly_accepted", "wrongly_withheld", "outcome_payments")
CHANCES = ("repaid_in_full", "false_trigger", "missed_trigger")


@cache
def compared() -> Comparison:
    deal = load(REFERENCE, overlays=["claim-errors", "trigger-high"])
    return designs(deal, TRIALS, choice=Choice(sizes=(54,)))


def way_of(found: Comparison, mode: str, rule: str | None = None) -> Design:
    """The one way of a kind, among the real ones."""
    [design] = [
        each for each in found.designs if each.way is not UNSEEN and each.way.mode == mode
        and (each.way.sample.pay_on if each.way.sample else None) == rule
    ]
    return design


def value(design: Design, name: str) -> float:
    row = design.row(name)
    assert row is not None
    return row.value


def test_full_review_is_the_deal_itself() -> None:
    found = compared()
    full, run = way_of(found, "full"), simulate(found.deal, TRIALS)
    parties = ("accountant", "investor", "municipality")
    summary = {(row.measure, row.statistic): row.value for row in summarise(run) if row.party in parties}
    assert value(full, "outcome_payments") == summary["outcome_payments", "mean"]
    assert value(full, "files_opened") == summary["files_opened", "mean"]
    assert [value(full, name) for name in CHANCES] == [summary[name, "probability"] for name in CHANCES]
    assert 0 < value(full, "missed_trigger") < 1
    apart = run.trials["accountant.validated"] - run.trials["accountant.admissible"]
    assert value(full, "wrongly_accepted") == pytest.approx(apart.clip(min=0).mean() / 100)
    assert value(full, "wrongly_withheld") == pytest.approx(-apart.clip(max=0).mean() / 100)


def test_the_deals_own_review_is_looked_away_from() -> None:
    plain = load(REFERENCE, overlays=["claim-errors"])
    sampled = load(REFERENCE, overlays=["claim-errors", "sample-by-lot"])
    one, other = (way_of(designs(deal, 50, choice=Choice(sizes=(54,))), "full") for deal in (plain, sampled))
    assert one.rows == other.rows


def test_where_nobody_looks_everything_claimed_is_paid_on() -> None:
    unseen = compared().designs[0]
    assert unseen.way is UNSEEN
    assert [value(unseen, name) for name in ("files_opened", "fee", "haircut", "wrongly_withheld")] == [0, 0, 0, 0]
    # one failed case in ten is claimed, and all of those are accepted
    assert value(unseen, "wrongly_accepted") > 100_000


def test_where_nobody_errs_nothing_is_wrong_however_one_looks() -> None:
    deal = load(REFERENCE, settings={"accountant.review.wrong_rejection": 0.0})
    found = designs(deal, 50, choice=Choice(sizes=(54,)))
    for design in found.designs:
        assert value(design, "wrongly_accepted") == 0
        rule = design.way.sample.pay_on if design.way.sample else None
        if rule != "upper":  # which holds back for what a sample does not know
            assert (value(design, "wrongly_withheld"), value(design, "haircut")) == (0, 0)
    assert value(way_of(found, "attributes", "upper"), "wrongly_withheld") > 0


def test_a_planned_sample_without_an_error_is_accepted_and_a_smaller_one_cannot_be() -> None:
    """54 of 375 files and 60 units of money are the plans; of 50 of either the limit is above what is tolerated."""
    deal = load(REFERENCE, settings={"accountant.review.wrong_rejection": 0.0})
    found = designs(deal, 50)
    assert value(way_of(found, "attributes", "accept"), "files_opened") == 54
    assert 40 < value(way_of(found, "monetary_unit", "accept"), "files_opened") <= 60  # large files take two units
    fewer = designs(deal, 50, choice=Choice(sizes=(50,)))
    every = value(way_of(fewer, "full"), "files_opened")
    assert value(way_of(fewer, "attributes", "accept"), "files_opened") > 60
    assert value(way_of(fewer, "monetary_unit", "accept"), "files_opened") == every


def few_households() -> Scenario:
    """Eight cases with errors of every kind."""
    return plain_deal(
        household(cases=8, success=0.6, saving={"kind": "lognormal", "mean": 500, "cv": 0.5}, intake={"months": 4}),
        accountant={
            "claims": {"invalid": 0.4}, "review": {"wrong_rejection": 0.2, "invalid_detected": 0.5}, "delay": 2,
        },
    )


def test_a_sample_of_everything_is_full_review() -> None:
    found = designs(few_households(), 200, choice=Choice(sizes=(8,)))
    full, census = way_of(found, "full"), way_of(found, "attributes", "point")
    names = ("files_opened", *MONEY)
    assert [value(census, name) for name in names] == [value(full, name) for name in names]
    assert min(value(full, name) for name in names) > 0


@pytest.mark.parametrize("mode", ["attributes", "monetary_unit"])
def test_a_sample_that_is_refused_is_full_review(mode: str) -> None:
    """No error at all is tolerated, so that all files are opened; or none was found because none was left out."""
    found = designs(few_households(), 200, choice=Choice(sizes=(4,), tolerable=0.001))
    full, refused = way_of(found, "full"), way_of(found, mode, "accept")
    assert [value(refused, name) for name in MONEY[:3]] == [value(full, name) for name in MONEY[:3]]


def test_wrong_is_the_distance_from_what_is_right() -> None:
    for design in compared().designs:
        run = simulate(reviewed(compared().deal, mode=design.way.mode, sample=design.way.sample), TRIALS)
        apart = (run.trials["accountant.validated"] - run.trials["accountant.admissible"]).mean() / 100
        assert value(design, "wrongly_accepted") - value(design, "wrongly_withheld") == pytest.approx(apart)


def test_what_is_taken_off_is_what_the_bridge_shows_after_the_counting_rules() -> None:
    for design in compared().designs:
        run = simulate(reviewed(compared().deal, mode=design.way.mode, sample=design.way.sample), TRIALS)
        taken = sum(run.trials[f"bridge.{name}"].mean() for name in REASONS if f"bridge.{name}" in run.trials) / 100
        assert value(design, "haircut") == pytest.approx(taken)


def test_what_has_no_evidence_is_taken_off_too() -> None:
    """Two claims of 120 without a paper; where nobody looks they are paid on."""
    found = designs(plain_deal(accountant={"claims": {"evidence_missing": 1.0}}), 5, choice=Choice(sizes=(2,)))
    assert [value(found.designs[place], "haircut") for place in (0, 1)] == [0, 240]
    assert value(way_of(found, "attributes", "point"), "haircut") == 240
    assert [value(each, "wrongly_withheld") for each in found.designs[:2]] == [0, 240]


def test_more_files_are_more_right_and_cost_more() -> None:
    found = designs(load(REFERENCE, overlays=["claim-errors"]), 1_000, choice=Choice(sizes=(30, 150)))
    few, many = (each for each in found.designs if each.way.mode == "attributes" and each.way.sample.pay_on == "point")
    assert value(few, "fee") < value(many, "fee") < value(way_of(found, "full"), "fee")
    assert value(few, "wrongly_accepted") > value(many, "wrongly_accepted")
    low, high = (each for each in found.designs if each.way.mode == "attributes" and each.way.sample.pay_on == "upper")
    assert value(low, "haircut") > value(high, "haircut")
    assert low.way.n_files == 30 < 150 == high.way.n_files


def test_a_sample_at_the_end_makes_money_wait_until_then() -> None:
    """Two cases, claimed in months 12 and 15; all is ready by the payment date of month 24."""
    deal = plain_deal(household(intake={"from": 1, "months": 4}))
    found = designs(deal, 10, choice=Choice(sizes=(1,)))
    months = way_of(found, "full").months
    assert months < 24
    assert way_of(found, "attributes", "point").months == months
    assert {way_of(found, mode, "accept").months for mode in ("attributes", "monetary_unit")} == {24}


def test_what_is_validated_too_late_is_told() -> None:
    """A dispute of a year behind the only settlement that knows all: nothing of it can be paid."""
    fought = {"review": {"wrong_rejection": 1.0}, "disputes": {"appeal": 1.0, "months": 12}}
    deal = plain_deal(household(), accountant=fought, timeline={"maturity": 12, "payment_dates": {"every": 12}})
    found = designs(deal, 10, choice=Choice(sizes=(2,)))
    assert way_of(found, "attributes", "accept").row("late").value == 240


def test_where_nothing_is_validated_there_is_no_month() -> None:
    found = designs(plain_deal(household(success=0.0)), 10, choice=Choice(sizes=(1,)))
    assert all(design.months != design.months for design in found.designs)


# What a file costs


def test_a_file_costs_its_part_of_the_budget_line() -> None:
    assert price_of_a_file(load(REFERENCE)) == 50_000 / 375


def test_or_the_fee_per_case_or_nothing() -> None:
    assert price_of_a_file(plain_deal(accountant={"fee": {"per_case": 80}})) == 80
    assert price_of_a_file(plain_deal()) == 0


def test_the_fee_is_the_files_at_their_price() -> None:
    for design in compared().designs:
        assert value(design, "fee") == pytest.approx(value(design, "files_opened") * 50_000 / 375)
    found = designs(compared().deal, 20, choice=Choice(sizes=(54,), price=200.0))
    assert found.price == 200.0
    assert value(way_of(found, "full"), "fee") == pytest.approx(200 * value(way_of(found, "full"), "files_opened"))


# What is compared


def names(deal: Scenario, **choice: Any) -> list[tuple[str, str | None, int | None]]:
    return [(way.mode, way.sample.pay_on if way.sample else None, way.n_files) for way in ways(deal, Choice(**choice))]


def test_nothing_everything_and_three_rules_for_both_kinds_of_sample() -> None:
    listed = names(load(REFERENCE), sizes=(30, 54))
    assert listed[1] == ("full", None, None)
    kinds = [(mode, rule, size) for size in (30, 54) for mode in ("attributes", "monetary_unit")
             for rule in ("point", "upper", "accept")]
    assert listed[2:] == kinds


@pytest.mark.parametrize(
    ("cases", "tolerable", "by_lot", "by_amount"),
    [(375, 0.05, 54, 60), (1_000, 0.06, 48, 50), (1_000, 0.02, 138, 150), (500, 0.02, 129, 150)],
)
def test_without_a_size_as_many_as_show_the_tolerable_share(
    cases: int, tolerable: float, by_lot: int, by_amount: int
) -> None:
    """Printed tables at 95% and no error: a finite population (EZ-Quant), Poisson 60 at 5% and 150 at 2%."""
    listed = names(plain_deal(household(cases=cases)), tolerable=tolerable)[2:]
    assert {size for mode, _, size in listed if mode == "attributes"} == {by_lot}
    assert {size for mode, _, size in listed if mode == "monetary_unit"} == {by_amount}


def test_where_no_sample_can_show_it_all_files_are_meant() -> None:
    assert {size for *_, size in names(plain_deal(household(cases=2)), tolerable=0.01)[2:]} == {2}


def test_samples_keep_the_confidence_of_the_deal() -> None:
    deal = load(REFERENCE, overlays=["sample-by-lot"], settings={"accountant.sample.confidence": 0.8})
    samples = [way.sample for way in ways(deal, Choice()) if way.sample and way is not UNSEEN]
    assert {sample.confidence for sample in samples} == {0.8}
    assert next(way.n_files for way in ways(deal, Choice()) if way.n_files) < 54


def test_a_sample_is_never_of_more_than_all() -> None:
    [spread] = {way.sample.share for way in ways(plain_deal(), Choice(sizes=(500,))) if way.sample and way.sample.share}
    assert spread == 1.0


@pytest.mark.parametrize(
    "deal", [load(REFERENCE, overlays=["claim-monthly"]), load("peterborough"), counts_deal()],
    ids=["monthly", "effect", "counts"],
)
def test_what_is_not_claimed_once_by_case_is_refused(deal: Scenario) -> None:
    with pytest.raises(ValueError, match="claimed once"):
        designs(deal, 1)


def test_claims_at_the_plan_can_be_sampled() -> None:
    found = designs(load(REFERENCE, overlays=["claim-at-plan"]), 20, choice=Choice(sizes=(54,)))
    assert value(way_of(found, "attributes", "point"), "files_opened") > 0


def test_rows_of_a_trigger_are_there_where_there_is_one() -> None:
    found = designs(plain_deal(), 5, choice=Choice(sizes=(1,)))
    assert all(each.row("false_trigger") is None for each in found.designs)
    assert all(each.row("repaid_in_full") is not None for each in found.designs)


def test_threads_and_progress_change_nothing() -> None:
    told: list[int] = []
    deal, choice = load(REFERENCE, overlays=["claim-errors"]), Choice(sizes=(54,))
    one = designs(deal, 300, choice=choice, effort=Effort(1))
    two = designs(deal, 300, choice=choice, effort=Effort(2, told.append))
    assert one == two
    assert sum(told) == 300 * len(one.designs)
    assert designs(deal, 300, seed=2, choice=choice).designs != one.designs
    assert Way("full") == one.designs[1].way
