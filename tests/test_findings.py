"""What programme and accountant bring: one paper for every kind of programme, block by block."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from group_deal import REDUCTION, counts_deal, effect_deal
from one_block import household, plain_deal

from sib.chance.draws import Source
from sib.deal.group import AnyProgramme
from sib.findings import FINDERS, Work, find
from sib.programme.grid import grid

OUTCOMES = [{"name": "diploma", "chance": 0.4, "worth": 5}, {"name": "job", "chance": 0.2}]
PUPILS = {"name": "pupils", "people": 9, "within_person": 0.5, "outcomes": OUTCOMES, "intake": {"from": 1,
    "months": 18}}
CARD = {"kind": "rate_card", "name": "card", "cap_per_person": 120,
        "prices": [{"outcome": "diploma", "price": 100}, {"outcome": "job", "price": 70}]}
NORMAL = {"kind": "normal", "mean": 9, "sd": 4}
NOISY = REDUCTION | {"effect": NORMAL, "evaluator_sd": 2, "worth": 3}
HALF = household(cases=5, success=0.5, intake={"from": 1, "months": 18})
COUNTED = {"triggers": [{"name": "full", "metric": "enrolled", "at_least": 3}]}
DEALS = {
    "cases": plain_deal(HALF, contract=COUNTED),
    "effect": effect_deal(NOISY),
    "counts": counts_deal(PUPILS, contract={"payments": [CARD]}),
}


def found(name, blocks=range(1), stop=None):
    return find(Work(DEALS[name], Source(1), blocks, grid(DEALS[name]), stop))


def test_every_kind_of_programme_has_a_room():
    union = get_args(AnyProgramme)[0]
    assert set(FINDERS) == set(get_args(union))
    assert {type(deal.programme) for deal in DEALS.values()} == set(FINDERS)


@pytest.mark.parametrize("name", DEALS)
class TestEveryKind:
    """The same paper from every kind."""

    def test_shapes(self, name):
        paper, calendar = found(name, range(2)), grid(DEALS[name])
        n_cohorts, n_dates = len(DEALS[name].cohorts) + 1, len(calendar.payment_periods)
        for metrics in (paper.metrics, paper.admissible):
            assert metrics.savings.shape == metrics.cases.shape == (n_cohorts, n_dates, 512)
            assert metrics.enrolled.shape == (n_cohorts, 512)
            assert all(series.gained.shape == (n_cohorts, n_dates, 512) for series in metrics.series.values())
        for late in (*paper.late, *paper.admissible_late):
            assert late.shape == (n_cohorts, 512)
        assert paper.claimed.shape == paper.successes.shape == paper.overrun.shape == (512,)
        assert paper.true_by_period.shape == (calendar.n_periods, 512)
        assert paper.opened.shape == (512,)

    def test_blocks_side_by_side_are_the_blocks(self, name):
        both, one, two = found(name, range(2)), found(name), found(name, range(1, 2))
        assert set(both.metrics.series) == set(one.metrics.series)
        for key, series in both.metrics.series.items():
            parts = [paper.metrics.series[key].gained for paper in (one, two)]
            assert (series.gained == np.concatenate(parts, axis=-1)).all()
        assert (both.metrics.savings == np.concatenate([one.metrics.savings, two.metrics.savings], axis=-1)).all()
        assert (both.successes == np.concatenate([one.successes, two.successes])).all()
        assert (both.true_by_period == np.concatenate([one.true_by_period, two.true_by_period], axis=-1)).all()

    def test_true_savings_fall_on_laws(self, name):
        paper = found(name)
        assert paper.true_by_period.any()
        assert (paper.true_by_period.sum(axis=0) == sum(paper.pockets.true.values())).all()

    def test_all_metrics_can_be_read(self, name):
        paper = found(name)
        for metric in DEALS[name].metrics:
            number, _ = paper.metrics.reading(metric, cohort=None, measure="cumulative")
            assert np.isfinite(number).all()


class TestGroups:
    """Nothing is claimed case by case."""

    @pytest.mark.parametrize("name", ["effect", "counts"])
    def test_no_claims(self, name):
        paper = found(name)
        assert paper.bridge == paper.states == {}
        assert not paper.claimed.any()
        assert not paper.metrics.savings.any()
        assert not paper.late[0].any()

    def test_earned_on_the_true_effect_and_paid_on_the_measured(self):
        paper = found("effect")
        assert (paper.metrics.series["reduction"].gained != paper.admissible.series["reduction"].gained).any()

    def test_counts_have_no_error(self):
        paper = found("counts")
        for name in ("diploma", "job", "enrolled"):
            assert (paper.metrics.series[name].gained == paper.admissible.series[name].gained).all()

    def test_a_card_with_a_cap_per_person_is_a_series(self):
        card = found("counts").metrics.series["card card"].gained
        series = found("counts").metrics.series
        free = 100_00 * series["diploma"].gained + 70_00 * series["job"].gained
        assert (np.cumsum(card, axis=1) <= np.cumsum(free, axis=1)).all()
        assert (card.sum(axis=(0, 1)) < free.sum(axis=(0, 1))).any()
        assert card.sum(axis=(0, 1)).max() <= 9 * 120_00


class TestEnrolledCases:
    """Cases with a plan that have started, by payment date; only where a contract asks."""

    def test_by_date(self):
        # five over 18 months from month 1: the first twelve months take one each in months 1 to 5
        gained = found("cases").metrics.series["enrolled"].gained
        assert gained.sum(axis=(0, 1)).tolist() == [5] * 256
        assert found("cases").metrics.enrolled.sum(axis=0).tolist() == [5] * 256
        deal = plain_deal(HALF)
        assert "enrolled" not in find(Work(deal, Source(1), range(1), grid(deal))).metrics.series


class TestStop:
    """Nobody after the period, trial by trial; what is known by it does not change."""

    @pytest.mark.parametrize("name", ["cases", "counts"])
    def test_only_where_it_stops(self, name):
        stop = np.where(np.arange(256) % 2, 2, -1)
        free, stopped = found(name), found(name, stop=stop)
        assert (free.successes[::2] == stopped.successes[::2]).all()
        assert (stopped.successes <= free.successes).all()
        assert (stopped.metrics.enrolled.sum(axis=0)[1::2] == 2).all()
        assert (stopped.spending.total.sum(axis=0) + stopped.spending.unspent == free.spending.total.sum(axis=0)
                + free.spending.unspent).all()

    @pytest.mark.parametrize("name", ["cases", "counts"])
    def test_blocks_have_their_own_part(self, name):
        stop = np.where(np.arange(512) < 256, 2, -1)
        both, first, second = found(name, range(2), stop), found(name, stop=stop[:256]), found(name, range(1, 2))
        assert (both.successes == np.concatenate([first.successes, second.successes])).all()
