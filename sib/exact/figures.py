"""Statistics of numbers with masses: the same rows as a simulation's summary, without a Monte Carlo error.

In come values at points and the chance that each stands for, out come ``Row`` papers and what they were made from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from sib.arrays import Array, Floats
from sib.deal.scenario import Scenario
from sib.exact.law import moments
from sib.results import LEVELS, Measure, Row, Unit, figure, measures_of, percentile, row_of

TINY = 1e-11
"""Chance that rounding may cost a sum of chances."""


@dataclass(frozen=True, slots=True)
class Spread:
    """A number as it may come out: values (NaN where undefined), their chances, and how far off values may be."""

    values: Floats
    masses: Floats
    near: float = 0.0

    @property
    def undefined(self) -> float:
        """Return the chance that there is no value."""
        return float(self.masses[np.isnan(self.values)].sum() / self.masses.sum())

    @property
    def parts(self) -> tuple[Floats, Floats]:
        """Return values and chances."""
        return self.values, self.masses

    @property
    def peak(self) -> float:
        """Return the kurtosis: about one over the chance of what decides the standard deviation, where that is rare."""
        found = self.defined()
        mean, sd = moments(found.values, found.masses) if len(found.values) else (0.0, 0.0)
        return float((((found.values - mean) / sd) ** 4) @ found.masses) if sd else 0.0

    def defined(self) -> Spread:
        """Return values where there is one, rising, with chances that add up to 1."""
        keep = ~np.isnan(self.values) & (self.masses > 0)
        order = np.argsort(self.values[keep], kind="stable")
        masses = self.masses[keep][order]
        return Spread(self.values[keep][order], masses / masses.sum() if len(masses) else masses, self.near)

    def quantile(self, level: float) -> float:
        """Return the smallest value with at least this chance at or below it; of a law from ``defined``."""
        place = int(np.searchsorted(np.cumsum(self.masses), level - TINY))
        return float(self.values[min(place, len(self.values) - 1)])

    def shortfall(self, level: float) -> float:
        """Return the mean of the worst part, the atom at the quantile filling it up."""
        at_risk = self.quantile(level)
        return at_risk + float(np.maximum(self.values - at_risk, 0.0) @ self.masses) / (1 - level)

    def chance(self) -> float:
        """Return the chance that something, 0 or 1, holds."""
        return float(min(self.values @ self.masses / self.masses.sum(), 1.0))


What = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Figures:
    """Rows, and by party and measure the number that they are statistics of, in cents where it is money.

    Parameters
    ----------
    deal : Scenario
    """

    deal: Scenario
    rows: list[Row] = field(default_factory=list)
    spreads: dict[tuple[str, str], tuple[Spread, Unit]] = field(default_factory=dict)

    def add(self, what: What, value: float, *, unit: Unit) -> None:
        """Add a row; money in cents."""
        self.rows.append(row_of(self.deal, what, estimate=figure(value), unit=unit))

    def spread(
        self, measure: Measure, values: Array, *, masses: Floats, near: float = 0.0, blur: float = 0.0
    ) -> None:
        """Add mean, standard deviation and quantiles of a measure; ``blur`` is what a grid added to its spread."""
        whole = Spread(np.asarray(values, dtype=np.float64), masses, near)
        found, name = whole.defined(), (measure.party, measure.name)
        self.spreads[name] = (whole, measure.unit)
        none = float("nan")
        mean, sd = moments(found.values, found.masses) if len(found.values) else (none, none)
        sd = float(np.sqrt(max(sd**2 - blur**2, 0.0)))
        for statistic, value in (("mean", mean), ("sd", sd)):
            self.add((*name, statistic), value, unit=measure.unit)
        for level in LEVELS:
            value = found.quantile(level) if len(found.values) else none
            self.add((*name, percentile(level)), value, unit=measure.unit)
        if measure.can_be_undefined:
            self.add((*name, "undefined_share"), whole.undefined, unit="fraction")

    def chance(self, what: tuple[str, str], holds: Array, *, masses: Floats, statistic: str = "probability") -> None:
        """Add the chance that something holds."""
        spread = Spread(np.asarray(holds, dtype=np.float64), masses)
        if statistic == "probability":
            self.spreads[what] = (spread, "fraction")
        self.add((*what, statistic), spread.chance(), unit="fraction")


def tell_of(found: Figures, entries: Mapping[str, Array], *, masses: Floats, near: float = 0.0) -> None:
    """Add every row that values by name, at points of one law, make.

    Parameters
    ----------
    entries : mapping of str to ndarray of shape (n_points,)
        As in ``tally``: by party and name.
    masses : ndarray of shape (n_points,)
    """
    for measure in measures_of(found.deal):
        if measure.key in entries:
            found.spread(measure, entries[measure.key], masses=masses, near=near)
    for party in _investors(found.deal):
        if f"{party}.receipts" in entries:
            _losses(found, entries, masses=masses, party=party, near=near)
    if "municipality.net_cash" in entries:
        _municipal(found, entries, masses)


def _investors(deal: Scenario) -> Iterator[str]:
    yield "investor"
    names = [tranche.name for tranche in deal.contract.tranches]
    yield from (f"investor.{name}" for name in names if len(names) > 1)


def _losses(
    found: Figures, entries: Mapping[str, Array], *, masses: Floats, party: str, near: float
) -> None:
    outlay, receipts = entries[f"{party}.outlay"], entries[f"{party}.receipts"]
    found.chance((party, "principal_loss"), receipts < outlay, masses=masses)
    if party != "investor":
        return
    found.chance((party, "repaid_in_full"), entries[f"{party}.repaid_in_full"], masses=masses)
    loss = Measure(party, "loss", f"{party}.loss", "money")
    found.spread(loss, outlay - receipts, masses=masses, near=near)
    spread = found.spreads[party, "loss"][0].defined()
    for level in (0.95, 0.99):
        found.add((party, "loss", f"var{round(level * 100)}"), spread.quantile(level), unit="money")
        found.add((party, "loss", f"es{round(level * 100)}"), spread.shortfall(level), unit="money")
    everything = entries[f"{party}.irr"] == -1
    if (everything & (masses > TINY)).any():
        found.chance((party, "irr"), everything, masses=masses, statistic="total_loss_share")


def _municipal(found: Figures, entries: Mapping[str, Array], masses: Floats) -> None:
    net = entries["municipality.net_cash"]
    found.chance(("municipality", "pays_more_than_it_saves"), net < 0, masses=masses)
    need = Spread(-np.asarray(net, dtype=np.float64), masses).defined()
    for level in (0.80, 0.90, 0.95):
        found.add(("municipality", "reserve", percentile(level)), max(need.quantile(level), 0.0), unit="money")
    payments, cost = entries["municipality.outcome_payments"], entries["programme.cost"]
    transfer = Spread(np.asarray(payments - cost, dtype=np.float64), masses)
    found.spreads["municipality", "price_of_risk_transfer"] = (transfer, "money")
    found.add(("municipality", "price_of_risk_transfer", "mean"), moments(*transfer.parts)[0], unit="money")
