"""What chance alone shows, without any effect of help.

Those picked for their cost go back to the mean by themselves; noise goes through a payment that is never negative.
In come parameters of distributions, out go expected amounts in closed form. Knows no deal.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from sib.arrays import Floats


@dataclass(frozen=True, slots=True)
class Selected:
    """Mean yearly cost of those who cost most in a year, in that year and in the next.

    Parameters
    ----------
    then, later : float
        In the unit of the mean that was given; without any help.
    """

    then: float
    later: float

    @property
    def fall(self) -> float:
        """What would look like a saving of one year."""
        return self.then - self.later


def selected(mean: float, cv: float, *, top_share: float, correlation: float) -> Selected:
    """Return what the most expensive cost in the year they are picked in, and a year later, when nobody helps.

    Parameters
    ----------
    mean, cv : float
        Of the yearly cost of all, lognormal and the same every year; above 0, and 0 or more.
    top_share : float
        Share that is picked, above 0 and up to 1.
    correlation : float
        Of the logarithms of a household's cost in two years that follow each other, from 0 to 1.

    Returns
    -------
    Selected

    Notes
    -----
    With s the sd of the logarithm, q the share picked and k = Phi^-1(1 - q): mean x Phi(s - k) / q in the year itself
    and mean x Phi(r s - k) / q in the next, r being the correlation. Picking everybody, or r = 1, shows nothing.

    Examples
    --------
    >>> picked = selected(10_000, 2.0, top_share=0.04, correlation=0.7)
    >>> round(picked.then), round(picked.later)
    (78721, 48542)
    """
    spread = np.sqrt(np.log1p(cv**2))
    k = ndtri(1 - top_share)
    then, later = (mean * float(ndtr(part * spread - k)) / top_share for part in (1.0, correlation))
    return Selected(then, later)


def paid_on_noise(effect: Floats | float, sd: Floats | float) -> Floats:
    """Return the expected payment on an effect that is measured with an error, where a bad result costs nothing.

    Parameters
    ----------
    effect, sd : array_like
        True effect, and standard deviation of the evaluator's error; of a shape that broadcasts. One euro is paid for
        each unit that is measured above zero.

    Returns
    -------
    ndarray of float64

    Notes
    -----
    E max(0, N(t, s**2)) = t Phi(t/s) + s phi(t/s): with s = t payments are 8.3% too high on average, with s = 3 t 76%.

    Examples
    --------
    >>> paid_on_noise(1.0, [0.0, 1.0, 2.0, 3.0]).round(3).tolist()
    [1.0, 1.083, 1.396, 1.763]
    """
    t, s = np.broadcast_arrays(np.asarray(effect, dtype=np.float64), np.asarray(sd, dtype=np.float64))
    z = np.divide(t, s, out=np.zeros_like(t), where=s > 0)
    noisy = t * ndtr(z) + s * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return np.asarray(np.where(s > 0, noisy, np.maximum(t, 0.0)), dtype=np.float64)
