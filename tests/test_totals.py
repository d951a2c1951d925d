"""Totals of cases: closed means, and what is refused with which reason."""

from __future__ import annotations

import pytest
from one_block import household, plain_deal

from sib.exact.law import moments
from sib.exact.reasons import NotExactError
from sib.exact.totals import Totals, cashable_share, counted_share, saved_share

LOGNORMAL = {"kind": "lognormal", "mean": 10_000, "cv": 0.5}


def mean_of(deal, what):
    law = Totals(deal).law(what)
    points = law.points()
    return moments(points, law.at(points))[0] / 100


def test_means_by_hand():
    segment = household(cases=50, success=0.6, saving=LOGNORMAL, deadweight=0.2, double_count=0.1, triage_share=0.5)
    deal = plain_deal(segment, accountant={"review": {"wrong_rejection": 0.25}})
    # 50 x .5 x .6 successes of 10,000; .8 of it true, .9 counts, .75 of that is accepted
    assert mean_of(deal, "claimed") == pytest.approx(150_000, rel=1e-6)
    assert mean_of(deal, "true") == pytest.approx(120_000, rel=1e-6)
    assert mean_of(deal, "admissible") == pytest.approx(135_000, rel=1e-6)
    assert mean_of(deal, "validated") == pytest.approx(101_250, rel=1e-6)


def test_relapse_keeps_a_share_of_the_months():
    # full months before a relapse, out of 12: sum of (1 - h)**k for k = 1 to 12, over 12
    deal = plain_deal(household(cases=10, relapse=0.1, saving=LOGNORMAL))
    kept = sum(0.9**k for k in range(1, 13)) / 12
    assert mean_of(deal, "claimed") == pytest.approx(100_000 * kept, rel=1e-5)


def test_who_takes_part():
    deal = plain_deal(household(cases=3, triage_share=0.5), enrolment={"kind": "uniform", "low": 0.5, "high": 1.0})
    law = Totals(deal).enrolled()
    # 3 f rounds to 2 below f = .8333 and to 3 above: two thirds and a third; each has a plan with chance one half
    two, three = 2 / 3, 1 / 3
    by_hand = [two / 4 + three / 8, two / 2 + three * 3 / 8, two / 4 + three * 3 / 8, three / 8]
    assert law.masses.tolist() == pytest.approx(by_hand, abs=1e-12)


def test_shares_of_laws():
    shares = {"Wmo": {"direct": 0.5, "real": 0.3}, "Zvw": {"direct": 0.2}}
    deal = plain_deal(household(shares=shares), counting={"laws": ["Wmo", "Zvw"], "classes": ["direct"]})
    (segment,) = deal.segments
    assert saved_share(segment, ("Wmo",)) == pytest.approx(0.8)
    assert counted_share(deal, segment, laws=("Wmo",)) == pytest.approx(0.5 / 0.7)
    assert cashable_share(deal, segment, laws=("Wmo",)) == pytest.approx(0.5)  # real savings free no money


@pytest.mark.parametrize(("terms", "tables", "what", "key"), [
    ({"learning": {"gain": 0.5, "pace": 10}}, {}, "claimed", "learning"),
    ({}, {"dependence": {"kind": "beta_binomial", "icc": 0.1, "savings": 0.3}}, "true", "leaning_savings"),
    ({}, {"dependence": {"kind": "independent", "review": 0.2}}, "validated", "strictness"),
    ({}, {"accountant": {"mode": "attributes", "sample": {"size": 2}}}, "validated", "sample"),
])
def test_what_is_refused(terms, tables, what, key):
    deal = plain_deal(household(success=0.5, **terms), **tables)
    with pytest.raises(NotExactError) as refused:
        Totals(deal).law(what)
    assert refused.value.reason.key == key
