"""What the outcome payer owes on a payment date: one function a kind of payment.

In come released savings, what the metrics make and what is still due to the tranches, out come cents per
payment line and trial. A clause is one function here, found in ``PAYMENTS``. Caps have a room of their own; who
receives the money is decided by the waterfall.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from sib.arrays import Bools, Cents, Ints, add_up, so_far
from sib.contract.earnings import cents
from sib.contract.metrics import Metrics
from sib.deal.coupons import InterestTable, MinimumCoupon, RedemptionTable
from sib.deal.lines import (
    FixedPayment,
    InterpolatedTable,
    Payment,
    PerPoint,
    Proportional,
    RateCard,
    SavingsShare,
    Shortfall,
    StepTable,
    TwoWay,
)
from sib.money import ceil_divide, exact, floor_share, share

RATE_STEPS = 10**8
"""Rates on a curve are taken in hundred-millionths, the finest that a scenario can state."""


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
    later : ndarray of shape (n_dates, n_trials), optional
        Of the savings, what counts with the changed share.
    made : ndarray of shape (n_dates, n_trials), optional
        What the metrics make: to date, or on each date.
    rows : ndarray of shape (n_dates, n_trials), optional
        The row of a table that is reached, or the rate on a curve in hundred-millionths; -1 for none.

    Attributes
    ----------
    paid, paid_after : ndarrays of shape (n_trials,)
        Cents paid so far: by the first share, and out of savings that redemption did not need.
    gross, back, in_year : ndarrays of shape (n_trials,)
        Cents paid and cents that came back, each by itself; cents paid in this fiscal year.
    missed : ndarray of shape (n_trials,)
        Cents of coupon that the highest row would have paid on top.
    is_redeemed : ndarray of shape (n_trials,)
    """

    terms: Payment
    released: Cents
    met: Bools
    later: Cents | None = None
    made: Cents | None = None
    rows: Ints | None = None
    paid: Cents = field(init=False)
    paid_after: Cents = field(init=False)
    gross: Cents = field(init=False)
    back: Cents = field(init=False)
    in_year: Cents = field(init=False)
    missed: Cents = field(init=False)
    is_redeemed: Bools = field(init=False)

    def __post_init__(self) -> None:
        n_trials = self.met.shape[1]
        for name in ("paid", "paid_after", "gross", "back", "in_year", "missed"):
            setattr(self, name, np.zeros(n_trials))
        self.is_redeemed = np.zeros(n_trials, dtype=np.bool_)

    def record(self, paid: Cents, *, due: Cents, is_all_drawn: Bools) -> None:
        """Note what was paid, after the caps, when ``due`` would have settled everything.

        What goes towards ``due`` counts with the first share; what settles it redeems the line.
        """
        got = np.maximum(paid, 0.0)
        self.gross, self.back, self.in_year = self.gross + got, self.back + got - paid, self.in_year + got
        if not isinstance(self.terms, SavingsShare):
            self.paid = self.paid + paid
            return
        first = np.minimum(paid, due) * ~self.is_redeemed
        self.paid = self.paid + first
        self.paid_after = self.paid_after + paid - first
        self.is_redeemed = self.is_redeemed | ((first == due) & is_all_drawn)

    def can_pay(self, period: int, *, months: tuple[int, ...]) -> bool:
        """Whether the line can pay on a date: on its own, or later what a trigger then releases."""
        waits = self.made is not None and not is_to_date(self.terms)
        return waits or pays_on(self.terms, period, months=months)

    def entitled(self, place: int | slice) -> Cents:
        """Return what the first shares of released savings make, rounded down."""
        assert isinstance(self.terms, SavingsShare)
        first = exact(self.terms.share)
        if self.later is None or self.terms.change is None:
            return floor_share(self.released[place], first)
        then = exact(self.terms.change.share)
        whole = first.denominator * then.denominator
        both = self.released[place] * int(first * whole) + self.later[place] * int(then * whole)
        return floor_share(both, Fraction(1, whole))

    def used_up(self, paid: Cents, place: int) -> Cents:
        """Return the least savings that make so much, the first share's before the changed share's."""
        assert isinstance(self.terms, SavingsShare)
        first = exact(self.terms.share)
        if self.later is None or self.terms.change is None:
            return ceil_divide(paid, first)
        then, whole = exact(self.terms.change.share), first.denominator * exact(self.terms.change.share).denominator
        over = np.maximum(paid * whole - self.released[place] * int(first * whole), 0.0)
        early = np.minimum(ceil_divide(paid, first), self.released[place])
        return np.asarray(early + (ceil_divide(over, then * whole) if then else 0.0))


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
    put_in : ndarray of shape (n_trials,) or 0
        Cents that earlier lines put into the same waterfall on this date.
    principal, lent, interest_due : ndarrays of shape (n_trials,), optional
        Of the tranche that the line names: outstanding; drawn less returned; interest owed.
    fraction : Fraction
        Part of a year since the line's payment date before this one.
    """

    place: int
    period: int
    due: Cents
    is_all_drawn: Bools
    put_in: Cents | float = 0.0
    principal: Cents | None = None
    lent: Cents | None = None
    interest_due: Cents | None = None
    fraction: Fraction = Fraction(0)


def is_to_date(terms: Payment) -> bool:
    """Whether a line owes to date what it has not paid, and not an amount on each date."""
    if isinstance(terms, FixedPayment | Shortfall):
        return False
    return getattr(terms, "measure", "cumulative") == "cumulative"


def savings_share(line: Line, occasion: Occasion) -> Cents:
    """Pay the share of released savings up to what is due; after redemption the second share of the rest."""
    terms = line.terms
    assert isinstance(terms, SavingsShare)
    second = exact(terms.share_after_redemption)
    entitlement = np.maximum(line.entitled(occasion.place) - line.paid, 0.0) * ~line.is_redeemed
    pays = np.minimum(entitlement, occasion.due)
    if second == 0:
        return np.asarray(pays)
    released = line.released[occasion.place]
    if line.later is not None:
        released = released + line.later[occasion.place]
    redeemed = line.is_redeemed | ((pays == occasion.due) & occasion.is_all_drawn)
    rest = np.maximum(released - line.used_up(line.paid + pays, occasion.place), 0.0)
    return np.asarray(pays + np.maximum(floor_share(rest, second) - line.paid_after, 0.0) * redeemed)


def owed_by_metric(line: Line, occasion: Occasion) -> Cents:
    """Pay what the metrics make to date and was not paid before, or what they make on this date."""
    assert line.made is not None
    made = line.made[occasion.place]
    if not is_to_date(line.terms):
        return np.asarray(made)
    return np.asarray(np.maximum(made - line.paid, 0.0) * line.met[occasion.place])


def two_way(line: Line, occasion: Occasion) -> Cents:
    """Pay what the metrics make, or the difference with what was settled before; less than 0 is owed back."""
    assert line.made is not None
    assert isinstance(line.terms, TwoWay)
    made = line.made[occasion.place]
    owed = (made - line.paid) * line.met[occasion.place] if is_to_date(line.terms) else made
    if line.terms.liability is None:
        return np.asarray(owed)
    return np.asarray(np.maximum(owed, line.back - cents(line.terms.liability)))


def coupon(line: Line, occasion: Occasion) -> Cents:
    """Pay a coupon on the principal outstanding at the rate of the row that is reached, or its floor."""
    terms = line.terms
    assert isinstance(terms, InterestTable)
    assert line.rows is not None
    assert occasion.principal is not None
    floor = exact(terms.floor.rate) if terms.floor is not None and occasion.period <= terms.floor.until else Fraction(0)
    reached, principal = line.rows[occasion.place], occasion.principal
    if terms.points:
        rates = {int(step): max(Fraction(int(step), RATE_STEPS), floor) for step in np.unique(reached) if step >= 0}
        most = max(exact(point.rate) for point in terms.points)
    else:
        rates = {number: max(exact(row.rate), floor) for number, row in enumerate(terms.rows)}
        most = max(rates.values())
    paid = share(principal, floor * occasion.fraction)
    for number, rate in rates.items():
        paid = np.where(reached == number, share(principal, rate * occasion.fraction), paid)
    paid = paid * line.met[occasion.place]
    line.missed = line.missed + share(principal, max(most, floor) * occasion.fraction) - paid
    return np.asarray(paid)


def minimum_coupon(line: Line, occasion: Occasion) -> Cents:
    """Top up what earlier lines put in on this date to a coupon, at most to the interest due."""
    terms = line.terms
    assert isinstance(terms, MinimumCoupon)
    assert occasion.principal is not None
    assert occasion.interest_due is not None
    if occasion.period > terms.until:
        return np.zeros_like(occasion.principal)
    least = np.minimum(share(occasion.principal, exact(terms.rate) * occasion.fraction), occasion.interest_due)
    return np.asarray(np.maximum(least - occasion.put_in, 0.0) * line.met[occasion.place])


def redemption(line: Line, occasion: Occasion) -> Cents:
    """Repay the share of what was lent that the row gives, less what was repaid before."""
    terms = line.terms
    assert isinstance(terms, RedemptionTable)
    assert line.rows is not None
    assert occasion.principal is not None
    assert occasion.lent is not None
    owed = np.zeros_like(occasion.principal)
    for number, row in enumerate(terms.rows):
        repaid = occasion.lent - occasion.principal
        owes = np.maximum(share(occasion.lent, exact(row.share)) - repaid, 0.0)
        owed = np.where(line.rows[occasion.place] == number, owes, owed)
    return np.asarray(np.minimum(owed, occasion.principal) * line.met[occasion.place])


PAYMENTS: dict[type, Callable[[Line, Occasion], Cents]] = {
    SavingsShare: savings_share,
    FixedPayment: owed_by_metric,
    StepTable: owed_by_metric,
    InterpolatedTable: owed_by_metric,
    PerPoint: owed_by_metric,
    Proportional: owed_by_metric,
    RateCard: owed_by_metric,
    Shortfall: owed_by_metric,
    TwoWay: two_way,
    InterestTable: coupon,
    MinimumCoupon: minimum_coupon,
    RedemptionTable: redemption,
}
"""What each kind of payment owes on a payment date."""


def pays_on(terms: Payment, period: int, *, months: tuple[int, ...]) -> bool:
    """Return whether a line owes on a payment date; principal by table is repaid on the last unless said."""
    if terms.months is not None:
        return period in terms.months
    return not isinstance(terms, RedemptionTable) or period == months[-1]


def previous_date(terms: Payment, period: int, *, months: tuple[int, ...]) -> int:
    """Return the date before this one on which a line could pay, or closing."""
    return max((month for month in months if month < period and pays_on(terms, month, months=months)), default=0)


def entitlement(lines: list[Line], metrics: Metrics) -> Cents:
    """Return what the first shares of released savings have made so far, on each date, whatever is due.

    What was once released stays counted, even where a trigger is lost again.

    Returns
    -------
    ndarray of shape (n_dates, n_trials)
        Cents, cumulative.
    """
    made = [line.entitled(slice(None)) for line in lines if isinstance(line.terms, SavingsShare)]
    return so_far(add_up([np.zeros(metrics.savings.shape[1:]), *made]), np.maximum)


def goes_direct(terms: Payment) -> bool:
    """Whether a line's money goes straight to a party, past the waterfall."""
    return terms.to != "waterfall"
