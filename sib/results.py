"""What each party wants to know of a simulation: every row of the summary, with its error.

In comes a ``Simulation``, out go ``Row`` objects in currency units, fractions, years and counts. A measure is
one line in ``MEASURES`` or, where it needs more than one array, one small function in ``FIGURES``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from sib.arrays import Bools, Floats
from sib.deal.assurance import Tolerance
from sib.deal.parties import ROLES
from sib.deal.scenario import Scenario
from sib.decisive import Decisive, decisive
from sib.engine import Simulation
from sib.ledger import parties
from sib.measures.returns import irr_of_mean_cash_flow
from sib.measures.risk import Batches, Estimate, Estimates

LEVELS = (0.01, 0.05, 0.10, 0.25, 0.50, 0.75, 0.80, 0.90, 0.95, 0.99)
"""Levels of the quantiles p01 to p99."""

Unit = Literal["money", "fraction", "years", "count"]


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of the summary.

    Parameters
    ----------
    party, measure, statistic : str
    value : float
        In currency units, as a fraction, in years or as a count; NaN where undefined.
    standard_error, low, high : float or None
        Monte Carlo error and 95% interval, where there is one.
    unit : str
        Currency code, ``fraction``, ``years`` or ``count``.
    """

    party: str
    measure: str
    statistic: str
    value: float
    standard_error: float | None
    low: float | None
    high: float | None
    unit: str


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure that is a statistic of one value a trial.

    Parameters
    ----------
    party, name : str
    key : str
        Name in ``Simulation.trials``.
    unit : str
    can_be_undefined : bool
        Whether trials may have no value; then the share of those is a row too.
    """

    party: str
    name: str
    key: str
    unit: Unit
    can_be_undefined: bool = False


def _of(party: str, unit: Unit, *names: str) -> tuple[Measure, ...]:
    return tuple(Measure(party, name, f"{party}.{name}", unit) for name in names)


INVESTOR = ("outlay", "receipts", "npv")
MUNICIPALITY = ("outcome_payments", "validated_savings", "true_savings", "cashable_savings", "net_cash")
VALUE = "present_value"
MEASURES: tuple[Measure, ...] = (
    *_of("investor", "money", *INVESTOR),
    Measure("investor", "irr", "investor.irr", "fraction", True),
    Measure("investor", "moic", "investor.moic", "fraction", True),
    Measure("investor", "wal_years", "investor.wal_years", "years", True),
    Measure("investor", "payback_years", "investor.payback_years", "years", True),
    *_of("municipality", "money", *MUNICIPALITY, VALUE),
    *_of("accountant", "money", "receipts"),
    *_of("programme", "count", "enrolled"),
    *_of("programme", "money", "cost"),
    *_of("provider", "money", "receipts"),
    *_of("intermediary", "money", "receipts"),
    *_of("society", "money", "true_savings", "net_benefit", VALUE),
)
"""Measures that every deal has; those of laws and tranches are added from the deal's own names."""

OF_CASES: tuple[Measure, ...] = (
    *_of("accountant", "money", "claimed", "admissible", "validated", "late", "errors", "uncertain"),
    Measure("accountant", "files_opened", "accountant.files_opened", unit="count"),
    Measure("accountant", "validated_cases", "accountant.validated_cases", unit="count"),
    *_of("programme", "count", "successes", "overrun"),
)
"""Measures of deals in which every case is claimed and validated."""


def measures_of(deal: Scenario) -> Iterator[Measure]:
    """Yield the measures of a deal that are statistics of one value a trial, in the order of the summary."""
    yield from MEASURES
    yield from OF_CASES if deal.segments else _of_group(deal)
    tranches = deal.contract.tranches
    for tranche in tranches if len(tranches) > 1 else ():
        yield from _of(f"investor.{tranche.name}", "money", *INVESTOR)
        for name, unit in (("irr", "fraction"), ("moic", "fraction"), ("wal_years", "years")):
            yield Measure(f"investor.{tranche.name}", name, f"investor.{tranche.name}.{name}", unit, True)  # type: ignore[arg-type]
    for payer in parties(deal)[len(ROLES) :]:
        yield from _of(payer, "money", "outcome_payments", "true_savings", "cashable_savings", "net_cash")
    if deal.contract.guarantees:
        yield from _of("guarantor", "money", "paid")
    for law in deal.payers:
        yield from _of(f"payer.{law}", "money", *MUNICIPALITY)


