"""What any programme is expected to bring.

In comes a deal, out go metrics and the cost of the work without variance, the same for every kind of programme.
No draws are made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import product

import numpy as np

from sib.arrays import Cents, Ints
from sib.averages import midpoints
from sib.chance.draws import BLOCK
from sib.contract.metrics import Metrics
from sib.contract.ratecards import cards, spread_evenly
from sib.deal.group import CountsProgramme, EffectProgramme, Group, Outcome, months_of
from sib.deal.programme import Programme
from sib.deal.scenario import Scenario
from sib.money import round_half_away
from sib.profile import expected_files, expected_metrics, expected_spending, planned_plans
from sib.programme.budget import Spending, spend_on
from sib.programme.counts import by_date, came_by_month
from sib.programme.effects import DIGITS, EFFECTS, effect_of, in_steps, on_dates
from sib.programme.grid import Grid
from sib.programme.intake import enrolment_factor, starts_by_trial, until
from sib.programme.outcomes import mean_chance, mean_of
from sib.programme.series import Series

OF_CASES = ("validated_savings", "validated_cases", "validated_share")
"""Metrics that come from the same successes: what is stated of one moves the others along."""


def expected(deal: Scenario, calendar: Grid, *, stop: int = -1) -> Metrics:
    """Return the metrics that are expected, at one point: whole steps, arrays whose last axis has length 1.

    Parameters
    ----------
    stop : int
        Period from whose end on nobody is taken in; -1 for never.
    """
    return EXPECTED[type(deal.programme)](deal, calendar, stop)


def _of_cases(deal: Scenario, calendar: Grid, stop: int) -> Metrics:
    chances = np.array([[mean_chance(segment)] for segment in deal.segments])
    found = expected_metrics(deal, chances, calendar=calendar, stop=stop)
    cases = np.diff(np.rint(np.cumsum(found.cases, axis=1)), axis=1, prepend=0.0)
    gained = np.zeros_like(found.cases)
    for segment in deal.segments:
        for month, plans in enumerate(planned_plans(deal, segment, stop=stop)):
            date = int(np.searchsorted(calendar.payment_periods, month))
            if date < gained.shape[1]:
                gained[deal.cohort_of(segment, month), date] += plans
    whole = np.diff(np.rint(np.cumsum(gained, axis=1)), axis=1, prepend=0.0)
    enrolled = np.rint(found.enrolled)
    return Metrics(found.savings, cases, enrolled, found.cohorts, series={"enrolled": Series(whole)})


def _of_effect(deal: Scenario, calendar: Grid, stop: int) -> Metrics:
    programme = deal.programme
    assert isinstance(programme, EffectProgramme)
    series = {}
    for metric in programme.metrics:
        values = {}
        for cohort in programme.cohorts:
            terms = effect_of(metric, cohort)
            mean = EFFECTS[type(terms)](midpoints(2000), terms).mean() if terms.kind != "fixed" else terms.value
            mean = mean if programme.has_effect else metric.counterfactual
            n_times = len(months_of(metric, cohort))
            values[cohort.name] = np.repeat(in_steps(metric, np.array([[mean]])), n_times, axis=0)
        series[metric.name] = on_dates(programme, metric, values=values, calendar=calendar)
    sizes = np.array([[*(cohort.size for cohort in programme.cohorts), 0.0]]).T
    return _group_metrics(deal, series, sizes, calendar)


def _of_counts(deal: Scenario, calendar: Grid, stop: int) -> Metrics:
    programme = deal.programme
    assert isinstance(programme, CountsProgramme)
    dates = np.array(calendar.payment_periods)
    gained = {name: np.zeros((len(programme.groups) + 1, len(dates), 1)) for name in programme.outcomes}
    starts = _starts(deal, stop)
    for place, group in enumerate(programme.groups):
        by_month = np.bincount(starts[place][:, 0])
        for outcome, begins in _begins(programme, group):
            for (start, people), (delay, reached) in product(enumerate(by_month), begins.items()):
                for time in range(outcome.most):
                    date = int(np.searchsorted(dates, outcome.month(start + delay, time=time)))
                    if start and date < len(dates):
                        gained[outcome.name][place, date] += people * (reached * _chance_of(programme, outcome))
    series = {
        name: Series(np.diff(np.rint(np.cumsum(found, axis=1)), axis=1, prepend=0.0)) for name, found in gained.items()
    }
    came = came_by_month(starts, shape=(calendar.n_periods, 1))
    series["enrolled"] = by_date(came, calendar)
    return _group_metrics(deal, series, came.sum(axis=1), calendar)


def _chance_of(programme: CountsProgramme, outcome: Outcome) -> float:
    """The mean chance of an outcome; without any effect, of what would have come anyway."""
    return mean_of(outcome.chance) * (1.0 if programme.has_effect else outcome.deadweight)


def _begins(programme: CountsProgramme, group: Group) -> Iterator[tuple[Outcome, Mapping[int, float]]]:
    """Yield each outcome with the months after a person's start at which trying for it begins, and their chances."""
    begins: dict[str | None, dict[int, float]] = {None: {0: 1.0}}
    for outcome in group.outcomes:
        yield outcome, begins[outcome.requires]
        chance = _chance_of(programme, outcome)
        first = begins[outcome.name] = defaultdict(float)
        for (delay, reached), time in product(begins[outcome.requires].items(), range(outcome.most)):
            first[outcome.month(delay, time=time) + 1] += reached * chance * (1 - chance) ** time


