"""Attributes sampling against printed tables, whole enumerations and laws worked out another way."""

from __future__ import annotations

import doctest
import sys
from collections.abc import Callable
from fractions import Fraction
from math import comb
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binom, gamma, hypergeom, poisson

from sib.accountant import sampling
from sib.accountant.sampling import FACTORS, MODELS, factor, printed_factor, sample_size, upper_limit

sys.path.insert(0, str(Path(__file__).parents[1] / "docs"))
from audit_tables import TABLES, Printed

sys.path.pop(0)


def test_examples_of_the_docstrings_run() -> None:
    assert doctest.testmod(sampling).failed == 0


# Printed tables


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.title)
def test_printed_tables_are_met_but_for_what_is_explained(table: Printed) -> None:
    different = {(row, column) for row, column, printed, exact in table.cells() if printed != exact}
    assert different == set(table.known)


# 95% and 90%, 0 to 5 errors: gamma.ppf to six decimals
@pytest.mark.parametrize(
    ("confidence", "printed"),
    [
        (0.95, (2.995732, 4.743865, 6.295794, 7.753657, 9.153519, 10.513035)),
        (0.90, (2.302585, 3.889720, 5.322320, 6.680783, 7.993590, 9.274674)),
    ],
)
def test_factors(confidence: float, printed: tuple[float, ...]) -> None:
    found = factor(confidence, np.arange(6))
    np.testing.assert_allclose(found, printed, rtol=0, atol=5.1e-7)
    np.testing.assert_allclose(found, gamma.ppf(confidence, np.arange(6) + 1), rtol=1e-12)
    np.testing.assert_allclose(poisson.cdf(np.arange(6), found), 1 - confidence, rtol=1e-11)
    assert np.all((printed_factor(confidence, np.arange(6)) - found) >= 0)
    assert np.all((printed_factor(confidence, np.arange(6)) - found) < 0.01)


def test_binomial_limits_to_eight_decimals() -> None:
    found = upper_limit("binomial", n=145, k=[0, 1, 2, 3], confidence=0.95)
    np.testing.assert_allclose(found, [0.02044826, 0.03229696, 0.04278054, 0.05260260], rtol=0, atol=5.1e-9)


# What a limit is


@pytest.mark.parametrize("n", [1, 7, 59, 1000])
@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.99])
def test_at_the_limit_so_few_deviations_are_as_rare_as_was_asked(n: int, confidence: float) -> None:
    k = np.arange(n)
    found = upper_limit("binomial", n=n, k=k, confidence=confidence)
    np.testing.assert_allclose(binom.cdf(k, n, found), 1 - confidence, rtol=1e-9)


def covered(limits: np.ndarray, law: Callable[[int], np.ndarray], population: int) -> np.ndarray:
    """Chance, for each number of deviations in the population, that the limit is not below it."""
    return np.array([
        law(whole)[limits >= whole / population - 1e-12].sum() for whole in range(population + 1)
    ])


@pytest.mark.parametrize("population", [1, 5, 20, 40])
@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_finite_limits_cover_exactly_and_no_smaller_ones_would(population: int, confidence: float) -> None:
    for n in range(1, population + 1):
        k = np.arange(n + 1)
        limits = upper_limit("hypergeometric", n=n, k=k, confidence=confidence, population=population)

        def law(whole: int, n: int = n, k: np.ndarray = k) -> np.ndarray:
            return np.array([float(Fraction(comb(whole, i) * comb(population - whole, n - i), comb(population, n)))
                             for i in map(int, k)])

        assert covered(limits, law, population).min() >= confidence - 1e-12
        assert np.all(np.diff(limits) > 0)
        if n < population:  # the mutant: one deviation less in every limit that has room for it
            smaller = np.maximum(limits - 1 / population, k / population)
            assert np.any(smaller == limits) or covered(smaller, law, population).min() < confidence


@pytest.mark.parametrize("model", MODELS)
def test_limits_cover_in_the_law_they_are_made_for(model: str) -> None:
    n, population = 30, 200
    k = np.arange(n + 1)
    limits = upper_limit(model, n=n, k=k, confidence=0.9, population=population)
    without = covered(limits, lambda whole: hypergeom.pmf(k, population, whole, n), population)
    assert without.min() >= 0.9
    if model != "hypergeometric":
        assert covered(limits, lambda whole: binom.pmf(k, n, whole / population), population).min() >= 0.9
    mutant = upper_limit(model, n=n, k=np.maximum(k - 1, 0), confidence=0.9, population=population)
    assert covered(mutant, lambda whole: hypergeom.pmf(k, population, whole, n), population).min() < 0.9


@pytest.mark.parametrize("model", MODELS)
def test_limits_grow_with_deviations_and_shrink_with_the_sample(model: str) -> None:
    by_k = upper_limit(model, n=40, k=np.arange(41), confidence=0.95, population=400)
    by_n = upper_limit(model, n=np.arange(5, 100), k=5, confidence=0.95, population=400)
    assert np.all(np.diff(by_k) >= 0)
    assert by_k[-1] == 1
    assert np.all(np.diff(by_n) <= 0)


