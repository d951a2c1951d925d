"""What a programme does to whole cohorts: true effects, and what the evaluator measures of them.

In come cohorts, metrics and the draws of one block, out goes a ``Measured`` paper. Model section 1.8. Nothing
here knows what the contract pays for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from sib.arrays import Cents, Floats
from sib.chance import distributions
from sib.chance.draws import BLOCK, Stream, trial_uniforms
from sib.deal.group import EffectCohort, EffectMetric, EffectProgramme, Normal, Sure, months_of
from sib.deal.programme import Pert, Triangular, Uniform
from sib.deal.scenario import Scenario
from sib.money import exact, largest_remainder, round_half_away
from sib.programme.grid import Grid
from sib.programme.series import Series

DIGITS = 9
"""Decimals to which steps of measurement are taken before rounding."""

EFFECTS: dict[type, Callable[[Floats, Any], Floats]] = {
    Sure: lambda u, terms: np.full(u.shape, terms.value),
    Normal: lambda u, terms: terms.mean + terms.sd * ndtri(u),
    Triangular: lambda u, terms: distributions.triangular(u, low=terms.low, mode=terms.mode, high=terms.high),
    Pert: lambda u, terms: distributions.pert(u, low=terms.low, mode=terms.mode, high=terms.high),
    Uniform: lambda u, terms: distributions.uniform(u, low=terms.low, high=terms.high),
}
"""The quantile function of each kind of effect."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a group programme brings in one block.

    Parameters
    ----------
    found, true : dict of str to Series
        Metrics as measured, and as they are.
    enrolled : ndarray of shape (n_cohorts + 1, BLOCK)
        People by cohort.
    plans : ndarray of shape (n_months, BLOCK)
        People by start month.
    successes : ndarray of shape (BLOCK,)
        Outcomes that were reached, all kinds together.
    worth : dict of str to ndarray of shape (n_periods, BLOCK)
        True savings by law, in cents.
    people : list
        Who reached what when, where a contract asks for it person by person.
    """

    found: dict[str, Series]
    true: dict[str, Series]
    enrolled: Cents
    plans: Cents
    successes: Cents
    worth: dict[str, Cents]
    people: list[Any] = field(default_factory=list)


def measure(deal: Scenario, stream: Stream, *, calendar: Grid) -> Measured:
    """Return the effects of one block, measured and true."""
    programme = deal.programme
    assert isinstance(programme, EffectProgramme)
    effects = _true_effects(programme, stream)
    noise = {
        (metric.name, cohort.name): _errors(metric, cohort, stream)
        for metric in programme.metrics
        for cohort in programme.cohorts
    }
    found = {m.name: _series(programme, m, effects, noise, calendar=calendar) for m in programme.metrics}
    true = {m.name: _series(programme, m, effects, None, calendar=calendar) for m in programme.metrics}
    enrolled, plans = _people(programme)
    worth = _worth(deal, programme, effects, n_periods=calendar.n_periods)
    return Measured(found, true, enrolled, plans, np.zeros(BLOCK), worth)


Effects = dict[tuple[str, str], Floats]
"""By metric and cohort: a value a trial, or a value a measurement and trial."""


def _true_effects(programme: EffectProgramme, stream: Stream) -> Effects:
    """Normals with the stated correlations, turned into effects by their quantile functions."""
    cohorts, metrics = programme.across_cohorts or 0.0, programme.across_metrics or 0.0
    common = ndtri(trial_uniforms(stream, "effect"))
    effects = {}
    for metric in programme.metrics:
        of_metric = ndtri(trial_uniforms(stream, "effect of metric", segment=metric.name))
        for cohort in programme.cohorts:
            of_cohort = ndtri(trial_uniforms(stream, "effect of cohort", segment=cohort.name))
            own = ndtri(trial_uniforms(stream, f"effect {metric.name}", segment=cohort.name))
            shared = np.sqrt(cohorts) * common + np.sqrt(1 - cohorts) * of_cohort
            single = np.sqrt(cohorts) * of_metric + np.sqrt(1 - cohorts) * own
            z = np.sqrt(metrics) * shared + np.sqrt(1 - metrics) * single
            terms = effect_of(metric, cohort)
            effect = EFFECTS[type(terms)](ndtr(z), terms)
            nothing = np.full_like(effect, metric.counterfactual)
            effects[metric.name, cohort.name] = effect if programme.has_effect else nothing
    return effects


def effect_of(metric: EffectMetric, cohort: EffectCohort) -> Any:
    """Return the terms of the true effect on a cohort."""
    return (metric.by_cohort or {}).get(cohort.name, metric.effect)


def _errors(metric: EffectMetric, cohort: EffectCohort, stream: Stream) -> Floats:
    """The evaluator's error in each measurement, shape (n_measurements, BLOCK)."""
    if metric.evaluator_sd == 0:
        return np.zeros((len(months_of(metric, cohort)), BLOCK))
    drawn = [
        ndtri(trial_uniforms(stream, f"evaluator {metric.name} {number}", segment=cohort.name))
        for number in range(len(months_of(metric, cohort)))
    ]
    return metric.evaluator_sd * np.array(drawn)


