"""What a rate card pays where one person cannot earn more than so much: worked out person by person.

In come who reached what when, out goes a series of cents by group and payment date, which the card then pays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from sib.arrays import Cents, Ints, add_up, so_far
from sib.contract.earnings import capped, card_name, cents, worth
from sib.deal.lines import RateCard
from sib.deal.rows import Price
from sib.deal.scenario import Scenario
from sib.programme.counts import Reached
from sib.programme.series import Series

Tries = dict[str, list[Ints]]
"""By group, time by time: on which date each person reaches an outcome, shape (n_people, n_trials); see ``Reached``."""


def cards(deal: Scenario, people: Sequence[Reached], *, n_dates: int) -> dict[str, Series]:
    """Return what each card with a cap per person earns, by its series' name."""
    return {
        card_name(terms): Series(_by_person(deal, terms, people, n_dates)) for terms in deal.contract.cards_by_person
    }


def _by_person(deal: Scenario, terms: RateCard, people: Sequence[Reached], n_dates: int) -> Cents:
    """What the card earns by group and date, shape (n_groups + 1, n_dates, n_trials)."""
    result = np.zeros((len(deal.cohorts) + 1, n_dates, people[0].date.shape[1]))
    dates: Tries = defaultdict(list)
    gains: dict[str, list[Cents]] = defaultdict(list)
    for price in terms.prices:
        tries: Tries = defaultdict(list)
        for reached in people:
            name = deal.cohorts[reached.group]
            if reached.outcome == price.outcome and terms.cohort in (None, name):
                tries[name].append(reached.date)
        gained = _gained(terms, price, tries, n_dates=n_dates)
        for name in tries:
            dates[name] += tries[name]
            gains[name] += gained[name]
    for name in dates:
        most = cents(terms.cap_per_person or 0.0)
        result[deal.cohorts.index(name)] = _to_the_cap(dates[name], gains[name], cap=most, n_dates=n_dates)
    return result


def _gained(terms: RateCard, price: Price, tries: Tries, *, n_dates: int) -> dict[str, list[Cents]]:
    """What each person gains by each time of an outcome before the person's cap, shapes as of the tries."""
    if price.tiers is not None or price.most is not None or price.cap is not None:
        return _in_turn(terms, price, tries, n_dates=n_dates) if tries else {}
    each = {name: float(worth(price, terms, number=np.ones(1), cohort=name)[0]) for name in tries}
    return {
        name: [np.multiply(date < n_dates, each[name], dtype=np.float64) for date in times]
        for name, times in tries.items()
    }


def _in_turn(terms: RateCard, price: Price, tries: Tries, *, n_dates: int) -> dict[str, list[Cents]]:
    """The same where it matters how many there have been: by date, and on one date in the order of the people."""
    rows = {name: np.stack(times, axis=1) for name, times in tries.items()}
    cohorts = np.repeat(list(rows), [each.shape[0] * each.shape[1] for each in rows.values()])
    dates = np.concatenate([each.reshape(-1, each.shape[2]) for each in rows.values()])
    order = np.argsort(dates, axis=0, kind="stable")
    came = np.take_along_axis(dates, order, axis=0) < n_dates
    gained = np.zeros(came.shape)
    for name in rows if price.by_cohort else ("",):
        new = came & (cohorts == name)[order] if name else came
        number = so_far(new.astype(np.float64))
        gained += worth(price, terms, number=number, cohort=name)
        gained -= worth(price, terms, number=number - new, cohort=name)
    earned = so_far(gained)
    in_place = np.empty(came.shape)
    np.put_along_axis(in_place, order, capped(price, earned) - capped(price, earned - gained), axis=0)
    return {name: list(np.moveaxis(in_place[cohorts == name].reshape(each.shape), 1, 0)) for name, each in rows.items()}


def _to_the_cap(dates: list[Ints], gains: list[Cents], *, cap: float, n_dates: int) -> Cents:
    """What people earn on each date where none earns more than the cap, shape (n_dates, n_trials).

    That is all they gain, less what goes beyond the cap in the order of the dates, for those who come to it.
    """
    shape = (n_dates, gains[0].shape[1])
    pairs, trials = zip(dates, gains, strict=True), np.arange(shape[1])
    whole = add_up(_by_date(date, gain, trials, shape=shape) for date, gain in pairs)
    total = np.zeros(gains[0].shape)
    for gain in gains:
        total += gain
    over = np.flatnonzero(total > cap)
    late = np.array([date.ravel()[over] for date in dates])
    order = np.argsort(late, axis=0, kind="stable")
    gained = so_far(np.take_along_axis(np.array([gain.ravel()[over] for gain in gains]), order, axis=0))
    lost = np.diff(np.maximum(gained - cap, 0.0), axis=0, prepend=0.0)
    return np.asarray(whole - _by_date(np.take_along_axis(late, order, axis=0), lost, over % shape[1], shape=shape))


def _by_date(dates: Ints, amounts: Cents, trials: Ints, *, shape: tuple[int, int]) -> Cents:
    """Add up amounts, each column of them of one trial, by date and trial."""
    some = np.flatnonzero(amounts != 0)  # of bools it is many times as fast
    cells = dates.ravel()[some] * shape[1] + trials[some % len(trials)]
    found = np.bincount(cells, weights=amounts.ravel()[some], minlength=shape[0] * shape[1])
    return np.asarray(found.reshape(shape), dtype=np.float64)


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
