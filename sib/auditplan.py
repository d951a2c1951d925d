"""How many files an accountant has to open, before any is opened: by model of attributes, and in units of money.

In comes what is tolerable, expected and to be sure of, out go frozen plans. Amounts are whole cents.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import floor

from sib.accountant.monetary import EXPANSIONS, planned_interval
from sib.accountant.sampling import FACTORS, MODELS, sample_size


@dataclass(frozen=True, slots=True)
class AttributesPlan:
    """Sample sizes side by side.

    Parameters
    ----------
    tolerable, confidence : float
    expected : int or Fraction
        Deviations expected in the sample, or their rate.
    population : int or None
    sizes : dict of str to int or None
        By model; None where no sample is enough.
    """

    tolerable: float
    confidence: float
    expected: int | Fraction
    population: int | None
    sizes: dict[str, int | None]


def plan_attributes(
    tolerable: float, confidence: float, *, expected: int | Fraction = 0, population: int | None = None,
    model: str | None = None,
) -> AttributesPlan:
    """Return the plan of one model, or of all that can be asked: the hypergeometric one needs a population.

    Raises
    ------
    ValueError
        When no model has a sample that is enough.

    Examples
    --------
    >>> plan_attributes(0.05, 0.95, population=500).sizes
    {'binomial': 59, 'poisson': 60, 'hypergeometric': 56}
    """
    models = [name for name in MODELS if population or name != "hypergeometric"] if model is None else [model]
    sizes: dict[str, int | None] = {}
    reasons = []
    for name in models:
        finite = population if name == "hypergeometric" else None
        try:
            sizes[name] = sample_size(
                name, tolerable=tolerable, confidence=confidence, expected=expected, population=finite)
        except ValueError as error:
            sizes[name] = None
            reasons.append(error)
    if len(reasons) == len(models):
        raise reasons[0]
    return AttributesPlan(tolerable, confidence, expected, population, sizes)


@dataclass(frozen=True, slots=True)
class MoneyAsked:
    """What a monetary-unit plan starts from; amounts in cents.

    Parameters
    ----------
    book, tolerable, expected : int
        Of all claims: their book value, the error that may stay and the one that is expected.
    confidence : float
    factors : {"exact", "printed"}
    expansion : float or None
        None for the usual one of the confidence.
    """

    book: int
    tolerable: int
    expected: int
    confidence: float
    factors: str = "exact"
    expansion: float | None = None


@dataclass(frozen=True, slots=True)
class MoneyPlan:
    """A sampling interval and what it comes from.

    Parameters
    ----------
    asked : MoneyAsked
    factor, expansion : float
    exact_interval : Fraction
        Cents, not rounded.
    interval : int
        Cents, rounded down, so that the sample is not smaller than needed.
    n : float
        Book value over the exact interval: about the files to open, fewer where some are larger than the interval.
    """

    asked: MoneyAsked
    factor: float
    expansion: float
    exact_interval: Fraction
    interval: int
    n: float


def plan_money(asked: MoneyAsked) -> MoneyPlan:
    """Return the plan of a monetary-unit sample.

    Raises
    ------
    ValueError
        When nothing is left of the tolerable error, or an expansion is needed that is not usual.

    Examples
    --------
    >>> plan = plan_money(MoneyAsked(1_000_000_00, 50_000_00, 10_000_00, 0.95, "printed"))
    >>> plan.interval, round(plan.n, 2)
    (1133333, 88.24)
    """
    if asked.book <= 0 or asked.tolerable >= asked.book:
        raise ValueError("the book value is above 0 and above the error that may stay")
    expansion = asked.expansion if asked.expansion is not None else EXPANSIONS.get(asked.confidence)
    if expansion is None:
        if asked.expected:
            listed = ", ".join(f"{confidence:g}" for confidence in EXPANSIONS)
            raise ValueError(f"no expansion of expected errors is usual at {asked.confidence:g} confidence (it is at "
                             f"{listed}); say which")
        expansion = 1.0
    first = float(FACTORS[asked.factors](asked.confidence, 0))
    interval = planned_interval(asked.tolerable, factor0=first, expected=asked.expected, expansion=expansion)
    if interval < 1:
        raise ValueError("the interval would be less than a cent; review everything")
    return MoneyPlan(asked, first, expansion, interval, floor(interval), float(asked.book / interval))
