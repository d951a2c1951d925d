"""Where the money for the work comes from: what it needs and when, money that nobody needed, and its way back.

In come the drawdown terms and the cost of the work, out come needs by period and trial. The commitment pays them as
far as it goes. What is owed on draws is kept by the accounts of ``interest``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sib.arrays import Cents, Ints, add_up
from sib.deal.contract import Contract
from sib.deal.lending import AsSpent, Schedule, UpFront
from sib.money import exact
from sib.programme.budget import Spending


@dataclass(frozen=True, slots=True)
class Financing:
    """What is needed and what goes back, in cents.

    Parameters
    ----------
    needs : ndarray of shape (n_periods, n_trials)
        Asked for in each period: drawn, unless recycled money replaces it or the commitment is at its end.
    to_come : ndarray of shape (n_periods, n_trials)
        Budget (or commitment, where that is more) neither asked for nor known not to be needed after each period.
    back : dict of int to ndarray of shape (n_trials,)
        Unspent money that had been drawn, by the period in which it goes back.
    """

    needs: Cents
    to_come: Cents
    back: dict[int, Cents]


def up_front(contract: Contract, spending: Spending) -> Cents:
    """Everything at closing; what the work costs beyond that when it is spent."""
    return np.diff(np.maximum(np.cumsum(spending.total, axis=0), commitment_cents(contract)), axis=0, prepend=0.0)


def schedule(contract: Contract, spending: Spending) -> Cents:
    """Stated amounts, less the last ones where money turns out not to be needed; earlier where the work needs it."""
    draws = np.zeros_like(spending.total)
    for draw in contract.drawdown.draws if isinstance(contract.drawdown, Schedule) else ():
        draws[draw.month] = float(exact(draw.amount) * 100)
    so_far = np.cumsum(draws, axis=0)
    known = slice(spending.unspent_period, None)
    before = so_far[spending.unspent_period] - draws[spending.unspent_period]
    spare = np.maximum(so_far[-1] - spending.total.sum(axis=0) - spending.saved, 0.0)
    keep = np.maximum(so_far[-1] - spare, before)
    so_far[known] = np.minimum(so_far[known], keep)
    return np.diff(np.maximum(so_far, np.cumsum(spending.total, axis=0)), axis=0, prepend=0.0)


def as_spent(contract: Contract, spending: Spending) -> Cents:
    """On each date the cost of the month that begins; at closing also its own."""
    draws = np.zeros_like(spending.total)
    draws[:-1] = spending.total[1:]
    draws[0] += spending.total[0]
    return draws


DRAWDOWNS: dict[type, Callable[[Contract, Spending], Cents]] = {
    UpFront: up_front,
    Schedule: schedule,
    AsSpent: as_spent,
}
"""What each kind of drawdown asks for, given the cost of the work by period and trial."""


def finance(contract: Contract, spending: Spending, *, ended: Ints | None = None) -> Financing:
    """Return what is needed, what turns out not to be, and what goes back.

    Parameters
    ----------
    spending : Spending
        As the work runs, cut short where the contract ends early.
    ended : ndarray of shape (n_trials,), optional
        Period in which the contract ends early; -1 for never.
    """
    total = spending.total
    needs = DRAWDOWNS[type(contract.drawdown)](contract, spending)
    periods = np.arange(len(total))[:, np.newaxis]
    if ended is None:
        returned = needs.sum(axis=0) - total.sum(axis=0)
        known = np.where(periods < spending.unspent_period, _most(contract, spending), needs.sum(axis=0))
        back = {spending.unspent_period: returned} if returned.any() else {}
        return Financing(needs, known - np.cumsum(needs, axis=0), back)
    return _cut_short(contract, spending, np.where(ended < 0, len(total), ended), needs)


def _most(contract: Contract, spending: Spending) -> Cents:
    """Return the budget, or the commitment where that is more."""
    return np.asarray(np.maximum(spending.total.sum(axis=0) + spending.unspent, commitment_cents(contract)))


def _cut_short(contract: Contract, spending: Spending, end: Ints, planned: Cents) -> Financing:
    """Draw until the end; what was drawn and is not needed goes back then, or when it was known before."""
    total, known, saved = spending.total, spending.unspent_period, spending.saved
    n_trials = len(end)
    periods = np.arange(len(total))[:, np.newaxis]
    needs = np.broadcast_to(planned, (len(total), n_trials)) * (periods < end)
    dry = np.maximum(np.cumsum(total, axis=0) - np.cumsum(needs, axis=0), 0.0)
    needs = needs + dry * (periods == end)
    left = needs.sum(axis=0) - total.sum(axis=0)
    early = np.minimum(left, np.maximum(planned.sum(axis=0) - total.sum(axis=0) - saved, 0.0)) * (end > known)
    back = {known: early} if early.any() else {}
    for period in (int(t) for t in np.unique(end) if t < len(total)):
        back[period] = back.get(period, 0.0) + (left - early) * (end == period)
    most = np.where(periods < known, _most(contract, spending), total.sum(axis=0) + saved + early)
    return Financing(needs, np.where(periods >= end, 0.0, most - np.cumsum(needs, axis=0)), back)


def curtail(spending: Spending, ended: Ints) -> Spending:
    """Return spending that stops after the period in which the contract ends early (-1: never)."""
    length = len(spending.total)
    runs = np.arange(length)[:, np.newaxis] <= np.where(ended < 0, length, ended)
    by_line = {name: np.asarray(spent * runs) for name, spent in spending.by_line.items()}
    saved = add_up(spent.sum(axis=0) - by_line[name].sum(axis=0) for name, spent in spending.by_line.items())
    return Spending(by_line, spending.unspent + saved, spending.unspent_period, saved)


def commitment_cents(contract: Contract) -> int:
    """Return the commitment in cents."""
    return int(exact(contract.commitment) * 100)
