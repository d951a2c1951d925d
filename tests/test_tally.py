"""What is kept of each trial: by hand for a deal with two tranches, and against exact laws for chances of a count."""

from __future__ import annotations

import numpy as np
import oracles
import pytest
from one_block import household, plain_deal

from sib.deal.reader import load
from sib.engine import replay, simulate
from sib.tally import TALLIES, paths, tally, unit_of

YEARLY = {"rate": 0.04, "basis": "per_year", "compounding": "annual", "day_count": "30E/360"}
NO_INTEREST = {"rate": 0.0, "basis": "over_term"}


def kept(deal, trial=0):
    """What is kept of one trial: amounts in euros, all else as it is."""
    chapter, place = replay(deal, 1, trial=trial)
    found = {name: values[place].item() for name, values in tally(chapter).items()}
    return {name: value / 100 if unit_of(name) == "money" else value for name, value in found.items()}


@pytest.fixture(scope="module")
def two_tranches():
    """700 senior at 4%, 300 junior at 10%; 40 saved a month for three years, half of it by a law of the insurer."""
    return plain_deal(
        household(saving=720, saving_months=36, deadweight=0.25, by_law={"Wmo": 0.5, "Zvw": 0.5}),
        lines=[{"activity": "work", "number": 1, "unit_price": 940, "when": {"at": 1}},
               {"activity": "broker", "number": 1, "unit_price": 60, "when": {"at": 1}, "payee": "intermediary"}],
        counting={"laws": ["Wmo", "Zvw"]},
        accountant={"claim_at": "monthly", "fee": {"fixed": 15}},
        timeline={"maturity": 36, "payment_dates": {"every": 12}},
        contract={
            "interest": YEARLY,
            "tranches": [{"name": "senior", "share": 0.7},
                         {"name": "junior", "share": 0.3, "interest": YEARLY | {"rate": 0.10}}],
            "waterfall": ["interest:senior", "principal:senior", "interest:junior", "principal:junior", "surplus"],
        },
    )


class TestByHand:
    """480 a year: 28 + 452 senior; 9.92 + 248 senior and 63 + 159.08 junior; 14.09 + 140.92 junior."""

    def test_each_tranche(self, two_tranches):
        found = kept(two_tranches)
        senior = {name.removeprefix("investor.senior."): value for name, value in found.items() if ".senior." in name}
        assert (senior["outlay"], senior["receipts"], senior["payback_years"]) == (700, 737.92, 2)
        assert senior["wal_years"] == pytest.approx((452 * 1 + 248 * 2) / 700)
        assert senior["irr"] == pytest.approx(0.04, abs=1e-12)
        assert senior["npv"] == pytest.approx(0, abs=1e-9)
        junior = {name.removeprefix("investor.junior."): value for name, value in found.items() if ".junior." in name}
        assert (junior["outlay"], junior["receipts"], junior["payback_years"]) == (300, 377.09, 3)
        assert junior["wal_years"] == pytest.approx((159.08 * 2 + 140.92 * 3) / 300)
        assert junior["irr"] == pytest.approx(0.10, abs=1e-5)  # 14.092 of interest is paid as 14.09

    def test_the_investor_holds_both(self, two_tranches):
        found = kept(two_tranches)
        assert (found["investor.outlay"], found["investor.receipts"]) == (1000, 1115.01)
        assert found["investor.payback_years"] == 3  # 480, 960, 1,115.01
        assert found["investor.wal_years"] == pytest.approx((452 + (248 + 159.08) * 2 + 140.92 * 3) / 1000)
        assert found["investor.npv"] == pytest.approx(-1000 + 480 / 1.04 + 480 / 1.04**2 + 155.01 / 1.04**3, abs=1e-9)
        assert (found["investor.repaid_in_full"], found["investor.written_off"]) == (True, 0)

    def test_a_hurdle_of_its_own(self, two_tranches):
        deal = two_tranches.model_copy(update={"measures": two_tranches.measures.model_copy(update={"hurdle": 0.0})})
        assert kept(deal)["investor.npv"] == pytest.approx(115.01)

    def test_the_others(self, two_tranches):
        found = kept(two_tranches)
        # 1,440 saved by help and luck, 1,080 by help; the municipality has half of it and pays 1,115.01 and 15
        assert found["society.true_savings"] == 1080
        assert (found["municipality.true_savings"], found["municipality.validated_savings"]) == (540, 720)
        assert found["municipality.cashable_savings"] == 540
        assert found["municipality.outcome_payments"] == found["payer.Wmo.outcome_payments"] == 1115.01
        assert found["municipality.net_cash"] == pytest.approx(540 - 1115.01 - 15)
        assert found["payer.Wmo.net_cash"] == pytest.approx(540 - 1115.01)
        assert found["payer.Zvw.net_cash"] == 540
        receipts = {name: found[f"{name}.receipts"] for name in ("provider", "intermediary", "accountant")}
        assert receipts == {"provider": 940, "intermediary": 60, "accountant": 15}
        assert found["society.net_benefit"] == 1080 - 1015
        assert (found["accountant.claimed"], found["accountant.validated"], found["accountant.late"]) == (1440, 1440, 0)

    def test_paths(self, two_tranches):
        found = {name: flow[:, 0] / 100 for name, flow in paths(replay(two_tranches, 1, trial=0)[0]).items()}
        assert found["outstanding"][[0, 11, 12, 24, 36]].tolist() == [1000, 1000, 548, 140.92, 0]
        assert found["due"][[0, 12, 24, 36]].tolist() == [1000, 578, 140.92, 0]
        assert np.flatnonzero(found["validated_savings"]).tolist() == [12, 24, 36]
        assert found["validated_savings"][12] == 480
        assert found["true_savings"].tolist() == [0] + [30] * 36
        assert found["investor.senior"][[0, 12, 24, 36]].tolist() == [-700, 480, 257.92, 0]
        assert found["investor"][[0, 12, 24, 36]].tolist() == [-1000, 480, 480, 155.01]


