"""What terms are worth, as frames for Python: figures over values of terms, and the value that gives a figure.

In come deals, out go tidy frames in currency units and small papers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, TypedDict, Unpack

import pandas as pd

from sib.analysis import evidence as knowing
from sib.analysis import points
from sib.analysis import sensitivity as tornadoes
from sib.analysis import solve as solving
from sib.analysis import sweep as sweeping
from sib.analysis.evidence import Asked
from sib.analysis.indices import Design, Indices, indices
from sib.analysis.solve import Goal, Solved
from sib.analysis.sweep import Plan
from sib.deal.rangefile import ranges
from sib.deal.ranges import reading_of
from sib.deal.scenario import Scenario
from sib.engine import Effort
from sib.results import Row
from sib.run import expect_deals

NAMED = ("party", "measure", "statistic")


class Draws(TypedDict, total=False):
    """How a deal is simulated: ``trials`` (20,000), ``seed`` (1) and ``workers`` (threads; one a processor)."""

    trials: int
    seed: int
    workers: int | None


def drawn(draws: Draws, trials: int = 20_000) -> tuple[int, int, Effort]:
    """Return trials, seed and threads, with what holds where nothing is said."""
    return draws.get("trials", trials), draws.get("seed", 1), Effort(draws.get("workers"))


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
    expect_deals(deal)
    trials, seed, effort = drawn(draws)
    plan = Plan(tuple(measures), trials, seed)
    found = sweeping.sweep(deal, terms, plan=plan, effort=replace(effort, executor=executor))
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
    expect_deals(deal)
    trials, seed, effort = drawn(draws)
    return solving.solve(deal, Goal(measure, value, vary, between), trials=trials, seed=seed, effort=effort)


class Net(Draws, total=False):
    """How a deal is simulated, and ``points``: of the design, a power of two, where all assumptions move at a time."""

    points: int | None


def sensitivity(
    deal: Scenario,
    inputs: Mapping[str, tuple[float, float]] | None = None,
    *,
    file: str | Path | None = None,
    measures: Sequence[str] = points.MEASURES,
    **draws: Unpack[Net],
) -> pd.DataFrame:
    """Say which assumption decides a deal, one at a time or, with ``points``, all of them together.

    Parameters
    ----------
    deal : Scenario
        From ``load``; its own sources may argue ranges.
    inputs : mapping of str to (low, high), optional
        Ranges by path; they go before the file and the deal's sources.
    file : str or Path, optional
        TOML with ``[[inputs]]`` and ``[[dependence]]``.
    measures : sequence of str
        Means and chances of the summary, such as ``investor.irr``.
    **draws
        trials (20,000; with points 256), seed, workers, points.

    Returns
    -------
    DataFrame
        One row a measure and input, the largest first. One at a time: party, measure, statistic, input, input_low,
        input_now, input_high, low, now, high, swing, standard_error (of the swing), unit, source. Together: party,
        measure, statistic, input, index (``first`` and ``total``, or ``shapley`` where inputs depend), share,
        standard_error, noise_share, source.

    Raises
    ------
    ScenarioError
        With all that is wrong with the ranges.
    KeyError
        When the summary has no such figure.
    RefusedError
        When no number has a range.

    Examples
    --------
    >>> from sib.run import load
    >>> ends = {"contract.interest.rate": (0.0, 0.04)}
    >>> found = sensitivity(load("worked-example"), ends, measures=["investor.receipts"], trials=1)
    >>> found[["low", "now", "high", "swing"]].round(2).values.tolist()
    [[100.0, 105.76, 105.76, 5.76]]
    """
    expect_deals(deal)
    reading = reading_of(deal)
    found, n_points = ranges(reading, file=file, given=inputs), draws.get("points")
    trials, seed, effort = drawn(draws, 20_000 if n_points is None else 256)
    if n_points is None:
        plan = tornadoes.Plan(tuple(measures), trials, seed)
        return _bars(tornadoes.tornado(reading, found, plan=plan, effort=effort))
    design = Design(tuple(measures), n_points, trials, seed)
    return _shares(indices(reading, found, design=design, effort=effort))


def _bars(found: tornadoes.Tornado) -> pd.DataFrame:
    """Return one row a measure and input."""
    return pd.DataFrame([
        {**dict(zip(NAMED, panel.what, strict=True)), "input": bar.input.name, "input_low": bar.input.low,
         "input_now": bar.input.number.now, "input_high": bar.input.high, "low": bar.low.value,
         "now": panel.now.value, "high": bar.high.value, "swing": bar.swing.value,
         "standard_error": bar.swing.standard_error, "unit": bar.swing.unit, "source": bar.input.source}
        for panel in found.panels for bar in panel.bars
    ])


def _shares(found: Indices) -> pd.DataFrame:
    """Return one row a measure, input and index."""
    return pd.DataFrame([
        {**dict(zip(NAMED, spread.what, strict=True)), "input": part.input.name, "index": name, "share": share,
         "standard_error": error, "noise_share": spread.noise_share, "source": part.input.source}
        for spread in found.spreads for part in spread.parts for name, (share, error) in part.shares.items()
    ])


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
    expect_deals(deal)
    asked, (trials, seed, effort) = Asked(tuple(cases), segment, cost_per_case), drawn(draws)
    found = knowing.evidence(deal, trials, seed=seed, asked=asked, effort=effort)
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
