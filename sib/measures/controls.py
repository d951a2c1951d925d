"""Numbers of each trial whose true means are known, and what they say of the means of others (control variates).

In come numbers by trial with their true means, out goes a ``Known`` paper that corrects an estimate: where the trials
happen to be rich in what is known to be rarer, it takes off what that has brought. The room knows no deal.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sib.arrays import Floats

FAINTEST = 1e-9
"""A direction in which the numbers vary by less, as a share of the widest, is one that they have in common."""


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What is known of the trials of a run.

    Parameters
    ----------
    basis : ndarray of shape (n_trials, n_numbers)
        The numbers as columns that are orthonormal, each of mean zero.
    gap : ndarray of shape (n_numbers,)
        True means less those of the trials, in the same directions.
    """

    basis: Floats
    gap: Floats

    def correct(self, residuals: Floats) -> tuple[float, Floats]:
        """Return what to add to the mean of residuals, and what of each residual the numbers do not explain.

        Parameters
        ----------
        residuals : ndarray of shape (n_trials,)
            Of mean zero.

        Returns
        -------
        correction : float
        unexplained : ndarray of shape (n_trials,)
            Scaled up for the coefficients that were fitted to them.

        Notes
        -----
        The regression estimator ``mean(y) + b (mu - mean(x))`` with the least squares ``b`` of all trials. Its bias is
        of the order of the coefficients over the trials, its weights are the same for every ``y``: what adds up goes on
        adding up.

        References
        ----------
        P. Glasserman, *Monte Carlo Methods in Financial Engineering*, Springer 2004, section 4.1.
        """
        explained = self.basis.T @ residuals
        n, p = self.basis.shape
        unexplained = (residuals - self.basis @ explained) * math.sqrt(n / (n - p - 1))
        return float(explained @ self.gap), unexplained


def known(numbers: Floats, means: Floats) -> Known:
    """Return what numbers of each trial say, given their true means.

    Parameters
    ----------
    numbers : ndarray of shape (n_trials, n_numbers)
        At least two more trials than numbers.
    means : ndarray of shape (n_numbers,)
    """
    found = numbers.mean(axis=0)
    spread = numbers.std(axis=0)
    varies = spread > 0
    scaled = (numbers[:, varies] - found[varies]) / spread[varies]
    basis, sizes, directions = np.linalg.svd(scaled, full_matrices=False)
    kept = sizes > FAINTEST * sizes.max(initial=0.0)
    gap = directions[kept] @ ((means - found)[varies] / spread[varies]) / sizes[kept]
    return Known(basis[:, kept], gap)
