"""Figures of many deals: equal ones are simulated once, threads change nothing, rows are those of the summary."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import sib
from sib.analysis import points
from sib.analysis.points import MEASURES, Draws, looked_at, row, targets
from sib.arrays import Floats
from sib.engine import Effort, Simulation

DEAL = sib.load("zwarte-zwanen")
RATES = [0.02, 0.04, 0.02, 0.06]
DEALS = [sib.load("zwarte-zwanen", set={"contract.interest.rate": rate}) for rate in RATES]


def payments(run: Simulation) -> Floats:
    return run.trials["municipality.outcome_payments"]


def test_equal_deals_are_simulated_once_and_come_back_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    rates: list[float] = []
    real = points.Bench.run

    def run(bench: Any, deal: sib.Scenario) -> Simulation:
        rates.append(deal.contract.interest.rate)
        return real(bench, deal)

    monkeypatch.setattr(points.Bench, "run", run)
    found = looked_at(DEALS, payments, draws=Draws(100, 3), effort=Effort(1))
    assert sorted(rates) == [0.02, 0.04, 0.06]
    for deal, seen in zip(DEALS, found, strict=True):
        plain = sib.simulate(deal, 100, seed=3).simulation.trials["municipality.outcome_payments"]
        assert np.array_equal(seen, plain)


def test_threads_and_progress_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(points, "AT_ONCE", 1)
    done: list[int] = []
    alone = looked_at(DEALS, payments, draws=Draws(60, 1), effort=Effort(1))
    together = looked_at(DEALS, payments, draws=Draws(60, 1), effort=Effort(3, done.append))
    assert all(np.array_equal(one, other) for one, other in zip(alone, together, strict=True))
    assert sum(done) == 3 * 60


def test_rows_are_those_of_the_summary() -> None:
    run = sib.simulate(DEAL, 100, seed=1)
    by_what = {(each.party, each.measure, each.statistic): each for each in run.rows}
    for target in targets(DEAL, (*MEASURES, "payer.Wmo.net_cash", "programme.successes")):
        what = (target.party, target.measure, target.statistic)
        assert row(DEAL, target, values=target.values(run.simulation)) == by_what[what]


def test_a_figure_is_asked_for_once() -> None:
    assert len(targets(DEAL, ("investor.irr", "investor.irr.mean"))) == 1
    with pytest.raises(KeyError, match="neither a mean nor a chance"):
        targets(DEAL, ("municipality.reserve.p90",))