def _of_group(deal: Scenario) -> Iterator[Measure]:
    """The metrics that a group programme measures, at the end."""
    for name in deal.metrics:
        if name != "enrolled":
            unit: Unit = "money" if deal.metrics[name] == "eur" else "count"
            yield Measure("programme", name, f"metric.{name}", unit, can_be_undefined=True)


def row_of(deal: Scenario, what: tuple[str, str, str], *, estimate: Estimate, unit: Unit = "money") -> Row:
    """Return the row of a party, measure and statistic from an estimate, which for money is in cents."""
    scale = 100.0 if unit == "money" else 1.0
    value, error, low, high = (
        None if part is None else part / scale
        for part in (estimate.value, estimate.standard_error, estimate.low, estimate.high)
    )
    name = deal.currency if unit == "money" else unit
    return Row(*what, float("nan") if value is None else value, error, low, high, name)


class Summary:
    """Turns a simulation into rows; keeps the unit of money in one place.

    Parameters
    ----------
    run : Simulation
    batches : Batches, optional
        Those of the run, with what figures are to be corrected by.
    """

    def __init__(self, run: Simulation, batches: Batches | None = None) -> None:
        self.run, self.of = run, Estimates(batches or run.batches)

    @cached_property
    def decisive(self) -> Decisive | None:
        """What decides the deal, where cases are claimed one by one and the help has an effect."""
        deal = self.run.deal
        return decisive(deal) if deal.segments and deal.programme.has_effect else None

    def trials(self, key: str) -> Floats:
        """Return one value a trial, money in currency units."""
        values = self.run.trials[key]
        return np.asarray(values, dtype=np.float64)

    def row(self, what: tuple[str, str, str], estimate: Estimate, *, unit: Unit = "money") -> Row:
        """Return the row of a party, measure and statistic from an estimate, which for money is in cents."""
        return row_of(self.run.deal, what, estimate=estimate, unit=unit)

    def rows(self) -> list[Row]:
        """Return the whole summary, in a fixed order."""
        found = [row for figure in FIGURES for row in figure(self)]
        for measure in measures_of(self.run.deal):
            found += self.spread(measure)
        return found

    def spread(self, measure: Measure) -> list[Row]:
        """Return mean, standard deviation and quantiles of a measure."""
        values = self.trials(measure.key)
        rows = [
            self.row((measure.party, measure.name, "mean"), self.of.mean(values), unit=measure.unit),
            self.row((measure.party, measure.name, "sd"), self.of.sd(values), unit=measure.unit),
        ]
        for level, estimate in zip(LEVELS, self.of.quantiles(values, LEVELS), strict=True):
            rows.append(self.row((measure.party, measure.name, percentile(level)), estimate, unit=measure.unit))
        if measure.can_be_undefined:
            estimate = self.of.undefined_share(values)
            rows.append(self.row((measure.party, measure.name, "undefined_share"), estimate, unit="fraction"))
        return rows


def percentile(level: float) -> str:
    """Return the name of a quantile, such as ``p05``."""
    return f"p{round(level * 100):02d}"


def figure(value: float) -> Estimate:
    """Return an estimate without a Monte Carlo error."""
    return Estimate(value, None, None, None)


def repayment(summary: Summary) -> Iterator[Row]:
    """Chance of repayment in full and of a loss of principal."""
    outlay, receipts = summary.trials("investor.outlay"), summary.trials("investor.receipts")
    yield summary.row(
        ("investor", "repaid_in_full", "probability"),
        summary.of.probability(summary.run.trials["investor.repaid_in_full"]),
        unit="fraction",
    )
    yield summary.row(
        ("investor", "principal_loss", "probability"), summary.of.probability(receipts < outlay), unit="fraction"
    )


def losses(summary: Summary) -> Iterator[Row]:
    """The loss and its tail; how often nothing comes back."""
    loss = summary.trials("investor.outlay") - summary.trials("investor.receipts")
    yield summary.row(("investor", "loss", "mean"), summary.of.mean(loss))
    yield summary.row(("investor", "loss", "sd"), summary.of.sd(loss))
    for level, estimate in zip(LEVELS, summary.of.quantiles(loss, LEVELS), strict=True):
        yield summary.row(("investor", "loss", percentile(level)), estimate)
    for level in (0.95, 0.99):
        name = f"{round(level * 100)}"
        yield summary.row(("investor", "loss", f"var{name}"), summary.of.value_at_risk(loss, level))
        yield summary.row(("investor", "loss", f"es{name}"), summary.of.expected_shortfall(loss, level))
    everything = summary.trials("investor.irr") == -1
    if everything.any():
        yield summary.row(("investor", "irr", "total_loss_share"), summary.of.probability(everything), unit="fraction")


