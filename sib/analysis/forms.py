"""What each way to pay for the work costs every party and every budget, on the same simulated cases.

In come amounts by fiscal year and trial (``Basis``), out goes a ``Paid`` paper for each form. S4 describes the forms,
and docs/model.md, section 10, what is made of them here. No draws are made, and no form changes what the work saves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from sib.analysis.agreed import (
    bond_only,
    contracted_laws,
    filled_by,
    funders,
    lead,
    norm_cents,
    planned_cents,
    settled_laws,
)
from sib.arrays import Cents, add_up
from sib.deal.arrangements import Revolving
from sib.deal.parties import ROLES, WORKERS
from sib.deal.scenario import Scenario
from sib.engine import Simulation
from sib.ledger import parties
from sib.money import even_split, exact, largest_remainder, round_half_away, share
from sib.programme.grid import Grid, fiscal_year_of

Amounts = dict[str, Cents]


@dataclass(frozen=True, slots=True)
class Paid:
    """What one form moves; cents by fiscal year and trial, arrays of shape (n_years, n_trials).

    Parameters
    ----------
    cost : dict of str to ndarray
        By party: what it pays on balance; below zero where it receives.
    gains : dict of str to ndarray
        By party: the cashable savings that are left to it.
    charged : dict of str to ndarray
        By law: what of the cost its budget bears; the rest of a party's cost is borne by its general means.
    recording : ndarray, optional
        What of the cost is for recording cases, where the form asks for that.
    is_done : bool
        Whether there is any work at all.
    """

    cost: Amounts
    gains: Amounts
    charged: Amounts = field(default_factory=dict)
    recording: Cents | None = None
    is_done: bool = True

    def net(self, party: str) -> Cents:
        """Return what a party is better off by, by fiscal year, shape (n_years, n_trials)."""
        return np.asarray(self.gains[party] - self.cost[party])


class Basis:
    """The simulated cases, as every form looks at them: what was spent, saved and validated in each fiscal year.

    Parameters
    ----------
    run : Simulation
        With its ``years``.
    """

    def __init__(self, run: Simulation) -> None:
        self.deal: Scenario = run.deal
        self.calendar: Grid = run.calendar
        self.years: Mapping[str, Cents] = run.years
        self.own_laws = run.deal.own_laws()
        self.payer = run.deal.parties.outcome_payer
        self.shape = run.years["plans"].shape

    def nothing(self) -> Cents:
        """Return an amount of zero in every year and trial."""
        return np.zeros(self.shape)

    def of(self, law: str, kind: str) -> Cents:
        """Return what is known of a law: ``direct``, ``real``, ``cashable``, ``validated`` or ``payments``."""
        return self.years[f"law.{law}.{kind}"]

    @property
    def cost(self) -> Cents:
        """What the work costs without the lines that only the contract needs."""
        left_out = bond_only(self.deal)
        kept = [self.years[f"cost.{line.activity}"] for line in self.deal.budget.lines if line.activity not in left_out]
        return add_up([self.nothing(), *kept])

    def holders(self) -> tuple[str, ...]:
        """Return every party that pays or gains in some form, the outcome payer first."""
        names = [self.payer, *(payer.party for payer in self.deal.payers.values()), self.deal.parties.investor]
        roles = [role_name(self.deal, role) for role in parties(self.deal)]
        return tuple(dict.fromkeys([*names, *roles]))

    def gains(self) -> Amounts:
        """Return the cashable savings by party."""
        found = {party: self.nothing() for party in self.holders()}
        for law, payer in self.deal.payers.items():
            found[payer.party] = found[payer.party] + self.of(law, "cashable")
        return found

    def proven(self, law: str) -> Cents:
        """Return what a settlement between budgets goes by: validated savings, or cashable ones of other laws."""
        is_counted = bool(self.deal.segments) and law in self.deal.accountant.counting.laws
        return self.of(law, "validated" if is_counted else "cashable")

    def paid(self, costs: Mapping[str, Cents], *, charged: Amounts | None = None, gains: Amounts | None = None) -> Paid:
        """Return the paper of a form in which only the named parties pay or receive."""
        cost = {party: self.nothing() for party in self.holders()}
        return Paid(cost | dict(costs), self.gains() if gains is None else gains, charged or {})


def role_name(deal: Scenario, role: str) -> str:
    """Return the name of a role, or of a further outcome payer, which is its own."""
    return getattr(deal.parties, role) if role in ROLES else role


def split(amounts: Cents, shares: Iterable[float]) -> list[Cents]:
    """Divide amounts by shares, in whole cents that sum to them."""
    return list(np.moveaxis(largest_remainder(amounts, [exact(part) for part in shares]), -1, 0))


def do_nothing(basis: Basis) -> Paid:
    """Nobody pays, nothing is saved: the measure of all others."""
    nothing = {party: basis.nothing() for party in basis.holders()}
    return Paid(nothing, dict(nothing), is_done=False)


def pays_itself(basis: Basis) -> Paid:
    """The outcome payer buys the work from its general means and proves nothing to anybody."""
    return basis.paid({basis.payer: basis.cost})


def custom_budget(basis: Basis) -> Paid:
    """Laws' budgets fill one budget without compartments; it is not settled."""
    return _filled(basis, basis.cost)


