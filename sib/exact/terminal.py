"""When all that a contract reads is one number, known on one payment date; and what it then pays.

In come a deal, the law of the number and how to write it into the contract's metrics; out go figures of the investor
and of the payments. What hangs on more than that is refused with the reason.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sib.arrays import Floats
from sib.chapter import Chapter
from sib.contract.metrics import Metrics
from sib.deal.programme import Fixed
from sib.deal.scenario import Scenario
from sib.exact.figures import tell_of
from sib.exact.found import Found
from sib.exact.law import Law
from sib.exact.payoff import AtPoints, Entries, at_points, chapter_at
from sib.exact.reasons import NotExactError, refuse_where
from sib.ledger import parties
from sib.measures.returns import irr_of_mean_cash_flow
from sib.programme.grid import Grid
from sib.tally import investor

NEAR = 3
"""Standard deviations of what a grid adds to a number, within which a quantile may be off."""
Written = Callable[[Floats], Metrics]
"""Metrics at given values of the number, a point being a trial."""


def one_metric(deal: Scenario) -> str:
    """Return the one metric that the contract reads, refusing what hangs on more than its value."""
    contract = deal.contract
    refuse_where(contract.stop_intake is not None or bool(contract.early_ends), "stops")
    unsure = [terms.name for terms in contract.guarantees if terms.chance_unable]
    refuse_where(bool(unsure), "unable", guarantee=unsure[0] if unsure else "")
    custom = [line.activity for line in deal.budget.lines
              if line.when.per_case is not None and not isinstance(line.when.per_case, Fixed)]
    refuse_where(bool(custom), "custom", line=custom[0] if custom else "")
    read = sorted(contract.metrics_used)
    refuse_where(len(read) > 1, "metrics", metrics=", ".join(read))
    if not read:
        raise NotExactError("nothing_read")
    return read[0]


def refuse_cohorts(deal: Scenario) -> None:
    """Refuse a contract that reads a metric of one cohort."""
    contract = deal.contract
    named = {getattr(item, "cohort", None) for item in (*contract.triggers, *contract.payments)}
    refuse_where(named != {None}, "cohorts")


def of_contract(
    found: Found, law: Law, *, write: Written, calendar: Grid, also: Callable[[Floats], Entries]
) -> None:
    """Add the figures of the investor and of the payments.

    Parameters
    ----------
    also : callable
        More values at given values of the number, to be told of with them.
    """
    deal = found.deal

    def work_out(points: Floats) -> Entries:
        chapter = chapter_at(deal, write(points), calendar=calendar)
        extra = dict(also(points))
        entries = of_payments(chapter) | extra
        if "municipality.cashable_savings" in extra:
            cash = chapter.cash["outcome_payer"].sum(axis=0)
            entries["municipality.net_cash"] = extra["municipality.cashable_savings"] + cash
        return entries

    told = at_points(law, work_out)
    known = also(told.points[:1])
    tell_of(found.figures, {name: told.entries[name] for name in told.entries if name not in known}, masses=told.masses,
            near=NEAR * law.blur)
    settled = chapter_at(deal, write(told.points), calendar=calendar)
    on_average(found, told, flow=settled.cash["investor"], calendar=calendar)


def of_payments(chapter: Chapter) -> dict[str, Floats]:
    """Return what a contract alone decides, by the names of ``tally``."""
    deal, cash = chapter.deal, chapter.cash
    found = dict(investor(chapter))
    found["municipality.outcome_payments"] = chapter.own_payments
    for name in parties(deal):
        if name in cash and name not in deal.payers and name in {payer.name for payer in deal.contract.outcome_payers}:
            found[f"{name}.outcome_payments"] = -cash[name].sum(axis=0)
    found["programme.cost"] = np.broadcast_to(chapter.spending.total.sum(axis=0), chapter.shape[1:])
    if deal.contract.guarantees:
        found["guarantor.paid"] = -cash["guarantor"].sum(axis=0)
    if not deal.accountant.charges_by_work:
        for role in ("provider", "intermediary", "accountant"):
            found[f"{role}.receipts"] = cash[role].sum(axis=0)
    return found


def on_average(found: Found, told: AtPoints, *, flow: Floats, calendar: Grid) -> None:
    """Add what is made from means: the return on the mean cash flow, and how well entitlements cover what is owed."""
    rate = irr_of_mean_cash_flow((flow @ told.masses)[np.newaxis], calendar.years)
    found.figures.add(("investor", "irr_of_mean_cash_flow", "value"), float(rate), unit="fraction")
    means = [float(told.entries[f"investor.{name}"] @ told.masses) for name in ("entitlement", "owed_on_savings")]
    if means[1] > 0:
        found.figures.add(("investor", "cover_ratio", "value"), means[0] / means[1], unit="fraction")
