"""What the outcome payer owes on a payment date: one function a kind of payment, then the caps.

In come released savings and what is still due to the tranches, out come cents per payment line and trial.
A clause is one function here, found in ``PAYMENTS``. Who receives the money is decided by the waterfall.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from sib.arrays import Bools, Cents, Floats, Ints, add_up
from sib.contract.triggers import Metrics
from sib.deal.contract import Caps, FixedPayment, Payment, SavingsShare, Trigger
from sib.money import ceil_divide, exact, floor_share, largest_remainder


@dataclass(slots=True)
class Line:
    """A payment line and what it has paid so far.

    Parameters
    ----------
    terms : Payment
    released : ndarray of shape (n_dates, n_trials)
        Cumulative validated savings that count on each date, in cents.
    met : ndarray of shape (n_dates, n_trials)
        Whether the line's trigger is met; True where it has none.
    keeps_backlog : bool
        Whether fixed amounts wait for the trigger.

    Attributes
    ----------
    paid, paid_after : ndarrays of shape (n_trials,)
        Cents paid so far: by the first share, and out of savings that redemption did not need.
    kept_back : ndarray of shape (n_trials,)
        Fixed amounts waiting for the trigger.
    is_redeemed : ndarray of shape (n_trials,)
    """

    terms: Payment
    released: Cents
    met: Bools
    keeps_backlog: bool = True
    paid: Cents = field(init=False)
    paid_after: Cents = field(init=False)
    kept_back: Cents = field(init=False)
    is_redeemed: Bools = field(init=False)

    def __post_init__(self) -> None:
        n_trials = self.met.shape[1]
        self.paid, self.paid_after, self.kept_back = np.zeros(n_trials), np.zeros(n_trials), np.zeros(n_trials)
        self.is_redeemed = np.zeros(n_trials, dtype=np.bool_)

    def record(self, paid: Cents, *, due: Cents, is_all_drawn: Bools) -> None:
        """Note what was paid, after the caps, when ``due`` would have settled everything.

        What goes towards ``due`` counts with the first share; what settles it redeems the line.
        """
        first = np.minimum(paid, due) * ~self.is_redeemed
        self.paid = self.paid + first
        self.paid_after = self.paid_after + paid - first
        self.is_redeemed = self.is_redeemed | ((first == due) & is_all_drawn)


@dataclass(frozen=True, slots=True)
class Occasion:
    """A payment date, as a payment line sees it.

    Parameters
    ----------
    place : int
        Number of the payment date.
    period : int
    due : ndarray of shape (n_trials,)
        Cents that would settle tranches and fees, less what earlier lines put in.
    is_all_drawn : ndarray of shape (n_trials,)
        Nothing is left to draw.
    """

    place: int
    period: int
    due: Cents
    is_all_drawn: Bools


def payment_lines(
    payments: tuple[Payment, ...], metrics: Metrics, *, met_by_name: dict[str, tuple[Trigger, Bools]]
) -> list[Line]:
    """Return the payment lines ready to pay, each with what its trigger releases.

    Parameters
    ----------
    met_by_name : dict of str to (Trigger, ndarray of shape (n_dates, n_trials))
    """
    result = []
    for terms in payments:
        gained = metrics.of(metrics.savings, getattr(terms, "cohort", None))
        if terms.when is None:
            result.append(Line(terms, np.cumsum(gained, axis=0), np.ones(gained.shape, dtype=np.bool_)))
            continue
        trigger, met = met_by_name[terms.when]
        backlog = trigger.releases == "backlog"
        released = np.cumsum(gained, axis=0) * met if backlog else np.cumsum(gained * met, axis=0) * met
        result.append(Line(terms, released, met, backlog))
    return result


def savings_share(line: Line, occasion: Occasion) -> Cents:
    """Pay the share of released savings up to what is due; after redemption the second share of the rest."""
    terms = line.terms
    assert isinstance(terms, SavingsShare)
    first, second = exact(terms.share), exact(terms.share_after_redemption)
    released = line.released[occasion.place]
    entitlement = np.maximum(floor_share(released, first) - line.paid, 0.0) * ~line.is_redeemed
    pays = np.minimum(entitlement, occasion.due)
    if second == 0:
        return np.asarray(pays)
    redeemed = line.is_redeemed | ((pays == occasion.due) & occasion.is_all_drawn)
    rest = np.maximum(released - ceil_divide(line.paid + pays, first), 0.0)
    return np.asarray(pays + np.maximum(floor_share(rest, second) - line.paid_after, 0.0) * redeemed)


def fixed(line: Line, occasion: Occasion) -> Cents:
    """Pay the amount on its dates; under a trigger, what was kept back is released with it."""
    terms = line.terms
    assert isinstance(terms, FixedPayment)
    is_owed = terms.months is None or occasion.period in terms.months
    owed = line.kept_back + (cents(terms.amount) if is_owed else 0.0)
    met = line.met[occasion.place]
    line.kept_back = owed * ~met * line.keeps_backlog
    return np.asarray(owed * met)


PAYMENTS: dict[type, Callable[[Line, Occasion], Cents]] = {SavingsShare: savings_share, FixedPayment: fixed}
"""What each kind of payment owes on a payment date."""


def entitlement(lines: list[Line], metrics: Metrics) -> Cents:
    """Return what the first shares of released savings have made so far, on each date, whatever is due.

    What was once released stays counted, even where a trigger is lost again.

    Returns
    -------
    ndarray of shape (n_dates, n_trials)
        Cents, cumulative.
    """
    shares = [(line.released, exact(line.terms.share)) for line in lines if isinstance(line.terms, SavingsShare)]
    made = add_up([np.zeros(metrics.savings.shape[1:]), *(floor_share(released, part) for released, part in shares)])
    return np.asarray(np.maximum.accumulate(made, axis=0))


def goes_direct(terms: Payment) -> bool:
    """Whether a line's money goes straight to a party, past the waterfall."""
    return isinstance(terms, FixedPayment) and terms.to != "waterfall"


