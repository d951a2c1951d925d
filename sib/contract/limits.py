"""Caps: how much of what is owed is paid, and by which outcome payer.

In come the amounts that the lines owe on a date, out go the same, cut in the order of the contract: each payer's
share and cap, metric, year, contract, return. Docs/model.md, section 5.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from sib.arrays import Bools, Cents, Floats, Ints
from sib.contract.earnings import cents
from sib.deal.contract import Contract, OutcomePayer
from sib.money import exact, largest_remainder


@dataclass(slots=True)
class _Bearer:
    """An outcome payer and what it has paid so far."""

    terms: OutcomePayer
    in_year: Cents
    in_all: Cents

    def room(self) -> Cents:
        """What its caps leave."""
        left = np.full_like(self.in_all, np.inf)
        if self.terms.cap is not None:
            left = np.minimum(left, cents(self.terms.cap) - self.in_all)
        if self.terms.cap_per_year is not None:
            left = np.minimum(left, cents(self.terms.cap_per_year) - self.in_year)
        return left


class Limits:
    """The caps on all payments together, and how much of each is left in every trial.

    Parameters
    ----------
    contract : Contract
    years : ndarray of shape (n_periods,)
        Time since closing by ACT/365, in years.
    fiscal_year : ndarray of shape (n_periods,)
    n_trials : int

    Attributes
    ----------
    borne : ndarray of shape (n_payers, n_lines, n_trials)
        Who bears what of the last amounts that were cut; empty where there is one outcome payer.
    """

    def __init__(self, contract: Contract, years: Floats, *, fiscal_year: Ints, n_trials: int) -> None:
        self._contract, self._caps = contract, contract.caps
        self._years, self._fiscal_year = years, fiscal_year
        self._in_year, self._in_all, self._balance = np.zeros(n_trials), np.zeros(n_trials), np.zeros(n_trials)
        self._of_metric = {name: np.zeros(n_trials) for name in self._caps.by_metric or {}}
        self._bearers = [_Bearer(payer, np.zeros(n_trials), np.zeros(n_trials)) for payer in contract.outcome_payers]
        self.borne: Cents = np.zeros((0, len(contract.payments), n_trials))

    def pass_time(self, period: int, invested: Cents) -> None:
        """Start a period: a new fiscal year starts afresh, the investor's balance grows and takes new money."""
        if self.is_new_year(period):
            self._in_year = np.zeros_like(self._in_year)
            for bearer in self._bearers:
                bearer.in_year = np.zeros_like(bearer.in_year)
        if self._caps.annual_return is not None:
            if period:
                elapsed = self._years[period] - self._years[period - 1]
                self._balance = self._balance * (1 + self._caps.annual_return) ** elapsed
            self._balance = self._balance + invested

    def is_new_year(self, period: int) -> bool:
        """Whether a period begins a fiscal year."""
        return bool(period and self._fiscal_year[period] != self._fiscal_year[period - 1])

    def cut(self, owed: Cents, *, to_investor: Bools) -> Cents:
        """Return what the caps leave of owed amounts, shape (n_lines, n_trials), and count it as paid.

        Parameters
        ----------
        to_investor : ndarray of shape (n_lines,)
            The lines that a cap on the investor's return holds.
        """
        owed = self._divided(owed)
        for name, cap in (self._caps.by_metric or {}).items():
            mine = np.array([line.earns_on == name for line in self._contract.payments])
            owed = owed.copy()
            owed[mine] = cut_to(owed[mine], cents(cap) - self._of_metric[name])
        if self._caps.per_year is not None:
            owed = cut_to(owed, cents(self._caps.per_year) - self._in_year)
        if self._caps.total is not None:
            owed = cut_to(owed, cents(self._caps.total) - self._in_all)
        if self._caps.annual_return is not None:
            owed = owed.copy()
            owed[to_investor] = cut_to(owed[to_investor], np.floor(np.round(np.maximum(self._balance, 0.0), 6)))
        self._count(owed)
        return owed

    def _divided(self, owed: Cents) -> Cents:
        """Divide over the outcome payers, each within its caps; what one cannot pay nobody else does."""
        if not self._bearers:
            return owed
        parts = self._in_turn(owed) if self._contract.payers_in_turn else self._by_share(owed)
        for bearer, part in zip(self._bearers, parts, strict=True):
            part[:] = cut_to(part, np.minimum(bearer.room(), part.sum(axis=0)))
        self.borne = parts
        return np.asarray(parts.sum(axis=0))

    def _by_share(self, owed: Cents) -> Cents:
        """Each payer's share of each line, shape (n_payers, n_lines, n_trials)."""
        parts = np.moveaxis(largest_remainder(owed, [exact(b.terms.share) for b in self._bearers]), -1, 0).copy()
        for bearer, part in zip(self._bearers, parts, strict=True):
            for place, line in enumerate(self._contract.payments):
                if line.paid_by is not None:
                    part[place] = owed[place] * (line.paid_by == bearer.terms.name)
        return parts

    def _in_turn(self, owed: Cents) -> Cents:
        """Each payer what its caps leave of what those before it did not pay, and of the lines that are its alone."""
        parts, left = np.zeros((len(self._bearers), *owed.shape)), owed
        for part, bearer in zip(parts, self._bearers, strict=True):
            is_its = [line.paid_by in (None, bearer.terms.name) for line in self._contract.payments]
            mine = left * np.array(is_its)[:, np.newaxis]
            part[:] = cut_to(mine, np.minimum(bearer.room(), mine.sum(axis=0)))
            left = left - part
        return parts

    def _count(self, owed: Cents) -> None:
        self._in_year = self._in_year + owed.sum(axis=0)
        self._in_all = self._in_all + owed.sum(axis=0)
        for name in self._of_metric:
            mine = [line.earns_on == name for line in self._contract.payments]
            self._of_metric[name] = self._of_metric[name] + owed[mine].sum(axis=0)
        if self._bearers:
            weights = np.moveaxis(self.borne, 0, -1)
            self.borne = np.moveaxis(largest_remainder(owed, weights), -1, 0)
        for bearer, part in zip(self._bearers, self.borne, strict=False):
            bearer.in_year = bearer.in_year + part.sum(axis=0)
            bearer.in_all = bearer.in_all + part.sum(axis=0)

    def divide(self, amount: Cents, *, like: Cents | None = None, alone: str | None = None) -> Cents:
        """Divide an amount over the outcome payers: as they bore ``like``, or by their shares where they bore nothing.

        Where they pay in turn and have no shares, all of it is the first one's.

        Parameters
        ----------
        amount : ndarray of shape (n_trials,)
        like : ndarray of shape (n_payers, n_trials), optional
        alone : str, optional
            The outcome payer that has all of it.
        """
        shares = [exact(bearer.terms.share) for bearer in self._bearers]
        if alone is not None:
            shares = [Fraction(bearer.terms.name == alone) for bearer in self._bearers]
        by_share = np.moveaxis(largest_remainder(amount, shares), -1, 0)
        if like is None:
            return by_share
        by_burden = np.moveaxis(largest_remainder(amount, like.T), -1, 0)
        return np.where(like.sum(axis=0) > 0, by_burden, by_share)

    def receive(self, received: Cents) -> None:
        """Note what the investor received."""
        self._balance = self._balance - received


def cut_to(owed: Cents, limit: Cents | float) -> Cents:
    """Cut lines pro rata so that together they stay within the limit.

    Parameters
    ----------
    owed : ndarray of shape (n_lines, n_trials)
    limit : ndarray of shape (n_trials,)
    """
    total = owed.sum(axis=0)
    if (total <= limit).all():
        return owed
    return largest_remainder(np.minimum(total, limit), owed.T).T
