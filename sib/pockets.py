"""On whose budget savings fall and when, what of them becomes money, and which budget bears the payments.

In come true and validated savings by segment, fiscal window and trial, out go amounts by law and window. Docs/model.md,
section 7. The contract is settled before this room looks at it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from sib.accountant.counting import cell_shares, counted_cells
from sib.arrays import Cents, add_up, so_far
from sib.deal.parties import Payer
from sib.deal.programme import Segment
from sib.deal.scenario import Scenario
from sib.money import exact, largest_remainder, share
from sib.programme.grid import Grid

PRICE_STEPS = 10**8
"""Price levels are taken in hundred-millionths of the base."""

ByLaw = dict[str, Cents]


@dataclass(frozen=True, slots=True)
class Pockets:
    """Amounts by law, each of shape (n_windows, n_trials), in cents of the year in which they fall.

    Parameters
    ----------
    direct, real : dict of str to ndarray
        True savings of each class, less what comes back from other budgets (in ``direct``).
    cashable : dict of str to ndarray
        The part of them that frees money.
    validated, payments : dict of str to ndarray
        Validated savings; outcome payments charged to the law.
    prices, waterbed : ndarrays of shape (n_windows, n_trials)
        What prices other than those of the base add to all true savings; what of them comes back as cost.
    """

    direct: ByLaw
    real: ByLaw
    cashable: ByLaw
    validated: ByLaw
    payments: ByLaw
    prices: Cents
    waterbed: Cents

    def true_by_window(self, law: str) -> Cents:
        """Return the true savings on a law, both classes, shape (n_windows, n_trials)."""
        return np.asarray(self.direct[law] + self.real[law])

    @property
    def true(self) -> ByLaw:
        """True savings by law over the whole horizon, shape (n_trials,)."""
        return {law: self.true_by_window(law).sum(axis=0) for law in self.direct}

    def total(self, kind: str) -> ByLaw:
        """Return ``cashable``, ``validated`` or ``payments`` by law over the whole horizon, shape (n_trials,)."""
        return {law: amounts.sum(axis=0) for law, amounts in getattr(self, kind).items()}


def savings_by_law(deal: Scenario, true: Cents, *, validated: Cents, calendar: Grid) -> Pockets:
    """Divide the savings of cases over the budgets; payments are charged later.

    Parameters
    ----------
    true, validated : ndarrays of shape (n_segments, n_windows, n_trials)
        Cents by fiscal window, at the prices of the base; validated without what came too late.
    """
    saved = {cell: np.zeros(true.shape[1:]) for law in deal.payers for cell in ((law, "direct"), (law, "real"))}
    counted = {law: np.zeros(true.shape[1:]) for law in deal.payers}
    for place, segment in enumerate(deal.segments):
        cells = _in_order(deal, cell_shares(segment))
        _divide(true[place], cells, into=saved)
        _divide(validated[place], _counted_laws(deal, segment), into=counted)
    return _in_budgets(deal, saved, validated=counted, calendar=calendar)


def worth_by_law(deal: Scenario, worth: ByLaw, *, calendar: Grid) -> Pockets:
    """Return the savings of a group programme on each budget; they count as direct, and none is validated.

    Parameters
    ----------
    worth : dict of str to ndarray of shape (n_periods, n_trials)
        True savings, in cents.
    """
    saved = {
        (law, "direct"): calendar.in_windows(amounts) for law, amounts in worth.items()
    }
    nothing = {law: np.zeros_like(amounts) for (law, _), amounts in saved.items()}
    real = {(law, "real"): amounts for law, amounts in nothing.items()}
    return _in_budgets(deal, saved | real, validated=nothing, calendar=calendar)


def _divide(amounts: Cents, weights: dict[Any, Fraction], *, into: dict[Any, Cents]) -> None:
    """Split amounts of shape (n_windows, n_trials) by largest remainder, and add the parts to what is there."""
    any_saved = amounts.any(axis=1)
    parts = largest_remainder(amounts[any_saved], list(weights.values()))
    for name, part in zip(weights, np.moveaxis(parts, -1, 0), strict=True):
        into[name][any_saved] += part


def _in_budgets(
    deal: Scenario, saved: dict[tuple[str, str], Cents], *, validated: ByLaw, calendar: Grid
) -> Pockets:
    """Put savings at the prices of their year, take off what comes back elsewhere, and find what frees money."""
    shape = next(iter(saved.values())).shape
    levels = {law: price_levels(deal, payer, calendar=calendar) for law, payer in deal.payers.items()}
    nominal = {cell: _each_window(amounts, levels[cell[0]]) for cell, amounts in saved.items()}
    prices = add_up(nominal.values()) - add_up(saved.values())
    frees = {
        (law, name): [exact(getattr(payer.cashable_in(start), name)) for start in calendar.window_starts]
        for law, payer in deal.payers.items()
        for name in ("direct", "real")
    }
    cashable = {law: add_up(_each_window(nominal[law, k], frees[law, k]) for k in ("direct", "real"))
                for law in deal.payers}
    waterbed = np.zeros(shape)
    direct, real = ({law: nominal[law, name] for law in deal.payers} for name in ("direct", "real"))
    for law, payer in deal.payers.items():
        whole = nominal[law, "direct"] + nominal[law, "real"]
        for other, part in payer.waterbed.items():
            back = share(whole, exact(part))
            direct[other] = direct[other] - back
            cashable[other] = cashable[other] - _each_window(back, frees[other, "direct"])
            waterbed += back
    return Pockets(direct, real, cashable, validated, {}, prices, waterbed)


def _each_window(amounts: Cents, factors: list[Fraction]) -> Cents:
    """Multiply the amounts of each window, shape (n_windows, n_trials), by its factor."""
    if all(factor == 1 for factor in factors):
        return amounts
    rows = [share(row, factor) if factor else np.zeros_like(row) for row, factor in zip(amounts, factors, strict=True)]
    return np.array(rows)


def price_levels(deal: Scenario, payer: Payer, *, calendar: Grid) -> list[Fraction]:
    """Return what care costs on a budget in each window, the price base being 1."""
    rate = deal.measures.indexation if payer.indexation is None else payer.indexation
    years = [int(calendar.fiscal_year[start]) - deal.price_base for start in calendar.window_starts]
    half = Fraction(1, 2)
    return [Fraction(int((1 + exact(rate)) ** n * PRICE_STEPS + half), PRICE_STEPS) for n in years]


def charged(deal: Scenario, found: Pockets, *, paid: Cents, calendar: Grid) -> Pockets:
    """Return the pockets with the outcome payer's payments on its budgets.

    What was paid by the end of a window is charged in proportion to what was validated by then, so that the whole is
    charged in proportion to the whole.

    Parameters
    ----------
    paid : ndarray of shape (n_periods, n_trials)
        Outcome payments, net of surplus.
    """
    by_window = calendar.in_windows(paid)
    payments = {law: np.zeros_like(by_window) for law in deal.payers}
    laws = deal.own_laws()
    if laws:
        for law, charge in zip(laws, _charged(deal, found.validated, by_window), strict=True):
            payments[law] = np.diff(charge, axis=0, prepend=0.0)
    return replace(found, payments=payments)


def _charged(deal: Scenario, validated: ByLaw, by_window: Cents) -> Cents:
    """Charge what was paid by the end of each window: (n_own_laws, n_windows, n_trials)."""
    laws, stated = deal.own_laws(), deal.contract.payer_shares
    paid = so_far(by_window)
    if stated is not None:
        parts = largest_remainder(paid, [exact(stated.get(law, 0.0)) for law in laws])
        return np.asarray(np.moveaxis(parts, -1, 0))
    counted = np.maximum(so_far(np.array([validated[law] for law in laws]), axis=1), 0.0)
    rows = [
        largest_remainder(total, weights.T).T if total.any() else np.zeros_like(weights)
        for total, weights in zip(paid, np.moveaxis(counted, 1, 0), strict=True)
    ]
    return np.asarray(np.moveaxis(np.array(rows), 1, 0))


def in_periods(found: Pockets, true_by_period: Cents, *, calendar: Grid) -> Cents:
    """Return true savings by period at the prices of their year, less what comes back: (n_periods, n_trials).

    Parameters
    ----------
    true_by_period : ndarray of shape (n_periods, n_trials)
        At the prices of the base; what a window adds or takes is spread over its periods in proportion.
    """
    if not found.prices.any() and not found.waterbed.any():
        return true_by_period
    moved, ends = np.array(true_by_period), [*calendar.window_starts[1:], calendar.n_periods]
    for window, (start, end) in enumerate(zip(calendar.window_starts, ends, strict=True)):
        weights = np.abs(true_by_period[start:end]).T
        moved[start:end] += largest_remainder(found.prices[window] - found.waterbed[window], weights).T
    return moved


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
