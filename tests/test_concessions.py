"""Concessions: derivatives worked by hand where nothing varies, and identities where something does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from table_deal import PRINCIPAL, table_deal

import sib
from sib.analysis.concessions import Ask, Exchange, Trade, exchange
from sib.deal.reader import read
from sib.deal.scenario import Scenario
from sib.deal.vary import vary
from sib.errors import RefusedError, ScenarioError
from sib.measures import risk

REFERENCE = "zwarte-zwanen"
INTEREST, FEE, LIMIT = "contract.interest.rate", "contract.payments.fee.amount", "contract.guarantees.guarantor.limit"
TRIGGER, SHARE = "contract.triggers.proof.at_least", "contract.payments.repayment.share"
CAP, NOMINAL = "contract.caps.total", "municipality.net_cash"


@pytest.fixture
def deal(tmp_path: Path) -> Scenario:
    return table_deal(tmp_path)


def trade(found: Exchange, path: str) -> Trade:
    return next(each for each in found.trades if each.number.path == path)


def test_rates_are_the_derivatives_worked_by_hand(deal: Scenario) -> None:
    found = exchange(deal, Ask(cost=NOMINAL), trials=30)
    # A loan P at r, repaid after two years: P (1 + r)**2, whose derivative is 2 P (1 + r). A central difference of a
    # square is exact. At 4% a point is worth 0.01 x 2 x 1.04 P = 20,800 then, and 20,800 / 1.04**2 at closing.
    assert found.value is not None
    assert found.value.value / 100 == pytest.approx(0.02 * 1.04 * PRINCIPAL / 1.04**2, abs=0.01)
    interest, fee = trade(found, INTEREST), trade(found, FEE)
    assert interest.amount is not None
    assert fee.amount is not None
    assert interest.cost is not None
    assert fee.cost is not None
    # The fee comes after one year, and is worth 1 / 1.04 at closing: 20,000 of it are worth a point.
    assert fee.amount.value == pytest.approx(20_000, abs=0.02)
    assert interest.cost.value / 100 == pytest.approx(20_800, abs=0.02)
    assert fee.cost.value / 100 == pytest.approx(20_000, abs=0.02)
    assert fee.amount.standard_error == pytest.approx(0, abs=1e-6)  # nothing varies


def test_the_trade_that_gains_is_named_with_its_gain(deal: Scenario) -> None:
    swaps = exchange(deal, Ask(cost=NOMINAL), trials=30).swaps
    # Undiscounted, 20,000 after one year cost the outcome payer 800 less than 20,800 after two. The fee was moved by a
    # twentieth of itself, 2,500, so that the trade is an eighth of that.
    assert [(each.give.number.path, each.take.number.path) for each in swaps] == [(FEE, INTEREST)]
    assert swaps[0].size == pytest.approx(1 / 8)
    assert swaps[0].gain.value / 100 == pytest.approx(100, abs=0.01)
    assert swaps[0].third.value == 0


def test_what_does_nothing_here_is_said_and_nothing_is_divided_by_zero(deal: Scenario) -> None:
    found = exchange(deal, trials=30)
    idle = {each.number.path for each in found.trades if each.verdict == "idle"}
    assert idle == {CAP, LIMIT, SHARE, "timeline.maturity"}
    assert trade(found, LIMIT).amount is None


@pytest.mark.parametrize("worth", ["investor.npv", "investor.irr"])
def test_a_term_is_worth_itself_and_gains_nothing_on_itself(worth: str) -> None:
    found = exchange(read(REFERENCE), Ask((INTEREST, TRIGGER), worth=worth), trials=600)
    itself = trade(found, INTEREST)
    assert itself.amount is not None
    assert itself.amount.value == pytest.approx(found.unit)
    assert itself.amount.standard_error == pytest.approx(0, abs=1e-12)
    assert all(each.give != each.take for each in found.swaps)


def test_rates_are_the_ratio_of_paired_differences_of_plain_runs() -> None:
    found = exchange(read(REFERENCE), Ask((INTEREST, TRIGGER)), trials=600, seed=3)
    moved = {}
    for path, low, high in ((INTEREST, 0.035, 0.045), (TRIGGER, 1_140_000, 1_260_000)):
        # the discount rate of the investor is the contract's own, 4%, and must stay there
        below, above = (
            sib.simulate(sib.load(REFERENCE, set={path: at, "measures.hurdle": 0.04}), 600, seed=3).trials
            for at in (low, high)
        )
        moved[path] = {name: (above[name] - below[name]) / (high - low)
                       for name in ("investor.npv", "municipality.present_value")}
    interest, trigger = (moved[path]["investor.npv"] for path in (INTEREST, TRIGGER))
    expected = risk.ratio(0.01 * np.asarray(interest), np.asarray(trigger))
    amount, cost = trade(found, TRIGGER).amount, trade(found, TRIGGER).cost
    assert amount is not None
    assert cost is not None
    assert (amount.value, amount.standard_error) == pytest.approx((expected.value, expected.standard_error))
    lost = -np.asarray(moved[TRIGGER]["municipality.present_value"]).mean()
    scale = 100 / (100 if found.cost.unit == "money" else 1)
    assert cost.value / 100 == pytest.approx(expected.value * lost * scale, rel=1e-9)


def test_changing_places_turns_a_rate_over(deal: Scenario) -> None:
    by_interest = exchange(deal, Ask((FEE,)), trials=30)
    by_fee = exchange(deal, Ask((INTEREST,), per=FEE), trials=30)
    one, other = trade(by_interest, FEE).amount, trade(by_fee, INTEREST).amount
    assert one is not None
    assert other is not None
    assert (one.value / by_interest.unit) * (other.value / by_fee.unit) == pytest.approx(1)


def test_the_order_of_terms_never_matters() -> None:
    one, other = (exchange(read(REFERENCE), Ask(paths), trials=300) for paths in ((TRIGGER, SHARE), (SHARE, TRIGGER)))
    assert {each.number.path: each for each in one.trades} == {each.number.path: each for each in other.trades}
    assert one.swaps == other.swaps


def test_terms_that_cannot_go_so_far_are_no_trades() -> None:
    found = exchange(read(REFERENCE), Ask((SHARE,)), trials=300)
    share = trade(found, SHARE)
    assert (share.low, share.high) == (0.95, 1.0)  # there is no share above one
    assert not share.reaches(1)
    assert share.in_full is None
    assert share.measured(1) == 0
    assert all(each.give.number.path != SHARE for each in found.swaps)


def test_a_bend_is_seen(deal: Scenario) -> None:
    # The cap stands where it just binds: less of it takes, more of it gives nothing.
    paid = 1_081_600 + 50_000
    bent = trade(exchange(vary(deal, {CAP: paid}), Ask((CAP,)), trials=30), CAP)
    assert bent.is_bent
    assert bent.slopes[1] is not None
    assert bent.slopes[1].value == 0


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("rikers-able", "contract.guarantees.Bloomberg Philanthropies.amount"),  # a guarantor pays it
        ("nys-ceo", "contract.payments.employment 1.amount"),  # another outcome payer does
    ],
)
def test_others_who_pay_are_not_forgotten(name: str, path: str) -> None:
    found = exchange(sib.load(name), Ask((path,), per=path), trials=300)
    assert found.has_others
    itself = trade(found, path)
    assert itself.third is not None
    assert itself.cost is not None
    assert itself.third.value > max(itself.cost.value, 0)


def test_all_of_an_amount_is_worth_what_a_plain_run_says(deal: Scenario) -> None:
    found = exchange(deal, Ask(), trials=30)
    interest, fee = trade(found, INTEREST).in_full, trade(found, FEE).in_full
    assert interest is not None
    assert fee is not None
    # ((1.05**2 - 1.04**2) P) / (0.02 x 1.04 P) for a whole point; a fee is worth what it says.
    assert interest.value == pytest.approx((1.05**2 - 1.04**2) / (0.02 * 1.04), abs=1e-6)
    assert fee.value == pytest.approx(1, abs=1e-5)


def test_one_trial_is_sure_of_nothing() -> None:
    found = exchange(read(REFERENCE), Ask((INTEREST, TRIGGER)), trials=1)
    assert {each.verdict for each in found.trades} <= {"idle", "unclear"}


def test_faults_are_told(deal: Scenario) -> None:
    with pytest.raises(KeyError, match=r"did you mean 'investor\.irr'"):
        exchange(deal, Ask(worth="investor.irrr"), trials=2)
    with pytest.raises(ScenarioError, match="did you mean 'interest'"):
        exchange(deal, Ask(("contract.intrest.rate",)), trials=2)
    with pytest.raises(RefusedError, match="does nothing for"):
        exchange(deal, Ask(per=LIMIT), trials=2)


def test_a_deal_in_which_nothing_matters_has_no_yardstick(deal: Scenario) -> None:
    found = exchange(deal, Ask((LIMIT,), worth="programme.cost"), trials=2)
    assert found.value is None
    assert found.yardstick is None
    assert found.swaps == ()