def learning(basis: Basis) -> Paid:
    """A custom budget, each expense recorded at a price; that later cases do better is in the cases."""
    price = float(exact(basis.deal.arrangements.learning.recording_cost) * 100)
    recording = basis.years["plans"] * price
    return replace(_filled(basis, basis.cost + recording), recording=recording)


def _filled(basis: Basis, cost: Cents) -> Paid:
    filled = filled_by(basis.deal)
    charged = dict(zip(filled, split(cost, filled.values()), strict=True))
    return basis.paid({basis.payer: cost}, charged=charged)


def revolving(basis: Basis) -> Paid:
    """One law pays; by the end of each year the others have paid back what was proven on them, up to the cost.

    So far refunded = min(cost so far, proven so far on all settled laws), divided in proportion to what was proven on
    each by then. What is not refunded stays with the law that paid.
    """
    terms = basis.deal.arrangements.revolving
    laws, cost = settled_laws(basis.deal, terms), basis.cost
    proven = np.maximum(np.array([np.cumsum(basis.proven(law), axis=0) for law in laws]), 0.0)
    refunded = np.minimum(np.cumsum(cost, axis=0), proven.sum(axis=0))
    so_far = largest_remainder(refunded, np.moveaxis(proven, 0, -1))
    by_law = np.diff(np.moveaxis(so_far, -1, 0), axis=1, prepend=0.0)
    return _settled(basis, terms, dict(zip(laws, by_law, strict=True)))


def pre_booked(basis: Basis) -> Paid:
    """Expected savings are taken from each budget in advance; a year later the difference to what was proven follows.

    Expected is the mean over all trials. What is settled after the last year falls in it.
    """
    terms = basis.deal.arrangements.pre_booked
    charges = {}
    for law in settled_laws(basis.deal, terms):
        proven = basis.proven(law)
        booked = share(round_half_away(proven.mean(axis=1, keepdims=True)), exact(terms.booked_share))
        later = np.zeros_like(proven)
        later[1:] = (proven - booked)[:-1]
        later[-1] += (proven - booked)[-1]
        charges[law] = booked + later
    return _settled(basis, terms, charges)


def _settled(basis: Basis, terms: Revolving, charges: Amounts) -> Paid:
    """The lead law bears the cost less what other laws are charged; other parties' laws pay for themselves."""
    first = lead(basis.deal, terms)
    others = {law: amounts for law, amounts in charges.items() if law != first}
    charged = others | {first: basis.cost - add_up([basis.nothing(), *others.values()])}
    cost = {party: basis.nothing() for party in basis.holders()}
    for law, amounts in charged.items():
        party = basis.deal.payers[law].party
        cost[party] = cost[party] + amounts
    return basis.paid(cost, charged=charged)


