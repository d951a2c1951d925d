"""Some blocks of trials worked out, from the first referral to the last euro.

In come a deal, the source of its draws and block numbers, out goes a ``Chapter``. This room knows the order of the
rooms of the floor below; it does no arithmetic of its own.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sib.arrays import Bools
from sib.chance.draws import Source, trial_uniforms
from sib.chapter import Chapter, own_payments
from sib.contract.ending import endings, stops
from sib.contract.financing import curtail
from sib.contract.settlement import settle
from sib.contract.triggers import triggers_met
from sib.deal.scenario import Scenario
from sib.findings import Findings, Work, find
from sib.ledger import balances, movements, parties
from sib.pockets import charged
from sib.programme.grid import Grid


def write(
    deal: Scenario, source: Source, *, blocks: range, calendar: Grid, first: Findings | None = None
) -> Chapter:
    """Work out some blocks from the first referral to the last euro.

    Parameters
    ----------
    first : Findings, optional
        What was found with nobody left out, where a deal that differs in its contract alone has it already.
    """
    found = _found(Work(deal, source, blocks, calendar), first)
    metrics, spending = found.metrics, found.spending
    flows = settle(deal, metrics, spending=spending, calendar=calendar, able=_able(deal, source, blocks))
    book = movements(deal, flows, spending=spending, work=found.work)
    return Chapter(
        deal=deal,
        calendar=calendar,
        metrics=metrics,
        admissible=found.admissible,
        late=found.late,
        admissible_late=found.admissible_late,
        claimed=found.claimed,
        bridge=found.bridge,
        states=found.states,
        opened=found.opened,
        found=found.found,
        successes=found.successes,
        enrolled=metrics.enrolled.sum(axis=0),
        overrun=found.overrun,
        spending=spending,
        flows=flows,
        book=book,
        cash=balances(book, parties(deal), shape=(calendar.n_periods, metrics.enrolled.shape[1])),
        pockets=charged(deal, found.pockets, paid=own_payments(deal, flows), calendar=calendar),
        true_by_period=found.true_by_period,
        plans=found.plans,
    )


def _found(work: Work, first: Findings | None) -> Findings:
    """What is found; where a trigger stops the intake or the contract, once more without those who come later.

    The date rests on what is known by it, which those who come later cannot change; so two passes are exact.
    """
    contract, months = work.deal.contract, work.calendar.payment_periods
    found = first or find(work)
    if contract.stop_intake is None and not contract.early_ends:
        return found
    met = triggers_met(contract, found.metrics, months=months)
    stop = stops(contract, met, months=months)
    if (stop >= 0).any():
        found = find(replace(work, stop=stop))
    if not contract.early_ends:
        return found
    ended, _ = endings(contract, met, months=months)
    return replace(found, spending=curtail(found.spending, ended))


def _able(deal: Scenario, source: Source, blocks: range) -> dict[str, Bools]:
    """Whether each guarantee can be paid when it is called."""
    return {
        terms.name: np.concatenate([
            trial_uniforms(source.stream(block), "guarantee", segment=terms.name) >= terms.chance_unable
            for block in blocks
        ])
        for terms in deal.contract.guarantees
        if terms.chance_unable
    }
