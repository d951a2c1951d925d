"""Whole small deals, as hypothesis strategies.

``scenarios()`` makes a deal as ``tomllib`` would hand it over: a plain dict, valid and consistent, with every option
that the format has. Deals are tiny (a few cases, a few years) so that ties, odd cents, empty cohorts, early redemption
and late claims all happen often. ``random_states`` (of ``random_states.py``) makes one trial's sampled states for such
a deal without the engine.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st
from random_states import random_states
from reference_claims import SAMPLED
from reference_contract import cents, date_of, largest_remainder
from reference_model import is_per_case
from strategies_contract import (
    PAYEES,
    RATES,
    Draw,
    Table,
    accountants,
    amounts,
    contracts,
    low_mode_high,
    maybe,
    outcome_payer,
    parts_of_one,
    samples,
    shares,
    subset,
)

__all__ = ["faulty_deals", "random_states", "scenarios"]

LAWS = ("Wmo", "Jeugdwet", "Zvw", "Wlz")
CLOSINGS = (date(2024, 1, 31), date(2024, 2, 29), date(2025, 1, 1), date(2025, 12, 31), date(2027, 7, 15))


# Programme


@st.composite
def savings(draw: Draw) -> Any:
    """An amount distribution of any kind, or a bare number; more often of a size that can repay than not."""
    size = amounts(40_000, 400_000) | amounts()
    kind = draw(st.sampled_from(["bare", "fixed", "lognormal", "gamma", "triangular", "pert", "uniform", "empirical"]))
    if kind == "bare":
        return draw(size)
    if kind == "fixed":
        return {"kind": kind, "amount": draw(size)}
    if kind in ("lognormal", "gamma"):
        return {"kind": kind, "mean": draw(size), "cv": draw(st.sampled_from([0.0, 0.5, 2.0]))}
    if kind == "empirical":
        return {"kind": kind, "values": draw(st.lists(size, min_size=1, max_size=4))}
    return low_mode_high(draw, kind, 0, 200_000)


@st.composite
def intakes(draw: Draw, cases: int) -> Table:
    """When the cases come, by any profile."""
    intake: Table = {"from": draw(st.integers(1, 4)), "months": draw(st.integers(1, 6))}
    maybe(draw, intake, "delay", st.integers(0, 3))
    maybe(draw, intake, "profile", st.sampled_from(["even", "front_loaded", "counts"]))
    if intake.get("profile") == "counts":
        intake["counts"] = largest_remainder(cases, draw(weights(intake["months"])))
    return intake


def weights(length: int) -> st.SearchStrategy[list[int]]:
    """Whole weights, not all of them zero."""
    drawn = st.lists(st.integers(0, 3), min_size=length, max_size=length)
    return drawn.map(lambda some: some if any(some) else [1] * length)


def chances() -> st.SearchStrategy[Any]:
    """A chance of success: known, from a pilot, or by mean and sd."""
    evidence = st.integers(1, 20).flatmap(
        lambda n: st.fixed_dictionaries(
            {"kind": st.just("evidence"), "trials": st.just(n), "successes": st.integers(0, n)},
            optional={"prior": st.sampled_from(["jeffreys", "uniform"])},
        )
    )
    beta = st.fixed_dictionaries({"kind": st.just("beta"), "mean": st.sampled_from([0.3, 0.6]), "sd": st.just(0.1)})
    return shares() | st.fixed_dictionaries({"kind": st.just("fixed"), "value": shares()}) | evidence | beta


@st.composite
def segments(draw: Draw, name: str, laws: list[str]) -> Table:
    """One kind of household."""
    cases = draw(st.integers(1, 5))
    segment: Table = {"name": name, "cases": cases, "success": draw(chances()), "saving": draw(savings())}
    segment["saving_months"] = draw(st.integers(1, 14))
    maybe(draw, segment, "intake", intakes(cases))
    maybe(draw, segment, "triage_share", shares())
    maybe(draw, segment, "partial", st.fixed_dictionaries({"chance": shares(), "saving_share": shares()}))
    maybe(draw, segment, "failure_saving", amounts(-20_000, 0))
    maybe(draw, segment, "months_to_effect", st.integers(0, 3))
    maybe(draw, segment, "relapse", st.sampled_from([0.0, 0.05, 0.3, 0.9]))
    for key in ("deadweight", "regression_to_mean", "double_count", "current_share"):
        maybe(draw, segment, key, shares())
    mine = subset(draw, laws)
    if draw(st.booleans()):
        segment["by_law"] = dict(zip(mine, parts_of_one(draw, len(mine)), strict=True))
        segment["direct_share"] = draw(shares())
    else:
        parts = iter(parts_of_one(draw, 2 * len(mine)))
        segment["shares"] = {law: {"direct": next(parts), "real": next(parts)} for law in mine}
    return segment


@st.composite
def dependences(draw: Draw, names: list[str]) -> Table:
    """What moves together, in any form."""
    kind = draw(st.sampled_from(["independent", "beta_binomial", "gaussian_factor"]))
    table: Table = {"kind": kind}
    if kind == "beta_binomial":
        table["icc"] = draw(shares())
        table["across_segments"] = draw(shares())
    elif kind == "gaussian_factor" and draw(st.booleans()):
        table["weight"] = draw(st.sampled_from([0.0, 0.1, 0.6]))
    elif kind == "gaussian_factor":
        table["causes"] = {cause: dict.fromkeys(subset(draw, names), 0.2) for cause in ("housing", "policy")}
    for key in ("delays", "intake", "parameters"):
        maybe(draw, table, key, shares())
    maybe(draw, table, "savings", st.sampled_from([-0.5, 0.0, 0.8]))
    maybe(draw, table, "review", st.sampled_from([0.0, 0.3]))
    return table


@st.composite
def programmes(draw: Draw, laws: list[str]) -> Table:
    """One to three segments, their dependence, and enrolment."""
    names = ["families", "youth", "debtors"][: draw(st.integers(1, 3))]
    programme: Table = {"segments": [draw(segments(name, laws)) for name in names]}
    programme["dependence"] = draw(dependences(names))
    if draw(st.integers(0, 4)) == 0:
        programme["has_effect"] = False
    kind = draw(st.sampled_from(["default", "bare", "fixed", "triangular", "pert", "uniform"]))
    if kind == "bare":
        programme["enrolment"] = draw(st.sampled_from([0.0, 0.5, 1.0, 1.3]))
    elif kind == "fixed":
        programme["enrolment"] = {"kind": "fixed", "value": draw(st.sampled_from([0.5, 1.0, 2.0]))}
    elif kind != "default":
        programme["enrolment"] = low_mode_high(draw, kind, 0, 150)
    return programme


# Budget


@st.composite
def whens(draw: Draw) -> Table:
    """When a budget line is spent, in any form."""
    form = draw(st.sampled_from(["at", "from", "plan", "implementation", "monitoring", "custom"]))
    if form == "at":
        return {"at": draw(st.integers(0, 12))}
    if form == "from":
        return {"from": draw(st.integers(1, 12)), "months": draw(st.integers(1, 12))}
    when: Table = {"stage": form}
    if form == "monitoring":
        when["months"] = draw(st.integers(1, 7))
    if form == "custom":
        when["per_case"] = draw(savings())
    return when


@st.composite
def budgets(draw: Draw, planned: int) -> Table:
    """One to six lines and their total; lines that pay per case pay for all planned cases, and perhaps for more."""
    lines: list[Table] = []
    for number in range(draw(st.integers(1, 6))):
        when = draw(whens())
        units = planned + draw(st.integers(0, 3)) if is_per_case({"when": when}) else draw(st.integers(1, 3))
        price = draw(amounts(1 if number == 0 else 0, 10_000))
        lines.append({"activity": f"line {number}", "number": units, "unit_price": price, "when": when})
        maybe(draw, lines[-1], "payee", st.sampled_from(PAYEES))
    return {"total": sum(line["number"] * cents(line["unit_price"]) for line in lines) / 100, "lines": lines}


# The deal


@st.composite
def payers(draw: Draw, payer_name: str) -> Table:
    """One to four laws; the first is always the outcome payer's own."""
    result: Table = {}
    for place, law in enumerate(LAWS[: draw(st.integers(1, 4))]):
        party = payer_name if place == 0 else draw(st.sampled_from([payer_name, "insurer"]))
        result[law] = {"party": party}
        maybe(draw, result[law], "bought", st.sampled_from(["price_times_quantity", "lump_sum"]))
        maybe(draw, result[law], "cashable", st.fixed_dictionaries({}, optional={"direct": shares(), "real": shares()}))
        if result[law].get("bought") == "lump_sum":
            maybe(draw, result[law], "renewal_month", st.integers(0, 20))
    return result


