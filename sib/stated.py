"""Metrics whose values somebody states, on the course that the deal expects.

In come a deal and stated values, out go metrics as the contract reads them, one point beside the other. What is not
stated is as expected. Docs/model.md, section 6.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm

import numpy as np

from sib.arrays import EXACT, Cents
from sib.contract.metrics import Metrics
from sib.deal.scenario import Scenario
from sib.expectation import OF_CASES, card_series, expected
from sib.money import round_half_away
from sib.programme.grid import Grid
from sib.programme.series import Series


class MetricError(ValueError):
    """A value that a deal's metric cannot have; the message says what it can."""


@dataclass(frozen=True, slots=True)
class Stated:
    """A value that somebody states of a metric.

    Parameters
    ----------
    metric : str
    values : tuple of Fraction
        One a point, in the unit of the metric.
    cohort : str, optional
    month : int, optional
        Payment date from which on it stands; the course that the deal expects where none is given.
    """

    metric: str
    values: tuple[Fraction, ...]
    cohort: str | None = None
    month: int | None = None


def stated_metrics(deal: Scenario, stated: tuple[Stated, ...], *, calendar: Grid, stop: int = -1) -> Metrics:
    """Return the expected metrics with stated values in their place.

    A number for a cumulative metric is its final value and arrives as the deal expects it to; of the metrics that
    count the same successes, the first that is stated moves the others along. What is not stated is as expected; of
    who comes, when intake stops at the end of period ``stop`` (-1: never).

    Raises
    ------
    MetricError
        When a metric cannot have such a value.
    """
    base = expected(deal, calendar, stop=stop)
    n_points = len(stated[0].values) if stated else 1
    whole = _repeated(base, n_points)
    series = dict(whole.series)
    for name in dict.fromkeys(each.metric for each in stated):
        mine = [each for each in stated if each.metric == name]
        series[name] = _placed(whole, mine, calendar=calendar)
    found = replace(whole, series=series)
    of_cases = [each for each in stated if each.metric in OF_CASES and deal.segments]
    if of_cases:
        found = replace(found, series=series | _moved_along(whole, found, of_cases))
    return replace(found, series=found.series | card_series(deal, found))


def _repeated(metrics: Metrics, n: int) -> Metrics:
    series = {
        name: Series(np.repeat(each.gained, n, axis=-1), each.weight, each.fresh, each.scale)
        for name, each in metrics.series.items()
    }
    savings, cases, enrolled = (
        np.repeat(array, n, axis=-1) for array in (metrics.savings, metrics.cases, metrics.enrolled)
    )
    return Metrics(savings, cases, enrolled, metrics.cohorts, series=series)


def _placed(metrics: Metrics, stated: list[Stated], *, calendar: Grid) -> Series:
    """Return the series of one metric with its stated values."""
    name = stated[0].metric
    if name == "validated_share":
        return _share(metrics, stated, calendar=calendar)
    found = metrics.series.get(name)
    if found is not None and found.weight is not None:
        return _level(found, stated, metrics=metrics, calendar=calendar)
    return _adding(metrics, stated, calendar=calendar)


