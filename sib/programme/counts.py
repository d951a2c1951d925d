"""Who of a group reaches which outcomes, and when.

In come groups, outcomes and the draws of one block, out goes a ``Measured`` paper with numbers of outcomes by
payment date and, for contracts that cap what one person can earn, who reached what. Model section 1.8.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from sib.arrays import Bools, Cents, Floats, Ints, add_up
from sib.chance import dependence, distributions
from sib.chance.draws import BLOCK, Stream, case_uniforms, trial_uniforms
from sib.deal.group import CountsProgramme, Group, Outcome
from sib.deal.programme import BetaBinomial, FixedFactor, GaussianFactor
from sib.deal.scenario import Scenario
from sib.money import exact, round_half_away, share
from sib.programme.effects import DIGITS, Measured, parts_by_law
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
    starts = _starts(deal, stream, stop)
    came = came_by_month(starts, shape=(calendar.n_periods, BLOCK))
    reached = {name: np.zeros(came.shape) for name in programme.outcomes}
    worth = {law: np.zeros(came.shape[1:]) for law in deal.payers}
    people: list[Reached] = []
    for place, (group, u) in enumerate(zip(programme.groups, _shared_uniforms(programme, stream), strict=True)):
        chances = [_chance(programme, group, outcome, u=u, stream=stream) for outcome in group.outcomes]
        for outcome, begin, hits in _fates(group, chances, starts[place], stream=stream):
            numbers = _by_month(begin, hits)
            _add_in_months(outcome, numbers, into=reached[outcome.name][place])
            if programme.has_effect and outcome.worth:
                _add_worth(deal, outcome, numbers, into=worth)
            if deal.contract.cards_by_person:
                people += [Reached(place, outcome.name, date) for date in _dates(outcome, begin, hits, calendar)]
    series = {name: by_date(found, calendar) for name, found in (reached | {"enrolled": came}).items()}
    plans = came.sum(axis=0)[: max(int(months.max(initial=0)) for months in starts) + 1]
    successes = add_up(found.sum(axis=(0, 1)) for found in reached.values())
    return Measured(series, series, came.sum(axis=1), plans, successes, worth, people)


def most_people(deal: Scenario, group: Group) -> int:
    """Return the most people of a group that can come in any trial."""
    assert isinstance(deal.programme, CountsProgramme)
    terms = deal.programme.enrolment
    most = terms.value if isinstance(terms, FixedFactor) else terms.high
    return int(round_half_away(np.array([np.round(group.people * most, DIGITS)]))[0])


def _starts(deal: Scenario, stream: Stream, stop: Ints | None) -> list[Ints]:
    """Start months of the people of each group, shapes as in ``intake.starts_by_trial``."""
    assert isinstance(deal.programme, CountsProgramme)
    factor, found = enrolment_factor(deal, trial_uniforms(stream, "enrolment")), []
    for group in deal.programme.groups:
        came = round_half_away(np.round(group.people * factor, DIGITS)).astype(np.int64)
        months = starts_by_trial(group.intake, came, n_cases=most_people(deal, group))
        found.append(months if stop is None else until(months, stop))
    return found


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
    """The chance of an outcome that all people of a group share in each trial.

    Without any effect it is that of what would have come anyway.
    """
    shape = known_as(outcome.chance)
    p = np.full(BLOCK, mean_of(outcome.chance))
    if shape is not None:
        own = trial_uniforms(stream, f"parameter {outcome.name}", segment=group.name)
        p = distributions.beta(own, a=shape[0], b=shape[1])
    terms = programme.dependence
    if isinstance(terms, BetaBinomial):
        p = dependence.beta_binomial(u, p, icc=terms.icc)
    elif isinstance(terms, GaussianFactor) and terms.weight is not None:
        p = dependence.gaussian_factor(ndtri(u), p, weight=terms.weight)
    return p if programme.has_effect else p * outcome.deadweight


def _fates(
    group: Group, chances: list[Floats], starts: Ints, *, stream: Stream
) -> Iterator[tuple[Outcome, Ints, list[Bools]]]:
    """Yield each outcome, the month in which each person's way to it begins (0 for never) and who reaches it each time.

    What an outcome requires says nothing of those who reached that: the chance is that of the people who got so far.
    """
    n, tie, required = len(starts), group.within_person or 0.0, {outcome.requires for outcome in group.outcomes}
    persons = {name: _persons(group, name, stream=stream, n=n) for name in required if tie}
    begins: dict[str | None, Ints] = {None: starts}
    for outcome, shared in zip(group.outcomes, chances, strict=True):
        begin = begins[outcome.requires]
        chance = _given(persons[outcome.requires], shared, tie=tie) if tie else shared
        draws = (
            case_uniforms(stream, f"outcome {outcome.name} {time}", segment=group.name, n_cases=n)
            for time in range(outcome.most)
        )
        hits = [(u < chance) & (begin > 0) for u in draws]
        if outcome.name in required:
            begins[outcome.name] = _after(outcome, begin, hits)
        yield outcome, begin, hits


def _persons(group: Group, requires: str | None, *, stream: Stream, n: int) -> Floats:
    """What one person's outcomes that require the same have in common: normals, a high one good; (n, BLOCK)."""
    whose = "person" if requires is None else f"person after {requires}"
    drawn = case_uniforms(stream, whose, segment=group.name, n_cases=n)
    return np.negative(ndtri(drawn, out=drawn), out=drawn)


