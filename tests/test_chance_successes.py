"""How many of n cases succeed: whole distributions, their moments, and what others print of them."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from sib.arrays import Floats
from sib.chance import successes
from sib.chance.dependence import second_moment_gaussian
from sib.chance.successes import Pmf, every_number, independent, shared_chance, shared_factor

CHANCES = np.array([1e-9, 0.03, 0.3, 0.6, 1 - 1e-9])
WAYS: list[Pmf] = [
    independent, *(partial(shared_chance, icc=icc) for icc in (0.0, 0.05, 0.5, 1.0)),
    *(partial(shared_factor, weight=weight) for weight in (0.0, 0.1, 0.6)),
]


def whole(pmf: Pmf, n: int, p: Floats = CHANCES) -> Floats:
    return np.concatenate(list(every_number(pmf, n, p=p)))


@pytest.mark.parametrize("pmf", WAYS)
@pytest.mark.parametrize("n", [0, 1, 7, 200])
def test_every_distribution_is_whole_and_has_the_mean(pmf: Pmf, n: int) -> None:
    found = whole(pmf, n)
    assert found.shape == (n + 1, len(CHANCES))
    assert found.sum(axis=0) == pytest.approx(np.ones(len(CHANCES)), abs=1e-9)
    assert np.arange(n + 1) @ found == pytest.approx(n * CHANCES, abs=1e-6)


def test_pieces_make_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = whole(independent, 30)
    monkeypatch.setattr(successes, "CELLS", 3 * len(CHANCES))
    pieces = list(every_number(independent, 30, p=CHANCES))
    assert len(pieces) == 11
    assert np.array_equal(np.concatenate(pieces), at_once)


def test_a_shared_chance_is_the_beta_binomial() -> None:
    from scipy.stats import betabinom

    p, icc, n = np.array([0.2, 0.6]), 0.05, 25
    a, b = p * (1 / icc - 1), (1 - p) * (1 / icc - 1)
    known = betabinom.pmf(np.arange(n + 1)[:, np.newaxis], n, a, b)
    assert whole(partial(shared_chance, icc=icc), n, p) == pytest.approx(known, rel=1e-9)
    # The variance in closed form: n p (1 - p) (1 + (n - 1) rho).
    k = np.arange(n + 1)
    variance = k**2 @ known - (k @ known) ** 2
    assert variance == pytest.approx(n * p * (1 - p) * (1 + (n - 1) * icc))


def test_a_shared_factor_has_its_second_moment() -> None:
    n, weight, k = 12, 0.2, np.arange(13)
    found = whole(partial(shared_factor, weight=weight), n, np.array([0.3]))[:, 0]
    # E[k (k - 1)] = n (n - 1) E[P**2], by Owen's T.
    assert (k * (k - 1)) @ found == pytest.approx(n * (n - 1) * second_moment_gaussian(0.3, weight), rel=1e-6)


def test_all_or_nothing() -> None:
    found = whole(partial(shared_chance, icc=1.0), 3, np.array([0.3]))
    assert found[:, 0].tolist() == [0.7, 0.0, 0.0, 0.3]
