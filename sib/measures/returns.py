"""Returns of dated flows, one figure a trial: IRR, NPV, multiple, average life, payback (model section 7).

In come flows as whole cents, trials first, with the years since closing (ACT/365) at which they fall;
positive is received by the investor. Out goes one float a trial, NaN exactly where a measure is undefined.
The room never averages a measure over trials: what many trials say together belongs to :mod:`sib.measures.risk`.
"""

from __future__ import annotations

import math

import numpy as np

from sib.arrays import Bools, Cents, Floats, check_shape

HIGHEST_RATE = 10.0
"""Rates above 1,000% a year are reported as undefined."""
TOTAL_LOSS = -1.0
"""The rate of an outlay of which nothing ever comes back."""

_ABOVE_TOTAL_LOSS = np.nextafter(-1.0, 0.0)
_TOP, _BOTTOM, _SMALLEST = math.log1p(HIGHEST_RATE) + 1e-6, -36.7, -700.0
"""Where the search for log(1 + rate) ends: below, rates round to -1, or discounting over the dates underflows."""
_SETTLED, _PUT_BACK = 3e-8, 1e-6
"""Last step of log(1 + rate), squared away by Newton; largest log(value received / value paid) before it."""
_MOST_STEPS = 200
_TRIALS_AT_ONCE = 8192


def irr(flows: Cents, times: Floats) -> Floats:
    """Return the yearly effective rate at which the flows of a trial are worth nothing.

    Parameters
    ----------
    flows : ndarray of shape (n_trials, n_periods)
        Whole cents, positive received.
    times : ndarray of shape (n_periods,)
        Years since closing (ACT/365), rising.

    Returns
    -------
    ndarray of shape (n_trials,)
        Fraction a year in (-1, 10]. Exactly -1 where there is an outlay and no receipt. NaN where there is
        no flow, no outlay, no rate in the range, or where the cumulative flow changes sign more than once,
        because several rates may then fit.

    Notes
    -----
    Solves ``sum(flow / (1 + r)**t) = 0``. If the cumulative flow changes sign once, exactly one rate above
    zero fits (Norstrom). One that was positive and ends at exactly zero counts as changing once more: zero
    fits, and another rate may. If less comes back than was paid, the cumulative flow does not bound the rates below
    zero; the highest that fits is returned, being the one that moves on continuously when a trial crosses
    from profit to loss. An investor who receives first and pays later has the rate of that loan.

    The unknown is ``u = log(1 + r)`` and the function ``log(value received / value paid)``, nearly straight
    in ``u``: Newton steps within a bracket, which is halved where a step would leave it. A trial's rate
    does not depend on the trials beside it, to the last bit.

    References
    ----------
    C. J. Norstrom (1972), A sufficient condition for a unique nonnegative internal rate of return, Journal
    of Financial and Quantitative Analysis 7(3).

    Examples
    --------
    >>> round(float(irr(np.array([[-100.0, 60.0, 50.0]]), np.array([0.0, 1.0, 2.0]))[0]), 12)
    0.068114574787
    """
    check_shape("times", times, shape=(flows.shape[1],))
    used = np.flatnonzero(flows.any(axis=0))
    rates = np.full(len(flows), np.nan)
    if used.size == 0:
        return rates
    ahead = times[-1] - times
    bottom = max(_BOTTOM, _SMALLEST / max(1.0, ahead[0]))
    for start in range(0, len(flows), _TRIALS_AT_ONCE):
        some = slice(start, start + _TRIALS_AT_ONCE)
        rates[some] = _rates(flows[some].T[used], ahead[used], bottom=bottom)
    return rates


def irr_of_mean_cash_flow(flows: Cents, times: Floats) -> float:
    """Return the IRR of the flow averaged over trials (of its sum: the same rate), not the trials' mean IRR.

    Parameters
    ----------
    flows : ndarray of shape (n_trials, n_periods)
        Whole cents, positive received.
    times : ndarray of shape (n_periods,)
        Years since closing.

    Returns
    -------
    float
        Fraction a year, by the rules of :func:`irr`.
    """
    return float(irr(flows.sum(axis=0, keepdims=True), times)[0])