def test_money_that_came_back_is_not_part_of_the_outlay():
    # half of 100 is not needed and goes back in month 1: 50 were at risk, of which 30 return
    deal = plain_deal(household(saving=30), enrolment=0.5)
    found = kept(deal)
    assert (found["investor.outlay"], found["investor.receipts"]) == (50, 30)
    assert (found["investor.repaid_in_full"], found["investor.written_off"]) == (False, 20)
    assert found["investor.wal_years"] == pytest.approx((50 * 31 + 30 * 365) / 365 / 80)
    assert np.isnan(found["investor.payback_years"])


def test_four_percent_paid_quarterly_returns_more():
    """1% of 100,000 each quarter and the principal at the end: an IRR of 4.06%."""
    deal = plain_deal(
        lines=[{"activity": "work", "number": 1, "unit_price": 100_000, "when": {"at": 1}}],
        timeline={"maturity": 36, "payment_dates": {"every": 3}},
        contract={
            "interest": YEARLY | {"compounding": "quarterly"},
            "payments": [{"kind": "fixed", "name": "coupon", "amount": 1_000},
                         {"kind": "fixed", "name": "principal", "amount": 100_000, "months": [36]}],
            "waterfall": ["interest:investor", "principal:investor", "surplus"],
        },
    )
    found = kept(deal)
    assert (found["investor.receipts"], found["investor.repaid_in_full"]) == (112_000, True)
    assert found["investor.irr"] == pytest.approx(1.01**4 - 1, abs=5e-5)


class TestTriggers:
    """Met on what was validated, on what was earned, and on what came too late."""

    @staticmethod
    def outcome(saving, *, delay=0, **accountant):
        trigger = {"name": "proof", "metric": "validated_savings", "at_least": 200}
        deal = plain_deal(
            household(saving=saving), contract={"triggers": [trigger]}, accountant={"delay": delay} | accountant,
            timeline={"maturity": 24, "payment_dates": {"every": 12}},
        )
        found = kept(deal)
        return tuple(found[f"trigger.proof.{name}"] for name in ("paid", "earned", "late")), found["accountant.late"]

    def test_on_and_below(self):
        assert self.outcome(100) == ((True, True, False), 0)
        assert self.outcome(99.99) == ((False, False, False), 0)

    def test_too_late_by_a_month(self):
        # claimed in month 12: a year later is the last date, thirteen months later is too late
        assert self.outcome(100, delay=12) == ((True, True, False), 0)
        assert self.outcome(100, delay=13) == ((False, False, True), 200)
        assert self.outcome(99, delay=13) == ((False, False, False), 198)

    def test_refused_and_yet_earned(self):
        assert self.outcome(100, review={"wrong_rejection": 1.0}) == ((False, True, False), 0)