def last_spending(deal: Table) -> int:
    """The last month in which a canonical or plain deal may spend."""
    ends = []
    for line in deal["budget"]["lines"]:
        when, last = line["when"], 0
        for segment in deal["programme"]["segments"]:
            intake = {"from": 1, "months": 1, "delay": 0} | segment.get("intake", {})
            last = max(last, intake["from"] + intake["months"] - 1 + intake["delay"])
        ends.append(when.get("at", when.get("from", last)) + when.get("months", 1) - 1)
    return max(ends)


@st.composite
def timelines(draw: Draw, earliest_maturity: int) -> tuple[Table, list[int]]:
    """A timeline with payment dates in any form, and these as months after closing."""
    maturity = draw(st.integers(max(3, earliest_maturity), earliest_maturity + 20))
    timeline: Table = {"closing": draw(st.sampled_from(CLOSINGS)), "maturity": maturity}
    maybe(draw, timeline, "fiscal_year_start", st.integers(1, 12))
    form = draw(st.sampled_from(["every", "months", "dates"]))
    if form == "every":
        every = draw(st.integers(1, min(12, maturity)))
        return timeline | {"payment_dates": {"every": every}}, list(range(every, maturity + 1, every))
    months = sorted(draw(st.sets(st.integers(1, maturity), min_size=1, max_size=6)))
    closing = {"timeline": {"closing": timeline["closing"].isoformat()}}
    listed = months if form == "months" else [date_of(closing, month) for month in months]
    return timeline | {"payment_dates": {form: listed}}, months


