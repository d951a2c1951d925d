"""The accountant's terms and the contract as hypothesis strategies, and the small pieces all strategies are made of.

Every option of these two parts of a scenario file can come up; what they name (laws, lines, triggers, cohorts,
tranches, payment dates) exists in the deal that is being built.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from reference_contract import cents, even_split

Table = dict[str, Any]
Draw = Callable[..., Any]
RATES = (0.0, 0.04, 0.0375, 0.1, 0.12345678, 0.9)
DAY_COUNTS = ("30E/360", "ACT/365F", "ACT/360", "ACT/ACT ISDA")
COMPOUNDINGS = ("simple", "annual", "quarterly", "monthly", "continuous")
METRICS = ("validated_savings", "validated_cases", "validated_share")
COMPARISONS = ("at_least", "above", "at_most", "below", "between")
PAYEES = ("provider", "intermediary", "accountant")


def shares() -> st.SearchStrategy[float]:
    """Shares with few decimals, the ends included."""
    return st.sampled_from([0.0, 0.1, 0.25, 1 / 8, 0.333, 0.5, 0.66, 0.9, 0.999, 1.0])


def amounts(low: int = 0, high: int = 100_000) -> st.SearchStrategy[float]:
    """Euros in whole cents; bounds in cents."""
    return st.integers(low, high).map(lambda amount: amount / 100)


def maybe(draw: Draw, table: Table, key: str, values: st.SearchStrategy[Any]) -> None:
    """Set a key, or leave it out and let the default hold."""
    if draw(st.booleans()):
        table[key] = draw(values)


def parts_of_one(draw: Draw, n_parts: int) -> list[float]:
    """Shares in thousandths that make exactly one; some may be 0, equal ones are common."""
    if n_parts > 1 and 1000 % n_parts == 0 and draw(st.booleans()):
        return [1 / n_parts] * n_parts
    cuts = sorted(draw(st.lists(st.integers(0, 1000), min_size=n_parts - 1, max_size=n_parts - 1)))
    return [(high - low) / 1000 for low, high in zip([0, *cuts], [*cuts, 1000], strict=True)]


def subset(draw: Draw, names: list[str] | tuple[str, ...], at_least: int = 1) -> list[str]:
    """Some of the names, in any order."""
    return list(draw(st.permutations(names)))[: draw(st.integers(min(at_least, len(names)), len(names)))]


def low_mode_high(draw: Draw, kind: str, low: int, high: int) -> Table:
    """A triangular, PERT or uniform table with bounds in hundredths."""
    points = sorted(draw(st.lists(st.integers(low, high), min_size=3, max_size=3)))
    table = {"kind": kind, "low": points[0] / 100, "mode": points[1] / 100, "high": points[2] / 100}
    if kind == "uniform":
        del table["mode"]
    return table


# Accountant


@st.composite
def claim_errors(draw: Draw) -> Table:
    """What goes wrong before the review."""
    errors: Table = {}
    maybe(draw, errors, "invalid", shares())
    maybe(draw, errors, "evidence_missing", st.sampled_from([0.0, 0.2, 0.5]))
    if draw(st.booleans()):
        errors["overstated"] = draw(shares())
        errors["taint"] = low_mode_high(draw, draw(st.sampled_from(["triangular", "pert", "uniform"])), 0, 90)
    return errors


@st.composite
def countings(draw: Draw, laws: list[str]) -> Table:
    """The counting rules."""
    counting: Table = {"laws": subset(draw, laws) if draw(st.booleans()) else laws}
    maybe(draw, counting, "evidence_required", st.booleans())
    maybe(draw, counting, "classes", st.sampled_from([["direct"], ["real"], ["direct", "real"], ["real", "direct"]]))
    maybe(draw, counting, "baseline", st.sampled_from(["threatening", "current"]))
    maybe(draw, counting, "max_months", st.integers(1, 15))
    maybe(draw, counting, "double_counting", st.sampled_from(["excluded", "allowed"]))
    maybe(draw, counting, "own_cost", st.sampled_from(["out", "in"]))
    maybe(draw, counting, "cap_per_case", amounts(0, 200_000))
    maybe(draw, counting, "negative", st.sampled_from(["floor", "net", "exclude"]))
    return counting


@st.composite
def delays(draw: Draw) -> Any:
    """A delay, in any form."""
    form = draw(st.sampled_from(["bare", "fixed", "case", "date", "default per"]))
    if form == "bare":
        return draw(st.integers(0, 6))
    if form == "fixed":
        return {"kind": "fixed", "months": draw(st.integers(0, 6))}
    low, high = sorted(draw(st.tuples(st.integers(0, 6), st.integers(0, 6))))
    table: Table = {"kind": "uniform_months", "low": low, "high": high}
    return table if form == "default per" else table | {"per": form}


@st.composite
def samples(draw: Draw, mode: str) -> Table:
    """Which files are opened, by any plan, and what follows for the others."""
    sample: Table = {}
    plan = draw(st.sampled_from(["size", "share", "tolerable", *(["interval"] if mode == "monetary_unit" else [])]))
    if plan == "size":
        sample["size"] = draw(st.integers(1, 4))
    elif plan == "share":
        sample["share"] = draw(st.sampled_from([0.1, 0.34, 0.5, 1.0]))
    elif plan == "interval":
        sample["interval"] = draw(amounts(1, 200_000))
    pay_on = draw(st.sampled_from(["point", "upper", "accept"]))
    if plan == "tolerable" or pay_on == "accept":
        sample["tolerable"] = draw(st.sampled_from([0.05, 0.3, 0.66, 0.95]))
        maybe(draw, sample, "expected", st.sampled_from([0.0, 0.01, 0.04]))
    maybe(draw, sample, "confidence", st.sampled_from([0.5, 0.51, 0.8, 0.875, 0.95, 0.99, 0.999]))
    maybe(draw, sample, "model", st.sampled_from(["poisson", "binomial", "hypergeometric"]))
    maybe(draw, sample, "every", st.integers(1, 8))
    return sample | {"pay_on": pay_on}


def disputes() -> st.SearchStrategy[Table]:
    """Who fights what, with which success, for how long and at what cost."""
    chances_of = ("appeal", "appeal_success", "challenge", "challenge_success")
    terms: Table = dict.fromkeys(chances_of, shares())
    terms |= {"months": st.integers(0, 5), "cost": amounts(0, 900)}
    return st.fixed_dictionaries({}, optional=terms | {"cost_payer": st.sampled_from(["bringer", "loser"])})


@st.composite
def accountants(draw: Draw, laws: list[str], lines: list[str]) -> Table:
    """The accountant's terms."""
    audit: Table = {"counting": draw(countings(laws))}
    maybe(draw, audit, "mode", st.sampled_from(["full", "full", "none", "attributes", "monetary_unit"]))
    is_sampled = audit.get("mode") in ("attributes", "monetary_unit")
    if is_sampled:
        audit["sample"] = draw(samples(audit["mode"]))
    maybe(draw, audit, "claim_at", st.sampled_from(["end", "plan"] if is_sampled else ["end", "plan", "monthly"]))
    maybe(draw, audit, "delay", delays())
    maybe(draw, audit, "claims", claim_errors())
    chances_of = ("wrong_rejection", "wrong_adjustment", "adjustment_share", "invalid_detected", "overstated_detected")
    maybe(draw, audit, "review", st.fixed_dictionaries({}, optional=dict.fromkeys(chances_of, shares())))
    maybe(draw, audit, "disputes", disputes())
    payer = st.sampled_from(["outcome_payer", "provider", "intermediary"])
    extra = {"per_extra_review": amounts(0, 900), "payer": payer}
    on_top = {"fixed": amounts(0, 5000), "per_case": amounts(0, 900), **extra}
    in_budget = st.fixed_dictionaries({"line": st.sampled_from(lines)}, optional=extra)
    maybe(draw, audit, "fee", in_budget | st.fixed_dictionaries({}, optional=on_top))
    return audit


