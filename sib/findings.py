"""What a programme and its accountant bring, before the contract looks at it: some blocks of trials.

In come a deal, a seed and block numbers, out goes a ``Findings`` paper, the same for every kind of programme.
``FINDERS`` says which room works a kind out. No money changes hands here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from sib.accountant.verification import Verified, verify
from sib.arrays import Cents, Ints, add_up
from sib.chance.draws import BLOCK, Source, Stream
from sib.contract.metrics import Metrics
from sib.contract.ratecards import cards
from sib.deal.group import CountsProgramme, EffectProgramme
from sib.deal.programme import Programme
from sib.deal.scenario import Scenario
from sib.pockets import Pockets, savings_by_law, worth_by_law
from sib.programme.budget import Spending, all_plans, draws_anything, spend, spend_on
from sib.programme.counts import count
from sib.programme.effects import Measured, measure
from sib.programme.grid import Grid
from sib.programme.outcomes import factors
from sib.programme.savings import Arrivals, Caseload, cases, true_savings
from sib.programme.series import Series, side_by_side


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found in some blocks of trials.

    Parameters
    ----------
    metrics, admissible : Metrics
        What was validated or measured, and what would have been without any error.
    late, admissible_late : tuple of ndarray of shape (n_cohorts, n_trials)
        Cents and cases validated after the last payment date.
    claimed : ndarray of shape (n_trials,)
    bridge, states : dict of str to ndarray of shape (n_trials,)
        Empty where nothing is claimed case by case.
    successes, overrun : ndarrays of shape (n_trials,)
    opened : ndarray of shape (n_trials,)
        Files that the accountant opened.
    found : dict of str to ndarray of shape (n_trials,)
        Errors and uncertainties apart; see ``Verified``.
    work : dict of str to ndarray of shape (n_periods, n_trials)
        Files and disputes that cost something, by period; see ``Verified``.
    spending : Spending
    pockets : Pockets
        Savings by law; no payments yet.
    true_by_period : ndarray of shape (n_periods, n_trials)
        At the prices of the base, before anything comes back elsewhere.
    plans : ndarray of shape (n_periods, n_trials)
        Cases with a plan, or people, by start month.
    """

    metrics: Metrics
    admissible: Metrics
    late: tuple[Cents, Cents]
    admissible_late: tuple[Cents, Cents]
    claimed: Cents
    bridge: dict[str, Cents]
    states: dict[str, Cents]
    successes: Cents
    overrun: Cents
    opened: Cents
    found: dict[str, Cents]
    work: dict[str, Cents]
    spending: Spending
    pockets: Pockets
    true_by_period: Cents
    plans: Cents


@dataclass(frozen=True, slots=True)
class Work:
    """Which trials are to be worked out.

    Parameters
    ----------
    deal : Scenario
    source : Source
    blocks : range
    calendar : Grid
    stop : ndarray of shape (n_trials,), optional
        Period from whose end on nobody is taken in; -1 for never.
    """

    deal: Scenario
    source: Source
    blocks: range
    calendar: Grid
    stop: Ints | None = None

    def streams(self) -> list[tuple[Stream, Ints | None]]:
        """Return the stream of each block, with when its intake stops."""
        parts = [None] * len(self.blocks) if self.stop is None else np.split(self.stop, len(self.blocks))
        return [(self.source.stream(block), part) for block, part in zip(self.blocks, parts, strict=True)]


@dataclass(frozen=True, slots=True)
class _Block:
    """One block after programme and accountant, all segments."""

    tables: list[Arrivals]
    verified: list[Verified]
    true: list[Cents]


def find(work: Work) -> Findings:
    """Work out programme and accountant of some blocks."""
    return FINDERS[type(work.deal.programme)](work)