def npv(flows: Cents, times: Floats, *, rate: float) -> Floats:
    """Return the value at closing, discounted with yearly compounding.

    Parameters
    ----------
    flows : ndarray of shape (n_trials, n_periods)
        Cents, positive received.
    times : ndarray of shape (n_periods,)
        Years since closing (ACT/365).
    rate : float
        Hurdle, fraction a year, above -1.

    Returns
    -------
    ndarray of shape (n_trials,)
        Cents, not rounded: ``sum(flow / (1 + rate)**t)``.

    Raises
    ------
    ValueError
        If ``rate`` is not above -1.
    """
    if not rate > -1:
        raise ValueError(f"rate = {rate} has no discount factor; a yearly rate lies above -1")
    check_shape("times", times, shape=(flows.shape[1],))
    return np.asarray(np.einsum("ij,j->i", flows, (1.0 + rate) ** -times))


def moic(outlay: Cents, receipts: Cents) -> Floats:
    """Return the multiple of money: receipts over outlay.

    Parameters
    ----------
    outlay, receipts : ndarray of shape (n_trials,)
        Cents over the whole term, both counted positive.

    Returns
    -------
    ndarray of shape (n_trials,)
        A multiple; NaN where nothing was laid out.
    """
    return _quotient(receipts, outlay)


def wal_years(principal: Cents, times: Floats) -> Floats:
    """Return the weighted average life: the mean date of repaid principal, weighted by amount.

    Parameters
    ----------
    principal : ndarray of shape (n_trials, n_periods)
        Principal repaid, cents.
    times : ndarray of shape (n_periods,)
        Years since closing.

    Returns
    -------
    ndarray of shape (n_trials,)
        Years; NaN where no principal was repaid.
    """
    check_shape("times", times, shape=(principal.shape[1],))
    return _quotient(np.einsum("ij,j->i", principal, times), principal.sum(axis=1))


def payback_years(outlay: Cents, receipts: Cents, *, times: Floats) -> Floats:
    """Return the first date at which cumulative receipts reach the whole outlay.

    Parameters
    ----------
    outlay : ndarray of shape (n_trials,)
        Cents laid out over the whole term, counted positive.
    receipts : ndarray of shape (n_trials, n_periods)
        Cents received.
    times : ndarray of shape (n_periods,)
        Years since closing, rising.

    Returns
    -------
    ndarray of shape (n_trials,)
        Years; NaN where the outlay is never recovered, or where there was none to recover.
    """
    check_shape("times", times, shape=(receipts.shape[1],))
    back = np.zeros(len(outlay))
    years = np.full(len(outlay), np.nan)
    open_ = outlay > 0
    for column, time in enumerate(times):
        back += receipts[:, column]
        now = open_ & (back >= outlay)
        years[now] = time
        open_ &= ~now
    return years


def _quotient(above: Floats, below: Floats) -> Floats:
    """Divide, with NaN where ``below`` is zero."""
    quotient = np.full(len(below), np.nan)
    np.divide(above, below, out=quotient, where=below != 0)
    return quotient


def _rates(flows: Cents, ahead: Floats, *, bottom: float) -> Floats:
    """Return the rates of a few trials.

    ``flows`` has periods as rows, shape (n_periods, n_trials), each ``ahead`` years before the last date.
    Flows are turned so that the first is an outlay.
    """
    first = np.sign(_first(flows))
    flows *= -first
    final, several = _course(flows)
    loss, back = final < 0, (flows > 0).any(axis=0)
    ends_paying = _first(flows[::-1]) < 0
    sunk = loss & ~ends_paying & (np.exp(bottom * ahead) @ flows < 0)
    rates = np.where((first < 0) & ~back, TOTAL_LOSS, np.nan)
    rates[back & sunk & ~several] = _ABOVE_TOTAL_LOSS
    rows = np.flatnonzero(back & ~(several | sunk))
    low, humped = np.where(loss, bottom, 0.0)[rows], (loss & ends_paying)[rows]
    rates[rows] = _solve(flows.take(rows, axis=1), ahead, low=low, humped=humped)
    return rates


