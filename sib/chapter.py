"""Some blocks of trials with all their papers, and the proof that their books close.

In come the papers of every room, out goes a ``Chapter``; ``reconcile`` holds it against the identities that
every trial must meet, to the cent. Nothing is worked out here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sib.accountant.reconcile import Audit
from sib.arrays import Cents, add_up, once, so_far
from sib.contract.books import OWED_BACK, CashFlows
from sib.contract.metrics import Metrics
from sib.contract.payments import goes_direct
from sib.deal.scenario import Scenario
from sib.ledger import ACCOUNT, Movement
from sib.money import exact
from sib.pockets import Pockets
from sib.programme.budget import Spending
from sib.programme.grid import Grid


@dataclass(frozen=True, slots=True)
class Chapter:
    """Some blocks of trials, worked out from the first referral to the last euro.

    Parameters
    ----------
    deal : Scenario
    calendar : Grid
    metrics, admissible : Metrics
        What was validated, and what would have been without any error, on payment dates.
    late, admissible_late : tuple of ndarray of shape (n_cohorts, n_trials)
        Cents and cases validated after the last payment date.
    claimed : ndarray of shape (n_trials,)
    bridge, states, found : dict of str to ndarray of shape (n_trials,)
        From claimed to validated; how the cases ended; errors and uncertainties apart.
    opened, successes, enrolled, overrun : ndarrays of shape (n_trials,)
        Files that the accountant opened; who succeeded, who came, who was turned away.
    spending : Spending
    flows : CashFlows
    book : list of Movement
    cash : dict of str to ndarray of shape (n_periods, n_trials)
        Net cash of every role and of the contract account.
    pockets : Pockets
    true_by_period : ndarray of shape (n_periods, n_trials)
        At the prices of the base, before anything comes back elsewhere.
    plans : ndarray of shape (n_periods, n_trials)
        Cases with a plan, or people, by start month.
    """

    deal: Scenario
    calendar: Grid
    metrics: Metrics
    admissible: Metrics
    late: tuple[Cents, Cents]
    admissible_late: tuple[Cents, Cents]
    claimed: Cents
    bridge: dict[str, Cents]
    states: dict[str, Cents]
    opened: Cents
    found: dict[str, Cents]
    successes: Cents
    enrolled: Cents
    overrun: Cents
    spending: Spending
    flows: CashFlows
    book: list[Movement]
    cash: dict[str, Cents]
    pockets: Pockets
    true_by_period: Cents
    plans: Cents

    @property
    def own_payments(self) -> Cents:
        """Outcome payments of the outcome payer itself, less what came back, shape (n_trials,)."""
        return np.asarray(own_payments(self.deal, self.flows).sum(axis=0))

    @property
    def shape(self) -> tuple[int, int]:
        """Periods and trials."""
        return self.calendar.n_periods, len(self.claimed)


def reconcile(chapter: Chapter, audit: Audit) -> None:
    """Check that every euro of every trial has two ends; raises if one has not."""
    for check in (_cash_has_two_ends, _tranches_close, _savings_are_accounted_for):
        check(chapter, audit)


def _cash_has_two_ends(chapter: Chapter, audit: Audit) -> None:
    account = so_far(chapter.cash[ACCOUNT])
    columns = sorted(map(once, chapter.cash.values()), key=np.size)
    audit.equal("sum over parties is zero in every period", add_up(columns), expected=0.0)
    audit.not_negative("contract account is never overdrawn", account)
    audit.equal("contract account ends empty", account[-1], expected=0.0)
    for net in chapter.cash.values():
        audit.whole("every party's cash is whole cents", net)
    for movement in chapter.book:
        audit.not_negative("no movement is negative", movement.amounts)
    total = chapter.spending.total.sum(axis=0) + chapter.spending.unspent
    audit.equal("budget is spent or unspent", total, expected=float(exact(chapter.deal.budget.total) * 100))


def _tranches_close(chapter: Chapter, audit: Audit) -> None:
    flows, until = chapter.flows, chapter.calendar.maturity + 1
    grants = [tranche.name for tranche in chapter.deal.contract.tranches if tranche.grant]
    for name, owed in flows.outstanding.items():
        audit.not_negative("no tranche is below zero", owed)
        audit.not_negative("no interest is below zero", flows.interest_due[name])
        if name in grants:
            continue
        covered = [paid for (_, claim), paid in flows.guaranteed.items() if claim == f"principal:{name}"]
        repaid = add_up([flows.returned[name], *covered]) + flows.paid.get(f"principal:{name}", 0.0)
        left = so_far(flows.draws[name] - repaid)
        audit.equal("drawn less repaid is outstanding", left[:until], expected=owed[:until])
    direct = [line.name for line in chapter.deal.contract.payments if goes_direct(line)]
    through = [paid for name, paid in flows.payments.items() if name not in direct]
    audit.adds_up(
        "what comes into the waterfall goes out of it",
        add_up([np.zeros(chapter.shape), *through]),
        parts=flows.paid.values(),
    )


def _savings_are_accounted_for(chapter: Chapter, audit: Audit) -> None:
    in_time = chapter.metrics.savings.sum(axis=(0, 1))
    taken = chapter.claimed - in_time - chapter.late[0].sum(axis=0)
    audit.adds_up("bridge: claimed less every reason is validated", taken, parts=chapter.bridge.values())
    if chapter.states:
        audit.adds_up("every case ends in one state", chapter.enrolled, parts=chapter.states.values())
    found = chapter.pockets
    by_window = chapter.calendar.in_windows(chapter.true_by_period)
    true = [found.true_by_window(law) for law in chapter.deal.payers]
    audit.adds_up("true savings fall on a law", by_window + found.prices - found.waterbed, parts=true)
    audit.adds_up("validated savings fall on a law", in_time, parts=found.total("validated").values())
    if chapter.deal.own_laws():
        audit.adds_up(
            "payments are charged to a law", chapter.own_payments, parts=found.total("payments").values()
        )


def own_payments(deal: Scenario, flows: CashFlows) -> Cents:
    """Return what the outcome payer itself pays, where others pay too; shape (n_periods, n_trials), in cents."""
    paid = net_payments_by_period(flows)
    for (clause, payer), amounts in flows.borne.items():
        if payer != deal.parties.outcome_payer:
            comes_back = clause.startswith(("surplus:", OWED_BACK))
            paid = paid - amounts * (-1 if comes_back else 1)
    return paid


def net_payments(flows: CashFlows) -> Cents:
    """Return outcome payments less what came back: surplus, and debts of two-way lines; (n_trials,), in cents."""
    return np.asarray(net_payments_by_period(flows).sum(axis=0))


def net_payments_by_period(flows: CashFlows) -> Cents:
    """Return outcome payments less what came back: surplus, and debts of two-way lines; (n_periods, n_trials)."""
    back = [*flows.owed_back.values(), *(paid for name, paid in flows.paid.items() if name == "surplus:")]
    paid = add_up(flows.payments.values())
    return np.asarray(paid - add_up(back)) if back else paid
