"""When money is due at all: conditions on metrics and on other triggers, compared exactly.

In come metrics on payment dates, out goes whether each trigger is met, by date and trial. What a trigger
releases is decided by the payments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

import numpy as np

from sib.arrays import Bools, Cents, Ints, so_far
from sib.contract.metrics import Bound, Metrics
from sib.deal.conditions import Trigger
from sib.deal.contract import Contract
from sib.money import exact, floor_share

Met = Mapping[str, Bools]
"""Whether each trigger is met, by name: arrays of shape (n_dates, n_trials)."""


def bound(base: Cents, level: Fraction, *, is_whole: bool) -> Bound:
    """Put ``level * base`` between whole numbers, exactly; where metrics are expectations, leave it as it is."""
    if not is_whole:
        return base * float(level), base * float(level)
    if level < 0:
        return -floor_share(base, -level), -_ceiling(base, -level)
    return _ceiling(base, level), floor_share(base, level)


def _ceiling(base: Cents, level: Fraction) -> Cents:
    return -floor_share(-base, level)


COMPARE: dict[str, Callable[[Cents, tuple[Bound, ...]], Bools]] = {
    "at_least": lambda k, level: k >= level[0][0],
    "above": lambda k, level: k > level[0][1],
    "at_most": lambda k, level: k <= level[0][1],
    "below": lambda k, level: k < level[0][0],
    "between": lambda k, level: (k >= level[0][0]) & (k <= level[1][1]),
}
"""How each comparison reads the number ``k`` against its level or both ends."""


def triggers_met(contract: Contract, metrics: Metrics, *, months: tuple[int, ...]) -> dict[str, Bools]:
    """Return whether each trigger is met on each payment date, by name.

    Parameters
    ----------
    months : tuple of int
        Payment dates as months after closing.
    """
    found: dict[str, Bools] = {}
    for trigger in contract.triggers:
        found[trigger.name] = met(trigger, metrics, others=found, months=months)
    return found


def met(
    trigger: Trigger, metrics: Metrics, *, others: Met | None = None, months: tuple[int, ...] | None = None
) -> Bools:
    """Return whether a trigger is met on each payment date.

    Parameters
    ----------
    others : dict of str to ndarray, optional
        The triggers before it.
    months : tuple of int, optional
        Payment dates, which a window needs.

    Returns
    -------
    ndarray of shape (n_dates, n_trials)
        A latched trigger stays met. A rate on an empty cohort meets nothing.
    """
    result = _combined(trigger, others or {}) if trigger.parts else _reached(trigger, metrics)
    if trigger.window is not None:
        result = result & _inside(trigger, np.array(months))[:, np.newaxis]
    return so_far(result, np.logical_or) if trigger.latched else result


def _combined(trigger: Trigger, others: Met) -> Bools:
    """All of, any of, or not."""
    parts = [others[name] for name in trigger.parts]
    if trigger.none_of is not None:
        return np.asarray(~parts[0])
    together = np.logical_and if trigger.all_of is not None else np.logical_or
    return np.asarray(together.reduce(parts))


def _reached(trigger: Trigger, metrics: Metrics) -> Bools:
    """The cohort reaches its threshold, or all cohorts together reach the pool's."""
    reached = _compared(trigger, metrics, cohort=trigger.cohort, stated=getattr(trigger, trigger.comparison))
    if trigger.pool is None:
        return reached
    return reached | _compared(trigger, metrics, cohort=None, stated=trigger.pool)


def _compared(
    trigger: Trigger, metrics: Metrics, *, cohort: str | None, stated: float | tuple[float, float]
) -> Bools:
    metric = trigger.metric or ""
    counted, base = metrics.reading(metric, cohort=cohort, measure=trigger.measure)
    levels = stated if isinstance(stated, tuple) else (stated,)
    bounds = tuple(bound(base, metrics.steps(metric, exact(level)), is_whole=metrics.is_whole) for level in levels)
    return COMPARE[trigger.comparison](counted, bounds) & (base > 0)


def _inside(trigger: Trigger, months: Ints) -> Bools:
    window = trigger.window
    assert window is not None
    return np.asarray((months >= window.from_month) & (months <= window.to))


def first_met(met: Bools, *, months: tuple[int, ...]) -> Ints:
    """Return the month of the first payment date on which a trigger is met, by trial; -1 for never."""
    when = np.array(months)[np.argmax(met, axis=0)]
    return np.where(met.any(axis=0), when, -1)
