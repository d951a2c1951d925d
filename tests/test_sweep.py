"""Sweeps: each row is the row of a plain run, combinations in order, what is no deal says so, the front, executors."""

from __future__ import annotations

from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from itertools import product
from typing import Any

import numpy as np
import pytest

import sib
from sib.analysis import sweep as sweeping
from sib.analysis.sweep import MEASURES, Plan, Point, Sweep, front, sweep
from sib.deal.reader import read
from sib.engine import Effort
from sib.errors import Stopped
from sib.results import Row

REFERENCE = "zwarte-zwanen"
RATE, TRIGGER = "contract.interest.rate", "contract.triggers.proof.at_least"
REVIEW = "accountant.review.wrong_rejection"
FEW = Plan(trials=300)


def test_a_row_is_that_of_a_run_with_the_value_set() -> None:
    terms: dict[str, list[Any]] = {RATE: [0.02, 0.045], REVIEW: [0.0, 0.2]}
    plan = Plan((*MEASURES, "investor.irr.p05", "municipality.reserve.p90", "payer.Wmo.net_cash.sd"), 300, 5)
    found = sweep(read(REFERENCE), terms, plan=plan)
    assert [point.values for point in found.points] == list(product(*terms.values()))
    for point in found.points:
        deal = sib.load(REFERENCE, set=dict(zip(terms, point.values, strict=True)))
        run = sib.simulate(deal, 300, seed=5)
        by_name = {(row.party, row.measure, row.statistic): row for row in run.rows}
        assert point.digest == deal.digest
        assert point.rows == tuple(by_name[what] for what in found.figures)
    assert found.now == (0.04, 0.1)


def test_what_is_finished_when_it_is_given_up_is_kept() -> None:
    """One run of 300 trials tells its progress twice at most; the second deal is never finished."""
    told: list[int] = []

    def give_up(n_done: int) -> None:
        told.append(n_done)
        if sum(told) > 300:
            raise Stopped

    effort = Effort(1, give_up)
    found = sweep(read(REFERENCE), {RATE: [0.02, 0.03, 0.04]}, plan=FEW, effort=effort)
    whole = sweep(read(REFERENCE), {RATE: [0.02, 0.03, 0.04]}, plan=FEW)
    assert found.n_open == 2
    assert found.points[0] == whole.points[0]
    assert [point.is_open for point in found.points] == [False, True, True]
    told.append(301)
    with pytest.raises(Stopped):
        sweep(read(REFERENCE), {RATE: [0.02, 0.03]}, plan=FEW, effort=effort)


def test_a_reading_and_its_deal_give_the_same() -> None:
    terms = {RATE: [0.03], "contract.commitment": [2_000_000]}
    assert sweep(read(REFERENCE), terms, plan=FEW).points == sweep(sib.load(REFERENCE), terms, plan=FEW).points


def test_numbers_of_numpy_are_plain_ones() -> None:
    found = sweep(sib.load(REFERENCE), {RATE: np.array([0.02, 0.04])}, plan=FEW)  # type: ignore[dict-item]
    assert found == sweep(sib.load(REFERENCE), {RATE: [0.02, 0.04]}, plan=FEW)
    assert {type(value) for point in found.points for value in point.values} == {float}


def test_words_can_be_values_too() -> None:
    found = sweep(sib.load(REFERENCE), {"contract.interest.compounding": ["annual", "simple"]}, plan=FEW)
    yearly, simple = (found.row(point, "municipality.outcome_payments").value for point in found.points)
    assert simple < yearly  # interest on interest costs the outcome payer more


def test_more_interest_never_costs_less_nor_repays_more_often() -> None:
    found = sweep(sib.load(REFERENCE), {RATE: [0.0, 0.02, 0.04, 0.08]}, plan=FEW)
    paid = [found.row(point, "municipality.outcome_payments").value for point in found.points]
    repaid = [found.row(point, "investor.repaid_in_full").value for point in found.points]
    assert paid == sorted(paid)
    assert repaid == sorted(repaid, reverse=True)


def test_what_is_no_deal_says_why_and_the_others_go_on() -> None:
    found = sweep(sib.load(REFERENCE), {RATE: [0.04, 4, 0.05]}, plan=FEW)
    assert [bool(point.rows) for point in found.points] == [True, False, True]
    assert found.points[1].problem == (
        "contract.interest.rate = 4 is not a yearly rate; rates are fractions, so 4% is written 0.04")
    assert found.points[1].digest == ""


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        ({"contract.triggers.prof.at_least": [1, 2]}, "is not there; did you mean 'proof'"),
        ({"contract.intrest": [1, 2]}, "is not known here; did you mean 'interest'"),
        ({RATE: [4, 5]}, "is not a yearly rate"),
    ],
)
def test_nothing_but_faults_is_an_error(terms: dict[str, list[Any]], reason: str) -> None:
    with pytest.raises(sib.ScenarioError, match=reason):
        sweep(sib.load(REFERENCE), terms, plan=FEW)


def test_too_much_and_nothing_are_refused() -> None:
    with pytest.raises(sib.RefusedError, match=r"10,100 combinations is too large; the largest number is 10,000"):
        sweep(sib.load(REFERENCE), {RATE: list(range(101)), TRIGGER: list(range(100))}, plan=FEW)
    with pytest.raises(ValueError, match="has none"):
        sweep(sib.load(REFERENCE), {RATE: []}, plan=FEW)
    with pytest.raises(KeyError, match="no figure"):
        sweep(sib.load(REFERENCE), {RATE: [0.04]}, plan=Plan(("investor.joy",)))


