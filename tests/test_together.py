"""Many deals on the same draws: equal ones are simulated once, threads change nothing, what is finished is kept."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import sib
from sib.analysis import together as room
from sib.analysis.compare import compare
from sib.analysis.together import Draws, finished, looked_at
from sib.arrays import Floats
from sib.engine import Effort, Simulation
from sib.errors import Stopped

RATES = [0.02, 0.04, 0.02, 0.06]
DEALS = [sib.load("zwarte-zwanen", set={"contract.interest.rate": rate}) for rate in RATES]


def payments(run: Simulation) -> Floats:
    return run.trials["municipality.outcome_payments"]


def test_equal_deals_are_simulated_once_and_come_back_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    rates: list[float] = []
    real = room.Bench.run

    def run(bench: Any, deal: sib.Scenario) -> Simulation:
        rates.append(deal.contract.interest.rate)
        return real(bench, deal)

    monkeypatch.setattr(room.Bench, "run", run)
    found = looked_at(DEALS, payments, draws=Draws(100, 3), effort=Effort(1))
    assert sorted(rates) == [0.02, 0.04, 0.06]
    for deal, seen in zip(DEALS, found, strict=True):
        plain = sib.simulate(deal, 100, seed=3).simulation.trials["municipality.outcome_payments"]
        assert np.array_equal(seen, plain)


def test_threads_and_progress_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "AT_ONCE", 1)
    done: list[int] = []
    alone = looked_at(DEALS, payments, draws=Draws(60, 1), effort=Effort(1))
    together = looked_at(DEALS, payments, draws=Draws(60, 1), effort=Effort(3, done.append))
    assert all(np.array_equal(one, other) for one, other in zip(alone, together, strict=True))
    assert sum(done) == 3 * 60


def test_what_is_finished_when_it_is_given_up_is_kept() -> None:
    """The third of three different deals is given up; the second, which is equal to the first, comes with it."""
    told: list[int] = []

    def give_up(n_done: int) -> None:
        told.append(n_done)
        if sum(told) > 2 * 60:
            raise Stopped

    found = finished(DEALS, payments, draws=Draws(60, 1), effort=Effort(1, give_up))
    assert sorted(found) == [0, 1, 2]
    with pytest.raises(Stopped):
        looked_at(DEALS, payments, draws=Draws(60, 1), effort=Effort(1, give_up))
    told.clear()
    part = compare(tuple(DEALS), 60, effort=Effort(1, give_up))
    whole = compare(tuple(DEALS), 60)
    assert (part.places, part.n_open) == ((0, 1, 2), 1)
    assert part.differences == whole.differences[:2]
