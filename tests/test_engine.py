"""How the work is done changes no number: threads, work chunks, the length of a run, what is kept, what is replayed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from one_block import household, plain_deal
from strategies import scenarios

from sib import engine, trials
from sib.chance.draws import SCHEMES, Source
from sib.chapter import Chapter
from sib.deal.reader import load
from sib.deal.scenario import Scenario
from sib.engine import Bench, Effort, Simulation, check_size, replay, simulate
from sib.errors import ConservationError, RefusedError
from sib.findings import find
from sib.processes import processes
from sib.programme.budget import Spending
from sib.tally import tally

REFERENCE, TRIALS = "zwarte-zwanen", 6 * 256 + 100
WHILE_PATCHED = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


def differing(found: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> list[str]:
    """Names under which two runs do not hold the very same values; undefined ones are the same."""
    assert found.keys() == expected.keys()
    return [name for name in found if not is_same(found[name], expected[name])]


def is_same(found: np.ndarray, expected: np.ndarray) -> bool:
    """Whether two arrays agree bit for bit."""
    return np.array_equal(found, expected, equal_nan=found.dtype == float)


def assert_same(found: Simulation, expected: Simulation) -> None:
    """Compare everything that a run leaves behind."""
    for part in ("trials", "flow_sums", "flows"):
        assert not differing(getattr(found, part), getattr(expected, part)), part
    assert found.checks == expected.checks


def first(run: Simulation, n_trials: int) -> dict[str, np.ndarray]:
    """The values of the first trials of a run."""
    return {name: values[:n_trials] for name, values in run.trials.items()}


@pytest.fixture(scope="module")
def deal() -> Scenario:
    return load(REFERENCE, overlays=["enrolment", "claim-errors", "relapse"])


@pytest.fixture(scope="module")
def run(deal: Scenario) -> Simulation:
    """Seven blocks, the last one not full, so that no chunk size divides them all."""
    return simulate(deal, TRIALS, keep_flows=True, effort=Effort(1))


class TestTheWayOfWorkingChangesNothing:
    """The same run in other pieces."""

    @pytest.mark.parametrize(("blocks", "chunks"), [(1, 7), (2, 4), (16, 1)])
    @pytest.mark.parametrize("workers", [1, 3])
    def test_work_chunks_and_threads(
        self, run: Simulation, blocks: int, chunks: int, workers: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(engine, "CHUNK_CELLS", blocks * 256 * run.calendar.n_periods)
        heard: list[int] = []
        assert_same(simulate(run.deal, TRIALS, keep_flows=True, effort=Effort(workers, heard.append)), run)
        assert (len(heard), sum(heard)) == (chunks, TRIALS)

    def test_processes(self, run: Simulation, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(engine, "CHUNK_CELLS", 2 * 256 * run.calendar.n_periods)
        heard: list[int] = []
        with processes(2) as executor:
            found = simulate(run.deal, TRIALS, keep_flows=True, effort=Effort(2, heard.append, executor))
        assert_same(found, run)
        assert list(found.trials) == list(run.trials)
        assert (len(heard), sum(heard)) == (4, TRIALS)

    @pytest.mark.parametrize("n_trials", [1, 255, 256, 257, 1000])
    def test_a_short_run_is_the_beginning_of_a_long_one(self, deal: Scenario, run: Simulation, n_trials: int) -> None:
        short = simulate(deal, n_trials, keep_flows=True)
        assert not differing(short.trials, first(run, n_trials))
        assert not differing(short.flows, {name: flow[:n_trials] for name, flow in run.flows.items()})

    def test_what_is_kept_changes_nothing_else(self, deal: Scenario, run: Simulation) -> None:
        lean = simulate(deal, TRIALS)
        assert not lean.flows
        assert_same(replace(run, flows={}), lean)

    def test_sums_of_flows_are_those_of_the_flows(self, run: Simulation) -> None:
        assert not differing({name: flow.sum(axis=0) for name, flow in run.flows.items()}, run.flow_sums)

    def test_a_replayed_trial_is_the_trial(self, deal: Scenario, run: Simulation) -> None:
        for trial in (0, 255, 256, TRIALS - 1):
            chapter, place = replay(deal, 1, trial=trial)
            again = {name: values[place : place + 1] for name, values in tally(chapter).items()}
            assert not differing(again, {name: run.trials[name][trial : trial + 1] for name in again})

    @pytest.mark.parametrize("scheme", SCHEMES)
    def test_any_way_of_drawing(self, deal: Scenario, scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Chunks, threads, the beginning of a longer run and a single block: the same trials."""
        whole = simulate(deal, 700, seed=Source(1, scheme), effort=Effort(1))
        monkeypatch.setattr(engine, "CHUNK_CELLS", 256 * whole.calendar.n_periods)
        assert_same(simulate(deal, 700, seed=Source(1, scheme), effort=Effort(3)), whole)
        assert not differing(simulate(deal, 301, seed=Source(1, scheme)).trials, first(whole, 301))
        chapter, place = replay(deal, whole.source, trial=600)
        again = {name: values[place : place + 1] for name, values in tally(chapter).items()}
        assert not differing(again, {name: whole.trials[name][600:601] for name in again})

    def test_a_guarantor_fails_in_the_way_of_the_run(self) -> None:
        """A chance of 0.3 is at most 77 of 256 strata, and never both of two mirror images."""
        deal = load("rikers-able")
        (terms,) = deal.contract.guarantees
        weak = load("rikers-able", settings={f"contract.guarantees.{terms.name}.chance_unable": 0.3})
        able = {scheme: ~trials._able(weak, Source(1, scheme), range(4))[terms.name].reshape(4, 256)
                for scheme in SCHEMES}
        assert set(able["stratified"].sum(axis=1)) <= {76, 77}
        pairs = able["antithetic"].reshape(-1, 2)
        assert pairs.any()
        assert not pairs.all(axis=1).any()
        assert (able["independent"].sum(axis=1) != able["stratified"].sum(axis=1)).any()

    def test_another_seed_is_another_run(self, deal: Scenario, run: Simulation) -> None:
        other = differing(simulate(deal, TRIALS, seed=2).trials, run.trials)
        assert {"programme.successes", "accountant.validated", "investor.irr"} <= set(other)

    def test_the_same_seed_gives_the_same_once_more(self, deal: Scenario, run: Simulation) -> None:
        assert_same(simulate(deal, TRIALS, keep_flows=True), run)


