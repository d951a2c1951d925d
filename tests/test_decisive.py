"""The three numbers that decide a deal: closed forms, simulated successes, and the needed chance put back."""

from __future__ import annotations

import numpy as np
import oracles
import pytest
from one_block import household, plain_deal
from oracles import Bond
from scipy.special import roots_sh_jacobi

from sib.contract.settlement import settle
from sib.decisive import decisive, effective_cases, needed_success
from sib.engine import simulate
from sib.profile import expected_metrics, expected_spending
from sib.programme.grid import grid
from sib.run import load

YEARLY = {"rate": 0.04, "basis": "per_year", "compounding": "annual", "day_count": "30E/360"}
TERMS = {"interest": YEARLY, "waterfall": ["interest:investor", "principal:investor", "surplus"]}


def one_payment(success=0.6, share=1.0, **tables):
    """The reference bond: 375 cases, one payment after three years, 90% of 12,000 a success counts."""
    return plain_deal(
        household(cases=375, success=success, saving=12_000, direct_share=0.9),
        lines=[{"activity": "plans", "number": 375, "unit_price": 4_800, "when": {"stage": "plan"}}],
        counting={"classes": ["direct"]}, accountant={"delay": 24},
        timeline={"maturity": 36, "payment_dates": {"every": 36}},
        contract=TERMS | {"payments": [{"kind": "savings_share", "name": "repayment", "share": share}]}, **tables,
    )


def simulated_variance(deal, n_trials=4_096):
    successes = simulate(deal, n_trials).trials["programme.successes"]
    return float(np.var(successes)), float(successes.mean())


class TestNeeded:
    """The smallest mean chance at which the deal without variance repays in full."""

    def test_one_payment_in_closed_form(self):
        # 375 p successes of 10,800 make the 2,024,755.20 that are due
        bond = Bond()
        found = needed_success(one_payment())
        assert found == pytest.approx(bond.due / (bond.n * bond.validated), abs=1e-6)
        assert found >= bond.due / (bond.n * bond.validated) - 0.005 / (bond.n * bond.validated)  # half a cent

    def test_three_instalments_in_closed_form(self):
        # the worked example saves 60 p a year; three equal payments of 36.0349 repay 100 at 4%, to the cent
        instalment = float(oracles.needed_instalment(100, rate=Bond().rate, times=3))
        assert needed_success(load("worked-example")) == pytest.approx(instalment / 60, abs=0.005 * 3 / 60 / 3)

    @pytest.mark.parametrize("overlays", [[], ["as-spent"], ["trigger-high"], ["from-then"], ["claim-monthly"]])
    def test_put_back_it_just_repays(self, overlays):
        deal = load("zwarte-zwanen", overlays=overlays)
        needed = needed_success(deal)
        assert 0 < needed < 1
        assert [unpaid(deal, chance) for chance in (needed, needed + 0.01)] == [0, 0]
        assert unpaid(deal, needed - 1e-5) > 0

    @pytest.mark.parametrize("overlays", [[], ["as-spent"], ["trigger-high"]])
    def test_put_back_into_the_engine(self, overlays):
        """Sure success with the needed part of the saving, nothing refused, no spread: all trials just repay."""
        fixed = {"accountant.delay": {"kind": "fixed", "months": 6}}
        deal = load("zwarte-zwanen", overlays=overlays, set=fixed)
        counted = needed_success(deal) * 22_000 * 0.9
        for part, repaid in ((1.0001, True), (0.9999, False)):
            certain = load("zwarte-zwanen", overlays=overlays, set=fixed | {
                "programme.segments.multi-problem households.success": {"kind": "fixed", "value": 1.0},
                "programme.segments.multi-problem households.saving": {
                    "kind": "fixed", "amount": round(counted * part, 2),
                },
                "programme.dependence": {"kind": "independent"},
                "accountant.review.wrong_rejection": 0.0,
            })
            assert simulate(certain, 2).trials["investor.repaid_in_full"].tolist() == [repaid] * 2

    def test_a_dearer_coupon_needs_more(self):
        found = [needed_success(load("zwarte-zwanen", set={"contract.interest.rate": r})) for r in (0.0, 0.04, 0.08)]
        assert found == sorted(found)
        # without interest the budget itself: 1,797,500 over 375 cases of 11,048.40
        assert found[0] == pytest.approx(1_797_500 / (375 * 11_048.40), abs=1e-5)

    def test_none_is_enough(self):
        # all 375 would bring 4,050,000; 49% of it is 1,984,500, and half of it just what is needed and a little more
        assert np.isnan(needed_success(one_payment(share=0.49)))
        assert needed_success(one_payment(share=0.5)) == pytest.approx(Bond().due / 2_025_000, abs=1e-6)
        assert np.isnan(needed_success(one_payment(success=0.0)))

    def test_segments_move_together_until_one_is_sure(self):
        # means .8 and .4: together 1.25 times, then only the second; 100 x .8 f + 100 x .4 f = 150 needs f = 1.25
        for price, second in ((75, 0.5), (80, 0.6)):  # 160 is more than 100 and 50: the second alone goes on to .6
            deal = plain_deal(
                household(cases=1, success=0.8, saving=100),
                household(cases=1, name="others", success=0.4, saving=100),
                lines=[{"activity": "plans", "number": 2, "unit_price": price, "when": {"stage": "plan"}}],
            )
            assert needed_success(deal) == pytest.approx((1.0 + second) / 2, abs=1e-4)

    def test_what_is_needed_is_what_is_expected_where_that_just_repays(self):
        # 15 and 10 plans, 7.5 and 2 successes: 1,550 is expected and 1,550 is due
        deal = plain_deal(
            household(cases=30, success=0.5, saving=100, triage_share=0.5),
            household(cases=10, name="others", success=0.2, saving=400),
            lines=[{"activity": "work", "number": 1, "unit_price": 1_550, "when": {"at": 1}}],
        )
        found = decisive(deal)
        assert found.needed_success == pytest.approx(found.expected_success, abs=1e-4)


