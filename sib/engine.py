"""The order of the rooms: from draws to reconciled cash flows, block by block, on threads.

In come a deal, a number of trials and a seed; out goes a ``Simulation``. Trials are worked out in blocks of
256, several blocks make a work chunk, chunks go to threads; neither changes a number. Only this room knows
the order of the others, and it does no arithmetic of its own.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from sib.accountant.reconcile import Audit
from sib.accountant.verification import Verified, verify
from sib.arrays import Array, Cents, read_only
from sib.chance.draws import BLOCK, Stream
from sib.contract.payments import goes_direct
from sib.contract.settlement import CashFlows, settle
from sib.contract.triggers import Metrics
from sib.deal.parties import ROLES
from sib.deal.scenario import Scenario
from sib.errors import RefusedError
from sib.ledger import ACCOUNT, balances, movements
from sib.pockets import pockets
from sib.programme.budget import Spending, spend
from sib.programme.grid import Grid, grid
from sib.programme.outcomes import factors
from sib.programme.savings import Cases, cases, true_savings
from sib.tally import Chapter, tally

LARGEST_TRIALS = 100_000_000
CHUNK_CELLS = 2**19
"""Cells (periods x trials) of one contract array in a work chunk; a few arrays of that size fit the cache."""


@dataclass(frozen=True, slots=True)
class Simulation:
    """What a run leaves behind; arrays are read-only.

    Parameters
    ----------
    deal : Scenario
    seed, n_trials : int
    calendar : Grid
    trials : dict of str to ndarray of shape (n_trials,)
        One value a trial: cents, counts, years, rates or True and False.
    checks : tuple of str
        Names of the checks that held in every trial.
    """

    deal: Scenario
    seed: int
    n_trials: int
    calendar: Grid
    trials: dict[str, Array]
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Block:
    """One block after programme and accountant, all segments."""

    tables: list[Cases]
    verified: list[Verified]
    spending: Spending
    true: list[Cents]


def simulate(
    deal: Scenario, trials: int = 20_000, *, seed: int = 1, workers: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Simulation:
    """Simulate a deal.

    Parameters
    ----------
    deal : Scenario
    trials : int
        Number of trials, at least 1. The first m trials of a longer run are the run of m trials.
    seed : int
        0 or more.
    workers : int, optional
        Threads; as many as there are processors where not given. The result does not depend on it.
    progress : callable, optional
        Called with the number of trials that are newly done.

    Raises
    ------
    RefusedError
        When there are too many trials, cases or periods for memory.
    ConservationError
        When money does not add up; a bug.
    """
    check_size(deal, trials)
    calendar = grid(deal)
    n_blocks = -(-trials // BLOCK)
    per_chunk = max(1, min(CHUNK_CELLS // (calendar.n_periods * BLOCK), 16))
    chunks = [range(first, min(first + per_chunk, n_blocks)) for first in range(0, n_blocks, per_chunk)]
    audit = Audit()

    def work(blocks: range) -> dict[str, Array]:
        chapter = write(deal, seed, blocks, calendar=calendar)
        reconcile(chapter, audit)
        entries = tally(chapter)
        if progress is not None:
            progress(len(blocks) * BLOCK)
        return entries

    n_workers = workers or os.cpu_count() or 1
    if n_workers == 1 or len(chunks) == 1:
        parts = [work(blocks) for blocks in chunks]
    else:
        with ThreadPoolExecutor(n_workers) as pool:
            parts = list(pool.map(work, chunks))
    return Simulation(deal, seed, trials, calendar, _joined(parts, trials), tuple(sorted(audit.passed)))


def check_size(deal: Scenario, trials: int) -> None:
    """Refuse what cannot be held in memory, before anything is allocated."""
    if not 1 <= trials <= LARGEST_TRIALS:
        raise RefusedError(f"{trials:,} trials cannot be run; choose from 1 to {LARGEST_TRIALS:,}")


def _joined(parts: list[dict[str, Array]], trials: int) -> dict[str, Array]:
    """Put the chunks behind each other, trial by trial."""
    names = list(dict.fromkeys(name for part in parts for name in part))
    joined = {}
    for name in names:
        pieces = [part[name] if name in part else np.zeros(len(part["accountant.claimed"])) for part in parts]
        joined[name] = read_only(np.concatenate(pieces)[:trials])
    return joined


def write(deal: Scenario, seed: int, blocks: range, *, calendar: Grid) -> Chapter:
    """Work out some blocks from the first referral to the last euro."""
    worked = [_work_out(deal, Stream(seed, block), calendar) for block in blocks]
    n_segments = len(deal.programme.segments)
    verified = [[block.verified[place] for block in worked] for place in range(n_segments)]
    by_segment = [np.concatenate([found.validated for found in of_segment], axis=-1) for of_segment in verified]
    spending = _spending([block.spending for block in worked])
    metrics, late = _metrics(deal, verified, calendar, found="validated")
    admissible, admissible_late = _metrics(deal, verified, calendar, found="admissible")
    flows = settle(deal, metrics, spending, calendar=calendar)
    true = [np.concatenate([block.true[place] for block in worked], axis=-1) for place in range(n_segments)]
    counted = [found.sum(axis=0)[: calendar.n_periods] for found in by_segment]
    reviewed = sum_of(np.concatenate([f.reviewed for f in of_segment], axis=-1) for of_segment in verified)
    return Chapter(
        deal=deal, calendar=calendar, metrics=metrics, admissible=admissible, late=late, admissible_late=admissible_late,
        claimed=sum_of(np.concatenate([f.claimed for f in of_segment]) for of_segment in verified),
        bridge=_named(verified, "bridge"), states=_named(verified, "states"),
        successes=np.concatenate([sum_of(table.successes for table in block.tables) for block in worked]),
        enrolled=metrics.enrolled.sum(axis=0),
        overrun=np.concatenate([sum_of(table.overrun for table in block.tables) for block in worked]),
        spending=spending, flows=flows, book=movements(deal, spending, flows, reviewed),
        pockets=pockets(deal, _windows(true, calendar), _windows(counted, calendar), paid=_net_payments(flows), calendar=calendar),
        true_by_period=sum_of(true),
    )


def _work_out(deal: Scenario, stream: Stream, calendar: Grid) -> _Block:
    """Programme and accountant of one block."""
    drawn = factors(deal, stream)
    tables, verified, true = [], [], []
    for place, segment in enumerate(deal.programme.segments):
        rows = cases(deal, place, stream, drawn=drawn)
        tables.append(rows)
        verified.append(verify(deal, segment, rows, stream=stream, calendar=calendar))
        true.append(true_savings(segment, rows, calendar.n_periods))
    spending = spend(deal, tables, stream, n_periods=calendar.n_periods)
    return _Block(tables, verified, spending, true)


def sum_of(arrays: object) -> Cents:
    """Add up arrays of one shape."""
    total: Cents = np.sum(list(arrays), axis=0)  # type: ignore[call-overload]
    return total


def _spending(blocks: list[Spending]) -> Spending:
    lines = {name: np.concatenate([block.by_line[name] for block in blocks], axis=-1) for name in blocks[0].by_line}
    return Spending(lines, np.concatenate([block.unspent for block in blocks]), blocks[0].unspent_period)


def _named(verified: list[list[Verified]], paper: str) -> dict[str, Cents]:
    """Join named amounts by block and add them up over segments."""
    names = dict.fromkeys(name for of_segment in verified for found in of_segment for name in getattr(found, paper))
    return {
        name: sum_of(
            np.concatenate([getattr(found, paper).get(name, np.zeros(BLOCK)) for found in of_segment]) for of_segment in verified
        )
        for name in names
    }


def _metrics(
    deal: Scenario, verified: list[list[Verified]], calendar: Grid, *, found: str
) -> tuple[Metrics, tuple[Cents, Cents]]:
    """Add up segments and put periods together by payment date; what came too late apart."""
    savings, n_cases, enrolled = (
        sum_of(np.concatenate([getattr(block, name) for block in of_segment], axis=-1) for of_segment in verified)
        for name in (found, f"{found}_cases", "enrolled")
    )
    starts = [0, *(period + 1 for period in calendar.payment_periods[:-1])]
    until = calendar.last_payment + 1
    names = tuple(cohort.name for cohort in deal.contract.cohorts)
    metrics = Metrics(
        np.add.reduceat(savings[:, :until], starts, axis=1), np.add.reduceat(n_cases[:, :until], starts, axis=1), enrolled, names
    )
    return metrics, (savings[:, -1], n_cases[:, -1])


def _windows(by_period: list[Cents], calendar: Grid) -> Cents:
    """Add up periods to fiscal windows: (n_segments, n_windows, n_trials)."""
    return np.array([np.add.reduceat(found, calendar.window_starts, axis=0) for found in by_period])


def _net_payments(flows: CashFlows) -> Cents:
    paid = sum_of(paid.sum(axis=0) for paid in flows.payments.values())
    surplus = flows.paid.get("surplus:")
    return paid if surplus is None else paid - surplus.sum(axis=0)


def reconcile(chapter: Chapter, audit: Audit) -> None:
    """Check that every euro of every trial has two ends; raises if one has not."""
    flows, spending = chapter.flows, chapter.spending
    cash = balances(chapter.book, chapter.shape)
    account = np.cumsum(cash[ACCOUNT], axis=0)
    audit.equal("sum over parties is zero in every period", sum_of(cash.values()), 0.0)
    audit.not_negative("contract account is never overdrawn", account)
    audit.equal("contract account ends empty", account[-1], 0.0)
    for movement in chapter.book:
        audit.whole("every movement is whole cents", movement.amounts)
        audit.not_negative("no movement is negative", movement.amounts)
    for name, owed in flows.outstanding.items():
        audit.not_negative("no tranche is below zero", owed)
        audit.not_negative("no interest is below zero", flows.interest_due[name])
        repaid = flows.paid.get(f"principal:{name}", np.zeros(chapter.shape)) + flows.returned[name]
        audit.equal("drawn less repaid is outstanding", np.cumsum(flows.draws[name] - repaid, axis=0)[: chapter.calendar.maturity + 1],
                    owed[: chapter.calendar.maturity + 1])
    direct = [line.name for line in chapter.deal.contract.payments if goes_direct(line)]
    through = sum_of([np.zeros(chapter.shape), *(paid for name, paid in flows.payments.items() if name not in direct)])
    audit.adds_up("what comes into the waterfall goes out of it", through, flows.paid.values())
    validated = chapter.metrics.savings.sum(axis=(0, 1)) + chapter.late[0].sum(axis=0)
    audit.adds_up("bridge: claimed less every reason is validated", chapter.claimed - validated, chapter.bridge.values())
    audit.adds_up("every case ends in one state", chapter.enrolled, chapter.states.values())
    audit.equal("budget is spent or unspent", spending.total.sum(axis=0) + spending.unspent, _budget_cents(chapter.deal))
    audit.adds_up("true savings fall on a law", chapter.true_by_period.sum(axis=0), chapter.pockets.true.values())
    audit.adds_up("validated savings fall on a law", chapter.metrics.savings.sum(axis=(0, 1)), chapter.pockets.validated.values())
    if chapter.deal.own_laws():
        audit.adds_up("payments are charged to a law", _net_payments(flows), chapter.pockets.payments.values())


def _budget_cents(deal: Scenario) -> float:
    return float(round(deal.budget.total * 100))


__all__ = ["ROLES", "Simulation", "reconcile", "simulate", "write"]
