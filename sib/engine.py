"""Many trials of a deal: blocks in work chunks, on threads, checked, and what is kept of them.

In come a deal, a number of trials and a seed; out goes a ``Simulation``. Trials are worked out in blocks of
256, several blocks make a work chunk, chunks go to threads; neither changes a number.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from operator import index

from sib.accountant.reconcile import Audit
from sib.alike import alike, footing
from sib.arrays import Array, Cents, once, read_only
from sib.chance.draws import BLOCK, SCHEMES, Source
from sib.chapter import Chapter, reconcile
from sib.deal.consistency import planned_people
from sib.deal.scenario import Scenario
from sib.errors import RefusedError
from sib.findings import Findings, Work, find
from sib.measures.risk import Batches
from sib.programme.grid import Grid, grid
from sib.programme.intake import largest_intake
from sib.store import Piece, Store
from sib.tally import paths, tally
from sib.trials import write
from sib.years import by_year

LARGEST_TRIALS = 100_000_000
KEPT, ROWS_AT_WORK = 64, 12
"""Values kept of a trial, and arrays of cases by trials in use at once: what the memory estimate counts with."""
PATHS_FOUND = 20
"""Arrays of periods by trials in what is found of a deal, at most: what a bench reckons with that keeps it."""
YEARS = "years"
"""What is to be kept, where amounts by fiscal year are wanted."""
CHUNK_CELLS = 2**18
"""Cells (periods x trials) of one contract array in a work chunk; a few arrays of that size fit the cache."""


@dataclass(frozen=True, slots=True)
class Simulation:
    """What a run leaves behind; arrays are read-only.

    Parameters
    ----------
    deal : Scenario
    source : Source
        Seed and scheme of the draws.
    n_trials : int
    calendar : Grid
    trials : mapping of str to ndarray of shape (n_trials,)
        One value a trial: cents, counts, years, rates or True and False.
    flow_sums : dict of str to ndarray of shape (n_periods,)
        Cents added up over all trials, by the names of ``tally.paths``.
    flows : dict of str to ndarray of shape (n_trials, n_periods)
        The same trial by trial, where they were to be kept; empty otherwise.
    years : dict of str to ndarray of shape (n_years, n_trials)
        What falls in each fiscal year, by the names of ``years.by_year``, where it was to be kept; empty otherwise.
    checks : tuple of str
        Names of the checks that held in every trial.
    """

    deal: Scenario
    source: Source
    n_trials: int
    calendar: Grid
    trials: Mapping[str, Array]
    flow_sums: dict[str, Cents]
    flows: dict[str, Cents]
    years: dict[str, Cents]
    checks: tuple[str, ...]

    @property
    def seed(self) -> int:
        """The seed of the draws."""
        return self.source.seed

    @property
    def batches(self) -> Batches:
        """Which trials were drawn together: what the errors of estimates rest on."""
        return batches_of(self.source.scheme)


def batches_of(scheme: str) -> Batches:
    """Return which trials a scheme draws together, as errors are read off them."""
    found = SCHEMES[scheme]
    return Batches(found.together, found.copies)


@dataclass(frozen=True, slots=True)
class Effort:
    """How the work is done; it changes no number.

    Parameters
    ----------
    workers : int, optional
        Threads; as many as there are processors where not given.
    progress : callable, optional
        Called with the number of trials that are newly done.
    executor : Executor, optional
        Does the work chunks of a run, or the deals of a sweep, instead of threads.
    """

    workers: int | None = None
    progress: Callable[[int], None] | None = None
    executor: Executor | None = None

    @property
    def n_workers(self) -> int:
        """Threads to use, at least one."""
        return self.workers or os.cpu_count() or 1


def simulate(
    deal: Scenario,
    trials: int = 20_000,
    *,
    seed: int | Source = 1,
    keep_flows: bool | tuple[str, ...] = False,
    effort: Effort | None = None,
) -> Simulation:
    """Simulate a deal.

    Parameters
    ----------
    deal : Scenario
    trials : int
        Number of trials, at least 1. The first m trials of a longer run are the run of m trials.
    seed : int or Source
        0 or more, drawn from in the usual way; a source where another scheme is meant.
    keep_flows : bool or tuple of str
        Whether to keep what moves in each period of each trial, or only what goes by these names; what falls in each
        fiscal year goes by the name of ``years``.
    effort : Effort, optional
        Threads and progress; the result does not depend on it.

    Raises
    ------
    RefusedError
        When there are too many trials, cases or periods for memory.
    ConservationError
        When money does not add up; a bug.
    """
    (run,) = simulate_all((deal,), trials, seed=seed, keep_flows=keep_flows, effort=effort)
    return run


def simulate_all(
    deals: Sequence[Scenario],
    trials: int = 20_000,
    *,
    seed: int | Source = 1,
    keep_flows: bool | tuple[str, ...] = False,
    effort: Effort | None = None,
) -> list[Simulation]:
    """Simulate several deals on the same draws; parameters as for ``simulate``, and so is each result.

    Of deals that differ in their contract alone, cases and accountant are worked out once.
    """
    effort, found = effort or Effort(), dict[int, Simulation]()
    job = _job(trials, seed, keep_flows, effort)
    for deal in deals:
        check_size(deal, job.trials, keep_flows=bool(keep_flows), n_workers=effort.n_workers, n_deals=len(deals))
    for places in alike(deals):
        finder = find if len(places) > 1 else None
        found.update(zip(places, _together([deals[place] for place in places], job, finder), strict=True))
    return [found[place] for place in range(len(deals))]


class Bench:
    """Simulates one deal after another on the same draws, and works out once what deals with other contracts share.

    Unlike ``simulate_all`` it holds one simulation at a time, and the next deal may rest on what the last one gave.

    Parameters
    ----------
    trials, seed, effort
        As for ``simulate``.
    """

    def __init__(self, trials: int = 20_000, *, seed: int | Source = 1, effort: Effort | None = None) -> None:
        self.effort = effort or Effort()
        self._job = _job(trials, seed, False, self.effort)
        self._footing = ""
        self._found: dict[int, Findings] = {}
        self._room = 0

    def run(self, deal: Scenario) -> Simulation:
        """Simulate a deal; the result is that of ``simulate``."""
        check_size(deal, self._job.trials, keep_flows=False, n_workers=self.effort.n_workers, n_deals=2)
        wanted = footing(deal)
        if wanted != self._footing:
            self._footing, self._found = wanted, {}
            self._room = memory() // 8 // (8 * PATHS_FOUND * grid(deal).n_periods)
        (run,) = _together([deal], self._job, self._find)
        return run

    def _find(self, work: Work) -> Findings:
        """Return what is found in some blocks; kept for the next deal while there is room."""
        kept = self._found.get(work.blocks.start)
        if kept is not None:
            return kept
        found = find(work)
        if work.blocks.stop * BLOCK <= self._room:
            self._found[work.blocks.start] = found
        return found


@dataclass(frozen=True, slots=True)
class _Job:
    """How much is to be simulated, and what is to be kept."""

    trials: int
    source: Source
    keep_flows: bool | tuple[str, ...]
    effort: Effort


def _job(trials: int, seed: int | Source, keep_flows: bool | tuple[str, ...], effort: Effort) -> _Job:
    """Return a job of plain whole numbers; refuse one that makes no sense."""
    trials = index(trials)
    if trials < 1:
        raise ValueError(f"a run has at least one trial; found {trials}")
    return _Job(trials, Source.of(seed), keep_flows, effort)


def _together(
    deals: list[Scenario], job: _Job, finder: Callable[[Work], Findings] | None = None
) -> list[Simulation]:
    """Simulate deals that differ in their contract alone; the finder works out what they share, where it pays."""
    calendar, effort = grid(deals[0]), job.effort
    n_blocks = -(-job.trials // BLOCK)
    per_chunk = max(1, min(CHUNK_CELLS // (calendar.n_periods * BLOCK), 16))
    chunks = [range(first, min(first + per_chunk, n_blocks)) for first in range(0, n_blocks, per_chunk)]
    stores = [Store(job.trials) for _ in deals]

    def put(pieces: list[Piece]) -> None:
        for store, piece in zip(stores, pieces, strict=True):
            store.put(piece)
            if effort.progress is not None:
                effort.progress(piece.number)

    if effort.executor is not None and finder is None:
        alone = replace(job, effort=Effort(1))
        for pieces in effort.executor.map(partial(_worked, deals, alone, finder=None), chunks):
            put(pieces)
    elif effort.n_workers == 1 or len(chunks) == 1:
        for blocks in chunks:
            put(_worked(deals, job, blocks, finder=finder))
    else:
        with ThreadPoolExecutor(effort.n_workers) as pool:
            list(pool.map(lambda blocks: put(_worked(deals, job, blocks, finder=finder)), chunks))
    return [_simulation(deal, job, store) for deal, store in zip(deals, stores, strict=True)]


def _worked(
    deals: list[Scenario], job: _Job, blocks: range, *, finder: Callable[[Work], Findings] | None
) -> list[Piece]:
    """Work out one chunk of each deal."""
    calendar = grid(deals[0])
    first = finder(Work(deals[0], job.source, blocks, calendar)) if finder else None
    pieces = []
    for deal in deals:
        audit, chapter = Audit(), write(deal, job.source, blocks=blocks, calendar=calendar, first=first)
        reconcile(chapter, audit)
        pieces.append(_left_of(chapter, blocks, job, passed=audit.passed))
    return pieces


def _left_of(chapter: Chapter, blocks: range, job: _Job, *, passed: set[str]) -> Piece:
    """Return what is kept of a chapter, and its flows added up over trials."""
    first = blocks.start * BLOCK
    wanted = min(len(blocks) * BLOCK, job.trials - first)
    flows = {name: flow[:, :wanted] for name, flow in paths(chapter).items()}
    years = by_year(chapter) if _is_kept(YEARS, job.keep_flows) else {}
    return Piece(
        first=first,
        number=wanted,
        entries={name: values[:wanted] for name, values in tally(chapter).items()},
        sums={name: once(flow).sum(axis=1) * (wanted // once(flow).shape[1]) for name, flow in flows.items()},
        flows={name: flow.T for name, flow in flows.items() if _is_kept(name, job.keep_flows)},
        years={name: amounts[:, :wanted] for name, amounts in years.items()},
        passed=frozenset(passed),
    )


def _simulation(deal: Scenario, job: _Job, store: Store) -> Simulation:
    """Put what is left of a deal's chunks together."""
    sums = {name: read_only(total) for name, total in store.sums.items()}
    return Simulation(deal, job.source, job.trials, grid(deal), store.entries(), sums, store.wide("flows"),
                      store.wide("years"), tuple(sorted(store.passed)))