def _starts(deal: Scenario, stop: int) -> list[Ints]:
    """Start months of the people of each group, enrolment at its mean; 0 for who does not come any more."""
    assert isinstance(deal.programme, CountsProgramme)
    factor, found = enrolment_factor(deal, midpoints(512)).mean(), []
    for group in deal.programme.groups:
        came = int(round_half_away(np.array([np.round(group.people * factor, DIGITS)]))[0])
        months = starts_by_trial(group.intake, np.array([came]), n_cases=came)
        found.append(until(months, np.array([stop])))
    return found


def _group_metrics(deal: Scenario, series: dict[str, Series], sizes: Cents, calendar: Grid) -> Metrics:
    nothing = np.zeros((len(deal.cohorts) + 1, len(calendar.payment_periods), 1))
    found = Metrics(nothing, nothing, sizes, deal.cohorts, series=series)
    return replace(found, series=series | card_series(deal, found))


EXPECTED: dict[type, Callable[[Scenario, Grid, int], Metrics]] = {
    Programme: _of_cases,
    EffectProgramme: _of_effect,
    CountsProgramme: _of_counts,
}
"""What each kind of programme is expected to bring."""


def spending(deal: Scenario, calendar: Grid, *, n_points: int, stop: int = -1) -> Spending:
    """Return the cost of the work as expected, the same at each point; ``stop`` as in ``expected``."""
    if deal.segments:
        found = expected_spending(deal, calendar, stop=stop)
    else:
        found = spend_on(deal, _planned(deal, stop), n_periods=calendar.n_periods)
    by_line = {name: np.repeat(spent[:, :1], n_points, axis=1) for name, spent in found.by_line.items()}
    return Spending(by_line, np.repeat(np.broadcast_to(found.unspent, BLOCK)[:1], n_points), found.unspent_period)


def expected_work(deal: Scenario, calendar: Grid, *, n_points: int, stop: int = -1) -> dict[str, Cents]:
    """Return the files that the accountant is expected to open, the same at each point; ``stop`` as above.

    Returns
    -------
    dict of str to ndarray of shape (n_periods, n_points)
        As ``Verified.work``: ``opened``, of what costs a fee by the case; nothing of disputes.
    """
    if not (deal.accountant.fee.per_case and deal.accountant.is_reviewed):
        return {}
    opened = expected_files(deal, calendar, stop=stop)
    return {"opened": np.repeat(opened[:, np.newaxis], n_points, axis=1)}


def _planned(deal: Scenario, stop: int) -> Cents:
    """People of a group programme by start month."""
    if isinstance(deal.programme, EffectProgramme):
        starts = [np.full((cohort.size, 1), cohort.start) for cohort in deal.programme.cohorts]
    else:
        starts = _starts(deal, stop)
    by_month = np.bincount(np.concatenate(starts)[:, 0]).astype(np.float64)
    by_month[0] = 0
    return np.repeat(by_month[:, np.newaxis], BLOCK, axis=1)


def card_series(deal: Scenario, metrics: Metrics) -> dict[str, Series]:
    """Return what rate cards that cap a person's earnings make, with the outcomes spread over the people."""
    if not isinstance(deal.programme, CountsProgramme):
        return {}
    people = []
    for place, group in enumerate(deal.programme.groups):
        n_people = int(metrics.enrolled[place].max())
        for outcome in group.outcomes:
            numbers = np.cumsum(metrics.series[outcome.name].gained[place], axis=0)
            people += spread_evenly(
                numbers, group=place, outcome=outcome.name, n_people=max(n_people, 1), most=outcome.most
            )
    return cards(deal, people, n_dates=metrics.savings.shape[1])
