"""What the outcome payer owes: the kinds of payment line.

Model section 5.4. A kind of payment is a class here; what it owes is one function in ``sib.contract``. A
cumulative metric makes what is owed to date, of which each date pays what was not paid before; a metric per
period makes what is owed on each date.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from sib.deal.lending import DayCount
from sib.deal.rows import Floor, Point, Price, RatePoint, RateStep, ShareStep, Step, bound_of, rows_rise
from sib.deal.term import (
    Amount,
    Level,
    MonthSpan,
    Positive,
    Rate,
    Share,
    Term,
    Text,
    fault,
)

Receiver = Literal["waterfall", "investor", "provider", "intermediary", "accountant"]


class PaymentLine(Term):
    """What all kinds of payment have in common.

    Parameters
    ----------
    when : str, optional
        The trigger that releases it.
    months : tuple of int, optional
        Payment dates on which it can pay; all of them where none is named.
    cap, cap_per_year : float, optional
        Most that this line ever pays, and in any fiscal year, in euros.
    to : {"waterfall", "investor", "provider", "intermediary", "accountant"}
        Whether the money passes the waterfall or goes straight to a party.
    pool : str, optional
        A waterfall of its own (``contract.pools``) instead of the contract's.
    paid_by : str, optional
        The outcome payer that bears all of it; all by their shares where none is named.
    round_to : float, optional
        What is owed is rounded to multiples of this, half up.
    indexed : float, optional
        Yearly rate by which what is newly owed grows on every anniversary of closing.
    """

    name: Text
    when: Text | None = None
    months: tuple[MonthSpan, ...] | None = None
    cap: Amount | None = None
    cap_per_year: Amount | None = None
    to: Receiver = "waterfall"
    pool: Text | None = None
    paid_by: Text | None = None
    round_to: Positive | None = None
    indexed: Rate | None = None

    @model_validator(mode="after")
    def _one_way_out(self) -> PaymentLine:
        if self.pool is not None and self.to != "waterfall":
            raise fault("pool", f"goes straight to the {self.to} and has a pool too; leave one out")
        return self


class OnMetric(PaymentLine):
    """A payment that depends on a metric.

    Parameters
    ----------
    metric : str
        A metric of the programme; bounds are in its unit.
    cohort : str, optional
        The cohort that is measured; all together where none is named.
    measure : {"cumulative", "per_period"}
        From closing, or since the previous payment date.
    """

    metric: Text
    cohort: Text | None = None
    measure: Literal["cumulative", "per_period"] = "cumulative"


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
    points: Annotated[tuple[Point, ...], Field(min_length=2)]

    @model_validator(mode="after")
    def _points_rise(self) -> InterpolatedTable:
        at = [point.at for point in self.points]
        if at != sorted(set(at)):
            raise fault("order", "needs its points in rising order of at, each value once")
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
    at_most: Annotated[Level, Field(gt=0)] = 1.0
    at_least: Annotated[Level, Field(ge=0)] = 0.0


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


class InterestTable(PaymentLine):
    """A coupon on the principal outstanding, whose rate the metric sets.

    Parameters
    ----------
    tranche : str
        The tranche on whose principal it is paid.
    metric, cohort, measure
        What sets the rate; a table of one row without a bound needs no metric.
    rows : list of tables, optional
    points : list of tables, optional
        Instead of rows: straight lines between rates; beyond the ends they stay the same.
    floor : table, optional
        Minimum coupon for the first months.
    day_count : {"30E/360", "ACT/365F", "ACT/360", "ACT/ACT ISDA"}
    """

    kind: Literal["interest_table"]
    tranche: Text
    metric: Text | None = None
    cohort: Text | None = None
    measure: Literal["cumulative", "per_period"] = "cumulative"
    rows: Annotated[tuple[RateStep, ...], AfterValidator(rows_rise)] = ()
    points: tuple[RatePoint, ...] = ()
    floor: Floor | None = None
    day_count: DayCount

    @model_validator(mode="after")
    def _metric_where_needed(self) -> InterestTable:
        if bool(self.rows) == bool(self.points):
            raise fault("rows", "needs either rows or points")
        at = [point.at for point in self.points]
        if at != sorted(set(at)) or len(at) == 1:
            raise fault("order", "needs two points or more in rising order of at, each value once")
        if self.rows:
            _needs_metric(self.metric, self.rows)
        elif self.metric is None:
            raise fault("metric", "needs a metric exactly where its rows have at_least or above, or it has points")
        return self


class MinimumCoupon(PaymentLine):
    """A minimum of interest on each date, whatever the outcomes: it tops up what the lines before it pay.

    Parameters
    ----------
    tranche : str
        The tranche whose interest it pays; never more than is due.
    rate : float
        Coupon a year on the principal outstanding.
    until : int
        Last month in which it is paid.
    day_count : {"30E/360", "ACT/365F", "ACT/360", "ACT/ACT ISDA"}
    """

    kind: Literal["minimum_coupon"]
    tranche: Text
    rate: Rate
    until: MonthSpan
    day_count: DayCount


class RedemptionTable(PaymentLine):
    """The share of the principal that is repaid, which the metric sets; on the last payment date unless said.

    Parameters
    ----------
    tranche : str
        The tranche that it repays.
    metric, cohort, measure
        What sets the share; a table of one row without a bound needs no metric.
    rows : list of tables
    """

    kind: Literal["redemption_table"]
    tranche: Text
    metric: Text | None = None
    cohort: Text | None = None
    measure: Literal["cumulative", "per_period"] = "cumulative"
    rows: Annotated[tuple[ShareStep, ...], Field(min_length=1), AfterValidator(rows_rise)]

    @model_validator(mode="after")
    def _metric_where_needed(self) -> RedemptionTable:
        _needs_metric(self.metric, self.rows)
        return self


def _needs_metric(metric: str | None, rows: Sequence[RateStep | ShareStep]) -> None:
    fixed = len(rows) == 1 and bound_of(rows[0]) is None
    if (metric is None) != fixed:
        raise fault("metric", "needs a metric exactly where its rows have at_least or above")


class TwoWay(OnMetric):
    """An amount by the highest row that the metric reaches, which may be negative: then the receiver pays.

    Parameters
    ----------
    rows : list of tables
    liable : {"investor", "provider"}
        Who pays where the amount is negative.
    liability : float, optional
        Most that the liable party ever pays, in euros.
    """

    kind: Literal["two_way"]
    rows: Annotated[tuple[Step, ...], Field(min_length=1), AfterValidator(rows_rise)]
    liable: Literal["investor", "provider"] = "investor"
    liability: Amount | None = None


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

__all__ = ["FixedPayment", "Payment", "PaymentLine", "SavingsShare"]
