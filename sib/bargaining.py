"""What terms are worth, as frames for Python: figures over values of terms, and the value that gives a figure.

In come deals, out go tidy frames in currency units and small papers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import asdict
from typing import Any, TypedDict, Unpack

import pandas as pd

from sib.analysis import solve as solving
from sib.analysis import sweep as sweeping
from sib.analysis.solve import Goal, Solved
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


def solve(
    deal: Scenario, *, measure: str, value: float, vary: str, between: tuple[float, float] | None = None,
    **draws: Unpack[Draws],
) -> Solved:
    """Find the value of a term at which a figure is what it should be.

    Parameters
    ----------
    deal : Scenario
        From ``load``.
    measure : str
        Figure of the summary, such as ``investor.irr`` or ``municipality.net_cash.p05``.
    value : float
        What it should be: in currency units, as a fraction, in years or as a count.
    vary : str
        Path of the term that may change; a ``*`` stands for every name of a list.
    between : (float, float), optional
        Where to look; unless given a share from 0 to 1, a rate from 0 to 0.5, others a tenth to ten times what they
        are.
    **draws
        trials, seed, workers.

    Returns
    -------
    Solved
        ``value`` with ``low`` and ``high`` where there is one answer; ``is_found``, ``verdict``, ``roots`` with their
        checks, ``scan``.

    Raises
    ------
    ScenarioError
        When the path leads to no number, or no value that was tried makes a valid deal.
    KeyError
        When the summary has no such figure.
    ValueError
        When nothing says where to look, or the goal cannot be.

    Examples
    --------
    >>> from sib.run import load
    >>> solve(load("worked-example"), measure="investor.receipts", value=105, vary="contract.interest.rate",
    ...       between=(0, 0.1), trials=1).is_found
    True
    """
    goal = Goal(measure, value, vary, between)
    effort = Effort(draws.get("workers"))
    return solving.solve(deal, goal, trials=draws.get("trials", 20_000), seed=draws.get("seed", 1), effort=effort)