@WHILE_PATCHED
@given(plain=scenarios(), n_trials=st.integers(1, 700))
def test_any_deal_in_any_pieces(plain: dict[str, Any], n_trials: int, monkeypatch: pytest.MonkeyPatch) -> None:
    deal = Scenario.model_validate(plain)
    monkeypatch.setattr(engine, "CHUNK_CELLS", 2**19)
    whole = simulate(deal, 700, keep_flows=True, effort=Effort(1))
    short, longer = simulate(deal, n_trials).trials, first(whole, n_trials)
    unmet = {name: np.zeros(n_trials) for name in longer if name.startswith("bridge.")}  # steps that took nothing yet
    assert not differing(unmet | dict(short), longer)
    monkeypatch.setattr(engine, "CHUNK_CELLS", 1)
    assert_same(simulate(deal, 700, keep_flows=True, effort=Effort(2)), whole)


def test_names_that_a_chunk_never_met_are_zero_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A loss is set off in one trial of a thousand or so: most blocks know nothing of it."""
    segment = household(cases=1, success=0.999, failure_saving=-10)
    deal = plain_deal(segment, counting={"negative": "net"})
    monkeypatch.setattr(engine, "CHUNK_CELLS", 1)
    run = simulate(deal, 4096, effort=Effort(1))
    failed = run.trials["programme.successes"] == 0
    assert 0 < failed.sum() < 16
    np.testing.assert_array_equal(run.trials["bridge.negative"], 1000.0 * failed)
    np.testing.assert_array_equal(run.trials["accountant.validated"], np.where(failed, -1000.0, 12_000.0))


def test_what_comes_back_cannot_be_written_to() -> None:
    run = simulate(load("worked-example"), 2, keep_flows=True)
    for values in (*run.trials.values(), *run.flows.values(), *run.flow_sums.values()):
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 0


class TestSize:
    """What does not fit is refused before anything is drawn."""

    @pytest.fixture(autouse=True)
    def _nothing_is_worked_out(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*arguments: Any, **named: Any) -> None:
            raise AssertionError("blocks were worked out")

        monkeypatch.setattr(engine, "write", refuse)
        monkeypatch.setattr(engine, "memory", lambda: 16 * 10**9)

    def test_too_many_trials_are_refused_with_the_most_that_fit(self) -> None:
        with pytest.raises(RefusedError, match="the largest number of trials that fits here is") as caught:
            simulate(load(REFERENCE), 10**12)
        assert caught.value.exit_code == 4

    @pytest.mark.parametrize(
        ("trials", "seed", "told"), [(0, 1, "one trial; found 0"), (-1, 1, "found -1"), (10, -1, "a seed .* found -1")]
    )
    def test_no_trials_and_a_seed_below_zero_are_a_mistake(self, trials: int, seed: int, told: str) -> None:
        with pytest.raises(ValueError, match=told):
            simulate(load(REFERENCE), trials, seed=seed)

    @pytest.mark.parametrize("keep_flows", [True, False])
    def test_the_number_that_is_offered_is_taken_and_one_more_is_not(self, keep_flows: bool) -> None:
        deal = load(REFERENCE)
        with pytest.raises(RefusedError) as caught:
            check_size(deal, 10**12, keep_flows=keep_flows)
        largest = int(str(caught.value).rpartition(" ")[2].replace(",", ""))
        check_size(deal, largest, keep_flows=keep_flows)
        with pytest.raises(RefusedError):
            check_size(deal, largest + 1, keep_flows=keep_flows)

    def test_flows_that_are_kept_leave_room_for_fewer_trials(self) -> None:
        """73 periods of nine flows of 8 bytes are 5,256 bytes a trial: three million of them are 16 GB already."""
        deal = load(REFERENCE)
        check_size(deal, 3_000_000, keep_flows=False)
        with pytest.raises(RefusedError):
            check_size(deal, 3_000_000, keep_flows=True)

    def test_a_small_machine_takes_fewer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        check_size(load(REFERENCE), 1_000_000, keep_flows=False)
        monkeypatch.setattr(engine, "memory", lambda: 2 * 10**9)
        with pytest.raises(RefusedError):
            check_size(load(REFERENCE), 1_000_000, keep_flows=False)


CHECKS = (
    "account is never overdrawn", "account ends empty", "movement is negative", "spent or unspent", "below zero",
    "is outstanding", "waterfall goes out", "bridge", "one state", "true savings", "validated savings",
)  # fmt: skip


PLACES = ("cash", "claimed", "state", "bridge", "draws", "true", "outstanding", "paid", "payments", "validated")


class TestTheBooksAreChecked:
    """A cent that is lost anywhere stops the run; every check is made on every run."""

    def test_a_run_says_what_held(self) -> None:
        said = simulate(load(REFERENCE), 1).checks
        assert not [check for check in CHECKS if not any(check in name for name in said)]

    @staticmethod
    def lose(chapter: Chapter, part: str) -> Chapter:
        """One cent less in one place of one trial."""
        flows = chapter.flows
        arrays = {
            "cash": chapter.cash["investor"][1], "claimed": chapter.claimed, "state": chapter.states["accepted"],
            "bridge": chapter.bridge["class"], "draws": flows.draws["investor"][0],
            "true": chapter.pockets.direct["Wmo"][1],
            "outstanding": flows.outstanding["investor"][40], "paid": flows.paid["principal:investor"][-1],
            "payments": flows.payments["repayment"][-1], "validated": chapter.metrics.savings[0, -1],
            "charged": chapter.pockets.payments["Wmo"][-1],
        }  # fmt: skip
        arrays[part][7] -= 1
        return chapter

    @pytest.mark.parametrize("part", [*PLACES, "charged"])
    def test_a_lost_cent_is_found(self, part: str, monkeypatch: pytest.MonkeyPatch) -> None:
        write = engine.write
        monkeypatch.setattr(engine, "write", lambda *args, **named: self.lose(write(*args, **named), part))
        with pytest.raises(ConservationError):
            simulate(load(REFERENCE), 300)

    def test_money_that_is_neither_spent_nor_unspent_is_found(self, monkeypatch: pytest.MonkeyPatch) -> None:
        write = engine.write

        def forget(*args: Any, **named: Any) -> Chapter:
            chapter = write(*args, **named)
            spending = chapter.spending
            return replace(chapter, spending=Spending(spending.by_line, spending.unspent + 1, spending.unspent_period))

        monkeypatch.setattr(engine, "write", forget)
        with pytest.raises(ConservationError):
            simulate(load(REFERENCE), 300)


def test_each_run_on_a_bench_is_that_of_simulate() -> None:
    settings = [("contract.interest.rate", 0.02), ("contract.interest.rate", 0.06),
                ("contract.triggers.proof.at_least", 900_000), ("accountant.review.wrong_rejection", 0.2),
                ("contract.interest.rate", 0.02)]
    bench = Bench(600, seed=3)
    for each in settings:
        deal = load(REFERENCE, settings=[each])
        assert_same(bench.run(deal), simulate(deal, 600, seed=3))


def test_a_bench_finds_once_what_contracts_share(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    monkeypatch.setattr(engine, "find", lambda work: found.append(work.deal.name) or find(work))
    bench = Bench(256)
    for rate in (0.02, 0.04):
        bench.run(load(REFERENCE, settings={"contract.interest.rate": rate}))
    assert len(found) == 1
    bench.run(load(REFERENCE, settings={"accountant.review.wrong_rejection": 0.2}))
    assert len(found) == 2


def test_a_bench_without_room_finds_everything_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "PATHS_FOUND", 10**12)
    found = []
    monkeypatch.setattr(engine, "find", lambda work: found.append(work.deal.name) or find(work))
    bench, deal = Bench(300), load(REFERENCE)
    assert_same(bench.run(deal), bench.run(deal))
    assert len(found) == 2