def tranche_losses(summary: Summary) -> Iterator[Row]:
    """Chance that a tranche gets back less than was laid out on it, where there are several."""
    tranches = summary.run.deal.contract.tranches
    for party in [f"investor.{tranche.name}" for tranche in tranches] if len(tranches) > 1 else ():
        lost = summary.trials(f"{party}.receipts") < summary.trials(f"{party}.outlay")
        yield summary.row((party, "principal_loss", "probability"), summary.of.probability(lost), unit="fraction")


def cover(summary: Summary) -> Iterator[Row]:
    """How well entitlements cover what is owed, and the return on the mean cash flow."""
    ratio = summary.of.ratio(summary.trials("investor.entitlement"), summary.trials("investor.owed_on_savings"))
    yield summary.row(("investor", "cover_ratio", "value"), ratio, unit="fraction")
    mean_flow = summary.run.flow_sums["investor"] / summary.run.n_trials
    rate = irr_of_mean_cash_flow(mean_flow[np.newaxis], summary.run.calendar.years)
    yield summary.row(("investor", "irr_of_mean_cash_flow", "value"), figure(rate), unit="fraction")


def municipal_risk(summary: Summary) -> Iterator[Row]:
    """Chance of paying more than is saved, cashability that breaks even, and the reserve to hold."""
    net, true = summary.trials("municipality.net_cash"), summary.trials("municipality.true_savings")
    paid_out = summary.trials("municipality.cashable_savings") - net
    yield summary.row(
        ("municipality", "pays_more_than_it_saves", "probability"), summary.of.probability(net < 0), unit="fraction"
    )
    share = summary.of.ratio(paid_out, true)
    yield summary.row(("municipality", "break_even_cashability", "value"), share, unit="fraction")
    levels = (0.80, 0.90, 0.95)
    reserves = dict(zip(levels, summary.of.quantiles(-net, levels), strict=True))
    for level, estimate in reserves.items():
        yield summary.row(("municipality", "reserve", percentile(level)), _at_least_zero(estimate))
    capacity = summary.run.deal.measures.available_capacity
    if capacity is not None and reserves[0.90].value > 0:
        ratio = capacity * 100 / reserves[0.90].value
        yield summary.row(("municipality", "resilience_ratio", "value"), figure(ratio), unit="fraction")


def own_costs(summary: Summary) -> Iterator[Row]:
    """What the municipality bears beside its payments, less unspent money it receives; where there is any."""
    cashable, paid, net = (
        summary.trials(f"municipality.{name}") for name in ("cashable_savings", "outcome_payments", "net_cash")
    )
    costs = cashable - paid - net
    if costs.any():
        yield summary.row(("municipality", "own_costs", "mean"), summary.of.mean(costs))


def _at_least_zero(estimate: Estimate) -> Estimate:
    value, low, high = (None if x is None else max(0.0, x) for x in (estimate.value, estimate.low, estimate.high))
    return Estimate(value or 0.0, None, low, high)


def transfer(summary: Summary) -> Iterator[Row]:
    """What a validated success costs, and what handing over the risk costs."""
    payments, successes = summary.trials("municipality.outcome_payments"), summary.trials("accountant.validated_cases")
    if summary.run.deal.segments:
        cost = summary.of.ratio(payments, successes)
        yield summary.row(("municipality", "cost_per_validated_success", "value"), cost)
    work = summary.trials("programme.cost")
    yield summary.row(("municipality", "price_of_risk_transfer", "mean"), summary.of.mean(payments - work))


def trigger_hits(run: Simulation) -> dict[str, Bools]:
    """Return in which trials the main trigger is earned, paid, paid falsely and missed; nothing where there is none."""
    trigger = run.deal.contract.main_trigger
    if trigger is None:
        return {}
    paid, earned = (run.trials[f"trigger.{trigger.name}.{name}"] for name in ("paid", "earned"))
    return {"earned": earned, "paid": paid, "false_trigger": paid & ~earned, "missed_trigger": earned & ~paid}


