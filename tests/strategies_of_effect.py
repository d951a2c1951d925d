"""Contracts of every kind of term as hypothesis strategies, on a tiny programme whose effect is measured."""

from __future__ import annotations

from datetime import date
from typing import Any

from group_deal import built
from hypothesis import strategies as st
from strategies_contract import Draw, Table, amounts, maybe, shares
from strategies_terms import earning_metrics

from sib.deal.consistency import inconsistencies
from sib.deal.scenario import Scenario

DATES = (6, 12, 18, 24, 30, 36)
COHORTS = ("a", "b")
CLOSINGS = (date(2024, 7, 15), date(2025, 1, 1), date(2024, 2, 29))
LAYERS = [
    {"name": "senior", "share": 0.6}, {"name": "junior", "share": 0.3, "holder": "provider"},
    {"name": "gift", "share": 0.1, "holder": "funder", "grant": True},
]
TIERS = [{"after": 0, "price": 9.99}, {"after": 3, "price": 20}, {"after": 8, "price": 0.5}]
COUNTING = {"day_count": "ACT/ACT ISDA"}


def programme(is_sure: bool) -> Table:
    """Three metrics of two cohorts: one that stands, two that add up."""
    def effect(mean: float, sd: float) -> Any:
        return mean if is_sure else {"kind": "normal", "mean": mean, "sd": sd}

    metrics = [
        {"name": "reduction", "unit": "percent", "decimals": 1, "effect": effect(5.25, 3), "worth": 7.01,
         "evaluator_sd": 0 if is_sure else 1},
        {"name": "levels", "unit": "count", "accumulates": True, "effect": effect(3, 4)},
        {"name": "saved", "unit": "eur", "accumulates": True, "effect": effect(250.55, 300)},
    ]
    cohorts = [{"name": "a", "size": 3, "measured": [6, 18, 30]}, {"name": "b", "start": 2, "measured": [12, 24, 36]}]
    return {"kind": "effect", "cohorts": cohorts, "metrics": metrics, "across_cohorts": 0.5, "across_metrics": 0.3}


def some_months() -> st.SearchStrategy[list[int]]:
    return st.sets(st.sampled_from(DATES), min_size=1, max_size=4).map(sorted)


def levels(metric: str) -> st.SearchStrategy[float]:
    """Levels that a metric may reach."""
    if metric == "reduction":
        return st.integers(-10, 120).map(lambda tenths: tenths / 10)
    return st.integers(-5, 30) if metric == "levels" else st.integers(-10_000, 200_000).map(lambda cents: cents / 100)


@st.composite
def rows(draw: Draw, metric: str, what: str, worth: st.SearchStrategy[Any]) -> list[Table]:
    """Rows in rising order, the first perhaps without a bound."""
    bounds = sorted(draw(st.sets(levels(metric), min_size=1, max_size=4)))
    found = [{draw(st.sampled_from(["at_least", "above"])): bound, what: draw(worth)} for bound in bounds]
    return [{what: draw(worth)}, *found] if draw(st.booleans()) else found


@st.composite
def kinds(draw: Draw, tranche: str) -> Table:
    """What one kind of line says of itself."""
    metric = draw(st.sampled_from(["reduction", "levels", "saved"]))
    money = amounts(0, 60_000)
    on = {"metric": metric}
    maybe(draw, on, "cohort", st.sampled_from(COHORTS))
    maybe(draw, on, "measure", st.sampled_from(["cumulative", "per_period"]))
    of_tranche = {"tranche": tranche} | COUNTING
    kind = draw(st.sampled_from(KINDS))
    if kind == "savings_share":
        return {"metric": "saved", "share": draw(shares().filter(bool)), "share_after_redemption": draw(shares())}
    if kind == "rate_card":
        price = draw(st.sampled_from([{"price": 12.34}, {"tiers": TIERS}, {"price": 9, "by_cohort": {"a": 20.02}}]))
        extra = draw(st.fixed_dictionaries({}, optional={"most": st.integers(1, 30), "cap": money}))
        return {"prices": [{"outcome": "levels"} | price | extra], "discount": draw(shares())}
    said: dict[str, Table] = {
        "fixed": {"amount": draw(money)},
        "step_table": on | {"rows": draw(rows(metric, "pays", money))},
        "two_way": on | draw(st.sampled_from([
            {"rows": [{"pays": -draw(amounts(1, 20_000))}, {"at_least": draw(levels(metric)), "pays": 200}]},
            {"points": [{"at": 1, "pays": -draw(amounts(1, 20_000))}, {"at": 9, "pays": draw(money)}]},
        ])) | {"liable": draw(st.sampled_from(["investor", "provider"]))},
        "interpolated_table": on | {"points": [
            {"at": at, "pays": draw(money)} for at in sorted(draw(st.sets(levels(metric), min_size=2, max_size=4)))
        ]},
        "per_point": on | {"from": draw(levels(metric)), "amount": draw(amounts(0, 900)), "jump": draw(money)},
        "proportional": on | {"target": 4.5, "amount": draw(money), "at_most": 1.6, "at_least": draw(shares())},
        "shortfall": on | {"agreed": 12, "tolerance": draw(shares()), "amount": draw(amounts(0, 900)),
                           "months": draw(some_months())},
        "interest_table": of_tranche | on | {"rows": draw(rows(metric, "rate", st.sampled_from([0.0, 0.03,
            0.2])))[-1:]},
        "minimum_coupon": of_tranche | {"rate": 0.06, "until": draw(st.sampled_from(DATES))},
        "redemption_table": of_tranche | on | {"rows": draw(rows(metric, "share", shares()))},
    }
    found = said[kind]
    if kind == "two_way":
        maybe(draw, found, "liability", amounts(0, 30_000))
    if kind == "interest_table":
        maybe(draw, found, "floor", st.just({"rate": 0.01, "until": 18}))
    if kind == "redemption_table":
        del found["day_count"]
    if kind in ("interest_table", "redemption_table") and set(found["rows"][0]) & {"at_least", "above"} == set():
        found["rows"] = [{"at_least": 1} | found["rows"][0]] if len(found["rows"]) == 1 else found["rows"]
    return {"kind": kind} | found


