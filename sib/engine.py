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
from sib.arrays import Array, Cents, add_up, read_only
from sib.chance.draws import BLOCK, Stream
from sib.chapter import Chapter, net_payments, reconcile
from sib.contract.settlement import settle
from sib.contract.triggers import Metrics
from sib.deal.scenario import Scenario
from sib.errors import RefusedError
from sib.ledger import balances, movements
from sib.pockets import pockets
from sib.programme.budget import Spending, spend
from sib.programme.grid import Grid, grid
from sib.programme.outcomes import factors
from sib.programme.savings import Caseload, Cases, cases, true_savings
from sib.tally import paths, tally

LARGEST_TRIALS = 100_000_000
KEPT, ROWS_AT_WORK = 64, 12
"""Values kept of a trial, and arrays of cases by trials in use at once: what the memory estimate counts with."""
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
    flow_sums : dict of str to ndarray of shape (n_periods,)
        Cents added up over all trials, by the names of ``tally.paths``.
    flows : dict of str to ndarray of shape (n_trials, n_periods)
        The same trial by trial, where they were to be kept; empty otherwise.
    checks : tuple of str
        Names of the checks that held in every trial.
    """

    deal: Scenario
    seed: int
    n_trials: int
    calendar: Grid
    trials: dict[str, Array]
    flow_sums: dict[str, Cents]
    flows: dict[str, Cents]
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Block:
    """One block after programme and accountant, all segments."""

    tables: list[Cases]
    verified: list[Verified]
    spending: Spending
    true: list[Cents]


def _say_nothing(trials: int) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How the work is done; it changes no number.

    Parameters
    ----------
    workers : int, optional
        Threads; as many as there are processors where not given.
    progress : callable
        Called with the number of trials that are newly done.
    """

    workers: int | None = None
    progress: Callable[[int], None] = _say_nothing

    @property
    def n_workers(self) -> int:
        """Threads to use, at least one."""
        return self.workers or os.cpu_count() or 1


