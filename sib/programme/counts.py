"""Who of a group reaches which outcomes, and when.

In come groups, outcomes and the draws of one block, out goes a ``Measured`` paper with numbers of outcomes by
payment date and, for contracts that cap what one person can earn, who reached what. Model section 1.8.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from sib.arrays import Bools, Cents, Floats, Ints
from sib.chance import dependence, distributions
from sib.chance.draws import BLOCK, Stream, case_uniforms, trial_uniforms
from sib.deal.group import CountsProgramme, Group, Outcome
from sib.deal.programme import BetaBinomial, FixedFactor, GaussianFactor
from sib.deal.scenario import Scenario
from sib.money import exact, round_half_away, share
from sib.programme.effects import DIGITS, Measured, divide_over_laws
from sib.programme.grid import Grid
from sib.programme.intake import enrolment_factor, starts_by_trial, until
from sib.programme.outcomes import known_as, mean_of
from sib.programme.series import Series


@dataclass(frozen=True, slots=True)
class Reached:
    """When the people of a group reach one outcome, one of its times.

    Parameters
    ----------
    group : int
    outcome : str
    date : ndarray of shape (n_people, n_trials)
        Number of the payment date on which it counts; the number of dates where it never does.
    """

    group: int
    outcome: str
    date: Ints


def count(deal: Scenario, stream: Stream, *, calendar: Grid, stop: Ints | None = None) -> Measured:
    """Return the outcomes of one block; shapes of ``stop`` as in ``intake.until``."""
    programme = deal.programme
    assert isinstance(programme, CountsProgramme)
    came = _came(deal, stream)
    starts = [
        starts_by_trial(group.intake, n, n_cases=most_people(deal, group))
        for group, n in zip(programme.groups, came, strict=True)
    ]
    if stop is not None:
        starts = [until(months, stop) for months in starts]
    worth = {law: np.zeros((calendar.n_periods, BLOCK)) for law in deal.payers}
    people, successes = [], np.zeros(BLOCK)
    shared = _shared_uniforms(programme, stream)
    for place, group in enumerate(programme.groups):
        begins: dict[str | None, Ints] = {None: starts[place]}
        for outcome in group.outcomes:
            chance = _reached(programme, outcome, _chance(programme, group, outcome, u=shared[place], stream=stream))
            begin, first = begins[outcome.requires], np.zeros((len(starts[place]), BLOCK), dtype=np.int64)
            for time in range(outcome.most):
                hit = (_fates(group, outcome, time, stream=stream, n=len(begin)) < chance) & (begin > 0)
                month = np.broadcast_to(_months(outcome, begin, time), hit.shape)
                people.append(Reached(place, outcome.name, _dates(month, hit, calendar)))
                successes = successes + hit.sum(axis=0)
                if programme.has_effect:
                    _add_worth(deal, outcome, worth, month=month, hit=hit)
                first = np.where(hit & (first == 0), month + 1, first)
            begins[outcome.name] = first
    series = tally_up(programme, people, n_dates=len(calendar.payment_periods))
    series["enrolled"] = enrolled_by_date(starts, calendar)
    present = [np.broadcast_to((months > 0).sum(axis=0), BLOCK) for months in starts]
    enrolled = np.array([*present, np.zeros(BLOCK)], dtype=np.float64)
    return Measured(series, series, enrolled, _plans(starts), successes, worth, people)


def _reached(programme: CountsProgramme, outcome: Outcome, chance: Floats) -> Floats:
    """The chance of an outcome; without any effect, of what would have come anyway."""
    return chance if programme.has_effect else chance * outcome.deadweight


def most_people(deal: Scenario, group: Group) -> int:
    """Return the most people of a group that can come in any trial."""
    assert isinstance(deal.programme, CountsProgramme)
    terms = deal.programme.enrolment
    most = terms.value if isinstance(terms, FixedFactor) else terms.high
    return int(round_half_away(np.array([np.round(group.people * most, DIGITS)]))[0])


def _came(deal: Scenario, stream: Stream) -> list[Ints]:
    factor = enrolment_factor(deal, trial_uniforms(stream, "enrolment"))
    assert isinstance(deal.programme, CountsProgramme)
    return [
        round_half_away(np.round(group.people * factor, DIGITS)).astype(np.int64) for group in deal.programme.groups
    ]


def _shared_uniforms(programme: CountsProgramme, stream: Stream) -> list[Floats]:
    """The uniform behind each group's shared chance: one for all under a Gaussian factor, else tied as stated."""
    terms = programme.dependence
    own = [trial_uniforms(stream, "chance", segment=group.name) for group in programme.groups]
    if isinstance(terms, GaussianFactor):
        common = trial_uniforms(stream, "chance")
        return [common] * len(own)
    across = getattr(terms, "across_segments", None)
    if not across:
        return own
    common = trial_uniforms(stream, "common chance")
    return [dependence.share_factor(common, u, loading=across) for u in own]