@st.composite
def scenarios(draw: Draw) -> Table:
    """A whole small deal as a plain dict, as a scenario file would give it."""
    deal: Table = {"format": 1, "name": "a small deal"}
    if draw(st.booleans()):
        deal["parties"] = {"outcome_payer": "gemeente", "investor": "fonds"}
    deal["payers"] = draw(payers(outcome_payer(deal)))
    laws = list(deal["payers"])
    deal["programme"] = draw(programmes(laws))
    deal["budget"] = draw(budgets(sum(segment["cases"] for segment in deal["programme"]["segments"])))
    deal["timeline"], dates = draw(timelines(last_spending(deal)))
    lines = [line["activity"] for line in deal["budget"]["lines"]]
    for segment in deal["programme"]["segments"]:
        aftercare = {"line": st.sampled_from(lines), "relapse": st.sampled_from([0.0, 0.02])}
        maybe(draw, segment, "aftercare", st.fixed_dictionaries(aftercare))
    deal["accountant"] = draw(accountants(laws, lines))
    deal["contract"] = draw(contracts(deal, deal["timeline"]["maturity"], dates))
    maybe(draw, deal, "measures", st.fixed_dictionaries({}, optional={"hurdle": st.sampled_from(RATES)}))
    return deal


OFTEN_WRONG = {
    "claims": {
        "invalid": 0.3,
        "overstated": 0.4,
        "taint": {"kind": "uniform", "low": 0.1, "high": 0.9},
        "evidence_missing": 0.1,
    },
    "review": {
        "wrong_rejection": 0.1,
        "wrong_adjustment": 0.2,
        "adjustment_share": 0.333,
        "invalid_detected": 0.5,
        "overstated_detected": 0.5,
    },
}
OFTEN_FOUGHT = {"appeal": 0.5, "appeal_success": 0.5, "challenge": 0.5, "challenge_success": 0.5}


@st.composite
def faulty_deals(draw: Draw, mode: str, may_be_sampled: bool = False) -> Table:
    """A small deal with a claim or two on each date, of which many are wrong, reviewed wrongly or fought over."""
    deal = draw(scenarios())
    audit = deal["accountant"] | OFTEN_WRONG | {"mode": mode}
    audit["counting"] |= {"laws": list(deal["payers"]), "classes": ["direct", "real"]}
    audit.pop("sample", None)
    if mode in SAMPLED:
        audit["sample"] = draw(samples(mode))
    if may_be_sampled or mode in SAMPLED:
        audit["claim_at"] = draw(st.sampled_from(["end", "plan"]))
    audit["disputes"] = OFTEN_FOUGHT | {"months": draw(st.integers(0, 3)), "cost": 3.21}
    for segment in deal["programme"]["segments"]:
        segment |= {"success": 0.8, "saving": {"kind": "uniform", "low": 100, "high": 5000}}
        segment.pop("triage_share", None)
    return deal | {"accountant": audit}
