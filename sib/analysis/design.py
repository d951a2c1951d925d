"""Review as a choice: what each way of looking at the files costs, and what it lets pass or takes away.

In comes a deal, out go ``Design`` papers, one for each way. All are simulated on the same draws, so that
only the review differs. The fee is priced by file outside the contract: the deal's own fee stays what it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sib.accountant.populations import planned_files
from sib.analysis.variants import reviewed
from sib.deal.audit import Sample
from sib.deal.cautions import last_ready_month
from sib.deal.scenario import Scenario
from sib.engine import Effort, Simulation, simulate
from sib.measures import risk
from sib.results import Row, row_of, trigger_hits

TOLERABLE = 0.05
"""Share of wrong files, or of the book value, up to which a sample accepts the rest, unless said."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way to review.

    Parameters
    ----------
    mode : str
        As in the scenario.
    sample : Sample, optional
    n_files : int, optional
        Files that the sample aims at, of all that are expected.
    """

    mode: str
    sample: Sample | None = None
    n_files: int | None = None


@dataclass(frozen=True, slots=True)
class Design:
    """What one way of reviewing leads to.

    Parameters
    ----------
    way : Way
    rows : tuple of Row
        Figures with their errors; money in currency units.
    months : float
        Mean period in which a validated euro counts.
    """

    way: Way
    rows: tuple[Row, ...]
    months: float

    def row(self, measure: str) -> Row | None:
        """Return the row of a measure; None where the deal has none."""
        return next((row for row in self.rows if row.measure == measure), None)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Ways of reviewing one deal, on the same draws.

    Parameters
    ----------
    deal : Scenario
    seed, n_trials : int
    price : float
        Euros for each file that is opened.
    designs : tuple of Design
    """

    deal: Scenario
    seed: int
    n_trials: int
    price: float
    designs: tuple[Design, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """What is compared.

    Parameters
    ----------
    sizes : tuple of int
        Files that samples aim at; where none is given, as many as each kind of sample needs to show ``tolerable``.
    tolerable : float
    price : float, optional
        Euros for each file that is opened; the deal's own where not given.
    """

    sizes: tuple[int, ...] = ()
    tolerable: float = TOLERABLE
    price: float | None = None


PLANNED_BY: dict[str, Literal["hypergeometric", "poisson"]] = {
    "attributes": "hypergeometric", "monetary_unit": "poisson",
}
"""Kinds of sample, each with the model of its plan and its limit: files are finite in number, money is not."""
UNSEEN = Way("monetary_unit", Sample(interval=1e12))
"""Nobody opens a file, and claims are paid as they are made: no unit of so wide an interval falls on any of them."""


def price_of_a_file(deal: Scenario) -> float:
    """Return what a file costs in euros: the fee per case, or the fee's budget line over the planned cases."""
    fee = deal.accountant.fee
    planned = sum(segment.cases for segment in deal.segments)
    line = next((line for line in deal.budget.lines if line.activity == fee.line), None)
    return fee.per_case if line is None else line.number * line.unit_price / planned


def settled_at(deal: Scenario) -> int:
    """Return the first payment date on which every claim can be ready; the last one where there is none."""
    ready, dates = last_ready_month(deal), deal.timeline.payment_months
    return next((month for month in dates if month >= ready), dates[-1])


def ways(deal: Scenario, choice: Choice) -> Iterator[Way]:
    """Yield the ways that are compared: nothing, everything, and samples spread over the dates or drawn at the end."""
    n_cases = sum(segment.cases for segment in deal.segments)
    confidence = deal.accountant.sample.confidence if deal.accountant.sample else 0.95
    at_end = settled_at(deal)
    yield UNSEEN
    yield Way("full")
    for size in choice.sizes or (None,):
        for mode, model in PLANNED_BY.items():
            terms = Sample(tolerable=choice.tolerable, confidence=confidence, model=model)
            n_files = size or _planned(terms, n_cases)
            share = min(1.0, round(n_files / n_cases, 6))
            yield Way(mode, Sample(share=share, confidence=confidence, model=model, pay_on="point"), n_files)
            for rule in ("upper", "accept"):
                whole = terms.model_dump() | {"size": n_files, "pay_on": rule, "every": at_end}
                yield Way(mode, Sample.model_validate(whole), n_files)


def _planned(terms: Sample, n_cases: int) -> int:
    """Return the files that show that less than is tolerable is wrong, if nothing in the sample is; at most all."""
    try:
        return min(n_cases, planned_files(terms, n_cases))
    except ValueError:
        return n_cases


def designs(
    deal: Scenario, trials: int = 20_000, *, seed: int = 1, choice: Choice | None = None, effort: Effort | None = None
) -> Comparison:
    """Return what each way of reviewing leads to.

    Parameters
    ----------
    deal : Scenario
        Whose cases are claimed one by one, at the end or at the plan.
    trials, seed : int
        As for a simulation; one is run for each way.
    choice : Choice, optional
    effort : Effort, optional

    Raises
    ------
    ValueError
        Where nothing can be reviewed case by case, or claims are made monthly.
    """
    if not deal.segments or deal.accountant.claim_at == "monthly":
        raise ValueError("a review is chosen for cases that are claimed once each, at the end or at the plan")
    choice = choice or Choice()
    price = price_of_a_file(deal) if choice.price is None else choice.price
    found = []
    for way in ways(deal, choice):
        run = simulate(reviewed(deal, mode=way.mode, sample=way.sample), trials, seed=seed, effort=effort)
        found.append(Design(way, tuple(_rows(run, price)), _months(run)))
    return Comparison(deal, seed, trials, price, tuple(found))


def _rows(run: Simulation, price: float) -> Iterator[Row]:
    """What one way leads to."""
    trials = run.trials
    opened, validated = trials["accountant.files_opened"], trials["accountant.validated"]
    taken = trials["accountant.errors"] + trials["accountant.uncertain"]
    beyond = validated - trials["accountant.admissible"]
    yield row_of(run.deal, ("accountant", "files_opened", "mean"), estimate=risk.mean(opened), unit="count")
    money = {
        "fee": opened * price * 100,
        "haircut": taken,
        "wrongly_accepted": np.maximum(beyond, 0.0),
        "wrongly_withheld": np.maximum(-beyond, 0.0),
        "late": trials["accountant.late"],
    }
    for name, amounts in money.items():
        yield row_of(run.deal, ("accountant", name, "mean"), estimate=risk.mean(amounts))
    payments = trials["municipality.outcome_payments"]
    yield row_of(run.deal, ("municipality", "outcome_payments", "mean"), estimate=risk.mean(payments))
    chances = {"repaid_in_full": trials["investor.repaid_in_full"]}
    hits = trigger_hits(run)
    chances |= {name: hits[name] for name in ("false_trigger", "missed_trigger") if name in hits}
    for name, met in chances.items():
        party = "investor" if name == "repaid_in_full" else "accountant"
        yield row_of(run.deal, (party, name, "probability"), estimate=risk.probability(met), unit="fraction")


def _months(run: Simulation) -> float:
    """Mean period in which validated money counts, weighted by the money."""
    by_period = run.flow_sums["validated_savings"]
    whole = float(by_period.sum())
    return float(by_period @ np.arange(len(by_period)) / whole) if whole else float("nan")
