"""What a rate card pays where one person cannot earn more than so much: worked out person by person.

In come who reached what when, out goes a series of cents by group and payment date, which the card then pays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sib.arrays import Cents, Ints
from sib.contract.earnings import capped, card_name, cents, worth
from sib.deal.lines import RateCard
from sib.deal.rows import Price
from sib.deal.scenario import Scenario
from sib.programme.counts import Reached
from sib.programme.series import Series


def cards(deal: Scenario, people: Sequence[Reached], *, n_dates: int) -> dict[str, Series]:
    """Return what each card with a cap per person earns, by its series' name."""
    capped_cards = [
        terms for terms in deal.contract.payments if isinstance(terms, RateCard) and terms.cap_per_person is not None
    ]
    return {card_name(terms): Series(_by_person(deal, terms, people, n_dates)) for terms in capped_cards}


def _by_person(deal: Scenario, terms: RateCard, people: Sequence[Reached], n_dates: int) -> Cents:
    """What the card earns by group and date, shape (n_groups + 1, n_dates, n_trials)."""
    names = deal.cohorts
    mine = [reached for reached in people if terms.cohort in (None, names[reached.group])]
    sizes = {reached.group: reached.date.shape[0] for reached in mine}
    firsts = dict(zip(sizes, np.cumsum([0, *sizes.values()])[:-1].tolist(), strict=True))
    n_trials = people[0].date.shape[1]
    earned = np.zeros((sum(sizes.values()), n_trials))
    result = np.zeros((len(names) + 1, n_dates, n_trials))
    running = {price.outcome: _Running(np.zeros((len(sizes), n_trials)), np.zeros(n_trials)) for price in terms.prices}
    for date in range(n_dates):
        gained = np.zeros_like(earned)
        for price in terms.prices:
            units = _units(mine, price, date=date, firsts=firsts, shape=earned.shape)
            cohorts = {names[group]: slice(first, first + sizes[group]) for group, first in firsts.items()}
            gained += _prices(terms, price, units=units, running=running[price.outcome], cohorts=cohorts)
        new = np.minimum(earned + gained, cents(terms.cap_per_person or 0.0)) - earned
        earned = earned + new
        for group, first in firsts.items():
            result[group, date] = new[first : first + sizes[group]].sum(axis=0)
    return result


@dataclass(slots=True)
class _Running:
    """What there has been of an outcome: numbers by group, and cents that all have earned before the outcome's cap."""

    numbers: Cents
    earned: Cents


def _units(
    people: Sequence[Reached], price: Price, *, date: int, firsts: dict[int, int], shape: tuple[int, ...]
) -> Cents:
    """How often each person reaches an outcome on a date, shape (n_people, n_trials)."""
    units = np.zeros(shape)
    for reached in people:
        if reached.outcome == price.outcome:
            first = firsts[reached.group]
            units[first : first + len(reached.date)] += reached.date == date
    return units


def _prices(
    terms: RateCard, price: Price, *, units: Cents, running: _Running, cohorts: dict[str, slice]
) -> Cents:
    """What each person's outcomes of a date earn: in the order of the people, each at the price of its turn."""
    parts = []
    for place, (cohort, people) in enumerate(cohorts.items()):
        mine = units[people]
        scope = slice(place, place + 1) if price.by_cohort else slice(None)
        after = running.numbers[scope].sum(axis=0) + np.cumsum(mine, axis=0)
        parts.append(
            worth(price, terms, number=after, cohort=cohort) - worth(price, terms, number=after - mine, cohort=cohort)
        )
        running.numbers[place] += mine.sum(axis=0)
    gained = np.concatenate(parts)
    total = running.earned + np.cumsum(gained, axis=0)
    running.earned = total[-1]
    return np.asarray(capped(price, total) - capped(price, total - gained))


def spread_evenly(
    numbers: Cents, *, group: int, outcome: str, n_people: int, most: int
) -> list[Reached]:
    """Return who reaches an outcome when only the numbers are known: the first people first, once each, then again.

    Parameters
    ----------
    numbers : ndarray of shape (n_dates, n_points)
        Outcomes reached by each date, cumulative.
    """
    people: Ints = np.arange(n_people)[:, np.newaxis]
    found = []
    for time in range(most):
        date = np.full((n_people, numbers.shape[1]), len(numbers))
        for place in reversed(range(len(numbers))):
            date = np.where(numbers[place] > time * n_people + people, place, date)
        found.append(Reached(group, outcome, date))
    return found
