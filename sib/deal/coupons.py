"""Payment lines that look at a tranche: coupons on its principal, and its repayment.

Model section 5.4. What they owe is worked out in ``sib.contract``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from sib.deal.lending import DayCount
from sib.deal.payment import PaymentLine
from sib.deal.rows import Floor, RatePoint, RateStep, ShareStep, bound_of, points_rise, rows_rise
from sib.deal.term import MonthSpan, Rate, Text, fault


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
    points: Annotated[tuple[RatePoint, ...], AfterValidator(points_rise)] = ()
    floor: Floor | None = None
    day_count: DayCount

    @model_validator(mode="after")
    def _metric_where_needed(self) -> InterestTable:
        if bool(self.rows) == bool(self.points):
            raise fault("rows", "needs either rows or points")
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