def unpaid(deal, chance):
    """What the deal without variance leaves unpaid at a chance of success, in cents."""
    calendar = grid(deal)
    metrics = expected_metrics(deal, np.array([[chance]]), calendar=calendar)
    flows = settle(deal, metrics, spending=one_column(expected_spending(deal, calendar)), calendar=calendar)
    return float(sum(amounts[0] for amounts in flows.written_off.values()))


def one_column(spending):
    lines = {name: amounts[:, :1] for name, amounts in spending.by_line.items()}
    return type(spending)(lines, spending.unspent[:1], spending.unspent_period)


class TestEffectiveCases:
    """Independent cases that would carry the same risk."""

    def test_the_reference_deal(self):
        """375 cases count as 11.4, or as 19.0 if the chance of success were known."""
        deal = load("zwarte-zwanen")
        both, given_p = effective_cases(deal), effective_cases(deal, with_parameters=False)
        assert (round(both, 1), round(given_p, 1)) == (11.4, 19.0)
        rho = oracles.pilot_correlation(15.5, 10.5, rho=0.05)
        assert both == pytest.approx(oracles.effective_cases(375, rho), rel=1e-12)
        assert given_p == pytest.approx(oracles.effective_cases(375, 0.05), rel=1e-12)

    def test_the_reference_deal_by_brute_force(self):
        n_trials, p = 8_192, 15.5 / 26
        successes = simulate(load("zwarte-zwanen"), n_trials).trials["programme.successes"]
        law, k = oracles.pilot_pmf(375, 15.5, 10.5, rho=0.05), np.arange(376.0)
        mean, sd = oracles.moments(k, law)
        assert oracles.errors_off(successes.mean(), mean, sd=sd, n_trials=n_trials) < 4
        spread = oracles.moments((k - mean) ** 2, law)[1]
        assert oracles.errors_off(np.mean((successes - mean) ** 2), sd**2, sd=spread, n_trials=n_trials) < 4
        assert 375**2 * p * (1 - p) / successes.var() == pytest.approx(11.4, rel=0.05)
        for fewest in (100, 150, 200, 250, 300):
            assert oracles.is_likely(successes >= fewest, oracles.at_least(law, fewest))

    def test_independent_cases_all_count(self):
        assert effective_cases(one_payment()) == 375

    @pytest.mark.parametrize("weight", [0.05, 0.3])
    def test_a_gaussian_factor(self, weight):
        deal = one_payment(dependence={"kind": "gaussian_factor", "weight": weight})
        _, sd = oracles.moments(np.arange(376.0), oracles.gaussian_factor_pmf(375, 0.6, weight=weight))
        assert effective_cases(deal) == pytest.approx(375**2 * 0.24 / sd**2, rel=1e-5)

    def test_a_gaussian_factor_and_a_pilot(self):
        pilot = {"kind": "evidence", "successes": 15, "trials": 25}
        deal = one_payment(success=pilot, dependence={"kind": "gaussian_factor", "weight": 0.1})
        nodes, masses = roots_sh_jacobi(24, 25.0, 15.5)
        laws = np.array([oracles.gaussian_factor_pmf(375, float(p), weight=0.1) for p in nodes])
        mean, sd = oracles.moments(np.arange(376.0), masses / masses.sum() @ laws)
        p = mean / 375
        assert p == pytest.approx(15.5 / 26)
        assert effective_cases(deal) == pytest.approx(375**2 * p * (1 - p) / sd**2, rel=1e-3)

    def test_triage_thins_what_is_shared(self):
        # a case succeeds with chance .6 x .5 = .3; two of them covary by .25 of icc x .6 x .4
        deal = plain_deal(household(cases=40, success=0.6, triage_share=0.5),
                          dependence={"kind": "beta_binomial", "icc": 0.1})
        rho = 0.25 * 0.1 * 0.24 / (0.3 * 0.7)
        assert effective_cases(deal) == pytest.approx(oracles.effective_cases(40, rho), rel=1e-12)

    def test_a_segment_in_two_halves_that_share_all(self):
        halves = [household(cases=20, success=0.6), household(cases=20, success=0.6, name="others")]
        terms = {"kind": "beta_binomial", "icc": 0.1, "across_segments": 1.0}
        together = effective_cases(plain_deal(*halves, dependence=terms))
        assert together == pytest.approx(oracles.effective_cases(40, 0.1), rel=1e-6)
        apart = effective_cases(plain_deal(*halves, dependence=terms | {"across_segments": 0.0}))
        assert apart == pytest.approx(2 * oracles.effective_cases(20, 0.1), rel=1e-12)

    @pytest.mark.parametrize("dependence", [
        {"kind": "beta_binomial", "icc": 0.1, "across_segments": 0.5, "parameters": 0.8},
        {"kind": "gaussian_factor", "causes": {"housing": {"young": 0.2, "old": 0.1}, "policy": {"old": 0.1}}},
        {"kind": "gaussian_factor", "weight": 0.1},
        {"kind": "independent", "parameters": 0.5},
    ])
    def test_two_segments_by_brute_force(self, dependence):
        uncertain = {"kind": "beta", "mean": 0.7, "sd": 0.1}
        deal = plain_deal(
            household(name="young", cases=30, success=uncertain),
            household(name="old", cases=20, success=uncertain | {"mean": 0.4}, triage_share=0.8), dependence=dependence,
        )
        variance, mean = simulated_variance(deal)
        assert mean == pytest.approx(30 * 0.7 + 20 * 0.32, rel=0.01)
        independent = 30 * 0.7 * 0.3 + 20 * 0.32 * 0.68
        # 4,096 independent trials know their variance to sqrt(2 / 4,096) = 2.2%, stratified ones better
        assert effective_cases(deal) == pytest.approx(50 * independent / variance, rel=0.06)
        assert effective_cases(deal) < 50


class TestDecisive:
    """All of them together."""

    def test_the_reference_deal(self):
        found = decisive(load("zwarte-zwanen"))
        assert found.expected_success == pytest.approx(15.5 / 26)
        assert found.euros_per_success == pytest.approx(11_048.40, abs=0.01)
        assert found.needed_success < found.expected_success
        assert (round(found.effective_cases, 1), round(found.effective_cases_given_parameters, 1)) == (11.4, 19.0)

    def test_segments_are_weighted_by_their_plans_and_successes(self):
        deal = plain_deal(household(cases=30, success=0.5, saving=100, triage_share=0.5),
                          household(cases=10, name="others", success=0.2, saving=400))
        found = decisive(deal)
        # plans 15 and 10, successes 7.5 and 2, savings 750 and 800
        assert found.expected_success == pytest.approx(9.5 / 25)
        assert found.euros_per_success == pytest.approx(1_550 / 9.5)