def _level(before: Series, stated: list[Stated], *, metrics: Metrics, calendar: Grid) -> Series:
    """A value that stands: for the cohorts that are named, or all, from the dates on which it is expected."""
    assert before.weight is not None
    assert before.fresh is not None
    scale = _fine_scale(before.scale, stated, heaviest=float(before.weight.sum(axis=0).max()))
    gained, weight, fresh = before.gained * (scale // before.scale), before.weight.copy(), before.fresh.copy()
    for each in _in_order(stated):
        steps = np.array([float(value * scale) for value in each.values])
        for row in _rows(metrics, each.cohort)[: len(metrics.cohorts)]:
            since = 0
            if each.month is not None:
                since = calendar.payment_periods.index(each.month)
                weight[row, since:] = max(float(weight[row].max()), 1.0)
                fresh[row, since] = True
            gained[row, since:] = steps * weight[row, since:]
    return Series(gained, weight, fresh, scale)


def _share(metrics: Metrics, stated: list[Stated], *, calendar: Grid) -> Series:
    """A share of those enrolled, which grows as validated cases are expected to come in, or stands from a date on."""
    weight = _heads(metrics)
    scale = _fine_scale(10**6, stated, heaviest=float(weight.sum()))
    weight = np.repeat(weight, metrics.cases.shape[1], axis=1)
    gained = np.cumsum(metrics.cases, axis=1) * scale
    dated = set()
    for each in _in_order(stated):
        steps = np.array([float(value * scale) for value in each.values])
        for row in _rows(metrics, each.cohort):
            if each.month is None:
                total = steps * weight[row, 0]
                gained[row] = np.cumsum(_as_expected(metrics.cases[row : row + 1], total), axis=1)[0]
                continue
            since = calendar.payment_periods.index(each.month)
            if row not in dated:
                gained[row] = 0.0
                dated.add(row)
            gained[row, since:] = steps * weight[row, since:]
    return Series(gained, weight, np.ones(gained.shape[:2], dtype=np.bool_), scale)


def _heads(metrics: Metrics) -> Cents:
    """Expected numbers of people by cohort, shape (n_cohorts, 1, 1); a named cohort has somebody."""
    heads = np.maximum(metrics.enrolled[:, np.newaxis, :1], 0.0)
    heads[: len(metrics.cohorts)] = np.maximum(heads[: len(metrics.cohorts)], 1.0)
    return heads


def _in_order(stated: list[Stated]) -> list[Stated]:
    """What is said of all before what is said of a cohort, and by date."""
    return sorted(stated, key=lambda each: (each.cohort is not None, -1 if each.month is None else each.month))


def _rows(metrics: Metrics, cohort: str | None) -> list[int]:
    return list(range(len(metrics.cohorts) + 1)) if cohort is None else [metrics.cohorts.index(cohort)]


def _fine_scale(scale: int, stated: list[Stated], *, heaviest: float) -> int:
    """Return a scale, a multiple of the given one, in which every stated value is whole."""
    values = [value for each in stated for value in each.values]
    fine = lcm(scale, *(value.denominator for value in values))
    if max(map(abs, values)) * fine * max(int(heaviest), 1) >= EXACT:
        raise MetricError(f"{stated[0].metric} is given in more digits than can be counted exactly; round it")
    return fine


def _adding(metrics: Metrics, stated: list[Stated], *, calendar: Grid) -> Series:
    """A value that adds up, by cohort and date; it arrives as expected, or where it is placed."""
    name = stated[0].metric
    _refuse_mixtures(stated)
    scale = metrics.scale(name)
    arrives = metrics.series[name].gained if name in metrics.series else (
        metrics.savings if name == "validated_savings" else metrics.cases
    )
    gained, dated = arrives.copy(), set()
    for each in _in_order(stated):
        rows, steps = _rows(metrics, each.cohort), _whole_steps(each, scale)
        if each.month is None:
            gained[rows] = _as_expected(arrives[rows], steps)
            continue
        place = calendar.payment_periods.index(each.month)
        if each.cohort not in dated:
            gained[rows] = 0.0
            dated.add(each.cohort)
        risen = steps - gained[rows].sum(axis=(0, 1))
        gained[rows, place] = _as_expected(arrives[rows].sum(axis=1, keepdims=True), risen)[:, 0]
    return Series(gained, scale=scale)


def _refuse_mixtures(stated: list[Stated]) -> None:
    """Refuse a total beside its parts, and a final value beside values by date."""
    name = stated[0].metric
    if len({each.cohort is None for each in stated}) > 1:
        raise MetricError(f"{name} is given for all and for a cohort too; give one of them, or every cohort")
    for cohort in {each.cohort for each in stated}:
        if len({each.month is None for each in stated if each.cohort == cohort}) > 1:
            raise MetricError(f"{name} is given with a date and without one too; give the last value its date")


def _whole_steps(stated: Stated, scale: int) -> Cents:
    """Return values in whole steps; what lies between two steps is refused."""
    odd = next((value for value in stated.values if (value * scale).denominator != 1), None)
    if odd is not None:
        raise MetricError(f"{stated.metric} = {float(odd):g} is finer than its step, {1 / scale:g}; round it")
    if max(map(abs, stated.values)) * scale >= EXACT:
        raise MetricError(f"{stated.metric} = {float(max(map(abs, stated.values))):g} is larger than can be counted")
    return np.array([float(value * scale) for value in stated.values])


def _as_expected(arrives: Cents, steps: Cents) -> Cents:
    """Divide totals over cohorts and dates as they are expected to arrive, rounding what has come by each date."""
    n_points = len(steps)
    flat = np.maximum(arrives[..., 0].T.reshape(-1), 0.0)  # date by date
    if not flat.any():
        flat[-1] = 1.0
    shares = np.cumsum(flat)
    by_then = round_half_away(np.outer(shares, steps) / shares[-1])
    by_then[-1] = steps
    if np.array_equal(steps, np.full(n_points, flat.sum())):
        by_then = np.repeat(shares[:, np.newaxis], n_points, axis=1)
    gained = np.diff(by_then, axis=0, prepend=0.0).reshape(arrives.shape[1], arrives.shape[0], n_points)
    return np.swapaxes(gained, 0, 1)


def _moved_along(before: Metrics, now: Metrics, stated: list[Stated]) -> dict[str, Series]:
    """Scale the other metrics of the same successes with the one that is stated, in each cohort that is."""
    leading, names = stated[0].metric, {each.metric for each in stated}
    every = list(range(len(before.cohorts) + 1))
    apart = any(each.cohort is not None for each in stated if each.metric == leading)
    moved = {
        name: Series(arrives.copy(), scale=before.scale(name))
        for name, arrives in (("validated_savings", before.savings), ("validated_cases", before.cases))
        if name not in names
    }
    for rows in [[row] for row in every] if apart else [every]:
        was = _final(before, leading, rows)
        if (was > 0).all():
            factor = _final(now, leading, rows) / was
            for series in moved.values():
                total = series.gained[rows].sum(axis=(0, 1))
                series.gained[rows] = _as_expected(series.gained[rows], round_half_away(np.round(total * factor, 6)))
    if "validated_share" not in names:
        cases = (moved.get("validated_cases") or now.series["validated_cases"]).gained
        weight = np.repeat(_heads(before), cases.shape[1], axis=1)
        fresh = np.ones(cases.shape[:2], dtype=np.bool_)
        moved["validated_share"] = Series(np.cumsum(cases, axis=1), weight, fresh)
    return moved


def _final(metrics: Metrics, name: str, rows: list[int]) -> Cents:
    """Return the last value of a metric of successes in some cohorts together, in its unit."""
    series = metrics.series.get(name)
    if name != "validated_share":
        raw = metrics.savings if name == "validated_savings" else metrics.cases
        return np.asarray((raw if series is None else series.gained)[rows].sum(axis=(0, 1)) / metrics.scale(name))
    if series is None or series.weight is None:
        return np.asarray(metrics.cases[rows].sum(axis=(0, 1)) / _heads(metrics)[rows].sum())
    return np.asarray(series.gained[rows, -1].sum(axis=0) / series.weight[rows, -1].sum() / series.scale)
