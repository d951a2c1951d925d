"""What cases share: numbers that come, and states of a trial."""

from __future__ import annotations

import numpy as np
import pytest
from one_block import household, plain_deal

from sib.exact.reasons import NotExactError
from sib.exact.sharing import came, enrolments, of_segments, shared

PILOT = {"kind": "evidence", "successes": 3, "trials": 8, "prior": "uniform"}


def test_a_factor_is_cut_where_a_number_changes():
    deal = plain_deal(household(cases=4), enrolment={"kind": "triangular", "low": 0.5, "mode": 0.5, "high": 1.0})
    # 4 f rounds to 2 below .625, to 3 below .875, to 4 above; P(f <= x) = 1 - ((1 - x) / .5)**2
    below = [1 - ((1 - x) / 0.5) ** 2 for x in (0.625, 0.875)]
    found = {numbers[0]: chance for chance, numbers in came(deal)}
    assert found == pytest.approx({2: below[0], 3: below[1] - below[0], 4: 1 - below[1]})


def test_a_fixed_factor_is_one_number():
    deal = plain_deal(household(cases=45), enrolment={"kind": "fixed", "value": 0.7})
    assert came(deal) == [(1.0, (32,))]  # 31.5 rounds up
    assert [*enrolments(deal.enrolment, [45])] == [(1.0, 0.7)]


@pytest.mark.parametrize(("dependence", "variance"), [
    # Beta(4, 6): p = .4, Var(p) = .24 / 11; n p q + n (n - 1) Cov, Cov = Var(p) + icc (p q - Var(p))
    ({"kind": "independent"}, 20 * 0.24 + 380 * 0.24 / 11),
    ({"kind": "beta_binomial", "icc": 0.1}, 20 * 0.24 + 380 * (0.24 / 11 + 0.1 * (0.24 - 0.24 / 11))),
])
def test_the_variance_of_a_count(dependence, variance):
    deal = plain_deal(household(cases=20, success=PILOT), dependence=dependence)
    found = shared(of_segments(deal), (20,))
    k, law = np.arange(21.0), found.chances @ found.counts[0]
    assert law @ k == pytest.approx(8)
    assert law @ (k - 8) ** 2 == pytest.approx(variance, rel=1e-10)


def test_segments_move_with_a_common_factor():
    deal = plain_deal(household(cases=1, success=0.3), household(name="others", cases=1, success=0.3),
                      dependence={"kind": "gaussian_factor", "weight": 0.1})
    found = shared(of_segments(deal), (1, 1))
    both = found.chances @ (found.counts[0][:, 1] * found.counts[1][:, 1])
    assert both == pytest.approx(0.102266884, abs=5e-10)  # the printed joint chance of a pair


@pytest.mark.parametrize(("dependence", "key"), [
    ({"kind": "beta_binomial", "icc": 0.1, "across_segments": 0.5}, "across_segments"),
    ({"kind": "independent", "parameters": 0.3}, "parameters"),
    ({"kind": "gaussian_factor", "causes": {"market": {"households": 0.1, "others": 0.1}, "team": {"others": 0.1}}},
     "causes"),
])
def test_segments_that_are_joined_in_part(dependence, key):
    deal = plain_deal(household(cases=5, success=PILOT), household(name="others", cases=5, success=PILOT),
                      dependence=dependence)
    with pytest.raises(NotExactError) as refused:
        shared(of_segments(deal), (5, 5))
    assert refused.value.reason.key == key
