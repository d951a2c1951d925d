"""Fits by moments: known distributions are found again, and their quality is told apart from chance."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from sib.fitting import FAMILIES, MOST_BANDS, band_means, distance, fitted, moments, n_bands_of, plain_cv_error


def drawn(kind: str, n: int, *, seed: int, mean: float = 22_000.0, cv: float = 0.8) -> np.ndarray:
    return FAMILIES[kind].quantiles(np.random.default_rng(seed).random(n), mean=mean, cv=cv)


def by_scipy(kind: str, mean: float, cv: float) -> stats.rv_continuous:
    """The same distribution as scipy has it: an independent parametrisation."""
    if kind == "gamma":
        return stats.gamma(1 / cv**2, scale=mean * cv**2)
    sigma = math.sqrt(math.log(1 + cv**2))
    return stats.lognorm(sigma, scale=mean * math.exp(-(sigma**2) / 2))


@pytest.mark.parametrize("kind", FAMILIES)
def test_families_are_those_of_scipy(kind: str) -> None:
    x, known = np.array([1.0, 500.0, 20_000.0, 300_000.0]), by_scipy(kind, 22_000, 0.8)
    assert (known.mean(), known.std() / known.mean()) == (pytest.approx(22_000), pytest.approx(0.8))
    np.testing.assert_allclose(FAMILIES[kind].below(x, mean=22_000, cv=0.8), known.cdf(x), rtol=1e-10)
    np.testing.assert_allclose(FAMILIES[kind].log_density(x, mean=22_000, cv=0.8), known.logpdf(x), rtol=1e-10)


@pytest.mark.parametrize("kind", FAMILIES)
def test_the_distance_is_that_of_kolmogorov_and_smirnov(kind: str) -> None:
    x = np.sort(drawn(kind, 50, seed=4, cv=1.3))
    expected = stats.kstest(x, by_scipy(kind, 22_000, 0.8).cdf).statistic
    assert float(distance(x, FAMILIES[kind], mean=22_000, cv=0.8)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("kind", FAMILIES)
@pytest.mark.parametrize("n", [150, 1_500])
def test_known_mean_and_cv_are_found_within_four_errors(kind: str, n: int) -> None:
    fit = fitted(drawn(kind, n, seed=n), kind, n_bands=0, seed=1, name="a")
    assert abs(fit.mean - 22_000) < 4 * 0.8 * 22_000 / math.sqrt(n)
    assert abs(fit.cv - 0.8) < 4 * fit.cv_error
    # delta method with the moments of the fit: var(cv) = cv^2/n (cv^2 - cv g + (k - 1)/4)
    skew, excess = (float(each) for each in by_scipy(kind, fit.mean, fit.cv).stats("sk"))
    known = fit.cv * math.sqrt((fit.cv**2 - fit.cv * skew + (excess + 2) / 4) / n)
    # a lognormal's fourth moment is far out in the tail, so the error of a finite sample stays below that of the limit
    assert (0.9 if kind == "gamma" else 0.5) * known < fit.cv_error < 1.2 * known
    assert (0.75 if kind == "gamma" else 0.3) * known < plain_cv_error(drawn(kind, n, seed=n)) < 1.5 * known


def test_the_family_that_made_the_amounts_is_the_likelier_and_the_other_is_poor() -> None:
    for kind, other in (("lognormal", "gamma"), ("gamma", "lognormal")):
        amounts = drawn(kind, 600, seed=7)
        right, wrong = (fitted(amounts, each, n_bands=0, seed=1, name="a") for each in (kind, other))
        assert right.log_likelihood > wrong.log_likelihood
        assert right.p_value > 0.05 > 0.01 > wrong.p_value
        assert right.n_samples == 512


def test_p_values_of_the_truth_are_even() -> None:
    # 60 files of a lognormal: below 0.5 lie 30 give or take 4 x sqrt(15) = 15.5; all four quarters are visited
    p = np.array([fitted(drawn("lognormal", 40, seed=each), "lognormal", n_bands=0, seed=each, name="a").p_value
                  for each in range(60)])
    assert 15 <= (p < 0.5).sum() <= 45
    assert len({int(4 * each) for each in p if each < 1}) == 4


def test_the_same_seed_gives_the_same_fit_and_another_name_other_draws() -> None:
    amounts = drawn("gamma", 40, seed=1)
    one = fitted(amounts, "gamma", n_bands=4, seed=1, name="a")
    assert one == fitted(amounts[::-1].copy(), "gamma", n_bands=4, seed=1, name="a")
    assert one.bands != fitted(amounts, "gamma", n_bands=4, seed=2, name="a").bands
    assert one.bands != fitted(amounts, "gamma", n_bands=4, seed=1, name="b").bands


def test_bands_of_the_fit_cover_those_of_its_own_samples() -> None:
    amounts = np.sort(drawn("gamma", 200, seed=3))
    fit = fitted(amounts, "gamma", n_bands=20, seed=1, name="a")
    inside = sum(low <= mean <= high for mean, (_, low, high) in zip(band_means(amounts, 20), fit.bands, strict=True))
    assert inside >= 16
    assert sum(middle for middle, _, _ in fit.bands) / 20 == pytest.approx(fit.mean, rel=0.02)


@pytest.mark.parametrize("n", [10, 19, 20, 157, 4_003])
def test_bands_keep_the_mean_and_hold_ten_or_more(n: int) -> None:
    n_bands = n_bands_of(n, 10)
    amounts = np.sort(np.random.default_rng(n).normal(100, 500, n))
    means = band_means(amounts, n_bands)
    assert 1 <= n_bands <= MOST_BANDS
    assert n / n_bands >= 10
    assert means.mean() == pytest.approx(amounts.mean(), rel=1e-9)
    assert (np.diff(means) >= 0).all()


def test_a_band_by_hand() -> None:
    # seven amounts in two bands of 3.5: (1 + 2 + 3 + 4/2) / 3.5 and (4/2 + 5 + 6 + 7) / 3.5
    assert band_means(np.arange(1.0, 8.0), 2).tolist() == pytest.approx([8 / 3.5, 20 / 3.5])


def test_amounts_of_nothing_or_less_count_in_moments_and_distance() -> None:
    amounts = np.array([-100.0, 0.0, *np.linspace(100, 2_000, 38)])
    fit = fitted(amounts, "lognormal", n_bands=0, seed=1, name="a")
    assert fit.mean == pytest.approx(amounts.mean())
    assert fit.cv == pytest.approx(amounts.std(ddof=1) / amounts.mean())
    assert fit.distance >= 2 / 40
    assert math.isfinite(fit.log_likelihood)


def test_with_very_many_amounts_no_samples_are_drawn() -> None:
    fit = fitted(np.linspace(1, 2, 20_001), "gamma", n_bands=20, seed=1, name="a")
    assert (fit.n_samples, fit.bands) == (0, ())
    assert math.isnan(fit.p_value)


def test_one_amount_has_no_spread() -> None:
    mean, cv = moments(np.array([5.0]))
    assert (float(mean), math.isnan(float(cv))) == (5.0, True)
