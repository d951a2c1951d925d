"""What it is worth to know more: against sums over the beta-binomial, and by what must hold."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import beta, betabinom

from sib.arrays import Floats
from sib.chance.successes import every_number, independent, shared_chance
from sib.measures import risk
from sib.measures.information import Lesson, Stake, goes_now, learn, perfect

A, B = 15.5, 10.5
"""A pilot of 15 successes in 25, by Jeffreys' prior."""
N = 40_000


@pytest.fixture(scope="module")
def p() -> Floats:
    return np.random.default_rng(1).beta(A, B, N)


def linear(p: Floats, slope: float, cost: float, *, noise: float = 0.0) -> Stake:
    """Worth slope times p less cost, and some luck that nobody can know."""
    values = slope * p - cost + noise * np.random.default_rng(2).standard_normal(len(p))
    return Stake(values, values)


def pilot(stake: Stake, n: int, p: Floats) -> Lesson:
    return learn([stake], every_number(independent, n, p=p))


def exact(slope: float, cost: float, n: int) -> float:
    """The value of a pilot in closed form: after k of n successes p is a beta with mean (a + k) / (a + b + n)."""
    k = np.arange(n + 1)
    after = slope * (A + k) / (A + B + n) - cost
    return float(betabinom.pmf(k, n, A, B) @ np.maximum(after, 0) - max(0.0, slope * A / (A + B) - cost))


@pytest.mark.parametrize("noise", [0.0, 50.0])
@pytest.mark.parametrize(("slope", "cost"), [(100.0, 59.0), (100.0, 62.0), (-100.0, -57.0)])
@pytest.mark.parametrize("n", [1, 10, 60])
def test_a_pilot_is_worth_what_the_closed_form_says(
    p: Floats, n: int, slope: float, cost: float, noise: float
) -> None:
    found = risk.mean(pilot(linear(p, slope, cost, noise=noise), n, p).parties[0].gains)
    error = found.standard_error or 0.0
    assert found.value == pytest.approx(exact(slope, cost, n), abs=4 * error + 1e-9)
    assert error > 0 or exact(slope, cost, n) == 0


def test_outcomes_are_as_likely_as_the_beta_binomial_says(p: Floats) -> None:
    found = pilot(linear(p, 100, 59), 10, p).chances
    known = betabinom.pmf(np.arange(11), 10, A, B)
    assert np.all(np.abs(found - known) <= 5 * np.sqrt(known / N))


def test_perfect_knowledge_is_worth_what_the_beta_says(p: Floats) -> None:
    slope, cost = 100.0, 62.0
    # E max(0, slope p - cost) for a beta: slope E[p; p > c] - cost P(p > c), with E[p; p > c] from a beta of a + 1.
    at = cost / slope
    known = slope * A / (A + B) * beta.sf(at, A + 1, B) - cost * beta.sf(at, A, B)
    for noise in (0.0, 50.0):
        found = risk.mean(perfect(linear(p, slope, cost, noise=noise), p).gains)
        assert found.value == pytest.approx(known, abs=4 * (found.standard_error or 0.0))


def test_more_cases_are_worth_more_and_less_than_perfect_knowledge(p: Floats) -> None:
    stake = linear(p, 100, 62, noise=20)
    worths = [risk.mean(pilot(stake, n, p).parties[0].gains) for n in (0, 1, 4, 16, 64, 256)]
    errors = [each.standard_error or 0.0 for each in worths]
    assert all(after.value >= before.value - 4 * max(errors)
               for before, after in pairwise(worths))
    assert worths[-1].value <= risk.mean(perfect(stake, p).gains).value + 4 * max(errors)


def test_no_cases_are_worth_exactly_nothing(p: Floats) -> None:
    lesson = pilot(linear(p, 100, 62), 0, p)
    assert not lesson.parties[0].gains.any()
    assert lesson.chances.tolist() == [1.0]
    assert lesson.effective.tolist() == [N]


@pytest.mark.parametrize("cost", [-1.0, 101.0])
def test_what_changes_no_decision_is_worth_exactly_nothing(p: Floats, cost: float) -> None:
    stake = linear(p, 100, cost)
    lesson = pilot(stake, 25, p)
    assert set(lesson.parties[0].goes.tolist()) == {goes_now(stake)} == {cost < 0}
    assert not lesson.parties[0].gains.any()
    assert not perfect(stake, p).gains.any()


def test_cases_that_share_their_luck_tell_less(p: Floats) -> None:
    stake = linear(p, 100, 62)
    alone, together = (learn([stake], every_number(pmf, 50, p=p)).parties[0].gains.mean()
                       for pmf in (independent, partial(shared_chance, icc=0.2)))
    assert 0 < together < alone


def test_a_rule_may_be_another_thing_than_the_value(p: Floats) -> None:
    values = 100 * p - 62
    lost = (values < 0).astype(np.float64)
    strict = Stake(values, lost, bound=0.5, is_at_least=False)
    assert goes_now(strict) == (lost.mean() <= 0.5)
    outcomes = list(every_number(independent, 8, p=p))
    lesson = learn([strict], outcomes)
    after = np.array([(row @ lost) / row.sum() for row in outcomes[0]])
    assert lesson.parties[0].goes.tolist() == (after <= 0.5).tolist()
    # By hand: what it has after each outcome where it goes, less what it has now.
    worth = sum(row @ values / N for row, goes in zip(outcomes[0], after <= 0.5, strict=True) if goes)
    assert lesson.parties[0].gains.mean() == pytest.approx(worth - goes_now(strict) * values.mean())


def test_what_is_undefined_in_some_trials_is_left_out_of_the_rule() -> None:
    judged = np.array([1.0, np.nan, -3.0, np.nan])
    stake = Stake(np.array([1.0, 1.0, 1.0, 1.0]), judged, bound=-1.5)
    assert goes_now(stake)
    lesson = learn([stake], [np.array([[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0]])])
    assert lesson.parties[0].goes.tolist() == [True, False]
    assert lesson.parties[0].gains.tolist() == [0.0, 0.0, -1.0, -1.0]


def test_who_decides_by_what_is_never_defined_stays_out() -> None:
    stake = Stake(np.ones(4), np.full(4, np.nan))
    assert not goes_now(stake)
    assert not perfect(stake, np.arange(4.0)).goes.any()
    assert not learn([stake], [np.full((2, 4), 0.5)]).parties[0].gains.any()


def test_too_few_trials_are_told() -> None:
    p = np.linspace(0.2, 0.8, 150)
    lesson = learn([linear(p, 100, 50)], every_number(independent, 60, p=p))
    # Equal weights would give all 150; a sharp outcome leaves only those near it.
    assert lesson.effective.max() < 150
    assert lesson.thin_share == pytest.approx(1.0)
    assert pilot(linear(p, 100, 50), 0, p).thin_share == 0.0
    assert np.all(perfect(linear(p, 100, 50), np.full(150, 0.5)).gains == 0)
