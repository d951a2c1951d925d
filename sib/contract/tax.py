"""Value added tax on outcome payments: what is in them, what comes on top.

In come cents that are owed or paid, out go cents of tax. Who gets them is written in the ledger.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from sib.arrays import Cents, add_up
from sib.deal.contract import ValueAddedTax
from sib.money import ceil_divide, exact, share

TAX = "vat:state"
"""The claim of the tax that is taken off before a waterfall."""


def with_tax(terms: ValueAddedTax | None, due: Cents) -> Cents:
    """Return what must be paid so that ``due`` is left when the tax within it is taken off."""
    if terms is None or not terms.included:
        return due
    return ceil_divide(due, 1 / (1 + exact(terms.rate)))


def tax_within(terms: ValueAddedTax | None, paid: Cents) -> Cents:
    """Return the tax within the payments of some lines, each rounded by itself.

    Parameters
    ----------
    paid : ndarray of shape (n_lines, n_trials)
        Cents, 0 or more.
    """
    if terms is None or not terms.included:
        return np.zeros(paid.shape[1])
    return add_up([np.zeros(paid.shape[1]), *share(paid, within(terms))])


def within(terms: ValueAddedTax) -> Fraction:
    """Return the share of a payment that is tax, where the payment has it in it."""
    return exact(terms.rate) / (1 + exact(terms.rate))
