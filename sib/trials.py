"""Some blocks of trials worked out, from the first referral to the last euro.

In come a deal, a seed and block numbers, out goes a ``Chapter``. This room knows the order of the rooms of the
floor below and joins what they make of each block; it does no arithmetic of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sib.accountant.verification import Verified, verify
from sib.arrays import Cents, add_up
from sib.chance.draws import BLOCK, Stream
from sib.chapter import Chapter, net_payments
from sib.contract.settlement import settle
from sib.contract.triggers import Metrics
from sib.deal.scenario import Scenario
from sib.ledger import balances, movements
from sib.pockets import pockets
from sib.programme.budget import Spending, spend
from sib.programme.grid import Grid
from sib.programme.outcomes import factors
from sib.programme.savings import Caseload, Cases, cases, true_savings


@dataclass(frozen=True, slots=True)
class _Block:
    """One block after programme and accountant, all segments."""

    tables: list[Cases]
    verified: list[Verified]
    spending: Spending
    true: list[Cents]


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
        deal=deal,
        calendar=calendar,
        metrics=metrics,
        admissible=admissible,
        late=late,
        admissible_late=admissible_late,
        claimed=add_up(np.concatenate([f.claimed for f in of_segment]) for of_segment in verified),
        bridge=_named(verified, "bridge"),
        states=_named(verified, "states"),
        successes=np.concatenate([add_up(table.successes for table in block.tables) for block in worked]),
        enrolled=metrics.enrolled.sum(axis=0),
        overrun=np.concatenate([add_up(table.overrun for table in block.tables) for block in worked]),
        spending=spending,
        flows=flows,
        book=book,
        cash=balances(book, (calendar.n_periods, metrics.enrolled.shape[1])),
        pockets=pockets(
            deal,
            _windows(true, calendar),
            validated=_windows(counted, calendar),
            paid=net_payments(flows),
            calendar=calendar,
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
    """Join blocks; what is one and the same column in all of them, all trials agreeing, stays one."""
    if all(part.shape[-1] == 1 and np.array_equal(part, parts[0]) for part in parts):
        return parts[0]
    return np.concatenate([np.broadcast_to(part, (*part.shape[:-1], BLOCK)) for part in parts], axis=-1)


def _named(verified: list[list[Verified]], paper: str) -> dict[str, Cents]:
    """Join named amounts by block and add them up over segments."""
    names = dict.fromkeys(name for of_segment in verified for found in of_segment for name in getattr(found, paper))
    return {
        name: add_up(
            np.concatenate([getattr(found, paper).get(name, np.zeros(BLOCK)) for found in of_segment])
            for of_segment in verified
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
        np.add.reduceat(savings[:, :until], starts, axis=1),
        np.add.reduceat(n_cases[:, :until], starts, axis=1),
        enrolled,
        names,
    )
    return metrics, (savings[:, -1], n_cases[:, -1])


def _windows(by_period: list[Cents], calendar: Grid) -> Cents:
    """Add up periods to fiscal windows: (n_segments, n_windows, n_trials)."""
    return np.array([np.add.reduceat(found, calendar.window_starts, axis=0) for found in by_period])