def _given(person: Floats, chance: Floats, *, tie: float) -> Floats:
    """The chance of an outcome for each person; at a tie of 1 it is 0 or 1."""
    if tie == 1.0:
        return (-person < ndtri(chance)).astype(np.float64)
    return dependence.gaussian_factor(person, chance, weight=tie)


def _after(outcome: Outcome, begin: Ints, hits: list[Bools]) -> Ints:
    """The month after the first time of an outcome, 0 for who never reaches it; (n, BLOCK)."""
    first = np.zeros(hits[0].shape, dtype=np.int64)
    for time, hit in enumerate(hits):
        first = np.where(hit & (first == 0), begin + outcome.month(1, time=time), first)
    return first


def _dates(outcome: Outcome, begin: Ints, hits: list[Bools], calendar: Grid) -> Iterator[Ints]:
    """The number of the payment date on which each person's outcome counts, time by time, as in ``Reached``."""
    dates = np.array(calendar.payment_periods)
    for time, hit in enumerate(hits):
        date = np.searchsorted(dates, begin + outcome.month(0, time=time))
        yield np.asarray(len(dates) - hit * (len(dates) - date))  # ``np.where`` takes several times as long


def _by_month(months: Ints, groups: list[Bools]) -> Cents:
    """How many of those who are there have each month, time by time: (n_times, largest month + 1, n_trials)."""
    n_months, n_trials = int(months.max(initial=0)) + 1, groups[0].shape[1]
    cells = (months * n_trials + np.arange(n_trials)).ravel()
    found = [np.bincount(cells.take(np.flatnonzero(group)), minlength=n_months * n_trials) for group in groups]
    return np.array(found, dtype=np.float64).reshape(-1, n_months, n_trials)


def _add_in_months(outcome: Outcome, numbers: Cents, *, into: Cents) -> None:
    """Add what is known by the month in which the way to an outcome begins to the months in which it is reached.

    Parameters
    ----------
    numbers : ndarray of shape (n_times, n_months, n_trials)
    into : ndarray of shape (n_periods, n_trials)
    """
    for time, number in enumerate(numbers):
        first = outcome.month(1, time=time)
        into[first : first + len(number) - 1] += number[1:]


def _add_worth(deal: Scenario, outcome: Outcome, numbers: Cents, *, into: dict[str, Cents]) -> None:
    """Add what outcomes save, but for those that would have come anyway, to the laws; shapes as above."""
    cents = share(round_half_away(numbers * outcome.worth * 100), 1 - exact(outcome.deadweight))
    for law, part in parts_by_law(deal, cents, by_law=outcome.by_law).items():
        _add_in_months(outcome, part, into=into[law])


def came_by_month(starts: list[Ints], *, shape: tuple[int, int]) -> Cents:
    """Return the people of each group by start month, shape (n_groups + 1, n_periods, n_trials).

    Parameters
    ----------
    starts : list of ndarray of shape (n_people, n_trials), or (n_people, 1) where all trials agree
    shape : (n_periods, n_trials)
    """
    came = np.zeros((len(starts) + 1, *shape))
    for place, months in enumerate(starts):
        (numbers,) = _by_month(months, [months > 0])
        came[place, 1 : len(numbers)] = numbers[1:]
    return came


def by_date(by_month: Cents, calendar: Grid) -> Series:
    """Return what comes in months, shape (n_groups + 1, n_periods, n_trials), on the payment dates."""
    return Series(np.array([calendar.on_dates(of_group) for of_group in by_month]))
