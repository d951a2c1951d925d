"""The contract period by period: accrue, capitalise, draw, owe, pay out, end, write off.

In come metrics, the cost of the work and the terms; out go ``CashFlows``. The order within a period is the
contract's own (docs/model.md, section 6); what each step means lives in the other rooms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from sib.arrays import EXACT, Bools, Cents, add_up
from sib.contract.books import OWED_BACK, Books, CashFlows
from sib.contract.earnings import cents
from sib.contract.ending import bear, call_guarantees, endings, redeem
from sib.contract.financing import commitment_cents, finance
from sib.contract.interest import Account, accrual, grown, year_fraction
from sib.contract.limits import Limits, cut_to
from sib.contract.metrics import Metrics
from sib.contract.payments import PAYMENTS, Line, Occasion, entitlement, goes_direct, previous_date
from sib.contract.releases import payment_lines
from sib.contract.tax import TAX, tax_within, with_tax
from sib.contract.triggers import triggers_met
from sib.contract.waterfall import Purse, flow
from sib.deal.contract import Contract
from sib.deal.coupons import InterestTable, MinimumCoupon, RedemptionTable
from sib.deal.lending import Tranche
from sib.deal.lines import TwoWay
from sib.deal.scenario import Scenario
from sib.errors import RefusedError
from sib.money import largest_remainder
from sib.programme.budget import Spending
from sib.programme.grid import Grid


class _Settlement:
    """One run of the contract over its periods; holds what changes on the way."""

    def __init__(self, deal: Scenario, metrics: Metrics, spending: Spending, *, calendar: Grid) -> None:
        self.contract: Contract = deal.contract
        self.calendar = calendar
        n_trials = metrics.enrolled.shape[1]
        months = calendar.payment_periods
        self.shares = [self.contract.share_of(tranche) for tranche in self.contract.tranches]
        self.grants = {tranche.name for tranche in self.contract.tranches if tranche.grant}
        met = triggers_met(self.contract, metrics, months=months)
        self.ended, self.clause = endings(self.contract, met, months=months)
        self.financing = finance(self.contract, spending, ended=self.ended if self.contract.early_ends else None)
        self.lines = payment_lines(self.contract, metrics, met=met, months=months)
        self.is_direct = np.array([goes_direct(line.terms) for line in self.lines])
        self.to_investor = np.array([line.terms.to in ("waterfall", "investor") for line in self.lines])
        self.pools: dict[str | None, tuple[str, ...]] = {None: self.contract.waterfall}
        self.pools.update(self.contract.pools)
        self.fees_due = {fee.name: np.zeros(n_trials) for fee in self.contract.fees}
        self.reserve = np.zeros(n_trials)
        self.left = np.full(n_trials, float(commitment_cents(self.contract)))
        self.undrawn = self.left
        self.limits = Limits(self.contract, calendar.years, fiscal_year=calendar.fiscal_year, n_trials=n_trials)
        self.accounts = {each.name: self._account(each, n_trials) for each in self.contract.tranches}
        flows = self._blank(metrics, met, n_trials)
        self.books = Books(self.contract, calendar, self.accounts, flows, n_trials)
        self.flows = flows

    def _account(self, tranche: Tranche, n_trials: int) -> Account:
        terms, largest = (
            accrual(self.contract.terms_of(tranche), self.calendar.dates),
            4 * commitment_cents(self.contract),
        )
        if grown(terms, largest) >= EXACT:
            raise RefusedError(
                f"interest on tranche {tranche.name!r} may grow beyond what can be counted in whole cents; "
                "lower contract.interest.rate or timeline.maturity"
            )
        return Account(terms, n_trials, largest)

    def _blank(self, metrics: Metrics, met: dict[str, Bools], n_trials: int) -> CashFlows:
        """Return flows in which nothing has moved yet."""

        def empty() -> Cents:
            return np.zeros((self.calendar.n_periods, n_trials))

        return CashFlows(
            draws={name: empty() for name in self.accounts},
            returned={name: empty() for name in self.accounts},
            outstanding={name: empty() for name in self.accounts},
            interest_due={name: empty() for name in self.accounts},
            payments={line.terms.name: empty() for line in self.lines},
            entitlement=entitlement(self.lines, metrics),
            paid={},
            unspent_to_payer=empty(),
            rest=empty(),
            written_off={},
            met=met,
            financing=self.financing,
        )

    def run(self, able: Mapping[str, Bools]) -> CashFlows:
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
            self._end(period, able)
            self._note(period)
        for name, account in self.accounts.items():
            self.flows.written_off[name] = account.due
        missed = add_up([self.books.nothing(), *(line.missed for line in self.lines)])
        return replace(self.flows, missed_coupons=missed)

    def _give_back(self, period: int) -> None:
        """Return unspent money: principal first, what exceeds it to the outcome payer."""
        unspent = self.financing.back.get(period)
        if unspent is None or not unspent.any():
            return
        principal = np.array([account.principal for account in self.accounts.values()])
        back = np.minimum(unspent, principal.sum(axis=0))
        parts = largest_remainder(back, principal.T).T
        for (name, account), part in zip(self.accounts.items(), parts, strict=True):
            account.take_back(part)
            self.flows.returned[name][period] = part
        self.flows.unspent_to_payer[period] = unspent - back

    def _draw(self, period: int) -> None:
        """Draw what is needed, less what was recycled for it, up to the commitment; the rest another pays."""
        needed = self.financing.needs[period]
        if self.contract.recycling:
            used = np.minimum(self.reserve, needed)
            self.reserve, needed = self.reserve - used, needed - used
        drawn = np.minimum(needed, self.left)
        self.flows.rest[period] = needed - drawn
        self.left = self.left - drawn
        self.undrawn = np.minimum(self.left, self.financing.to_come[period])
        if drawn.any():
            for (name, account), part in zip(self.accounts.items(), self._split(drawn), strict=True):
                if name not in self.grants:
                    account.draw(part)
                self.flows.draws[name][period] = part
        for account, part in zip(self.accounts.values(), self._split(self.undrawn), strict=True):
            account.commit(part)
        mine = [each.name for each in self.contract.tranches if each.holder == "investor"]
        invested = [self.flows.draws[name][period] - self.flows.returned[name][period] for name in mine]
        self.limits.pass_time(period, add_up([self.books.nothing(), *invested]))

    def _split(self, amount: Cents) -> list[Cents]:
        """Divide over the tranches by their shares."""
        if len(self.shares) == 1:
            return [amount]
        return list(largest_remainder(amount, self.shares).T)

    def _pay(self, period: int, place: int) -> None:
        """Owe, cap, and run the waterfalls."""
        for fee in self.contract.fees:
            if period in fee.months:
                self.fees_due[fee.name] = self.fees_due[fee.name] + cents(fee.amount)
        dues = {pool: with_tax(self.contract.vat, self._due_in(steps)) for pool, steps in self.pools.items()}
        owed = self._owed_by_all(period, place, dues)
        self._settle_debts(period, owed)
        paid = self.limits.cut(np.maximum(owed, 0.0), to_investor=self.to_investor)
        self._record(period, paid, debts=np.minimum(owed, 0.0), dues=dues)
        for pool, steps in self.pools.items():
            self._pay_out(period, paid, steps, pool=pool)
        straight = np.array([line.terms.to == "investor" for line in self.lines])
        self.limits.receive(paid[straight].sum(axis=0))

    def _due_in(self, steps: tuple[str, ...]) -> Cents:
        """What would settle the tranches and fees that a waterfall pays."""
        named = {step.partition(":")[2] for step in steps if step.startswith(("interest:", "principal:"))}
        found = [account.due for name, account in self.accounts.items() if name in named]
        fees = list(self.fees_due.values()) if "fees" in steps else []
        return add_up([self.books.nothing(), *found, *fees])

    def _owed_by_all(self, period: int, place: int, dues: dict[str | None, Cents]) -> Cents:
        """What each line owes, shape (n_lines, n_trials); less than 0 where its receiver owes."""
        left, put_in = dict(dues), dict.fromkeys(dues, self.books.nothing())
        owed = np.zeros((len(self.lines), self.books.n_trials))
        is_all_drawn = self.undrawn == 0
        is_running = (self.ended < 0) | (period <= self.ended)
        for number, line in enumerate(self.lines):
            pool = line.terms.pool
            occasion = Occasion(place, period, left[pool], is_all_drawn, put_in[pool])
            owed[number] = self._owed(line, occasion) * is_running
            if not self.is_direct[number]:
                left[pool] = np.maximum(left[pool] - owed[number], 0.0)
                put_in[pool] = put_in[pool] + np.maximum(owed[number], 0.0)
        return owed

    def _owed(self, line: Line, occasion: Occasion) -> Cents:
        """What a line owes after its own caps."""
        terms, period = line.terms, occasion.period
        if self._year_began(period):
            line.in_year = self.books.nothing()
        if not line.can_pay(period, months=self.calendar.payment_periods):
            return self.books.nothing()
        if isinstance(terms, InterestTable | MinimumCoupon | RedemptionTable):
            occasion = self._of_tranche(terms, occasion)
        owed = PAYMENTS[type(terms)](line, occasion)
        for cap, so_far in ((terms.cap, line.gross), (terms.cap_per_year, line.in_year)):
            if cap is not None:
                room = cents(cap) - so_far
                owed = np.where(owed > 0, cut_to(np.maximum(owed, 0.0)[np.newaxis], room)[0], owed)
        return np.asarray(owed)

    def _of_tranche(self, terms: InterestTable | MinimumCoupon | RedemptionTable, occasion: Occasion) -> Occasion:
        """A payment date as a line of one tranche sees it."""
        account, dates = self.accounts[terms.tranche], self.calendar.dates
        start = previous_date(terms, occasion.period, months=self.calendar.payment_periods)
        count = getattr(terms, "day_count", "ACT/365F")
        part = year_fraction(dates[start], dates[occasion.period], day_count=count)
        lent, due = account.lent, account.interest_due
        return replace(occasion, principal=account.principal, lent=lent, interest_due=due, fraction=part)

    def _year_began(self, period: int) -> bool:
        """Whether a fiscal year began since the payment date before this one."""
        before = max((month for month in self.calendar.payment_periods if month < period), default=0)
        return bool(self.calendar.fiscal_year[period] != self.calendar.fiscal_year[before])

    def _settle_debts(self, period: int, owed: Cents) -> None:
        """What receivers owe back is paid to the outcome payers at once."""
        for line, amount in zip(self.lines, owed, strict=True):
            if isinstance(line.terms, TwoWay) and (amount < 0).any():
                debt = np.maximum(-amount, 0.0)
                self.books.add(self.flows.owed_back, line.terms.name, period=period, amount=debt)
                if self.contract.outcome_payers:
                    parts = self.limits.divide(debt, alone=line.terms.paid_by)
                    bear(self.books, f"{OWED_BACK}{line.terms.name}", period=period, parts=parts)
                if line.terms.liable == "investor":
                    self.limits.receive(-debt)

    def _record(self, period: int, paid: Cents, *, debts: Cents, dues: dict[str | None, Cents]) -> None:
        """Note what each line paid; a coupon becomes interest of its tranche with it."""
        is_all_drawn = self.undrawn == 0
        for number, (line, amount, debt) in enumerate(zip(self.lines, paid, debts, strict=True)):
            due, pool = dues[line.terms.pool], line.terms.pool
            line.record(amount + debt, due=due, is_all_drawn=is_all_drawn)
            dues[pool] = due if self.is_direct[number] else np.maximum(due - amount, 0.0)
            self.flows.payments[line.terms.name][period] = amount
            if isinstance(line.terms, InterestTable):
                self.accounts[line.terms.tranche].earn(amount)
            if len(self.limits.borne):
                bear(self.books, line.terms.name, period=period, parts=self.limits.borne[:, number])

    def _pay_out(self, period: int, paid: Cents, steps: tuple[str, ...], *, pool: str | None) -> None:
        """Run one waterfall on what its lines paid."""
        mine = np.array([line.terms.to == "waterfall" and line.terms.pool == pool for line in self.lines])
        purse = Purse(paid[mine].sum(axis=0), self.accounts, self.fees_due, dict(self.contract.success_fee))
        if self.contract.vat is not None and self.contract.vat.included:
            purse.give(TAX, tax_within(self.contract.vat, paid[mine].sum(axis=0)))
        if "recycle" in steps:
            self._offer_reserve(period, purse)
        released = purse.released
        flow(steps, purse)
        if "recycle" in steps:
            purse.paid["recycle:"] = purse.paid["recycle:"] - released
            self.reserve = self.reserve + purse.paid["recycle:"]
        for claim, amount in purse.paid.items():
            self.books.add(self.flows.paid, claim, period=period, amount=amount)
        kinds = ("interest", "principal", "success_fee")
        claims = {f"{kind}:{name}" for kind in kinds for name in self.books.investors}
        got = [amount for claim, amount in purse.paid.items() if claim in claims]
        self.limits.receive(add_up([self.books.nothing(), *got]))
        if len(self.limits.borne) and "surplus:" in purse.paid:
            like = self.limits.borne[:, mine].sum(axis=1)
            bear(self.books, "surplus:", period=period, parts=self.limits.divide(purse.paid["surplus:"], like=like))

    def _offer_reserve(self, period: int, purse: Purse) -> None:
        """Say what later work can still use, and put back what is kept beyond that."""
        last = period == self.calendar.last_payment
        planned = self.financing.needs[period + 1 :].sum(axis=0) if last else self.financing.to_come[period]
        purse.released = np.maximum(self.reserve - planned, 0.0)
        purse.cash = purse.cash + purse.released
        purse.wanted = np.maximum(planned - self.reserve, 0.0)

    def _end(self, period: int, able: Mapping[str, Bools]) -> None:
        """Settle what ends in this period, by a clause or at maturity."""
        early = self.ended == period
        for number, terms in enumerate(self.contract.early_ends):
            ends = early & (self.clause == number)
            if ends.any():
                redeem(self.books, terms, period=period, ends=ends, limits=self.limits)
        if early.any():
            for account in self.accounts.values():
                account.halt(early)
        ends = early | (self.ended < 0) if period == self.calendar.maturity else early
        if self.contract.guarantees and ends.any():
            call_guarantees(self.books, period=period, ends=ends, able=able)

    def _note(self, period: int) -> None:
        for name, account in self.accounts.items():
            self.flows.outstanding[name][period] = account.principal
            self.flows.interest_due[name][period] = account.interest_due


def settle(
    deal: Scenario, metrics: Metrics, *, spending: Spending, calendar: Grid, able: Mapping[str, Bools] | None = None
) -> CashFlows:
    """Return what the contract moves between the parties in every period and trial.

    Parameters
    ----------
    spending : Spending
        Cut short where the contract ends early (``financing.curtail``).
    able : dict of str to ndarray of shape (n_trials,), optional
        Whether each guarantee can be paid when it is called; all can where nothing is said.
    """
    return _Settlement(deal, metrics, spending, calendar=calendar).run(able or {})