def _is_kept(name: str, keep_flows: bool | tuple[str, ...]) -> bool:
    return keep_flows if isinstance(keep_flows, bool) else name in keep_flows


def check_size(deal: Scenario, trials: int, *, keep_flows: bool, n_workers: int = 1, n_deals: int = 1) -> None:
    """Refuse what does not fit into memory, before anything is allocated.

    Parameters
    ----------
    n_deals : int
        Deals whose trials are held at the same time.

    Raises
    ------
    RefusedError
        Says the estimate and the largest number of trials that fits.
    """
    n_periods = grid(deal).n_periods
    n_cases = sum(largest_intake(deal, segment) for segment in deal.segments) or planned_people(deal)
    per_trial = n_deals * 8 * (
        KEPT + 12 * len(deal.payers) + ((12 + len(deal.contract.tranches)) * n_periods if keep_flows else 0)
    )
    at_work = n_workers * 8 * (ROWS_AT_WORK * n_cases * BLOCK + 60 * max(CHUNK_CELLS, n_periods * BLOCK))
    room = memory() // 2 - at_work
    largest = min(LARGEST_TRIALS, max(room, 0) // (2 * per_trial))
    if trials > largest:
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


def replay(deal: Scenario, seed: int | Source, *, trial: int) -> tuple[Chapter, int]:
    """Work out again the block that holds a trial; parameters as for ``simulate``.

    Returns
    -------
    chapter : Chapter
    place : int
        Column of the trial in it.
    """
    block, place = divmod(trial, BLOCK)
    return write(deal, Source.of(seed), blocks=range(block, block + 1), calendar=grid(deal)), place