@pytest.mark.parametrize("pool", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_an_executor_changes_no_number(pool: type[Executor], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "AT_ONCE", 2)
    terms = {REVIEW: [0.0, 0.2], RATE: [0.02, 3, 0.05, 0.06]}
    alone = sweep(sib.load(REFERENCE), terms, plan=FEW, effort=Effort(1))
    with pool(2) as executor:  # type: ignore[call-arg]
        assert sweep(sib.load(REFERENCE), terms, plan=FEW, effort=Effort(2, executor=executor)) == alone
    assert sweep(sib.load(REFERENCE), terms, plan=FEW, effort=Effort(3)) == alone


def test_an_executor_that_is_given_up_keeps_what_is_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "AT_ONCE", 1)
    told: list[int] = []

    def stop_at_once(n_done: int) -> None:
        told.append(n_done)
        raise Stopped

    terms = {RATE: [k / 1000 for k in range(1, 41)]}
    with ThreadPoolExecutor(1) as executor:
        found = sweep(sib.load(REFERENCE), terms, plan=FEW, effort=Effort(1, stop_at_once, executor))
    alone = sweep(sib.load(REFERENCE), {RATE: [0.001]}, plan=FEW)
    assert told == [FEW.trials]
    assert found.points[0] == alone.points[0]
    assert found.points[-1].is_open
    assert all(point.is_open or point.rows for point in found.points)


@pytest.mark.parametrize(("trials", "sizes"), [(10, [4, 4]), (100, [3, 3, 2]), (1_000, [1] * 8)])
def test_a_piece_is_so_short_that_it_can_be_waited_for(
    trials: int, sizes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight deals for two workers, of 320 trials a piece at most, and one deal at least."""
    monkeypatch.setattr(sweeping, "TRIALS_AT_ONCE", 320)
    monkeypatch.setattr(sweeping.Piece, "measured", lambda piece: [()] * len(piece.deals))
    told: list[int] = []
    terms = {RATE: [k / 100 for k in range(1, 9)]}
    with ThreadPoolExecutor(2) as executor, pytest.raises(Stopped):  # nothing is measured here
        sweep(sib.load(REFERENCE), terms, plan=Plan(trials=trials), effort=Effort(2, told.append, executor))
    assert told == [size * trials for size in sizes]


def test_deals_that_share_findings_are_worked_out_together(monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[float] = []
    real = sweeping.Bench.run

    def run(bench: Any, deal: sib.Scenario) -> Any:
        order.append(deal.accountant.review.wrong_rejection)
        return real(bench, deal)

    monkeypatch.setattr(sweeping.Bench, "run", run)
    sweep(sib.load(REFERENCE), {RATE: [0.02, 0.03], REVIEW: [0.0, 0.2]}, plan=Plan(("investor.irr",), 10))
    assert order == [0.0, 0.0, 0.2, 0.2]


def priced(*pairs: tuple[float, float]) -> Sweep:
    """A sweep whose points have these risks and costs; one that is NaN has no rows."""
    whats = (("investor", "principal_loss", "probability"), ("municipality", "outcome_payments", "mean"))
    points = tuple(
        Point((place,), tuple(Row(*what, value, None, None, None, "x") for what, value in zip(whats, pair, strict=True))
              if pair[0] == pair[0] else (), "", "")
        for place, pair in enumerate(pairs)
    )
    return Sweep(sib.load("worked-example"), {"a": tuple(range(len(pairs)))}, (None,), whats, Plan(), points, ())


@pytest.mark.parametrize(
    ("pairs", "places"),
    [
        ([(0.1, 10), (0.2, 5), (0.3, 7), (0.15, 10)], (0, 1)),
        ([(0.1, 10), (0.1, 9), (0.1, 9), (0.2, 9)], (1, 2)),
        ([(0.3, 1), (0.2, 2), (0.1, 3)], (2, 1, 0)),
        ([(float("nan"), 0), (0.5, 5)], (1,)),
        ([(0.5, float("nan")), (0.5, 5)], (1,)),
    ],
)
def test_the_front_holds_what_nothing_beats(pairs: list[tuple[float, float]], places: tuple[int, ...]) -> None:
    found = priced(*pairs)
    assert front(found) == places
    for place, (risk, cost) in enumerate(pairs):  # the definition, pair by pair
        is_beaten = any(r <= risk and c <= cost and (r, c) != (risk, cost) for r, c in pairs)
        assert (place in places) == (not is_beaten and risk == risk and cost == cost)


def test_a_front_weighs_what_it_says_whatever_else_is_asked() -> None:
    plan = Plan(("municipality.outcome_payments.p95", "investor.receipts.p05"), 300, has_front=True)
    found = sweep(sib.load(REFERENCE), {RATE: [0.02, 0.06]}, plan=plan)
    assert found.front == (0,)  # no more risk, and less to pay
    assert found.row(found.points[0], sweeping.COST).statistic == "mean"


def test_a_front_brings_its_figures_along() -> None:
    plan = Plan(("investor.irr",), 300, has_front=True)
    found = sweep(sib.load(REFERENCE), {TRIGGER: [900_000, 1_500_000]}, plan=plan)
    assert [what[1] for what in found.figures] == ["irr", "principal_loss", "outcome_payments"]
    assert found.front


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_gives_the_same() -> None:
    """Dask's executor on a cluster of this machine alone: who outgrows one machine brings an engine that exists."""
    from distributed import Client, LocalCluster

    terms: dict[str, list[Any]] = {RATE: [0.02, 0.03, 0.04], REVIEW: [0.0, 0.2]}
    whole = sweep(read(REFERENCE), terms, plan=FEW)
    with (
        LocalCluster(n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        found = sweep(read(REFERENCE), terms, plan=FEW, effort=Effort(executor=client.get_executor()))
    assert found.points == whole.points
