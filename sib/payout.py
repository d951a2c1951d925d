"""What the contract pays, and to whom, at given outcomes: exact, no simulation.

In come a deal and stated values of its metrics, out goes a ``Point`` for each. Guarantors are taken to be able to
pay; what an accountant charges by the case is for as many claims as the deal expects, whatever comes of them.
Docs/model.md, section 6.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeAlias

import numpy as np

from sib.arrays import Cents, Ints
from sib.chapter import net_payments
from sib.contract.books import CashFlows
from sib.contract.ending import endings, stops
from sib.contract.financing import curtail
from sib.contract.metrics import Metrics
from sib.contract.settlement import settle
from sib.contract.triggers import triggers_met
from sib.deal.scenario import Scenario
from sib.expectation import expected, expected_work, spending
from sib.holding import Holding, holding
from sib.ledger import balances, movements, parties
from sib.measures.returns import irr, moic
from sib.money import exact
from sib.programme.grid import Grid, grid
from sib.stated import MetricError, Stated, stated_metrics

Number: TypeAlias = float | str | Fraction
ROOM = 1024
"""Points that are worked out at once."""
FINEST = 9
"""Decimals of a value; what comes behind is rounded off."""
LARGEST = 10**12
"""Largest value of a metric; no deal is that large."""


@dataclass(frozen=True, slots=True)
class Return:
    """What somebody lays out and gets back: currency units, a rate and a multiple (NaN where undefined)."""

    outlay: float
    receipts: float
    irr: float
    moic: float


RETURNS = tuple(Return.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Point:
    """What the contract pays at one outcome; amounts in currency units.

    Parameters
    ----------
    metrics : dict of str to float
        As stated; what is expected of all of them where nothing is.
    outcome_payment : float
        All outcome payments, less surplus and what was owed back.
    payments : dict of str to float
        By payment line; less than 0 where its receiver pays.
    flows : dict of str to float
        Net cash by party.
    investor : Return
    tranches : dict of str to Return
    guarantees : dict of str to float
    triggers : dict of str to bool
        Met on the last payment date.
    unpaid : float
        Principal and interest that nobody paid.
    is_stated : bool
        Whether metrics were stated; else they are what is expected.
    """

    metrics: dict[str, float]
    outcome_payment: float
    payments: dict[str, float]
    flows: dict[str, float]
    investor: Return
    tranches: dict[str, Return]
    guarantees: dict[str, float]
    triggers: dict[str, bool]
    unpaid: float
    is_stated: bool = True


def payoff(deal: Scenario, values: Mapping[str, Sequence[Number]]) -> list[Point]:
    """Return what a deal pays at given values of its metrics.

    Parameters
    ----------
    deal : Scenario
    values : mapping of str to sequence of number
        By ``NAME``, ``NAME.COHORT`` or ``NAME@DATE``, equally many values each; text is read as an exact decimal. A
        single value goes with all others. Nothing at all gives what is expected.

    Raises
    ------
    MetricError
        When a metric, cohort or date is not known to the deal, or cannot have such a value.
    """
    calendar = grid(deal)
    if not values:
        return list(_points(deal, (), metrics=[expectations(deal)], calendar=calendar))
    n_points = max(len(each) for each in values.values())
    stated = tuple(_stated(deal, name, each, n_points) for name, each in values.items())
    if len({(each.metric, each.cohort, each.month) for each in stated}) < len(stated):
        raise MetricError(f"a value is given twice: {', '.join(values)}")
    found: list[Point] = []
    for start in range(0, n_points, ROOM):
        some = tuple(
            Stated(each.metric, each.values[start : start + ROOM], each.cohort, each.month) for each in stated
        )
        metrics = [
            {name: float(each.values[place]) for name, each in zip(values, some, strict=True)}
            for place in range(len(some[0].values))
        ]
        found += _points(deal, some, metrics=metrics, calendar=calendar)
    return found


def expectations(deal: Scenario) -> dict[str, float]:
    """Return the last value that is expected of each metric, in its unit; NaN where it has none."""
    found, values = expected(deal, grid(deal)), {}
    for name in deal.metrics:
        number, base = found.reading(name, cohort=None, measure="cumulative")
        base = base[-1] if base.ndim > 1 else base
        values[name] = float(number[-1, 0] / base[0]) / found.scale(name) if base[0] else np.nan
    return values


def _points(
    deal: Scenario, stated: tuple[Stated, ...], *, metrics: list[dict[str, float]], calendar: Grid
) -> list[Point]:
    """Settle the contract at some points; where it stops the intake, those with the same stop together."""
    ends = _stops(deal, stated_metrics(deal, stated, calendar=calendar), months=calendar.payment_periods)
    if ends is None:
        return list(_settled(deal, stated, metrics=metrics, calendar=calendar))
    found: dict[int, Point] = {}
    for stop in np.unique(ends):
        places = np.flatnonzero(ends == stop)
        some = tuple(replace(each, values=tuple(each.values[place] for place in places)) for each in stated)
        mine = [metrics[place] for place in places]
        settled = _settled(deal, some, metrics=mine, calendar=calendar, stop=int(stop))
        found.update(zip(places.tolist(), settled, strict=True))
    return [found[place] for place in range(len(metrics))]


def _stops(deal: Scenario, read: Metrics, *, months: tuple[int, ...]) -> Ints | None:
    """Return the period from whose end on nobody is taken in, by point; None where nothing can stop the intake."""
    contract = deal.contract
    if contract.stop_intake is None and not contract.early_ends:
        return None
    met = triggers_met(contract, read, months=months)
    return stops(contract, met, months=months)


def _settled(
    deal: Scenario, stated: tuple[Stated, ...], *, metrics: list[dict[str, float]], calendar: Grid, stop: int = -1
) -> Iterator[Point]:
    """Settle the contract at some points side by side."""
    read = stated_metrics(deal, stated, calendar=calendar, stop=stop)
    cost = spending(deal, calendar, n_points=len(metrics), stop=stop)
    if deal.contract.early_ends:
        met = triggers_met(deal.contract, read, months=calendar.payment_periods)
        cost = curtail(cost, endings(deal.contract, met, months=calendar.payment_periods)[0])
    flows = settle(deal, read, spending=cost, calendar=calendar)
    shape = (calendar.n_periods, len(metrics))
    work = expected_work(deal, calendar, n_points=len(metrics), stop=stop)
    cash = balances(movements(deal, flows, spending=cost, work=work), parties(deal), shape=shape)
    names = {"outcome_payer": "municipality"}
    sums = {part: {name: _sums(amounts, shape) for name, amounts in of.items()} for part, of in _parts(deal, flows)}
    sums["flows"] = {names.get(who, who): _sums(cash[who], shape) for who in parties(deal)}
    paid, unpaid = _sums(net_payments(flows), shape), sum(sums["unpaid"].values(), np.zeros(len(metrics)))
    investor = _returns(holding(deal, flows), calendar.years)
    tranches = {
        tranche.name: _returns(holding(deal, flows, tranche=tranche.name), calendar.years)
        for tranche in deal.contract.tranches
    }
    for place, values in enumerate(metrics):
        at = _taken(place)
        yield Point(
            metrics=values,
            outcome_payment=float(paid[place]) / 100,
            payments=at(sums["payments"]),
            flows=at(sums["flows"]),
            investor=investor[place],
            tranches={name: each[place] for name, each in tranches.items()},
            guarantees=at(sums["guarantees"]),
            triggers={name: bool(found[-1, place]) for name, found in flows.met.items()},
            unpaid=float(unpaid[place]) / 100,
            is_stated=bool(stated),
        )


def _taken(place: int) -> Callable[[Mapping[str, Cents]], dict[str, float]]:
    """Return what takes one point out of amounts by name, in currency units."""
    return lambda sums: {name: float(cents[place]) / 100 for name, cents in sums.items()}


def _sums(cents: Cents, shape: tuple[int, int]) -> Cents:
    """Return amounts over all periods, one a point."""
    return np.broadcast_to(cents.sum(axis=0) if cents.ndim > 1 else cents, shape[1:])


def _parts(deal: Scenario, flows: CashFlows) -> Iterator[tuple[str, dict[str, Cents]]]:
    """Yield what is added up by name: payment lines less what is owed back, guarantees, what nobody paid."""
    back = flows.owed_back
    yield "payments", {name: paid - back[name] if name in back else paid for name, paid in flows.payments.items()}
    none = np.zeros((1, 1))
    yield "guarantees", {
        terms.name: sum((paid for (name, _), paid in flows.guaranteed.items() if name == terms.name), none)
        for terms in deal.contract.guarantees
    }
    yield "unpaid", dict(flows.written_off)


def _returns(held: Holding, years: Cents) -> list[Return]:
    outlay, receipts = held.outlay, held.receipts
    rates, multiples = irr(held.net, years), moic(outlay, receipts)
    return [
        Return(float(out) / 100, float(back) / 100, float(rate), float(multiple))
        for out, back, rate, multiple in zip(outlay, receipts, rates, multiples, strict=True)
    ]


def as_row(point: Point) -> dict[str, float | bool]:
    """Return a point as one row of a table: metrics by their names, all else by what it is."""
    row: dict[str, float | bool] = {**point.metrics, "outcome_payment": point.outcome_payment}
    row |= {f"payment.{name}": amount for name, amount in point.payments.items()}
    row |= {f"net_cash.{party}": amount for party, amount in point.flows.items()}
    held = {"investor": point.investor}
    if len(point.tranches) > 1:
        held |= {f"investor.{name}": each for name, each in point.tranches.items()}
    row |= {f"{name}.{field}": getattr(each, field) for name, each in held.items() for field in RETURNS}
    row |= {f"guarantee.{name}": amount for name, amount in point.guarantees.items()}
    row |= {f"trigger.{name}": met for name, met in point.triggers.items()}
    return row | {"unpaid": point.unpaid}


def placed(deal: Scenario, name: str) -> tuple[str, str | None, int | None]:
    """Return the metric, cohort and payment date (months after closing) that ``NAME.COHORT@DATE`` stands for.

    Raises
    ------
    MetricError
        When the deal does not know one of them; the message says which it knows.
    """
    left, when = name, ""
    if "@" in name and name not in deal.metrics:
        left, _, when = name.rpartition("@")
    known = sorted(deal.metrics, key=len, reverse=True)
    metric = next((each for each in known if left == each or left.startswith(f"{each}.")), None)
    if metric is None:
        listed = ", ".join(f"{each} ({unit})" for each, unit in deal.metrics.items())
        raise MetricError(f"{left!r} is no metric of this deal; it has {listed}")
    cohort = left[len(metric) + 1 :] or None
    if cohort is not None and cohort not in deal.cohorts:
        raise MetricError(f"{cohort!r} is no cohort of this deal; it has {', '.join(deal.cohorts) or 'none'}")
    return metric, cohort, _month(deal, when) if "@" in name and name not in deal.metrics else None


def _stated(deal: Scenario, name: str, values: Sequence[Number], n_points: int) -> Stated:
    if not values or len(values) not in (1, n_points):
        raise MetricError(
            f"{name} has {len(values)} values where {max(n_points, 1)} are meant; give as many of each metric, or one"
        )
    numbers = tuple(round(each if isinstance(each, Fraction) else exact(each), FINEST) for each in values)
    metric, cohort, month = placed(deal, name)
    largest = max(numbers, key=abs)
    if abs(largest) > LARGEST:
        raise MetricError(f"{name} = {float(largest):g} is out of range; no deal is larger than {LARGEST:g}")
    return Stated(metric, numbers * (n_points if len(numbers) == 1 else 1), cohort, month)


def _month(deal: Scenario, when: str) -> int:
    """Return the payment date that is meant, as months after closing."""
    months = deal.timeline.payment_months
    by_text = {str(deal.timeline.day(month)): month for month in months} | {str(month): month for month in months}
    if when not in by_text:
        first, last = (deal.timeline.day(month) for month in (months[0], months[-1]))
        raise MetricError(
            f"{when!r} is no payment date; there are {len(months)}, from {first} to {last}"
            f" (or in months after closing: {', '.join(map(str, months[:3]))} …)"
        )
    return by_text[when]


def refuse_impossible(deal: Scenario, values: Mapping[str, Sequence[Number]]) -> None:
    """Raise ``MetricError`` where a number of people is broken or negative, a share none, or a chain broken."""
    for name, given in values.items():
        unit = deal.metrics[placed(deal, name)[0]]
        for number in (each if isinstance(each, Fraction) else exact(each) for each in given):
            if unit == "count" and (number < 0 or number.denominator != 1):
                raise MetricError(f"{name} = {float(number):g} is no count; give whole numbers from 0 up")
            if placed(deal, name)[0] == "validated_share" and not 0 <= number <= 1:
                raise MetricError(f"{name} = {float(number):g} is no share; shares are fractions, 70% is 0.70")
    _refuse_broken_chains(deal, values)


def _refuse_broken_chains(deal: Scenario, values: Mapping[str, Sequence[Number]]) -> None:
    """Raise ``MetricError`` where more people reach an outcome than reached the one that it requires."""
    groups = getattr(deal.programme, "groups", ())
    chained = [(group.name, outcome) for group in groups for outcome in group.outcomes if outcome.requires]
    for name, outcome in chained:
        is_everywhere = sum(other.name == outcome.name and other.requires == outcome.requires for _, other in chained)
        several = sum(other.name == outcome.name for group in groups for other in group.outcomes)
        for suffix in (f".{name}", *([""] if is_everywhere == several else [])):
            later, earlier = (values.get(f"{each}{suffix}", ()) for each in (outcome.name, outcome.requires))
            n_points = max(len(later), len(earlier)) if later and earlier else 0
            for a, b in zip(_as_many(later, n_points), _as_many(earlier, n_points), strict=True):
                if a > outcome.most * b:
                    raise MetricError(
                        f"{outcome.name}{suffix} = {float(a):g} cannot be: it requires {outcome.requires!r}, of which "
                        f"there are {float(b):g}"
                    )


def _as_many(given: Sequence[Number], n: int) -> list[Fraction]:
    """Return values, one of them standing for all, as exact numbers."""
    exactly = [each if isinstance(each, Fraction) else exact(each) for each in given]
    return exactly * n if len(exactly) == 1 else exactly[:n]