def counting_trials(n_cases, success, *levels, saving=100, n_trials=20_480, **tables):
    """A run of a deal with one payment date and a trigger a level: at least so many cases, or savings in euros."""
    metric = tables.pop("metric", "validated_cases")
    triggers = [{"name": str(level), "metric": metric, "at_least": level, "main": place == 0}
                for place, level in enumerate(levels)]
    deal = plain_deal(
        household(cases=n_cases, success=success, saving=saving), timeline={"maturity": 12}, **tables,
        contract={"triggers": triggers},
    )
    return simulate(deal, n_trials).trials


LAWS = {
    "independent": ({}, oracles.binomial_pmf(50, 0.7)),
    "beta_binomial": ({"icc": 1 / 11}, oracles.beta_binomial_pmf(50, 7, 3)),
    "gaussian_factor": ({"weight": 0.1}, oracles.gaussian_factor_pmf(50, 0.3, weight=0.1)[::-1]),
}
LEVELS = (21, 26, 33, 35, 40)


class TestExactLaws:
    """Shares of trials within the exact binomial region of the run around chances from closed forms."""

    @pytest.mark.parametrize("kind", LAWS)
    def test_validated_cases(self, kind):
        terms, law = LAWS[kind]
        trials = counting_trials(50, 0.7, *LEVELS, dependence={"kind": kind} | terms)
        hits = {level: trials[f"trigger.{level}.paid"] for level in LEVELS}
        for level in LEVELS:
            np.testing.assert_array_equal(hits[level], trials["accountant.validated_cases"] >= level)
        fits = {name: all(oracles.is_likely(hits[level], oracles.at_least(other, level)) for level in LEVELS)
                for name, (_, other) in LAWS.items()}
        assert fits == {name: name == kind for name in LAWS}  # this law, and neither of the others
        mean, sd = oracles.moments(np.arange(51.0), law)
        assert oracles.errors_off(trials["programme.successes"].mean(), mean, sd=sd, n_trials=20_480) < 4

    def test_sums_of_random_savings(self):
        # 20 cases, p = .6, severities 2, 5 and 11 with chances .5, .3 and .2: P(S >= 60) = .403463986
        saving = {"kind": "empirical", "values": [2.0] * 5 + [5.0] * 3 + [11.0] * 2}
        trials = counting_trials(20, 0.6, 60, saving=saving, metric="validated_savings")
        assert oracles.is_likely(trials["trigger.60.paid"], 0.403463986)
        savings = trials["accountant.validated"] / 100
        assert oracles.errors_off(savings.mean(), 56.4, sd=245.352**0.5, n_trials=len(savings)) < 4
        assert savings.var() == pytest.approx(245.352, rel=4 * (2 / len(savings)) ** 0.5)


def test_names_and_units():
    """Every kept value has a unit, and no two rooms keep the same name."""
    chapter = replay(load("zwarte-zwanen", overlays=["claim-errors"]), 1, trial=0)[0]
    found = tally(chapter)
    assert len(found) == sum(len(part(chapter)) for part in TALLIES)
    assert {unit_of(name) for name in found} == {"money", "fraction", "years", "count"}
    some = {
        "money": {"investor.outlay", "bridge.law", "payer.Wmo.net_cash", "society.net_benefit", "investor.written_off"},
        "count": {"state.accepted", "state.rejected:wrongly", "programme.enrolled", "accountant.validated_cases"},
        "fraction": {"investor.irr", "trigger.proof.paid", "investor.repaid_in_full"},
        "years": {"investor.wal_years", "investor.payback_years"},
    }
    for unit, names in some.items():
        assert names <= {name for name in found if unit_of(name) == unit}
    assert all(values.shape == (256,) for values in found.values())