def of_cases(work: Work) -> Findings:
    """Case by case: claimed, reviewed, validated."""
    deal, calendar = work.deal, work.calendar
    worked = [_work_out(deal, stream, calendar, stop) for stream, stop in work.streams()]
    n_segments = len(deal.segments)
    verified = [[block.verified[place] for block in worked] for place in range(n_segments)]
    by_segment = [np.concatenate([found.validated for found in of_segment], axis=-1) for of_segment in verified]
    true = [np.concatenate([block.true[place] for block in worked], axis=-1) for place in range(n_segments)]
    counted = [found.sum(axis=0)[: calendar.n_periods] for found in by_segment]
    series = {"enrolled": _enrolled(work, worked)} if "enrolled" in deal.contract.metrics_used else {}
    metrics, late = _metrics(deal, verified, calendar=calendar, found="validated", series=series)
    admissible, admissible_late = _metrics(deal, verified, calendar=calendar, found="admissible", series=series)
    return Findings(
        metrics=metrics,
        admissible=admissible,
        late=late,
        admissible_late=admissible_late,
        claimed=add_up(np.concatenate([f.claimed for f in of_segment]) for of_segment in verified),
        bridge=_named(verified, "bridge"),
        states=_named(verified, "states"),
        successes=np.concatenate([add_up(table.successes for table in block.tables) for block in worked]),
        overrun=np.concatenate([add_up(table.overrun for table in block.tables) for block in worked]),
        opened=add_up(np.concatenate([f.n_opened for f in of_segment]) for of_segment in verified),
        found=_named(verified, "found"),
        work=_named(verified, "work"),
        spending=_spending(_spent(work, [block.tables for block in worked])),
        pockets=savings_by_law(
            deal, _windows(true, calendar), validated=_windows(counted, calendar), calendar=calendar
        ),
        true_by_period=add_up(true),
        plans=_in_room([all_plans(block.tables) for block in worked], calendar),
    )


def of_group(work: Work, measured: Callable[[Stream, Ints | None], Measured]) -> Findings:
    """As a group: measured or counted, and paid on as it is."""
    deal, calendar = work.deal, work.calendar
    n_dates = len(calendar.payment_periods)
    blocks = [_with_cards(deal, measured(stream, stop), n_dates=n_dates) for stream, stop in work.streams()]
    n_trials = BLOCK * len(blocks)
    n_cohorts = len(deal.cohorts) + 1
    enrolled = np.concatenate([block.enrolled for block in blocks], axis=-1)
    nothing, none = np.zeros((n_cohorts, n_dates, n_trials)), np.zeros((n_cohorts, n_trials))
    found = side_by_side([block.found for block in blocks])
    true = found | side_by_side([block.true for block in blocks])
    worth = {law: np.concatenate([block.worth[law] for block in blocks], axis=-1) for law in deal.payers}
    return Findings(
        metrics=Metrics(nothing, nothing, enrolled, deal.cohorts, series=found),
        admissible=Metrics(nothing, nothing, enrolled, deal.cohorts, series=true),
        late=(none, none),
        admissible_late=(none, none),
        claimed=np.zeros(n_trials),
        bridge={},
        states={},
        successes=np.concatenate([block.successes for block in blocks]),
        overrun=np.zeros(n_trials),
        opened=np.zeros(n_trials),
        found={},
        work={},
        spending=_spending([spend_on(deal, block.plans, n_periods=calendar.n_periods) for block in blocks]),
        pockets=worth_by_law(deal, worth, calendar=calendar),
        true_by_period=add_up(worth.values()),
        plans=_in_room([block.plans for block in blocks], calendar),
    )


def _with_cards(deal: Scenario, block: Measured, *, n_dates: int) -> Measured:
    """Add what rate cards earn person by person, after which nobody asks any more who reached what."""
    return replace(block, found=block.found | cards(deal, block.people, n_dates=n_dates), people=[])


def of_effect(work: Work) -> Findings:
    """Effects on whole cohorts, as the evaluator measures them."""
    return of_group(work, lambda stream, stop: measure(work.deal, stream, calendar=work.calendar))


def of_counts(work: Work) -> Findings:
    """Numbers of outcomes."""
    return of_group(work, lambda stream, stop: count(work.deal, stream, calendar=work.calendar, stop=stop))


FINDERS: dict[type, Callable[[Work], Findings]] = {
    Programme: of_cases,
    EffectProgramme: of_effect,
    CountsProgramme: of_counts,
}
"""Who works out which kind of programme."""


def _work_out(deal: Scenario, stream: Stream, calendar: Grid, stop: Ints | None) -> _Block:
    """Programme and accountant of one block of cases."""
    drawn = factors(deal, stream)
    tables = [cases(deal, place, stream=stream, drawn=drawn, stop=stop) for place in range(len(deal.segments))]
    loads = [Caseload(deal, segment, rows, stream) for segment, rows in zip(deal.segments, tables, strict=True)]
    true = [true_savings(load, n_periods=calendar.n_periods) for load in loads]
    return _Block([table.arrivals for table in tables], verify(loads, calendar), true)