def simulate(
    deal: Scenario, trials: int = 20_000, *, seed: int = 1, keep_flows: bool = False, effort: Effort | None = None
) -> Simulation:
    """Simulate a deal.

    Parameters
    ----------
    deal : Scenario
    trials : int
        Number of trials, at least 1. The first m trials of a longer run are the run of m trials.
    seed : int
        0 or more.
    keep_flows : bool
        Whether to keep what moves in each period of each trial.
    effort : Effort, optional
        Threads and progress; the result does not depend on it.

    Raises
    ------
    RefusedError
        When there are too many trials, cases or periods for memory.
    ConservationError
        When money does not add up; a bug.
    """
    check_size(deal, trials, keep_flows=keep_flows)
    effort = effort or Effort()
    calendar = grid(deal)
    n_blocks = -(-trials // BLOCK)
    per_chunk = max(1, min(CHUNK_CELLS // (calendar.n_periods * BLOCK), 16))
    chunks = [range(first, min(first + per_chunk, n_blocks)) for first in range(0, n_blocks, per_chunk)]
    audit = Audit()

    def work(blocks: range) -> _Part:
        chapter = write(deal, seed, blocks=blocks, calendar=calendar)
        reconcile(chapter, audit)
        wanted = min(len(blocks) * BLOCK, trials - blocks.start * BLOCK)
        flows = {name: flow[:, :wanted] for name, flow in paths(chapter).items()}
        entries = {name: values[:wanted] for name, values in tally(chapter).items()}
        sums = {name: flow.sum(axis=1) for name, flow in flows.items()}
        effort.progress(wanted)
        return _Part(wanted, entries, sums, {name: flow.T for name, flow in flows.items()} if keep_flows else {})

    if effort.n_workers == 1 or len(chunks) == 1:
        parts = [work(blocks) for blocks in chunks]
    else:
        with ThreadPoolExecutor(effort.n_workers) as pool:
            parts = list(pool.map(work, chunks))
    sums = {name: add_up(part.flow_sums[name] for part in parts) for name in parts[0].flow_sums}
    flows = {name: read_only(np.concatenate([part.flows[name] for part in parts])) for name in parts[0].flows}
    return Simulation(deal, seed, trials, calendar, _joined(parts), sums, flows, tuple(sorted(audit.passed)))


@dataclass(frozen=True, slots=True)
class _Part:
    """What is kept of one work chunk."""

    n_trials: int
    entries: dict[str, Array]
    flow_sums: dict[str, Cents]
    flows: dict[str, Cents]


def _joined(parts: list[_Part]) -> dict[str, Array]:
    """Put the chunks behind each other, trial by trial; what a chunk never met is zero in it."""
    names = dict.fromkeys(name for part in parts for name in part.entries)
    return {
        name: read_only(np.concatenate([part.entries.get(name, np.zeros(part.n_trials)) for part in parts]))
        for name in names
    }


def check_size(deal: Scenario, trials: int, *, keep_flows: bool) -> None:
    """Refuse what does not fit into memory, before anything is allocated.

    Raises
    ------
    RefusedError
        Says the estimate and the largest number of trials that fits.
    """
    n_periods = grid(deal).n_periods
    n_cases = sum(segment.cases for segment in deal.programme.segments)
    per_trial = 8 * (KEPT + 12 * len(deal.payers) + (10 * n_periods if keep_flows else 0))
    at_work = (os.cpu_count() or 1) * 8 * (ROWS_AT_WORK * n_cases * BLOCK + 60 * max(CHUNK_CELLS, n_periods * BLOCK))
    room = memory() // 2 - at_work
    largest = min(LARGEST_TRIALS, max(room, 0) // (2 * per_trial))
    if not 1 <= trials <= largest:
        gigabytes = (2 * per_trial * trials + at_work) / 1e9
        raise RefusedError(
            f"{trials:,} trials of {n_cases:,} cases would take about {gigabytes:,.1f} GB; "
            f"the largest number of trials that fits here is {largest:,}"
        )


def memory() -> int:
    """Return the machine's memory in bytes; 4 GB where it does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 4 * 10**9


def replay(deal: Scenario, seed: int, *, trial: int) -> tuple[Chapter, int]:
    """Work out again the block that holds a trial.

    Returns
    -------
    chapter : Chapter
    place : int
        Column of the trial in it.
    """
    block, place = divmod(trial, BLOCK)
    return write(deal, seed, blocks=range(block, block + 1), calendar=grid(deal)), place


def write(deal: Scenario, seed: int, *, blocks: range, calendar: Grid) -> Chapter:
    """Work out some blocks from the first referral to the last euro."""
    worked = [_work_out(deal, Stream(seed, block), calendar) for block in blocks]
    n_segments = len(deal.programme.segments)
    verified = [[block.verified[place] for block in worked] for place in range(n_segments)]
    by_segment = [np.concatenate([found.validated for found in of_segment], axis=-1) for of_segment in verified]
    spending = _spending([block.spending for block in worked])
    metrics, late = _metrics(deal, verified, calendar=calendar, found="validated")
    admissible, admissible_late = _metrics(deal, verified, calendar=calendar, found="admissible")
    flows = settle(deal, metrics, spending=spending, calendar=calendar)
    true = [np.concatenate([block.true[place] for block in worked], axis=-1) for place in range(n_segments)]
    counted = [found.sum(axis=0)[: calendar.n_periods] for found in by_segment]
    reviewed = add_up(np.concatenate([f.reviewed for f in of_segment], axis=-1) for of_segment in verified)
    book = movements(deal, flows, spending=spending, reviewed=reviewed)
    return Chapter(
        deal=deal, calendar=calendar, metrics=metrics, admissible=admissible, late=late, admissible_late=admissible_late,
        claimed=add_up(np.concatenate([f.claimed for f in of_segment]) for of_segment in verified),
        bridge=_named(verified, "bridge"), states=_named(verified, "states"),
        successes=np.concatenate([add_up(table.successes for table in block.tables) for block in worked]),
        enrolled=metrics.enrolled.sum(axis=0),
        overrun=np.concatenate([add_up(table.overrun for table in block.tables) for block in worked]),
        spending=spending, flows=flows, book=book,
        cash=balances(book, (calendar.n_periods, metrics.enrolled.shape[1])),
        pockets=pockets(
            deal, _windows(true, calendar), validated=_windows(counted, calendar), paid=net_payments(flows), calendar=calendar
        ),
        true_by_period=add_up(true),
    )


def _work_out(deal: Scenario, stream: Stream, calendar: Grid) -> _Block:
    """Programme and accountant of one block."""
    drawn = factors(deal, stream)
    tables, verified, true = [], [], []
    for place, segment in enumerate(deal.programme.segments):
        rows = cases(deal, place, stream=stream, drawn=drawn)
        tables.append(rows)
        verified.append(verify(Caseload(deal, segment, rows, stream), calendar))
        true.append(true_savings(segment, rows, n_periods=calendar.n_periods))
    spending = spend(deal, tables, stream=stream, n_periods=calendar.n_periods)
    return _Block(tables, verified, spending, true)


def _spending(blocks: list[Spending]) -> Spending:
    lines = {name: _side_by_side([block.by_line[name] for block in blocks]) for name in blocks[0].by_line}
    return Spending(lines, _side_by_side([block.unspent for block in blocks]), blocks[0].unspent_period)


def _side_by_side(parts: list[Cents]) -> Cents:
    """Join blocks; what is one column in all of them, all trials agreeing, stays one."""
    if all(part.shape[-1] == 1 for part in parts):
        return parts[0]
    return np.concatenate([np.broadcast_to(part, (*part.shape[:-1], BLOCK)) for part in parts], axis=-1)


def _named(verified: list[list[Verified]], paper: str) -> dict[str, Cents]:
    """Join named amounts by block and add them up over segments."""
    names = dict.fromkeys(name for of_segment in verified for found in of_segment for name in getattr(found, paper))
    return {
        name: add_up(
            np.concatenate([getattr(found, paper).get(name, np.zeros(BLOCK)) for found in of_segment]) for of_segment in verified
        )
        for name in names
    }


def _metrics(
    deal: Scenario, verified: list[list[Verified]], *, calendar: Grid, found: str
) -> tuple[Metrics, tuple[Cents, Cents]]:
    """Add up segments and put periods together by payment date; what came too late apart."""
    savings, n_cases, enrolled = (
        add_up(np.concatenate([getattr(block, name) for block in of_segment], axis=-1) for of_segment in verified)
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
