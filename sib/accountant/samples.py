"""Claims of which only some files are opened: which rows the sample meets, and what it decides on them.

In come the desks of all segments of one block, with what every file would show, out go their outcomes as a sample
leaves them. Which files are drawn and what they say of the others is worked out in ``populations``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sib.accountant.desk import Desk, Outcome
from sib.accountant.disputes import Disputes
from sib.accountant.populations import Files, Settled, settle, settlements
from sib.accountant.review import STATES
from sib.arrays import Bools, Cents, Ints
from sib.chance.draws import BLOCK
from sib.programme.savings import total_by


def by_sample(desks: list[Desk], outcomes: list[Outcome]) -> list[Outcome]:
    """Return the outcomes where some files are opened, all segments together, and decide on the others."""
    deal = desks[0].load.deal
    terms = deal.accountant.sample
    assert terms is not None
    dates = settlements(terms, desks[0].calendar)
    pairs = list(zip(desks, outcomes, strict=True))
    chosen = [np.flatnonzero(desk.claims.is_claimed & (outcome.reviewed.countable > 0)) for desk, outcome in pairs]
    parts = [
        _files(desk, outcome, rows=rows, first_unit=place * desk.n_cohorts, dates=dates)
        for place, ((desk, outcome), rows) in enumerate(zip(pairs, chosen, strict=True))
    ]
    files = Files(*(np.concatenate([getattr(part, name) for part in parts]) for name in Files.__slots__))
    shape = (len(dates) + 1, len(desks) * desks[0].n_cohorts)
    settled = settle(deal.accountant.mode, terms, files=files, stream=desks[0].load.stream, shape=shape)
    fought = np.concatenate([
        outcome.reviewed.disputes.is_disputed[mine] for outcome, mine in zip(outcomes, chosen, strict=True)
    ])
    held_up = np.bincount(files.population, fought & settled.is_opened, shape[0] * BLOCK) > 0
    wait = held_up * deal.accountant.disputes.months
    cuts = np.cumsum([len(mine) for mine in chosen])[:-1]
    opened, extra = np.split(settled.is_opened, cuts), np.split(settled.is_extra, cuts)
    return [
        _settled(desk, outcome, _Lot(mine, is_opened, is_extra, dates, wait), _of_segment(settled, desk, number))
        for number, (desk, outcome, mine, is_opened, is_extra) in enumerate(
            zip(desks, outcomes, chosen, opened, extra, strict=True)
        )
    ]


@dataclass(frozen=True, slots=True)
class _Lot:
    """Which files of one segment the sample met.

    Parameters
    ----------
    files : ndarray of shape (n_files,)
        Their rows.
    is_opened, is_extra : ndarrays of shape (n_files,)
    dates : ndarray of shape (n_settlements,)
        Periods of settlement.
    wait : ndarray of shape (n_populations,)
        Months by which disputes put the settlement off.
    """

    files: Ints
    is_opened: Bools
    is_extra: Bools
    dates: Ints
    wait: Ints

    def due(self, period: Ints) -> Ints:
        """Return when claims that are ready in a period are settled; too late stays too late."""
        behind = np.append(self.dates, np.iinfo(np.int32).max)
        return behind[np.searchsorted(self.dates, period)]


def _files(desk: Desk, outcome: Outcome, *, rows: Ints, first_unit: int, dates: Ints) -> Files:
    """Return what the sample needs to know of the rows of one segment that can be drawn."""
    cases = desk.load.rows
    return Files(
        population=np.searchsorted(dates, outcome.due[rows]) * BLOCK + cases.trial[rows],
        book=outcome.reviewed.countable[rows],
        audited=outcome.reviewed.validated[rows],
        lot=desk.load.uniforms("selection")[rows],
        unit=first_unit + desk.cohort_of(cases.start[rows]),
    )


def _of_segment(settled: Settled, desk: Desk, number: int) -> tuple[Cents, Cents]:
    """Return what is held back of one segment, and the files lost: (n_populations, n_cohorts)."""
    mine = slice(number * desk.n_cohorts, (number + 1) * desk.n_cohorts)
    return settled.withheld[:, mine], settled.lost[:, mine]


def _settled(desk: Desk, outcome: Outcome, lot: _Lot, held: tuple[Cents, Cents]) -> Outcome:
    """Put what the sample decided on the rows of one segment."""
    reviewed, rows = outcome.reviewed, desk.load.rows
    is_opened, is_extra = desk.load.none(), desk.load.none()
    is_opened[lot.files], is_extra[lot.files] = lot.is_opened, lot.is_extra
    unseen = desk.claims.is_claimed & ~is_opened
    disputes = Disputes(*(getattr(reviewed.disputes, name) & is_opened for name in Disputes.__slots__))
    due = lot.due(outcome.due)
    population = np.searchsorted(lot.dates, outcome.due) * BLOCK + rows.trial
    withheld, lost = (_placed(desk, lot, amounts) for amounts in held)
    return Outcome(
        reviewed=replace(
            reviewed,
            reasons=tuple((name, taken * is_opened) for name, taken in reviewed.reasons),
            validated=np.where(unseen, reviewed.countable, reviewed.validated),
            state=np.where(unseen, STATES.index("not_reviewed"), reviewed.state),
            disputes=disputes,
            uncertain=reviewed.uncertain * is_opened,
        ),
        due=due,
        wait=lot.wait[population],
        is_opened=is_opened,
        is_extra=is_extra,
        withheld=withheld,
        lost=lost,
    )


def _placed(desk: Desk, lot: _Lot, amounts: Cents) -> Cents:
    """Put amounts of shape (n_populations, n_cohorts) on cohort, period and trial."""
    population, cohort = np.nonzero(amounts)
    settlement, trial = population // BLOCK, population % BLOCK
    behind = np.append(lot.dates, desk.calendar.n_periods)
    period = behind[settlement] + lot.wait[population]
    period = np.where(period > desk.calendar.last_payment, desk.calendar.n_periods, period)
    place = (cohort * (desk.calendar.n_periods + 1) + period) * BLOCK + trial
    return total_by(place, amounts[population, cohort], shape=desk.shape)
