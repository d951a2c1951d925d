"""Where the money for the work comes from: draws, money that nobody needed, and its way back.

In come the drawdown terms and the cost of the work, out come draws by period and trial. What is owed on
them is kept by the accounts of ``interest``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sib.arrays import Cents
from sib.deal.contract import AsSpent, Contract, Schedule, UpFront
from sib.money import exact
from sib.programme.budget import Spending


@dataclass(frozen=True, slots=True)
class Financing:
    """Draws and what goes back, in cents.

    Parameters
    ----------
    draws : ndarray of shape (n_periods, n_trials)
        Drawn by all tranches together.
    undrawn : ndarray of shape (n_periods, n_trials)
        Commitment neither drawn nor cancelled after each period.
    returned : ndarray of shape (n_trials,)
        Unspent money that had been drawn and goes back.
    return_period : int
        Period in which it goes back.
    """

    draws: Cents
    undrawn: Cents
    returned: Cents
    return_period: int


def up_front(contract: Contract, spending: Spending) -> Cents:
    """Everything at closing."""
    draws = np.zeros_like(spending.total)
    draws[0] = commitment_cents(contract)
    return draws


def schedule(contract: Contract, spending: Spending) -> Cents:
    """Stated amounts, less the last ones where money turns out not to be needed; earlier where the work needs it."""
    draws = np.zeros_like(spending.total)
    for draw in contract.drawdown.draws if isinstance(contract.drawdown, Schedule) else ():
        draws[draw.month] = float(exact(draw.amount) * 100)
    so_far = np.cumsum(draws, axis=0)
    known = slice(spending.unspent_period, None)
    before = so_far[spending.unspent_period] - draws[spending.unspent_period]
    keep = np.maximum(so_far[-1] - spending.unspent, before)
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
"""What each kind of drawdown draws, given the cost of the work by period and trial."""


def finance(contract: Contract, spending: Spending) -> Financing:
    """Return what is drawn, what is never needed, and what goes back."""
    total = spending.total
    draws = DRAWDOWNS[type(contract.drawdown)](contract, spending)
    known = np.arange(len(total)) >= spending.unspent_period
    returned = draws.sum(axis=0) - total.sum(axis=0)
    cancelled = (spending.unspent - returned) * known[:, np.newaxis]
    undrawn = commitment_cents(contract) - np.cumsum(draws, axis=0) - cancelled
    return Financing(draws=draws, undrawn=undrawn, returned=returned, return_period=spending.unspent_period)


def commitment_cents(contract: Contract) -> int:
    """Return the commitment in cents."""
    return int(exact(contract.commitment) * 100)