def cents(amount: float) -> float:
    """Return a stated amount in cents, as a whole number."""
    return float(exact(amount) * 100)


class Limits:
    """The caps on all payments together, and how much of each is left in every trial.

    Parameters
    ----------
    caps : Caps
    years : ndarray of shape (n_periods,)
        Time since closing by ACT/365, in years.
    fiscal_year : ndarray of shape (n_periods,)
    n_trials : int
    """

    def __init__(self, caps: Caps, years: Floats, *, fiscal_year: Ints, n_trials: int) -> None:
        self._caps, self._years, self._fiscal_year = caps, years, fiscal_year
        self._in_year, self._in_all, self._balance = np.zeros(n_trials), np.zeros(n_trials), np.zeros(n_trials)

    def pass_time(self, period: int, invested: Cents) -> None:
        """Start a period: a new fiscal year starts afresh, the investor's balance grows and takes new money."""
        if period and self._fiscal_year[period] != self._fiscal_year[period - 1]:
            self._in_year = np.zeros_like(self._in_year)
        if self._caps.annual_return is not None:
            if period:
                elapsed = self._years[period] - self._years[period - 1]
                self._balance = self._balance * (1 + self._caps.annual_return) ** elapsed
            self._balance = self._balance + invested

    def cut(self, owed: Cents, is_direct: Bools) -> Cents:
        """Return what the caps leave of owed amounts, shape (n_lines, n_trials), and count it as paid."""
        if self._caps.per_year is not None:
            owed = cut_to(owed, cents(self._caps.per_year) - self._in_year)
        if self._caps.total is not None:
            owed = cut_to(owed, cents(self._caps.total) - self._in_all)
        if self._caps.annual_return is not None:
            owed = owed.copy()
            owed[~is_direct] = cut_to(owed[~is_direct], np.floor(np.round(np.maximum(self._balance, 0.0), 6)))
        self._in_year = self._in_year + owed.sum(axis=0)
        self._in_all = self._in_all + owed.sum(axis=0)
        return owed

    def receive(self, received: Cents) -> None:
        """Note what the investor received."""
        self._balance = self._balance - received


def cut_to(owed: Cents, limit: Cents) -> Cents:
    """Cut lines pro rata so that together they stay within the limit.

    Parameters
    ----------
    owed : ndarray of shape (n_lines, n_trials)
    limit : ndarray of shape (n_trials,)
    """
    total = owed.sum(axis=0)
    if (total <= limit).all():
        return owed
    return largest_remainder(np.minimum(total, limit), np.ascontiguousarray(owed.T)).T