# Contract


def outcome_payer(deal: Table) -> str:
    """The name of the party that pays for outcomes."""
    return str(deal.get("parties", {}).get("outcome_payer", "municipality"))


def worst_cumulative_cost(deal: Table, n_periods: int) -> list[int]:
    """Cents that may have been spent by each period at the most: all that depends on cases as early as can be."""
    cost = [0] * n_periods
    for line in deal["budget"]["lines"]:
        when, total = line["when"], line["number"] * cents(line["unit_price"])
        first = when.get("at", when.get("from", 1))
        months = when.get("months", 1) if "from" in when else 1
        for month, part in enumerate(even_split(total, months)):
            cost[first + month] += part
    return [sum(cost[: period + 1]) for period in range(n_periods)]


@st.composite
def interests(draw: Draw, may_commit: bool) -> Table:
    """Interest terms, in any form."""
    rate = draw(st.sampled_from(RATES))
    if draw(st.integers(0, 4)) == 0:
        return {"rate": rate, "basis": "over_term"}
    terms: Table = {"rate": rate, "basis": "per_year", "compounding": draw(st.sampled_from(COMPOUNDINGS))}
    terms["day_count"] = draw(st.sampled_from(DAY_COUNTS))
    maybe(draw, terms, "on", st.sampled_from(["outstanding", "committed"] if may_commit else ["outstanding"]))
    return terms


