"""The rows of a payment line's tables: steps, points, tiers, prices.

Model section 5.4. What a row pays is worked out in ``sib.contract``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, model_validator

from sib.deal.term import Amount, AtLeastOne, Level, Money, Month, Rate, Share, Term, Text, fault


class Step(Term):
    """A row of a table: from a value on, the amount that is paid; without a bound it is the lowest row."""

    at_least: Level | None = None
    above: Level | None = None
    pays: Money

    @property
    def bound(self) -> tuple[float, bool] | None:
        """The value where the row begins, and whether the value itself lies below it."""
        return bound_of(self)


class RateStep(Term):
    """A row of an interest table: from a value on, the coupon a year."""

    at_least: Level | None = None
    above: Level | None = None
    rate: Rate


class RatePoint(Term):
    """A point of a curve: at this value of the metric, this coupon a year."""

    at: Level
    rate: Rate


class ShareStep(Term):
    """A row of a redemption table: from a value on, the share of principal that is repaid."""

    at_least: Level | None = None
    above: Level | None = None
    share: Share


def bound_of(row: Step | RateStep | ShareStep) -> tuple[float, bool] | None:
    """Return where a row begins, and whether that value itself lies below it; None for the lowest row."""
    if row.at_least is not None:
        return row.at_least, False
    return (row.above, True) if row.above is not None else None


def rows_rise(rows: Sequence[Step | RateStep | ShareStep]) -> Sequence[Step | RateStep | ShareStep]:
    """Refuse rows that are not in rising order; only the lowest may go without a bound."""
    bounds = [bound_of(row) for row in rows]
    for place, row in enumerate(rows):
        if row.at_least is not None and row.above is not None:
            raise fault("row", "has a row with both at_least and above; give one")
        if bounds[place] is None and place:
            raise fault("row", "has a row without at_least or above; only the first row, the lowest, may go without")
    known = [bound for bound in bounds if bound is not None]
    if known != sorted(set(known)):
        raise fault("order", "needs its rows in rising order of at_least or above, each value once")
    return rows


class Point(Term):
    """A point of a curve: at this value of the metric, this amount."""

    at: Level
    pays: Money


def points_rise(points: Sequence[Point | RatePoint]) -> Sequence[Point | RatePoint]:
    """Refuse a curve of one point, or points that are not in rising order."""
    at = [point.at for point in points]
    if at != sorted(set(at)) or len(at) == 1:
        raise fault("order", "needs two points or more in rising order of at, each value once")
    return points


class Tier(Term):
    """The price from a number of outcomes on: ``after = 100`` begins with the 101st."""

    after: Annotated[int, Field(ge=0, le=1_000_000)]
    price: Amount


class Price(Term):
    """A line of a rate card: what one outcome costs.

    Parameters
    ----------
    outcome : str
        A metric in counts.
    price : float, optional
        Euros for each.
    tiers : list of tables, optional
        Instead: prices by how many there have been, the first from 0 on.
    by_cohort : dict of str to float, optional
        Prices that differ for cohorts or groups; ``most`` then holds for each of them.
    cap : float, optional
        Most that this outcome ever earns, in euros.
    most : int, optional
        Most outcomes that are paid for.
    """

    outcome: Text
    price: Amount | None = None
    tiers: tuple[Tier, ...] | None = None
    by_cohort: dict[str, Amount] | None = None
    cap: Amount | None = None
    most: AtLeastOne | None = None

    @model_validator(mode="after")
    def _one_price(self) -> Price:
        if (self.price is None) == (self.tiers is None):
            raise fault("price", "needs either a price or tiers")
        if self.tiers is not None:
            after = [tier.after for tier in self.tiers]
            if not after or after[0] != 0 or after != sorted(set(after)):
                raise fault("tiers", "needs tiers in rising order of after, the first with after = 0")
            if self.by_cohort:
                raise fault("tiers", "has tiers by number and prices by cohort; use a line for each cohort")
        return self


class Floor(Term):
    """A minimum coupon up to a month; no minimum afterwards."""

    rate: Rate
    until: Month
