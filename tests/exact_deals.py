"""Deals of which the exact method knows everything that was printed of them."""

from __future__ import annotations

from datetime import date
from typing import Any

from group_deal import built
from one_block import household, plain_deal

from sib.deal.scenario import Scenario
from sib.exact.found import Found

LATE = {"maturity": 36, "payment_dates": {"dates": [date(2028, 1, 1)]}}
"""One payment date, exactly three years of 365 days after closing."""
FOUR = {"rate": 0.04, "basis": "per_year", "compounding": "annual", "day_count": "30E/360"}


def bond(saving: Any = 12_000, rho: float = 0.0, p: float = 0.6) -> Scenario:
    """The reference bond: 375 cases, 1.8 million at closing, all validated savings after three years up to what is due.

    A tenth of every saving has been counted elsewhere, so that .90 of it is accepted.
    """
    segment = household(cases=375, success=p, saving=saving, double_count=0.1)
    tie = {"kind": "beta_binomial", "icc": rho} if rho else {"kind": "independent"}
    lines = [{"activity": "plans", "number": 375, "unit_price": 4_800, "when": {"stage": "plan"}}]
    contract = {"interest": FOUR, "waterfall": ["interest:investor", "principal:investor", "surplus"]}
    return plain_deal(segment, dependence=tie, lines=lines, timeline=LATE, contract=contract)


def per_outcome(price: float, *, cap: float, outlay: int) -> Scenario:
    """50 people who reach an outcome with chance .7, paid by the outcome on one date, all of it to the investor."""
    outcome = {"name": "job", "chance": 0.7}
    programme = {
        "kind": "counts", "groups": [{"name": "people", "people": 50, "outcomes": [outcome]}],
        "dependence": {"kind": "independent"},
    }
    card = {"kind": "rate_card", "name": "jobs", "prices": [{"outcome": "job", "price": price}], "cap": cap}
    work = {"activity": "work", "number": 1, "unit_price": outlay, "when": {"at": 1}}
    steps = ["principal:investor", "success_fee:investor", "surplus"]
    contract = {"commitment": outlay, "payments": [card], "waterfall": steps}
    return built(programme, contract, {"budget": {"total": outlay, "lines": [work]}})


def target(invalid: float = 0.0, rejected: float = 0.0) -> Scenario:
    """50 cases with chance .7 and a trigger on 35 validated cases, reviewed with errors."""
    accountant = {
        "claims": {"invalid": invalid}, "review": {"wrong_rejection": rejected, "invalid_detected": 0.0},
    }
    trigger = {"name": "target", "metric": "validated_cases", "at_least": 35}
    payment = {"kind": "savings_share", "name": "repayment", "share": 1.0, "when": "target"}
    contract = {"triggers": [trigger], "payments": [payment]}
    return plain_deal(household(cases=50, success=0.7), accountant=accountant, contract=contract)


def value(found: Found, name: str, statistic: str) -> float:
    """One figure, by ``party.measure``."""
    party, _, measure = name.rpartition(".")
    rows = {(row.party, row.measure, row.statistic): row.value for row in found.rows}
    return rows[party, measure, statistic]