@st.composite
def drawdowns(draw: Draw, deal: Table, maturity: int) -> Table:
    """A drawdown that never leaves the account short."""
    kind = draw(st.sampled_from(["up_front", "schedule", "as_spent"]))
    if kind != "schedule":
        return {"kind": kind}
    needed, total = worst_cumulative_cost(deal, maturity + 1), cents(deal["budget"]["total"])
    months = [0, *sorted(draw(st.sets(st.integers(1, maturity), max_size=3)))]
    draws, drawn = [], 0
    for month, following in zip(months, [*months[1:], maturity + 1], strict=True):
        least = max(0, needed[following - 1] - drawn)
        amount = draw(st.integers(least, total - drawn)) if following <= maturity else total - drawn
        draws.append({"month": month, "amount": amount / 100})
        drawn += amount
    return {"kind": kind, "draws": draws}


@st.composite
def triggers(draw: Draw, name: str, cohorts: list[str]) -> Table:
    """A trigger with any metric and comparison, its threshold within reach."""
    metric = draw(st.sampled_from(METRICS))
    levels = {
        "validated_savings": amounts(0, 150_000),
        "validated_cases": st.integers(0, 6) | st.just(2.5),
        "validated_share": shares(),
    }[metric]
    trigger: Table = {"name": name, "metric": metric}
    comparison = draw(st.sampled_from(("at_least", *COMPARISONS)))
    trigger[comparison] = sorted(draw(st.tuples(levels, levels))) if comparison == "between" else draw(levels)
    maybe(draw, trigger, "measure", st.sampled_from(["cumulative", "per_period"]))
    maybe(draw, trigger, "latched", st.booleans())
    maybe(draw, trigger, "releases", st.sampled_from(["backlog", "from_then"]))
    if cohorts:
        maybe(draw, trigger, "cohort", st.sampled_from(cohorts))
    return trigger


@st.composite
def payments(draw: Draw, name: str, dates: list[int], contract: Table) -> Table:
    """A payment line of any kind."""
    if draw(st.integers(0, 3)):
        line: Table = {"kind": "savings_share", "name": name, "share": draw(st.just(1.0) | shares().filter(bool))}
        maybe(draw, line, "share_after_redemption", shares())
        if contract.get("cohorts"):
            maybe(draw, line, "cohort", st.sampled_from([cohort["name"] for cohort in contract["cohorts"]]))
    else:
        line = {"kind": "fixed", "name": name, "amount": draw(amounts(0, 20_000) | amounts(0, 150_000))}
        maybe(draw, line, "to", st.sampled_from(("waterfall", *PAYEES)))
        maybe(draw, line, "months", some_dates(dates))
    if contract.get("triggers"):
        maybe(draw, line, "when", st.sampled_from([trigger["name"] for trigger in contract["triggers"]]))
    if draw(st.integers(0, 3)) == 0:
        line["cap"] = draw(amounts(1, 80_000))
    return line


