"""Caps in the order of the contract, each by hand; whoever pays, nothing goes beyond any of them."""

from __future__ import annotations

import numpy as np
from group_deal import FEE, counts_deal, effect_deal
from hypothesis import given
from hypothesis import strategies as st

from sib.contract.limits import Limits, cut_to

BOTH = np.array([True, True])
MARKED = {"kind": "step_table", "metric": "reduction", "rows": [{"pays": 1}]}
US, THEM = "municipality", "ministry"


def limits(caps=(), *, lines=None, payers=(), years=(0, 1, 2, 3), fiscal=(0, 0, 1, 1)):
    """Limits of one trial over four periods, on two lines on the metric ``reduction`` unless others are given."""
    two = [MARKED | {"name": "one"}, MARKED | {"name": "two"}]
    terms = {"payments": lines or two, "caps": dict(caps), "outcome_payers": list(payers)}
    deal = effect_deal(contract=terms)
    return Limits(deal.contract, np.array(years, dtype=float), fiscal_year=np.array(fiscal), n_trials=1)


def cut(room, *owed, to_investor=BOTH):
    """What is left of euros owed, in euros."""
    left = room.cut(np.array([[amount * 100.0] for amount in owed]), to_investor=to_investor)
    return (left[:, 0] / 100).tolist()


def borne(room):
    """Euros by payer and line."""
    return (room.borne[:, :, 0] / 100).tolist()


def split(*, share=0.6, ours=(), theirs=()):
    return [
        {"name": US, "share": share} | dict(ours), {"name": THEM, "share": round(1 - share, 6)} | dict(theirs),
    ]


class TestYearAndTotal:
    """All lines together."""

    def test_a_year_and_the_next(self):
        room = limits({"per_year": 100})
        assert cut(room, 60, 20) == [60, 20]
        assert cut(room, 30, 10) == [15, 5]  # 20 left of 100, three to one
        assert cut(room, 30, 10) == [0, 0]
        room.pass_time(1, np.zeros(1))
        assert cut(room, 1, 0) == [0, 0]  # period 1 is still the same fiscal year
        room.pass_time(2, np.zeros(1))
        assert cut(room, 200, 0) == [100, 0]

    def test_the_year_before_the_total(self):
        room = limits({"per_year": 100, "total": 150})
        assert cut(room, 70, 70) == [50, 50]
        room.pass_time(2, np.zeros(1))
        assert cut(room, 70, 30) == [35, 15]

    def test_cents_by_largest_remainder_ties_to_the_first(self):
        assert cut(limits({"total": 0.05}), 1, 1) == [0.03, 0.02]
        assert cut_to(np.array([[1.0], [1.0], [1.0]]), 2.0).tolist() == [[1], [1], [0]]

    def test_only_the_trial_that_goes_beyond_is_cut(self):
        assert cut_to(np.array([[10.0, 3.0], [10.0, 3.0]]), np.array([10.0, 10.0])).tolist() == [[5, 3], [5, 3]]

    def test_a_cap_of_nothing(self):
        assert cut(limits({"total": 0}), 3, 2) == [0, 0]


class TestByMetric:
    """Lines on one metric together, before the year."""

    fee = (MARKED | {"name": "one"}, FEE, MARKED | {"name": "two"})

    def test_only_its_lines(self):
        room = limits({"by_metric": {"reduction": 30}}, lines=self.fee)
        assert cut(room, 20, 50, 20, to_investor=np.array([True] * 3)) == [15, 50, 15]
        assert cut(room, 20, 50, 20, to_investor=np.array([True] * 3)) == [0, 50, 0]

    def test_a_card_of_one_outcome_is_a_line_on_it(self):
        card = {"kind": "rate_card", "name": "card", "prices": [{"outcome": "diploma", "price": 1}]}
        steps = {"kind": "step_table", "name": "steps", "metric": "diploma", "rows": [{"pays": 1}]}
        deal = counts_deal(contract={"payments": [card, steps], "caps": {"by_metric": {"diploma": 30}}})
        room = Limits(deal.contract, np.arange(4.0), fiscal_year=np.zeros(4, dtype=int), n_trials=1)
        assert cut(room, 40, 20) == [20, 10]
        assert cut(room, 40, 20) == [0, 0]

    def test_before_the_year(self):
        # 100 + 50: the metric leaves 50 + 50, the year 30 + 30; the year first would have left 40 + 20
        room = limits({"by_metric": {"reduction": 50}, "per_year": 60}, lines=[MARKED | {"name": "one"}, FEE])
        assert cut(room, 100, 50) == [30, 30]

    def test_what_a_later_cap_takes_is_left_for_the_metric(self):
        room = limits({"by_metric": {"reduction": 50}, "per_year": 60}, lines=[MARKED | {"name": "one"}, FEE])
        cut(room, 100, 50)
        room.pass_time(2, np.zeros(1))
        assert cut(room, 100, 0) == [20, 0]


