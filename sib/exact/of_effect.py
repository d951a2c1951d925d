"""A deal on an effect, exactly: what is measured of one cohort, and what hangs on one measurement of it.

In comes a deal, out goes ``Found``. Where the evaluator makes no error the true effect decides everything; where one
is made and there is one measurement, its value decides the contract, and the true effect what is saved.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.special import ndtr

from sib.arrays import Cents, Floats
from sib.contract.metrics import Metrics
from sib.deal.group import EffectMetric, EffectProgramme, Normal, Sure, months_of
from sib.deal.scenario import Scenario
from sib.exact.amounts import few
from sib.exact.figures import tell_of
from sib.exact.found import Found, nothing_yet
from sib.exact.law import Law, known
from sib.exact.payoff import Entries, at_points, chapter_at
from sib.exact.reasons import refuse_where
from sib.exact.sharing import distributed
from sib.exact.terminal import of_contract, one_metric
from sib.expectation import expected
from sib.programme.effects import DIGITS, divide_over_laws, effect_of, in_steps, on_dates
from sib.programme.grid import Grid, grid
from sib.results import LEVELS, Measure
from sib.tally import tally

FINE = 2.0**22
"""Points of a true effect, at least so many over all of it, and 16 in one step of measurement."""
FAR, NODES = 8.2, 400
"""Standard deviations of a normal that are looked at; equally likely effects to which an error is added."""


def of_effect(deal: Scenario) -> Found:
    """Return what can be worked out of a deal on an effect."""
    found, calendar = nothing_yet(deal), grid(deal)
    programme = deal.programme
    assert isinstance(programme, EffectProgramme)
    for metric in programme.metrics:
        with found.trying(f"metric {metric.name}"):
            _tell_metric(found, programme, metric)
    with found.trying("contract"):
        metric = _driver(deal, programme)
        months = months_of(metric, programme.cohorts[0])
        if metric.evaluator_sd == 0:
            _without_error(found, metric, calendar)
        else:
            refuse_where(len(months) > 1, "measurements", n=len(months), metric=metric.name)
            _with_error(found, metric, calendar)
    return found


def _driver(deal: Scenario, programme: EffectProgramme) -> EffectMetric:
    """Return the one metric of the one cohort that decides everything."""
    refuse_where(len(programme.cohorts) > 1, "several_cohorts", n=len(programme.cohorts))
    name = one_metric(deal)
    valued = [metric.name for metric in programme.metrics if metric.worth and metric.name != name]
    refuse_where(bool(valued), "metrics", metrics=", ".join([name, *valued]))
    return next(metric for metric in programme.metrics if metric.name == name)


def effect_law(programme: EffectProgramme, metric: EffectMetric, *, unit: float, error: bool) -> Law:
    """Return the law of a metric's effect on the first cohort, in whole units.

    Parameters
    ----------
    unit : float
        Units in one unit of the metric.
    error : bool
        Whether the evaluator's error is in it.
    """
    terms: Any = effect_of(metric, programme.cohorts[0])
    sure = terms.value if isinstance(terms, Sure) else None
    sd = metric.evaluator_sd if error else 0.0
    sure = sure if programme.has_effect else metric.counterfactual
    low, high, level = _level(terms, sd) if sure is None else (sure - FAR * sd, sure + FAR * sd, _normal(sure, sd))
    if low == high:
        return known(float(np.rint(low * unit)))
    ends = float(np.floor(low * unit)), float(np.ceil(high * unit))
    return Law(np.zeros(0), np.zeros(0), lambda x: level(x / unit), *ends)


def _level(terms: Any, sd: float) -> tuple[float, float, Callable[[Floats], Floats]]:
    """Return the ends of an effect with a normal error, and the chance of a value at or below."""
    if isinstance(terms, Normal):
        spread = float(np.hypot(terms.sd, sd))
        return terms.mean - FAR * spread, terms.mean + FAR * spread, _normal(terms.mean, spread)
    if terms.low == terms.high:
        return terms.low - FAR * sd, terms.high + FAR * sd, _normal(terms.low, sd)
    if sd == 0:
        return terms.low, terms.high, distributed(terms)
    effects = few(terms, NODES)
    return (
        terms.low - FAR * sd, terms.high + FAR * sd,
        lambda x: np.array([float(ndtr((each - effects) / sd).mean()) for each in x]),
    )


def _normal(mean: float, sd: float) -> Callable[[Floats], Floats]:
    return lambda x: np.asarray(ndtr((x - mean) / sd))


def _tell_metric(found: Found, programme: EffectProgramme, metric: EffectMetric) -> None:
    """Add the last value of a metric, all measurements together where they add up."""
    refuse_where(len(programme.cohorts) > 1, "several_cohorts", n=len(programme.cohorts))
    dates = found.deal.timeline.payment_months
    times = sum(month <= dates[-1] for month in months_of(metric, programme.cohorts[0]))
    refuse_where(times == 0, "late")
    noisy = metric.accumulates and metric.evaluator_sd > 0 and times > 1
    refuse_where(noisy, "measurements", n=times, metric=metric.name)
    law = effect_law(programme, metric, unit=float(metric.scale), error=True)
    points = law.points(LEVELS)
    unit: Any = "money" if metric.unit == "eur" else "count"
    times = times if metric.accumulates else 1
    measure = Measure("programme", metric.name, f"metric.{metric.name}", unit, can_be_undefined=True)
    scale = (100 if unit == "money" else 1) * times / metric.scale
    found.figures.spread(measure, points * scale, masses=law.at(points))


def _written(deal: Scenario, metric: EffectMetric, values: Floats, calendar: Grid) -> Metrics:
    """Write values of one metric, in its unit, into what the contract reads; the others are as expected."""
    programme = deal.programme
    assert isinstance(programme, EffectProgramme)
    base, n_points = expected(deal, calendar), len(values)
    cohort = programme.cohorts[0]
    steps = np.repeat(in_steps(metric, values[np.newaxis]), len(months_of(metric, cohort)), axis=0)
    series = {
        name: replace(each, gained=np.repeat(each.gained, n_points, axis=-1)) for name, each in base.series.items()
    }
    series[metric.name] = on_dates(programme, metric, values={cohort.name: steps}, calendar=calendar)
    arrays = (np.repeat(array, n_points, axis=-1) for array in (base.savings, base.cases, base.enrolled))
    savings, cases, enrolled = arrays
    return Metrics(savings, cases, enrolled, base.cohorts, series=series)


def _worth(deal: Scenario, metric: EffectMetric, effects: Floats, calendar: Grid) -> dict[str, Cents]:
    """Return what true effects save, by law, in each month in which they are measured."""
    programme = deal.programme
    assert isinstance(programme, EffectProgramme)
    saved = {law: np.zeros((calendar.n_periods, len(effects))) for law in deal.payers}
    if metric.worth:
        cents = np.rint(np.round((effects - metric.counterfactual) * metric.worth * 100, DIGITS))
        months = months_of(metric, programme.cohorts[0])
        divide_over_laws(deal, saved, by_law=metric.by_law, cents=cents, months=months)
    return saved


def _fine_unit(programme: EffectProgramme, metric: EffectMetric) -> float:
    """Return how many points there are in one unit of a metric."""
    law = effect_law(programme, metric, unit=float(metric.scale), error=False)
    return float(metric.scale * 2 ** np.ceil(np.log2(max(FINE / max(law.high - law.low, 1.0), 16.0))))


def _without_error(found: Found, metric: EffectMetric, calendar: Grid) -> None:
    """Everything is a function of the true effect."""
    deal, programme = found.deal, found.deal.programme
    assert isinstance(programme, EffectProgramme)
    unit = _fine_unit(programme, metric)
    law = effect_law(programme, metric, unit=unit, error=False)

    def also(points: Floats) -> Entries:
        values = points / unit
        worth = _worth(deal, metric, values, calendar)
        whole = tally(chapter_at(deal, _written(deal, metric, values, calendar), calendar=calendar, worth=worth))
        return {name: each for name, each in whole.items() if not name.startswith(("metric.", "programme.enrolled"))}

    told = at_points(law, also)
    tell_of(found.figures, told.entries, masses=told.masses)
    enrolled = np.array([float(sum(cohort.size for cohort in programme.cohorts))])
    found.figures.spread(Measure("programme", "enrolled", "programme.enrolled", "count"), enrolled, masses=np.ones(1))
    _tell_trigger(found, told.entries, told.masses)


def _tell_trigger(found: Found, entries: Entries, masses: Floats) -> None:
    trigger = found.deal.contract.main_trigger
    if trigger is None:
        return
    paid, earned = (entries[f"trigger.{trigger.name}.{name}"] for name in ("paid", "earned"))
    hits = {"earned": earned, "paid": paid, "false_trigger": paid & ~earned, "missed_trigger": earned & ~paid}
    for name, hit in hits.items():
        found.figures.chance(("accountant", name), hit, masses=masses)


def _with_error(found: Found, metric: EffectMetric, calendar: Grid) -> None:
    """The contract is a function of what is measured; what is saved, of the true effect."""
    deal, programme = found.deal, found.deal.programme
    assert isinstance(programme, EffectProgramme)
    scale = float(metric.scale)
    measured = effect_law(programme, metric, unit=scale, error=True)
    of_contract(
        found, measured, write=lambda points: _written(deal, metric, points / scale, calendar), calendar=calendar,
        also=lambda points: {},
    )
    unit = _fine_unit(programme, metric)
    true = effect_law(programme, metric, unit=unit, error=False)

    def saved(points: Floats) -> Entries:
        values = points / unit
        worth = _worth(deal, metric, values, calendar)
        whole = tally(chapter_at(deal, _written(deal, metric, values, calendar), calendar=calendar, worth=worth))
        return {name: each for name, each in whole.items() if name.endswith(("true_savings", "cashable_savings"))}

    with found.trying("net_cash"):
        refuse_where(metric.worth > 0, "error_between")
    told = at_points(true, saved)
    tell_of(found.figures, told.entries, masses=told.masses)
