"""What the work costs: every form of timing by hand, the custom line until it is empty, and what is left."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from one_block import caseload, household, plain_deal, tables_of
from pydantic import ValidationError

from sib.arrays import Cents
from sib.chance.draws import BLOCK, Stream
from sib.deal.scenario import Scenario
from sib.programme.budget import Spending, all_plans, own_cost, spend, wishes_of

PERIODS = 61
PLANS = {"activity": "plans", "number": 20, "unit_price": 50, "when": {"stage": "plan"}}


def line(when: dict[str, Any], *, number: int = 1, unit_price: float = 100) -> dict[str, Any]:
    """A budget line, by default of 100 euros in all."""
    return {"activity": "work", "number": number, "unit_price": unit_price, "when": when}


def spending(deal: Scenario, *, block: int = 0) -> Spending:
    return spend(deal, tables_of(deal, block=block), stream=Stream(1, block), n_periods=PERIODS)


def by_period(deal: Scenario, activity: str = "work") -> list[int]:
    """What a line spends in each period, all trials agreeing, without the months of nothing at the end."""
    spent = spending(deal).by_line[activity]
    assert (spent == spent[:, :1]).all()
    return [int(cents) for cents in np.trim_zeros(spent[:, 0], "b")]


class TestTiming:
    def test_at_one_month(self) -> None:
        assert by_period(plain_deal(lines=[line({"at": 3}, number=2), PLANS])) == [0, 0, 0, 20_000]
        assert by_period(plain_deal(lines=[line({"at": 0}), PLANS])) == [10_000]

    def test_spread_evenly_cent_by_cent(self) -> None:
        deal = plain_deal(lines=[line({"from": 2, "months": 3}), PLANS])
        assert by_period(deal) == [0, 0, 3334, 3333, 3333]

    @pytest.mark.parametrize("stage", ["plan", "implementation"])
    def test_per_case_in_its_first_month(self, stage: str) -> None:
        segment = household(cases=5, intake={"from": 2, "months": 3})  # 2, 2, 1
        deal = plain_deal(segment, lines=[line({"stage": stage}, number=5, unit_price=0.29)])
        assert by_period(deal) == [0, 0, 58, 58, 29]

    def test_monitoring_splits_the_unit_price_over_its_months(self) -> None:
        segment = household(cases=3, intake={"months": 2})  # two in month 1, one in month 2
        deal = plain_deal(segment, lines=[line({"stage": "monitoring", "months": 3}, number=3)])
        assert by_period(deal) == [0, 2 * 3334, 2 * 3333 + 3334, 2 * 3333 + 3333, 3333]

    def test_segments_are_added_up(self) -> None:
        late = household(name="late", cases=3, intake={"from": 3})
        deal = plain_deal(household(cases=2), late, lines=[line({"stage": "plan"}, number=5)])
        assert by_period(deal) == [0, 20_000, 0, 30_000]
        assert all_plans(tables_of(deal))[:, 0].tolist() == [0, 2, 0, 3]

    def test_only_cases_with_a_plan_cost(self) -> None:
        deal = plain_deal(household(cases=20, triage_share=0.5), lines=[PLANS])
        tables = tables_of(deal)
        plans = tables[0].plan.sum(axis=0)
        assert (plans.min(), plans.max()) != (20, 20)
        assert (spending(deal).by_line["plans"][1] == 5_000 * plans).all()


class TestCustomLine:
    """A hundred euros in all; each case asks in its first month, in the order of month, segment and id."""

    def test_the_case_that_meets_the_end_gets_what_is_left(self) -> None:
        segment = household(cases=5, intake={"months": 5})
        deal = plain_deal(segment, lines=[line({"stage": "custom", "per_case": 30}), PLANS])
        assert by_period(deal) == [0, 3_000, 3_000, 3_000, 1_000]

    def test_cases_of_one_month_share_what_is_left(self) -> None:
        segment = household(cases=6, intake={"months": 2})
        deal = plain_deal(segment, lines=[line({"stage": "custom", "per_case": 30}), PLANS])
        assert by_period(deal) == [0, 9_000, 1_000]

    def test_all_segments_draw_on_it(self) -> None:
        late = household(name="late", cases=2, intake={"from": 2})
        lines = [line({"stage": "custom", "per_case": 30}), PLANS]
        assert by_period(plain_deal(late, household(cases=2), lines=lines)) == [0, 6_000, 4_000]

    def drawn(self, **terms: Any) -> tuple[Scenario, Cents, Cents]:
        """What is asked and what is spent, by month, where each of 20 cases asks for a gamma of 10 euros."""
        per_case = {"kind": "gamma", "mean": 10, "cv": 1}
        lines = [line({"stage": "custom", "per_case": per_case}, number=2), PLANS]
        deal = plain_deal(household(cases=20, intake={"months": 10}, **terms), lines=lines)
        wishes = wishes_of(deal.budget.lines[0], "households", stream=Stream(1, 0), n_cases=20)
        asked = np.zeros((PERIODS, BLOCK))
        table = tables_of(deal)[0]
        for case in range(20):
            month = int(table.starts[case, 0])
            asked[month] += np.where(np.broadcast_to(table.plan, (20, BLOCK))[case], wishes[case], 0)
        return deal, asked, spending(deal).by_line["work"]

    @pytest.mark.parametrize("triage", [1.0, 0.7])
    def test_what_is_asked_is_spent_until_the_line_is_empty(self, triage: float) -> None:
        _, asked, spent = self.drawn(triage_share=triage)
        assert (np.cumsum(spent, axis=0) == np.minimum(np.cumsum(asked, axis=0), 20_000)).all()
        emptied = asked.sum(axis=0) > 20_000
        assert emptied.any()
        assert not emptied.all()

    def test_wishes_are_whole_cents_and_belong_to_the_case(self) -> None:
        deal, _, _ = self.drawn()
        terms = deal.budget.lines[0]
        few, many = (wishes_of(terms, "households", stream=Stream(1, 0), n_cases=n) for n in (5, 20))
        assert (few == many[:5]).all()
        assert (many == np.rint(many)).all()

    @pytest.mark.parametrize("per_case", [-30.0, {"kind": "uniform", "low": -30, "high": -10}])
    def test_a_case_cannot_put_money_into_the_line(self, per_case: Any) -> None:
        """Either the deal is refused or nothing is spent; never a negative cost."""
        try:
            deal = plain_deal(lines=[line({"stage": "custom", "per_case": per_case}), PLANS])
        except (ValidationError, AssertionError):
            return
        assert (spending(deal).by_line["work"] == 0).all()


class TestUnspent:
    def test_cases_that_never_came_leave_their_unit_prices(self) -> None:
        """Twenty units paid for, ten planned, half of them come: fifteen of 50.00 are left."""
        lines = [PLANS, line({"at": 5}), line({"stage": "custom", "per_case": 15}) | {"activity": "custom"}]
        deal = plain_deal(household(cases=10), lines=lines, enrolment=0.5)
        found = spending(deal)
        assert found.unspent.tolist() == [15 * 5_000 + 10_000 - 5 * 1_500]
        assert found.total[:, 0].tolist()[:6] == [0, 5 * 5_000 + 5 * 1_500, 0, 0, 0, 10_000]

    def test_it_is_known_when_the_last_planned_case_is_in(self) -> None:
        early = household(intake={"from": 2, "months": 9})
        late = household(name="late", intake={"from": 3, "months": 5, "delay": 4})
        assert spending(plain_deal(early)).unspent_period == 10
        assert spending(plain_deal(early, late)).unspent_period == 11

    def test_a_budget_that_is_needed_leaves_nothing(self) -> None:
        assert spending(plain_deal()).unspent.tolist() == [0]

    @pytest.mark.parametrize("block", [0, 3])
    def test_every_cent_is_spent_or_left(self, block: int) -> None:
        lines = [
            line({"stage": "custom", "per_case": {"kind": "lognormal", "mean": 12.34, "cv": 2}}),
            line({"from": 1, "months": 7}, unit_price=99.99) | {"activity": "office"},
            line({"stage": "monitoring", "months": 7}, number=12, unit_price=10.01) | {"activity": "visits"},
            PLANS,
        ]
        segment = household(cases=10, intake={"months": 4, "profile": "front_loaded"}, triage_share=0.8)
        deal = plain_deal(segment, lines=lines, enrolment={"kind": "uniform", "low": 0.2, "high": 1.2})
        found = spending(deal, block=block)
        budget = 10_000 + 9_999 + 12 * 1_001 + 20 * 5_000
        assert (found.total.sum(axis=0) + found.unspent == budget).all()
        assert len(np.unique(found.unspent)) > 10
        assert all((cents >= 0).all() and (cents == np.rint(cents)).all() for cents in found.by_line.values())

    def test_where_all_trials_agree_there_is_one_column(self) -> None:
        assert spending(plain_deal()).by_line["plans"].shape == (PERIODS, 1)
        unsure = plain_deal(household(triage_share=0.5))
        assert spending(unsure).by_line["plans"].shape == (PERIODS, BLOCK)


class TestOwnCost:
    LINES = (
        PLANS,
        line({"stage": "monitoring", "months": 3}, number=2, unit_price=7.5),
        line({"from": 1, "months": 5}, unit_price=40) | {"activity": "office"},
    )

    def test_it_is_the_unit_prices_of_the_lines_per_case(self) -> None:
        assert set(own_cost(caseload(plain_deal(lines=list(self.LINES))))) == {5_750.0}

    def test_and_what_the_case_asked_of_a_custom_line(self) -> None:
        """What it asked, though the line (1 euro) cannot pay it."""
        same = line({"stage": "custom", "per_case": 12.34}, unit_price=1) | {"activity": "extra"}
        assert set(own_cost(caseload(plain_deal(lines=[*self.LINES, same])))) == {5_750.0 + 1_234}
        per_case = {"kind": "empirical", "values": [1, 2]}
        own = line({"stage": "custom", "per_case": per_case}, unit_price=1) | {"activity": "extra"}
        load = caseload(plain_deal(lines=[*self.LINES, own]))
        wishes = wishes_of(load.deal.budget.lines[-1], "households", stream=load.stream, n_cases=2)
        assert set(np.unique(wishes)) == {100, 200}
        assert (own_cost(load) == 5_750 + wishes[load.rows.case, load.rows.trial]).all()