def _chance(programme: CountsProgramme, group: Group, outcome: Outcome, *, u: Floats, stream: Stream) -> Floats:
    """The chance of an outcome that all people of a group share in each trial."""
    shape = known_as(outcome.chance)
    p = np.full(BLOCK, mean_of(outcome.chance))
    if shape is not None:
        own = trial_uniforms(stream, f"parameter {outcome.name}", segment=group.name)
        p = distributions.beta(own, a=shape[0], b=shape[1])
    terms = programme.dependence
    if isinstance(terms, BetaBinomial):
        return dependence.beta_binomial(u, p, icc=terms.icc)
    if isinstance(terms, GaussianFactor) and terms.weight is not None:
        return dependence.gaussian_factor(ndtri(u), p, weight=terms.weight)
    return p


def _fates(group: Group, outcome: Outcome, time: int, *, stream: Stream, n: int) -> Floats:
    """The uniforms behind one outcome of each person, tied to those that require the same; (n, BLOCK).

    What an outcome requires says nothing of them, so that its chance is that of the people who got so far.
    """
    tie, own = group.within_person or 0.0, f"outcome {outcome.name} {time}"
    whose = "person" if outcome.requires is None else f"person after {outcome.requires}"
    if tie in (0.0, 1.0):
        return case_uniforms(stream, whose if tie else own, segment=group.name, n_cases=n)
    person = ndtri(case_uniforms(stream, whose, segment=group.name, n_cases=n))
    z = np.sqrt(tie) * person + np.sqrt(1 - tie) * ndtri(case_uniforms(stream, own, segment=group.name, n_cases=n))
    return np.asarray(ndtr(z))


def _months(outcome: Outcome, begins: Ints, time: int) -> Ints:
    every = outcome.repeats.every if outcome.repeats else 0
    return np.asarray(begins - 1 + outcome.after + time * every)


def _dates(month: Ints, hit: Bools, calendar: Grid) -> Ints:
    dates = np.array(calendar.payment_periods)
    return np.where(hit, np.searchsorted(dates, month), len(dates))


def _add_worth(deal: Scenario, outcome: Outcome, worth: dict[str, Cents], *, month: Ints, hit: Bools) -> None:
    if not outcome.worth:
        return
    for each in np.unique(month[hit]):
        number = (hit & (month == each)).sum(axis=0)
        cents = share(round_half_away(number * outcome.worth * 100), 1 - exact(outcome.deadweight))
        divide_over_laws(deal, worth, by_law=outcome.by_law, cents=cents, months=(int(each),))


def tally_up(programme: CountsProgramme, people: list[Reached], *, n_dates: int) -> dict[str, Series]:
    """Return the numbers of each outcome by group and payment date."""
    n_trials = people[0].date.shape[1]
    gained = {name: np.zeros((len(programme.groups) + 1, n_dates, n_trials)) for name in programme.outcomes}
    for reached in people:
        for date in range(n_dates):
            gained[reached.outcome][reached.group, date] += (reached.date == date).sum(axis=0)
    return {name: Series(found) for name, found in gained.items()}


def enrolled_by_date(starts: list[Ints], calendar: Grid) -> Series:
    """Return the people that have come by each payment date, by group; shapes as in ``tally_up``."""
    dates = np.array(calendar.payment_periods)
    gained = np.zeros((len(starts) + 1, len(dates), BLOCK))
    for place, months in enumerate(starts):
        date = np.where(months > 0, np.searchsorted(dates, months), len(dates))
        for number in range(len(dates)):
            gained[place, number] = (date == number).sum(axis=0)
    return Series(gained)


def _plans(starts: list[Ints]) -> Cents:
    plans = np.zeros((int(max(months.max(initial=0) for months in starts)) + 1, BLOCK))
    for months in starts:
        for month in range(1, len(plans)):
            plans[month] += (months == month).sum(axis=0)
    return plans
