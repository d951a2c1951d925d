"""What a pilot of a deal is worth: against the deal simulated again after every outcome, and by what must hold."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy.stats import betabinom

from sib.analysis.evidence import (
    Asked,
    Evidence,
    Rule,
    cost_of_a_case,
    evidence,
    segment_of,
    values_of,
)
from sib.deal.reader import load
from sib.engine import simulate
from sib.errors import RefusedError, ScenarioError
from sib.measures import risk

SEGMENT = "programme.segments.multi-problem households"
FEW = 2_000


def deal(**terms: Any) -> Any:
    return load("zwarte-zwanen", settings={"measures.hurdle": 0.02, **terms})


@pytest.fixture(scope="module")
def found() -> Evidence:
    return evidence(deal(), FEW, asked=Asked((0, 5, 25, 100)))


def test_a_party_decides_by_its_own_value(found: Evidence) -> None:
    run = simulate(deal(), FEW)
    investor, payer = found.sides
    for side, name in ((investor, "investor.npv"), (payer, "municipality.net_cash")):
        mean = risk.mean(run.trials[name].astype(np.float64))
        assert side.value.value == pytest.approx(mean.value / 100)
        assert side.value.standard_error == pytest.approx((mean.standard_error or 0.0) / 100)
        assert side.goes == (mean.value >= 0)
    assert (investor.goes, payer.goes) == (False, True)


def test_a_pilot_is_worth_what_simulating_again_after_each_outcome_says() -> None:
    """The posterior after k of n is again evidence, 15 + k of 25 + n, so that nothing needs to be weighed."""
    n, terms = 4, {"programme.dependence": {"kind": "independent"}, "measures.hurdle": 0.03}
    weighed = evidence(deal(**terms), FEW, asked=Asked((n,)))
    after, errors = [], []
    for k in range(n + 1):
        known = {f"{SEGMENT}.success.successes": 15 + k, f"{SEGMENT}.success.trials": 25 + n}
        mean = risk.mean(simulate(deal(**terms, **known), FEW).trials["investor.npv"])
        after.append(mean.value / 100)
        errors.append((mean.standard_error or 0.0) / 100)
    chance = betabinom.pmf(np.arange(n + 1), n, 15.5, 10.5)
    now = chance @ np.array(after)
    again = chance @ np.maximum(after, 0) - max(0.0, now)
    worth = weighed.pilots[0].worths[0].worth
    assert worth.value > 3 * (worth.standard_error or 0.0)
    assert worth.value == pytest.approx(again, abs=4 * float(np.hypot(worth.standard_error or 0.0, chance @ errors)))
    assert weighed.sides[0].value.value == pytest.approx(now, abs=4 * float(chance @ errors))


def test_no_cases_are_worth_nothing_and_more_are_worth_more(found: Evidence) -> None:
    worths = [pilot.worths[0].worth for pilot in found.pilots]
    assert (worths[0].value, worths[0].standard_error, found.pilots[0].cost) == (0.0, 0.0, 0.0)
    error = max(row.standard_error or 0.0 for row in worths)
    assert all(after.value >= before.value - 4 * error for before, after in pairwise(worths))
    assert worths[-1].value <= found.sides[0].perfect.worth.value + 4 * error


def test_where_nothing_changes_the_decision_nothing_is_worth_anything(found: Evidence) -> None:
    assert all(pilot.worths[1].worth.value == 0 for pilot in found.pilots)
    assert found.sides[1].perfect.worth.value == 0
    assert [pilot.worths[1].goes for pilot in found.pilots] == pytest.approx([1.0] * 4)
    assert [pilot.both_go for pilot in found.pilots] == pytest.approx([pilot.worths[0].goes for pilot in found.pilots])


def test_a_known_chance_leaves_nothing_to_learn() -> None:
    known = evidence(deal(**{f"{SEGMENT}.success": 0.6}), 300, asked=Asked((10,)))
    assert known.chance == (0.6, 0.0)
    assert [worth.worth.value for worth in known.pilots[0].worths] == [0.0, 0.0]
    assert [side.perfect.worth.value for side in known.sides] == [0.0, 0.0]


def test_a_chance_by_mean_and_deviation_is_learned_of_too() -> None:
    beta = {f"{SEGMENT}.success": {"kind": "beta", "mean": 0.58, "sd": 0.1}}
    assert evidence(deal(**beta), FEW, asked=Asked((25,))).pilots[0].worths[0].worth.value > 0


def test_what_a_case_costs_comes_from_the_budget() -> None:
    # By hand, of the reference deal: 1,650 + 1,100 + 550 for a case, and a custom budget of 1,000 planned for each.
    assert cost_of_a_case(deal()) == (4_300.0, (
        "design and legitimise custom plans", "implement custom plans", "direct and monitor custom plans",
        "custom budget"))
    given = evidence(deal(), 100, asked=Asked((10,), cost_per_case=20.0))
    assert (given.cost_per_case, given.cost_lines, given.pilots[0].cost) == (20.0, (), 200.0)


def test_the_best_size_leaves_most_after_its_cost() -> None:
    cheap = evidence(deal(), FEW, asked=Asked((0, 5, 25, 100), cost_per_case=100.0))
    nets = {pilot.n_cases: pilot.worths[0].worth.value - 100.0 * pilot.n_cases for pilot in cheap.pilots}
    best = cheap.best(0)
    assert best is not None
    assert best.n_cases == max(nets, key=lambda n: nets[n])
    assert cheap.best(1) is None


def test_rules_are_obeyed() -> None:
    rules = {"investor": Rule("investor.principal_loss", 0.2, is_at_least=False),
             "municipality": Rule("municipality.present_value", 1e9)}
    found = evidence(deal(), 600, asked=Asked((25,), rules=rules))
    run = simulate(deal(), 600)
    lost = float((run.trials["investor.receipts"] < run.trials["investor.outlay"]).mean())
    assert found.sides[0].goes == (lost <= 0.2)
    assert found.sides[0].judged.value == pytest.approx(lost)
    # The investor is still worth its net present value; the municipality what it decides by, which is money of its own.
    assert found.sides[0].value.value == pytest.approx(run.trials["investor.npv"].mean() / 100)
    assert found.sides[1].value.value == pytest.approx(run.trials["municipality.present_value"].mean() / 100)
    assert not found.sides[1].goes


def test_measures_come_in_the_units_that_rules_are_written_in() -> None:
    run = simulate(deal(), 50)
    assert values_of(run, "investor.irr")[1] == "fraction"
    assert values_of(run, "programme.successes")[1] == "count"
    values, unit = values_of(run, "investor.npv")
    assert unit == "money"
    assert values.tolist() == (run.trials["investor.npv"] / 100).tolist()
    with pytest.raises(KeyError, match=r"no trial has a value 'investor\.nvp'; the nearest: investor\.npv"):
        values_of(run, "investor.nvp")


def test_it_must_be_clear_whose_chance_is_meant() -> None:
    with pytest.raises(RefusedError, match=r'programme\.kind is "effect", not "cases"'):
        segment_of(load("peterborough"), None)
    with pytest.raises(ScenarioError, match="has no 'nobody'; its segments: multi-problem households"):
        segment_of(deal(), "nobody")
    with pytest.raises(RefusedError, match=r"more than one segment \(.*\); choose one with --segment"):
        segment_of(load("zaanstad"), None)
    names = [segment.name for segment in load("zaanstad").segments]
    assert segment_of(load("zaanstad"), names[1]).name == names[1]