class TestPayers:
    """Several outcome payers: nobody makes up for another."""

    def test_by_share_to_the_cent(self):
        room = limits(payers=split())
        assert cut(room, 10, 0.01) == [10, 0.01]
        assert borne(room) == [[6, 0.01], [4, 0]]

    def test_one_that_is_full_leaves_a_gap(self):
        room = limits(payers=split(ours={"cap": 30}))
        assert cut(room, 20, 10) == [20, 10]
        assert borne(room) == [[12, 6], [8, 4]]
        assert cut(room, 20, 10) == [16, 8]  # 12 left of 30, of 12 + 6: 8 + 4; the other pays 8 + 4 as always
        assert borne(room) == [[8, 4], [8, 4]]
        assert cut(room, 20, 10) == [8, 4]

    def test_a_line_that_one_pays_alone(self):
        lines = [MARKED | {"name": "one", "paid_by": THEM}, MARKED | {"name": "two"}]
        room = limits(payers=split(theirs={"cap": 50}), lines=lines)
        assert cut(room, 40, 100) == [25, 85]  # 40 + 40 is cut to 50: 25 + 25; the other still bears 60
        assert borne(room) == [[0, 60], [25, 25]]

    def test_a_payers_year(self):
        room = limits(payers=split(ours={"cap_per_year": 6}))
        assert cut(room, 10, 10) == [7, 7]
        room.pass_time(2, np.zeros(1))
        assert cut(room, 10, 0) == [10, 0]

    def test_its_year_and_its_cap_the_smaller_holds(self):
        room = limits(payers=split(share=1.0, ours={"cap_per_year": 10, "cap": 15}))
        assert cut(room, 12, 0) == [10, 0]
        room.pass_time(2, np.zeros(1))
        assert cut(room, 12, 0) == [5, 0]

    def test_what_later_caps_leave_is_borne_in_proportion(self):
        room = limits({"total": 9}, payers=split(ours={"cap": 6}))
        # 12 + 8 owed and 6 + 8 after the payers' caps: 14, cut to 9: 27/7 and 36/7
        assert cut(room, 20, 0) == [9, 0]
        assert borne(room) == [[3.86, 0], [5.14, 0]]
        # the 2.14 that the cap of the contract took back are still there for the first payer: none of the total is
        assert cut(room, 1, 0) == [0, 0]

    def test_a_later_cap_gives_a_payer_its_room_back(self):
        room = limits({"per_year": 9}, payers=split(ours={"cap": 6}))
        cut(room, 20, 0)
        room.pass_time(2, np.zeros(1))
        assert cut(room, 4, 0) == [3.74, 0]  # 6 - 3.86 = 2.14 of 2.40, and 1.60
        assert borne(room) == [[2.14, 0], [1.6, 0]]

    def test_division_by_share_or_by_what_was_borne(self):
        room = limits(payers=split())
        amount = np.array([1001.0, 1001.0, 0.0])
        like = np.array([[0.0, 300.0, 5.0], [0.0, 100.0, 5.0]])
        assert room.divide(amount, like=like).tolist() == [[601, 751, 0], [400, 250, 0]]
        assert room.divide(amount).tolist() == [[601, 601, 0], [400, 400, 0]]