def _series(
    programme: EffectProgramme, metric: EffectMetric, effects: Effects, errors: Effects | None, *, calendar: Grid
) -> Series:
    """Put the measurements of a metric on payment dates."""
    values = {}
    for cohort in programme.cohorts:
        effect = effects[metric.name, cohort.name]
        nothing = np.zeros((len(months_of(metric, cohort)), 1))
        error = errors[metric.name, cohort.name] if errors is not None else nothing
        values[cohort.name] = in_steps(metric, effect + error)
    return on_dates(programme, metric, values=values, calendar=calendar)


def in_steps(metric: EffectMetric, values: Floats) -> Cents:
    """Return values in steps of measurement, halves away from zero."""
    return round_half_away(np.round(values * metric.scale, DIGITS))


def on_dates(
    programme: EffectProgramme, metric: EffectMetric, *, values: dict[str, Cents], calendar: Grid
) -> Series:
    """Return the series of a metric.

    Parameters
    ----------
    values : dict of str to ndarray of shape (n_measurements, n_trials)
        By cohort, in steps.
    """
    dates = np.array(calendar.payment_periods)
    n_cohorts, n_trials = len(programme.cohorts) + 1, next(iter(values.values())).shape[1]
    gained = np.zeros((n_cohorts, len(dates), n_trials))
    weight, fresh = np.zeros((n_cohorts, len(dates), 1)), np.zeros((n_cohorts, len(dates)), dtype=np.bool_)
    for place, cohort in enumerate(programme.cohorts):
        for number, month in enumerate(months_of(metric, cohort)):
            date = int(np.searchsorted(dates, month))
            if date == len(dates):
                continue
            fresh[place, date] = True
            if metric.accumulates:
                gained[place, date] += values[cohort.name][number]
            else:
                gained[place, date:] = cohort.size * values[cohort.name][number]
                weight[place, date:] = cohort.size
    return Series(gained, scale=metric.scale) if metric.accumulates else Series(gained, weight, fresh, metric.scale)


def _people(programme: EffectProgramme) -> tuple[Cents, Cents]:
    sizes = np.array([*(cohort.size for cohort in programme.cohorts), 0.0])
    plans = np.zeros((max(cohort.start for cohort in programme.cohorts) + 1, 1))
    for cohort in programme.cohorts:
        plans[cohort.start] += cohort.size
    return np.repeat(sizes[:, np.newaxis], BLOCK, axis=1), np.repeat(plans, BLOCK, axis=1)


def _worth(deal: Scenario, programme: EffectProgramme, effects: Effects, *, n_periods: int) -> dict[str, Cents]:
    """True savings by law, dated when they are measured."""
    saved = {law: np.zeros((n_periods, BLOCK)) for law in deal.payers}
    for metric in programme.metrics:
        for cohort in programme.cohorts if metric.worth else ():
            gained = effects[metric.name, cohort.name] - metric.counterfactual
            cents = round_half_away(np.round(gained * metric.worth * 100, DIGITS))
            divide_over_laws(deal, saved, by_law=metric.by_law, cents=cents, months=months_of(metric, cohort))
    return saved


def divide_over_laws(
    deal: Scenario, saved: dict[str, Cents], *, by_law: dict[str, float] | None, cents: Cents, months: tuple[int, ...]
) -> None:
    """Add an amount to the laws it falls on, in each of some months.

    Parameters
    ----------
    cents : ndarray of shape (n_trials,)
    """
    for law, part in parts_by_law(deal, cents, by_law=by_law).items():
        for month in months:
            if month < len(saved[law]):
                saved[law][month] += part


def parts_by_law(deal: Scenario, cents: Cents, *, by_law: dict[str, float] | None) -> dict[str, Cents]:
    """Return amounts of any shape divided over the laws they fall on: the first own budget where none is named."""
    shares = by_law or {deal.own_laws()[0]: 1.0}
    parts = largest_remainder(cents, [exact(part) for part in shares.values()])
    return dict(zip(shares, np.moveaxis(parts, -1, 0), strict=True))