def luck(summary: Summary) -> Iterator[Row]:
    """How often the main trigger is met, rightly and wrongly; how far it is from the mean."""
    trigger = summary.run.deal.contract.main_trigger
    if trigger is None:
        return
    late = {"late_trigger": summary.run.trials[f"trigger.{trigger.name}.late"]}
    for name, hits in (trigger_hits(summary.run) | late).items():
        yield summary.row(("accountant", name, "probability"), summary.of.probability(hits), unit="fraction")
    plain = trigger.metric == "validated_savings" and trigger.cohort is None and trigger.measure == "cumulative"
    if plain and trigger.at_least is not None:
        validated = summary.trials("accountant.validated") - summary.trials("accountant.late")
        gap, spread = validated.mean() - trigger.at_least * 100, validated.std()
        if spread > 0:
            yield summary.row(("accountant", "distance_to_trigger_sds", "value"), figure(gap / spread), unit="count")
        if summary.decisive is not None and summary.decisive.euros_per_success > 0:
            steps = gap / 100 / summary.decisive.euros_per_success
            yield summary.row(("accountant", "distance_to_trigger_successes", "value"), figure(steps), unit="count")


def tolerated(summary: Summary) -> Iterator[Row]:
    """Errors and uncertainties as shares of what would count, and the chance that they are more than is tolerated.

    The tolerance is the one of the year of the last payment date; agreed-upon procedures draw no conclusion from it.
    """
    deal = summary.run.deal
    if deal.accountant.assurance is None or not deal.segments:
        return
    book = summary.trials("accountant.book")
    shares = {name: summary.trials(f"accountant.{name}") for name in ("errors", "uncertain")}
    for name, amounts in shares.items():
        yield summary.row(("accountant", f"{name}_share", "value"), summary.of.ratio(amounts, book), unit="fraction")
    if not deal.accountant.assurance.standard.concludes:
        return
    tolerance = deal.accountant.assurance.tolerance(deal.timeline.day(deal.timeline.payment_months[-1]).year)
    if tolerance is not None:
        over = summary.of.probability(_passes(tolerance, shares["errors"], shares["uncertain"], book=book))
        yield summary.row(("accountant", "over_tolerance", "probability"), over, unit="fraction")


def _passes(tolerance: Tolerance, errors: Floats, uncertain: Floats, *, book: Floats) -> Bools:
    """Return in which trials more is wrong, or without evidence, than is tolerated of the book value."""
    kinds = (
        (tolerance.error_share, errors),
        (tolerance.uncertainty_share, uncertain),
        (tolerance.together_share, errors + uncertain),
    )
    return np.asarray(np.any([amounts > share * book for share, amounts in kinds if share is not None], axis=0))


def deciding(summary: Summary) -> Iterator[Row]:
    """The three numbers that decide the deal."""
    found = summary.decisive
    if found is None:
        if summary.run.deal.programme.has_effect:
            yield from _outcomes_needed(summary)
        return
    yield summary.row(("programme", "effective_cases", "value"), figure(found.effective_cases), unit="count")
    yield summary.row(
        ("programme", "effective_cases_given_parameters", "value"),
        figure(found.effective_cases_given_parameters),
        unit="count",
    )
    yield summary.row(("programme", "success_correlation", "value"), figure(found.success_correlation), unit="fraction")
    yield summary.row(("programme", "needed_success", "value"), figure(found.needed_success), unit="fraction")
    yield summary.row(("programme", "expected_success", "value"), figure(found.expected_success), unit="fraction")
    yield summary.row(("programme", "savings_per_success", "value"), figure(found.euros_per_success * 100))


def _outcomes_needed(summary: Summary) -> Iterator[Row]:
    """What is expected of each metric of a group, and what repays in full; loaded only for groups."""
    from sib.needed import needed
    for each in needed(summary.run.deal):
        unit = summary.run.deal.currency if each.unit == "eur" else each.unit
        for name, value in (("expected", each.expected), ("needed", each.needed)):
            yield Row("programme", f"{name}_{each.metric}", "value", value, None, None, None, unit)


FIGURES: tuple[Callable[[Summary], Iterator[Row]], ...] = (
    repayment, losses, tranche_losses, cover, municipal_risk, own_costs, transfer, luck, tolerated, deciding,
)
"""Measures that need more than one array, in the order of the summary."""

RATIO_CLASSES = ((2.0, "A"), (1.4, "B"), (1.0, "C"), (0.8, "D"), (0.6, "E"))
"""Lower bounds of the classes of the resilience ratio; below the last it is F."""


def ratio_class(ratio: float) -> str:
    """Return the class of a resilience ratio: A above 2.0, B from 1.4, C from 1.0, D from 0.8, E from 0.6, else F."""
    if ratio > RATIO_CLASSES[0][0]:
        return "A"
    return next((name for bound, name in RATIO_CLASSES[1:] if ratio >= bound), "F")


def summarise(run: Simulation, batches: Batches | None = None) -> list[Row]:
    """Return every row of the summary of a simulation; parameters as for ``Summary``."""
    return Summary(run, batches).rows()
