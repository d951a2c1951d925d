"""What luck pays: how often a deal pays for nothing, or fails to pay for something, and how much.

In comes a deal, out goes a ``Luck`` paper of rows. The deal is simulated three times on the same draws: as agreed, with
claims and review free of error (what was earned), and without any effect (its zero-effect twin). What a deal and the
faultless one pay in the same trial differs by errors alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from sib.analysis.variants import faultless, without_effect
from sib.arrays import Bools, Floats
from sib.averages import mean_saving
from sib.deal.scenario import Scenario
from sib.engine import Effort, Simulation, simulate
from sib.measures import risk
from sib.measures.luck import selected
from sib.results import Row, row_of, trigger_hits
from sib.tally import FLAGS

KEPT = ("outcome_payments", *FLAGS)


@dataclass(frozen=True, slots=True)
class DateOfLuck:
    """The main trigger on one payment date, met by then; shares of the trials and mean amounts over all of them.

    Parameters
    ----------
    day : date
    earned, paid, false, missed : float
        Met on faultless claims; on what was validated; paid and not earned; earned and not paid.
    paid_falsely, not_paid : float
        Currency units paid so far beyond what faultless claims would have paid, in the trials in which it is paid
        and not earned; and short of it where it is earned and not paid.
    """

    day: date
    earned: float
    paid: float
    false: float
    missed: float
    paid_falsely: float
    not_paid: float


@dataclass(frozen=True, slots=True)
class Selection:
    """What the choice of expensive households would show without any help.

    Parameters
    ----------
    segment : str
    then, later : float
        Mean yearly cost of those picked, and a year later, in currency units.
    saving : float
        Mean saving that the deal assumes of a success, over ``saving_months``.
    share : float
        The fall over as many months, as a share of that saving.
    assumed : float
        The deal's own ``regression_to_mean``.
    """

    segment: str
    then: float
    later: float
    saving: float
    share: float
    assumed: float


@dataclass(frozen=True, slots=True)
class Luck:
    """What luck pays in one deal.

    Parameters
    ----------
    deal : Scenario
    seed, n_trials : int
    rows : tuple of Row
        Figures with their errors; money in currency units.
    dates : tuple of DateOfLuck
        By payment date; empty where there is no trigger.
    selections : tuple of Selection
        One for each segment that says how its households were picked.
    """

    deal: Scenario
    seed: int
    n_trials: int
    rows: tuple[Row, ...]
    dates: tuple[DateOfLuck, ...]
    selections: tuple[Selection, ...]

    def row(self, measure: str) -> Row:
        """Return the row of a measure."""
        return next(row for row in self.rows if row.measure == measure)


@dataclass(frozen=True, slots=True)
class _Runs:
    """The deal as agreed, free of error, and without any effect."""

    agreed: Simulation
    earned: Simulation
    twin: Simulation

    def payments(self, run: Simulation) -> Floats:
        """Outcome payments of each trial, in cents."""
        return np.asarray(run.flows["outcome_payments"].sum(axis=1))


def luck(deal: Scenario, trials: int = 20_000, *, seed: int = 1, effort: Effort | None = None) -> Luck:
    """Return what luck pays in a deal.

    Parameters
    ----------
    deal : Scenario
    trials, seed : int
        As for a simulation; three are run.
    effort : Effort, optional
        Threads and progress; no figure depends on it.

    Raises
    ------
    RefusedError
        When a run does not fit into memory.
    """
    variants = (deal, faultless(deal), without_effect(deal))
    runs = _Runs(*(simulate(each, trials, seed=seed, keep_flows=KEPT, effort=effort) for each in variants))
    rows = tuple(row for part in (_triggers, _payments, _twin) for row in part(runs))
    return Luck(deal, seed, runs.agreed.n_trials, rows, tuple(_by_date(runs)), tuple(_selections(deal)))


def _triggers(runs: _Runs) -> Iterator[Row]:
    """How often the main trigger is met, rightly and wrongly, and what the difference is worth."""
    hits = trigger_hits(runs.agreed)
    if not hits:
        return
    for name, met in hits.items():
        what = ("accountant", name, "probability")
        yield row_of(runs.agreed.deal, what, estimate=risk.probability(met), unit="fraction")
    beyond = runs.payments(runs.agreed) - runs.payments(runs.earned)
    for name, amounts in (
        ("paid_falsely", beyond * hits["false_trigger"]), ("not_paid", -beyond * hits["missed_trigger"]),
    ):
        yield row_of(runs.agreed.deal, ("accountant", name, "mean"), estimate=risk.mean(amounts))


def _payments(runs: _Runs) -> Iterator[Row]:
    """What is paid, what was earned, and how far errors move it up and down."""
    agreed, earned = runs.payments(runs.agreed), runs.payments(runs.earned)
    amounts = {
        "outcome_payments": agreed,
        "earned_payments": earned,
        "overpaid": np.maximum(agreed - earned, 0.0),
        "underpaid": np.maximum(earned - agreed, 0.0),
    }
    for name, each in amounts.items():
        yield row_of(runs.agreed.deal, ("municipality", name, "mean"), estimate=risk.mean(each))
    share = risk.ratio(agreed, earned)
    yield row_of(runs.agreed.deal, ("municipality", "paid_on_earned", "value"), estimate=share, unit="fraction")


def _twin(runs: _Runs) -> Iterator[Row]:
    """What is paid where nothing helps."""
    paid, trials = runs.payments(runs.twin), runs.twin.trials
    trigger = runs.twin.deal.contract.main_trigger
    yield row_of(runs.twin.deal, ("municipality", "luck_payments", "mean"), estimate=risk.mean(paid))
    share = risk.ratio(paid, runs.payments(runs.agreed))
    yield row_of(runs.twin.deal, ("municipality", "luck_share", "value"), estimate=share, unit="fraction")
    chances = {"luck_pays": paid > 0, "luck_repays_in_full": trials["investor.repaid_in_full"]}
    if trigger is not None:
        chances["luck_triggers"] = trials[f"trigger.{trigger.name}.paid"]
    for name, hits in chances.items():
        party = "accountant" if name == "luck_triggers" else "investor"
        yield row_of(runs.twin.deal, (party, name, "probability"), estimate=risk.probability(hits), unit="fraction")
    if runs.twin.deal.segments:
        validated = trials["accountant.validated"]
        yield row_of(runs.twin.deal, ("accountant", "luck_validated", "mean"), estimate=risk.mean(validated))


def _by_date(runs: _Runs) -> Iterator[DateOfLuck]:
    """The trigger and its money on each payment date."""
    if runs.agreed.deal.contract.main_trigger is None:
        return
    months = list(runs.agreed.calendar.payment_periods)
    paid, earned = (runs.agreed.flows[name][:, months] > 0 for name in FLAGS)
    beyond = np.zeros(runs.agreed.n_trials)
    before = 0
    for place, month in enumerate(months):
        for run, sign in ((runs.agreed, 1.0), (runs.earned, -1.0)):
            beyond = beyond + sign * run.flows["outcome_payments"][:, before : month + 1].sum(axis=1)
        before = month + 1
        false, missed = paid[:, place] & ~earned[:, place], earned[:, place] & ~paid[:, place]
        yield DateOfLuck(
            day=runs.agreed.calendar.dates[month],
            earned=_share(earned[:, place]),
            paid=_share(paid[:, place]),
            false=_share(false),
            missed=_share(missed),
            paid_falsely=float((beyond * false).mean()) / 100,
            not_paid=float((-beyond * missed).mean()) / 100,
        )


def _share(hits: Bools) -> float:
    return float(hits.mean())


def _selections(deal: Scenario) -> Iterator[Selection]:
    """What picking expensive households shows by itself, where a segment says how they were picked."""
    for segment in deal.segments:
        terms = segment.selection
        if terms is None:
            continue
        picked = selected(terms.cost, terms.cv, top_share=terms.top_share, correlation=terms.correlation)
        saving = mean_saving(segment)
        shown = picked.fall * segment.saving_months / 12
        share = shown / saving if saving else float("nan")
        yield Selection(segment.name, picked.then, picked.later, saving, share, segment.regression_to_mean)
