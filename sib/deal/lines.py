"""What the outcome payer owes: the kinds of payment line.

Model section 5.4. A kind of payment is a class here; what it owes is one function in ``sib.contract``. A
cumulative metric makes what is owed to date, of which each date pays what was not paid before; a metric per
period makes what is owed on each date.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from sib.deal.coupons import InterestTable, MinimumCoupon, RedemptionTable
from sib.deal.payment import OnMetric, PaymentLine
from sib.deal.rows import Point, Price, Step, points_rise, rows_rise
from sib.deal.term import Amount, Level, Share, Term, Text, fault


def _something_is_owed(share: float) -> float:
    if share == 0:
        raise fault("share", "pays nothing; leave the line out")
    return share


class ShareChange(Term):
    """From the date on which a trigger is first met, newly released savings count with another share."""

    when: Text
    share: Share


class SavingsShare(PaymentLine):
    """The outcome payer owes a share of cumulative validated savings until the investor is redeemed.

    Parameters
    ----------
    share : float
        Share of validated (and released) savings, paid up to the balance due.
    share_after_redemption : float
        Share of the savings that were not needed for redemption.
    metric, cohort : str
        What counts as savings, a metric in euros that adds up; the cohort whose savings it pays on, all where none is
        named.
    change : table, optional
        A trigger that changes the share of later savings.
    """

    kind: Literal["savings_share"]
    share: Annotated[Share, AfterValidator(_something_is_owed)]
    share_after_redemption: Share = 0.0
    metric: Text = "validated_savings"
    cohort: Text | None = None
    change: ShareChange | None = None


class FixedPayment(PaymentLine):
    """A fixed service fee: an amount on every payment date, or in the stated months only."""

    kind: Literal["fixed"]
    amount: Amount


class StepTable(OnMetric):
    """An amount by the highest row that the metric reaches; nothing below the first row."""

    kind: Literal["step_table"]
    rows: Annotated[tuple[Step, ...], Field(min_length=1), AfterValidator(rows_rise)]

    @model_validator(mode="after")
    def _no_negative_pay(self) -> StepTable:
        _nothing_negative([row.pays for row in self.rows])
        return self


def _nothing_negative(amounts: Sequence[float]) -> None:
    if min(amounts) < 0:
        raise fault("amount", 'pays less than nothing; a line that can cost its receiver is kind = "two_way"')


class InterpolatedTable(OnMetric):
    """An amount on straight lines between points; beyond the first and the last point it stays the same."""

    kind: Literal["interpolated_table"]
    points: Annotated[tuple[Point, ...], Field(min_length=2), AfterValidator(points_rise)]

    @model_validator(mode="after")
    def _no_negative_pay(self) -> InterpolatedTable:
        _nothing_negative([point.pays for point in self.points])
        return self


class PerPoint(OnMetric):
    """An amount for every whole point from a threshold on, with a jump at the threshold.

    Parameters
    ----------
    from_value : float
        The threshold; nothing is paid below it.
    amount : float
        Euros for every whole point above the threshold.
    point : float
        What a point is, in the unit of the metric.
    jump : float
        Euros as soon as the threshold is reached.
    up_to : float, optional
        Value from which more points pay nothing more.
    """

    kind: Literal["per_point"]
    from_value: Level = Field(alias="from")
    amount: Amount
    point: Annotated[Level, Field(gt=0)] = 1.0
    jump: Amount = 0.0
    up_to: Level | None = None

    @model_validator(mode="after")
    def _in_order(self) -> PerPoint:
        if self.up_to is not None and self.up_to < self.from_value:
            raise fault("order", f"counts from {self.from_value:g} up to {self.up_to:g}")
        return self


LARGEST_MULTIPLE = 100
"""Largest multiple of its amount that a line pays; what is larger is a percentage that somebody forgot to divide."""


def _no_percentage(multiple: float) -> float:
    if multiple > LARGEST_MULTIPLE:
        raise fault("multiple", f"is a multiple of the amount; {multiple:g}% is written {multiple / 100:g}")
    return multiple


class Proportional(OnMetric):
    """An amount in proportion to a target, up to a multiple of it.

    Parameters
    ----------
    target : float
        Value at which the whole amount is paid.
    amount : float
        Euros at the target.
    at_most : float
        Largest multiple of the amount, such as 1.6 for 160% of the target.
    at_least : float
        Smallest multiple that pays at all.
    """

    kind: Literal["proportional"]
    target: Annotated[Level, Field(gt=0)]
    amount: Amount
    at_most: Annotated[Level, Field(gt=0), AfterValidator(_no_percentage)] = 1.0
    at_least: Annotated[Level, Field(ge=0), AfterValidator(_no_percentage)] = 0.0

    @model_validator(mode="after")
    def _least_below_most(self) -> Proportional:
        if self.at_least > self.at_most:
            span = f"pays from {self.at_least:g} up to {self.at_most:g} times its amount"
            raise fault("order", f"{span}; 50% is written 0.5")
        return self


class RateCard(PaymentLine):
    """Prices of outcomes.

    Parameters
    ----------
    prices : list of tables
    discount : float
        Share that the provider takes off every price.
    cap_per_person : float, optional
        Most that one person's outcomes earn together, in euros.
    cohort : str, optional
        The cohort or group that it pays for; all where none is named.
    """

    kind: Literal["rate_card"]
    prices: Annotated[tuple[Price, ...], Field(min_length=1)]
    discount: Share = 0.0
    cap_per_person: Amount | None = None
    cohort: Text | None = None

    @model_validator(mode="after")
    def _each_once(self) -> RateCard:
        named = [price.outcome for price in self.prices]
        if len(set(named)) < len(named):
            raise fault("twice", "prices an outcome twice; use tiers, or by_cohort")
        return self

    @property
    def earns_on(self) -> str | None:
        """The outcome that it pays for, where it is one."""
        return self.prices[0].outcome if len(self.prices) == 1 else None


class TwoWay(OnMetric):
    """An amount by the highest row that the metric reaches, which may be negative: then the receiver pays.

    Parameters
    ----------
    rows : list of tables, optional
    points : list of tables, optional
        Instead of rows: straight lines between amounts; beyond the ends they stay the same.
    liable : {"investor", "provider"}
        Who pays where the amount is negative.
    liability : float, optional
        Most that the liable party ever pays, in euros.
    """

    kind: Literal["two_way"]
    rows: Annotated[tuple[Step, ...], AfterValidator(rows_rise)] = ()
    points: Annotated[tuple[Point, ...], AfterValidator(points_rise)] = ()
    liable: Literal["investor", "provider"] = "investor"
    liability: Amount | None = None

    @model_validator(mode="after")
    def _one_table(self) -> TwoWay:
        if bool(self.rows) == bool(self.points):
            raise fault("rows", "needs either rows or points")
        return self

    @property
    def least(self) -> float:
        """The smallest amount of the table, which may be less than 0."""
        return min([*(row.pays for row in self.rows), *(point.pays for point in self.points)])


class Shortfall(OnMetric):
    """Compensation for volume that was agreed and did not come, such as referrals.

    Parameters
    ----------
    agreed : float
        What was agreed, in the unit of the metric.
    tolerance : float
        Share of it that may be missing without compensation.
    amount : float
        Euros for each unit that is missing beyond the tolerance.
    """

    kind: Literal["shortfall"]
    agreed: Annotated[Level, Field(gt=0)]
    tolerance: Share = 0.0
    amount: Amount

    @model_validator(mode="after")
    def _dates_are_stated(self) -> Shortfall:
        if not self.months:
            raise fault("months", "needs months: the payment dates on which the volume is looked at")
        return self


Payment = Annotated[
    SavingsShare
    | FixedPayment
    | StepTable
    | InterpolatedTable
    | PerPoint
    | Proportional
    | RateCard
    | InterestTable
    | MinimumCoupon
    | RedemptionTable
    | TwoWay
    | Shortfall,
    Field(discriminator="kind"),
]

__all__ = ["FixedPayment", "Payment", "SavingsShare"]