KINDS = (
    "savings_share", "fixed", "step_table", "interpolated_table", "per_point", "proportional", "rate_card",
    "interest_table", "minimum_coupon", "redemption_table", "two_way", "shortfall",
)


@st.composite
def lines(draw: Draw, name: str, contract: Table, tranche: str) -> Table:
    """A payment line with any of its options."""
    line = draw(kinds(tranche))
    line.setdefault("kind", "savings_share" if "share" in line else "rate_card")
    line["name"] = name
    maybe(draw, line, "when", st.sampled_from([trigger["name"] for trigger in contract["triggers"]]))
    if "months" not in line:
        maybe(draw, line, "months", some_months())
    for cap in ("cap", "cap_per_year"):
        if draw(st.integers(0, 3)) == 0:
            line[cap] = draw(amounts(1, 60_000))
    if draw(st.integers(0, 4)) == 0:
        line["round_to"] = draw(st.sampled_from([0.05, 1, 100]))
    if line["kind"] not in ("interest_table", "minimum_coupon", "redemption_table"):
        if line["kind"] != "savings_share" and draw(st.integers(0, 4)) == 0:
            line["indexed"] = 0.02
        way = draw(st.sampled_from(["waterfall"] * 4 + ["investor", "provider", "pool"]))
        line |= {"pool": "side"} if way == "pool" else {"to": way}
    if contract["outcome_payers"] and draw(st.integers(0, 3)) == 0:
        line["paid_by"] = "ministry"
    return line


@st.composite
def conditions(draw: Draw) -> list[Table]:
    """Triggers on metrics, with a pool, and on each other."""
    found = []
    for name in ("one", "two"):
        metric = draw(st.sampled_from(["reduction", "levels", "saved"]))
        trigger = {"name": name, "metric": metric, draw(st.sampled_from(["at_least", "above", "below", "at_most"])):
                   draw(levels(metric))}
        if draw(st.booleans()):
            trigger["cohort"] = draw(st.sampled_from(COHORTS))
            maybe(draw, trigger, "pool", levels(metric))
        maybe(draw, trigger, "measure", st.sampled_from(["cumulative", "per_period"]))
        maybe(draw, trigger, "window", st.just({"from": 12, "to": 30}))
        found.append(trigger)
    parts = draw(st.sampled_from([{"all": ["one", "two"]}, {"any": ["two", "one"]}, {"not": "one"}]))
    found.append({"name": "three"} | parts)
    for trigger in found:
        maybe(draw, trigger, "latched", st.booleans())
        maybe(draw, trigger, "releases", st.sampled_from(["backlog", "from_then"]))
    found[0]["main"] = True
    return found


@st.composite
def promises(draw: Draw, name: str, may_fail: bool) -> Table:
    """A guarantee of any kind."""
    money = amounts(0, 80_000)
    terms = draw(st.sampled_from(["recovery_floor", "first_loss", "share_of_loss", "protected_principal", "built_up"]))
    share = {"share": draw(shares())}
    said = {
        "recovery_floor": draw(st.sampled_from([share, {"amount": 640.01}])), "first_loss": {"limit": draw(money)},
        "share_of_loss": share, "protected_principal": share,
        "built_up": {"deposits": [{"month": 6, "amount": 100}, {"month": 24, "amount": draw(money)}]},
    }[terms]
    table = {"kind": terms, "name": name, "by": draw(st.sampled_from(["guarantor", "outcome_payer",
        "provider"]))} | said
    if terms != "first_loss":
        maybe(draw, table, "limit", money)
    if may_fail:
        maybe(draw, table, "chance_unable", st.just(0.3))
    return table


