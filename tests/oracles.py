"""Closed forms and exact laws to hold the engine against; nothing here looks at ``sib``.

Money is in euros, rates are fractions a year. A law of counts is an array of chances of 0, 1, …, n. What a bond
with one payment brings is a function of the count, so that its figures are sums over the law.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from numpy.typing import NDArray
from scipy.special import betaln, gammaln, ndtr, ndtri, roots_sh_jacobi
from scipy.stats import binom

Floats = NDArray[np.float64]


# Interest


def compounded(principal: int, *, rate: Fraction, times: int) -> Fraction:
    """What is due after so many equal compounding periods without a payment: P (1 + r)**n."""
    return principal * (1 + rate) ** times


def needed_instalment(principal: int, *, rate: Fraction, times: int) -> Fraction:
    """The equal payment at the end of each of n years that just repays: its values at the end sum to P (1 + r)**n."""
    return compounded(principal, rate=rate, times=times) / sum((1 + rate) ** k for k in range(times))


def year_fraction_day_by_day(start: date, end: date) -> Fraction:
    """ACT/ACT ISDA one day at a time: a day is 1/366 of a year in a leap year, else 1/365."""
    days = [start + timedelta(days=k) for k in range((end - start).days)]
    in_leap_years = sum(date(day.year, 12, 31).timetuple().tm_yday == 366 for day in days)
    return Fraction(in_leap_years, 366) + Fraction(len(days) - in_leap_years, 365)


# How many succeed


def binomial_pmf(n: int, p: float) -> Floats:
    """Independent cases: C(n, k) p**k (1 - p)**(n - k)."""
    k = np.arange(n + 1)
    return np.asarray(np.exp(log_choose(n) + k * np.log(p) + (n - k) * np.log1p(-p)))


def beta_binomial_pmf(n: int, a: float, b: float) -> Floats:
    """All cases share P ~ Beta(a, b): the binomial averaged over it, C(n, k) B(a + k, b + n - k) / B(a, b)."""
    k = np.arange(n + 1)
    return np.asarray(np.exp(log_choose(n) + betaln(a + k, b + n - k) - betaln(a, b)))


def count_pmf(n: int, p: float, *, rho: float) -> Floats:
    """Cases with correlation rho: Beta(p s, (1 - p) s) has variance p (1 - p) / (s + 1), so s = 1 / rho - 1."""
    if rho == 0:
        return binomial_pmf(n, p)
    size = 1 / rho - 1
    return beta_binomial_pmf(n, p * size, (1 - p) * size)


def pilot_pmf(n: int, a: float, b: float, *, rho: float) -> Floats:
    """The same with p itself ~ Beta(a, b): Gauss-Jacobi quadrature, whose weight is that beta."""
    nodes, weights = roots_sh_jacobi(80, a + b - 1, a)
    laws = np.array([count_pmf(n, float(p), rho=rho) for p in nodes])
    return np.asarray(weights / weights.sum() @ laws)


def gaussian_factor_pmf(n: int, p: float, *, weight: float) -> Floats:
    """Case i succeeds if sqrt(w) z + sqrt(1 - w) e_i < Phi^-1(p): binomial given z, averaged over the normal z."""
    nodes, masses = hermegauss(120)
    given = ndtr((ndtri(p) + np.sqrt(weight) * nodes) / np.sqrt(1 - weight))
    laws = np.array([binomial_or_sure(n, float(chance)) for chance in given])
    return np.asarray(masses / masses.sum() @ laws)


def log_choose(n: int) -> Floats:
    k = np.arange(n + 1)
    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))


def pilot_correlation(a: float, b: float, *, rho: float) -> float:
    """Correlation of two cases when p ~ Beta(a, b) and cases correlate by rho given p.

    Cov = Var(p) + rho E[p (1 - p)]; with m (1 - m) = E[p (1 - p)] + Var(p) and Var(p) = m (1 - m) / (a + b + 1)
    the ratio to m (1 - m) is c + rho (1 - c), c = 1 / (a + b + 1).
    """
    own = 1 / (a + b + 1)
    return own + rho * (1 - own)


def effective_cases(n: int, rho: float) -> float:
    """Independent cases with the same variance of the mean: n p q / (n + n (n - 1) rho) p q, times n."""
    return n / (1 + (n - 1) * rho)


# Sums over a law


def moments(values: Floats, pmf: Floats) -> tuple[float, float]:
    """Mean and standard deviation."""
    mean = float(values @ pmf)
    return mean, float(np.sqrt((values - mean) ** 2 @ pmf))


def at_least(pmf: Floats, k: int) -> float:
    """P(K >= k)."""
    return float(pmf[k:].sum())


def at_most(pmf: Floats, k: int) -> float:
    """P(K <= k)."""
    return float(pmf[: k + 1].sum())


def value_at_risk(losses: Floats, pmf: Floats, level: float = 0.95) -> float:
    """The smallest loss that is not exceeded with at least the chance ``level``."""
    order = np.argsort(losses)
    place = int(np.searchsorted(np.cumsum(pmf[order]), level - 1e-12))
    return float(losses[order][place])


def expected_shortfall(losses: Floats, pmf: Floats, level: float = 0.95) -> float:
    """The mean of the worst 1 - level: the atom at the value at risk counts for the part that fills it."""
    at_risk = value_at_risk(losses, pmf, level)
    return at_risk + float(np.maximum(losses - at_risk, 0.0) @ pmf) / (1 - level)


# Sums of random amounts


def compound_pmf(counts: Floats, severity: Floats) -> Floats:
    """Law of the sum of K amounts on a grid: the generating function of K at the transform of one amount."""
    transform = np.fft.rfft(severity)
    total = np.zeros_like(transform)
    for chance in counts[::-1]:
        total = total * transform + chance
    return np.fft.irfft(total, len(severity))


def compound_sd(counts: Floats, mean: float, cv: float) -> float:
    """Var(S) = Var(K) m**2 + E[K] (cv m)**2: the spread of the count, and of the amounts given the count."""
    expected, spread = moments(np.arange(float(len(counts))), counts)
    return mean * float(np.sqrt(spread**2 + expected * cv**2))


def lognormal_on_grid(mean: float, cv: float, *, step: float, size: int) -> Floats:
    """A lognormal on the points 0, h, 2h, …: f_k = (2 L(kh) - L(kh - h) - L(kh + h)) / h, which keeps the mean.

    L(d) = E[min(X, d)] = m Phi((ln d - mu - s**2) / s) + d (1 - Phi((ln d - mu) / s)), s**2 = ln(1 + cv**2).
    """
    spread = np.sqrt(np.log1p(cv**2))
    points = step * np.arange(1, size + 1)
    logs = (np.log(points / mean) + spread**2 / 2) / spread
    limited = np.concatenate(([0.0], mean * ndtr(logs - spread) + points * ndtr(-logs)))
    inner = (2 * limited[1:-1] - limited[:-2] - limited[2:]) / step
    return np.concatenate(([1 - limited[1] / step], inner))


# The reference bond


@dataclass(frozen=True)
class Bond:
    """An outlay at closing against one payment after three years: all validated savings, up to what is due."""

    n: int = 375
    outlay: float = 1_800_000.0
    years: int = 3
    rate: Fraction = Fraction(4, 100)
    validated: float = 10_800.0

    @property
    def due(self) -> float:
        """Principal with compounded interest."""
        return float(compounded(int(self.outlay), rate=self.rate, times=self.years))

    def payments(self, savings: Floats) -> Floats:
        """What the investor gets, given the validated savings."""
        return np.minimum(savings, self.due)

    def irr(self, savings: Floats) -> Floats:
        """(payment / outlay)**(1 / years) - 1; -1 where nothing comes."""
        return (self.payments(savings) / self.outlay) ** (1 / self.years) - 1

    def figures(self, savings: Floats, pmf: Floats) -> dict[str, float]:
        """The figures of the printed table."""
        losses = self.outlay - self.payments(savings)
        return {
            "not_in_full": float(pmf[savings < self.due].sum()), "principal_loss": float(pmf[losses > 0].sum()),
            "payment": moments(self.payments(savings), pmf)[0], "irr": moments(self.irr(savings), pmf)[0],
            "var95": value_at_risk(losses, pmf), "es95": expected_shortfall(losses, pmf),
        }

    def fixed_savings(self, rho: float) -> tuple[Floats, Floats]:
        """Validated savings by number of successes, with their chances."""
        return self.validated * np.arange(self.n + 1), count_pmf(self.n, 0.6, rho=rho)

    def lognormal_savings(self, rho: float, cv: float = 0.8) -> tuple[Floats, Floats]:
        """Validated savings on a grid of 100 euros, with their chances."""
        step, size = 100.0, 2**17
        severity = lognormal_on_grid(self.validated, cv, step=step, size=size)
        return step * np.arange(size), np.maximum(compound_pmf(count_pmf(self.n, 0.6, rho=rho), severity), 0.0)


# Reviews with errors


def trigger_errors(
    n: int, p: float, *, target: int, accepted_wrongly: float, rejected_wrongly: float
) -> dict[str, float]:
    """Chances that a count of successes, and the count that a review lets through, reach a target.

    Given K successes the review passes Bin(K, 1 - b) of them and Bin(n - K, a) of the rest, independently.
    """
    earned = false = missed = paid = 0.0
    for k, chance in enumerate(binomial_pmf(n, p)):
        passed = np.convolve(binomial_or_sure(k, 1 - rejected_wrongly), binomial_or_sure(n - k, accepted_wrongly))
        reached = at_least(passed, target)
        paid += chance * reached
        earned += chance * (k >= target)
        false += chance * reached * (k < target)
        missed += chance * (1 - reached) * (k >= target)
    found = {"paid": paid, "earned": earned, "false_trigger": false, "missed_trigger": missed}
    return {name: float(chance) for name, chance in found.items()}


def binomial_or_sure(n: int, p: float) -> Floats:
    """The binomial law, p = 0 and 1 included."""
    if 0 < p < 1:
        return binomial_pmf(n, p)
    return np.eye(n + 1)[n if p else 0]


# What a run of so many trials may show


def may_count(p: float, n_trials: int, *, miss: float = 1e-4) -> tuple[int, int]:
    """The counts that a run hits with chance 1 - miss at least if each trial hits with chance p: exact binomial."""
    return int(binom.ppf(miss / 2, n_trials, p)), int(binom.isf(miss / 2, n_trials, p))


def is_likely(hits: Sequence[bool] | NDArray[np.bool_], p: float) -> bool:
    """Whether the number of hits lies in that region."""
    low, high = may_count(p, len(hits))
    return low <= int(np.count_nonzero(hits)) <= high


def errors_off(found: float, expected: float, *, sd: float, n_trials: int) -> float:
    """How many standard errors of a mean of independent trials a figure is off; stratified trials are nearer."""
    return abs(found - expected) / (sd / np.sqrt(n_trials))
