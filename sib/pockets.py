"""On whose budget savings fall, what of them becomes money, and which budget bears the payments.

In come true and validated savings by segment, fiscal window and trial, out go totals by law. Docs/model.md,
section 7. The contract is settled before this room looks at it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from sib.accountant.counting import cell_shares, counted_cells
from sib.arrays import Cents
from sib.deal.parties import Payer
from sib.deal.programme import Segment
from sib.deal.scenario import Scenario
from sib.money import exact, largest_remainder, share
from sib.programme.grid import Grid


@dataclass(frozen=True, slots=True)
class Pockets:
    """Totals by law, each of shape (n_trials,), in cents.

    Parameters
    ----------
    true, cashable, validated, payments : dict of str to ndarray
        True savings; the part of them that frees money; validated savings; outcome payments charged to the law.
    """

    true: dict[str, Cents]
    cashable: dict[str, Cents]
    validated: dict[str, Cents]
    payments: dict[str, Cents]


def savings_by_law(deal: Scenario, true: Cents, *, validated: Cents, calendar: Grid) -> Pockets:
    """Divide the savings of cases over the budgets; payments are charged later.

    Parameters
    ----------
    true, validated : ndarrays of shape (n_segments, n_windows, n_trials)
        Cents by fiscal window; validated without what came too late.
    """
    n_trials = true.shape[-1]
    by_law = {law: np.zeros(n_trials) for law in deal.payers}
    cashable = {law: np.zeros(n_trials) for law in deal.payers}
    counted = {law: np.zeros(n_trials) for law in deal.payers}
    for place, segment in enumerate(deal.segments):
        cells = _in_order(deal, cell_shares(segment))
        saving = true[place].any(axis=1)
        starts = [start for start, any_saved in zip(calendar.window_starts, saving, strict=True) if any_saved]
        parts = largest_remainder(true[place][saving], list(cells.values()))
        for (law, name), part in zip(cells, np.moveaxis(parts, -1, 0), strict=True):
            by_law[law] += part.sum(axis=0)
            cashable[law] += _cashable(deal.payers[law], name, part=part, starts=starts)
        laws = _counted_laws(deal, segment)
        parts = largest_remainder(validated[place][validated[place].any(axis=1)], list(laws.values()))
        for law, part in zip(laws, np.moveaxis(parts, -1, 0), strict=True):
            counted[law] += part.sum(axis=0)
    return Pockets(by_law, cashable, counted, {})


def worth_by_law(deal: Scenario, worth: dict[str, Cents], *, calendar: Grid) -> Pockets:
    """Return the savings of a group programme on each budget; they count as direct, and none is validated.

    Parameters
    ----------
    worth : dict of str to ndarray of shape (n_periods, n_trials)
        True savings, in cents.
    """
    cashable = {}
    for law, saved in worth.items():
        by_window = np.add.reduceat(saved, calendar.window_starts, axis=0)
        cashable[law] = _cashable(deal.payers[law], "direct", part=by_window, starts=list(calendar.window_starts))
    true = {law: saved.sum(axis=0) for law, saved in worth.items()}
    return Pockets(true, cashable, {law: np.zeros_like(saved) for law, saved in true.items()}, {})


def charged(deal: Scenario, found: Pockets, *, paid: Cents) -> Pockets:
    """Return the pockets with the outcome payer's payments on its budgets.

    Parameters
    ----------
    paid : ndarray of shape (n_trials,)
        Outcome payments, net of surplus.
    """
    return replace(found, payments=_charged(deal, found.validated, paid))


def _in_order(deal: Scenario, cells: dict[tuple[str, str], Fraction]) -> dict[tuple[str, str], Fraction]:
    """Put cells in the order of the payers, direct before real: ties between cents are settled by it."""
    order = {law: place for place, law in enumerate(deal.payers)}
    return dict(sorted(cells.items(), key=lambda item: (order[item[0][0]], item[0][1])))


def _counted_laws(deal: Scenario, segment: Segment) -> dict[str, Fraction]:
    """The counted laws in the order of the payers, each with its share in the counted classes."""
    laws = {law: Fraction(0) for law in deal.payers if law in deal.accountant.counting.laws}
    for (law, _), part in counted_cells(deal.accountant.counting, segment).items():
        laws[law] += part
    return laws


def _cashable(payer: Payer, name: str, *, part: Cents, starts: list[int]) -> Cents:
    """What of a cell's saving, shape (n_windows, n_trials), frees money; summed over windows that start then."""
    total = np.zeros(part.shape[1])
    for window, start in enumerate(starts):
        kept = exact(getattr(payer.cashable_in(start), name))
        if kept:
            total += share(part[window], kept)
    return total


def _charged(deal: Scenario, validated: dict[str, Cents], paid: Cents) -> dict[str, Cents]:
    """Charge the payments to the outcome payer's own laws."""
    laws = deal.own_laws()
    charged = {law: np.zeros_like(paid) for law in deal.payers}
    stated = deal.contract.payer_shares
    if not laws:
        return charged
    weights: list[Fraction] | Cents
    if stated is not None:
        weights = [exact(stated.get(law, 0.0)) for law in laws]
    else:
        weights = np.ascontiguousarray(np.maximum(np.array([validated[law] for law in laws]).T, 0.0))
    for law, part in zip(laws, largest_remainder(paid, weights).T, strict=True):
        charged[law] = part
    return charged
