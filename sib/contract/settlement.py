"""The contract period by period: accrue, capitalise, draw, owe, pay out, write off.

In come verified savings as metrics, the cost of the work and the terms; out go ``CashFlows``. The order within
a period is the contract's own (docs/model.md, section 6); what each step means lives in the other rooms.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sib.arrays import EXACT, Bools, Cents, add_up
from sib.contract.financing import Financing, commitment_cents, finance
from sib.contract.interest import Account, accrual, grown
from sib.contract.payments import (
    PAYMENTS,
    Limits,
    Line,
    Occasion,
    cents,
    cut_to,
    entitlement,
    goes_direct,
    payment_lines,
)
from sib.contract.triggers import Metrics, met
from sib.contract.waterfall import Purse, flow
from sib.deal.contract import Contract, Tranche
from sib.deal.scenario import Scenario
from sib.errors import RefusedError
from sib.money import exact, largest_remainder
from sib.programme.budget import Spending
from sib.programme.grid import Grid


@dataclass(frozen=True, slots=True)
class CashFlows:
    """What the contract moved, in cents; arrays of shape (n_periods, n_trials).

    Parameters
    ----------
    draws, returned, outstanding, interest_due : dict of str to ndarray
        By tranche: drawn, unspent money that came back as principal, principal and interest owed after the period.
    payments : dict of str to ndarray
        Outcome payments by line.
    entitlement : ndarray of shape (n_dates, n_trials)
        Cumulative: what the first shares of released savings make on payment dates, whatever is due.
    paid : dict of str to ndarray
        What the waterfall gave out by step, named ``interest:senior``, ``fees:management``, ``surplus:`` and so on.
    unspent_to_payer : ndarray
        Unspent money beyond the principal outstanding.
    written_off : dict of str to ndarray of shape (n_trials,)
        By tranche: principal and interest unpaid at maturity.
    met : dict of str to ndarray of shape (n_dates, n_trials)
        Triggers.
    financing : Financing
    """

    draws: dict[str, Cents]
    returned: dict[str, Cents]
    outstanding: dict[str, Cents]
    interest_due: dict[str, Cents]
    payments: dict[str, Cents]
    entitlement: Cents
    paid: dict[str, Cents]
    unspent_to_payer: Cents
    written_off: dict[str, Cents]
    met: dict[str, Bools]
    financing: Financing


class _Settlement:
    """One run of the contract over its periods; holds what changes on the way."""

    def __init__(self, deal: Scenario, metrics: Metrics, spending: Spending, *, calendar: Grid) -> None:
        self.contract: Contract = deal.contract
        self.calendar = calendar
        self.n_trials = metrics.enrolled.shape[1]
        self.financing = finance(self.contract, spending)
        self.shares = [exact(tranche.share) for tranche in self.contract.tranches]
        self.accounts = {tranche.name: self._account(tranche) for tranche in self.contract.tranches}
        self.met = {trigger.name: met(trigger, metrics) for trigger in self.contract.triggers}
        by_name = {trigger.name: (trigger, self.met[trigger.name]) for trigger in self.contract.triggers}
        self.lines = payment_lines(self.contract.payments, metrics, met_by_name=by_name)
        self.is_direct = np.array([goes_direct(line.terms) for line in self.lines])
        self.fees_due = {fee.name: np.zeros(self.n_trials) for fee in self.contract.fees}
        self.limits = Limits(
            self.contract.caps, calendar.years, fiscal_year=calendar.fiscal_year, n_trials=self.n_trials
        )
        names = list(self.accounts)
        self.flows = CashFlows(
            draws=self._empty(names),
            returned=self._empty(names),
            outstanding=self._empty(names),
            interest_due=self._empty(names),
            payments=self._empty([line.terms.name for line in self.lines]),
            entitlement=entitlement(self.lines, metrics),
            paid={},
            unspent_to_payer=self._zeros(),
            written_off={},
            met=self.met,
            financing=self.financing,
        )

    def _account(self, tranche: Tranche) -> Account:
        terms, largest = (
            accrual(self.contract.terms_of(tranche), self.calendar.dates),
            4 * commitment_cents(self.contract),
        )
        if grown(terms, largest) >= EXACT:
            raise RefusedError(
                f"interest on tranche {tranche.name!r} may grow beyond what can be counted in whole cents; "
                "lower contract.interest.rate or timeline.maturity"
            )
        return Account(terms, self.n_trials, largest)

    def _zeros(self) -> Cents:
        return np.zeros((self.calendar.n_periods, self.n_trials))

    def _empty(self, names: list[str]) -> dict[str, Cents]:
        return {name: self._zeros() for name in names}

    def run(self) -> CashFlows:
        """Go through all periods up to maturity; nothing moves after it."""
        place = 0
        for period in range(self.calendar.maturity + 1):
            for account in self.accounts.values():
                account.accrue(period)
                account.capitalise(period)
            self._give_back(period)
            self._draw(period)
            if self.calendar.is_payment[period]:
                self._pay(period, place)
                place += 1
            self._note(period)
        self._write_off()
        return self.flows

    def _give_back(self, period: int) -> None:
        """Return unspent money: principal first, what exceeds it to the outcome payer."""
        if period != self.financing.return_period or not self.financing.returned.any():
            return
        principal = np.array([account.principal for account in self.accounts.values()])
        back = np.minimum(self.financing.returned, principal.sum(axis=0))
        parts = largest_remainder(back, np.ascontiguousarray(principal.T)).T
        for (name, account), part in zip(self.accounts.items(), parts, strict=True):
            account.repay(part)
            self.flows.returned[name][period] = part
        self.flows.unspent_to_payer[period] = self.financing.returned - back

    def _draw(self, period: int) -> None:
        drawn = self.financing.draws[period]
        if drawn.any():
            for (name, account), part in zip(self.accounts.items(), self._split(drawn), strict=True):
                account.draw(part)
                self.flows.draws[name][period] = part
        for account, part in zip(self.accounts.values(), self._split(self.financing.undrawn[period]), strict=True):
            account.commit(part)
        invested = sum((self.flows.draws[name][period] - self.flows.returned[name][period]) for name in self.accounts)
        self.limits.pass_time(period, np.asarray(invested))

    def _split(self, amount: Cents) -> list[Cents]:
        """Divide over the tranches by their shares."""
        if len(self.shares) == 1:
            return [amount]
        return list(largest_remainder(amount, self.shares).T)

    def _pay(self, period: int, place: int) -> None:
        """Owe, cap, and run the waterfall."""
        for fee in self.contract.fees:
            if period in fee.months:
                self.fees_due[fee.name] = self.fees_due[fee.name] + cents(fee.amount)
        due = add_up(account.due for account in self.accounts.values())
        due = due + sum(self.fees_due.values())
        all_drawn = self.financing.undrawn[period] == 0
        owed, left = [], due
        for line in self.lines:
            owed.append(self._owed(line, Occasion(place, period, left, all_drawn)))
            left = left if goes_direct(line.terms) else np.maximum(left - owed[-1], 0.0)
        paid = self.limits.cut(np.array(owed), self.is_direct)
        for line, amount in zip(self.lines, paid, strict=True):
            line.record(amount, due=due, is_all_drawn=all_drawn)
            due = due if goes_direct(line.terms) else np.maximum(due - amount, 0.0)
            self.flows.payments[line.terms.name][period] = amount
        self._pay_out(period, paid[~self.is_direct].sum(axis=0))

    def _owed(self, line: Line, occasion: Occasion) -> Cents:
        """What a line owes after its own cap."""
        owed = PAYMENTS[type(line.terms)](line, occasion)
        if line.terms.cap is None:
            return owed
        return np.asarray(cut_to(owed[np.newaxis], cents(line.terms.cap) - line.paid - line.paid_after)[0])

    def _pay_out(self, period: int, cash: Cents) -> None:
        purse = Purse(cash, self.accounts, self.fees_due)
        flow(self.contract.waterfall, purse)
        for claim, amount in purse.paid.items():
            self.flows.paid.setdefault(claim, self._zeros())[period] = amount
        to_investor = [amount for claim, amount in purse.paid.items() if not claim.startswith(("fees:", "surplus:"))]
        self.limits.receive(add_up(to_investor))

    def _note(self, period: int) -> None:
        for name, account in self.accounts.items():
            self.flows.outstanding[name][period] = account.principal
            self.flows.interest_due[name][period] = account.interest_due

    def _write_off(self) -> None:
        for name, account in self.accounts.items():
            self.flows.written_off[name] = account.due


def settle(deal: Scenario, metrics: Metrics, *, spending: Spending, calendar: Grid) -> CashFlows:
    """Return what the contract moves between the parties in every period and trial."""
    return _Settlement(deal, metrics, spending, calendar=calendar).run()
