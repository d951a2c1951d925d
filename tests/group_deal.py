"""Plain group programmes of which every number can be worked out by hand, and metrics written down as they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from sib.contract.metrics import Metrics
from sib.contract.payments import Line, Occasion
from sib.contract.releases import payment_lines
from sib.contract.settlement import settle
from sib.contract.triggers import triggers_met
from sib.deal.consistency import inconsistencies
from sib.deal.contract import Contract
from sib.deal.scenario import Scenario
from sib.programme.budget import spend_on
from sib.programme.grid import grid
from sib.programme.series import Series

WORK = {"activity": "work", "number": 1, "unit_price": 1000, "when": {"at": 1}}
REDUCTION = {"name": "reduction", "unit": "percent", "decimals": 1, "effect": 5}
VILLAGE = {"name": "village", "measured": [12, 24, 36]}
PUPILS = {"name": "pupils", "people": 10, "outcomes": [{"name": "diploma", "chance": 1.0}]}
FEE = {"kind": "fixed", "name": "fee", "amount": 0}
NO_INTEREST = {"rate": 0.0, "basis": "over_term"}


def built(programme: dict[str, Any], contract: dict[str, Any], tables: dict[str, Any]) -> Scenario:
    """A deal of 36 months and three payment dates over 1,000 euros, not yet held against the rules."""
    data = {
        "format": 1,
        "name": "group deal",
        "timeline": {"closing": date(2025, 1, 1), "maturity": 36, "payment_dates": {"every": 12}},
        "payers": {"own": {"party": "municipality"}},
        "programme": programme,
        "budget": {"total": 1000, "lines": [WORK]},
        "contract": {
            "commitment": 1000,
            "drawdown": {"kind": "up_front"},
            "interest": NO_INTEREST,
            "payments": [FEE],
            "waterfall": ["interest:investor", "principal:investor", "success_fee:investor", "surplus"],
        }
        | contract,
    } | tables
    return Scenario.model_validate(data)


def effect_deal(
    *metrics: dict[str, Any], cohorts: Sequence[dict[str, Any]] = (VILLAGE,), ties: dict[str, Any] | None = None,
    contract: dict[str, Any] | None = None, **tables: Any,
) -> Scenario:
    """An effect on cohorts, consistent with itself."""
    programme = {"kind": "effect", "cohorts": list(cohorts), "metrics": list(metrics) or [REDUCTION]} | (ties or {})
    deal = built(programme, contract or {}, tables)
    assert not inconsistencies(deal), inconsistencies(deal)
    return deal


def counts_deal(
    *groups: dict[str, Any], ties: dict[str, Any] | None = None, contract: dict[str, Any] | None = None, **tables: Any,
) -> Scenario:
    """Numbers of outcomes, consistent with itself."""
    programme = {"kind": "counts", "groups": list(groups) or [PUPILS], "dependence": {"kind": "independent"}}
    deal = built(programme | (ties or {}), contract or {}, tables)
    assert not inconsistencies(deal), inconsistencies(deal)
    return deal


def standing(*values: float | str | None, scale: int = 10) -> Metrics:
    """A metric ``m`` of one cohort in one trial: what is measured on each date, None where nothing is."""
    numbers = [None if value is None else Fraction(str(value)) * scale for value in values]
    assert all(number is None or number.denominator == 1 for number in numbers), "finer than a step"
    gained, weight = np.zeros((2, len(values), 1)), np.zeros((2, len(values), 1))
    fresh = np.array([[number is not None for number in numbers], [False] * len(values)])
    last = None
    for place, number in enumerate(numbers):
        last = number if number is not None else last
        if last is not None:
            gained[0, place], weight[0, place] = float(last), 1.0
    return on_dates(len(values), m=Series(gained, weight, fresh, scale))


def adding(*gained: float, scale: int = 1, name: str = "m", **others: Sequence[float]) -> Metrics:
    """A metric that adds up, of one cohort in one trial: what is new on each date, in its unit."""
    rows = {name: gained, **others}
    series = {
        key: Series(np.array([[[float(each) * scale] for each in new], [[0.0]] * len(new)]), scale=scale)
        for key, new in rows.items()
    }
    return on_dates(len(gained), **series)


def on_dates(n_dates: int, **series: Series) -> Metrics:
    """Metrics with nothing but these series: cohort ``c`` and the rest, one trial."""
    nothing = np.zeros((2, n_dates, 1))
    return Metrics(nothing, nothing, np.zeros((2, 1)), ("c",), series=series)


def line(kind: type, name: str = "line", **terms: Any) -> Any:
    """A payment line of a kind; the metric is ``m`` where it needs one and none is named."""
    kind_name = kind.model_fields["kind"].annotation.__args__[0]
    if "metric" in kind.model_fields and "metric" not in terms and kind_name not in {"savings_share"}:
        terms["metric"] = "m"
    return kind.model_validate({"kind": kind_name, "name": name} | terms)


def lines_of(*terms: Any, metrics: Metrics, triggers: Sequence[Any] = (), months: tuple[int, ...] = ()) -> list[Line]:
    """Payment lines ready to pay, with their triggers on the same metrics."""
    n_dates = metrics.savings.shape[1]
    months = months or tuple(12 * (place + 1) for place in range(n_dates))
    contract = Contract.model_construct(payments=terms, triggers=tuple(triggers))
    return payment_lines(contract, metrics, met=triggers_met(contract, metrics, months=months), months=months)


def occasion(place: int = 0, period: int = 12, **terms: Any) -> Occasion:
    """A payment date in one trial; amounts in cents."""
    arrays = {name: np.array([float(value)]) for name, value in terms.items() if name != "fraction"}
    others = {"fraction": terms["fraction"]} if "fraction" in terms else {}
    due = arrays.pop("due", np.array([1e12]))
    return Occasion(place, period, due, np.array([True]), **arrays, **others)


def settled(deal: Scenario, found: dict[str, Series]) -> Any:
    """What the contract moves on metrics that are written down; the work costs what the budget says."""
    calendar = grid(deal)
    n_trials = next(iter(found.values())).gained.shape[-1]
    shape = (len(deal.cohorts) + 1, len(calendar.payment_periods), n_trials)
    sizes = np.ones((shape[0], n_trials))
    metrics = Metrics(np.zeros(shape), np.zeros(shape), sizes, deal.cohorts, series=found)
    cost = spend_on(deal, np.zeros((2, 1)), n_periods=calendar.n_periods)
    return settle(deal, metrics, spending=cost, calendar=calendar)


def values(deal: Scenario, metric: str, *trials: Sequence[float | None]) -> Series:
    """The series of a standing metric of the first cohort: a row of measured values for each trial."""
    scale = next(each.scale for each in deal.programme.metrics if each.name == metric)
    each = [standing(*row, scale=scale).series["m"] for row in trials]
    gained = np.concatenate([series.gained for series in each], axis=-1)
    return Series(gained, each[0].weight, each[0].fresh, scale)


def euros(table: Any, *periods: int, trial: int = 0) -> list[float]:
    """Euros in some periods of one trial; in all others there must be none."""
    assert not np.delete(table[:, trial], periods).any(), np.flatnonzero(table[:, trial])
    return [float(cents) / 100 for cents in table[list(periods), trial]]


def refused(kind: Any, /, **terms: Any) -> str:
    """What is said when terms are refused; one fault only."""
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(terms)
    return "; ".join(error["msg"] for error in caught.value.errors())