class TestReturn:
    """The investor receives no more than its outlay grown at the rate."""

    def test_year_by_year(self):
        room = limits({"annual_return": 0.1})
        room.pass_time(0, np.array([1000_00.0]))
        assert cut(room, 2000, 0) == [1000, 0]
        room.pass_time(1, np.zeros(1))  # 1,100
        assert cut(room, 600, 0) == [600, 0]
        room.receive(np.array([600_00.0]))
        room.pass_time(2, np.zeros(1))  # 500 x 1.1
        assert cut(room, 300, 300) == [275, 275]

    def test_a_cent_that_is_not_whole_is_not_paid(self):
        room = limits({"annual_return": 0.1}, years=(0, 0.5, 2, 3))
        room.pass_time(0, np.array([1000_00.0]))
        room.pass_time(1, np.zeros(1))
        assert cut(room, 2000, 0) == [1048.80, 0]  # 1,000 x sqrt(1.1) = 1,048.808...

    def test_what_goes_past_the_investor_is_not_held(self):
        room = limits({"annual_return": 0.0})
        room.pass_time(0, np.array([100_00.0]))
        assert cut(room, 80, 80, to_investor=np.array([True, False])) == [80, 80]
        assert cut(room, 180, 80, to_investor=np.array([True, False])) == [100, 80]

    def test_more_than_enough_received_is_no_debt(self):
        room = limits({"annual_return": 0.0})
        room.pass_time(0, np.array([100_00.0]))
        room.receive(np.array([150_00.0]))
        assert cut(room, 10, 0) == [0, 0]
        room.pass_time(1, np.array([60_00.0]))
        assert cut(room, 20, 0) == [10, 0]

    def test_money_that_comes_back_is_outlay_no_more(self):
        room = limits({"annual_return": 0.1})
        room.pass_time(0, np.array([1000_00.0]))
        room.pass_time(1, np.array([-100_00.0]))
        assert cut(room, 2000, 0) == [1000, 0]  # 1,100 - 100


amounts = st.integers(0, 10_000).map(float)


@given(st.lists(st.tuples(amounts, amounts, st.booleans()), min_size=1, max_size=6), st.data())
def test_no_cap_is_ever_passed(dates, data):
    euros = st.integers(0, 15_000).map(lambda cents: cents / 100)
    caps = data.draw(st.fixed_dictionaries({}, optional={
        "per_year": euros, "total": euros, "by_metric": st.fixed_dictionaries({"reduction": euros}),
    }))
    payer = st.fixed_dictionaries({}, optional={"cap": euros, "cap_per_year": euros})
    payers = split(share=data.draw(st.sampled_from([0.0, 0.25, 0.5, 0.999, 1.0])), ours=data.draw(payer),
                   theirs=data.draw(payer)) if data.draw(st.booleans()) else []
    room = limits(caps, payers=payers, lines=[MARKED | {"name": "one"}, FEE], fiscal=range(99), years=range(99))
    paid, by_payer, in_year, payers_year = np.zeros(2), np.zeros(len(payers)), 0.0, np.zeros(len(payers))
    period = 0
    for first, second, is_new_year in dates:
        if is_new_year:
            period += 1
            room.pass_time(period, np.zeros(1))
            in_year, payers_year = 0.0, np.zeros(len(payers))
        owed = np.array([[first], [second]])
        left = room.cut(owed, to_investor=BOTH)
        assert (left >= 0).all()
        assert (left <= owed).all()
        paid, in_year = paid + left[:, 0], in_year + left.sum()
        if payers:
            assert room.borne.sum(axis=0).tolist() == left.tolist()
            by_payer, payers_year = by_payer + room.borne.sum(axis=(1, 2)), payers_year + room.borne.sum(axis=(1, 2))
        assert in_year <= round(caps.get("per_year", np.inf) * 100, 6)
        assert paid.sum() <= round(caps.get("total", np.inf) * 100, 6)
        assert paid[0] <= round(caps.get("by_metric", {}).get("reduction", np.inf) * 100, 6)
        for terms, so_far, this_year in zip(payers, by_payer, payers_year, strict=True):
            assert so_far <= round(terms.get("cap", np.inf) * 100, 6)
            assert this_year <= round(terms.get("cap_per_year", np.inf) * 100, 6)
