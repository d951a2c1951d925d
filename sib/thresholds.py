"""Where a contract changes: the values of a metric at which a trigger or a payment line starts, turns or stops.

In comes a deal, out go values in the unit of the metric. What is paid there is worked out by ``payout``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sib.deal.coupons import InterestTable, MinimumCoupon, RedemptionTable
from sib.deal.group import EffectProgramme
from sib.deal.lines import (
    FixedPayment,
    InterpolatedTable,
    PerPoint,
    Proportional,
    RateCard,
    SavingsShare,
    Shortfall,
    StepTable,
    TwoWay,
)
from sib.deal.rows import bound_of
from sib.deal.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Threshold:
    """A value at which the contract changes.

    Parameters
    ----------
    value : float
        In the unit of the metric.
    name : str
        Of the trigger or payment line.
    is_trigger : bool
    """

    value: float
    name: str
    is_trigger: bool


def _of_rows(line: Any, metric: str) -> Iterable[float]:
    bounds = [bound[0] for bound in map(bound_of, line.rows) if bound is not None]
    return [*bounds, *(point.at for point in getattr(line, "points", ()))]


def _of_prices(line: RateCard, metric: str) -> Iterable[float]:
    priced = [price for price in line.prices if price.outcome == metric]
    return [float(tier.after) for price in priced for tier in price.tiers or () if tier.after] + [
        float(price.most) for price in priced if price.most is not None
    ]


AT: dict[type, Callable[[Any, str], Iterable[float | None]]] = {
    SavingsShare: lambda line, metric: (),
    FixedPayment: lambda line, metric: (),
    MinimumCoupon: lambda line, metric: (),
    StepTable: _of_rows,
    TwoWay: _of_rows,
    InterestTable: _of_rows,
    RedemptionTable: _of_rows,
    InterpolatedTable: lambda line, metric: [point.at for point in line.points],
    PerPoint: lambda line, metric: [line.from_value, line.up_to],
    Proportional: lambda line, metric: [line.at_least * line.target, line.at_most * line.target],
    RateCard: _of_prices,
    Shortfall: lambda line, metric: [line.agreed * (1 - line.tolerance)],
}
"""Where each kind of payment line changes."""


def thresholds(deal: Scenario, metric: str, *, cohort: str | None = None) -> list[Threshold]:
    """Return where the contract changes in a metric, of all cohorts together or of one, rising.

    Parameters
    ----------
    deal : Scenario
    metric : str
    cohort : str, optional
    """
    stands = _stands(deal, metric)
    found = []
    for trigger in deal.contract.triggers:
        if trigger.metric == metric and (stands or trigger.measure == "cumulative"):
            if trigger.cohort == cohort or (stands and cohort is None):
                stated = getattr(trigger, trigger.comparison)
                values = stated if isinstance(stated, tuple) else (stated,)
            elif cohort is None and trigger.pool is not None:
                values = trigger.pool if isinstance(trigger.pool, tuple) else (trigger.pool,)
            else:
                values = ()
            found += [Threshold(value, trigger.name, True) for value in values]
    for line in deal.contract.payments:
        read = {price.outcome for price in getattr(line, "prices", ())} | {getattr(line, "metric", None)}
        is_total = getattr(line, "measure", "cumulative") == "cumulative"
        of_cohort = getattr(line, "cohort", None)
        if metric in read and (stands or is_total) and (of_cohort == cohort or (stands and cohort is None)):
            values = tuple(value for value in AT[type(line)](line, metric) if value)
            found += [Threshold(value, line.name, False) for value in values]
    return sorted(found, key=lambda each: (each.value, not each.is_trigger, each.name))


def _stands(deal: Scenario, metric: str) -> bool:
    """Whether a metric has a value of its own on each date and does not add up."""
    if metric == "validated_share":
        return True
    effects = deal.programme.metrics if isinstance(deal.programme, EffectProgramme) else ()
    return any(each.name == metric and not each.accumulates for each in effects)