def _course(flows: Cents) -> tuple[Cents, Bools]:
    """Return the final cumulative flow, and whether more than one rate may fit; flows start with an outlay."""
    balance = np.zeros(flows.shape[1])
    gained = np.zeros(flows.shape[1], dtype=bool)
    several = gained.copy()
    for flow in flows:
        balance += flow
        gained |= balance > 0
        several |= gained & (balance < 0)
    return balance, several | (gained & (balance == 0))


def _solve(flows: Cents, ahead: Floats, *, low: Floats, humped: Bools) -> Floats:
    """Solve trials that start with an outlay; ``low`` bounds log(1 + rate), zero unless there is a loss.

    ``humped``: a loss that ends with an outlay. Cover sinks on both sides of a hump; the rate is right of it.
    """
    rates, rows = np.full(low.size, np.nan), np.arange(low.size)
    u, high = np.zeros(low.size), np.where(low < 0, 0.0, _TOP)
    (received, ahead_received), (paid, ahead_paid) = _side(flows, ahead), _side(-flows, ahead)
    for _ in range(_MOST_STEPS):
        cover, slope = _cover(_value(received, ahead_received, u), _value(paid, ahead_paid, u))
        left = (cover > 0) | (humped & ~(slope < 0))
        low, high = np.where(left, u, low), np.where(left, high, u)
        following = _step(u, cover, slope, low=low, high=high)
        done = np.abs(following - u) <= _SETTLED
        fits = done & (np.abs(cover) <= _PUT_BACK)
        rates[rows[fits]] = np.expm1(following[fits])
        going = np.flatnonzero(~done)
        if going.size == 0:
            break
        if going.size < done.size:
            received, paid = received.take(going, axis=1), paid.take(going, axis=1)
        rows, humped = rows[going], humped[going]
        u, low, high = following[going], low[going], high[going]
    rates[rates > HIGHEST_RATE * (1 + 1e-12)] = np.nan
    np.minimum(rates, HIGHEST_RATE, out=rates)
    return rates


def _side(flows: Cents, ahead: Floats) -> tuple[Cents, Floats]:
    """Return the positive amounts, of the periods that have any, and where those periods lie."""
    some = (flows > 0).any(axis=1)
    amounts = flows[some]
    np.maximum(amounts, 0.0, out=amounts)
    return amounts, ahead[some]


def _value(amounts: Cents, ahead: Floats, u: Floats) -> tuple[Floats, Floats]:
    """Return the value of the amounts at the last date, growing at ``u``, and its derivative in ``u``."""
    total, moment, value = np.zeros((3, amounts.shape[1]))
    for amount, years in zip(amounts, ahead, strict=True):
        np.multiply(u, years, out=value)
        np.exp(value, out=value)
        value *= amount
        total += value
        value *= years
        moment += value
    return total, moment


def _cover(received: tuple[Floats, Floats], paid: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """Return log(value received / value paid) and its derivative."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(received[0] / paid[0]), received[1] / received[0] - paid[1] / paid[0]


def _step(u: Floats, cover: Floats, slope: Floats, *, low: Floats, high: Floats) -> Floats:
    """Return the Newton step where it falls and stays inside the bracket, else the bracket's middle."""
    with np.errstate(divide="ignore", invalid="ignore"):
        newton = u - cover / slope
    return np.where((slope < 0) & (newton >= low) & (newton <= high), newton, (low + high) / 2)


def _first(flows: Cents) -> Cents:
    """Return each trial's first flow that is not zero, or zero."""
    first = np.zeros(flows.shape[1])
    for flow in flows:
        first = np.where(first == 0, flow, first)
        if first.all():
            break
    return first