def some_dates(dates: list[int]) -> st.SearchStrategy[list[int]]:
    """One or more of the payment dates, rising."""
    return st.sets(st.sampled_from(dates), min_size=1, max_size=4).map(sorted)


def waterfall(draw: Draw, contract: Table) -> list[str]:
    """Steps in an order that pays all that is due before success fees, and the surplus last."""
    names = [tranche["name"] for tranche in contract.get("tranches", [{"name": "investor"}])]
    due = [f"{kind}:{name}" for name in names for kind in ("interest", "principal")]
    due += ["fees"] if contract.get("fees") or draw(st.booleans()) else []
    due = draw(st.permutations(due)) if draw(st.booleans()) else due
    later = any(line.get("share_after_redemption") for line in contract["payments"])
    fees = [f"success_fee:{name}" for name in subset(draw, names, at_least=1 if later else 0)][:1]
    return [*due, *fees, "surplus"]


@st.composite
def contracts(draw: Draw, deal: Table, maturity: int, dates: list[int]) -> Table:
    """A contract with any of its parts."""
    contract: Table = {"commitment": deal["budget"]["total"], "drawdown": draw(drawdowns(deal, maturity))}
    may_commit = contract["drawdown"]["kind"] != "up_front"
    contract["interest"] = draw(interests(may_commit))
    cuts = sorted(draw(st.sets(st.integers(1, 8), min_size=4, max_size=4)))
    windows = [{"name": "first", "from": cuts[0], "to": cuts[1]}, {"name": "second", "from": cuts[2], "to": cuts[3]}]
    contract["cohorts"] = windows[: draw(st.integers(0, 2))]
    cohorts = [cohort["name"] for cohort in contract["cohorts"]]
    contract["triggers"] = [draw(triggers(f"trigger {number}", cohorts)) for number in range(draw(st.integers(0, 3)))]
    if len(contract["triggers"]) > 1:
        contract["triggers"][-1]["main"] = True
    contract["payments"] = [
        draw(payments(f"payment {number}", dates, contract)) for number in range(draw(st.integers(1, 3)))
    ]
    contract["caps"] = {}
    for cap in ("per_year", "total"):
        if draw(st.integers(0, 3)) == 0:
            contract["caps"][cap] = draw(amounts(0, 150_000))
    if draw(st.integers(0, 3)) == 0:
        contract["caps"]["annual_return"] = draw(st.sampled_from(RATES))
    return contract | draw(financing(deal, dates, may_commit, contract["payments"]))


@st.composite
def financing(draw: Draw, deal: Table, dates: list[int], may_commit: bool, lines: list[Table]) -> Table:
    """Tranches, fees, whom payments are charged to, and the waterfall."""
    result: Table = {"payments": lines}
    names = ["senior", "junior", "grant"][: draw(st.integers(0, 3))]
    if names:
        parts = parts_of_one(draw, len(names))
        result["tranches"] = [{"name": name, "share": part} for name, part in zip(names, parts, strict=True)]
        for tranche in result["tranches"]:
            maybe(draw, tranche, "interest", interests(may_commit))
    fee = {"payee": st.sampled_from(PAYEES), "amount": amounts(0, 4000), "months": some_dates(dates)}
    result["fees"] = [
        draw(st.fixed_dictionaries({"name": st.just(f"fee {number}"), **fee}))
        for number in range(draw(st.integers(0, 2)))
    ]
    own = [law for law, payer in deal["payers"].items() if payer["party"] == outcome_payer(deal)]
    if draw(st.integers(0, 2)) == 0:
        result["payer_shares"] = dict(zip(own, parts_of_one(draw, len(own)), strict=True))
    result["waterfall"] = waterfall(draw, result)
    return result
