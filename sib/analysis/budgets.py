"""Which budget pays and which gains, in which year: one way to pay for the work, budget by budget.

In comes a deal, out goes a ``Budgets`` paper: savings, what of them is cash, what was validated, what is charged, and
what is left, by law and fiscal year, with the quantiles that a controller reserves for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from sib.analysis.arrangements import variant_of, variants
from sib.analysis.forms import PAID, Basis, Paid
from sib.arrays import Cents, add_up
from sib.deal.scenario import Scenario
from sib.engine import YEARS, Effort, simulate
from sib.measures import risk
from sib.measures.risk import Estimate
from sib.years import KINDS

LEVELS = (0.80, 0.90, 0.95)
GENERAL = ""
"""Stands for the general means of a party: what falls on none of its laws."""
ALL = "*"
"""Stands for all budgets of a party that has several, together: their quantiles are no sums."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One amount of one budget in one fiscal year, or over all of them, in currency units.

    Parameters
    ----------
    party, law : str
        An empty law is the party's general means, ``*`` all its budgets together.
    year : int or None
        None for the whole horizon.
    measure : str
        A name of ``MEASURES``.
    mean, standard_error, p80, p90, p95 : float
    """

    party: str
    law: str
    year: int | None
    measure: str
    mean: float
    standard_error: float | None
    p80: float
    p90: float
    p95: float


@dataclass(frozen=True, slots=True)
class Budgets:
    """Every budget of a deal under one way to pay for the work.

    Parameters
    ----------
    deal : Scenario
    form : str
    seed, n_trials : int
    fiscal_years : tuple of int
    entries : tuple of Entry
    outside : Estimate
        Share of the true savings that falls with parties that bear none of the cost; NaN where nothing is done.
    is_central : bool
        Whether the State bears more than half of what is borne: then it pays for everybody, and nothing is outside.
    """

    deal: Scenario
    form: str
    seed: int
    n_trials: int
    fiscal_years: tuple[int, ...]
    entries: tuple[Entry, ...]
    outside: Estimate
    is_central: bool

    def find(self, party: str, law: str, *, measure: str, year: int | None = None) -> Entry:
        """Return one entry; StopIteration where there is none."""
        wanted = (party, law, measure, year)
        return next(each for each in self.entries if (each.party, each.law, each.measure, each.year) == wanted)

    def budgets(self) -> list[tuple[str, str]]:
        """Return party and law of every budget, in order."""
        return [each for each in self.lines() if each[1] != ALL]

    def lines(self) -> list[tuple[str, str]]:
        """Return party and law of every budget, each party's budgets together after the last of several."""
        return list(dict.fromkeys((each.party, each.law) for each in self.entries))


def budgets(
    deal: Scenario, trials: int = 20_000, *, form: str = "impact_bond", seed: int = 1, effort: Effort | None = None
) -> Budgets:
    """Return every budget of a deal under one way to pay for the work.

    Parameters
    ----------
    deal : Scenario
    trials, seed : int
        As for a simulation.
    form : str
        One of ``deal.arrangements.FORMS``.
    effort : Effort, optional
        Threads and progress; no figure depends on it.
    """
    found = variants(deal, (form,))
    run = simulate(found[variant_of(form, found)], trials, seed=seed, keep_flows=(YEARS,), effort=effort)
    basis = Basis(run)
    paid = PAID[form](basis)
    pages = [page for party in basis.holders() for page in _with_total(list(_pages(basis, paid, party)))]
    years = run.calendar.fiscal_years
    entries = tuple(entry for page in pages for entry in _entries(page, years))
    bears = {party: max(float(cost.sum(axis=0).mean()), 0.0) for party, cost in paid.cost.items()}
    is_central = 2 * bears[deal.parties.state] > sum(bears.values())
    idle = () if is_central else tuple(law for law, payer in deal.payers.items() if not bears[payer.party])
    return Budgets(deal, form, seed, run.n_trials, years, entries, _saved_on(basis, idle, paid), is_central)


@dataclass(frozen=True, slots=True)
class Page:
    """What happens on one budget; arrays of shape (n_years, n_trials), in cents."""

    party: str
    law: str
    direct: Cents
    real: Cents
    cashable: Cents
    validated: Cents
    charged: Cents


MEASURES: dict[str, Callable[[Page], Cents]] = {
    "direct": lambda page: page.direct,
    "real": lambda page: page.real,
    "saving": lambda page: page.direct + page.real,
    "cashable": lambda page: page.cashable,
    "validated": lambda page: page.validated,
    "charged": lambda page: page.charged,
    "net": lambda page: page.cashable - page.charged,
    "net_cost": lambda page: page.charged - page.cashable,
}
"""What is told of a budget. ``net_cost`` is ``net`` from the other side: its high quantiles are what to reserve for."""


def _pages(basis: Basis, paid: Paid, party: str) -> Iterator[Page]:
    """Yield the budgets of a party, and its general means where something falls there."""
    nothing, charged, cashable = basis.nothing(), paid.cost[party], paid.gains[party]
    for law in (law for law, payer in basis.deal.payers.items() if payer.party == party):
        direct, real, freed, proven = (basis.of(law, kind) * paid.is_done for kind in KINDS[:4])
        page = Page(party, law, direct, real, freed, proven, paid.charged.get(law, nothing))
        charged, cashable = charged - page.charged, cashable - page.cashable
        yield page
    if charged.any() or cashable.any():
        yield Page(party, GENERAL, nothing, nothing, cashable, nothing, charged)


def _with_total(pages: list[Page]) -> list[Page]:
    """Return the budgets of a party, with all of them together where there are several."""
    if len(pages) < 2:
        return pages
    amounts = (add_up(getattr(page, name) for page in pages) for name in (*KINDS[:4], "charged"))
    return [*pages, Page(pages[0].party, ALL, *amounts)]


def _entries(page: Page, years: tuple[int, ...]) -> Iterator[Entry]:
    """Yield the entries of a budget: over all years, then year by year."""
    for measure, of in MEASURES.items():
        amounts = of(page)
        for year, row in zip((None, *years), (amounts.sum(axis=0), *amounts), strict=True):
            mean, levels = risk.mean(row), risk.quantiles(row, LEVELS)
            error = None if mean.standard_error is None else mean.standard_error / 100
            p80, p90, p95 = (each.value / 100 for each in levels)
            yield Entry(page.party, page.law, year, measure, mean.value / 100, error, p80, p90, p95)


def _saved_on(basis: Basis, laws: tuple[str, ...], paid: Paid) -> Estimate:
    """Share of true savings that falls on some laws; undefined where no work is done."""
    nothing = np.zeros(basis.shape[1])
    kinds = ("direct", "real")
    true = {law: add_up(basis.of(law, kind) for kind in kinds).sum(axis=0) * paid.is_done for law in basis.deal.payers}
    return risk.ratio(add_up([nothing, *(true[law] for law in laws)]), add_up([nothing, *true.values()]))