def impact_bond(basis: Basis) -> Paid:
    """The contract of the deal: what each party paid, less what it received for anything but work."""
    cost = {}
    for role in parties(basis.deal):
        work = basis.years[f"work.{role}"] if role in WORKERS else 0.0
        cost[role_name(basis.deal, role)] = work - basis.years[f"cash.{role}"]
    charged = {law: basis.of(law, "payments") for law in basis.own_laws}
    return basis.paid(cost, charged=charged)


def payment_agreement(basis: Basis) -> Paid:
    """Funders bear the cost in shares agreed in advance, whatever comes of it."""
    shares = funders(basis.deal)
    return basis.paid(dict(zip(shares, split(basis.cost, shares.values()), strict=True)))


def central_reimbursement(basis: Basis) -> Paid:
    """The State pays a norm for each case; what the work costs beyond it, or less, is the outcome payer's.

    By the end of each year it has paid the norm for all cases so far, rounded to cents.
    """
    cost, state = basis.cost, basis.deal.parties.state
    so_far = share(np.cumsum(basis.years["plans"], axis=0), norm_cents(basis.deal))
    reimbursed = np.diff(so_far, axis=0, prepend=0.0)
    return basis.paid({basis.payer: cost - reimbursed, state: reimbursed})


def lump_sum(basis: Basis) -> Paid:
    """A contractor is paid a sum whatever the volume, and keeps what is saved on its care until the sum is renewed."""
    terms, deal = basis.deal.arrangements.lump_sum, basis.deal
    provider, gains = deal.parties.provider, basis.gains()
    paid = _sum_by_year(basis, terms.from_month, terms.months)
    renewal = fiscal_year_of(deal, terms.renewal_month)
    kept = np.array([year < renewal for year in basis.calendar.fiscal_years])[:, np.newaxis]
    for law in contracted_laws(deal):
        saved = basis.of(law, "cashable") * kept
        gains[basis.payer], gains[provider] = gains[basis.payer] - saved, gains[provider] + saved
    cost = {basis.payer: paid + basis.nothing(), provider: basis.cost - paid}
    short = np.maximum((cost[provider] - gains[provider]).sum(axis=0), 0.0)
    excused = share(short, exact(terms.excused_share))
    for party, sign in ((basis.payer, 1.0), (provider, -1.0)):
        cost[party][-1] += sign * excused
    return basis.paid(cost, gains=gains)


def _sum_by_year(basis: Basis, first: int, months: int) -> Cents:
    """The sum, or the planned cost of the work with the margin, evenly over months, by fiscal year: (n_years, 1)."""
    terms = basis.deal.arrangements.lump_sum
    total = share(np.array([float(planned_cents(basis.deal))]), 1 + exact(terms.margin))
    if terms.amount is not None:
        total = np.array([float(exact(terms.amount) * 100)])
    by_year = np.zeros((basis.shape[0], 1))
    last = basis.calendar.n_periods - 1
    for month, part in enumerate(even_split(total, months)[0], start=first):
        by_year[basis.calendar.fiscal_year[min(month, last)] - basis.calendar.fiscal_years[0]] += part
    return by_year


PAID: dict[str, Callable[[Basis], Paid]] = {
    "do_nothing": do_nothing,
    "pays_itself": pays_itself,
    "custom_budget": custom_budget,
    "learning": learning,
    "revolving": revolving,
    "pre_booked": pre_booked,
    "impact_bond": impact_bond,
    "payment_agreement": payment_agreement,
    "central_reimbursement": central_reimbursement,
    "lump_sum": lump_sum,
}
"""What each form of ``deal.arrangements.FORMS`` moves."""
