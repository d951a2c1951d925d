"""Value added tax on outcome payments: what is in them, what comes on top.

In come cents that are owed or paid, out go cents of tax. Who gets them is written in the ledger.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from sib.arrays import Cents
from sib.deal.contract import ValueAddedTax
from sib.money import ceil_divide, exact, largest_remainder, share

TAX = "vat:state"
"""The claim of the tax that is taken off before a waterfall."""


def with_tax(terms: ValueAddedTax | None, due: Cents) -> Cents:
    """Return what must be paid so that ``due`` is left when the tax within it is taken off."""
    if terms is None or not terms.included:
        return due
    return ceil_divide(due, 1 / (1 + exact(terms.rate)))


def tax_within(terms: ValueAddedTax | None, paid: Cents) -> Cents:
    """Return the tax within what comes into a waterfall on one date, all its lines together.

    Parameters
    ----------
    paid : ndarray of shape (n_trials,)
        Cents, 0 or more.
    """
    if terms is None or not terms.included:
        return np.zeros(paid.shape)
    return share(paid, tax_share(terms))


def tax_share(terms: ValueAddedTax) -> Fraction:
    """Return the tax as a share of a payment: within it, or on top of it."""
    rate = exact(terms.rate)
    return rate / (1 + rate) if terms.included else rate


def divided(terms: ValueAddedTax, paid: Cents) -> Cents:
    """Return the tax on payments that are taxed together, divided over them; parts add up to the tax of the whole.

    Parameters
    ----------
    paid : ndarray of shape (n_payments, n_periods, n_trials)
        Cents, 0 or more.
    """
    whole = share(paid.sum(axis=0), tax_share(terms))
    return np.moveaxis(largest_remainder(whole, np.moveaxis(paid, 0, -1)), -1, 0)