@st.composite
def limits(draw: Draw, metrics: list[str]) -> Table:
    """Caps on all payments, each of them sometimes."""
    found: Table = {}
    for cap, most in (("per_year", 60_000), ("total", 120_000)):
        if draw(st.integers(0, 3)) == 0:
            found[cap] = draw(amounts(0, most))
    if metrics and draw(st.integers(0, 3)) == 0:
        found["by_metric"] = {draw(st.sampled_from(metrics)): draw(amounts(0, 60_000))}
    if draw(st.integers(0, 3)) == 0:
        found["annual_return"] = draw(st.sampled_from([0.0, 0.05, 0.13]))
    return found


@st.composite
def contracts(draw: Draw, is_sure: bool) -> Table:
    """A contract with any of its parts."""
    tranches = draw(st.sampled_from([[{"name": "investor", "share": 1.0}], LAYERS]))
    owed = [tranche["name"] for tranche in tranches if not tranche.get("grant")]
    drawdown = draw(st.sampled_from(["up_front", "as_spent", "schedule"]))
    draws = [{"month": month, "amount": amount} for month, amount in ((0, 500), (6, 300), (12, 200))]
    steps = draw(st.permutations([f"{kind}:{name}" for kind in ("interest", "principal") for name in owed]))
    contract: Table = {
        "drawdown": {"kind": drawdown} | ({"draws": draws} if drawdown == "schedule" else {}),
        "tranches": tranches, "triggers": draw(conditions()), "outcome_payers": [],
        "interest": draw(st.sampled_from([
            {"rate": 0.05, "basis": "over_term"},
            {"rate": 0.07, "basis": "per_year", "compounding": "annual", "day_count": "30E/360"},
        ])),
    }
    if draw(st.booleans()):
        contract["outcome_payers"] = [{"name": "municipality", "share": 0.6}, {"name": "ministry", "share": 0.4}]
        contract["payers_in_turn"] = draw(st.booleans())
        for payer in contract["outcome_payers"]:
            if contract["payers_in_turn"]:
                payer["share"] = 0.0
            for cap in ("cap", "cap_per_year"):
                if draw(st.integers(0, 3)) == 0:
                    payer[cap] = draw(amounts(0, 60_000))
    contract["payments"] = [
        draw(lines(f"line {number}", contract, draw(st.sampled_from(owed)))) for number in range(draw(st.integers(1,
            4)))
    ]
    contract["caps"] = draw(limits(earning_metrics(contract["payments"])))
    if any(line.get("pool") for line in contract["payments"]):
        contract["pools"] = {"side": [*draw(st.permutations(steps)), "surplus"]}
    contract["recycling"] = drawdown != "up_front" and draw(st.booleans())
    recycle = ["recycle"] if contract["recycling"] else []
    contract["fees"] = [{"name": "care", "payee": "intermediary", "amount": 20.01, "months": [12, 24]}]
    contract["waterfall"] = [*steps, *recycle, "fees", f"success_fee:{owed[0]}", "surplus"]
    if draw(st.booleans()):
        contract["success_fee"] = {owed[0]: 0.333, "provider": draw(st.sampled_from([0.0, 0.5, 0.667]))}
        contract["waterfall"] = [*steps, *recycle, "fees", "success_fee", "surplus"]
    contract["guarantees"] = [
        draw(promises(f"promise {number}", not is_sure)) for number in range(draw(st.integers(0, 2)))
    ]
    if draw(st.integers(0, 3)) == 0:
        contract["early_ends"] = [{"name": "stop", "when": draw(st.sampled_from(["one", "three"])),
                                   "principal": draw(shares()), "interest": draw(shares())}]
    return contract


@st.composite
def deals(draw: Draw, is_sure: bool = False) -> Scenario:
    """A consistent deal over 1,000 euros with a contract of any kind."""
    budget = {"total": 1000, "lines": [
        {"activity": "team", "number": 1, "unit_price": 400, "when": {"from": 1, "months": 24}},
        {"activity": "plans", "number": 5, "unit_price": 120, "when": {"stage": "plan"}},
    ]}
    timeline = {"closing": draw(st.sampled_from(CLOSINGS)), "maturity": 36, "payment_dates": {"every": 6}}
    deal = built(programme(is_sure), draw(contracts(is_sure)), {"budget": budget, "timeline": timeline})
    assert not inconsistencies(deal), inconsistencies(deal)
    return deal