def _spent(work: Work, worked: list[list[Arrivals]]) -> list[Spending]:
    """What each block spends; the same where the same cases come as in the first one, and nothing is drawn."""
    deal, found = work.deal, list[Spending]()
    for (stream, _), tables in zip(work.streams(), worked, strict=True):
        is_same = found and not draws_anything(deal) and _come_alike(tables, worked[0])
        found.append(found[0] if is_same else spend(deal, tables, stream=stream, n_periods=work.calendar.n_periods))
    return found


def _come_alike(tables: list[Arrivals], first: list[Arrivals]) -> bool:
    return all(np.array_equal(mine.plans, theirs.plans) for mine, theirs in zip(tables, first, strict=True))


def _spending(blocks: list[Spending]) -> Spending:
    lines = {name: _side_by_side([block.by_line[name] for block in blocks]) for name in blocks[0].by_line}
    return Spending(lines, _side_by_side([block.unspent for block in blocks]), blocks[0].unspent_period)


def _side_by_side(parts: list[Cents]) -> Cents:
    """Join blocks; what is one and the same column in all of them, all trials agreeing, stays one."""
    if all(part is parts[0] or np.array_equal(part, parts[0]) for part in parts) and parts[0].shape[-1] == 1:
        return parts[0]
    return np.concatenate([np.broadcast_to(part, (*part.shape[:-1], BLOCK)) for part in parts], axis=-1)


def _in_room(plans: list[Cents], calendar: Grid) -> Cents:
    """Join the plans of blocks, each of shape (n_months, BLOCK or 1), in an array of all periods."""
    room = np.zeros((calendar.n_periods, len(plans) * BLOCK))
    for number, block in enumerate(plans):
        room[: len(block), number * BLOCK : (number + 1) * BLOCK] = block
    return room


def _named(verified: list[list[Verified]], paper: str) -> dict[str, Cents]:
    """Join named amounts by block and add them up over segments."""
    names = dict.fromkeys(name for of_segment in verified for found in of_segment for name in getattr(found, paper))
    return {
        name: add_up(
            np.concatenate([getattr(found, paper).get(name, np.zeros(BLOCK)) for found in of_segment], axis=-1)
            for of_segment in verified
        )
        for name in names
    }


def _metrics(
    deal: Scenario, verified: list[list[Verified]], *, calendar: Grid, found: str, series: dict[str, Series]
) -> tuple[Metrics, tuple[Cents, Cents]]:
    """Add up segments and put periods together by payment date; what came too late apart."""
    savings, n_cases, enrolled = (
        add_up(np.concatenate([getattr(block, name) for block in of_segment], axis=-1) for of_segment in verified)
        for name in (found, f"{found}_cases", "enrolled")
    )
    starts = [0, *(period + 1 for period in calendar.payment_periods[:-1])]
    until = calendar.last_payment + 1
    metrics = Metrics(
        np.add.reduceat(savings[:, :until], starts, axis=1),
        np.add.reduceat(n_cases[:, :until], starts, axis=1),
        enrolled,
        deal.cohorts,
        series=series,
    )
    return metrics, (savings[:, -1], n_cases[:, -1])


def _enrolled(work: Work, worked: list[_Block]) -> Series:
    """Cases with a plan that have started by each payment date, by cohort."""
    deal, dates = work.deal, np.array(work.calendar.payment_periods)
    gained = np.zeros((len(deal.cohorts) + 1, len(dates), BLOCK * len(worked)))
    for number, block in enumerate(worked):
        mine = slice(number * BLOCK, (number + 1) * BLOCK)
        for segment, table in zip(deal.segments, block.tables, strict=True):
            for month, plans in enumerate(table.plans):
                date = int(np.searchsorted(dates, month))
                if date < len(dates):
                    gained[deal.cohort_of(segment, month), date, mine] += plans
    return Series(gained)


def _windows(by_period: list[Cents], calendar: Grid) -> Cents:
    """Add up periods to fiscal windows: (n_segments, n_windows, n_trials)."""
    return np.array([np.add.reduceat(found, calendar.window_starts, axis=0) for found in by_period])