def test_the_models_are_in_order_of_caution() -> None:
    finite, binomial, few = (
        upper_limit(model, n=100, k=np.arange(10), confidence=0.95, population=1000)
        for model in ("hypergeometric", "binomial", "poisson")
    )
    assert np.all(finite < binomial)
    assert np.all(binomial < few)


def test_who_looks_at_everything_knows_everything() -> None:
    found = upper_limit("hypergeometric", n=17, k=np.arange(18), confidence=0.99, population=17)
    np.testing.assert_array_equal(found, np.arange(18) / 17)


def test_a_tie_in_a_finite_population_is_seen_as_one() -> None:
    # one file of twenty: with 19 deviations a clean one has a chance of exactly 1/20, which is not above 5%
    assert upper_limit("hypergeometric", n=1, k=0, confidence=0.95, population=20) == 18 / 20
    assert upper_limit("hypergeometric", n=1, k=0, confidence=0.949, population=20) == 18 / 20
    assert upper_limit("hypergeometric", n=1, k=0, confidence=0.951, population=20) == 19 / 20


# Plans


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("expected", [0, 1, 4, Fraction(1, 100), Fraction(3, 100)])
@pytest.mark.parametrize(("tolerable", "population"), [(0.05, 700), (0.05, 703), (0.08, 700), (0.31, 333)])
def test_a_plan_is_the_smallest_sample_that_is_enough(
    model: str, expected: int | Fraction, tolerable: float, population: int,
) -> None:
    confidence = 0.9
    found = sample_size(model, tolerable=tolerable, confidence=confidence, expected=expected, population=population)

    def is_enough(n: int) -> bool:
        k = expected if isinstance(expected, int) else -(-n * expected.numerator // expected.denominator)
        if k > n:
            return False
        law = {"binomial": binom.cdf(k, n, tolerable), "poisson": poisson.cdf(k, n * tolerable),
               "hypergeometric": hypergeom.cdf(k, population, int(np.ceil(round(tolerable * population, 9))), n)}
        return bool(law[model] <= 1 - confidence)

    assert is_enough(found)
    assert not any(is_enough(n) for n in range(1, found))


def test_a_rate_is_turned_into_deviations_exactly() -> None:
    # 0.035 x 400 is 14.000000000000002 to a computer: with 15 deviations the sample would be 423
    assert sample_size("binomial", tolerable=0.05, confidence=0.9, expected=Fraction("0.035")) == 400
    assert sample_size("binomial", tolerable=0.05, confidence=0.9, expected=15) > 400


def test_a_plan_in_a_large_population_is_the_binomial_one() -> None:
    asked = {"tolerable": 0.05, "confidence": 0.95, "expected": Fraction("0.01")}
    assert sample_size("hypergeometric", population=10**9, **asked) == sample_size("binomial", **asked) == 93  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"model": "normal"}, "'normal' is no model; models: binomial, poisson, hypergeometric"),
        ({"confidence": 1.0}, "a confidence of 1.0"),
        ({"confidence": float("nan")}, "a confidence of nan"),
        ({"tolerable": 0.0}, "a tolerable rate of 0.0"),
        ({"tolerable": float("nan")}, "a tolerable rate of nan"),
        ({"expected": -1}, "fewer than none"),
        ({"expected": Fraction("0.05")}, "0.05 is not below the tolerable 0.05"),
        ({"expected": Fraction("0.06")}, "0.06 is not below the tolerable 0.05"),
        ({"tolerable": 1e-9}, "no sample of 1,000,000 files or fewer"),
        ({"model": "hypergeometric"}, "needs the size of the population"),
        ({"model": "hypergeometric", "population": 100, "expected": 5}, "no sample of 100 files or fewer"),
        ({"model": "binomial", "population": 58}, "no sample of 58 files or fewer"),
    ],
)
def test_impossible_plans_are_refused(changes: dict[str, object], told: str) -> None:
    asked = {"model": "binomial", "tolerable": 0.05, "confidence": 0.95, **changes}
    with pytest.raises(ValueError, match=told):
        sample_size(asked.pop("model"), **asked)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"n": 0}, "one file or more"),
        ({"k": 11}, "from 0 to all"),
        ({"k": -1}, "from 0 to all"),
        ({"k": 0.5}, "k counts files"),
        ({"n": float("nan")}, "n counts files"),
        ({"population": 9}, "does not come from a population of 9"),
    ],
)
def test_impossible_samples_are_refused(changes: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        upper_limit("binomial", **{"n": 10, "k": 0, "confidence": 0.95, **changes})  # type: ignore[arg-type]


def test_shapes_follow_sample_and_deviations() -> None:
    assert upper_limit("poisson", n=[[10], [20]], k=[0, 1, 2], confidence=0.9).shape == (2, 3)
    assert upper_limit("poisson", n=10, k=0, confidence=0.9).shape == ()
    assert factor(0.9, [[0.5]]).shape == (1, 1)
    assert set(FACTORS) == {"exact", "printed"}
    with pytest.raises(ValueError, match="0 or more"):
        factor(0.9, -1)
