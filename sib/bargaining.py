"""What terms are worth, as frames for Python: figures over values of terms, and the value that gives a figure.

In come deals, out go tidy frames in currency units and small papers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import asdict
from typing import Any, TypedDict, Unpack

import pandas as pd

from sib.analysis import evidence as knowing
from sib.analysis import sweep as sweeping
from sib.analysis.evidence import Asked
from sib.analysis.sweep import Plan
from sib.deal.scenario import Scenario
from sib.engine import Effort
from sib.results import Row


class Draws(TypedDict, total=False):
    """How a deal is simulated: ``trials`` (20,000), ``seed`` (1) and ``workers`` (threads; one a processor)."""

    trials: int
    seed: int
    workers: int | None


def sweep(
    deal: Scenario,
    terms: Mapping[str, Sequence[Any]],
    *,
    measures: Sequence[str] = sweeping.MEASURES,
    executor: Executor | None = None,
    **draws: Unpack[Draws],
) -> pd.DataFrame:
    """Measure a deal at every combination of values of some terms, all on the same draws.

    Parameters
    ----------
    deal : Scenario
        From ``load``.
    terms : mapping of str to sequence
        Values by path, such as ``{"contract.interest.rate": [0.03, 0.04]}``.
    measures : sequence of str
        Figures of the summary, such as ``investor.irr`` or ``municipality.net_cash.p05``.
    executor : concurrent.futures.Executor, optional
        Does the work instead of threads; any kind that takes functions and data that can be sent to it. No figure
        depends on it.
    **draws
        trials, seed, workers.

    Returns
    -------
    DataFrame
        One row a combination and measure: the paths, party, measure, statistic, value, standard_error, low, high,
        unit, and ``problem``, which says why a combination makes no valid deal (its row then has nothing else).

    Raises
    ------
    ScenarioError
        When a path leads nowhere, or not one combination makes a valid deal.
    KeyError
        When the summary has no such figure.

    Examples
    --------
    >>> from sib.run import load
    >>> terms = {"contract.interest.rate": [0.0, 0.04]}
    >>> sweep(load("worked-example"), terms, measures=["investor.receipts"], trials=1)["value"].tolist()
    [100.0, 105.76]
    """
    plan = Plan(tuple(measures), draws.get("trials", 20_000), draws.get("seed", 1))
    effort = Effort(draws.get("workers"))
    found = sweeping.sweep(deal, terms, plan=plan, effort=effort, executor=executor)
    rows = [
        {**dict(zip(found.terms, point.values, strict=True)), **figure, "problem": point.problem}
        for point in found.points for figure in (map(asdict, point.rows) if point.rows else ({},))
    ]
    columns = [*found.terms, *Row.__dataclass_fields__, "problem"]
    return pd.DataFrame(rows, columns=columns).astype({"standard_error": float, "low": float, "high": float})


def evidence(
    deal: Scenario,
    cases: Sequence[int] = knowing.CASES,
    *,
    segment: str | None = None,
    cost_per_case: float | None = None,
    **draws: Unpack[Draws],
) -> pd.DataFrame:
    """Return what it is worth to each party to see a pilot of further cases before it decides on a deal.

    Parameters
    ----------
    deal : Scenario
        From ``load``; a deal of cases.
    cases : sequence of int
        Sizes of the pilot.
    segment : str, optional
        Whose chance of success it shows; the only one that is not known where none is given.
    cost_per_case : float, optional
        Euros; what the deal's budget has for a case where not given.
    **draws
        trials, seed, workers.

    Returns
    -------
    DataFrame
        One row a size and party: cases (missing for perfect knowledge, which bounds them all), party, cost, worth,
        standard_error, low, high, less_cost, goes (the chance that the party then goes; it goes where its expected
        net present value, or net cash, is not negative) and thin_share (the chance of outcomes of which too few trials
        speak).

    Raises
    ------
    ValueError
        When the deal has no cases, or it is not clear whose chance is meant.

    Examples
    --------
    >>> from sib.run import load
    >>> evidence(load("worked-example"), [0, 10], trials=1)["worth"].tolist()
    [0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    """
    asked = Asked(tuple(cases), segment, cost_per_case)
    effort = Effort(draws.get("workers"))
    found = knowing.evidence(deal, draws.get("trials", 20_000), seed=draws.get("seed", 1), asked=asked, effort=effort)
    named = [(pilot.n_cases, pilot.cost, pilot.thin_share, pilot.worths) for pilot in found.pilots]
    named.append((None, None, None, tuple(side.perfect for side in found.sides)))  # type: ignore[arg-type]
    rows = [
        {"cases": n_cases, "party": party, "cost": cost, "worth": worth.worth.value,
         "standard_error": worth.worth.standard_error, "low": worth.worth.low, "high": worth.worth.high,
         "less_cost": None if cost is None else worth.worth.value - cost, "goes": worth.goes, "thin_share": thin}
        for n_cases, cost, thin, worths in named for party, worth in zip(knowing.PARTIES, worths, strict=True)
    ]
    numbers = ("cost", "standard_error", "low", "high", "less_cost", "thin_share")
    return pd.DataFrame(rows).astype({"cases": "Int64", **dict.fromkeys(numbers, float)})
