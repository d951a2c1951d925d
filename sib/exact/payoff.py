"""What the contract pays where all it reads is one number that is known at once.

In come a law of that number and what sets the contract's metrics at given values of it, out come values of everything
that is kept of a trial, at points of the law. The contract itself is settled by the rooms that settle trials; a point
is a column there. Between two points more are put until everything runs straight, so that a threshold, a cap or a jump
is found to the last unit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from sib.arrays import Array, Cents, Floats
from sib.chapter import Chapter, own_payments
from sib.contract.metrics import Metrics
from sib.contract.settlement import settle
from sib.deal.scenario import Scenario
from sib.exact.law import Law, coarse
from sib.expectation import spending
from sib.ledger import balances, movements, parties
from sib.pockets import charged, worth_by_law
from sib.programme.grid import Grid
from sib.results import LEVELS

Entries = Mapping[str, Array]
PARTS, ROUNDS = 64, 3
"""Parts into which a cell is cut where something bends in it, and how often."""
STRAIGHT = 1e-4
"""How far from a straight line something may run within a cell, as a part of all that it runs through."""
UNDEFINED = -1e18
"""What stands for a value that is undefined, where it is asked whether something runs straight."""
ALIKE = ("wal_years", "payback_years")
"""Measures that step from date to date and are not followed to the last unit."""


@dataclass(frozen=True, slots=True)
class AtPoints:
    """Values of everything at points of a law."""

    points: Floats
    masses: Floats
    entries: Entries


def at_points(law: Law, work_out: Callable[[Floats], Entries]) -> AtPoints:
    """Work something out at all points that matter."""
    law = coarse(law)
    points = law.points(LEVELS)
    if law.smooth is None:
        return AtPoints(points, law.masses, work_out(points))
    middles = np.unique(np.floor((points[1:] + points[:-1]) / 2))
    every = np.union1d(points, middles)
    found = [(every, work_out(every))]
    reaches = {name: _reach(values) for name, values in found[0][1].items() if not name.endswith(ALIKE)}
    cells = _bent(*found[0], reaches=reaches, ends=np.stack([points[:-1], points[1:]]))
    for _ in range(ROUNDS):
        if not len(cells):
            break
        finer = [np.unique(np.rint(np.linspace(low, high, PARTS + 1))) for low, high in cells]
        inside = np.unique(np.concatenate(finer))
        entries = work_out(inside)
        found.append((inside, entries))
        ends = [np.zeros((2, 0)), *(np.stack([cell[:-2:2], cell[2::2]]) for cell in finer if len(cell) > 2)]
        cells = _bent(inside, entries, reaches=reaches, ends=np.concatenate(ends, axis=1))
    points, entries = _joined(found)
    return AtPoints(points, law.at(points), entries)


def _reach(values: Array) -> float:
    """Return how much values differ at most; 0 where there are none."""
    y = np.asarray(values, dtype=np.float64)
    return 0.0 if np.isnan(y).all() else float(np.nanmax(y) - np.nanmin(y))


def _bent(points: Floats, entries: Entries, *, reaches: Mapping[str, float], ends: Floats) -> Floats:
    """Return the cells, of shape (n_cells, 2), in which something does not run straight.

    Parameters
    ----------
    reaches : mapping of str to float
        By name, how much values differ over all points; only these are looked at.
    ends : ndarray of shape (2, n_cells)
        Both ends of each cell.
    """
    low, high = ends
    left, right = (np.searchsorted(points, each) for each in (low, high))
    middle = np.searchsorted(points, np.floor((low + high) / 2))
    is_bent = np.zeros(len(low), dtype=np.bool_)
    for name, reach in reaches.items():
        y = np.asarray(entries[name], dtype=np.float64)
        y = np.where(np.isnan(y), UNDEFINED, y)
        weight = np.where(high > low, (points[middle] - low) / np.maximum(high - low, 1), 0.0)
        straight = y[left] * (1 - weight) + y[right] * weight
        is_bent |= np.abs(y[middle] - straight) > STRAIGHT * reach
    wide = high - low > 1
    return np.asarray(np.stack([low, high], axis=1)[is_bent & wide])


def _joined(found: list[tuple[Floats, Entries]]) -> tuple[Floats, Entries]:
    every = np.concatenate([points for points, _ in found])
    points, first = np.unique(every, return_index=True)
    names = found[0][1]
    return points, {name: np.concatenate([entries[name] for _, entries in found])[first] for name in names}


def chapter_at(
    deal: Scenario, metrics: Metrics, *, calendar: Grid, worth: Mapping[str, Cents] | None = None,
    true: Metrics | None = None,
) -> Chapter:
    """Settle the contract with the work done as planned; a point is a trial.

    Parameters
    ----------
    metrics : Metrics
        What the contract reads at each point.
    worth : mapping of str to ndarray of shape (n_periods, n_points), optional
        True savings by law.
    true : Metrics, optional
        What it would read without any error.
    """
    n_points, n_periods = metrics.enrolled.shape[1], calendar.n_periods
    cost = spending(deal, calendar, n_points=n_points)
    flows = settle(deal, metrics, spending=cost, calendar=calendar)
    book = movements(deal, flows, spending=cost, work={})
    saved = {law: np.zeros((n_periods, n_points)) for law in deal.payers} | dict(worth or {})
    pockets = worth_by_law(deal, saved, calendar=calendar)
    nothing, late = np.zeros(n_points), np.zeros((len(metrics.cohorts) + 1, n_points))
    return Chapter(
        deal=deal, calendar=calendar, metrics=metrics, admissible=true or metrics, late=(late, late),
        admissible_late=(late, late), claimed=nothing, bridge={}, states={}, opened=nothing, found={},
        successes=nothing, enrolled=metrics.enrolled.sum(axis=0), overrun=nothing, spending=cost, flows=flows,
        book=book, cash=balances(book, parties(deal), shape=(n_periods, n_points)),
        pockets=charged(deal, pockets, paid=own_payments(deal, flows), calendar=calendar),
        true_by_period=np.sum([*saved.values()], axis=0), plans=np.zeros((n_periods, n_points)),
    )
