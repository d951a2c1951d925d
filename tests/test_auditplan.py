"""Plans: sample sizes by model, and intervals in units of money."""

from __future__ import annotations

import doctest
from dataclasses import replace
from fractions import Fraction

import pytest

from sib import auditplan
from sib.auditplan import MoneyAsked, plan_attributes, plan_money

BOND = MoneyAsked(1_000_000_00, 50_000_00, 10_000_00, 0.95, "printed")


def test_examples_of_the_docstrings_run() -> None:
    assert doctest.testmod(auditplan).failed == 0


def test_models_stand_side_by_side_where_each_can_be_asked() -> None:
    assert plan_attributes(0.05, 0.95).sizes == {"binomial": 59, "poisson": 60}
    assert plan_attributes(0.05, 0.95, model="poisson").sizes == {"poisson": 60}
    assert plan_attributes(0.02, 0.95, population=1_000).sizes == {
        "binomial": 149, "poisson": 150, "hypergeometric": 138}
    assert plan_attributes(0.05, 0.95, expected=2).sizes == {"binomial": 124, "poisson": 126}
    assert plan_attributes(0.05, 0.95, expected=Fraction("0.01")).sizes["binomial"] == 93


def test_a_model_without_a_sample_has_none_and_all_without_one_are_refused() -> None:
    # all 10 files: 5 deviations of 10 are known to be half, which is no rate of 5%; drawn with replacement no sample is
    # too large
    found = plan_attributes(0.05, 0.95, expected=5, population=100)
    assert found.sizes["hypergeometric"] is None
    assert found.sizes["binomial"] is not None
    with pytest.raises(ValueError, match="not below the tolerable"):
        plan_attributes(0.05, 0.95, expected=Fraction("0.05"), population=100)
    with pytest.raises(ValueError, match="needs the size of the population"):
        plan_attributes(0.05, 0.95, model="hypergeometric")


def test_money_by_the_worked_example() -> None:
    found = plan_money(BOND)
    assert (found.interval, found.factor, found.expansion) == (11_333_33, 3.0, 1.6)
    assert found.exact_interval == Fraction(34_000_00, 3)
    assert round(found.n, 2) == 88.24


def test_the_interval_is_never_longer_than_planned() -> None:
    for tolerable in range(20_000_00, 20_000_40):
        found = plan_money(replace(BOND, tolerable=tolerable))
        assert found.interval <= found.exact_interval < found.interval + 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"book": 0}, "book value is above 0"),
        ({"tolerable": 1_000_000_00}, "above the error that may stay"),
        ({"expected": 40_000_00}, "leaves nothing"),
        ({"confidence": 0.93}, "no expansion of expected errors is usual at 0.93"),
        ({"tolerable": 2, "expected": 0}, "less than a cent"),
    ],
)
def test_plans_that_cannot_be(changes: dict[str, float], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        plan_money(replace(BOND, **changes))


def test_without_an_expected_error_no_expansion_is_needed() -> None:
    assert plan_money(replace(BOND, confidence=0.93, expected=0)).interval > 0
    assert plan_money(replace(BOND, confidence=0.93, expansion=1.55)).expansion == 1.55
